"""Drawing an audit where it can be done: with the database, or through the owner that keeps it open."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from tagger.errors import StoreError, TaggerError, UsageError
from tagger.review.audit import Drawn, Given, Part, Wanted, draw
from tagger.store import Database, Owner, Store
from tagger.store.remote import Line, here_or_there

DOOR = "/owner/audit"


def drawn(folder: Path, wanted: Wanted, now: Callable[[], datetime]) -> Drawn:
    """
    Draw an audit of the study in *folder* and store it, all or nothing.

    Raises:
        UsageError: as `draw`.
        StoreError: there is no study here, or it cannot be written to.
    """
    store = Store(folder)
    with store.session("a look at the study"):
        pass
    store.create()

    def here(database: Database) -> Drawn:
        with database.transaction():
            return draw(database, wanted, now())

    def there(line: Line) -> Drawn:
        return _drawn_in(line.post(DOOR, json.dumps(asdict(wanted)).encode()))

    return here_or_there(store.path, "an audit", here, there)


def answer(owner: Owner, request: bytes, now: datetime) -> bytes:
    """Draw what another process of this machine asks for; what is wrong with it is answered, too."""
    try:
        wanted = _wanted_in(request)
        made = owner.write(lambda db: draw(db, wanted, now))
    except TaggerError as error:
        kind = "store" if isinstance(error, StoreError) else "usage"
        said = {"what": error.what, "where": error.where, "remedy": error.remedy}
        return json.dumps({"error": said, "kind": kind}).encode()
    return json.dumps(asdict(made)).encode()


def _wanted_in(request: bytes) -> Wanted:
    try:
        said = json.loads(request)
        return Wanted(**{**said, "readers": tuple(said["readers"])})
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("what to draw was not understood", remedy="Use one version of tagger") from error


def _drawn_in(answer: bytes) -> Drawn:
    try:
        said = json.loads(answer)
        if "error" not in said:
            strata = tuple(Part(**part) for part in said["strata"])
            return Drawn(**{**said, "strata": strata, "readers": tuple(Given(**one) for one in said["readers"])})
        error, kind = said["error"], said["kind"]
    except (ValueError, KeyError, TypeError) as unread:
        raise StoreError(
            "the process that keeps the study open did not answer as it should",
            remedy="Stop it, start it again with this version, and try again",
        ) from unread
    raise (StoreError if kind == "store" else UsageError)(**error)
