"""Drawing an audit where it can be done: with the database, or through the owner that keeps it open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from tagger.review import doors
from tagger.review.audit import Drawn, Given, Part, Wanted, draw
from tagger.review.doors import Said
from tagger.store import Owner

DOOR = "/owner/audit"


def drawn(folder: Path, wanted: Wanted, now: Callable[[], datetime]) -> Drawn:
    """
    Draw an audit of the study in *folder* and store it, all or nothing.

    Raises:
        UsageError: as `draw`.
        StoreError: there is no study here, or it cannot be written to.
    """
    return doors.done(folder, "an audit", DOOR, asdict(wanted), lambda db: draw(db, wanted, now()), _drawn_in)


def answer(owner: Owner, request: bytes, now: datetime) -> bytes:
    """Draw what another process of this machine asks for; what is wrong with it is answered, too."""
    return doors.answer(request, _wanted_in, lambda wanted: asdict(owner.write(lambda db: draw(db, wanted, now))))


def _wanted_in(said: Said) -> Wanted:
    return Wanted(**{**said, "readers": tuple(said["readers"])})


def _drawn_in(said: Said) -> Drawn:
    strata = tuple(Part(**part) for part in said["strata"])
    return Drawn(**{**said, "strata": strata, "readers": tuple(Given(**one) for one in said["readers"])})
