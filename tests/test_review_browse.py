"""Finding passages, and what a list may show and must not tell."""

from __future__ import annotations

from uuid import uuid4

import pytest
from desk import AT_ONCE, OWN_FIRST, tried
from hypothesis import given
from hypothesis import strategies as st

from tagger.review import browse
from tagger.review.browse import Find, likeness, listing, words
from tagger.review.notes import add

GATE = "My neighbour brought me along"
HOME = "I could have gone home"
SHED = "what is said by the shed"
NIGHT = "a thing about the night shift"
RANG = "She rang me when my brother was ill"
TOILET = "only the toilet"
LATE = "because I was late"
WINDOW = "near the window"
WILL_GO = "I will go. It was a bad one"
GLAD = "I am glad you came"
TURNS = "We can take turns"
THANKS = "Thank you both"


@pytest.fixture
def desk(open_study):
    """Return a desk with one reader, Ann."""
    with tried(open_study) as desk:
        desk.assist(desk.reader("Ann"))
        yield desk


def found(desk, review=OWN_FIRST, coder="Ann", page_name="browse", **sought):
    """Return what a person finds."""
    return browse.find(desk.db, coder, Find(**sought), review, desk.tick(), page_name)


def ids(desk, review=OWN_FIRST, **sought):
    """Return the excerpts that Ann finds."""
    return [row.excerpt_id for row in found(desk, review, **sought).rows]


def excerpts(desk, *holding):
    """Return the passages that hold these words."""
    return {desk.excerpt(words) for words in holding}


def row_of(desk, holding, review=OWN_FIRST, **sought):
    """Return the row of one passage."""
    excerpt = desk.excerpt(holding)
    [row] = [row for row in found(desk, review, **sought).rows if row.excerpt_id == excerpt]
    return row


# Searching


def test_every_passage_is_listed_once_in_the_order_of_the_talk(desk):
    """Without anything looked for all passages are there, by dataset, transcript and place, and no exchange."""
    rows = found(desk).rows
    places = desk.ask("SELECT excerpt_id, transcript, start FROM excerpt_list WHERE kind = 'passage'")
    start = {row["excerpt_id"]: (row["transcript"], row["start"]) for row in places}

    assert len(start) == len(rows) == len({row.excerpt_id for row in rows})
    assert {"passage"} == {row.kind for row in rows}
    keys = [(int(row.transcript.removeprefix("general ")), start[row.excerpt_id][1]) for row in rows]
    assert keys == sorted(keys)
    assert {1, 2, 3, 4} == {number for number, _ in keys}


def test_a_result_comes_in_pages(desk, monkeypatch):
    """Pages follow each other without gap or repetition, and one beyond the end is the last."""
    whole = ids(desk)
    monkeypatch.setattr(browse, "PAGE", 5)
    pages = [found(desk, page=number) for number in (1, 2, 3, 4)]

    assert whole == [row.excerpt_id for page in pages for row in page.rows]
    assert [(17, number, 4) for number in (1, 2, 3, 4)] == [(page.total, page.page, page.pages) for page in pages]
    assert (4, 1) == (found(desk, page=99).page, found(desk, page=-1).page)


def test_words_are_found_whatever_their_capitals(desk):
    """Case does not matter, and the words are marked as they stand."""
    row = row_of(desk, GATE, text="my NEIGHBOUR  brought")

    assert excerpts(desk, GATE) == set(ids(desk, text="my NEIGHBOUR  brought"))
    assert ["My neighbour brought"] == [piece.text for piece in row.pieces if piece.mark == "hit"]
    assert row.text == "".join(piece.text for piece in row.pieces)


def test_words_are_searched_to_the_letter(desk):
    """A per cent sign, a full stop or a bracket stands for itself."""
    assert [] == ids(desk, text="%")
    assert [] == ids(desk, text="n_ighbour")
    assert [] == ids(desk, text="neighbour(")
    assert [] == ids(desk, text="n.ighbour")
    assert excerpts(desk, WINDOW) < set(ids(desk, text="."))


