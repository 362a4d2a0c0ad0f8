"""Indexes of other methods than B-tree, BRIN and hash, measured on a few thousand made-up rows.

What an operator class cuts a value into, how a tree packs it: only the access method knows. So the index is really
built, on a table of rows drawn from the column statistics, and its pages and counts are extrapolated.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import psycopg

from dbarchitect.engines.postgres.arrays import format_array, parse_array
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.names import quote_identifier

_SCHEMA = "dba_sampled"
_BUILT = """
select pg_catalog.pg_relation_size(oid) / 8192, reltuples, relfilenode::bigint
from pg_catalog.pg_class where oid = pg_catalog.to_regclass(%s)::oid
"""
_ROWS = 4000  # terms of a GIN are counted on these
_TREE_ROWS = 16000  # a tree has many half-empty pages while it is small: the growth from half to all of these counts


@dataclass(frozen=True, slots=True)
class Measured:
    """An index as built on a sample: rows in it, its blocks, blocks that a further row takes, its `reltuples`; for a
    GIN also its distinct keys on the whole sample and on half of its different values."""

    rows: int
    pages: int
    pages_per_row: float
    tuples: float
    entries: int = 0
    entries_of_half: int = 0


def drawn(one: ColumnStatistics, rows: int, *, seed: int, every: int = 1) -> list[str | None] | None:
    """`rows` values as text in random order, as the statistics say they are spread; None where they say too little.
    `every` takes each n-th of the histogram's bounds alone."""
    dice = random.Random(f"{seed}/{one.column}")
    values: list[str | None] = [None] * round(one.null_fraction * rows)
    if one.most_common_elements is not None:
        elements = parse_array(one.most_common_elements)
        rows_of: list[list[str]] = [[] for _ in range(rows)]
        for element, share in zip(elements, one.most_common_element_frequencies or (), strict=False):
            for row in dice.sample(range(rows), min(rows, round(share * rows))):
                rows_of[row].append(element)
        return [format_array(row) for row in rows_of]
    for value, share in zip(parse_array(one.most_common_values), one.most_common_frequencies or (), strict=False):
        values += [value] * round(share * rows)
    bounds = parse_array(one.histogram_bounds) or parse_array(one.range_bounds_histogram)
    bounds = bounds[::every]
    if bounds:
        missing = max(0, rows - len(values))
        values += [bounds[number % len(bounds)] for number in range(missing)]
    if not any(value is not None for value in values):
        return None
    while len(values) < rows:
        values.append(values[dice.randrange(len(values))])
    dice.shuffle(values)
    return values[:rows]


def measure(
    connection: psycopg.Connection[Any],
    owner: psycopg.Connection[Any],
    read: Callable[[int, int], bytes],
    *,
    table: str,
    columns: Sequence[tuple[str, str, ColumnStatistics | None]],
    definition: str,
    predicate: str | None,
    method: str,
    rows: float,
) -> Measured | None:
    """Build an index on sampled rows.

    `definition` is its pg_get_indexdef, `columns` are name, type and statistics of the columns it reads, `rows` how
    many it would hold; `read` gives the first blocks of a relation. `connection` reads the catalogue, all else is
    `owner`'s: it runs functions of the schema. None where the statistics do not suffice or
    the operator class refuses a sampled value.
    """

    def sample(rows: int, every: int) -> list[list[str | None]] | None:
        values = [None if one is None else drawn(one, rows, seed=1, every=every) for _, _, one in columns]
        return None if any(one is None for one in values) else cast("Any", values)

    number = max(2, min(round(rows), _ROWS if method == "gin" else _TREE_ROWS))
    whole = sample(number, 1)
    smaller = sample(number, 2) if method == "gin" else whole and [values[: number // 2] for values in whole]
    if not whole or not smaller:
        return None
    _, found, tail = definition.partition(f" ON {table} USING ")
    if not found:
        return None
    if predicate:
        tail = tail.rpartition(" WHERE ")[0]
    names = ", ".join(quote_identifier(name).replace("%", "%%") for name, _, _ in columns)
    placeholders = ", ".join("%s::text[]" for _ in columns)
    aliases = [f"c{number}" for number in range(len(columns))]
    casts = ", ".join(
        f"array_to_tsvector({alias}::text[])" if type_ == "tsvector" else f"{alias}::{type_.replace('%', '%%')}"
        for alias, (_, type_, _) in zip(aliases, columns, strict=True)
    )
    insert = (
        f"insert into {_SCHEMA}.sample ({names}) select {casts} from unnest({placeholders}) as u({', '.join(aliases)})"
    )

    def run(statement: str, parameters: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        return owner.execute(cast("Any", statement), parameters) if parameters else one_statement(owner, statement)

    def built(values: list[list[str | None]]) -> tuple[int, float, int]:
        run(f"truncate {_SCHEMA}.sample")
        run(insert, values)
        run(f"create index sampled on {_SCHEMA}.sample using {tail}")
        row = connection.execute(_BUILT, [f"{_SCHEMA}.sampled"]).fetchone()
        if row is None:  # a function of the schema removed it
            raise psycopg.errors.UndefinedObject
        entries = 0
        if method == "gin":
            entries = struct.unpack_from("<q", read(row[2], 1), 24 + 40)[0]
        run(f"drop index {_SCHEMA}.sampled")
        return int(row[0]), float(row[1]), entries

    try:
        run(f"create schema {_SCHEMA}")
        run(f"create table {_SCHEMA}.sample as table {table} with no data")
        fewer_pages, _, half = built(smaller)
        pages, tuples, entries = built(whole)
    except psycopg.Error:
        return None
    finally:
        with suppress(psycopg.Error):
            run(f"drop schema {_SCHEMA} cascade")
    return Measured(
        rows=number,
        pages=pages,
        pages_per_row=(pages - fewer_pages) / (number - number // 2),
        tuples=tuples,
        entries=entries,
        entries_of_half=half,
    )
