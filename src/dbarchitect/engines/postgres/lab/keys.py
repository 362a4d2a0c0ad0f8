"""Keys: which rows of a parent there are to refer to, and how the children spread over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dbarchitect.engines.postgres.arrays import parse_array
from dbarchitect.engines.postgres.lab.plausible import Types, resolve
from dbarchitect.engines.postgres.lab.rows import Draft, Keys
from dbarchitect.engines.postgres.lab.statistics import distinct_values
from dbarchitect.engines.postgres.lab.values import (
    SAMPLE_PER_TARGET,
    ColumnPlan,
    array,
    calibrated,
    plain,
    tick_segments,
)
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import ForeignKey, Index, IndexKey, PrimaryKey, Relational, Table, Type, Unique

if TYPE_CHECKING:
    import psycopg


class Console:
    """The connection to the private database, and names for its temporary tables."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.temporary = 0

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(self._encoded(sql), prepare=False).fetchall()

    def run(self, sql: str) -> int:
        """Execute; how many rows it touched."""
        return self.connection.execute(self._encoded(sql), prepare=False).rowcount

    def scratch(self) -> str:
        """The name of a new temporary table."""
        self.temporary += 1
        return f"pg_temp.dba_lab_{self.temporary}"

    def _encoded(self, sql: str) -> bytes:
        return sql.encode(self.connection.info.encoding)


