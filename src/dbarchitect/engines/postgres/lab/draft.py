"""Drafting a table: a plan for every column, so that keys, checks and partition bounds hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from dbarchitect.engines.postgres.lab.checks import Hint, hints, mentioned, paths, replace_value
from dbarchitect.engines.postgres.lab.keys import (
    Console,
    Parents,
    is_not_null,
    key_texts,
    only,
    order_share,
    unique_indexes,
)
from dbarchitect.engines.postgres.lab.plausible import Scene, Types, null_share, plausible, resolve
from dbarchitect.engines.postgres.lab.rows import Draft, Shared, Slot
from dbarchitect.engines.postgres.lab.statistics import distinct_values, from_statistics
from dbarchitect.engines.postgres.lab.values import INTEGERS, ColumnPlan, Segment, Wanted, draw, shares
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.schema import Check, Column, Exclude, ForeignKey, Relational, Table, Type

Limits = dict[str, tuple[tuple[tuple[str, str], ...] | None, tuple[str, ...]]]


class UnfillableError(Exception):
    """A NOT NULL column of this table cannot be given a value."""


class Drafter:
    """Makes drafts of the tables of one schema. `today` is an ISO date."""

    def __init__(
        self, console: Console, parents: Parents, schema: Relational, types: Types, *, seed: int, today: str
    ) -> None:
        self.console = console
        self.parents = parents
        self.schema = schema
        self.types = types
        self.seed = seed
        self.today = today

    def draft(self, table: Table, rows: int) -> Draft:
        """Plans for all columns of a table of `rows` rows (fewer where its keys cannot have so many)."""
        draft = Draft(table=table, rows=rows, seed=draw(self.seed, table.name))
        self._foreign_keys(draft)
        if draft.rows == 0:
            return draft
        covered = {c.name for s in draft.slots for c in s.columns}
        covered |= {c for s in draft.shared for c in s.key.columns} | {c.name for c in draft.nulls}
        singles, composites = self.uniques(table)
        free = [c for c in table.columns if c.name not in covered and c.generated is None]
        for key in composites:  # without statistics a free text or uuid of the key makes it unique by itself
            fit = [c for c in free if c.name in key and self.parents.statistics(table, c.name) is None]
            fit = [c for c in fit if self._capacity(c) >= draft.rows and not _is_counter_name(c)]
            known = any(self.parents.statistics(table, c) for c in key)
            if fit and not known and not singles & set(key):
                singles = singles | {fit[-1].name}
        hinted = self._hints(table)
        allowed = self._partition_limits(table)
        leaders = self._leaders(table, hinted)
        for column in free:
            self._column(draft, column, column.name in singles, hinted, allowed, leaders)
        self._composite_keys(draft, composites)
        self._conditions(draft)
        return draft

    def _capacity(self, column: Column) -> int:
        """How many distinct values a made-up column can have."""
        kind, _, _ = resolve(column.type, self.types)
        base = kind.base or kind.name
        if kind.is_array or kind.kind == "enum" or base in ("bool", "time"):
            return 0
        if base in INTEGERS:
            return INTEGERS[base]
        if base in ("varchar", "bpchar") and kind.modifier >= 4:
            return 36 ** min(kind.modifier - 4, 12)
        return 10**12 if base in ("text", "citext", "uuid", "bytea", "varchar", "timestamp", "timestamptz") else 0

    def _column(
        self,
        draft: Draft,
        column: Column,
        unique: bool,
        hinted: dict[str, tuple[Hint, ...]],
        allowed: Limits,
        leaders: dict[str, str],
    ) -> None:
        table = draft.table
        kind, checks, domain_not_null = resolve(column.type, self.types)
        base = kind.base or kind.name
        statistics = self.parents.statistics(table, column.name)
        if column.not_null or domain_not_null:
            empty = 0.0
        else:
            empty = statistics.null_fraction if statistics is not None else null_share(column, base)
        seed = draw(draft.seed, column.name)
        ranges, labels = allowed.get(column.name, (None, ()))
        wanted = Wanted(
            type=kind, rows=draft.rows, filled=draft.rows - round(empty * draft.rows), seed=seed, unique=unique,
            sample=self.parents.sample(table), collation=column.collation, allowed=ranges, labels=labels,
        )  # fmt: skip
        about = hinted.get(column.name, ()) + tuple(
            Hint(column.name, h.operator, h.values)
            for check in checks
            for h in hints(replace_value(check, "value"))
            if h.column == "value"
        )
        plan = None
        if statistics is not None and wanted.filled and not labels:
            plan = from_statistics(wanted, statistics, self.console.ask)
        if plan is None:
            distinct = width = 0
            if statistics is not None:
                distinct = distinct_values(statistics, draft.rows, wanted.filled)
                width = statistics.average_width
                if wanted.filled:
                    draft.notes.append(f"{column.name}: the statistics list no values; made up, {distinct:,} distinct")
            scene = Scene(
                column=column, hints=about, types=self.types, today=self.today, width=width, distinct=distinct,
                paths=tuple(
                    (path, other.type)
                    for other in table.columns
                    if other.generated is not None
                    for name, path in paths(other.generated.expression)
                    if name == column.name and base in ("json", "jsonb")
                ),
            )  # fmt: skip
            plan = plausible(wanted, scene, self.console.ask)
        if plan is None:
            self._without(draft, column, kind)
            return
        draft.notes.extend(f"{column.name}: {note}" for note in plan.notes)
        if statistics is not None:
            plan = replace(plan, order=order_share(plan, statistics.correlation))
        elif _is_sequential(column) and unique:
            plan = replace(plan, order=1.0)
        if plan.filled < wanted.filled and not column.not_null:
            draft.notes.append(f"{column.name}: {wanted.filled - plan.filled:,} more nulls")
        elif plan.filled < wanted.filled:
            if unique:
                draft.rows = min(draft.rows, plan.filled)
            draft.notes.append(f"{column.name}: values for {plan.filled:,} rows only")
        leader = leaders.get(column.name)
        if leader is not None:
            first = next((s for s in draft.slots if s.columns[0].name == leader), None)
            if first is not None:
                seed = first.seed
                plan = replace(plan, order=first.plan.order)
        draft.slots.append(Slot(number=len(draft.slots), columns=(column,), plan=plan, seed=seed, casts=(kind,)))

    def _without(self, draft: Draft, column: Column, kind: Type) -> None:
        if column.not_null and column.default is None:
            raise UnfillableError(
                f"no value of type {kind.sql} can be made for {quote_identifier(column.name)}, NOT NULL"
            )
        effect = "its default" if column.default is not None else "NULL"
        draft.gaps.append(
            Gap(
                kind="column", name=f"{draft.table.name}.{column.name}", effect=f"{effect} in all rows: type {kind.sql}"
            )
        )

    def _hints(self, table: Table) -> dict[str, tuple[Hint, ...]]:
        found: dict[str, tuple[Hint, ...]] = {}
        for one in table.constraints:
            if isinstance(one, Check) and one.enforced:
                for hint in hints(one.expression):
                    found[hint.column] = (*found.get(hint.column, ()), hint)
        return found

    def _leaders(self, table: Table, hinted: dict[str, tuple[Hint, ...]]) -> dict[str, str]:
        """Columns that a check or habit (created, updated) keeps in order move together: both keep their own
        distribution, and the smaller stays the smaller wherever the distributions allow it."""
        place = {c.name: n for n, c in enumerate(table.columns)}
        result: dict[str, str] = {}

        def join(left: str, right: str) -> None:
            if left in place and right in place and left != right:
                first, second = sorted((left, right), key=lambda c: place[c])
                result.setdefault(second, result.get(first, first))

        for of in hinted.values():
            for hint in of:
                if hint.operator.startswith("column") and hint.operator != "column =":
                    join(hint.column, hint.values[0])
        timed = [c for c in table.columns if c.type.base in ("timestamp", "timestamptz", "date")]
        created = [c.name for c in timed if re.search(r"creat|insert|added", c.name.lower())]
        for column in timed:
            if created and re.search(r"updat|modif|chang", column.name.lower()) and column.name not in result:
                join(created[0], column.name)
        return result

    def _foreign_keys(self, draft: Draft) -> None:
        table = draft.table
        assigned: set[str] = set()
        keys = sorted(
            (f for f in table.foreign_keys if f.enforced),
            key=lambda f: (-len(f.columns), not self.covers_key(table, f), f.columns, f.name),
        )
        by_columns: dict[tuple[str, ...], list[ForeignKey]] = {}
        for fk in keys:
            by_columns.setdefault(tuple(sorted(fk.columns)), []).append(fk)
        waiting: list[tuple[Column, ...]] = []
        for same in by_columns.values():
            fk = same[0]
            if fk.period:
                draft.gaps.append(
                    Gap(
                        kind="constraint",
                        name=fk.name,
                        effect="PERIOD foreign key: its rows are not matched to periods",
                    )
                )
                continue
            columns = tuple(c for c in (table.column(n) for n in fk.columns) if c is not None)
            if self.parents.waits(table, fk):
                waiting.append(columns)
                continue
            if set(fk.columns) <= assigned:
                continue  # covered by a wider key; orphans are mended at the end
            if set(fk.columns) & assigned:
                self._shared_key(draft, fk, assigned)
                assigned |= set(fk.columns)
                continue
            assigned |= set(fk.columns)
            self._key_slot(draft, fk, same[1:], columns)
        for columns in waiting:
            rest = [c for c in columns if c.name not in assigned]
            if all(not c.not_null for c in rest):
                draft.nulls.extend(rest)
                assigned |= {c.name for c in rest}

    def covers_key(self, table: Table, fk: ForeignKey) -> bool:
        """Whether the columns of a foreign key hold a whole unique key: one parent, at most one child."""
        singles, composites = self.uniques(table)
        return any(set(key) <= set(fk.columns) for key in [*({s} for s in singles), *composites])

    def _key_slot(self, draft: Draft, fk: ForeignKey, also: Sequence[ForeignKey], columns: tuple[Column, ...]) -> None:
        narrower = [
            f
            for f in draft.table.foreign_keys
            if f.enforced and not f.period and set(f.columns) < set(fk.columns) and f.target in self.parents.filled
            and f.target != draft.table.name
        ]  # fmt: skip
        keys = self.parents.keys(fk, [*also, *narrower])
        nullable = [c for c in columns if not c.not_null]
        statistics = {c.name: self.parents.statistics(draft.table, c.name) for c in columns}
        if not keys.count:
            if not nullable or (fk.match == "FULL" and len(nullable) < len(columns)):
                draft.rows = 0
                draft.gaps.append(
                    Gap(
                        kind="table",
                        name=str(draft.table.name),
                        effect=f"left empty: {fk.target} has no rows to refer to",
                    )
                )
            draft.nulls.extend(nullable)
            return
        share = 0.0
        if nullable and (fk.match != "FULL" or len(nullable) == len(columns)):
            known = [s.null_fraction for c in nullable if (s := statistics[c.name]) is not None]
            share = max(known) if known else 0.0 if len(known) else 0.1
        unique = self.covers_key(draft.table, fk)
        if unique and draft.rows - round(share * draft.rows) > keys.count:
            if share or nullable:
                share = 1 - keys.count / draft.rows
            else:
                draft.rows = keys.count
        filled = draft.rows - round(share * draft.rows)
        plan = self.parents.plan(draft, fk, keys, statistics, filled, unique)
        if unique and plan.filled < draft.rows and not nullable:
            draft.rows = plan.filled
            plan = self.parents.plan(draft, fk, keys, statistics, plan.filled, unique)
        draft.slots.append(
            Slot(
                number=len(draft.slots),
                columns=columns,
                plan=plan,
                seed=draw(draft.seed, fk.name),
                keys=keys,
                casts=tuple(resolve(c.type, self.types)[0] for c in columns),
            )
        )

    def _shared_key(self, draft: Draft, fk: ForeignKey, assigned: set[str]) -> None:
        """Draw the rest of a key among the parents that agree in the columns that another key has set."""
        target = self.schema.table(fk.target)
        if target is None or (target.name.schema, target.name.name) not in self.parents.present:
            return
        names = [quote_identifier(c) for c in fk.target_columns]
        agree = [n for n, c in zip(names, fk.columns, strict=True) if c in assigned]
        rest = [n for n, c in zip(names, fk.columns, strict=True) if c not in assigned]
        scratch = self.console.scratch()
        listed = ", ".join(f"p.{c} AS k{n}" for n, c in enumerate(names))
        group = ", ".join(f"p.{c}" for c in agree)
        order = ", ".join(f"p.{c}" for c in rest)
        self.console.run(
            f"CREATE TEMPORARY TABLE {scratch} AS"
            f" SELECT row_number() OVER (PARTITION BY {group} ORDER BY {order}) - 1 AS rank,"
            f" count(*) OVER (PARTITION BY {group}) AS many, {listed} FROM {only(target)} AS p"
            f" WHERE {' AND '.join(f'p.{c} IS NOT NULL' for c in names)}"
        )
        loose = [c for c in fk.columns if c not in assigned and not is_not_null(draft.table, c)]
        known = [s.null_fraction for c in loose if (s := self.parents.statistics(draft.table, c)) is not None]
        share = (max(known) if known else 0.1) if loose else 0.0
        draft.shared.append(Shared(key=fk, table=scratch, seed=draw(draft.seed, fk.name) >> 1, null_share=share))
        draft.sure = False
        draft.notes.append(
            f"{', '.join(fk.columns)}: drawn among the rows of {fk.target.short} that agree; fan-out even"
        )

    def uniques(self, table: Table) -> tuple[set[str], list[tuple[str, ...]]]:
        """Columns that must be unique by themselves, and the column sets of composite unique keys. A unique expression
        or a partial index asks the same of its column where that is the only one."""
        singles: set[str] = set()
        composites: list[tuple[str, ...]] = []
        for index in unique_indexes(table):
            columns = tuple(k.column for k in index.keys if k.column is not None)
            if len(columns) == len(index.keys):
                if len(columns) == 1:
                    singles.add(columns[0])
                elif not any(c in singles for c in columns):
                    composites.append(columns)
            else:
                names = [c.name for c in table.columns]
                used = [n for n in names if any(n in mentioned(t) or n == t for t in key_texts(index))]
                if len(used) == 1 and self.parents.statistics(table, used[0]) is None:
                    singles.add(used[0])
        return singles, [c for c in composites if not singles & set(c)]

    def _composite_keys(self, draft: Draft, composites: Sequence[tuple[str, ...]]) -> None:
        """Spread one column of each composite key within the groups of the others; say whether keys are sure."""
        of = {c.name: s for s in draft.slots for c in s.columns}
        dependent: set[int] = set()
        leading: set[int] = set()
        for columns in sorted(composites, key=len):
            slots = {of[c].number: of[c] for c in columns if c in of}
            if len({c for c in columns if c in of}) < len(columns):
                draft.sure = False
                continue
            if any(s.plan.unique and s.plan.filled == s.plan.rows for s in slots.values()):
                continue
            if len(slots) < 2 or dependent & slots.keys():
                draft.sure = False
                continue
            choices = [s for s in slots.values() if s.number not in leading]
            if not choices:
                draft.sure = False
                continue
            last = max(choices, key=lambda s: (_counts_up(s), s.keys is None, s.plan.distinct))
            group = tuple(n for n in slots if n != last.number)
            room = 1
            for one in slots.values():
                room *= max(one.plan.distinct if one is not last or not _counts_up(one) else draft.rows, 1)
            if room < draft.rows:
                draft.gaps.append(
                    Gap(
                        kind="table",
                        name=str(draft.table.name),
                        effect=f"the values of ({', '.join(columns)}) give at most {room:,} rows",
                    )
                )
            last.group = group
            last.counter = _counts_up(last)
            dependent.add(last.number)
            leading |= set(group)
            for number in group:
                first = draft.slots[number]
                first.plan = replace(first.plan, varied=True)
            if last.counter and len(group) == 1:
                first = draft.slots[group[0]]
                first.plan = _in_groups(first.plan, last.plan)
            if not last.counter:
                draft.sure = False
        if draft.sure:
            draft.sure = self._keys_follow(draft, of)

    def _keys_follow(self, draft: Draft, of: Mapping[str, Slot]) -> bool:
        """Whether every unique and exclusion constraint follows from the plans."""
        if any(isinstance(c, Exclude) for c in draft.table.constraints):
            return False
        for index in unique_indexes(draft.table):
            columns = [k.column for k in index.keys if k.column is not None]
            if len(columns) < len(index.keys):
                return False
            slots = [of[c] for c in columns if c in of]
            if index.nulls_not_distinct and any(s.plan.filled < s.plan.rows for s in slots):
                return False
            single = any(s.plan.unique and not s.group and _whole_key(s, columns) for s in slots)
            if not single and not any(s.group and s.counter for s in slots):
                return False
        return True

    def _conditions(self, draft: Draft) -> None:
        table = draft.table
        for one in table.constraints:
            if isinstance(one, Check) and one.enforced:
                draft.conditions.append(f"({one.expression}) IS NOT FALSE")
        for column in table.columns:
            if column.generated is None:
                kind, checks, _ = resolve(column.type, self.types)
                name = f"({quote_identifier(column.name)}::{kind.sql})"
                draft.conditions.extend(f"({replace_value(c, name)}) IS NOT FALSE" for c in checks)
        if table.kind == "partitioned":
            leaves = self.console.ask(
                "SELECT pg_catalog.pg_get_partition_constraintdef(t.relid) FROM pg_catalog.pg_partition_tree("
                f"{quote_literal(str(table.name))}::regclass) AS t WHERE t.isleaf"
            )
            if 0 < len(leaves) <= 128 and all(text for (text,) in leaves):
                draft.conditions.append("(" + " OR ".join(f"({text})" for (text,) in leaves) + ")")

    def _partition_limits(self, table: Table) -> Limits:
        """By partition key column: the ranges (range partitions) or the values (list partitions) that have a home."""
        found: Limits = {}
        key = table.partition_key
        children = [t for t in self.schema.tables if t.partition_of and t.partition_of.parent == table.name]
        if key is None or not children or len(key.columns) != 1:
            for child in children:
                found.update(self._partition_limits(child))
            return found
        bounds = [c.partition_of.bound for c in children if c.partition_of]
        if key.strategy == "range":
            ranges: list[tuple[str, str]] = []
            for bound in bounds:
                match = re.fullmatch(r"FOR VALUES FROM \((.*)\) TO \((.*)\)", bound)
                if match:
                    ranges.append((_bound(match[1]), _bound(match[2])))
            if ranges:
                found[key.columns[0]] = (tuple(ranges), ())
        elif key.strategy == "list":
            values: list[str] = []
            for bound in bounds:
                match = re.fullmatch(r"FOR VALUES IN \((.*)\)", bound)
                if match:
                    values.extend(v.replace("''", "'") for v in re.findall(r"'((?:[^']|'')*)'", match[1]))
                    values.extend(re.findall(r"(?:^|, )(-?\d+|true|false)(?=,|$)", match[1]))
            if values and "DEFAULT" not in bounds:
                statistics = self.parents.statistics(table, key.columns[0])
                if statistics is None or not statistics.most_common_values:
                    found[key.columns[0]] = (None, tuple(values))
        for child in children:
            for column, limit in self._partition_limits(child).items():
                found.setdefault(column, limit)
        return found


def _in_groups(plan: ColumnPlan, counter: ColumnPlan) -> ColumnPlan:
    """The plan of a column whose rows `counter` numbers. The counter's frequencies say how large the groups are: as
    many have m rows or more as there are rows with the m-th number. The plan as it is where they do not."""
    counts = [s.rows for s in counter.segments]
    if len(counts) < 2 or any(s.distinct > 1 for s in counter.segments) or plan.filled < plan.rows:
        return plan
    exact = [a - b for a, b in zip(counts, [*counts[1:], 0], strict=True)]  # groups of exactly m rows, m from 1
    many = 256
    sizes = [m for m, n in enumerate(shares(many, [float(max(e, 0)) for e in exact]), 1) for _ in range(n)]
    if not sizes:
        return plan
    sizes.sort(key=lambda m: draw(m, "size"))
    mixed = [sizes[n * 29 % len(sizes)] for n in range(len(sizes))]  # 29 is prime to 256: sizes alternate
    low = min(s.low for s in plan.segments)
    high = max(s.low + s.width for s in plan.segments)
    whole = (Segment(rows=plan.filled, distinct=1, low=low, width=high - low),)
    for segments in (plan.segments, whole):
        tightest = max(s.rows / s.width for s in segments)
        if tightest > 1.1 * sum(mixed) / many or any(s.literal is not None for s in segments):
            continue
        while any(-(-s.rows // sum(mixed)) * many > s.width for s in segments) and sum(mixed) < 2 * many * tightest:
            mixed[mixed.index(min(mixed))] += 1
        turn = sum(mixed)
        if all(-(-s.rows // turn) * many <= s.width for s in segments):
            made = tuple(replace(s, distinct=-(-s.rows // turn) * many) for s in segments)
            return replace(plan, segments=made, sizes=tuple(mixed), varied=False)
    return plan


def _counts_up(slot: Slot) -> bool:
    """Whether a column numbers the rows of a group: small integers from 0 or 1, none rarer than the next."""
    plan = slot.plan
    column = slot.columns[0]
    if slot.keys is not None or not plan.segments or not plan.has_ticks or plan.filled < plan.rows:
        return False
    if (slot.casts[0].base or slot.casts[0].name) not in ("int2", "int4", "int8"):
        return False
    if plan.segments[0].low not in (0, 1) or plan.unique:
        return False
    if len(plan.segments) == 1:
        return _is_counter_name(column)
    points = [s for s in plan.segments if s.distinct == 1 and s.width == 1]
    if len(points) < len(plan.segments):
        return False
    consecutive = all(b.low == a.low + 1 for a, b in pairwise(points))
    return consecutive and all(b.rows <= a.rows * 1.05 + 1 for a, b in pairwise(points))


def _is_counter_name(column: Column) -> bool:
    return bool(
        re.search(
            r"position|line_?n|_no$|number$|ordinal|sequence|seq$|index$|^idx|sort|order$|version|rank", column.name
        )
    ) and (column.type.base in ("int2", "int4", "int8"))


def _is_sequential(column: Column) -> bool:
    """Whether the column is handed out in order: an identity, a serial, an integer key."""
    return column.identity is not None or "nextval" in (column.default or "") or column.type.base in INTEGERS


def _whole_key(slot: Slot, columns: Sequence[str]) -> bool:
    """Whether all columns of the slot (a composite foreign key) are in the key."""
    return {c.name for c in slot.columns} <= set(columns)


def _bound(text: str) -> str:
    text = text.strip()
    if text in ("MINVALUE", "MAXVALUE"):
        return ""
    return text[1:-1].replace("''", "'") if text.startswith("'") else text
