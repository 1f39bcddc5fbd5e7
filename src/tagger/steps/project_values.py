"""What the codes of a project mean in a study: values of a framework that it knows, or of one that is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tagger.config import load_settings
from tagger.errors import CodingsError
from tagger.exchange.codings import closest, ids_by_name, simple
from tagger.exchange.projects import codebook
from tagger.exchange.projects.records import NO_PERSON, Project
from tagger.frameworks import digest, shipped_frameworks, to_yaml
from tagger.records import Framework
from tagger.steps import versions
from tagger.steps.imported import CodedStudy
from tagger.store import Store
from tagger.whole_files import put_whole
from tagger.wording import several

LONGEST_SHOWN = 60


@dataclass(frozen=True)
class ProjectValues:
    """
    What the codes of a project mean here: a framework, and the id of the value of each code, by the code's key.

    Of codes that are no values, `strange` says so.
    """

    framework: Framework
    ids: Mapping[str, str]
    by_dataset: bool
    line: str
    strange: Mapping[str, str] = field(default_factory=dict)


def find(folder: Path, project: Project, name: str) -> ProjectValues:
    """
    Find the values that the project's codes are, or make a framework of them.

    Args:
        name: the framework that they must be values of; empty for the one in use that knows all of them, or a new one.

    Raises:
        CodingsError: A code is no value of that framework, or not one comment names a value.
    """
    codings = [coding for each in project.documents for coding in each.codings]
    used = {coding.code for coding in codings if coding.code and coding.coder not in NO_PERSON}
    names = {code.key: code.name for code in project.codes if code.key in used or (not used and code.codable)}
    chosen = versions.version(folder, name or load_settings(folder).study.framework)
    with Store(folder).session("an import") as database:
        in_use = CodedStudy(database, chosen, by_dataset=not name).all_values()
        others = () if name else versions.held(database)
    if project.commented:
        return _said(project, chosen, in_use, by_dataset=not name)
    for framework in (in_use, *others):
        known = ids_by_name(framework)
        strange = [each for each in names.values() if simple(each) not in known]
        if not strange:
            ids = {key: known[simple(each)] for key, each in names.items()}
            line = f"Its codes are values of {framework.id} {framework.version}."
            by_dataset = framework is in_use and not name
            return ProjectValues(chosen if framework is in_use else framework, ids, by_dataset, line)
    if name:
        raise CodingsError(
            f"'{strange[0]}' is not a value of {chosen.id}",
            where=project.name,
            remedy="Leave --framework out to have a framework made of its codes",
        )
    return _made(folder, project)


def _said(project: Project, chosen: Framework, in_use: Framework, *, by_dataset: bool) -> ProjectValues:
    """Find the values that people named in comments; words that name none are no reason to make a framework of them."""
    known = ids_by_name(in_use)
    ids = {code.key: known[simple(code.name)] for code in project.codes if simple(code.name) in known}
    names = ", ".join(value.name for value in in_use.values)
    if not ids:
        remedy = f"Its values are {names}; name the one that was coded with: --framework NAME"
        raise CodingsError(f"Not one comment names a value of {chosen.id}", where=project.name, remedy=remedy)
    strange = {}
    for code in project.codes:
        if code.key not in ids:
            near_by = closest(code.name, in_use)
            hint = f" (the nearest is '{near_by}')" if near_by else ""
            strange[code.key] = f"'{code.name[:LONGEST_SHOWN]}' is not a value of {chosen.id}{hint}"
    return ProjectValues(chosen, ids, by_dataset, f"Its comments name values of {chosen.id} {chosen.version}.", strange)


def _made(folder: Path, project: Project) -> ProjectValues:
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
        return ProjectValues(versions.from_file(folder, identity), ids, by_dataset=False, line=line)
    raise CodingsError(f"the study has a thousand frameworks called '{plain}'", where=project.name)
