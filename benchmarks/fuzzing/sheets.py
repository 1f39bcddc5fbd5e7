"""Tables that people bring in: codings, attributes of files, reading packs that come back, and archives of studies."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from functools import cache
from uuid import UUID

import openpyxl
import pyarrow as pa

from fuzzing.cases import Files
from fuzzing.damage import timeless
from fuzzing.transcripts import TALK
from tagger.exchange import attributes, codings, packs
from tagger.exchange.archive import TABLES, Archive, Packing
from tagger.exchange.packs import Pack, PackPassage
from tagger.frameworks import load_framework
from tagger.records import Framework

CODED = (
    ("transcript", "text", "coder", "start", "end", "values"),
    *(("garden.txt", what, "Ann", "3", "80", "Safety; Choice and control") for _, what in TALK),
    ("garden.txt", "", "Ben", "80", "99", "none"),
)
SAID = (
    ("file", "dataset", "participant", "group", "may_process", "may_quote", "withdraw_by"),
    ("garden.txt", "general", "P01; P02", "north", "yes", "no", "2027-03-01"),
    ("evening.vtt", "women", "P03", "=1+1", "", "", ""),
)
WORDS = ("transcript", "text", "coder", "values", "start", "end", "safety; trust", "x", "1", "0", "-1", "9" * 30, "no",
         "none", "file", "participant", "P01", "2026-02-30", "1.5", "NaN", "\x00", "\u202e", "🙂", "=cmd", "", " ",
         "withdraw_by", "may_quote", '"', "\n")  # fmt: skip


def targets() -> list[Files]:
    """Return a target for each kind of table."""
    made = {
        "codings": [csv(CODED), csv(CODED, "\t"), workbook(CODED)],
        "attributes": [csv(SAID), csv(SAID, ";"), workbook(SAID)],
        "packs": [pack()],
        "archives": [archive()],
    }
    every = tuple(data for group in made.values() for data in group)
    takes = {"codings": _codings, "attributes": _attributes, "packs": _pack, "archives": _archive}
    grown = {"codings": _grown, "attributes": _grown}
    return [
        Files(f"sheets/{name}", f"case.{name}", tuple(group), every, takes[name], grown.get(name))
        for name, group in made.items()
    ]


def csv(rows: Sequence[Sequence[str]], between: str = ",") -> bytes:
    """Write a table as text."""
    return "\n".join(between.join(f'"{cell}"' for cell in row) for row in rows).encode()


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Write a table as a workbook."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("coded", 0)
    for row in rows:
        sheet.append(row)
    book.save(buffer)
    return timeless(buffer.getvalue())


def pack() -> bytes:
    """Write a reading pack of two passages."""
    passages = tuple(PackPassage(n, "blind", "", "And then?", "P01", what) for n, (_, what) in enumerate(TALK[1:3], 1))
    return timeless(packs.write(Pack(str(UUID(int=7)), "Ann", "general", "f", framework(), passages)))


def archive() -> bytes:
    """Write a small archive."""
    out = io.BytesIO()
    packing = Packing(out)
    packing.table("codings", pa.table({"id": ["a", "b 🙂", None], "scores": [[0.5], [], None]}))
    packing.file("study.toml", b"[study]\n")
    packing.finish({"study": "Talk", "tagger": "1.0", "schema": 21}, "What it is.")
    return out.getvalue()


@cache
def framework() -> Framework:
    """Return the list of values that the tables name."""
    return load_framework("side-by-side")


def _grown(chance: random.Random) -> bytes:
    rows = [[chance.choice(WORDS) for _ in range(chance.randint(1, 8))] for _ in range(chance.randint(1, 6))]
    return csv(rows, chance.choice((",", ";", "\t", "|")))


def _codings(data: bytes, name: str) -> None:
    known = {value.id for value in framework().values}
    for row in codings.parse(data, name, framework()).rows:
        assert set(row.value_ids) <= known, "a coding of no value"


def _attributes(data: bytes, name: str) -> None:
    again = attributes.sheet(attributes.parse(data, name))
    assert attributes.sheet(attributes.parse(again, name)) == again, "a sheet that is another one when written again"


def _pack(data: bytes, name: str) -> None:
    if packs.is_pack(data):
        packs.read(data, name)


def _archive(data: bytes, name: str) -> None:
    opened = Archive(io.BytesIO(data), name)
    for part in opened.parts:
        opened.read(part)
        if part.startswith(TABLES):
            list(opened.rows(part.removeprefix(TABLES).removesuffix(".parquet")))
