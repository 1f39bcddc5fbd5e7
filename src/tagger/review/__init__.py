"""
People read and decide: what is handed out, shown, decided and undone, and the pages on which it happens.

    readers.py     who reads, and how they like it
    servings.py    what is whose next, in which arm
    passages.py    an excerpt in its transcript
    displays.py    the one gate for anything shown to a person; it records what it shows
    decisions.py   acts, undo, and the codings that follow from them
    notes.py       what a passage may touch on, said before it is read
    browse.py      finding passages; bulk.py: many at once, where the audit allows it
    progress.py    how far the study is
    exemplars.py   quotes by value and dataset; packs.py: reading without the server
    web/           the only web framework: parse, call one of these, render

All but web/ work on an open `Database` and know nothing of requests.
"""
