"""
Ask whether a locked package has a known flaw. Run by `make audit`, where the network has an answer.

It ends with 0 where all were asked about and none has one, with 1 where some have, and with 2 where it could not ask
about all of them: that is no good news, and not printed as such. pip-audit goes into an environment of its own, since
it brings a pip along.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "audit"
NONE, SOME, NOT_ASKED = 0, 1, 2


def judged(packages: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
    """Return how to end, and what to say, of what pip-audit says about each package."""
    flaws = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    silent = [one["name"] for one in packages if "skip_reason" in one]
    lines = [*flaws, f"{len(packages) - len(silent)} packages were asked about, {len(flaws)} flaws are known."]
    if silent or not packages:
        some = ", ".join(silent[:5])
        lines.append(f"No answer about {len(silent)} packages ({some} ...). Ask again where the network has one.")
    return SOME if flaws else NOT_ASKED if silent or not packages else NONE, lines


def asked() -> list[dict[str, Any]]:
    """Ask about every pin of requirements.lock; nothing where there is no answer at all."""
    program = HOME / "bin" / "pip-audit"
    if not program.exists():
        venv.create(HOME, with_pip=True)
        subprocess.run([HOME / "bin" / "python", "-m", "pip", "install", "--quiet", "pip-audit"], check=True)  # noqa: S603
    command = [str(program), "-r", str(ROOT / "requirements.lock"), "--no-deps", "--disable-pip", "-f", "json"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    try:
        found: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError):
        return []
    return found


def main() -> int:
    """Ask, and say what came of it."""
    code, lines = judged(asked())
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
