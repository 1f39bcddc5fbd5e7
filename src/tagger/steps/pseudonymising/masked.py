"""What becomes of every row about a text in which words are replaced: all of it follows the text by arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import pyarrow as pa

from tagger.privacy import PSEUDONYMISED, keyed_hash
from tagger.pseudonyms.replacing import Replaced, still_shared
from tagger.revisions import Shared
from tagger.steps import split
from tagger.steps.embed import vector_rows
from tagger.steps.pseudonymising.texts import Revision
from tagger.steps.withdrawal.anew import Anew
from tagger.steps.withdrawal.recordings import imported_rows
from tagger.steps.workplace import Rows, Workplace
from tagger.store import Readable

Row = dict[str, Any]

_ABOUT = "SELECT x.* FROM {table} x SEMI JOIN going g ON g.kind = 'masked' AND g.id = x.{column}"
_ELSEWHERE = "SELECT DISTINCT text_key FROM excerpts e ANTI JOIN going g ON g.kind = 'masked' AND g.id = e.revision_id"
_EMBEDDED = "SELECT DISTINCT text_key FROM vectors WHERE model_id = $model AND part = 0"
_TWINS = "SELECT * FROM twins WHERE list_contains($transcripts::VARCHAR[], transcript_id)"


class Masked:
    """
    The rows about some transcripts, with words in all of their texts replaced.

    Args:
        database: the study before.
        texts: of these transcripts, those of one together, the newest last.
        replaced: each of them after replacements, by revision.
        secret: the study's.
    """

    def __init__(
        self, database: Readable, texts: Sequence[Revision], replaced: Mapping[str, Replaced], secret: bytes
    ) -> None:
        self._database, self._texts, self._replaced, self._secret = database, texts, replaced, secret
        self._known = pa.table({"kind": ["masked"] * len(texts), "id": [one.id for one in texts]})
        self.newest = {one.transcript: one for one in texts}
        """The newest of the texts, by transcript."""

    def change(self, anew: Anew) -> None:
        """Have a study be made anew with all that."""
        anew.going.ids["masked"] = {one.id for one in self._texts}
        anew.going.ids["silent"] = self._silent()
        transcripts = ", ".join(f"'{one}'" for one in self.newest)
        anew.going.also["offset_maps"] = "revision_id IN (SELECT id FROM going WHERE kind = 'masked')"
        anew.going.also["twins"] = f"transcript_id IN ({transcripts})"
        anew.going.also["vectors"] = "text_key IN (SELECT id FROM going WHERE kind = 'silent')"
        anew.change("revisions", self.revision)
        anew.change("turns", self.placed)
        anew.change("placements", self.placed)
        anew.change("excerpts", self._excerpt)
        anew.change("suggestions", self._suggestion)
        anew.change("imported_rows", self._imported)
        anew.add({"offset_maps": list(self._maps()), "twins": self._twins()})

    def vectors(self, place: Workplace) -> pa.Table | None:
        """Make the rows of vectors for the texts that are new, where those before had some."""
        had = {str(one) for (one,) in self._database.rows(_EMBEDDED, {"model": place.model_id})}
        changed = [(row["text_key"], self._excerpt(row)) for row in self._excerpts.values()]
        new = {row["text_key"]: row for before, row in changed if before in had and row["text_key"] not in had}
        if not new:
            return None
        spans = [list(zip(row["sentence_starts"], row["sentence_ends"], strict=True)) for row in new.values()]
        made = place.encoder.encode_with_sentences([row["text"] for row in new.values()], spans)
        return vector_rows(place.model_id, list(new), *made)

    def about(self, table: str, column: str = "revision_id") -> Rows:
        """Return the rows of a table that are about one of the texts, as they were."""
        rows: Rows = self._database.table(_ABOUT.format(table=table, column=column), going=self._known).to_pylist()
        return rows

    def text_key(self, revision: str) -> str:
        """Return what the text of a revision is known by now."""
        return keyed_hash(self._secret, "text", self._replaced[revision].text)

    def length(self, revision: str) -> int:
        """Return how long the text of a revision is now."""
        return len(self._replaced[revision].text)

    def revision(self, row: Row) -> Row:
        """Return the row of a text after its replacements."""
        if row["id"] not in self._replaced:
            return row
        keys = {"text_key": self.text_key(row["id"]), "content_key": PSEUDONYMISED}
        return row | {"text": self._replaced[row["id"]].text, **keys}

    def placed(self, row: Row) -> Row:
        """Return a row with a place in a text, after the replacements there."""
        if row["revision_id"] not in self._replaced:
            return row
        start, end = self._replaced[row["revision_id"]].place((row["start"], row["end"]))
        return row | {"start": start, "end": end}

    def _excerpt(self, row: Row) -> Row:
        if row["revision_id"] not in self._replaced:
            return row
        made, span = self._replaced[row["revision_id"]], (row["start"], row["end"])
        start, end = made.place(span)
        parts = made.within(span, list(zip(row["sentence_starts"], row["sentence_ends"], strict=True)))
        sentences = [part for part in parts if part] or [(0, end - start)]
        text = made.text[start:end]
        return row | {
            "start": start,
            "end": end,
            "text": text,
            "sentence_starts": [one for one, _ in sentences],
            "sentence_ends": [one for _, one in sentences],
            "text_key": split.text_key(self._secret, text, sentences),
        }

    def _suggestion(self, row: Row) -> Row:
        excerpt = self._excerpts.get(row["excerpt_id"])
        if not excerpt:
            return row
        made, span = self._replaced[excerpt["revision_id"]], (excerpt["start"], excerpt["end"])
        start, end = made.place(span)
        found = made.within(span, [(row["evidence_start"], row["evidence_end"])])[0] or (0, end - start)
        return row | {"evidence_start": found[0], "evidence_end": found[1]}

    def _imported(self, row: Row) -> Row:
        revision = self._counted_in.get(f"{row['import_id']}/{row['number']}")
        if not revision:
            return row
        start, end = self._replaced[revision].place((row["start"], row["end"]))
        return row | {"start": start, "end": end}

    @cached_property
    def _counted_in(self) -> dict[str, str]:
        """Say of rows of tables of codings in which text their positions count."""
        return {row: text for one in self.newest for row, text, _, _ in imported_rows(self._database, one)}

    @cached_property
    def _excerpts(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.about("excerpts")}

    def _silent(self) -> set[str]:
        """Return the keys of texts of excerpts that nothing has any more."""
        before = {row["text_key"] for row in self._excerpts.values()}
        after = {self._excerpt(row)["text_key"] for row in self._excerpts.values()}
        return before - after - set(self._database.table(_ELSEWHERE, going=self._known)["text_key"].to_pylist())

    def _maps(self) -> Iterator[Row]:
        before = {late.id: early.id for early, late in pairwise(self._texts) if early.transcript == late.transcript}
        shared: dict[str, list[Shared]] = {}
        for row in self.about("offset_maps"):
            block = Shared(row["old_start"], row["new_start"], row["length"])
            shared.setdefault(row["revision_id"], []).append(block)
        for revision, blocks in shared.items():
            for one in still_shared(blocks, self._replaced[before[revision]], self._replaced[revision]):
                yield map_row(revision, one)

    def _twins(self) -> Rows:
        """Return the files that held the same words: a run passes over them as over the one that was read."""
        rows = self._database.table(_TWINS, {"transcripts": list(self.newest)}).to_pylist()
        keys = {one.transcript: self.text_key(one.id) for one in self.newest.values()}
        known = {(row["dataset"], row["source"]): row | {"text_key": keys[row["transcript_id"]]} for row in rows}
        return [row | {"content_key": PSEUDONYMISED} for row in known.values()]


def map_row(revision: str, shared: Shared) -> Row:
    """Return the row of a stretch that a revision shares with the one before it."""
    return {
        "revision_id": revision,
        "old_start": shared.old_start,
        "new_start": shared.new_start,
        "length": shared.length,
    }
