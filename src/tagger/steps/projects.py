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

from tagger.config import load_settings
from tagger.errors import CodingsError
from tagger.exchange import attributes
from tagger.exchange.attributes import COLUMNS, NOTHING, Attributes, near
from tagger.exchange.codings import CodedRow, ids_by_name, simple
from tagger.exchange.matching import Matching, match_codings, trimmed
from tagger.exchange.projects import ENDINGS, codebook, texts
from tagger.exchange.projects.homes import Shelf
from tagger.exchange.projects.records import MODEL, Document, Project
from tagger.frameworks import digest, shipped_frameworks, to_yaml
from tagger.records import Framework, Span
from tagger.steps import TO_PASSAGES, begin, tag, versions
from tagger.steps.attributes import parted
from tagger.steps.held import held
from tagger.steps.imported import CodedStudy, ImportReport, Origin, put, shortened
from tagger.steps.read import source
from tagger.store import Readable, Store
from tagger.whole_files import put_whole
from tagger.wording import several


@dataclass(frozen=True)
class _Values:
    """What the codes of a project mean here: a framework, and the id of the value of each code, by the code's key."""

    framework: Framework
    ids: Mapping[str, str]
    by_dataset: bool
    line: str


@dataclass
class _Fates:
    """What became of the codings of a project: how many are where, and of each that is lost why."""

    exact: int = 0
    without: int = 0
    moved: int = 0
    whole: int = 0
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
    if texts(project) and not file.name.casefold().endswith(ENDINGS):
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
    values = _values(folder, project, framework)
    problems = _read(folder, file, project, values, dataset)
    with store.session("an import") as database:
        study = CodedStudy(database, values.framework, by_dataset=values.by_dataset)
        twins = database.rows("SELECT dataset, source, transcript_id FROM twins")
        own = _Own(database, project, study)
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
    lines = (*_described(file, project, values), *problems, *_told(project, fates), *_stored(matching, new, there))
    return ImportReport(new, there, lines)


def _values(folder: Path, project: Project, name: str) -> _Values:
    """Find the values that the project's codes are, or make a framework of them."""
    used = {coding.code for each in project.documents for coding in each.codings if coding.coder != MODEL} - {""}
    names = {code.key: code.name for code in project.codes if code.key in used or (not used and code.codable)}
    chosen = versions.version(folder, name or load_settings(folder).study.framework)
    with Store(folder).session("an import") as database:
        in_use = CodedStudy(database, chosen, by_dataset=not name).all_values()
        others = () if name else versions.held(database)
    for framework in (in_use, *others):
        known = ids_by_name(framework)
        strange = [each for each in names.values() if simple(each) not in known]
        if not strange:
            ids = {key: known[simple(each)] for key, each in names.items()}
            line = f"Its codes are values of {framework.id} {framework.version}."
            by_dataset = framework is in_use and not name
            return _Values(chosen if framework is in_use else framework, ids, by_dataset, line)
    if name:
        raise CodingsError(
            f"'{strange[0]}' is not a value of {chosen.id}",
            where=project.name,
            remedy="Leave --framework out to have a framework made of its codes",
        )
    return _made(folder, project)


def _made(folder: Path, project: Project) -> _Values:
    """Write the project's codes as a framework of the study, unless this very one is there."""
    plain = codebook.identity(project.name) or "codes"
    shipped = {each.id for each in shipped_frameworks()}
    home = folder / "frameworks"
    for identity in (plain, *(f"{plain}-{number}" for number in range(2, 1_000))):
        made, ids = codebook.framework(project, identity)
        path = home / f"{identity}.yaml"
        if identity in shipped or (path.exists() and digest(versions.from_file(folder, identity)) != digest(made)):
            continue
        if not path.exists():
            home.mkdir(exist_ok=True)
            put_whole(path, to_yaml(made, None).encode())
        counts = f"{several(len(made.layers), 'layer')} and {several(len(made.values), 'value')}"
        line = f"Its codes are the framework {identity}: {counts} ({path})."
        return _Values(versions.from_file(folder, identity), ids, by_dataset=False, line=line)
    raise CodingsError(f"the study has a thousand frameworks called '{plain}'", where=project.name)


