"""A study to oneself, for what makes it anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tagger.errors import Busy
from tagger.store import Store


def up_to_date(folder: Path) -> Store:
    """Return a study whose schema is of this version."""
    store = Store(folder)
    if store.path.exists():
        store.create()
    return store


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """
    Make sure that nobody reads in a study and no run is at work, and that all finished work is stored.

    Raises:
        Busy: people read there, or a run is at work.
    """
    try:
        with store.only_run():
            store.merge()
            yield
    except Busy as busy:
        if "url" not in busy.owner:
            raise
        raise Busy(
            "people read in this study just now",
            owner=busy.owner,
            where=str(store.folder),
            remedy="Tell them, stop tagger review (Ctrl-C where it runs) and try again; nothing was changed",
        ) from busy
