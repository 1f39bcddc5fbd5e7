"""Tests of the one gate: what may be shown to whom, that it is recorded, and that nothing slips past it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from desk import AT_ONCE, OWN_FIRST, desk_in, lasting, tried
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scored import set_limits
from small_study import copied
from test_steps_imports import table, whole

from tagger.review.displays import may_show, nearest
from tagger.review.displays.why import ANSWERS, STAMP, UNTESTED, UNTESTED_EXCHANGE, range_words, rate_words
from tagger.steps.imports import import_codings
from tagger.store.database import opened

GATE = "My neighbour brought me along"
RANG = "She rang me when my brother was ill"
SHED = "a thing about the night shift"
WINDOW = "near the window"
WILL_GO = "I will go. It was a bad one"
THANKS = "Would somebody else"
EXCERPTS = {"excerpts": "id", "placements": "excerpt_id", "scores": "excerpt_id"}


@pytest.fixture
def desk(open_study):
    """Return a desk with two readers, Ann and Ben."""
    with tried(open_study) as desk:
        desk.assist(desk.reader("Ann"))
        desk.assist(desk.reader("Ben"))
        yield desk


def suggested(desk, *excerpt_ids, **more):
    """Show suggestions to Ann, and return the values by excerpt."""
    shown = desk.show("Ann", *excerpt_ids, **more)
    return [tuple(one.value_id for one in shown[excerpt].suggestions) for excerpt in excerpt_ids]


# Suggestions


def test_suggestions_come_after_the_own_reading(desk):
    """Own-first: Done, nothing here and unsure are readings; marks and a skip are not."""
    excerpt = desk.excerpt(SHED)
    served = desk.serve("Ann", excerpt)
    assert [()] == suggested(desk, excerpt)
    for act, expected in [("choose", ()), ("skip", ()), ("done", ("common",)), ("unsure", ("common",))]:
        desk.decide(served, act, {"common": "yes"})
        assert [expected] == suggested(desk, excerpt), act
    for expected in [("common",), (), (), ()]:
        desk.undo("Ann")
        assert [expected] == suggested(desk, excerpt)


def test_suggestions_come_at_once_where_the_study_says_so(desk):
    """A setting of the study, for passages that are not read blind."""
    excerpts = desk.excerpt(WILL_GO), desk.excerpt(SHED)

    assert [("choice", "common"), ("common",)] == suggested(desk, *excerpts, review=AT_ONCE)


def test_a_reader_who_asked_for_a_values_suggestions_sees_those_at_once(desk):
    """And no others; without a value nothing was asked for."""
    excerpts = desk.excerpt(WILL_GO), desk.excerpt(SHED)

    assert [("choice",), ()] == suggested(desk, *excerpts, value="choice", asked=True)
    assert [(), ()] == suggested(desk, *excerpts, asked=True)
    assert [(), ()] == suggested(desk, *excerpts, value="choice")


EARLY = [{"review": AT_ONCE}, {"value": "common", "asked": True}]


@pytest.mark.parametrize("more", EARLY)
def test_nothing_comes_before_the_own_reading_where_no_arm_was_drawn(desk, more):
    """It could still be drawn blind; what was read is shown all the same."""
    desk.reader("Cat")
    excerpt, other = desk.excerpt(SHED), desk.excerpt(RANG)
    desk.drawn("Cat", other, arm="assisted")
    desk.drawn("Ann", excerpt, arm="assisted")
    assert () == desk.show("Cat", excerpt, **more)[excerpt].suggestions
    served = desk.serve("Cat", excerpt)
    desk.decide(served, "done")
    assert 1 == len(desk.show("Cat", excerpt, **more)[excerpt].suggestions)
    desk.undo("Cat")
    desk.drawn("Cat", excerpt, arm="assisted")
    assert 1 == len(desk.show("Cat", excerpt, **more)[excerpt].suggestions)


def test_nothing_comes_early_of_an_exchange_before_all_its_passages_were_drawn(desk):
    """One that is not drawn yet is enough."""
    desk.reader("Cat")
    exchange = desk.excerpt(THANKS, "exchange")
    inside = desk.ask(
        "SELECT p.excerpt_id FROM excerpt_list p JOIN excerpt_list e ON e.transcript = p.transcript "
        'WHERE e.excerpt_id = $id AND p.kind = \'passage\' AND p.start < e."end" AND p."end" > e.start',
        id=exchange,
    )
    assert 1 < len(inside)
    for row in inside:
        assert set() == may_show(desk.db, "Cat", [exchange], AT_ONCE)
        desk.drawn("Cat", row["excerpt_id"], arm="assisted")
    assert {exchange} == may_show(desk.db, "Cat", [exchange], AT_ONCE)


@pytest.mark.parametrize("more", EARLY)
def test_nothing_is_shown_of_a_passage_that_waits_blind(desk, more):
    """Whatever is asked or set, and whether it was handed out yet; skipping it changes nothing."""
    excerpt = desk.excerpt(SHED)
    desk.drawn("Ann", excerpt)
    assert [()] == suggested(desk, excerpt, **more)
    served = desk.serve("Ann", excerpt, "blind", "random")
    desk.decide(served, "skip")
    assert [()] == suggested(desk, excerpt, **more)

    desk.decide(served, "nothing here")
    assert [("common",)] == suggested(desk, excerpt, **more)


def test_a_passage_of_an_audit_waits_blind_without_an_arm(desk):
    """It was handed out blind, and that is enough."""
    excerpt = desk.excerpt(SHED)
    desk.serve("Ann", excerpt, "blind", "audit")

    assert [()] == suggested(desk, excerpt, review=AT_ONCE)


def test_a_passage_that_waits_blind_for_somebody_else_does_not_matter(desk):
    """Arms are each reader's own."""
    desk.drawn("Ben", desk.excerpt(SHED))

    assert [("common",)] == suggested(desk, desk.excerpt(SHED), review=AT_ONCE)


