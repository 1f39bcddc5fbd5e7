"""Where in a text the words of a list are, and what is to stand there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tagger.pseudonyms.naming import same
from tagger.pseudonyms.overlaps import longest
from tagger.pseudonyms.records import Entry, Finding, Where
from tagger.pseudonyms.replacing import Replaced, Replacement

_BLANK, _APOSTROPHE = "[ \u00a0]+", "['’]"


class Matcher:
    """
    What a list has replaced.

    Args:
        entries: of the list; those to be kept are passed over.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._meant: dict[str, list[Entry]] = defaultdict(list)
        for one in entries:
            if one.do == "replace":
                self._meant[same(one.words)].append(one)
        everywhere = [one.words for own in self._meant.values() for one in own if one.where == "everywhere"]
        longest = sorted(set(everywhere), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(_as_pattern, longest)) or '(?!)'})(?!\w)", re.IGNORECASE)
        self.looks_again = any(one.where == "as found" for own in self._meant.values() for one in own)
        """Whether names have to be found anew in each text, since some words are names in some places alone."""

    def replaced(self, transcript: str, text: str, findings: Sequence[Finding] = ()) -> Replaced:
        """Replace what is listed in a text of a transcript, in which this was found."""
        return Replaced(text, longest(self._in(transcript, text, findings)))

    def taken_out(self, text: str) -> str:
        """Return a text that is no transcript with what means one thing everywhere replaced."""
        spans = [
            Replacement(*found.span(), called.pop())
            for found in self._pattern.finditer(text)
            if len(called := {one.pseudonym for one in self._meant[same(found[0])]}) == 1
        ]
        return Replaced(text, spans).text

    def found_in(self, text: str) -> bool:
        """Say whether a text, of whatever file, has some of the words."""
        return bool(self._pattern.search(text))

    def _in(self, transcript: str, text: str, findings: Sequence[Finding]) -> Iterator[Replacement]:
        for found in self._pattern.finditer(text):
            if entry := self._of(same(found[0]), transcript, "everywhere"):
                yield Replacement(*found.span(), entry.pseudonym)
        for one in findings:
            if entry := self._of(same(text[one.start : one.end]), transcript, "as found"):
                yield Replacement(one.start, one.end, entry.pseudonym)

    def _of(self, normal: str, transcript: str, where: Where) -> Entry | None:
        """Return what words mean in a transcript: what is said of it, else of all."""
        fits = [
            one
            for one in self._meant.get(normal, ())
            if one.where == where and (not one.transcripts or transcript in one.transcripts)
        ]
        return min(fits, key=lambda one: not one.transcripts, default=None)


def _as_pattern(words: str) -> str:
    return _BLANK.join(re.sub("['’]", _APOSTROPHE, re.escape(part)) for part in words.split())
