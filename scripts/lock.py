"""
Write requirements.lock: one version of every package that running, testing and building the project needs.

Run by `make lock`, with the oldest Python that the project supports: what installs there has so far installed on the
newer ones too. `make lock KEEP=1` moves no version that is locked already. pip resolves; this script adds to each pin
the Pythons and platforms that want it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
# Which of these a build of torch asks for is its own affair: a CPU build wants none, a CUDA build names exact versions.
NOT_OURS = ("cuda-", "nvidia-", "triton")
HEADER = """\
# Written by `make lock`; do not edit. Every package for running, testing, checking and building, on Python {pythons}.
# No hashes: torch's builds (CPU, CUDA) share one version and differ in their files, and pip takes the one at hand.
"""

Environment = tuple[str, str]


@dataclass(frozen=True)
class Package:
    """A package that pip chose, with what it requires in turn."""

    name: str
    version: str
    requires: tuple[Requirement, ...]


def wanted(pyproject: Mapping[str, Any]) -> list[str]:
    """List the project's requirements: to run with all that it can use, to develop (dependency groups), to build."""
    groups = pyproject["dependency-groups"]

    def members(group: str) -> Iterator[str]:
        for entry in groups[group]:
            if isinstance(entry, str):
                yield entry
            else:
                yield from members(entry["include-group"])

    build = pyproject["build-system"]["requires"]
    project = pyproject["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    return [*project["dependencies"], *extras, *members("dev"), *build]


def resolved(requirements: Iterable[str], held: Iterable[str]) -> dict[str, Package]:
    """Let pip choose a version of everything *requirements* lead to, within the constraints *held*; by name."""
    with tempfile.TemporaryDirectory() as folder:
        constraints, report = Path(folder, "held.txt"), Path(folder, "report.json")
        constraints.write_text("\n".join(held), encoding="utf-8")
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(report), "-c", str(constraints)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *requirements], check=True)  # noqa: S603
        chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {package.name: package for package in map(_package, chosen)}


def _package(item: Mapping[str, Any]) -> Package:
    metadata = item["metadata"]
    requires = tuple(Requirement(line) for line in metadata.get("requires_dist", ()))
    return Package(canonicalize_name(metadata["name"]), Version(metadata["version"]).public, requires)


def reached(packages: Mapping[str, Package], requirements: Iterable[str], environment: Environment) -> set[str]:
    """Name the *packages* that *requirements* lead to on one Python and platform."""
    python, platform = environment
    names = {"python_version": python, "python_full_version": f"{python}.0", **PLATFORMS[platform]}
    seen: set[tuple[str, str]] = set()
    todo = [(Requirement(line), "") for line in requirements]
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker and not requirement.marker.evaluate({**names, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted_extra in ("", *requirement.extras):
            if name in packages and (name, wanted_extra) not in seen:
                seen.add((name, wanted_extra))
                todo += [(further, wanted_extra) for further in packages[name].requires]
    return {name for name, _ in seen}


def marker(environments: set[Environment]) -> str:
    """Say in which of all environments a package is wanted; empty where in all."""
    pythons = [python for python in PYTHONS if {(python, platform) for platform in PLATFORMS} <= environments]
    platforms = [platform for platform in PLATFORMS if {(python, platform) for python in PYTHONS} <= environments]
    if len(pythons) == len(PYTHONS):
        return ""
    clauses = [f'python_version == "{python}"' for python in pythons]
    clauses += [f'sys_platform == "{platform}"' for platform in platforms]
    for python, platform in sorted(environments):
        if python not in pythons and platform not in platforms:
            clauses.append(f'python_version == "{python}" and sys_platform == "{platform}"')
    return " or ".join(clauses)


def pins(packages: Mapping[str, Package], requirements: Iterable[str]) -> Iterator[str]:
    """Yield a line of the lock file for each of *packages*, in the order of their names."""
    requirements = list(requirements)
    everywhere = [(python, platform) for python in PYTHONS for platform in PLATFORMS]
    by_environment = {environment: reached(packages, requirements, environment) for environment in everywhere}
    for name, package in sorted(packages.items()):
        if name.startswith(NOT_OURS):
            continue
        where = marker({environment for environment, names in by_environment.items() if name in names})
        yield f"{name}=={package.version}" + (f" ; {where}" if where else "")


def kept() -> list[str]:
    """List the pins that requirements.lock has, for what it holds to stay as it is."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [line.partition(" ;")[0] for line in lines if not line.startswith("#")]


def main() -> None:
    """Resolve anew and write requirements.lock; with --keep, what it holds already stays on its version."""
    if "{}.{}".format(*sys.version_info) != PYTHONS[0]:
        sys.exit(f"lock: run this with Python {PYTHONS[0]}, the oldest supported; this is {sys.version}")
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = wanted(pyproject)
    held = [*pyproject["tool"]["lock"]["hold"], *(kept() if "--keep" in sys.argv[1:] else [])]
    lines = list(pins(resolved(requirements, held), requirements))
    text = HEADER.format(pythons=", ".join(PYTHONS)) + "\n".join(lines) + "\n"
    (ROOT / "requirements.lock").write_text(text, encoding="utf-8")
    sys.stdout.write(f"requirements.lock: {len(lines)} packages\n")


if __name__ == "__main__":
    main()
