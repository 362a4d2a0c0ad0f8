"""Change time that no trigger keeps

## What it says

A column named like `updated_at` is kept by no trigger before UPDATE: it tells the truth only as far as every writer
sets it. Where a table of the schema has such a trigger, those without are named; else it is one finding, because an
object-relational mapper then usually keeps them all.

## Why it matters

An update by hand, by a migration or by a second application leaves the old time, and what synchronises by it never
sees the change.

Of 739 such columns in 22 real schemas 726 had no trigger.

## What would make it false

All writes go through one application that sets it, bulk updates and migrations included.

## How to mend it

A BEFORE UPDATE trigger for each row that sets the column to `now()`; one function serves all tables whose columns have
the same name.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Change, Create
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Function, Table, Trigger
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import is_change_time

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.INFO)

_TIMES = frozenset({"timestamptz", "timestamp"})


def check(review: Context) -> Iterator[Finding]:
    """Change times that only writers keep."""
    found: list[Finding] = []
    kept: list[ObjectRef] = []
    for table, column in review.columns():
        if base_type(column) not in _TIMES or column.generated is not None or not is_change_time(column.name):
            continue
        if any(_runs_before_update(trigger) for trigger in table.triggers):
            kept.append(column_ref(table, column))
        else:
            found.append(_found(review, table, column))
    of = len(found) + len(kept)
    message = f"{len(found)} of {of} columns for the time of change are kept by no trigger"
    # Without a single trigger it is the convention of the whole schema.
    many = 1 if not kept else 5
    yield from roll_up(found, message, of=of, share=0, many=many, deviations=kept)


def _runs_before_update(trigger: Trigger) -> bool:
    return (
        trigger.timing == "BEFORE"
        and "UPDATE" in trigger.events
        and trigger.for_each_row
        and trigger.enabled != "disabled"
    )


def _found(review: Context, table: Table, column: Column) -> Finding:
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{column.name} is kept by no trigger: an update that does not name it leaves it as it was",
        fix=_trigger(review, table, column),
        experiment=_unchanged(review, table, column),
    )


def _trigger(review: Context, table: Table, column: Column) -> tuple[Change, ...]:
    quoted = quote_identifier(column.name)
    name = Name(schema=table.name.schema, name=f"set_{column.name}"[:63])
    if table.partition_of or any(one.name == name for one in review.schema.functions):
        return ()  # the name is taken: what that function does is for a person to see
    if "$" in column.name or any(one.name == name.name for one in table.triggers):
        return ()
    body = f"\nBEGIN\n    NEW.{quoted} := now();\n    RETURN NEW;\nEND\n"
    function = Function(
        name=name,
        returns="trigger",
        language="plpgsql",
        body=body,
        definition=(
            f"CREATE OR REPLACE FUNCTION {name}()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function${body}$function$\n"
        ),
    )
    called = quote_identifier(name.name)
    trigger = Trigger(
        name=name.name,
        function=f"{name}()",
        definition=f"CREATE TRIGGER {called} BEFORE UPDATE ON {table.name} FOR EACH ROW EXECUTE FUNCTION {name}()",
        timing="BEFORE",
        events=("UPDATE",),
    )
    return Create(object=function), Create(object=trigger, on=table.name)


def _unchanged(review: Context, table: Table, column: Column) -> Accepted | None:
    """A row of long ago, an update of another column, and the time that is left."""
    other = next(
        (one for one in table.columns if one is not column and one.generated is None and one.identity is None), None
    )
    rows = Rows(review)
    if other is None or rows.add(table, {column.name: "'2001-02-03 04:05:06'"}) is None:
        return None
    quoted = quote_identifier(other.name)
    return Accepted(
        script=(
            *rows.statements,
            f"UPDATE {table.name} SET {quoted} = {quoted}",
            f"SELECT {quote_identifier(column.name)} FROM {table.name}",
        ),
        shows="an update leaves the time of the last change as it was",
    )
