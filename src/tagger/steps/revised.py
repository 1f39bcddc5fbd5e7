"""
What corrected files did to the codings made before: which stayed, which moved, and which are to be read again.

It is told where codings lie and whose they are, never what somebody saw in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, reduce
from pathlib import Path
from typing import Any

import pyarrow as pa

from tagger.errors import UsageError
from tagger.records import Span
from tagger.revisions import Rewritten, Shared, composed, out_of_order, rewritten
from tagger.store import Readable, Store

STAYED, MOVED, AGAIN = "stayed", "moved elsewhere", "to be read again"
DONE, OUT, ASKED, HELD = "read again since", "taken out", "now said by who asks", "not to be worked on"
BECAME = (AGAIN, DONE, MOVED, STAYED, OUT, ASKED, HELD)
"""What can become of a coding, what people are to do first."""
NO_QUOTE = "(may not be quoted)"
_NUMBERS = ("transcript_number", "revision", "turn")
_COLUMNS = pa.schema(
    (name, pa.int64() if name in _NUMBERS else pa.string())
    for name in (
        *("what_became_of_it", "reader", "dataset", "transcript", *_NUMBERS),
        *("speaker", "words_before", "words_now", "changes", "excerpt_id"),
    )
)


@dataclass(frozen=True, slots=True)
class RevisedCoding:
    """
    One coding of a transcript that was corrected since.

    `reader` is a letter, or the name in an imported table, and `name` what the study calls this person; `turn`, from 1,
    `start` and `speaker` are those of the newest text, of the text before where its words are gone; `changes` pairs old
    words with what stands for them.
    """

    became: str
    reader: str
    name: str
    excerpt_id: str
    turn: int
    start: int
    speaker: str
    begins: float | None
    before: str
    now: str
    changes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RevisedTranscript:
    """A transcript with its newest revision, the run that read it, and the codings that are older than that."""

    dataset: str
    transcript: str
    number: int
    source: str
    revision: int
    run_id: str
    codings: tuple[RevisedCoding, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Count the codings by what became of them, where there are any."""
        often = Counter(each.became for each in self.codings)
        return {became: often[became] for became in BECAME if often[became]}


def revised(folder: Path) -> list[RevisedTranscript]:
    """Say of each transcript that has more than one revision what became of its codings."""
    with Store(folder).session("a look at revisions") as database:
        return revised_in(database)


def revised_in(database: Readable) -> list[RevisedTranscript]:
    """Say the same of a study that is open."""
    found = database.table(_TRANSCRIPTS).to_pylist()
    if not found:
        return []
    looked = _Look(database)
    codings: dict[str, list[RevisedCoding]] = {}
    for row in database.table(_CODINGS).to_pylist():
        codings.setdefault(row["transcript"], []).append(looked.at(row))
    return [
        RevisedTranscript(**row, codings=tuple(sorted(codings.get(row["transcript"], []), key=_order))) for row in found
    ]


def only(found: Iterable[RevisedTranscript], transcript: str = "", reader: str = "") -> list[RevisedTranscript]:
    """
    Keep one transcript, by its id, its file or the end of that, and the codings of one reader, where asked for.

    Raises:
        UsageError: no corrected transcript goes by that, or no coding of theirs is by that reader.
    """
    found = list(found)
    kept = [
        each
        for each in found
        if not transcript or each.transcript == transcript or f"/{each.source}".endswith(f"/{transcript}")
    ]
    if transcript and not kept:
        known = ", ".join(each.source for each in found) or "none yet"
        raise UsageError("no such transcript was corrected", where=transcript, remedy=f"Corrected were: {known}")
    if not reader:
        return kept
    sought = {reader.casefold(), f"reader {reader}".casefold()}
    kept = [
        replace(each, codings=codings)
        for each in kept
        if (codings := tuple(one for one in each.codings if sought & {one.reader.casefold(), one.name.casefold()}))
    ]
    if not kept:
        raise UsageError("no coding here is by this reader", where=reader, remedy="Leave --reader out to see them all")
    return kept


def as_table(found: Iterable[RevisedTranscript]) -> pa.Table:
    """Make a table of all codings, one row each; of the transcript it has its id and not its file."""
    rows = [
        {
            "what_became_of_it": coding.became,
            "reader": coding.reader,
            "dataset": each.dataset,
            "transcript": each.transcript,
            "transcript_number": each.number,
            "revision": each.revision,
            "turn": coding.turn,
            "speaker": coding.speaker,
            "words_before": coding.before,
            "words_now": coding.now,
            "changes": "; ".join(f"[{was}] -> [{now}]" for was, now in coding.changes),
            "excerpt_id": coding.excerpt_id,
        }
        for each in found
        for coding in each.codings
    ]
    return pa.Table.from_pylist(rows, schema=_COLUMNS)


