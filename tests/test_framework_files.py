"""Tests of the framework file format: what it gives, and where it says what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tagger.errors import FrameworkError
from tagger.framework_files import parse
from tagger.records import Framework, Layer, Value, Wording

PLAIN = """\
id: tea
version: 1.0
title: Tea
layers:
  - id: low
    name: Low
  - id: high
    name: High
values:
  - id: warmth
    name: Warmth
    layer: low
    definition: {source: published, text: Tea is warm.}
    cues:
      source: illustrative
      texts:
        - holding the cup
        - {text: steam, source: published}
  - id: talk
    name: Talk
    layer: high
    unit: exchange
    definition: {source: illustrative, text: People talk over tea.}
"""
HEAD = "id: our-tea\nversion: '2'\ntitle: Our tea\nextends: tea\n"


def nobody(name: str, version: str = "") -> Framework:
    """Know no framework."""
    raise FrameworkError(f"there is no framework '{name}'", remedy="Write one")


def tea(name: str, version: str = "") -> Framework:
    """Know the framework tea, version 1.0, and no other."""
    return parse(PLAIN, "tea.yaml", nobody) if name == "tea" and version in ("", "1.0") else nobody(name)


def ours(rest: str) -> Framework:
    """Extend tea."""
    return parse(HEAD + rest, "our-tea.yaml", tea)


def test_a_plain_framework_is_read_whole():
    """Each key of the file has its place in the record."""
    expected = Framework(
        id="tea",
        version="1.0",
        title="Tea",
        layers=(Layer("low", "Low"), Layer("high", "High")),
        values=(
            Value(
                "warmth",
                "Warmth",
                "low",
                Wording("Tea is warm.", "published"),
                cues=(Wording("holding the cup"), Wording("steam", "published")),
            ),
            Value("talk", "Talk", "high", Wording("People talk over tea."), unit="exchange"),
        ),
    )

    assert expected == parse(PLAIN, "tea.yaml", nobody)


def test_extending_without_changes_keeps_everything():
    """A framework that only extends has the other's values and layers, and a mapping of each to itself."""
    base, framework = tea("tea"), ours("")

    assert (base.values, base.layers) == (framework.values, framework.layers)
    assert {"warmth": "warmth", "talk": "talk"} == framework.mapping
    assert "tea@1.0" == framework.extends


def test_extending_adds_rewords_renames_moves_removes_and_orders():
    """All the ways to change work together, and the mapping and the revised meanings are kept."""
    framework = ours(
        "layers: [{id: high, name: High}, {id: top, name: Top}]\n"
        "order: [biscuits, heat]\n"
        "remove: [talk]\n"
        "values:\n"
        "  - {id: heat, from: warmth, meaning: revised, layer: top, name: Heat}\n"
        "  - {id: biscuits, name: Biscuits, layer: high, definition: {source: illustrative, text: Biscuits.}}\n"
    )

    heat = replace(tea("tea").values[0], id="heat", layer="top", name="Heat")
    assert (Value("biscuits", "Biscuits", "high", Wording("Biscuits.")), heat) == framework.values
    assert {"biscuits": None, "heat": "warmth"} == framework.mapping
    assert frozenset({"heat"}) == framework.revised_meaning


def test_without_an_order_changes_stay_in_place_and_new_values_come_last():
    """The other framework's order holds unless the file gives one."""
    framework = ours(
        "values:\n"
        "  - {id: milk, name: Milk, layer: low, definition: {source: illustrative, text: Milk.}}\n"
        "  - {id: talk, meaning: same, name: Chat}\n"
    )

    assert ["warmth", "talk", "milk"] == [value.id for value in framework.values]
    assert frozenset() == framework.revised_meaning


def test_two_values_can_swap_ids():
    """Ids may be exchanged between values, and the mapping tells."""
    framework = ours(
        "values:\n  - {id: talk, from: warmth, meaning: same}\n  - {id: warmth, from: talk, meaning: same}\n"
    )

    assert {"talk": "warmth", "warmth": "talk"} == framework.mapping


def test_a_pinned_version_must_be_the_one_found():
    """`extends: tea@1.0` takes that version and no other."""
    assert "tea@1.0" == parse(HEAD.replace("extends: tea", "extends: tea@1.0"), "our-tea.yaml", tea).extends
    with pytest.raises(FrameworkError, match=r"line 4, extends: there is no framework 'tea'"):
        parse(HEAD.replace("extends: tea", "extends: tea@0.9"), "our-tea.yaml", tea)


