"""How good is the advice of `dba index`, judged by the planner with the advised indexes really built?

For each budget the advice is taken on a twin that an ordinary role's snapshot made; then its indexes are built on the
source, measured, and every query is planned there. rel is the cost as a share of that with primary keys alone,
geo the geometric mean of the shares. Beside it stands what the best peer reached, as it was measured with HypoPG
on PostgreSQL 15 in November 2026, each peer's set costed by one judge.

    python -m benchmarks.index_advisor --url URL --admin-url URL --workload tpch [--without h2,h17,h20] [--pg-bin DIR]
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks import report, twin_fidelity
from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.index.candidates import Limits
from dbarchitect.model.advice import AdvisedIndex, IndexAdvice
from dbarchitect.model.query import Query, Workload
from dbarchitect.prove.advise import AdviceOptions, advise

# (rel, geo) of the best peer at each budget in MB, by workload and number of queries: the better in each measure.
# Of all 22 queries of TPC-H two make up the sum; there it is the prototype's geometric mean.
PEERS: Mapping[str, Mapping[int, tuple[float, float]]] = {
    "tpch:19": {
        250: (0.878, 0.763),
        500: (0.797, 0.668),
        1000: (0.671, 0.557),
        2000: (0.614, 0.478),
        5000: (0.578, 0.424),
    },
    "tpch:22": {500: (math.nan, 0.408), 1000: (math.nan, 0.355), 2000: (math.nan, 0.237)},
    "tpcds:90": {500: (0.808, 0.716), 1000: (0.767, 0.655), 2000: (0.762, 0.588), 5000: (0.717, 0.515)},
}
# What-if calls of Extend at the same budgets.
EXTEND: Mapping[str, Mapping[int, int]] = {
    "tpch:19": {250: 540, 500: 972, 1000: 2146, 2000: 4079, 5000: 4079},
    "tpcds:90": {500: 22540, 1000: 36928, 2000: 37196, 5000: 37196},
}


@contextmanager
def built(admin: psycopg.Connection, indexes: Sequence[AdvisedIndex]) -> Generator[int]:
    """Within: the indexes exist. Gives their real bytes."""
    try:
        for one in indexes:
            admin.execute(create_index_sql(one.index).encode())
        row = admin.execute(
            "select coalesce(sum(pg_relation_size(name::regclass)), 0)::bigint from unnest(%s::text[]) name",
            [[str(one.index.name) for one in indexes]],
        ).fetchone()
        assert row is not None
        yield row[0]
    finally:
        for one in indexes:
            admin.execute(f"drop index if exists {one.index.name}".encode())


def costs(admin: psycopg.Connection, queries: Mapping[str, str]) -> dict[str, float]:
    """The planner's cost of each query."""
    return {name: explain(admin, sql).cost for name, sql in queries.items()}


def judged(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[float, float]:
    """(rel, geo)."""
    shares = [after[name] / before[name] for name in before]
    return sum(after.values()) / sum(before.values()), math.exp(sum(map(math.log, shares)) / len(shares))


def advised(twin: Twin, queries: Mapping[str, str], budget: int, options: AdviceOptions) -> tuple[IndexAdvice, float]:
    """The advice, and the seconds of our own processor time."""
    workload = Workload(queries=tuple(Query(id=name, sql=sql, calls=1) for name, sql in queries.items()))
    begun = time.process_time()
    found = advise(twin, workload, AdviceOptions(budget=budget, limits=options.limits, questions=options.questions))
    return found, time.process_time() - begun


def main() -> None:
    """Measure and publish."""
    parser = report.parser("index_advisor", __doc__)
    parser.add_argument("--url", required=True, help="the source, as an ordinary reader")
    parser.add_argument("--admin-url", required=True, help="the source, as one who may build indexes")
    parser.add_argument("--workload", required=True, help="tpch, tpcds, or a file of SQL")
    parser.add_argument("--without", default="", help="queries to leave out, with commas")
    parser.add_argument("--budgets", default="", help="MB, with commas; default: those of the peers")
    parser.add_argument("--width", type=int, default=4)
    parser.add_argument("--no-include", action="store_true")
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--pg-bin", type=Path, help="binaries of the source's version, for the twin")
    options = parser.parse_args()
    queries = twin_fidelity.workload(options.workload)
    left = set(filter(None, options.without.lower().split(",")))
    queries = {name: sql for name, sql in queries.items() if name.lower() not in left}
    kind = f"{options.workload}:{len(queries)}"
    peers, extend = PEERS.get(kind, {}), EXTEND.get(kind, {})
    budgets = [int(one) for one in options.budgets.split(",") if one] or list(peers)
    settings = AdviceOptions(
        limits=Limits(width=options.width, include=not options.no_include), questions=options.questions
    )
    rows: list[list[object]] = []
    with (
        psycopg.connect(options.admin_url, autocommit=True) as admin,
        twin_fidelity.twin_of(options.url, pg_bin=options.pg_bin) as opened,
    ):
        before = costs(admin, queries)
        for budget in budgets:
            begun = time.monotonic()
            found, own = advised(opened.twin, queries, budget * 10**6, settings)
            seconds = time.monotonic() - begun
            with built(admin, found.create) as real:
                rel, geo = judged(before, costs(admin, queries))
            best = peers.get(budget)
            rows.append(
                [
                    budget, f"{rel:.3f}", f"{geo:.3f}", len(found.create), found.bytes / 1e6, real / 1e6,
                    found.questions, seconds, own, f"{found.after / found.before:.3f}",
                    f"{best[0]:.3f} / {best[1]:.3f}" if best else "", extend.get(budget, ""),
                ]
            )  # fmt: skip
            print(rows[-1], flush=True)
    header = ["budget, MB", "rel", "geo", "indexes", "estimated MB", "real MB", "plans asked", "seconds", "own CPU s",
              "rel by the twin", "best peer rel / geo", "Extend's calls"]  # fmt: skip
    report.publish(
        f"Index advice: {options.workload}{', without ' + options.without if options.without else ''}",
        f"{len(queries)} queries, keys up to {options.width} columns"
        f"{', without INCLUDE' if options.no_include else ''}.\n\n" + report.table(header, rows),
        options,
    )


if __name__ == "__main__":
    main()
