"""JSON of Deepgram: utterances where they were asked for, else words."""

from __future__ import annotations

from tagger.transcripts import json_values, speech
from tagger.transcripts.json_values import Record, at, clock, named, records, voice, words
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "deepgram"
SWITCH_ON = "ask for diarize=true"


def recognises(source: Source) -> bool:
    """Tell it by its channels with alternatives."""
    return bool(json_values.within(source.value, _is_response))


def read(source: Source) -> Draft:
    """
    Read the words of each channel; several channels are told apart by their number.

    Raises:
        TranscriptError: There are several responses in one file.
    """
    results = at(json_values.only(json_values.within(source.value, _is_response), source.name), "results")
    channels = [next(iter(records(each, "alternatives")), {}) for each in records(results, "channels")]
    many = len(channels) > 1
    heard = [
        each for place, channel in enumerate(channels) for each in _heard(channel, f"Channel {place}" if many else None)
    ]
    if many:
        return speech.draft(speech.in_order(heard), to_tell_apart=SWITCH_ON)
    return speech.draft(heard, to_tell_apart=SWITCH_ON, whole=words(channels[0], "transcript"))


def _is_response(value: object) -> bool:
    return any("alternatives" in each for each in records(value, "results", "channels"))


def _heard(channel: Record, name: str | None) -> list[Utterance]:
    spoken = records(channel, "words")
    if not spoken:
        return [Utterance(words(channel, "transcript"), name)]
    return speech.sentences(
        Utterance(
            f" {words(each, 'punctuated_word', 'word')}",
            named(name, voice(each.get("speaker"))),
            clock(each.get("start")),
            clock(each.get("end")),
        )
        for each in spoken
    )
