"""What the stages of a run have at hand: who ran it with what, the study's store and settings, framework, encoder."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tagger import __version__
from tagger.config import Settings, load_settings
from tagger.embeddings import Encoder, load_encoder, registry, revision_of
from tagger.exchange import attributes
from tagger.exchange.attributes import Attributes
from tagger.frameworks import digest, from_json, to_json
from tagger.privacy import plain_hash
from tagger.records import Framework
from tagger.seen import Matrix, Seen, see, seen_as
from tagger.spelling import count_runs
from tagger.steps.versions import from_file
from tagger.store import Shard, Store
from tagger.transcripts.corrections import Correction, parse

Rows = list[dict[str, Any]]
_SIZES = ("dimension", "deep_dimension", "max_tokens")
UNNAMED = "unnamed"
"""The pseudonym of speech that no source gives a speaker."""


@dataclass(frozen=True)
class Run:
    """
    One run of the pipeline as plain values, so that it can be handed to any process.

    `framework` is a name, a path, or the id of a version that the study holds, empty for the study's own; `speakers`
    the path of a corrected speakers sheet, `attributes` that of a sheet of attributes; `encoding` overrules what is
    detected; `learn` has the run learn from people's answers before it suggests. `given_by` is the account on this
    machine by which all that was said.
    """

    id: str
    study: str
    dataset: str
    started_at: str
    paths: tuple[str, ...] = ()
    framework: str = ""
    speakers: str = ""
    attributes: str = ""
    encoding: str = ""
    engine: str = "local"
    learn: bool = False
    given_by: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one batch of a stage did: counts by name, and what was wrong or worth saying, file by file."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class EncoderCard:
    """What identifies an encoder, known without loading it where it is a registered one."""

    name: str
    revision: str
    weights_sha256: str
    dimension: int
    deep_dimension: int
    max_tokens: int


class Workplace:
    """
    The parts of a study that a run works with; most are made when they are first asked for.

    The framework of the run is there at once: it may be read from the study, which one reader at a time may open.
    """

    def __init__(
        self, run: Run, encoder: Callable[[], Encoder] | None = None, framework: Framework | None = None
    ) -> None:
        self.run = run
        self.store = Store(Path(run.study))
        self.framework = framework or self._framework()
        self._encoder = encoder

    @cached_property
    def settings(self) -> Settings:
        """Return the study's settings."""
        return load_settings(Path(self.run.study))

    @cached_property
    def encoder(self) -> Encoder:
        """Return the study's encoder; loading it takes seconds."""
        return self._encoder() if self._encoder else load_encoder(self._model, self._precision)

    @cached_property
    def card(self) -> EncoderCard:
        """Return what identifies the study's encoder; a run with nothing to do never loads it."""
        name = self._model
        for entry in registry():
            if name in (entry["name"], *entry["aliases"]):
                revision = revision_of(entry["revision"], self._precision)
                return EncoderCard(entry["name"], revision, entry["sha256"], *(entry[key] for key in _SIZES))
        encoder = self.encoder
        sizes = (getattr(encoder, key) for key in _SIZES)
        return EncoderCard(encoder.name, encoder.revision, encoder.weights_sha256, *sizes)

    @cached_property
    def secret(self) -> bytes:
        """Return the secret that keys the study's hashes."""
        return self.store.secret()

    @cached_property
    def model_id(self) -> str:
        """Return the id of the encoder's weights and of what they make of a text."""
        card = self.card
        return plain_hash("model", card.name, card.revision, card.weights_sha256, str(card.deep_dimension))

    @cached_property
    def corrections(self) -> tuple[Correction, ...]:
        """Return what the speakers sheet of this run corrects; rows of another dataset are not for this one."""
        sheet = Path(self.run.speakers)
        rows = parse(sheet.read_bytes(), sheet.name) if self.run.speakers else ()
        return tuple(row for row in rows if row.dataset in ("", self.run.dataset))

    @cached_property
    def attributes(self) -> tuple[Attributes, ...]:
        """Return what the sheet of attributes of this run says, row by row."""
        sheet = Path(self.run.attributes)
        return attributes.parse(sheet.read_bytes(), sheet.name) if self.run.attributes else ()

    @cached_property
    def framework_id(self) -> str:
        """Return the id of this version of the framework."""
        return digest(self.framework)

    @cached_property
    def segmentation(self) -> dict[str, Any]:
        """Return how transcripts are cut; a change of anything here makes other excerpts."""
        rules = {"version": 1, "language": self.settings.study.language, "max_tokens": self.card.max_tokens}
        return {**asdict(self.settings.excerpts), **rules, "model": self.card.name}

    @cached_property
    def segmentation_id(self) -> str:
        """Return the id of the way transcripts are cut."""
        return plain_hash("segmentation", *(f"{key}={value}" for key, value in sorted(self.segmentation.items())))

    def at(self, dataset: str, framework: str) -> Workplace:
        """Return the workplace for another dataset or framework, which shares the encoder."""
        same = self.framework if framework == self.run.framework else None
        return Workplace(replace(self.run, dataset=dataset, framework=framework), lambda: self.encoder, same)

    @property
    def _model(self) -> str:
        """Return the model's name, or its folder as seen from the study."""
        folder = Path(self.run.study) / self.settings.model.name
        return str(folder) if folder.is_dir() else self.settings.model.name

    @property
    def _precision(self) -> str:
        return self.settings.model.precision

    def _framework(self) -> Framework:
        """Return the version that the study holds under the id named, or else the one of the name or file."""
        name = self.run.framework or self.settings.study.framework
        if self.store.path.exists():
            with self.store.session("a look at the framework") as database:
                held = database.rows("SELECT content FROM frameworks WHERE id = $id", {"id": name})
            if held:
                return from_json(held[0][0])
        return from_file(Path(self.run.study), name)

    def stored_vectors(self, keys: Sequence[str], which: str = "part = 0") -> dict[str, Matrix]:
        """
        Return the vectors, (parts, d), of texts by their keys; those of texts that have none are left out.

        Args:
            which: part 0 is the text's deep vector, and the parts above 0 are its sentences' plain ones.
        """
        with self.store.session("reading vectors") as database:
            rows = database.table(
                "SELECT text_key, vector FROM vectors SEMI JOIN wanted USING (text_key) "  # noqa: S608
                f"WHERE model_id = $model AND {which} ORDER BY text_key, part",
                {"model": self.model_id},
                wanted=wanted(keys),
            )
        if not rows.num_rows:
            return {}
        matrix = rows["vector"].combine_chunks().flatten().to_numpy().reshape(rows.num_rows, -1)
        names = np.asarray(rows["text_key"].to_pylist())
        starts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]])
        ends = [*starts[1:], len(names)]
        return {str(names[start]): matrix[start:end] for start, end in zip(starts, ends, strict=False)}

    def seen(self, keys: Sequence[str], texts: Sequence[str]) -> Seen:
        """
        Return texts, with their keys, as they are compared.

        Passages of another way of cutting may have no stored vectors; theirs are made.
        """
        deep, sentences = self.stored_vectors(keys), self.stored_vectors(keys, "part > 0")
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in deep}
        if new:
            made = see(list(new.values()), self.encoder)
            for row, key in enumerate(new):
                one = made.rows([row])
                deep[key], sentences[key] = one.vectors, one.sentences
        vectors = np.concatenate([deep[key] for key in keys])
        none = np.zeros((0, self.card.dimension), dtype=vectors.dtype)
        return seen_as(vectors, [sentences.get(key, none) for key in keys], count_runs(texts))

    def put(self, stage: str, key: str, **tables: Rows | pa.Table) -> None:
        """Leave the rows of one finished piece of work in the inbox, with what they refer to."""
        named = {"runs": self._run_row(), **tables}
        arrow = {
            name: rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows) for name, rows in named.items()
        }
        self.store.put(Shard(key, stage, self.run.id, {name: rows for name, rows in arrow.items() if rows.num_rows}))

    def framework_rows(self) -> dict[str, Rows]:
        """Return the rows that describe the framework."""
        return framework_rows(self.framework)

    def model_rows(self) -> dict[str, Rows]:
        """Return the row that describes the encoder."""
        known = {key: getattr(self.card, key) for key in ("name", "revision", "weights_sha256", "dimension")}
        return {"models": [{"id": self.model_id, **known}]}

    def _run_row(self) -> Rows:
        run = self.run
        return [
            {
                "id": run.id,
                "started_at": datetime.fromisoformat(run.started_at),
                "engine": run.engine,
                "dataset": run.dataset,
                "framework_id": self.framework_id,
                "model_id": self.model_id,
                "settings": self.settings.as_json(),
                "tagger_version": __version__,
            }
        ]


