"""
Projects of other programs, brought in: codes as a framework, documents as transcripts, codings as readings.

Nothing is stored before the file is known to be readable and its codes to have values. Documents that the study holds
already, by their name and their words, are not read again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tagger.errors import CodingsError
from tagger.exchange import attributes
from tagger.exchange.attributes import COLUMNS, NOTHING, Attributes, near
from tagger.exchange.codings import CodedRow
from tagger.exchange.matching import Matching, match_codings, trimmed
from tagger.exchange.projects import ENDINGS, texts
from tagger.exchange.projects.alignment import Words
from tagger.exchange.projects.homes import Shelf
from tagger.exchange.projects.records import NO_PERSON, NOBODY, Document, Project
from tagger.records import Span
from tagger.steps import TO_PASSAGES, begin, project_values, tag
from tagger.steps.attributes import parted
from tagger.steps.held import held
from tagger.steps.imported import CodedStudy, ImportReport, Origin, put, shortened
from tagger.steps.project_values import ProjectValues
from tagger.steps.read import source
from tagger.store import Readable, Store
from tagger.wording import several


@dataclass
class _Fates:
    """What became of the codings of a project: how many are where, and of each that is lost why."""

    exact: int = 0
    without: int = 0
    moved: int = 0
    whole: int = 0
    changed: list[str] = field(default_factory=list)
    suggestions: int = 0
    ours: set[int] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)


def import_project(
    folder: Path, file: Path, project: Project, origin: Origin, framework: str = "", dataset: str = ""
) -> ImportReport:
    """
    Bring in a project that was read from a file.

    Args:
        origin: the file, and how its codings are said to have been made.
        framework: what its codes are values of; empty for the one in use that knows all of them, or else a new one.
        dataset: where documents go that the study does not hold.

    Raises:
        TaggerError: a code has no value in *framework*, the study holds this file as made another way, or nothing of
            it can be stored.
    """
    if texts(project) and not project.commented and not file.name.casefold().endswith(ENDINGS):
        raise CodingsError(
            "It is a project of another program, and not named like one",
            where=file.name,
            remedy=f"End its name in one of {', '.join(ENDINGS)}",
        )
    store = Store(folder)
    store.create()
    secret = store.secret()
    with store.session("an import") as database:
        origin.identity(database, secret)
    values = project_values.find(folder, project, framework)
    problems = _read(folder, file, project, values, dataset)
    with store.session("an import") as database:
        study = CodedStudy(database, values.framework, by_dataset=values.by_dataset)
        twins = database.rows("SELECT dataset, source, transcript_id FROM twins")
        own = _Own(database, project, study, origin.coder)
    known = {**{f"{place}/{name}": str(home) for place, name, home in twins}, **study.sources}
    fates = _Fates()
    rows = list(_rows(file, project, values, study, known, own, fates))
    matching = match_codings(rows, study.sources, study.texts, study.spans)
    matching = _without(matching, fates.ours)
    fates.lost += [
        f"{fates.places[number]}: {why}"
        for number, why in matching.report.reasons
        if number in fates.places and number not in fates.ours
    ]
    new, there = put(folder, study, matching, origin) if matching.codings else (0, 0)
    lines = (
        *_described(file, project, values),
        *problems,
        *_told(project, fates),
        *study.namesakes(row.coder for row in rows),
        *_stored(matching, new, there),
    )
    return ImportReport(new, there, lines)


def _read(folder: Path, file: Path, project: Project, values: ProjectValues, dataset: str) -> tuple[str, ...]:
    """Read the documents that the study does not hold, as a run would; return what was wrong with some."""
    with Store(folder).session("an import") as database:
        study = CodedStudy(database, values.framework, by_dataset=values.by_dataset)
    path = file.resolve()
    shelf = Shelf(study.sources, study.texts)
    new = [at for at, each in _paths(path, project).items() if not shelf.home(_names(at, each), each)]
    problems: list[str] = []
    for into, paths in (parted(folder, new, None, dataset)[0] if new else {}).items():
        with tempfile.TemporaryDirectory(dir=folder, prefix=".attributes-") as place:
            sheet = Path(place) / "attributes.csv"
            rows = _attributes(_paths(path, project), paths)
            sheet.write_bytes(attributes.sheet(rows))
            said = {"attributes": str(sheet)} if rows else {}
            run = begin(folder, paths, dataset=into, framework=values.framework.id, **said)
            problems += tag(run, stages=TO_PASSAGES).problems
    return tuple(problems)


def _paths(file: Path, project: Project) -> dict[Path, Document]:
    """Return the path by which each document with a text is read: below the file, or, of a commented one, the file."""
    if project.commented:
        [document] = project.documents
        return {file: document}
    return {file / name: document for name, document in texts(project).items()}


def _names(path: Path, document: Document) -> tuple[str, str]:
    """Return the names under which the study may know a document."""
    return source(path), document.name


def _attributes(documents: Mapping[Path, Document], paths: tuple[Path, ...]) -> list[Attributes]:
    """Make the rows of a sheet of what the project knows of its documents."""
    rows = []
    for number, path in enumerate(paths, start=2):
        document = documents[path]
        said = {_column(name): cell for name, cell in document.attributes.items() if cell != NOTHING}
        people = (document.participant,) if document.participant else ()
        if said or people:
            rows.append(Attributes(number, str(path), participants=people, said=said))
    return rows


def _column(variable: str) -> str:
    """Name the column of a variable so that it is not taken for one that the sheet has a meaning for."""
    name = " ".join(variable.casefold().replace("_", " ").split())
    return f"{name} in the project" if name in COLUMNS or near(name, COLUMNS) else name


class _Own:
    """What the study itself wrote into a project that was exported from it: its readers' letters, and their codings."""

    def __init__(self, database: Readable, project: Project, study: CodedStudy, coder: str) -> None:
        self._names: dict[str, str] = {}
        self._known: set[tuple[str, Span, str, str]] = set()
        # A transcript's id says that it was exported here: no other study has the same.
        if any(document.name in study.texts for document in project.documents):
            self._names = {str(letter): str(name) for letter, name in database.rows("SELECT letter, name FROM readers")}
            for one in held(database):
                place = trimmed((one.start, one.end), study.texts[one.transcript_id])
                self._known.add((one.transcript_id, place, one.value_id or "", one.letter))
        self._names[NOBODY] = coder or NOBODY

    def name(self, coder: str) -> str:
        """Return the name of the reader whom a project knows by a letter, or does not name."""
        return self._names.get(coder, coder)

    def holds(self, transcript_id: str, place: Span, value_id: str, coder: str) -> bool:
        """Say whether the study holds this very coding of its own."""
        return (transcript_id, place, value_id, coder) in self._known


