"""What of a schema is lost on the way through an object-relational mapper: its own introspector beside `dba orm`.

The database of `orm_demanding.sql` is turned into code, the mapper's own tool makes a fresh database of the code, and
the two catalogues are compared fact by fact (`orm_facts`). The introspectors: sqlacodegen, `prisma db pull` and
`drizzle-kit pull`; kysely-codegen writes types alone, which the compiler is asked about (`orm_types`). Ours: `dba orm`
for all five, its migration run by the mapper's own tool on an empty database. Everything runs in one go, on one private
server.

    python -m benchmarks.orm_fidelity --losses
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from benchmarks import orm_peers, orm_types, report  # noqa: E402
from benchmarks.orm_facts import CONSTRUCTS, HISTORIES, Loss, compare  # noqa: E402
from dbarchitect.engines.postgres.inspect import inspect  # noqa: E402
from dbarchitect.engines.postgres.server import Server, private_server  # noqa: E402
from dbarchitect.migrate.compare import differences, steady  # noqa: E402
from dbarchitect.model.schema import Relational  # noqa: E402
from migration_tools import packages  # noqa: E402
from migration_tools import run as node  # noqa: E402

SCRIPT = Path(__file__).with_name("orm_demanding.sql")
TARGETS = ("sqlalchemy", "prisma", "drizzle", "kysely", "tortoise")


class Databases:
    """Databases of one private server that listens on 127.0.0.1, because Node's driver cannot do without."""

    def __init__(self, server: Server, port: int) -> None:
        self.server, self.port = server, port

    def fresh(self, name: str) -> str:
        """Make a database; its URL."""
        self.server.create_database(name)
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def databases() -> Iterator[Databases]:
    """A server until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with private_server(settings={"listen_addresses": "127.0.0.1", "port": str(port)}) as server:
        (server.data / "pg_hba.conf").write_text(
            "local all postgres trust\nlocal all all scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n"
        )
        with server.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
        yield Databases(server, port)


def read(url: str) -> Relational:
    """The catalogue of a database without what the tools keep for themselves."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in HISTORIES:
            connection.execute(f'DROP TABLE IF EXISTS "{table}" CASCADE'.encode())
        connection.execute("DROP SCHEMA IF EXISTS drizzle CASCADE")
        return steady(inspect(connection, facts=False))


