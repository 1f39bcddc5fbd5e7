"""SubViewer captions (SBV), which YouTube exports."""

from __future__ import annotations

import re

from tagger.transcripts import cues, times
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft

FORMAT = "sbv"
TIMING = re.compile(r"\s*(\d{1,2}:\w{1,2}:\w{1,3}\.\w{1,4}),(\d{1,2}:\w{1,2}:\w{1,3}\.\w{1,4})\s*")


def recognises(source: Source) -> bool:
    """Tell SubViewer by two times and a comma alone on the first line."""
    return bool(TIMING.fullmatch(source.text.lstrip().split("\n", 1)[0]))


def read(source: Source) -> Draft:
    """Read the cues of an SBV file."""
    found, problems = cues.gather(list(enumerate(source.text.split("\n"), start=1)), timing)
    return cues.spoken(found, problems)


def timing(line: str) -> cues.Timing | None:
    """Read the line above a cue."""
    found = TIMING.fullmatch(line)
    return (times.seconds(found[1]), times.seconds(found[2])) if found else None
