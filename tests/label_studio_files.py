"""Exports of Label Studio as its versions write them, for tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Count = Callable[[str], int]
Record = dict[str, Any]


def label(text: str, words: str, *labels: str, count: Count = len, kind: str = "labels", **changed: Any) -> Record:
    """Return a result that marks words of a text; `count` is how the version counts characters."""
    start = text.index(words)
    value = {"start": count(text[:start]), "end": count(text[: start + len(words)]), "text": words}
    made = {"from_name": "label", "to_name": "text", "type": kind, "origin": "manual"}
    return made | {"value": value | {kind: list(labels)}} | changed


def choice(*choices: str, control: str = "sentiment") -> Record:
    """Return a result that says something of a whole task."""
    return {"from_name": control, "to_name": "text", "type": "choices", "value": {"choices": list(choices)}}


def annotation(*results: Record, by: object = 1, when: str = "2026-01-01", **more: Any) -> Record:
    """Return what one person submitted of a task."""
    return {"completed_by": by, "result": list(results), "was_cancelled": False, "updated_at": when, **more}


def task(identity: int, text: object, *annotations: Record, upload: str = "", **more: Any) -> Record:
    """Return a task with what was submitted of it."""
    made = {"id": identity, "data": {"text": text}, "annotations": list(annotations), "predictions": []}
    return made | ({"file_upload": f"0a1b2c3d-{upload}"} if upload else {}) | more


def export(*tasks: Record) -> bytes:
    """Write tasks as Label Studio does."""
    return json.dumps(tasks, ensure_ascii=False).encode()


def in_utf_16(text: str) -> int:
    """Count as browsers do."""
    return len(text.encode("utf-16-le")) // 2
