"""
Audits: a random sample of passages, whatever was suggested, that people read without suggestions.

    frame.py    what is drawn from: all passages, by how they stand with the suggestions
    plan.py     how many passages it takes to know something
    door.py     drawing from another process than the one that keeps the study open

Every passage of a dataset may be drawn, with a probability that is known and stored. A passage that a reader cannot
read blind any more stays in the sample as a missing answer: to put another in its place would be to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle

import pyarrow as pa

from tagger.errors import UsageError
from tagger.moments import after
from tagger.review.audit.frame import STRATA, Frame, frame
from tagger.review.packs import reader_called
from tagger.review.readers import Reader
from tagger.review.servings.drawing import Drawing, Row, seen
from tagger.servings import place, sampled, seed_of
from tagger.store import Database, Readable

__all__ = ["READ", "SEEN", "TO_READ", "Drawn", "Given", "Part", "Wanted", "draw", "fates"]

READ, SEEN, TO_READ = "read before", "seen before", "to read"

_Sample = dict[str, dict[str, list[str]]]

JOINING = "People join in the browser, under More, or with: tagger review --reader NAME"


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What is to be drawn, and for whom.

    `sizes` has the number of passages for each stratum; with `share_out` each passage goes to one of the readers, named
    by their names, and else to all of them.
    """

    dataset: str
    readers: tuple[str, ...]
    sizes: dict[str, int]
    seed: int
    share_out: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A stratum of a sample: how many passages were drawn of how many, and how many were asked for."""

    stratum: str
    population: int
    sample: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Given:
    """What a reader gets of a sample; `passages` is the sum of the other numbers, which say how each stands."""

    reader: str
    passages: int
    to_read: int
    read_before: int
    seen_before: int
    skipped_before: int
    handed_over: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw that was stored; `known`: the very same was stored before, and nothing is new."""

    draw_id: str
    dataset: str
    framework: str
    seed: int
    strata: tuple[Part, ...]
    readers: tuple[Given, ...]
    known: bool = False


_STOOD = """
SELECT c.excerpt_id, c.act = 'skip' AS skipped, x.id IS NOT NULL AS blind
FROM conclusions c
SEMI JOIN asked a ON a.excerpt_id = c.excerpt_id
LEFT JOIN current_codings x ON x.coder_id = c.coder_id AND x.excerpt_id = c.excerpt_id
     AND x.kind = 'blind' AND x.framework = $framework
WHERE c.coder_id = $coder
"""

# Who finishes a passage in the assisted arm is told what is suggested, and that may be nothing, which leaves no
# display; to take it back does not make them forget.
_TOLD = """
SELECT DISTINCT d.excerpt_id
FROM decisions d
SEMI JOIN asked a ON a.excerpt_id = d.excerpt_id
JOIN servings s ON s.id = d.serving_id AND s.arm <> 'blind'
ANTI JOIN pack_servings k ON k.serving_id = s.id
WHERE d.coder_id = $coder AND d.act IN ('done', 'nothing here', 'unsure')
"""


def draw(db: Database, wanted: Wanted, now: datetime) -> Drawn:
    """
    Draw an audit and store it: the frame, the strata, and the sample of each reader. Done in one transaction.

    Within a stratum every passage has the same probability n / N, and each transcript a part of the sample in
    proportion to its passages (`servings.sampled`). The same seed, frame and readers give the same draw, which is then
    stored once.

    Raises:
        UsageError: a reader or the dataset is not known, nothing is suggested, or a number cannot be.
    """
    if not wanted.readers or any(wanted.sizes.get(stratum, 0) < 1 for stratum in STRATA):
        raise UsageError(
            "every stratum needs a passage, and the sample a reader",
            where=wanted.dataset,
            remedy="Give numbers from 1 on: what cannot be drawn says nothing about what it stands for",
        )
    found = frame(db, wanted.dataset)
    people = _people(db, wanted.readers)
    sample = {
        stratum: sampled(found.strata[stratum], wanted.sizes[stratum], seed_of(wanted.seed, "audit", stratum))
        for stratum in STRATA
    }
    parts = tuple(
        Part(stratum, found.size(stratum), sum(map(len, sample[stratum].values())), wanted.sizes[stratum])
        for stratum in STRATA
    )
    drawing = Drawing()
    sizes = {part.stratum: (part.population, part.sample) for part in parts}
    [(last,)] = db.rows("SELECT max(drawn_at) FROM draws WHERE purpose = 'audit'")
    draw_id = drawing.add("audit", _as_json(found, wanted, people), wanted.seed, after(now, last), sizes)
    known = bool(db.rows("SELECT 1 FROM draws WHERE id = $id", {"id": draw_id}))
    if not known:
        for coder_id, rows in _dealt(sample, parts, [person.id for person in people], wanted).items():
            before = fates(db, coder_id, [row["excerpt_id"] for row in rows], found.framework)
            own = {"draw_id": draw_id, "coder_id": coder_id}
            drawing.results.extend({**row, **own, "fate": before.get(row["excerpt_id"], TO_READ)} for row in rows)
        drawing.store(db, "audit_passages")
        db.insert("audit_cells", _cells(draw_id, found, sample))
    given = tuple(_given(db, draw_id, person) for person in people)
    return Drawn(draw_id, found.dataset, found.framework, wanted.seed, parts, given, known)


