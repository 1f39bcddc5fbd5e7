"""From where the pages can be reached: this machine, unless TLS and the name by which people open them are given."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Said
from playwright.sync_api import Browser, expect
from serve import press, served, started
from small_study import SmallStudy

from tagger.errors import UsageError
from tagger.review.web.reach import LOOPBACK, Reach

Tagger = Callable[..., Said]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate for this machine and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", files[0], "-keyout", files[1]],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return files


def test_on_one_s_own_computer_nothing_needs_to_be_said() -> None:
    """The usual reach is this machine, by its own names and without TLS."""
    Reach().check()
    site = Reach().site(8321)

    assert ("http://127.0.0.1:8321", frozenset(LOOPBACK), False) == (site.address, site.names, site.secure)
    assert "http://[::1]:1" == Reach("::1").site(1).address


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (Reach("192.168.1.5"), "over an encrypted connection alone"),
        (Reach("0.0.0.0"), "over an encrypted connection alone"),
        (Reach(certificate=Path("a.pem")), "belong together"),
        (Reach(key=Path("a.pem")), "belong together"),
        (Reach("0.0.0.0", certificate=Path("a"), key=Path("b")), "by which name people open"),
        (Reach("::", certificate=Path("a"), key=Path("b")), "by which name people open"),
        (Reach("192.168.1.5", certificate=Path("a"), key=Path("b")), "cannot be used"),
        (Reach("192.168.1.5", proxy="https://read.example.org"), "to this machine alone"),
        (Reach(proxy="https://read.example.org", certificate=Path(__file__), key=Path(__file__)), "cannot be used"),
        (Reach(proxy="http://read.example.org"), "not how an encrypted address begins"),
        (Reach(proxy="read.example.org"), "not how an encrypted address begins"),
        (Reach(proxy="https://read.example.org/tagger"), "not how an encrypted address begins"),
        (Reach(proxy="https://a@read.example.org"), "not how an encrypted address begins"),
        (Reach(proxy="https://["), "not how an encrypted address begins"),
    ],
)
def test_what_would_let_others_listen_in_is_refused(reach: Reach, words: str) -> None:
    """Each is said in words, with what to do instead."""
    with pytest.raises(UsageError, match=words) as refused:
        reach.check()

    assert refused.value.remedy


def test_with_tls_the_pages_have_one_name(pair: tuple[Path, Path]) -> None:
    """A name that was given with a certificate, or that of a proxy, is the only one that is answered."""
    direct, usual = (Reach("read.example.org", None, *pair).site(port) for port in (8443, 443))
    behind = Reach(proxy="https://Read.example.org:8443/").site(8321)
    Reach("localhost", None, *pair).check()

    assert ("https://read.example.org:8443", {"read.example.org"}, True) == (
        direct.address,
        direct.names,
        direct.secure,
    )
    assert "https://read.example.org" == usual.address
    assert ("https://Read.example.org:8443", {"read.example.org"}) == (behind.address, behind.names)


def test_a_key_with_a_password_is_refused_and_not_waited_for(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """A service cannot type it; that is said before anything is served."""
    locked = tmp_path / "locked.pem"
    command = ["openssl", "pkey", "-in", pair[1], "-aes256", "-passout", "pass:secret", "-out", locked]
    subprocess.run(command, check=True, capture_output=True)

    with pytest.raises(UsageError, match="cannot be used"):
        Reach("localhost", None, pair[0], locked).check()


def test_the_commands_for_people(fresh: SmallStudy, tagger: Tagger) -> None:
    """Add, list, link and revoke say what they did; a link can go to a file that its owner alone reads."""
    tagger("status", "--study", fresh.folder)
    study = ("--study", fresh.folder)
    assert "Nobody signs in here" in tagger("reviewer", "list", *study).out

    file = fresh.home / "link.txt"
    added = tagger("reviewer", "add", "Ann Lee", "--role", "admin", "--role", "reviewer", *study)
    linked = tagger("reviewer", "link", "ann lee", *study, "--address", "https://read.example.org/", "-o", file)
    listed = tagger("reviewer", "list", *study)
    revoked = tagger("reviewer", "revoke", "Ann Lee", *study)
    again = tagger("reviewer", "revoke", "Ann Lee", *study)

    assert "Ann Lee may sign in, as reviewer and admin." in added.out
    assert re.search(r"\n    http://127\.0\.0\.1:8321/sign-in#[0-9a-f]{16}\.[\w-]{43}\n", added.out)
    assert re.fullmatch(r"https://read\.example\.org/sign-in#[0-9a-f]{16}\.[\w-]{43}\n", file.read_text("utf-8"))
    assert 0o600 == file.stat().st_mode & 0o777
    assert file.read_text("utf-8").partition("#")[2].strip() not in linked.out
    assert re.search(r"Ann Lee  reviewer, admin  has a link, not used yet; it works until \d\d \w+ \d{4}\n", listed.out)
    assert "signed out everywhere" in revoked.out
    assert (1, True) == (again.code, "Ann Lee has no access" in again.err)
    assert "people sign in here" in tagger("review", *study, "--reader", "Jo", "--no-browser").err


@pytest.mark.slow
def test_over_tls_only_the_pages_are_reached(study: SmallStudy, pair: tuple[Path, Path], tagger: Tagger) -> None:
    """A served study gives links to its own commands, and answers TLS alone, by one name."""
    options = ("--host", "localhost", "--certificate", str(pair[0]), "--key", str(pair[1]))
    with served(study.folder, *options) as server:
        made = tagger("reviewer", "add", "Ann", "--study", study.folder)
        status = tagger("status", "--study", study.folder)
        port = int(server.url.rpartition(":")[2])
        trusted = ssl.create_default_context(cafile=str(pair[0]))
        answers = {host: asked(port, trusted, host) for host in (f"localhost:{port}", f"127.0.0.1:{port}")}
        with socket.create_connection(("localhost", port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answers["plain"] = plain.recv(100).decode("latin-1")

    assert f"{server.url}/sign-in#" in made.out
    assert 0 == status.code
    assert "303 See Other" in answers[f"localhost:{port}"]
    assert "400 Bad Request" in answers[f"127.0.0.1:{port}"]
    assert "HTTP" not in answers["plain"]


def asked(port: int, trusted: ssl.SSLContext, host: str) -> str:
    """Return what is answered over TLS to a browser that names a host."""
    with (
        socket.create_connection(("localhost", port)) as line,
        trusted.wrap_socket(line, server_hostname="localhost") as tls,
    ):
        tls.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return tls.recv(4000).decode()


@pytest.mark.slow
def test_from_a_link_to_signing_out_in_a_browser(study: SmallStudy, browser: Browser, tagger: Tagger) -> None:
    """An admin makes a link on a page; a reader follows it, decides and signs out; a third person gets no further."""
    made = tagger("reviewer", "add", "Ada", "--role", "admin", "--study", study.folder, "-o", study.home / "ada.txt")
    assert 0 == made.code
    server = started(study.folder)
    token = (study.home / "ada.txt").read_text("utf-8").strip().partition("#")[2]
    try:
        admin = browser.new_context().new_page()
        admin.goto(f"{server.url}/sign-in#{token}")
        expect(admin.get_by_label("Your own link")).to_have_value(f"{server.url}/sign-in#{token}")
        assert token not in admin.url
        admin.get_by_role("button", name="Sign in").click()
        expect(admin.get_by_role("heading", name="People", exact=True)).to_be_visible()
        assert token not in admin.url
        admin.get_by_label("Their name").fill("Ben")
        admin.get_by_role("button", name="Make their link").click()
        link = admin.locator("#made-link").input_value()

        reader = browser.new_context().new_page()
        seen: list[str] = []
        reader.on("request", lambda request: seen.append(request.url))
        reader.goto(link)
        reader.get_by_role("button", name="Sign in").dblclick()
        reader.get_by_role("button", name="Start reading").click()
        expect(reader.locator("#decision")).to_be_visible()
        press(reader, "Yes")
        reader.goto(f"{server.url}/agreement")
        expect(reader.get_by_role("heading", name="This page is not for you")).to_be_visible()
        reader.get_by_text("More", exact=True).click()
        reader.get_by_role("button", name="Sign out Ben").click()
        expect(reader.get_by_role("heading", name="Sign in")).to_be_visible()
        assert not [url for url in seen if link.partition("#")[2] in url.partition("#")[0]]
        reader.go_back()
        reader.reload()
        expect(reader.get_by_role("heading", name="Sign in")).to_be_visible()

        stranger = browser.new_context().new_page()
        stranger.goto(link)
        stranger.get_by_role("button", name="Sign in").click()
        expect(stranger.get_by_role("alert")).to_contain_text("This link was used already")
        expect(stranger.get_by_role("navigation")).to_have_count(0)
    finally:
        server.kill()
    assert 1 == study.one("SELECT count(*) FROM standing_decisions WHERE act = 'choose'")
