"""Logs that real servers wrote: what was sent is what is read, in every kind of log."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from dbarchitect.model.execution import Execution
from dbarchitect.workload.reading import ReadOptions, executions, plans
from log_servers import PREFIXES, LogServer, Sent, log_server, send

OURS = ("shop, one", "shop, two")


@dataclass
class Logs:
    """What was sent in one run, when, and the files that tell of it."""

    sent: list[Sent]
    began: float
    ended: float
    files: dict[str, Path]
    prefix: str


@pytest.fixture(scope="module", params=[15, 18])
def logging(request) -> Iterator[LogServer]:
    """A server that logs."""
    with log_server(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def timed(logging: LogServer) -> dict[str, Logs]:
    """The same program three times under three prefixes, every statement with its duration."""
    return {name: logs(logging, name, "SET log_min_duration_statement = 0") for name in PREFIXES}


def logs(server: LogServer, name: str, *settings: str, prefix: str = "") -> Logs:
    given = prefix or PREFIXES.get(name, PREFIXES["everything"])
    server.begin(name, given)
    began = time.time()
    sent = send(server.server.url("shop"), *settings)
    return Logs(sent, began, time.time(), server.files(name), given)


def read(*files: Path, prefix: str | None = None) -> list[Execution]:
    """What is read of the two programs: not what the tests themselves ask the server."""
    found = list(executions([str(one) for one in files], ReadOptions(prefix=prefix)))
    control = re.compile(
        r"(SET|DO|SELECT set_config|LOAD) ?(application_name|log_|auto_explain|\$\$|'auto)|ALTER SYSTEM|SELECT pg_re"
    )
    return [
        one for one in found if not control.match(one.sql) and "current_" not in one.sql and "rotate" not in one.sql
    ]


def told(found: list[Execution]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.sql, one.parameters) for one in found]


def same(found: list[Execution], logs: Logs, *, transactions: bool = True) -> None:
    """Statements, order within a session, parameters, sessions and transactions are those that were sent."""
    assert sorted(told(found)) == sorted((one.sql, one.parameters) for one in logs.sent)
    sessions = {one.session for one in found}
    assert len(sessions) == 2
    for session in sessions:
        mine = [one for one in found if one.session == session]
        (name,) = {one.session for one in logs.sent if one.sql == mine[0].sql}
        sent = [one for one in logs.sent if one.session == name]
        assert told(mine) == [(one.sql, one.parameters) for one in sent]
        if transactions:
            assert [bool(one.transaction) for one in mine] == [bool(one.transaction) for one in sent]
    within = {one.transaction for one in found if one.transaction}
    assert len(within) == (2 if transactions else 0)


# --- each kind of log -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", sorted(PREFIXES))
@pytest.mark.parametrize("given", [True, False], ids=["given", "found out"])
def test_lines_with_a_prefix(timed, prefix, given):
    logs = timed[prefix]
    found = read(logs.files["log"], prefix=logs.prefix if given else None)
    same(found, logs)
    check_times(found, logs, within=1.1 if prefix == "pgbadger" else 0.1)
    if prefix != "default":
        if given or prefix == "pgbadger":
            assert {one.application for one in found} == set(OURS)
        assert {one.database for one in found} == {"shop"}
        assert len({one.user for one in found}) == 1


def check_times(found: list[Execution], logs: Logs, within: float) -> None:
    assert all(one.milliseconds is not None and one.milliseconds >= 0 for one in found)
    (slept,) = [one.milliseconds for one in found if "pg_sleep" in one.sql]
    assert 50 <= slept < 1000 * (logs.ended - logs.began)
    assert all(logs.began - within < one.at < logs.ended + within for one in found)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_csv_and_json(timed, kind):
    for logs in timed.values():
        found = read(logs.files[kind])
        same(found, logs)
        check_times(found, logs, within=0.1)
        assert {one.application for one in found} == set(OURS)


def test_positions_are_the_lines_of_the_file(timed):
    for kind in ("log", "csv", "json"):
        logs = timed["pgbadger"]
        lines = logs.files[kind].read_text().split("\n")
        for one in read(logs.files[kind]):
            start = one.sql.split("\n")[0][:20]
            near = "\n".join(lines[one.position.line - 1 : one.position.line + 6])
            if "PREPARE" not in near:
                assert start.replace("'", "'") in near, (one.position, start)


@pytest.mark.parametrize("kind", ["log", "csv", "json"])
def test_statements_that_are_logged_before_their_durations(logging, kind, request):
    name = f"before {kind}"
    logs_ = logs(logging, name, "SET log_statement = 'all'", "SET log_duration = on")
    found = read(logs_.files[kind])
    same(found, logs_)
    check_times(found, logs_, within=0.1)


@pytest.mark.parametrize("kind", ["log", "csv", "json"])
def test_statements_without_durations(logging, kind):
    logs_ = logs(logging, f"untimed {kind}", "SET log_statement = 'all'")
    found = read(logs_.files[kind])
    same(found, logs_)
    assert not [one for one in found if one.milliseconds is not None]


def test_transactions_that_only_the_virtual_id_tells_of(logging):
    """Where a threshold hides BEGIN and COMMIT."""
    logging.begin("hidden", PREFIXES["everything"])
    with psycopg.connect(logging.server.url("shop"), autocommit=True) as connection:
        connection.execute("SET application_name = 'shop, one'")
        connection.execute("SET log_min_duration_statement = 20")
        connection.execute("SELECT pg_sleep(0.03) AS alone")
        with connection.transaction():
            for number in range(3):
                connection.execute(f"SELECT pg_sleep(0.03) AS within_{number}")
        connection.execute("SELECT pg_sleep(0.03) AS after")
    files = logging.files("hidden")
    for kind in ("log", "csv", "json"):
        found = read(files[kind])
        assert [one.sql.split()[-1] for one in found] == ["alone", "within_0", "within_1", "within_2", "after"]
        assert [bool(one.transaction) for one in found] == [False, True, True, True, False]
        assert len({one.transaction for one in found}) == 2


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("also", [True, False], ids=["with durations", "alone"])
def test_plans_of_auto_explain(logging, form, also):
    name = f"plans {form} {also}"
    logging.begin(name, PREFIXES["pgbadger"])
    with psycopg.connect(logging.server.url("shop"), autocommit=True) as connection:
        connection.execute("SET application_name = 'shop, one'")
        connection.execute("LOAD 'auto_explain'")
        connection.execute("SET auto_explain.log_analyze = on")
        connection.execute(f"SET auto_explain.log_format = '{form}'")
        connection.execute(f"SET log_min_duration_statement = {0 if also else -1}")
        connection.execute("SET auto_explain.log_min_duration = 0")
        connection.execute("SELECT *\n  FROM orders\n WHERE id < 11")
        connection.execute("SELECT * FROM customer WHERE id = %s AND name = %s", (5, "a 'b'"))
        connection.execute("SELECT count(*) FROM customer")
    files = logging.files(name)
    for kind in ("log", "csv", "json"):
        found = read(files[kind])
        assert told(found) == [
            ("SELECT *\n  FROM orders\n WHERE id < 11", ()),
            (
                "SELECT * FROM customer WHERE id = $1 AND name = $2",
                ("'5'", "'a ''b'''") if also or logging.major > 15 else (),
            ),
            ("SELECT count(*) FROM customer", ()),
        ]
        assert [one.rows for one in found] == [10, 0, 1]
        shown = list(plans([str(files[kind])], ReadOptions()))
        assert [one.sql for one, _ in shown] == [one.sql for one in found]
        for _, plan in shown:
            if form == "json":
                assert json.loads(plan)["Plan"]["Actual Rows"] in (10, 0, 1)
            else:
                assert re.match(r"(Index Scan|Seq Scan|Aggregate|Bitmap)[^\n]*\(cost=", plan), plan
                assert "\n\t" not in plan
