"""The rows that a finding says its fix would refuse: what the demonstration wrote is among them, and they are in the
way of the fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.proof import Accepted
from dbarchitect.review import review
from test_review import CASES, Case, apply

CASES_WITH = [
    Case(rule=path.parent.parent.name, fires=True, path=path)
    for path in sorted(CASES.glob("*/fires/*.sql"))
    if path.parent.parent.name
    in (
        "case-sensitive-email",
        "check-always-passes",
        "end-before-start",
        "identity-not-unique",
        "negative-amount",
        "not-null-candidate",
        "null-passes-check",
        "nullable-boolean",
        "nullable-in-unique",
        "overlapping-bookings",
        "status-number-unchecked",
        "status-text-unchecked",
    )
]


@pytest.mark.parametrize("case", CASES_WITH, ids=lambda case: f"{case.rule}/{case.path.stem}")
def test_they_are_found_and_in_the_way(
    case: Case, database: Callable[..., Any], old_server: Callable[[int], Any]
) -> None:
    majors = case.header("postgres")
    connection = database(case.text, on=old_server(int(majors[0])) if majors else None).connection
    schema, findings = case.review(connection)
    for finding in findings:
        if not finding.offenders or not isinstance(finding.experiment, Accepted):
            continue
        assert finding.fix
        assert connection.execute(finding.offenders).fetchall() == []
        with connection.transaction(force_rollback=True):
            for statement in finding.experiment.script:
                connection.execute(statement)
            assert connection.execute(finding.offenders).fetchall()
            with pytest.raises(psycopg.errors.IntegrityError):
                apply(connection, schema, finding.fix)


def test_what_analyze_saw_becomes_the_check(database: Callable[..., Any]) -> None:
    connection = database(
        "CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, kind integer, state text)",
        "INSERT INTO orders SELECT i, (ARRAY['new', 'it''s done', 'a,b'])[i % 3 + 1], i % 4, 'state ' || i % 100 "
        "FROM generate_series(1, 1000) AS i",
        "ANALYZE orders",
    ).connection
    schema = inspect(connection)
    findings, _ = review(schema, select=["status-text-unchecked", "status-number-unchecked"])
    by_column = {finding.at.sub: finding for finding in findings}
    assert set(by_column) == {"status", "kind"}  # a hundred states are none
    for column, listed in (("status", "'a,b', 'it''s done', 'new'"), ("kind", "0, 1, 2, 3")):
        finding = by_column[column]
        assert finding.offenders == f"SELECT * FROM public.orders WHERE NOT ({column} IN ({listed}))"
        apply(connection, schema, finding.fix)  # the rows there are pass
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(f"UPDATE orders SET {column} = '77'")


def test_bookings_in_the_way_are_those_that_the_exclusion_refuses(database: Callable[..., Any]) -> None:
    connection = database(
        "CREATE TABLE rooms (id bigint PRIMARY KEY)",
        "INSERT INTO rooms SELECT generate_series(1, 5)",
        "CREATE TABLE bookings (id bigint PRIMARY KEY, room_id bigint NOT NULL REFERENCES rooms, start_date date, "
        "end_date date, cancelled_at timestamptz)",
        "INSERT INTO bookings SELECT i, i % 5 + 1, date '2030-01-01' + i * 7919 % 400, "
        "nullif(date '2030-01-01' + i * 7919 % 400 + i % 4, date '2030-02-02'), CASE WHEN i % 9 = 0 THEN now() END "
        "FROM generate_series(1, 300) AS i",
        "INSERT INTO bookings VALUES (1001, 1, '2029-05-05', '2029-05-01', NULL), (1002, 2, NULL, '2020-01-01', NULL)",
    ).connection
    schema = inspect(connection)
    (finding,), _ = review(schema, select=["overlapping-bookings"])
    with pytest.raises(psycopg.errors.Error), connection.transaction():
        apply(connection, schema, finding.fix)
    found = {row[0] for row in connection.execute(finding.offenders).fetchall()}
    assert 1001 in found and 1002 not in found and 20 < len(found) < 290
    connection.execute("DELETE FROM bookings WHERE id = ANY (%s)", [list(found)])
    apply(connection, schema, finding.fix)  # nothing else is in the way
