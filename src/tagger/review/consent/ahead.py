"""
What a proposed list would change in the suggestions, for one reader.

Counts and quotes are of the passages alone that this reader has read. A count of all passages would tell of one that
is still to be read: whoever proposes two lists that differ in a phrase can read off the difference.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.frameworks import Descent, descents, digest
from tagger.previews import spread
from tagger.privacy import plain_hash
from tagger.review.consent.changes import Change
from tagger.review.datasets import framework
from tagger.review.gate import Item, allowed, record, wanted
from tagger.steps.preview import Quote, row_of
from tagger.store import Database, Readable

PAGE = "preview"

Wanted = tuple[str, str]
"""A proposed version, and the scoring with which it is to be compared, by their ids."""

_STOPPED = (
    "The program that works it out stopped and did not say why. Whoever looks after the study can try again with: "
    "tagger framework preview"
)

State = Literal["ready", "coming", "failed", "later"]
"""Of a preview: it is there; it is being worked out; it could not be; or a run with the list of now must come first."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """
    What becomes of one value: how many suggestions come and go, and some of each to read.

    `was` names what it is made of, where that is something else.
    """

    name: str
    was: tuple[str, ...]
    reworded: bool
    revised: bool
    added: int
    dropped: int
    added_quotes: tuple[Quote, ...]
    dropped_quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """
    A preview of one dataset.

    `read`: so many of its passages this reader has read and is told of. `readings`: so many were made there with the
    list of now or an earlier version of it, by anybody.
    """

    dataset: str
    state: State
    problem: str = ""
    read: int = 0
    readings: int = 0
    values: tuple[Ahead, ...] = ()


def looks(db: Database, coder_id: str, change: Change, review: ReviewSettings, now: datetime) -> tuple[Look, ...]:
    """Show what the newest version of a change would suggest in each dataset, and record which passages it shows."""
    if change.adopted_at or not change.current:
        return ()
    asked = {"framework": change.base.id, "proposed": change.newest.framework_id}
    lineage = descents(change.base, framework(db, change.newest.framework_id))
    return tuple(
        _ready(db, coder_id, row, lineage, review, now)
        if row["preview_id"] and not row["problem"]
        else Look(row["dataset"], _state(row, change), row["problem"] or "")
        for row in db.table(_PREVIEWS, asked).to_pylist()
    )


def wanted_previews(db: Readable) -> set[Wanted]:
    """Return the previews of what is proposed that are not there yet."""
    return {(str(version), str(scoring)) for version, scoring in db.rows(_WANTED)}


def give_up(db: Database, wanted: Collection[Wanted], now: datetime) -> None:
    """Store, for those of which nothing was heard, that they could not be worked out."""
    unheard = {(str(version), str(scoring)) for version, scoring in db.rows(_UNHEARD)}
    rows = [row_of(*one, now, _STOPPED) for one in sorted(unheard.intersection(wanted))]
    if rows:
        db.insert("previews", pa.Table.from_pylist(rows))


def _state(row: Mapping[str, Any], change: Change) -> State:
    if row["preview_id"]:
        return "failed"
    return "coming" if row["framework_id"] == digest(change.base) else "later"


def _ready(
    db: Database,
    coder_id: str,
    row: Mapping[str, Any],
    lineage: Sequence[Descent],
    review: ReviewSettings,
    now: datetime,
) -> Look:
    dataset, preview = row["dataset"], row["preview_id"]
    own = [str(one) for (one,) in db.rows(_READ, {"coder": coder_id, "dataset": dataset})]
    known = allowed(db, coder_id, own, review).readings
    changed = db.table(_CHANGED, {"preview": preview}, wanted=wanted(known)).to_pylist()
    ranked: dict[tuple[str, bool], list[str]] = {}
    for one in changed:
        ranked.setdefault((one["value_id"], one["added"]), []).append(one["excerpt_id"])
    quotable = {one["excerpt_id"] for one in changed if one["quotable"]}
    chosen = {key: spread([one for one in ids if one in quotable]) for key, ids in ranked.items()}
    quotes = _quotes(db, {one for ids in chosen.values() for one in ids})
    shown = [
        Item(excerpt, "suggestion", suggestion_id=plain_hash("suggestion", preview, excerpt, value))
        for (value, _), ids in chosen.items()
        for excerpt in ids
    ]
    record(db, coder_id, shown, PAGE, now)
    [(readings,)] = db.rows(_READINGS, {"dataset": dataset, "framework": row["framework"]})
    values = tuple(_ahead(one, ranked, chosen, quotes) for one in lineage)
    return Look(dataset, "ready", "", len(known), readings, values)


def _ahead(
    one: Descent,
    ranked: Mapping[tuple[str, bool], Sequence[str]],
    chosen: Mapping[tuple[str, bool], Sequence[str]],
    quotes: Mapping[str, Quote],
) -> Ahead:
    added, dropped = ((one.value.id, came) for came in (True, False))
    return Ahead(
        one.value.name,
        tuple(origin.name for origin in one.origins if origin.id != one.value.id),
        one.reworded,
        one.revised,
        len(ranked.get(added, ())),
        len(ranked.get(dropped, ())),
        tuple(quotes[excerpt] for excerpt in chosen.get(added, ())),
        tuple(quotes[excerpt] for excerpt in chosen.get(dropped, ())),
    )


def _quotes(db: Readable, excerpt_ids: set[str]) -> dict[str, Quote]:
    rows = db.table(_QUOTES, wanted=wanted(sorted(excerpt_ids))).to_pylist()
    return {row["excerpt_id"]: Quote(**row) for row in rows}


_PREVIEWS = """
    SELECT s.dataset, s.framework, s.framework_id, p.preview_id, p.problem
    FROM current_scorings s
    LEFT JOIN current_previews p ON p.scoring_id = s.scoring_id AND p.framework_id = $proposed
    WHERE s.framework = $framework
    ORDER BY s.dataset
"""

_READ = """
    SELECT e.excerpt_id FROM conclusions c JOIN excerpt_list e ON e.excerpt_id = c.excerpt_id
    WHERE c.coder_id = $coder AND c.act <> 'skip' AND e.dataset = $dataset
    ORDER BY e.excerpt_id
"""

_CHANGED = """
    SELECT c.value_id, c.excerpt_id, c.added, q.excerpt_id IS NULL AS quotable
    FROM preview_changes c
    SEMI JOIN wanted w ON w.excerpt_id = c.excerpt_id
    LEFT JOIN unquotable q ON q.excerpt_id = c.excerpt_id
    WHERE c.preview_id = $preview
    ORDER BY c.value_id, c.added, c.place
"""

_QUOTES = """
    SELECT e.excerpt_id, e.dataset || ', transcript ' || l.number AS place, e.text
    FROM wanted w
    JOIN live_excerpts e ON e.excerpt_id = w.excerpt_id
    JOIN transcript_list l ON l.transcript_id = e.transcript_id
"""

# Whatever they say: so many is no news to anybody who looks at the progress page.
_READINGS = """
    SELECT count(*) FROM current_codings x JOIN excerpt_list e ON e.excerpt_id = x.excerpt_id
    WHERE e.dataset = $dataset AND x.framework = $framework AND x.outcome <> 'skipped'
"""

_WANTED = "SELECT DISTINCT framework_id, scoring_id FROM wanted_previews"

# One that is there and says what was wrong is still wanted.
_UNHEARD = """
    SELECT framework_id, scoring_id FROM wanted_previews
    EXCEPT
    SELECT framework_id, scoring_id FROM current_previews
"""
