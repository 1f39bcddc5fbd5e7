"""`tagger doctor`: is everything here that is needed, and is the study in order? What is not, with what mends it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from tagger.config import FILE
from tagger.embeddings import load_encoder
from tagger.errors import TaggerError
from tagger.frameworks import shipped_frameworks
from tagger.steps.checks import Finding, checks_of_study

_PACKAGE = "transcript-tagger"
_INSTALL = f"pip install --upgrade {_PACKAGE}"


def diagnose(folder: Path) -> list[Finding]:
    """Look at the installation, and at the study in *folder* if there is one."""
    findings = [*_installation()]
    if (folder / FILE).exists():
        findings += checks_of_study(folder)
    else:
        findings.append(Finding(True, f"no study in {folder} to look at (--study DIR)"))
    return findings


def _installation() -> Iterator[Finding]:
    python = sys.version.split()[0]
    yield Finding(
        sys.version_info >= (3, 11), f"Python {python} (3.11 or newer is needed)", "Install a newer Python, and tagger"
    )
    yield from _packages()
    try:
        encoder = load_encoder()
        yield Finding(True, f"{encoder.name} loads from disk and its weights are the published ones")
        yield Finding(True, f"{len(shipped_frameworks())} frameworks come with this installation and are in order")
    except TaggerError as error:
        yield Finding(False, str(error), f"pip install --force-reinstall {_PACKAGE}")


def _packages() -> Iterator[Finding]:
    """Compare the packages that are installed with those that this version was made for."""
    right = []
    for wanted in map(Requirement, requires(_PACKAGE) or ()):
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield Finding(False, f"{wanted.name} is missing", _INSTALL)
            continue
        if wanted.specifier.contains(found, prereleases=True):
            right.append(f"{wanted.name} {found}")
        else:
            yield Finding(False, f"{wanted.name} is {found}, and {wanted.specifier} is needed", _INSTALL)
    yield Finding(True, f"{len(right)} packages have the versions that are needed: {', '.join(right)}")
