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

_NO_INTERVAL = "no interval: none is known for it that holds for transcripts"
_NOTE = (
    "unitizing_alpha is the form of 2004 (Krippendorff, Content Analysis, 2nd ed.), over characters; the forms of 1995 "
    "and 2016 give other numbers. span_f1: equal stretches of the same value, or such as share half of their union."
)


def spans(evidence: Evidence) -> Section:
    """Return section 4: alpha of unitizing and F1 of stretches, of tables made independently."""
    title = "Stretches that coders drew themselves"
    coders = sorted(evidence.spans["coder"].unique(), key=lambda name: (len(name), name))
    together = _of_the_same_coders(evidence.spans)
    if together is None:
        return Section(
            4, title, "", empty="Not measured: no transcript has stretches of two coders, in tables made independently."
        )
    if _are_passages(evidence):
        return Section(
            4, title, "", empty="Not measured: coders worked on ready-made passages, so borders agree by construction."
        )
    about = About(4, "", INDEPENDENT)
    alpha = _alpha(about, together)
    pairs = [number for one, two in combinations(coders, 2) for number in _pair(about, one, two, evidence.spans)]
    rows = tuple(
        (number.between, number.estimator, shown(number), str(number.n), str(number.transcripts))
        for number in [alpha, *pairs]
    )
    return Section(
        4,
        title,
        _finding(alpha),
        "Where no value was marked there is no natural number of units, so these numbers are not comparable with those "
        "of passages.",
        (Table("Stretches", ("Who", "What", "Estimate", "Stretches", "Transcripts"), rows, _NOTE),),
        numbers=(alpha, *pairs),
    )


def _finding(alpha: Number) -> str:
    if alpha.estimate is None:
        return "Coders drew stretches of their own; how far they agree on them is not estimable."
    return f"Coders drew stretches of their own, and agree on them with an alpha of unitizing of {shown(alpha)}."


def _are_passages(evidence: Evidence) -> bool:
    """Say whether all stretches are passages as the program cuts them."""
    cut = pd.MultiIndex.from_frame(evidence.passages[["transcript", "start", "end"]])
    return bool(pd.MultiIndex.from_frame(evidence.spans[["transcript", "start", "end"]]).isin(cut).all())


def _of_the_same_coders(spans: pd.DataFrame) -> pd.DataFrame | None:
    """Return the stretches of the largest group of transcripts that the same two coders or more went through."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for transcript, rows in spans.groupby("transcript", sort=True):
        coders = tuple(sorted(rows["coder"].unique()))
        if len(coders) > 1:
            groups.setdefault(coders, []).append(str(transcript))
    if not groups:
        return None
    most = max(groups, key=lambda coders: (len(groups[coders]), len(coders), coders))
    return spans[spans["transcript"].isin(groups[most])]


def _laid_out(spans: pd.DataFrame) -> tuple[dict[str, list[_Stretch]], int]:
    """Lay transcripts one behind the other; return the stretches of each coder, and how long it all is."""
    found: dict[str, list[_Stretch]] = {str(coder): [] for coder in sorted(spans["coder"].unique())}
    at = 0
    for _, rows in spans.groupby("transcript", sort=True):
        for (coder, value), own in rows[rows["value_id"] != ""].groupby(["coder", "value_id"], sort=True):
            stretches = sorted(zip(own["start"].tolist(), own["end"].tolist(), strict=True))
            found[str(coder)] += [(at + start, at + end, str(value)) for start, end in _merged(stretches)]
        at += int(max(rows["end"].max(), rows["length"].max()))
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


def _alpha(about: About, spans: pd.DataFrame) -> Number:
    drawn, length = _laid_out(spans)
    units = [(coder, start, end - start, value) for coder, own in drawn.items() for start, end, value in own]
    found = agreement.unitizing_alpha(units, 0, length, list(drawn))
    estimate = Estimate(
        found.value, len(units), n_clusters=spans["transcript"].nunique(), reason=found.reason or _NO_INTERVAL
    )
    return about.number(", ".join(drawn), "unitizing_alpha (2004)", estimate)


def _pair(about: About, one: str, two: str, spans: pd.DataFrame) -> list[Number]:
    """Return F1 of the stretches of two coders, in the transcripts that both went through."""
    own = spans[spans["coder"].isin([one, two])]
    shared = own[own.groupby("transcript")["coder"].transform("nunique") > 1]
    transcripts = shared["transcript"].nunique()
    if not transcripts:
        return []
    drawn, _ = _laid_out(shared)
    numbers = []
    for name, iou in (("span_f1 (equal)", None), ("span_f1 (iou=0.5)", 0.5)):
        found = agreement.span_f1(drawn[one], drawn[two], iou)
        reason = found.reason or _NO_INTERVAL
        estimate = Estimate(found.value, found.n_first + found.n_second, n_clusters=transcripts, reason=reason)
        numbers.append(about.number(f"{one} and {two}", name, estimate))
    return numbers
