"""JSON of speech-to-text programs: whose words, no word lost or doubled, and bad JSON refused for its true reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import TranscriptError
from tagger.records import Transcript
from tagger.transcripts import read

SHARED = Path(__file__).resolve().parents[2] / "shared" / "evaldata" / "transcripts"
Talk = list[tuple[int, list[str]]]
"""Who speaks, counted from 0, and their words, with the punctuation that ends some of them."""
Heard = list[tuple[int, str, float, float]]
"""One word after the other: who, what, from when to when."""

SPOKEN = [
    "so",
    "we",
    "met,",
    "naïve",
    "don't",
    "well",
    "R&D",
    "e.g.",
    "why?",
    "half-way",
    "I",
    "5",
    "know.",
    "Sam!",
    "no",
]


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """Draw turns of two or three people; sometimes one of them goes on."""
    people = draw(st.integers(2, 3))
    words = st.lists(st.sampled_from(SPOKEN), min_size=1, max_size=25)
    turns = [(who, draw(words)) for who in range(people)]
    return turns + draw(st.lists(st.tuples(st.integers(0, people - 1), words), max_size=4))


def heard(talk: Talk) -> Heard:
    """Give each word its time, half a second after the one before."""
    spoken = [(who, word) for who, words in talk for word in words]
    return [(who, word, at / 2, at / 2 + 0.4) for at, (who, word) in enumerate(spoken)]


def cut(words: Heard, size: int = 7) -> list[Heard]:
    """Cut words into segments, which do not care who speaks."""
    return [words[at : at + size] for at in range(0, len(words), size)]


def by_speaker(words: Heard) -> list[Heard]:
    """Cut words where another speaks."""
    return [list(run) for _, run in groupby(words, key=lambda each: each[0])]


def text_of(words: Heard) -> str:
    """Write words with blanks between them."""
    return " ".join(word for _, word, _, _ in words)


def parts(word: str) -> list[str]:
    """Part a word from the punctuation after it."""
    return [each for each in re.fullmatch(r"(.*?)([,.?!]*)", word).groups() if each]  # type: ignore[union-attr]


# How each program writes what it heard, and what it calls the first, second and third speaker.


def whisper(words: Heard) -> object:
    """openai-whisper with words."""
    segments = [
        {
            "id": at,
            "start": part[0][2],
            "end": part[-1][3],
            "text": f" {text_of(part)}",
            "tokens": [50364, 1],
            "words": [{"word": f" {word}", "start": s, "end": e, "probability": 0.9} for _, word, s, e in part],
        }
        for at, part in enumerate(cut(words))
    ]
    return {"text": f" {text_of(words)}", "segments": segments, "language": "en"}


def wrapped(words: Heard) -> object:
    """openai-whisper inside of what a service adds."""
    return {"bucket": "b", "key": "audio/1.m4a", "result": whisper(words)}


def listed(words: Heard) -> object:
    """Segments of faster-whisper, dumped as a list."""
    return [{"start": part[0][2], "end": part[-1][3], "text": f" {text_of(part)}"} for part in cut(words)]


def whisper_cpp(words: Heard) -> object:
    """whisper.cpp with --output-json."""
    return {
        "systeminfo": "AVX = 1",
        "result": {"language": "en"},
        "transcription": [
            {
                "timestamps": {"from": stamp(part[0][2]), "to": stamp(part[-1][3])},
                "offsets": {"from": int(part[0][2] * 1000), "to": int(part[-1][3] * 1000)},
                "text": f" {text_of(part)}",
            }
            for part in cut(words)
        ],
    }


def whisper_cpp_words(words: Heard) -> object:
    """whisper.cpp with --max-len 1: a segment for each token, and a blank before those that begin a word."""
    return {
        "transcription": [
            {"timestamps": {"from": stamp(s), "to": stamp(e)}, "text": part if at else f" {part}"}
            for _, word, s, e in words
            for at, part in enumerate(parts(word))
        ]
    }


def stamp(seconds: float) -> str:
    """Write a clock as whisper.cpp does."""
    return f"00:{int(seconds) // 60:02}:{int(seconds) % 60:02},{round(seconds % 1 * 1000):03}"


def timestamped(words: Heard) -> object:
    """whisper-timestamped: its words are called text."""
    segments = [
        {
            "start": part[0][2],
            "end": part[-1][3],
            "text": text_of(part),
            "words": [{"text": word, "start": s, "end": e, "confidence": 0.9} for _, word, s, e in part],
        }
        for part in cut(words)
    ]
    return {"text": text_of(words), "segments": segments}


def transformers(words: Heard) -> object:
    """The pipeline of transformers."""
    chunks = [{"timestamp": [part[0][2], part[-1][3]], "text": f" {text_of(part)}"} for part in cut(words)]
    return {"text": text_of(words), "chunks": chunks}


def openai_words(words: Heard) -> object:
    """OpenAI's verbose_json when asked for words alone."""
    spoken = [{"word": word.strip(",.?!") or word, "start": s, "end": e} for _, word, s, e in words]
    return {"task": "transcribe", "text": text_of(words), "words": spoken}


