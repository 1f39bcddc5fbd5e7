"""Tests of which values earn their place, on made-up answers whose right order is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
from fakes import WordEncoder

from tagger.frameworks import load_framework
from tagger.steps.answers import Answers
from tagger.steps.gates import gates, silent
from tagger.store import Store

VALUES = load_framework("side-by-side")
N, TRANSCRIPTS = 120, 8


NOBODY = np.full((N, len(VALUES.values)), np.nan)


def read(every=4, current=True, kind="passage", dataset="general"):
    """Return blind answers about passages of eight transcripts, of which every fourth, or so, shows every value."""
    excerpts = pd.DataFrame(
        {
            "excerpt_id": [f"{number:03}" for number in range(N)],
            "dataset": dataset,
            "kind": kind,
            "transcript": [f"T{number % TRANSCRIPTS}" for number in range(N)],
            "text": [f"word{number} word{number + 1}" for number in range(N)],
            "current": current,
        }
    )
    said = np.tile((np.arange(N) // TRANSCRIPTS % every == 0).astype(float), (len(VALUES.values), 1)).T
    return Answers(pd.DataFrame(), excerpts, said, np.ones(N, dtype=bool), said, NOBODY)


def made(answers, ours, source="blind"):
    """Return the rows of the gate by one kind of reading."""
    encoder = WordEncoder()
    rows = gates(VALUES, answers, ours, encoder.encode_deep(answers.excerpts["text"].tolist()), encoder)
    return [row for row in rows if row["source"] == source]


def test_what_finds_a_value_is_shown_and_what_hides_it_is_silent():
    """Scores in the order of the answers, and in the opposite order, which is worse than any constant."""
    answers = read()
    ours = answers.drawn + np.linspace(0, 0.1, N)[:, None]
    ours[:, 1] = -ours[:, 1]

    first, second, *_ = made(answers, ours)

    assert ("shown", 1.0, 32, N, TRANSCRIPTS) == (
        first["state"], first["ours"], first["found"], first["n"], first["transcripts"]
    )  # fmt: skip
    assert ("silent", "safety", "experiences-in-common") == (second["state"], first["value_id"], second["value_id"])
    assert second["high"] < 0


def test_only_passages_of_now_that_were_drawn_at_random_count():
    """Exchanges, passages of an older cutting, and passages that chance did not choose are no ground to judge by."""
    answers = read()
    undrawn = replace(answers, drawn=NOBODY)

    for found in (read(current=False), read(kind="exchange"), undrawn):
        assert {("untested", 0, 0)} == {(row["state"], row["n"], row["found"]) for row in made(found, answers.drawn)}


def test_what_was_coded_elsewhere_judges_in_a_column_of_its_own():
    """The same scores are the best by the blind readings and the worst by the others, and neither moves the other."""
    answers = read()
    ours = answers.drawn + np.linspace(0, 0.1, N)[:, None]
    both = replace(answers, elsewhere=1 - answers.drawn)

    assert made(answers, ours) == made(both, ours)
    assert {"silent"} == {row["state"] for row in made(both, ours, "independent")}
    assert {"untested"} == {row["state"] for row in made(answers, ours, "independent")}
    assert {("independent", N - 32)} == {(row["source"], row["found"]) for row in made(both, ours, "independent")}


def test_each_dataset_is_judged_by_its_own_passages():
    """The same scores hide a value in one context and find it in the other."""
    here, there = read(), read(dataset="women")
    excerpts = pd.concat([here.excerpts, there.excerpts], ignore_index=True)
    drawn = np.vstack([here.drawn, there.drawn])
    nobody = np.vstack([NOBODY, NOBODY])
    both = Answers(here.readings, excerpts, drawn, np.ones(2 * N, dtype=bool), drawn, nobody)
    ours = np.vstack([here.drawn, -there.drawn]) + np.linspace(0, 0.1, 2 * N)[:, None]

    states = {(row["dataset"], row["state"]) for row in made(both, ours)}

    assert {("general", "shown"), ("women", "silent")} == states


def test_what_is_silent_by_the_rows_is_silent_in_the_study(study):
    """Whatever the two kinds of reading make of a value, also where only one of them has a row."""
    states = ("untested", "shown", "silent")
    rows = [
        {"learned_id": "L", "dataset": "general", "value_id": f"{blind}-{independent}"}
        | {"source": source, "state": state, "n": 0, "found": 0, "transcripts": 0, "baseline_name": "", "reason": ""}
        for blind, independent in product((*states, None), repeat=2)
        for source, state in (("independent", independent), ("blind", blind))
        if state
    ]
    with Store(study.folder).session("a test") as database:
        database.insert("gate_columns", pa.Table.from_pylist(rows))
    expected = {row["value_id"] for row in study.ask("SELECT value_id FROM gates WHERE state = 'silent'")}

    assert expected == silent(rows, "general")
    assert not silent(rows, "women")
    assert {"untested-silent", "silent-shown", "None-silent"} <= expected
