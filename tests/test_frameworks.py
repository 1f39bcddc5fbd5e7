"""Tests of finding, making, storing and hashing frameworks, and of the ones that are shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import FrameworkError
from tagger.frameworks import (
    compare,
    digest,
    framework_from_definitions,
    from_json,
    load_framework,
    remarks,
    shipped_folder,
    shipped_frameworks,
    to_json,
)
from tagger.records import Framework, Layer, Value, Wording

SMALL = """\
id: {0}
version: '1'
title: T
layers: [{{id: l, name: L}}]
values:
  - {{id: a, name: A, layer: l, definition: {{source: published, text: An A.}}}}
"""
EXTENDING = "id: {0}\nversion: '1'\ntitle: T\nextends: {1}\n"


def write(folder: Path, **texts: str) -> Path:
    """Write framework files, named with _ for -."""
    for name, text in texts.items():
        (folder / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return folder


def names(framework_id: str) -> dict[str, list[str]]:
    """Give a shipped framework's values by layer, in order."""
    framework = load_framework(framework_id)
    return {layer.name: [v.name for v in framework.values if v.layer == layer.id] for layer in framework.layers}


def test_side_by_side_has_the_six_published_values():
    """The six values stand in their two layers, and all with published definitions."""
    framework = load_framework("side-by-side")

    assert {
        "Foundational values": ["Safety", "Experiences in common", "Choice and control"],
        "Core values": ["Freedom to be yourself", "Two-way interactions", "Human connections"],
    } == names("side-by-side")
    assert {"published"} == {value.definition.source for value in framework.values}


@pytest.mark.parametrize("framework_id", ["side-by-side", "women-side-by-side", "maternal"])
def test_what_shows_between_people_is_looked_for_in_exchanges(framework_id):
    """Two-way interactions and human connections, in every framework that has them, and no other value."""
    units = {value.id: value.unit for value in load_framework(framework_id).values}

    assert {"two-way-interactions", "human-connections"} == {name for name, unit in units.items() if unit == "exchange"}


def test_women_side_by_side_adds_trust_as_a_second_foundational_layer():
    """Trust is new, safety and what women have in common change their meaning, and the mapping says which is new."""
    framework = load_framework("women-side-by-side")

    assert {
        "Foundational values": ["Choice and control", "Safety", "Experiences in common"],
        "Second foundational layer": ["Trust"],
        "Core values": ["Freedom to be yourself", "Two-way interactions", "Human connections"],
    } == names("women-side-by-side")
    assert ["trust"] == [new for new, old in framework.mapping.items() if old is None]
    assert frozenset({"safety", "experiences-in-common"}) == framework.revised_meaning


def test_maternal_adds_family_centred_as_a_layer_of_its_own():
    """Family-centred is new, and experiences in common means something else here."""
    framework = load_framework("maternal")

    assert ["Family-centred"] == names("maternal")["Foundational layer on the family"]
    assert ["family-centred"] == [new for new, old in framework.mapping.items() if old is None]
    assert frozenset({"experiences-in-common"}) == framework.revised_meaning


def test_dimensions_have_their_published_places():
    """The five dimensions are layers, and their places are values."""
    levels = ("high", "medium", "low")

    assert {
        "Level of facilitation": [f"Facilitation: {level}" for level in levels],
        "Leadership": ["Peer-led", "Peer and staff", "Staff of the same gender", "Non-peer staff", "Mixed leadership"],
        "Focus": ["Activities", "Social", "Education", "Experience-based"],
        "Membership": ["Open or closed", "Diagnosis", "Gender", "Cultural identity", "Stage of recovery"],
        "Organisational support": [f"Organisational support: {level}" for level in levels],
    } == names("peer-support-dimensions")


def test_shipped_frameworks_are_complete():
    """Each shipped value has two to four texts on what counts and what does not, five cues and examples, all marked."""
    for framework in shipped_frameworks():
        assert () == remarks(framework)
        for value in framework.values:
            assert 2 <= len(value.counts) <= 4
            assert 2 <= len(value.does_not_count) <= 4
            assert {"illustrative"} == {wording.source for wording in (*value.cues, *value.examples)}


def test_shipped_frameworks_cite_and_are_called_after_their_ids():
    """A shipped file is named by its id, and cites the publication, if only through what it extends; or is our own."""
    loaded = shipped_frameworks()

    assert sorted(path.stem for path in shipped_folder().glob("*.yaml")) == [framework.id for framework in loaded]
    ours = [framework.id for framework in loaded if "10.1080/18387357.2022.2033128" not in framework.citation]
    assert ["reflexive"] == ours


