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
    key_texts,
    only,
    orphan,
    source_rows,
    unique_indexes,
)
from dbarchitect.engines.postgres.lab.plausible import Types, resolve
from dbarchitect.engines.postgres.lab.rows import Draft, Slot, free_name, layer, rank_sql, select_rows, ticks_sql
from dbarchitect.engines.postgres.lab.values import draw, permutation, uniform
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import Check, ForeignKey, Relational, Table
from dbarchitect.model.value import Value

if TYPE_CHECKING:
    import psycopg

DEFAULT_ROWS = 1_000  # of a table of which nothing is known
_KEEP_WHOLE = 1_000  # tables up to this size are not scaled down
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


class Violation(Value, frozen=True, kw_only=True):
    """Rows of `table` that break `constraint`."""

    table: str
    constraint: str
    rows: int


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


def violations(connection: psycopg.Connection[Any], schema: Relational) -> tuple[Violation, ...]:
    """Every enforced foreign key, unique index, CHECK and NOT NULL that rows break, counted by plain queries (no index
    is trusted). Exclusion constraints are not counted."""
    found: list[Violation] = []

    def count(table: Table, constraint: str, sql: str) -> None:
        rows = connection.execute(_bytes(connection, sql)).fetchone()
        if rows and rows[0]:
            found.append(Violation(table=str(table.name), constraint=constraint, rows=int(rows[0])))

    for table in schema.tables:
        if table.kind == "foreign":
            continue
        rows_of = only(table)
        for column in table.columns:
            if column.not_null:
                sql = f"SELECT count(*) FROM {rows_of} WHERE {quote_identifier(column.name)} IS NULL"
                count(table, f"{column.name} NOT NULL", sql)
        for one in table.constraints:
            if isinstance(one, Check) and one.enforced:
                count(table, one.name, f"SELECT count(*) FROM {rows_of} WHERE ({one.expression}) IS FALSE")
            elif isinstance(one, ForeignKey) and one.enforced and not one.period:
                target = schema.table(one.target)
                if target is not None:
                    count(table, one.name, f"SELECT count(*) FROM {rows_of} AS c WHERE {orphan(one, target)}")
        for index in unique_indexes(table):
            if index.method != "btree":
                continue
            keys = ", ".join(quote_identifier(k.column) if k.column else f"({k.expression})" for k in index.keys)
            where = [f"({index.predicate})"] if index.predicate else []
            if not index.nulls_not_distinct:
                where.extend(f"({k}) IS NOT NULL" for k in key_texts(index))
            condition = f" WHERE {' AND '.join(where)}" if where else ""
            count(
                table,
                index.name.name,
                f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {rows_of}{condition}"
                f" GROUP BY {keys} HAVING count(*) > 1) AS d",
            )
    return tuple(found)


# ---- how many rows


def volumes(
    schema: Relational, *, rows: Mapping[str, int] | None = None, budget_rows: int = 1_000_000
) -> tuple[dict[str, int], dict[str, float], str]:
    """Rows by table key, what the facts say of them, and in words what was scaled down.

    Tables without facts get 1,000 rows: tables that only link others twice that, small tables that others refer to a
    tenth. What exceeds the budget is taken from the tables of more than 1,000 rows, all by the same factor.
    """
    rows = rows or {}
    wanted: dict[str, int] = {}
    sources: dict[str, float] = {}
    free: dict[str, float] = {}
    referenced = {fk.target for t in schema.tables for fk in t.foreign_keys}
    for table in schema.tables:
        key = str(table.name)
        source = source_rows(schema, table)
        if source is not None:
            sources[key] = source
        if key in rows or "*" in rows:
            wanted[key] = max(rows.get(key, rows.get("*", 0)), 0)
        elif source is not None:
            free[key] = source
        else:
            linked = {c for fk in table.foreign_keys for c in fk.columns}
            own = [c for c in table.columns if c.name not in linked]
            if len(table.foreign_keys) >= 2 and len(own) <= 3:
                free[key] = 2 * DEFAULT_ROWS
            elif table.name in referenced and not linked and len(table.columns) <= 3:
                free[key] = DEFAULT_ROWS // 10
            else:
                free[key] = DEFAULT_ROWS
    roots = {str(t.name) for t in schema.tables if t.partition_of is None and t.kind != "foreign"}
    total = sum(n for k, n in free.items() if k in roots)
    scaled = ""
    factor = 1.0
    if total > budget_rows:
        large = sorted((n for k, n in free.items() if k in roots and n > _KEEP_WHOLE), reverse=True)
        small = total - sum(large)
        factor = max(budget_rows - small, 0) / sum(large) if large else 1.0
        # Scaled tables keep a floor; what the floor costs comes off the others.
        for _ in range(20):
            floored = sum(_KEEP_WHOLE for n in large if n * factor < _KEEP_WHOLE)
            above = sum(n for n in large if n * factor >= _KEEP_WHOLE)
            better = max(budget_rows - small - floored, 0) / above if above else factor
            if abs(better - factor) < 1e-9:
                break
            factor = better
        scaled = (
            f"{len(large)} of {len(roots)} tables are scaled down, to {factor:.3g} of their rows, "
            f"to stay within {budget_rows:,} rows"
        )
    for key, n in free.items():
        whole = n <= _KEEP_WHOLE or factor >= 1.0
        wanted[key] = round(n) if whole else max(round(n * factor), _KEEP_WHOLE)
    return wanted, sources, scaled


