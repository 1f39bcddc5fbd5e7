"""
From what people held texts to show to probabilities that others show it too.

`fit` learns, `learn` does where vectors are known, and `load` reads what was saved. Few answers correct the zero-shot
scores, many of them replace these (`docs/learning.md` says how and how well). What counts as an answer (blind,
independent or own-first codings, never assisted ones) is decided by whoever gathers them.
"""

from tagger.learning.fitting import fit, learn
from tagger.learning.model import Learned, load

__all__ = ["Learned", "fit", "learn", "load"]