def test_a_study_finds_its_own_files_before_the_shipped_ones(tmp_path):
    """An id is looked for in the given folders first; a shipped one is found from them too."""
    write(tmp_path, safe=SMALL.format("safe"), ours=EXTENDING.format("ours", "safe"))

    assert "safe@1" == load_framework("ours", [tmp_path]).extends
    assert "side-by-side" == load_framework("side-by-side", [tmp_path, tmp_path / "none"]).id


def test_a_path_finds_what_it_extends_beside_it(tmp_path):
    """A file given by its path may carry any name, and extends files of its own folder and shipped ones."""
    write(tmp_path, safe=SMALL.format("safe"), draft=EXTENDING.format("ours", "safe"))
    write(tmp_path, other=EXTENDING.format("other", "maternal"))

    assert "safe@1" == load_framework(tmp_path / "draft.yaml").extends
    assert "maternal@1.0" == load_framework(str(tmp_path / "other.yaml")).extends


def test_a_circle_of_extends_is_named(tmp_path):
    """A circle is refused with the whole chain, at the line that closes it."""
    write(tmp_path, a=EXTENDING.format("a", "b"), b=EXTENDING.format("b", "c"), c=EXTENDING.format("c", "a"))

    with pytest.raises(FrameworkError, match=r"^c\.yaml, line 4, extends: .* in a circle: a -> b -> c -> a\."):
        load_framework("a", [tmp_path])
    with pytest.raises(FrameworkError, match="in a circle: a -> b -> c -> a"):
        load_framework(tmp_path / "a.yaml")


def test_a_file_that_extends_its_own_id_is_told_to_take_another(tmp_path):
    """A study's copy that keeps the shipped id and extends it finds itself, and the remedy says why."""
    write(tmp_path, maternal=EXTENDING.format("maternal", "maternal"))

    with pytest.raises(FrameworkError, match=r"maternal -> maternal\. .* needs a file name and an id of its own"):
        load_framework("maternal", [tmp_path])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("side-by-sid", "there is no framework 'side-by-sid'. You may mean 'side-by-side'"),
        ("", "there is no framework ''. It can be: maternal"),
        ("nowhere/x.yaml", "nowhere/x.yaml: the file cannot be read: No such file"),
    ],
)
def test_a_framework_that_is_not_there(name, message):
    """An unknown id or path says what there is instead."""
    with pytest.raises(FrameworkError) as caught:
        load_framework(name)

    assert message in str(caught.value)


def test_an_id_must_match_its_file(tmp_path):
    """A file found by its name that calls itself something else is refused with both ways to mend it."""
    write(tmp_path, ours=SMALL.format("theirs"))

    with pytest.raises(FrameworkError, match=r"^ours\.yaml: the id inside is 'theirs'\. Call the file 'theirs\.yaml'"):
        load_framework("ours", [tmp_path])


def test_a_file_that_is_not_text_or_is_a_folder(tmp_path):
    """Bytes that are no UTF-8, and a folder called like a file, are refused."""
    (tmp_path / "bad.yaml").write_bytes(b"id: x\n\xff\xfe")
    (tmp_path / "folder.yaml").mkdir()

    with pytest.raises(FrameworkError, match=r"^bad\.yaml, line 2: this is not UTF-8"):
        load_framework(tmp_path / "bad.yaml")
    with pytest.raises(FrameworkError, match="the file cannot be read"):
        load_framework(tmp_path / "folder.yaml")


def test_definitions_make_a_framework():
    """The first text is the definition and the others are cues; order is kept and ids are made from names."""
    framework = framework_from_definitions(
        {"Café & cake": "Good  things.", "Trust": ["Relying.", "a secret kept"], "trust!": "Again.", "信頼": "Also."}
    )

    assert (Layer("values", "Values"),) == framework.layers
    assert (
        Value("cafe-cake", "Café & cake", "values", Wording("Good things.")),
        Value("trust", "Trust", "values", Wording("Relying."), cues=(Wording("a secret kept"),)),
        Value("trust-2", "trust!", "values", Wording("Again.")),
        Value("value-4", "信頼", "values", Wording("Also.")),
    ) == framework.values


@pytest.mark.parametrize(
    "definitions", [{}, {"A": ""}, {"A": " "}, {"A": []}, {"A": ["x", ""]}, {" ": "x"}, {"A": 5}, {"A": [5]}, {5: "x"}]
)
def test_empty_definitions_are_refused(definitions):
    """Nothing, an empty text, an empty name or no text at all gives a FrameworkError with a remedy."""
    with pytest.raises(FrameworkError) as caught:
        framework_from_definitions(definitions)

    assert caught.value.remedy


