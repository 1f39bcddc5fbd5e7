"""Killing the review server while people read: whatever was answered as saved is there."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from serve import Server, started
from small_study import SmallStudy

from tagger.store import Store, trail_check

ROUNDS = int(os.environ.get("KILLS", "6"))
"""How often the server is killed; `KILLS=30 pytest tests/test_review_crash.py` is the long form."""

PEOPLE = 4


class Person(threading.Thread):
    """Somebody who reads as fast as the server answers, and writes down what it said was saved."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(daemon=True)
        self.port = urlsplit(server.url).port
        self.label = name
        self.saved: list[str] = []
        self.steps: list[str] = []
        self.stop = False
        self.cookie = ""
        self.mark = ""

    def run(self) -> None:
        """Read until the server is gone."""
        try:
            self._read()
        except (OSError, HTTPException):
            return

    def _read(self) -> None:
        self._post("/who", name=self.label)
        self.mark = self._mark()
        address, _ = self._post("/read", dataset="general", read="all", order="random")
        while not self.stop:
            if not address.startswith("/read/"):
                self._post("/undo", id=str(uuid4()), back="/")
                address, _ = self._post("/read", dataset="general", read="all", order="random")
                continue
            note, noting, step = uuid4().hex, str(uuid4()), str(uuid4())
            self._post(address, id=noting, act="memo", note=note)
            self.saved.append(note)
            act = random.choice(["skip", "skip", "later"])
            address, _ = self._post(address, id=step, act=act)
            self.steps += [noting, step] if act == "skip" else [noting]

    def _mark(self) -> str:
        """Return what the forms of this person's pages carry."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", "/help", headers={"cookie": self.cookie})
            return connection.getresponse().read().decode().partition('data-by="')[2].partition('"')[0]
        finally:
            connection.close()

    def _post(self, path: str, **fields: str) -> tuple[str, int]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            kind = {"content-type": "application/x-www-form-urlencoded", "cookie": self.cookie}
            connection.request("POST", path, urlencode({**fields, "by": self.mark}), kind)
            answer = connection.getresponse()
            answer.read()
            if 303 != answer.status:
                raise HTTPException(f"{path} was answered with {answer.status}")
            for header, value in answer.getheaders():
                if header.lower() == "set-cookie" and value.startswith("reader-"):
                    self.cookie = value.split(";")[0]
            return answer.headers["location"], answer.status
        finally:
            connection.close()


@contextmanager
def people(server: Server, number: int) -> Iterator[list[Person]]:
    """Let some people read for the time of the block."""
    crowd = [Person(server, f"round {number} person {place}") for place in range(PEOPLE)]
    for person in crowd:
        person.start()
    yield crowd
    for person in crowd:
        person.stop = True
        person.join(30)


@pytest.mark.slow
def test_nothing_that_was_answered_as_saved_is_lost_when_the_server_is_killed(study: SmallStudy) -> None:
    """After each kill -9 at a random moment, every note and step whose saving was answered is in the study, once."""
    saved: list[str] = []
    steps: list[str] = []
    for number in range(ROUNDS):
        server = started(study.folder)
        with people(server, number) as crowd:
            deadline = time.monotonic() + 20
            while not any(person.saved for person in crowd) and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(random.uniform(0.0, 1.2))
            server.kill()
        saved += [note for person in crowd for note in person.saved]
        steps += [step for person in crowd for step in person.steps]
        with Store(study.folder).session("a test") as database:
            stored = [note for (note,) in database.rows("SELECT note FROM decisions WHERE act = 'memo'")]
            sets = [step for (step,) in database.rows("SELECT set_id::VARCHAR FROM decision_sets")]
            loose = database.rows(
                "SELECT count(*) FROM decisions WHERE id NOT IN (SELECT decision_id FROM decision_sets)"
            )
            trail = trail_check.check(database)

        assert set() == set(saved) - set(stored)
        assert len(stored) == len(set(stored))
        assert [1] * len(steps) == list(map(Counter(sets).__getitem__, steps))
        assert [(0,)] == loose
        assert () == trail.differences
    assert len(saved) > ROUNDS
