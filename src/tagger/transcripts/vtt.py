"""WebVTT: what Teams, Zoom, Stream and YouTube export."""

from __future__ import annotations

import re

from tagger.errors import TranscriptError
from tagger.transcripts import cues, times
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft

FORMAT = "vtt"
SIGNATURE = re.compile(r"\s*WEBVTT(?=\s|$)")
TIMING = re.compile(r"\s*(-?\d[^\s,]*:[^\s,]*)\s*-->\s*(\S+)")
BLOCK = re.compile(r"(NOTE|STYLE|REGION)(?:\s|$)")


def recognises(source: Source) -> bool:
    """Tell WebVTT by its first word, or by its times where that word was lost."""
    return bool(SIGNATURE.match(source.text)) or any(TIMING.match(line) for line in source.text.split("\n"))


def read(source: Source) -> Draft:
    """
    Read the cues of a WebVTT file.

    Raises:
        TranscriptError: There are none.
    """
    lines = list(enumerate(source.text.split("\n"), start=1))
    problems = []
    dropped: list[str] = []
    if SIGNATURE.match(source.text):
        lines, header = _without_header(lines)
        dropped += header
    else:
        problems.append("the first line, WEBVTT, is missing: read all the same")
    lines, comments = _without_blocks(lines)
    found, odd = cues.gather(lines, timing)
    if not any(cue.begins is not None or cue.ends is not None for cue in found):
        raise TranscriptError("It is WebVTT, but holds no captions", where=source.name, remedy="Export it again")
    return cues.spoken(found, [*problems, *odd], [*dropped, *comments])


def timing(line: str) -> cues.Timing | None:
    """Read the line above a cue; settings after the times are passed over."""
    found = TIMING.match(line) if "-->" in line else None
    return (times.seconds(found[1]), times.seconds(found[2])) if found else None


def _without_header(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], list[str]]:
    header: list[str] = []
    for place, (_, line) in enumerate(lines):
        if (header and not line.strip()) or timing(line):
            return lines[place:], [each for each in header if each != "WEBVTT"]
        if line.strip():
            header.append(" ".join(line.split()))
    return [], []


def _without_blocks(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], list[str]]:
    """Take away comments, styles and regions: each from its first word to the next blank line."""
    kept: list[tuple[int, str]] = []
    dropped: list[str] = []
    block: list[str] | None = None
    fresh = True
    for number, line in lines:
        if block is not None and (not line.strip() or timing(line)):
            dropped.append(" ".join(" ".join(block).split()))
            block = None
        if block is not None:
            block.append(line)
        elif fresh and BLOCK.match(line):
            block = [line]
        else:
            kept.append((number, line))
        fresh = not line.strip()
    if block is not None:
        dropped.append(" ".join(" ".join(block).split()))
    return kept, dropped
