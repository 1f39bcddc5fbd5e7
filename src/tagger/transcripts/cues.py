"""
Captions: cues with times, gathered from lines and joined into what each speaker says.

webvtt-py and pysubs2 stop at Teams' negative and unpadded times and do not join cues by GUID, so we parse ourselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tagger.transcripts import labels
from tagger.transcripts.labels import Opening
from tagger.transcripts.utterances import Draft, Utterance, joined_by_sentence, joined_by_speaker, merged
from tagger.wording import several

GUID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/\d+)?)-\d+", re.IGNORECASE)
VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>\n]+)>|(</v>)")
TAG = re.compile(r"</?(?:v|c|i|b|u|s|lang|ruby|rt|font)(?:[\s.][^<>]*)?/?>|<\d[\d:.]*>|\{\\[^{}\n]*\}", re.IGNORECASE)
STAMP = re.compile(r"<\d{1,2}:\d\d[\d:.]*>")
ENTITY = re.compile(r"&(?:(amp|lt|gt|nbsp|lrm|rlm|quot|apos)|#(\d{1,6})|#x([0-9a-f]{1,6}));", re.IGNORECASE)
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "nbsp": " ", "lrm": "", "rlm": "", "quot": '"', "apos": "'"}

Timing = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption as it stands in the file; `line` is where its time, or without one its text, stands."""

    line: int
    lines: tuple[str, ...]
    id: str = ""
    begins: float | None = None
    ends: float | None = None


def gather(lines: Sequence[tuple[int, str]], timing: Callable[[str], Timing | None]) -> tuple[list[Cue], list[str]]:
    """
    Gather cues from numbered lines.

    Args:
        lines: without headers and comments.
        timing: says whether a line holds the times of a cue, and which; None inside for a time that cannot be read.
    """
    cues: list[Cue] = []
    problems: list[str] = []
    block: list[tuple[int, str]] = []
    current: Cue | None = None
    for number, line in [*lines, (0, "")]:
        found = timing(line)
        if found is None and line.strip():
            block.append((number, line))
            continue
        if found is None:
            current = _close(cues, problems, current, block)
            block = []
            continue
        ident, block = _ident(block, at_start=current is None)
        if current is not None and not block and not ident:
            problems.append(f"line {number}: a second time without words between")
        elif current is not None or block:
            _close(cues, problems, current, block)
        current, block = Cue(number, (), ident, *_checked(found, number, line, problems)), []
    _close(cues, problems, current, block)
    return cues, problems


def spoken(cues: Sequence[Cue], problems: Sequence[str] = (), dropped: Sequence[str] = ()) -> Draft:
    """Make of cues what each speaker says: voices told apart, the cues of one utterance and of one speaker joined."""
    cues, repeats = _without_repeats(cues)
    pieces = _pieces(cues)
    told = [*problems]
    utterances = tuple(merged(each) for each in _by_id(pieces))
    told += _silent(cues)
    if any(each.speaker for each in utterances):
        utterances = joined_by_speaker(utterances)
    elif not any(GUID.fullmatch(cue.id) for cue in cues):
        before = len(utterances)
        utterances = joined_by_sentence(utterances)
        if len(utterances) < before:
            told.append(f"{before} captions were joined into {len(utterances)} where a sentence runs on")
    return Draft(utterances, (*dropped, *repeats), tuple(told))


def _silent(cues: Sequence[Cue]) -> list[str]:
    """Count the utterances, told by their GUIDs, that hold no words at all."""
    words: dict[str, bool] = {}
    for cue in cues:
        found = GUID.fullmatch(cue.id)
        if found:
            words[found[1]] = words.get(found[1], False) or any(_plain(line).strip() for line in cue.lines)
    empty = sum(not each for each in words.values())
    return [f"{empty} of {len(words)} utterances hold no words"] if empty else []


def _ident(block: list[tuple[int, str]], *, at_start: bool) -> tuple[str, list[tuple[int, str]]]:
    """Take the line before a time as the cue's id where it is one, and not the end of the words before."""
    if not block:
        return "", block
    last = block[-1][1].strip()
    is_id = (at_start and len(block) == 1) or last.isdigit() or bool(GUID.fullmatch(last))
    return (last, block[:-1]) if is_id else ("", block)


def _close(cues: list[Cue], problems: list[str], current: Cue | None, block: Sequence[tuple[int, str]]) -> Cue | None:
    """Put away the cue, or the words without a time, and name what is odd; a number alone is no words."""
    words = tuple(line for _, line in block)
    if current is not None:
        if not any(_plain(each).strip() for each in words):
            problems.append(f"line {current.line}: a caption without words")
        cues.append(Cue(current.line, words, current.id, current.begins, current.ends))
    elif block and not (len(block) == 1 and words[0].strip().isdigit()):
        number = block[1][0] if len(block) > 1 and words[0].strip().isdigit() else block[0][0]
        kept = words[1:] if len(block) > 1 and words[0].strip().isdigit() else words
        problems.append(f"line {number}: words without a time, kept")
        cues.append(Cue(number, kept))
    return None


