"""JSON of Azure AI Speech: the phrases of a batch transcription or of a fast one."""

from __future__ import annotations

from tagger.transcripts import json_values, speech
from tagger.transcripts.json_values import Record, clock, named, records, voice, words
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "azure-speech"
SWITCH_ON = "switch diarization on"


def recognises(source: Source) -> bool:
    """Tell it by its name for phrases."""
    return bool(json_values.within(source.value, _is_response))


def read(source: Source) -> Draft:
    """
    Read the likeliest wording of each phrase, as it is written for reading.

    Raises:
        TranscriptError: There are several responses in one file.
    """
    response = json_values.only(json_values.within(source.value, _is_response), source.name)
    phrases = records(response, "recognizedPhrases") or records(response, "phrases")
    channels = {str(each.get("channel")) for each in phrases}
    heard = [_phrase(each, len(channels) > 1) for each in phrases]
    dropped = speech.less_likely(records(each, "nBest") for each in phrases)
    return speech.draft(
        speech.in_order(heard) if len(channels) > 1 else heard, to_tell_apart=SWITCH_ON, dropped=dropped
    )


def _is_response(value: object) -> bool:
    return bool(records(value, "recognizedPhrases")) or any(
        "offsetMilliseconds" in each for each in records(value, "phrases")
    )


def _phrase(phrase: Record, many: bool) -> Utterance:
    best = next(iter(records(phrase, "nBest")), phrase)
    channel = f"Channel {phrase.get('channel')}" if many else None
    begins, lasts = _seconds(phrase, "offset"), _seconds(phrase, "duration")
    return Utterance(
        words(best, "display", "text", "lexical"),
        named(channel, voice(phrase.get("speaker"))),
        begins,
        None if begins is None or lasts is None else begins + lasts,
    )


def _seconds(phrase: Record, name: str) -> float | None:
    milliseconds = clock(phrase.get(f"{name}Milliseconds"))
    return clock(phrase.get(name)) if milliseconds is None else milliseconds / 1000
