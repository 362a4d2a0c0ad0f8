"""What the rule of chunks and a continuous aggregate are worth, on real TimescaleDB.

Chunks: rows of 1,000 devices come in order of time, into one chunk whose indexes are larger than shared_buffers and
into chunks by the rule; Debian's Apache edition on PostgreSQL 18. Aggregates: `dba timeseries` on examples/telemetry
with the full edition in WebAssembly, whose times compare with one another only.

    PYTHONPATH=tests python -m benchmarks.timescale --rows 2000000
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import report
from dbarchitect.api.timeseries import TimeSeriesOptions, timeseries
from dbarchitect.model.chunks import DAY, SHARE, chunk_seconds, entry_bytes, length_text
from dbarchitect.model.timeseries import TimeSeriesAdvice
from timescale_servers import apache_server, wasm_packages

_TELEMETRY = Path("examples/telemetry")  # benchmarks run from the root of the repository
_DEVICES = 1_000
_BUFFERS = 16 * 2**20  # a quarter of the memory of a very small server, so that the rows need not be billions
_SPAN = 30 * DAY


def inserted(rows: int) -> list[tuple[object, ...]]:
    """One chunk, those of the rule, and far too many: what the rows cost to come in, and a query to be planned."""
    rate = rows / _SPAN
    rule = chunk_seconds(_BUFFERS / SHARE, rate * (entry_bytes([4, 8]) + entry_bytes([8])))
    found: list[tuple[object, ...]] = []
    settings = {"shared_buffers": f"{_BUFFERS >> 20}MB", "max_wal_size": "4GB", "synchronous_commit": "off"}
    with apache_server(**settings) as server:
        for seconds in (365 * DAY, rule, rule / 24):
            server.create_database("chunks")
            with server.connect("chunks") as connection:
                connection.execute("SET search_path = public")
                connection.execute("CREATE EXTENSION timescaledb")
                connection.execute(
                    "CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8, "
                    "PRIMARY KEY (device, at))"
                )
                connection.execute("CREATE INDEX ON readings (at)")
                connection.execute(
                    "SELECT create_hypertable('readings', by_range('at', make_interval(secs => %s)), "
                    "create_default_indexes => false)",
                    [seconds],
                )
                row = connection.execute(
                    "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) INSERT INTO readings SELECT (i::bigint * 7919) %% %s, "
                    "timestamptz '2026-01-01' + i * make_interval(secs => %s), i FROM generate_series(1, %s) i",
                    [_DEVICES, 1 / rate, rows],
                ).fetchone()
                assert row is not None
                document = row[0] if isinstance(row[0], list) else json.loads(row[0])
                plan, took = document[0]["Plan"], document[0]["Execution Time"] / 1000
                sizes = connection.execute(
                    "SELECT count(*), max(index_bytes) FROM chunks_detailed_size('readings')"
                ).fetchone()
                assert sizes is not None
                planned = connection.execute(
                    "EXPLAIN (SUMMARY, FORMAT JSON) SELECT avg(v) FROM readings WHERE device = 5"
                ).fetchone()
                assert planned is not None
                planning = planned[0][0]["Planning Time"]
            server.drop_database("chunks")
            found.append(
                (
                    length_text(seconds), int(sizes[0]), sizes[1] / 2**20, took, plan["Shared Read Blocks"],
                    plan["Shared Written Blocks"], planning,
                )
            )  # fmt: skip
    return found


def summed(rows: int) -> TimeSeriesAdvice:
    """The advice on examples/telemetry, measured with the full edition."""
    options = TimeSeriesOptions(
        workload=_TELEMETRY / "workload.sql",
        most=rows,
        timescale=str(wasm_packages()),
        now=datetime.now(UTC),
        progress=lambda text: print(text, file=sys.stderr),
    )
    return timeseries(f"{_TELEMETRY}/schema.sql", options)


def main() -> None:
    parser = report.parser("timescale", __doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="that come into the chunks")
    parser.add_argument("--trial", type=int, default=200_000, help="rows under the continuous aggregates")
    options = parser.parse_args()
    heads = ["chunk", "chunks", "index MB", "insert s", "blocks read", "blocks written", "planning ms"]
    text = (
        f"{options.rows:,} rows of {_DEVICES:,} devices over {_SPAN / DAY:.0f} days, shared_buffers "
        f"{_BUFFERS >> 20} MB; TimescaleDB 2.31 (Apache) on PostgreSQL 18.6. The second is the rule's.\n\n"
    )
    text += report.table(heads, inserted(options.rows))
    found = summed(options.trial)
    (series,) = found.series
    lines = [
        (one.query.partition("FROM")[0].strip()[:70], trial.form, trial.engine, trial.before_ms, trial.after_ms,
         trial.rows_before, trial.rows_after, "yes" if trial.same else "NO")
        for one in series.aggregates
        for trial in one.trials
    ]  # fmt: skip
    heads = ["query", "summary", "on", "before ms", "after ms", "rows", "groups", "equal"]
    text += f"\n\n{found.proof.rerun.replace(str(wasm_packages()), 'DIR')}\n\n" + report.table(heads, lines) + "\n\n"
    forms = [
        (
            one.form,
            one.engine,
            one.parts,
            one.size_bytes / 2**20,
            one.drop_ms or 0.0,
            *(q.ms or 0.0 for q in one.queries),
        )
        for one in series.trials
    ]
    names = [f"q{number} ms" for number in range(1, len(series.trials[0].queries) + 1)]
    text += report.table(["form", "on", "parts", "MB", "drop 1/8 ms", *names], forms)
    report.publish("TimescaleDB: chunks and continuous aggregates", text, options)


if __name__ == "__main__":
    main()
