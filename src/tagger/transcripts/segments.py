"""
JSON with segments: what Whisper and its kin write, and whatever else lists words with times or speakers.

openai-whisper, faster-whisper, WhisperX, whisper.cpp, whisper-timestamped, stable-ts, transformers and the verbose_json
of OpenAI differ in names only, so one reader knows the names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tagger.errors import TranscriptError
from tagger.transcripts import json_values, speech
from tagger.transcripts.foreign import AS_CAPTIONS
from tagger.transcripts.json_values import Record, at, clock, records, voice, words
from tagger.transcripts.sources import Source
from tagger.transcripts.utterances import Draft, Utterance

FORMAT = "json"
LISTS = ("segments", "transcription", "speakers", "chunks", "sentences", "utterances", "transcript")
WHOLE = ("text", "transcript", "transcription")
WORD_LISTS = ("word_segments", "words")
TEXT = ("text", "body", "transcript", "sentence", "content")
WORD = ("word", "text", "punctuated_word")
SPEAKER = ("speaker", "speaker_name", "speakerName", "speaker_label", "speakerLabel", "speaker_id", "speakerId")
SPANS = (("start", "end"), ("start_time", "end_time"), ("startTime", "endTime"), ("from", "to"), ("begin", "end"))
WHEN = (*[begins for begins, _ in SPANS], "timestamps", "timestamp")
FEWEST_MILLISECONDS = 400
FARTHEST = 1_000
"""Characters within which the next word of a segment is looked for in its text."""
SAMPLE = 1_000
"""Segments by which it is told what a list holds."""
AS_SEGMENTS = "Export it with segments and times (verbose_json, WhisperX), or as WebVTT or SRT"
SWITCH_ON = "switch diarisation on (WhisperX: --diarize)"
IDEOGRAPHS = re.compile("[\u2e80-\u9fff\uac00-\ud7af]")


def recognises(source: Source) -> bool:
    """Take any JSON that no other reader took; it is read, or refused for what it is."""
    return source.value is not None


def read(source: Source) -> Draft:
    """
    Read one segment after the other; where its words have several speakers, it is cut between them.

    Raises:
        TranscriptError: There are no segments, or several transcripts.
    """
    found = json_values.within(source.value, lambda value: bool(_segments(value)))
    if not found:
        raise _without_segments(source)
    whole = json_values.only(found, source.name)
    segments = _segments(whole)
    heard = _in_seconds([piece for each in segments for piece in _pieces(each)])
    if _one_word_each(segments):
        heard = speech.sentences(_spaced(heard))
    return speech.draft(heard, to_tell_apart=SWITCH_ON, whole=words(whole, *WHOLE))


def _segments(value: object) -> list[Record]:
    """List the segments of a value, else its words; none where most have neither times nor speakers."""
    lists = [value] if isinstance(value, list) else [at(value, name) for name in (*LISTS, *WORD_LISTS)]
    for each in lists:
        listed = records({"": each}, "")
        segments = [segment for segment in listed[:SAMPLE] if _text(segment)]
        if sum(any(key in segment for key in (*WHEN, *SPEAKER)) for segment in segments) > len(segments) / 2:
            return listed
    return []


def _text(segment: Record) -> str:
    return words(segment, *TEXT, *WORD) or "".join(_word_texts(segment))


def _word_texts(segment: Record) -> list[str]:
    texts = [words(each, *WORD) for each in records(segment, "words")]
    return [each if each[:1].isspace() else f" {each}" for each in texts if each]


def _speaker(record: Record) -> str | None:
    return next((label for key in SPEAKER if key in record and (label := voice(record[key]))), None)


def _span(record: Record) -> tuple[float | None, float | None]:
    pair = record.get("timestamp")
    if isinstance(pair, list):
        begins, ends = [*pair, None, None][:2]
        return clock(begins), clock(ends)
    holder = record.get("timestamps", record)
    times = ((clock(at(holder, begins)), clock(at(holder, ends))) for begins, ends in SPANS)
    return next((span for span in times if span != (None, None)), (None, None))


def _pieces(segment: Record) -> list[Utterance]:
    """Cut a segment where its words change their speaker; a word without one goes with the word before."""
    text, whose, (begins, ends) = _text(segment), _speaker(segment), _span(segment)
    spoken = records(segment, "words")
    voices = [_speaker(each) for each in spoken]
    if len(set(filter(None, voices))) < 2:
        return [Utterance(text, whose or next(filter(None, voices), None), begins, ends)]
    cuts: list[tuple[int, str | None, float | None]] = [(0, next(filter(None, voices)), begins)]
    position = 0
    for word, label in zip(spoken, voices, strict=True):
        said = words(word, *WORD).strip()
        place = text.find(said, position, position + FARTHEST)
        if place < 0:
            continue
        position = place + len(said)
        if label and label != cuts[-1][1]:
            cuts.append((place, label, _span(word)[0]))
    after = [(place, start) for place, _, start in cuts[1:]] + [(len(text), ends)]
    return [
        Utterance(text[place:end], label, start, stop)
        for (place, label, start), (end, stop) in zip(cuts, after, strict=True)
    ]


def _in_seconds(heard: list[Utterance]) -> list[Utterance]:
    """Some programs count milliseconds: whole numbers, hundreds apart."""
    clocks = [each for piece in heard for each in (piece.begins, piece.ends) if each is not None]
    if not clocks or max(clocks) <= FEWEST_MILLISECONDS * len(heard) or not all(each.is_integer() for each in clocks):
        return heard
    return [replace(each, begins=_thousandth(each.begins), ends=_thousandth(each.ends)) for each in heard]


def _thousandth(clock: float | None) -> float | None:
    return None if clock is None else clock / 1000


def _one_word_each(segments: Sequence[Record]) -> bool:
    """Tell lists of words, which come out of options such as --max-len 1, from lists of sentences."""
    texts = [text for each in segments[:SAMPLE] if (text := _text(each).strip())]
    short = sum(len(text.split()) < 2 and len(text) < 20 and len(IDEOGRAPHS.findall(text)) < 4 for text in texts)
    return short > 0.9 * len(texts)


def _spaced(heard: Sequence[Utterance]) -> list[Utterance]:
    """Put a blank before each word, unless blanks in the file say already which of them go on with the one before."""
    begin_with_blank = Counter(each.text[:1].isspace() for each in heard)
    if begin_with_blank[True] > len(heard) / 4:
        return list(heard)
    return [Utterance(f" {each.text}", each.speaker, each.begins, each.ends) for each in heard]


def _without_segments(source: Source) -> TranscriptError:
    texts = [words(each, *WHOLE) for each in json_values.within(source.value, _has_whole)]
    if len(texts) != 1:
        what, remedy = "not of a speech-to-text program that is known: no words with times or speakers", AS_CAPTIONS
    elif not texts[0].strip():
        what, remedy = "holds no words that somebody said", "Check that it is whole"
    else:
        what, remedy = "holds what was said in one piece, without times and speakers", AS_SEGMENTS
    return TranscriptError(f"It is JSON, but {what}", where=source.name, remedy=remedy)


def _has_whole(value: object) -> bool:
    return any(isinstance(at(value, name), str) for name in WHOLE)
