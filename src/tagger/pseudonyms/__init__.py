"""
Words that tell who somebody is, and what stands in their place.

    records.py    what is found, what is decided about it, and what the key remembers
    patterns.py   what is told by its form: numbers, addresses, dates of birth
    words.py      lists of first names, and of names that are words too
    overlaps.py   of spans that overlap, those that are kept
    finding.py    what a text has of all that, with what a language model found in it
    naming.py     which findings are one person, and what each is to be called
    checking.py   whether a list that people filled in can be done
    replacing.py  a text with pseudonyms in it, and where everything lies then
    matching.py   where in a text the words of a list are
    key.py        the encrypted file that says who is called what

No tool finds everything: people decide about a list of what was found, and add to it.
`words.py` looks at the disk, for the list of names that comes with the program.
"""
