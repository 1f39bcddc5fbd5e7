"""Who may sign in: access, links and sessions are added to and never changed, and only hashes of secrets are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from desk import tried

from tagger.errors import UsageError
from tagger.review import people, readers
from tagger.review.people import Person, give_access, make_link, take_access_away
from tagger.review.people.sessions import Session, begin, end, session, use
from tagger.review.people.tokens import Token, new_token, token_in
from tagger.store import Database, Store
from tagger.store.database import opened

NOW = datetime(2026, 5, 4, 9, 30)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return a study in which nobody reads yet."""
    folder = tmp_path_factory.mktemp("people")
    Store(folder).create()
    with opened(folder / "study.duckdb") as database:
        yield database


@pytest.fixture
def db(empty: Database) -> Iterator[Database]:
    """Return the same, for a test that adds people; it is as before afterwards."""
    with tried(empty) as desk:
        yield desk.db


def given(db: Database, name: str, *roles: str, now: datetime = NOW) -> Token:
    """Give somebody access, and return the secret of their link."""
    link = new_token()
    give_access(db, name.lower(), name, roles or ("reviewer",), link, now)
    return link


def signed_in(db: Database, link: Token, now: datetime = NOW, form: str = "form") -> Token:
    """Use a link up, and return what the browser holds."""
    browser = new_token()
    begin(db, link, browser, form, now)
    return browser


def there(db: Database, browser: Token, now: datetime = NOW) -> Session | None:
    """Return the session of a browser, if it is signed in."""
    found = session(db, browser.id)
    return found if found and found.admits(browser, now) else None


def test_a_token_has_256_bits_and_only_its_hash_is_compared() -> None:
    """What is handed out is read back, no two are alike, and another secret does not fit."""
    one, other = new_token(), new_token()

    assert one == token_in(str(one))
    assert one.secret != other.secret
    assert 43 == len(one.secret)  # 256 bits in base64
    assert hashlib.sha256(one.secret.encode()).hexdigest() == one.digest
    assert one.fits(one.digest)
    assert not Token(one.id, other.secret).fits(one.digest)


@pytest.mark.parametrize("text", ["", ".", "a.", ".b", "a", "é.b", "a.\n", "a." + "b" * 300])
def test_what_is_no_token_is_none(text: str) -> None:
    """Anything that was not handed out by this program is none, and raises nothing."""
    assert token_in(text) is None


def test_nobody_signs_in_before_somebody_was_given_access_and_everybody_after(db: Database) -> None:
    """The rule of the laptop holds until the first link, and comes back by no way, not by taking all access away."""
    readers.add_reader(db, "jo", "Jo", NOW)
    assert not people.sign_in_is_needed(db)

    given(db, "Ann", "admin")
    take_access_away(db, "Ann", NOW)

    assert people.sign_in_is_needed(db)


def test_who_reads_here_already_goes_on_as_the_same_person(db: Database) -> None:
    """A link for somebody who joined without one is theirs: the same id and letter, however it is written."""
    readers.add_reader(db, "1", "Wren Ali", NOW)
    browser = signed_in(db, given(db, "wren  ali"))

    found = there(db, browser)
    assert found
    assert readers.readers(db) == [found.reader] == [readers.Reader("1", "Wren Ali", "Reader A")]


def test_who_does_not_read_is_no_reader_until_they_may(db: Database) -> None:
    """Somebody who only looks after people is nobody to hand passages to; who once read stays one."""
    given(db, "Ann", "admin")
    given(db, "Ben", "reviewer", "admin")
    take_access_away(db, "Ben", NOW)
    give_access(db, "", "Ben", ("methodologist",), new_token(), NOW)
    assert ["Ben"] == [one.name for one in readers.readers(db)]

    take_access_away(db, "Ann", NOW)
    give_access(db, "", "Ann", ("reviewer",), new_token(), NOW)
    assert ["Ann", "Ben"] == [one.name for one in readers.readers(db)]


def test_everybody_is_listed_with_how_they_stand(db: Database) -> None:
    """No link, a link, a link that ran out, signed in, taken away; coders of imported codings are not people here."""
    db.insert("coders", pa.Table.from_pylist([{"id": "x", "name": "Imported", "role": None, "added_at": NOW}]))
    readers.add_reader(db, "old", "Old", NOW)
    later = [NOW + n * MINUTE for n in range(1, 5)]
    given(db, "Made", now=later[0])
    given(db, "Expired", "analyst", now=later[1] - 20 * DAY)
    signed_in(db, given(db, "In", "admin", "reviewer", now=later[2]), later[3])
    given(db, "Gone", now=later[3])
    take_access_away(db, "gone", later[3])

    assert {
        Person("old", "Old", (), "no link yet", None),
        Person("made", "Made", ("reviewer",), "link made", later[0] + 14 * DAY),
        Person("expired", "Expired", ("analyst",), "link expired", later[1] - 6 * DAY),
        Person("in", "In", ("reviewer", "admin"), "signed in", later[3]),
        Person("gone", "Gone", (), "taken away", later[3]),
    } == set(people.people(db, later[3]))


