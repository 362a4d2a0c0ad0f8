"""Neon and Supabase, as far as a URL and a script tell: which door of which, and what surrounds a script there.

Hosts as the platforms document them (read in November 2026):

Neon       ep-NAME.REGION.CLOUD.neon.tech is the server, ep-NAME-pooler... PgBouncer in transaction mode
           (neon.com/docs/connect/connection-pooling).
Supabase   db.PROJECT.supabase.co:5432 is the server (IPv6, or IPv4 with the add-on), port 6543 there the dedicated
           PgBouncer; ...pooler.supabase.com:6543 is Supavisor in transaction mode and :5432 in session mode, with the
           user ROLE.PROJECT (supabase.com/docs/guides/database/connecting-to-postgres).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from urllib.parse import urlsplit, urlunsplit

from dbarchitect.engines.postgres.connection import redacted_url
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.platform import TITLES, Endpoint, PlatformName
from dbarchitect.sql.script import Statement, split_script

_NEON = re.compile(r"(ep-[a-z0-9-]+?)(-pooler)?((?:\.[a-z0-9-]+)+\.neon\.(?:tech|build))", re.IGNORECASE)
_SUPAVISOR = re.compile(r"[a-z0-9.-]+\.pooler\.supabase\.(?:com|co)", re.IGNORECASE)
_SUPABASE = re.compile(r"db\.([a-z0-9]+)\.supabase\.(?:co|com|red)", re.IGNORECASE)
_TRANSACTION_PORT = 6543

# What migrations name of Supabase without making it, and no other product brings by these names.
_OF_SUPABASE = re.compile(
    r"\bauth\s*\.\s*(?:uid|jwt|role|email)\s*\(|\b\"?auth\"?\s*\.\s*\"?users\"?\b"
    r"|\b\"?storage\"?\s*\.\s*\"?(?:objects|buckets)\"?\b",
    re.IGNORECASE,
)
_MAKES_AUTH = re.compile(r"\bCREATE\s+SCHEMA\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(?:auth|storage)\"?(?!\w)", re.IGNORECASE)


def endpoint(url: str) -> Endpoint | None:
    """The door of a platform that a URL names; None for any other server. Never raises: a URL that is none is None."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 5432
    except ValueError:
        return None
    if parts.scheme.lower() not in ("postgresql", "postgres"):
        return None
    shown = redacted_url(url)
    if neon := _NEON.fullmatch(host):
        direct = redacted_url(_with(url, host=f"{neon[1]}{neon[3]}"))
        return Endpoint(
            platform="neon", door="transaction" if neon[2] else "direct", url=shown, direct=direct, project=neon[1]
        )
    if own := _SUPABASE.fullmatch(host):
        pooled = port == _TRANSACTION_PORT
        return Endpoint(
            platform="supabase",
            door="transaction" if pooled else "direct",
            url=shown,
            direct=redacted_url(_with(url, port=5432)) if pooled else shown,
            project=own[1],
        )
    if not _SUPAVISOR.fullmatch(host):
        return None
    session = redacted_url(_with(url, port=5432))
    role, _, project = (parts.username or "").partition(".")
    if not project:
        return Endpoint(
            platform="supabase",
            door="transaction" if port == _TRANSACTION_PORT else "session",
            url=shown,
            direct=session,
            note="its pooler in session mode",
        )
    return Endpoint(
        platform="supabase",
        door="transaction" if port == _TRANSACTION_PORT else "session",
        url=shown,
        direct=redacted_url(_with(url, user=role, host=f"db.{project}.supabase.co", port=5432)),
        otherwise=session,
        note="from a network without IPv6",
        project=project,
    )


def ways_in(found: Endpoint) -> str:
    """How to reach the same database with a session of one's own, in words."""
    if not found.otherwise:
        return found.direct + (f" ({found.note})" if found.note else "")
    return f"{found.direct}, or {found.note} {found.otherwise}"


def refuse_pooler(url: str, what: str) -> None:
    """Raise `SurroundingsError` where `url` is a platform's pooler in transaction mode: `what` needs a session."""
    found = endpoint(url)
    if found is not None and found.door == "transaction":
        raise SurroundingsError(
            f"{what} keeps a session, and {found.url} is {TITLES[found.platform]}'s pooler in transaction mode",
            hint=f"name the way past it: {ways_in(found)}",
        )


def platform_of(statements: Sequence[Statement]) -> PlatformName | None:
    """The platform whose objects a script names and does not make: Supabase's `auth` and `storage`."""
    if any(_MAKES_AUTH.search(one.sql) for one in statements):
        return None
    return "supabase" if any(_OF_SUPABASE.search(one.sql) for one in statements) else None


def surroundings(statements: Sequence[Statement], platform: PlatformName | None) -> tuple[Statement, ...]:
    """What Supabase has in a database before anybody's migrations, as far as these name it: for a script that is for
    it (`platform`), or that names what is Supabase's. Empty where the script brings that itself, and elsewhere."""
    if (platform_of(statements) or platform) != "supabase" or any(_MAKES_AUTH.search(one.sql) for one in statements):
        return ()
    text = resources.files(__name__).joinpath("supabase.sql").read_text("utf-8")
    return tuple(split_script(text, "what Supabase has"))


def _with(url: str, *, host: str = "", port: int | None = None, user: str = "") -> str:
    """A URL that leads elsewhere, written as it was otherwise."""
    parts = urlsplit(url)
    before, at, place = parts.netloc.rpartition("@")
    name, _, old = place.partition(":")
    if user:
        _, colon, password = before.partition(":")
        before = f"{user}{colon}{password}"
    number = str(port) if port is not None else old
    place = f"{host or name}:{number}" if number else host or name
    return urlunsplit(parts._replace(netloc=f"{before}{at}{place}"))
