"""What people know of each dataset's context: how peer support is done there, and whatever else they say of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tagger.config import load_settings
from tagger.errors import StoreError, UsageError
from tagger.exchange.attributes import NOTHING, near
from tagger.privacy import plain_hash
from tagger.steps.workplace import account, outside_runs
from tagger.store import Readable, Shard, Store

DIMENSIONS = ("facilitation", "leadership", "focus", "membership", "organisational support")
"""
How projects of peer support differ (Mackay et al. 2022, doi 10.1080/18387357.2022.2033128). The framework
`peer-support-dimensions` has the same five as layers, to find in passages what people say of them.
"""

_LONGEST = 200
_HELD = """
SELECT a.dataset, a.number, a.attributes, (SELECT count(*) FROM transcripts t WHERE t.dataset = a.dataset)
FROM current_dataset_attributes a ORDER BY a.dataset
"""


@dataclass(frozen=True, slots=True)
class Described:
    """A dataset, how many transcripts it has, and what is said of it, by name; `number` counts the changes so far."""

    dataset: str
    transcripts: int
    number: int
    attributes: Mapping[str, str]

    @property
    def not_said(self) -> tuple[str, ...]:
        """Return the dimensions of which nothing is said."""
        return tuple(name for name in DIMENSIONS if name not in self.attributes)


def described(folder: Path, dataset: str = "") -> list[Described]:
    """
    Return what is said of each dataset of a study, or of one.

    Raises:
        UsageError: there is no such dataset.
    """
    load_settings(folder)
    with Store(folder).session("a look at the datasets") as study:
        found = described_in(study)
    return [_one(found, dataset)] if dataset else found


def described_in(study: Readable) -> list[Described]:
    """Return what is said of each dataset, out of a study that is open."""
    return [Described(name, n, number, json.loads(held)) for name, number, held, n in study.rows(_HELD)]


def describe(folder: Path, dataset: str, said: Mapping[str, str]) -> Described:
    """
    Store what is said of a dataset beside what was said before; a `-` takes away what was known.

    Raises:
        UsageError: there is no such dataset, or a name is spelled nearly like one that is known.
    """
    settings, store = load_settings(folder), Store(folder)
    with store.session("a description") as study:
        known = described_in(study)
    before = _one(known, dataset)
    spelled = {name for one in known for name in one.attributes}
    checked = {_name(name, spelled): _text(name, text) for name, text in said.items()}
    now = {name: text for name, text in {**before.attributes, **checked}.items() if text != NOTHING}
    if now == before.attributes:
        return before
    store.put(_shard(dataset, before.number + 1, now, settings.as_json()))
    store.merge()
    [found] = described(folder, dataset)
    if found.attributes != now:
        raise StoreError(f"somebody else described {dataset} at the same moment", remedy="Say it again")
    return found


def _one(known: list[Described], dataset: str) -> Described:
    for one in known:
        if one.dataset == dataset:
            return one
    names = ", ".join(one.dataset for one in known) or "none yet"
    raise UsageError(f"there is no dataset '{dataset}'", where="the study", remedy=f"It has: {names}")


def _name(name: str, spelled: set[str]) -> str:
    """Return a name as it is written everywhere; refuse one that may be another one, misspelled."""
    tidy = " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
    meant = "" if tidy in spelled or tidy in DIMENSIONS else near(tidy, {*spelled, *DIMENSIONS})
    if not tidy or meant:
        what = f"'{name}' is spelled nearly like '{meant}'" if meant else "what is said has no name"
        remedy = f"Call it '{meant}', or by a name that cannot be taken for it" if meant else "Write it as name=text"
        raise UsageError(what, where="--set", remedy=remedy)
    return tidy


def _text(name: str, text: str) -> str:
    tidy = " ".join(text.split())
    if not tidy or len(tidy) > _LONGEST:
        what = (
            f"what '{name}' is, is not said" if not tidy else f"what '{name}' is, has more than {_LONGEST} characters"
        )
        raise UsageError(what, where="--set", remedy=f"Write {name}=text, or {name}=- to take it away")
    return tidy


def _shard(dataset: str, number: int, attributes: Mapping[str, str], settings: str) -> Shard:
    """Make the work of one description."""
    content = json.dumps(attributes, sort_keys=True, ensure_ascii=False)
    key, now = plain_hash("description", dataset, str(number), content), datetime.now(UTC).replace(tzinfo=None)
    row = {"dataset": dataset, "number": number, "attributes": content, "said_by": account(), "said_at": now}
    return outside_runs("describe", key, {"dataset_attributes": [row]}, settings, now, {})
