"""The modest flag for hard topics: what it finds, what it leaves alone, and that it says how little it knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.care import MODESTY, TOPICS, topics

HITS = {
    "self-harm or suicide": [
        "I thought about suicide every single day.",
        "She had self-harmed since school.",
        "It was self harm, I suppose.",
        "He took his own life in the spring.",
        "That was the winter I tried to kill myself.",
        "I didn’t want to be here any more.",
        "I just wanted to die.",
        "I used to cut myself, in the bathroom.",
    ],
    "violence or abuse": [
        "It was an abusive marriage.",
        "He hit me in front of the children.",
        "My uncle beat me up.",
        "I was bullied for being quiet.",
        "He threatened her.",
    ],
    "sexual violence": [
        "I was raped at nineteen.",
        "She was sexually assaulted.",
        "a group for sexual abuse survivors",
    ],
    "death or grief": [
        "My mother died in June.",
        "I lost my husband.",
        "We had the funeral on a Friday.",
        "I was still grieving.",
        "He was found dead on the landing.",
        "My late father kept bees.",
    ],
    "pregnancy or baby loss": [
        "I had a miscarriage.",
        "Our son was stillborn.",
        "when I was PREGNANT",
        "We lost the baby.",
    ],
    "being sectioned or restrained": [
        "I was sectioned twice.",
        "They held me down.",
        "I was on a Section 3.",
        "Four of them restrained me.",
        "There were two nights in seclusion.",
    ],
    "drugs or alcohol": [
        "I was drinking heavily.",
        "He is an alcoholic.",
        "I've been sober a year.",
        "Then came the heroin.",
    ],
    "eating": [
        "I had an eating disorder.",
        "I stopped eating.",
        "We talked about anorexia.",
        "I was making myself sick.",
    ],
}

MISSES = [
    "We were just killing time.",
    "My feet are killing me.",
    "I was dead tired, and it is a dead end.",
    "Her cake is to die for.",
    "I was dying to tell her.",
    "The noise died down, and then my phone died.",
    "The deadline was Friday.",
    "I was bored to death.",
    "Good grief, the noise. He gave me grief about the tea.",
    "It was the dead of winter.",
    "Half the beans died.",
    "It hit me that I was not alone.",
    "He took a stab at the crossword.",
    "I could murder a cup of tea.",
    "She beat me at chess. She beat me to it.",
    "She raised her hand to speak.",
    "I cut myself off from everybody. Cut yourself some slack.",
    "I wanted to live near the sea, and I didn't want to live with my sister.",
    "There was a pregnant pause.",
    "We sectioned off a corner, near the section on trees.",
    "She answered with some restraint.",
    "I had drunk my tea, and I have drunk a cup of coffee.",
    "That was a sobering thought. Use the alcohol gel.",
    "I weed the beds on Tuesdays.",
    "I was starving by lunch.",
    "I have lost my keys.",
    "There was oilseed rape in the fields.",
    "",
]


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in HITS.items() for text in texts])
def test_plain_words_for_hard_things_are_found(topic: str, text: str) -> None:
    """What is said plainly is flagged."""
    assert topic in topics(text)


@pytest.mark.parametrize("text", MISSES)
def test_everyday_sayings_are_left_alone(text: str) -> None:
    """A saying that only borrows a hard word is not flagged."""
    assert () == topics(text)


def test_a_saying_does_not_hide_what_is_said_beside_it() -> None:
    """A passage with a saying in it is still flagged for what else it says."""
    assert ("death or grief",) == topics("I was dead tired the week my sister died.")


def test_several_topics_come_in_a_fixed_order() -> None:
    """However they are mentioned, the topics come as the list has them, each once."""
    first = topics("He died. I was drinking heavily. I was sectioned. He died.")
    second = topics("I was sectioned. I was drinking heavily. He died.")

    assert ("death or grief", "being sectioned or restrained", "drugs or alcohol") == first == second


def test_words_may_be_broken_over_lines() -> None:
    """A line break or a hyphen between two words makes no difference."""
    assert ("self-harm or suicide",) == topics("It was self-\nharm.")


def test_every_topic_is_tried_here() -> None:
    """The examples above name every topic."""
    assert [topic.name for topic in TOPICS] == list(HITS)


def test_it_says_that_it_is_modest() -> None:
    """The words beside the flag say that it guesses and misses."""
    assert "guess" in MODESTY
    assert "can still be hard to read" in MODESTY


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    """No text makes it stumble, and the case of letters makes no difference to plain ones."""
    names = [topic.name for topic in TOPICS]

    found = topics(text)

    assert found == tuple(name for name in names if name in found)
    if text.isascii():
        assert found == topics(text.upper())
