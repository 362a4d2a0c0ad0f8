"""Column that names another table, without a foreign key

## What it says

A column is called like the key of another table (`customer_id` and `customers`: singular or plural, any style, behind
the prefix that the tables share), has a type of the same family, and no foreign key. It is a `warning`, and a question
and `info` where only the end of the name fits (`billing_address_id`), where the table records events, or where what
ANALYZE saw speaks against it: values beyond the parent's keys, or more different ones than it has rows. Where what
ANALYZE saw speaks for it, the end of the name is enough.

Quiet where the id comes with a type (`owner_type`), is the whole primary key, or begins with what names another
system's ids (`external_`, `stripe_`). A schema in which at least four of five such columns have no foreign key gets one
finding: it looks like a policy, and is `info` where there is no foreign key at all. So do more than five columns that
mean the same table; they are `info` and a question where no foreign key refers to that table.

## Why it matters

Ids of rows that are gone or never were are accepted, and no reader, join or tool knows that the tables belong together.

Of 42 real schemas 25 had such columns, 566 in all. Inclusion of the data alone is a poor hint (121 candidates for 11
true references in one database); name, key and type together gave no wrong one there.

## What would make it false

The rows shall outlive what they refer to (events, audits), or the id is another system's.

## How to mend it

Add the foreign key as NOT VALID, put the rows right that the finding's query lists, then validate it; and an index for
it where there is none. What a delete of the parent shall do, only you can know: the fix leaves it at NO ACTION.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.enforcing import foreign_key, orphans
from dbarchitect.review.implied import Meant, undeclared
from dbarchitect.review.mending import new_index
from dbarchitect.review.overlap import serves_foreign_key
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import sample
from dbarchitect.review.systemic import MANY, SHARE, roll_up
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(
    __name__,
    __doc__,
    area="foreign keys",
    certainty="likely",
    severity=Severity.WARNING,
    harms_by="writes",
    yields_to=("reference-in-rows",),
)

_MORE = 1.1  # estimates of distinct values within 10 % of the parent's rows are no contradiction
_ENOUGH = 5  # sampled values before they speak for anything
_FEW_ROWS = 100  # the default statistics target: statistics of so few distinct rows list every key


def check(review: Context) -> Iterator[Finding]:
    """Columns that mean another table, and no foreign key that says so."""
    found = [(one.meant.table.name, _found(review, one.table, one.column, one.meant)) for one in undeclared(review)]
    declared = sum(len(table.foreign_keys) for table in review.tables)
    of = len(found) + declared
    if len(found) > (MANY if declared else 1) and len(found) >= SHARE * of:
        message = f"{len(found)} columns are called like keys of other tables, and {declared} have a foreign key"
        for one in roll_up([one for _, one in found], f"{message}: is that meant?", of=of, many=1):
            severity = one.severity if declared else Severity.INFO  # none at all is more than likely a policy
            yield msgspec.structs.replace(one, severity=severity, asks=True, certainty="possible")
        return
    by_parent: dict[Name, list[Finding]] = defaultdict(list)
    for name, one in found:
        by_parent[name].append(one)
    referred = {key.target for table in review.tables for key in table.foreign_keys}
    for name, ones in by_parent.items():
        message = f"{len(ones)} columns are called like keys of {name.short}, without a foreign key"
        at = ObjectRef(kind="table", schema=name.schema, name=name.name)
        if name in referred or len(ones) <= MANY:
            yield from roll_up(ones, message, of=len(ones), at=at)
            continue
        for one in roll_up(ones, f"{message}, and none has one: is that meant?", of=len(ones), at=at):
            yield msgspec.structs.replace(one, severity=Severity.INFO, asks=True, certainty="possible")


def _found(review: Context, table: Table, column: Column, meant: Meant) -> Finding:
    against, agrees = _statistics(review, table, column, meant)
    sure = (meant.whole or agrees) and not against and not is_event_like(table.name.name)
    message = (
        f"{table.name.short}.{column.name} is called like a key of {meant.table.name.short}, without a foreign key"
    )
    if against:
        message += f"; {against}"
    return RULE.finding(
        column_ref(table, column),
        message if sure else f"{message}: does it refer to it?",
        severity=None if sure else Severity.INFO,
        also=(column_ref(meant.table, meant.column),),
        facts={"parent": str(meant.table.name), "rows": review.rows(table)},
        fix=_key(review, table, column, meant),
        offenders=orphans(table, (column.name,), meant.table, (meant.column,)),
        asks=not sure,
        experiment=_orphan(review, table, column, meant),
    )


def _statistics(review: Context, table: Table, column: Column, meant: Meant) -> tuple[str, bool]:
    """What the statistics say against the reference, in words ("": nothing), and whether they speak for it."""
    own = review.facts.column(str(table.name), column.name) if review.facts else None
    other = review.facts.column(str(meant.table.name), meant.column) if review.facts else None
    rows, parents = review.rows(table), review.rows(meant.table)
    if own is None or rows is None or parents is None:
        return "", False
    distinct = own.n_distinct if own.n_distinct >= 0 else -own.n_distinct * rows
    if distinct > _MORE * parents + 1:
        return f"it has about {distinct:,.0f} different values, and {meant.table.name.short} {parents:,.0f} rows", False
    values, keys = sample(own), sample(other) if other else []
    if not values or not keys:
        return "", False
    if base_type(column) in ("int2", "int4", "int8"):
        numbers = [int(value) for value in keys]
        beyond = sum(not min(numbers) <= int(value) <= max(numbers) for value in values)
    elif parents <= min(_FEW_ROWS, len(keys)):
        beyond = len(set(values) - set(keys))
    else:
        return "", False
    # New keys since the parent's ANALYZE are a few at the end, so a minority is no contradiction.
    if 2 * beyond > len(values):
        return f"{beyond} of {len(values)} sampled values are no keys there", False
    return "", beyond == 0 and len(values) >= _ENOUGH


def _key(review: Context, table: Table, column: Column, meant: Meant) -> tuple[Change, ...]:
    added = foreign_key(review, table, (column.name,), meant.table, (meant.column,))
    if not added or any(serves_foreign_key(index, (column.name,)) for index in table.indexes):
        return added
    return (new_index(review, table, (column.name,)), *added)


def _orphan(review: Context, table: Table, column: Column, meant: Meant) -> Accepted | None:
    """A row that refers to a row that does not exist."""
    rows = Rows(review)
    if rows.add(table, must=(column.name,)) is None:
        return None
    return Accepted(
        script=(*rows.statements, orphans(table, (column.name,), meant.table, (meant.column,))),
        shows="a reference to a row that does not exist is accepted",
    )
