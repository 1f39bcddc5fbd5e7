"""Reflections of those who read: whose they are, how they become a dataset, and that they are kept apart."""

from __future__ import annotations

import csv
import re
from uuid import uuid4

import pytest
from desk import lasting, tried
from visitor import AT_HOME, visitor

from tagger.errors import UsageError
from tagger.review import reflections
from tagger.steps.evidence import gather
from tagger.store import serving
from tagger.transcripts import read


@pytest.fixture
def desk(open_study):
    """Return a desk at the tagged study."""
    with tried(open_study) as desk:
        yield desk


def write(desk, reader, text, *, may_be_read=False):
    """Write a reflection; return its id."""
    identity = str(uuid4())
    reflections.write(desk.db, id=identity, coder_id=reader, text=text, may_be_read=may_be_read, now=desk.tick())
    return identity


def readable(desk):
    """Return what others may read, by whom."""
    return [(row["reflection_by"], row["text"]) for row in reflections.readable(desk.db).to_pylist()]


def test_a_reflection_is_its_writer_s_until_they_say_otherwise(desk):
    """And again when they say so; each choice is kept."""
    ann, ben = desk.reader("Ann"), desk.reader("Ben")
    first = write(desk, ann, " I kept thinking of my sister. ")
    write(desk, ben, "It made me angry.", may_be_read=True)
    assert [("Reader B", "It made me angry.")] == readable(desk)

    for allowed in (True, True, False, True):
        reflections.let_be_read(desk.db, id=first, coder_id=ann, may_be_read=allowed, now=desk.tick())

    assert [("Reader A", "I kept thinking of my sister."), ("Reader B", "It made me angry.")] == readable(desk)
    choices = desk.ask("SELECT may_be_read FROM reflection_choices WHERE reflection_id = $id ORDER BY number", id=first)
    assert [False, True, False, True] == [row["may_be_read"] for row in choices]
    assert ["I kept thinking of my sister."] == [each.text for each in reflections.own(desk.db, ann)]
    with pytest.raises(UsageError, match="not yours"):
        reflections.let_be_read(desk.db, id=first, coder_id=ben, may_be_read=False, now=desk.tick())


def test_a_note_on_a_passage_can_be_let_read_too(desk):
    """It is listed with the reflections, is one once its writer says so, and is not listed twice."""
    ann = desk.reader("Ann")
    excerpt = desk.one("SELECT min(excerpt_id) FROM excerpt_list WHERE kind = 'passage'")
    desk.decide(desk.blind(ann, excerpt), "memo", note="I was tired here.")
    [memo] = reflections.own(desk.db, ann)
    assert (True, False, []) == (memo.is_memo, memo.may_be_read, readable(desk))

    reflections.let_be_read(desk.db, id=memo.id, coder_id=ann, may_be_read=True, now=desk.tick())

    assert [("Reader A", "I was tired here.")] == readable(desk)
    [memo] = reflections.own(desk.db, ann)
    assert (True, True) == (memo.is_memo, memo.may_be_read)


def test_the_same_sent_twice_is_one_and_too_much_or_nothing_is_refused(desk):
    """Nothing is stored of what is refused."""
    ann, identity = desk.reader("Ann"), str(uuid4())
    for _ in range(2):
        reflections.write(desk.db, id=identity, coder_id=ann, text="Once.", may_be_read=True, now=desk.tick())
    for text, what in ((" \n", "no words"), ("x" * 20_001, "20,001 characters")):
        with pytest.raises(UsageError, match=what):
            write(desk, ann, text)

    assert [("Reader A", "Once.")] == readable(desk)


