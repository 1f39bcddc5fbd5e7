"""
How far people agree with each other, and a model with people: functions under the names that the literature gives them.

    ratings.py      tables of units by raters, of any label type, with gaps
    distances.py    between two ratings, between two sets of labels
    alpha.py        Krippendorff's alpha, and alpha for several values at once
    kappas.py       Cohen, Light, Fleiss, Conger, Scott, Brennan & Prediger, Gwet; plain agreement
    binary.py       one value at a time: agreement on yes and on no, PABAK
    spans.py        where people drew borders themselves
    detection.py    precision, recall, F1, average precision, calibration
    curves.py       how well scores order passages: average precision and curves that know of clusters
    gate.py         does a value find what people find better than simple ways do
    annotators.py   may a model stand in for an annotator; multiplicity.py: many tests at once
    anchoring.py    what seeing a suggestion does
    diversity.py    how many different values people find
    sampling.py     what suggestions miss, from a random sample read blind; elusion.py: its bound and its size
    stopping.py     how much has been found at least, from such a sample; missed.py: how many can be left at most
    thresholds.py   how much to open, in the order of scores, for a wanted recall
    prevalence.py   how often a value occurs, from few people's labels and many of a model
    contexts.py     the same in each of several contexts, and how far two of them differ
    clusters.py     intervals that know of transcripts: leave one out, draw again
    proportions.py  intervals of shares, levels of a scale
    estimates.py    what all of them return

They take ratings and labels and return frozen results with `.value`, None where it is not estimable, and the `.reason`.
They know nothing of a study: which codings may be compared with which is decided before.
"""

from tagger.agreement.alpha import alpha_statistic, krippendorff_alpha, multivalued_alpha
from tagger.agreement.anchoring import AnchoringEffect, anchoring_effect
from tagger.agreement.annotators import (
    Advantage,
    AnnotatorTest,
    alternative_annotator_test,
    alternative_annotator_tests,
)
from tagger.agreement.binary import AdjustedKappa, SpecificAgreement, pabak, specific_agreement
from tagger.agreement.clusters import (
    Additive,
    Bootstrap,
    Removable,
    cluster_bootstrap,
    difference,
    jackknife_interval,
)
from tagger.agreement.contexts import Sample, context_difference, share_in_context
from tagger.agreement.curves import RankingCurve, average_precision_statistic, gains_curve, precision_recall_curve
from tagger.agreement.detection import (
    CalibrationCurve,
    average_precision,
    brier_score,
    calibration_curve,
    debiased_calibration_error,
    expected_calibration_error,
    f1,
    precision,
    recall,
)
from tagger.agreement.distances import dice_distance, jaccard_distance, masi_distance
from tagger.agreement.diversity import effective_number, effective_number_of_values
from tagger.agreement.elusion import ElusionRecall, SampleSize, elusion_recall, plan_sample
from tagger.agreement.estimates import Estimate
from tagger.agreement.gate import Gate, gate, tested
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
from tagger.agreement.missed import Searched
from tagger.agreement.multiplicity import rejected
from tagger.agreement.prevalence import prevalence_estimate
from tagger.agreement.proportions import (
    Benchmark,
    benchmark_probabilities,
    clopper_pearson_interval,
    clustered_share_interval,
    wilson_interval,
)
from tagger.agreement.sampling import StratifiedRecall, linearised_recall, stratified_recall
from tagger.agreement.spans import SpanF1, UnitizingAlpha, character_counts, character_kappa, span_f1, unitizing_alpha
from tagger.agreement.stopping import FoundAtLeast, found_at_least, plan_search
from tagger.agreement.thresholds import Threshold, recall_of_shares, share_for_recall

__all__ = [
    "Additive",
    "AdjustedKappa",
    "Advantage",
    "AnchoringEffect",
    "AnnotatorTest",
    "Benchmark",
    "Bootstrap",
    "CalibrationCurve",
    "ElusionRecall",
    "Estimate",
    "FoundAtLeast",
    "Gate",
    "RankingCurve",
    "Removable",
    "Sample",
    "SampleSize",
    "Searched",
    "SpanF1",
    "SpecificAgreement",
    "StratifiedRecall",
    "Threshold",
    "UnitizingAlpha",
    "alpha_statistic",
    "alternative_annotator_test",
    "alternative_annotator_tests",
    "anchoring_effect",
    "average_precision",
    "average_precision_statistic",
    "benchmark_probabilities",
    "brennan_prediger",
    "brier_score",
    "calibration_curve",
    "character_counts",
    "character_kappa",
    "clopper_pearson_interval",
    "cluster_bootstrap",
    "clustered_share_interval",
    "cohen_kappa",
    "conger_kappa",
    "context_difference",
    "debiased_calibration_error",
    "dice_distance",
    "difference",
    "effective_number",
    "effective_number_of_values",
    "elusion_recall",
    "expected_calibration_error",
    "f1",
    "fleiss_kappa",
    "found_at_least",
    "gains_curve",
    "gate",
    "gwet_ac1",
    "jaccard_distance",
    "jackknife_interval",
    "krippendorff_alpha",
    "light_kappa",
    "linearised_recall",
    "masi_distance",
    "multivalued_alpha",
    "pabak",
    "percent_agreement",
    "plan_sample",
    "plan_search",
    "precision",
    "precision_recall_curve",
    "prevalence_estimate",
    "recall",
    "recall_of_shares",
    "rejected",
    "scott_pi",
    "share_for_recall",
    "share_in_context",
    "span_f1",
    "specific_agreement",
    "stratified_recall",
    "tested",
    "unitizing_alpha",
    "wilson_interval",
]
