"""
QualCoder's own projects: the file `data.qda` in a folder that ends in `.qda`.

Positions are characters of the text as it stands in the database, and each coding repeats its words. Tables and columns
are those of QualCoder 3 (databases of version 5 and later); columns that came later may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from tagger.exchange.projects.positions import Counting, Marked, Place, Raw, choose, places
from tagger.exchange.projects.records import NOBODY, Code, Coding, Document, Format, Project
from tagger.exchange.projects.sqlite_tables import Rows, Tables, holds, tables
from tagger.privacy import PSEUDONYM
from tagger.wording import several

LOST = {
    "code_image": ("coding of a part of a picture", "codings of parts of pictures"),
    "code_av": ("coding of a recording", "codings of recordings"),
    "annotation": ("annotation", "annotations"),
    "journal": ("journal entry", "journal entries"),
}
MADE = ("pos0", "pos1", "seltext", "cid", "fid", "owner", "memo", "date")


def read(data: bytes, name: str) -> Project:
    """
    Read a project.

    Raises:
        CodingsError: The database is damaged.
    """
    with tables(data, name) as found:
        codes = tuple(_codes(found))
        documents, rule = _documents(found)
        lost = tuple(
            several(len(rows), *words) for table, words in LOST.items() if (rows := found.rows(table, ["memo"]))
        )
    return Project("QualCoder", name.removesuffix(".qda"), codes, documents, rule, lost)


FORMAT = Format("QualCoder", lambda data: holds(data, "source", "code_text", "code_name", "code_cat"), read)


def _codes(found: Tables) -> Iterator[Code]:
    """Yield categories, which hold codes and are never coded, and the codes in them."""
    for row in found.rows("code_cat", ("catid", "name", "memo", "supercatid")):
        above = f"category {row['supercatid']}" if row["supercatid"] is not None else ""
        yield Code(f"category {row['catid']}", _text(row["name"]), _text(row["memo"]), above, codable=False)
    for row in found.rows("code_name", ("cid", "name", "memo", "catid", "supercid")):
        above = f"category {row['catid']}" if row["catid"] is not None else ""
        above = f"code {row['supercid']}" if row["supercid"] is not None else above
        yield Code(f"code {row['cid']}", _text(row["name"]), _text(row["memo"]), above)


def _documents(found: Tables) -> tuple[tuple[Document, ...], str]:
    made: dict[object, Rows] = {}
    for row in found.rows("code_text", MADE):
        made.setdefault(row["fid"], []).append(row)
    sources = [row for row in found.rows("source", ("id", "name", "fulltext")) if row["fulltext"]]
    raws = [Raw(str(row["fulltext"]), tuple(map(_marked, made.get(row["id"], [])))) for row in sources]
    counting = choose(raws, Counting())
    said, people = _attributes(found), _participants(found)
    documents = []
    for row, raw in zip(sources, raws, strict=True):
        stretches = list(zip(made.get(row["id"], []), places(raw, counting), strict=True))
        codings = tuple(_coding(one, place) for one, place in stretches if place.span)
        lost = tuple(f"characters {one['pos0']} to {one['pos1']}: {place.why}" for one, place in stretches if place.why)
        attributes, participant = said.get(row["id"], {}), people.get(row["id"], "")
        documents.append(
            Document(f"source {row['id']}", _text(row["name"]), raw.plain, codings, attributes, participant, lost=lost)
        )
    return tuple(documents), counting.words


def _marked(row: dict[str, object]) -> Marked:
    return Marked(_number(row["pos0"]), _number(row["pos1"]), _text(row["seltext"]))


def _coding(row: dict[str, object], place: Place) -> Coding:
    start, end = place.span or (0, 0)
    owner = _text(row["owner"]) or NOBODY
    return Coding(start, end, f"code {row['cid']}", owner, place.moved, _text(row["memo"]))


def _attributes(found: Tables) -> dict[object, dict[str, str]]:
    """Return what is said of each source, and of the cases that it belongs to."""
    of_case: dict[object, set[object]] = {}
    for row in found.rows("case_text", ("caseid", "fid")):
        of_case.setdefault(row["caseid"], set()).add(row["fid"])
    said: dict[object, dict[str, str]] = {}
    for row in found.rows("attribute", ("name", "attr_type", "value", "id")):
        sources = {row["id"]} if row["attr_type"] == "file" else of_case.get(row["id"], set())
        for source in sources if _text(row["value"]) else ():
            said.setdefault(source, {})[_text(row["name"])] = _text(row["value"])
    return said


def _participants(found: Tables) -> dict[object, str]:
    """Return the pseudonym of each source, where a case that it belongs to is called by one; never a name."""
    names = {row["caseid"]: _text(row["name"]) for row in found.rows("cases", ("caseid", "name"))}
    return {
        row["fid"]: names[row["caseid"]]
        for row in found.rows("case_text", ("caseid", "fid"))
        if PSEUDONYM.fullmatch(names.get(row["caseid"], ""))
    }


def _text(cell: object) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _number(cell: object) -> int:
    return cell if isinstance(cell, int) else 0
