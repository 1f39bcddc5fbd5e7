"""`tagger import`, `tagger export` and `tagger exemplars`: tables in and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.files import handed_out, written
from tagger.cli.packs import bring_back
from tagger.cli.terminal import echo
from tagger.errors import UsageError
from tagger.records import Made
from tagger.wording import several

if TYPE_CHECKING:
    import pyarrow as pa

    from tagger.steps.project_export import Only
    from tagger.store import Readable

TABLES = ("csv", "xlsx", "jsonl", "parquet")
PROJECTS = ("qdpx", "qdc", "taguette", "label-studio", "docx", "html")
ARCHIVE = "archive"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@options.study
@click.option(
    "--made",
    type=click.Choice(["independently", "after-suggestions", "unknown"]),
    help="How the codings were made; only those made independently may be compared with the machine. A reading pack "
    "says so itself.",
)
@click.option("--framework", default="", help="What they were made with.  [default: what each dataset was tagged with]")
@click.option(
    "--dataset",
    default="",
    help="Where new documents of a project go.  [default: the study's only dataset, else 'interviews']",
)
@click.option("--coder", default="", help="Who coded what the file names nobody for.")
@click.option(
    "--instead", is_flag=True, help="The study holds this very table with another --made: what is said now counts."
)
def import_codings(
    file: Path, folder: Path, made: Made | None, framework: str, dataset: str, coder: str, *, instead: bool
) -> None:
    """
    Bring in manual codings: a table, a project of another program, a commented Word file, a pack filled in.

    An archive of a study becomes a study again, in a new folder: --study DIR.
    """
    from tagger.exchange.packs import is_pack
    from tagger.exchange.projects import is_project, read
    from tagger.steps.imported import Origin
    from tagger.steps.imports import import_codings as bring_in
    from tagger.steps.projects import import_project
    from tagger.steps.whole_study import restore_study
    from tagger.store.study_files import is_archive

    if is_archive(file):
        for line in restore_study(file, folder).lines:
            echo(line)
        echo(f"Next: tagger status --study {folder}")
        return
    data = file.read_bytes()
    if is_pack(data):
        lines = bring_back(folder, file, data)
    elif is_project(data, file.name):
        project = read(data, file.name)
        origin = Origin(file.name, data, _said(made) if project.documents else "unknown", instead, coder)
        lines = import_project(folder, file, project, origin, framework, dataset).lines
    else:
        lines = bring_in(folder, file, _said(made), framework, coder, instead=instead).lines
    for line in lines:
        echo(line)


def _said(made: Made | None) -> Made:
    """Return how codings were made, which somebody has to say."""
    if made is None:
        raise click.MissingParameter(param_type="option", param_hint="'--made'", ctx=click.get_current_context())
    return made


@click.command()
@options.study
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice((*TABLES, *PROJECTS, ARCHIVE)),
    help="A table; a project for another program, of which qdc is the list of codes alone; transcripts to read, with "
    "what was found in them (docx, html); or everything, to be kept or restored elsewhere.",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write."
)
@click.option("--include-unreviewed", is_flag=True, help="Also what no person has read yet; the first column says so.")
@click.option(
    "--what",
    type=click.Choice(["passages", "reflections", "coded-reflections", "consent", "list-changes", "emergent"]),
    default="passages",
    show_default=True,
    help="Passages of what participants said; reflections that those who read let be read, or passages of these once "
    "they are a dataset; what people proposed to say of passages together, or to change in the list of values: who "
    "consents, who objects and why; what they marked as not on the list, in groups.",
)
@click.option(
    "--only",
    type=click.Choice(["suggestions", "codings", "decisions", "positions", "blind"]),
    default=None,
    help="Of a project: the model's suggestions; people's codings; readings made here, with the suggestions that they "
    "answered; where people stand on what was proposed together; or codings made without suggestions.",
)
@click.option(
    "--framework",
    default="",
    metavar="NAME@VERSION",
    help="Of a project: what was made with this version of a framework.  [default: with any]",
)
def export(
    folder: Path, form: str, output: Path, include_unreviewed: bool, what: str, only: Only | None, framework: str
) -> None:
    """Write passages with suggestions and readings to a table, or a project for another program."""
    from tagger.steps.exports import export as table

    if form == ARCHIVE:
        _export_archive(folder, output, chosen=bool(only or framework or include_unreviewed or what != "passages"))
        return
    if form in PROJECTS:
        _export_project(folder, form, output, what, only=only, everything=include_unreviewed, framework=framework)
        return
    if only or framework:
        raise click.UsageError(
            f"A table holds counts of readings: --only and --framework are for {', '.join(PROJECTS)}."
        )
    if what == "reflections":
        _export_reflections(folder, form, output)
        return
    if what == "emergent":
        _export_emergent(folder, form, output)
        return
    if what not in ("passages", "coded-reflections"):
        _export_consent(folder, form, output, what)
        return
    data, n = table(folder, form, include_unreviewed=include_unreviewed, reflections=what == "coded-reflections")
    handed_out(folder, form, output, data)
    echo(f"Wrote {several(n, 'row')} to {output}.")
    if not n and not include_unreviewed:
        echo("Nobody has read anything yet. To see the suggestions: add --include-unreviewed")


def _export_reflections(folder: Path, form: str, output: Path) -> None:
    from tagger.review.reflections import readable

    n = _export_rows(folder, form, output, "reflections", readable, "what those who read let be read.")
    if form == "csv" and n:
        echo(f"To read and code it: tagger run {output} --dataset reflections --framework reflexive --study {folder}")


def _export_project(
    folder: Path, form: str, output: Path, what: str, *, only: Only | None, everything: bool, framework: str
) -> None:
    from tagger.exchange.projects.forms import FORMS
    from tagger.review.consent.table import for_projects
    from tagger.review.doors import up_to_date
    from tagger.steps.project_export import Choice, export_project

    if what != "passages":
        raise click.UsageError(f"A project holds passages: leave --what {what} out, or write it as a table.")
    with up_to_date(folder).session("a look at what was proposed") as study:
        proposed = for_projects(study, datetime.now(UTC).date())
    made = export_project(folder, form, Choice(everything, only or "", framework), proposed)
    handed_out(folder, form, output, made.data)
    echo(f"Wrote {output}: {made.lines[0]}")
    for line in made.lines[1:]:
        echo(line)
    if made.beside:
        beside = output.with_name(output.name + FORMS[form].ending)
        written(beside, made.beside)
        echo(f"Wrote {beside}: {FORMS[form].name} wants it before the file.")


def _export_archive(folder: Path, output: Path, *, chosen: bool) -> None:
    from tagger.steps.whole_study import pack_study

    if chosen:
        raise click.UsageError("An archive holds everything: leave the other options out.")
    from tagger.steps.exported import note

    moved = pack_study(folder, output)
    note(folder, ARCHIVE, output.name, now())
    echo(f"Wrote {output}: {moved.lines[0]}")
    for line in moved.lines[1:]:
        echo(line)
    echo("It has all that people said, and the keys of the study: keep it as safe as the study itself.")
    echo(f"To restore it: tagger import {output} --study NEW-FOLDER")


def _export_consent(folder: Path, form: str, output: Path, what: str) -> None:
    from tagger.review.consent.table import framework_table, table

    make, today = table if what == "consent" else framework_table, datetime.now(UTC).date()
    each = "one for each proposal and person."
    if not _export_rows(folder, form, output, what, lambda study: make(study, today), each):
        where = "Together" if what == "consent" else "The list"
        echo(f"Nobody has proposed anything yet. It is done in the browser, under {where}.")


def _export_emergent(folder: Path, form: str, output: Path) -> None:
    from tagger.steps.emergent import gathered, readings, table

    each = "one for each passage. Groups have numbers and no names."
    if not _export_rows(folder, form, output, "emergent", lambda study: table(gathered(study, readings(study))), each):
        echo("Nobody has marked anything as not on the list yet. It is done in the browser, while reading.")


def _export_rows(
    folder: Path, form: str, output: Path, what: str, make: Callable[[Readable], pa.Table], each: str
) -> int:
    """Write rows that are made of a study, say what *each* of them is, and return how many there are."""
    from tagger.exchange.tables import write
    from tagger.review.doors import up_to_date

    with up_to_date(folder).session("an export") as study:
        rows = make(study)
    handed_out(folder, form, output, write(rows, form, what))
    echo(f"Wrote {several(rows.num_rows, 'row')} to {output}: {each}")
    return int(rows.num_rows)


@click.command()
@options.study
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write: .xlsx for a workbook, .docx for a Word document, .html for a page.",
)
@click.option("--quotes", default=5, show_default=True, type=click.IntRange(1), help="At most so many for a cell.")
@click.option("--all", "everything", is_flag=True, help="All quotes.")
def exemplars(folder: Path, output: Path, quotes: int, everything: bool) -> None:
    """Write the exemplar table: for each value and dataset, quotes in which people found it."""
    from tagger.config import load_settings
    from tagger.review.exemplars import ALL, table
    from tagger.store import Store

    suffix = output.suffix.lower()
    if suffix not in (".xlsx", ".docx", ".html"):
        raise UsageError(
            "the table is a workbook, a Word document or a page",
            where=str(output),
            remedy="End it in .xlsx, .docx or .html",
        )
    settings = load_settings(folder)
    with Store(folder).session("an export") as study:
        made = table(study, per_cell=ALL if everything else quotes)
    name, today = settings.study.name, datetime.now(UTC).date()
    if suffix == ".xlsx":
        from tagger.review.exemplars import sheet

        data = sheet.write(made)
    elif suffix == ".docx":
        from tagger.review.exemplars import document

        data = document.write(made, name, today)
    else:
        from tagger.review.web.files import exemplars_page

        data = exemplars_page(made, name, today)
    handed_out(folder, "quotes", output, data)
    count = sum(len(cell.quotes) for cell in made.cells())
    echo(f"Wrote {several(count, 'quote')} to {output}. They are people's words: keep the file as safe as the study.")
