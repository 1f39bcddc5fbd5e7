"""A fitted learner: texts to probabilities, and how it is kept on disk without anything that runs."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from tagger.embeddings import Encoder, load_encoder, precision_of
from tagger.errors import FrameworkError, ModelError
from tagger.frameworks import from_json, to_json
from tagger.learning.calibration import Calibration
from tagger.learning.documents import Documents
from tagger.learning.likeness import Features, Floats, features, likeness
from tagger.learning.lines import Lines
from tagger.records import Framework
from tagger.seen import Corpus, Seen, see
from tagger.spelling import PLACES
from tagger.suggestions import Phrases, scores, spelled
from tagger.whole_files import put_whole

FORMAT = 3
CARD = "card.json"


@dataclass(frozen=True)
class Learned:
    """
    What was learned about the values of a framework from answers about texts.

    Args:
        framework: the values, in whose order all columns are.
        encoder: what made the vectors.
        phrases: of the framework, for the zero-shot scores.
        corpus: what the texts that it was learned among have in common.
        scale: what zero-shot scores are divided by.
        lines: from zero-shot scores to shares, (1 + parts, k): learned from all documents, and without each part.
        landmarks: what it sees of the texts that others are compared with.
        weights: (1 + parts, landmarks, k), what likeness to each of them adds, by the same documents.
        calibration: from estimates to probabilities.
        documents: that were learned from, and which part did without each.
        card: what it was made from.
    """

    framework: Framework
    encoder: Encoder = field(repr=False)
    phrases: Phrases = field(repr=False)
    corpus: Corpus = field(repr=False)
    scale: float
    lines: Lines = field(repr=False)
    landmarks: Features = field(repr=False)
    weights: Floats = field(repr=False)
    calibration: Calibration = field(repr=False)
    documents: Documents = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)

    def predict_proba(self, texts: Sequence[str], groups: Sequence[Any] | None = None) -> Floats:
        """
        Return how probable it is that a reader would find each value in each text.

        Args:
            groups: (n,), the document of each text. One that was learned from is judged by what was learned without
                it; None, or a document that is not known: by all.

        Returns:
            Probabilities, (n, k), values in the framework's order. Without any answer they only rank.
        """
        return self.probabilities(see(texts, self.encoder), groups)

    def probabilities(self, seen: Seen, groups: Sequence[Any] | None = None) -> Floats:
        """Return the same for texts that are encoded."""
        return self.calibration.probabilities(self.estimates(seen, groups))

    def estimates(self, seen: Seen, groups: Sequence[Any] | None = None) -> Floats:
        """Return what the probabilities, (n, k), are before they are calibrated; they may lie outside 0 to 1."""
        parts = np.zeros(len(seen), dtype=np.intp) if groups is None else self.documents.parts_without(groups)
        with threadpool_limits(1, "blas"):
            found = self.lines.of(parts).at(scores(seen, self.phrases, self.corpus) / self.scale)
            if self.weights.any():
                alike = likeness(features(seen, self.corpus, self.encoder.dimension), self.landmarks)
                for part in np.unique(parts):
                    found[parts == part] += alike[parts == part] @ self.weights[part]
        return found

    def save(self, folder: str | Path) -> None:
        """
        Write it into a folder: arrays, and a card in JSON that says which arrays are its own.

        Until the card is written, what was saved there before stays whole; then its arrays are removed.
        The landmarks' texts are not in it, but their vectors and hashed runs of characters are: treat it as you treat
        the transcripts.
        """
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        arrays = {
            "phrases": self.phrases.vectors,
            "owner": self.phrases.owner,
            "centre": self.corpus.centre,
            "rare": self.corpus.rare,
            "level": self.lines.level,
            "slope": self.lines.slope,
            "vectors": self.landmarks.vectors,
            "runs_data": self.landmarks.runs.data,
            "runs_indices": self.landmarks.runs.indices,
            "runs_indptr": self.landmarks.runs.indptr,
            "weights": self.weights,
            "shift": self.calibration.shift,
            "stretch": self.calibration.stretch,
            "documents": self.documents.keys,
            "parts": self.documents.parts,
        }
        written = io.BytesIO()
        np.savez_compressed(written, **arrays)
        digest = sha256(written.getvalue()).hexdigest()
        card = {
            "format": FORMAT,
            "arrays": digest,
            "framework": json.loads(to_json(self.framework)),
            "encoder": _named(self.encoder),
            "scale": self.scale,
            "salt": self.documents.salt.hex(),
            **self.card,
        }
        put_whole(_arrays(place, digest), written.getvalue())
        put_whole(place / CARD, (json.dumps(card, indent=2, sort_keys=True) + "\n").encode())
        for other in set(place.glob("*arrays-*")) - {_arrays(place, digest)}:
            other.unlink()


def load(folder: str | Path, encoder: Encoder | None = None) -> Learned:
    """
    Read what `Learned.save` wrote; nothing in it is run.

    Args:
        encoder: the encoder that it was fitted with; None to load it by its name.

    Raises:
        ModelError: there is nothing of the kind, it is damaged, or the encoder is another one.
    """
    place = Path(folder)
    try:
        card = json.loads((place / CARD).read_text(encoding="utf-8"))
        if card["format"] != FORMAT:
            raise ModelError(
                f"what was learned is of format {card['format']}, and this version reads {FORMAT}",
                where=str(place),
                remedy="Learn again",
            )
        framework = from_json(json.dumps(card["framework"]))
        named, scale = card["encoder"], float(card["scale"])
        maker = f"{named['name']} ({named['weights_sha256'][:12]}...)"
        written = _arrays(place, card["arrays"]).read_bytes()
        if sha256(written).hexdigest() != card["arrays"]:
            raise ValueError("other arrays than those of the card")
        with np.load(io.BytesIO(written), allow_pickle=False) as kept:
            a = {name: kept[name] for name in kept.files}
        runs = sparse.csr_matrix(
            (a["runs_data"], a["runs_indices"], a["runs_indptr"]), shape=(len(a["vectors"]), PLACES)
        )
        made = (
            Phrases(a["phrases"], a["owner"], spelled(framework)),
            Corpus(a["centre"], a["rare"]),
            scale,
            Lines(a["level"], a["slope"]),
            Features(a["vectors"], runs),
            a["weights"],
            Calibration(a["shift"], a["stretch"]),
            Documents(bytes.fromhex(card["salt"]), a["documents"], a["parts"]),
        )
    except FileNotFoundError as error:
        raise ModelError("nothing that was learned is here", where=str(place), remedy="Name its folder") from error
    except (OSError, ValueError, KeyError, TypeError, FrameworkError) as error:
        raise ModelError(
            f"what was learned cannot be read ({type(error).__name__})", where=str(place), remedy="Learn again"
        ) from error
    encoder = encoder or load_encoder(named["name"], precision_of(named["revision"]))
    if _named(encoder) != named:
        raise ModelError(
            f"this was learned with the encoder {maker}, and that one is "
            f"{encoder.name} ({encoder.weights_sha256[:12]}...)",
            where=str(place),
            remedy="Give the encoder that it was learned with, or learn again",
        )
    own = {"format", "arrays", "framework", "encoder", "scale", "salt"}
    return Learned(framework, encoder, *made, {name: kept for name, kept in card.items() if name not in own})


def _named(encoder: Encoder) -> dict[str, Any]:
    return {
        "name": encoder.name,
        "revision": encoder.revision,
        "weights_sha256": encoder.weights_sha256,
        "dimension": encoder.dimension,
        "deep_dimension": encoder.deep_dimension,
    }


def _arrays(place: Path, digest: str) -> Path:
    return place / f"arrays-{digest[:16]}.npz"
