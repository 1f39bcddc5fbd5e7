"""
What `benchmarks/fuzz.py` tries: each module says what its cases are, and what has to hold of them.

    damage.py        files damaged by chance
    cases.py         a case is made from its own number, and is taken, refused in words, or a find
    transcripts.py   transcripts in every format
    projects.py      projects of other programs, for `tagger import`
    sheets.py        tables of codings, sheets of attributes, reading packs, archives
    lists.py         framework files and study.toml
    commands.py      the command line
    routes.py        the pages of `tagger review`
"""
