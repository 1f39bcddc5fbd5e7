"""Tests of the key: who is called what, in an encrypted file."""

from __future__ import annotations

import json

import pytest

from tagger.errors import UsageError
from tagger.pseudonyms import key
from tagger.pseudonyms.records import Known
from tagger.steps.pseudonymising.keys import KeyFile

PASSPHRASE = "four words that differ"
KNOWN = [Known("[Person 1]", "person", ("Zoë Ottoline", "Zoë")), Known("Delphine", "person", ("Sarah",))]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    """Have guesses cost little: what is tested is not how much they cost."""
    monkeypatch.setitem(key._COST, "n", 2**10)


def test_what_goes_in_comes_out_and_nobody_reads_it():
    """The same each time, under other bytes each time."""
    one, other = key.sealed(KNOWN, PASSPHRASE), key.sealed(KNOWN, PASSPHRASE)

    assert KNOWN == key.opened(one, PASSPHRASE, "a.key") == key.opened(other, PASSPHRASE, "a.key")
    assert one != other
    assert not any(word.encode() in one for word in ("Ottoline", "Sarah", "Delphine"))


def test_a_wrong_passphrase_and_a_changed_file_are_refused():
    """Whatever was changed: the content, or how much a guess costs."""
    data = key.sealed(KNOWN, PASSPHRASE)
    cheaper = json.dumps(json.loads(data) | {"n": 2**4}).encode()
    for bad, words in ((data, "another one entirely"), (cheaper, PASSPHRASE)):
        with pytest.raises(UsageError, match="not that of this key"):
            key.opened(bad, words, "a.key")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"nonce": 3}'])
def test_what_is_no_key_is_refused(data):
    """In a sentence."""
    with pytest.raises(UsageError, match="no key of this program"):
        key.opened(data, PASSPHRASE, "a.key")


@pytest.mark.parametrize("change", [{"n": 2**30}, {"n": 0}, {"r": 10**9}, {"format": "other"}, {"n": "many"}])
def test_a_key_that_would_keep_the_machine_busy_is_refused(change):
    """Before it is tried."""
    data = json.dumps(json.loads(key.sealed(KNOWN, PASSPHRASE)) | change).encode()
    with pytest.raises(UsageError, match="no key of this program"):
        key.opened(data, PASSPHRASE, "a.key")


def test_a_short_passphrase_is_refused():
    """Names are few, and short passphrases too."""
    with pytest.raises(UsageError, match="fewer than 12"):
        key.sealed(KNOWN, "short")


def test_the_file_is_for_its_owner_and_outside_of_the_study(tmp_path):
    """Beside it, or where somebody says; never within, where copies of the study would hold it."""
    study = tmp_path / "study"
    study.mkdir()
    file = KeyFile(study)
    assert [] == file.read("whatever it is")
    file.write(KNOWN, PASSPHRASE)

    assert tmp_path / "study-names.key" == file.path
    assert 0o600 == file.path.stat().st_mode & 0o777
    assert KNOWN == KeyFile(study, file.path).read(PASSPHRASE)
    with pytest.raises(UsageError, match="within the study"):
        KeyFile(study, study / "sub" / "a.key")
