"""Tests of reading packs: what is in them, what comes back, and that nothing comes back twice or from elsewhere."""

from __future__ import annotations

import io
import re
from collections import Counter
from contextlib import contextmanager
from uuid import uuid4

import pytest
from desk import OWN_FIRST, desk_in, lasting
from openpyxl import load_workbook
from serving import served
from visitor import visitor

from tagger.config import ReviewSettings
from tagger.errors import CodingsError, UsageError
from tagger.exchange import packs as workbooks
from tagger.exchange.packs import ARMS, OUTCOMES, PACK, READ
from tagger.review import packs
from tagger.review.hand_over import hand_over
from tagger.review.servings import Queue, next_serving, prepare
from tagger.review.web.files import pack_page
from tagger.steps.revised import to_be_read_again
from tagger.store import serving
from tagger.store.database import opened

GENERAL = Queue("general", read="all")

ASSISTED = ReviewSettings(blind_share=0.0)


@pytest.fixture
def desk(study):
    """Return a desk with one reader, Ann."""
    with desk_in(study) as desk:
        desk.reader("Ann")
        yield desk


@pytest.fixture
def pack(desk):
    """Return a pack of eight passages for Ann."""
    return made(desk)


def made(desk, n=8, pack_id=None, seed=7):
    """Make a pack for Ann."""
    wanted = {pack_id or str(uuid4()): "Ann"}
    [pack] = packs.make(desk.db, wanted, GENERAL, OWN_FIRST, n=n, seed=seed, now=desk.tick())
    return pack


def filled(data, marks, notes=None):
    """Fill in a workbook: the names of columns to mark by the number of the passage, and notes."""
    book = load_workbook(io.BytesIO(data))
    sheet = book[READ]
    columns = {cell.value: cell.column for cell in sheet[1]}
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for number, names in marks.items():
        for name in names:
            sheet.cell(rows[number], columns[name], "x")
    for number, text in (notes or {}).items():
        sheet.cell(rows[number], columns[workbooks.YOUR_NOTES], text)
    return saved(book)


def saved(book):
    """Return the bytes of a workbook."""
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def back(desk, data, name="pack.xlsx"):
    """Bring a workbook back."""
    return packs.bring_back(desk.db, workbooks.read(data, name), name, desk.tick())


def told(pack, rows, name="pack.xlsx"):
    """Return the first line about a pack that came back."""
    says = "1 row says" if rows == 1 else f"{rows} rows say"
    return f"{name} is pack {pack.id[:8]}, for {pack.reader}: stored what {says}."


def handed(desk, pack):
    """Return the servings of a pack by their numbers."""
    rows = desk.ask("SELECT number, serving_id::VARCHAR AS id FROM pack_servings WHERE pack_id = $id", id=pack.id)
    return {row["number"]: desk.served(row["id"]) for row in rows}


def passages(desk, pack):
    """Return the numbers of what is a passage and no exchange, which is read against other values."""
    return [number for number, one in sorted(handed(desk, pack).items()) if one.kind == "passage"]


# What is in it


def test_a_pack_holds_the_next_passages_and_no_suggestion(desk):
    """The words, what was said before, who speaks; no cue of any suggestion, and nothing was shown."""
    pack = made(desk, n=packs.MOST)

    assert list(range(1, len(pack.passages) + 1)) == [passage.number for passage in pack.passages]
    texts = {row["text"] for row in desk.ask("SELECT text FROM excerpt_list WHERE kind = 'passage'")}
    assert {passage.text for passage in pack.passages if "\n" not in passage.text} <= texts
    assert any(re.match(r"I\d\d \(asks\): How did you come", passage.before) for passage in pack.passages)
    assert all(re.fullmatch(r"(P\d\d|not named)(\n(P\d\d|not named))*", passage.who) for passage in pack.passages)
    assert 0 == desk.one("SELECT count(*) FROM displays")
    cues = {row["cue"] for row in desk.ask("SELECT DISTINCT cue FROM suggestion_list")}
    rows = load_workbook(io.BytesIO(workbooks.write(pack)))[READ].iter_rows(values_only=True)
    assert not cues & {cell for row in rows for cell in row}


