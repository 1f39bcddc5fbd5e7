"""The last stage: every excerpt compared with every value, and from the scores the suggestions with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tagger.privacy import keyed_hash, plain_hash
from tagger.reading_orders import reading_order, uncertainty
from tagger.records import Candidate, Span
from tagger.steps.asked import named_before, questions
from tagger.steps.embed import vector_column
from tagger.steps.learn import in_use
from tagger.steps.phrase_vectors import phrase_vectors
from tagger.steps.stored import Stored, stored
from tagger.steps.workplace import Outcome, Rows, Run, Workplace, wanted, workplace
from tagger.suggestions import (
    DECIMALS,
    Phrases,
    Scores,
    choose,
    held_back,
    limits,
    match,
    phrases_of,
    scores,
    unit,
)
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.learning import Learned
    from tagger.steps.material import Material

_VERSION = 3
_AT_ONCE = 16384

# What was learned from a transcript knows it by the name that it had then.
_EXCERPTS = """
SELECT e.excerpt_id, e.kind, e.text_key, e.text, coalesce(l.cluster, c.cluster) AS cluster
FROM live_excerpts e
JOIN transcript_clusters c ON c.transcript_id = e.transcript_id
LEFT JOIN learned_transcripts l ON l.transcript_id = e.transcript_id AND l.learned_id = $learned
WHERE e.dataset = $dataset AND e.segmentation_id = $segmentation
ORDER BY e.excerpt_id
"""

_READ_WITH = """
SELECT x.framework, count(*)
FROM newest_scorings n
JOIN current_codings x ON x.framework = n.framework AND x.import_id IS NULL
JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id AND e.dataset = n.dataset
WHERE n.dataset = $dataset AND n.framework <> $framework GROUP BY x.framework
"""

_SILENT = "SELECT value_id FROM gates WHERE learned_id = $learned AND dataset = $dataset AND state = 'silent'"


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """Name the dataset, if its excerpts, framework, model, settings or what was learned are not those of its scores."""
    scoring = Scoring(workplace(run))
    if scoring.excerpts and scoring.current != scoring.id:
        yield (run.dataset,)


def suggest(run: Run, _datasets: tuple[str, ...]) -> Outcome:
    """Score all excerpts of a dataset and leave one shard: scores, suggestions, and that this scoring is current."""
    place = workplace(run)
    scoring = Scoring(place)
    use = {"number": scoring.uses + 1, "framework": place.framework.id, "scoring_id": scoring.id, "run_id": run.id}
    tables: dict[str, Any] = {"scoring_uses": [{"dataset": run.dataset, **use}]}
    suggestions = 0
    if not scoring.known:
        found = scoring.suggestions()
        suggestions = len(found)
        tables |= {**place.framework_rows(), **place.model_rows(), "scorings": [scoring.row()]}
        tables |= {"scores": scoring.score_rows(), "suggestions": found}
        tables |= {"scoring_limits": scoring.limit_rows()}
        tables |= {"named_before": scoring.named_rows(), "reading_orders": scoring.reading_rows()}
    notes = _said_of_another_list(place)
    place.put("suggest", plain_hash("suggest", scoring.id, str(scoring.uses + 1)), **tables)
    return Outcome({"suggestions": suggestions}, notes=notes)


def _said_of_another_list(place: Workplace) -> tuple[str, ...]:
    """Say that people read a dataset with another list until now, so that nobody changes it without knowing."""
    dataset, named = place.run.dataset, place.framework.id
    with place.store.session("a look at how a dataset is read") as study:
        found = study.rows(_READ_WITH, {"dataset": dataset, "framework": named})
    return tuple(
        f"{dataset} was read with {framework} until now ({several(n, 'reading')}), and is read with {named} from now "
        f"on. What was read is kept; to go back: tagger run --framework {framework} --dataset {dataset}. To read the "
        f"same transcripts with both lists, give this one a dataset of its own: --dataset {dataset}-{named}"
        for framework, n in found
    )


@dataclass(frozen=True, slots=True)
class _Excerpt:
    id: str
    kind: str
    text_key: str
    text: str
    cluster: str


class Scoring:
    """
    One comparison of a dataset's excerpts with a framework; memory holds its scores, and vectors by the batch.

    Args:
        material: what to learn from before, without keeping what is learned; None for what is in use.
    """

    def __init__(self, place: Workplace, material: Material | None = None) -> None:
        self.place, self._material = place, material
        run = place.run
        here = {"dataset": run.dataset}
        self._secret = place.secret  # read before the session below: the store has one at a time
        with place.store.session("looking for excerpts to score") as database:
            used = in_use(database, place.framework.id)
            self.learned_id = used.learned_id if used.fits(place) else None
            learned = {**here, "learned": self.learned_id}
            rows = database.table(_EXCERPTS, {**learned, "segmentation": place.segmentation_id})
            self.excerpts = [_Excerpt(*row) for row in zip(*(column.to_pylist() for column in rows), strict=True)]
            silent = {str(value_id) for (value_id,) in database.rows(_SILENT, learned)}
            current = database.rows("SELECT scoring_id FROM newest_scorings WHERE dataset = $dataset", here)
            self.questions = questions(database, run.dataset, place.segmentation_id)
            read = database.rows("SELECT DISTINCT excerpt_id FROM current_codings WHERE outcome <> 'skipped'")
            uses = database.rows("SELECT coalesce(max(number), 0) FROM scoring_uses WHERE dataset = $dataset", here)
            self.known = bool(database.rows("SELECT 1 FROM scorings WHERE id = $id", {"id": self.id}))
        self.silent = material.silent(run.dataset) if material else silent
        self.read = {excerpt_id for (excerpt_id,) in read}
        self.current = current[0][0] if current else ""
        self.uses = uses[0][0]

    @cached_property
    def id(self) -> str:
        """Return the id of this comparison: what makes the same scores and suggestions gives the same."""
        place = self.place
        settings = f"{_VERSION} {place.settings.suggestions}"
        asked = keyed_hash(self._secret, *(f"{excerpt} {question}" for excerpt, question in self.questions.items()))
        parts = (place.run.dataset, place.framework_id, place.model_id, place.segmentation_id, settings, asked)
        learned = (self.learned_id,) if self.learned_id else ()
        return plain_hash("scoring", *parts, *learned, *(excerpt.id for excerpt in self.excerpts))

    def row(self) -> dict[str, Any]:
        """Return the row that describes this comparison."""
        place = self.place
        made = {
            "framework_id": place.framework_id,
            "model_id": place.model_id,
            "segmentation_id": place.segmentation_id,
            "learned_id": self.learned_id,
        }
        settings = {"settings": place.settings.as_json(), "run_id": place.run.id}
        return {"id": self.id, "dataset": place.run.dataset, **made, **settings}

    def score_rows(self) -> pa.Table:
        """Return the scores of all pairs, one row per excerpt."""
        ids = pa.array([excerpt.id for excerpt in self.excerpts])
        table = np.ascontiguousarray(self.scores, dtype=np.float32)
        return pa.table(
            {"scoring_id": pa.repeat(self.id, len(table)), "excerpt_id": ids, "scores": vector_column(table)}
        )

    def limit_rows(self) -> Rows:
        """Return from which score on an excerpt matches a value strongly, or less so, among those of its kind."""
        stored = self.scores.astype(np.float32)
        return [
            {"scoring_id": self.id, "kind": kind, "value_id": value.id, "n": len(rows)}
            | {name: column[at] for name, column in found.items()}
            for kind in ("passage", "exchange")
            if (rows := [row for row, one in enumerate(self.excerpts) if one.kind == kind])
            for found in [limits(stored[rows])]
            for at, value in enumerate(self.place.framework.values)
        ]

    def suggestions(self) -> Rows:
        """Choose what to suggest among passages and among exchanges, each with the evidence that matched best."""
        chosen = [*self._chosen("passage"), *self._chosen("exchange")]
        spans = self._spans([self.excerpts[candidate.row].text_key for candidate in chosen])
        return [self._suggestion(candidate, spans[self.excerpts[candidate.row].text_key]) for candidate in chosen]

    def chosen_pairs(self) -> dict[tuple[str, str], float]:
        """Return the score of what is suggested by excerpt and value, without looking for the evidence."""
        values = self.place.framework.values
        return {
            (self.excerpts[one.row].id, values[one.column].id): float(self.scores[one.row, one.column])
            for kind in ("passage", "exchange")
            for one in self._chosen(kind)
        }

    def named_rows(self) -> Rows:
        """Return the passages and values that the interviewer had just named, suggested or not."""
        values = self.place.framework.values
        return [
            {"scoring_id": self.id, "excerpt_id": self.excerpts[row].id, "value_id": values[column].id}
            for row, column in np.argwhere(self.named)
        ]

    def reading_rows(self) -> Rows:
        """Return the order in which the excerpts that can be suggested teach most, given what people have read."""
        rows = [row for kind in ("passage", "exchange") for row in self._rows(kind)]
        uncertain = [
            uncertainty(self._offered(kind)[:, self._columns(kind)], self._shares[self._columns(kind)])
            for kind in ("passage", "exchange")
        ]
        order = reading_order(
            np.concatenate(uncertain),
            lambda wanted: self._centred([rows[at] for at in wanted]),
            self._centred([row for row, excerpt in enumerate(self.excerpts) if excerpt.id in self.read]),
        )
        return [
            {"scoring_id": self.id, "excerpt_id": self.excerpts[rows[at]].id, "place": place}
            for place, at in enumerate(order, start=1)
        ]

    def _chosen(self, kind: str) -> list[Candidate]:
        per_excerpt, rows = self.place.settings.suggestions.per_excerpt, self._rows(kind)
        return choose(self._offered(kind), per_excerpt, self._shares, self._columns(kind), rows)

    def _rows(self, kind: str) -> list[int]:
        """List the excerpts of a kind that are long enough to be suggested."""
        least = self.place.settings.suggestions.min_characters
        return [row for row, one in enumerate(self.excerpts) if one.kind == kind and len(one.text) >= least]

    def _columns(self, kind: str) -> list[int]:
        """List the values of a kind: for passages those that are not silent, for exchanges those that ask for them."""
        values = enumerate(self.place.framework.values)
        return [at for at, one in values if (one.unit == kind if kind == "exchange" else one.id not in self.silent)]

    @property
    def _shares(self) -> Scores:
        """Return the share of the excerpts that each value is suggested for, shape (k,)."""
        settings = self.place.settings.suggestions
        return np.array([settings.shares.get(value.id, settings.share) for value in self.place.framework.values])

    def _offered(self, kind: str) -> Scores:
        """Return the scores that suggestions of a kind are chosen by."""
        rows = self._rows(kind)
        return held_back(self.scores[rows], self.named[rows])

    def _suggestion(self, candidate: Candidate, spans: Sequence[Span]) -> dict[str, Any]:
        excerpt, at = self.excerpts[candidate.row], self._stored.at[candidate.row]
        sentences = self._stored.seen.sentences[slice(*self._stored.seen.bounds[at : at + 2])]
        value = self.place.framework.values[candidate.column]
        found = match(sentences, self.phrases, candidate.column, self._stored.corpus)
        start, end = spans[found.sentence]
        return {
            "id": plain_hash("suggestion", self.id, excerpt.id, value.id),
            "scoring_id": self.id,
            "excerpt_id": excerpt.id,
            "value_id": value.id,
            "rank": candidate.rank,
            "score": float(self.scores[candidate.row, candidate.column]),
            "evidence_start": start,
            "evidence_end": end,
            "cue": value.phrases[found.phrase],
        }

    @cached_property
    def phrases(self) -> Phrases:
        """Return the phrases of all values."""
        return phrases_of(self.place.framework, partial(phrase_vectors, self.place))

    @cached_property
    def scores(self) -> Scores:
        """Return similarities, (n, k), or probabilities by what was learned without an excerpt's own transcript."""
        seen, at = self._stored.seen, self._stored.at
        learned = self._learned()
        if learned is None:
            return scores(seen, self.phrases, self._stored.corpus)[at]
        table = np.zeros((len(at), len(self.place.framework.values)))
        for rows in np.array_split(np.argsort(at, kind="stable"), -(-len(at) // _AT_ONCE) or 1):
            table[rows] = learned.probabilities(seen.rows(at[rows]), [self.excerpts[row].cluster for row in rows])
        return np.round(table, DECIMALS)

    def _learned(self) -> Learned | None:
        if self._material:
            return self._material.learned
        if self.learned_id is None:
            return None
        from tagger.steps.material import learned_of  # which takes a second to import

        return learned_of(self.place, self.learned_id)

    @cached_property
    def _stored(self) -> Stored:
        # Exchanges repeat the words of passages, and say nothing more about what texts have in common.
        keys, texts = ([getattr(one, what) for one in self.excerpts] for what in ("text_key", "text"))
        return stored(self.place, keys, texts, np.array([one.kind == "passage" for one in self.excerpts], dtype=bool))

    @cached_property
    def named(self) -> NDArray[np.bool_]:
        """Return which values the interviewer had just named, shape (n, k)."""
        ids = [excerpt.id for excerpt in self.excerpts]
        return named_before(ids, self.questions, self.place.framework, self.place.settings.study.language)

    def _centred(self, rows: Sequence[int]) -> Scores:
        """Return unit vectors of excerpts without what the passages have in common."""
        d = self.place.card.dimension
        vectors = self._stored.seen.vectors[self._stored.at[rows], :d].astype(np.float64)
        return unit(vectors - self._stored.corpus.centre[:d])

    def _spans(self, keys: Sequence[str]) -> dict[str, list[Span]]:
        """Return where the sentences of texts are, by their keys."""
        with self.place.store.session("reading sentences") as database:
            rows = database.table(
                "SELECT text_key, any_value(sentence_starts) AS starts, any_value(sentence_ends) AS ends "
                "FROM excerpts SEMI JOIN wanted USING (text_key) GROUP BY text_key",
                wanted=wanted(keys),
            ).to_pylist()
        return {row["text_key"]: list(zip(row["starts"], row["ends"], strict=True)) for row in rows}
