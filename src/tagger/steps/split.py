"""The second stage: the newest text of each transcript to excerpts; what lies unchanged from before keeps its identity."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tagger.excerpts import EvidenceTurn, exchanges, passages, sentence_splitter
from tagger.privacy import keyed_hash, plain_hash
from tagger.records import Cut, Span
from tagger.revisions import Shared, carried
from tagger.steps.workplace import Outcome, Rows, Run, Workplace, workplace
from tagger.store import Database

_TRANSCRIPTS_A_BATCH = 20


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """Name the transcripts whose newest text is not cut yet in this way, in batches."""
    place = workplace(run)
    with place.store.session("looking for texts to split") as database:
        rows = database.table(
            "SELECT transcript_id, any_value(revision_id) AS revision_id, list(evidence ORDER BY position) AS evidence "
            "FROM live_turns SEMI JOIN (SELECT transcript_id FROM live_revisions WHERE dataset = $dataset) USING (transcript_id) "
            "GROUP BY transcript_id ORDER BY transcript_id",
            {"dataset": run.dataset},
        ).to_pylist()
    keys = {_key(place, row["revision_id"], row["evidence"]): row["transcript_id"] for row in rows}
    done = place.store.done(list(keys))
    todo = [transcript for key, transcript in keys.items() if key not in done]
    for start in range(0, len(todo), _TRANSCRIPTS_A_BATCH):
        yield tuple(todo[start : start + _TRANSCRIPTS_A_BATCH])


def split(run: Run, transcripts: tuple[str, ...]) -> Outcome:
    """Cut a batch of transcripts into excerpts and leave one shard for each."""
    place = workplace(run)
    splitter = sentence_splitter(place.settings.study.language)
    counts = {"passages": 0, "exchanges": 0, "truncated": 0}
    for transcript in transcripts:
        with place.store.session("splitting") as database:
            text, turns, before = _load(database, transcript)
        evidence = [
            EvidenceTurn(turn["position"], (turn["start"], turn["end"]), turn["pseudonym"] or "") for turn in turns if turn["evidence"]
        ]
        kept = [_Placed(place, row) for row in before if row["span"]]
        limits = place.settings.excerpts
        whole = [k.span for k in kept if k.row["kind"] == "passage" and k.row["segmentation_id"] == place.segmentation_id]
        cut = passages(
            text,
            evidence,
            splitter,
            place.encoder.count_tokens,
            min_words=limits.min_words,
            max_words=limits.max_words,
            max_tokens=place.encoder.max_tokens,
            keep=whole,
        )
