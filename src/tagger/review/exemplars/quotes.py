"""Which passages speak for a value, and their words: spread over transcripts, and only what may be quoted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa

from tagger.records import Span
from tagger.review.passages import transcript_numbers
from tagger.review.turns import clock
from tagger.store import Readable
from tagger.wording import KINDS


@dataclass(frozen=True, slots=True)
class Part:
    """What one speaker says of a quote; `speaker` is a pseudonym."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """
    A passage in which somebody found the value.

    `readers` found it, `otherwise` read the same passage and did not; `kinds` of reading stand behind the finding.
    `words_id`: the excerpt whose words these are, another one where a reader moved the borders.
    """

    excerpt_id: str
    parts: tuple[Part, ...]
    standing: str
    transcript: str
    begins: str
    readers: int
    otherwise: int
    kinds: tuple[str, ...]
    words_id: str

    @property
    def moved(self) -> bool:
        """Say whether a reader moved where it begins or ends."""
        return self.words_id != self.excerpt_id

    @property
    def several(self) -> bool:
        """Say whether more than one person speaks."""
        return len({part.speaker for part in self.parts}) > 1

    @property
    def speakers(self) -> str:
        """Return who speaks, by pseudonym."""
        return " + ".join(dict.fromkeys(part.speaker for part in self.parts))

    @property
    def text(self) -> str:
        """Return the words, with the speakers before them where there are several."""
        return "\n".join(f"{part.speaker}: {part.text}" if self.several else part.text for part in self.parts)

    @property
    def agreed(self) -> str:
        """Say how many readers found the value here, and how many did not."""
        found = "1 reader" if self.readers == 1 else f"{self.readers} readers"
        return found + (f"; {self.otherwise} read it otherwise" if self.otherwise else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in which somebody found a value, before its words are fetched; `words_id`: after borders were moved."""

    excerpt_id: str
    words_id: str
    transcript_id: str
    span: Span
    quotable: bool
    readers: int
    otherwise: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a cell of the table holds: counts of transcripts, the passages that speak for the value, and the others."""

    found: int = 0
    read: int = 0
    quotes: tuple[Found, ...] = ()
    withheld: int = 0
    more: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """
    An excerpt as one reader moved its borders; `number` tells which reader did so last.

    `reaches`: passages with words between these borders that lie outside of the excerpt as it was handed out.
    """

    coder_id: str
    number: int
    excerpt_id: str
    span: Span
    quotable: bool
    reaches: frozenset[str] = frozenset()


_MOVED = """
    SELECT d.excerpt_id, d.coder_id, d.number, c.excerpt_id, c.start, c."end",
           any_value(q.excerpt_id) IS NULL, list(DISTINCT p.excerpt_id) FILTER (WHERE p.excerpt_id IS NOT NULL)
    FROM standing_decisions d
    JOIN adjustments a ON a.decision_id = d.id
    JOIN live_excerpts c ON c.excerpt_id = a.child_id
    JOIN live_spans s ON s.excerpt_id = d.excerpt_id
    LEFT JOIN unquotable q ON q.excerpt_id = c.excerpt_id
    LEFT JOIN (
        SELECT e.* FROM live_excerpts e
        JOIN current_segmentations g ON g.dataset = e.dataset AND g.segmentation_id = e.segmentation_id
        WHERE e.kind = 'passage'
    ) p ON p.revision_id = c.revision_id AND p.start < c."end" AND p."end" > c.start
       AND (p.start < s.start OR p."end" > s."end")
    GROUP BY d.excerpt_id, d.coder_id, d.number, c.excerpt_id, c.start, c."end"
    ORDER BY d.number
