"""How far the study is: counts of passages by how they were read, and nothing that tells on anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest
from small_study import SmallStudy, copied

from tagger.config import ReviewSettings
from tagger.review import decisions, displays, servings
from tagger.review.progress import Count, Progress, Readings, Shelf, progress
from tagger.review.readers import add_reader
from tagger.review.servings import Queue, Serving
from tagger.store import Database, Store

NOW = datetime(2026, 5, 4, 9, 30)
BLIND = ReviewSettings(blind_share=1.0, read="all", double_share=1.0, readers=3)
OWN = ReviewSettings(blind_share=0.0, read="all", double_share=1.0, readers=3)


@pytest.fixture
def db(study: SmallStudy) -> Iterator[Database]:
    """Return a tagged study with two readers."""
    with Store(study.folder).session("a test") as database:
        add_reader(database, "wren", "Wren", NOW)
        add_reader(database, "imani", "Imani", NOW + timedelta(seconds=1))
        yield database


@pytest.fixture(scope="module")
def read_by_two(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return a study of which two people read all; Wren saw Choice in the first two passages. Tests only look at it."""
    study = copied(tagged, tmp_path_factory.mktemp("read-by-two"))
    with Store(study.folder).session("a test") as database:
        for name in ("wren", "imani"):
            add_reader(database, name, name, NOW)
        chosen = {excerpt for excerpt, _ in _passages(database)[:2]}
        _read(database, "wren", yes=lambda serving: serving.excerpt_id in chosen)
        _read(database, "imani")
    return study


def _progress(study: SmallStudy, coder_id: str = "wren") -> Progress:
    with Store(study.folder).session("a test") as database:
        return progress(database, coder_id, BLIND)


def _read(
    db: Database,
    coder_id: str,
    review: ReviewSettings = BLIND,
    most: int = 1_000,
    act: str = "done",
    yes: Callable[[Serving], bool] = lambda _: False,
) -> list[Serving]:
    """Let somebody read passages one after the other, until there are none or *most* are read; Choice where *yes*."""
    servings.prepare(db, coder_id, "general", review, 7, NOW)
    read: list[Serving] = []
    while len(read) < most:
        serving = servings.next_serving(db, coder_id, Queue("general", read="all"), review, str(uuid4()), NOW)
        if serving is None:
            break
        answers = {"choice": "yes"} if yes(serving) and act == "done" else {}
        decisions.decide(db, id=str(uuid4()), serving=serving, act=act, answers=answers, now=NOW)
        read.append(serving)
    return read


def _shelf(found: Progress) -> Shelf:
    [shelf] = found.shelves
    return shelf


def _counts(shelf: Shelf, value: str) -> dict[str, Count | None]:
    [counts] = [row.counts for row in shelf.compared if row.name == value]
    return counts


def _passages(db: Database) -> list[tuple[str, str]]:
    sql = "SELECT excerpt_id, transcript FROM excerpt_list WHERE kind = 'passage' ORDER BY transcript, start"
    return [(excerpt, transcript) for excerpt, transcript in db.rows(sql)]


def _import(db: Database, coder_id: str, yes: set[str], made: str = "independently") -> None:
    """Bring in what somebody elsewhere held of every passage: Choice in some, and nothing else."""
    [(framework,)] = db.rows("SELECT DISTINCT framework_id FROM current_scorings")
    rows: list[dict[str, Any]] = [{"id": coder_id, "name": coder_id, "added_at": NOW}]
    db.insert("coders", pa.Table.from_pylist(rows))
    db.insert("imports", pa.Table.from_pylist([{"id": made, "made": made, "file_key": made, "imported_at": NOW}]))
    for excerpt, _ in _passages(db):
        coding: dict[str, Any] = {
            "id": f"{coder_id} {excerpt}", "excerpt_id": excerpt, "coder_id": coder_id, "framework_id": framework,
            "kind": "imported", "made": made, "round": "before talk", "matched": "whole", "import_id": made,
            "outcome": "values" if excerpt in yes else "nothing here", "coded_at": NOW,
        }  # fmt: skip
        answer = {"coding_id": coding["id"], "value_id": "choice", "answer": "yes" if excerpt in yes else "no"}
        db.insert("codings", pa.Table.from_pylist([coding]))
        db.insert("coding_answers", pa.Table.from_pylist([answer]))


