"""What recording costs: the time of a query with and without `dbarchitect.record()`.

The same queries run against a private server, in turns: not recorded, recorded. Each of these is the cheapest query of
its kind, a look-up by primary key over a local socket, so the share is the worst that it can be.

    python -m benchmarks.recorder_overhead [--queries N]
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import Callable

import psycopg
from sqlalchemy import create_engine, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

import dbarchitect
from dbarchitect.engines.postgres.server import private_server

from . import report
from .nplusone import Base, Customer, Order, alchemy

ROUNDS = 11


def _seconds(action: Callable[[], None], recorded: bool) -> float:
    with dbarchitect.record() if recorded else contextlib.nullcontext():
        started = time.perf_counter()
        action()
        return time.perf_counter() - started


def main() -> None:
    """Measure and publish."""
    parser = report.parser("recorder_overhead", __doc__.partition("\n")[0])
    parser.add_argument("--queries", type=int, default=2_000, help="in each round")
    options = parser.parse_args()
    count: int = options.queries
    rows: list[tuple[str, str, str, str, str]] = []
    with private_server() as server:
        url = server.url("postgres")
        engine = create_engine(alchemy(url))
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add_all(Customer(id=n, name=f"c{n}", orders=[Order(id=n)]) for n in range(1, count + 1))
            session.commit()
        plain = psycopg.connect(url, autocommit=True)
        asynchronous = create_async_engine(alchemy(url))

        def by_psycopg() -> None:
            for number in range(1, count + 1):
                plain.execute("SELECT id, name FROM customers WHERE id = %s", (number,)).fetchone()

        def by_core() -> None:
            with engine.connect() as connection:
                for number in range(1, count + 1):
                    connection.execute(text("SELECT id, name FROM customers WHERE id = :id"), {"id": number}).fetchone()

        def by_orm() -> None:
            with Session(engine) as session:
                for order in session.scalars(select(Order)):
                    order.customer.name  # noqa: B018

        def by_async_orm() -> None:
            async def work() -> None:
                async with AsyncSession(asynchronous) as session:
                    for number in range(1, count + 1):
                        await session.get(Customer, number)
                await asynchronous.dispose()

            asyncio.run(work())

        for what, action in (
            ("psycopg", by_psycopg),
            ("SQLAlchemy Core", by_core),
            ("SQLAlchemy ORM, lazy loads", by_orm),
            ("SQLAlchemy ORM, asyncio", by_async_orm),
        ):
            action()
            without: list[float] = []
            recorded: list[float] = []
            for _ in range(ROUNDS):
                without.append(_seconds(action, False))
                recorded.append(_seconds(action, True))
            before, after = min(without) / count, min(recorded) / count
            spread = statistics.median(recorded) / statistics.median(without)
            rows.append(
                (
                    what,
                    f"{before * 1e6:.1f}",
                    f"{(after - before) * 1e6:.1f}",
                    f"{after / before:.3f}",
                    f"{spread:.3f}",
                )
            )
        plain.close()
        engine.dispose()
    header = ("queries by", "microseconds a query", "added by recording", "ratio of the fastest", "of the medians")
    body = f"{ROUNDS} rounds of {count:,} queries by primary key each way, in turns.\n\n{report.table(header, rows)}"
    report.publish("What recording costs", body, options)


if __name__ == "__main__":
    main()
