"""
REFI-QDA projects (.qdpx, .qde) and codebooks (.qdc), as NVivo, ATLAS.ti, MAXQDA, QualCoder and others write them.

Elements are those of the QDA-XML schema 1.0 (REFI, 18 March 2019; www.qdasoftware.org), read whatever their namespace:
programs write it in several spellings. What the schema forbids and programs write all the same is read as it is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from tagger import markup
from tagger.errors import CodingsError
from tagger.exchange.projects.positions import Counting, Marked, Raw, choose, places
from tagger.exchange.projects.records import NOBODY, OURS, Code, Coding, Document, Format, Project, lines
from tagger.exchange.projects.refi_package import Package, holds_project
from tagger.exchange.projects.zip_parts import EXPORT_AGAIN
from tagger.privacy import PSEUDONYM
from tagger.wording import several

START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:\w+:)?(Project|CodeBook)\b",
    re.DOTALL,
)
MOST_CODES = 20_000
TEXTS = ("TextSource", "Representation", "Transcript")
LOST = {
    "PDFSelection": ("coding of an area of a page", "codings of areas of pages"),
    "PictureSelection": ("coding of a part of a picture", "codings of parts of pictures"),
    "AudioSelection": ("coding of a recording", "codings of recordings"),
    "VideoSelection": ("coding of a film", "codings of films"),
    "Source": ("coding of a document as a whole", "codings of documents as a whole"),
    "Case": ("coding of a case or of an unknown code", "codings of cases or of unknown codes"),
    "Uncoded": ("marked stretch without a code", "marked stretches without a code"),
    "Note": ("memo", "memos"),
    "Link": ("link", "links"),
    "Set": ("set", "sets"),
    "Graph": ("map", "maps"),
}
"""What has no place in a study, by the element that holds it."""


def _is_project(data: bytes) -> bool:
    return holds_project(data) or bool(START.match(data[:4000]))


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of the project: the element that names it, what it holds, and the elements that mark stretches of it."""

    element: Element
    source: Element
    raw: str
    missing: str
    marked: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    """What the parts of a project refer to by their ids."""

    users: Mapping[str, str]
    codes: Mapping[str, Code]
    owner: str
    lost: Counter[str] = field(default_factory=Counter)


def read(data: bytes, name: str) -> Project:
    """
    Read a project or a codebook.

    Raises:
        CodingsError: It is damaged, locked, too large, or declares what could expand without end.
    """
    package = Package(data, name) if holds_project(data) else None
    try:
        root = markup.parsed(package.project() if package else data)
    except ValueError as reason:
        raise CodingsError(
            f"Its list of codes and documents cannot be read: {reason}", where=name, remedy=EXPORT_AGAIN
        ) from reason
    codes = tuple(_codes(root))
    if not codes:
        raise CodingsError("It holds no codes", where=name, remedy="Export the project together with its codes")
    if len(codes) > MOST_CODES:
        raise CodingsError(f"It holds more than {MOST_CODES:,} codes", where=name, remedy=EXPORT_AGAIN)
    index = _Index(_users(root), {code.key: code for code in codes}, _id(root, "creatingUserGUID"))
    texts = list(_texts(root, package))
    documents, rule = _documents(root, texts, index)
    _count_lost(root, texts, index)
    tool = root.get("origin") or "an unnamed program"
    lost = tuple(several(number, *LOST[what]) for what, number in index.lost.items() if number)
    return Project(tool, root.get("name") or name, codes, documents, rule, lost)


FORMAT = Format("REFI-QDA", _is_project, read)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(parent: Element, *names: str) -> Iterator[Element]:
    """Yield the elements of these names below another, in order."""
    return (each for each in parent.iter() if _local(each) in names)


def _children(parent: Element, *names: str) -> Iterator[Element]:
    return (each for each in parent if _local(each) in names)


def _id(element: Element, attribute: str = "guid") -> str:
    return (element.get(attribute) or "").strip("{} \n\t").casefold()


def _words(parent: Element, name: str) -> str:
    return next(((each.text or "").strip() for each in _children(parent, name)), "")


def _users(root: Element) -> dict[str, str]:
    return {_id(user): " ".join((user.get("name") or user.get("id") or "").split()) for user in _all(root, "User")}


def _codes(root: Element) -> Iterator[Code]:
    """Yield the codes, each after the one above it; one by one, since they may lie thousands deep."""
    waiting = [(code, "") for codes in _all(root, "Codes") for code in _children(codes, "Code")][::-1]
    while waiting:
        element, parent = waiting.pop()
        codable = (element.get("isCodable") or "true").strip().casefold() not in ("false", "0")
        name = " ".join((element.get("name") or "").split()) or "unnamed code"
        key = _id(element) or f"{parent}/{name}"
        yield Code(key, name, lines(_words(element, "Description")), parent, codable)
        waiting += [(child, key) for child in list(_children(element, "Code"))[::-1]]


def _texts(root: Element, package: Package | None) -> Iterator[_Text]:
    """Yield each text once; a transcript of a recording may be listed as a document too, with the same file."""
    known: dict[str, _Text] = {}
    for sources in _children(root, "Sources"):
        for source in sources:
            for element in [source, *_children(source, *TEXTS)]:
                if _local(element) not in TEXTS:
                    continue
                marked = tuple(_children(element, "PlainTextSelection", "TranscriptSelection"))
                path = (element.get("plainTextPath") or f"#{_id(element)}").casefold()
                if path in known:
                    first = known[path]
                    known[path] = _Text(first.element, first.source, first.raw, first.missing, first.marked + marked)
                    continue
                raw, missing = _content(element, package)
                known[path] = _Text(element, source, raw, missing, marked)
    yield from known.values()


