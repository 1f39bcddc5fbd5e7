"""A run that is killed at any moment and started again leaves what one unbroken run leaves."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from forks import SOURCE, Forks, How
from studies import assert_ledger_is_right, rows_of, write_transcripts

pytestmark = pytest.mark.slow

STAGES = ("read", "split", "embed", "suggest", "store")
# Most of the work is lost between two stages, so storing is hit most often.
KILLS = ("read", "split", "embed", "suggest") * 3 + ("store",) * 8
SHIPPED = How(encoder="shipped")


@pytest.fixture(name="forks", scope="module")
def _forks(tmp_path_factory):
    forks = Forks(tmp_path_factory.mktemp("forks"))
    yield forks
    forks.stop()


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
def _trials(forks, tmp_path_factory):
    return Trials(forks, tmp_path_factory.mktemp("trials"))


def test_killed_at_random_moments_and_run_again_it_stores_the_same(trials, record_property):
    """C2: after kill -9 at any of 20 random moments, a re-run stores what one unbroken run does."""
    seed = int(os.environ.get("TAGGER_TEST_SEED", time.time_ns() % 1_000_000))
    sys.stdout.write(f"TAGGER_TEST_SEED={seed}\n")
    chance = random.Random(seed)
    hits = Counter()
    for trial, stage in enumerate(KILLS):
        how = SHIPPED if trial in (2, 3) else How()
        unbroken, _ = trials.unbroken[how.encoder]
        study = trials.study(f"trial-{trial}")
        killed = trials.run(study, how=how, kill=unbroken.random_moment(stage, chance))
        hits[killed.at] += killed.code == -signal.SIGKILL
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
    record_property("hits", dict(hits))
    assert set(STAGES) <= {stage for stage, times in hits.items() if times}, f"not every stage was hit: {hits}"


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


def test_a_killed_prefect_run_leaves_no_server_and_can_be_run_again(trials):
    """Prefect's server dies with the run it was started for, and a re-run leaves the rows of an unbroken local run."""
    study = trials.study("prefect")
    command = [sys.executable, "-m", "tagger", "run", trials.transcripts, "--study", study, "--dataset", "talks"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    said = ""
    while "Embedding excerpts" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    assert servers_of(study)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()

    end = time.monotonic() + 10
    while servers_of(study) and time.monotonic() < end:
        time.sleep(0.1)
    assert [] == servers_of(study)
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=180)
    assert 0 == again.returncode, again.stderr
    assert "without it" not in again.stderr
    trials.assert_as_one_run(study, SHIPPED)
    assert [] == servers_of(study)


def servers_of(study):
    """List the processes other than ours that work with the study's Prefect home."""
    home = f"PREFECT_HOME={study.resolve()}/.prefect".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if home in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            continue  # it has ended, or is not ours
    return found
