"""The trail notes everything that is stored, and says what was done to it past this program."""

from __future__ import annotations

import threading
from datetime import datetime

import duckdb
import pyarrow as pa
import pytest
from desk import AT_ONCE, Desk, lasting
from read_study import passages

from tagger.steps.backups import make, named, restore
from tagger.steps.verifying import verify
from tagger.steps.withdrawal import Leaving, withdraw
from tagger.store import Store, everything, serving, trail, trail_check
from tagger.store.database import opened
from tagger.store.migrations import migrate

WHEN = datetime(2026, 11, 30, 9)
NAMES = ("Ann", "Ben", "Cy", "Dot", "Eve")


def coder(name):
    """Return the row of a person who reads."""
    return pa.table({"id": [name], "name": [name], "role": ["reviewer"], "added_at": [WHEN]})


@pytest.fixture(name="store")
def _store(tmp_path):
    """Return a study in which five people were added, one after the other."""
    store = Store(tmp_path / "study")
    store.folder.mkdir()
    store.create()
    with store.alone("a test") as database:
        for name in NAMES:
            database.insert("coders", coder(name))
    return store


def past_us(store, sql):
    """Change the file as a stranger does: with DuckDB alone."""
    with duckdb.connect(store.path) as connection:
        connection.execute(sql)


def looked_at(store):
    """Check the trail."""
    with store.session("a test") as database:
        return trail_check.check(database)


def found(store):
    """Return what is wrong: kind, entry, key."""
    return [(str(one.kind), one.number, one.key) for one in looked_at(store).differences]


def test_every_row_has_an_entry_in_order(store):
    """Each with a salt of its own, chained to the one before; rows that were there already have no second one."""
    with store.alone("a test") as database:
        assert 0 == database.insert("coders", coder("Ann"))
        rows = database.table("SELECT * FROM trail ORDER BY number").to_pylist()

    assert list(NAMES) == [row["row_key"] for row in rows]
    assert [1, 2, 3, 4, 5] == [row["number"] for row in rows]
    assert {"coders"} == {row["row_table"] for row in rows}
    assert 5 == len({row["salt"] for row in rows}) == len({row["commitment"] for row in rows})
    previous = b""
    for row in rows:
        assert row["hash"] == (previous := trail.chained(previous, row["number"], row["commitment"]))
    assert previous == looked_at(store).head
    assert [] == found(store)


def test_a_transaction_that_fails_leaves_no_entry_and_the_next_ones_follow(store):
    """Rows and entries come and go together."""
    with store.alone("a test") as database:
        with pytest.raises(ZeroDivisionError), database.transaction():
            raise ZeroDivisionError(database.insert("coders", coder("Fay")))
        with database.transaction():
            database.insert("coders", coder("Gus"))
            database.insert(
                "access_changes",
                pa.table({"number": [1], "coder_id": ["Gus"], "roles": [["reviewer"]], "changed_at": [WHEN]}),
            )
        assert [(6, "Gus"), (7, "1")] == database.rows("SELECT number, row_key FROM trail WHERE number > 5 ORDER BY 1")
    assert [] == found(store)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE coders SET name = 'Bea' WHERE id = 'Ben'", [("changed", 2, "Ben")]),
        ("DELETE FROM coders WHERE id = 'Ben'", [("removed", 2, "Ben")]),
        ("INSERT INTO coders VALUES ('Zoe', 'Zoe', NULL, NULL, now()::TIMESTAMP)", [("added", 0, "Zoe")]),
        ("UPDATE trail SET noted_at = noted_at - INTERVAL 1 DAY WHERE number = 2", [("changed", 2, "Ben")]),
        ("DELETE FROM trail WHERE number = 2", [("broken", 3, ""), ("added", 0, "Ben")]),
        ("DELETE FROM trail WHERE number = 2; DELETE FROM coders WHERE id = 'Ben'", [("broken", 3, "")]),
        (
            "UPDATE trail SET number = CASE number WHEN 2 THEN 30 ELSE 20 END WHERE number IN (2, 3); "
            "UPDATE trail SET number = CASE number WHEN 30 THEN 3 ELSE 2 END WHERE number IN (20, 30)",
            [("broken", 2, ""), ("broken", 3, ""), ("broken", 4, "")],
        ),
        (
            "UPDATE trail SET noted_at = NULL, row_table = NULL, row_key = NULL, salt = NULL WHERE number = 2; "
            "DELETE FROM coders WHERE id = 'Ben'",
            [("emptied", 2, "")],
        ),
        ("UPDATE trail SET row_table = 'people' WHERE number = 2", [("removed", 2, "Ben"), ("added", 0, "Ben")]),
    ],
)  # fmt: skip
def test_what_a_stranger_did_is_found_and_named(store, sql, expected):
    """Changed, removed, put in, moved: of the rows and of the entries."""
    past_us(store, sql)

    assert expected == found(store)


