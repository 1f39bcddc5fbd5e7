"""
Documents of INCEpTION and WebAnno: one file in WebAnno TSV 3 or UIMA CAS, or a zip with a folder for each document.

In a folder, each person's annotations are a file called by their name, or a zip of it. What a curator made of them is
no coding of one person, and the document before anybody annotated it (`INITIAL_CAS`) holds none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from tagger.errors import CodingsError
from tagger.exchange.projects import uima_cas, webanno_tsv, zip_parts
from tagger.exchange.projects.positions import Counting, Raw, choose, places
from tagger.exchange.projects.records import NOBODY, Code, Coding, Document, Format, Project
from tagger.exchange.projects.webanno_tsv import Annotated, Annotation
from tagger.exchange.projects.zip_parts import Parts
from tagger.wording import several

SUFFIXES = (".tsv", ".json", ".xmi", ".zip")
LIST = "exportedproject.json"
SOURCE = "source"
BEFORE, CURATED = "initial_cas", ("curation_user", "curation")
GRAMMAR = "de.tudarmstadt.ukp.dkpro.core.api."
NAMED = "NamedEntity"
IDENTIFIERS = re.compile(r"identifier|.*(?:_id|uri|iri)", re.IGNORECASE)
LINK = re.compile(r"\w+://\S+")
SLOT = re.compile(r"ROLE_|BT_|.*\.")
LONGEST_CODE = 120
AS_TSV = "Export it with the format WebAnno TSV v3.3 or UIMA CAS JSON"
COUNTED = {
    "grammar": ("mark of grammar", "marks of grammar"),
    "relations": ("relation", "relations"),
    "links": ("link to a knowledge base", "links to a knowledge base"),
    "words": ("feature in free words", "features in free words"),
    "curated": ("document that was curated", "documents that were curated"),
}
Names = tuple[tuple[str, str], ...]
"""The codes of an annotation: the folder of each, and its name."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What one person made of a document."""

    document: str
    coder: str
    annotated: Annotated


def recognises(data: bytes) -> bool:
    """Tell a file by its first line, a zip by the files in it; also what INCEpTION writes in formats not read here."""
    return bool(
        webanno_tsv.ANY_VERSION.match(data[:100])
        or uima_cas.START.match(data[:4000])
        or any(PurePosixPath(title).name == LIST for title in zip_parts.titles(data))
        or any(zip_parts.any_begins(data, SUFFIXES, each) for each in (webanno_tsv.ANY_VERSION, uima_cas.START))
    )


def read(data: bytes, name: str) -> Project:
    """
    Read a document, or a zip of them.

    Raises:
        CodingsError: It is damaged, locked, too large, or in a format that is not read; the message says which to use.
    """
    title = name.rpartition(".")[0] or name
    lost: Counter[str] = Counter()
    made = list(_of_parts(data, name, lost) if data.startswith(zip_parts.START) else [_one(data, name, title)])
    lost["relations"] = sum(each.annotated.relations for each in made)
    named = _foldered([[(one, _names(one, lost)) for one in each.annotated.annotations] for each in made])
    folders = list(dict.fromkeys(folder for each in named for _, names in each for folder, _ in names))
    raws = [Raw(each.annotated.text, tuple(one.marked for one in each.annotated.annotations)) for each in made]
    counting = choose(raws, Counting(wide=True))
    documents: dict[tuple[str, str], Document] = {}
    for each, names, raw in zip(made, named, raws, strict=True):
        document = documents.setdefault((each.document, raw.plain), Document(each.document, each.document, raw.plain))
        documents[each.document, raw.plain] = _with(document, each.coder, names, raw, counting)
    codes = tuple(_codes(folders, [pair for each in named for _, names in each for pair in names]))
    told = tuple(several(lost[what], *words) for what, words in COUNTED.items() if lost[what])
    return Project("INCEpTION or WebAnno", title, codes, tuple(documents.values()), counting.words, told)


FORMAT = Format("WebAnno TSV", recognises, read)


def _one(data: bytes, name: str, title: str) -> _Made:
    return _Made(title, NOBODY, _annotated(data, name))


