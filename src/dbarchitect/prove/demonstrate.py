"""Runs a finding's experiment on a private copy and says what came of it.

An experiment that could not be run leaves the finding asserted, with the reason; one that ran and showed the contrary
is kept too (`holds=False`): evidence against us is evidence.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import DbaError, InputError
from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding
from dbarchitect.model.proof import Accepted, Experiment, Proof, Refused, SamePlans, Scalar, Shown, TimedWithout
from dbarchitect.model.query import Query, Workload

from .parameters import filled
from .workbench import Workbench

_REPEATS = 5  # the fastest of five: what is slower was disturbed
_FASTER = 0.8  # of the time before: a gain that is no noise
_NO_FASTER = 0.95  # of the time before: from here on there is no gain; between the two nothing can be said
_REFUTABLE_MS = 2.0  # a statement that took less may just have had too few rows to gain from
_MEASURABLE_MS = 0.2  # below, the clock and the caches say more than the work
# A plan counts as dearer by a tenth, and by more than one unit: the cost of reading one page in sequence.
_DEARER, _DEARER_BY = 1.1, 1.0
_MOST_QUERIES = 500  # the workload's costliest, by calls


def demonstrate(finding: Finding, bench: Workbench, *, workload: Workload | None, rerun: str) -> Proof:
    """The proof of one finding. `rerun`: the command that repeats it."""
    experiment = finding.experiment
    if experiment is None:
        return finding.proof
    environment = bench.environment()
    try:
        try:
            proof = _run(experiment, bench, workload)
        except _LackingRightError as lacking:
            proof = _run_as_owner(experiment, bench, lacking.proof)
    except DbaError as err:  # a copy that cannot be made here: what is proved already stays proved
        proof = _not_run(err.message)
    except psycopg.Error as err:
        proof = _not_run(_words(err))
    return Proof(
        level=proof.level,
        method=proof.method,
        holds=proof.holds,
        before=proof.before,
        after=proof.after,
        environment=environment if proof.level != "asserted" else {},
        script=proof.script,
        rerun=rerun if proof.level != "asserted" else "",
    )


def _run(experiment: Experiment, bench: Workbench, workload: Workload | None) -> Proof:
    match experiment:
        case TimedWithout():
            return _timed(experiment, bench)
        case SamePlans():
            return _same_plans(experiment, bench, workload)
        case Accepted() | Refused():
            return _tried(experiment, bench)
        case Shown():
            return _shown(experiment, bench)


class _LackingRightError(Exception):
    """The guest of the copy may not do what the experiment asks: that says nothing about the schema."""

    def __init__(self, reason: str, script: str) -> None:
        super().__init__(reason)
        self.proof = _not_run(reason, script)


def _run_as_owner(experiment: Experiment, bench: Workbench, not_run: Proof) -> Proof:
    """Run it once more with the rights of the role that owns the schema, as many an application has them: its triggers
    make tables, its migrations change them. An experiment about the rights of roles asks for none of that."""
    if any(statement.upper().startswith(("SET ROLE", "SET LOCAL ROLE")) for statement in _statements(experiment)):
        return not_run
    try:
        with bench.guest_as_owner() as lent:
            return _run(experiment, bench, None) if lent else not_run
    except _LackingRightError as lacking:
        return lacking.proof


def _statements(experiment: Experiment) -> tuple[str, ...]:
    return experiment.script if isinstance(experiment, Accepted | Refused) else getattr(experiment, "setup", ())


def _not_run(reason: str, script: str = "") -> Proof:
    return Proof(level="asserted", method=f"not proved: {reason}", script=script)


def _words(err: Exception) -> str:
    if isinstance(err, psycopg.Error):
        return err.diag.message_primary or str(err).strip() or type(err).__name__
    return str(err)


def _script(statements: Sequence[str], *, end: str = "ROLLBACK") -> str:
    return "\n".join(["BEGIN;", *(f"{statement};" for statement in statements), f"{end};"])


def _execute(connection: psycopg.Connection[Any], statements: Sequence[str]) -> psycopg.Cursor[Any] | None:
    cursor = None
    for statement in statements:
        cursor = one_statement(connection, statement)
    return cursor


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _tried(experiment: Accepted | Refused, bench: Workbench) -> Proof:
    """Run a script on the empty copy: all of it must pass, or all but its last statement."""
    script = _script(experiment.script)
    connection = bench.empty()
    *setup, last = experiment.script
    wants_refusal = isinstance(experiment, Refused)
    try:
        with connection.transaction(force_rollback=True):
            try:
                _execute(connection, setup)
            except psycopg.errors.InsufficientPrivilege:
                raise
            except psycopg.Error as err:
                if wants_refusal or not setup:
                    return _not_run(f"its preparation fails: {_words(err)}", script)
                raise
            cursor = _execute(connection, [last])
            evidence: dict[str, Scalar] = {"accepted": True}
            if cursor is not None and cursor.description is not None:
                row = cursor.fetchone()
                if row is not None:
                    evidence |= {
                        column.name: _scalar(value) for column, value in zip(cursor.description, row, strict=True)
                    }
            # A constraint that is checked at the end of the transaction is asked now.
            connection.execute("set constraints all immediate")
    except psycopg.errors.InsufficientPrivilege as err:
        raise _LackingRightError(_words(err), script) from err
    except psycopg.Error as err:
        refused: dict[str, Scalar] = {"accepted": False, "server": _words(err)}
        return Proof(level="rehearsed", method=experiment.shows, holds=wants_refusal, after=refused, script=script)
    return Proof(level="rehearsed", method=experiment.shows, holds=not wants_refusal, after=evidence, script=script)


def _shown(experiment: Shown, bench: Workbench) -> Proof:
    connection = bench.empty()
    script = _script([*experiment.setup, experiment.query]) if experiment.setup else f"{experiment.query};"
    try:
        with connection.transaction(force_rollback=True):
            _execute(connection, experiment.setup)
            cursor = one_statement(connection, experiment.query)
            row = cursor.fetchone()
            names = [column.name for column in cursor.description or ()]
    except psycopg.errors.InsufficientPrivilege as err:
        raise _LackingRightError(_words(err), script) from err
    except psycopg.Error as err:
        return _not_run(_words(err), script)
    if row is None:
        return _not_run("its query gave no row", script)
    evidence = {name: _scalar(value) for name, value in zip(names[1:], row[1:], strict=True)}
    return Proof(level="rehearsed", method=experiment.shows, holds=bool(row[0]), after=evidence, script=script)


def _timed(experiment: TimedWithout, bench: Workbench) -> Proof:
    """The time of one statement in the lab, without and with the change."""
    owner, guest = bench.lab()
    version = guest.info.server_version
    statements = [
        *experiment.setup,
        f"EXPLAIN (ANALYZE) {experiment.sql}",
        *(line for change in experiment.change for line in ddl(change, version=version)),
        f"EXPLAIN (ANALYZE) {experiment.sql}",
    ]
    script = _script(statements)
    try:
        before = _fastest_ms(guest, experiment)
    except psycopg.errors.InsufficientPrivilege as err:
        raise _LackingRightError(f"the statement fails in the lab: {_words(err)}", script) from err
    except (psycopg.Error, InputError) as err:
        return _not_run(f"the statement fails in the lab: {_words(err)}", script)
    if before < _MEASURABLE_MS:
        return _not_run("in a lab of this size the statement takes less than 0.2 ms, too little to compare", script)
    try:
        with _changed(owner, experiment.change, version):
            after = _fastest_ms(guest, experiment)
    except (psycopg.Error, InputError) as err:
        return _not_run(f"the change fails in the lab: {_words(err)}", script)
    if after >= before * _FASTER and (after < before * _NO_FASTER or before < _REFUTABLE_MS):
        return _not_run(f"{before:.2f} ms before and {after:.2f} ms after are too near to tell", script)
    report = bench.lab_report
    rows = report.rows if report is not None else 0
    return Proof(
        level="measured",
        method=f"{experiment.sql.split()[0]} timed in a lab of {rows:,} made-up rows, fastest of {_REPEATS}",
        holds=after < before * _FASTER,
        before={"ms": round(before, 3)},
        after={"ms": round(after, 3)},
        script=script,
    )


@contextmanager
def _changed(owner: psycopg.Connection[Any], changes: Sequence[Change], version: int) -> Generator[None]:
    """Within, the changes are made; whatever of them was made is undone, last first."""
    with ExitStack() as undo:
        for change in changes:
            _execute(owner, ddl(change, version=version))
            reverse = change.reverse()
            if reverse is not None:
                undo.callback(_execute, owner, ddl(reverse, version=version))
        yield


def _fastest_ms(connection: psycopg.Connection[Any], experiment: TimedWithout) -> float:
    times: list[float] = []
    for _ in range(_REPEATS):
        with connection.transaction(force_rollback=True):
            _execute(connection, experiment.setup)
            sql = experiment.sql
            if experiment.keys:
                cursor = one_statement(connection, experiment.keys)
                row = cursor.fetchone()
                if row is None:
                    raise InputError("the lab has no row to try it on")
                names = [column.name for column in cursor.description or ()]
                for name, value in zip(names, row, strict=True):
                    sql = sql.replace("{" + name + "}", str(value))
            times.append(explain(connection, sql, execute=True).execution_ms or 0.0)
    return min(times)


def _same_plans(experiment: SamePlans, bench: Workbench, workload: Workload | None) -> Proof:
    """Plan the workload on the twin as it is and without the index."""
    if workload is not None and workload.queries:
        asked = [(query.sql, query.parameters, query.calls) for query in workload.queries]
    else:
        asked = [(sql, (), 1.0) for sql in experiment.sql]
    if not asked:
        return _not_run("no workload was given, so there is no query whose plan could change")
    asked = sorted(asked, key=lambda one: -one[2])[:_MOST_QUERIES]
    twin = bench.twin()
    script = "\n".join(
        f"{line};" for change in experiment.change for line in ddl(change, version=twin.server.binaries.version)
    )
    planned: list[tuple[str, tuple[str, ...], float, float]] = []
    for sql, parameters, calls in asked:
        try:
            form = filled(twin, Query(id="", sql=sql, calls=calls, parameters=parameters))[0]
            planned.append((form.sql, form.parameters, calls, twin.explain(form.sql, form.parameters).cost))
        except InputError:
            continue  # `check` names what cannot be planned
    if not planned:
        return _not_run("no query of the workload could be planned")
    with twin.supposing(experiment.change) as without:
        costs = [without.explain(sql, parameters).cost for sql, parameters, _, _ in planned]
    dearer = [
        (sql, old, new)
        for (sql, _, _, old), new in zip(planned, costs, strict=True)
        if new > max(old * _DEARER, old + _DEARER_BY)
    ]
    before: dict[str, Scalar] = {
        "queries": len(planned),
        "cost": round(sum(calls * old for _, _, calls, old in planned), 2),
    }
    after: dict[str, Scalar] = {
        "queries_dearer": len(dearer),
        "cost": round(sum(calls * new for (_, _, calls, _), new in zip(planned, costs, strict=True)), 2),
    }
    if dearer:
        worst = max(dearer, key=lambda one: one[2] / max(one[1], 1e-9))
        after["worst"] = " ".join(worst[0].split())[:120]
        after["worst_factor"] = round(worst[2] / max(worst[1], 1e-9), 2)
    return Proof(
        level="planned",
        method=f"{len(planned)} queries planned on the twin with and without it",
        holds=not dearer,
        before=before,
        after=after,
        script=script,
    )
