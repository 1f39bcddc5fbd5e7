"""Tests of the kappa family: published examples, real codings, and what must not change a coefficient."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from agreement_examples import ABSTRACTORS, COHEN, CONTENTS, DIAGNOSES, FORMS, PARADOX, STATEMENTS, contingency
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from tagger.agreement.clusters import jackknife_interval
from tagger.agreement.kappas import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    light_kappa,
    percent_agreement,
    scott_pi,
)
from tagger.errors import UsageError

CLAIMS = Path(__file__).resolve().parents[2] / "shared" / "evaldata" / "ci-claims" / "data"
PATIENTS = [list(patient) for patient in DIAGNOSES]

OF_TWO = [cohen_kappa, scott_pi]
OF_MANY = [light_kappa, conger_kappa, fleiss_kappa, brennan_prediger, gwet_ac1, percent_agreement]


def unlike(a, b):
    """Say how much two of Artstein & Poesio's categories agree: a check is half of either other."""
    return 1.0 if a == b else 0.5 if 2 in (a, b) else 0.0


@pytest.mark.parametrize(
    ("coefficient", "value", "se", "interval"),
    [
        (gwet_ac1, 0.775, 0.143, (0.461, 1.0)),
        (fleiss_kappa, 0.761, 0.153, (0.424, 1.0)),
        (conger_kappa, 0.763, 0.149, (0.435, 1.0)),
        (brennan_prediger, 0.773, 0.145, (0.454, 1.0)),
    ],
)
def test_the_published_panel_of_four_raters(coefficient, value, se, interval):
    """Gwet 2014: four raters, twelve units, gaps, with standard errors and intervals cut at 1."""
    found = coefficient(CONTENTS)

    assert value == pytest.approx(found.value, abs=0.0006)
    assert se == pytest.approx(found.se, abs=0.0006)
    assert interval == pytest.approx(found.interval, abs=0.0006)
    assert 11 == found.n_units


@pytest.mark.parametrize(("coefficient", "low"), [(gwet_ac1, 0.46081335), (conger_kappa, 0.43450055)])
def test_its_lower_limits_to_the_eighth_digit(coefficient, low):
    """How a unit moves a rater's shares depends on how many that rater rated: the limits are those of irrCAC."""
    assert low == pytest.approx(coefficient(CONTENTS).interval[0], abs=1e-8)


def test_their_percent_agreement():
    """Of the same data agreement is the published .818, with the error of a mean of the 11 units that two raters rated.

    R's irrCAC has .126, as it takes the unit of one rater for an agreement of 0 when it comes to the error.
    """
    of_units = [1, 0.5, 1, 1, 1, 0, 1, 0.5, 1, 1, 1]
    found = percent_agreement(CONTENTS)

    assert 0.818 == pytest.approx(found.value, abs=0.0006)
    assert np.std(of_units, ddof=1) / np.sqrt(11) == pytest.approx(found.se)
    assert (0.592, 1.0) == pytest.approx(found.interval, abs=0.0006)
    assert 11 == found.n_units


@pytest.mark.parametrize(
    ("coefficient", "value", "se"),
    [
        (cohen_kappa, 0.7964094, 0.05891072),
        (scott_pi, 0.7962397, 0.05905473),
        (gwet_ac1, 0.8493305, 0.04321747),
        (brennan_prediger, 0.835, 0.04693346),
        (percent_agreement, 0.89, 0.03128898),
    ],
)
def test_the_published_panel_of_two_raters(coefficient, value, se):
    """Gwet 2014: a hundred women, two abstractors, no gaps; errors as R's irrCAC prints them, with n - 1 for its n."""
    found = coefficient(contingency(ABSTRACTORS))

    assert (value, se * np.sqrt(100 / 99)) == pytest.approx((found.value, found.se), abs=1e-6)


def test_its_chance():
    """Brennan & Prediger's chance is one of five, and all coefficients see the same agreement."""
    assert 0.2 == pytest.approx(brennan_prediger(CONTENTS).expected)
    for coefficient in (gwet_ac1, fleiss_kappa, conger_kappa, brennan_prediger, percent_agreement):
        assert 0.818 == pytest.approx(coefficient(CONTENTS).observed, abs=0.0006)


