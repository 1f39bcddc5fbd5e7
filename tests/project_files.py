"""REFI-QDA projects as other programs write them, for tests: each counts characters in its own way."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from tagger.exchange.projects.records import Project

Count = Callable[[str], int]
NAMESPACE = "urn:QDA-XML:project:1.0"


@dataclass(frozen=True)
class Selected:
    """Words of a document that somebody coded; `quote` is what the program repeats of them."""

    words: str
    code: str
    coder: str = "Ann"
    quote: str = ""


@dataclass(frozen=True)
class Written:
    """A document of a project, its line ends as the file has them."""

    name: str
    text: str
    selected: tuple[Selected, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    case: str = ""
    inline: bool = False
    bom: bool = False
    missing: bool = False


def guid(*parts: str) -> str:
    """Return the same id for the same parts."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts))).upper()


def in_code_points(text: str) -> int:
    """Count as Python does."""
    return len(text)


def with_one_for_line_ends(text: str) -> int:
    """Count a line end as one, whatever it is made of."""
    return len(text.replace("\r\n", "\n"))


def in_utf_16(text: str) -> int:
    """Count as Windows does."""
    return len(text.encode("utf-16-le")) // 2


def qdpx(
    documents: Sequence[Written],
    codes: Iterable[str],
    origin: str = "",
    count: Count = in_code_points,
    folder: str = "sources",
) -> bytes:
    """Write a project; a code may be spelled `Folder/Code`."""
    parts = {}
    sources = []
    for document in documents:
        key = guid("source", document.name)
        if not document.inline and not document.missing:
            parts[f"{folder}/{key}.txt"] = ("\ufeff" * document.bom + document.text).encode()
        sources.append(_source(document, key, count))
    coders = sorted({one.coder for document in documents for one in document.selected})
    users = "".join(f'<User guid="{guid("user", name)}" name={quoteattr(name)}/>' for name in coders)
    names = sorted({name for document in documents for name in document.variables})
    variables = "".join(
        f'<Variable guid="{guid("variable", name)}" name={quoteattr(name)} typeOfVariable="Text"/>' for name in names
    )
    cases = "".join(
        f'<Case guid="{guid("case", each.case)}" name={quoteattr(each.case)}>'
        f'<SourceRef targetGUID="{guid("source", each.name)}"/></Case>'
        for each in documents
        if each.case
    )
    project = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="{NAMESPACE}" name="Talk" origin={quoteattr(origin)}>'
        f"<Users>{users}</Users><CodeBook><Codes>{_codes(codes)}</Codes></CodeBook>"
        f"<Variables>{variables}</Variables><Cases>{cases}</Cases><Sources>{''.join(sources)}</Sources></Project>"
    )
    return packed({"project.qde": project.encode(), **parts})


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Zip parts, the same bytes at any time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _codes(codes: Iterable[str]) -> str:
    tree: dict[str, list[str]] = {}
    for code in codes:
        steps = code.split("/")
        for depth, step in enumerate(steps):
            below = tree.setdefault("/".join(steps[:depth]), [])
            below.extend([step] if step not in below else [])

    def written(name: str, path: str) -> str:
        below = "".join(written(each, f"{path}/{each}") for each in tree.get(path, []))
        codable = "false" if path in tree else "true"
        return f'<Code guid="{guid("code", path)}" name={quoteattr(name)} isCodable="{codable}">{below}</Code>'

    return "".join(written(each, each) for each in tree.get("", []))


def _source(document: Written, key: str, count: Count) -> str:
    where = "" if document.inline else f' plainTextPath="internal://{key}.txt"'
    inline = f"<PlainTextContent>{escape(document.text)}</PlainTextContent>" if document.inline else ""
    selections = "".join(
        _selection(one, document.text, number, key, count) for number, one in enumerate(document.selected)
    )
    values = "".join(
        f'<VariableValue><VariableRef targetGUID="{guid("variable", name)}"/>'
        f"<TextValue>{escape(value)}</TextValue></VariableValue>"
        for name, value in document.variables.items()
    )
    return f'<TextSource guid="{key}" name={quoteattr(document.name)}{where}>{inline}{selections}{values}</TextSource>'


def _selection(one: Selected, text: str, number: int, key: str, count: Count) -> str:
    start = text.index(one.words)
    first, last = count(text[:start]), count(text[: start + len(one.words)])
    user = guid("user", one.coder)
    return (
        f'<PlainTextSelection guid="{guid(key, str(number))}" startPosition="{first}" endPosition="{last}" '
        f'name={quoteattr(one.quote)} creatingUser="{user}"><Coding guid="{guid(key, str(number), "coding")}" '
        f'creatingUser="{user}"><CodeRef targetGUID="{guid("code", one.code)}"/></Coding></PlainTextSelection>'
    )


def coded(project: Project) -> list[tuple[str, str, str]]:
    """Return what each coding says: its words, code and coder."""
    names = {code.key: code.name for code in project.codes}
    return [
        (document.text[each.start : each.end], names[each.code], each.coder)
        for document in project.documents
        for each in document.codings
    ]
