"""A made-up report on agreement, with all that a report can hold: for tests, and to look at."""

from __future__ import annotations

from dataclasses import replace

from tagger.report.document import (
    Bar,
    Curves,
    Flow,
    Forest,
    Line,
    Matrix,
    Mover,
    Movers,
    Number,
    Report,
    Section,
    Step,
    SummaryRow,
    Table,
)

VALUES = (
    "Safety",
    "Experiences in common",
    "Choice and control",
    "Freedom to be yourself",
    "Two-way interactions",
    "Human connections",
)
# Names and notes that somebody might write, and that must come out as they are and do nothing.
HOSTILE = ("<script>alert('x')</script>", "=cmd()|'/c calc'!A0", "Zugehörigkeit à côté", "שייכות ואמון", "$x_1$ & _b_")
PEOPLE = ((0.78, 0.61, 0.94), (0.66, 0.41, 0.88), (0.58, 0.30, 0.86), (0.42, 0.05, 0.79), None, (0.71, 0.52, 0.90))
MODEL = ((0.51, 0.22, 0.79), (0.47, 0.19, 0.74), (0.33, -0.04, 0.70), (0.18, -0.22, 0.58), (0.25, None, None), None)
FEW = "no passage was coded yes by anybody"
ROUGH = "one transcript left out: not estimable, so there is no interval"
NOTHING = "there are no readings without suggestions"


def number(place: int, between: str, found: tuple[float, float | None, float | None] | None, why: str) -> Number:
    """Make a number of section 2 or 5."""
    section = 2 if between == "people" else 5
    estimate, low, high = found or (None, None, None)
    reason = "" if low is not None else why
    made = ("independent", between, "krippendorff_alpha")
    return Number(section, VALUES[place], *made, estimate, low, high, n=342 - 11 * place, transcripts=9, reason=reason)


HUMAN = tuple(number(place, "people", found, FEW) for place, found in enumerate(PEOPLE))
MACHINE = tuple(
    number(place, "model and people", found, ROUGH if found else NOTHING) for place, found in enumerate(MODEL)
)
ENOUGH = ("yes", "yes", "rough", "rough", "no", "rough")
WORDS = (
    "People agree well, and suggestions are some way behind them.",
    "People agree fairly well; how far suggestions do is not sure yet.",
    "People mostly agree; nine transcripts leave room for much more, or much less.",
    "People read this value in different ways: worth talking over before anything else.",
    "Nobody found it in a passage that more than one person read.",
    "People agree well; suggestions were not compared, as nobody has read without them.",
)
SUMMARY = tuple(map(SummaryRow, VALUES, HUMAN, MACHINE, ENOUGH, WORDS))


def flow() -> Flow:
    """Make a flow diagram in which one arrow passes a row."""
    steps = (
        Step("Passages", 1_204, "in 9 transcripts", (1, 2, 3)),
        Step("Drawn at random", 240, "every passage could be drawn", (4,)),
        Step("With a suggestion", 310, "read with suggestions in sight", (6,)),
        Step("Coded elsewhere", 342, "independently, by 2 coders", (5,)),
        Step("Read without suggestions", 96, "", (5,)),
        Step("Compared", 342, "by two people or more"),
        Step("Left out", 310, "people had seen the suggestion"),
    )
    return Flow("From passages to comparisons", "Of 1,204 passages 342 could be compared; 310 were left out.", steps)


def forest() -> Forest:
    """Make a forest plot with points that are missing."""
    rows = tuple(
        (
            value,
            tuple(
                Bar(series, one.estimate, None if one.low is None or one.high is None else (one.low, one.high))
                for series, one in (("People with people", human), ("Model with people", machine))
            ),
        )
        for value, human, machine in zip(VALUES, HUMAN, MACHINE, strict=True)
    )
    return Forest("Alpha for each value", "Alpha of people with people and of the model with people.", "alpha", rows)


def matrix(names: tuple[str, ...] = VALUES) -> Matrix:
    """Make a matrix with a row and a column for each value."""
    cells = tuple(
        tuple(float((7 * row + 5 * column) % 13 + (41 if row == column else 0)) for column in range(len(names)))
        for row in range(len(names))
    )
    alt = "How often one coder said the value of the row where another said that of the column."
    return Matrix("What one said where another said something else", alt, names, names, cells, "Coder B", "Coder A")


def curves(values: tuple[str, ...] = VALUES, *, reliability: bool = False) -> Curves:
    """Make precision and recall, or a reliability curve with a band."""
    x = tuple(place / 10 for place in range(11))
    lines = []
    for place, value in enumerate(values):
        if reliability:
            y = tuple(min(1.0, 0.1 + 0.7 * one + 0.02 * place) for one in x)
            low, high = (tuple(min(1.0, max(0.0, one + by)) for one in y) for by in (-0.12, 0.12))
            lines.append(Line(value, x, y, None, low, high))
        else:
            y = tuple(round(0.95 - (0.3 + 0.08 * place) * one, 3) for one in x)
            lines.append(Line(value, x, y, (0.3 + 0.1 * place, y[3 + place]) if place != 4 else None))
    if reliability:
        return Curves(
            "Calibration", "What was predicted against what was found.", "predicted", "found", tuple(lines), True
        )
    alt = "Precision against recall for each value."
    return Curves("Precision and recall", alt, "recall", "precision", tuple(lines), steps=True)


