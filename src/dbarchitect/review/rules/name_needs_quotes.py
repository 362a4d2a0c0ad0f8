"""Names that need quotes

## What it says

Tables, views, columns or functions of a schema have capitals, blanks, signs or a leading digit in their names. It is
one finding for a schema, with counts.

## Why it matters

PostgreSQL folds a name without quotes to lower case, so `SELECT createdAt` does not find `"createdAt"`: every
statement and every tool must quote.

Of 42 real schemas 7 had such names; where a mapper makes them, they come by the hundred.

## What would make it false

All SQL is written by a tool that quotes every name, and nobody types a query.

## How to mend it

Let the mapper translate the names (`@map("created_at")` in Prisma, a naming strategy in TypeORM, Hibernate or EF
Core) and rename step by step. A rename of every name at once breaks every statement, so no change is given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectKind, ObjectRef, quote_identifier
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.keywords import RESERVED
from dbarchitect.review.naming import needs_quotes
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="naming", severity=Severity.INFO)

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SYSTEM = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"})


def check(review: Context) -> Iterator[Finding]:
    """The names of each schema that must be quoted."""
    places: dict[str, list[ObjectRef]] = defaultdict(list)
    tables: dict[str, list[Table]] = defaultdict(list)
    names: dict[str, int] = defaultdict(int)
    for table in review.tables:
        tables[table.name.schema].append(table)
        names[table.name.schema] += 1 + len(table.columns)
        if needs_quotes(table.name.name):
            places[table.name.schema].append(table.ref)
        for column in table.columns:
            if needs_quotes(column.name) and not column.inherited:
                places[table.name.schema].append(column_ref(table, column))
    for kind, named in _others(review):
        names[named.schema] += 1
        if needs_quotes(named.name.partition("(")[0]):
            places[named.schema].append(ObjectRef(kind=kind, schema=named.schema, name=named.name))
    for schema, found in sorted(places.items()):
        shown = list(dict.fromkeys(quote_identifier(one.sub or one.name) for one in found))
        yield RULE.finding(
            ObjectRef(kind="schema", name=schema),
            f"{len(found)} of {names[schema]} names in schema {schema} need quotes: "
            + ", ".join(shown[:3])
            + (", ..." if len(shown) > 3 else ""),
            also=found,
            facts={"quoted": len(found), "of": names[schema]},
            experiment=next((one for table in tables[schema] if (one := _unquoted(table))), None),
        )


def _others(review: Context) -> Iterator[tuple[ObjectKind, Name]]:
    for view in review.schema.views:
        yield "view", view.name
    for one in review.schema.functions:
        yield "function", Name(schema=one.name.schema, name=f"{one.name.name}({one.identity})")
    for one in review.schema.types:
        yield "type", one.name


def _unquoted(table: Table) -> Refused | None:
    """A column asked for as one would say it."""
    taken = {column.name for column in table.columns} | {table.name.name} | _SYSTEM | RESERVED
    for column in table.columns:
        if needs_quotes(column.name) and _WORD.match(column.name) and column.name.lower() not in taken:
            quoted = quote_identifier(column.name)
            return Refused(
                script=(f"SELECT {quoted} FROM {table.name}", f"SELECT {column.name} FROM {table.name}"),
                shows=f"without quotes {column.name} is another name",
            )
    return None
