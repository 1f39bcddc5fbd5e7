"""
The trail: an entry for everything that is stored of what people did and read, each chained to the one before it.

Nobody has to remember to write one. Whatever is inserted into a table is noted in the transaction that stores it, but
for the tables of `LEFT_OUT`. An entry commits to its row by a salted hash, so that it tells nothing by itself: a row
that is erased takes its salt with it, and the chain can still be checked. `trail_check` checks it.

An entry is made so, all numbers in decimal and all texts in UTF-8:

    commitment = SHA-256(salt + "<microseconds since 1970> <table> <content>")
    hash       = SHA-256(hash of the entry before, or nothing + number in 8 bytes, big-endian + commitment)

The content is the row as a JSON object, its columns in the order of their names; of a table in `TOGETHER`, the rows
that belong together, sorted and put one after the other.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tagger.store.database import Readable

LEFT_OUT = frozenset(
    {
        # What the store notes for itself.
        "ledger", "migrations", "study", "trail",
        # What is worked out from the rest, and can be again.
        "gate_columns", "learned_codings", "learned_transcripts", "models", "named_before", "offset_maps",
        "placements", "preview_changes", "previews", "reading_orders", "scores", "scoring_limits", "scoring_uses",
        "scorings", "segmentations", "suggestions", "turns", "vectors",
        # When somebody was signed in is nobody's business.
        "session_days", "session_ends", "sessions",
    }
)  # fmt: skip
"""The tables of which nothing is noted."""
TOGETHER: Mapping[str, str] = {
    "coding_answers": "coding_id",
    "decision_answers": "decision_id",
    "framework_values": "framework_id",
    "proposal_answers": "proposal_id",
    "repeat_answers": "repeat_id",
}
"""Tables whose rows are stored together, go together and share an entry, by the column that says which."""
SALT = 16
_EPOCH = datetime(1970, 1, 1)

_COLUMNS = """
    SELECT column_name, coalesce(list_contains(k.names, column_name), false), data_type
    FROM duckdb_columns() c
    LEFT JOIN (SELECT table_name, constraint_column_names AS names FROM duckdb_constraints()
               WHERE constraint_type = 'PRIMARY KEY') k USING (table_name)
    WHERE table_name = $table AND EXISTS (SELECT 1 FROM duckdb_tables() WHERE table_name = 'trail')
    ORDER BY column_name
"""
_NEWEST = "SELECT number, hash FROM trail ORDER BY number DESC LIMIT 1"
STORE = """
    INSERT INTO trail
    SELECT unnest($numbers), $now, unnest($tables), unnest($keys), unnest($salts), unnest($commitments), unnest($hashes)
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows of a table are named and written down, as SQL over its columns."""

    key: str
    content: str

    @classmethod
    def of(cls, database: Readable, table: str) -> Shape | None:
        """Look how a table is noted; None where nothing of it is."""
        columns = [] if table in LEFT_OUT else database.lasting(_COLUMNS, {"table": table})
        if not columns:
            return None
        keys = [TOGETHER[table]] if table in TOGETHER else [str(name) for name, is_key, _ in columns if is_key]
        key = f'"{keys[0]}"::VARCHAR' if len(keys) == 1 else f"to_json([{', '.join(map(_text, keys))}])::VARCHAR"
        content = ", ".join(f"'{name}': {_exact(str(name), str(kind))}" for name, _, kind in columns)
        return cls(key, f"to_json({{{content}}})::VARCHAR")


def _text(column: str) -> str:
    return f'"{column}"::VARCHAR'


def _exact(column: str, kind: str) -> str:
    """A number with a fraction is written down bit by bit: how it is printed is not for ever."""
    return f'"{column}"::BIT::VARCHAR' if kind in {"DOUBLE", "FLOAT"} else f'"{column}"'


def units(table: str, shape: Shape) -> str:
    """Select the key and the content of everything in a table that has an entry of its own."""
    if table in TOGETHER:
        together = f"string_agg({shape.content}, '' ORDER BY {shape.content})"
        return f"SELECT {shape.key} AS row_key, {together} AS content FROM {table} GROUP BY 1"  # noqa: S608
    return f"SELECT {shape.key} AS row_key, {shape.content} AS content FROM {table}"  # noqa: S608


def microseconds(moment: datetime) -> int:
    """Count them from the beginning of 1970, as DuckDB's epoch_us does."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def chained(previous: bytes, number: int, commitment: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(previous + number.to_bytes(8) + commitment).digest()


def noted(database: Readable) -> list[str]:
    """List the tables that are noted."""
    return sorted({str(name) for (name,) in database.rows("SELECT table_name FROM duckdb_tables()")} - LEFT_OUT)


@dataclass
class Notes:
    """What a transaction has stored so far and is still to be noted, and where the chain ends."""

    _rows: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _end: tuple[int, bytes] | None = None

    def take(self, table: str, stored: Iterable[Sequence[object]]) -> None:
        """Take rows that were just stored: the key and the content of each."""
        for key, content in stored:
            self._rows.setdefault((table, str(key)), []).append(str(content))

    def entries(self, database: Readable) -> dict[str, object]:
        """Return the entries to be stored with the transaction, as parameters of `STORE`; none if there are none."""
        if not self._rows:
            return {}
        number, previous = self._end or next(iter(database.rows(_NEWEST)), (0, b""))
        now = datetime.now(UTC).replace(tzinfo=None)
        made: list[tuple[Any, ...]] = []
        for (table, key), contents in self._rows.items():
            salt, number = secrets.token_bytes(SALT), number + 1
            told = f"{microseconds(now)} {table} {''.join(sorted(contents))}"
            commitment = hashlib.sha256(salt + told.encode()).digest()
            previous = chained(previous, number, commitment)
            made.append((number, table, key, salt, commitment, previous))
        self._rows, self._end = {}, (number, previous)
        names = ("numbers", "tables", "keys", "salts", "commitments", "hashes")
        return {"now": now, **{name: list(column) for name, column in zip(names, zip(*made, strict=True), strict=True)}}

    def forget(self) -> None:
        """Forget all: the transaction failed."""
        self._rows, self._end = {}, None
