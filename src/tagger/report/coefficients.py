"""The coefficients that sections 2 and 5 report of anybody beside anybody, and their mean over values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from tagger.agreement.clusters import Additive, jackknife_interval
from tagger.agreement.estimates import Estimate
from tagger.agreement.ratings import Floats
from tagger.report import statistics
from tagger.report.document import Number
from tagger.report.evidence import Panel
from tagger.report.measuring import About, Tally

ALPHA = "krippendorff_alpha"

_Coefficients = dict[str, tuple[Callable[[], Additive], float]]
_ANY: _Coefficients = {
    ALPHA: (statistics.alpha, -1.0),
    "percent_agreement": (statistics.percent_agreement, 0.0),
    "specific_agreement (yes)": (statistics.positive_agreement, 0.0),
    "specific_agreement (no)": (statistics.negative_agreement, 0.0),
    "gwet_ac1": (statistics.gwet_ac1, -1.0),
}
OF_TWO: _Coefficients = {
    "pabak": (statistics.pabak, -1.0),
    "pabak (prevalence_index)": (statistics.prevalence_index, -1.0),
    "pabak (bias_index)": (statistics.bias_index, -1.0),
}


def coefficients(about: About, between: str, said: Tally) -> dict[str, Number]:
    """Return the coefficients of any readers by estimator; of two, PABAK too, with what it adjusts for."""
    made = _ANY | (OF_TWO if said.codes.shape[1] == 2 else {})
    return {name: about.measured(between, name, statistic(), said, low) for name, (statistic, low) in made.items()}


def macro(
    about: About,
    between: str,
    estimator: str,
    panels: list[tuple[Panel, Tally, Additive]],
) -> Number:
    """
    Return the mean of a statistic over values, with its interval over the clusters of all of them.

    Args:
        panels: of each value the panel, the rows of the statistic, and the statistic.
    """
    name = f"{estimator}, mean over {len(panels)} values"
    if not panels:
        reason = "not estimable: it is not for any of the values"
        return about.number(between, name, Estimate(None, 0, n_clusters=0, reason=reason))
    made = [(said.weighted(one), said) for _, said, one in panels]
    clusters = np.unique(np.concatenate([said.clusters for _, said in made]))
    sums = [
        pd.DataFrame(one.parts(said.ratings)).groupby(said.clusters).sum().reindex(clusters, fill_value=0.0)
        for one, said in made
    ]
    found = jackknife_interval(_mean([one for one, _ in made]), np.concatenate(sums, axis=1), clusters)
    passages = len(np.unique(np.concatenate([panel.places for panel, *_ in panels])))
    return about.number(between, name, replace(found, n_units=passages))


def _mean(made: list[Additive]) -> Additive:
    """Return the mean of statistics whose sums stand side by side."""
    ends = np.cumsum([one.width for one in made])

    def value(sums: Floats) -> Floats:
        parts = np.split(sums, ends[:-1], axis=-1)
        return np.asarray(np.mean([one.value(part) for one, part in zip(made, parts, strict=True)], axis=0))

    return Additive(lambda sums: sums, value, int(ends[-1]))
