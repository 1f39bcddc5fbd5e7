"""From bytes to text: byte order marks, UTF-8, then a guess that is shown and can be overruled."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from tagger.errors import TranscriptError

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 64_000
# Undefined in cp1252; where they occur among Western letters the file is Latin-1.
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
HIGH = re.compile(rb"[\x80-\xff]+")
# Encodings of which people still save files; left to all it knows, the detector finds DOS code pages everywhere.
LIKELY = ["gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1256"]
LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd\ufffe\uffff]")
OVERRIDE = "If it is text, name its encoding with --encoding"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with LF line ends and without BOM, the encoding it was read in, and what could not be read in it."""

    text: str
    encoding: str
    problems: tuple[str, ...] = ()


def decode(data: bytes, name: str, encoding: str | None = None) -> Decoded:
    """
    Read bytes as text.

    Raises:
        TranscriptError: The bytes are not text, or not text in the encoding that was asked for.
    """
    decoded = _as_asked(data, name, encoding) if encoding else _detected(data, name)
    text = LINE_ENDS.sub("\n", decoded.text.removeprefix("\ufeff"))
    controls = sum(1 for _ in CONTROLS.finditer(text))
    if controls > 2 + len(text) / 500:
        raise TranscriptError(
            "It is not text but binary data", where=name, remedy=f"Export it as text or DOCX. {OVERRIDE}"
        )
    return Decoded(text, decoded.encoding, decoded.problems)


def _as_asked(data: bytes, name: str, encoding: str) -> Decoded:
    try:
        known = codecs.lookup(encoding).name
        text = data.decode(known)
    except LookupError as reason:
        raise TranscriptError(
            f"'{encoding}' is not the name of an encoding",
            where=name,
            remedy="Use one such as utf-8, cp1252 or gb18030",
        ) from reason
    except UnicodeError as reason:
        place = f" (byte {reason.start + 1:,})" if isinstance(reason, UnicodeDecodeError) else ""
        raise TranscriptError(
            f"It is not written in {encoding}{place}", where=name, remedy="Leave the encoding out to have it detected"
        ) from reason
    if not isinstance(text, str):
        raise TranscriptError(f"'{encoding}' is not an encoding of text", where=name, remedy="Use one such as cp1252")
    return Decoded(text, known)


def _detected(data: bytes, name: str) -> Decoded:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _marked(data[len(bom) :], encoding, name)
    wide = _without_mark(data)
    if wide is not None:
        return wide
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as reason:
        return _damaged_utf8(data, reason) or _legacy(data, name)


def _marked(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as reason:
        if encoding == "utf-8":
            return _damaged_utf8(data, reason) or _legacy(data, name)
        text = data.decode(encoding, errors="replace")
        return Decoded(
            text, encoding, (f"it is marked as {encoding}, but is cut short or damaged at byte {reason.start + 1:,}",)
        )


def _without_mark(data: bytes) -> Decoded | None:
    """Tell UTF-16 and UTF-32 without BOM by where their zero bytes stand."""
    sample = data[:4096]
    if b"\0" not in sample:
        return None
    for encoding, unit, zeros in (
        ("utf-32-le", 4, (2, 3)),
        ("utf-32-be", 4, (0, 1)),
        ("utf-16-le", 2, (1,)),
        ("utf-16-be", 2, (0,)),
    ):
        cut = sample[: len(sample) // unit * unit]
        if cut and all(_is_mostly_zero(cut[offset::unit], unit) for offset in zeros) and len(data) % unit == 0:
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not CONTROLS.search(text[:2000]):
                return Decoded(text, encoding)
    return None


def _is_mostly_zero(column: bytes, unit: int) -> bool:
    # Chinese in UTF-16 has zero bytes at blanks, digits and line ends only; in UTF-32 two in four are always zero.
    share = column.count(0) / len(column)
    return share > (0.95 if unit == 4 else 0.02)


def _damaged_utf8(data: bytes, reason: UnicodeDecodeError) -> Decoded | None:
    """Take a file for UTF-8 with a few bad bytes when most of its other characters are sound UTF-8."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    sound = sum(1 for character in text if character > "\x7f") - bad
    if sound < 3 or bad > sound:
        return None
    line = data.count(b"\n", 0, reason.start) + 1
    return Decoded(text, "utf-8", (f"line {line}: {bad} of the bytes are not UTF-8 and show as �",))


def _legacy(data: bytes, name: str) -> Decoded:
    runs = HIGH.findall(data[: 16 * SAMPLE])
    alone = sum(len(run) == 1 for run in runs)
    if runs and b"\0" not in data and alone >= 0.7 * len(runs) and sum(map(len, runs)) < 0.3 * len(data):
        if UNDEFINED.search(data):
            return Decoded(data.decode("latin-1"), "latin-1")
        return Decoded(data.decode("cp1252"), "cp1252")
    best = from_bytes(_sample(data), cp_isolation=LIKELY).best()
    if best is None:
        raise TranscriptError("It is not text in any encoding that could be told", where=name, remedy=OVERRIDE)
    encoding = best.encoding
    bad = f"the encoding was guessed ({encoding}): if letters look wrong, name it with --encoding"
    try:
        return Decoded(data.decode(encoding), encoding, () if encoding == "gb18030" else (bad,))
    except UnicodeDecodeError:
        return Decoded(data.decode(encoding, errors="replace"), encoding, (bad,))


def _sample(data: bytes) -> bytes:
    """Take whole lines around the first foreign letters, so that detection takes the same time for any size."""
    first = HIGH.search(data)
    start = data.rfind(b"\n", 0, first.start() if first else 0) + 1
    if first and first.start() - start > SAMPLE // 2:
        start = first.start()
    if len(data) - start <= SAMPLE:
        return data[start:]
    end = data.rfind(b"\n", start, start + SAMPLE)
    return data[start : end + 1] if end > start else data[start : start + SAMPLE]
