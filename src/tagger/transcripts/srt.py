"""SubRip captions (SRT)."""

from __future__ import annotations

import re

from tagger.errors import TranscriptError
from tagger.transcripts import cues, times
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft

FORMAT = "srt"
TIMING = re.compile(r"\s*(-?\d\S*:\S*)\s*-->\s*(\S+)")


def recognises(source: Source) -> bool:
    """Tell SubRip by times with a comma."""
    if source.text.lstrip().startswith("WEBVTT"):
        return False
    return any(found and "," in found[0] for found in map(TIMING.match, source.text.split("\n")))


def read(source: Source) -> Draft:
    """
    Read the cues of an SRT file.

    Raises:
        TranscriptError: There are none with words.
    """
    found, problems = cues.gather(list(enumerate(source.text.split("\n"), start=1)), timing)
    if not any(cue.lines and cue.begins is not None for cue in found):
        raise TranscriptError(
            "It has the times of captions, but no words under them", where=source.name, remedy="Export it again"
        )
    return cues.spoken(found, problems)


def timing(line: str) -> cues.Timing | None:
    """Read the line above a cue."""
    found = TIMING.match(line) if "-->" in line else None
    return (times.seconds(found[1]), times.seconds(found[2])) if found else None
