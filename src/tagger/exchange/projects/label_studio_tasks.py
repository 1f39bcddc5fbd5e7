"""
What Label Studio exports as JSON and as JSON-MIN: tasks, what each person submitted of them, and results in that.

JSON-MIN has a row for each submission and leaves out what kind each result is; it stands between the task's id and the
one who submitted. Files of before version 1.1 say `completions` for annotations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from tagger.errors import CodingsError
from tagger.exchange.projects.records import NOBODY

Record = Mapping[str, object]
MARKS = ("labels", "hypertextlabels", "htmllabels", "paragraphlabels", "choices", "taxonomy")
"""Kinds of results that name codes."""
LARGEST = 200_000_000
"""Bytes of the largest export that is read."""
MOST_VALUES = 10_000_000
START = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
BY = "coded_by"
"""The control by which our own exports say who annotated, and of parts of a text; what it names is no code."""
NAMES = (b'"annotations"', b'"completions"', b'"annotation_id"')
UPLOADED = re.compile(r"[0-9a-f]{8}-")
LONGEST_CHOICE = 80
FEWEST_ANSWERS = 4
EXPORT_AGAIN = "Export it from Label Studio again, as JSON"


@dataclass(frozen=True, slots=True)
class Result:
    """A result: the control that made it, which of the task's texts it is about, its kind, and its value."""

    control: str
    about: str
    kind: str
    value: Record
    predicted: bool = False


