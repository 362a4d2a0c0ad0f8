"""How fast is a log read into a workload, beside pgBadger on the same log, and with how much memory?

A real PostgreSQL 18 logs every statement (`log_min_duration_statement = 0`) that programs send to it, as lines, CSV and
JSON at once; then each kind is read. `--kept DIR` keeps the logs, or reads those that are there. Times are CPU seconds
of the process and its children, the runs take turns.

    python -m benchmarks.log_speed [--megabytes 200] [--runs 3] [--kept DIR] [--without-pgbadger]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from dbarchitect.engines.postgres.server import private_server

PREFIX = "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h "  # the one that pgBadger's page asks for
SCHEMA = """
CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL, name text, country text, created_at timestamptz);
CREATE TABLE product (id integer PRIMARY KEY, name text NOT NULL, price numeric(10, 2), category integer, stock integer);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id integer NOT NULL,
    status text NOT NULL, total numeric(12, 2), created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL,
    product_id integer NOT NULL, amount integer NOT NULL, price numeric(10, 2));
INSERT INTO customer SELECT g, 'c' || g || '@example.org', 'Name ' || g, 'c' || g % 30, now() FROM generate_series(1, 5000) g;
INSERT INTO product SELECT g, 'Product ' || g, g % 100 + 0.99, g % 20, 1000000 FROM generate_series(1, 1000) g;
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON item (order_id);
"""  # noqa: E501
WIDE = (
    'SELECT "customer"."id", "customer"."email", "customer"."name", "customer"."country", "customer"."created_at" '
    'FROM "customer" WHERE "customer"."id" = %s LIMIT 21'
)


def application(url: str, log: str, megabytes: int, seed: int) -> None:
    """One program: half of what it sends has bound parameters, half literals; some are tagged, some of many lines."""
    dice = random.Random(seed)
    literal = psycopg.ClientCursor
    with psycopg.connect(url, autocommit=True) as connection:
        connection.prepare_threshold = 3
        sent = 0
        while sent % 50 or Path(log).stat().st_size < megabytes << 20:
            sent += 1
            customer, product = dice.randint(1, 5000), dice.randint(1, 1000)
            kind = dice.random()
            if kind < 0.25:
                connection.execute(WIDE, (customer,))
            elif kind < 0.45:
                literal(connection).execute(WIDE, (customer,))
            elif kind < 0.55:
                literal(connection).execute(
                    "SELECT o.id, o.total,\n       count(i.id) AS items\n  FROM orders o\n  LEFT JOIN item i "
                    "ON i.order_id = o.id\n WHERE o.customer_id = %s\n GROUP BY o.id\n ORDER BY o.id DESC\n LIMIT 10",
                    (customer,),
                )
            elif kind < 0.65:
                ids = [dice.randint(1, 1000) for _ in range(dice.randint(2, 12))]
                literal(connection).execute(
                    f"SELECT id, name, price FROM product WHERE id IN ({', '.join(['%s'] * len(ids))})", ids
                )
            elif kind < 0.8:
                trace = f"{dice.getrandbits(128):032x}"
                literal(connection).execute(
                    "SELECT id, name, price, stock FROM product WHERE category = %s ORDER BY price LIMIT 5 "
                    f"/*controller='shop',route='%%2Fproducts',traceparent='00-{trace}-{trace[:16]}-01'*/",
                    (product % 20,),
                )
            else:
                with connection.transaction():
                    row = connection.execute(
                        "INSERT INTO orders (customer_id, status, total) VALUES (%s, %s, %s) RETURNING id",
                        (customer, "new", product),
                    ).fetchone()
                    for _ in range(3):
                        connection.execute(
                            "INSERT INTO item (order_id, product_id, amount, price) VALUES (%s, %s, %s, %s)",
                            (row[0], product, 1, 9.99),
                        )
                    literal(connection).execute("UPDATE product SET stock = stock - 1 WHERE id = %s", (product,))


def make_logs(folder: Path, megabytes: int) -> None:
    """Let a server write the three kinds of log of one run into `folder`."""
    settings = {
        "logging_collector": "on",
        "log_destination": "stderr,csvlog,jsonlog",
        "log_directory": "speed",
        "log_filename": "postgresql.log",
        "log_rotation_age": "0",
        "log_rotation_size": "0",
        "log_min_duration_statement": "0",
        "log_line_prefix": PREFIX,
        "log_timezone": "UTC",
    }
    with private_server(settings=settings) as server:
        server.create_database("shop")
        url = server.url("shop")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SCHEMA)
        log = server.data / "speed" / "postgresql.log"
        context = multiprocessing.get_context("spawn")
        programs = [context.Process(target=application, args=(url, str(log), megabytes, n)) for n in range(2)]
        for program in programs:
            program.start()
        for program in programs:
            program.join()
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("log", "csv", "json"):
            shutil.copyfile(server.data / "speed" / f"postgresql.{kind}", folder / f"postgresql.{kind}")


def measured(command: list[str]) -> tuple[float, float, str]:
    """CPU seconds, peak megabytes and the output of a command, from a process of its own."""
    program = (
        "import json, resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, done.stdout, done.stderr,"
        " done.returncode]))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=True)
    seconds, peak, out, err, code = json.loads(ran.stdout)
    if code:
        raise SystemExit(f"{' '.join(command)} failed: {err}")
    return seconds, peak, out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--without-pgbadger", action="store_true")
    options = parser.parse_args()
    folder = options.kept or Path(tempfile.mkdtemp(prefix="log-speed-"))
    if not (folder / "postgresql.log").exists():
        make_logs(folder, options.megabytes)
    own = [str(Path(sys.executable).parent / "dba"), "workload"]
    badger = shutil.which("pgbadger")
    print("| log | MB | tool | CPU s | MB per CPU s | peak MB | statements | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, form in (("log", "stderr"), ("csv", "csv"), ("json", "jsonlog")):
        log = folder / f"postgresql.{kind}"
        size = log.stat().st_size / 1e6
        target = str(folder / "out.json")
        tools = {"dba": [*own, str(log), "-o", target]}
        if badger and not options.without_pgbadger:
            prefix = ["--prefix", PREFIX] if kind == "log" else []
            tools["pgbadger"] = [badger, "-q", "-f", form, *prefix, "-x", "json", "-o", target, str(log)]
        spent: dict[str, list[float]] = {name: [] for name in tools}
        peaks: dict[str, float] = dict.fromkeys(tools, 0.0)
        counted: dict[str, str] = {}
        for _ in range(options.runs):
            for name, command in tools.items():
                seconds, peak, _ = measured(command)
                spent[name].append(seconds)
                peaks[name] = max(peaks[name], peak)
                counted[name] = _statements(name, Path(target))
        middle = {name: statistics.median(times) for name, times in spent.items()}
        for name in tools:
            ratio = f"{middle['pgbadger'] / middle[name]:.1f}" if "pgbadger" in middle else "-"
            print(
                f"| {kind} | {size:,.0f} | {name} | {middle[name]:.1f} | {size / middle[name]:.1f} | "
                f"{peaks[name]:,.0f} | {counted[name]} | {ratio} |",
                flush=True,
            )
    if not options.kept:
        shutil.rmtree(folder)


def _statements(tool: str, result: Path) -> str:
    data = json.loads(result.read_text())
    if tool == "dba":
        return f"{data['counts']['statements']:,}"
    found = [one.get("queries_number") for one in data.get("overall_stat", {}).values() if isinstance(one, dict)]
    return f"{next((one for one in found if one), 0):,}"


if __name__ == "__main__":
    main()
