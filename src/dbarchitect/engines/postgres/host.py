"""Where private copies live: what our own server and a scratch server of the user's have in common.

Who may run what there: the schema, its statistics, its settings and its workload are somebody else's, and evaluating
any of it (a default, a check, an index expression, the constant of a type, an operator that a search path leads to)
runs their code. So a superuser's session only reads and writes the catalogue, with parameters, and makes databases,
roles and extensions; it is *sealed* against being led into their code. All else is done in sessions that logged in as
roles that are no superusers: the schema's owner (DDL, rows, estimates over its expressions) and the guest (plans of
the workload, experiments). Neither has a right beyond its databases, so their functions gain nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dbarchitect.errors import SurroundingsError

if TYPE_CHECKING:
    import psycopg

    from .server import Server


class NotOnThisHostError(SurroundingsError):
    """What was asked for is not to be had on such a host; on another it is."""


class Host(Protocol):
    """A PostgreSQL on which databases of ours are made, filled and dropped.

    Names of databases are the caller's. On a server that others use too each stands for another, random one there, so
    SQL that needs the name of its database asks the connection. All methods raise `SurroundingsError` where the
    server does not play along.
    """

    @property
    def version(self) -> int:
        """server_version_num, 180006 style."""
        ...

    @property
    def superuser(self) -> bool:
        """Whether `connect` gives a superuser's session."""
        ...

    def connect(self, database: str = ...) -> psycopg.Connection:
        """A new session on one of our databases, in autocommit, with all the rights there are; sealed (`seal`)."""
        ...

    def ordinary_role(self, purpose: str) -> str:
        """A role for SQL that others wrote: it may log in, is past row security, and is no superuser. Its name."""
        ...

    def connect_as(self, role: str, database: str) -> psycopg.Connection:
        """A new session of what `ordinary_role` gave, in autocommit: no RESET leads to another role's rights."""
        ...

    def has_locale(self, locale: str) -> bool:
        """Whether a database can be made with `locale`."""
        ...

    def create_database(self, name: str, *, locale: str | None = None, encoding: str | None = None) -> None:
        """An empty database; without `locale` it sorts by code point."""
        ...

    def copy_database(self, original: str, copy: str) -> None:
        """A copy of one of our databases to which nobody is connected, with the same owner."""
        ...

    def drop_database(self, name: str) -> None:
        """Drop one of our databases if it exists, whoever is connected to it."""
        ...

    def with_files(self) -> Server:
        """The same server as one whose data files may be written, as a twin needs it. Raises `NotOnThisHostError`."""
        ...
