"""JSON of AWS Transcribe: words with times, told apart by speaker labels or by channels."""

from __future__ import annotations

from collections.abc import Iterable

from tagger.errors import TranscriptError
from tagger.transcripts import json_values, speech
from tagger.transcripts.json_values import Record, at, clock, named, records, voice, words
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "aws-transcribe"
SWITCH_ON = "switch on speaker partitioning, or channel identification"


def recognises(source: Source) -> bool:
    """Tell a transcript, or what describes its job, by their names for things."""
    return bool(json_values.within(source.value, _is_job))


def read(source: Source) -> Draft:
    """
    Read the words, channel by channel, with the likeliest spelling of each.

    Raises:
        TranscriptError: It is about a job and holds no words, or holds several transcripts.
    """
    job = json_values.only(json_values.within(source.value, _is_job), source.name)
    results = at(job, "results")
    whole = " ".join(words(each, "transcript") for each in records(results, "transcripts"))
    if not _has_words(job):
        raise _without_words(job, whole, source.name)
    channels = [each for each in records(results, "channel_labels", "channels") if records(each, "items")]
    labels = _labelled(results)
    if channels:
        heard = speech.in_order(each for channel in channels for each in speech.sentences(_words(channel, labels)))
    elif records(results, "items"):
        heard = speech.sentences(_words(results, labels))
    else:
        heard = [_phrase(each) for each in records(results, "audio_segments")]
    guesses = [*records(results, "items"), *records(results, "segments")]
    dropped = speech.less_likely(records(each, "alternatives") for each in guesses)
    return speech.draft(heard, to_tell_apart=SWITCH_ON, whole="" if channels else whole, dropped=dropped)


def _is_job(value: object) -> bool:
    return (
        _has_words(value)
        or bool(records(value, "results", "transcripts"))
        or isinstance(at(value, "TranscriptionJob"), dict)
        or bool(words(value, "jobName") and words(value, "accountId"))
    )


def _has_words(value: object) -> bool:
    results = at(value, "results")
    return bool(
        records(results, "channel_labels", "channels")
        or records(results, "audio_segments")
        or any("alternatives" in each and "type" in each for each in records(results, "items"))
    )


def _without_words(job: object, whole: str, name: str) -> TranscriptError:
    if whole.strip():
        return TranscriptError(
            "It is JSON of AWS Transcribe that holds what was said in one piece, without times and speakers",
            where=name,
            remedy="Take the file as AWS Transcribe wrote it",
        )
    status = words(job, "status") or words(at(job, "TranscriptionJob"), "TranscriptionJobStatus")
    return TranscriptError(
        f"It describes a job of AWS Transcribe{f' ({status[:40]})' if status else ''} and holds no words",
        where=name,
        remedy="Take the file that its TranscriptFileUri leads to",
    )


def _words(holder: object, labels: dict[object, str]) -> Iterable[Utterance]:
    """Hand on the words of a channel; punctuation goes on with the word before and is of the same speaker."""
    channel = voice(at(holder, "channel_label"))
    speaker = channel
    for item in records(holder, "items"):
        text = words(next(iter(records(item, "alternatives")), {}), "content")
        begins, ends = clock(item.get("start_time")), clock(item.get("end_time"))
        if item.get("type") != "punctuation":
            label = voice(item.get("speaker_label")) or labels.get(begins)
            speaker = named(channel, label)
            text = text if speech.UNSPACED.match(text) else f" {text}"
        if text.strip():
            yield Utterance(text, speaker, begins, ends)


def _labelled(results: object) -> dict[object, str]:
    """Say for the time at which a word begins who says it, as older exports do beside the words."""
    return {
        begins: label
        for segment in records(results, "speaker_labels", "segments")
        for each in records(segment, "items")
        if (begins := clock(each.get("start_time"))) is not None
        and (label := voice(each.get("speaker_label")) or voice(segment.get("speaker_label")))
    }


def _phrase(segment: Record) -> Utterance:
    label = voice(segment.get("speaker_label")) or voice(segment.get("channel_label"))
    begins, ends = clock(segment.get("start_time")), clock(segment.get("end_time"))
    return Utterance(words(segment, "transcript"), label, begins, ends)
