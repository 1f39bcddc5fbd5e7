"""What was learned, on disk: the same when it is loaded, whole or not there at all, and without anybody's words."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from learning_example import ENCODER, HIDDEN, OF_VALUES, fit, some_texts, speaking_of

import tagger
from tagger.errors import ModelError
from tagger.learning import load

TEXTS = some_texts(60)
NEW = some_texts(20, seed=1)


@pytest.fixture(scope="module", name="learned")
def _learned():
    """Learn something that trusts alike texts."""
    return fit(TEXTS, speaking_of(TEXTS, HIDDEN))


@pytest.fixture(name="folder")
def _folder(learned, tmp_path):
    """Save it."""
    learned.save(tmp_path / "learned")
    return tmp_path / "learned"


def arrays(folder):
    """Return the one file of arrays."""
    (file,) = folder.glob("*.npz")
    return file


def test_what_was_saved_gives_the_same_probabilities(learned, folder):
    """A loaded learner predicts to the last bit what the saved one does, and has its card."""
    again = load(folder, ENCODER)

    assert learned.weights.any()
    assert np.array_equal(learned.predict_proba(NEW), again.predict_proba(NEW))
    assert learned.card == again.card
    assert learned.framework == again.framework


def test_it_can_be_saved_again(learned, folder):
    """Loading and saving leaves a card and one file of arrays; what was there before is gone."""
    load(folder, ENCODER).save(folder)
    fit(TEXTS, speaking_of(TEXTS, OF_VALUES)).save(str(folder))
    learned.save(folder)

    assert ["card.json", arrays(folder).name] == sorted((file.name for file in folder.iterdir()), reverse=True)
    assert np.array_equal(learned.predict_proba(NEW), load(str(folder), ENCODER).predict_proba(NEW))


def test_what_learned_from_nothing_can_be_saved(tmp_path):
    """Without an answer there are no texts to compare with, and that can be kept too."""
    learned = fit(TEXTS, np.full((60, 3), np.nan))
    learned.save(tmp_path)

    assert np.array_equal(learned.predict_proba(NEW), load(tmp_path, ENCODER).predict_proba(NEW))


def test_it_is_made_of_plain_arrays_and_a_readable_card(folder):
    """NumPy reads it without pickle, and the card says in JSON what it was made from and with which encoder."""
    with np.load(arrays(folder), allow_pickle=False) as kept:
        assert {np.dtype(kept[name].dtype).kind for name in kept.files} <= set("fiu")

    card = json.loads((folder / "card.json").read_text("utf-8"))
    assert (180, 60, 60) == (card["answers"], card["texts"], card["documents"])
    assert (ENCODER.name, ENCODER.weights_sha256) == (card["encoder"]["name"], card["encoder"]["weights_sha256"])
    assert ["Dogs", "Bread", "Sea"] == [value["name"] for value in card["framework"]["values"]]


def test_no_word_of_a_text_is_kept(tmp_path):
    """Neither the card nor the unpacked arrays hold a word that the texts have and the framework has not."""
    texts = [f"Wilhelmina{n} confided {text}" for n, text in enumerate(some_texts(40))]
    fit(texts, speaking_of(texts, HIDDEN), [f"Ottoline{n // 4}" for n in range(40)]).save(tmp_path)
    stored = (tmp_path / "card.json").read_bytes()
    with zipfile.ZipFile(arrays(tmp_path)) as packed:
        stored += b"".join(packed.read(name) for name in packed.namelist())

    for word in ("wilhelmina", "confided", "garden", "kettle", "ottoline"):
        assert word.encode() not in stored.lower()
        assert word.encode("utf-16-le") not in stored.lower()
        assert word.encode("utf-32-le") not in stored.lower()


@pytest.mark.parametrize(
    "change", [{"weights_sha256": "1" * 64}, {"revision": "2"}, {"name": "others"}, {"dimension": 256}]
)
def test_another_encoder_is_refused(folder, change):
    """An encoder with other weights, or of another name, revision or size, makes vectors that do not fit."""
    with pytest.raises(ModelError, match="Give the encoder that it was learned with, or learn again"):
        load(folder, dataclasses.replace(ENCODER, **change))


def test_an_encoder_that_is_not_here_is_named(folder):
    """Without an encoder it is loaded by its name, and that there is none of that name is said."""
    with pytest.raises(ModelError, match="words"):
        load(folder)


def test_the_default_encoder_is_found_by_its_name(tmp_path):
    """What was learned with the default encoder needs none when it is loaded."""
    framework = tagger.framework_from_definitions({"Dogs": "A dog barks.", "Bread": "Flour and yeast in an oven."})
    texts = ["The hound barked.", "I baked a loaf.", "Puppies!", "It rained."]
    learned = tagger.fit(texts, framework, [[1, 0], [0, 1], [1, 0], [0, 0]])
    learned.save(tmp_path)

    assert np.allclose(learned.predict_proba(texts), load(tmp_path).predict_proba(texts), rtol=0, atol=1e-6)


# Damage


def _written(content):
    return lambda file: file.write_bytes(content(file.read_bytes()) if callable(content) else content)


def _packed(**content):
    file = io.BytesIO()
    np.savez(file, **content)
    return _written(file.getvalue())


def _flipped(place):
    def flip(content):
        at = int(place * len(content))
        return content[:at] + bytes(byte ^ 255 for byte in content[at : at + 4]) + content[at + 4 :]

    return _written(flip)


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        _written(b""),
        _written(b"PK"),
        _written(b"\x80\x04garbled" * 999),
        *(_written(lambda content, part=part: content[: int(part * len(content))]) for part in (0.01, 0.5, 0.999)),
        *(_flipped(place) for place in (0, 0.001, 0.01, 0.2, 0.5, 0.8, 0.99, 0.999)),
        _packed(phrases=np.zeros((2, 512))),
        _packed(phrases=np.array([{"a": 1}], dtype=object)),
    ],
)
def test_damaged_arrays_are_refused(folder, damage):
    """Arrays that are missing, cut off, changed in a few bytes, or others than those of the card: it says so."""
    damage(arrays(folder))

    with pytest.raises(ModelError, match=str(folder)):
        load(folder, ENCODER)


@pytest.mark.parametrize("name", ["format", "arrays", "framework", "encoder", "scale"])
@pytest.mark.parametrize("content", [None, -3, [], {}, "x"])
def test_a_card_that_makes_no_sense_is_refused(folder, name, content):
    """A card whose parts are of another kind, or missing, is no card."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    if (name, content) == ("scale", -3):
        content = "three"

    for changed in ({**card, name: content}, {other: kept for other, kept in card.items() if other != name}):
        (folder / "card.json").write_text(json.dumps(changed), "utf-8")
        with pytest.raises(ModelError, match=str(folder)):
            load(folder, ENCODER)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"3", b"\xff\xfe\x00", b"{}"])
