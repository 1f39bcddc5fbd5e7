"""Codings made elsewhere on their way into the study: what of it they need, and the rows that they add."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from tagger.config import load_settings
from tagger.errors import CodingsError
from tagger.exchange.matching import Matching, PassageCoding
from tagger.frameworks import digest, from_json
from tagger.moments import after
from tagger.privacy import keyed_hash, plain_hash
from tagger.records import Framework, Made
from tagger.steps.workplace import Rows, framework_rows, outside_runs
from tagger.store import Readable, Shard, Store


@dataclass(frozen=True)
class ImportReport:
    """What became of codings made elsewhere: readings stored now, readings that were there, and lines to show."""

    stored: int
    known: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """
    The file that codings come from, and how they are said to have been made; `instead` of what was said before.

    `coder` is who coded what the file names nobody for.
    """

    name: str
    data: bytes
    made: Made
    instead: bool = False
    coder: str = ""

    def identity(self, database: Readable, secret: bytes) -> tuple[str, str]:
        """
        Return what tells the file again, and the id of its import: the one it has, or one that follows from `made`.

        Raises:
            CodingsError: the study holds this very file as made another way.
        """
        said = (self.coder,) if self.coder else ()
        file_key = keyed_hash(secret, "codings", hashlib.sha256(self.data).hexdigest(), *said)
        known = database.rows(
            "SELECT id, made, imported_at FROM current_imports WHERE file_key = $key", {"key": file_key}
        )
        if not known:
            return file_key, plain_hash("import", file_key, self.made)
        [(identity, before, when)] = known
        if before == self.made:
            return file_key, str(identity)
        if not self.instead:
            raise CodingsError(
                f"this very table is in the study already, with --made {before} (since {when:%Y-%m-%d}), and now it "
                f"says --made {self.made}; nothing was changed",
                where=self.name,
                remedy="To have what is said now count, and no longer what was said then, add --instead",
            )
        return file_key, plain_hash("import", str(identity), self.made)


def put(folder: Path, study: CodedStudy, matching: Matching, origin: Origin) -> tuple[int, int]:
    """
    Store the codings of a file; return how many are new, and how many were there already.

    Raises:
        CodingsError: a value is not in the framework of its dataset, or the study holds this file as made another way.
    """
    store = Store(folder)
    with store.session("an import") as database:
        file_key, identity = origin.identity(database, study.secret)
        [(last,)] = database.rows("SELECT max(imported_at) FROM imports")
        now = after(datetime.now(UTC).replace(tzinfo=None), last)
        tables = _Import(study, origin.made, file_key, identity).rows(matching, origin.name, now)
        codings = [row["id"] for row in tables["codings"]]
        before = _stored(database, codings)
    store.put(_shard(tables, load_settings(folder).as_json()))
    store.merge()
    with store.session("an import") as database:
        new = _stored(database, codings) - before
    return new, len(codings) - new


def shortened(lines: Sequence[str], most: int = 20) -> tuple[str, ...]:
    """Return lines as they are shown below another, the last of very many left out."""
    rest = (f"  ... and {len(lines) - most} more",) if len(lines) > most else ()
    return (*(f"  {line}" for line in lines[:most]), *rest)


def _stored(database: Readable, codings: list[str]) -> int:
    """Count which of these codings are in the study."""
    wanted = pa.table({"id": pa.array(codings, pa.string())})
    found = database.table("SELECT count(*) AS n FROM codings SEMI JOIN wanted USING (id)", wanted=wanted)
    return int(found["n"][0].as_py())


def _shard(tables: dict[str, Rows], settings: str) -> Shard:
    """Make the work of one import; the same codings of the same rows are the same work."""
    [identity] = [row["id"] for row in tables["imports"]]
    rows = [str(row["number"]) for row in tables["imported_rows"]]
    key = plain_hash("import", identity, *sorted(row["id"] for row in tables["codings"]), *rows)
    counts = {"codings": len(tables["codings"])}
    return outside_runs("import", key, tables, settings, tables["imports"][0]["imported_at"], counts)


class CodedStudy:
    """What an import needs of the study: its texts and passages, and the framework of each dataset."""

    def __init__(self, database: Readable, chosen: Framework, *, by_dataset: bool) -> None:
        live = database.table("SELECT transcript_id, dataset, source, text FROM live_revisions").to_pylist()
        used = database.table(
            "SELECT s.dataset, f.content FROM current_scorings s JOIN frameworks f ON f.id = s.framework_id "
            "ORDER BY s.number"
        ).to_pylist()
        passages = database.table(
            'SELECT transcript AS transcript_id, excerpt_id, start, "end" FROM excerpt_list '
            "WHERE kind = 'passage' ORDER BY start"
        ).to_pylist()
        self.secret = bytes(database.rows("SELECT secret FROM study")[0][0])
        self.sources = {f"{row['dataset']}/{row['source']}": row["transcript_id"] for row in live}
        self.texts = {row["transcript_id"]: row["text"] for row in live}
        self.datasets = {row["transcript_id"]: row["dataset"] for row in live}
        self.passages: dict[str, list[str]] = {}
        self.spans: dict[str, list[tuple[int, int]]] = {}
        for row in passages:
            self.passages.setdefault(row["transcript_id"], []).append(row["excerpt_id"])
            self.spans.setdefault(row["transcript_id"], []).append((row["start"], row["end"]))
        people = database.rows("SELECT name FROM coders WHERE role IS NOT NULL")
        self._people = {str(name).casefold() for (name,) in people}
        self.chosen = chosen
        self.used = {row["dataset"]: from_json(row["content"]) for row in used} if by_dataset else {}

    def namesakes(self, coders: Iterable[str]) -> list[str]:
        """Say of coders who are called like people of this study that they are kept apart from them."""
        both = sorted({name for name in coders if name.casefold() in self._people})
        return [f"{name} is also somebody who reads here: what was brought in is kept apart from it." for name in both]

    def framework(self, transcript_id: str) -> Framework:
        """Return the framework that a transcript's codings are read with."""
        return self.used.get(self.datasets[transcript_id], self.chosen)

    def all_values(self) -> Framework:
        """Return one framework with the values of all that are used here, so that a table may hold several datasets."""
        values = {value.id: value for framework in (self.chosen, *self.used.values()) for value in framework.values}
        return replace(self.chosen, values=tuple(values.values()))


