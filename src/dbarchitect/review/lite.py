"""The changes that mend tables of SQLite: columns declared anew, keys as the rowid, STRICT tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from dbarchitect.model.change import AlterColumn, AlterTable
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.schema import Column, Table, Type
from dbarchitect.review.context import base_type

# What a column of a STRICT table takes as it is (sqlite.org/stricttables.html).
_TAKES = {"INT": {"integer"}, "INTEGER": {"integer"}, "REAL": {"real", "integer"}, "TEXT": {"text"}, "BLOB": {"blob"}}
_BY_AFFINITY = {"integer": "INTEGER", "text": "TEXT", "real": "REAL", "blob": "BLOB"}
# Of numeric affinity; a name that none of these begins means anything, or nothing.
_NUMERIC = {"BOOL": "INTEGER", "DATE": "TEXT", "TIME": "TEXT", "DEC": "REAL", "NUM": "REAL", "MONEY": "REAL"}


def declared(table: Table, column: Column, kind: str) -> AlterColumn:
    """The column with another declared type, which converts what it can convert without a loss."""
    return AlterColumn(table=table.name, before=column, after=replace(column, type=_type(column, kind)))


def _type(column: Column, kind: str) -> Type:
    return replace(column.type, sql=kind, name=kind)


def as_rowid(table: Table, column: Column) -> AlterTable:
    """A key of one whole number as the rowid by another name."""
    columns = tuple(replace(one, type=_type(one, "INTEGER")) if one == column else one for one in table.columns)
    lite = None if table.sqlite is None else replace(table.sqlite, rowid_alias=column.name)
    return AlterTable(before=table, after=replace(table, columns=columns, sqlite=lite))


def as_strict(table: Table, facts: Facts | None) -> Table | None:
    """The table as STRICT; None where a column has no type for it, or holds values that it would refuse."""
    kinds = [_strict(table, column) for column in table.columns]
    if table.sqlite is None or table.kind == "virtual" or not all(kinds) or any(_refused([table], facts)):
        return None
    columns = tuple(
        replace(column, type=_type(column, kind)) if kind and kind != column.type.sql.upper() else column
        for column, kind in zip(table.columns, kinds, strict=True)
    )
    return replace(table, columns=columns, sqlite=replace(table.sqlite, strict=True))


def loose_values(tables: Sequence[Table], facts: Facts | None) -> str:
    """The query for the values that a STRICT table would refuse; "" where none were seen."""
    return " UNION ALL ".join(_refused(tables, facts))


def _refused(tables: Sequence[Table], facts: Facts | None) -> Iterator[str]:
    stored = facts.sqlite.stored if facts is not None and facts.sqlite is not None else {}
    for table in tables:
        seen = {one.column: one.types for one in stored.get(str(table.name), ())}
        for column in table.columns:
            takes = _TAKES.get(_strict(table, column))
            if takes is not None and not takes.issuperset(seen.get(column.name, {})):
                name, kinds = quote_identifier(column.name), ", ".join(f"'{one}'" for one in sorted({*takes, "null"}))
                where, what = (quote_literal(one).strip() for one in (table.name.name, column.name))
                yield (
                    f'SELECT {where} AS "table", {what} AS "column", {name} AS value FROM {table.name} '
                    f"WHERE typeof({name}) NOT IN ({kinds})"
                )


def _strict(table: Table, column: Column) -> str:
    """The type that a column has in a STRICT table; "" where its name says none."""
    said = column.type.sql.upper()
    if said in _TAKES or said in ("", "ANY"):
        return said or "ANY"
    kind = _BY_AFFINITY.get(base_type(column), "")
    key = table.primary_key
    if kind == "INTEGER" and key is not None and key.columns == (column.name,):
        return "INT"  # INTEGER would make it the rowid
    return kind or next((kind for start, kind in _NUMERIC.items() if said.startswith(start)), "")
