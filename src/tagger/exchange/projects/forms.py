"""The forms in which a project is written for other programs, and what each holds in another way, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tagger.exchange.projects import label_studio_writer, page_writer, refi_writer, taguette_writer, word_writer
from tagger.exchange.projects.records import Project


def _nothing(_: Project) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Form:
    """
    One form: how it is written, and what is said of it.

    `told` says in what way it holds what it has no place of its own for; `lost` yields what it does not hold. `beside`
    makes a second file that the program needs, which ends in `ending`. `codes_alone` holds no documents; without
    `notes`, what is said of a document as a whole is left out.
    """

    name: str
    write: Callable[[Project], bytes]
    told: str = ""
    lost: Callable[[Project], Iterable[str]] = _nothing
    beside: Callable[[Project], bytes] | None = None
    ending: str = ""
    codes_alone: bool = False
    notes: bool = True


FORMS = {
    "qdpx": Form("REFI-QDA", refi_writer.write, "How each reading was made stands in its comment."),
    "qdc": Form(
        "REFI-QDA",
        refi_writer.write_codes,
        "What counts, cues and examples stand in the descriptions. Ids, versions and sources of wordings stay here.",
        codes_alone=True,
    ),
    "taguette": Form(
        "Taguette",
        taguette_writer.write,
        "Who coded is a tag of its own, since Taguette shows no names. Layers stand in the descriptions of tags, "
        "participants and attributes in those of documents.",
        taguette_writer.lost,
    ),
    "label-studio": Form(
        "Label Studio",
        label_studio_writer.write,
        "Who coded is the choice 'coded_by' of each annotation, since Label Studio names whoever imports it. How each "
        "reading was made stands in the note of its region.",
        label_studio_writer.lost,
        label_studio_writer.configuration,
        ".labels.xml",
    ),
    "docx": Form(
        "A Word document",
        word_writer.write,
        "What each person found is a comment on its words. To bring codings back, take another form.",
        word_writer.lost,
        notes=False,
    ),
    "html": Form(
        "A page",
        page_writer.write,
        "What each person found stands below the line that it begins in, and how it was made. The page is for reading.",
        page_writer.lost,
        notes=False,
    ),
}
"""The forms by the words that choose them."""