@dataclass(frozen=True)
class _Import:
    """The rows that one table of codings adds to the study."""

    study: CodedStudy
    made: Made
    file_key: str
    identity: str

    def rows(self, matching: Matching, name: str, now: datetime) -> dict[str, Rows]:
        """Make the rows, in the order in which they refer to each other."""
        names = {row.row.coder for row in matching.placed}
        tables: dict[str, Rows] = {"frameworks": [], "framework_values": [], "framework_meanings": []}
        for framework in {digest(f): f for f in map(self._framework, matching.codings)}.values():
            for table, rows in framework_rows(framework).items():
                tables[table] += rows
        tables["coders"] = [{"id": self._coder(name), "name": name, "added_at": now} for name in sorted(names)]
        tables["imports"] = [{"id": self.identity, "made": self.made, "file_key": self.file_key, "imported_at": now}]
        tables["imported_rows"] = [
            {
                "import_id": self.identity,
                "number": placed.row.number,
                "transcript_id": placed.transcript_id,
                "start": placed.span[0],
                "end": placed.span[1],
                "coder_id": self._coder(placed.row.coder),
                "value_ids": list(placed.row.value_ids),
            }
            for placed in matching.placed
        ]
        tables["codings"], tables["coding_answers"] = [], []
        for coding in matching.codings:
            row = self._coding(coding, now)
            tables["codings"].append(row)
            tables["coding_answers"] += self._answers(coding, row["id"], name)
        return tables

    def _coding(self, coding: PassageCoding, now: datetime) -> dict[str, Any]:
        excerpt = self.study.passages[coding.transcript_id][coding.passage]
        coder, framework = self._coder(coding.coder), digest(self._framework(coding))
        return {
            "id": plain_hash("coding", self.identity, coder, excerpt, framework),
            "excerpt_id": excerpt,
            "coder_id": coder,
            "framework_id": framework,
            "kind": "imported",
            "made": self.made,
            "round": "before talk",
            "outcome": "values" if coding.value_ids else "nothing here",
            "matched": coding.matched,
            "import_id": self.identity,
            "coded_at": now,
        }

    def _answers(self, coding: PassageCoding, identity: str, name: str) -> Rows:
        framework = self._framework(coding)
        known = [value.id for value in framework.values]
        if strange := [value for value in coding.value_ids if value not in known]:
            raise CodingsError(
                f"{', '.join(strange)} is not in {framework.id} {framework.version}, which this dataset is tagged with",
                where=f"{name}, row {coding.rows[0]}",
                remedy="Correct the table, or say which framework it was made with: --framework NAME",
            )
        return [
            {"coding_id": identity, "value_id": v, "answer": "yes" if v in coding.value_ids else "no"} for v in known
        ]

    def _framework(self, coding: PassageCoding) -> Framework:
        return self.study.framework(coding.transcript_id)

    def _coder(self, name: str) -> str:
        return keyed_hash(self.study.secret, "coder", name)