def test_nothing_is_shown_of_an_exchange_around_a_passage_that_waits_blind(desk):
    """Even when the exchange itself was read; and before that, not beside a passage of the blind arm at all."""
    exchange = desk.excerpt(THANKS, "exchange")
    served = desk.serve("Ann", exchange)
    blind = desk.blind("Ann", desk.excerpt(THANKS))
    assert [()] == suggested(desk, exchange, review=AT_ONCE)
    desk.decide(served, "done")
    assert [()] == suggested(desk, exchange)
    desk.undo("Ann")
    desk.decide(blind, "done")
    assert [()] == suggested(desk, exchange, review=AT_ONCE)

    desk.decide(served, "done")
    assert [("two-way",)] == suggested(desk, exchange)


def test_passages_that_are_no_longer_cut_so_do_not_wait(study):
    """Nobody will be given them, so they must not hide what lies there now."""
    with lasting(study) as desk:
        desk.assist(desk.reader("Ann"))
        desk.drawn("Ann", desk.excerpt(GATE))
        assert set() == may_show(desk.db, "Ann", [desk.excerpt(GATE)], AT_ONCE)
    study.set("max_words = 40")
    study.run()
    with lasting(study) as desk:
        desk.assist("Ann")
        now = [row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM excerpt_list")]
        assert set(now) == may_show(desk.db, "Ann", now, AT_ONCE)


def test_may_show_says_beforehand_what_a_show_would_bring(desk):
    """It records nothing."""
    desk.drawn("Ann", desk.excerpt(WINDOW))
    desk.decide(desk.serve("Ann", desk.excerpt(SHED)), "done")
    excerpts = [desk.excerpt(words) for words in (SHED, WINDOW, GATE)]

    assert {excerpts[0]} == may_show(desk.db, "Ann", excerpts, OWN_FIRST)
    assert {excerpts[0], excerpts[2]} == may_show(desk.db, "Ann", excerpts, AT_ONCE)
    assert set() == may_show(desk.db, "Ann", ["unheard of"], AT_ONCE)
    assert 0 == desk.one("SELECT count(*) FROM displays")


def test_a_suggestion_tells_its_sentence_and_cue_and_how_strong_it_is(desk):
    """In words; there is no number of the machine's in it."""
    excerpt = desk.excerpt(RANG)
    [one] = desk.show("Ann", excerpt, review=AT_ONCE)[excerpt].suggestions

    assert ("two-way", "Two-way support", 1, "") == (one.value_id, one.value, one.rank, one.answered)
    assert one.why.sentence_text.startswith("She rang me when my brother was ill")
    text = desk.one("SELECT text FROM excerpts WHERE id = $id", id=excerpt)
    assert text[slice(*one.why.sentence)] == one.why.sentence_text
    assert one.why.cue
    assert one.why.strength in ("strong", "middling", "weak")
    assert "" == one.why.rate


def test_a_suggestion_tells_that_the_interviewer_had_just_named_its_value(study):
    """It comes with the suggestion, and so not before the own reading."""
    study.edit("garden.txt", "And what was it like to talk there?", "And what did you have in common with the others?")
    study.set("share = 0.5")
    study.run()
    with lasting(study) as desk:
        excerpt = desk.excerpt(SHED)
        served = desk.serve(desk.assist(desk.reader("Ann")), excerpt)
        assert () == desk.show("Ann", excerpt)[excerpt].suggestions
        desk.decide(served, "done")
        shown = {one.value_id: one.named for one in desk.show("Ann", excerpt)[excerpt].suggestions}
        assert {"common": True} == {value: named for value, named in shown.items() if value == "common"}
        assert {False} == {named for value, named in shown.items() if value != "common"}


def test_a_suggestion_tells_how_this_viewer_answered_it(desk):
    """Until they say something else of the value; another reader's answer is not theirs."""
    excerpt = desk.excerpt(SHED)
    suggestion = desk.suggestion(excerpt, "common")
    served = desk.serve("Ann", excerpt)

    def answered(who):
        return desk.show(who, excerpt, review=AT_ONCE)[excerpt].suggestions[0].answered

    assert "" == answered("Ann")
    desk.decide(served, "accept", suggestion_id=suggestion)
    assert ("accept", "") == (answered("Ann"), answered("Ben"))
    desk.decide(served, "reject", suggestion_id=suggestion)
    assert "reject" == answered("Ann")
    desk.decide(served, "choose", {"common": "yes"})
    assert "" == answered("Ann")
    desk.undo("Ann")
    assert "reject" == answered("Ann")


# The record


def test_everything_shown_is_recorded_in_its_order_before_it_is_returned(desk):
    """Suggestions by rank, then readings, excerpt by excerpt; an excerpt named twice is shown once."""
    first, second = desk.excerpt(WILL_GO), desk.excerpt(SHED)
    desk.decide(desk.serve("Ben", second), "done", {"common": "yes"})
    for excerpt in (first, second):
        desk.decide(desk.serve("Ann", excerpt), "done")

    shown = desk.show("Ann", first, second, first, page="browse", readings=True)

    rows = desk.ask("SELECT * FROM displays ORDER BY position")
    expected = [
        *((first, "suggestion", one.id, None) for one in shown[first].suggestions),
        (second, "suggestion", shown[second].suggestions[0].id, None),
        (second, "reading", None, shown[second].readings[0].coding_id),
    ]
    assert expected == [(row["excerpt_id"], row["shown"], row["suggestion_id"], row["coding_id"]) for row in rows]
    assert [1, 2, 3, 4] == [row["position"] for row in rows]
    assert {("Ann", "browse")} == {(row["coder_id"], row["page"]) for row in rows}


def test_what_is_not_shown_is_not_recorded(desk):
    """Each excerpt asked for is answered, with nothing where nothing may be shown."""
    shown = desk.show("Ann", desk.excerpt(SHED), "unheard of", readings=True)

    assert {((), ())} == {(one.suggestions, one.readings) for one in shown.values()}
    assert 2 == len(shown)
    assert 0 == desk.one("SELECT count(*) FROM displays")
    desk.show("Ann", desk.excerpt(SHED), review=AT_ONCE, suggestions=False, readings=True)
    assert 0 == desk.one("SELECT count(*) FROM displays")


def test_the_same_page_again_is_recorded_again(desk):
    """Each at a time of its own, even if the clock stands still."""
    for _ in range(3):
        desk.show("Ann", desk.excerpt(SHED), review=AT_ONCE)
        desk.now = desk.now.replace(second=0)

    assert 3 == desk.one("SELECT count(DISTINCT shown_at) FROM displays")


# Others' readings


def readings(desk, *excerpt_ids):
    """Show others' readings to Ann, and return them as (letter, kind, outcome, values) by excerpt."""
    shown = desk.show("Ann", *excerpt_ids, suggestions=False, readings=True)
    return [
        [(one.letter, one.kind, one.outcome, one.yes) for one in shown[excerpt].readings] for excerpt in excerpt_ids
    ]


def test_others_readings_come_after_the_own_one_of_that_excerpt(desk):
    """By letter, and with the names of the values."""
    excerpt, other = desk.excerpt(SHED), desk.excerpt(RANG)
    for place in (excerpt, other):
        desk.decide(desk.serve("Ben", place), "done", {"common": "yes", "choice": "yes"})
    mine = desk.serve("Ann", excerpt)
    assert [[], []] == readings(desk, excerpt, other)
    desk.decide(mine, "choose", {"common": "yes"})
    assert [[], []] == readings(desk, excerpt, other)
    desk.decide(mine, "skip")
    assert [[], []] == readings(desk, excerpt, other)

    desk.decide(mine, "done")
    expected = ("Reader B", "own-first", "values", ("Choice", "Experiences in common"))
    assert [[expected], []] == readings(desk, excerpt, other)


def test_what_others_have_not_finished_or_have_skipped_is_theirs(desk):
    """Marks on the way are not a reading, and a skip is nobody's business."""
    excerpt = desk.excerpt(SHED)
    desk.decide(desk.serve("Ann", excerpt), "done")
    theirs = desk.serve("Ben", excerpt)
    for act, expected in [("choose", []), ("skip", []), ("unsure", [("Reader B", "own-first", "unsure", ())])]:
        desk.decide(theirs, act, {"common": "yes"})
        assert [expected] == readings(desk, excerpt), act


def test_one_reading_of_each_person_is_shown_their_newest(desk):
    """Not what they held before a reveal beside what they hold now."""
    excerpt = desk.excerpt(SHED)
    desk.decide(desk.serve("Ann", excerpt), "done")
    theirs = desk.serve("Ben", excerpt)
    desk.decide(theirs, "done")
    desk.show("Ben", excerpt)
    desk.decide(theirs, "accept", suggestion_id=desk.suggestion(excerpt, "common"))

    assert [[("Reader B", "assisted", "values", ("Experiences in common",))]] == readings(desk, excerpt)
    desk.undo("Ben")
    assert [[("Reader B", "own-first", "nothing here", ())]] == readings(desk, excerpt)


def test_imported_readings_are_others_readings(study):
    """They come after the own one as well, by letter, with how they were made."""
    file = table(study, whole(study, GATE, "Cleo", "Choice"), whole(study, GATE, "Dan", "none"))
    import_codings(study.folder, file, "independently")
    with desk_in(study) as desk:
        excerpt = desk.excerpt(GATE)
        mine = desk.serve(desk.reader("Ann"), excerpt)
        assert [[]] == readings(desk, excerpt)
        desk.decide(mine, "done")
        shown = desk.show("Ann", excerpt, readings=True)[excerpt].readings

        assert {("imported", "independently")} == {(one.kind, one.made) for one in shown}
        assert [(), ("Choice",)] == sorted(one.yes for one in shown)
        assert not [one for one in shown if "Cleo" in repr(one) or "Dan" in repr(one)]


def test_others_readings_stay_away_from_what_waits_blind(desk):
    """Of an exchange that was read, around a passage that waits."""
    exchange = desk.excerpt(THANKS, "exchange")
    for who in ("Ann", "Ben"):
        desk.decide(desk.serve(who, exchange), "done")
    assert 1 == len(readings(desk, exchange)[0])
    desk.drawn("Ann", desk.excerpt(THANKS))

    assert [[]] == readings(desk, exchange)


# Rates


@pytest.mark.parametrize(
    ("said_yes", "n", "words"),
    [
        (0, 0, ""),
        (0, 41, "hardly any"),
        (1, 41, "hardly any"),
        (1, 20, "about 1 in 20"),
        (2, 41, "about 1 in 20"),
        (4, 41, "about 1 in 10"),
        (25, 41, "about 6 in 10"),
        (20, 40, "about 5 in 10"),
        (37, 41, "about 9 in 10"),
        (39, 41, "about 19 in 20"),
        (41, 41, "nearly all"),
        (1, 10, "few"),
        (5, 10, "about half"),
        (8, 10, "most"),
        (3, 3, "nearly all"),
    ],
)
def test_rates_are_said_in_words(said_yes, n, words):
    """No finer than so many readings allow, and never in percent."""
    assert words == rate_words(said_yes, n)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_more_people_who_say_yes_never_sound_like_fewer(counts):
    """The words are in the order of the shares."""
    said_yes, n = counts
    scale = ["hardly any", "about 1 in 20", "few", *(f"about {tenth} in 10" for tenth in range(1, 5)), "about half"]
    scale += [*(f"about {tenth} in 10" for tenth in range(5, 10)), "most", "about 19 in 20", "nearly all"]

    assert scale.index(rate_words(said_yes, n)) <= scale.index(rate_words(said_yes + 1, n))


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.31, 0.79), "between 3 and 8 in 10"),
        ((0.3, 0.5), "between 3 and 5 in 10"),
        ((0.301, 0.5), ""),
        ((0.0, 0.17), ""),
        ((0.0, 0.21), "at most 3 in 10"),
        ((0.05, 0.38), "at most 4 in 10"),
        ((0.72, 1.0), "at least 7 in 10"),
        ((0.55, 0.92), "at least 5 in 10"),
    ],
)
def test_ranges_are_said_in_tenths(interval, words):
    """Widened to whole ones, and left out below a width of two."""
    assert words == range_words(interval)


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_is_said_of_a_range_holds_all_of_it(one, other):
    """No share of the interval lies outside of the words."""
    low, high = sorted((one, other))
    words = range_words((low, high)).replace("at most", "0 and").replace("at least", "10 and")
    said = [int(word) for word in words.split() if word.isdigit()][:2]

    assert (high - low < 0.2) == (words == "")
    assert not said or min(said) <= 10 * low <= 10 * high <= max(said)


