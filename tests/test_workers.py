"""Workers that share a run: real processes, one of which is killed, store what one process stores."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from forks import SOURCE
from studies import assert_ledger_is_right, rows_of, write_transcripts

from tagger.cli import tagger
from tagger.pipelines.tasks import SpreadTasks
from tagger.steps import STAGES, Outcome

ALONE = ("--dataset", "talks", "--engine", "local")
SHARED = ("--dataset", "talks", "--engine", "dask")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--workers", "2"), "go with --engine dask"),
        (("--address", "tcp://127.0.0.1:1"), "go with --engine dask"),
        (("--engine", "dask", "--workers", "2", "--address", "tcp://127.0.0.1:1"), "name one of the two"),
        (("--engine", "dask", "--workers", "0"), "0 is not in the range"),
    ],
)
def test_options_that_do_not_go_together_are_said(study, options, said):
    """Before anything is started."""
    ended = CliRunner().invoke(tagger, ["run", "--study", str(study.folder), *options])

    assert 2 == ended.exit_code
    assert said in ended.output


def test_what_rests_on_what_came_before_is_done_one_after_another(monkeypatch):
    """Files are read in order, since each person in them gets the next free pseudonym."""
    done = []

    def once(_self, work, _run, batch):
        done.append((work, batch))
        return Outcome()

    monkeypatch.setattr(SpreadTasks, "once", once)
    read = STAGES[0]
    outcomes = SpreadTasks().each(read, None, [("a",), ("b",)])
    assert [] == done
    next(outcomes)
    assert [(read.work, ("a",))] == done
    assert ["split", "embed"] == [stage.name for stage in STAGES if stage.apart]


class Trial:
    """A new study, copied for each run, so that all give the same ids; and what a run by one process stored."""

    def __init__(self, folder):
        self.folder = folder
        self.transcripts = write_transcripts(folder / "transcripts", files=24, turns=80)
        self.how = {"env": {**os.environ, "PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}, "text": True}
        self._tagger("init", folder / "fresh", "--framework", "side-by-side")
        alone = self.study("alone")
        self._tagger("run", self.transcripts, "--study", alone, *ALONE)
        self.expected = rows_of(alone)

    def study(self, name):
        """Copy the new study."""
        return shutil.copytree(self.folder / "fresh", self.folder / name)

    def start(self, study, *options):
        """Start a run that is shared."""
        command = [sys.executable, "-m", "tagger", "run", self.transcripts, "--study", study, *SHARED, *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **self.how)

    def assert_as_alone(self, study):
        """Fail unless a study holds what one process stored: all but run ids and times, numbers within 1e-6."""
        assert_ledger_is_right(study)
        (exact, inexact), (expected, expected_inexact) = rows_of(study), self.expected
        for table in expected:
            assert expected[table] == exact[table], f"{table} differs"
            for numbers, expected_numbers in zip(inexact[table], expected_inexact[table], strict=True):
                np.testing.assert_allclose(numbers, expected_numbers, rtol=0, atol=1.1e-6, err_msg=table)
        assert [] == list((study / "inbox").iterdir())

    def _tagger(self, *arguments):
        subprocess.run([sys.executable, "-m", "tagger", *arguments], check=True, capture_output=True, **self.how)


@pytest.fixture(name="trial", scope="module")
def _trial(tmp_path_factory):
    return Trial(tmp_path_factory.mktemp("workers"))


def heard(process, words):
    """Wait until a process has said something, and return all that it said."""
    said = ""
    while words not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return said


def workers_of(pid):
    """List the workers among the children of a process."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"spawn_main" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # it has ended
    return found


@pytest.mark.slow
def test_two_workers_one_of_which_is_killed_store_what_one_process_stores(trial):
    """The batch in its hands is done again by the other; nothing is doubled, and no process stays."""
    study = trial.study("shared")
    run = trial.start(study, "--workers", "2")
    said = heard(run, "Embedding")
    workers = workers_of(run.pid)
    time.sleep(1)
    os.kill(workers[0], signal.SIGKILL)
    out, err = run.communicate(timeout=300)

    assert 2 == len(workers)
    assert 0 == run.returncode, said + err
    assert "24 transcripts stored" in out
    assert "Traceback" not in said + err
    trial.assert_as_alone(study)


@pytest.mark.slow
def test_workers_end_with_the_run_that_they_were_started_for(trial):
    """Also one that is killed; what they finished is stored by the next run."""
    study = trial.study("ended")
    run = trial.start(study, "--workers", "2")
    heard(run, "Embedding")
    workers = workers_of(run.pid)
    run.kill()
    run.communicate()
    end = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < end:
        time.sleep(0.2)

    assert [] == [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    again = trial.start(study, "--workers", "1")
    _, err = again.communicate(timeout=300)
    assert 0 == again.returncode, err
    trial.assert_as_alone(study)


@contextmanager
def cluster(folder):
    """Run a scheduler and one worker, as on other machines; return the scheduler's address."""
    file, processes = folder / "scheduler.json", []
    for role, *options in (("scheduler", "--port", "0", "--no-dashboard"), ("worker", "--nthreads", "1", "--no-nanny")):
        where = ["--host", "127.0.0.1", "--scheduler-file", str(file), *options]
        command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *where]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}
        processes.append(subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.DEVNULL))
    try:
        yield file
    finally:
        for process in processes[::-1]:
            process.terminate()
            process.wait()


@pytest.mark.slow
def test_workers_of_a_cluster_that_is_there_do_the_work(trial, tmp_path):
    """They need the study's folder, and no more; where there is no scheduler, or no worker, that is said."""
    import json

    nobody = trial.start(trial.study("nobody"), "--address", "tcp://127.0.0.1:1")
    _, err = nobody.communicate(timeout=120)
    assert 1 == nobody.returncode
    assert "no Dask scheduler answers there" in err
    assert "Traceback" not in err

    study = trial.study("cluster")
    with cluster(tmp_path) as file:
        end = time.monotonic() + 60
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(0.5)
        address = json.loads(file.read_text())["address"]
        for _ in range(20):
            run = trial.start(study, "--address", address)
            _, err = run.communicate(timeout=300)
            if "has no workers" not in err:
                break
    assert 0 == run.returncode, err
    trial.assert_as_alone(study)
