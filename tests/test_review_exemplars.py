"""Tests of the exemplar table: whose readings speak, which words are shown, and that nothing in it is a grade."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import docx
import pytest
from desk import OWN_FIRST, desk_in
from openpyxl import load_workbook
from small_study import FRAMEWORK, copied
from test_steps_imports import table as codings_table
from test_steps_imports import whole

from tagger.families import combine, families
from tagger.frameworks import load_framework, shipped_folder
from tagger.review.exemplars import ALL, Cell, Column, Exemplars, Layer, Row, Section, table, table_for
from tagger.review.exemplars import document as exemplar_document
from tagger.review.exemplars import sheet as exemplar_sheet
from tagger.review.exemplars.quotes import Moved, Part, Quote, chosen
from tagger.review.web.files import exemplars_page
from tagger.steps.imports import import_codings

GATE = "My neighbour brought me along"
RANG = "She rang me when my brother was ill"
SHED = "a thing about the night shift"
WILL_GO = "I will go. It was a bad one"
NEXT = "I could have gone home at any moment"
ONLY_ME = "I thought it was only me"


@pytest.fixture
def desk(study):
    """Return a desk with two readers."""
    with desk_in(study) as desk:
        desk.reader("Ann")
        desk.reader("Ben")
        yield desk


def found(desk, coder, holding, *values, arm="assisted", kind="passage"):
    """Let somebody read a passage and finish it, with these values."""
    served = desk.serve(coder, desk.excerpt(holding, kind), arm, "random" if arm == "blind" else "likely")
    desk.decide(served, "done", dict.fromkeys(values, "yes"))
    return served


def cell(made, value, dataset="general"):
    """Return the cell of a value in a dataset."""
    [section] = made.sections
    place = [column.dataset for column in section.columns].index(dataset)
    [row] = [row for layer in section.layers for row in layer.rows if row.name == value]
    return row.cells[place]


def answer(
    excerpt, transcript="T1", number=1, coder="Ann", yes=True, start=0, kind="blind", newest=True, quotable=True
):
    """Make an answer as the database gives it."""
    span = {"start": start, "end": start + 10}
    who = {"coder_id": coder, "kind": kind, "newest": newest, "yes": yes, "quotable": quotable, "coding_id": "c"}
    return {"excerpt_id": excerpt, "transcript_id": transcript, **span, **who}


def quote(text="I stayed.", **more):
    """Make a quote."""
    usual = Quote("e", (Part("P01", text),), "unknown", "general 1", "", 1, 0, ("without suggestions",), "e")
    return replace(usual, **more)


def one_cell(cell):
    """Make a table of one cell."""
    column = Column("general", "Three values", "1.0", (("The only layer", ("Choice",)),))
    return Exemplars((Section((column,), (Layer("The only layer", (Row("Choice", (cell,)),)),)),), 5)


# Whose readings


def test_a_cell_says_in_how_many_transcripts_it_was_found_of_those_read(desk):
    """Found counts transcripts with a yes, read those with any answer; passages are not counted."""
    found(desk, "Ann", GATE, "choice")
    found(desk, "Ann", SHED, "choice", "common")
    found(desk, "Ann", WILL_GO)

    choice = cell(table(desk.db), "Choice")

    assert (1, 2, "Found in 1 of 2 transcripts read.") == (choice.found, choice.read, choice.words)
    assert "Not found so far in the 2 transcripts read." == cell(table(desk.db), "Two-way support").words


def test_a_quote_says_who_speaks_and_where_but_not_who_read(desk):
    """Pseudonym, transcript number and how it was read; readers are counted, never named or lettered."""
    found(desk, "Ann", GATE, "choice", arm="blind")
    found(desk, "Ben", GATE, "choice", "common")

    [said] = cell(table(desk.db), "Choice").quotes

    assert GATE in said.text
    number = desk.one(
        "SELECT participant FROM excerpt_list WHERE contains(text, $words) AND kind = 'passage'", words=GATE
    )
    assert (number, "2 readers") == (said.speakers, said.agreed)
    assert re.fullmatch(r"general \d", said.transcript)
    assert ("without suggestions", "before suggestions were shown") == said.kinds
    assert "1 reader; 1 read it otherwise" == cell(table(desk.db), "Experiences in common").quotes[0].agreed


def test_only_what_somebody_holds_now_counts(desk):
    """A mark that was taken away, a reading that was undone and a skip say nothing."""
    served = found(desk, "Ann", GATE, "choice")
    desk.decide(served, "choose", {"choice": "no"})
    found(desk, "Ann", SHED, "choice")
    desk.undo("Ann")
    desk.decide(desk.serve("Ann", desk.excerpt(RANG)), "skip")

    assert (0, 1, ()) == (lambda c: (c.found, c.read, c.quotes))(cell(table(desk.db), "Choice"))


def test_a_reader_sees_own_findings_and_others_only_beside_their_own(desk):
    """Nobody sees another's reading before their own is done; what is shown then is recorded."""
    found(desk, "Ann", GATE, "choice")
    found(desk, "Ben", GATE, "choice")
    found(desk, "Ben", SHED, "choice")

    mine = cell(table_for(desk.db, "Ann", OWN_FIRST, desk.tick()), "Choice")

    assert ["2 readers"] == [said.agreed for said in mine.quotes]
    shown = desk.ask("SELECT excerpt_id, shown, page FROM displays WHERE coder_id = 'Ann'")
    assert [{"excerpt_id": desk.excerpt(GATE), "shown": "reading", "page": "exemplars"}] == shown


