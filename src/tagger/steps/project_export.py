"""
What leaves a study as a project for another program: each reader under a letter, the model as a user of its own.

By default only turns of which people have read something leave, with the questions before them; and the words of who
may not be quoted never do. Reflections of those who read are not what participants said, and stay. What the format has
no place for stands in notes, and is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from tagger import __version__
from tagger.config import load_settings
from tagger.errors import UsageError
from tagger.exchange.projects import codebook
from tagger.exchange.projects.forms import FORMS, Form
from tagger.exchange.projects.page import Page, PageTurn
from tagger.exchange.projects.records import MODEL, NO_PERSON, OURS, TOGETHER, Coding, Document, Project
from tagger.frameworks import digest, from_json
from tagger.records import Framework, Span
from tagger.steps import versions
from tagger.steps.held import OUTCOMES, HeldCoding, held
from tagger.steps.overview import names_without_reflections
from tagger.steps.workplace import UNNAMED
from tagger.store import Readable, Store
from tagger.wording import several

Row = Mapping[str, Any]


BLIND = ("blind", "imported independently")
"""Kinds of readings that were made before the reader could see any suggestion."""
Only = Literal["", "suggestions", "codings", "decisions", "positions", "blind"]


@dataclass(frozen=True)
class Choice:
    """
    What of a study leaves.

    Args:
        everything: whole transcripts, all of them, with all suggestions; else what people have read.
        only: the model's suggestions; people's codings; decisions, which are the readings made here and the
            suggestions that they answered; positions, on what was proposed to say together; or the codings that were
            made blind. All where it is empty.
        framework: what was made with this version of a framework, as `NAME@VERSION`; with any where it is empty.
    """

    everything: bool = False
    only: Only = ""
    framework: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """
    What people propose to say of an excerpt together.

    `value_ids` are those that it is to show, `told` says of it how it stands, who consents, who objects and why.
    """

    excerpt_id: str
    framework_id: str
    value_ids: tuple[str, ...]
    stands: bool
    told: str


@dataclass(frozen=True)
class ProjectExport:
    """A project as a file, a file that belongs beside it, and in lines what is in it and what it could not hold."""

    data: bytes
    lines: tuple[str, ...]
    beside: bytes = b""


def export_project(folder: Path, form: str, choice: Choice, proposed: Sequence[Proposed] = ()) -> ProjectExport:
    """
    Write a study as a project in one of `FORMS`.

    Args:
        proposed: the newest proposal about each excerpt of which there is one.

    Raises:
        UsageError: the study holds no suggestions and no readings.
        FrameworkError: there is no such version.
    """
    target = FORMS[form]
    chosen = versions.version(folder, choice.framework) if choice.framework else None
    with Store(folder).session("an export") as database:
        study = _Study(database, choice, chosen, proposed)
    if not study.frameworks:
        raise UsageError("nothing was tagged or read in this study yet", remedy="Begin with tagger run FILES")
    documents = () if target.codes_alone else tuple(study.documents())
    codes = tuple(codebook.codes(study.frameworks))
    project = Project(f"{OURS} {__version__}", load_settings(folder).study.name, codes, documents)
    beside = target.beside(project) if target.beside else b""
    return ProjectExport(target.write(project), tuple(_lines(project, target, study)), beside)


class _Study:
    """The rows of a study that an export needs, and a count of what has no place in it."""

    def __init__(
        self, database: Readable, choice: Choice, framework: Framework | None, proposed: Sequence[Proposed]
    ) -> None:
        self._choice = choice
        version = digest(framework) if framework else None
        self.lost: Counter[tuple[str, str]] = Counter()
        self.without_value = 0
        self._turns = _by_transcript(
            database.table(_TURNS, {"datasets": names_without_reflections(database)}).to_pylist()
        )
        self._held: dict[str, list[HeldCoding]] = {}
        for one in held(database):
            if _leaves(one.kind, choice.only) and version in (None, one.framework_id):
                self._held.setdefault(one.transcript_id, []).append(one)
        self._answers = self._answered(database, version) if choice.only in ("", "decisions") else {}
        suggestions = choice.only in ("", "suggestions", "decisions")
        self._suggested = self._suggestions(database, version) if suggestions else {}
        self._proposed = self._places(database, version, proposed) if choice.only in ("", "positions") else {}
        said = database.rows("SELECT transcript_id, attributes FROM current_attributes")
        self._said = {str(transcript): dict(json.loads(content)) for transcript, content in said}
        in_use = [from_json(content) for (content,) in database.rows(_FRAMEWORKS)]
        self._versions = {str(key): f"{name} {at}" for key, name, at in database.rows(_VERSIONS)}
        self.frameworks = [framework] if framework else in_use

    def _answered(self, database: Readable, version: str | None) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for row in database.table(_ANSWERS, {"version": version}).to_pylist():
            if _leaves(row["kind"], self._choice.only):
                found.setdefault(_pair(row), []).append(f"{row['letter']}: {row['answer']} ({row['kind']})")
        return found

    def _suggestions(self, database: Readable, version: str | None) -> dict[str, list[Row]]:
        rows = database.table(_SUGGESTIONS, {"all": self._choice.everything, "version": version}).to_pylist()
        return _by_transcript([row for row in rows if self._choice.only != "decisions" or _pair(row) in self._answers])

    def _places(self, database: Readable, version: str | None, proposed: Sequence[Proposed]) -> dict[str, list[Row]]:
        wanted = {one.excerpt_id: one for one in proposed if version in (None, one.framework_id)}
        rows = database.table(_PLACES, {"excerpts": list(wanted)}).to_pylist()
        return _by_transcript([{**row, "proposed": wanted[row["excerpt_id"]]} for row in rows])

    def documents(self) -> Iterator[Document]:
        """Yield each transcript written out, with everybody's codings on it."""
        for transcript, turns in self._turns.items():
            if self._choice.everything or transcript in self._held:
                yield self._document(transcript, turns)

    def _document(self, transcript: str, turns: Sequence[Row]) -> Document:
        read = self._held.get(transcript, [])
        page = Page(_page_turns(turns, None if self._choice.everything else [(one.start, one.end) for one in read]))
        said = [] if self._choice.only in ("suggestions", "positions") else read
        suggested = [_suggestion(row, self._answers.get(_pair(row), ())) for row in self._suggested.get(transcript, [])]
        marked = [one for each in said if (one := self._coding(each))]
        agreed = [one for row in self._proposed.get(transcript, []) if row["proposed"].stands for one in _agreed(row)]
        codings = []
        for one in {(one.start, one.end, one.code, one.coder): one for one in (*suggested, *marked, *agreed)}.values():
            place = page.carried((one.start, one.end))
            if place:
                codings.append(replace(one, start=place[0], end=place[1]))
            else:
                self.lost["coding of words that are left out", "codings of words that are left out"] += 1
        memo = [
            f"{one.letter} ({one.kind}), characters {at[0]} to {at[1]}: {OUTCOMES[one.outcome]}"
            for one in said
            if one.value_id is None and (at := page.carried((one.start, one.end)))
        ]
        self.without_value += len(memo)
        memo += [
            f"Proposed of characters {at[0]} to {at[1]}: {row['proposed'].told}"
            for row in self._proposed.get(transcript, [])
            if not (row["proposed"].stands and row["proposed"].value_ids)
            and (at := page.carried((row["start"], row["end"])))
        ]
        attributes = {name: cell for name, cell in self._said.get(transcript, {}).items() if name != "encoding"}
        people = {str(turn["participant_id"]) for turn in turns if turn["participant_id"] and not turn["asks"]}
        participant = people.pop() if len(people) == 1 else ""
        return Document(
            transcript, transcript, page.text, tuple(codings), attributes, participant, memo="\n".join(memo)
        )

    def _coding(self, one: HeldCoding) -> Coding | None:
        if one.value_id is None:
            return None
        note = f"{one.letter}: {one.kind}" + (f", with {self._versions[one.framework_id]}" if one.framework_id else "")
        made_at = f"{one.made_at:%Y-%m-%dT%H:%M:%SZ}"
        return Coding(one.start, one.end, one.value_id, one.letter, note=note, made_at=made_at)


