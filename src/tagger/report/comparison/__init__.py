"""
Values compared across contexts: what each holds, what of it may be compared, and how far contexts differ.

    material.py     what it is computed from: contexts, their lists of values, audits and people
    samples.py      what people read of a context, and with which probability
    shares.py       how common each value is in each context
    differences.py  how far contexts differ, or why they are not compared
    whole.py        how many transcripts and participants show a value, of those read whole
    pairs.py        which values occur together
    computation.py  all of it as sections, tables and pictures
    files.py        the page, and all numbers

It opens no study: `tagger.steps.compare` gathers what it needs. Nothing here makes a score or an order of contexts.
"""
