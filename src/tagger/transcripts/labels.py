"""Which beginnings of lines name a speaker: found by shape first, believed only when the whole file agrees."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tagger.transcripts import times
from tagger.transcripts.vocabulary import HEADINGS, OPENERS, PARTICLES, ROLES, SAYING, SOUNDS

Style = Literal["colon", "timed", "bold", "tab", "bracket", "dash", "alone", "none"]

Above = Literal["end", "open", "full"]
"""What stands above a line: the end of a sentence or nothing; words that go on; such words, in a line that is full."""

Names = frozenset[tuple[Style, str]]
"""Labels that are believed, each with the style in which it is."""

LONGEST = 60
TRAILING_TIME = re.compile(
    rf"(?P<label>[^:\t\n]{{1,{LONGEST}}}?)[ \t,–-]*"
    rf"(?:(?P<mark>{times.BRACKETED})\s*:?|(?:(?<=\s)|(?<=,))(?P<bare>{times.CLOCK})\s*(?::(?=\s|$)|$)"
    r"|(?<=\s)(?P<full>\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?)(?=\s))"
)
BRACKET = re.compile(r"[\[<(](?P<label>[^\[\]<>()\n]{1,60})[\]>)]\s*:?(?=\s|$)")
DASH = re.compile(r"(?P<label>[^\W\d_][\w' .]{0,30}?)\s{1,3}[-–—]\s+(?=\S)|(?P<letter>[QAIPR]\d{0,2})\.\s+(?=\S)")
MARKDOWN = re.compile(r"(?P<mark>\*\*|__)(?P<label>[^*_\n]{1,60}?)\s*(?P<in>:?)(?P=mark)\s*(?P<out>:?)")
COLON = re.compile("[:\uff1a]")
ENDS_SENTENCE = re.compile(r"[?!;](?:\s|$)|…|(?<![A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\bProf)\.\s")
TABBED = re.compile(rf"(?P<label>[^\t\n]{{1,{LONGEST}}}?) {{0,20}}:?\t\s*")


@dataclass(frozen=True, slots=True)
class Opening:
    """How a line may open: a label in some style, times, and the words after them."""

    label: str | None
    style: Style
    rest: str
    begins: float | None = None
    ends: float | None = None
    above: Above = "end"


def key(label: str) -> str:
    """Reduce a label to what two spellings of it share."""
    return " ".join(label.casefold().split())


def opening(line: str, bold: str = "", *, colon: bool = True) -> Opening:
    """
    Split what may be a speaker's label and a time from the start of a line.

    Args:
        line: as it stands in the file.
        bold: its bold beginning.
        colon: whether a colon may end the label; where a label in brackets stands before one, either may be meant.
    """
    begins, ends, text = _time(line.strip())
    label, style, rest, clock = _label(text, bold.strip(), by_colon=colon)
    if clock is not None:
        begins = clock
    if label is None:
        return Opening(None, "none", text, begins, ends)
    if begins is None:
        begins, ends, rest = _time(rest, bare=False)
    return Opening(label, style, rest, begins, ends)


def openings(lines: Iterable[tuple[str, str]]) -> list[Opening]:
    """Split all lines of a file, each with its bold beginning, so that `[Sam] The rule: ...` is Sam's as others are."""
    lines = list(lines)
    found = [opening(*line) for line in lines]
    shorter = [
        opening(*line, colon=False) if (each.label or " ")[0] in "[(<" else each
        for line, each in zip(lines, found, strict=True)
    ]
    once, often = (Counter(key(each.label) for each in side if each.label) for side in (found, shorter))
    return [
        other if each.label and other.label and once[key(each.label)] == 1 < often[key(other.label)] else each
        for each, other in zip(found, shorter, strict=True)
    ]


def believed(openings: Sequence[Opening], paragraphs: int) -> Names:
    """
    Choose the labels that the whole file bears out, in the style that most lines have; a time may stand behind any.

    Words before a colon that only ever stand where a full line broke off in mid-sentence are part of that sentence; so
    are words that are no name, and under which nobody ever says anything.

    Args:
        openings: those of all lines that hold a word.
        paragraphs: how many stretches between blank lines the file has; of those, a fair share must be labelled.
    """
    if not openings:
        return frozenset()
    openings = _without_silent(_without_broken(openings))
    best, most = Names(), 0
    for styles, least in ((("colon", "timed", "bold"), 0.1), (("tab",), 0.1), (("bracket",), 0.5), (("dash",), 0.8)):
        found = [each for each in openings if each.style in styles and each.label]
        every_line = len(found) >= 0.8 * len(openings)
        needed = max(paragraphs * least, 1), max(paragraphs / 2, 1)
        chosen = _chosen(found, needed, every_line=every_line, first=openings[0].label or "")
        chosen |= {("timed", label) for _, label in chosen}
        lines = sum((each.style, key(each.label)) in chosen for each in openings if each.label)
        if lines > most:
            best, most = chosen, lines
    return best


