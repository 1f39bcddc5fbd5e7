"""
Read, compute, write: the stages of a run, each a function over one batch, in the one place that says their order.

    read      files -> transcripts, revisions, turns, speakers
    split     revisions -> excerpts
    embed     excerpts -> vectors
    learn     vectors and people's answers -> what suggestions rest on besides a framework's wording, if asked for
    suggest   vectors, a framework, and what was learned -> scores and suggestions

A stage writes shards; `store` merges them. What is pending is asked of the database, so a run that was stopped goes on
where it was, and a run with nothing to do adds nothing.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tagger.errors import UsageError
from tagger.steps import archives, embed, learn, read, split, suggest
from tagger.steps.shares import check_shares
from tagger.steps.versions import agreed_on, list_of
from tagger.steps.workplace import Outcome, Run, account, workplace

__all__ = [
    "STAGES",
    "TO_PASSAGES",
    "Engine",
    "Outcome",
    "Run",
    "Stage",
    "Summary",
    "anything_pending",
    "begin",
    "prepare",
    "store",
    "tag",
]

log = logging.getLogger("tagger.progress")

Batch = tuple[str, ...]
Work = Callable[..., Outcome]


@dataclass(frozen=True)
class Stage:
    """
    A stage of a run: `pending` names the batches to do, `work` does one of them and leaves shards in the inbox.

    Batches that are `apart` rest on nothing that another one leaves, so they may be done in any order or at once. (The
    people in a file get the next free pseudonyms, so files are read one after another.) Of a `rare` stage nothing is
    said where there is nothing to do.
    """

    name: str
    pending: Callable[[Run], Iterable[Batch]]
    work: Callable[[Run, Batch], Outcome]
    apart: bool = False
    rare: bool = False


class Engine:
    """What does the work of a run; this one needs nothing but this process, and does one batch after the other."""

    name = "local"

    def once(self, work: Work, *arguments: Any) -> Outcome:
        """Do one piece of work."""
        return work(*arguments)

    def each(self, stage: Stage, run: Run, batches: Iterable[Batch]) -> Iterator[Outcome]:
        """Do all batches of a stage; tell what was done of each before the next, or in any order if they are apart."""
        for batch in batches:
            yield self.once(stage.work, run, batch)


HERE = Engine()


STAGES = (
    Stage("read", read.pending, read.read),
    Stage("split", split.pending, split.split, apart=True),
    Stage("embed", embed.pending, embed.embed, apart=True),
    Stage("learn", learn.pending, learn.learn, rare=True),
    Stage("suggest", suggest.pending, suggest.suggest),
)
TO_PASSAGES = STAGES[:2]


@dataclass(frozen=True)
class Summary:
    """What a run did: rows added to the database, counts by name, problems and notes file by file, seconds."""

    run: Run
    rows: int
    counts: dict[str, int]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
    calls: int

    def with_note(self, note: str) -> Summary:
        """Return the same summary with one more note."""
        return replace(self, notes=(*self.notes, note))


def begin(study: str | Path, paths: Iterable[str | Path] = (), **options: Any) -> Run:
    """
    Prepare a run: check that the study, its settings, the framework and the files are there.

    Raises:
        TaggerError: something named does not exist or cannot be read; nothing has been stored.
    """
    paths = tuple(paths)
    missing = [str(path) for path in paths if not archives.there(Path(path))]
    if missing:
        raise UsageError(
            "there is no such file or folder", where=", ".join(missing), remedy="Check the spelling of the path"
        )
    run = Run(
        id=uuid.uuid4().hex[:12],
        study=str(Path(study).resolve()),
        paths=tuple(str(Path(path).resolve()) for path in paths),
        started_at=datetime.now(UTC).replace(tzinfo=None).isoformat(),
        given_by=account(),
        **options,
    )
    run = replace(run, framework=_reference(run.framework or list_of(Path(run.study), run.dataset)))
    place = workplace(run)
    # What is wrong with it is said before anything is stored, as what is wrong with the framework.
    _ = place.corrections, place.attributes
    check_shares(place)
    place.store.create()
    return replace(run, framework=agreed_on(Path(run.study), place.framework) or run.framework)


def _reference(framework: str) -> str:
    """Name a framework so that any process finds it, whatever folder it works in."""
    return str(Path(framework).resolve()) if Path(framework).is_file() else framework


def tag(run: Run, engine: Engine = HERE, stages: Iterable[Stage] = STAGES) -> Summary:
    """
    Do the stages of *run* in order, and say what was done.

    Args:
        engine: what does the work; Prefect's flow passes one that makes a task of each piece.
        stages: all of them, or the first of them: `TO_PASSAGES` leaves out what rests on a model.
    """
    began = time.monotonic()
    counts: Counter[str] = Counter()
    problems: list[str] = []
    notes = _nothing_there(run)
    calls = 0
    with workplace(run).store.only_run():
        counts.update(store(run).counts)
        for stage in stages:
            for outcome in _staged(run, stage, engine):
                calls += 1
                counts.update(outcome.counts)
                problems += outcome.problems
                notes += outcome.notes
        if counts["rows"] or _unfinished(run):
            _end(run, counts, time.monotonic() - began)
            counts.update(store(run).counts)
    rows = counts.pop("rows", 0)
    return Summary(run, rows, dict(counts), tuple(problems), tuple(notes), time.monotonic() - began, calls)


def anything_pending(run: Run) -> bool:
    """Say whether a run would find anything to do."""
    return any(True for stage in STAGES for _ in stage.pending(run))


def prepare(run: Run) -> None:
    """Load what takes seconds to load, so that it is there when the stages ask for it."""
    _ = workplace(run).encoder


def store(run: Run) -> Outcome:
    """Merge what waits in the inbox."""
    return Outcome({"rows": workplace(run).store.merge()})


def _nothing_there(run: Run) -> list[str]:
    if not run.paths or read.found(run.paths, Path(run.study)):
        return []
    return [f"{', '.join(run.paths)}: there are no files to read (the study's own and hidden ones are passed over)."]


def _staged(run: Run, stage: Stage, engine: Engine) -> Iterator[Outcome]:
    batches = list(stage.pending(run))
    _tell(stage, 0, len(batches))
    for number, outcome in enumerate(engine.each(stage, run, batches), 1):
        yield outcome
        yield engine.once(store, run)
        _tell(stage, number, len(batches))


def _tell(stage: Stage, done: int, total: int) -> None:
    """Say how far a stage is; of a rare one without anything to do nothing is said."""
    if total or not stage.rare:
        progress = {"stage": stage.name, "done": done, "total": total}
        log.info("%s %d of %d", stage.name, done, total, extra=progress)


def _unfinished(run: Run) -> bool:
    """Say whether an earlier run of the dataset was stopped when only the word that it ended was missing."""
    with workplace(run).store.session("looking for runs that stopped") as database:
        return bool(database.rows("SELECT 1 FROM unfinished_runs WHERE dataset = $dataset", {"dataset": run.dataset}))


def _end(run: Run, counts: Counter[str], seconds: float) -> None:
    ended = {"run_id": run.id, "ended_at": datetime.now(UTC).replace(tzinfo=None), "seconds": seconds}
    workplace(run).put("end", run.id, run_ends=[{**ended, "counts": json.dumps(dict(counts), sort_keys=True)}])
