"""Values that a question names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.frameworks import load_framework
from tagger.naming import alike, named, telling_words
from tagger.records import Framework, Layer, Value, Wording
from tagger.sentences import common_words

COMMON = common_words("en")
PEERS = load_framework("side-by-side", [])

# By hand: what somebody who asks says, and the values it names.
QUESTIONS = {
    "Did you feel safe there?": {"safety"},
    "So, SAFETY. What comes to mind?": {"safety"},
    "Did you have a choice?": {"choice-and-control"},
    "And who was controlling that?": {"choice-and-control"},
    "What did you have in common with the others?": {"experiences-in-common"},
    "Tell me about your experience of the group.": set(),
    "Are you free to be yourself there?": {"freedom-to-be-yourself"},
    "Tell me a bit about yourself.": set(),
    "Would you say it’s two-way?": {"two-way-interactions"},
    "In what way? And the two of you?": set(),
    "Did you feel connected to them?": {"human-connections"},
    "Was it safe, and was it your choice?": {"safety", "choice-and-control"},
    "Any other comment on your community?": set(),
    "And then?": set(),
    "": set(),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_word_of_the_name_names_a_value(question: str) -> None:
    """Whatever its ending; words that say little, or that fit another value too, do not."""
    [row] = named([question], PEERS, COMMON)

    assert QUESTIONS[question] == {value.id for value, found in zip(PEERS.values, row, strict=True) if found}


def test_each_text_is_judged_by_itself() -> None:
    """All at once or one by one is the same."""
    together = named(list(QUESTIONS), PEERS, COMMON)

    assert together.tolist() == [named([question], PEERS, COMMON)[0].tolist() for question in QUESTIONS]
    assert (0, len(PEERS.values)) == named([], PEERS, COMMON).shape


def test_telling_words_of_the_shipped_values() -> None:
    """Experiences are left out, because what counts for another value is one's own experience."""
    assert {
        "Safety": ["safety"],
        "Experiences in common": ["common"],
        "Choice and control": ["choice", "control"],
        "Freedom to be yourself": ["freedom"],
        "Two-way interactions": ["interactions", "two-way"],
        "Human connections": ["connections", "human"],
    } == {value.name: telling_words(PEERS, value, COMMON) for value in PEERS.values}


def test_a_value_whose_words_all_fit_others_is_never_named() -> None:
    """Of three degrees of one thing a question about the thing names none."""
    values = [Value(name, f"Support: {name}", "one", Wording("Text.")) for name in ("high", "low")]
    framework = Framework("degrees", "1", "Degrees", (Layer("one", "One"),), tuple(values))

    assert [[False, False]] == named(["How much support was there?"], framework, COMMON).tolist()
    assert [[False, True]] == named(["Was it low?"], framework, COMMON).tolist()


def test_other_languages_have_their_own_common_words() -> None:
    """German endings are endings too, and no list of them is needed."""
    values = [
        Value("a", "Die Sicherheit", "one", Wording("Orte.")),
        Value("b", "Sich selbst sein", "one", Wording("Menschen.")),
        Value("c", "Vertrauen", "one", Wording("Worte.")),
    ]
    framework = Framework("werte", "1", "Werte", (Layer("one", "Eins"),), tuple(values))
    texts = ["War das sicher?", "Und die anderen, wie geht es sich damit?", "Haben Sie denen vertraut?"]

    assert [[True, False, False], [False] * 3, [False, False, True]] == named(
        texts, framework, common_words("de")
    ).tolist()


def test_words_are_alike_but_for_their_endings() -> None:
    """The same four letters at least; then a third as many at most for one word, and four for the other."""
    pairs = "safe safety, family families, connected connections, free freedom, trust trusted, way way"
    others = "common comment, common community, control contract, experience experiment, connect connectedness"
    short = "way ways, trust truth, freedom freeze, safe safari, choose choice"

    assert {True} == {alike(*pair.split()) for pair in pairs.split(", ")}
    assert {False} == {alike(*pair.split()) for pair in f"{others}, {short}".split(", ")}


words = st.text("abcde", min_size=1, max_size=9)


@given(words, words)
def test_alike_goes_both_ways(one: str, other: str) -> None:
    """Every word is like itself, and which of two comes first does not matter."""
    assert alike(one, one)
    assert alike(one, other) == alike(other, one)
