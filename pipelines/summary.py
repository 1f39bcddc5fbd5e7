"""What a flow did, as a page for Prefect's dashboard."""

from __future__ import annotations

from pathlib import Path

from tagger.report.document import Comparison, Number, Report, shown
from tagger.steps import Summary
from tagger.steps.from_review import Lessons


def in_markdown(summary: Summary) -> str:
    """Write a run's summary as Markdown: counts, then what was not read, then notes. No words of a transcript."""
    rows = "\n".join(f"| {name} | {count} |" for name, count in summary.counts.items())
    sections = [
        f"# {summary.run.dataset}: {summary.rows} rows added in {summary.seconds:.0f} s",
        f"| what | how many |\n|---|---|\n{rows}" if rows else "Nothing new, nothing changed.",
        _listed("Not read", summary.problems),
        _listed("Notes", summary.notes),
    ]
    return "\n\n".join(section for section in sections if section)


def learning_in_markdown(lessons: Lessons) -> str:
    """Write what was learned as Markdown: what was refused and why, and the runs that suggested anew."""
    refused = tuple(lesson.refused for lesson in lessons.lessons if lesson.refused)
    runs = [in_markdown(summary) for lesson in lessons.lessons for summary in lesson.summaries]
    return "\n\n".join([*runs, *([_listed("Not learned", refused)] if refused else [])])


def agreement_in_markdown(report: Report, page: Path) -> str:
    """Write the first screen of a report on agreement as Markdown. No words of a transcript, and no names."""
    rows = "\n".join(
        f"| {row.value} | {_with_n(row.people)} | {_with_n(row.model)} | {row.words} |" for row in report.summary
    )
    head = "| value | people with people | model with people | in words |\n|---|---|---|---|"
    sections = [
        f"# {report.title}",
        report.headline,
        f"{head}\n{rows}" if rows else "",
        f"Krippendorff's alpha with 95% intervals; {report.source}. The whole report: `{page}`",
    ]
    return "\n\n".join(section for section in sections if section)


def comparison_in_markdown(made: Comparison, page: Path) -> str:
    """Write the first table of a comparison of contexts as Markdown. No words of a transcript, and no names."""
    head, *rows = (f"| {' | '.join(cells)} |" for cells in (made.glance.head, *made.glance.rows))
    table = "\n".join([head, "|---" * len(made.glance.head) + "|", *rows])
    sections = [
        f"# {made.title}",
        made.headline,
        table if rows else "",
        f"{made.glance.caption}. {made.glance.note} Nothing is ranked. The whole comparison: `{page}`",
        _listed("Not comparable", made.missing),
    ]
    return "\n\n".join(section for section in sections if section)


def _with_n(number: Number | None) -> str:
    return f"{shown(number)} (n = {number.n}, {number.transcripts} transcripts)" if number else shown(number)


def _listed(title: str, lines: tuple[str, ...]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""
