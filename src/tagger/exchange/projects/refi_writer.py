"""
A project as a REFI-QDA file (.qdpx), or its codes alone (.qdc), valid by the QDA-XML schemas 1.0 (REFI, 18 March 2019).

Texts are UTF-8 with LF line ends, and positions count code points. Each stretch repeats the beginning of its words as
its name, so that a program that counts otherwise, or a person, can see whether it is where it should be.
"""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tagger.exchange.projects.positions import BOM
from tagger.exchange.projects.records import Coding, Document, Project, plain

NAMESPACE = "urn:QDA-XML:project:1.0"
SCHEMA = f"{NAMESPACE} http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd"
OF_CODES = "urn:QDA-XML:codebook:1.0"
SCHEMA_OF_CODES = f"{OF_CODES} http://schema.qdasoftware.org/versions/Codebook/v1.0/Codebook.xsd"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
OF_IDS = uuid.UUID("5a0a1c5e-6d0f-4d0e-9c0f-2f6f1f0b7a11")
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_QUOTE = 80
LONG_AGO = (1980, 1, 1, 0, 0, 0)
UNKNOWN = "1980-01-01T00:00:00Z"


def write(project: Project) -> bytes:
    """Write a project; keys that are GUIDs stay, others give the same GUID wherever they are written."""
    documents = [document for document in project.documents if not document.missing]
    root = _root("Project", NAMESPACE, SCHEMA, project)
    root.set("name", plain(project.name))
    _users(root, documents)
    _codes(SubElement(root, "CodeBook"), project)
    _variables(root, documents)
    _cases(root, documents)
    sources = _list(root, "Sources", documents)
    for document in documents:
        _source(sources, document)
    _notes(root, documents)
    texts = {f"sources/{_guid('source', each.key)}.txt": _encoded(each.text) for each in documents}
    return _packed({"project.qde": _bytes(root), **texts})


def write_codes(project: Project) -> bytes:
    """Write the codes of a project alone; they have the ids that they have in the project."""
    root = _root("CodeBook", OF_CODES, SCHEMA_OF_CODES, project)
    _codes(root, project)
    return _bytes(root)


def _root(name: str, namespace: str, schema: str, project: Project) -> Element:
    root = Element(name, {"xmlns": namespace, "xmlns:xsi": INSTANCE, "xsi:schemaLocation": schema})
    root.set("origin", plain(project.tool))
    return root


def _bytes(root: Element) -> bytes:
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _users(root: Element, documents: Sequence[Document]) -> None:
    names = sorted({coding.coder for document in documents for coding in document.codings})
    users = _list(root, "Users", names)
    for name in names:
        SubElement(users, "User", guid=_guid("user", name), name=plain(name))


def _codes(codebook: Element, project: Project) -> None:
    codes = SubElement(codebook, "Codes")
    made = {"": codes}
    for code in project.codes:
        said = {"guid": _guid("code", code.key), "name": plain(code.name), "isCodable": str(code.codable).lower()}
        element = made[code.key] = SubElement(made.get(code.parent, codes), "Code", said)
        if code.description:
            SubElement(element, "Description").text = plain(code.description)


def _variables(root: Element, documents: Sequence[Document]) -> None:
    names = sorted({name for document in documents for name in document.attributes})
    variables = _list(root, "Variables", names)
    for name in names:
        SubElement(variables, "Variable", guid=_guid("variable", name), name=plain(name), typeOfVariable="Text")


def _cases(root: Element, documents: Sequence[Document]) -> None:
    people = sorted({document.participant for document in documents} - {""})
    cases = _list(root, "Cases", people)
    for name in people:
        case = SubElement(cases, "Case", guid=_guid("case", name), name=plain(name))
        for document in documents:
            if document.participant == name:
                SubElement(case, "SourceRef", targetGUID=_guid("source", document.key))


def _source(sources: Element, document: Document) -> None:
    guid = _guid("source", document.key)
    source = SubElement(sources, "TextSource", guid=guid, name=plain(document.name))
    source.set("plainTextPath", f"internal://{guid}.txt")
    # A stretch for each person: some programs take whoever marked it for the one who coded it.
    for _, codings in groupby(sorted(document.codings, key=_order), key=lambda one: (one.start, one.end, one.coder)):
        _selection(source, document, list(codings))
    if document.memo:
        SubElement(source, "NoteRef", targetGUID=_guid("note", document.key))
    for name, value in sorted(document.attributes.items()):
        held = SubElement(source, "VariableValue")
        SubElement(held, "VariableRef", targetGUID=_guid("variable", name))
        SubElement(held, "TextValue").text = plain(value)


def _order(coding: Coding) -> tuple[int, int, str, str]:
    return coding.start, coding.end, coding.coder, coding.code


def _selection(source: Element, document: Document, codings: Sequence[Coding]) -> None:
    first = codings[0]
    key = f"{document.key} {first.start} {first.end} {first.coder}"
    words = " ".join(document.text[first.start : first.end].split())
    selection = SubElement(source, "PlainTextSelection", guid=_guid("selection", key))
    selection.set("name", plain(words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}…"))
    selection.set("startPosition", str(first.start))
    selection.set("endPosition", str(first.end))
    selection.set("creatingUser", _guid("user", first.coder))
    if notes := "\n".join(dict.fromkeys(coding.note for coding in codings if coding.note)):
        SubElement(selection, "Description").text = plain(notes)
    for coding in codings:
        guid = _guid("coding", f"{key} {coding.code}")
        element = SubElement(selection, "Coding", guid=guid, creatingUser=_guid("user", coding.coder))
        if coding.made_at:
            element.set("creationDateTime", coding.made_at)
        SubElement(element, "CodeRef", targetGUID=_guid("code", coding.code))


def _notes(root: Element, documents: Sequence[Document]) -> None:
    noted = [document for document in documents if document.memo]
    # Some programs want a time of every note, and the same project is to give the same bytes.
    newest = max((coding.made_at for document in documents for coding in document.codings), default="") or UNKNOWN
    notes = _list(root, "Notes", noted)
    for document in noted:
        guid = _guid("note", document.key)
        said = {"guid": guid, "name": plain(f"About {document.name}"), "creationDateTime": newest}
        note = SubElement(notes, "Note", said)
        SubElement(note, "PlainTextContent").text = plain(document.memo)


def _list(root: Element, name: str, items: Sequence[object]) -> Element:
    """Begin a list; the schema wants none that is empty."""
    return SubElement(root, name) if items else Element(name)


def _guid(kind: str, key: str) -> str:
    return key if kind in ("source", "code") and GUID.fullmatch(key) else str(uuid.uuid5(OF_IDS, f"{kind} {key}"))


def _encoded(text: str) -> bytes:
    # Readers take a mark at the beginning for none of the text; so one that is of the text has another before it.
    marked = BOM + text if text.startswith(BOM) else text
    return marked.encode("utf-8", "replace")


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
