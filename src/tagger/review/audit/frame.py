"""What an audit is drawn from: all passages of a dataset, by how they stand with the newest suggestions."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tagger.errors import UsageError
from tagger.review.datasets import datasets
from tagger.store import Readable

SUGGESTED, NEAR, FAR = STRATA = ("suggested", "near threshold", "far below")
REACH = 2
"""Near the threshold is what would be among the strongest if so many times the share were suggested."""


@dataclass(frozen=True, slots=True)
class Frame:
    """
    The passages that an audit is drawn from.

    `share` is that of the suggestions, `shares` that of single values; `strata` holds, for each stratum and transcript,
    the passages in the order of the text, and has every stratum, though one may be empty.
    """

    dataset: str
    scoring_id: str
    framework: str
    segmentation_id: str
    share: float
    shares: dict[str, float]
    strata: dict[str, dict[str, list[str]]]

    def size(self, *strata: str) -> int:
        """Return how many passages some strata hold."""
        return sum(len(held) for stratum in strata for held in self.strata[stratum].values())

    def transcripts(self, *strata: str) -> int:
        """Return from how many transcripts the passages of some strata come."""
        return len({transcript for stratum in strata for transcript in self.strata[stratum]})


_SCORING = """
SELECT n.scoring_id, n.framework, n.framework_id, n.segmentation_id, s.settings
FROM newest_scorings n JOIN scorings s ON s.id = n.scoring_id WHERE n.dataset = $dataset
"""

_VALUES = "SELECT value_id FROM framework_values WHERE framework_id = $framework ORDER BY position"

# Rounded first, as where the suggestions are chosen: 0.1 * 30 is a little more than 3 in floating point.
_FRAME = """
WITH held AS (
    SELECT e.excerpt_id, e.transcript, e.start, length(e.text) >= $least AS long, s.scores
    FROM excerpt_list e
    LEFT JOIN scores s ON s.scoring_id = $scoring AND s.excerpt_id = e.excerpt_id
    WHERE e.dataset = $dataset AND e.kind = 'passage'
), compared AS (
    SELECT excerpt_id, unnest(scores) AS score, generate_subscripts(scores, 1) AS value FROM held WHERE long
), ranked AS (
    SELECT excerpt_id, value, rank() OVER (PARTITION BY value ORDER BY score DESC) AS place FROM compared
), wanted AS (
    SELECT value, ceil(round(share * (SELECT count(*) FROM held WHERE long), 9)) AS places
    FROM (SELECT unnest($shares) AS share, generate_subscripts($shares, 1) AS value)
), near AS (
    SELECT DISTINCT r.excerpt_id FROM ranked r JOIN wanted w ON w.value = r.value AND r.place <= w.places
)
SELECT h.excerpt_id, h.transcript, h.scores IS NOT NULL AS scored, n.excerpt_id IS NOT NULL AS near,
       h.excerpt_id IN (SELECT excerpt_id FROM suggestions WHERE scoring_id = $scoring) AS suggested
FROM held h LEFT JOIN near n ON n.excerpt_id = h.excerpt_id
ORDER BY h.transcript, h.start, h.excerpt_id
"""


def frame(db: Readable, dataset: str) -> Frame:
    """
    Part the current passages of a dataset by the newest scoring.

    A passage is *suggested* if any value is suggested for it. Of the others it is *near the threshold* if it were among
    the strongest for some value with twice the share of suggestions; what is too short to be suggested is not compared.
    All else is *far below*.

    Raises:
        UsageError: there is no such dataset, nothing is suggested in it, or some of its passages were not scored yet.
    """
    scoring = db.rows(_SCORING, {"dataset": dataset})
    if not scoring:
        raise _nothing(db, dataset)
    scoring_id, framework, framework_id, segmentation_id, text = scoring[0]
    settings = json.loads(text)["suggestions"]
    share = float(settings["share"])
    shares = {name: float(own) for name, own in settings.get("shares", {}).items()}
    values = [name for (name,) in db.rows(_VALUES, {"framework": framework_id})]
    asked = {"dataset": dataset, "scoring": scoring_id, "least": int(settings["min_characters"])}
    reach = {"shares": [REACH * shares.get(name, share) for name in values]}
    rows = db.table(_FRAME, asked | reach).to_pylist()
    if unscored := sum(not row["scored"] for row in rows):
        raise UsageError(
            f"{unscored} of its {len(rows)} passages were not compared with the values yet",
            where=dataset,
            remedy="Let the run finish, or start it again with: tagger run",
        )
    if not any(row["suggested"] for row in rows):
        raise UsageError("nothing is suggested here, so there is nothing to audit", where=dataset, remedy=_RUN)
    strata: dict[str, dict[str, list[str]]] = {stratum: {} for stratum in STRATA}
    for row in rows:
        stratum = SUGGESTED if row["suggested"] else NEAR if row["near"] else FAR
        strata[stratum].setdefault(row["transcript"], []).append(row["excerpt_id"])
    return Frame(dataset, scoring_id, framework, segmentation_id, share, shares, strata)


def frames(db: Readable, dataset: str = "") -> list[Frame]:
    """
    Return the frame of a dataset, or those of all that have suggestions.

    Raises:
        UsageError: as `frame`, or there is no dataset with suggestions.
    """
    if dataset:
        return [frame(db, dataset)]
    tagged = [one.name for one in datasets(db) if one.framework]
    if not tagged:
        raise UsageError("nothing is suggested in this study yet", remedy=_RUN)
    return [frame(db, name) for name in tagged]


_RUN = "Let it suggest something with: tagger run"


def _nothing(db: Readable, dataset: str) -> UsageError:
    names = [one.name for one in datasets(db)]
    if dataset in names:
        return UsageError("nothing is suggested in this dataset yet", where=dataset, remedy=_RUN)
    known = f"Name one of {', '.join(names)}" if names else "There is none so far. Add interviews with: tagger run"
    return UsageError(f"there is no dataset {dataset or '(none named)'} here", where="--dataset", remedy=known)
