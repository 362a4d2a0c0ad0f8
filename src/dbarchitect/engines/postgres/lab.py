"""The lab: a private database whose tables are filled inside the server, so that things can be measured on rows.

The rows follow the statistics in `Relational.facts` (see `lab_values`), or type, name and simple checks where there are none
(`lab_plausible`). What a table is made of, from the inside out, each step a subquery of one INSERT::

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ...model.facts import ColumnStatistics, Facts
from ...model.finding import Gap
from ...model.names import Name, quote_identifier, quote_literal
from ...model.schema import Check, Column, Exclude, ForeignKey, Index, PrimaryKey, Relational, Table, Type, Unique
from ...model.value import Value
from .lab_checks import Hint, hints, mentioned, paths, replace_value
from .lab_plausible import Scene, Types, null_share, plausible, resolve
from .lab_statistics import distinct_values, from_statistics
from .lab_values import (
    INTEGERS,
    ColumnPlan,
    Permutation,
    Segment,
    Wanted,
    array,
    calibrated,
    draw,
    parse_array,
    permutation,
    plain,
    shares,
    tick_segments,
    uniform,
)

if TYPE_CHECKING:
    import psycopg

DEFAULT_ROWS = 1_000  # of a table of which nothing is known
_KEEP_WHOLE = 1_000  # tables up to this size are not scaled down
_BUILD_INDEXES_AFTER = 5_000  # rows from which building an index afterwards is faster than keeping it
_ROW_BY_ROW = 50_000  # rows that may be tried one by one where an INSERT of all fails

_SESSION = {
    "session_replication_role": "replica",
    "synchronous_commit": "off",
    "work_mem": "256MB",
    "maintenance_work_mem": "256MB",
    "jit": "off",
    "enable_mergejoin": "off",
    "enable_nestloop": "off",
    "statement_timeout": "0",
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
    rows: Mapping[str, int] | None = None,
    budget_rows: int = 1_000_000,
    seed: int = 0,
    today: str = "",
    progress: Callable[[str], None] = lambda text: None,
) -> LabReport:
    """Fill the empty tables of a private database that has the schema `schema`.

    connection   superuser, autocommit
    rows         rows by table key (`str(Name)`); "*" stands for every table that is not named. These are not scaled
    budget_rows  all other tables together get at most this many rows (those of 1,000 rows or fewer stay whole)
    seed         any integer; equal seeds give equal rows
    today        ISO date that made-up dates end on; "" takes the day of the facts, else the server's

    What cannot be made is a Gap of the report; a table is never left with a row that breaks a constraint.
    Raises psycopg.Error only where the connection itself fails.
    """
    lab = _Lab(connection, schema, seed=seed, today=today)
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
        only = _only(table)
        for column in table.columns:
            if column.not_null:
                sql = f"SELECT count(*) FROM {only} WHERE {quote_identifier(column.name)} IS NULL"
                count(table, f"{column.name} NOT NULL", sql)
        for one in table.constraints:
            if isinstance(one, Check) and one.enforced:
                count(table, one.name, f"SELECT count(*) FROM {only} WHERE ({one.expression}) IS FALSE")
            elif isinstance(one, ForeignKey) and one.enforced and not one.period:
                target = schema.table(one.target)
                if target is not None:
                    count(table, one.name, f"SELECT count(*) FROM {only} AS c WHERE {_orphan(one, target)}")
        for index in _unique_indexes(table):
            if index.method != "btree":
                continue
            keys = ", ".join(quote_identifier(k.column) if k.column else f"({k.expression})" for k in index.keys)
            where = [f"({index.predicate})"] if index.predicate else []
            if not index.nulls_not_distinct:
                where.extend(f"({k}) IS NOT NULL" for k in _key_texts(index))
            condition = f" WHERE {' AND '.join(where)}" if where else ""
            count(
                table,
                index.name.name,
                f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {only}{condition}"
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
        source = _source_rows(schema, table)
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


def _source_rows(schema: Relational, table: Table) -> float | None:
    """`reltuples`; of a partitioned table that was never analysed itself, its partitions' sum; None where unknown."""
    facts = schema.facts
    if facts is None:
        return None
    found = facts.tables.get(str(table.name))
    if (
        found is not None
        and found.rows is not None
        and found.rows >= 0
        and (found.rows > 0 or table.kind != "partitioned")
    ):
        return found.rows
    if table.kind == "partitioned":
        parts = [
            _source_rows(schema, t) for t in schema.tables if t.partition_of and t.partition_of.parent == table.name
        ]
        known = [p for p in parts if p is not None]
        return sum(known) if known else None
    return None


# ---- in which order


def in_order(schema: Relational) -> list[Table]:
    """The tables, parents before children as far as cycles allow (the smallest number of open parents goes first)."""
    left = {t.name: t for t in sorted(schema.tables, key=lambda t: t.name) if t.partition_of is None}
    needs = {n: {fk.target for fk in t.foreign_keys if fk.target in left} - {n} for n, t in left.items()}
    # A key that may be null can wait, so such an edge counts less where a cycle must be cut.
    hard = {
        n: {fk.target for fk in t.foreign_keys if all(_not_null(t, c) for c in fk.columns)} for n, t in left.items()
    }
    result: list[Table] = []
    while left:
        name = min(left, key=lambda n: (len(needs[n] & hard[n] & left.keys()), len(needs[n] & left.keys()), n))
        ready = [n for n in left if not needs[n] & left.keys()]
        name = ready[0] if ready else name
        result.append(left.pop(name))
    return result


def _not_null(table: Table, column: str) -> bool:
    found = table.column(column)
    return found is not None and found.not_null


# ---- the work


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """The keys of a parent table, ranked in their order. Dense integer keys need no table: key = base + rank."""

    count: int
    columns: tuple[str, ...]
    table: str = ""  # temporary table with rank and k0, k1, ...
    base: int | None = None


