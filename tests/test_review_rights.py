"""Roles at the store: with the pages' own question switched off, what is for others is still refused there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest
from house import House, numbers
from roaming import forms, links, parted
from small_study import SmallStudy, copied
from visitor import AT_HOME, Visitor

from tagger.errors import NotAllowed
from tagger.review import notes, people
from tagger.review.people import ROLES
from tagger.review.people.rights import IN_ANY_NAME, IN_OWN_NAME, acting
from tagger.review.people.tokens import new_token
from tagger.review.web.access import FOR, FOR_ANYBODY
from tagger.review.web.visit import now
from tagger.store import Database, serving


@pytest.fixture(scope="module")
def house(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serve a copy of the tagged study whose pages open to everybody who signed in."""
    study = copied(tagged, tmp_path_factory.mktemp("house"))
    with serving(study.folder, "http://127.0.0.1:1") as owner:
        made = House(owner, study, AT_HOME)
        access = made.app.state.desk.access
        access.update({endpoint: frozenset(ROLES) for endpoint in access})
        yield made


@pytest.fixture(scope="module")
def pages(house: House) -> dict[str, str]:
    """Return pages with forms, as somebody with all roles sees them who has read a passage and noted something."""
    everything = house.signed_in(*ROLES)
    excerpt = excerpt_of(everything)
    read = everything.post("/read/choose", data={"excerpt": excerpt, "id": str(uuid4())})
    here = str(read.url.path)
    note = next(one for one in forms(read.text) if one.action == "/notes")
    everything.post("/notes", data={**dict(note.pairs), "id": str(uuid4()), "note": "A death is told of."})
    everything.post(here, data={"id": str(uuid4()), "act": "done"})
    everything.post("/reflections", data={"id": str(uuid4()), "text": "I know this from home."})
    somebody(house, "reviewer", name="Somebody who leaves")
    house.change(lambda db: people.take_access_away(db, "Somebody who leaves", now() + timedelta(seconds=1)))
    found, waiting = {}, ["/", here, f"{here}/borders", f"/consent/{excerpt}", "/list/propose", "/preferences"]
    while waiting and len(found) < 40:
        address = waiting.pop(0)
        if parted(address)[0] not in found and not address.endswith((".xlsx", ".html")):
            page = everything.get(address)
            found[parted(address)[0]] = page.text
            waiting += links(page.text)
    return found


def excerpt_of(browser: Visitor) -> str:
    """Return a passage that the page for finding shows."""
    page = browser.get("/browse").text
    return next(dict(one.pairs)["excerpt"] for one in forms(page) if "excerpt" in dict(one.pairs))