@dataclass(frozen=True, slots=True)
class Submitted:
    """
    What one person submitted of a task; `when` orders what they submitted more than once.

    They had all of its text before them, unless it is not `whole`.
    """

    coder: str
    when: str
    results: tuple[Result, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its data, the file it came in, and what was submitted; counts of what was skipped and predicted."""

    identity: str
    data: Record
    upload: str = ""
    submitted: tuple[Submitted, ...] = ()
    skipped: int = 0
    predictions: int = 0


def recognises(data: bytes) -> bool:
    """Tell an export by the names in it, which a long text may stand before."""
    return bool(START.match(data)) and any(name in data for name in NAMES)


def tasks(data: bytes, name: str) -> list[Task]:
    """
    Read the tasks of an export.

    Raises:
        CodingsError: It is cut off, not JSON, too large, or holds no tasks.
    """
    value = _parsed(data, name)
    records = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
    if any("annotation_id" in each and "annotations" not in each for each in records):
        found = list(_of_rows(records))
    else:
        found = [_of_task(each) for each in records if isinstance(each.get("data"), dict)]
    if not found:
        raise CodingsError("It is JSON without a single task of Label Studio", where=name, remedy=EXPORT_AGAIN)
    return found


def _parsed(data: bytes, name: str) -> object:
    if len(data) > LARGEST or data.count(b"{") + data.count(b"[") + data.count(b",") > MOST_VALUES:
        what = f"It is JSON of more than {LARGEST // 1_000_000} MB or {MOST_VALUES:,} values"
        raise CodingsError(what, where=name, remedy="Export fewer tasks at a time")
    try:
        return json.loads(data.decode("utf-8-sig"), strict=False, parse_int=_whole)
    except json.JSONDecodeError as reason:
        if reason.msg.startswith("Unterminated") or not reason.doc[reason.pos + 5 :].strip():
            what = f"It is JSON that breaks off in line {reason.lineno:,}: the end is missing"
        else:
            what = f"It is JSON with a mistake in line {reason.lineno:,} ({reason.msg})"
        raise CodingsError(what, where=name, remedy=EXPORT_AGAIN) from reason
    except (UnicodeDecodeError, RecursionError) as reason:
        raise CodingsError("It is JSON that is damaged", where=name, remedy=EXPORT_AGAIN) from reason


def _whole(digits: str) -> float:
    return int(digits) if len(digits) < 19 else float(digits)


def _of_task(record: Record) -> Task:
    made = [each for each in _records(record, "annotations", "completions") if not _is_skipped(each)]
    skipped = sum(_is_skipped(each) for each in _records(record, "annotations", "completions"))
    upload = UPLOADED.sub("", _text(record.get("file_upload")), count=1)
    data = record["data"]
    return Task(
        _text(record.get("id")),
        data if isinstance(data, dict) else {},
        upload,
        tuple(_newest(map(_submitted, made))),
        skipped,
        len(_records(record, "predictions")),
    )


def _records(record: Record, *names: str) -> list[Record]:
    listed = [each for name in names if isinstance(found := record.get(name), list) for each in found]
    return [each for each in listed if isinstance(each, dict)]


def _is_skipped(annotation: Record) -> bool:
    return bool(annotation.get("was_cancelled") or annotation.get("skipped"))


def _submitted(annotation: Record) -> Submitted:
    predicted = bool(annotation.get("parent_prediction"))
    results = tuple(_result(each, predicted=predicted) for each in _records(annotation, "result"))
    coder = _coder(annotation.get("completed_by", annotation.get("created_username")))
    return _by(coder, _text(annotation.get("updated_at") or annotation.get("created_at")), results)


def _by(coder: str, when: str, results: Iterable[Result]) -> Submitted:
    """Make what one person submitted; in what was exported here, a choice tells who it was."""
    made = list(results)
    chosen = chain.from_iterable(_listed(each.value.get("choices")) for each in made if each.control == BY)
    name = next(filter(None, map(_text, chosen)), "")
    return Submitted(name or coder, when, tuple(each for each in made if each.control != BY), whole=not name)


def _result(record: Record, *, predicted: bool) -> Result:
    value = record.get("value")
    return Result(
        _text(record.get("from_name")),
        _text(record.get("to_name")),
        _text(record.get("type")),
        value if isinstance(value, dict) else {},
        predicted or _text(record.get("origin")).startswith("prediction"),
    )


def _newest(submitted: Iterable[Submitted]) -> list[Submitted]:
    """Keep of what a person submitted of one task what they submitted last."""
    return list({each.coder: each for each in sorted(submitted, key=lambda one: one.when)}.values())


def _coder(said: object) -> str:
    """Name who submitted: by name, by address, or by the number that Label Studio gave them."""
    if isinstance(said, dict):
        named = " ".join(filter(None, (_text(said.get("first_name")), _text(said.get("last_name")))))
        return named or _text(said.get("email")) or _text(said.get("username")) or _coder(said.get("id"))
    if isinstance(said, (int, float)) and not isinstance(said, bool):
        return f"annotator {said}"
    return _text(said) or NOBODY


def _of_rows(rows: Sequence[Record]) -> Iterator[Task]:
    """Yield the tasks of JSON-MIN; where a task's id is missing, each row is one."""
    of_task: dict[str, Task] = {}
    made: dict[str, list[Submitted]] = {}
    in_words = _in_words(rows)
    for number, row in enumerate(rows):
        key = _text(row.get("id")) or f"row {number + 1}"
        names = _answers(row)
        data = {name: cell for name, cell in row.items() if name not in names}
        of_task.setdefault(key, Task(key, data))
        if row.get("annotation_id") is not None:
            results = chain.from_iterable(_of_cell(name, row[name], in_words) for name in names)
            coder, when = _coder(row.get("annotator")), _text(row.get("updated_at"))
            made.setdefault(key, []).append(_by(coder, when, results))
    for key, task in of_task.items():
        yield replace(task, submitted=tuple(_newest(made.get(key, ()))))


def _answers(row: Record) -> list[str]:
    """Name what was answered: it stands between the task's id and who submitted."""
    names = list(row)
    first = names.index("id") + 1 if "id" in row else 0
    last = names.index("annotator") if "annotator" in row else len(names)
    return [name for name in names[first:last] if "id" in row or _has_marks(row[name])]


def _has_marks(cell: object) -> bool:
    return any(isinstance(each, dict) and any(mark in each for mark in MARKS) for each in _listed(cell))


def _listed(cell: object) -> list[object]:
    return cell if isinstance(cell, list) else [cell]


def _in_words(rows: Sequence[Record]) -> set[str]:
    """Name the answers in free words, which JSON-MIN writes like a choice: long ones, or each another than the rest."""
    said: dict[str, list[str]] = {}
    for row in rows:
        for name in _answers(row):
            said.setdefault(name, []).extend(each for each in _listed(row[name]) if isinstance(each, str))
    return {
        name
        for name, texts in said.items()
        if any(len(text) > LONGEST_CHOICE or "\n" in text for text in texts)
        or len(set(texts)) == len(texts) >= FEWEST_ANSWERS
    }


def _of_cell(name: str, cell: object, in_words: set[str]) -> Iterator[Result]:
    for each in _listed(cell):
        if isinstance(each, dict):
            kind = next((mark for mark in MARKS if mark in each), "other")
            yield Result(name, "", kind, each)
        elif isinstance(each, str) and name not in in_words:
            yield Result(name, "", "choices", {"choices": [each]})
        elif each is not None:
            yield Result(name, "", "textarea" if isinstance(each, str) else "rating", {})


def _text(cell: object) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""
