"""Section 4: stretches that coders drew themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence_example import SPANS, complete, evidence, frame

from tagger import agreement
from tagger.agreement.clusters import jackknife_interval
from tagger.report.document import Number
from tagger.report.evidence import Evidence
from tagger.report.spans import KAPPA, spans

LENGTH = 3000


def marked(transcripts: int = 6, *, persons: int | None = None, seed: int = 4) -> Evidence:
    """Make stretches of two coders who mostly mark the same, five to a transcript, and a value that is rare."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(transcripts):
        for at in range(5):
            start = 500 * at + int(random.integers(0, 100))
            for reader in "AB":
                begin, end = start + int(random.integers(0, 60)), start + 120 + int(random.integers(0, 60))
                rows.append((f"Reader {reader}", f"t{number}", begin, end, LENGTH, "trust"))
        rows.append(("Reader A", f"t{number}", 2900, 2950, LENGTH, "safety"))
    clusters = [f"p{number % (persons or transcripts)}" for number in range(transcripts)]
    made = evidence(clusters, values=("trust", "safety", "choice"))
    passages = made.passages.assign(transcript=[f"t{number}" for number in range(transcripts)])
    return replace(made, passages=passages, spans=frame(rows, SPANS))


def kappas(made: Evidence) -> dict[str, Number]:
    """Return kappa of characters by value."""
    return {one.value_id: one for one in spans(made).numbers if one.estimator == KAPPA}


def of(made: Evidence, coder: str, transcript: str) -> list[tuple[int, int]]:
    """Return what a coder marked with trust in a transcript."""
    rows = made.spans.query("coder == @coder and transcript == @transcript and value_id == 'trust'")
    return list(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True))


@pytest.mark.parametrize("persons", [None, 4])
def test_character_kappa_is_that_of_the_public_function_with_persons_left_out(persons: int | None) -> None:
    """Over the transcripts one behind the other; two of one participant are left out together."""
    made = marked(persons=persons)

    def kappa(transcripts: np.ndarray) -> float | None:
        laid = [
            [
                (LENGTH * at + start, LENGTH * at + end)
                for at, one in enumerate(transcripts)
                for start, end in of(made, coder, one)
            ]
            for coder in ("Reader A", "Reader B")
        ]
        return agreement.character_kappa(*laid, LENGTH * len(transcripts)).value

    transcripts = made.passages["transcript"].to_numpy(dtype=str)
    expected = jackknife_interval(kappa, transcripts, made.clusters)
    found = kappas(made)["trust"]
    assert found.estimate == pytest.approx(expected.value)
    assert (found.low, found.high) == pytest.approx(expected.interval)
    assert (found.n, found.transcripts, found.between) == (6 * LENGTH, persons or 6, "Reader A and Reader B")
    complete(spans(made))


def test_a_value_in_few_stretches_is_not_estimable() -> None:
    """It is marked six times here; one that nobody marked is not spoken of."""
    found = kappas(marked())
    assert found["safety"].estimate is None
    assert "6 stretches, and it takes 10" in found["safety"].reason
    assert "choice" not in found


def test_two_transcripts_give_no_interval() -> None:
    """And the number stands with the reason."""
    found = kappas(marked(2))["trust"]
    assert found.estimate is not None
    assert found.low is None
    assert "takes 3 clusters" in found.reason


def test_the_page_says_that_characters_flatter() -> None:
    """Text that neither marked makes kappa higher, and names of functions are not for the page."""
    section = spans(marked())
    assert "makes this number higher" in section.tables[1].note
    assert "span_f1" not in repr(section.tables)
