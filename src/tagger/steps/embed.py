"""The third stage: texts that have no vectors yet to vectors, one pass for an excerpt and its sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from tagger.embeddings import Vectors
from tagger.privacy import plain_hash
from tagger.steps.workplace import Outcome, Run, batches, workplace

_TEXTS_A_BATCH = 256
_BATCHES_A_RUN = 80


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """
    Name the texts without vectors by their keys, in batches: small enough to lose little, few enough to be cheap.

    Texts of about the same length are together, since those that are read at once are filled up to the longest.
    """
    place = workplace(run)
    with place.store.session("looking for texts to embed") as database:
        keys = database.table(
            "SELECT text_key FROM live_excerpts e "
            "ANTI JOIN (SELECT text_key FROM vectors WHERE model_id = $model AND part = 0) USING (text_key) "
            "WHERE dataset = $dataset AND segmentation_id = $segmentation "
            "GROUP BY text_key ORDER BY any_value(length(text)), text_key",
            {"model": place.model_id, "dataset": run.dataset, "segmentation": place.segmentation_id},
        )["text_key"].to_pylist()
    return batches(keys, max(_TEXTS_A_BATCH, -(-len(keys) // _BATCHES_A_RUN)))


def embed(run: Run, keys: tuple[str, ...]) -> Outcome:
    """Embed a batch of texts with their sentences and leave one shard."""
    place = workplace(run)
    with place.store.session("reading texts to embed") as database:
        rows = database.table(
            "SELECT text_key, any_value(text) AS text, "
            "any_value(sentence_starts) AS starts, any_value(sentence_ends) AS ends "
            "FROM excerpts SEMI JOIN wanted USING (text_key) GROUP BY text_key ORDER BY text_key",
            wanted=pa.table({"text_key": list(keys)}),
        ).to_pylist()
    spans = [list(zip(row["starts"], row["ends"], strict=True)) for row in rows]
    excerpts, sentences = place.encoder.encode_with_sentences([row["text"] for row in rows], spans)
    table = vector_rows(place.model_id, [row["text_key"] for row in rows], excerpts, sentences)
    place.put("embed", plain_hash("embed", place.model_id, *keys), **place.model_rows(), vectors=table)
    return Outcome({"excerpts embedded": len(rows), "vectors": table.num_rows})


def vector_rows(model_id: str, keys: Sequence[str], texts: Vectors, sentences: Sequence[Vectors]) -> pa.Table:
    """Return the rows of `vectors` for texts by their keys: part 0 is the text's own, the others its sentences'."""
    lengths = [1 + len(own) for own in sentences]
    vectors = [part for text, own in zip(texts, sentences, strict=True) for part in (text, *own)]
    return pa.table(
        {
            "model_id": pa.repeat(model_id, len(vectors)),
            "text_key": np.repeat(keys, lengths),
            "part": np.concatenate([np.arange(length, dtype=np.int32) for length in lengths]),
            "vector": vector_column(vectors),
        }
    )


def vector_column(vectors: Sequence[Vectors] | Vectors) -> pa.ListArray:
    """Lay vectors, each of a length of its own, out as a column of lists."""
    ends = np.cumsum([0, *(len(vector) for vector in vectors)], dtype=np.int32)
    return pa.ListArray.from_arrays(ends, pa.array(np.concatenate(vectors)))
