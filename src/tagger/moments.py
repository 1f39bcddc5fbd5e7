"""The moment of what is said last, where the newest counts: a clock that was set back has no say in it."""

from __future__ import annotations

from datetime import datetime, timedelta


def after(now: datetime, last: datetime | None) -> datetime:
    """Return *now*, or the moment after the *last* time where the clock says that this is still to come."""
    return now if last is None else max(now, last + timedelta(microseconds=1))
