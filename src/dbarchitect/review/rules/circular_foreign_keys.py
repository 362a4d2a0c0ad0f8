"""Tables that refer to each other in a circle

## What it says

Two tables or more refer to each other in a circle, by foreign keys that are not deferrable. Where every column of such
a circle is NOT NULL it is an `error`, else a question and `info`. A table that refers to itself is a tree, and left
out; so are circles that a deferrable key opens, because there somebody thought of it.

## Why it matters

No row can be the first: each needs another one that needs it. Dumps of single tables, fixtures and bulk deletes have no
order that works.

Where every column is NOT NULL not even one row goes in, but by one statement that inserts into all the tables at once.
Where one may be NULL, rows go in by halves, and an UPDATE closes the circle; meanwhile the two directions may disagree.
Of 42 real schemas 9 had circles, 14 in all, one of them closed.

## What would make it false

The one direction names a favourite among the rows of the other (a main address), and disagreeing is impossible.

## How to mend it

Make one key of the circle DEFERRABLE INITIALLY DEFERRED, so that it is checked at the end of the transaction; or let
one column be NULL; or take one direction out into a table of its own. For a closed circle the fix does the first.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterConstraint, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted, Refused
from dbarchitect.model.schema import ForeignKey, Table
from dbarchitect.review.context import Context, Reference, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.INFO)

_Edges = dict[Name, list[Reference]]


def check(review: Context) -> Iterator[Finding]:
    """Circles of tables."""
    edges: _Edges = {table.name: [] for table in review.tables}
    for table in review.tables:
        for key in table.foreign_keys:
            if key.enforced and not key.deferrable and key.target != table.name and key.target in edges:
                edges[table.name].append(Reference(table, key))
    for circle in _circles(edges):
        inside = {name: [one for one in edges[name] if one.key.target in circle] for name in circle}
        closed = {name: [one for one in found if _mandatory(one)] for name, found in inside.items()}
        tight = _circles(closed)
        yield _found(review, sorted(circle), inside, closed if tight else {})


def _mandatory(one: Reference) -> bool:
    """Whether every row must refer to something."""
    columns = [one.table.column(name) for name in one.key.columns]
    return all(column is not None and column.not_null for column in columns)


def _circles(edges: _Edges) -> list[set[Name]]:
    """The strongly connected sets of two tables or more: R. Tarjan, "Depth-First Search and Linear Graph Algorithms"
    (1972), with a stack of its own instead of recursion."""
    index: dict[Name, int] = {}
    low: dict[Name, int] = {}
    stack: list[Name] = []
    waiting: set[Name] = set()
    found: list[set[Name]] = []
    for root in edges:
        if root in index:
            continue
        work: list[tuple[Name, int]] = [(root, 0)]
        while work:
            name, position = work.pop()
            if position == 0:
                index[name] = low[name] = len(index)
                stack.append(name)
                waiting.add(name)
            targets = [one.key.target for one in edges[name]]
            if position > 0:
                low[name] = min(low[name], low[targets[position - 1]])
            while position < len(targets):
                target = targets[position]
                position += 1
                if target not in index:
                    work += [(name, position), (target, 0)]
                    break
                if target in waiting:
                    low[name] = min(low[name], index[target])
            else:
                if low[name] == index[name]:
                    members: set[Name] = set()
                    while name not in members:
                        members.add(stack.pop())
                    waiting -= members
                    if len(members) > 1:
                        found.append(members)
    return found


def _found(review: Context, circle: list[Name], inside: _Edges, closed: _Edges) -> Finding:
    keys = [one for name in circle for one in inside[name]]
    names = ", ".join(name.short for name in circle[:4]) + (f" and {len(circle) - 4} more" if len(circle) > 4 else "")
    message = f"{names} refer to each other in a circle"
    if closed:
        message += " of columns that are NOT NULL: no row of them can be the first"
    first = keys[0]
    return RULE.finding(
        first.table.ref,
        message,
        severity=Severity.ERROR if closed else None,
        also=[constraint_ref(one.table, one.key.name) for one in keys],
        facts={"tables": len(circle), "foreign_keys": len(keys)},
        fix=_opened(closed),
        asks=not closed,
        experiment=_first_row(review, closed) if closed else _disagree(review, keys),
    )


def _opened(closed: _Edges) -> tuple[Change, ...]:
    """The keys whose check at the end opens every closed circle, one by one."""
    changes: list[Change] = []
    edges = {name: list(found) for name, found in closed.items()}
    while circles := _circles(edges):
        name = min(circles[0])
        one = next(one for one in edges[name] if one.key.target in circles[0])
        edges[name].remove(one)
        later = msgspec.structs.replace(one.key, deferrable=True, initially_deferred=True)
        later = msgspec.structs.replace(later, definition=f"{one.key.definition} DEFERRABLE INITIALLY DEFERRED")
        changes.append(AlterConstraint(table=one.table.name, before=one.key, after=later))
    return tuple(changes)


def _first_row(review: Context, closed: _Edges) -> Refused | None:
    """The first row of the circle, while the other tables are empty."""
    circle = _circles(closed)[0]
    name = min(circle)
    table = next(one.table for one in closed[name])
    keys = [one.key for one in closed[name] if one.key.target in circle]
    rows = Rows(review)
    columns = [column for key in keys for column in key.columns]
    if rows.add(table, loose=[key.name for key in keys], must=columns) is None:
        return None
    return Refused(script=tuple(rows.statements), shows=f"the first row of {table.name.short} is refused")


def _disagree(review: Context, keys: list[Reference]) -> Accepted | None:
    """Of two tables that refer to each other: a row whose chosen one belongs to another."""
    for there in keys:
        for back in keys:
            if there.key.target == back.table.name and back.key.target == there.table.name:
                found = _chosen_by_another(review, there.table, there.key, back.table, back.key)
                if found is not None:
                    return found
    return None


def _chosen_by_another(
    review: Context, owner: Table, there: ForeignKey, owned: Table, back: ForeignKey
) -> Accepted | None:
    if len(there.columns) != 1 or len(back.columns) != 1:
        return None
    choice = owner.column(there.columns[0])
    if choice is None or choice.not_null:
        return None
    rows = Rows(review)
    absent = {choice.name: "NULL"}
    one = rows.add(owner, absent, must=back.target_columns)
    other = rows.add(owner, absent, must=back.target_columns)
    if one is None or other is None:
        return None
    target = back.target_columns[0]
    thing = rows.add(owned, {back.columns[0]: one[target]}, must=there.target_columns)
    if thing is None:
        return None
    name, key = quote_identifier(choice.name), quote_identifier(target)
    wanted, link = quote_identifier(there.target_columns[0]), quote_identifier(back.columns[0])
    return Accepted(
        script=(
            *rows.statements,
            f"UPDATE {owner.name} SET {name} = {thing[there.target_columns[0]]} WHERE {key} = {other[target]}",
            f"SELECT owner.{key} AS chosen_by, owned.{link} AS belongs_to FROM {owner.name} AS owner "
            f"JOIN {owned.name} AS owned ON owned.{wanted} = owner.{name}",
        ),
        shows=f"a row of {owner.name.short} chooses a row of {owned.name.short} that belongs to another",
    )