def test_an_unread_study_says_so(db: Database) -> None:
    """Before anybody has read, all counts of reading are 0 and nothing is compared."""
    found = progress(db, "wren", OWN)

    shelf = _shelf(found)
    assert (0, Readings(), 0, 0) == (found.mine, found.readings, found.waiting, found.to_reread)
    assert ("general", len(_passages(db)), 0, 0, 0, ()) == (
        shelf.name, shelf.passages, shelf.read, shelf.by_two, shelf.elsewhere, shelf.compared,
    )  # fmt: skip


def test_a_study_without_transcripts_has_no_shelves(fresh: SmallStudy) -> None:
    """An empty study can be looked at."""
    with Store(fresh.folder).session("a test") as database:
        assert () == progress(database, "wren", OWN).shelves


def test_what_is_handed_out_follows_the_setting(db: Database) -> None:
    """All excerpts, or those with a suggestion and those that are to be read without one."""
    everything = db.rows("SELECT count(*) FROM excerpt_list")[0][0]
    suggested = db.rows("SELECT count(DISTINCT excerpt_id) FROM suggestion_list")[0][0]

    before = _shelf(progress(db, "wren", ReviewSettings(read="suggested"))).to_read
    servings.prepare(db, "wren", "general", BLIND, 7, NOW)
    after = _shelf(progress(db, "wren", ReviewSettings(read="suggested"))).to_read

    assert everything == _shelf(progress(db, "wren", OWN)).to_read
    assert suggested == before
    assert suggested < after


def test_passages_are_counted_once_however_many_read_them(db: Database) -> None:
    """A passage read by two is one passage read, and one of those read by two."""
    first = _read(db, "wren", most=4)
    second = _read(db, "imani", most=3)
    both = {serving.excerpt_id for serving in first} & {serving.excerpt_id for serving in second}

    shelf = _shelf(progress(db, "wren", BLIND))

    assert 7 - len(both) == shelf.read
    assert len(both) == shelf.by_two


def test_ones_own_count_is_ones_own(db: Database) -> None:
    """What each has read is said to each alone; skipping is not reading, and not counted against anybody."""
    _read(db, "wren", most=3)
    _read(db, "wren", most=2, act="skip")
    _read(db, "wren", most=1, act="unsure")
    _read(db, "imani", most=2)

    assert (4, 2) == (progress(db, "wren", BLIND).mine, progress(db, "imani", BLIND).mine)


def test_readings_are_counted_by_how_they_were_made(db: Database) -> None:
    """Blind and own-first readings may teach; what was held after the suggestions were shown does not."""
    _read(db, "wren", most=3)
    own = _read(db, "imani", OWN, most=2)
    shown = displays.show(db, "imani", [own[0].excerpt_id], "passage", OWN, NOW)[own[0].excerpt_id]
    decisions.decide(
        db, id=str(uuid4()), serving=own[0], act="choose", answers={"common": "yes"}, now=NOW + timedelta(minutes=1)
    )

    readings = progress(db, "wren", BLIND).readings

    assert Readings(blind=3, own_first=2, assisted=1 if shown.suggestions else 0) == readings
    assert (5, readings.assisted) == (readings.teach, readings.teach_nothing)


def test_imported_codings_teach_only_if_made_independently(db: Database) -> None:
    """How an imported coding was made decides; nobody here read anything yet."""
    n = len(_passages(db))
    _import(db, "Ash", set())
    _import(db, "Rowan", set(), made="unknown")

    found = progress(db, "wren", OWN)

    assert Readings(independent=n, other=n) == found.readings
    assert (0, n) == (_shelf(found).read, _shelf(found).elsewhere)


def test_a_reading_that_is_taken_back_is_not_counted(db: Database) -> None:
    """After an undo the passage waits as if it had not been read."""
    _read(db, "wren", most=1)

    decisions.undo(db, id=str(uuid4()), coder_id="wren", now=NOW)

    found = progress(db, "wren", BLIND)
    assert (0, Readings(), 0) == (found.mine, found.readings, _shelf(found).read)


def test_values_are_counted_by_name_and_not_in_the_frameworks_order(read_by_two: SmallStudy) -> None:
    """How much of what was suggested for a value is read is a plain list by name."""
    suggested = read_by_two.ask(
        "SELECT value AS name, count(*) AS suggested FROM suggestion_list GROUP BY 1 ORDER BY 1"
    )

    values = _shelf(_progress(read_by_two)).values

    assert ["Choice", "Experiences in common", "Two-way support"] == [value.name for value in values]
    assert suggested == [{"name": value.name, "suggested": value.suggested} for value in values if value.suggested]
    assert values[0].read == values[0].suggested


