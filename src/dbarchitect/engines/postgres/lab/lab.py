"""The lab: a private database whose tables are filled inside the server, so that things can be measured on rows.

The rows follow the statistics in `Relational.facts` (`statistics`, `values`), or type, name and simple checks
where there are none (`plausible`). What a table is made of, from the inside out, each step a subquery of one
INSERT::

    i                    row numbers, in physical order
    r, s, t              rank, segment and tick of every column
    joins                foreign keys: the tick is the rank of the parent's row among the parent's actual keys
    values               named and typed as the table's columns
    WHERE                the CHECK constraints, the domains' checks and the partition bounds

Constraints stay in force. Where uniqueness follows from how a key is drawn, its index is set aside during the
insert and built afterwards, which checks it; any other unique or exclusion constraint drops the rows that collide
(ON CONFLICT DO NOTHING), and the table is made again with as many more. Triggers and rules do not fire. Foreign keys
are verified at the end, and orphans mended.

The same seed, schema, facts and `today` give the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dbarchitect.engines.postgres.lab.draft import Drafter, UnfillableError
from dbarchitect.engines.postgres.lab.keys import (
    Console,
    Parents,
    is_not_null,
    only,
    orphan,
)
from dbarchitect.engines.postgres.lab.late_keys import LateKeys
from dbarchitect.engines.postgres.lab.plausible import Types, resolve
from dbarchitect.engines.postgres.lab.rows import Draft, free_name, select_rows
from dbarchitect.engines.postgres.lab.volumes import in_order, volumes
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import ForeignKey, Relational, Table
from dbarchitect.model.value import Value

if TYPE_CHECKING:
    import psycopg

_BUILD_INDEXES_AFTER = 5_000  # rows from which building an index afterwards is faster than keeping it
_ROW_BY_ROW = 50_000  # rows that may be tried one by one where an INSERT of all fails

_SESSION = {
    "synchronous_commit": "off",
    "work_mem": "256MB",
    "maintenance_work_mem": "256MB",
    "jit": "off",
    "enable_mergejoin": "off",
    "enable_nestloop": "off",
    "statement_timeout": "20min",  # the schema's functions run in it
    "lock_timeout": "0",
    "row_security": "off",
    "check_function_bodies": "off",
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "client_min_messages": "warning",
}


class LabTable(Value, frozen=True, kw_only=True):
    """How one table was filled. `source_rows` is what the facts say (None: nothing known), `wanted` what was asked for
    after scaling, `scale` their ratio; `approximated` says what differs from the statistics."""

    table: str
    rows: int
    wanted: int
    source_rows: float | None = None
    scale: float = 1.0
    approximated: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


class LabReport(Value, frozen=True, kw_only=True):
    """What `fill` made. `scaled` says in words that tables were made smaller, "" where all are whole."""

    seed: int
    tables: tuple[LabTable, ...] = ()
    gaps: tuple[Gap, ...] = ()
    scaled: str = ""

    @property
    def rows(self) -> int:
        """All rows made."""
        return sum(t.rows for t in self.tables)


def fill(
    connection: psycopg.Connection[Any],
    schema: Relational,
    *,
    admin: psycopg.Connection[Any] | None = None,
    rows: Mapping[str, int] | None = None,
    budget_rows: int = 1_000_000,
    seed: int = 0,
    today: str = "",
    progress: Callable[[str], None] = lambda text: None,
) -> LabReport:
    """Fill the empty tables of a private database that has the schema `schema`.

    connection   of the tables' owner, autocommit, best no superuser's (the rows pass through functions of the schema),
                 whose session_replication_role is replica (see `host.owner_session`) or may be set
    admin        a superuser's, for flags in the catalogue; by default `connection` is one
    rows         rows by table key (`str(Name)`); "*" stands for every table that is not named. These are not scaled
    budget_rows  all other tables together get at most this many rows (those of 1,000 rows or fewer stay whole)
    seed         any integer; equal seeds give equal rows
    today        ISO date that made-up dates end on; "" takes the day of the facts, else the server's

    What cannot be made is a Gap of the report; a table is never left with a row that breaks a constraint.
    Raises psycopg.Error only where the connection itself fails.
    """
    lab = _Lab(connection, admin or connection, schema, seed=seed, today=today)
    wanted, sources, scaled = volumes(schema, rows=rows, budget_rows=budget_rows)
    with _session(connection):
        lab.look_around()
        made: dict[str, LabTable] = {}
        todo = [t for t in in_order(schema) if lab.fillable(t)]
        for number, table in enumerate(todo, 1):
            key = str(table.name)
            progress(f"{number}/{len(todo)} {table.name.short}: {wanted[key]:,} rows")
            made[key] = lab.fill_table(table, wanted[key], sources.get(key))
        lab.later()
        lab.mend(todo)
        for key in list(made):
            made[key] = lab.finished(made[key])
        lab.sequences(todo)
        progress("materialised views and statistics")
        lab.refresh()
        lab.analyse(todo)
    return LabReport(seed=seed, tables=tuple(made[k] for k in sorted(made)), gaps=tuple(lab.gaps), scaled=scaled)


class _Lab:
    def __init__(
        self,
        connection: psycopg.Connection[Any],
        admin: psycopg.Connection[Any],
        schema: Relational,
        *,
        seed: int,
        today: str,
    ) -> None:
        self.connection = connection
        self.admin = admin
        self.schema = schema
        self.facts = schema.facts or Facts()
        self.types: Types = {t.name: t for t in schema.types}
        self.console = Console(connection)
        self.parents = Parents(self.console, schema, self.types)
        self.drafter = Drafter(self.console, self.parents, schema, self.types, seed=seed, today=today)
        self.gaps: list[Gap] = []
        self.postponed: list[tuple[Draft, ForeignKey]] = []

    def look_around(self) -> None:
        """Which tables and columns are really there, and what day it is."""
        found = self.console.ask(
            "SELECT n.nspname, c.relname, array_remove(array_agg(a.attname::text), NULL) FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relkind IN ('r', 'p') GROUP BY 1, 2"
        )
        self.parents.present = {(str(s), str(t)): frozenset(columns) for s, t, columns in found}
        if not self.drafter.today:
            self.drafter.today = self.facts.taken_at[:10] or str(self.console.ask("SELECT current_date::text")[0][0])

    def fillable(self, table: Table) -> bool:
        """Whether rows can go there; a Gap says why not."""
        if table.kind == "foreign":
            self._gap("foreign table", table.name, "left empty: its rows live on another server")
            return False
        columns = self.parents.present.get((table.name.schema, table.name.name))
        if columns is None or any(c.name not in columns for c in table.columns):
            self._gap("table", table.name, "left out: the private database does not have it as described")
            return False
        if table.kind == "partitioned" and not any(
            t.partition_of and t.partition_of.parent == table.name for t in self.schema.tables
        ):
            self._gap("table", table.name, "left empty: it has no partition")
            return False
        return True

    def _gap(self, kind: str, name: Name | str, effect: str) -> None:
        self.gaps.append(Gap(kind=kind, name=str(name), effect=effect))

    def fill_table(self, table: Table, wanted: int, source: float | None) -> LabTable:
        import psycopg

        key = str(table.name)
        scale = wanted / source if source else 1.0
        report = LabTable(table=key, rows=0, wanted=wanted, source_rows=source, scale=round(scale, 6))
        self.parents.filled.add(table.name)
        if wanted == 0:
            return report
        rows, made, careful = wanted, 0, False
        draft: Draft | None = None
        try:
            for attempt in range(3):
                draft = self.drafter.draft(table, rows)
                if draft.rows == 0:
                    break
                draft.sure = draft.sure and not careful
                try:
                    made = self._insert(draft)
                except psycopg.errors.UniqueViolation:
                    careful = True  # what seemed unique was not: a type that compares values as equal, say
                    self._empty(table)
                    continue
                if made >= 0.98 * min(wanted, draft.rows) or attempt == 2 or made == 0 or draft.rows < rows:
                    break
                self._empty(table)
                rows = min(round(rows * wanted / made * 1.02), 4 * wanted)
        except UnfillableError as err:
            return self._failed(report, str(err))
        except psycopg.Error as err:
            if self.connection.closed:
                raise
            made = self._one_by_one(draft) if draft is not None else 0
            effect = f"rows made one by one, the server refused all at once: {_said(err)}"
            if not made:
                return self._failed(report, _said(err))
            report = _with(report, gaps=(*report.gaps, Gap(kind="table", name=key, effect=effect)))
        assert draft is not None
        for fk in table.foreign_keys:
            if self.parents.waits(table, fk) and draft.rows:
                self.postponed.append((draft, fk))
        gaps = [*report.gaps, *draft.gaps]
        if made < 0.98 * wanted:
            gaps.append(
                Gap(kind="table", name=key, effect=f"{made:,} of {wanted:,} rows: constraints left no room for more")
            )
        return _with(report, rows=made, approximated=tuple(dict.fromkeys(draft.notes)), gaps=tuple(gaps))

    def _failed(self, report: LabTable, why: str) -> LabTable:
        return _with(report, gaps=(*report.gaps, Gap(kind="table", name=report.table, effect=f"left empty: {why}")))

    def _empty(self, table: Table) -> None:
        self.console.run(f"DELETE FROM {only(table)}")
        self.console.run(f"VACUUM {table.name}")

    def _insert(self, draft: Draft) -> int:
        rowno = free_name("rowno", {c.name for c in draft.table.columns})
        select, columns = select_rows(draft, rowno, self.types)
        names = ", ".join(quote_identifier(c.name) for c in columns)
        overriding = " OVERRIDING SYSTEM VALUE" if any(c.identity for c in columns) else ""
        conflict = "" if draft.sure else " ON CONFLICT DO NOTHING"
        into = f" ({names}){overriding}" if columns else ""
        statement = f"INSERT INTO {draft.table.name}{into} {select if columns else _defaults(draft)}{conflict}"
        with self._indexes_aside(draft):
            return self.console.run(statement)

    @contextmanager
    def _indexes_aside(self, draft: Draft) -> Generator[None]:
        """During the insert: indexes that can be built afterwards are not kept up, and deferrable keys are immediate,
        for ON CONFLICT needs that. Both are flags of the catalogue, set back by REINDEX and by hand."""
        name = quote_literal(str(draft.table.name))
        tree = f"(SELECT {name}::regclass::oid UNION SELECT relid FROM pg_catalog.pg_partition_tree({name}::regclass))"
        deferrable = [
            oid
            for (oid,) in self.console.ask(
                f"SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid IN {tree} AND NOT indimmediate"
            )
        ]
        aside: list[int] = []
        if draft.rows >= _BUILD_INDEXES_AFTER:
            loose = "" if draft.sure else " AND NOT x.indisunique AND NOT x.indisexclusion"
            aside = [
                oid
                for (oid,) in self.console.ask(
                    f"SELECT x.indexrelid FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid"
                    f" WHERE x.indrelid IN {tree} AND x.indisvalid AND x.indisready AND c.relkind = 'i'{loose}"
                )
            ]
        if deferrable:
            self._flag(deferrable, "indimmediate = true")
        if aside:
            self._flag(aside, "indisready = false, indisvalid = false")
        try:
            yield
        finally:
            if deferrable:
                self._flag(deferrable, "indimmediate = false")
            if aside:
                self._flag(aside, "indisready = true, indisvalid = true")
        if aside:
            try:
                for oid in aside:
                    self.console.run(f"REINDEX INDEX {self.console.ask(f'SELECT {oid}::regclass::text')[0][0]}")
            except BaseException:
                # An index that lacks the rows must not survive: empty it together with its table.
                self.console.run(f"DELETE FROM {draft.table.name}")
                for oid in aside:
                    self.console.run(f"REINDEX INDEX {self.console.ask(f'SELECT {oid}::regclass::text')[0][0]}")
                raise

    def _flag(self, indexes: Sequence[int], settings: str) -> None:
        # Only those of tables that the session may insert into: it is not the flag that decides that.
        self.admin.execute(
            _bytes(self.admin, f"UPDATE pg_catalog.pg_index SET {settings} WHERE indexrelid = ANY(%s::oid[])"),
            [list(indexes)],
        )

    def _one_by_one(self, draft: Draft) -> int:
        """Row by row, leaving out what the server refuses: the last resort, for constraints nobody can foresee."""
        import psycopg

        draft.rows = min(draft.rows, _ROW_BY_ROW)
        rowno = free_name("rowno", {c.name for c in draft.table.columns})
        select, columns = select_rows(draft, rowno, self.types)
        names = ", ".join(quote_identifier(c.name) for c in columns)
        values = ", ".join(f"one.{quote_identifier(c.name)}" for c in columns)
        overriding = " OVERRIDING SYSTEM VALUE" if any(c.identity for c in columns) else ""
        scratch = self.console.scratch()
        body = (
            f"DECLARE one record; BEGIN FOR one IN SELECT * FROM {scratch} LOOP BEGIN"
            f" INSERT INTO {draft.table.name} ({names}){overriding} VALUES ({values}); EXCEPTION WHEN OTHERS THEN NULL;"
            " END; END LOOP; END"
        )
        try:
            self._empty(draft.table)
            self.console.run(f"CREATE TEMPORARY TABLE {scratch} AS {select}")
            self.console.run(f"DO {quote_literal(body)}")
        except psycopg.Error:
            if self.connection.closed:
                raise
            return 0
        return int(self.console.ask(f"SELECT count(*) FROM {only(draft.table)}")[0][0])

    def later(self) -> None:
        """Foreign keys that had to wait: to the table itself, or around a cycle."""
        import psycopg

        self.parents.forget()
        keys = LateKeys(self.console, self.parents, self.drafter, self.schema, self.types)
        for draft, fk in self.postponed:
            try:
                keys.set_key(draft, fk)
            except psycopg.Error as err:
                if self.connection.closed:
                    raise
                draft.gaps.append(
                    Gap(kind="constraint", name=fk.name, effect=f"its columns stay as they were made: {_said(err)}")
                )
                self._gap("constraint", f"{draft.table.name}.{fk.name}", f"its columns stay empty: {_said(err)}")

    def mend(self, tables: Sequence[Table]) -> None:
        """Verify every foreign key. Orphans (a wider key decided, or rows were refused) lose the reference, or go."""
        changed = True
        for _ in range(len(tables) + 1):
            if not changed:
                return
            changed = False
            for table in tables:
                for fk in table.foreign_keys:
                    target = self.schema.table(fk.target)
                    if fk.enforced and not fk.period and target is not None:
                        changed = self._mend_key(table, fk, target) or changed

    def _mend_key(self, table: Table, fk: ForeignKey, target: Table) -> bool:
        import psycopg

        if (target.name.schema, target.name.name) not in self.parents.present:
            return False
        condition = orphan(fk, target)
        if not self.console.ask(f"SELECT EXISTS (SELECT 1 FROM {only(table)} AS c WHERE {condition})")[0][0]:
            return False
        loose = [c for c in fk.columns if not is_not_null(table, c)]
        if fk.match == "FULL" and len(loose) < len(fk.columns):
            loose = []
        if loose:
            targets = ", ".join(f"{quote_identifier(c)} = NULL" for c in loose)
            try:
                rows = self.console.run(f"UPDATE {only(table)} AS c SET {targets} WHERE {condition}")
                effect = f"{rows:,} rows of {table.name} do not refer to anything: no parent fitted"
                self._gap("constraint", fk.name, effect)
                return True
            except psycopg.errors.IntegrityError:
                pass  # a check or key refuses the null
        rows = self.console.run(f"DELETE FROM {only(table)} AS c WHERE {condition}")
        self._gap("constraint", fk.name, f"{rows:,} rows of {table.name} were taken out again: no parent fitted")
        return True

    def finished(self, report: LabTable) -> LabTable:
        """The report with the rows that are there in the end."""
        table = next(t for t in self.schema.tables if str(t.name) == report.table)
        return _with(report, rows=int(self.console.ask(f"SELECT count(*) FROM {only(table)}")[0][0]))

    def sequences(self, tables: Sequence[Table]) -> None:
        """Sequences go on after the largest value their columns hold."""
        present = {str(s.name): s for s in self.schema.sequences}
        uses: dict[str, list[tuple[Table, str]]] = {}
        for table in tables:
            for column in table.columns:
                kind, _, _ = resolve(column.type, self.types)
                if (kind.base or kind.name) not in ("int2", "int4", "int8", "numeric"):
                    continue
                if column.identity is not None:
                    uses.setdefault(str(column.identity.sequence), []).append((table, column.name))
                match = re.match(r"nextval\('((?:[^']|'')+)'::regclass\)", column.default or "")
                if match:
                    uses.setdefault(match[1].replace("''", "'"), []).append((table, column.name))
        for sequence in self.schema.sequences:
            if sequence.owned_by is not None:
                owner = self.schema.table(sequence.owned_by[0])
                if owner in tables and owner is not None:
                    use = (owner, sequence.owned_by[1])
                    if use not in uses.setdefault(str(sequence.name), []):
                        uses[str(sequence.name)].append(use)
        for name, users in uses.items():
            known = present.get(name)
            end = "min" if known is not None and known.increment < 0 else "max"
            lowest, highest = (known.minimum, known.maximum) if known is not None else (1, 2**63 - 1)
            values = [
                int(v)
                for table, column in users
                for (v,) in self.console.ask(f"SELECT {end}({quote_identifier(column)}) FROM {only(table)}")
                if v is not None
            ]
            if not values:
                continue
            value = min(values) if end == "min" else max(values)
            value = min(max(value, lowest), highest)
            self.console.ask(f"SELECT setval(s.oid::regclass, {value}) FROM pg_catalog.pg_class AS s"
                     f" WHERE s.oid = to_regclass({quote_literal(name)}) AND s.relkind = 'S'")  # fmt: skip

    def refresh(self) -> None:
        """Materialised views, those that read others after them."""
        import psycopg

        left = [v for v in self.schema.views if v.materialized]
        while left:
            failed: list[tuple[Any, str]] = []
            for view in left:
                try:
                    self.console.run(f"REFRESH MATERIALIZED VIEW {view.name}")
                except psycopg.Error as err:
                    if self.connection.closed:
                        raise
                    failed.append((view, _said(err)))
            if len(failed) == len(left):
                for view, why in failed:
                    self._gap("materialised view", view.name, f"not refreshed: {why}")
                return
            left = [view for view, _ in failed]

    def analyse(self, tables: Sequence[Table]) -> None:
        """Statistics, extended ones too, and the visibility map that index-only scans need."""
        for number in range(1, self.console.temporary + 1):
            self.console.run(f"DROP TABLE IF EXISTS pg_temp.dba_lab_{number}")
        names = [str(t.name) for t in tables] + [str(v.name) for v in self.schema.views if v.materialized]
        present = [n for n in names if self.console.ask(f"SELECT to_regclass({quote_literal(n)}) IS NOT NULL")[0][0]]
        if present:
            self.console.run(f"SET default_statistics_target = {self.parents.target()}")
            self.console.run(f"VACUUM (ANALYZE) {', '.join(present)}")
            self.console.run("RESET default_statistics_target")


def _bytes(connection: psycopg.Connection[Any], sql: str) -> bytes:
    return sql.encode(connection.info.encoding)


@contextmanager
def _session(connection: psycopg.Connection[Any]) -> Generator[None]:
    settings = dict(_SESSION)
    row = connection.execute("SELECT pg_catalog.current_setting('session_replication_role')").fetchone()
    if row != ("replica",):
        settings["session_replication_role"] = "replica"
    for name, value in settings.items():
        connection.execute(_bytes(connection, f"SET {name} = {quote_literal(value)}"))
    try:
        yield
    finally:
        if not connection.closed:
            for name in settings:
                connection.execute(_bytes(connection, f"RESET {name}"))


def _defaults(draft: Draft) -> str:
    return f"SELECT FROM generate_series(1, {draft.rows})"


def _said(err: psycopg.Error) -> str:
    return (err.diag.message_primary or str(err)).strip().splitlines()[0]


def _with(report: LabTable, **changes: Any) -> LabTable:
    import msgspec

    return msgspec.structs.replace(report, **changes)
