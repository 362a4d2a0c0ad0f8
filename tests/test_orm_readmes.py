"""The README of a project, followed word for word: what it tells a newcomer to type works, and its example of a list
with what belongs to each row asks the database as often for many rows as for few.

The packages are at hand instead of installed (`npm install`, `pip install` and the like are the only lines that are not
run), but they are those that the project asks for. A person's part, writing the URLs into `.env`, is done for him.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import psycopg
import pytest
from packaging.requirements import Requirement

from conftest import UserServer
from dbarchitect.api.orm import OrmOptions, orm
from dbarchitect.orm.project import TARGETS
from migration_tools import ENGINE, packages
from postgres_servers import test_cache

SHOP = """
CREATE TYPE state AS ENUM ('new', 'in-transit');
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL
    REFERENCES customers ON DELETE CASCADE, state state NOT NULL DEFAULT 'new', total numeric(10,2) NOT NULL CHECK
    (total > 0), placed_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
"""
_INSTALLS = re.compile(r"(?:npm install|python -m venv .*|pip install .*)$")

# Lists customers with their orders, by what the project offers for it; prints how many of each.
LISTS = {
    "prisma": """
import { prisma } from "./src/db.js";
import { listCustomers } from "./src/repositories/customer.js";
const { rows } = await listCustomers(prisma, null, 100);
console.log(rows.length, rows.flatMap((row) => row.orders).length);
await prisma.$disconnect();
""",
    "drizzle": """
import { close } from "./src/db";
import { listCustomers } from "./src/repositories/customers";
const { rows } = await listCustomers({ limit: 100 });
console.log(rows.length, rows.flatMap((row) => row.orders).length);
await close();
""",
    "kysely": """
import { createDatabase } from "./src/db/index.js";
import { selectCustomersWithRelations } from "./src/db/repositories/customer.js";
import { databaseUrl } from "./src/env.js";
const db = createDatabase(databaseUrl());
const rows = await selectCustomersWithRelations(db).limit(100).execute();
console.log(rows.length, rows.flatMap((row) => row.orders).length);
await db.destroy();
""",
    "sqlalchemy": """
import asyncio
import sqlalchemy as sa
from app.db.session import engine, transaction
from app.models import Customer
from app.repositories import CustomerRepository
async def main():
    async with transaction() as session:
        rows = (await session.scalars(sa.select(Customer).options(*CustomerRepository.one).limit(100))).all()
        print(len(rows), sum(len(row.orders) for row in rows))
    await engine().dispose()
asyncio.run(main())
""",
    "tortoise": """
import asyncio
from app.db.session import database
from app.models.public import Customer
from app.repository import page
async def main():
    async with database():
        rows = (await page(Customer.all().prefetch_related("orders"), size=100)).items
        print(len(rows), sum(len(row.orders) for row in rows))
