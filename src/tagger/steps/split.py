"""The second stage: the newest text of each transcript to excerpts; what is unchanged keeps its identity."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tagger.excerpts import EvidenceTurn, exchanges, passages
from tagger.privacy import keyed_hash, plain_hash
from tagger.records import Cut, Span
from tagger.revisions import Shared, carried
from tagger.sentences import SplitSentences, sentence_splitter
from tagger.steps.workplace import UNNAMED, Outcome, Rows, Run, Workplace, batches, workplace
from tagger.store import Readable

_TRANSCRIPTS_A_BATCH = 20


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """Name the transcripts whose newest text is not cut in this way yet, in batches."""
    place = workplace(run)
    with place.store.session("looking for texts to split") as database:
        rows = database.table(
            "SELECT transcript_id, any_value(revision_id) AS revision_id, list(evidence ORDER BY position) AS evidence "
            "FROM live_turns "
            "SEMI JOIN (SELECT transcript_id FROM live_revisions WHERE dataset = $dataset) USING (transcript_id) "
            "GROUP BY transcript_id ORDER BY transcript_id",
            {"dataset": run.dataset},
        ).to_pylist()
    keys = {key(row["revision_id"], place.segmentation_id, row["evidence"]): row["transcript_id"] for row in rows}
    done = place.store.done(list(keys))
    todo = [transcript for key, transcript in keys.items() if key not in done]
    return batches(todo, _TRANSCRIPTS_A_BATCH)


def split(run: Run, transcripts: tuple[str, ...]) -> Outcome:
    """Cut a batch of transcripts into excerpts and leave one shard for each."""
    place = workplace(run)
    splitter = sentence_splitter(place.settings.study.language)
    counts = {"passages": 0, "exchanges": 0, "carried over": 0, "cut off": 0}
    with place.store.session("splitting") as database:
        texts = [_Text(place, transcript, _stored(database, transcript)) for transcript in transcripts]
    for text in texts:
        new = text.cut(splitter)
        place.put("split", key(text.revision, place.segmentation_id, text.evidence), **text.rows(new))
        for cut in new:
            counts[f"{cut.kind}s"] += 1
        counts["carried over"] += len(text.moved)
        sizes = place.encoder.count_tokens([text.words[cut.start : cut.end] for cut in new])
        counts["cut off"] += sum(size > place.encoder.max_tokens for size in sizes)
    return Outcome(counts)


def key(revision: str, segmentation: str, evidence: Sequence[bool]) -> str:
    """Key the work of cutting one text: the text, who asks in it, and how it is cut."""
    return plain_hash("split", revision, segmentation, "".join("+" if heard else "-" for heard in evidence))


def text_key(secret: bytes, text: str, sentences: Sequence[Span]) -> str:
    """Key the text of an excerpt with its sentences, by which its vectors are known."""
    return keyed_hash(secret, "excerpt", text, json.dumps(sentences))


_PLACED = """
    SELECT p.*, e.kind, e.segmentation_id FROM placements p JOIN excerpts e ON e.id = p.excerpt_id
    JOIN revisions r ON r.id = p.revision_id
    WHERE r.transcript_id = $transcript AND r.number = $number ORDER BY p.start, p.excerpt_id
"""
_LIVE = "SELECT * FROM live_revisions WHERE transcript_id = $transcript"
_TURNS = "SELECT * FROM live_turns WHERE transcript_id = $transcript ORDER BY position"
_SHARED = "SELECT old_start, new_start, length FROM offset_maps WHERE revision_id = $revision ORDER BY new_start"
_SAME = """
    SELECT coalesce(max(number), 0) FROM revisions
    WHERE transcript_id = $transcript AND text_key = $text AND number < $number
