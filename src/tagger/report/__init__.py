"""
The report on agreement: from what a study holds to pages that a methods journal and a peer researcher can read.

    evidence.py     what it is computed from; kinds of reading are kept apart here
    statistics.py   coefficients as sums, so that intervals by transcript cost little
    measuring.py    from what was said to a number with its interval, or with the reason why there is none
    coefficients.py the panel of sections 2 and 5, and means over values
    document.py     what it is made of: numbers, tables and plots in sections
    design.py       sections 0 and 1
    people.py       2; together.py: 3; spans.py: 4
    machine.py      5; stand_in.py: 6
    ranking.py      7; calibration.py: 8
    coverage.py     9; swayed.py: 10, with narrowing.py; prevalence.py: 11, with drift.py
    subgroups.py    12 and 13
    closing.py      14, 15 and the appendix; the methods paragraph
    summary.py      the first screen
    computation.py  all of them together
    figures/        the plots, in SVG
    page.py         the page; files.py: all files

It opens no study: `tagger.steps.evidence` gathers what it needs.
"""
