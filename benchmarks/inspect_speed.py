"""How long do inspecting, snapshotting and restoring take on schemas of 100, 1,000 and 5,000 tables?

The made-up schemas of `generated.py` are loaded on the server at `--admin-url` where they are not there yet; the
product connects by `--url`, as an ordinary role.

    python -m benchmarks.inspect_speed --url postgresql://reader@host/postgres
        --admin-url postgresql://postgres@host/postgres [--pg-bin DIR]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.connection import connect_readonly
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.sources import Workshop

from . import generated, report, tpc
from .twin_fidelity import write_snapshot


def _objects(url: str) -> tuple[int, int]:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            """select count(*) filter (where relkind in ('r', 'p')), count(*) filter (where relkind in ('i', 'I'))
               from pg_class where relnamespace::regnamespace::text like 'module%'"""
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def _row(tables: int, rows: int, options: argparse.Namespace) -> tuple[object, ...]:
    target = generated.load(tables, rows, options.admin_url)
    url = tpc.database_url(options.url, f"apps_{tables}")
    tpc.grant_reading(target, str(conninfo_to_dict(url)["user"]))
    found_tables, found_indexes = _objects(url)

    inspecting: list[float] = []
    cpu: list[float] = []
    for _ in range(3):
        with connect_readonly(url) as connection:
            started, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
            inspect(connection)
            inspecting.append(time.monotonic() - started)
            now = resource.getrusage(resource.RUSAGE_SELF)
            cpu.append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)

    with ExitStack() as stack:
        workshop = Workshop(pg_bin=options.pg_bin)
        stack.callback(workshop.close)
        server = workshop.server
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "source.twin"
        started = time.monotonic()
        size = write_snapshot(url, workshop, path)
        taking = time.monotonic() - started
        started = time.monotonic()
        twin = twins.build(server, snapshots.read(path))
        restoring = time.monotonic() - started
        gaps = len(twin.gaps)
        twin.close()
    best = min(inspecting)
    return (
        found_tables, found_indexes, f"{best:.2f}", f"{cpu[inspecting.index(best)]:.2f}", f"{taking:.2f}",
        f"{restoring:.2f}", f"{size / 1024:.0f}", gaps,
    )  # fmt: skip


def main() -> None:
    """Measure and publish."""
    parser = report.parser("inspect_speed", __doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--admin-url", required=True, help="a server where databases may be made")
    parser.add_argument("--url", required=True, help="the same server, as an ordinary role")
    parser.add_argument("--tables", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--rows", type=int, default=200, help="rows a table, where a schema is made")
    parser.add_argument("--pg-bin", type=Path, default=None, help="binaries of the source's major version")
    options = parser.parse_args()
    with psycopg.connect(options.admin_url) as connection:
        version = connection.info.parameter_status("server_version")
    rows = [_row(tables, options.rows, options) for tables in options.tables]
    header = (
        "tables", "indexes", "inspect s", "of it our CPU s", "take and write snapshot s", "read and restore s", "KiB",
        "gaps",
    )  # fmt: skip
    body = f"Source: PostgreSQL {version}; the best of three inspections, one snapshot.\n\n{report.table(header, rows)}"
    report.publish(f"Speed of inspect and snapshot, PostgreSQL {version.partition('.')[0]}", body, options)


if __name__ == "__main__":
    main()
