"""What is said before a text is read: notes by people, and topics that this machine guesses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from small_study import SmallStudy
from visitor import visitor

from tagger.errors import UsageError
from tagger.review import notes
from tagger.review.readers import add_reader
from tagger.store import Database, Store, serving

NOW = datetime(2026, 5, 4, 9, 30)


@pytest.fixture
def db(study: SmallStudy) -> Iterator[Database]:
    """Return a tagged study with two readers."""
    with Store(study.folder).session("a test") as database:
        add_reader(database, "wren", "Wren", NOW)
        add_reader(database, "imani", "Imani", NOW)
        yield database


def _first(db: Database, kind: str = "passage") -> tuple[str, str, int, int]:
    sql = """SELECT transcript, excerpt_id, start, "end" FROM excerpt_list
             WHERE kind = $kind ORDER BY transcript, start"""
    found: tuple[str, str, int, int] = db.rows(sql, {"kind": kind})[0]
    return found


def _with_words(db: Database, words: str) -> tuple[str, str]:
    sql = "SELECT transcript, excerpt_id FROM excerpt_list WHERE kind = 'passage' AND contains(text, $words)"
    [found] = db.rows(sql, {"words": words})
    return found[0], found[1]


def _noted(db: Database, transcript: str, excerpt: str, **said: Any) -> str:
    note_id = str(uuid4())
    notes.add(
        db,
        **{"note_id": note_id, "coder_id": "wren", "transcript_id": transcript, "excerpt_id": excerpt, "now": NOW}
        | said,
    )
    return note_id


def test_a_note_is_shown_before_its_passage_with_the_letter_of_who_wrote_it(db: Database) -> None:
    """A person is known to the others by a letter, in notes too."""
    transcript, excerpt, _, _ = _first(db)

    note_id = _noted(db, transcript, excerpt, note="  about\n losing a flat ", coder_id="imani")

    assert ((note_id, "about losing a flat", "Reader A"),) == notes.before(db, transcript, excerpt).by_people


def test_a_note_on_a_passage_is_not_shown_before_another(db: Database) -> None:
    """What one passage touches on says nothing about the next."""
    transcript, excerpt, _, end = _first(db)
    sql = "SELECT excerpt_id FROM excerpt_list WHERE transcript = $id AND kind = 'passage' AND start >= $end"
    other = db.rows(sql, {"id": transcript, "end": end})[0][0]

    _noted(db, transcript, excerpt, note="about losing a flat")

    assert () == notes.before(db, transcript, other).by_people


def test_a_note_on_a_transcript_is_shown_before_all_of_it(db: Database) -> None:
    """Before the transcript, and before each passage in it."""
    transcript, excerpt, _, _ = _first(db)

    _noted(db, transcript, "", note="about a long winter")

    assert ["about a long winter"] == [note for _, note, _ in notes.before(db, transcript).by_people]
    assert ["about a long winter"] == [note for _, note, _ in notes.before(db, transcript, excerpt).by_people]


def test_a_note_on_a_passage_is_shown_before_an_exchange_that_holds_its_words(db: Database) -> None:
    """The same words are as hard in a longer excerpt."""
    transcript, exchange, start, end = _first(db, "exchange")
    sql = """SELECT excerpt_id FROM excerpt_list
             WHERE kind = 'passage' AND transcript = $id AND start < $end AND "end" > $start"""
    passage = db.rows(sql, {"id": transcript, "start": start, "end": end})[0][0]

    _noted(db, transcript, passage, note="about the stairs")

    assert ["about the stairs"] == [note for _, note, _ in notes.before(db, transcript, exchange).by_people]


def test_before_a_whole_transcript_all_its_notes_are_said(db: Database) -> None:
    """Those on all of it first; one on a passage says that it is about one place; those of other transcripts stay."""
    transcript, excerpt, _, _ = _first(db)
    sql = "SELECT transcript, excerpt_id FROM excerpt_list WHERE kind = 'passage' AND transcript <> $id LIMIT 1"
    elsewhere = db.rows(sql, {"id": transcript})[0]
    on_passage = _noted(db, transcript, excerpt, note="about losing a flat", coder_id="imani")
    on_all = _noted(db, transcript, "", note="about a long winter")
    _noted(db, *elsewhere, note="about the stairs")

    found = notes.of_transcript(db, transcript)

    assert (
        (on_all, "about a long winter", "Reader B"),
        (on_passage, "about losing a flat (at one place)", "Reader A"),
    ) == found.by_people
    assert notes.before(db, transcript).topics == found.topics


def test_the_page_of_a_transcript_says_them_before_the_text(study: SmallStudy) -> None:
    """Whoever opens a whole transcript is told what people noted on any passage of it."""
    with Store(study.folder).session("a test") as database:
        add_reader(database, "wren", "Wren", NOW)
        transcript, excerpt, _, _ = _first(database)
        _noted(database, transcript, excerpt, note="about losing a flat")
    with serving(study.folder, "http://127.0.0.1") as owner, visitor(owner, study) as browser:
        page = browser.get(f"/transcript/{transcript}").text

    assert 0 < page.find("about losing a flat (at one place)") < page.find('<div class="transcript')


def test_the_same_form_sent_twice_is_one_note(db: Database) -> None:
    """The id that the browser made tells a retry from a second note."""
    transcript, excerpt, _, _ = _first(db)
    note_id = _noted(db, transcript, excerpt, note="about a flat")

    _noted(db, transcript, excerpt, note="about a flat", note_id=note_id)

    assert 1 == len(notes.before(db, transcript, excerpt).by_people)


def test_a_note_taken_away_is_not_shown_and_not_deleted(db: Database) -> None:
    """Anybody may take a note away, twice too; both rows stay in the file."""
    transcript, excerpt, _, _ = _first(db)
    note_id = _noted(db, transcript, excerpt, note="about a flat")

    notes.remove(db, note_id=note_id, coder_id="imani", now=NOW)
    notes.remove(db, note_id=note_id, coder_id="wren", now=NOW)

    assert () == notes.before(db, transcript, excerpt).by_people
    assert [("imani",)] == db.rows(
        "SELECT r.coder_id FROM content_notes n JOIN content_note_removals r ON r.note_id = n.id"
    )


@pytest.mark.parametrize(
    "said",
    [
        {"note": " \n "},
        {"note": "x" * 201},
        {"note": "about a flat", "excerpt_id": "elsewhere"},
        {"note": "about a flat", "transcript_id": "elsewhere"},
        {"note": "about a flat", "note_id": "7"},
    ],
)
def test_what_cannot_be_noted_is_refused(db: Database, said: dict[str, str]) -> None:
    """An empty or endless note, or one about something that is not there, is refused with what to do instead."""
    transcript, excerpt, _, _ = _first(db)

    with pytest.raises(UsageError) as refused:
        _noted(db, transcript, excerpt, **said)

    assert refused.value.remedy
    assert [(0,)] == db.rows("SELECT count(*) FROM content_notes")


@pytest.mark.parametrize("note_id", ["7", "5035ebc7-ddf2-4a55-a70a-9a739539ffae"])
def test_a_note_that_is_not_there_cannot_be_taken_away(db: Database, note_id: str) -> None:
    """It is said, and nothing happens."""
    with pytest.raises(UsageError):
        notes.remove(db, note_id=note_id, coder_id="wren", now=NOW)


def test_topics_are_guessed_from_the_passage_and_the_turns_beside_it(study: SmallStudy) -> None:
    """What is on the page is looked at; what lies three turns away is not."""
    study.edit("evening.vtt", "It was a bad one, to be honest.", "My brother died on Monday.")
    study.run()
    with Store(study.folder).session("a test") as database:
        transcript, itself = _with_words(database, "My brother died")
        _, beside = _with_words(database, "in the spring, with the phone")
        _, away = _with_words(database, "because Mondays are mine")

        found = [notes.before(database, transcript, excerpt).topics for excerpt in (itself, beside, away, "")]

    assert [("death or grief",), ("death or grief",), (), ("death or grief",)] == found


def test_an_easy_passage_has_nothing_before_it(db: Database) -> None:
    """Where nobody noted anything and no word was found, there is nothing to show."""
    transcript, excerpt = _with_words(db, "Honestly, only the toilet")

    assert not notes.before(db, transcript, excerpt)
