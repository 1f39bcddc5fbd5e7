"""What a person is given to read, as plain arithmetic: runs of turns, draws of arms, orders and how they take turns."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

import numpy as np

Item = TypeVar("Item", bound=Hashable)
Fate = TypeVar("Fate")

LEAST = 3
"""A run is as many adjacent turns as hold so many passages."""

_PLACES = 2**31


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as it lies in the newest text: the position of its turn, and where it starts."""

    excerpt_id: str
    turn: int
    start: int


@dataclass(frozen=True, slots=True)
class Settled(Generic[Fate]):
    """Where a passage of any segmentation lies that was drawn before, and what was drawn for it."""

    turn: int
    start: int
    fate: Fate


class Listed(NamedTuple):
    """
    An excerpt of a queue; there are thousands, and a tuple is made ten times faster than a frozen dataclass.

    `place` is its place in a random order; `best` says how far up its strongest suggestion stands among the excerpts of
    the dataset, from 0 (strongest), and is None where nothing is suggested; `teaches` is its place in the order in
    which excerpts teach most, None where it has none.
    """

    excerpt_id: str
    blind: bool
    place: int
    best: float | None = None
    teaches: int | None = None


def runs(turns: Iterable[Sequence[Item]], least: int = LEAST) -> list[list[Item]]:
    """Join adjacent turns, each given as its passages, until a run holds `least` passages; a turn is never split."""
    found: list[list[Item]] = []
    for turn in turns:
        if found and len(found[-1]) < least:
            found[-1].extend(turn)
        else:
            found.append(list(turn))
    return found


def parted(
    passages: Sequence[Passage], settled: Sequence[Settled[Fate]]
) -> tuple[dict[str, Fate], list[list[Passage]]]:
    """
    Part new passages of one transcript from those in turns that were drawn before.

    Args:
        passages: those without a fate of their own, in the order of the text.
        settled: all that were drawn before.

    Returns:
        The fate of each passage in a turn with settled ones: that of the nearest. The others, by runs: a settled turn
        between two turns parts them.
    """
    by_turn: dict[int, list[Settled[Fate]]] = {}
    for one in settled:
        by_turn.setdefault(one.turn, []).append(one)
    inherited: dict[str, Fate] = {}
    free: list[Passage] = []
    for passage in passages:
        if near := by_turn.get(passage.turn):
            inherited[passage.excerpt_id] = min(near, key=lambda one: (abs(one.start - passage.start), one.start)).fate
        else:
            free.append(passage)
    borders = sorted(by_turn)
    stretches = groupby(free, key=lambda passage: int(np.searchsorted(borders, passage.turn)))
    found = [run for _, same in stretches for run in runs(_turns(same))]
    return inherited, found


def drawn(population: int, share: float, seed: int) -> list[bool]:
    """
    Draw a share of a population at random, without replacement, so that each one's probability is exactly the share.

    The sample has floor(share * population) members and, with the probability of what is left over, one more.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    sure, rest = _expected(population, share)
    sample = sure + int(chance.random() < rest)
    taken = np.zeros(population, dtype=bool)
    taken[chance.permutation(population)[:sample]] = True
    return [bool(one) for one in taken]


def sampled(groups: Mapping[str, Sequence[Item]], n: int, seed: int) -> dict[str, list[Item]]:
    """
    Draw n of all members of several groups at random, so that each one's probability is exactly n / N.

    A group's part of the sample is in proportion to its size, rounded up or down: the groups lie in a random order on a
    line, and every N / n-th member is counted from a random start (systematic sampling). Within a group the members are
    drawn without replacement. All are taken where n is not less than N.

    Args:
        groups: by name; the same groups in the same order and the same seed give the same sample.

    Returns:
        For each group, those drawn, in the group's order; none of a group that is too small for its part.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    names = list(groups)
    total = sum(map(len, groups.values()))
    wanted = min(n, total)
    # In whole numbers, so that nothing is lost: floor((c + r) / N) is c / N on average over r = 0 ... N - 1.
    start = int(chance.integers(total)) if total else 0
    found: dict[str, list[Item]] = {name: [] for name in names}
    reached = given = 0
    for which in chance.permutation(len(names)):
        members = groups[names[which]]
        reached += len(members)
        due = (wanted * reached + start) // total if total else 0
        taken = sorted(chance.permutation(len(members))[: due - given].tolist())
        found[names[which]] = [members[one] for one in taken]
        given = due
    return found


