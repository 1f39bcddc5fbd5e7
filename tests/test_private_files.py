"""Whatever a command leaves on the disk is for its owner alone, and what it logs holds no word of anybody."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Said
from searched import places_in_files
from serve import served
from small_study import write_files
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from test_review_hostile import sent
from visitor import AT_HOME

from tagger.review.web.logs import logging_without_words
from tagger.review.web.security import Guard
from tagger.review.web.server import _answering, _bound

Tagger = Callable[..., Said]
WORDS = ("My neighbour brought me along", "We had both hidden our tablets")


@pytest.fixture
def careless() -> Iterator[None]:
    """Let new files be read and changed by everybody, as far as the program does not care."""
    before = os.umask(0)
    yield
    assert 0 == os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Return the files and folders that others can read, write or enter."""
    return [str(path) for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]


@pytest.mark.usefixtures("careless")
def test_every_file_of_every_command_is_its_owners(tmp_path: Path, tagger: Tagger) -> None:
    """From the first command to the last, in the study and beside it, whatever the account would let others do."""
    files, out = write_files(tmp_path / "files"), tmp_path / "out"
    out.mkdir(mode=0o700)
    study = ("--study", tmp_path / "study")
    local = ("--engine", "local")
    commands = (
        ("init", tmp_path / "study", "--framework", "side-by-side"),
        ("check", files, *study, "--write", out / "attributes.csv"),
        ("run", files, *study, "--dataset", "general", *local),
        ("status", *study),
        ("framework", "show", "side-by-side", *study, "--yaml", out / "list.yaml"),
        *(("export", *study, "--to", form, "-o", out / f"all.{form}", "--include-unreviewed") for form in FORMS),
        ("pack", *study, "--everyone", "-n", "2", "-o", out / "packs"),
        ("learn", *study, *local),
        ("agreement", *study, "-o", out / "report"),
        ("compare", *study, "-o", out / "contexts"),
        ("exemplars", *study, "-o", out / "quotes.xlsx"),
        ("backup", *study),
        ("reviewer", "add", "Ann", "--role", "admin", *study, "-o", out / "link.txt"),
        ("import", out / "all.archive", "--study", tmp_path / "again"),
        ("withdraw", "P01", *study, "--yes"),
        ("restore", *study),
    )
    left: dict[str, list[str]] = {}
    done = []
    for command in commands:
        done.append((command[0], tagger(*command).code))
        for folder in (tmp_path / "study", tmp_path / "again", out):
            if found := open_to_others(folder) if folder.exists() else []:
                left[str(command)] = found

    assert {} == left
    succeeded = {name for name, code in done if code == 0}
    assert {"init", "check", "run", "export", "agreement", "backup", "withdraw"} <= succeeded
    assert 10 < sum(1 for _ in out.rglob("*"))


FORMS = ("csv", "xlsx", "jsonl", "parquet", "qdpx", "qdc", "taguette", "label-studio", "docx", "html", "archive")


@pytest.mark.slow
def test_what_a_server_and_the_demo_leave_is_their_owners_too(tmp_path: Path) -> None:
    """Prefect's records among it, in which no word of a transcript stands either, nor in what the programs print."""
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "tagger", "demo", "--dir", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=True, umask=0, timeout=900)
    said = [sentence for file in (folder / "transcripts").rglob("*.txt") for sentence in sentences(file)]
    before = os.umask(0)
    try:
        with served(folder):
            assert [] == open_to_others(folder)
    finally:
        os.umask(before)

    assert [] == open_to_others(folder)
    assert 20 < len(said)
    assert {} == {word: places for word, places in places_in_files(folder / ".prefect", said).items() if places}
    assert [] == [sentence for sentence in said if sentence in made.stdout + made.stderr]


def sentences(file: Path) -> list[str]:
    """Return some long stretches of what was said."""
    return re.findall(r"[\w ,']{30,}", file.read_text("utf-8"))


def test_a_fault_is_logged_without_the_words_it_was_about(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that quotes a passage, one raised from it, and one that nobody caught on the way to the server."""

    def broken(request: Request) -> Response:
        try:
            raise ValueError(WORDS[0])
        except ValueError as error:
            raise KeyError(WORDS[1]) from error

    # As in a process of its own, whatever other tests had uvicorn set.
    for name in ("uvicorn", "uvicorn.error"):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    app = Guard(Starlette(routes=[Route("/", broken)]), AT_HOME)
    with logging_without_words(), _bound("127.0.0.1", 0) as listening, _answering(app, listening):
        status, _ = sent(listening.getsockname()[1], b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    logged = capfd.readouterr().err

    assert 500 == status
    assert "in broken" in logged
    assert "ValueError (what it says is left out" in logged
    assert "KeyError (what it says is left out" in logged
    assert not any(word in logged for word in WORDS)