def test_the_published_diagnoses():
    """Fleiss 1971: thirty patients and six raters."""
    found = fleiss_kappa(PATIENTS)

    assert 0.430 == pytest.approx(found.value, abs=0.0006)
    assert (0.5556, 0.2201) == pytest.approx((found.observed, found.expected), abs=0.0006)
    assert 30 == found.n_units


@pytest.mark.parametrize(
    ("diagnosis", "expected"), [("D", 0.245), ("P", 0.245), ("S", 0.520), ("N", 0.471), ("O", 0.566)]
)
def test_each_diagnosis_against_all_others(diagnosis, expected):
    """Kappa of one diagnosis of Fleiss 1971 is that of yes and no."""
    answers = [[cell == diagnosis for cell in patient] for patient in PATIENTS]

    assert expected == pytest.approx(fleiss_kappa(answers).value, abs=0.0006)


def test_pairs_of_the_raters_of_the_diagnoses():
    """R's irr on the same data: Light .459, Conger .442, and Cohen of the second and third rater .631."""
    assert 0.459 == pytest.approx(light_kappa(PATIENTS).value, abs=0.0006)
    assert 0.442 == pytest.approx(conger_kappa(PATIENTS).value, abs=0.0006)
    assert 0.631 == pytest.approx(cohen_kappa([patient[1:3] for patient in PATIENTS]).value, abs=0.0006)


def test_the_first_published_kappa():
    """Cohen 1960, p. 45, with AC1 of the same table."""
    found = cohen_kappa(contingency(COHEN))

    assert (0.492, 0.70, 0.41) == pytest.approx((found.value, found.observed, found.expected), abs=0.0006)
    assert 0.576 == pytest.approx(gwet_ac1(contingency(COHEN)).value, abs=0.0006)


def test_the_standard_error_of_kappa_is_the_published_one():
    """The error of two raters' kappa is that of Fleiss, Cohen & Everitt 1969, with n - 1 for n."""
    shares = np.array(COHEN) / np.sum(COHEN)
    n, first, second = np.sum(COHEN), shares.sum(axis=1), shares.sum(axis=0)
    kappa = (np.trace(shares) - first @ second) / (1 - first @ second)
    agreed = (np.diag(shares) * (1 - (first + second) * (1 - kappa)) ** 2).sum()
    apart = (1 - kappa) ** 2 * ((shares - np.diag(np.diag(shares))) * np.add.outer(second, first) ** 2).sum()
    variance = (agreed + apart - (kappa - first @ second * (1 - kappa)) ** 2) / (1 - first @ second) ** 2

    assert np.sqrt(variance / (n - 1)) == pytest.approx(cohen_kappa(contingency(COHEN)).se)


@pytest.mark.parametrize(
    ("coefficient", "weights", "expected"),
    [
        (percent_agreement, None, 0.88),
        (brennan_prediger, None, 0.82),
        (scott_pi, None, 0.7995),
        (cohen_kappa, None, 0.8013),
        (cohen_kappa, unlike, 0.8163),
    ],
)
def test_published_coefficients_of_one_table(coefficient, weights, expected):
    """Artstein & Poesio 2008, example 2: agreement, S, pi, kappa and weighted kappa."""
    assert expected == pytest.approx(coefficient(contingency(STATEMENTS), weights).value, abs=0.0006)


@pytest.mark.parametrize(("table", "kappa", "ac1"), [(PARADOX[0], 0.70, 0.7007), (PARADOX[1], 0.32, 0.8080)])
def test_the_paradox(table, kappa, ac1):
    """Feinstein & Cicchetti 1990: with prevalence kappa falls, AC1 rises, and agreement stays .85."""
    ratings = contingency(table)

    assert kappa == pytest.approx(cohen_kappa(ratings).value, abs=0.005)
    assert ac1 == pytest.approx(gwet_ac1(ratings).value, abs=0.0001)
    assert 0.85 == pytest.approx(percent_agreement(ratings).value)


