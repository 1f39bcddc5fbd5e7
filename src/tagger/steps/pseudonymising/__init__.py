"""
Names go out of a study, and pseudonyms take their place.

    texts.py      the texts, and what is found in them
    sheet.py      the list of what was found: out as a table, and in again
    keys.py       the file of the key
    masked.py     what becomes of every row about a text
    following.py  the revision that follows
    told.py       what would be done, in words

As with a withdrawal the study is written anew and takes the place of the old one in a single step, since a name that
an earlier version, a vector or a backup still holds is not hidden. Stopped at any moment, it is the old or the new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from tagger import __version__
from tagger.errors import UsageError
from tagger.pseudonyms.checking import remembered
from tagger.pseudonyms.matching import Matcher
from tagger.pseudonyms.naming import Text, listed, same
from tagger.pseudonyms.records import Entry, Finding, Known
from tagger.pseudonyms.replacing import Replaced
from tagger.steps import backups
from tagger.steps.alone import alone, up_to_date
from tagger.steps.pseudonymising import following, told
from tagger.steps.pseudonymising.masked import Masked
from tagger.steps.pseudonymising.texts import Revision, Texts, found_in
from tagger.steps.withdrawal import folder as files
from tagger.steps.withdrawal.anew import Anew
from tagger.steps.withdrawal.going import Going
from tagger.steps.workplace import Rows, Run, Workplace
from tagger.store import Database, Readable, everything

_LEARNED = """
SELECT DISTINCT l.id, l.framework FROM learned l
WHERE l.framework IN (SELECT f.name FROM scorings s JOIN frameworks f ON f.id = s.framework_id
                      WHERE list_contains($datasets::VARCHAR[], s.dataset))
   OR l.id IN (SELECT learned_id FROM learned_transcripts WHERE list_contains($transcripts::VARCHAR[], transcript_id))
ORDER BY l.framework, l.id
"""


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
    found = found_in(chosen)
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


@dataclass(frozen=True)
class Plan:
    """
    What a list does to a study.

    Args:
        database: the study.
        entries: of the list.
        known: what the key remembers before.

    Raises:
        UsageError: the list cannot be done so.
    """

    database: Readable
    entries: Sequence[Entry]
    known: Sequence[Known]

    @cached_property
    def matcher(self) -> Matcher:
        """Return what finds the words of the list."""
        return Matcher(self.entries)

    @cached_property
    def texts(self) -> Texts:
        """Return the study's texts."""
        return Texts(self.database)

    @cached_property
    def remembered(self) -> list[Known]:
        """Return what the key remembers afterwards."""
        return remembered(self.entries, self.known, [one.text for one in self.texts.live.values()])

    @cached_property
    def replaced(self) -> dict[str, Replaced]:
        """Return all texts of the transcripts in which something is replaced, by revision."""
        found = found_in(self.texts.all) if self.matcher.looks_again else {}
        made = {
            one.id: self.matcher.replaced(one.transcript, one.text, found.get(one.id, ())) for one in self.texts.all
        }
        touched = {one.transcript for one in self.texts.all if made[one.id].replacements}
        return {one.id: made[one.id] for one in self.texts.all if one.transcript in touched}

    @property
    def masked(self) -> list[Revision]:
        """Return these texts, the newest of each transcript last."""
        return [one for one in self.texts.all if one.id in self.replaced]

    @property
    def newest(self) -> list[Revision]:
        """Return the newest of them."""
        return [one for one in self.texts.live.values() if one.id in self.replaced]

    @cached_property
    def learned(self) -> dict[str, str]:
        """Return what was learned with these texts in sight, by its id the list of values it was learned for."""
        about: dict[str, object] = {
            "datasets": sorted({one.dataset for one in self.newest}),
            "transcripts": [one.transcript for one in self.newest],
        }
        return dict(self.database.rows(_LEARNED, about))

    def must_do_something(self) -> None:
        """
        Make sure that the list can be done, and changes something.

        Raises:
            UsageError: it cannot, or nothing of it stands in the study.
        """
        if not any(one.do == "replace" for one in self.entries):
            raise UsageError("the list replaces nothing", remedy="Write replace in the column 'do'")
        if self.remembered and not self.replaced:
            raise UsageError(
                "none of these words stand in the study any more", remedy="Make a new list: tagger pseudonymise -o LIST"
            )

    def anew(self, run_id: str, now: datetime) -> tuple[Anew, Masked]:
        """Return what a study with pseudonyms is made of."""
        going = Going(self.database)
        going.add("learned", self.learned)
        anew = Anew(going)
        secret = bytes(self.database.rows("SELECT secret FROM study")[0][0])
        masked = Masked(self.database, self.masked, self.replaced, secret)
        masked.change(anew)
        anew.rewrite(self.matcher.in_note)
        anew.add(following.rows(masked, self.database, run_id, now))
        anew.add(self._run(run_id, now))
        return anew, masked

    def _run(self, run_id: str, now: datetime) -> dict[str, Rows]:
        counts = {
            "transcripts": len(self.newest),
            "words": sum(len(self.replaced[x.id].replacements) for x in self.newest),
        }
        run = {"id": run_id, "started_at": now, "engine": "pseudonyms", "dataset": "", "settings": "{}"}
        ended = {"run_id": run_id, "ended_at": now, "seconds": 0.0, "counts": json.dumps(counts)}
        return {"runs": [run | {"tagger_version": __version__}], "run_ends": [ended]}


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
