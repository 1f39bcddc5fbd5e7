"""
The one owner of a study, by an advisory lock on a file beside the database.

It is taken before the database is opened and held until after it is closed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tagger.errors import Busy, StoreError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> bool:
        # The byte lies past what is ever written, so that others can still read who holds the lock.
        os.lseek(fd, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


_PAUSE = 0.02


@contextmanager
def owned(path: Path, role: str, *, patience: float = 30.0, brief: bool = True) -> Iterator[None]:
    """
    Hold the lock file *path* for the time of the block; the file itself is never removed.

    Args:
        role: what the owner is doing, for whoever finds the lock taken.
        patience: seconds to wait for an owner that said it would be brief.
        brief: whether this owner lets go within moments; one that does not makes others fail at once.

    Raises:
        Busy: another process holds it; `owner` is what that process wrote (pid, role, brief).
        StoreError: the folder cannot be written to.
    """
    fd = _open(path)
    try:
        deadline = time.monotonic() + patience
        while not _try_lock(fd):
            owner = _owner(fd)
            lasting = not owner.get("brief", False) and _alive(owner)
            if lasting or time.monotonic() > deadline:
                raise Busy(
                    f"the study is in use by {owner.get('role', 'another program')} (process {owner.get('pid', '?')})",
                    owner=owner,
                    where=str(path.parent),
                    remedy="Wait until it has finished, or stop it, and try again; nothing was changed",
                )
            time.sleep(_PAUSE)
        _sign(fd, path, {"pid": os.getpid(), "role": role, "brief": brief})
        yield
    finally:
        os.close(fd)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def _sign(fd: int, path: Path, owner: dict[str, object]) -> None:
    try:
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, json.dumps(owner).encode())
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the study cannot be opened for writing ({error.strerror})",
        where=str(path.parent),
        remedy="Check that the folder exists, is not read-only, and that the disk has room",
    )


def _owner(fd: int) -> dict[str, object]:
    os.lseek(fd, 0, os.SEEK_SET)
    try:
        owner = json.loads(os.read(fd, 4096) or b"{}")
    except ValueError:  # read between the owner's truncate and its write
        return {"brief": True}
    return owner if isinstance(owner, dict) and owner else {"brief": True}


def _alive(owner: dict[str, object]) -> bool:
    """Say whether the process that signed the lock still lives; one that was killed leaves its name behind."""
    pid = owner.get("pid")
    if sys.platform == "win32" or not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
