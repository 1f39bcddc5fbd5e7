"""Proposals and the positions that people take on them, round after round; what they are about is the caller's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import pyarrow as pa

from tagger.consent import POSITIONS, Position, State, state
from tagger.errors import UsageError
from tagger.moments import after
from tagger.review.gate import moment
from tagger.store import Database, Readable

About = Literal["coding", "framework"]

LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Stated:
    """Where somebody stands on a proposal; no position: they have not answered. `named`: they are waited for."""

    coder_id: str
    letter: str
    named: bool
    position: Position | Literal[""]
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """
    One proposal.

    `yes` holds the ids of values, where it is about an excerpt. `people` are those named, and whoever else answered.
    `objecting` are the letters of those who objected to an earlier round and have not answered this one.
    """

    id: str
    about_id: str
    number: int
    framework_id: str
    coder_id: str
    letter: str
    outcome: str
    yes: tuple[str, ...]
    reason: str
    answers_by: date | None
    people: tuple[Stated, ...]
    objecting: tuple[str, ...]
    state: State

    def of(self, coder_id: str) -> Position | Literal[""]:
        """Return the position of one person."""
        return next((one.position for one in self.people if one.coder_id == coder_id), "")

    def waits_for(self, coder_id: str) -> bool:
        """Say whether the answer of one person is waited for."""
        return any(one.coder_id == coder_id and one.named and not one.position for one in self.people)


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    What somebody proposes, before it is stored.

    `about_id` says what it is about, `number` is its round, `answers` are of values where it is about an excerpt.
    """

    about: About
    about_id: str
    number: int
    framework_id: str
    named: Collection[str]
    outcome: str | None
    answers: Mapping[str, str]
    reason: str
    answers_by: date | None


def propose(db: Database, proposal: Proposal, *, id: str, coder_id: str, now: datetime) -> None:  # noqa: A002
    """
    Open a round; whoever opens it agrees with it. The same id again changes nothing.

    Raises:
        UsageError: somebody else has opened this round in the meantime, or the reason is too long.
    """
    at = moment(db, coder_id, now)
    row = {
        "id": id, "about": proposal.about, "about_id": proposal.about_id, "framework_id": proposal.framework_id,
        "round": proposal.number, "coder_id": coder_id, "outcome": proposal.outcome,
        "reason": _reason(proposal.reason), "answers_by": proposal.answers_by, "proposed_at": at,
    }  # fmt: skip
    if not db.insert("proposals", pa.Table.from_pylist([row], _COLUMNS)):
        if db.rows("SELECT 1 FROM proposals WHERE id = try_cast($id AS UUID)", {"id": id}):
            return
        raise UsageError("somebody else has just proposed something here", remedy="Look at theirs first")
    people = [{"proposal_id": id, "coder_id": each} for each in sorted({*proposal.named, coder_id})]
    db.insert("proposal_people", pa.Table.from_pylist(people))
    said = [{"proposal_id": id, "value_id": value, "answer": each} for value, each in proposal.answers.items()]
    if said:
        db.insert("proposal_answers", pa.Table.from_pylist(said))
    _store_position(db, id, proposal.about, id, coder_id, "agree", "", at)


def take_position(
    db: Database,
    proposal_id: str,
    position: str,
    reason: str,
    *,
    id: str,  # noqa: A002
    coder_id: str,
    now: datetime,
) -> None:
    """
    State where somebody stands on a proposal; what they stated before is kept, and the newest counts.

    Raises:
        UsageError: it is no position, an objection has no reason, or a later round was opened.
    """
    if position not in POSITIONS:
        raise UsageError("it is not said yet where you stand", remedy=f"Choose one of: {', '.join(POSITIONS)}")
    if position == "object" and not reason.strip():
        raise UsageError(
            "an objection needs a reason, for the others to work with",
            remedy="Write in a few words what speaks against it, or choose “I can live with it”",
        )
    found = db.rows(_NEWEST, {"id": proposal_id})
    if not found:
        raise UsageError("there is no such proposal", remedy="Open the page again")
    about, is_newest = found[0]
    if not is_newest:
        raise UsageError("this proposal was followed by another one", remedy="Open the page again and answer that one")
    at = moment(db, coder_id, _after_own(db, proposal_id, coder_id, now))
    _store_position(db, id, about, proposal_id, coder_id, position, _reason(reason), at)


def rounds(db: Readable, about: About, about_ids: Collection[str], today: date) -> dict[str, tuple[Round, ...]]:
    """Return all rounds about each thing, from the first to the newest."""
    asked = pa.table({"about_id": pa.array(sorted(set(about_ids)), pa.string())})
    people: dict[str, list[Stated]] = {}
    for row in db.table(_PEOPLE, {"about": about}, asked=asked).to_pylist():
        people.setdefault(row.pop("proposal_id"), []).append(Stated(**row))
    here = {str(coder) for (coder,) in db.rows("SELECT coder_id FROM readers_here")}
    found: dict[str, tuple[Round, ...]] = {}
    for row in db.table(_ROUNDS, {"about": about}, asked=asked).to_pylist():
        before = found.get(row["about_id"], ())
        found[row["about_id"]] = (*before, _round(row, people.get(row["id"], []), before, here, today))
    return found


