"""Documents in WebAnno TSV as INCEpTION writes them, for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from label_studio_files import Count, in_utf_16

LAYER = "#T_SP=webanno.custom.Value|value"
RESERVED = re.compile(r"[\\\[\]|_;*]")


def written(
    text: str,
    made: Sequence[tuple[str, str]] = (),
    *,
    layer: str = LAYER,
    version: str = "3.3",
    count: Count = in_utf_16,
) -> bytes:
    """Write a text, a sentence a line, in which words have labels; a label of several tokens has a number."""
    spans = [(text.index(words), text.index(words) + len(words), _escaped(name)) for words, name in made]
    lines = [f"#FORMAT=WebAnno TSV {version}", layer, "", ""]
    start = 0
    for number, sentence in enumerate(text.split("\n"), start=1):
        if sentence.strip():
            lines += [f"#Text={sentence}", *_tokens(text, start, sentence, number, spans, count), ""]
        start += len(sentence) + 1
    return "\n".join(lines).encode()


def _escaped(name: str) -> str:
    return RESERVED.sub(lambda found: f"\\{found[0]}", name)


def _tokens(
    text: str, start: int, sentence: str, number: int, spans: Sequence[tuple[int, int, str]], count: Count
) -> Iterator[str]:
    for place, token in enumerate(re.finditer(r"\w+|[^\w\s]+", sentence), start=1):
        first, last = start + token.start(), start + token.end()
        cells = [f"{name}[{at}]" for at, (low, high, name) in enumerate(spans, 1) if low <= first and last <= high]
        where = f"{count(text[:first])}-{count(text[:last])}"
        yield f"{number}-{place}\t{where}\t{token[0]}\t{'|'.join(cells) or '_'}\t"
