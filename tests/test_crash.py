"""A run that is killed, or that finds the disk full, and is started again leaves what one unbroken run leaves."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from forks import SOURCE, Forks, How
from studies import assert_ledger_is_right, rows_of, write_transcripts

pytestmark = pytest.mark.slow

STAGES = ("read", "split", "embed", "suggest", "store")
# Most of the work is lost between two stages, so storing is hit most often.
KILLS = ("read", "split", "embed", "suggest") * 3 + ("store",) * 8
MORE = 10
"""So many more are aimed at stages that were missed."""
SHIPPED = How(encoder="shipped")
FOREIGN = ("pipelines/__init__.py", "tagger.py", "prefect.py", "uvicorn.py", "secrets.py", "csv.py")
# Too little for the lock, for the first shard, for merging the first, for later ones.
ROOMS = (0, 50_000, 1_000_000, 2_200_000, 2_400_000, 2_600_000)
FULL = re.compile("the disk is full.* Make room and run the same command again|No space left.* the disk has room")


class Trials:
    """A new study, copied for each trial: all copies have its secret, so their ids can be compared."""

    def __init__(self, forks, folder):
        self.forks, self.folder = forks, folder
        self.transcripts = write_transcripts(folder / "transcripts", files=6)
        self.options = ("--dataset", "talks", "--engine", "local")
        assert 0 == forks.run("init", folder / "fresh", "--framework", "side-by-side").code
        self.unbroken = {}
        for encoder in ("words", "shipped"):
            study = self.study(f"unbroken-{encoder}")
            ended = self.run(study, how=How(encoder=encoder))
            assert 0 == ended.code, ended.errors
            self.unbroken[encoder] = ended, rows_of(study)

    def study(self, name):
        """Copy the new study."""
        return shutil.copytree(self.folder / "fresh", self.folder / name)

    def run(self, study, **options):
        """Run the transcripts through a study."""
        return self.forks.run("run", self.transcripts, "--study", study, *self.options, **options)

    def assert_as_one_run(self, study, how):
        """Fail unless *study* holds what one unbroken run stored: all but run ids and times, numbers within 1e-6."""
        assert_ledger_is_right(study)
        exact, inexact = rows_of(study)
        expected, expected_inexact = self.unbroken[how.encoder][1]
        for table in expected:
            assert expected[table] == exact[table], f"{table} differs"
            for numbers, expected_numbers in zip(inexact[table], expected_inexact[table], strict=True):
                np.testing.assert_allclose(numbers, expected_numbers, rtol=0, atol=1.1e-6, err_msg=table)
        assert [] == list((study / "inbox").iterdir())


@pytest.fixture(name="trials", scope="module")
def _trials(tmp_path_factory):
    forks = Forks(tmp_path_factory.mktemp("forks"))
    yield Trials(forks, tmp_path_factory.mktemp("trials"))
    forks.stop()


def test_killed_at_random_moments_and_run_again_it_stores_the_same(trials):
    """C2: after kill -9 at any of 20 random moments, a re-run stores what one unbroken run does."""
    seed = int(os.environ.get("TAGGER_TEST_SEED", time.time_ns() % 1_000_000))
    sys.stdout.write(f"TAGGER_TEST_SEED={seed}\n")
    chance = random.Random(seed)
    hits = Counter()
    for trial, stage in enumerate(KILLS):
        hits[killed_once(trials, trial, stage, SHIPPED if trial in (2, 3) else How(), chance)] += 1
    # A short stage can be over before the signal arrives; with the real encoder it is longer.
    for trial in range(len(KILLS), len(KILLS) + MORE):
        if missed := [stage for stage in STAGES if not hits[stage]]:
            hits[killed_once(trials, trial, missed[0], SHIPPED, chance)] += 1
    sys.stdout.write(f"{dict(hits)}\n")
    assert set(STAGES) <= {stage for stage, times in hits.items() if times}, f"not every stage was hit: {hits}"


def killed_once(trials, trial, stage, how, chance):
    """Kill a run at a random moment of a stage, run it again, and check what is stored; return where it was hit."""
    unbroken, _ = trials.unbroken[how.encoder]
    study = trials.study(f"trial-{trial}")
    killed = trials.run(study, how=how, kill=unbroken.random_moment(stage, chance))
    log = f"trial {trial}: {stage} was aimed at, {killed.at} was hit after {len(killed.calls())} calls"
    sys.stdout.write(f"{log}\n")
    assert_ledger_is_right(study)

    again = trials.run(study, how=how)

    assert 0 == again.code, again.errors
    trials.assert_as_one_run(study, how)
    # Nothing is embedded twice but the batch that was in hand.
    embedded = len(killed.calls("embed")) + len(again.calls("embed"))
    assert embedded <= len(unbroken.calls("embed"))
    shutil.rmtree(study)
    return killed.at if killed.code == -signal.SIGKILL else "after the end"


@pytest.mark.parametrize("inserts", [1, 5, 30])
def test_killed_between_two_inserts_it_stores_the_same(trials, inserts):
    """A shard whose rows were half inserted when the process died is stored whole by the next run, and once."""
    study = trials.study(f"between-{inserts}")
    killed = trials.run(study, how=How(die_after_inserts=inserts))
    assert (-signal.SIGKILL, "store") == (killed.code, killed.at)
    assert_ledger_is_right(study)

    assert 0 == trials.run(study).code
    trials.assert_as_one_run(study, How())


def test_without_transactions_the_same_check_fails(trials):
    """The check above sees when shards are stored without a transaction: it does not pass by chance."""
    study = trials.study("without")
    killed = trials.run(study, how=How(die_after_inserts=5, transactions=False))
    assert (-signal.SIGKILL, "store") == (killed.code, killed.at)
    with pytest.raises(AssertionError):
        assert_ledger_is_right(study)

    assert 0 == trials.run(study).code
    with pytest.raises(AssertionError):
        trials.assert_as_one_run(study, How())


@dataclass(frozen=True)
class Prefect:
    """A run under Prefect that was killed, and its re-run: servers while it ran, after the kill, after the re-run."""

    study: Path
    servers: tuple[list[int], list[int], list[int]]
    again: subprocess.CompletedProcess[str]


@pytest.fixture(name="prefect", scope="module")
def _prefect(trials):
    """Kill a run under Prefect and start it again, in a folder with modules that are not ours."""
    for name in FOREIGN:
        file = trials.folder / "elsewhere" / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(f"raise SystemExit('a foreign {name} was imported')\n")
    study = trials.study("prefect")
    # -P leaves the working folder out of the path, as the console script does.
    command = [sys.executable, "-P", "-m", "tagger", "run", trials.transcripts, "--study", study, "--dataset", "talks"]
    how = {"env": {**os.environ, "PYTHONPATH": str(SOURCE)}, "cwd": trials.folder / "elsewhere", "text": True}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, **how)
    said = ""
    while "Embedding excerpts" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    during = servers_of(study)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    end = time.monotonic() + 10
    while (after := servers_of(study)) and time.monotonic() < end:
        time.sleep(0.1)
    again = subprocess.run(command, capture_output=True, check=False, timeout=180, **how)
    return Prefect(study, (during, after, servers_of(study)), again)


def servers_of(study):
    """List the processes that work with the study's Prefect home."""
    home = f"PREFECT_HOME={study.resolve()}/.prefect".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if home in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            continue  # it has ended, or is not ours
    return found