def _annotated(content: bytes, name: str) -> Annotated:
    return uima_cas.read(content, name) if uima_cas.START.match(content[:4000]) else webanno_tsv.read(content, name)


def _of_parts(data: bytes, name: str, lost: Counter[str]) -> Iterator[_Made]:
    """Read the files of a zip: each in the folder of its document, called like the person who made it."""
    parts = Parts(data, name)
    found = False
    for title in parts.titles:
        path = PurePosixPath(title)
        if path.suffix.casefold() not in SUFFIXES or path.parts[0] == SOURCE:
            continue
        content = _innermost(parts.unpacked(title), f"{name}, {title}")
        if not (webanno_tsv.ANY_VERSION.match(content[:100]) or uima_cas.START.match(content[:4000])):
            continue
        found = True
        coder = path.stem.casefold()
        if coder in CURATED:
            lost["curated"] += 1
            continue
        annotated = _annotated(content, f"{name}, {title}")
        if coder == BEFORE:
            annotated = Annotated(annotated.text, (), 0)
        yield _Made(path.parent.name or path.stem, path.stem if path.parent.name else NOBODY, annotated)
    if not found:
        raise CodingsError("Its annotations are in a format that is not read", where=name, remedy=AS_TSV)


def _innermost(content: bytes, name: str) -> bytes:
    """Return the document in a zip of it alone, or with the types of its annotations beside it."""
    titles = [title for title in zip_parts.titles(content) if title.casefold().endswith(SUFFIXES[:-1])]
    return Parts(content, name).unpacked(titles[0]) if titles else content


def _names(annotation: Annotation, lost: Counter[str]) -> Names:
    """Name the codes of an annotation, each in the folder of its feature: its values, or without any its layer."""
    layer = annotation.layer
    short = layer.name.rpartition(".")[2]
    if layer.name.startswith(GRAMMAR) and short != NAMED:
        lost["grammar"] += 1
        return ()
    names = []
    for feature, value in annotation.values.items():
        if SLOT.match(feature):
            lost["relations"] += 1
        elif IDENTIFIERS.fullmatch(feature) or LINK.fullmatch(value):
            lost["links"] += 1
        elif len(value) > LONGEST_CODE or "\n" in value:
            lost["words"] += 1
        else:
            names.append((f"{short}: {feature}", " ".join(value.split())))
    return tuple(names) or ((("", short),) if all(map(SLOT.match, annotation.values)) else ())


def _foldered(named: Sequence[Sequence[tuple[Annotation, Names]]]) -> list[list[tuple[Annotation, Names]]]:
    """Call a folder like its layer, if only one feature of that has codes."""
    folders = {folder for each in named for _, names in each for folder, _ in names if folder}
    layers = Counter(folder.partition(":")[0] for folder in folders)
    short = {folder: layer for folder in folders if layers[layer := folder.partition(":")[0]] == 1}
    return [
        [(one, tuple((short.get(folder, folder), name) for folder, name in names)) for one, names in each]
        for each in named
    ]


def _codes(folders: Sequence[str], names: Sequence[tuple[str, str]]) -> Iterator[Code]:
    """Yield codes, in folders where there are several."""
    several_folders = len(folders) > 1
    for folder in folders if several_folders else ():
        if folder:
            yield Code(folder, folder, codable=False)
    for folder, name in dict.fromkeys(names):
        yield Code(_key(folder, name), name, parent=folder if several_folders else "")


def _key(folder: str, name: str) -> str:
    return f"{folder}/{name}"


def _with(
    document: Document,
    coder: str,
    named: Sequence[tuple[Annotation, Names]],
    raw: Raw,
    counting: Counting,
) -> Document:
    """Add what one person made of a document."""
    codings = list(document.codings)
    lost = list(document.lost)
    for (_, names), place, marked in zip(named, places(raw, counting), raw.marked, strict=True):
        for folder, name in names:
            if place.span:
                codings.append(Coding(*place.span, _key(folder, name), coder, place.moved))
            else:
                lost.append(f"characters {marked.start} to {marked.end}: {place.why}")
    return replace(document, codings=tuple(codings), lost=tuple(lost))
