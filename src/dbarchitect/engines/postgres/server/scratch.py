"""A scratch server: one of the user's, on which we make databases, and of which we leave nothing behind.

All that is made there is named `dbarchitect_KEY_N`, KEY being random and of this run; nothing else is ever written to,
the database of the URL included. A session of this run holds an advisory lock on KEY in that database for as long as
the run lasts, so the server itself knows which runs are alive, whichever machine they are on. What a killed run left
is dropped by the next one with the same URL.

With a superuser's URL a script runs as a role that is no superuser, as on the private server. Any other role has to
suffice for itself: scripts then run with its rights, and what needs more is said.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Generator
from typing import TYPE_CHECKING

from dbarchitect.engines.postgres.connection import connect, redacted_url
from dbarchitect.engines.postgres.platforms import refuse_pooler
from dbarchitect.engines.postgres.server.host import (
    NotOnThisHostError,
    Provider,
    confine,
    keep_owner,
    locale_clause,
    seal,
)
from dbarchitect.engines.postgres.standins import MARK
from dbarchitect.errors import InputError, SurroundingsError

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

    from dbarchitect.engines.postgres.server import Server

_OLDEST_MAJOR = 13
_KEY_BYTES = 8
_OURS = r"^dbarchitect_[0-9a-f]{16}_[0-9]+$"
# Both halves of the key, as pg_locks shows an advisory lock on a bigint.
_LIVING = """
select lpad(to_hex(l.classid::bigint), 8, '0') || lpad(to_hex(l.objid::bigint), 8, '0')
from pg_catalog.pg_locks l
where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
  and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
"""
# A run that was killed between the two statements left its database without the comment.
_DATABASES = f"""
select d.datname from pg_catalog.pg_database d
where d.datname ~ '{_OURS}' and coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), %(mark)s) = %(mark)s
"""
_ROLES = f"select rolname from pg_catalog.pg_roles where rolname ~ '{_OURS}'"
_MARKED_ROLES = """
select rolname from pg_catalog.pg_roles where pg_catalog.shobj_description(oid, 'pg_authid') = %(mark)s
"""
_MARKED_TABLESPACES = """
select spcname from pg_catalog.pg_tablespace where pg_catalog.shobj_description(oid, 'pg_tablespace') = %(mark)s
"""


class ScratchServer:
    """The user's server as a `Host`, made by `scratch_server`."""

    def __init__(self, url: str, keeper: psycopg.Connection) -> None:
        """`keeper` is the session that says that this run is alive; it stays open."""
        self._url = url
        self._keeper = keeper
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._names: dict[str, str] = {}  # what callers call a database -> what it is called there
        self._roles: dict[str, tuple[str, str]] = {}  # purpose -> name there, password
        self._count = 0
        row = keeper.execute(
            "select rolname, rolsuper, rolcreatedb from pg_catalog.pg_roles where rolname = current_user"
        ).fetchone()
        assert row is not None
        self._user = str(row[0])
        self._is_superuser = bool(row[1])
        if not (row[1] or row[2]):
            raise SurroundingsError(
                f"the role {self._user} may not create databases on the scratch server {redacted_url(url)}",
                hint=f"ALTER ROLE {self._user} CREATEDB, or name another role",
            )
        keeper.execute("select pg_catalog.pg_advisory_lock(%s)", (int.from_bytes(self._key, signed=True),))

    @property
    def version(self) -> int:
        """server_version_num, 180006 style."""
        return self._keeper.info.server_version

    @property
    def superuser(self) -> bool:
        """Whether the role of the URL is one."""
        return self._is_superuser

    def _fresh_name(self) -> str:
        self._count += 1
        return f"dbarchitect_{self._key.hex()}_{self._count}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A new session of the URL's role on one of our databases; a superuser's is sealed (see `host.seal`)."""
        sealed = {"options": seal(self.version)} if self._is_superuser else {}
        return connect(self._url, dbname=self._names[database], **sealed)

    def connect_as(self, role: str, database: str) -> psycopg.Connection:
        """A new session of a role that `ordinary_role` gave."""
        if role == self._user:
            return self.connect(database)
        password = next(password for name, password in self._roles.values() if name == role)
        try:
            return connect(self._url, dbname=self._names[database], user=role, password=password)
        except SurroundingsError as err:
            raise SurroundingsError(
                f"the scratch server does not let in the roles that we make there: {err.message}",
                hint="let pg_hba.conf accept passwords for all roles (over TCP: `peer` and `cert` know only one)",
            ) from err

    def ordinary_role(self, purpose: str) -> str:
        """A role of this run for SQL that others wrote; without a superuser's rights the URL's own role."""
        from psycopg import sql

        if not self._is_superuser:
            return self._user
        if purpose not in self._roles:
            name, password = self._fresh_name(), secrets.token_urlsafe(24)
            self._roles[purpose] = (name, password)
            statement = sql.SQL("CREATE ROLE {} LOGIN BYPASSRLS PASSWORD {}")
            # A password in plain would be in the server's log; this is what the server stores of it.
            stored = self._keeper.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
            self._keeper.execute(statement.format(sql.Identifier(name), stored))
            confine(self._keeper, name)
        return self._roles[purpose][0]

    def has_locale(self, locale: str) -> bool:
        """Whether the server's C library knows `locale`. Asked in a database of ours."""
        if locale in ("C", "POSIX"):
            return True
        import psycopg
        from psycopg import sql

        probe = "a probe of locales"
        if probe not in self._names:
            self.create_database(probe, locale="C")
        statement = sql.SQL("CREATE COLLATION public.dbarchitect_probe (LC_COLLATE = {0}, LC_CTYPE = {0})")
        with self.connect(probe) as connection:
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(statement.format(locale))
            except psycopg.Error as err:
                return "does not match locale" in str(err)  # it exists, for databases of another encoding
        return True

    def create_database(
        self, name: str, *, locale: str | None = None, encoding: str | None = None, provider: Provider = "libc"
    ) -> None:
        """An empty database, under a name of this run's."""
        import psycopg
        from psycopg import sql

        if locale is None:
            locale = "C.UTF-8" if encoding in (None, "UTF8") and self.has_locale("C.UTF-8") else "C"
        statement = sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {} {}"
            + (" LOCALE_PROVIDER libc" if self.version >= 150000 and provider == "libc" else "")
        )
        try:
            with self._made(name) as ours:
                self._keeper.execute(statement.format(ours, encoding or "UTF8", locale_clause(provider, locale)))
        except (psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue) as err:
            raise SurroundingsError(
                f"the scratch server makes no database with locale {locale} and encoding {encoding or 'UTF8'}: "
                f"{err.diag.message_primary}",
                hint="install the locale in its operating system",
            ) from err

    def copy_database(self, original: str, copy: str) -> None:
        """A copy of one of our databases to which nobody is connected."""
        from psycopg import sql

        template = sql.Identifier(self._names[original])
        with self._made(copy) as ours:
            self._keeper.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(ours, template))
        if self._is_superuser:
            keep_owner(self._keeper, self._names[original], self._names[copy])

    @contextlib.contextmanager
    def _made(self, name: str) -> Generator[sql.Identifier]:
        """The name under which `name` is made within, and marked afterwards."""
        from psycopg import sql

        self._names[name] = self._fresh_name()
        ours = sql.Identifier(self._names[name])
        yield ours
        self._keeper.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(ours, MARK))

    def drop_database(self, name: str) -> None:
        """Drop one of our databases if it exists, whoever is connected to it."""
        ours = self._names.pop(name, None)
        if ours is not None:
            _drop_database(self._keeper, ours)

    def with_files(self) -> Server:
        """Not to be had: raises `NotOnThisHostError`."""
        raise NotOnThisHostError(
            "a twin needs a private server (it writes the server's data files, which a scratch server keeps to itself)",
            hint="leave --server out, or name PostgreSQL binaries for a private server: --pg-bin DIR",
        )

    def clean(self) -> None:
        """Drop what this run made, and what runs left that live no more."""
        own = self._key.hex()
        living = {str(row[0]) for row in self._keeper.execute(_LIVING)} - {own}
        mark = {"mark": MARK}
        for (name,) in self._keeper.execute(_DATABASES, mark).fetchall():
            if _key_of(name) not in living:
                _drop_database(self._keeper, name)
        for (name,) in self._keeper.execute(_ROLES).fetchall():
            if _key_of(name) not in living:
                _drop(self._keeper, "ROLE", name)
        # Roles that scripts name have those names, so runs share them.
        if not living:
            for kind, query in (("ROLE", _MARKED_ROLES), ("TABLESPACE", _MARKED_TABLESPACES)):
                for (name,) in self._keeper.execute(query.encode(), mark).fetchall():
                    _drop(self._keeper, kind, name)
        self._names.clear()
        self._roles.clear()