def coded(name):
    """Read the code of each claim from a coder's sheet, which has titles and headings between."""
    with (CLAIMS / name).open(encoding="utf-8-sig", newline="") as sheet:
        return {row[1]: row[3] for row in csv.reader(sheet) if row[0].isdigit()}


def test_real_codings_of_claims():
    """Two coders and the gold standard of 113 real claims in 31 codes: .9444, .9073 and .9351."""
    first, second = coded("human_annotator_1.csv"), coded("human_annotator_2.csv")
    claims = json.loads((CLAIMS / "02_dataset_gold_CI.json").read_text(encoding="utf-8"))
    gold = {claim["paper_id"]: claim["labels"]["code"] for claim in claims}

    for one, other, expected in [(first, second, 0.9444), (first, gold, 0.9073), (second, gold, 0.9351)]:
        found = cohen_kappa([(code, other[claim]) for claim, code in one.items()])
        assert expected == pytest.approx(found.value, abs=0.0001)
        assert 113 == found.n_units


@given(
    st.lists(st.tuples(*[st.integers(0, 3)] * 2), min_size=2, max_size=40),
    st.sampled_from(["linear", "quadratic", None]),
)
def test_weighted_kappa_is_that_of_scikit_learn(ratings, weights):
    """Linear and quadratic weights go by the codebook's order, categories that nobody used included."""
    first, second = zip(*ratings, strict=True)
    assume(len({*first, *second}) > 1)

    expected = cohen_kappa_score(first, second, labels=range(4), weights=weights)
    assert expected == pytest.approx(cohen_kappa(ratings, weights, categories=range(4)).value)


def test_weights_as_a_table_or_a_function():
    """The same weights give the same number, however they are given."""
    ratings = contingency(COHEN)
    table = [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]]

    for coefficient in [*OF_TWO, *OF_MANY]:
        linear = coefficient(ratings, "linear").value
        assert linear == pytest.approx(coefficient(ratings, table).value)
        assert linear == pytest.approx(coefficient(ratings, lambda a, b: 1 - abs(a - b) / 2).value)
        assert coefficient(ratings).value == pytest.approx(coefficient(ratings, np.eye(3)).value)


def test_weighted_chance_by_hand():
    """Two units of two raters, 0 1 2 in the codebook, linear weights: chance of each coefficient by its formula."""
    ratings = [[0, 0], [0, 1]]

    assert 0.75 == pytest.approx(percent_agreement(ratings, "linear", range(3)).value)
    assert 5 / 9 == pytest.approx(brennan_prediger(ratings, "linear", range(3)).expected)
    assert 0.8125 == pytest.approx(scott_pi(ratings, "linear", range(3)).expected)
    assert 0.75 == pytest.approx(cohen_kappa(ratings, "linear", range(3)).expected)
    assert 5 / 6 * 0.375 == pytest.approx(gwet_ac1(ratings, "linear", range(3)).expected)


def test_the_codebook_counts_and_not_what_was_used():
    """A category that nobody used makes chance smaller for Brennan & Prediger and for AC1, and for no other."""
    ratings = contingency(COHEN)

    assert (1 / 3, 1 / 4) == pytest.approx(
        (brennan_prediger(ratings).expected, brennan_prediger(ratings, categories=range(4)).expected)
    )
    assert 2 / 3 == pytest.approx(gwet_ac1(ratings, categories=range(4)).expected / gwet_ac1(ratings).expected)
    for coefficient in (scott_pi, cohen_kappa, conger_kappa, fleiss_kappa, light_kappa, percent_agreement):
        assert coefficient(ratings).value == pytest.approx(coefficient(ratings, categories=range(4)).value)


def same(one, other):
    """Say whether two estimates are the same number, or both none."""
    return (None if one.value is None else pytest.approx(one.value)) == other.value


tables = st.lists(st.lists(st.sampled_from([0, 1, 2, None]), min_size=3, max_size=3), min_size=1, max_size=12)


