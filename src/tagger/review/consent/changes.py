"""
Changes of the list of values: somebody proposes a version, everybody who reads here is asked, and what stands is used.

Nothing that was read is touched by it: every reading keeps the version that it was made with.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import pyarrow as pa

from tagger.config import ConsentSettings
from tagger.errors import UsageError
from tagger.frameworks import digest
from tagger.records import Framework
from tagger.review.consent.rounds import Proposal, Round, rounds
from tagger.review.consent.rounds import propose as open_round
from tagger.review.consent.rounds import take_position as store_position
from tagger.review.datasets import framework as stored
from tagger.steps.workplace import framework_rows
from tagger.store import Database, Readable

Origin = Literal["written", "list is wrong", "emergent"]

Standing = Literal["answer", "held", "overtaken", "open", "in use"]
"""Of a change, for one reader: their answer is waited for; an objection holds it; another change took effect, so that
it must be proposed anew; others are waited for; it took effect."""
STANDINGS: tuple[Standing, ...] = ("answer", "held", "overtaken", "open", "in use")


@dataclass(frozen=True, slots=True)
class Change:
    """
    A change of a framework: the version it was made from, all rounds of it, and when it took effect.

    `current` says whether runs still use the version that it was made from.
    """

    id: str
    base: Framework
    origin: Origin
    rounds: tuple[Round, ...]
    adopted_at: datetime | None
    current: bool

    @property
    def newest(self) -> Round:
        """Return the round that counts."""
        return self.rounds[-1]

    def standing(self, coder_id: str) -> Standing:
        """Say how it stands for one reader."""
        if self.adopted_at:
            return "in use"
        if not self.current:
            return "overtaken"
        if self.newest.waits_for(coder_id):
            return "answer"
        return "held" if self.newest.state == "held" else "open"


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A version that somebody proposes, with why.

    `change_id` names the change that it is another round of, and `number` that round; a first one has neither.
    """

    base: Framework
    proposed: Framework
    reason: str
    origin: Origin = "written"
    excerpts: tuple[str, ...] = ()
    change_id: str = ""
    number: int = 1


def changes(db: Readable, today: datetime, framework: str = "") -> list[Change]:
    """Return the changes of a framework, or of all, from the first to the newest."""
    rows = db.table(_CHANGES, {"framework": framework}).to_pylist()
    found = rounds(db, "framework", [row["id"] for row in rows], today.date())
    used = {name: in_use(db, name) for name in {row["framework"] for row in rows}}
    return [
        Change(
            row["id"],
            stored(db, row["base_id"]),
            row["origin"],
            found[row["id"]],
            row["adopted_at"],
            row["base_id"] in used[row["framework"]] or not used[row["framework"]],
        )
        for row in rows
    ]


def in_use(db: Readable, framework: str) -> list[str]:
    """Return the ids of the versions of a framework that are in use: the one adopted last, or what runs used last."""
    adopted = [str(one) for (one,) in db.rows(_ADOPTED, {"framework": framework})]
    return adopted or [str(one) for (one,) in db.rows(_USED, {"framework": framework})]


def propose(
    db: Database,
    draft: Draft,
    consent: ConsentSettings,
    *,
    id: str,  # noqa: A002
    coder_id: str,
    now: datetime,
) -> None:
    """
    Put a version of the list to everybody who reads here, with why; whoever proposes it agrees with it.

    Raises:
        UsageError: no reason is given, another change took effect meanwhile, or the version has the number of another.
    """
    if db.rows("SELECT 1 FROM proposals WHERE id = try_cast($id AS UUID)", {"id": id}):
        return
    _check(db, draft)
    if not draft.change_id:
        for one in (draft.base, draft.proposed):
            _keep(db, one)
        about = {"framework": draft.base.id, "base_id": digest(draft.base), "origin": draft.origin}
        _insert(db, "framework_changes", [{"id": id, **about, "coder_id": coder_id, "made_at": now}])
        _insert(db, "framework_change_excerpts", [{"change_id": id, "excerpt_id": one} for one in draft.excerpts])
    else:
        _keep(db, draft.proposed)
    named = [str(coder) for (coder,) in db.rows("SELECT coder_id FROM readers_here")]
    answers_by = now.date() + timedelta(days=consent.days)
    about_id, version = draft.change_id or id, digest(draft.proposed)
    asked = Proposal("framework", about_id, draft.number, version, named, None, {}, draft.reason, answers_by)
    open_round(db, asked, id=id, coder_id=coder_id, now=now)


