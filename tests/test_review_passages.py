"""An excerpt in its transcript, in studies of one transcript each; all talk is invented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_study import NAMES, SmallStudy

from tagger.errors import UsageError
from tagger.review import passages
from tagger.review.passages import Context
from tagger.review.turns import clock, right_to_left, window
from tagger.store import Database, Store


@dataclass(frozen=True)
class Said:
    """A turn of an invented transcript."""

    text: str
    speaker: str = "P01"
    asks: bool = False
    standing: tuple[str, ...] = ("unknown",)
    begins: float | None = None


@contextmanager
def study_of(folder: Path, turns: Sequence[Said], words: str, language: str = "en") -> Iterator[Database]:
    """Make a study of one transcript with one excerpt, called "it", that holds these words."""
    text = "\n".join(turn.text for turn in turns)
    spans, start = [], 0
    for turn in turns:
        spans.append((start, start + len(turn.text)))
        start += len(turn.text) + 1
    first = text.index(words)
    last = first + len(words)
    touched = [place for place, (start, end) in enumerate(spans) if start < last and end > first]
    speakers = {turn.speaker: turn for turn in turns if turn.speaker}
    rows: dict[str, list[dict[str, Any]]] = {
        "datasets": [{"id": "general"}],
        "runs": [
            {"id": "r", "started_at": datetime(2026, 1, 1), "engine": "", "dataset": "general", "settings": "{}",
             "tagger_version": "1"}
        ],
        "transcripts": [
            {"id": "T1", "dataset": "general", "source": "ottoline.txt", "kind": "interview", "language": language}
        ],
        "revisions": [
            {"id": "V1", "transcript_id": "T1", "number": 1, "text": text, "text_key": "t", "content_key": "c",
             "format": "txt", "encoding": "utf-8", "run_id": "r"}
        ],
        "speakers": [
            {"id": name, "transcript_id": "T1", "label_key": name, "pseudonym": name} for name in speakers
        ],
        "speaker_beliefs": [
            {"speaker_id": name, "number": 1, "asks": turn.asks, "standing": list(turn.standing), "basis": "guessed",
             "run_id": "r"}
            for name, turn in speakers.items()
        ],
        "turns": [
            {"revision_id": "V1", "position": place, "start": start, "end": end, "speaker_id": turn.speaker or None,
             "begins": turn.begins}
            for place, ((start, end), turn) in enumerate(zip(spans, turns, strict=True))
        ],
        "excerpts": [
            {"id": "it", "transcript_id": "T1", "segmentation_id": "s", "kind": "passage", "revision_id": "V1",
             "start": first, "end": last, "text": words, "sentence_starts": [0], "sentence_ends": [len(words)],
             "text_key": "k"}
        ],
        "placements": [
            {"excerpt_id": "it", "revision_id": "V1", "start": first, "end": last, "first_turn": touched[0],
             "last_turn": touched[-1]}
        ],
    }  # fmt: skip
    store = Store(folder)
    store.create()
    with store.session("a test") as db:
        for table, content in rows.items():
            db.insert(table, pa.Table.from_pylist(content))
        yield db


def shown(context: Context) -> str:
    """Return all that a context shows, one turn a line, an excerpt in [], evidence in {}."""
    brackets = {"": "{}", "excerpt": "[{}]", "evidence": "{{{}}}", "hit": "{}"}
    return "\n".join(
        "".join(brackets[piece.mark].format(piece.text) for piece in turn.pieces) for turn in context.turns
    )


SHORT = (
    Said("How was it?", speaker="I01", asks=True, begins=0.0),
    Said("Cold. But they kept a chair for me. I stayed.", standing=("group member",), begins=751.4),
    Said("And then?", speaker="I01", asks=True, begins=3725.0),
    Said("I came back.", standing=("group member",), begins=3730.0),
    Said("Thank you.", speaker="I01", asks=True),
)


def test_an_excerpt_is_shown_with_the_turns_beside_it(tmp_path: Path) -> None:
    """By default one turn before and one after are there, and it is said how many are not."""
    with study_of(tmp_path, SHORT, "But they kept a chair for me. I stayed.") as db:
        context = passages.in_transcript(db, "it")

    assert "How was it?\nCold. [But they kept a chair for me. I stayed.]\nAnd then?" == shown(context)
    assert (0, 2) == (context.earlier, context.later)


def test_the_turns_around_can_be_extended_to_the_whole_transcript(tmp_path: Path) -> None:
    """More turns are there when asked for, and all with *whole*."""
    with study_of(tmp_path, SHORT, "I came back.") as db:
        none = passages.in_transcript(db, "it", 0, 0)
        more = passages.in_transcript(db, "it", 2, 5)
        whole = passages.in_transcript(db, "it", whole=True)

    assert ([3], 3, 1) == ([turn.position for turn in none.turns], none.earlier, none.later)
    assert ([1, 2, 3, 4], 1, 0) == ([turn.position for turn in more.turns], more.earlier, more.later)
    assert ([0, 1, 2, 3, 4], 0, 0) == ([turn.position for turn in whole.turns], whole.earlier, whole.later)


def test_who_asks_standing_and_times_are_told(tmp_path: Path) -> None:
    """Each turn says who speaks, whether they ask, in what standing, and when it begins."""
    with study_of(tmp_path, SHORT, "I came back.") as db:
        turns = passages.in_transcript(db, "it", whole=True).turns

    assert ["I01", "P01", "I01", "P01", "I01"] == [turn.speaker for turn in turns]
    assert [True, False, True, False, True] == [turn.asks for turn in turns]
    assert ("group member",) == turns[1].standing
    assert ["00:00:00", "00:12:31", "01:02:05", "01:02:10", ""] == [turn.begins for turn in turns]


def test_the_sentence_that_a_suggestion_rests_on_is_marked_in_the_excerpt(tmp_path: Path) -> None:
    """Evidence is marked where it stands, and never beyond the excerpt."""
    with study_of(tmp_path, SHORT, "they kept a chair for me. I stayed.") as db:
        context = passages.in_transcript(db, "it", 0, 0, evidence=[(26, 35), (0, 4)])
        beyond = passages.in_transcript(db, "it", 0, 0, evidence=[(26, 99)])

    assert "Cold. But {they}[ kept a chair for me. ]{I stayed.}" == shown(context)
    assert "Cold. But [they kept a chair for me. ]{I stayed.}" == shown(beyond)


def test_neither_file_names_nor_names_of_speakers_are_shown(tagged: SmallStudy) -> None:
    """Transcripts are known by dataset and number, speakers by pseudonyms, speech of nobody in particular by none."""
    unnamed = tagged.transcript("morning-notes.txt")
    with Store(tagged.folder).session("a test") as db:
        numbers = passages.transcript_numbers(db)
        contexts = [passages.transcript(db, transcript_id) for transcript_id in numbers]
        notes = passages.transcript(db, unnamed)

    titles = sorted(context.title for context in contexts)
    assert [f"general, transcript {number}" for number in (1, 2, 3, 4)] == titles
    speakers = {turn.speaker for context in contexts for turn in context.turns}
    assert not speakers & {*NAMES, "Interviewer", "unnamed"}
    assert {""} == {turn.speaker for turn in notes.turns}


def test_a_transcript_keeps_its_number_when_others_are_imported(fresh: SmallStudy) -> None:
    """Numbers are given by import, so that a later file does not change what people call an earlier one."""
    fresh.run(fresh.files / "garden.txt")
    with Store(fresh.folder).session("a test") as db:
        before = passages.transcript_numbers(db)
    fresh.run()
    with Store(fresh.folder).session("a test") as db:
        after = passages.transcript_numbers(db)
        name = passages.transcript_number(db, next(iter(before)))

    assert {1} == {number for _, number in before.values()}
    assert before.items() <= after.items()
    assert "general 1" == name


def test_a_very_long_turn_is_cut_to_sentences_around_the_excerpt(tmp_path: Path) -> None:
    """Of 5,000 words in one breath some hundred around the excerpt are shown, from a sentence's begin to an end."""
    sentence = "We walked along the canal for a while and nobody said very much at all. "
    words = "Then she asked me what I wanted, and I did not know."
    turn = Said((sentence * 180 + words + " " + sentence * 180).strip())
    with study_of(tmp_path, [turn, Said("Go on.", "I01", asks=True)], words) as db:
        [long, after] = passages.in_transcript(db, "it").turns
        [more, _] = passages.in_transcript(db, "it", 4, 4).turns
        [whole, _] = passages.in_transcript(db, "it", whole=True).turns

    text = "".join(piece.text for piece in long.pieces)
    assert (True, True, False) == (long.cut_before, long.cut_after, after.cut)
    assert text.startswith("We walked")
    assert text.endswith("at all.")
    assert len(words) + 600 < len(text) < len(words) + 2 * passages.ROOM
    assert len(text) < len("".join(piece.text for piece in more.pieces)) < 8 * passages.ROOM
    assert (False, turn.text) == (whole.cut, "".join(piece.text for piece in whole.pieces))