def test_a_reader_who_has_read_nothing_sees_nothing(desk):
    """Not a count and not a quote comes from readings of others alone, and nothing is recorded."""
    found(desk, "Ben", GATE, "choice")

    mine = table_for(desk.db, "Ann", OWN_FIRST, desk.tick())

    assert {"Nothing to show here yet."} == {one.words for one in mine.cells()}
    assert 0 == desk.one("SELECT count(*) FROM displays")
    assert "It is not the whole study's." in exemplars_page(mine, "Small", date(2026, 1, 5)).decode()


def test_others_stay_hidden_beside_words_that_wait_to_be_read_blind(desk):
    """An exchange that was read shows nothing of others while a passage within it waits without suggestions."""
    passage = desk.excerpt(ONLY_ME)
    desk.drawn("Ann", passage)
    for coder in ("Ann", "Ben"):
        found(desk, coder, ONLY_ME, "two-way", kind="exchange")

    mine = cell(table_for(desk.db, "Ann", OWN_FIRST, desk.tick()), "Two-way support")

    assert ["1 reader"] == [said.agreed for said in mine.quotes]
    assert 0 == desk.one("SELECT count(*) FROM displays")


def test_imported_readings_say_how_they_were_made(study):
    """What came in as a table of codings stands beside the others under a name of its own."""
    import_codings(study.folder, codings_table(study, whole(study, RANG, "Cy", "choice")), "unknown")

    with desk_in(study) as desk:
        assert ("imported, not known how it was made",) == cell(table(desk.db), "Choice").quotes[0].kinds


# Which words


def test_who_may_not_be_quoted_is_not(desk):
    """The words are left out, the passage is counted, and the table says so; the finding stays."""
    found(desk, "Ann", GATE, "choice")
    speaker = cell(table(desk.db), "Choice").quotes[0].speakers
    desk.add("permissions", participant_id=speaker, may_process=True, may_quote=False, recorded_at=desk.tick())

    made = table(desk.db)

    choice = cell(made, "Choice")
    assert (1, (), 1, True) == (choice.found, choice.quotes, choice.withheld, made.withheld)
    assert "The words of 1 passage are left out: somebody there may not be quoted." == choice.silence
    assert "neighbour" not in exemplars_page(made, "Small", date(2026, 1, 5)).decode()
    cells = [value for row in rows_of(exemplar_sheet.write(made)) for value in row]
    assert choice.silence in cells
    assert not any("neighbour" in str(value) for value in cells)


def test_borders_that_a_reader_moved_are_those_of_the_quote(desk):
    """The reading stays on the passage that was handed out; its words are those between the moved borders."""
    served = found(desk, "Ann", GATE, "choice")
    [row] = desk.ask('SELECT start, "end", text FROM live_excerpts WHERE excerpt_id = $id', id=served.excerpt_id)
    first = row["text"].index(".") + 1
    desk.decide(served, "adjust", borders=(row["start"], row["start"] + first))

    [said] = cell(table(desk.db), "Choice").quotes

    assert (row["text"][:first], True, served.excerpt_id) == (said.text, said.moved, said.excerpt_id)


def moved_over(desk, served, passage):
    """Let somebody move the end of what they were given over the next passage; return the words there."""
    sql = 'SELECT start, "end", text FROM live_excerpts WHERE excerpt_id = $id'
    [first], [second] = desk.ask(sql, id=served.excerpt_id), desk.ask(sql, id=passage)
    desk.decide(served, "adjust", borders=(first["start"], second["end"]))
    return second["text"]