def whisperx(words: Heard) -> object:
    """WhisperX with speakers, in segments that may hold several; the words stand there once more by themselves."""
    segments: list[dict[str, Any]] = []
    for part in cut(words):
        spoken = [{"word": word, "start": s, "end": e, "speaker": f"SPEAKER_{who:02}"} for who, word, s, e in part]
        segments.append(
            {
                "start": part[0][2],
                "end": part[-1][3],
                "text": f" {text_of(part)}",
                "words": spoken,
                "speaker": f"SPEAKER_{part[0][0]:02}",
            }
        )
    return {"segments": segments, "word_segments": [word for each in segments for word in each["words"]]}


def segments_of_speakers(words: Heard) -> object:
    """Segments that each have a speaker with a name, as podcasts publish them."""
    names = ("Ann", "Ben", "Cy")
    segments = [
        {"startTime": part[0][2], "endTime": part[-1][3], "speaker": names[part[0][0]], "body": text_of(part)}
        for part in by_speaker(words)
    ]
    return {"version": "1.0.0", "segments": segments}


def aws_items(words: Heard, *, labelled: bool) -> Iterator[dict[str, object]]:
    """Items of AWS Transcribe: times as strings, punctuation by itself and without times."""
    for who, word, begins, ends in words:
        for at, part in enumerate(parts(word)):
            item: dict[str, object] = {"alternatives": [{"confidence": "0.9", "content": part}]}
            item |= {"type": "punctuation"} if at else {"type": "pronunciation"}
            item |= {} if at else {"start_time": str(begins), "end_time": str(ends)}
            yield item | ({"speaker_label": f"spk_{who}"} if labelled else {})


def aws(words: Heard) -> object:
    """AWS Transcribe with speaker labels beside the words, as older exports have them."""
    segments = [
        {
            "start_time": str(part[0][2]),
            "speaker_label": f"spk_{part[0][0]}",
            "end_time": str(part[-1][3]),
            "items": [
                {"start_time": str(s), "speaker_label": f"spk_{who}", "end_time": str(e)} for who, _, s, e in part
            ],
        }
        for part in by_speaker(words)
    ]
    labels = {"speakers": 2, "segments": segments}
    results = {
        "transcripts": [{"transcript": text_of(words)}],
        "speaker_labels": labels,
        "items": list(aws_items(words, labelled=False)),
    }
    return {"jobName": "a", "accountId": "1", "results": results, "status": "COMPLETED"}


def aws_newer(words: Heard) -> object:
    """AWS Transcribe with labels on the words, and the text of its segments once more."""
    again = [
        {"transcript": text_of(part), "start_time": str(part[0][2]), "speaker_label": f"spk_{part[0][0]}"}
        for part in by_speaker(words)
    ]
    results = {
        "transcripts": [{"transcript": text_of(words)}],
        "items": list(aws_items(words, labelled=True)),
        "audio_segments": again,
    }
    return {"jobName": "a", "accountId": "1", "results": results, "status": "COMPLETED"}


