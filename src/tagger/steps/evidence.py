"""What a report on agreement is computed from, gathered from a study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tagger import __version__
from tagger.config import load_settings
from tagger.errors import UsageError
from tagger.report.evidence import AUDIT, BLIND, EARLIER, INDEPENDENT, Evidence
from tagger.steps.audited import held, searched
from tagger.steps.meanings import renamed, shared_values, values_in_use
from tagger.steps.overview import dataset_names, names_without_reflections
from tagger.store import Readable, Store
from tagger.wording import several

_READING = (
    "place", "coder", "source", "outcome", "finished", "matched", "framework", "read_on", "drawn", "unlisted",
)  # fmt: skip
_LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn")
_KINDS = {
    ("imported", "independently"): INDEPENDENT,
    ("imported", "after-suggestions"): "imported after suggestions",
    ("imported", "unknown"): "imported, nobody knows how",
}

# After the settings of cutting changed, the same words lie in old passages and in new ones: what was read in the newer
# cutting counts, so that no words are counted twice.
_PASSAGES = """
WITH there AS (
    SELECT e.excerpt_id, e.dataset, e.transcript_id, e.segmentation_id, e.start, e."end",
           l.excerpt_id IS NOT NULL AS current, e.excerpt_id IN (SELECT excerpt_id FROM codings) AS coded
    FROM live_excerpts e
    JOIN excerpts x ON x.id = e.excerpt_id AND x.parent_id IS NULL
    LEFT JOIN excerpt_list l ON l.excerpt_id = e.excerpt_id
    WHERE e.kind = 'passage' AND list_contains($datasets::VARCHAR[], e.dataset)
), superseded AS (
    SELECT DISTINCT e.excerpt_id
    FROM there e
    JOIN there o ON o.transcript_id = e.transcript_id AND o.start < e."end" AND o."end" > e.start
    WHERE NOT e.current AND e.coded AND o.coded AND (o.current OR o.segmentation_id > e.segmentation_id)
)
SELECT e.excerpt_id, e.dataset, e.transcript_id AS transcript, e.start, e."end", e.current, p.participant,
       coalesce(i.interviewer, '') AS interviewer
FROM there e
LEFT JOIN sole_speakers p ON p.transcript_id = e.transcript_id
LEFT JOIN (
    SELECT transcript_id, string_agg(DISTINCT participant_id, ' + ' ORDER BY participant_id) AS interviewer
    FROM live_turns WHERE asks GROUP BY transcript_id
) i ON i.transcript_id = e.transcript_id
WHERE e.current OR (e.coded AND e.excerpt_id NOT IN (SELECT excerpt_id FROM superseded))
ORDER BY e.dataset, e.transcript_id, e.start, e."end", e.excerpt_id
"""

# Seen when the coding was stored, and not taken back by what ended the reading after it.
_READINGS = """
WITH unlisted AS (
    SELECT x.id
    FROM current_codings x
    JOIN decision_sets s ON s.decision_id = x.decision_id
    JOIN standing_decisions d ON d.coder_id = x.coder_id AND d.excerpt_id = x.excerpt_id AND d.number <= s.number
    JOIN frameworks f ON f.id = d.framework_id AND f.name = x.framework
    WHERE d.act IN ('something not on our list', 'nothing here', 'unsure', 'skip')
    GROUP BY x.id
    HAVING arg_max(d.act, d.number) = 'something not on our list'
)
SELECT x.id AS coding_id, x.excerpt_id, k.letter AS coder, x.kind, x.made, x.outcome, x.matched, x.framework_id,
       x.framework, x.framework_version, s.reason,
       CASE WHEN x.kind = 'imported' THEN '' ELSE strftime(x.coded_at, '%Y-%m-%d') END AS read_on,
       x.trained_on, n.framework_id AS in_use,
       x.kind = 'imported' OR coalesce(c.act IN ('done', 'nothing here'), false) AS finished,
       coalesce(a.stratum = 'runs' AND a.arm = s.arm AND s.reason NOT IN ('audit', 'chosen'), false) AS drawn,
       x.id IN (FROM unlisted) AS unlisted
