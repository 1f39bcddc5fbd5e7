"""
UIMA CAS, in JSON and in XMI: a text, and structures of a type, those with a beginning and an end being annotations.

Positions count UTF-16 units. Neither tokens nor what describes the document are annotations of people. (Apache UIMA:
JSON serialization of the CAS, version 0.4; XMI serialization.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from tagger import markup
from tagger.errors import CodingsError
from tagger.exchange.projects.webanno_tsv import Annotated, Annotation, Layer

START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:(?:<\?xml[^>]*>\s*)?<xmi:XMI\b|\{\s*\"%(?:TYPES|FEATURE_STRUCTURES|HEADER)\")"
)
SOFA = "uima.cas.Sofa"
UNSEEN = (
    "uima.",
    "org.dkpro.core.api.",
    "de.tudarmstadt.ukp.inception.",
    "de.tudarmstadt.ukp.dkpro.core.api.segmentation.",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.",
)
"""Types of structures that no annotator made."""
ENDS = ("Governor", "Dependent")
LINK, CHAIN = "Link", "Chain"
PLACE = frozenset({"begin", "end", "sofa"})
REFERS = re.compile(r"\d+(?: \d+)*")
MOST_VALUES = 10_000_000
EXPORT_AGAIN = "Export the document again, as WebAnno TSV v3.3 or UIMA CAS"
Structure = tuple[str, Mapping[str, object]]


def read(data: bytes, name: str) -> Annotated:
    """
    Read a document.

    Raises:
        CodingsError: It is damaged, too large, declares entities, or holds no text.
    """
    try:
        structures = list(_of_xmi(data) if b"<xmi:XMI" in data[:4000] else _of_json(data))
    except (ValueError, RecursionError) as reason:
        raise CodingsError("It is a UIMA CAS that is damaged", where=name, remedy=EXPORT_AGAIN) from reason
    texts = [fields.get("sofaString") for kind, fields in structures if kind == SOFA]
    text = next((each for each in texts if isinstance(each, str) and each.strip()), "")
    if not text:
        raise CodingsError("It holds no text", where=name, remedy=EXPORT_AGAIN)
    kinds = {kind for kind, _ in structures}
    annotations: list[Annotation] = []
    relations = 0
    for kind, fields in structures:
        start, end = _number(fields.get("begin")), _number(fields.get("end"))
        if kind.startswith(UNSEEN) or start is None or end is None:
            continue
        in_chain = kind.endswith(LINK) and kind.removesuffix(LINK) + CHAIN in kinds
        if in_chain or any(each.lstrip("@") in ENDS for each in fields):
            relations += 1
            continue
        values = dict(_values(fields))
        annotations.append(Annotation(Layer("SP", kind, tuple(values)), values, {(start, end): ""}))
    return Annotated(text, tuple(annotations), relations)


def _of_json(data: bytes) -> Iterator[Structure]:
    if data.count(b"{") + data.count(b"[") + data.count(b",") > MOST_VALUES:
        raise ValueError("it holds too many values")
    value = json.loads(data.decode("utf-8-sig"), strict=False)
    for each in value.get("%FEATURE_STRUCTURES", []) if isinstance(value, dict) else []:
        if isinstance(each, dict):
            yield str(each.get("%TYPE", "")), each


def _of_xmi(data: bytes) -> Iterator[Structure]:
    """Yield the elements below the root; an attribute that holds ids of others is no value."""
    root = markup.parsed(data)
    ids = {value for each in root for name, value in each.items() if name.endswith("}id")}
    for each in root:
        package, _, name = each.tag.rpartition("}")
        kind = f"{package.removeprefix('{http:///').removesuffix('.ecore').replace('/', '.')}.{name}"
        yield (
            kind,
            {
                name: value
                for name, value in each.items()
                if name in PLACE or name in ENDS or not (REFERS.fullmatch(value) and set(value.split()) <= ids)
            },
        )


def _values(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for feature, value in fields.items():
        # JSON marks what is no value of its own by a character before the name.
        if feature[:1].isalpha() and feature not in PLACE and isinstance(value, (str, int, float)) and value != "":
            yield feature, str(value)


def _number(cell: object) -> int | None:
    if isinstance(cell, str):
        return int(cell) if cell.isdecimal() and len(cell) < 10 else None
    return cell if isinstance(cell, int) and 0 <= cell < 10**9 else None