def aws_segments(words: Heard) -> object:
    """AWS Transcribe of which somebody kept the segments alone."""
    results: dict[str, Any] = aws_newer(words)["results"]  # type: ignore[index]
    return {"results": {"audio_segments": results["audio_segments"]}}


def deepgram(words: Heard) -> object:
    """Deepgram, with its bare and its written words."""
    spoken = [
        {"word": word.casefold().strip(",.?!"), "punctuated_word": word, "start": s, "end": e, "speaker": who}
        for who, word, s, e in words
    ]
    alternative = {"transcript": text_of(words), "confidence": 0.9, "words": spoken}
    return {"metadata": {"channels": 1}, "results": {"channels": [{"alternatives": [alternative]}]}}


def assemblyai(words: Heard) -> object:
    """AssemblyAI with speaker labels; milliseconds."""
    utterances = [
        {
            "speaker": "ABC"[part[0][0]],
            "text": text_of(part),
            "start": int(part[0][2] * 1000),
            "end": int(part[-1][3] * 1000),
        }
        for part in by_speaker(words)
    ]
    return {"id": "1", "status": "completed", "audio_url": "u", "text": text_of(words), "utterances": utterances}


def assemblyai_words(words: Heard) -> object:
    """AssemblyAI where only the words have speakers."""
    spoken = [
        {"text": word, "start": int(s * 1000), "end": int(e * 1000), "speaker": "ABC"[who]} for who, word, s, e in words
    ]
    return {"status": "completed", "audio_url": "u", "text": text_of(words), "words": spoken, "utterances": None}


def rev(words: Heard) -> object:
    """Rev.ai: blanks and punctuation are elements."""
    monologues = []
    for part in by_speaker(words):
        elements: list[dict[str, object]] = []
        for _, word, begins, ends in part:
            first, *rest = parts(word)
            elements += [{"type": "punct", "value": " "}] if elements else []
            elements.append({"type": "text", "value": first, "ts": begins, "end_ts": ends, "confidence": 0.9})
            elements += [{"type": "punct", "value": each} for each in rest]
        monologues.append({"speaker": part[0][0], "elements": elements})
    return {"monologues": monologues}


def google_words(words: Heard, *, tagged: bool) -> list[dict[str, object]]:
    """Words as Google writes them."""
    return [
        {"startTime": f"{s}s", "endTime": f"{e}s", "word": word} | ({"speakerTag": who + 1} if tagged else {})
        for who, word, s, e in words
    ]


def google(words: Heard) -> object:
    """Google, version 1: the last result says all words again, with their speakers."""
    results = [
        {"alternatives": [{"transcript": text_of(part), "words": google_words(part, tagged=False)}]}
        for part in cut(words)
    ]
    return {
        "name": "1",
        "done": True,
        "response": {"results": [*results, {"alternatives": [{"words": google_words(words, tagged=True)}]}]},
    }


def google_2(words: Heard) -> object:
    """Google, version 2: each result has its own words with their speakers."""
    results = [
        {
            "alternatives": [
                {
                    "transcript": text_of(part),
                    "words": [
                        {"startOffset": f"{s}s", "endOffset": f"{e}s", "word": word, "speakerLabel": str(who + 1)}
                        for who, word, s, e in part
                    ],
                }
            ]
        }
        for part in cut(words)
    ]
    return {"results": results}


def azure(words: Heard) -> object:
    """Azure, a batch transcription."""
    phrases = [
        {
            "recognitionStatus": "Success",
            "channel": 0,
            "speaker": part[0][0] + 1,
            "offset": f"PT{part[0][2]}S",
            "duration": "PT1.5S",
            "nBest": [{"confidence": 0.9, "lexical": text_of(part).lower(), "display": text_of(part)}],
        }
        for part in by_speaker(words)
    ]
    return {"combinedRecognizedPhrases": [{"display": text_of(words)}], "recognizedPhrases": phrases}


def azure_fast(words: Heard) -> object:
    """Azure, a fast transcription."""
    phrases = [
        {
            "offsetMilliseconds": int(part[0][2] * 1000),
            "durationMilliseconds": 9,
            "text": text_of(part),
            "speaker": part[0][0] + 1,
        }
        for part in by_speaker(words)
    ]
    return {"combinedPhrases": [{"text": text_of(words)}], "phrases": phrases}


