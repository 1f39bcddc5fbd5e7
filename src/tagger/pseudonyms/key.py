"""
The key: who is called what, in a file that is encrypted and lies outside of the study.

The file is JSON: how the passphrase becomes a key of 256 bits (scrypt, RFC 7914, with N, r, p and a salt of its own),
and the content under AES-256-GCM (NIST SP 800-38D), which also shows a wrong passphrase and a changed file. The numbers
are authenticated with the content, so that nobody can weaken them.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tagger.errors import UsageError
from tagger.pseudonyms.records import KINDS, Kind, Known

FORMAT = "transcript-tagger key 1"
FEWEST_CHARACTERS = 12
_COST = {"n": 2**17, "r": 8, "p": 1}
"""128 MB and about half a second for each guess."""
_MOST = {"n": 2**20, "r": 8, "p": 4}
"""More than that is no file of ours: it would keep the machine busy for hours."""


def sealed(known: Sequence[Known], passphrase: str) -> bytes:
    """
    Write a key's content into the bytes of a file.

    Raises:
        UsageError: the passphrase is too short.
    """
    if len(passphrase) < FEWEST_CHARACTERS:
        raise UsageError(
            f"the passphrase has fewer than {FEWEST_CHARACTERS} characters",
            where="passphrase",
            remedy="Take four or five words that have nothing to do with each other",
        )
    head = {"format": FORMAT, **_COST, "salt": b64encode(os.urandom(16)).decode()}
    nonce = os.urandom(12)
    content = json.dumps([asdict(one) for one in known], ensure_ascii=False).encode()
    hidden = AESGCM(_derived(head, passphrase)).encrypt(nonce, content, _bound(head))
    said = {**head, "nonce": b64encode(nonce).decode(), "content": b64encode(hidden).decode()}
    return json.dumps(said, indent=1).encode()


def opened(data: bytes, passphrase: str, name: str) -> list[Known]:
    """
    Read a key's content.

    Args:
        name: the file's, for messages.

    Raises:
        UsageError: it is no key, it was changed, or the passphrase is another one.
    """
    try:
        said = json.loads(data)
        nonce, hidden = b64decode(said.pop("nonce")), b64decode(said.pop("content"))
        if said["format"] != FORMAT or any(not 0 < said[one] <= most for one, most in _MOST.items()):
            raise ValueError(FORMAT)
        cipher = AESGCM(_derived(said, passphrase))
    except (ValueError, KeyError, TypeError, AttributeError) as reason:
        raise UsageError("it is no key of this program", where=name, remedy="Name another file with --key") from reason
    try:
        content = cipher.decrypt(nonce, hidden, _bound(said))
    except (InvalidTag, ValueError) as reason:
        raise UsageError(
            "the passphrase is not that of this key, or the file was changed", where=name, remedy="Try again"
        ) from reason
    return [Known(one["pseudonym"], _kind(one["kind"]), tuple(one["words"])) for one in json.loads(content)]


def _kind(name: Kind) -> Kind:
    return KINDS[KINDS.index(name)]


def _derived(head: dict[str, Any], passphrase: str) -> bytes:
    salt = b64decode(head["salt"])
    return Scrypt(salt=salt, length=32, n=head["n"], r=head["r"], p=head["p"]).derive(passphrase.encode())


def _bound(head: dict[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()
