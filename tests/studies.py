"""Small studies for tests that run the whole program: invented transcripts, and what a study's tables hold."""

from __future__ import annotations

import csv
import random

import pyarrow as pa

import tagger
from tagger.store import Store, trail_check

_WHO = (
    "the group",
    "my sister",
    "our facilitator",
    "a woman I met there",
    "the volunteer",
    "nobody",
    "my neighbour",
    "the new one",
)
_DID = (
    "listened to",
    "laughed about",
    "asked about",
    "was kind about",
    "kept quiet about",
    "wrote down",
    "came back to",
    "made tea after",
)
_WHAT = (
    "my story",
    "the hospital",
    "what we cook",
    "the walk home",
    "that long winter",
    "my old job",
    "the baby",
    "choosing for myself",
)
_WHEN = (
    "on Mondays",
    "the first time",
    "when I was ready",
    "in the end",
    "without a fuss",
    "every week",
    "last spring",
    "over the phone",
)
_RUNS = ("run_id", "started_at", "engine", "ended_at", "seconds", "counts", "merged_at", "n_rows")


def write_transcripts(folder, files, turns=20, seed=1):
    """Write so many conversations, half of them plain text and half CSV; the same seed gives the same words."""
    chance = random.Random(seed)
    folder.mkdir(parents=True)
    for number in range(files):
        talk = [("Interviewer", f"And {chance.choice(_WHEN)}?")]
        talk += [(f"Person {number}" if turn % 4 else "Friend", _sentence(chance)) for turn in range(turns)]
        if number % 2:
            with (folder / f"{number:02d}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([("speaker", "text"), *talk])
        else:
            lines = "".join(f"{speaker}: {words}\n\n" for speaker, words in talk)
            (folder / f"{number:02d}.txt").write_text(lines, "utf-8")
    return folder


def _sentence(chance):
    who, did, what, when = (chance.choice(words) for words in (_WHO, _DID, _WHAT, _WHEN))
    return f"{who.capitalize()} {did} {what} {when}."


def write_codings(study, sheet):
    """Write what two people found, each on their own, in all passages of a study."""
    passages = tagger.open_study(study).excerpts().query("kind == 'passage'")
    value = tagger.open_study(study).suggestions()["value"].iloc[0]
    with sheet.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("transcript", "start", "end", "coder", "values"))
        for number, row in enumerate(passages.itertuples()):
            for coder, every in (("Ada", 2), ("Bea", 3)):
                table.writerow((row.transcript, row.start, row.end, coder, "none" if number % every else value))
    return sheet


def rows_of(study):
    """
    Return all rows of all tables, sorted, without what differs from run to run: ids of runs, times, ends, the trail.

    Numbers with a fraction are kept apart, so that they can be compared as numbers: ({table: rows}, {table: numbers}).
    """
    exact, inexact = {}, {}
    with Store(study).session("a comparison") as database:
        for (name,) in database.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1"):
            if name in ("run_ends", "migrations", "trail"):
                continue
            where = "WHERE stage <> 'end'" if name == "ledger" else ""
            table = database.table(f"SELECT * FROM {name} {where}")
            own = [c for c in table.column_names if c not in _RUNS and not (c == "id" and name == "runs")]
            numbers = [
                c for c in own if "float" in str(table.schema.field(c).type) or table.schema.field(c).type == "double"
            ]
            rows = table.select([c for c in own if c not in numbers]).to_pylist()
            order = sorted(range(len(rows)), key=lambda n, rows=rows: repr(rows[n]))
            exact[name] = [rows[n] for n in order]
            inexact[name] = [_flat(table[c].take(pa.array(order, pa.int64()))) for c in numbers]
    exact["runs"] = [row for n, row in enumerate(exact["runs"]) if row not in exact["runs"][:n]]
    return exact, inexact


def _flat(column):
    values = column.combine_chunks()
    return (values.flatten() if hasattr(values, "flatten") else values).to_numpy(zero_copy_only=False)


def assert_ledger_is_right(study):
    """Fail unless the rows that the ledger says were stored are the rows that are there, and as the trail has them."""
    with Store(study).session("a count") as database:
        tables = [name for (name,) in database.rows("SELECT table_name FROM duckdb_tables()")]
        apart = ("ledger", "migrations", "study", "trail")
        there = sum(database.rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables if name not in apart)
        told = database.rows("SELECT coalesce(sum(n_rows), 0)::BIGINT FROM ledger")[0][0]
        assert () == trail_check.check(database).differences
    assert told == there