class Parents:
    """The tables that foreign keys refer to. `present` are the tables that are really there, `filled` those that have
    their rows already."""

    def __init__(self, console: Console, schema: Relational, types: Types) -> None:
        self.console = console
        self.schema = schema
        self.facts = schema.facts or Facts()
        self.types = types
        self.present: dict[tuple[str, str], frozenset[str]] = {}
        self.filled: set[Name] = set()
        self._known: dict[tuple[object, ...], Keys] = {}
        self._samples: dict[str, int] = {}

    def forget(self) -> None:
        """Tables have changed: look again."""
        self._known = {}

    def statistics(self, table: Table, column: str) -> ColumnStatistics | None:
        whole = table.kind == "partitioned"
        found = None
        for one in self.facts.columns.get(str(table.name), ()):
            if one.column == column and (found is None or one.inherited == whole):
                found = one
        return found

    def target(self) -> int:
        """The default statistics target that ANALYZE had, as the longest lists tell; at least 100."""
        own = {(str(t.name), c.name) for t in self.schema.tables for c in t.columns if c.statistics_target is not None}
        lists = (_listed(c) for t, columns in self.facts.columns.items() for c in columns if (t, c.column) not in own)
        return max((100, *lists))

    def sample(self, table: Table) -> int:
        """How many rows of a table ANALYZE looked at."""
        key = str(table.name)
        if key not in self._samples:
            self._samples[key] = SAMPLE_PER_TARGET * max((100, *map(_listed, self.facts.columns.get(key, ()))))
        return self._samples[key]

    def waits(self, table: Table, fk: ForeignKey) -> bool:
        """Whether a foreign key is set after the insert: it refers to the table itself or to one filled later."""
        if fk.target == table.name:
            return True
        target = self.schema.table(fk.target)
        return target is not None and target.name not in self.filled and fk.target != table.name

    def keys(self, fk: ForeignKey, also: Sequence[ForeignKey], *, physical: bool = False) -> Keys:
        """The parent's keys that every one of the foreign keys accepts."""
        target = self.schema.table(fk.target)
        memo = (fk.target, fk.target_columns, tuple((f.target, f.columns, f.target_columns) for f in also), physical)
        if memo in self._known:
            return self._known[memo]
        if target is None or (target.name.schema, target.name.name) not in self.present:
            return Keys(count=0, columns=fk.columns)
        names = [quote_identifier(c) for c in fk.target_columns]
        where = [f"p.{c} IS NOT NULL" for c in names]
        for other in also:
            place = dict(zip(fk.columns, names, strict=True))
            second = self.schema.table(other.target)
            if second is None:
                continue
            match = " AND ".join(
                f"o.{quote_identifier(t)} = p.{place[c]}"
                for c, t in zip(other.columns, other.target_columns, strict=True)
            )
            where.append(f"EXISTS (SELECT 1 FROM {only(second)} AS o WHERE {match})")
        source = f"{only(target)} AS p WHERE {' AND '.join(where)}"
        column = target.column(fk.target_columns[0])
        base = resolve(column.type, self.types)[0].base if column is not None else ""
        if len(names) == 1 and base in ("int2", "int4", "int8") and not physical and not also:
            ((count, low, high),) = self.console.ask(
                f"SELECT count(*), min(p.{names[0]}), max(p.{names[0]}) FROM {source}"
            )
            if count and high - low + 1 == count:
                keys = Keys(count=count, columns=fk.columns, base=int(low))
                self._known[memo] = keys
                return keys
        order = "p.tableoid, p.ctid" if physical else ", ".join(f"p.{c}" for c in names)
        listed = ", ".join(f"p.{c} AS k{n}" for n, c in enumerate(names))
        scratch = self.console.scratch()
        count = self.console.run(
            f"CREATE TEMPORARY TABLE {scratch} AS SELECT row_number() OVER (ORDER BY {order}) - 1 AS rank, {listed}"
            f" FROM {source}"
        )
        keys = Keys(count=count, columns=fk.columns, table=scratch)
        self._known[memo] = keys
        return keys

    def plan(
        self,
        draft: Draft,
        fk: ForeignKey,
        keys: Keys,
        statistics: Mapping[str, ColumnStatistics | None],
        filled: int,
        unique: bool,
    ) -> ColumnPlan:
        """The distribution of the children over the parent's ranks."""
        rows = draft.rows
        known = [s for s in statistics.values() if s is not None]
        lead = max(known, key=lambda s: distinct_values(s, rows, rows)) if known else None
        if unique:
            segments = tick_segments(
                points=[], bounds=[0, keys.count - 1], rows=min(filled, keys.count), distinct=filled, unique=True,
                lowest=0, highest=keys.count - 1,
            )  # fmt: skip
            order = (
                order_share(ColumnPlan(rows=rows, segments=segments, render=_rank_itself), lead.correlation)
                if lead
                else 0.0
            )
            return ColumnPlan(rows=rows, segments=segments, render=_rank_itself, order=order)
        distinct = min(keys.count, filled)
        points: list[tuple[int, int]] = []
        bounds = [0, keys.count - 1]
        if lead is not None:
            distinct = 1
            for one in known:  # of a composite key at most the product is known
                distinct *= distinct_values(one, rows, filled)
            distinct = min(distinct, keys.count, filled)
            if len(statistics) == 1:
                points, bounds = self._mapped(lead, keys, rows, statistics_type=self._type_of(draft.table, lead.column))
            else:
                draft.notes.append(
                    f"{', '.join(fk.columns)}: fan-out even, the statistics of one column do not give it"
                )

        def plan(values: int) -> ColumnPlan:
            segments = tick_segments(
                points=points, bounds=bounds, rows=filled, distinct=values, lowest=0, highest=keys.count - 1,
                allowed=[(0, keys.count)],
            )  # fmt: skip
            return ColumnPlan(rows=rows, segments=segments, render=_rank_itself, varied=True)

        target = self.schema.table(fk.target)
        parents, children = (source_rows(self.schema, t) if t else None for t in (target, draft.table))
        if lead is None or not parents or not children or parents <= keys.count:
            made = calibrated(distinct, self.sample(draft.table), plan)
        else:
            # The parent was scaled down. How many parents have children is found at the source's size, then scaled, so
            # that the children per parent stay.
            ratio, grown = parents / keys.count, children / rows

            def whole(values: int) -> ColumnPlan:
                segments = tick_segments(
                    points=[(round(p * ratio), round(n * grown)) for p, n in points],
                    bounds=[round(b * ratio) for b in bounds],
                    rows=round(filled * grown), distinct=values, lowest=0, highest=round(parents) - 1,
                    allowed=[(0, round(parents))],
                )  # fmt: skip
                return ColumnPlan(rows=round(children), segments=segments, render=_rank_itself, varied=True)

            found = 1
            for one in known:
                found *= distinct_values(one, round(children), round(filled * grown))
            made = plan(
                max(round(calibrated(min(found, round(parents)), self.sample(draft.table), whole).distinct / ratio), 1)
            )
        return replace(made, order=order_share(made, lead.correlation)) if lead is not None else made

    def _type_of(self, table: Table, column: str) -> Type:
        found = table.column(column)
        assert found is not None
        return resolve(found.type, self.types)[0]

    def _mapped(
        self, statistics: ColumnStatistics, keys: Keys, rows: int, *, statistics_type: Type
    ) -> tuple[list[tuple[int, int]], list[int]]:
        """A foreign key column's common values and histogram, as ranks of the parent's keys. Common values that meet on
        one rank (the parent was scaled down) move to the next free one."""
        common = parse_array(statistics.most_common_values)
        bounds = parse_array(statistics.histogram_bounds)
        frequencies = statistics.most_common_frequencies or ()
        ranks: dict[str, int]
        values = list(dict.fromkeys([*common, *bounds]))
        last = keys.count - 1
        if keys.base is not None and all(re.fullmatch(r"-?\d+", v) for v in values):
            numbers_ = [int(v) for v in values]
            low, high = min(numbers_, default=0), max(numbers_, default=0)
            # The lab's parent may be smaller: then positions are kept in proportion.
            stretch = 1.0 if high <= keys.base + last else keys.count / (high - min(low, keys.base) + 1)
            start = keys.base if stretch == 1.0 else min(low, keys.base)
            ranks = {v: min(max(int((n - start) * stretch), 0), last) for v, n in zip(values, numbers_, strict=True)}
        elif values:
            table = keys.table
            if not table:
                return [], [0, last]
            self.console.run(f"CREATE INDEX ON {table} (k0)")
            given = array(values, "text")
            found = self.console.ask(
                f"SELECT v, coalesce((SELECT rank FROM {table} WHERE k0 >= v::{plain(statistics_type)} ORDER BY k0"
                f" LIMIT 1), {last}) FROM unnest({given}) AS u(v)"
            )
            ranks = {str(v): int(r) for v, r in found}
        else:
            return [], [0, last]
        points: list[tuple[int, int]] = []
        used: set[int] = set()
        for value, frequency in zip(common, frequencies, strict=False):
            rank = ranks[value]
            step = 0
            while rank in used and step <= last:
                step += 1
                rank = (rank + 1) % keys.count
            used.add(rank)
            points.append((rank, round(frequency * rows)))
        edges = [ranks[b] for b in bounds]
        return points, edges if len(edges) >= 2 else [0, last] if not points else []


