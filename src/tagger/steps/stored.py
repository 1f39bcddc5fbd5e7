"""
A dataset's texts as they are compared, in files that memory maps: there as fast as the disk gives them.

To read vectors out of the database takes many times as long as to compare them, and each framework is compared with
the same ones. So they are laid down once, in the folder `cache/` of the study. All of it can be made again from the
database, and may be deleted at any time.
"""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from tagger.errors import StoreError, UsageError
from tagger.privacy import plain_hash
from tagger.seen import Corpus, Matrix, Seen, corpus_of
from tagger.spelling import PLACES, count_runs
from tagger.steps.workplace import Workplace
from tagger.whole_files import put_whole

FOLDER = "cache"
_SEEN = ("vectors", "sentences", "bounds", "times", "places", "starts")
_SHARED = ("centre", "rare")
_UNFINISHED = "part-"
_ROWS_A_READ = 32768
_TEXTS_AT_ONCE = 16384
_AN_HOUR = 3600
Numbers = NDArray[np.int64]

# Vectors are read by where they lie: to look for the texts of a batch would read through all vectors for each batch.
_LIE = """
SELECT v.rowid AS place, v.part FROM vectors v JOIN numbered w ON w.text_key = v.text_key
WHERE v.model_id = $model ORDER BY w.number, v.part
"""

_BETWEEN = """
SELECT rowid AS place, part = 0 AS whole, vector FROM vectors
WHERE rowid BETWEEN $first AND $last AND model_id = $model ORDER BY rowid
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """
    Texts as they are compared, each once.

    Args:
        seen: what is known of them.
        corpus: what those have in common that count for that.
        at: (n,), which of these each text is that was asked for.
    """

    seen: Seen
    corpus: Corpus
    at: Numbers


def stored(place: Workplace, keys: Sequence[str], texts: Sequence[str], counting: NDArray[np.bool_]) -> Stored:
    """
    Return the texts of the dataset of *place*, with their keys; lay them down first, where they are not yet there.

    Args:
        counting: (n,), which of them count for what texts have in common.

    Raises:
        UsageError: some of them have no vectors yet.
        StoreError: the study's folder has no room for them.
    """
    text_of = dict(zip(keys, texts, strict=True))
    number = {name: at for at, name in enumerate(sorted(text_of))}
    at = np.array([number[key] for key in keys], dtype=np.int64)
    of_dataset = plain_hash("dataset", place.run.dataset)[:16]
    times = np.bincount(at[counting], minlength=len(number))
    key = plain_hash("texts", place.model_id, *number, *map(str, times.tolist()))
    folder = Path(place.run.study) / FOLDER / f"{of_dataset}-{key[:32]}"
    try:
        seen, corpus = _opened(folder)
    except (OSError, ValueError):  # not there, or not as it was laid down
        _lay_down(place, folder, list(number), [text_of[name] for name in number], times)
        seen, corpus = _opened(folder)
        _swept(folder.parent, of_dataset, folder)
    return Stored(seen, corpus, at)


def _opened(folder: Path) -> tuple[Seen, Corpus]:
    vectors, sentences, bounds, *runs, centre, rare = (
        np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)) for name in (*_SEEN, *_SHARED)
    )
    spelled = sparse.csr_matrix(tuple(runs), shape=(len(vectors), PLACES))
    return Seen(vectors, sentences, bounds, spelled), Corpus(centre, rare)


def _lay_down(place: Workplace, folder: Path, names: Sequence[str], texts: Sequence[str], times: Numbers) -> None:
    """Write the files beside where they belong, and move them there when all of them are on the disk."""
    lie, parts = _lie(place, names)
    whole = parts == 0
    if whole.sum() < len(names):
        raise UsageError("some passages have no vectors yet", remedy="Wait until tagger run has ended, or start it")
    made = folder.with_name(f"{_UNFINISHED}{uuid4().hex}")
    try:
        for part in (folder.parent, made):
            part.mkdir(mode=0o700, exist_ok=True)
        vectors = _made(made / "vectors.npy", (len(names), _width(place, lie[whole])))
        sentences = _made(made / "sentences.npy", (len(lie) - len(names), _width(place, lie[~whole])))
        _copy(place, lie, whole, vectors, sentences)
        runs = count_runs(texts)
        bounds = np.append(np.flatnonzero(whole), len(lie)) - np.arange(len(names) + 1)
        counted = Seen(vectors, sentences, bounds, runs).whole
        each_time = np.array_split(np.repeat(np.arange(len(names)), times), -(-int(times.sum()) // _TEXTS_AT_ONCE) or 1)
        corpus = corpus_of((counted.rows(some) for some in each_time), vectors.shape[1])
        small = (bounds, runs.data, runs.indices, runs.indptr, corpus.centre, corpus.rare)
        for name, array in zip((*_SEEN[2:], *_SHARED), small, strict=True):
            np.save(written := io.BytesIO(), array)
            put_whole(made / f"{name}.npy", written.getbuffer())
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    except OSError as error:
        if (folder / f"{_SHARED[-1]}.npy").exists():  # another process was faster
            return
        why = f"the texts cannot be laid down ({error.strerror})"
        raise StoreError(why, where=str(folder.parent), remedy="Make room there, and try again") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _swept(cache: Path, dataset: str, folder: Path) -> None:
    """Remove what the dataset no longer needs, and what processes that were stopped left."""
    old = time.time() - _AN_HOUR
    left = [made for made in cache.glob(f"{_UNFINISHED}*") if made.stat().st_mtime < old]
    for older in (*left, *(set(cache.glob(f"{dataset}-*")) - {folder})):
        shutil.rmtree(older, ignore_errors=True)


def _lie(place: Workplace, names: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return where the vectors of texts lie, and which part of its text each is of: text by text, part by part."""
    numbered = pa.table({"text_key": pa.array(names, pa.string()), "number": np.arange(len(names))})
    with place.store.session("looking for vectors") as study:
        found = study.table(_LIE, {"model": place.model_id}, numbered=numbered)
    return found["place"].to_numpy(), found["part"].to_numpy()