def test_a_participant_and_a_dataset_narrow_the_list(desk):
    """Filters leave only what fits all of them."""
    speaker = row_of(desk, GATE).participant

    assert excerpts(desk, GATE, HOME, SHED, NIGHT, RANG, TOILET) == set(ids(desk, participant=speaker))
    assert excerpts(desk, RANG) == set(ids(desk, participant=speaker, text="brother"))
    assert 17 == found(desk, dataset="general").total
    assert 0 == found(desk, dataset="women").total


@pytest.mark.parametrize(
    ("text", "needle", "hit"),
    [
        ("She said “don’t” and left", "don't", "don’t"),
        ("one wet\nTuesday", "wet tuesday", "wet\nTuesday"),
        ("I waited – and waited", "waited - and", "waited – and"),
        ("Straße", "STRASSE", None),
        ("café", "cafe", None),
        ("café", "CAFÉ", "café"),
        ("well… no", "well... no", "well… no"),
        ("a soft\u00adware word", "software", "soft\u00adware"),
        ("🙂🙂", "🙂", "🙂"),
        ("nothing", "", None),
    ],
)
def test_words_are_found_whatever_became_of_their_quotes_and_blanks(text, needle, hit):
    """Typed quotes, dashes and blanks find the printed ones; accents count as typed."""
    marked = [piece.text for piece in words.marked(text, words.needle(needle)) if piece.mark]

    assert hit == (marked[0] if marked else None)


@given(st.text(max_size=60), st.text(max_size=5))
def test_marking_changes_no_text_and_agrees_with_finding(text, needle):
    """Whatever is looked for, the pieces are the text, and there is a hit where one is found."""
    folded = words.needle(needle)
    pieces = words.marked(text, folded)

    assert text == "".join(piece.text for piece in pieces)
    assert any(piece.mark for piece in pieces) == bool(words.hits(text, folded))
    assert not words.hits(text, folded) or words.found(text, folded)


# What the reader did


def test_passages_are_found_by_what_the_reader_did(desk):
    """Yes, no, nothing here, unsure, skipped, not on our list, and not read yet are all told apart."""
    for place, (act, answers) in {
        GATE: ("done", {"choice": "yes"}),
        HOME: ("nothing here", {}),
        SHED: ("unsure", {}),
        NIGHT: ("skip", {}),
        RANG: ("something not on our list", {}),
        LATE: ("choose", {"common": "no"}),
    }.items():
        desk.decide(desk.serve("Ann", desk.excerpt(place)), act, answers)

    assert excerpts(desk, GATE) == set(ids(desk, mine="yes"))
    assert excerpts(desk, GATE, HOME, LATE) == set(ids(desk, mine="no"))
    assert excerpts(desk, HOME) == set(ids(desk, mine="nothing here"))
    assert excerpts(desk, SHED) == set(ids(desk, mine="unsure"))
    assert excerpts(desk, NIGHT) == set(ids(desk, mine="skipped"))
    assert excerpts(desk, RANG) == set(ids(desk, mine="not on our list"))
    assert 17 - 6 == found(desk, mine="unread").total
    assert excerpts(desk, GATE) == set(ids(desk, mine="yes", value="choice"))
    assert [] == ids(desk, mine="yes", value="common")
    assert excerpts(desk, GATE, HOME, LATE) == set(ids(desk, mine="no", value="common"))


def test_what_was_taken_back_is_not_read_yet(desk):
    """After undo, and after a mark was taken away again, a passage is among those not read."""
    desk.decide(desk.serve("Ann", desk.excerpt(GATE)), "done", {"choice": "yes"})
    desk.undo("Ann")
    passage = desk.serve("Ann", desk.excerpt(HOME))
    desk.decide(passage, "choose", {"choice": "yes"})
    desk.decide(passage, "choose", {"choice": "not asked"})

    assert 17 == found(desk, mine="unread").total
    assert ("", "") == (row_of(desk, GATE).mine, row_of(desk, HOME).mine)


