"""Counts and kinds of readings in words, as people read them on screens, in reports and in messages."""

from __future__ import annotations

KINDS = {
    "blind": "without suggestions",
    "own-first": "before suggestions were shown",
    "assisted": "with suggestions",
    "after-talk": "after talking about it",
    "independently": "imported, made independently",
    "after-suggestions": "imported, made after suggestions",
    "unknown": "imported, not known how it was made",
}
"""Kinds of reading in plain words, in the order in which they are named; imported ones by how they were made."""


def several(count: int, noun: str, plural: str = "") -> str:
    """Say a count with its noun: 1 passage, 2 passages."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
