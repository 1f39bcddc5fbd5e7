"""Section 4: where coders drew their own stretches, how far they drew the same ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from tagger import agreement
from tagger.agreement.clusters import Additive
from tagger.agreement.estimates import Estimate
from tagger.report import statistics
from tagger.report.document import Number, Section, Table, shown
from tagger.report.evidence import FEWEST_POSITIVES, INDEPENDENT, Evidence, Names, Value, by_letter
from tagger.report.measuring import About

_Stretch = tuple[int, int, str]

KAPPA = "character_kappa"

_TITLE = "Stretches that coders drew themselves"
_NO_INTERVAL = "no interval: none is known for it that holds for transcripts"
_WORDS = {
    "unitizing_alpha (2004)": "alpha of unitizing",
    "span_f1 (equal)": "F1, the same stretch",
    "span_f1 (iou=0.5)": "F1, at least half in common",
}
_NOTE = (
    "Alpha of unitizing: how far coders mark the same characters with the same values, beyond chance; 1 is perfect, 0 "
    "is chance (the form of 2004: Krippendorff, Content Analysis, 2nd ed.; those of 1995 and 2016 give other numbers). "
    "F1: the share of both coders' stretches that the other drew too, with the same value; at least half in common "
    "means that two stretches share half of all the text that they cover."
)
_KAPPA_NOTE = (
    "Cohen's kappa of two coders: of each character, did they mark it with the value, or not? 95% intervals in "
    "brackets, leaving out one transcript (or participant) at a time. Text that neither marked makes this number "
    "higher, and a long stretch counts for more than a short one. Other programs print it, so it is here to compare "
    "with; it does not replace agreement on passages."
)


@dataclass(frozen=True, slots=True)
class _Text:
    """Transcripts one behind the other: the stretches of each coder in it, where each ends, and its cluster."""

    drawn: dict[str, list[_Stretch]]
    ends: tuple[int, ...]
    clusters: Names

    def of(self, coder: str, value_id: str) -> list[tuple[int, int]]:
        """Return the stretches that a coder marked with a value."""
        return [(start, end) for start, end, value in self.drawn[coder] if value == value_id]


def spans(evidence: Evidence) -> Section:
    """Return section 4: alpha of unitizing, F1 of stretches and kappa of characters, of tables made independently."""
    coders = sorted(evidence.spans["coder"].unique(), key=by_letter)
    together = _of_the_same_coders(evidence.spans)
    if together is None:
        return Section(
            4,
            _TITLE,
            "",
            empty="Not measured: no transcript has stretches of two coders, in tables made independently.",
        )
    if _are_passages(evidence):
        return Section(
            4, _TITLE, "", empty="Not measured: coders worked on ready-made passages, so borders agree by construction."
        )
    about = About(4, "", INDEPENDENT)
    alpha = _alpha(about, _laid_out(evidence, together))
    texts = [(one, two, _of_both(evidence, one, two)) for one, two in combinations(coders, 2)]
    texts = [(one, two, text) for one, two, text in texts if text.ends]
    pairs = [number for one, two, text in texts for number in _pair(about, one, two, text)]
    rows = tuple(
        (number.between, _WORDS[number.estimator], shown(number), str(number.n), str(number.transcripts))
        for number in [alpha, *pairs]
    )
    kappas = [made for value in evidence.values for one, two, text in texts for made in _kappa(value, one, two, text)]
    return Section(
        4,
        _TITLE,
        _finding(alpha),
        "Where no value was marked there is no natural number of units, so these numbers are not comparable with those "
        "of passages.",
        (
            Table("Stretches", ("Who", "What", "Estimate", "Stretches", "Transcripts"), rows, _NOTE),
            _kappa_table(evidence, kappas),
        ),
        numbers=(alpha, *pairs, *kappas),
    )


def _finding(alpha: Number) -> str:
    if alpha.estimate is None:
        return "Coders drew stretches of their own; how far they agree on them is not estimable."
    return f"Coders drew stretches of their own. How far they drew the same ones: alpha of unitizing {shown(alpha)}."


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


def _of_both(evidence: Evidence, one: str, two: str) -> _Text:
    """Return the transcripts that both coders went through; there may be none."""
    own = evidence.spans[evidence.spans["coder"].isin([one, two])]
    return _laid_out(evidence, own[own.groupby("transcript")["coder"].transform("nunique") > 1])


def _laid_out(evidence: Evidence, spans: pd.DataFrame) -> _Text:
    """Lay transcripts one behind the other."""
    found: dict[str, list[_Stretch]] = {str(coder): [] for coder in sorted(spans["coder"].unique())}
    cluster_of = dict(zip(evidence.passages["transcript"], evidence.clusters, strict=True))
    ends, clusters = [0], []
    for transcript, rows in spans.groupby("transcript", sort=True):
        for (coder, value), own in rows[rows["value_id"] != ""].groupby(["coder", "value_id"], sort=True):
            stretches = sorted(zip(own["start"].tolist(), own["end"].tolist(), strict=True))
            found[str(coder)] += [(ends[-1] + start, ends[-1] + end, str(value)) for start, end in _merged(stretches)]
        ends.append(ends[-1] + int(max(rows["end"].max(), rows["length"].max())))
        clusters.append(cluster_of.get(transcript, transcript))
    return _Text(found, tuple(ends[1:]), np.array(clusters, dtype=str))


def _merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches that overlap: a coder's units of one value must not."""
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _alpha(about: About, text: _Text) -> Number:
    units = [(coder, start, end - start, value) for coder, own in text.drawn.items() for start, end, value in own]
    found = agreement.unitizing_alpha(units, 0, text.ends[-1], list(text.drawn))
    estimate = Estimate(found.value, len(units), n_clusters=len(text.ends), reason=found.reason or _NO_INTERVAL)
    return about.number(", ".join(text.drawn), "unitizing_alpha (2004)", estimate)