def to_be_read_again(database: Readable) -> list[RevisedCoding]:
    """List the codings whose words were corrected and whose readers have not read them again."""
    return [each for one in revised_in(database) for each in one.codings if each.became == AGAIN]


def _order(coding: RevisedCoding) -> tuple[int, int, str, str]:
    return BECAME.index(coding.became), coding.start, coding.excerpt_id, coding.reader


class _Look:
    """The revisions of corrected transcripts, with their turns and maps, looked at coding by coding."""

    def __init__(self, database: Readable) -> None:
        self._shared = cache(self._compared)
        self._texts = {(t, number): str(text) for t, number, text in database.rows(_TEXTS)}
        self._maps: dict[tuple[str, int], list[Shared]] = {}
        for transcript, number, *stretch in database.rows(_MAPS):
            self._maps.setdefault((transcript, number), []).append(Shared(*stretch))
        self._turns: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for row in database.table(_TURNS).to_pylist():
            self._turns.setdefault((row["transcript"], row["number"]), []).append(row)
        self._since: dict[tuple[str, str, str], list[tuple[int, int, int]]] = {}
        for coder, framework, transcript, *cut in database.rows(_READ_SINCE):
            self._since.setdefault((coder, framework, transcript), []).append((cut[0], cut[1], cut[2]))

    def at(self, row: Mapping[str, Any]) -> RevisedCoding:
        """Say what became of one coding, a row of `_CODINGS`."""
        blocks, _ = self._shared(row["transcript"], row["seen_in"], row["newest"])
        found = _Coding(row, blocks, self._texts[row["transcript"], row["newest"]])
        old, new = (row["transcript"], row["seen_in"]), (row["transcript"], row["newest"])
        turns_before = _touched(self._turns[old], found.was)
        turns = _touched(self._turns[new], found.place) if found.place else turns_before
        first = (turns or turns_before)[0]
        silent = any(not turn["may_quote"] for turn in (*turns_before, *turns))
        return RevisedCoding(
            became=HELD if found.place and not all(turn["may_process"] for turn in turns) else self._became(row, found),
            reader=row["reader"],
            name=row["name"],
            excerpt_id=row["excerpt_id"],
            turn=first["position"] + 1,
            start=(found.place or found.was)[0],
            speaker=first["pseudonym"],
            begins=first["begins"],
            before=NO_QUOTE if silent else row["text"],
            now=NO_QUOTE if silent else found.now,
            changes=() if silent else found.changes(self._texts[old]),
        )

    def _compared(self, transcript: str, seen_in: int, newest: int) -> tuple[list[Shared], set[Shared]]:
        """Return what two revisions share, and which of it stands elsewhere among the rest."""
        steps = [self._maps.get((transcript, number), []) for number in range(seen_in + 1, newest + 1)]
        blocks = reduce(composed, steps)
        return blocks, out_of_order(blocks)

    def _became(self, row: Mapping[str, Any], found: _Coding) -> str:
        if found.place is None:
            return OUT
        if found.is_same:
            heard = row["is_live"] or row["now_start"] is None  # not placed yet: the run has not come so far
            _, elsewhere = self._shared(row["transcript"], row["seen_in"], row["newest"])
            start, end = found.was
            moved = any(block.old_start < end and start < block.old_end for block in elsewhere)
            return ASKED if not heard else MOVED if moved else STAYED
        start, end = found.place
        read = self._since.get((row["coder_id"], row["framework"], row["transcript"]), [])
        return DONE if any(cut > row["seen_in"] and s < end and start < e for cut, s, e in read) else AGAIN


