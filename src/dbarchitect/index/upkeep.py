"""What keeping an index costs: the entries that a workload's writes make in it, and in others because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index, Relational
from dbarchitect.sql.parse import columns_of

# One entry of a B-tree costs about what reading one page in sequence does: descending, inserting, logging. Of GIN each
# element is an entry, and the others split pages more often.
_ENTRY = {"btree": 1.0, "hash": 1.0, "brin": 0.02, "gin": 6.0, "gist": 3.0, "spgist": 3.0, "hnsw": 60.0, "ivfflat": 3.0}
_HOT = 0.5  # of the updates that could be, where no counter says how many are


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Rows that a query inserts, deletes or updates over the whole workload. `columns`: those that an update sets, None
    for other writes."""

    table: Name
    rows: float
    columns: frozenset[str] | None = None


def upkeep(writes: Iterable[Write], candidates: Sequence[Index], schema: Relational) -> dict[int, float]:
    """The cost of each candidate, by number, in the planner's units.

    An update that sets no indexed column is HOT where the page has room, and makes no entry anywhere; with a candidate
    on such a column it makes one in each index of the table from then on.
    """
    found = dict.fromkeys(range(len(candidates)), 0.0)
    by_table: dict[Name, list[int]] = {}
    for number, index in enumerate(candidates):
        by_table.setdefault(index.table, []).append(number)
    there = {table.name: table.indexes for table in schema.tables}
    read: dict[int, frozenset[str]] = {}
    for write in writes:
        old = there.get(write.table, ())
        hot = write.columns is not None and not any(write.columns & indexed_columns(one) for one in old)
        shared = _hot_share(write.table, schema) * sum(map(_entry, old)) if hot else 0.0
        for number in by_table.get(write.table, ()):
            index = candidates[number]
            if number not in read:
                read[number] = indexed_columns(index)
            if write.columns is None or write.columns & read[number]:
                found[number] += write.rows * (_entry(index) + shared)
    return found


def counted_writes(schema: Relational, window_s: float) -> Iterator[Write]:
    """Rows that the source's counters say a window of so many seconds writes, by table. HOT updates are left out, for
    they make no entries, and which columns they set is not counted."""
    facts = schema.facts
    counted_s = facts.counted_seconds if facts is not None else None
    if facts is None or not counted_s or counted_s <= 0:
        return
    for table in schema.tables:
        one = facts.tables.get(str(table.name))
        if one is None:
            continue
        rows = (one.inserted or 0) + (one.updated or 0) - (one.hot_updated or 0)
        if rows > 0:
            yield Write(table=table.name, rows=rows * window_s / counted_s)


def indexed_columns(index: Index) -> frozenset[str]:
    """All columns that an index reads: keys, expressions, what it carries along, its predicate."""
    texts = [key.expression for key in index.keys if key.expression] + ([index.predicate] if index.predicate else [])
    columns = [key.column for key in index.keys if key.column]
    return frozenset((*columns, *index.include, *(column for text in texts for column in columns_of(text))))


def _entry(index: Index) -> float:
    return _ENTRY.get(index.method, 1.0)


def _hot_share(table: Name, schema: Relational) -> float:
    found = schema.facts.tables.get(str(table)) if schema.facts is not None else None
    if found is None or not found.updated or found.hot_updated is None:
        return _HOT
    return found.hot_updated / found.updated
