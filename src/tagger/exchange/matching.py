"""Where the rows of a table of codings lie: in which transcript, at which place, and on which passages."""

from __future__ import annotations

import difflib
import operator
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import PurePath
from typing import Literal

from tagger.errors import CodingsError
from tagger.exchange import quotes
from tagger.exchange.codings import CodedRow
from tagger.exchange.quotes import Folded
from tagger.records import Span

Matched = Literal["whole", "part"]


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with the transcript and the one place that it was found at."""

    row: CodedRow
    transcript_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class PassageCoding:
    """
    What a coder holds one passage to show, from one or several rows of the table.

    `passage` counts the passages of the transcript, from 0; `rows` are the numbers of the rows.
    """

    transcript_id: str
    passage: int
    coder: str
    value_ids: tuple[str, ...]
    matched: Matched
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MatchReport:
    """
    How many rows lie on whole passages, on part of at least one, or on none.

    `reasons` pairs the number of each row that lies on none with why.
    """

    whole: int
    partly: int
    reasons: tuple[tuple[int, str], ...]

    @property
    def unmatched(self) -> int:
        """Return how many rows lie on no passage."""
        return len(self.reasons)

    @property
    def lines(self) -> tuple[str, ...]:
        """Say of each row that lies on no passage why."""
        return tuple(f"row {number}: {reason}" for number, reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Matching:
    """All that became of a table: its placed rows, the codings of passages they make, and the report."""

    placed: tuple[PlacedRow, ...]
    codings: tuple[PassageCoding, ...]
    report: MatchReport


def find_transcript(cell: str, known: Mapping[str, str]) -> str | None:
    """
    Return the id of the transcript that a cell names by id, by file name, or by file name without its ending or folder.

    Args:
        cell: what the table says.
        known: the id of each transcript by its source name.

    Raises:
        CodingsError: The cell fits more than one transcript.
    """
    if cell in known.values():
        return cell
    ways = product((str, str.casefold), (_composed, _without_ending), (operator.eq, _ends_alike))
    for fold, form, same in ways:
        fitting = {source: id_ for source, id_ in known.items() if same(fold(form(source)), fold(_composed(cell)))}
        if len(set(fitting.values())) > 1:
            what = f"'{cell}' could be any of {', '.join(sorted(fitting))}"
            raise CodingsError(what, remedy="Write the whole file name, or the transcript's id")
        if fitting:
            return next(iter(fitting.values()))
    return None


def _ends_alike(one: str, other: str) -> bool:
    """Say whether two names agree in as many folders as both of them give."""
    ours, theirs = one.split("/"), other.split("/")
    shorter = min(len(ours), len(theirs))
    return ours[-shorter:] == theirs[-shorter:]


def _composed(name: str) -> str:
    # The same accented letter is one character on one system and two on another.
    return unicodedata.normalize("NFC", name.strip()).replace("\\", "/")


def _without_ending(name: str) -> str:
    return _composed(name).removesuffix(PurePath(_composed(name)).suffix)


def locate(row: CodedRow, transcript: Folded) -> tuple[Span, ...]:
    """
    List the places a row can mean: one when it is clear, none when it is not there, several when its text recurs.

    Start and end hold if they lie within the transcript and agree with the row's text, where it has one; else the text
    decides, and among several places those that overlap start and end.
    """
    given = _given(row, transcript.text)
    if given and (not row.text or quotes.plain(transcript.text[slice(*given)]) == quotes.plain(row.text)):
        return (given,)
    spans = quotes.find(row.text, transcript)
    near = [span for span in spans if given and _shared(span, given) > 0]
    return tuple(near or spans)


def _given(row: CodedRow, text: str) -> Span | None:
    if row.start is None or row.end is None or not 0 <= row.start < row.end <= len(text):
        return None
    return (row.start, row.end) if text[row.start : row.end].strip() else None


def match(span: Span, passages: Sequence[Span], text: str) -> list[tuple[int, Matched]]:
    """
    List the passages that take the coding of a span, by position: `whole` where the passage lies inside the span.

    A passage takes it when the two share at least half of the passage's characters or half of the span's, and the
    passage that shares most takes it always. White space at the ends of either does not count.

    Args:
        span: the coded stretch.
        passages: spans in order that do not overlap.
        text: the transcript both are of.
    """
    coded = trimmed(span, text)
    first = bisect_right(passages, coded[0], key=_end)
    last = bisect_left(passages, coded[1], key=_start)
    touched = {position: trimmed(passages[position], text) for position in range(first, last)}
    shared = {position: _shared(passage, coded) for position, passage in touched.items()}
    best = max(shared, key=lambda position: shared[position], default=-1)
    taking: list[tuple[int, Matched]] = []
    for position, (start, end) in touched.items():
        common = shared[position]
        if common > 0 and (position == best or 2 * common >= min(end - start, coded[1] - coded[0])):
            taking.append((position, "whole" if common == end - start else "part"))
    return taking


def _start(span: Span) -> int:
    return span[0]


def _end(span: Span) -> int:
    return span[1]


def _shared(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def trimmed(span: Span, text: str) -> Span:
    """Return a span without white space at its ends."""
    words = text[slice(*span)]
    return span[0] + len(words) - len(words.lstrip()), span[1] - len(words) + len(words.rstrip())


def merge(codings: Iterable[PassageCoding]) -> list[PassageCoding]:
    """Join the codings of one coder on one passage: the union of their values, `whole` if any of them is."""
    merged: dict[tuple[str, int, str], PassageCoding] = {}
    for coding in codings:
        key = (coding.transcript_id, coding.passage, coding.coder.casefold())
        first = merged.get(key)
        merged[key] = coding if first is None else _joined(first, coding)
    return list(merged.values())


def _joined(first: PassageCoding, second: PassageCoding) -> PassageCoding:
    return replace(
        first,
        value_ids=tuple(dict.fromkeys(first.value_ids + second.value_ids)),
        matched="whole" if "whole" in (first.matched, second.matched) else "part",
        rows=tuple(dict.fromkeys(first.rows + second.rows)),
    )


def match_codings(
    rows: Sequence[CodedRow],
    known: Mapping[str, str],
    texts: Mapping[str, str],
    passages: Mapping[str, Sequence[Span]],
) -> Matching:
    """
    Find the passages of every row, and say of the others why they have none.

    Args:
        rows: the table.
        known: the id of each transcript by its source name.
        texts: the live text of each transcript, by id.
        passages: the spans of its passages, in order, by id.

    Raises:
        CodingsError: A row names its transcript so that several fit.
    """
    placed, reasons = _place(rows, known, texts)
    codings: list[PassageCoding] = []
    whole = 0
    for found in placed:
        taking = match(found.span, passages.get(found.transcript_id, ()), texts[found.transcript_id])
        if not taking:
            reasons[found.row.number] = "it lies on no passage (the words of who asks are not coded)"
        whole += bool(taking) and all(how == "whole" for _, how in taking)
        row = found.row
        codings += [
            PassageCoding(found.transcript_id, position, row.coder, row.value_ids, how, (row.number,))
            for position, how in taking
        ]
    report = MatchReport(whole, len(rows) - whole - len(reasons), tuple(sorted(reasons.items())))
    return Matching(tuple(placed), tuple(merge(codings)), report)


def _place(
    rows: Sequence[CodedRow], known: Mapping[str, str], texts: Mapping[str, str]
) -> tuple[list[PlacedRow], dict[int, str]]:
    placed: list[PlacedRow] = []
    reasons: dict[int, str] = {}
    by_transcript: dict[str, list[CodedRow]] = defaultdict(list)
    anywhere = [row for row in rows if not row.transcript]
    for row in rows:
        if not row.transcript:
            continue
        transcript_id = _named(row, known)
        if transcript_id is None or transcript_id not in texts:
            reasons[row.number] = _unknown(row.transcript, known)
        else:
            by_transcript[transcript_id].append(row)
    for transcript_id, its_rows in by_transcript.items():
        transcript = quotes.fold(texts[transcript_id])  # one at a time: it is several times the size of the text
        for row in its_rows:
            spans = locate(row, transcript)
            if len(spans) == 1:
                placed.append(PlacedRow(row, transcript_id, spans[0]))
            else:
                reasons[row.number] = _why_not(row, len(spans), len(transcript.text))
    for row, places in _anywhere(anywhere, texts):
        if len(places) == 1:
            placed.append(PlacedRow(row, *places[0]))
        else:
            stands = f"stands {len(places)} times in the transcripts of this study: name the transcript"
            reasons[row.number] = f"its text {stands if places else 'is in no transcript of this study'}"
    return sorted(placed, key=lambda found: found.row.number), reasons


def _anywhere(rows: Sequence[CodedRow], texts: Mapping[str, str]) -> Iterable[tuple[CodedRow, list[tuple[str, Span]]]]:
    """Pair rows that name no transcript with all the places of their text."""
    places: list[list[tuple[str, Span]]] = [[] for _ in rows]
    for transcript_id, text in texts.items() if rows else ():
        transcript = quotes.fold(text)
        for row, found in zip(rows, places, strict=True):
            found += [(transcript_id, span) for span in quotes.find(row.text, transcript)]
    return zip(rows, places, strict=True)


def _named(row: CodedRow, known: Mapping[str, str]) -> str | None:
    try:
        return find_transcript(row.transcript, known)
    except CodingsError as error:
        raise CodingsError(error.what, where=f"row {row.number}", remedy=error.remedy) from error


def _unknown(cell: str, known: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(cell, list(known), n=1, cutoff=0.6)
    return f"'{cell}' is no transcript of this study" + (f" (the nearest is '{close[0]}')" if close else "")


def _why_not(row: CodedRow, places: int, length: int) -> str:
    if places > 1:
        return f"its text occurs {places} times in the transcript: give start and end"
    if not row.text:
        return f"characters {row.start} to {row.end} hold nothing or lie beyond the transcript's {length:,} characters"
    if row.start is None:
        return "its text is not in the transcript"
    return "start and end do not hold its text, and neither does any other place in the transcript"
