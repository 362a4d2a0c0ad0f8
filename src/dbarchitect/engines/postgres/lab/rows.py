"""The statement that makes a table's rows: subqueries around subqueries, from row numbers to typed columns.

A `Draft` says what to make; nothing here talks to a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dbarchitect.engines.postgres.lab.checks import mentioned
from dbarchitect.engines.postgres.lab.plausible import Types, resolve
from dbarchitect.engines.postgres.lab.values import ColumnPlan, Permutation, permutation, uniform
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Column, ForeignKey, Table, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of a parent table, ranked in their order. Dense integer keys need no table: key = base + rank."""

    count: int
    columns: tuple[str, ...]
    table: str = ""  # temporary table with rank and k0, k1, ...
    base: int | None = None


@dataclass(slots=True, kw_only=True)
class Slot:
    """A column, or the columns of one foreign key, on their way through the subqueries."""

    number: int
    columns: tuple[Column, ...]
    plan: ColumnPlan
    seed: int
    keys: Keys | None = None
    group: tuple[int, ...] = ()  # slots whose values it must differ within (a composite key)
    counter: bool = False  # number the rows of a group instead of spreading over the ranks
    casts: tuple[Type, ...] = ()

    @property
    def has_segment(self) -> bool:
        return len(self.plan.segments) > 1 or (not self.plan.has_ticks and self.plan.filled < self.plan.rows)

    @property
    def identity(self) -> list[str]:
        """The columns of the subquery that tell its values apart."""
        names = [f"s{self.number}"] if self.has_segment else []
        return names + ([f"t{self.number}"] if self.plan.has_ticks else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A foreign key that shares columns with one that is drawn already: its parent is drawn among those that agree."""

    key: ForeignKey
    table: str  # temporary: rank within the agreeing ones, their number, k0, k1, ...
    seed: int
    null_share: float


@dataclass(slots=True, kw_only=True)
class Draft:
    """One table on its way."""

    table: Table
    rows: int
    seed: int
    slots: list[Slot] = field(default_factory=list[Slot])
    shared: list[Shared] = field(default_factory=list[Shared])
    nulls: list[Column] = field(default_factory=list[Column])
    conditions: list[str] = field(default_factory=list[str])
    sure: bool = True  # uniqueness follows from the plans
    notes: list[str] = field(default_factory=list[str])
    gaps: list[Gap] = field(default_factory=list[Gap])


def select_rows(draft: Draft, rowno: str, types: Types) -> tuple[str, list[Column]]:
    """The SELECT that makes the rows, and the columns it gives after `rowno`."""
    rows = draft.rows
    free = [s for s in draft.slots if not s.group]
    bound = [s for s in draft.slots if s.group]
    inner = f"SELECT generate_series(0::bigint, {rows - 1}::bigint) AS i"
    steps: dict[int, Permutation] = {s.number: permutation(rows, s.seed, s.plan.order) for s in free}
    inner = layer(inner, ["i", *(f"{steps[s.number].first} AS y{s.number}" for s in free)])
    inner = layer(inner, ["i", *(f"{rank_sql(s, steps[s.number])} AS r{s.number}" for s in free)])
    inner = ticks_sql(inner, ["i"], free)
    known = [name for s in free for name in s.identity]
    if bound:
        extra: list[str] = []
        for slot in bound:
            within = [name for n in slot.group for name in draft.slots[n].identity]
            over = f"PARTITION BY {', '.join(within)}" if within else ""
            extra.append(f"row_number() OVER ({over} ORDER BY i) - 1 AS o{slot.number}")
            extra.append(f"count(*) OVER ({over}) AS c{slot.number}")
        inner = layer(inner, ["i", *known, *extra])
        ranks: list[str] = []
        for slot in bound:
            n, plan = slot.number, slot.plan
            within = [name for g in slot.group for name in draft.slots[g].identity]
            mark = " # ".join(f"(coalesce({w}, -1)::bigint * {31 + 2 * k})" for k, w in enumerate(within)) or "0"
            if slot.counter:
                ranks.append(f"o{n} AS r{n}")
            else:
                spread = f"floor((o{n} + {uniform(f'({mark})', slot.seed >> 1)}) * {plan.rows} / c{n})::int8"
                ranks.append(f"least({spread}, {max(plan.rows - 1, 0)}) AS r{n}")
        inner = layer(inner, ["i", *known, *ranks])
        counters = [s for s in bound if s.counter]
        inner = ticks_sql(
            inner, ["i", *known, *(f"r{s.number}" for s in counters)], [s for s in bound if not s.counter]
        )
    joins: list[str] = []
    values: list[str] = []
    columns: list[Column] = []
    for slot in draft.slots:
        n, plan = slot.number, slot.plan
        if slot.keys is not None and slot.keys.table:
            joins.append(f" LEFT JOIN {slot.keys.table} AS f{n} ON f{n}.rank = t{n}")
        for place, (column, cast) in enumerate(zip(slot.columns, slot.casts, strict=True)):
            if slot.keys is not None:
                value = f"f{n}.k{place}" if slot.keys.table else f"({slot.keys.base}::int8 + t{n})"
            elif slot.counter:
                value = plan.render(f"({plan.segments[0].low} + r{n})", "1")
            else:
                value = plan.value_sql(f"t{n}" if plan.has_ticks else "NULL", f"s{n}" if slot.has_segment else "1")
            values.append(f"({value})::{cast.sql} AS {quote_identifier(column.name)}")
            columns.append(column)
    for column in draft.nulls:
        values.append(f"NULL::{resolve(column.type, types)[0].sql} AS {quote_identifier(column.name)}")
        columns.append(column)
    inner = f"SELECT {', '.join([f'i AS {rowno}', *values])} FROM ({inner} OFFSET 0) AS l{''.join(joins)}"
    for shared in draft.shared:
        inner, more = _share_join(draft, shared, inner, columns, rowno, types)
        columns = [*columns, *more]
    computed = [
        f"({c.generated.expression}) AS {quote_identifier(c.name)}"
        for c in draft.table.columns
        if c.generated is not None and any(c.name in mentioned(x) for x in draft.conditions)
    ]
    if computed:
        inner = f"SELECT v.*, {', '.join(computed)} FROM ({inner}) AS v"
    names = ", ".join(quote_identifier(c.name) for c in columns)
    where = f" WHERE {' AND '.join(draft.conditions)}" if draft.conditions else ""
    order = f" ORDER BY {rowno}" if joins or bound or draft.shared else ""
    alias = quote_identifier(draft.table.name.name)
    return f"SELECT {names or 'NULL'} FROM ({inner}) AS {alias}{where}{order}", columns


def _share_join(
    draft: Draft, shared: Shared, inner: str, columns: Sequence[Column], rowno: str, types: Types
) -> tuple[str, list[Column]]:
    fk = shared.key
    have = {c.name for c in columns}
    same = [(n, c) for n, c in enumerate(fk.columns) if c in have]
    new = [(n, c) for n, c in enumerate(fk.columns) if c not in have]
    added = [c for c in (draft.table.column(name) for _, name in new) if c is not None]
    groups = ", ".join(f"k{n}" for n, _ in same)
    match = " AND ".join(f"g.k{n} = v.{quote_identifier(c)}" for n, c in same)
    again = " AND ".join(f"f.k{n} = g.k{n}" for n, _ in same)
    present = f"{uniform(f'v.{rowno}', shared.seed + 1)} >= {shared.null_share!r}"
    values = ", ".join(
        f"(f.k{n})::{resolve(column.type, types)[0].sql} AS {quote_identifier(name)}"
        for (n, name), column in zip(new, added, strict=True)
    )
    must = [f"f.k{n} IS NOT NULL" for (n, _), column in zip(new, added, strict=True) if column.not_null]
    where = f" WHERE {' AND '.join(must)}" if must else ""
    return (
        f"SELECT v.*, {values} FROM ({inner}) AS v"
        f" LEFT JOIN (SELECT DISTINCT {groups}, many FROM {shared.table}) AS g ON {match} AND {present}"
        f" LEFT JOIN {shared.table} AS f ON {again}"
        f" AND f.rank = floor({uniform(f'v.{rowno}', shared.seed)} * g.many)::int8{where}"
    ), added


def layer(inner: str, names: Sequence[str]) -> str:
    """One step around another. OFFSET 0 keeps the planner from merging them, which would repeat every expression."""
    return f"SELECT {', '.join(names)} FROM ({inner} OFFSET 0) AS l"


def rank_sql(slot: Slot, step: Permutation) -> str:
    """The rank of a row. Where a column follows the physical order its nulls are strewn, not gathered at the end."""
    plan = slot.plan
    rank = step.second(f"y{slot.number}")
    if plan.order == 0.0 or plan.filled in (0, plan.rows) or plan.unique:
        return rank
    present = f"{uniform('i', slot.seed >> 1)} < {plan.filled / plan.rows!r}"
    return f"CASE WHEN {present} THEN {rank} * {plan.filled} / {plan.rows} ELSE {plan.rows} END"


def ticks_sql(inner: str, carried: Sequence[str], slots: Sequence[Slot]) -> str:
    """From ranks to segments, then to ticks; columns s and t by number. NULL stands for NULL."""
    if not slots:
        return layer(inner, list(carried))
    first: list[str] = []
    second: list[str] = []
    for slot in slots:
        n, plan = slot.number, slot.plan
        null = f"CASE WHEN r{n} < {plan.filled} THEN " if plan.filled < plan.rows else ""
        end = " END" if null else ""
        if plan.has_ticks:
            first.append(f"r{n}")
        if slot.has_segment:
            first.append(f"{null}{plan.segment_sql(f'r{n}')}{end} AS s{n}")
            second.append(f"s{n}")
        if plan.has_ticks:
            segment = f"s{n}" if slot.has_segment else "1"
            if not plan.segments:
                second.append(f"NULL::int8 AS t{n}")
                continue
            choice = plan.choice_sql(plan.offset_sql(f"r{n}", segment), segment, slot.seed >> 1)
            second.append(f"{null}{plan.tick_sql(choice, segment)}{end} AS t{n}")
    return layer(layer(inner, [*carried, *first]), [*carried, *second])


def free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
