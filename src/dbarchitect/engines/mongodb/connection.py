"""Connections to MongoDB servers of the user, and errors that say what to do. A password is never part of a message."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import unquote

from dbarchitect.errors import DbaError, InputError, SurroundingsError, unreachable

Client = Any  # pymongo's, whose own annotations are generic over documents
_TIMEOUT_MS = 10_000
_FORM = "mongodb://USER:PASSWORD@HOST:PORT/DATABASE?authSource=admin"
_AUTHORITY = re.compile(r"(mongodb(?:\+srv)?://)(?:([^@/]*)@)?([^/?]*)(/[^?]*)?(\?.*)?\Z", re.IGNORECASE | re.DOTALL)
# Of an address only these options are shown: others may be secrets (keys, tokens).
_SHOWN = frozenset(("authsource", "replicaset", "directconnection", "tls", "ssl", "readpreference", "authmechanism"))
_UNAUTHORIZED, _AUTHENTICATION_FAILED = 13, 18


def is_mongodb(source: str) -> bool:
    """Whether a source is the URL of a MongoDB server."""
    return re.match(r"mongodb(\+srv)?://", source, re.IGNORECASE) is not None


def shown(url: str) -> str:
    """The URL without its password and without options that may be secret."""
    found = _AUTHORITY.match(url)
    if found is None:
        return url.partition("://")[0] + "://..."
    scheme, who, hosts, path, query = found.groups(default="")
    user, colon, _ = who.partition(":")
    kept = [one for one in query[1:].split("&") if one.partition("=")[0].lower() in _SHOWN]
    named = f"{user}{':***' if colon else ''}@" if who else ""
    return f"{scheme}{named}{hosts}{path}{'?' + '&'.join(kept) if kept else ''}"


def connect(url: str) -> tuple[Client, str]:
    """(a client of the server at `url` that has been let in, the name of the database in the URL, "" for none).

    Raises `InputError` for what is no such URL, `SurroundingsError` where nothing answers or lets in.
    """
    try:
        import pymongo
        from pymongo import errors
        from pymongo.uri_parser import parse_uri
    except ImportError:
        raise SurroundingsError(
            "reading MongoDB takes pymongo, which is not installed", hint="pip install 'dbarchitect[mongodb]'"
        ) from None
    options: dict[str, Any] = {
        "serverSelectionTimeoutMS": _TIMEOUT_MS,
        "connectTimeoutMS": _TIMEOUT_MS,
        "socketTimeoutMS": 6 * _TIMEOUT_MS,
        "appname": "dbarchitect",
    }
    try:
        parsed = parse_uri(url)
        database = cast("str | None", parsed["database"])
        told = {name.lower() for name in parsed["options"]}  # what the URL says wins
        options = {name: value for name, value in options.items() if name.lower() not in told or name == "appname"}
        client: Client = pymongo.MongoClient(url, **options)
    except (errors.InvalidURI, errors.ConfigurationError, ValueError, TypeError) as err:
        nobody = unreachable(shown(url), err)  # mongodb+srv:// asks the resolver for its hosts
        raise nobody or InputError(f"{shown(url)} is no MongoDB URL: {_safe(err, url)}", hint=_FORM) from None
    except OSError as err:  # a file of certificates that is not there
        raise SurroundingsError(f"cannot connect to {shown(url)}: {_safe(err, url)}", hint=_FORM) from None
    try:
        client.admin.command("ping")
    except errors.PyMongoError as err:
        client.close()
        raise refusal(err, url) from None
    return client, database or ""


def refusal(err: Exception, url: str) -> DbaError:
    """What an error of the client means to the user."""
    from pymongo import errors

    at, said = shown(url), _safe(err, url)
    lowered = said.lower()
    if isinstance(err, errors.OperationFailure):
        if err.code == _AUTHENTICATION_FAILED or "authentication failed" in lowered:
            return SurroundingsError(
                f"{at} does not accept this user and password",
                hint="check both and ?authSource=; a password with @ : / ? # in it must have these percent-encoded",
            )
        if err.code == _UNAUTHORIZED or "requires authentication" in lowered or "authentication required" in lowered:
            return SurroundingsError(f"{at} wants a user who may read: {said}", hint=_FORM)
        return SurroundingsError(f"{at} refuses: {said}", hint="check the URL: " + _FORM)
    if isinstance(err, errors.ConfigurationError):
        return InputError(f"{at} is no MongoDB URL: {said}", hint=_FORM)
    if "ssl" in lowered or "certificate" in lowered or "tls" in lowered:
        return SurroundingsError(
            f"TLS with {at} failed: {said}", hint="?tls=false if the server has none; ?tlsCAFile=FILE names who signed"
        )
    if nobody := unreachable(at, said):
        return nobody
    if "replica" in lowered or "not primary" in lowered or "no primary" in lowered:
        return SurroundingsError(
            f"{at}: no member of the replica set can be read: {said}",
            hint="?directConnection=true looks at one member alone",
        )
    if isinstance(err, errors.ServerSelectionTimeoutError | errors.NetworkTimeout | errors.AutoReconnect):
        return SurroundingsError(
            f"{at} did not answer as a MongoDB server: {said}", hint="check host, port and firewall, and ?tls=true"
        )
    return SurroundingsError(f"cannot use {at}: {said}", hint="check the URL: " + _FORM)


def _safe(err: Exception, url: str) -> str:
    """The first sentence of the error's text, which may quote the URL, without secrets."""
    text = " ".join(str(err).split()) or type(err).__name__
    text = re.split(r", full error:|, Timeout: |\(configured timeouts", text)[0].strip()[:300]
    found = _AUTHORITY.match(url)
    secret = (found[2] or "").partition(":")[2] if found else ""
    for one in {secret, unquote(secret)} - {""}:
        text = text.replace(one, "***")
    return text.replace(url, shown(url))