def test_the_reader_s_own_reading_is_told_in_words(desk):
    """Each row says what this person holds, and whether they have finished."""
    desk.decide(desk.serve("Ann", desk.excerpt(GATE)), "done", {"choice": "yes", "common": "yes"})
    desk.decide(desk.serve("Ann", desk.excerpt(HOME)), "nothing here")
    desk.decide(desk.serve("Ann", desk.excerpt(SHED)), "choose", {"common": "no"})
    both = desk.serve("Ann", desk.excerpt(RANG))
    desk.decide(both, "something not on our list", {"common": "yes"})
    desk.decide(both, "done")
    left = desk.serve("Ann", desk.excerpt(NIGHT))
    desk.decide(left, "skip")

    assert "You said yes to Choice and Experiences in common." == row_of(desk, GATE).mine
    assert "You said: nothing here." == row_of(desk, HOME).mine
    assert "You said: nothing here, so no to Choice." == row_of(desk, HOME, mine="no", value="choice").mine
    assert "You said no to Experiences in common, and have not finished." == row_of(desk, SHED).mine
    assert (
        "You said yes to Experiences in common, and that there is something not on our list." == row_of(desk, RANG).mine
    )
    assert "You skipped it." == row_of(desk, NIGHT).mine
    desk.decide(left, "choose", {"choice": "yes"})
    assert "You said yes to Choice, and have not finished." == row_of(desk, NIGHT).mine


def test_nobody_finds_passages_by_what_others_did(desk):
    """Another person's answers are neither found nor told before the own reading."""
    desk.assist(desk.reader("Ben"))
    desk.decide(desk.serve("Ben", desk.excerpt(GATE)), "done", {"choice": "yes"})

    assert [] == ids(desk, mine="yes")
    assert desk.excerpt(GATE) not in ids(desk, value="choice")
    assert ("", ()) == (row_of(desk, GATE).mine, row_of(desk, GATE).shown.readings)
    desk.decide(desk.serve("Ann", desk.excerpt(GATE)), "unsure")
    assert [("Choice",)] == [reading.yes for reading in row_of(desk, GATE).shown.readings]


def test_a_decision_under_an_earlier_cut_is_still_found(desk):
    """An excerpt that is no longer cut is listed for whoever read it, and for nobody else."""
    old = desk.excerpt(GATE)
    desk.decide(desk.serve("Ann", old), "done", {"choice": "yes"})
    desk.assist(desk.reader("Ben"))
    desk.db.run("UPDATE excerpts SET segmentation_id = 'earlier' WHERE id = $id", {"id": old})

    assert [old] == ids(desk, mine="yes")
    assert old in ids(desk)
    assert old not in [row.excerpt_id for row in found(desk, coder="Ben").rows]


# What may be shown


def test_own_first_a_value_finds_only_what_the_reader_has_read(desk):
    """Suggestions of passages that are not read are neither shown nor told by the list."""
    assert [] == ids(desk, value="choice")
    desk.decide(desk.serve("Ann", desk.excerpt(WINDOW)), "done")
    desk.decide(desk.serve("Ann", desk.excerpt(GATE)), "done")

    assert excerpts(desk, WINDOW) == set(ids(desk, value="choice"))
    assert ["Choice"] == [one.value for one in row_of(desk, WINDOW, value="choice").shown.suggestions]
    assert "You said: nothing here, so no to Choice." == row_of(desk, WINDOW, value="choice").mine


