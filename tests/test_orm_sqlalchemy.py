"""Projects of SQLAlchemy and Alembic: their own tools run them, and the catalogue is that of the source."""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
import sqlmodel
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError
from dbarchitect.orm.project import CONSTRUCTS
from dbarchitect.orm.sqlalchemy.capabilities import CAPABILITIES, SQLMODEL_CAPABILITIES
from dbarchitect.orm.sqlalchemy.python import block, expression, string
from dbarchitect.orm.sqlalchemy.sqlmodel import FIELDS
from orm_schemas import random_schema
from orm_sqlalchemy_project import Project, extensions, generate, unlike

ODD = Path(__file__).with_name("orm_sqlalchemy_odd.sql")
SEEDS = (4, 23)
_numbers = itertools.count(1)

SHOP = """
CREATE TYPE state AS ENUM ('new', 'in-transit');
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL
    REFERENCES customers ON DELETE CASCADE, state state NOT NULL DEFAULT 'new', total numeric(10,2) NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
"""


@pytest.fixture
def made(server: Server) -> Iterator[Callable[..., psycopg.Connection]]:
    """`made(script)`: a database whose name a URL can hold, with a script run in it."""
    with contextlib.ExitStack() as stack:

        def create(script: str = "") -> psycopg.Connection:
            name = f"orm_sqlalchemy_{next(_numbers)}"
            server.create_database(name)
            stack.callback(server.drop_database, name)
            connection = stack.enter_context(contextlib.closing(psycopg.connect(server.url(name), autocommit=True)))
            connection.execute("SET check_function_bodies = off")
            if script:
                connection.execute(script.encode())
            return connection

        yield create


def url(server: Server, connection: psycopg.Connection) -> str:
    return server.url(connection.info.dbname)


@pytest.fixture
def variant(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "")


@pytest.fixture
def shop(tmp_path: Path, server: Server, made: Callable[..., psycopg.Connection], variant: str) -> Project:
    """The project of a small shop, its database migrated."""
    source = tmp_path / "shop.sql"
    source.write_text(SHOP)
    generate(source, tmp_path / "shop", server.url("postgres"), variant=variant)
    project = Project(tmp_path / "shop", url(server, made()))
    project.run("alembic", "upgrade", "head")
    return project


@pytest.mark.parametrize(
    ("schema", "variant"), [("odd", ""), ("odd", "sqlmodel"), *((seed, "") for seed in SEEDS), (SEEDS[1], "sqlmodel")]
)
def test_the_first_revision_makes_the_schema_and_the_models_agree(
    tmp_path, server, made, tmp_path_factory, schema, variant
):
    source = tmp_path / "schema.sql"
    source.write_text(ODD.read_text() if schema == "odd" else random_schema(schema))
    folder = tmp_path / "project"
    generate(source, folder, server.url("postgres"), variant=variant)
    again = generate(source, folder, server.url("postgres"), variant=variant)
    assert (again.written, again.removed) == ((), ())
    wanted, database = made(source.read_text()), made()
    project = Project(folder, url(server, database))
    project.run("alembic", "upgrade", "head")
    assert unlike(wanted, database) == ()
    assert "No new upgrade operations detected" in project.run("alembic", "check")
    rows = project.rows()
    assert rows["refused"] == []
    assert rows["rows"] and rows["references"]
    project.run("mypy", "--strict", "--cache-dir", str(tmp_path_factory.getbasetemp() / "mypy"), "app", "migrations")
    project.run("ruff", "format", "--check", "--no-cache", ".")
    project.run("ruff", "check", "--no-cache", ".")
    project.run("alembic", "downgrade", "base")
    left = inspect(database, facts=False)
    assert [one.name.name for one in left.tables] == ["alembic_version"]
    assert (left.types, left.functions, left.views, left.sequences) == ((), (), (), ())
    project.run("alembic", "upgrade", "head")
    assert unlike(wanted, database) == ()


TENANTS = """
import asyncio
from app.models import Employee, Tenant
from app.repositories import EmployeeRepository
from app.db.session import AsyncSession, engine


async def main():
    async with engine().connect() as connection, AsyncSession(connection, expire_on_commit=False) as session:
        for tenant in (1, 2):
            chief = Employee(number=1, name=f"chief {tenant}", tenant=Tenant(id=tenant))
            session.add(chief)
            await session.flush()
            session.add(Employee(tenant_id=tenant, number=2, name=f"hand {tenant}", manager=chief, mentor=chief))
        await session.flush()
        session.expunge_all()
        rows = EmployeeRepository(session)
        chief = await rows.get(1, 2)
        assert [one.name for one in chief.reports] == ["hand 2"], chief.reports
        hand = await rows.get(2, 2)
        assert (hand.manager.name, hand.mentor.name, hand.tenant.id) == ("chief 2", "chief 2", 2)
        hand.manager = None
        await session.flush()
        assert (hand.tenant_id, hand.manager_number, hand.mentor_number) == (2, None, 1)
        page = await rows.page(size=3)
        rest = await rows.page(after=page.next, size=3)
        assert [(one.number, one.tenant_id) for one in (*page.items, *rest.items)] == [(1, 1), (1, 2), (2, 1), (2, 2)]
        assert rest.next is None
        try:
            page.items[0].reports
        except Exception as err:
            assert "raiseload" in str(err) or "lazy='raise'" in str(err), err
        else:
            raise AssertionError("a collection that was not asked for was loaded")
        await session.rollback()
    await engine().dispose()


asyncio.run(main())
"""


