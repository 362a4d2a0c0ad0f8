"""What rows show: dependencies between columns, keys of JSON documents, values that are all in another table's key.

It reads what users stored, so it is only done where somebody asks for it. What is kept are figures and names of columns
and keys, never a value. Each table is read up to a bound: whole below it, else pages drawn at random (TABLESAMPLE).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np
import psycopg

from dbarchitect.model.facts import DocumentKey, Documents, RowFacts, SeenDependency, SeenInclusion, SeenKey
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Column, Relational, Table
from dbarchitect.normal.discovery import FEWEST_ROWS, Codes, discover, discover_keys

MOST_ROWS = 100_000  # of a table
_MOST_CELLS = 4_000_000  # of a table: wide ones are read to fewer rows
_MOST_CELLS_IN_ALL = 100_000_000  # of all tables: the transaction that reads them must come to an end
_MOST_COLUMNS = 60  # the pairs grow with the square
_MOST_DOCUMENTS = 10_000
_MOST_KEYS = 200
_MOST_VALUES = 10_000  # distinct ones that are looked up in another table
_LONG_TEXT = 64  # characters; of longer values the hash is enough to tell them apart
_FETCH = 5_000  # rows of one round trip

_TEXTS = frozenset({"text", "varchar", "bpchar"})
_PLAIN = _TEXTS | frozenset(
    """
    int2 int4 int8 numeric float4 float8 bool char name uuid date timestamp timestamptz time timetz interval inet cidr
    macaddr macaddr8 money bit varbit oid
    """.split()  # noqa: SIM905
)


class Lookup(NamedTuple):
    """A column whose values may all be in the key `target_column` of `target`; both have the same type."""

    table: Name
    column: str
    target: Name
    target_column: str


def read_rows(
    connection: psycopg.Connection[Any],
    schema: Relational,
    tables: Sequence[Table],
    *,
    most: int = MOST_ROWS,
    lookups: Iterable[Lookup] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[dict[str, RowFacts], tuple[Gap, ...]]:
    """What up to `most` rows of each of `tables` show, by `str(Name)`, and the tables that could not be read.

    `connection` may be in a read-only transaction; each table is read in a savepoint.
    """
    # Where policies would hide rows the server shall refuse: what is seen of some rows is not true of all. For this
    # transaction alone: behind a pooler the session is the next client's.
    connection.execute("select set_config('row_security', 'off', true)")
    wanted: dict[Name, list[Lookup]] = {}
    for one in lookups:
        wanted.setdefault(one.table, []).append(one)
    found: dict[str, RowFacts] = {}
    gaps: list[Gap] = []
    cells = 0
    for number, table in enumerate(tables, start=1):
        progress(f"reading rows {number:,} of {len(tables):,}: {table.name.short}")
        if cells >= _MOST_CELLS_IN_ALL:
            gaps.append(Gap(kind="rows", name=str(table.name), effect="not read: enough was read of other tables"))
            continue
        facts = schema.facts.tables.get(str(table.name)) if schema.facts else None
        reader = _Reader(connection, table, facts.rows if facts else None, most)
        try:
            with connection.transaction():
                read = reader.facts(wanted.get(table.name, ()))
                found[str(table.name)] = read
                cells += read.rows * len(reader.columns)
        except psycopg.Error as err:
            if connection.broken:
                raise
            reason = err.diag.message_primary or str(err).strip() or type(err).__name__
            gaps.append(Gap(kind="rows", name=str(table.name), effect=f"not read: {reason}"))
    return found, tuple(gaps)


class _Reader:
    """Reads one table. `estimate`: its rows as the server believes, None where unknown."""

    def __init__(self, connection: psycopg.Connection[Any], table: Table, estimate: float | None, most: int) -> None:
        self.connection = connection
        self.table = table
        self.columns = [column for column in table.columns if _is_plain(column)][:_MOST_COLUMNS]
        self.most = max(min(most, _MOST_CELLS // max(len(self.columns), 1)), 1)
        self.source = str(table.name)
        self.sampled = estimate is not None and estimate > self.most
        if estimate is not None and self.sampled:
            # A tenth more than wanted: pages are drawn, not rows.
            share = min(100.0, 110.0 * self.most / estimate)
            self.source += f" TABLESAMPLE SYSTEM ({share:.6f}) REPEATABLE (1)"

    def facts(self, lookups: Sequence[Lookup]) -> RowFacts:
        """All that is asked of the table."""
        columns, rows = self._columns() if len(self.columns) > 1 else ({}, 0)
        seen = discover(columns) if rows >= FEWEST_ROWS else ()
        whole = not self.sampled and rows < self.most
        keys = discover_keys(columns) if whole and rows >= FEWEST_ROWS else ()  # of a sample nothing is unique
        return RowFacts(
            rows=rows,
            whole=whole,
            keys=tuple(SeenKey(columns=one.columns, rows=one.rows) for one in keys),
            dependencies=tuple(
                SeenDependency(
                    left=one.left,
                    right=one.right,
                    error=one.error,
                    groups=one.groups,
                    rows=one.rows,
                    rights=one.rights,
                )
                for one in seen
            ),
            documents={
                column.name: self._documents(column) for column in self.table.columns if _base(column) in _DOCUMENTS
            },
            inclusions=tuple(map(self._inclusion, lookups)),
        )

    def _columns(self) -> tuple[dict[str, Codes], int]:
        """The columns as numbers (see `discovery.discover`), and how many rows there are."""
        listed = ", ".join(_text(column) for column in self.columns)
        query = f"SELECT {listed} FROM {self.source} LIMIT {self.most}"
        numbers: list[dict[str | None, int]] = [{None: -1} for _ in self.columns]
        codes = [array("q") for _ in self.columns]
        rows = 0
        with closing(psycopg.ServerCursor(self.connection, "dba_rows")) as cursor:
            cursor.execute(self._encoded(query))
            while batch := cursor.fetchmany(_FETCH):
                rows += len(batch)
                for known, column, values in zip(numbers, codes, zip(*batch, strict=True), strict=True):
                    column.extend(known.setdefault(value, len(known) - 1) for value in values)
        return {
            column.name: np.array(values, dtype=np.int64) for column, values in zip(self.columns, codes, strict=True)
        }, rows

    def _documents(self, column: Column) -> Documents:
        name = quote_identifier(column.name)
        docs = (
            f"(SELECT {name}::jsonb AS d FROM {self.source} WHERE {name} IS NOT NULL LIMIT {_MOST_DOCUMENTS}) AS docs"
        )
        counted = self._row(
            "SELECT count(*) FILTER (WHERE jsonb_typeof(d) = 'object'),"
            f" count(*) FILTER (WHERE jsonb_typeof(d) NOT IN ('object', 'null')) FROM {docs}"
        )
        rows = self.connection.execute(
            self._encoded(
                "SELECT key, sum(times)::bigint,"
                " (array_agg(type ORDER BY times DESC) FILTER (WHERE type <> 'null'))[1],"
                " max(times) FILTER (WHERE type <> 'null'), count(*) OVER () FROM ("
                "SELECT key, jsonb_typeof(value) AS type, count(*) AS times"
                f" FROM {docs}, jsonb_each(CASE jsonb_typeof(d) WHEN 'object' THEN d ELSE '{{}}' END) AS e(key, value)"
                f" GROUP BY 1, 2) AS typed GROUP BY key ORDER BY 2 DESC, 1 LIMIT {_MOST_KEYS}"
            )
        ).fetchall()
        return Documents(
            objects=counted[0],
            others=counted[1],
            keys={
                key: DocumentKey(count=count, type=kind or "null", of_type=of_type or 0)
                for key, count, kind, of_type, _ in rows
            },
            keys_left_out=max(rows[0][4] - len(rows), 0) if rows else 0,
        )

    def _inclusion(self, lookup: Lookup) -> SeenInclusion:
        column, key = quote_identifier(lookup.column), quote_identifier(lookup.target_column)
        values, missing = self._row(
            "SELECT count(*), count(*) FILTER"
            f" (WHERE NOT EXISTS (SELECT FROM {lookup.target} AS t WHERE t.{key} = s.v))"
            f" FROM (SELECT DISTINCT {column} AS v FROM {self.source} WHERE {column} IS NOT NULL LIMIT {_MOST_VALUES})"
            " AS s"
        )
        return SeenInclusion(
            column=lookup.column,
            target=str(lookup.target),
            target_column=lookup.target_column,
            values=values,
            missing=missing,
        )

    def _row(self, query: str) -> tuple[Any, ...]:
        row = self.connection.execute(self._encoded(query)).fetchone()
        assert row is not None  # an aggregate without GROUP BY
        return row

    def _encoded(self, query: str) -> bytes:
        """A query of quoted names, in which `%` is no placeholder as no parameters are given."""
        return query.encode(self.connection.info.encoding)


_DOCUMENTS = frozenset({"json", "jsonb"})


def _base(column: Column) -> str:
    return column.type.base or column.type.name


def _is_plain(column: Column) -> bool:
    """Whether a column's values are read: of a built-in scalar type or an enumeration, and not computed."""
    if column.generated is not None or column.type.is_array:
        return False
    return column.type.kind == "enum" or _base(column) in _PLAIN


def _text(column: Column) -> str:
    name = quote_identifier(column.name)
    if _base(column) not in _TEXTS:
        return f"{name}::text"
    return f"CASE WHEN length({name}) > {_LONG_TEXT} THEN md5({name}) ELSE {name}::text END"
