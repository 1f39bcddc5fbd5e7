"""Reading packs: passages for somebody to read without the program, and what they wrote when the pack comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.exchange.packs import Answered, Pack, PackPassage, Returned, number_of
from tagger.review import decisions, notes, readers
from tagger.review.datasets import framework
from tagger.review.decisions.sets import written
from tagger.review.exemplars.quotes import named
from tagger.review.passages import Context, in_transcript
from tagger.review.servings import Queue, Serving, prepare, serving, take
from tagger.store import Database, Readable
from tagger.wording import several

MOST = 200
_SHOWN_PROBLEMS = 30

_UNLISTED = "something not on our list"
_OUTCOMES = {"nothing here": "nothing here", "unsure": "unsure", "skip": "skipped"}


@dataclass(frozen=True, slots=True)
class Handed:
    """A pack that was handed out: how many passages it holds, and how many of them came back."""

    id: str
    dataset: str
    made_at: datetime
    passages: int
    returned: int

    @property
    def number(self) -> str:
        """Return what people call it by."""
        return number_of(self.id)


@dataclass(frozen=True, slots=True)
class Whose:
    """A pack by the number that stands on it, and whom it is for."""

    id: str
    number: str
    reader_id: str
    reader: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a pack that came back: rows stored now, rows that were stored before, and lines to show."""

    stored: int
    known: int
    lines: tuple[str, ...]


def make(
    db: Database,
    coder_ids: Mapping[str, str],
    queue: Queue,
    review: ReviewSettings,
    *,
    n: int,
    seed: int,
    now: datetime,
) -> list[Pack]:
    """
    Hand out the next `n` passages of each reader's queue as a pack; the same id again gives the same pack.

    Whoever has nothing left to read gets none.

    Args:
        coder_ids: who is to read each pack, by its id.

    Raises:
        UsageError: nothing is left to read for any of them, or `n` is no number of passages for a pack.
    """
    if not 1 <= n <= MOST:
        raise UsageError(f"a pack holds 1 to {MOST} passages", remedy="Make a smaller one; more can follow")
    made = []
    for pack_id, coder_id in coder_ids.items():
        identity = _checked(pack_id)
        known = bool(db.rows("SELECT 1 FROM packs WHERE id = $id", {"id": identity}))
        if not known:
            prepare(db, coder_id, queue.dataset, review, seed, now)
            ids = [str(uuid5(UUID(identity), str(number))) for number in range(1, n + 1)]
            known = _hand_out(db, identity, coder_id, take(db, coder_id, queue, review, n, ids, now), now)
        if known:
            made.append(pack(db, identity))
    if not made:
        raise UsageError(
            "nothing is left to put into a pack",
            where=queue.dataset,
            remedy="Bring back the packs that are out, or choose another dataset",
        )
    return made


def _hand_out(db: Database, pack_id: str, coder_id: str, taken: Sequence[Serving], now: datetime) -> bool:
    """Store which servings a pack is made of; say whether there are any."""
    if taken:
        db.insert("packs", pa.Table.from_pylist([{"id": pack_id, "coder_id": coder_id, "made_at": now}]))
        db.insert("pack_servings", pa.table({
            "serving_id": [one.id for one in taken],
            "pack_id": [pack_id] * len(taken),
            "number": pa.array(range(1, len(taken) + 1), pa.int32()),
        }))  # fmt: skip
    return bool(taken)


def ids_for(first: str, coder_ids: Sequence[str]) -> dict[str, str]:
    """Return who is to read each pack, by ids that follow from the first one's."""
    people = list(dict.fromkeys(coder_ids))
    ids = [_checked(first), *(str(uuid5(UUID(first), one)) for one in people[1:])]
    return dict(zip(ids, people, strict=True))


