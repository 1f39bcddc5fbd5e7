"""What people said of excerpts before a machine or another reader could sway them, as the learner takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tagger.errors import UsageError
from tagger.records import Framework
from tagger.store import Readable
from tagger.wording import several

Floats = NDArray[np.float64]

# What was answered in a version of the framework that gave the value another meaning says nothing for this one.
_SAID = """
SELECT a.coding_id, a.value_id, a.answer = 'yes' AS yes
FROM coding_answers a
JOIN codings x ON x.id = a.coding_id
JOIN frameworks f ON f.id = x.framework_id AND f.name = $framework
LEFT JOIN value_meanings v ON v.framework_id = x.framework_id AND v.value_id = a.value_id
LEFT JOIN meant m ON m.value_id = a.value_id
WHERE coalesce(v.meaning = m.meaning, true)
"""

_READINGS = """
WITH there AS (
    SELECT e.excerpt_id FROM live_excerpts e
    JOIN excerpts o ON o.id = e.excerpt_id AND o.parent_id IS NULL
    WHERE e.dataset = $dataset OR e.dataset IN (SELECT dataset FROM newest_scorings WHERE framework = $framework)
)
SELECT x.id AS coding_id, x.excerpt_id, x.coder_id,
       CASE WHEN t.excerpt_id IS NULL THEN 'of words or datasets that are no longer read with it'
            WHEN x.round = 'after talk' THEN 'after talk'
            WHEN x.kind = 'imported' AND x.made <> 'independently' THEN 'imported, and not made independently'
            WHEN x.kind NOT IN ('blind', 'own-first', 'imported') THEN x.kind
            WHEN x.id IN (SELECT coding_id FROM doubtful_codings) THEN 'with something shown before'
            WHEN x.kind <> 'imported' AND coalesce(c.act NOT IN ('done', 'nothing here'), true)
            THEN 'not read to the end'
            WHEN x.id NOT IN (SELECT coding_id FROM said) THEN 'of values that mean something else by now'
            WHEN x.kind = 'imported' THEN 'independent'
            ELSE x.kind END AS source,
       coalesce(a.stratum = 'runs' AND a.arm = s.arm AND s.reason NOT IN ('audit', 'chosen'), false) AS drawn
FROM current_codings x
LEFT JOIN there t ON t.excerpt_id = x.excerpt_id
LEFT JOIN reading_ends c ON c.coding_id = x.id
LEFT JOIN servings s ON s.id = x.serving_id
LEFT JOIN arms a ON a.coder_id = x.coder_id AND a.excerpt_id = x.excerpt_id
WHERE x.framework = $framework
ORDER BY x.id
"""

# The passages of now are the corpus, whether somebody read them or not.
_EXCERPTS = """
SELECT e.excerpt_id, e.dataset, e.kind, e.transcript_id AS transcript, c.cluster, e.text, e.text_key,
       l.excerpt_id IS NOT NULL AS current
FROM live_excerpts e
JOIN transcript_clusters c ON c.transcript_id = e.transcript_id
LEFT JOIN excerpt_list l ON l.excerpt_id = e.excerpt_id
WHERE e.excerpt_id IN (SELECT excerpt_id FROM wanted) OR (
    l.excerpt_id IS NOT NULL AND e.kind = 'passage'
    AND (e.dataset = $dataset OR e.dataset IN (SELECT dataset FROM newest_scorings WHERE framework = $framework))
)
ORDER BY e.excerpt_id
"""

_NEVER = {"assisted": "made with suggestions in sight", "after talk": "made after talk with others"}
FEWEST_EXCERPTS, FEWEST_TRANSCRIPTS = 10, 2
SOURCES = ("blind", "independent", "own-first")
"""The readings that are learned from. Never one that was made after something was shown, nor after talk."""


@dataclass(frozen=True)
class Answers:
    """
    What is learned from.

    Args:
        readings: of the framework, learned from or not: coding_id, excerpt_id, coder_id, source (one of `SOURCES`, or
            why it is left out), drawn (chance decided that it was read blind).
        excerpts: the answered ones and all passages of now, by their ids: excerpt_id, dataset, kind, transcript,
            cluster, text, text_key, current (cut in the current way).
        labels: (excerpts, values), what most said: 1, 0, or NaN where nobody was asked, or as many said one as other.
            Where an excerpt was read blind or coded independently, that alone counts, and own-first readings do not.
        calibrating: (excerpts,), those whose labels are of blind or independent readings.
        drawn: (excerpts, values), the same of blind readings whose passage was drawn at random.
        elsewhere: (excerpts, values), the same of what was coded elsewhere, independently.
    """

    readings: pd.DataFrame
    excerpts: pd.DataFrame
    labels: Floats
    calibrating: NDArray[np.bool_]
    drawn: Floats
    elsewhere: Floats

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Return (excerpts,) which ones have an answer."""
        return np.asarray(~np.isnan(self.labels).all(axis=1))

    @property
    def enough(self) -> bool:
        """Say whether there are answers enough to learn from."""
        return bool(self.answered.sum() >= FEWEST_EXCERPTS and self.clusters >= FEWEST_TRANSCRIPTS)

    @property
    def read(self) -> pd.DataFrame:
        """Return the readings that are learned from."""
        return self.readings[self.readings["source"].isin(SOURCES)]

    @property
    def transcripts(self) -> int:
        """Return how many transcripts have an answered excerpt."""
        return int(self.excerpts.loc[self.answered, "transcript"].nunique())

    @property
    def clusters(self) -> int:
        """Return how many they are if those in which one and the same person speaks alone count once."""
        return int(self.excerpts.loc[self.answered, "cluster"].nunique())

    def left_out(self) -> dict[str, int]:
        """Count the readings that are never learned from, by why."""
        why = self.readings.loc[~self.readings["source"].isin(SOURCES), "source"]
        return {str(reason): int(n) for reason, n in why.value_counts(sort=False).sort_index().items()}

    def refuse_too_few(self, framework: str) -> None:
        """
        Say what it would take to learn.

        Raises:
            UsageError: there are too few answers.
        """
        if self.enough:
            return
        read = several(int(self.answered.sum()), "excerpt was", "excerpts were")
        never = "; ".join(never_learned_from(self.left_out()))
        raise UsageError(
            f"there is too little to learn from: {read} read before anything was shown, in "
            f"{several(self.clusters, 'transcript')} (those of one person count once); it takes {FEWEST_EXCERPTS} in "
            f"{FEWEST_TRANSCRIPTS}" + (f". Never learned from: {never}" if never else ""),
            where=framework,
            remedy="Read passages to the end in tagger review, or bring in codings that were made independently",
        )

    def rows(self) -> list[str]:
        """Write out, in an order of its own, what would change what is learned: texts, documents and answers."""
        columns = (self.excerpts["text_key"], self.excerpts["cluster"], self.calibrating)
        return sorted(
            " ".join(map(str, row)) for row in zip(*columns, self.labels, self.drawn, self.elsewhere, strict=True)
        )


