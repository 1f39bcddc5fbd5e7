"""Names and file names leave only keyed hashes and pseudonyms behind."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from tagger.privacy import keyed_hash, plain_hash, pseudonyms


def test_pseudonyms_go_on_from_the_highest_number():
    """A pseudonym that was given is never given again, whatever its letter's neighbours are."""
    assert ["P08", "P09"] == list(islice(pseudonyms({"P07", "P02", "I30", "Pat", "P7b"}), 2))


def test_pseudonyms_grow_past_two_digits():
    """The hundredth participant is P100."""
    assert ["P100"] == list(islice(pseudonyms({"P99"}), 1))


def test_a_hash_depends_on_the_study():
    """The same name in another study cannot be recognised."""
    assert keyed_hash(b"one", "Sam") != keyed_hash(b"two", "Sam")


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_parts_do_not_run_together(left, right):
    """Two lists of parts share a hash only if they are the same list."""
    assert (left == right) == (plain_hash(*left) == plain_hash(*right))