def _round(
    row: dict[str, Any], people: Sequence[Stated], before: Sequence[Round], here: Collection[str], today: date
) -> Round:
    held: dict[str, tuple[str, str]] = {
        one.coder_id: (one.position, one.letter) for each in before for one in each.people if one.position
    }
    positions: dict[str, Position] = {one.coder_id: one.position for one in people if one.position}
    # Who has left cannot answer a later round any more: what they objected to was another proposal.
    objecting = {
        coder: letter
        for coder, (position, letter) in held.items()
        if position == "object" and coder not in positions and coder in here
    }
    named = {one.coder_id for one in people if one.named and one.coder_id in here}
    stands = state(named, positions, row["answers_by"], today, objecting)
    yes = tuple(row.pop("yes") or ())
    return Round(**row, yes=yes, people=tuple(people), objecting=tuple(sorted(objecting.values())), state=stands)


def _reason(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_REASON:
        raise UsageError("this reason is too long", remedy=f"Keep it under {LONGEST_REASON} characters")
    return text


def _after_own(db: Readable, proposal_id: str, coder_id: str, now: datetime) -> datetime:
    """Return a time after somebody's earlier positions, also where the clock was set back."""
    [(last,)] = db.rows(_LAST, {"id": proposal_id, "coder": coder_id})
    return after(now, last)


def _store_position(
    db: Database, id: str, about: str, proposal_id: str, coder_id: str, position: str, reason: str, at: datetime  # noqa: A002
) -> None:  # fmt: skip
    row = {
        "id": id, "coder_id": coder_id, "about": about, "about_id": proposal_id, "position": position,
        "reason": reason or None, "stated_at": at,
    }  # fmt: skip
    db.insert("positions", pa.Table.from_pylist([row], _POSITION_COLUMNS))


_COLUMNS = pa.schema(
    {name: pa.string() for name in ("id", "about", "about_id", "framework_id")}
    | {"round": pa.int32(), "coder_id": pa.string(), "outcome": pa.string(), "reason": pa.string()}
    | {"answers_by": pa.date32(), "proposed_at": pa.timestamp("us")}
)
_POSITION_COLUMNS = pa.schema(
    {name: pa.string() for name in ("id", "coder_id", "about", "about_id", "position", "reason")}
    | {"stated_at": pa.timestamp("us")}
)

_NEWEST = """
    SELECT p.about, NOT EXISTS (
        SELECT 1 FROM proposals n WHERE n.about = p.about AND n.about_id = p.about_id AND n.round > p.round
    )
    FROM proposals p WHERE p.id = try_cast($id AS UUID)
"""

_LAST = """
    SELECT max(stated_at) FROM positions WHERE about_id = $id AND coder_id = $coder
"""

_PEOPLE = """
    SELECT p.id::VARCHAR AS proposal_id, r.coder_id, r.letter, n.coder_id IS NOT NULL AS named,
           coalesce(c.position, '') AS position, coalesce(c.reason, '') AS reason
    FROM proposals p
    SEMI JOIN asked a ON a.about_id = p.about_id
    CROSS JOIN readers r
    LEFT JOIN proposal_people n ON n.proposal_id = p.id AND n.coder_id = r.coder_id
    LEFT JOIN current_positions c ON c.proposal_id = p.id::VARCHAR AND c.coder_id = r.coder_id
    WHERE p.about = $about AND (n.coder_id IS NOT NULL OR c.coder_id IS NOT NULL)
    ORDER BY p.id, r.added_at, r.coder_id
"""

_ROUNDS = """
    SELECT p.id::VARCHAR AS id, p.about_id, p.round AS number, p.framework_id, p.coder_id, r.letter,
           coalesce(p.outcome, '') AS outcome, p.reason, p.answers_by,
           list(n.value_id ORDER BY v.position) FILTER (WHERE n.answer = 'yes') AS yes
    FROM proposals p
    SEMI JOIN asked a ON a.about_id = p.about_id
    JOIN readers r ON r.coder_id = p.coder_id
    LEFT JOIN proposal_answers n ON n.proposal_id = p.id
    LEFT JOIN framework_values v ON v.framework_id = p.framework_id AND v.value_id = n.value_id
    WHERE p.about = $about
    GROUP BY p.id, p.about_id, p.round, p.framework_id, p.coder_id, r.letter, p.outcome, p.reason, p.answers_by
    ORDER BY p.about_id, p.round
"""
