"""Models in code as a source: what the mapper itself makes of an empty database is what is read, with the lines."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.migrate.compare import differences
from dbarchitect.model.names import ObjectRef
from dbarchitect.sources import Source, Workshop, open_source
from migration_tools import ENGINE, run
from orm_code_projects import (
    DRIZZLE,
    PRISMA,
    PRISMA_SQL,
    SQLALCHEMY,
    SQLMODEL,
    TORTOISE,
    TORTOISE_SETTINGS,
    line_of,
    node_project,
    package,
)
from postgres_servers import test_cache

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    opened = Workshop(cache=test_cache())
    yield opened
    opened.close()


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> Callable[[str], Source]:
    """`read(given)`, in the folder of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRISMA_SCHEMA_ENGINE_BINARY", str(ENGINE))
    return lambda given: open_source(given, workshop, database=f"code {next(_numbers)}")


def line(source: Source, kind: Any, table: str, sub: str = "", schema: str = "public") -> str:
    found = source.places.find(ObjectRef(kind=kind, schema=schema, name=table, sub=sub))
    return str(found) if found else ""


# --- SQLAlchemy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["shop.models:Base", "shop.models:Base.metadata", "shop.models", "shop/models.py"])
def test_sqlalchemy_is_what_create_all_makes(
    tmp_path: Path, read: Callable[[str], Source], database: Callable[..., Any], given: str
) -> None:
    package(tmp_path, models=SQLALCHEMY)
    db = database("CREATE SCHEMA sales")
    program = (
        "import sys, sqlalchemy; from shop.models import Base;"
        "Base.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))"
    )
    subprocess.run(
        [sys.executable, "-c", program, db.url.replace("postgresql://", "postgresql+psycopg://")],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert differences(inspect(db.connection), read(given).schema, privileges=False) == ()


def test_sqlalchemy_places(tmp_path: Path, read: Callable[[str], Source]) -> None:
    package(tmp_path, models=SQLALCHEMY)
    source = read("shop.models:Base")

    def at(beginning: str) -> str:
        return f"shop/models.py:{line_of(SQLALCHEMY, beginning)}"

    assert line(source, "table", "people") == at("class Person")
    assert line(source, "column", "people", "created_at") == at("created_at")
    assert line(source, "column", "people", "nick_name") == at("nick:")
    assert line(source, "index", "people", "ix_people_nick_name") == at("nick:")
    assert line(source, "constraint", "people", "people_email_key") == at("email:")
    assert line(source, "constraint", "orders", "orders_note_check", "sales") == at("CheckConstraint(")
    assert line(source, "index", "orders", "orders_status_idx", "sales") == at("Index(")
    assert line(source, "constraint", "orders", "orders_person_id_note_key", "sales") == at("UniqueConstraint(")
    assert line(source, "constraint", "orders", "orders_person_id_fkey", "sales") == at("person_id:")
    assert line(source, "table", "lines") == at("lines = Table(")
    assert line(source, "column", "lines", "line") == at('Column("line"')
    assert line(source, "type", "order_status") == at("class Status")


@pytest.mark.parametrize("given", ["shop.models:SQLModel", "shop/models.py"])
def test_sqlmodel_is_read_with_its_lines(tmp_path: Path, read: Callable[[str], Source], given: str) -> None:
    package(tmp_path, models=SQLMODEL)
    source = read(given)
    assert {
        f"{table.name.short}.{column.name} {column.type.sql}{' NOT NULL' if column.not_null else ''}"
        for table in source.schema.tables
        for column in table.columns
    } == {
        "people.id integer NOT NULL", "people.created_at timestamp with time zone NOT NULL",
        "people.email character varying(200) NOT NULL", "people.nick_name character varying",
        "sales.orders.id integer NOT NULL", "sales.orders.person_id integer NOT NULL",
        "sales.orders.status public.order_status NOT NULL", "sales.orders.total numeric(12,2) NOT NULL",
        "sales.orders.note character varying NOT NULL",
    }  # fmt: skip

    def at(beginning: str) -> str:
        return f"shop/models.py:{line_of(SQLMODEL, beginning)}"

    assert line(source, "table", "people") == at("class Person(")
    assert line(source, "column", "people", "created_at") == at("created_at")
    assert line(source, "column", "people", "nick_name") == at("nick:")
    assert line(source, "constraint", "people", "people_email_key") == at("email:")
    assert line(source, "constraint", "orders", "orders_note_check", "sales") == at("sa.CheckConstraint(")
    assert line(source, "constraint", "orders", "orders_person_id_fkey", "sales") == at("person_id:")
    assert line(source, "type", "order_status") == at("class Status")


BASE = "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\nclass Base(DeclarativeBase):\n    pass\n"


@pytest.mark.parametrize(
    ("given", "module", "error", "message"),
    [
        ("shop.bad:Base", "import nosuch", InputError, r"^shop/bad\.py:1: .*No module named 'nosuch'"),
        ("shop.bad:Base", "def x(:", InputError, r"^shop/bad\.py:1: .*SyntaxError"),
        ("shop.bad:Base", "import sys\nsys.exit(3)", InputError, r"^shop/bad\.py:2: .*SystemExit: 3"),
        ("shop.bad:Bose", BASE, InputError, r"shop\.bad has no Bose\n  try: it has shop\.bad:Base$"),
        ("shop.bad:Base", BASE, InputError, r"shop\.bad:Base has no tables"),
        ("shop.bad:three", f"{BASE}three = 3", InputError, "three is a int"),
        ("shop.nope:Base", "", InputError, r"there is no module shop\.nope"),
        (
            "shop.bad:Base",
            f"{BASE}from sqlalchemy.dialects.mysql import YEAR\nclass A(Base):\n    __tablename__ = 'a'\n"
            "    id: Mapped[int] = mapped_column(primary_key=True)\n    y: Mapped[int] = mapped_column(YEAR)\n",
            InputError,
            r"^shop/bad\.py:8: .*cannot be made on PostgreSQL: \(in table 'a', column 'y'\)",
        ),
        (
            "shop.bad:Base",
            f"{BASE}from sqlalchemy import text\nclass A(Base):\n    __tablename__ = 'a'\n"
            "    id: Mapped[int] = mapped_column(primary_key=True, server_default=text('nothing()'))\n",
            InputError,
            r"^shop/bad\.py:7: function nothing\(\) does not exist",
        ),
        (
            "shop.bad",
            f"{BASE}class A(Base):\n    __tablename__ = 'a'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
            "class Other(DeclarativeBase):\n    pass\nclass B(Other):\n    __tablename__ = 'b'\n"
            "    id: Mapped[int] = mapped_column(primary_key=True)\n",
            InputError,
            r"several sets of tables\n  try: name one: shop\.bad:Base, shop\.bad:Other$",
        ),
    ],
)
def test_python_that_cannot_be_read(
    tmp_path: Path, read: Callable[[str], Source], given: str, module: str, error: type[Exception], message: str
) -> None:
    package(tmp_path, bad=module)
    with pytest.raises(error, match=message):
        read(given)


def test_python_without_the_package(tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    import venv

    monkeypatch.chdir(package(tmp_path, models=SQLALCHEMY))
    venv.create(tmp_path / ".venv")
    with pytest.raises(SurroundingsError, match=r"^shop/models\.py:\d+: .* has no package sqlalchemy"):
        open_source("shop.models:Base", workshop, database="never")


def test_extensions_that_models_use_are_made(tmp_path: Path, read: Callable[[str], Source]) -> None:
    module = (
        f"{BASE}from sqlalchemy.dialects.postgresql import CITEXT\nclass A(Base):\n    __tablename__ = 'a'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n    vector: Mapped[str] = mapped_column(CITEXT)\n"
    )
    package(tmp_path, models=module)
    source = read("shop.models:Base")
    assert source.assumed == ("citext",)
    assert "citext" in [one.name for one in source.schema.extensions]


# --- Tortoise -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["shop.settings:TORTOISE_ORM", "shop.models"])
def test_tortoise_is_what_generate_schemas_makes(
    tmp_path: Path, read: Callable[[str], Source], database: Callable[..., Any], server: Server, given: str
) -> None:
    package(tmp_path, models=TORTOISE, settings=TORTOISE_SETTINGS)
    db = database()
    program = """
import asyncio, sys
from tortoise import Tortoise

async def main():
    credentials = dict(zip(("host", "port", "user", "database"), sys.argv[1:]), password=None)
    await Tortoise.init(config={"connections": {"default": {"engine": "tortoise.backends.asyncpg",
        "credentials": credentials}}, "apps": {"models": {"models": ["shop.models"]}}})
    await Tortoise.generate_schemas(safe=False)
    await Tortoise.close_connections()

asyncio.run(main())
"""
    port = db.connection.info.port
    ran = subprocess.run(
        [sys.executable, "-c", program, str(server.sockets), str(port), "postgres", db.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert differences(inspect(db.connection), read(given).schema, privileges=False) == ()


def test_tortoise_places(tmp_path: Path, read: Callable[[str], Source]) -> None:
    package(tmp_path, models=TORTOISE, settings=TORTOISE_SETTINGS)
    source = read("shop.settings:TORTOISE_ORM")

    def at(beginning: str) -> str:
        return f"shop/models.py:{line_of(TORTOISE, beginning)}"

    assert line(source, "table", "people") == at("class Person")
    assert line(source, "column", "people", "created_at") == at("created_at")
    assert line(source, "column", "people", "nick_name") == at("nick =")
    assert line(source, "column", "orders", "person_id") == at("person =")
    assert line(source, "table", "person_tag") == at("tags:")
    assert line(source, "index", "tags", "tags_by_name", "other") == at("indexes =")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('X = {"connections": {}, "apps": {"models": {"models": ["shop.nope"]}}}', r"gives no schema: .*shop\.nope"),
        ('X = {"connections": {}, "apps": {"models": {"models": ["shop"]}}}', r"shop\.settings:X has no tables"),
        ('import os\n\nX = os.environ["NO_SUCH_URL"]', r"^shop/settings\.py:3: .*variable NO_SUCH_URL, .*not set"),
    ],
)
def test_tortoise_that_cannot_be_read(
    tmp_path: Path, read: Callable[[str], Source], settings: str, message: str
) -> None:
    package(tmp_path, settings=settings)
    with pytest.raises(InputError, match=message):
        read("shop.settings:X")


# --- Prisma ---------------------------------------------------------------------------------------------------------


def test_prisma_is_what_its_engine_makes(
    tmp_path: Path, read: Callable[[str], Source], database: Callable[..., Any]
) -> None:
    node_project(tmp_path, schema__prisma=PRISMA)
    source = read("schema.prisma")
    assert differences(inspect(database(PRISMA_SQL).connection), source.schema, privileges=False) == ()

    def at(beginning: str) -> str:
        return f"schema.prisma:{line_of(PRISMA, beginning)}"

    assert line(source, "type", "order_status") == at("enum Status")
    assert line(source, "table", "orders") == at("model Order")
    assert line(source, "column", "orders", "person_id") == at("personId")
    assert line(source, "constraint", "orders", "orders_person_id_fkey") == at("person   Person")
    assert line(source, "index", "orders", "orders_person_id_idx") == at("@@index([personId])")
    assert line(source, "index", "orders", "one_note") == at("@@unique([personId, note]")
    assert line(source, "index", "people", "people_email_key") == at("email")
    assert line(source, "index", "people", "people_nick_name_idx") == at("@@index([nick])")


def test_prisma_folder(tmp_path: Path, read: Callable[[str], Source]) -> None:
    first, _, second = PRISMA.partition("model Order")
    node_project(tmp_path)
    (tmp_path / "prisma" / "migrations").mkdir(parents=True)
    (tmp_path / "prisma" / "schema.prisma").write_text(first)
    (tmp_path / "prisma" / "orders.prisma").write_text(f"model Order{second}")
    source = read("prisma")
    assert sorted(one.name.name for one in source.schema.tables) == ["orders", "people"]
    assert line(source, "table", "orders") == "prisma/orders.prisma:1"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("model A {\n  id Int @id\n  b  Foo\n}\n", InputError, r"^schema\.prisma:\d+: .*\"Foo\""),
        ("model A {\n  id Int @id\n", InputError, r"schema\.prisma"),
        ("enum E {\n  A\n}\n", InputError, r"schema\.prisma has no models"),
        ('datasource db {\n  provider = "mysql"\n}\n', InputError, r"^schema\.prisma:2: .* is for mysql"),
    ],
)
def test_prisma_that_cannot_be_read(
    tmp_path: Path, read: Callable[[str], Source], text: str, error: type[Exception], message: str
) -> None:
    head = "" if "datasource" in text else 'datasource db {\n  provider = "postgresql"\n}\n'
    node_project(tmp_path, schema__prisma=head + text)
    with pytest.raises(error, match=message):
        read("schema.prisma")