def _checked(found: Timing, number: int, line: str, problems: list[str]) -> Timing:
    begins, ends = found
    if begins is None or ends is None:
        problems.append(f"line {number}: a time that cannot be read: {line.strip()[:60]}")
    if (begins is not None and begins < 0) or (ends is not None and ends < 0):
        problems.append(f"line {number}: a time before the start, taken as 0")
        begins, ends = (None if clock is None else max(clock, 0.0) for clock in (begins, ends))
    if begins is not None and ends is not None and ends < begins:
        problems.append(f"line {number}: a caption that ends before it begins")
        ends = None
    return begins, ends


def _without_repeats(cues: Sequence[Cue]) -> tuple[list[Cue], list[str]]:
    """
    Take away the lines that rolling captions show again, and nothing that somebody said twice.

    Rolling captions are known by the times of their single words, or by cue after cue opening with the last line shown.
    """
    shown = [tuple(text for line in cue.lines if (text := " ".join(_plain(line).split()))) for cue in cues]
    again = [
        bool(one and two and two[0] == one[-1] and _abut(before, after))
        for (one, two), (before, after) in zip(pairwise(shown), pairwise(cues), strict=True)
    ]
    stamped = any(STAMP.search(line) for cue in cues for line in cue.lines)
    rolling = sum(again) > 2 and sum(again) > 0.4 * len(again) and any(len(lines) > 1 for lines in shown)
    if not (any(again) and (stamped or rolling)):
        return list(cues), []
    kept, taken = list(cues[:1]), 0
    for cue, repeats, before, now in zip(cues[1:], again, shown[:-1], shown[1:], strict=True):
        overlap = max(
            size for size in range(min(len(before), len(now)) + 1) if before[len(before) - size :] == now[:size]
        )
        full = [line for line in cue.lines if _plain(line).strip()]
        taken += overlap if repeats else 0
        kept.append(replace(cue, lines=tuple(full[overlap:])) if repeats else cue)
    return kept, [f"{several(taken, 'line')} that rolling captions show again"]


def _abut(before: Cue, after: Cue) -> bool:
    return before.ends is None or after.begins is None or after.begins - before.ends < 0.2


def _pieces(cues: Sequence[Cue]) -> list[tuple[str, Utterance]]:
    """Cut cues where the voice changes; each piece with its cue's id."""
    if any(VOICE.search(line) for cue in cues for line in cue.lines):
        return [(cue.id, piece) for cue in cues for piece in _voices(cue)]
    if _names_above(cues):
        named_cues = [
            (cue, _plain(cue.lines[0]).strip(), "\n".join(map(_plain, cue.lines[1:]))) for cue in cues if cue.lines
        ]
        return [(cue.id, Utterance(text, name, cue.begins, cue.ends, cue.line)) for cue, name, text in named_cues]
    lines = [(cue, _plain(line).strip()) for cue in cues for line in cue.lines]
    openings = [_opening(line) for _, line in lines]
    names = labels.believed(openings, len(cues)) if openings else frozenset()
    pieces: list[tuple[str, Utterance]] = []
    last: Cue | None = None
    for (cue, line), opening in zip(lines, openings, strict=True):
        named = opening.label is not None and (opening.style, labels.key(opening.label)) in names
        if named:
            pieces.append((cue.id, Utterance(opening.rest, opening.label, cue.begins, cue.ends, cue.line)))
        elif cue is last:
            ident, piece = pieces[-1]
            pieces[-1] = (ident, replace(piece, text=f"{piece.text}\n{line}"))
        else:
            pieces.append((cue.id, Utterance(line, None, cue.begins, cue.ends, cue.line)))
        last = cue
    return pieces


def _names_above(cues: Sequence[Cue]) -> bool:
    """Tell captions whose first line is a name, as Teams writes them into documents."""
    first = [_plain(cue.lines[0]).strip() for cue in cues if cue.lines]
    alone = [len(cue.lines) > 1 and labels.could_stand_alone(line) for cue, line in zip(cues, first, strict=False)]
    return len(first) == len(cues) > 1 and all(alone) and len(set(first)) <= max(2, len(first) / 2)


def _opening(line: str) -> Opening:
    """Look for a speaker, but for no times: those of a caption stand above it."""
    found = labels.opening(line)
    return found if found.begins is None else Opening(None, "none", line)


def _voices(cue: Cue) -> list[Utterance]:
    text = "\n".join(cue.lines)
    pieces, speaker, position = [], None, 0
    for tag in [*VOICE.finditer(text), None]:
        words = _plain(text[position : tag.start() if tag else len(text)]).strip()
        if words:
            pieces.append(Utterance(words, speaker, cue.begins, cue.ends, cue.line))
        if tag:
            speaker = " ".join(_unescaped(tag[1]).split()) or None if tag[1] else None
            position = tag.end()
    return pieces


def _by_id(pieces: Sequence[tuple[str, Utterance]]) -> list[list[Utterance]]:
    """Group the pieces of one utterance, whose cues differ in the last number of their GUID alone."""
    groups: list[list[Utterance]] = []
    last = None
    for ident, piece in pieces:
        found = GUID.fullmatch(ident)
        stem = (found[1], piece.speaker) if found else None
        if groups and stem is not None and stem == last:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        last = stem
    return groups


def _plain(line: str) -> str:
    return _unescaped(TAG.sub("", line) if "<" in line or "{" in line else line)


def _unescaped(text: str) -> str:
    return ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return ENTITIES[name.lower()]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number) if number <= 0x10FFFF else found[0]