def read_blind(desk, number, answer):
    """Let somebody read passages of three transcripts blind, and say the same of all of them."""
    who = desk.reader(f"Reader {number}")
    for holding in (SHED, RANG, WINDOW, WILL_GO):
        desk.decide(desk.blind(who, desk.excerpt(holding)), "done", {"choice": answer})


def add_weaker(desk, count):
    """Make the study look large: so many more passages, all of which match every value less."""
    [row] = desk.ask("SELECT * FROM excerpts WHERE id = $id", id=desk.excerpt("The toilet."))
    scoring = desk.one("SELECT scoring_id FROM current_scorings")
    ids = [f"x{number}" for number in range(count)]
    desk.add_all("excerpts", [row | {"id": one, "segmentation_id": one} for one in ids])
    desk.add_all("scores", [{"scoring_id": scoring, "excerpt_id": one, "scores": [-1.0, -1.0, -1.0]} for one in ids])
    set_limits(desk.db)


def add_transcripts(desk, count, each):
    """Add transcripts of passages that all match as the strongest one for Choice; return their ids by transcript."""
    excerpt = desk.excerpt(WILL_GO)

    def like(table, where):
        [row] = desk.ask(f"SELECT x.* FROM {table} x, excerpts e WHERE e.id = $id AND {where}", id=excerpt)
        return row

    talk, revision = like("transcripts", "x.id = e.transcript_id"), like("revisions", "x.id = e.revision_id")
    row, placed, scores = (like(table, f"x.{key} = e.id") for table, key in EXCERPTS.items())
    talks = {f"talk {number}": [f"talk {number}, {place}" for place in range(each)] for number in range(count)}
    desk.add_all("transcripts", [talk | {"id": one, "source": one} for one in talks])
    desk.add_all("revisions", [revision | {"id": one, "transcript_id": one} for one in talks])
    passages = [
        {"id": one, "transcript_id": of, "revision_id": of, "end": row["end"] - place}
        for of, found in talks.items()
        for place, one in enumerate(found)
    ]
    desk.add_all("excerpts", [row | one for one in passages])
    places = [{"excerpt_id": one["id"], "revision_id": one["revision_id"], "end": one["end"]} for one in passages]
    desk.add_all("placements", [placed | one for one in places])
    desk.add_all("scores", [scores | {"excerpt_id": one["id"]} for one in passages])
    return talks