def _rank_itself(tick: str, _segment: str) -> str:
    return tick


def _listed(statistics: ColumnStatistics) -> int:
    """How many values a column's statistics list: the statistics target, where there are more than that."""
    return max(len(statistics.most_common_frequencies or ()), len(parse_array(statistics.histogram_bounds)) - 1)


def source_rows(schema: Relational, table: Table) -> float | None:
    """`reltuples`; of a partitioned table that was never analysed itself, its partitions' sum; None where unknown."""
    facts = schema.facts
    if facts is None:
        return None
    found = facts.tables.get(str(table.name))
    if (
        found is not None
        and found.rows is not None
        and found.rows >= 0
        and (found.rows > 0 or table.kind != "partitioned")
    ):
        return found.rows
    if table.kind == "partitioned":
        parts = [
            source_rows(schema, t) for t in schema.tables if t.partition_of and t.partition_of.parent == table.name
        ]
        known = [p for p in parts if p is not None]
        return sum(known) if known else None
    return None


def is_not_null(table: Table, column: str) -> bool:
    found = table.column(column)
    return found is not None and found.not_null


def only(table: Table) -> str:
    """The table as a FROM item that leaves inheriting children alone (they have constraints of their own)."""
    return str(table.name) if table.kind == "partitioned" else f"ONLY {table.name}"


def orphan(fk: ForeignKey, target: Table) -> str:
    """The condition under which row `c` breaks the foreign key."""
    own = [f"c.{quote_identifier(c)}" for c in fk.columns]
    match = " AND ".join(f"p.{quote_identifier(t)} = {c}" for c, t in zip(own, fk.target_columns, strict=True))
    present = " AND ".join(f"{c} IS NOT NULL" for c in own)
    lost = f"{present} AND NOT EXISTS (SELECT 1 FROM {only(target)} AS p WHERE {match})"
    if fk.match == "FULL" and len(own) > 1:
        nulls = " + ".join(f"({c} IS NULL)::int" for c in own)
        return f"(({lost}) OR ({nulls}) BETWEEN 1 AND {len(own) - 1})"
    return lost


def unique_indexes(table: Table) -> list[Index]:
    """The unique indexes, those of constraints included."""
    found = [i for i in table.indexes if i.unique and i.valid]
    known = {i.name.name for i in found}
    found.extend(
        Index(
            name=Name(schema=table.name.schema, name=one.index or one.name),
            table=table.name,
            keys=tuple(IndexKey(column=c) for c in one.columns),
            unique=True,
            nulls_not_distinct=isinstance(one, Unique) and one.nulls_not_distinct,
        )
        for one in table.constraints
        if isinstance(one, PrimaryKey | Unique) and (one.index or one.name) not in known and not one.without_overlaps
    )
    return found


def key_texts(index: Index) -> list[str]:
    return [quote_identifier(k.column) if k.column is not None else f"({k.expression})" for k in index.keys]


def order_share(plan: ColumnPlan, correlation: float | None) -> float:
    """The share of rows to keep in order so that ANALYZE sees `correlation`. Equal values are counted as in order, so a
    shuffled column with few values already has some (`ColumnPlan.clustering`)."""
    if correlation is None or not plan.filled:
        return 0.0
    base = plan.clustering
    if correlation >= base:
        share = (correlation - base) / (1 - base) if base < 1 else 0.0
    else:
        reversed_ = -1 + 2 * sum((s.rows / plan.filled) ** 3 / s.distinct**2 for s in plan.segments)
        share = -(base - correlation) / (base - reversed_) if base > reversed_ else 0.0
    share = max(min(share, 1.0), -1.0)
    return 0.0 if abs(share) < 0.02 else share
