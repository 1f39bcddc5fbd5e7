"""Serve a study as a person would, in a process of its own, and open it in a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
# What is awaited comes in a fraction of a second, on a busy machine in a few; only what never comes takes this long.
expect.set_options(timeout=20_000)


@dataclass
class Server:
    """A running `tagger review`."""

    folder: Path
    url: str
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """Stop it as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.close()

    def close(self) -> None:
        """Let go of what it wrote."""
        if self.process.stdout is not None:
            self.process.stdout.close()


def started(folder: Path, *options: str) -> Server:
    """Start serving *folder* and return when pages are answered."""
    command = [sys.executable, "-m", "tagger", "review", "--study", str(folder), "--no-browser", *options]
    if "--port" not in options:
        command += ["--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Reading at "), f"the server said: {line!r}"
    return Server(folder, line.split()[2], process)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Server]:
    """Serve *folder* for the time of the block."""
    server = started(folder, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)
            try:
                server.process.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
        server.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's chromium for the time of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


def step(page: Page) -> str:
    """Return the id that the next step will have; every page that is sent has a new one."""
    fields = page.locator("#decision input[name=id]")
    return fields.get_attribute("value") or "" if fields.count() else ""


def press(page: Page, name: str) -> None:
    """Press a button of the bar and wait for what comes of it."""
    before = step(page)
    page.locator("#decision").get_by_role("button", name=name, exact=True).click()
    page.wait_for_function("old => document.querySelector('#decision input[name=id]')?.value !== old", arg=before)


def until_suggested(page: Page) -> None:
    """Read passages until a suggestion is shown."""
    for _ in range(30):
        if page.locator(".suggestion").count():
            return
        press(page, "Done")
    raise AssertionError("no suggestion was shown")
