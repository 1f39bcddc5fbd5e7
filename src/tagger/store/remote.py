"""
A study that another process keeps open: reading through its owner, over loopback HTTP, in Arrow.

    POST {url}/owner/read    a question, answered with rows          Owner.answer
    POST {url}/owner/merge   merge the inbox, answered with JSON     Owner.merge
    POST {url}/owner/copy    copy the database, answered with JSON   Owner.copy

All carry the owner's token, which stands in the lock file that only the user can read. A question is a run of Arrow
streams: one row of parameters with the SQL in its metadata, then the tables that the SQL names. What went wrong at the
owner's side comes back in the metadata of an answer.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import pyarrow as pa

from tagger.errors import Busy, StoreError
from tagger.store.database import Database, opened
from tagger.store.lock import beside, owned, signed

READ, MERGE, COPY, TOKEN = "/owner/read", "/owner/merge", "/owner/copy", "X-Tagger-Token"
PATIENCE = 30.0
_TIMEOUT = 600.0
_PAUSE = 0.1
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
# An owner that is coming or going: another one has the port, or its doors are not open.
_NOT_THERE = (401, 403, 404, 503)
# What Arrow hands out in another type than DuckDB's own rows have.
_OWN_TYPES: dict[str, Callable[[Any], object]] = {"UUID": UUID, "HUGEINT": int, "UHUGEINT": int}

T = TypeVar("T")


class AwayError(Exception):
    """Nobody answers at the owner's address, or somebody else does."""


@dataclass(frozen=True)
class Line:
    """The way to the owner of a study."""

    url: str
    token: str

    def post(self, door: str, body: bytes = b"") -> bytes:
        """Send one request and return what is answered."""
        address = urlsplit(self.url)
        if address.scheme != "http" or address.hostname not in _LOOPBACK:
            raise AwayError
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=_TIMEOUT)
        try:
            connection.request("POST", door, body, {TOKEN: self.token, "Content-Type": "application/octet-stream"})
            answer = connection.getresponse()
            data = answer.read()
        except TimeoutError as error:
            raise _silent(self.url) from error
        except (OSError, http.client.HTTPException) as error:
            raise AwayError from error
        finally:
            connection.close()
        if answer.status in _NOT_THERE:
            raise AwayError
        if answer.status != 200:
            raise _error_in(data) or _silent(self.url)
        return data

    def merge(self) -> int:
        """Have the owner merge the inbox; return the rows added since it was last asked."""
        return int(self._told(MERGE)["added"])

    def copy(self, place: str) -> dict[str, int]:
        """Have the owner copy the database into this folder of `backups/`; return how many rows each table has."""
        return dict(self._told(COPY, place.encode()))

    def _told(self, door: str, body: bytes = b"") -> dict[str, Any]:
        answer = self.post(door, body)
        if error := _error_in(answer):
            raise error
        said: dict[str, Any] = json.loads(answer)
        return said


