"""JSON of Google Cloud Speech-to-Text, versions 1 and 2: results with alternatives, and words with speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tagger.transcripts import json_values, speech
from tagger.transcripts.json_values import Record, clock, named, records, voice, words
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "google-speech"
SWITCH_ON = "switch speaker diarisation on"
BEGINS = ("startTime", "start_time", "startOffset", "start_offset")
ENDS = ("endTime", "end_time", "endOffset", "end_offset")
SPEAKER = ("speakerTag", "speaker_tag", "speakerLabel", "speaker_label")
CHANNEL = ("channelTag", "channel_tag")
RESULT_ENDS = ("resultEndTime", "result_end_time", "resultEndOffset", "result_end_offset")


def recognises(source: Source) -> bool:
    """Tell it by results with alternatives."""
    return bool(json_values.within(source.value, _is_response))


def read(source: Source) -> Draft:
    """
    Read the likeliest alternative of each result.

    Raises:
        TranscriptError: There are several responses in one file.
    """
    response = json_values.only(json_values.within(source.value, _is_response), source.name)
    results = records(response, "results")
    channels: dict[str, list[Record]] = {}
    for each in results:
        channels.setdefault(str(_first(each, CHANNEL)), []).append(each)
    heard = [
        sentence
        for number, of_channel in channels.items()
        for result in _once(of_channel)
        for sentence in _sentences(result, f"Channel {number}" if len(channels) > 1 else None)
    ]
    dropped = speech.less_likely(records(each, "alternatives") for each in results)
    return speech.draft(
        speech.in_order(heard) if len(channels) > 1 else heard, to_tell_apart=SWITCH_ON, dropped=dropped
    )


def _is_response(value: object) -> bool:
    return any(isinstance(each.get("alternatives"), list) for each in records(value, "results"))


def _first(record: Record, names: Sequence[str]) -> object:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _best(result: Record) -> Record:
    return next(iter(records(result, "alternatives")), {})


def _spoken(result: Record) -> list[Record]:
    return records(_best(result), "words")


def _tag(word: Record) -> str | None:
    """Name the speaker of a word; 0 says that nobody was told apart."""
    label = voice(_first(word, SPEAKER))
    return None if label == "Speaker 0" else label


def _once(results: Sequence[Record]) -> list[Record]:
    """Leave out results whose words the last one says again with their speakers, as version 1 has it."""
    *before, last = results
    if not any(map(_tag, _spoken(last))):
        return list(results)
    starts = set(_starts(last))
    text = speech.letters(words(each, "word") for each in _spoken(last))
    position, kept = 0, []
    for each in before:
        own, said = _starts(each), speech.letters([words(_best(each), "transcript")])
        tagged = any(map(_tag, _spoken(each)))
        again = starts.issuperset(own) if own else not tagged and text.startswith(said, position)
        position += len(said) if again else 0
        kept += [] if again else [each]
    return [*kept, last]


def _starts(result: Record) -> list[float]:
    clocks = (clock(_first(each, BEGINS)) for each in _spoken(result))
    return [each for each in clocks if each is not None]


def _sentences(result: Record, channel: str | None) -> Iterator[Utterance]:
    spoken = [
        Utterance(
            f" {words(each, 'word')}",
            named(channel, _tag(each)),
            clock(_first(each, BEGINS)),
            clock(_first(each, ENDS)),
        )
        for each in _spoken(result)
    ]
    text = words(_best(result), "transcript")
    if text and len({each.speaker for each in spoken}) < 2:
        begins, ends = (spoken[0].begins, spoken[-1].ends) if spoken else (None, clock(_first(result, RESULT_ENDS)))
        yield Utterance(text, spoken[0].speaker if spoken else channel, begins, ends)
    else:
        yield from speech.sentences(spoken)