def kind_of(desk, served):
    """Let somebody finish a reading, and return its kind."""
    desk.decide(served, "done", {"choice": "yes"})
    return desk.one(
        "SELECT arg_max(kind, coded_at) FROM codings WHERE coder_id = $coder AND excerpt_id = $excerpt",
        coder=served.coder_id,
        excerpt=served.excerpt_id,
    )


def test_borders_of_another_show_no_words_that_wait_to_be_read_blind(desk):
    """What somebody moved over words that this reader is to read blind is quoted as it was handed out."""
    waiting = desk.excerpt(NEXT)
    desk.drawn("Ann", waiting)
    found(desk, "Ann", GATE, "choice")
    words = moved_over(desk, found(desk, "Ben", GATE, "choice"), waiting)

    [said] = cell(table_for(desk.db, "Ann", OWN_FIRST, desk.tick()), "Choice").quotes

    assert (False, False, "2 readers") == (said.moved, words[:20] in said.text, said.agreed)
    assert "blind" == kind_of(desk, desk.serve("Ann", waiting, "blind", "random"))
    assert 0 == desk.one("SELECT count(*) FROM doubtful_codings")


def test_borders_of_another_are_not_used_before_the_own_reading_of_their_words(desk):
    """Nothing of others is shown on a passage that this reader has not read yet, blind or not."""
    unread = desk.excerpt(NEXT)
    found(desk, "Ann", GATE, "choice")
    words = moved_over(desk, found(desk, "Ben", GATE, "choice"), unread)

    [said] = cell(table_for(desk.db, "Ann", OWN_FIRST, desk.tick()), "Choice").quotes

    assert words[:20] not in said.text
    assert "own-first" == kind_of(desk, desk.serve("Ann", unread))


def test_words_between_borders_of_another_are_recorded_as_shown(desk):
    """After the own reading of all the words they are used, and a reading of any of them is no longer blind."""
    passage = desk.excerpt(NEXT)
    found(desk, "Ann", GATE, "choice")
    found(desk, "Ann", NEXT, arm="blind")
    served = found(desk, "Ben", GATE, "choice")
    words = moved_over(desk, served, passage)
    child = desk.one("SELECT child_id FROM adjustments")

    [said] = cell(table_for(desk.db, "Ann", OWN_FIRST, desk.tick()), "Choice").quotes

    assert (True, True) == (said.moved, words[:20] in said.text)
    shown = desk.ask("SELECT excerpt_id, coding_id FROM displays WHERE coder_id = 'Ann' ORDER BY position")
    assert [served.excerpt_id, child] == [row["excerpt_id"] for row in shown]
    assert 1 == len({row["coding_id"] for row in shown})
    assert "after-talk" == kind_of(desk, desk.serve("Ann", passage, "blind", "random"))
    assert 0 == desk.one("SELECT count(*) FROM doubtful_codings")


@pytest.mark.parametrize("per_cell", [0, 9])
def test_what_is_counted_is_recorded_as_shown_like_what_is_quoted(desk, per_cell):
    """Others' readings behind "found in 1 transcript" were shown, quoted or not: a later word is after talk."""
    found(desk, "Ann", GATE, arm="blind")
    found(desk, "Ben", GATE, "choice")

    made = table_for(desk.db, "Ann", OWN_FIRST, desk.tick(), per_cell=per_cell)

    assert 1 == cell(made, "Choice").found
    assert min(per_cell, 1) == len(cell(made, "Choice").quotes)
    assert "after-talk" == kind_of(desk, desk.serve("Ann", desk.excerpt(GATE), "blind", "random"))
    assert 0 == desk.one("SELECT count(*) FROM doubtful_codings")
    before = desk.one("SELECT count(*) FROM displays")
    table_for(desk.db, "Ann", OWN_FIRST, desk.tick(), per_cell=0)
    assert before == desk.one("SELECT count(*) FROM displays")


@pytest.mark.parametrize(("others", "moved"), [(False, True), (True, False)])
def test_own_borders_put_no_finding_of_another_on_words_that_wait(desk, others, moved):
    """They are used where the finding is this reader's alone; beside another's the words are those handed out."""
    waiting = desk.excerpt(NEXT)
    desk.drawn("Ann", waiting)
    moved_over(desk, found(desk, "Ann", GATE, "choice"), waiting)
    if others:
        found(desk, "Ben", GATE, "choice")

    [said] = cell(table_for(desk.db, "Ann", OWN_FIRST, desk.tick()), "Choice").quotes

    assert moved == said.moved
    assert "blind" == kind_of(desk, desk.serve("Ann", waiting, "blind", "random"))


