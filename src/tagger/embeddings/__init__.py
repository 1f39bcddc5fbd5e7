"""
Texts to unit vectors.

    encoders       the `Encoder` protocol
    transformer    a sentence-transformers model as an encoder
    fast           the same model in half of the bits
    loading        models from this machine's disk, and the list of those that come as a wheel
"""

from tagger.embeddings.encoders import Encoder, EncodesTexts, SimpleEncoder, Vectors, able_encoder
from tagger.embeddings.loading import DEFAULT_ENCODER, load_encoder, precision_of, registry, revision_of

__all__ = [
    "DEFAULT_ENCODER",
    "Encoder",
    "EncodesTexts",
    "SimpleEncoder",
    "Vectors",
    "able_encoder",
    "load_encoder",
    "precision_of",
    "registry",
    "revision_of",
]