def test_a_row_whose_commitment_was_made_to_fit_breaks_the_chain(store):
    """Who knows how an entry is made still has to make all later ones anew."""
    with store.alone("a test") as database:
        shape = trail.Shape.of(database, "coders")
        [(key, content)] = [row for row in database.rows(trail.units("coders", shape)) if row[0] == "Ben"]
    content = content.replace('"name":"Ben"', '"name":"Bea"')
    past_us(
        store,
        "UPDATE coders SET name = 'Bea' WHERE id = 'Ben'; UPDATE trail SET commitment = unhex(sha256(salt || "
        f"encode(concat(epoch_us(noted_at), ' coders ', '{content}')))) WHERE row_key = '{key}'",
    )

    assert [("broken", 2, "")] == found(store)


def test_an_end_that_was_cut_off_is_told_by_a_head_that_was_noted(store, tagger):
    """The chain alone cannot know how long it was."""
    before = tagger("verify", "--study", store.folder)
    head = before.out.split("The head of the trail:\n")[1].splitlines()[0]
    assert 0 == before.code
    assert "Nothing was changed" in before.out
    assert 0 == tagger("verify", "--study", store.folder, "--head", head).code

    past_us(store, "DELETE FROM trail WHERE number = 5; DELETE FROM coders WHERE id = 'Eve'")

    assert 0 == tagger("verify", "--study", store.folder).code
    after = tagger("verify", "--study", store.folder, "--head", head)
    assert 1 == after.code
    assert "The head that you gave is not in this trail." in after.out


def test_a_head_that_was_noted_holds_while_work_goes_on(store):
    """It stands for all up to it; what is no head is said to be none."""
    head = looked_at(store).head.hex()
    with store.alone("a test") as database:
        database.insert("coders", coder("Fay"))

    found = verify(store.folder, f"  {head[:32]} {head[32:].upper()}")

    assert found.good
    assert "The head that you gave is that of entry 5: everything up to there is as it was then." in found.lines
    with pytest.raises(Exception, match="not the head of a trail"):
        verify(store.folder, "1234")


def test_what_is_wrong_is_said_in_words_with_what_to_do(store, tagger):
    """With the exit code of what is not in order."""
    past_us(store, "UPDATE coders SET name = 'Bea' WHERE id = 'Ben'")

    said = tagger("verify", "--study", store.folder)

    assert 1 == said.code
    assert "1 thing is not as noted:\n  Changed: a row of coders (Ben), after it was noted on " in said.out
    assert "(entry 2)" in said.out
    assert f"tagger restore --study {store.folder}" in said.out
    assert "The head of the trail" not in said.out


