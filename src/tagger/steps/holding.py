"""The passages that people hold to show a value, with their words where these may be quoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tagger.report.comparison.material import Held
from tagger.report.evidence import Evidence, Places
from tagger.store import Readable
from tagger.wording import KINDS

_ABOUT = ["excerpt_id", "value_id"]

# What each person holds now, whatever kind of reading that was; in the meaning that the value has now.
_HELD = """
SELECT r.excerpt_id, a.value_id, r.coder_id, coalesce(r.made, r.kind) AS kind, a.answer = 'yes' AS yes
FROM latest_readings r
JOIN coding_answers a ON a.coding_id = r.coding_id
JOIN asked p ON p.excerpt_id = r.excerpt_id
JOIN newest_scorings n ON n.dataset = p.dataset AND n.framework = r.framework
LEFT JOIN other_meanings o
  ON o.framework_id = n.framework_id AND o.read_with = r.framework_id AND o.value_id = a.value_id
WHERE r.finished AND o.value_id IS NULL
ORDER BY r.excerpt_id, a.value_id, r.coder_id
"""

# The model that the dataset's suggestions rest on: its vectors alone are comparable. A vector is the model's own at
# first, and may hold its middle behind that.
_WORDS = """
SELECT e.excerpt_id, CASE WHEN q.excerpt_id IS NULL THEN e.text ELSE '' END AS words,
       coalesce(nullif(nullif(t.pseudonym, ''), 'unnamed'), 'not named') AS speaker,
       e.dataset || ' ' || l.number AS transcript, v.vector[1:m.dimension] AS vector
FROM wanted w
JOIN live_excerpts e ON e.excerpt_id = w.excerpt_id
JOIN newest_scorings n ON n.dataset = e.dataset
JOIN models m ON m.id = n.model_id
JOIN vectors v ON v.model_id = n.model_id AND v.text_key = e.text_key AND v.part = 0
JOIN live_turns t ON t.revision_id = e.revision_id AND t.position = e.first_turn
JOIN transcript_list l ON l.transcript_id = e.transcript_id
LEFT JOIN unquotable q ON q.excerpt_id = e.excerpt_id
ORDER BY e.excerpt_id
"""


def passages_held(
    study: Readable, evidence: Evidence, of: Places, named: Mapping[tuple[str, str], str]
) -> dict[tuple[int, str], list[Held]]:
    """
    Return, by context and value, the current passages in which somebody holds to have found it.

    Args:
        of: (passages,), the place of each one's context, -1 where it is in none.
        named: what each dataset's values are called in *evidence*.
    """
    passages = evidence.passages
    asked = passages[passages["current"].to_numpy(dtype=bool) & (of >= 0)]
    answers = study.table(_HELD, asked=pa.Table.from_pandas(asked[["excerpt_id", "dataset"]], preserve_index=False))
    said = answers.to_pandas()
    said = said[said.groupby(_ABOUT)["yes"].transform("any")]
    wanted = pa.table({"excerpt_id": pa.array(sorted(set(said["excerpt_id"])), pa.string())})
    words = {row["excerpt_id"]: row for row in study.table(_WORDS, wanted=wanted).to_pylist()}
    place = pd.Series(asked.index, index=asked["excerpt_id"])
    found: dict[tuple[int, str], list[Held]] = {}
    for (excerpt, value), own in said.groupby(_ABOUT):
        if excerpt in words:
            at = int(place[excerpt])
            key = int(of[at]), named.get((passages["dataset"].iloc[at], value), value)
            found.setdefault(key, []).append(_held(own, words[excerpt]))
    return found


def _held(said: pd.DataFrame, words: Mapping[str, Any]) -> Held:
    yes = said[said["yes"]]
    kinds = set(yes["kind"])
    return Held(
        str(words["words"]),
        str(words["speaker"]),
        str(words["transcript"]),
        len(yes),
        len(said) - len(yes),
        tuple(name for kind, name in KINDS.items() if kind in kinds),
        np.asarray(words["vector"], dtype=np.float64),
    )
