"""What a person did, in plain words and for their own eyes: memos, the history of a passage, what an undo took back."""

from __future__ import annotations

from collections.abc import Sequence

from tagger.store import Readable

_PLAIN = {
    "done": "Done",
    "nothing here": "nothing here",
    "something not on our list": "something here, not on our list",
    "unsure": "not sure",
    "skip": "skipped",
    "adjust": "moved the borders",
    "memo": "a note",
}
_MARKS = {
    "accept": "yes to {}",
    "reject": "no to {}",
    "yes": "yes to {}",
    "no": "no to {}",
    "not asked": "took the mark off {}",
}
_MOST_NAMED = 4


def memos(db: Readable, coder_id: str, excerpt_id: str) -> list[str]:
    """Return the notes that a person left on an excerpt and did not take back, the oldest first."""
    rows = db.rows(
        "SELECT note FROM standing_decisions WHERE coder_id = $coder AND excerpt_id = $excerpt AND act = 'memo' "
        "ORDER BY number",
        {"coder": coder_id, "excerpt": excerpt_id},
    )
    return [str(note) for (note,) in rows]


def history(db: Readable, coder_id: str, excerpt_id: str) -> list[str]:
    """Return what a person did on an excerpt, one line for each act, the oldest first; what was undone says so."""
    rows = db.rows(_HISTORY, {"coder": coder_id, "excerpt": excerpt_id})
    return [_line(words(act, answer, value), note, undone=undone) for act, answer, value, note, undone in rows]


def words(act: str, answer: str | None, value: str | None) -> str:
    """Say in a few words what an act was."""
    mark = _MARKS.get(answer or act)
    return mark.format(value) if mark else _PLAIN.get(act, act)


def together(acts: Sequence[str]) -> str:
    """Join what was done in one step."""
    if len(acts) > _MOST_NAMED:
        return f"{len(acts)} answers given in one step"
    return " and ".join([", ".join(acts[:-1]), acts[-1]] if len(acts) > 1 else acts)


def _line(said: str, note: str | None, *, undone: bool) -> str:
    whole = f"{said[:1].upper()}{said[1:]}" + (f": {note}" if note else "")
    return f"{whole} (taken back)" if undone else whole


_HISTORY = """
    SELECT d.act, a.answer, coalesce(v.name, d.value_id), d.note, EXISTS (SELECT 1 FROM decisions u WHERE u.undoes = d.id)
    FROM decisions d
    JOIN decision_sets s ON s.decision_id = d.id
    LEFT JOIN decision_answers a ON a.decision_id = d.id AND a.value_id = d.value_id
    LEFT JOIN framework_values v ON v.framework_id = d.framework_id AND v.value_id = d.value_id
    WHERE d.coder_id = $coder AND d.excerpt_id = $excerpt AND d.act <> 'undo'
    ORDER BY s.number
"""  # noqa: E501
