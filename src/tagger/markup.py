"""XML from files of strangers: what could expand without end, or fetch something, is refused before it is parsed."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

TYPE_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([^"']{1,40})""")
PLAIN_ENCODINGS = (b"utf-8", b"utf-16", b"us-ascii", b"iso-8859-1", b"windows-1252")


def declares(data: bytes) -> bool:
    """Say whether XML declares a type of document, is in an encoding that could hide one, or is no XML at all."""
    text = data.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    declared = DECLARED.match(text)
    strange = declared and declared[1].lower() not in PLAIN_ENCODINGS
    return bool(TYPE_DECLARATION.search(text) or strange or (text and not text.startswith(b"<")))


def parsed(data: bytes) -> Element:
    """
    Parse XML of which `declares` says that it declares nothing.

    Raises:
        ValueError: It declares something, or is not well formed.
    """
    if declares(data):
        raise ValueError("it declares XML entities or an encoding that no such program writes")
    try:
        return ElementTree.fromstring(data)  # noqa: S314  nothing can be expanded or fetched: declarations were refused
    except (ElementTree.ParseError, RecursionError) as reason:
        raise ValueError(f"its XML is damaged ({reason})") from reason
