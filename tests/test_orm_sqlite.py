"""`dba orm` on SQLite: each project's own migrations make the very schema, its code passes its own checks and reads
what it writes, and what it cannot say is in its report."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dbarchitect.errors import InputError
from dbarchitect.orm.project import Host, TargetName
from dbarchitect.orm.sqlite import SQLITE_CONSTRUCTS, constructs
from dbarchitect.orm.targets import targets
from migration_tools import run
from orm_sqlite_project import (
    ODD,
    SHOP,
    linked,
    loaded,
    made,
    node,
    prisma_drift,
    python,
    read,
    rows,
    same_catalogue,
    texts,
    told,
)

SCHEMAS = {"shop": SHOP, "odd": ODD}
OFFERED = [one.name for one in targets().values() if one.sqlite]

# Rows of one's own, read back with their relations; what must be refused is.
SHOP_ROWS = """
import asyncio
import datetime
from sqlalchemy.exc import IntegrityError
from app.db.session import engine, sync_transaction, transaction
from app.models import Line, Order, Tag, Tenant, User
from app.repositories import OrderRepository, UserRepository

async def main() -> None:
    async with transaction() as session:
        boss = User(email="Boss@x.org", name="B", settings={"a": [1]}, birthday=datetime.date(1990, 5, 4))
        user = User(email="u@x.org", name="U", manager=boss)
        tenant = Tenant(id="t", title="T")
        for number in (1, 2, 3):
            order = Order(number=number, total_cents=number * 100, paid=number == 2, user=user, tenant=tenant)
            order.lines = [Line(sku="s", price=1.5)]
            order.tags = [Tag(name=f"tag {number}")]
            order.payload, order.anything = b"\\x00\\xff", "any"
            session.add(order)
    async with transaction() as session:
        orders = OrderRepository(session)
        one = await orders.get("t", 2)
        assert one is not None and one.paid is True and one.vat_cents == 40 and one.label == "t-2", one
        assert [line.price for line in one.lines] == [1.5] and [tag.name for tag in one.tags] == ["tag 2"]
        assert one.payload == b"\\x00\\xff" and one.anything == "any" and isinstance(one.placed_at, int)
        user = await UserRepository(session).get(one.user.id)
        assert user is not None and user.manager is not None and user.manager.settings == {"a": [1]}
        assert user.manager.birthday == datetime.date(1990, 5, 4) and user.active is True
        assert isinstance(user.created_at, datetime.datetime)
        first = await orders.page(size=2)
        rest = await orders.page(after=first.next, size=2)
        assert [o.number for o in first.items] == [1, 2] and [o.number for o in rest.items] == [3] and not rest.next
    try:
        async with transaction() as session:
            session.add(Order(tenant_id="nobody", number=9, total_cents=1, user_id=999))
    except IntegrityError as err:
        assert "FOREIGN KEY" in str(err)
    else:
        raise AssertionError("a foreign key was not enforced")
    with sync_transaction() as session:
        assert session.get(Tag, 1) is not None
    await engine().dispose()

asyncio.run(main())
from app.db.session import sync_engine
sync_engine().dispose()
"""
PRISMA_ROWS = """
import assert from "node:assert/strict";
import { prisma } from "./src/db.js";
import { findOrder, listOrders, listOrdersOfTag } from "./src/repositories/order.js";

