"""
Why something was suggested, in words: how strong the match is, and how often people found such things unprompted.

Once something was learned from people's answers, how strongly a passage matches is worked out without its own
transcript, so a rate never rests on the answers that made the match.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from tagger.agreement import clustered_share_interval, tested
from tagger.agreement.estimates import Interval
from tagger.agreement.gate import ENOUGH_FOUND, ENOUGH_TRANSCRIPTS
from tagger.store import Readable

Strength = Literal["strong", "middling", "weak"]

Source = Literal["blind", "independent"]

ENOUGH_READINGS = 20
NARROW = 0.2
"""An interval narrower than this says no more than a share in tenths does."""
UNTESTED = (
    f"fewer than {ENOUGH_FOUND} passages read without suggestions showed this value yet, in this dataset (or from "
    f"fewer than {ENOUGH_TRANSCRIPTS} transcripts), so nobody can say how often this is right"
)
UNTESTED_EXCHANGE = (
    "people are given talk between several speakers with suggestions only, so nobody can say how often this is right"
)

_READ: dict[Source, str] = {
    "blind": "when we read passages like this without a suggestion",
    "independent": "when people coded passages like this elsewhere, without suggestions",
}
"""Where there is a rate of both, the first is told; they are never added together."""

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
    dataset: str


@dataclass(frozen=True, slots=True)
class Because:
    """
    Why something was suggested.

    Args:
        strength: how strong the match is.
        rate: in words, how often people found the value unprompted in matches as strong; empty: not known yet.
        untested: in words, why nobody can say how often it is right; empty: the value was found unprompted often
            enough in this dataset.
    """

    strength: Strength
    rate: str
    untested: str


class _Answer(NamedTuple):
    """What was said of a value in a passage that was read without suggestions: yes by so many of n people."""

    source: Source
    dataset: str
    framework: str
    value_id: str
    strength: str
    transcript_id: str
    said_yes: int
    n: int


@dataclass(frozen=True, slots=True)
class _Rate:
    """How many of n readings without a suggestion said yes, and the interval of that share."""

    source: Source
    said_yes: int
    n: int
    interval: Interval


class _Match(NamedTuple):
    """How strongly an excerpt matches a value, and of which kind it is."""

    kind: str
    strength: str


class _Unprompted:
    """
    What people said who saw no suggestion, of all datasets together.

    `tested` holds (dataset, framework, value) of what was found often enough by one kind of reading.
    """

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        answers = [_Answer(*row) for row in rows]
        self.tested = _tested(answers)
        self._alike: dict[tuple[str, str, str], dict[Source, list[_Answer]]] = {}
        for one in answers:
            alike = self._alike.setdefault((one.framework, one.value_id, one.strength), {})
            alike.setdefault(one.source, []).append(one)
        self._rates: dict[tuple[str, str, str], _Rate | None] = {}

    def rate(self, framework: str, value_id: str, strength: Strength) -> _Rate | None:
        """Return how often a value was found in matches as strong; None where too little is known."""
        key = framework, value_id, strength
        if key not in self._rates:
            rates = (_rate(self._alike.get(key, {}).get(source, ())) for source in _READ)
            self._rates[key] = next(filter(None, rates), None)
        return self._rates[key]


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


def range_words(interval: Interval) -> str:
    """
    Say between which shares the true one lies, in whole tenths and widened to these.

    Empty where the interval is narrower than 2 tenths, since the share in words then says as much.
    """
    if interval[1] - interval[0] < NARROW:
        return ""
    least, most = _tenths(interval)
    if least == 0:
        return f"at most {most} in 10"
    return f"at least {least} in 10" if most == 10 else f"between {least} and {most} in 10"


def because(db: Readable, asked: Sequence[Asked]) -> dict[str, Because]:
    """Say of each suggestion how strong it is, and how often people agree, or that too little is known to say so."""
    if not asked:
        return {}
    about = {"values": sorted({one.value_id for one in asked}), "excerpts": sorted({one.excerpt_id for one in asked})}
    found = {tuple(row[:3]): _Match(*row[3:]) for row in db.known(_STRENGTHS, about)}
    said = db.derived(ANSWERS, STAMP, _Unprompted)
    return {
        one.suggestion_id: _because(one, found.get((one.scoring_id, one.excerpt_id, one.value_id)), said)
        for one in asked
    }


def _because(one: Asked, match: _Match | None, said: _Unprompted) -> Because:
    """
    Put it in words; a suggestion beyond the usual shares, as a study may set, is a weak one.

    It has no rate, since most passages are like that; nor has one of an exchange, since people read blind what is one
    person's turn.
    """
    strength = _WORDS.get(match.strength) if match else None
    if match and match.kind == "exchange":
        return Because(strength or "weak", "", UNTESTED_EXCHANGE)
    untested = "" if (one.dataset, one.framework, one.value_id) in said.tested else UNTESTED
    rate = said.rate(one.framework, one.value_id, strength) if strength else None
    return Because(strength or "weak", _sentence(one.value, rate) if rate else "", untested)


def _sentence(value: str, rate: _Rate) -> str:
    """Say a rate; where any share might be the true one, there is nothing to say."""
    if _tenths(rate.interval) == (0, 10):
        return ""
    share = rate_words(rate.said_yes, rate.n)
    among = "; ".join(part for part in (range_words(rate.interval), f"n = {rate.n}") if part)
    return f"{_READ[rate.source]}, {share} showed {value} ({among})"


def _tenths(interval: Interval) -> tuple[int, int]:
    return math.floor(10 * interval[0]), math.ceil(10 * interval[1])


def _rate(passages: Sequence[_Answer]) -> _Rate | None:
    """Return the rate of readings of one source, where it rests on enough of them."""
    if sum(one.n for one in passages) < ENOUGH_READINGS:
        return None
    yes, read, transcripts = zip(*((one.said_yes, one.n, one.transcript_id) for one in passages), strict=True)
    interval = clustered_share_interval(yes, read, transcripts).interval
    return _Rate(passages[0].source, sum(yes), sum(read), interval) if interval else None


def _tested(answers: Iterable[_Answer]) -> set[tuple[str, str, str]]:
    """Return the values that were found often enough by one kind of reading, after dataset and framework."""
    finds = defaultdict(list)
    for one in answers:
        if 2 * one.said_yes > one.n:
            finds[one.dataset, one.framework, one.value_id, one.source].append(one.transcript_id)
    return {key[:3] for key, transcripts in finds.items() if tested(len(transcripts), len(set(transcripts)))}


_STRENGTHS = """
    SELECT scoring_id, excerpt_id, value_id, kind, strength FROM strengths
    WHERE list_contains($values, value_id) AND list_contains($excerpts, excerpt_id)
"""

# Most passages match nothing and show nothing, and no rate and no find rests on these.
ANSWERS = """
    SELECT source, dataset, framework, value_id, strength, transcript_id, said_yes, n FROM unprompted_answers
    WHERE strength <> 'none' OR said_yes > 0
    ORDER BY excerpt_id
"""

# All that these answers are made of is only ever added to, and how a reading ended is settled once it is stored, until
# it is taken back.
STAMP = """
    SELECT (SELECT count(*) FROM codings WHERE kind IN ('blind', 'imported')),
           (SELECT count(*) FROM decisions WHERE act = 'undo'),
           (SELECT count(*) FROM scoring_uses),
           (SELECT count(*) FROM scoring_limits),
           (SELECT count(*) FROM scores),
           (SELECT count(*) FROM framework_values)
"""