def test_an_exchange_says_who_says_what(desk):
    """Each turn stands behind its speaker's pseudonym."""
    found(desk, "Ann", ONLY_ME, "two-way", kind="exchange")

    [said] = cell(table(desk.db), "Two-way support").quotes

    assert len(said.parts) == len(said.text.split("\n"))
    assert all(
        line.startswith(f"{part.speaker}: ") for part, line in zip(said.parts, said.text.split("\n"), strict=True)
    )
    assert 2 == len({part.speaker for part in said.parts})


# Which quotes


def test_quotes_are_spread_over_transcripts_before_a_second_of_one():
    """One of each transcript comes first, in the order of transcripts, and then a second."""
    answers = [answer("a", "T1", start=0), answer("b", "T1", start=20), answer("c", "T2"), answer("d", "T3")]

    assert ["a", "c", "d"] == [one.excerpt_id for one in chosen(answers, {}, 3, "").quotes]
    assert ["a", "c", "d", "b"] == [one.excerpt_id for one in chosen(answers, {}, ALL, "").quotes]
    assert 1 == chosen(answers, {}, 3, "").more


def test_what_more_readers_found_comes_first():
    """Within a transcript and between them, a passage that two readers agree on goes before one that one found."""
    answers = [
        answer("a", "T1"),
        answer("b", "T1", start=20),
        answer("b", "T1", start=20, coder="Ben"),
        answer("c", "T2"),
    ]

    assert ["b", "c", "a"] == [one.excerpt_id for one in chosen(answers, {}, 5, "").quotes]


def test_the_same_words_are_quoted_once():
    """An exchange that holds a passage which is quoted already does not repeat it."""
    answers = [answer("a", start=0), answer("b", start=5), answer("c", start=10)]

    assert ["a", "c"] == [one.excerpt_id for one in chosen(answers, {}, 5, "").quotes]


def test_the_own_borders_go_before_those_of_others():
    """For a reader's own table their borders count; for everybody's those that were moved last."""
    answers = [answer("a"), answer("a", coder="Ben")]
    moved = {"a": [Moved("Ann", 1, "mine", (0, 5), True), Moved("Ben", 2, "theirs", (0, 6), True)]}

    assert "mine" == chosen(answers, moved, 5, "Ann").quotes[0].words_id
    assert "theirs" == chosen(answers, moved, 5, "").quotes[0].words_id


def test_kinds_of_those_who_hold_it_are_named_beside_each_other():
    """A person who found it before and after suggestions is one reader with two kinds; who changed is not named."""
    answers = [
        answer("a", kind="own-first", newest=False),
        answer("a", kind="assisted"),
        answer("a", coder="Ben", kind="blind", newest=False),
        answer("a", coder="Ben", kind="assisted", yes=False),
    ]

    [one] = chosen(answers, {}, 5, "").quotes

    assert (1, 1, ("before suggestions were shown", "with suggestions")) == (one.readers, one.otherwise, one.kinds)


# Lists beside each other


def test_lists_that_belong_together_make_one_order():
    """New layers and values stand where their own list has them; what stands for a value shares its row."""
    lists = [load_framework(name, [shipped_folder()]) for name in ("maternal", "side-by-side", "women-side-by-side")]

    groups = combine(lists)

    assert ["Foundational values", "Foundational layer on the family", "Second foundational layer", "Core values"] == [
        group.name for group in groups
    ]
    assert ["Safety", "Experiences in common", "Choice and control"] == [line.name for line in groups[0].lines]
    assert [("family-centred", None, None)] == [line.ids for line in groups[1].lines]
    assert [(None, None, "trust")] == [line.ids for line in groups[2].lines]
    assert [[0, 1, 2]] == families(lists)


def test_lists_that_have_nothing_to_do_with_each_other_stay_apart():
    """Two lists that were not made from one another are two tables, whatever their values are called."""
    base = load_framework("side-by-side", [shipped_folder()])

    assert [[0, 2], [1]] == families(
        [base, replace(base, id="other"), replace(base, id="third", extends="side-by-side@1.0")]
    )


@pytest.fixture(scope="module")
def two(tagged, tmp_path_factory):
    """Return a study with a second dataset that was tagged with a list made from the first one's."""
    study = copied(tagged, tmp_path_factory.mktemp("two"))
    own = study.home / "ours.yaml"
    own.write_text(
        'id: ours\nversion: "1"\ntitle: Ours\nextends: small@1.0\nlayers:\n  - {id: only, name: The only layer}\n'
        "  - {id: ours, name: A layer of ours}\nvalues:\n  - id: trust\n    name: Trust\n    layer: ours\n"
        "    definition: {source: illustrative, text: People rely on each other.}\n",
        "utf-8",
    )
    (study.home / "small.yaml").write_text(FRAMEWORK, "utf-8")
    study.run(study.files / "first-meeting.csv", dataset="women", framework=str(own))
    return study


