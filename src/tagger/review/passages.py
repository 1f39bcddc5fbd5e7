"""An excerpt in its transcript: what was said around it, by whom, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tagger.errors import UsageError
from tagger.records import Span
from tagger.review.decisions.borders import TURNS_AROUND
from tagger.review.turns import Mark, Piece, TurnView, clock, pieces, right_to_left, window
from tagger.store import Readable

__all__ = [
    "HELD_BACK",
    "ROOM",
    "Context",
    "Piece",
    "Sentence",
    "TurnView",
    "in_transcript",
    "sentences_around",
    "transcript",
    "transcript_number",
    "transcript_numbers",
]

ROOM = 700
"""How many characters of a long turn are shown on either side of an excerpt."""
HELD_BACK = "(held back: these words may not be worked on)"
_SENTENCES_AROUND = 12
_UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Context:
    """
    Turns of one transcript, the excerpt's among them.

    `earlier` and `later` count the turns that are not here; `kind` is the transcript's, `excerpt_kind` is empty where
    no excerpt was asked for; `live` is false where the excerpt's words were corrected since and this is how they were.
    """

    turns: tuple[TurnView, ...]
    earlier: int
    later: int
    title: str
    dataset: str
    transcript_id: str
    kind: str
    excerpt_kind: str
    language: str
    rtl: bool
    live: bool

    @property
    def cut(self) -> bool:
        """Say whether any turn is here in part only."""
        return any(turn.cut for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Sentence:
    """
    A sentence in or near an excerpt, by its place in the text.

    `inside`: it has words of the excerpt; `first` and `last`: the excerpt begins and ends with it.
    """

    start: int
    end: int
    text: str
    inside: bool = False
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """A text, and where in it an excerpt lies."""

    revision_id: str
    transcript_id: str
    kind: str
    language: str
    text: str
    live: bool = True
    excerpt_kind: str = ""
    start: int = 0
    end: int = 0
    turns: tuple[int, int] = (0, 0)


def in_transcript(
    db: Readable,
    excerpt_id: str,
    before: int = 1,
    after: int = 1,
    evidence: Sequence[Span] = (),
    *,
    whole: bool = False,
) -> Context:
    """
    Show an excerpt with the turns around it.

    A turn much longer than the excerpt is cut to some sentences around it; asking for more turns shows more of it.

    Args:
        before: how many turns before it.
        after: how many turns after it.
        evidence: sentences to mark, relative to the excerpt.
        whole: show the whole transcript, and every turn from its first to its last word.

    Raises:
        UsageError: there is no such excerpt.
    """
    place = _place(db, excerpt_id)
    marks: list[Mark] = [((place.start, place.end), "excerpt")]
    marks += [((place.start + start, min(place.start + end, place.end)), "evidence") for start, end in evidence]
    reach = None if whole else (max(before, 0), max(after, 0))
    return _context(db, place, marks, reach)


def transcript(db: Readable, transcript_id: str) -> Context:
    """
    Show a whole transcript with nothing marked in it.

    Raises:
        UsageError: there is no such transcript.
    """
    found = db.rows(
        "SELECT revision_id, transcript_id, kind, language, text FROM live_revisions WHERE transcript_id = $id",
        {"id": transcript_id},
    )
    if not found:
        raise UsageError("there is no such transcript in this study", remedy="Look for it again from the first page")
    return _context(db, _Place(*found[0]), [], None)


def sentences_around(db: Readable, excerpt_id: str) -> list[Sentence]:
    """
    List the sentences with which an excerpt could begin and end: its own, and some before and after it.

    They reach to the words of whoever asks, which can be no part of an excerpt.

    Raises:
        UsageError: there is no such excerpt.
    """
    place = _place(db, excerpt_id)
    [(asked_before, asked_after)] = db.rows(
        _ASKED_AROUND, {"revision": place.revision_id, "first": place.turns[0], "last": place.turns[1]}
    )
    around = {
        "first": max(place.turns[0] - TURNS_AROUND, asked_before + 1),
        "last": min(place.turns[1] + TURNS_AROUND, asked_after - 1),
    }
    spans = [
        (start, end)
        for start, end in db.rows(_SENTENCES, {"revision": place.revision_id, "excerpt": excerpt_id, **around})
        if start < end
    ]
    inside = [number for number, (start, end) in enumerate(spans) if start < place.end and end > place.start]
    if not inside:
        whole = place.text[place.start : place.end]
        return [Sentence(place.start, place.end, whole, inside=True, first=True, last=True)]
    return [
        Sentence(
            start, end, place.text[start:end],
            inside=number in inside, first=number == inside[0], last=number == inside[-1],
        )
        for number, (start, end) in enumerate(spans)
        if inside[0] - _SENTENCES_AROUND <= number <= inside[-1] + _SENTENCES_AROUND
    ]  # fmt: skip


def transcript_numbers(db: Readable) -> dict[str, tuple[str, int]]:
    """Return the dataset and the number of every transcript: 1 for the first of its dataset to be imported."""
    found = db.rows("SELECT transcript_id, dataset, number FROM transcript_list")
    return {transcript_id: (dataset, number) for transcript_id, dataset, number in found}


def transcript_number(db: Readable, transcript_id: str) -> str:
    """
    Return what people call a transcript, "general 2": never the name of its file.

    Raises:
        UsageError: there is no such transcript.
    """
    dataset, number = _numbered(db, transcript_id)
    return f"{dataset} {number}"


def _numbered(db: Readable, transcript_id: str) -> tuple[str, int]:
    found = db.known("SELECT dataset, number FROM transcript_list WHERE transcript_id = $id", {"id": transcript_id})
    if not found:
        raise UsageError("there is no such transcript in this study", remedy="Look for it again from the first page")
    dataset, number = found[0]
    return dataset, number


def _place(db: Readable, excerpt_id: str) -> _Place:
    """Find an excerpt in the newest text that holds it."""
    found = db.rows(_PLACE, {"id": excerpt_id})
    if not found:
        raise UsageError("there is no such passage in this study", remedy="Look for it again from the first page")
    revision_id, transcript_id, kind, language, live, excerpt_kind, start, end, first, last = found[0]
    text = text_of(db, revision_id)
    return _Place(revision_id, transcript_id, kind, language, text, live, excerpt_kind, start, end, (first, last))


def text_of(db: Readable, revision_id: str) -> str:
    """Return the text of a revision; asked for by its id alone, it is found without a look at the others."""
    [(text,)] = db.rows("SELECT text FROM revisions WHERE id = $id", {"id": revision_id})
    return str(text)


def _context(
    db: Readable,
    place: _Place,
    marks: Sequence[Mark],
    reach: tuple[int, int] | None,
) -> Context:
    """Gather the turns within reach; without a reach all of them, uncut."""
    rows = db.known(
        'SELECT t.position, t.start, t."end", t.begins, s.pseudonym, coalesce(s.asks, false), s.standing, '
        "coalesce(c.may_process, true) FROM turns t LEFT JOIN speaker_list s ON s.speaker_id = t.speaker_id "
        "LEFT JOIN current_permissions c ON c.participant_id = s.participant_id "
        "WHERE t.revision_id = $revision ORDER BY t.position",
        {"revision": place.revision_id},
    )
    shown = rows if reach is None else _within(rows, place.turns, reach)
    room = None if reach is None else (ROOM * max(1, reach[0]), ROOM * max(1, reach[1]))
    dataset, number = _numbered(db, place.transcript_id)
    sample = place.text[place.start : place.end] if marks else place.text
    return Context(
        turns=tuple(_turn(row, place, marks, room) for row in shown),
        earlier=sum(row[0] < shown[0][0] for row in rows) if shown else 0,
        later=sum(row[0] > shown[-1][0] for row in rows) if shown else 0,
        title=f"{dataset}, transcript {number}",
        dataset=dataset,
        transcript_id=place.transcript_id,
        kind=place.kind,
        excerpt_kind=place.excerpt_kind,
        language=place.language,
        rtl=right_to_left(sample),
        live=place.live,
    )


def _within(rows: Sequence[Any], turns: tuple[int, int], reach: tuple[int, int]) -> list[Any]:
    return [row for row in rows if turns[0] - reach[0] <= row[0] <= turns[1] + reach[1]]


def _turn(
    row: tuple[Any, ...],
    place: _Place,
    marks: Sequence[Mark],
    room: tuple[int, int] | None,
) -> TurnView:
    position, start, end, begins, pseudonym, asks, standing, may_process = row
    shown = (start, end) if room is None else window(place.text, (start, end), (place.start, place.end), room)
    return TurnView(
        position=position,
        speaker="" if pseudonym in (None, _UNNAMED) else pseudonym,
        asks=asks,
        standing=tuple(standing or ("unknown",)),
        begins=clock(begins),
        pieces=pieces(place.text, shown, marks) if may_process else (Piece(HELD_BACK),),
        cut_before=shown[0] > start,
        cut_after=shown[1] < end,
    )


_PLACE = """
    SELECT p.revision_id, e.transcript_id, t.kind, t.language,
           r.number = (SELECT max(number) FROM revisions n WHERE n.transcript_id = e.transcript_id),
           e.kind, p.start, p."end", p.first_turn, p.last_turn
    FROM excerpts e JOIN placements p ON p.excerpt_id = e.id JOIN revisions r ON r.id = p.revision_id
    JOIN transcripts t ON t.id = e.transcript_id
    WHERE e.id = $id ORDER BY r.number DESC LIMIT 1
"""

_ASKED_AROUND = """
    SELECT coalesce(max(position) FILTER (WHERE position < $first), -1),
           coalesce(min(position) FILTER (WHERE position > $last), 2147483647)
    FROM live_turns WHERE revision_id = $revision AND NOT evidence
"""

_SENTENCES = """
    WITH held AS (
        SELECT p.start, unnest(e.sentence_starts) AS sentence_start, unnest(e.sentence_ends) AS sentence_end
        FROM placements p
        JOIN excerpts e ON e.id = p.excerpt_id
        JOIN excerpts asked ON asked.id = $excerpt AND asked.segmentation_id = e.segmentation_id
        WHERE p.revision_id = $revision AND e.kind = 'passage' AND e.parent_id IS NULL
          AND p.first_turn BETWEEN $first AND $last
    )
    SELECT DISTINCT start + sentence_start, start + sentence_end FROM held ORDER BY 1, 2
"""
