"""Tables with one row a turn: which column holds what, guessed and said, and the rows as utterances."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tagger.transcripts import dialogue, labels, times
from tagger.transcripts.dialogue import Line
from tagger.transcripts.utterances import Draft, Utterance, joined_by_sentence, merged
from tagger.transcripts.vocabulary import BEGIN_COLUMNS, CODING_COLUMNS, END_COLUMNS, SPEAKER_COLUMNS, TEXT_COLUMNS
from tagger.wording import several

Row = tuple[str, ...]
HEADER_WITHIN = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what, counted from 0; `named` says whether a header row said so, in which row."""

    text: int
    speaker: int | None = None
    begins: int | None = None
    ends: int | None = None
    header: int | None = None


def read(rows: Sequence[Row]) -> Draft | None:
    """Read rows as turns; None where no column holds what was said."""
    columns = guessed(rows)
    if columns is None:
        return None
    first = 0 if columns.header is None else columns.header + 1
    header = [" | ".join(cell for cell in row if cell.strip()) for row in rows[: columns.header or 0]]
    utterances, joined = _utterances(rows[first:], columns, first)
    problems = [_said(rows, columns)]
    if joined:
        problems.append(f"{several(joined, 'row')} without speaker or time: joined to the row above")
    dropped = [*[each for each in header if each], *_unused(rows, columns), *_silent(rows[first:], columns)]
    if columns.speaker is None and columns.begins is None:
        lines = [Line(line, number) for number, each in enumerate(utterances, 1) for line in each.text.split("\n")]
        draft = dialogue.read(lines)
        return Draft(draft.utterances, (*dropped, *draft.dropped), (*problems, *draft.problems))
    if columns.speaker is None:
        utterances = list(joined_by_sentence(utterances))
    return Draft(tuple(utterances), tuple(dropped), tuple(problems))


def guessed(rows: Sequence[Row]) -> Columns | None:
    """Guess the columns, by their names where a row has them, else by what stands in them."""
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        named = by_name(row, place)
        if named is not None:
            return named
    return _by_content(rows)


def by_name(row: Row, place: int = 0) -> Columns | None:
    """Read a row as a header: it names the words and something else, or the words alone in a single column."""
    names = [heading(cell) for cell in row]
    text = _first(names, TEXT_COLUMNS)
    speaker, begins, ends = (_first(names, known) for known in (SPEAKER_COLUMNS, BEGIN_COLUMNS, END_COLUMNS))
    if text is None and speaker is not None and begins is not None:
        text = next((at for at, name in enumerate(names) if name in ("comment", "comments", "notes", "what")), None)
    if text is None or (speaker is None and begins is None and sum(map(bool, names)) > 1):
        return None
    return Columns(text, speaker, begins, ends, place)


def is_codings(row: Row) -> bool:
    """Tell the header of a table of codings, which has words too, but no turns."""
    return bool(CODING_COLUMNS & {heading(cell) for cell in row})


def heading(cell: str) -> str:
    """Reduce a column's name to its words."""
    return " ".join(re.sub(r"[\W_]+", " ", cell.casefold()).split()) if len(cell) < 60 else ""


def _first(names: Sequence[str], known: Sequence[str]) -> int | None:
    return next((names.index(each) for each in known if each in names), None)


def _by_content(rows: Sequence[Row]) -> Columns | None:
    width = max((len(row) for row in rows), default=0)
    columns = [[row[at].strip() if at < len(row) else "" for row in rows[:500]] for at in range(width)]
    words = [sum(len(cell.split()) for cell in column) for column in columns]
    if not words or not 2 <= width <= (4 if any(map(_is_clocks, columns)) else 3):
        return None
    text = words.index(max(words))
    clocks = [at for at in range(width) if at != text and _is_clocks(columns[at])]
    free = [at for at in range(width) if at != text and at not in clocks and _could_be_speakers(columns[at])]
    free.sort(key=lambda at: len(set(columns[at])))
    if words[text] < 2 * len(rows) or not (free or clocks):
        return None
    speaker = free[0] if free else None
    begins, ends = [*clocks, None, None][:2]
    return Columns(text, speaker, begins, ends, _unnamed_header(columns, text, speaker, begins))