def say_blind(desk, who, excerpt_ids, yes):
    """Let somebody read passages blind, and find Choice in the first ones."""
    for place, excerpt in enumerate(excerpt_ids):
        desk.decide(desk.blind(who, excerpt), "done", {"choice": "yes" if place < yes else "no"})


def first(desk, excerpt):
    """Show a passage to Ann, and return why its first suggestion is made: Choice."""
    one = desk.show("Ann", excerpt, review=AT_ONCE)[excerpt].suggestions[0]
    assert ("choice", "strong") == (one.value_id, one.why.strength)
    return one.why


def test_answers_behind_rates_are_remembered_until_one_comes_or_goes(study):
    """By a reading without suggestions, which may be taken back; other readings change none of them."""
    with lasting(study) as desk:
        excerpt, other = desk.excerpt(WILL_GO), desk.excerpt(SHED)
        desk.assist(desk.reader("Ann"))
        desk.reader("Ben")

        def known():
            return desk.db.derived(ANSWERS, STAMP, list)

        nothing = known()
        desk.decide(desk.serve("Ann", other), "done", {"common": "yes"})
        assert nothing is known()
        say_blind(desk, "Ben", [excerpt], 1)
        found = known()
        assert [] == nothing
        assert {("blind", "choice", 1)} == {(row[0], row[3], row[6]) for row in found if row[6]}
        desk.undo("Ben")
        assert [] == known()


