"""
Readings that differ, talked about once everybody's own is there, and what people consent to say of them together.

    rounds.py   proposals and positions, whatever they are about

Nobody's reading is changed by it. A person who thinks otherwise after talk reads the passage again, which is kept
beside their first reading as one made after talk; what is agreed is kept beside all of them, with who objected and why.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tagger.config import ConsentSettings, Settings
from tagger.errors import UsageError
from tagger.review import displays
from tagger.review.codings import Latest, latest
from tagger.review.consent.rounds import Proposal, Round, rounds
from tagger.review.consent.rounds import propose as open_round
from tagger.review.consent.rounds import take_position as store_position
from tagger.review.datasets import framework, values_against
from tagger.review.gate import allowed, wanted
from tagger.review.notes import Notes, before
from tagger.review.servings import HOLD
from tagger.store import Database, Readable

__all__ = ["Held", "Passage", "Talk", "Topic", "propose", "take_position", "talk", "topics", "waiting_for"]

PAGE = "consent"
"""The page on which others' readings count as shown."""

NONE = "nothing here"
UNLISTED = "something not on our list"
OUTCOMES = {NONE: "none of the values", UNLISTED: "something that our list has no word for"}
"""What a passage may be said to show without any value."""

MOST = 60
"""So many passages are listed at once."""

Standing = Literal["answer", "talk", "held", "open", "stands"]
"""Of a passage, for one reader: their answer is waited for; nothing is proposed yet; and the states of a proposal."""
STANDINGS: tuple[Standing, ...] = ("answer", "talk", "held", "open", "stands")


@dataclass(frozen=True, slots=True)
class Topic:
    """
    A passage that people read differently, or did.

    `values` are the names of those on which they differ now; `proposed` is what is proposed, in words.
    """

    excerpt_id: str
    transcript_id: str
    transcript: str
    text: str
    values: tuple[str, ...]
    proposed: str
    standing: Standing
    before: Notes


@dataclass(frozen=True, slots=True)
class Held:
    """What one person holds of a passage; `letter` is empty for the viewer, `yes` holds names of values."""

    letter: str
    kind: str
    outcome: str
    yes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """What is to be known of a passage to propose something of it: its list of values, id and name."""

    excerpt_id: str
    framework_id: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """
    A passage with everybody's readings and all rounds.

    `differ` are the names of the values on which the readings differ. `may_propose` is false while somebody's own
    reading is still to come.
    """

    passage: Passage
    readings: tuple[Held, ...]
    differ: tuple[str, ...]
    rounds: tuple[Round, ...]
    may_propose: bool

    @property
    def newest(self) -> Round | None:
        """Return the round that counts."""
        return self.rounds[-1] if self.rounds else None


def topics(db: Database, coder_id: str, settings: Settings, now: datetime, most: int = MOST) -> tuple[list[Topic], int]:
    """
    List what there is to talk about for one reader, what waits for them first, and record what that tells them.

    A passage is listed for those who have read it themselves, once everybody whose it is has, or the study's day to
    begin has come.

    Returns:
        The first *most* topics, and how many more there are.
    """
    seen = _seen(db, coder_id, settings, now)
    about = rounds(db, "coding", seen, now.date())
    rows = db.table(_TOPICS, wanted=wanted(seen)).to_pylist()
    standing = {row["excerpt_id"]: _standing(about.get(row["excerpt_id"]), coder_id) for row in rows}
    rows = [row for row in rows if row["values"] or standing[row["excerpt_id"]] != "talk"]
    rows.sort(key=lambda row: STANDINGS.index(standing[row["excerpt_id"]]))
    listed = [row["excerpt_id"] for row in rows[:most]]
    displays.show(db, coder_id, listed, PAGE, settings.review, now, suggestions=False, readings=True)
    found = [
        Topic(
            **row | {"values": tuple(row["values"] or ())},
            proposed=_in_words(db, about[row["excerpt_id"]][-1]) if row["excerpt_id"] in about else "",
            standing=standing[row["excerpt_id"]],
            before=before(db, row["transcript_id"], row["excerpt_id"]),
        )
        for row in rows[:most]
    ]
    return found, len(rows) - len(found)


def waiting_for(db: Readable, coder_id: str, now: datetime) -> int:
    """Count the proposals about passages that wait for the answer of one reader."""
    ids = [str(excerpt) for (excerpt,) in db.rows(_NAMED_IN, {"coder": coder_id})]
    return sum(each[-1].waits_for(coder_id) for each in rounds(db, "coding", ids, now.date()).values())


