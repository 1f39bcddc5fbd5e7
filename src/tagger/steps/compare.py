"""From a study to a comparison of its contexts: gather, compute, write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from tagger.config import load_settings
from tagger.errors import UsageError
from tagger.families import combine, families
from tagger.frameworks import from_json
from tagger.records import Framework
from tagger.report.comparison.computation import compute
from tagger.report.comparison.files import files
from tagger.report.comparison.material import DATASET, Context, Contexts, Layer, Listed, Row
from tagger.report.document import Comparison
from tagger.report.evidence import Evidence
from tagger.report.files import put
from tagger.steps.agreement import check_place
from tagger.steps.audited import held
from tagger.steps.describe import DIMENSIONS, Described, described_in
from tagger.steps.evidence import gather_from
from tagger.steps.holding import passages_held
from tagger.steps.meanings import shared_values, values_in_use
from tagger.steps.overview import names_without_reflections
from tagger.store import Readable, Store

MOST_CONTEXTS = 12
"""More contexts than this nobody reads side by side."""

Named = Mapping[tuple[str, str], str]

_LISTS = """
SELECT n.dataset, f.content, g.settings AS cutting,
       m.name || ', revision ' || m.revision || ', weights ' || left(m.weights_sha256, 12) AS model
FROM newest_scorings n
JOIN frameworks f ON f.id = n.framework_id
JOIN segmentations g ON g.id = n.segmentation_id
JOIN models m ON m.id = n.model_id
WHERE list_contains($datasets::VARCHAR[], n.dataset)
ORDER BY n.dataset
"""

_ATTRIBUTES = """
SELECT t.id AS transcript, d.attributes AS of_dataset, coalesce(a.attributes, '{}') AS of_transcript
FROM transcripts t
JOIN current_dataset_attributes d ON d.dataset = t.dataset
LEFT JOIN current_attributes a ON a.transcript_id = t.id
"""

_PARTICIPANTS = """
SELECT DISTINCT transcript_id AS transcript, participant_id AS participant
FROM live_turns WHERE evidence AND participant_id IS NOT NULL
"""


def compare(folder: Path, by: str = DATASET, datasets: Sequence[str] = (), *, quotes: bool = True) -> Comparison:
    """
    Compare the contexts of a study.

    Args:
        by: what tells contexts apart: "dataset", or an attribute of datasets or transcripts.
        datasets: those to compare; none for all.
        quotes: whether people's words are part of it.

    Raises:
        UsageError: there is no such dataset or attribute, or the attribute has too many values.
    """
    settings = load_settings(folder)
    store = Store(folder)
    store.create()
    with store.session("a comparison of contexts") as study:
        return compute(contexts_of(study, settings.study.name, by, datasets, quotes=quotes))


def write(
    folder: Path, output: Path, by: str = DATASET, datasets: Sequence[str] = (), *, quotes: bool = True
) -> tuple[Comparison, list[Path]]:
    """
    Write the comparison of a study's contexts into the folder *output*; return it, and what was written.

    Raises:
        UsageError: as `compare`, or it would lie among a study's own files.
        StoreError: the folder cannot be written to.
    """
    check_place(output)
    made = compare(folder, by, datasets, quotes=quotes)
    return made, put(files(made), output)


def contexts_of(
    study: Readable, name: str, by: str = DATASET, chosen: Sequence[str] = (), *, quotes: bool = True
) -> Contexts:
    """
    Read what a comparison is computed from out of a study that is open.

    Raises:
        UsageError: as `compare`.
    """
    evidence = gather_from(study, name)
    datasets = _chosen(names_without_reflections(study), chosen)
    _, named = shared_values(values_in_use(study, datasets))
    lists = study.table(_LISTS, {"datasets": datasets}).to_pandas()
    lists = lists.assign(framework=[from_json(content) for content in lists["content"]]).set_index("dataset")
    labels = _labels(study, evidence, by).where(evidence.passages["dataset"].isin(lists.index), "")
    names = sorted(set(labels) - {""})
    of = pd.Index(names).get_indexer(labels).astype(np.int64)
    speakers = study.table(_PARTICIPANTS).to_pandas()
    said = described_in(study)
    contexts = tuple(
        _context(one, evidence.passages[of == place], lists, named, speakers, said) for place, one in enumerate(names)
    )
    frame = _frame(study, evidence, datasets)
    rows = _rows(contexts, lists["framework"].to_dict(), named)
    shown = passages_held(study, evidence, of, named) if quotes else {}
    return Contexts(evidence, by, contexts, of, rows, frame, shown)


def _chosen(there: list[str], chosen: Sequence[str]) -> list[str]:
    if strange := [dataset for dataset in chosen if dataset not in there]:
        raise UsageError(f"there is no dataset '{strange[0]}'", where="--dataset", remedy=f"It has: {', '.join(there)}")
    return [dataset for dataset in there if not chosen or dataset in chosen]


def _labels(study: Readable, evidence: Evidence, by: str) -> pd.Series:
    """Return (passages,) the name of each one's context, empty where it is in none."""
    if by == DATASET:
        return evidence.passages["dataset"].astype(str)
    said = {
        row["transcript"]: json.loads(row["of_dataset"]) | json.loads(row["of_transcript"])
        for row in study.table(_ATTRIBUTES).to_pylist()
    }
    known = sorted({name for attributes in said.values() for name in attributes} - {"encoding"})
    if by not in known:
        remedy = f"There are {', '.join(known)}" if known else "There is none: tagger dataset adds some"
        raise UsageError(f"there is no attribute '{by}'", where="--by", remedy=f"{remedy}. Or leave --by out")
    found = {transcript: str(attributes.get(by) or "") for transcript, attributes in said.items()}
    if len(set(found.values()) - {""}) > MOST_CONTEXTS:
        raise UsageError(
            f"'{by}' has more than {MOST_CONTEXTS} different values, too many to set side by side",
            where="--by",
            remedy="Choose an attribute that parts the transcripts into a few groups",
        )
    return evidence.passages["transcript"].map(found).fillna("")