def take_position(
    db: Database,
    change_id: str,
    proposal_id: str,
    position: str,
    reason: str,
    *,
    id: str,  # noqa: A002
    coder_id: str,
    now: datetime,
) -> list[Framework]:
    """
    State where somebody stands on a change.

    Returns:
        The versions that took effect by it.

    Raises:
        UsageError: there is no such proposal of this change, it took effect already, or `rounds` refuses it.
    """
    change = find(db, change_id, now)
    if proposal_id not in {one.id for one in change.rounds}:
        raise UsageError("there is no such proposal about this change", remedy="Open the page again")
    if change.adopted_at:
        raise UsageError("this change is in use already", remedy="Propose another one that takes it back")
    store_position(db, proposal_id, position, reason, id=id, coder_id=coder_id, now=now)
    return adopt_what_stands(db, now)


def find(db: Readable, change_id: str, now: datetime) -> Change:
    """
    Return a change.

    Raises:
        UsageError: there is none.
    """
    found = next((one for one in changes(db, now) if one.id == change_id), None)
    if found is None:
        raise UsageError("there is no such change of the list", remedy="Open the list again")
    return found


def excerpts(db: Readable, change_id: str) -> list[str]:
    """Return the excerpts that made somebody propose a change."""
    return [str(one) for (one,) in db.rows(_ABOUT, {"change": change_id})]


def identity(framework: Framework | None) -> str:
    """Return the id of a version, by which a form says for which list it was written."""
    return digest(framework) if framework else ""


def adopt_what_stands(db: Database, now: datetime) -> list[Framework]:
    """
    Let what stands take effect, in the order in which it was proposed; whoever looks first does it.

    Of two changes of one version the first takes effect; the other one was not written for what is in use then.
    """
    made = []
    while ready := next((one for one in changes(db, now) if _is_ready(one)), None):
        [(number,)] = db.rows(_NEXT, {"framework": ready.base.id})
        row = {"framework": ready.base.id, "number": number, "framework_id": ready.newest.framework_id}
        _insert(
            db,
            "framework_adoptions",
            [{**row, "change_id": ready.id, "proposal_id": ready.newest.id, "adopted_at": now}],
        )
        made.append(stored(db, ready.newest.framework_id))
    return made


def something_stands(db: Readable, now: datetime) -> bool:
    """Say whether a change stands that did not take effect yet, as when the time for answers has run out."""
    return any(_is_ready(one) for one in changes(db, now))


def waiting_for(db: Readable, coder_id: str, now: datetime) -> int:
    """Count the changes that wait for the answer of one reader."""
    return sum(one.standing(coder_id) == "answer" for one in changes(db, now))


def _is_ready(change: Change) -> bool:
    return change.current and not change.adopted_at and change.newest.state == "stands"


def _check(db: Readable, draft: Draft) -> None:
    proposed, used = draft.proposed, in_use(db, draft.base.id)
    if not draft.reason.strip():
        raise UsageError("it is not said why", remedy="Write in a few words what made you think of it")
    if used and digest(draft.base) not in used:
        raise UsageError(
            "the list was changed meanwhile, and this was written for the one before",
            remedy="Look at the list as it is now, and propose it again if it is still needed",
        )
    if proposed.continues != f"{draft.base.id}@{draft.base.version}":
        raise UsageError(
            f"this does not say that it is made from {draft.base.id}@{draft.base.version}", remedy="Make it from that"
        )
    same = {"name": proposed.id, "version": proposed.version, "id": digest(proposed)}
    if db.rows("SELECT 1 FROM frameworks WHERE name = $name AND version = $version AND id <> $id", same):
        raise UsageError(f"there is another version {proposed.version} already", remedy="Give this one another number")


def _keep(db: Database, framework: Framework) -> None:
    for table, rows in framework_rows(framework).items():
        _insert(db, table, rows)


def _insert(db: Database, table: str, rows: Collection[dict[str, object]]) -> None:
    if rows:
        db.insert(table, pa.Table.from_pylist(list(rows)))


_CHANGES = """
    SELECT c.id::VARCHAR AS id, c.framework, c.base_id, c.origin, a.adopted_at
    FROM framework_changes c
    LEFT JOIN framework_adoptions a ON a.change_id = c.id
    WHERE $framework IN ('', c.framework)
    ORDER BY c.made_at, c.id
"""

_ABOUT = """
    SELECT excerpt_id FROM framework_change_excerpts WHERE change_id = try_cast($change AS UUID) ORDER BY excerpt_id
"""

_ADOPTED = "SELECT framework_id FROM adopted_frameworks WHERE framework = $framework"

_USED = "SELECT DISTINCT framework_id FROM newest_scorings WHERE framework = $framework ORDER BY framework_id"

_NEXT = "SELECT coalesce(max(number), 0) + 1 FROM framework_adoptions WHERE framework = $framework"
"""The place of the next version among those adopted."""
