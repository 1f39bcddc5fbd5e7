"""The history of one excerpt, in sentences."""

from __future__ import annotations

from uuid import uuid4

import pytest
from desk import AT_ONCE, lasting

from tagger.errors import UsageError
from tagger.review import notes
from tagger.steps.history import history

SUGGESTED = "SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage' ORDER BY text LIMIT 1"


def days(found):
    """Return what is told, without the days."""
    return [line.split("  ", 1)[1] for line in found.lines]


@pytest.fixture(name="excerpt")
def _excerpt(study):
    """Have Ann and Ben read a passage, and return its id."""
    with lasting(study) as desk:
        excerpt = desk.one(SUGGESTED)
        for reader in ("Ann", "Ben"):
            desk.reader(reader)
        served = desk.blind("Ann", excerpt)
        desk.decide(served, "memo", note="something that is mine")
        desk.decide(served, "done", {"choice": "yes"})
        desk.drawn("Ben", excerpt, arm="assisted")
        served = desk.serve("Ben", excerpt)
        desk.show("Ben", excerpt, review=AT_ONCE)
        desk.decide(served, "nothing here")
        desk.undo("Ben")
        desk.decide(served, "something not on our list", note="what it is")
        transcript = desk.one("SELECT transcript_id FROM excerpts WHERE id = $id", id=excerpt)
        notes.add(desk.db, note_id=str(uuid4()), transcript_id=transcript, excerpt_id=excerpt, coder_id="Ann",
                  note="loss", now=desk.tick())  # fmt: skip
        identity = str(uuid4())
        proposal = {"about": "coding", "about_id": excerpt, "round": 1, "coder_id": "Ann", "outcome": "nothing here"}
        desk.add("proposals", id=identity, framework_id=served.framework_id, reason="r", proposed_at=desk.tick(),
                 **proposal)  # fmt: skip
        desk.add("positions", id=str(uuid4()), coder_id="Ben", about="coding", about_id=identity,
                 position="can live with", reason=None, stated_at=desk.tick())  # fmt: skip
    return excerpt


def test_it_says_who_did_what_in_order(study, excerpt):
    """Under letters, by the day, with nothing of what notes and reasons say."""
    found = history(study.folder, excerpt)

    told = days(found)
    shown = [line for line in told if "was shown" in line]
    assert ("", 1) == (found.held_back, found.where.count("general, transcript "))
    assert found.text[:40] == study.one("SELECT text FROM excerpts WHERE id = $id", id=excerpt)[:40]
    assert 1 == len(shown)
    assert "It was read out of a file, as a part of revision 1." in told
    assert [
        "Reader A was given it to read without suggestions.",
        "Reader A wrote a note.",
        "Reader A read it to the end, without suggestions, and held: Choice.",
        "Reader B was given it to read.",
        *shown,
        "Reader B read it to the end, with suggestions, and found nothing of the list.",
        "Reader B took back what they did last.",
        "Reader B found something that is not on the list.",
        "Reader A noted what it may touch on, for whoever reads it next.",
        "Reader A proposed to the others to say together: nothing here.",
        "Reader B said of the proposal: can live with.",
    ] == [line for line in told if "read out of a file" not in line]
    assert all(line.startswith("05 January 2026  ") for line in found.lines if "read out of a file" not in line)
    words = " ".join(told)
    assert not [word for word in ("mine", "what it is", "loss", "Ann", "Ben") if word in words]


def test_what_others_held_is_left_out_while_somebody_is_to_read_it_blind(study, excerpt):
    """It says that they did something, and for whose sake it does not say what."""
    with lasting(study) as desk:
        desk.reader("Cy")
        desk.blind("Cy", excerpt)

    found = history(study.folder, excerpt)

    letter = study.one("SELECT letter FROM readers WHERE name = 'Cy'")
    assert found.held_back.startswith(f"{letter} will read it without seeing anything.")
    assert "Reader A said something of it." in days(found)
    assert not [line for line in found.lines if "Choice" in line or "nothing" in line or "not on the list" in line]


def test_words_that_may_not_be_quoted_are_not(study, excerpt, tagger):
    """What was done with them is told all the same."""
    who = study.one("SELECT participant FROM excerpt_list WHERE excerpt_id = $id", id=excerpt)
    assert 0 == tagger("permissions", who, "--quote", "no", "--study", study.folder).code

    said = tagger("history", excerpt, "--study", study.folder)

    assert 0 == said.code
    assert study.one("SELECT text FROM excerpts WHERE id = $id", id=excerpt)[:40] not in said.out
    assert "(may not be quoted)\n" in said.out
    assert "Reader A wrote a note." in said.out


def test_a_coding_from_elsewhere_is_told(coded):
    """With how it was made."""
    excerpt = coded.ask("SELECT x.excerpt_id FROM codings x JOIN coding_answers a ON a.coding_id = x.id "
                        "WHERE a.answer = 'yes' ORDER BY x.excerpt_id LIMIT 1")[0]["excerpt_id"]  # fmt: skip
    assert [line for line in days(history(coded.folder, excerpt)) if line.startswith("A reading by Reader ")]


def test_an_id_that_is_none_is_said_to_be(study):
    """With where ids stand."""
    with pytest.raises(UsageError, match="there is no excerpt with this id"):
        history(study.folder, "nothing")
