"""Which documents were learned from, and which part of what was learned did without each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 16


@dataclass(frozen=True, slots=True)
class Documents:
    """
    Documents by hashes of their names; names that read the same are one document's.

    Args:
        salt: what is hashed with each name.
        keys: (d, `SIZE`), the hashes as bytes.
        parts: (d,), the part of what was learned, from 1, that did without the document.
    """

    salt: bytes
    keys: NDArray[np.uint8]
    parts: NDArray[np.intp]

    def parts_without(self, names: Sequence[Any]) -> NDArray[np.intp]:
        """Return, (n,), the part that did without each document; 0, which is all of it, where none is known."""
        known = {key.tobytes(): part for key, part in zip(self.keys, self.parts, strict=True)}
        return np.array([known.get(_hashed(self.salt, name), 0) for name in names], dtype=np.intp)


def documents(names: Sequence[Any], parts: NDArray[np.intp]) -> Documents:
    """Keep the part, (n,), that did without each text's document; names may be of any type and come again."""
    part_of = {str(name): int(part) for name, part in zip(names, parts, strict=True)}
    ordered = sorted(part_of)
    salt = sha256("\0".join(ordered).encode(errors="surrogatepass")).digest()
    keys = b"".join(_hashed(salt, name) for name in ordered)
    return Documents(
        salt,
        np.frombuffer(keys, dtype=np.uint8).reshape(-1, SIZE),
        np.array([part_of[name] for name in ordered], dtype=np.intp),
    )


def _hashed(salt: bytes, name: Any) -> bytes:
    return blake2b(str(name).encode(errors="surrogatepass"), key=salt, digest_size=SIZE).digest()
