"""Range partitions by time: where they begin and end, read from their bounds as the server prints them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context, base_type

_BOUND = re.compile(r"FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)\Z")
_TIMES = frozenset({"date", "timestamp", "timestamptz"})


class Period(NamedTuple):
    """One partition with its first moment and the first after it."""

    partition: Table
    start: datetime
    end: datetime
    end_text: str  # as the bound has it


def time_column(table: Table) -> str:
    """The time that a table is partitioned by the range of; "" where it is by something else."""
    key = table.partition_key
    if key is None or key.strategy != "range" or len(key.columns) != 1 or "," in key.definition:
        return ""
    column = table.column(key.columns[0])
    plain = column is not None and base_type(column) in _TIMES and key.definition.count("(") == 1
    return column.name if column is not None and plain else ""


def periods(review: Context, table: Table) -> list[Period]:
    """The partitions with two plain bounds, in order of time; none where one cannot be read."""
    found: list[Period] = []
    for partition in review.partitions.get(table.name, ()):
        bound = partition.partition_of.bound if partition.partition_of else ""
        read = _BOUND.match(bound)
        if bound == "DEFAULT":
            continue
        if read is None:
            return []  # MINVALUE, MAXVALUE, infinity
        try:
            start, end = (_moment(text) for text in read.groups())
        except ValueError:
            return []  # infinity, years before our era
        found.append(Period(partition, start, end, read[2]))
    return sorted(found, key=lambda one: one.start)


def has_default(review: Context, table: Table) -> bool:
    """Whether rows that fit nowhere have a partition."""
    return any(
        one.partition_of and one.partition_of.bound == "DEFAULT" for one in review.partitions.get(table.name, ())
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