def test_the_same_id_gives_the_same_pack(desk, pack):
    """A form that is sent twice hands nothing out twice."""
    assert pack == made(desk, pack_id=pack.id)
    assert 8 == desk.one("SELECT count(*) FROM servings")


def test_what_lies_in_a_pack_comes_in_no_other(desk, pack):
    """The next pack goes on where this one ends; when nothing is left, that is said."""
    names = Counter(one.excerpt_id for one in handed(desk, pack).values())
    names.update(one.excerpt_id for one in handed(desk, made(desk, n=packs.MOST)).values())

    assert 1 == max(names.values())
    with pytest.raises(UsageError, match="nothing is left to put into a pack"):
        made(desk)


@pytest.mark.parametrize("n", [0, packs.MOST + 1])
def test_a_pack_has_a_sensible_size(desk, n):
    """None at all, or hundreds, are refused in words."""
    with pytest.raises(UsageError, match="a pack holds 1 to 200 passages"):
        made(desk, n=n)


def test_the_arm_is_stated_in_words(desk, pack):
    """Each row says whether its passage is one of those without suggestions."""
    rows = load_workbook(io.BytesIO(workbooks.write(pack)))[READ].iter_rows(min_row=2, values_only=True)

    expected = [ARMS[handed(desk, pack)[number].arm] for number in range(1, 9)]
    assert expected == [row[-1] for row in rows]


def test_the_workbook_is_laid_out_to_be_read(pack):
    """Four sheets, a header that stays in sight, a column for every answer, wide columns for words."""
    book = load_workbook(io.BytesIO(workbooks.write(pack)))

    assert ["How to", "The list", "Read", "Pack"] == book.sheetnames
    sheet = book[READ]
    names = [cell.value for cell in sheet[1]]
    values = [value.name for value in pack.framework.values]
    assert [*values, *OUTCOMES, workbooks.YOUR_NOTES, workbooks.ARM] == names[5:]
    assert "A2" == sheet.freeze_panes
    place = names.index(workbooks.PASSAGE)
    assert sheet.column_dimensions["ABCDEFG"[place]].width > 50
    assert sheet.cell(2, place + 1).alignment.wrap_text


def test_the_page_to_print_has_boxes_and_stands_alone(pack):
    """Every value and every other answer has a box under every passage; nothing comes from elsewhere."""
    text = pack_page(pack, "A <study>").decode()

    boxes = len(pack.framework.values) + len(OUTCOMES)
    assert 8 * boxes == text.count('<li class="tick">')
    assert "A &lt;study&gt;" in text
    assert re.search(r"<script|<link|http|url\(|@import", text) is None


def test_words_never_become_a_formula(desk, pack):
    """Cells of people's words are text."""
    book = load_workbook(io.BytesIO(workbooks.write(pack)))

    assert {"s", "n", "inlineStr"} >= {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}


# What comes back


def test_each_row_becomes_what_the_reader_said(desk, pack):
    """Values are a complete reading, the other answers are themselves, a note is kept, an empty row says nothing."""
    data = workbooks.write(pack)
    marks = {1: ["Choice"], 2: ["Nothing here"], 3: ["Unsure"], 4: ["Skip"], 5: ["Something here, not on our list"]}

    report = back(desk, filled(data, marks, {5: "humour", 1: "strong", 6: "what is this?"}))

    assert (6, 0) == (report.stored, report.known)
    assert (told(pack, 6), "2 rows are empty and stay open.") == report.lines
    held = {number: desk.current("Ann", one.excerpt_id) for number, one in handed(desk, pack).items()}
    outcomes = {number: [coding[1] for coding in codings] for number, codings in held.items()}
    assert outcomes == {
        1: ["values"], 2: ["nothing here"], 3: ["unsure"], 4: ["skipped"], 5: ["something not on our list"],
        6: [], 7: [], 8: [],
    }  # fmt: skip
    assert "choice yes, common no, two-way no" == held[1][0][2]
    notes = {row["note"] for row in desk.ask("SELECT note FROM standing_decisions WHERE note IS NOT NULL")}
    assert {"humour", "strong", "what is this?"} == notes


