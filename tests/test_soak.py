"""Analyst, server and methodologist at once over one study, for as long as they are told: nothing is lost."""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crowd import people
from forks import Forks
from serve import served
from studies import write_codings, write_transcripts
from torturing import MINUTES, assert_backups_are_whole

import tagger
from tagger.steps.verifying import verify
from tagger.store import Store, everything

pytestmark = pytest.mark.slow

SECONDS = MINUTES * 60 or 20
RUN = ("--dataset", "talks", "--engine", "local")
BEGUN_WITH = 4


class Working(threading.Thread):
    """Somebody who does one thing after the other until it is over; what went wrong is remembered."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.acts, self.over, self.done = acts, threading.Event(), Counter[str]()
        self.wrong: list[BaseException] = []

    def run(self) -> None:
        """Begin again from the first, as long as nothing goes wrong."""
        try:
            while not self.over.is_set():
                for act in self.acts:
                    act()
                    self.done[act.__name__] += 1
        except BaseException as error:  # whatever it is, the test is to hear of it
            self.wrong.append(error)


@contextmanager
def at_work(*workers: Working) -> Iterator[None]:
    """Have them work for the time of the block, and end what they are at."""
    for worker in workers:
        worker.start()
    yield
    for worker in workers:
        worker.over.set()
        worker.join(300)


class Analyst:
    """Brings in another transcript again and again, and learns, exports and backs up; each a command of its own."""

    def __init__(self, forks: Forks, study: Path, transcripts: Path) -> None:
        self.forks, self.study, self.transcripts = forks, study, transcripts

    def run(self) -> None:
        """Run the pipeline over one more transcript."""
        number = len(list(self.transcripts.iterdir()))
        another = write_transcripts(self.study.parent / f"another-{number}", files=1, seed=number)
        shutil.move(another / "00.txt", self.transcripts / f"more-{number}.txt")
        self.command("run", self.transcripts, *RUN)

    def learn(self) -> None:
        """Learn from what people said."""
        self.command("learn", "--engine", "local")

    def export(self) -> None:
        """Write a table, and look that it is there."""
        out = self.study.parent / "out.csv"
        self.command("export", "--to", "csv", "-o", out)
        assert out.stat().st_size

    def backup(self) -> None:
        """Make a backup."""
        self.command("backup")

    def command(self, name: str, *arguments: object) -> None:
        """Run a command that must succeed."""
        ended = self.forks.run(name, *arguments, "--study", self.study)
        assert 0 == ended.code, ended.errors


class Methodologist:
    """Reads what there is, again and again: there is never less of it than before."""

    def __init__(self, study: Path) -> None:
        self.study, self.decisions = study, 0

    def count(self) -> None:
        """Count what people did."""
        with Store(self.study).session("a notebook") as database:
            [(now,)] = database.rows("SELECT count(*) FROM decisions")
        assert now >= self.decisions
        self.decisions = now

    def read(self) -> None:
        """Read what a notebook reads; an excerpt is its stretch of the text."""
        with Store(self.study).session("a notebook") as database:
            wrong = database.rows(
                "SELECT e.id FROM excerpts e JOIN revisions r ON r.id = e.revision_id "
                'WHERE substring(r.text, e.start + 1, e."end" - e.start) <> e.text'
            )
        assert [] == wrong
        assert len(tagger.open_study(self.study).suggestions())

    def verify(self) -> None:
        """Look whether everything is as the trail has it."""
        found = verify(self.study)
        assert found.good, found.lines


def counted(study: Path) -> dict[str, int]:
    """Count the rows of every table."""
    with Store(study).session("a count") as database:
        return everything.counts(database)


def test_everybody_at_once_loses_nothing(tmp_path: Path) -> None:
    """What was answered as saved is there once, every transcript is, and every row is as the trail has it."""
    (tmp_path / "forks").mkdir()
    forks = Forks(tmp_path / "forks")
    study, transcripts = tmp_path / "study", write_transcripts(tmp_path / "transcripts", files=BEGUN_WITH)
    assert 0 == forks.run("init", study, "--framework", "side-by-side").code
    analyst, methodologist = Analyst(forks, study, transcripts), Methodologist(study)
    analyst.command("run", transcripts, *RUN)
    analyst.command("import", write_codings(study, tmp_path / "codings.csv"), "--made", "independently")
    before = counted(study)
    works = (
        Working(analyst.run, analyst.export, analyst.learn, analyst.backup),
        Working(methodologist.count, methodologist.read, methodologist.verify),
    )

    with served(study) as server, people(server, dataset="talks") as crowd, at_work(*works):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and not any(one.wrong for one in works):
            time.sleep(0.2)
        assert [True] * len(crowd) == [person.is_alive() for person in crowd]
    assert [] == [error for one in works for error in one.wrong]
    forks.stop()

    after = counted(study)
    told = {"seconds": SECONDS, "analyst": works[0].done, "methodologist": works[1].done}
    told["saved"] = sum(len(person.saved) + len(person.steps) for person in crowd)
    told["rows"] = {name: (before[name], after[name]) for name in after if after[name] != before[name]}
    sys.stdout.write(f"SOAKED {json.dumps(told)}\n")
    assert all(after[name] >= before[name] for name in before)
    assert BEGUN_WITH + works[0].done["run"] == after["transcripts"]
    assert_all_is_there(study, crowd)
    assert_backups_are_whole(study)
    assert verify(study).good


def assert_all_is_there(study: Path, crowd: list) -> None:
    """Fail unless every note and step that was answered as saved is in the study, once."""
    with Store(study).session("a test") as database:
        notes = Counter(note for (note,) in database.rows("SELECT note FROM decisions WHERE act = 'memo'"))
        steps = Counter(step for (step,) in database.rows("SELECT set_id::VARCHAR FROM decision_sets"))
    assert {1} == {notes[note] for person in crowd for note in person.saved}
    assert {1} == {steps[step] for person in crowd for step in person.steps}