def test_people_who_write_at_once_have_one_chain(store):
    """Their acts share commits; one that fails takes no entry with it."""

    def write(owner, name):
        owner.write(lambda database: database.insert("coders", coder(name)))

    def fail(owner):
        with pytest.raises(ZeroDivisionError):
            owner.write(lambda database: database.insert("coders", coder("nobody")) / 0)

    with serving(store.folder) as owner:
        threads = [threading.Thread(target=write, args=(owner, f"reader {number}")) for number in range(40)]
        threads += [threading.Thread(target=fail, args=(owner,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    seen = looked_at(store)
    assert () == seen.differences
    assert 45 == seen.entries


def test_every_table_is_noted_but_for_those_that_are_left_out(store):
    """What is left out is there, and each table that is noted can be named by its key."""
    with store.session("a test") as database:
        names = {one.name for one in everything.tables(database)}
        shapes = {name: trail.Shape.of(database, name) for name in names}
    assert trail.LEFT_OUT | trail.TOGETHER.keys() <= names
    assert trail.LEFT_OUT == {name for name, shape in shapes.items() if shape is None}
    assert all(shape.key for shape in shapes.values() if shape)


@pytest.fixture(name="lived_in")
def _lived_in(study):
    """Return a study in which somebody read what was suggested, and wrote a note about a passage of P07."""
    with lasting(study) as desk:
        desk.reader("Ann")
        suggested = {row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM suggestion_list")}
        for excerpt in [one for one in passages(desk) if one in suggested][:4]:
            desk.drawn("Ann", excerpt, arm="assisted")
            served = desk.serve("Ann", excerpt)
            desk.show("Ann", excerpt, review=AT_ONCE)
            desk.decide(served, "done", {"choice": "yes"})
        desk.decide(desk.serve("Ann", desk.excerpt("wet Tuesday")), "memo", note="As it was: one wet Tuesday in March")
    return study


def test_a_study_that_people_live_in_is_as_noted(lived_in):
    """A run, people who read, what they were shown."""
    seen = looked_at(Store(lived_in.folder))
    assert () == seen.differences
    tables = {row["row_table"] for row in lived_in.ask("SELECT DISTINCT row_table FROM trail")}
    assert {
        "coders", "codings", "coding_answers", "decisions", "displays", "excerpts", "revisions", "runs", "servings",
    } <= tables  # fmt: skip


def test_somebody_leaves_and_the_chain_can_still_be_checked(lived_in):
    """A head from before still holds; nothing is left that says what the entries were about, not even their salts."""
    store = Store(lived_in.folder)
    theirs = lived_in.ask(
        "SELECT t.* FROM trail t WHERE row_table = 'excerpts' AND row_key IN (SELECT id FROM excerpts WHERE "
        "transcript_id = $id)", id=lived_in.transcript("garden.txt"),
    )  # fmt: skip
    who = lived_in.one("SELECT participant_id FROM speaker_list WHERE transcript_id = $id AND NOT asks",
                       id=lived_in.transcript("garden.txt"))  # fmt: skip
    head = looked_at(store).head.hex()

    withdraw(store.folder, Leaving(who), WHEN)

    assert theirs
    data = store.path.read_bytes()
    assert not [row for row in theirs if row["salt"] in data or row["row_key"].encode() in data]
    assert all(row["commitment"] in data for row in theirs)
    found = verify(store.folder, head)
    assert found.good, found.lines
    assert "since somebody left" in " ".join(found.lines)
    [listed] = lived_in.ask("SELECT entries FROM erasures")
    assert {row["number"] for row in theirs} <= set(listed["entries"])


def test_leaving_sets_nothing_right_that_a_stranger_did(lived_in):
    """What was changed, removed or put in before somebody left is still told after."""
    store = Store(lived_in.folder)
    who = lived_in.one("SELECT participant_id FROM speaker_list WHERE transcript_id = $id AND NOT asks",
                       id=lived_in.transcript("garden.txt"))  # fmt: skip
    past_us(store, "UPDATE coders SET name = 'Bea'; INSERT INTO coders VALUES ('Z', 'Z', NULL, NULL, now()::TIMESTAMP)")
    before = looked_at(store).differences

    withdraw(store.folder, Leaving(who), WHEN)

    assert 2 == len(before)
    assert before == looked_at(store).differences


def test_a_backup_that_is_restored_verifies_and_goes_on(store):
    """It ends where the backup was made."""
    backup, head = make(store.folder), looked_at(store).head.hex()
    with store.alone("a test") as database:
        database.insert("coders", coder("Fay"))

    restore(store.folder, named(store.folder, backup.name))

    assert verify(store.folder, head).good
    with store.alone("a test") as database:
        database.insert("coders", coder("Gus"))
    assert 6 == looked_at(store).entries
    assert [] == found(store)


def test_rows_from_before_the_trail_are_noted_when_it_begins(tmp_path):
    """Each by itself, so that each can be erased by itself."""
    path = tmp_path / "study.duckdb"
    with opened(path) as database:
        migrate(database, 22)
        for name in NAMES:
            database.insert("coders", coder(name))
        migrate(database)
        assert sorted(NAMES) == [key for (key,) in database.rows("SELECT row_key FROM trail ORDER BY 1")]
        assert () == trail_check.check(database).differences


def test_what_belongs_together_has_one_entry(open_study):
    """The answers of a coding are stored together and go together."""
    [(count,)] = open_study.rows("SELECT count(*) FROM framework_values")
    [(noted,)] = open_study.rows("SELECT count(*) FROM trail WHERE row_table = 'framework_values'")
    assert Desk(open_study).one("SELECT count(*) FROM frameworks") == noted < count
