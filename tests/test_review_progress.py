"""How far the study is: counts of passages by how they were read, and nothing that tells on anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest
from small_study import SmallStudy, copied
from visitor import visitor

from tagger.config import ReviewSettings
from tagger.review import decisions, displays, servings
from tagger.review.progress import ENOUGH, Count, Progress, Readings, Shelf, progress
from tagger.review.readers import add_reader
from tagger.review.servings import Queue, Serving
from tagger.store import Database, Store
from tagger.store import serving as owned

HOST = "http://127.0.0.1:8000"
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
    """Return a study of which two people read all; Wren saw Choice in the first six passages. Tests only look at it."""
    study = copied(tagged, tmp_path_factory.mktemp("read-by-two"))
    with Store(study.folder).session("a test") as database:
        for name in ("wren", "imani"):
            add_reader(database, name, name, NOW)
        chosen = {excerpt for excerpt, _ in _passages(database)[:6]}
        _read(database, "wren", yes=lambda serving: serving.excerpt_id in chosen)
        _read(database, "imani")
    return study


@pytest.fixture(scope="module")
def corrected(read_by_two: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return the study that two people read, after a word in one transcript was corrected. Tests only look at it."""
    study = copied(read_by_two, tmp_path_factory.mktemp("corrected"))
    study.edit("garden.txt", "Honestly, only the toilet.", "Honestly, only the bathroom.")
    study.run()
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


def _by_value(db: Database, coder_id: str = "wren") -> dict[str, int]:
    return {value.name: value.read for value in _shelf(progress(db, coder_id, BLIND)).values}


def _page(study: SmallStudy) -> str:
    """Return the words of the page that Wren, who is the only reader, is shown."""
    with owned(study.folder, HOST) as owner, visitor(owner, study) as browser:
        return unescape(browser.get("/progress").text)


def _suggest(db: Database, excerpt_id: str, value_id: str) -> None:
    """Let the machine suggest a value in a passage."""
    [(scoring,)] = db.rows("SELECT DISTINCT scoring_id FROM current_scorings")
    row = {
        "id": f"{excerpt_id} {value_id}", "scoring_id": scoring, "excerpt_id": excerpt_id, "value_id": value_id,
        "rank": 1, "score": 0.5, "evidence_start": 0, "evidence_end": 1, "cue": "a cue",
    }  # fmt: skip
    db.insert("suggestions", pa.Table.from_pylist([row]))


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
    assert (0, Readings(), None, 0) == (found.mine, found.readings, found.waiting, found.to_reread)
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
    """Blind and own-first readings may teach; what was held after the end, when suggestions are shown, does not."""
    _read(db, "wren", most=3)
    own = _read(db, "imani", OWN, most=2)
    decisions.decide(
        db, id=str(uuid4()), serving=own[0], act="choose", answers={"common": "yes"}, now=NOW + timedelta(minutes=1)
    )

    readings = progress(db, "wren", BLIND).readings

    assert Readings(blind=3, own_first=2, assisted=1) == readings
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
    """In how many passages people answered for a value is a plain list by name; a yes counts as a no does."""
    [read] = read_by_two.ask("SELECT count(*) AS n FROM excerpt_list WHERE kind = 'passage'")

    values = _shelf(_progress(read_by_two)).values

    names = ["Choice", "Experiences in common", "Two-way support"]
    assert [(name, read["n"]) for name in names] == [(value.name, value.read) for value in values]


def test_an_answer_for_one_value_counts_for_that_value_alone(db: Database) -> None:
    """What was marked in a passage that is not finished counts; what was not asked, or was brought in, does not."""
    _import(db, "Ash", set())
    given = servings.chosen(db, "wren", _passages(db)[0][0], OWN, str(uuid4()), NOW)

    decisions.decide(db, id=str(uuid4()), serving=given, act="choose", answers={"choice": "no"}, now=NOW)

    assert {"Choice": 1, "Experiences in common": 0, "Two-way support": 0} == _by_value(db)


def test_no_count_by_value_tells_what_is_suggested(db: Database) -> None:
    """A blind reading moves all values alike, whatever the machine suggests there, and an undo moves them back."""
    [read] = [serving for serving in _read(db, "wren", most=1) if serving.arm == "blind"]
    looked = progress(db, "wren", BLIND)
    for value in ("choice", "common"):
        if not db.rows(
            "SELECT 1 FROM suggestions WHERE excerpt_id = $e AND value_id = $v", {"e": read.excerpt_id, "v": value}
        ):
            _suggest(db, read.excerpt_id, value)

    assert looked == progress(db, "wren", BLIND)
    assert {1} == set(_by_value(db).values())
    decisions.undo(db, id=str(uuid4()), coder_id="wren", now=NOW)
    assert {0} == set(_by_value(db).values())


