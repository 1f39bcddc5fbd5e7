"""The time at which a command was given."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time as it is stored."""
    return datetime.now(UTC).replace(tzinfo=None)