def _read(folder: Path, file: Path, project: Project, values: _Values, dataset: str) -> tuple[str, ...]:
    """Read the documents that the study does not hold, as a run would; return what was wrong with some."""
    with Store(folder).session("an import") as database:
        study = CodedStudy(database, values.framework, by_dataset=values.by_dataset)
    path = file.resolve()
    shelf = Shelf(study.sources, study.texts)
    new = [path / name for name, each in texts(project).items() if not shelf.home(_names(path / name, each), each)]
    problems: list[str] = []
    for into, paths in (parted(folder, new, None, dataset)[0] if new else {}).items():
        with tempfile.TemporaryDirectory() as place:
            sheet = Path(place) / "attributes.csv"
            rows = _attributes(project, paths)
            sheet.write_bytes(attributes.sheet(rows))
            said = {"attributes": str(sheet)} if rows else {}
            run = begin(folder, paths, dataset=into, framework=values.framework.id, **said)
            problems += tag(run, stages=TO_PASSAGES).problems
    return tuple(problems)


def _names(path: Path, document: Document) -> tuple[str, str]:
    """Return the names under which the study may know a document."""
    return source(path), document.name


def _attributes(project: Project, paths: tuple[Path, ...]) -> list[Attributes]:
    """Make the rows of a sheet of what the project knows of its documents."""
    documents = texts(project)
    rows = []
    for number, path in enumerate(paths, start=2):
        document = documents[path.name]
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

    def __init__(self, database: Readable, project: Project, study: CodedStudy) -> None:
        self._names: dict[str, str] = {}
        self._known: set[tuple[str, Span, str, str]] = set()
        # A transcript's id says that it was exported here: no other study has the same.
        if any(document.name in study.texts for document in project.documents):
            self._names = {str(letter): str(name) for letter, name in database.rows("SELECT letter, name FROM readers")}
            for one in held(database):
                place = trimmed((one.start, one.end), study.texts[one.transcript_id])
                self._known.add((one.transcript_id, place, one.value_id or "", one.letter))

    def name(self, coder: str) -> str:
        """Return the name of the reader whom a project knows by a letter."""
        return self._names.get(coder, coder)

    def holds(self, transcript_id: str, place: Span, value_id: str, coder: str) -> bool:
        """Say whether the study holds this very coding of its own."""
        return (transcript_id, place, value_id, coder) in self._known


def _rows(
    file: Path,
    project: Project,
    values: _Values,
    study: CodedStudy,
    known: Mapping[str, str],
    own: _Own,
    fates: _Fates,
) -> Iterator[CodedRow]:
    """Yield the codings as rows with their places in the study's transcripts, and keep account of the others."""
    named = {document.key: name for name, document in texts(project).items()}
    shelf = Shelf(known, study.texts)
    number = 0
    for document in project.documents:
        fates.lost += [f"{document.name}, {why}" for why in document.lost]
        path = file.resolve() / named.get(document.key, "")
        home = shelf.home(_names(path, document), document) if document.codings else None
        for coding in document.codings:
            place = f"{document.name}, characters {coding.start} to {coding.end}"
            if coding.coder == MODEL:
                fates.suggestions += 1
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
                _count(fates, moved=coding.moved, same=carried.same)
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


def _count(fates: _Fates, *, moved: bool, same: bool) -> None:
    fates.moved += moved
    fates.exact += same and not moved
    fates.without += not same and not moved


def _described(file: Path, project: Project, values: _Values) -> Iterator[str]:
    people = {coding.coder for each in project.documents for coding in each.codings} - {MODEL}
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
    if fates.whole:
        yield f"{several(fates.whole, 'text was', 'texts were')} read whole: what was not marked in them is a no."
    if fates.ours:
        yield f"{several(len(fates.ours), 'coding is', 'codings are')} in the study already, which the project is from."
    if fates.suggestions:
        yield f"{several(fates.suggestions, 'coding is', 'codings are')} suggestions of a model, and were left out."
    yield from project.remarks
    if project.lost:
        yield f"There is no place here for: {', '.join(project.lost)}."


def _stored(matching: Matching, new: int, there: int) -> Iterator[str]:
    known = f"; {several(there, 'was there already', 'were there already')}" if there else ""
    if matching.codings:
        yield f"Stored {several(new, 'reading')} of passages{known}."