def talk(db: Database, coder_id: str, excerpt_id: str, settings: Settings, now: datetime) -> Talk:
    """
    Show everybody's readings of a passage and all rounds, and record that they were shown.

    Raises:
        UsageError: this reader may not see others' readings of it, or others are still to read it.
    """
    _must_be_open(db, coder_id, excerpt_id, settings, now)
    displays.show(db, coder_id, [excerpt_id], PAGE, settings.review, now, suggestions=False, readings=True)
    passage = _passage(db, excerpt_id)
    used = framework(db, passage.framework_id).id
    held = [one for one in latest(db, [excerpt_id]) if one.framework == used]
    names = dict(passage.values)
    return Talk(
        passage,
        tuple(Held("" if one.coder_id == coder_id else one.letter, one.kind, one.outcome, one.names) for one in held),
        tuple(names[value] for value in names if len({_answer(one, value) for one in held} - {""}) > 1),
        rounds(db, "coding", [excerpt_id], now.date()).get(excerpt_id, ()),
        excerpt_id in _ready(db, [excerpt_id], settings.consent, now),
    )


def propose(
    db: Database,
    excerpt_id: str,
    values: Collection[str],
    outcome: str,
    reason: str,
    number: int,
    settings: Settings,
    *,
    id: str,  # noqa: A002
    coder_id: str,
    now: datetime,
) -> None:
    """
    Propose what a passage shows, to all who have read it and still read here.

    Args:
        values: the ids of the values that it shows; what is not among them is a no.
        outcome: "nothing here" or "something not on our list" where it shows none.
        number: the round, one more than the newest that the proposer saw.

    Raises:
        UsageError: it is not open to them, nothing is said, a value is not listed, or a round was opened meanwhile.
    """
    _must_be_open(db, coder_id, excerpt_id, settings, now)
    if excerpt_id not in _ready(db, [excerpt_id], settings.consent, now):
        raise UsageError("somebody is still to read this passage", remedy="Propose something once they have")
    passage = _passage(db, excerpt_id)
    listed = [value for value, _ in passage.values]
    if strange := [value for value in values if value not in listed]:
        raise UsageError(f"'{strange[0]}' is not on the list of values", remedy="Open the page again")
    if not values and outcome not in OUTCOMES:
        raise UsageError("nothing is proposed yet", remedy="Choose values, or say that none of them is there")
    proposal = Proposal(
        "coding",
        excerpt_id,
        number,
        passage.framework_id,
        [str(coder) for (coder,) in db.rows(_READ_BY, {"excerpt": excerpt_id})],
        "values" if values else outcome,
        {value: "yes" if value in values else "no" for value in listed},
        reason,
        now.date() + timedelta(days=settings.consent.days),
    )
    open_round(db, proposal, id=id, coder_id=coder_id, now=now)


def take_position(
    db: Database,
    excerpt_id: str,
    proposal_id: str,
    position: str,
    reason: str,
    settings: Settings,
    *,
    id: str,  # noqa: A002
    coder_id: str,
    now: datetime,
) -> None:
    """
    State where somebody stands on a proposal about a passage.

    Raises:
        UsageError: the passage is not open to them, the proposal is about something else, or `rounds` refuses it.
    """
    _must_be_open(db, coder_id, excerpt_id, settings, now)
    if proposal_id not in {one.id for one in rounds(db, "coding", [excerpt_id], now.date()).get(excerpt_id, ())}:
        raise UsageError("there is no such proposal about this passage", remedy="Open the page again")
    store_position(db, proposal_id, position, reason, id=id, coder_id=coder_id, now=now)


def _must_be_open(db: Readable, coder_id: str, excerpt_id: str, settings: Settings, now: datetime) -> None:
    if excerpt_id not in _seen(db, coder_id, settings, now):
        raise UsageError(
            "this passage is not open to talk about",
            remedy="It will be once everybody whose it is has read it, and you have too",
        )


def _seen(db: Readable, coder_id: str, settings: Settings, now: datetime) -> list[str]:
    """Return the excerpts that differ, or were proposed about, and of which this reader may see others' readings."""
    proposed = {str(excerpt) for (excerpt,) in db.rows(_PROPOSED)}
    differ = {str(excerpt) for (excerpt,) in db.rows("SELECT excerpt_id FROM differing_readings")} - proposed
    return sorted(allowed(db, coder_id, proposed | _ready(db, differ, settings.consent, now), settings.review).readings)


