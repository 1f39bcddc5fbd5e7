"""Tests of leaving a study: what is said before, what goes and stays, and who keeps it from being done."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from desk import lasting
from read_study import read_by_two
from searched import places
from serving import served
from small_study import copied

from tagger.errors import Busy, UsageError
from tagger.steps.from_review import learn_from_review
from tagger.steps.withdrawal import Leaving, preview, withdraw
from tagger.store import Store

NOW = datetime(2026, 11, 30, 9)
CORNELIUS, BARNABY = "that nobody here is going to shout", "I sat on the stairs for an hour"
OWN = {"runs", "run_ends", "withdrawals", "tombstones", "audit_losses"}
"""Tables in which leaving is remembered."""


@pytest.fixture(scope="module")
def read_once(tagged, tmp_path_factory):
    """Return a study in which two people read; it is copied and never changed."""
    return read_by_two(copied(tagged, tmp_path_factory.mktemp("read")))


@pytest.fixture
def read(read_once, tmp_path):
    """Return a copy of it that a test may change."""
    return copied(read_once, tmp_path / "read")


def who_said(study, words):
    """Return the participant who said this."""
    sql = (
        "SELECT any_value(t.participant_id) FROM live_turns t JOIN live_revisions r ON r.revision_id = t.revision_id "
        'WHERE contains(substring(r.text, t.start + 1, t."end" - t.start), $words)'
    )
    return study.one(sql, words=" ".join(words.split()))


def leave(study, who, **options):
    """Have somebody leave, and return what is said."""
    return "\n".join(withdraw(study.folder, Leaving(who, **options), NOW))


def look(study, who, **options):
    """Return what is said before."""
    return "\n".join(preview(study.folder, Leaving(who, **options)))


def left(study, *words):
    """Return each place in which some of the words are."""
    return sorted({place for found in places(study.folder, words).values() for place in found})


def files(folder):
    """Return the bytes of everything in a folder but the lock files and the database, which is compared by rows."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and "study.duckdb" not in path.name}


def test_what_would_go_is_said_and_nothing_is_changed(read):
    """Transcripts, readings by how many people, what was written out, and what only people can delete."""
    read.do("INSERT INTO exports VALUES ('x', 'csv', 'for-anna.csv', ['general'], '2026-03-02'::TIMESTAMP)")
    before, there = read.tables(), files(read.folder)

    told = look(read, who_said(read, "One of the others had been on the same ward"))

    assert "1 transcript and " in told
    assert "by 2 people, and 0 notes" in told
    assert "02 March 2026  csv: for-anna.csv" in told
    assert "files/garden.txt" in told
    assert "Archives, backups and copies" in told
    assert (before, there) == (read.tables(), files(read.folder))


def test_in_a_recording_with_others_only_their_words_go(coded):
    """Every row about the others is as it was, their words lie where the newest text has them, and nothing is new."""
    who, before = who_said(coded, CORNELIUS), coded.tables()
    assert left(coded, CORNELIUS)

    told = leave(coded, who)

    after = coded.tables()
    assert [] == left(coded, CORNELIUS, "Could I ring you on Sunday")
    assert f"{who} is withdrawn" in told
    kept = {row["id"] for row in after["excerpts"]}
    for name in ("codings", "coding_answers", "scores", "suggestions"):
        assert after[name]
        assert all(row in before[name] for row in after[name])
    for name in ("codings", "scores", "suggestions"):
        assert all(row in after[name] for row in before[name] if row["excerpt_id"] in kept)
    wrong = (
        "SELECT count(*) FROM live_excerpts e JOIN live_revisions r ON r.revision_id = e.revision_id "
        'WHERE substring(r.text, e.start + 1, e."end" - e.start) <> e.text'
    )
    assert 0 == coded.one(wrong)
    assert 1 == coded.one("SELECT count(*) FROM live_excerpts WHERE kind = 'passage' AND contains(text, $w)", w=BARNABY)
    assert 2 == coded.one("SELECT count(*) FROM live_turns WHERE pseudonym = 'withdrawn' AND NOT evidence")
    again = coded.run()
    assert 1 == len(again.problems)
    assert [] == left(coded, CORNELIUS)
    assert 0 == coded.one("SELECT count(*) FROM live_excerpts WHERE contains(text, 'withdrawn')")


