"""Small PDF files, written letter by letter where a test wants them to stand."""

from __future__ import annotations

from collections.abc import Sequence

Words = tuple[float, float, str]
"""How far from the left and from the bottom words stand, in points, and the words; a leading * makes them bold."""

PICTURE = b"q 600 0 0 800 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \0 EI Q"


def pdf(pages: Sequence[Sequence[Words]], *, picture: bool = False) -> bytes:
    """Write a PDF with these words on its pages, in Helvetica of 10 points; with a picture on each, if asked."""
    streams = [b"\n".join([PICTURE] * picture + [_shown(*words) for words in page]) for page in pages]
    numbers = [6 + 2 * place for place in range(len(pages))]
    fonts = [
        b"<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont /%s >>" % name
        for name in (b"Helvetica", b"Helvetica-Bold")
    ]
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), b" ".join(b"%d 0 R" % each for each in numbers)),
        3: fonts[0],
        4: fonts[1],
    }
    for number, stream in zip(numbers, streams, strict=True):
        objects[number - 1] = stream_of(stream)
        objects[number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % (number - 1)
        )
    return put_together(objects)


def column(lines: Sequence[str], left: float = 72, top: float = 700, pitch: float = 14) -> list[Words]:
    """Set lines under each other; an empty one leaves a gap."""
    return [(left, top - pitch * place, line) for place, line in enumerate(lines) if line]


def stream_of(data: bytes, entries: bytes = b"") -> bytes:
    """Write data as the stream of an object, with further *entries* in its dictionary."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def put_together(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """Write objects with their table and trailer."""
    whole, places = b"%PDF-1.4\n", {}
    for number, body in sorted(objects.items()):
        places[number] = len(whole)
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places.items())
    ends = b"trailer\n<< /Root 1 0 R /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n"
    return whole + b"xref\n" + table + ends % (max(objects) + 1, trailer, len(whole))


def _shown(left: float, bottom: float, words: str) -> bytes:
    font = b"F2" if words.startswith("*") else b"F1"
    text = words.removeprefix("*").encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /%s 10 Tf %.1f %.1f Td (%s) Tj ET" % (font, left, bottom, text)
