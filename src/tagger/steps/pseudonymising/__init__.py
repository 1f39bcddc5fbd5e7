"""
Names go out of a study, and pseudonyms take their place.

    texts.py      the texts, and what is found in them
    keys.py       the file of the key
    plan.py       what a list does to a study
    masked.py     what becomes of every row about a text
    following.py  the revision that follows
    told.py       what would be done, in words

As with a withdrawal the study is written anew and takes the place of the old one in a single step, since a name that
an earlier version, a vector or a backup still holds is not hidden. Stopped at any moment, it is the old or the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from tagger.pseudonyms.naming import Text, listed, same
from tagger.pseudonyms.records import Entry, Finding, Known
from tagger.steps import backups
from tagger.steps.alone import alone, up_to_date
from tagger.steps.pseudonymising import told
from tagger.steps.pseudonymising.plan import Plan
from tagger.steps.pseudonymising.texts import Revision, Texts
from tagger.steps.withdrawal import folder as files
from tagger.steps.workplace import Run, Workplace
from tagger.store import Database, everything


@dataclass(frozen=True)
class Found:
    """The list of what was found, and how people know the transcripts of the study, by their ids."""

    entries: list[Entry]
    names: Mapping[str, str]


def find_names(folder: Path, known: Sequence[Known], dataset: str = "", transcripts: Collection[str] = ()) -> Found:
    """
    List the names in a study's newest texts, each with a pseudonym; nothing is changed.

    Args:
        known: what the key remembers.
        dataset: the one whose transcripts are looked at; empty for all.
        transcripts: those alone that go by this.

    Raises:
        UsageError: there is no such dataset or transcript.
    """
    with up_to_date(folder).session("a look for names") as database:
        texts = Texts(database)
    chosen = texts.chosen(dataset, transcripts)
    found = texts.found_in(chosen)
    pseudonyms = {same(one.pseudonym) for one in known}
    looked = [Text(one.transcript, one.text, _names(one, found, pseudonyms)) for one in chosen]
    return Found(listed(looked, known), texts.names)


def _names(one: Revision, found: Mapping[str, list[Finding]], pseudonyms: Collection[str]) -> list[Finding]:
    """Return what was found in a text and is no pseudonym."""
    return [each for each in found.get(one.id, []) if same(one.text[each.start : each.end]) not in pseudonyms]


def transcript_names(folder: Path) -> dict[str, str]:
    """Return how people know the transcripts of a study, by their ids."""
    with up_to_date(folder).session("a look at the transcripts") as database:
        return Texts(database).names


def preview(folder: Path, entries: Sequence[Entry], known: Sequence[Known]) -> list[str]:
    """
    Say in lines what a list would do; nothing is changed.

    Raises:
        UsageError: the list cannot be done so.
    """
    with up_to_date(folder).session("a look at what would be replaced") as database:
        plan = Plan(database, entries, known)
        plan.must_do_something()
        return told.before(plan, folder)


def pseudonymise(
    folder: Path,
    entries: Sequence[Entry],
    known: Sequence[Known],
    keep: Callable[[Sequence[Known]], object],
    now: datetime,
) -> list[str]:
    """
    Replace what a list says, in all texts, and say in lines what was done and what is left.

    Args:
        entries: of the list.
        known: what the key remembers by now.
        keep: writes down what the key remembers, before anything is changed: without it nobody knows who is who.

    Raises:
        UsageError: the list cannot be done so; nothing was changed.
        Busy: people read in the study, or a run is at work; nothing was changed.
        StoreError: there is no room for another database; nothing was changed.
    """
    store = up_to_date(folder)
    place = Workplace(Run(f"pseudonyms-{uuid4().hex[:12]}", str(folder), "", now.isoformat()))
    with alone(store):
        made = _Made(folder, place, entries, known, keep, now)
        store.remake("pseudonyms", made.rows, made.clear)
        files.drop_learned(folder)
        if made.backed_up:
            backups.make(folder)
    return made.lines


class _Made:
    """Names that are replaced, while the study is made anew."""

    def __init__(
        self,
        folder: Path,
        place: Workplace,
        entries: Sequence[Entry],
        known: Sequence[Known],
        keep: Callable[[Sequence[Known]], object],
        now: datetime,
    ) -> None:
        self._folder, self._place, self._now = folder, place, now
        self._entries, self._known, self._keep = entries, known, keep
        self.lines: list[str] = []
        self.backed_up = False

    def rows(self, database: Database) -> Callable[[str], everything.Batches]:
        plan = Plan(database, self._entries, self._known)
        plan.must_do_something()
        self._keep(plan.remembered)
        self.backed_up = bool(backups.kept(self._folder))
        self.lines = told.after(plan, self._folder)
        anew, masked = plan.anew(self._place.run.id, self._now)
        vectors = masked.vectors(self._place)
        read = anew.rows(database)

        def with_vectors(table: str) -> Iterator[pa.Table]:
            yield from read(table)
            if table == "vectors" and vectors is not None:
                yield vectors

        return with_vectors

    def clear(self) -> None:
        files.empty(self._folder)
        backups.delete_all(self._folder)