# ---- in which order


def in_order(schema: Relational) -> list[Table]:
    """The tables, parents before children as far as cycles allow (the smallest number of open parents goes first)."""
    left = {t.name: t for t in sorted(schema.tables, key=lambda t: t.name) if t.partition_of is None}
    needs = {n: {fk.target for fk in t.foreign_keys if fk.target in left} - {n} for n, t in left.items()}
    # A key that may be null can wait, so such an edge counts less where a cycle must be cut.
    hard = {
        n: {fk.target for fk in t.foreign_keys if all(is_not_null(t, c) for c in fk.columns)} for n, t in left.items()
    }
    result: list[Table] = []
    while left:
        name = min(left, key=lambda n: (len(needs[n] & hard[n] & left.keys()), len(needs[n] & left.keys()), n))
        ready = [n for n in left if not needs[n] & left.keys()]
        name = ready[0] if ready else name
        result.append(left.pop(name))
    return result


# ---- the work


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
        for draft, fk in self.postponed:
            try:
                self._set_key(draft, fk)
            except psycopg.Error as err:
                if self.connection.closed:
                    raise
                draft.gaps.append(
                    Gap(kind="constraint", name=fk.name, effect=f"its columns stay as they were made: {_said(err)}")
                )
                self._gap("constraint", f"{draft.table.name}.{fk.name}", f"its columns stay empty: {_said(err)}")

    def _set_key(self, draft: Draft, fk: ForeignKey) -> None:
        table = draft.table
        to_self = fk.target == table.name
        columns = tuple(c for c in (table.column(n) for n in fk.columns) if c is not None)
        waiting = {c.name for c in draft.nulls}
        if waiting & set(fk.columns) and not set(fk.columns) <= waiting:
            self._set_shared_key(table, fk, waiting, draw(draft.seed, fk.name) >> 1)
            return
        numbering = self.console.scratch()
        in_place = to_self and self._in_place(table, fk)
        physical = to_self and not in_place
        order = quote_identifier(fk.target_columns[0]) if in_place else "tableoid, ctid"
        count = self.console.run(
            f"CREATE TEMPORARY TABLE {numbering} AS SELECT row_number() OVER (ORDER BY {order}) - 1 AS i,"
            f" ctid AS tid, tableoid AS oid FROM {only(table)}"
        )
        keys = self.parents.keys(fk, (), physical=physical)
        if not count or not keys.count:
            return
        counted = Draft(table=table, rows=count, seed=draft.seed)
        nullable = [c for c in columns if not c.not_null]
        statistics = {c.name: self.parents.statistics(table, c.name) for c in columns}
        known = [s.null_fraction for c in nullable if (s := statistics[c.name]) is not None]
        share = (max(known) if known else 0.1) if nullable else 0.0
        unique = self.drafter.covers_key(table, fk)
        filled = count - round(share * count)
        if unique:
            filled = min(filled, keys.count)
        if physical:
            statistics = {n: _ranked(s) if s is not None else None for n, s in statistics.items()}
        plan = self.parents.plan(counted, fk, keys, statistics, filled, unique)
        slot = Slot(number=0, columns=columns, plan=plan, seed=draw(draft.seed, fk.name), keys=keys)
        step = permutation(count, slot.seed, plan.order)
        inner = f"SELECT generate_series(0::bigint, {count - 1}::bigint) AS i"
        inner = layer(inner, ["i", f"{step.first} AS y0"])
        inner = layer(inner, ["i", f"{rank_sql(slot, step)} AS r0"])
        inner = ticks_sql(inner, ["i"], [slot])
        tick = "t0"
        if to_self and not unique:
            # Parents come before their children, so that the tree has no cycle; the first row has none but itself.
            first = "NULL" if nullable else "0"
            tick = (
                f"CASE WHEN i = 0 AND t0 IS NOT NULL THEN {first} WHEN t0 >= i THEN t0 * i / {keys.count} ELSE t0 END"
            )
        value = [f"f.k{n}" for n in range(len(columns))] if keys.table else [f"({keys.base}::int8 + l.tick)"]
        join = f" LEFT JOIN {keys.table} AS f ON f.rank = l.tick" if keys.table else ""
        listed = ", ".join(
            f"({v})::{resolve(c.type, self.types)[0].sql} AS k{n}"
            for n, (v, c) in enumerate(zip(value, columns, strict=True))
        )
        source = (
            f"SELECT n.tid, n.oid, {listed} FROM (SELECT i, {tick} AS tick FROM ({inner} OFFSET 0) AS x OFFSET 0) AS l"
            f" JOIN {numbering} AS n ON n.i = l.i{join}"
        )
        targets = ", ".join(f"{quote_identifier(c.name)} = k.k{n}" for n, c in enumerate(columns))
        must = " OR ".join(f"k.k{n} IS NOT NULL" for n in range(len(columns)))
        self.console.run(
            f"UPDATE {only(table)} AS c SET {targets} FROM ({source}) AS k"
            f" WHERE c.ctid = k.tid AND c.tableoid = k.oid" + (f" AND ({must})" if not nullable else "")
        )
        # All rows were rewritten in their order; this leaves them where they were.
        self.console.run(f"VACUUM FULL {table.name}")

    def _set_shared_key(self, table: Table, fk: ForeignKey, waiting: set[str], seed: int) -> None:
        """Columns of a key whose other columns are set: the parent is one of those that agree, in a table's reference
        to itself one that stands before the row."""
        target = self.schema.table(fk.target)
        if target is None:
            return
        pairs = list(zip(fk.columns, fk.target_columns, strict=True))
        own = ", ".join(quote_identifier(c) for c, _ in pairs if c not in waiting)
        group = ", ".join(quote_identifier(t) for c, t in pairs if c not in waiting)
        every = ", ".join(f"{quote_identifier(t)} AS k{n}" for n, (_, t) in enumerate(pairs))
        parents, children = self.console.scratch(), self.console.scratch()
        self.console.run(
            f"CREATE TEMPORARY TABLE {parents} AS SELECT tableoid AS oid, ctid AS tid, {every},"
            f" row_number() OVER (PARTITION BY {group} ORDER BY tableoid, ctid) - 1 AS rank,"
            f" count(*) OVER (PARTITION BY {group}) AS many FROM {only(target)}"
        )
        self.console.run(
            f"CREATE TEMPORARY TABLE {children} AS SELECT tableoid AS oid, ctid AS tid, {own},"
            f" row_number() OVER (ORDER BY tableoid, ctid) AS i FROM {only(table)}"
        )
        agree = " AND ".join(
            f"{{}}.k{n} = c.{quote_identifier(c)}" for n, (c, _) in enumerate(pairs) if c not in waiting
        )
        if fk.target == table.name:
            many = f"JOIN (SELECT oid, tid, rank AS many FROM {parents}) AS g ON g.oid = c.oid AND g.tid = c.tid"
        else:
            groups = ", ".join(f"k{n}" for n, (c, _) in enumerate(pairs) if c not in waiting)
            many = f"JOIN (SELECT DISTINCT {groups}, many FROM {parents}) AS g ON {agree.format(*['g'] * len(pairs))}"
        known = [s.null_fraction for c in waiting if (s := self.parents.statistics(table, c)) is not None]
        share = max(known) if known else 0.1
        targets = ", ".join(f"{quote_identifier(c)} = k.k{n}" for n, (c, _) in enumerate(pairs) if c in waiting)
        self.console.run(
            f"UPDATE {only(table)} AS u SET {targets} FROM (SELECT c.oid, c.tid, p.* FROM"
            f" (SELECT rank, {', '.join(f'k{n}' for n in range(len(pairs)))} FROM {parents})"
            f" AS p JOIN {children} AS c ON {agree.format(*['p'] * len(pairs))} {many}"
            f" WHERE p.rank = floor({uniform('c.i', seed)} * g.many)::int8 AND {uniform('c.i', seed + 1)} >= {share!r}"
            f" AND g.many > 0) AS k WHERE u.ctid = k.tid AND u.tableoid = k.oid"
        )
        self.console.run(f"VACUUM FULL {table.name}")

    def _in_place(self, table: Table, fk: ForeignKey) -> bool:
        """Whether the referenced key grows with the physical position (but for some rows between pages)."""
        if len(fk.target_columns) != 1:
            return False
        key = quote_identifier(fk.target_columns[0])
        position = "row_number() OVER (ORDER BY tableoid, ctid)"
        ((alike,),) = self.console.ask(
            f"SELECT corr(a, b) > 0.99 FROM (SELECT {position} AS a, row_number() OVER (ORDER BY {key}) AS b"
            f" FROM {only(table)}) AS x"
        )
        return bool(alike)

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


def _ranked(statistics: ColumnStatistics) -> ColumnStatistics:
    """Statistics of a self reference without their values: ranks are positions there, not keys."""
    return ColumnStatistics(
        column=statistics.column,
        null_fraction=statistics.null_fraction,
        n_distinct=statistics.n_distinct,
        correlation=None,
    )


def _defaults(draft: Draft) -> str:
    return f"SELECT FROM generate_series(1, {draft.rows})"


def _said(err: psycopg.Error) -> str:
    return (err.diag.message_primary or str(err)).strip().splitlines()[0]


def _with(report: LabTable, **changes: Any) -> LabTable:
    import msgspec

    return msgspec.structs.replace(report, **changes)
