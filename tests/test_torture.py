"""
Everything that writes, killed at random moments again and again: nothing that was acknowledged is lost.

Each kind of work is done once unbroken, which says when it is at what. Then it is killed in each of its stages, on a
copy of the same study, while another process looks at it. After each kill the study opens (or, in the middle of a
restore, asks to be restored), everything is there that was there before, every backup is one, and the same command
leaves what the unbroken one left.

`make torture` is the long form: as many rounds as there is time for (TORTURE_MINUTES).
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import earlier_studies
import pytest
from forks import Forks, How, Kill
from studies import write_codings, write_transcripts
from torturing import MINUTES, assert_backups_are_whole, chance, rounds

from tagger.errors import Busy, Damaged
from tagger.store import Store, backups, everything, restoring, trail_check
from tagger.store.database import opened

pytestmark = pytest.mark.slow

AGAIN = 24
"""So many more are aimed at a stage that was missed: a short one can be over before most signals arrive."""
EARLIER = 12
PLAIN = How()
OPTIONS = ("--dataset", "talks", "--engine", "local")
STORE = ("tagger.store:Store.put:put", "tagger.store:Store.merge:store")
BACKUP = (
    "tagger.store.backups:copied:copy",
    "tagger.store.backups:_copy_files:files",
    "tagger.store.backups:_checked:check",
    "tagger.store.backups:_named:name",
)
RESTORE = (*BACKUP, "tagger.store.backups:digests:digest", "tagger.store.restoring:_swap:swap")
MIGRATE = (*BACKUP, "tagger.store.backups:migrate:migrate")
# What differs from one run to the next of the same work.
OWN = ("run_id", "seconds", "counts", "n_rows", "given_by", "engine")


@dataclass(frozen=True)
class Work:
    """
    Something that is killed: the study that it begins with, the command, the functions that it says.

    `stages`: those to be hit, where they are said without being asked.
    """

    study: Path
    command: tuple[object, ...]
    said: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    @property
    def to_hit(self) -> tuple[str, ...]:
        """Return the stages in which it must be killed."""
        return self.stages or tuple(one.split(":")[2] for one in self.said)

    def arguments(self, study: Path) -> tuple[str, ...]:
        """Return the command for a copy of the study."""
        return tuple(str(word).replace("STUDY", str(study)) for word in self.command)


def rows(path):
    """Return the rows of every table of a database that say what was done, not when or by which run."""
    with opened(path) as database:
        tables = {one.name: everything.rows(database, one.name).to_pylist() for one in everything.tables(database)}
        # Before the trail there was none.
        assert "trail" not in tables or () == trail_check.check(database).differences
    ends = {name: tables.pop(name) for name in ("run_ends", "migrations", "runs", "trail") if name in tables}
    assert ends
    tables["ledger"] = [row for row in tables["ledger"] if row["stage"] != "end"]
    return {name: sorted(repr(_lasting(row)) for row in found) for name, found in tables.items()}


def _lasting(row):
    return {
        name: _rounded(value)
        for name, value in row.items()
        if name not in OWN and not name.endswith("_at") and not (name == "id" and "engine" in row)
    }


def _rounded(value):
    if isinstance(value, float):
        return round(value, 4)
    return [_rounded(part) for part in value] if isinstance(value, list) else value


def all_held_in(fewer, more):
    """Say whether all rows of some tables are in others."""
    return all(Counter(found) <= Counter(more.get(name, [])) for name, found in fewer.items())


class Looking(threading.Thread):
    """A second process' part: it looks at a study again and again, and remembers what must not have happened."""

    def __init__(self, study: Path) -> None:
        super().__init__(daemon=True)
        self.store, self.over, self.looks = Store(study), threading.Event(), 0
        self.wrong: list[BaseException] = []

    def run(self) -> None:
        """Look until it is over; to be told that somebody is at work is in order."""
        while not self.over.wait(0.05):
            try:
                with self.store.session("a second process") as database:
                    database.rows("SELECT count(*) FROM decisions")
                self.looks += 1
            except Busy:
                continue
            except BaseException as error:  # whatever it is, the test is to hear of it
                self.wrong.append(error)

    def stop(self) -> None:
        """Stop looking."""
        self.over.set()
        self.join()


