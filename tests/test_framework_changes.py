"""Tests of saying what changed from one framework to another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tagger.errors import FrameworkError
from tagger.framework_changes import Change, compare, descents
from tagger.framework_edits import Place, Words, merged, retired, reworded
from tagger.framework_files import parse
from tagger.frameworks import load_framework
from tagger.records import Framework, Layer, Value, Wording

LOW, HIGH = Layer("low", "Low"), Layer("high", "High")
WARMTH = Value("warmth", "Warmth", "low", Wording("Tea is warm."), cues=(Wording("steam"), Wording("cups")))
TALK = Value("talk", "Talk", "low", Wording("People talk."))
OTHER = "Its meaning changed: what was read before says nothing for it now."
TEA = Framework(id="tea", version="1", title="Tea", layers=(LOW, HIGH), values=(WARMTH, TALK))


def test_equal_frameworks_have_no_changes():
    """A framework compared with itself gives nothing."""
    assert () == compare(TEA, TEA)


def test_two_versions_are_paired_by_id_and_the_meaning_is_left_open():
    """Between versions of one framework nobody said whether the meaning changed, and the change says that."""
    warmth = replace(WARMTH, cues=(Wording("steam"), Wording("a mug")))

    assert (
        Change("whole", None, "The version is now '2' (it was '1')."),
        Change("reordered", None, "The order is now: Talk, Warmth."),
        Change(
            "reworded",
            "warmth",
            "Warmth: other words in the cues. Nobody has said whether its meaning changed.",
        ),
        Change("texts", "warmth", "Warmth, added to the cues: “a mug”"),
        Change("texts", "warmth", "Warmth, taken out of the cues: “cups”"),
    ) == compare(TEA, replace(TEA, version="2", values=(TALK, warmth)))


def test_an_extension_is_paired_by_its_mapping():
    """A renamed value is a change, not one removed and one added, and the author's word on its meaning is passed on."""
    heat = replace(WARMTH, id="heat", name="Heat", layer="high")
    milk = Value("milk", "Milk", "low", Wording("Milk."))
    ours = Framework(
        id="our-tea",
        version="1",
        title="Tea",
        layers=(LOW, HIGH),
        values=(heat, milk),
        extends="tea@1",
        mapping={"heat": "warmth", "milk": None},
        revised_meaning=frozenset({"heat"}),
    )

    assert (
        Change("whole", None, "The id is now 'our-tea' (it was 'tea')."),
        Change("added", "milk", "Milk is new, in the layer 'Low': “Milk.”"),
        Change("removed", "talk", "Talk is not in it."),
        Change("renamed", "heat", "Heat: the id is now 'heat' (it was 'warmth')."),
        Change("renamed", "heat", "Warmth is now called Heat."),
        Change("moved", "heat", "Heat moved from the layer 'Low' to 'High'."),
        Change("reworded", "heat", f"Heat: only its name changed. {OTHER}"),
    ) == compare(TEA, ours)


def test_a_revised_meaning_is_told_even_if_no_text_changed():
    """The author may say that the same words mean something else here."""
    ours = replace(
        TEA,
        id="our-tea",
        extends="tea@1",
        mapping={"warmth": "warmth", "talk": "talk"},
        revised_meaning=frozenset({"talk"}),
    )

    assert (
        Change("whole", None, "The id is now 'our-tea' (it was 'tea')."),
        Change("reworded", "talk", f"Talk: the words are the same. {OTHER}"),
    ) == compare(TEA, ours)


def test_layers_are_told_by_their_names():
    """New layers, or another order of them, give one sentence."""
    assert (Change("layers", None, "The layers are now: High · Low (they were: Low · High)."),) == compare(
        TEA, replace(TEA, layers=(HIGH, LOW))
    )


CONTINUED = """\
id: tea
version: "2"
title: Tea
extends: tea@1
"""


def next_version(rest: str) -> Framework:
    """Continue the framework tea with a second version."""
    return parse(CONTINUED + rest, "tea.yaml", lambda _name, _version: TEA)


def told(rest: str) -> list[str]:
    """Say what a second version of tea changes, but for its number."""
    return [change.text for change in compare(TEA, next_version(rest)) if change.kind != "whole"]


def test_a_next_version_says_what_holds():
    """A version that continues another one says for each value whether what was read before holds."""
    rest = """\
values:
  - {id: warmth, meaning: same, name: Being warm}
  - {id: talk, meaning: revised, definition: {source: illustrative, text: People talk a lot.}}
"""
    assert [
        "Warmth is now called Being warm.",
        "Being warm: only its name changed. It means the same: what was read before still holds.",
        f"Talk: other words in the definition. {OTHER}",
        "Talk, the definition is now: “People talk a lot.” It was: “People talk.”",
    ] == told(rest)
    assert {"warmth": "", "talk": "2"} == next_version(rest).meanings


def test_a_split_is_told_with_its_parts():
    """Two values from one: both are named, with what they mean, and earlier readings say nothing for either."""
    rest = """\
values:
  - {id: warmth, meaning: revised, definition: {source: illustrative, text: The tea.}}
  - {id: kindness, from: warmth, meaning: revised, name: Kindness, definition: {source: illustrative, text: People.}}
"""
    assert [
        "Warmth is split into Warmth and Kindness. Warmth, in the layer 'Low': “The tea.”; "
        "Kindness, in the layer 'Low': “People.” What was read of it before says nothing for its parts now."
    ] == told(rest)


def test_a_merge_and_a_retirement_are_told():
    """One value from two takes the place of both; a value that is taken out is retired."""
    merged = """\
values:
  - id: company
    from: [warmth, talk]
    meaning: revised
    name: Company
    layer: high
    definition: {source: illustrative, text: Being together.}
"""
    assert [f"Warmth and Talk are merged into Company, in the layer 'High': “Being together.” {OTHER}"] == told(merged)
    assert ["Talk is retired."] == told("remove: [talk]\n")


