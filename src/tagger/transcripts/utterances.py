"""What a reader hands over before it is a transcript, and how turns and their positions are made from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tagger.errors import TranscriptError
from tagger.records import Transcript, TranscriptKind, Turn
from tagger.transcripts import speakers
from tagger.wording import several

MOST_NOTES = 20
"""Problems of one file that are told one by one; the rest are counted."""

# Control characters, zero-width marks and halves of surrogate pairs: never spoken, and trouble in every store.
UNSPOKEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
TERMINAL = re.compile(r"""[.!?…。！？‽][)\]"'”’»]*$""")
SENTENCE_END = re.compile(r"""[.!?…‽][)\]"'”’»]*(?:\s|$)|[。！？]""")
LONGEST_JOIN = 80
LONGEST_PAUSE = 2.0
MOST_CUES = 8
ENOUGH_WORDS = 100
"""A speaker who goes on for so many captions, with so many words, begins a new turn: an hour is no turn to read."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words as the source gives them, who said them and when; `line` is where in the source they begin."""

    text: str
    speaker: str | None = None
    begins: float | None = None
    ends: float | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """
    What a reader makes of a source: utterances in their order, what it left out and what it did not understand.

    `kind` is that of the transcript where the source says so itself; else it is guessed.
    """

    utterances: tuple[Utterance, ...]
    dropped: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    kind: TranscriptKind | None = None


def assemble(draft: Draft, *, name: str, format: str, encoding: str) -> Transcript:  # noqa: A002  the record's word
    """
    Lay the utterances out as one text with turns, and say what is believed of the speakers.

    Raises:
        TranscriptError: Nothing was said.
    """
    spoken = _spelled([each for each in draft.utterances if each.text])
    if not spoken:
        raise TranscriptError("It holds no words that somebody said", where=name, remedy="Check that it is whole")
    turns, position = [], 0
    for each in spoken:
        end = position + len(each.text)
        turns.append(Turn(position, end, each.speaker, each.begins, each.ends))
        position = end + 1
    text = "\n".join(each.text for each in spoken)
    written = draft.kind == "reflection"
    people = speakers.writing(text, turns) if written else speakers.believed(text, turns)
    return Transcript(
        text=text,
        turns=tuple(turns),
        speakers=people,
        format=format,
        encoding=encoding,
        kind=draft.kind or speakers.kind(people, spoken_aloud=any(each.begins is not None for each in spoken)),
        dropped=draft.dropped,
        problems=shortened([*draft.problems, *(() if written else _doubts(spoken))]),
    )


def joined_by_speaker(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    """Join captions of the same named speaker that follow each other, a long stretch into several turns."""
    turns: list[list[Utterance]] = []
    words = 0
    for each in utterances:
        same = bool(turns) and each.speaker is not None and turns[-1][-1].speaker == each.speaker
        if same and (len(turns[-1]) < MOST_CUES or words < ENOUGH_WORDS):
            turns[-1].append(each)
        else:
            turns.append([each])
            words = 0
        words += len(each.text.split())
    return tuple(merged(turn) for turn in turns)


def joined_by_sentence(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    """
    Join captions that break inside a sentence.

    The next one continues the sentence when it begins in lower case, soon after, and the last one did not end it.
    Captions in which hardly ever a sentence ends are left as they are: nothing tells where theirs end.
    """
    utterances = tuple(utterances)
    if sum(bool(SENTENCE_END.search(each.text)) for each in utterances) < 0.2 * len(utterances):
        return utterances
    turns: list[list[Utterance]] = []
    words = 0
    for each in utterances:
        if turns and words < LONGEST_JOIN and _continues(turns[-1][-1], each):
            turns[-1].append(each)
        else:
            turns.append([each])
            words = 0
        words += len(each.text.split())
    return tuple(merged(turn) for turn in turns)


def merged(parts: Sequence[Utterance]) -> Utterance:
    """Make one utterance of several that follow each other."""
    if len(parts) == 1:
        return parts[0]
    begins = [part.begins for part in parts if part.begins is not None]
    ends = [part.ends for part in parts if part.ends is not None]
    text = "\n".join(part.text for part in parts)
    first = parts[0]
    return Utterance(text, first.speaker, min(begins, default=None), max(ends, default=None), first.line)


def shortened(problems: Iterable[str]) -> tuple[str, ...]:
    """Keep each problem once and the first few; count the rest."""
    once = list(dict.fromkeys(problems))
    rest = len(once) - MOST_NOTES
    return tuple(once) if rest <= 0 else (*once[:MOST_NOTES], f"and {rest} more like these")


def _clean(text: str) -> str:
    return " ".join(UNSPOKEN.sub("", text).split())


def _continues(before: Utterance, after: Utterance) -> bool:
    words = after.text.lstrip("\"'“‘([ \n\t")
    if not words[:1].islower() or TERMINAL.search(before.text.rstrip()):
        return False
    return before.ends is None or after.begins is None or after.begins - before.ends < LONGEST_PAUSE


def _spelled(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Clean the words, leave out the empty, and give each speaker the most frequent of the spellings of their name."""
    often = Counter(each.speaker for each in utterances if each.speaker)
    spelling: dict[str, str] = {}
    for label, _ in often.most_common():
        spelling.setdefault(_clean(label).casefold(), _clean(label))
    names = {label: spelling[_clean(label).casefold()] or None for label in often}
    return [
        Utterance(text, names[each.speaker] if each.speaker else None, each.begins, each.ends, each.line)
        for each in utterances
        if (text := _clean(each.text))
    ]


def _doubts(spoken: Sequence[Utterance]) -> list[str]:
    """Name what is odd about the turns, for a person to look at."""
    named = Counter(each.speaker for each in spoken if each.speaker is not None)
    nameless = sum(each.speaker is None for each in spoken)
    doubts = []
    if not named:
        doubts.append("no speakers are named: all of it counts as evidence")
    elif nameless:
        doubts.append(f"{several(nameless, 'turn')} without a speaker: kept as evidence, speaker unknown")
    if len(named) == 1 and not nameless:
        doubts.append(f"only one speaker, '{next(iter(named))}': were the others' names left out?")
    return doubts
