"""Delete that cascades far

## What it says

ON DELETE CASCADE leads from a table through four others or more in a row, one below the other. It is `info`; where
something live is known and a table below has a million rows or more (`LARGE_ROWS`), a `warning`, also for shorter
ways. Named is the longest way from each table that no cascade reaches itself.

## Why it matters

One DELETE of a row empties tables that its writer never thought of, in one transaction that holds all their locks.

Of 42 real schemas the deepest way had six steps. A million rows deleted one by one by the cascade's trigger
(`ri_triggers.c`), at some ten microseconds each, are ten seconds of locks: that is where `LARGE_ROWS` comes from.

## What would make it false

The tables are one thing (an order and its lines and their taxes) and live and die together.

## How to mend it

Draw the line where one thing ends and another begins, and say RESTRICT or NO ACTION there: which, only you can know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context, Reference, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.INFO)

DEEP = 4  # steps; of 42 real schemas few reach it
LARGE_ROWS = 1_000_000

_Below = dict[Name, list[Reference]]


def check(review: Context) -> Iterator[Finding]:
    """Ways of ON DELETE CASCADE that lead far, or into large tables."""
    below: _Below = defaultdict(list)
    reached: set[Name] = set()
    for table in review.tables:
        for key in table.foreign_keys:
            if key.on_delete == "CASCADE" and key.enforced and not key.inherited and key.target != table.name:
                below[key.target].append(Reference(table, key))
                reached.add(table.name)
    longest: dict[Name, list[Reference]] = {}
    for name in sorted(below):
        _walk(name, below, longest, set())
    for name in sorted(below):
        table = review.table(name)
        if table is None or name in reached:
            continue
        large = _large(review, name, below)
        if len(longest[name]) >= DEEP or large is not None:
            yield _found(review, table, longest[name], large, below)


def _walk(name: Name, below: _Below, longest: dict[Name, list[Reference]], above: set[Name]) -> list[Reference]:
    """The longest way down from `name`, each table once."""
    if name in longest:
        return longest[name]
    best: list[Reference] = []
    above.add(name)
    for step in below.get(name, ()):
        if step.table.name not in above:
            way = [step, *_walk(step.table.name, below, longest, above)]
            best = max(best, way, key=len)
    above.discard(name)
    longest[name] = best
    return best


def _reach(name: Name, below: _Below) -> dict[Name, Table]:
    found: dict[Name, Table] = {}
    todo = [name]
    while todo:
        for step in below.get(todo.pop(), ()):
            if step.table.name not in found:
                found[step.table.name] = step.table
                todo.append(step.table.name)
    return found


def _large(review: Context, name: Name, below: _Below) -> tuple[Table, float] | None:
    sizes = [(table, rows) for table in _reach(name, below).values() if (rows := review.rows(table)) is not None]
    most = max(sizes, key=lambda one: one[1], default=None)
    return most if most is not None and most[1] >= LARGE_ROWS else None


def _found(
    review: Context, table: Table, way: list[Reference], large: tuple[Table, float] | None, below: _Below
) -> Finding:
    reach = len(_reach(table.name, below))
    path = " > ".join([table.name.short, *(step.table.name.short for step in way)])
    tables = "1 other table" if reach == 1 else f"{reach} other tables"
    message = f"a delete in {table.name.short} deletes from {tables}, {len(way)} deep: {path}"
    if large is not None:
        message += f"; {large[0].name.short} has {large[1]:,.0f} rows"
    return RULE.finding(
        table.ref,
        f"{message}: is that meant?",
        severity=Severity.WARNING if large is not None else None,
        also=[constraint_ref(step.table, step.key.name) for step in way],
        facts={"steps": len(way), "tables": reach, "most_rows": large[1] if large is not None else None},
        asks=True,
        experiment=_gone(review, table, way),
    )


def _gone(review: Context, table: Table, way: list[Reference]) -> Accepted | None:
    """One row in each table of the way; the first is deleted."""
    rows = Rows(review)
    above = rows.add(table, must=way[0].key.target_columns)
    first = above
    for step, after in zip(way, [*way[1:], None], strict=True):
        if above is None:
            return None
        values = {name: above[target] for name, target in zip(step.key.columns, step.key.target_columns, strict=True)}
        above = rows.add(step.table, values, must=after.key.target_columns if after is not None else ())
    if first is None or above is None:
        return None
    where = " AND ".join(f"{quote_identifier(name)} = {first[name]}" for name in way[0].key.target_columns)
    last = way[-1].table.name
    return Accepted(
        script=(
            *rows.statements,
            f"DELETE FROM {table.name} WHERE {where}",
            f"SELECT count(*) AS rows_left FROM {last}",
        ),
        shows=f"a delete in {table.name.short} empties {last.short}",
    )
