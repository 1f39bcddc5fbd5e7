"""From a study to its report on agreement: gather the evidence, compute, write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from tagger import __version__
from tagger.config import load_settings
from tagger.errors import UsageError
from tagger.report.computation import SEED, compute
from tagger.report.document import Report
from tagger.report.evidence import AUDIT, BLIND, EARLIER, INDEPENDENT, Evidence, Value
from tagger.report.files import write
from tagger.store import Readable, Store

_LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn")
_KINDS = {
    ("imported", "independently"): INDEPENDENT,
    ("imported", "after-suggestions"): "imported after suggestions",
    ("imported", "unknown"): "imported, nobody knows how",
}

_PASSAGES = """
SELECT e.excerpt_id, e.dataset, e.transcript_id AS transcript, e.start, e."end", l.excerpt_id IS NOT NULL AS current,
       p.participant
FROM live_excerpts e
JOIN excerpts x ON x.id = e.excerpt_id AND x.parent_id IS NULL
LEFT JOIN excerpt_list l ON l.excerpt_id = e.excerpt_id
LEFT JOIN (
    SELECT transcript_id, min(participant_id) AS participant FROM live_turns
    WHERE evidence GROUP BY transcript_id HAVING count(DISTINCT participant_id) = 1 AND count(*) = count(participant_id)
) p ON p.transcript_id = e.transcript_id
WHERE e.kind = 'passage' AND ($dataset = '' OR e.dataset = $dataset)
  AND (l.excerpt_id IS NOT NULL OR e.excerpt_id IN (SELECT excerpt_id FROM codings))
ORDER BY e.dataset, e.transcript_id, e.start, e."end", e.excerpt_id
"""

_READINGS = """
SELECT x.id AS coding_id, x.excerpt_id, k.letter AS coder, x.kind, x.made, x.outcome, x.matched, x.framework_id,
       s.reason, x.kind = 'imported' OR coalesce(c.act IN ('done', 'nothing here'), false) AS finished,
       coalesce(a.stratum = 'runs' AND a.arm = s.arm AND s.reason NOT IN ('audit', 'chosen'), false) AS drawn
FROM current_codings x
JOIN readers k ON k.coder_id = x.coder_id
JOIN passages e ON e.excerpt_id = x.excerpt_id
LEFT JOIN servings s ON s.id = x.serving_id
LEFT JOIN conclusions c ON c.coder_id = x.coder_id AND c.excerpt_id = x.excerpt_id
LEFT JOIN arms a ON a.coder_id = x.coder_id AND a.excerpt_id = x.excerpt_id
JOIN frameworks f ON f.id = x.framework_id
LEFT JOIN newest_scorings n ON n.dataset = e.dataset
WHERE f.name = coalesce(n.framework, f.name)
ORDER BY x.excerpt_id, k.letter, x.kind, x.id
"""

_ANSWERS = """
SELECT a.coding_id, a.value_id, a.answer = 'yes' AS yes
FROM coding_answers a
JOIN readings r ON r.coding_id = a.coding_id
ORDER BY a.coding_id, a.value_id
"""

_MACHINE = """
SELECT g.excerpt_id, g.value_id, round(g.score, 6) AS score, s.id IS NOT NULL AS suggested, g.strength
FROM newest_scorings n
JOIN strengths g ON g.scoring_id = n.scoring_id AND g.kind = 'passage'
JOIN passages e ON e.excerpt_id = g.excerpt_id
LEFT JOIN suggestions s ON s.scoring_id = g.scoring_id AND s.excerpt_id = g.excerpt_id AND s.value_id = g.value_id
ORDER BY g.excerpt_id, g.value_id
"""

_VALUES = """
SELECT d.dataset, v.framework_id, v.value_id, v.name, v.position, f.name AS framework, f.version AS framework_version,
       v.stands_for IS NOT NULL AND v.meaning_revised AS own_meaning, v.meaning_revised
FROM (
    SELECT dataset, framework_id FROM newest_scorings
    UNION
    SELECT DISTINCT e.dataset, x.framework_id FROM codings x JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
    WHERE e.dataset NOT IN (SELECT dataset FROM newest_scorings)
) d
JOIN framework_values v ON v.framework_id = d.framework_id
JOIN frameworks f ON f.id = d.framework_id
WHERE $dataset = '' OR d.dataset = $dataset
ORDER BY d.dataset, v.position
"""

_AUDIT = """
SELECT a.excerpt_id, a.coder, a.dataset || ': ' || a.stratum AS stratum, a.population
FROM audit_list a
WHERE a.draw_id IN (SELECT arg_max(draw_id, drawn_at) FROM audit_list GROUP BY dataset)
ORDER BY a.excerpt_id, a.coder
"""

_AUDIT_FRAME = """
SELECT a.dataset || ': ' || s.stratum AS stratum, s.population
FROM (SELECT dataset, arg_max(draw_id, drawn_at) AS draw_id FROM audit_list GROUP BY dataset) a
JOIN draw_strata s ON s.draw_id = a.draw_id
WHERE $dataset = '' OR a.dataset = $dataset
ORDER BY 1
"""

_SPANS = """
SELECT k.letter AS coder, r.transcript_id AS transcript, r.start, r."end", unnest(
    CASE WHEN len(r.value_ids) = 0 THEN [''] ELSE r.value_ids END) AS value_id
