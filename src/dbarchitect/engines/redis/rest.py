"""Redis over HTTPS, as Upstash speaks it: a client that sends commands which read, and nothing else.

The protocol is https://upstash.com/docs/redis/features/restapi: a command is a JSON array that is posted to `/`, and
several are posted to `/pipeline`; an answer is `{"result": ...}` or `{"error": ...}`, with strings in base64 where that
is asked for (keys are bytes, and JSON would replace what is no UTF-8). A token goes in a header, never in the URL.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from dbarchitect.errors import InputError, SurroundingsError, unreachable

TOKEN = "UPSTASH_REDIS_REST_TOKEN"
_TIMEOUT_S = 20.0
_FORM = f"dba check https://NAME.upstash.io, with the database's token in {TOKEN}"
# What is sent: commands that change nothing.
_READS = frozenset(
    (
        *("PING", "INFO", "DBSIZE", "SCAN", "TYPE", "PTTL", "MEMORY USAGE", "OBJECT ENCODING", "OBJECT IDLETIME"),
        *("OBJECT FREQ", "CONFIG GET", "CLIENT NO-TOUCH", "HLEN", "LLEN", "SCARD", "ZCARD", "XLEN"),
    )
)
_TWO_WORDS = frozenset(("MEMORY", "OBJECT", "CONFIG", "CLIENT"))


def is_rest(source: str) -> bool:
    """Whether a source is the URL of Upstash's REST API, or of a proxy that speaks it (which has no path)."""
    if re.match(r"https?://", source, re.IGNORECASE) is None:
        return False
    try:
        parts = urlsplit(source)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    return host.endswith(".upstash.io") or (not parts.path.strip("/") and not host.endswith(".turso.io"))


class RestClient:
    """A database behind the REST API. `commands`: how many were sent, each of which is counted and billed there;
    `unnamed`: keys that were left out, because they are no UTF-8, which JSON cannot name."""

    def __init__(self, url: str, token: str) -> None:
        """Opens nothing yet. Raises `InputError` for what is no such URL, and for a token within it or none at all."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise InputError("the URL's host or port cannot be read", hint=_FORM) from None
        if parts.username or parts.password or parts.query or parts.fragment:
            raise InputError(f"the URL holds more than a host: a token belongs into {TOKEN}", hint=_FORM)
        if not parts.hostname or parts.path.strip("/"):
            raise InputError(f"{url} is no address of Upstash's REST API", hint=_FORM)
        if not token.strip():
            raise InputError(f"{parts.hostname} asks for a token, and {TOKEN} is not set", hint=_FORM)
        if not token.strip().isascii() or any(one.isspace() for one in token.strip()):
            raise InputError(f"what is in {TOKEN} is no token", hint="copy it from the console of the database")
        self.commands = 0
        self.unnamed = 0
        self.connection_pool = SimpleNamespace(connection_kwargs={"db": 0})
        self._place = parts.netloc
        self._headers = {
            "Authorization": f"Bearer {token.strip()}",
            "Content-Type": "application/json",
            "Upstash-Encoding": "base64",
        }
        if parts.scheme.lower() == "https":
            self._connection = http.client.HTTPSConnection(
                parts.hostname, port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
            )
        else:
            self._connection = http.client.HTTPConnection(parts.hostname, port, timeout=_TIMEOUT_S)

    def execute_command(self, *words: Any) -> Any:
        """The answer to one command, as redis-py would give it. Raises its `ResponseError` for one that is refused."""
        name, command = _command(words)
        return _shaped(name, _answer(self._post("/", command)))

    def pipeline(self, transaction: bool = True) -> _Pipeline:
        """Commands that are sent together."""
        assert not transaction
        return _Pipeline(self)

    def together(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """The answers to several commands; an exception in the place of each that is refused."""
        if not commands:
            return []
        made = [_command(words) for words in commands]
        answers = self._post("/pipeline", [command for _, command in made])
        if not isinstance(answers, list) or len(cast("list[Any]", answers)) != len(made):
            _answer(answers)  # the error of the whole
            raise self._strange()
        found: list[Any] = []
        for (name, _), one in zip(made, cast("list[Any]", answers), strict=True):
            try:
                found.append(_shaped(name, _answer(one)))
            except _refusal() as err:
                found.append(err)
        return found

    def scan(self, cursor: int = 0, *, count: int | None = None) -> tuple[int, list[bytes]]:
        """(the next cursor, keys)."""
        following, keys = self.execute_command("SCAN", cursor, *(("COUNT", count) if count is not None else ()))
        named = [one for one in keys if _is_text(one)]
        self.unnamed += len(keys) - len(named)
        return int(following), named

    def ping(self) -> Any:
        """Whether the server answers, and lets this token in."""
        return self.execute_command("PING")

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _post(self, path: str, body: Sequence[Any]) -> Any:
        self.commands += len(body) if path == "/pipeline" else 1
        try:
            self._connection.request("POST", path, json.dumps(body), self._headers)
            response = self._connection.getresponse()
            text = response.read()
        except ssl.SSLError as err:
            raise SurroundingsError(f"TLS with {self._place} failed: {err.reason}", hint=_FORM) from None
        except TimeoutError:
            raise SurroundingsError(f"{self._place} did not answer in time", hint="check host and network") from None
        except (OSError, http.client.HTTPException) as err:
            said = " ".join(str(err).split()) or type(err).__name__
            nobody = unreachable(self._place, said)
            raise nobody or SurroundingsError(f"cannot reach {self._place}: {said}", hint=_FORM) from None
        if response.status in (401, 403):
            raise SurroundingsError(
                f"{self._place} does not accept the token in {TOKEN}",
                hint="copy it from the console of the database; the read-only one does not let SCAN and KEYS through",
            )
        try:
            return json.loads(text)
        except ValueError:
            raise self._strange(response.status) from None

    def _strange(self, status: int = 200) -> SurroundingsError:
        return SurroundingsError(
            f"what answers at {self._place} is not Upstash's REST API (HTTP {status})", hint=f"check the URL: {_FORM}"
        )


class _Pipeline:
    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._commands: list[tuple[Any, ...]] = []

    def execute_command(self, *words: Any) -> _Pipeline:
        """Add one."""
        self._commands.append(words)
        return self

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send them."""
        assert not raise_on_error
        return self._client.together(self._commands)


