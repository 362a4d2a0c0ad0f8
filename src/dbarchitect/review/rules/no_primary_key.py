"""Table without a primary key

## What it says

A table has no primary key. Where a unique index over NOT NULL columns, without a condition and not deferrable, could
be one, it is named. It is an `error` where the table is published with the default replica identity, `info` where the
table's name says that it only records events.

## Why it matters

Without a key no row can be named: the same row can be there twice, and neither foreign keys nor most ORMs can refer
to it.

Logical replication refuses updates and deletes on a published table without a replica identity ("cannot update table
... because it does not have a replica identity"). Of 42 real schemas 20 had such tables, 198 in all; for 117 of
them a unique index stood ready to be promoted.

## What would make it false

The table is a log that is only appended to and read whole, a staging table, or a template for partitions.

## How to mend it

Promote the unique index (`ADD PRIMARY KEY USING INDEX` builds nothing and takes a moment), or choose the columns that
name a row, or add an identity column. Which, only you can know where nothing stands ready; then the finding has no fix.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddConstraint, Change, Statements
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted, Refused
from dbarchitect.model.schema import Index, PrimaryKey, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import enforces, obligations, settled
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.WARNING, yields_to=("junction-without-unique",))


def check(review: Context) -> Iterator[Finding]:
    """Tables without a primary key."""
    published = {one.table for publication in review.schema.publications for one in publication.tables}
    everything = any(publication.all_tables for publication in review.schema.publications)
    for table in review.tables:
        if table.primary_key is not None or not table.columns:
            continue
        usable = next((index for index in table.indexes if _usable(table, index)), None)
        replicated = table.replica_identity == "default" and (everything or table.name in published)
        if replicated:
            severity = Severity.ERROR
        elif is_event_like(table.name.name) and usable is None:
            severity = Severity.INFO
        else:
            severity = RULE.severity
        message = f"{table.name.short} has no primary key"
        if replicated:
            message += ", and is published: updates and deletes on it fail"
        if usable is not None:
            message += f"; {usable.name.name} is unique, never NULL, and can become it"
        else:
            message += ": what names a row?"
        yield RULE.finding(
            table.ref,
            message,
            severity=severity,
            certainty="certain",  # that it has none; what it should be is the question
            also=(index_ref(usable),) if usable else (),
            facts={"rows": review.rows(table), "candidate": usable.name.name if usable else None},
            fix=_promotion(review, table, usable) if usable else (),
            asks=usable is None,
            experiment=_twice(review, table) or _not_to_be_replicated(table),
        )


def _usable(table: Table, index: Index) -> bool:
    columns = [table.column(key.column) if key.column else None for key in index.keys]
    return (
        settled(index)
        and index.method == "btree"
        and index.predicate is None
        and enforces(table, index)
        and all(column is not None and column.not_null for column in columns)
    )


def _promotion(review: Context, table: Table, index: Index) -> tuple[Change, ...]:
    columns = tuple(key.text for key in index.keys)
    key = PrimaryKey(name=free_name(review, table, ("pkey",)), columns=columns, include=index.include)
    if _adoptable(review, table, index):
        # The key takes the index over, so that undoing it drops the index: what makes it anew comes before.
        kept = Statements(sql=(), undo=(index.definition,))
        return kept, AddConstraint(table=table.name, constraint=key, index=index, using_index=True)
    added = AddConstraint(table=table.name, constraint=key)
    return (added,) if obligations(review, table, index) else (added, drop_index(table, index))


def _adoptable(review: Context, table: Table, index: Index) -> bool:
    """Whether PostgreSQL takes the index as it is (ADD PRIMARY KEY USING INDEX), without building another one."""
    usual = all(
        key.opclass_default and key.collation is None and not key.descending and not key.nulls_first
        for key in index.keys
    )
    own = index.constraint is None and index.comment is None and not obligations(review, table, index)
    return usual and own and table.kind == "ordinary"


def _twice(review: Context, table: Table) -> Accepted | None:
    """The same row, two times; only where nothing unique could refuse it."""
    if any(index.unique for index in table.indexes):
        return None
    rows = Rows(review)
    if rows.add(table) is None:
        return None
    return Accepted(
        script=(*rows.statements, rows.statements[-1], f"SELECT count(*) AS rows FROM {table.name}"),
        shows="the same row is accepted twice",
    )


def _not_to_be_replicated(table: Table) -> Refused | None:
    """What a publication makes of an update; for partitioned tables it is their partitions that refuse."""
    column = next((one for one in table.columns if one.generated is None and one.identity is None), None)
    if table.kind != "ordinary" or table.persistence != "permanent" or table.replica_identity != "default":
        return None
    if column is None:
        return None
    name = quote_identifier(column.name)
    return Refused(
        script=(
            f"CREATE PUBLICATION dba_published FOR TABLE {table.name}",
            f"UPDATE {table.name} SET {name} = {name} WHERE false",
        ),
        shows="once the table is published, an update is refused",
    )
