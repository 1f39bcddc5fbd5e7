"""
The exemplar table: for each value and dataset, quotes in which people found it, and in how many transcripts.

It orders and counts nothing that could be read as a grade: layers and values stand in the order of their list, and a
cell says in how many of the transcripts that were read somebody found the value, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from tagger.config import ReviewSettings
from tagger.families import Group, Line, combine, families
from tagger.frameworks import from_json
from tagger.records import Framework
from tagger.review.codings import latest
from tagger.review.exemplars.quotes import Choice, Moved, Quote, chosen, moved_borders, worded
from tagger.review.gate import Item, allowed, not_seen, record
from tagger.store import Database, Readable

PER_CELL = 5
ALL = 1_000_000
NO_LONGER = "No longer on the list"


@dataclass(frozen=True, slots=True)
class Cell:
    """
    A value in a dataset: found in so many transcripts of those in which somebody was asked about it.

    `listed`: the dataset's list has the value. `own_meaning`: there it means something of its own. `withheld` passages
    show it and may not be quoted; `more` show it and are not among the quotes.
    """

    listed: bool = False
    own_meaning: bool = False
    found: int = 0
    read: int = 0
    quotes: tuple[Quote, ...] = ()
    withheld: int = 0
    more: int = 0

    @property
    def words(self) -> str:
        """Say in how many transcripts the value was found."""
        if not self.listed:
            return "Not on this list."
        if not self.read:
            return "Nothing to show here yet."
        read = "1 transcript" if self.read == 1 else f"{self.read} transcripts"
        if not self.found:
            return f"Not found so far in the {read} read."
        return f"Found in {self.found} of {read} read."

    @property
    def silence(self) -> str:
        """Say what is left out of the quotes, and why; empty where nothing is."""
        said = []
        if self.withheld:
            passages = "1 passage" if self.withheld == 1 else f"{self.withheld} passages"
            said.append(f"The words of {passages} are left out: somebody there may not be quoted.")
        if self.more:
            said.append("More passages show it than are quoted here.")
        return " ".join(said)


@dataclass(frozen=True, slots=True)
class Column:
    """A dataset with the list it was read with; `order` is that list's own, layer by layer."""

    dataset: str
    title: str
    version: str
    order: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A value and its cell in each dataset."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer and its values."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The datasets whose lists belong together."""

    columns: tuple[Column, ...]
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Exemplars:
    """The whole table; `per_cell` quotes at most in a cell. `of_one`: it is made of what one reader may see."""

    sections: tuple[Section, ...]
    per_cell: int
    of_one: bool = False

    def cells(self) -> list[Cell]:
        """List all cells, row by row."""
        rows = [row for section in self.sections for layer in section.layers for row in layer.rows]
        return [cell for row in rows for cell in row.cells]

    @property
    def withheld(self) -> bool:
        """Say whether words are left out because somebody may not be quoted."""
        return any(cell.withheld for cell in self.cells())


@dataclass(frozen=True, slots=True)
class _List:
    """A dataset with the newest version of a list that it was read with, and the values found that are not on it."""

    dataset: str
    framework: Framework
    dropped: Mapping[str, str]


def table(db: Readable, *, per_cell: int = PER_CELL) -> Exemplars:
    """Make the table from everybody's readings."""
    return _table(db, _answers(db), moved_borders(db), per_cell, "")


def table_for(
    db: Database, coder_id: str, review: ReviewSettings, now: datetime, *, per_cell: int = PER_CELL
) -> Exemplars:
    """
    Make the table for one reader, and record which of the others' readings it shows or counts.

    The others' readings count where this reader has given their own and nothing on the same words waits to be read
    without suggestions. The words between moved borders are shown, and recorded, like the passage itself.
    """
    answers = _answers(db)
    seen = allowed(db, coder_id, {row["excerpt_id"] for row in answers if row["coder_id"] != coder_id}, review).readings
    finished = {(one.coder_id, one.excerpt_id, one.framework) for one in latest(db, seen)}
    known = [
        row
        for row in answers
        if row["coder_id"] == coder_id or (row["coder_id"], row["excerpt_id"], row["framework"]) in finished
    ]
    others = [row for row in known if row["coder_id"] != coder_id]
    moved = _usable(db, coder_id, moved_borders(db), {row["excerpt_id"] for row in others}, review)
    made = _table(db, known, moved, per_cell, coder_id)
    counted = [Item(row["excerpt_id"], "reading", coding_id=row["coding_id"]) for row in others if row["newest"]]
    record(db, coder_id, [*_shown(made, others), *not_seen(db, coder_id, counted)], "exemplars", now)
    return made


def _usable(
    db: Readable, coder_id: str, moved: Mapping[str, list[Moved]], beside_others: set[str], review: ReviewSettings
) -> dict[str, list[Moved]]:
    """
    Keep the moved borders between which others' readings may be shown to a person.

    The person's own are kept too where no reading of another stands on the excerpt.
    """
    reached = {excerpt for borders in moved.values() for border in borders for excerpt in border.reaches}
    free = allowed(db, coder_id, {*moved, *reached}, review).readings
    return {
        excerpt: [
            border
            for border in borders
            if border.reaches | {excerpt} <= free or (border.coder_id == coder_id and excerpt not in beside_others)
        ]
        for excerpt, borders in moved.items()
    }


