"""Tests of pseudonyms in a study: what is listed, what is replaced, what follows, and what keeps it from being done."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from desk import lasting
from forks import SOURCE
from pseudonymise_until_killed import ENTRIES, MOMENTS, PASSPHRASE
from read_study import read_by_two
from searched import places
from serving import served
from small_study import copied, write_files

from tagger.errors import Busy, UsageError
from tagger.pseudonyms import key as secrets
from tagger.pseudonyms.matching import Matcher
from tagger.pseudonyms.records import Entry, Known
from tagger.steps.from_review import learn_from_review
from tagger.steps.pseudonymising import find_names, preview, pseudonymise, texts
from tagger.steps.pseudonymising.keys import KeyFile
from tagger.steps.revised import revised
from tagger.store import Store
from tagger.store.trail_check import check

NOW = datetime(2026, 11, 30, 9)
SARAH = """\
Interviewer: Who brought you here?

Morwenna: Sarah Jones did, from the Maudsley. Sarah rang me on 07700 900123 and she said, I have been there myself. \
Nobody was pushed. I sat in a quiet room and said that I was frightened, and that was fine with sarah and all.

Interviewer: And what did Ms Jones ask of you?

Morwenna: Nothing. Hope came along too, Hope from the garden. There was hope in it. When Sarah's brother was ill I \
rang her, and she rang me in June when the letters came from Peckham. It was my decision and nobody pushed me into it.
"""
OTHER = """\
Interviewer: What was the first morning like?

Talan: Sarah was at the door with a mug, and she asked me what I wanted from the morning. Nobody had asked me that in \
a hospital, not once. I was left alone where I wanted to sit, and I laughed out loud about the night shift with her.
"""
WORDS = ("Sarah", "sarah", "Jones", "Maudsley", "07700 900123", "Peckham")


@pytest.fixture(scope="module", autouse=True)
def _loaded_once():
    """Have the language model be loaded once: what is tested is not how long that takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "load_names_pipeline", cache(texts.load_names_pipeline))
        yield


@pytest.fixture(scope="module")
def named(empty_study, tmp_path_factory):
    """Return a study in whose transcripts people are named and that two people read; it is copied and never changed."""
    study = copied(empty_study, tmp_path_factory.mktemp("named"))
    write_files(study.files, {"bench.txt": SARAH, "other.txt": OTHER})
    study.run()
    return read_by_two(study)


@pytest.fixture
def study(named, tmp_path):
    """Return a copy of it that a test may change."""
    return copied(named, tmp_path / "copy")


class Kept:
    """A key that a test keeps in mind."""

    def __init__(self, *known):
        self.known = list(known)

    def __call__(self, known):
        """Keep what it is to remember."""
        self.known = list(known)


def found(study, key, **options):
    """Return the list of what is found."""
    return find_names(study.folder, key.known, **options).entries


def do(study, entries, key):
    """Do what a list says, and return what is said."""
    return "\n".join(pseudonymise(study.folder, entries, key.known, key, NOW))


def text_of(study, name):
    """Return the newest text of a file."""
    return study.one("SELECT text FROM live_revisions WHERE source LIKE '%' || $name", name=name)


def left(study, *words):
    """Return each place but names of files in which some of the words are."""
    return sorted({place for own in places(study.folder, words).values() for place in own})


def by_words(entries):
    """Return the rows of a list by their words."""
    return {one.words: one for one in entries}


def test_one_person_has_one_pseudonym(study):
    """Whole name, first name, title with surname, in another transcript and written small; words stay words."""
    key = Kept()
    rows = by_words(found(study, key))

    assert 1 == len({rows[one].pseudonym for one in ("Sarah Jones", "Sarah", "Ms Jones")})
    assert ("as found", 2) == (rows["Hope"].where, rows["Hope"].often)
    assert {"phone", "organisation", "place"} <= {one.kind for one in rows.values()}
    assert all("sarah" in example.casefold() for example in rows["Sarah"].examples)
    assert 3 == len(rows["Sarah"].examples)


def test_what_is_replaced_is_nowhere_in_the_study(study):
    """No byte of it: not in an earlier revision, a passage, what was computed, or what was learned."""
    learn_from_review(study.folder)
    key = Kept()
    assert {"study.duckdb", "table revisions", "table excerpts"} <= set(left(study, "Sarah", "Peckham"))

    do(study, found(study, key), key)

    assert [] == left(study, *WORDS)
    with Store(study.folder).session("a look at the trail") as database:
        # Strata were set past the trail when the study was made.
        assert {"arms"} == {one.table for one in check(database).differences}
    text = text_of(study, "bench.txt")
    assert "There was hope in it." in text
    assert "Hope" not in text
    assert "'s brother was ill" in text