def test_readings_of_a_pack_are_blind_or_own_first(desk, pack):
    """Nothing was shown, so the arm alone says which."""
    names = {number: ["Nothing here"] for number in range(1, 9)}

    back(desk, filled(workbooks.write(pack), names))

    kinds = {"blind": "blind", "assisted": "own-first"}
    expected = {one.excerpt_id: kinds[one.arm] for one in handed(desk, pack).values()}
    stored = desk.ask("SELECT excerpt_id, kind FROM codings WHERE coder_id = 'Ann'")
    assert expected == {row["excerpt_id"]: row["kind"] for row in stored}
    assert 0 == desk.one("SELECT count(*) FROM doubtful_codings")


def test_bringing_it_back_again_stores_nothing(desk, pack):
    """The same rows are the same steps, however often the workbook comes."""
    data = filled(workbooks.write(pack), {1: ["Choice"], 2: ["Skip"]}, {1: "a note"})
    back(desk, data)
    before = desk.state("Ann")

    report = back(desk, data)

    assert (0, 2, before) == (report.stored, report.known, desk.state("Ann"))
    assert "2 rows were stored before." in report.lines


def test_what_was_changed_since_replaces_what_was_said(desk, pack):
    """A mark that is gone is taken away; bringing that one back again stores nothing either."""
    data, number = workbooks.write(pack), passages(desk, pack)[0]
    back(desk, filled(data, {number: ["Choice"]}))
    changed = filled(data, {number: ["Experiences in common"]})

    assert 1 == back(desk, changed).stored
    assert 0 == back(desk, changed).stored

    [(_, outcome, answers)] = desk.current("Ann", handed(desk, pack)[number].excerpt_id)
    assert ("values", "choice no, common yes, two-way no") == (outcome, answers)


def test_going_back_to_what_was_said_first_is_stored_too(desk, pack):
    """A row that was corrected and corrected back says what it says last."""
    data, number = workbooks.write(pack), passages(desk, pack)[0]
    first, second = (filled(data, {number: [name]}) for name in ("Choice", "Experiences in common"))

    assert [1, 1, 1, 0] == [back(desk, one).stored for one in (first, second, first, first)]

    [(_, _, answers)] = desk.current("Ann", handed(desk, pack)[number].excerpt_id)
    assert "choice yes, common no, two-way no" == answers


def test_what_was_taken_back_can_be_brought_back(desk, pack):
    """After an undo in the browser, bringing the pack back stores its rows again."""
    data = filled(workbooks.write(pack), {1: ["Skip"]})
    back(desk, data)
    desk.undo("Ann")

    assert (1, 0) == (back(desk, data).stored, back(desk, data).stored)
    assert ["skipped"] == [outcome for _, outcome, _ in desk.current("Ann", handed(desk, pack)[1].excerpt_id)]


def test_something_not_on_the_list_is_a_complete_reading_like_any_row_with_an_x(desk, pack):
    """What is not marked beside it is a no, as the pack's first sheet says."""
    one, two, *_ = passages(desk, pack)
    names = ["Choice", "Something here, not on our list"]
    back(desk, filled(workbooks.write(pack), {one: names, two: names[1:]}))

    given = handed(desk, pack)
    assert [("values", "choice yes, common no, two-way no")] == [
        c[1:] for c in desk.current("Ann", given[one].excerpt_id)
    ]
    [(_, outcome, answers)] = desk.current("Ann", given[two].excerpt_id)
    assert ("something not on our list", "choice no, common no, two-way no") == (outcome, answers)


