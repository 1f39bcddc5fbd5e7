"""Framework files and study.toml: what is read stays the same when it is written and read again."""

from __future__ import annotations

import json
import random
from dataclasses import fields
from functools import cache
from typing import Any

from small_study import FRAMEWORK

from fuzzing.cases import Files
from tagger.config import Settings, StudySettings, parse_settings, settings_text
from tagger.framework_files import parse
from tagger.framework_yaml import to_yaml
from tagger.frameworks import from_json, load_framework, shipped_folder, to_json
from tagger.marked_yaml import decode
from tagger.records import Framework

KEYS = ("id", "version", "title", "layers", "values", "name", "layer", "definition", "counts", "does_not_count", "cues",
        "examples", "unit", "source", "text", "texts", "extends", "from", "order", "remove", "meaning", "citation",
        "language", "notes")  # fmt: skip
WORDS = ("small", "choice", "common", "only", "exchange", "passage", "illustrative", "published", "same", "revised",
         "side-by-side", "side-by-side@1.0", "1.0", "", " ", "a b", "🙂", "\x00", "\u2028", "none", "*a", "&a", "null",
         "x" * 5000)  # fmt: skip
PLAIN: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, 10**30, 1e308, [], {}, "1.0")
SETTINGS = tuple(
    (section.name, setting.name)
    for section in fields(Settings)
    for setting in fields(section.default_factory)  # type: ignore[arg-type]
)
TOML = ("0", "-1", "1", "0.5", "1e400", "nan", "inf", "true", '""', '"x"', "[]", '["a", 1]', "{}", "{a = 1}",
        "2026-11-30", "0x7f", '"""\n"""', "9" * 40,
        "'\\'", '"\\ud800"', '"../../x"', '"\\u0000"', "10000000")  # fmt: skip


def targets() -> list[Files]:
    """Return a target for each kind of file."""
    lists = [FRAMEWORK.encode(), *(path.read_bytes() for path in sorted(shipped_folder().glob("*.yaml")))]
    toml = settings_text(StudySettings(name="Talk", framework="side-by-side")).encode()
    return [
        Files("lists/frameworks", "case.yaml", tuple(lists), (*lists, toml), _framework, _grown_list),
        Files("lists/settings", "study.toml", (toml,), (toml, lists[0]), _settings, _grown_settings, weight=4.0),
    ]


def _framework(data: bytes, name: str) -> None:
    read = parse(decode(data, name), name, _found)
    assert from_json(to_json(read)) == read, "a list that is another one when stored"
    again = parse(to_yaml(read, None), name, _found)
    assert again.values == read.values, "a list that is another one when written again"


def _settings(data: bytes, name: str) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    assert json.loads(parse_settings(text, name).as_json())


@cache
def _found(name: str, version: str) -> Framework:
    return load_framework(f"{name}@{version}" if version else name)


def _grown_list(chance: random.Random) -> bytes:
    """Make a list by the shape of one, with what does not belong in some of its places."""

    def texts() -> dict[str, Any]:
        return {"source": odd("illustrative"), "texts": [odd("saying so") for _ in range(chance.randrange(3))]}

    def odd(usual: Any) -> Any:
        if chance.random() < 0.96:
            return usual
        return chance.choice((*PLAIN, *WORDS, [usual], {chance.choice(KEYS): usual}))

    def value(number: int) -> dict[str, Any]:
        whole = {"id": odd(f"value-{number}"), "name": odd(f"Value {number}"), "layer": odd("only"),
                 "definition": {"source": odd("published"), "text": odd("What it is.")}}  # fmt: skip
        more = {key: odd(texts()) for key in ("counts", "does_not_count", "cues", "examples") if chance.random() < 0.5}
        rest = {chance.choice(KEYS): odd(chance.choice(WORDS)) for _ in range(chance.choice((0, 0, 0, 1)))}
        return whole | more | rest

    framework = {"id": odd("grown"), "version": odd("1.0"), "title": odd("Grown"),
                 "layers": odd([{"id": odd("only"), "name": odd("Only")}]),
                 "values": odd([odd(value(number)) for number in range(chance.randint(0, 4))])}  # fmt: skip
    if chance.random() < 0.4:
        framework["extends"] = odd(chance.choice(("side-by-side", "maternal", "women-side-by-side")))
        framework |= {key: odd([chance.choice(WORDS)]) for key in ("order", "remove") if chance.random() < 0.3}
    return json.dumps(framework, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, 1))).encode(
        "utf-8", "surrogatepass"
    )


def _grown_settings(chance: random.Random) -> bytes:
    lines = []
    for section in dict.fromkeys(chance.choice(SETTINGS)[0] for _ in range(chance.randint(1, 4))):
        lines.append(f"[{section}]")
        known = [name for where, name in SETTINGS if where == section]
        chosen = chance.sample(known, chance.randint(0, min(3, len(known))))
        lines += [f"{name} = {chance.choice(TOML)}" for name in chosen]
        if chance.random() < 0.05:
            lines.append(f"{chance.choice(SETTINGS)[1]} = {chance.choice(TOML)}")
    return "\n".join(lines).encode()
