"""`dba index` on SQLite against `.expert` of the sqlite3 shell: whose indexes make a workload cheaper?

    python -m benchmarks.sqlite_expert [SEED] [ROWS]

Two tables with rows, fifteen queries and statements. The shell is asked of each query in turn (`.expert` knows no
workload) and all that it names is built on a copy, which is analysed; what `dba index` advises on another. The cost is
counted alike: instructions of SQLite's machine over the whole workload, and milliseconds. It takes a sqlite3 shell.
"""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from dbarchitect.engines.sqlite.source import open_sqlite
from dbarchitect.engines.sqlite.twin import open_session
from dbarchitect.prove.sqlite_advise import SqliteAdviceOptions, advise
from dbarchitect.sql.workload import read_sqlite_workload

SCHEMA = """
CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT, land TEXT, born INT, status TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, person_id INT NOT NULL, status TEXT NOT NULL, placed TEXT NOT NULL,
  total REAL, note TEXT);
"""
WORKLOAD = """
-- calls: 500
SELECT id, name FROM person WHERE lower(email) = 'p77@x.y';
-- calls: 300
SELECT * FROM orders WHERE person_id = 42 ORDER BY placed DESC LIMIT 10;
-- calls: 200
SELECT count(*) FROM orders WHERE status = 'open';
-- calls: 100
SELECT person_id, sum(total) FROM orders WHERE placed BETWEEN '2026-03-01' AND '2026-03-07' GROUP BY person_id;
-- calls: 100
SELECT p.name, o.total FROM person p JOIN orders o ON o.person_id = p.id WHERE p.land = 'AA' AND o.status = 'open';
-- calls: 50
SELECT land, count(*) FROM person WHERE born > 2000 GROUP BY land;
-- calls: 50
SELECT * FROM person WHERE status = 'new' AND land = 'BB';
-- calls: 50
SELECT * FROM orders WHERE date(placed) = '2026-05-05';
-- calls: 20
SELECT max(placed) FROM orders WHERE person_id = 7;
-- calls: 20
SELECT DISTINCT land FROM person;
-- calls: 20
SELECT * FROM person WHERE email = 'p5@x.y' OR name = 'name 9';
-- calls: 10
SELECT * FROM orders WHERE total > 499.5 ORDER BY total DESC LIMIT 5;
-- calls: 100
UPDATE orders SET status = 'sent' WHERE id = 5;
-- calls: 100
INSERT INTO orders (person_id, status, placed, total) VALUES (3, 'open', '2026-01-01', 5);
-- calls: 10
DELETE FROM orders WHERE person_id = 99999;
"""


def fill(path: Path, seed: int, rows: int) -> None:
    dice = random.Random(seed)
    lands = [a + b for a in "ABCDEFGH" for b in "ABCDE"] + ["AA"] * 20
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
        people = rows // 5
        connection.executemany(
            "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    n,
                    f"P{n}@x.y",
                    f"name {n}",
                    dice.choice(lands),
                    dice.randint(1930, 2010),
                    dice.choice(["new", "old"]),
                )
                for n in range(people)
            ),
        )
        states = ["paid"] * 90 + ["sent"] * 8 + ["open"] * 2
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?, NULL)",
            (
                (
                    n,
                    min(int(dice.paretovariate(1.05)), people - 1),
                    dice.choice(states),
                    f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02} 10:00:00",
                    dice.random() * 500,
                )
                for n in range(rows)
            ),
        )
        connection.execute("ANALYZE")
        connection.commit()


def expert(path: Path, statements: list[str]) -> list[str]:
    """What the shell names for each statement, without repeats."""
    found: dict[str, None] = {}
    for sql in statements:
        told = subprocess.run(
            ["sqlite3", str(path)], input=f".expert\n{sql};\n", capture_output=True, text=True, check=False
        )
        for line in re.findall(r"^CREATE INDEX [^;]+;", told.stdout, re.M):
            found.setdefault(line.rstrip(";"))
    return list(found)


def cost(path: Path, indexes: list[str], workload: list[tuple[str, float]]) -> tuple[float, float, int]:
    """(instructions, milliseconds of one run each by calls, bytes that the file grew)."""
    copy = path.with_suffix(".copy.db")
    shutil.copyfile(path, copy)
    before = copy.stat().st_size
    session = open_session(copy)
    try:
        for sql in indexes:
            session.rows(sql)
        session.rows("ANALYZE")
        steps, ms = 0.0, 0.0
        for sql, calls in workload:
            session.rows("SAVEPOINT s")
            session.rows(f"EXPLAIN {sql}")
            steps += calls * (session.steps(sql, 10**10) or 0)
            session.rows("ROLLBACK TO s")
            times: list[float] = []
            for _ in range(3):
                begun = time.perf_counter()
                session.rows(sql)
                times.append((time.perf_counter() - begun) * 1000)
                session.rows("ROLLBACK TO s")
            session.rows("RELEASE s")
            ms += calls * min(times)
    finally:
        session.close()
    return steps, ms, copy.stat().st_size - before


def main() -> None:
    """Print the table."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        fill(path, seed, rows)
        workload = read_sqlite_workload(WORKLOAD, "workload.sql")
        asked = [(one.sql, one.calls) for one in workload.queries]
        theirs = expert(path, [sql for sql, _ in asked])
        source = open_sqlite(str(path), now=datetime.now(UTC))
        advice = advise(source, workload, SqliteAdviceOptions())
        ours = [one.sql for one in advice.create]
        print("| indexes of | how many | MB | workload, instructions | ms |\n|---|---|---|---|---|")
        for name, indexes in (("nobody", []), (".expert", theirs), ("dba index", ours)):
            steps, ms, size = cost(path, indexes, asked)
            print(f"| {name} | {len(indexes)} | {size / 2**20:.1f} | {steps:,.0f} | {ms:,.0f} |")
        for name, indexes in ((".expert", theirs), ("dba index", ours)):
            print(f"\n{name}:\n" + "\n".join(f"    {sql}" for sql in indexes))


if __name__ == "__main__":
    main()
