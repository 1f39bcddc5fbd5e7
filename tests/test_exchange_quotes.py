"""Quoted words are found again, whatever became of white space, quotation marks and dashes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.exchange.quotes import find, fold, plain

ODD = st.text(st.sampled_from("ab é🙂.…-–—'’“\"` \n\t\u00a0\u00ad\u200b\u2028"), max_size=40)


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("felt safe", "I felt safe there", "felt safe"),
        (" felt  safe\n", "I felt safe there", "felt safe"),
        ("felt safe", "I felt\n\n safe there", "felt\n\n safe"),
        ('"It\'s mine"', "So “It’s mine” she", "“It’s mine”"),
        ("well - I", "Oh well — I said", "well — I"),
        ("wait...", "No, wait… stop", "wait…"),
        ("together", "We were to\u00adgether then", "to\u00adgether"),
        ("a b", "x a\u00a0b", "a\u00a0b"),
    ],
)
def test_variants(quote: str, text: str, found: str) -> None:
    """The place of a quote is that of the original words."""
    assert [found] == [text[start:end] for start, end in find(quote, fold(text))]


def test_every_place() -> None:
    """A quote that recurs is found at every place."""
    assert [(0, 2), (3, 5), (6, 8)] == find("ab", fold("ab ab ab"))


def test_letters_come_first() -> None:
    """Where the same letters stand, others that are merely alike are left out."""
    assert [(6, 11)] == find("a - b", fold("a – b a - b"))


@pytest.mark.parametrize("quote", ["", "  ", "absent", "\u200b"])
def test_nothing_found(quote: str) -> None:
    """Nothing is found of nothing, nor of what is not there."""
    assert [] == find(quote, fold("some text"))


@given(ODD)
def test_folded_characters_know_their_places(text: str) -> None:
    """Places are in order, do not overlap, and fold to the character they stand for."""
    folded = fold(text)

    assert len(folded.folded) == len(folded.starts) == len(folded.ends)
    assert all(start < end for start, end in zip(folded.starts, folded.ends, strict=True))
    assert all(end <= start for end, start in zip(folded.ends, folded.starts[1:], strict=False))
    assert list(folded.folded) == [
        fold(text[start:end]).folded for start, end in zip(folded.starts, folded.ends, strict=True)
    ]


@given(ODD, st.data())
def test_a_slice_is_found(text: str, data: st.DataObject) -> None:
    """Any visible stretch of a text is found in it, and every place found reads the same."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    quote = text[start:end]
    spans = find(quote, fold(text))

    assert bool(quote.strip()) == (
        (start + len(quote) - len(quote.lstrip()), end - len(quote) + len(quote.rstrip())) in spans
    )
    assert all(plain(quote) == plain(text[first:last]) for first, last in spans)


@given(ODD, ODD)
def test_what_is_found_reads_the_same(quote: str, text: str) -> None:
    """Whatever is found of a quote, in whatever text, folds to the same words."""
    assert all(plain(quote) == plain(text[start:end]) for start, end in find(quote, fold(text)))


@given(ODD)
def test_respaced_text_is_found(text: str) -> None:
    """A text whose white space was laid out anew is still found, if there is anything in it to see."""
    spans = find("\n ".join(text.split()), fold(f"x {text} x"))

    assert bool(spans) or not plain(text)
