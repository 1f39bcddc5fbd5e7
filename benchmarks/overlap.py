"""
How much of the sample repeats the wording of the frameworks: four words in a row that both hold.

    python benchmarks/overlap.py

The sample was written without sight of the frameworks' cues and examples. Shared runs of four words are the common
coin of English ("I don't want to"); a high share would mean that the sample flatters the suggestions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tagger.frameworks import shipped_frameworks
from tagger.shipped import shipped
from tagger.transcripts import read

SIZE = 4


def grams(texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield each run of four words of each text, in lower case and without punctuation."""
    for text in texts:
        words = re.findall(r"[\w']+", text.casefold().replace("’", "'"))
        yield from zip(*(words[start:] for start in range(SIZE)), strict=False)


def main() -> None:
    """Print the runs of four words that sample and frameworks share."""
    phrases = {text for framework in shipped_frameworks() for value in framework.values for text in value.phrases}
    ours = set(grams(phrases))
    folders = (folder for folder in (shipped("data") / "sample").iterdir() if folder.is_dir())
    files = sorted(file for folder in folders for file in folder.iterdir())
    spoken = list(grams(read(file.read_bytes(), file.name).text for file in files))
    shared = sorted({" ".join(gram) for gram in spoken if gram in ours})
    print(f"{len(files)} transcripts hold {len(spoken)} runs of {SIZE} words, the frameworks' phrases {len(ours)};")
    print(f"{sum(gram in ours for gram in spoken)} of the transcripts' runs are also in a phrase: {', '.join(shared)}")


if __name__ == "__main__":
    main()
