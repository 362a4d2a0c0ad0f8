"""Foreign keys that cannot be drawn while their table is made, because their parents are not there yet: to the table
itself, or around a cycle. They are set once all rows are there."""

from __future__ import annotations

from dataclasses import dataclass

from dbarchitect.engines.postgres.lab.draft import Drafter
from dbarchitect.engines.postgres.lab.keys import Console, Parents, only
from dbarchitect.engines.postgres.lab.plausible import Types, resolve
from dbarchitect.engines.postgres.lab.rows import Draft, Slot, layer, rank_sql, ticks_sql
from dbarchitect.engines.postgres.lab.values import draw, permutation, uniform
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import ForeignKey, Relational, Table


@dataclass(frozen=True, slots=True)
class LateKeys:
    """Sets such keys in a database whose tables have their rows."""

    console: Console
    parents: Parents
    drafter: Drafter
    schema: Relational
    types: Types

    def set_key(self, draft: Draft, fk: ForeignKey) -> None:
        """Give the rows of a table their parents."""
        table = draft.table
        to_self = fk.target == table.name
        columns = tuple(c for c in (table.column(n) for n in fk.columns) if c is not None)
        waiting = {c.name for c in draft.nulls}
        if waiting & set(fk.columns) and not set(fk.columns) <= waiting:
            self._set_shared_key(table, fk, waiting, draw(draft.seed, fk.name) >> 1)
            return
        numbering = self.console.scratch()
        in_place = to_self and self._in_place(table, fk)
        physical = to_self and not in_place
        order = quote_identifier(fk.target_columns[0]) if in_place else "tableoid, ctid"
        count = self.console.run(
            f"CREATE TEMPORARY TABLE {numbering} AS SELECT row_number() OVER (ORDER BY {order}) - 1 AS i,"
            f" ctid AS tid, tableoid AS oid FROM {only(table)}"
        )
        keys = self.parents.keys(fk, (), physical=physical)
        if not count or not keys.count:
            return
        counted = Draft(table=table, rows=count, seed=draft.seed)
        nullable = [c for c in columns if not c.not_null]
        statistics = {c.name: self.parents.statistics(table, c.name) for c in columns}
        known = [s.null_fraction for c in nullable if (s := statistics[c.name]) is not None]
        share = (max(known) if known else 0.1) if nullable else 0.0
        unique = self.drafter.covers_key(table, fk)
        filled = count - round(share * count)
        if unique:
            filled = min(filled, keys.count)
        if physical:
            statistics = {n: _ranked(s) if s is not None else None for n, s in statistics.items()}
        plan = self.parents.plan(counted, fk, keys, statistics, filled, unique)
        slot = Slot(number=0, columns=columns, plan=plan, seed=draw(draft.seed, fk.name), keys=keys)
        step = permutation(count, slot.seed, plan.order)
        inner = f"SELECT generate_series(0::bigint, {count - 1}::bigint) AS i"
        inner = layer(inner, ["i", f"{step.first} AS y0"])
        inner = layer(inner, ["i", f"{rank_sql(slot, step)} AS r0"])
        inner = ticks_sql(inner, ["i"], [slot])
        tick = "t0"
        if to_self and not unique:
            # Parents come before their children, so that the tree has no cycle; the first row has none but itself.
            first = "NULL" if nullable else "0"
            tick = (
                f"CASE WHEN i = 0 AND t0 IS NOT NULL THEN {first} WHEN t0 >= i THEN t0 * i / {keys.count} ELSE t0 END"
            )
        value = [f"f.k{n}" for n in range(len(columns))] if keys.table else [f"({keys.base}::int8 + l.tick)"]
        join = f" LEFT JOIN {keys.table} AS f ON f.rank = l.tick" if keys.table else ""
        listed = ", ".join(
            f"({v})::{resolve(c.type, self.types)[0].sql} AS k{n}"
            for n, (v, c) in enumerate(zip(value, columns, strict=True))
        )
        source = (
            f"SELECT n.tid, n.oid, {listed} FROM (SELECT i, {tick} AS tick FROM ({inner} OFFSET 0) AS x OFFSET 0) AS l"
            f" JOIN {numbering} AS n ON n.i = l.i{join}"
        )
        targets = ", ".join(f"{quote_identifier(c.name)} = k.k{n}" for n, c in enumerate(columns))
        must = " OR ".join(f"k.k{n} IS NOT NULL" for n in range(len(columns)))
        self.console.run(
            f"UPDATE {only(table)} AS c SET {targets} FROM ({source}) AS k"
            f" WHERE c.ctid = k.tid AND c.tableoid = k.oid" + (f" AND ({must})" if not nullable else "")
        )
        # All rows were rewritten in their order; this leaves them where they were.
        self.console.run(f"VACUUM FULL {table.name}")

    def _set_shared_key(self, table: Table, fk: ForeignKey, waiting: set[str], seed: int) -> None:
        """Columns of a key whose other columns are set: the parent is one of those that agree, in a table's reference
        to itself one that stands before the row."""
        target = self.schema.table(fk.target)
        if target is None:
            return
        pairs = list(zip(fk.columns, fk.target_columns, strict=True))
        own = ", ".join(quote_identifier(c) for c, _ in pairs if c not in waiting)
        group = ", ".join(quote_identifier(t) for c, t in pairs if c not in waiting)
        every = ", ".join(f"{quote_identifier(t)} AS k{n}" for n, (_, t) in enumerate(pairs))
        parents, children = self.console.scratch(), self.console.scratch()
        self.console.run(
            f"CREATE TEMPORARY TABLE {parents} AS SELECT tableoid AS oid, ctid AS tid, {every},"
            f" row_number() OVER (PARTITION BY {group} ORDER BY tableoid, ctid) - 1 AS rank,"
            f" count(*) OVER (PARTITION BY {group}) AS many FROM {only(target)}"
        )
        self.console.run(
            f"CREATE TEMPORARY TABLE {children} AS SELECT tableoid AS oid, ctid AS tid, {own},"
            f" row_number() OVER (ORDER BY tableoid, ctid) AS i FROM {only(table)}"
        )
        agree = " AND ".join(
            f"{{}}.k{n} = c.{quote_identifier(c)}" for n, (c, _) in enumerate(pairs) if c not in waiting
        )
        if fk.target == table.name:
            many = f"JOIN (SELECT oid, tid, rank AS many FROM {parents}) AS g ON g.oid = c.oid AND g.tid = c.tid"
        else:
            groups = ", ".join(f"k{n}" for n, (c, _) in enumerate(pairs) if c not in waiting)
            many = f"JOIN (SELECT DISTINCT {groups}, many FROM {parents}) AS g ON {agree.format(*['g'] * len(pairs))}"
        known = [s.null_fraction for c in waiting if (s := self.parents.statistics(table, c)) is not None]
        share = max(known) if known else 0.1
        targets = ", ".join(f"{quote_identifier(c)} = k.k{n}" for n, (c, _) in enumerate(pairs) if c in waiting)
        self.console.run(
            f"UPDATE {only(table)} AS u SET {targets} FROM (SELECT c.oid, c.tid, p.* FROM"
            f" (SELECT rank, {', '.join(f'k{n}' for n in range(len(pairs)))} FROM {parents})"
            f" AS p JOIN {children} AS c ON {agree.format(*['p'] * len(pairs))} {many}"
            f" WHERE p.rank = floor({uniform('c.i', seed)} * g.many)::int8 AND {uniform('c.i', seed + 1)} >= {share!r}"
            f" AND g.many > 0) AS k WHERE u.ctid = k.tid AND u.tableoid = k.oid"
        )
        self.console.run(f"VACUUM FULL {table.name}")

    def _in_place(self, table: Table, fk: ForeignKey) -> bool:
        """Whether the referenced key grows with the physical position (but for some rows between pages)."""
        if len(fk.target_columns) != 1:
            return False
        key = quote_identifier(fk.target_columns[0])
        position = "row_number() OVER (ORDER BY tableoid, ctid)"
        ((alike,),) = self.console.ask(
            f"SELECT corr(a, b) > 0.99 FROM (SELECT {position} AS a, row_number() OVER (ORDER BY {key}) AS b"
            f" FROM {only(table)}) AS x"
        )
        return bool(alike)


def _ranked(statistics: ColumnStatistics) -> ColumnStatistics:
    """Statistics of a self reference without their values: ranks are positions there, not keys."""
    return ColumnStatistics(
        column=statistics.column,
        null_fraction=statistics.null_fraction,
        n_distinct=statistics.n_distinct,
        correlation=None,
    )
