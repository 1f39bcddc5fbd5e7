"""Who reads and how they like it: letters, names, and preferences that are checked and never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from tagger.errors import UsageError
from tagger.review.readers import (
    ACTS,
    DEFAULT_KEYS,
    Preferences,
    Reader,
    add_reader,
    preferences,
    reader,
    readers,
    set_preferences,
)
from tagger.store import Database, Store

NOW = datetime(2026, 5, 4, 9, 30)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Return a study in which nobody reads yet."""
    store = Store(tmp_path)
    store.create()
    with store.session("a test") as database:
        yield database


def test_readers_are_lettered_as_they_join(db: Database) -> None:
    """The first to join is Reader A, the second Reader B."""
    add_reader(db, "2", "Imani", NOW)
    add_reader(db, "1", "Wren", LATER)

    assert [Reader("2", "Imani", "Reader A"), Reader("1", "Wren", "Reader B")] == readers(db)


def test_coders_of_imported_codings_take_a_letter_but_do_not_read_here(db: Database) -> None:
    """Somebody whose codings were imported is not among those who read in the browser."""
    db.insert("coders", pa.Table.from_pylist([{"id": "old", "name": "Ash", "role": None, "added_at": NOW}]))
    add_reader(db, "1", "Wren", LATER)

    assert [Reader("1", "Wren", "Reader B")] == readers(db)
    assert reader(db, "old") is None


def test_joining_twice_with_one_id_is_joining_once(db: Database) -> None:
    """A form that was sent twice makes one reader."""
    first = add_reader(db, "1", "  Wren   Ali ", NOW)
    second = add_reader(db, "1", "Wren Ali", LATER)

    assert Reader("1", "Wren Ali", "Reader A") == first == second
    assert [first] == readers(db)


@pytest.mark.parametrize("name", ["", "   ", "wren", "WREN ", "x" * 81, "a\x00b"])
def test_names_that_cannot_be_are_refused(db: Database, name: str) -> None:
    """A name that is empty, endless, unprintable or taken is refused with what to do instead."""
    add_reader(db, "1", "Wren", NOW)

    with pytest.raises(UsageError) as refused:
        add_reader(db, "2", name, LATER)

    assert refused.value.remedy
    assert 1 == len(readers(db))


def test_an_imported_coder_cannot_be_joined_as(db: Database) -> None:
    """The id of somebody whose codings were imported cannot be taken over."""
    db.insert("coders", pa.Table.from_pylist([{"id": "old", "name": "Ash", "role": None, "added_at": NOW}]))

    with pytest.raises(UsageError):
        add_reader(db, "old", "Wren", LATER)


def test_who_said_nothing_has_the_defaults(db: Database) -> None:
    """Before anybody changes anything, the rest is suggested after 45 minutes and the keys are the usual ones."""
    likes = preferences(db, "1")

    assert Preferences(theme="auto", text_size="normal", rest_after=45, keys={}, shortcuts=True) == likes
    assert DEFAULT_KEYS == likes.keyboard
    assert set(ACTS) == set(DEFAULT_KEYS)


def test_changes_are_remembered_and_the_rest_stays(db: Database) -> None:
    """What is changed is changed for this person alone, and nothing else is."""
    add_reader(db, "1", "Wren", NOW)
    add_reader(db, "2", "Imani", NOW)

    set_preferences(db, "1", {"theme": "dark", "rest_after": "020", "key:accept": "J"}, NOW)
    set_preferences(db, "1", {"text_size": "larger", "shortcuts": "off"}, LATER)

    expected = Preferences(theme="dark", text_size="larger", rest_after=20, keys={"accept": "j"}, shortcuts=False)
    assert expected == preferences(db, "1")
    assert Preferences() == preferences(db, "2")


def test_changing_back_works_at_any_time_of_the_clock(db: Database) -> None:
    """The latest wish counts, though the clock was set back or stood still in between."""
    add_reader(db, "1", "Wren", NOW)

    set_preferences(db, "1", {"theme": "dark"}, LATER)
    set_preferences(db, "1", {"theme": "light"}, NOW)
    set_preferences(db, "1", {"theme": "auto"}, NOW)

    assert "auto" == preferences(db, "1").theme
    assert 3 == db.rows("SELECT count(*) FROM preferences")[0][0]


def test_a_wish_said_twice_is_stored_once(db: Database) -> None:
    """A form that was sent twice adds nothing the second time."""
    add_reader(db, "1", "Wren", NOW)

    for _ in range(2):
        set_preferences(db, "1", {"theme": "dark", "key:undo": "Delete"}, NOW)

    assert 2 == db.rows("SELECT count(*) FROM preferences")[0][0]


def test_an_empty_key_is_the_usual_one_again(db: Database) -> None:
    """Clearing the field of a key brings the default back."""
    add_reader(db, "1", "Wren", NOW)

    set_preferences(db, "1", {"key:accept": "j"}, NOW)
    set_preferences(db, "1", {"key:accept": ""}, LATER)

    assert "y" == preferences(db, "1").keyboard["accept"]


def test_the_usual_is_not_stored_when_it_is_said(db: Database) -> None:
    """A form that comes back as it was shown adds nothing."""
    add_reader(db, "1", "Wren", NOW)
    shown = {"theme": "auto", "text_size": "normal", "rest_after": "45", "shortcuts": "on"}

    set_preferences(db, "1", shown | {f"key:{act}": key for act, key in DEFAULT_KEYS.items()}, NOW)

    assert 0 == db.rows("SELECT count(*) FROM preferences")[0][0]


def test_two_acts_can_swap_their_keys(db: Database) -> None:
    """Only the outcome has to be free of doubles."""
    add_reader(db, "1", "Wren", NOW)

    set_preferences(db, "1", {"key:accept": "n", "key:reject": "y"}, NOW)

    keyboard = preferences(db, "1").keyboard
    assert ("n", "y") == (keyboard["accept"], keyboard["reject"])


@pytest.mark.parametrize(
    "changes",
    [
        {"theme": "purple"},
        {"text_size": "huge"},
        {"rest_after": "-1"},
        {"rest_after": "481"},
        {"rest_after": "4.5"},
        {"rest_after": ""},
        {"rest_after": "٤٥"},
        {"rest_after": "9" * 5000},
        {"rest_after": "000000000999"},
        {"shortcuts": "maybe"},
        {"volume": "11"},
        {"key:dance": "d"},
        {"key:accept": "yes"},
        {"key:accept": "Tab"},
        {"key:accept": "7"},
        {"key:accept": "Escape"},
        {"key:accept": "\u200b"},
        {"key:accept": "n"},
        {"key:accept": "N"},
        {"key:accept": "k", "key:reject": "k"},
        {"theme": "dark", "key:accept": "enter"},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(db: Database, changes: dict[str, str]) -> None:
    """A value that is not one of those, or one key for two acts, is refused as a whole."""
    add_reader(db, "1", "Wren", NOW)

    with pytest.raises(UsageError) as refused:
        set_preferences(db, "1", changes, NOW)

    assert refused.value.remedy
    assert Preferences() == preferences(db, "1")


def test_named_keys_are_known_however_they_are_written(db: Database) -> None:
    """A person may write pageup for PageUp."""
    add_reader(db, "1", "Wren", NOW)

    set_preferences(db, "1", {"key:later": "pageup"}, NOW)

    assert {"later": "PageUp"} == preferences(db, "1").keys