def generate(target: str, folder: Path, source: str) -> None:
    """`dba orm SOURCE --to TARGET -o FOLDER`."""
    command = [sys.executable, "-m", "dbarchitect", "orm", source, "--to", target, "-o", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(ran.stdout + ran.stderr)


def migrate(target: str, folder: Path, url: str) -> None:
    """The first migration, by the mapper's own tool."""
    os.environ["DATABASE_URL"] = os.environ["DIRECT_URL"] = url
    os.environ["PYTHONPATH"] = str(folder)
    if target in ("prisma", "kysely"):
        (folder / ".env").write_text(f'DATABASE_URL="{url}"\nDIRECT_URL="{url}"\n')
    if target == "sqlalchemy":
        orm_peers.run(folder, sys.executable, "-m", "alembic", "upgrade", "head")
    elif target == "tortoise":
        orm_peers.run(folder, str(Path(sys.executable).with_name("tortoise")), "migrate")
    elif target == "prisma":
        node(folder, "prisma", "migrate", "deploy")
    elif target == "drizzle":
        node(folder, "drizzle-kit", "migrate")
    else:
        node(folder, "node", "--import", "tsx", "scripts/migrate.ts", "latest")


def peers(home: Databases, source: str, folder: Path) -> Iterator[tuple[str, orm_peers.Trip, Relational]]:
    """Each introspector, and the database that came of it."""

    def with_connection(make: Callable[[str, psycopg.Connection, Path], orm_peers.Trip], url: str, at: Path):
        with psycopg.connect(url, autocommit=True) as connection:
            return make(source, connection, at)

    for name in ("sqlacodegen", "prisma db pull", "drizzle-kit pull"):
        at = folder / name.replace(" ", "-")
        at.mkdir()
        url = home.fresh(f"peer_{name.split()[0].replace('-', '_')}")
        with psycopg.connect(url, autocommit=True) as connection:
            orm_peers.prepare(connection, schema=name == "sqlacodegen")
        if name == "sqlacodegen":
            trip = orm_peers.sqlacodegen(source, url, at)
        else:
            trip = with_connection(orm_peers.prisma if name.startswith("prisma") else orm_peers.drizzle, url, at)
        yield name, trip, read(url)


def totals(losses: dict[str, Loss]) -> str:
    """`20/6/8`: lost, changed, added."""
    found = losses.values()
    return f"{sum(x.lost for x in found)}/{sum(x.changed for x in found)}/{sum(x.added for x in found)}"


def main() -> None:
    """Compare and publish."""
    parser = report.parser("orm_fidelity", __doc__)
    parser.add_argument("--losses", action="store_true", help="print every fact that was lost, changed or added")
    options = parser.parse_args()
    columns: dict[str, dict[str, Loss]] = {}
    lines: dict[str, int] = {}
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as temporary, databases() as home:
        folder = Path(temporary)
        source = home.fresh("source")
        with psycopg.connect(source, autocommit=True) as connection:
            connection.execute(SCRIPT.read_bytes())
        wanted = read(source)
        for name, trip, found in peers(home, source, folder):
            columns[name] = compare(wanted, found)
            lines[name] = len(differences(wanted, found, privileges=False))
            words = [
                ("fails", trip.crashed),
                ("mended by hand", trip.mended),
                ("refused by the database", trip.refused),
            ]
            notes.append(f"- {name}: " + "; ".join(f"{what}: {', '.join(those)}" for what, those in words if those))
        for target in TARGETS:
            made = folder / target
            generate(target, made, source)
            url = home.fresh(f"ours_{target}")
            migrate(target, made, url)
            found = read(url)
            columns[f"dba, {target}"] = compare(wanted, found)
            lines[f"dba, {target}"] = len(differences(wanted, found, privileges=False))
        (folder / "codegen").mkdir()
        theirs = orm_peers.kysely_codegen(source, folder / "codegen")
        modules = packages() / "node_modules"
        types = {
            "kysely-codegen": orm_types.wrong(wanted, theirs, "DB", modules),
            "dba, kysely": orm_types.wrong(wanted, folder / "kysely" / "src" / "db" / "types.ts", "Database", modules),
        }

    facts = compare(wanted, wanted)
    header = ["fact", "of them", *columns]
    rows: list[list[object]] = [
        [
            one,
            facts[one].facts if one in facts else 0,
            *(found[one].text if one in found else "ok" for found in columns.values()),
        ]
        for one in CONSTRUCTS
        if one in facts or any(one in found for found in columns.values())
    ]  # fmt: skip
    rows.append(["lost/changed/added", sum(one.facts for one in facts.values()), *map(totals, columns.values())])
    rows.append(["lines of a whole comparison", "", *lines.values()])
    asked = next(iter(types.values()))
    type_rows = [[check, asked[check][0], *(len(found[check][1]) for found in types.values())] for check in asked]
    body = f"""{wanted.version_text.split(" on ")[0]}. {SCRIPT.name}: database to code to a fresh database.

{report.table(header, rows)}

What the introspectors needed before anything came back (extensions were there, for sqlacodegen the second schema too):

{chr(10).join(notes)}

Types alone, as the TypeScript compiler understands them; how many it gets wrong:

{report.table(("question", "asked", *types), type_rows)}
"""
    report.publish("What mappers lose", body, options)
    if options.losses:
        for name, found in columns.items():
            print(f"\n{name}")
            print("\n".join(f"  {construct}: {line}" for construct, loss in found.items() for line in loss.lines))
        for name, found in types.items():
            print(f"\n{name}", *(f"  {check}: {', '.join(those)}" for check, (_, those) in found.items()), sep="\n")


if __name__ == "__main__":
    main()
