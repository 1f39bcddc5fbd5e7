"""The threat model names the tests that show what it says, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "threat-model.md").read_text("utf-8")
NAMED = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)


def test_each_test_that_is_named_is_there() -> None:
    """By its file and its name."""
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if not re.search(rf"^def {name}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE)
    ]

    assert [] == missing


def test_each_line_of_what_is_defended_names_one() -> None:
    """A defence that nothing shows is a hope."""
    defended = PAGE.partition("## Defended")[2].partition("## Not defended")[0]
    lines = [line for line in defended.splitlines() if line.startswith("| ") and not line.startswith("| what |")]

    assert 20 < len(lines)
    assert [] == [line for line in lines if "::" not in line.split(" | ")[-1]]
    assert len(NAMED) == PAGE.count("::test_")