def _is_clocks(column: Sequence[str]) -> bool:
    return _share(column, lambda cell: times.seconds(cell) is not None) > 0.7


def _share(column: Sequence[str], test: Callable[[str], bool]) -> float:
    full = [cell for cell in column if cell]
    return sum(map(test, full)) / len(full) if full else 0.0


def _could_be_speakers(column: Sequence[str]) -> bool:
    full = [cell for cell in column if cell]
    short = (
        full
        and max(len(cell) for cell in full) <= labels.LONGEST
        and _share(full, lambda cell: any(map(str.isalpha, cell))) > 0.8
    )
    return bool(short) and len(full) >= 0.3 * len(column) and len(set(full)) <= max(4, 0.5 * len(full))


def _unnamed_header(columns: Sequence[Sequence[str]], text: int, speaker: int | None, begins: int | None) -> int | None:
    """Take the first row for a header of unknown names where its cells fit no other row."""
    if begins is not None:
        return 0 if columns[begins][0] and times.seconds(columns[begins][0]) is None else None
    if speaker is None or len(columns[text]) < 4:
        return None
    alone = columns[speaker].count(columns[speaker][0]) == 1 and len(columns[text][0].split()) <= 3
    rest = columns[speaker][1:]
    return 0 if alone and all(rest.count(each) > 1 for each in rest if each) else None


def _utterances(rows: Sequence[Row], columns: Columns, offset: int) -> tuple[list[Utterance], int]:
    utterances: list[Utterance] = []
    joined = 0
    unit = 1000 if _in_milliseconds(rows, columns) else 1
    for number, row in enumerate(rows, start=offset + 1):
        text, speaker, begins, ends = (
            _cell(row, at) for at in (columns.text, columns.speaker, columns.begins, columns.ends)
        )
        if not text:
            continue
        if columns.speaker is not None and not speaker and not begins and utterances:
            utterances[-1] = merged([utterances[-1], Utterance(text)])
            joined += 1
            continue
        speaker = re.sub(r"\s*[::]$", "", speaker)
        start, end = (None if clock is None else clock / unit for clock in map(times.duration, (begins, ends)))
        if start is None and begins:
            start, end = times.span(begins)
        utterances.append(Utterance(text, speaker or None, start, end, number))
    return utterances, joined


def _silent(rows: Sequence[Row], columns: Columns) -> list[str]:
    """Count the rows that name a speaker and nothing said: headings in merged cells, and people who say nothing."""
    named = [_cell(row, columns.speaker) for row in rows if not _cell(row, columns.text)]
    found = [each for each in named if each]
    return [f"{several(len(found), 'row')} without words, such as '{found[0][:60]}'"] if found else []


def _in_milliseconds(rows: Sequence[Row], columns: Columns) -> bool:
    """Whisper's tables count milliseconds: whole numbers, hundreds apart."""
    cells = [cell for row in rows[:500] for at in (columns.begins, columns.ends) if (cell := _cell(row, at))]
    whole = [int(cell) for cell in cells if cell.isdecimal() and len(cell) < 12]
    return len(whole) > 1 and len(whole) == len(cells) and max(whole) > 400 * len(rows)


def _cell(row: Row, at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def _said(rows: Sequence[Row], columns: Columns) -> str:
    """Say what each column was taken for."""
    taken = [
        ("what was said", columns.text),
        ("the speaker", columns.speaker),
        ("the time", columns.begins),
        ("the end", columns.ends),
    ]
    known = [f"{_title(rows, columns, at)} for {what}" for what, at in taken if at is not None]
    return f"columns were taken by {'content' if columns.header is None else 'name'}: {', '.join(known)}"


def _unused(rows: Sequence[Row], columns: Columns) -> list[str]:
    used = {columns.text, columns.speaker, columns.begins, columns.ends}
    width = max((len(row) for row in rows), default=0)
    unused = [at for at in range(width) if at not in used and any(_cell(row, at) for row in rows)]
    return [f"column {_title(rows, columns, at)}" for at in unused]


def _title(rows: Sequence[Row], columns: Columns, at: int) -> str:
    title = _cell(rows[columns.header], at) if columns.header is not None else ""
    return f"'{title}'" if title else f"no. {at + 1}"
