"""What statements ask of a table by time: ranges, groups by an interval, equalities beside them, the latest row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Relational, Table

from . import tree
from .levels import Level, bare, comparison, function, has_aggregate, number_of, read, text_of
from .parse import printed_tree
from .tree import Node

TIMES = frozenset({"timestamptz", "timestamp", "date"})
_UNITS = {
    "second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "week": 604_800.0, "month": 2_592_000.0,
    "quarter": 7_776_000.0, "year": 31_536_000.0,
}  # fmt: skip
_SHORT = {"s": "second", "sec": "second", "min": "minute", "m": "minute", "h": "hour", "hr": "hour", "d": "day",
          "w": "week", "mon": "month", "y": "year"}  # fmt: skip
_PART = re.compile(r"(\d+(?:\.\d+)?)?\s*([a-z]+)")
_CLOCK = re.compile(r"(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_RANGES = frozenset({"<", "<=", ">", ">="})
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NOW = frozenset({"now", "clock_timestamp", "statement_timestamp", "transaction_timestamp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """`column operator value`: a parameter (from 1), a constant's text, or `seconds` before now."""

    column: str
    operator: str
    parameter: int = 0
    constant: str = ""
    seconds: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A group by time: `function(width, column)`, the width in seconds and as an interval's text."""

    column: str
    function: str
    width: str
    seconds: float
    zone: str = ""


@dataclass(slots=True, kw_only=True)
class TimeUse:
    """What one statement does with one table.

    equal     columns = value, with the value's text; `parameters`: those by number
    others    conditions that are none of these, as text; `targets`: (text, name, is a group or the bucket)
    grouped   columns that it groups by beside the bucket
    rows      of VALUES
    alone     it reads this table only, in one level
    """

    table: Table
    kind: str
    bounds: list[Bound] = field(default_factory=list[Bound])
    equal: dict[str, str] = field(default_factory=dict[str, str])
    parameters: dict[int, str] = field(default_factory=dict[int, str])
    others: list[str] = field(default_factory=list[str])
    bucket: Bucket | None = None
    grouped: list[str] = field(default_factory=list[str])
    ungrouped: list[str] = field(default_factory=list[str])
    targets: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    order: list[str] = field(default_factory=list[str])
    limit: str = ""
    aggregates: bool = False
    latest: bool = False
    having: bool = False
    rows: int = 1
    alone: bool = True

    @property
    def width(self) -> float | None:
        """Seconds of the range of time that it names, None where its text does not say."""
        lower = [one.seconds for one in self.bounds if one.operator in (">", ">=") and one.seconds is not None]
        return max(lower, default=None)

    def by_time(self, column: str) -> bool:
        """Whether it keeps to a range of that column."""
        return any(one.column == column for one in self.bounds)


def interval_seconds(text: str) -> float | None:
    """Seconds of an interval's text ("1 hour", "7 days", "01:00:00", "1h"); None for what is none. Months have 30
    days."""
    rest, total, seen = text.strip().lower(), 0.0, False
    for hours, minutes, seconds in _CLOCK.findall(rest):
        total += int(hours) * 3_600 + int(minutes) * 60 + float(seconds or 0)
        seen = True
    for number, word in _PART.findall(_CLOCK.sub(" ", rest)):
        unit = _SHORT.get(word, word.removesuffix("s") if word not in _SHORT else word)
        if unit not in _UNITS:
            return None
        total += float(number or 1) * _UNITS[unit]
        seen = True
    return total if seen else None


def time_uses(sql: str, schema: Relational) -> tuple[TimeUse, ...]:
    """What a statement does with each table of the schema that it names. Raises `InputError` for what is not read."""
    statement = read(sql, schema)
    if "InsertStmt" in statement.root:
        fields = statement.root["InsertStmt"]
        table = _table(schema, fields.get("relation", {}))
        values = fields.get("selectStmt", {}).get("SelectStmt", {}).get("valuesLists", [])
        return (TimeUse(table=table, kind="insert", rows=max(len(values), 1)),) if table is not None else ()
    found: list[TimeUse] = []
    for level in statement.levels:
        tables = [one.table for one in level.items.values() if one.table is not None]
        alone = len(statement.levels) == 1 and len(level.items) == 1
        for position, table in enumerate(tables):
            kind = level.kind if position == 0 or level.kind == "select" else "select"
            found.append(_Reader(level, table, kind, alone=alone).read())
    return tuple(found)


def _table(schema: Relational, relation: Mapping[str, Any]) -> Table | None:
    name = Name(schema=relation.get("schemaname", ""), name=relation.get("relname", ""))
    having = [one for one in schema.tables if one.name.name == name.name and name.schema in ("", one.name.schema)]
    return next((one for one in having if one.name.schema == "public"), having[0] if having else None)


