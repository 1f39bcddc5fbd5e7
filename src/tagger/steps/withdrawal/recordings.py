"""The recordings in which a participant speaks: those that go whole, and those in which others speak too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from tagger.privacy import keyed_hash, plain_hash
from tagger.records import Span
from tagger.revisions import Shared, carried
from tagger.steps.workplace import Rows
from tagger.store import Readable
from tagger.withdrawing import GONE, Mask, masked, masks, without

SPEAKER = "withdrawn"
"""What whoever left is called in a recording in which others speak."""

_SPEAKING = """
SELECT t.id, t.dataset, t.source, list(s.speaker_id ORDER BY s.speaker_id) AS speakers,
       (SELECT count(DISTINCT l.participant_id) FROM live_turns l
        WHERE l.transcript_id = t.id AND l.participant_id <> $who) AS others
FROM speaker_list s JOIN transcripts t ON t.id = s.transcript_id
WHERE s.participant_id = $who AND $dataset IN ('', t.dataset)
GROUP BY t.id, t.dataset, t.source ORDER BY t.id
"""
_REVISIONS = "SELECT * FROM revisions WHERE transcript_id = $transcript ORDER BY number"
_TURNS = """
SELECT t.* FROM turns t JOIN revisions r ON r.id = t.revision_id
WHERE r.transcript_id = $transcript ORDER BY r.number, t.position
"""
_MAPS = """
SELECT m.revision_id, m.old_start, m.new_start, m.length FROM offset_maps m JOIN revisions r ON r.id = m.revision_id
WHERE r.transcript_id = $transcript ORDER BY m.new_start
"""
_EXCERPTS = 'SELECT id, revision_id, start, "end" FROM excerpts WHERE transcript_id = $transcript ORDER BY id'
# A table of codings counts positions in the text that was live when it came in.
_IMPORTED = """
SELECT i.import_id || '/' || i.number, r.id, i.start, i."end"
FROM imported_rows i
JOIN imports m ON m.id = i.import_id
JOIN revisions r ON r.transcript_id = i.transcript_id
JOIN runs u ON u.id = r.run_id AND u.started_at <= m.imported_at
WHERE i.transcript_id = $transcript
QUALIFY row_number() OVER (PARTITION BY i.import_id, i.number ORDER BY r.number DESC) = 1
"""
_PLACED = "SELECT * FROM placements WHERE revision_id = $revision ORDER BY excerpt_id"


@dataclass(frozen=True)
class Recording:
    """
    A recording in which somebody speaks who leaves; `whole`: nobody else who took part does, so all of it goes.

    `speakers` are the ids by which the recording knows them.
    """

    id: str
    dataset: str
    source: str
    speakers: tuple[str, ...]
    whole: bool
    database: Readable

    @cached_property
    def revisions(self) -> Rows:
        """Return the rows of its texts, the oldest first."""
        rows: Rows = self.database.table(_REVISIONS, self._here).to_pylist()
        return rows

    @cached_property
    def turns(self) -> dict[str, Rows]:
        """Return the rows of the turns of each revision."""
        rows = self.database.table(_TURNS, self._here).to_pylist()
        return {revision: list(own) for revision, own in groupby(rows, lambda row: row["revision_id"])}

    @cached_property
    def masks(self) -> dict[str, Mask]:
        """Say of each character of each revision whether it goes."""
        maps: dict[str, list[Shared]] = {}
        for revision, *stretch in self.database.rows(_MAPS, self._here):
            maps.setdefault(revision, []).append(Shared(*stretch))
        ids = [row["id"] for row in self.revisions]
        found = masks(
            [len(row["text"]) for row in self.revisions],
            [[(0, len(row["text"]))] if self.whole else self._own(row["id"]) for row in self.revisions],
            [maps.get(revision, []) for revision in ids],
        )
        return dict(zip(ids, found, strict=True))

    @cached_property
    def excerpts(self) -> set[str]:
        """Return the ids of the excerpts that hold words of theirs."""
        rows = self.database.rows(_EXCERPTS, self._here)
        return {str(one) for one, revision, start, end in rows if self.masks[revision][start:end].any()}

    def words(self, *, gone: bool) -> Iterator[str]:
        """Yield what goes of its texts, or what stays."""
        for row in self.revisions:
            yield "".join(
                one if goes is gone else "\n"
                for one, goes in zip(row["text"], self.masks[row["id"]].tolist(), strict=True)
            )

    @property
    def _here(self) -> dict[str, object]:
        return {"transcript": self.id}

    def _own(self, revision: str) -> list[Span]:
        return [
            (row["start"], row["end"]) for row in self.turns.get(revision, []) if row["speaker_id"] in self.speakers
        ]


def recordings(database: Readable, who: str, dataset: str, *, whole: bool) -> list[Recording]:
    """
    Return the recordings in which a participant speaks.

    Args:
        dataset: in which they lie; empty for any.
        whole: all of a recording goes in which others speak too.
    """
    rows = database.rows(_SPEAKING, {"who": who, "dataset": dataset})
    return [
        Recording(one, home, source, tuple(own), whole or not others, database)
        for one, home, source, own, others in rows
    ]


def imported_rows(database: Readable, transcript: str) -> list[tuple[str, str, int, int]]:
    """Return each row of a table of codings about a transcript: its name, the revision that it counts in, its place."""
    rows = database.rows(_IMPORTED, {"transcript": transcript})
    return [(str(row), str(revision), int(start), int(end)) for row, revision, start, end in rows]


class Blanked:
    """What becomes of a recording in which others speak too: their words are taken out of it, and nobody else's."""

    def __init__(self, recording: Recording, secret: bytes, run_id: str) -> None:
        self._of, self._secret, self._run_id = recording, secret, run_id
        self.speaker_id = keyed_hash(secret, "speaker", recording.id, f"\0{SPEAKER}")

    def revision(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row of an earlier text, of the same length, in which their words cannot be read."""
        return self._with_text(row, masked(row["text"], self._of.masks[row["id"]]))

    def turn(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row of a turn, which says of theirs no more than that it was there."""
        if row["speaker_id"] not in self._of.speakers:
            return row
        return {**row, "speaker_id": self.speaker_id, "begins": None, "ends": None}

    def rows(self) -> dict[str, Rows]:
        """Make the rows of the next revision, in which a mark stands where their words were."""
        live = self._of.revisions[-1]
        turns = self._of.turns.get(live["id"], [])
        theirs = [(row["start"], row["end"]) for row in turns if row["speaker_id"] in self._of.speakers]
        text, shared = without(live["text"], theirs)
        new = self._with_text({**live, "number": live["number"] + 1, "run_id": self._run_id}, text)
        new["id"] = plain_hash("revision", self._of.id, str(new["number"]), new["text_key"])
        return {
            "revisions": [new],
            "turns": list(self._turns(turns, shared, new["id"])),
            "offset_maps": [
                {"revision_id": new["id"], "old_start": one.old_start, "new_start": one.new_start, "length": one.length}
                for one in shared
            ],
            "placements": self._placements(live["id"], shared, new["id"]),
            **self._speaker(),
        }

    def _turns(self, turns: Rows, shared: list[Shared], revision: str) -> Iterator[dict[str, Any]]:
        """Yield the turns at their new places; a turn of theirs ends where the mark does that stands for it."""
        starts = {one.old_end: one.new_end for one in shared} | {0: 0}
        places = carried([(row["start"], row["end"]) for row in turns], shared)
        for row, place in zip(turns, places, strict=True):
            start, end = place or (at := starts[row["start"]], at + len(GONE))
            yield {**self.turn(row), "revision_id": revision, "start": start, "end": end}

    def _placements(self, live: str, shared: list[Shared], revision: str) -> Rows:
        rows = self._of.database.table(_PLACED, {"revision": live}).to_pylist()
        kept = [row for row in rows if row["excerpt_id"] not in self._of.excerpts]
        places = carried([(row["start"], row["end"]) for row in kept], shared)
        return [
            {**row, "revision_id": revision, "start": place[0], "end": place[1]}
            for row, place in zip(kept, places, strict=True)
            if place
        ]

    def _with_text(self, row: dict[str, Any], text: str) -> dict[str, Any]:
        return {**row, "text": text, "text_key": keyed_hash(self._secret, "text", text), "content_key": SPEAKER}

    def _speaker(self) -> dict[str, Rows]:
        label = keyed_hash(self._secret, "label", f"\0{SPEAKER}")
        named = {"id": self.speaker_id, "transcript_id": self._of.id, "label_key": label, "pseudonym": SPEAKER}
        # Nobody's words are evidence here, as those of who asks are not.
        belief = {
            "speaker_id": self.speaker_id,
            "number": 1,
            "asks": True,
            "standing": ["unknown"],
            "participant_id": None,
        }
        return {"speakers": [named], "speaker_beliefs": [{**belief, "basis": "corrected", "run_id": self._run_id}]}
