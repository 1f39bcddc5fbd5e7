"""Tests of the views that say what is read, what waits, and what people found, each in one place for all pages."""

from __future__ import annotations

import pytest
from desk import AT_ONCE, tried
from scored import let_all_match_equally, set_limits

GATE = "My neighbour brought me along"
SHED = "a thing about the night shift"
TOILET = "The toilet."
WILL_GO = "I will go. It was a bad one"
WINDOW = "near the window"


@pytest.fixture
def desk(open_study):
    """Return a desk with a reader, Ann."""
    with tried(open_study) as made:
        made.reader("Ann")
        yield made


def add_scoring(desk, identity="other", **columns):
    """Let the dataset use a copy of its scoring, with some columns changed, from now on."""
    [row] = desk.ask("SELECT * FROM scorings")
    desk.add("scorings", **row | {"id": identity} | columns)
    [use] = desk.ask("SELECT * FROM scoring_uses")
    framework = desk.one(
        "SELECT name FROM frameworks WHERE id = $id", id=columns.get("framework_id", row["framework_id"])
    )
    desk.add("scoring_uses", **use | {"number": use["number"] + 1, "scoring_id": identity, "framework": framework})


# What waits


def waiting(desk):
    """Return what waits blind for Ann."""
    return {row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM waiting_blind WHERE coder_id = 'Ann'")}


def test_what_was_drawn_or_handed_out_blind_waits_until_it_is_read(desk):
    """A skip is no reading; an audit's passage waits without an arm."""
    shed, gate = desk.excerpt(SHED), desk.excerpt(GATE)
    served = desk.blind("Ann", shed)
    audited = desk.serve("Ann", gate, "blind", "audit")
    desk.drawn("Ann", desk.excerpt(WINDOW), arm="assisted")
    assert {shed, gate} == waiting(desk)
    desk.decide(served, "skip")
    assert {shed, gate} == waiting(desk)
    desk.decide(served, "unsure")
    desk.decide(audited, "done")
    assert set() == waiting(desk)
    desk.undo("Ann")
    assert {gate} == waiting(desk)
    assert [False, True] == sorted(row["waits"] for row in desk.ask("SELECT waits FROM blind_passages"))


def test_what_is_no_longer_cut_so_does_not_wait(desk):
    """Nobody will be given it."""
    desk.blind("Ann", desk.excerpt(SHED))
    desk.add("segmentations", id="finer", settings="{}")
    add_scoring(desk, segmentation_id="finer")

    assert set() == waiting(desk)


def test_the_newest_scoring_of_a_dataset_counts_whatever_its_framework(desk):
    """There is one for each dataset, though each of its frameworks has a current one."""
    [before] = desk.ask("SELECT * FROM newest_scorings")
    [row] = desk.ask("SELECT * FROM frameworks")
    desk.add("frameworks", **row | {"id": "second", "name": "second"})
    add_scoring(desk, framework_id="second")

    [after] = desk.ask("SELECT * FROM newest_scorings")
    assert before | {"scoring_id": "other", "framework_id": "second", "framework": "second"} == after
    assert 2 == len(desk.ask("SELECT * FROM current_scorings"))


# What people hold


def held(desk, excerpt):
    """Return what Ann holds of an excerpt: the outcome, whether it is finished and whether something is unlisted."""
    columns = "outcome, finished, unlisted"
    rows = desk.ask(f"SELECT {columns} FROM latest_readings WHERE excerpt_id = $id AND coder_id = 'Ann'", id=excerpt)
    return [tuple(row.values()) for row in rows]


def test_the_latest_reading_is_one_for_each_person_and_excerpt(desk):
    """Its end counts for the framework it was read with; marks that were all taken away are none."""
    excerpt = desk.excerpt(SHED)
    served = desk.serve("Ann", excerpt)
    for act, answers, expected in [
        ("choose", {"common": "yes"}, ("values", False, False)),
        ("choose", {"common": "not asked"}, None),
        ("something not on our list", {}, ("something not on our list", False, True)),
        ("done", {"common": "yes"}, ("values", True, True)),
        ("unsure", {}, ("unsure", True, False)),
        ("choose", {"common": "yes"}, ("values", False, False)),
        ("nothing here", {}, ("nothing here", True, False)),
        ("skip", {}, ("skipped", True, False)),
    ]:
        desk.decide(served, act, answers)
        assert [expected] * (expected is not None) == held(desk, excerpt), act


# What people found where nothing was suggested


def read_blind(desk):
    """Return how many blind readings of each value the rates count."""
    rows = desk.ask("SELECT value_id, sum(n)::INTEGER AS n FROM blind_rates GROUP BY value_id")
    return {row["value_id"]: row["n"] for row in rows}


def test_only_readings_to_the_end_of_the_list_count_for_rates(desk):
    """Marks alone, or after a doubt, say nothing of how often a value is found."""
    served = desk.blind("Ann", desk.excerpt(SHED))
    everything = {"choice": 1, "common": 1, "two-way": 1}
    for act, answers, expected in [
        ("choose", {"common": "yes"}, {}),
        ("something not on our list", {}, {}),
        ("done", {}, everything),
        ("choose", {"choice": "yes"}, everything),
        ("something not on our list", {}, everything),
        ("unsure", {}, {}),
        ("choose", {"common": "yes"}, {}),
        ("nothing here", {}, everything),
        ("skip", {}, {}),
    ]:
        desk.decide(served, act, answers)
        assert expected == read_blind(desk), act


def test_a_blind_mark_is_not_finished_by_what_came_after_a_suggestion(desk):
    """Done after a suggestion was seen makes an assisted reading, and leaves the blind one unfinished."""
    excerpt = desk.excerpt(SHED)
    served = desk.blind("Ann", excerpt)
    desk.decide(served, "choose", {"common": "yes"})
    shown = {"excerpt_id": excerpt, "shown": "suggestion", "suggestion_id": desk.suggestion(excerpt, "common")}
    desk.add("displays", id=served.id, coder_id="Ann", **shown, page="browse", position=1, shown_at=desk.tick())
    desk.decide(served, "done")

    assert ["assisted", "blind"] == [kind for kind, *_ in desk.current("Ann")]
    assert {} == read_blind(desk)


def test_blind_answers_are_counted_passage_by_passage(desk):
    """Two readers of one passage and one of another; exchanges, and what was read with suggestions, do not count."""
    shed, gate, ben = desk.excerpt(SHED), desk.excerpt(GATE), desk.reader("Ben")
    for who, excerpt, answer in [("Ann", shed, "yes"), (ben, shed, "no"), (ben, gate, "yes")]:
        desk.decide(desk.blind(who, excerpt), "done", {"common": answer})
    desk.decide(desk.serve("Ann", gate), "done", {"common": "yes"})
    desk.decide(desk.serve("Ann", desk.excerpt("Would somebody else", "exchange")), "done", {"common": "yes"})

    rows = desk.ask("SELECT excerpt_id, n, said_yes FROM blind_answers WHERE value_id = 'common'")
    [rate] = desk.ask(
        "SELECT sum(n)::INTEGER AS n, sum(said_yes)::INTEGER AS yes FROM blind_rates WHERE value_id = 'common'"
    )

    assert {(shed, 2, 1), (gate, 1, 1)} == {tuple(row.values()) for row in rows}
    assert {"n": 3, "yes": 2} == rate


def next_version(desk, *revised):
    """Go on to version 2 of the framework, in which the author revised the meaning of some values."""
    [row] = desk.ask("SELECT * FROM frameworks")
    desk.add("frameworks", **row | {"id": "second", "version": "2"})
    values = desk.ask("SELECT * FROM framework_values")
    changed = {
        one["value_id"]: {"framework_id": "second", "meaning_revised": one["value_id"] in revised} for one in values
    }
    desk.add_all("framework_values", [one | changed[one["value_id"]] for one in values])
    add_scoring(desk, framework_id="second")
    desk.db.run("INSERT INTO scores SELECT 'other', excerpt_id, scores FROM scores")
    set_limits(desk.db)


def test_answers_given_before_a_meaning_was_revised_count_no_more(desk):
    """Neither for rates nor for what was covered; those of other values do, and so do new ones."""
    served = desk.blind("Ann", desk.excerpt(SHED))
    desk.decide(served, "done", {"choice": "yes"})
    covered = "SELECT value_id FROM blind_coverage WHERE read > 0 ORDER BY 1"
    let_all_match_equally(desk.db)
    assert ["choice", "common", "two-way"] == [row["value_id"] for row in desk.ask(covered)]
    next_version(desk, "choice")
    assert {"common": 1, "two-way": 1} == read_blind(desk)
    assert ["common", "two-way"] == [row["value_id"] for row in desk.ask(covered)]

    desk.decide(desk.blind(desk.reader("Ben"), desk.excerpt(SHED)), "done", {"choice": "no"})
    assert {"choice": 1, "common": 2, "two-way": 2} == read_blind(desk)
    [choice] = desk.ask("SELECT n, said_yes FROM blind_answers WHERE value_id = 'choice'")
    assert {"n": 1, "said_yes": 0} == choice


def test_another_wording_keeps_all_answers(desk):
    """A version in which no meaning was revised."""
    desk.decide(desk.blind("Ann", desk.excerpt(SHED)), "done", {"choice": "yes"})
    next_version(desk)

    assert {"choice": 1, "common": 1, "two-way": 1} == read_blind(desk)


def test_strengths_are_by_rank_and_ties_share_the_best_one(desk):
    """Strong is 1 in 40, middling 1 in 20 and weak 1 in 10 of those compared, of each kind by itself."""
    scoring = desk.one("SELECT scoring_id FROM current_scorings")
    [row] = desk.ask("SELECT * FROM excerpts WHERE id = $id", id=desk.excerpt(TOILET))
    desk.db.run("DELETE FROM scores")
    ids = [f"x{number:02}" for number in range(80)]
    desk.add_all("excerpts", [row | {"id": one, "segmentation_id": one} for one in ids])
    scores = [0.9, 0.8, 0.7, 0.6, 0.6, *(0.01 * (75 - number) / 75 for number in range(75))]
    desk.add_all(
        "scores",
        [
            {"scoring_id": scoring, "excerpt_id": one, "scores": [score] * 3}
            for one, score in zip(ids, scores, strict=True)
        ],
    )
    set_limits(desk.db)

    found = desk.ask("SELECT strength FROM strengths WHERE value_id = 'choice' ORDER BY excerpt_id")

    expected = ["strong"] * 2 + ["middling"] * 3 + ["weak"] * 3 + ["none"] * 72
    assert expected == [row["strength"] for row in found]
    assert {("passage", 80)} == {(row["kind"], row["n"]) for row in desk.ask("SELECT kind, n FROM strength_limits")}


# What is listed and exported


def test_moved_borders_are_never_in_the_list_of_excerpts(desk):
    """Not even where a dataset was never tagged and all its excerpts are listed."""
    served = desk.serve("Ann", desk.excerpt(GATE))
    [place] = desk.ask('SELECT start, "end" FROM live_spans WHERE excerpt_id = $id', id=served.excerpt_id)
    desk.decide(served, "adjust", borders=(place["start"], place["end"] - 20))
    desk.db.run("DELETE FROM scoring_uses")

    child = desk.one("SELECT child_id FROM adjustments")
    listed = {row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM excerpt_list")}
    assert served.excerpt_id in listed
    assert child not in listed
    assert 1 == desk.one("SELECT count(*) FROM live_spans WHERE excerpt_id = $id", id=child)


def reviewed(desk):
    """Return how many excerpts count as read."""
    return desk.one("SELECT reviewed FROM dataset_list")


def test_what_was_skipped_or_left_without_a_word_is_not_reviewed(desk):
    """A mark is a word, and so are nothing here and not sure."""
    served = desk.serve("Ann", desk.excerpt(SHED))
    for act, answers, expected in [
        ("skip", {}, 0),
        ("choose", {"common": "no"}, 1),
        ("choose", {"common": "not asked"}, 0),
        ("unsure", {}, 1),
        ("skip", {}, 0),
        ("something not on our list", {}, 1),
        ("nothing here", {}, 1),
    ]:
        desk.decide(served, act, answers)
        assert expected == reviewed(desk), act


def exported(desk, excerpt):
    """Return the value, the readers and who said yes and no, in each row of an excerpt in the export."""
    rows = desk.ask(
        "SELECT value, readers, said_yes, said_no FROM export_list WHERE excerpt_id = $id ORDER BY ALL", id=excerpt
    )
    return [tuple(row.values()) for row in rows]


def test_no_value_is_exported_only_where_somebody_said_so(desk):
    """Explicit no's to some values do not say that nothing is here; a yes of anybody says that something is."""
    excerpt = desk.excerpt(TOILET)
    assert [] == exported(desk, excerpt)
    served = desk.serve("Ann", excerpt)
    for act, answers, expected in [
        ("choose", {"common": "no"}, []),
        ("skip", {}, []),
        ("something not on our list", {}, []),
        ("done", {}, []),
        ("nothing here", {}, [("(no value)", 1, None, None)]),
    ]:
        desk.decide(served, act, answers)
        assert expected == exported(desk, excerpt), act
    desk.decide(desk.serve(desk.reader("Ben"), excerpt), "choose", {"common": "yes"})
    assert [("Experiences in common", 2, 1, 1)] == exported(desk, excerpt)


def test_only_who_said_something_is_counted_as_a_reader(desk):
    """Marks taken away again, a doubt and a skip are no reading in the export."""
    excerpt = desk.excerpt(WILL_GO)
    for name, act, answers in [("Ben", "skip", {}), ("Cat", "unsure", {}), ("Dan", "choose", {"common": "no"})]:
        desk.decide(desk.serve(desk.reader(name), excerpt), act, answers)
    served = desk.serve("Ann", excerpt)
    desk.decide(served, "choose", {"common": "yes"})
    assert {2} == {readers for _, readers, *_ in exported(desk, excerpt)}
    desk.decide(served, "choose", {"common": "not asked"})
    assert {1} == {readers for _, readers, *_ in exported(desk, excerpt)}


def test_coverage_counts_passages_and_transcripts_with_a_blind_answer(desk):
    """Assisted readings cover nothing."""
    desk.assist("Ann")
    let_all_match_equally(desk.db)
    desk.decide(desk.blind("Ann", desk.excerpt(SHED)), "choose", {"common": "no"})
    served = desk.serve("Ann", desk.excerpt(WILL_GO))
    desk.show("Ann", desk.excerpt(WILL_GO), review=AT_ONCE)
    desk.decide(served, "done")

    columns = "dataset, framework, strength, passages, read, transcripts, read_transcripts"
    [common] = desk.ask(f"SELECT {columns} FROM blind_coverage WHERE value_id = 'common'")
    assert ("general", "small", "weak", 17, 1, 4, 1) == tuple(common.values())
    assert 0 == desk.one("SELECT read FROM blind_coverage WHERE value_id = 'choice'")
