"""Pairs of columns that begin and end something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dbarchitect.model.english import split as words
from dbarchitect.model.periods import ends_of
from dbarchitect.model.schema import Check, Column, Table
from dbarchitect.review.context import base_type, mentions

_TIMES = frozenset({"date", "timestamp", "timestamptz"})
_RANGES = {"date": "daterange", "timestamp": "tsrange", "timestamptz": "tstzrange"}
_EPOCH = frozenset({"at", "ts", "time", "timestamp", "ms", "millis", "epoch", "startts", "starttime"})


class Interval(NamedTuple):
    """A pair of columns of the same type, by name a beginning and an end."""

    start: Column
    end: Column

    @property
    def range_type(self) -> str:
        """The range type over the two; "" for numbers."""
        return _RANGES.get(base_type(self.start), "")


def intervals(table: Table) -> Iterator[Interval]:
    """The pairs of a table, by name. Times of day are none: a night shift ends before it starts."""
    by_name = {words(column.name): column for column in table.columns if column.generated is None}
    for name, start in by_name.items():
        kind = base_type(start)
        epoch = kind == "int8" and not _EPOCH.isdisjoint(name)
        if kind not in _TIMES and not epoch:
            continue
        ends = (by_name.get(other) for other in ends_of(name))
        end = next((one for one in ends if one is not None and base_type(one) == kind), None)
        if end is not None and not start.type.is_array and not end.type.is_array and not _stands_for(end):
            yield Interval(start, end)


def _stands_for(end: Column) -> bool:
    """Whether a constant in the end, its default, stands for "none yet": an epoch, or the end of time."""
    return end.default is not None and end.default.startswith(("'", "0", "to_timestamp", "("))


def is_ordered(table: Table, interval: Interval) -> bool:
    """Whether something already keeps the two in order: a CHECK over both, or a range made of them, which refuses a
    lower bound above the upper one."""
    texts = [constraint.expression for constraint in table.constraints if isinstance(constraint, Check)]
    texts += [key.expression for index in table.indexes for key in index.keys if key.expression]
    texts += [column.generated.expression for column in table.columns if column.generated is not None]
    return any(mentions(text, interval.start.name) and mentions(text, interval.end.name) for text in texts)