FROM current_codings x
JOIN readers k ON k.coder_id = x.coder_id
JOIN passages e ON e.excerpt_id = x.excerpt_id
LEFT JOIN servings s ON s.id = x.serving_id
LEFT JOIN reading_ends c ON c.coding_id = x.id
LEFT JOIN arms a ON a.coder_id = x.coder_id AND a.excerpt_id = x.excerpt_id
LEFT JOIN newest_scorings n ON n.dataset = e.dataset
WHERE x.framework = coalesce(n.framework, x.framework)
ORDER BY x.excerpt_id, k.letter, x.kind, x.id
"""

_LEFT_OUT = """
SELECT 'made with another framework' AS why, count(*) AS readings
FROM current_codings x
JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
JOIN newest_scorings n ON n.dataset = e.dataset
WHERE e.kind = 'passage' AND x.framework <> n.framework AND list_contains($datasets::VARCHAR[], e.dataset)
UNION ALL
SELECT 'of words that were corrected since', count(*)
FROM to_reread r JOIN excerpts e ON e.id = r.excerpt_id JOIN transcripts t ON t.id = e.transcript_id
WHERE e.kind = 'passage' AND list_contains($datasets::VARCHAR[], t.dataset)
UNION ALL
SELECT 'of passages that were cut anew, and read again since', count(*)
FROM current_codings x
JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
JOIN excerpts y ON y.id = e.excerpt_id AND y.parent_id IS NULL
WHERE e.kind = 'passage' AND list_contains($datasets::VARCHAR[], e.dataset)
  AND x.excerpt_id NOT IN (SELECT excerpt_id FROM passages)
UNION ALL
SELECT 'of exchanges, whose words lie in passages too', count(*)
FROM current_codings x JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id
WHERE e.kind = 'exchange' AND list_contains($datasets::VARCHAR[], e.dataset)
"""

_BLIND = """
SELECT DISTINCT json_extract_string(d.frame, '$.share')
FROM draws d JOIN arms a ON a.draw_id = d.id JOIN passages e ON e.excerpt_id = a.excerpt_id
WHERE d.purpose = 'arm' ORDER BY 1
"""

_ANSWERS = """
SELECT a.coding_id, a.value_id, a.answer = 'yes' AS yes, o.value_id IS NULL AS same_meaning
FROM coding_answers a
JOIN readings r ON r.coding_id = a.coding_id
LEFT JOIN other_meanings o
  ON o.framework_id = r.in_use AND o.read_with = r.framework_id AND o.value_id = a.value_id
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

_AUDIT = """
SELECT a.excerpt_id, a.coder, a.dataset || ': ' || a.stratum AS stratum, a.population
FROM audit_list a
WHERE a.draw_id IN (SELECT arg_max(draw_id, drawn_at) FROM audit_list GROUP BY dataset)
ORDER BY a.excerpt_id, a.coder
"""

_AUDIT_FRAME = """
SELECT a.dataset || ': ' || s.stratum AS stratum, a.dataset, s.population, s.sample, (
    SELECT coalesce(sum(l.passages), 0)::INTEGER FROM audit_losses l
    WHERE l.draw_id = a.draw_id AND l.stratum = s.stratum
) AS lost
FROM (SELECT dataset, arg_max(draw_id, drawn_at) AS draw_id FROM audit_list GROUP BY dataset) a
JOIN draw_strata s ON s.draw_id = a.draw_id
WHERE list_contains($datasets::VARCHAR[], a.dataset)
ORDER BY 1
"""

# Passages of now that were not there to be drawn.
_AUDIT_SINCE = """
WITH newest AS (SELECT dataset, arg_max(draw_id, drawn_at) AS draw_id FROM audit_list GROUP BY dataset),
held AS (
    SELECT n.dataset, unnest(json_extract_string(d.frame, '$.strata.*.*[*]')) AS excerpt_id
    FROM newest n JOIN draws d ON d.id = n.draw_id
)
SELECT e.dataset, count(*) AS passages
FROM excerpt_list e SEMI JOIN newest n ON n.dataset = e.dataset ANTI JOIN held h ON h.excerpt_id = e.excerpt_id
WHERE e.kind = 'passage' AND list_contains($datasets::VARCHAR[], e.dataset)
GROUP BY e.dataset ORDER BY e.dataset
"""

# Of each coder and transcript the newest table counts, as it does for passages.
_SPANS = """
SELECT k.letter AS coder, t.dataset, r.transcript_id AS transcript, r.start, r."end", length(l.text) AS length,
       unnest(CASE WHEN len(r.value_ids) = 0 THEN [''] ELSE r.value_ids END) AS value_id
FROM imported_rows r
JOIN current_imports i ON i.id = r.import_id AND i.made = 'independently'
JOIN readers k ON k.coder_id = r.coder_id
JOIN transcripts t ON t.id = r.transcript_id
JOIN live_revisions l ON l.transcript_id = r.transcript_id
WHERE list_contains($datasets::VARCHAR[], t.dataset) AND r.import_id = (
    SELECT arg_max(n.id, n.imported_at) FROM imported_rows o
    JOIN current_imports n ON n.id = o.import_id AND n.made = i.made
    WHERE o.coder_id = r.coder_id AND o.transcript_id = r.transcript_id
)
ORDER BY ALL
"""