def pack(db: Database, pack_id: str) -> Pack:
    """
    Return a pack with the words of its passages.

    Raises:
        UsageError: there is no such pack, or its passages are no longer in the study.
    """
    handed = _servings(db, pack_id)
    reader = db.rows("SELECT c.name FROM packs p JOIN coders c ON c.id = p.coder_id WHERE p.id = $id", {"id": pack_id})
    if not handed or not reader:
        raise UsageError("there is no such reading pack in this study", remedy="Make a new one")
    first = next(iter(handed.values()))
    return Pack(
        id=pack_id,
        reader=reader[0][0],
        dataset=first.dataset,
        framework_id=first.framework_id,
        framework=framework(db, first.framework_id),
        passages=tuple(_passage(db, number, one) for number, one in handed.items()),
    )


def belongs(db: Readable, pack_id: str, coder_id: str) -> bool:
    """Say whether a pack was handed out to this reader."""
    return bool(db.rows("SELECT 1 FROM packs WHERE id = $id AND coder_id = $coder", {"id": pack_id, "coder": coder_id}))


def whose(db: Readable, pack_ids: Sequence[str]) -> list[Whose]:
    """Return whom packs are for, in the order of their ids; what is no pack is left out."""
    rows = db.rows(_WHOSE, {"ids": list(pack_ids)})
    return [Whose(pack_id, number_of(pack_id), *reader) for pack_id, *reader in rows]


def packs(db: Readable, coder_id: str) -> list[Handed]:
    """List the packs that were handed out to a reader, the newest first."""
    rows = db.rows(
        "SELECT p.id, any_value(t.dataset), p.made_at, count(*), count(d.serving_id) FROM packs p "
        "JOIN pack_servings k ON k.pack_id = p.id "
        "JOIN servings s ON s.id = k.serving_id JOIN excerpts e ON e.id = s.excerpt_id "
        "JOIN transcripts t ON t.id = e.transcript_id "
        "LEFT JOIN (SELECT DISTINCT serving_id FROM standing_decisions WHERE act NOT IN ('memo', 'adjust')) d "
        "ON d.serving_id = s.id WHERE p.coder_id = $coder GROUP BY p.id, p.made_at ORDER BY p.made_at DESC, p.id",
        {"coder": coder_id},
    )
    return [Handed(*row) for row in rows]


def bring_back(db: Database, returned: Returned, name: str, now: datetime) -> Report:
    """
    Store what a reader wrote into a pack, each row as one step; bringing it back again stores nothing twice.

    Args:
        name: the file's, for the report.

    Raises:
        UsageError: the pack is not one of this study.
    """
    handed = _servings(db, returned.pack_id)
    lists = db.rows("SELECT 1 FROM frameworks WHERE id = $id", {"id": returned.framework_id})
    named = whose(db, [returned.pack_id])
    if not handed or not lists or not named:
        raise UsageError(
            "this reading pack was not made in this study",
            where=name,
            remedy="Bring it back where it was made",
        )
    problems = list(returned.problems)
    stored = known = 0
    for answered in returned.answered:
        result = _store(db, returned, answered, handed.get(answered.number), now)
        if isinstance(result, str):
            problems.append(f"row {answered.row}: {result}; it was left out")
        elif result:
            stored += 1
        else:
            known += 1
    which = f"{name} is pack {named[0].number}, for {named[0].reader}"
    more = _since(db, returned.pack_id) if stored else []
    return Report(stored, known, (*_counts(which, stored, known, returned.empty), *more, *_listed(problems)))


def _store(db: Database, returned: Returned, answered: Answered, handed: Serving | None, now: datetime) -> bool | str:
    """Store one row; say whether it was new, or why it cannot be stored."""
    if handed is None:
        return f"there is no No. {answered.number} in this pack"
    handed = replace(handed, framework_id=returned.framework_id)
    if _read_elsewhere(db, handed):
        return f"No. {answered.number} was read in the browser meanwhile, and that reading stays"
    try:
        # A row may be several steps, and the note belongs to the last: refused then, the first would be stored already.
        note = written(answered.note)
        new = _acts(db, answered, handed, note)
        for act in new:
            _act(db, returned, answered, handed, act, now)
    except UsageError as error:
        return str(error).rstrip(".")
    return bool(new)