def test_an_x_beside_the_list_can_be_taken_away_again(desk, pack):
    """A row without it says that there was nothing beside the list, and once is enough."""
    data, number = workbooks.write(pack), passages(desk, pack)[0]
    first = filled(data, {number: ["Choice", "Something here, not on our list"]})
    second = filled(data, {number: ["Choice"]})

    assert [1, 1, 0] == [back(desk, one).stored for one in (first, second, second)]

    one = handed(desk, pack)[number]
    held = desk.reading(one)
    assert ({"choice": "yes", "common": "no", "two-way": "no"}, False) == (held.answers, held.unlisted)


def test_rows_that_contradict_themselves_are_named_and_left_out(desk, pack):
    """Both a value and nothing here, two conclusions, or words for a mark: the row is named, the others are stored."""
    data = filled(workbooks.write(pack), {1: ["Choice", "Nothing here"], 2: ["Skip", "Unsure"], 3: ["Choice"]})
    book = load_workbook(io.BytesIO(data))
    book[READ].cell(5, 6, "perhaps")

    report = back(desk, saved(book))

    assert 1 == report.stored
    assert (
        "  row 2: Nothing here is marked, and Choice too; it was left out",
        "  row 3: Unsure and Skip are marked together; it was left out",
        "  row 5: “perhaps” under Choice is neither an x nor empty; it was left out",
    ) == report.lines[-3:]


@pytest.mark.parametrize("names", [["Choice"], ["Skip"], ["Something here, not on our list"], []])
def test_a_row_with_a_note_that_is_too_long_is_left_out_as_a_whole(desk, pack, names):
    """What the report calls left out was not stored, marks and all; the other rows are."""
    data = filled(workbooks.write(pack), {1: names, 2: ["Skip"]}, {1: "x" * 10_001})

    report = back(desk, data)

    assert 1 == report.stored
    assert (
        "  row 2: the note has 10,001 characters, and 10,000 is the most that is kept. Shorten it, or write two; "
        "it was left out" == report.lines[-1]
    )
    assert ["skip"] == [row["act"] for row in desk.ask("SELECT act FROM decisions")]


def test_rows_may_be_sorted_and_columns_moved(desk, pack):
    """Passages are known by their number and answers by the name of their column."""
    book = load_workbook(io.BytesIO(filled(workbooks.write(pack), {1: ["Choice"], 8: ["Skip"]})))
    rows = [list(row) for row in book[READ].iter_rows(values_only=True)]
    sheet = book[READ]
    for place, row in enumerate([rows[0], *reversed(rows[1:])], start=1):
        for column, value in enumerate(reversed(row), start=1):
            sheet.cell(place, column).value = value

    returned = workbooks.read(saved(book), "pack.xlsx")

    assert {(1, ("choice",), ""), (8, (), "skip")} == {(a.number, a.value_ids, a.outcome) for a in returned.answered}


def test_a_passage_that_is_there_twice_is_left_out(pack):
    """Two rows for one passage could say different things, so neither is taken."""
    book = load_workbook(io.BytesIO(filled(workbooks.write(pack), {1: ["Choice"], 2: ["Skip"]})))
    book[READ].cell(3, 1, 1)

    returned = workbooks.read(saved(book), "pack.xlsx")

    assert ((), ("rows 2 and 3: No. 1 is there more than once; they were left out",)) == (
        returned.answered,
        returned.problems,
    )


def test_what_was_read_in_the_browser_meanwhile_stays(desk, pack):
    """A row does not write over a reading that the person made elsewhere."""
    first = handed(desk, pack)[1]
    desk.decide(desk.serve("Ann", first.excerpt_id), "nothing here")

    report = back(desk, filled(workbooks.write(pack), {1: ["Choice"]}))

    assert 0 == report.stored
    assert (
        "  row 2: No. 1 was read in the browser meanwhile, and that reading stays; it was left out" == report.lines[-1]
    )
    assert ["nothing here"] == [outcome for _, outcome, _ in desk.current("Ann", first.excerpt_id)]


