"""Which requests are answered, and what a browser may do with a page."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from tagger.review.web.site import Site, split
from tagger.review.web.visit import number

MOST_BYTES = 60_000_000
"""The most that one file may bring; a workbook of thousands of passages has a tenth of it."""
MOST_IN_FORM = 2_000_000
"""The most that a form without a file may bring; one answer to thousands of suggestions has a quarter of it."""
_LARGE = ("/packs/back", "/owner/")
_MOST_DISCARDED = 20 * MOST_BYTES

POLICY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with it browsers hide the origin of a form, which is what a post is judged by.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """
    Answer only requests that name this server, and posts that come from its own pages.

    A page in another tab can make a browser send a form here, or reach this machine by a name of its own (DNS
    rebinding), or draw one of our pages into itself; all are refused. Interviews stay out of caches, and over TLS
    cookies come back over nothing else. It stands around the whole application, so that pages about faults are under
    the same rules as the others.
    """

    def __init__(self, app: Starlette, site: Site) -> None:
        self.app = app
        self.state = app.state
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on and add the headers to what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                if self.site.secure:
                    message["headers"] = [_over_tls_alone(*header) for header in message["headers"]]
                answer = MutableHeaders(scope=message)
                for name, value in POLICY.items():
                    answer[name] = value
                if "cache-control" not in answer:
                    answer["cache-control"] = "no-store"
            await send(message)

        headers = Headers(scope=scope)
        answering = self._refusal(scope["method"], headers) or self.app
        most = MOST_BYTES if scope["path"].startswith(_LARGE) else MOST_IN_FORM
        await answering(scope, _limited(headers, receive, most), guarded)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if _name(host) not in self.site.names:
            return PlainTextResponse("This address is not one of this server's.\n", status_code=400)
        near = headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        if method in ("GET", "HEAD"):
            # A link from elsewhere may lead here; what another page asks for without going there is not for it.
            if near or headers.get("sec-fetch-mode") == "navigate":
                return None
            return PlainTextResponse("Another site cannot ask for this.\n", status_code=403)
        origin = headers.get("origin")
        if not near or (origin is not None and not self.site.is_own(origin, host)):
            return PlainTextResponse("A form of another site cannot be sent here.\n", status_code=403)
        return None


def _over_tls_alone(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    return (name, value + b"; Secure") if name == b"set-cookie" else (name, value)


def _limited(headers: Headers, receive: Receive, most: int) -> Receive:
    """Stop the reading of a body that is too large, whether it says so at first or not."""
    told = number(headers.get("content-length", ""), 0, most + 1)
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if max(told, taken) <= most:
            return message
        # A browser that is cut off while it sends shows an error of its own and not the answer.
        while message.get("more_body") and taken < _MOST_DISCARDED:
            message = await receive()
            taken += len(message.get("body", b""))
        raise HTTPException(413)

    return limited


def _name(host: str) -> str:
    return (split(f"//{host}").hostname or "").lower()
