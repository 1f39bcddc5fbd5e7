"""Lines of a text, from whatever kind of file, to what each speaker says; or to paragraphs where nobody is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tagger.transcripts import labels, times
from tagger.transcripts.labels import Above, Names, Opening
from tagger.transcripts.utterances import TERMINAL, Draft, Utterance, merged
from tagger.transcripts.vocabulary import HEADING_ROLES, ROLES
from tagger.wording import several

LONGEST_HEADER = 20
LONGEST_HEADER_LINE = 40
SHORTEST_WRAPPED, LONGEST_WRAPPED = 40, 120
"""Characters of the longest line of a text whose paragraphs run over several lines."""
PAGE = re.compile(r"\W*(?:page|seite|página)\s*\d{1,4}(?:\s*(?:of|/|von|de)\s*\d{1,4})?\W*", re.IGNORECASE)
END = re.compile(
    r"\W*(?:end of (?:the )?(?:interview|recording|transcript|transcription|session|tape|file)"
    r"|(?:interview|recording|transcript) (?:ends|ended|stops|stopped|concluded)|meeting ended after [\d:]+"
    r"|this editable transcript was computer generated.*|transcribed by https?://otter\.ai)\W*",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"\s*(\d{1,5})(?:[.):|]?\s|[.):|]?$)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the source; `bold` is the bold beginning of it, where the source has bold."""

    text: str
    number: int
    bold: str = ""


def from_text(text: str) -> list[Line]:
    """Cut text into numbered lines."""
    return [Line(each, number) for number, each in enumerate(text.split("\n"), start=1)]


def read(lines: Sequence[Line]) -> Draft:
    """Make a draft of lines: a conversation where speakers are named, otherwise one utterance a paragraph."""
    kept, dropped = _without_furniture(lines)
    spoken = [line for line in kept if line.text.strip()]
    if not spoken:
        return Draft((), tuple(dropped))
    openings, names = _names(kept, spoken)
    if not names:
        openings, names = _alone(kept, spoken)
    draft = _conversation(spoken, openings, names) if names else _paragraphs(kept)
    return replace(draft, dropped=(*dropped, *draft.dropped))


def _names(lines: Sequence[Line], spoken: Sequence[Line]) -> tuple[list[Opening], Names]:
    above = [each for line, each in zip(lines, _above(lines), strict=True) if line.text.strip()]
    openings = [
        replace(each, above=stands)
        for each, stands in zip(labels.openings((line.text, line.bold) for line in spoken), above, strict=True)
    ]
    stretches = _stretches(lines)
    names = labels.believed(openings, stretches)
    openings = [
        Opening(line.text.strip(), "bold", "")
        if each.label is None and ("bold", labels.key(line.text)) in names
        else each
        for line, each in zip(spoken, openings, strict=True)
    ]
    hanging = _hanging(spoken, openings, names)
    if hanging is None:
        return openings, names
    openings = [
        each if _indent(line) <= hanging else Opening(None, "none", line.text.strip())
        for line, each in zip(spoken, openings, strict=True)
    ]
    return openings, labels.believed(openings, stretches)


def _above(lines: Sequence[Line]) -> list[Above]:
    """
    Say of each line what stands above it.

    A line is full where the next word did not fit on it any more, in a text of which no line is long.
    """
    texts = [line.text.strip() for line in lines]
    width = max(map(len, texts), default=0)
    wraps = SHORTEST_WRAPPED <= width <= LONGEST_WRAPPED
    found: list[Above] = ["end"]
    for before, text in pairwise(texts):
        fits = not wraps or len(f"{before} {text.split(' ', 1)[0]}") < 0.9 * width
        found.append("end" if not before or TERMINAL.search(before) else "open" if fits else "full")
    return found[: len(texts)]


