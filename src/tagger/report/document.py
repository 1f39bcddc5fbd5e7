"""What a report on agreement is made of: numbers, tables and plots in sections, without a word on how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The package of statistics takes a second to load, and whoever opens a study imports this.
    from tagger.agreement.estimates import Interval

SEED = 20
"""Of the random numbers, unless somebody chooses another one."""


@dataclass(frozen=True, slots=True)
class Number:
    """
    One number of a report, with all that it takes to read it, or to compute it again.

    Args:
        section: of which section it is a part.
        value_id: the value that it is about; empty where it is about all of them.
        source: on whose readings it rests: "blind", "audit" or "independent"; empty where on none.
        between: who is compared, such as "people", "model and people", "Reader A and Reader B".
        estimator: the function of `tagger.agreement` that made it, with its options, such as "krippendorff_alpha".
        estimate: None where it is not estimable; `reason` then says why.
        low: the lower end of its 95% interval; None without one, and `reason` says why.
        high: the upper end.
        n: how many passages (or readings, or pairs) it rests on.
        transcripts: how many clusters of passages (transcripts, participants) it rests on.
        group: of which part of the study, such as a dataset; empty for all of it.
        seed: of the random numbers, where there were any.
        reason: empty where nothing is missing.
    """

    section: int
    value_id: str
    source: str
    between: str
    estimator: str
    estimate: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    transcripts: int | None = None
    group: str = ""
    seed: int | None = None
    reason: str = ""


def shown(number: Number | None, digits: int = 2) -> str:
    """Write a number as it stands in a table: 0.62 [0.41, 0.83], or why it does not."""
    if number is None or number.estimate is None:
        return "not estimable"
    value = _written(number.estimate, digits)
    if number.low is None or number.high is None:
        return value
    return f"{value} [{_written(number.low, digits)}, {_written(number.high, digits)}]"


def _written(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}"


def interval_of(number: Number) -> Interval | None:
    """Return the interval of a number, if it has one."""
    return None if number.low is None or number.high is None else (number.low, number.high)


@dataclass(frozen=True, slots=True)
class Table:
    """A table to read: each row has a cell for each name in the head; `note` says below what the columns are."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A box of a flow diagram: a name, a count, and what it leads to (places in the list of steps)."""

    name: str
    count: int
    note: str = ""
    to: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """Who coded what, how: boxes from the top to the bottom."""

    title: str
    alt: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A point with its interval in a row of a forest plot; None where it is not estimable."""

    series: str
    value: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Forest:
    """Points with intervals, a row for each label, several series side by side; `lines` are marked on the axis."""

    title: str
    alt: str
    axis: str
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]
    low: float = -1.0
    high: float = 1.0
    lines: tuple[float, ...] = (0.0,)


@dataclass(frozen=True, slots=True)
class Matrix:
    """
    Counts (or shares) of rows by columns, such as what one said where the other said something else.

    Args:
        cells: the numbers, by row; NaN where there is none, and the cell is hatched.
        words: the lines that stand in each cell, by row; without them the numbers do.
        full: the number that would have the darkest cell; 0: the largest one has.
    """

    title: str
    alt: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[float, ...], ...]
    across: str = ""
    down: str = ""
    digits: int = 0
    words: tuple[tuple[tuple[str, ...], ...], ...] = ()
    full: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A curve of points (x, y); `mark` is the operating point, if it has one; `low` and `high` are a band around it."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    mark: tuple[float, float] | None = None
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves in a small panel each, on the same axes from 0 to 1; `diagonal` draws what would be perfect."""

    title: str
    alt: str
    across: str
    up: str
    lines: tuple[Line, ...]
    diagonal: bool = False
    steps: bool = False


Plot = Flow | Forest | Matrix | Curves


