"""Index on a boolean alone

## What it says

The keys of a B-tree over all rows are booleans and nothing else. Left out are unique indexes, those that a constraint
needs, and, where statistics are there, those that `low-cardinality-index` speaks about: both values common.

It is `info` for several flags, of which a combination may be rare, and where the statistics show a rare value. An index
in which a boolean stands before other columns is not reported: `flag = ? AND other = ?` reads it well.

## Why it matters

Whichever value is common, its entries are never worth reading: the table is read instead. Every write pays for them
all the same.

A partial index over the rare value alone holds a small share of the entries and is not touched by writes of the other
rows (documentation, "Partial Indexes": "one major reason for using a partial index is to avoid indexing common
values").

## What would make it false

Queries count by the flag in index-only scans, or the share of the two values changes over time.

## How to mend it

Keep the rare value only: an index on what those queries sort or select by, `WHERE flag`; or none at all where both
values are common. Queries must then ask `flag` or `flag = true`: from `flag IS TRUE` PostgreSQL does not conclude that
the index will do.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import SamePlans
from dbarchitect.model.schema import Column, Index, Table
from dbarchitect.review.context import Context, base_type, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import obligations, settled
from dbarchitect.review.rule import REDUNDANT, Rule
from dbarchitect.review.samples import array_items

RULE = Rule(
    __name__,
    __doc__,
    area="indexes",
    certainty="likely",
    severity=Severity.WARNING,
    harms_by="rows",
    yields_to=REDUNDANT,
)

_RARE = 0.05  # `low-cardinality-index`: from this share on nobody reads an index for a value


def check(review: Context) -> Iterator[Finding]:
    """Indexes whose keys have two values each."""
    for table in review.tables:
        for index in table.indexes:
            if (
                index.method != "btree"
                or index.unique
                or index.predicate is not None
                or index.include
                or not settled(index)
                or obligations(review, table, index)
            ):
                continue
            columns = [table.column(key.column) if key.column else None for key in index.keys]
            flags = [one for one in columns if one is not None and base_type(one) == "bool"]
            if not flags or len(flags) < len(columns):
                continue
            statistics = review.facts.column(str(table.name), flags[0].name) if review.facts else None
            if len(flags) > 1 or statistics is None:
                yield _found(review, table, index, flags, None)
            else:
                rare = _rare(statistics)
                if rare is not None:
                    yield _found(review, table, index, flags, rare)


def _rare(statistics: ColumnStatistics) -> tuple[str, float] | None:
    """The value that few rows have, as SQL, with its share; None where there is none."""
    shares = dict(
        zip(
            array_items(statistics.most_common_values or "{}"),
            statistics.most_common_frequencies or (),
            strict=False,
        )
    )
    if not shares or max(shares.values()) < 1 - _RARE:
        return None
    common = max(shares, key=lambda one: shares[one])
    rare = "true" if common.startswith("f") else "false"
    return rare, max(1 - statistics.null_fraction - shares[common], 0.0)


def _found(review: Context, table: Table, index: Index, flags: list[Column], rare: tuple[str, float] | None) -> Finding:
    names = ", ".join(one.name for one in flags)
    fix = _partial(review, table, index, flags[0], rare[0]) if rare else ()
    quoted = quote_identifier(flags[0].name)
    if rare is None:
        message = f"{index.name.name} on {table.name.short} has nothing but {names} to tell rows apart"
        message += "; an index over the rare value's rows alone would do, or none"
    else:
        message = f"{index.name.name} on {table.name.short} is read for {quoted} = {rare[0]} alone ({rare[1]:.1%} of "
        message += "the rows); the other entries are dead weight"
    return RULE.finding(
        index_ref(index),
        message,
        severity=Severity.INFO if rare or len(flags) > 1 else None,
        facts={
            "columns": names,
            "rare": rare[0] if rare else None,
            "rare_share": round(rare[1], 4) if rare else None,
            "bytes": review.index_bytes(index),
        },
        fix=fix,
        # How many rows have which value nobody can make up: without statistics there is nothing to show.
        experiment=SamePlans(change=fix, sql=(f"SELECT * FROM {table.name} WHERE {_meeting(quoted, rare[0])}",))
        if rare
        else None,
    )


def _meeting(flag: str, value: str) -> str:
    """The condition that a flag has a value, as the planner proves it of a partial index."""
    return flag if value == "true" else f"NOT {flag}"


def _partial(review: Context, table: Table, index: Index, flag: Column, value: str) -> tuple[Change, ...]:
    quoted = quote_identifier(flag.name)
    name = free_name(review, table, (flag.name, value, "idx"))
    partial = replace(
        index,
        name=Name(schema=table.name.schema, name=name),
        predicate=_meeting(quoted, value),
        definition="",
        comment=None,
    )
    return AddIndex(index=partial), drop_index(table, index)
