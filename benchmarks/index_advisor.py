"""How good is the advice of `dba index`, judged by the planner with the advised indexes really built?

For each budget the advice is taken on a twin that an ordinary role's snapshot made; then its indexes are built on the
source, measured, and every query is planned there, the checks of foreign keys too. rel is the cost, each query as
often as it runs, as a share of that with what is there already; geo the geometric mean of the queries' shares. Beside
it stands what the best peer reached, as it was measured with HypoPG on PostgreSQL 15 in November 2026, each peer's set
costed by one judge. What else a peer proposes can be given as a file of CREATE INDEX and is judged the same way.

    python -m benchmarks.index_advisor --url URL --admin-url URL --workload tpch [--without h2,h17,h20] [--pg-bin DIR]
        [--given extend=FILE]...
"""

from __future__ import annotations

import math
import signal
import sys
import time
from collections import Counter
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks import features, report, twin_fidelity
from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.index.candidates import Limits
from dbarchitect.model.advice import IndexAdvice, QueryVerdict
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index
from dbarchitect.prove.advise import AdviceOptions, advise
from dbarchitect.sql.script import split_script
from dbarchitect.sql.workload import read_workload

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


_BUDGETS = (250, 500, 1000, 2000, 5000)  # MB, where there is no peer to compare with
_OWN = "select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'i' and " \
    "n.nspname !~ '^pg_'"  # fmt: skip
_BYTES = "select coalesce(sum(pg_relation_size(oid)), 0)::bigint from unnest(%s::oid[]) oid"
_NAMES = "select oid::regclass::text from unnest(%s::oid[]) oid"


@contextmanager
def built(admin: psycopg.Connection, statements: Sequence[str]) -> Generator[tuple[int, int]]:
    """Within: the indexes that statements make exist, the statistics of their expressions too. Gives their number and
    their real bytes."""
    before = {oid for (oid,) in admin.execute(_OWN)}
    try:
        for one in statements:
            admin.execute(one.encode())
        made = [oid for (oid,) in admin.execute(_OWN) if oid not in before]
        row = admin.execute(_BYTES, [made]).fetchone()
        assert row is not None
        yield len(made), row[0]
    finally:
        made = [oid for (oid,) in admin.execute(_OWN) if oid not in before]
        for (name,) in admin.execute(_NAMES, [made]).fetchall():
            admin.execute(f"drop index if exists {name}".encode())


def costs(admin: psycopg.Connection, queries: Sequence[QueryVerdict]) -> list[float]:
    """The planner's cost of each query."""
    return [explain(admin, one.sql, one.parameters).cost for one in queries]