def test_vectors_go_unless_somebody_else_said_the_same(fresh):
    """They are kept by text, once for all who said it."""
    same = "Of course you can come round, whenever you like, and bring the dog and the good biscuits too."
    for name, more in (("one.txt", "The quarry was closed by then."), ("two.txt", "My aunt kept bees on a roof.")):
        talk = f"Interviewer: And you?\n\nSomebody: {same}\n\nInterviewer: And then?\n\nSomebody: {more}\n"
        (fresh.files / name).write_text(talk, "utf-8")
    fresh.run(fresh.files / "one.txt", fresh.files / "two.txt")
    orphans = "SELECT count(*) FROM vectors v ANTI JOIN excerpts e ON e.text_key = v.text_key"
    bare = "SELECT count(*) FROM excerpts e ANTI JOIN vectors v ON v.text_key = e.text_key"
    before = fresh.one("SELECT count(DISTINCT text_key) FROM vectors")

    leave(fresh, who_said(fresh, "quarry"))

    assert (0, 0) == (fresh.one(orphans), fresh.one(bare))
    assert before - 1 == fresh.one("SELECT count(DISTINCT text_key) FROM vectors")


def test_the_words_of_every_revision_go(coded):
    """Those that a correction took out, too; what a correction gave to somebody else stays theirs."""
    coded.edit("evening.vtt", "I nearly stayed at home", "I all but stayed in my bed")
    coded.run()

    leave(coded, who_said(coded, CORNELIUS))

    assert [] == left(coded, "I nearly stayed at home", "I all but stayed in my bed", CORNELIUS)
    assert 3 == coded.one("SELECT max(number) FROM revisions")
    assert left(coded, BARNABY)


def test_two_may_leave_the_same_recording(coded):
    """One after the other; what is left is what whoever asked said."""
    for words in (CORNELIUS, BARNABY):
        leave(coded, who_said(coded, words))

    assert [] == left(coded, CORNELIUS, BARNABY, "I nearly stayed at home")
    assert left(coded, "What has this week been like for each of you")
    assert 1 == len(coded.run().problems)


def test_a_recording_may_go_whole(coded):
    """With what others said in it, where that is asked for."""
    leave(coded, who_said(coded, CORNELIUS), whole=True)

    assert [] == left(coded, CORNELIUS, BARNABY)
    assert 3 == coded.one("SELECT count(*) FROM transcripts")


def test_somebody_may_leave_one_dataset(study):
    """Their words in another one stay."""
    sheet = study.home / "attributes.csv"
    sheet.write_text("file,participant\ngarden.txt,P07\n", "utf-8")
    for dataset in ("general", "more"):
        study.run(study.files / "garden.txt", dataset=dataset, attributes=str(sheet))

    leave(study, "P07", dataset="more")

    assert ["general"] == [
        row["dataset"]
        for row in study.ask(
            "SELECT DISTINCT dataset FROM live_turns t JOIN live_revisions r USING (revision_id) "
            "WHERE t.participant_id = 'P07'"
        )
    ]
    with pytest.raises(UsageError, match="P07 does not speak in the dataset more"):
        leave(study, "P07", dataset="more")
    leave(study, "P07")
    assert [] == left(study, "wet Tuesday in March")


def test_who_is_named_beside_a_recording_and_known_in_no_turn_is_told(study):
    """Whose words are whose there is for people to say first."""
    sheet = study.home / "attributes.csv"
    sheet.write_text("file,participant\ngarden.txt,P07\nevening.vtt,P07; P08\n", "utf-8")
    study.run(attributes=str(sheet))

    (study.folder / "attributes.csv").write_bytes(sheet.read_bytes())
    told = look(study, "P07")
    assert "A sheet says that they took part in general" in told
    assert "such as sheets. They stay as they are. Look yourself:\n  attributes.csv" in told
    leave(study, "P07")

    assert "P07" not in study.one("SELECT string_agg(attributes, ' ') FROM transcript_attributes")


