"""
Write what the program is made of as CycloneDX JSON: every installed package, with version and licence.

Run by `make sbom`, which has what requirements.lock names installed. The program says of each package what the package
says of itself; where it finds no licence there, the first line of what stands for one is taken, or LICENCES below.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "sbom.cdx.json"
LICENCES = {"axe-playwright-python": "MIT"}
"""Those that say it in a file alone, read there."""


def bill() -> dict[str, Any]:
    """Return the bill of materials of this environment."""
    program = Path(sys.executable).with_name("cyclonedx-py")
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--of", "JSON"]
    command = [str(program), "environment", *options, sys.executable]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    found: dict[str, Any] = json.loads(written)
    for component in found["components"]:
        if not component.get("licenses"):
            component["licenses"] = [{"license": {"name": _licence(component["name"])}}]
    return found


def _licence(name: str) -> str:
    said = distribution(name).metadata.get_all("License") or [""]
    return said[0].split("\n")[0] or LICENCES[name]


def main() -> None:
    """Write build/sbom.cdx.json."""
    found = bill()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=1), encoding="utf-8")
    sys.stdout.write(f"{OUT.relative_to(ROOT)}: {len(found['components'])} packages\n")


if __name__ == "__main__":
    main()
