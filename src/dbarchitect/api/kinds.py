"""What a SOURCE can be, and which verb takes which: one table, which the verbs ask and docs/engines.md shows.

A new kind of source is one `Kind` in `KINDS`; a new verb one line in `VERBS` and its name in `takes` of the kinds that
it works on. `tests/test_verbs.py` runs the pairs: what the table promises works, and everything else is refused in one
message that says what to use instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dbarchitect.codesources import is_code
from dbarchitect.engines.postgres.connection import redacted_url
from dbarchitect.engines.redis.connection import is_redis
from dbarchitect.engines.sqlite.source import sqlite_given
from dbarchitect.errors import InputError
from dbarchitect.migrate.formats import format_of

# Every verb that takes a SOURCE, with what it does with one.
VERBS: dict[str, str] = {
    "check": "reviews a schema, a server's keys or its documents",
    "index": "says which indexes tables want",
    "query": "plans SQL on tables",
    "query keyset": "writes pages of SQL by keys",
    "query diff": "compares plans of SQL",
    "migrate diff": "plans from one schema to another",
    "migrate new": "writes a migration to the schema of a source",
    "migrate lint": "reads files of SQL migrations for PostgreSQL",
    "migrate rehearse": "runs migrations on a copy of a source of PostgreSQL",
    "migrate apply": "writes to a PostgreSQL server",
    "migrate rollback": "writes to a PostgreSQL server",
    "migrate adopt": "writes to a PostgreSQL server",
    "migrate status": "compares a folder with a PostgreSQL server",
    "design": "makes an architecture of a brief",
    "design --from": "writes the brief of a schema",
    "choose": "chooses a database for a brief or a schema",
    "orm": "writes an ORM's project for a schema of PostgreSQL or SQLite",
    "orm diff": "compares models with a schema of PostgreSQL",
    "report": "writes a page about a schema of PostgreSQL or SQLite",
    "erd": "draws tables",
    "cache": "designs a cache in front of tables of PostgreSQL",
    "vectors": "tries pgvector's indexes on vectors",
    "workload": "reads logs, spans and SQL of an application",
    "twin create": "writes a schema with its statistics",
    "timeseries": "finds time series among tables of PostgreSQL",
    "serve": "shows a schema as pages",
    "documents shapes": "shows what documents have",
    "documents index": "says which indexes documents want",
    "documents validators": "writes validators of documents",
    "documents postgres": "moves documents to PostgreSQL",
    "documents migrate": "changes validators and indexes of documents",
}

_SCHEMA = frozenset(
    {
        *("check", "index", "query", "query keyset", "query diff", "migrate diff", "migrate new", "migrate rehearse"),
        *("design --from", "choose", "orm", "orm diff", "report", "erd", "cache", "twin create", "timeseries", "serve"),
    }
)  # what takes any schema of PostgreSQL
_DOCUMENTS = frozenset(f"documents {name}" for name in ("shapes", "index", "validators", "postgres", "migrate"))
_SERVER = frozenset({"migrate apply", "migrate rollback", "migrate adopt", "migrate status"})


@dataclass(frozen=True)
class Kind:
    """One kind of source.

    title    how the table names it; `example`: one as it is written
    is_one   whether a source, with the engine that somebody named for it, is one
    noun     how a message names it: "a Redis server, which has keys and no tables"
    takes    the verbs that work on it
    instead  what to use in place of a verb that does not; `otherwise` for all that have no line of their own
    """

    id: str
    title: str
    example: str
    is_one: Callable[[str, str | None], bool]
    noun: str
    takes: frozenset[str]
    otherwise: str = ""
    instead: Mapping[str, str] = field(default_factory=dict[str, str])

    def hint(self, verb: str, given: str) -> str:
        """What to use in place of `verb`, with the source in it."""
        return self.instead.get(verb, self.otherwise).replace("{given}", given)


def _scheme(*names: str) -> Callable[[str, str | None], bool]:
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, names))})://", re.IGNORECASE)
    return lambda given, _: pattern.match(given) is not None


def _ends(*suffixes: str) -> Callable[[str, str | None], bool]:
    return lambda given, _: "://" not in given and Path(given).suffix.lower() in suffixes


def _is_sqlite(given: str, engine: str | None) -> bool:
    return sqlite_given(given, engine)


def _is_folder(given: str, _: str | None) -> bool:
    path = Path(given)
    return path.is_dir() and (format_of(path) != "plain" or not is_code(given))


_APPLIES = "migrations are applied to a server: --to postgresql://USER@HOST/DATABASE"
_LOGS = (
    "dba workload takes what an application asked: a server's log, spans, SQL; dba check {given} looks at the schema"
)
_PGVECTOR = "dba vectors takes a server with a column of pgvector's, a .sql file with --data, or a .npy file"
_BRIEF_OF = "dba design --from {given} -o brief.md writes the brief of it"
_MONGODB = "documents are MongoDB's: mongodb://USER:PASSWORD@HOST/DATABASE"
_FILES = "name .sql files or a folder of migrations"


def _of_schema(*takes: str) -> dict[str, str]:
    """What is told of a schema of PostgreSQL that is no server; `takes`: verbs that work on it all the same."""
    told = dict.fromkeys(_SERVER, _APPLIES) | dict.fromkeys(_DOCUMENTS, _MONGODB)
    told |= {"migrate lint": _FILES, "workload": _LOGS, "vectors": _PGVECTOR, "design": _BRIEF_OF}
    return {verb: hint for verb, hint in told.items() if verb not in takes}


KINDS: tuple[Kind, ...] = (
    Kind(
        id="postgresql",
        title="PostgreSQL server",
        example="postgresql://user@host/db",
        is_one=_scheme("postgresql", "postgres"),
        noun="a PostgreSQL server",
        takes=_SCHEMA | _SERVER | {"vectors"},
        instead={
            "migrate lint": f"{_FILES}: dba migrate diff writes what is missing",
            "workload": "dba index {given} takes what the server has counted; --workload takes its log",
            "design": _BRIEF_OF,
            **dict.fromkeys(_DOCUMENTS, _MONGODB),
        },
    ),
    Kind(
        id="redis",
        title="Redis server",
        example="redis://host:6379/0",
        is_one=lambda given, _: is_redis(given),
        noun="a Redis server, which has keys and no tables",
        takes=frozenset({"check"}),
        otherwise="dba check {given} looks at its keys; dba cache designs one for a relational SOURCE",
        instead={"workload": "redis-cli MONITOR is no log that this reads; dba check {given} looks at what is kept"},
    ),
    Kind(
        id="libsql",
        title="libSQL or Turso server",
        example="libsql://name.turso.io",
        is_one=_scheme("libsql", "turso", "ws", "wss"),
        noun="a server of libSQL or Turso, which is read for its schema, statistics and sizes",
        takes=frozenset({"check", "index", "query", "query keyset", "migrate diff", "report", "erd", "serve"}),
        otherwise="its schema as a script: turso db shell NAME .schema > schema.sql, then dba check schema.sql "
        "--engine libsql",
    ),
    Kind(
        id="mongodb",
        title="MongoDB server",
        example="mongodb://host/db",
        is_one=_scheme("mongodb", "mongodb+srv"),
        noun="a MongoDB server, which has documents and no tables",
        takes=_DOCUMENTS | {"check"},
        otherwise="dba check {given} and dba documents look at its documents",
    ),
    Kind(
        id="other",
        title="any other server",
        example="mysql://host/db",
        is_one=lambda given, _: re.match(r"(?!sqlite\b|file\b)[a-z][a-z0-9+.-]*://", given, re.IGNORECASE) is not None,
        noun="a server of an engine that is not read",
        takes=frozenset(),
        otherwise="postgresql://, sqlite://, mongodb:// and redis:// are read; dba choose BRIEF compares engines",
    ),
    Kind(
        id="sqlite",
        title="SQLite file or script",
        example="app.db",
        is_one=_is_sqlite,
        noun="SQLite's",
        takes=frozenset(
            {
                "check",
                "index",
                "query",
                "query keyset",
                "migrate diff",
                "report",
                "erd",
                "choose",
                "orm",
                "twin create",
                "serve",
            }
        ),
        otherwise="dba check {given}, dba index, dba query, dba report, dba erd, dba choose, dba orm, dba serve, "
        "dba migrate diff and dba twin create take SQLite",
        instead={
            "workload": _LOGS,
            "vectors": _PGVECTOR,
            "query diff": "dba query {given} SQL plans a query there",
            "migrate new": "dba migrate diff {given} TARGET -o FILE writes the plan to another SQLite schema",
            "migrate lint": "dba migrate diff {given} TARGET runs a plan before it shows it",
            "migrate rehearse": "dba migrate diff {given} TARGET runs its plan up and back on a copy with the rows",
            **dict.fromkeys(_SERVER, "dba migrate diff {given} TARGET --apply runs a plan on the file, after a backup"),
            **dict.fromkeys(_DOCUMENTS, _MONGODB),
        },
    ),
    Kind(
        id="snapshot",
        title="twin of PostgreSQL",
        example="app.twin",
        is_one=_ends(".twin"),
        noun="a snapshot",
        takes=_SCHEMA,
        instead=_of_schema(),
    ),
    Kind(
        id="vectors",
        title="matrix of vectors",
        example="vectors.npy",
        is_one=_ends(".npy"),
        noun="a file of vectors, which has no schema",
        takes=frozenset({"vectors"}),
        otherwise="dba vectors {given} tries indexes on them",
    ),
    Kind(
        id="brief",
        title="brief",
        example="brief.md",
        is_one=_ends(".md", ".markdown"),
        noun="a brief, and no schema yet",
        takes=frozenset({"design", "choose", "documents validators"}),
        otherwise="dba design {given} -o architecture, whose schema.sql is a SOURCE",
        instead={"orm": "dba design {given} -o architecture --orm NAME writes the project too"},
    ),
    Kind(
        id="dbml",
        title="DBML",
        example="schema.dbml",
        is_one=_ends(".dbml"),
        noun="a description of tables",
        takes=_SCHEMA,
        instead=_of_schema(),
    ),
    Kind(
        id="folder",
        title="folder of migrations",
        example="migrations/",
        is_one=_is_folder,
        noun="a folder of migrations",
        takes=_SCHEMA | {"migrate lint"},
        instead=_of_schema("migrate lint"),
    ),
    Kind(
        id="code",
        title="models of an ORM",
        example="package.module:Base",
        is_one=lambda given, _: is_code(given),
        noun="models in code",
        takes=_SCHEMA,
        instead=_of_schema(),
    ),
    Kind(
        id="script",
        title="SQL script or pg_dump",
        example="schema.sql",
        is_one=_ends(".sql"),
        noun="an SQL script",
        takes=_SCHEMA | {"migrate lint", "vectors", "workload"},
        instead=_of_schema("migrate lint", "vectors", "workload"),
    ),
)


def kind_of(given: str, engine: str | None = None) -> Kind | None:
    """What a source is; None for what is none of these, such as a name that nothing has."""
    return next((kind for kind in KINDS if kind.is_one(given, engine)), None)


def as_given(path: Path) -> str:
    """A source that was read as a path, which makes one slash of the two of a URL."""
    return re.sub(r"\A([a-z][a-z0-9+.-]+):/(?!/)", r"\1://", str(path), flags=re.IGNORECASE)


def admit(verb: str, given: str, *, engine: str | None = None) -> None:
    """Raise `InputError` where a verb has nothing to do with a source of this kind: what it is, and what to use."""
    assert verb in VERBS, verb
    kind = kind_of(given, engine)
    if kind is None or verb in kind.takes:
        return
    shown = redacted_url(given)
    raise InputError(f"dba {verb} {VERBS[verb]}, and {shown} is {kind.noun}", hint=kind.hint(verb, shown))