_SCORINGS = """
SELECT n.dataset, f.name || ' ' || f.version || ' (' || left(n.framework_id, 12) || ')' AS framework,
       m.name || ', revision ' || m.revision || ', weights ' || left(m.weights_sha256, 12) AS model, s.settings,
       l.excerpts AS taught_by,
       coalesce((SELECT string_agg(g.value || CASE v.unit WHEN 'exchange' THEN ' on passages' ELSE '' END, ', '
                                   ORDER BY g.position)
                 FROM gate_list g JOIN framework_values v ON v.value_id = g.value_id
                 WHERE g.dataset = n.dataset AND g.state = 'silent' AND v.framework_id = n.framework_id), '') AS silent
FROM newest_scorings n
JOIN frameworks f ON f.id = n.framework_id
JOIN models m ON m.id = n.model_id
JOIN scorings s ON s.id = n.scoring_id
LEFT JOIN learned l ON l.id = n.learned_id
WHERE list_contains($datasets::VARCHAR[], n.dataset)
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
    since: pd.DataFrame
    held: pd.DataFrame
    before: pd.DataFrame
    spans: pd.DataFrame
    scorings: pd.DataFrame
    left_out: pd.DataFrame
    blind_shares: tuple[str, ...]


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
        return gather_from(study, settings.study.name, dataset)


def gather_from(study: Readable, name: str, dataset: str = "") -> Evidence:
    """
    Read what a report is computed from out of a study that is open; it is one state of it if *study* shows one.

    Args:
        name: the study's.
        dataset: one; without it, all but those of reflections, which are no participants' words.

    Raises:
        UsageError: the study has no such dataset.
    """
    known = dataset_names(study)
    if dataset and dataset not in known:
        remedy = f"There are {', '.join(known)}" if known else "There is none yet: tagger run makes one"
        raise UsageError(f"there is no dataset '{dataset}'", remedy=remedy)
    chosen = [dataset] if dataset else names_without_reflections(study)
    return _evidence(name + (f", {dataset}" if dataset else ""), _gathered(study, chosen))


def _gathered(study: Readable, datasets: list[str]) -> _Gathered:
    asked = {"datasets": datasets}
    passages = study.table(_PASSAGES, asked)
    there = passages.select(["excerpt_id", "dataset"])
    readings = study.table(_READINGS, passages=there)
    answers = study.table(_ANSWERS, readings=readings.select(["coding_id", "framework_id", "in_use"]))
    in_audits, before = held(study, datasets)
    return _Gathered(
        passages.to_pandas(),
        readings.to_pandas(),
        answers.to_pandas(),
        study.table(_MACHINE, passages=there).to_pandas(),
        values_in_use(study, datasets),
        study.table(_AUDIT).to_pandas(),
        study.table(_AUDIT_FRAME, asked).to_pandas(),
        study.table(_AUDIT_SINCE, asked).to_pandas(),
        in_audits.to_pandas(),
        before.to_pandas(),
        study.table(_SPANS, asked).to_pandas(),
        study.table(_SCORINGS, asked).to_pandas(),
        study.table(_LEFT_OUT, asked, passages=there).to_pandas(),
        tuple(str(share) for (share,) in study.table(_BLIND, passages=there).to_pandas().itertuples(index=False)),
    )


def _evidence(name: str, found: _Gathered) -> Evidence:
    passages = found.passages.assign(cluster=found.passages["participant"].fillna(found.passages["transcript"]))
    passages = passages.drop(columns="participant")
    place = pd.Series(np.arange(len(passages)), index=passages["excerpt_id"], dtype=np.int64)
    dataset_of = passages["dataset"].to_numpy()
    values, named = shared_values(found.values)
    readings = _readings(found.readings, place, found.audit)
    answers = found.answers.merge(readings[readings["finished"]], on="coding_id")
    same = answers["same_meaning"]
    answers["value_id"] = renamed(answers["value_id"], dataset_of[answers["place"]], named)
    readings["framework"] += " " + readings["framework_version"]
    kept = same & answers["value_id"].isin([value.id for value in values])
    revised = int(answers.loc[~same, "coding_id"].nunique())
    before = found.before.assign(value_id=renamed(found.before["value_id"], found.before["dataset"].to_numpy(), named))
    looked = searched(found.held, before, answers[kept], _asked(found, named))
    answers = answers[kept].astype(dict.fromkeys(("coder", "source", "value_id"), "category"))
    machine = found.machine.assign(place=found.machine["excerpt_id"].map(place).astype(np.int64))
    machine["value_id"] = renamed(machine["value_id"], dataset_of[machine["place"]], named)
    machine = machine.astype(dict.fromkeys(("value_id", "strength"), "category"))
    audit = found.audit[found.audit["excerpt_id"].isin(place.index)].drop_duplicates("excerpt_id")
    spans = found.spans.assign(value_id=renamed(found.spans["value_id"], found.spans["dataset"].to_numpy(), named))
    return Evidence(
        name,
        values,
        passages,
        answers[["place", "coder", "source", "value_id", "yes", "drawn"]].reset_index(drop=True),
        readings[[*_READING]],
        machine[["place", "value_id", "score", "suggested", "strength"]],
        audit.assign(place=audit["excerpt_id"].map(place).astype(np.int64))[["place", "stratum", "population"]],
        spans.drop(columns="dataset"),
        _sources(found.scorings),
        _facts(found, revised),
        looked,
    )


def _asked(found: _Gathered, named: Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Return the values of each dataset that has an audit, as they are called here."""
    audited = set(found.held["dataset"])
    rows = zip(found.values["dataset"].tolist(), found.values["value_id"].tolist(), strict=True)
    return [(dataset, named[dataset, value]) for dataset, value in rows if dataset in audited]


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


