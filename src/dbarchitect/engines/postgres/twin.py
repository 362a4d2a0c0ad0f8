"""The twin: a private database with the schema, statistics, sizes and settings of the source, and no rows.

Its planner chooses the plans that the source's would. Built from a `Snapshot`; free-form SQL is only ever planned here,
by a role that is no superuser.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

import psycopg

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.change import AddIndex, Change, DropConstraint, DropIndex
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.facts import Facts, IndexFacts, TableFacts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import PrimaryKey, Relational, Unique
from dbarchitect.sql.script import split_script

from . import statistics
from .creation_order import in_order_of_creation
from .explain import explain
from .host import Host
from .hypothetical import HypotheticalIndexes
from .load import load
from .server import Server
from .sizes import IndexSize, btree_height
from .snapshot import Snapshot, new_manifest
from .storage import Storage

GUEST = "dba_guest"
_FALLBACK_LOCALE = "C.UTF-8"  # like every natural-language locale, it does not let LIKE use a plain B-tree; "C" would

_SMALL_TREE = 4  # blocks: one leaf, or a root over up to three (keys take a third of a page at most)

_RELATIONS = """
select c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpages
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'i') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
"""

# Read with the planner's settings, and not ours to set: fixed at initdb or start, or a fact about the source's machine.
_NOT_SETTABLE = frozenset(
    ("block_size", "server_encoding", "lc_collate", "lc_ctype", "max_worker_processes", "shared_buffers", "autovacuum")
)


class Twin:
    """A built twin in a private server. Not thread-safe; one question at a time."""

    def __init__(
        self,
        server: Server,
        database: str,
        snapshot: Snapshot,
        admin: psycopg.Connection[Any],
        hypothetical: HypotheticalIndexes,
        gaps: tuple[Gap, ...],
    ) -> None:
        self.server = server
        self.database = database
        self.snapshot = snapshot
        self.gaps = gaps
        self._admin = admin
        self._hypothetical = hypothetical
        self._guest: psycopg.Connection[Any] | None = None
        self.questions = 0  # how many plans were asked for

    @property
    def schema(self) -> Relational:
        """The source's schema, as it was inspected."""
        return self.snapshot.schema

    @property
    def environment(self) -> dict[str, str]:
        """The versions that a proof names: the source's and the twin's."""
        source, own = self.schema.version, self.server.binaries.version
        named = {"source": f"PostgreSQL {_dotted(source)}", "twin": f"PostgreSQL {_dotted(own)}"}
        if source // 10000 != own // 10000:
            named["caution"] = (
                f"PostgreSQL {own // 10000} does not plan exactly like {source // 10000}: --pg-bin gives an exact twin"
            )
        return named

    @property
    def url(self) -> str:
        """Where any client can connect to EXPLAIN, as the guest role."""
        return self.server.url(self.database).replace("postgres@", f"{GUEST}@", 1)

    def _session(self) -> psycopg.Connection[Any]:
        if self._guest is None or self._guest.closed:
            self._guest = psycopg.connect(self.url, autocommit=True, prepare_threshold=None)
        return self._guest

    def explain(self, sql: str, parameters: Sequence[str] = ()) -> QueryPlan:
        """The plan that the source would choose. Raises `InputError` for SQL that does not plan."""
        self.questions += 1
        return explain(self._session(), sql, parameters)

    @contextmanager
    def supposing(self, changes: Sequence[Change], *, sizes: Mapping[Name, IndexSize] | None = None) -> Generator[Twin]:
        """The same planner as if indexes had been made (`AddIndex`) or dropped (`DropIndex`); undone on exit.

        `sizes`: true sizes of indexes to make, where they are known. Raises `InputError` for other changes.
        """
        made: list[Name] = []
        hidden: list[str] = []
        try:
            for change in changes:
                if isinstance(change, AddIndex):
                    self._hypothetical.create(change.index, (sizes or {}).get(change.index.name))
                    made.append(change.index.name)
                elif isinstance(change, DropIndex):
                    hidden.append(str(change.index.name))
                elif isinstance(change, DropConstraint) and isinstance(change.constraint, PrimaryKey | Unique):
                    hidden.append(str(Name(schema=change.table.schema, name=change.constraint.index)))
                else:
                    raise InputError(f"a twin can suppose indexes made or dropped, not {type(change).__name__}")
            self._set_valid(hidden, valid=False)
            yield self
        finally:
            self._set_valid(hidden, valid=True)
            for name in made:
                self._hypothetical.drop(name)

    def add_index(self, change: AddIndex, *, size: IndexSize | None = None) -> IndexSize:
        """Make the planner see an index until it is dropped or switched off. Returns its size."""
        return self._hypothetical.create(change.index, size)

    @contextmanager
    def only(self, shown: Sequence[Name], hidden: Sequence[Name]) -> Generator[Twin]:
        """A configuration of indexes that exist here: `shown` are visible to the planner, `hidden` are not."""
        self._set_valid([str(name) for name in hidden], valid=False)
        self._set_valid([str(name) for name in shown], valid=True)
        try:
            yield self
        finally:
            self._set_valid([str(name) for name in hidden], valid=True)

    def _set_valid(self, names: Sequence[str], *, valid: bool) -> None:
        """Switch indexes (and those of partitions below them) for the planner, which ignores invalid ones."""
        if not names:
            return
        self._admin.execute(
            """with recursive tree as (
                   select to_regclass(name)::oid as oid from unnest(%s::text[]) name
                   union all select i.inhrelid from pg_catalog.pg_inherits i join tree t on t.oid = i.inhparent)
               update pg_catalog.pg_index set indisvalid = %s where indexrelid in (select oid from tree)""",
            [list(names), valid],
        )

    def size_of(self, name: Name) -> IndexSize | None:
        """The size model's answer for an index that exists here, or None where there is none of that name."""
        row = self._admin.execute("select to_regclass(%s)::oid::bigint", [str(name)]).fetchone()
        built = self._hypothetical.describe([row[0]]) if row and row[0] else []
        return self._hypothetical.model.estimate(built[0]) if built else None

    def close(self) -> None:
        """Drop the twin's database; the server stays."""
        if self._guest is not None:
            self._guest.close()
        self._admin.close()
        self.server.drop_database(self.database)


