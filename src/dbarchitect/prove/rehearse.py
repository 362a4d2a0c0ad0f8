"""The rehearsal of migrations: up, down and up again on private copies of a source, watched.

First on a copy without rows, which shows what the statements are and which tables they touch; then with rows in those
tables (made up from the source's statistics, or the user's own copy), which shows what depends on rows: what is read,
what is refused, what the way back restores, and, measured, how long it takes and who waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.connection import connect
from dbarchitect.engines.postgres.server import version_name
from dbarchitect.engines.postgres.server.host import Host
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import DbaError, InputError
from dbarchitect.migrate import durations
from dbarchitect.migrate.compare import differences, schema_hash
from dbarchitect.migrate.identity import plan_id
from dbarchitect.migrate.offenders import expected, is_about_rows, offenders
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Effects, Lock, Migration, Step
from dbarchitect.model.query import Workload
from dbarchitect.model.rehearsal import (
    Held,
    Observed,
    Phase,
    Rehearsal,
    Rehearsed,
    RowsOrigin,
    Stop,
    stronger,
)
from dbarchitect.model.schema import ForeignKey, Relational, Table

from .copies import Copies
from .plans import changed_plans
from .routines import broken_routines
from .stage import Ran, Stage
from .verdict import brief, judged, listed

_SEEN_ROWS = 1_000  # of a table, enough to see that it is read
_MEASURED_ROWS = 500_000  # of all tables together, where time is measured
_FEW = 3
_STEPS_BY_TABLES = 5_000  # steps times tables up to which every step is compared
_MOST_KINDS = 5

Fingerprints = dict[str, tuple[int, str, str] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to rehearse.

    copy         a database that may be written to, with the source's schema and real rows
    data         measure, on as many rows as the source has or `rows` says
    max_block_s  how long applications may have to wait
    """

    copy: str | None = None
    data: bool = False
    rows: Mapping[str, int] | None = None
    seed: int = 0
    workload: Workload | None = None
    max_block_s: float = 10.0
    now: str = ""
    command: tuple[str, ...] = ()
    progress: Callable[[str], None] = lambda _: None


@dataclass(slots=True)
class _Pass:
    """What was seen on one copy."""

    names: dict[int, str] = field(default_factory=dict[int, str])  # of tables, before, by oid
    steps: list[Rehearsed] = field(default_factory=list[Rehearsed])
    stops: list[Stop] = field(default_factory=list[Stop])
    up: Relational | None = None
    down: Relational | None = None
    thinned: set[str] = field(default_factory=set[str])
    not_restored: list[str] = field(default_factory=list[str])
    remarks: list[str] = field(default_factory=list[str])
    before: dict[tuple[str, int], Relational] = field(default_factory=dict[tuple[str, int], Relational])
    row_count: int = 0
    checked_rows: int = 0

    @property
    def ended(self) -> bool:
        """Whether it could not go on."""
        return any(not stop.of_rows for stop in self.stops)


def rehearse(migrations: Sequence[Migration], source: Snapshot, host: Host, options: Options) -> Rehearsal:
    """Run `migrations` up, down and up again on private copies of `source` made on `host`.

    Raises `InputError` where there is nothing to run or the named copy has another schema, `SurroundingsError` where
    copies cannot be made.
    """
    steps = [step for migration in migrations for step in migration.up]
    if not steps:
        raise InputError(
            "there is nothing to rehearse: the migrations have no statements", hint="write some, or name others"
        )
    with ExitStack() as stack:
        copies = Copies(host, source, seed=options.seed, progress=options.progress)
        stack.callback(copies.close)
        copies.make_roles(statement for migration in migrations for statement in _statements(migration))
        return _Rehearsal(migrations, source, copies, options).run()


def _statements(migration: Migration) -> list[str]:
    return [statement for step in (*migration.up, *(migration.down or ())) for statement in step.sql]