@dataclass(frozen=True)
class _Coding:
    """Where one coding was, and where its words, or what stands for them, are in the newest text."""

    row: Mapping[str, Any]
    blocks: Sequence[Shared]
    text: str

    @property
    def was(self) -> Span:
        return self.row["start"], self.row["end"]

    @cached_property
    def _found(self) -> Rewritten | None:
        if self.row["now_start"] is not None:
            return Rewritten((self.row["now_start"], self.row["now_end"]), ())
        return rewritten(self.was, self.blocks, len(self.text))

    @cached_property
    def place(self) -> Span | None:
        """Return the place of its words now, None where there are none."""
        place = self._found.place if self._found else (0, 0)
        return place if self.text[slice(*place)].strip() else None

    @property
    def is_same(self) -> bool:
        """Tell whether all its words are there as they were."""
        return bool(self._found and not self._found.changes)

    @property
    def now(self) -> str:
        """Return the words that stand there now."""
        return self.text[slice(*self.place)].strip() if self.place else ""

    def changes(self, old: str) -> tuple[tuple[str, str], ...]:
        """Pair the old words that changed with the new ones."""
        pairs = self._found.changes if self._found and self.place else ()
        told = ((old[slice(*was)].strip(), self.text[slice(*now)].strip()) for was, now in pairs)
        return tuple((was, now) for was, now in told if was != now)


def _touched(turns: Iterable[dict[str, Any]], span: Span) -> list[dict[str, Any]]:
    return [turn for turn in turns if turn["start"] < span[1] and span[0] < turn["end"]]


_TRANSCRIPTS = """
SELECT l.dataset, l.transcript_id AS transcript, n.number, l.source, l.number AS revision, r.run_id
FROM live_revisions l
JOIN revisions r ON r.id = l.revision_id
JOIN transcript_list n ON n.transcript_id = l.transcript_id
WHERE l.number > 1 ORDER BY l.dataset, n.number
"""

# Where each coding was placed last before the newest revision, and where it is placed in that one.
_CODINGS = """
SELECT l.transcript_id AS transcript, l.number AS newest, x.coder_id, x.framework, x.excerpt_id, e.text,
       k.name, CASE WHEN k.role IS NULL THEN k.name ELSE k.letter END AS reader, b.number AS seen_in, p.start, p."end",
       n.start AS now_start, n."end" AS now_end, x.excerpt_id IN (SELECT excerpt_id FROM live_excerpts) AS is_live
FROM latest_readings x
JOIN readers k ON k.coder_id = x.coder_id
JOIN excerpts e ON e.id = x.excerpt_id
JOIN live_revisions l ON l.transcript_id = e.transcript_id
JOIN (
    SELECT p.excerpt_id, r.transcript_id, max(r.number) AS number
    FROM placements p JOIN revisions r ON r.id = p.revision_id
    JOIN live_revisions l ON l.transcript_id = r.transcript_id AND r.number < l.number
    GROUP BY p.excerpt_id, r.transcript_id
) b ON b.excerpt_id = x.excerpt_id
JOIN revisions r ON r.transcript_id = b.transcript_id AND r.number = b.number
JOIN placements p ON p.excerpt_id = x.excerpt_id AND p.revision_id = r.id
LEFT JOIN placements n ON n.excerpt_id = x.excerpt_id AND n.revision_id = l.revision_id
WHERE x.outcome <> 'skipped'
ORDER BY x.coding_id
"""

_TEXTS = """
SELECT r.transcript_id, r.number, r.text
FROM revisions r JOIN live_revisions l ON l.transcript_id = r.transcript_id AND l.number > 1
"""

_MAPS = """
SELECT r.transcript_id, r.number, m.old_start, m.new_start, m.length
FROM offset_maps m JOIN revisions r ON r.id = m.revision_id ORDER BY ALL
"""

_TURNS = """
SELECT r.transcript_id AS transcript, r.number, t.position, t.start, t."end", t.begins,
       coalesce(s.pseudonym, '') AS pseudonym, coalesce(p.may_quote, true) AS may_quote,
       coalesce(p.may_process, true) AS may_process
FROM revisions r
JOIN live_revisions l ON l.transcript_id = r.transcript_id AND l.number > 1
JOIN turns t ON t.revision_id = r.id
LEFT JOIN speaker_list s ON s.speaker_id = t.speaker_id
LEFT JOIN current_permissions p ON p.participant_id = s.participant_id
ORDER BY r.id, t.position
"""

# What people finished reading among the excerpts that were first cut in a corrected text.
_READ_SINCE = """
SELECT x.coder_id, x.framework, s.transcript_id, r.number, s.start, s."end"
FROM latest_readings x
JOIN excerpts e ON e.id = x.excerpt_id
JOIN revisions r ON r.id = e.revision_id AND r.number > 1
JOIN live_excerpts s ON s.excerpt_id = x.excerpt_id
WHERE x.finished AND x.outcome <> 'skipped'
"""
