"""What people read of a context for a value, or for several together, and how probable it was that they read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tagger.agreement.contexts import Sample
from tagger.report.comparison.material import Contexts
from tagger.report.evidence import AUDIT, BLIND, INDEPENDENT, Evidence, Flags, by_letter

COMPLETE = (BLIND, INDEPENDENT)
"""The sources that say as much as an audit where every passage of a context was read."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    A sample of a context, or the reason why there is none.

    Args:
        n: how many passages of the context the machine was asked of.
        suggested: of how many of them it suggests the value.
        source: whose readings the sample is made of, as in `Evidence`; empty without one.
        sample: what people read, and the rest of the frame; None without one.
        readers: who read it, by their letters.
        reason: why there is no sample; empty where there is one.
    """

    n: int = 0
    suggested: int = 0
    source: str = ""
    sample: Sample | None = None
    readers: tuple[str, ...] = ()
    reason: str = ""


def said(evidence: Evidence, sources: Sequence[str], ids: Sequence[str]) -> pd.Series:
    """Return, by the place of a passage, the share of those who answered all these values that found all of them."""
    answers = evidence.answers
    own = answers[answers["source"].isin(sources) & answers["value_id"].isin(ids)]
    own = own.drop_duplicates(["place", "coder", "value_id"])
    readings = own.groupby(["place", "coder"], observed=True)["yes"].agg(["all", "size"])
    found: pd.Series = readings.loc[readings["size"] == len(ids), "all"].groupby("place").mean()
    return found


def asked_of(evidence: Evidence, ids: Sequence[str]) -> tuple[Flags, Flags]:
    """Return (passages,) of which the machine was asked for all these values, and which it suggests all of them for."""
    words = np.array([evidence.machine_of(one)[0] for one in ids])
    return np.all(words >= 0, axis=0), np.all(words == 1, axis=0)


def sample_of(contexts: Contexts, ids: Sequence[str], context: int) -> Drawn:
    """
    Return what people read of a context for some values together.

    The newest audits count; where a dataset has none, readings of one source that cover every passage.

    Args:
        ids: of the values, as `Evidence` has them.
        context: the place of the context.
    """
    asked, model = asked_of(contexts.evidence, ids)
    here = asked & contexts.passages_of(context)
    counted = Drawn(int(here.sum()), int(model[here].sum()))
    if not here.any():
        return replace(counted, reason="the machine was not asked for it there")
    if unaudited := _without_audit(contexts, here):
        source, frame = _whole(contexts.evidence, ids, here)
        reason = "" if source else f"no audit was drawn in {' and '.join(unaudited)}"
    else:
        source, frame = AUDIT, _audited(contexts, ids, asked)
        frame = frame[here[frame["place"].to_numpy(np.int64)]]
        reason = _unread(frame)
    if reason:
        return replace(counted, reason=reason)
    readers = _readers(contexts.evidence, source, ids, frame.loc[frame["found"].notna(), "place"])
    return replace(counted, source=source, sample=_sample(contexts.evidence, frame, model), readers=readers)


def _without_audit(contexts: Contexts, here: Flags) -> list[str]:
    """Name the datasets that some of the passages lie in and that have no audit."""
    datasets = contexts.evidence.passages["dataset"].to_numpy(dtype=str)
    audited = datasets[contexts.frame["place"].to_numpy(np.int64)]
    return sorted(set(datasets[here].tolist()) - set(audited.tolist()))


def _whole(evidence: Evidence, ids: Sequence[str], here: Flags) -> tuple[str, pd.DataFrame]:
    """Return a source that read every passage, empty without any, and all passages as `_audited` has them."""
    places = np.flatnonzero(here)
    frame = pd.DataFrame({"place": places, "found": np.nan, "probability": 1.0})
    for source in COMPLETE:
        frame["found"] = said(evidence, (source,), ids).reindex(places).to_numpy(dtype=np.float64)
        if frame["found"].notna().all():
            return source, frame
    return "", frame


def _audited(contexts: Contexts, ids: Sequence[str], asked: Flags) -> pd.DataFrame:
    """
    Return the audits' frame with found (NaN where nobody read it), and the probability of each passage to be read.

    That is the share of its stratum, in its dataset, that was read: a passage that was drawn and that nobody could
    read, or that is gone, makes the others of its stratum stand for more.
    """
    frame = contexts.frame[asked[contexts.frame["place"].to_numpy(np.int64)]]
    found = frame["place"].map(said(contexts.evidence, (AUDIT,), ids)).astype(np.float64)
    probability = found.notna().groupby(frame["stratum"]).transform("mean")
    made: pd.DataFrame = frame.assign(found=found, probability=probability)
    return made


def _unread(frame: pd.DataFrame) -> str:
    """Say which strata nobody read in; empty where each was read, and stands for itself."""
    if frame.empty:
        return "none of the passages that the audit was drawn from is there any more"
    read = frame["found"].notna().groupby(frame["stratum"]).any()
    if not read.any():
        return "an audit was drawn, and nobody has read of it for this value"
    unread = read.index[~read].tolist()
    return f"nobody has read for it in the audit's stratum {' or '.join(map(str, unread))}" if unread else ""


def _sample(evidence: Evidence, frame: pd.DataFrame, model: Flags) -> Sample:
    places = frame["place"].to_numpy(np.int64)
    read = frame["found"].notna().to_numpy(dtype=bool)
    clusters, suggested = evidence.clusters[places], model[places].astype(np.int64)
    return Sample(
        frame["found"].to_numpy(dtype=np.float64)[read],
        suggested[read],
        suggested[~read],
        frame["probability"].to_numpy(dtype=np.float64)[read],
        clusters[read],
        clusters[~read],
    )


def _readers(evidence: Evidence, source: str, ids: Sequence[str], places: pd.Series) -> tuple[str, ...]:
    answers = evidence.answers
    own = (answers["source"] == source) & answers["value_id"].isin(ids) & answers["place"].isin(places)
    return tuple(sorted(answers.loc[own, "coder"].unique(), key=by_letter))
