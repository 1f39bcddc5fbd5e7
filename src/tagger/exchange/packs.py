"""
A reading pack as a workbook: passages to read without the program, and what comes back filled in.

A workbook has four sheets: how to go about it, the list of values, the passages with a column for every answer, and a
small one that says which pack it is. What was filled in is found by the names of columns and the numbers of passages,
so that rows may be sorted and columns moved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tagger.errors import CodingsError
from tagger.exchange import sheets, workbook
from tagger.exchange.codings import NO, YES
from tagger.exchange.sheets import Row
from tagger.records import Framework, Value
from tagger.wording import several

HOW_TO, LIST, READ, PACK = "How to", "The list", "Read", "Pack"
MARKER = "Reading pack"
NUMBER, ARM, NOTES, BEFORE, WHO, PASSAGE = "No.", "Arm", "It touches on", "Said before", "Who speaks", "Passage"
NOTHING, UNLISTED, UNSURE, SKIP = "Nothing here", "Something here, not on our list", "Unsure", "Skip"
OUTCOMES = {
    NOTHING: "nothing here",
    UNLISTED: "something not on our list",
    UNSURE: "unsure",
    SKIP: "skip",
}
"""The act that each column besides the values stands for."""
YOUR_NOTES = "Your notes"
ARMS = {
    "blind": "without suggestions",
    "assisted": "suggestions may follow",
}
"""The arms in plain words: no suggestion is ever in a pack."""
LEAVE = "Please leave this sheet as it is: it says where your answers belong."
STEPS = (
    "Thank you for reading. Take as long as you like, in as many sittings as you like, and stop whenever you want.",
    "You need three sheets: this one, 'The list' with the values, and 'Read' with the passages.",
    "1. Read a passage. What was said before it stands to its left, so that you know what it is about. Some rows say "
    "what a passage may touch on.",
    "2. Put an x under every value that you see in the passage. One value, several, all of them: as you see it.",
    "3. If you see none of the values, put an x under 'Nothing here'. That is a good answer, and a common one.",
    "4. If the passage shows something that matters and is not on the list, put an x under 'Something here, not on our "
    "list', and say what it is under 'Your notes' if you like. You may mark values as well.",
    "5. Not sure? Put an x under 'Unsure'. Rather not read it? Put an x under 'Skip'. Nobody asks why.",
    "A row with no x in it counts as not read. It stays yours, and you can send the workbook again later.",
    "A row with an x under a value, or under 'Something here, not on our list', means: this, and none of the others.",
    "There is no right answer to find. Your own reading is what counts; please do not compare with others yet.",
    "No suggestion of the program is in this pack. For some passages they may be shown to you afterwards, in the "
    "browser; the column 'Arm' says which. It helps to see whether suggestions sway us, and is no test of you.",
    "The words are confidential. Keep this file where nobody else opens it, and delete it when it was brought back.",
)
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class PackPassage:
    """
    A passage of a pack.

    `before` is what was said before it, `notes` what it touches on; `who` are pseudonyms with their standing.
    """

    number: int
    arm: str
    notes: str
    before: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Pack:
    """Passages that somebody reads without the program, with the list that they are read against."""

    id: str
    reader: str
    dataset: str
    framework_id: str
    framework: Framework
    passages: tuple[PackPassage, ...]

    @property
    def number(self) -> str:
        """Return what people call it by."""
        return number_of(self.id)

    @property
    def file_name(self) -> str:
        """Name its workbook by its number and its reader."""
        return "-".join(["reading-pack", self.number, *_WORD.findall(self.reader.casefold())]) + ".xlsx"


@dataclass(frozen=True, slots=True)
class Answered:
    """
    What one row of a pack says: the values marked, and how the reader concluded, if other than by values.

    `number` is the passage's in the pack, `row` the sheet's. `outcome` is one of `OUTCOMES` or empty.
    """

    number: int
    row: int
    value_ids: tuple[str, ...]
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A pack that came back: what was filled in, how many rows were left empty, and rows that contradict themselves."""

    pack_id: str
    framework_id: str
    answered: tuple[Answered, ...]
    empty: int
    problems: tuple[str, ...]


def number_of(pack_id: str) -> str:
    """Return the number that stands on a pack: the beginning of its id."""
    return pack_id[:8]


def write(pack: Pack) -> bytes:
    """Write a pack as an XLSX workbook."""
    values = pack.framework.values
    how_to = [
        f"This is pack {pack.number}, for {pack.reader}. "
        f"It holds {several(len(pack.passages), 'passage')} from {pack.dataset}.",
        *STEPS,
    ]
    names = (NUMBER, NOTES, BEFORE, WHO, PASSAGE, *(value.name for value in values), *OUTCOMES, YOUR_NOTES, ARM)
    marks = len(values) + len(OUTCOMES)
    records = [(p.number, p.notes, p.before, p.who, p.text, *[""] * marks, "", ARMS[p.arm]) for p in pack.passages]
    framed, box = workbook.FRAMED, workbook.BOX
    identity = [("pack", pack.id, ""), ("list", pack.framework_id, "")]
    identity += [("value", value.id, value.name) for value in values]
    return workbook.write_sheets(
        [
            workbook.Sheet(HOW_TO, ("How to read this pack",), [(step,) for step in how_to], (100,), (workbook.LONG,)),
            workbook.Sheet(
                LIST,
                ("Value", "Layer", "What it means", "What counts", "What does not"),
                [_meaning(value, pack.framework) for value in values],
                (22, 18, 55, 45, 45),
                (framed,) * 5,
            ),
            workbook.Sheet(
                READ,
                names,
                records,
                (6, 14, 38, 11, 62, *[12] * marks, 36, 14),
                (framed,) * 5 + (box,) * marks + (framed,) * 2,
            ),
            workbook.Sheet(PACK, (MARKER, LEAVE, ""), identity, (14, 50, 30), (workbook.LONG,) * 3),
        ]
    )


