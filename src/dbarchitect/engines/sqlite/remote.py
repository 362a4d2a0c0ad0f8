"""A server of libSQL or Turso, read over HTTP: its catalogue, statistics and sizes, never a row's values.

The protocol is Hrana over HTTP, version 2 (`POST /v2/pipeline`; docs/HTTP_V2_SPEC.md and docs/HRANA_2_SPEC.md of
tursodatabase/libsql). Each statement is a stream of its own that is closed with it, so that nothing waits inside the
5 seconds that Turso gives a transaction. What is sent begins with SELECT or PRAGMA and changes nothing.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import re
import sqlite3
import ssl
from collections.abc import Iterator, Sequence
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from dbarchitect.errors import InputError, SurroundingsError, unreachable

from .login import TOKEN, VARIABLES

_URL = re.compile(r"(?:libsql|turso|wss?)://", re.IGNORECASE)
_FORM = "libsql://NAME-ORGANISATION.turso.io, the token in TURSO_AUTH_TOKEN; libsql://localhost:8080?tls=0 without TLS"
_TIMEOUT_S = 10.0  # Turso ends a transaction after 5 s; the rest is the way there and back
_READS = re.compile(r"\s*(?:SELECT\b|PRAGMA\s+\w+\s*\Z)", re.IGNORECASE)


def is_remote(given: str) -> bool:
    """Whether a source is the URL of a server of libSQL."""
    return _URL.match(given) is not None


class Answer:
    """The rows of one statement, as a cursor of `sqlite3` gives them."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows[0] if self._rows else None

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._rows)


class Remote:
    """Asks a server. What it refuses of a statement is a `sqlite3.OperationalError`, as of a file; all else that goes
    wrong an `InputError` or a `SurroundingsError` that names the server and never the token."""

    def __init__(self, given: str) -> None:
        try:
            parts = urlsplit(given)
            port = parts.port
        except ValueError as err:
            raise InputError(f"this is no URL of a libSQL server: {err}", hint=_FORM) from None
        options = parse_qs(parts.query)
        if parts.username or parts.password or any("token" in name.lower() for name in options):
            raise InputError(
                f"the token of {parts.hostname or 'the server'} stands in the URL, where lists of processes show it",
                hint=f"export {VARIABLES[0]}=..., and the URL without it",
            )
        if not parts.hostname:
            raise InputError("this URL of libSQL names no server", hint=_FORM)
        self._tls = parts.scheme.lower() != "ws" and options.get("tls") != ["0"]
        self._host, self._port = parts.hostname, port or (443 if self._tls else 80)
        self.name = f"libsql://{self._host}{f':{port}' if port else ''}"
        if not self._tls and TOKEN.get() and not _is_here(self._host):
            raise InputError(f"{self.name}: without TLS anybody on the way reads the token", hint="leave tls=0 out")

    def execute(self, sql: str, values: Sequence[object] = ()) -> Answer:
        """Run one statement that reads."""
        assert not values, "nothing that is asked of a server has parameters"
        assert _READS.match(sql), f"a server is only read: {sql}"
        steps = [{"type": "execute", "stmt": {"sql": sql, "want_rows": True}}, {"type": "close"}]
        body = self._sent({"baton": None, "requests": steps})
        try:
            first = cast("dict[str, Any]", body["results"][0])
            if first["type"] == "error":
                raise self._refused(first["error"])
            rows = first["response"]["result"]["rows"]
            return Answer([tuple(_value(one) for one in row) for row in rows])
        except (KeyError, IndexError, TypeError, ValueError):
            raise self._strange() from None

    def _refused(self, error: dict[str, Any]) -> Exception:
        code, message = str(error.get("code") or ""), " ".join(str(error.get("message", "")).split())[:300]
        if "EXPIRED" in code or "timed out" in message.lower() or code in ("SQLITE_INTERRUPT", "TRANSACTION_TIMEOUT"):
            return self._slow()
        if code == "SQL_READ_BLOCKED" or "BLOCKED" in code:
            return SurroundingsError(f"{self.name} lets nobody read: {message}", hint="see the plan and its limits")
        return sqlite3.OperationalError(message)

    def _sent(self, body: object) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if TOKEN.get():
            headers["Authorization"] = f"Bearer {TOKEN.get()}"
        kind = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=_TIMEOUT_S)
        try:
            connection.request("POST", "/v2/pipeline", json.dumps(body), headers)
            answer = connection.getresponse()
            status, text, place = answer.status, answer.read(), answer.getheader("Location") or ""
        except TimeoutError:
            raise self._slow() from None
        except ssl.SSLError as err:
            raise SurroundingsError(
                f"{self.name} does not prove who it is: {err.reason or err}", hint="libsql://HOST:PORT?tls=0 has no TLS"
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as err:
            why = str(err) if isinstance(err, OSError) else type(err).__name__  # a header's fault would show the token
            nobody = unreachable(self.name, why)
            raise nobody or SurroundingsError(f"cannot reach {self.name}: {why}", hint=_FORM) from None
        finally:
            connection.close()
        if status in (401, 403):
            how = "refuses the token" if TOKEN.get() else "wants a token"
            raise SurroundingsError(
                f"{self.name} {how} (HTTP {status})",
                hint=f"export {VARIABLES[0]}=$(turso db tokens create NAME --read-only)",
            )
        if 300 <= status < 400:
            there = urlsplit(place).netloc or "another place"
            raise SurroundingsError(
                f"{self.name} sends on to {there}, and the token is for this server alone", hint="name that one"
            )
        if status in (408, 504):
            raise self._slow()
        if status == 404:
            raise SurroundingsError(
                f"{self.name} has no database of that name, or no /v2/pipeline (HTTP 404)", hint="turso db list"
            )
        if status != 200:
            raise SurroundingsError(f"{self.name} answers with HTTP {status}", hint="once more in a while")
        try:
            found = json.loads(text)
        except ValueError:
            raise self._strange() from None
        if not isinstance(found, dict):
            raise self._strange()
        return cast("dict[str, Any]", found)

    def _slow(self) -> SurroundingsError:
        return SurroundingsError(
            f"{self.name} did not answer in time: Turso gives a request 5 seconds",
            hint="its schema as a script: turso db shell NAME .schema > schema.sql, then --engine libsql",
        )

    def _strange(self) -> SurroundingsError:
        return SurroundingsError(f"{self.name} does not speak Hrana over HTTP, version 2", hint=_FORM)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _value(one: dict[str, Any]) -> object:
    """A value of the protocol: whole numbers come as text, blobs as base64."""
    match one["type"]:
        case "null":
            return None
        case "integer":
            return int(one["value"])
        case "float":
            return float(one["value"])
        case "text":
            return str(one["value"])
        case "blob":
            text = str(one["base64"])
            return base64.b64decode(text + "=" * (-len(text) % 4))
        case other:
            raise ValueError(f"no type of the protocol: {other}")
