"""Findings on the query as a whole: compiling, planning, triggers, workers, waiting for disks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.finding import Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.model.schema import ForeignKey, Table

from .reading import SCANS, Reading
from .rule import count, found, ms, rule


def _took(reading: Reading) -> float:
    return reading.plan.execution_ms or (reading.total if reading.timed else 0.0)


@rule("jit-overhead")
def jit_overhead(reading: Reading) -> Iterator[QueryFinding]:
    """Compiling takes more than a quarter of the time.

    The costs are above jit_above_cost, the rows do not pay for it: often an estimate is far too high.
    """
    jit, took = reading.plan.jit, _took(reading)
    if jit is None or took <= 0 or jit.total_ms < 0.25 * took or jit.total_ms < 5:
        return
    yield found(
        reading,
        "jit-overhead",
        None,
        f"compiling {count(jit.functions)} functions took {ms(jit.total_ms)} of {ms(took)}",
        "SET jit = off for this query, or a higher jit_above_cost",
        saves=jit.total_ms,
        sql=("SET LOCAL jit = off",),
        facts={"jit_ms": jit.total_ms, "execution_ms": took},
    )


@rule("planning-time")
def planning_time(reading: Reading) -> Iterator[QueryFinding]:
    """Planning takes longer than the query.

    Many partitions, many joins, or statistics that are read for the first time in this session. A prepared statement
    plans once.
    """
    planning, took = reading.plan.planning_ms or 0.0, _took(reading)
    if planning <= 10 or planning <= took or took <= 0:
        return
    partitions = sum(one.node.relation != "" for one in reading.spots)
    cold = (reading.plan.planning_read or 0) > 100
    yield found(
        reading,
        "planning-time",
        None,
        f"planning took {ms(planning)}, the query {ms(took)}",
        "prepare the statement, or read fewer partitions"
        + ("; it read its catalogue from disk: run it again before you judge" if cold else ""),
        saves=min(planning, took),
        severity=Severity.INFO if cold else Severity.WARNING,
        facts={"planning_ms": planning, "execution_ms": took, "relations": partitions},
    )


@rule("fk-trigger")
def fk_trigger(reading: Reading) -> Iterator[QueryFinding]:
    """A foreign key whose check takes the time.

    For each row deleted or changed, the rows that point to it are looked for. Without an index on the child's column
    that reads the child table each time.
    """
    took = _took(reading)
    for trigger in reading.plan.triggers:
        foreign = bool(trigger.constraint) or trigger.name.startswith("RI_")
        if not foreign or took <= 0 or trigger.ms <= 0.1 * took or trigger.ms < 5:
            continue
        each = trigger.ms / max(trigger.calls, 1)
        if each < 0.2:
            continue  # an index is there: a look-up takes some hundredths
        key = None
        for table in reading.schema.tables if reading.schema else ():
            for one in table.constraints:
                if isinstance(one, ForeignKey) and one.name == trigger.constraint:
                    key = (table, one)
        sql: tuple[str, ...] = ()
        if key is not None:
            if _indexed(*key):
                continue  # what takes the time is what the rows found there need
            columns = ", ".join(quote_identifier(name) for name in key[1].columns)
            sql = (f"CREATE INDEX CONCURRENTLY ON {key[0].name} ({columns})",)
        yield found(
            reading,
            "fk-trigger",
            None,
            f"the check of {trigger.constraint or trigger.name} took {ms(trigger.ms)} in {count(trigger.calls)} calls, "
            f"{ms(each)} each",
            "an index on the referencing column of that foreign key",
            saves=trigger.ms * 0.95,
            sql=sql,
            facts={"trigger_ms": trigger.ms, "calls": trigger.calls},
        )


def _indexed(table: Table, key: ForeignKey) -> bool:
    """Whether an index of the table begins with the columns of its foreign key, in any order."""
    return any(
        {part.column for part in one.keys[: len(key.columns)]} == {*key.columns}
        for one in table.indexes
        if one.valid and one.predicate is None and one.method in ("btree", "hash")
    )


@rule("workers-missing")
def workers_missing(reading: Reading) -> Iterator[QueryFinding]:
    """Fewer parallel workers than planned.

    Others had them. The plan was chosen for more.
    """
    for spot in reading.of("Gather", "Gather Merge"):
        planned, launched = spot.node.workers_planned, spot.node.workers_launched
        if planned is None or launched is None or launched >= planned or spot.whole < 0.3 * reading.total:
            continue
        yield found(
            reading,
            "workers-missing",
            spot,
            f"{launched} of {planned} parallel workers were there",
            "max_parallel_workers (and max_worker_processes), or fewer queries that use them at the same time",
            saves=spot.whole * (1 - (launched + 1) / (planned + 1)),
            severity=Severity.WARNING if launched == 0 else Severity.INFO,
            facts={"planned": planned, "launched": launched},
        )


@rule("parallel-overhead")
def parallel_overhead(reading: Reading) -> Iterator[QueryFinding]:
    """Starting workers takes more than the work.

    For a short query, parallel_setup_cost or min_parallel_table_scan_size is too low.
    """
    for spot in reading.of("Gather", "Gather Merge"):
        child = spot.children[0] if spot.children else None
        if child is None or not reading.timed or spot.loops > 1 or not spot.node.workers_launched:
            continue
        own = spot.own
        jit = reading.plan.jit.total_ms if reading.plan.jit else 0.0
        if own < 0.5 * reading.total or own < 10 or jit > 0.25 * own or spot.rows > 100_000:
            continue
        yield found(
            reading,
            "parallel-overhead",
            spot,
            f"{spot.node.type} itself took {ms(own)} of {ms(reading.total)}: starting and waiting for workers",
            "SET max_parallel_workers_per_gather = 0 for this query, or a higher parallel_setup_cost",
            saves=own * 0.8,
            severity=Severity.INFO,
            facts={"own": round(own, 3)},
        )


@rule("io-bound")
def io_bound(reading: Reading) -> Iterator[QueryFinding]:
    """More than half of the time waits for reads (needs track_io_timing).

    A second run from a warm cache may take a fraction. What reads fewer pages helps: an index that covers the columns,
    a table in the order of the query (CLUSTER), more shared_buffers.
    """
    took = _took(reading)
    root = reading.spots[0].node
    processes = 1 + max((one.node.workers_launched or 0 for one in reading.spots), default=0)
    spent = (root.io_ms or 0.0) / processes
    if took <= 0 or spent < 0.5 * took or spent < 10:
        return
    yield found(
        reading,
        "io-bound",
        None,
        f"{ms(spent)} of {ms(took)} were reads from disk ({count(root.shared_read or 0)} pages)",
        "run it again to see it from the cache; then read fewer pages",
        saves=spent,
        severity=Severity.INFO,
        facts={"io_ms": round(spent, 3), "pages": root.shared_read},
    )


@rule("generic-plan")
def generic_plan(reading: Reading) -> Iterator[QueryFinding]:
    """A plan for any parameters, bad for these.

    `$n` in the conditions says that the prepared statement's generic plan was taken. Far more rows came than expected.
    """
    if not reading.executed:
        return
    for spot in reading.of(*SCANS):
        text = f"{spot.node.condition} {spot.node.filter}"
        if not re.search(r"[=<>] \$\d+|ANY \(\$\d+", text) or _init_plans(reading, text):
            continue
        if spot.loops > 1 or spot.node.rows <= 0:
            continue
        ratio = spot.rows / max(spot.node.rows, 1.0)
        thrown = spot.removed > 10_000 and spot.node.rows > 100 * max(spot.rows, 1.0)
        if (ratio < 100 and not thrown) or spot.share < 0.3 or spot.cut_short:
            continue
        yield found(
            reading,
            "generic-plan",
            spot,
            f"{spot.at} runs the plan for any parameters: {count(spot.rows)} rows came, {count(spot.node.rows)} were "
            "expected",
            "SET plan_cache_mode = force_custom_plan for this statement, so that it is planned for its values",
            saves=spot.whole * 0.5,
            severity=Severity.INFO,
            facts={"expected": spot.node.rows, "actual": spot.rows},
        )


def _init_plans(reading: Reading, text: str) -> bool:
    """Whether a `$n` is the result of an InitPlan or comes from an outer row, as versions before 17 print both."""
    returned = {
        name for one in reading.spots for name in re.findall(r"\$\d+", one.node.subplan)
    }  # fmt: skip
    return bool(returned & set(re.findall(r"\$\d+", text))) or any(
        one.node.subplan.startswith("SubPlan") for one in reading.spots
    )


@rule("wide-row")
def wide_row(reading: Reading) -> Iterator[QueryFinding]:
    """Rows of kilobytes, many of them.

    They are carried through sorts and hashes and sent. Name the columns that are needed.
    """
    root = reading.spots[0]
    wide = root.node.width
    if wide < 2000 or root.rows * wide < 50e6 or reading.writes:
        return
    yield found(
        reading,
        "wide-row",
        None,
        f"{count(root.rows)} rows of about {wide:,} bytes each are made ({root.rows * wide / 1e6:,.0f} MB)",
        "name the columns that are needed in place of *",
        saves=reading.total * 0.2,
        severity=Severity.INFO,
        facts={"width": wide, "rows": root.rows},
    )


@rule("disabled-node")
def disabled_node(reading: Reading) -> Iterator[QueryFinding]:
    """A node of a kind that a setting forbids (enable_... = off), taken for want of another."""
    for spot in reading.spots:
        # Before 18 the cost of what is switched off began at 1e10 (disable_cost of costsize.c).
        # A node that waits for children of such cost, switched on as they are, begins there as well.
        old = spot.node.startup_cost >= 1e10 and not any(child.node.total_cost >= 1e10 for child in spot.children)
        if not spot.node.disabled and not old:
            continue
        off = [name for name, value in reading.plan.settings.items() if name.startswith("enable_") and value == "off"]
        yield found(
            reading,
            "disabled-node",
            spot,
            f"{spot.at} is of a kind that is switched off ({', '.join(off) or 'enable_... = off'}); no other was left",
            "switch it on again: what it is off for is done by better statistics or an index",
            saves=0.0,
            severity=Severity.INFO,
        )
        return


@rule("dirtied-on-select")
def dirtied_on_select(reading: Reading) -> Iterator[QueryFinding]:
    """A query that only reads, and writes pages all the same.

    It is the first to see rows that were changed, and notes on their pages that they are visible (hint bits). VACUUM
    after a bulk load does it beforehand.
    """
    root = reading.spots[0].node
    dirtied = root.shared_dirtied or 0
    if reading.writes or dirtied < 1000 or any(one.node.type == "LockRows" for one in reading.spots):
        return  # FOR UPDATE writes its locks
    yield found(
        reading,
        "dirtied-on-select",
        None,
        f"reading dirtied {count(dirtied)} pages: it was the first to see rows that changed",
        "run it again before you judge it; VACUUM after bulk changes",
        saves=0.0,
        severity=Severity.INFO,
        facts={"dirtied": dirtied},
    )


@rule("serialize-cost")
def serialize_cost(reading: Reading) -> Iterator[QueryFinding]:
    """Turning the result into what is sent takes a fifth of the time (EXPLAIN SERIALIZE, from 17 on).

    Values that are stored apart (TOAST) are fetched for it. Fewer rows and fewer columns help.
    """
    spent, took = reading.plan.serialization_ms or 0.0, _took(reading)
    if took <= 0 or spent < 0.2 * took or spent < 10:
        return
    yield found(
        reading,
        "serialize-cost",
        None,
        f"making {count(reading.spots[0].rows)} rows into what is sent took {ms(spent)} of {ms(took)}",
        "ask for the columns that are needed, and for fewer rows",
        saves=spent,
        facts={"serialization_ms": spent},
    )
