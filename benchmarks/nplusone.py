"""Are repeated statements found in what a program really sends, and is nothing else taken for one?

Threads run sessions of SQLAlchemy against a private server: pieces of work, drawn by a seeded die, each over tables of
its own and each written down with what it does: loops of lazy loads, two loops that interleave, loops within loops,
loops of inserts and of updates, the same query again and again; and what only looks like these: loaders by IN and by
ANY, pages by OFFSET and by key, pollers, jobs, queues, loops that are too short. The executions come from
`dbarchitect.record()` or from the server's own log (`--source log`).

    python -m benchmarks.nplusone [--statements 300000] [--source recorder|log]
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import ForeignKey, bindparam, create_engine, insert, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

import dbarchitect
from dbarchitect.engines.postgres.server import Server, private_server
from dbarchitect.model.execution import Execution
from dbarchitect.query.nplusone import find

from . import report

PARENTS = 4_000  # rows of each table of parents
THREADS = 8


class Base(DeclarativeBase):
    """The tables."""


class Customer(Base):
    """A customer of the other benchmark."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list[Order]] = relationship(back_populates="customer")


class Order(Base):
    """Its order."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")


def family(name: str) -> tuple[type, type, type]:
    """Models of three tables of their own: `NAME_orders`, their `NAME_items`, and the `NAME_customers` they are of."""
    prefix = name.capitalize()
    customer = type(
        f"{prefix}Customer",
        (Base,),
        {
            "__tablename__": f"{name}_customers",
            "__annotations__": {"id": Mapped[int], "name": Mapped[str]},
            "id": mapped_column(primary_key=True),
            "name": mapped_column(),
        },
    )
    item = type(
        f"{prefix}Item",
        (Base,),
        {
            "__tablename__": f"{name}_items",
            "__annotations__": {"id": Mapped[int], "order_id": Mapped[int], "name": Mapped[str]},
            "id": mapped_column(primary_key=True),
            "order_id": mapped_column(ForeignKey(f"{name}_orders.id"), index=True),
            "name": mapped_column(),
        },
    )
    order = type(
        f"{prefix}Order",
        (Base,),
        {
            "__tablename__": f"{name}_orders",
            "__annotations__": {"id": Mapped[int], "customer_id": Mapped[int]},
            "id": mapped_column(primary_key=True),
            "customer_id": mapped_column(ForeignKey(f"{name}_customers.id")),
            "customer": relationship(customer),
            "items": relationship(item),
        },
    )
    return order, item, customer


FAMILIES = {name: family(name) for name in ("loop", "short", "woven", "nested", "batch", "any", "page", "job", "write")}


def alchemy(url: str) -> str:
    """The same URL for SQLAlchemy with psycopg."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def fill(engine: Engine) -> None:
    """Make the tables and their rows."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        for name in FAMILIES:
            for sql in (
                f"INSERT INTO {name}_customers SELECT g, 'c' || g FROM generate_series(1, {PARENTS}) g",
                f"INSERT INTO {name}_orders SELECT g, g FROM generate_series(1, {PARENTS}) g",
                f"INSERT INTO {name}_items SELECT g, 1 + g % {PARENTS}, 'i' FROM generate_series(1, {3 * PARENTS}) g",
            ):
                connection.execute(text(sql))
        connection.execute(text("CREATE TABLE rates (currency text PRIMARY KEY, rate numeric)"))
        connection.execute(text("INSERT INTO rates SELECT 'C' || g, g FROM generate_series(1, 100) g"))
        connection.execute(text("CREATE TABLE events (id bigserial PRIMARY KEY, kind text, at timestamptz)"))
        connection.execute(text("CREATE TABLE notes (id bigserial PRIMARY KEY, body text)"))
        connection.execute(text("CREATE TABLE queue (id bigserial PRIMARY KEY, state text)"))
        connection.execute(text("INSERT INTO queue (state) SELECT 'new' FROM generate_series(1, 100000) g"))
        connection.execute(text("CREATE TABLE signals (id bigserial PRIMARY KEY, at timestamptz)"))
        connection.execute(text("CREATE TABLE watched (id bigserial PRIMARY KEY, at timestamptz)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


Truth = Counter[tuple[str, str]]  # (kind, table of the repeated statement) -> executions; with "places" as another


class Program:
    """The pieces of work; each tells what it will have done."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.lock = threading.Lock()
        self.executions: Counter[tuple[str, str]] = Counter()
        self.places: Counter[tuple[str, str]] = Counter()
        self.sent: Counter[str] = Counter()  # statements that pieces of each kind sent

    def repeated(self, kind: str, table: str, count: int) -> None:
        """Write down that `count` statements of one window repeat."""
        with self.lock:
            self.executions[kind, table] += count
            self.places[kind, table] += 1

    def some(self, die: random.Random, model: type, count: int) -> sqlalchemy.Select:
        """A query for some orders that follow one another."""
        first = die.randrange(1, PARENTS - count)
        return select(model).where(model.id >= first, model.id < first + count).order_by(model.id)

    def loop(self, die: random.Random) -> int:
        """Orders, and the items of each."""
        count = die.randrange(5, 26)
        order, _, _ = FAMILIES["loop"]
        with Session(self.engine) as session:
            for one in session.scalars(self.some(die, order, count)).all():
                len(one.items)
        self.repeated("n+1", "loop_items", count)
        return count + 1

    def short(self, die: random.Random) -> int:
        """The same, with too few orders to count."""
        count = die.randrange(1, 5)
        order, _, _ = FAMILIES["short"]
        with Session(self.engine) as session:
            for one in session.scalars(self.some(die, order, count)).all():
                len(one.items)
        return count + 1

    def woven(self, die: random.Random) -> int:
        """Two loops in one: items and customer of each order."""
        count = die.randrange(5, 26)
        order, _, _ = FAMILIES["woven"]
        with Session(self.engine) as session:
            for one in session.scalars(self.some(die, order, count)).all():
                len(one.items)
                len(one.customer.name)
        self.repeated("n+1", "woven_items", count)
        self.repeated("n+1", "woven_customers", count)
        return 2 * count + 1

    def nested(self, die: random.Random) -> int:
        """A loop within a loop, by Core."""
        outer = die.randrange(5, 9)
        order, item, customer = FAMILIES["nested"]
        first = die.randrange(1, PARENTS - outer)
        sent = 1
        with self.engine.connect() as connection:
            ids = connection.scalars(
                select(order.id).where(order.id >= first, order.id < first + outer).order_by(order.id)
            ).all()
            for one in ids:
                items = connection.scalars(select(item.id).where(item.order_id == one)).all()
                sent += 1
                for inner in items:
                    connection.execute(select(customer.name).where(customer.id == inner % PARENTS + 1))
                    sent += 1
        self.repeated("n+1", "nested_items", outer)
        self.repeated("n+1", "nested_customers", sent - 1 - outer)
        return sent

    def batch(self, die: random.Random) -> int:
        """A loader by IN, in pieces, and the one of SQLAlchemy itself."""
        order, item, _ = FAMILIES["batch"]
        with Session(self.engine) as session:
            for _ in range(6):
                for one in session.scalars(self.some(die, order, 20).options(selectinload(order.items))).all():
                    len(one.items)
                ids = [die.randrange(1, PARENTS) for _ in range(die.randrange(1, 30))]
                session.execute(select(item.id).where(item.order_id.in_(ids))).all()
        return 18

    def by_any(self, die: random.Random) -> int:
        """A loader by = ANY."""
        with self.engine.connect() as connection:
            for _ in range(8):
                ids = [die.randrange(1, PARENTS) for _ in range(die.randrange(1, 30))]
                connection.execute(text("SELECT id FROM any_items WHERE order_id = ANY (:ids)"), {"ids": ids})
        return 8

    def pages(self, die: random.Random) -> int:
        """Pages by OFFSET, then by key."""
        order, _, _ = FAMILIES["page"]
        size = die.randrange(20, 50)
        last = 0
        with self.engine.connect() as connection:
            for page in range(8):
                connection.execute(select(order.id).order_by(order.id).limit(size).offset(page * size)).all()
            for _ in range(8):
                query = select(order.id).where(order.id > last).order_by(order.id).limit(size)
                last = connection.scalars(query).all()[-1]
        return 16

    def jobs(self, die: random.Random) -> int:
        """Jobs one after the other, each in its own transaction."""
        order, _, _ = FAMILIES["job"]
        for _ in range(12):
            with Session(self.engine) as session:
                session.get(order, die.randrange(1, PARENTS))
                session.commit()
        return 12

    def queue(self, die: random.Random) -> int:
        """Work that is taken from a queue within one transaction."""
        take = text("SELECT id FROM queue WHERE state = 'new' AND id > :seen LIMIT 1 FOR UPDATE SKIP LOCKED")
        with self.engine.begin() as connection:
            for _ in range(8):
                connection.execute(take, {"seen": die.randrange(1, 90_000)})
        return 8

    def inserts(self, die: random.Random) -> int:
        """Rows that are inserted one at a time."""
        count = die.randrange(5, 26)
        with self.engine.begin() as connection:
            for _ in range(count):
                connection.execute(
                    text("INSERT INTO events (kind, at) VALUES (:kind, now())"), {"kind": die.randbytes(4).hex()}
                )
        self.repeated("row-by-row", "events", count)
        return count

    def updates(self, die: random.Random) -> int:
        """Rows that are changed one at a time."""
        count = die.randrange(5, 26)
        _, item, _ = FAMILIES["write"]
        rows = sorted(die.sample(range(1, PARENTS), count))
        statement = update(item).where(item.id == bindparam("row")).values(name=bindparam("to"))
        with self.engine.begin() as connection:
            for row in rows:
                connection.execute(statement, {"row": row, "to": die.randbytes(4).hex()})
        self.repeated("row-by-row", "write_items", count)
        return count

    def many_rows(self, die: random.Random) -> int:
        """Rows that are inserted by the hundred."""
        notes = sqlalchemy.table("notes", sqlalchemy.column("body"))
        with self.engine.begin() as connection:
            for _ in range(6):
                rows = [{"body": die.randbytes(4).hex()} for _ in range(die.randrange(20, 60))]
                connection.execute(insert(notes).values(rows))
        return 6

    def repeats(self, die: random.Random) -> int:
        """The same question, with the same values."""
        count = die.randrange(5, 16)
        currency = f"C{die.randrange(1, 100)}"
        with self.engine.connect() as connection:
            for _ in range(count):
                connection.execute(text("SELECT rate FROM rates WHERE currency = :c"), {"c": currency})
        self.repeated("duplicate", "rates", count)
        return count

    def poll(self, stop: threading.Event, table: str, varied: bool, autocommit: bool) -> None:
        """Ask again and again, with pauses, until the others are done; in autocommit or in one transaction."""
        number = sent = 0
        level = "AUTOCOMMIT" if autocommit else "READ COMMITTED"
        with self.engine.connect().execution_options(isolation_level=level) as connection:
            while not stop.wait(0.12 if autocommit or not varied else 1.1):
                number += varied
                connection.execute(text(f"SELECT count(*) FROM {table} WHERE id > :seen"), {"seen": number})
                sent += 1
        with self.lock:
            self.sent["poll"] += sent

    def run(self, statements: int) -> None:
        """All pieces on several threads until so many statements are sent."""
        pieces: list[Callable[[random.Random], int]] = [
            self.loop, self.short, self.woven, self.nested, self.batch, self.by_any, self.pages, self.jobs,
            self.queue, self.inserts, self.updates, self.many_rows, self.repeats,
        ]  # fmt: skip
        total = 0
        stop = threading.Event()

        def work(seed: int) -> None:
            nonlocal total
            die = random.Random(seed)
            while total < statements:
                piece = die.choice(pieces)
                sent = piece(die)
                with self.lock:
                    self.sent[piece.__name__] += sent
                    total += sent

        pollers = [
            threading.Thread(target=self.poll, args=(stop, *how))
            for how in (
                ("signals", True, True), ("signals", False, True), ("watched", False, False), ("watched", True, False)
            )
        ]  # fmt: skip
        workers = [threading.Thread(target=work, args=(seed,)) for seed in range(THREADS)]
        for thread in (*pollers, *workers):
            thread.start()
        for thread in workers:
            thread.join()
        stop.set()
        for thread in pollers:
            thread.join()


