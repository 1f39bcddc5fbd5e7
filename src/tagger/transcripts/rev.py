"""JSON of Rev.ai and Rev.com: monologues of elements, with blanks and punctuation as elements of their own."""

from __future__ import annotations

from collections.abc import Iterator

from tagger.transcripts import json_values, speech
from tagger.transcripts.json_values import Record, at, clock, records, voice, words
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "rev"
SWITCH_ON = "leave skip_diarization off"


def recognises(source: Source) -> bool:
    """Tell it by monologues with elements."""
    return bool(json_values.within(source.value, _is_transcript))


def read(source: Source) -> Draft:
    """
    Read each monologue sentence by sentence; Rev.com says the names of speakers beside.

    Raises:
        TranscriptError: There are several transcripts in one file.
    """
    transcript = json_values.only(json_values.within(source.value, _is_transcript), source.name)
    names = {str(each.get("id")): voice(each.get("name")) for each in records(transcript, "speakers")}
    heard = [
        sentence
        for monologue in records(transcript, "monologues")
        for sentence in speech.sentences(_words(monologue, names))
    ]
    return speech.draft(heard, to_tell_apart=SWITCH_ON)


def _words(monologue: Record, names: dict[str, str | None]) -> Iterator[Utterance]:
    """Hand on the elements; two that are no punctuation had a blank between them, which some exports leave out."""
    speaker = names.get(str(monologue.get("speaker"))) or voice(monologue.get("speaker"))
    before: object = "punct"
    for each in records(monologue, "elements"):
        text = words(each, "value")
        parted = before != "punct" and each.get("type") != "punct"
        before = each.get("type")
        begins, ends = each.get("ts", each.get("timestamp")), each.get("end_ts", each.get("end_timestamp"))
        yield Utterance(f" {text}" if parted else text, speaker, clock(begins), clock(ends))


def _is_transcript(value: object) -> bool:
    return any(isinstance(at(each, "elements"), list) for each in records(value, "monologues"))
