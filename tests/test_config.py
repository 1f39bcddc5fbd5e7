"""Settings come from study.toml, and nothing in it is silently ignored."""

from __future__ import annotations

import pytest

from tagger.config import Settings, StudySettings, load_settings, parse_settings, settings_text
from tagger.errors import SettingsError


def test_the_file_for_a_new_study_holds_the_defaults():
    """What `tagger init` writes reads back as the defaults."""
    text = settings_text(StudySettings(name='The "Bench" study', framework="maternal"))

    assert Settings(study=StudySettings(name='The "Bench" study', framework="maternal")) == parse_settings(
        text, "study.toml"
    )


def test_an_empty_file_means_the_defaults():
    """Every setting has a default."""
    assert Settings() == parse_settings("", "study.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[suggestion]\nshare = 0.1", ("unknown key suggestion", "Did you mean suggestions?")),
        ("[suggestions]\nsharez = 0.1", ("[suggestions]", "unknown key sharez", "Did you mean share")),
        ("[suggestions]\nshares = 0.1", ("[suggestions] shares", "name values with numbers", "{ trust = 0.25 }")),
        ("[suggestions]\nshares = { trust = 'all' }", ("[suggestions] shares trust", "a number")),
        ("[suggestions]\nshares = { trust = 1.5 }", ("shares must be above 0 and at most 1",)),
        ("[suggestions]\nshare = '10%'", ("[suggestions] share", "a number", "'10%'")),
        ("[suggestions]\nshare = 0", ("share must be above 0",)),
        ("[excerpts]\nmin_words = 90", ("min_words must lie between 1 and max_words",)),
        ("[excerpts]\nmin_words = true", ("a whole number",)),
        ("study = 3", ("must be a section",)),
        ("[study]\nname = x", ("not valid TOML", "line 2")),
        ("[suggestions]\nshares = " + "[" * 100_000, ("brackets stand within brackets",)),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, words):
    """A mistake in study.toml is answered with the section, the key and what to do."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, "study.toml")

    for word in words:
        assert word in str(caught.value)


def test_single_values_have_shares_of_their_own():
    """In whatever order they are written, they are the same settings."""
    one, other = (
        parse_settings(f"[suggestions]\nshares = {{ {text} }}", "study.toml").suggestions
        for text in ("trust = 0.25, safety = 1", "safety = 1, trust = 0.25")
    )
    assert {"safety": 1, "trust": 0.25} == one.shares
    assert repr(one) == repr(other)


def test_a_folder_without_settings_is_not_a_study(tmp_path):
    """The error for a folder that is not a study says how to make one."""
    with pytest.raises(SettingsError, match="tagger init"):
        load_settings(tmp_path)
