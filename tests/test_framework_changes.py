"""Tests of saying what changed from one framework to another."""

from __future__ import annotations

from dataclasses import replace

from tagger.framework_changes import Change, compare
from tagger.records import Framework, Layer, Value, Wording

LOW, HIGH = Layer("low", "Low"), Layer("high", "High")
WARMTH = Value("warmth", "Warmth", "low", Wording("Tea is warm."), cues=(Wording("steam"), Wording("cups")))
TALK = Value("talk", "Talk", "low", Wording("People talk."))
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
            "Warmth: changed in its cues; the author does not say whether the meaning changed.",
        ),
        Change("texts", "warmth", "Warmth, added to its cues: “a mug”"),
        Change("texts", "warmth", "Warmth, removed from its cues: “cups”"),
    ) == compare(TEA, replace(TEA, version="2", values=(TALK, warmth)))


def test_an_extension_is_paired_by_its_mapping():
    """A renamed value is a change, not one removed and one added, and the author's word on its meaning is passed on."""
    heat = replace(WARMTH, id="heat", name="Heat", layer="high")
    milk = Value("milk", "Milk", "low", Wording("Milk."))
    ours = Framework(
        id="tea",
        version="1",
        title="Tea",
        layers=(LOW, HIGH),
        values=(heat, milk),
        extends="tea@1",
        mapping={"heat": "warmth", "milk": None},
        revised_meaning=frozenset({"heat"}),
    )

    assert (
        Change("added", "milk", "Milk is new, in the layer 'Low'."),
        Change("removed", "talk", "Talk is removed."),
        Change("renamed", "heat", "Heat: the id is now 'heat' (it was 'warmth')."),
        Change("moved", "heat", "Heat moved from the layer 'Low' to 'High'."),
        Change("reworded", "heat", "Heat: changed in its name; the author says the meaning changed."),
    ) == compare(TEA, ours)


def test_a_revised_meaning_is_told_even_if_no_text_changed():
    """The author may say that the same words mean something else here."""
    ours = replace(
        TEA, extends="tea@1", mapping={"warmth": "warmth", "talk": "talk"}, revised_meaning=frozenset({"talk"})
    )

    assert (
        Change("reworded", "talk", "Talk: the texts are the same; the author says the meaning changed."),
    ) == compare(TEA, ours)


def test_layers_are_told_by_their_names():
    """New layers, or another order of them, give one sentence."""
    assert (Change("layers", None, "The layers are now: High · Low (they were: Low · High)."),) == compare(
        TEA, replace(TEA, layers=(HIGH, LOW))
    )
