"""Counts in words, as people read them on screens, in reports and in messages."""

from __future__ import annotations


def several(count: int, noun: str, plural: str = "") -> str:
    """Say a count with its noun: 1 passage, 2 passages."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
