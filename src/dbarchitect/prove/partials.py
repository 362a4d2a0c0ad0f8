"""Partial indexes against the same over all rows: both are built in the lab, and their queries run with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.model.architecture import Whole
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Index, IndexKey
from dbarchitect.sql.conditions import terms_of

_ROUNDS = 3  # of a few runs each: the machine may do something else meanwhile
_POINTS = frozenset(("=", "is null", "true", "false"))  # one value of a column: it can stand in front of an order


def whole_of(index: Index) -> Index:
    """The index over all rows that finds what a partial one holds, in the same order: by the columns of its predicate
    first where they have one value, and by them last where they have several."""
    first: list[IndexKey] = []
    last: list[IndexKey] = []
    known = {key.column for key in index.keys}
    for term in terms_of(index.predicate or ""):
        if term.left is not None and term.left.column and term.left.column not in known:
            known.add(term.left.column)
            (first if term.operator in _POINTS else last).append(IndexKey(column=term.left.column))
    return replace(index, keys=(*first, *index.keys, *last), predicate=None)


def against_whole(
    owner: psycopg.Connection[Any], index: Index, timed: Sequence[Callable[[], float | None]]
) -> Whole | None:
    """What a partial index takes in the lab, and what it would take over all rows. `timed`: each runs one of its
    queries, and tells the milliseconds; None where the server does not build the other one."""
    whole = whole_of(index)
    name, table = quote_identifier(index.name.name), str(index.table)
    sql = create_index_sql(whole)
    rows = _number(owner, f"SELECT count(*) FROM {table}")
    part_bytes, part_ms = _number(owner, f"SELECT pg_relation_size('{name}')"), _together(timed)
    one_statement(owner, "BEGIN")
    try:
        one_statement(owner, f"DROP INDEX {name}")
        one_statement(owner, sql)
        size, spent = _number(owner, f"SELECT pg_relation_size('{name}')"), _together(timed)
    except psycopg.Error:
        return None
    finally:
        one_statement(owner, "ROLLBACK")
    return Whole(sql=sql, rows=rows, bytes=size, part_bytes=part_bytes, ms=spent, part_ms=part_ms)


def _number(owner: psycopg.Connection[Any], sql: str) -> int:
    row = one_statement(owner, sql).fetchone()
    return int(row[0]) if row else 0


def _together(timed: Sequence[Callable[[], float | None]]) -> float | None:
    best = [min((spent for _ in range(_ROUNDS) if (spent := one()) is not None), default=None) for one in timed]
    known = [one for one in best if one is not None]
    return sum(known) if known and len(known) == len(best) else None