def test_the_honest_rate_is_told_once_enough_was_read_blind(desk):
    """Twenty readings of passages that match as strongly, in three transcripts; and it is recorded as shown."""
    excerpt, talks = desk.excerpt(WILL_GO), add_transcripts(desk, 3, 7)
    add_weaker(desk, 1000)
    [last, *others] = [one for found in talks.values() for one in found]
    for number, found in enumerate(talks.values()):
        say_blind(desk, desk.reader(f"Reader {number}"), [one for one in found if one not in (last, others[0])], 3)
    assert "" == first(desk, excerpt).rate
    assert {"suggestion"} == {row["shown"] for row in desk.ask("SELECT shown FROM displays")}
    say_blind(desk, desk.reader("Cleo"), [last], 1)

    # 10 of 20, in transcripts of 6, 7 and 7, are worth 400 / (.8 * 20 + .2 * 134) readings: 4.7 of 9.3, .18 to .82.
    words = "about 5 in 10 showed Choice (between 1 and 9 in 10; n = 20)"
    assert f"when we read passages like this without a suggestion, {words}" == first(desk, excerpt).rate
    newest = "SELECT shown FROM displays WHERE shown_at = (SELECT max(shown_at) FROM displays) ORDER BY position"
    assert ["suggestion", "rate", "suggestion"] == [row["shown"] for row in desk.ask(newest)]