def test_long_turns_beside_the_excerpt_are_cut_on_the_far_side(tmp_path: Path) -> None:
    """Of a long turn before an excerpt the end is shown, of one after it the beginning."""
    long = " ".join(f"This is sentence {number}." for number in range(400))
    with study_of(tmp_path, [Said(long, "P02"), Said("Yes, me too."), Said(long, "P02")], "Yes, me too.") as db:
        [before, itself, after] = passages.in_transcript(db, "it").turns

    assert (True, False, False, True) == (before.cut_before, before.cut_after, after.cut_before, after.cut_after)
    assert not itself.cut
    assert before.pieces[0].text.endswith("This is sentence 399.")
    assert after.pieces[0].text.startswith("This is sentence 0.")


def test_a_transcript_of_40000_words_is_quick(tmp_path: Path) -> None:
    """An excerpt in the midst of 40,000 words is there in a moment, and so is the whole transcript."""
    turns = [
        Said(f"This is what was said in turn {number}, é, and it went on for a bit. " * 3) for number in range(1000)
    ]
    turns = [Said(turn.text.strip()) for turn in turns]
    words = turns[500].text
    with study_of(tmp_path, turns, words) as db:
        start = process_time()
        near = passages.in_transcript(db, "it")
        whole = passages.in_transcript(db, "it", whole=True)
        seconds = process_time() - start

    assert (499, 498) == (near.earlier, near.later)
    assert 1000 == len(whole.turns)
    assert sum(len(turn.text.split()) for turn in turns) > 40_000
    assert seconds < 2


