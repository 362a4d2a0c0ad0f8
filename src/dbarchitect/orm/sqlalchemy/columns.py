"""Columns: what `mapped_column` and `sa.Column` are given."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Column, IdentityOptions, Relational, Table
from dbarchitect.orm.project import Report

from .names import Named
from .python import Code, Item, call, expression, sql, string
from .table import inline_keys, serial

_LIMITS = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def arguments(
    one: Named, column: Column, known: Mapping[Name, Named], schema: Relational, report: Report
) -> tuple[list[Code], list[Item]]:
    """What stands after the name and the type: constraints and defaults, then options."""
    table = one.entity.table
    found: list[Code] = []
    named: list[Item] = []
    in_key = column.name in one.identity
    primary = table is None or table.primary_key is not None
    if table is not None:
        found += inline_keys(one, table, column.name, known, report)
    if column.identity is not None:
        found.append(_identity(column.identity, column.type.sql))
    if column.generated is not None:
        stored = "True" if column.generated.stored else "False"
        found.append(call("sa.Computed", expression(column.generated.expression), persisted=stored))
    if in_key and primary:
        named.append(Item("primary_key=", "True"))
    if column.default is not None and column.generated is None:
        if table is not None and in_key and primary and serial(table, column, schema):
            if len(one.identity) > 1:
                named.append(Item("autoincrement=", "True"))
        else:
            named.append(Item("server_default=", sql(column.default)))
    elif in_key and primary and column.identity is None and len(one.identity) == 1 and _number(column):
        named.append(Item("autoincrement=", "False"))
    if table is not None:
        _lost(table, column, report)
    if column.comment:
        named.append(Item("comment=", string(column.comment)))
    return found, named


def updated(table: Table, column: Column) -> bool:
    """Whether the application keeps a column's time of the last change: no trigger does."""
    moments = ("timestamptz", "timestamp")
    return (
        column.name.lower() in ("updated_at", "updatedat", "modified_at", "modifiedat")
        and column.type.name in moments
        and column.generated is None
        and not any("UPDATE" in one.events and one.timing == "BEFORE" for one in table.triggers)
    )


def _number(column: Column) -> bool:
    return column.type.base in ("int2", "int4", "int8")


def _identity(one: IdentityOptions, type_: str) -> Code:
    increment = one.increment or 1
    most = _LIMITS.get(type_, 2**63 - 1)
    low, high = (1, most) if increment > 0 else (-most - 1, -1)
    start = high if increment < 0 else low

    def unless(value: int | None, usual: int) -> Code | None:
        return None if value is None or value == usual else str(value)

    return call(
        "sa.Identity",
        always="True" if one.always else None,
        start=unless(one.start, start if one.minimum is None else one.minimum),
        increment=unless(one.increment, 1),
        minvalue=unless(one.minimum, low),
        maxvalue=unless(one.maximum, high),
        cycle="True" if one.cycle else None,
        cache=unless(one.cache, 1),
    )


def _lost(table: Table, column: Column, report: Report) -> None:
    at = ObjectRef(kind="column", schema=table.name.schema, name=table.name.name, sub=column.name)
    if column.storage or column.compression or column.statistics_target is not None or column.options:
        report.lose(at, "storage parameter", "storage, compression and statistics of a column")
