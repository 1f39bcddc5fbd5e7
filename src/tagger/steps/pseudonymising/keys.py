"""The file of the key, outside of the study: an archive or a backup of the study must not hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import StoreError, UsageError
from tagger.pseudonyms import key
from tagger.pseudonyms.records import Known
from tagger.whole_files import put_whole


@dataclass(frozen=True)
class KeyFile:
    """
    The file of a study's key.

    Args:
        study: the study's folder.
        given: where the user says it is; nowhere: beside the study's folder, under its name.

    Raises:
        UsageError: it lies within the study.
    """

    study: Path
    given: Path | None = None

    def __post_init__(self) -> None:
        if self.path.is_relative_to(self.study.resolve()):
            raise UsageError(
                "the key lies within the study, whose copies would hold it",
                where=str(self.path),
                remedy="Name a place outside of the study's folder: --key FILE",
            )

    @property
    def path(self) -> Path:
        """Return where it is."""
        folder = self.study.resolve()
        return self.given.resolve() if self.given else folder.with_name(f"{folder.name}-names.key")

    @property
    def exists(self) -> bool:
        """Say whether there is one."""
        return self.path.exists()

    def read(self, passphrase: str) -> list[Known]:
        """
        Return what the key remembers; nothing where there is none yet.

        Raises:
            UsageError: the passphrase is another one, or the file is no key.
            StoreError: it cannot be read.
        """
        if not self.exists:
            return []
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"the key cannot be read ({error.strerror})", where=str(self.path), remedy="Check its permissions"
            ) from error
        return key.opened(data, passphrase, str(self.path))

    def write(self, known: Sequence[Known], passphrase: str) -> None:
        """
        Write down what the key remembers, in one step, over what it remembered before.

        Raises:
            UsageError: the passphrase is too short.
            StoreError: it cannot be written; the key is as it was.
        """
        data = key.sealed(known, passphrase)
        try:
            put_whole(self.path, data)
        except OSError as error:
            raise StoreError(
                f"the key cannot be written ({error.strerror})",
                where=str(self.path),
                remedy="Name another place: --key",
            ) from error