def _stretches(lines: Sequence[Line]) -> int:
    """
    Count the stretches between blank lines; without blank lines, guess them from the lines, which may be wrapped.

    Of lines that hang under others, only those others begin a stretch.
    """
    full = [bool(line.text.strip()) for line in lines]
    starts = sum(now and not before for before, now in pairwise([False, *full]))
    if starts > sum(full) / 20:
        return starts
    indents = [_indent(line) for line in lines if line.text.strip()]
    return min(sum(full) // 4, indents.count(min(indents, default=0)))


def _indent(line: Line) -> int:
    text = line.text.expandtabs(4)
    return len(text) - len(text.lstrip())


def _hanging(lines: Sequence[Line], openings: Sequence[Opening], names: Names) -> int | None:
    """Say how far speakers' lines are indented where the lines under them are indented further, else None."""
    at = Counter(_indent(line) for line, each in zip(lines, openings, strict=True) if _speaker(each, names))
    if not at:
        return None
    usual, number = at.most_common(1)[0]
    deeper = sum(_indent(line) > usual for line in lines)
    return usual if number >= 0.75 * at.total() and deeper > at.total() - number else None


def _alone(lines: Sequence[Line], spoken: Sequence[Line]) -> tuple[list[Opening], Names]:
    """Find speakers who stand alone on the line above their words."""
    blank_before = {after.number for before, after in pairwise(lines) if not before.text.strip()}
    openings, starts = [], 0
    for line, following in zip(spoken, [*spoken[1:], None], strict=True):
        text = line.text.strip()
        starts += line is spoken[0] or line.number in blank_before
        above = line is spoken[0] or line.number in blank_before
        is_label = (
            above and following is not None and following.number == line.number + 1 and labels.could_stand_alone(text)
        )
        openings.append(Opening(text, "alone", "") if is_label else Opening(None, "none", text))
    often = Counter(labels.key(each.label) for each in openings if each.label)
    names = {each for each, number in often.items() if number > 1}
    if len(names) < 2 or sum(often[each] for each in names) < starts / 2:
        return openings, frozenset()
    return openings, frozenset(("alone", each) for each in names)


def _speaker(opening: Opening, names: Names) -> str | None:
    found = opening.label is not None and (opening.style, labels.key(opening.label)) in names
    return opening.label if found else None


def _conversation(lines: Sequence[Line], openings: Sequence[Opening], names: Names) -> Draft:
    first = _first_turn(openings, names)
    header = [" ".join(line.text.split()) for line in lines[:first]]
    problems: list[str] = []
    turns: list[list[Utterance]] = []
    if first > LONGEST_HEADER or any(len(line.split()) > LONGEST_HEADER_LINE for line in header):
        problems.append(f"lines before line {lines[first].number} name no speaker: kept as words of an unknown speaker")
        turns = [[Utterance(each, line=line.number)] for each, line in zip(header, lines, strict=False)]
        header = []
    pending = None
    if header and _is_time(openings[first - 1]):
        pending = openings[first - 1].begins
        header.pop()
    for line, opening in zip(lines[first:], openings[first:], strict=True):
        speaker = _speaker(opening, names)
        if speaker is not None:
            begins = opening.begins if opening.begins is not None else pending
            turns.append([Utterance(opening.rest, speaker, begins, opening.ends, line.number)])
            pending = None
        elif _is_time(opening):
            pending = opening.begins
        else:
            turns[-1].append(Utterance(line.text.strip()))
    spoken, times_inside = _without_times(merged(turn) for turn in turns)
    dropped = [*header, *times_inside]
    return Draft(tuple(spoken), tuple(dropped), (*problems, *_odd(spoken)))


def _is_time(opening: Opening) -> bool:
    """Tell a line that holds a time and nothing else."""
    return not opening.label and not opening.rest and opening.begins is not None


def _first_turn(openings: Sequence[Opening], names: Names) -> int:
    often = Counter(labels.key(speaker) for each in openings if (speaker := _speaker(each, names)))
    for place, each in enumerate(openings):
        speaker = _speaker(each, names)
        heads = speaker and HEADING_ROLES.match(speaker) and often[labels.key(speaker)] == 1 and len(often) > 2
        names_somebody = len(each.rest.split()) <= 8 and each.rest[-1:] not in tuple(".?!…")
        if speaker and not (heads and names_somebody):
            return place
    return 0


def _odd(spoken: Sequence[Utterance]) -> list[str]:
    often = Counter(each.speaker for each in spoken)
    rare = [each for each in spoken if len(spoken) > 5 and often[each.speaker] == 1 and each.speaker]
    problems = [
        f"line {each.line}: '{each.speaker}' speaks only once: is that a speaker?"
        for each in rare
        if not ROLES.fullmatch(each.speaker or "")
    ]
    silent = [each for each in spoken if not each.text.strip()]
    return problems + [f"line {each.line}: '{each.speaker}' says nothing" for each in silent]


def _without_times(spoken: Iterable[Utterance]) -> tuple[list[Utterance], list[str]]:
    taken: list[str] = []

    def blank(found: re.Match[str]) -> str:
        if found[0].startswith("(") and found[0].count(":") < 2 and not found[0].startswith("(0"):
            return found[0]
        taken.append(found[0])
        return " "

    clean = [
        replace(each, text=text) if (text := times.INSIDE.sub(blank, each.text)) != each.text else each
        for each in spoken
    ]
    return clean, [f"{several(len(taken), 'time')} inside turns, such as {taken[0]}"] if taken else []


def _paragraphs(lines: Sequence[Line]) -> Draft:
    spoken = [line for line in lines if line.text.strip()]
    openings = [_time_alone(line.text) for line in spoken]
    if sum(each.begins is not None for each in openings) >= 0.6 * len(openings):
        return _timed(spoken, openings)
    wrapped = _is_wrapped(lines)
    blocks: list[list[Utterance]] = []
    blank = True
    for line in lines:
        text = line.text.strip()
        if text and (blank or not wrapped):
            blocks.append([])
        if text:
            blocks[-1].append(Utterance(text, line=line.number))
        blank = not text
    return Draft(tuple(merged(block) for block in blocks))


def _time_alone(text: str) -> Opening:
    """Take a time in brackets, or one with hours, from the start of a line; 10:30 in notes is the time of day."""
    found = times.LEADING.match(text)
    if not found or found["token"][0] == "(" or (found["token"][0].isdigit() and found["token"].count(":") < 2):
        return Opening(None, "none", text.strip())
    begins, ends = times.span(found["token"])
    return Opening(None, "none", text[found.end() :].strip(), begins, ends)


def _timed(lines: Sequence[Line], openings: Sequence[Opening]) -> Draft:
    blocks: list[list[Utterance]] = []
    for line, each in zip(lines, openings, strict=True):
        if each.begins is not None or not blocks:
            blocks.append([])
        blocks[-1].append(Utterance(each.rest, None, each.begins, each.ends, line.number))
    return Draft(tuple(merged(block) for block in blocks), (f"{several(len(blocks), 'time')} at the start of lines",))


def _is_wrapped(lines: Sequence[Line]) -> bool:
    """Tell paragraphs that run over several lines from paragraphs of one line each."""
    full = [len(line.text.rstrip()) for line in lines if line.text.strip()]
    blanks = any(not line.text.strip() for line in lines[1:-1])
    return blanks and len(full) > 0 and max(full) <= LONGEST_WRAPPED


def _without_furniture(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """Take away page numbers, closing marks and line numbers; say what was taken."""
    dropped = []
    kept = []
    for line in lines:
        text = line.text.strip()
        if text and len(text) < 160 and (PAGE.fullmatch(text) or END.fullmatch(text)):
            dropped.append(text)
        else:
            kept.append(line)
    numbers = [NUMBERED.match(line.text) for line in kept if line.text.strip()]
    values = [int(found[1]) for found in numbers if found]
    steps = sum(after == before + 1 for before, after in pairwise(values))
    if len(values) < 10 or len(values) < len(numbers) or steps < 0.95 * (len(values) - 1):
        return kept, list(dict.fromkeys(dropped))
    dropped.append(f"line numbers {values[0]} to {values[-1]}")
    return [replace(line, text=NUMBERED.sub("", line.text, count=1)) for line in kept], list(dict.fromkeys(dropped))
