"""Who reads, and how each of them likes it: preferences are for nobody else's eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from tagger.errors import UsageError
from tagger.moments import after
from tagger.store import Database

THEMES = ("auto", "light", "dark")
TEXT_SIZES = ("normal", "large", "larger")
LONGEST_REST = 480
LONGEST_NAME = 80

DEFAULT_KEYS: dict[str, str] = {
    "accept": "y",
    "reject": "n",
    "choose": "e",
    "done": "Enter",
    "nothing": "0",
    "unlisted": "o",
    "unsure": "u",
    "skip": "s",
    "later": "l",
    "memo": "m",
    "adjust": "b",
    "meaning": "d",
    "undo": "z",
    "next": "ArrowRight",
    "help": "?",
}
"""The key of each act that has one, as a browser names it; letters are written small and typed either way."""

ACTS: dict[str, str] = {
    "accept": "Yes, this value is here",
    "reject": "No, this value is not here",
    "choose": "Something else: choose other values",
    "done": "Done: I have read this against the whole list",
    "nothing": "Nothing here: none of the values",
    "unlisted": "Something here, not on our list",
    "unsure": "Unsure",
    "skip": "Skip, no reason needed",
    "later": "Come back later",
    "memo": "Write a note",
    "adjust": "Move where the passage begins or ends",
    "meaning": "Show what the value that is asked about means",
    "undo": "Undo",
    "next": "Go to the next passage",
    "help": "Show the keys",
}
"""What each act that has a key is, in words for the page."""

NAMED_KEYS = (
    "Enter",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "ArrowDown",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "Insert",
    "Delete",
)
"""Keys without a character that may stand for an act; Tab, Escape and the space bar stay what they are everywhere."""

MARKS = "123456789"
"""These keys mark the values in the list and stand for nothing else."""

_KEY = "key:"
_USUAL = {"theme": "auto", "text_size": "normal", "rest_after": "45", "shortcuts": "on"}


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who reads in this study; `letter` ("Reader C") is how the others know them."""

    id: str
    name: str
    letter: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person likes to read: `rest_after` in minutes (0: never), `keys` where they differ from the defaults."""

    theme: str = "auto"
    text_size: str = "normal"
    rest_after: int = 45
    keys: dict[str, str] = field(default_factory=dict)
    shortcuts: bool = True

    @property
    def keyboard(self) -> dict[str, str]:
        """Return the key of every act as it is for this person."""
        return DEFAULT_KEYS | self.keys


def readers(db: Database) -> list[Reader]:
    """
    Return the people who read in this study, or did once, in the order in which they joined.

    Coders of imported codings are not among them, nor those who do something else here.
    """
    sql = "SELECT coder_id, name, letter FROM readers WHERE reads ORDER BY added_at, coder_id"
    found = db.known(sql, {})
    return [Reader(*row) for row in found]


def reader(db: Database, coder_id: str) -> Reader | None:
    """Return the reader with this id, if there is one."""
    return next((one for one in readers(db) if one.id == coder_id), None)


def add_reader(db: Database, coder_id: str, name: str, now: datetime) -> Reader:
    """
    Let somebody join; doing it again with the same id changes nothing.

    Raises:
        UsageError: the name is empty, too long, or that of another reader.
    """
    there = reader(db, coder_id)
    if there:
        return there
    name = checked_name(name, {one.name.casefold() for one in readers(db)})
    row = {"id": coder_id, "name": name, "role": "reviewer", "added_at": now}
    db.insert("coders", pa.Table.from_pylist([row]))
    added = reader(db, coder_id)
    if added is None:
        raise UsageError("this id belongs to a coder of imported codings", where="reader", remedy="Join with another")
    return added


def preferences(db: Database, coder_id: str) -> Preferences:
    """Return how this person likes to read; the defaults where they said nothing."""
    return _preferences(_stored(db, coder_id))


def set_preferences(db: Database, coder_id: str, changes: Mapping[str, str], now: datetime) -> None:
    """
    Change how this person likes to read.

    Args:
        changes: by name: theme, text_size, rest_after, shortcuts ("on" or "off"), and "key:accept" and so on for the
            keys; an empty key is the default one again.

    Raises:
        UsageError: a name or a value is not one of those, or two acts would share a key; nothing is changed then.
    """
    before = _stored(db, coder_id)
    wanted = {name: _checked(name, value.strip()) for name, value in changes.items()}
    _check_keys(_preferences(before | wanted).keyboard)
    usual = _USUAL | before
    changed = {name: value for name, value in wanted.items() if value != usual.get(name, "")}
    if changed:
        [(last,)] = db.rows("SELECT max(set_at) FROM preferences WHERE coder_id = $id", {"id": coder_id})
        at = after(now, last)
        rows = [{"coder_id": coder_id, "name": name, "value": value, "set_at": at} for name, value in changed.items()]
        db.insert("preferences", pa.Table.from_pylist(rows))


def checked_name(name: str, taken: set[str]) -> str:
    """
    Return a name as it is stored.

    Raises:
        UsageError: it is empty, too long, or among those *taken* (in small letters).
    """
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise UsageError("a reader needs a name", where="name", remedy="Any name that your team knows you by will do")
    if len(name) > LONGEST_NAME:
        raise UsageError("this name is too long", where="name", remedy=f"Keep it under {LONGEST_NAME} characters")
    if name.casefold() in taken:
        raise UsageError(
            f"somebody here is called {name} already",
            where="name",
            remedy="If that is you, choose your name from the list; if not, add an initial",
        )
    return name


def _stored(db: Database, coder_id: str) -> dict[str, str]:
    sql = "SELECT name, value FROM current_preferences WHERE coder_id = $id"
    found = db.known(sql, {"id": coder_id})
    return {str(name): str(value) for name, value in found}


def _preferences(stored: dict[str, str]) -> Preferences:
    said = _USUAL | stored
    return Preferences(
        theme=said["theme"],
        text_size=said["text_size"],
        rest_after=int(said["rest_after"]),
        keys={name.removeprefix(_KEY): key for name, key in stored.items() if name.startswith(_KEY) and key},
        shortcuts=said["shortcuts"] == "on",
    )


def _checked(name: str, value: str) -> str:
    """Return the value as it is stored, if it is one that this preference can have."""
    if name.startswith(_KEY):
        return _checked_key(name.removeprefix(_KEY), value)
    if name == "rest_after":
        return _checked_minutes(value)
    choices = {"theme": THEMES, "text_size": TEXT_SIZES, "shortcuts": ("on", "off")}.get(name)
    if choices is None:
        raise UsageError(f"there is no preference called {name}", remedy="Choose one of those on the page")
    if value not in choices:
        words = name.replace("_", " ")
        raise UsageError(f"{value!r} is no choice for {words}", where=words, remedy=f"Choose {', '.join(choices)}")
    return value


def _checked_minutes(value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) < 9 and int(value) <= LONGEST_REST):
        raise UsageError(
            f"{value!r} is not a number of minutes from 0 to {LONGEST_REST}",
            where="rest after",
            remedy="Write a number such as 45, or 0 for no suggestion to rest",
        )
    return str(int(value))


def _checked_key(act: str, key: str) -> str:
    if act not in DEFAULT_KEYS:
        raise UsageError(f"nothing here is called {act}", where="keys", remedy="Choose one of the acts on the page")
    named = next((name for name in NAMED_KEYS if name.casefold() == key.casefold()), key)
    small = key.lower() if len(key.lower()) == 1 else key
    if DEFAULT_KEYS[act] in (named, small):
        return ""
    if named in ("", *NAMED_KEYS):
        return named
    if len(key) != 1 or not key.isprintable() or key in MARKS:
        raise UsageError(
            f"{key[:20]!r} is not a key that can stand for something here",
            where=f"the key for “{ACTS[act]}”",
            remedy=f"Give one letter or sign, or one of {', '.join(NAMED_KEYS)}; 1 to 9 mark the values in the list",
        )
    return small


def _check_keys(keyboard: Mapping[str, str]) -> None:
    acts: dict[str, str] = {}
    for act, key in keyboard.items():
        if key in acts:
            raise UsageError(
                f"the key {key} would stand for both “{ACTS[acts[key]]}” and “{ACTS[act]}”",
                where="keys",
                remedy="Give one of them another key",
            )
        acts[key] = act
