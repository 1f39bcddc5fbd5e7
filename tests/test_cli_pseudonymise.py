"""Tests of `tagger pseudonymise`: the list, what people change in it, the passphrase, the question, and its errors."""

from __future__ import annotations

import csv
import io
from functools import cache

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from small_study import copied, write_files
from test_steps_pseudonymising import OTHER, SARAH, WORDS, left, text_of

from tagger.cli import tagger as command_line
from tagger.errors import TaggerError
from tagger.pseudonyms import key
from tagger.steps.pseudonymising import texts

PASSPHRASE = "four words that differ"
TWICE = f"{PASSPHRASE}\n{PASSPHRASE}\n"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    """Have guesses cost little: what is tested is not how much they cost."""
    monkeypatch.setitem(key._COST, "n", 2**10)


@pytest.fixture(scope="module", autouse=True)
def _loaded_once():
    """Have the language model be loaded once: what is tested is not how long that takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "load_names_pipeline", cache(texts.load_names_pipeline))
        yield


@pytest.fixture(scope="module")
def named(empty_study, tmp_path_factory):
    """Return a study in whose transcripts people are named; it is copied and never changed."""
    study = copied(empty_study, tmp_path_factory.mktemp("named"))
    write_files(study.files, {"bench.txt": SARAH, "other.txt": OTHER})
    study.run()
    return study


@pytest.fixture
def study(named, tmp_path):
    """Return a copy of it that a test may change."""
    return copied(named, tmp_path / "copy")


def call(study, *arguments, typed=""):
    """Call the command as somebody at a terminal does; return its code and what it says."""
    said = CliRunner().invoke(
        command_line, ["pseudonymise", "--study", str(study.folder), *map(str, arguments)], input=typed
    )
    if said.exception and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said.exit_code, said.output


def changed(path, change):
    """Have somebody change the rows of a list, as a spreadsheet saves it."""
    table = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    rows = change(table)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), "utf-8")


def test_a_list_is_made_decided_about_and_done(study, tmp_path):
    """It is for its owner's eyes, it says what comes next, and the key then says who is who."""
    names = tmp_path / "names.csv"
    code, said = call(study, "-o", names)
    assert 0 == code
    assert f"--apply {names}" in said
    assert 0o600 == names.stat().st_mode & 0o777

    keep = {"Hope": "keep"}
    missed = {"words": "the garden", "kind": "place", "pseudonym": "[Place 8]"}
    changed(names, lambda rows: [*(row | {"do": keep.get(row["words"], "replace")} for row in rows), missed])
    code, said = call(study, "--apply", names, typed=f"{TWICE}y\n")

    assert 0 == code
    assert "It cannot be undone" in said
    assert [] == left(study, *WORDS)
    assert "Hope from [Place 8]" in text_of(study, "bench.txt")
    code, said = call(study, "--show-key", typed=f"{PASSPHRASE}\n")
    assert "[Place 8]: the garden" in said
    assert "Sarah Jones" in said


def test_a_workbook_does_too(study, tmp_path):
    """With three examples of each, and rows to be added."""
    names = tmp_path / "names.xlsx"
    assert 0 == call(study, "-o", names)[0]
    book = load_workbook(names)
    header = [cell.value for cell in book.active[1]]
    assert "example 3" in header
    book.active.cell(2, header.index("do") + 1, "keep")
    book.save(names)

    code, _ = call(study, "--apply", names, "--yes", typed=TWICE)

    assert 0 == code
    assert [] == left(study, "Sarah", "Peckham")


def test_no_changes_nothing(study, tmp_path):
    """Neither the study, nor is there a key."""
    names = tmp_path / "names.csv"
    call(study, "-o", names)
    before = study.tables()

    for answer in ("n\n", ""):
        code, said = call(study, "--apply", names, typed=f"{TWICE}{answer}")
        assert 1 == code
        assert "Nothing was changed." in said

    assert before == study.tables()
    assert not (study.home / "study-names.key").exists()


def test_a_wrong_passphrase_changes_nothing(study, tmp_path):
    """It is asked for whenever there is a key."""
    names = tmp_path / "names.csv"
    call(study, "-o", names)
    changed(names, lambda rows: [row for row in rows if row["words"] == "Peckham"])
    call(study, "--apply", names, "--yes", typed=TWICE)
    before = study.tables()

    with pytest.raises(TaggerError, match="not that of this key"):
        call(study, "-o", names, typed="something else entirely\n")

    assert before == study.tables()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("words,kind\nSarah,person\n", "no column pseudonym"),
        ("words,kind,pseudonym\nSarah,somebody,Ann\n", "row 2, column kind: 'somebody' is none"),
        ("words,kind,pseudonym,do\nSarah,person,Ann,maybe\n", "row 2, column do"),
        ("words,kind,pseudonym\nSarah,person,\n", "row 2, column pseudonym: the cell is empty"),
        ("words,kind,pseudonym,only in\nSarah,person,Ann,general 9\n", "no transcript 'general 9'"),
        ("words,kind,pseudonym\nSarah,person,Peckham\nPeckham,place,X\n", "row 2: 'Peckham' is the real name"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(study, tmp_path, content, what):
    """Row and column, and what can stand there."""
    names = tmp_path / "names.csv"
    names.write_text(content, "utf-8")

    with pytest.raises(TaggerError) as told:
        call(study, "--apply", names, typed=TWICE)

    assert what in str(told.value)


@pytest.mark.parametrize("arguments", [(), ("-o", "a.csv", "--apply", "b.csv"), ("--apply", "b.csv", "--dataset", "x")])
def test_a_command_that_makes_no_sense_is_refused(study, arguments):
    """With what to write instead."""
    code, said = call(study, *arguments)

    assert 2 == code
    assert "LIST.xlsx" in said
