"""What participants allow: that their words are worked on, that they are quoted, and until when they may be here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from tagger.errors import UsageError
from tagger.exchange.attributes import PermissionSaid
from tagger.moments import after
from tagger.privacy import plain_hash
from tagger.records import Permission
from tagger.steps.workplace import outside_runs
from tagger.store import Readable, Store

# As they were said: `current_permissions` has what follows of it.
_HELD = """
SELECT p.id, coalesce(x.may_process, true), coalesce(x.may_quote, true), x.withdraw_by
FROM participants p
LEFT JOIN permissions x ON x.participant_id = p.id
ANTI JOIN permissions later ON later.participant_id = x.participant_id AND later.recorded_at > x.recorded_at
ORDER BY p.id
"""
_RECORDED = "SELECT participant_id, max(recorded_at) FROM permissions GROUP BY participant_id"
_OVERDUE = "SELECT participant_id, withdraw_by FROM overdue_withdrawals ORDER BY withdraw_by, participant_id"


def permitted(folder: Path) -> dict[str, Permission]:
    """Return what each participant of a study allows."""
    with Store(folder).session("a look at permissions") as study:
        return held(study)


def held(study: Readable) -> dict[str, Permission]:
    """Return the same of a study that is open."""
    return {str(name): Permission(*said) for name, *said in study.rows(_HELD)}


def recorded(study: Readable) -> dict[str, datetime]:
    """Return when it was last recorded what each participant allows; those of whom nothing was are left out."""
    return {str(name): at for name, at in study.rows(_RECORDED)}


def overdue(study: Readable) -> list[tuple[str, date]]:
    """Return the participants whose words were to be gone by a day that has passed, with that day."""
    return [(str(name), by) for name, by in study.rows(_OVERDUE)]


def permit(folder: Path, participant: str, said: PermissionSaid, now: datetime) -> Permission:
    """
    Record what a participant allows from now on, and return it.

    Raises:
        UsageError: no participant here is called so.
    """
    store = Store(folder)
    if store.path.exists():
        store.create()
    with store.session("a look at permissions") as study:
        known, last = held(study), recorded(study).get(participant)
    if participant not in known:
        names = ", ".join(known) or "nobody yet"
        raise UsageError(f"no participant here is called {participant}", remedy=f"There are: {names}")
    new = said.over(known[participant])
    if new != known[participant]:
        row = {"participant_id": participant, **asdict(new), "recorded_at": after(now, last)}
        key = plain_hash("permission", *map(str, row.values()))
        store.put(outside_runs("permission", key, {"permissions": [row]}, "{}", now, {"permissions": 1}))
        store.merge()
    return new