def _rows(
    file: Path,
    project: Project,
    values: ProjectValues,
    study: CodedStudy,
    known: Mapping[str, str],
    own: _Own,
    fates: _Fates,
) -> Iterator[CodedRow]:
    """Yield the codings as rows with their places in the study's transcripts, and keep account of the others."""
    paths = {document.key: path for path, document in _paths(file.resolve(), project).items()}
    shelf = Shelf(known, study.texts)
    number = 0
    for document in project.documents:
        fates.lost += [f"{document.name}, {why}" for why in document.lost]
        path = paths.get(document.key)
        home = shelf.home(_names(path, document), document) if path and document.codings else None
        for coding in document.codings:
            place = f"{document.name}, characters {coding.start} to {coding.end}"
            if coding.coder in NO_PERSON:
                fates.suggestions += 1
                continue
            if coding.code in values.strange:
                fates.lost.append(f"{place}: {values.strange[coding.code]}")
                continue
            carried = home.carried((coding.start, coding.end)) if home else None
            if carried is None:
                fates.lost += [f"{place}: {home.why if home else 'its document was not read'}"] if coding.code else []
                continue
            number += 1
            value_id = values.ids.get(coding.code, "")
            if own.holds(carried.transcript_id, carried.span, value_id, coding.coder):
                fates.ours.add(number)
            elif coding.code:
                _count(fates, place, carried.words, moved=coding.moved)
            else:
                fates.whole += 1
            if coding.code:
                fates.places[number] = place
            held_to_show = (value_id,) if value_id else ()
            yield CodedRow(number, carried.transcript_id, *carried.span, "", own.name(coding.coder), held_to_show)


def _without(matching: Matching, ours: Collection[int]) -> Matching:
    """Leave out what the study holds, but not beside something new on the same passage: a reading is complete."""
    codings = tuple(coding for coding in matching.codings if any(row not in ours for row in coding.rows))
    beside = {row for coding in codings for row in coding.rows}
    placed = tuple(one for one in matching.placed if one.row.number not in ours or one.row.number in beside)
    return replace(matching, placed=placed, codings=codings)


def _count(fates: _Fates, place: str, words: Words, *, moved: bool) -> None:
    fates.moved += moved and words != "others"
    fates.exact += words == "same" and not moved
    fates.without += words == "fewer" and not moved
    if words == "others":
        fates.changed.append(place)


def _described(file: Path, project: Project, values: ProjectValues) -> Iterator[str]:
    people = {coding.coder for each in project.documents for coding in each.codings}.difference(NO_PERSON)
    counts = [several(len(project.codes), "code"), several(len(project.documents), "document")]
    counts.append(f"{several(len(people), 'person', 'people')} who coded")
    yield f"{file.name}, written by {project.tool}: {', '.join(counts)}."
    yield values.line
    if project.rule and people:
        yield f"In its positions it counts {project.rule}."


def _told(project: Project, fates: _Fates) -> Iterator[str]:
    if any(document.codings or document.lost for document in project.documents):
        exact = several(fates.exact, "coding is", "codings are")
        yield (
            f"{exact} on the very same words, {fates.without} without the names of speakers or times in them, "
            f"{fates.moved} moved to where their words are; {len(fates.lost)} lost."
        )
    yield from shortened(fates.lost)
    if fates.changed:
        differ = several(len(fates.changed), "coding is", "codings are")
        yield f"{differ} on words that are others in the study, as of a transcript that was corrected. Read them again:"
        yield from shortened(fates.changed)
    if fates.whole:
        yield f"{several(fates.whole, 'text was', 'texts were')} read whole: what was not marked in them is a no."
    if fates.ours:
        yield f"{several(len(fates.ours), 'coding is', 'codings are')} in the study already, which the project is from."
    if fates.suggestions:
        derived = several(fates.suggestions, "coding is", "codings are")
        yield f"{derived} suggestions of a model or agreed on together, and were left out."
    yield from project.remarks
    if project.lost:
        yield f"There is no place here for: {', '.join(project.lost)}."


def _stored(matching: Matching, new: int, there: int) -> Iterator[str]:
    known = f"; {several(there, 'was there already', 'were there already')}" if there else ""
    if matching.codings:
        yield f"Stored {several(new, 'reading')} of passages{known}."
