"""Does a project of `dba orm` keep its promises, whatever the schema? Counted for each mapper.

Every schema becomes a project, and the mapper's own tools are asked: its first migration makes the catalogue of the
source; its own check for drift is quiet; the types compile; its test passes; the migration goes back to nothing and up
again; a second run of `dba orm` writes nothing. Schemas are scripts that are named, and the random ones of the tests.
Extensions that the private server lacks are stand-ins.

    python -m benchmarks.orm_conformance --seeds 0-49 /path/to/*.sql
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import orm_drizzle_project  # noqa: E402
from benchmarks import orm_fidelity, orm_peers, report  # noqa: E402
from dbarchitect.api.orm import OrmOptions, orm  # noqa: E402
from dbarchitect.engines.postgres.inspect import inspect  # noqa: E402
from dbarchitect.engines.postgres.standins import StandIns  # noqa: E402
from dbarchitect.errors import DbaError  # noqa: E402
from dbarchitect.migrate.compare import differences, steady  # noqa: E402
from dbarchitect.model.bookkeeping import without_histories  # noqa: E402
from dbarchitect.model.schema import Relational  # noqa: E402
from dbarchitect.orm.project import Settings  # noqa: E402
from dbarchitect.sources import Workshop, open_source  # noqa: E402
from migration_tools import packages  # noqa: E402
from migration_tools import run as node  # noqa: E402
from orm_schemas import random_schema  # noqa: E402

CHECKS = ("same catalogue", "quiet", "typed", "its test", "down and up", "written alike")
PYTHON = Path(sys.executable).parent


class BrokenError(Exception):
    """A promise that was not kept, with what was found instead."""


@dataclass
class Trial:
    """One schema's project for one mapper, and the empty database that it is for."""

    target: str
    folder: Path
    url: str
    wanted: Relational
    empty: Relational
    server: str
    settings: Settings

    def connect(self) -> psycopg.Connection:
        """A connection to the database."""
        return psycopg.connect(self.url, autocommit=True)

    def prepare(self) -> None:
        """Have the extensions that the server lacks, as a host would."""
        with self.connect() as connection:
            stand_ins = StandIns(connection, "postgres", superuser=True)
            there = {name for (name,) in connection.execute("SELECT name FROM pg_available_extensions")}
            for one in self.wanted.extensions:
                if one.name not in there:
                    stand_ins.extension(one.name, "")

    def up(self) -> None:
        """The first migration, by the mapper's own tool."""
        self.prepare()
        orm_fidelity.migrate(self.target, self.folder, self.url)

    def down(self) -> None:
        """The way back."""
        folder = self.folder
        if self.target == "sqlalchemy":
            orm_peers.run(folder, sys.executable, "-m", "alembic", "downgrade", "base")
        elif self.target == "tortoise":
            orm_peers.run(folder, str(PYTHON / "tortoise"), "downgrade", "models", "__first__")
        elif self.target == "prisma":  # Prisma goes no way back; `dba migrate rollback` runs this script
            (down,) = (folder / "prisma" / "migrations").glob("*/down.sql")
            with self.connect() as connection:
                connection.execute(down.read_bytes())
                connection.execute("DELETE FROM public._prisma_migrations")
        elif self.target == "drizzle":
            node(folder, "tsx", "src/db/down.ts")
        else:
            node(folder, "node", "--import", "tsx", "scripts/migrate.ts", "down")

    def has(self) -> Relational:
        """The catalogue, without histories, which are the tools' own."""
        with self.connect() as connection:
            return without_histories(steady(inspect(connection, facts=False)))[0]

    def expect(self, wanted: Relational) -> None:
        """Raise `BrokenError` where the catalogue is another one."""
        if found := differences(wanted, self.has(), privileges=False):
            raise BrokenError(f"{len(found)} differences: " + "; ".join(map(str, found[:5])))


def same_catalogue(trial: Trial) -> None:
    """The first migration makes what the source has."""
    trial.up()
    trial.expect(trial.wanted)


def quiet(trial: Trial) -> None:
    """The mapper's own check for drift finds nothing."""
    folder, said = trial.folder, ""
    if trial.target == "sqlalchemy":
        said, wanted = orm_peers.run(folder, sys.executable, "-m", "alembic", "check"), "No new upgrade operations"
    elif trial.target == "tortoise":
        said, wanted = orm_peers.run(folder, str(PYTHON / "tortoise"), "makemigrations"), "No changes"
    elif trial.target == "prisma":
        said, wanted = prisma_says(folder), ""
    elif trial.target == "drizzle":
        said = node(folder, "drizzle-kit", "generate") + node(folder, "drizzle-kit", "check")
        wanted = "No schema changes"
        if unlike := orm_drizzle_project.snapshot_differs(folder):
            raise BrokenError("; ".join(unlike[:5]))
    else:
        said, wanted = node(folder, "tsx", "scripts/check.ts"), "the database is as types.ts says"
    if wanted not in said or (trial.target == "prisma" and said):
        raise BrokenError(said[-1000:])


def prisma_says(folder: Path) -> str:
    """What Prisma would change, but for what the project's README names as nothing wrong."""
    schema = folder / "prisma" / "schema.prisma"
    before = schema.read_text()
    node(folder, "prisma", "format")
    if schema.read_text() != before:
        schema.write_text(before)
        raise BrokenError("`prisma format` lays the schema out otherwise")
    diff = ("migrate", "diff", "--from-config-datasource", "--to-schema", "prisma/schema.prisma", "--script")
    lines = [line for line in node(folder, "prisma", *diff).splitlines() if line and "Loaded Prisma config" not in line]
    named = (folder / "README.md").read_text()
    left = [line for line in lines if not line.startswith("--") and not _named(line, named)]
    return "\n".join(left)