def test_right_to_left_text_and_emoji_are_told_and_kept(tmp_path: Path) -> None:
    """Arabic and Hebrew run from right to left, an English text with a word of them does not; emoji stay whole."""
    turns = [Said("كيف كان الأمر؟", "I01", asks=True), Said("شعرت بالأمان هناك 👩‍👧‍👦. لم يدفعني أحد.")]
    with study_of(tmp_path, turns, "شعرت بالأمان هناك 👩‍👧‍👦.", "ar") as db:
        context = passages.in_transcript(db, "it")

    assert (True, "ar") == (context.rtl, context.language)
    assert "كيف كان الأمر؟\n[شعرت بالأمان هناك 👩‍👧‍👦.] لم يدفعني أحد." == shown(context)
    assert [True, False, False] == [right_to_left(text) for text in ("שלום לך", "She said שלום to me", "12 🙂")]


def test_an_exchange_is_marked_in_all_its_turns(tagged: SmallStudy) -> None:
    """Every turn of an exchange is marked whole, and together they are the exchange."""
    with Store(tagged.folder).session("a test") as db:
        exchange, text = db.rows("SELECT excerpt_id, text FROM excerpt_list WHERE kind = 'exchange' ORDER BY 1")[0]
        context = passages.in_transcript(db, exchange, 1, 1)

    marked = ["".join(piece.text for piece in turn.pieces if piece.mark) for turn in context.turns]
    assert text == "\n".join(part for part in marked if part)
    assert "exchange" == context.excerpt_kind


def test_marked_text_is_the_excerpt_in_every_passage(tagged: SmallStudy) -> None:
    """For each excerpt of a study the marked words are its text, to the letter."""
    with Store(tagged.folder).session("a test") as db:
        for excerpt, text in db.rows("SELECT excerpt_id, text FROM excerpt_list WHERE kind = 'passage'"):
            context = passages.in_transcript(db, excerpt)
            assert text == "".join(piece.text for turn in context.turns for piece in turn.pieces if piece.mark)