def probability_of_none(population: int, share: float, among: int) -> float:
    """Return the probability that `drawn` takes none of `among` given members."""
    sure, rest = _expected(population, share)
    none = math.comb(population - among, sure) / math.comb(population, sure)
    if not rest:
        return none
    return (1 - rest) * none + rest * math.comb(population - among, sure + 1) / math.comb(population, sure + 1)


def place(seed: int, excerpt_id: str) -> int:
    """Return an excerpt's place in the random order of a seed; it does not depend on which other excerpts there are."""
    words = np.frombuffer(hashlib.blake2b(excerpt_id.encode(), digest_size=16).digest(), dtype=np.uint32)
    chance = np.random.Generator(np.random.PCG64([seed, *words.tolist()]))
    return int(chance.integers(_PLACES))


def seed_of(seed: int, *names: str) -> int:
    """Return a seed of its own for each of several draws that are made from one seed."""
    digest = hashlib.blake2b("\0".join([str(seed), *names]).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def interleaved(lists: Sequence[Sequence[Item]], weights: Sequence[float]) -> list[tuple[int, Item]]:
    """
    Let lists take turns, as often as their weights say; of what is in several lists the first occurrence counts.

    The i-th that a list of weight w gives comes at (i + 0.5) / w, so that lists weighed by their lengths are spread
    evenly over the whole.

    Returns:
        The number of the list and the item, in order.
    """
    found: list[tuple[int, Item]] = []
    given = [0] * len(lists)
    rest = [iter(items) for items in lists]
    taken: set[Item] = set()
    due = [(0.5 / weight, which) for which, weight in enumerate(weights) if weight > 0]
    heapq.heapify(due)
    while due:
        _, which = heapq.heappop(due)
        for item in rest[which]:
            if item not in taken:
                taken.add(item)
                found.append((which, item))
                given[which] += 1
                heapq.heappush(due, ((given[which] + 0.5) / weights[which], which))
                break
    return found


def sequence(listed: Sequence[Listed], order: str, weights: Mapping[str, int]) -> list[tuple[Listed, str]]:
    """
    Put a queue in order: the blind in random order, spread evenly among the others in the order asked for.

    Args:
        listed: all that the person was or will be given, in the order of the transcripts; to put only what is left in
            order would bunch the blind ones together.
        order: transcript, likely (best suggestion first), uncertain (by what they teach), random, or mix.
        weights: how often each order has its turn in a mix.

    Returns:
        Each with the order that brought it; that is "random" for the blind ones.
    """
    blind = sorted((n for n, one in enumerate(listed) if one.blind), key=lambda n: _by_place(listed[n]))
    seeing = [n for n, one in enumerate(listed) if not one.blind]
    turns = dict(weights) if order == "mix" else {order: 1}
    names = list(turns)
    mixed = interleaved([_ordered(listed, seeing, name) for name in names], list(turns.values()))
    brought = {n: names[which] for which, n in mixed} | dict.fromkeys(blind, "random")
    both = interleaved([[n for _, n in mixed], blind], [len(mixed), len(blind)])
    return [(listed[n], brought[n]) for _, n in both]


def _ordered(listed: Sequence[Listed], which: list[int], order: str) -> list[int]:
    if order == "random":
        return sorted(which, key=lambda n: _by_place(listed[n]))
    if order == "likely":
        return sorted(which, key=lambda n: _none_last(listed[n].best))
    if order == "uncertain":
        return sorted(which, key=lambda n: _none_last(listed[n].teaches))
    return which


def _by_place(one: Listed) -> tuple[int, str]:
    return one.place, one.excerpt_id


def _none_last(standing: float | None) -> tuple[bool, float]:
    return standing is None, standing or 0.0


def _turns(passages: Iterable[Passage]) -> list[list[Passage]]:
    return [list(same) for _, same in groupby(passages, key=lambda passage: passage.turn)]


def _expected(population: int, share: float) -> tuple[int, float]:
    """Return how many are drawn for sure, and the probability of one more."""
    # Rounded first: 0.1 * 30 is a little more than 3 in floating point.
    expected = round(share * population, 9)
    sure = math.floor(expected)
    return sure, expected - sure