def test_a_pack_that_was_lost_holds_nothing_back(desk, pack):
    """Its passages come on the screen when nothing else is left to read."""
    seen = []
    while one := next_serving(desk.db, "Ann", GENERAL, OWN_FIRST, str(uuid4()), desk.tick()):
        desk.decide(one, "nothing here")
        seen.append(one.excerpt_id)

    assert {one.excerpt_id for one in handed(desk, pack).values()} == set(seen[-8:])


def test_a_pack_of_another_study_is_refused(desk, pack):
    """The ids in it are not known here."""
    book = load_workbook(io.BytesIO(filled(workbooks.write(pack), {1: ["Choice"]})))
    book[PACK].cell(2, 2, str(uuid4()))

    with pytest.raises(UsageError, match="not made in this study"):
        back(desk, saved(book))


def test_a_workbook_that_lost_a_column_or_its_sheet_says_so(pack):
    """What is missing is named, and nothing is guessed."""
    book = load_workbook(io.BytesIO(workbooks.write(pack)))
    book[READ].cell(1, 6, "Chice")
    with pytest.raises(CodingsError, match="no column 'Choice'"):
        workbooks.read(saved(book), "pack.xlsx")
    book[PACK].cell(1, 1, "something")
    with pytest.raises(CodingsError, match="does not say which pack"):
        workbooks.read(saved(book), "pack.xlsx")
    assert not workbooks.is_pack(b"PK\x03\x04 and no more")
    del book[PACK]
    assert not workbooks.is_pack(saved(book))


# Several at once


def human(desk):
    """Count the rows of what people decided, and of what they hold."""
    return [desk.one(f"SELECT count(*) FROM {table}") for table in ("decisions", "codings", "coding_answers")]


@pytest.fixture
def team(desk):
    """Return the packs of three people, made at once; two are wanted for every passage, and half are read blind."""
    review = ReviewSettings(blind_share=0.5, double_share=1.0, readers=2)
    names = ["Ann", desk.reader("Ben"), desk.reader("Cat")]
    wanted = {str(uuid4()): name for name in names}
    return packs.make(desk.db, wanted, GENERAL, review, n=6, seed=7, now=desk.tick())


def everything(pack, name="Nothing here"):
    """Return the workbook of a pack with the same answer in all rows."""
    return filled(workbooks.write(pack), {one.number: [name] for one in pack.passages})


def test_packs_for_several_come_back_in_any_order_and_twice(desk, team):
    """Each row once, as the reading of the person whose pack it is, in the arm in which it was handed out."""
    for pack in reversed(team):
        assert told(pack, len(pack.passages)) == back(desk, everything(pack)).lines[0]
    before = human(desk)

    for pack in team:
        report = back(desk, everything(pack), "again.xlsx")
        assert (0, len(pack.passages)) == (report.stored, report.known)

    assert before == human(desk)
    kinds = {"blind": "blind", "assisted": "own-first"}
    expected = {(one.coder_id, one.excerpt_id, kinds[one.arm]) for pack in team for one in handed(desk, pack).values()}
    stored = desk.ask("SELECT coder_id, excerpt_id, kind FROM codings")
    assert sorted(expected) == sorted(tuple(row.values()) for row in stored)
    assert {"blind", "own-first"} == {kind for *_, kind in expected}


def test_one_that_was_edited_after_it_was_brought_back_changes_its_own_reading_alone(desk, team):
    """The others who have the same passages keep theirs."""
    for pack in team:
        back(desk, everything(pack))
    ann, *others = team
    number = passages(desk, ann)[0]
    held = [desk.state(pack.reader) for pack in others]

    report = back(desk, filled(workbooks.write(ann), {number: ["Choice"]}))

    assert (1, 0) == (report.stored, report.known)
    [(_, outcome, _)] = desk.current("Ann", handed(desk, ann)[number].excerpt_id)
    assert "values" == outcome
    assert held == [desk.state(pack.reader) for pack in others]