def test_no_count_by_value_tells_for_which_values_others_answered(db: Database) -> None:
    """A reading of one's own moves all values alike, also where somebody answered a suggestion alone before."""
    excerpt = _passages(db)[0][0]
    given = servings.chosen(db, "imani", excerpt, BLIND, str(uuid4()), NOW)
    decisions.decide(db, id=str(uuid4()), serving=given, act="choose", answers={"choice": "yes"}, now=NOW)
    servings.prepare(db, "wren", "general", BLIND, 7, NOW)
    before = _by_value(db)
    mine = servings.chosen(db, "wren", excerpt, BLIND, str(uuid4()), NOW)

    decisions.decide(db, id=str(uuid4()), serving=mine, act="done", answers={}, now=NOW)

    assert {"Choice": 1, "Experiences in common": 0, "Two-way support": 0} == before == _by_value(db)
    assert {1} == set(_by_value(db, "imani").values()) - {0}
    _read(db, "wren")
    assert len(_passages(db)) == _by_value(db)["Choice"] == _by_value(db)["Experiences in common"]


def test_ones_own_readings_are_not_compared_before_all_is_read(tagged: SmallStudy, tmp_path: Path) -> None:
    """What is shown after a blind reading, and after its undo, is the same whatever somebody else said of it."""
    looked = []
    for name in ("all", "none"):
        study = copied(tagged, tmp_path / name)
        with Store(study.folder).session("a test") as database:
            add_reader(database, "wren", "Wren", NOW)
            _import(database, "Ash", {excerpt for excerpt, _ in _passages(database) if name == "all"})
            _read(database, "wren", most=ENOUGH + 1)
            done = progress(database, "wren", BLIND)
            decisions.undo(database, id=str(uuid4()), coder_id="wren", now=NOW)
            looked.append((done, progress(database, "wren", BLIND)))

    assert looked[0] == looked[1]
    assert [((), True, None)] * 2 == [
        (_shelf(found).compared, _shelf(found).own_waits, found.waiting) for found in looked[0]
    ]


def test_reading_all_opens_the_comparison(db: Database) -> None:
    """With the last passage one's own readings are compared, and with an undo they no longer are."""
    passages = _passages(db)
    _import(db, "Ash", {excerpt for excerpt, _ in passages})
    _read(db, "wren")
    found = progress(db, "wren", BLIND)
    decisions.undo(db, id=str(uuid4()), coder_id="wren", now=NOW)
    undone = progress(db, "wren", BLIND)

    n = len(passages)
    transcripts = len({transcript for _, transcript in passages})
    assert {"blind + imported": Count(n, n, transcripts)} == _counts(_shelf(found), "Choice")
    assert (n, False) == (found.waiting, _shelf(found).own_waits)
    assert ((), None, True) == (_shelf(undone).compared, undone.waiting, _shelf(undone).own_waits)


def test_what_was_put_off_is_left_to_read(db: Database) -> None:
    """A passage for later keeps the comparison closed as one that was never opened does."""
    _import(db, "Ash", set())
    servings.prepare(db, "wren", "general", BLIND, 7, NOW)
    queue = Queue("general", read="all")
    put_off = servings.next_serving(db, "wren", queue, BLIND, str(uuid4()), NOW)
    assert put_off is not None
    servings.postpone(db, put_off.id, str(uuid4()), NOW)
    _read(db, "wren", most=len(_passages(db)) - 1)

    ahead = servings.left(db, "wren", queue, BLIND)
    shelf = _shelf(progress(db, "wren", BLIND))
    assert (0, 1) == (ahead.to_read, ahead.later)
    assert ((), True) == (shelf.compared, shelf.own_waits)


def test_readings_of_others_are_compared_for_somebody_who_never_came(read_by_two: SmallStudy) -> None:
    """Nothing was drawn for them, so nothing of theirs would be compared; what others read is."""
    found = _progress(read_by_two, "juno")

    assert _shelf(_progress(read_by_two)).compared == _shelf(found).compared
    assert (False, True) == (_shelf(_progress(read_by_two)).own_waits, _shelf(found).own_waits)
    assert 6 == found.waiting


def test_passages_that_are_new_are_left_to_read(corrected: SmallStudy) -> None:
    """What nobody has drawn yet will be somebody's to read: the comparison is closed to both until they have."""
    shelves = [_shelf(_progress(corrected, name)) for name in ("wren", "imani")]

    assert [((), True)] * 2 == [(shelf.compared, shelf.own_waits) for shelf in shelves]
    assert _shelf(_progress(corrected, "juno")).compared


def test_two_blind_readings_are_compared_value_by_value(read_by_two: SmallStudy) -> None:
    """How many passages two people read differently, with how many they read and from how many transcripts."""
    [passages] = read_by_two.ask(
        "SELECT count(*) AS n, count(DISTINCT transcript) AS transcripts FROM excerpt_list WHERE kind = 'passage'"
    )

    shelf = _shelf(_progress(read_by_two))

    expected = Count(passages=passages["n"], differ=6, transcripts=passages["transcripts"])
    assert {"blind + blind": expected} == _counts(shelf, "Choice")
    assert {"blind + blind": replace(expected, differ=0)} == _counts(shelf, "Experiences in common")
    assert ("Choice", "blind + blind", expected) == shelf.most


