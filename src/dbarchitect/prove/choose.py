"""A brief's access patterns on the engines that run here: PostgreSQL and SQLite, same tables, rows and queries.

Each entity is a table with a whole-number key, its fields as plain types, a column and an index for each entity that it
belongs to. Rows are made up from a seed. Only what both engines say in the same words is compared; vectors are
PostgreSQL's alone. Times are of warm pages, one client, and PostgreSQL's include its round trip: what an application
waits for, not what a loaded server does.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from dbarchitect.design.choose import Measured, Measurement
from dbarchitect.design.shares import spreads
from dbarchitect.design.spec import Access, Entity, Field, Spec, State
from dbarchitect.model.names import quote_identifier, quote_literal

if TYPE_CHECKING:
    from dbarchitect.engines.postgres.server.host import Host

_DATABASE = "choose"
_RUNS = 100  # of a pattern, each with other values: a median of so many moves by a few per cent
_LAST_MONTH = "2026-12-01 00:00"  # of the year that made-up times are in; a span of time is taken as this month
_PAGE = 20  # rows of a list where the brief names no number
_NUMBERS = {"integer", "number"}
_DECIMALS = {"decimal", "money", "percentage"}


class _Table:
    """One entity as a table: columns as (name, type in both engines, how a value is drawn)."""

    def __init__(self, entity: Entity, parents: Sequence[str], rows: int, spec: Spec) -> None:
        self.entity = entity
        self.name = _column(entity.name)
        self.parents = {parent: f"{_column(parent)}_id" for parent in parents if parent != entity.name}
        self.fields = [
            one for one in entity.fields if _type(one) and _column(one.name) not in ("id", *self.parents.values())
        ]
        self.rows = rows
        self.spreads = {one.field.name: one for one in spreads(spec) if one.entity == entity.name}
        asked = [one for one in spec.access if one.entity == entity.name and one.states]
        self.parts = list(dict.fromkeys(part for one in asked if (part := self._part(one)) is not None))

    def _part(self, access: Access) -> tuple[str, str] | None:
        """(columns, condition) of a partial index for an access that fixes states; None where a column is not here."""
        where = fixed(access, self, "")
        columns = [self.parents[one] for one in access.by if one in self.parents]
        columns += [_column(one.field) for one in access.order if _column(one.field) in self.columns]
        return (", ".join(map(quote_identifier, columns or ["id"])), " AND ".join(where)) if where else None

    @property
    def columns(self) -> list[str]:
        return ["id", *self.parents.values(), *(_column(one.name) for one in self.fields)]

    def ddl(self) -> list[str]:
        parts = ["id bigint PRIMARY KEY"]
        parts += [f"{quote_identifier(one)} bigint NOT NULL" for one in self.parents.values()]
        for one in self.fields:
            unique = " UNIQUE" if one.unique and not one.within else ""
            parts.append(f"{quote_identifier(_column(one.name))} {_type(one)}{unique}")
        return [
            f"CREATE TABLE {quote_identifier(self.name)} ({', '.join(parts)})",
            *(
                f"CREATE INDEX {quote_identifier(f'{self.name}_{one}_idx')} ON {quote_identifier(self.name)} "
                f"({quote_identifier(one)})"
                for one in self.parents.values()
            ),
            *(
                f"CREATE INDEX {quote_identifier(f'{self.name}_part{number}_idx')} ON {quote_identifier(self.name)} "
                f"({columns}) WHERE {where}"
                for number, (columns, where) in enumerate(self.parts, 1)
            ),
        ]

    def row(self, key: int, tables: Mapping[str, _Table], dice: random.Random) -> tuple[Any, ...]:
        above = (dice.randint(1, max(tables[parent].rows, 1)) for parent in self.parents)
        return (key, *above, *(self._drawn(one, key, dice) for one in self.fields))

    def _drawn(self, one: Field, key: int, dice: random.Random) -> Any:
        spread = self.spreads.get(one.name)
        value = "" if spread is None else spread.value_at(dice.random())
        if value is None:
            return None
        if one.kind == "boolean" and value:
            return int(value == "true")
        return value or _value(one, key, dice)


def fixed(access: Access, table: _Table, at: str) -> list[str] | None:
    """What an access fixes, as both engines say it; None where a column of it is not here."""
    known = {one.name: one for one in table.fields}
    found: list[str] = []
    for state in access.states:
        if state.field not in known:
            return None
        found.append(_stated(known[state.field], state, at))
    return found


def _stated(field: Field, state: State, at: str) -> str:
    name = f"{at}{quote_identifier(_column(field.name))}"
    if state.how in ("missing", "there"):
        return f"{name} IS {'NOT ' if state.how == 'there' else ''}NULL"
    if field.kind == "boolean":
        values = ["1" if one == "true" else "0" for one in state.values]
    else:
        values = [quote_literal(one) for one in state.values]
    equal = f"{name} IN ({', '.join(values)})" if len(values) > 1 else f"{name} = {values[0]}"
    if state.how == "is":
        return equal
    return f"NOT ({equal})" if field.required else f"({name} IS NULL OR NOT ({equal}))"


def measure(spec: Spec, host: Host, *, rows: int, seed: int, progress: Callable[[str], None]) -> Measured:
    """Run the access patterns of `spec` on both engines, with at most `rows` rows of each entity."""
    tables = _tables(spec, rows)
    host.create_database(_DATABASE)
    try:
        with closing(host.connect(_DATABASE)) as server, closing(sqlite3.connect(":memory:")) as lite:
            server.autocommit = True
            server.execute("SET search_path = public")
            server.execute("SET synchronous_commit = off")  # SQLite's rows are in memory: neither waits for a disk
            vectors = [(t, one) for t in tables.values() for one in t.entity.fields if one.kind == "vector"]
            dice = random.Random(seed)
            for table in tables.values():
                progress(f"making {table.rows:,} rows of {table.name}")
                for statement in table.ddl():
                    server.execute(statement.encode())
                    lite.execute(statement)
                made = [table.row(key, tables, dice) for key in range(1, table.rows + 1)]
                columns = ", ".join(quote_identifier(one) for one in table.columns)
                name = quote_identifier(table.name)
                with server.cursor() as cursor, cursor.copy(f"COPY {name} ({columns}) FROM STDIN".encode()) as copy:
                    for row in made:
                        copy.write_row(row)
                marks = ", ".join("?" for _ in table.columns)
                lite.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", made)
            lite.commit()
            server.execute("ANALYZE")
            lite.execute("ANALYZE")
            patterns: list[Measurement] = []
            for access in spec.access:
                progress(f"running {access.text or access.verb}")
                patterns.append(_pattern(access, tables, server, lite, random.Random(seed + 1)))
            patterns += [_nearest(table, field, server, random.Random(seed), rows) for table, field in vectors]
            version = server.info.server_version
            return Measured(
                engines={
                    "postgresql": f"PostgreSQL {version // 10000}.{version % 10000}",
                    "sqlite": f"SQLite {sqlite3.sqlite_version}, in memory",
                },
                how=(
                    f"a table for each entity with at most {rows:,} made-up rows (seed {seed}), an index for each "
                    "reference and unique field, a partial one for each access of fixed states; warm, one client, "
                    "PostgreSQL with its round trip over a socket; an "
                    "addition is one row, and no commit waits for a disk; a span of time is a twelfth of the rows"
                ),
                patterns=tuple(patterns),
            )
    finally:
        host.drop_database(_DATABASE)


def _tables(spec: Spec, rows: int) -> dict[str, _Table]:
    parents: dict[str, list[str]] = {one.name: [] for one in spec.entities}
    for relation in spec.relations:
        one, many = relation.first, relation.second
        if one.most != 1 and many.most == 1:
            one, many = many, one
        if one.most == 1 and many.entity in parents and one.entity in parents:
            parents[many.entity].append(one.entity)
    for entity in spec.entities:
        if entity.parent in parents:
            parents[entity.name].append(entity.parent)
    volumes = {one.entity: one.rows_later or one.rows for one in spec.volumes}
    return {
        one.name: _Table(
            one, list(dict.fromkeys(parents[one.name])), int(max(min(volumes.get(one.name) or rows, rows), 1)), spec
        )
        for one in spec.entities
    }


def _column(name: str) -> str:
    return "_".join(name.lower().split())


def _type(field: Field) -> str:
    """A type that both engines take; "" for what one of them has not."""
    if field.kind == "vector":
        return ""
    if field.kind in _NUMBERS:
        return "integer"
    if field.kind in _DECIMALS:
        return "numeric(12, 2)"
    return "integer" if field.kind == "boolean" else "text"


def _value(field: Field, key: int, dice: random.Random) -> Any:
    if field.unique:
        return key if field.kind in _NUMBERS else f"{field.name} {key}"
    if field.kind in _NUMBERS:
        return dice.randint(0, 10_000)
    if field.kind in _DECIMALS:
        return dice.randint(0, 100_000) / 100
    if field.kind == "boolean":
        return dice.randint(0, 1)
    if field.kind == "choice" and field.values:
        return dice.choice(field.values)
    if field.kind in ("moment", "date", "time"):
        return (
            f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02} {dice.randint(0, 23):02}:{dice.randint(0, 59):02}"
        )
    if field.kind in ("text", "json"):
        return " ".join(f"word{dice.randint(1, 2_000)}" for _ in range(20))
    return f"{field.name} {dice.randint(1, 1_000)}"


def _pattern(
    access: Access, tables: Mapping[str, _Table], server: Any, lite: sqlite3.Connection, dice: random.Random
) -> Measurement:
    text = access.text or f"{access.verb} {access.entity}"
    written = _query(access, tables, dice)
    if isinstance(written, str):
        return Measurement(access=text, line=access.line, skipped=written)
    sql, draw = written
    values = [draw() for _ in range(_RUNS)]
    times: dict[str, float] = {}
    rows = tables[access.entity].rows
    asked: dict[str, Callable[[tuple[Any, ...]], Any]] = {
        "postgresql": lambda one: server.execute(sql.replace("?", "%s"), one),
        "sqlite": lambda one: lite.execute(sql, one),
    }
    for engine, run in asked.items():
        reads = not sql.startswith("INSERT")
        for one in values[:5]:
            if reads:
                run(one).fetchall()
        spent: list[float] = []
        for one in values:
            started = time.perf_counter()
            cursor = run(one)
            if reads:
                cursor.fetchall()
            spent.append((time.perf_counter() - started) * 1000)
        times[engine] = statistics.median(spent)
    lite.commit()
    return Measurement(access=text, sql=sql, ms=times, rows=rows, runs=_RUNS, line=access.line)


def _query(
    access: Access, tables: Mapping[str, _Table], dice: random.Random
) -> str | tuple[str, Callable[[], tuple[Any, ...]]]:
    """(SQL with `?`, how its values are drawn), or why there is none that both engines take."""
    table = tables.get(access.entity)
    if access.sql:
        return "written in SQL for one engine"
    if table is None:
        return f"no entity {access.entity or 'is named'}"
    if access.verb in ("search", "nearest", "take", "change", "remove"):
        return f"{access.verb} is said otherwise in each engine"
    name = quote_identifier(table.name)
    if access.verb == "add":
        keys = iter(range(10**9, 10**9 + 10 * _RUNS))
        columns = ", ".join(quote_identifier(one) for one in table.columns)
        marks = ", ".join("?" for _ in table.columns)
        return f"INSERT INTO {name} ({columns}) VALUES ({marks})", lambda: table.row(next(keys), tables, dice)
    conditions, draws = _conditions(access, table, tables, dice)
    if conditions is None:
        bounds = (one[0] for one in (access.since, access.until) if one is not None)
        given = (*access.by, *bounds, *(one.field for one in access.states))
        return f"{', '.join(given)} is no column of {access.entity}"
    joins = "".join(
        f" LEFT JOIN {quote_identifier(other.name)} ON {quote_identifier(other.name)}.{other.parents[access.entity]} = "
        f"{name}.id"
        for one in access.with_
        if (other := tables.get(one)) is not None and access.entity in other.parents
    )
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    if access.verb in ("count", "sum"):
        known = {_column(one.name) for one in table.fields} | set(table.parents.values())
        named = [table.parents.get(one, _column(one)) for one in access.grouped]
        groups = [f"{name}.{quote_identifier(one)}" for one in named if one in known]
        if access.grouped and not groups:
            return "what it is grouped by is no column of it"
        listed = f"{', '.join(groups)}, " if groups else ""
        grouped = f" GROUP BY {', '.join(groups)}" if groups else ""
        return f"SELECT {listed}count(*) FROM {name}{joins}{where}{grouped}", lambda: tuple(one() for one in draws)
    order = [
        f"{name}.{quote_identifier(_column(one.field))}{' DESC' if one.descending else ''}"
        for one in access.order
        if _column(one.field) in table.columns
    ]
    ordered = f" ORDER BY {', '.join([*order, f'{name}.id'])}" if access.verb == "list" else ""
    limit = f" LIMIT {access.limit or _PAGE}" if access.verb == "list" else ""
    return f"SELECT {name}.* FROM {name}{joins}{where}{ordered}{limit}", lambda: tuple(one() for one in draws)


def _conditions(
    access: Access, table: _Table, tables: Mapping[str, _Table], dice: random.Random
) -> tuple[list[str] | None, list[Callable[[], Any]]]:
    name = quote_identifier(table.name)
    conditions: list[str] = []
    draws: list[Callable[[], Any]] = []
    fields = {_column(one.name): one for one in table.fields}
    if access.verb == "get" and not access.by and not access.states:
        return [f"{name}.id = ?"], [lambda: dice.randint(1, table.rows)]
    for one in access.by:
        if one in table.parents:
            above = tables[one].rows
            conditions.append(f"{name}.{quote_identifier(table.parents[one])} = ?")
            draws.append(lambda above=above: dice.randint(1, above))
        elif one == access.entity or _column(one) == "id":
            conditions.append(f"{name}.id = ?")
            draws.append(lambda: dice.randint(1, table.rows))
        elif _column(one) in fields:
            field = fields[_column(one)]
            conditions.append(f"{name}.{quote_identifier(_column(one))} = ?")
            draws.append(lambda field=field: _value(field, dice.randint(1, table.rows), dice))
        else:
            return None, []
    for bound, sign in ((access.since, ">="), (access.until, "<")):
        if bound is None:
            continue
        field = _column(bound[0])
        if field not in fields or fields[field].kind not in ("moment", "date", "time"):
            return None, []
        conditions.append(f"{name}.{quote_identifier(field)} {sign} ?")
        draws.append(lambda: _LAST_MONTH)
    own = fixed(access, table, f"{name}.")
    return (None, []) if own is None else ([*conditions, *own], draws)


def _nearest(table: _Table, field: Field, server: Any, dice: random.Random, rows: int) -> Measurement:
    """Nearest vectors on PostgreSQL with pgvector: an HNSW index over made-up vectors without structure, which is the
    hardest case for its recall and says nothing of yours."""
    size = field.dimensions or 384
    number = min(rows, table.rows, 5_000)  # an index of more takes minutes to build
    text = f"nearest {table.entity.name} by {field.name}"
    if size > 2000:
        return Measurement(access=text, line=field.line, skipped=f"{size:,} dimensions want halfvec")
    server.execute("CREATE EXTENSION IF NOT EXISTS vector")
    server.execute(f"CREATE TABLE dba_vectors (id bigint PRIMARY KEY, v vector({size}))".encode())

    def vector() -> str:
        return "[" + ",".join(f"{dice.gauss(0, 1):.3f}" for _ in range(size)) + "]"

    with server.cursor() as cursor, cursor.copy("COPY dba_vectors (id, v) FROM STDIN") as copy:
        for key in range(number):
            copy.write_row((key, vector()))
    server.execute("CREATE INDEX ON dba_vectors USING hnsw (v vector_l2_ops)")
    sql = "SELECT id FROM dba_vectors ORDER BY v <-> %s LIMIT 10"
    spent: list[float] = []
    for _ in range(_RUNS):
        given = (vector(),)
        started = time.perf_counter()
        server.execute(sql, given).fetchall()
        spent.append((time.perf_counter() - started) * 1000)
    server.execute("DROP TABLE dba_vectors")
    return Measurement(
        access=text,
        sql=sql.replace("%s", "?"),
        ms={"postgresql": statistics.median(spent)},
        rows=number,
        runs=_RUNS,
        line=field.line,
    )