def _pair(about: About, one: str, two: str, text: _Text) -> list[Number]:
    """Return F1 of the stretches of two coders."""
    numbers = []
    for name, iou in (("span_f1 (equal)", None), ("span_f1 (iou=0.5)", 0.5)):
        found = agreement.span_f1(text.drawn[one], text.drawn[two], iou)
        reason = found.reason or _NO_INTERVAL
        estimate = Estimate(found.value, found.n_first + found.n_second, n_clusters=len(text.ends), reason=reason)
        numbers.append(about.number(f"{one} and {two}", name, estimate))
    return numbers


def _kappa(value: Value, one: str, two: str, text: _Text) -> list[Number]:
    """Return Cohen's kappa over characters; nothing of a value that neither marked."""
    first, second = text.of(one, value.id), text.of(two, value.id)
    marked = len(_merged(sorted([*first, *second])))
    if not marked:
        return []
    refused = ""
    if marked < FEWEST_POSITIVES:
        refused = f"not estimable: it was marked in {marked} stretches, and it takes {FEWEST_POSITIVES}"
    counts = agreement.character_counts(first, second, text.ends).astype(float)
    statistic = Additive(lambda rows: rows, statistics.mean_kappa(((0, 1),)).value, 4)
    found = About(4, value.id, INDEPENDENT).jackknifed(
        f"{one} and {two}", KAPPA, statistic, counts, text.clusters, -1.0, refused
    )
    return [replace(found, n=text.ends[-1])]


def _kappa_table(evidence: Evidence, kappas: list[Number]) -> Table:
    names = evidence.names()
    rows = tuple((names[one.value_id], one.between, shown(one), str(one.n), str(one.transcripts)) for one in kappas)
    head = ("Value", "Who", "Kappa", "Characters", "Transcripts")
    return Table("Character by character, as a check", head, rows, _KAPPA_NOTE)