def swapped(old: str, new: str) -> str:
    """Change one place of the plain framework."""
    assert 1 == PLAIN.count(old)
    return PLAIN.replace(old, new)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (swapped("    cues:", "    ceus:"), "line 14, values[1].ceus: unknown key 'ceus'. You may mean 'cues'"),
        (
            swapped("id: talk", "id: warmth"),
            "line 19, values[2].id: the value 'warmth' is here twice, first on line 10",
        ),
        (swapped("id: high", "id: low"), "line 7, layers[2].id: the layer 'low' is here twice, first on line 5"),
        (
            swapped("layer: high", "layer: hihg"),
            "line 21, values[2].layer: there is no layer 'hihg'. You may mean 'high'",
        ),
        (swapped("name: Warmth", "name:"), "line 11, values[1].name: this text is empty"),
        (swapped("    name: Talk\n", ""), "line 19, values[2]: the value 'talk' has no name"),
        (swapped("id: talk", "id: Tea Talk"), "line 19, values[2].id: 'Tea Talk' cannot be an id"),
        (swapped("unit: exchange", "unit: exchnage"), "line 22, values[2].unit: 'exchnage' is not known here"),
        (swapped("title: Tea\n", ""), "line 1: the key 'title' is missing"),
        (swapped("version: 1.0", "version: 1 @ 2"), "line 2, version: '1 @ 2' cannot be a version"),
        (
            swapped("source: published, text: Tea is warm.", "text: Tea"),
            "values[1].definition: the key 'source' is missing",
        ),
        (swapped("{source: published, text: Tea is warm.}", "Tea"), "values[1].definition: this should be a list of"),
        (
            swapped("      source: illustrative\n", "      source: made up\n"),
            "line 15, values[1].cues.source: 'made up'",
        ),
        (swapped("- holding the cup", "- {text: steam, source: published}"), "texts[2]: this text is here twice"),
        (
            swapped("    name: Talk\n", "    name: Talk\n    from: x\n"),
            "values[2].from: there is no value 'x' to come from",
        ),
        (swapped("    name: Talk\n", "    name: Talk\n    meaning: same\n"), "a new value has no earlier meaning"),
        (PLAIN + "remove: [talk]\n", "line 24, remove[1]: there is no value 'talk' to remove"),
        (PLAIN + "order: [talk]\n", "line 24, order: the order leaves out: warmth"),
        (PLAIN + "order: [talk, talk]\n", "order[2]: the value 'talk' is here twice"),
        (PLAIN + "order: [talk, warmht]\n", "there is no value 'warmht' in this framework. You may mean 'warmth'"),
        (PLAIN + "extends: coffee\n", "line 24, extends: there is no framework 'coffee'. Write one"),
        (PLAIN.partition("values:")[0], "tea.yaml: the key 'values' is missing"),
        ("- just\n- a list\n", "line 1: this should be a list of 'key: text' lines"),
        ("just words", "line 1: this should be a list of 'key: text' lines"),
    ],
)
def test_mistakes_name_file_line_field_and_remedy(text, message):
    """Each mistake is refused with its place and what to do."""
    with pytest.raises(FrameworkError) as caught:
        parse(text, "tea.yaml", nobody)

    assert str(caught.value).startswith("tea.yaml")
    assert message in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("values: [{id: talk, name: Chat}]", "the change of 'talk' does not say whether its meaning changed"),
        ("values: [{id: talk, name: Chat, meaning: new}]", "values[1].meaning: 'new' is not known here"),
        ("values: [{id: tlak, layer: high}]", "or write 'talk' if that is the value you want to change"),
        ("values: [{id: x, from: tlak, meaning: same}]", "no value 'tlak' to come from. You may mean 'talk'"),
        ("values: [{id: talk, from: warmth, meaning: same}]", "two values end up with the id 'talk'"),
        ("layers: [{id: low, name: Low}]", "line 5, layers: the layers leave out 'high', where 'talk' stands"),
        ("remove: [tlak]", "there is no value 'tlak' to remove. You may mean 'talk'"),
        ("remove: [talk, warmth]", "the framework has no values"),
        ("remove: [talk]\nvalues: [{id: talk, meaning: same}]", "the value 'talk' is both changed and removed"),
    ],
)
def test_mistakes_in_extending_are_named(rest, message):
    """A change that does not fit the other framework is refused with its place."""
    with pytest.raises(FrameworkError) as caught:
        ours(rest)

    assert message in str(caught.value)
    assert "our-tea.yaml" in caught.value.where


def test_an_error_in_the_other_file_keeps_its_own_place():
    """What is wrong in the extended file is reported there, not at `extends`."""

    def broken(name: str, version: str) -> Framework:
        return parse("id: tea\n", f"{name}.yaml", nobody)

    with pytest.raises(FrameworkError, match=r"^tea\.yaml, line 1: the key 'version' is missing"):
        parse(HEAD, "our-tea.yaml", broken)
