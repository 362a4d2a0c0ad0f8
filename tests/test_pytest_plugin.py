"""The plugin in real runs of pytest over a project of its own, on a real server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

MODELS = """
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship()

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
"""
VIEWS = """
import asyncio
from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from models import Order, create_engine

def orders_of(engine):
    with Session(engine) as session:
        orders = session.scalars(QUERY).all()
        return sum(
            len(order.items)
            for order in orders
        )

def orders_at_once(url):
    async def work():
        engine = create_async_engine(url)
        total = 0
        async with AsyncSession(engine) as session:
            for order in await session.scalars(QUERY):
                total += len(await order.awaitable_attrs.items)
        await engine.dispose()
        return total
    return asyncio.run(work())

def rates(engine):
    with engine.connect() as connection:
        return [connection.scalar(text("SELECT max(id) FROM orders WHERE id < 9")) for _ in range(6)]
"""
TESTS = """
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
import views
from models import Base, Item, Order

URL = {url!r}

@pytest.fixture
def engine():
    engine = create_engine(URL)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for number in range(7):  # what fixtures do is not looked at
            session.add(Order(items=[Item(), Item()]))
            session.flush()
        session.commit()
    yield engine
    engine.dispose()

@pytest.mark.no_n_plus_one
def test_marked(engine):
    assert views.orders_of(engine) == 14

def test_fixture(engine, no_n_plus_one):
    assert views.orders_of(engine) == 14
    assert len(no_n_plus_one) > 1

@pytest.mark.no_n_plus_one
def test_async(engine):
    assert views.orders_at_once(URL) == 14

@pytest.mark.no_n_plus_one(ignore="views.py")
def test_ignored(engine):
    assert views.orders_of(engine) == 14

@pytest.mark.no_n_plus_one(kinds=["duplicate"])
def test_kinds(engine):
    views.rates(engine)

def test_unmarked(engine):
    assert views.orders_of(engine) == 14
"""


class Project:
    """A project of somebody else, tested by a pytest of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        (folder / "models.py").write_text(MODELS)
        (folder / "test_shop.py").write_text(
            TESTS.format(url=unquote(url.replace("postgresql://", "postgresql+psycopg://")))
        )
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
        self.query("select(Order)")

    def query(self, text: str) -> None:
        (self.folder / "views.py").write_text(VIEWS.replace("QUERY", text))

    def run(self, *options: str) -> tuple[dict[str, str], str]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "--tb=short", *options]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        summary = [one.split() for one in done.stdout.splitlines() if one.startswith(("PASSED ", "FAILED ", "ERROR "))]
        return {words[1].partition("::")[2]: words[0] for words in summary}, done.stdout + done.stderr


@pytest.fixture
def project(database, tmp_path: Path) -> Project:
    return Project(tmp_path, database().url)


def test_the_plugin_fails_what_it_shall_and_the_fix_passes(project: Project):
    outcome, output = project.run()
    assert outcome == {
        "test_marked": "FAILED", "test_fixture": "FAILED", "test_async": "FAILED", "test_ignored": "PASSED",
        "test_kinds": "FAILED", "test_unmarked": "PASSED",
    }  # fmt: skip
    fix = "select(Order).options(selectinload(Order.items))"
    for said in (
        "N+1 query: views.py:12 in orders_of",
        "7 x SELECT items.id",
        "after SELECT orders.id FROM orders (1 execution, 7 rows, views.py:10 in orders_of)",
        f"fix (sqlalchemy): {fix}",
        "views.py:22 in work",
        "repeated query: views.py:29 in rates",
    ):
        assert said in output, output
    project.query(fix)
    outcome, output = project.run("--deselect", "test_shop.py::test_kinds")
    assert set(outcome.values()) == {"PASSED"}, output


def test_the_plugin_for_all_tests_with_a_baseline(project: Project):
    outcome, output = project.run("--n-plus-one")
    assert outcome["test_unmarked"] == "FAILED", output
    known = ("--n-plus-one-baseline=known.json",)
    outcome, output = project.run(
        "--n-plus-one-write-baseline", "--n-plus-one-baseline=known.json", "-n", "2", "--dist", "loadfile"
    )
    assert set(outcome.values()) == {"PASSED"}, output
    assert "views.py:12" in (project.folder / "known.json").read_text()
    views = project.folder / "views.py"
    views.write_text("# one line more\n" + views.read_text())  # what is known stays known at another line
    outcome, output = project.run("--n-plus-one", *known)
    assert set(outcome.values()) == {"PASSED"}, output
    with (project.folder / "pytest.ini").open("a") as settings:
        settings.write("n_plus_one = true\nn_plus_one_ignore =\n    orders_of\n    orders_at_once\n    work\n")
    outcome, output = project.run("--deselect", "test_shop.py::test_kinds")
    assert set(outcome.values()) == {"PASSED"}, output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--n-plus-one", "--n-plus-one-kinds=n+2"), "'n+2' is not one of n+1, duplicate, row-by-row"),
        (("--n-plus-one", "-o", "n_plus_one_count=one"), "'one' is no number from 2 on"),
        (("--n-plus-one", "--n-plus-one-baseline=models.py"), "is not a baseline"),
    ],
)
def test_wrong_settings_of_the_plugin(project: Project, options: tuple[str, ...], said: str):
    outcome, output = project.run(*options)
    assert said in output
    assert "PASSED" not in outcome.values() or "UsageError" in output


def test_the_plugin_does_nothing_where_nobody_asks_for_it(project: Project):
    (project.folder / "test_shop.py").write_text(
        "import sys\ndef test_light():\n"
        "    heavy = ('dbarchitect', 'psycopg', 'sqlalchemy', 'rich')\n"
        "    loaded = {one for one in sys.modules if one.startswith(heavy)}\n"
        "    assert loaded == {'dbarchitect', 'dbarchitect.pytest_plugin'}\n"
    )
    outcome, output = project.run()
    assert outcome == {"test_light": "PASSED"}, output