def movers() -> Movers:
    """Make shares to open that can be moved, one of a value with a name that somebody might write."""
    shares = [place / 100 for place in range(1, 101)]
    rows = tuple(
        Mover(
            value,
            key,
            start,
            tuple(12 * place for place in range(1, 101)),
            tuple(min(1.0, 2 * share) for share in shares),
            tuple(min(1.0, share) for share in shares),
        )
        for value, key, start in ((VALUES[0], "safety", 30), (HOSTILE[0], "", 10), (HOSTILE[4], '"x 1"', 100))
    )
    return Movers("Move how much to open", "Each value starts somewhere.", rows)


def panel(numbers: tuple[Number, ...]) -> Table:
    """Make a table of numbers, with a row for each value."""
    rows = tuple(
        (value, str(one.n), str(one.transcripts), "not estimable" if one.estimate is None else f"{one.estimate:.2f}")
        for value, one in zip(VALUES, numbers, strict=True)
    )
    return Table(
        "Agreement for each value", ("Value", "Passages", "Transcripts", "Alpha"), rows, "Alpha: Krippendorff's."
    )


def sections() -> tuple[Section, ...]:
    """Make the sections from 0 to 16, most of them without data."""
    limits = "How well people agree is not how right they are."
    bars = forest()
    confused = Table(
        "Passages to talk over", ("Passage", "Who", "Note"), tuple((one, "Reader A", one) for one in HOSTILE)
    )
    full = {
        0: Section(0, "Design", "Two people read 342 passages without suggestions.", limits, plots=(flow(),)),
        1: Section(1, "Data", "Safety was found most often.", limits, (panel(HUMAN),), (matrix(),)),
        2: Section(2, "People with people", "People agree on most values.", limits, (panel(HUMAN),), (bars,), HUMAN),
        5: Section(5, "The model with people", "The model agrees less.", limits, (panel(MACHINE),), (bars,), MACHINE),
        7: Section(
            7,
            "Ranking and thresholds",
            "The first suggestions are the best.",
            limits,
            plots=(curves(),),
            movers=movers(),
        ),
        8: Section(8, "Calibration", "Scores are too sure.", limits, plots=(curves(VALUES[:2], reliability=True),)),
        13: Section(
            13, "Disagreements", "Five passages are worth talking over.", limits, (confused,), notes=HOSTILE[:1]
        ),
        16: Section(16, "Appendix: other coefficients", "They say the same.", "", (panel(HUMAN),)),
    }
    titles = {
        3: "Several values at once", 4: "Where borders lie", 6: "In the place of a person", 9: "Coverage",
        10: "Anchoring", 11: "How often a value occurs", 12: "Groups and drift", 14: "Limits and planning",
        15: "Export",
    }  # fmt: skip
    empty = "Nothing to compare yet: it fills when two people have read the same passages without suggestions."
    return tuple(full.get(place) or Section(place, titles[place], "", empty=empty) for place in range(17))


def report() -> Report:
    """Make the report."""
    rows = tuple((f"p{place}", one, "yes", "no", "-0.25") for place, one in enumerate(HOSTILE))
    return Report(
        title="How far do we agree?",
        about="342 passages of 9 transcripts in the study “side by side”, coded independently by two people.",
        headline="People agree on four values well enough to say so; for two there is not enough to go by.",
        source="Codings made elsewhere, independently of suggestions.",
        summary=SUMMARY,
        sections=sections(),
        sources=(("transcript-tagger", "0.9.0"), ("framework", "side-by-side 1"), ("model", "all-MiniLM-L6-v2")),
        methods="Two coders read 342 passages. Krippendorff's alpha (nominal) was computed for each value.",
        checklist=(("Number of coders", "2"), ("Were coders blind | to suggestions?", "yes"), ("Training", HOSTILE[0])),
        matrix=Table("Reliability matrix", ("passage", "value", "Coder A", "Coder B", "difference"), rows),
        disagreements=Table("Disagreements", ("passage", "value", "Coder A", "Coder B", "difference"), rows[:2]),
    )


def hostile_plots() -> tuple[Forest | Matrix | Curves | Flow, ...]:
    """Make a plot of each kind with names that somebody might write."""
    names = (*HOSTILE, "幸せ", "", "Pneumonoultramicroscopicsilicovolcanoconiosis")
    bars = tuple((name, (Bar(name, 0.5, (0.1, 0.9)), Bar("other", None))) for name in names)
    steps = tuple(Step(name, place, name, (place + 1,) if place < 7 else ()) for place, name in enumerate(names))
    forest_plot = replace(forest(), title=HOSTILE[0], alt=HOSTILE[0], rows=bars, lines=(0.0, 0.8))
    return forest_plot, matrix(names), curves(names[:7]), Flow(HOSTILE[3], HOSTILE[4], steps)