def _sources(scorings: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    made = [("tagger", __version__), *((name, version(name)) for name in _LIBRARIES)]
    if len(scorings):
        made += [(what, "; ".join(sorted(set(scorings[what])))) for what in ("framework", "model")]
    return tuple(made)


def _facts(found: _Gathered, revised: int) -> dict[str, str]:
    frame = found.frame.set_index("stratum")
    left_out = dict(zip(found.left_out["why"].tolist(), found.left_out["readings"].tolist(), strict=True))
    left_out["in which the meaning of a value was another one (that value alone is left out)"] = revised
    facts = {
        "audit_frame": json.dumps(frame["population"].to_dict(), sort_keys=True),
        "audit_sample": json.dumps(frame["sample"].to_dict(), sort_keys=True),
        "audit_lost": json.dumps(frame["lost"].to_dict(), sort_keys=True),
        "audit_datasets": json.dumps(frame["dataset"].to_dict(), sort_keys=True),
        "audit_since": json.dumps(found.since.set_index("dataset")["passages"].to_dict(), sort_keys=True),
        "left_out": json.dumps({why: int(count) for why, count in left_out.items() if count}),
    }
    if len(found.scorings):
        settings = [json.loads(text) for text in sorted(set(found.scorings["settings"]))]
        shares = sorted({str(one["suggestions"]["share"]) for one in settings})
        facts["Suggested"] = f"the strongest {' or '.join(shares)} of the passages of a dataset, value by value"
        single = sorted({of for one in settings for of in one["suggestions"].get("shares", {}).items()})
        facts["Suggested"] += "".join(f"; {share:g} for {name}" for name, share in single)
        facts["Suggested"] += "".join(_learned(row) for row in found.scorings.itertuples())
        words = sorted({f"{one['excerpts']['min_words']} to {one['excerpts']['max_words']}" for one in settings})
        facts["Cutting"] = f"by the program, into passages of {' or '.join(words)} words within a turn"
    chosen = []
    if found.blind_shares:
        drawn = " or ".join(found.blind_shares)
        chosen.append(f"each reader's own random share ({drawn}) of the runs of turns, without suggestions")
    if len(found.audit):
        chosen.append("an audit, drawn at random by strata")
    if (found.readings["kind"] == "imported").any():
        chosen.append("imported: by whoever coded them")
    facts["How passages were chosen"] = "; ".join(chosen) or "none were read yet"
    facts["Training of readers"] = _training(found.readings)
    return facts


def _learned(scoring: Any) -> str:
    """Say what the suggestions of a dataset were learned from, and what is never suggested in it."""
    if pd.isna(scoring.taught_by):
        return ""
    silent = f", and never {scoring.silent}" if scoring.silent else ""
    read = several(int(scoring.taught_by), "excerpt")
    return f"; in {scoring.dataset} by what was learned from {read}, each scored without its own transcript{silent}"


def _training(readings: pd.DataFrame) -> str:
    """Say what is stored on the training of those who read."""
    trained = readings.loc[readings["trained_on"].notna(), "coder"].nunique()
    if not trained:
        return "not recorded"
    return f"{trained} of {several(readings['coder'].nunique(), 'reader')} before they read; not recorded for others"
