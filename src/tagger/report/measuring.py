"""From a statistic and a panel to a number of the report: with its interval, or with the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tagger.agreement.clusters import Statistic, jackknife_interval
from tagger.agreement.estimates import Estimate
from tagger.report.document import Number
from tagger.report.evidence import FEWEST_POSITIVES, Names, Panel

ROUGH = 6
"""With fewer clusters an interval is a rough one."""

_NONE = 1e-12
_THE_SAME = "no interval: it is the same whichever transcript is left out, which says nothing of others"


@dataclass(frozen=True, slots=True)
class About:
    """What the numbers of a part of a report have in common."""

    section: int
    value_id: str
    source: str
    group: str = ""

    def number(self, between: str, estimator: str, found: Estimate, seed: int | None = None) -> Number:
        """Make a number of an estimate."""
        if found.se is not None and found.se < _NONE:
            found = found.without_interval(_THE_SAME)
        low, high = found.interval or (None, None)
        return Number(
            self.section,
            self.value_id,
            self.source,
            between,
            estimator,
            found.value,
            low,
            high,
            found.n_units,
            found.n_clusters,
            self.group,
            seed,
            found.reason,
        )

    def jackknifed(
        self,
        between: str,
        estimator: str,
        statistic: Statistic,
        rows: Any,
        clusters: Names,
        low: float = 0.0,
        refused: str = "",
        high: float = 1.0,
    ) -> Number:
        """Make a number with its leave-one-cluster-out interval; or, where it is refused, the reason alone."""
        if refused or not len(clusters):
            reason = refused or "nobody read any passage for it"
            found = Estimate(None, len(clusters), n_clusters=len(set(clusters.tolist())), reason=reason)
        else:
            found = jackknife_interval(statistic, rows, clusters, low=low, high=high)
        return self.number(between, estimator, found)


def too_few(panel: Panel) -> str:
    """Say why nothing about a value is estimable from a panel; empty where there is enough."""
    if not len(panel.places):
        return "nobody read any passage for it"
    if panel.found < FEWEST_POSITIVES:
        return f"not estimable: it was found in {panel.found} passages, and it takes {FEWEST_POSITIVES}"
    return ""
