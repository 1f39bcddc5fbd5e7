"""
Exports of Label Studio: texts that people labelled, task by task.

A task is read whole: who submitted it had all of its text before them, and what they did not mark they did not find in
it. Positions count code points in newer versions and UTF-16 units in older ones, and most repeat their words. Tasks
that are lines of one uploaded file, or that name the same transcript, are one document, one below the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from tagger.exchange.codings import ROLES, simple
from tagger.exchange.projects import label_studio_tasks
from tagger.exchange.projects.label_studio_tasks import MARKS, Record, Result, Task
from tagger.exchange.projects.positions import Counting, Marked, Place, Raw, choose, places
from tagger.exchange.projects.records import Code, Coding, Document, Format, Project
from tagger.exchange.projects.web_page import WebPage
from tagger.records import Span
from tagger.wording import several

TEXT_FIELDS = ("text", "dialogue", "dialog", "html", "body", "content", "transcription", "sentence")
WHO, WORDS = ("author", "speaker", "name", "role"), ("text", "content", "utterance")
# A source is as often a kind of source, which many texts share.
TRANSCRIPT = frozenset(map(simple, ROLES["transcript"])) - {"source"}
ADDRESS = re.compile(r"(?:https?|s3|gs|azure-blob)://\S+|/data/\S+")
HTML = re.compile(r"\s*<[a-zA-Z!]")
OTHERS = {
    "relation": ("relation", "relations"),
    "textarea": ("answer in words", "answers in words"),
    "rating": ("rating", "ratings"),
    "number": ("number", "numbers"),
}
NOT_TOLD = "the file tells its place by the markup of the page alone, and its words do not stand there once"
COUNTED = {
    "skipped": ("task that somebody skipped", "tasks that somebody skipped"),
    "predictions": ("prediction of a model", "predictions of a model"),
    **OTHERS,
    "other": ("result of another kind", "results of other kinds"),
}


@dataclass(frozen=True, slots=True)
class _Body:
    """The text of a task as it is to be read, and where in it each of its parts begins; or why there is none."""

    text: str
    starts: tuple[int, ...] = ()
    page: WebPage | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class _Mark:
    """What one person marked: the keys of codes, on a stretch or on all of the text, or `why` it is not told which."""

    coder: str
    codes: tuple[str, ...]
    stretch: Marked | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """A task with its text, what was marked in it, and where the stretches are."""

    task: Task
    body: _Body
    marks: tuple[_Mark, ...]
    places: tuple[Place, ...]

    def placed(self, length: int) -> Iterator[tuple[_Mark, Place]]:
        """Pair what was marked with where it is, in a text of that length."""
        places = iter(self.places)
        for mark in self.marks:
            yield mark, next(places) if mark.stretch else Place(None if mark.why else (0, length), why=mark.why)


def read(data: bytes, name: str) -> Project:
    """
    Read an export.

    Raises:
        CodingsError: It is damaged, too large, or holds no tasks.
    """
    tasks = label_studio_tasks.tasks(data, name)
    about, prefixed = _field(tasks), len(_controls(tasks)) > 1
    bodies = [_body(task, about) for task in tasks]
    marks = [tuple(_marks(task, body, prefixed=prefixed)) for task, body in zip(tasks, bodies, strict=True)]
    raws = [
        Raw(body.text, tuple(each.stretch for each in made if each.stretch))
        for body, made in zip(bodies, marks, strict=True)
    ]
    counting = choose(raws, Counting())
    read = [
        _Read(task, body, made, tuple(places(raw, counting)))
        for task, body, made, raw in zip(tasks, bodies, marks, raws, strict=True)
    ]
    title = name.rpartition(".")[0] or name
    documents = tuple(_document(title, each) for title, each in _together(read, title))
    return Project("Label Studio", title, _codes(tasks), documents, counting.words, _lost(tasks), _remarks(tasks))


FORMAT = Format("Label Studio", label_studio_tasks.recognises, read)


def _field(tasks: Sequence[Task]) -> str:
    """Find the field that holds what is labelled: what results are about, or is called like text, or is the longest."""
    results = chain.from_iterable(one.results for task in tasks for one in task.submitted)
    names = {name for task in tasks for name in task.data}
    about = Counter(result.about for result in results if result.about in names and result.kind in MARKS)
    if about:
        return about.most_common(1)[0][0]
    length: Counter[str] = Counter()
    for task in tasks:
        length.update({name: len(cell) for name, cell in task.data.items() if isinstance(cell, (str, list))})
    return next((name for name in TEXT_FIELDS if length[name]), next(iter(dict(length.most_common(1))), ""))


def _body(task: Task, about: str) -> _Body:
    cell = task.data.get(about)
    if isinstance(cell, list):
        return _dialogue(cell)
    if not isinstance(cell, str) or not cell.strip():
        return _Body("", missing="it has no text")
    if ADDRESS.fullmatch(cell.strip()):
        return _Body("", missing="its text is not in the file, which only says where it lies")
    starts = [result.value.get("start") for one in task.submitted for result in one.results]
    # Of markup that was shown as it is, places are numbers; of pages, they are paths into the markup.
    if HTML.match(cell) and not any(isinstance(start, int) for start in starts):
        page = WebPage(cell, "characters")
        return _Body(page.text, page=page)
    return _Body(cell)


def _dialogue(turns: Sequence[object]) -> _Body:
    """Write a conversation as lines, each with who speaks."""
    lines, starts, length = [], [], 0
    for turn in turns:
        who, words = ("", turn) if isinstance(turn, str) else (_first(turn, WHO), _first(turn, WORDS))
        opening = f"{who.strip().removesuffix(':')}: " if who.strip() else ""
        starts.append(length + len(opening))
        lines.append(f"{opening}{words}")
        length += len(lines[-1]) + 1
    text = "\n".join(lines)
    return _Body(text, tuple(starts), missing="" if text.strip() else "it has no text")


def _first(turn: object, names: Iterable[str]) -> str:
    cells = (turn.get(name) for name in names) if isinstance(turn, dict) else ()
    return next((cell for cell in cells if isinstance(cell, str) and cell), "")


def _marks(task: Task, body: _Body, *, prefixed: bool) -> Iterator[_Mark]:
    for one in task.submitted:
        for result in one.results:
            codes = tuple(path[-1] for path in _paths(result, prefixed=prefixed))
            if codes and (body.missing or "start" not in result.value):
                yield _Mark(one.coder, codes, why=body.missing)
            elif codes:
                stretch = _stretch(result.value, body)
                yield _Mark(one.coder, codes, stretch, "" if stretch else NOT_TOLD)


def _stretch(value: Record, body: _Body) -> Marked | None:
    """Return the stretch that a result is about; None where it cannot be told."""
    said = value.get("text")
    quote = said if isinstance(said, str) else ""
    if body.page:
        return _on_page(value, quote, body.page)
    first, last = (_number(value.get(name)) for name in ("start", "end"))
    if first is None or last is None:
        return None
    if body.starts:
        offsets = (_number(value.get(name)) or 0 for name in ("startOffset", "endOffset"))
        first, last = (_in_turn(body, turn, offset) for turn, offset in zip((first, last), offsets, strict=True))
    return Marked(first, last, quote)


def _on_page(value: Record, quote: str, page: WebPage) -> Marked | None:
    offsets = value.get("globalOffsets")
    if isinstance(offsets, dict):
        first, last = (_number(offsets.get(name)) or 0 for name in ("start", "end"))
        return Marked(page.code_point(first), page.code_point(last), quote)
    at = page.text.find(quote)
    return Marked(at, at + len(quote), quote) if quote and page.text.count(quote) == 1 else None


def _in_turn(body: _Body, turn: int, offset: int) -> int:
    return body.starts[turn] + offset if 0 <= turn < len(body.starts) else len(body.text) + 1


def _number(cell: object) -> int | None:
    if isinstance(cell, str) and cell.isdecimal() and len(cell) < 10:
        return int(cell)
    return int(cell) if isinstance(cell, (int, float)) and abs(cell) < 1e9 else None


def _controls(tasks: Sequence[Task]) -> list[str]:
    """Name the controls by which people named codes, in the order in which they were used."""
    results = chain.from_iterable(one.results for task in tasks for one in task.submitted)
    return list(dict.fromkeys(result.control for result in results if result.kind in MARKS))


def _paths(result: Result, *, prefixed: bool) -> Iterator[tuple[str, ...]]:
    """Yield for each code that a result names the keys of those above it, and its own; `prefixed` by the control."""
    named = result.value.get(result.kind) if result.kind in MARKS else None
    for each in named if isinstance(named, list) else [named]:
        path = each if isinstance(each, list) else [each]
        steps = [step for step in path if isinstance(step, str) and step.strip()]
        names = [" ".join(step.split()) for step in ([result.control] if prefixed and steps else []) + steps]
        if names:
            yield tuple("/".join(names[: depth + 1]) for depth in range(len(names)))


def _codes(tasks: Sequence[Task]) -> tuple[Code, ...]:
    """Make codes of the labels that were used: those of each control in a folder, if there are several controls."""
    prefixed = len(_controls(tasks)) > 1
    codes: dict[str, Code] = {}
    for result in chain.from_iterable(one.results for task in tasks for one in task.submitted):
        for path in _paths(result, prefixed=prefixed):
            for depth, key in enumerate(path):
                above = path[depth - 1] if depth else ""
                name = key.removeprefix(f"{above}/") if above else key
                codable = depth == len(path) - 1 or (key in codes and codes[key].codable)
                codes[key] = Code(key, name, parent=above, codable=codable)
    return tuple(codes.values())


def _together(read: Sequence[_Read], title: str) -> Iterator[tuple[str, list[_Read]]]:
    """Yield documents: tasks that name one transcript, or are lines of one file; any other task is one by itself."""
    groups: dict[tuple[str, bool], list[_Read]] = {}
    for each in read:
        named = next((_name(cell) for key, cell in each.task.data.items() if simple(key) in TRANSCRIPT), "")
        groups.setdefault((named or each.task.upload or title, bool(named)), []).append(each)
    for (name, by_name), group in groups.items():
        if by_name or len(group) == 1 or all(len(each.body.text.splitlines()) < 2 for each in group):
            yield name, group
        else:
            stem = name.rpartition(".")[0] or name
            yield from ((f"{stem} {each.task.identity}", [each]) for each in group)


def _name(cell: object) -> str:
    return " ".join(str(cell).split()) if isinstance(cell, (str, int)) else ""


def _document(name: str, group: Sequence[_Read]) -> Document:
    """Put the texts of tasks below each other, and what was marked in them."""
    texts: list[str] = []
    codings: list[Coding] = []
    lost: list[str] = []
    pieces: list[Span] = []
    length = 0
    for each in group:
        text = Raw(each.body.text, ()).plain
        pieces.append((length, length + len(text)))
        readers = [one.coder for one in each.task.submitted if one.whole] if text.strip() else []
        codings += [Coding(*pieces[-1], "", coder) for coder in readers]
        for mark, place in each.placed(len(text)):
            if place.span is None:
                lost.append(f"task {each.task.identity}, {', '.join(mark.codes)}: {place.why}")
                continue
            start, end = (length + at for at in place.span)
            codings += [Coding(start, end, code, mark.coder, place.moved) for code in mark.codes]
        texts.append(text)
        length += len(text) + 1
    text = "\n".join(texts)
    missing = next((each.body.missing for each in group if each.body.missing), "") if not text.strip() else ""
    key = f"{name} {group[0].task.identity}"
    return Document(key, name, text, tuple(codings), missing=missing, lost=tuple(lost), pieces=tuple(pieces))


def _lost(tasks: Sequence[Task]) -> tuple[str, ...]:
    """Count what has no place in a study."""
    counts = Counter(
        result.kind if result.kind in OTHERS else "other"
        for task in tasks
        for one in task.submitted
        for result in one.results
        if result.kind not in MARKS
    )
    counts["skipped"] = sum(task.skipped for task in tasks)
    counts["predictions"] = sum(task.predictions for task in tasks)
    return tuple(several(counts[each], *COUNTED[each]) for each in COUNTED if counts[each])


def _remarks(tasks: Sequence[Task]) -> tuple[str, ...]:
    results = chain.from_iterable(one.results for task in tasks for one in task.submitted)
    predicted = sum(result.predicted for result in results if result.kind in MARKS)
    waiting = sum(not task.submitted for task in tasks)
    said = []
    if predicted:
        began = several(predicted, "coding began", "codings began")
        said.append(f"{began} as predictions of a model: if people saw them before, say --made after-suggestions.")
    if waiting:
        said.append(f"{several(waiting, 'task was', 'tasks were')} submitted by nobody.")
    return tuple(said)
