"""The published worked examples in shared/golden, where the checkout lies beside it, through the public functions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from agreement_examples import contingency

from tagger import agreement as a

GOLDEN = Path(__file__).resolve().parents[2] / "shared" / "golden" / "agreement-dev.json"
ENTRIES = (
    {entry["name"]: entry for entry in json.loads(GOLDEN.read_text("utf-8"))["entries"]} if GOLDEN.exists() else {}
)


def levels(data):
    """Alpha by level of measurement."""
    return {
        level: a.krippendorff_alpha(data["ratings"], level).value
        for level in ("nominal", "ordinal", "interval", "ratio")
    }


def four_raters(data):
    """The whole panel of coefficients."""
    table = data["ratings"]
    ac1, fleiss, conger = a.gwet_ac1(table), a.fleiss_kappa(table), a.conger_kappa(table)
    even, alpha = a.brennan_prediger(table), a.krippendorff_alpha(table)
    return {
        "pa": a.percent_agreement(table).value, "AC1": ac1.value, "AC1_se": ac1.se, "AC1_ci": ac1.interval,
        "Fleiss": fleiss.value, "Fleiss_se": fleiss.se, "Fleiss_ci": fleiss.interval, "Conger": conger.value,
        "Conger_ci": conger.interval, "BP": even.value, "BP_pe": even.expected, "alpha_se": alpha.se,
        "alpha_ci": alpha.interval,
    }  # fmt: skip


def cohen(data):
    """Cohen's own example."""
    table = contingency(data["table"])
    kappa = a.cohen_kappa(table)
    return {"po": kappa.observed, "pe": kappa.expected, "kappa": kappa.value, "AC1": a.gwet_ac1(table).value}


def weighted(data):
    """Weighted and plain coefficients of two raters."""
    table = contingency(data["table"])

    def apart(one, other):
        return 0.0 if one == other else 0.5 if 2 in (one, other) else 1.0

    return {
        "Ao": a.percent_agreement(table).value, "S": a.brennan_prediger(table).value, "pi": a.scott_pi(table).value,
        "kappa": a.cohen_kappa(table).value, "alpha": a.krippendorff_alpha(table).value,
        "alpha_weighted": a.krippendorff_alpha(table, distance=apart).value,
        "kappa_weighted": a.cohen_kappa(table, weights=lambda x, y: 1 - apart(x, y)).value,
    }  # fmt: skip


def sets(data):
    """Alpha over label sets."""
    table = data["ratings"]
    return {
        "exact_match": a.percent_agreement(table).value, "nominal": a.krippendorff_alpha(table).value,
        "jaccard": a.krippendorff_alpha(table, distance="jaccard").value,
        "masi": a.krippendorff_alpha(table, distance="masi").value,
    }  # fmt: skip


def paradox(data):
    """What one agreement can hide."""
    tables = [[(1, 1)] * t[0] + [(1, 0)] * t[1] + [(0, 1)] * t[2] + [(0, 0)] * t[3] for t in data["tables"]]
    on, even = [a.specific_agreement(t) for t in tables], [a.pabak(t) for t in tables]
    return {
        "po": [one.observed for one in even], "kappa": [a.cohen_kappa(t).value for t in tables],
        "p_pos": [one.positive.value for one in on], "p_neg": [one.negative.value for one in on],
        "pabak": [one.value for one in even], "prevalence_index": [one.prevalence_index for one in even],
        "bias_index": [one.bias_index for one in even], "ac1": [a.gwet_ac1(t).value for t in tables],
    }  # fmt: skip


def calibration(data):
    """The calibration error in three norms."""
    norms = ("l1", "l2", "max")
    found = [a.expected_calibration_error(data["target"], data["probs"], data["n_bins"], norm=norm) for norm in norms]
    return dict(zip(norms, [one.value for one in found], strict=True))


def unitizing(data):
    """Alpha of units on a continuum."""
    units = [(rater, begin, length, category) for rater, begin, length, category in data["units"]]
    found = a.unitizing_alpha(units, data["continuum_begin"], data["continuum_length"], 2)
    c, k = found.by_category["c"], found.by_category["k"]
    return {
        "Do_c": c.observed, "De_c": c.expected, "alpha_c": c.value, "Do_k": k.observed, "De_k": k.expected,
        "alpha_k": k.value, "alpha_overall": found.value,
    }  # fmt: skip