def test_the_page_keeps_what_one_writes_and_shows_it_to_nobody_else(study):
    """Write, let it be read, and take that back; another person's page does not have it."""
    with lasting(study) as desk:
        desk.reader("Ann")
    with serving(study.folder, AT_HOME.address) as owner, visitor(owner, study) as browser:
        shown = browser.post("/reflections", data={"id": str(uuid4()), "text": "It <b>moved</b> me."})
        assert "Saved, for you alone." in shown.text
        assert "It &lt;b&gt;moved&lt;/b&gt; me." in shown.text
        identity = re.search(r'name="reflection" value="([^"]+)"', shown.text)[1]
        choice = {"id": str(uuid4()), "reflection": identity, "may_be_read": "yes"}
        assert "The others may read it." in browser.post("/reflections/choice", data=choice).text
    with lasting(study) as desk:
        desk.reader("Ben")
        assert [("Reader A", "It <b>moved</b> me.")] == readable(desk)
        assert [] == reflections.own(desk.db, "Ben")


def test_what_may_be_read_is_coded_in_a_dataset_of_its_own(study, tagger, tmp_path):
    """Exported, run with a list of its own, under pseudonyms of its own; and in no report or export of participants."""
    with lasting(study) as desk:
        for name in ("Ann", "Ben"):
            desk.reader(name)
        write(desk, "Ann", 'I kept thinking of my "own" story, and who am I to decide?\nReally?', may_be_read=True)
        write(desk, "Ben", "We read the same passage in two ways, and I did not dare to say so.", may_be_read=True)
        write(desk, "Ben", "This is for me alone.")
    file, before = tmp_path / "ours.csv", gather(study.folder)
    said = tagger("export", "--what", "reflections", "--to", "csv", "-o", file, "--study", study.folder)
    assert (0, "") == (said.code, said.err)
    assert "--dataset reflections --framework reflexive" in said.out
    assert "for me alone" not in file.read_text("utf-8-sig")

    same = tagger("run", file, "--study", study.folder, "--engine", "local", "--dataset", "reflections")
    assert "they are kept apart. Name another one, such as --framework reflexive" in same.err
    chosen = ("--dataset", "reflections", "--framework", "reflexive")
    said = tagger("run", file, "--study", study.folder, "--engine", "local", *chosen)
    assert 0 == said.code, said.err

    [row] = study.ask("SELECT kind, count(*) OVER () AS n FROM transcripts WHERE dataset = 'reflections'")
    assert ("reflection", 1) == (row["kind"], row["n"])
    people = study.ask(
        "SELECT s.participant_id, s.asks FROM speaker_list s JOIN transcripts t ON t.id = s.transcript_id "
        "WHERE t.kind = 'reflection' ORDER BY 1"
    )
    assert [("R01", False), ("R02", False)] == [(row["participant_id"], row["asks"]) for row in people]
    after = gather(study.folder)
    assert before.passages["excerpt_id"].tolist() == after.passages["excerpt_id"].tolist()
    assert before.values == after.values
    assert {"reflections"} == set(gather(study.folder, "reflections").passages["dataset"])
    for what, datasets in (("passages", {"general"}), ("coded-reflections", {"reflections"})):
        table = tmp_path / f"{what}.csv"
        options = ("--to", "csv", "-o", table, "--include-unreviewed", "--study", study.folder)
        assert 0 == tagger("export", "--what", what, *options).code
        assert datasets == {row["dataset"] for row in csv.DictReader(table.read_text("utf-8-sig").splitlines())}

    mixed = tagger(
        "run", file, "--dataset", "general", "--study", study.folder, "--engine", "local", "--framework", "reflexive"
    )
    assert "they are kept apart. Name another one, such as --dataset reflections" in mixed.err


def test_an_export_of_reflections_is_told_by_its_first_column():
    """Whatever the file is called; and a broken one is named with its line."""
    data = 'reflection_by,text,written_on\nReader A,"Why? Who asks?",2026-01-05\n,nobody,2026-01-06\n'.encode(
        "utf-8-sig"
    )
    found = read(data, "notes.txt")
    assert ("reflections", "reflection") == (found.format, found.kind)
    assert [("Reader A", "Why? Who asks?"), (None, "nobody")] == [
        (turn.speaker, found.text[turn.start : turn.end]) for turn in found.turns
    ]
    assert {False} == {speaker.asks for speaker in found.speakers}
    assert () == found.problems
    with pytest.raises(Exception, match="line 2"):
        read(b'reflection_by,text\nReader A,"open\n', "broken.csv")
