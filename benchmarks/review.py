"""
How long what a reader waits for takes, in a study of many passages.

    python benchmarks/review.py [--passages 10000] [--displays 30000] [--times 7]

Invents a study (text, scores and suggestions by the rules below; nothing is encoded), lets three people read a part of
it, and prints the median of each act, and how many times longer it takes than an act that only says `SELECT 1`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa

from tagger.config import ReviewSettings
from tagger.review import browse, decisions, displays, notes, passages
from tagger.review.browse import Find, bulk
from tagger.review.servings import Queue, Serving, left, next_serving, prepare, serving
from tagger.store import Database, Owner, Store
from tagger.store import serving as owning

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from scored import set_limits

READERS = ("one", "two", "three")
DATASET = "talks"
VALUES = 25
REVIEW = ReviewSettings()
# A pair of turns after a short question: two passages of 350 characters, and the exchange of both.
INVENTED = """
INSERT INTO datasets (id) VALUES ('talks');
INSERT INTO runs VALUES ('run', '2026-01-01', 'local', 'talks', NULL, NULL, '{}', '0');
INSERT INTO segmentations VALUES ('cut', '{}');
INSERT INTO frameworks VALUES ('list', 'list', '1.0', 'A list', $content);
INSERT INTO framework_values
    SELECT 'list', 'v' || n, n, 'Value ' || n, 'only',
           CASE WHEN n < $values * 9 // 10 THEN 'passage' ELSE 'exchange' END, NULL, false
    FROM range($values) r (n);
