"""
Transcript tagging: suggestions of values for interview excerpts, for people to decide on.

    transcripts -> excerpts -> embeddings -> suggestions -> review -> agreement
                       frameworks ------------^

`errors` and `records` are the words all modules share, `steps` says the order of the work, `store` keeps it, `cli` and
`pipelines` start it. From a notebook:

    import tagger

    framework = tagger.load_framework("side-by-side")
    scores = tagger.score_texts(["They let me decide how much to say."], framework)
    suggestions = tagger.open_study("demo-study").suggestions()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tagger.embeddings import load_encoder
    from tagger.frameworks import framework_from_definitions
    from tagger.learning import Learned, fit
    from tagger.study import Study, load_framework, open_study, score_texts

__all__ = [
    "Learned",
    "Study",
    "__version__",
    "fit",
    "framework_from_definitions",
    "load_encoder",
    "load_framework",
    "open_study",
    "score_texts",
]

_HOMES = {
    "Learned": "tagger.learning",
    "Study": "tagger.study",
    "fit": "tagger.learning",
    "framework_from_definitions": "tagger.frameworks",
    "load_encoder": "tagger.embeddings",
    "load_framework": "tagger.study",
    "open_study": "tagger.study",
    "score_texts": "tagger.study",
}


def __getattr__(name: str) -> Any:
    # Imported when asked for, so that `tagger --help` loads none of it.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'tagger' has no attribute {name!r}")
