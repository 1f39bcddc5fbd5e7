"""Values that people know, left out of a list: do their passages come out as groups near the top?"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tagger.embeddings import load_encoder

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "benchmarks"))

import emergent as benchmark  # noqa: E402
from quality_learners import Remembering  # noqa: E402
from quality_sets import labelled_set  # noqa: E402

PURITY, FOUND, PLACE, RECALL = 0, 1, 2, 4


@pytest.fixture(scope="module", name="sample")
def _sample():
    """Return the bundled sample, and the vectors that the model makes of it."""
    labelled = labelled_set(ROOT / "data" / "sample")
    return labelled, benchmark.vectors_of(labelled, Remembering(load_encoder()))


def measured(sample, by, beside, *, alone):
    """Return the mean figures of a way of grouping, with Trust and Family-centred left out."""
    labelled, vectors = sample
    [values] = {values for _, each in benchmark.left_outs(labelled) for values, _ in each}
    drawn = list(benchmark.cases(labelled, values, beside, alone=alone))
    found = [benchmark.figures(by(case, vectors, seed), case) for seed, case in enumerate(drawn)]
    return [benchmark.mean(column) for column in zip(*found, strict=True)]


@pytest.mark.slow
def test_what_two_contexts_added_comes_out_at_the_top(sample):
    """Coded with the six values of the base, Trust and Family-centred are among the first groups, and pure."""
    found = measured(sample, benchmark.ours, 0.0, alone=True)

    assert found[PURITY] >= 0.9
    assert 1.0 == found[FOUND]
    assert found[PLACE] <= 2


@pytest.mark.slow
@pytest.mark.parametrize("beside", [0.5, 1.0])
@pytest.mark.parametrize("alone", [True, False])
def test_it_comes_out_among_what_nobody_should_have_marked(sample, beside, alone):
    """Purer than groups made by chance, and with more of the passages, wherever values were seen beside them too."""
    ours, chance = (measured(sample, by, beside, alone=alone) for by in (benchmark.ours, benchmark.by_chance))

    assert ours[PURITY] > chance[PURITY] + 0.05
    assert ours[FOUND] > chance[FOUND]
    assert ours[RECALL] > chance[RECALL]


def test_figures_of_groups_that_can_be_counted_by_hand():
    """Of six passages two show one value and two another; the second group shows the one, none the other."""
    case = benchmark.Case(np.arange(6), np.array([0, 0, 1, 1, -1, -1]))

    purity, found, place, its_purity, its_recall, recall, *_ = benchmark.figures(
        [np.array([2, 4]), np.array([0, 1, 5])], case
    )

    assert pytest.approx((1 / 2 + 2 / 3) / 2) == purity
    assert (0.5, 2.0, pytest.approx(2 / 3), 1.0, 0.5) == (found, place, its_purity, its_recall, recall)


def test_without_a_group_nothing_is_found():
    """And what cannot be told is not a number."""
    purity, found, place, *_ = benchmark.figures([], benchmark.Case(np.arange(2), np.array([0, -1])))

    assert 0.0 == found
    assert np.isnan([purity, place]).all()