class Bench:
    """The studies that work begins with, and what that work leaves when nobody breaks it."""

    def __init__(self, forks: Forks, folder: Path) -> None:
        self.forks, self.folder, self.looks = forks, folder, 0
        transcripts = write_transcripts(folder / "transcripts", files=4)
        self.done("init", folder / "fresh", "--framework", "side-by-side")
        tagged = shutil.copytree(folder / "fresh", folder / "tagged")
        self.done("run", transcripts, "--study", tagged, *OPTIONS)
        sheet = write_codings(tagged, folder / "codings.csv")
        coded = shutil.copytree(tagged, folder / "coded")
        self.done("import", sheet, "--study", coded, "--made", "independently")
        backed = shutil.copytree(tagged, folder / "backed")
        self.done("backup", "--study", backed)
        [self.backup] = backups.kept(backed)
        self.done("import", sheet, "--study", backed, "--made", "independently")
        self.works = {
            "run": Work(
                folder / "fresh",
                ("run", transcripts, "--study", "STUDY", *OPTIONS),
                stages=("read", "split", "embed", "suggest", "store"),
            ),
            "import": Work(tagged, ("import", sheet, "--study", "STUDY", "--made", "independently"), STORE),
            "learn": Work(
                coded, ("learn", "--study", "STUDY", "--engine", "local"), stages=("learn", "suggest", "store")
            ),
            "migrate": Work(self._earlier(), ("check", "--study", "STUDY"), MIGRATE),
            "backup": Work(coded, ("backup", "--study", "STUDY"), BACKUP),
            "restore": Work(backed, ("restore", self.backup.name, "--study", "STUDY", "--yes"), RESTORE),
        }
        self.unbroken = {name: self._unbroken(name) for name in self.works}

    def done(self, *arguments: object, how: How = PLAIN) -> object:
        """Run a command that must succeed."""
        ended = self.forks.run(*arguments, how=how)
        assert 0 == ended.code, ended.errors
        return ended

    def trial(self, name: str, stage: str, chance: random.Random) -> str:
        """Kill a work at a random moment of a stage, as `killed` does; return where it was hit."""
        moments = self.unbroken[name][0].moments()
        _, nth, seconds = chance.choice([moment for moment in moments if moment[0] == stage])
        return self.killed(name, How(said=self.works[name].said), Kill(stage, nth, chance.uniform(0, seconds)))

    def killed(self, name: str, how: How, kill: Kill | None = None) -> str:
        """Kill a work, unless *how* has it die by itself; look, do it again and look; return where it was hit."""
        work, (_, left) = self.works[name], self.unbroken[name]
        study = shutil.copytree(work.study, self.folder / f"trial-{name}")
        looking = Looking(study)
        looking.start()
        killed = self.forks.run(*work.arguments(study), how=how, kill=kill)
        looking.stop()
        before = rows(work.study / "study.duckdb")
        self._look(study, before, looking)
        self.done(*work.arguments(study))
        after = rows(study / "study.duckdb")
        assert left.keys() == after.keys()
        for table, found in left.items():
            assert found == after[table], f"{name}: {table} is not as the unbroken one left it"
        assert_backups_are_whole(study)
        assert [] == [*backups.unfinished(study), *restoring.unfinished(study)]
        if name == "restore":
            assert any(before == rows(one.path / "study.duckdb") for one in backups.kept(study))
        self.looks += looking.looks
        shutil.rmtree(study)
        return str(killed.at) if killed.code == -signal.SIGKILL else "after the end"

    def _look(self, study: Path, before: dict[str, list[str]], looking: Looking) -> None:
        """Fail unless all that was there before the kill is there after it, in the study or in a backup of it."""
        assert_backups_are_whole(study)
        gone = not (study / "study.duckdb").exists()
        assert all(isinstance(error, Damaged) and gone for error in looking.wrong), looking.wrong
        held = [rows(one.path / "study.duckdb") for one in backups.kept(study)]
        if gone:
            with pytest.raises(Damaged, match="tagger restore"), Store(study).session("a test"):
                pass
        else:
            with Store(study).session("a test") as database:  # as whoever comes next does, who mends what is torn
                database.rows("SELECT count(*) FROM decisions")
            held.append(rows(study / "study.duckdb"))
        assert any(all_held_in(before, one) for one in held)

    def _unbroken(self, name: str) -> tuple[object, dict[str, list[str]]]:
        work = self.works[name]
        study = shutil.copytree(work.study, self.folder / f"unbroken-{name}")
        ended = self.done(*work.arguments(study), how=How(said=work.said))
        assert set(work.to_hit) <= {moment[0] for moment in ended.moments()}
        return ended, rows(study / "study.duckdb")

    def _earlier(self) -> Path:
        study = shutil.copytree(self.folder / "fresh", self.folder / "earlier")
        with tarfile.open(earlier_studies.PACKED) as packed:
            (study / "study.duckdb").write_bytes(packed.extractfile(f"{EARLIER:03}.duckdb").read())
        return study


