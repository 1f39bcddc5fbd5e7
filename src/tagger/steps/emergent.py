"""
Passages that a list has no word for, as people said who read them, in groups of those that say something alike.

A passage is one of them where somebody marked it as something here, not on our list; or where suggestions were often
rejected for something that was not suggested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from tagger.emergent import SAMPLE, Groups, Matrix, grouped
from tagger.store import Readable
from tagger.wording import several

OFTEN = 2
"""So many suggestions were rejected for something else, by one person or by several, and it is often."""
_KEPT = 16
"""So many are remembered."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One person's reading of a passage; `instead_of` is the value that they rejected, None where they marked it."""

    excerpt_id: str
    coder_id: str
    coding_id: str
    framework: str
    instead_of: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """
    A passage and why it is here: `marked` by so many people, `relabelled` so many times.

    `text` is None where somebody in it may not be quoted; `participants` are pseudonyms, `number` the transcript's;
    `frameworks` are the names of the lists that it was read with.
    """

    excerpt_id: str
    transcript_id: str
    dataset: str
    number: int
    participants: tuple[str, ...]
    text: str | None
    marked: int
    relabelled: int
    frameworks: tuple[str, ...]

    @property
    def quote(self) -> str:
        """Return its words, if they may be quoted."""
        return "(may not be quoted)" if self.text is None else self.text

    @property
    def place(self) -> str:
        """Say who speaks, and where."""
        return ", ".join((" + ".join(self.participants) or "not named", f"{self.dataset} {self.number}"))

    @property
    def why(self) -> str:
        """Say in words why it is here."""
        said = [f"marked by {several(self.marked, 'person', 'people')}"] if self.marked else []
        said += [f"{several(self.relabelled, 'suggestion')} rejected for something else"] if self.relabelled else []
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class Group:
    """Passages that say something alike, the most typical first."""

    passages: tuple[Passage, ...]

    @property
    def framework(self) -> str:
        """Return the list that most of them were read with."""
        counted = Counter(sorted(name for one in self.passages for name in one.frameworks))
        return counted.most_common(1)[0][0]

    @property
    def words(self) -> str:
        """Say how many passages there are, and how far they are spread."""
        contexts = sorted({one.dataset for one in self.passages})
        people = {name for one in self.passages for name in one.participants}
        spread = [several(len({one.transcript_id for one in self.passages}), "transcript")]
        spread += [several(len(people), "participant")] if people else []
        where = f"{several(len(contexts), 'context')} ({', '.join(contexts)})"
        return f"{several(len(self.passages), 'passage')}, from {', '.join(spread)} and {where}"


@dataclass(frozen=True, slots=True)
class Emergent:
    """The groups, the largest first, and the passages that are like no other."""

    groups: tuple[Group, ...] = ()
    alone: tuple[Passage, ...] = ()

    def passages(self) -> list[Passage]:
        """List all passages."""
        return [*(one for group in self.groups for one in group.passages), *self.alone]

    def group_of(self, excerpt_id: str) -> Group | None:
        """
        Return a passage with those that say something alike; one on its own is a group of one.

        Groups change as people read, so that a number would lead to another group tomorrow.
        """
        all_groups = [*self.groups, *(Group((one,)) for one in self.alone)]
        return next((one for one in all_groups if excerpt_id in {each.excerpt_id for each in one.passages}), None)


class KeptGroups:
    """Groups that were worked out of late; how the same texts fall into groups does not change."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._kept: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Groups] = {}

    def groups(self, db: Readable, model_id: str, keys: Sequence[str]) -> Groups:
        """Group texts, by their keys, by the vectors that a model made of them; each has one."""
        if not keys:
            return Groups((), ())
        sample = tuple(str(key) for (key,) in db.known(_SAMPLE, {"model": model_id, "most": SAMPLE}))
        about = (model_id, tuple(keys), sample)
        with self._turn:
            found = self._kept.get(about)
        if found is None:
            [(dimension,)] = db.lasting("SELECT dimension FROM models WHERE id = $model", {"model": model_id})
            found = grouped(_vectors(db, model_id, keys), _vectors(db, model_id, sample), dimension)
            with self._turn:
                self._kept = dict([*self._kept.items(), (about, found)][-_KEPT:])
        return found


def readings(db: Readable) -> list[Reading]:
    """Return everybody's readings that say that a list has no word for something."""
    return [Reading(**row) for row in db.table(_READINGS).to_pylist()]


def gathered(db: Readable, said: Collection[Reading], kept: KeptGroups | None = None) -> Emergent:
    """
    Group the passages for which these readings speak.

    A passage without a vector of the model that most datasets use is on its own. Reflections of those who read are left
    out: they are no participants' words.
    """
    model_id = next((str(model) for (model,) in db.rows(_MODEL)), "")
    of_excerpt: dict[str, list[Reading]] = {}
    for one in said:
        of_excerpt.setdefault(one.excerpt_id, []).append(one)
    enough = [excerpt for excerpt, own in of_excerpt.items() if _speak(own)]
    wanted = pa.table({"excerpt_id": pa.array(enough, pa.string())})
    rows = db.table(_PASSAGES, {"model": model_id}, wanted=wanted).to_pylist()
    keys = [row.pop("vector_key") for row in rows]
    passages = [_passage(row, of_excerpt[row["excerpt_id"]]) for row in rows]
    known = [place for place, key in enumerate(keys) if key]
    found = (kept or KeptGroups()).groups(db, model_id, [keys[place] for place in known])
    together = [[known[row] for row in rows] for rows in found.groups]
    alone = sorted({*range(len(keys))} - {place for places in together for place in places})
    groups = tuple(Group(tuple(passages[place] for place in places)) for places in together)
    return Emergent(groups, tuple(passages[place] for place in alone))


