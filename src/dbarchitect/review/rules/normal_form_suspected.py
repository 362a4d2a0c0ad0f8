"""Columns that follow from another column, in the rows that were read

## What it says

Rows were read, and in them a column that is no key determines others: rows that agree on it agree on them, in at
least 300 rows of groups of two or more, but for at most 1 % (the error g3). Rows with a NULL say nothing. Left out are
columns whose values are a moment's by nature (prices, amounts, rates, quantities, states, times, billing and shipping
addresses), marks of a tenant, measures and times as the determining side, the parts of one address, a single code with
its label, what follows through another column, and what a declared dependency says already. It asks: data can suggest
a rule, never prove one.

## Why it matters

If it is a rule, the same fact is stored in many rows, and an UPDATE that misses one makes two truths; rows that
contradict it are already there where the error is not zero.

The error is g3 of Kivinen and Mannila, "Approximate Inference of Functional Dependencies from Relations" (1995).

## What would make it false

The values are copies on purpose, of how something was at the time, or they agree only in the rows that exist so far.

## How to mend it

Where it is a rule, declare it (`[[dependency]]` in the configuration): the review then gives the change that moves the
columns to a table of their own, with the rows. Keep a copy that makes reading faster only where that was measured, and
count what keeping it right costs at every write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dbarchitect.model.english import split as words
from dbarchitect.model.facts import RowFacts, SeenDependency
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Column, Table
from dbarchitect.normal.dependencies import Dependency, closure
from dbarchitect.normal.violations import dependencies_of
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.decomposing import contradiction, listed, owner_of, said
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import TENANTS, is_event_like

RULE = Rule(__name__, __doc__, area="normal forms", severity=Severity.INFO, needs="rows", harms_by="rows")

# Values of a moment: a copy of them is a snapshot. Or states, which several rows share by chance.
_OF_A_MOMENT = frozenset(
    """
    price prices amount amounts cost costs total totals subtotal sum rate rates tax vat discount fee fees salary wage
    balance quantity qty count score rating ratio percent percentage weight status state phase step version revision
    snapshot original previous old before current last first latest original at on date time day month year quarter week
    hour minute ts timestamp created updated modified deleted started ended expires enabled active flag duration length
    size offset position rank order index sort number
    """.split()  # noqa: SIM905
)
_OWNERS = (TENANTS - {"company"}) | {"account", "team", "realm", "site", "shop", "client", "partition", "shard"}
_TIMES = frozenset({"date", "timestamp", "timestamptz", "time", "timetz", "interval"})
_MEASURES = frozenset({"numeric", "float4", "float8", "money", "bool"})
_INTEGERS = frozenset({"int2", "int4", "int8"})
_NAMES_A_THING = frozenset({"id", "uuid", "code", "key", "number", "no", "nr", "ref"})
# Whose address or name it was: on an order or an invoice these are copies by law.
_ROLES = frozenset(
    "billing bill ship shipping shipped delivery deliver invoice invoiced sender recipient from to".split()  # noqa: SIM905
)
# Parts of one address: a city does name its land, but nobody keeps a table of all cities for that.
_ADDRESS = frozenset(
    """
    address street house city town village county district state province region country land postcode postal zip
    zipcode latitude longitude lat lng lon
    """.split()  # noqa: SIM905
)
_MOST_NAMED = 4  # left sides of a table that are named: more is not a person's evening


def check(review: Context) -> Iterator[Finding]:
    """Tables whose rows show a dependency that no key enforces."""
    if review.facts is None:
        return
    for table in review.tables:
        read = review.facts.read.get(str(table.name))
        if read is None or not read.dependencies or is_event_like(table.name.name):
            continue
        yield from _of_table(review, table, read)


def _of_table(review: Context, table: Table, read: RowFacts) -> Iterator[Finding]:
    assert review.facts is not None
    declared = [
        Dependency(frozenset(one.left), frozenset(one.right))
        for one in review.facts.dependencies.get(str(table.name), ())
    ]
    known = dependencies_of(table, declared)
    both = {(one.left, one.right) for one in read.dependencies}
    by_left: dict[tuple[str, ...], list[SeenDependency]] = defaultdict(list)
    for one in read.dependencies:
        left = [table.column(name) for name in one.left]
        right = table.column(one.right)
        if right is None or not all(column is not None and _can_determine(table, column) for column in left):
            continue
        if all(not _ADDRESS.isdisjoint(words(name)) for name in (*one.left, one.right)):
            continue
        if one.right in closure(one.left, known) or not _can_depend(table, right):
            continue
        by_left[one.left].append(one)
    kept = {left: _direct(left, seen, both) for left, seen in by_left.items()}
    found = [
        (left, seen)
        for left, seen in kept.items()
        if seen and not _is_label(left, seen, both) and _first(left, kept, both)
    ]
    found.sort(key=lambda one: (-len(one[1]), one[0]))
    for left, seen in found[:_MOST_NAMED]:
        yield _found(review, table, left, seen, read)


def _can_determine(table: Table, column: Column) -> bool:
    """Whether a column could name a thing: no time, no measure, no flag. A whole number does only by its name, or where
    it refers to something."""
    name, kind = words(column.name), base_type(column)
    if kind in _TIMES | _MEASURES or column.generated:
        return False
    if any(column.name in key.columns for key in table.foreign_keys):
        return True
    named = not _NAMES_A_THING.isdisjoint(name[-1:])
    return named or (kind not in _INTEGERS and _OF_A_MOMENT.isdisjoint(name))


def _can_depend(table: Table, column: Column) -> bool:
    """Whether a column could be a fact about a thing, not about a moment."""
    name = words(column.name)
    if base_type(column) in _TIMES | _MEASURES or column.generated or column.identity:
        return False
    if table.partition_key is not None and column.name in table.partition_key.columns:
        return False
    return _OF_A_MOMENT.isdisjoint(name) and _OWNERS.isdisjoint(name) and _ROLES.isdisjoint(name[:1])


def _direct(
    left: tuple[str, ...], seen: Sequence[SeenDependency], both: set[tuple[tuple[str, ...], str]]
) -> list[SeenDependency]:
    """Without what follows through another of them that does not determine the left itself."""
    rights = {one.right for one in seen}
    return [
        one
        for one in seen
        if not any(
            other != one.right
            and ((other,), one.right) in both
            and ((one.right,), other) not in both
            and not any(((other,), back) in both for back in left)
            for other in rights
        )
    ]


def _is_label(left: tuple[str, ...], seen: Sequence[SeenDependency], both: set[tuple[tuple[str, ...], str]]) -> bool:
    """Whether all it is is a code with its label: one column, and each names the other."""
    return len(seen) == 1 and len(left) == 1 and ((seen[0].right,), left[0]) in both


def _first(
    left: tuple[str, ...],
    kept: dict[tuple[str, ...], list[SeenDependency]],
    both: set[tuple[tuple[str, ...], str]],
) -> bool:
    """Of columns that name each other one speaks for all: an id before a code before a name, else the first."""
    if len(left) != 1:
        return True
    alike = [other[0] for other in kept if len(other) == 1 and (other, left[0]) in both and (left, other[0]) in both]
    return min([left[0], *alike], key=lambda name: (_rank(name), name)) == left[0]


def _rank(name: str) -> int:
    last = words(name)[-1:]
    return 0 if last in (("id",), ("uuid",)) else 1 if last in (("code",), ("key",), ("number",)) else 2


def _found(
    review: Context, table: Table, left: tuple[str, ...], seen: Sequence[SeenDependency], read: RowFacts
) -> Finding:
    one = Dependency(frozenset(left), frozenset(item.right for item in seen))
    rows, groups = min(item.rows for item in seen), min(item.groups for item in seen)
    error = max(item.error for item in seen)
    exceptions = f"but for {error:.2%} of them" if error else "without exception"
    owner = owner_of(review, table, one.left)
    where = f" (a copy of what belongs in {owner.name.short}?)" if owner is not None else ""
    quantity = "all" if read.whole else "a sample of"
    return RULE.finding(
        column_ref(table, left[0]),
        f"in {quantity} {read.rows:,} rows of {table.name.short}, {said(table, one.left, one.right)} {exceptions}"
        f" ({rows:,} rows in {groups:,} groups): is that a rule{where}?",
        also=tuple(column_ref(table, name) for name in (*left[1:], *(item.right for item in seen))),
        facts={
            "left": listed(table, one.left),
            "right": listed(table, one.right),
            "g3": round(error, 6),
            "rows": rows,
            "groups": groups,
            "rows_read": read.rows,
        },
        asks=True,
        experiment=contradiction(review, table, Dependency(one.left, frozenset((seen[0].right,)))),
    )
