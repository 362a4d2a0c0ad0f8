"""EXPLAIN QUERY PLAN as a plan with estimates: SQLite prints what it does, and not how much.

The rows that each step reads are worked out as the planner does it: from the rows of tables and from `sqlite_stat1`,
which has for each beginning of an index's key how many rows share it. Where nobody ran ANALYZE the planner's defaults
stand in (`sqlite3DefaultRowEst`: 10 rows for the first column, 9 for two, ... 5), with the table's own rows where they
are known. Loops that follow each other are one within the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.schema import Index, Relational, Table
from dbarchitect.sql.sqlite import tokens

from .facts import Statistics

_ROWS = 1_048_576.0  # of a table that nothing is known of: the planner's own guess
_RANGE = 0.25  # of the rows that a bound leaves: whereRangeScanEst() without STAT4
_FILTERED = 0.25  # of the rows of a scan that conditions leave, which the plan does not print: the same guess
_STEP = re.compile(
    r"(?P<verb>SCAN|SEARCH) (?:TABLE )?(?P<name>.+?)(?: AS (?P<alias>\S+))?"
    r"(?: VIRTUAL TABLE INDEX (?P<virtual>.*?))?"
    r"(?: USING (?P<auto>AUTOMATIC )?(?:PARTIAL )?(?P<covering>COVERING )?"
    r"(?:INDEX(?: (?P<index>(?!\().+?))?|(?P<rowid>INTEGER PRIMARY KEY|PRIMARY KEY)))?"
    r"(?: \((?P<terms>.*)\))?(?: LEFT-JOIN)?\Z"
)


@dataclass(slots=True)
class _Line:
    text: str
    children: list[_Line] = field(default_factory=list["_Line"])


class Estimator:
    """Knows tables, indexes and statistics of one schema."""

    def __init__(self, schema: Relational, statistics: Statistics) -> None:
        self._tables = {one.name.name.lower(): one for one in schema.tables}
        self._indexes: dict[str, Index] = {
            index.name.name.lower(): index for table in schema.tables for index in table.indexes
        }
        self._stats = {idx.lower(): text for _, idx, text in statistics.stat1 if idx}
        self._counted = {tbl.lower(): text for tbl, _, text in statistics.stat1}
        self._facts = schema.facts
        self._filters = False

    def know(self, index: Index, stat: str) -> None:
        """Add an index that is only supposed."""
        self._indexes[index.name.name.lower()] = index
        if stat:
            self._stats[index.name.name.lower()] = stat

    def plan(self, sql: str, lines: Sequence[tuple[int, int, str]]) -> QueryPlan:
        """The plan of a statement, with costs in rows that are read."""
        root = _Line("")
        by_number: dict[int, _Line] = {0: root}
        for number, parent, text in lines:
            one = by_number[number] = _Line(text)
            by_number.get(parent, root).children.append(one)
        self._filters = any(one.upper == "WHERE" for one in tokens(sql))
        nodes, cost, rows = self._block(root.children, _aliases(sql, self._tables), 1.0)
        top = PlanNode(type="Query", total_cost=cost, rows=rows, children=tuple(nodes))
        return QueryPlan(root=nodes[0] if len(nodes) == 1 else top, sql=sql)

    def rows(self, table: Table) -> float:
        """The rows of a table, as far as they are known."""
        facts = self._facts.tables.get(str(table.name)) if self._facts else None
        if facts is not None and facts.rows is not None:
            return facts.rows
        text = self._counted.get(table.name.name.lower(), "").split()
        return float(text[0]) if text and text[0].isdigit() else _ROWS

    def _block(
        self, lines: Sequence[_Line], aliases: Mapping[str, str], times: float
    ) -> tuple[list[PlanNode], float, float]:
        """Steps side by side: loops are one within the other. Returns them, what they cost together, rows that come."""
        found: list[PlanNode] = []
        cost, rows = 0.0, times
        for line in lines:
            node, own, out = self._step(line, aliases, max(rows, 1.0), times)
            found.append(node)
            cost += own
            rows = out
        return found, cost, rows

    def _step(
        self, line: _Line, aliases: Mapping[str, str], loops: float, times: float
    ) -> tuple[PlanNode, float, float]:
        step = _STEP.match(line.text)
        if step is not None:
            return self._read(step, line, aliases, loops)
        inner = loops if line.text.startswith("CORRELATED") else times
        children, cost, rows = self._block(line.children, aliases, inner)
        out = loops
        if line.text.startswith("USE TEMP B-TREE"):
            sorted_rows = max(loops, 1.0)
            cost += sorted_rows * math.log2(sorted_rows + 1)
        elif line.text == "MULTI-INDEX OR":
            children, costs, out = self._either(line, aliases, loops)
            cost = costs
        elif line.text.startswith(("COMPOUND", "MERGE", "LEFT-MOST", "UNION", "CO-ROUTINE", "MATERIALIZE")):
            out = loops if not line.text.startswith(("COMPOUND", "MERGE")) else max(rows, 1.0)
        kind = line.text.capitalize() if line.text.isupper() else line.text
        return PlanNode(type=kind, total_cost=cost, rows=out, children=tuple(children)), cost, out

    def _either(self, line: _Line, aliases: Mapping[str, str], loops: float) -> tuple[list[PlanNode], float, float]:
        found: list[PlanNode] = []
        cost, out = 0.0, 0.0
        for arm in line.children:
            node, own, rows = self._step(arm, aliases, loops, loops)
            if not _STEP.match(arm.text) and arm.children:
                nodes, own, rows = self._block(arm.children, aliases, loops)
                node = PlanNode(type=arm.text, total_cost=own, rows=rows, children=tuple(nodes))
            found.append(node)
            cost, out = cost + own, out + rows
        return found, cost, out

    def _read(
        self, step: re.Match[str], line: _Line, aliases: Mapping[str, str], loops: float
    ) -> tuple[PlanNode, float, float]:
        name = step["name"]
        index = self._indexes.get((step["index"] or "").lower())
        table = self._tables.get(index.table.name.lower() if index else aliases.get(name.lower(), name.lower()))
        read = self._each(step, table, index)
        children, below, _ = self._block(line.children, aliases, loops)
        cost = loops * read + below
        if step["auto"] and table is not None:  # built once, from all rows
            whole = self.rows(table)
            cost += whole * math.log2(whole + 2)
        alias = name if table is not None and table.name.name.lower() != name.lower() else ""
        node = PlanNode(
            type=f"{step['verb'].capitalize()}{' (covering)' if step['covering'] else ''}",
            relation=table.name.name if table is not None else name,
            alias=alias,
            index=step["index"] or ("automatic index" if step["auto"] else step["rowid"] or ""),
            condition=step["terms"] or "",
            total_cost=cost,
            rows=loops * read,
            loops=None,
            children=tuple(children),
            detail={"loops": f"{loops:.0f}", "rows each": f"{read:.1f}"},
        )
        kept = _FILTERED if step["verb"] == "SCAN" and self._filters else 1.0
        return node, cost, max(loops * read * kept, 1.0)

    def _each(self, step: re.Match[str], table: Table | None, index: Index | None) -> float:
        """Rows that one loop reads."""
        whole = self.rows(table) if table is not None else 100.0  # of what the query itself makes
        if step["verb"] == "SCAN":
            numbers = self._numbers(index) if index is not None and index.predicate else ()
            return numbers[0] if numbers else whole
        terms = (step["terms"] or "").split(" AND ")
        equal = sum("=" in term and "<" not in term and ">" not in term for term in terms)
        ranges = sum("<" in term or ">" in term for term in terms)
        if step["rowid"]:
            keys = len(table.primary_key.columns) if table and table.primary_key else 1
            if equal >= keys:
                return 1.0
            return max(whole * _RANGE**ranges / (10.0**equal), 1.0)
        if step["auto"]:
            return max(min(whole, 10.0), 1.0)
        numbers = self._numbers(index)
        if index is not None and index.unique and equal >= len(index.keys):
            return 1.0
        if numbers and equal < len(numbers):
            found = numbers[equal]
        else:  # sqlite3DefaultRowEst
            found = whole if not equal else min(whole, float(max(11 - equal, 5)))
        return max(found * _RANGE**ranges, 1.0)

    def _numbers(self, index: Index | None) -> tuple[float, ...]:
        text = self._stats.get(index.name.name.lower(), "") if index is not None else ""
        return tuple(float(one) for one in text.split() if one.isdigit())


def _aliases(sql: str, tables: Mapping[str, Table]) -> dict[str, str]:
    """What a statement calls its tables: EXPLAIN QUERY PLAN prints only that."""
    found: dict[str, str] = {}
    words = tokens(sql)
    for place, one in enumerate(words):
        name = one.value.lower()
        if one.kind not in ("word", "name") or name not in tables:
            continue
        after = words[place + 1 : place + 3]
        if after and after[0].upper == "AS":
            after = after[1:]
        if after and after[0].kind in ("word", "name") and after[0].upper not in _FOLLOW:
            found.setdefault(after[0].value.lower(), name)
    return found


_FOLLOW = frozenset(
    """ON WHERE JOIN LEFT RIGHT FULL INNER CROSS NATURAL USING GROUP ORDER LIMIT UNION EXCEPT INTERSECT SET VALUES
    INDEXED NOT WINDOW HAVING DEFAULT RETURNING""".split()  # noqa: SIM905
)
