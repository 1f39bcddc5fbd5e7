"""Section 6: may the model stand in for a reader?"""

from __future__ import annotations

import pytest
from evidence_example import complete, drawn

from tagger import agreement
from tagger.report.document import Number
from tagger.report.evidence import Evidence
from tagger.report.stand_in import EPSILONS, stand_in


def found_in(made: Evidence) -> dict[tuple[str, str], Number]:
    """Return the numbers of trust by estimator and between whom."""
    return {(one.estimator, one.between): one for one in stand_in(made).numbers if one.value_id == "trust"}


@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize("clustered", [True, False])
def test_omega_and_each_p_are_those_of_the_public_function(epsilon: float, clustered: bool) -> None:
    """With transcripts as the sample, and beside it with passages, as the authors of the test have it."""
    made = drawn(readers=3, transcripts=6)
    panel = made.panel("blind", "trust")
    places = panel.places.tolist()
    humans = {
        coder: {place: int(code) for place, code in zip(places, panel.codes[:, at], strict=True) if code >= 0}
        for at, coder in enumerate(panel.coders)
    }
    said = dict(zip(places, panel.suggested.tolist(), strict=True))
    clusters = dict(zip(places, panel.clusters.tolist(), strict=True)) if clustered else None
    expected = agreement.alternative_annotator_test(humans, said, epsilon, clusters=clusters)

    how = "" if clustered else ", no clusters"
    found = found_in(made)
    omega = found[f"alternative_annotator_test (omega, epsilon={epsilon}{how})", "model with people"]
    assert (omega.estimate, omega.n, omega.transcripts) == (expected.value, expected.n_units, 6)
    for coder, row in expected.by_annotator.items():
        p = found[f"alternative_annotator_test (p, epsilon={epsilon}{how})", f"model beside {coder}"]
        assert (p.estimate, p.n, p.transcripts) == (pytest.approx(row.p), row.n_items, 6)


def test_two_transcripts_are_too_few_for_the_test_and_not_for_that_of_its_authors() -> None:
    """The one says why, and the other stands beside it."""
    section = stand_in(drawn(readers=3, transcripts=2))
    complete(section)
    by_transcript, by_passage = (table.rows[0] for table in section.tables)
    assert set(by_transcript[2:7]) == {"not estimable"}
    assert "not estimable" not in by_passage
    assert any("takes 3 clusters" in one.reason for one in section.numbers)


def test_passages_as_the_sample_are_said_to_be_too_sure() -> None:
    """Whoever reads the second table alone reads that too."""
    assert "too sure" in stand_in(drawn(readers=3)).tables[1].note
