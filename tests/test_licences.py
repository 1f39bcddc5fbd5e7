"""Under which licences the program's dependencies are, as what is installed says of itself."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PAGE = Path(__file__).parents[1] / "docs" / "licences.md"
PERMISSIVE = re.compile(
    r"apache|\bmit\b|bsd|\bisc\b|psf|python software foundation|zlib|cc0|bsl-1\.0|cnri|unlicense|mit-cmu|hpnd",
    re.IGNORECASE,
)
RESTRICTIVE = re.compile(r"gpl|general public|mpl|mozilla|eclipse|epl|cddl|eupl|sspl|non-?commercial", re.IGNORECASE)


def normal(name):
    """Return a package's name as all of its spellings have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(name, extras=(), found=None):
    """Return what a package needs to run on this machine, with all that this needs."""
    found = {} if found is None else found
    key = (normal(name), tuple(sorted(extras)))
    if key in found:
        return found
    found[key] = distribution(name)
    for line in found[key].requires or ():
        wanted = Requirement(line)
        if not wanted.marker or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            needed(wanted.name, wanted.extras, found)
    return found


def licence(package: Distribution) -> str:
    """Return what a package says of its licence: an expression, or the classifiers, or the first line of a text."""
    said = package.metadata.get("License-Expression")
    classed = [one for one in package.metadata.get_all("Classifier") or () if one.startswith("License ::")]
    return said or "; ".join(classed) or (package.metadata.get("License") or "").split("\n")[0]


def listed():
    """Return the packages that the page names."""
    return {row.split("|")[1].strip() for row in PAGE.read_text("utf-8").splitlines() if row.startswith("| ")} - {
        "Package"
    }


@pytest.fixture(scope="module")
def licences():
    """Return the licence of each package that the program needs."""
    return {name: licence(package) for (name, _), package in needed("transcript-tagger", ("dask",)).items()}


def test_every_dependency_is_permissive_or_on_the_page(licences):
    """And the page names none that need not be on it."""
    burdened = {name for name, said in licences.items() if RESTRICTIVE.search(said)}

    assert len(licences) > 100
    assert listed() == burdened
    assert {name for name, said in licences.items() if not PERMISSIVE.search(said)} <= burdened


def test_none_is_under_a_licence_of_the_gpl_family_alone(licences):
    """Where one names such a licence, it leaves the choice of another."""
    family = {name: said for name, said in licences.items() if re.search("gpl|general public", said, re.IGNORECASE)}

    assert {"text-unidecode"} == family.keys()
    assert "Artistic" in family["text-unidecode"]


def test_what_a_package_needs_is_looked_for_in_turn():
    """A package that is not there is an error, and not passed over."""
    with pytest.raises(PackageNotFoundError):
        needed("no-such-package-anywhere")
    assert {"starlette", "anyio"} <= {name for name, _ in needed("transcript-tagger")}