NAMES: dict[Callable[[Heard], object], tuple[str, str, str] | None] = {
    whisper: None,
    wrapped: None,
    listed: None,
    whisper_cpp: None,
    whisper_cpp_words: None,
    timestamped: None,
    transformers: None,
    openai_words: None,
    whisperx: ("SPEAKER_00", "SPEAKER_01", "SPEAKER_02"),
    segments_of_speakers: ("Ann", "Ben", "Cy"),
    aws: ("spk_0", "spk_1", "spk_2"),
    aws_newer: ("spk_0", "spk_1", "spk_2"),
    aws_segments: ("spk_0", "spk_1", "spk_2"),
    deepgram: ("Speaker 0", "Speaker 1", "Speaker 2"),
    assemblyai: ("Speaker A", "Speaker B", "Speaker C"),
    assemblyai_words: ("Speaker A", "Speaker B", "Speaker C"),
    rev: ("Speaker 0", "Speaker 1", "Speaker 2"),
    google: ("Speaker 1", "Speaker 2", "Speaker 3"),
    google_2: ("Speaker 1", "Speaker 2", "Speaker 3"),
    azure: ("Speaker 1", "Speaker 2", "Speaker 3"),
    azure_fast: ("Speaker 1", "Speaker 2", "Speaker 3"),
}
KINDS = list(NAMES)
TALK: Talk = [
    (0, ["How", "was", "it?", "And", "then"]),
    (1, ["Well,", "we", "met.", "It", "was", "good"]),
    (0, ["Yes?"]),
    (1, ["No."]),
]


def of(value: object, name: str = "talk.json") -> Transcript:
    """Read a value that is written as JSON."""
    return read(json.dumps(value).encode(), name)


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says what, turn by turn."""
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def word_by_word(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Say who says each word."""
    return [(speaker, word) for speaker, words in said(transcript) for word in words.split()]


@pytest.mark.parametrize("write", KINDS)
@settings(max_examples=30)
@given(talk=talks())
def test_no_word_is_lost_or_doubled(write: Callable[[Heard], object], talk: Talk) -> None:
    """Each word comes back once, in its order and from whom it was, and nothing else does."""
    words = heard(talk)
    names = NAMES[write]
    expected = [(names[who] if names else None, word) for who, word, _, _ in words]
    if write is openai_words:
        expected = [(None, word.strip(",.?!") or word) for _, word, _, _ in words]

    transcript = of(write(words))

    assert expected == word_by_word(transcript)
    begins = [turn.begins for turn in transcript.turns if turn.begins is not None]
    assert begins == sorted(begins)


@pytest.mark.parametrize("write", KINDS)
def test_what_a_person_reads_of_a_good_file(write: Callable[[Heard], object]) -> None:
    """A file with speakers leaves nothing to look at; one without says what to switch on."""
    problems = of(write(heard(TALK))).problems

    if NAMES[write]:
        assert () == problems
    else:
        assert any(each.startswith("it tells no speakers apart: switch diarisation on") for each in problems)


def test_channels_are_told_apart_and_put_in_order() -> None:
    """Words of two channels become turns in the order in which they begin, each sentence whole."""
    words = heard([(0, ["How", "was", "it?"]), (1, ["It", "was", "good."]), (0, ["And", "then?"])])
    channels = [
        {"channel_label": f"ch_{who}", "items": list(aws_items([w for w in words if w[0] == who], labelled=False))}
        for who in (0, 1)
    ]
    results = {"transcripts": [], "channel_labels": {"channels": channels}, "items": channels[0]["items"]}

    assert [("ch_0", "How was it?"), ("ch_1", "It was good."), ("ch_0", "And then?")] == said(of({"results": results}))


