"""Clock times as transcripts write them: padded or not, negative, with a comma, in brackets."""

from __future__ import annotations

import re

CLOCK = r"-?\d{1,3}:-?\d{1,2}(?::-?\d{1,2})?(?:[.,]-?\d{1,6})?"
ARROW = r"\s{0,3}(?:-{1,2}>|–|-|to)\s{0,3}"
BRACKETED = rf"(?:[\[(<{{]\s?{CLOCK}(?:{ARROW}{CLOCK})?\s?[\])>}}]|#{CLOCK}(?:-\d)?#)"
INSIDE = re.compile(BRACKETED)
LEADING = re.compile(rf"\s*(?P<token>{BRACKETED}|{CLOCK}(?:{ARROW}{CLOCK})?)(?P<after>\s*[:\-–]?(?:\s+|$)|(?=\S))")
_CLOCK = re.compile(CLOCK)
_PARTS = re.compile(r"(?:(-?\d{1,9}):)?(-?\d{1,9}):(-?\d{1,9})(?:[.,](-?\d{1,18}))?")
_LETTERS = re.compile(
    r"(?:(\d{1,9})\s*h(?:rs?|ours?)?)?\s*(?:(\d{1,9})\s*m(?:in(?:ute)?s?)?)?"
    r"\s*(?:(\d{1,9}(?:\.\d{1,9})?)\s*s(?:ec(?:ond)?s?)?)?"
)


def seconds(clock: str) -> float | None:
    """
    Read a clock time as seconds, None where it is not one.

    Teams writes `0:0:3.40` for 3 seconds and 40 milliseconds: without padding, the fraction counts milliseconds.
    """
    found = _PARTS.fullmatch(clock.strip())
    if not found:
        return None
    hours, minutes, whole, fraction = found.groups()
    unpadded = len(minutes.lstrip("-")) == 1 and hours is not None
    part = 0.0
    if fraction:
        digits = fraction.lstrip("-")
        part = int(digits) / 1000 if unpadded else int(digits) / 10 ** len(digits)
    size = abs(int(hours or 0)) * 3600 + abs(int(minutes)) * 60 + abs(int(whole)) + part
    return round(-size if "-" in clock else size, 6)


def duration(words: str) -> float | None:
    """Read a time of a table: a clock, a plain number of seconds, or `1h02m03s`."""
    clock = seconds(words)
    if clock is not None:
        return clock
    text = words.strip().casefold()
    if re.fullmatch(r"\d{1,9}(?:[.,]\d{1,9})?", text):
        return float(text.replace(",", "."))
    found = _LETTERS.fullmatch(text)
    if not text or not found or not any(found.groups()):
        return None
    hours, minutes, rest = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest


def span(token: str) -> tuple[float | None, float | None]:
    """Read one time, or two with an arrow between them."""
    clocks = [seconds(each) for each in _CLOCK.findall(token)]
    return (clocks[0] if clocks else None), (clocks[1] if len(clocks) > 1 else None)
