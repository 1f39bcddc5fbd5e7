"""Suggestions before and after a change to what it adds and drops."""

from __future__ import annotations

from tagger.previews import changes, spread


def test_what_is_new_adds_what_is_gone_drops_and_what_stays_does_neither():
    """Each value has the excerpts of its own, the strongest first."""
    before = {("a", "trust"): 0.5, ("b", "trust"): 0.4, ("a", "old"): 0.3}
    after = {("b", "trust"): 0.1, ("c", "trust"): 0.2, ("d", "trust"): 0.6, ("a", "new"): 0.3}
    trust, old, new = changes(before, after, ["trust", "old", "new"])
    assert (trust.added, trust.dropped, trust.kept) == (("d", "c"), ("a",), 1)
    assert (old.added, old.dropped, old.kept) == ((), ("a",), 0)
    assert (new.added, new.dropped, new.kept) == (("a",), (), 0)


def test_those_to_read_reach_from_the_strongest_to_the_weakest():
    """They are not the strongest alone, and no more than there are."""
    ranked = [str(place) for place in range(31)]
    assert spread(ranked) == ("0", "6", "12", "18", "24", "30")
    assert spread(ranked[:3]) == ("0", "1", "2")
