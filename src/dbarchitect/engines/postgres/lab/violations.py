"""Whether rows keep a schema's constraints, counted by queries that trust no index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbarchitect.engines.postgres.lab.keys import key_texts, only, orphan, unique_indexes
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Check, ForeignKey, Relational, Table
from dbarchitect.model.value import Value

if TYPE_CHECKING:
    import psycopg


class Violation(Value, frozen=True, kw_only=True):
    """Rows of `table` that break `constraint`."""

    table: str
    constraint: str
    rows: int


def violations(connection: psycopg.Connection[Any], schema: Relational) -> tuple[Violation, ...]:
    """Every enforced foreign key, unique index, CHECK and NOT NULL that rows break, counted by plain queries (no index
    is trusted). Exclusion constraints are not counted."""
    found: list[Violation] = []

    def count(table: Table, constraint: str, sql: str) -> None:
        rows = connection.execute(sql.encode(connection.info.encoding)).fetchone()
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
