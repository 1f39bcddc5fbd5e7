"""The settings of a study, read from its study.toml once and passed on; an unknown key is an error."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from tagger.errors import SettingsError

FILE = "study.toml"


@dataclass(frozen=True, slots=True)
class StudySettings:
    """What the study is called, the language of its interviews, and the framework its runs use."""

    name: str = "Study"
    language: str = "en"
    framework: str = "side-by-side"


@dataclass(frozen=True, slots=True)
class ExcerptSettings:
    """How long passages are, in words."""

    min_words: int = 40
    max_words: int = 80

    def __post_init__(self) -> None:
        _require(1 <= self.min_words <= self.max_words, "excerpts", "min_words must lie between 1 and max_words")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """
    The encoder: one in the registry by name, or any sentence-transformers model on disk by folder or name.

    Its `precision` is "exact", or "fast": vectors that differ a little and take about two thirds of the time.
    """

    name: str = "all-MiniLM-L6-v2"
    precision: str = "exact"

    def __post_init__(self) -> None:
        _require(self.precision in ("exact", "fast"), "model", 'precision must be "exact" or "fast"')


@dataclass(frozen=True, slots=True)
class SuggestionSettings:
    """
    How many values are suggested per excerpt at most, and for what share of a dataset's excerpts per value.

    `shares` has the share of single values by their ids, `share` is that of all others. An excerpt of fewer characters
    than `min_characters` ("Yeah, it did.") is never suggested: nobody could judge it.
    """

    per_excerpt: int = 2
    share: float = 0.10
    shares: Mapping[str, float] = field(default_factory=dict)
    min_characters: int = 20

    def __post_init__(self) -> None:
        _require(self.per_excerpt >= 1, "suggestions", "per_excerpt must be 1 or more")
        _require(0 < self.share <= 1, "suggestions", "share must be above 0 and at most 1")
        _require(
            all(0 < one <= 1 for one in self.shares.values()), "suggestions", "shares must be above 0 and at most 1"
        )
        _require(self.min_characters >= 0, "suggestions", "min_characters must be 0 or more")


ORDERS = ("transcript", "likely", "uncertain", "random", "mix")
"""
The orders in which passages are handed out: as they were said; likely serves finding, uncertain serves learning, random
serves estimating, and a mix some of each.
"""


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """
    How passages are handed out to read in the browser.

    `blind_share` of a reader's passages come without suggestions; elsewhere suggestions are shown after the reader's
    own reading (`own_first`) or at once. `read` says whether passages without suggestions are handed out too. `mix`
    weighs the orders that the order "mix" takes turns with. `double_share` of the passages go to `readers` people,
    the others to one.
    """

    blind_share: float = 0.20
    own_first: bool = True
    read: str = "suggested"
    order: str = "transcript"
    mix: str = "likely 2, uncertain 1, random 1"
    double_share: float = 0.20
    readers: int = 2

    def __post_init__(self) -> None:
        _require(0 <= self.blind_share <= 1, "review", "blind_share must lie between 0 and 1")
        _require(self.read in ("suggested", "all"), "review", 'read must be "suggested" or "all"')
        _require(self.order in ORDERS, "review", f"order must be one of {', '.join(ORDERS)}")
        _require(0 <= self.double_share <= 1, "review", "double_share must lie between 0 and 1")
        _require(self.readers >= 1, "review", "readers must be 1 or more")
        _ = self.weights

    @property
    def weights(self) -> dict[str, int]:
        """Return the weight of each order in the mix."""
        pattern = r"\s*(likely|uncertain|random|transcript)\s+([1-9]\d?)\s*"
        found = [re.fullmatch(pattern, part) for part in self.mix.split(",")]
        _require(all(found), "review", 'mix must read like "likely 2, uncertain 1, random 1"')
        return {match[1]: int(match[2]) for match in found if match}


@dataclass(frozen=True, slots=True)
class ConsentSettings:
    """
    How people come to hold something together.

    A proposal waits for the answers of all who were named for `days`. Passages are talked about once everybody whose
    they are has read them; from the day `begins` on, those that two people have read are, whoever is still to come.
    """

    days: int = 14
    begins: str = ""

    def __post_init__(self) -> None:
        _require(1 <= self.days <= 365, "consent", "days must lie between 1 and 365")
        _ = self.first_day

    @property
    def first_day(self) -> date | None:
        """Return the day from which on nobody is waited for, if there is one."""
        try:
            return date.fromisoformat(self.begins) if self.begins else None
        except ValueError:
            raise SettingsError('begins must be a day such as "2026-12-31"', where="[consent]") from None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a study, section by section as in study.toml."""

    study: StudySettings = field(default_factory=StudySettings)
    excerpts: ExcerptSettings = field(default_factory=ExcerptSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    suggestions: SuggestionSettings = field(default_factory=SuggestionSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    consent: ConsentSettings = field(default_factory=ConsentSettings)

    def as_json(self) -> str:
        """Write the settings as JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True)


def load_settings(folder: Path) -> Settings:
    """
    Read the settings of the study in *folder*.

    Raises:
        SettingsError: there is no study.toml, or it says something that is not a setting.
    """
    path = folder / FILE
    try:
        return parse_settings(path.read_text("utf-8"), str(path))
    except FileNotFoundError:
        raise SettingsError(
            "this is not a study folder",
            where=str(folder),
            remedy="Name one with --study DIR, or make one with: tagger init DIR --framework NAME",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"it cannot be read ({error})", where=str(path), remedy="Save it as plain UTF-8 text"
        ) from error


def parse_settings(text: str, where: str) -> Settings:
    """Build settings from the text of a study.toml; *where* names it in errors."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"it is not valid TOML ({error})", where=where, remedy="Mend the line named here"
        ) from error
    except RecursionError as error:
        raise SettingsError("brackets stand within brackets too often", where=where, remedy="Take them out") from error
    sections = {item.name: item.default_factory for item in fields(Settings)}
    _refuse_unknown(content, sections, where)
    return Settings(**{name: _section(sections[name], content[name], f"{where}, [{name}]") for name in content})


def settings_text(study: StudySettings) -> str:
    """Write a study.toml for a new study, every setting with its default and what it does."""
    excerpts, suggestions, review = ExcerptSettings(), SuggestionSettings(), ReviewSettings()
    return f"""\
[study]
name = {json.dumps(study.name, ensure_ascii=False)}
language = {json.dumps(study.language)}            # of the interviews
framework = {json.dumps(study.framework, ensure_ascii=False)}   # what `tagger run` looks for, unless told otherwise

[excerpts]
min_words = {excerpts.min_words}             # passages have about so many words, shorter where a turn is shorter
max_words = {excerpts.max_words}

[model]
name = "{ModelSettings().name}"   # or the folder of any sentence-transformers model
precision = "{ModelSettings().precision}"       # "fast": two thirds of the time, on processors that can

[suggestions]
per_excerpt = {suggestions.per_excerpt}            # at most so many values are suggested for an excerpt
share = {suggestions.share}               # per value and dataset, the strongest tenth of the passages
shares = {{}}               # of single values, such as {{ trust = 0.25 }}; section 7 of `tagger agreement` says which
min_characters = {suggestions.min_characters}       # shorter ones are never suggested

[review]
blind_share = {review.blind_share}         # this share is read without suggestions, to see what they do to us; 0: none
own_first = {str(review.own_first).lower()}          # suggestions come after the reader's own reading; false: at once
read = "{review.read}"        # "all": passages without a suggestion are handed out too
order = "{review.order}"      # or "likely" (to find), "uncertain" (to learn), "random" (to estimate), "mix"
mix = "{review.mix}"
double_share = {review.double_share}        # this share goes to several readers, the rest to one
readers = {review.readers}               # how many

[consent]
days = {ConsentSettings().days}                 # so long a proposal waits for everybody's answer
begins = ""               # "2026-12-31": from that day on, talk does not wait for those who are still to read
"""


def _section(kind: Any, content: object, where: str) -> Any:
    if not isinstance(content, dict):
        raise SettingsError(
            "it must be a section with settings", where=where, remedy=f"Write it as {where.rsplit(' ', 1)[-1]}"
        )
    known = {item.name: item.type for item in fields(kind)}
    _refuse_unknown(content, known, where)
    values = {key: _typed(value, str(known[key]), f"{where} {key}") for key, value in content.items()}
    try:
        return kind(**values)
    except SettingsError as error:
        raise SettingsError(error.what, where=where, remedy="Correct it in study.toml") from None


def _typed(value: object, kind: str, where: str) -> object:
    if kind == "Mapping[str, float]":
        if not isinstance(value, dict):
            raise SettingsError(
                f"it must name values with numbers, not {value!r}", where=where, remedy="Write it as { trust = 0.25 }"
            )
        return {name: _typed(one, "float", f"{where} {name}") for name, one in sorted(value.items())}
    wanted: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "bool": (bool,)}
    if isinstance(value, bool) != (kind == "bool") or not isinstance(value, wanted[kind]):
        words = {"str": "text in quotes", "int": "a whole number", "float": "a number", "bool": "true or false"}[kind]
        raise SettingsError(f"it must be {words}, not {value!r}", where=where, remedy="Correct it in study.toml")
    return value


def _refuse_unknown(content: Mapping[str, object], known: Mapping[str, object], where: str) -> None:
    for key in content:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            advice = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}"
            raise SettingsError(f"unknown key {key}", where=where, remedy=advice)


def _require(holds: bool, section: str, rule: str) -> None:
    if not holds:
        raise SettingsError(rule, where=f"[{section}]")
