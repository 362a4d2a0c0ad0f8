"""How many what-if questions does a twin answer in a second?

A question is one query planned under one configuration of indexes. Measured: a plain EXPLAIN; making a hypothetical
index and dropping it again; switching indexes that are already there and then planning.

    python -m benchmarks.whatif_rate --url URL [--workload tpch] [--pg-bin DIR]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.model.change import AddIndex
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index, IndexKey

from . import report
from .twin_fidelity import twin_of, workload


def _suppositions(twin: Twin, count: int) -> list[AddIndex]:
    """B-trees on columns of the largest tables: what an index search tries by the hundred."""
    facts = twin.schema.facts
    largest = sorted(twin.schema.tables, key=lambda table: -((facts.tables[str(table.name)].rows or 0) if facts else 0))

    def candidates() -> Iterator[AddIndex]:
        for table in largest:
            for number, column in enumerate(table.columns):
                name = Name(schema=table.name.schema, name=f"whatif_{table.name.name}_{number}")
                yield AddIndex(index=Index(name=name, table=table.name, keys=(IndexKey(column=column.name),)))

    return list(islice(candidates(), count))


def _rate(action: Callable[[], object], seconds: float) -> tuple[float, float]:
    """(times a second, median milliseconds) of `action` repeated for so long."""
    spent: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(spent) < 20:
        started = time.perf_counter()
        action()
        spent.append(time.perf_counter() - started)
    return len(spent) / sum(spent), statistics.median(spent) * 1000


def main() -> None:
    """Measure and publish."""
    parser = report.parser("whatif_rate", __doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--url", required=True, help="the source")
    parser.add_argument("--workload", default="tpch", help="tpch, tpcds or a file of SQL")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each kind is measured")
    parser.add_argument("--pg-bin", type=Path, default=None, help="binaries of the source's major version")
    options = parser.parse_args()
    queries = list(workload(options.workload).values())
    with twin_of(options.url, pg_bin=options.pg_bin) as opened:
        twin = opened.twin
        changes = _suppositions(twin, 20)
        asked = cycle(queries)
        supposed = cycle(changes)

        def plan() -> None:
            twin.explain(next(asked))

        def suppose() -> None:
            with twin.supposing([next(supposed)]):
                pass

        def suppose_and_plan() -> None:
            with twin.supposing([next(supposed)]) as changed:
                changed.explain(next(asked))

        rows: list[tuple[str, str, str]] = []
        for what, action in (
            ("plan a query", plan),
            ("make and drop a hypothetical B-tree", suppose),
            ("make it, plan a query, drop it", suppose_and_plan),
        ):
            rate, median = _rate(action, options.seconds)
            rows.append((what, f"{rate:.0f}", f"{median:.2f}"))

        for change in changes:
            twin.add_index(change)
        names = [change.index.name for change in changes]
        turn = cycle(range(len(names)))

        def switch_and_plan() -> None:
            shown = next(turn)
            with twin.only([names[shown]], [name for number, name in enumerate(names) if number != shown]) as changed:
                changed.explain(next(asked))

        rate, median = _rate(switch_and_plan, options.seconds)
        rows.append((f"switch between {len(names)} indexes, plan a query", f"{rate:.0f}", f"{median:.2f}"))
        environment = ", ".join(f"{key} {value}" for key, value in twin.environment.items())
        title = f"What-if questions: {options.workload}"
    body = f"{environment}. {len(queries)} queries in turn.\n\n" + report.table(("what", "a second", "median ms"), rows)
    report.publish(title, body, options)


if __name__ == "__main__":
    main()