def _named(statement: str, readme: str) -> bool:
    """Whether the README names what a statement would drop."""
    words = statement.split('"')
    return "DROP" in statement and f"`foreign key {words[-2]} of {words[-4]}`" in readme


def typed(trial: Trial) -> None:
    """The types compile."""
    if trial.target in ("sqlalchemy", "tortoise"):
        paths = ("--strict", "app", "migrations") if trial.target == "sqlalchemy" else ("app", "tests")
        cache = ("--cache-dir", str(trial.folder.parent / f"mypy-{trial.target}"))
        orm_peers.run(trial.folder, str(PYTHON / "mypy"), *cache, *paths)
        return
    if trial.target == "prisma":
        node(trial.folder, "prisma", "generate")
    node(trial.folder, "tsc")


def its_test(trial: Trial) -> None:
    """The test that the project has passes."""
    folder = trial.folder
    if trial.target in ("sqlalchemy", "tortoise"):
        orm_peers.run(folder, str(PYTHON / "pytest"), "-q", "-p", "no:dbarchitect", "-p", "no:cacheprovider")
        return
    tests = [str(one.relative_to(folder)) for name in ("test", "tests") for one in (folder / name).glob("*.test.ts")]
    if tests:  # Drizzle's is there where a table can be filled without knowing more
        node(folder, "node", "--import", "tsx", "--test", *tests)


def down_and_up(trial: Trial) -> None:
    """Back to nothing, and up again."""
    trial.down()
    trial.expect(trial.empty)
    trial.up()
    trial.expect(trial.wanted)


def written_alike(trial: Trial) -> None:
    """A second run, from the database that was made, writes nothing."""
    found = orm(trial.url, trial.target, trial.folder, OrmOptions(settings=trial.settings, server=trial.server))  # type: ignore[arg-type]
    if found.written or found.removed:
        raise BrokenError(f"written: {', '.join(found.written)}; removed: {', '.join(found.removed)}")


STEPS: dict[str, Callable[[Trial], None]] = dict(
    zip(CHECKS, (same_catalogue, quiet, typed, its_test, down_and_up, written_alike), strict=True)
)


def schemas(files: list[Path], seeds: list[int]) -> Iterator[tuple[str, str]]:
    """Name and script of each."""
    for file in files:
        yield file.name, file.read_text(encoding="utf-8")
    for seed in seeds:
        yield f"seed {seed}", random_schema(seed)


def numbers(text: str) -> list[int]:
    """`0-3,7` as [0, 1, 2, 3, 7]."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def tried(trial: Trial) -> Iterator[tuple[str, str]]:
    """Each check, with what is wrong or ""."""
    for name, step in STEPS.items():
        try:
            step(trial)
        except (BrokenError, RuntimeError, DbaError, psycopg.Error, pytest.fail.Exception) as err:
            yield name, f"{type(err).__name__}: {err}"
        else:
            yield name, ""


def main() -> None:
    """Try and publish."""
    parser = report.parser("orm_conformance", __doc__)
    parser.add_argument("files", nargs="*", type=Path, help="scripts")
    parser.add_argument("--seeds", default="", help="random schemas: 0-49")
    parser.add_argument("--target", nargs="+", choices=orm_fidelity.TARGETS, default=orm_fidelity.TARGETS)
    parser.add_argument("--variant", default="", help="sqlmodel, with --target sqlalchemy")
    parser.add_argument("--keep", type=Path, help="a folder for the projects; else they are thrown away")
    options = parser.parse_args()
    kept: Counter[tuple[str, str]] = Counter()
    tables: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    wrong: list[tuple[str, str, str, str]] = []
    workshop = Workshop()
    settings = Settings(variant=options.variant)
    with tempfile.TemporaryDirectory() as temporary, orm_fidelity.databases() as home:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        server = home.server.url()
        empty_url = home.fresh("empty")
        with psycopg.connect(empty_url) as connection:
            empty = inspect(connection, facts=False)
        for number, (name, text) in enumerate(schemas(options.files, numbers(options.seeds))):
            script = folder / f"{number}.sql"
            script.write_text(text)
            opened = open_source(str(script), workshop, database=f"source_{number}")
            wanted, _ = without_histories(steady(opened.schema))
            for target in options.target:
                made = folder / f"{number}-{target}"
                url = home.fresh(f"{target}_{number}")
                trial = Trial(target, made, url, wanted, empty, server, settings)
                asked[target] += 1
                tables[target] += len(wanted.tables)
                try:
                    orm(str(script), target, made, OrmOptions(settings=settings, server=server))
                except DbaError as err:
                    wrong.append((target, name, "generated", str(err)))
                    print(*wrong[-1], sep=": ", file=sys.stderr, flush=True)
                    continue
                (made / "node_modules").symlink_to(packages() / "node_modules")
                for check, why in tried(trial):
                    kept[target, check] += not why
                    if why:
                        wrong.append((target, name, check, why))
                        print(*wrong[-1], sep=": ", file=sys.stderr, flush=True)
                home.server.drop_database(f"{target}_{number}")
                print(f"{target}, {name}: done", file=sys.stderr, flush=True)
    workshop.close()
    rows = [(one, asked[one], tables[one], *(kept[one, check] for check in CHECKS)) for one in options.target]
    body = report.table(("target", "schemas", "tables", *CHECKS), rows)
    if wrong:
        found = [(target, name, check, why[:300]) for target, name, check, why in wrong]
        body += "\n\n" + report.table(("target", "schema", "check", "found"), found)
    report.publish(f"Promises of `dba orm`{f', {options.variant}' if options.variant else ''}", body, options)


if __name__ == "__main__":
    main()
