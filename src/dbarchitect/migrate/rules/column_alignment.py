"""Columns in an order that wastes space

## What it says

CREATE TABLE whose fixed columns stand in an order that leaves eight or more bytes of padding a row.

## Why it matters

Every row carries the padding; on a billion rows it is gigabytes.

## What would make it false

The table stays small.

## How to mend it

Columns of eight bytes first, then four, two and one, then those of variable length.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable,), severity=Severity.INFO, default=False)
# (alignment, bytes) of types with a fixed width.
_FIXED = {
    **dict.fromkeys(("int8", "float8", "timestamp", "timestamptz", "time", "bigserial", "money"), (8, 8)),
    **dict.fromkeys(("int4", "float4", "date", "oid", "serial"), (4, 4)),
    **dict.fromkeys(("int2", "smallserial"), (2, 2)),
    "bool": (1, 1),
    "uuid": (1, 16),
    "interval": (8, 16),
}
_WORTH = 8


def check(site: Site) -> Iterator[Finding]:
    """The fixed columns before the first one of variable length."""
    action = site.action
    assert isinstance(action, s.CreateTable)
    widths = [_FIXED.get(one.type.name) for one in action.columns if not one.type.arrays]
    fixed = [one for one in widths if one is not None]
    wasted = _size(fixed) - _size(sorted(fixed, key=lambda one: -one[0]))
    if wasted >= _WORTH:
        yield RULE.finding(
            site.ref(site.picture.relation(action.table)),
            f"the order of its columns costs {wasted} bytes a row",
            site.position,
            facts={"bytes": wasted},
        )


def _size(widths: list[tuple[int, int]]) -> int:
    at = 0
    for alignment, width in widths:
        at = -(-at // alignment) * alignment + width
    return -(-at // 8) * 8  # a row ends on eight bytes
