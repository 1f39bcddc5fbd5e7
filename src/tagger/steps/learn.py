"""The stage before suggestions: from people's answers to what these rest on besides the framework's wording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger import learning
from tagger.errors import ModelError, StoreError, UsageError
from tagger.learning.fitting import SEED
from tagger.learning.model import FORMAT
from tagger.privacy import plain_hash
from tagger.steps.answers import Answers, gather
from tagger.steps.cards import card, in_words, never_learned_from
from tagger.steps.gates import gates
from tagger.steps.workplace import Outcome, Rows, Run, Workplace, workplace
from tagger.store import Readable
from tagger.suggestions import DECIMALS, Matrix, corpus_mean, phrases_of, scores
from tagger.whole_files import put_whole
from tagger.wording import several

Floats = NDArray[np.float64]

_VERSION = 1
FEWEST_EXCERPTS, FEWEST_TRANSCRIPTS = 10, 2
CARD = "card.md"


@dataclass(frozen=True, slots=True)
class InUse:
    """What a framework's suggestions rest on besides its wording; no learned_id: nothing."""

    number: int = 0
    depth: int = 0
    why: str = ""
    learned_id: str | None = None
    framework_id: str | None = None
    model_id: str | None = None

    def fits(self, place: Workplace) -> bool:
        """Say whether it was made for the framework and the encoder of a run."""
        return (self.framework_id, self.model_id) == (place.framework_id, place.model_id)


def in_use(study: Readable, framework: str) -> InUse:
    """Return what the framework of that name uses."""
    columns = "number, depth, why, learned_id, framework_id, model_id"
    sql = f"SELECT {columns} FROM current_learning WHERE framework = $framework"  # noqa: S608
    found = study.rows(sql, {"framework": framework})
    return InUse(*found[0]) if found else InUse()


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """
    Name the framework, if there is something to learn.

    A run that was asked to learn does where answers, framework, encoder or passages are others than those of what is in
    use. Any other learns anew where what is in use was made for another version of the framework, or another encoder.
    """
    place = workplace(run)
    with place.store.session("looking for what to learn from") as study:
        used = in_use(study, place.framework.id)
    stale = used.learned_id is not None and not used.fits(place)
    if stale or (run.learn and not _stands(place, used, _Lesson(place))):
        yield (place.framework.id,)


def learn(run: Run, _frameworks: tuple[str, ...]) -> Outcome:
    """
    Learn from the answers of now, keep it in the study's folder, and leave one shard that says it is in use.

    Raises:
        UsageError: there are too few answers, and the run was asked to learn.
    """
    place = workplace(run)
    lesson = _Lesson(place)
    with place.store.session("a look at what was learned") as study:
        used = in_use(study, place.framework.id)
    if run.learn:
        refuse_too_few(lesson.answers, place.framework.id)
    depth, why = (used.depth + 1, "learned") if run.learn else (used.depth, "learned anew")
    use = {"framework": place.framework.id, "number": used.number + 1, "depth": depth, "why": why, "run_id": run.id}
    made = _enough(lesson.answers)
    tables: dict[str, Any] = lesson.tables() if made else {}
    if used.learned_id != lesson.id:
        now = datetime.now(UTC).replace(tzinfo=None)
        tables["learning_uses"] = [{**use, "learned_id": lesson.id if made else None, "used_at": now}]
    place.put("learn", plain_hash("learn", lesson.id, str(used.number + 1), run.id), **tables)
    return Outcome({"learned": int(made)}, notes=() if run.learn else (_said_unasked(place, lesson),))


def refuse_too_few(answers: Answers, framework: str) -> None:
    """
    Say what it would take to learn.

    Raises:
        UsageError: there are too few answers.
    """
    if _enough(answers):
        return
    read = several(int(answers.answered.sum()), "excerpt was", "excerpts were")
    never = "; ".join(never_learned_from(answers.left_out()))
    raise UsageError(
        f"there is too little to learn from: {read} read before anything was shown, in "
        f"{several(answers.clusters, 'transcript')} (those of one person count once); it takes {FEWEST_EXCERPTS} in "
        f"{FEWEST_TRANSCRIPTS}" + (f". Never learned from: {never}" if never else ""),
        where=framework,
        remedy="Read passages to the end in tagger review, or bring in codings made independently with tagger import",
    )


def _enough(answers: Answers) -> bool:
    return bool(answers.answered.sum() >= FEWEST_EXCERPTS and answers.clusters >= FEWEST_TRANSCRIPTS)


def _stands(place: Workplace, used: InUse, lesson: _Lesson) -> bool:
    """Say whether what is in use was made from this lesson, and is whole on disk."""
    if used.learned_id != lesson.id:
        return False
    try:
        learned_of(place, lesson.id)
    except ModelError:
        return False
    return True


def _said_unasked(place: Workplace, lesson: _Lesson) -> str:
    changed = (
        f"{place.framework.id}: what was learned was made for another version of the framework, or another encoder"
    )
    if _enough(lesson.answers):
        return f"{changed}, so it was learned anew, from the answers of now (tagger learn --undo takes it back)."
    return f"{changed}, and too few answers hold for this one: suggestions rest on the framework's wording alone."


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


class _Lesson:
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
        texts, groups = answers.excerpts["text"].tolist(), answers.excerpts["cluster"].tolist()
        learned = learning.learn(
            texts,
            self.vectors,
            place.framework,
            answers.labels,
            groups,
            place.encoder,
            calibrating=answers.calibrating,
        )
        after = np.round(learned.probabilities(texts, self.vectors, groups), DECIMALS)
        made_at = datetime.now(UTC).replace(tzinfo=None)
        described = {"made_on": f"{made_at:%Y-%m-%d}", **card(place.framework, answers, self._zero_shot(), after)}
        self._keep(learned, described)
        gated = gates(place.framework, answers, after, self.vectors, place.encoder)
        return {
            **place.framework_rows(),
            **place.model_rows(),
            "learned": [self._row(described, made_at)],
            "learned_codings": self._owned({"coding_id": one} for one in answers.read["coding_id"]),
            "learned_transcripts": self._owned(self._clusters()),
            "gates": self._owned(gated),
        }

    @cached_property
    def vectors(self) -> Matrix:
        """Return the excerpts' deep vectors, (n, d); passages of another way of cutting may not be stored in these."""
        place, rows = self.place, self.answers.excerpts
        stored = place.stored_vectors(rows["text_key"].tolist())
        missing = rows[~rows["text_key"].isin(stored)].drop_duplicates("text_key")
        new = zip(missing["text_key"], place.encoder.encode_deep(missing["text"].tolist()), strict=True)
        known = {key: vectors[0] for key, vectors in stored.items()} | dict(new)
        return np.stack([known[key] for key in rows["text_key"]])

    def _zero_shot(self) -> Floats:
        place, plain = self.place, self.vectors[:, : self.place.card.dimension]
        passages = plain[self.answers.excerpts["current"].to_numpy(bool)]
        centre = corpus_mean([passages], place.card.dimension)
        return scores(plain, phrases_of(place.framework, place.encoder.encode), centre)

    def _keep(self, learned: learning.Learned, described: dict[str, Any]) -> None:
        folder = folder_of(Path(self.place.run.study), self.id)
        try:
            for part in (folder.parent.parent, folder.parent, folder):
                part.mkdir(mode=0o700, exist_ok=True)
            replace(learned, card={**learned.card, "study": described}).save(folder)
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