def test_channels_of_the_other_programs() -> None:
    """Deepgram, Google and Azure number their channels; what is said in turns comes back in turns."""
    said_in = [(0, "Hi?"), (1, "Ho."), (0, "Why?")]
    deepgrams = [
        {
            "alternatives": [
                {"words": [{"word": word, "start": at} for at, (of, word) in enumerate(said_in) if of == who]}
            ]
        }
        for who in (0, 1)
    ]
    googles = [
        {"channelTag": who, "alternatives": [{"transcript": word, "words": [{"word": word, "startTime": f"{at}s"}]}]}
        for at, (who, word) in sorted(enumerate(said_in), key=lambda each: each[1][0])
    ]
    azures = [
        {"channel": who, "offset": f"PT{at}S", "duration": "PT1S", "nBest": [{"display": word}]}
        for at, (who, word) in sorted(enumerate(said_in), key=lambda each: each[1][0])
    ]

    expected = [(f"Channel {who}", word) for who, word in said_in]

    assert expected == said(of({"results": {"channels": deepgrams}}))
    assert expected == said(of({"results": googles}))
    assert expected == said(of({"recognizedPhrases": azures}))


def test_google_says_again_what_it_said_without_times() -> None:
    """Where no times tell, a result is said again only if its words come in their place; another one is kept."""
    tagged = [{"word": word, "speakerTag": at + 1} for at, word in enumerate(["Yes.", "No.", "Yes."])]
    results = [{"alternatives": [{"transcript": text}]} for text in ("Yes. No.", "Yes.", "Yes.")]

    transcript = of({"results": [*results, {"alternatives": [{"words": tagged}]}]})

    assert "Yes. Yes. No. Yes." == transcript.text.replace("\n", " ")


def test_a_word_without_a_time_goes_with_the_word_before() -> None:
    """WhisperX cannot place numbers: such a word has neither time nor speaker, and is kept."""
    spoken = [{"word": "In", "speaker": "SPEAKER_01"}, {"word": "1999"}, {"word": "why?", "speaker": "SPEAKER_00"}]
    segment = {"start": 1, "end": 4, "text": " In 1999 why?", "speaker": "SPEAKER_01", "words": spoken}

    assert [("SPEAKER_01", "In 1999"), ("SPEAKER_00", "why?")] == said(of({"segments": [segment]}))


def test_chinese_words_have_no_blanks_between_them() -> None:
    """Words of AWS Transcribe in Chinese are put together as they are written."""
    contents = [("你", "pronunciation"), ("好", "pronunciation"), ("。", "punctuation"), ("好", "pronunciation")]
    items = [{"type": kind, "alternatives": [{"content": text}]} for text, kind in contents]

    assert "你好。 好" == of({"results": {"items": items}}).text.replace("\n", " ")


def test_letters_with_full_stops_end_no_sentence() -> None:
    """A name that is spelled out stays in one piece; the sentence before it does not."""
    items = list(aws_items(heard([(0, ["Hi.", "With", "O.", "I.", "D.", "C.", "we", "can."])]), labelled=False))

    assert ["Hi.", "With O. I. D. C. we can."] == [words for _, words in said(of({"results": {"items": items}}))]


def test_lines_that_repeat_themselves_are_kept_and_counted() -> None:
    """What Whisper invents where nobody speaks stays in the text, and the count and the first time are told."""
    segments = [{"start": at, "end": at + 1, "text": "Thank you."} for at in range(60, 65)]
    around = [{"start": 1, "end": 2, "text": "Hello there."}, *segments, {"start": 70, "end": 71, "text": "Bye."}]

    transcript = of({"segments": around})

    assert 5 == transcript.text.count("Thank you.")
    assert any(
        each.startswith("5 lines repeat themselves more than 3 times in a row, first 'Thank you.' at 1:00: kept")
        for each in transcript.problems
    )


def test_three_lines_alike_are_no_repetition() -> None:
    """Somebody may well say the same three times."""
    segments = [{"start": at, "end": at + 1, "text": "Yes."} for at in range(3)]

    assert not any("repeat" in each for each in of({"segments": segments}).problems)