def judged(queries: Sequence[QueryVerdict], before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """(rel, geo)."""
    was = sum(one.calls * cost for one, cost in zip(queries, before, strict=True))
    now = sum(one.calls * cost for one, cost in zip(queries, after, strict=True))
    shares = [new / old for old, new in zip(before, after, strict=True) if old > 0]
    return now / was, math.exp(sum(map(math.log, shares)) / len(shares))


def workload_of(name: str, without: Collection[str]) -> Workload:
    """Of "tpch", "tpcds", "features", or of a file; of the first two without some queries."""
    if name in ("tpch", "tpcds"):
        found = {key: sql for key, sql in twin_fidelity.workload(name).items() if key.lower() not in without}
        return Workload(queries=tuple(Query(id=key, sql=sql, calls=1) for key, sql in found.items()))
    file = features.WORKLOAD if name == "features" else Path(name)
    return read_workload(file.read_text(encoding="utf-8"), file.name)


def advised(twin: Twin, workload: Workload, budget: int, options: AdviceOptions) -> tuple[IndexAdvice, float]:
    """The advice, and the seconds of our own processor time."""
    begun = time.process_time()
    found = advise(twin, workload, AdviceOptions(budget=budget, limits=options.limits, questions=options.questions))
    return found, time.process_time() - begun


def main() -> None:
    """Measure and publish."""
    parser = report.parser("index_advisor", __doc__)
    parser.add_argument("--url", required=True, help="the source, as an ordinary reader")
    parser.add_argument("--admin-url", required=True, help="the source, as one who may build indexes")
    parser.add_argument("--workload", required=True, help="tpch, tpcds, features, or a file of SQL")
    parser.add_argument("--without", default="", help="queries to leave out, with commas")
    parser.add_argument("--budgets", default="", help="MB, with commas; default: those of the peers")
    parser.add_argument("--given", action="append", default=[], metavar="NAME=FILE", help="a peer's CREATE INDEX")
    parser.add_argument("--width", type=int, default=4)
    parser.add_argument("--no-include", action="store_true")
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--pg-bin", type=Path, help="binaries of the source's version, for the twin")
    options = parser.parse_args()
    workload = workload_of(options.workload, set(filter(None, options.without.lower().split(","))))
    kind = f"{options.workload}:{len(workload.queries)}"
    peers, extend = PEERS.get(kind, {}), EXTEND.get(kind, {})
    budgets = [int(one) for one in options.budgets.split(",") if one] or list(peers) or list(_BUDGETS)
    settings = AdviceOptions(
        limits=Limits(width=options.width, include=not options.no_include), questions=options.questions
    )
    signal.signal(signal.SIGTERM, _ended)  # so that what is built on the source is dropped
    rows: list[list[object]] = []
    kinds: list[str] = []
    others: list[list[object]] = []
    queries: Sequence[QueryVerdict] = ()
    before: list[float] = []
    with (
        psycopg.connect(options.admin_url, autocommit=True) as admin,
        twin_fidelity.twin_of(options.url, pg_bin=options.pg_bin) as opened,
    ):
        for budget in budgets:
            begun = time.monotonic()
            found, own = advised(opened.twin, workload, budget * 10**6, settings)
            seconds = time.monotonic() - begun
            queries = found.queries
            before = before or costs(admin, queries)
            with built(admin, [create_index_sql(one.index) for one in found.create]) as (_, real):
                rel, geo = judged(queries, before, costs(admin, queries))
            best = peers.get(budget)
            rows.append(
                [
                    budget, f"{rel:.3f}", f"{geo:.3f}", len(found.create), found.bytes / 1e6, real / 1e6,
                    found.questions, seconds, own, f"{found.after / found.before:.3f}",
                    f"{best[0]:.3f} / {best[1]:.3f}" if best else "", extend.get(budget, ""),
                ]
            )  # fmt: skip
            print(rows[-1], flush=True)
            counted = Counter(_kind(one.index) for one in found.create)
            kinds.append(f"{budget:,} MB: {', '.join(f'{count} {name}' for name, count in counted.most_common())}.")
        for name, _, file in (one.partition("=") for one in options.given):
            statements = [one.sql for one in split_script(Path(file).read_text(encoding="utf-8"), file)]
            with built(admin, statements) as (count, real):
                rel, geo = judged(queries, before, costs(admin, queries))
            others.append([name, f"{rel:.3f}", f"{geo:.3f}", count, real / 1e6])
            print(others[-1], flush=True)
    header = ["budget, MB", "rel", "geo", "indexes", "estimated MB", "real MB", "plans asked", "seconds", "own CPU s",
              "rel by the twin", "best peer rel / geo", "Extend's calls"]  # fmt: skip
    if not peers:
        header, rows = header[:-2], [row[:-2] for row in rows]
    own_checks = sum(one.source.startswith("foreign key") for one in queries)
    checks = f" and {own_checks} checks of foreign keys" if own_checks else ""
    body = f"""{len(workload.queries)} queries{checks}, keys up to {options.width} columns{
        ", without INCLUDE" if options.no_include else ""
    }.\n\n{report.table(header, rows)}\n"""
    body += "\n" + "\n".join(f"- {one}" for one in kinds) + "\n"
    if others:
        body += "\nPeers by the same judge:\n\n"
        body += report.table(["peer", "rel", "geo", "indexes", "real MB"], others)
    report.publish(
        f"Index advice: {options.workload}{', without ' + options.without if options.without else ''}", body, options
    )


def _ended(number: int, frame: object) -> None:
    sys.exit(1)


def _kind(index: Index) -> str:
    """What is special about an index, in words."""
    words = [index.method if index.method != "btree" else ""]
    words += ["partial" if index.predicate else "", "covering" if index.include else ""]
    words += ["on an expression" if any(key.expression for key in index.keys) else ""]
    return " ".join(filter(None, words)) or "plain"


if __name__ == "__main__":
    main()