@dataclass(frozen=True, slots=True)
class Mover:
    """
    A value of which the share to open can be moved, from 1 to 100 in a hundred passages.

    Args:
        key: what sets its share in study.toml; empty where it cannot be set by itself.
        start: where it stands at first.
        opened: how many passages each share is.
        finds: what part of the value each share finds, on average or more.
        at_least: its lower limit.
    """

    value: str
    key: str
    start: int
    opened: tuple[int, ...]
    finds: tuple[float, ...]
    at_least: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Movers:
    """Shares to open that can be moved on the page; without a script they are not shown, and tables say the same."""

    title: str
    note: str
    rows: tuple[Mover, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """
    Words of a passage, by whom (a pseudonym), of which transcript, and who found the value there.

    Args:
        held: how many people found it, how they read, and how many did not.
    """

    words: str
    speaker: str
    transcript: str
    held: str


@dataclass(frozen=True, slots=True)
class Tier:
    """A layer of a pyramid: its values, each with a note (empty for none) and a quote, if there is one."""

    name: str
    values: tuple[tuple[str, str, Quote | None], ...]


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The values of a context in the layers of its list, the first at the bottom. It never has a number on it."""

    context: str
    framework: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """
    What one context means by a value.

    Args:
        definition: of its own list.
        quotes: under a heading each, such as "Typical".
        note: what is left out, and why; empty where nothing is.
    """

    context: str
    definition: str
    quotes: tuple[tuple[str, tuple[Quote, ...]], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What contexts mean by a value, side by side."""

    value: str
    usages: tuple[Usage, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """
    A section of a report.

    Args:
        number: its place, from 0 (design) to 15 (export); 16 is the appendix.
        finding: one sentence in plain English that says what was found.
        cannot_say: what it must not be taken for.
        empty: where there is no data for it, the one line that says what would fill it; the rest is then empty.
    """

    number: int
    title: str
    finding: str
    cannot_say: str = ""
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    numbers: tuple[Number, ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = ""
    movers: Movers | None = None
    pyramids: tuple[Pyramid, ...] = ()
    meanings: tuple[Meaning, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """
    A value on the first screen.

    Args:
        people: how far people agree with people; None where nobody compared.
        model: how far the model's suggestions agree with people.
        enough: whether there is enough data to say anything: "yes", "rough" or "no".
        words: one plain sentence.
    """

    value: str
    people: Number | None
    model: Number | None
    enough: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """
    A report on agreement.

    Args:
        title: of the page.
        about: what was measured, in one sentence.
        headline: one sentence above the first screen's table.
        source: whose readings the first screen rests on, in words.
        sources: name and version of what the numbers were made with and from (program, libraries, model, framework).
        methods: the methods paragraph, ready to be quoted.
        checklist: what reporting standards ask for, and the answer.
        matrix: the reliability matrix: head and rows, one row for each passage and value.
        disagreements: head and rows of the passages on which people, or people and the model, differ.
    """

    title: str
    about: str
    headline: str
    source: str
    summary: tuple[SummaryRow, ...]
    sections: tuple[Section, ...]
    sources: tuple[tuple[str, str], ...]
    methods: str
    checklist: tuple[tuple[str, str], ...]
    matrix: Table
    disagreements: Table

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Return the numbers of all sections, in their order."""
        return tuple(number for section in self.sections for number in section.numbers)


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    A comparison of contexts.

    Args:
        title: of the page.
        about: what was compared, in one sentence.
        headline: one sentence on what came of it.
        contexts: their names, in the order of the alphabet.
        glance: a row for each value: its name, and its share in each context, if it has one.
        missing: why shares are missing, a line for each context and reason.
        quoted: whether it holds people's words.
        sources: name and version of what the numbers were made with and from.
    """

    title: str
    about: str
    headline: str
    contexts: tuple[str, ...]
    glance: Table
    missing: tuple[str, ...]
    quoted: bool
    sections: tuple[Section, ...]
    sources: tuple[tuple[str, str], ...]

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Return the numbers of all sections, in their order."""
        return tuple(number for section in self.sections for number in section.numbers)
