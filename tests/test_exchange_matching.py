"""Rows of a table find their transcript, their place and their passages, or a reason why not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import CodingsError
from tagger.exchange.codings import CodedRow
from tagger.exchange.matching import (
    MatchReport,
    PassageCoding,
    find_transcript,
    locate,
    match,
    match_codings,
    merge,
)
from tagger.exchange.quotes import fold, plain
from tagger.records import Span

TEXT = "I felt safe there. Nobody pushed me. I felt safe there, too.\nWe chose together."
PASSAGES = [(0, 18), (19, 36), (37, 60), (61, 79)]


def row(
    start: int | None = None,
    end: int | None = None,
    text: str = "",
    *,
    number: int = 2,
    transcript: str = "t1",
    coder: str = "Ann",
    values: tuple[str, ...] = ("safety",),
) -> CodedRow:
    """Make a row with all that a test does not care about."""
    return CodedRow(number, transcript, start, end, text, coder, values)


KNOWN = {
    "Interview 1.docx": "Ta",
    "women/talk.txt": "Tb",
    "maternal/talk.txt": "Tc",
    "notes.v2.txt": "Td",
    "Café.vtt": "Te",
}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Ta", "Ta"),
        ("Interview 1.docx", "Ta"),
        ("Interview 1", "Ta"),
        ("INTERVIEW 1.DOCX", "Ta"),
        ("interview 1", "Ta"),
        ("C:\\data\\Interview 1.docx", "Ta"),
        ("women/talk", "Tb"),
        ("notes.v2", "Td"),
        ("notes", None),
        ("Cafe\u0301", "Te"),
        ("general/talk.txt", None),
        ("Interview 2", None),
        ("ta", None),
        (".", None),
        ("", None),
    ],
)
def test_find_transcript(cell: str, expected: str | None) -> None:
    """A cell names a transcript by id, file name, name without ending or folder, in any case."""
    assert expected == find_transcript(cell, KNOWN)


@pytest.mark.parametrize("cell", ["talk.txt", "talk", "TALK"])
def test_ambiguous_transcript(cell: str) -> None:
    """A cell that fits two transcripts is an error that names both."""
    with pytest.raises(CodingsError, match=r"could be any of maternal/talk\.txt, women/talk\.txt\. Write the whole"):
        find_transcript(cell, KNOWN)


def test_exact_name_comes_before_case() -> None:
    """Of names that differ in case alone, the one written is meant."""
    assert ("T1", "T2") == tuple(find_transcript(cell, {"A.txt": "T1", "a.txt": "T2"}) for cell in ("A", "a"))


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        (row(2, 11), ((2, 11),)),
        (row(2, 11, "felt  safe"), ((2, 11),)),
        (row(19, 36, "Nobody pushed me."), ((19, 36),)),
        (row(0, 5, "Nobody pushed me."), ((19, 36),)),
        (row(900, 917, "Nobody pushed me."), ((19, 36),)),
        (row(text="felt safe"), ((2, 11), (39, 48))),
        (row(38, 46, "felt safe"), ((39, 48),)),
        (row(20, 22, "felt safe"), ((2, 11), (39, 48))),
        (row(text="too. We chose"), ((56, 69),)),
        (row(60, 61), ()),
        (row(70, 80), ()),
        (row(text="never said"), ()),
    ],
)
def test_locate(coded: CodedRow, expected: tuple[Span, ...]) -> None:
    """Start and end hold where they agree with the text; else the text decides, and all its places count."""
    assert expected == locate(coded, fold(TEXT))


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((0, 18), [(0, "whole")]),
        ((0, 79), [(0, "whole"), (1, "whole"), (2, "whole"), (3, "whole")]),
        ((18, 37), [(1, "whole")]),
        ((17, 38), [(1, "whole")]),
        ((19, 27), [(1, "part")]),
        ((0, 28), [(0, "whole"), (1, "part")]),
        ((0, 22), [(0, "whole")]),
        ((36, 37), []),
        ((60, 61), []),
        ((15, 22), [(0, "part")]),
    ],
)
def test_match(span: Span, expected: list[tuple[int, str]]) -> None:
    """A passage takes a span that holds half of it or lies half in it; whole when all its words are in the span."""
    assert expected == match(span, PASSAGES, TEXT)


def test_match_takes_the_best() -> None:
    """A span spread thinly over many passages still lies on the one that shares most with it."""
    assert [(1, "part")] == match((25, 46), [(0, 30), (40, 60)], "x" * 60)


def test_match_without_passages() -> None:
    """Where there are no passages nothing is matched."""
    assert [] == match((0, 5), [], TEXT)


def coding(values: tuple[str, ...], number: int, matched: str = "part", coder: str = "Ann") -> PassageCoding:
    """Make a coding of one passage."""
    return PassageCoding("t", 0, coder, values, "whole" if matched == "whole" else "part", (number,))


def test_merge() -> None:
    """Rows of one coder on one passage give the union of their values; a no-value row adds nothing."""
    merged = merge(
        [coding((), 2), coding(("safety",), 3, "whole"), coding((), 4, coder="Bo"), coding(("choice", "safety"), 5)]
    )

    assert [
        PassageCoding("t", 0, "Ann", ("safety", "choice"), "whole", (2, 3, 5)),
        PassageCoding("t", 0, "Bo", (), "part", (4,)),
    ] == merged


def test_match_codings() -> None:
    """Rows become codings of passages in the order of the table."""
    rows = [
        row(number=2, text="We chose together.", values=("choice",)),
        row(number=3, start=0, end=36, transcript="talk"),
        row(number=4, start=2, end=11, values=()),
    ]
    found = match_codings(
        rows, {"t1.txt": "T1", "talk.txt": "T2"}, {"T1": TEXT, "T2": TEXT}, {"T1": PASSAGES, "T2": PASSAGES}
    )

    assert [(2, "T1", (61, 79)), (3, "T2", (0, 36)), (4, "T1", (2, 11))] == [
        (placed.row.number, placed.transcript_id, placed.span) for placed in found.placed
    ]
    assert (
        PassageCoding("T1", 3, "Ann", ("choice",), "whole", (2,)),
        PassageCoding("T2", 0, "Ann", ("safety",), "whole", (3,)),
        PassageCoding("T2", 1, "Ann", ("safety",), "whole", (3,)),
        PassageCoding("T1", 0, "Ann", (), "part", (4,)),
    ) == found.codings
    assert MatchReport(whole=2, partly=1, reasons=()) == found.report


def test_match_report() -> None:
    """Every row that found no passage is named with the reason, in the order of the table."""
    rows = [
        row(number=2, text="felt safe"),
        row(number=3, text="never said"),
        row(number=4, start=5, end=9, text="never said"),
        row(number=5, start=70, end=80),
        row(number=6, transcript="t2.txt", text="x"),
        row(number=7, transcript="?", text="x"),
        row(number=8, start=61, end=79),
        row(number=9, start=0, end=18),
    ]
    found = match_codings(rows, {"t1.txt": "T1"}, {"T1": TEXT}, {"T1": PASSAGES[:3]})

    assert (1, 0, 7) == (found.report.whole, found.report.partly, found.report.unmatched)
    assert (
        "row 2: its text occurs 2 times in the transcript: give start and end",
        "row 3: its text is not in the transcript",
        "row 4: start and end do not hold its text, and neither does any other place in the transcript",
        "row 5: characters 70 to 80 hold nothing or lie beyond the transcript's 79 characters",
        "row 6: 't2.txt' is no transcript of this study (the nearest is 't1.txt')",
        "row 7: '?' is no transcript of this study",
        "row 8: it lies on no passage (the words of who asks are not coded)",
    ) == found.report.lines
    assert [8, 9] == [placed.row.number for placed in found.placed]


def test_match_codings_names_the_row_of_an_ambiguous_transcript() -> None:
    """A transcript that could be two is an error with the row's number."""
    with pytest.raises(CodingsError, match="row 7: 'talk' could be any of"):
        match_codings([row(0, 5, number=7, transcript="talk")], KNOWN, {}, {})


