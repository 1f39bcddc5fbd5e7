"""The texts of a study, and the names that are found in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from tagger.errors import UsageError
from tagger.privacy import keyed_hash
from tagger.pseudonyms.finding import Entity, find
from tagger.pseudonyms.records import Finding
from tagger.records import Span
from tagger.store import Readable
from tagger.transcripts.names import entities, load_names_pipeline
from tagger.transcripts.vocabulary import ROLES

_REVISIONS = """
SELECT r.id, r.transcript_id, r.number, r.text, t.dataset, t.source, l.number AS known_as
FROM revisions r JOIN transcripts t ON t.id = r.transcript_id JOIN transcript_list l ON l.transcript_id = t.id
ORDER BY t.dataset, l.number, r.number
"""
_WORD = re.compile(r"[^\W\d_]{2,}")
_LABELS = "SELECT DISTINCT label_key FROM speakers"
_TURNS = 'SELECT revision_id, start, "end" FROM turns ORDER BY revision_id, position'


@dataclass(frozen=True)
class Revision:
    """One text of a transcript, and where its turns are."""

    turns: tuple[Span, ...]
    id: str
    transcript: str
    number: int
    text: str
    dataset: str
    source: str
    known_as: int

    @property
    def name(self) -> str:
        """Return how people know its transcript, as general 3."""
        return f"{self.dataset} {self.known_as}"


class Texts:
    """All texts of a study: those of one transcript together, the newest last."""

    def __init__(self, database: Readable) -> None:
        turns = {
            str(revision): tuple((int(start), int(end)) for _, start, end in own)
            for revision, own in groupby(database.rows(_TURNS), lambda row: row[0])
        }
        self._labels = {str(label) for (label,) in database.rows(_LABELS)}
        self._secret = bytes(database.rows("SELECT secret FROM study")[0][0])
        self.all = [Revision(turns.get(str(row[0]), ()), *row) for row in database.rows(_REVISIONS)]

    @cached_property
    def live(self) -> dict[str, Revision]:
        """Return the newest text of each transcript, by the transcript's id."""
        return {one.transcript: one for one in self.all}

    @property
    def names(self) -> dict[str, str]:
        """Return how people know each transcript, by its id."""
        return {transcript: one.name for transcript, one in self.live.items()}

    def found_in(self, revisions: Iterable[Revision]) -> Mapping[str, list[Finding]]:
        """
        Find names in texts, turn by turn; by revision. It takes a second for some thousand words.

        Raises:
            ModelError: the language model for it is not installed.
        """
        turns = [(one, start, one.text[start:end]) for one in revisions for start, end in one.turns]
        found: dict[str, list[Finding]] = {}
        seen = entities((text for _, _, text in turns), load_names_pipeline()) if turns else []
        for (one, start, text), own in zip(turns, seen, strict=True):
            here = found.setdefault(one.id, [])
            named = find(text, [*own, *self._speakers(text)])
            here += [Finding(start + each.start, start + each.end, each.kind) for each in named]
        return found

    def _speakers(self, text: str) -> Iterator[Entity]:
        """Yield where a text names somebody who speaks: the study has hashes of what sources call them."""
        for word in _WORD.finditer(text):
            if word[0] in self._speaking:
                yield *word.span(), "PERSON"

    @cached_property
    def _speaking(self) -> set[str]:
        """Return the words in all texts by which a source calls somebody who speaks."""
        words = {word for one in self.live.values() for word in _WORD.findall(one.text) if not ROLES.fullmatch(word)}
        return {word for word in words if keyed_hash(self._secret, "label", word) in self._labels}

    def chosen(self, dataset: str = "", transcripts: Collection[str] = ()) -> list[Revision]:
        """
        Return the newest texts of a dataset, or of some transcripts, by their id, file, end of that, or name.

        Raises:
            UsageError: there is no such dataset or transcript.
        """
        if dataset and dataset not in {one.dataset for one in self.live.values()}:
            raise UsageError("the study has no such dataset", where=dataset, remedy="Datasets: tagger status")
        for name in transcripts:
            if not any(_is(one, name) for one in self.live.values()):
                raise UsageError(
                    "the study has no such transcript", where=name, remedy="Write its file, or its name as: general 3"
                )
        return [
            one
            for one in self.live.values()
            if dataset in ("", one.dataset) and (not transcripts or any(_is(one, name) for name in transcripts))
        ]


def _is(revision: Revision, name: str) -> bool:
    return name in (revision.transcript, revision.name) or f"/{revision.source}".endswith(f"/{name}")
