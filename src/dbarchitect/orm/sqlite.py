"""An SQLite schema as mappers see it, whichever they are: what columns hold, which names stand in the text, what there
is that a mapper may not be able to say.

A column's type has its declared text as `sql`, and as `name` what PostgreSQL calls a type of such values: SQLite has
five storage classes and knows no boolean, moment or document, which a declared type or a check tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Check,
    Column,
    Constraint,
    ForeignKey,
    IdentityOptions,
    IndexKey,
    PrimaryKey,
    Relational,
    Table,
    Unique,
    View,
)

from .project import Report

# Declared types that say more than their affinity, without what stands in brackets.
_DECLARED = {
    "BOOL": "bool", "BOOLEAN": "bool", "JSON": "json", "DATETIME": "timestamp", "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamp", "TIMESTAMP WITHOUT TIME ZONE": "timestamp",
    "DATE": "date", "TIME": "time",
}  # fmt: skip
_AFFINITIES = {"integer": "int8", "text": "text", "real": "float8", "numeric": "float8"}
_MOMENTS = ("timestamp", "date", "time")
_CLOCKS = tuple(declared for declared, name in _DECLARED.items() if name in _MOMENTS)
_ARGUMENTS = re.compile(r"\s*\([^()]*\)")
_COUNTED = re.compile(r"unixepoch|julianday|strftime\(\s*'%[sJ]'|^\s*\(?\s*[-+]?\d", re.I)
_LITERAL = re.compile(
    r"""(?: [-+]?\s*(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)? | 0x[0-9a-f]+ | x?'(?:[^']|'')*' | "(?:[^"]|"")*"
        | null | true | false | current_(?:date|time|timestamp) )\Z""",
    re.I | re.X,
)
_TRUTH = r"\s*\(*\s*(?P<quote>[\"`\[]?){}[\"`\]]?\s+IN\s*\(\s*(?:0\s*,\s*1|1\s*,\s*0)\s*\)\s*\)*\s*"
_CONFLICT = re.compile(r"\bON\s+CONFLICT\b", re.I)
_STRINGS = re.compile(r"'(?:[^']|'')*'")


def as_mapped(schema: Relational) -> Relational:
    """The schema as mappers have it: without virtual tables, keys never NULL (a mapper finds rows by them), and the
    column that is the rowid as one that numbers itself."""
    return replace(
        schema,
        tables=tuple(_table(one) for one in schema.tables if one.kind != "virtual"),
        views=tuple(replace(one, columns=tuple(map(_held, one.columns))) for one in schema.views),
    )


def _table(table: Table) -> Table:
    key = table.primary_key.columns if table.primary_key else ()
    alias = table.sqlite.rowid_alias if table.sqlite is not None else ""
    truths = {one.columns[0] for one in table.constraints if isinstance(one, Check) and _is_truth(one)}
    columns: list[Column] = []
    for column in table.columns:
        one = _held(column)
        if column.name in truths and one.type.name == "int8":
            one = replace(one, type=replace(one.type, name="bool"))
        if column.name in key:
            one = replace(one, not_null=True)
        if column.name == alias:
            one = replace(one, identity=IdentityOptions(always=False, sequence=Name(schema="", name="")))
        columns.append(one)
    return replace(table, columns=tuple(columns))


def _is_truth(one: Check) -> bool:
    """Whether a column's own check lets in 0 and 1 alone."""
    return len(one.columns) == 1 and bool(re.fullmatch(_TRUTH.format(re.escape(one.columns[0])), one.expression, re.I))


def _declared(column: Column) -> str:
    """A declared type without what stands in brackets."""
    return " ".join(_ARGUMENTS.sub("", column.type.sql).upper().split())


def _held(column: Column) -> Column:
    declared = _declared(column)
    name = _DECLARED.get(declared) or _AFFINITIES.get(column.type.base, "")
    if not name:
        name = "bytea" if "BLOB" in declared else "any"
    if declared == "ANY":  # its affinity is numeric, but in a STRICT table it keeps whatever it is given
        name = "any"
    if name in _MOMENTS and column.default is not None and _COUNTED.search(column.default):
        name = "float8"
    return replace(column, type=replace(column.type, schema="pg_catalog", name=name))


