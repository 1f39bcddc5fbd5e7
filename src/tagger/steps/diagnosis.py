"""`tagger doctor`: is everything here that is needed, and is the study in order?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tagger.config import FILE, load_settings
from tagger.embeddings import load_encoder
from tagger.errors import TaggerError
from tagger.frameworks import shipped_frameworks
from tagger.steps import versions
from tagger.store import Store

_ROOM_GB = 1.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and whether it is as it should be."""

    good: bool
    text: str


def diagnose(folder: Path) -> list[Finding]:
    """Look at the installation, and at the study in *folder* if there is one."""
    findings = [*_installation()]
    if (folder / FILE).exists():
        findings += _study(folder)
    else:
        findings.append(Finding(True, f"no study in {folder} to look at (--study DIR)"))
    return findings


def _installation() -> Iterator[Finding]:
    yield Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} (3.11 or newer is needed)")
    for package in ("duckdb", "prefect", "fastapi", "spacy", "sentence-transformers", "torch"):
        try:
            yield Finding(True, f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Finding(False, f"{package} is missing: install transcript-tagger again with pip")
    try:
        encoder = load_encoder()
        yield Finding(True, f"{encoder.name} loads from disk and its weights are the published ones")
        yield Finding(True, f"{len(shipped_frameworks())} frameworks come with this installation and are in order")
    except TaggerError as error:
        yield Finding(False, str(error))


def _study(folder: Path) -> Iterator[Finding]:
    room = shutil.disk_usage(folder).free / 1e9
    yield Finding(room > _ROOM_GB, f"{room:.0f} GB free on the study's disk ({_ROOM_GB:.0f} is needed)")
    private = not (folder / "study.duckdb").exists() or not (folder / "study.duckdb").stat().st_mode & 0o077
    yield Finding(private or sys.platform == "win32", "only you can read the database file")
    try:
        settings = load_settings(folder)
        versions.version(folder, settings.study.framework)
        yield Finding(True, f"{FILE} is in order, and its framework is there")
        with Store(folder).session("a check") as database:
            misplaced = database.rows(
                "SELECT count(*) FROM placements p JOIN revisions r ON r.id = p.revision_id "
                "JOIN excerpts e ON e.id = p.excerpt_id "
                'WHERE substring(r.text, p.start + 1, p."end" - p.start) <> e.text'
            )[0][0]
            unfinished = database.rows("SELECT count(*) FROM unfinished_runs")[0][0]
        matches = "every excerpt matches the text it was cut from"
        yield Finding(misplaced == 0, f"excerpts that do not match their text: {misplaced}" if misplaced else matches)
        yield Finding(True, f"the database opens; {unfinished} runs stopped before their end")
    except TaggerError as error:
        yield Finding(False, str(error))
