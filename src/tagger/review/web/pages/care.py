"""Care for those who read: what a text touches on, a quiet page, and how each person likes to read."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response
from starlette.routing import Route

from tagger.care import MODESTY
from tagger.errors import TranscriptError, UsageError
from tagger.review import notes
from tagger.review.readers import (
    ACTS,
    DEFAULT_KEYS,
    LONGEST_REST,
    TEXT_SIZES,
    THEMES,
    Preferences,
    set_preferences,
)
from tagger.review.web.site import local, split
from tagger.review.web.visit import Form, Visit, now, page, posted
from tagger.transcripts.decoding import decode

FROM_THE_TEAM = "care.txt"
"""The file in the study's folder with the team's own words for a hard moment, such as whom to talk to."""

_LONGEST_WORDS = 10_000


def show_notes(visit: Visit) -> Response:
    """Show what is said before a text, to add to it or to take something away."""
    place = {name: visit.query.get(name, "") for name in ("transcript", "excerpt")}
    found = visit.read(lambda db: notes.before(db, place["transcript"], place["excerpt"]))
    onward = local(visit.query.get("back", "/"))
    return visit.render(
        "notes.html", notes=found, place=place, onward=onward, longest=notes.LONGEST_NOTE, modesty=MODESTY
    )


def add_note(visit: Visit, form: Form) -> Response:
    """Note what a text touches on, and go back to where one was."""
    time, coder_id = now(), visit.reader.id
    visit.write(
        lambda db: notes.add(
            db,
            note_id=form.id,
            coder_id=coder_id,
            transcript_id=form.text("transcript"),
            excerpt_id=form.text("excerpt"),
            note=form.text("note"),
            now=time,
        )
    )
    return visit.back(form.text("back", "/"), said="Thank you. This is said before the text from now on.")


def remove_note(visit: Visit, form: Form) -> Response:
    """Take a note away, and go back to where one was."""
    time, coder_id = now(), visit.reader.id
    visit.write(lambda db: notes.remove(db, note_id=form.text("note"), coder_id=coder_id, now=time))
    return visit.back(form.text("back", "/"), said="The note is taken away.")


def pause(visit: Visit) -> Response:
    """Show a quiet page with a way back."""
    return visit.render("pause.html", onward=_came_from(visit), paragraphs=team_words(visit.folder))


def show_preferences(visit: Visit) -> Response:
    """Show how this person likes to read."""
    return _preferences_page(visit, _as_written(visit.preferences))


def change_preferences(visit: Visit, form: Form) -> Response:
    """Change how this person likes to read; what cannot be is said beside what was written."""
    written = {name: form.text(name, before) for name, before in _as_written(visit.preferences).items()}
    if form.text("usual") == "keys":
        written |= {f"key:{act}": key for act, key in DEFAULT_KEYS.items()}
    time, coder_id = now(), visit.reader.id
    try:
        visit.write(lambda db: set_preferences(db, coder_id, written, time))
    except UsageError as error:
        return _preferences_page(visit, written, trouble=str(error), status=400)
    return visit.back("/preferences", said="Saved.")


def team_words(folder: Path) -> list[list[str]]:
    """Return what the team wrote for a hard moment, as paragraphs of lines; nothing if there is no such file."""
    try:
        data = (folder / FROM_THE_TEAM).read_bytes()
        text = decode(data, FROM_THE_TEAM).text if data else ""
    except (OSError, TranscriptError):
        # A page to rest on does not fail over a file that is not there or cannot be read.
        return []
    paragraphs = (part.strip().splitlines() for part in text[:_LONGEST_WORDS].split("\n\n"))
    return [lines for lines in paragraphs if lines]


def _came_from(visit: Visit) -> str:
    """Return the page of ours from which somebody came here, or the first one."""
    parts = split(visit.request.headers.get("referer", ""))
    if parts.netloc != visit.request.headers.get("host") or parts.path in ("/pause", "/who", "/sign-in"):
        return "/"
    return local(parts.path + (f"?{parts.query}" if parts.query else ""))


def _as_written(likes: Preferences) -> dict[str, str]:
    switches = {
        "theme": likes.theme,
        "text_size": likes.text_size,
        "rest_after": str(likes.rest_after),
        "shortcuts": "on" if likes.shortcuts else "off",
    }
    return switches | {f"key:{act}": key for act, key in likes.keyboard.items()}


def _preferences_page(visit: Visit, written: dict[str, str], trouble: str = "", status: int = 200) -> Response:
    return visit.render(
        "preferences.html",
        status,
        written=written,
        trouble=trouble,
        acts=ACTS,
        themes=THEMES,
        text_sizes=TEXT_SIZES,
        longest_rest=LONGEST_REST,
    )


routes = [
    Route("/notes", page(show_notes)),
    Route("/notes", posted(add_note), methods=["POST"]),
    Route("/notes/remove", posted(remove_note), methods=["POST"]),
    Route("/pause", page(pause)),
    Route("/preferences", page(show_preferences)),
    Route("/preferences", posted(change_preferences), methods=["POST"]),
]