def _refusal() -> type[Exception]:
    """redis-py's error of a command that the server refuses: whoever inspects a server catches that."""
    import redis

    return redis.ResponseError


def _command(words: Sequence[Any]) -> tuple[str, list[Any]]:
    """(name, words as JSON takes them): "MEMORY USAGE" as one word is two."""
    first = [*str(words[0]).split(), *words[1:]]
    name = str(first[0]).upper()
    if name in _TWO_WORDS and len(first) > 1:
        name = f"{name} {str(first[1]).upper()}"
    assert name in _READS, name
    return name, [one.decode() if isinstance(one, bytes) else one for one in first]


def _is_text(key: bytes) -> bool:
    try:
        key.decode()
    except UnicodeDecodeError:
        return False
    return True


def _answer(document: Any) -> Any:
    if isinstance(document, Mapping):
        fields = cast("Mapping[str, Any]", document)
        if "result" in fields:
            return _decoded(fields["result"])
        if "error" in fields:
            raise _refusal()(str(fields["error"]))
    raise _refusal()("an answer without a result")


def _decoded(value: Any) -> Any:
    """Strings as bytes. `OK` is the one that is not in base64."""
    if isinstance(value, str):
        try:
            return b"OK" if value == "OK" else base64.b64decode(value, validate=True)
        except ValueError:
            raise SurroundingsError(
                "the server does not answer in base64, which was asked for", hint="a proxy that is too old? " + _FORM
            ) from None
    return [_decoded(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value


def _shaped(name: str, answer: Any) -> Any:
    """The answer as redis-py shapes it: fields where the protocol has text or pairs."""
    if name == "INFO":
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else ""
        lines = (one.partition(":") for one in text.splitlines() if one and not one.startswith("#"))
        return {key: value for key, _, value in lines}
    if name == "CONFIG GET" and isinstance(answer, list):
        flat = cast("list[Any]", answer)
        keys = (one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in flat[::2])
        return dict(zip(keys, flat[1::2], strict=False))
    return answer