INSERT INTO models VALUES ('model', 'model', '1', '0', 384);
INSERT INTO transcripts
    SELECT 't' || t, 'talks', t || '.txt', 'interview', 'en' FROM range($passages // 100) r (t);
INSERT INTO participants SELECT 'P' || t FROM range($passages // 100) r (t);
CREATE TEMP TABLE turn AS
    SELECT t, pair * 3 + part AS position, pair, part, pair * 762 + [0, 61, 412][part + 1] AS start,
           [60, 350, 349][part + 1] AS length
    FROM range($passages // 100) a (t), range(50) b (pair), range(3) c (part);
CREATE TEMP TABLE spoken AS
    SELECT *, rpad('Talk ' || t || ', turn ' || position || '. ' || repeat(substr(md5(t || ' ' || position), 1, 7)
                   || ' is what we said to each other. ', 12), length, '.') AS text
    FROM turn;
INSERT INTO revisions
    SELECT 'r' || t, 't' || t, 1, string_agg(text, chr(10) ORDER BY position), 'k' || t, 'c' || t,
           'plain', 'utf-8', 'run'
    FROM spoken GROUP BY t;
INSERT INTO speakers
    SELECT 's' || t || '-' || part, 't' || t, 'k' || part, 'Person ' || part FROM turn WHERE pair = 0;
INSERT INTO speaker_beliefs
    SELECT 's' || t || '-' || part, 1, part = 0, ['group member'], CASE WHEN part > 0 THEN 'P' || t END,
           'guessed', 'run'
    FROM turn WHERE pair = 0;
INSERT INTO turns SELECT 'r' || t, position, start, start + length, 's' || t || '-' || part, NULL, NULL FROM turn;
INSERT INTO excerpts
    SELECT 'p' || t || '-' || position, 't' || t, 'cut', 'passage', 'r' || t, start, start + length, text,
           [0], [length], 'x' || t || '-' || position, NULL
    FROM spoken WHERE part > 0;
INSERT INTO excerpts
    SELECT 'e' || t || '-' || pair, 't' || t, 'cut', 'exchange', 'r' || t, min(start), max(start + length),
           string_agg(text, chr(10) ORDER BY position), [0], [700], 'y' || t || '-' || pair, NULL
    FROM spoken WHERE part > 0 GROUP BY t, pair;
INSERT INTO placements
    SELECT e.id, e.revision_id, e.start, e."end", min(n.position), max(n.position)
    FROM excerpts e JOIN turns n ON n.revision_id = e.revision_id AND n.start < e."end" AND n."end" > e.start
    GROUP BY ALL;
INSERT INTO scorings (id, dataset, framework_id, model_id, segmentation_id, settings, run_id)
    VALUES ('scoring', 'talks', 'list', 'model', 'cut', '{}', 'run');
INSERT INTO scoring_uses VALUES ('talks', 1, 'list', 'scoring', 'run');
INSERT INTO scores
    SELECT 'scoring', e.id, [(hash(e.id || ' ' || n) % 1000000 / 1e6)::FLOAT FOR n IN range($values)] FROM excerpts e;
INSERT INTO suggestions
    SELECT s.excerpt_id || v.value_id, 'scoring', s.excerpt_id, v.value_id,
           row_number() OVER (PARTITION BY s.excerpt_id ORDER BY s.scores[v.position + 1] DESC),
           s.scores[v.position + 1], 0, 30, 'what was said'
    FROM scores s JOIN framework_values v ON s.scores[v.position + 1] > 0.95
    JOIN excerpts e ON e.id = s.excerpt_id AND e.kind = v.unit;
"""
# Each person has read a part of what is theirs: three marks and Done, as one step.
READ = """
INSERT INTO servings
    SELECT uuid(), excerpt_id, coder_id, CASE WHEN arm = 'blind' THEN 'random' ELSE 'likely' END, arm, draw_id, stratum,
           probability, row_number() OVER (PARTITION BY coder_id ORDER BY place), TIMESTAMP '2026-01-02'
    FROM arms QUALIFY row_number() OVER (PARTITION BY coder_id, arm ORDER BY place) <= $passages // 10;
CREATE TEMP TABLE step AS
    SELECT uuid() AS id, s.id AS serving_id, s.excerpt_id, s.coder_id, n,
           row_number() OVER (ORDER BY s.position, s.id, n) AS number,
           s.served_at + INTERVAL 1 SECOND * s.position AS decided_at
    FROM servings s, range(4) r (n);
INSERT INTO decisions
    SELECT id, coder_id, excerpt_id, serving_id, CASE WHEN n < 3 THEN 'choose' ELSE 'done' END, 'list',
           CASE WHEN n < 3 THEN 'v' || ((number // 4 * 7 + n) % 25) END, NULL, NULL, NULL, 'before talk', 0, decided_at
    FROM step;
INSERT INTO decision_sets SELECT id, first_value(id) OVER (PARTITION BY serving_id ORDER BY n), number FROM step;
INSERT INTO decision_answers SELECT id, 'v' || ((number // 4 * 7 + n) % 25), 'yes' FROM step WHERE n < 3;
INSERT INTO codings
    SELECT 'c' || p.number, p.excerpt_id, p.coder_id, 'list',
           CASE WHEN s.arm = 'blind' THEN 'blind' ELSE 'own-first' END, NULL, 'before talk', 'values', NULL, s.id, p.id,
           NULL, NULL, 0, p.decided_at
    FROM step p JOIN servings s ON s.id = p.serving_id WHERE p.n = 3;
INSERT INTO coding_answers
    SELECT c.id, 'v' || n, CASE WHEN d.value_id IS NULL THEN 'no' ELSE 'yes' END
    FROM codings c CROSS JOIN range(25) r (n)
    LEFT JOIN decisions d ON d.serving_id = c.serving_id AND d.value_id = 'v' || n;
INSERT INTO displays
    SELECT uuid(), s.coder_id, s.excerpt_id, 'suggestion', g.id, NULL, 'passage', 1, s.served_at + INTERVAL 1 DAY
    FROM servings s JOIN suggestions g ON g.excerpt_id = s.excerpt_id, range(100) r (n)
    WHERE s.arm = 'assisted' ORDER BY n, s.position, g.id LIMIT $displays;
"""


def fill(owner: Owner, n: int, shown: int) -> None:
    """Invent a study of so many passages, and what three people have read and were shown."""

    def write(db: Database) -> None:
        invent(db, n, VALUES)
        texts = db.table("SELECT text_key FROM excerpts ORDER BY id")["text_key"]
        vectors = np.random.Generator(np.random.PCG64(1)).standard_normal((len(texts), 384), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        columns = {"model_id": pa.repeat(pa.scalar("model"), len(texts)), "text_key": texts.combine_chunks()}
        listed = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 384).cast(pa.list_(pa.float32()))
        db.insert("vectors", pa.table({**columns, "part": pa.repeat(pa.scalar(0), len(texts)), "vector": listed}))
        people = [{"id": who, "name": who, "role": "reviewer", "added_at": datetime(2026, 1, 1)} for who in READERS]
        db.insert("coders", pa.Table.from_pylist(people))

    def read(db: Database) -> None:
        run(db, READ, passages=n, displays=shown)

    owner.write(write)
    for who in READERS:
        began = time.perf_counter()
        owner.write(partial(prepare, coder_id=who, dataset=DATASET, review=REVIEW, seed=1, now=_now()))
        print(f"prepare, all to draw         {1000 * (time.perf_counter() - began):8.1f} ms")
    owner.write(read)


def invent(db: Database, passages: int, values: int, content: str = "{}") -> None:
    """Invent transcripts, their excerpts and what is suggested for them."""
    run(db, INVENTED, passages=passages, values=values, content=content)
    set_limits(db)


def run(db: Database, script: str, **given: int | str) -> None:
    """Run statements, each with those of the parameters that it asks for."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.run(statement, {name: value for name, value in given.items() if f"${name}" in statement})


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Acts:
    """What one person does, each as its page does it."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.who = READERS[0]
        self.queue = Queue(DATASET)
        with owner.reading() as db:
            found = db.rows(
                "SELECT excerpt_id FROM conclusions WHERE coder_id = $who ORDER BY number", {"who": self.who}
            )
            [(self.shown,)] = db.rows(
                "SELECT min(suggestion_id) FROM displays WHERE coder_id = $who", {"who": self.who}
            )
        self.read = [excerpt for (excerpt,) in found]
        self.given = self.next()

    def next(self) -> Serving:
        """Take what is next in the queue."""
        found = self.owner.write(lambda db: next_serving(db, self.who, self.queue, REVIEW, str(uuid4()), _now()))
        assert found is not None
        return found

    def decide(self, act: str = "done") -> None:
        """Say something of what is open, and Done."""
        self.owner.write(
            lambda db: decisions.decide(
                db, id=str(uuid4()), serving=self.given, act=act, answers={"v1": "yes", "v2": "yes"}, now=_now()
            )
        )

    def undo(self) -> None:
        """Take the newest step back."""
        self.owner.write(lambda db: decisions.undo(db, id=str(uuid4()), coder_id=self.who, now=_now()))

    def show(self, n: int, *, readings: bool = False) -> None:
        """Show some of what was read."""
        place = int(np.random.default_rng().integers(len(self.read) - n))
        chosen = self.read[place : place + n]
        self.owner.write(lambda db: displays.show(db, self.who, chosen, "passage", REVIEW, _now(), readings=readings))

    def find(self, *, text: str = "", value: str = "", mine: str = "") -> None:
        """Look for passages."""
        self.owner.write(
            lambda db: browse.find(db, self.who, Find(text, value=value, mine=mine), REVIEW, _now(), "browse")
        )

    def nearest(self) -> None:
        """Look for the nearest yes and no."""
        self.owner.write(lambda db: displays.nearest(db, self.who, self.shown, "passage", _now()))

    def looked(self, act: Callable[..., object], *arguments: object, **options: object) -> None:
        """Read, beside the writer."""
        with self.owner.reading() as db:
            act(db, *arguments, **options)


def acts(owner: Owner) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""
    desk = Acts(owner)
    about = desk.given
    return {
        "SELECT 1": lambda: owner.write(lambda db: db.rows("SELECT 1")),
        "prepare, nothing to draw": lambda: owner.write(lambda db: prepare(db, desk.who, DATASET, REVIEW, 1, _now())),
        "next_serving": desk.next,
        "serving": lambda: desk.looked(serving, about.id),
        "left": lambda: desk.looked(left, desk.who, desk.queue, REVIEW),
        "left, all by likelihood": lambda: desk.looked(left, desk.who, Queue(DATASET, "likely", "", "all"), REVIEW),
        "left, one value": lambda: desk.looked(left, desk.who, Queue(DATASET, "", "v3"), REVIEW),
        "in_transcript": lambda: desk.looked(passages.in_transcript, about.excerpt_id),
        "sentences_around": lambda: desk.looked(passages.sentences_around, about.excerpt_id),
        "notes before": lambda: desk.looked(notes.before, about.transcript_id, about.excerpt_id),
        "show, 1 excerpt": lambda: desk.show(1),
        "show, 1 with readings": lambda: desk.show(1, readings=True),
        "show, 20 excerpts": lambda: desk.show(20, readings=True),
        "nearest yes and no": desk.nearest,
        "decide": desk.decide,
        "undo": desk.undo,
        "reading": lambda: desk.looked(decisions.reading, desk.who, about.excerpt_id, "list"),
        "history": lambda: desk.looked(decisions.history, desk.who, about.excerpt_id),
        "browse": desk.find,
        "browse, by a word": lambda: desk.find(text="turn 7"),
        "browse, by a value": lambda: desk.find(value="v3"),
        "browse, what I read": lambda: desk.find(mine="yes"),
        "offer": lambda: owner.write(lambda db: bulk.offer(db, desk.who, Find(value="v3"), REVIEW)),
        "similar": lambda: owner.write(
            lambda db: browse.similar(db, desk.who, about.excerpt_id, REVIEW, _now(), "similar")
        ),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--displays", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        Store(Path(name)).create()
        with owning(Path(name), url="") as owner:
            fill(owner, asked.passages, asked.displays)
            bare = 0.0
            for what, act in acts(owner).items():
                took = median(act, asked.times)
                bare = bare or took
                print(f"{what:28} {1000 * took:8.1f} ms {took / bare:8.1f}", flush=True)


def median(act: Callable[[], object], times: int) -> float:
    """Return the median of how many seconds an act takes, after doing it once before."""
    act()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


if __name__ == "__main__":
    main()
