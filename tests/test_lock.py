"""The lock file holds what pyproject.toml asks for, and the script that writes it knows environments."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lock import PLATFORMS, PYTHONS, Package, marker, pins, reached, wanted
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = {
    requirement.name: str(requirement.specifier).removeprefix("==")
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for requirement in [Requirement(line)]
}
EVERYWHERE = {(python, platform) for python in PYTHONS for platform in PLATFORMS}


def package(name: str, *requires: str) -> Package:
    """Make a package of version 1.0."""
    return Package(name, "1.0", tuple(map(Requirement, requires)))


def test_lock_holds_all_that_is_asked_for():
    """Every requirement of pyproject.toml, to run, develop and build, is locked on a version that it admits."""
    asked = [Requirement(line) for line in wanted(PYPROJECT)]

    outside = [str(one) for one in asked if LOCK.get(canonicalize_name(one.name), "none") not in one.specifier]

    assert [] == outside


def test_lock_obeys_what_is_held():
    """A version that [tool.lock] holds is the one in the lock."""
    held = [Requirement(line) for line in PYPROJECT["tool"]["lock"]["hold"]]

    assert held == [one for one in held if LOCK[one.name] in one.specifier]


def test_lock_leaves_builds_of_torch_open():
    """No local version and no CUDA package is locked, so a CPU build installs as well as any."""
    assert [] == [name for name, version in LOCK.items() if "+" in version or name.startswith(("nvidia-", "cuda-"))]


def test_requirements_are_followed_by_environment_and_extra():
    """A package counts as reached on a platform only through markers that hold there, extras included."""
    packages = {
        "app": package("app", "tool[fast]", "winonly ; sys_platform == 'win32'"),
        "tool": package("tool", "speed ; extra == 'fast'", "slow ; extra == 'slow'"),
        "speed": package("speed", "backport ; python_version < '3.12'"),
        "backport": package("backport"),
        "slow": package("slow"),
        "winonly": package("winonly"),
    }

    assert {"app", "tool", "speed", "backport"} == reached(packages, ["app"], ("3.11", "linux"))
    assert {"app", "tool", "speed", "winonly"} == reached(packages, ["app"], ("3.13", "win32"))


def test_marker_is_as_short_as_the_environments_allow():
    """A package wanted everywhere has no marker; a Python or a platform that wants it whole is named once."""
    only_old = {one for one in EVERYWHERE if one[0] == "3.11"}
    windows_too = only_old | {one for one in EVERYWHERE if one[1] == "win32"}

    assert "" == marker(EVERYWHERE)
    assert 'python_version == "3.11"' == marker(only_old)
    assert 'python_version == "3.11" or sys_platform == "win32"' == marker(windows_too)
    assert 'python_version == "3.12" and sys_platform == "linux"' == marker({("3.12", "linux")})


def test_pins_leave_out_what_belongs_to_a_build_of_torch():
    """CUDA packages that a resolution brought in are not pinned."""
    packages = {
        "torch": package("torch", "nvidia-cublas", "numpy"),
        "nvidia-cublas": package("nvidia-cublas"),
        "numpy": package("numpy"),
    }

    assert ["numpy==1.0", "torch==1.0"] == list(pins(packages, ["torch"]))
