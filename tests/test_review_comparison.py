"""Contexts side by side in the app: where values stand for all who may open it, numbers for those who have read."""

from __future__ import annotations

from datetime import UTC, datetime

from desk import lasting
from serving import served
from small_study import NAMES
from visitor import visitor

from tagger.config import ReviewSettings, load_settings
from tagger.review.comparison import Comparisons, comparison
from tagger.review.readers import add_reader
from tagger.review.servings import prepare

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC).replace(tzinfo=None)
BLIND = ReviewSettings(blind_share=1.0, read="all", double_share=1.0, readers=3)


def test_the_page_shows_pyramids_and_shares_and_nobodys_words(coded):
    """A value found in ten passages has its share, one that was hardly found has none, and no quote is there."""
    with served(coded.folder) as owner:
        owner.write(lambda db: add_reader(db, "jo", "Jo", NOW))
        with visitor(owner, coded) as browser:
            page = browser.get("/comparison").text
    words = [row["text"] for row in coded.ask("SELECT text FROM excerpt_list")]

    assert "The only layer" in page
    assert "Two-way support" in page
    assert "Nothing here says which context is better" in page
    assert not any(text[:60] in page for text in words)
    assert not any(name in page for name in NAMES)


def test_shares_wait_for_those_who_have_to_read(coded):
    """Whoever is to read something without suggestions sees the layers and no number."""
    settings = load_settings(coded.folder)
    with lasting(coded) as desk:
        ann, kept = desk.reader("Ann"), Comparisons()
        before = comparison(desk.db, ann, settings, kept)
        prepare(desk.db, ann, "general", BLIND, 3, desk.tick())
        after = comparison(desk.db, ann, settings, kept)

    rows = {row[0]: row[1] for row in before.shares.rows}
    assert rows["Choice"].startswith("0.6")
    assert "not comparable" == rows["Two-way support"]
    assert (None, ("general",)) == (after.shares, after.waits)
    assert before.pyramids == after.pyramids
    assert all(quote is None for tier in before.pyramids[0].tiers for _, _, quote in tier.values)


def test_what_is_kept_is_computed_again_when_there_is_more(coded):
    """A second context appears once it was tagged."""
    settings, kept = load_settings(coded.folder), Comparisons()
    with lasting(coded) as desk:
        ann = desk.reader("Ann")
        first = comparison(desk.db, ann, settings, kept)
        assert first is comparison(desk.db, ann, settings, kept)
    coded.run(dataset="second")
    with lasting(coded) as desk:
        assert ["general", "second"] == [one.context for one in comparison(desk.db, ann, settings, kept).pyramids]
