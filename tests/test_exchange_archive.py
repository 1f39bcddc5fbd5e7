"""Tests of the archive's package: what was written comes back, and nothing else is taken for it."""

from __future__ import annotations

import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import ArchiveError
from tagger.exchange import archive
from tagger.exchange.archive import MANIFEST, Archive, Packing

ROWS = pa.table({"id": ["a", "b 🙂", None], "scores": [[0.5], [], None]})
TEXT = ("It was up to me. " * 2_000).encode()


def packed(files=(("study.toml", b"[study]\n"), ("frameworks/own list.yaml", TEXT)), schema=21):
    """Write an archive and return its bytes."""
    out = io.BytesIO()
    packing = Packing(out)
    packing.table("codings", ROWS)
    for path, data in files:
        packing.file(path, data)
    packing.finish({"study": "Talk", "tagger": "1.0", "schema": schema}, "What it is.")
    return out.getvalue()


def opened(data):
    """Open an archive."""
    return Archive(io.BytesIO(data), "all.zip")


def changed(data, change=lambda name, content: content, extra=(), packing=zipfile.ZIP_DEFLATED):
    """Pack an archive anew with its parts changed, those left out for which the change returns None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", packing) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in extra:
            new.writestr(name, content)
    return out.getvalue()


def manifest(**fields):
    """Return a change that gives the manifest other fields."""

    def change(name, content):
        return json.dumps(json.loads(content) | fields).encode() if name == MANIFEST else content

    return change


def test_parts_come_back():
    """Files to the byte, rows with their types."""
    found = opened(packed())

    assert pa.concat_tables(found.rows("codings")) == ROWS
    assert TEXT == found.read("files/frameworks/own list.yaml")
    assert [] == list(found.rows("decisions"))
    assert ("Talk", 21) == (found.about["study"], found.about["schema"])
    assert 3 == found.parts["tables/codings.parquet"].rows


def test_the_same_parts_give_the_same_bytes():
    """Written twice."""
    assert packed() == packed()


def test_it_is_read_without_this_program():
    """Any program for zip packages and Parquet will do."""
    with zipfile.ZipFile(io.BytesIO(packed())) as package:
        assert b"What it is." == package.read("README.txt")
        assert ROWS == pq.read_table(io.BytesIO(package.read("tables/codings.parquet")))


def test_it_is_told_by_its_beginning():
    """Also where it is cut off; other packages are not taken for one."""
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("talk.txt", "P01: Yes.")

    assert archive.recognises(packed()[: archive.HEAD])
    assert not archive.recognises(other.getvalue()[: archive.HEAD])
    assert not archive.recognises(b"")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (packed()[:-200], "cut off"),
        (changed(packed(), lambda name, content: None if name == MANIFEST else content), "manifest.json is missing"),
        (changed(packed(), lambda name, content: b"{" if name == MANIFEST else content), "cannot be read"),
        (changed(packed(), lambda name, content: b"[1]" if name == MANIFEST else content), "cannot be read"),
        (changed(packed(), manifest(archive=float("inf"))), "cannot be read"),
        (changed(packed(), manifest(parts={"files/study.toml": {"bytes": float("inf")}})), "does not say"),
        (changed(packed(), manifest(parts={"files/study.toml": {"bytes": "many"}})), "does not say"),
        (changed(packed(), manifest(parts=[])), "does not say what it holds"),
        (changed(packed(), manifest(archive=2, tagger="9.0")), r"newer version of tagger \(9.0\)"),
        (changed(packed(), lambda name, content: None if "toml" in name else content), "study.toml is missing"),
        (changed(packed(), extra=[("files/more.txt", b"more")]), "more.txt is not in its manifest.json"),
        (changed(packed(), extra=[("files/nothing.bin", bytes(20_000_000))]), "more than 200 times its size"),
    ],
)
def test_what_is_no_whole_archive_is_refused(data, why):
    """With the reason."""
    with pytest.raises(ArchiveError, match=why):
        opened(data)


def test_a_part_that_was_changed_is_refused():
    """One other letter, and its sum is another."""
    other = changed(packed(), lambda name, content: content.replace(b"study", b"Study") if "toml" in name else content)

    with pytest.raises(ArchiveError, match=r"files/study.toml is not what was written"):
        opened(other).read("files/study.toml")


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "a/../../out.txt", "..", "/etc/passwd", "C:/out.txt", "a\\..\\out.txt", "a//b", "", "a/./b", "a/.."],
)
def test_no_name_leads_out_of_the_folder(name):
    """It is refused before anything is unpacked."""
    with pytest.raises(ArchiveError, match="leads elsewhere"):
        opened(packed([(name, b"out")]))


@given(st.integers(0, len(packed()) - 1), st.integers(1, 255))
def test_one_changed_byte_never_goes_unnoticed(place, by):
    """Either all parts are what was written, or it is said that they are not."""
    whole = packed()
    data = bytearray(whole)
    data[place] = (data[place] + by) % 256

    try:
        found = opened(bytes(data))
        parts = {name: found.read(name) for name in found.parts}
    except ArchiveError:
        return
    assert {name: opened(whole).read(name) for name in opened(whole).parts} == parts