def _width(place: Workplace, lie: Numbers) -> int:
    """Return how many numbers the vectors have that lie in these places."""
    if not len(lie):
        return place.card.dimension
    with place.store.session("looking at a vector") as study:
        [(width,)] = study.rows("SELECT len(vector) FROM vectors WHERE rowid = $place", {"place": int(lie[0])})
    return int(width)


def _made(path: Path, shape: tuple[int, int]) -> Matrix:
    """Make a file of numbers; one of none, which cannot be mapped, is written at once."""
    path.touch(mode=0o600)
    if shape[0]:
        return np.lib.format.open_memmap(path, "w+", np.float32, shape)
    np.save(path, nothing := np.zeros(shape, dtype=np.float32))
    return nothing


def _copy(place: Workplace, lie: Numbers, whole: NDArray[np.bool_], vectors: Matrix, sentences: Matrix) -> None:
    """Fill in the vectors of texts and of sentences that lie in these places, in this order, and have them written."""
    row = np.where(whole, np.cumsum(whole), np.cumsum(~whole)) - 1
    order = np.argsort(lie)
    for some in np.array_split(order, -(-len(order) // _ROWS_A_READ)):
        asked = {"first": int(lie[some[0]]), "last": int(lie[some[-1]]), "model": place.model_id}
        with place.store.session("reading vectors") as study:
            found = study.table(_BETWEEN, asked)
        for kind, target in ((True, vectors), (False, sentences)):
            own, read = some[whole[some] == kind], found.filter(pc.equal(found["whole"], kind))
            matrix = read["vector"].combine_chunks().flatten().to_numpy().reshape(-1, target.shape[1])
            target[row[own]] = matrix[np.searchsorted(read["place"].to_numpy(), lie[own])]
    for filled in (vectors, sentences):
        if isinstance(filled, np.memmap):
            filled.flush()
