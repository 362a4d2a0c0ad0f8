"""Polymorphic association

## What it says

A table has a pair of columns `x_type` and `x_id` (or Django's `content_type_id` and `object_id`) and no foreign key on
the id: the type says which table the id belongs to. Left out are pairs whose stem is itself a table (there the type is
an attribute), ids that are the table's own, and ids that other systems give. Where the stem does not say that it may
be anything (`entity`, `owner`, `...able`) it is a question and `info`. In tables of events it is `info` too, because
events may outlive what they were about. More than five are one finding: that is how the application is made.

## Why it matters

No foreign key can be declared, so ids point at rows that are gone or never were, and every join must know all types.

Bill Karwin calls it "Polymorphic Associations" ("SQL Antipatterns", 2010, chapter 7). Of 42 real schemas 10 had it, 74
times.

## What would make it false

The id is not a key of this database, but one that another system gave.

## How to mend it

One nullable column with a foreign key for each type and `CHECK (num_nonnulls(a_id, b_id) = 1)`, or a common parent
table that all the types refer to.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(
    __name__,
    __doc__,
    area="foreign keys",
    certainty="likely",
    severity=Severity.WARNING,
    engines=("postgresql", "sqlite"),
)

# Stems that mean "any of several tables". For others the pair may be an id with an attribute, so the rule asks.
_ANY = frozenset(
    """
    entity object target resource subject owner parent actor related relatable holder trackable attachable member
    principal originator
    """.split()  # noqa: SIM905
)
_FOREIGN = frozenset(
    """
    oauth external provider auth authentication mime content media grant token client event remote third msg message
    request document file
    """.split()  # noqa: SIM905
)
_KEYS = frozenset({"int2", "int4", "int8", "uuid", "text", "varchar", "bpchar", "numeric", "integer"})


def check(review: Context) -> Iterator[Finding]:
    """Pairs of a type and an id that no foreign key checks."""
    tables = {tuple(map(singular, words(table.name.name))) for table in review.tables}
    found: list[Finding] = []
    for table in review.tables:
        referring = {name for key in table.foreign_keys for name in key.columns}
        by_words = {words(column.name): column for column in table.columns}
        for kind in table.columns:
            name = words(kind.name)
            if kind.inherited or len(name) < 2:
                continue
            if name[-1] == "type" and kind.name not in referring:
                stem = name[:-1]
            elif name == ("content", "type", "id"):
                stem = ("object",)
            else:
                continue
            identifier = by_words.get((*stem, "id")) or by_words.get((*stem, "uuid"))
            if identifier is None or identifier.name in referring or base_type(identifier) not in _KEYS:
                continue
            key = table.primary_key.columns if table.primary_key else ()
            if key == (identifier.name,) or stem in tables or not _FOREIGN.isdisjoint(stem):
                continue
            if set(stem) <= set(words(table.name.name)) and not _ANY.intersection(stem):
                continue  # its own id and type
            found.append(_found(review, table, stem, kind, identifier))
    message = f"{len(found)} columns refer to the table that another column names, and nothing checks them"
    yield from roll_up(found, message, of=len(found))


def _found(review: Context, table: Table, stem: tuple[str, ...], kind: Column, identifier: Column) -> Finding:
    certain = stem[-1] in _ANY or stem[-1].endswith("able")
    severity = Severity.INFO if not certain or is_event_like(table.name.name) else None
    return RULE.finding(
        column_ref(table, identifier),
        f"{table.name.short}.{identifier.name} refers to the table that {kind.name} names, and nothing checks it",
        severity=severity,
        also=(column_ref(table, kind),),
        facts={"rows": review.rows(table)},
        asks=not certain,
        experiment=_orphan(review, table, kind, identifier),
    )


def _orphan(review: Context, table: Table, kind: Column, identifier: Column) -> Accepted | None:
    """A row that refers to a row that does not exist, in an empty database."""
    rows = Rows(review)
    if rows.add(table, must=(kind.name, identifier.name)) is None:
        return None
    names = ", ".join(quote_identifier(column.name) for column in (kind, identifier))
    return Accepted(
        script=(*rows.statements, f"SELECT {names} FROM {table.name}"),
        shows="a reference to a row that does not exist is accepted",
    )
