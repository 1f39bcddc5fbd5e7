"""What the program is made of: a bill that names all of it, and an audit that never takes silence for good news."""

from __future__ import annotations

from pathlib import Path

import audit
import pytest
import sbom
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = (Path(__file__).parents[1] / "requirements.lock").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def bill():
    """Return the bill of the environment in which the tests run."""
    return sbom.bill()


def test_the_bill_names_every_locked_package_with_version_and_licence(bill):
    """All that are for this machine; what is installed beside them is named too."""
    locked = [Requirement(line) for line in LOCK if not line.startswith("#")]
    named = {canonicalize_name(one["name"]): one for one in bill["components"]}
    here = [one for one in locked if not one.marker or one.marker.evaluate()]

    assert "CycloneDX" == bill["bomFormat"]
    assert len(here) > 150
    assert [] == [one.name for one in here if one.name not in named]
    assert [] == [str(one) for one in here if named[one.name]["version"].partition("+")[0] not in one.specifier]
    assert [] == [name for name, one in named.items() if not any(map(says, one["licenses"]))]


def says(licence):
    """Say whether an entry for a licence names one."""
    inside = licence.get("license", {})
    return bool(licence.get("expression") or inside.get("id") or inside.get("name"))


FLAW = {"id": "PYSEC-1", "fix_versions": ["1.1"]}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], audit.NONE, "1 packages were asked about, 0 flaws"),
        ([{"name": "a", "version": "1", "vulns": [FLAW]}], audit.SOME, "a 1: PYSEC-1, mended in 1.1"),
        ([{"name": "a", "skip_reason": "not found"}], audit.NOT_ASKED, "No answer about 1 packages (a"),
        ([{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": ""}], audit.NOT_ASKED, "about 1"),
        ([{"name": "a", "version": "1", "vulns": [FLAW]}, {"name": "b", "skip_reason": ""}], audit.SOME, "PYSEC-1"),
        ([], audit.NOT_ASKED, "No answer"),
    ],
)
def test_an_audit_that_could_not_ask_has_an_end_of_its_own(packages, code, words):
    """Known flaws first; then that there is no answer; only an answer about all of them is a good one."""
    ended, lines = audit.judged(packages)

    assert code == ended
    assert words in "\n".join(lines)