def framework_rows(framework: Framework) -> dict[str, Rows]:
    """Return the rows that describe a framework, for the tables that hold one."""
    identity = digest(framework)
    described = {"name": framework.id, "version": framework.version, "title": framework.title}
    values = [
        {
            "framework_id": identity,
            "value_id": value.id,
            "position": position,
            "name": value.name,
            "layer": value.layer,
            "unit": value.unit,
            "stands_for": framework.mapping.get(value.id),
            "meaning_revised": value.id in framework.revised_meaning,
        }
        for position, value in enumerate(framework.values)
    ]
    meanings = [
        {"framework_id": identity, "value_id": value, "meaning": meaning}
        for value, meaning in framework.meanings.items()
    ]
    held = {"id": identity, **described, "content": to_json(framework)}
    return {"frameworks": [held], "framework_values": values, "framework_meanings": meanings}


def wanted(keys: Sequence[str]) -> pa.Table:
    """Return keys of texts as a table to join with."""
    return pa.table({"text_key": pa.array(sorted(set(keys)), pa.string())})


def batches(items: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Part *items* into batches of *size*, the last one shorter."""
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])


@lru_cache(maxsize=4)
def workplace(run: Run) -> Workplace:
    """Return the workplace of *run*; one process prepares it once."""
    return Workplace(run)


def outside_runs(
    kind: str, key: str, tables: Mapping[str, Rows], settings: str, now: datetime, counts: Mapping[str, int]
) -> Shard:
    """
    Make the shard of work that no run did, such as an import.

    The run that the ledger asks for is one of no dataset, which has ended: no run of the pipeline is taken for stopped
    or for finished because of it.
    """
    run = f"{kind}-{key[:12]}"
    begun = {"id": run, "started_at": now, "engine": kind, "dataset": "", "settings": settings}
    ended = {"run_id": run, "ended_at": now, "seconds": 0.0, "counts": json.dumps(dict(counts))}
    filled = {"runs": [{**begun, "tagger_version": __version__}], "run_ends": [ended], **tables}
    return Shard(key, kind, run, {name: pa.Table.from_pylist(rows) for name, rows in filled.items() if rows})


def account() -> str:
    """Name the account on this machine that a command was given by; empty where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
