"""Runs, draws and orders: every probability that is stored is the one that the draw has."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.servings import (
    LEAST,
    Listed,
    Passage,
    Settled,
    drawn,
    interleaved,
    parted,
    place,
    probability_of_none,
    runs,
    seed_of,
    sequence,
)

SEEDS = range(2000)
turns = st.lists(st.lists(st.integers(), min_size=1, max_size=6), max_size=30)


@given(turns)
def test_runs_keep_everything_in_order(found):
    """Every passage is in exactly one run, in the order of the text."""
    assert [one for turn in found for one in turn] == [one for run in runs(found) for one in run]


@given(turns)
def test_runs_hold_enough_and_no_turn_too_many(found):
    """Every run but the last holds enough passages, and would not without its last turn."""
    numbered = [[n] * len(turn) for n, turn in enumerate(found)]
    cut = runs(numbered)
    assert all(len(run) >= LEAST for run in cut[:-1])
    assert all(len([n for n in run if n != run[-1]]) < LEAST for run in cut)


@given(turns)
def test_runs_never_split_a_turn(found):
    """No turn is in two runs."""
    of = [set(run) for run in runs([[n] * len(turn) for n, turn in enumerate(found)])]
    assert all(one.isdisjoint(other) for one, other in combinations(of, 2))


def test_a_new_passage_takes_what_was_drawn_for_its_turn():
    """A passage in a turn that was drawn takes the fate of the nearest one there; the others are free."""
    settled = [Settled(4, 100, "blind"), Settled(4, 300, "assisted")]
    new = [Passage("a", 3, 50), Passage("b", 4, 150), Passage("c", 4, 290), Passage("d", 5, 400)]

    inherited, found = parted(new, settled)

    assert {"b": "blind", "c": "assisted"} == inherited
    assert [["a"], ["d"]] == [[passage.excerpt_id for passage in run] for run in found]


def test_without_earlier_draws_all_is_free():
    """Three turns of one passage and one turn of four make two runs."""
    new = [Passage(f"p{n}", min(n, 3), n) for n in range(7)]

    inherited, found = parted(new, [])

    assert {} == inherited
    assert [3, 4] == [len(run) for run in found]


@given(st.integers(0, 60), st.floats(0, 1), st.integers(0, 2**63 - 1))
def test_a_sample_has_the_share_or_one_more(population, share, seed):
    """The sample is the share of the population, rounded down or up."""
    blind = sum(drawn(population, share, seed))
    assert abs(blind - share * population) < 1


@given(st.integers(0, 60), st.integers(0, 2**63 - 1))
def test_nobody_and_everybody(population, seed):
    """A share of 0 takes nobody, a share of 1 everybody."""
    assert [False] * population == drawn(population, 0, seed)
    assert [True] * population == drawn(population, 1, seed)


@pytest.mark.parametrize(("population", "share"), [(1, 0.2), (4, 0.2), (5, 0.2), (7, 0.35), (3, 0.9)])
def test_every_probability_is_exactly_the_share(population, share):
    """Over many seeds each member is taken as often as the share says, within four standard errors."""
    counts = Counter(n for seed in SEEDS for n, taken in enumerate(drawn(population, share, seed)) if taken)
    error = 4 * (share * (1 - share) / len(SEEDS)) ** 0.5
    assert all(abs(counts[n] / len(SEEDS) - share) < error for n in range(population))


@pytest.mark.parametrize(("population", "share", "among"), [(4, 0.2, 1), (6, 0.3, 2), (7, 0.5, 3), (2, 0.9, 1)])
def test_the_probability_of_none_is_that_of_the_draw(population, share, among):
    """Over many seeds none of some members is taken as often as is computed."""
    expected = probability_of_none(population, share, among)
    seen = sum(not any(drawn(population, share, seed)[:among]) for seed in SEEDS) / len(SEEDS)
    assert abs(expected - seen) < 4 * (expected * (1 - expected) / len(SEEDS)) ** 0.5 + 1e-12


@given(st.integers(1, 60), st.floats(0, 1))
def test_one_is_not_taken_with_the_rest_of_the_share(population, share):
    """For a single member the probability of none is one minus the share."""
    assert pytest.approx(1 - share, abs=1e-8) == probability_of_none(population, share, 1)


def test_the_same_seed_draws_the_same():
    """A draw can be made again from its stored seed."""
    assert drawn(30, 0.2, 7) == drawn(30, 0.2, 7)
    assert place(7, "e1") == place(7, "e1")
    assert len({seed_of(7, "arm", "a"), seed_of(7, "arm", "b"), seed_of(8, "arm", "a"), seed_of(7, "ar", "ma")}) == 4


def test_places_are_a_random_order():
    """Over many seeds each of three excerpts is first equally often."""
    firsts = Counter(min("abc", key=lambda name: place(seed, name)) for seed in SEEDS)
    assert all(abs(firsts[name] / len(SEEDS) - 1 / 3) < 0.045 for name in "abc")


lists = st.lists(st.lists(st.integers(0, 20), unique=True), min_size=1, max_size=4)


@given(lists, st.data())
def test_taking_turns_loses_and_repeats_nothing(found, data):
    """What is in any list is given exactly once, and each list's order is kept."""
    weights = [data.draw(st.integers(1, 5)) for _ in found]
    given_out = interleaved(found, weights)
    assert sorted({one for each in found for one in each}) == sorted(one for _, one in given_out)
    for which, each in enumerate(found):
        own = [one for number, one in given_out if number == which]
        assert own == [one for one in each if one in own]


