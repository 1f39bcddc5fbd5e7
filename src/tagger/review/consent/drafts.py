"""From what somebody wrote in a form to a version of the list; every word of it is theirs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.framework_edits import Place, Words, added, merged, moved, next_version, retired, reworded, split
from tagger.records import Framework
from tagger.review.consent.changes import in_use
from tagger.review.datasets import framework as stored
from tagger.review.emergent import read_by
from tagger.review.gate import wanted
from tagger.store import Readable

Kind = Literal["reword", "new", "move", "retire", "merge", "split"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LONGEST_NAME, LONGEST_TEXT, MOST_TEXTS = 80, 2_000, 60


@dataclass(frozen=True, slots=True)
class Written:
    """
    What a form holds: the kind of change, the values it is about, the words, where it stands.

    `parts` are the words of each part of a split. `holds` says whether what was read before still holds, empty where
    nothing was said.
    """

    kind: str
    values: tuple[str, ...]
    words: Words
    parts: tuple[Words, ...]
    place: Place
    holds: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that speaks for a change, for one reader's eyes; `mine`: they marked it as not on the list."""

    excerpt_id: str
    text: str
    mine: bool


def lists(db: Readable) -> list[Framework]:
    """Return the lists that the datasets are read with, each as it is now."""
    names = [str(name) for (name,) in db.rows("SELECT DISTINCT framework FROM newest_scorings ORDER BY framework")]
    return [stored(db, changes_[0]) for name in names if (changes_ := in_use(db, name))]


def drafted(db: Readable, base: Framework, written: Written) -> Framework:
    """
    Return the version of a list that somebody describes.

    Raises:
        UsageError: it is not said what is to change, or the list does not allow it.
    """
    for words in (written.words, *written.parts):
        _check(words)
    taken = db.rows("SELECT version FROM frameworks WHERE name = $name", {"name": base.id})
    version = next_version(base.version, [str(one) for (one,) in taken])
    first = written.values[0] if written.values else ""
    match written.kind:
        case "reword":
            if written.holds not in ("same", "revised"):
                raise UsageError(
                    "it is not said whether earlier readings still hold", remedy="Choose one of the two answers"
                )
            return reworded(base, version, first, written.words, revised=written.holds == "revised")
        case "new":
            return added(base, version, written.words, written.place)
        case "move":
            return moved(base, version, first, written.place)
        case "retire":
            return retired(base, version, first)
        case "merge":
            return merged(base, version, written.values, written.words, written.place)
        case "split":
            return split(base, version, first, written.parts)
    raise UsageError("it is not said what is to change", remedy="Choose one of the kinds of change")


def quotes(db: Readable, coder_id: str, excerpt_ids: Collection[str], review: ReviewSettings) -> tuple[Quote, ...]:
    """Return those of some passages that this person marked as not on the list, or may know others' readings of."""
    rows = db.table(_QUOTES, {"coder": coder_id}, wanted=wanted(excerpt_ids)).to_pylist()
    read = read_by(db, coder_id, review)
    return tuple(Quote(**row) for row in rows if row["mine"] or row["excerpt_id"] in read)


def _check(words: Words) -> None:
    texts = [text for each in words.texts.values() for text in each]
    if len(words.name) > LONGEST_NAME:
        raise UsageError("the name is too long", remedy=f"Keep it under {LONGEST_NAME} characters")
    if any(len(text) > LONGEST_TEXT for text in (words.definition, *texts)):
        raise UsageError("one of the texts is too long", remedy=f"Keep each under {LONGEST_TEXT} characters")
    if any(len(each) > MOST_TEXTS for each in words.texts.values()):
        raise UsageError("there are too many lines", remedy=f"Keep to {MOST_TEXTS} of each kind")


_QUOTES = """
    WITH marked AS (
        SELECT excerpt_id FROM standing_decisions WHERE coder_id = $coder AND act = 'something not on our list'
    )
    SELECT e.excerpt_id, CASE WHEN q.excerpt_id IS NULL THEN e.text ELSE '(may not be quoted)' END AS text,
           e.excerpt_id IN (SELECT excerpt_id FROM marked) AS mine
    FROM wanted w
    JOIN live_excerpts e ON e.excerpt_id = w.excerpt_id
    LEFT JOIN unquotable q ON q.excerpt_id = e.excerpt_id
    ORDER BY mine DESC, e.excerpt_id
"""
