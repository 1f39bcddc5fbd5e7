"""
People of every role who roam the pages and send requests of chance, and what has to hold of every answer and study.
"""

from __future__ import annotations

import io
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import openpyxl
from fuzzing.damage import damaged
from house import House, enter
from roaming import FIELDS, Form, Pairs, address_of, changed, forms, links, parted, word_of
from starlette.routing import Match, Route
from visitor import Visitor

from tagger.review.people import ROLES
from tagger.review.web.access import FOR
from tagger.review.web.security import POLICY

METHODS = ("GET", "GET", "POST", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
KINDS = (
    *("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=", "text/\xff", ""),
    *("multipart/form-data; boundary=zq9", "application/json", "application/x-www-form-urlencoded; charset=utf-16"),
)
HEADERS = (
    *(("x-forwarded-host", "evil.example"), ("x-forwarded-for", "6.6.6.6"), ("x-http-method-override", "DELETE")),
    *(("x-original-url", "/people"), ("x-rewrite-url", "/people"), ("range", "bytes=0-,0-,0-"), ("if-none-match", "*")),
    *(("referer", "http://["), ("referer", "//evil.example/x"), ("accept-encoding", "zq9"), ("hx-request", "true")),
    *(("origin", "null"), ("origin", "http://["), ("sec-fetch-site", "cross-site"), ("content-length", "9" * 12)),
    *(("content-length", "-1"), ("host", "["), ("host", "evil.example"), ("expect", "100-continue"), ("cookie", ";=;")),
    *(("cookie", "said=%%%"), ("cookie", "said=//79"), ("cookie", "said=PHpxOT4="), ("x-tagger-token", "guess")),
)
ACTS = {
    *("adjustments", "arms", "codings", "coding_answers", "coders", "content_notes", "content_note_removals"),
    *("decisions", "decision_answers", "decision_sets", "displays", "draws", "draw_strata", "excerpts", "packs"),
    *("pack_servings", "placements", "postponements", "preferences", "segmentations", "servings", "session_days"),
    *("session_ends", "sessions", "sign_in_links", "wanted_readings", "access_changes"),
    *("frameworks", "framework_values", "framework_meanings", "framework_changes", "framework_change_excerpts"),
    *("framework_adoptions", "proposals", "proposal_people", "proposal_answers", "positions"),
    *("reflections", "reflection_choices", "repeats", "repeat_readings", "repeat_answers"),
    *("hand_overs", "handed_passages", "audit_cells", "audit_passages", "exports", "trail"),
}
"""The tables to which what people do on the pages may add; nothing is ever taken from any."""


@dataclass
class Roamer:
    """Somebody who roams the pages: their roles, their browser, and the page before them."""

    roles: frozenset[str]
    browser: Visitor
    page: str = ""
    leads: list[str] = field(default_factory=list)
    sent_on: str = ""


@dataclass(frozen=True)
class Sent:
    """A request as it is sent, printed where it fails."""

    method: str
    path: str
    pairs: Pairs
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


class Roaming:
    """A served study, those who roam its pages, and whatever was heard of in it."""

    def __init__(self, house: House, seed: int | str) -> None:
        self.house = house
        self.chance = random.Random(seed)
        self.known: list[str] = []
        self.pack = b""
        self.came: Counter[int] = Counter()
        roles = [frozenset[str](), *(frozenset({role}) for role in ROLES), frozenset(ROLES)]
        self.everybody = [
            Roamer(one, house.browser(raise_server_exceptions=False, follow_redirects=False)) for one in roles
        ]
        self.learn()

    def learn(self) -> None:
        """Get to know ids of whatever there is, the newest of each kind."""
        with self.house.owner.reading() as db:
            named = [("excerpts", "id"), ("transcripts", "id"), ("suggestions", "id"), ("coders", "id"),
                     ("coders", "name"), ("servings", "id"), ("packs", "id"), ("codings", "id"),
                     ("content_notes", "id"), ("frameworks", "id"), ("decision_sets", "set_id")]  # fmt: skip
            found = [
                db.rows(f"SELECT {column}::VARCHAR FROM {table} ORDER BY rowid DESC LIMIT 8") for table, column in named
            ]
        self.known = [str(value) for rows in found for (value,) in rows]
        self.known += [f"{self.chance.choice(self.known)}\x00", self.chance.choice(self.known).upper()]

    def step(self) -> None:
        """Let somebody send something, and judge what comes back; who reads, and who may do all, come most often."""
        who = self.chance.choices(self.everybody, [1, *(3 if one == "reviewer" else 1 for one in ROLES), 4])[0]
        sent = self._request(who)
        answer = self._answer(who, sent)
        self.judge(who, sent, answer)
        self.came[answer.status_code] += 1
        who.sent_on = answer.headers.get("location", "")
        if "html" in answer.headers.get("content-type", "") and answer.status_code == 200:
            who.page, who.leads = answer.text, links(answer.text)
        if who.sent_on.startswith(("/who", "/sign-in")):
            self.come_back(who)

    def come_back(self, who: Roamer) -> None:
        """Sign in again, after signing out or losing access."""
        if who.roles:
            link = self.house.link(f"Somebody {self.chance.random()}", *who.roles)
            assert 303 == enter(who.browser, link).status_code

    def _request(self, who: Roamer) -> Sent:
        chance = self.chance
        if who.sent_on and chance.random() < 0.9:
            return Sent("GET", *parted(who.sent_on))
        ways = [self._of_a_form] * 6 + [self._of_a_link] + [self._of_a_route] * 3
        sent = chance.choice(ways)(who)
        if chance.random() < 0.1:
            sent = Sent(sent.method, sent.path, sent.pairs, sent.body, (*sent.headers, chance.choice(HEADERS)))
        return sent

    def _of_a_link(self, who: Roamer) -> Sent:
        path, pairs = parted(self.chance.choice([*who.leads, "/"]))
        return Sent("GET", path, changed(pairs, self.chance, self.known) if self.chance.random() < 0.5 else pairs)

    def _of_a_form(self, who: Roamer) -> Sent:
        """Send a form of the page that somebody has before them, as it should be or with some things changed."""
        found = forms(who.page)
        if not found:
            return self._of_a_link(who)
        form = self.chance.choice(found)
        path, query = parted(form.action)
        pairs = form.filled(self.chance, self.known)
        for _ in range(self.chance.choice((0, 0, 1, 1, 1, 2))):
            pairs = changed(pairs, self.chance, self.known)
        if form.method == "GET":
            return Sent("GET", path, pairs)
        return self._with_body(path, query, pairs, form)

    def _with_body(self, path: str, query: Pairs, pairs: Pairs, form: Form | None = None) -> Sent:
        chance = self.chance
        if (form and form.files) or chance.random() < 0.15:
            body = multipart(pairs, [(name, self._upload()) for name in (form.files if form else ("pack",))])
            kind = "multipart/form-data; boundary=zq9"
        else:
            body, kind = urlencode(pairs, errors="replace").encode(), KINDS[0]
        if chance.random() < 0.15:
            body = damaged(body, chance.randbytes(50), chance)
        if chance.random() < 0.08:
            kind = chance.choice(KINDS)
        return Sent("POST", path, query, body, (("content-type", kind),))

    def _upload(self) -> bytes:
        """Return the newest pack as somebody filled it in, or what is left of it."""
        chance = self.chance
        if not self.pack or chance.random() < 0.1:
            return chance.randbytes(200)
        book = openpyxl.load_workbook(io.BytesIO(self.pack))
        sheet = book[chance.choice(book.sheetnames)] if chance.random() < 0.2 else book["Read"]
        for _ in range(chance.randint(1, 6)):
            cell = sheet.cell(chance.randint(1, sheet.max_row), chance.randint(1, sheet.max_column))
            word = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", word_of(chance, self.known))
            cell.value = "x" if chance.random() < 0.7 else word
        filled = io.BytesIO()
        book.save(filled)
        data = filled.getvalue()
        return damaged(data, self.pack, chance) if chance.random() < 0.4 else data

    def _of_a_route(self, who: Roamer) -> Sent:
        """Ask any route for anything, in any way."""
        chance = self.chance
        routes = [route.path for route in self.house.app.app.routes]
        path = address_of(chance.choice([*routes, "/static/{file}", "/nothing/{here}"]), chance, self.known)
        pairs = [(chance.choice(FIELDS), word_of(chance, self.known)) for _ in range(chance.randrange(6))]
        method = chance.choice(METHODS)
        if method == "POST":
            marked = [("by", who.browser.mark())] if chance.random() < 0.8 else []
            return self._with_body(path, pairs[:2], [*marked, *pairs[2:]])
        return Sent(method, path, pairs, chance.randbytes(40) if method in ("PUT", "PATCH") else None)

    def _answer(self, who: Roamer, sent: Sent) -> Any:
        path = quote(sent.path, safe="/%:", errors="replace")
        query = urlencode(sent.pairs, errors="replace")
        headers = [(name.encode(), value.encode("latin-1")) for name, value in sent.headers]
        if who.browser.cookies and self.chance.random() < 0.05:
            held = "; ".join(f"{name}={value[:-1]}" for name, value in who.browser.cookies.items())
            headers.append((b"cookie", held.encode("latin-1", "replace")))
        address = path + (f"?{query}" if query else "")
        answer = who.browser.request(sent.method, address, content=sent.body, headers=headers)
        if path.endswith(".xlsx") and path.startswith("/packs/") and answer.status_code == 200:
            self.pack = answer.content
        return answer

    def judge(self, who: Roamer, sent: Sent, answer: Any) -> None:
        """Hold an answer against what holds for all of them."""
        about = f"{sorted(who.roles)} sent {sent}, and got {answer.status_code}"
        assert answer.status_code < 500, f"{about}: {answer.text[:3000]}"
        for name, value in POLICY.items():
            assert value == answer.headers.get(name), f"{about} without {name}"
        assert "no-store" == answer.headers["cache-control"] or sent.path.startswith("/static/"), about
        assert b"Traceback" not in answer.content, about
        assert b"<zq9" not in answer.content.lower(), about
        assert answer.headers.get("location", "/")[:1] == "/" != answer.headers.get("location", "/")[1:2], about
        for cookie in answer.headers.get_list("set-cookie"):
            assert {"httponly", "samesite=strict"} <= {part.strip().lower() for part in cookie.split(";")}, about
        wanted = FOR.get(self._route(sent), frozenset(ROLES))
        if who.roles.isdisjoint(wanted) and self._route(sent) in FOR:
            assert answer.status_code in (303, 400, 401, 403, 405, 413), about
            assert answer.headers.get("location", "/who").startswith("/who"), about

    def _route(self, sent: Sent) -> str:
        scope = {"type": "http", "path": urlsplit(sent.path).path, "method": sent.method, "headers": []}
        routes = [route for route in self.house.app.app.routes if isinstance(route, Route)]
        return next((route.path for route in routes if route.matches(scope)[0] is not Match.NONE), "")


def multipart(pairs: Pairs, files: list[tuple[str, bytes]]) -> bytes:
    """Write a form with files as a browser sends it."""
    parts = [
        f'--zq9\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode("utf-8", "replace")
        for name, value in pairs
    ]
    for name, data in files:
        head = f'--zq9\r\nContent-Disposition: form-data; name="{name}"; filename="../<zq9>.xlsx"\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join([*parts, b"--zq9--\r\n"])


def rows(house: House) -> dict[str, Counter[str]]:
    """Return all rows of all tables."""
    with house.owner.reading() as db:
        names = [name for (name,) in db.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")]
        return {name: Counter(map(repr, db.rows(f"SELECT * FROM {name}"))) for name in names}


UNSOUND = {
    "readings said to be made before anything was shown, and made after": "SELECT * FROM doubtful_codings",
    "decisions of no step, or of two": """
        SELECT d.id FROM decisions d LEFT JOIN decision_sets s ON s.decision_id = d.id
        GROUP BY d.id HAVING count(s.set_id) <> 1""",
    "steps in the same place": "SELECT number FROM decision_sets GROUP BY number HAVING count(*) > 1",
    "readings by somebody to whom the passage was not handed": """
        SELECT c.id FROM codings c JOIN servings s ON s.id = c.serving_id
        WHERE s.coder_id <> c.coder_id OR s.excerpt_id <> c.excerpt_id""",
    "words that are not in the text": """
        SELECT e.id FROM excerpts e JOIN placements p ON p.excerpt_id = e.id JOIN revisions r ON r.id = p.revision_id
        WHERE substring(r.text, p.start + 1, p."end" - p.start) <> e.text""",
    "decisions that were taken back twice": """
        SELECT undoes FROM decisions WHERE undoes IS NOT NULL GROUP BY undoes HAVING count(*) > 1""",
    "servings in the same place": "SELECT 1 FROM servings GROUP BY coder_id, position HAVING count(*) > 1",
}


def unsound(house: House) -> list[str]:
    """Return what is wrong with the study."""
    with house.owner.reading() as db:
        return [name for name, sql in UNSOUND.items() if db.rows(sql)]