@pytest.mark.parametrize("coefficient", OF_MANY)
@given(tables, st.permutations(range(3)), st.data())
def test_order_and_names_do_not_matter(coefficient, table, order, data):
    """Raters and units in another order, and other labels, leave a coefficient and its error as they are."""
    names = {0: "q", 1: "r", 2: "p", None: None}
    changed = [[names[row[at]] for at in order] for row in data.draw(st.permutations(table))]

    found, again = coefficient(table, categories=range(3)), coefficient(changed, categories="pqr")
    assert same(found, again)
    assert (found.se is None) == (again.se is None)
    if found.se is not None:
        assert found.se == pytest.approx(again.se, abs=1e-9)


@pytest.mark.parametrize("coefficient", OF_TWO)
@given(st.lists(st.tuples(*[st.sampled_from([0, 1, 2, None])] * 2), min_size=1, max_size=12), st.data())
def test_order_and_names_do_not_matter_for_two(coefficient, table, data):
    """The two raters changed over, units in another order and other labels leave a coefficient as it is."""
    names = {0: "q", 1: "r", 2: "p", None: None}
    changed = [(names[b], names[a]) for a, b in data.draw(st.permutations(table))]

    assert same(coefficient(table), coefficient(changed))


@pytest.mark.parametrize("coefficient", [light_kappa, brennan_prediger, percent_agreement])
@given(tables)
def test_units_of_one_rater_do_not_matter(coefficient, table):
    """Where chance goes by pairs or by the codebook, a unit that one rater rated changes nothing."""
    added = [*table, [None, 2, None], [0, None, None]]

    assert same(coefficient(table, categories=range(3)), coefficient(added, categories=range(3)))


@pytest.mark.parametrize("coefficient", OF_TWO)
@given(st.lists(st.tuples(*[st.sampled_from([0, 1, None])] * 2), min_size=1, max_size=12))
def test_units_of_one_rater_do_not_matter_for_two(coefficient, table):
    """Kappa and pi of two raters go by the units that both rated, for chance too."""
    found, again = coefficient(table, categories=[0, 1]), coefficient([*table, (1, None)], categories=[0, 1])

    assert same(found, again)
    assert (found.n_units, found.se) == (again.n_units, again.se)


@pytest.mark.parametrize(
    ("coefficient", "before", "after"),
    [(fleiss_kappa, 5 / 9, 5 / 8), (conger_kappa, 5 / 9, 7 / 12), (gwet_ac1, 4 / 9, 3 / 8)],
)
def test_units_of_one_rater_count_for_chance(coefficient, before, after):
    """By definition the shares of Fleiss, Conger and Gwet are those of all units rated, the ones of one rater too."""
    ratings = [[1, 1], [1, 1], [0, 0]]

    assert before == pytest.approx(coefficient(ratings).expected)
    assert after == pytest.approx(coefficient([*ratings, [1, None]]).expected)
    assert 3 == coefficient([*ratings, [1, None]]).n_units


@pytest.mark.parametrize("coefficient", OF_MANY)
@given(st.lists(st.sampled_from([0, 1, 2]), min_size=2, max_size=12), st.integers(2, 5))
def test_identical_raters_agree_perfectly(coefficient, answers, raters):
    """A coefficient is 1 if they used two categories."""
    assume(len(set(answers)) > 1)

    assert 1.0 == pytest.approx(coefficient([[answer] * raters for answer in answers]).value)


@pytest.mark.parametrize("coefficient", OF_TWO)
def test_two_identical_raters_agree_perfectly(coefficient):
    """Kappa and pi of one rater with themselves are 1, without an error."""
    found = coefficient([(0, 0), (1, 1), (1, 1), (2, 2)])

    assert (1.0, 0.0) == pytest.approx((found.value, found.se))
    assert (1.0, 1.0) == pytest.approx(found.interval)


@pytest.mark.parametrize("coefficient", [*OF_TWO, light_kappa, conger_kappa, fleiss_kappa])
def test_chance_gives_nought(coefficient):
    """Two raters at exactly chance, each with one yes in five, agree on .68 of the units, and beyond chance on none."""
    assert 0.0 == pytest.approx(coefficient(contingency([[64, 16], [16, 4]])).value, abs=1e-9)


