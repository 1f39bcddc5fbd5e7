"""Versions of frameworks: which ones a study holds, which one runs use, and what a changed file makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tagger.config import load_settings
from tagger.errors import FrameworkError, UsageError
from tagger.frameworks import continued, digest, from_json, load_framework, to_yaml
from tagger.records import Framework
from tagger.store import Readable, Store

T = TypeVar("T")


def held(study: Readable) -> tuple[Framework, ...]:
    """Return every version that a study holds: those adopted first, the newest first, then those last used."""
    return tuple(from_json(content) for (content,) in study.rows(_HELD))


def adopted(study: Readable, framework: str) -> Framework | None:
    """Return the version of a framework that people consented to last, if there is one."""
    found = study.rows(_ADOPTED, {"framework": framework})
    return from_json(found[0][0]) if found else None


def version(folder: Path, name: str) -> Framework:
    """
    Return the framework that is meant by a name, a file or `NAME@VERSION`.

    A name alone means the version that people consented to last, or else the study's file, or the shipped one.

    Raises:
        FrameworkError: there is none; says which ones there are.
    """
    return _of_study(folder, lambda study: adopted(study, name), None) or from_file(folder, name)


def from_file(folder: Path, name: str | Path) -> Framework:
    """
    Return the framework of a file or a name, whatever people consented to.

    Raises:
        FrameworkError: as `version`.
    """
    return load_framework(name, [folder / "frameworks"], _of_study(folder, held, ()))


def as_file(folder: Path, framework: Framework) -> str:
    """Write a version as the text of a file, from which it is loaded again where what it was made from is known."""
    return to_yaml(framework, from_file(folder, framework.made_from) if framework.made_from else None)


def as_next(folder: Path, file: Path, same: Collection[str], revised: Collection[str]) -> tuple[Framework, Framework]:
    """
    Return the version that is used, and a changed file as the one that is to follow it.

    Args:
        same: the values of which the author says that what was read of them still holds; `revised`: that it may not.
            A file that says itself which version it continues needs neither.

    Raises:
        UsageError: nothing of the framework is used here yet, or it is not said of a changed value whether it holds.
    """
    changed = from_file(folder, file)
    used = _of_study(folder, lambda study: adopted(study, changed.id) or _last_used(study, changed.id), None)
    if used is None:
        raise UsageError(
            f"nothing was tagged here with '{changed.id}' yet, so nobody need be asked",
            remedy="Put the file into the study's frameworks folder and use it: tagger run",
        )
    if changed.continues:
        return used, changed
    return used, continuing(changed, used, same, revised)


def continuing(changed: Framework, base: Framework, same: Collection[str], revised: Collection[str]) -> Framework:
    """
    Take a framework that was edited as a whole for the next version of the one it was made from.

    Raises:
        UsageError: it has the version of the other, or it is not said of a changed value whether its meaning changed.
    """
    if changed.version == base.version:
        raise UsageError(
            f"the file still says version {base.version}", remedy="Give it another version, and propose it"
        )
    before = {value.id: value for value in base.values}
    open_ones = [
        value.id
        for value in changed.values
        if value != before.get(value.id, value) and value.id not in {*same, *revised}
    ]
    if open_ones:
        options = " or ".join(f"--{word} {open_ones[0]}" for word in ("same", "revised"))
        raise UsageError(
            f"it is not said whether what was read before still holds for: {', '.join(open_ones)}",
            remedy=f"Add {options}, and so for each",
        )
    mapping = {value.id: value.id if value.id in before else None for value in changed.values}
    revised_here = frozenset(value for value in revised if mapping.get(value))
    extends = f"{base.id}@{base.version}"
    return continued(replace(changed, extends=extends, mapping=mapping, revised_meaning=revised_here), base)


def list_of(folder: Path, dataset: str) -> str:
    """
    Return the name of the framework that a dataset is read with where a run names none.

    It is the study's, unless a run named another one for the dataset: a dataset keeps its own list. Where that has no
    file, the version that the study holds is named by its id.
    """
    default = load_settings(folder).study.framework
    nothing: list[tuple[Any, ...]] = []
    found = _of_study(folder, lambda study: study.rows(_NEWEST_OF, {"dataset": dataset}), nothing)
    for framework, framework_id, settings in found:
        if framework != Path(json.loads(settings)["study"]["framework"]).stem:
            with suppress(FrameworkError):
                return from_file(folder, framework).id
            return str(framework_id)
    return default


def agreed_on(folder: Path, framework: Framework) -> str:
    """Return the id of the version that runs use in the place of a framework, because people consented to it."""
    used = _of_study(folder, lambda study: adopted(study, framework.id), None)
    return digest(used) if used else ""


def note_on(folder: Path, name: str) -> str:
    """Say that a run does not use the study's file, where that says something which the study has never used."""
    if not _is_own(folder, name):
        return ""

    def unheld(study: Readable) -> Framework | None:
        known = held(study)
        named = load_framework(name, [folder / "frameworks"], known)
        return None if digest(named) in map(digest, known) else adopted(study, named.id)

    used = _of_study(folder, unheld, None)
    if used is None:
        return ""
    return (
        f"the people of this study agreed on {used.id} {used.version}, so that is used, and not the file, which says "
        "something else. To put the file to them: tagger framework propose FILE --reason WHY --reader NAME"
    )


def _is_own(folder: Path, name: str) -> bool:
    return Path(name).is_file() or any(path.stem == name for path in (folder / "frameworks").glob("*.y*ml"))


def _last_used(study: Readable, framework: str) -> Framework | None:
    found = study.rows(_LAST_USED, {"framework": framework})
    return from_json(found[0][0]) if found else None


def _of_study(folder: Path, read: Callable[[Readable], T], nothing: T) -> T:
    """Read from the study in a folder."""
    store = Store(folder)
    if not store.path.exists():
        return nothing
    with store.up_to_date("a look at the frameworks") as study:
        return read(study)


_NEWEST_OF = """
SELECT n.framework, n.framework_id, s.settings FROM newest_scorings n JOIN scorings s ON s.id = n.scoring_id
WHERE n.dataset = $dataset
"""

_HELD = """
SELECT f.content FROM frameworks f JOIN framework_versions v ON v.framework_id = f.id
ORDER BY v.adopted DESC NULLS LAST, v.used_at DESC NULLS LAST, f.id
"""

_ADOPTED = """
SELECT f.content FROM adopted_frameworks a JOIN frameworks f ON f.id = a.framework_id WHERE a.framework = $framework
"""

_LAST_USED = """
SELECT f.content FROM frameworks f JOIN framework_versions v ON v.framework_id = f.id
WHERE v.framework = $framework AND v.used_at IS NOT NULL ORDER BY v.used_at DESC LIMIT 1
"""