def test_nobody_is_taken_out_twice_or_by_a_wrong_name(coded):
    """And the message says what to do."""
    who = who_said(coded, BARNABY)
    leave(coded, who)

    with pytest.raises(UsageError, match=f"{who} was withdrawn before"):
        leave(coded, who)
    with pytest.raises(UsageError, match="no participant here is called P99"):
        look(coded, "P99")


def test_nobody_is_given_the_name_of_somebody_who_left(coded):
    """The next one who takes part is called otherwise."""
    names = {row["id"] for row in coded.ask("SELECT id FROM participants")}
    leave(coded, max(names))
    (coded.files / "new.txt").write_text(
        "Interviewer: And you?\n\nSomebody: I came for the tea, and stayed.\n", "utf-8"
    )

    coded.run()

    now = {row["id"] for row in coded.ask("SELECT id FROM participants")}
    assert 1 == len(now - names)
    assert max(names) not in now


def test_an_audit_remembers_how_much_of_its_sample_went(read, tagger):
    """As a count; the draw stays what it was, and a report can still be made."""
    words = "One of the others had been on the same ward"
    with lasting(read) as desk:
        excerpts = [desk.excerpt(words), desk.excerpt(BARNABY)]
        desk.add(
            "draws", id="draw", purpose="audit", frame='{"dataset": "general", "strata": {}}', seed=1, drawn_at=NOW
        )
        desk.add("draw_strata", draw_id="draw", stratum="suggested", population=9, sample=2)
        for place, excerpt in enumerate(excerpts):
            desk.add("audit_passages", draw_id="draw", excerpt_id=excerpt, coder_id="Ann", stratum="suggested",
                     inclusion_probability=2 / 9, place=place, fate="to read")  # fmt: skip
            home = desk.one("SELECT transcript_id FROM excerpts WHERE id = $id", id=excerpt)
            desk.add("audit_cells", draw_id="draw", stratum="suggested", transcript_id=home, population=4, sample=1)
    who = who_said(read, words)
    assert "1 passage of audits" in look(read, who)

    leave(read, who)

    assert [("draw", "suggested", 1)] == [
        (row["draw_id"], row["stratum"], row["passages"]) for row in read.ask("SELECT * FROM audit_losses")
    ]
    assert [(9, 2)] == [(row["population"], row["sample"]) for row in read.ask("SELECT * FROM draw_strata")]
    assert 1 == read.one("SELECT count(*) FROM audit_list")
    assert 0 == tagger("agreement", "--study", read.folder, "-o", read.home / "report").code
    [page] = (read.home / "report").glob("*.html")
    assert "1 passage (general: suggested) went with participants who withdrew" in page.read_text("utf-8")


def test_what_was_learned_is_forgotten_and_can_be_learned_anew(read):
    """Folder and rows; until then suggestions are as they were."""
    learn_from_review(read.folder)
    shown = "SELECT * FROM suggestion_list WHERE transcript = $transcript ORDER BY suggestion_id"
    garden = {"transcript": read.transcript("garden.txt")}
    before = read.ask(shown, **garden)

    told = leave(read, who_said(read, "moved my own chair"))

    assert "What was learned for small was forgotten" in told
    assert [] == list((read.folder / "models/learned").iterdir())
    assert 0 == read.one("SELECT count(*) FROM learned") == read.one("SELECT count(*) FROM gate_columns")
    assert before == read.ask(shown, **garden) != []
    learn_from_review(read.folder)
    assert 1 == read.one("SELECT count(*) FROM current_learning WHERE learned_id IS NOT NULL")


