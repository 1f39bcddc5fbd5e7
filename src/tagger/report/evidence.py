"""
What a report is computed from: who said what of which passage, how it came about, and what the machine says.

Kinds of reading are kept apart here once, so that no section can pool them by mistake: a panel holds one source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from tagger.agreement.ratings import Ratings
from tagger.errors import UsageError

BLIND, AUDIT, INDEPENDENT = "blind", "audit", "independent"
COMPARABLE = (BLIND, INDEPENDENT, AUDIT)
"""The sources that may be compared with the machine, each in a column of its own."""

WORDS = {
    BLIND: "made here without suggestions",
    AUDIT: "made here for an audit",
    INDEPENDENT: "made elsewhere, independently",
}
EARLIER = "earlier audit"
REFUSED = {
    "own-first": "most of these passages were handed out because something was suggested there, or were chosen by the "
    "reader: they are no sample of the transcripts",
    "assisted": "these readers had been shown the suggestions of these passages, and people who see suggestions adopt "
    "them",
    "after-talk": "these readers had seen somebody else's reading",
    "imported after suggestions": "these coders had seen suggestions first",
    EARLIER: "the newest audit of a dataset is the one that counts, and this passage is not in it",
    "imported, nobody knows how": "nobody can say whether these coders had seen suggestions",
}

FEWEST_POSITIVES = 10
"""With fewer passages in which anybody found a value, nothing about it is estimable."""

SEARCHED = (
    "dataset",
    "value_id",
    "look",
    "stratum",
    "population",
    "sample",
    "found",
    "unanswered",
    "found_now",
    "rest",
)
"""The columns of `Evidence.searched`."""

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Names = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the report; one that means something of its own in a dataset is a value of its own."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Panel:
    """
    What the readers of one source said of one value.

    Args:
        places: (units,), the places of the passages in `Evidence.passages`.
        coders: the names of the readers, "Reader A" and so on.
        codes: (units, coders), 1 yes, 0 no, -1 no answer.
        clusters: (units,), the cluster of each passage.
        suggested: (units,), 1 and 0: what the machine says of them; -1 where it was not asked.
        scores: (units,), the machine's scores; NaN where there are none.
        weights: (units,), inverse inclusion probabilities.
    """

    places: Places
    coders: tuple[str, ...]
    codes: Places
    clusters: Names
    suggested: Places
    scores: Floats
    weights: Floats

    @property
    def ratings(self) -> Ratings:
        """Return the readings as ratings, for `tagger.agreement`."""
        return Ratings(self.codes, ("no", "yes"), ordered=True)

    @property
    def pairable(self) -> Panel:
        """Return the passages that at least two readers answered."""
        return self.only((self.codes >= 0).sum(axis=1) > 1)

    @property
    def scored(self) -> Panel:
        """Return the passages of which the machine says something."""
        return self.only(self.suggested >= 0)

    @property
    def found(self) -> int:
        """Return in how many passages somebody found the value."""
        return int((self.codes == 1).any(axis=1).sum())

    @property
    def n_clusters(self) -> int:
        """Return how many clusters the passages come from."""
        return len(np.unique(self.clusters))

    def only(self, kept: Flags | Places) -> Panel:
        """Return some of the passages, by flags or in the order of their numbers, and the readers who answered any."""
        codes = self.codes[kept]
        said = np.asarray((codes >= 0).any(axis=0))
        return Panel(
            self.places[kept],
            tuple(name for name, one in zip(self.coders, said.tolist(), strict=True) if one),
            codes[:, said],
            self.clusters[kept],
            self.suggested[kept],
            self.scores[kept],
            self.weights[kept],
        )

    def majority(self) -> Floats:
        """Return (units,): 1 where most readers said yes, 0 where most said no, NaN where as many said one as other."""
        yes, all_ = (self.codes == 1).sum(axis=1), (self.codes >= 0).sum(axis=1)
        return np.where(2 * yes == all_, np.nan, (2 * yes > all_).astype(float))


@dataclass(frozen=True)
class Evidence:
    """
    A study as a report needs it.

    Args:
        study: its name.
        values: in the order of the frameworks.
        passages: in the order of datasets, transcripts and starts: excerpt_id, dataset, transcript, cluster,
            interviewer (a pseudonym, empty where nobody is known over several transcripts), start, end, current
            (whether it is cut in the current way).
        answers: one row an answer: place (of the passage), coder, source, value_id, yes, drawn (whether chance decided
            on the arm in which it was read).
        readings: one row a reading, finished or not: place, coder, source, outcome, finished, matched, framework (with
            its version), read_on (the day, such as 2026-01-05, UTC; empty where it was not made here).
        machine: one row for each current passage and value: place, value_id, score, suggested, strength.
        audit: one row a passage of an audit and stratum: place, stratum, population.
        spans: what coders marked in tables made independently: coder, transcript, start, end, value_id.
        sources: name and version of program, libraries, models and frameworks.
        facts: numbers for the description of the design, by name.
        searched: one row for each dataset, value and stratum of the newest audit: look (how many audits of the dataset
            there are), population and sample (of the passages in which nobody had found the value before the draw), in
            how many of the sample the audit's readers found it and how many nobody answered, and in how many passages
            of the stratum, those found before among them, somebody holds now that it is there (found_now), or nobody
            does (rest).
    """

    study: str
    values: tuple[Value, ...]
    passages: pd.DataFrame
    answers: pd.DataFrame
    readings: pd.DataFrame
    machine: pd.DataFrame
    audit: pd.DataFrame
    spans: pd.DataFrame
    sources: tuple[tuple[str, str], ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    searched: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SEARCHED)))

    @cached_property
    def available(self) -> tuple[str, ...]:
        """Return the comparable sources that hold any answer."""
        there = set(self.answers["source"].unique())
        return tuple(source for source in COMPARABLE if source in there)

    @cached_property
    def primary(self) -> str:
        """Return the source of the first screen: the first with enough, or else read by two; empty without any."""
        twice = [source for source in self.available if any(len(one.pairable.places) for one in self._of(source))]
        enough = [source for source in twice if any(one.pairable.found >= FEWEST_POSITIVES for one in self._of(source))]
        return next(iter((*enough, *twice, *self.available)), "")

    def _of(self, source: str) -> list[Panel]:
        return [self.panel(source, value.id) for value in self.values]

    def names(self) -> dict[str, str]:
        """Return the names of the values by their ids."""
        return {value.id: value.name for value in self.values}

    def panel(self, source: str, value_id: str, group: Flags | None = None) -> Panel:
        """
        Return what the readers of one source said of a value.

        Args:
            source: one of `COMPARABLE`.
            value_id: the value.
            group: (passages,), the passages to which it is restricted.

        Raises:
            UsageError: readings of this source must not be compared with the machine, or there is no such source.
        """
        check_comparable(source)
        key = (source, value_id)
        if key not in self._panels:
            self._panels[key] = self._panel(source, value_id)
        found = self._panels[key]
        return found if group is None else found.only(group[found.places])

    @cached_property
    def clusters(self) -> Names:
        """Return (passages,): the name of each one's cluster."""
        return self.passages["cluster"].to_numpy(dtype=str)

    @cached_property
    def _panels(self) -> dict[tuple[str, str], Panel]:
        return {}

    @cached_property
    def _said(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {
            (str(source), str(value)): said
            for (source, value), said in self.answers.groupby(["source", "value_id"], observed=True, sort=False)
        }

    @cached_property
    def _machines(self) -> dict[str, tuple[Places, Floats]]:
        found = {}
        n = len(self.passages)
        for value, rows in self.machine.groupby("value_id", observed=True, sort=False):
            suggested, scores = np.full(n, -1, dtype=np.int64), np.full(n, np.nan)
            places = rows["place"].to_numpy(np.int64)
            suggested[places] = rows["suggested"].to_numpy(np.int64)
            scores[places] = rows["score"].to_numpy(float)
            found[str(value)] = suggested, scores
        return found

    def machine_of(self, value_id: str) -> tuple[Places, Floats]:
        """Return (passages,) what is suggested (1, 0, -1 not asked), and (passages,) the scores."""
        n = len(self.passages)
        return self._machines.get(value_id, (np.full(n, -1, dtype=np.int64), np.full(n, np.nan)))

    def _panel(self, source: str, value_id: str) -> Panel:
        said = self._said.get((source, value_id), self.answers.iloc[:0])
        places = np.unique(said["place"].to_numpy(np.int64))
        coders = tuple(sorted(said["coder"].unique(), key=by_letter))
        codes = np.full((len(places), len(coders)), -1, dtype=np.int64)
        row = np.searchsorted(places, said["place"].to_numpy(np.int64))
        column = pd.Index(coders).get_indexer(said["coder"])
        codes[row, column] = said["yes"].to_numpy(np.int64)
        suggested, scores = self.machine_of(value_id)
        weights = self._weights(places) if source == AUDIT else np.ones(len(places))
        return Panel(places, coders, codes, self.clusters[places], suggested[places], scores[places], weights)

    def _weights(self, places: Places) -> Floats:
        strata = self.audit.drop_duplicates("place").set_index("place").reindex(places)
        read = strata["stratum"].map(strata["stratum"].value_counts())
        return np.asarray((strata["population"].astype(float) / read.astype(float)).fillna(1.0), dtype=np.float64)


def check_comparable(source: str) -> None:
    """
    Refuse readings that must not be compared with the machine.

    Raises:
        UsageError: readings of this source must not be compared with the machine, or there is no such source.
    """
    if source in COMPARABLE:
        return
    what = f"there is no source {source!r}"
    if source in REFUSED:
        what = f"readings that are {source} are not compared with the machine: {REFUSED[source]}"
    remedy = f"Use {', '.join(COMPARABLE[:-1])} or {COMPARABLE[-1]}"
    raise UsageError(what, where="source", remedy=remedy)


def by_letter(name: str) -> tuple[int, str]:
    """Order Reader B before Reader AA or Reader 27."""
    return len(name), name