asyncio.run(main())
""",
}


@pytest.fixture
def home(user_server: UserServer) -> Iterator[Callable[[str], str]]:
    """`home(name)`: the URL of an empty database whose statements the server writes into its log."""
    made: list[str] = []

    def create(name: str) -> str:
        user_server.server.create_database(name)
        made.append(name)
        with psycopg.connect(user_server.server.url(name), autocommit=True) as connection:
            for setting in ("OWNER TO owner", "SET log_statement = 'all'", "SET log_min_messages = 'warning'"):
                connection.execute(f"ALTER DATABASE {name} {setting}".encode())
        return user_server.url("owner", database=name)

    yield create
    for name in made:
        user_server.server.drop_database(name)


def commands(readme: str) -> list[str]:
    """The lines that a newcomer types: the first block of the README that is set in."""
    block = re.search(r"(?:^    .+\n)+", readme, re.M)
    assert block is not None
    return [re.split(r"\s{2,}#", line.strip())[0] for line in block[0].splitlines()]


def at_hand(folder: Path) -> None:
    """The packages that the project asks for: linked where they are there in a version that it takes."""
    if (folder / "package.json").exists():
        (folder / "node_modules").symlink_to(packages() / "node_modules")
        asked = json.loads((folder / "package.json").read_text())
        for name, wanted in (asked["dependencies"] | asked["devDependencies"]).items():
            there = json.loads((folder / "node_modules" / name / "package.json").read_text())["version"]
            least, found = ([int(one) for one in re.findall(r"\d+", text)[:3]] for text in (wanted, there))
            assert wanted.startswith("^"), (name, wanted)
            # Types of an older Node.js than the project's do no harm, drivers of another generation would.
            assert name.startswith("@types/") or (found[0] == least[0] and found >= least), (name, wanted, there)
        return
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    for wanted in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        one = Requirement(wanted)
        assert one.specifier.contains(metadata.version(one.name), prereleases=True), wanted


def typed(folder: Path, lines: list[str], url: str) -> str:
    """What a shell prints that runs these lines in the project, up to the first that fails; then the test fails."""
    filled = f"sed -i -E \"s#^(DATABASE_URL|DIRECT_URL)=.*#\\1='{url}'#\" .env"
    script = "\n".join(f"{line}\n{filled}" if line.startswith("cp .env.example .env") else line for line in lines)
    # `cp ... && set -a && . ./.env` on one line: what is filled in must be read again.
    script = script.replace(f"\n{filled}", f"\n{filled}\nset -a; . ./.env; set +a")
    environment = {key: one for key, one in os.environ.items() if key not in ("DATABASE_URL", "DIRECT_URL")} | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),  # as an installed project is found
        "PRISMA_SCHEMA_ENGINE_BINARY": str(ENGINE),
        "CHECKPOINT_DISABLE": "1",
        "NO_COLOR": "1",
        "NO_UPDATE_NOTIFIER": "1",
    }
    ran = subprocess.run(["bash", "-euxc", script], cwd=folder, env=environment, capture_output=True, text=True)
    if ran.returncode:
        pytest.fail(f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}", pytrace=False)
    return ran.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_readme_says(target, tmp_path: Path, home: Callable[[str], str], user_server: UserServer) -> None:
    (tmp_path / "shop.sql").write_text(SHOP)
    folder = tmp_path / "shop"
    orm(str(tmp_path / "shop.sql"), target, folder, OrmOptions(cache=test_cache()))
    at_hand(folder)
    url = home(f"readme_{target}")
    told = commands((folder / "README.md").read_text())
    lines = [one for line in told for one in [_without_installs(line)] if one]
    assert any("test" in one for one in lines)
    said = typed(folder, lines, url)
    assert re.search(r"[1-9]\d* passed|# pass [1-9]", said), said
    admin = user_server.server.url(f"readme_{target}")
    program = folder / ("lists.py" if target in ("sqlalchemy", "tortoise") else "lists.ts")
    program.write_text(LISTS[target])
    run = "python lists.py" if program.suffix == ".py" else "node_modules/.bin/tsx lists.ts"
    counts: list[int] = []
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("TRUNCATE customers, orders")
        for more in (2, 18):
            connection.execute("INSERT INTO customers (name) SELECT 'c' FROM generate_series(1, %s)", (more,))
            connection.execute(
                "INSERT INTO orders (customer_id, total) SELECT id, n FROM customers, generate_series(1, 2) n "
                "WHERE NOT EXISTS (SELECT FROM orders WHERE customer_id = customers.id)"
            )
            before = user_server.server.log.stat().st_size
            there = sum((2, 18)[: len(counts) + 1])
            assert typed(folder, ["set -a; . ./.env; set +a", run], url).split()[-2:] == [str(there), str(there * 2)]
            counts.append(asked(user_server.server.log, before))
    assert counts[0] == counts[1] <= 2, counts


def asked(log: Path, since: int) -> int:
    """How many statements a server was asked that read customers or orders."""
    with log.open("rb") as file:
        file.seek(since)
        text = file.read().decode(errors="replace")
    found = re.findall(r"LOG:\s+(?:statement|execute [^:]+): (.*?)(?=\n\S*\d{4}-\d\d-\d\d|\Z)", text, re.S)
    return sum(
        bool(re.match(r"\s*(?:select|with)\b", one, re.I) and re.search("customers|orders", one)) for one in found
    )


def _without_installs(line: str) -> str:
    """A line without what installs packages."""
    return " && ".join(
        one for one in line.split(" && ") if not _INSTALLS.fullmatch(one) and one != ". .venv/bin/activate"
    )
