"""Where the folders that come with the program are, in an installed wheel and in a checkout (looks at the disk)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tagger.errors import UsageError


def shipped(name: Literal["frameworks", "data", "models"]) -> Path:
    """
    Find a folder that comes with the program.

    A wheel holds it inside the package, under `shipped/`; a checkout has it in the repository's top level.

    Raises:
        UsageError: neither place has it, so the installation is not whole.
    """
    module = Path(__file__).resolve()
    for folder in (module.parent / "shipped" / name, module.parents[2] / name):
        if folder.is_dir():
            return folder
    raise UsageError(
        f"this installation lacks its folder of {name}", where=str(module.parent), remedy="Install the program again"
    )
