"""Where private copies live: what our own server and a scratch server of the user's have in common.

Who may run what there: the schema, its statistics, its settings and its workload are somebody else's, and evaluating
any of it (a default, a check, an index expression, the constant of a type, an operator that a search path leads to)
runs their code. So a superuser's session only reads and writes the catalogue, with parameters, and makes databases,
roles and extensions; it is *sealed* against being led into their code. All else is done in sessions that logged in as
roles that are no superusers: the schema's owner (DDL, rows, estimates over its expressions) and the guest (plans of
the workload, experiments). Neither has a right beyond its databases, so their functions gain nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from dbarchitect.errors import SurroundingsError

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

    from dbarchitect.engines.postgres.server import Server


OWNER = "dbarchitect"
GUEST = "dba_guest"
STATEMENT_TIMEOUT = "60s"  # what takes longer shows nothing
_MEMORY = 1_000_000_000  # bytes of address space of a stranger's session; some 200 MB of it are the server itself

Provider = Literal["libc", "builtin"]  # of a database's locale: the C library, or (17 and newer) PostgreSQL


def seal(version: int) -> str:
    """Startup options of a superuser's session: no setting of the database leads it to functions of the schema."""
    # An operator of the schema that fits better than the catalogue's own would be taken from the search path.
    options = "-c search_path= -c session_replication_role=replica -c default_transaction_read_only=off"
    # They fire at login too; before 17 there is nothing at login, and replica keeps the usual ones from firing.
    return options + (" -c event_triggers=off" if version >= 170000 else "")


def confine(admin: psycopg.Connection, role: str) -> None:
    """Limits of a role for SQL that others wrote, in whichever session it logs in, and nothing that it set itself."""
    from psycopg import sql

    admin.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(sql.Identifier(role)))
    limits = {"statement_timeout": STATEMENT_TIMEOUT}
    if admin.info.server_version >= 170000:
        limits["event_triggers"] = "off"
    for name, value in limits.items():
        admin.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
        )


def locale_clause(provider: Provider, locale: str) -> sql.Composed:
    """What CREATE DATABASE says of a locale."""
    from psycopg import sql

    if provider == "libc":
        return sql.SQL("LC_COLLATE {0} LC_CTYPE {0}").format(locale)
    # Of the C library's locale nothing is left then that the planner would ask for.
    return sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE {} LC_COLLATE 'C' LC_CTYPE 'C'").format(locale)


def keep_owner(admin: psycopg.Connection, original: str, copy: str) -> None:
    """Give a copied database, which belongs to whoever copied it, to the owner of the original."""
    from psycopg import sql

    row = admin.execute(
        "SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = %s", (original,)
    ).fetchone()
    assert row is not None
    admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(copy), sql.Identifier(row[0])))


def owner_session(host: Host, database: str) -> psycopg.Connection:
    """A session of the role that `load` gave the database and its objects to: for all that runs code of the schema.

    Ordinary triggers, rules and foreign keys do not act in it (session_replication_role is replica).
    """
    from psycopg import sql

    owner = host.ordinary_role(OWNER)
    if host.superuser:
        with host.connect(database) as admin:
            # Not for the role to set: a superuser can make it its default, on every version alike.
            admin.execute(
                sql.SQL("ALTER ROLE {} IN DATABASE {} SET session_replication_role = replica").format(
                    sql.Identifier(owner), sql.Identifier(admin.info.dbname)
                )
            )
    session = host.connect_as(owner, database)
    session.prepare_threshold = None
    return session


def guest_session(host: Host, database: str) -> psycopg.Connection:
    """A session of the role that may use every table and owns nothing: for SQL of workloads and experiments."""
    session = host.connect_as(host.ordinary_role(GUEST), database)
    session.prepare_threshold = None
    return session


def stranger_session(server: Server, database: str) -> psycopg.Connection:
    """A guest's session for a statement of somebody who may mean harm, on a server for such statements alone, one
    after the other: it finds no setting that an earlier one left, and fills neither disk nor memory."""
    from psycopg import sql

    guest = server.ordinary_role(GUEST)
    with server.connect() as admin:
        confine(admin, guest)  # a role may change its own defaults
        # The log is kept as long as the server, and RAISE writes what it likes.
        for name, value in {"log_min_messages": "fatal", "temp_file_limit": "1GB"}.items():
            admin.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(guest), sql.Identifier(name), value)
            )
    session = guest_session(server, database)
    server.limit_memory(session.info.backend_pid, _MEMORY)
    return session


def one_statement(connection: psycopg.Connection[Any], sql: str) -> psycopg.Cursor[Any]:
    """Run text that holds one statement, whatever it looks like: a second one after a semicolon is refused."""
    with connection.pipeline():  # the extended protocol; without parameters psycopg takes the simple one elsewhere
        return connection.execute(sql.encode(connection.info.encoding))


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

    def create_database(
        self, name: str, *, locale: str | None = None, encoding: str | None = None, provider: Provider = "libc"
    ) -> None:
        """An empty database; without `locale` it sorts by code point. `provider`: whose locale (builtin: 17+)."""
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