def test_an_excerpt_whose_words_were_corrected_is_shown_as_it_was(edited: SmallStudy) -> None:
    """A passage that is not in the newest text is still there to be looked at, and said to be old."""
    with Store(edited.folder).session("a test") as db:
        [(old,)] = db.rows("SELECT id FROM excerpts WHERE text LIKE '%one wet Tuesday in March%' AND kind = 'passage'")
        [(new,)] = db.rows("SELECT id FROM excerpts WHERE text LIKE '%month of May%' AND kind = 'passage'")
        before, after = passages.in_transcript(db, old), passages.in_transcript(db, new)

    assert (False, True) == (before.live, after.live)
    assert "one wet Tuesday in March" in shown(before)
    assert "month of May" in shown(after)


def test_what_is_not_in_the_study_is_said_to_be_missing(tagged: SmallStudy) -> None:
    """An unknown excerpt or transcript is a mistake that says what to do."""
    with Store(tagged.folder).session("a test") as db:
        for look in (
            passages.in_transcript,
            passages.sentences_around,
            passages.transcript,
            passages.transcript_number,
        ):
            with pytest.raises(UsageError, match="in this study"):
                look(db, "nothing")


def test_sentences_around_an_excerpt_say_where_it_begins_and_ends(tagged: SmallStudy) -> None:
    """The sentences of an excerpt and of the turns near it come in order, its own first and last ones marked."""
    with Store(tagged.folder).session("a test") as db:
        excerpt, start, end, text = db.rows(
            "SELECT excerpt_id, start, \"end\", text FROM excerpt_list WHERE text LIKE '%You don%t have to.%' "
            "AND kind = 'passage'"
        )[0]
        sentences = passages.sentences_around(db, excerpt)

    own = [sentence for sentence in sentences if sentence.inside]
    assert (start, end) == (own[0].start, own[-1].end)
    assert ([own[0]], [own[-1]]) == ([s for s in sentences if s.first], [s for s in sentences if s.last])
    assert all(sentence.text in text for sentence in own)
    assert sentences == sorted(sentences, key=lambda sentence: sentence.start)
    assert len(sentences) > len(own)


def test_an_excerpt_without_stored_sentences_is_one(tmp_path: Path) -> None:
    """Borders can at least be left as they are."""
    with study_of(tmp_path, SHORT, "I came back.") as db:
        db.run("UPDATE excerpts SET sentence_starts = [], sentence_ends = []")
        [sentence] = passages.sentences_around(db, "it")

    assert ("I came back.", True, True, True) == (sentence.text, sentence.inside, sentence.first, sentence.last)


@given(st.text(alphabet=" ab.!?\n。é́👩\u200dع", max_size=3000), st.data())
def test_a_cut_turn_holds_the_excerpt_and_stays_in_the_turn(text: str, data: st.DataObject) -> None:
    """Whatever the text, what is shown of a turn lies in it, holds all of the excerpt, and is not far beyond it."""
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    first, last = window(text, (0, len(text)), (start, end), (200, 100))

    assert 0 <= first <= start <= end <= last <= len(text)
    assert start - first <= 200 + 300
    assert last - end <= 100 + 300 + 20


def test_no_time_is_nothing() -> None:
    """Where the source has no times nothing is written."""
    assert "" == clock(None)


def test_a_passage_cannot_be_moved_into_the_words_of_who_asks(tagged: SmallStudy) -> None:
    """The sentences on offer stop where the person who asks speaks, so that each of them can be chosen."""
    with Store(tagged.folder).session("a test") as db:
        asked = db.rows("SELECT transcript_id, start FROM live_turns WHERE NOT evidence")
        for excerpt, transcript in db.rows("SELECT excerpt_id, transcript FROM excerpt_list"):
            offered = passages.sentences_around(db, excerpt)
            low, high = offered[0].start, offered[-1].end

            assert not [start for name, start in asked if name == transcript and low < start < high]