def test_a_rate_that_might_be_any_is_not_told(desk):
    """Twenty readings of four passages are no more than four, of which nothing can be said yet."""
    excerpt = desk.excerpt(WILL_GO)
    add_weaker(desk, 700)
    for number, answer in enumerate(("yes", "no", "yes", "no", "yes")):
        read_blind(desk, number, answer)

    assert (20, 12, 3) == tuple(
        desk.ask("SELECT n, said_yes, transcripts FROM blind_rates WHERE value_id = 'choice'")[0].values()
    )
    assert "" == first(desk, excerpt).rate


def test_a_value_is_untested_until_it_was_found_often_enough(desk):
    """In ten passages of five transcripts, by most of those who read them without suggestions."""
    excerpt, talks = desk.excerpt(WILL_GO), list(add_transcripts(desk, 5, 3).values())
    add_weaker(desk, 1000)
    cleo, dan, eve = (desk.reader(name) for name in ("Cleo", "Dan", "Eve"))
    for found in talks[:4]:
        say_blind(desk, cleo, found, 3)
    assert first(desk, excerpt).untested
    say_blind(desk, cleo, talks[4], 0)
    assert first(desk, excerpt).untested
    say_blind(desk, dan, talks[4], 1)
    assert first(desk, excerpt).untested
    say_blind(desk, eve, talks[4], 1)

    assert "" == first(desk, excerpt).untested
    assert UNTESTED == desk.show("Ann", excerpt, review=AT_ONCE)[excerpt].suggestions[1].why.untested


def test_what_was_coded_elsewhere_has_a_rate_of_its_own(desk):
    """It is told where too little was read here, and never added to that; it tests a value by itself."""
    excerpt, talks = desk.excerpt(WILL_GO), add_transcripts(desk, 5, 4)
    add_weaker(desk, 1000)
    row = {"coder_id": desk.reader("Cleo"), "framework_id": desk.one("SELECT framework_id FROM newest_scorings")}
    made = {
        "kind": "imported",
        "made": "independently",
        "round": "before talk",
        "outcome": "values",
        "matched": "whole",
    }
    desk.add("imports", id="import", made="independently", file_key="a table", imported_at=desk.tick())
    passages = [one for found in talks.values() for one in found]
    for place, one in enumerate(passages):
        coding = f"coding {place}"
        more = {"import_id": "import", "suggestions_seen_before": 0, "coded_at": desk.tick()}
        desk.add("codings", id=coding, excerpt_id=one, **row, **made, **more)
        answer = "yes" if place % 2 else "no"
        desk.add("coding_answers", coding_id=coding, value_id="choice", answer=answer)
        if place == 18:
            assert ("", UNTESTED) == (first(desk, excerpt).rate, first(desk, excerpt).untested)

    words = "when people coded passages like this elsewhere, without suggestions, about 5 in 10 showed Choice"
    assert first(desk, excerpt).rate.startswith(words)
    assert "" == first(desk, excerpt).untested
    say_blind(desk, desk.reader("Dan"), passages, 0)
    assert first(desk, excerpt).rate.startswith("when we read passages like this without a suggestion, hardly any")
    assert "" == first(desk, excerpt).untested


def test_an_exchange_is_always_untested(desk):
    """Nobody is given one to read without suggestions, however often its value was found in passages."""
    exchange = desk.one("SELECT excerpt_id FROM suggestion_list WHERE kind = 'exchange' ORDER BY 1 LIMIT 1")
    [one, *_] = desk.show("Ann", exchange, review=AT_ONCE)[exchange].suggestions

    assert (UNTESTED_EXCHANGE, "") == (one.why.untested, one.why.rate)


