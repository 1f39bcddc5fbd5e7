"""JSON of AssemblyAI: utterances of speakers, else words; its times count milliseconds."""

from __future__ import annotations

from tagger.errors import TranscriptError
from tagger.transcripts import json_values, speech
from tagger.transcripts.json_values import Record, clock, records, voice, words
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "assemblyai"
SWITCH_ON = "ask for speaker_labels"


def recognises(source: Source) -> bool:
    """Tell it by its name for the recording, beside its words or the state of its work."""
    return bool(json_values.within(source.value, _is_response))


def read(source: Source) -> Draft:
    """
    Read the utterances, or make sentences of the words.

    Raises:
        TranscriptError: The work was not done, or there are several responses in one file.
    """
    response = json_values.only(json_values.within(source.value, _is_response), source.name)
    spoken = [each for each in records(response, "words") if words(each, "text")]
    utterances = records(response, "utterances")
    if not spoken and not utterances:
        raise TranscriptError(
            f"It holds no words; AssemblyAI says of it: {words(response, 'error', 'status')[:80]}",
            where=source.name,
            remedy="Fetch the transcript again when it is completed",
        )
    heard = [_utterance(each) for each in utterances]
    if not heard:
        heard = speech.sentences(_utterance(each, " ") for each in spoken)
    return speech.draft(heard, to_tell_apart=SWITCH_ON, whole=words(response, "text"))


def _is_response(value: object) -> bool:
    return isinstance(value, dict) and "audio_url" in value and {"words", "utterances", "status"} & set(value) != set()


def _utterance(each: Record, before: str = "") -> Utterance:
    begins, ends = clock(each.get("start")), clock(each.get("end"))
    return Utterance(
        f"{before}{words(each, 'text')}",
        voice(each.get("speaker")),
        None if begins is None else begins / 1000,
        None if ends is None else ends / 1000,
    )