@contextlib.contextmanager
def scratch_server(url: str) -> Generator[ScratchServer]:
    """The server at `url`, 13 or newer, to make databases on; all of them are gone at the end.

    Raises `InputError` for a URL that is none, and `SurroundingsError` where the server cannot be reached, is too old,
    or lets this role make no databases.
    """
    import psycopg

    refuse_pooler(url, "a scratch server")
    with contextlib.closing(connect(url)) as keeper:
        major = keeper.info.server_version // 10000
        if major < _OLDEST_MAJOR:
            raise SurroundingsError(
                f"the scratch server {redacted_url(url)} is PostgreSQL {major}; it must be {_OLDEST_MAJOR} or newer",
                hint="name another, or leave --server out",
            )
        server = ScratchServer(url, keeper)
        server.clean()
        try:
            yield server
        finally:
            with contextlib.suppress(psycopg.OperationalError):  # it went away; the next run drops what is there
                server.clean()


def keep_apart(source: psycopg.Connection, url: str) -> None:
    """Refuse a scratch URL that leads to the database of `source` itself.

    Another database of the same server is a choice that the user has made by naming it. Raises `InputError`.
    """
    query = "select extract(epoch from pg_catalog.pg_postmaster_start_time())::text, pg_catalog.current_database()"
    with contextlib.closing(connect(url)) as scratch:
        if scratch.execute(query).fetchone() == source.execute(query).fetchone():
            raise InputError(
                f"--server {redacted_url(url)} is the database that is to be checked",
                hint="name a server that nobody needs, or leave --server out: then the copies are private",
            )


def _key_of(name: str) -> str:
    return re.split("_", name)[1]


def _drop_database(keeper: psycopg.Connection, name: str) -> None:
    import psycopg
    from psycopg import sql

    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):  # another role's run left it
        keeper.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop(keeper: psycopg.Connection, kind: str, name: str) -> None:
    import psycopg
    from psycopg import sql

    # Something of somebody else's came to need it, or another run was faster.
    gone = (psycopg.errors.DependentObjectsStillExist, psycopg.errors.UndefinedObject)
    inaccessible = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
    with contextlib.suppress(*gone, *inaccessible):
        keeper.execute(sql.SQL(f"DROP {kind} {{}}").format(sql.Identifier(name)))  # type: ignore[arg-type]