@pytest.mark.parametrize(("coefficient", "expected"), [(gwet_ac1, 0.36 / 0.68), (brennan_prediger, 0.36)])
def test_chance_does_not_give_nought_to_all(coefficient, expected):
    """AC1 and Brennan & Prediger have another idea of chance, and are far from 0 under independence."""
    assert expected == pytest.approx(coefficient(contingency([[64, 16], [16, 4]])).value)


@pytest.mark.parametrize("weights", [None, "quadratic"])
@pytest.mark.parametrize("coefficient", [conger_kappa, fleiss_kappa, brennan_prediger, gwet_ac1, percent_agreement])
def test_the_standard_error_is_near_that_of_leaving_units_out(coefficient, weights):
    """With three or four ratings of each of 300 units the linearised error is within 3% of the jackknife's."""
    rng = np.random.default_rng(11)
    true = rng.integers(0, 3, (300, 1))
    ratings = np.where(rng.random((300, 4)) < 0.7, true, rng.integers(0, 3, (300, 4))).astype(float)
    gap = rng.random(300) < 0.6
    ratings[gap, rng.choice(4, 300, p=[0.1, 0.2, 0.3, 0.4])[gap]] = np.nan

    found = coefficient(ratings, weights)
    left_out = jackknife_interval(lambda rows: coefficient(rows, weights, range(3)), ratings, range(300))
    assert left_out.se == pytest.approx(found.se, rel=0.03)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_no_form_of_missing_becomes_a_category(form):
    """Integers, words, categories, pd.NA, None and NaN give the same coefficients."""
    for coefficient in OF_MANY:
        assert coefficient(CONTENTS).value == pytest.approx(coefficient(form(CONTENTS)).value)
    pair = [row[2:] for row in CONTENTS]
    for coefficient in OF_TWO:
        assert coefficient(pair).value == pytest.approx(coefficient(form(pair)).value)


def test_sets_of_labels_are_categories_and_the_empty_one_is_an_answer():
    """Whole sets agree or do not, and *coded with no label* is no gap."""
    ratings = [({"a", "b"}, ["b", "a"]), (set(), set()), ({"a"}, set()), (None, {"a"})]

    assert 2 / 3 == pytest.approx(percent_agreement(ratings).value)
    assert 3 == cohen_kappa(ratings).n_units


@pytest.mark.parametrize("coefficient", [*OF_TWO, *OF_MANY])
@pytest.mark.parametrize("ratings", [np.empty((0, 2)), [[1, None], [None, 0]], [[None, None]]])
def test_what_nobody_rated_together_has_a_reason(coefficient, ratings):
    """Without a unit of two raters there is no number, and the reason says so."""
    found = coefficient(ratings)

    assert (None, None, None, 0) == (found.value, found.se, found.interval, found.n_units)
    assert "no unit was rated by two raters" in found.reason


@pytest.mark.parametrize("coefficient", OF_MANY)
@pytest.mark.parametrize("ratings", [[], [[1], [0]]])
def test_one_rater_or_none_has_a_reason(coefficient, ratings):
    """No rater, and one alone: no number, and why."""
    found = coefficient(ratings)

    assert found.value is None
    assert found.reason in ("no unit was rated by two raters", "one rater agrees with nobody")


@pytest.mark.parametrize("coefficient", [*OF_TWO, light_kappa, conger_kappa, fleiss_kappa])
@pytest.mark.parametrize("answer", [0, 1])
def test_one_answer_to_all_is_not_estimable(coefficient, answer):
    """All yes or all no could not have been otherwise by chance, whatever the codebook."""
    for categories, reason in (([0, 1], "only one category was used"), (None, "one category is no choice")):
        found = coefficient([[answer, answer]] * 5, categories=categories)
        assert (None, None, None, 5) == (found.value, found.se, found.interval, found.n_units)
        assert reason in found.reason


@pytest.mark.parametrize("coefficient", [brennan_prediger, gwet_ac1])
def test_one_answer_to_all_needs_the_codebook(coefficient):
    """Where chance goes by the codebook all yes is perfect agreement with it, and not estimable without."""
    ratings = [[1, 1]] * 5

    assert 1.0 == pytest.approx(coefficient(ratings, categories=[0, 1]).value)
    assert (None, 5) == (coefficient(ratings).value, coefficient(ratings).n_units)
    assert coefficient(ratings).reason.startswith("one category is no choice")


