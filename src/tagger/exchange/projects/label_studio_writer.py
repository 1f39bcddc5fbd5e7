"""
A project as tasks of Label Studio (JSON), and the labelling configuration that they need (XML).

Each document is a task, each person an annotation, and the machine's suggestions are predictions. Positions count code
points, as newer versions of Label Studio do, and the words stand beside them. Label Studio takes whoever imports a
file for the one who annotated; so a choice named `coded_by` says who it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tagger.exchange.projects.codebook import distinct
from tagger.exchange.projects.label_studio_tasks import BY
from tagger.exchange.projects.records import MODEL, Coding, Document, Project, plain

LABEL, TEXT = "label", "text"
"""The names of the controls: what is marked, and where."""
Region = dict[str, Any]


def write(project: Project) -> bytes:
    """Write the tasks; the same project gives the same bytes."""
    names = _labels(project)
    tasks = [_task(document, names) for document in project.documents if not document.missing]
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def configuration(project: Project) -> bytes:
    """Write the labelling configuration: a label for each code, and who reads."""
    tree = {code.key: code for code in project.codes}
    view = Element("View")
    SubElement(view, "Style").text = ".htx-text { white-space: pre-wrap; }"
    labels = SubElement(view, "Labels", name=LABEL, toName=TEXT)
    for key, name in _labels(project).items():
        SubElement(labels, "Label", value=plain(name), hint=plain(tree[key].description))
    SubElement(view, "Text", name=TEXT, value=f"${TEXT}", granularity="symbol")
    people = {coding.coder for document in project.documents for coding in document.codings} - {MODEL}
    choices = SubElement(view, "Choices", name=BY, toName=TEXT, choice="single")
    for name in sorted(people) or ["Reader A"]:
        SubElement(choices, "Choice", value=plain(name))
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode").encode() + b"\n"


def lost(project: Project) -> Iterator[str]:
    """Yield what of a project has no place in Label Studio."""
    if layers := [code.name for code in project.codes if not code.codable]:
        yield f"layers ({', '.join(layers)})"


def _labels(project: Project) -> dict[str, str]:
    """Give each code that is marked, or may be, a label of its own, by its key."""
    used = {coding.code for document in project.documents for coding in document.codings}
    tree = {code.key: code for code in project.codes}
    return distinct([code for code in project.codes if code.codable or code.key in used], tree)


def _task(document: Document, names: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, list[Coding]] = {}
    for coding in sorted(document.codings, key=lambda one: (one.coder, one.start, one.end, one.code)):
        made.setdefault(coding.coder, []).append(coding)
    suggested = made.pop(MODEL, [])
    said = {"participant": document.participant, **document.attributes, "notes": document.memo}
    # What the study says of a document must not take the place of its text.
    data = {**{f"about {name}": cell for name, cell in said.items() if cell}, "transcript": document.name}
    people = ([_reader(name), *_regions(document.text, codings, names)] for name, codings in made.items())
    predicted = [{"model_version": MODEL, "result": list(_regions(document.text, suggested, names))}]
    return {
        "annotations": [{"result": result} for result in people],
        **({"predictions": predicted} if suggested else {}),
        "data": {TEXT: document.text, **data},
    }


def _reader(name: str) -> Region:
    return _region(BY, "choices", {"choices": [name]}, f"{BY} {name}")


def _regions(text: str, codings: Iterable[Coding], names: Mapping[str, str]) -> Iterator[Region]:
    for coding in codings:
        start, end = coding.start, coding.end
        value = {"start": start, "end": end, "text": text[start:end], "labels": [names[coding.code]]}
        region = _region(LABEL, "labels", value, f"{start} {end} {coding.code}")
        if coding.note:
            region["meta"] = {"text": [coding.note]}
        if coding.score is not None:
            region["score"] = coding.score
        yield region


def _region(control: str, kind: str, value: dict[str, Any], identity: str) -> Region:
    return {"id": identity, "from_name": control, "to_name": TEXT, "type": kind, "value": value}
