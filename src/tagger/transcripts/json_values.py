"""JSON within bounds, and what stands in it whatever its type: no value in a wrong place raises."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice

from tagger.errors import TranscriptError
from tagger.transcripts import times

Record = dict[str, object]
START = re.compile(r'\s*(?:\{\s*(?:["}]|\Z)|\[\s*(?:[\]\[{"]|\Z))')
MOST_VALUES = 10_000_000
"""Values of the largest file that is read; an hour of Whisper with its tokens has about 50,000."""
MOST_WRAPPED = 1_000
LONGEST_WHOLE, LONGEST_CLOCK = 18, 40
AGAIN = "Export or download it again"
SECONDS = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?)s?")
PERIOD = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?")


def is_meant(text: str, name: str) -> bool:
    """Tell text that is JSON, or that its name says is."""
    return bool(START.match(text)) or (name.casefold().endswith(".json") and bool(text.strip()))


def parsed(text: str, name: str) -> object:
    """
    Read text as JSON; NaN and infinities are read as null.

    Raises:
        TranscriptError: It is cut off, not JSON, says a name twice, or holds more or deeper values than a transcript.
    """
    if text.count("{") + text.count("[") + text.count(",") > MOST_VALUES:
        raise TranscriptError(
            f"It is JSON with more than {MOST_VALUES:,} values",
            where=name,
            remedy="Export it without tokens and alternatives, or in several files",
        )
    try:
        return json.loads(
            text,
            strict=False,
            parse_constant=lambda constant: None,
            parse_int=_whole,
            object_pairs_hook=_record,
        )
    except json.JSONDecodeError as reason:
        raise _broken(text, name, reason) from reason
    except KeyError as reason:
        raise TranscriptError(
            f"It says {reason} twice in one place, so words could be lost", where=name, remedy=AGAIN
        ) from reason
    except RecursionError as reason:
        raise TranscriptError(
            "It is JSON that is nested deeper than any transcript", where=name, remedy=AGAIN
        ) from reason


def within(value: object, holds: Callable[[object], bool]) -> list[object]:
    """List what has a shape: the value itself, or else what is wrapped in it, up to two levels down."""
    level = [value]
    for _ in range(3):
        found = [each for each in level if holds(each)]
        if found:
            return found
        level = list(islice((inner for each in level for inner in _inside(each)), MOST_WRAPPED))
    return []


def only(found: list[object], name: str) -> object:
    """
    Take the one that was found, of what is there `within` a value.

    Raises:
        TranscriptError: There are several, which would run into each other.
    """
    if len(found) > 1:
        raise TranscriptError(
            f"It holds {len(found):,} transcripts in one file", where=name, remedy="Save each in a file of its own"
        )
    return found[0]


def at(value: object, *path: str) -> object:
    """Follow names into records; None where one is not there."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def records(value: object, *path: str) -> list[Record]:
    """List the records that stand at a path; what else stands there holds no words."""
    listed = at(value, *path)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def words(value: object, *names: str) -> str:
    """Take the first of these fields that holds text."""
    found = (at(value, name) for name in names)
    return next((each for each in found if isinstance(each, str) and each), "")


def clock(value: object) -> float | None:
    """Read a time in seconds: a number, `1.5`, `1.5s`, `PT1.5S`, `00:00:01,500`, or seconds and nanos."""
    if isinstance(value, dict):
        whole, nanos = clock(value.get("seconds", 0)), clock(value.get("nanos", 0))
        return None if whole is None or nanos is None else whole + nanos / 1e9
    if isinstance(value, str):
        return _written(value[:LONGEST_CLOCK].strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def voice(value: object) -> str | None:
    """Name a speaker: as the source does, or Speaker 1 and Speaker A where it has a number or a letter alone."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    label = str(value).strip()
    if label.isdecimal() or (len(label) == 1 and label.isalpha()):
        return f"Speaker {label}"
    return label if any(map(str.isalnum, label)) else None


def named(*names: str | None) -> str | None:
    """Join the names of a channel and of a speaker, so far as there are any."""
    return " ".join(filter(None, names)) or None


def _written(text: str) -> float | None:
    plain = SECONDS.fullmatch(text)
    if plain:
        return float(plain[1])
    period = PERIOD.fullmatch(text)
    if period:
        hours, minutes, seconds = (float(part or 0) for part in period.groups())
        return hours * 3600 + minutes * 60 + seconds
    return times.seconds(text)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= LONGEST_WHOLE else float(digits)


def _record(pairs: list[tuple[str, object]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        often = Counter(name for name, _ in pairs)
        raise KeyError(often.most_common(1)[0][0][:60])
    return record


def _broken(text: str, name: str, reason: json.JSONDecodeError) -> TranscriptError:
    where = f"{name}, line {reason.lineno:,}"
    if not START.match(text):
        return TranscriptError("It is named .json, but is not JSON", where=name, remedy=AGAIN)
    if reason.msg.startswith("Unterminated") or not text[reason.pos + 5 :].strip():
        end = len(text.rstrip())
        return TranscriptError(
            f"It is JSON that breaks off after {end:,} characters: the end is missing", where=where, remedy=AGAIN
        )
    if reason.msg == "Extra data":
        what, remedy = "more than one JSON value", "Export it as one JSON file, WebVTT (.vtt) or plain text"
    else:
        what, remedy = f"a mistake ({reason.msg})", AGAIN
    return TranscriptError(f"It is JSON, but has {what} at character {reason.pos + 1:,}", where=where, remedy=remedy)