def test_a_killed_prefect_run_leaves_no_server(prefect):
    """Prefect's server dies with the run that it was started for, however that ends."""
    during, after, at_end = prefect.servers

    assert during
    assert [] == after
    assert [] == at_end


def test_a_killed_prefect_run_can_be_run_again(prefect, trials):
    """After kill -9 under Prefect, a re-run leaves the rows of one unbroken run of the other engine."""
    assert 0 == prefect.again.returncode, prefect.again.stderr
    trials.assert_as_one_run(prefect.study, SHIPPED)


def test_a_run_works_where_other_people_s_modules_lie(prefect):
    """A working folder with a pipelines/ of its own, or files named as modules are, has no say in what is imported."""
    assert "foreign" not in prefect.again.stderr
    assert "without it" not in prefect.again.stderr


@pytest.fixture(name="disk")
def _disk(tmp_path):
    """Mount a small disk for a study; that needs root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_is_said_in_one_sentence_and_nothing_is_half_stored(trials, disk):
    """D1: wherever the disk fills up, the run ends with one sentence; with room made, the same command finishes."""
    hits = set()
    for room in ROOMS:
        study = shutil.copytree(trials.folder / "fresh", disk / f"study-{room}")
        leave_room(disk, room)

        full = trials.run(study)

        if full.code == 0:
            break  # DuckDB 2.0 makes do with this much
        hits.add(full.at)
        assert 1 == full.code, full.errors
        assert 1 == len(sentences(full)), full.errors
        assert FULL.search(full.errors), full.errors
        (disk / "ballast").unlink()
        assert_ledger_is_right(study)
        assert 0 == trials.run(study).code
        trials.assert_as_one_run(study, How())
        shutil.rmtree(study)
    assert {"start", "read", "store"} <= hits


def test_a_read_only_study_is_said_in_one_sentence(trials, disk):
    """A study on a disk that cannot be written to stops the run before anything is done."""
    study = shutil.copytree(trials.folder / "fresh", disk / "study")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    ended = trials.run(study)

    assert (1, "start") == (ended.code, ended.at)
    assert 1 == len(sentences(ended)), ended.errors
    assert "not read-only" in ended.errors


def sentences(ended):
    """Return what was said apart from the progress."""
    return [line for line in ended.errors.splitlines() if not line.endswith("...")]


def leave_room(disk, size):
    """Fill the disk but for *size* bytes."""
    with (disk / "ballast").open("wb") as ballast:
        for _ in range((shutil.disk_usage(disk).free - size) // 4096):
            ballast.write(bytes(4096))