def test_below_five_passages_nothing_is_said_of_differences(db: Database) -> None:
    """So few passages would tell on single readings."""
    for name in ("wren", "imani"):
        _read(db, name, OWN, most=4, yes=lambda serving: serving.coder_id == "wren")

    found = progress(db, "juno", OWN)

    assert 4 == _shelf(found).by_two
    assert {"own-first + own-first": None} == _counts(_shelf(found), "Choice")
    assert (None, None) == (_shelf(found).most, found.waiting)


def test_kinds_are_compared_each_for_itself(read_by_two: SmallStudy, tmp_path: Path) -> None:
    """Readings made here and readings brought in are never put into one count."""
    study = copied(read_by_two, tmp_path)
    with Store(study.folder).session("a test") as database:
        [first, _, third, _, _, _, seventh, *others] = [excerpt for excerpt, _ in _passages(database)]
        _import(database, "Ash", {first, third})
        _import(database, "Rowan", {first, seventh})
        _import(database, "Hazel", {first}, made="after-suggestions")

    shelf = _shelf(_progress(study))

    counts = {pairing: (count.passages, count.differ) for pairing, count in _counts(shelf, "Choice").items() if count}
    n = 7 + len(others)
    assert {"blind + blind": (n, 6), "imported + imported": (n, 2), "blind + imported": (n, 7)} == counts
    assert ("blind + blind", "imported + imported", "blind + imported") == shelf.pairings


def test_what_was_held_after_a_suggestion_is_not_compared(db: Database) -> None:
    """A change of mind after the suggestions leaves the comparison as it was."""
    for name in ("wren", "imani"):
        read = _read(db, name, OWN)
    before = _shelf(progress(db, "wren", OWN)).compared
    shown = displays.show(db, "imani", [serving.excerpt_id for serving in read], "passage", OWN, NOW)
    changed = [serving for serving in read if shown[serving.excerpt_id].suggestions]
    for serving in changed:
        marked = {"id": str(uuid4()), "serving": serving, "act": "choose", "answers": {"choice": "yes"}}
        decisions.decide(db, **marked, now=NOW + timedelta(hours=1))

    found = progress(db, "wren", OWN)

    assert before == _shelf(found).compared
    assert len(changed) == found.readings.assisted
    assert sum(serving.kind == "passage" for serving in changed) == found.waiting
    assert before


def test_what_two_people_hold_differently_waits_for_consent(read_by_two: SmallStudy, tmp_path: Path) -> None:
    """It is counted, and goes when somebody sees it as the other does."""
    study = copied(read_by_two, tmp_path)
    with Store(study.folder).session("a test") as database:
        sql = "SELECT serving_id::VARCHAR FROM codings JOIN coding_answers ON coding_id = id WHERE answer = 'yes'"
        serving = servings.serving(database, database.rows(sql)[0][0])
        assert serving is not None
        marked = {"id": str(uuid4()), "serving": serving, "act": "choose", "answers": {"choice": "no"}}
        decisions.decide(database, **marked, now=NOW + timedelta(hours=1))

    assert (6, 5) == (_progress(read_by_two, "imani").waiting, _progress(study, "imani").waiting)


def test_corrected_words_wait_to_be_read_again(read_by_two: SmallStudy, corrected: SmallStudy) -> None:
    """A passage whose words changed is counted once, however many had read it."""
    assert (0, 1) == (_progress(read_by_two).to_reread, _progress(corrected).to_reread)


def test_the_page_says_when_ones_own_readings_are_compared(study: SmallStudy) -> None:
    """It says so where somebody else has read, and only there; it names no number that would tell on few readings."""
    sentence = "Your own readings are compared with those of others once you have read all that is yours here."
    with Store(study.folder).session("a test") as database:
        add_reader(database, "wren", "Wren", NOW)
        _read(database, "wren", most=1)
    alone = _page(study)
    with Store(study.folder).session("a test") as database:
        _import(database, "Ash", set())
    beside = _page(study)

    assert (0, 1) == (alone.count(sentence), beside.count(sentence))
    assert "Fewer than 5 passages so far, perhaps none" in alone
    assert "Suggested in" not in alone


def test_everything_it_returns_is_a_count_or_a_name(read_by_two: SmallStudy) -> None:
    """No id of a person, a passage or a reading is among what a page could show."""
    written = repr(_progress(read_by_two))

    ids = [
        str(cell) for row in read_by_two.ask("SELECT id, excerpt_id, coder_id FROM codings") for cell in row.values()
    ]
    assert [] == [cell for cell in ids if cell in written]
