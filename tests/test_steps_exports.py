"""Tests of the table that leaves the study."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tagger.steps.exports import export
from tagger.steps.imports import import_codings


def rows(study, **options):
    """Export to JSON lines and read them back."""
    data, n = export(study.folder, "jsonl", **{"include_unreviewed": False, **options})
    found = [json.loads(line) for line in data.decode().splitlines()]
    assert n == len(found)
    return found


def read_by_ann(study, holding, values):
    """Bring in one reading of the passage that holds these words; return its excerpt's id."""
    [row] = study.ask("SELECT * FROM excerpt_list WHERE kind = 'passage' AND contains(text, $words)", words=holding)
    file = study.home / "codings.csv"
    file.write_text(
        f"transcript,start,end,coder,values\n{row['transcript']},{row['start']},{row['end']},Ann,{values}\n"
    )
    import_codings(study.folder, file, "independently")
    return row["excerpt_id"]


def test_what_nobody_has_read_stays_in_the_study(tagged):
    """By default a table of suggestions alone is empty."""
    assert [] == rows(tagged)


def test_unreviewed_suggestions_say_so_in_the_first_column(tagged):
    """With them, every suggestion is a row, and its first cell says that nobody has read it."""
    found = rows(tagged, include_unreviewed=True)

    assert tagged.one("SELECT count(*) FROM suggestion_list") == len(found)
    assert {("review", "not reviewed")} == {next(iter(row.items())) for row in found}


def test_what_was_read_is_exported_with_its_readings(study):
    """A reviewed passage has a row for each value that was suggested or found, with who said yes and no."""
    excerpt = read_by_ann(study, "I rang her in June", "two-way")

    found = rows(study)

    assert {("reviewed", excerpt, 1)} == {(row["review"], row["excerpt_id"], row["readers"]) for row in found}
    [row] = [row for row in found if row["value"] == "Two-way support"]
    assert (1, 0) == (row["said_yes"], row["said_no"])
    for row in found:
        assert {"yes": True, "no": False}[row["suggested"]] == (row["score"] is not None)


def test_a_passage_read_with_no_value_is_exported_too(study):
    """That no value fits is a result."""
    excerpt = read_by_ann(study, "Honestly, only the toilet", "none")

    assert excerpt in {row["excerpt_id"] for row in rows(study)}


def test_words_of_who_may_not_be_quoted_are_held_back(study):
    """The row stays, the words go: text and evidence."""
    participant = study.one("SELECT participant FROM excerpt_list WHERE text LIKE '%beans%'")
    study.do(f"INSERT INTO permissions VALUES ('{participant}', true, false, NULL, now()::TIMESTAMP)")

    found = rows(study, include_unreviewed=True)

    mine = [row for row in found if row["participant"] == participant]
    assert mine
    assert {("(may not be quoted)", None)} == {(row["text"], row["evidence_text"]) for row in mine}
    assert all(row["text"] != "(may not be quoted)" for row in found if participant not in (row["participant"] or ""))


def test_an_exchange_with_words_of_who_may_not_be_quoted_is_held_back(study):
    """One of two speakers is enough."""
    study.do("INSERT INTO permissions VALUES ('P02', true, false, NULL, now()::TIMESTAMP)")

    for row in rows(study, include_unreviewed=True):
        if "P02" in (row["participant"] or ""):
            assert "(may not be quoted)" == row["text"]


def test_the_latest_permission_counts(study):
    """Who allows it again is quoted again."""
    study.do("INSERT INTO permissions VALUES ('P02', true, false, NULL, '2026-01-01')")
    study.do("INSERT INTO permissions VALUES ('P02', true, true, NULL, '2026-02-01')")

    assert "(may not be quoted)" not in {row["text"] for row in rows(study, include_unreviewed=True)}


def test_all_formats_hold_the_same_rows(tagged):
    """CSV, XLSX, JSON lines and Parquet have the same columns in the same order, and the same texts."""
    wanted = rows(tagged, include_unreviewed=True)
    data = {form: export(tagged.folder, form, include_unreviewed=True)[0] for form in ("csv", "xlsx", "parquet")}

    lines = list(csv.DictReader(io.StringIO(data["csv"].decode("utf-8-sig"))))
    sheet = list(openpyxl.load_workbook(io.BytesIO(data["xlsx"])).active.iter_rows(values_only=True))
    parquet = pq.read_table(pa.BufferReader(data["parquet"])).to_pylist()

    assert list(wanted[0]) == list(lines[0]) == list(sheet[0]) == list(parquet[0])
    at = list(wanted[0]).index("text")
    texts = [row["text"] for row in wanted]
    assert texts == [row["text"] for row in lines] == [row["text"] for row in parquet]
    assert texts == [row[at] for row in sheet[1:]]