@pytest.fixture(name="bench", scope="module")
def _bench(tmp_path_factory):
    forks = Forks(tmp_path_factory.mktemp("forks"))
    yield Bench(forks, tmp_path_factory.mktemp("bench"))
    forks.stop()


def test_whatever_is_killed_nothing_is_lost_and_it_can_be_done_again(bench):
    """Run, import, learn, migrate, backup and restore, each killed in each of its stages."""
    of, hits = chance(), Counter()

    def kill(name: str, stage: str) -> None:
        at = bench.trial(name, stage, of)
        hits[name, at] += 1
        sys.stdout.write(f"{name}: {stage} was aimed at, {at} was hit\n")
        sys.stdout.flush()

    aims = [(name, stage) for name, work in bench.works.items() for stage in work.to_hit]

    def once() -> None:
        of.shuffle(aims)
        for name, stage in aims:
            if not MINUTES or time.monotonic() < end:
                kill(name, stage)

    end = time.monotonic() + MINUTES * 60 * 0.75
    number = rounds(0.75, once)
    for name, stage in aims:
        for _ in range(AGAIN):
            if not hits[name, stage]:
                kill(name, stage)
    sys.stdout.write(f"{number} rounds, {bench.looks} looks of a second process\n")
    for (name, at), times in sorted(hits.items()):
        sys.stdout.write(f"KILLED {name} at {at}: {times}\n")
    missed = [aim for aim in aims if not hits[aim]]
    assert not missed, f"not every stage was hit: {missed}"


@pytest.mark.parametrize("name", ["import", "migrate", "backup", "restore"])
def test_what_is_half_written_bears_no_name_yet(bench, name):
    """Killed in the middle of each file that is copied: whatever has the name of a whole thing is one."""
    work = bench.works[name]
    study = shutil.copytree(work.study, bench.folder / f"copying-{name}")
    ended = bench.done(*work.arguments(study), how=How(die_in_copy=sys.maxsize))
    shutil.rmtree(study)
    copies = sum(what == "halfway" for _, what in ended.said)
    hits = [bench.killed(name, How(die_in_copy=nth)) for nth in range(1, copies + 1)]
    sys.stdout.write(f"HALFWAY {name}: {copies}\n")
    assert ["halfway"] * copies == hits


@pytest.fixture(name="disk")
def _disk(tmp_path):
    """Mount a small disk for a study; that needs root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("name", ["migrate", "backup", "restore"])
def test_a_disk_that_fills_up_costs_nothing(bench, disk, name):
    """Whatever room there is, what fails says so in one sentence, nothing is lost, and with room it is done."""
    # The check beforehand is passed by, as when somebody else fills the disk meanwhile.
    work, how = bench.works[name], How(said=bench.works[name].said, left_out=("tagger.store.backups:_must_have_room",))
    before = rows(work.study / "study.duckdb")
    hits = Counter()
    for room in (0, 100_000, 2_000_000, 5_000_000, 9_000_000):
        study = shutil.copytree(work.study, disk / "study")
        with (disk / "ballast").open("wb") as ballast:
            for _ in range((shutil.disk_usage(disk).free - room) // 4096):
                ballast.write(bytes(4096))
        full = bench.forks.run(*work.arguments(study), how=how)
        if full.code:
            hits[full.at] += 1
            lines = [line for line in full.errors.splitlines() if line.startswith("tagger: ")]
            assert 1 == len(lines), full.errors
            assert "Traceback" not in full.errors
        (disk / "ballast").unlink()
        assert_backups_are_whole(study)
        held = [rows(path) for path in [study / "study.duckdb"] if path.exists()]
        held += [rows(one.path / "study.duckdb") for one in backups.kept(study)]
        assert any(all_held_in(before, one) for one in held)
        bench.done(*work.arguments(study))
        assert bench.unbroken[name][1] == rows(study / "study.duckdb")
        shutil.rmtree(study)
    sys.stdout.write(f"FULL {name}: {dict(hits)}\n")
    assert hits
