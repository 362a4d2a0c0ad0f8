"""Connections to the servers of the user: read only, one snapshot, and errors that say what to do.

Everything libpq knows about connecting keeps working: PG* variables, ~/.pgpass, service files, several hosts.
A password is never part of a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dbarchitect.errors import InputError, SurroundingsError

if TYPE_CHECKING:
    import psycopg

OLDEST_MAJOR = 12  # of the servers that the catalogue queries are written for
NEWEST_MAJOR = 18

_CONNECT_TIMEOUT_S = 10
# What a production server should not have to wait for: a lock queue behind a catalogue reader, an abandoned snapshot.
_LOCK_TIMEOUT_MS = 3_000
_IDLE_TIMEOUT_MS = 600_000
_HIDDEN = "***"
_ENCODE = "a password with @ : / ? # in it must have these percent-encoded (%40 %3A %2F %3F %23)"

# What the server or libpq says -> what happened, what to try. The first match counts. `at` is host:port or the
# socket's folder. PostgreSQL gives no SQLSTATE to a client that it does not let in, so the text is all there is; a
# server with translated messages falls through to the last resort, which quotes it.
_REFUSALS: tuple[tuple[str, str, str], ...] = (
    (
        r"connection refused",
        "no server answers at {at}: connection refused",
        "check host and port, and that the server runs and listens there",
    ),
    (
        r"no such file or directory.*socket|socket.*no such file or directory",
        "no server listens at {at}",
        "check that it runs, or name its host: postgresql://USER@HOST:PORT/DATABASE",
    ),
    (
        r"failed to resolve host|could not translate host name",
        "the host of {url} is unknown",
        f"check its spelling; {_ENCODE}",
    ),
    (r"timeout expired|timed out", "{at} did not answer in time", "check host, port and firewall, or connect_timeout"),
    (
        r"network is unreachable|no route to host",
        "there is no way to {at} from here: {reason}",
        "check the network, the VPN or the tunnel",
    ),
    (
        r"no password supplied",
        "the server at {at} asks user {user} for a password and none was given",
        "set PGPASSWORD, write it to ~/.pgpass, or put it into the URL",
    ),
    (
        r"(password|SCRAM|PAM|LDAP) authentication failed",
        "the server at {at} does not accept this password for user {user}",
        "check user and password (PGPASSWORD, ~/.pgpass or the URL)",
    ),
    (
        r"role .* does not exist",
        "the server at {at} has no user {user}",
        "name another: postgresql://USER@HOST/DATABASE",
    ),
    (
        r"database .* does not exist|no such database",
        "the server at {at} has no database {database}",
        "name one that exists (`psql -l` lists them)",
    ),
    (
        r"permission denied for database",
        "user {user} may not connect to database {database} at {at}",
        "GRANT CONNECT ON DATABASE, or name another user or database",
    ),
    (
        r"server does not support SSL",
        "the server at {at} does not offer SSL, and sslmode requires it",
        "leave sslmode out, or use sslmode=prefer",
    ),
    (
        r"certificate",
        "the server's certificate at {at} was not accepted: {reason}",
        "check sslmode and sslrootcert (sslrootcert=system trusts the authorities of this machine)",
    ),
    (
        r"pg_hba\.conf.*(no encryption|SSL off)|SSL (connection )?(is )?required|requires? (SSL|TLS)|insecure",
        "the server at {at} does not let user {user} into database {database} without encryption",
        "add ?sslmode=require to the URL, or have pg_hba.conf allow this connection",
    ),
    (
        r"pg_hba\.conf",
        "the server at {at} does not let user {user} into database {database} from here",
        "have pg_hba.conf allow this connection",
    ),
    (
        r"the database system is|not (yet )?accepting connections|in recovery",
        "the server at {at} is not ready: {reason}",
        "wait until it has started or recovered, then run the command again",
    ),
    (
        r"too many (connections|clients)|connection slots|no more connections|max_client_conn",
        "the server at {at} has no connection left: {reason}",
        "close some, or try again later",
    ),
    (
        r"invalid response to SSL|expected authentication request|unsupported frontend protocol|lost synchronization",
        "what answers at {at} does not speak PostgreSQL's protocol",
        "check host and port",
    ),
)


def connect_readonly(url: str, *, statement_timeout_s: float = 60.0) -> psycopg.Connection:
    """A connection inside one read-only, repeatable-read transaction: all it reads is of one moment.

    All settings are local to that transaction, so that it works through a pooler that hands out a server per
    transaction. The caller ends it (`rollback` or `close`) and starts no other: the settings end with it.
    `search_path` is empty, which makes the server print every name outside `pg_catalog` with its schema.
    `statement_timeout_s` bounds every statement, in seconds.

    Raises `InputError` for a URL that is none and `SurroundingsError` where the server cannot be reached, does not
    let us in, or is older than 12.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo

    given = _parse(url)
    target = _Target(url, given)
    ours = {
        "application_name": "dbarchitect",
        "client_encoding": "UTF8",
        "connect_timeout": target.value("connect_timeout") or str(_CONNECT_TIMEOUT_S),
    }
    try:
        # Named statements would stay behind on a pooler's server, so none is ever prepared.
        connection = psycopg.connect(make_conninfo(**(given | ours)), prepare_threshold=None)
    except psycopg.Error as err:
        raise target.refusal(err) from None
    try:
        _refuse_version(connection.info.server_version, target)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        settings = {
            "statement_timeout": str(round(statement_timeout_s * 1000)),
            "lock_timeout": str(_LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(_IDLE_TIMEOUT_MS),
            "search_path": "",
            "quote_all_identifiers": "off",
            "datestyle": "ISO, MDY",
            "intervalstyle": "postgres",
            "extra_float_digits": "3",
        }
        names, values = list(settings), list(settings.values())
        connection.execute(
            "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) _(name, value)", (names, values)
        )
    except psycopg.Error as err:
        connection.close()
        raise target.refusal(err) from None
    except BaseException:
        connection.close()
        raise
    return connection


def connect(url: str, **instead: str) -> psycopg.Connection:
    """An ordinary session in autocommit, for a server that may be written to. `instead`: libpq's parameters that
    replace those of `url`. Raises like `connect_readonly`."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    given = _parse(url) | instead
    target = _Target(url, given)
    ours = {
        "application_name": "dbarchitect",
        "connect_timeout": target.value("connect_timeout") or str(_CONNECT_TIMEOUT_S),
    }
    try:
        return psycopg.connect(make_conninfo(**(given | ours | instead)), autocommit=True, prepare_threshold=None)
    except psycopg.Error as err:
        raise target.refusal(err) from None


def redacted_url(url: str) -> str:
    """`url` (or a "key=value ..." string) fit for a message: every password in it replaced by ***.

    Rather hides too much than too little: between the first colon and the last @ all is password, because an @ or /
    that should have been encoded is the commonest mistake in one.
    """
    scheme = re.match(r"[\w+.-]+://", url)
    if scheme is None:
        return re.sub(r"(\w*pass\w*\s*=\s*)('(?:[^'\\]|\\.)*'?|\S+)", rf"\1{_HIDDEN}", url, flags=re.IGNORECASE)
    rest = url[scheme.end() :]
    rest = re.sub(r"(\w*(?:pass|token)\w*=)[^&#]*", rf"\1{_HIDDEN}", rest, flags=re.IGNORECASE)
    user, at, place = rest.rpartition("@")
    if at and ":" in user:
        user = f"{user.split(':', 1)[0]}:{_HIDDEN}"
    return f"{scheme.group()}{user}{at}{place}"


def _parse(url: str) -> dict[str, str]:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    # Of what is no URL nobody knows which part is the password.
    shown = redacted_url(url) if "://" in url else "the connection string"
    form = "postgresql://USER@HOST:PORT/DATABASE"
    if driver := re.match(r"(postgres(?:ql)?)\+\w+://", url):
        raise InputError(f"{shown} names a Python driver", hint=f"write postgresql:// instead of {driver.group()}")
    try:
        given = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError as err:
        if option := re.search(r'invalid (?:URI query parameter:|connection option) "(\w+)"', str(err)):
            raise InputError(
                f"{shown} has an option that PostgreSQL's client library does not know: {option[1]}",
                hint=f"leave `{option[1]}` out; it belongs to another program",
            ) from None
        # libpq quotes the part it stumbled over, which may be a password.
        reason = re.sub(r'\s*:?\s*".*"', "", str(err).strip(), flags=re.DOTALL)
        raise InputError(f"{shown} is no PostgreSQL URL: {reason}", hint=f"the form is {form}") from None
    if not all(port.isdecimal() and 0 < int(port) < 65536 for port in given.get("port", "5432").split(",") if port):
        raise InputError(f"the port in {shown} is not a number from 1 to 65535", hint=_ENCODE)
    return given


def _refuse_version(version: int, target: _Target) -> None:
    # The number of a server older than 10 has three parts (90624); the division still gives the first.
    major = version // 10000
    if major < OLDEST_MAJOR:
        raise SurroundingsError(
            f"the server at {target.at} is PostgreSQL {major}; dbarchitect reads {OLDEST_MAJOR} to {NEWEST_MAJOR}",
            hint=f"restore a dump of it into a PostgreSQL {OLDEST_MAJOR} or newer, and name that",
        )


class _Target:
    """Where a URL leads, together with what the PG* variables and the service file add."""

    def __init__(self, url: str, given: Mapping[str, str]) -> None:
        from psycopg import pq

        self._given = given
        self._defaults = {
            option.keyword.decode(): option.val.decode(errors="replace")
            for option in pq.Conninfo.get_defaults()
            if option.val is not None
        }
        self.url = redacted_url(url)

    def value(self, name: str) -> str:
        """The value of libpq's option `name`, empty where nothing gives one."""
        return self._given.get(name) or self._defaults.get(name) or ""

    @property
    def at(self) -> str:
        """host:port, or the folder of the socket."""
        hosts = (self.value("host") or self.value("hostaddr") or "the default socket").split(",")
        ports = (self.value("port") or "5432").split(",")
        if len(ports) == 1:
            ports *= len(hosts)
        return ",".join(
            # What stands before an @ is the rest of a password with an unencoded one.
            host if host.startswith(("/", "the ")) else f"{host.rpartition('@')[2]}:{port}"
            for host, port in zip(hosts, ports, strict=False)
        )

    def refusal(self, err: psycopg.Error) -> SurroundingsError:
        """What `err`, raised while connecting, means to the user."""
        said = str(err).strip()
        reason = self._reason(said)
        values = {
            "at": self.at,
            "url": self.url,
            "user": self.value("user"),
            "database": self.value("dbname") or self.value("user"),
            "reason": reason,
        }
        for pattern, message, hint in _REFUSALS:
            if re.search(pattern, said, re.IGNORECASE | re.DOTALL):
                return SurroundingsError(message.format(**values), hint=hint)
        return SurroundingsError(f"cannot connect to {self.at}: {reason}", hint="check the URL: " + self.url)

    def _reason(self, said: str) -> str:
        """The part of libpq's message that is not about where, on one line."""
        line = said.splitlines()[0] if said else "no reason given"
        line = re.sub(r"^(connection (failed|is bad): )?(connection to server .*? failed: )?", "", line)
        return re.sub(r"^(FATAL|ERROR):\s+", "", line)
