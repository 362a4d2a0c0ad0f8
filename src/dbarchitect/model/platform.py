"""A platform that hosts PostgreSQL, and the door of it that a URL leads to."""

from __future__ import annotations

from typing import Literal, get_args

from dbarchitect.model.value import Value

PlatformName = Literal["neon", "supabase"]
PLATFORMS: tuple[PlatformName, ...] = get_args(PlatformName)
TITLES: dict[PlatformName, str] = {"neon": "Neon", "supabase": "Supabase"}

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
