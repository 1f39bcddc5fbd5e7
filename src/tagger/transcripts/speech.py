"""What speech-to-text programs hear, as talk: words joined to sentences, sentences to turns, and what to look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from tagger.transcripts.utterances import (
    ENOUGH_WORDS,
    TERMINAL,
    Draft,
    Utterance,
    joined_by_sentence,
    joined_by_speaker,
)
from tagger.wording import several

LONGEST_SILENCE = 2.0
"""Seconds of silence that end a sentence which no full stop ends."""
UNSPACED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""A character of Chinese or Japanese, which begins a word without a blank before it."""
INITIAL = re.compile(r"(?:^|\s)[^\W\d_]\.$")
"""A letter with a full stop, as in names that are spelled out: no sentence ends there."""
OVERLAP = 1.0
"""Seconds by which a part may begin before the one above it: people talk at the same time."""
MOST_REPEATS = 3


def sentences(words: Iterable[Utterance]) -> list[Utterance]:
    """
    Join words to sentences: up to the next speaker, the end of a sentence, a silence, or very many words.

    A word that begins with a blank is a new one; one without goes on with the word before, as a full stop does.
    """
    joined: list[list[Utterance]] = []
    for word in words:
        if not joined or _ends(joined[-1], word):
            joined.append([])
        joined[-1].append(word)
    return [_sentence(each) for each in joined]


def draft(heard: Sequence[Utterance], *, to_tell_apart: str, whole: str = "", dropped: Sequence[str] = ()) -> Draft:
    """
    Make turns of what was heard.

    Args:
        heard: in the order of the source, as it cuts speech: captions, phrases or sentences.
        to_tell_apart: what to switch on in the program where no speakers are told apart.
        whole: the text that some sources give once more in one piece; it is compared and left out.
        dropped: what the source holds besides and was left out.
    """
    spoken = [each for each in heard if each.text.strip()]
    silent = len(heard) - len(spoken)
    told = [f"{several(silent, 'part')} without words"] if silent else []
    spoken, odd = _timed(spoken)
    told += [*odd, *_repeated(spoken)]
    if whole.strip() and letters([whole]) != letters(each.text for each in spoken):
        told.append("the text that it also holds in one piece differs from its parts: the parts were read")
    if any(each.speaker for each in spoken):
        turns = joined_by_speaker(spoken)
    else:
        turns = joined_by_sentence(spoken)
        told.append(f"it tells no speakers apart: {to_tell_apart}, and transcribe it again")
        if len(turns) < len(spoken):
            told.append(f"{len(spoken):,} parts were joined into {len(turns):,} where a sentence runs on")
    return Draft(turns, tuple(dropped), tuple(told))


def in_order(heard: Iterable[Utterance]) -> list[Utterance]:
    """Put what several channels hold in the order in which it begins; what has no time stays behind what has one."""
    clocks: list[float] = []
    heard = list(heard)
    for each in heard:
        clocks.append(each.begins if each.begins is not None else clocks[-1] if clocks else 0.0)
    return [heard[place] for place in sorted(range(len(heard)), key=clocks.__getitem__)]


def less_likely(guesses: Iterable[Sequence[object]]) -> list[str]:
    """Count the wordings that a program thought of besides the likeliest, which comes first."""
    others = sum(max(len(each) - 1, 0) for each in guesses)
    return [several(others, "less likely wording")] if others else []


def letters(texts: Iterable[str]) -> str:
    """Reduce text to its letters and digits, so that two spellings of the same words can be compared."""
    return re.sub(r"\W+", "", "".join(texts).casefold())


def _ends(sentence: Sequence[Utterance], word: Utterance) -> bool:
    last = sentence[-1]
    if last.speaker != word.speaker:
        return True
    if not word.text[:1].isspace() and not UNSPACED.match(word.text):
        return False
    silence = last.ends is not None and word.begins is not None and word.begins - last.ends > LONGEST_SILENCE
    end = "".join(each.text for each in sentence[-2:]).rstrip()
    return silence or len(sentence) >= ENOUGH_WORDS or bool(TERMINAL.search(end) and not INITIAL.search(end))


def _sentence(words: Sequence[Utterance]) -> Utterance:
    begins = next((each.begins for each in words if each.begins is not None), None)
    ends = next((each.ends for each in reversed(words) if each.ends is not None), None)
    return Utterance("".join(each.text for each in words), words[0].speaker, begins, ends)


def _timed(heard: Sequence[Utterance]) -> tuple[list[Utterance], list[str]]:
    """Mend times that cannot be, and say how many there were."""
    early = sum((each.begins or 0) < 0 or (each.ends or 0) < 0 for each in heard)
    spoken = [replace(each, begins=_positive(each.begins), ends=_positive(each.ends)) for each in heard]
    odd = sum(_ends_early(each) for each in spoken)
    spoken = [replace(each, ends=None) if _ends_early(each) else each for each in spoken]
    starts = [each.begins for each in spoken if each.begins is not None]
    back = sum(after < before - OVERLAP for before, after in pairwise(starts))
    told = [
        (early, f"{several(early, 'time')} before the start, taken as 0"),
        (odd, f"{several(odd, 'part')} that would end before they begin: their ends are left out"),
        (back, f"the times jump back {several(back, 'time')}: kept in the order of the file"),
    ]
    return spoken, [words for number, words in told if number]


def _positive(clock: float | None) -> float | None:
    return None if clock is None else max(clock, 0.0)


def _ends_early(each: Utterance) -> bool:
    return each.begins is not None and each.ends is not None and each.ends < each.begins


def _repeated(spoken: Sequence[Utterance]) -> list[str]:
    """Count lines that say the same again and again, as Whisper does where nobody speaks."""
    runs = [list(run) for _, run in groupby(spoken, key=lambda each: letters([each.text]))]
    long = [run for run in runs if len(run) > MOST_REPEATS]
    if not long:
        return []
    lines, first = sum(map(len, long)), long[0][0]
    place = "" if first.begins is None else f" at {int(first.begins) // 60}:{int(first.begins) % 60:02}"
    return [
        f"{lines:,} lines repeat themselves more than {MOST_REPEATS} times in a row, first '{first.text.strip()[:40]}'"
        f"{place}: kept; programs invent such lines where nobody speaks"
    ]
