"""For section 7: how much of the passages to open for a wanted recall, and how to set it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tagger import agreement
from tagger.agreement import Estimate, Threshold
from tagger.report.document import Mover, Movers, Number, Table
from tagger.report.evidence import WORDS, Floats, Value
from tagger.report.measuring import About
from tagger.wording import several

WANTED = (0.8, 0.9, 0.95)
IN_STUDY_TOML = 0.9
SHARES = np.arange(1, 101) / 100
"""The shares to open that can be chosen on the page."""

_CHOSEN = "no interval: it is a choice, and the number after it says what it finds"


@dataclass(frozen=True, slots=True)
class Choice:
    """
    How much to open for one value, by what the readers of one source found.

    Args:
        scored: how many passages have scores.
        suggested: in how many of these it is suggested now.
        clusters: from how many clusters the passages come that were read.
        thresholds: for each of `WANTED`.
        finds: (100,), what each of `SHARES` finds on average or more; empty where nobody found the value.
        at_least: (100,), the lower limits.
    """

    value: Value
    scored: int
    suggested: int
    clusters: int
    thresholds: tuple[Threshold, ...]
    finds: tuple[float, ...] = ()
    at_least: tuple[float, ...] = ()

    def share_for(self, wanted: float) -> float | None:
        """Return the share to open, rounded up to a hundredth, as it is set; None where nobody can say."""
        share = self.thresholds[WANTED.index(wanted)].share
        return None if share is None else math.ceil(round(100 * share, 9)) / 100


def choice(value: Value, depths: Floats, weights: Floats, scored: int, suggested: int, clusters: int) -> Choice:
    """Choose for one value; *depths* and *weights* are those of `agreement.share_for_recall`."""
    found = tuple(agreement.share_for_recall(depths, weights, wanted) for wanted in WANTED)
    if not len(depths):
        return Choice(value, scored, suggested, clusters, found)
    curve = (tuple(one.tolist()) for one in agreement.recall_of_shares(depths, weights, SHARES))
    return Choice(value, scored, suggested, clusters, found, *curve)


def numbers(source: str, between: str, choices: Iterable[Choice]) -> tuple[Number, ...]:
    """Return for each value and wanted recall the share to open, and what it finds with its lower limit."""
    rows = []
    for one in choices:
        about = About(7, one.value.id, source)
        for found in one.thresholds:
            n, recall = found.n_positives, found.recall
            interval = None if found.at_least is None else (found.at_least, 1.0)
            name = f"share_for_recall, wanted={found.wanted:g}"
            share = Estimate(found.share, n, n_clusters=one.clusters, reason=found.reason or _CHOSEN)
            finds = Estimate(recall, n, interval=interval, n_clusters=one.clusters, reason=found.reason)
            rows += [about.number(between, name, share), about.number(between, f"{name} (recall)", finds)]
    return tuple(rows)


def table(source: str, choices: Iterable[Choice]) -> Table:
    """Show how many passages to open for each value and wanted recall."""
    return Table(
        f"How much to open for a wanted recall, readings {WORDS[source]}",
        ("Value", "Found in", "Suggested now", *(f"For {100 * wanted:g}%" for wanted in WANTED)),
        tuple(
            (
                one.value.name,
                str(one.thresholds[0].n_positives),
                f"{one.suggested / one.scored:.2f}",
                *(_cell(found, one.scored) for found in one.thresholds),
            )
            for one in choices
        ),
        "Found in: in how many of the passages that were read. Then the share of all passages to open, those with the "
        "highest scores first, to find so much of the value on average (conformal risk control). In brackets how many "
        "passages that is, and the part of the value that it finds with 95% confidence at least. It takes the passages "
        "that were read for a random sample of this corpus, and each column holds by itself.",
    )


def _cell(found: Threshold, scored: int) -> str:
    if found.share is None:
        return found.reason
    passages = several(_passages(found.share, scored), "passage")
    return f"{found.share:.2f} ({passages}; at least {found.at_least:.2f})"


def _passages(share: float, scored: int) -> int:
    """Return how many passages a share is, as suggestions are chosen."""
    return math.ceil(round(share * scored, 9))


def movers(source: str, choices: Iterable[Choice]) -> Movers | None:
    """Let the share to open of each value be moved; None where nobody found any value."""
    rows = tuple(_mover(one) for one in choices if one.finds)
    if not rows:
        return None
    return Movers(
        f"Move how much to open, readings {WORDS[source]}",
        "Each value starts where nine in ten of it are found on average, or where its suggestions end now if too few "
        "are known for that. Choose what you want to find first, and move until it is found: a share that is chosen "
        "because its number looks well will find a little less.",
        rows,
    )


def _mover(one: Choice) -> Mover:
    start = one.share_for(IN_STUDY_TOML) or max(one.suggested / one.scored, 0.01)
    opened = tuple(_passages(share, one.scored) for share in SHARES.tolist())
    return Mover(one.value.name, _settable(one.value), round(100 * start), opened, one.finds, one.at_least)


def setting(choices: Iterable[Choice]) -> str:
    """Say what line of study.toml has nine in ten suggested; empty where nobody can say for any value."""
    shares = {_settable(one.value): one.share_for(IN_STUDY_TOML) for one in choices}
    items = [f"{key} = {share:.2f}" for key, share in shares.items() if key and share is not None]
    if not items:
        return ""
    return (
        f"For {100 * IN_STUDY_TOML:g}% on average, write in study.toml, under [suggestions]: shares = {{ "
        f"{', '.join(items)} }}. Each share is then suggested at the next run, but for passages where other values are "
        "stronger and per_excerpt lets no more be suggested. Move the shares as you like: more is found, and more is "
        "to be opened."
    )


def _settable(value: Value) -> str:
    """Return the key of a value in study.toml; empty for one that means something of its own in a dataset."""
    if "@" in value.id:
        return ""
    return value.id if re.fullmatch(r"[A-Za-z0-9_-]+", value.id) else json.dumps(value.id, ensure_ascii=False)
