"""
What each role may have written, asked in the transaction that writes it, whatever page or program asks for it.

A page says for whom it is (`review/web/access.py`). This is the second answer to the same question, at the one place
through which all rows go: a page that forgot to ask, or asked before somebody's access was taken away, stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pyarrow as pa

from tagger.errors import NotAllowed
from tagger.review.people import ROLES, sign_in_is_needed
from tagger.store import Database, Readable

T = TypeVar("T")

WITHOUT_SIGN_IN = frozenset(ROLES) - {"admin"}
"""What everybody may do where nobody signs in: the computer is theirs."""

_HANDING_OUT = {"arms", "draws", "draw_strata", "servings"}
_DECIDING = {"adjustments", "codings", "coding_answers", "decisions", "decision_answers", "decision_sets", "excerpts",
             "placements", "segmentations"}  # fmt: skip
_PACKS = {"packs", "pack_servings"}
_CONSENT = {"framework_adoptions", "framework_change_excerpts", "framework_changes", "framework_meanings",
            "framework_values", "frameworks", "positions", "proposals", "proposal_answers"}  # fmt: skip
_READING = {"content_notes", "content_note_removals", "displays", "exports", "postponements", "reflections",
            "reflection_choices", "repeats", "repeat_answers", "repeat_readings", "wanted_readings"}  # fmt: skip

IN_OWN_NAME: dict[str, set[str]] = {
    "reviewer": {"preferences"} | _HANDING_OUT | _DECIDING | _PACKS | _CONSENT | _READING,
    "analyst": {"preferences"},
    "methodologist": {"preferences"},
    "admin": {"preferences"},
}
"""The tables to which each role may add; rows that name a person must name whoever adds them."""

IN_ANY_NAME: dict[str, set[str]] = {
    # Those who are asked whether they agree.
    "reviewer": {"proposal_people"},
    # Packs are made for readers, and what these wrote into them is theirs.
    "analyst": _PACKS | _HANDING_OUT | _DECIDING,
    "methodologist": set(),
    "admin": {"access_changes", "audit_passages", "coders", "hand_overs", "handed_passages", "sign_in_links"},
}
"""The tables to which each role may add rows about others, too."""


def acting(db: Database, coder_id: str, act: Callable[[Database], T]) -> T:
    """
    Run an act of a person; whatever it adds has to be for their roles, and in nobody else's name.

    Raises:
        NotAllowed: it is not, or they have no access any more; nothing of the act is stored.
    """
    roles = _roles(db, coder_id)
    if not roles:
        raise NotAllowed("you have no access any more", remedy=_ASK)

    def rule(table: str, rows: pa.Table) -> None:
        if any(table in IN_ANY_NAME[role] for role in roles):
            return
        if not any(table in IN_OWN_NAME[role] for role in roles):
            raise NotAllowed(f"you are here as {' and '.join(roles)}, and this is for others", remedy=_ASK)
        if "coder_id" in rows.column_names and set(rows["coder_id"].to_pylist()) - {coder_id}:
            raise NotAllowed("this is somebody else's", remedy=_ASK)

    with db.ruled(rule):
        return act(db)


def _roles(db: Readable, coder_id: str) -> list[str]:
    """Return what somebody may do now, in the order of the roles."""
    if not sign_in_is_needed(db):
        return sorted(WITHOUT_SIGN_IN)
    found = db.known("SELECT roles FROM access WHERE coder_id = $id", {"id": coder_id})
    return [role for role in ROLES if found and role in found[0][0]]


_ASK = "Nothing was stored. Whoever looks after the study can help"
