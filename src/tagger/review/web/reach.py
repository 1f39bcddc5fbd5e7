"""From where the pages can be reached, and what would let others listen in."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import UsageError
from tagger.review.web.site import Site, split

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANY = ("", "0.0.0.0", "::")  # noqa: S104
_TLS = 443


@dataclass(frozen=True)
class Reach:
    """
    From where the pages can be reached.

    Args:
        host: the address of this machine to serve on; by its name, browsers of other machines know it too.
        port: None for the usual one, or the next that is free.
        certificate: with `key`, the files for TLS.
        proxy: how the addresses begin for those who come through a reverse proxy, which has TLS.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""

    def site(self, port: int) -> Site:
        """Return how browsers see the pages."""
        if self.proxy:
            return Site(self.proxy.rstrip("/"), frozenset({split(self.proxy).hostname or ""}))
        name = f"[{self.host}]" if ":" in self.host else self.host
        if self.certificate:
            return Site(f"https://{name}" + (f":{port}" if port != _TLS else ""), frozenset({self.host.lower()}))
        return Site(f"http://{name}:{port}", frozenset(LOOPBACK))

    def check(self) -> None:
        """
        Refuse what would let others listen in, or would not work.

        Raises:
            UsageError: it is so.
        """
        if bool(self.certificate) != bool(self.key):
            raise UsageError("a certificate and its key belong together", remedy="Give both --certificate and --key")
        if self.host not in LOOPBACK and not (self.certificate or self.proxy):
            raise UsageError(
                "other machines can reach the pages over an encrypted connection alone",
                where=f"--host {self.host}",
                remedy="Give --certificate and --key too, or put a reverse proxy before it (docs/hosting.md)",
            )
        if self.host in _ANY:
            raise UsageError(
                "it has to be known by which name people open the pages",
                where=f"--host {self.host or repr('')}",
                remedy="Give the name or the address of this machine, such as --host read.example.org",
            )
        if self.certificate and self.key:
            _check_certificate(self.certificate, self.key)
        if self.proxy:
            self._check_proxy()

    def _check_proxy(self) -> None:
        if self.host not in LOOPBACK or self.certificate:
            raise UsageError(
                "behind a reverse proxy the pages are served to this machine alone, and the proxy has the certificate",
                where="--behind-proxy",
                remedy="Leave --host, --certificate and --key away",
            )
        parts = split(self.proxy)
        more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        if parts.scheme != "https" or not parts.hostname or more:
            raise UsageError(
                "this is not how an encrypted address begins",
                where=f"--behind-proxy {self.proxy}",
                remedy="Write https:// and the name by which people open it, such as https://read.example.org",
            )


def _check_certificate(certificate: Path, key: Path) -> None:
    try:
        # Without a password here, a key that has one would wait for it at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the certificate and its key cannot be used ({error})",
            where=f"{certificate}, {key}",
            remedy="Give a certificate chain and its key without a password, both as PEM files",
        ) from error
