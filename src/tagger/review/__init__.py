"""
People read and decide: what is handed out, shown, decided and undone, and the pages on which it happens.

    readers.py     who reads, and how they like it
    people/        who may sign in, as what: access, links, sessions
    doors.py       what another process has done by the one that keeps the study open
    datasets.py    what there is to read, and against which framework
    servings/      what is whose next: arms are drawn, queues ordered, passages handed out
    passages.py    an excerpt in its transcript; turns.py: how a turn is shown
    gate.py        what may be shown to whom, and the record of what was
    displays/      suggestions and others' readings as they pass the gate: why, how strong, what is like them
    codings.py     what each person holds of each excerpt, and of which kind that is
    hand_over/     what somebody who left was still to read goes to others
    decisions/     acts, their storing in steps, undo, moved borders, history
    notes.py       what a passage may touch on, said before it is read
    browse/        finding passages and those like them; many at once, where the audit allows it
    consent/       readings that differ, and what people consent to say of them together
    progress.py    how far the study is
    exemplars/     quotes by value and dataset
    packs.py       reading without the server
    web/           the only web framework: parse, call one of these, render

All but web/ work on an open `Database` and know nothing of requests.
"""
