"""Files damaged by chance: bytes flipped, cut out, doubled or taken from another, and marks where none belong."""

from __future__ import annotations

import io
import random
import re
import zipfile

from project_files import packed

LARGEST_CASE = 2_000_000
"""Bytes of a damaged file or part: what takes long because it is large says nothing."""
MARKS = (
    *("\0", "\ufeff", "\ud800", "\u2028", "\t", "\n\n", '"', "'", ",", ";", ":", "{", "}", "[", "]", "<", ">", "\\"),
    *(
        " --> ",
        "00:00:01.000",
        "-1:99:99,999",
        "WEBVTT",
        "NOTE",
        "<v A>",
        "</v>",
        "X-TIMESTAMP-MAP=",
        "{\\rtf1",
        "\\u-1?",
    ),
    *("\\bin999999999 ", "\\ansicpg99999", "%PDF-", "endstream", "/Length 99999999", "null", "NaN", "1e999", "9" * 400),
    *(
        "[" * 2000,
        "{\\b " * 500,
        "&lt;",
        "&#0;",
        "<!ENTITY a 'b'>",
        "]]>",
        "PK\3\4",
        "I:",
        "Speaker 1",
        "[00:01]",
        "(" * 99,
    ),
)
TIME = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+")


def damaged(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Damage a file in one to four ways; a package as often inside of a part as outside."""
    if data.startswith(b"PK") and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        name = chance.choice(sorted(parts))
        return packed({**parts, name: damaged(parts[name], other, chance)})
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(WAYS)(data, other, chance)[:LARGEST_CASE]
    return data


def _flipped(data: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    return data[:start] if chance.random() < 0.5 else data[:start] + data[end:]


def _doubled(data: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 30)) + data[end:]


def _spliced(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place, start = chance.randint(0, len(data)), chance.randint(0, len(other))
    return data[:place] + other[start : start + chance.randint(1, 2000)] + data[place:]


def _marked(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(data))
    return (
        data[:place] + chance.choice(MARKS).encode("utf-8", "surrogatepass") * chance.choice((1, 1, 3)) + data[place:]
    )


def _lines_moved(data: bytes, other: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(chance.randint(0, len(lines)), lines.pop(chance.randrange(len(lines))))
    return chance.choice((b"\n", b"\n", b"\r\n", b"\r")).join(lines)


def _numbers_changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = chance.choice((b"-1", b"0", b"99999999999999999999", b"1e400", b"", b"0x7f"))
    return re.sub(rb"\d+", lambda found: changed if chance.random() < 0.1 else found[0], data)


def _recoded(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(
        chance.choice(("utf-16", "utf-32", "utf-16-be", "gb18030", "utf-7")), "replace"
    )


WAYS = (_flipped, _cut, _doubled, _spliced, _marked, _marked, _lines_moved, _numbers_changed, _recoded)


def timeless(data: bytes) -> bytes:
    """Pack a package again without the time of day, so that a case is the same again."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return packed({name: TIME.sub(b"2026-01-01T00:00:00", parts.read(name)) for name in parts.namelist()})
