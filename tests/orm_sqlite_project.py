"""Projects of `dba orm` on SQLite, run with their own tools, and what their databases say afterwards."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from dbarchitect.api.orm import OrmOptions, orm
from dbarchitect.engines.sqlite.inspect import inspect
from dbarchitect.model.bookkeeping import without_histories
from dbarchitect.model.schema import Check, ForeignKey, PrimaryKey, Relational, Table, Unique
from dbarchitect.orm.project import Generated, Host, Settings, TargetName
from dbarchitect.orm.sqlite import as_mapped, default_text, written_name
from migration_tools import fetched, run

HERE = Path(__file__).parent
SHOP = HERE / "orm_sqlite_shop.sql"
ODD = HERE / "orm_sqlite_odd.sql"
_PACKAGES = {
    "drizzle-orm": "0.45.4",
    "drizzle-kit": "0.31.11",
    "kysely": "0.29.9",
    "@libsql/client": "0.17.0",
    "typescript": "5.9.3",
    "tsx": "4.23.15",
    "@types/node": "20.19.43",
}


def made(source: Path, to: TargetName, folder: Path, *, host: Host = "server", variant: str = "") -> Generated:
    """`dba orm SOURCE --to TARGET -o FOLDER`."""
    settings = Settings(host=host, variant=variant)
    return orm(str(source), to, folder, OrmOptions(settings=settings, engine="sqlite"))


def linked(folder: Path) -> None:
    """Have the project's packages."""
    (folder / "node_modules").symlink_to(fetched(tuple(_PACKAGES.items())) / "node_modules")


def node(folder: Path, *command: str) -> str:
    """Run a program of the packages over the project's file; what it prints. Fails the test otherwise."""
    environment = os.environ | {"NO_COLOR": "1", "DATABASE_URL": "file:app.db", "TURSO_AUTH_TOKEN": "none"}
    program = [str(folder / "node_modules" / ".bin" / command[0]), *command[1:]]
    ran = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout + ran.stderr


def prisma_drift(folder: Path) -> str:
    """What Prisma would change in the project's file to come to its schema, as SQL without blank lines."""
    schema = "prisma/schema.prisma"
    said = run(folder, "prisma", "migrate", "diff", "--from-config-datasource", "--to-schema", schema, "--script")
    return "\n".join(line for line in said.splitlines() if line and "Loaded Prisma config" not in line)


def python(folder: Path, *command: str) -> str:
    """`python -m ...` in the project; a warning is an error."""
    environment = os.environ | {"DATABASE_URL": "sqlite:///app.db", "PYTHONPATH": str(folder)}
    environment |= {"PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}
    first = ["-c", command[1]] if command[0] == "-c" else ["-m", *command]
    ran = subprocess.run([sys.executable, *first], cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout + ran.stderr


def loaded(source: Path) -> Relational:
    """The schema of a script."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(source.read_text())
        return inspect(connection)


def read(file: Path) -> Relational:
    """The schema of a database, without the history of the tool."""
    with closing(sqlite3.connect(file)) as connection:
        return without_histories(inspect(connection))[0]


def rows(file: Path, sql: str) -> list[Any]:
    """What a query gives."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def same_catalogue(wanted: Relational, found: Relational) -> None:
    """Every table, constraint, index, trigger and view, to the letter of its statement."""
    assert found.tables == wanted.tables
    assert found.views == wanted.views


def told(schema: Relational, *without: str) -> dict[str, Any]:
    """What the tables of a schema say, however it is spelt; `without` what a mapper's report says that it loses."""
    return {one.name.name: _told(one, set(without)) for one in as_mapped(schema).tables}


def _told(table: Table, without: set[str]) -> dict[str, Any]:
    own = table.sqlite
    assert own is not None
    found: dict[str, Any] = {
        "columns": [
            (
                one.name,
                re.sub(r"\s", "", one.type.sql).upper(),
                one.not_null,
                _default(one.default) if one.default is not None else None,
                (_text(one.generated.expression), one.generated.stored) if one.generated else None,
                one.collation.name.upper() if one.collation else None,
            )
            for one in table.columns
        ],
        "alias": own.rowid_alias,
        "counts": own.autoincrement,
        "checks": sorted((_text(one.expression), written_name(one)) for one in _of(table, Check)),
        "keys": [one.columns for one in _of(table, PrimaryKey)],
        "references": sorted(
            (one.columns, one.target.name, one.target_columns, one.on_update, one.on_delete,
             one.deferrable and "deferrable foreign key" not in without)
            for one in _of(table, ForeignKey)
        ),
        "indexes": sorted(
            (
                one.name.name, one.unique, _text(one.predicate or ""),
                [(key.column, _text(key.expression or ""), key.descending, key.collation and key.collation.name)
                 for key in one.keys],
            )
            for one in table.indexes if one.constraint is None
        ),
        "uniques": sorted(one.columns for one in _of(table, Unique)),
    }  # fmt: skip
    if "deferrable foreign key" in without:
        found["references"] = [one[:-1] for one in found["references"]]
    if "unique" in without:  # an index instead
        found["indexes"] = [one for one in found["indexes"] if not one[0].endswith("_key")]
        del found["uniques"]
        found["checks"] = [one[0] for one in found["checks"]]  # all have names
    if "strict" not in without:
        found["strict"] = own.strict
    if "without rowid" not in without:
        found["without rowid"] = own.without_rowid
    return found


def _of(table: Table, kind: type[Any]) -> Iterable[Any]:
    return [one for one in table.constraints if isinstance(one, kind)]


def _default(sql: str) -> str:
    """A default; TRUE and FALSE are 1 and 0 in SQLite."""
    return {"TRUE": "1", "FALSE": "0"}.get(sql.upper(), _text(default_text(sql)))


def _text(sql: str) -> str:
    """An expression without spaces and outer brackets."""
    text = re.sub(r"\s", "", sql).replace('"', "")
    while text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    return text


def texts(folder: Path) -> dict[str, str]:
    """All files of the project by path."""
    return {
        str(one.relative_to(folder)): one.read_text()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and "node_modules" not in one.parts and not one.name.startswith("app.db")
    }
