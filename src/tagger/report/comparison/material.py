"""What a comparison is computed from: contexts, the lists of values that people read with there, audits, and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tagger.report.evidence import Evidence, Flags, Floats, Places

DATASET = "dataset"
FRAME = ("place", "stratum")
"""The columns of `Contexts.frame`."""


def is_own(value_id: str) -> bool:
    """Say whether a value, as `Evidence` calls it, means something of its own where it is used."""
    return "@" in value_id


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A value of a context's framework.

    Args:
        id: what `Evidence` calls it; two contexts mean the same by a value where they call it alike.
        name: as the framework of this context has it.
        definition: of that framework.
        place: its place in it, from 1.
    """

    id: str
    name: str
    definition: str
    place: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a context's framework with its values, in the order of the framework."""

    name: str
    values: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """
    Where people were listened to: a dataset, or all transcripts of which people say the same.

    Args:
        name: by which it is known.
        datasets: those that its passages lie in.
        framework: title and version of the framework that it is read with; empty where there are several.
        layers: of that framework, in its order; empty where there are several.
        cutting: what names the way its passages were cut.
        model: what names the model that suggests there.
        participants: the people who speak in it, as far as they are known.
        said: by its name, what is said of its datasets; several texts where it is said of one and not of another.
    """

    name: str
    datasets: tuple[str, ...]
    framework: str
    layers: tuple[Layer, ...]
    cutting: str
    model: str
    participants: frozenset[str] = frozenset()
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def place_of(self, value_id: str) -> tuple[Layer, Listed] | None:
        """Return the layer of a value and the value; None where this context's list does not have it."""
        found = ((layer, value) for layer in self.layers for value in layer.values if value.id == value_id)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Row:
    """
    A value across contexts.

    Args:
        name: as the list that the others were made from has it.
        ids: of each context the ids in use there: one, none where it is not on the list, or several where the
            context's datasets mean several things by it.
    """

    name: str
    ids: tuple[tuple[str, ...], ...]

    @property
    def shared(self) -> bool:
        """Say whether all contexts that have it mean the same by it."""
        return len({own for ids in self.ids for own in ids}) == 1


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """
    A passage that somebody holds to show a value.

    Args:
        words: of the passage; empty where somebody there may not be quoted.
        speaker: a pseudonym.
        transcript: its dataset and number.
        readers: how many people hold so.
        otherwise: how many read it and do not.
        kinds: of the readings that hold so, in plain words.
        vector: (d,), of the words, as the model has it.
    """

    words: str
    speaker: str
    transcript: str
    readers: int
    otherwise: int
    kinds: tuple[str, ...]
    vector: Floats


@dataclass(frozen=True)
class Contexts:
    """
    A study as a comparison needs it.

    Args:
        by: what tells contexts apart: "dataset", or the attribute of datasets or transcripts that does.
        contexts: in the order of the alphabet, which is no order of anything else.
        of: (passages,), the place of each passage's context, -1 where it is in none.
        rows: the values in one order of layers, a row for each.
        frame: the passages that the newest audit of each dataset was drawn from and that are still there: place (of
            the passage in `Evidence.passages`), stratum (with its dataset before it).
        held: by the place of a context and a value's id, the passages that people hold to show it.
    """

    evidence: Evidence
    by: str
    contexts: tuple[Context, ...]
    of: Places
    rows: tuple[Row, ...]
    frame: pd.DataFrame
    held: Mapping[tuple[int, str], Sequence[Held]] = field(default_factory=dict)

    def passages_of(self, context: int) -> Flags:
        """Return (passages,): whether each is cut in the current way and lies in this context."""
        current = self.evidence.passages["current"].to_numpy(dtype=bool)
        return np.asarray((self.of == context) & current)
