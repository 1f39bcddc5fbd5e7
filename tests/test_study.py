"""Tests of what a notebook calls."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder
from small_study import FRAMEWORK

import tagger
from tagger.errors import FrameworkError, SettingsError
from tagger.steps.imports import import_codings

ROOT = Path(__file__).resolve().parents[1]
DEFINITIONS = {"Dogs": ["A dog barks.", "puppies and hounds"], "Bread": "Flour, water and yeast in an oven."}


def examples(page):
    """Return the Python of a page, or of the package's docstring, as one program."""
    if page == "the package":
        return textwrap.dedent(tagger.__doc__[tagger.__doc__.index("    import tagger") :])
    return "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL))


def test_the_documented_names_are_there():
    """What the package promises can be imported from it, and nothing else."""
    promised = (
        "Learned Study __version__ fit framework_from_definitions load_encoder load_framework open_study score_texts"
    )
    assert sorted(promised.split()) == sorted(tagger.__all__)
    for name in tagger.__all__:
        assert getattr(tagger, name)
    with pytest.raises(AttributeError, match="no attribute 'score_text'"):
        _ = tagger.score_text


@pytest.mark.parametrize("page", ["the package", "README.md", "docs/python.md"])
def test_the_examples_run_as_they_stand(page, study, tmp_path, monkeypatch):
    """What the package, the README and the manual show runs in a folder with a study called demo-study."""
    study.folder.rename(tmp_path / "demo-study")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    exec(examples(page), names)

    assert {"tagger", "framework", "scores"} <= names.keys()


def test_a_study_gives_its_suggestions_as_a_frame(tagged):
    """The columns and rows of suggestion_list, sorted by place."""
    frame = tagger.open_study(tagged.folder).suggestions()

    assert ["dataset", "transcript", "participant", "standing", "start", "end", "text", "value"] == list(frame)[:8]
    assert tagged.one("SELECT count(*) FROM suggestion_list") == len(frame)
    assert frame["score"].between(-1, 1).all()


def test_a_study_gives_its_excerpts_as_a_frame(tagged):
    """Exactly the documented columns; passages and exchanges, told apart by kind."""
    frame = tagger.open_study(str(tagged.folder)).excerpts()

    assert ["id", "dataset", "transcript", "participant", "standing", "kind", "start", "end", "text"] == list(frame)
    assert {"passage", "exchange"} == set(frame["kind"])
    assert frame["id"].is_unique


def test_a_study_gives_its_codings_as_a_frame(study):
    """One row an answer, with who gave it and how it was made; none where nobody read anything."""
    assert 0 == len(tagger.open_study(study.folder).codings())
    file = study.home / "codings.csv"
    file.write_text("transcript,text,coder,values\ngarden.txt,Some weeks I only dig.,Ann,choice\n")
    import_codings(study.folder, file, "independently")

    frame = tagger.open_study(study.folder).codings()

    said = frame[frame["answer"] == "yes"][["coder", "kind", "made", "value_id"]]
    assert [["Ann", "imported", "independently", "choice"]] == said.to_numpy().tolist()
    assert 3 == len(frame)


def test_a_folder_that_is_no_study_cannot_be_opened(tmp_path):
    """It says how to make one."""
    with pytest.raises(SettingsError, match="tagger init"):
        tagger.open_study(tmp_path)


def test_a_framework_is_loaded_by_name_or_path(tmp_path):
    """Values have id, name, definition and layer."""
    path = tmp_path / "small.yaml"
    path.write_text(FRAMEWORK, "utf-8")

    value = tagger.load_framework(path).values[0]

    assert ("choice", "Choice", "only") == (value.id, value.name, value.layer)
    assert "People decide for themselves what they do and say." == value.definition.text
    assert 6 == len(tagger.load_framework("side-by-side").values)
    with pytest.raises(FrameworkError, match="maternal"):
        tagger.load_framework("matternal")


def test_scores_are_texts_by_values_in_the_framework_s_order():
    """The shape is (texts, values), and each text is nearest to the value it is about."""
    framework = tagger.framework_from_definitions(DEFINITIONS)

    scores = tagger.score_texts(["The hound barked.", "I baked a loaf.", "Puppies!"], framework)

    assert ["Dogs", "Bread"] == [value.name for value in framework.values]
    assert (3, 2) == scores.shape
    assert [0, 1, 0] == scores.argmax(axis=1).tolist()


def test_scores_with_an_encoder_of_one_s_own():
    """Any object with the encoder's methods will do."""
    scores = tagger.score_texts(
        ["a dog barks", "yeast in water"], tagger.framework_from_definitions(DEFINITIONS), WordEncoder()
    )

    assert [0, 1] == scores.argmax(axis=1).tolist()


class OnlyEncodes:
    """An object that knows how long its vectors are, and how to make them."""

    dimension = WordEncoder.dimension

    def encode(self, texts):
        """Return unit vectors of words."""
        return WordEncoder().encode(texts)


def test_scores_with_anything_that_encodes_texts():
    """An `encode` and a `dimension` are enough: a text is scored by its sentences all the same."""
    texts = ["a dog barks. It rained.", "", "yeast in water"]
    framework = tagger.framework_from_definitions(DEFINITIONS)

    scores = tagger.score_texts(texts, framework, OnlyEncodes())

    assert np.array_equal(tagger.score_texts(texts, framework, WordEncoder()), scores)


def test_no_texts_have_no_scores():
    """An empty list gives an empty table of the right width."""
    assert (0, 6) == tagger.score_texts([], "side-by-side").shape


def test_the_encoder_gives_unit_vectors():
    """One row a text, of length 1."""
    vectors = tagger.load_encoder().encode(["one", "two words"])

    assert (2, 384) == vectors.shape
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_scores_agree_with_those_of_a_study(tagged):
    """The same texts scored in a notebook and by a run have the same scores."""
    passages = tagged.ask("SELECT excerpt_id, text FROM excerpt_list WHERE kind = 'passage' ORDER BY excerpt_id")
    stored = {row["excerpt_id"]: row["scores"] for row in tagged.ask("SELECT excerpt_id, scores FROM scores")}

    scores = tagger.score_texts([row["text"] for row in passages], tagged.folder / "frameworks" / "small.yaml")

    assert np.allclose(scores, [stored[row["excerpt_id"]] for row in passages], atol=1e-5)