def _people(db: Database, names: Sequence[str]) -> list[Reader]:
    found = {one.id: one for one in (reader_called(db, name, JOINING) for name in names)}
    return list(found.values())


def _as_json(found: Frame, wanted: Wanted, people: Sequence[Reader]) -> Row:
    """Return the frame as it is stored: with it and the seed the draw can be made again."""
    return {
        "dataset": found.dataset,
        "scoring": found.scoring_id,
        "segmentation": found.segmentation_id,
        "share": found.share,
        "shares": found.shares,
        "sizes": wanted.sizes,
        "readers": [one.id for one in people],
        "share_out": wanted.share_out,
        "unit": "passage",
        "strata": found.strata,
    }


def _dealt(sample: _Sample, parts: Sequence[Part], coder_ids: Sequence[str], wanted: Wanted) -> dict[str, list[Row]]:
    """Return the rows of the sample by whom they go to: each to everybody, or to one person after another."""
    dealt: dict[str, list[Row]] = {coder_id: [] for coder_id in coder_ids}
    turns = cycle(coder_ids)
    for part in parts:
        places = {name: place(wanted.seed, name) for held in sample[part.stratum].values() for name in held}
        for name in sorted(places, key=lambda name: (places[name], name)):
            row = {"excerpt_id": name, "stratum": part.stratum, "place": places[name]}
            row["inclusion_probability"] = part.sample / part.population
            for coder_id in [next(turns)] if wanted.share_out else coder_ids:
                dealt[coder_id].append(row)
    return dealt


def fates(db: Readable, coder_id: str, excerpt_ids: Sequence[str], framework: str) -> dict[str, str]:
    """Return those of the passages that a person has read blind already, and those that they cannot read so now."""
    asked = pa.table({"excerpt_id": pa.array(list(excerpt_ids), pa.string())})
    about = {"coder": coder_id}
    stood = db.table(_STOOD, {**about, "framework": framework}, asked=asked).to_pylist()
    told = db.table(_TOLD, about, asked=asked)["excerpt_id"].to_pylist()
    known = {*seen(db, coder_id, excerpt_ids), *told}
    known |= {row["excerpt_id"] for row in stood if not row["skipped"]}
    read = {row["excerpt_id"] for row in stood if row["blind"] and not row["skipped"]}
    return dict.fromkeys(known, SEEN) | dict.fromkeys(read, READ)


def _cells(draw_id: str, found: Frame, sample: _Sample) -> pa.Table:
    return pa.Table.from_pylist([
        {
            "draw_id": draw_id,
            "stratum": stratum,
            "transcript_id": transcript,
            "population": len(held),
            "sample": len(sample[stratum][transcript]),
        }
        for stratum, transcripts in found.strata.items()
        for transcript, held in transcripts.items()
    ])  # fmt: skip


_GIVEN = """
SELECT count(*), count(*) FILTER (WHERE k.coder_id IS NOT NULL AND c.act IS NULL),
       count(*) FILTER (WHERE p.fate = 'read before' OR (p.fate = 'to read' AND c.act <> 'skip')),
       count(*) FILTER (WHERE p.fate = 'seen before'), count(*) FILTER (WHERE p.fate = 'to read' AND c.act = 'skip'),
       count(*) FILTER (WHERE p.fate = 'to read' AND k.coder_id IS NULL AND c.act IS NULL)
FROM audit_passages p
LEFT JOIN audit_tasks k ON k.draw_id = p.draw_id AND k.coder_id = p.coder_id AND k.excerpt_id = p.excerpt_id
LEFT JOIN conclusions c ON c.coder_id = p.coder_id AND c.excerpt_id = p.excerpt_id
WHERE p.draw_id = $draw AND p.coder_id = $coder
"""


def _given(db: Readable, draw_id: str, person: Reader) -> Given:
    [counts] = db.rows(_GIVEN, {"draw": draw_id, "coder": person.id})
    return Given(person.name, *counts)
