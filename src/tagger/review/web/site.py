"""Addresses: where the pages are, and whether an address leads to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True)
class Site:
    """
    Where the pages are.

    Args:
        address: how their addresses begin, as browsers see them.
        names: the names by which browsers may address them.
    """

    address: str
    names: frozenset[str]

    @property
    def secure(self) -> bool:
        """Say whether browsers come over TLS, and so perhaps from other machines."""
        return self.address.startswith("https:")

    def is_own(self, origin: str, host: str) -> bool:
        """Say whether a page of this origin is one of ours, for a request that names *host*."""
        parts = split(origin)
        return parts.netloc == host and parts.scheme == split(self.address).scheme


def split(address: str) -> SplitResult:
    """Return the parts of an address that a browser sent; what is no address at all has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def local(path: str) -> str:
    """Return *path* if it is an address on this server, else the first page."""
    parts = split(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if inside and path.isprintable() else "/"