def is_name(label: str) -> bool:
    """Tell whether every word of a label is written as names are: a capital, a digit, a bracket."""
    words = re.sub(r"\(.*?\)", "", label).replace(",", " ").split()
    return (
        0 < len(words) <= 6
        and any(character.isalnum() for character in label)
        and all(word.casefold() in PARTICLES or not word.lstrip("([<'\"“‘-")[:1].islower() for word in words)
    )


def could_stand_alone(text: str) -> bool:
    """Tell whether a line could be a speaker's name and nothing else."""
    return 0 < len(text) <= 40 and len(text.split()) <= 4 and is_name(text) and text[-1] not in ".?!,;…"


def _time(text: str, *, bare: bool = True) -> tuple[float | None, float | None, str]:
    found = times.LEADING.match(text)
    if not found or (not bare and text[found.start("token")].isdigit() and text.count(":", 0, found.end("token")) < 2):
        return None, None, text
    marked = not (text[found.start("token")].isdigit() or text[found.start("token")] == "-")
    if not marked and not found["after"] and found.end() < len(text):
        return None, None, text
    begins, ends = times.span(found["token"])
    if begins is None:
        return None, None, text
    return begins, ends, text[found.end() :].lstrip()


def _label(text: str, bold: str, *, by_colon: bool) -> tuple[str | None, Style, str, float | None]:
    found = MARKDOWN.match(text)
    if found and (found["in"] or found["out"]):
        return found["label"].strip(), "colon", text[found.end() :].strip(), None
    timed = TRAILING_TIME.match(text[: LONGEST + 40])
    name = _unwrapped(timed["label"].strip(" ,–-")) if timed else ""
    is_bold = 0 < len(bold) <= LONGEST and text.startswith(bold) and len(text) > len(bold) and _is_bold_name(bold)
    if timed and _has_letters(name) and (is_name(name) or " " not in name) and not (is_bold and len(name) > len(bold)):
        clock, _ = times.span(timed["mark"] or timed["bare"] or timed["full"])
        return name, "timed", text[timed.end() :].strip(), clock
    if is_bold:
        return bold.strip(" -–"), "bold", text[len(bold) :].strip(), None
    colon = COLON.search(text, 0, LONGEST + 2) if by_colon else None
    label = _before(colon, text) if colon else None
    if colon and label:
        return label, "colon", text[colon.end() :].strip(), None
    bracket = BRACKET.match(text)
    if bracket and not SOUNDS.search(bracket["label"]) and any(each.isalnum() for each in bracket["label"]):
        return bracket["label"].strip(), "bracket", text[bracket.end() :].strip(), None
    dash = DASH.match(text)
    if dash and is_name(dash["letter"] or dash["label"]):
        return (dash["letter"] or dash["label"]).strip(), "dash", text[dash.end() :].strip(), None
    tab = TABBED.match(text)
    if tab and _has_letters(tab["label"]) and len(tab["label"].split()) <= 4:
        return tab["label"].strip(), "tab", text[tab.end() :].strip(), None
    return None, "none", text, None


def _before(colon: re.Match[str], text: str) -> str | None:
    """Take the words before the first colon for a label; not before a clock time, an address or after a sentence."""
    label, after = text[: colon.start()].strip(), text[colon.end() : colon.end() + 1]
    if text.startswith("//", colon.end()) or (after.isdigit() and label[-1:].isdigit()) or "\t" in label:
        return None
    if BRACKET.fullmatch(label):
        return None
    if not (label[:1].isalnum() or label[:1] in "[(<\"'“‘@"):
        return None
    spaced = not after or after.isspace() or colon[0] != ":" or label[-1:] > "\u2e80"
    if not spaced and not (after.isalpha() and (ROLES.fullmatch(label) or label.isupper())):
        return None
    if ENDS_SENTENCE.search(label) or SOUNDS.match(label) or not any(each.isalnum() for each in label):
        return None
    return label


