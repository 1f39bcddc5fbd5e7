"""How far the passages are that several people are to read, in words for all and never by person."""

from __future__ import annotations

import pytest
from desk import lasting, tried
from serving import served
from visitor import visitor

from tagger.config import ReviewSettings
from tagger.review.hand_over import hand_over
from tagger.review.servings import prepare
from tagger.steps.several import Several, read_by_several
from tagger.store import serving

ALL_BY_THREE = ReviewSettings(double_share=1.0, readers=3)


@pytest.fixture
def desk(open_study):
    """Return a desk with two readers, where three are wanted for every passage."""
    with tried(open_study) as desk:
        begun(desk)
        yield desk


def begun(desk):
    """Let two people join where three are wanted for every passage."""
    for name in ("Ann", "Ben"):
        desk.reader(name)
        prepare(desk.db, name, "general", ALL_BY_THREE, 1, desk.tick())


def count(desk, *, everything=True):
    """Count the passages that several people are to read."""
    return read_by_several(desk.db, everything=everything)


def test_before_anything_was_drawn_nothing_is_said(open_study):
    """Nobody has come yet, and no passage is for several people."""
    with tried(open_study) as desk:
        assert () == count(desk).words


def test_all_of_them_wait_and_one_person_is_missing(desk):
    """Where three are wanted and two are here, that is said; a third one is enough."""
    passages = desk.one("SELECT count(*) FROM excerpt_list WHERE kind = 'passage'")
    assert Several(passages, 0, passages, 3, 2) == count(desk)
    assert (
        f"{passages} passages are to be read by several people. Read by all that are wanted: 0. "
        f"Waiting for another reader: {passages}.",
        f"3 people are wanted for {passages} passages, and only 2 read here.",
    ) == count(desk).words

    desk.reader("Cat")

    assert (0, 3) == (count(desk).short, count(desk).here)
    assert 1 == len(count(desk).words)


def test_readings_count_and_skips_do_not(desk):
    """What three have read is read, also by somebody who left since; one that somebody skipped waits."""
    desk.reader("Cat")
    read, skipped = (desk.excerpt(words) for words in ("The toilet.", "one wet Tuesday"))
    for name in ("Ann", "Ben", "Cat"):
        desk.decide(desk.serve(name, read), "unsure")
    for name, act in (("Ann", "nothing here"), ("Ben", "nothing here"), ("Cat", "skip")):
        desk.decide(desk.serve(name, skipped), act)
    assert (1, 0) == (count(desk).read, count(desk).short)

    hand_over(desk.db, "Ann", (), "00000000-0000-4000-8000-000000000000", desk.tick())

    found = count(desk)
    assert (1, 2) == (found.read, found.here)
    # Ann has read both, so that only the others are short of a person.
    assert found.passages - 2 == found.short


def test_where_only_suggested_passages_are_handed_out_the_others_are_not_counted(desk):
    """They come to those alone who drew them."""
    suggested = desk.one("SELECT count(DISTINCT excerpt_id) FROM suggestion_list WHERE kind = 'passage'")

    assert suggested == count(desk, everything=False).passages < count(desk).passages


def test_somebody_alone_is_told_so():
    """One reads, or nobody."""
    assert "3 people are wanted for 1 passage, and only 1 reads here." == Several(1, 0, 1, 3, 1).words[1]
    assert "3 people are wanted for 1 passage, and nobody reads here." == Several(1, 0, 1, 3, 0).words[1]


def test_status_and_the_page_say_it(study, tagger):
    """In the same words, while the study is served too; as JSON by numbers."""
    study.set('read = "all"')
    with lasting(study) as desk:
        begun(desk)
        words = count(desk).words
    before = tagger("status", "--study", study.folder).out
    with served(study.folder):
        during = tagger("status", "--study", study.folder).out
    with serving(study.folder, "http://127.0.0.1") as owner:
        client = visitor(owner, study)
        client.post("/who", data={"reader": "Ann"})
        page = client.get("/progress").text

    assert set(words) <= set(before.splitlines())
    assert before == during
    assert f"<p>{' '.join(words)}</p>" in page
    assert '"short": ' in tagger("status", "--study", study.folder, "--json").out


def test_the_count_does_not_tell_what_is_suggested_where_its_viewer_reads_blind(desk):
    """It is the same with and without suggestions on those passages, and has them once they are read."""
    [suggested] = desk.ask("SELECT min(excerpt_id) AS excerpt_id FROM suggestion_list WHERE kind = 'passage'")
    excerpt, reader = suggested["excerpt_id"], desk.ask("SELECT min(coder_id) AS id FROM readers_here")[0]["id"]
    serving_of = desk.blind(reader, excerpt)

    def told(viewer):
        return read_by_several(desk.db, everything=False, viewer=viewer).passages

    hidden = desk.one(
        "SELECT count(DISTINCT w.excerpt_id) FROM waiting_blind w "
        "SEMI JOIN suggestions s ON s.excerpt_id = w.excerpt_id WHERE w.coder_id = $reader",
        reader=reader,
    )
    assert told("") == told(reader) + hidden
    before = told(reader)
    desk.decide(serving_of, "done")
    assert before + 1 == told(reader)
    desk.db.run("DELETE FROM suggestions WHERE excerpt_id = $excerpt", {"excerpt": excerpt})
    assert before == told(reader)