def test_prisma_whose_engine_does_nothing(
    tmp_path: Path, read: Callable[[str], Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    node_project(tmp_path, schema__prisma=PRISMA)
    idle = tmp_path / "engine"
    idle.write_text("#!/bin/sh\nexit 0\n")
    idle.chmod(0o755)
    monkeypatch.setenv("PRISMA_SCHEMA_ENGINE_BINARY", str(idle))
    with pytest.raises((SurroundingsError, InputError), match=r"schema\.prisma"):
        read("schema.prisma")


# --- Drizzle --------------------------------------------------------------------------------------------------------

CONFIG = 'export default { dialect: "postgresql", schema: "./schema.ts", out: "./out"%s };\n'


@pytest.mark.parametrize("casing", ["", ', casing: "snake_case"'])
def test_drizzle_is_what_its_migration_makes(
    tmp_path: Path, read: Callable[[str], Source], database: Callable[..., Any], casing: str
) -> None:
    node_project(tmp_path, schema__ts=DRIZZLE, drizzle__config__ts=CONFIG % casing)
    db = database()
    run(tmp_path, "drizzle-kit", "generate")
    for file in sorted((tmp_path / "out").glob("*.sql")):
        db.connection.execute(file.read_bytes())
    for given in ("drizzle.config.ts", "schema.ts", "."):
        source = read(given)
        assert differences(inspect(db.connection), source.schema, privileges=False) == (), given

    def at(beginning: str) -> str:
        return f"schema.ts:{line_of(DRIZZLE, beginning)}"

    named = "created_at" if casing else "createdAt"
    assert line(source, "type", "order_status") == at("export const status")
    assert line(source, "table", "people") == at("export const people")
    assert line(source, "column", "people", named) == at("createdAt:")
    assert line(source, "column", "people", "email_address") == at("email:")
    assert line(source, "index", "people", "people_recent") == at("(t) => [index(")
    assert line(source, "constraint", "people", "people_email_address_unique") == at("email:")
    assert line(source, "table", "orders", schema="sales") == at("export const orders")
    assert line(source, "constraint", "orders", "orders_person_fkey", "sales") == at("foreignKey({ name")
    assert line(source, "index", "orders", "orders_person_id_index", "sales") == at("index().on")
    assert line(source, "table", "ghosts") == ""


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("export const a = ;\n", InputError, r"^schema\.ts:1: it is no TypeScript"),
        ('const a: number = 1;\nthrow new Error("boo");\n', InputError, r"^schema\.ts:2: .*boo"),
        ('import "no-such-package";\n', SurroundingsError, "the package no-such-package, which is not installed"),
        ("export const a = 1;\n", InputError, r"schema\.ts exports no tables"),
    ],
)
def test_drizzle_that_cannot_be_read(
    tmp_path: Path, read: Callable[[str], Source], text: str, error: type[Exception], message: str
) -> None:
    node_project(tmp_path, schema__ts=text)
    with pytest.raises(error, match=message):
        read("schema.ts")