FROM imported_rows r
JOIN imports i ON i.id = r.import_id AND i.made = 'independently'
JOIN readers k ON k.coder_id = r.coder_id
JOIN transcripts t ON t.id = r.transcript_id
WHERE $dataset = '' OR t.dataset = $dataset
ORDER BY ALL
"""

_SCORINGS = """
SELECT n.dataset, f.name || ' ' || f.version || ' (' || left(n.framework_id, 12) || ')' AS framework,
       m.name || ', revision ' || m.revision || ', weights ' || left(m.weights_sha256, 12) AS model, s.settings
FROM newest_scorings n
JOIN frameworks f ON f.id = n.framework_id
JOIN models m ON m.id = n.model_id
JOIN scorings s ON s.id = n.scoring_id
WHERE $dataset = '' OR n.dataset = $dataset
ORDER BY n.dataset
"""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The tables of a study, as they come out of it."""

    passages: pd.DataFrame
    readings: pd.DataFrame
    answers: pd.DataFrame
    machine: pd.DataFrame
    values: pd.DataFrame
    audit: pd.DataFrame
    frame: pd.DataFrame
    spans: pd.DataFrame
    scorings: pd.DataFrame


def measure(folder: Path, dataset: str = "", seed: int = SEED) -> Report:
    """
    Compute the report on agreement of a study.

    Args:
        dataset: the dataset to which it is restricted; empty for all.
        seed: of the random numbers.

    Raises:
        UsageError: the study has no such dataset.
    """
    return compute(gather(folder, dataset), seed)


def report(folder: Path, output: Path, dataset: str = "", seed: int = SEED) -> tuple[Report, list[Path]]:
    """
    Write the report on agreement of a study into the folder *output*; return it, and what was written.

    Raises:
        UsageError: the study has no such dataset.
        StoreError: the folder cannot be written to.
    """
    made = measure(folder, dataset, seed)
    return made, write(made, output)


def gather(folder: Path, dataset: str = "") -> Evidence:
    """
    Read what a report is computed from.

    Raises:
        UsageError: the study has no such dataset.
    """
    settings = load_settings(folder)
    store = Store(folder)
    store.create()
    with store.session("a report on agreement") as study:
        known = [str(name) for (name,) in study.rows("SELECT id FROM datasets ORDER BY id")]
        if dataset and dataset not in known:
            remedy = f"There are {', '.join(known)}" if known else "There is none yet: tagger run makes one"
            raise UsageError(f"there is no dataset '{dataset}'", where=str(folder), remedy=remedy)
        found = _gathered(study, dataset)
    name = settings.study.name + (f", {dataset}" if dataset else "")
    return _evidence(name, found, settings.review.blind_share)


def _gathered(study: Readable, dataset: str) -> _Gathered:
    asked = {"dataset": dataset}
    passages = study.table(_PASSAGES, asked)
    there = passages.select(["excerpt_id", "dataset"])
    readings = study.table(_READINGS, passages=there)
    answers = study.table(_ANSWERS, readings=readings.select(["coding_id"]))
    return _Gathered(
        passages.to_pandas(),
        readings.to_pandas(),
        answers.to_pandas(),
        study.table(_MACHINE, passages=there).to_pandas(),
        study.table(_VALUES, asked).to_pandas(),
        study.table(_AUDIT).to_pandas(),
        study.table(_AUDIT_FRAME, asked).to_pandas(),
        study.table(_SPANS, asked).to_pandas(),
        study.table(_SCORINGS, asked).to_pandas(),
    )


def _evidence(name: str, found: _Gathered, blind_share: float) -> Evidence:
    passages = found.passages.assign(cluster=found.passages["participant"].fillna(found.passages["transcript"]))
    passages = passages.drop(columns="participant")
    place = pd.Series(np.arange(len(passages)), index=passages["excerpt_id"], dtype=np.int64)
    dataset_of = passages["dataset"].to_numpy()
    values, named = _values(found.values)
    readings = _readings(found.readings, place, found.audit)
    answers = found.answers.merge(readings[readings["finished"]], on="coding_id")
    answers["value_id"] = _own(answers["value_id"], dataset_of[answers["place"]], named)
    kept = _same_meaning(answers, found.values, dataset_of) & answers["value_id"].isin([value.id for value in values])
    answers = answers[kept].astype(dict.fromkeys(("coder", "source", "value_id"), "category"))
    machine = found.machine.assign(place=found.machine["excerpt_id"].map(place).astype(np.int64))
    machine["value_id"] = _own(machine["value_id"], dataset_of[machine["place"]], named)
    machine = machine.astype(dict.fromkeys(("value_id", "strength"), "category"))
    audit = found.audit[found.audit["excerpt_id"].isin(place.index)].drop_duplicates("excerpt_id")
    spans = found.spans
    return Evidence(
        name,
        values,
        passages,
        answers[["place", "coder", "source", "value_id", "yes", "drawn"]].reset_index(drop=True),
        readings[["place", "coder", "source", "outcome", "finished", "matched", "framework_id"]],
        machine[["place", "value_id", "score", "suggested", "strength"]],
        audit.assign(place=audit["excerpt_id"].map(place).astype(np.int64))[["place", "stratum", "population"]],
        spans,
        _sources(found.scorings),
        _facts(found, blind_share),
    )


