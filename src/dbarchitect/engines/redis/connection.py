"""Connections to Redis servers of the user, and errors that say what to do. A password is never part of a message."""

from __future__ import annotations

import re
from typing import Any, Protocol, cast
from urllib.parse import unquote, urlsplit

from dbarchitect.errors import DbaError, InputError, SurroundingsError, unreachable

from .rest import RestClient, is_rest

_TIMEOUT_S = 10.0
_FORM = "redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// for TLS"


class Client(Protocol):
    """What is used of redis-py's client, whose own annotations leave most answers open."""

    connection_pool: Any

    def execute_command(self, *words: Any) -> Any:
        """The answer to one command."""
        ...

    def pipeline(self, transaction: bool = True) -> Any:
        """Commands that are sent together."""
        ...

    def scan(self, cursor: int = 0, *, count: int | None = None) -> Any:
        """(the next cursor, keys)."""
        ...

    def ping(self) -> Any:
        """Whether the server answers."""
        ...

    def close(self) -> None:
        """End the connections."""
        ...


def is_redis(source: str) -> bool:
    """Whether a source is the URL of a Redis server, or of Upstash's REST API."""
    return re.match(r"rediss?://", source, re.IGNORECASE) is not None or is_rest(source)


def shown(url: str) -> str:
    """The URL without its password."""
    found = re.match(r"([\w+.-]+://)(.*)@([^@]*)\Z", url)
    if found is None:
        return re.sub(r"((?:password)=)[^&#]*", r"\1***", url, flags=re.IGNORECASE)
    user, colon, _ = found[2].partition(":")
    return f"{found[1]}{user}{':***' if colon else ''}@{found[3]}"


def connect(url: str, token: str = "") -> Client:
    """A client of the server at `url` that has been let in; `token`: of a REST API. Raises `InputError` for what is no
    such URL, `SurroundingsError` where nothing answers, does not speak Redis, or does not let in."""
    try:
        import redis
    except ImportError:
        raise SurroundingsError(
            "reading Redis takes redis-py, which is not installed", hint="pip install 'dbarchitect[redis]'"
        ) from None
    if is_rest(url):
        return _over_rest(url, token)
    _checked(url)
    options: dict[str, Any] = {
        "socket_timeout": _TIMEOUT_S,
        "socket_connect_timeout": _TIMEOUT_S,
        "decode_responses": False,
        "protocol": 2,  # servers before 6 know no other
    }
    try:
        client = cast(Client, cast(Any, redis.Redis).from_url(url, **options))
    except (ValueError, TypeError) as err:
        raise InputError(f"{shown(url)} is no Redis URL: {_safe(err, url)}", hint=_FORM) from None
    try:
        client.ping()
    except redis.RedisError as err:
        client.close()
        raise refusal(err, url) from None
    except OSError as err:  # a file of certificates that is not there
        client.close()
        raise SurroundingsError(f"cannot connect to {shown(url)}: {_safe(err, url)}", hint=_FORM) from None
    return client


def _over_rest(url: str, token: str) -> Client:
    import redis

    client = RestClient(url, token)
    try:
        client.ping()
    except redis.ResponseError as err:
        client.close()
        raise SurroundingsError(f"{shown(url)} refuses PING: {_safe(err, url)}", hint="look at the token") from None
    except SurroundingsError:
        client.close()
        raise
    return client


def _checked(url: str) -> None:
    try:
        parts = urlsplit(url)
        port, path = parts.port, parts.path.strip("/")
    except ValueError:
        raise InputError(
            f"{shown(url)} is no Redis URL: host or port cannot be read",
            hint="a password with @ : / ? # in it must have these percent-encoded",
        ) from None
    if not parts.hostname:
        raise InputError(f"{shown(url)} names no host", hint=_FORM)
    if port == 0 or (path and not path.isdecimal()):
        raise InputError(f"{shown(url)}: the database of Redis is a number, 0 where none is named", hint=_FORM)


def refusal(err: Exception, url: str) -> DbaError:
    """What an error of the client means to the user."""
    import redis
    from redis import exceptions

    at, said = shown(url), _safe(err, url)
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 6379}"
    if isinstance(err, redis.TimeoutError) or "timed out" in said.lower():
        tls = (
            ", and redis:// if the server has no TLS" if parts.scheme == "rediss" else ", and rediss:// if it wants TLS"
        )
        return SurroundingsError(f"{place} did not answer in time", hint=f"check host, port and firewall{tls}")
    if "NOAUTH" in said or "Authentication required" in said:
        return SurroundingsError(
            f"the server at {place} asks for a password and none was given", hint="redis://:PASSWORD@HOST:PORT"
        )
    if isinstance(err, redis.AuthenticationError) or "WRONGPASS" in said or "invalid password" in said.lower():
        return SurroundingsError(
            f"the server at {place} does not accept this user and password",
            hint="check both; a password with @ : / ? # in it must have these percent-encoded",
        )
    if "DENIED" in said:  # of protected mode
        return SurroundingsError(
            f"the server at {place} is in protected mode and lets nobody in from outside",
            hint="connect from its own machine, or give it a password",
        )
    if isinstance(err, exceptions.NoPermissionError) or "NOPERM" in said:
        return SurroundingsError(f"this user may not even PING at {place}: {said}", hint="ACL SETUSER NAME +ping +info")
    if "DB index is out of range" in said:
        return InputError(f"{at}: the server has no such database", hint="0 to 15 by default")
    lowered = said.lower()
    if "ssl" in lowered or "certificate" in lowered:
        return SurroundingsError(
            f"TLS with {place} failed: {said}",
            hint="redis:// if the server has no TLS; ?ssl_ca_certs=FILE names who signed its certificate",
        )
    if nobody := unreachable(at, said):
        return nobody
    if isinstance(err, exceptions.BusyLoadingError):
        return SurroundingsError(f"the server at {place} is loading its data", hint="try again when it has")
    if "closed by server" in lowered or "protocol" in lowered or isinstance(err, exceptions.InvalidResponse):
        return SurroundingsError(
            f"what answers at {place} does not speak Redis here: {said}",
            hint="check the port; rediss:// if the server wants TLS",
        )
    return SurroundingsError(f"cannot use {at}: {said}", hint="check the URL: " + _FORM)


def _safe(err: Exception, url: str) -> str:
    """The error's text, which may quote the URL."""
    text = " ".join(str(err).split()) or type(err).__name__
    try:
        password = urlsplit(url).password
    except ValueError:
        password = None
    for secret in {password, unquote(password)} if password else set[str]():
        text = text.replace(secret, "***")
    return text.replace(url, shown(url))
