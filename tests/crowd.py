"""People who read as fast as a server answers, and write down what it said was saved."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from serve import Server

PEOPLE = 4


class Person(threading.Thread):
    """Somebody who reads as fast as the server answers, and writes down what it said was saved."""

    def __init__(self, server: Server, name: str, dataset: str) -> None:
        super().__init__(daemon=True)
        self.dataset = dataset
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
        address, _ = self._post("/read", dataset=self.dataset, read="all", order="random")
        while not self.stop:
            if not address.startswith("/read/"):
                self._post("/undo", id=str(uuid4()), back="/")
                address, _ = self._post("/read", dataset=self.dataset, read="all", order="random")
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
def people(server: Server, number: int = 1, dataset: str = "general") -> Iterator[list[Person]]:
    """Let some people read a dataset for the time of the block."""
    crowd = [Person(server, f"round {number} person {place}", dataset) for place in range(PEOPLE)]
    for person in crowd:
        person.start()
    yield crowd
    for person in crowd:
        person.stop = True
        person.join(30)
