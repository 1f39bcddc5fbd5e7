"""Tests of finding names: by form, by lists, by what stands beside them; and which of them are one person."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.pseudonyms.finding import find
from tagger.pseudonyms.matching import Matcher
from tagger.pseudonyms.naming import Text, listed
from tagger.pseudonyms.patterns import is_nhs_number
from tagger.pseudonyms.records import Entry, Finding, Known


def found(text, *entities):
    """Return what is found in a text, each with its kind."""
    return [(text[one.start : one.end], one.kind) for one in find(text, entities)]


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("ring me on 07700 900123 please", "07700 900123", "phone"),
        ("it's +44 131 496 0723, ask for her", "+44 131 496 0723", "phone"),
        ("at (0113) 496 0999 in the day", "(0113) 496 0999", "phone"),
        ("write to maz.k+1@mail.example.org.", "maz.k+1@mail.example.org", "e-mail"),
        ("maz at example dot co dot uk, I said", "maz at example dot co dot uk", "e-mail"),
        ("see www.example.org/rooms, it says", "www.example.org/rooms", "web address"),
        ("number 943 476 5919 it was", "943 476 5919", "NHS number"),
        ("and AB 12 34 56 C is mine", "AB 12 34 56 C", "National Insurance number"),
        ("to SE5 8QX by bus", "SE5 8QX", "postcode"),
        ("born on 3 March 1971 in a lift", "3 March 1971", "date of birth"),
        ("Date of birth, 14/02/1983.", "14/02/1983", "date of birth"),
        ("the 4th of June is my birthday", "the 4th of June", "date of birth"),
        ("we moved to 14 Ashgrove Road then", "14 Ashgrove Road", "place"),
        ("i grew up in peckham mostly", "peckham", "place"),
        ("on Juniper Ward for weeks", "Juniper Ward", "organisation"),
        ("the Maudsley had me", "Maudsley", "organisation"),
        ("so darren said come", "darren", "person"),
        ("and Mrs Okafor knew", "Mrs Okafor", "person"),
        ("Auntie Bisi cooks", "Bisi", "person"),
        ("There is Big Tony too", "Big Tony", "person"),
        ("I met Siobhán's mum", "Siobhán", "person"),
    ],
)
def test_what_tells_who_somebody_is_is_found(text, words, kind):
    """By rules and lists alone, without a language model."""
    assert (words, kind) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "I hope so, and I will, by the grace of God.",
        "It was in May, or on the 3rd of May, or late June.",
        "The reference was 943 476 5918 and it cost 1,240.50.",
        "Will you come? May I? Hope is all there is.",
        "We met on 3 March, at 10.30, and I keep it in mind.",
        "so i said to him no way and we had a bath",
    ],
)
def test_words_are_not_taken_for_names(text):
    """Words that are names too, dates that are nobody's, numbers that are no NHS numbers."""
    assert [] == found(text)


def test_words_that_are_names_too_are_found_where_the_text_says_so():
    """Within a sentence with a capital, or where somebody acts; there alone they are replaced."""
    text = "I hope so. Hope says hope is all, and Will agrees. Will you?"
    findings = find(text)
    entries = listed([Text("t", text, findings)], [])

    assert {"as found"} == {one.where for one in entries}
    assert "I hope so. [Person 1] says hope is all, and [Person 2] agrees. Will you?" == (
        Matcher(entries).replaced("t", text, findings).text
    )


def test_what_a_model_finds_is_taken_without_its_mistakes():
    """An article and a possessive are no part of a name; abbreviations and days are none."""
    text = "At the Pennywick's door on Monday, with CBT and PTSD, Ottoline sang."
    entities = [(3, 18, "ORG"), (27, 33, "PERSON"), (40, 43, "ORG"), (54, 62, "PERSON")]

    assert [("Pennywick", "organisation"), ("Ottoline", "person")] == found(text, *entities)


def test_pseudonyms_are_not_found_again():
    """Nor what a model takes for a name in them, nor those of participants."""
    assert [] == found("And [Person 3] met [Place 2] and P07.", (5, 13, "PERSON"), (19, 28, "ORG"), (33, 36, "ORG"))


@given(st.text("Saroh joneML '’.,0123456789@[]-\nwilUK", max_size=80), st.data())
def test_findings_lie_in_order_and_apart(text, data):
    """Whatever the text and whatever a model says of it."""
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4))
    findings = find(text, [(min(one), max(one), "PERSON") for one in spans])

    assert all(0 <= one.start < one.end <= len(text) for one in findings)
    assert all(one.end <= other.start for one, other in itertools.pairwise(findings))


def named(*texts, known=()):
    """Return the list of what is found in transcripts."""
    held = [Text(str(number), text, find(text)) for number, text in enumerate(texts)]
    return [(one.words, one.pseudonym, one.transcripts) for one in listed(held, known)]


def test_parts_of_a_name_go_with_the_whole_in_the_same_transcript():
    """Two of one first name are two where a transcript says which is meant, and a row says where."""
    one, other = "Sarah Jones came. Sarah sat. Ms Jones spoke.", "Sarah Smith came. Sarah sat."
    rows = named(one, other)

    assert [
        ("Ms Jones", "[Person 1]", ()), ("Sarah", "[Person 1]", ("0",)), ("Sarah Jones", "[Person 1]", ()),
        ("Sarah", "[Person 2]", ("1",)), ("Sarah Smith", "[Person 2]", ()),
    ] == rows  # fmt: skip


def test_a_first_name_alone_goes_with_the_only_whole_name_of_all_transcripts():
    """So one person has one pseudonym everywhere."""
    assert {"[Person 1]"} == {pseudonym for _, pseudonym, _ in named("Sarah Jones came.", "I rang Sarah.")}


def test_words_are_of_one_kind():
    """The one that they were taken for most often: nobody has two pseudonyms for that."""
    text = "Marit sang, Marit sat and Marit left."
    findings = [Finding(0, 5, "place"), Finding(12, 17, "person"), Finding(26, 31, "person")]

    assert [("Marit", "person", 3)] == [
        (one.words, one.kind, one.often) for one in listed([Text("t", text, findings)], [])
    ]


def test_a_new_pseudonym_is_none_that_there_was():
    """Neither in the key nor in a text."""
    known = [Known("[Person 4]", "person", ("Tariq",))]

    assert [("Sarah", "[Person 8]", ())] == named("I rang Sarah and [Person 7].", known=known)
    assert [("Tariq", "[Person 4]", ())] == named("I rang Tariq.", known=known)


def test_every_spelling_is_replaced_and_nothing_else():
    """Capitals, kinds of apostrophes and blanks do not matter; longer words do, and the longest name wins."""
    entries = [Entry("Sarah", "person", "[A 1]"), Entry("Sarah O'Neill", "person", "[B 2]")]
    text = "Sarah’s, SARAH, Sarah  O’Neill's, Sarahs, Saraha; sarah."

    assert "[A 1]’s, [A 1], [B 2]'s, Sarahs, Saraha; [A 1]." == Matcher(entries).replaced("", text).text


def test_the_check_digit_of_an_nhs_number():
    """Weighted digits modulo 11; a remainder that gives ten makes no number."""
    assert is_nhs_number("943 476 5919")
    assert not is_nhs_number("943 476 5918")
    assert not is_nhs_number("999 123 4560")