def _dotted(version: int) -> str:
    return f"{version // 10000}.{version % 10000}"


def restore(
    server: Host, snapshot: Snapshot, *, database: str, progress: Callable[[str], None] = lambda _: None
) -> tuple[Gap, ...]:
    """A new database with the schema of `snapshot` and nothing else; what could not be carried over is returned."""
    progress(f"restoring the schema: {len(snapshot.schema.tables):,} tables")
    gaps = create_like(server, database, snapshot.schema)
    statements = split_script(snapshot.script, "schema.sql", allow_empty=True)
    gaps += load(server, database, in_order_of_creation(statements, snapshot.schema))
    guest = server.ordinary_role(GUEST)
    with server.connect(database) as admin:
        _admit(admin, guest)
    return tuple(gaps)


def dress(
    server: Server,
    snapshot: Snapshot,
    *,
    database: str,
    gaps: Sequence[Gap] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Twin:
    """Make a restored, empty database the twin: the source's statistics, sizes and settings."""
    facts = snapshot.schema.facts or Facts()
    admin = server.connect(database)
    progress("building the twin: statistics")
    found = [*snapshot.manifest.gaps, *gaps, *statistics.write(admin, snapshot.schema)]
    storage = Storage(server, database, admin)
    hypothetical = HypotheticalIndexes(admin, storage, facts.columns)
    progress("building the twin: sizes")
    _write_sizes(admin, storage, hypothetical, facts)
    found += _apply_settings(admin, database, facts.settings)
    return Twin(server, database, snapshot, admin, hypothetical, tuple(dict.fromkeys(found)))


def build(
    server: Server,
    snapshot: Snapshot,
    *,
    database: str = "twin",
    progress: Callable[[str], None] = lambda _: None,
) -> Twin:
    """A twin of `snapshot` in a new database of `server`."""
    gaps = restore(server, snapshot, database=database, progress=progress)
    return dress(server, snapshot, database=database, gaps=gaps, progress=progress)


def create_like(server: Host, database: str, schema: Relational) -> list[Gap]:
    """A database with the source's encoding and locale, or the nearest that this machine has, named as a gap."""
    wanted = schema.collation or _FALLBACK_LOCALE
    encoding = schema.encoding or "UTF8"
    if schema.locale_provider == "libc" and server.has_locale(wanted):
        try:
            server.create_database(database, locale=wanted, encoding=encoding)
        except SurroundingsError:
            pass  # known, but not with this encoding
        else:
            return []
    stand_in = next((one for one in (wanted, _FALLBACK_LOCALE) if one == "C" or server.has_locale(one)), "C")
    server.create_database(database, locale=stand_in, encoding="UTF8")
    if stand_in == wanted and encoding == "UTF8":
        return []
    return [
        Gap(
            kind="locale",
            name=f"{wanted} ({schema.locale_provider}, {encoding})",
            effect=f"not on this machine; {stand_in} stands in: ranges over text may be estimated differently",
        )
    ]


def _write_sizes(
    admin: psycopg.Connection[Any],
    storage: Storage,
    hypothetical: HypotheticalIndexes,
    facts: Facts,
) -> None:
    relations = admin.execute(_RELATIONS).fetchall()
    admin.execute("checkpoint")  # pages that index builds left are read from disk below
    heaps: list[tuple[int, int, bytes, int, float, int]] = []
    with_facts: dict[int, IndexFacts] = {}
    for oid, schema_name, name, kind, _ in relations:
        key = str(Name(schema=schema_name, name=name))
        if kind == "i":
            if key in facts.indexes:
                with_facts[oid] = facts.indexes[key]
        elif key in facts.tables:
            table = facts.tables[key]
            heaps.append(_heap(oid, table))
    storage.place(heaps)  # before the indexes: their models ask the planner for row counts
    placed: list[tuple[int, int, bytes, int, float, int]] = []
    for built in hypothetical.describe(list(with_facts)):
        one = with_facts[built.oid]
        blocks = one.pages if one.bytes is None else one.bytes // 8192
        height = one.height
        if built.method == "btree" and height is None:
            # Of the smallest trees the height does not depend on what stands in them.
            size = hypothetical.model.tuple_size(built) if blocks > _SMALL_TREE else 16
            height = btree_height(blocks, size)
        content = hypothetical.content(built, IndexSize(pages=blocks, rows=one.rows or 0.0, height=height))
        placed.append((built.oid, blocks, content, one.pages, -1.0 if one.rows is None else one.rows, 0))
    storage.place(placed)


def _heap(oid: int, table: TableFacts) -> tuple[int, int, bytes, int, float, int]:
    rows = -1.0 if table.rows is None else table.rows
    return (oid, statistics.current_pages(table), b"", table.pages, rows, table.all_visible_pages)


def _apply_settings(admin: psycopg.Connection[Any], database: str, settings: Mapping[str, str]) -> list[Gap]:
    """The source's planner settings as defaults of the private database; what does not exist here is a gap."""
    known: dict[str, tuple[str, str]] = {
        name: (value, context)
        for name, value, context in admin.execute(
            "select name, setting, context from pg_catalog.pg_settings"
        ).fetchall()
    }
    gaps: list[Gap] = []
    for name, value in settings.items():
        if name in _NOT_SETTABLE:
            continue
        if name not in known:
            gaps.append(Gap(kind="setting", name=name, effect=f"unknown to this version; the source has {value!r}"))
            continue
        current, context = known[name]
        if value == current or context not in ("user", "superuser"):
            continue
        statement = f"alter database {quote_identifier(database)} set {quote_identifier(name)} = {quote_literal(value)}"
        try:
            admin.execute(cast("Any", statement))
        except psycopg.Error as err:
            gaps.append(Gap(kind="setting", name=name, effect=f"{value!r} is refused: {err.diag.message_primary}"))
    return gaps


def _admit(admin: psycopg.Connection[Any], guest: str) -> None:
    """Give the role that plans what users wrote every privilege on tables, as an owner has."""
    names = [
        quote_identifier(row[0])
        for row in admin.execute(
            "select nspname from pg_catalog.pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
        ).fetchall()
    ]
    if names:
        every, role = ", ".join(names), quote_identifier(guest)
        admin.execute(cast("Any", f"grant usage on schema {every} to {role}"))
        admin.execute(cast("Any", f"grant all on all tables in schema {every} to {role}"))
        admin.execute(cast("Any", f"grant all on all sequences in schema {every} to {role}"))
        admin.execute(cast("Any", f"grant execute on all routines in schema {every} to {role}"))


def take(
    schema: Relational,
    script: str,
    *,
    source: str,
    now: datetime,
    workload: Workload | None = None,
    gaps: Sequence[Gap] = (),
) -> Snapshot:
    """A snapshot of what was inspected and dumped."""
    manifest = new_manifest(source=source, taken_at=now.isoformat(timespec="seconds"), gaps=tuple(gaps))
    return Snapshot(manifest=manifest, schema=schema, script=script, workload=workload)
