"""An index set measured on rows: each query timed without it and with it, and what does not pay in time taken out.

The indexes are made in a transaction that is rolled back: a copy is afterwards as it was. The planner's cost is not
time: of a set that costs less some queries may take longer, and those have the last word. A query counts as slower if
the fastest of its runs is, by a tenth and by more than the clock's noise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.explain import run_explained
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.model.advice import AdvisedIndex, IndexAdvice, QueryVerdict, StatisticsAdvice
from dbarchitect.model.explain import QueryPlan

from .estimates import mended_estimates

_SLOWER, _NOISE_MS = 1.1, 2.0
_FASTER = 0.98  # an index pays in time if what uses it takes less than this share of the time without it


@dataclass(slots=True)
class _Timed:
    """The fastest run of a query. `milliseconds`: None where it could not be run; the limit where that ended it."""

    milliseconds: float | None
    used: frozenset[str] = frozenset()
    rows: float | None = None
    plan: QueryPlan | None = None


def measure(
    connection: psycopg.Connection[Any],
    advice: IndexAdvice,
    *,
    runs: int = 3,
    limit_s: float = 60.0,
    statistics: bool = False,
    settings: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> IndexAdvice:
    """The advice with times, without the indexes that do not pay in time. `connection`: of one who may make indexes on
    the copy, autocommit; nothing of it stays there. `statistics`: the rows are the source's own, so that what the
    planner does not know of them is worth looking for. `settings`: of the planner, for the time of it.

    Raises `psycopg.Error` where an index cannot be made.
    """
    queries = list(enumerate(advice.queries))
    meter = _Meter(connection, runs, limit_s)
    taken_out: list[str] = []
    tables = sorted({str(one.index.table) for one in advice.create})
    with meter.undone():
        for name, value in (settings or {}).items():
            connection.execute("SELECT set_config(%s, %s, true)", [name, value])
        # So that both sides are planned from statistics of the same age, and no estimate is off for want of any.
        for table in [""] if statistics else tables:
            one_statement(connection, f"ANALYZE {table}")
        progress(f"timing {len(queries):,} queries as they are")
        before = {number: meter.time(query) for number, query in queries}
        built: list[AdvisedIndex] = []
        for position, one in enumerate(advice.create, 1):
            progress(f"building {position} of {len(advice.create)}: {one.index.name.name}")
            begun = time.monotonic()
            one_statement(connection, create_index_sql(one.index))
            built.append(replace(one, built_ms=(time.monotonic() - begun) * 1000))
        advice = replace(advice, create=tuple(built))
        for table in tables:  # for the statistics of expressions
            one_statement(connection, f"ANALYZE {table}")
        progress(f"timing {len(queries):,} queries with {len(advice.create)} indexes")
        after = {number: meter.time(query) for number, query in queries}
        _confirmed(meter, advice.create, dict(queries), before, after)
        left = _repaired(meter, list(advice.create), dict(queries), before, after, taken_out, progress)
        found: list[StatisticsAdvice] = []
        if statistics:
            plans = {number: one.plan for number, one in after.items() if one.plan is not None}
            found += mended_estimates(
                lambda sql: one_statement(connection, sql),
                lambda query: meter.time(query).plan,
                dict(queries),
                plans,
                version=connection.info.server_version,
                progress=progress,
            )
        advice = replace(advice, statistics=tuple(found))
    return _with_times(advice, left, before, after, taken_out)


class _Meter:
    def __init__(self, connection: psycopg.Connection[Any], runs: int, limit_s: float) -> None:
        self.connection = connection
        self.runs = runs
        self.limit_s = limit_s

    @contextmanager
    def undone(self) -> Generator[None]:
        """A transaction, or a part of one, that is rolled back."""
        with self.connection.transaction(force_rollback=True):
            yield

    def time(self, query: QueryVerdict) -> _Timed:
        """The fastest of some runs of a query, each undone."""
        best = self._once(query)
        for _ in range(self.runs - 1):
            if not self._again(best):
                break
            best = _faster(best, self._once(query))
        return best

    def paired(self, query: QueryVerdict, indexes: Sequence[AdvisedIndex]) -> tuple[_Timed, _Timed]:
        """(without these indexes, with them), run in turns: what else the machine does hits both."""
        without: _Timed | None = None
        with_them: _Timed | None = None
        for _ in range(self.runs):
            with self.undone():
                for one in indexes:
                    one_statement(self.connection, f"DROP INDEX {one.index.name}")
                without = _faster(without, self._once(query))
            with_them = _faster(with_them, self._once(query))
            if not (self._again(without) and self._again(with_them)):
                break
        assert without is not None
        assert with_them is not None
        return without, with_them

    def _again(self, one: _Timed) -> bool:
        """Whether another run would tell more: of one that takes a fifth of the limit the noise is small."""
        return one.milliseconds is not None and one.milliseconds < self.limit_s * 200

    def _once(self, query: QueryVerdict) -> _Timed:
        sql = query.planned or query.sql
        try:
            plan = run_explained(
                self.connection, sql, query.parameters, options="VERBOSE, TIMING OFF", limit_s=self.limit_s
            )
        except psycopg.errors.QueryCanceled:
            return _Timed(self.limit_s * 1000)
        except psycopg.Error:
            return _Timed(None)
        used = frozenset(node.index for node in plan.root.walk() if node.index)
        return _Timed(plan.execution_ms or 0.0, used, plan.root.actual_rows, plan)


def _faster(one: _Timed | None, other: _Timed) -> _Timed:
    if one is None or one.milliseconds is None:
        return other
    return other if other.milliseconds is not None and other.milliseconds < one.milliseconds else one


def _confirmed(
    meter: _Meter,
    made: Sequence[AdvisedIndex],
    queries: dict[int, QueryVerdict],
    before: dict[int, _Timed],
    after: dict[int, _Timed],
) -> None:
    """Time again what seems to be slower, in turns. What takes none of the indexes is not slower by them."""
    for number, query in queries.items():
        taken = [one for one in made if one.index.name.name in after[number].used]
        if taken and _is_slower(before[number], after[number]):
            before[number], after[number] = meter.paired(query, taken)


def _repaired(
    meter: _Meter,
    left: list[AdvisedIndex],
    queries: dict[int, QueryVerdict],
    before: dict[int, _Timed],
    after: dict[int, _Timed],
    taken_out: list[str],
    progress: Callable[[str], None],
) -> list[AdvisedIndex]:
    """Take out the indexes without which what uses them is as fast, those of slower queries first."""

    def users(index: AdvisedIndex) -> list[int]:
        return [number for number, one in after.items() if index.index.name.name in one.used]

    def slower(index: AdvisedIndex) -> int:
        return -sum(_is_slower(before[number], after[number]) for number in users(index))

    for index in sorted(left, key=lambda one: (slower(one), one.saves)):
        numbers, name = users(index), index.index.name.name
        progress(f"timing without {name}")
        pairs = {number: meter.paired(queries[number], [index]) for number in numbers}
        saved = sum(queries[n].calls * (without.milliseconds or 0.0) for n, (without, _) in pairs.items())
        with_it = sum(queries[n].calls * (now.milliseconds or 0.0) for n, (_, now) in pairs.items())
        if numbers and with_it <= _FASTER * saved:
            after.update({number: now for number, (_, now) in pairs.items()})
            continue
        why = (
            f"what takes it needs {saved:,.1f} ms without it and {with_it:,.1f} with it"
            if numbers
            else "no query takes it"
        )
        taken_out.append(f"{name} is left out: {why}")
        one_statement(meter.connection, f"DROP INDEX {index.index.name}")
        left = [one for one in left if one is not index]
        after.update({number: without for number, (without, _) in pairs.items()})
    _confirmed(meter, left, queries, before, after)
    return left


def _is_slower(before: _Timed, after: _Timed) -> bool:
    if before.milliseconds is None or after.milliseconds is None:
        return False
    return after.milliseconds > max(before.milliseconds * _SLOWER, before.milliseconds + _NOISE_MS)


def _with_times(
    advice: IndexAdvice,
    left: Sequence[AdvisedIndex],
    before: dict[int, _Timed],
    after: dict[int, _Timed],
    taken_out: Sequence[str],
) -> IndexAdvice:
    names = {one.index.name.name for one in left}
    gone = {one.index.name.name for one in advice.create} - names
    notes = [*advice.notes, *taken_out]
    verdicts: list[QueryVerdict] = []
    for number, one in enumerate(advice.queries):
        was, now = before.get(number), after.get(number)
        if was is None or now is None or was.milliseconds is None or now.milliseconds is None:
            verdicts.append(one)
            continue
        if was.rows is not None and now.rows is not None and was.rows != now.rows:
            notes.append(f"query {number + 1} gave {was.rows:,.0f} rows without the indexes and {now.rows:,.0f} with")
        used = tuple(sorted(now.used & names))
        verdicts.append(
            replace(
                one,
                used=used,
                why="" if used else one.why or "what the planner would take for it does not pay in time",
                before_ms=was.milliseconds,
                after_ms=now.milliseconds,
            )
        )
        if used and _is_slower(was, now):
            notes.append(
                f"query {number + 1} is really slower ({was.milliseconds:,.1f} -> {now.milliseconds:,.1f} ms) with "
                f"{', '.join(used)}, which other queries need: {' '.join(one.sql.split())[:60]}"
            )
    return replace(
        advice,
        create=tuple(left),
        drop=tuple(one for one in advice.drop if one.instead not in gone),  # what was to do its work is left out
        bytes=sum(one.bytes for one in left),
        queries=tuple(verdicts),
        notes=tuple(notes),
        proof=replace(
            advice.proof,
            level="measured",
            method="each query run on rows, without and with the indexes that are left; the fastest run counts",
        ),
    )
