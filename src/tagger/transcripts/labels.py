"""Which beginnings of lines name a speaker: found by shape first, believed only when the whole file agrees."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tagger.transcripts import times

Style = Literal["colon", "timed", "bold", "tab", "bracket", "alone", "none"]

LONGEST = 60
ROLES = re.compile(
    r"(?:i|p|r|q|a|m|f|s|int|inter|intv|interviewer|interviewee|iv|ivr|interviewer/researcher|researcher|res|respondent|resp"
    r"|participant|part|pt|moderator|mod|facilitator|fac|speaker|question|answer|peer lead(?:er)?|peer facilitator"
    r"|peer worker|peer supporter|observer|interpreter|patient|client|mother|mum|dad|father|partner|midwife|nurse|member|all|group"
    r"|unknown|unidentified|voice|male|female|woman|man)(?:[ .#-]{0,2}\d{1,3}|[ .#-][a-z])?",
    re.IGNORECASE,
)
# Words before a colon that head a document or a remark and are nobody's name, unless the file keeps repeating them.
HEADINGS = frozenset(
    "date time place location venue setting duration length recording recorded file filename project study site title subject"
    " version source licence license author authors url doi copyright transcriber transcribed transcript transcription notes"
    " context topic interview session pseudonym id age gender ethnicity language re from to cc page status contact email"
    " consent background description summary started ended start end participants attendees present key legend abbreviations reference keywords website http https".split()
)
# Words that open a sentence; a colon after them is punctuation, however often it happens.
OPENERS = frozenset(
    "and but so well yes no yeah okay ok then because like also first second third finally next now here there this that these"
    " those he she they we you it what why how when where who which or if note nb example warning tip e.g i.e etc ps the".split()
)
SOUNDS = re.compile(
    r"laugh|chuckl|inaudible|unclear|unintelligible|crosstalk|over(?:talk|lap)|pause|silence|music|applause|cough|sigh|cry|sob"
    r"|noise|phone|door|redacted|name|place|indistinct|background|recording|interrupt|end of|start of|break|sic\b|\.\.\.|…",
    re.IGNORECASE,
)
PARTICLES = frozenset("de da di del van von der den la le el al bin of the and & y e und et".split())
TRAILING_TIME = re.compile(
    rf"(?P<label>[^:\t\n]{{1,{LONGEST}}}?)[ \t,–-]*(?:(?P<mark>{times.BRACKETED})\s*:?|(?:(?<=\s)|(?<=,))(?P<bare>{times.CLOCK})\s*(?::(?=\s|$)|$))"
)
BRACKET = re.compile(r"(?P<open>[\[<])(?P<label>[^\[\]<>\n]{1,60})[\]>]\s*:?(?=\s|$)")
MARKDOWN = re.compile(r"(?P<mark>\*\*|__)(?P<label>[^*_\n]{1,60}?)\s*(?P<in>:?)(?P=mark)\s*(?P<out>:?)")
COLON = re.compile("[:\uff1a]")
ENDS_SENTENCE = re.compile(r"[?!;](?:\s|$)|[.](?:\s+\S+){2}|…")
TABBED = re.compile(rf"(?P<label>[^\t\n]{{1,{LONGEST}}}?) *:?\t\s*")


@dataclass(frozen=True, slots=True)
class Opening:
    """How a line may open: a label in some style, times, and the words after them."""

    label: str | None
    style: Style
    rest: str
    begins: float | None = None
    ends: float | None = None


def key(label: str) -> str:
    """Reduce a label to what two spellings of it share."""
    return " ".join(label.casefold().split())


def opening(line: str, bold: str = "") -> Opening:
    """Split what may be a speaker's label and a time from the start of a line; `bold` is its bold beginning."""
    begins, ends, text = _time(line.strip())
    label, style, rest, clock = _label(text, bold.strip())
    if clock is not None:
        begins = clock
    if label is None:
        return Opening(None, "none", text, begins, ends)
    if begins is None:
        begins, ends, rest = _time(rest, bare=False)
    return Opening(label, style, rest, begins, ends)


