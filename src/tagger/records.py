"""The nouns of the glossary as frozen dataclasses; what the modules hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

TranscriptKind = Literal["interview", "group", "observation", "consultation", "reflection"]
ExcerptKind = Literal["passage", "exchange"]
Unit = Literal["passage", "exchange"]
Source = Literal["published", "illustrative"]
Made = Literal["independently", "after-suggestions", "unknown"]
Standing = Literal["group member", "peer lead", "peer facilitator", "staff", "family", "interpreter", "unknown"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Turn:
    """
    One stretch by one speaker: `text[start:end]` of its transcript, in code points.

    `speaker` is the label as the source writes it, None where the source names nobody.
    `begins` and `ends` are seconds from the start of the recording.
    """

    start: int
    end: int
    speaker: str | None = None
    begins: float | None = None
    ends: float | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """
    What is believed of one speaker of one recording.

    `asks` says whether this is the interviewer or moderator of this recording (None: unknown, kept as evidence);
    `why` is the reason in plain words; `words` counts what they say.
    """

    label: str | None
    asks: bool | None
    words: int
    why: str
    standing: tuple[Standing, ...] = ("unknown",)


@dataclass(frozen=True, slots=True)
class Permission:
    """
    What a participant allows; everything, where nothing was recorded.

    `may_process`: their words are worked on here, by this program and by those who read. `may_quote`: they leave in
    exports and quotes. `withdraw_by` is the last day on which they may be here.
    """

    may_process: bool = True
    may_quote: bool = True
    withdraw_by: date | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """
    What a reader makes of one file.

    `text` holds what was said and nothing else: Unicode, LF line ends, no BOM, no speaker labels, no times; one turn
    after the other, parted by one LF. Each turn's span is free of white space at both ends.
    `dropped` lists what was left out on purpose (headers, styles, cue numbers), `problems` what was not understood.
    """

    text: str
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...]
    format: str
    encoding: str
    kind: TranscriptKind = "interview"
    dropped: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """
    An excerpt before it has an identity: `text[start:end]` of the revision it was cut from.

    `sentences` are spans relative to `start`; `turns` the positions of the first and the last turn it touches.
    """

    kind: ExcerptKind
    start: int
    end: int
    sentences: tuple[Span, ...]
    turns: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wording:
    """One text of a framework and where it comes from: taken from the publication, or ours and yours to change."""

    text: str
    source: Source = "illustrative"


TEXTS = ("counts", "does_not_count", "cues", "examples")
"""The fields of a value that hold lists of texts."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value: what people hold an excerpt to show. `layer` is the id of its layer."""

    id: str
    name: str
    layer: str
    definition: Wording
    counts: tuple[Wording, ...] = ()
    does_not_count: tuple[Wording, ...] = ()
    cues: tuple[Wording, ...] = ()
    examples: tuple[Wording, ...] = ()
    unit: Unit = "passage"

    @property
    def phrases(self) -> tuple[str, ...]:
        """The texts an excerpt is compared with: definition, what counts, cues and examples."""
        return tuple(w.text for w in (self.definition, *self.counts, *self.cues, *self.examples))


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a framework, in the framework's order."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Framework:
    """
    A versioned, ordered set of values in layers.

    `extends` names the framework it was made from, as `id@version`, or is None. `mapping` pairs each value id with the
    value id of that framework it stands for (None: new here). `revised_meaning` holds the ids whose meaning, not only
    their wording, differs from the framework it extends. `merges` holds the ids that take the place of several values,
    none of which they stand for alone.

    A version that was made from an earlier one of the same framework names that in `continues`, pairs its values with
    those of it in `came_from`, and says in `meanings` what names the meaning of each: two versions mean the same by a
    value where they name it alike. `extends`, `mapping` and `revised_meaning` are then still about the other framework.
    """

    id: str
    version: str
    title: str
    layers: tuple[Layer, ...]
    values: tuple[Value, ...]
    citation: str = ""
    extends: str | None = None
    mapping: dict[str, str | None] = field(default_factory=dict)
    revised_meaning: frozenset[str] = frozenset()
    merges: dict[str, tuple[str, ...]] = field(default_factory=dict)
    continues: str | None = None
    came_from: dict[str, str | None] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)

    @property
    def made_from(self) -> str | None:
        """Return what it was made from, as `id@version`: an earlier version of itself, or the one that it extends."""
        return self.continues or self.extends

    def origins_of(self, value_id: str) -> tuple[str, ...]:
        """Return the ids that a value had in what this was made from: several if merged, none if it is new here."""
        one = (self.came_from if self.continues else self.mapping).get(value_id)
        return self.merges.get(value_id, (one,) if one else ())

    def meaning_of(self, value_id: str) -> str:
        """Return what names the meaning of a value among the versions of this framework."""
        return self.meanings.get(value_id, "revised" if value_id in self.revised_meaning else "")


@dataclass(frozen=True, slots=True)
class Match:
    """
    Why an excerpt resembles a value: which of its sentences, and which phrase of the value.

    `sentence` counts the excerpt's sentences, `phrase` the value's `phrases`; both from 0.
    """

    sentence: int
    phrase: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A suggestion before it has an identity: row and column of the score matrix, and its rank in the row, from 1."""

    row: int
    column: int
    rank: int