def _acts(db: Readable, answered: Answered, handed: Serving, note: str | None) -> list[str]:
    """Return the steps that are missing until the reader holds what a row says; none where they hold it already."""
    acts = _conclusion(db, answered, handed)
    if note and _UNLISTED not in acts and not _is_noted(db, handed, note):
        acts.append("memo")
    return acts


def _conclusion(db: Readable, answered: Answered, handed: Serving) -> list[str]:
    if not answered.outcome and not answered.value_ids:
        return []
    held = decisions.reading(db, handed.coder_id, handed.excerpt_id, handed.framework_id)
    if answered.outcome in _OUTCOMES:
        return [] if held.outcome == _OUTCOMES[answered.outcome] else [answered.outcome]
    unlisted = answered.outcome == _UNLISTED
    yes = {value for value, answer in held.answers.items() if answer == "yes"}
    read_whole = held.finished and held.outcome not in _OUTCOMES.values()
    if read_whole and yes == set(answered.value_ids) and held.unlisted == unlisted:
        return []
    if unlisted:
        return [_UNLISTED, "done"]
    # Nothing but "nothing here" takes back that there was something beside the list.
    return ["nothing here", "done"] if held.unlisted else ["done"]


def _is_noted(db: Readable, handed: Serving, note: str) -> bool:
    found = "SELECT 1 FROM standing_decisions WHERE serving_id = $serving::UUID AND note = $note LIMIT 1"
    return bool(db.rows(found, {"serving": handed.id, "note": note}))


def _act(db: Database, returned: Returned, answered: Answered, handed: Serving, act: str, now: datetime) -> None:
    """Store one step under an id that follows from what the row says, and from what was said of the passage before."""
    [(before,)] = db.rows(_NEWEST, {"serving": handed.id})
    note = answered.note if act in ("memo", _UNLISTED) else ""
    said = [returned.pack_id, str(answered.number), act, *sorted(answered.value_ids), note, str(before)]
    answers = {}
    if act == "done":
        held = decisions.reading(db, handed.coder_id, handed.excerpt_id, handed.framework_id).answers
        # A mark that was there when the pack came back before, and is no longer, is taken away.
        answers = {value: "not asked" for value, answer in held.items() if answer == "yes"}
        answers |= dict.fromkeys(answered.value_ids, "yes")
    step = str(uuid5(NAMESPACE_OID, "\x1f".join(said)))
    decisions.decide(db, id=step, serving=handed, act=act, answers=answers, note=note, now=now)


def _read_elsewhere(db: Readable, handed: Serving) -> bool:
    """Say whether a passage was read to the end, and the newest word about it was said outside of the pack."""
    found = db.rows(_LAST_WORD, {"coder": handed.coder_id, "excerpt": handed.excerpt_id})
    return bool(found and found[0][0] != handed.id)


def _servings(db: Readable, pack_id: str) -> dict[int, Serving]:
    rows = db.rows(
        "SELECT number, serving_id::VARCHAR FROM pack_servings WHERE pack_id = $id ORDER BY number", {"id": pack_id}
    )
    found = {number: serving(db, identity) for number, identity in rows}
    return {number: one for number, one in found.items() if one is not None}


def _passage(db: Database, number: int, handed: Serving) -> PackPassage:
    context = in_transcript(db, handed.excerpt_id, before=1, after=0)
    touched = notes.before(db, handed.transcript_id, handed.excerpt_id)
    warnings = [*(note for _, note, _ in touched.by_people), *touched.topics]
    before, who, text = _parts(context)
    return PackPassage(number, handed.arm, "\n".join(warnings), before, who, text)