def _leaves(kind: str, only: Only) -> bool:
    """Say whether a reading that was made so is among those that are wanted."""
    return kind in BLIND if only == "blind" else only != "decisions" or not kind.startswith("imported")


def _pair(row: Row) -> tuple[str, str]:
    return row["excerpt_id"], row["value_id"]


def _by_transcript(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["transcript_id"], []).append(row)
    return found


def _page_turns(turns: Sequence[Row], read: Sequence[Span] | None) -> Iterator[PageTurn]:
    """Yield the turns that leave: all of them, or those of which something was read and the questions before them."""
    shown = [read is None or any(start < turn["end"] and turn["start"] < end for start, end in read) for turn in turns]
    asked = [turn["asks"] and after for turn, (_, after) in zip(turns, pairwise([*shown, False]), strict=True)]
    for turn, leaves, is_question in zip(turns, shown, asked, strict=True):
        speaker = turn["participant_id"] or turn["pseudonym"]
        label = "" if speaker in (None, UNNAMED) else speaker
        words = turn["words"] if turn["may_quote"] else None
        yield PageTurn(turn["start"], words if leaves or is_question else None, label)


def _agreed(row: Row) -> Iterator[Coding]:
    for value_id in row["proposed"].value_ids:
        yield Coding(row["start"], row["end"], value_id, TOGETHER, note=f"{TOGETHER}: {row['proposed'].told}")


