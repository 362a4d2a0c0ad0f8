"""What recording costs: the time of a query with and without `dbarchitect.record()`.

The same queries run against a private server, in turns: not recorded, recorded. Each of these is the cheapest query of
its kind, a look-up by primary key over a local socket, so the share is the worst that it can be. Of many short rounds
the fastest counts, which other work on the machine disturbs least; the processor time of the program is given beside
the time that passed.

    python -m benchmarks.recorder_overhead [--queries N] [--rounds N]
"""

from __future__ import annotations

import asyncio
import contextlib
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


def _seconds(action: Callable[[], None], recorded: bool) -> tuple[float, float]:
    """(seconds that passed, seconds of the processor)."""
    with dbarchitect.record() if recorded else contextlib.nullcontext():
        started, used = time.perf_counter(), time.process_time()
        action()
        return time.perf_counter() - started, time.process_time() - used


def main() -> None:
    """Measure and publish."""
    parser = report.parser("recorder_overhead", __doc__.partition("\n")[0])
    parser.add_argument("--queries", type=int, default=100, help="in each round")
    parser.add_argument("--rounds", type=int, default=100)
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
            turns = [(_seconds(action, False), _seconds(action, True)) for _ in range(options.rounds)]
            passed, passed_recorded = (min(one[side][0] for one in turns) / count for side in (0, 1))
            used, used_recorded = (min(one[side][1] for one in turns) / count for side in (0, 1))
            rows.append(
                (
                    what,
                    f"{passed * 1e6:.1f}",
                    f"{passed_recorded / passed:.3f}",
                    f"{used * 1e6:.1f}",
                    f"{(used_recorded - used) * 1e6:.1f}",
                )
            )
        plain.close()
        engine.dispose()
    header = ("queries by", "microseconds a query", "recorded, ratio", "of processor", "processor, added")
    body = f"{options.rounds} rounds of {count:,} queries each way, in turns.\n\n{report.table(header, rows)}"
    report.publish("What recording costs", body, options)


if __name__ == "__main__":
    main()
