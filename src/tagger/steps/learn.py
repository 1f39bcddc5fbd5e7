"""The stage before suggestions: from people's answers to what these rest on besides the framework's wording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tagger.errors import ModelError
from tagger.privacy import plain_hash
from tagger.steps.workplace import Outcome, Run, Workplace, workplace
from tagger.store import Readable

if TYPE_CHECKING:
    from tagger.steps.material import Material


@dataclass(frozen=True, slots=True)
class InUse:
    """What a framework's suggestions rest on besides its wording; no learned_id: nothing."""

    number: int = 0
    depth: int = 0
    why: str = ""
    learned_id: str | None = None
    framework_id: str | None = None
    model_id: str | None = None

    def fits(self, place: Workplace) -> bool:
        """Say whether it was made for the framework and the encoder of a run."""
        return (self.framework_id, self.model_id) == (place.framework_id, place.model_id)


def in_use(study: Readable, framework: str) -> InUse:
    """Return what the framework of that name uses."""
    columns = "number, depth, why, learned_id, framework_id, model_id"
    sql = f"SELECT {columns} FROM current_learning WHERE framework = $framework"  # noqa: S608
    found = study.rows(sql, {"framework": framework})
    return InUse(*found[0]) if found else InUse()


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """
    Name the framework, if there is something to learn.

    A run that was asked to learn does where answers, framework, encoder or passages are others than those of what is in
    use. Any other learns anew where what is in use was made for another version of the framework, or another encoder.
    """
    place = workplace(run)
    with place.store.session("looking for what to learn from") as study:
        used = in_use(study, place.framework.id)
    stale = used.learned_id is not None and not used.fits(place)
    if stale or (run.learn and not _stands(place, used)):
        yield (place.framework.id,)


def learn(run: Run, _frameworks: tuple[str, ...]) -> Outcome:
    """
    Learn from the answers of now, keep it in the study's folder, and leave one shard that says it is in use.

    Raises:
        UsageError: there are too few answers, and the run was asked to learn.
    """
    from tagger.steps.material import Material  # which takes a second to import, and most runs do not learn

    place = workplace(run)
    material = Material(place)
    with place.store.session("a look at what was learned") as study:
        used = in_use(study, place.framework.id)
    if run.learn:
        material.answers.refuse_too_few(place.framework.id)
    depth, why = (used.depth + 1, "learned") if run.learn else (used.depth, "learned anew")
    use = {"framework": place.framework.id, "number": used.number + 1, "depth": depth, "why": why, "run_id": run.id}
    made = material.answers.enough
    tables: dict[str, Any] = material.tables() if made else {}
    if used.learned_id != material.id:
        now = datetime.now(UTC).replace(tzinfo=None)
        tables["learning_uses"] = [{**use, "learned_id": material.id if made else None, "used_at": now}]
    place.put("learn", plain_hash("learn", material.id, str(used.number + 1)), **tables)
    return Outcome({"learned": int(made)}, notes=() if run.learn else (_said_unasked(place, material),))


def _stands(place: Workplace, used: InUse) -> bool:
    """Say whether what is in use was made from the answers of now, and is whole on disk."""
    from tagger.steps.material import Material, learned_of

    material = Material(place)
    if used.learned_id != material.id:
        return False
    try:
        learned_of(place, material.id)
    except ModelError:
        return False
    return True


def _said_unasked(place: Workplace, material: Material) -> str:
    changed = (
        f"{place.framework.id}: what was learned was made for another version of the framework, or another encoder"
    )
    if material.answers.enough:
        return f"{changed}, so it was learned anew, from the answers of now (tagger learn --undo takes it back)."
    return f"{changed}, and too few answers hold for this one: suggestions rest on the framework's wording alone."
