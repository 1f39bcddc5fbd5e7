"""Proposals as tables for other programs: about passages, with what each person held, and about the list of values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from tagger.consent import IN_WORDS
from tagger.review.consent.rounds import About, Round, rounds
from tagger.steps.project_export import Proposed
from tagger.store import Readable

_FIRST = ("state", "newest", "dataset", "proposed", "text", "reader", "own_reading", "own_kind", "after_talk")
_FIRST_OF_LIST = ("state", "newest", "framework", "proposed_version", "why", "reader", "position", "position_reason")


def table(db: Readable, today: date) -> pa.Table:
    """
    Return `consent_list` with `state` (open, held, stands) on a day, and `newest`: the round that counts.

    A proposal that was followed by another one is `followed`.
    """
    rows = db.table("SELECT * FROM consent_list ORDER BY dataset, transcript, excerpt_id, round, reader")
    return _with_states(db, rows, "coding", "excerpt_id", _FIRST, today)


def framework_table(db: Readable, today: date) -> pa.Table:
    """Return `framework_consent_list` with the same two columns; a change that is used has a day in `adopted_on`."""
    rows = db.table("SELECT * FROM framework_consent_list ORDER BY framework, proposed_on, change_id, round, reader")
    return _with_states(db, rows, "framework", "change_id", _FIRST_OF_LIST, today)


def for_projects(db: Readable, today: date) -> list[Proposed]:
    """Return the newest proposal about each excerpt, as a project for another program holds it."""
    about = [str(excerpt) for (excerpt,) in db.rows("SELECT about_id FROM proposals WHERE about = 'coding'")]
    names: dict[tuple[str, str], str] = {(framework, value): name for framework, value, name in db.rows(_NAMES)}
    return [
        Proposed(one.about_id, one.framework_id, one.yes, one.state == "stands", _told(one, names))
        for each in rounds(db, "coding", about, today).values()
        for one in each[-1:]
    ]


def _told(one: Round, names: Mapping[tuple[str, str], str]) -> str:
    values = ", ".join(names[one.framework_id, value] for value in one.yes) or one.outcome
    why = f" ({one.reason})" if one.reason else ""
    people = (
        f"{each.letter}: {each.position or 'no answer'}" + (f" ({each.reason})" if each.reason else "")
        for each in one.people
    )
    return "; ".join((f"{values}, proposed by {one.letter}{why} in round {one.number}: {IN_WORDS[one.state]}", *people))


_NAMES = "SELECT framework_id, value_id, name FROM framework_values"


def _with_states(db: Readable, rows: pa.Table, about: About, key: str, first: tuple[str, ...], today: date) -> pa.Table:
    found = rounds(db, about, rows[key].to_pylist(), today)
    newest = {each[-1].id: each[-1].state for each in found.values()}
    ids = rows["proposal_id"].to_pylist()
    states = [newest.get(one, "followed") for one in ids]
    rows = rows.append_column("state", pa.array(states, pa.string()))
    rows = rows.append_column("newest", pa.array(["yes" if one in newest else "no" for one in ids], pa.string()))
    return rows.select([*first, *(name for name in rows.column_names if name not in first)])