def test_everything_people_did_stays_and_lies_where_it_was(study):
    """Readings to the row; each excerpt holds the words of its place, and nothing is to be read again."""
    key = Kept()
    before = study.tables()
    held = {row["excerpt_id"] for row in study.ask("SELECT excerpt_id FROM live_excerpts")}

    do(study, found(study, key), key)

    after = study.tables()
    for name in ("codings", "coding_answers", "decisions", "servings", "displays", "scores", "transcripts", "speakers"):
        assert sorted(map(repr, before[name])) == sorted(map(repr, after[name])), name
    assert [] == study.ask(
        "SELECT * FROM live_excerpts e JOIN live_revisions r USING (revision_id) "
        'WHERE substring(r.text, e.start + 1, e."end" - e.start) <> e.text'
    )
    assert [] == study.ask(
        "SELECT * FROM excerpts e JOIN revisions r ON r.id = e.revision_id "
        'WHERE substring(r.text, e.start + 1, e."end" - e.start) <> e.text'
    )
    assert held == {row["excerpt_id"] for row in study.ask("SELECT excerpt_id FROM live_excerpts")}
    assert {"stayed"} == {coding.became for one in revised(study.folder) for coding in one.codings}
    assert {2} == {
        row["number"] for row in study.ask("SELECT number FROM live_revisions WHERE contains(text, '[Person')")
    }
    same = "SELECT count(*) FROM live_excerpts ANTI JOIN vectors USING (text_key)"
    assert 0 == study.one(same)


def test_evidence_follows_the_words(study):
    """The sentence that matched is the same one, with pseudonyms in it."""
    shown = "SELECT suggestion_id, evidence_text FROM suggestion_list"
    before = {row["suggestion_id"]: row["evidence_text"] for row in study.ask(shown)}
    key = Kept()
    entries = found(study, key)
    do(study, entries, key)
    after = {row["suggestion_id"]: row["evidence_text"] for row in study.ask(shown)}

    assert before.keys() == after.keys()
    hope = by_words(entries)["Hope"].pseudonym
    matcher = Matcher(entries)
    assert {one: matcher.taken_out(text).replace("Hope", hope) for one, text in before.items()} == after
    assert before != after


def test_a_run_over_the_same_files_brings_nothing_back(study):
    """They hold the names; it says so, compares the new words with the list once, and then there is nothing to do."""
    key = Kept()
    do(study, found(study, key), key)

    said = study.run()
    before = study.tables()
    again = study.run()

    assert ["2 files were passed over: names were replaced here by pseudonyms, and a file would bring them back."] == (
        list(said.notes)
    )
    assert said.notes == again.notes
    assert before == study.tables()
    assert [] == left(study, *WORDS)


def test_a_sheet_of_speakers_is_still_obeyed(study):
    """What is said of who speaks is taken up, and the text left alone."""
    key = Kept()
    do(study, found(study, key), key)
    sheet = study.home / "speakers.csv"
    sheet.write_text("file,speaker,asks\nother.txt,Talan,yes\n", "utf-8")

    study.run(speakers=str(sheet))

    assert 2 == study.one("SELECT count(*) FROM speaker_list s JOIN transcripts t ON t.id = s.transcript_id "
                          "WHERE t.source LIKE '%other.txt' AND s.asks")  # fmt: skip
    assert [] == left(study, *WORDS)


def test_later_transcripts_get_the_same_pseudonyms(study):
    """The key remembers; somebody new gets a new one, and what is done is not listed again."""
    key = Kept()
    first = by_words(found(study, key))
    do(study, list(first.values()), key)
    assert [] == found(study, key)
    (study.files / "third.txt").write_text(
        "Interviewer: Who was there?\n\nKerra: Sarah Jones was, and Ms Jones is what I call her. Agnieszka came from "
        "Peckham on the bus with me and told me that I could go home whenever I wanted to.\n", "utf-8"
    )  # fmt: skip
    study.run()

    second = by_words(found(study, key))

    assert first["Sarah Jones"].pseudonym == second["Sarah Jones"].pseudonym == second["Ms Jones"].pseudonym
    assert first["Peckham"].pseudonym == second["Peckham"].pseudonym
    assert second["Agnieszka"].pseudonym not in {one.pseudonym for one in first.values()}
    do(study, list(second.values()), key)
    assert [] == left(study, *WORDS, "Agnieszka")


