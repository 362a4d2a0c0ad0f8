"""The twin: a private database with the schema, statistics, sizes and settings of the source, and no rows.

Its planner chooses the plans that the source's would. Built from a `Snapshot`; free-form SQL is only ever planned here,
by a role that is no superuser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from typing import Any, cast

import psycopg

from dbarchitect.engines.postgres.describe import Described, describe
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.parameters import Plannable, plannable
from dbarchitect.engines.postgres.server import Server, version_name
from dbarchitect.engines.postgres.server.host import GUEST, Host, guest_session, owner_session
from dbarchitect.engines.postgres.twin import statistics
from dbarchitect.engines.postgres.twin.creation_order import in_order_of_creation
from dbarchitect.engines.postgres.twin.hypothetical import HypotheticalIndexes
from dbarchitect.engines.postgres.twin.size_model import PhysicalIndex, SizeModel
from dbarchitect.engines.postgres.twin.sizes import IndexSize, btree_heights
from dbarchitect.engines.postgres.twin.snapshot import Snapshot, new_manifest, refuse_impossible
from dbarchitect.engines.postgres.twin.storage import MOST_FILES, Storage
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.change import AddIndex, Change, DropConstraint, DropIndex
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.facts import Facts, IndexFacts, TableFacts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import PrimaryKey, Relational, Unique
from dbarchitect.sql.script import split_script

_FALLBACK_LOCALE = "C.UTF-8"  # like every natural-language locale, it does not let LIKE use a plain B-tree; "C" would

_AS_BUILT = 1.03  # of the pages of a fresh build: up to here an index stands as CREATE INDEX or a restore left it
_SMALL_TREE = 4  # blocks: one leaf, or a root over up to three (keys take a third of a page at most)

_RELATIONS = """
select c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpages
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'i') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
"""

# Indexes by name, with those of partitions below them, and whether they are valid.
_INDEX_TREE = """
with recursive tree as (
    select pg_catalog.to_regclass(name)::oid as oid from unnest(%s::text[]) name
    union all select i.inhrelid from pg_catalog.pg_inherits i join tree t on t.oid = i.inhparent)
select indexrelid::bigint, indisvalid from pg_catalog.pg_index where indexrelid in (select oid from tree)
"""
_NAMES_OF = "select oid::bigint, relname from pg_catalog.pg_class where oid = any(%s::oid[])"
_SET_VALID = """
update pg_catalog.pg_index i set indisvalid = v.valid
from unnest(%s::bigint[], %s::bool[]) as v(oid, valid) where i.indexrelid = v.oid::oid
"""

_CLOSED_ROUTINES = """
select string_agg(p.oid::regprocedure::text, ', ')
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and p.oid >= 16384
  and not pg_catalog.has_function_privilege(%s, p.oid, 'execute')
  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass
                  and d.objid = p.oid and d.deptype = 'e')
"""

# Read with the planner's settings, and not ours to set: fixed at initdb or start, or a fact about the source's machine.
_NOT_SETTABLE = frozenset(
    (
        "block_size",
        "server_encoding",
        "lc_collate",
        "lc_ctype",
        "max_worker_processes",
        "shared_buffers",
        "autovacuum",
        "password_encryption",
    )
)


# Planner's settings, and those that the meaning of a query or of its constants depends on; nothing that loads a
# library, writes a file or that only a superuser may set. search_path is our session's own: what it starts as counts.
_SETTINGS = """
select name, case when name = 'search_path' then boot_val else setting end,
       context = 'user' and (category like 'Query Tuning%%' or name = any(%s::text[]))
