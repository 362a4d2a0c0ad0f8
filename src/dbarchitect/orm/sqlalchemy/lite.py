"""The same for SQLite: aiosqlite, Alembic in batch mode, and models that say what SQLite's tables alone have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Relational, Table, View
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Ddl, Level, Report, Settings
from dbarchitect.orm.sqlite import report_all

from .lite_table import arguments, constraints, indexes, key_read_back, options, read_back
from .lite_types import LiteTypes
from .migration import first_revision
from .models import Models
from .names import ATTRIBUTES, Named, named
from .python import Code, Item, lines, sequence, string
from .scaffold import filled, repositories, seed, template, words
from .types import types_module
from .writer import Writer

LITE_CAPABILITIES: dict[str, tuple[Level, str]] = {
    "strict": ("native", "`sqlite_strict`"),
    "without rowid": ("native", "`sqlite_with_rowid=False`"),
    "autoincrement": ("native", "`sqlite_autoincrement`"),
    "conflict clause": ("raw", "the migration has ON CONFLICT"),
    "primary key": ("native", "`primary_key=True`"),
    "composite primary key": ("native", "several columns; their order too"),
    "no primary key": ("approximate", "a class where a unique key without NULL tells rows apart, else an sa.Table"),
    "any type": ("native", "`Declared(...)` of `Any`"),
    "date or time": ("native", "`sa.DateTime`, `sa.Date`, `sa.Time`; `Declared(...)` of numbers"),
    "generated column": ("native", "sa.Computed, persisted"),
    "virtual generated column": ("native", "sa.Computed, not persisted"),
    "collation": ("native", "of the type"),
    "default": ("native", "`server_default` with the text of the schema"),
    "check constraint": ("native", "sa.CheckConstraint"),
    "unique": ("native", "sa.UniqueConstraint"),
    "foreign key": ("native", "sa.ForeignKey and a relation in both directions"),
    "composite foreign key": ("native", "sa.ForeignKeyConstraint"),
    "deferrable foreign key": ("native", "`deferrable`, `initially`"),
    "self reference": ("native", "`remote_side`"),
    "index": ("native", "sa.Index"),
    "partial index": ("native", "`sqlite_where`"),
    "expression index": ("native", "a key as text; Alembic does not compare it"),
    "descending index": ("native", "a key as text; Alembic does not compare it"),
    "index collation": ("native", "a key as text; Alembic does not compare it"),
    "view": ("raw", "an sa.Table to read from; the migration makes it"),
    "trigger": ("raw", "the migration makes it"),
    "virtual table": ("raw", "the migration makes it; it has no model"),
}

_TESTED = {
    "engines": "from sqlalchemy.ext.asyncio import {async_session}",
    "made": "new_engine",
    "engine": "new_engine()",
}
_DRIVER = '"aiosqlite>=0.21,<1"'


class _LiteModels(Models):
    TYPES = "lite"

    def _arguments(self, one: Named, column: Column) -> tuple[list[Code], list[Item]]:
        return arguments(one, column, self._known)

    def _constraints(self, one: Named) -> list[Code]:
        return constraints(one, self._known, self._report)

    def _indexes(self, relation: Table | View) -> list[Code]:
        return indexes(relation) if isinstance(relation, Table) else []

    def _options(self, one: Named) -> list[tuple[str, Code]]:
        return options(one.entity.table) if one.entity.table is not None else []

    def _lost_of_view(self, view: View) -> None:
        """Reported with all the rest."""


class LiteWriter(Writer):
    """One project."""

    def __init__(self, blueprint: Blueprint, ddl: Ddl, settings: Settings) -> None:
        if settings.variant:
            raise InputError(
                f"--variant {settings.variant} is written for PostgreSQL alone",
                hint="leave it out: SQLAlchemy's own models",
            )
        if settings.host != "server":
            raise InputError(
                f"SQLAlchemy has no sound driver for {settings.host} and SQLite: sqlalchemy-libsql stands on a package "
                "that is no longer kept",
                hint="--to drizzle or kysely; or leave --host out for a file",
            )
        self.schema = blueprint.schema
        self.ddl = ddl
        self.settings = settings
        self.package = settings.package
        self.sqlmodel = False
        self.words = words(sqlmodel=False)
        self.report = Report(LITE_CAPABILITIES)
        self.known = named(blueprint, attributes={*ATTRIBUTES, "lite"})
        self.types = LiteTypes(self.schema, self.report)
        self.models = _LiteModels(self.schema, self.known, self.types, self.report, self.package)
        self.header = self.headed("sqlalchemy")
        self.files = []

    def lost(self) -> None:
        """Report what the models do not tell."""
        report_all(self.source, self.report)

    @property
    def source(self) -> Relational:
        """The schema as it was read."""
        return self.ddl.of or self.schema

    def next(self) -> tuple[str, ...]:
        """What a newcomer runs."""
        if not self.settings.scaffold:
            return ("alembic upgrade head",)
        return tuple("cp .env.example .env" if one.startswith("cp ") else one for one in super().next())

    def write_db(self) -> None:
        """`db/` without the connection."""
        folder = f"{self.package}/db"
        body = self.models.mixin() if self.models.stamps.tables else []
        mixin, own = "", ""
        if body:
            said = '    """When a row was made, and when it was last changed."""'
            mixin = "\n".join(["\n\nclass TimestampMixin:", said, "", *body, ""])
            own = f"\nfrom {self.package}.db import types as lite\n"
        orm = ", Mapped, mapped_column" if mixin else ""
        self.own(f"{folder}/base.py", filled("lite_base.py", orm=orm, own=own, mixin=mixin))
        classes = ["lite_declared", *(["lite_truth"] if self.types.truths else [])]
        pieces = {"raw": "\n\n\n".join(template(one).rstrip("\n") for one in classes)}
        self.types.raw.add("")  # the comparison asks for the class
        self.own(
            f"{folder}/types.py", types_module(self.types, list(self.models.aliases.values()), self.package, pieces)
        )
        self.own(f"{folder}/__init__.py", '"""The database: base of the models, types, connections."""')
        self.begin(f"{self.package}/__init__.py", '"""The application."""\n')

    def migrations(self) -> None:
        """The first revision, and what is compared."""
        self.begin("migrations/versions/0001_initial.py", first_revision(self.ddl))
        custom = ", ".join(["Declared", *(["Truth"] if self.types.truths else [])])
        text = filled(
            "lite_autogenerate.py", package=self.package, custom=custom, lists=_compared(self.source, self.known)
        )
        self.own(f"{self.package}/db/autogenerate.py", text.replace("{types}", custom))

    def scaffold(self, classes: list[Named]) -> None:
        """The project around the models."""
        package, said = self.package, self.words
        self.begin("alembic.ini", template("alembic.ini"))
        self.begin("migrations/env.py", filled("lite_env.py", package=package))
        self.begin("migrations/script.py.mako", template("script.py.mako"))
        self.begin(f"{package}/db/session.py", template("lite_session.py"))
        self.own(f"{package}/db/repository.py", filled("repository.py", **said.repository))
        self.own(f"{package}/repositories.py", repositories(classes, package, said))
        self.begin(f"{package}/seed.py", seed(classes, package, said) + "\n")
        test = filled("test_database.py", package=package, **_TESTED, **said.session)
        self.begin("tests/test_database.py", test.replace("AsyncSession, \n", "AsyncSession\n"))
        distribution = package.replace("_", "-").lower()
        self.begin(
            "pyproject.toml",
            filled(
                "pyproject.toml", package=package, distribution=distribution, driver=_DRIVER, sqlalchemy=said.requires
            ),
        )
        self.begin(".env.example", f"# The database's file.\nDATABASE_URL=sqlite:///{package}.db\n")
        self.begin(
            ".gitignore",
            ".env\n.venv/\n__pycache__/\n.mypy_cache/\n.pytest_cache/\n.ruff_cache/\n*.db\n*.db-wal\n*.db-shm\n",
        )
        self.begin("README.md", filled("lite_README.md", package=package))


def _compared(schema: Relational, known: Mapping[Name, Named]) -> str:
    """Exactly what Alembic's comparison leaves out."""
    tables: list[str] = []
    for table in schema.tables:
        if table.name not in known:
            tables += [table.name.name, *(table.sqlite.shadows if table.sqlite is not None else ())]
    mapped = [one.entity.table for one in known.values() if one.entity.table is not None]
    unread = [
        one.name.name
        for table in mapped
        for one in table.indexes
        if one.constraint is None and not read_back(table, one)
    ]
    keys = [
        sequence((string(table.name.name), sequence((string(column) for column in key.columns), "()")), "()")
        for table in mapped
        for key in table.foreign_keys
        if not key_read_back(key) or key.target not in known
    ]
    text = ["# Tables that have no model: virtual ones, and those in which they keep their data."] if tables else []
    text += _set("NOT_COMPARED_TABLES", "str | None", [string(one) for one in sorted(tables)])
    text += ["# Indexes with expressions, an order or a collation of their own."] if unread else []
    text += _set("NOT_COMPARED_INDEXES", "str | None", [string(one) for one in sorted(unread)])
    text += (
        ["# Foreign keys of a column's own, or without the target's columns: their actions are not read."]
        if keys
        else []
    )
    text += _set("NOT_COMPARED_KEYS", "tuple[str, tuple[str, ...]]", keys)
    if any(one.late for one in known.values()):
        text += [
            "# Tables that refer to each other in a ring: SQLAlchemy reads them in no order, and SQLite needs none."
        ]
        text += ['warnings.filterwarnings("ignore", "Cannot correctly sort tables")']
    return "\n".join(text)


def _set(name: str, of: str, members: Sequence[Code]) -> list[str]:
    return lines(sequence(members, "{}") if members else "set()", before=f"{name}: set[{of}] = ")