class Remote:
    """Reads a study through its owner; should that one leave, through the next one, or by itself."""

    def __init__(self, path: Path, role: str) -> None:
        self._path = path
        self._role = role

    def table(self, sql: str, parameters: Mapping[str, object] | None = None, **tables: pa.Table) -> pa.Table:
        """Run one SELECT and return its rows; *tables* are visible to it under their names."""
        question = _question(sql, parameters or {}, tables)
        return self._asked(lambda database: database.table(sql, parameters, **tables), question, _rows_in)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SELECT and return its rows as tuples."""
        question = _question(sql, parameters or {}, {})
        return self._asked(lambda database: database.rows(sql, parameters), question, _tuples_in)

    def lasting(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Run one SELECT and return its rows as tuples; nothing is remembered here."""
        return self.rows(sql, parameters)

    def known(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Run one SELECT and return its rows as tuples; nothing is remembered here."""
        return self.rows(sql, parameters)

    def derived(self, sql: str, stamp: str, make: Callable[[list[tuple[Any, ...]]], T]) -> T:
        """Return what *make* makes of the rows of a SELECT; nothing is remembered here."""
        return make(self.rows(sql))

    def _asked(self, here: Callable[[Database], T], question: bytes, read: Callable[[bytes], T]) -> T:
        return here_or_there(self._path, self._role, here, lambda line: read(line.post(READ, question)))


def here_or_there(path: Path, role: str, here: Callable[[Database], T], there: Callable[[Line], T]) -> T:
    """
    Do something with a study where it can be done: with the database, or through the owner that keeps it open.

    An owner that is just starting or ending is waited for.

    Raises:
        Busy: another process owns it and does not answer.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            patience = max(0.0, deadline - time.monotonic())
            with owned(beside(path), role, patience=patience) as killed, opened(path, killed) as database:
                return here(database)
        except Busy as busy:
            if "url" not in busy.owner:
                raise
            owner = busy.owner
        try:
            return there(line_to(path))
        except AwayError:
            if time.monotonic() > deadline:
                raise _unanswered(path, owner) from None
            time.sleep(_PAUSE)


def line_to(path: Path) -> Line:
    """Return the way to whoever keeps the database *path* open, or did so last."""
    owner = signed(beside(path))
    return Line(str(owner.get("url", "")), str(owner.get("token", "")))


def answered(question: bytes, reading: Callable[[], AbstractContextManager[Database]]) -> bytes:
    """Answer a question: its rows, or what was wrong, never a traceback."""
    try:
        sql, parameters, tables = _question_in(question)
        with reading() as database:
            rows, kinds = database.select(sql, parameters, tables)
    except StoreError as error:
        return _streams(pa.table({}).replace_schema_metadata({"error": json.dumps(_in_json(error))}))
    return _streams(rows.replace_schema_metadata({"types": json.dumps(kinds)}))


def told(act: Callable[[], Mapping[str, int]]) -> bytes:
    """Answer a request to do something: the numbers that come of it, or what was wrong."""
    try:
        return json.dumps(act()).encode()
    except StoreError as error:
        return json.dumps({"error": _in_json(error)}).encode()


def _in_json(error: StoreError) -> dict[str, str]:
    return {"what": error.what, "where": error.where, "remedy": error.remedy}


def _question(sql: str, parameters: Mapping[str, object], tables: Mapping[str, pa.Table]) -> bytes:
    said = {"sql": sql, "tables": json.dumps(list(tables))}
    try:
        row = pa.table({name: pa.array([value]) for name, value in parameters.items()})
    except (pa.ArrowException, OverflowError) as error:
        raise StoreError(f"a parameter of a question to the study cannot be sent ({error})") from error
    return _streams(row.replace_schema_metadata(said), *tables.values())


def _question_in(question: bytes) -> tuple[str, dict[str, object], dict[str, pa.Table]]:
    source = pa.BufferReader(question)
    try:
        row = pa.ipc.open_stream(source).read_all()
        said = row.schema.metadata
        names = json.loads(said[b"tables"])
        tables = {name: pa.ipc.open_stream(source).read_all() for name in names}
        return said[b"sql"].decode(), (row.to_pylist() or [{}])[0], tables
    except (pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise StoreError("a question to the study was not understood", remedy="Use one version of tagger") from error


def _streams(*tables: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    for table in tables:
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _rows_in(answer: bytes) -> pa.Table:
    rows = pa.ipc.open_stream(pa.BufferReader(answer)).read_all()
    said = rows.schema.metadata or {}
    if b"error" in said:
        raise StoreError(**json.loads(said[b"error"]))
    return rows


def _tuples_in(answer: bytes) -> list[tuple[Any, ...]]:
    rows = _rows_in(answer)
    kinds = json.loads(rows.schema.metadata[b"types"])
    columns = [
        [value if value is None else _OWN_TYPES[kind](value) for value in column.to_pylist()]
        if kind in _OWN_TYPES
        else column.to_pylist()
        for kind, column in zip(kinds, rows.columns, strict=True)
    ]
    return list(zip(*columns, strict=True))


def _error_in(answer: bytes) -> StoreError | None:
    try:
        said = json.loads(answer)["error"]
        return StoreError(said["what"], where=said["where"], remedy=said["remedy"])
    except (ValueError, KeyError, TypeError):
        return None


def _silent(url: str) -> StoreError:
    return StoreError(
        "the process that keeps the study open did not answer as it should",
        where=url,
        remedy="Stop it, start it again, and try again; what is stored is whole",
    )


def _unanswered(path: Path, owner: dict[str, object]) -> Busy:
    return Busy(
        f"the study is kept open by process {owner.get('pid', '?')}, which does not answer at {owner['url']}",
        owner=owner,
        where=str(path.parent),
        remedy="Stop that process and try again; nothing was changed",
    )