def _readings(readings: pd.DataFrame, place: pd.Series, audit: pd.DataFrame) -> pd.DataFrame:
    """
    Return the readings with their place and their source: imported ones by how they were made, audits apart.

    What a reader had read blind before it was drawn for an audit answers both.
    """
    kinds = zip(readings["kind"], readings["made"], strict=True)
    found = readings.assign(place=readings["excerpt_id"].map(place).astype(np.int64))
    found["source"] = pd.Series([_KINDS.get(one, one[0]) for one in kinds], index=found.index, dtype=str)
    asked = pd.MultiIndex.from_frame(audit[["excerpt_id", "coder"]])
    audited = pd.MultiIndex.from_frame(found[["excerpt_id", "coder"]]).isin(asked) & (found["source"] == BLIND)
    served = (found["reason"] == AUDIT) & (found["source"] == BLIND)
    found.loc[served & ~audited, "source"] = EARLIER
    answered = found[audited].assign(source=AUDIT)
    return pd.concat([found[~(served & audited)], answered], ignore_index=True)


def _values(rows: pd.DataFrame) -> tuple[tuple[Value, ...], Mapping[tuple[str, str], str]]:
    """
    Return the values, and what those are called here that mean something of their own in a dataset.

    Those in the most datasets come first, in the order of the first framework that has them.
    """
    named: dict[tuple[str, str], str] = {}
    seen: dict[str, Value] = {}
    for row in rows.itertuples():
        own = bool(row.own_meaning)
        value = Value(f"{row.value_id}@{row.framework}", f"{row.name} ({row.dataset})") if own else None
        value = value or Value(str(row.value_id), str(row.name))
        named[str(row.dataset), str(row.value_id)] = value.id
        seen.setdefault(value.id, value)
    shared = [value for value in seen.values() if "@" not in value.id]
    return (*shared, *(value for value in seen.values() if "@" in value.id)), named


def _own(value_ids: pd.Series, datasets: np.ndarray, named: Mapping[tuple[str, str], str]) -> list[str]:
    return [
        named.get((dataset, value), value) for dataset, value in zip(datasets.tolist(), value_ids.tolist(), strict=True)
    ]


def _same_meaning(answers: pd.DataFrame, values: pd.DataFrame, dataset_of: np.ndarray) -> np.ndarray:
    """Say of which answers the value still means what it meant when they were given."""
    current = {(row.dataset, row.framework_id) for row in values.itertuples()}
    revised = {(row.dataset, row.value_id) for row in values.itertuples() if row.meaning_revised}
    datasets = dataset_of[answers["place"]].tolist()
    asked = zip(datasets, answers["framework_id"], answers["value_id"], strict=True)
    return np.array(
        [
            (dataset, framework) in current or (dataset, value.partition("@")[0]) not in revised
            for dataset, framework, value in asked
        ],
        dtype=bool,
    )


def _sources(scorings: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    made = [("tagger", __version__), *((name, version(name)) for name in _LIBRARIES)]
    if len(scorings):
        made += [(what, "; ".join(sorted(set(scorings[what])))) for what in ("framework", "model")]
    return tuple(made)


def _facts(found: _Gathered, blind_share: float) -> dict[str, str]:
    frame = dict(zip(found.frame["stratum"].tolist(), found.frame["population"].tolist(), strict=True))
    facts = {"audit_frame": json.dumps(frame, sort_keys=True)}
    if len(found.scorings):
        settings = [json.loads(text) for text in sorted(set(found.scorings["settings"]))]
        shares = sorted({str(one["suggestions"]["share"]) for one in settings})
        facts["Suggested"] = f"the strongest {' or '.join(shares)} of the passages of a dataset, value by value"
        words = sorted({f"{one['excerpts']['min_words']} to {one['excerpts']['max_words']}" for one in settings})
        facts["Cutting"] = f"by the program, into passages of {' or '.join(words)} words within a turn"
    share = f"each reader's own random {blind_share:g} of the runs of turns, without suggestions; audits as drawn; "
    facts["How passages were chosen"] = share + "imported: by whoever coded them"
    return facts