def test_a_pack_says_whose_answers_it_brings_whoever_brings_it(desk, team):
    """What somebody else typed in from paper is the reading of the person whose pack it is, and of nobody else."""
    ben = team[1]

    report = back(desk, everything(ben), "typed-in-by-ann.xlsx")

    assert told(ben, len(ben.passages), "typed-in-by-ann.xlsx") == report.lines[0]
    assert ["Ben"] == [row["coder_id"] for row in desk.ask("SELECT DISTINCT coder_id FROM codings")]


def test_a_passage_that_was_open_when_the_pack_was_made_is_not_the_pack_s(desk):
    """What is then read on the open page was read in the browser, and no row of the pack writes over it."""
    prepare(desk.db, "Ann", "general", ASSISTED, 1, desk.tick())
    open_now = next_serving(desk.db, "Ann", GENERAL, ASSISTED, str(uuid4()), desk.tick())
    pack = made(desk)
    [number] = [k for k, one in handed(desk, pack).items() if one.excerpt_id == open_now.excerpt_id]
    assert handed(desk, pack)[number].id != open_now.id
    desk.decide(open_now, "nothing here")
    desk.show("Ann", open_now.excerpt_id)

    report = back(desk, filled(workbooks.write(pack), {number: ["Choice"]}))

    assert 0 == report.stored
    assert f"No. {number} was read in the browser meanwhile, and that reading stays" in report.lines[-1]
    assert ["nothing here"] == [outcome for _, outcome, _ in desk.current("Ann", open_now.excerpt_id)]


def test_a_pack_comes_back_after_it_was_handed_over(desk, team):
    """It is stored all the same, once, in its arms, and says that others may have read the passages since."""
    ann = team[0]
    hand_over(desk.db, "Ann", (), str(uuid4()), desk.tick())

    report = back(desk, everything(ann))
    again = back(desk, everything(ann))

    assert (6, 0) == (report.stored, again.stored)
    assert (
        "What lay in this pack was handed over, so others may have read it since. These readings count too."
        == report.lines[1]
    )
    kinds = {"blind": "blind", "assisted": "own-first"}
    expected = {one.excerpt_id: kinds[one.arm] for one in handed(desk, ann).values()}
    assert expected == {row["excerpt_id"]: row["kind"] for row in desk.ask("SELECT excerpt_id, kind FROM codings")}


def test_a_pack_comes_back_after_words_were_corrected(study):
    """What it says of the words that were read is kept, waits to be looked at again, and that is said."""
    with lasting(study) as desk:
        desk.reader("Ann")
        pack = made(desk, n=packs.MOST)
    study.edit("garden.txt", "one wet Tuesday in March", "on a dry Thursday in the month of May")
    study.run()
    with lasting(study) as desk:
        report = back(desk, everything(pack))
        again = back(desk, everything(pack))
        waiting = {coding.excerpt_id for coding in to_be_read_again(desk.db)}

        assert (len(pack.passages), 0) == (report.stored, again.stored)
        assert re.fullmatch(r"The words of \d+ passages? w\w+ corrected since: what .* is kept, to .*", report.lines[1])
        assert waiting
        assert waiting <= {one.excerpt_id for one in handed(desk, pack).values()}


def test_whoever_has_nothing_left_gets_no_pack_and_the_others_do(desk):
    """Only where nobody has anything left, that is an error."""
    everybody = {str(uuid4()): "Ann", str(uuid4()): desk.reader("Ben")}
    alone = ReviewSettings(blind_share=0.0, double_share=0.0, readers=1)

    found = packs.make(desk.db, everybody, GENERAL, alone, n=packs.MOST, seed=7, now=desk.tick())

    assert ["Ann"] == [pack.reader for pack in found]


# From the command line