def test_a_garbled_card_is_refused(folder, content):
    """Bytes that are no JSON, or JSON of something else, are no card."""
    (folder / "card.json").write_bytes(content)

    with pytest.raises(ModelError, match=str(folder)):
        load(folder, ENCODER)


def test_a_folder_without_anything_is_refused(tmp_path):
    """A folder that is empty, is not there, or holds a folder in place of the card, holds nothing that was learned."""
    with pytest.raises(ModelError, match="nothing that was learned is here"):
        load(tmp_path, ENCODER)
    with pytest.raises(ModelError, match="nothing that was learned is here"):
        load(tmp_path / "nowhere", ENCODER)
    (tmp_path / "card.json").mkdir()
    with pytest.raises(ModelError, match="cannot be read"):
        load(tmp_path, ENCODER)


def test_a_newer_format_is_refused(folder):
    """What a later version wrote is not guessed at."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, "format": 99}), "utf-8")

    with pytest.raises(ModelError, match="format 99"):
        load(folder, ENCODER)


@pytest.mark.parametrize("failing", range(4))
def test_a_save_that_stops_in_the_middle_leaves_the_earlier_one_whole(learned, folder, monkeypatch, failing):
    """Whichever of the two files the disk has no room for, or cannot be put into its place, the earlier one loads."""
    before = learned.predict_proba(NEW)
    other = fit(TEXTS, speaking_of(TEXTS, OF_VALUES))
    steps = []

    def stopping(done):
        def step(*arguments):
            steps.append(done)
            if len(steps) == failing + 1:
                raise OSError(28, "No space left on device")
            return done(*arguments)

        return step

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", stopping(lambda _: None))
        patched.setattr(Path, "replace", stopping(Path.replace))
        with pytest.raises(OSError, match="No space left"):
            other.save(folder)

    assert np.array_equal(before, load(folder, ENCODER).predict_proba(NEW))
    other.save(folder)
    assert np.array_equal(other.predict_proba(NEW), load(folder, ENCODER).predict_proba(NEW))
    assert 2 == len(list(folder.glob("*")))