def test_it_is_refused_while_people_read_or_a_run_is_at_work(coded):
    """With what to do, and nothing changed."""
    who, before = who_said(coded, BARNABY), coded.tables()

    with served(coded.folder):
        assert "1 recording in which others speak" in look(coded, who)
    with served(coded.folder), pytest.raises(Busy, match=r"people read in this study just now.*stop tagger review"):
        leave(coded, who)
    with Store(coded.folder).only_run(), pytest.raises(Busy, match="a run of the pipeline"):
        leave(coded, who)

    assert before == coded.tables()


def test_it_is_refused_where_there_is_no_room(coded, monkeypatch):
    """The study stays what it was, and no half of another one is left."""
    who, before = who_said(coded, BARNABY), coded.tables()
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1})())

    with pytest.raises(Exception, match="the disk is full"):
        leave(coded, who)

    assert before == coded.tables()
    assert [] == [path for path in coded.folder.iterdir() if path.name.startswith(".study")]


@pytest.fixture
def annotated(read):
    """Return a study in which Ann wrote of many things, and Ben of Ann."""
    read.do("UPDATE coders SET name = 'Annabel Quince' WHERE id = 'Ann'")
    with lasting(read) as desk:
        excerpt = desk.excerpt(BARNABY)
        desk.decide(desk.blind("Ann", excerpt), "memo", note="mossbell")
        desk.decide(desk.blind("Ann", excerpt), "something not on our list", note="larkpudding")
        desk.decide(desk.blind("Ben", excerpt), "memo", note="as annabel quince says")
        desk.add("reflections", id=str(uuid4()), coder_id="Ann", text="sorreldance", written_at=desk.tick())
        framework = desk.one("SELECT max(framework_id) FROM newest_scorings")
        desk.add("proposals", id=str(uuid4()), about="coding", about_id=excerpt, framework_id=framework, round=1,
                 coder_id="Ann", outcome="nothing here", reason="thistledown", proposed_at=desk.tick())  # fmt: skip
    return read


WORDS_OF_ANN = ("mossbell", "larkpudding", "sorreldance", "thistledown", "Annabel", "annabel", "Quince")


@pytest.mark.parametrize("keep", [True, False])
def test_somebody_who_reads_may_leave(annotated, keep):
    """Name, notes and reflections go either way; codings stay where they agree; what others did is as it was."""
    letter = annotated.one("SELECT letter FROM readers WHERE coder_id = 'Ann'")
    others = "SELECT * FROM codings WHERE coder_id <> 'Ann' ORDER BY id"
    before = annotated.ask(others)
    own = annotated.one("SELECT count(*) FROM current_codings WHERE coder_id = 'Ann'")
    assert "would go: the name, wherever it is" in look(annotated, "annabel quince", reads=True, keep_codings=keep)
    assert left(annotated, *WORDS_OF_ANN)

    leave(annotated, "Annabel Quince", reads=True, keep_codings=keep)

    assert [] == left(annotated, *WORDS_OF_ANN)
    assert before == annotated.ask(others)
    assert (own if keep else 0) == annotated.one("SELECT count(*) FROM current_codings WHERE coder_id = 'Ann'")
    assert letter == annotated.one("SELECT name FROM readers WHERE coder_id = 'Ann'")
    assert f"as {letter} says" == annotated.one(
        "SELECT note FROM decisions WHERE coder_id = 'Ben' AND note IS NOT NULL"
    )
    assert ["Ben"] == [row["coder_id"] for row in annotated.ask("SELECT coder_id FROM readers_here")]
    assert 1 == annotated.one("SELECT count(*) FROM proposals")
    with pytest.raises(UsageError, match="nobody who reads here is called"):
        leave(annotated, "Annabel Quince", reads=True)
    with pytest.raises(UsageError, match="nobody who reads here is called"):
        leave(annotated, letter, reads=True)