def test_drizzle_for_another_database(tmp_path: Path, read: Callable[[str], Source]) -> None:
    node_project(tmp_path, drizzle__config__ts=CONFIG.replace("postgresql", "sqlite") % "", schema__ts=DRIZZLE)
    with pytest.raises(InputError, match=r"drizzle\.config\.ts:1: it is for sqlite"):
        read("drizzle.config.ts")


# --- the surroundings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "missing"), [("schema.prisma", PRISMA, "prisma"), ("schema.ts", DRIZZLE, "drizzle-kit")]
)
def test_without_packages(tmp_path: Path, read: Callable[[str], Source], name: str, text: str, missing: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SurroundingsError, match=f"has the package {missing}\n  try: npm install"):
        read(name)


def test_without_node(tmp_path: Path, read: Callable[[str], Source], monkeypatch: pytest.MonkeyPatch) -> None:
    node_project(tmp_path, schema__ts=DRIZZLE)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SurroundingsError, match=r"there is no `node` on the PATH"):
        read("schema.ts")


def test_a_file_that_is_not_there_is_no_module(tmp_path: Path, read: Callable[[str], Source]) -> None:
    with pytest.raises(InputError, match=r"there is no file or folder schema\.sql"):
        read("schema.sql")
    assert list(tmp_path.iterdir()) == []


def test_rows_are_for_scripts(tmp_path: Path, read: Callable[[str], Source], workshop: Workshop) -> None:
    package(tmp_path, models=SQLALCHEMY)
    with pytest.raises(InputError, match="--data loads the rows of a script"):
        open_source("shop.models:Base", workshop, data=True)
