"""Keyset pages before the planner and on rows: what a page costs by OFFSET and by the keys, with the index for it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.explain import plan_from_json
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.model.change import AddIndex
from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.keyset import Keyset, PagePlans, PageQuery
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.sql.paging import filled

_SIZE = 20  # rows of a page where the query does not say it
_RUNS = 3


def plan(twin: Twin, keyset: Keyset, *, page: int = 1000) -> Keyset:
    """The keyset with its plans, for any values of its parameters (the generic plan). A query whose plan multiplies
    rows is refused; what index cannot be made is told. Raises `InputError` where the server refuses a page's
    query."""
    assert keyset.first is not None
    assert keyset.next is not None
    assert keyset.previous is not None
    assert keyset.skipping is not None
    size = keyset.page_size or _SIZE
    if any(node.type == "ProjectSet" for node in twin.explain(_for(keyset.first, size)).root.walk()):
        why = "a function in its SELECT list gives several rows for one, and nothing tells those apart"
        return Keyset(sql=keyset.sql, refused=why, hint="move it to FROM", offset=keyset.offset, skipped=keyset.skipped)
    twin.explain(_for(keyset.previous, size))
    by_offset = _for(keyset.skipping, size, skipped=(page - 1) * size)
    by_keys = _for(keyset.next, size)
    before, keys_before = twin.explain(by_offset), twin.explain(by_keys)
    after, keys = before, keys_before
    with ExitStack() as stack:
        if keyset.index is not None:
            try:
                stack.enter_context(twin.supposing([AddIndex(index=keyset.index)]))
            except InputError as err:
                keyset = replace(keyset, index=None, index_why=f"no index can hold the keys: {err.message}")
            else:
                keyset = replace(keyset, index_sql=create_index_sql(keyset.index, concurrently=True))
                after, keys = twin.explain(by_offset), twin.explain(by_keys)
    wanted = keyset.index.name.name if keyset.index is not None else keyset.existing
    scans = [node for node in keys.root.walk() if wanted and node.index == wanted]
    found = PagePlans(
        page=page,
        size=size,
        offset_before=before.cost,
        offset_after=after.cost,
        keyset_before=keys_before.cost,
        keyset=keys.cost,
        used=wanted if scans else "",
        condition=max((one.condition for one in scans), key=len, default=""),
        filter=max((one.filter for one in scans), key=len, default=""),
        sorts=_sorts_all(keys.root),
    )
    return replace(keyset, plans=found)


def _sorts_all(node: PlanNode) -> bool:
    """Whether a node sorts all that a scan or join gives, and not only the branches of a UNION, each a page long."""
    return any(one.type == "Sort" and not any(below.type == "Limit" for below in one.walk()) for one in node.walk())


def measure(connection: psycopg.Connection[Any], keyset: Keyset, *, page: int = 1000) -> Keyset:
    """The keyset with times of one page, and whether both ways gave the same rows. `connection`: of one who may make
    indexes on the copy, autocommit; nothing of it stays there."""
    assert keyset.plans is not None
    assert keyset.next is not None
    assert keyset.skipping is not None
    assert keyset.total is not None
    if any(one.role == "given" for one in keyset.next.parameters):
        why = "not measured: the query has parameters of its own, whose values are not known"
        return replace(keyset, notes=(*keyset.notes, why))
    size = keyset.plans.size
    with connection.transaction(force_rollback=True):
        if keyset.index is not None:
            one_statement(connection, create_index_sql(keyset.index))
            one_statement(connection, f"ANALYZE {keyset.index.table}")
        total = int(_rows(connection, keyset.total.sql)[0][0] or 0)
        page = min(page, total // size)
        if page < 2:
            why = f"not measured: the copy has {total} rows, less than two pages"
            return replace(keyset, notes=(*keyset.notes, why))
        names = ", ".join(f"page.{quote_identifier(key.name)}::text" for key in keyset.keys)
        before = _for(keyset.skipping, size, skipped=(page - 2) * size)
        last = _rows(connection, f"SELECT {names} FROM (\n{before}\n) AS page")[-1]
        values = {key.name: value for key, value in zip(keyset.keys, last, strict=True)}
        by_offset = _for(keyset.skipping, size, skipped=(page - 1) * size)
        by_keys = _for(keyset.next, size, values=values)
        equal = _printed(connection, by_offset) == _printed(connection, by_keys)
        times = [min(_run(connection, sql).execution_ms or 0.0 for _ in range(_RUNS)) for sql in (by_offset, by_keys)]
    plans = replace(keyset.plans, page=page, offset_ms=times[0], keyset_ms=times[1], rows=total, equal=equal)
    return replace(keyset, plans=plans)


def _printed(connection: psycopg.Connection[Any], sql: str) -> list[str | None]:
    return [row[0] for row in _rows(connection, f"SELECT page::text FROM (\n{sql}\n) AS page")]


def _rows(connection: psycopg.Connection[Any], sql: str) -> list[tuple[str | None, ...]]:
    return one_statement(connection, sql).fetchall()


def _run(connection: psycopg.Connection[Any], sql: str) -> QueryPlan:
    row = one_statement(connection, f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}").fetchone()
    assert row is not None
    return plan_from_json(row[0])


def _for(
    page: PageQuery, size: int, *, skipped: int | None = None, values: Mapping[str, str | None] | None = None
) -> str:
    """A page's query with its size, and with what is known of its other parameters."""
    known: dict[int, str] = {}
    for number, one in enumerate(page.parameters, 1):
        if one.role == "page size":
            known[number] = str(size)
        elif one.role == "skipped rows":
            known[number] = str(skipped)
        elif one.role == "cursor" and values is not None:
            value = values[one.cursor]
            known[number] = "NULL" if value is None else quote_literal(value)
    return filled(page.sql, known)
