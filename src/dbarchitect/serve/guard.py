"""Who may ask, before anything is read of a request: this machine's user, in a page of this server.

A page elsewhere can make a browser send requests to localhost (CSRF), or have its own name point here and read what
comes back (DNS rebinding). So the Host must be an address of ours and no name that somebody else can point here; a
request of another origin is refused; and nothing is answered without the cookie, which is had for the terminal's token.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 8_000_000  # of what a request brings: a plan, a migration
ENTRANCE = "/enter"
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_NOTHING = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ENTERED = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">'
    b'<title>dba serve</title><p><a href="/">Continue</a></p></html>'
)


class Guard:
    """The application behind it answers only whom it lets pass. `address`: where it listens; `port`: of that."""

    def __init__(self, application: Application, *, address: str, port: int, token: str) -> None:
        self._application = application
        self._address = ipaddress.ip_address(address)
        self._port = port
        self._token = token
        self._pass = secrets.token_urlsafe(32)  # not the token, which stands in histories
        # Cookies are shared by all ports of a machine: the name keeps two of these servers apart.
        self._cookie = f"dba-serve-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        found = {name: value.decode("latin-1") for name, value in headers}
        if [name for name, _ in headers].count(b"host") != 1 or not self._is_ours(found[b"host"]):
            await _answer(send, 421, "The address of this server is the one that the terminal shows.")
            return
        if scope["path"] == ENTRANCE:
            await self._enter(scope, send)
            return
        if not self._is_same(scope["method"], found):
            await _answer(send, 403, "This was asked by a page of another origin.")
            return
        if not self._has_pass(found.get(b"cookie", "")):
            await _answer(send, 401, "Open the address with the token, which the terminal shows.")
            return
        if int(found.get(b"content-length", "0") or 0) > MOST_BYTES:
            await _answer(send, 413, f"That is too much: at most {MOST_BYTES:,} bytes.")
            return
        await self._application(scope, receive, _with_headers(send))

    def _is_ours(self, host: str) -> bool:
        """Whether a Host is an address, or this machine's own name, with our port."""
        name, sign, port = host.rpartition(":")
        if not sign or "]" in port:
            name, port = host, "80"
        if port != str(self._port):
            return False
        if name.lower() == "localhost":
            return self._address.is_loopback or self._address.is_unspecified
        try:
            given = ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        # No name is pointed anywhere in an address: any of this machine's will do where all of them are served.
        return given == self._address or self._address.is_unspecified

    def _is_same(self, method: str, found: dict[bytes, str]) -> bool:
        origin, site = found.get(b"origin"), found.get(b"sec-fetch-site", "none")
        if site not in ("none", "same-origin"):
            return False
        if origin is None:
            return method not in _UNSAFE
        return origin == f"http://{found[b'host']}"

    def _has_pass(self, cookies: str) -> bool:
        given = [one.strip().partition("=") for one in cookies.split(";")]
        return any(name == self._cookie and _equal(value, self._pass) for name, _, value in given)

    async def _enter(self, scope: Scope, send: Send) -> None:
        """Change the token for the cookie. The page goes on by itself: after a link elsewhere a redirect would come
        without the cookie, which only requests of our own pages bring."""
        given = scope["query_string"].decode("latin-1").removeprefix("token=")
        if scope["method"] != "GET" or not _equal(given, self._token):
            await _answer(send, 403, "This is not the token of this run; the terminal shows it.")
            return
        cookie = f"{self._cookie}={self._pass}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 200, _ENTERED, kind="text/html; charset=utf-8", more=[(b"set-cookie", cookie.encode())])


def _equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _with_headers(send: Send) -> Send:
    """Send with what keeps an answer to the page that asked for it."""

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            have = {name for name, _ in given}
            given += [(name, value) for name, value in _HEADERS if name not in have]
            if b"content-security-policy" not in have:
                given.append((b"content-security-policy", _NOTHING))
            message["headers"] = given
        await send(message)

    return sent


async def _answer(
    send: Send,
    status: int,
    body: str | bytes,
    *,
    kind: str = "text/plain; charset=utf-8",
    more: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    content = body.encode() if isinstance(body, str) else body
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode()), *more]
    sent = _with_headers(send)
    await sent({"type": "http.response.start", "status": status, "headers": headers})
    await sent({"type": "http.response.body", "body": content})
