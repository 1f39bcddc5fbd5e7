"""Everything that can go wrong for a user, as one tree; each message says what, where and what to do.

TaggerError
├── UsageError           the command or the call was given something it cannot work with
│   └── TooOften         it was tried too often
├── NotAllowed           whoever asks may not do this
├── SettingsError        study.toml
├── FrameworkError       a framework file
├── TranscriptError      a transcript file that cannot be read
├── CodingsError         a table of manual codings
├── ArchiveError         an archive of a study that cannot be restored
├── ModelError           an encoder that is missing, altered or does not fit
└── StoreError           the study's database
    ├── Busy             another process owns it
    ├── Overloaded       too much waits to be stored just now
    └── Damaged          it is corrupt, or from a newer version
"""

from __future__ import annotations


class TaggerError(Exception):
    """
    What is wrong, where it is, and what to do about it.

    Args:
        what: one sentence without a full stop.
        where: file, line, field or row; empty where there is no place to name.
        remedy: what the reader can do now.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.remedy.rstrip('.')}." if self.remedy else ""
        return f"{place}{self.what.rstrip('.')}.{advice}"


class UsageError(TaggerError):
    """The command or the call was given something it cannot work with."""


class TooOften(UsageError):
    """It was tried too often; after `seconds` it may be tried again."""

    def __init__(self, what: str, *, seconds: int, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.seconds = seconds


class NotAllowed(TaggerError):
    """Whoever asks may not do this; nothing of it is stored."""


class SettingsError(TaggerError):
    """study.toml is missing, malformed or says something impossible."""


class FrameworkError(TaggerError):
    """A framework file is missing, malformed or contradicts itself."""


class TranscriptError(TaggerError):
    """A file that cannot be read as a transcript."""


class CodingsError(TaggerError):
    """A table of manual codings that cannot be read or matched."""


class ArchiveError(TaggerError):
    """An archive of a study that is damaged, not bounded, or of a newer version; nothing was restored."""


class ModelError(TaggerError):
    """An encoder that is missing, altered or does not fit."""


class StoreError(TaggerError):
    """The study's database cannot do what was asked; nothing was half-stored."""


class Busy(StoreError):
    """Another process owns the study; `owner` holds what it says of itself (pid, role, url)."""

    def __init__(self, what: str, *, owner: dict[str, object], where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.owner = owner


class Overloaded(StoreError):
    """More waits to be stored than can be stored soon; nothing of this was tried."""


class Damaged(StoreError):
    """The database is corrupt, not a database, or was written by a newer version."""
