"""What the newest audit of each dataset holds, and who had found what in it before it was drawn."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

from tagger.report.evidence import AUDIT, SEARCHED
from tagger.store import Readable

# Of the passages that an audit was drawn from, those whose words are still there.
_HELD = """
WITH audits AS (
    SELECT id AS draw_id, json_extract_string(frame, '$.dataset') AS dataset, frame, drawn_at
    FROM draws WHERE purpose = 'audit'
), newest AS (
    SELECT *, count(*) OVER (PARTITION BY dataset) AS look FROM audits
    QUALIFY row_number() OVER (PARTITION BY dataset ORDER BY drawn_at DESC, draw_id DESC) = 1
), strata AS (
    SELECT draw_id, dataset, look, drawn_at, unnest(json_keys(frame, '$.strata')) AS stratum,
           unnest(json_extract(frame, '$.strata.*')) AS passages
    FROM newest
), held AS (
    SELECT draw_id, dataset, look, drawn_at, stratum, unnest(json_extract_string(passages, '$.*[*]')) AS excerpt_id
    FROM strata
)
SELECT h.dataset, h.look, h.drawn_at, h.stratum, h.excerpt_id,
       h.excerpt_id IN (SELECT a.excerpt_id FROM audit_passages a WHERE a.draw_id = h.draw_id) AS drawn
FROM held h SEMI JOIN live_excerpts l ON l.excerpt_id = h.excerpt_id
WHERE list_contains($datasets::VARCHAR[], h.dataset)
ORDER BY h.dataset, h.stratum, h.excerpt_id
"""

_BEFORE = """
SELECT DISTINCT h.dataset, x.excerpt_id, k.letter AS coder, a.value_id
FROM held h
JOIN codings x ON x.excerpt_id = h.excerpt_id AND x.coded_at < h.drawn_at
JOIN coding_answers a ON a.coding_id = x.id AND a.answer = 'yes'
JOIN readers k ON k.coder_id = x.coder_id
ORDER BY ALL
"""

_SAID = ["excerpt_id", "coder", "value_id"]


def held(study: Readable, datasets: list[str]) -> tuple[pa.Table, pa.Table]:
    """
    Return the passages of the newest audits, and what people had found in them before these were drawn.

    The first has a row for each passage that is still there: dataset, look (how many audits of the dataset there are),
    drawn_at, stratum, excerpt_id, drawn. The second: dataset, excerpt_id, coder, value_id.
    """
    passages = study.table(_HELD, {"datasets": datasets})
    return passages, study.table(_BEFORE, held=passages.select(["dataset", "excerpt_id", "drawn_at"]))


def searched(
    passages: pd.DataFrame, before: pd.DataFrame, answers: pd.DataFrame, asked: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """
    Count by dataset, value and stratum what the newest audit looked through, and what it found, as `Evidence` has it.

    A passage had been found before the draw if somebody said so then and holds so now.

    Args:
        passages: as `held` has them.
        before: as `held` has them, with the values of the report.
        answers: of all kinds of readings: excerpt_id, coder, source, value_id, yes.
        asked: the values of each dataset.
    """
    yes = answers[answers["yes"]]
    known = yes[pd.MultiIndex.from_frame(yes[_SAID]).isin(pd.MultiIndex.from_frame(before[_SAID]))]
    audit = answers[answers["source"] == AUDIT]
    rows = []
    for dataset, value_id in asked:
        here = passages[passages["dataset"] == dataset]
        said, found, now, then = (
            here["excerpt_id"].isin(some.loc[some["value_id"] == value_id, "excerpt_id"])
            for some in (audit, audit[audit["yes"]], yes, known)
        )
        drawn = here["drawn"] & ~then
        counts = {
            "population": ~then,
            "sample": drawn,
            "found": drawn & found,
            "unanswered": drawn & ~said,
            "found_now": now,
            "rest": ~now,
        }
        by_stratum = pd.DataFrame(counts).groupby([here["look"], here["stratum"]]).sum().reset_index()
        rows.append(by_stratum.assign(dataset=dataset, value_id=value_id))
    return pd.concat(rows, ignore_index=True)[list(SEARCHED)] if rows else pd.DataFrame(columns=list(SEARCHED))
