"""A list kept as numbered columns

## What it says

Columns of a table have the same name but for a number that counts up from 0 or 1, and the same type: `phone1`,
`phone2`, `phone3`, or `contact1_name`, `contact2_name`. Three or more are a `warning`. Two are `info`, and only where
the name is one of a thing that people have any number of (a phone, an image, a tag); pairs such as `entity0` and
`entity1`, the two ends of a relation, are left out. So are the lines of an address, sizes and coordinates, bit widths
(`sha256`, `int8`), numbers that do not count up, and columns of a key.

## Why it matters

There is no room for one more, every query must ask each column in turn, and nothing keeps a value from standing there
twice or after a gap.

It is the repeating group of Codd's first normal form; Bill Karwin calls it "Multicolumn Attributes" ("SQL
Antipatterns", 2010, chapter 8). Of 42 real schemas 5 had some.

## What would make it false

The number is a fixed position with a meaning of its own (four quarters, the two halves of a match), never a list.

## How to mend it

A table of its own with one row for each value, a reference to this one, and the position where the order matters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(
    __name__, __doc__, area="structure", certainty="likely", severity=Severity.WARNING, engines=("postgresql", "sqlite")
)

_FEWEST = 3
_NUMBER = re.compile(r"(\d{1,2})(?!.*\d)")
_POSITIONS = frozenset(
    """
    address addr line street adr sha md crc utf int float iso ipv ip oauth base x y z lat lon lng dim dimension axis
    coord coordinate point level lvl layer row col column day week month quarter q hour min minute half period year p
    percentile bit byte key hash version v part path segment factor coefficient coef param arg entity node side
    """.split()  # noqa: SIM905
)
_MANY_OF = frozenset(
    """
    phone telephone mobile fax email mail image img photo picture tag category contact author option answer choice
    attachment document file url link website hobby skill language child guardian
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Tables with numbered columns."""
    found: list[Finding] = []
    for table in review.tables:
        key = set(table.primary_key.columns if table.primary_key else ())
        groups: dict[tuple[str, str], dict[int, Column]] = defaultdict(dict)
        for column in table.columns:
            number = _NUMBER.search(column.name)
            if number is None or number.start() == 0 or column.name in key or column.inherited or column.generated:
                continue
            pattern = f"{column.name[: number.start()]}#{column.name[number.end() :]}"
            groups[pattern, base_type(column)][int(number[1])] = column
        lists = [
            list(dict(sorted(group.items())).values())
            for (pattern, _), group in groups.items()
            if _is_list(pattern, sorted(group))
        ]
        if lists:
            found.append(_found(review, table, lists))
    message = f"{len(found)} of {len(review.tables)} tables keep lists in numbered columns"
    yield from roll_up(found, message, of=len(review.tables))


def _is_list(pattern: str, numbers: list[int]) -> bool:
    """Whether numbered columns are the members of a list."""
    if numbers[0] not in (0, 1) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return False
    named = {singular(word) for word in words(pattern)}
    if not named or not _POSITIONS.isdisjoint(named):
        return False
    return len(numbers) >= _FEWEST or (len(numbers) == 2 and not _MANY_OF.isdisjoint(named))


def _found(review: Context, table: Table, lists: list[list[Column]]) -> Finding:
    longest = max(lists, key=len)
    shown = "; ".join(f"{group[0].name} to {group[-1].name}" for group in lists[:3]) + ("; ..." if lists[3:] else "")
    return RULE.finding(
        table.ref,
        f"{table.name.short} keeps a list in numbered columns ({shown}): there is no room for a number "
        f"{len(longest) + 1}",
        severity=RULE.severity if len(longest) >= _FEWEST else Severity.INFO,
        also=[column_ref(table, column) for group in lists for column in group],
        facts={"columns": sum(map(len, lists)), "lists": len(lists)},
        experiment=_twice(review, table, longest),
    )


def _twice(review: Context, table: Table, group: list[Column]) -> Accepted | None:
    """A row with the same value in the last two of them, and none in those before where that is allowed."""
    probe = Rows(review).add(table, must=[group[-1].name])
    if probe is None:
        return None
    value = probe[group[-1].name]
    fixed = {column.name: value if column.not_null else NULL for column in group[:-2]}
    rows = Rows(review)
    if rows.add(table, {**fixed, group[-2].name: value, group[-1].name: value}) is None:
        return None
    names = ", ".join(quote_identifier(column.name) for column in group)
    return Accepted(
        script=(*rows.statements, f"SELECT {names} FROM {table.name}"),
        shows="the same value twice is accepted, and gaps where they are allowed",
    )
