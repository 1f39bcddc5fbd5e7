"""Section 3: people with people on whole sets of values."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.agreement.alpha import coincidences
from tagger.agreement.clusters import jackknife_interval
from tagger.agreement.distances import distances
from tagger.agreement.estimates import Estimate
from tagger.agreement.ratings import Ratings
from tagger.report.document import Number, Section, Table, shown
from tagger.report.evidence import WORDS, Evidence, Flags, Names, Places
from tagger.report.measuring import About
from tagger.report.people import ONE_READER, PEOPLE, size

MOST_SETS = 2000
"""Distances between more sets than this take longer than anybody waits."""

_SETS: tuple[Literal["masi", "jaccard"], ...] = ("masi", "jaccard")


def together(evidence: Evidence) -> Section:
    """Return section 3: agreement on whole sets of values."""
    numbers: list[Number] = []
    rows = []
    for source in evidence.available:
        table, clusters = label_sets(evidence, source)
        if not len(table.codes):
            continue
        about = About(3, "", source)
        made = [_set_alpha(about, table, clusters, distance) for distance in _SETS]
        exact = about.jackknifed(PEOPLE, "percent_agreement (whole sets)", agreement.percent_agreement, table, clusters)
        numbers += [*made, exact]
        rows.append((WORDS[source], shown(made[0]), shown(made[1]), shown(exact), *size(exact)))
    title = "All values at once"
    if not numbers:
        return Section(3, title, "", empty=f"Nothing to compare yet: {ONE_READER} against the whole list.")
    best = next((one for one in numbers if one.source == evidence.primary), numbers[0])
    said = f"agree with an alpha (MASI) of {shown(best)}" if best.estimate is not None else "cannot be compared yet"
    return Section(
        3,
        title,
        f"Taken as whole sets of values, readings {WORDS[best.source]} {said}.",
        "One number for all values hides which value fails; section 2 does not. It moves with how many values a "
        "passage has on average.",
        (
            Table(
                "Alpha over sets of values",
                ("Readings", "Alpha, MASI", "Alpha, Jaccard", "Same set", "Passages", "Transcripts"),
                tuple(rows),
                "MASI distance is 1 - J * M (Passonneau 2006): J is the share of values in common, M is 1 for equal "
                "sets, 2/3 where one holds the other, 1/3 where they overlap, 0 else. Two empty sets are equal. Other "
                "programs print other numbers under that name.",
            ),
        ),
        numbers=tuple(numbers),
    )


def _set_alpha(about: About, table: Ratings, clusters: Names, distance: Literal["masi", "jaccard"]) -> Number:
    """Return alpha over sets; how often two sets meet is summed by cluster, and their distances are computed once."""
    name = f'krippendorff_alpha (distance="{distance}")'
    if len(table.values) > MOST_SETS:
        reason = f"not estimable here: {len(table.values):,} different sets of values are more than {MOST_SETS:,}"
        return about.number(
            PEOPLE, name, Estimate(None, len(table.codes), n_clusters=len(set(clusters)), reason=reason)
        )
    counts = table.counts()
    apart = distances(table.values, np.asarray(counts.sum(axis=0)).ravel(), "nominal", distance)
    met = {cluster: coincidences(counts[np.flatnonzero(clusters == cluster)]) for cluster in np.unique(clusters)}

    def value(kept: Names) -> float:
        total = sum((met[cluster] for cluster in kept.tolist()), start=0 * next(iter(met.values())))
        sums = np.asarray(total.sum(axis=0)).ravel()
        n = sums.sum()
        expected = float(sums @ apart @ sums) / (n * (n - 1))
        return 1 - float(total.multiply(apart).sum()) / n / expected if expected else float("nan")

    found = jackknife_interval(value, np.array(list(met)), np.array(list(met)))
    return about.number(PEOPLE, name, replace(found, n_units=len(table.codes)))


def label_sets(evidence: Evidence, source: str) -> tuple[Ratings, Names]:
    """Return the sets of values that readers of a source gave passages, where two read it, and the clusters."""
    said = evidence.answers[evidence.answers["source"] == source]
    ids = [value.id for value in evidence.values]
    reading, read = pd.factorize(pd.MultiIndex.from_frame(said[["place", "coder"]]))
    held = np.zeros((len(read), len(ids)), dtype=bool)
    held[reading, pd.Index(ids).get_indexer(pd.Index(said["value_id"]))] = said["yes"]
    place, places = pd.factorize(read.get_level_values(0), sort=True)
    held &= _asked_of_all(said, ids, reading, place)
    masks, which = np.unique(held, axis=0, return_inverse=True)
    coder, coders = pd.factorize(read.get_level_values(1), sort=True)
    codes = np.full((len(places), len(coders)), -1, dtype=np.int64)
    codes[place, coder] = which.reshape(-1)
    sets = tuple(frozenset(ids[at] for at in np.flatnonzero(mask)) for mask in masks)
    twice = (codes >= 0).sum(axis=1) > 1
    return Ratings(codes[twice], sets), evidence.clusters[np.asarray(places, dtype=np.int64)[twice]]


def _asked_of_all(said: pd.DataFrame, ids: list[str], reading: Places, place: Places) -> Flags:
    """Return (readings, values): whether all who read the passage answered the value; it is no part of a set else."""
    asked = np.zeros((len(place), len(ids)), dtype=bool)
    asked[reading, pd.Index(ids).get_indexer(pd.Index(said["value_id"]))] = True
    of_all = np.ones((int(place.max(initial=-1)) + 1, len(ids)), dtype=bool)
    np.logical_and.at(of_all, place, asked)
    return np.asarray(of_all[place])