def _context(
    name: str,
    here: pd.DataFrame,
    lists: pd.DataFrame,
    named: Named,
    speakers: pd.DataFrame,
    described: Sequence[Described],
) -> Context:
    datasets = tuple(sorted(set(here["dataset"])))
    own = lists.loc[list(datasets)]
    frameworks = {(framework.id, framework.version): framework for framework in own["framework"]}
    alone = next(iter(frameworks.values())) if len(frameworks) == 1 else None
    people = speakers.loc[speakers["transcript"].isin(here["transcript"]), "participant"]
    return Context(
        name,
        datasets,
        f"{alone.title} {alone.version}" if alone else "",
        _layers(alone, datasets[0], named) if alone else (),
        "; ".join(sorted({_cutting(settings) for settings in own["cutting"]})),
        "; ".join(sorted(set(own["model"]))),
        frozenset(people),
        _said([one for one in described if one.dataset in datasets]),
    )


def _said(described: Sequence[Described]) -> dict[str, tuple[str, ...]]:
    """Return what is said of datasets, the dimensions of peer support first."""
    names = sorted({name for one in described for name in one.attributes} - set(DIMENSIONS))
    texts = {
        name: tuple(sorted({one.attributes[name] for one in described if name in one.attributes}))
        for name in (*DIMENSIONS, *names)
    }
    return {name: found for name, found in texts.items() if found}


def _cutting(settings: str) -> str:
    """Return what decides where a passage begins and ends; the model's limit concerns exchanges alone."""
    own = {name: value for name, value in json.loads(settings).items() if name not in ("model", "max_tokens")}
    return json.dumps(own, sort_keys=True)


def _layers(framework: Framework, dataset: str, named: Named) -> tuple[Layer, ...]:
    values = [
        (value.layer, Listed(named[dataset, value.id], value.name, value.definition.text, place))
        for place, value in enumerate(framework.values, start=1)
    ]
    return tuple(
        Layer(layer.name, tuple(value for own, value in values if own == layer.id)) for layer in framework.layers
    )


def _rows(contexts: Sequence[Context], frameworks: Mapping[str, Framework], named: Named) -> tuple[Row, ...]:
    """Return the values in the order of the lists that belong together, and what each context calls them."""
    datasets = list(frameworks)
    rows = []
    for places in families(list(frameworks.values())):
        together = [datasets[place] for place in places]
        for group in combine([frameworks[dataset] for dataset in together]):
            for line in group.lines:
                keys = {
                    dataset: named[dataset, value] for dataset, value in zip(together, line.ids, strict=True) if value
                }
                ids = tuple(
                    tuple(sorted({keys[dataset] for dataset in context.datasets if dataset in keys}))
                    for context in contexts
                )
                if any(ids):
                    rows.append(Row(line.name, ids))
    return tuple(rows)


def _frame(study: Readable, evidence: Evidence, datasets: list[str]) -> pd.DataFrame:
    """Return the passages of the newest audits that are cut so now."""
    drawn, _ = held(study, datasets)
    there = drawn.select(["excerpt_id", "dataset", "stratum"]).to_pandas()
    place = pd.Series(np.arange(len(evidence.passages)), index=evidence.passages["excerpt_id"])
    there = there[there["excerpt_id"].isin(place.index)]
    stratum = there["dataset"] + ": " + there["stratum"]
    return pd.DataFrame({"place": there["excerpt_id"].map(place).astype(np.int64), "stratum": stratum})
