"""What a person decides and takes back: each step is stored once, and a coding follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import pyarrow as pa

from tagger.errors import UsageError
from tagger.review.codings import Touched, reading, store_codings
from tagger.review.datasets import units
from tagger.review.decisions.borders import store_child
from tagger.review.decisions.history import history, memos, together, words
from tagger.review.decisions.sets import Line, is_stored, key_of, row_id, store_set, written
from tagger.review.gate import moment

if TYPE_CHECKING:
    from tagger.records import Span
    from tagger.review.servings import Serving
    from tagger.store import Database, Readable

__all__ = ["Undone", "decide", "decide_all", "history", "memos", "reading", "undo"]

Act = Literal["accept", "reject"]

_ON_SUGGESTIONS = ("accept", "reject")
_WITH_MARKS = ("choose", *_ON_SUGGESTIONS, "done", "something not on our list", "memo")
_ACTS = (*_WITH_MARKS, "nothing here", "unsure", "skip", "adjust")
_SILENT = ("memo", "adjust")
_ANSWERS = ("yes", "no", "not asked")


@dataclass(frozen=True, slots=True)
class Undone:
    """A step that was taken back; `serving_id` is empty where it was not made on a passage that was handed out."""

    serving_id: str
    excerpt_id: str
    acts: tuple[str, ...]
    words: str


def decide(
    db: Database,
    *,
    id: str,  # noqa: A002
    serving: Serving,
    act: str,
    answers: Mapping[str, str] | None = None,
    suggestion_id: str = "",
    note: str = "",
    borders: Span | None = None,
    now: datetime,
    coder_id: str = "",
    at_once: bool = False,
) -> bool:
    """
    Store one step of a person on what they were given to read, and what they hold from now on; say whether it is new.

    The same step sent again stores nothing. The same id with other content is another step.

    Args:
        id: the client's UUID of this step.
        serving: what was handed out; its framework is the list that was on the page.
        answers: yes, no or "not asked" by value id: what choose says, or marks that came along with another act.
            Nothing here, unsure and skip leave no marks, and ignore them.
        suggestion_id: what is accepted or rejected; it must have been shown to this person before.
        borders: where an adjusted excerpt begins and ends, in the newest text of its transcript.
        coder_id: who acts, where that is known otherwise than from the serving.
        at_once: suggestions are shown before the own reading.

    Raises:
        UsageError: an unknown act or value, a suggestion of another passage or one that was not shown, a serving of
            somebody else, borders that cannot be; nothing was stored.
    """
    _must_be_theirs(db, serving, coder_id)
    given = dict(answers or {}) if act in _WITH_MARKS else {}
    text = written(note)
    content = json.dumps([serving.id, act, sorted(given.items()), suggestion_id, text, borders])
    key = key_of(id, content)
    if is_stored(db, key):
        return False
    lines = _lines(db, serving, act, given, suggestion_id, text, borders)
    child = store_child(db, serving.excerpt_id, borders) if act == "adjust" and borders else None
    at = moment(db, serving.coder_id, now)
    ids = store_set(db, serving.coder_id, id, key, lines, at)
    if child:
        db.insert("adjustments", pa.table({"decision_id": ids[-1:], "child_id": [child]}))
    elif telling := [one for one, line in zip(ids, lines, strict=True) if line.act not in _SILENT]:
        made = Touched(serving.excerpt_id, serving.framework_id, telling[-1], serving.id)
        store_codings(db, serving.coder_id, [made], at, at_once=at_once)
    return True


def decide_all(
    db: Database,
    *,
    id: str,  # noqa: A002
    coder_id: str,
    items: Sequence[tuple[str, str, str, Act]],
    now: datetime,
) -> int:
    """
    Store answers to many suggestions as one step, and return how many; 0 if the same step was stored before.

    Args:
        items: (excerpt, suggestion, value, accept or reject); all suggestions were shown to this person before.
    """
    if not items:
        return 0
    key = key_of(id, json.dumps([coder_id, *items]))
    if is_stored(db, key):
        return 0
    asked = {suggestion: (excerpt, value) for excerpt, suggestion, value, _ in items}
    if strange := [act for *_, act in items if act not in _ON_SUGGESTIONS]:
        raise UsageError(f"'{strange[0]}' cannot be done to many passages at once", remedy="Accept or reject them")
    known = _suggestions(db, coder_id, list(asked))
    for suggestion, (excerpt, value) in asked.items():
        _must_fit(known.get(suggestion), excerpt)
        if value != known[suggestion]["value_id"]:
            raise UsageError("a suggestion is of another value than the one named", remedy="Open the page again")
    lines = [
        Line(act, excerpt, known[suggestion]["framework_id"], None, value, suggestion)
        for excerpt, suggestion, value, act in items
    ]
    at = moment(db, coder_id, now)
    ids = store_set(db, coder_id, id, key, lines, at)
    last = {(line.excerpt_id, str(line.framework_id)): one for one, line in zip(ids, lines, strict=True)}
    store_codings(db, coder_id, [Touched(*pair, one) for pair, one in last.items()], at)
    return len(lines)


def undo(db: Database, *, id: str, coder_id: str, now: datetime) -> Undone | None:  # noqa: A002
    """
    Take back the newest step of a person that stands, whatever the passage; None if there is nothing left.

    The coding before it is current again: each rests on its own decision. The same id takes back one step only.
    """
    key = key_of(id, f"undo by {coder_id}")
    if not is_stored(db, key):
        newest = db.table(_NEWEST_SET, {"coder": coder_id}).to_pylist()
        if not newest:
            return None
        lines = [
            Line("undo", row["excerpt_id"], row["framework_id"], row["serving_id"], undoes=row["id"]) for row in newest
        ]
        store_set(db, coder_id, id, key, lines, moment(db, coder_id, now))
    return _undone(db, key, coder_id)


def _lines(
    db: Readable,
    serving: Serving,
    act: str,
    marks: Mapping[str, str],
    suggestion_id: str,
    note: str | None,
    borders: Span | None,
) -> list[Line]:
    """Make the decisions of one step: a choose for each mark, then the act itself."""
    _must_say_enough(act, marks, suggestion_id, note, borders)
    if not serving.framework_id and act not in _SILENT:
        raise UsageError(f"{serving.dataset} has no list of values yet", remedy="Tag it first, with: tagger run")
    _must_be_listed(db, serving.framework_id, marks)
    base = Line("choose", serving.excerpt_id, serving.framework_id or None, serving.id)
    lines = [replace(base, value_id=value, answer=answer) for value, answer in marks.items()]
    if act == "choose":
        return [*lines[:-1], replace(lines[-1], note=note)]
    if act in _ON_SUGGESTIONS:
        found = _suggestions(db, serving.coder_id, [suggestion_id]).get(suggestion_id)
        _must_fit(found, serving.excerpt_id)
        value = str(found["value_id"]) if found else ""
        _must_be_listed(db, serving.framework_id, {value: "yes"})
        return [*lines, replace(base, act=act, value_id=value, suggestion_id=suggestion_id, note=note)]
    return [*lines, replace(base, act=act, note=note)]


def _must_be_theirs(db: Readable, serving: Serving, coder_id: str) -> None:
    theirs = db.rows(
        "SELECT 1 FROM servings WHERE id = try_cast($id AS UUID) AND coder_id = $coder AND excerpt_id = $excerpt",
        {"id": serving.id, "coder": coder_id or serving.coder_id, "excerpt": serving.excerpt_id},
    )
    if not theirs:
        raise UsageError("this passage was handed to somebody else, or to nobody", remedy="Start from the first page")


def _must_say_enough(
    act: str, marks: Mapping[str, str], suggestion_id: str, note: str | None, borders: Span | None
) -> None:
    if act not in _ACTS:
        raise UsageError(f"'{act}' is nothing that can be decided", remedy=f"It is one of: {', '.join(_ACTS)}")
    missing = {
        "choose": not marks and "a value to choose",
        "memo": not note and "a note to keep",
        "accept": not suggestion_id and "a suggestion to accept",
        "reject": not suggestion_id and "a suggestion to reject",
        "adjust": borders is None and "a place where to begin and end",
    }.get(act)
    if missing:
        raise UsageError(f"there is not yet {missing}", remedy="Go back and say which")


def _must_be_listed(db: Readable, framework_id: str, marks: Mapping[str, str]) -> None:
    known = units(db, framework_id)
    if framework_id and not known:
        raise UsageError("the list of values on the page is none of this study's", remedy="Open the passage again")
    if strange := [value for value in marks if value not in known]:
        raise UsageError(f"'{strange[0]}' is not on the list of values", remedy="Open the passage again")
    if strange := [answer for answer in marks.values() if answer not in _ANSWERS]:
        raise UsageError(f"'{strange[0]}' is no answer", remedy=f"It is one of: {', '.join(_ANSWERS)}")


def _must_fit(suggestion: Mapping[str, Any] | None, excerpt_id: str) -> None:
    if suggestion is None or suggestion["excerpt_id"] != excerpt_id:
        raise UsageError("this suggestion belongs to another passage", remedy="Open the passage again")
    if not suggestion["seen"]:
        raise UsageError("this suggestion was not shown to you yet", remedy="Open the passage again")


def _suggestions(db: Readable, coder_id: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    asked = pa.table({"id": pa.array(ids, pa.string())})
    return {row["id"]: row for row in db.table(_SUGGESTIONS, {"coder": coder_id}, asked=asked).to_pylist()}


def _undone(db: Readable, key: UUID, coder_id: str) -> Undone:
    rows = db.table(_UNDONE, {"first": row_id(key, 0), "coder": coder_id}).to_pylist()
    said = [words(row["act"], row["answer"], row["value"]) for row in rows]
    acts = tuple(row["act"] for row in rows)
    return Undone(rows[-1]["serving_id"] or "", rows[-1]["excerpt_id"], acts, f"Undone: {together(said)}")


_SUGGESTIONS = """
    SELECT g.id, g.excerpt_id, g.value_id, s.framework_id,
           EXISTS (SELECT 1 FROM displays d WHERE d.coder_id = $coder AND d.suggestion_id = g.id) AS seen
    FROM asked a JOIN suggestions g ON g.id = a.id JOIN scorings s ON s.id = g.scoring_id
"""

_NEWEST_SET = """
    SELECT id::VARCHAR AS id, excerpt_id, serving_id::VARCHAR AS serving_id, framework_id
    FROM standing_decisions
    WHERE coder_id = $coder AND set_id = (
        SELECT arg_max(set_id, number) FROM standing_decisions WHERE coder_id = $coder
    )
    ORDER BY number
"""

_UNDONE = """
    SELECT d.act, a.answer, coalesce(v.name, d.value_id) AS value, d.excerpt_id, d.serving_id::VARCHAR AS serving_id
    FROM decision_sets one
    JOIN decision_sets s ON s.set_id = one.set_id
    JOIN decisions u ON u.id = s.decision_id AND u.act = 'undo' AND u.coder_id = $coder
    JOIN decisions d ON d.id = u.undoes
    LEFT JOIN decision_answers a ON a.decision_id = d.id AND a.value_id = d.value_id
    LEFT JOIN framework_values v ON v.framework_id = d.framework_id AND v.value_id = d.value_id
    WHERE one.decision_id = $first::UUID
    ORDER BY s.number
"""