def test_a_pack_goes_out_and_comes_back_by_command(study, tagger):
    """`tagger pack` writes it, `tagger import` knows it by itself and stores what was filled in."""
    path = study.home / "ann.xlsx"

    said = tagger("pack", "--study", study.folder, "--reader", "Ann", "--new", "-n", 3, "-o", path, "--print")

    assert 0 == said.code, said.err
    assert "Wrote 3 passages from general for Ann" in said.out
    assert path.with_suffix(".html").exists()
    path.write_bytes(filled(path.read_bytes(), {1: ["Choice"]}))
    brought = tagger("import", path, "--study", study.folder)
    number = study.one("SELECT left(id, 8) FROM packs")
    expected = f"ann.xlsx is pack {number}, for Ann: stored what 1 row says.\n2 rows are empty and stay open.\n"
    assert (0, expected) == (brought.code, brought.out)
    assert 1 == study.one("SELECT count(*) FROM codings WHERE kind IN ('blind', 'own-first')")


def test_packs_for_several_go_into_a_folder_each_under_its_number_and_name(study, tagger):
    """By name, adding who is new, or for everyone who reads here; each can be brought back by itself."""
    folder = study.home / "packs"
    options = ("--study", study.folder, "-n", 1, "-o", folder)

    said = tagger("pack", *options, "--reader", "Ann Lee", "--reader", "Jo", "--new", "--print")
    more = tagger("pack", *options, "--everyone")

    assert (0, 0) == (said.code, more.code), said.err + more.err
    numbers = {row["number"]: row["name"] for row in study.ask(
        "SELECT left(p.id, 8) AS number, c.name FROM packs p JOIN coders c ON c.id = p.coder_id"
    )}  # fmt: skip
    names = {"Ann Lee": "ann-lee", "Jo": "jo"}
    expected = {f"reading-pack-{number}-{names[name]}.xlsx" for number, name in numbers.items()}
    assert expected == {path.name for path in folder.glob("*.xlsx")}
    assert (4, 2) == (len(expected), len(list(folder.glob("*.html"))))
    for path in sorted(folder.glob("*.xlsx")):
        path.write_bytes(filled(path.read_bytes(), {1: ["Skip"]}))
        brought = tagger("import", path, "--study", study.folder)
        assert f"is pack {path.name[13:21]}, for {numbers[path.name[13:21]]}: stored what 1 row says." in brought.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "packs"), "Say who will read it"),
        (("--everyone", "--reader", "Ann", "-o", "packs"), "Say who will read it"),
        (("--everyone", "-o", "a.xlsx"), "Name a folder for the packs of several people"),
        (("--reader", "Ann", "-o", "packs"), "Name a file that ends in .xlsx"),
        (("--everyone", "-o", "packs"), "nothing is left to put into a pack"),
    ],
)
def test_what_is_missing_for_packs_is_said(study, tagger, options, words):
    """Who reads them, and where they go."""
    said = tagger("pack", "--study", study.folder, *options)

    assert said.code
    assert words in said.err


def test_a_reader_who_is_not_there_is_not_made_by_a_slip(study, tagger):
    """A name that nobody has is refused with those there are."""
    said = tagger("pack", "--study", study.folder, "--reader", "Anm", "-o", study.home / "a.xlsx")

    assert 1 == said.code
    assert "nobody here is called Anm. Readers are: nobody so far. To add somebody: --new." in said.err


def test_a_table_of_codings_still_says_how_it_was_made(study, tagger):
    """Only a reading pack needs no --made."""
    path = study.home / "codings.csv"
    path.write_text("transcript,text,coder,values\n", "utf-8")

    assert (2, True) == (lambda said: (said.code, "--made" in said.err))(
        tagger("import", path, "--study", study.folder)
    )


def test_while_people_read_a_pack_is_made_and_brought_back_in_the_browser(study, tagger):
    """The message names the page."""
    path = study.home / "ann.xlsx"
    tagger("pack", "--study", study.folder, "--reader", "Ann", "--new", "-n", 3, "-o", path)

    with served(study.folder):
        for arguments in (("import", path), ("pack", "--reader", "Ann", "-o", path)):
            said = tagger(*arguments, "--study", study.folder)
            assert 1 == said.code
            assert re.search(r"people are reading in this study just now.* http://127.0.0.1:\d+/packs", said.err)


# In the browser