from pg_catalog.pg_settings
"""
_SEMANTICS = (
    *("work_mem", "hash_mem_multiplier", "temp_buffers", "effective_io_concurrency", "maintenance_io_concurrency"),
    *("max_parallel_workers", "max_parallel_workers_per_gather", "max_parallel_maintenance_workers", "search_path"),
    *("parallel_leader_participation", "TimeZone", "DateStyle", "IntervalStyle", "lc_monetary", "lc_numeric"),
    *("lc_time", "default_text_search_config", "row_security", "array_nulls", "transform_null_equals", "xmloption"),
    "backslash_quote",
)
_PATH_ELEMENT = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",\s]+))\s*(?:,|$)')


class Switches:
    """Indexes of a twin that the planner, which ignores invalid ones, sees or does not. `close` lets it see all."""

    def __init__(self, admin: psycopg.Connection[Any], names: Sequence[Name]) -> None:
        self._admin = admin
        self._trees = {name: list(dict(admin.execute(_INDEX_TREE, [[str(name)]]).fetchall())) for name in names}
        roots = {oid: name.name for name, oids in self._trees.items() for oid in oids}
        named = admin.execute(_NAMES_OF, [list(roots)]).fetchall()
        self._roots = {str(own): roots[oid] for oid, own in named}
        self._shown = frozenset(names)
        self.show(())

    def show(self, names: Collection[Name]) -> None:
        """Let the planner see these of them and no others."""
        wanted = frozenset(names) & self._trees.keys()
        changed = [(oid, name in wanted) for name in wanted ^ self._shown for oid in self._trees[name]]
        if changed:
            self._admin.execute(_SET_VALID, [[oid for oid, _ in changed], [valid for _, valid in changed]])
        self._shown = wanted

    def root_of(self, name: str) -> str:
        """The index that one in a plan belongs to: itself, or that of the partitioned table."""
        return self._roots.get(name, name)

    def close(self) -> None:
        """Let the planner see them all again."""
        self.show(self._trees.keys())


class Twin:
    """A built twin in a private server. Not thread-safe; one question at a time."""

    def __init__(
        self,
        server: Server,
        database: str,
        snapshot: Snapshot,
        admin: psycopg.Connection[Any],
        owner: psycopg.Connection[Any],
        hypothetical: HypotheticalIndexes,
        gaps: tuple[Gap, ...],
    ) -> None:
        self.server = server
        self.database = database
        self.snapshot = snapshot
        self.gaps = gaps
        self._admin = admin
        self._owner = owner
        self._hypothetical = hypothetical
        self._guest: psycopg.Connection[Any] | None = None

    @property
    def schema(self) -> Relational:
        """The source's schema, as it was inspected."""
        return self.snapshot.schema

    @property
    def environment(self) -> dict[str, str]:
        """The versions that a proof names: the source's and the twin's."""
        source, own = self.schema.version, self.server.binaries.version
        named = {"source": version_name(source), "twin": version_name(own)}
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
            self._guest = guest_session(self.server, self.database)
        return self._guest

    def explain(self, sql: str, parameters: Sequence[str] = (), *, verbose: bool = False) -> QueryPlan:
        """The plan that the source would choose. Raises `InputError` for SQL that does not plan."""
        return explain(self._session(), sql, parameters, verbose=verbose)

    def plannable(self, sql: str) -> Plannable:
        """A query with `$n` in the form in which it can be planned. Raises `InputError` where there is none."""
        return plannable(self._session(), sql)

    def describe(self, sql: str) -> Described:
        """The columns and parameters of a statement. Raises `InputError` for SQL that the server refuses."""
        return describe(self._session(), sql)

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
            with self._switched(shown=[], hidden=hidden):
                yield self
        finally:
            for name in made:
                self._hypothetical.drop(name)

    def add_index(self, change: AddIndex, *, size: IndexSize | None = None) -> IndexSize:
        """Make the planner see an index until it is dropped or switched off. Returns its size."""
        return self._hypothetical.create(change.index, size)

    def drop_index(self, name: Name) -> None:
        """Remove an index that `add_index` made."""
        self._hypothetical.drop(name)

    @contextmanager
    def only(self, shown: Sequence[Name], hidden: Sequence[Name]) -> Generator[Twin]:
        """The planner as if of the indexes here it saw `shown` and not `hidden`; undone on exit."""
        with self._switched(shown=[str(name) for name in shown], hidden=[str(name) for name in hidden]):
            yield self

    def switches(self, names: Sequence[Name]) -> Switches:
        """Indexes here that the planner sees or does not, each at will; all are hidden at first."""
        return Switches(self._admin, names)

    @contextmanager
    def _switched(self, *, shown: Sequence[str], hidden: Sequence[str]) -> Generator[None]:
        """Within: the planner, which ignores invalid indexes, sees `shown` and not `hidden`, nor what of partitions
        belongs to them. Then each is as it was before: what an outer supposition hides stays hidden."""
        before: dict[int, bool] = {}
        wanted: dict[int, bool] = {}
        for names, valid in ((hidden, False), (shown, True)):
            found = dict(self._admin.execute(_INDEX_TREE, [list(names)]).fetchall()) if names else {}
            before |= found
            wanted |= dict.fromkeys(found, valid)
        try:
            self._set_valid(wanted)
            yield
        finally:
            self._set_valid(before)

    def _set_valid(self, indexes: Mapping[int, bool]) -> None:
        if indexes:
            self._admin.execute(_SET_VALID, [list(indexes), list(indexes.values())])

    def size_of(self, name: Name) -> IndexSize | None:
        """The size model's answer for an index that exists here, or None where there is none of that name."""
        row = self._admin.execute("select pg_catalog.to_regclass(%s)::oid::bigint", [str(name)]).fetchone()
        built = self._hypothetical.describe([row[0]]) if row and row[0] else []
        return self._hypothetical.model.estimate(built[0]) if built else None

    def close(self) -> None:
        """Drop the twin's database; the server stays."""
        if self._guest is not None:
            self._guest.close()
        self._owner.close()
        self._admin.close()
        self.server.drop_database(self.database)