def believed(openings: Sequence[Opening], paragraphs: int) -> frozenset[tuple[Style, str]]:
    """
    Choose the labels, with their style, that the whole file bears out.

    Args:
        openings: those of all lines that hold a word.
        paragraphs: how many stretches between blank lines the file has; of those, a fair share must be labelled.
    """
    for styles in (("colon", "timed", "bold"), ("tab",), ("bracket",)):
        found = [each for each in openings if each.style in styles and each.label]
        first = key(openings[0].label or "")
        chosen = _chosen(found, max(paragraphs, 1), least=0.5 if styles == ("bracket",) else 0.1, first=first)
        if chosen:
            return frozenset((each.style, key(each.label)) for each in found if each.label and key(each.label) in chosen)
    return frozenset()


def is_name(label: str) -> bool:
    """Tell whether every word of a label is written as names are: a capital, a digit, a bracket."""
    words = label.replace(",", " ").split()
    return 0 < len(words) <= 6 and any(character.isalnum() for character in label) and all(
        word.casefold() in PARTICLES or not word.lstrip("([<'\"“‘-")[:1].islower() for word in words
    )


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


def _label(text: str, bold: str) -> tuple[str | None, Style, str, float | None]:
    found = MARKDOWN.match(text)
    if found and (found["in"] or found["out"]):
        return found["label"].strip(), "colon", text[found.end() :].strip(), None
    timed = TRAILING_TIME.match(text[: LONGEST + 40])
    if timed and _has_letters(timed["label"]):
        clock, _ = times.span(timed["mark"] or timed["bare"])
        return timed["label"].strip(" ,–-"), "timed", text[timed.end() :].strip(), clock
    colon = COLON.search(text, 0, LONGEST + 2)
    label = _before(colon, text) if colon else None
    if colon and label:
        return label, "colon", text[colon.end() :].strip(), None
    bracket = BRACKET.match(text)
    if bracket and not SOUNDS.search(bracket["label"]) and any(each.isalnum() for each in bracket["label"]):
        return bracket["label"].strip(), "bracket", text[bracket.end() :].strip(), None
    if 0 < len(bold) <= LONGEST and text.startswith(bold) and len(text) > len(bold) and is_name(bold):
        return bold.strip(" -–"), "bold", text[len(bold) :].strip(), None
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
        label = label[1:-1].strip()
    spaced = not after or after.isspace() or colon[0] != ":"
    if not spaced and not (after.isalpha() and (ROLES.fullmatch(label) or label.isupper())):
        return None
    if ENDS_SENTENCE.search(label) or SOUNDS.match(label) or not any(each.isalnum() for each in label):
        return None
    return label


def _has_letters(label: str) -> bool:
    return any(each.isalpha() for each in label) and not re.search(r"[?!;:]|\.\s*$", label)


def _chosen(found: Sequence[Opening], paragraphs: int, *, least: float, first: str) -> frozenset[str]:
    labels = [each.label for each in found if each.label]
    often = Counter(key(label) for label in labels)
    spelled = {key(label): label for label in labels}
    firm = {each for each, times_seen in often.items() if _is_firm(spelled[each], times_seen)}
    once = {each for each in often if each not in firm and _is_plausible(spelled[each])}
    lines = sum(often[each] for each in firm)
    if len(firm) > 1 or firm == {first}:
        return frozenset(firm | once) if lines >= paragraphs * least else frozenset()
    lines += sum(often[each] for each in once)
    return frozenset(firm | once) if lines >= max(paragraphs / 2, 1 if firm else 2) else frozenset()


def _is_firm(label: str, times_seen: int) -> bool:
    words = key(label).split()
    if words[0].strip(".,") in OPENERS:
        return False
    if ROLES.fullmatch(label):
        return True
    return times_seen > 1 and (is_name(label) or (len(words) == 1 and times_seen > 2))


def _is_plausible(label: str) -> bool:
    words = key(label).split()
    strange = words[0].strip(".,") in OPENERS or any(word.strip("().,") in HEADINGS for word in words)
    return not strange and is_name(label) and len(words) <= 4 and not label.isdigit()
