"""A platform that hosts PostgreSQL, and the door of it that a URL leads to."""

from __future__ import annotations

from typing import Literal, get_args

from dbarchitect.model.value import Value

PlatformName = Literal["neon", "supabase"]
PLATFORMS: tuple[PlatformName, ...] = get_args(PlatformName)
TITLES: dict[PlatformName, str] = {"neon": "Neon", "supabase": "Supabase"}

# Schemas that a platform makes and changes: not the user's to mend, nor a folder's of migrations to have.
SCHEMAS: dict[PlatformName, frozenset[str]] = {
    "neon": frozenset({"neon_auth"}),
    "supabase": frozenset(
        {
            *("auth", "storage", "realtime", "graphql", "graphql_public", "supabase_functions", "supabase_migrations"),
            *("vault", "pgbouncer", "_realtime"),
        }
    ),
}

# Tables of a platform whose policies are its users': it makes none there itself.
POLICED: dict[PlatformName, frozenset[tuple[str, str]]] = {
    "neon": frozenset(),
    "supabase": frozenset({("storage", "objects"), ("storage", "buckets"), ("realtime", "messages")}),
}

# How a door gives its clients a server: `direct` is the server itself, `session` a pooler that lends one for as long
# as the client stays, `transaction` one that lends another for each transaction.
Door = Literal["direct", "session", "transaction"]


class Endpoint(Value, frozen=True, kw_only=True):
    """Where a URL leads. `url` and `direct` are without a password; `direct` is the way that keeps its session, and
    `otherwise` another such way, with `note`: when it is the one to take.
    `project`: the platform's name of it, "" where the URL does not have it."""

    platform: PlatformName
    door: Door
    url: str
    direct: str
    otherwise: str = ""
    note: str = ""
    project: str = ""


class Told(Value, frozen=True, kw_only=True):
    """One fact: what it says, where from, of when."""

    about: str
    says: str
    source: str
    date: str


class PlatformReport(Value, frozen=True, kw_only=True):
    """What is known of a platform. `door`: of the URL that was given, None for a name alone."""

    platform: PlatformName
    title: str
    door: Endpoint | None
    past: str  # the way with a session of one's own, "" without a URL
    facts: tuple[Told, ...]
    copy_with: str
    drop_copy_with: str
    copy_note: str
    extensions: tuple[str, ...]
    extensions_terms: dict[str, str]
    extensions_refused: dict[str, str]
    extensions_source: str
    extensions_date: str
    warnings: tuple[str, ...] = ()
