"""A comparison of contexts: what is corrected by what, what is not compared and why, and what no picture ever shows."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evidence_example import complete, evidence

from tagger.agreement.contexts import Sample, share_in_context
from tagger.report.comparison.computation import compute
from tagger.report.comparison.differences import differences_of
from tagger.report.comparison.files import files
from tagger.report.comparison.material import FRAME, Context, Contexts, Held, Layer, Listed, Row
from tagger.report.comparison.order import FEWEST_TYPICAL, meanings, order
from tagger.report.comparison.samples import sample_of
from tagger.report.comparison.shares import shares_of
from tagger.report.comparison.whole import whole

EACH, PEOPLE = 10, 4
N = EACH * PEOPLE
NAMES = ("general", "women")


def shown(place):
    """Say whether a passage shows Trust: a third of them, more often where the transcripts begin."""
    return place % EACH < 3


def suggested(place):
    """Say what the machine says: it finds most in the first context, and little in the second one."""
    return shown(place) and (place < N or place % EACH == 0)


def read_in(place):
    """Say whether a passage is read for an audit: all of the suggested ones, and every second other one."""
    return suggested(place) or place % 2 == 1


def stratum(place):
    """Name the stratum of a passage."""
    return f"{NAMES[place // N]}: {'suggested' if suggested(place) else 'far below'}"


def context(name, datasets=("",), value="trust", **more):
    """Make a context with a list of one value."""
    layers = (Layer("Foundational", (Listed(value, "Trust", "People keep what is said.", 1),)),)
    usual = Context(name, datasets if datasets[0] else (name,), f"{name} list 1.0", layers, "20 words", "a model")
    return replace(usual, **more)


def contexts(answered=read_in, source="audit", ids=("trust", "trust"), held=None, audited=NAMES, **more):
    """Make two contexts of 40 passages by 4 participants; those of *answered* were read by one person."""
    places = range(2 * N)
    made = evidence(
        [f"P{place // EACH}" for place in places],
        answers=[
            (place, "Reader A", source, ids[place // N], shown(place), True) for place in places if answered(place)
        ],
        machine=[(place, ids[place // N], 0.5, suggested(place), "none") for place in places],
        values=tuple(dict.fromkeys(ids)),
        datasets=[NAMES[place // N] for place in places],
    )
    frame = pd.DataFrame(
        [(place, stratum(place)) for place in places if NAMES[place // N] in audited], columns=list(FRAME)
    )
    return Contexts(
        made,
        "dataset",
        tuple(context(name, value=one, **more.get(name, {})) for name, one in zip(NAMES, ids, strict=True)),
        np.repeat([0, 1], N),
        (Row("Trust", tuple((one,) for one in ids)),),
        frame,
        held or {},
    )


def reasons(made):
    """Return why the two contexts are not compared, or why the difference has no interval."""
    [one] = differences_of(made, shares_of(made))
    return one.number.estimate, one.number.reason


# Shares


def test_a_share_is_corrected_by_what_was_read_in_its_own_context():
    """Each context has the estimator's number of its own sample: weights by stratum, and clusters by participant."""
    made = contexts()
    for place, share in enumerate(shares_of(made)):
        here = range(place * N, (place + 1) * N)
        others = [one for one in here if not suggested(one)]
        chance = sum(map(read_in, others)) / len(others)
        read, rest = [one for one in here if read_in(one)], [one for one in here if not read_in(one)]
        sample = Sample(
            [shown(one) for one in read],
            [suggested(one) for one in read],
            [suggested(one) for one in rest],
            [1.0 if suggested(one) else chance for one in read],
            [one // EACH for one in read],
            [one // EACH for one in rest],
        )
        assert share.estimate.value == pytest.approx(share_in_context(sample).value)
        assert share.estimate.interval == pytest.approx(share_in_context(sample).interval)
        assert ("audit", ("Reader A",), len(read)) == (share.drawn.source, share.drawn.readers, share.estimate.n_units)


def test_without_an_audit_nothing_is_said_unless_all_was_read():
    """A share needs an audit in its own context, or readings of one kind that cover every passage."""
    some = shares_of(contexts(source="independent", audited=()))
    every = shares_of(contexts(lambda _: True, "independent", audited=()))
    one = shares_of(contexts(audited=("general",)))

    assert ["no audit was drawn in general", "no audit was drawn in women"] == [each.estimate.reason for each in some]
    assert [pytest.approx(0.3)] * 2 == [each.estimate.value for each in every]
    assert [True, False] == [each.estimate.value is not None for each in one]


def test_readings_of_two_kinds_never_make_one_whole():
    """Half of the passages read blind and the other half elsewhere is neither an audit nor all that there is."""
    made = contexts(lambda place: place % 2 == 0, "blind", audited=())
    more = contexts(lambda place: place % 2 == 1, "independent", audited=()).evidence.answers
    both = replace(made.evidence, answers=pd.concat([made.evidence.answers, more], ignore_index=True))

    assert all(one.estimate.value is None for one in shares_of(replace(made, evidence=both)))


def test_a_stratum_that_nobody_read_stands_for_nothing():
    """What was not suggested may hold the value: without a reading there the share is not known, and says which."""
    [first, _] = shares_of(contexts(suggested))

    assert first.estimate.value is None
    assert "nobody has read for it in the audit's stratum general: far below" == first.estimate.reason


def test_an_audit_that_nobody_began_says_so():
    """Drawn is not read."""
    assert {"an audit was drawn, and nobody has read of it for this value"} == {
        one.estimate.reason for one in shares_of(contexts(lambda _: False))
    }


def test_what_came_after_the_draw_is_no_part_of_the_share():
    """A passage outside of the frame is neither read nor counted."""
    made = contexts()
    cut = replace(made, frame=made.frame[made.frame["place"] % EACH != 9])
    drawn = sample_of(cut, ("trust",), 0)

    assert N - PEOPLE == len(drawn.sample.labels) + len(drawn.sample.model_unread)


# What is not compared


def test_contexts_that_mean_the_same_and_were_audited_are_compared():
    """The truth is the same in both, though twice as much is suggested in one."""
    made = contexts(lambda _: True)
    [one] = differences_of(made, shares_of(made))

    assert one.number.estimate == pytest.approx(0)
    assert one.number.low < 0 < one.number.high
    assert shares_of(made)[0].drawn.suggested > 2 * shares_of(made)[1].drawn.suggested


def test_a_value_with_a_meaning_of_its_own_is_not_compared():
    """Both shares are told, and no difference is made of them."""
    made = contexts(ids=("trust", "trust@women-list"))

    assert all(one.estimate.value is not None for one in shares_of(made))
    assert (None, "it does not mean the same in general and women") == reasons(made)


def test_passages_that_are_cut_otherwise_are_not_compared():
    """A share of longer passages is another number."""
    value, reason = reasons(contexts(women={"cutting": "80 words"}))

    assert value is None
    assert "cut by different settings" in reason


def test_different_models_do_not_stand_in_the_way_and_are_named():
    """The correction is by what people found; the suggested shares are what cannot be compared then."""
    made = contexts(women={"model": "another model"})

    assert reasons(made)[0] is not None
    assert any("2 different models" in note for note in compute(made).sections[1].notes)


def test_participants_of_both_contexts_leave_a_difference_without_an_interval():
    """The interval takes the people of both for different ones: where they are not, there is none."""
    value, reason = reasons(
        contexts(general={"participants": frozenset({"P1", "P2"})}, women={"participants": frozenset({"P2"})})
    )

    assert value is not None
    assert "1 participant took part in both" in reason


def test_an_audit_is_not_compared_with_readings_made_elsewhere():
    """Kinds of reading are kept apart here too."""
    made = contexts(lambda _: True, audited=("general",))
    elsewhere = made.evidence.answers.assign(source="independent")
    both = replace(made.evidence, answers=pd.concat([made.evidence.answers, elsewhere], ignore_index=True))
    value, reason = reasons(replace(made, evidence=both))

    assert value is None
    assert "made elsewhere, independently" in reason


def test_a_value_that_one_context_does_not_have_is_in_no_difference():
    """It is not on the list there, which is not the same as rare."""
    made = contexts()
    alone = replace(made, rows=(Row("Trust", (("trust",), ())),))

    assert [] == differences_of(alone, shares_of(alone))
    assert "not on the list" == compute(alone).glance.rows[0][2]


# Transcripts and participants


def test_transcripts_count_when_they_were_read_whole():
    """One passage too few, and a transcript says nothing; the others do, with an interval by participants."""
    made = contexts(lambda place: place != 0, "independent", audited=())
    section = whole(made, shares_of(made))
    people = {one.group: one for one in section.numbers if "participants" in one.estimator}

    assert [("Trust", "general", "3 of 3"), ("Trust", "women", "4 of 4")] == [row[:3] for row in section.tables[0].rows]
    assert ["3 of 4", "4 of 4"] == [row[5] for row in section.tables[0].rows]
    assert (1.0, 3) == (people["general"].estimate, people["general"].n)
    assert people["general"].low == pytest.approx(0.2924, abs=0.0001)


def test_without_a_whole_transcript_nothing_is_counted():
    """An audit reads here and there."""
    made = contexts()

    assert "No transcript was read whole" in whole(made, shares_of(made)).empty


# Pictures and words


def quoted(number, words="I kept it to myself.", angle=0.0):
    """Make a passage in which one person found the value."""
    vector = np.array([np.cos(angle), np.sin(angle)])
    return Held(words and f"{words} {number}", f"P0{number}", "general 1", 1, 0, ("without suggestions",), vector)


def test_a_pyramid_has_quotes_and_no_number_of_what_was_found():
    """Names, layers and words: no count, share, score or strength."""
    held = {(0, "trust"): [quoted("one"), quoted("two"), quoted("three")]}
    section = order(contexts(held=held))
    [general, women] = section.pyramids

    assert () == section.numbers
    assert ("general", "women") == (general.context, women.context)
    name, note, quote = general.tiers[0].values[0]
    assert ("Trust", "", "I kept it to myself. one") == (name, note, quote.words)
    assert women.tiers[0].values[0][2] is None
    page = files(compute(contexts(held=held)))["comparison.html"].decode("utf-8")
    for drawn in re.findall(r'<ol class="tiers">.*?</ol>\n</figure>', page, re.S):
        assert [] == re.findall(r"\d", re.sub(r"<[^>]*>", "", drawn).replace("P0", ""))


def test_what_is_said_of_contexts_stands_beside_their_lists():
    """A row for each thing, in the order in which it is said, a cell for each context, empty where nothing is."""
    said = {"leadership": ("peers",)}, {"leadership": ("peers", "staff"), "town": ("Hull",)}
    told = {name: {"said": each} for name, each in zip(NAMES, said, strict=True)}

    [_, table] = order(contexts(**told)).tables

    assert (("leadership", "peers", "peers / staff"), ("town", "", "Hull")) == table.rows
    assert 1 == len(order(contexts()).tables)


def test_the_typical_is_nearest_to_the_middle_and_the_unusual_farthest():
    """Of five passages in a line, the middle one is typical and the one at the end unusual."""
    held = [quoted(place, angle=angle) for place, angle in enumerate((0.0, 0.1, 0.2, 0.3, 1.4))]
    section = meanings(contexts(held={(0, "trust"): held}))
    [usage, _] = section.meanings[0].usages
    (typical, usual), (unusual, odd) = usage.quotes

    assert ("Typical", "Unusual") == (typical, unusual)
    assert "I kept it to myself. 3" == usual[0].words
    assert "I kept it to myself. 4" == odd[0].words
    assert not {one.words for one in usual} & {one.words for one in odd}


def test_words_that_may_not_be_quoted_are_counted_and_not_shown():
    """They are part of the middle, and stand nowhere."""
    held = [quoted(1), quoted(2, words="")]
    [usage, other] = meanings(contexts(held={(0, "trust"): held})).meanings[0].usages

    assert ["I kept it to myself. 1"] == [one.words for _, quotes in usage.quotes for one in quotes]
    assert "The words of 1 passage are left out" in usage.note
    assert f"Found in {len(held)} passages: too few to say what is typical." in usage.note
    assert len(held) < FEWEST_TYPICAL
    assert "Nobody has found it here." == other.note


def test_every_section_owes_its_readers_the_same():
    """What cannot be said has a reason, and each number says on how many participants it rests."""
    for made in (contexts(), contexts(lambda _: True), contexts(lambda _: False), contexts(audited=())):
        for section in compute(made).sections:
            complete(section)


def test_contexts_stand_in_the_order_they_came_in_whatever_was_found():
    """No table and no picture sorts them by a number, and none adds one up."""
    made = compute(contexts(lambda _: True))

    assert NAMES == made.contexts
    assert ("Value", *NAMES) == made.glance.head
    assert NAMES == made.sections[1].plots[0].columns
    assert list(NAMES) == [row[1] for row in made.sections[1].tables[0].rows]


def test_the_page_stands_alone_and_its_numbers_are_in_the_other_files():
    """Nothing is asked of any network, there is no script, and CSV and JSON hold each number."""
    made = compute(contexts(held={(0, "trust"): [quoted(1, "<script>alert(1)</script>")]}))
    written = files(made)
    page = written["comparison.html"].decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(written["comparison.csv"].decode("utf-8"))))
    whole_of_it = json.loads(written["comparison.json"])

    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert not re.search(r'\sstyle="(?!fill|stroke|font|text)', re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    assert "No score, and no order of contexts" in page
    assert len(made.numbers) == len(rows)
    assert [one.estimator for one in made.numbers] == [row["estimator"] for row in rows]
    assert list(NAMES) == whole_of_it["contexts"]
    assert whole_of_it["sections"][0]["pyramids"][0]["context"] == "general"
    assert written == files(compute(contexts(held={(0, "trust"): [quoted(1, "<script>alert(1)</script>")]})))


def test_a_study_without_contexts_is_an_empty_comparison():
    """Nothing was run yet: every section says what would fill it."""
    empty = Contexts(evidence(), "dataset", (), np.zeros(0, dtype=np.int64), (), pd.DataFrame(columns=list(FRAME)))
    made = compute(empty)

    assert () == made.numbers
    assert files(made)["comparison.html"]
