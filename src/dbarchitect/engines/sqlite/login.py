"""The token for servers of libSQL, which the edge takes from the environment: it stands in no URL and no message."""

from __future__ import annotations

from contextvars import ContextVar

VARIABLES = ("TURSO_AUTH_TOKEN", "LIBSQL_AUTH_TOKEN")
TOKEN: ContextVar[str] = ContextVar("token of libSQL", default="")
