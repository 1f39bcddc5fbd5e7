"""What goes with something: every row, of whatever table, that refers to a row that goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import pyarrow as pa

from tagger.store import Readable, everything

POINTS_TO: Mapping[str, tuple[str, ...]] = {
    "about_id": ("excerpts", "proposals"),
    "child_id": ("excerpts",),
    "coder_id": ("coders",),
    "coding_id": ("codings",),
    "decision_id": ("decisions",),
    "excerpt_id": ("excerpts",),
    "learned_id": ("learned",),
    "link_id": ("sign_in_links",),
    "memo_id": ("decisions",),
    "note_id": ("content_notes",),
    "pack_id": ("packs",),
    "participant_id": ("participants",),
    "proposal_id": ("proposals",),
    "reflection_id": ("reflections",),
    "repeat_id": ("repeats",),
    "revision_id": ("revisions",),
    "serving_id": ("servings",),
    "session_id": ("sessions",),
    "speaker_id": ("speakers",),
    "transcript_id": ("transcripts",),
    "undoes": ("decisions",),
}
"""The tables whose rows a column of this name refers to, in whatever table it is."""
STAYS: Collection[tuple[str, str]] = {
    ("audit_cells", "transcript_id"),
    ("coders", "id"),
    ("displays", "coding_id"),
    ("learning_uses", "learned_id"),
    ("scorings", "learned_id"),
    ("speaker_beliefs", "participant_id"),
}
"""Columns whose rows stay, though what they refer to goes: what was drawn, shown and used by then stays true."""
_KEYS = {"imported_rows": "import_id || '/' || number"}


class Going:
    """
    The rows of a study that go.

    Args:
        database: the study.
        stays: columns whose rows stay besides those of `STAYS`.
    """

    def __init__(self, database: Readable, stays: Iterable[tuple[str, str]] = ()) -> None:
        self.ids: defaultdict[str, set[str]] = defaultdict(set)
        self.also: dict[str, str] = {}
        """By table, which other rows go, as SQL over its columns."""
        self._database = database
        self._stays = {*STAYS, *stays}
        self._columns = {one.name: [name for name, _ in one.columns] for one in everything.tables(database)}

    def add(self, table: str, ids: Iterable[str]) -> None:
        """Have rows of a table go, by their ids, and with them whatever refers to them."""
        self.ids[table] |= set(ids)
        self._follow()

    def of(self, table: str) -> str:
        """Say which rows of a table go, as SQL over its columns and the table `going`."""
        pairs = [(self._key(table), (table,)), *((name, POINTS_TO.get(name, ())) for name in self._columns[table])]
        tests = [
            f"coalesce({key}::VARCHAR IN (SELECT id FROM going WHERE kind = '{kind}'), false)"  # noqa: S608
            for key, kinds in pairs
            for kind in kinds
            if key and self.ids.get(kind) and (table, key) not in self._stays
        ]
        return " OR ".join([*tests, *filter(None, [self.also.get(table)])]) or "false"

    def table(self) -> pa.Table:
        """Return the table `going` for `of`."""
        rows = [(kind, one) for kind, ids in self.ids.items() for one in sorted(ids)]
        kinds, ids = ([row[at] for row in rows] for at in (0, 1))
        return pa.table({"kind": pa.array(kinds, pa.string()), "id": pa.array(ids, pa.string())})

    def _key(self, table: str) -> str:
        return _KEYS.get(table, "id" if "id" in self._columns[table] else "")

    def _follow(self) -> None:
        before = -1
        while before < (before := sum(map(len, self.ids.values()))):
            for table in self._columns:
                if (key := self._key(table)) and (table, key) not in self._stays:
                    sql = f"SELECT {key} AS id FROM {table} WHERE {self.of(table)}"  # noqa: S608
                    self.ids[table] |= set(map(str, self._database.table(sql, going=self.table())["id"].to_pylist()))