def _is_bold_name(bold: str) -> bool:
    return is_name(bold) and not COLON.search(bold) and bold[-1] not in ".?!,;"


def _unwrapped(label: str) -> str:
    return label[1:-1].strip() if BRACKET.fullmatch(label) else label


def _has_letters(label: str) -> bool:
    return any(each.isalpha() for each in label) and not re.search(r"[?!;:<>\[\]{}]|\.\s*$", label)


def _without_broken(openings: Sequence[Opening]) -> list[Opening]:
    """Take the labels away that always break a sentence, where two or more others hardly ever do."""
    above: dict[tuple[Style, str], list[Above]] = {}
    for each in openings:
        if each.label:
            above.setdefault((each.style, key(each.label)), []).append(each.above)
    broken = {mark for mark, lines in above.items() if set(lines) == {"full"}}
    others = [each for mark, lines in above.items() if mark not in broken for each in lines]
    if not broken or len(above) - len(broken) < 2 or others.count("end") < 0.8 * len(others):
        return list(openings)
    return _without(openings, broken)


def _without_silent(openings: Sequence[Opening]) -> list[Opening]:
    """Take the labels away that are no name, and that only ever stand alone on a line above another label."""
    said: dict[tuple[Style, str], bool] = {}
    for each, following in zip(openings, [*openings[1:], None], strict=True):
        if each.label and not (is_name(each.label) or ROLES.fullmatch(each.label)):
            mark = each.style, key(each.label)
            says = bool(each.rest) or (following is not None and not following.label)
            said[mark] = said.get(mark, False) or says
    return _without(openings, {mark for mark, says in said.items() if not says})


def _without(openings: Sequence[Opening], marks: Container[tuple[Style, str]]) -> list[Opening]:
    return [
        replace(each, label=None, style="none") if each.label and (each.style, key(each.label)) in marks else each
        for each in openings
    ]


def _chosen(found: Sequence[Opening], needed: tuple[float, float], *, every_line: bool, first: str) -> Names:
    """Choose labels; `needed` lines with firm ones, the second number where fewer than two people are firm."""
    often = Counter((each.style, key(each.label)) for each in found if each.label)
    total = Counter(label for _, label in often.elements())
    spelled = {key(each.label): each.label for each in found if each.label}
    firm = {mark for mark in often if _is_firm(spelled[mark[1]], total[mark[1]], every_line=every_line)}
    styles = Counter(style for style, label in often.elements() if (style, label) in firm)
    usual = {style for style in styles if styles[style] >= 0.2 * styles.total()} or {style for style, _ in often}
    lines = styles.total()
    certain = every_line and lines >= 0.5 * len(found)
    once = {
        mark
        for mark in often
        if mark not in firm and mark[0] in usual and _is_plausible(spelled[mark[1]], mark[0], certain=certain)
    }
    if len(firm | once) > 6 and len(firm | once) > 0.6 * (lines + len(once)):
        # Nearly every line its own label: the first column of a list, not people who talk to each other.
        return frozenset()
    people = {label for _, label in firm}
    if len(people) > 1 or people == {key(first)}:
        return frozenset(firm | once) if lines >= needed[0] else frozenset()
    lines += sum(often[mark] for mark in once)
    alone = not people and {label for _, label in once} == {key(first)}
    return frozenset(firm | once) if alone or lines >= max(needed[1], 1 if firm else 2) else frozenset()


def _is_firm(label: str, times_seen: int, *, every_line: bool) -> bool:
    words = key(label).split()
    if _opens_sentence(label):
        return False
    if ROLES.fullmatch(label):
        return True
    if is_name(label) or (every_line and len(words) == 1):
        return times_seen > 1
    return times_seen > 2 and (len(words) == 1 or (len(words) < 4 and label[0].isupper() and not SAYING & set(words)))


def _opens_sentence(label: str) -> bool:
    """Tell words that open a sentence; so does I, where a word follows that is no name: `I met`."""
    first, *more = label.split()
    speaks = first == "I" and bool(more) and more[0][0].islower() and more[0] not in PARTICLES
    return speaks or first.casefold().strip(".,") in OPENERS


def _is_plausible(label: str, style: Style, *, certain: bool) -> bool:
    words = key(label).split()
    strange = _opens_sentence(label) or any(word.strip("().,") in HEADINGS for word in words)
    if certain and label[0].isupper() and len(words) < 4 and not SAYING & set(words):
        return not strange
    return not strange and is_name(label) and len(words) <= 4 and (style == "bracket" or not label.isdigit())
