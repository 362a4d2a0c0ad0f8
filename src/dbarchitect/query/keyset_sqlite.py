"""Keyset pages on SQLite: its text read by the same parser, where both engines mean the same, and its own order.

What differs: NULL is the least value, names are the same in any case, a parameter has no type of its own, INTEGER
PRIMARY KEY is never NULL and other primary keys may be, and a unique key holds by its collation. A query in words that
only SQLite has is refused by the parser; what only PostgreSQL has, by SQLite, which plans each page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from dbarchitect.model.keyset import Keyset, PageQuery
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Constraint, Index, PrimaryKey, Relational, Table, Type, Unique, View
from dbarchitect.query.keyset import pages
from dbarchitect.sql.sqlite import Token, renamed, tokens

_NO_ORDER = "SQLite's indexes keep NULL below every value, and this order wants it at the other end"


def pages_sqlite(sql: str, schema: Relational) -> Keyset:
    """As `keyset.pages`, for a schema of SQLite. Parameters are `?`, `?n`, `:name`, `@name` or `$name`."""
    names = {one.name.name.lower() for one in (*schema.tables, *schema.views)}
    names |= {column.name.lower() for table in schema.tables for column in table.columns}
    found = pages(_read(sql, names), _folded(schema))
    if found.refused:
        return replace(found, sql=sql)
    index, why = found.index, found.index_why
    if index is not None and any(
        key.nullable and key.nulls_first == key.descending for key in found.keys if not key.tie_break
    ):
        index, why = None, _NO_ORDER
    return replace(
        found,
        sql=sql,
        engine="sqlite",
        first=_written(found.first),
        next=_written(found.next),
        previous=_written(found.previous),
        skipping=_written(found.skipping),
        total=_written(found.total),
        index=None if index is None else _spelt(index, schema),
        index_why=why,
        existing=next(
            (
                one.name.name
                for table in schema.tables
                for one in table.indexes
                if one.name.name.lower() == found.existing
            ),
            found.existing,
        ),
    )


def _read(sql: str, names: Collection[str]) -> str:
    """The text for the parser: parameters as `$n` or `:name`, names that the schema has in lower case."""
    count, before = 0, ""

    def wanted(token: Token) -> str | None:
        nonlocal count, before
        collated, before = before == "COLLATE", token.upper
        if collated and token.kind == "word":  # BINARY is a keyword to the parser
            return f'"{token.value.lower()}"'
        if token.kind == "parameter":
            if token.text[0] == "?":
                count = int(token.text[1:]) if len(token.text) > 1 else count + 1
                return f"${count}"
            return token.text if token.text[0] == ":" else f":{token.text[1:]}"
        if token.kind == "name":
            name = token.value.lower() if token.value.lower() in names else token.value
            return '"' + name.replace('"', '""') + '"'
        return None

    return renamed(sql, wanted)


def _written(page: PageQuery | None) -> PageQuery | None:
    """`$1` is a name to SQLite, `?1` a number."""
    if page is None:
        return None

    def wanted(token: Token) -> str | None:
        return f"?{token.text[1:]}" if token.kind == "parameter" and token.text[0] == "$" else None

    return replace(page, sql=renamed(page.sql, wanted))


# ---- the schema as the reader takes it


def _folded(schema: Relational) -> Relational:
    return replace(
        schema,
        tables=tuple(map(_table, schema.tables)),
        views=tuple(map(_view, schema.views)),
    )


def _name(name: Name) -> Name:
    return Name(schema="", name=name.name.lower())


def _table(table: Table) -> Table:
    lite, key = table.sqlite, table.primary_key
    alias = lite.rowid_alias.lower() if lite is not None else ""
    never = lite is not None and (lite.without_rowid or lite.strict) and key is not None
    sure = {one.lower() for one in key.columns} if never and key is not None else set[str]()
    columns = tuple(_column(one, sure={*sure, alias}) for one in table.columns)
    collations = {one.name.lower(): _collation(one.collation) for one in table.columns}
    return replace(
        table,
        name=_name(table.name),
        columns=columns,
        constraints=tuple(one for old in table.constraints if (one := _constraint(old)) is not None),
        indexes=tuple(_index(one, collations) for one in table.indexes),
    )


def _column(column: Column, *, sure: Collection[str]) -> Column:
    name = column.name.lower()
    # What tells two columns apart that `=` compares otherwise: affinity and collation.
    kind = f"{column.type.base} {_collation(column.collation)}"
    return replace(
        column,
        name=name,
        type=Type(sql=kind, name=kind, base=column.type.base),
        not_null=column.not_null or name in sure,
    )


def _collation(name: Name | None) -> str:
    return name.name.lower() if name is not None else "binary"


def _constraint(one: Constraint) -> Constraint | None:
    """Keys alone: nothing else tells rows apart."""
    if isinstance(one, PrimaryKey | Unique):
        return replace(one, columns=tuple(name.lower() for name in one.columns))
    return None


def _index(index: Index, collations: Mapping[str, str]) -> Index:
    keys = tuple(
        replace(
            key,
            column=key.column.lower() if key.column is not None else None,
            collation=None
            if _collation(key.collation) == collations.get((key.column or "").lower(), "binary")
            else Name(schema="", name=_collation(key.collation)),
            nulls_first=not key.descending,
        )
        for key in index.keys
    )
    return replace(index, name=_name(index.name), table=_name(index.table), keys=keys)


def _view(view: View) -> View:
    """With the query that it stands for."""
    found = re.search(r"\bAS\b", view.definition, re.IGNORECASE)
    words = tokens(view.definition)
    start = next((one.end for one in words if one.upper == "AS"), found.end() if found else 0)
    columns = tuple(_column(one, sure=()) for one in view.columns)
    return replace(view, name=_name(view.name), columns=columns, definition=view.definition[start:].strip())


def _spelt(index: Index, schema: Relational) -> Index:
    """The index with the table's and the columns' own spelling."""
    table = next(one for one in schema.tables if one.name.name.lower() == index.table.name)
    own = {one.name.lower(): one.name for one in table.columns}
    keys = tuple(
        replace(key, column=own.get(key.column, key.column) if key.column is not None else None) for key in index.keys
    )
    return replace(index, table=table.name, keys=keys)
