"""Why something was suggested, in words: how strong the match is, and how often people found such things unprompted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from tagger.store import Readable

Strength = Literal["strong", "middling", "weak"]

ENOUGH_READINGS = 20
ENOUGH_TRANSCRIPTS = 3

_WORDS: dict[str, Strength] = {"strong": "strong", "middling": "middling", "weak": "weak"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A suggestion whose strength is asked for."""

    suggestion_id: str
    scoring_id: str
    excerpt_id: str
    value_id: str
    value: str
    framework: str


@dataclass(frozen=True, slots=True)
class Because:
    """How strong a match is, and in words the rate at which people found the value unprompted; empty: not known yet."""

    strength: Strength
    rate: str


def rate_words(said_yes: int, n: int) -> str:
    """
    Say a share in plain words, no finer than so many readings allow; empty for none.

    Below 20 readings the words are few, about half, or most; from there on tenths, and twentieths near the ends.
    """
    if n < 1:
        return ""
    share = said_yes / n
    if share <= 0.025:
        return "hardly any"
    if share >= 0.975:
        return "nearly all"
    if n < ENOUGH_READINGS:
        return "few" if share < 0.25 else "most" if share > 0.75 else "about half"
    if share < 0.075:
        return "about 1 in 20"
    if share > 0.925:
        return "about 19 in 20"
    return f"about {int(10 * share + 0.5)} in 10"


def because(db: Readable, asked: Sequence[Asked]) -> dict[str, Because]:
    """Say of each suggestion how strong it is and, once there are enough blind readings, how often people agreed."""
    if not asked:
        return {}
    columns = ("suggestion_id", "scoring_id", "excerpt_id", "value_id")
    about = pa.table({name: pa.array([getattr(one, name) for one in asked], pa.string()) for name in columns})
    values = sorted({one.value_id for one in asked})
    narrowed = {"values": values, "excerpts": sorted({one.excerpt_id for one in asked})}
    found = {row["suggestion_id"]: row for row in db.table(_STRENGTHS, narrowed, about=about).to_pylist()}
    rates = _rates(db, sorted({one.value_id for one in asked if _has_rate(found.get(one.suggestion_id))}))
    return {one.suggestion_id: _because(one, found.get(one.suggestion_id), rates) for one in asked}


def _because(one: Asked, found: dict[str, str] | None, rates: dict[tuple[str, str, str], tuple[int, int]]) -> Because:
    """Put it in words; a suggestion beyond the usual shares, as a study may set, is a weak one."""
    strength = _WORDS.get(found["strength"]) if found else None
    if not strength or not _has_rate(found):
        return Because(strength or "weak", "")
    said_yes, n = rates.get((one.framework, one.value_id, strength), (0, 0))
    return Because(strength, _sentence(one.value, said_yes, n) if n else "")


def _has_rate(found: dict[str, str] | None) -> bool:
    """
    Say whether a rate would say anything.

    Beyond the usual shares it would not, since most passages are like that; nor of exchanges, since people read blind
    what is one person's turn.
    """
    return found is not None and found["strength"] in _WORDS and found["kind"] == "passage"


def _sentence(value: str, said_yes: int, n: int) -> str:
    share = rate_words(said_yes, n)
    return f"when we read passages like this without a suggestion, {share} showed {value} (n = {n})"


def _rates(db: Readable, values: Sequence[str]) -> dict[tuple[str, str, str], tuple[int, int]]:
    if not values:
        return {}
    enough = {"readings": ENOUGH_READINGS, "transcripts": ENOUGH_TRANSCRIPTS, "values": values}
    return {(framework, value, strength): (yes, n) for framework, value, strength, yes, n in db.rows(_RATES, enough)}


# Values and excerpts are said apart, since a condition on a column reaches into the views and a join does not.
_STRENGTHS = """
    SELECT a.suggestion_id, g.kind, g.strength
    FROM about a JOIN strengths g ON g.scoring_id = a.scoring_id AND g.excerpt_id = a.excerpt_id AND g.value_id = a.value_id
    WHERE list_contains($values, g.value_id) AND list_contains($excerpts, g.excerpt_id)
"""  # noqa: E501

_RATES = """
    SELECT framework, value_id, strength, said_yes, n FROM blind_rates
    WHERE n >= $readings AND transcripts >= $transcripts AND list_contains($values, value_id)
"""
