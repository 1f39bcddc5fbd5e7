"""Sign-in links that were made up: after some of them there is a wait, which keeps nobody with a real one out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from house import House, enter
from small_study import SmallStudy, copied

from tagger.errors import TooOften
from tagger.review.people.tokens import new_token
from tagger.review.web.attempts import FOR_EACH, Allowance, Attempts
from tagger.store import serving

NOON = datetime(2026, 11, 2, 12)


@pytest.fixture
def house(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serve a copy of the tagged study to other machines."""
    study = copied(tagged, tmp_path_factory.mktemp("house"))
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        yield House(owner, study)


def refused(attempts: Attempts, address: str, now: datetime) -> int:
    """Try until it is too often, and return how often it was not."""
    for tried in range(1000):
        try:
            attempts.count(address, now)
        except TooOften:
            return tried
    raise AssertionError("there is no limit")


def test_each_address_has_some_tries_at_once_and_more_with_time() -> None:
    """What one address uses up is not another's, and comes back one by one."""
    attempts = Attempts()

    assert FOR_EACH.at_once == refused(attempts, "a", NOON)
    assert FOR_EACH.at_once == refused(attempts, "b", NOON)
    with pytest.raises(TooOften, match="Wait for 6 seconds") as told:
        attempts.count("a", NOON)
    assert FOR_EACH.seconds == told.value.seconds
    assert 2 == refused(attempts, "a", NOON + timedelta(seconds=2 * FOR_EACH.seconds))
    assert FOR_EACH.at_once == refused(attempts, "a", NOON + timedelta(days=1))


def test_all_addresses_together_have_a_limit_too() -> None:
    """Whoever has many addresses gains little by them, and fills no memory."""
    attempts = Attempts(FOR_EACH, Allowance(15, 1))
    tried = [refused(attempts, f"address {number}", NOON) for number in range(1000)]

    assert [10, 5] == [count for count in tried if count]
    assert 2 == len(attempts._of_each)
    refused(attempts, "another", NOON + timedelta(hours=1))
    assert 1 == len(attempts._of_each)


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    """Nor does it give tries away."""
    attempts = Attempts()
    refused(attempts, "a", NOON)

    assert 0 == refused(attempts, "a", NOON - timedelta(days=1))
    assert 1 == refused(attempts, "a", NOON - timedelta(days=1) + timedelta(seconds=FOR_EACH.seconds))


def test_guesses_are_told_to_wait_and_a_good_link_signs_in(house: House) -> None:
    """Said in words and in Retry-After; at the same moment a colleague at the same address signs in."""
    link, stranger = house.link("Ann", "reviewer"), house.browser()
    answers = [enter(stranger, str(new_token())) for _ in range(FOR_EACH.at_once + 1)]

    assert [400] * FOR_EACH.at_once + [429] == [answer.status_code for answer in answers]
    assert "this is no sign-in link of this study" in answers[0].text.lower()
    assert 1 <= int(answers[-1].headers["retry-after"]) <= FOR_EACH.seconds
    assert f"Wait for {answers[-1].headers['retry-after']} seconds" in answers[-1].text
    assert 303 == enter(house.browser(), link).status_code


def test_a_used_link_says_so_however_much_others_guess(house: House) -> None:
    """Whoever holds a link that was made here hears what is the matter with it."""
    link = house.link("Ben", "reviewer")
    enter(house.browser(), link)
    for _ in range(FOR_EACH.at_once + 1):
        enter(house.browser(), f"{link}x")
    answer = enter(house.browser(), link)

    assert (400, True) == (answer.status_code, "was used already" in answer.text)


def test_a_new_link_is_known_at_once(house: House) -> None:
    """What is remembered of the links is asked anew after each change of who may sign in."""
    for _ in range(FOR_EACH.at_once + 1):
        answer = enter(house.browser(), "none.at-all")
    assert 429 == answer.status_code
    assert 303 == enter(house.browser(), house.link("Cem", "reviewer")).status_code


def test_guesses_beyond_the_limit_never_reach_the_study(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are answered from memory: the queue in which everybody's decisions wait is not theirs to fill."""
    house.link("Dee", "reviewer")
    while enter(house.browser(), str(new_token())).status_code != 429:
        pass
    monkeypatch.setattr(house.owner, "write", None)
    monkeypatch.setattr(house.owner, "reading", None)

    assert 429 == enter(house.browser(), str(new_token())).status_code
