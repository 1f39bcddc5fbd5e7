"""Projects of other programs: what people coded in them lies inside of their texts, or there is a reason."""

from __future__ import annotations

import io
import zipfile

from commented import commented
from label_studio_files import annotation, choice, export, label, task
from project_files import Selected, Written, packed, qdpx
from sqlite_projects import qualcoder, taguette
from uima_files import as_cas
from webanno_files import written as webanno

from fuzzing.cases import Files
from fuzzing.transcripts import TALK
from tagger.exchange import projects
from tagger.exchange.projects.records import Project

WORDS = "\n".join(f"{who}: {what}" for who, what in TALK)
CODED = (("My neighbour brought me along", "Choice"), ("a mug, and “that was that”", "Trust; Choice"))
ENDINGS = {
    "label-studio": "json",
    "webanno": "tsv",
    "uima": "xmi",
    "inception": "zip",
    "comments": "docx",
    "qdpx": "qdpx",
    "qde": "qde",
    "taguette": "sqlite3",
    "qualcoder": "qda",
}


def targets() -> list[Files]:
    """Return a target for each format."""
    files = seeds()
    every = tuple(data for group in files.values() for data in group)
    return [
        Files(f"projects/{name}", f"case.{ENDINGS[name]}", tuple(group), every, take) for name, group in files.items()
    ]


def take(data: bytes, name: str) -> None:
    """Read a case; all that is coded in it lies inside of texts, on words, and names codes that there are."""
    assert _is_in_its_texts(projects.read(data, name)), "codings that are not in the text"


def seeds() -> dict[str, list[bytes]]:
    """Make small sound projects, by format."""
    labels = [label(WORDS, words, *names.split("; ")) for words, names in CODED]
    tasks = [
        task(1, WORDS, annotation(*labels, choice("Calm")), upload="talk.txt"),
        task(2, TALK[1][1], annotation(by=2)),
    ]
    selected = tuple(Selected(words, "Choice", quote=words) for words, _ in CODED)
    project = qdpx([Written("talk.docx", WORDS, selected)], ("Choice",), "NVivo 14")
    with zipfile.ZipFile(io.BytesIO(project)) as parts:
        bare = parts.read("project.qde")
    inside = {
        "annotation/talk.txt/ann.tsv": webanno(WORDS, CODED),
        "annotation/other.txt/bea.json": as_cas(WORDS, CODED, "json"),
    }
    return {
        "label-studio": [export(*tasks)],
        "webanno": [webanno(WORDS, CODED)],
        "uima": [as_cas(WORDS, CODED, form) for form in ("json", "xmi")],
        "inception": [packed({"exportedproject.json": b"{}", "source/talk.txt": WORDS.encode(), **inside})],
        "comments": [commented(WORDS, [(words, names, "Ann") for words, names in CODED])],
        "qdpx": [project],
        "qde": [bare],
        "taguette": [taguette()],
        "qualcoder": [qualcoder()],
    }


def _is_in_its_texts(project: Project) -> bool:
    keys = {"", *(code.key for code in project.codes)}
    return all(
        0 <= coding.start < coding.end <= len(text := document.text)
        and text[coding.start : coding.end].strip()
        and coding.code in keys
        for document in project.documents
        for coding in document.codings
    )