def _ready(db: Readable, excerpt_ids: Collection[str], consent: ConsentSettings, now: datetime) -> set[str]:
    """Return those of the excerpts that everybody whose they are has read, or all from the study's day on."""
    begun = consent.first_day is not None and consent.first_day <= now.date()
    asked = {"begun": begun, "since": now - HOLD}
    return set(db.table(_READY, asked, wanted=wanted(excerpt_ids))["excerpt_id"].to_pylist())


def _standing(about: Sequence[Round] | None, coder_id: str) -> Standing:
    if not about:
        return "talk"
    newest = about[-1]
    return "answer" if newest.waits_for(coder_id) else newest.state


def _in_words(db: Readable, proposed: Round) -> str:
    names = {value.id: value.name for value in framework(db, proposed.framework_id).values}
    return ", ".join(names[value] for value in proposed.yes) or OUTCOMES[proposed.outcome]


def _answer(reading: Latest, value: str) -> str:
    return "yes" if value in reading.yes else "no" if value in reading.no else ""


def _passage(db: Readable, excerpt_id: str) -> Passage:
    [(kind, framework_id)] = db.rows(_READ_AGAINST, {"excerpt": excerpt_id})
    listed = values_against(framework(db, framework_id), kind)
    return Passage(excerpt_id, framework_id, tuple((value.id, value.name) for value in listed))


_PROPOSED = "SELECT DISTINCT about_id FROM proposals WHERE about = 'coding'"

_NAMED_IN = """
    SELECT DISTINCT p.about_id FROM proposals p JOIN proposal_people n ON n.proposal_id = p.id
    WHERE p.about = 'coding' AND n.coder_id = $coder
"""

_READ_BY = """
    SELECT DISTINCT c.coder_id FROM conclusions c JOIN readers_here h ON h.coder_id = c.coder_id
    WHERE c.excerpt_id = $excerpt AND c.act <> 'skip'
"""

# What is open in somebody's hands is theirs for as long as others are kept from it.
_READY = """
    WITH read_by AS (
        SELECT c.excerpt_id, count(DISTINCT c.coder_id) AS n
        FROM conclusions c SEMI JOIN wanted w ON w.excerpt_id = c.excerpt_id
        WHERE c.act <> 'skip'
        GROUP BY c.excerpt_id
    )
    SELECT r.excerpt_id
    FROM read_by r
    LEFT JOIN wanted_readings m ON m.excerpt_id = r.excerpt_id
    WHERE r.n >= 2 AND ($begun OR (
        r.n >= coalesce(m.wanted, 1)
        AND r.excerpt_id NOT IN (SELECT excerpt_id FROM unfinished_excerpts)
        AND NOT EXISTS (
            SELECT 1 FROM servings s
            JOIN readers_here h ON h.coder_id = s.coder_id
            ANTI JOIN conclusions c ON c.coder_id = s.coder_id AND c.excerpt_id = s.excerpt_id
            WHERE s.excerpt_id = r.excerpt_id AND s.served_at > $since
        )
    ))
"""

_TOPICS = """
    SELECT e.excerpt_id, e.transcript_id, e.dataset || ', transcript ' || l.number AS transcript, e.text,
           list(v.name ORDER BY v.position) FILTER (WHERE v.name IS NOT NULL) AS values
    FROM wanted w
    JOIN live_excerpts e ON e.excerpt_id = w.excerpt_id
    JOIN transcript_list l ON l.transcript_id = e.transcript_id
    LEFT JOIN differing_readings d ON d.excerpt_id = e.excerpt_id
    LEFT JOIN framework_values v ON v.framework_id = d.framework_id AND v.value_id = d.value_id
    GROUP BY e.excerpt_id, e.transcript_id, e.dataset, l.number, e.text, e.start
    ORDER BY e.dataset, l.number, e.start, e.excerpt_id
"""

_READ_AGAINST = """
    SELECT e.kind, c.framework_id
    FROM excerpts e
    JOIN transcripts t ON t.id = e.transcript_id
    JOIN newest_scorings c ON c.dataset = t.dataset
    WHERE e.id = $excerpt
"""