def never_learned_from(left_out: Mapping[str, int]) -> list[str]:
    """Say how many readings are never learned from, by why."""
    return [f"{several(n, 'reading')} {_NEVER.get(why, why)}" for why, n in left_out.items()]


def gather(study: Readable, framework: Framework, dataset: str) -> Answers:
    """
    Read what is learned from: of *dataset*, and of all datasets that people read with this framework now.

    Of a value whose meaning is another one in this version than in the one that somebody read with, nothing counts.
    """
    meanings = {value.id: framework.meaning_of(value.id) for value in framework.values}
    readings, said = readings_of(study, framework.id, meanings, dataset)
    read = readings[readings["source"].isin(SOURCES)]
    wanted = pa.table({"excerpt_id": pa.array(read["excerpt_id"].tolist(), pa.string())})
    excerpts = study.table(_EXCERPTS, {"framework": framework.id, "dataset": dataset}, wanted=wanted).to_pandas()
    columns = {value.id: column for column, value in enumerate(framework.values)}
    said = said[said["value_id"].isin(columns)].merge(read, on="coding_id")
    said = said.assign(
        row=said["excerpt_id"].map({excerpt: row for row, excerpt in enumerate(excerpts["excerpt_id"])}),
        column=said["value_id"].map(columns),
    )
    untouched = said["source"] != "own-first"
    calibrating = np.isin(np.arange(len(excerpts)), said.loc[untouched, "row"])
    counted = said[untouched | ~said["row"].isin(np.flatnonzero(calibrating))]
    shape = (len(excerpts), len(columns))
    drawn = said[(said["source"] == "blind") & said["drawn"]]
    elsewhere = said[said["source"] == "independent"]
    majorities = (_majority(rows, shape) for rows in (drawn, elsewhere))
    return Answers(readings, excerpts, _majority(counted, shape), calibrating, *majorities)


def readings_of(
    study: Readable, framework: str, meanings: Mapping[str, str], dataset: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read the readings made with the framework of that name, as `Answers` has them, and what they say.

    Args:
        meanings: what names the meaning of each value in the version of now.

    Returns:
        The second has a row for each answer in the meaning of now: coding_id, value_id, yes.
    """
    columns = {"value_id": list(meanings), "meaning": list(meanings.values())}
    meant = pa.table({name: pa.array(given, pa.string()) for name, given in columns.items()})
    said = study.table(_SAID, {"framework": framework}, meant=meant)
    named = {"framework": framework, "dataset": dataset}
    readings = study.table(_READINGS, named, said=said.select(["coding_id"]))
    return readings.to_pandas(), said.to_pandas()


def _majority(said: pd.DataFrame, shape: tuple[int, int]) -> Floats:
    """Return 1 where most said yes, 0 where most said no, NaN where as many said one as other."""
    yes, all_ = np.zeros(shape), np.zeros(shape)
    place = (said["row"].to_numpy(np.intp), said["column"].to_numpy(np.intp))
    np.add.at(yes, place, said["yes"].to_numpy(float))
    np.add.at(all_, place, 1)
    return np.where(2 * yes == all_, np.nan, (2 * yes > all_).astype(float))
