"""What was asked right before each passage, and which values those words name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.naming import named
from tagger.records import Framework
from tagger.sentences import common_words
from tagger.store import Readable

Questions = dict[str, str]

# An answer may go on over several turns of one person, and a question over several turns of those who ask. Whatever
# another person says in between is what is answered then.
_QUESTIONS = """
WITH spoken AS (
    SELECT t.revision_id, t.position, coalesce(t.asks, false) AS asks,
           CASE WHEN NOT coalesce(t.asks, false) THEN t.speaker_id END AS speaker_id,
           CASE WHEN t.asks THEN substring(l.text, t.start + 1, t."end" - t.start) END AS said
    FROM live_turns t JOIN live_revisions l ON l.revision_id = t.revision_id
    WHERE l.dataset = $dataset
), changes AS (
    SELECT *, (asks, speaker_id) IS DISTINCT FROM lag((asks, speaker_id)) OVER of_one AS changed
    FROM spoken WINDOW of_one AS (PARTITION BY revision_id ORDER BY position)
), stretches AS (
    SELECT *, count_if(changed) OVER (PARTITION BY revision_id ORDER BY position) AS stretch FROM changes
), questions AS (
    SELECT revision_id, stretch + 1 AS answer, string_agg(said, ' ' ORDER BY position) AS question
    FROM stretches WHERE asks GROUP BY revision_id, stretch
)
SELECT e.excerpt_id, q.question
FROM live_excerpts e
JOIN stretches s ON s.revision_id = e.revision_id AND s.position = e.first_turn
JOIN questions q ON q.revision_id = s.revision_id AND q.answer = s.stretch
WHERE e.dataset = $dataset AND e.segmentation_id = $segmentation AND e.kind = 'passage'
ORDER BY e.excerpt_id
"""


def questions(db: Readable, dataset: str, segmentation_id: str) -> Questions:
    """Return what the interviewer said right before each passage that answers them, by the passage's id."""
    return dict(db.rows(_QUESTIONS, {"dataset": dataset, "segmentation": segmentation_id}))


def named_before(
    excerpt_ids: Sequence[str], asked: Questions, framework: Framework, language: str
) -> NDArray[np.bool_]:
    """Say for each excerpt which values the interviewer had just named, shape (n, k) in the framework's order."""
    if not asked:
        return np.zeros((len(excerpt_ids), len(framework.values)), dtype=np.bool_)
    texts = [asked.get(excerpt_id, "") for excerpt_id in excerpt_ids]
    return named(texts, framework, common_words(language))
