"""How much stands behind a finding: what the live server and the workload know about its table.

A missing index on a table of three rows is as true as one on a table of three hundred million, and worth less. Here,
once for all rules, a finding gets the figures of its table, one whose harm grows with something that the table has
next to nothing of goes down by one severity, and findings of one severity stand in the order of what is exposed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import msgspec

from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.proof import Scalar
from dbarchitect.model.schema import Table
from dbarchitect.review.context import MATURE_DAYS, SMALL_PAGES, Context

HarmsBy = Literal["rows", "writes", ""]

# Fewer changed rows than this in as long as counters need to mean anything, and autovacuum never comes by: 50 is the
# default of autovacuum_vacuum_threshold (https://www.postgresql.org/docs/current/runtime-config-vacuum.html).
QUIET_WRITES_A_DAY = 50 / MATURE_DAYS

# A table is small where it stays small: what it gains in a year at today's pace counts as there.
YEAR_DAYS = 365
PAGE_BYTES = 8192

_LOWER = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.INFO}
_WHOLES = ("database", "schema")  # where a systemic finding points; its members are in `also`


class Exposure(NamedTuple):
    """What is known of one table; None where it is not. `bytes` are with indexes and TOAST, `pages` of the table alone,
    `writes` and `growth` rows a day, `calls` those of the workload's queries that name it."""

    table: Name
    bytes: int | None
    pages: int | None
    rows: float | None
    writes: float | None
    growth: float | None
    calls: float | None

    @property
    def order(self) -> tuple[float, float, float]:
        """Larger where more is exposed; what is not known counts as nothing."""
        return (self.bytes or 0, self.writes or 0, self.calls or 0)

    @property
    def next_to_nothing(self) -> dict[HarmsBy, str]:
        """What the table has next to nothing of, in words. Needs counters that mean something: a small table may be a
        young one."""
        if self.writes is None or self.growth is None:
            return {}
        said: dict[HarmsBy, str] = {}
        if self.pages is not None and self.rows is not None:
            width = self.pages * PAGE_BYTES / self.rows if self.rows >= 1 else PAGE_BYTES
            in_a_year = self.pages + max(self.growth, 0) * YEAR_DAYS * width / PAGE_BYTES
            if in_a_year <= SMALL_PAGES:
                size = size_text(self.pages * PAGE_BYTES)
                said["rows"] = f"{self.table.short} has {self.rows:,.0f} rows in {size} and hardly grows"
        if self.writes < QUIET_WRITES_A_DAY:
            said["writes"] = f"{self.table.short} sees {self.writes:.1f} changed rows a day"
        return said

    @property
    def facts(self) -> dict[str, Scalar]:
        """The known figures, under the names that a finding has them."""
        figures: dict[str, float | None] = {
            "table_bytes": self.bytes,
            "table_rows": self.rows,
            "writes_a_day": self.writes,
            "growth_a_day": self.growth,
            "workload_calls": self.calls,
        }
        return {key: round(value, 2) for key, value in figures.items() if value is not None}


class Exposures:
    """The exposure of tables, each worked out once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[Name, Exposure] = {}

    def of(self, table: Table) -> Exposure:
        """What is known of a table, over all its partitions."""
        found = self._known.get(table.name)
        if found is None:
            found = self._known[table.name] = self._worked_out(table)
        return found

    def _worked_out(self, table: Table) -> Exposure:
        context = self._context
        calls = context.called(table)
        if context.live_unfit:
            return Exposure(table.name, None, None, None, None, None, calls)
        leaves = [context.table_facts(leaf) for leaf in context.leaves(table)]
        sizes = [one.total_bytes or one.heap_bytes for one in leaves if one is not None]
        known = [size for size in sizes if size is not None]
        inserted, updated, deleted = (context.counted(table, which) for which in ("inserted", "updated", "deleted"))
        days = context.counter_days
        writes = growth = None
        if inserted is not None and updated is not None and deleted is not None and days:
            writes, growth = (inserted + updated + deleted) / days, (inserted - deleted) / days
        return Exposure(
            table=table.name,
            bytes=sum(known) if known and len(known) == len(leaves) else None,
            pages=context.pages(table),
            rows=context.rows(table),
            writes=writes,
            growth=growth,
            calls=calls,
        )


def exposed(findings: Sequence[Finding], context: Context, harms_by: Callable[[str], HarmsBy]) -> list[Finding]:
    """The findings with what is exposed in their facts, lowered where that is next to nothing; the worst first, of one
    severity the most exposed. `harms_by`: of a rule, by its id."""
    exposures = Exposures(context)
    ranked: list[tuple[tuple[float, float, float], Finding]] = []
    for finding in findings:
        tables = _tables(finding, context)
        behind = [exposures.of(table) for table in tables]
        if not behind:
            ranked.append(((0, 0, 0), finding))
            continue
        most = max(behind, key=lambda one: one.order)
        facts = most.facts
        if facts and len(behind) > 1:
            facts["most_exposed"] = str(most.table)
        ranked.append((most.order, _lowered(finding, behind, most, harms_by(finding.rule), facts)))
    ranked.sort(
        key=lambda item: (
            -item[1].severity.rank,
            *(-figure for figure in item[0]),
            item[1].rule,
            item[1].at,
            item[1].message,
        )
    )
    return [finding for _, finding in ranked]


def _lowered(
    finding: Finding,
    behind: Sequence[Exposure],
    most: Exposure,
    harms_by: HarmsBy,
    facts: dict[str, Scalar],
) -> Finding:
    """With `facts`, and one severity down where every table behind the finding has next to nothing of what harms."""
    finding = msgspec.structs.replace(finding, facts={**facts, **finding.facts})
    lower = _LOWER.get(finding.severity)
    if not harms_by or lower is None or not all(harms_by in one.next_to_nothing for one in behind):
        return finding
    said = most.next_to_nothing[harms_by]
    more = f", the most of {len(behind):,} tables" if len(behind) > 1 else ""
    return msgspec.structs.replace(
        finding, severity=lower, lowered=f"{lower.value} and no {finding.severity.value}: {said}{more}"
    )


def _tables(finding: Finding, context: Context) -> list[Table]:
    """The tables that a finding is about: its own, or those of all members of a systemic one."""
    refs: Sequence[ObjectRef] = finding.also if finding.at.kind in _WHOLES else (finding.at,)
    names = dict.fromkeys(Name(schema=ref.schema, name=ref.name) for ref in refs if ref.name)
    return [table for name in names if (table := context.table(name)) is not None]
