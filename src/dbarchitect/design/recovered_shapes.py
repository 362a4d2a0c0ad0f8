"""Tables that are more, or less, than an entity: closures and paths of trees, tables of kinds, histories, parts by
time; and the objects of a schema that a spec has no words for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, ForeignKey, PrimaryKey, Relational, Table, Unique

from .hierarchies import ABOVE, BELOW
from .naming import plain

Unit = Literal["", "month", "week", "day"]

# What the ends of a pair of a tree are called; of `parent` and `child` a distance must tell pairs from edges.
_UPPER, _LOWER = (
    frozenset(("ancestor", "parent", "above", "upper")),
    frozenset(("descendant", "child", "below", "lower")),
)
_SURE = frozenset(("ancestor", "descendant"))
_INTEGERS = ("int2", "int4", "int8")
_BOUND = re.compile(r"FROM \('([^']+)'\) TO \('([^']+)'\)")
_FIXED = re.compile(r"^\(?\"?(\w+)\"? = '((?:[^']|'')*)'(?:::[\w ]+)?\)?$")
_UNITS: tuple[tuple[Unit, range], ...] = (("day", range(1, 2)), ("week", range(7, 8)), ("month", range(28, 32)))


@dataclass(frozen=True)
class Closure:
    """A table of pairs of a tree. `of`: the table of its rows; `depth`: the column of the distance, or ""."""

    of: Name
    above: ForeignKey
    below: ForeignKey
    depth: str


@dataclass(frozen=True)
class KindOf:
    """What makes the rows of a table a kind of another's: the column of both that says which, and its value here."""

    general: Name
    column: str
    value: str
    key: str  # the name of the reference


def own_references(table: Table) -> list[ForeignKey]:
    """The references of a table to itself."""
    return [one for one in table.foreign_keys if one.target == table.name]


def closures(tables: Sequence[Table]) -> dict[Name, Closure]:
    """The tables of pairs, of trees whose rows also name the one above."""
    known = {one.name: one for one in tables}
    found: dict[Name, Closure] = {}
    for table in tables:
        made = closure(table)
        if made is not None and made.of in known and len(own_references(known[made.of])) == 1:
            found[table.name] = made
    taken = [one.of for one in found.values()]
    return {name: one for name, one in found.items() if taken.count(one.of) == 1}


def closure(table: Table) -> Closure | None:
    """What a table of pairs says; None for any other table."""
    keys = [one for one in table.foreign_keys if one.target != table.name]
    ends = {
        end: [one for one in keys if words & set(english.split(one.columns[-1]))]
        for end, words in ((ABOVE, _LOWER), (BELOW, _UPPER))
    }
    (below, *more), (above, *others) = (ends[ABOVE] or [None]), (ends[BELOW] or [None])
    if below is None or above is None or more or others or below == above or below.target != above.target:
        return None
    pair = {*above.columns, *below.columns}
    rest = [one for one in table.columns if one.name not in pair and one.name != "created_at"]
    depth = next((one.name for one in rest if one.type.name in _INTEGERS), "")
    sure = {word for one in pair for word in english.split(one)} & _SURE
    apart = any(isinstance(one, PrimaryKey | Unique) and set(one.columns) <= pair for one in table.constraints)
    if len(rest) > bool(depth) or not apart or not (depth or sure):
        return None
    return Closure(of=below.target, above=above, below=below, depth=depth)


def path_column(table: Table) -> str:
    """The ltree of a table whose rows also name the one above; "" where there is none."""
    found = [one.name for one in table.columns if one.type.name == "ltree"]
    return found[0] if len(found) == 1 and len(own_references(table)) == 1 else ""


def kinds(tables: Sequence[Table], named: Mapping[Name, str]) -> dict[Name, KindOf]:
    """The tables of kinds, as a design makes them: the key of the general row, and with it the kind, which a CHECK
    fixes. `named`: the entity of each table."""
    found: dict[Name, KindOf] = {}
    for table in tables:
        primary = table.primary_key.columns if table.primary_key else ()
        fixed = {match[1]: match[2] for one in _checks(table) if (match := _FIXED.match(one.expression))}
        for key in table.foreign_keys:
            *same, kind = key.columns
            if tuple(same) != primary or fixed.get(kind) != plain(named[table.name]) or key.target not in named:
                continue
            if key.target_columns == key.columns and key.target != table.name:
                found[table.name] = KindOf(general=key.target, column=kind, value=fixed[kind], key=key.name)
    return found