def test_times_that_cannot_be_are_mended_and_told() -> None:
    """Negative times, ends before beginnings and times that jump back are each counted; no words go."""
    spans = [(-1, 2), (30, 20), (10, 11)]
    segments = [{"start": s, "end": e, "text": f"Word {s}.", "speaker": "Ann"} for s, e in spans]

    transcript = of({"segments": segments})

    assert "Word -1. Word 30. Word 10." == transcript.text
    assert (0.0, 11.0) == (transcript.turns[0].begins, transcript.turns[0].ends)
    assert {
        "1 time before the start, taken as 0",
        "1 part that would end before they begin: their ends are left out",
        "the times jump back 1 time: kept in the order of the file",
    } <= set(transcript.problems)


def test_milliseconds_are_told_from_seconds() -> None:
    """Whole numbers that are hundreds apart cannot count seconds."""
    spans = [(400, 2_100), (2_400, 9_000), (61_000, 65_500)]
    segments = [{"speaker": "AB"[at % 2] * 2, "start": s, "end": e, "text": "Yes."} for at, (s, e) in enumerate(spans)]

    turns = of({"utterances": segments}).turns

    assert [(0.4, 2.1), (2.4, 9.0), (61.0, 65.5)] == [(turn.begins, turn.ends) for turn in turns]


def test_the_whole_text_is_compared_with_its_parts() -> None:
    """A text that holds more than its segments is no reason to stay silent."""
    value = {"text": "Hello there. And more.", "segments": [{"start": 0, "text": "Hello there."}]}

    assert any("differs from its parts" in each for each in of(value).problems)


def test_less_likely_wordings_are_left_out_and_counted() -> None:
    """Of several guesses the first is read."""
    alternatives = [{"content": "hello"}, {"content": "hollow"}]
    results = {"items": [{"type": "pronunciation", "alternatives": alternatives}]}

    assert ("hello", ("1 less likely wording",)) == (of({"results": results}).text, of({"results": results}).dropped)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings(encoding: str) -> None:
    """JSON may be in any Unicode encoding, with a byte order mark or without."""
    data = json.dumps([{"start": 0, "speaker": "Zoë", "text": "naïve"}], ensure_ascii=False).encode(encoding)

    assert [("Zoë", "naïve")] == said(read(data, "talk.json"))


def test_what_is_no_number_is_no_time() -> None:
    """NaN, infinities and numbers beyond all bounds are read as no time at all."""
    data = (
        b'[{"start": NaN, "end": Infinity, "speaker": "A", "text": "a"},'
        b'{"start": 1e999, "end": ' + b"9" * 5000 + b', "speaker": "B", "text": "b"}]'
    )

    turns = read(data, "talk.json").turns

    assert [(None, None), (None, None)] == [(turn.begins, turn.ends) for turn in turns]


