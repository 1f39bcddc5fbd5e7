"""
The one owner of a study, by an advisory lock on a file beside the database.

It is taken before the database is opened and held until after it is closed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
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
def owned(
    path: Path, role: str, *, patience: float = 30.0, brief: bool = True, told: Mapping[str, str] | None = None
) -> Iterator[bool]:
    """
    Hold the lock file *path* for the time of the block; the file itself is never removed.

    Yields whether the one who held it before ended without letting go.

    Args:
        role: what the owner is doing, for whoever finds the lock taken.
        patience: seconds to wait for an owner that said it would be brief.
        brief: whether this owner lets go within moments; one that does not makes others fail at once.
        told: what else others may want of an owner that stays: its url, its version, the token that opens its doors.

    Raises:
        Busy: another process holds it; `owner` is what that process wrote (pid, role, brief, url), but for its token.
        StoreError: the folder cannot be written to.
    """
    fd = _open(path)
    try:
        deadline = time.monotonic() + patience
        while not _try_lock(fd):
            owner = _owner(fd)
            lasting = not owner.get("brief", False) and _lives(owner)
            if lasting or time.monotonic() > deadline:
                raise _busy(path, owner)
            time.sleep(_PAUSE)
        killed = "pid" in _owner(fd)
        _sign(fd, path, {"pid": os.getpid(), "role": role, "brief": brief, **(told or {})})
        try:
            yield killed
        finally:
            # Nobody shall take an owner that has ended for one that still answers, or that was killed.
            os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def beside(path: Path) -> Path:
    """Name the lock file of the database *path*."""
    return path.with_name(f"{path.name}.lock")


def signed(path: Path) -> dict[str, object]:
    """Read what the owner of the lock file *path*, or one that was killed, wrote of itself."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        return _owner(fd)
    finally:
        os.close(fd)


def locks_hold(folder: Path) -> bool:
    """Say whether a file in *folder* that is locked cannot be locked again; some network drives grant every lock."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".lock-") as first:
        second = os.open(first.name, os.O_RDWR)
        try:
            return _try_lock(first.fileno()) and not _try_lock(second)
        finally:
            os.close(second)


def alive(pid: int) -> bool:
    """Say whether a process lives; True where that cannot be asked."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def at_work(name: str, prefix: str) -> bool:
    """Say whether the process lives whose number stands behind *prefix* in the name of what it is making."""
    pid = name.removeprefix(prefix).split("-")[0]
    return pid.isdecimal() and alive(int(pid))


def _busy(path: Path, owner: dict[str, object]) -> Busy:
    who = f"{owner.get('role', 'another program')} (process {owner.get('pid', '?')})"
    what = f"the study is in use by {who}"
    remedy = "Wait until it has finished, or stop it, and try again; nothing was changed"
    if "url" in owner:
        what = f"the study is already open at {owner['url']}, in {who}"
        remedy = "Open that page in your browser; nothing was changed"
    public = {key: value for key, value in owner.items() if key != "token"}
    return Busy(what, owner=public, where=str(path.parent), remedy=remedy)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def _sign(fd: int, path: Path, owner: dict[str, object]) -> None:
    try:
        if "token" in owner and sys.platform != "win32":
            os.fchmod(fd, 0o600)
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


def _lives(owner: dict[str, object]) -> bool:
    """Say whether the process that signed the lock still lives; one that was killed leaves its name behind."""
    pid = owner.get("pid")
    return not isinstance(pid, int) or alive(pid)