@pytest.mark.parametrize("roles", [(), ("king",), ("reviewer", "king")])
def test_a_role_has_to_be_one(db: Database, roles: tuple[str, ...]) -> None:
    """Access without a role, or with one that is none, is refused, and nobody is added."""
    with pytest.raises(UsageError, match="needs a role"):
        give_access(db, "ann", "Ann", roles, new_token(), NOW)

    assert [] == people.people(db, NOW)


def test_access_is_given_once_and_taken_once(db: Database) -> None:
    """Giving it again, taking it twice, and a link without it are refused with what to do instead."""
    given(db, "Ann")
    with pytest.raises(UsageError, match="may sign in already"):
        given(db, "ann", "admin")
    take_access_away(db, "Ann", NOW)
    with pytest.raises(UsageError, match="has no access"):
        take_access_away(db, "Ann", NOW)
    with pytest.raises(UsageError, match="has no access"):
        make_link(db, "Ann", new_token(), NOW)
    with pytest.raises(UsageError, match="nobody here is called Cat"):
        make_link(db, "Cat", new_token(), NOW)


def test_a_link_works_once(db: Database) -> None:
    """A second browser with the same link is refused; the first one stays signed in."""
    link = given(db, "Ann")
    browser = signed_in(db, link)
    with pytest.raises(UsageError, match="used already"):
        signed_in(db, link, NOW + MINUTE / 2, form="another")

    assert there(db, browser)


def test_a_button_that_is_pressed_twice_signs_in(db: Database) -> None:
    """The form that used the link up may come again within a minute, and not later: then it is a replay."""
    link = given(db, "Ann")
    signed_in(db, link)
    browser = signed_in(db, link, NOW + MINUTE / 2)
    assert there(db, browser)

    with pytest.raises(UsageError, match="used already"):
        signed_in(db, link, NOW + 2 * MINUTE)


def test_a_wrong_secret_is_no_link(db: Database) -> None:
    """The id of a link alone opens nothing, and neither does what is no link at all."""
    link = given(db, "Ann")
    for wrong in (Token(link.id, new_token().secret), new_token(), None):
        with pytest.raises(UsageError, match="no sign-in link of this study"):
            begin(db, wrong, new_token(), "form", NOW)

    assert [] == db.rows("SELECT id FROM sessions")


def test_a_link_works_for_14_days(db: Database) -> None:
    """One moment before it does, and from then on it does not, and says until when it did."""
    link = given(db, "Ann")
    with pytest.raises(UsageError, match="worked until 18 May 2026"):
        signed_in(db, link, NOW + 14 * DAY)

    assert signed_in(db, link, NOW + 14 * DAY - MINUTE)


def test_a_new_link_replaces_those_that_were_not_used(db: Database) -> None:
    """The one before holds no more, and a browser that is signed in stays so."""
    browser = signed_in(db, given(db, "Ann"))
    lost, new = new_token(), new_token()
    make_link(db, "Ann", lost, NOW)
    make_link(db, "Ann", new, NOW)
    with pytest.raises(UsageError, match="a newer one was made"):
        signed_in(db, lost)

    assert signed_in(db, new)
    assert there(db, browser)


def test_taking_access_away_ends_links_and_sessions(db: Database) -> None:
    """What was made under an access ends with it, and does not come back with a new one."""
    browser = signed_in(db, given(db, "Ann"))
    waiting = new_token()
    make_link(db, "Ann", waiting, NOW)
    take_access_away(db, "Ann", NOW)
    assert there(db, browser) is None

    given(db, "Ann", "admin")
    assert there(db, browser) is None
    with pytest.raises(UsageError, match="the access has ended"):
        signed_in(db, waiting)


def test_a_session_that_is_not_used_for_14_days_ends(db: Database) -> None:
    """Every day of use puts the end off, until 90 days have passed."""
    browser = signed_in(db, given(db, "Ann"))
    assert there(db, browser, NOW + 14 * DAY)
    assert there(db, browser, NOW + 15 * DAY) is None

    for day in range(10, 90, 10):
        use(db, browser.id, NOW + day * DAY)
    assert there(db, browser, NOW + 90 * DAY - MINUTE)
    assert there(db, browser, NOW + 90 * DAY) is None


def test_signing_out_ends_one_session(db: Database) -> None:
    """The other browsers of the same person stay signed in, and the same cookie is nobody from then on."""
    link, more = given(db, "Ann"), new_token()
    here = signed_in(db, link)
    make_link(db, "Ann", more, NOW)
    elsewhere = signed_in(db, more)
    end(db, here.id, NOW)

    assert there(db, here) is None
    assert there(db, elsewhere)


def test_a_session_with_another_secret_is_nobody(db: Database) -> None:
    """The id of a session alone, which the database holds, opens nothing."""
    browser = signed_in(db, given(db, "Ann"))

    assert there(db, Token(browser.id, new_token().secret)) is None


def test_no_secret_is_in_the_study(db: Database) -> None:
    """Neither that of a link nor that of a session stands in any table."""
    link = given(db, "Ann")
    browser = signed_in(db, link)
    tables = [name for (name,) in db.rows("SELECT table_name FROM duckdb_tables()")]
    held = str([db.rows(f"SELECT * FROM {name}") for name in tables])

    assert link.id in held
    assert browser.digest in held
    assert link.secret not in held
    assert browser.secret not in held