def held(house: House, role: str) -> dict[str, int]:
    """Return how many rows each table has that is not for a role; sessions, and the trail of all, are everybody's."""
    with house.owner.reading() as db:
        names = [name for (name,) in db.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")]
        counts = {name: int(db.rows(f"SELECT count(*) FROM {name}")[0][0]) for name in names}
    theirs = IN_OWN_NAME[role] | IN_ANY_NAME[role] | {"session_ends", "trail"}
    return {name: count for name, count in counts.items() if name not in theirs}


@pytest.mark.parametrize("role", ROLES)
def test_whatever_a_page_sends_what_is_for_others_is_not_stored(house: House, pages: dict[str, str], role: str) -> None:
    """Each form of each page, and each address that takes one, by somebody for whom it is not."""
    browser = house.signed_in(role, follow_redirects=False)
    mark, before, answers = browser.mark(), held(house, role), Counter[tuple[str, int]]()
    for page in pages.values():
        for form in forms(page):
            path = parted(form.action)[0]
            buttons = form.buttons or [("", "")]
            for button in buttons if is_for_others(path, role) else ():
                typed = {**dict.fromkeys(form.free, f"Words {next(numbers)}"), "role": "reviewer", "id": str(uuid4())}
                sent = {**dict(form.pairs), **dict([button]), **typed, "by": mark}
                answers[path, browser.post(form.action, data=sent).status_code] += 1

    assert before == held(house, role)
    refused = {path for path, status in answers if status == 403}
    assert REFUSED[role] <= refused
    assert not [key for key in answers if key[1] >= 500]


def is_for_others(path: str, role: str) -> bool:
    """Say whether an address is for other roles alone."""
    known = FOR.get(path) or next((roles for one, roles in FOR.items() if path.startswith(one.partition("/{")[0])), ())
    return path not in FOR_ANYBODY and role not in known


REFUSED = {
    "reviewer": {"/people", "/people/link", "/people/revoke"},
    "analyst": {"/reflections", "/notes", "/people", "/people/link", "/people/revoke"},
    "methodologist": {"/read/choose", "/reflections", "/notes", "/people", "/people/link", "/people/revoke"},
    "admin": {"/read/choose", "/reflections", "/notes"},
}
"""What each role is refused at the store, at the least: on the way to the others something else is missing first."""


@pytest.mark.parametrize("role", ROLES)
def test_each_table_is_for_the_roles_that_the_list_names(house: House, role: str) -> None:
    """No role adds to any other table, whichever function of the program tries to."""
    coder = somebody(house, role)
    with house.owner.reading() as db:
        tables = {name for (name,) in db.rows("SELECT table_name FROM duckdb_tables()")}
    theirs = IN_OWN_NAME[role] | IN_ANY_NAME[role]
    for table in sorted(tables - theirs):
        with pytest.raises(NotAllowed, match=f"you are here as {role}"):
            house.owner.write(lambda db, table=table: acting(db, coder, copied_row(table)))

    assert theirs < tables


def copied_row(table: str) -> Callable[[Database], int]:
    """Return an act that adds to a table what is there already."""
    return lambda db: db.insert(table, db.table(f"SELECT * FROM {table} LIMIT 1"))


def test_nobody_writes_in_another_s_name(house: House) -> None:
    """A reader's note under a colleague's id is refused, and under the own one stored."""
    ann, ben = somebody(house, "reviewer"), somebody(house, "reviewer")
    with house.owner.reading() as db:
        [(transcript, excerpt)] = db.rows("SELECT transcript_id, id FROM excerpts LIMIT 1")

    def noted(coder: str) -> Callable[[Database], Any]:
        return lambda db: notes.add(
            db, note_id=str(uuid4()), coder_id=coder, transcript_id=transcript, excerpt_id=excerpt, note="x", now=now()
        )

    before = house.count("content_notes")
    with pytest.raises(NotAllowed, match="somebody else's"):
        house.owner.write(lambda db: acting(db, ann, noted(ben)))
    assert before == house.count("content_notes")
    house.owner.write(lambda db: acting(db, ann, noted(ann)))
    assert before + 1 == house.count("content_notes")


def test_who_lost_access_on_the_way_stores_nothing(house: House) -> None:
    """Between the page's question and the writer's turn, somebody may have taken the access away."""
    name = f"Gone {next(numbers)}"
    coder = somebody(house, "reviewer", name=name)
    house.change(lambda db: people.take_access_away(db, name, now() + timedelta(seconds=1)))

    with pytest.raises(NotAllowed, match="no access any more"):
        house.owner.write(lambda db: acting(db, coder, lambda db: None))


def test_under_a_rule_nothing_but_rows_is_written(house: House) -> None:
    """A statement that could delete is a fault of the program, not an act of a person."""
    coder = somebody(house, *ROLES)
    with pytest.raises(RuntimeError, match="nothing else is run"):
        house.owner.write(lambda db: acting(db, coder, lambda db: db.run("DELETE FROM decisions")))


def test_a_rule_ends_with_its_act(house: House) -> None:
    """What the server writes next, on the same connection, is not under it."""
    coder = somebody(house, "methodologist")
    with pytest.raises(NotAllowed):
        house.owner.write(lambda db: acting(db, coder, copied_row("decisions")))
    row = {"id": uuid4().hex, "name": f"Imported {next(numbers)}", "added_at": now()}

    assert 1 == house.owner.write(lambda db: db.insert("coders", pa.Table.from_pylist([row])))


def somebody(house: House, *roles: str, name: str = "") -> str:
    """Add somebody with these roles, and return their id."""
    coder = uuid4().hex
    called = name or f"Person {next(numbers)}"
    house.change(lambda db: people.give_access(db, coder, called, roles, new_token(), now()))
    return coder