@settings(max_examples=200)
@given(write=st.sampled_from(KINDS), at=st.floats(0, 1, exclude_max=True))
def test_json_cut_anywhere_is_refused(write: Callable[[Heard], object], at: float) -> None:
    """A file of which the end is missing is never read in part, and the message says where it stops."""
    whole = json.dumps(write(heard(TALK)), indent=1)
    piece = whole[: max(1, int(len(whole) * at))]

    with pytest.raises(TranscriptError) as refused:
        read(piece.encode(), "talk.json")

    assert f"breaks off after {len(piece.rstrip()):,} characters" in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"segments": [{"text": "a" "start": 1}, {"text": "b", "start": 2}]}', "mistake .* at character 28"),
        ('{"segments": [{"text": "a", "text": "b", "start": 1}]}', "'text' twice"),
        ('[{"text": "a", "start": 1}]\n[{"text": "b", "start": 2}]', "more than one JSON value"),
        ("[" * 200_000 + "]" * 200_000, "nested deeper"),
        ('{"a":' * 200_000 + "1" + "}" * 200_000, "nested deeper"),
        ('[{"text": "a", "start": 1}' + ',{"b":1}' * 5_000_001 + "]", "more than 10,000,000 values"),
        ("{}", "not of a speech-to-text program"),
        ("[]", "not of a speech-to-text program"),
        ("null", "named .json"),
        ('"hello"', "not of a speech-to-text program"),
        ("I: Hi?\nP: Ho", "named .json, but is not JSON"),
        ('{"name": "tagger", "version": "1"}', "not of a speech-to-text program"),
        (
            '[{"text": "a sentence", "label": "Trust"}, {"text": "b", "label": "Hope"}]',
            "not of a speech-to-text program",
        ),
        ('{"text": "all of it"}', "in one piece"),
        ('{"text": "", "segments": [], "language": "en"}', "no words that somebody said"),
        (
            '{"results": {"transcripts": [{"transcript": "hi"}]}}',
            "AWS Transcribe that holds what was said in one piece",
        ),
        (
            '{"TranscriptionJob": {"TranscriptionJobStatus": "COMPLETED", "Transcript": {"TranscriptFileUri": "u"}}}',
            r"describes a job of AWS Transcribe \(COMPLETED\)",
        ),
        ('{"jobName": "a", "accountId": "1", "status": "FAILED"}', r"describes a job of AWS Transcribe \(FAILED\)"),
        ('{"audio_url": "u", "status": "queued", "words": null}', "AssemblyAI says of it: queued"),
        ('{"a": [{"text": "x", "start": 0}], "b": [{"text": "y", "start": 0}]}', "2 transcripts in one file"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    """JSON that is broken, too much, or something else is refused for its true reason, with a remedy."""
    with pytest.raises(TranscriptError, match=reason) as refused:
        read(text.encode(), "talk.json")

    assert refused.value.where.startswith("talk.json")
    assert refused.value.remedy


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1.5", "PT1H", "00:00:01,000", "spk_0", "9" * 400, " "]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "words", "start", "speaker", "seconds", "items"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the paths to every value inside of a value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from places(each, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: object) -> object:
    """Put another value at a path."""
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = replaced(copy[key], tuple(rest), new)
    return copy


def outcome_of(value: object) -> Transcript | TranscriptError:
    """Read, or say why not."""
    try:
        return of(value)
    except TranscriptError as refused:
        return refused


@settings(max_examples=400)
@given(data=st.data(), write=st.sampled_from(KINDS))
def test_any_value_in_any_place_is_read_or_refused(data: Any, write: Callable[[Heard], object]) -> None:
    """Whatever stands where, there is a sound transcript or a reason, and never anything else."""
    value = write(heard(TALK))
    for _ in range(data.draw(st.integers(1, 3))):
        value = replaced(value, data.draw(st.sampled_from(list(places(value)))), data.draw(ANY))

    outcome = outcome_of(value)

    if isinstance(outcome, TranscriptError):
        assert outcome.where.startswith("talk.json")
        assert outcome.remedy
        return
    transcript = outcome
    pieces = [words for _, words in said(transcript)]
    assert "\n".join(pieces) == transcript.text
    assert all(piece == " ".join(piece.split()) for piece in pieces)
    assert all(turn.begins is None or turn.begins >= 0 for turn in transcript.turns)
    assert transcript.text.encode()


def test_the_real_whisper_file() -> None:
    """Its words are those of the text that it also holds in one piece; it names no speakers, and says so."""
    path = SHARED / "whisper-awstranscribe-podwhisperer" / "1.whisper.out.json"
    transcript = read(path.read_bytes(), path.name)

    assert json.loads(path.read_text("utf-8"))["result"]["text"].split() == transcript.text.split()
    assert {None} == {turn.speaker for turn in transcript.turns}
    assert any("switch diarisation on" in each for each in transcript.problems)
    assert not any("differs" in each for each in transcript.problems)


def test_the_real_aws_file() -> None:
    """Its words are those of its text, and each speaker has as many as the labels beside the words say."""
    path = SHARED / "whisper-awstranscribe-podwhisperer" / "1.transcribe"
    transcript = read(path.read_bytes(), path.name)
    results = json.loads(path.read_text("utf-8"))["results"]
    spoken = [item for item in results["items"] if item["type"] == "pronunciation"]

    assert results["transcripts"][0]["transcript"].split() == transcript.text.split()
    assert {("spk_0", False), ("spk_1", True)} == {(each.label, each.asks) for each in transcript.speakers}
    for each in transcript.speakers:
        assert sum(item["speaker_label"] == each.label for item in spoken) == each.words
    assert () == transcript.problems
