"""
An attempt to unblind oneself: two studies that differ only in what a reader must not know yet answer them alike.

Each pair of studies is asked the same things by the same reader, under one clock and with ids made alike, and every
answer has to be the same to the byte: status, headers, page or file, and the statements that it took, so that waiting
tells nothing either. Routes are those of the application; filters and forms those of its pages. TAGGER_TEST_STEPS says
how many steps a chain has, TAGGER_TEST_SEED which ones.
"""

from __future__ import annotations

import io
import os
import random
import re
import secrets
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import openpyxl
import pytest
from desk import START, Desk, lasting
from read_study import passages
from roaming import FIELDS, Form, Pairs, address_of, forms, links, parted
from small_study import SmallStudy, copied
from starlette.routing import Route
from visitor import Visitor, visitor

from tagger.config import ConsentSettings, Settings, load_settings
from tagger.framework_edits import Words, reworded
from tagger.frameworks import from_json
from tagger.review import audit, servings
from tagger.review.consent import changes
from tagger.review.web import visit
from tagger.steps.preview import keep
from tagger.store import Owner, serving
from tagger.store.database import Database

STEPS = int(os.environ.get("TAGGER_TEST_STEPS", "4"))
SEED = int(os.environ.get("TAGGER_TEST_SEED", "1"))
EXPIRES = re.compile("expires=[^;]*GMT")
"""A cookie's end, which follows from the clock of the wall."""
ENDS = ("done", "nothing here", "unsure")
UNLISTED = "something not on our list"


