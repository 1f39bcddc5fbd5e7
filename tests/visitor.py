"""A browser for tests over HTTP: it sends forms as pages do, with the mark of the person who is there."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import contextmanager
from typing import Any

import uvicorn
from small_study import SmallStudy
from starlette.testclient import TestClient

from tagger.config import Settings, load_settings
from tagger.review.web.app import create_app
from tagger.review.web.reach import Reach
from tagger.review.web.site import Site
from tagger.store import Owner, serving

AT_HOME = Reach().site(8321)
BEYOND = Reach(proxy="https://read.example.org").site(8321)


class Visitor(TestClient):
    """A browser whose forms carry the mark that its pages do, unless a test gives them another one."""

    def post(self, url: Any, *, data: Any = None, files: Any = None, **options: Any) -> Any:
        """Send a form, or something else as it is."""
        if (data is not None or files) and "by" not in (data or {}):
            data = {**(data or {}), "by": self.mark()}
        return super().post(url, data=data, files=files, **options)

    def mark(self) -> str:
        """Return what the forms of a page of this browser carry."""
        found = re.search(r'data-by="(\w*)"', self.get("/help", follow_redirects=True).text)
        return found[1] if found else ""


def visitor(
    owner: Owner, study: SmallStudy, *, site: Site = AT_HOME, settings: Settings | None = None, **options: Any
) -> Visitor:
    """Open a study in a browser."""
    app = create_app(owner, study.folder, settings or load_settings(study.folder), site)
    return Visitor(app, base_url=site.address, **options)


@contextmanager
def reading_at(study):
    """Serve a study as `tagger review` does, from a thread of this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    with serving(study.folder, f"http://127.0.0.1:{listening.getsockname()[1]}") as owner:
        app = create_app(owner, study.folder, load_settings(study.folder), AT_HOME)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield app
        finally:
            server.should_exit = True
            thread.join()
            listening.close()