class _Rehearsal:
    def __init__(self, migrations: Sequence[Migration], source: Snapshot, copies: Copies, options: Options) -> None:
        self.migrations = migrations
        self.source = source
        self.copies = copies
        self.options = options
        self.facts: Facts | None = source.schema.facts
        self.base_hash = schema_hash(source.schema)
        self.gaps: list[Gap] = []
        self.expected: tuple[str, ...] = ()
        self.halfway: list[tuple[str, str]] = []  # steps before which the way back is not what it was, and how
        # Reading the schema before and after every step takes its time.
        count = sum(len(one.up) for one in migrations)
        self._step_by_step = count > 1 and count * len(source.schema.tables) <= _STEPS_BY_TABLES

    def run(self) -> Rehearsal:
        bare = self.copies.bare("bare")
        base = bare.schema()
        unlike = differences(base, self.source.schema, privileges=False)
        seen = self._pass(bare, "none", base, ())
        origin: RowsOrigin = "none"
        if not seen.ended:
            seen, origin = self._with_rows(seen, base)
        queries, planned, routines = (), 0, ()
        if seen.up is not None:
            routines = broken_routines(lambda: self.copies.bare("checked"), self._replay, base, seen.up)
            if self.options.workload is not None:
                queries, planned, found = changed_plans(
                    self.options.workload, self.copies, self._replay, self.options.progress
                )
                self.gaps += found
        # A copy that was named is a database as the source is one: there they ran.
        not_run = () if origin == "copy" else self.copies.left_out
        self.gaps += [
            Gap(kind="statement", name=brief(one), effect="not run: it is not of this database alone")
            for one in not_run
        ]
        if unlike:
            shown = "; ".join(unlike[:_FEW]) + (f" and {len(unlike) - _FEW} more" if len(unlike) > _FEW else "")
            self.gaps.append(Gap(kind="schema", name="the copy", effect=f"is not all of the source's schema: {shown}"))
        reversible = all(migration.down is not None for migration in self.migrations)
        result = Rehearsal(
            plan=plan_id([step for one in self.migrations for step in one.up], self.base_hash),
            source=self.source.manifest.source,
            migrations=tuple(one.id for one in self.migrations),
            base_hash=self.base_hash,
            result_hash=schema_hash(seen.up) if seen.up is not None and not unlike else "",
            not_run=not_run,
            verdict="good",
            remarks=(*self._halfway(), *seen.remarks),
            rows=origin,
            row_count=seen.row_count,
            steps=tuple(seen.steps),
            stops=tuple(seen.stops),
            changes=differences(base, seen.up, privileges=False) if seen.up is not None else (),
            expected=self.expected,
            not_undone=differences(seen.down, base, privileges=False) if seen.down is not None else (),
            not_restored=tuple(seen.not_restored),
            checked_rows=seen.checked_rows,
            reversible=reversible,
            queries=queries,
            planned=planned,
            routines=routines,
            gaps=tuple(dict.fromkeys((*self.source.manifest.gaps, *self.copies.gaps, *self.gaps))),
            environment=self._environment(),
            rehearsed_at=self.options.now,
            command=self.options.command,
        )
        verdict, reasons = judged(result, self.migrations, self.options.max_block_s)
        return replace(result, verdict=verdict, reasons=reasons)

    def _halfway(self) -> tuple[str, ...]:
        if not self.halfway:
            return ()
        steps = listed([step for step, _ in self.halfway])
        return (f"a way back that stops before {steps} does not leave what was there: {self.halfway[0][1]}",)

    def _environment(self) -> dict[str, str]:
        own, source = self.copies.version, self.source.schema.version
        named = {"source": version_name(source), "server": version_name(own)}
        if own // 10000 != source // 10000:
            named["caution"] = (
                f"PostgreSQL {own // 10000} may lock, rewrite and plan otherwise than {source // 10000}: "
                "--pg-bin DIR rehearses on the source's own version"
            )
        return named

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _with_rows(self, bare: _Pass, base: Relational) -> tuple[_Pass, RowsOrigin]:
        """The same with rows in the tables that are touched; what was seen without rows where there can be none."""
        touched = {table for step in bare.steps for table in step.effects.locks}
        tables = _with_relatives(base, touched)
        try:
            stage, origin = self._stage_with_rows(tables, base)
        except InputError:
            raise
        except (DbaError, psycopg.Error) as err:
            said = err.message if isinstance(err, DbaError) else str(err).strip().split("\n")[0]
            self.gaps.append(Gap(kind="rows", name="the copy", effect=f"has none: {said}"))
            self.expected = expected(base, bare.up) if bare.up is not None else ()
            return bare, "none"
        with closing(stage):
            if bare.up is not None and origin != "copy":
                # Where rows are in the way before and the migrations run, they deal with them.
                self.expected = tuple(one for one in expected(base, bare.up) if stage.count(one) == 0)
            seen = self._pass(stage, origin, base, tables)
        if origin == "copy":
            seen.remarks.append("the copy is left as the migrations made it")
        return seen, origin

    def _stage_with_rows(self, tables: Sequence[Table], base: Relational) -> tuple[Stage, RowsOrigin]:
        if self.options.copy is not None:
            return self._named_copy(self.options.copy, base), "copy"
        known = self.facts is not None and bool(self.facts.columns) and self.facts.origin == "live"
        self.options.progress(f"making up rows for {len(tables):,} tables")
        most = None if self.options.data else _SEEN_ROWS
        stage = self.copies.with_rows("rehearsed", tables, rows=self.options.rows, most=most, budget=_MEASURED_ROWS)
        return stage, "statistics" if known else "made up"

    def _named_copy(self, url: str, base: Relational) -> Stage:
        def session() -> psycopg.Connection[Any]:
            return connect(url)

        stage = Stage(session=session, watch=session)
        unlike = differences(stage.schema(), base, privileges=False)
        if unlike:
            raise InputError(
                f"the copy has another schema than the source: {unlike[0]}"
                + (f" and {len(unlike) - 1} more differences" if len(unlike) > 1 else ""),
                hint="name in --copy a database that was restored from the source as it is now",
            )
        return stage

    # --- one copy -----------------------------------------------------------------------------------------------------

    def _pass(self, stage: Stage, origin: RowsOrigin, base: Relational, tables: Sequence[Table]) -> _Pass:
        """Up, down and up again on one copy; rows of `tables` are compared."""
        seen = _Pass()
        with closing(stage):
            if tables:
                self.options.progress(f"reading the rows of {len(tables):,} tables, to compare them")
            seen.names = stage.names()
            before = stage.fingerprints(tables, base)
            seen.row_count = sum(rows[0] for rows in before.values() if rows)
            self._up(stage, seen, "up", origin)
            if seen.ended:
                return seen
            seen.up = stage.schema()
            first = stage.fingerprints(tables, seen.up)
            whole = self._down(stage, seen)
            if whole:
                seen.down = stage.schema()
                restored = stage.fingerprints(tables, seen.down)
                seen.not_restored = _unlike(before, restored, seen.thinned)
                compared = {name: rows for name, rows in before.items() if name not in seen.thinned}
                seen.checked_rows = sum(rows[0] for rows in compared.values() if rows)
                if differences(seen.down, base, privileges=False):
                    return seen  # what was left would be in the way a second time
                self._up(stage, seen, "again", origin)
                if not seen.ended:
                    again = stage.fingerprints(tables, stage.schema())
                    if not seen.not_restored and (unlike := _unlike(first, again, seen.thinned)):
                        seen.remarks.append(
                            f"run a second time it leaves other values in {listed(unlike)} than the first time"
                        )
            elif origin != "none" and self.options.data:
                seen.remarks.append("not measured: that is done on the second run, which needs a way back")
        return seen

    def _up(self, stage: Stage, seen: _Pass, phase: Phase, origin: RowsOrigin) -> None:
        done: list[str] = []
        for migration in self.migrations:
            stage.close()
            for number, step in enumerate(migration.up, 1):
                self.options.progress(f"{_ways[phase]} {_label(migration, number, step)}")
                if phase == "up" and origin == "none" and self._step_by_step:
                    seen.before[migration.id, number] = stage.schema()
                if not self._one(stage, seen, phase, migration, number, step, done, origin):
                    return
                done.append(_label(migration, number, step))

    def _one(
        self,
        stage: Stage,
        seen: _Pass,
        phase: Phase,
        migration: Migration,
        number: int,
        step: Step,
        done: Sequence[str],
        origin: RowsOrigin,
    ) -> bool:
        known = {now: seen.names.get(oid, "") for oid, now in stage.names().items()}
        while True:
            if phase == "again" and self.options.data and origin != "none":
                ran = stage.measure(step, _effects(seen, migration, number))
            else:
                ran = stage.repeat(step) if phase == "again" else stage.trace(step)
            if ran.refusal is None:
                seen.steps.append(self._rehearsed(migration, phase, number, step, ran, known))
                return True
            stop = self._stop(migration, phase, number, step, ran, done)
            if origin != "none" and is_about_rows(ran.refusal):
                stop, removal = self._explained(stage, stop, migration, number, step, ran)
                if origin == "made up" and stop.of_rows and self._thinned(stage, stop, removal, ran.left, seen):
                    continue  # rows that nobody has do not decide: on without them
                stop = replace(stop, of_rows=False)
            seen.stops.append(stop)
            return False

    def _down(self, stage: Stage, seen: _Pass) -> bool:
        """The way back; whether it went all the way."""
        for migration in reversed(self.migrations):
            if migration.down is None:
                return False
            stage.close()
            for number, step in enumerate(migration.down, 1):
                self.options.progress(f"{_ways['down']} {_label(migration, number, step)}")
                now_named = stage.names()
                ran = stage.trace(step)
                if ran.refusal is not None:
                    seen.stops.append(self._stop(migration, "down", number, step, ran, ()))
                    return False
                known = {now: seen.names.get(oid, "") for oid, now in now_named.items()}
                seen.steps.append(self._rehearsed(migration, "down", number, step, ran, known))
                self._compare_halfway(stage, seen, migration, number)
        return True

    def _compare_halfway(self, stage: Stage, seen: _Pass, migration: Migration, number: int) -> None:
        """Whether the schema is what it was before the step that has been taken back: `rollback` may stop there."""
        undone = [step.undoes for step in migration.down or ()]
        last = undone[number - 1 : number + 1]
        before = seen.before.get((migration.id, last[0]))
        if before is None or undone != sorted(undone, reverse=True) or len(set(last)) < len(last):
            return
        if unlike := differences(stage.schema(), before, privileges=False):
            self.halfway.append((f"{migration.id} step {last[0]}", unlike[0]))

    def _rehearsed(
        self, migration: Migration, phase: Phase, number: int, step: Step, ran: Ran, known: Mapping[str, str]
    ) -> Rehearsed:
        estimated = [durations.seconds(one.effects, self.facts, known=known) for one in ran.statements]
        if step.backfill is not None and self.facts is not None:
            name = str(step.backfill.table)
            whole = Effects(locks={name: "ROW EXCLUSIVE"}, scans=(name,))
            total = durations.seconds(whole, self.facts, known=known)
        else:
            total = _sum(estimated) if ran.statements else None  # left out, or done by a superuser
        return Rehearsed(
            migration=migration.id,
            phase=phase,
            number=number,
            does=step.does,
            transactional=step.transactional,
            statements=ran.statements,
            held=_held(ran.statements, [None] * len(estimated) if step.backfill is not None else estimated),
            seconds=None if total is None or phase == "again" else round(total, 2),
            basis=durations.BASIS if total is not None and phase != "again" else "",
            milliseconds=ran.milliseconds,
            batches=ran.batches,
            rows=ran.rows,
            waits=ran.waits,
            position=step.position,
        )

    def _stop(self, migration: Migration, phase: Phase, number: int, step: Step, ran: Ran, done: Sequence[str]) -> Stop:
        assert ran.refusal is not None
        statement = ran.statements[-1].sql if ran.statements else step.sql[0] if step.sql else ""
        return Stop(
            migration=migration.id,
            phase=phase,
            number=number,
            does=step.does,
            statement=statement,
            refusal=ran.refusal,
            done=tuple(done),
            left=f"INVALID indexes, which have to be dropped: {', '.join(ran.left)}" if ran.left else "",
            position=step.position,
        )

    # --- rows in the way ----------------------------------------------------------------------------------------------

    def _explained(
        self, stage: Stage, stop: Stop, migration: Migration, number: int, step: Step, ran: Ran
    ) -> tuple[Stop, str]:
        """The stop with the query for the rows in the way and some of them; and a statement that deletes them."""
        blank = self.copies.bare("explained")
        with closing(blank):
            for earlier in self.migrations:
                for place, one in enumerate(earlier.up, 1):
                    if (earlier.id, place) == (migration.id, number):
                        break
                    blank.repeat(one)
                if earlier.id == migration.id:
                    break
            ends = blank.between(step, ran.failed_at)
        if ends is None:
            return stop, ""
        found = offenders(stop.refusal, *ends)
        query = step.offenders or found.query
        stop = replace(stop, of_rows=True, offenders=query)
        rows = stage.listed(query, step, ran.failed_at) if query else None
        if rows is None:
            return replace(stop, offenders=step.offenders), ""
        return replace(stop, offending=rows[0], examples=rows[1]), found.removal

    def _thinned(self, stage: Stage, stop: Stop, removal: str, left: Sequence[str], seen: _Pass) -> bool:
        """Delete made-up rows that a step refuses, a few times: one statement may refuse several kinds of them."""
        again = sum((one.migration, one.number) == (stop.migration, stop.number) for one in seen.stops)
        if not stop.refusal.table or again >= _MOST_KINDS:
            return False
        thinned = stage.remove(stop.refusal.schema or "public", stop.refusal.table, removal, left)
        if thinned:
            seen.thinned |= thinned
            seen.stops.append(stop)
        return bool(thinned)

    # --- further copies -----------------------------------------------------------------------------------------------

    def _replay(self, stage: Stage) -> None:
        """All ways up, on a copy on which they are known to run."""
        for migration in self.migrations:
            stage.close()
            for step in migration.up:
                stage.repeat(step)
        stage.close()


