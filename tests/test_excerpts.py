"""Turns to passages and exchanges."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import pytest
from fakes import WordEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import SettingsError
from tagger.excerpts import EvidenceTurn, exchanges, passages
from tagger.records import Cut, Span
from tagger.sentences import sentence_splitter

SPLIT = sentence_splitter("en")
COUNT = WordEncoder().count_tokens
LETTERS = "aB, .!?\n\t  e\u0301\u200d\ufe0f👩🏽🇬🇧。我שׁא\u0915\u094d\u0937\u1100\u1161\u200b\r\x00-:;'\"”"
CHARACTERS = ["a", "Z", " ", "\n", ". ", ", ", "e\u0301", "👩‍👩‍👧", "👍🏽", "🇬🇧", "❤️", "我", "。", "שׁ", "क्ष", "1️⃣"]


def by_character(texts: Sequence[str]) -> list[int]:
    """Count tokens as an encoder might whose tokens are about three characters."""
    return [2 + -(-len(text) // 3) for text in texts]


def transcript(*said: str, evidence: str = "", speakers: str = "") -> tuple[str, list[EvidenceTurn]]:
    """Join turns as a reader does; `evidence` marks those that are with 'e', `speakers` gives a letter to each."""
    turns, start = [], 0
    for position, words in enumerate(said):
        if not evidence or evidence[position] == "e":
            speaker = speakers[position].strip() if speakers else "AB"[position % 2]
            turns.append(EvidenceTurn(position, (start, start + len(words)), speaker))
        start += len(words) + 1
    return "\n".join(said), turns


def sentence(words: int, name: str = "word") -> str:
    """Make a sentence of so many words."""
    return " ".join([name] * words).capitalize() + "."


def cut(
    text: str, turns: Sequence[EvidenceTurn], max_tokens: int = 256, keep: Sequence[Span] = (), **limits: int
) -> list[Cut]:
    """Cut passages with the small encoder."""
    return passages(text, turns, SPLIT, COUNT, max_tokens=max_tokens, keep=keep, **limits)


def lengths(text: str, cuts: Sequence[Cut]) -> list[int]:
    """Count the words of each cut."""
    return [len(text[c.start : c.end].split()) for c in cuts]


def said(text: str, cuts: Sequence[Cut]) -> list[list[str]]:
    """List the sentences of each cut as text."""
    return [[text[c.start : c.end][s:e] for s, e in c.sentences] for c in cuts]


spoken = st.lists(
    st.text(LETTERS, min_size=1, max_size=120).map(str.strip) | st.text(max_size=60).map(str.strip),
    min_size=1,
    max_size=6,
).map(lambda turns: [turn for turn in turns if turn])


@settings(max_examples=200)
@given(spoken, st.integers(8, 30), st.data())
def test_every_evidence_character_lies_in_exactly_one_passage(turns: list[str], max_tokens: int, data: Any) -> None:
    """Whatever is said, passages cover each evidence character once, lie in one turn and fit the encoder."""
    text, all_turns = transcript(*turns)
    evidence = [turn for turn in all_turns if data.draw(st.booleans())]
    keep = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4))

    cuts = passages(
        text,
        evidence,
        SPLIT,
        by_character,
        min_words=3,
        max_words=6,
        max_tokens=max_tokens,
        keep=[s for s in keep if s[0] < s[1]],
    )

    covered = [place for c in cuts for place in range(c.start, c.end) if not text[place].isspace()]
    assert [i for turn in evidence for i in range(*turn.span) if not text[i].isspace()] == covered
    spans = {turn.position: turn.span for turn in evidence}
    for c in cuts:
        excerpt = text[c.start : c.end]
        assert spans[c.turns[0]][0] <= c.start < c.end <= spans[c.turns[1]][1]
        assert excerpt == excerpt.strip()
        assert by_character([excerpt])[0] <= max_tokens
        assert "".join(excerpt.split()) == "".join("".join(excerpt[s:e] for s, e in c.sentences).split())


@settings(max_examples=150)
@given(st.lists(st.sampled_from(CHARACTERS), min_size=1, max_size=120))
def test_no_cut_goes_through_a_character(characters: list[str]) -> None:
    """Accents, emoji families, skin tones, flags and conjuncts stay whole wherever the text is cut."""
    text = "".join(characters)
    borders = {0, len(text)}
    for n in range(len(characters)):
        borders.add(len("".join(characters[:n])))
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    ends = {place + len(c.rstrip()) for place, c in zip(sorted(borders), characters, strict=False)}

    for c in passages(
        text, [EvidenceTurn(0, (start, end))], SPLIT, by_character, min_words=1, max_words=2, max_tokens=9
    ):
        assert c.start in borders | ends
        assert c.end in borders | ends


@settings(max_examples=200)
@given(spoken, st.integers(9, 60), st.data())
def test_exchanges_are_contiguous_and_fit(turns: list[str], max_tokens: int, data: Any) -> None:
    """Exchanges join neighbours of different speakers, fit the encoder, and pair each two neighbours at most once."""
    speakers = "".join(data.draw(st.sampled_from("AAB ")) for _ in turns)
    text, all_turns = transcript(*turns, speakers=speakers)
    evidence = [turn for turn in all_turns if data.draw(st.integers(0, 5))]
    cuts = passages(text, evidence, SPLIT, by_character, min_words=3, max_words=6, max_tokens=max_tokens)

    found = exchanges(text, evidence, cuts, by_character, max_tokens)

    named = {turn.position: turn.speaker for turn in evidence}
    pairs = [(at, at + 1) for x in found for at in range(*x.turns)]
    assert len(pairs) == len(set(pairs))
    assert all(named[a] and named[b] and named[a] != named[b] for a, b in pairs)
    for x in found:
        excerpt = text[x.start : x.end]
        assert excerpt == excerpt.strip()
        assert by_character([excerpt])[0] <= max_tokens
        assert x.turns[1] - x.turns[0] in (1, 2)
        assert "".join(excerpt.split()) == "".join("".join(excerpt[s:e] for s, e in x.sentences).split())


def test_a_short_turn_is_one_passage() -> None:
    """A turn of three words is a passage of its own, with its sentences."""
    text, turns = transcript("Yes. I did.", "Good.")

    cuts = cut(text, turns)

    assert [["Yes.", "I did."], ["Good."]] == said(text, cuts)
    assert [(0, 0), (1, 1)] == [c.turns for c in cuts]


def test_long_turns_become_passages_of_whole_sentences() -> None:
    """Twelve sentences of 15 words become passages of 60 words, none broken."""
    text, turns = transcript(" ".join([sentence(15)] * 12))

    cuts = cut(text, turns)

    assert [60, 60, 60] == lengths(text, cuts)
    assert {sentence(15)} == {s for of_cut in said(text, cuts) for s in of_cut}


def test_a_long_turn_leaves_no_scrap() -> None:
    """A sentence of 78 words before one of 3 is broken rather than leaving a passage of 3 words."""
    text, turns = transcript(f"{' '.join(['long'] * 39)}, {' '.join(['tail'] * 39)}. And so on.")

    cuts = cut(text, turns)

    assert [39, 42] == lengths(text, cuts)
    assert ["And so on."] == said(text, cuts)[1][1:]


def test_a_sentence_longer_than_a_passage_is_broken_at_clauses() -> None:
    """Speech without full stops is cut after commas into about equal parts."""
    text, turns = transcript(", ".join(["and then we went there again"] * 30))

    cuts = cut(text, turns)

    assert max(lengths(text, cuts)) <= 80
    assert min(lengths(text, cuts)) >= 40
    assert all(text[c.start : c.end].endswith((",", "again")) for c in cuts)


def test_asking_turns_are_no_evidence() -> None:
    """Only the turns that are given are cut."""
    text, turns = transcript("Did you feel safe?", "I did.", evidence="-e")

    assert [["I did."]] == said(text, cut(text, turns))


@pytest.mark.parametrize("text", ["x" * 5000, "我觉得大家都很好" * 500, "👩‍👩‍👧" * 700, "e" + "\u0301" * 4000])
def test_text_without_white_space_is_cut(text: str) -> None:
    """A token of 5,000 characters and a text without spaces are cut to fit the encoder."""
    cuts = passages(text, [EvidenceTurn(0, (0, len(text)))], SPLIT, by_character, max_tokens=100)

    assert text == "".join(text[c.start : c.end] for c in cuts)
    assert max(by_character([text[c.start : c.end] for c in cuts])) <= 100


def test_a_tokenizer_that_makes_more_of_the_whole_is_obeyed() -> None:
    """Where parts fit and their sum does too but the whole does not, the parts are passages."""

    def greedy(texts: Sequence[str]) -> list[int]:
        return [2 if len(text) < 20 else 99 for text in texts]

    text, turns = transcript("I was there. You were too. So it was.")

    assert 3 == len(passages(text, turns, SPLIT, greedy, max_tokens=10))


def test_old_passages_stay_and_only_the_gaps_are_cut() -> None:
    """A passage that is kept is the same span again; what lies before and after it is cut anew."""
    text, turns = transcript("One two three. Four five six. Seven eight.")

    cuts = cut(text, turns, keep=[(15, 29)])

    assert [["One two three."], ["Four five six."], ["Seven eight."]] == said(text, cuts)


@pytest.mark.parametrize("keep", [(3, 20), (0, 400), (14, 29)])
def test_old_passages_that_no_longer_hold_are_cut_anew(keep: Span) -> None:
    """A span over two turns, beyond the text or with white space at its end is not kept."""
    text, turns = transcript("One two three.", "Four five six. Seven.")

    assert [(0, 14), (15, 36)] == [(c.start, c.end) for c in cut(text, turns, keep=[keep])]


def test_an_old_passage_that_the_encoder_cannot_read_is_cut_anew() -> None:
    """A smaller encoder makes smaller passages of what was one."""
    text, turns = transcript(" ".join([sentence(10)] * 6))

    cuts = cut(text, turns, max_tokens=26, keep=[(0, len(text))])

    assert max(lengths(text, cuts)) <= 24


def test_no_evidence_gives_no_passages() -> None:
    """A transcript in which only the interviewer speaks has no excerpts."""
    assert [] == cut("Hello.", [])
    assert [] == exchanges("Hello.", [], [], COUNT, 256)


def pairs_of(said: str, evidence: str = "", max_tokens: int = 256) -> list[tuple[int, int]]:
    """Return the turns of each exchange among turns of these speakers."""
    text, turns = transcript(*["I see."] * len(said), speakers=said, evidence=evidence)
    return [x.turns for x in exchanges(text, turns, cut(text, turns), COUNT, max_tokens)]


def test_each_two_neighbours_lie_in_one_exchange() -> None:
    """Five turns are two exchanges of three that share the third; four are a three and a pair."""
    assert [(0, 2), (2, 4)] == pairs_of("ABABA")
    assert [(0, 2), (2, 3)] == pairs_of("ABCA")


def test_turns_that_are_apart_make_no_exchange() -> None:
    """The same speaker twice, an unknown speaker and an asking turn in between part their neighbours."""
    assert [(1, 2)] == pairs_of("AAB")
    assert [] == pairs_of("A B")
    assert [(2, 3)] == pairs_of("AIBC", evidence="e-ee")
    assert [] == pairs_of("A")


def test_outer_turns_give_their_nearest_passage_and_the_middle_one_all() -> None:
    """A long first turn gives its end, a long last one its beginning; the sentences are kept."""
    before = " ".join([sentence(60, "early"), sentence(60, "late")])
    text, turns = transcript(before, "Really? Yes.", " ".join([sentence(60, "soon"), sentence(60, "later")]))

    (found,) = exchanges(text, turns, cut(text, turns), COUNT, 256)

    assert [[sentence(60, "late"), "Really?", "Yes.", sentence(60, "soon")]] == said(text, [found])
    assert ("exchange", (0, 2)) == (found.kind, found.turns)


def test_three_turns_that_do_not_fit_become_two_pairs() -> None:
    """An encoder that cannot read three turns gets each pair."""
    text, turns = transcript(sentence(20), sentence(20), sentence(20))

    found = exchanges(text, turns, cut(text, turns), COUNT, 50)

    assert [(0, 1), (1, 2)] == [x.turns for x in found]


def test_a_pair_that_does_not_fit_keeps_its_nearest_sentences() -> None:
    """Far sentences go first; where one sentence on each side is too much, the longer one loses its far half."""
    text, turns = transcript("One two three. Four five six.", "Seven eight nine. Ten eleven.")
    cuts = cut(text, turns)

    assert [["Four five six.", "Seven eight nine."]] == said(text, exchanges(text, turns, cuts, COUNT, 8))
    assert [["Four five six.", "Seven"]] == said(text, exchanges(text, turns, cuts, COUNT, 6))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello.  Dr. Smith came! \n Why?", ["Hello.", "Dr. Smith came!", "Why?"]),
        ("no stop\n\nnew paragraph\nsame", ["no stop", "new paragraph\nsame"]),
        ("我很好。“你呢？”大家都好", ["我很好。", "“你呢？”", "大家都好"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_sentences_are_found_and_trimmed(text: str, expected: Any) -> None:
    """Sentences end at full stops of any script and at blank lines; none is empty."""
    assert expected == [text[start:end] for start, end in SPLIT(text)]


def test_sentences_do_not_depend_on_the_pieces_they_are_read_in() -> None:
    """A text longer than a piece has the sentences that its beginning has, again and again."""
    text = "I was there, you know. It was fine! " * 4000

    assert {"I was there, you know.", "It was fine!"} == {text[s:e] for s, e in SPLIT(text)}


@pytest.mark.parametrize("unit", ["!", "x", "(", "I was there. ", "我。", "🇬🇧"])
def test_one_very_long_line_takes_bounded_time(unit: str) -> None:
    """300,000 characters on one line, whatever they are, are cut in seconds of computing."""
    text = (unit * 300_000)[:300_000].strip()
    started = time.process_time()

    passages(text, [EvidenceTurn(0, (0, len(text)))], SPLIT, by_character, max_tokens=256)

    assert time.process_time() - started < 20


def test_a_language_without_its_own_package_is_read_by_punctuation() -> None:
    """Japanese needs no further package to be split at its full stops."""
    text = "今日は元気です。明日もです。"

    assert ["今日は元気です。", "明日もです。"] == [text[s:e] for s, e in sentence_splitter("ja")(text)]


@pytest.mark.parametrize("language", ["english", "zz", "", "../en"])
def test_an_unknown_language_is_an_error(language: str) -> None:
    """A language that spaCy does not know is named, with what to write instead."""
    with pytest.raises(SettingsError, match=r"does not know the language.*such as en"):
        sentence_splitter(language)


def test_importing_the_module_is_light() -> None:
    """SpaCy is imported when a splitter is made and not before."""
    code = "import sys, tagger.excerpts, tagger.sentences; print('spacy' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False\n" == ran.stdout