def test_people_decide(study):
    """They keep words, choose names, add what was missed, and part two who share a name."""
    key = Kept()
    rows = by_words(found(study, key))
    mine, other = (
        study.transcript("bench.txt"),
        study.transcript("other.txt"),
    )
    entries = [
        Entry("Sarah", "person", "Delphine", transcripts=(mine,)),
        Entry("Sarah", "person", "[Person 9]", transcripts=(other,)),
        Entry("the garden", "place", "[Place 7]"),
        replace(rows["Peckham"], do="keep"),
    ]

    do(study, entries, key)

    text = text_of(study, "bench.txt")
    assert "Delphine Jones did, from the Maudsley. Delphine rang" in text
    assert "fine with Delphine and" in text
    assert "Hope from [Place 7]" in text
    assert "Peckham" in text
    assert "[Person 9] was at the door" in text_of(study, "other.txt")
    assert [
        Known("Delphine", "person", ("Sarah",)), Known("[Person 9]", "person", ("Sarah",)),
        Known("[Place 7]", "place", ("the garden",)),
    ] == key.known  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "known", "what"),
    [
        ([Entry("Sarah", "person", "Hope"), Entry("Hope", "person", "Ann")], [], "'Hope' is the real name"),
        ([Entry("Sarah", "person", "Talitha"), Entry("Peckham", "place", "Talitha")], [], "of another kind"),
        ([Entry("Sarah", "person", "A1"), Entry("Sarah", "person", "A2")], [], "has another pseudonym"),
        ([Entry("Hope", "person", "Ann")], [Known("Ann", "person", ("Sarah",))], "Ann is Sarah in the key"),
        ([Entry("Sarah", "person", "brother")], [], "stands in a transcript already"),
        ([Entry("Sarah", "person", '"}')], [], "cannot be a pseudonym"),
        ([Entry("Sarah", "person", "Ann", do="keep")], [], "replaces nothing"),
        ([Entry("Zebedee", "person", "Ann")], [], "none of these words"),
    ],
)
def test_a_list_that_cannot_be_done_changes_nothing(study, entries, known, what):
    """Neither the study nor the key."""
    key = Kept(*known)
    before = study.tables()

    with pytest.raises(UsageError, match=what):
        do(study, entries, key)

    assert before == study.tables()
    assert known == key.known


def test_the_preview_says_what_would_change_and_changes_nothing(study):
    """Before and after, how often, what would go, and where the words stay."""
    (study.folder / "frameworks/peckham.txt").write_text("as they say in Peckham", "utf-8")
    key = Kept()
    before = study.tables()

    told = "\n".join(preview(study.folder, found(study, key), []))

    assert re.search(r"before: .*from the Maudsley\. .*\n.*after: .*from the \[Organisation 1\]\. ", told)
    assert re.search(r"\[Person \d\], \d times: Ms Jones, Sarah, Sarah Jones", told)
    assert "frameworks/peckham.txt" in told
    assert "files/bench.txt" in told
    assert before == study.tables()


def test_notes_follow_and_lists_of_values_are_told(study):
    """What somebody wrote has the pseudonym; a list of values is left to people, and named."""
    with lasting(study) as desk:
        excerpt = desk.excerpt("quiet room")
        desk.decide(desk.blind("Ann", excerpt), "memo", note="Sarah again, and there is hope")
        desk.add("reflections", id=str(uuid4()), coder_id="Ann", text="I know this Sarah Jones", memo_id=None,
                 written_at=desk.tick())  # fmt: skip
    study.do("UPDATE frameworks SET content = replace(content, 'It was my decision.', 'It was what Sarah did.')")
    key = Kept()
    entries = found(study, key)

    told = "\n".join(preview(study.folder, entries, []))
    do(study, entries, key)

    person = by_words(entries)["Sarah"].pseudonym
    assert "2 notes, reasons and attributes" in told
    assert "small 1.0" in told
    assert f"{person} again, and there is hope" == study.one("SELECT note FROM decisions WHERE act = 'memo'")
    assert f"I know this {person}" == study.one("SELECT text FROM reflections")


def test_codings_that_were_brought_in_follow(coded):
    """Each lies on the words on which it lay, with pseudonyms in them; bringing the table in again adds nothing."""
    entries = [Entry("neighbour", "person", "[Person 1]"), Entry("Sunday", "date of birth", "Pentecost")]
    lying = (
        'SELECT i.import_id, i.number, substring(r.text, i.start + 1, i."end" - i.start) AS words '
        "FROM imported_rows i JOIN live_revisions r USING (transcript_id) ORDER BY ALL"
    )
    before = study_rows(coded, lying)
    do(coded, entries, Kept())

    matcher = Matcher(entries)
    after = [(table, number, matcher.taken_out(words)) for table, number, words in before]
    assert after == study_rows(coded, lying)
    assert before != after


