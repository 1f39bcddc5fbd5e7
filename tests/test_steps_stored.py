"""Texts that are laid down to be compared: once, for their owner alone, and never what suggestions depend on."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from small_study import FILES, SmallStudy, copied
from test_steps_suggest import reworded

SUGGESTED = """
SELECT excerpt_id, value_id, s.rank, s.score, s.evidence_start, s.evidence_end, s.cue FROM suggestions s
JOIN current_scorings USING (scoring_id) ORDER BY excerpt_id, value_id
"""


def laid_down(study: SmallStudy) -> list[str]:
    """Name the folders of texts that lie there."""
    return sorted(path.name for path in (study.folder / "cache").iterdir() if path.name != "phrases")


def test_texts_are_laid_down_once_and_for_their_owner_alone(study: SmallStudy) -> None:
    """Another version of the list is compared with the same files; nobody else may look into the folder."""
    cache = study.folder / "cache"
    [before] = laid_down(study)
    made = (cache / before).stat().st_ino
    reworded(study)
    study.run()

    assert [before] == laid_down(study)
    assert made == (cache / before).stat().st_ino
    assert 0o700 == cache.stat().st_mode & 0o777
    assert 0o700 == (cache / before).stat().st_mode & 0o777
    assert {0o600} == {path.stat().st_mode & 0o777 for path in (cache / before).iterdir()}


def test_each_text_is_laid_down_once_with_its_sentences(study: SmallStudy) -> None:
    """The files hold the vectors of the database, text by text."""
    [folder] = map((study.folder / "cache").joinpath, laid_down(study))
    vectors, sentences, bounds = (np.load(folder / f"{name}.npy") for name in ("vectors", "sentences", "bounds"))
    rows = study.ask(
        "SELECT part, vector FROM vectors SEMI JOIN live_excerpts USING (text_key) ORDER BY text_key, part"
    )

    assert np.array_equal(vectors, np.array([row["vector"] for row in rows if row["part"] == 0], dtype=np.float32))
    assert np.array_equal(sentences, np.array([row["vector"] for row in rows if row["part"]], dtype=np.float32))
    assert [0, *np.flatnonzero([row["part"] == 0 for row in [*rows, {"part": 0}]])[1:]] == [
        end + number for number, end in enumerate(bounds)
    ]


def remove(study: SmallStudy) -> None:
    """Take all of it away."""
    shutil.rmtree(study.folder / "cache")


def take_one_away(study: SmallStudy) -> None:
    """Take one of the files away."""
    [folder] = map((study.folder / "cache").joinpath, laid_down(study))
    (folder / "sentences.npy").unlink()


def cut(study: SmallStudy) -> None:
    """Leave half of a file."""
    [folder] = map((study.folder / "cache").joinpath, laid_down(study))
    path = folder / "vectors.npy"
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("harm", [remove, take_one_away, cut])
def test_suggestions_do_not_depend_on_what_became_of_the_files(study: SmallStudy, tmp_path: Path, harm) -> None:
    """What is missing or cut short is laid down anew from the database."""
    [before] = laid_down(study)
    reworded(study)
    unharmed = copied(study, tmp_path / "unharmed")
    harm(study)
    for one in (study, unharmed):
        one.run()

    assert [before] == laid_down(study)
    assert study.ask(SUGGESTED) == unharmed.ask(SUGGESTED)


def test_a_dataset_keeps_its_newest_texts_alone(study: SmallStudy) -> None:
    """A new transcript makes new files; those of before go, those of another dataset and of a process at work stay."""
    [before] = laid_down(study)
    cache = study.folder / "cache"
    for name, age in (("part-left", 4000), ("part-at-work", 60), ("0123456789abcdef-other", 4000)):
        (cache / name).mkdir()
        os.utime(cache / name, (then := time.time() - age, then))
    (study.files / "another.txt").write_text(next(iter(FILES.values())) + "\nSam: I had never told anybody.", "utf-8")
    study.run()

    assert before not in laid_down(study)
    assert {"part-at-work", "0123456789abcdef-other"} < set(laid_down(study))
    assert 3 == len(laid_down(study))


def test_a_folder_that_cannot_be_made_is_said(fresh: SmallStudy, tagger) -> None:
    """In words, with where it is."""
    (fresh.folder / "cache").write_text("not a folder")
    said = tagger("run", fresh.files, "--study", fresh.folder, "--dataset", "general")

    assert said.code == 1
    assert "the texts cannot be laid down" in said.err
    assert "Traceback" not in said.err