def test_a_suggestion_beyond_the_usual_shares_is_weak_and_has_no_rate(desk):
    """Most passages are like it, so their rate would say little of it."""
    for number in range(5):
        read_blind(desk, number, "yes")
    excerpts = desk.excerpt(WILL_GO), desk.excerpt(WINDOW)

    shown = desk.show("Ann", *excerpts, review=AT_ONCE, value="choice")

    assert {("weak", "")} == {(one.suggestions[0].why.strength, one.suggestions[0].why.rate) for one in shown.values()}


# The nearest yes and no


def test_the_nearest_yes_and_no_are_among_what_the_viewer_has_read(desk):
    """Others' readings that speak for them are recorded as shown, and so a later reading there is after talk."""
    here = desk.excerpt(SHED)
    suggestion = desk.suggestion(here, "common")
    desk.show("Ann", here, review=AT_ONCE)
    answers = {GATE: "no", RANG: "yes", WINDOW: "no", WILL_GO: "yes"}
    for holding, answer in answers.items():
        for who in ("Ann", "Ben"):
            desk.decide(desk.serve(who, desk.excerpt(holding)), "done", {"common": answer})
    desk.decide(desk.serve("Ben", desk.excerpt("The toilet.")), "done", {"common": "yes"})

    yes, no = nearest(desk.db, "Ann", suggestion, "passage", desk.tick())

    assert yes.excerpt_id in {desk.excerpt(RANG), desk.excerpt(WILL_GO)}
    assert no.excerpt_id in {desk.excerpt(GATE), desk.excerpt(WINDOW)}
    assert ((2, 0), (0, 2)) == ((yes.said_yes, yes.said_no), (no.said_yes, no.said_no))
    shown = desk.ask("SELECT excerpt_id, coding_id FROM displays WHERE shown = 'reading' ORDER BY position")
    assert {yes.excerpt_id, no.excerpt_id} == {row["excerpt_id"] for row in shown}
    theirs = desk.ask("SELECT id FROM codings WHERE coder_id = 'Ben'")
    assert {row["coding_id"] for row in shown} <= {row["id"] for row in theirs}


def test_there_is_no_nearest_before_enough_readings_or_before_the_suggestion_was_shown(desk):
    """Five readings of the value, among what the viewer has read."""
    here = desk.excerpt(SHED)
    suggestion = desk.suggestion(here, "common")
    served = [desk.serve("Ann", desk.excerpt(words)) for words in (GATE, RANG, WINDOW, WILL_GO, THANKS)]
    desk.show("Ann", here, review=AT_ONCE)
    for one in served[:4]:
        desk.decide(one, "done", {"common": "yes"})
    assert (None, None) == nearest(desk.db, "Ann", suggestion, "passage", desk.tick())
    desk.decide(served[4], "done", {"common": "yes"})

    yes, no = nearest(desk.db, "Ann", suggestion, "passage", desk.tick())
    assert (True, None) == (yes.excerpt_id in {one.excerpt_id for one in served}, no)
    assert (None, None) == nearest(desk.db, "Ben", suggestion, "passage", desk.tick())
    assert 0 == desk.one("SELECT count(*) FROM displays WHERE shown = 'reading'")


# Anything in any order

PLACES = (
    ("passage", SHED),
    ("passage", WILL_GO),
    ("passage", THANKS),
    ("exchange", THANKS),
    ("passage", GATE),
)


@pytest.fixture(scope="module")
def coded_study(tagged, tmp_path_factory):
    """Return an open study with an imported reading, on which each example works in a transaction of its own."""
    study = copied(tagged, tmp_path_factory.mktemp("open"))
    import_codings(study.folder, table(study, whole(study, GATE, "Cleo", "Choice")), "unknown")
    with opened(study.folder / "study.duckdb") as db:
        yield db


who = st.sampled_from(["Ann", "Ben"])
place = st.sampled_from(PLACES)
acts = st.one_of(
    st.tuples(st.just("show"), who, st.lists(place, min_size=1, max_size=3), st.sampled_from(["own", "once", "asked"])),
    st.tuples(st.sampled_from(["done", "choose", "skip", "unsure", "nothing here", "accept"]), who, place),
    st.tuples(st.just("undo"), who),
)


