"""The tables of two queries in an empty private copy, as the test of their equivalence fills them: which columns, which
values, and one statement a table that takes a whole set of rows and drops what the constraints forbid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import psycopg

from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.rewrite import Row
from dbarchitect.model.schema import (
    Check,
    Column,
    EnumType,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Relational,
    Table,
    Type,
    Unique,
)
from dbarchitect.sql.comparing import Mentions, mentions
from dbarchitect.sql.expressions import columns_in, expression_of

from .adversary import Database, Pool, Used, draw
from .boundaries import MOMENTS, boundaries, intervals, neighbours

_RESOLVED = """
SELECT n.nspname, c.relname, c.relkind::text FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass(%s)
"""
_AGAIN = 4  # times that rows which point at none are dropped where tables point at each other
_MOST = 200  # values of a column


class MadeTables:
    """The tables of some queries. `used`: parents before children; `pools`: by table and column."""

    def __init__(self, connection: psycopg.Connection[Any], schema: Relational, texts: Sequence[str]) -> None:
        self._connection = connection
        self._schema = schema
        self._said = _together([mentions(text) for text in texts])
        self.used: list[Used] = []
        self.pools: dict[tuple[Name, str], Pool] = {}
        self._parameters: list[Pool] = []
        self._examples: list[str | None] = []

    @property
    def zoned(self) -> bool:
        """Whether the session's time zone can matter."""
        bases = {pool.base for pool in (*self.pools.values(), *self._parameters)}
        return bool(bases & {"timestamptz", "timetz", "tstzrange"})

    def loosened(self) -> list[str]:
        """The statements that let the rows stand alone: without the foreign keys to tables that are not filled."""
        filled = {one.table.name for one in self.used}
        return [
            f"ALTER TABLE {one.table.name} DROP CONSTRAINT {quote_identifier(key.name)}"
            for one in self.used
            for key in one.table.foreign_keys
            if key.target not in filled
        ]

    def identity(self, name: Name) -> bool:
        """Whether a table's identity is given by the server alone."""
        table = self._schema.table(name)
        return table is not None and any(one.identity is not None and one.identity.always for one in table.columns)

    # What there is to fill

    def prepare(self, types: Sequence[str], examples: Sequence[str]) -> str:
        """Look at tables, types and parameters; why they cannot be filled, "" where they can."""
        names, why = self._names()
        if why:
            return why
        tables = [table for name in names if (table := self._schema.table(name)) is not None]
        if any(table.kind == "foreign" for table in tables):
            return "a foreign table cannot be filled here"
        filled = [self._of(table, {one.name for one in tables}) for table in tables]
        self.used = _in_order(filled)
        for one in self.used:
            for column in one.columns:
                self._make_pool(one.table, column)
                pool = self.pools[one.table.name, column]
                if not pool.nullable and not pool.usual and not pool.near:
                    return f"no value is known for {one.table.name.short}.{column}, which may not be NULL"
        self._parameters = [self._pool_of_parameter(text) for text in types]
        self._examples = [self._text_of(text) for text in examples]
        return ""

    def _names(self) -> tuple[list[Name], str]:
        """The tables below the queries, those of views among them."""
        found: dict[Name, None] = {}
        waiting = list(self._said.tables)
        seen: set[Name] = set()
        while waiting:
            written = waiting.pop(0)
            if written in seen:
                continue
            seen.add(written)
            row = self._connection.execute(_RESOLVED, [str(written)]).fetchone()
            if row is None:
                return [], f"there is no table {written.short}"
            name = Name(schema=row[0], name=row[1])
            if row[2] == "v":
                view = next((one for one in self._schema.views if one.name == name), None)
                inner = mentions(view.definition) if view else Mentions()
                self._said = _together([self._said, inner])
                waiting += inner.tables
            elif row[2] in ("r", "p"):
                if self._schema.table(name) is None and row[0] != "pg_catalog":
                    return [], f"{name.short} is not in the schema"
                if row[0] == "pg_catalog":
                    return [], "it reads the catalogue"
                found[name] = None
            else:
                return [], f"{name.short} is not a table that can be filled"
        return list(found), ""

    def _of(self, table: Table, among: set[Name]) -> Used:
        said = self._said
        wanted = {one.name for one in table.columns if one.not_null and one.default is None}
        wanted |= {one.name for one in table.columns if said.everything or one.name in said.columns}
        for one in table.constraints:
            if isinstance(one, PrimaryKey | Unique | Exclude):
                wanted |= set(one.columns) & {c.name for c in table.columns}
        for index in table.indexes:
            if index.unique:
                wanted |= {key.column for key in index.keys if key.column}
        for check in _checks(table):
            if set(columns := _columns(check)) & wanted:
                wanted |= set(columns)
        for other in self._schema.tables:
            if other.name in among:
                wanted |= {c for one in other.foreign_keys if one.target == table.name for c in one.target_columns}
        # A reference that nobody mentions and that may be missing is missing.
        keys = tuple(one for one in table.foreign_keys if one.target in among and set(one.columns) & wanted)
        wanted |= {column for one in keys for column in one.columns}
        fillable = [one.name for one in table.columns if one.generated is None and one.name in wanted]
        return Used(table, tuple(fillable or [one.name for one in table.columns if one.generated is None][:1]), keys)

    # Values

    def _make_pool(self, table: Table, name: str) -> None:
        column = table.column(name)
        assert column is not None
        key = next((one for one in table.constraints if isinstance(one, PrimaryKey)), None)
        nullable = not column.not_null and not (key and name in key.columns)
        beside = list(self._said.beside.get(name, ()))
        for check in _checks(table):
            if name in _columns(check):
                beside += mentions(f"SELECT {check.expression}").constants
        pool = self._pool(column.type, beside, nullable=nullable)
        for check in _checks(table):
            if _columns(check) == (name,):
                pool = replace(
                    pool,
                    usual=self._passing(check, column, pool.usual),
                    near=self._passing(check, column, pool.near),
                )
        self.pools[table.name, name] = pool

    def _passing(self, check: Check, column: Column, values: Sequence[str]) -> tuple[str, ...]:
        """The values that a check of one column lets pass; all where it cannot be asked."""
        name = quote_identifier(column.name)
        try:
            row = one_statement(
                self._connection,
                f"SELECT array_agg(dba_v ORDER BY dba_n) FROM (SELECT dba_v, dba_n, "
                f"dba_v::{column.type.sql} AS {name} "
                f"FROM unnest({quote_literal(_array(values))}::text[]) WITH ORDINALITY AS u(dba_v, dba_n)) AS t "
                f"WHERE ({check.expression}) IS NOT FALSE",
            ).fetchone()
        except psycopg.Error:
            return tuple(values)
        return tuple((row and row[0]) or ())

    def _pool(self, kind: Type, beside: Sequence[str], *, nullable: bool) -> Pool:
        base, constants = kind.base or kind.name, list(self._said.constants)
        if kind.element or kind.sql.endswith("[]"):
            element = kind.element.split(".")[-1]
            usual = self._valid(kind.sql, _arrays([*boundaries(element)[:5], *constants[:5]]))
            return Pool(base, usual, (), nullable)
        enum = next(
            (one for one in self._schema.types if isinstance(one, EnumType) and one.name.name == kind.name), None
        )
        usual = enum.labels if enum else boundaries(base)
        usual = self._valid(kind.sql, [*usual, *neighbours(base, constants)])
        near = list(neighbours(base, beside)) if beside else []
        if base in MOMENTS and self._said.clock:
            near += self._since_now()
        return Pool(base, usual, self._valid(kind.sql, near), nullable)

    def _since_now(self) -> list[str]:
        """Moments as far from now as the queries say, and beside them."""
        found = ["now"]
        for text in intervals(self._said.constants)[:4]:
            with suppress(psycopg.Error):
                row = self._connection.execute(
                    "SELECT array_agg((now() + sign * i.of + step)::timestamptz::text)"
                    " FROM (SELECT %s::interval) i(of), unnest(array[-1, 1]) sign,"
                    " unnest(array['0', '1 second', '-1 second', '1 day', '-1 day']::interval[]) step",
                    [text],
                ).fetchone()
                found += row[0] if row else []
        return found

    def _valid(self, kind: str, texts: Sequence[str]) -> tuple[str, ...]:
        """Those that the server reads as values of a type, a share of them where they are many."""
        distinct = list(dict.fromkeys(texts))
        if self._connection.info.server_version >= 160000:
            try:
                row = self._connection.execute(
                    "SELECT array_agg(v ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY u(v, n)"
                    " WHERE pg_catalog.pg_input_is_valid(v, %s)",
                    [distinct, kind],
                ).fetchone()
                return _some((row and row[0]) or [])
            except psycopg.Error:
                pass  # a type whose input function fails hard
        return _some([one for one in distinct if self._reads(kind, one)])

    def _reads(self, kind: str, text: str) -> bool:
        try:
            one_statement(self._connection, f"SELECT CAST({quote_literal(text)} AS {kind})")
        except psycopg.Error:
            return False
        return True

    def _pool_of_parameter(self, kind: str) -> Pool:
        row = self._connection.execute(
            "SELECT t.typname, t.typelem <> 0 AND t.typcategory = 'A', coalesce(e.typname, '')"
            " FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem WHERE t.oid = %s::regtype",
            [kind],
        ).fetchone()
        name, array, element = row or (kind, False, "")
        return self._pool(Type(sql=kind, name=name, base=name, element=element if array else ""), (), nullable=True)

    def _text_of(self, literal: str) -> str | None:
        """The value of an SQL literal as text; None for what is none."""
        try:
            row = one_statement(self._connection, f"SELECT CAST(({literal}) AS text)").fetchone()
        except psycopg.Error:
            return None
        return row[0] if row else None

    def drawn(self, dice: Random) -> tuple[Database, tuple[str, ...]]:
        """A database, and values for the parameters as SQL literals."""
        database, values = draw(self.used, self.pools, self._parameters, dice)
        found: list[str] = []
        for number, value in enumerate(values):
            example = self._examples[number] if number < len(self._examples) else None
            if example is not None and dice.random() < 0.3:
                value = example
            found.append("NULL" if value is None or dice.random() < 0.05 else quote_literal(value).strip())
        return database, tuple(found)

    # Statements

    def made_anew(self) -> None:
        """Prepare what fills the tables: with constants of checks read in the session's time zone."""
        for number, one in enumerate(self.used):
            with suppress(psycopg.errors.InvalidSqlStatementName):
                self._connection.execute(f"DEALLOCATE dba_rows_{number}".encode())
            one_statement(self._connection, f"PREPARE dba_rows_{number} AS {self._insert(one)}")

    def _insert(self, one: Used) -> str:
        names = [quote_identifier(column) for column in one.columns]
        types = {column.name: column.type.sql for column in one.table.columns}
        arrays = ", ".join(f"${n}::text[]" for n in range(1, len(names) + 1))
        cast = ", ".join(
            f"dba_text.{name}::{types[column]} AS {name}" for name, column in zip(names, one.columns, strict=True)
        )
        alias = quote_identifier(one.table.name.name)
        conditions = [f"(({check.expression}) IS NOT FALSE)" for check in _checks(one.table)
                      if set(_columns(check)) <= set(one.columns)]  # fmt: skip
        position = {other.table.name: number for number, other in enumerate(self.used)}
        conditions += [_points(key, alias) for key in one.keys if position[key.target] < position[one.table.name]]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return (
            f"INSERT INTO {one.table.name} ({', '.join(names)}) OVERRIDING SYSTEM VALUE SELECT {', '.join(names)} FROM "
            f"(SELECT {cast} FROM unnest({arrays}) AS dba_text({', '.join(names)})) AS {alias}{where} "
            "ON CONFLICT DO NOTHING"
        )

    def inserts(self, database: Mapping[Name, Sequence[Row]]) -> list[str]:
        """The statements that put a database there."""
        found: list[str] = []
        for number, one in enumerate(self.used):
            rows = database.get(one.table.name, ())
            if rows:
                arrays = (quote_literal(_array([row[n] for row in rows])).strip() for n in range(len(one.columns)))
                found.append(f"EXECUTE dba_rows_{number}({', '.join(arrays)})")
                found += [_mended(one, key) for key in one.keys if key.target == one.table.name] * _AGAIN
        return found + self._circles()

    def _circles(self) -> list[str]:
        """Take out rows that point at none, where tables point at each other."""
        position = {one.table.name: number for number, one in enumerate(self.used)}
        if not any(position[key.target] > position[one.table.name] for one in self.used for key in one.keys):
            return []
        return [_mended(one, key) for one in self.used for key in one.keys] * _AGAIN

    def swept(self) -> None:
        """Give back the room of rows that were rolled back: they would be read again and again."""
        if self.used:
            names = ", ".join(str(one.table.name) for one in self.used)
            self._connection.execute(f"VACUUM (INDEX_CLEANUP ON, TRUNCATE ON, SKIP_LOCKED ON) {names}".encode())

    def taken(self, database: Mapping[Name, Sequence[Row]]) -> Database | None:
        """The rows of a database that the server takes one by one; None where it takes none."""
        found: Database = {one.table.name: [] for one in self.used}
        with self._connection.transaction(force_rollback=True):
            for number, one in enumerate(self.used):
                for row in database.get(one.table.name, ()):
                    arrays = ", ".join(quote_literal(_array([value])).strip() for value in row)
                    try:
                        with self._connection.transaction():
                            self._connection.execute(f"EXECUTE dba_rows_{number}({arrays})".encode())
                    except psycopg.Error:
                        continue
                    found[one.table.name].append(row)
        return found if any(found.values()) else None

    def kept(self, database: Mapping[Name, Sequence[Row]]) -> Database:
        """The rows of a database that stay when the constraints had their say."""
        found: Database = {}
        with self._connection.transaction(force_rollback=True):
            for statement in self.inserts(database):
                self._connection.execute(statement.encode())
            for one in self.used:
                columns = ", ".join(f"{quote_identifier(column)}::text" for column in one.columns)
                rows = one_statement(self._connection, f"SELECT {columns} FROM {one.table.name}").fetchall()
                found[one.table.name] = [tuple(row) for row in rows]
        return found


