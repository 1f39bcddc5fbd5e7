"""Tests of finding what comes with the program."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tagger.shipped
from tagger.shipped import shipped

ASK = "from tagger.shipped import shipped; print(shipped('frameworks'))"


def package_in(folder: Path) -> Path:
    """Lay out as much of the package as the look-up needs."""
    package = folder / "tagger"
    package.mkdir(parents=True)
    for name in ("shipped.py", "errors.py"):
        shutil.copy(Path(tagger.shipped.__file__).parent / name, package)
    (package / "__init__.py").write_text("")
    return package


def ask(folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask a fresh Python that sees only this folder's package."""
    environment = {"PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["frameworks", "data", "models"])
def test_a_checkout_has_its_folders_in_the_top_level(name):
    """In a checkout each folder is the repository's own."""
    assert Path(__file__).resolve().parents[1] / name == shipped(name)


def test_an_installed_package_has_its_folders_inside(tmp_path):
    """In a wheel the folder under the package is found, beside a module of the same name."""
    folder = package_in(tmp_path / "site-packages") / "shipped" / "frameworks"
    folder.mkdir(parents=True)

    assert str(folder) == ask(tmp_path / "site-packages").stdout.strip()


def test_an_installation_without_the_folder_says_so(tmp_path):
    """Where neither place has the folder, the error names what is missing and where."""
    package = package_in(tmp_path / "lib" / "site-packages")

    assert f"{package}: this installation lacks its folder of frameworks." in ask(package.parent).stderr