def test_suggestions_at_once_are_found_but_for_those_that_wait_blind(desk):
    """Where the study shows suggestions first, passages to be read blind stay out of a list by value."""
    assert excerpts(desk, WINDOW, WILL_GO) == set(ids(desk, AT_ONCE, value="choice"))
    desk.drawn("Ann", desk.excerpt(WILL_GO))

    assert excerpts(desk, WINDOW) == set(ids(desk, AT_ONCE, value="choice"))
    assert [] == ids(desk, AT_ONCE, value="choice", text="bad one")
    assert excerpts(desk, WILL_GO) == set(ids(desk, AT_ONCE, text="bad one"))


def test_a_passage_that_waits_blind_shows_its_words_and_nothing_else(desk):
    """No suggestion and no reading of others on it or on an exchange that holds it, on any list."""
    waiting = desk.excerpt(TURNS)
    desk.drawn("Ann", waiting)
    desk.assist(desk.reader("Ben"))
    desk.decide(desk.serve("Ben", waiting), "done", {"common": "yes"})
    for sought in ({}, {"text": "turns"}, {"value": "two-way"}, {"mine": "unread"}, {"value": "common"}):
        found(desk, AT_ONCE, **sought)
    browse.similar(desk.db, "Ann", desk.excerpt(GLAD), AT_ONCE, desk.tick(), "similar")

    row = row_of(desk, TURNS, AT_ONCE)
    assert ((), (), "") == (row.shown.suggestions, row.shown.readings, row.mine)
    shown = "SELECT count(*) FROM shown_on WHERE coder_id = 'Ann' AND excerpt_id = $excerpt"
    assert 0 == desk.one(shown, excerpt=waiting)
    assert desk.one("SELECT count(*) FROM displays WHERE coder_id = 'Ann'") > 0
    desk.decide(desk.serve("Ann", waiting, "blind", "random"), "done")
    assert [("blind", "nothing here", "choice no, common no, two-way no")] == desk.current("Ann", waiting)


def test_what_a_list_shows_is_stored_with_its_page(desk):
    """Every suggestion and reading on the page, in its order, and nothing that is on other pages."""
    desk.assist(desk.reader("Ben"))
    desk.decide(desk.serve("Ben", desk.excerpt(WINDOW)), "done", {"common": "yes"})
    desk.decide(desk.serve("Ann", desk.excerpt(WINDOW)), "done")
    rows = found(desk, page_name="browse by value", value="choice").rows

    stored = desk.ask("SELECT page, shown, excerpt_id FROM displays WHERE coder_id = 'Ann' ORDER BY position")
    assert [("browse by value", "suggestion"), ("browse by value", "reading")] == [
        (row["page"], row["shown"]) for row in stored
    ]
    assert excerpts(desk, WINDOW) == {row["excerpt_id"] for row in stored} == {row.excerpt_id for row in rows}


def test_a_passage_whose_suggestion_was_seen_in_a_list_is_read_with_suggestions(desk):
    """A reading after the list is stored as assisted, whatever the passage was handed out for."""
    found(desk, AT_ONCE, value="choice")
    desk.decide(desk.serve("Ann", desk.excerpt(WINDOW), "blind", "random"), "done")

    assert ["assisted"] == [kind for kind, _, _ in desk.current("Ann", desk.excerpt(WINDOW))]


def test_what_a_passage_touches_on_comes_with_it(desk):
    """Notes by people, on the passage, its transcript or an exchange around it, are in the row."""
    transcript = row_of(desk, TURNS).transcript_id
    exchange = desk.excerpt(THANKS, "exchange")
    for note, excerpt in (("about illness", ""), ("about Mondays", exchange)):
        add(
            desk.db, note_id=str(uuid4()), coder_id="Ann", transcript_id=transcript, excerpt_id=excerpt, note=note,
            now=desk.tick(),
        )  # fmt: skip

    assert ("about Mondays", "about illness") == row_of(desk, TURNS).notes
    assert ("about illness",) == row_of(desk, WILL_GO).notes
    assert () == row_of(desk, GATE).notes


