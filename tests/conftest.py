"""What the tests of steps, study, command line and flow share: one small study, tagged once, copied to be changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from coded_study import coded_elsewhere
from hypothesis import HealthCheck, settings
from remembered import Remembered
from small_study import SmallStudy, copied, new_study

from tagger.cli import main
from tagger.embeddings import load_encoder
from tagger.store import Database
from tagger.store.database import opened

pytest_plugins = ["in_browser"]

# Batches here are tiny; threads of several programs that wait for each other make them slow on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")


# How long an example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _remembering() -> Iterator[None]:
    """Have the stages of all runs in this process share what the encoder made of a batch of texts."""
    stages = sys.modules["tagger.steps.workplace"]  # by this name, `tagger.steps` has a function
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "load_encoder", cache(lambda *asked: Remembered(load_encoder(*asked))))
        yield


@pytest.fixture(scope="session")
def empty_study(tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return a study without transcripts and the files beside it; it is copied and never changed."""
    return new_study(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="session")
def tagged(empty_study: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return a study whose files were read and tagged; tests look at it and do not change it."""
    study = copied(empty_study, tmp_path_factory.mktemp("tagged"))
    study.run()
    return study


@pytest.fixture
def study(tagged: SmallStudy, tmp_path: Path) -> SmallStudy:
    """Return a copy of the tagged study that a test may change."""
    return copied(tagged, tmp_path / "copy")


@pytest.fixture
def fresh(empty_study: SmallStudy, tmp_path: Path) -> SmallStudy:
    """Return a copy of the empty study that a test may change."""
    return copied(empty_study, tmp_path / "fresh")


@pytest.fixture(scope="session")
def edited(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return the tagged study after an edit of one file and a second run; tests look at it and do not change it."""
    study = copied(tagged, tmp_path_factory.mktemp("edited"))
    study.edit("garden.txt", "one wet Tuesday in March", "on a dry Thursday in the month of May")
    study.run()
    return study


@pytest.fixture(scope="session")
def coded_once(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return the tagged study of which two people coded all passages elsewhere; it is copied and never changed."""
    return coded_elsewhere(copied(tagged, tmp_path_factory.mktemp("coded")))


@pytest.fixture
def coded(coded_once: SmallStudy, tmp_path: Path) -> SmallStudy:
    """Return a copy of the study coded elsewhere that a test may change."""
    return copied(coded_once, tmp_path / "copy")


@pytest.fixture(scope="module")
def open_study(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return an open copy of the tagged study, on which each test works in a transaction of its own (`desk.tried`)."""
    study = copied(tagged, tmp_path_factory.mktemp("open"))
    with opened(study.folder / "study.duckdb") as database:
        yield database


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def tagger(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Return a function that runs `tagger` with some arguments as the console script does, in this process."""

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["tagger", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        written = capsys.readouterr()
        return Said(int(stopped.value.code or 0), written.out, written.err)

    return call