def written_name(one: Constraint) -> str | None:
    """The name that a constraint has in the text; None where it has none, and is called as PostgreSQL would."""
    return one.name if one.definition[:10].upper() == "CONSTRAINT" else None


def default_text(default: str) -> str:
    """A default as it stands after DEFAULT: an expression in brackets, of which the catalogue keeps the inside."""
    return default if _LITERAL.match(default.strip()) else f"({default})"


def report_all(schema: Relational, report: Report) -> None:
    """Report all that a target's capability table does not call native."""
    for at, construct in constructs(schema):
        if report.capabilities[construct][0] != "native":
            report.lose(at, construct)


def constructs(schema: Relational) -> Iterator[tuple[ObjectRef, str]]:
    """What there is, and where, of `SQLITE_CONSTRUCTS`; the schema is the source's own."""
    for table in schema.tables:
        if table.kind == "virtual":
            yield table.ref, "virtual table"
        else:
            yield from _of_table(table)
        for one in table.triggers:
            yield _sub(table, one.name, "trigger"), "trigger"
    for view in schema.views:
        at = ObjectRef(kind="view", name=view.name.name)
        yield at, "view"
        for one in view.triggers:
            yield _sub(view, one.name, "trigger"), "trigger"


def _of_table(table: Table) -> Iterator[tuple[ObjectRef, str]]:
    own = table.sqlite
    if own is not None:
        for present, construct in ((own.strict, "strict"), (own.without_rowid, "without rowid"),
                                   (own.autoincrement, "autoincrement")):  # fmt: skip
            if present:
                yield table.ref, construct
        if _CONFLICT.search(_STRINGS.sub("''", own.sql)):
            yield table.ref, "conflict clause"
    if table.primary_key is None:
        yield table.ref, "no primary key"
    for column in table.columns:
        at = _sub(table, column.name, "column")
        if column.generated is not None:
            yield at, "generated column" if column.generated.stored else "virtual generated column"
        if column.collation is not None:
            yield at, "collation"
        if column.default is not None:
            yield at, "default"
        kind = _held(column).type.name
        if kind == "any":
            yield at, "any type"
        elif kind in _MOMENTS or _declared(column) in _CLOCKS:
            yield at, "date or time"
    for one in table.constraints:
        at = _sub(table, one.name, "constraint")
        if isinstance(one, Check):
            yield at, "check constraint"
        elif isinstance(one, Unique):
            yield at, "unique"
        elif isinstance(one, PrimaryKey):
            yield at, "composite primary key" if len(one.columns) > 1 else "primary key"
        elif isinstance(one, ForeignKey):
            yield at, "composite foreign key" if len(one.columns) > 1 else "foreign key"
            if one.deferrable:
                yield at, "deferrable foreign key"
            if one.target == table.name:
                yield at, "self reference"
    for index in table.indexes:
        if index.constraint is not None:
            continue
        at = ObjectRef(kind="index", name=index.name.name)
        yield at, "index"
        for present, construct in (
            (index.predicate is not None, "partial index"),
            (any(key.column is None for key in index.keys), "expression index"),
            (any(key.descending for key in index.keys), "descending index"),
            (any(collates(table, key) for key in index.keys), "index collation"),
        ):
            if present:
                yield at, construct


def collates(table: Table, key: IndexKey) -> bool:
    """Whether a key of an index is ordered otherwise than its column."""
    column = table.column(key.column) if key.column else None
    return key.collation != (column.collation if column is not None else None)


def _sub(relation: Table | View, name: str, kind: str) -> ObjectRef:
    if kind == "column":
        return ObjectRef(kind="column", name=relation.name.name, sub=name)
    if kind == "trigger":
        return ObjectRef(kind="trigger", name=relation.name.name, sub=name)
    return ObjectRef(kind="constraint", name=relation.name.name, sub=name)


# The constructs that every target's capability table for SQLite has a row for.
SQLITE_CONSTRUCTS = (
    "strict", "without rowid", "autoincrement", "conflict clause", "primary key", "composite primary key",
    "no primary key", "any type", "date or time", "generated column", "virtual generated column", "collation",
    "default", "check constraint", "unique", "foreign key", "composite foreign key", "deferrable foreign key",
    "self reference", "index", "partial index", "expression index", "descending index", "index collation", "view",
    "trigger", "virtual table",
)  # fmt: skip