def is_pack(data: bytes) -> bool:
    """Say whether the bytes are a workbook that was handed out as a reading pack."""
    return data.startswith(b"PK") and {READ, PACK} <= set(sheets.titles(data))


def read(data: bytes, name: str) -> Returned:
    """
    Read what was filled in.

    Raises:
        CodingsError: it is damaged, or no longer the workbook that was handed out.
    """
    pack_id, framework_id, values = _identity(sheets.named(data, name, PACK), name)
    header, *rows = sheets.named(data, name, READ) or [Row(1, ())]
    columns = _columns(header, [*values.values(), *OUTCOMES], f"{name}, sheet {READ}, row {header.number}")
    answered: list[Answered] = []
    problems: list[str] = []
    empty = 0
    for row in rows:
        found = _answered(row, columns, values)
        if isinstance(found, str):
            problems.append(f"row {row.number}: {found}; it was left out")
        elif found.value_ids or found.outcome or found.note:
            answered.append(found)
        else:
            empty += 1
    problems += _twice(answered)
    return Returned(pack_id, framework_id, tuple(answered), empty, tuple(problems))


def _meaning(value: Value, framework: Framework) -> tuple[str, ...]:
    layer = next(layer.name for layer in framework.layers if layer.id == value.layer)
    counts = "\n".join(f"• {wording.text}" for wording in value.counts)
    does_not = "\n".join(f"• {wording.text}" for wording in value.does_not_count)
    return value.name, layer, value.definition.text, counts, does_not


def _identity(rows: Sequence[Row], name: str) -> tuple[str, str, dict[str, str]]:
    """Return the ids of the pack and of its list, and the names of the list's values by id."""
    if not rows or rows[0].cell(0) != MARKER:
        raise CodingsError(
            f"The sheet '{PACK}' does not say which pack it is", where=name, remedy="Use the workbook as handed out"
        )
    said = {row.cell(0): row.cell(1) for row in rows}
    values = {row.cell(1): row.cell(2) for row in rows if row.cell(0) == "value"}
    if not (said.get("pack") and said.get("list") and values):
        raise CodingsError(f"The sheet '{PACK}' was changed", where=name, remedy="Use the workbook as handed out")
    return said["pack"], said["list"], values


def _columns(header: Row, wanted: Sequence[str], where: str) -> dict[str, int]:
    places = {name: _place(header, name) for name in (NUMBER, *wanted, YOUR_NOTES)}
    if missing := [f"'{name}'" for name, place in places.items() if place < 0]:
        raise CodingsError(
            f"there is no column {', '.join(missing)}", where=where, remedy="Give the columns their names again"
        )
    return places


def _place(header: Row, name: str) -> int:
    cells = [_simple(cell) for cell in header.cells]
    return cells.index(_simple(name)) if _simple(name) in cells else -1


def _simple(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()


def _answered(row: Row, columns: Mapping[str, int], values: Mapping[str, str]) -> Answered | str:
    """Return what a row says, or why it cannot be taken."""
    number = row.cell(columns[NUMBER])
    marked: list[str] = []
    for name in (*values.values(), *OUTCOMES):
        cell = _simple(row.cell(columns[name]))
        if cell in YES:
            marked.append(name)
        elif cell and cell not in NO:
            return f"“{row.cell(columns[name])[:30]}” under {name} is neither an x nor empty"
    yes = tuple(value for value, name in values.items() if name in marked)
    outcomes = [name for name in OUTCOMES if name in marked]
    note = row.cell(columns[YOUR_NOTES])
    if (yes or outcomes or note) and not number.isdecimal():
        return f"it has no number under {NUMBER}"
    if len(outcomes) > 1:
        return f"{' and '.join(outcomes)} are marked together"
    if yes and outcomes and outcomes != [UNLISTED]:
        return f"{outcomes[0]} is marked, and {values[yes[0]]} too"
    return Answered(int(number or 0), row.number, yes, OUTCOMES[outcomes[0]] if outcomes else "", note)


def _twice(answered: list[Answered]) -> list[str]:
    """Take out passages that are there more than once, and say so."""
    rows: dict[int, list[int]] = {}
    for found in answered:
        rows.setdefault(found.number, []).append(found.row)
    several = {number: places for number, places in rows.items() if len(places) > 1}
    answered[:] = [found for found in answered if found.number not in several]
    return [
        f"rows {' and '.join(map(str, places))}: No. {number} is there more than once; they were left out"
        for number, places in several.items()
    ]