def restore(
    server: Host,
    snapshot: Snapshot,
    *,
    database: str,
    guest: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Gap, ...]:
    """A new database with the schema of `snapshot` and nothing else; what could not be carried over is returned.

    `guest`: the role for SQL of workloads and experiments gets its privileges; without, those are the source's own.
    """
    refuse_impossible(snapshot.schema.facts or Facts(), snapshot.manifest.source)
    progress(f"restoring the schema: {len(snapshot.schema.tables):,} tables")
    gaps = create_like(server, database, snapshot.schema)
    statements = split_script(snapshot.script, "schema.sql", allow_empty=True)
    gaps += load(server, database, in_order_of_creation(statements, snapshot.schema))
    with server.connect(database) as admin:
        if server.superuser:  # those that are enabled always would fire for superusers too
            admin.execute("update pg_catalog.pg_event_trigger set evtenabled = 'D'")
        if guest:
            _admit(admin, server.ordinary_role(GUEST))
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
    with ExitStack() as opened:  # closes both sessions if the twin is not finished
        admin = opened.enter_context(closing(server.connect(database)))
        owner = opened.enter_context(closing(owner_session(server, database)))
        progress("building the twin: statistics")
        found = [*snapshot.manifest.gaps, *gaps, *statistics.write(admin, snapshot.schema)]
        storage = Storage(server, database, admin)
        hypothetical = HypotheticalIndexes(admin, owner, storage, facts.columns)
        progress("building the twin: sizes")
        found += _write_sizes(admin, storage, hypothetical, facts)
        found += _apply_settings(admin, database, facts.settings)
        opened.pop_all()
    return Twin(server, database, snapshot, admin, owner, hypothetical, tuple(dict.fromkeys(found)))


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
    provider = schema.locale_provider
    if (provider == "libc" and server.has_locale(wanted)) or (provider == "builtin" and server.version >= 170000):
        try:
            server.create_database(database, locale=wanted, encoding=encoding, provider=provider)
        except SurroundingsError:
            pass  # known, but not with this encoding; or a builtin one of a newer server
        else:
            return []
    # All builtin locales sort by code point, and so LIKE uses a plain B-tree there as it does with "C".
    candidates = ("C",) if provider == "builtin" else (wanted, _FALLBACK_LOCALE, "C")
    stand_in = next(one for one in candidates if one == "C" or server.has_locale(one))
    server.create_database(database, locale=stand_in, encoding="UTF8")
    return [
        Gap(
            kind="locale",
            name=f"{wanted} ({provider}, {encoding})",
            effect=f"not on this machine; {stand_in} stands in: ranges over text may be estimated differently",
        )
    ]