"""


def moved_borders(db: Readable) -> dict[str, list[Moved]]:
    """Return, by excerpt, the borders that readers moved and that are still in the newest text."""
    moved: dict[str, list[Moved]] = {}
    for excerpt, coder, number, child, start, end, quotable, reaches in db.rows(_MOVED):
        border = Moved(coder, number, child, (start, end), quotable, frozenset(reaches or ()))
        moved.setdefault(excerpt, []).append(border)
    return moved


def chosen(
    answers: Sequence[Mapping[str, Any]], moved: Mapping[str, Sequence[Moved]], per_cell: int, viewer: str
) -> Choice:
    """
    Choose what speaks for one value in one dataset.

    Args:
        answers: all answers about it, in the order of transcripts and places.
        moved: see `moved_borders`; the viewer's own borders come before those that were moved last.
        per_cell: how many quotes at most.
        viewer: for whom the table is; empty for nobody in particular.
    """
    now = [answer for answer in answers if answer["newest"]]
    by_excerpt = {excerpt: list(rows) for excerpt, rows in groupby(answers, lambda answer: answer["excerpt_id"])}
    everything = [_found(rows, moved, viewer) for rows in by_excerpt.values() if _holders(rows)]
    quotable = [found for found in everything if found.quotable]
    quotes, more = _spread(quotable, per_cell)
    return Choice(
        found=len({answer["transcript_id"] for answer in now if answer["yes"]}),
        read=len({answer["transcript_id"] for answer in now}),
        quotes=tuple(quotes),
        withheld=len(everything) - len(quotable),
        more=more,
    )


def _holders(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {row["coder_id"] for row in rows if row["newest"] and row["yes"]}


def _found(rows: Sequence[Mapping[str, Any]], moved: Mapping[str, Sequence[Moved]], viewer: str) -> Found:
    holders = _holders(rows)
    kinds = {row["kind"] for row in rows if row["yes"] and row["coder_id"] in holders}
    first = rows[0]
    mine = [border for border in moved.get(first["excerpt_id"], ()) if border.coder_id in holders]
    border = max(mine, key=lambda border: (border.coder_id == viewer, border.number), default=None)
    return Found(
        excerpt_id=first["excerpt_id"],
        words_id=border.excerpt_id if border else first["excerpt_id"],
        transcript_id=first["transcript_id"],
        span=border.span if border else (first["start"], first["end"]),
        quotable=border.quotable if border else first["quotable"],
        readers=len(holders),
        otherwise=len({row["coder_id"] for row in rows if row["newest"] and not row["yes"]}),
        kinds=tuple(words for kind, words in KINDS.items() if kind in kinds),
    )


def _spread(found: Sequence[Found], most: int) -> tuple[list[Found], int]:
    """
    Take one of each transcript before a second of any, those that more readers found first; the same words once.

    Returns:
        What was taken, and how many more there are.
    """
    of_transcript: dict[str, list[Found]] = {}
    waiting: list[tuple[int, Found]] = []
    for one in sorted(found, key=lambda one: -one.readers):
        before = of_transcript.setdefault(one.transcript_id, [])
        if not any(one.span[0] < other.span[1] and other.span[0] < one.span[1] for other in before):
            waiting.append((len(before), one))
            before.append(one)
    waiting.sort(key=lambda pair: (pair[0], -pair[1].readers))
    return [one for _, one in waiting[:most]], max(0, len(waiting) - most)


_WORDS = """
    SELECT e.excerpt_id, t.pseudonym, t.standing, t.begins,
           substring(e.text, greatest(t.start, e.start) - e.start + 1,
                     least(t."end", e."end") - greatest(t.start, e.start)) AS words
    FROM wanted w
    JOIN live_excerpts e ON e.excerpt_id = w.excerpt_id
    JOIN live_turns t ON t.revision_id = e.revision_id AND t.position BETWEEN e.first_turn AND e.last_turn
    ORDER BY e.excerpt_id, t.position
"""


def worded(db: Readable, found: Sequence[Found]) -> dict[Found, Quote]:
    """Fetch the words of what was found, and who speaks them."""
    wanted = pa.table({"excerpt_id": pa.array(sorted({one.words_id for one in found}), pa.string())})
    turns: dict[str, list[dict[str, Any]]] = {}
    for row in db.table(_WORDS, wanted=wanted).to_pylist():
        turns.setdefault(row["excerpt_id"], []).append(row)
    numbers = transcript_numbers(db)
    return {one: _quote(one, turns[one.words_id], numbers[one.transcript_id]) for one in found}


def named(pseudonym: str | None) -> str:
    """Return what a speaker is called in front of people."""
    return "not named" if pseudonym in (None, "", "unnamed") else str(pseudonym)


def _quote(found: Found, turns: Sequence[Mapping[str, Any]], number: tuple[str, int]) -> Quote:
    standing = sorted({name for turn in turns for name in turn["standing"]})
    begins = next((turn["begins"] for turn in turns if turn["begins"] is not None), None)
    return Quote(
        excerpt_id=found.excerpt_id,
        parts=tuple(Part(named(turn["pseudonym"]), turn["words"].strip()) for turn in turns),
        standing=" + ".join(standing),
        transcript=f"{number[0]} {number[1]}",
        begins=clock(begins),
        readers=found.readers,
        otherwise=found.otherwise,
        kinds=found.kinds,
        words_id=found.words_id,
    )