def test_two_blind_readings_are_compared_value_by_value(read_by_two: SmallStudy) -> None:
    """How many passages two people read differently, with how many they read and from how many transcripts."""
    [passages] = read_by_two.ask(
        "SELECT count(*) AS n, count(DISTINCT transcript) AS transcripts FROM excerpt_list WHERE kind = 'passage'"
    )

    shelf = _shelf(_progress(read_by_two))

    expected = Count(passages=passages["n"], differ=2, transcripts=passages["transcripts"])
    assert {"blind + blind": expected} == _counts(shelf, "Choice")
    assert {"blind + blind": replace(expected, differ=0)} == _counts(shelf, "Experiences in common")
    assert ("Choice", "blind + blind", expected) == shelf.most


def test_below_five_passages_nothing_is_said_of_differences(db: Database) -> None:
    """So few passages would tell on single readings."""
    for name in ("wren", "imani"):
        _read(db, name, OWN, most=4, yes=lambda serving: serving.coder_id == "wren")

    shelf = _shelf(progress(db, "wren", OWN))

    assert 4 == shelf.by_two
    assert {"own-first + own-first": None} == _counts(shelf, "Choice")
    assert shelf.most is None


def test_kinds_are_compared_each_for_itself(read_by_two: SmallStudy, tmp_path: Path) -> None:
    """Readings made here and readings brought in are never put into one count."""
    study = copied(read_by_two, tmp_path)
    with Store(study.folder).session("a test") as database:
        [first, second, third, *others] = [excerpt for excerpt, _ in _passages(database)]
        _import(database, "Ash", {first, third})
        _import(database, "Rowan", {first, second})
        _import(database, "Hazel", {first}, made="after-suggestions")

    shelf = _shelf(_progress(study))

    counts = {pairing: (count.passages, count.differ) for pairing, count in _counts(shelf, "Choice").items() if count}
    n = 3 + len(others)
    assert {"blind + blind": (n, 2), "imported + imported": (n, 2), "blind + imported": (n, 3)} == counts
    assert ("blind + blind", "imported + imported", "blind + imported") == shelf.pairings


def test_what_was_held_after_a_suggestion_is_not_compared(db: Database) -> None:
    """A change of mind after the suggestions leaves the comparison as it was."""
    for name in ("wren", "imani"):
        read = _read(db, name, OWN, most=6)
    before = _shelf(progress(db, "wren", OWN)).compared
    shown = displays.show(db, "imani", [serving.excerpt_id for serving in read], "passage", OWN, NOW)
    changed = [serving for serving in read if shown[serving.excerpt_id].suggestions]
    for serving in changed:
        marked = {"id": str(uuid4()), "serving": serving, "act": "choose", "answers": {"choice": "yes"}}
        decisions.decide(db, **marked, now=NOW + timedelta(hours=1))

    found = progress(db, "wren", OWN)

    assert before == _shelf(found).compared
    assert len(changed) == found.readings.assisted == found.waiting
    assert changed


def test_what_two_people_hold_differently_waits_for_consent(read_by_two: SmallStudy, tmp_path: Path) -> None:
    """It is counted, and goes when somebody sees it as the other does."""
    study = copied(read_by_two, tmp_path)
    with Store(study.folder).session("a test") as database:
        sql = "SELECT serving_id::VARCHAR FROM codings JOIN coding_answers ON coding_id = id WHERE answer = 'yes'"
        serving = servings.serving(database, database.rows(sql)[0][0])
        assert serving is not None
        marked = {"id": str(uuid4()), "serving": serving, "act": "choose", "answers": {"choice": "no"}}
        decisions.decide(database, **marked, now=NOW + timedelta(hours=1))

    assert (2, 1) == (_progress(read_by_two, "imani").waiting, _progress(study, "imani").waiting)


def test_corrected_words_wait_to_be_read_again(read_by_two: SmallStudy, tmp_path: Path) -> None:
    """A passage whose words changed is counted once, however many had read it."""
    study = copied(read_by_two, tmp_path)
    study.edit("garden.txt", "Honestly, only the toilet.", "Honestly, only the bathroom.")
    study.run()

    assert (0, 1) == (_progress(read_by_two).to_reread, _progress(study).to_reread)


def test_everything_it_returns_is_a_count_or_a_name(read_by_two: SmallStudy) -> None:
    """No id of a person, a passage or a reading is among what a page could show."""
    written = repr(_progress(read_by_two))

    ids = [
        str(cell) for row in read_by_two.ask("SELECT id, excerpt_id, coder_id FROM codings") for cell in row.values()
    ]
    assert [] == [cell for cell in ids if cell in written]