@st.composite
def cut_texts(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """Draw a text of odd characters and the passages it is cut into, some stretches belonging to none."""
    words = draw(st.lists(st.text(st.sampled_from("abé🙂’–"), min_size=1, max_size=8), min_size=1, max_size=12))
    text = draw(st.sampled_from([" ", "\n", " \n "])).join(words)
    cuts = sorted({0, len(text), *draw(st.lists(st.integers(0, len(text)), max_size=6))})
    spans = [span for span in pairwise(cuts) if draw(st.integers(0, 4))]
    return text, [span for span in spans if text[slice(*span)].strip()]


@given(cut_texts())
def test_a_passage_matches_itself_alone(cut: tuple[str, list[Span]]) -> None:
    """A span equal to a passage matches that passage whole, and no other."""
    text, passages = cut

    assert [[(position, "whole")] for position in range(len(passages))] == [
        match(passage, passages, text) for passage in passages
    ]


@given(cut_texts(), st.data())
def test_matching_is_what_its_rule_says(cut: tuple[str, list[Span]], data: st.DataObject) -> None:
    """Found by halves of a sorted list or by looking at every passage and character, the matches are the same."""
    text, passages = cut
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    def visible(span: Span) -> set[int]:
        inked = [position for position in range(*span) if not text[position].isspace()]
        return set(range(inked[0], inked[-1] + 1)) if inked else set()

    coded = visible((start, end))
    common = [len(visible(passage) & coded) for passage in passages]
    halves = [min(len(visible(passage)), len(coded)) for passage in passages]
    expected = [
        (position, "whole" if common[position] == len(visible(passages[position])) else "part")
        for position in range(len(passages))
        if common[position] and (2 * common[position] >= halves[position] or position == common.index(max(common)))
    ]

    assert expected == match((start, end), passages, text)


@given(cut_texts(), st.data())
def test_located_words_are_the_rows_words(cut: tuple[str, list[Span]], data: st.DataObject) -> None:
    """Every place found for a row reads as its text does, and the place it was copied from is among them."""
    text, _ = cut
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    copied = text[start:end]
    by_text = locate(row(text=copied), fold(text))
    by_both = locate(row(start, end, copied), fold(text))

    assert all(plain(copied) == plain(text[first:last]) for first, last in by_text + by_both)
    assert bool(copied.strip()) == (len(by_both) == 1) == bool(by_text)
    assert not copied.strip() or ((start, end),) == by_both


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["Ann", "Bo"]), st.sets(st.sampled_from("xyz")))))
def test_merging_loses_nothing(parts: list[tuple[int, str, set[str]]]) -> None:
    """Each coder and passage occurs once, with the union of the values, and merging again changes nothing."""
    codings = [
        PassageCoding("t", passage, coder, tuple(sorted(values)), "part", (number,))
        for number, (passage, coder, values) in enumerate(parts)
    ]
    merged = merge(codings)

    assert {
        (passage, coder): {v for p, c, values in parts if (p, c) == (passage, coder) for v in values}
        for passage, coder, _ in parts
    } == {(found.passage, found.coder): set(found.value_ids) for found in merged}
    assert merged == merge(merged)