_ways: dict[Phase, str] = {"up": "up:", "down": "down:", "again": "up again:"}


def _label(migration: Migration, number: int, step: Step) -> str:
    return f"{migration.id} step {number}" + (f": {step.does}" if step.does else "")


def _effects(seen: _Pass, migration: Migration, number: int) -> Effects:
    for one in seen.steps:
        if (one.phase, one.migration, one.number) == ("up", migration.id, number):
            return one.effects
    return Effects()


def _sum(parts: Iterable[float | None]) -> float | None:
    total = 0.0
    for one in parts:
        if one is None:
            return None
        total += one
    return total


def _held(statements: Sequence[Observed], estimated: Sequence[float | None]) -> tuple[Held, ...]:
    """The locks of a step, each from the statement that took it to the end."""
    found: list[Held] = []
    strongest: dict[str, Lock] = {}
    for number, one in enumerate(statements):
        rest = _sum(estimated[number:])
        for table, lock in one.effects.locks.items():
            had = strongest.get(table)
            if had is not None and stronger(had, lock) == had:
                continue
            strongest[table] = lock
            seconds = None if rest is None else round(rest, 2)
            found.append(Held(table=table, lock=lock, since=number + 1, seconds=seconds))
    return tuple(found)


def _with_relatives(schema: Relational, touched: set[str]) -> list[Table]:
    """The tables that are touched, with their partitions and what their rows refer to; what these refer to in turn only
    where they must: a chain of foreign keys may lead through the whole schema."""
    tables = {table.name: table for table in schema.tables}
    wanted = [table.name for table in schema.tables if str(table.name) in touched]
    for name in wanted:
        table = tables[name]
        here = str(name) in touched
        more = [key.target for key in table.foreign_keys if here or _must_refer(table, key)]
        more += [one.name for one in schema.tables if one.partition_of and one.partition_of.parent == name]
        if table.partition_of:
            more.append(table.partition_of.parent)
        wanted += [one for one in more if one in tables and one not in wanted]
    return [tables[name] for name in wanted if tables[name].kind != "foreign"]


def _must_refer(table: Table, key: ForeignKey) -> bool:
    columns = [table.column(name) for name in key.columns]
    return all(column is not None and column.not_null for column in columns)


def _unlike(before: Fingerprints, after: Fingerprints, thinned: set[str]) -> list[str]:
    return [name for name, rows in before.items() if name not in thinned and rows is not None and after[name] != rows]
