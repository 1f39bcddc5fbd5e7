"""`tagger revisions`: what corrected files did to what people had read."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.files import handed_out
from tagger.cli.terminal import echo
from tagger.errors import UsageError
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.steps.revised import RevisedCoding, RevisedTranscript

_WIDTH = 90
_MOST_CHANGES = 3


@click.command()
@click.argument("transcript", default="")
@options.study
@click.option("--reader", default="", help="Only what one reader had read: a name, or a letter such as A.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write all of it as a table: .csv or .xlsx.",
)
def revisions(transcript: str, folder: Path, reader: str, output: Path | None) -> None:
    """Say what corrected files did to codings: which stayed, which moved, who reads what again."""
    from tagger.steps.revised import AGAIN, only, revised

    found = only(revised(folder), transcript, reader)
    if not found:
        echo("No transcript was corrected yet: each has one revision.")
        return
    echo("\n\n".join("\n".join(_lines(each)) for each in found))
    again = [coding for each in found for coding in each.codings if coding.became == AGAIN]
    echo(f"\n{_who(again)}")
    if output:
        _write(folder, found, output)
        echo(f"Wrote {output}. It holds people's words: keep it as safe as the study.")


def corrected(folder: Path, run_id: str) -> list[str]:
    """Say in a sentence for each transcript that a run read anew what became of its codings."""
    from tagger.steps.revised import revised

    where = f"--study {shlex.quote(str(folder))}"
    return [
        f"{each.source} is revision {each.revision} now. {_counted(each)}."
        + (f" See: tagger revisions {shlex.quote(each.source)} {where}" if each.codings else "")
        for each in revised(folder)
        if each.run_id == run_id
    ]


def _counted(transcript: RevisedTranscript) -> str:
    if not transcript.codings:
        return "Nobody had read it"
    told = ", ".join(f"{count} {became}" for became, count in transcript.counts.items())
    return f"{several(len(transcript.codings), 'coding')}: {told}"


def _lines(transcript: RevisedTranscript) -> Iterator[str]:
    from tagger.steps.revised import STAYED

    name = f"{transcript.dataset}, transcript {transcript.number}"
    yield f"{transcript.source} ({name}), revision {transcript.revision}"
    yield f"  {_counted(transcript)}"
    for became, codings in groupby(transcript.codings, key=lambda each: each.became):
        if became == STAYED:
            continue
        yield f"  {became}:"
        for _, same in groupby(codings, key=lambda each: (each.turn, each.excerpt_id)):
            yield from _place(list(same))


def _place(codings: Sequence[RevisedCoding]) -> Iterator[str]:
    """Say where an excerpt lies, who coded it, and which of its words changed."""
    one = codings[0]
    clock = "" if one.begins is None else f", {int(one.begins) // 60}:{int(one.begins) % 60:02}"
    readers = ", ".join(sorted({each.reader for each in codings}))
    yield f"    turn {one.turn} ({one.speaker}{clock}), read by {readers}: {_quoted(one.before)}"
    for was, now in one.changes[:_MOST_CHANGES]:
        yield f"      {_quoted(was) if was else 'put in'} {'is now ' if was and now else ''}" + (
            _quoted(now) if now else "was taken out"
        )
    if len(one.changes) > _MOST_CHANGES:
        yield f"      and {several(len(one.changes) - _MOST_CHANGES, 'more change')}"


def _quoted(words: str) -> str:
    return f"“{shorten(words, _WIDTH - 24, placeholder=' ...')}”"


def _who(again: Iterable[RevisedCoding]) -> str:
    often = Counter(each.reader for each in again)
    if not often:
        return "Nothing waits to be read again."
    told = ", ".join(f"{count} of {reader}" for reader, count in sorted(often.items()))
    return (
        f"{several(often.total(), 'coding waits', 'codings wait')} to be read again: {told}.\n"
        "The corrected words are new passages: readers find them in tagger review, under Find.\n"
        "A list for one reader alone: tagger revisions --reader A -o FILE"
    )


def _write(folder: Path, found: Iterable[RevisedTranscript], output: Path) -> None:
    from tagger.exchange.tables import write
    from tagger.steps.revised import as_table

    form = output.suffix.lower().removeprefix(".")
    if form not in ("csv", "xlsx"):
        raise UsageError("the table is a CSV file or a workbook", where=str(output), remedy="End it in .csv or .xlsx")
    handed_out(folder, "corrections", output, write(as_table(found), form, "revisions"))
