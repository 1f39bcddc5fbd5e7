"""Fail when a test of the named JUnit reports was skipped: a check that did not run has not passed. Run by .ci/run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from defusedxml import ElementTree


def skipped(report: Path) -> Iterator[str]:
    """Yield the name of each skipped test of *report*, with the reason."""
    for case in ElementTree.parse(report).iter("testcase"):
        reason = case.find("skipped")
        if reason is not None:
            yield f"{case.get('classname')}.{case.get('name')}: {reason.get('message')}"


def main(reports: list[str]) -> int:
    """Print the skips and return the exit code."""
    found = [line for report in reports for line in skipped(Path(report))]
    sys.stdout.write("".join(f"skipped: {line}\n" for line in found) + f"{len(found)} tests skipped\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