def prevalence(data):
    """Prevalence with a model's help."""
    columns = (data["Y_labelled"], data["model_labelled"], data["model_unlabelled"])
    plain, tuned = (a.prevalence_estimate(*columns, method=method) for method in ("ppi", "ppi++"))
    return {"ppi": plain.value, "ppi_ci": plain.interval, "ppi_pp": tuned.value, "ppi_pp_ci": tuned.interval}


def elusion(data):
    """Recall from one sample of what was not suggested."""
    counts = [
        data[name] for name in ("true_positives_verified", "null_set_size", "null_sample_size", "misses_in_sample")
    ]
    found = a.elusion_recall(*counts)
    return {
        "elusion": found.elusion.value, "elusion_ci": found.elusion.interval, "recall": found.value,
        "recall_ci": found.interval,
    }  # fmt: skip


def light(data):
    """Means of pairs, and a pair."""
    table = data["ratings"]
    return {
        "Light": a.light_kappa(table).value, "Conger": a.conger_kappa(table).value,
        "Cohen_2_3": a.cohen_kappa([row[1:3] for row in table]).value,
    }  # fmt: skip


def proportion(data):
    """Two intervals of a share."""
    found = [interval(data["x"], data["n"]).interval for interval in (a.wilson_interval, a.clopper_pearson_interval)]
    return dict(zip(("wilson", "clopper_pearson"), found, strict=True))


COMPUTED = {
    "krippendorff2011_C_4observers_missing": levels,
    "gwet_raw4raters_cac": four_raters,
    "fleiss1971_psychiatric_diagnoses": lambda data: {
        "kappa": a.fleiss_kappa(data["ratings"]).value, "pa": a.fleiss_kappa(data["ratings"]).observed,
        "pe": a.fleiss_kappa(data["ratings"]).expected,
    },
    "cohen1960_p45": cohen,
    "artstein_poesio2008_example2": weighted,
    "masi_pair_distances_passonneau2006": lambda data: {
        "masi": [a.masi_distance(*pair) for pair in data["pairs"]],
        "jaccard": [a.jaccard_distance(*pair) for pair in data["pairs"]],
    },
    "set_valued_alpha_9items": sets,
    "krippendorff_craggs2016_table3_mvalpha": lambda data: {"mvalpha": a.multivalued_alpha(data["ratings"]).value},
    "feinstein_cicchetti1990_paradox1": paradox,
    "sklearn_average_precision_doc": lambda data: {"AP": a.average_precision(data["y_true"], data["y_score"]).value},
    "newcombe1998_81_263": proportion,
    "torchmetrics_binary_calibration_error_doc": calibration,
    "benjamini_hochberg1995_15p": lambda data: {
        method: list(a.rejected(data["p"], data["q"], method)) for method in ("BH", "BY")
    },
    "gwet_benchmark_landis_koch_067_015": lambda data: {
        "cum": a.benchmark_probabilities(data["coef"], data["se"]).cumulative
    },
    "krippendorff2004_unitizing_p254": unitizing,
    "ppi_mean_constructed_a": prevalence,
    "losey_eirecall_8000_92000_1534_5": elusion,
    "irr_diagnoses_light_conger_pair": light,
}  # fmt: skip
ELSEWHERE = {"alt_test_synthetic_binary"}
"""Checked, with all its epsilons, in test_agreement_annotators.py."""
UNSAID = {"kappa_max", "per_category", "categories"}
"""What the examples print besides and no function here returns."""


def test_every_worked_example_is_met():
    """What the public functions return is what was published, within the tolerance that the example states."""
    assert ENTRIES.keys() <= COMPUTED.keys() | ELSEWHERE
    for name in ENTRIES.keys() & COMPUTED.keys():
        entry, found = ENTRIES[name], COMPUTED[name](ENTRIES[name]["raw_data"])
        assert entry["expected"].keys() <= found.keys() | UNSAID, name
        for what, value in found.items():
            assert entry["expected"][what] == pytest.approx(value, abs=entry["tolerance"] or 1e-12), (name, what)