def _parts(context: Context) -> tuple[str, str, str]:
    """Part what is shown into what was said before, who speaks, and the words of the excerpt."""
    before: list[str] = []
    inside: list[tuple[str, str]] = []
    who: dict[str, None] = {}
    for turn in context.turns:
        spoken, name, reached = "", named(turn.speaker), False
        for piece in turn.pieces:
            if piece.mark == "excerpt":
                inside.append((name, piece.text.strip()))
                standing = [one for one in turn.standing if one != "unknown"]
                who[", ".join([name, *standing])] = None
                reached = True
            elif not inside and not reached:
                spoken += piece.text
        if spoken.strip():
            start = "… " if turn.cut_before else ""
            before.append(f"{name}{' (asks)' if turn.asks else ''}: {start}{spoken.strip()}")
    several = len({name for name, _ in inside}) > 1
    text = "\n\n".join(f"{name}: {words}" if several else words for name, words in inside)
    return "\n\n".join(before), "\n".join(who), text


def _since(db: Readable, pack_id: str) -> list[str]:
    """Say what became of a pack's passages since it was made, where that concerns whoever brings it back."""
    [(corrected, let_go)] = db.rows(_SINCE, {"id": pack_id})
    said = []
    if corrected:
        words = several(corrected, "passage was", "passages were")
        said.append(f"The words of {words} corrected since: what the pack says of them is kept, to be looked at again.")
    if let_go:
        said.append(
            "What lay in this pack was handed over, so others may have read it since. These readings count too."
        )
    return said


def _counts(which: str, stored: int, known: int, empty: int) -> list[str]:
    rows = "1 row" if stored == 1 else f"{stored} rows"
    said = [f"{which}: stored what {rows} say{'s' if stored == 1 else ''}."]
    if known:
        said.append("1 row was stored before." if known == 1 else f"{known} rows were stored before.")
    if empty:
        said.append("1 row is empty and stays open." if empty == 1 else f"{empty} rows are empty and stay open.")
    return said


def _listed(problems: Sequence[str]) -> list[str]:
    said = [f"  {problem}" for problem in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        said.append(f"  ... and {len(problems) - _SHOWN_PROBLEMS} more")
    return said


def _checked(pack_id: str) -> str:
    try:
        return str(UUID(pack_id))
    except ValueError as error:
        raise UsageError("the form lost its number", remedy="Open the page again and repeat it") from error


def reader_called(db: Database, name: str, joining: str = "To add somebody: --new") -> readers.Reader:
    """
    Find a reader by name.

    Args:
        joining: how somebody becomes a reader, for the message.

    Raises:
        UsageError: nobody here is called so.
    """
    everybody = readers.readers(db)
    found = next((one for one in everybody if one.name.casefold() == name.strip().casefold()), None)
    if found is None:
        known = ", ".join(one.name for one in everybody) or "nobody so far"
        raise UsageError(f"nobody here is called {name}", remedy=f"Readers are: {known}. {joining}")
    return found


_WHOSE = """
    SELECT p.id, p.coder_id, c.name FROM packs p JOIN coders c ON c.id = p.coder_id
    WHERE list_contains($ids, p.id) ORDER BY list_position($ids, p.id)
"""

_SINCE = """
    SELECT count(*) FILTER (WHERE l.excerpt_id IS NULL), bool_or(g.let_go)
    FROM serving_list g LEFT JOIN live_spans l ON l.excerpt_id = g.excerpt_id WHERE g.pack_id = $id
"""

_NEWEST = """
    SELECT coalesce(max(s.number), 0)
    FROM decisions d JOIN decision_sets s ON s.decision_id = d.id WHERE d.serving_id = $serving::UUID
"""

_LAST_WORD = """
    SELECT arg_max(coalesce(d.serving_id::VARCHAR, ''), d.number)
    FROM standing_decisions d
    JOIN conclusions c ON c.coder_id = d.coder_id AND c.excerpt_id = d.excerpt_id AND c.act <> 'skip'
    WHERE d.coder_id = $coder AND d.excerpt_id = $excerpt AND d.act NOT IN ('memo', 'adjust')
    HAVING count(*) > 0
"""