def test_a_dataset_with_its_own_list_has_its_own_values(two):
    """A column per dataset: what is not on its list is said to be so, and each list's own order is kept beside it."""
    with desk_in(two) as desk:
        made = table(desk.db)

    [section] = made.sections
    assert ["general", "women"] == [column.dataset for column in section.columns]
    assert ["The only layer", "A layer of ours"] == [layer.name for layer in section.layers]
    assert ["Not on this list.", "Nothing to show here yet."] == [
        cell(made, "Trust", dataset).words for dataset in ("general", "women")
    ]
    assert ("A layer of ours", ("Trust",)) == section.columns[1].order[-1]


# Files


def rows_of(data):
    """Return the rows of a workbook's first sheet."""
    return list(load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))


def test_the_workbook_has_a_row_for_each_quote(desk):
    """Layer, value, dataset, counts of transcripts, and the quote with all that belongs to it."""
    found(desk, "Ann", GATE, "choice")
    found(desk, "Ann", SHED, "choice")

    header, *rows = rows_of(exemplar_sheet.write(table(desk.db)))

    assert exemplar_sheet.COLUMNS == header
    assert ["Choice", "Choice", "Experiences in common", "Two-way support"] == [row[1] for row in rows]
    first = dict(zip(header, rows[0], strict=True))
    assert ("The only layer", "general", 1, 1, "1 reader", "before suggestions were shown") == tuple(
        first[name]
        for name in ("layer", "dataset", "found in transcripts", "transcripts read", "readers", "how it was read")
    )
    assert "Not found so far in the 1 transcript read." == rows[-1][-1]


@pytest.mark.parametrize("words", ["=1+1", "+44", "-2 of them", "@home"])
def test_no_words_become_a_formula(words):
    """What somebody says is text in a workbook, however it begins."""
    data = exemplar_sheet.write(one_cell(Cell(listed=True, found=1, read=1, quotes=(quote(words),))))

    place = load_workbook(io.BytesIO(data)).worksheets[0]["F2"]
    assert (words, "s") == (place.value, place.data_type)


def test_the_page_stands_alone_and_escapes_what_people_said():
    """No script, no address, nothing from elsewhere; tags in somebody's words are words."""
    one = one_cell(
        Cell(listed=True, own_meaning=True, found=1, read=1, quotes=(quote("<script>alert(1)</script>"),), more=2)
    )

    text = exemplars_page(one, "A & B", date(2026, 1, 5)).decode()

    assert "&lt;script&gt;alert(1)" in text
    assert "A &amp; B" in text
    assert re.search(r"<script|<link|http|url\(|@import", text) is None
    assert "More passages show it than are quoted here." in text


def test_the_document_has_each_value_with_its_quotes():
    """Below a heading, with whose words they are; what XML cannot hold is one other character."""
    said = quote("I stayed.\x0b & <b>", standing="member", readers=2, otherwise=1)
    one = one_cell(Cell(listed=True, found=1, read=3, quotes=(said,), more=2))

    document = docx.Document(io.BytesIO(exemplar_document.write(one, "A & B", date(2026, 1, 5))))

    assert [
        "Exemplars: A & B",
        "05 January 2026. These are people's words: keep the file as safe as the study.",
        "The only layer",
        "Choice",
        "general: Found in 1 of 3 transcripts read. More passages show it than are quoted here.",
        "“I stayed.\ufffd & <b>”",
        "P01, member, general 1, found by 2 readers; 1 read it otherwise, without suggestions.",
    ] == [paragraph.text for paragraph in document.paragraphs]
    assert "" == document.core_properties.author


def test_the_command_writes_all_files(study, tagger):
    """A workbook, a document or a page, by the ending of the name; anything else is refused with what to do."""
    import_codings(study.folder, codings_table(study, whole(study, RANG, "Cy", "choice")), "independently")

    for name in ("table.xlsx", "table.docx", "table.html"):
        said = tagger("exemplars", "--study", study.folder, "-o", study.home / name)
        assert (0, True) == (said.code, said.out.startswith("Wrote 1 quote to "))
    refused = tagger("exemplars", "--study", study.folder, "-o", study.home / "table.odt")

    assert b"She rang me" in (study.home / "table.html").read_bytes()
    assert 1 == refused.code
    assert "End it in .xlsx, .docx or .html" in refused.err