@given(
    st.dictionaries(
        st.text().filter(str.strip), st.text(st.characters(codec="utf-8")).filter(str.strip), min_size=1, max_size=6
    )
)
def test_ids_from_names_are_unique_and_survive_storage(definitions):
    """Whatever the names are, every value has an id of its own and the framework is read back as it was."""
    framework = framework_from_definitions(definitions)

    assert len(definitions) == len({value.id for value in framework.values})
    assert framework == from_json(to_json(framework))
    assert digest(framework) == digest(from_json(to_json(framework)))


@pytest.mark.parametrize(
    "name", ["side-by-side", "women-side-by-side", "maternal", "peer-support-dimensions", "reflexive"]
)
def test_json_gives_back_the_same_framework(name):
    """What is stored is read back whole, mapping and revised meanings included."""
    framework = load_framework(name)

    assert framework == from_json(to_json(framework))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"id": "x"}'])
def test_other_json_is_refused(text):
    """JSON that is not a stored framework is refused."""
    with pytest.raises(FrameworkError, match="not a stored framework"):
        from_json(text)


def test_the_digest_ignores_layout_and_sees_content(tmp_path):
    """Comments, key order, folding, title and sources leave the digest alone; words, order and version do not."""
    plain = SMALL.format("x")
    other = (
        "# a comment\ntitle: Another\nversion: 1\nid: x\nvalues:\n- name: A\n  id: a\n  definition:\n    text: >\n"
        "      An\n      A.\n    source: illustrative\n  layer: l\nlayers:\n- name: L\n  id: l\n"
    )
    write(tmp_path, plain=plain, other=other, word=plain.replace("An A.", "An a."))
    first, second, third = (digest(load_framework(tmp_path / f"{n}.yaml")) for n in ("plain", "other", "word"))
    framework = load_framework("side-by-side")
    variants = (
        framework,
        replace(framework, version="2"),
        replace(framework, values=framework.values[::-1]),
        replace(framework, revised_meaning=frozenset({"safety"})),
    )

    assert first == second != third
    assert 4 == len({digest(variant) for variant in variants})


def test_remarks_name_what_is_thin_or_shared():
    """Few cues, a long text, a phrase in two values and an empty layer are remarked on, and nothing is refused."""
    framework = framework_from_definitions({"A": ["x", "same"], "B": [" ".join(["word"] * 61), "same"]})

    assert (
        "A: 1 cues; 5 or more make suggestions better",
        "A: 0 examples; 5 or more make suggestions better",
        "B: 1 cues; 5 or more make suggestions better",
        "B: 0 examples; 5 or more make suggestions better",
        "B: 'word word word word word word word word …' is long; short phrases match better",
        "'same' stands in 2 values, so it cannot tell them apart",
        "the layer 'Top' has no values",
    ) == remarks(replace(framework, layers=(*framework.layers, Layer("top", "Top"))))


def test_the_difference_of_shipped_frameworks_reads_as_sentences():
    """The women's framework compared with the one it extends: Trust is new, the order changed, two meanings did."""
    changes = compare(load_framework("side-by-side"), load_framework("women-side-by-side"))

    assert ["trust"] == [change.value for change in changes if change.kind == "added"]
    assert ["choice-and-control", "safety", "experiences-in-common"] == [
        change.value for change in changes if change.kind == "reworded"
    ]
    assert 1 == len([change for change in changes if change.kind == "reordered"])


def test_the_readme_examples_are_valid(tmp_path):
    """The three files shown in frameworks/README.md load as they stand, the last one as what continues the second."""
    blocks = (shipped_folder() / "README.md").read_text(encoding="utf-8").split("```yaml\n")[1:]

    loaded: list[Framework] = []
    for number, block in enumerate(blocks):
        path = tmp_path / f"block-{number}.yaml"
        path.write_text(block.partition("```")[0], encoding="utf-8")
        loaded.append(load_framework(path, held=loaded[1:]))
    assert ["our-values"] * 3 == [framework.id for framework in loaded]
    assert "our-values@1.0" == loaded[-1].continues


def test_what_is_kept_elsewhere_is_found_by_its_version_alone(tmp_path):
    """A file that is gone is missed, and what is kept is named; with its version, or its hash, it is found."""
    write(tmp_path, ours=SMALL.format("ours"))
    kept = load_framework("ours", [tmp_path])
    (tmp_path / "ours.yaml").unlink()

    with pytest.raises(FrameworkError, match=r"no framework 'ours' in a file\. .* write 'ours@1'"):
        load_framework("ours", [tmp_path], [kept])
    assert kept == load_framework("ours@1", [tmp_path], [kept])
    assert kept == load_framework(f"ours@{digest(kept)[:8]}", [tmp_path], [kept])
    with pytest.raises(FrameworkError, match=r"there is no version 2 of the framework 'ours'\. There is: 1"):
        load_framework("ours@2", [tmp_path], [kept])