@given(st.integers(0, 200), st.integers(0, 50))
def test_two_lists_are_spread_evenly(many, few):
    """At every place as many of the shorter list were given as its share of the whole, give or take one."""
    order = interleaved([range(many), range(many, many + few)], [many, few])
    given_out = 0
    for place_, (which, _) in enumerate(order, start=1):
        given_out += which
        assert abs(given_out - place_ * few / (many + few)) <= 1


def _listed(blind=0, suggested=0, other=0):
    names = [f"b{n}" for n in range(blind)] + [f"s{n}" for n in range(suggested)] + [f"o{n}" for n in range(other)]
    return [
        Listed(
            name, name[0] == "b", place(1, name), *((int(name[1:]) / 9, 9 - int(name[1:])) if name[0] == "s" else ())
        )
        for name in names
    ]


@pytest.mark.parametrize("order", ["transcript", "likely", "uncertain", "random", "mix"])
def test_the_blind_come_in_random_order_and_evenly(order):
    """Whatever the order, blind passages come by their random places, one in five of a queue with one in five."""
    found = sequence(_listed(blind=6, suggested=9, other=15), order, {"likely": 2, "random": 1})
    blind = [one for one, _ in found if one.blind]
    assert sorted(blind, key=lambda one: one.place) == blind
    assert [1] * 6 == [sum(one.blind for one, _ in found[n : n + 5]) for n in range(0, 30, 5)]
    assert {"random"} == {why for one, why in found if one.blind}


def test_orders():
    """Likely begins with the strongest suggestion, uncertain with what teaches most; others keep the text's order."""
    listed = _listed(suggested=3, other=2)[::-1]
    names = {order: [one.excerpt_id for one, _ in sequence(listed, order, {})] for order in ("likely", "uncertain")}
    assert {"likely": ["s0", "s1", "s2", "o1", "o0"], "uncertain": ["s2", "s1", "s0", "o1", "o0"]} == names
    assert listed == [one for one, _ in sequence(listed, "transcript", {})]


def test_a_mix_gives_each_order_its_turns():
    """Of a mix of two to one, two of three come from the first order, and everything comes once."""
    found = sequence(_listed(suggested=9), "mix", {"likely": 2, "uncertain": 1})
    assert {"likely": 6, "uncertain": 3} == Counter(why for _, why in found)
    assert [f"s{n}" for n in range(9)] == sorted(one.excerpt_id for one, _ in found)
    assert ["s0", "s8", "s1"] == [one.excerpt_id for one, _ in found[:3]]