def _write_sizes(
    admin: psycopg.Connection[Any],
    storage: Storage,
    hypothetical: HypotheticalIndexes,
    facts: Facts,
) -> list[Gap]:
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
            height = _btree_height(hypothetical.model, built, blocks)
        content = hypothetical.content(built, IndexSize(pages=blocks, rows=one.rows or 0.0, height=height))
        placed.append((built.oid, blocks, content, one.pages, -1.0 if one.rows is None else one.rows, 0))
    storage.place(placed)
    if not storage.full:
        return []
    effect = f"more than {MOST_FILES:,} files of 1 GiB: the largest relations are planned smaller than they are"
    return [Gap(kind="size", name="the whole database", effect=effect)]


def _btree_height(model: SizeModel, built: PhysicalIndex, blocks: int) -> int:
    """The height of an existing B-tree, where it could not be read."""
    # Of the smallest trees the height does not depend on what stands in them.
    fresh, grown = btree_heights(blocks, model.tuple_size(built) if blocks > _SMALL_TREE else 16)
    if fresh != grown and blocks > _AS_BUILT * model.estimate(built).pages:
        return grown
    return fresh


def _heap(oid: int, table: TableFacts) -> tuple[int, int, bytes, int, float, int]:
    rows = -1.0 if table.rows is None else table.rows
    return (oid, statistics.current_pages(table), b"", table.pages, rows, table.all_visible_pages)


def _apply_settings(admin: psycopg.Connection[Any], database: str, settings: Mapping[str, str]) -> list[Gap]:
    """The source's planner settings as defaults of the private database; what does not exist here is a gap."""
    known: dict[str, tuple[str, bool]] = {
        name: (value, settable) for name, value, settable in admin.execute(_SETTINGS, [list(_SEMANTICS)]).fetchall()
    }
    gaps: list[Gap] = []
    for name, value in settings.items():
        if name in _NOT_SETTABLE:
            continue
        if name not in known:
            gaps.append(Gap(kind="setting", name=name, effect=f"unknown to this version; the source has {value!r}"))
            continue
        current, settable = known[name]
        if value == current:
            continue
        if not settable:
            gaps.append(Gap(kind="setting", name=name, effect="neither the planner's nor one of meaning: not applied"))
            continue
        target = _path_list(value) if name == "search_path" else quote_literal(value)
        statement = f"alter database {quote_identifier(database)} set {quote_identifier(name)} = {target}"
        try:
            admin.execute(cast("Any", statement))
        except psycopg.Error as err:
            gaps.append(Gap(kind="setting", name=name, effect=f"{value!r} is refused: {err.diag.message_primary}"))
    return gaps


def _path_list(value: str) -> str:
    """A search_path as it is shown, quoted name by name: quoted as a whole it would be one name."""
    names = [quoted.replace('""', '"') if quoted else bare.lower() for quoted, bare in _PATH_ELEMENT.findall(value)]
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names) or "''"


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
        # Not those of extensions: what they keep from everyone (dblink_connect_u) leads out.
        row = admin.execute(_CLOSED_ROUTINES, [guest]).fetchone()
        if row and row[0]:
            admin.execute(cast("Any", f"grant execute on routine {row[0]} to {role}"))


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