def test_what_goes_back_two_versions_is_known_by_its_meaning():
    """Between versions that do not follow each other, a value means the same where nobody revised it in between."""
    second = next_version("values: [{id: talk, meaning: revised, name: Chat}]\n")
    third = parse(
        CONTINUED.replace('"2"', '"3"').replace("tea@1", "tea@2")
        + "values: [{id: warmth, meaning: same, name: Heat}]\n",
        "tea.yaml",
        lambda _name, _version: second,
    )

    assert [
        "Warmth is now called Heat.",
        "Heat: only its name changed. It means the same: what was read before still holds.",
        "Talk is now called Chat.",
        f"Chat: only its name changed. {OTHER}",
    ] == [change.text for change in compare(TEA, third) if change.kind != "whole"]


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (
            "values: [{id: heat, from: warmth, meaning: same}]",
            "another id for 'warmth', whose readings would not be fo",
        ),
        ("values: [{id: warmth, meaning: same}, {id: x, from: warmth, meaning: revised}]", "'warmth' is split"),
        ("values: [{id: x, from: [warmth, talk], meaning: same}]", "does not say what holds for the one"),
        ("values: [{id: x, from: [warmth, warmth], meaning: revised}]", "named here twice"),
        (
            "values: [{id: x, from: [warmth, talk], meaning: revised, name: X, layer: low, "
            "definition: {source: illustrative, text: X}}, {id: talk, meaning: revised}]",
            "'talk' is merged and changed too",
        ),
    ],
)
def test_what_would_say_too_much_is_refused(rest, message):
    """A rename by id, or a split or merge that keeps its meaning, would claim readings that nobody made."""
    if "from: [warmth" in rest and "name" not in rest:
        rest = rest.replace("{id: x,", "{id: x, name: X, layer: low, definition: {source: illustrative, text: X},")

    with pytest.raises(FrameworkError, match=message):
        next_version(f"{rest}\n")


def test_a_version_needs_a_number_of_its_own():
    """What continues version 1 cannot be version 1."""
    with pytest.raises(FrameworkError, match="line 2, version: version 1 is the one that this continues"):
        parse(CONTINUED.replace('"2"', '"1"'), "tea.yaml", lambda _name, _version: TEA)


def story_of(old: str, new: str) -> list[str]:
    """Return the sentences on what changed from one shipped framework to another, without their texts."""
    changes = compare(load_framework(old), load_framework(new))
    return [change.text for change in changes if change.kind not in ("whole", "texts")]


def test_the_story_of_the_published_frameworks_is_told_by_their_files():
    """What the women's and the maternal projects added, what stands elsewhere, and what means something of its own."""
    women, maternal = story_of("side-by-side", "women-side-by-side"), story_of("side-by-side", "maternal")

    assert women[0] == "There is a new layer, 'Second foundational layer', after 'Foundational values'."
    assert women[1].startswith("Trust is new, in the layer 'Second foundational layer': “Women come to rely on each")
    assert women[2].startswith("Choice and control now comes before Safety. The order is now: Choice and control, ")
    assert maternal[0] == "There is a new layer, 'Foundational layer on the family', after 'Foundational values'."
    assert maternal[1].startswith("Family-centred is new, in the layer 'Foundational layer on the family': “Support ")
    assert not [text for text in maternal if "now comes" in text]
    own = "Its meaning changed: what was read before says nothing for it now."
    assert [["Safety", "Experiences in common"], ["Experiences in common"]] == [
        [text.split(":")[0] for text in story if text.endswith(own)] for story in (women, maternal)
    ]


def test_two_contexts_of_one_framework_are_compared_through_it():
    """Experiences in common is one value in neither: each project means something of its own by it."""
    story = story_of("women-side-by-side", "maternal")

    assert "Trust is not in it." in story
    assert [text for text in story if text.startswith("Family-centred is new")]
    [common] = [text for text in story if text.startswith("Experiences in common: ")]
    [choice] = [text for text in story if text.startswith("Choice and control: ")]
    assert common.endswith("It means something of its own in each: what was read with one says nothing for the other.")
    assert choice.endswith("It means the same in both: what was read with one holds for the other.")


def test_values_of_two_contexts_are_paired_by_what_they_stand_for():
    """However they are called there."""
    women = load_framework("women-side-by-side")
    another = replace(
        women,
        id="another",
        values=tuple(replace(one, id="peace") if one.id == "safety" else one for one in women.values),
        mapping={"peace" if own == "safety" else own: base for own, base in women.mapping.items()},
    )

    changes = compare(women, another)

    assert ["Safety: the id is now 'peace' (it was 'safety')."] == [
        one.text for one in changes if one.kind == "renamed"
    ]
    assert {"trust"} == {one.value for one in changes if one.kind in ("added", "removed")}


def test_descents_say_what_each_value_comes_of():
    """New, the same, reworded, merged and left out."""
    base = load_framework("side-by-side")
    words = Words("Being safe", "Nobody shouts.", {})
    found = {one.value.id: one for one in descents(base, reworded(base, "2", "safety", words, revised=True))}
    assert (found["safety"].reworded, found["safety"].revised) == (True, True)
    assert (found["human-connections"].reworded, found["human-connections"].revised) == (False, False)
    into = merged(base, "2", ["safety", "human-connections"], words, Place(base.layers[0].id))
    [one] = [one for one in descents(base, into) if len(one.origins) == 2]
    assert one.revised
    gone = descents(base, retired(base, "2", "safety"))[-1]
    assert (gone.value.id, gone.origins, gone.revised) == ("safety", (gone.value,), False)
