"""What a process that owns a study remembers, and when it asks again."""

from __future__ import annotations

from contextlib import suppress

import pyarrow as pa
import pytest
from desk import START

from tagger.store import Store, serving
from tagger.store.database import opened

NAMES = "SELECT name FROM readers WHERE reads AND coder_id <> $not ORDER BY name"
ASKED = {"not": "nobody"}


@pytest.fixture
def owner(tmp_path):
    """Return an owner of an empty study."""
    Store(tmp_path).create()
    with serving(tmp_path) as owner:
        yield owner


def people(*names):
    """Return rows of people who read."""
    return pa.Table.from_pylist([{"id": one, "name": one, "role": "reviewer", "added_at": START} for one in names])


def add(*names):
    """Return an act that lets people join."""
    return lambda db: db.insert("coders", people(*names))


def known(db):
    """Return the names of those who read, as far as is known."""
    return [name for (name,) in db.known(NAMES, ASKED)]


def asked(owner, monkeypatch):
    """Return what a reader is told, and how many questions that took."""
    with owner.reading() as db, monkeypatch.context() as patch:
        questions = []
        ask = type(db).rows
        patch.setattr(type(db), "rows", lambda self, *about: questions.append(about) or ask(self, *about))
        return known(db), len(questions)


def test_an_answer_holds_until_something_is_written_to_what_it_looks_at(owner, monkeypatch):
    """The tables behind a view count, and no others."""
    owner.write(add("Ann"))
    assert (["Ann"], 1) == asked(owner, monkeypatch)
    assert (["Ann"], 0) == asked(owner, monkeypatch)
    owner.write(lambda db: db.insert("datasets", pa.table({"id": ["general"]})))
    assert (["Ann"], 0) == asked(owner, monkeypatch)
    owner.write(add("Ben"))
    assert (["Ann", "Ben"], 1) == asked(owner, monkeypatch)


def test_who_writes_sees_what_is_written_and_others_do_not_before_it_is_stored(owner):
    """Not even from memory."""
    owner.write(add("Ann"))

    def look_around(db):
        before = known(db)
        add("Ben")(db)
        with owner.reading() as other:
            return before, known(db), known(other), known(db)

    assert (["Ann"], ["Ann", "Ben"], ["Ann"], ["Ann", "Ben"]) == owner.write(look_around)
    with owner.reading() as db:
        assert ["Ann", "Ben"] == known(db)


def test_what_was_rolled_back_is_not_remembered(owner):
    """Neither an answer, nor what never changes once it is there."""
    sql = "SELECT name FROM coders WHERE id = $id"

    def fail(db):
        add("Ann")(db)
        assert ["Ann"] == known(db)
        assert [("Ann",)] == db.lasting(sql, {"id": "Ann"})
        raise ValueError

    with suppress(ValueError):
        owner.write(fail)
    with owner.reading() as db:
        assert [] == known(db)
        assert [] == db.lasting(sql, {"id": "Ann"})


def test_a_statement_that_may_change_anything_has_all_asked_again(owner):
    """As an erasure is."""
    owner.write(add("Ann", "Ben"))
    with owner.reading() as db:
        assert ["Ann", "Ben"] == known(db)

    def erase(db):
        db.run("DELETE FROM coders WHERE id = 'Ben'")
        return known(db)

    assert ["Ann"] == owner.write(erase)
    with owner.reading() as db:
        assert ["Ann"] == known(db)


COUNT = "SELECT count(*) FROM coders WHERE name LIKE 'A%'"


def letters(rows):
    """Make something of the names of people; a list of its own each time."""
    return [name[0] for (name,) in rows]


def derived(db):
    """Return what is made of the names, for as long as no name with an A is added."""
    return db.derived("SELECT name FROM coders ORDER BY name", COUNT, letters)


def test_what_was_made_of_rows_holds_while_their_stamp_is_the_same(owner):
    """Whatever else is written."""
    owner.write(add("Ann"))
    with owner.reading() as db:
        first = derived(db)
        owner.write(add("Ben"))
        assert first is derived(db)
        owner.write(add("Abe"))
        assert ["A", "A", "B"] == derived(db)


def test_what_was_made_of_rows_that_are_not_stored_yet_is_not_remembered(owner):
    """The one who writes sees it, and nobody else: not even where the same number of rows is stored later."""

    def fail(db):
        add("Ann", "Zoe")(db)
        assert ["A", "Z"] == derived(db)
        raise ValueError

    with suppress(ValueError):
        owner.write(fail)
    owner.write(add("Ann"))
    with owner.reading() as db:
        assert ["A"] == derived(db)


def test_memory_is_bounded(owner, monkeypatch):
    """By rows: beyond that all is forgotten, and asked for again."""
    monkeypatch.setattr("tagger.store.memory._MOST", 5)
    owner.write(add("Ann", "Ben"))
    with owner.reading() as db:
        for number in range(20):
            assert 2 == len(db.known(NAMES, {"not": str(number)}))
            assert db._memory._held <= 8
        assert len(db._memory._answers) <= 3


def test_outside_of_a_transaction_it_is_the_same(tmp_path):
    """Whoever opens a study for a moment remembers too."""
    Store(tmp_path).create()
    with opened(tmp_path / "study.duckdb") as db:
        assert [] == known(db)
        add("Ann")(db)
        assert ["Ann"] == known(db)
        db.run("DELETE FROM coders")
        assert [] == known(db)
