"""What there is to learn from for one framework, what comes of it, and where the study keeps that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from tagger import learning
from tagger.errors import ModelError, StoreError
from tagger.learning.fitting import SEED
from tagger.learning.model import FORMAT
from tagger.privacy import plain_hash
from tagger.seen import Seen, corpus_of
from tagger.steps.answers import Floats, gather
from tagger.steps.cards import card, in_words
from tagger.steps.gates import gates, silent
from tagger.steps.phrase_vectors import phrase_vectors
from tagger.steps.workplace import Rows, Workplace
from tagger.suggestions import DECIMALS, phrases_of, scores
from tagger.whole_files import put_whole

CARD = "card.md"
_VERSION = 2
"""Of the learner: a change by which the same answers make something else needs another number."""


def folder_of(study: Path, learned_id: str) -> Path:
    """Return the folder that holds what was learned."""
    return study / "models" / "learned" / learned_id


def learned_of(place: Workplace, learned_id: str) -> learning.Learned:
    """
    Read what was learned.

    Raises:
        ModelError: it is missing or damaged, or of another encoder.
    """
    folder = folder_of(Path(place.run.study), learned_id)
    try:
        return learning.load(folder, place.encoder)
    except ModelError as error:
        raise ModelError(
            error.what,
            where=str(folder),
            remedy="Learn again with tagger learn, or go back to what was before with tagger learn --undo",
        ) from error


class Material:
    """What there is to learn from for one framework, and what comes of it."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        with place.store.session("reading answers") as study:
            self.answers = gather(study, place.framework, place.run.dataset)

    @cached_property
    def id(self) -> str:
        """Return the id of what is learned: the same answers, passages, framework, encoder, learner give the same."""
        made_by = (str(_VERSION), str(FORMAT), str(SEED), self.place.framework_id, self.place.model_id)
        return plain_hash("learned", *made_by, *sorted(self.answers.read["coding_id"]), *self.answers.rows())

    def tables(self) -> dict[str, Any]:
        """Learn, keep it on disk, and return the rows that describe it."""
        place, answers = self.place, self.answers
        made_at = datetime.now(UTC).replace(tzinfo=None)
        told = card(place.framework, answers, self._zero_shot(), self._after)
        described = {"made_on": f"{made_at:%Y-%m-%d}", **told}
        self._keep(described)
        return {
            **place.framework_rows(),
            **place.model_rows(),
            "learned": [self._row(described, made_at)],
            "learned_codings": self._owned({"coding_id": one} for one in answers.read["coding_id"]),
            "learned_transcripts": self._owned(self._clusters()),
            "gate_columns": self._owned(self.gates),
        }

    @cached_property
    def learned(self) -> learning.Learned:
        """Return what is learned; nothing is kept of it."""
        answers = self.answers
        return learning.learn(
            answers.excerpts["text"].tolist(),
            self.seen,
            self.place.framework,
            answers.labels,
            answers.excerpts["cluster"].tolist(),
            self.place.encoder,
            calibrating=answers.calibrating,
        )

    @cached_property
    def gates(self) -> Rows:
        """Return the state of each value in each dataset by each kind of reading, as rows of `gate_columns`."""
        return gates(self.place.framework, self.answers, self._after, self.seen.vectors, self.place.encoder)

    def silent(self, dataset: str) -> set[str]:
        """Return the values that are not to be suggested on passages of a dataset."""
        return silent(self.gates, dataset)

    @cached_property
    def _after(self) -> Floats:
        found = self.learned.probabilities(self.seen, self.answers.excerpts["cluster"].tolist())
        return np.asarray(np.round(found, DECIMALS))

    @cached_property
    def seen(self) -> Seen:
        """Return the excerpts as they are compared."""
        return self.place.seen(self.answers.excerpts["text_key"].tolist(), self.answers.excerpts["text"].tolist())

    def _zero_shot(self) -> Floats:
        place, current = self.place, np.flatnonzero(self.answers.excerpts["current"].to_numpy(bool))
        corpus = corpus_of([self.seen.rows(current)], place.encoder.deep_dimension)
        return scores(self.seen, phrases_of(place.framework, partial(phrase_vectors, place)), corpus)

    def _keep(self, described: dict[str, Any]) -> None:
        folder = folder_of(Path(self.place.run.study), self.id)
        try:
            for part in (folder.parent.parent, folder.parent, folder):
                part.mkdir(mode=0o700, exist_ok=True)
            replace(self.learned, card={**self.learned.card, "study": described}).save(folder)
            put_whole(folder / CARD, ("\n".join(in_words(described)) + "\n").encode())
        except OSError as error:
            why = f"what was learned cannot be kept ({error.strerror})"
            raise StoreError(why, where=str(folder), remedy="Make room there, and try again") from error

    def _row(self, described: dict[str, Any], made_at: datetime) -> dict[str, Any]:
        place = self.place
        made_for = {"framework": place.framework.id, "framework_id": place.framework_id, "model_id": place.model_id}
        counted = {key: described[key] for key in ("excerpts", "readers", "transcripts")}
        told = {"card": json.dumps(described, sort_keys=True, ensure_ascii=False), "made_at": made_at}
        return {"id": self.id, **made_for, "seed": SEED, **counted, **told, "run_id": place.run.id}

    def _clusters(self) -> Iterator[dict[str, Any]]:
        learned_from = self.answers.excerpts[self.answers.answered].drop_duplicates("transcript")
        for row in learned_from.itertuples():
            yield {"transcript_id": row.transcript, "cluster": row.cluster}

    def _owned(self, rows: Any) -> Rows:
        return [{"learned_id": self.id, **row} for row in rows]
