"""From a study to a comparison of contexts: what is gathered, that the numbers are the estimators', what is written."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from desk import lasting

from tagger.agreement.contexts import Sample, context_difference, share_in_context
from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import STRATA
from tagger.review.servings import Queue, next_serving, prepare
from tagger.steps.compare import compare
from tagger.steps.describe import describe

REVIEW = ReviewSettings(blind_share=0.0, double_share=0.0, readers=1)
WORDS = ("room", "decided", "home", "wanted", "week")
"""What a passage has to say for the made-up readers to find Choice in it."""


def shows(text):
    """Say whether the made-up readers find Choice in a passage."""
    return any(word in text for word in WORDS)


@pytest.fixture
def two(study):
    """Return a study of two contexts with the same talk, in one of which the model finds Choice less often."""
    study.run(dataset="second")
    found = study.ask(
        "SELECT suggestion_id FROM suggestion_list WHERE dataset = 'second' AND value_id = 'choice' "
        "AND kind = 'passage' ORDER BY score DESC"
    )
    assert len(found) > 1
    for row in found[1:]:
        study.do(f"DELETE FROM suggestions WHERE id = '{row['suggestion_id']}'")
    return study


def audit(study, size, datasets=("general", "second"), reader="Ann"):
    """Draw an audit in each context, and have somebody read it."""
    with lasting(study) as desk:
        who = desk.reader(reader)
        for dataset in datasets:
            draw(desk.db, Wanted(dataset, (who,), dict.fromkeys(STRATA, size), 7), desk.tick())
            prepare(desk.db, who, dataset, REVIEW, 3, desk.tick())
            queue = Queue(dataset)
            while (one := next_serving(desk.db, who, queue, REVIEW, str(uuid4()), desk.tick())) is not None:
                text = desk.one("SELECT text FROM excerpt_list WHERE excerpt_id = $id", id=one.excerpt_id)
                if shows(text):
                    desk.decide(one, "done", {"choice": "yes"})
                else:
                    desk.decide(one, "nothing here")


def sample_by_hand(study, dataset):
    """Assemble what the estimator asks for from the tables: what was drawn, with which probability, and the rest."""
    rows = study.ask(
        """
        SELECT e.excerpt_id, e.text, c.cluster, a.inclusion_probability AS pi,
               EXISTS (SELECT 1 FROM suggestions s JOIN newest_scorings n USING (scoring_id)
                       WHERE s.excerpt_id = e.excerpt_id AND s.value_id = 'choice') AS suggested
        FROM excerpt_list e
        JOIN live_excerpts l ON l.excerpt_id = e.excerpt_id
        JOIN transcript_clusters c ON c.transcript_id = l.transcript_id
        LEFT JOIN audit_passages a ON a.excerpt_id = e.excerpt_id
        WHERE e.dataset = $dataset AND e.kind = 'passage'
        """,
        dataset=dataset,
    )
    read, rest = [row for row in rows if row["pi"]], [row for row in rows if not row["pi"]]
    return Sample(
        [float(shows(row["text"])) for row in read],
        [int(row["suggested"]) for row in read],
        [int(row["suggested"]) for row in rest],
        [row["pi"] for row in read],
        [row["cluster"] for row in read],
        [row["cluster"] for row in rest],
    )


def numbers(made, estimator):
    """Return the numbers of an estimator on Choice, by group."""
    return {one.group: one for one in made.numbers if one.estimator == estimator and one.value_id == "choice"}


def test_shares_and_differences_are_those_of_the_estimators(two):
    """What the step takes from a real study gives the very numbers that the estimators make of the same sample."""
    audit(two, 4)
    made = compare(two.folder)
    first, second = (share_in_context(sample_by_hand(two, dataset)) for dataset in ("general", "second"))
    found = numbers(made, "share_in_context")

    assert first.value is not None
    for expected, dataset in ((first, "general"), (second, "second")):
        one = found[dataset]
        assert one.estimate == pytest.approx(expected.value)
        assert (one.low, one.high) == pytest.approx(expected.interval)
        assert (one.n, one.transcripts, one.source) == (expected.n_units, expected.n_clusters, "audit")
    apart, expected = numbers(made, "context_difference")["general minus second"], context_difference(first, second)
    assert (apart.estimate, apart.low, apart.high) == pytest.approx((expected.value, *expected.interval))


def test_what_is_suggested_misleads_and_the_comparison_does_not(two):
    """The same talk is in both contexts: suggestions say that they differ, and what people found says they do not."""
    audit(two, 1000)
    made = compare(two.folder)
    texts = two.ask("SELECT text FROM excerpt_list WHERE dataset = 'general' AND kind = 'passage'")
    truth = sum(shows(row["text"]) for row in texts) / len(texts)
    table = next(section for section in made.sections if section.number == 2).tables[0]
    suggested = {row[1]: row[3] for row in table.rows if row[0] == "Choice"}

    assert suggested["general"] != suggested["second"]
    assert {dataset: pytest.approx(truth) for dataset in ("general", "second")} == {
        dataset: one.estimate for dataset, one in numbers(made, "share_in_context").items()
    }
    assert numbers(made, "context_difference")["general minus second"].estimate == pytest.approx(0)


def test_contexts_may_be_told_apart_by_what_is_said_of_them(coded):
    """An attribute of a dataset parts its passages, and where nothing is said of it they are in no context."""
    describe(coded.folder, "general", {"leadership": "peers"})

    assert ("peers",) == compare(coded.folder, "leadership").contexts
    assert ("general",) == compare(coded.folder).contexts
    described = [table for section in compare(coded.folder).sections for table in section.tables if table.head[0] == ""]
    assert [(("leadership", "peers"),)] == [table.rows for table in described]
    with pytest.raises(UsageError, match="there is no attribute 'leeadership'"):
        compare(coded.folder, "leeadership")


def test_datasets_that_are_named_are_compared_alone(two):
    """The others are in no row, no number and no list; and a name that there is not is refused."""
    whole = compare(two.folder)
    assert 2 == len(whole.contexts)

    [alone] = compare(two.folder, datasets=whole.contexts[1:]).contexts

    assert whole.contexts[1] == alone
    with pytest.raises(UsageError, match="there is no dataset 'nowhere'"):
        compare(two.folder, datasets=["nowhere"])


def quotes_of(made):
    """Return the quotes of a comparison."""
    section = next(section for section in made.sections if section.number == 5)
    usages = [usage for meaning in section.meanings for usage in meaning.usages]
    return [quote for usage in usages for _, found in usage.quotes for quote in found]


def test_quotes_are_what_people_found_and_may_be_quoted(coded):
    """Words of a person who may not be quoted stand nowhere; nor do passages that only the machine suggests."""
    found = coded.ask(
        "SELECT DISTINCT e.text, t.participant_id AS person FROM live_excerpts e "
        "JOIN live_turns t ON t.revision_id = e.revision_id AND t.position = e.first_turn "
        "JOIN current_codings x ON x.excerpt_id = e.excerpt_id "
        "JOIN coding_answers a ON a.coding_id = x.id AND a.answer = 'yes'"
    )
    of = {row["text"]: row["person"] for row in found}
    before = quotes_of(compare(coded.folder))
    person = next(of[quote.words] for quote in before if of[quote.words])
    coded.do(f"INSERT INTO permissions VALUES ('{person}', true, false, NULL, TIMESTAMP '2026-01-01')")
    after = quotes_of(compare(coded.folder))

    assert {quote.words for quote in before + after} <= of.keys()
    assert person not in {of[quote.words] for quote in after}
    assert all("imported, made independently" in quote.held for quote in after)
    assert not compare(coded.folder, quotes=False).quoted


def test_the_command_says_it_in_the_terminal_and_in_files(coded, tagger, tmp_path):
    """Without -o a table and the reasons; with it the files; with --json the numbers and nothing else."""
    told = tagger("compare", "--study", coded.folder)
    written = tagger("compare", "--study", coded.folder, "-o", tmp_path / "here", "--without-quotes")
    numbers = tagger("compare", "--study", coded.folder, "--json")

    assert (0, 0, 0) == (told.code, written.code, numbers.code)
    assert "Choice" in told.out
    assert "Not comparable:" in told.out
    assert str(tmp_path / "here" / "comparison.html") in written.out
    assert "words" not in written.out.splitlines()[-1]
    assert ["general"] == json.loads(numbers.out)["contexts"]
    assert {"comparison.html", "comparison.json", "comparison.csv"} == {
        file.name for file in (tmp_path / "here").iterdir()
    }
    wrong = tagger("compare", "--study", coded.folder, "--by", "mood")
    assert (1, "") == (wrong.code, wrong.out)
    assert "--by: there is no attribute 'mood'" in wrong.err
