"""
Which transcript of a study a document is, and where its words are in that.

A document goes by its name and its words. One that was put together of pieces may instead be pieces of transcripts
that the study holds, whatever it is called: then each piece is looked for by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tagger.errors import CodingsError
from tagger.exchange import quotes
from tagger.exchange.matching import find_transcript
from tagger.exchange.projects.alignment import ANCHOR, Alignment, Words
from tagger.exchange.projects.records import Document
from tagger.exchange.quotes import Folded
from tagger.records import Span

SAME = 0.5
"""Part of a transcript's words that a document of its name must hold to be the same."""
SURE = 0.9
"""The same for a document of pieces, which may stand in the transcript in another order."""
NO_SPEECH = "it is on words that a transcript leaves out, such as names, times and headings"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document that lies in a transcript, from `offset` on."""

    span: Span
    transcript_id: str
    alignment: Alignment
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Carried:
    """The place in a transcript that a stretch of a document has, and which words it holds of it."""

    transcript_id: str
    span: Span
    words: Words


@dataclass(frozen=True, slots=True)
class Home:
    """Where a document is in the study; `why` is the reason for what has no place there."""

    parts: tuple[Part, ...]
    why: str

    def carried(self, span: Span) -> Carried | None:
        """Return the place of a stretch of the document; None where nothing of it is in a transcript."""
        part = next((each for each in self.parts if each.span[0] <= span[0] and span[1] <= each.span[1]), None)
        start = part.span[0] if part else 0
        found = part.alignment.carried((span[0] - start, span[1] - start)) if part else None
        if part is None or found is None:
            return None
        (first, last), words = found
        return Carried(part.transcript_id, (first + part.offset, last + part.offset), words)


class Shelf:
    """The transcripts of a study, among which documents are looked for."""

    def __init__(self, known: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """`known` has the id of each transcript by its source name, `texts` the live text of each by its id."""
        self._known, self._texts = known, texts
        self._folded: dict[str, Folded] = {}

    def home(self, names: Iterable[str], document: Document) -> Home | None:
        """Find the home of a document that may go by several names; None where the study does not hold it."""
        named = list(dict.fromkeys(filter(None, map(self._named, names))))
        whole = max(
            (self._whole(document, each) for each in named), key=lambda part: part.alignment.shared, default=None
        )
        if whole and whole.alignment.shared >= (SURE if document.pieces else SAME):
            return Home((whole,), NO_SPEECH)
        pieces = self._of_pieces(document, named or list(self._texts))
        if pieces or whole is None or whole.alignment.shared < SAME:
            return pieces
        return Home((whole,), NO_SPEECH)

    def _whole(self, document: Document, transcript_id: str) -> Part:
        return Part((0, len(document.text)), transcript_id, Alignment(document.text, self._texts[transcript_id]))

    def _named(self, name: str) -> str | None:
        try:
            found = find_transcript(name, self._known)
        except CodingsError:
            return None
        return found if found in self._texts else None

    def _of_pieces(self, document: Document, among: list[str]) -> Home | None:
        """Find each piece; none where a piece is nowhere, or where there is too little of them to tell."""
        if sum(end - start for start, end in document.pieces) < ANCHOR:
            return None
        parts: list[Part] = []
        for piece in document.pieces:
            words = document.text[slice(*piece)]
            places = [(each, span) for each in among for span in quotes.find(words, self._fold(each))]
            if words.strip() and not places:
                return None
            after = parts[-1] if parts else None
            clear = places if len(places) == 1 else [one for one in places if after and _follows(one, after)][:1]
            for transcript_id, (start, end) in clear:
                alignment = Alignment(words, self._texts[transcript_id][start:end])
                parts.append(Part(piece, transcript_id, alignment, start))
        return Home(tuple(parts), "its words stand more than once in the study")

    def _fold(self, transcript_id: str) -> Folded:
        if transcript_id not in self._folded:
            self._folded[transcript_id] = quotes.fold(self._texts[transcript_id])
        return self._folded[transcript_id]


def _follows(place: tuple[str, Span], part: Part) -> bool:
    """Say whether a place is behind that of the piece before."""
    return place[0] == part.transcript_id and place[1][0] >= part.offset
