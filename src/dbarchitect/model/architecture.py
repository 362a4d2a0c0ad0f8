"""A database architecture with what was shown of it."""

from __future__ import annotations

from typing import Literal

from .figures import size_text
from .finding import Finding, Gap
from .value import Value

Kind = Literal[
    "row",
    "not null",
    "key",
    "reference",
    "deletion",
    "check",
    "exclusion",
    "state",
    "tree",
    "history",
    "tenant",
    "count",
]


class Probe(Value, frozen=True, kw_only=True):
    """One trial. `must` and `did`: whether the last statement is accepted; `why` the server's words; `holds`: as it
    must be, and for the right reason."""

    table: str
    constraint: str
    kind: Kind
    what: str
    must: Literal["accepted", "refused"]
    did: Literal["accepted", "refused"]
    holds: bool
    statements: tuple[str, ...] = ()
    why: str = ""


class Trial(Value, frozen=True, kw_only=True):
    """What came of trying constraints of one kind: how many rows had to be accepted and refused, and were."""

    kind: str
    accepted: int = 0
    refused: int = 0
    failed: int = 0


class AskedPlan(Value, frozen=True, kw_only=True):
    """A query of the application. Costs are the planner's at the volumes of today and of two years; `reads` are tables
    that it reads whole then, with their rows; `lab_ms` its fastest run on the lab's rows, None where it was not run."""

    text: str
    sql: str
    per_second: float
    said: bool
    cost_now: float | None = None
    cost_later: float | None = None
    shape: str = ""
    rows_later: float | None = None
    reads: tuple[tuple[str, float], ...] = ()
    indexes: tuple[str, ...] = ()
    lab_ms: float | None = None
    lab_rows: float | None = None
    latency_ms: float | None = None
    parameters: tuple[str, ...] = ()
    note: str = ""
    refused: str = ""

    @property
    def without_index(self) -> str:
        """What it does where it reads no index."""
        return "adds rows" if "INSERT INTO" in self.sql else "a small table or no table"


class TableSize(Value, frozen=True, kw_only=True):
    """Rows and bytes of a table, with indexes. `row_estimated` is by the types of its columns, `row_measured` what a
    row of the lab takes in the heap; `lab_estimated` is what all its rows should take by their types, and `lab_bytes`
    what they take; the totals are the lab's, carried to the declared rows."""

    table: str
    rows_now: float
    rows_later: float
    said: bool
    lab_rows: int
    lab_bytes: int
    bytes_now: float
    bytes_later: float
    row_estimated: float
    row_measured: float
    lab_estimated: float = 0.0


class Left(Value, frozen=True, kw_only=True):
    """What the review still says, and the design's answer; "" where it has none."""

    finding: Finding
    answer: str = ""


class Whole(Value, frozen=True, kw_only=True):
    """An index over all rows that would do the work of a partial one, built in its place in the lab. Bytes there of
    both, and the milliseconds of their queries together, each the fastest run; `rows`: of the table."""

    sql: str
    rows: int
    bytes: int
    part_bytes: int
    ms: float | None = None
    part_ms: float | None = None

    @property
    def said(self) -> str:
        """Both in figures."""
        times = (
            ""
            if self.ms is None or self.part_ms is None
            else f", and {self.ms:,.2f} ms instead of {self.part_ms:,.2f} ms for its queries"
        )
        sizes = f"{size_text(self.bytes)} instead of {size_text(self.part_bytes)}"
        return f"{sizes} on the lab's {self.rows:,} rows{times}"


class NewIndex(Value, frozen=True, kw_only=True):
    """An index that the adviser added: the accesses that it is for, and what share of the workload's cost it saves.
    `whole`: of a partial one, what it is compared with."""

    name: str
    sql: str
    bytes: float
    saves: float
    queries: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    whole: Whole | None = None


class Architecture(Value, frozen=True, kw_only=True):
    """What `dba design` made and showed.

    unread       pieces of the brief that nothing of the design keeps: what holds, holds without them
    untried      constraints for which no row is known that breaks them
    migration    what was done with the folder of migrations, in words; `journey` how up, down, up went; `seed` what
                 came of loading the seed data into what they made
    written, removed, unchanged  files of the folder
    """

    title: str
    unread: int = 0
    folder: str = ""
    engine: str = ""
    tables: int = 0
    columns: int = 0
    constraints: int = 0
    indexes: int = 0
    trials: tuple[Trial, ...] = ()
    untried: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    queries: tuple[AskedPlan, ...] = ()
    advised: tuple[NewIndex, ...] = ()
    workload_before: float = 0.0
    workload_after: float = 0.0
    sizes: tuple[TableSize, ...] = ()
    left: tuple[Left, ...] = ()
    rules_run: int = 0
    migration: str = ""
    journey: tuple[str, ...] = ()
    seed: str = ""
    orm: str = ""
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether everything that was tried is as it must be."""
        plans = all(not one.refused for one in self.queries)
        return (
            not self.failures
            and plans
            and not any(one.finding.severity.value != "info" and not one.answer for one in self.left)
        )
