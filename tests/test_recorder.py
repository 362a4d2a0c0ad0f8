"""The recorder on a real server, with SQLAlchemy and psycopg."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest
from psycopg import sql as composed
from sqlalchemy import ForeignKey, String, create_engine, event, insert, select, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload

import dbarchitect
from dbarchitect import interception
from dbarchitect.model.query import Workload
from dbarchitect.model.value import from_json
from dbarchitect.recorder import literal
from dbarchitect.sql.workload import read_workload


class Base(AsyncAttrs, DeclarativeBase):
    """The models of a shop."""


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    orders: Mapped[list[Order]] = relationship(back_populates="customer")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")
    items: Mapped[list[Item]] = relationship()


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    name: Mapped[str]


ROWS = """
INSERT INTO customers SELECT g, 'c' || g FROM generate_series(1, 8) g;
INSERT INTO orders SELECT g, (g + 1) / 2 FROM generate_series(1, 16) g;
INSERT INTO items SELECT g, (g + 1) / 2, 'i' || g FROM generate_series(1, 32) g;
"""


def alchemy(url: str) -> URL:
    made = make_url(url)
    return made.set(drivername="postgresql+psycopg", database=unquote(made.database or ""))  # 2.0 leaves it quoted


@pytest.fixture
def url(database) -> str:
    home = database()
    engine = create_engine(alchemy(home.url))
    Base.metadata.create_all(engine)
    engine.dispose()
    home.connection.execute(ROWS)
    return home.url


@pytest.fixture
def engine(url) -> Iterator[Engine]:
    made = create_engine(alchemy(url))
    with made.connect():  # what it asks of a server at first is not of interest
        pass
    yield made
    made.dispose()


def line_of(name: str) -> int:
    """The line of this file that ends with the comment `# name`."""
    lines = Path(__file__).read_text().splitlines()
    return next(n for n, one in enumerate(lines, 1) if one.endswith(f"# {name}"))


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------


def test_lazy_loads_of_the_orm_with_line_attribute_and_fix(engine: Engine):
    with dbarchitect.record() as recorded, Session(engine) as session:
        for order in session.scalars(select(Order)):
            len(order.items)  # lazy
    parent, child = recorded.executions[:2]
    assert (parent.rows, child.rows, len(recorded)) == (16, 2, 17)
    wanted = "SELECT items.id, items.order_id, items.name FROM items WHERE $1::INTEGER = items.order_id"
    assert re.sub(r" AS \w+", "", " ".join(child.sql.split())) == wanted  # 2.0 names its columns
    assert child.parameters == ("1",)
    assert parent.transaction == child.transaction != ""
    assert child.tags["relationship"] == "Order.items"
    assert 0 < (child.milliseconds or 0) < 60_000
    (one,) = recorded.findings()
    assert (one.kind, one.count, one.confidence, one.child.rows) == ("n+1", 16, "high", 32)
    function = "test_lazy_loads_of_the_orm_with_line_attribute_and_fix"
    assert one.site.endswith(f"tests/test_recorder.py:{line_of('lazy')} in {function}")
    assert one.fixes["sqlalchemy"] == "select(Order).options(selectinload(Order.items))"
    with dbarchitect.record() as recorded, Session(engine) as session:
        for order in session.scalars(select(Order).options(selectinload(Order.items))):
            len(order.items)
    assert len(recorded) == 2
    assert recorded.findings() == ()


def test_the_fix_of_loads_within_loads_and_to_one(engine: Engine):
    with dbarchitect.record() as recorded, Session(engine) as session:
        for customer in session.scalars(select(Customer)):
            for order in customer.orders:
                len(order.items)
    fixes = {one.child.relationship: one.fixes["sqlalchemy"] for one in recorded.findings()}
    assert fixes == {
        "Customer.orders": "select(Customer).options(selectinload(Customer.orders))",
        "Order.items": "select(Customer).options(selectinload(Customer.orders).selectinload(Order.items))",
    }
    with dbarchitect.record() as recorded, Session(engine) as session:
        assert {order.customer.name for order in session.scalars(select(Order))} == {f"c{n}" for n in range(1, 9)}
    (one,) = recorded.findings()
    assert one.fixes["sqlalchemy"] == "select(Order).options(joinedload(Order.customer))"
    assert one.count == 8
    names = {"select": select, "selectinload": selectinload, "joinedload": joinedload, "Order": Order,
             "Customer": Customer}  # fmt: skip
    for text_ in (*fixes.values(), one.fixes["sqlalchemy"]):
        with Session(engine) as session:
            session.scalars(eval(text_, names)).unique().all()


def test_core_executemany_and_plain_text(engine: Engine):
    with dbarchitect.record(engine) as recorded, engine.begin() as connection:
        for name in ("a", "b", "c", "d", "e%"):
            connection.execute(insert(Customer).values(id=100 + ord(name[0]), name=name))
        connection.execute(insert(Item), [{"id": 900 + n, "order_id": 1, "name": f"x{n}"} for n in range(30)])
        connection.execute(text("SELECT name FROM customers WHERE name LIKE '%a' AND id = :id"), {"id": 1})
        connection.exec_driver_sql("SELECT 'a%%' FROM items WHERE id = 3")
    kinds = [(one.kind, one.count) for one in recorded.findings()]
    assert kinds == [("row-by-row", 5)]
    many, like, plain = recorded.executions[-3:]
    assert (many.rows, many.tags["batch"]) == (30, "30") or "batch" not in many.tags
    assert like.sql == "SELECT name FROM customers WHERE name LIKE '%a' AND id = $1"
    assert plain.sql == "SELECT 'a%' FROM items WHERE id = 3"
    assert len({one.transaction for one in recorded.executions}) == 1


def test_transactions_are_told_apart(engine: Engine):
    with dbarchitect.record() as recorded, Session(engine) as session:
        for number in range(1, 9):
            session.get(Customer, number)
            (session.commit if number % 2 else session.rollback)()
    assert len({one.transaction for one in recorded.executions}) == 8
    assert recorded.findings() == ()


def test_only_the_engines_that_are_named(engine: Engine, url: str):
    other = create_engine(alchemy(url))
    with dbarchitect.record(engine) as recorded:
        for one in (engine, other, engine.execution_options(isolation_level="AUTOCOMMIT")):
            with one.connect() as connection:
                connection.execute(text("SELECT 1"))
    assert len(recorded) == 2
    other.dispose()


def test_asynchronous_sqlalchemy(url: str):
    async def work() -> None:
        engine = create_async_engine(alchemy(url))
        async with AsyncSession(engine) as session:
            for customer in (await session.scalars(select(Customer))).all():
                await customer.awaitable_attrs.orders  # awaited
        await engine.dispose()

    with dbarchitect.record() as recorded:
        asyncio.run(work())
    (one,) = recorded.findings()
    assert (one.kind, one.count, one.child.relationship) == ("n+1", 8, "Customer.orders")
    assert f"test_recorder.py:{line_of('awaited')} in work" in one.site


def test_sqlite_through_sqlalchemy_too():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Order(id=n, customer=Customer(id=n, name="x")) for n in range(1, 8))
        session.commit()
    with dbarchitect.record() as recorded, Session(engine) as session:
        for order in session.scalars(select(Order)):
            order.customer.name.upper()
    (one,) = recorded.findings()
    assert (one.kind, one.count) == ("n+1", 7)
    assert one.child.sql.endswith("customers.id = $1")
    engine.dispose()


# --- psycopg ----------------------------------------------------------------------------------------------------------


def test_cursors_of_psycopg(url: str):
    with dbarchitect.record() as recorded, psycopg.connect(url) as connection:
        given = {"o": 1}
        connection.execute("SELECT * FROM items WHERE order_id = %(o)s AND name LIKE 'i%%' AND id > %(o)s", given)
        given["o"] = 2
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO items VALUES (%s, %s, %s)", [(n, 1, "x") for n in range(100, 110)])
            assert len(list(cursor.stream("SELECT * FROM items WHERE id > %s", [99]))) == 10
        with connection.cursor("named") as cursor:
            cursor.execute(composed.SQL("SELECT * FROM {}").format(composed.Identifier("items")))
            assert len(cursor.fetchall()) == 42
        connection.execute(b"SELECT 'a%'")
        connection.rollback()
    first, many, stream, declared, last = recorded.executions
    assert first.sql == "SELECT * FROM items WHERE order_id = $1 AND name LIKE 'i%' AND id > $1"
    assert (first.parameters, first.rows) == (("1",), 1)  # as it was when it was sent
    assert (many.tags["batch"], many.rows, many.parameters) == ("10", 10, ("100", "1", "'x'"))
    assert (stream.rows, declared.sql, last.sql) == (10, 'SELECT * FROM "items"', "SELECT 'a%'")
    assert len({one.transaction for one in recorded.executions}) == 1
    assert all("test_cursors_of_psycopg" in one.site for one in recorded.executions)
    assert recorded.findings() == ()  # executemany sends them together


def test_transactions_of_psycopg(url: str):
    with dbarchitect.record() as recorded, psycopg.connect(url, autocommit=True) as connection:
        for _ in range(3):
            with connection.transaction():
                connection.execute("SELECT 1")
                connection.execute("SELECT 2")
            connection.execute("SELECT 3")
        connection.execute("BEGIN")
        connection.execute("SELECT 4")
        connection.execute("COMMIT")
    blocks = [one.transaction for one in recorded.executions]
    assert [bool(one) for one in blocks] == [True, True, False] * 3 + [True, True, True]
    assert len(set(blocks)) == 5
    assert blocks[0] == blocks[1]
    with dbarchitect.record() as recorded, psycopg.connect(url) as connection:
        for number in range(6):
            connection.execute("SELECT * FROM items WHERE id = %s", [number])
            connection.commit()
    assert len({one.transaction for one in recorded.executions}) == 6


def test_only_the_connections_that_are_named(url: str):
    with psycopg.connect(url) as one, psycopg.connect(url) as other, dbarchitect.record(one) as recorded:
        one.execute("SELECT 1")
        other.execute("SELECT 2")
    assert [execution.sql for execution in recorded.executions] == ["SELECT 1"]


def test_asynchronous_psycopg(url: str):
    async def loop(start: int) -> None:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            for number in range(start, start + 6):
                await connection.execute("SELECT * FROM items WHERE order_id = %s", [number])
            async with connection.cursor() as cursor:
                await cursor.executemany("UPDATE items SET name = %s WHERE id = %s", [("a", 1), ("b", 2)])
                assert [row async for row in cursor.stream("SELECT 7")] == [(7,)]

    async def both() -> None:
        await asyncio.gather(loop(1), loop(11))

    with dbarchitect.record() as recorded:
        asyncio.run(both())
    (one,) = recorded.findings()
    assert (one.kind, one.count, one.places) == ("n+1", 12, 2)
    assert len(recorded) == 16


# --- the recording ----------------------------------------------------------------------------------------------------


def test_threads_interleave_and_are_kept_apart(engine: Engine):
    ready = threading.Barrier(4)

    def work() -> None:
        with Session(engine) as session:
            ready.wait()
            for order in session.scalars(select(Order)):
                len(order.items)

    with dbarchitect.record() as recorded:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    (one,) = recorded.findings()
    assert (one.count, one.places, one.worst, len(recorded)) == (64, 4, 16, 68)


def test_it_leaves_nothing_behind_and_lets_errors_pass(engine: Engine, url: str):
    methods = {(kind, name): kind.__dict__[name] for kind in (psycopg.Cursor, psycopg.AsyncCursor)
               for name in ("execute", "executemany", "stream")}  # fmt: skip
    with pytest.raises(ProgrammingError), dbarchitect.record() as outer, engine.connect() as connection:
        with dbarchitect.record() as inner:
            connection.execute(text("SELECT 1"))
        connection.execute(text("SELECT 2"))
        connection.execute(text("SELECT nonsense"))
    assert (len(outer), len(inner)) == (2, 1)
    assert methods == {(kind, name): kind.__dict__[name] for kind, name in methods}
    hooks = (interception._before_cursor_execute, interception._after_cursor_execute)
    for name, hook in zip(("before_cursor_execute", "after_cursor_execute"), hooks, strict=True):
        assert not event.contains(Engine, name, hook)
    with engine.connect() as connection:
        connection.execute(text("SELECT 3"))
    assert len(outer) == 2
    with psycopg.connect(url) as plain:
        with pytest.raises(psycopg.errors.UndefinedColumn), dbarchitect.record() as recorded:
            plain.execute("SELECT nonsense")
        assert len(recorded) == 0
    with pytest.raises(RuntimeError, match="cannot be started twice"), recorded:
        pass


def test_the_workload_can_be_given_to_other_verbs(engine: Engine, tmp_path: Path):
    with dbarchitect.record() as recorded, Session(engine) as session:
        for order in session.scalars(select(Order)):
            len(order.items)
        session.execute(text("SET LOCAL work_mem = '1MB'"))
    recorded.save(tmp_path / "w.json")
    read = read_workload((tmp_path / "w.json").read_text(), "w.json")
    assert [(one.calls, one.rows) for one in read.queries] == [(1, 16), (16, 32)]
    assert read == from_json(Workload, (tmp_path / "w.json").read_bytes())
    assert read.rejected == (("SET LOCAL work_mem = '1MB'", "no query"),)
    assert read.window_seconds is not None


@pytest.mark.parametrize(
    "value",
    [None, True, 7, -7, 1.5, float("inf"), Decimal("1.10"), "it's \\ here", b"\x00\xff", date(2026, 1, 2),
     datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), timedelta(days=1, seconds=5), uuid.UUID(int=7),
     ["a", "b'c", None]],
)  # fmt: skip
def test_literals_mean_what_was_bound(database, value: object):
    connection = database().connection
    kind = {float: "float8", bytes: "bytea", date: "date", datetime: "timestamptz", timedelta: "interval",
            uuid.UUID: "uuid", Decimal: "numeric", str: "text", list: "text[]"}.get(type(value))  # fmt: skip
    given = f"({literal(value)})::{kind}" if kind else literal(value)
    assert connection.execute(f"SELECT {given}").fetchone() == (value,)


def test_the_package_is_imported_without_the_recorder():
    code = "import sys, dbarchitect; sys.exit('dbarchitect.recorder' in sys.modules or 'psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
