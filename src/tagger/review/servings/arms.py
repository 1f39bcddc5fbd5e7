"""Drawing: which passages a person reads without suggestions, and which are for more than one person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from tagger.config import ReviewSettings
from tagger.review.servings.drawing import Drawing, Row, seen
from tagger.servings import LEAST, Passage, Settled, drawn, parted, place, seed_of
from tagger.store import Database

UNIT = f"run of adjacent turns with {LEAST} passages or more"
FRAME, SEEN = "runs", "seen before"

_UNDRAWN = """
SELECT e.excerpt_id, e.transcript_id, e.revision_id, e.segmentation_id, e.first_turn AS turn, e.start,
       a.excerpt_id IS NULL AS without_arm, w.excerpt_id IS NULL AS without_number
FROM live_excerpts e
JOIN excerpts x ON x.id = e.excerpt_id AND x.parent_id IS NULL
LEFT JOIN arms a ON a.coder_id = $coder AND a.excerpt_id = e.excerpt_id
LEFT JOIN wanted_readings w ON w.excerpt_id = e.excerpt_id
WHERE e.dataset = $dataset AND e.kind = 'passage' AND (a.excerpt_id IS NULL OR w.excerpt_id IS NULL)
  AND e.segmentation_id = (SELECT segmentation_id FROM newest_scorings WHERE dataset = $dataset)
ORDER BY e.transcript_id, e.start
"""

_ARMS = """
SELECT l.transcript_id, p.first_turn AS turn, p.start, a.arm, a.draw_id, a.stratum, a.probability, d.seed
FROM arms a
JOIN draws d ON d.id = a.draw_id
JOIN placements p ON p.excerpt_id = a.excerpt_id
JOIN live_revisions l ON l.revision_id = p.revision_id
WHERE a.coder_id = $coder AND l.dataset = $dataset
"""

_NUMBERS = """
SELECT l.transcript_id, p.first_turn AS turn, p.start, w.wanted, w.draw_id
FROM wanted_readings w
JOIN placements p ON p.excerpt_id = w.excerpt_id
JOIN live_revisions l ON l.revision_id = p.revision_id
WHERE l.dataset = $dataset
"""

_Before = dict[str, list[Settled[Row]]]


def prepare(db: Database, coder_id: str, dataset: str, review: ReviewSettings, seed: int, now: datetime) -> None:
    """
    Draw for all passages of a dataset that were not drawn yet; nothing is ever drawn again.

    For this person the arm of each run of adjacent turns, and for everybody how many people are to read it. A new
    passage in a turn that was drawn before takes what was drawn then. Runs with anything that this person was shown
    already are no part of the draw of arms: they are assisted.
    """
    undrawn = db.table(_UNDRAWN, {"coder": coder_id, "dataset": dataset}).to_pylist()
    if missing := [row for row in undrawn if row["without_arm"]]:
        before = _settled(db.table(_ARMS, {"coder": coder_id, "dataset": dataset}).to_pylist())
        shown = seen(db, coder_id, (row["excerpt_id"] for row in missing))
        _arms(coder_id, missing, before, shown, review, seed, now).store(db, "arms")
    if missing := [row for row in undrawn if row["without_number"]]:
        before = _settled(db.table(_NUMBERS, {"dataset": dataset}).to_pylist())
        _numbers(missing, before, review, seed, now).store(db, "wanted_readings")


def _arms(
    coder_id: str,
    missing: list[Row],
    before: _Before,
    shown: set[str],
    review: ReviewSettings,
    seed: int,
    now: datetime,
) -> Drawing:
    drawing, share = Drawing(), review.blind_share
    fates = {
        True: {"arm": "blind", "stratum": FRAME, "probability": share},
        False: {"arm": "assisted", "stratum": FRAME, "probability": 1 - share},
    }
    for rows in _by_transcript(missing):
        transcript = rows[0]["transcript_id"]
        inherited, found = parted(_passages(rows), before.get(transcript, []))
        drawing.results.extend(_arm(coder_id, name, row) for name, row in inherited.items())
        if not found:
            continue
        known = [run for run in found if any(passage.excerpt_id in shown for passage in run)]
        fresh = [run for run in found if run not in known]
        own_seed = seed_of(seed, "arm", coder_id, transcript)
        blind = drawn(len(fresh), share, own_seed)
        frame = {"coder": coder_id, **_frame(rows[0], share), FRAME: _ids(fresh), SEEN: _ids(known)}
        sizes = {FRAME: (len(fresh), sum(blind)), SEEN: (len(known), 0)}
        draw = {"draw_id": drawing.add("arm", frame, own_seed, now, sizes), "seed": own_seed}
        without = {"arm": "assisted", "stratum": SEEN, "probability": 1.0}
        for run, fate in [*zip(fresh, map(fates.__getitem__, blind), strict=True), *((run, without) for run in known)]:
            drawing.results.extend(_arm(coder_id, passage.excerpt_id, fate | draw) for passage in run)
    return drawing


def _numbers(missing: list[Row], before: _Before, review: ReviewSettings, seed: int, now: datetime) -> Drawing:
    drawing, share = Drawing(), review.double_share
    for rows in _by_transcript(missing):
        transcript = rows[0]["transcript_id"]
        inherited, found = parted(_passages(rows), before.get(transcript, []))
        drawing.results.extend(_number(name, row["wanted"], row["draw_id"]) for name, row in inherited.items())
        if not found:
            continue
        own_seed = seed_of(seed, "double coding", transcript)
        several = drawn(len(found), share, own_seed)
        frame = {"readers": review.readers, **_frame(rows[0], share), FRAME: _ids(found)}
        draw_id = drawing.add("double coding", frame, own_seed, now, {FRAME: (len(found), sum(several))})
        for run, taken in zip(found, several, strict=True):
            wanted = review.readers if taken else 1
            drawing.results.extend(_number(passage.excerpt_id, wanted, draw_id) for passage in run)
    return drawing


def _settled(rows: Iterable[Row]) -> _Before:
    found: _Before = {}
    for row in rows:
        found.setdefault(row["transcript_id"], []).append(Settled(row["turn"], row["start"], row))
    return found


def _by_transcript(rows: list[Row]) -> Iterable[list[Row]]:
    return (list(same) for _, same in groupby(rows, key=lambda row: row["transcript_id"]))


def _passages(rows: list[Row]) -> list[Passage]:
    return [Passage(row["excerpt_id"], row["turn"], row["start"]) for row in rows]


def _frame(row: Row, share: float) -> Row:
    ids = {"transcript": row["transcript_id"], "revision": row["revision_id"], "segmentation": row["segmentation_id"]}
    return ids | {"share": share, "unit": UNIT}


def _ids(found: list[list[Passage]]) -> list[list[str]]:
    return [[passage.excerpt_id for passage in run] for run in found]


def _arm(coder_id: str, excerpt_id: str, fate: Row) -> Row:
    names = ("arm", "draw_id", "stratum", "probability")
    row = {name: fate[name] for name in names} | {"place": place(fate["seed"], excerpt_id)}
    return {"coder_id": coder_id, "excerpt_id": excerpt_id, **row}


def _number(excerpt_id: str, wanted: int, draw_id: str) -> Row:
    return {"excerpt_id": excerpt_id, "wanted": wanted, "draw_id": draw_id}