def test_the_command_asks_first(coded, tagger, monkeypatch):
    """A no changes nothing; with --yes it is done; without anybody who leaves it is not understood."""
    who, before = who_said(coded, BARNABY), coded.tables()
    monkeypatch.setattr("click.confirm", lambda _: False)

    said = tagger("withdraw", who, "--study", coded.folder)
    assert (1, "Nothing was changed.") == (said.code, said.out.splitlines()[-1])
    assert before == coded.tables()
    assert 0 == tagger("withdraw", who, "--study", coded.folder, "--yes").code
    assert 1 == tagger("withdraw", who, "--study", coded.folder, "--yes").code
    assert 2 == tagger("withdraw", "--study", coded.folder).code
    assert 2 == tagger("withdraw", who, "--keep-codings", "--study", coded.folder).code
    assert 2 == tagger("withdraw", "--reviewer", "Ann", "--whole", "--study", coded.folder).code


def test_a_project_that_was_written_before_does_not_bring_them_back(coded, tagger):
    """Neither under the name that it has there, nor under the one that the study gave it."""
    out = coded.home / "out.qdpx"
    assert 0 == tagger("export", "--to", "qdpx", "--include-unreviewed", "--study", coded.folder, "-o", out).code
    words = "One of the others had been on the same ward"
    leave(coded, who_said(coded, words))

    said = tagger("import", out, "--made", "independently", "--study", coded.folder)

    assert "it was withdrawn from this study and is not read again" in said.out
    assert [] == left(coded, words)


def test_the_others_keep_their_numbers(coded):
    """People have them on paper; who comes later gets a new one."""
    numbers = "SELECT transcript_id, number FROM transcript_list"
    before = {row["transcript_id"]: row["number"] for row in coded.ask(numbers)}
    for words in ("One of the others had been on the same ward", "moved my own chair"):
        leave(coded, who_said(coded, words))
    (coded.files / "new.txt").write_text(
        "Interviewer: And you?\n\nSomebody: I came for the tea, and stayed.\n", "utf-8"
    )
    coded.run()

    after = {row["transcript_id"]: row["number"] for row in coded.ask(numbers)}
    assert 2 == len(before.keys() & after.keys())
    assert all(before[one] == after[one] for one in before.keys() & after.keys())
    assert [5] == [number for one, number in after.items() if one not in before]


def test_reading_packs_with_their_passages_are_named(read, tagger):
    """With the day and for whom, so that somebody can ask for them back."""
    made = tagger(
        "pack", "--reader", "Cleo", "--new", "-n", "50", "--study", read.folder, "-o", read.home / "cleo.xlsx"
    )
    assert 0 == made.code

    told = look(read, who_said(read, BARNABY))

    assert ", for Cleo" in told
    assert "reading pack: cleo.xlsx" in told


def test_a_list_of_their_own_that_quotes_them_is_told_and_changed(coded):
    """In the study and in its file, to the same words; what a published list says too is no quote of anybody."""
    words = "somebody handed me a mug"
    path = coded.folder / "frameworks/small.yaml"
    text = path.read_text("utf-8").replace('version: "1.0"', 'version: "1.1"')
    path.write_text(text.replace("It was my decision.", f"It was mine, as when {words}."), "utf-8")
    coded.run()
    who = who_said(coded, words)
    assert "small 1.1" in look(coded, who)
    assert left(coded, words)

    leave(coded, who)

    assert [] == left(coded, words)
    assert "It was mine, as when (withdrawn)." in path.read_text("utf-8")
    versions = coded.one("SELECT count(*) FROM frameworks")
    coded.run()
    assert versions == coded.one("SELECT count(*) FROM frameworks")


def test_whoever_signed_in_cannot_any_more(read, tagger):
    """Links and sessions go with the name, and nobody else's do."""
    for name in ("Ann", "Ben"):
        assert 0 == tagger("reviewer", "add", name, "--study", read.folder).code

    leave(read, "Ann", reads=True, keep_codings=True)

    assert ["Ben"] == [row["coder_id"] for row in read.ask("SELECT coder_id FROM access WHERE len(roles) > 0")]
    assert 1 == read.one("SELECT count(*) FROM sign_in_links")
    assert 0 == tagger("reviewer", "list", "--study", read.folder).code
