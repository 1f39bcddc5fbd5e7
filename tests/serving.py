"""
A review server without pages, for tests: an owner behind a small HTTP server of the standard library.

As a program, `serving.py STUDY ACKNOWLEDGED` decides with four threads until it is killed, while shards are merged: the
id of each decision is written to the file ACKNOWLEDGED once it was answered. With `backups` as a third word, backups
are made all the while.
"""

from __future__ import annotations

import sys
import threading
import uuid
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
from merge_until_killed import shard

from tagger.store import Store, backups, database, serving

READERS = 4


@contextmanager
def served(folder):
    """Serve a study on a free port of this machine, from a thread of this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Doors)
    with serving(folder, f"http://127.0.0.1:{server.server_port}") as owner:
        server.owner = owner
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield owner
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Doors(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """Answer at the owner's doors whoever has the token."""
        owner = self.server.owner
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not owner.knows(self.headers.get("X-Tagger-Token", "")):
            self._answer(403, b"")
        elif self.path == "/owner/read":
            self._answer(200, owner.answer(body))
        elif self.path == "/owner/copy":
            self._answer(200, owner.answer_copy(body))
        else:
            self._answer(200, owner.answer_merge())

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


def coder(identity):
    """Make an act that adds a coder of this id, as a decision is added: asking first, and then inserting."""

    def act(study):
        if not study.rows("SELECT 1 FROM coders WHERE id = $id", {"id": identity}):
            study.insert("coders", pa.table({"id": [identity], "name": ["Ann"], "added_at": [datetime(2026, 1, 1)]}))
        return identity

    return act


def _decide(owner, file, turn, begun):
    while True:
        identity = owner.write(coder(uuid.uuid4().hex))
        with turn:
            file.write(f"{identity}\n")
            file.flush()
        begun.set()


def _back_up(owner, folder):
    while True:
        backups.write(folder, "daily", lambda place: owner.copy(place.name))


def _serve_until_killed(folder, acknowledged, *, backed_up):
    # Many checkpoints, so that some are killed.
    database._CONFIG["wal_autocheckpoint"] = "64KB"
    store, turn, begun, run = Store(folder), threading.Lock(), threading.Event(), uuid.uuid4().hex
    with serving(folder, "http://127.0.0.1:9") as owner, acknowledged.open("a") as file:
        for _ in range(READERS):
            threading.Thread(target=_decide, args=(owner, file, turn, begun), daemon=True).start()
        begun.wait()
        if backed_up:
            threading.Thread(target=_back_up, args=(owner, folder), daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for number in range(1_000_000):
            made = shard(run, number)
            store.put(made)
            owner.merge()
            with turn:
                file.write(f"shard {made.key}\n")
                file.flush()


if __name__ == "__main__":
    _serve_until_killed(Path(sys.argv[1]), Path(sys.argv[2]), backed_up="backups" in sys.argv[3:])
