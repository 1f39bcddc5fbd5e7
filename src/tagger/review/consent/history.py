"""The history of a framework: every version, who proposed it and why, how consent stood, and what was made with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tagger.consent import IN_WORDS
from tagger.review.consent.changes import Change, changes
from tagger.review.consent.rounds import Round
from tagger.store import Readable
from tagger.wording import several

FILE = "file"
"""The author of a version that nobody proposed."""


@dataclass(frozen=True, slots=True)
class Version:
    """
    A version of a framework.

    `change` and `round` are those that proposed it, if it was proposed. Counts are of what was made with it.
    """

    framework_id: str
    version: str
    began: datetime | None
    author: str
    adopted_at: datetime | None
    suggestions: int
    decisions: int
    codings: int
    change: Change | None
    round: Round | None


def history(db: Readable, framework: str, today: datetime) -> list[Version]:
    """Return the versions of a framework that the study holds, from the first to the newest."""
    proposed = {one.framework_id: (change, one) for change in changes(db, today, framework) for one in change.rounds}
    found = []
    for row in db.table(_VERSIONS, {"framework": framework}).to_pylist():
        change, one = proposed.get(row["framework_id"], (None, None))
        found.append(Version(**row, author=one.letter if one else FILE, change=change, round=one))
    return found


def lines(versions: list[Version]) -> list[str]:
    """Write a history in words, an empty line between versions."""
    return [line for one in versions for line in (*_version(one), "")][:-1]


def _version(one: Version) -> Iterator[str]:
    began = f"{one.began:%d %B %Y}" if one.began else "never used in a run"
    by = "from a file" if one.author == FILE else f"proposed by {one.author}"
    yield f"{one.version}  ({began}, {by}; {one.framework_id[:8]})"
    if one.round and one.change:
        yield f"  Why: {one.round.reason}"
        yield f"  {_stands(one, one.change, one.round)}"
        for person in one.round.people:
            said = person.position or "no answer"
            yield f"  {person.letter}: {said}{f': {person.reason}' if person.reason else ''}"
    yield "  Made with it: " + ", ".join(
        [several(one.suggestions, "suggestion"), several(one.decisions, "decision"), several(one.codings, "coding")]
    )


def _stands(one: Version, change: Change, asked: Round) -> str:
    which = f"Round {asked.number} of {len(change.rounds)}" if len(change.rounds) > 1 else "Proposed"
    if one.adopted_at:
        return f"{which}: in use since {one.adopted_at:%d %B %Y}."
    if asked is not change.newest:
        return f"{which}: followed by another proposal."
    if not change.current:
        return f"{which}: another change took effect first; it can be proposed anew from the list as it is now."
    return f"{which}: {IN_WORDS[asked.state]}."


_VERSIONS = """
    WITH proposed AS (
        SELECT framework_id, min(proposed_at) AS proposed_at FROM proposals WHERE about = 'framework' GROUP BY ALL
    )
    SELECT v.framework_id, v.version, coalesce(p.proposed_at, v.used_at) AS began, v.adopted_at, v.suggestions,
           v.decisions, v.codings
    FROM framework_versions v
    LEFT JOIN proposed p ON p.framework_id = v.framework_id
    WHERE v.framework = $framework
    ORDER BY began NULLS FIRST, v.version
"""