def test_a_moved_border_and_its_readings_follow(study):
    """An excerpt whose borders somebody moved lies on its words, and is theirs."""
    with lasting(study) as desk:
        excerpt = desk.excerpt("Sarah rang me")
        start = desk.one("SELECT start FROM live_excerpts WHERE excerpt_id = $id", id=excerpt)
        shown = desk.blind("Ann", excerpt)
        desk.decide(shown, "adjust", borders=(start + 45, start + 105))
        child = desk.one("SELECT child_id FROM adjustments")
        words = desk.one("SELECT text FROM excerpts WHERE id = $id", id=child)
    key = Kept()
    entries = found(study, key)
    do(study, entries, key)

    assert Matcher(entries).taken_out(words) == study.one("SELECT text FROM excerpts WHERE id = $id", id=child)
    assert 1 == study.one("SELECT count(*) FROM live_spans WHERE excerpt_id = $id", id=child)


def test_earlier_revisions_follow_too(study):
    """A corrected transcript has the old spelling nowhere, and what both texts share they share still."""
    study.edit("bench.txt", "Nobody was pushed.", "Nobody was pushed by Sarah Jones or by Morag.")
    study.run()
    key = Kept()
    do(study, found(study, key), key)

    assert [] == left(study, *WORDS, "Morag")
    texts = dict(study_rows(study, "SELECT id, text FROM revisions"))
    before = dict(study_rows(study, "SELECT r.id, p.text FROM revisions r JOIN revisions p "
                                    "ON p.transcript_id = r.transcript_id AND p.number = r.number - 1"))  # fmt: skip
    maps = study.ask("SELECT * FROM offset_maps")
    assert maps
    for row in maps:
        old, new, length = row["old_start"], row["new_start"], row["length"]
        assert before[row["revision_id"]][old : old + length] == texts[row["revision_id"]][new : new + length]


def study_rows(study, sql):
    """Return rows as tuples."""
    return [tuple(row.values()) for row in study.ask(sql)]


def test_nothing_is_done_while_people_read(study):
    """It says so, and neither study nor key changes."""
    key = Kept()
    entries = found(study, key)
    with served(study.folder), pytest.raises(Busy, match="people read"):
        do(study, entries, key)

    assert [] == key.known
    assert "Sarah" in text_of(study, "bench.txt")


def test_backups_go_and_a_new_one_is_made(study):
    """The old one holds the names."""
    Store(study.folder).backup("by-hand")
    key = Kept()
    told = do(study, found(study, key), key)

    assert "which were deleted: 1" in told
    assert [] == left(study, *WORDS)
    assert 1 == len(list((study.folder / "backups").iterdir()))


def test_who_speaks_is_found_where_others_name_them(study):
    """By what the source calls them, of which the study has a hash: no list and no model knows Quillon."""
    (study.files / "quillon.txt").write_text(
        "Interviewer: Who else was there?\n\nQuillon: Nobody, it was a wet day and they all had gone home.\n\n"
        "Interviewer: I see. So Quillon, what did you do when nobody came?\n", "utf-8"
    )  # fmt: skip
    study.run()
    rows = by_words(found(study, Kept(), transcripts=("quillon.txt",)))

    assert ["Quillon"] == list(rows)
    assert ("person", 1) == (rows["Quillon"].kind, rows["Quillon"].often)


def test_only_some_transcripts_are_looked_at(study):
    """By their name, file or dataset; what is no transcript is refused."""
    key = Kept()
    assert ["Sarah"] == [one.words for one in found(study, key, transcripts=("other.txt",))]
    with pytest.raises(UsageError, match="no such transcript"):
        found(study, key, transcripts=("nowhere.txt",))
    with pytest.raises(UsageError, match="no such dataset"):
        found(study, key, dataset="nowhere")


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "is_new"), list(zip(MOMENTS, (False, False, False, True, True), strict=True)))
def test_killed_at_each_step_it_is_the_old_study_or_the_new_one(study, monkeypatch, moment, is_new):
    """Never one with names replaced that no key knows; the same list finishes what was begun."""
    monkeypatch.setitem(secrets._COST, "n", 2**10)
    file = KeyFile(study.folder)
    before = study.tables()
    program = Path(__file__).with_name("pseudonymise_until_killed.py")
    command = [sys.executable, program, study.folder, file.path, moment]

    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(SOURCE)}, check=False, timeout=240)

    assert -signal.SIGKILL == killed.returncode
    held = text_of(study, "bench.txt")
    assert is_new == ("[Person 1] rang me" in held) == ("Sarah" not in held)
    if is_new:
        with pytest.raises(UsageError, match="none of these words"):
            pseudonymise(study.folder, ENTRIES, file.read(PASSPHRASE), Kept(), NOW)
    else:
        assert before == study.tables()
        pseudonymise(study.folder, ENTRIES, file.read(PASSPHRASE), lambda known: file.write(known, PASSPHRASE), NOW)
    assert [Known("[Person 1]", "person", ("Sarah", "Sarah Jones"))] == file.read(PASSPHRASE)
    assert [] == left(study, "Sarah")
    assert [] == [path for path in study.folder.iterdir() if path.name.startswith(".study")]
