"""Schemas, also those in Prisma's language, as projects of other mappers, and back: is anything lost on the way?

The project that `dba orm` writes is read as a source again, twice: its migrations (in the database that the mapper's
own tool makes of them), which must differ in nothing; and its models, through their own toolchain, which must differ in
nothing that they can say. `dba migrate diff` from the database to the models must find nothing to do. Kysely's code is
types alone: of it only the migrations are read.

    python -m benchmarks.orm_roundtrip /path/to/schema.prisma /path/to/schema.sql
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from benchmarks import orm_fidelity, report  # noqa: E402
from benchmarks.orm_conformance import Trial  # noqa: E402
from dbarchitect.api.diff import DiffOptions, migrate_diff  # noqa: E402
from dbarchitect.api.orm import OrmOptions, orm  # noqa: E402
from dbarchitect.api.orm_diff import OrmDiffOptions, orm_diff  # noqa: E402
from dbarchitect.errors import DbaError  # noqa: E402
from dbarchitect.migrate.compare import differences, steady  # noqa: E402
from dbarchitect.model.bookkeeping import without_histories  # noqa: E402
from dbarchitect.render.orm_diff import says  # noqa: E402
from dbarchitect.sources import Workshop, open_source  # noqa: E402
from migration_tools import ENGINE, packages  # noqa: E402

# Where the models of a project are, as a SOURCE within it.
CODE = {
    "sqlalchemy": "app.models",
    "tortoise": "app.settings:TORTOISE_ORM",
    "prisma": "prisma/schema.prisma",
    "drizzle": "drizzle.config.ts",
}


def copied(file: Path, folder: Path) -> Path:
    """The schema in a folder where its toolchain is at hand."""
    folder.mkdir()
    (folder / "node_modules").symlink_to(packages() / "node_modules")
    (folder / "package.json").write_text("{}")
    return Path(shutil.copy(file, folder / ("schema.prisma" if file.suffix == ".prisma" else "schema.sql")))


def main() -> None:
    """Go there and back, and publish."""
    parser = report.parser("orm_roundtrip", __doc__)
    parser.add_argument("files", nargs="+", type=Path, help="schema.prisma, or scripts")
    parser.add_argument("--target", nargs="+", choices=orm_fidelity.TARGETS, default=orm_fidelity.TARGETS)
    options = parser.parse_args()
    os.environ |= {"PRISMA_SCHEMA_ENGINE_BINARY": str(ENGINE), "CHECKPOINT_DISABLE": "1"}
    rows: list[tuple[object, ...]] = []
    with (
        tempfile.TemporaryDirectory() as temporary,
        orm_fidelity.databases() as home,
        contextlib.closing(Workshop()) as workshop,
    ):
        server = home.server.url()
        for number, file in enumerate(options.files):
            source = copied(file.resolve(), Path(temporary, f"source {number}"))
            with contextlib.chdir(source.parent):
                wanted, _ = without_histories(steady(open_source(source.name, workshop, database=f"s{number}").schema))
            for target in options.target:
                folder = Path(temporary, f"{number}-{target}")
                url = home.fresh(f"{target}_{number}")
                trial = Trial(target, folder, url, wanted, wanted, server)
                with contextlib.chdir(source.parent):
                    orm(source.name, target, folder, OrmOptions(server=server))
                (folder / "node_modules").symlink_to(packages() / "node_modules")
                found: list[object] = [file.name, target, len(wanted.tables)]
                lines: list[str] = []
                try:
                    trial.up()
                    unlike = differences(wanted, trial.has(), privileges=False)
                    found.append(len(unlike))
                    lines += unlike
                    if target in CODE:
                        with contextlib.chdir(folder):
                            drift = orm_diff(url, CODE[target], OrmDiffOptions(server=server))
                            plan = migrate_diff(url, CODE[target], DiffOptions(server=server, allow_loss=True))
                        found += [len(drift.drifts), len(drift.blind), len(plan.plan.steps)]
                        lines += [says(one, drift.mapper) for one in drift.drifts]
                        lines += [sql for step in plan.plan.steps for sql in step.sql]
                    else:
                        found += ["-"] * 3
                except (RuntimeError, DbaError, psycopg.Error, pytest.fail.Exception) as err:
                    lines.append(f"{type(err).__name__}: {err}")
                    found += ["failed"] * (7 - len(found))
                print(*found, *(f"\n  {line}" for line in lines), file=sys.stderr, flush=True)
                rows.append(tuple(found))
                home.server.drop_database(f"{target}_{number}")
    header = (
        "schema",
        "target",
        "tables",
        "differences",
        "drift",
        "what models cannot say",
        "steps of a plan",
    )
    report.publish("There and back through a mapper", report.table(header, rows), options)


if __name__ == "__main__":
    main()
