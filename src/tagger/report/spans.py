"""Section 4: where coders drew their own stretches, how far they drew the same ones."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from tagger import agreement
from tagger.agreement.estimates import Estimate
from tagger.report.document import Number, Section, Table, shown
from tagger.report.evidence import INDEPENDENT, Evidence
from tagger.report.measuring import About

_Stretch = tuple[int, int, str]


def spans(evidence: Evidence) -> Section:
    """Return section 4: alpha of unitizing and F1 of stretches, of tables made independently."""
    both, length = _laid_out(evidence.spans)
    title = "Stretches that coders drew themselves"
    coders = sorted({coder for coder, _ in both}, key=lambda name: (len(name), name))
    if len(coders) < 2:
        return Section(
            4, title, "", empty="Not measured: no transcript has stretches of two coders, in tables made independently."
        )
    about = About(4, "", INDEPENDENT)
    drawn = {coder: [stretch for who, stretch in both if who == coder] for coder in coders}
    alpha = _alpha(about, evidence, drawn, length)
    pairs = [number for one, two in combinations(coders, 2) for number in _pair(about, one, two, drawn)]
    rows = tuple((number.between, number.estimator, shown(number), str(number.n)) for number in [alpha, *pairs])
    return Section(
        4,
        title,
        f"Coders drew stretches of their own, and agree on them with an alpha of unitizing of {shown(alpha)}.",
        "Where no value was marked there is no natural number of units, so these numbers are not comparable with those "
        "of passages. Stretches from a table of ready-made passages agree by construction.",
        (Table("Stretches", ("Who", "What", "Estimate", "Stretches"), rows, _NOTE),),
        numbers=(alpha, *pairs),
    )


_NOTE = (
    "unitizing_alpha is the form of 2004 (Krippendorff, Content Analysis, 2nd ed.), over characters; the forms of 1995 "
    "and 2016 give other numbers. span_f1: equal stretches of the same value, or such as share half of their union."
)


def _laid_out(spans: pd.DataFrame) -> tuple[list[tuple[str, _Stretch]], int]:
    """Lay the transcripts that two coders marked one behind the other; return the stretches, and how long it is."""
    found: list[tuple[str, _Stretch]] = []
    at = 0
    for _, rows in spans.groupby("transcript", sort=True):
        if rows["coder"].nunique() < 2:
            continue
        for (coder, value), own in rows.groupby(["coder", "value_id"], sort=True):
            stretches = sorted(zip(own["start"].tolist(), own["end"].tolist(), strict=True))
            found += [(str(coder), (at + start, at + end, str(value))) for start, end in _merged(stretches)]
        at += int(rows["end"].max())
    return found, at


def _merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches that overlap: a coder's units of one value must not."""
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _alpha(about: About, evidence: Evidence, drawn: dict[str, list[_Stretch]], length: int) -> Number:
    units = [(coder, start, end - start, value) for coder, own in drawn.items() for start, end, value in own if value]
    found = agreement.unitizing_alpha(units, 0, length, list(drawn))
    clusters = evidence.spans["transcript"].nunique()
    reason = found.reason or "no interval: none is known for it that holds for transcripts"
    return about.number(
        "people with people",
        "unitizing_alpha (2004)",
        Estimate(found.value, len(units), n_clusters=clusters, reason=reason),
    )


def _pair(about: About, one: str, two: str, drawn: dict[str, list[_Stretch]]) -> list[Number]:
    numbers = []
    for name, iou in (("span_f1 (equal)", None), ("span_f1 (iou=0.5)", 0.5)):
        first, second = ([stretch for stretch in drawn[coder] if stretch[2]] for coder in (one, two))
        found = agreement.span_f1(first, second, iou)
        reason = found.reason or "no interval: none is known for it that holds for transcripts"
        estimate = Estimate(found.value, found.n_first + found.n_second, reason=reason)
        numbers.append(about.number(f"{one} and {two}", name, estimate))
    return numbers
