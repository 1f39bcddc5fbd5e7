"""What one process asks of another that keeps the study open, and does itself where nobody does: JSON both ways."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tagger.errors import StoreError, TaggerError, UsageError
from tagger.store import Database, Store
from tagger.store.remote import Line, here_or_there

T = TypeVar("T")
Said = Mapping[str, Any]


def done(
    folder: Path, role: str, door: str, wanted: Said, act: Callable[[Database], T], read: Callable[[Said], T]
) -> T:
    """
    Do something with the study in *folder*, all or nothing, or have it done at the *door* of whoever keeps it open.

    Args:
        role: what it is, for whoever waits meanwhile.
        wanted: what is asked at the door.
        read: makes of the door's answer what *act* would return.

    Raises:
        UsageError: as *act*.
        StoreError: there is no study here, or it cannot be written to.
    """
    store = up_to_date(folder)

    def here(database: Database) -> T:
        with database.transaction():
            return act(database)

    def there(line: Line) -> T:
        return _read(line.post(door, json.dumps(wanted).encode()), read)

    return here_or_there(store.path, role, here, there)


def up_to_date(folder: Path) -> Store:
    """
    Return the store of the study in *folder*, once it is what this version works with.

    Raises:
        StoreError: there is no study here, or it cannot be written to.
    """
    store = Store(folder)
    store.must_exist()
    store.create()
    return store


def answer(request: bytes, wanted: Callable[[Said], T], act: Callable[[T], Said]) -> bytes:
    """
    Do what another process of this machine asks for; what is wrong with it is answered, too.

    Args:
        wanted: reads what was asked; it raises KeyError, TypeError or ValueError where another version asked it.
    """
    try:
        return json.dumps(act(_wanted(request, wanted))).encode()
    except TaggerError as error:
        kind = "store" if isinstance(error, StoreError) else "usage"
        said = {"what": error.what, "where": error.where, "remedy": error.remedy}
        return json.dumps({"error": said, "kind": kind}).encode()


def _wanted(request: bytes, wanted: Callable[[Said], T]) -> T:
    try:
        return wanted(json.loads(request))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("what to do was not understood", remedy="Use one version of tagger") from error


def _read(answer: bytes, read: Callable[[Said], T]) -> T:
    try:
        said = json.loads(answer)
        if "error" not in said:
            return read(said)
        error = (StoreError if said["kind"] == "store" else UsageError)(**said["error"])
    except (ValueError, KeyError, TypeError) as unread:
        raise StoreError(
            "the process that keeps the study open did not answer as it should",
            remedy="Stop it, start it again with this version, and try again",
        ) from unread
    raise error
