"""The planner's cost parameters fitted: the fit itself on known answers, and on a real server."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy
import psycopg
import pytest

from conftest import Database
from dbarchitect.errors import InputError
from dbarchitect.model.costfit import CostFit
from dbarchitect.prove.costs import (
    PARAMETERS,
    Probe,
    Timed,
    counts_of,
    fit_costs,
    fitted_to,
    nonnegative,
    solved,
)

DEFAULTS = {
    "seq_page_cost": 1.0, "random_page_cost": 4.0, "cpu_tuple_cost": 0.01, "cpu_index_tuple_cost": 0.005,
    "cpu_operator_cost": 0.0025,
}  # fmt: skip
TRUE = {
    "seq_page_cost": 1.0, "random_page_cost": 1.3, "cpu_tuple_cost": 0.06, "cpu_index_tuple_cost": 0.01,
    "cpu_operator_cost": 0.02,
}  # fmt: skip
SCHEMA = """
CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL, score integer NOT NULL);
CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customer, total integer NOT NULL,
    note text NOT NULL);
INSERT INTO customer SELECT g, md5(g::text), hashint4(g) FROM generate_series(1, 30000) g;
INSERT INTO orders SELECT g, 1 + abs(hashint4(g)::bigint) % 30000, hashint4(g + 7), repeat('x', 60)
FROM generate_series(1, 120000) g;
"""


def plans(units_of: dict[str, float], *, noise: float) -> list[Timed]:
    """Plans of known counts, which take what the parameters say, give or take some."""
    random = numpy.random.default_rng(7)
    counts = numpy.exp(random.uniform(2, 9, size=(80, len(PARAMETERS)))) * (random.random((80, len(PARAMETERS))) > 0.4)
    counts[:, 2] *= 30
    counts[counts.sum(axis=1) == 0, 0] = 100.0
    worth = numpy.array([units_of[name] for name in PARAMETERS]) * 0.002
    times = counts @ worth * numpy.exp(random.normal(0, noise, size=80))
    probe = Probe(kind="made up", sql="", without=())
    return [
        Timed(probe=probe, counts=tuple(map(float, row)), milliseconds=float(time))
        for row, time in zip(counts, times, strict=True)
    ]


def test_parameters_that_times_were_made_of_are_found() -> None:
    fit = fitted_to(plans(TRUE, noise=0.02), DEFAULTS, ())

    for one in fit.parameters:
        assert one.after == pytest.approx(TRUE[one.name], rel=0.2)
    assert fit.better
    assert fit.error_after < 0.05 < fit.error_before
    assert fit.unit_after_ms == pytest.approx(0.002, rel=0.1)


def test_right_parameters_stay() -> None:
    fit = fitted_to(plans(DEFAULTS, noise=0.02), DEFAULTS, ())

    for one in fit.parameters:
        assert one.after == pytest.approx(one.before, rel=0.2)


def test_none_is_negative_and_none_is_better() -> None:
    random = numpy.random.default_rng(3)
    left, right = random.normal(size=(30, 5)), random.normal(size=30)
    found = nonnegative(left, right)
    gradient = left.T @ (left @ found - right)

    # The conditions of Karush, Kuhn and Tucker.
    assert (found >= 0).all()
    assert (gradient > -1e-9).all()
    assert abs(gradient @ found) < 1e-9


def test_twice_as_much_and_half_as_much_weigh_the_same() -> None:
    counts = numpy.zeros((2, 5))
    counts[:, 0] = 1.0
    found = solved(counts, numpy.array([1.0, 16.0]), numpy.ones(5), 0.0)
    assert found[0] == pytest.approx(4.0, rel=0.01)


def test_counts_of_a_sequential_scan(database: Callable[..., Database]) -> None:
    made = database()
    with psycopg.connect(made.url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute("VACUUM ANALYZE orders")
        row = connection.execute("SELECT relpages, reltuples FROM pg_class WHERE relname = 'orders'").fetchone()
        with connection.transaction():
            connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            found = counts_of(connection, "SELECT * FROM orders WHERE total > 5", DEFAULTS)

    assert row is not None
    assert found == pytest.approx((row[0], 0.0, row[1], 0.0, row[1]), rel=0.001, abs=0.5)


def off(fit: CostFit, *, fitted: bool) -> float:
    """The mean factor, as a logarithm, by which cost is wrong about time."""
    said = [
        one.units_after * fit.unit_after_ms if fitted else one.units_before * fit.unit_before_ms for one in fit.samples
    ]
    return float(
        numpy.mean([abs(math.log(one / sample.milliseconds)) for one, sample in zip(said, fit.samples, strict=True)])
    )


def test_a_server_is_fitted_and_left_as_it_was(database: Callable[..., Database]) -> None:
    made = database()
    with psycopg.connect(made.url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute("VACUUM ANALYZE")
        before = connection.execute("SELECT count(*), current_setting('random_page_cost') FROM pg_index").fetchone()
        fit = fit_costs(connection, runs=2)
        after = connection.execute("SELECT count(*), current_setting('random_page_cost') FROM pg_index").fetchone()

    assert before == after
    assert isinstance(fit, CostFit)
    # Of so few plans a single run of the machine's can upset the median of those held out; not the mean of all.
    assert off(fit, fitted=True) < off(fit, fitted=False)
    assert fit.error_after < 1.2 * fit.error_before
    assert [one.name for one in fit.parameters] == list(PARAMETERS)
    assert all(one.after >= 0 for one in fit.parameters)
    kinds = {one.kind for one in fit.samples}
    assert {"seqscan", "indexscan", "indexonlyscan", "bitmapscan", "sort", "nested loop", "hash join"} <= kinds
    assert any(one.held_out for one in fit.samples)


def test_small_tables_tell_nothing(database: Callable[..., Database]) -> None:
    made = database()
    with psycopg.connect(made.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT g FROM generate_series(1, 10) g; ANALYZE t")
        with pytest.raises(InputError, match="too few"):
            fit_costs(connection)
