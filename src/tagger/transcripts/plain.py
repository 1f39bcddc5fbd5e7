"""Plain text: `Speaker: text`, `[id] text`, a speaker on a line of its own, times in many styles; or notes."""

from __future__ import annotations

from pathlib import PurePath

from tagger.errors import TranscriptError
from tagger.transcripts import dialogue, foreign
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft

FORMAT = "text"
LONGEST_LINE = 1_000
SHORTEST_NOTE = 20
MOST_LINES = 500_000
PROSE = frozenset({"", ".txt", ".text", ".md", ".markdown", ".log", ".asc", ".docx", ".doc", ".transcript"})
ONE_A_PARAGRAPH = "Export it with one paragraph for each turn, beginning with the speaker's name and a colon"


def recognises(source: Source) -> bool:
    """Take any text; asked last."""
    return bool(source.text.strip())


def read(source: Source) -> Draft:
    """
    Read a conversation or notes.

    Raises:
        TranscriptError: Neither speakers nor paragraphs can be told apart, or it is a licence or a readme.
    """
    lines = dialogue.from_text(source.text)
    if len(lines) > MOST_LINES:
        raise TranscriptError(
            f"It has {len(lines):,} lines; a transcript has at most {MOST_LINES:,}",
            where=source.name,
            remedy="Split it",
        )
    full = [line for line in lines if line.text.strip()]
    if len(full) == 1 and len(full[0].text.split()) > LONGEST_LINE:
        raise TranscriptError(
            f"It is one single line of {len(full[0].text):,} characters, without turns to tell apart",
            where=source.name,
            remedy=ONE_A_PARAGRAPH,
        )
    draft = dialogue.read(lines)
    speakers = {each.speaker for each in draft.utterances if each.speaker}
    foreign.refuse_paperwork(source, names_speakers=len(speakers) > 1)
    if not speakers:
        _refuse_what_is_no_prose(source, draft)
    return draft


def _refuse_what_is_no_prose(source: Source, draft: Draft) -> None:
    suffix = PurePath(source.name).suffix.casefold()
    if suffix not in PROSE:
        raise TranscriptError(
            f"It is named {suffix}, but nothing in it is laid out like that, and no speakers are named",
            where=source.name,
            remedy="Export it again, or name it .txt if these are notes",
        )
    words = sum(len(each.text.split()) for each in draft.utterances)
    if len(draft.utterances) < 2 and words < SHORTEST_NOTE:
        raise TranscriptError(
            f"It names no speakers and holds {words} words: too little to be a transcript or notes",
            where=source.name,
            remedy="Check that it is whole",
        )
    sample = "\n".join(each.text for each in draft.utterances[:2000])[:100_000]
    if sum(each.isalpha() or each.isspace() for each in sample) < 0.7 * len(sample):
        raise TranscriptError(
            "It does not read like talk or notes, and no speakers are named", where=source.name, remedy=ONE_A_PARAGRAPH
        )