"""


def _stored(database: Readable, transcript: str) -> dict[str, Any]:
    """Read the newest text of a transcript, its turns, and what is placed here and in earlier revisions."""
    here: dict[str, object] = {"transcript": transcript}
    live = database.table(_LIVE, here).to_pylist()[0]
    # The latest earlier revision with the very same text; 0, which no revision has, for none.
    [(same,)] = database.rows(_SAME, {**here, "text": live["text_key"], "number": live["number"]})
    numbers = {"here": live["number"], "before": live["number"] - 1, "same": same}
    return {
        "live": live,
        "turns": database.table(_TURNS, here).to_pylist(),
        "shared": database.rows(_SHARED, {"revision": live["revision_id"]}),
        **{of: database.table(_PLACED, {**here, "number": number}).to_pylist() for of, number in numbers.items()},
    }


@dataclass(frozen=True)
class _Text:
    """The newest text of one transcript, with the excerpts that are placed in it or can be carried over to it."""

    place: Workplace
    transcript: str
    _stored: dict[str, Any]

    @property
    def words(self) -> str:
        return str(self._stored["live"]["text"])

    @property
    def revision(self) -> str:
        return str(self._stored["live"]["revision_id"])

    @property
    def evidence(self) -> list[bool]:
        return [turn["evidence"] for turn in self._stored["turns"]]

    @cached_property
    def moved(self) -> Rows:
        """
        Place the excerpts of the revision before that are not placed here yet, and of which no character changed.

        A correction that was taken back brings back what was placed in the text that now stands again.
        """
        stored = self._stored
        known = {row["excerpt_id"] for row in stored["here"]}
        shared = [Shared(*stretch) for stretch in stored["shared"]]
        places = carried([(row["start"], row["end"]) for row in stored["before"]], shared)
        found = {row["excerpt_id"]: (row, (row["start"], row["end"])) for row in stored["same"]}
        found |= {row["excerpt_id"]: (row, place) for row, place in zip(stored["before"], places, strict=True) if place}
        rows = [
            {**row, "start": place[0], "end": place[1], **self._turns_of(place)}
            for row, place in found.values()
            if row["excerpt_id"] not in known
        ]
        return [row for row in rows if row["kind"] == "exchange" or row["first_turn"] == row["last_turn"]]

    def cut(self, splitter: SplitSentences) -> list[Cut]:
        """Cut what no passage covers yet, and the exchanges that are not there yet."""
        place, limits = self.place, self.place.settings.excerpts
        count, most = place.encoder.count_tokens, place.encoder.max_tokens
        turns = [
            EvidenceTurn(turn["position"], (turn["start"], turn["end"]), _speaker(turn))
            for turn in self._stored["turns"]
            if turn["evidence"]
        ]
        kept = {
            (row["kind"], row["start"], row["end"])
            for row in (*self._stored["here"], *self.moved)
            if row["segmentation_id"] == place.segmentation_id
        }
        keep = [(start, end) for kind, start, end in sorted(kept) if kind == "passage"]
        words = {"min_words": limits.min_words, "max_words": limits.max_words}
        whole = passages(self.words, turns, splitter, count, **words, max_tokens=most, keep=keep)
        joined = exchanges(self.words, turns, whole, count, most)
        return [cut for cut in (*whole, *joined) if (cut.kind, cut.start, cut.end) not in kept]

    def rows(self, new: list[Cut]) -> dict[str, Rows]:
        """Make the rows of the new excerpts, and of the places of all."""
        segmentation = {
            "id": self.place.segmentation_id,
            "settings": json.dumps(self.place.segmentation, sort_keys=True),
        }
        excerpts = [self._excerpt_row(cut) for cut in new]
        cut_here = [
            {
                "excerpt_id": row["id"],
                "start": cut.start,
                "end": cut.end,
                "first_turn": cut.turns[0],
                "last_turn": cut.turns[1],
            }
            for row, cut in zip(excerpts, new, strict=True)
        ]
        columns = ("excerpt_id", "start", "end", "first_turn", "last_turn")
        placed = [*({column: row[column] for column in columns} for row in self.moved), *cut_here]
        placements = [{"revision_id": self.revision, **row} for row in placed]
        return {"segmentations": [segmentation], "excerpts": excerpts, "placements": placements}

    def _excerpt_row(self, cut: Cut) -> dict[str, Any]:
        text = self.words[cut.start : cut.end]
        identity = (self.place.segmentation_id, cut.kind, self.revision, str(cut.start), str(cut.end))
        return {
            "id": plain_hash("excerpt", *identity),
            "transcript_id": self.transcript,
            "segmentation_id": self.place.segmentation_id,
            "kind": cut.kind,
            "revision_id": self.revision,
            "start": cut.start,
            "end": cut.end,
            "text": text,
            "sentence_starts": [start for start, _ in cut.sentences],
            "sentence_ends": [end for _, end in cut.sentences],
            "text_key": text_key(self.place.secret, text, cut.sentences),
        }

    def _turns_of(self, span: Span) -> dict[str, int]:
        touched = [t["position"] for t in self._stored["turns"] if t["start"] < span[1] and span[0] < t["end"]]
        return {"first_turn": touched[0], "last_turn": touched[-1]}


def _speaker(turn: dict[str, Any]) -> str:
    return "" if turn["pseudonym"] in (None, UNNAMED) else str(turn["speaker_id"])
