"""Tests of what participants allow: how it gets in, and that every way out obeys it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from desk import OWN_FIRST, lasting
from read_study import passages, read_by_two
from searched import places_in_files
from serving import served
from small_study import copied
from visitor import visitor

from tagger.errors import UsageError
from tagger.exchange.attributes import PermissionSaid, parse
from tagger.review import packs
from tagger.review.passages import HELD_BACK, in_transcript
from tagger.review.servings import Queue
from tagger.steps.permissions import permit, permitted
from tagger.store import serving

NOW = datetime(2026, 11, 30, 9)
THEIRS, CORRECTED = "I had never met anyone who knew", "wet Tuesday in March"
OTHERS, BARNABY = "nobody here is going to shout", "I sat on the stairs for an hour"
NO_QUOTE, NO_WORK = PermissionSaid(may_quote=False), PermissionSaid(may_process=False)


@pytest.fixture(scope="module")
def read_once(tagged, tmp_path_factory):
    """Return a study in which two people read everything and marked it all; it is copied and never changed."""
    study = read_by_two(copied(tagged, tmp_path_factory.mktemp("read")))
    with lasting(study) as desk:
        for excerpt in passages(desk):
            for reader in ("Ann", "Ben"):
                desk.decide(desk.blind(reader, excerpt), "done", {"choice": "yes", "common": "yes"})
                desk.decide(desk.blind(reader, excerpt), "something not on our list")
    study.edit("garden.txt", "one wet Tuesday in March", "a wet Tuesday in March")
    study.edit("evening.vtt", "with the phone", "with my phone")
    study.run()
    return study


@pytest.fixture(scope="module")
def silent(read_once, tmp_path_factory):
    """Return the study after the one in the garden said not to be quoted; tests write out of it."""
    study = copied(read_once, tmp_path_factory.mktemp("silent"))
    permit(study.folder, gardener(study), NO_QUOTE, NOW)
    return study


@pytest.fixture
def read(read_once, tmp_path):
    """Return a copy that a test may change."""
    return copied(read_once, tmp_path / "read")


def gardener(study):
    """Return who speaks in the garden."""
    return study.one(
        "SELECT min(participant_id) FROM live_turns WHERE transcript_id = $id", id=study.transcript("garden.txt")
    )


def cornelius(study):
    """Return who was frightened, in a recording with others."""
    return study.one(
        "SELECT min(t.participant_id) FROM live_turns t JOIN live_revisions r USING (revision_id) "
        'WHERE contains(substring(r.text, t.start + 1, t."end" - t.start), $words)',
        words="nobody here is going to",
    )


WAYS = {
    **{form: ("export", "--to", form, "-o", f"out.{form}", "--include-unreviewed")
       for form in ("csv", "xlsx", "jsonl", "parquet", "qdpx", "taguette", "label-studio", "docx", "html")},
    **{f"quotes.{form}": ("exemplars", "--all", "-o", f"out.{form}") for form in ("xlsx", "docx", "html")},
    "emergent": ("export", "--to", "csv", "--what", "emergent", "-o", "out.csv"),
    "corrections": ("revisions", "-o", "out.csv"),
}  # fmt: skip
"""Commands that write words of participants into files; those of consent and of comparisons have tests of their own."""


@pytest.mark.parametrize("way", WAYS)
def test_whoever_may_not_be_quoted_leaves_in_no_file(silent, tagger, tmp_path, monkeypatch, way):
    """And the others do; the study remembers that the file was written."""
    monkeypatch.chdir(tmp_path)

    ended = tagger(*WAYS[way], "--study", silent.folder)

    assert 0 == ended.code, ended.err
    found = places_in_files(tmp_path, (THEIRS, CORRECTED, "stairs" if way == "corrections" else OTHERS))
    assert set() == found.pop(THEIRS) | found.pop(CORRECTED)
    assert all(found.values())
    [noted] = silent.ask("SELECT file_name, datasets FROM exports ORDER BY made_at DESC LIMIT 1")
    assert ["general"] == noted["datasets"]
    assert (tmp_path / noted["file_name"]).exists()


@pytest.mark.parametrize("form", ["csv", "docx"])
def test_they_would_be_in_it_otherwise(read_once, tagger, tmp_path, monkeypatch, form):
    """The test above finds them where they are."""
    monkeypatch.chdir(tmp_path)

    assert 0 == tagger(*WAYS[form], "--study", read_once.folder).code

    assert places_in_files(tmp_path, (THEIRS,))[THEIRS]


def test_an_archive_holds_everything(silent, tagger, tmp_path):
    """It is the study, to be kept; it is noted, so that it can be named when somebody leaves."""
    assert 0 == tagger("export", "--to", "archive", "--study", silent.folder, "-o", tmp_path / "all.zip").code

    assert places_in_files(tmp_path, (THEIRS,))[THEIRS]
    assert 1 == silent.one("SELECT count(*) FROM exports WHERE kind = 'archive' AND file_name = 'all.zip'")


def test_words_that_may_not_be_worked_on_are_no_passages(read, tagger, tmp_path, monkeypatch):
    """They are not suggested, handed out, learned from, counted or written out; readings of them are kept."""
    who, garden = gardener(read), read.transcript("garden.txt")
    codings = read.one("SELECT count(*) FROM codings")
    permit(read.folder, who, NO_WORK, NOW)

    read.run()

    assert 0 == read.one("SELECT count(*) FROM live_excerpts WHERE transcript_id = $id", id=garden)
    assert 0 == read.one("SELECT count(*) FROM suggestion_list WHERE transcript = $id", id=garden)
    assert codings == read.one("SELECT count(*) FROM codings")
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    for way in ("csv", "qdpx", "html"):
        assert 0 == tagger(*WAYS[way], "--study", read.folder).code
    assert set() == places_in_files(tmp_path / "out", (THEIRS,))[THEIRS]
    permit(read.folder, who, PermissionSaid(may_process=True), NOW + timedelta(seconds=1))
    assert read.one("SELECT count(*) FROM live_excerpts WHERE transcript_id = $id", id=garden)


def test_words_that_may_not_be_worked_on_are_not_shown_beside_others(read):
    """Neither on a page nor in a pack."""
    permit(read.folder, cornelius(read), NO_WORK, NOW)

    with lasting(read) as desk:
        desk.reader("Cleo")
        around = in_transcript(desk.db, desk.excerpt(BARNABY), whole=True)
        [pack] = packs.make(desk.db, {str(uuid4()): "Cleo"}, Queue("general", read="all"), OWN_FIRST, n=50, seed=1,
                            now=desk.tick())  # fmt: skip

    shown = "".join(piece.text for turn in around.turns for piece in turn.pieces)
    assert HELD_BACK in shown
    assert "stairs" in shown
    assert "nearly stayed" not in shown
    assert "nearly stayed" not in repr(pack.passages)
    assert "stairs" in repr(pack.passages)


def test_words_that_may_not_be_worked_on_are_not_found(read):
    """Neither by their words, nor beside passages that are alike, nor in the transcript as it was said."""
    frightened = "nearly stayed"
    sql = "SELECT excerpt_id, transcript FROM excerpt_list WHERE kind = 'passage' AND contains(text, $words)"
    [row] = read.ask(sql, words=frightened)
    addresses = ("/browse", f"/browse?text={quote(THEIRS)}", f"/browse?text={quote(frightened)}",
                 f"/similar/{row['excerpt_id']}", *(f"/transcript/{each}" for each in
                                                   (row["transcript"], read.transcript("garden.txt"))))  # fmt: skip
    before = found_at(read, addresses)
    for who in (gardener(read), cornelius(read)):
        permit(read.folder, who, NO_WORK, NOW)
    after = found_at(read, addresses)

    assert all(any(words in page for page in before) for words in (THEIRS, frightened))
    shown = zip(addresses, after, strict=True)
    assert [] == [address for address, page in shown if THEIRS in page or frightened in page]
    assert any("stairs" in page for page in after)


def found_at(study, addresses):
    """Return pages as Ann sees them, without the words that she typed herself."""
    [row] = study.ask("SELECT id FROM coders WHERE name = 'Ann'")
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        browser = visitor(owner, study)
        browser.post("/who", data={"reader": row["id"]})
        pages = [browser.get(address) for address in addresses]
    return [re.sub(r'value="[^"]*"', "", page.text) for page in pages]


def test_a_preview_quotes_nobody_who_may_not_be_quoted(read, tagger):
    """Of a list by which a passage of theirs would be suggested."""
    path = read.folder / "frameworks/small.yaml"
    text = path.read_text("utf-8").replace('version: "1.0"', 'version: "1.1"')
    path.write_text(
        text.replace("laughing out loud about the night shift", "a mug handed over by a garden gate"), "utf-8"
    )
    look = ("framework", "preview", "small", "--study", read.folder)
    assert "say that I was frightened" in " ".join(tagger(*look).out.split())

    permit(read.folder, cornelius(read), NO_QUOTE, NOW)

    assert "say that I was frightened" not in " ".join(tagger(*look).out.split())


def test_a_question_is_not_what_somebody_else_said(read):
    """Words that may not be worked on are held back, and are not taken for those of who asks."""
    permit(read.folder, gardener(read), NO_WORK, NOW)

    asks = "SELECT count(*) FROM live_turns WHERE transcript_id = $id AND asks"
    assert 4 == read.one(asks, id=read.transcript("garden.txt"))


def test_the_sheet_says_what_is_allowed(study):
    """What it does not say stays as it was; a day is taken away by -; said again it changes nothing."""
    sheet = study.home / "attributes.csv"
    head = "file,participant,may process,May_quote,withdraw by\n"
    for cells in ("garden.txt,P07,,no,2027-03-01\nfirst-meeting.csv,P07,,,", "garden.txt,P07,yes,,"):
        sheet.write_text(f"{head}{cells}\n", "utf-8")
        study.run(attributes=str(sheet))

    assert [(True, False, date(2027, 3, 1))] == held(study, "P07")
    assert 1 == study.one("SELECT count(*) FROM permissions")
    sheet.write_text(f"{head}garden.txt,P07,,yes,-\n", "utf-8")
    study.run(attributes=str(sheet))
    assert [(True, True, None)] == held(study, "P07")
    assert 0 == study.one("SELECT count(*) FROM transcript_attributes")


def test_check_says_what_a_sheet_allows(study, tagger):
    """In words, before anything is stored."""
    sheet = study.home / "attributes.csv"
    sheet.write_text("file,participant,may process,may quote,withdraw by\ngarden.txt,P07,yes,no,2027-03-01\n", "utf-8")

    said = tagger("check", study.files, "--attributes", sheet, "--study", study.folder, "--no-names")

    assert "P07: may be worked on; may not be quoted; to be withdrawn by 2027-03-01" in said.out
    assert [] == held(study, "P07")


def held(study, who):
    """Return what somebody allows."""
    found = permitted(study.folder)
    return [(one.may_process, one.may_quote, one.withdraw_by) for name, one in found.items() if name == who]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("garden.txt,,,no,", "It is not said whose permission this is"),
        ("garden.txt,P07,maybe,,", "'maybe' is neither yes nor no"),
        ("garden.txt,P07,,,01.03.2027", "'01.03.2027' is not a day"),
        ("garden.txt,P07,,no,\nother.txt,P07,,yes,", "It says something else of P07 than row 2"),
    ],
)
def test_a_sheet_that_cannot_be_meant_is_refused(cells, why):
    """With the row and the column."""
    with pytest.raises(UsageError, match=why):
        parse(f"file,participant,may process,may quote,withdraw by\n{cells}\n".encode(), "attributes.csv")


def test_permissions_are_recorded_by_a_command(read, tagger):
    """While people read, too; status names whom it is time to take out, and how."""
    who = gardener(read)
    with served(read.folder):
        said = tagger("permissions", who, "--quote", "no", "--withdraw-by", "2026-01-31", "--study", read.folder)

    assert f"{who}: may be worked on; may not be quoted; to be withdrawn by 31 January 2026\n" == said.out
    assert said.out in tagger("permissions", "--study", read.folder).out
    assert f"tagger withdraw {who} --study" in tagger("status", "--study", read.folder).out
    assert 1 == tagger("permissions", "P99", "--quote", "no", "--study", read.folder).code
    assert 1 == tagger("permissions", who, "--quote", "perhaps", "--study", read.folder).code
    assert 2 == tagger("permissions", "--quote", "no", "--study", read.folder).code
