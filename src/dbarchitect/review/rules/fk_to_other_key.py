"""Foreign key to another key than the primary one

## What it says

A foreign key refers to a unique key of its parent that is not the primary key (`users (username)`). A key over the
primary key and more (tenant and id) is quiet: it is made for that. More than five are one finding.

## Why it matters

The value by which rows refer to each other is one that people choose, so it cannot change while something refers to it.

With ON UPDATE CASCADE it can, and every child is rewritten. Two ways of referring to one table also mean two indexes in
every child that is joined both ways. Of 42 real schemas 9 had such keys, 151 in all.

## What would make it false

The value never changes (a code of a standard), and children are read without a join because of it.

## How to mend it

Refer to the primary key, and read the other value by a join.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import ForeignKey, PrimaryKey, Table
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys to alternate keys."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        for key in table.foreign_keys:
            if not key.enforced or key.inherited or key.period:
                continue
            of += 1
            parent = review.table(key.target)
            primary = parent.primary_key if parent is not None else None
            if parent is not None and primary is not None and not set(primary.columns) <= set(key.target_columns):
                found.append(_found(review, table, key, parent, primary))
    message = f"{len(found)} of {of} foreign keys refer to another key than the primary one"
    yield from roll_up(found, message, of=of, share=0)


def _found(review: Context, table: Table, key: ForeignKey, parent: Table, primary: PrimaryKey) -> Finding:
    names = ", ".join(quote_identifier(name) for name in key.columns)
    targets, own = (
        ", ".join(quote_identifier(name) for name in columns) for columns in (key.target_columns, primary.columns)
    )
    return RULE.finding(
        constraint_ref(table, key.name),
        f"{table.name.short} ({names}) refers to {parent.name.short} ({targets}), whose primary key is ({own})",
        facts={"target": targets, "primary_key": own, "on_update": key.on_update},
        experiment=_fixed(review, table, key, parent),
    )


def _fixed(review: Context, table: Table, key: ForeignKey, parent: Table) -> Refused | None:
    """A parent, a child, and another value for the parent."""
    if key.on_update not in ("NO ACTION", "RESTRICT") or key.deferrable or parent.name == table.name:
        return None
    rows = Rows(review)
    first = rows.add(parent, must=key.target_columns)
    if first is None:
        return None
    values = {name: first[target] for name, target in zip(key.columns, key.target_columns, strict=True)}
    if rows.add(table, values) is None:
        return None
    script = tuple(rows.statements)
    second = rows.add(parent, must=key.target_columns)  # a value that no row has yet: the row itself is not inserted
    if second is None or any(second[name] == first[name] for name in key.target_columns):
        return None
    changed = ", ".join(f"{quote_identifier(name)} = {second[name]}" for name in key.target_columns)
    where = " AND ".join(f"{quote_identifier(name)} = {first[name]}" for name in key.target_columns)
    return Refused(
        script=(*script, f"UPDATE {parent.name} SET {changed} WHERE {where}"),
        shows="a value that rows refer to cannot be changed",
    )