class World:
    """One of the two studies, served to Ann."""

    def __init__(self, owner: Owner, study: SmallStudy, settings: Settings) -> None:
        self.owner = owner
        self.browser: Visitor = visitor(owner, study, settings=settings, raise_server_exceptions=False)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT."""
        with self.owner.reading() as db:
            return db.rows(sql)


class Pair:
    """Two studies that are asked the same, and whatever differs in what they answer."""

    def __init__(self, worlds: list[World], alike: Alike) -> None:
        self.worlds = worlds
        self.alike = alike

    def ask(self, method: str, path: str, pairs: Pairs = (), **more: Any) -> Any:
        """Send a request to both, and return the answer of the first after it was held against that of the other."""
        address = path + (f"?{urlencode(pairs)}" if pairs else "")
        found = []
        self.alike.tick()
        for world in self.worlds:
            with self.alike.again() as statements:
                answer = world.browser.request(method, address, follow_redirects=False, **more)
            headers = [(name, EXPIRES.sub("", value)) for name, value in answer.headers.multi_items()]
            found.append((answer.status_code, headers, answer.content, statements))
            assert answer.status_code < 500, (address, answer.text)
        one, other = found
        about = f"{method} {address} {more} tells the two studies apart"
        assert one[0] == other[0], about
        assert one[2] == other[2], f"{about}: {difference(one[2], other[2])}"
        assert one[1] == other[1], about
        assert one[3] == other[3], f"{about} by what it takes"
        return answer


def difference(one: bytes, other: bytes) -> str:
    """Return the first place in which two answers differ."""
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, place - 200) : place + 200]!r} and {other[max(0, place - 200) : place + 200]!r}"


class Alike:
    """Makes what is made by chance or by the clock the same in both studies, and notes the statements they run."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = START + timedelta(days=30)
        self.requests = 0
        self.chance = random.Random()
        self.statements: list[str] = []
        modules = [module for name, module in sys.modules.items() if name.startswith("tagger.review")]
        for module in modules:
            if getattr(module, "uuid4", None) is uuid.uuid4:
                patch.setattr(module, "uuid4", self._uuid)
        for module in modules:
            if getattr(module, "now", None) is visit.now and module is not visit:
                patch.setattr(module, "now", lambda: self.now)
        patch.setattr(visit, "now", lambda: self.now)
        patch.setattr(secrets, "randbits", lambda bits: self.chance.getrandbits(bits))
        for name in ("table", "rows", "insert", "run"):
            patch.setattr(Database, name, self._noted(getattr(Database, name)))

    def _uuid(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _noted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def noting(db: Database, sql: str, *args: Any, **more: Any) -> Any:
            self.statements.append(sql)
            return method(db, sql, *args, **more)

        return noting

    def tick(self) -> None:
        """Go on to the next request."""
        self.requests += 1
        self.now += timedelta(seconds=20)

    @contextmanager
    def again(self) -> Iterator[list[str]]:
        """Let chance be what it was for the other study, and return the statements of the block."""
        self.chance = random.Random(self.requests)
        self.statements = []
        yield self.statements


class Prying:
    """Ann, who tries whatever the pages have and more, but for what she may know of: finishing what she pries into."""

    def __init__(self, pair: Pair, hidden: set[str], forbidden: Callable[[str, Pairs], bool], seed: int) -> None:
        self.pair = pair
        self.hidden = hidden
        self.forbidden = forbidden
        self.chance = random.Random(seed)
        self.page = ""
        self.pack = b""
        self.known: list[str] = []
        app: Any = pair.worlds[0].browser.app
        self.routes = [route for route in app.app.routes if isinstance(route, Route)]
        self.learn()

    def learn(self) -> None:
        """Get to know the ids of what Ann may know of."""
        world = self.pair.worlds[0]
        asked = ("SELECT excerpt_id FROM excerpt_list", "SELECT DISTINCT transcript FROM excerpt_list",
                 "SELECT id FROM servings WHERE coder_id = 'Ann'", "SELECT id FROM packs",
                 "SELECT id FROM framework_changes")  # fmt: skip
        self.known = sorted(str(value) for sql in asked for (value,) in world.ask(sql))

    def addresses(self) -> list[tuple[str, Pairs]]:
        """Return every address to get: each route with each id, and with the fields that its pages have."""
        plain = [route.path for route in self.routes if "GET" in (route.methods or ())]
        found: list[tuple[str, Pairs]] = []
        for path in plain:
            fitting = [one for one in self.known if ("-" in one) == (":uuid" in path)]
            paths = [re.sub(r"\{.*?\}", one, path) for one in fitting] if "{" in path else [path]
            found += [(one, pairs) for one in paths for pairs in self._queries(path)]
        return found

    def _queries(self, path: str) -> list[Pairs]:
        values = ["", "choice", "common", "two-way"]
        listed = [("dataset", "general")]
        if path == "/browse":
            states = ["", "yes", "no", "nothing here", "unsure", "skipped", "not on our list", "unread"]
            return [[("value", value), ("mine", mine)] for value in values for mine in states] + [[("text", "the")]]
        if path == "/browse/together":
            return [[("value", value), ("answer", word)] for value in values for word in ("accept", "reject")]
        if path == "/finished":
            return [[*listed, ("value", value), ("read", read)] for value in values for read in ("all", "suggested")]
        if path.startswith("/read/"):
            more = [[], [("others", "1"), ("near", "1")], [("whole", "1")], [("turns", "9")]]
            return [*more, *([*listed, ("value", value)] for value in values)]
        if path == "/transcript/{transcript}":
            return [[], *([("excerpt", one)] for one in self.known if "-" not in one)]
        if path == "/list/propose":
            return [[], *([("kind", "new"), (name, one)] for one in self.known for name in ("group", "excerpts"))]
        more = {"/exemplars": [("quotes", "all")], "/list/missing": [("groups", "all")]}
        return [[], more[path]] if path in more else [[]]

    def look(self, most: int) -> None:
        """Get some of all addresses."""
        found = self.addresses()
        for path, pairs in self.chance.sample(found, min(most, len(found))):
            self.get(path, pairs)

    def get(self, path: str, pairs: Pairs = ()) -> None:
        """Get a page in both studies, and go where it leads."""
        for _ in range(5):
            answer = self.pair.ask("GET", path, list(pairs))
            if "html" in answer.headers.get("content-type", "") and answer.status_code == 200:
                self.page = answer.text
            if path.startswith("/packs/") and path.endswith(".xlsx") and answer.status_code == 200:
                self.pack = answer.content
            if not answer.is_redirect:
                return
            path, pairs = parted(answer.headers["location"])

    def step(self) -> None:
        """Do something that a page offers, or get a page, and look around after it."""
        found = [form for form in forms(self.page) if form.method == "POST"]
        way = self.chance.random()
        if way < 0.65 and found:
            self.send(self.chance.choice(found))
        elif way < 0.8:
            leads = links(self.page) or ["/"]
            self.get(*parted(self.chance.choice(leads)))
        elif way < 0.9:
            self.get("/", [])
        else:
            path = address_of(self.chance.choice(self.routes).path, self.chance, self.known)
            self.get(path, [(self.chance.choice(FIELDS), self.chance.choice(self.known)) for _ in range(2)])

    def send(self, form: Form) -> None:
        """Send a form in both studies, unless it would finish what is pried into, or is not to be sent."""
        path, query = parted(form.action)
        pairs = form.filled(self.chance, ["a few words"])
        if path in ("/sign-out", "/who") or self.forbidden(path, pairs):
            return
        if self.reads(path) in self.hidden and self.finishes(pairs):
            pairs = [(name, value) for name, value in pairs if name not in ("act", "mark")]
            pairs.append(("act", self.chance.choice(("skip", "later", "next"))))
        if form.files:
            files = {form.files[0]: ("pack.xlsx", self.filled_in())}
            answer = self.pair.ask("POST", path, query, data=dict(pairs), files=files)
        else:
            body, kind = urlencode(pairs), {"content-type": "application/x-www-form-urlencoded"}
            answer = self.pair.ask("POST", path, query, content=body, headers=kind)
        self.learn()
        if answer.is_redirect:
            self.get(*parted(answer.headers["location"]))

    def finishes(self, pairs: Pairs) -> bool:
        """Say whether a form finishes a passage; a mark alone, a note, skipping and undo do not."""
        said = dict(pairs)
        return said.get("act") in ENDS

    def reads(self, path: str) -> str:
        """Return the excerpt that a form is about."""
        found = re.fullmatch(r"/read/([0-9a-f-]{36})(/borders)?", path)
        rows = self.pair.worlds[0].ask(f"SELECT excerpt_id FROM servings WHERE id = '{found[1]}'") if found else []
        return str(rows[0][0]) if rows else ""

    def filled_in(self) -> bytes:
        """Return the pack that was got last, with every other passage skipped and a note on the rest."""
        if not self.pack:
            return b""
        book = openpyxl.load_workbook(io.BytesIO(self.pack))
        sheet = book["Read"]
        names = {cell.value: cell.column for cell in sheet[1]}
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, names["Skip" if row % 2 else "Your notes"], "x")
        filled = io.BytesIO()
        book.save(filled)
        return filled.getvalue()