@contextmanager
def told(source: str, program: Callable[[str], None]) -> Iterator[Iterable[Execution]]:
    """What the program executed, as `source` tells of it."""
    if source == "recorder":
        with private_server() as server:
            with dbarchitect.record() as recorded:
                program(server.url("postgres"))
            yield recorded.executions
        return
    from dbarchitect.workload.reading import ReadOptions, executions

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        settings = {
            "logging_collector": "on", "log_destination": "jsonlog", "log_directory": folder,
            "log_min_duration_statement": "0", "log_rotation_size": "0", "log_filename": "server.log",
        }  # fmt: skip
        with private_server(settings=settings) as server:
            assert isinstance(server, Server)
            program(server.url("postgres"))
        yield executions([str(Path(folder, "server.json"))], ReadOptions())


def main() -> None:
    """Run the program, search what it did, compare with the truth, publish."""
    parser = report.parser("nplusone", __doc__.partition("\n")[0])
    parser.add_argument("--statements", type=int, default=300_000)
    parser.add_argument("--source", choices=("recorder", "log"), default="recorder")
    options: argparse.Namespace = parser.parse_args()
    made: list[Program] = []

    def program(url: str) -> None:
        engine = create_engine(alchemy(url), pool_size=THREADS + 6)
        fill(engine)
        made.append(Program(engine))
        started = time.monotonic()
        made[0].run(options.statements)
        print(f"the program ran {time.monotonic() - started:.0f} s", flush=True)
        engine.dispose()

    with told(options.source, program) as executions:
        executions = list(executions)  # reading is another benchmark's
        started = time.process_time()
        found = find(executions)
        spent = time.process_time() - started
    truth = made[0]
    got: Counter[tuple[str, str]] = Counter()
    places: Counter[tuple[str, str]] = Counter()
    with_parent: Counter[tuple[str, str]] = Counter()
    for one in found:
        table = (one.child.tables or (None,))[-1]
        key = (one.kind, table.name if table else "")
        got[key] += one.count
        places[key] += one.places
        if one.parent is not None and [table.name for table in one.parent.tables] == [PARENT_OF.get(key[1])]:
            with_parent[key] += one.places
    rows: list[tuple[object, ...]] = []
    for key in sorted(truth.places | places):
        known = truth.places[key]
        rows.append(
            (
                *key,
                f"{min(places[key], known):,} / {known:,}",
                f"{min(got[key], truth.executions[key]):,} / {truth.executions[key]:,}",
                max(places[key] - known, 0),
                f"{with_parent[key]:,} / {known:,}" if key[1] in PARENT_OF else "",
            )
        )
    looked = Counter(one.child.tables[-1].name for one in found if one.child.tables)
    quiet = [
        (what, f"{sent:,}", places_of)
        for what, tables in QUIET.items()
        for sent, places_of in [(truth.sent[what], sum(looked[table] for table in tables))]
    ]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    header = (
        "kind",
        "repeated statement on",
        "places found / true",
        "executions found / true",
        "false",
        "with a parent",
    )
    body = (
        f"{len(executions):,} executions from {options.source}, {THREADS + 4} threads; the search took {spent:.1f} "
        f"CPU-s ({len(executions) / spent:,.0f} executions in one), the whole process {memory:,.0f} MiB.\n\n"
        f"{report.table(header, rows)}"
        f"\n\nWhat must not be found:\n\n{report.table(('piece of work', 'statements', 'findings'), quiet)}"
    )
    report.publish("N+1 queries among what a program sends", body, options)


PARENT_OF = {
    "loop_items": "loop_orders",
    "woven_items": "woven_orders",
    "woven_customers": "woven_orders",
    "nested_items": "nested_orders",
    "nested_customers": "nested_items",
}
QUIET = {
    "short": ("short_items", "short_orders"),
    "batch": ("batch_items", "batch_orders"),
    "by_any": ("any_items",),
    "pages": ("page_orders",),
    "jobs": ("job_orders",),
    "queue": ("queue",),
    "many_rows": ("notes",),
    "poll": ("signals", "watched"),
}


if __name__ == "__main__":
    main()
