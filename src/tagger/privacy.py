"""Pseudonyms and keyed hashes: what lets the study recognise a file or a speaker again without storing their names."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator

_SIZE = 20
PSEUDONYM = re.compile(r"[A-Z]{1,3}\d{1,4}")
"""What people may call a participant by; no name of a person is spelled so."""
PSEUDONYMISED = "pseudonymised"
"""The content key of texts in which names were replaced: nothing tells any more what the file held."""
_NUMBERED = re.compile(r"[A-Z](\d+)")


def keyed_hash(secret: bytes, *parts: str) -> str:
    """Hash *parts* with the study's secret; without it nobody can test a guess. 20 hexadecimal characters."""
    message = "\x1f".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:_SIZE]


def plain_hash(*parts: str) -> str:
    """Hash *parts* that hold no person's words (settings, ids). 20 hexadecimal characters."""
    return keyed_hash(b"", *parts)


def pseudonyms(taken: Iterable[str], letter: str = "P") -> Iterator[str]:
    """Count on from the highest number *taken*: P01, P02 ... (or another *letter*)."""
    numbers = [int(found[1]) for name in taken if name[:1] == letter and (found := _NUMBERED.fullmatch(name))]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield f"{letter}{number:02d}"