@pytest.fixture(scope="module")
def begun(tagged: SmallStudy, tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """Return a study with many suggestions, of which Ann has read a part, and Ben and Cleo the same part."""
    study = copied(tagged, tmp_path_factory.mktemp("begun"))
    study.set("share = 0.5")
    study.set("double_share = 1.0")
    study.set("readers = 3")
    study.set("blind_share = 0.4")
    study.run()
    review = load_settings(study.folder).review
    with lasting(study) as desk:
        for name in ("Ann", "Ben", "Cleo"):
            desk.reader(name)
            servings.prepare(desk.db, name, "general", review, 3, desk.tick())
        drawn = audit.Wanted("general", ("Ann",), dict.fromkeys(audit.STRATA, 1), 5)
        audit.draw(desk.db, drawn, desk.tick())
        waiting = hidden_blind(desk)
        for number, excerpt in enumerate(passages(desk)[::3]):
            for name in ("Ann", "Ben", "Cleo"):
                blind = excerpt in waiting
                found = ["choice"] if number % 2 else ["common"]
                served = desk.blind(name, excerpt) if blind else desk.serve(name, excerpt)
                if name == "Ben":
                    desk.decide(served, UNLISTED)
                desk.decide(served, "done", dict.fromkeys(found, "yes"), note="")
                desk.show(name, excerpt, readings=name == "Cleo")
        propose_other_words(desk)
    keep(study.folder, lambda: START)
    return study


def propose_other_words(desk: Desk) -> None:
    """Let Ben propose other words for a value, so that many passages would be suggested for it and others not."""
    [identity] = changes.in_use(desk.db, "small")
    base = from_json(desk.one("SELECT content FROM frameworks WHERE id = $id", id=identity))
    words = Words("Choice", "A mug of tea near the window of the room, and a phone that rings.", {})
    draft = changes.Draft(base, reworded(base, "1.1", "choice", words, revised=False), "So")
    changes.propose(desk.db, draft, ConsentSettings(), id=str(uuid.uuid4()), coder_id="Ben", now=desk.tick())


def hidden_blind(desk: Desk) -> set[str]:
    """Return what waits to be read without suggestions by Ann."""
    return {row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM waiting_blind WHERE coder_id = 'Ann'")}


def beside(desk: Desk, hidden: set[str]) -> set[str]:
    """Return the excerpts that share characters with some of them, these among them."""
    rows = desk.ask(
        "SELECT DISTINCT x.excerpt_id FROM live_excerpts p JOIN live_excerpts x ON x.revision_id = p.revision_id "
        'AND x.start < p."end" AND x."end" > p.start WHERE list_contains($ids, p.excerpt_id)', ids=sorted(hidden),
    )  # fmt: skip
    return {row["excerpt_id"] for row in rows}


def not_read(desk: Desk) -> set[str]:
    """Return the excerpts that Ann has not read."""
    rows = desk.ask(
        "SELECT excerpt_id FROM excerpt_list WHERE excerpt_id NOT IN "
        "(SELECT excerpt_id FROM conclusions WHERE coder_id = 'Ann')"
    )
    return {row["excerpt_id"] for row in rows}


# What differs


def suggestions_elsewhere(desk: Desk, hidden: set[str]) -> None:
    """Let what is suggested on each of them, and on the exchanges around them, be suggested on another one."""
    found = {row["excerpt_id"]: row["kind"] for row in desk.ask("SELECT excerpt_id, kind FROM excerpt_list")}
    for kind in ("passage", "exchange"):
        ids = sorted(one for one in beside(desk, hidden) if found.get(one) == kind)
        moved = dict(zip(ids, ids[1:] + ids[:1], strict=True))
        for table in ("suggestions", "scores", "named_before", "reading_orders", "preview_changes"):
            rows = [row for row in desk.ask(f"SELECT * FROM {table}") if row["excerpt_id"] in moved]
            desk.db.run(f"DELETE FROM {table} WHERE list_contains($ids, excerpt_id)", {"ids": ids})
            if rows:
                desk.add_all(table, [{**row, "excerpt_id": moved[row["excerpt_id"]]} for row in rows])


def suggestions_gone(desk: Desk, hidden: set[str]) -> None:
    """Let nothing be suggested on them."""
    for table in ("suggestions", "preview_changes"):
        desk.db.run(f"DELETE FROM {table} WHERE list_contains($ids, excerpt_id)", {"ids": sorted(hidden)})


def other_values(desk: Desk, hidden: set[str]) -> None:
    """Let the other one of two values be suggested on each of them."""
    desk.db.run(
        "UPDATE preview_changes SET added = NOT added WHERE list_contains($ids, excerpt_id)", {"ids": [*hidden]}
    )
    desk.db.run(
        "UPDATE suggestions SET value_id = CASE value_id WHEN 'choice' THEN 'common' WHEN 'common' THEN 'choice' "
        "ELSE value_id END WHERE list_contains($ids, excerpt_id)",
        {"ids": sorted(hidden)},
    )


HELD = (
    ("done", ["choice"]),
    (UNLISTED, []),
    ("done", ["common"]),
    ("nothing here", []),
    ("done", ["choice", "common"]),
)


def others_hold(desk: Desk, hidden: set[str], turn: int) -> None:
    """Let Ben and Cleo read them, and hold of each what the other study has them hold of the one before."""
    by_transcript: dict[str, list[str]] = {}
    for row in desk.ask("SELECT excerpt_id, transcript FROM excerpt_list WHERE kind = 'passage' ORDER BY ALL"):
        if row["excerpt_id"] in hidden:
            by_transcript.setdefault(row["transcript"], []).append(row["excerpt_id"])
    for excerpts in by_transcript.values():
        for number, excerpt in enumerate(excerpts):
            act, found = HELD[(number + turn) % len(excerpts) % len(HELD)]
            for name in ("Ben", "Cleo"):
                served = desk.blind(name, excerpt) if name == "Ben" else desk.serve(name, excerpt)
                desk.decide(served, act, dict.fromkeys(found, "yes"))
            desk.decide(served, "memo", note=f"{excerpt} {turn}")
            [place] = desk.ask('SELECT start, "end" FROM live_spans WHERE excerpt_id = $id', id=excerpt)
            desk.decide(served, "adjust", borders=(place["start"], place["end"] - 1 - turn))


@contextmanager
def pair_of(
    study: SmallStudy, home: Path, alike: Alike, differ: Callable[[Desk, int], None], **review: Any
) -> Iterator[Pair]:
    """Serve two copies of a study that differ, each to Ann."""
    with ExitStack() as stack:
        worlds = []
        for number in range(2):
            copy = copied(study, home / str(number))
            with lasting(copy) as desk:
                desk.now = START + timedelta(days=1)
                with alike.again():
                    differ(desk, number)
            owner = stack.enter_context(serving(copy.folder, "http://127.0.0.1:1"))
            settings = load_settings(copy.folder)
            worlds.append(World(owner, copy, replace(settings, review=replace(settings.review, **review))))
        pair = Pair(worlds, alike)
        for world in worlds:
            world.browser.post("/who", data={"reader": "Ann", "by": ""})
        yield pair


def pry(pair: Pair, hidden: set[str], forbidden: Callable[[str, Pairs], bool], seed: int = SEED) -> None:
    """Try everything, in a chain of steps."""
    ann = Prying(pair, hidden, forbidden, seed)
    ann.look(STEPS)
    ann.get("/")
    for _ in range(STEPS):
        ann.step()
        ann.look(2)
    ann.look(STEPS)


def anything(path: str, pairs: Pairs) -> bool:
    """Forbid nothing."""
    return False


@pytest.mark.parametrize(
    ("how", "own_first"),
    [
        (suggestions_elsewhere, False),
        (suggestions_gone, True),
        pytest.param(suggestions_elsewhere, True, marks=pytest.mark.slow),
        pytest.param(suggestions_gone, False, marks=pytest.mark.slow),
    ],
)
def test_nothing_tells_what_is_suggested_where_one_reads_blind(
    begun: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Callable[..., None], own_first: bool
) -> None:
    """Neither which of the passages that wait to be read without suggestions have one, nor whether any of them does."""
    hidden: set[str] = set()

    def differ(desk: Desk, number: int) -> None:
        hidden.update(hidden_blind(desk))
        if number:
            how(desk, hidden)

    with pair_of(begun, tmp_path, Alike(monkeypatch), differ, own_first=own_first) as pair:
        assert hidden
        pry(pair, hidden, anything)


def test_nothing_tells_which_value_is_suggested_before_the_own_reading(
    begun: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless one asks for a value: then it is said, and recorded. That something is, is why a passage comes."""
    hidden: set[str] = set()

    def differ(desk: Desk, number: int) -> None:
        hidden.update(not_read(desk))
        if number:
            other_values(desk, hidden)

    def asks(path: str, pairs: Pairs) -> bool:
        said = dict(pairs)
        return bool(path == "/read" and (said.get("value") or said.get("order") in ("likely", "mix")))

    with pair_of(begun, tmp_path, Alike(monkeypatch), differ) as pair:
        pry(pair, hidden, asks)


def test_nothing_tells_what_others_hold_before_the_own_reading(
    begun: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor what they noted for themselves, nor where they moved a passage's borders to."""
    hidden: set[str] = set()

    def differ(desk: Desk, number: int) -> None:
        hidden.update(not_read(desk))
        others_hold(desk, hidden, number)

    with pair_of(begun, tmp_path, Alike(monkeypatch), differ) as pair:
        pry(pair, hidden, anything)