class _Reader:
    def __init__(self, level: Level, table: Table, kind: str, *, alone: bool) -> None:
        self._level = level
        self._table = table
        self._use = TimeUse(table=table, kind=kind, alone=alone)

    def read(self) -> TimeUse:
        use, fields = self._use, self._level.fields
        for term in self._level.conditions:
            if not self._condition(term):
                use.others.append(_printed(term))
        use.having = bool(fields.get("havingClause"))
        names = {one.get("ResTarget", {}).get("name", ""): one["ResTarget"]["val"]
                 for one in fields.get("targetList", []) if "val" in one.get("ResTarget", {})}  # fmt: skip
        groups = [self._resolved(one, names) for one in fields.get("groupClause", [])]
        for one in groups:
            bucket = self._bucket(one)
            column = self._own(one)
            if bucket is not None and use.bucket is None:
                use.bucket = bucket
            elif column is not None:
                use.grouped.append(column.name)
            else:
                use.ungrouped.append(_printed(one))
        for target in fields.get("targetList", []):
            made = target.get("ResTarget", {})
            if "val" not in made:
                continue
            node = made["val"]
            sort = "bucket" if use.bucket and self._bucket(node) == use.bucket else ""
            column = self._own(node)
            if not sort and column is not None and column.name in use.grouped:
                sort = "group"
            if not sort and has_aggregate(node):
                sort = "aggregate"
                use.aggregates = True
            use.targets.append((_printed(node), made.get("name", ""), sort))
        sorts = [one.get("SortBy", {}) for one in fields.get("sortClause", [])]
        first = self._own(sorts[0].get("node")) if sorts else None
        down = bool(sorts) and sorts[0].get("sortby_dir") == "SORTBY_DESC"
        use.latest = bool(
            first and down and _base(first) in TIMES and number_of(fields.get("limitCount", {})) is not None
        )
        use.latest = use.latest or (bool(fields.get("distinctClause")) and len(sorts) > 1)
        for one in sorts:
            way = {"SORTBY_DESC": " DESC", "SORTBY_ASC": " ASC"}.get(one.get("sortby_dir", ""), "")
            use.order.append(_printed(one.get("node")) + way)
        use.limit = _printed(fields["limitCount"]) if fields.get("limitCount") else ""
        return use

    def _resolved(self, node: Node, names: Mapping[str, Node]) -> Node:
        """A group that is a number or a name of the SELECT list stands for that item."""
        number = number_of(node)
        if number is not None and 0 < number <= len(self._level.targets):
            return self._level.targets[int(number) - 1]
        parts = tree.strings(node.get("ColumnRef", {}).get("fields")) if "ColumnRef" in node else []
        if len(parts) == 1 and parts[0] in names and self._own(node) is None:
            return names[parts[0]]
        return node

    def _own(self, node: Any) -> Column | None:
        found = self._level.column(bare(node)) if node else None
        return found[1] if found is not None and found[0] is self._table else None

    def _condition(self, term: Node) -> bool:
        made = comparison(term)
        if made is None:
            return False
        operator, left, right = made
        if term["A_Expr"].get("kind") == "AEXPR_BETWEEN":
            column = self._own(left)
            items = right.get("List", {}).get("items", [])
            if column is None or len(items) != 2 or _base(column) not in TIMES:
                return False
            self._use.bounds += [_bound(column.name, ">=", items[0]), _bound(column.name, "<=", items[1])]
            return True
        if term["A_Expr"].get("kind") not in ("AEXPR_OP", None):
            return False
        column, other = self._own(left), right
        if column is None:
            column, other, operator = self._own(right), left, _FLIPPED.get(operator, operator)
        if column is None or any(kind in ("ColumnRef", "SubLink") for kind, _ in tree.walk([other])):
            return False
        if operator in _RANGES and _base(column) in TIMES:
            self._use.bounds.append(_bound(column.name, operator, other))
            return True
        if operator == "=":
            self._use.equal[column.name] = _printed(other)
            number = bare(other).get("ParamRef", {}).get("number")
            if number:
                self._use.parameters[number] = column.name
            return True
        return False

    def _bucket(self, node: Any) -> Bucket | None:
        name, arguments = function(bare(node))
        if name not in ("time_bucket", "date_trunc", "date_bin") or len(arguments) < 2:
            return None
        column = self._own(arguments[1])
        text = text_of(arguments[0])
        if column is None or text is None or _base(column) not in TIMES:
            return None
        width = f"1 {text.lower().removesuffix('s')}" if name == "date_trunc" else text
        seconds = interval_seconds(width)
        if seconds is None:
            return None
        zone = text_of(arguments[2]) if len(arguments) > 2 and name == "date_trunc" else None
        return Bucket(column=column.name, function=name, width=width, seconds=seconds, zone=zone or "")


def _base(column: Column) -> str:
    return column.type.base or column.type.name


def _printed(node: Any) -> str:
    return printed_tree(node)


def _bound(column: str, operator: str, node: Node) -> Bound:
    plain = bare(node)
    return Bound(
        column=column,
        operator=operator,
        parameter=plain.get("ParamRef", {}).get("number", 0),
        constant=text_of(plain) or "",
        seconds=_before_now(plain),
        text=_printed(node),
    )


def _before_now(node: Node) -> float | None:
    """Seconds that an expression lies before now: `now() - interval '7 days'`, `now()` itself is 0."""
    name, _ = function(node)
    if name in _NOW or "SQLValueFunction" in node:
        return 0.0
    made = comparison(node)
    if made is None or made[0] != "-":
        return None
    before, seconds = _before_now(bare(made[1])), interval_seconds(text_of(made[2]) or "")
    return before + seconds if before is not None and seconds is not None else None