const boss = await prisma.user.create({ data: { email: "Boss@x.org", settings: { a: [1] } } });
const birthday = new Date(Date.UTC(1990, 4, 4));
const user = await prisma.user.create({ data: { email: "u@x.org", birthday, managerId: boss.id } });
await prisma.tenant.create({ data: { id: "t", title: "T" } });
for (const number of [1, 2, 3]) {
  await prisma.order.create({
    data: {
      number, tenantId: "t", userId: user.id, totalCents: number * 100, payload: Uint8Array.from([0, 255]),
      lines: { create: { sku: "s", price: "1.5" } },
      orderTags: { create: { tag: { create: { name: `tag ${number}` } } } },
    },
  });
}
const order = await findOrder(prisma, { tenantId: "t", number: 2 });
assert.ok(order);
assert.equal(order.vatCents, 40);
assert.equal(order.label, "t-2");
assert.deepEqual([...(order.payload ?? [])], [0, 255]);
assert.equal(String(order.lines[0]?.price), "1.5");
assert.equal(order.orderTags[0]?.tag.name, "tag 2");
assert.equal(order.user.birthday?.toISOString(), "1990-05-04T00:00:00.000Z");
assert.ok(order.placedAt > 1_700_000_000);
const read = await prisma.user.findUniqueOrThrow({ where: { email: "BOSS@X.ORG" }, include: { reports: true } });
assert.deepEqual(read.settings, { a: [1] });
assert.equal(read.active, true);
assert.equal(read.reports[0]?.id, user.id);
assert.ok(Math.abs(read.createdAt.getTime() - Date.now()) < 600_000);
const first = await listOrders(prisma, null, 2);
assert.deepEqual(first.rows.map((one) => one.number), [1, 2]);
const rest = await listOrders(prisma, first.next, 2);
assert.deepEqual([rest.rows.map((one) => one.number), rest.next], [[3], null]);
const tag = order.orderTags[0]?.tagId ?? 0;
assert.equal((await listOrdersOfTag(prisma, { id: tag })).rows.length, 1);
assert.equal((await prisma.openOrder.findMany()).length, 3);
await assert.rejects(prisma.order.create({ data: { number: 9, tenantId: "nobody", userId: user.id, totalCents: 1 } }));
await assert.rejects(prisma.order.create({ data: { number: 9, tenantId: "t", userId: user.id, totalCents: -1 } }));
await prisma.$disconnect();
"""
CREATE_ALL = """
import app.models
from app.db.base import Base
from app.db.session import sync_engine
Base.metadata.create_all(sync_engine())
sync_engine().dispose()
"""


@pytest.mark.parametrize("name", SCHEMAS)
def test_sqlalchemy(name: str, tmp_path: Path) -> None:
    source, folder, db = SCHEMAS[name], tmp_path / "app", tmp_path / "app" / "app.db"
    wanted = loaded(source)
    report = made(source, "sqlalchemy", folder)
    first = texts(folder)
    python(folder, "alembic", "upgrade", "head")
    same_catalogue(wanted, read(db))
    assert "No new upgrade operations" in python(folder, "alembic", "check")
    assert "Success" in python(folder, "mypy", "--cache-dir", str(tmp_path / "mypy"))
    if name == "shop":
        python(folder, "-c", SHOP_ROWS)
        python(folder, "pytest", "-q", "-p", "no:cacheprovider")
        python(folder, "ruff", "check", "--no-cache", ".")
        python(folder, "ruff", "format", "--no-cache", "--check", ".")
        python(folder, "alembic", "downgrade", "base")
        assert rows(db, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'") == [("alembic_version",)]
        python(folder, "alembic", "upgrade", "head")
        same_catalogue(wanted, read(db))
    for file in folder.glob("app.db*"):
        file.unlink()
    # The models alone, without what the report says: triggers, views, ON CONFLICT, virtual tables.
    python(folder, "-c", CREATE_ALL)
    assert told(read(db)) == told(wanted)
    again = made(source, "sqlalchemy", folder)
    assert not again.written and not again.removed and again.losses == report.losses
    assert {path: text for path, text in texts(folder).items() if path in first} == first


@pytest.mark.parametrize("name", SCHEMAS)
def test_drizzle(name: str, tmp_path: Path) -> None:
    source, folder, db = SCHEMAS[name], tmp_path / "app", tmp_path / "app" / "app.db"
    wanted = loaded(source)
    report = made(source, "drizzle", folder)
    first = texts(folder)
    linked(folder)
    node(folder, "tsc")
    node(folder, "drizzle-kit", "migrate")
    same_catalogue(wanted, read(db))
    assert "No schema changes" in node(folder, "drizzle-kit", "generate")
    if name == "shop":
        test = next((folder / "tests").glob("*.test.ts"))
        assert "pass 2" in node(folder, "tsx", "--test", str(test))
        node(folder, "tsx", "src/db/seed.ts")
        node(folder, "tsx", "src/db/down.ts")
        left = rows(db, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'")
        assert left == [("__drizzle_migrations",)]
        node(folder, "tsx", "src/db/migrate.ts")
        same_catalogue(wanted, read(db))
    # What schema.ts alone would make, without what the report says.
    lost = {one.construct for one in report.losses}
    script = node(folder, "drizzle-kit", "export", "--config", "drizzle.config.ts")
    with closing(sqlite3.connect(tmp_path / "all.db")) as connection:
        connection.executescript(script)
    assert told(read(tmp_path / "all.db"), *lost, "unique") == told(wanted, *lost, "unique")
    again = made(source, "drizzle", folder)
    assert not again.written and not again.removed and again.losses == report.losses
    assert {path: text for path, text in texts(folder).items() if path in first} == first


@pytest.mark.parametrize("name", SCHEMAS)
def test_kysely(name: str, tmp_path: Path) -> None:
    source, folder, db = SCHEMAS[name], tmp_path / "app", tmp_path / "app" / "app.db"
    wanted = loaded(source)
    report = made(source, "kysely", folder)
    first = texts(folder)
    linked(folder)
    node(folder, "tsc")
    node(folder, "tsx", "scripts/migrate.ts", "latest")
    same_catalogue(wanted, read(db))
    assert "is as types.ts says" in node(folder, "tsx", "scripts/check.ts")
    assert "pass 2" in node(folder, "tsx", "--test", "test/database.test.ts")
    again = made(source, "kysely", folder)
    assert not again.written and not again.removed and again.losses == report.losses
    assert {path: text for path, text in texts(folder).items() if path in first} == first
    if name == "shop":
        node(folder, "tsx", "scripts/seed.ts")
        assert "down 0001_init: Success" in node(folder, "tsx", "scripts/migrate.ts", "down")
        left = rows(db, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' AND name NOT LIKE 'kysely%'")
        assert left == []


def test_kysely_when_the_schema_moves_on(tmp_path: Path) -> None:
    folder, db = tmp_path / "app", tmp_path / "app" / "app.db"
    later = tmp_path / "later.sql"
    made(SHOP, "kysely", folder)
    linked(folder)
    node(folder, "tsx", "scripts/migrate.ts", "latest")
    node(folder, "tsx", "scripts/seed.ts")
    text = SHOP.read_text().replace("DEFAULT '{}'\n", "DEFAULT '{}', phone TEXT\n")
    # Orders are rebuilt, and their lines refer to them ON DELETE CASCADE.
    later.write_text(text.replace("weight REAL,", "weight REAL DEFAULT 0,"))
    assert later.read_text().count("phone") == 1 and "weight REAL DEFAULT 0" in later.read_text()
    found = made(later, "kysely", folder)
    assert [one for one in found.written if one.startswith("migrations/0002_")], found.written
    before = rows(db, "SELECT count(*) FROM lines")
    assert before != [(0,)]
    node(folder, "tsx", "scripts/migrate.ts", "latest")
    assert told(read(db)) == told(loaded(later))
    assert rows(db, "SELECT count(*) FROM lines") == before
    node(folder, "tsc")


@pytest.mark.parametrize(("name", "host"), [("shop", "turso"), ("odd", "server")])
def test_prisma(name: str, host: Host, tmp_path: Path) -> None:
    source, folder, db = SCHEMAS[name], tmp_path / "app", tmp_path / "app" / "app.db"
    wanted = loaded(source)
    report = made(source, "prisma", folder, host=host)
    first = texts(folder)
    (folder / ".env").write_text("DATABASE_URL=file:./app.db\n")
    schema = folder / "prisma" / "schema.prisma"
    run(folder, "prisma", "format")
    assert schema.read_text() == first["prisma/schema.prisma"]
    run(folder, "prisma", "generate")
    if host == "turso":
        for _ in range(2):  # what is noted is not run again
            assert "1 migrations, all of them run" in run(folder, "tsx", "prisma/migrate.ts")
    else:
        run(folder, "prisma", "migrate", "deploy")
    assert "up to date" in run(folder, "prisma", "migrate", "status")
    same_catalogue(wanted, read(db))
    assert "empty migration" in prisma_drift(folder)
    if host == "turso":
        assert "fail 0" in run(folder, "tsx", "--test", "tests/start.test.ts")
        (folder / "rows.ts").write_text(PRISMA_ROWS)
        (folder / "tsconfig.json").write_text(first["tsconfig.json"].replace('"tests"]', '"tests", "rows.ts"]'))
        run(folder, "tsx", "rows.ts")
        later = tmp_path / "later.sql"
        text = SHOP.read_text().replace("DEFAULT '{}'\n", "DEFAULT '{}', phone TEXT\n")
        # Orders are rebuilt, and their lines refer to them ON DELETE CASCADE.
        later.write_text(text.replace("weight REAL,", "weight REAL DEFAULT 0,"))
        before = rows(db, "SELECT count(*) FROM lines")
        assert before == [(3,)]
        found = made(later, "prisma", folder, host=host)
        assert [one for one in found.written if one.endswith("/migration.sql")], found.written
        assert "2 migrations, all of them run" in run(folder, "tsx", "prisma/migrate.ts")
        assert told(read(db)) == told(loaded(later)) and rows(db, "SELECT count(*) FROM lines") == before
        assert "up to date" in run(folder, "prisma", "migrate", "status")
        assert "empty migration" in prisma_drift(folder)
        source, report = later, found
        first = texts(folder) | {"tsconfig.json": first["tsconfig.json"]}
    run(folder, "tsc")
    changed = "books" if name == "shop" else "teams"
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(f"ALTER TABLE {changed} ADD COLUMN more INTEGER")
    assert f'CREATE TABLE "new_{changed}"' in prisma_drift(folder)
    (folder / "tsconfig.json").write_text(first["tsconfig.json"])
    again = made(source, "prisma", folder, host=host)
    assert not again.written and not again.removed and again.losses == report.losses
    assert {path: text for path, text in texts(folder).items() if path in first} == first


@pytest.mark.parametrize("target", OFFERED)
def test_what_is_not_in_the_models_is_in_the_report(target: TargetName, tmp_path: Path) -> None:
    table = targets()[target].sqlite
    assert set(table) == set(SQLITE_CONSTRUCTS)
    for number, source in enumerate(SCHEMAS.values()):
        wanted = loaded(source)
        found = {(one.at, one.construct) for one in made(source, target, tmp_path / str(number)).losses}
        assert found == {one for one in constructs(wanted) if table[one[1]][0] != "native"}
    assert {what for source in SCHEMAS.values() for _, what in constructs(loaded(source))} == set(SQLITE_CONSTRUCTS)


def test_a_file_and_a_history_in_it(tmp_path: Path) -> None:
    file = tmp_path / "live.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(SHOP.read_text())
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    before = file.read_bytes()
    found = made(file, "sqlalchemy", tmp_path / "app")
    assert [(one.kind, one.name) for one in found.gaps] == [("table", "alembic_version")]
    assert "alembic_version" not in (tmp_path / "app/migrations/versions/0001_initial.py").read_text()
    assert file.read_bytes() == before and sorted(one.name for one in tmp_path.iterdir()) == ["app", "live.db"]


def test_turso(tmp_path: Path) -> None:
    made(SHOP, "drizzle", tmp_path / "app", host="turso")
    files = texts(tmp_path / "app")
    assert 'dialect: "turso"' in files["drizzle.config.ts"] and "TURSO_AUTH_TOKEN" in files[".env.example"]
    assert 'authToken: setting("TURSO_AUTH_TOKEN")' in files["src/db/index.ts"]
    linked(tmp_path / "app")
    node(tmp_path / "app", "tsc")
    node(tmp_path / "app", "tsx", "src/db/migrate.ts")  # on a file, as its README says
    same_catalogue(loaded(SHOP), read(tmp_path / "app/app.db"))


@pytest.mark.parametrize(
    ("to", "more", "said"),
    [
        ("tortoise", {}, "not offered for SQLite"),
        ("prisma", {"host": "neon"}, "PostgreSQL's"),
        ("kysely", {"host": "supabase"}, "PostgreSQL's"),
        ("sqlalchemy", {"host": "turso"}, "no sound driver"),
        ("sqlalchemy", {"variant": "sqlmodel"}, "PostgreSQL alone"),
        ("drizzle", {"host": "neon"}, "PostgreSQL's"),
        ("drizzle", {"variant": "1.0"}, "0.45"),
    ],
)
def test_what_there_is_not(to: TargetName, more: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said) as caught:
        made(SHOP, to, tmp_path / "app", **more)  # type: ignore[arg-type]
    assert caught.value.hint and not (tmp_path / "app").exists()