@pytest.mark.parametrize("variant", ["", "sqlmodel"])
def test_references_within_a_tenant_stay_in_it(tmp_path, server, made, variant):
    generate(ODD, tmp_path / "odd", server.url("postgres"), variant=variant)
    database = made()
    project = Project(tmp_path / "odd", url(server, database))
    project.run("alembic", "upgrade", "head")
    (tmp_path / "odd" / "tenants.py").write_text(TENANTS)
    project.run("tenants")


def test_what_the_models_do_not_tell_is_said(tmp_path, server):
    made = generate(ODD, tmp_path, server.url("postgres"))
    told = {(one.construct, one.at.short) for one in made.losses}
    assert {
        ("extension", "btree_gist"), ("function", "touch()"), ("trigger", "touched"), ("view", "Odd Ones.seen"),
        ("materialised view", "totals"), ("row level security", "tenant"), ("statistics object", "together"),
        ("partitioned table", "measured"), ("inheritance", "old_cache"), ("no primary key", "keyless"),
        ("no primary key", "by_unique"), ("composite type", "class.home"), ("range type", "class.warmth"),
        ("temporal key", "booking.booking_pkey"),
    } <= told, told  # fmt: skip


def test_every_construct_has_a_row():
    assert set(CAPABILITIES) == set(SQLMODEL_CAPABILITIES) == set(CONSTRUCTS)


@pytest.mark.parametrize("variant", ["", "sqlmodel"], indirect=True)
def test_the_project_runs(shop, tmp_path_factory):
    shop.run("app.seed")
    shop.run("app.seed")  # once is enough
    shop.run("pytest", "-q", "-p", "no:cacheprovider", "tests")
    shop.run("mypy", "--strict", "--cache-dir", str(tmp_path_factory.getbasetemp() / "mypy"), "app", "tests")
    (shop.folder / "sync.py").write_text(
        "import sqlalchemy as sa\nfrom app.db.session import sync_engine, sync_transaction\n"
        "from app.models import Customer\n"
        "with sync_transaction() as session:\n    print(session.scalar(sa.select(sa.func.count(Customer.id))))\n"
        "sync_engine().dispose()\n"
    )
    assert shop.run("sync").split() == ["3"]


def test_the_history_of_migrations_is_no_part_of_the_schema(shop, tmp_path, server):
    made = generate(shop.environment["DATABASE_URL"], tmp_path / "again", server.url("postgres"))
    assert [(one.kind, one.name) for one in made.gaps if one.kind == "table"] == [("table", "alembic_version")]
    for path in ("migrations/versions/0001_initial.py", "app/models/order.py", "app/models/__init__.py"):
        assert (tmp_path / "again" / path).read_text() == (shop.folder / path).read_text()