def table(found: Emergent) -> pa.Table:
    """Return a row for each passage: the number of its group, empty where it is on its own, and why it is here."""
    numbered: list[tuple[int | None, Passage]] = [
        (number, one) for number, group in enumerate(found.groups, 1) for one in group.passages
    ]
    numbered += [(None, one) for one in found.alone]
    rows = [
        {
            "group": number,
            "excerpt_id": one.excerpt_id,
            "dataset": one.dataset,
            "transcript": one.transcript_id,
            "participant": " + ".join(one.participants),
            "text": one.quote,
            "why": one.why,
            "marked_by": one.marked,
            "relabelled": one.relabelled,
        }
        for number, one in numbered
    ]
    return pa.Table.from_pylist(rows, schema=_COLUMNS)


def _speak(said: Sequence[Reading]) -> bool:
    """Say whether readings of one passage are enough for it to be here."""
    return any(one.instead_of is None for one in said) or len(said) >= OFTEN


def _passage(row: dict[str, Any], said: Sequence[Reading]) -> Passage:
    marked = len({one.coder_id for one in said if one.instead_of is None})
    relabelled = sum(one.instead_of is not None for one in said)
    participants, frameworks = tuple(row["participants"] or ()), tuple(sorted({one.framework for one in said}))
    held = {"participants": participants, "marked": marked, "relabelled": relabelled, "frameworks": frameworks}
    return Passage(**row | held)


def _vectors(db: Readable, model_id: str, keys: Sequence[str]) -> Matrix:
    """Return deep vectors, (n, deep_dimension), of texts by their keys."""
    wanted = pa.table({"text_key": pa.array(sorted(set(keys)), pa.string())})
    rows = db.table(_VECTORS, {"model": model_id}, wanted=wanted)
    own = dict(zip(rows["text_key"].to_pylist(), rows["vector"].to_numpy(zero_copy_only=False), strict=True))
    return np.array([own[key] for key in keys], dtype=np.float32)


_TEXTS = ("excerpt_id", "dataset", "transcript", "participant", "text", "why")
_COLUMNS = pa.schema(
    [
        ("group", pa.int64()),
        *((name, pa.string()) for name in _TEXTS),
        ("marked_by", pa.int64()),
        ("relabelled", pa.int64()),
    ]
)

_READINGS = """
    SELECT excerpt_id, coder_id, coding_id, framework, instead_of FROM unlisted_readings
    ORDER BY excerpt_id, coder_id, framework, instead_of
"""

_MODEL = "SELECT model_id FROM newest_scorings GROUP BY model_id ORDER BY count(*) DESC, model_id LIMIT 1"

_PASSAGES = """
    SELECT e.excerpt_id, e.transcript_id, e.dataset, n.number,
           list(DISTINCT t.participant_id ORDER BY t.participant_id) FILTER (WHERE t.participant_id IS NOT NULL)
               AS participants,
           CASE WHEN any_value(q.excerpt_id) IS NULL THEN any_value(e.text) END AS text,
           any_value(v.text_key) AS vector_key
    FROM wanted w
    JOIN live_excerpts e ON e.excerpt_id = w.excerpt_id
    JOIN transcripts x ON x.id = e.transcript_id AND x.kind <> 'reflection'
    JOIN transcript_list n ON n.transcript_id = e.transcript_id
    JOIN live_turns t ON t.revision_id = e.revision_id AND t.position BETWEEN e.first_turn AND e.last_turn
    LEFT JOIN unquotable q ON q.excerpt_id = e.excerpt_id
    LEFT JOIN vectors v ON v.model_id = $model AND v.text_key = e.text_key AND v.part = 0
    GROUP BY e.excerpt_id, e.transcript_id, e.dataset, n.number, e.start
    ORDER BY e.dataset, n.number, e.start, e.excerpt_id
"""

# Keys are hashes, so the first ones are passages drawn at random, and nearly the same ones when there are more.
_SAMPLE = """
    SELECT DISTINCT v.text_key
    FROM live_excerpts e JOIN vectors v ON v.model_id = $model AND v.text_key = e.text_key AND v.part = 0
    JOIN transcripts x ON x.id = e.transcript_id AND x.kind <> 'reflection'
    WHERE e.kind = 'passage'
    ORDER BY v.text_key LIMIT $most
"""

_VECTORS = """
    SELECT v.text_key, v.vector FROM wanted w JOIN vectors v ON v.text_key = w.text_key
    WHERE v.model_id = $model AND v.part = 0
"""