def test_what_can_be_looked_for_is_listed(desk):
    """Datasets, values in the framework's order, and participants."""
    choices = browse.choices(desk.db)

    assert ("general",) == choices.datasets
    assert ["choice", "common", "two-way"] == [value for value, _ in choices.values]
    assert row_of(desk, GATE).participant in choices.participants


def test_times_and_standing_come_with_a_passage(desk):
    """A passage of captions says when it was said, and who speaks by pseudonym alone."""
    row = row_of(desk, GLAD)

    assert ("00:00:32", ("unknown",)) == (row.time, row.standing)
    assert row.participant.startswith("P")


# Likeness


def test_the_most_alike_come_first_and_the_least_alike_last(desk):
    """Order is by the cosine of what the model makes of texts; the passage itself and what overlaps it are left out."""
    itself = desk.excerpt(RANG)
    alike = likeness.alike(desk.db, itself, 5, 3)
    cosines = dict(
        desk.db.rows(
            "SELECT e.excerpt_id, list_dot_product(v.vector[:384], w.vector[:384]) FROM excerpt_list e "
            "JOIN excerpts x ON x.id = e.excerpt_id JOIN vectors v ON v.text_key = x.text_key AND v.part = 0, "
            "(SELECT vector FROM vectors JOIN excerpts USING (text_key) WHERE id = $id AND part = 0) w "
            "WHERE e.kind = 'passage' AND e.excerpt_id <> $id",
            {"id": itself},
        )
    )

    assert sorted(cosines, key=lambda excerpt: -cosines[excerpt])[:5] == list(alike.most)
    long = [excerpt for excerpt in cosines if excerpt not in excerpts(desk, TOILET)]
    assert sorted(long, key=lambda excerpt: cosines[excerpt])[:3] == list(alike.least)


def test_passages_in_an_exchange_are_not_compared_with_it(desk):
    """Likeness to oneself says nothing."""
    exchange = desk.excerpt(THANKS, "exchange")
    alike = likeness.alike(desk.db, exchange)

    assert alike.most
    assert not excerpts(desk, TURNS, THANKS) & {*alike.most, *alike.least}
    assert not {*alike.most} & {*alike.least}


def test_without_vectors_nothing_is_alike(desk):
    """A passage that no model has seen has no neighbours, and that is no error."""
    key = desk.one("SELECT text_key FROM excerpts WHERE id = $id", id=desk.excerpt(RANG))
    desk.db.run("DELETE FROM vectors WHERE text_key = $key", {"key": key})

    assert likeness.Alike((), ()) == likeness.alike(desk.db, desk.excerpt(RANG))
    assert likeness.Alike((), ()) == likeness.alike(desk.db, "nothing")


def test_similar_passages_obey_the_rules_of_every_list(desk):
    """What is shown beside them is stored on that page; what waits blind shows its words alone."""
    desk.drawn("Ann", desk.excerpt(WILL_GO))
    result = browse.similar(desk.db, "Ann", desk.excerpt(WINDOW), AT_ONCE, desk.tick(), "similar")
    shown = {row.excerpt_id: row.shown for row in (*result.most, *result.least)}

    assert 12 == len(result.most)
    assert () == shown[desk.excerpt(WILL_GO)].suggestions
    assert shown[desk.excerpt(NIGHT)].suggestions
    stored = desk.ask("SELECT DISTINCT page, excerpt_id FROM displays ORDER BY 2")
    assert {("similar", excerpt) for excerpt, one in shown.items() if one.suggestions} == {
        (row["page"], row["excerpt_id"]) for row in stored
    }


def test_rows_come_in_the_order_asked_for(desk):
    """Whatever the order of the tables."""
    wanted = [desk.excerpt(place) for place in (TURNS, GATE, WINDOW)]

    assert wanted == [row.excerpt_id for row in listing.rows(desk.db, "Ann", wanted, OWN_FIRST, desk.tick(), "a list")]
    assert [] == listing.rows(desk.db, "Ann", [], OWN_FIRST, desk.tick(), "a list")