def test_drift_is_found(shop):
    with psycopg.connect(shop.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER TABLE orders ALTER total DROP NOT NULL, ALTER state SET DEFAULT 'in-transit'")
        connection.execute("DROP INDEX orders_customer_id_idx")
    with pytest.raises(AssertionError) as drift:
        shop.run("alembic", "check")
    assert {"modify_nullable", "modify_default", "add_index"} <= set(
        str(drift.value).replace("'", " ").replace("(", " ").replace(",", " ").split()
    )


def test_what_is_the_authors_stays(tmp_path, server):
    source = tmp_path / "shop.sql"
    source.write_text(SHOP)
    folder = tmp_path / "shop"
    generate(source, folder, server.url("postgres"))
    session, model = folder / "app" / "db" / "session.py", folder / "app" / "models" / "order.py"
    session.write_text(session.read_text() + "\n# mine\n")
    source.write_text(SHOP + "ALTER TABLE orders ADD note text;")
    again = generate(source, folder, server.url("postgres"))
    assert session.read_text().endswith("# mine\n")
    assert "note: Mapped[pg.text | None]" in model.read_text()
    assert "app/models/order.py" in again.written and "migrations/versions/0001_initial.py" in again.kept
    model.write_text(model.read_text() + "\n# mine\n")
    with pytest.raises(InputError, match=r"app/models/order\.py would be written anew"):
        generate(source, folder, server.url("postgres"))


PYDANTIC = """
CREATE TABLE field (id int PRIMARY KEY, schema text, json jsonb NOT NULL, copy text, model_dump text, "int" bigint,
    datetime timestamptz NOT NULL, "str" text, model_name varchar(7) NOT NULL, _hidden boolean, "__table__" int);
CREATE TABLE sqlmodel (id int PRIMARY KEY, "UUID" uuid, metadata text[], field_id int NOT NULL REFERENCES field);
CREATE TABLE relationship (field int REFERENCES field, optional int REFERENCES field, PRIMARY KEY (field, optional));
"""


def test_sqlmodel_names_and_validation(tmp_path, server):
    source, folder = tmp_path / "names.sql", tmp_path / "names"
    source.write_text(PYDANTIC)
    generate(source, folder, server.url("postgres"), variant="sqlmodel")
    project = Project(folder, "postgresql://nowhere/x")
    (folder / "names.py").write_text(
        "import datetime, json, pydantic\nfrom sqlmodel import SQLModel\nimport app.models as models\n"
        "from app.models import Field_\n"
        "print(json.dumps({name: list(one.c.keys()) for name, one in SQLModel.metadata.tables.items()}))\n"
        "now = datetime.datetime.now(datetime.UTC).isoformat()\n"
        "row = Field_.model_validate({'id': 1, 'json_': [1], 'datetime_': now, 'model_name': 'exactly'})\n"
        "assert row.datetime_.tzinfo and row.json_ == [1] and row.schema_ is None\n"
        "for wrong in ({'datetime_': 'then'}, {'model_name': 'too long'}):\n"
        "    try:\n        Field_.model_validate({'id': 1, 'json_': 1, 'datetime_': now, 'model_name': ''} | wrong)\n"
        "    except pydantic.ValidationError as err:\n        print(err.errors()[0]['type'])\n"
    )
    columns, *refused = project.run("names").splitlines()
    assert json.loads(columns) == {
        "field": ["id", "schema", "json", "copy", "model_dump", "int", "datetime", "str", "model_name", "_hidden",
                  "__table__"],
        "sqlmodel": ["id", "UUID", "metadata", "field_id"],
        "relationship": ["field", "optional"],
    }  # fmt: skip
    assert refused == ["datetime_from_date_parsing", "string_too_long"]
    public = {one for one in dir(sqlmodel.SQLModel) if not one.startswith("_")}
    assert public <= FIELDS


def test_a_folder_keeps_its_variant(tmp_path, server):
    source, folder = tmp_path / "shop.sql", tmp_path / "shop"
    source.write_text(SHOP)
    generate(source, folder, server.url("postgres"), variant="sqlmodel")
    note = folder / "app" / "models" / "note.py"
    note.write_text("# mine\n")
    source.write_text(SHOP + "ALTER TABLE orders ADD note varchar(9);")
    again = generate(source, folder, server.url("postgres"), variant="sqlmodel")
    model = (folder / "app" / "models" / "order.py").read_text()
    assert "    note: str | None = Field(default=None, max_length=9, sa_type=pg.varchar_9)\n" in model
    assert note.read_text() == "# mine\n" and "app/db/session.py" in again.kept
    with pytest.raises(InputError, match="holds a project of sqlalchemy sqlmodel"):
        generate(source, folder, server.url("postgres"))


def test_hosts(tmp_path, server):
    source = tmp_path / "shop.sql"
    source.write_text(SHOP)
    for host, pooled in (("neon", "-pooler"), ("supabase", ":6543/")):
        generate(source, tmp_path / host, server.url("postgres"), host=host)
        assert '{"prepare_threshold": None}' in (tmp_path / host / "app" / "db" / "session.py").read_text()
        lines = dict(
            one.split("=", 1) for one in (tmp_path / host / ".env.example").read_text().splitlines() if "://" in one
        )
        assert pooled in lines["DATABASE_URL"] and pooled not in lines["DIRECT_URL"]
    with pytest.raises(InputError, match="turso is no server of PostgreSQL"):
        generate(source, tmp_path / "turso", server.url("postgres"), host="turso")
    with pytest.raises(InputError, match="no variant 'sqlmodels'"):
        generate(source, tmp_path / "sqlmodel", server.url("postgres"), variant="sqlmodels")


@given(st.text() | st.text("ab:\\'\"% \n\t"))
def test_texts_are_exact(text):
    assert ast.literal_eval(string(text)) == text
    if "\r" not in text:
        assert ast.literal_eval(block(text)) == text


@given(st.text("ab:\\'\"% 1", max_size=12))
def test_expressions_are_exact(text: Any):
    compiled = sa.text(ast.literal_eval(expression(text))).compile(dialect=postgresql.dialect(paramstyle="named"))
    assert (str(compiled), compiled.params) == (text, {})


def test_extensions_that_are_there_are_no_mistake(tmp_path, server, made):
    source = tmp_path / "vectors.sql"
    source.write_text("CREATE EXTENSION vector;\nCREATE TABLE points (id int PRIMARY KEY, place vector(2));\n")
    generate(source, tmp_path / "vectors", server.url("postgres"))
    database = made()
    extensions(database, ["vector"])  # as a host has it; here a stand-in
    project = Project(tmp_path / "vectors", url(server, database))
    project.run("alembic", "upgrade", "head")
    assert "No new upgrade operations detected" in project.run("alembic", "check")
    assert project.rows()["rows"] == 1