def _mended(one: Used, key: ForeignKey) -> str:
    alias = quote_identifier(one.table.name.name)
    return f"DELETE FROM {one.table.name} AS {alias} WHERE NOT {_points(key, alias)}"


def _points(key: ForeignKey, alias: str) -> str:
    """The condition that a row points at one that is there, or at none."""
    columns = [f"{alias}.{quote_identifier(column)}" for column in key.columns]
    targets = [f"dba_parent.{quote_identifier(column)}" for column in key.target_columns]
    equal = " AND ".join(f"{target} = {column}" for target, column in zip(targets, columns, strict=True))
    nulls = " OR ".join(f"{column} IS NULL" for column in columns)
    return f"({nulls} OR EXISTS (SELECT FROM {key.target} AS dba_parent WHERE {equal}))"


def _checks(table: Table) -> list[Check]:
    return [one for one in table.constraints if isinstance(one, Check) and one.enforced]


def _columns(check: Check) -> tuple[str, ...]:
    expression = expression_of(check.expression)
    return columns_in(expression) if expression else check.columns


def _in_order(filled: Sequence[Used]) -> list[Used]:
    """Parents first, as far as there is such an order."""
    waiting, found = list(filled), list[Used]()
    while waiting:
        done = {one.table.name for one in found}
        ready = next(
            (one for one in waiting if all(key.target in done or key.target == one.table.name for key in one.keys)),
            waiting[0],
        )
        waiting.remove(ready)
        found.append(ready)
    return found


def _together(said: Sequence[Mentions]) -> Mentions:
    found = Mentions()
    for one in said:
        found.constants.update(one.constants)
        found.columns |= one.columns
        found.tables.update(one.tables)
        found.everything |= one.everything
        found.clock |= one.clock
        for column, constants in one.beside.items():
            found.beside.setdefault(column, {}).update(constants)
    return found


def _some(values: Sequence[str]) -> tuple[str, ...]:
    """At most `_MOST` of them: the first ones, and every so many of the rest."""
    if len(values) <= _MOST:
        return tuple(values)
    half = _MOST // 2
    rest = values[half:]
    return (*values[:half], *rest[:: max(len(rest) // half, 1)])


def _arrays(values: Sequence[str]) -> list[str]:
    found = ["{}", "{NULL}"]
    for number, value in enumerate(values):
        found += [_array([value]), _array([value, values[number - 1]]), _array([value, value])]
    return found


def _array(values: Sequence[str | None]) -> str:
    """The text of an array of texts."""
    quoted = ("NULL" if one is None else '"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in values)
    return "{" + ",".join(quoted) + "}"