def is_fixed(check: Check, kind: KindOf | None) -> bool:
    """Whether a CHECK says nothing but which kind the rows are."""
    match = _FIXED.match(check.expression)
    return kind is not None and match is not None and match[1] == kind.column


def _checks(table: Table) -> Iterator[Check]:
    return (one for one in table.constraints if isinstance(one, Check))


def is_history(table: Table, tables: Sequence[Table]) -> bool:
    """Whether a design made it for what rows were before: a trigger of another table fills it."""
    if {"operation", "recorded_at", "old_row"} - {one.name for one in table.columns}:
        return False
    of = table.name.name.removesuffix("_history")
    return any(
        f"{of}_keep_history" in (trigger.name for trigger in one.triggers) for one in tables if one.name.name == of
    )


def parts_by_time(table: Table, tables: Iterable[Table]) -> tuple[str, Unit, str]:
    """(the column by whose time a table is in parts, of how much time each, what a design has not of it)."""
    key = table.partition_key
    if key is None:
        return "", "", ""
    column = table.column(key.columns[0]) if len(key.columns) == 1 else None
    said = f"PARTITION BY {key.definition}"
    if key.strategy != "range" or column is None or not column.type.name.startswith(("timestamp", "date")):
        return "", "", said
    days: list[int] = []
    for one in tables:
        part = one.partition_of
        match = _BOUND.search(part.bound) if part is not None and part.parent == table.name else None
        try:
            days += [(_day(match[2]) - _day(match[1])).days] if match else []
        except ValueError:
            return column.name, "", said
    units: list[Unit] = [name for name, fits in _UNITS if days and all(one in fits for one in days)]
    unit: Unit = units[0] if units else ""
    return column.name, unit, "" if unit else f"{said}, in parts that are no months, weeks or days"


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def behind_trees(schema: Relational, kept: Mapping[Name, Closure], paths: Collection[Name]) -> set[str]:
    """The triggers and functions that a design gives to trees, of those that are here."""
    found = {
        plain(name.name, what) for name in kept for what in ("adds", "moves", "keep", "by_triggers")
    } | {plain(name.name, what) for name in paths for what in ("path_set", "path_below")}  # fmt: skip
    there = {one.name.name for one in schema.functions} | {one.name for t in schema.tables for one in t.triggers}
    return found & there


def beyond(schema: Relational, tables: Sequence[Table], tenants: Collection[Name], own: Collection[str]) -> Iterator[
    tuple[str, str]
]:  # fmt: skip
    """Objects that a spec has no words for. `tenants`: tables whose row security is that of tenants; `own`: triggers
    and functions that a design makes for what was read."""
    ours = ("set_updated_at", "_moves", "_begins", "_guard", "_keep_history")
    for view in schema.views:
        yield view.name.short, "a materialised view" if view.materialized else "a view"
    for table in tables:
        for trigger in table.triggers:
            made = trigger.name in own or trigger.name.endswith(ours)
            if not trigger.inherited and not trigger.constraint and not made:
                yield f"{table.name.short}.{trigger.name}", "a trigger"
        if table.row_security and table.name not in tenants:
            yield table.name.short, f"row security with {len(table.policies)} policies"
        for one in table.indexes:
            waiting = one.name.name == plain(table.name.name, "waiting_idx") and table.column("taken_at") is not None
            if one.predicate and not (one.unique or one.constraint or waiting or "deleted_at" in one.predicate):
                yield f"{table.name.short}.{one.name.name}", f"an index WHERE {one.predicate}"
    for function in schema.functions:
        if function.name.name not in own and not function.name.name.endswith(ours):
            yield function.name.short, f"a {function.kind}"
