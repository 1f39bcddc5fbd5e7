"""
Texts that people labelled, in one form, whatever they come from; `quality.py` measures on them.

A folder is recognised by what lies in it:

    arguments-training.tsv   Touché23-ValueEval: the training split is reviewed, the validation split is predicted
    casino_train.json        CaSiNo: utterances of negotiations, five folds of dialogues
    codings.csv              the bundled sample: passages of invented interviews, five folds of transcripts
    study.toml               a study with codings that no suggestion touched: its passages, five folds of transcripts
    texts.csv                any other set, five folds of documents: `text` and `document`; beside it labels.csv with a
                             column for each value, by id or name (1, 0, or empty where nobody was asked), and the
                             framework, the only .yaml there

A passage that several people read has a value where at least half of those who were asked found it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

import tagger
from tagger.records import Framework, Value

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

FOLDS = 5
FRAMEWORKS = {"general": "side-by-side", "women": "women-side-by-side", "maternal": "maternal"}
"""Of the datasets of the bundled sample."""


@dataclass(frozen=True)
class LabelledSet:
    """
    Texts and what people found in them.

    Args:
        labels: (n, k), in the framework's order: 1, 0, or NaN where nobody was asked.
        documents: (n,), what each text was taken from.
        splits: rows that may be reviewed, and rows to predict; no document is in both.
    """

    name: str
    texts: Sequence[str]
    labels: Floats
    documents: NDArray[np.str_]
    framework: Framework
    splits: Sequence[tuple[Rows, Rows]]


def labelled_set(folder: Path) -> LabelledSet:
    """Read the set in a folder."""
    name = folder.resolve().name
    if (folder / "arguments-training.tsv").exists():
        return touche(folder, name)
    if (folder / "casino_train.json").exists():
        return casino(folder, name)
    if (folder / "study.toml").exists():
        return study(folder, name)
    if (folder / "codings.csv").exists():
        return sample(folder, name)
    if (folder / "texts.csv").exists():
        return tables(folder, name)
    raise SystemExit(f"{folder} holds no set that is known here")


def touche(folder: Path, name: str) -> LabelledSet:
    """Read Touché23-ValueEval: premises, and a framework of definitions, finer values and their example phrases."""
    parts = [_touche_split(folder, split) for split in ("training", "validation")]
    arguments, labels = (pd.concat([part[place] for part in parts]) for place in (0, 1))
    finer = json.loads((folder / "value-categories.json").read_text(encoding="utf-8"))
    known = json.loads((folder / "labels.json").read_text(encoding="utf-8"))["labels"]
    texts = {n: [known[n], *(text for one, own in finer[n].items() for text in (one, *own))] for n in labels.columns}
    return LabelledSet(
        name,
        arguments["Premise"].tolist(),
        labels.to_numpy(dtype=np.float64),
        arguments["Conclusion"].to_numpy(dtype=str),
        tagger.framework_from_definitions(texts, framework_id=name),
        [(np.arange(len(parts[0][0])), np.arange(len(parts[0][0]), len(arguments)))],
    )


def _touche_split(folder: Path, split: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    arguments, labels = (
        pd.read_csv(folder / f"{kind}-{split}.tsv", sep="\t", quoting=3, keep_default_na=False, index_col=0)
        for kind in ("arguments", "labels")
    )
    if not arguments.index.equals(labels.index):
        raise SystemExit(f"the {split} tables do not list the same arguments")
    return arguments, labels


def casino(folder: Path, name: str) -> LabelledSet:
    """Read CaSiNo: the utterances that were coded, and a framework of one definition a strategy."""
    dialogues = [
        dialogue
        for split in ("train", "valid", "test")
        for dialogue in json.loads((folder / f"casino_{split}.json").read_text(encoding="utf-8"))
    ]
    rows = [
        (text, str(dialogue["dialogue_id"]), set(found.split(",")))
        for dialogue in dialogues
        for text, found in dialogue["annotations"]
    ]
    known = json.loads((folder / "labels.json").read_text(encoding="utf-8"))["labels"]
    framework = tagger.framework_from_definitions(
        {label.replace("-", " "): definition for label, definition in known.items()}, framework_id=name
    )
    documents = np.array([document for _, document, _ in rows])
    labels = np.array([[float(label in found) for label in known] for _, _, found in rows])
    return LabelledSet(name, [text for text, _, _ in rows], labels, documents, framework, folds(documents))


def sample(folder: Path, name: str) -> LabelledSet:
    """Read the bundled sample from its table of codings; each dataset was read with a framework of its own."""
    codings = pd.read_csv(folder / "codings.csv", keep_default_na=False, dtype=str)
    codings["document"] = codings["dataset"] + "/" + codings["transcript"]
    codings["passage"] = codings["document"] + ":" + codings["start"].str.zfill(9)
    codings["framework"] = codings["dataset"].map(FRAMEWORKS)
    frameworks = [tagger.load_framework(one) for one in FRAMEWORKS.values()]
    answers = [
        own.assign(value_id=value.id, yes=[value.name in found.split("; ") for found in own["values"]])
        for framework in frameworks
        for own in (codings[codings["framework"] == framework.id],)
        for value in framework.values
    ]
    return from_answers(name, pd.concat(answers), frameworks)


def study(folder: Path, name: str) -> LabelledSet:
    """Read the passages of a study that were coded blind, or elsewhere without suggestions."""
    opened = tagger.open_study(folder)
    codings, excerpts = opened.codings(), opened.excerpts().set_index("id")
    kept = codings[
        ((codings["kind"] == "blind") | (codings["made"] == "independently"))
        & (codings["excerpt_kind"] == "passage")
        & codings["answer"].isin(["yes", "no"])
    ]
    if kept.empty:
        raise SystemExit(f"{folder} holds no coding that was made without suggestions")
    answers = pd.DataFrame(
        {
            "passage": kept["excerpt_id"],
            "document": kept["transcript"],
            "text": kept["excerpt_id"].map(excerpts["text"]),
            "framework": kept["framework"],
            "value_id": kept["value_id"],
            "yes": kept["answer"] == "yes",
        }
    )
    own = {file.stem: file for file in (folder / "frameworks").glob("*.y*ml")}
    return from_answers(name, answers, [tagger.load_framework(own.get(one, one)) for one in kept["framework"].unique()])


def tables(folder: Path, name: str) -> LabelledSet:
    """Read a set that was laid out for this: texts.csv, labels.csv and a framework."""
    files = sorted(folder.glob("*.yaml"))
    if len(files) != 1:
        raise SystemExit(f"{folder} must hold one framework, and there are {len(files)} .yaml files")
    framework = tagger.load_framework(files[0])
    texts = pd.read_csv(folder / "texts.csv", keep_default_na=False, dtype=str)
    found = pd.read_csv(folder / "labels.csv").rename(columns={value.name: value.id for value in framework.values})
    if len(texts) != len(found):
        raise SystemExit(f"texts.csv has {len(texts)} rows, and labels.csv {len(found)}")
    missing = [value.id for value in framework.values if value.id not in found]
    if missing:
        raise SystemExit(f"labels.csv has no column {missing[0]}")
    labels = found[[value.id for value in framework.values]].to_numpy(dtype=np.float64)
    asked = ~np.isnan(labels).all(axis=1)
    documents = texts["document"].to_numpy(dtype=str)[asked]
    return LabelledSet(name, texts["text"][asked].tolist(), labels[asked], documents, framework, folds(documents))


def from_answers(name: str, answers: pd.DataFrame, frameworks: Sequence[Framework]) -> LabelledSet:
    """
    Make a set from answers of people, each read with one of the frameworks.

    Args:
        answers: one row for each passage, person and value, with the columns passage, document, text, framework,
            value_id and yes.
    """
    framework, columns = joined(name, frameworks)
    keys = pd.MultiIndex.from_frame(answers[["framework", "value_id"]]).map(columns)
    share = answers.assign(column=keys).pivot_table(index="passage", columns="column", values="yes", aggfunc="mean")
    share = share.reindex(columns=range(len(framework.values)))
    passages = answers.groupby("passage")[["document", "text"]].first().loc[share.index]
    labels = np.where(share.isna(), np.nan, share >= 0.5).astype(np.float64)
    documents = passages["document"].to_numpy(dtype=str)
    return LabelledSet(name, passages["text"].tolist(), labels, documents, framework, folds(documents))


def joined(name: str, frameworks: Sequence[Framework]) -> tuple[Framework, dict[tuple[str, str], int]]:
    """
    Join frameworks that share values; one whose meaning was revised is a value of its own.

    Returns:
        The framework, and the column of each framework's id and value's id.
    """
    values: dict[str, Value] = {}
    columns: dict[tuple[str, str], int] = {}
    for framework in frameworks:
        for value in framework.values:
            key = f"{framework.id}-{value.id}" if value.id in framework.revised_meaning else value.id
            values.setdefault(key, replace(value, id=key))
            columns[framework.id, value.id] = list(values).index(key)
    layers = {layer.id: layer for framework in frameworks for layer in framework.layers}
    return Framework(name, "1", name, tuple(layers.values()), tuple(values.values())), columns


def folds(documents: NDArray[np.str_]) -> list[tuple[Rows, Rows]]:
    """Part rows into folds of whole documents; each fold is predicted from the others."""
    parts = min(FOLDS, len(np.unique(documents)))
    if parts < 2:
        raise SystemExit("all texts are of one document, so that none can be predicted from another")
    return list(GroupKFold(parts, shuffle=True, random_state=0).split(documents, groups=documents))