def _suggestion(row: Row, answers: Sequence[str]) -> Coding:
    made = f"{row['framework']} {row['framework_version']}, {row['model']}"
    note = f"{MODEL}: {row['value']}, rank {row['rank']}, score {row['score']:.4f}, matched '{row['cue']}' ({made})"
    note = "; ".join((note, *answers))
    return Coding(row["start"], row["end"], row["value_id"], MODEL, note=note, score=row["score"])


def _lines(project: Project, form: Form, study: _Study) -> Iterator[str]:
    codes = several(sum(code.codable for code in project.codes), "code")
    if form.codes_alone:
        yield f"{codes} in {several(sum(not code.codable for code in project.codes), 'layer')}."
        yield form.told
        return
    codings = [coding for document in project.documents for coding in document.codings]
    people = {coding.coder for coding in codings}.difference(NO_PERSON)
    suggested, agreed = (sum(coding.coder == user for coding in codings) for user in NO_PERSON)
    yield (
        f"{several(len(project.documents), 'transcript')}, {codes}, "
        f"{several(len(codings) - suggested - agreed, 'coding')} by {several(len(people), 'reader')}, and "
        f"{several(suggested, 'suggestion')} of the model as those of a user of its own."
    )
    if agreed:
        yield f"{several(agreed, 'coding')} by consent, as those of a user of its own: {TOGETHER}."
    told = [several(number, *words) for words, number in study.lost.items() if number]
    if study.without_value:
        without = several(study.without_value, "reading without a value", "readings without a value")
        told.append(f"{without} (in notes)" if form.notes else without)
    if told := [*told, *form.lost(project)]:
        yield f"{form.name} has no place for: {', '.join(told)}."
    yield f"{form.told} Noes to what was not suggested, and what people held before, stay here."


_TURNS = """
    SELECT t.transcript_id, t.start, t."end", substring(l.text, t.start + 1, t."end" - t.start) AS words, t.pseudonym,
           t.participant_id, coalesce(t.asks, false) AS asks, coalesce(p.may_quote, true) AS may_quote
    FROM live_turns t
    JOIN live_revisions l ON l.revision_id = t.revision_id
    LEFT JOIN current_permissions p ON p.participant_id = t.participant_id
    WHERE list_contains($datasets::VARCHAR[], l.dataset)
    ORDER BY t.transcript_id, t.position
"""

_ANSWERS = """
    SELECT n.excerpt_id, a.value_id, r.letter, a.answer,
           CASE WHEN n.kind = 'imported' THEN 'imported ' || n.made ELSE n.kind END AS kind
    FROM latest_readings n
    JOIN coding_answers a ON a.coding_id = n.coding_id
    JOIN codings x ON x.id = n.coding_id
    JOIN readers r ON r.coder_id = n.coder_id
    WHERE n.finished AND ($version IS NULL OR x.framework_id = $version)
    ORDER BY r.letter, n.coding_id
"""

_PLACES = """
    SELECT excerpt_id, transcript_id, start, "end" FROM live_excerpts
    WHERE list_contains($excerpts::VARCHAR[], excerpt_id)
    ORDER BY transcript_id, start, "end"
"""

_SUGGESTIONS = """
    SELECT s.excerpt_id, s.transcript AS transcript_id, s.start, s."end", s.value_id, s.value, s.rank, s.score, s.cue,
           s.framework, s.framework_version, s.model
    FROM suggestion_list s
    ANTI JOIN unquotable q ON q.excerpt_id = s.excerpt_id
    JOIN current_scorings c ON c.dataset = s.dataset AND c.framework = s.framework
    WHERE ($all OR s.excerpt_id IN (SELECT excerpt_id FROM latest_readings WHERE finished))
      AND ($version IS NULL OR c.framework_id = $version)
    ORDER BY s.transcript, s.start, s."end", s.rank, s.value_id
"""

_VERSIONS = "SELECT id, name, version FROM frameworks"

_FRAMEWORKS = """
    SELECT f.content FROM frameworks f
    LEFT JOIN (SELECT framework_id, max(number) AS number FROM current_scorings GROUP BY framework_id) s
        ON s.framework_id = f.id
    WHERE s.framework_id IS NOT NULL OR f.id IN (SELECT framework_id FROM current_codings)
    ORDER BY s.number DESC NULLS LAST, f.id
"""