@dataclass
class Witness:
    """Somebody who watches without the program's help: spans shown to whom, in order, and who has read what."""

    desk: object
    spans: dict = field(default_factory=dict)
    seen: dict = field(default_factory=dict)
    heard: dict = field(default_factory=dict)
    finished: set = field(default_factory=set)

    def span(self, excerpt):
        """Return where an excerpt lies."""
        if excerpt not in self.spans:
            [row] = self.desk.ask(
                'SELECT transcript_id, start, "end" FROM live_spans WHERE excerpt_id = $id', id=excerpt
            )
            self.spans[excerpt] = tuple(row.values())
        return self.spans[excerpt]

    def shared(self, one, other):
        """Say whether two excerpts share characters."""
        a, b = self.span(one), self.span(other)
        return a[0] == b[0] and a[1] < b[2] and b[1] < a[2]

    def saw(self, coder, excerpt):
        """Note that something was shown."""
        self.seen.setdefault(coder, set()).add(excerpt)

    def met(self, coder, excerpt):
        """Say whether somebody was shown anything on these characters."""
        return any(self.shared(excerpt, other) for other in self.seen.get(coder, ()))

    def kind(self, coder, excerpt, unseen):
        """Return the kind that a reading is of now."""
        if any(self.shared(excerpt, other) for other in self.heard.get(coder, ())):
            return "after-talk"
        return "assisted" if self.met(coder, excerpt) else unseen


def read_by(desk, coder):
    """Return what somebody has finished, from their standing decisions alone."""
    rows = desk.ask(
        "SELECT excerpt_id, act FROM standing_decisions WHERE coder_id = $coder ORDER BY number", coder=coder
    )
    last = {row["excerpt_id"]: row["act"] for row in rows if row["act"] in ("done", "skip", "unsure", "nothing here")}
    return {excerpt for excerpt, act in last.items() if act != "skip"}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.tuples(who, place.filter(lambda one: one[0] == "passage")), max_size=4, unique=True),
    st.lists(acts, min_size=3, max_size=12),
)
def test_no_reading_is_kept_as_unseen_when_something_was_seen(coded_study, blind, steps):
    """Whatever two readers are given, shown, decide and take back; and nothing reaches who must not see it yet."""
    with tried(coded_study) as desk:
        watch = Witness(desk)
        excerpts = {one: desk.excerpt(one[1], one[0]) for one in PLACES}
        waiting = {"Ann": set(), "Ben": set()}
        for name in waiting:
            desk.assist(desk.reader(name))
        for name, one in blind:
            desk.drawn(name, excerpts[one])
            waiting[name].add(excerpts[one])
        for step in steps:
            take(desk, watch, excerpts, waiting, step)

        assert [] == desk.ask("SELECT * FROM doubtful_codings")


def take(desk, watch, excerpts, waiting, step):
    """Do one step, and hold what comes of it against what was seen."""
    act, name, *rest = step
    if act == "undo":
        desk.undo(name)
    elif act == "show":
        look(desk, watch, name, [excerpts[one] for one in rest[0]], rest[1], waiting[name])
    else:
        excerpt = excerpts[rest[0]]
        arm = "blind" if excerpt in waiting[name] and not watch.met(name, excerpt) else "assisted"
        served = desk.serve(name, excerpt, arm, "random")
        more = {}
        if act == "accept":
            [shown, *_] = look(desk, watch, name, [excerpt], "once", waiting[name])[excerpt].suggestions or [None]
            if shown is None:
                return
            more = {"suggestion_id": shown.id}
        desk.decide(served, act, {"two-way": "yes"} if act in ("choose", "done") else {}, **more)
        kind = desk.one("SELECT kind FROM codings WHERE serving_id = $id::UUID", id=served.id)
        # Who has finished a passage once was told what is suggested, or that nothing is.
        told = (name, excerpt) in watch.finished
        unseen = "blind" if arm == "blind" else "assisted" if told else "own-first"
        assert watch.kind(name, excerpt, unseen) == kind
        if act in ("done", "unsure", "nothing here"):
            watch.finished.add((name, excerpt))


def look(desk, watch, name, wanted, how, waiting):
    """Show a page, and check that everything on it may be there and was recorded."""
    read = read_by(desk, name)
    before = desk.one("SELECT count(*) FROM displays")
    more = {"once": {"review": AT_ONCE}, "asked": {"value": "two-way", "asked": True}}.get(how, {})
    shown = desk.show(name, *wanted, readings=True, **more)
    for excerpt, one in shown.items():
        if one.suggestions or one.readings:
            assert not [other for other in waiting - read if watch.shared(excerpt, other)]
            watch.saw(name, excerpt)
        if one.readings:
            watch.heard.setdefault(name, set()).add(excerpt)
        assert not (one.readings and excerpt not in read)
        assert not (one.suggestions and how == "own" and excerpt not in read)
    things = sum(len(one.suggestions) + len(one.readings) for one in shown.values())
    assert before + things == desk.one("SELECT count(*) FROM displays")
    return shown