def _shown(made: Exemplars, others: Sequence[dict[str, Any]]) -> list[Item]:
    """List whose readings the quotes show, on the passage that was read and on the one whose words are quoted."""
    held: dict[str, list[str]] = {}
    for row in others:
        if row["newest"]:
            held.setdefault(row["excerpt_id"], []).append(row["coding_id"])
    quotes = [quote for cell in made.cells() for quote in cell.quotes]
    return [
        Item(excerpt, "reading", coding_id=coding)
        for quote in quotes
        for coding in held.get(quote.excerpt_id, ())
        for excerpt in (quote.excerpt_id, quote.words_id)
    ]


_ANSWERS = """
    SELECT h.id AS coding_id, h.coder_id, h.excerpt_id, h.framework, h.framework_id, coalesce(h.made, h.kind) AS kind,
           h.id IN (SELECT coding_id FROM latest_readings) AS newest,
           a.value_id, a.answer = 'yes' AS yes, v.name AS value,
           e.dataset, e.transcript_id, e.start, e."end", q.excerpt_id IS NULL AS quotable
    FROM current_codings h
    JOIN coding_answers a ON a.coding_id = h.id
    JOIN known_values v ON v.framework_id = h.framework_id AND v.value_id = a.value_id
    JOIN live_excerpts e ON e.excerpt_id = h.excerpt_id
    JOIN transcript_list n ON n.transcript_id = e.transcript_id
    LEFT JOIN unquotable q ON q.excerpt_id = h.excerpt_id
    ORDER BY e.dataset, h.framework, a.value_id, n.number, e.start, h.excerpt_id, h.coder_id, kind
"""


def _answers(db: Readable) -> list[dict[str, Any]]:
    """Return every answer that somebody holds now (newest), and those of other kinds that they gave before."""
    rows: list[dict[str, Any]] = db.table(_ANSWERS).to_pylist()
    return rows


def _table(
    db: Readable, answers: Sequence[dict[str, Any]], moved: Mapping[str, Sequence[Moved]], per_cell: int, viewer: str
) -> Exemplars:
    lists = _lists(db, answers)
    choices = {
        place: chosen(list(rows), moved, per_cell, viewer)
        for place, rows in groupby(answers, lambda row: (row["dataset"], row["framework"], row["value_id"]))
    }
    quotes = worded(db, [found for choice in choices.values() for found in choice.quotes])

    def cell(item: _List, value_id: str | None) -> Cell:
        if value_id is None:
            return Cell()
        choice = choices.get((item.dataset, item.framework.id, value_id), Choice())
        return Cell(
            listed=True,
            own_meaning=value_id in item.framework.revised_meaning,
            found=choice.found,
            read=choice.read,
            quotes=tuple(quotes[found] for found in choice.quotes),
            withheld=choice.withheld,
            more=choice.more,
        )

    def row(line: Line, together: Sequence[_List]) -> Row:
        return Row(line.name, tuple(cell(item, value) for item, value in zip(together, line.ids, strict=True)))

    sections = []
    for places in families([item.framework for item in lists]):
        together = [lists[place] for place in places]
        layers = [Layer(group.name, tuple(row(line, together) for line in group.lines)) for group in _groups(together)]
        sections.append(Section(tuple(map(_column, together)), tuple(layers)))
    return Exemplars(tuple(sections), per_cell, bool(viewer))


def _lists(db: Readable, answers: Sequence[dict[str, Any]]) -> list[_List]:
    """Return each dataset with each list that it is read with now, or in which somebody found something before."""
    current = db.rows("SELECT dataset, framework, framework_id FROM current_scorings")
    newest = {(dataset, name): framework_id for dataset, name, framework_id in current}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in answers:
        if row["newest"] and row["yes"]:
            place = (row["dataset"], row["framework"])
            newest.setdefault(place, row["framework_id"])
            found.setdefault(place, {})[row["value_id"]] = row["value"]
    contents = {identity: from_json(content) for identity, content in db.rows("SELECT id, content FROM frameworks")}
    lists = []
    for place in sorted(newest):
        framework = contents[newest[place]]
        known = {value.id for value in framework.values}
        dropped = {value: name for value, name in found.get(place, {}).items() if value not in known}
        lists.append(_List(place[0], framework, dropped))
    return lists


def _groups(together: Sequence[_List]) -> list[Group]:
    """Return the layers of lists that belong together, and one for what is no longer on any of them."""
    dropped = sorted({(name, value) for item in together for value, name in item.dropped.items()})
    lines = [
        Line(name, tuple(value if item.dropped.get(value) == name else None for item in together))
        for name, value in dropped
    ]
    return [*combine([item.framework for item in together]), *([Group(NO_LONGER, tuple(lines))] if lines else [])]


def _column(item: _List) -> Column:
    order = tuple(
        (layer.name, tuple(value.name for value in item.framework.values if value.layer == layer.id))
        for layer in item.framework.layers
    )
    return Column(item.dataset, item.framework.title, item.framework.version, order)
