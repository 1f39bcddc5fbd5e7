"""Secrets that are handed out and kept only as their hash: those of sign-in links and of sessions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Token:
    """
    A secret of 256 random bits, and the id by which its hash is found.

    A random secret cannot be guessed from its hash, so SHA-256 without salt or stretching is enough.
    """

    id: str
    secret: str

    def __str__(self) -> str:
        return f"{self.id}.{self.secret}"

    @property
    def digest(self) -> str:
        """Return what is kept of the secret."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def fits(self, digest: str) -> bool:
        """Say whether this is the secret of which *digest* was kept, in a time that tells nothing of it."""
        return hmac.compare_digest(self.digest, digest)


def new_token() -> Token:
    """Make a token that nobody can guess."""
    return Token(secrets.token_hex(8), secrets.token_urlsafe(32))


def token_in(text: str) -> Token | None:
    """Read a token as it was handed out; what is none is None."""
    identity, _, secret = text.partition(".")
    if not (identity and secret and text.isascii() and text.isprintable() and len(text) <= _LONGEST):
        return None
    return Token(identity, secret)