def _content(element: Element, package: Package | None) -> tuple[str, str]:
    """Return the text of a source, or why there is none."""
    inline = next(_children(element, "PlainTextContent"), None)
    if inline is not None and inline.text:
        return inline.text, ""
    path = element.get("plainTextPath") or ""
    raw = package.text(path) if package and path else None
    if raw is not None and raw.strip("\ufeff \r\n\t"):
        return raw, ""
    inside = path.casefold().startswith("internal:")
    if raw is not None:
        return "", "its text is empty"
    return "", "its text is not in the file" if inside or not path else "its text lies outside of the file"


def _documents(root: Element, texts: Iterable[_Text], index: _Index) -> tuple[tuple[Document, ...], str]:
    stretches = [[(each, marked) for each in text.marked if (marked := _marked(each, text))] for text in texts]
    raws = [Raw(text.raw, tuple(marked for _, marked in own)) for text, own in zip(texts, stretches, strict=True)]
    tool = (root.get("origin") or "").casefold()
    usual = Counting("one" if "atlas" in tool else "as written")
    # Ours is known to count as it is read here; of others it is found out.
    counting = usual if tool.startswith(OURS) else choose([raw for raw in raws if raw.text], usual)
    attributes = _attributes(root)
    participants = _participants(root)
    documents = []
    for text, own, raw in zip(texts, stretches, raws, strict=True):
        codings, lost = _codings([each for each, _ in own], raw, counting, text.missing, index)
        keys = [_id(text.element), _id(text.source)]
        said = {name: value for key in reversed(keys) for name, value in attributes.get(key, {}).items()}
        participant = next((participants[key] for key in keys if key in participants), "")
        title = text.source.get("name") or text.element.get("name") or "unnamed document"
        if sum(_local(each) == "Transcript" for each in text.source) > 1:
            title = text.element.get("name") or title
        documents.append(Document(keys[0], title.strip(), raw.plain, codings, said, participant, text.missing, lost))
    return tuple(documents), counting.words


def _marked(selection: Element, text: _Text) -> Marked | None:
    """Read where a selection is: at positions, or between two points of a transcript that are tied to moments."""
    if _local(selection) == "TranscriptSelection":
        points = {_id(each): each.get("position") for each in _children(text.element, "SyncPoint")}
        start, end = (points.get(_id(selection, f"{side}SyncPoint")) for side in ("from", "to"))
    else:
        start, end = selection.get("startPosition"), selection.get("endPosition")
    try:
        first, last = int(start or ""), int(end or "")
    except ValueError:
        return None
    return Marked(first, last, " ".join((selection.get("name") or "").split())) if first >= 0 else None


def _codings(
    selections: Iterable[Element], raw: Raw, counting: Counting, missing: str, index: _Index
) -> tuple[tuple[Coding, ...], tuple[str, ...]]:
    codings: list[Coding] = []
    lost: list[str] = []
    for selection, marked, place in zip(selections, raw.marked, places(raw, counting), strict=True):
        for coding in _children(selection, "Coding"):
            code = next((_id(each, "targetGUID") for each in _children(coding, "CodeRef")), "")
            if code not in index.codes:
                index.lost["Case"] += 1
            elif missing or place.span is None:
                lost.append(f"characters {marked.start} to {marked.end}: {missing or place.why}")
            else:
                note = _words(selection, "Description")
                codings.append(Coding(*place.span, code, _coder(coding, selection, index), place.moved, note))
        if next(_children(selection, "Coding"), None) is None:
            index.lost["Uncoded"] += 1
    return tuple(codings), tuple(lost)


def _coder(coding: Element, selection: Element, index: _Index) -> str:
    said = (_id(coding, "creatingUser"), _id(selection, "creatingUser"), _id(selection, "modifyingUser"), index.owner)
    return next((index.users[each] for each in said if index.users.get(each)), NOBODY)


def _attributes(root: Element) -> dict[str, dict[str, str]]:
    """Return what is said of each source, by its id: its own variables, and those of the cases that it belongs to."""
    names = {_id(each): " ".join((each.get("name") or "").split()) for each in _all(root, "Variable")}
    said: dict[str, dict[str, str]] = {}
    for holder in _all(root, "Case", "TextSource", "PDFSource", "AudioSource", "VideoSource"):
        values = dict(filter(all, (_value(each, names) for each in _children(holder, "VariableValue"))))
        sources = [_id(each, "targetGUID") for each in _children(holder, "SourceRef")] or [_id(holder)]
        for source in sources if values else ():
            said.setdefault(source, {}).update(values)
    return said


def _value(element: Element, names: Mapping[str, str]) -> tuple[str, str]:
    name = next((names.get(_id(each, "targetGUID"), "") for each in _children(element, "VariableRef")), "")
    return name, next((" ".join((each.text or "").split()) for each in element if _local(each).endswith("Value")), "")


def _participants(root: Element) -> dict[str, str]:
    """Return the pseudonym of each source, where the case that it belongs to is called by one; never a name."""
    return {
        _id(source, "targetGUID"): case.get("name") or ""
        for case in _all(root, "Case")
        if PSEUDONYM.fullmatch(case.get("name") or "")
        for source in _children(case, "SourceRef")
    }


def _count_lost(root: Element, texts: Iterable[_Text], index: _Index) -> None:
    """Count what has no place in a study; a page's area whose words are marked in its text too is not lost."""
    marked = {_id(each) for text in texts for each in text.marked}
    for element in root.iter():
        name = _local(element)
        name = "Source" if name.endswith("Source") else name
        codings = sum(1 for _ in _children(element, "Coding"))
        if name.endswith("Selection") and _id(element) in marked:
            continue
        if name in LOST:
            index.lost[name] += 1 if name in ("Note", "Link", "Set", "Graph") else codings