def test_percent_agreement_knows_no_chance():
    """All yes is full agreement, which is not corrected for chance."""
    assert (1.0, 0.0, None) == (
        percent_agreement([[1, 1]] * 5).value,
        percent_agreement([[1, 1]] * 5).se,
        percent_agreement([[1, 1]] * 5).expected,
    )


@pytest.mark.parametrize("coefficient", [*OF_TWO, conger_kappa, fleiss_kappa, brennan_prediger, gwet_ac1])
def test_one_unit_has_a_value_and_no_interval(coefficient):
    """One unit of which two raters say different things gives no interval from a sample of one."""
    found = coefficient([[0, 1]])

    assert found.value is not None
    assert (None, None, 1) == (found.se, found.interval, found.n_units)


def test_light_names_the_pair_that_has_no_kappa():
    """A mean over some of the pairs is no mean over all: the pair without a kappa is named."""
    found = light_kappa([[0, 0, None], [1, 1, None], [1, 0, 1]])

    assert found.value is None
    assert found.reason.startswith("raters 1 and 3: ")


def test_light_is_the_mean_over_pairs():
    """Light's kappa of three raters is the mean of three kappas, each of the units that the two rated."""
    pairs = [[(row[a], row[b]) for row in CONTENTS] for a, b in [(1, 2), (1, 3), (2, 3)]]

    expected = np.mean([cohen_kappa(pair).value for pair in pairs])
    assert expected == pytest.approx(light_kappa([row[1:] for row in CONTENTS]).value)


def test_conger_leaves_out_who_rated_nothing():
    """A rater without a single rating has no shares of their own, and is not there."""
    with_nobody = [[*row, None] for row in CONTENTS]

    assert conger_kappa(CONTENTS).value == pytest.approx(conger_kappa(with_nobody).value)
    assert conger_kappa(CONTENTS).se == pytest.approx(conger_kappa(with_nobody).se)


@pytest.mark.parametrize("coefficient", OF_TWO)
@pytest.mark.parametrize("ratings", [[], [[1], [0]], [[1, 0, 1], [0, 0, 0]]])
def test_kappa_and_pi_are_of_two_raters(coefficient, ratings):
    """No rater, one and three are refused."""
    with pytest.raises(UsageError, match="of two raters"):
        coefficient(ratings)


@pytest.mark.parametrize("coefficient", [*OF_TWO, *OF_MANY])
@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ("cubic", "no weights 'cubic'"),
        ([[1, 0], [0, 1]], "3 by 3 categories"),
        ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], "1 for equal ratings"),
        (lambda a, b: abs(a - b), "1 for equal ratings"),
    ],
)
def test_weights_that_do_not_fit_are_refused(coefficient, weights, words):
    """Weights of another name or size, and distances in their place, are said in words."""
    with pytest.raises(UsageError, match=words):
        coefficient(contingency(COHEN), weights)


@pytest.mark.parametrize("coefficient", [*OF_TWO, *OF_MANY])
def test_a_rating_that_is_not_in_the_codebook_is_refused(coefficient):
    """A codebook that lacks a rating is wrong, or the rating is."""
    with pytest.raises(UsageError, match="not one of the categories"):
        coefficient(contingency(COHEN), categories=[0, 1])


def test_weights_by_order_need_an_order():
    """Words have none until it is said; a table of weights that is ragged is refused too."""
    words = [["low", "high"], ["mid", "mid"], ["low", "mid"]]

    with pytest.raises(UsageError, match="no order"):
        cohen_kappa(words, "linear")
    with pytest.raises(UsageError, match="no table"):
        cohen_kappa([[1, 2], [2, 2]], [[1, 0], [1]])
    numbers = [[0, 2], [1, 1], [0, 1]]
    assert cohen_kappa(numbers, "linear").value == cohen_kappa(words, "linear", ["low", "mid", "high"]).value
