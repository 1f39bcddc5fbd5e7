"""A comparison as files: the page, and all of its numbers for those who compute further."""

from __future__ import annotations

from dataclasses import asdict

from tagger.report.document import Comparison
from tagger.report.files import as_json, numbers_as_csv, section_as_json, table_as_json
from tagger.report.page import comparison_page


def files(comparison: Comparison) -> dict[str, bytes]:
    """
    Return the files by name: the same bytes for the same comparison.

    comparison.html  the page
    comparison.json  the words, and every number with all of its fields; null where there is none
    comparison.csv   a row for each number, with the fields of `Number` as columns, and the program's version
    """
    return {
        "comparison.html": comparison_page(comparison),
        "comparison.json": in_json(comparison),
        "comparison.csv": numbers_as_csv(comparison.numbers, comparison.sources),
    }


def in_json(comparison: Comparison) -> bytes:
    """Return all of it as JSON."""
    return as_json({
        "title": comparison.title,
        "about": comparison.about,
        "headline": comparison.headline,
        "contexts": list(comparison.contexts),
        "glance": table_as_json(comparison.glance),
        "missing": list(comparison.missing),
        "sections": [
            section_as_json(section)
            | {
                "pyramids": [asdict(one) for one in section.pyramids],
                "meanings": [asdict(one) for one in section.meanings],
            }
            for section in comparison.sections
        ],
        "sources": [{"name": name, "version": version} for name, version in comparison.sources],
    })  # fmt: skip