@dataclass(slots=True, kw_only=True)
class _Slot:
    """A column, or the columns of one foreign key, on their way through the subqueries."""

    number: int
    columns: tuple[Column, ...]
    plan: ColumnPlan
    seed: int
    keys: _Keys | None = None
    group: tuple[int, ...] = ()  # slots whose values it must differ within (a composite key)
    counter: bool = False  # number the rows of a group instead of spreading over the ranks
    casts: tuple[Type, ...] = ()

    @property
    def has_segment(self) -> bool:
        return len(self.plan.segments) > 1 or (not self.plan.has_ticks and self.plan.filled < self.plan.rows)

    @property
    def identity(self) -> list[str]:
        """The columns of the subquery that tell its values apart."""
        names = [f"s{self.number}"] if self.has_segment else []
        return names + ([f"t{self.number}"] if self.plan.has_ticks else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """A foreign key that shares columns with one that is drawn already: its parent is drawn among those that agree."""

    key: ForeignKey
    table: str  # temporary: rank within the agreeing ones, their number, k0, k1, ...
    seed: int
    null_share: float


@dataclass(slots=True, kw_only=True)
class _Draft:
    """One table on its way."""

    table: Table
    rows: int
    seed: int
    slots: list[_Slot] = field(default_factory=list[_Slot])
    shared: list[_Shared] = field(default_factory=list[_Shared])
    nulls: list[Column] = field(default_factory=list[Column])
    conditions: list[str] = field(default_factory=list[str])
    sure: bool = True  # uniqueness follows from the plans
    notes: list[str] = field(default_factory=list[str])
    gaps: list[Gap] = field(default_factory=list[Gap])


class _Unfillable(Exception):
    """A NOT NULL column of this table cannot be given a value."""


class _Lab:
    def __init__(self, connection: psycopg.Connection[Any], schema: Relational, *, seed: int, today: str) -> None:
        self.connection = connection
        self.schema = schema
        self.seed = seed
        self.today = today
        self.facts = schema.facts or Facts()
        self.types: Types = {t.name: t for t in schema.types}
        self.gaps: list[Gap] = []
        self.present: dict[tuple[str, str], frozenset[str]] = {}
        self.filled: set[Name] = set()
        self.postponed: list[tuple[_Draft, ForeignKey]] = []
        self.temporary = 0
        self.keys_of: dict[tuple[object, ...], _Keys] = {}

    # -- talking to the server

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(_bytes(self.connection, sql), prepare=False).fetchall()

    def run(self, sql: str) -> int:
        return self.connection.execute(_bytes(self.connection, sql), prepare=False).rowcount

    def _scratch(self) -> str:
        self.temporary += 1
        return f"pg_temp.dba_lab_{self.temporary}"

    def look_around(self) -> None:
        """Which tables and columns are really there, and what day it is."""
        found = self.ask(
            "SELECT n.nspname, c.relname, array_agg(a.attname::text) FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relkind IN ('r', 'p') GROUP BY 1, 2"
        )
        self.present = {(str(s), str(t)): frozenset(columns) for s, t, columns in found}
        if not self.today:
            self.today = self.facts.taken_at[:10] or str(self.ask("SELECT current_date::text")[0][0])

    def fillable(self, table: Table) -> bool:
        """Whether rows can go there; a Gap says why not."""
        if table.kind == "foreign":
            self._gap("foreign table", table.name, "left empty: its rows live on another server")
            return False
        columns = self.present.get((table.name.schema, table.name.name))
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

    # -- one table

    def fill_table(self, table: Table, wanted: int, source: float | None) -> LabTable:
        import psycopg

        key = str(table.name)
        scale = wanted / source if source else 1.0
        report = LabTable(table=key, rows=0, wanted=wanted, source_rows=source, scale=round(scale, 6))
        self.filled.add(table.name)
        if wanted == 0:
            return report
        rows, made, careful = wanted, 0, False
        draft: _Draft | None = None
        try:
            for attempt in range(3):
                draft = self._draft(table, rows)
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
        except _Unfillable as err:
            return self._failed(report, str(err))
        except psycopg.Error as err:
            if self.connection.closed:
                raise
            made = self._one_by_one(draft, wanted) if draft is not None else 0
            effect = f"rows made one by one, the server refused all at once: {_said(err)}"
            if not made:
                return self._failed(report, _said(err))
            report = _with(report, gaps=(*report.gaps, Gap(kind="table", name=key, effect=effect)))
        assert draft is not None
        for fk in table.foreign_keys:
            if self._waits(table, fk) and draft.rows:
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
        self.run(f"DELETE FROM {_only(table)}")
        self.run(f"VACUUM {table.name}")

    def _draft(self, table: Table, rows: int) -> _Draft:
        """Plans for all columns of a table of `rows` rows (fewer where its keys cannot have so many)."""
        draft = _Draft(table=table, rows=rows, seed=draw(self.seed, table.name))
        self._foreign_keys(draft)
        if draft.rows == 0:
            return draft
        covered = {c.name for s in draft.slots for c in s.columns}
        covered |= {c for s in draft.shared for c in s.key.columns} | {c.name for c in draft.nulls}
        singles, composites = self._uniques(table)
        free = [c for c in table.columns if c.name not in covered and c.generated is None]
        for key in composites:  # without statistics a free text or uuid of the key makes it unique by itself
            fit = [c for c in free if c.name in key and self._statistics(table, c.name) is None]
            fit = [c for c in fit if self._capacity(c) >= draft.rows and not _is_counter_name(c)]
            known = any(self._statistics(table, c) for c in key)
            if fit and not known and not singles & set(key):
                singles = singles | {fit[-1].name}
        hinted = self._hints(table)
        allowed = self._partition_limits(table)
        leaders = self._leaders(table, hinted)
        for column in free:
            self._column(draft, column, column.name in singles, hinted, allowed, leaders)
        self._composite_keys(draft, composites)
        self._conditions(draft)
        return draft

    # -- plain columns

    def _statistics(self, table: Table, column: str) -> ColumnStatistics | None:
        whole = table.kind == "partitioned"
        found = None
        for one in self.facts.columns.get(str(table.name), ()):
            if one.column == column and (found is None or one.inherited == whole):
                found = one
        return found

    def _capacity(self, column: Column) -> int:
        """How many distinct values a made-up column can have."""
        kind, _, _ = resolve(column.type, self.types)
        base = kind.base or kind.name
        if kind.is_array or kind.kind == "enum" or base in ("bool", "time"):
            return 0
        if base in INTEGERS:
            return INTEGERS[base]
        if base in ("varchar", "bpchar") and kind.modifier >= 4:
            return 36 ** min(kind.modifier - 4, 12)
        return 10**12 if base in ("text", "citext", "uuid", "bytea", "varchar", "timestamp", "timestamptz") else 0

    def _column(
        self,
        draft: _Draft,
        column: Column,
        unique: bool,
        hinted: dict[str, tuple[Hint, ...]],
        allowed: dict[str, tuple[tuple[tuple[str, str], ...] | None, tuple[str, ...]]],
        leaders: dict[str, str],
    ) -> None:
        table = draft.table
        kind, checks, domain_not_null = resolve(column.type, self.types)
        base = kind.base or kind.name
        statistics = self._statistics(table, column.name)
        if column.not_null or domain_not_null:
            empty = 0.0
        else:
            empty = statistics.null_fraction if statistics is not None else null_share(column, base)
        seed = draw(draft.seed, column.name)
        ranges, labels = allowed.get(column.name, (None, ()))
        wanted = Wanted(
            type=kind, rows=draft.rows, filled=draft.rows - round(empty * draft.rows), seed=seed, unique=unique,
            collation=column.collation, allowed=ranges, labels=labels,
        )  # fmt: skip
        about = hinted.get(column.name, ()) + tuple(
            Hint(column.name, h.operator, h.values)
            for check in checks
            for h in hints(replace_value(check, "value"))
            if h.column == "value"
        )
        plan = None
        if statistics is not None and wanted.filled and not labels:
            plan = from_statistics(wanted, statistics, self.ask)
        if plan is None:
            distinct = width = 0
            if statistics is not None:
                distinct = distinct_values(statistics, draft.rows, wanted.filled)
                width = statistics.average_width
                if wanted.filled:
                    draft.notes.append(f"{column.name}: the statistics list no values; made up, {distinct:,} distinct")
            scene = Scene(
                column=column, hints=about, types=self.types, today=self.today, width=width, distinct=distinct,
                paths=tuple(
                    (path, other.type)
                    for other in table.columns
                    if other.generated is not None
                    for name, path in paths(other.generated.expression)
                    if name == column.name and base in ("json", "jsonb")
                ),
            )  # fmt: skip
            plan = plausible(wanted, scene, self.ask)
        if plan is None:
            self._without(draft, column, kind)
            return
        draft.notes.extend(f"{column.name}: {note}" for note in plan.notes)
        if statistics is not None:
            plan = replace(plan, order=_order_share(plan, statistics.correlation))
        elif _is_sequential(column, self.schema) and unique:
            plan = replace(plan, order=1.0)
        if plan.filled < wanted.filled and not column.not_null:
            draft.notes.append(f"{column.name}: {wanted.filled - plan.filled:,} more nulls")
        elif plan.filled < wanted.filled:
            if unique:
                draft.rows = min(draft.rows, plan.filled)
            draft.notes.append(f"{column.name}: values for {plan.filled:,} rows only")
        leader = leaders.get(column.name)
        if leader is not None:
            first = next((s for s in draft.slots if s.columns[0].name == leader), None)
            if first is not None:
                seed = first.seed
                plan = replace(plan, order=first.plan.order)
        draft.slots.append(_Slot(number=len(draft.slots), columns=(column,), plan=plan, seed=seed, casts=(kind,)))

    def _without(self, draft: _Draft, column: Column, kind: Type) -> None:
        if column.not_null and column.default is None:
            raise _Unfillable(f"no value of type {kind.sql} can be made for {quote_identifier(column.name)}, NOT NULL")
        effect = "its default" if column.default is not None else "NULL"
        draft.gaps.append(
            Gap(
                kind="column", name=f"{draft.table.name}.{column.name}", effect=f"{effect} in all rows: type {kind.sql}"
            )
        )

    def _hints(self, table: Table) -> dict[str, tuple[Hint, ...]]:
        found: dict[str, tuple[Hint, ...]] = {}
        for one in table.constraints:
            if isinstance(one, Check) and one.enforced:
                for hint in hints(one.expression):
                    found[hint.column] = (*found.get(hint.column, ()), hint)
        return found

    def _leaders(self, table: Table, hinted: dict[str, tuple[Hint, ...]]) -> dict[str, str]:
        """Columns that a check or habit (created, updated) keeps in order move together: both keep their own
        distribution, and the smaller stays the smaller wherever the distributions allow it."""
        place = {c.name: n for n, c in enumerate(table.columns)}
        result: dict[str, str] = {}

        def join(left: str, right: str) -> None:
            if left in place and right in place and left != right:
                first, second = sorted((left, right), key=lambda c: place[c])
                result.setdefault(second, result.get(first, first))

        for of in hinted.values():
            for hint in of:
                if hint.operator.startswith("column") and hint.operator != "column =":
                    join(hint.column, hint.values[0])
        timed = [c for c in table.columns if c.type.base in ("timestamp", "timestamptz", "date")]
        created = [c.name for c in timed if re.search(r"creat|insert|added", c.name.lower())]
        for column in timed:
            if created and re.search(r"updat|modif|chang", column.name.lower()) and column.name not in result:
                join(created[0], column.name)
        return result

    # -- foreign keys

    def _waits(self, table: Table, fk: ForeignKey) -> bool:
        """Whether a foreign key is set after the insert: it refers to the table itself or to one filled later."""
        if fk.target == table.name:
            return True
        target = self.schema.table(fk.target)
        return target is not None and target.name not in self.filled and fk.target != table.name

    def _foreign_keys(self, draft: _Draft) -> None:
        table = draft.table
        assigned: set[str] = set()
        keys = sorted((f for f in table.foreign_keys if f.enforced), key=lambda f: (-len(f.columns), f.columns, f.name))
        by_columns: dict[tuple[str, ...], list[ForeignKey]] = {}
        for fk in keys:
            by_columns.setdefault(tuple(sorted(fk.columns)), []).append(fk)
        for same in by_columns.values():
            fk = same[0]
            if fk.period:
                draft.gaps.append(
                    Gap(
                        kind="constraint",
                        name=fk.name,
                        effect="PERIOD foreign key: its rows are not matched to periods",
                    )
                )
                continue
            columns = tuple(c for c in (table.column(n) for n in fk.columns) if c is not None)
            if self._waits(table, fk):
                if not set(fk.columns) & assigned and all(not c.not_null for c in columns):
                    draft.nulls.extend(columns)
                    assigned |= set(fk.columns)
                continue
            if set(fk.columns) <= assigned:
                continue  # covered by a wider key; orphans are mended at the end
            if set(fk.columns) & assigned:
                self._shared_key(draft, fk, assigned)
                assigned |= set(fk.columns)
                continue
            assigned |= set(fk.columns)
            self._key_slot(draft, fk, same[1:], columns)

    def _key_slot(self, draft: _Draft, fk: ForeignKey, also: Sequence[ForeignKey], columns: tuple[Column, ...]) -> None:
        narrower = [
            f
            for f in draft.table.foreign_keys
            if f.enforced and not f.period and set(f.columns) < set(fk.columns) and f.target in self.filled
            and f.target != draft.table.name
        ]  # fmt: skip
        keys = self._parent_keys(fk, [*also, *narrower])
        nullable = [c for c in columns if not c.not_null]
        statistics = {c.name: self._statistics(draft.table, c.name) for c in columns}
        if not keys.count:
            if not nullable or (fk.match == "FULL" and len(nullable) < len(columns)):
                draft.rows = 0
                draft.gaps.append(
                    Gap(
                        kind="table",
                        name=str(draft.table.name),
                        effect=f"left empty: {fk.target} has no rows to refer to",
                    )
                )
            draft.nulls.extend(nullable)
            return
        share = 0.0
        if nullable and (fk.match != "FULL" or len(nullable) == len(columns)):
            known = [s.null_fraction for c in nullable if (s := statistics[c.name]) is not None]
            share = max(known) if known else 0.0 if len(known) else 0.1
        unique = any(
            set(k) <= set(fk.columns)
            for k in [*({s} for s in self._uniques(draft.table)[0]), *self._uniques(draft.table)[1]]
        )
        if unique and draft.rows - round(share * draft.rows) > keys.count:
            if share or nullable:
                share = 1 - keys.count / draft.rows
            else:
                draft.rows = keys.count
        filled = draft.rows - round(share * draft.rows)
        plan = self._key_plan(draft, fk, keys, statistics, filled, unique)
        if unique and plan.filled < draft.rows and not nullable:
            draft.rows = plan.filled
            plan = self._key_plan(draft, fk, keys, statistics, plan.filled, unique)
        draft.slots.append(
            _Slot(
                number=len(draft.slots),
                columns=columns,
                plan=plan,
                seed=draw(draft.seed, fk.name),
                keys=keys,
                casts=tuple(resolve(c.type, self.types)[0] for c in columns),
            )  # fmt: skip
        )

    def _parent_keys(self, fk: ForeignKey, also: Sequence[ForeignKey], *, physical: bool = False) -> _Keys:
        """The parent's keys that every one of the foreign keys accepts."""
        target = self.schema.table(fk.target)
        memo = (fk.target, fk.target_columns, tuple((f.target, f.columns, f.target_columns) for f in also), physical)
        if memo in self.keys_of:
            return self.keys_of[memo]
        if target is None or (target.name.schema, target.name.name) not in self.present:
            return _Keys(count=0, columns=fk.columns)
        names = [quote_identifier(c) for c in fk.target_columns]
        where = [f"p.{c} IS NOT NULL" for c in names]
        for other in also:
            place = dict(zip(fk.columns, names, strict=True))
            second = self.schema.table(other.target)
            if second is None:
                continue
            match = " AND ".join(
                f"o.{quote_identifier(t)} = p.{place[c]}"
                for c, t in zip(other.columns, other.target_columns, strict=True)
            )
            where.append(f"EXISTS (SELECT 1 FROM {_only(second)} AS o WHERE {match})")
        source = f"{_only(target)} AS p WHERE {' AND '.join(where)}"
        column = target.column(fk.target_columns[0])
        base = resolve(column.type, self.types)[0].base if column is not None else ""
        if len(names) == 1 and base in ("int2", "int4", "int8") and not physical and not also:
            ((count, low, high),) = self.ask(f"SELECT count(*), min(p.{names[0]}), max(p.{names[0]}) FROM {source}")
            if count and high - low + 1 == count:
                keys = _Keys(count=count, columns=fk.columns, base=int(low))
                self.keys_of[memo] = keys
                return keys
        order = "p.tableoid, p.ctid" if physical else ", ".join(f"p.{c}" for c in names)
        listed = ", ".join(f"p.{c} AS k{n}" for n, c in enumerate(names))
        scratch = self._scratch()
        count = self.run(
            f"CREATE TEMPORARY TABLE {scratch} AS SELECT row_number() OVER (ORDER BY {order}) - 1 AS rank, {listed}"
            f" FROM {source}"
        )
        keys = _Keys(count=count, columns=fk.columns, table=scratch)
        self.keys_of[memo] = keys
        return keys

    def _key_plan(
        self,
        draft: _Draft,
        fk: ForeignKey,
        keys: _Keys,
        statistics: Mapping[str, ColumnStatistics | None],
        filled: int,
        unique: bool,
    ) -> ColumnPlan:
        """The distribution of the children over the parent's ranks."""
        rows = draft.rows
        known = [s for s in statistics.values() if s is not None]
        lead = max(known, key=lambda s: distinct_values(s, rows, rows)) if known else None
        identity = lambda t, _: t  # noqa: E731
        if unique:
            segments = tick_segments(
                points=[], bounds=[0, keys.count - 1], rows=min(filled, keys.count), distinct=filled, unique=True,
                lowest=0, highest=keys.count - 1,
            )  # fmt: skip
            order = (
                _order_share(ColumnPlan(rows=rows, segments=segments, render=identity), lead.correlation)
                if lead
                else 0.0
            )
            return ColumnPlan(rows=rows, segments=segments, render=identity, order=order)
        distinct = min(keys.count, filled)
        points: list[tuple[int, int]] = []
        bounds = [0, keys.count - 1]
        if lead is not None:
            distinct = 1
            for one in known:  # of a composite key at most the product is known
                distinct *= distinct_values(one, rows, filled)
            distinct = min(distinct, keys.count, filled)
            if len(statistics) == 1:
                points, bounds = self._mapped(lead, keys, rows, statistics_type=self._type_of(draft.table, lead.column))
            else:
                draft.notes.append(
                    f"{', '.join(fk.columns)}: fan-out even, the statistics of one column do not give it"
                )

        def plan(values: int) -> ColumnPlan:
            segments = tick_segments(
                points=points, bounds=bounds, rows=filled, distinct=values, lowest=0, highest=keys.count - 1,
                allowed=[(0, keys.count)],
            )  # fmt: skip
            return ColumnPlan(rows=rows, segments=segments, render=identity, varied=True)

        target = self.schema.table(fk.target)
        parents, children = (_source_rows(self.schema, t) if t else None for t in (target, draft.table))
        if lead is None or not parents or not children or parents <= keys.count:
            made = calibrated(distinct, plan)
        else:
            # The parent was scaled down. How many parents have children is found at the source's size, then scaled, so
            # that the children per parent stay.
            ratio, grown = parents / keys.count, children / rows

            def whole(values: int) -> ColumnPlan:
                segments = tick_segments(
                    points=[(round(p * ratio), round(n * grown)) for p, n in points],
                    bounds=[round(b * ratio) for b in bounds],
                    rows=round(filled * grown), distinct=values, lowest=0, highest=round(parents) - 1,
                    allowed=[(0, round(parents))],
                )  # fmt: skip
                return ColumnPlan(rows=round(children), segments=segments, render=identity, varied=True)

            found = 1
            for one in known:
                found *= distinct_values(one, round(children), round(filled * grown))
            made = plan(max(round(calibrated(min(found, round(parents)), whole).distinct / ratio), 1))
        return replace(made, order=_order_share(made, lead.correlation)) if lead is not None else made

    def _type_of(self, table: Table, column: str) -> Type:
        found = table.column(column)
        assert found is not None
        return resolve(found.type, self.types)[0]

    def _mapped(
        self, statistics: ColumnStatistics, keys: _Keys, rows: int, *, statistics_type: Type
    ) -> tuple[list[tuple[int, int]], list[int]]:
        """A foreign key column's common values and histogram, as ranks of the parent's keys. Common values that meet on
        one rank (the parent was scaled down) move to the next free one."""
        common = parse_array(statistics.most_common_values)
        bounds = parse_array(statistics.histogram_bounds)
        frequencies = statistics.most_common_frequencies or ()
        ranks: dict[str, int]
        values = list(dict.fromkeys([*common, *bounds]))
        last = keys.count - 1
        if keys.base is not None and all(re.fullmatch(r"-?\d+", v) for v in values):
            numbers_ = [int(v) for v in values]
            low, high = min(numbers_, default=0), max(numbers_, default=0)
            # The lab's parent may be smaller: then positions are kept in proportion.
            stretch = 1.0 if high <= keys.base + last else keys.count / (high - min(low, keys.base) + 1)
            start = keys.base if stretch == 1.0 else min(low, keys.base)
            ranks = {v: min(max(int((n - start) * stretch), 0), last) for v, n in zip(values, numbers_, strict=True)}
        elif values:
            table = keys.table
            if not table:
                return [], [0, last]
            self.run(f"CREATE INDEX ON {table} (k0)")
            given = array(values, "text")
            found = self.ask(
                f"SELECT v, coalesce((SELECT rank FROM {table} WHERE k0 >= v::{plain(statistics_type)} ORDER BY k0 LIMIT 1),"
                f" {last}) FROM unnest({given}) AS u(v)"
            )
            ranks = {str(v): int(r) for v, r in found}
        else:
            return [], [0, last]
        points: list[tuple[int, int]] = []
        used: set[int] = set()
        for value, frequency in zip(common, frequencies, strict=False):
            rank = ranks[value]
            step = 0
            while rank in used and step <= last:
                step += 1
                rank = (rank + 1) % keys.count
            used.add(rank)
            points.append((rank, round(frequency * rows)))
        edges = [ranks[b] for b in bounds]
        return points, edges if len(edges) >= 2 else [0, last] if not points else []

    def _shared_key(self, draft: _Draft, fk: ForeignKey, assigned: set[str]) -> None:
        """Draw the rest of a key among the parents that agree in the columns that another key has set."""
        target = self.schema.table(fk.target)
        if target is None or (target.name.schema, target.name.name) not in self.present:
            return
        names = [quote_identifier(c) for c in fk.target_columns]
        agree = [n for n, c in zip(names, fk.columns, strict=True) if c in assigned]
        rest = [n for n, c in zip(names, fk.columns, strict=True) if c not in assigned]
        scratch = self._scratch()
        listed = ", ".join(f"p.{c} AS k{n}" for n, c in enumerate(names))
        group = ", ".join(f"p.{c}" for c in agree)
        order = ", ".join(f"p.{c}" for c in rest)
        self.run(
            f"CREATE TEMPORARY TABLE {scratch} AS SELECT row_number() OVER (PARTITION BY {group} ORDER BY {order}) - 1 AS rank,"
            f" count(*) OVER (PARTITION BY {group}) AS many, {listed} FROM {_only(target)} AS p"
            f" WHERE {' AND '.join(f'p.{c} IS NOT NULL' for c in names)}"
        )
        loose = [c for c in fk.columns if c not in assigned and not _not_null(draft.table, c)]
        known = [s.null_fraction for c in loose if (s := self._statistics(draft.table, c)) is not None]
        share = (max(known) if known else 0.1) if loose else 0.0
        draft.shared.append(_Shared(key=fk, table=scratch, seed=draw(draft.seed, fk.name) >> 1, null_share=share))
        draft.sure = False
        draft.notes.append(
            f"{', '.join(fk.columns)}: drawn among the rows of {fk.target.short} that agree; fan-out even"
        )

    # -- keys

    def _uniques(self, table: Table) -> tuple[set[str], list[tuple[str, ...]]]:
        """Columns that must be unique by themselves, and the column sets of composite unique keys. A unique expression or a
        partial index asks the same of its column where that is the only one."""
        singles: set[str] = set()
        composites: list[tuple[str, ...]] = []
        for index in _unique_indexes(table):
            columns = tuple(k.column for k in index.keys if k.column is not None)
            if len(columns) == len(index.keys):
                if len(columns) == 1:
                    singles.add(columns[0])
                elif not any(c in singles for c in columns):
                    composites.append(columns)
            else:
                names = [c.name for c in table.columns]
                used = [n for n in names if any(n in mentioned(t) or n == t for t in _key_texts(index))]
                if len(used) == 1 and self._statistics(table, used[0]) is None:
                    singles.add(used[0])
        return singles, [c for c in composites if not singles & set(c)]

    def _composite_keys(self, draft: _Draft, composites: Sequence[tuple[str, ...]]) -> None:
        """Spread one column of each composite key within the groups of the others; say whether keys are sure."""
        of = {c.name: s for s in draft.slots for c in s.columns}
        dependent: set[int] = set()
        leading: set[int] = set()
        for columns in sorted(composites, key=len):
            slots = {of[c].number: of[c] for c in columns if c in of}
            if len({c for c in columns if c in of}) < len(columns):
                draft.sure = False
                continue
            if any(s.plan.unique and s.plan.filled == s.plan.rows for s in slots.values()):
                continue
            if len(slots) < 2 or dependent & slots.keys():
                draft.sure = False
                continue
            choices = [s for s in slots.values() if s.number not in leading]
            if not choices:
                draft.sure = False
                continue
            last = max(choices, key=lambda s: (_counts_up(s), s.keys is None, s.plan.distinct))
            group = tuple(n for n in slots if n != last.number)
            room = 1
            for one in slots.values():
                room *= max(one.plan.distinct if one is not last or not _counts_up(one) else draft.rows, 1)
            if room < draft.rows:
                draft.gaps.append(
                    Gap(
                        kind="table",
                        name=str(draft.table.name),
                        effect=f"the values of ({', '.join(columns)}) give at most {room:,} rows",
                    )  # fmt: skip
                )
            last.group = group
            last.counter = _counts_up(last)
            dependent.add(last.number)
            leading |= set(group)
            for number in group:
                first = draft.slots[number]
                first.plan = replace(first.plan, varied=True)
            if last.counter and len(group) == 1:
                first = draft.slots[group[0]]
                first.plan = _in_groups(first.plan, last.plan)
            if not last.counter:
                draft.sure = False
        if draft.sure:
            draft.sure = self._keys_follow(draft, of)

    def _keys_follow(self, draft: _Draft, of: Mapping[str, _Slot]) -> bool:
        """Whether every unique and exclusion constraint follows from the plans."""
        if any(isinstance(c, Exclude) for c in draft.table.constraints):
            return False
        for index in _unique_indexes(draft.table):
            columns = [k.column for k in index.keys if k.column is not None]
            if len(columns) < len(index.keys):
                return False
            slots = [of[c] for c in columns if c in of]
            if index.nulls_not_distinct and any(s.plan.filled < s.plan.rows for s in slots):
                return False
            single = any(s.plan.unique and not s.group and _whole_key(s, columns) for s in slots)
            if not single and not any(s.group and s.counter for s in slots):
                return False
        return True

    # -- conditions

    def _conditions(self, draft: _Draft) -> None:
        table = draft.table
        for one in table.constraints:
            if isinstance(one, Check) and one.enforced:
                draft.conditions.append(f"({one.expression}) IS NOT FALSE")
        for column in table.columns:
            if column.generated is None:
                kind, checks, _ = resolve(column.type, self.types)
                name = f"({quote_identifier(column.name)}::{kind.sql})"
                draft.conditions.extend(f"({replace_value(c, name)}) IS NOT FALSE" for c in checks)
        if table.kind == "partitioned":
            leaves = self.ask(
                "SELECT pg_catalog.pg_get_partition_constraintdef(t.relid) FROM pg_catalog.pg_partition_tree("
                f"{quote_literal(str(table.name))}::regclass) AS t WHERE t.isleaf"
            )
            if 0 < len(leaves) <= 128 and all(text for (text,) in leaves):
                draft.conditions.append("(" + " OR ".join(f"({text})" for (text,) in leaves) + ")")

    def _partition_limits(self, table: Table) -> dict[str, tuple[tuple[tuple[str, str], ...] | None, tuple[str, ...]]]:
        """By partition key column: the ranges (range partitions) or the values (list partitions) that have a home."""
        found: dict[str, tuple[tuple[tuple[str, str], ...] | None, tuple[str, ...]]] = {}
        key = table.partition_key
        children = [t for t in self.schema.tables if t.partition_of and t.partition_of.parent == table.name]
        if key is None or not children or len(key.columns) != 1:
            for child in children:
                found.update(self._partition_limits(child))
            return found
        bounds = [c.partition_of.bound for c in children if c.partition_of]
        if key.strategy == "range":
            ranges: list[tuple[str, str]] = []
            for bound in bounds:
                match = re.fullmatch(r"FOR VALUES FROM \((.*)\) TO \((.*)\)", bound)
                if match:
                    ranges.append((_bound(match[1], "MINVALUE"), _bound(match[2], "MAXVALUE")))
            if ranges:
                found[key.columns[0]] = (tuple(ranges), ())
        elif key.strategy == "list":
            values: list[str] = []
            for bound in bounds:
                match = re.fullmatch(r"FOR VALUES IN \((.*)\)", bound)
                if match:
                    values.extend(v.replace("''", "'") for v in re.findall(r"'((?:[^']|'')*)'", match[1]))
                    values.extend(re.findall(r"(?:^|, )(-?\d+|true|false)(?=,|$)", match[1]))
            if values and "DEFAULT" not in bounds:
                statistics = self._statistics(table, key.columns[0])
                if statistics is None or not statistics.most_common_values:
                    found[key.columns[0]] = (None, tuple(values))
        for child in children:
            for column, limit in self._partition_limits(child).items():
                found.setdefault(column, limit)
        return found

    # -- the statement

    def _select(self, draft: _Draft, rowno: str) -> tuple[str, list[Column]]:
        """The SELECT that makes the rows, and the columns it gives after `rowno`."""
        rows = draft.rows
        free = [s for s in draft.slots if not s.group]
        bound = [s for s in draft.slots if s.group]
        inner = f"SELECT generate_series(0::bigint, {rows - 1}::bigint) AS i"
        steps: dict[int, Permutation] = {s.number: permutation(rows, s.seed, s.plan.order) for s in free}
        inner = _layer(inner, ["i", *(f"{steps[s.number].first} AS y{s.number}" for s in free)])
        inner = _layer(inner, ["i", *(f"{_rank(s, steps[s.number])} AS r{s.number}" for s in free)])
        inner = _ticks(inner, ["i"], free)
        known = [name for s in free for name in s.identity]
        if bound:
            extra: list[str] = []
            for slot in bound:
                within = [name for n in slot.group for name in draft.slots[n].identity]
                over = f"PARTITION BY {', '.join(within)}" if within else ""
                extra.append(f"row_number() OVER ({over} ORDER BY i) - 1 AS o{slot.number}")
                extra.append(f"count(*) OVER ({over}) AS c{slot.number}")
            inner = _layer(inner, ["i", *known, *extra])
            ranks: list[str] = []
            for slot in bound:
                n, plan = slot.number, slot.plan
                within = [name for g in slot.group for name in draft.slots[g].identity]
                mark = " # ".join(f"(coalesce({w}, -1)::bigint * {31 + 2 * k})" for k, w in enumerate(within)) or "0"
                if slot.counter:
                    ranks.append(f"o{n} AS r{n}")
                else:
                    spread = f"floor((o{n} + {uniform(f'({mark})', slot.seed >> 1)}) * {plan.rows} / c{n})::int8"
                    ranks.append(f"least({spread}, {max(plan.rows - 1, 0)}) AS r{n}")
            inner = _layer(inner, ["i", *known, *ranks])
            counters = [s for s in bound if s.counter]
            inner = _ticks(
                inner, ["i", *known, *(f"r{s.number}" for s in counters)], [s for s in bound if not s.counter]
            )
        joins: list[str] = []
        values: list[str] = []
        columns: list[Column] = []
        for slot in draft.slots:
            n, plan = slot.number, slot.plan
            if slot.keys is not None and slot.keys.table:
                joins.append(f" LEFT JOIN {slot.keys.table} AS f{n} ON f{n}.rank = t{n}")
            for place, (column, cast) in enumerate(zip(slot.columns, slot.casts, strict=True)):
                if slot.keys is not None:
                    value = f"f{n}.k{place}" if slot.keys.table else f"({slot.keys.base}::int8 + t{n})"
                elif slot.counter:
                    value = plan.render(f"({plan.segments[0].low} + r{n})", "1")
                else:
                    value = plan.value_sql(f"t{n}" if plan.has_ticks else "NULL", f"s{n}" if slot.has_segment else "1")
                values.append(f"({value})::{cast.sql} AS {quote_identifier(column.name)}")
                columns.append(column)
        for column in draft.nulls:
            values.append(f"NULL::{resolve(column.type, self.types)[0].sql} AS {quote_identifier(column.name)}")
            columns.append(column)
        inner = f"SELECT {', '.join([f'i AS {rowno}', *values])} FROM ({inner} OFFSET 0) AS l{''.join(joins)}"
        for shared in draft.shared:
            inner, more = self._share_join(draft, shared, inner, columns, rowno)
            columns = [*columns, *more]
        computed = [
            f"({c.generated.expression}) AS {quote_identifier(c.name)}"
            for c in draft.table.columns
            if c.generated is not None and any(c.name in mentioned(x) for x in draft.conditions)
        ]
        if computed:
            inner = f"SELECT v.*, {', '.join(computed)} FROM ({inner}) AS v"
        names = ", ".join(quote_identifier(c.name) for c in columns)
        where = f" WHERE {' AND '.join(draft.conditions)}" if draft.conditions else ""
        order = f" ORDER BY {rowno}" if joins or bound or draft.shared else ""
        alias = quote_identifier(draft.table.name.name)
        return f"SELECT {names or 'NULL'} FROM ({inner}) AS {alias}{where}{order}", columns

    def _share_join(
        self, draft: _Draft, shared: _Shared, inner: str, columns: Sequence[Column], rowno: str
    ) -> tuple[str, list[Column]]:
        fk = shared.key
        have = {c.name for c in columns}
        same = [(n, c) for n, c in enumerate(fk.columns) if c in have]
        new = [(n, c) for n, c in enumerate(fk.columns) if c not in have]
        added = [c for c in (draft.table.column(name) for _, name in new) if c is not None]
        groups = ", ".join(f"k{n}" for n, _ in same)
        match = " AND ".join(f"g.k{n} = v.{quote_identifier(c)}" for n, c in same)
        again = " AND ".join(f"f.k{n} = g.k{n}" for n, _ in same)
        present = f"{uniform(f'v.{rowno}', shared.seed + 1)} >= {shared.null_share!r}"
        values = ", ".join(
            f"(f.k{n})::{resolve(column.type, self.types)[0].sql} AS {quote_identifier(name)}"
            for (n, name), column in zip(new, added, strict=True)
        )
        must = [f"f.k{n} IS NOT NULL" for (n, _), column in zip(new, added, strict=True) if column.not_null]
        where = f" WHERE {' AND '.join(must)}" if must else ""
        return (
            f"SELECT v.*, {values} FROM ({inner}) AS v"
            f" LEFT JOIN (SELECT DISTINCT {groups}, many FROM {shared.table}) AS g ON {match} AND {present}"
            f" LEFT JOIN {shared.table} AS f ON {again}"
            f" AND f.rank = floor({uniform(f'v.{rowno}', shared.seed)} * g.many)::int8{where}"
        ), added

    def _insert(self, draft: _Draft) -> int:
        rowno = _free_name("rowno", {c.name for c in draft.table.columns})
        select, columns = self._select(draft, rowno)
        names = ", ".join(quote_identifier(c.name) for c in columns)
        overriding = " OVERRIDING SYSTEM VALUE" if any(c.identity for c in columns) else ""
        conflict = "" if draft.sure else " ON CONFLICT DO NOTHING"
        into = f" ({names}){overriding}" if columns else ""
        statement = f"INSERT INTO {draft.table.name}{into} {select if columns else _defaults(draft)}{conflict}"
        with self._indexes_aside(draft):
            made = self.run(statement)
        return made

    @contextmanager
    def _indexes_aside(self, draft: _Draft) -> Iterator[None]:
        """During the insert: indexes that can be built afterwards are not kept up, and deferrable keys are immediate, for
        ON CONFLICT needs that. Both are flags of the catalogue, set back by REINDEX and by hand."""
        name = quote_literal(str(draft.table.name))
        tree = f"(SELECT {name}::regclass::oid UNION SELECT relid FROM pg_catalog.pg_partition_tree({name}::regclass))"
        deferrable = [
            oid
            for (oid,) in self.ask(
                f"SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid IN {tree} AND NOT indimmediate"
            )
        ]
        aside: list[int] = []
        if draft.rows >= _BUILD_INDEXES_AFTER:
            loose = "" if draft.sure else " AND NOT x.indisunique AND NOT x.indisexclusion"
            aside = [
                oid
                for (oid,) in self.ask(
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
                    self.run(f"REINDEX INDEX {self.ask(f'SELECT {oid}::regclass::text')[0][0]}")
            except BaseException:
                # An index that lacks the rows must not survive: empty it together with its table.
                self.run(f"DELETE FROM {draft.table.name}")
                for oid in aside:
                    self.run(f"REINDEX INDEX {self.ask(f'SELECT {oid}::regclass::text')[0][0]}")
                raise

    def _flag(self, indexes: Sequence[int], settings: str) -> None:
        listed = ", ".join(map(str, indexes))
        self.run(f"UPDATE pg_catalog.pg_index SET {settings} WHERE indexrelid IN ({listed})")

    def _one_by_one(self, draft: _Draft, wanted: int) -> int:
        """Row by row, leaving out what the server refuses: the last resort, for constraints nobody can foresee."""
        import psycopg

        draft = replace_rows(draft, min(draft.rows, _ROW_BY_ROW))
        rowno = _free_name("rowno", {c.name for c in draft.table.columns})
        select, columns = self._select(draft, rowno)
        names = ", ".join(quote_identifier(c.name) for c in columns)
        values = ", ".join(f"one.{quote_identifier(c.name)}" for c in columns)
        overriding = " OVERRIDING SYSTEM VALUE" if any(c.identity for c in columns) else ""
        scratch = self._scratch()
        body = (
            f"DECLARE one record; BEGIN FOR one IN SELECT * FROM {scratch} LOOP BEGIN"
            f" INSERT INTO {draft.table.name} ({names}){overriding} VALUES ({values}); EXCEPTION WHEN OTHERS THEN NULL;"
            " END; END LOOP; END"
        )
        try:
            self._empty(draft.table)
            self.run(f"CREATE TEMPORARY TABLE {scratch} AS {select}")
            self.run(f"DO {quote_literal(body)}")
        except psycopg.Error:
            if self.connection.closed:
                raise
            return 0
        return int(self.ask(f"SELECT count(*) FROM {_only(draft.table)}")[0][0])

    # -- after the inserts

    def later(self) -> None:
        """Foreign keys that had to wait: to the table itself, or around a cycle."""
        import psycopg

        self.keys_of = {}
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

    def _set_key(self, draft: _Draft, fk: ForeignKey) -> None:
        table = draft.table
        to_self = fk.target == table.name
        columns = tuple(c for c in (table.column(n) for n in fk.columns) if c is not None)
        numbering = self._scratch()
        count = self.run(
            f"CREATE TEMPORARY TABLE {numbering} AS SELECT row_number() OVER (ORDER BY tableoid, ctid) - 1 AS i,"
            f" ctid AS tid, tableoid AS oid FROM {_only(table)}"
        )
        physical = to_self and not self._in_place(table, fk)
        keys = self._parent_keys(fk, (), physical=physical)
        if not count or not keys.count:
            return
        counted = _Draft(table=table, rows=count, seed=draft.seed)
        nullable = [c for c in columns if not c.not_null]
        statistics = {c.name: self._statistics(table, c.name) for c in columns}
        known = [s.null_fraction for c in nullable if (s := statistics[c.name]) is not None]
        share = (max(known) if known else 0.1) if nullable else 0.0
        unique = any(
            set(k) <= set(fk.columns) for k in [*({s} for s in self._uniques(table)[0]), *self._uniques(table)[1]]
        )
        filled = count - round(share * count)
        if unique:
            filled = min(filled, keys.count)
        if physical:
            statistics = {n: _ranked(s) if s is not None else None for n, s in statistics.items()}
        plan = self._key_plan(counted, fk, keys, statistics, filled, unique)
        slot = _Slot(number=0, columns=columns, plan=plan, seed=draw(draft.seed, fk.name), keys=keys)
        step = permutation(count, slot.seed, plan.order)
        inner = f"SELECT generate_series(0::bigint, {count - 1}::bigint) AS i"
        inner = _layer(inner, ["i", f"{step.first} AS y0"])
        inner = _layer(inner, ["i", f"{_rank(slot, step)} AS r0"])
        inner = _ticks(inner, ["i"], [slot])
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
        self.run(
            f"UPDATE {_only(table)} AS c SET {targets} FROM ({source}) AS k"
            f" WHERE c.ctid = k.tid AND c.tableoid = k.oid" + (f" AND ({must})" if not nullable else "")
        )
        # All rows were rewritten in their order; this leaves them where they were.
        self.run(f"VACUUM FULL {table.name}")

    def _in_place(self, table: Table, fk: ForeignKey) -> bool:
        """Whether the referenced key grows with the physical position, so that ranks are positions too."""
        if len(fk.target_columns) != 1:
            return False
        key = quote_identifier(fk.target_columns[0])
        position = "row_number() OVER (ORDER BY tableoid, ctid)"
        ((broken,),) = self.ask(
            f"SELECT EXISTS (SELECT 1 FROM (SELECT {position} AS a, row_number() OVER (ORDER BY {key}) AS b"
            f" FROM {_only(table)}) AS x WHERE a <> b)"
        )
        return not broken

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

        if (target.name.schema, target.name.name) not in self.present:
            return False
        condition = _orphan(fk, target)
        if not self.ask(f"SELECT EXISTS (SELECT 1 FROM {_only(table)} AS c WHERE {condition})")[0][0]:
            return False
        loose = [c for c in fk.columns if not _not_null(table, c)]
        if fk.match == "FULL" and len(loose) < len(fk.columns):
            loose = []
        if loose:
            targets = ", ".join(f"{quote_identifier(c)} = NULL" for c in loose)
            try:
                rows = self.run(f"UPDATE {_only(table)} AS c SET {targets} WHERE {condition}")
                effect = f"{rows:,} rows of {table.name} do not refer to anything: no parent fitted"
                self._gap("constraint", fk.name, effect)
                return True
            except psycopg.errors.IntegrityError:
                pass  # a check or key refuses the null
        rows = self.run(f"DELETE FROM {_only(table)} AS c WHERE {condition}")
        self._gap("constraint", fk.name, f"{rows:,} rows of {table.name} were taken out again: no parent fitted")
        return True

    def finished(self, report: LabTable) -> LabTable:
        """The report with the rows that are there in the end."""
        table = next(t for t in self.schema.tables if str(t.name) == report.table)
        return _with(report, rows=int(self.ask(f"SELECT count(*) FROM {_only(table)}")[0][0]))

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
                for (v,) in self.ask(f"SELECT {end}({quote_identifier(column)}) FROM {_only(table)}")
                if v is not None
            ]
            if not values:
                continue
            value = min(values) if end == "min" else max(values)
            value = min(max(value, lowest), highest)
            self.ask(f"SELECT setval(s.oid::regclass, {value}) FROM pg_catalog.pg_class AS s"
                     f" WHERE s.oid = to_regclass({quote_literal(name)}) AND s.relkind = 'S'")  # fmt: skip

    def refresh(self) -> None:
        """Materialised views, those that read others after them."""
        import psycopg

        left = [v for v in self.schema.views if v.materialized]
        while left:
            failed: list[tuple[Any, str]] = []
            for view in left:
                try:
                    self.run(f"REFRESH MATERIALIZED VIEW {view.name}")
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
        for number in range(1, self.temporary + 1):
            self.run(f"DROP TABLE IF EXISTS pg_temp.dba_lab_{number}")
        names = [str(t.name) for t in tables] + [str(v.name) for v in self.schema.views if v.materialized]
        present = [n for n in names if self.ask(f"SELECT to_regclass({quote_literal(n)}) IS NOT NULL")[0][0]]
        if present:
            self.run(f"VACUUM (ANALYZE) {', '.join(present)}")


# ---- SQL in small pieces


def _bytes(connection: psycopg.Connection[Any], sql: str) -> bytes:
    return sql.encode(connection.info.encoding)


@contextmanager
def _session(connection: psycopg.Connection[Any]) -> Iterator[None]:
    for name, value in _SESSION.items():
        connection.execute(_bytes(connection, f"SET {name} = {quote_literal(value)}"))
    try:
        yield
    finally:
        if not connection.closed:
            for name in _SESSION:
                connection.execute(_bytes(connection, f"RESET {name}"))


def _only(table: Table) -> str:
    """The table as a FROM item that leaves inheriting children alone (they have constraints of their own)."""
    return str(table.name) if table.kind == "partitioned" else f"ONLY {table.name}"


def _orphan(fk: ForeignKey, target: Table) -> str:
    """The condition under which row `c` breaks the foreign key."""
    own = [f"c.{quote_identifier(c)}" for c in fk.columns]
    match = " AND ".join(f"p.{quote_identifier(t)} = {c}" for c, t in zip(own, fk.target_columns, strict=True))
    lost = f"{' AND '.join(f'{c} IS NOT NULL' for c in own)} AND NOT EXISTS (SELECT 1 FROM {_only(target)} AS p WHERE {match})"
    if fk.match == "FULL" and len(own) > 1:
        nulls = " + ".join(f"({c} IS NULL)::int" for c in own)
        return f"(({lost}) OR ({nulls}) BETWEEN 1 AND {len(own) - 1})"
    return lost


def _unique_indexes(table: Table) -> list[Index]:
    """The unique indexes, those of constraints included."""
    found = [i for i in table.indexes if i.unique and i.valid]
    known = {i.name.name for i in found}
    for one in table.constraints:
        if isinstance(one, PrimaryKey | Unique) and (one.index or one.name) not in known and not one.without_overlaps:
            from ...model.schema import IndexKey

            found.append(
                Index(
                    name=Name(schema=table.name.schema, name=one.index or one.name),
                    table=table.name,
                    keys=tuple(IndexKey(column=c) for c in one.columns),
                    unique=True,
                    nulls_not_distinct=isinstance(one, Unique) and one.nulls_not_distinct,
                )
            )
    return found


def _key_texts(index: Index) -> list[str]:
    return [quote_identifier(k.column) if k.column is not None else f"({k.expression})" for k in index.keys]


def _layer(inner: str, names: Sequence[str]) -> str:
    """One step around another. OFFSET 0 keeps the planner from merging them, which would repeat every expression."""
    return f"SELECT {', '.join(names)} FROM ({inner} OFFSET 0) AS l"


def _rank(slot: _Slot, step: Permutation) -> str:
    """The rank of a row. Where a column follows the physical order its nulls are strewn, not gathered at the end."""
    plan = slot.plan
    rank = step.second(f"y{slot.number}")
    if plan.order == 0.0 or plan.filled in (0, plan.rows) or plan.unique:
        return rank
    present = f"{uniform('i', slot.seed >> 1)} < {plan.filled / plan.rows!r}"
    return f"CASE WHEN {present} THEN {rank} * {plan.filled} / {plan.rows} ELSE {plan.rows} END"


def _ticks(inner: str, carried: Sequence[str], slots: Sequence[_Slot]) -> str:
    """From ranks to segments, then to ticks; columns s and t by number. NULL stands for NULL."""
    if not slots:
        return _layer(inner, list(carried))
    first: list[str] = []
    second: list[str] = []
    for slot in slots:
        n, plan = slot.number, slot.plan
        null = f"CASE WHEN r{n} < {plan.filled} THEN " if plan.filled < plan.rows else ""
        end = " END" if null else ""
        if plan.has_ticks:
            first.append(f"r{n}")
        if slot.has_segment:
            first.append(f"{null}{plan.segment_sql(f'r{n}')}{end} AS s{n}")
            second.append(f"s{n}")
        if plan.has_ticks:
            segment = f"s{n}" if slot.has_segment else "1"
            if not plan.segments:
                second.append(f"NULL::int8 AS t{n}")
                continue
            choice = plan.choice_sql(plan.offset_sql(f"r{n}", segment), segment, slot.seed >> 1)
            second.append(f"{null}{plan.tick_sql(choice, segment)}{end} AS t{n}")
    return _layer(_layer(inner, [*carried, *first]), [*carried, *second])


def _order_share(plan: ColumnPlan, correlation: float | None) -> float:
    """The share of rows to keep in order so that ANALYZE sees `correlation`. Equal values are counted as in order, so a
    shuffled column with few values already has some (`ColumnPlan.clustering`)."""
    if correlation is None or not plan.filled:
        return 0.0
    base = plan.clustering
    if correlation >= base:
        share = (correlation - base) / (1 - base) if base < 1 else 0.0
    else:
        reversed_ = -1 + 2 * sum((s.rows / plan.filled) ** 3 / s.distinct**2 for s in plan.segments)
        share = -(base - correlation) / (base - reversed_) if base > reversed_ else 0.0
    share = max(min(share, 1.0), -1.0)
    return 0.0 if abs(share) < 0.02 else share


def _ranked(statistics: ColumnStatistics) -> ColumnStatistics:
    """Statistics of a self reference without their values: ranks are positions there, not keys."""
    return ColumnStatistics(
        column=statistics.column,
        null_fraction=statistics.null_fraction,
        n_distinct=statistics.n_distinct,
        correlation=None,
    )


def _in_groups(plan: ColumnPlan, counter: ColumnPlan) -> ColumnPlan:
    """The plan of a column whose rows `counter` numbers. The counter's frequencies say how large the groups are: as many
    have m rows or more as there are rows with the m-th number. The plan as it is where they do not."""
    counts = [s.rows for s in counter.segments]
    if len(counts) < 2 or any(s.distinct > 1 for s in counter.segments) or plan.filled < plan.rows:
        return plan
    exact = [a - b for a, b in zip(counts, [*counts[1:], 0], strict=True)]  # groups of exactly m rows, m from 1
    many = 64
    sizes = [m for m, n in enumerate(shares(many, [float(max(e, 0)) for e in exact]), 1) for _ in range(n)]
    if not sizes:
        return plan
    sizes.sort(key=lambda m: draw(m, "size"))
    mixed = [sizes[n * 29 % len(sizes)] for n in range(len(sizes))]  # 29 is prime to 64: sizes alternate
    low = min(s.low for s in plan.segments)
    high = max(s.low + s.width for s in plan.segments)
    whole = (Segment(rows=plan.filled, distinct=1, low=low, width=high - low),)
    for segments in (plan.segments, whole):
        tightest = max(s.rows / s.width for s in segments)
        if tightest > 1.1 * sum(mixed) / many or any(s.literal is not None for s in segments):
            continue
        while any(-(-s.rows // sum(mixed)) * many > s.width for s in segments) and sum(mixed) < 2 * many * tightest:
            mixed[mixed.index(min(mixed))] += 1
        turn = sum(mixed)
        if all(-(-s.rows // turn) * many <= s.width for s in segments):
            made = tuple(replace(s, distinct=-(-s.rows // turn) * many) for s in segments)
            return replace(plan, segments=made, sizes=tuple(mixed), varied=False)
    return plan


def _counts_up(slot: _Slot) -> bool:
    """Whether a column numbers the rows of a group (line 1, 2, 3): small integers from 0 or 1, none rarer than the next."""
    plan = slot.plan
    column = slot.columns[0]
    if slot.keys is not None or not plan.segments or not plan.has_ticks or plan.filled < plan.rows:
        return False
    if (slot.casts[0].base or slot.casts[0].name) not in ("int2", "int4", "int8"):
        return False
    if plan.segments[0].low not in (0, 1) or plan.unique:
        return False
    if len(plan.segments) == 1:
        return _is_counter_name(column)
    points = [s for s in plan.segments if s.distinct == 1 and s.width == 1]
    if len(points) < len(plan.segments):
        return False
    consecutive = all(b.low == a.low + 1 for a, b in zip(points, points[1:], strict=False))
    return consecutive and all(b.rows <= a.rows * 1.05 + 1 for a, b in zip(points, points[1:], strict=False))


def _is_counter_name(column: Column) -> bool:
    return bool(
        re.search(
            r"position|line_?n|_no$|number$|ordinal|sequence|seq$|index$|^idx|sort|order$|version|rank", column.name
        )
    ) and (column.type.base in ("int2", "int4", "int8"))


def _is_sequential(column: Column, schema: Relational) -> bool:
    """Whether the column is handed out in order: an identity, a serial, an integer key."""
    return column.identity is not None or "nextval" in (column.default or "") or column.type.base in INTEGERS


def _whole_key(slot: _Slot, columns: Sequence[str]) -> bool:
    """Whether all columns of the slot (a composite foreign key) are in the key."""
    return {c.name for c in slot.columns} <= set(columns)


def _bound(text: str, unbounded: str) -> str:
    text = text.strip()
    if text in ("MINVALUE", "MAXVALUE"):
        return ""
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _defaults(draft: _Draft) -> str:
    return f"SELECT FROM generate_series(1, {draft.rows})"


def _said(err: psycopg.Error) -> str:
    return (err.diag.message_primary or str(err)).strip().splitlines()[0]


def _with(report: LabTable, **changes: Any) -> LabTable:
    import msgspec

    return msgspec.structs.replace(report, **changes)


def replace_rows(draft: _Draft, rows: int) -> _Draft:
    """The draft for fewer rows: the first ones."""
    draft.rows = rows
    return draft