@contextmanager
def browser(study, *names):
    """Open the pages of a study with these readers, the first of whom is there."""
    with opened(study.folder / "study.duckdb") as db:
        for name in names:
            db.run(
                "INSERT INTO coders (id, name, role, added_at) VALUES ($name, $name, 'reviewer', now()::TIMESTAMP)",
                {"name": name},
            )
    with serving(study.folder, "http://127.0.0.1") as owner, visitor(owner, study) as client:
        if len(names) > 1:
            client.post("/who", data={"reader": names[0]})
        yield client


def test_the_pages_make_a_pack_and_take_it_back(study):
    """Make it, save it, fill it in, bring it back; bringing back something else says so and loses nothing."""
    with browser(study, "Ann") as client:
        form = {"id": str(uuid4()), "reader": "Ann", "dataset": "general", "n": "4"}
        answer = client.post("/packs", data=form)
        assert "The pack is made: 4 passages." in answer.text
        book = client.get(f"/packs/{form['id']}.xlsx")
        assert book.headers["content-disposition"].startswith("attachment")
        assert 200 == client.get(f"/packs/{form['id']}/print").status_code
        brought = client.post("/packs/back", files={"pack": ("ann.xlsx", filled(book.content, {2: ["Choice"]}))})
        assert f"ann.xlsx is pack {form['id'][:8]}, for Ann: stored what 1 row says." in brought.text
        assert "1 of 4 passages came back" in brought.text
        other = client.post("/packs/back", files={"pack": ("notes.txt", b"hello")})
        assert (400, True) == (other.status_code, "this is not a reading pack" in other.text)


def test_the_page_makes_a_pack_for_each_of_several(study):
    """One form, sent twice, makes one pack each; every one is named, with its own workbook."""
    with browser(study, "Ann", "Ben", "Cat") as client:
        form = {"id": str(uuid4()), "reader": ["Ben", "Cat"], "dataset": "general", "n": "2"}
        answer, again = (client.post("/packs", data=form) for _ in range(2))
        links = re.findall(r"Pack (\w{8}), for (\w+)<.*?href=\"(/packs/[\w-]+\.xlsx)\"", answer.text, re.DOTALL)
        books = [load_workbook(io.BytesIO(client.get(link).content)) for *_, link in links]
        nobody = client.post("/packs", data={**form, "id": str(uuid4()), "reader": []})

    assert "The packs are made: Ben 2 passages, Cat 2 passages." in answer.text
    assert ["Ben", "Cat"] == [name for _, name, _ in links]
    assert links == re.findall(r"Pack (\w{8}), for (\w+)<.*?href=\"(/packs/[\w-]+\.xlsx)\"", again.text, re.DOTALL)
    assert [f"This is pack {number}, for {name}. It holds" for number, name, _ in links] == [
        book["How to"].cell(2, 1).value.partition(" 2 passages")[0] for book in books
    ]
    assert (400, True) == (nobody.status_code, "obody is named who will read it" in nobody.text)
    assert 2 == study.one("SELECT count(*) FROM packs")


def test_a_pack_can_be_made_for_somebody_else_but_their_progress_is_theirs(study):
    """Who helps a person without this computer sees the pack that was just made, and no list of theirs."""
    with browser(study, "Ann", "Ben") as client:
        form = {"id": str(uuid4()), "reader": "Ben", "dataset": "general", "n": "4"}
        answer = client.post("/packs", data=form)

        assert f"/packs/{form['id']}.xlsx" in answer.text
        assert "Your packs" not in answer.text


def test_the_exemplar_pages_answer(study):
    """The table, and both files to keep."""
    with browser(study, "Ann") as client:
        assert "Nothing to show here yet." in client.get("/exemplars").text
        assert client.get("/exemplars.xlsx").content.startswith(b"PK")
        assert client.get("/exemplars.html").headers["content-disposition"].startswith("attachment")
    noted = study.ask("SELECT kind, file_name FROM exports ORDER BY made_at")
    assert [("quotes", "my-exemplars.xlsx"), ("quotes", "my-exemplars.html")] == [(*one.values(),) for one in noted]
