"""Kysely: types of every table, repositories, and the exact DDL as a migration in its format.

Kysely has no schema of its own. The types are held to the database by `catalogue.ts`, which the compiler holds to
them and `npm run db:check` to the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dbarchitect.errors import InputError
from dbarchitect.model import english
from dbarchitect.model.names import quote_identifier
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Ddl, File, Host, Level, Project, Settings, TargetName

from .capabilities import CAPABILITIES, report
from .columns import Types
from .lite import LITE_CAPABILITIES, generate_lite
from .migration import PATH, SNAPSHOT, migration, next_migration, runs_outside
from .repositories import repositories
from .scaffold import parsers, scaffold
from .types_file import JSON_SHAPES, catalogue_file, documents, types_file

_NEXT = (
    "npm install",
    "cp .env.example .env",
    "npm run migrate latest",
    "npm run db:check",
    "npm run typecheck && npm test",
)


@dataclass(frozen=True)
class Kysely:
    """See `Target`."""

    name: TargetName = "kysely"
    title: str = "Kysely"
    snapshot: str = SNAPSHOT
    sqlite_snapshot: str = SNAPSHOT
    variants: tuple[str, ...] = ()
    hosts: tuple[Host, ...] = ("server", "neon", "supabase")
    capabilities: Mapping[str, tuple[Level, str]] = field(default_factory=lambda: CAPABILITIES)
    sqlite: Mapping[str, tuple[Level, str]] = field(default_factory=lambda: LITE_CAPABILITIES)

    def generate(self, blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
        """See `Target`."""
        if settings.variant:
            raise InputError(f"kysely has no variant {settings.variant!r}", hint="leave --variant out")
        if blueprint.schema.family == "sqlite":
            _check_names(blueprint)
            return generate_lite(blueprint, ddl, settings)
        if settings.host not in self.hosts:
            raise InputError(
                f"the schema is PostgreSQL's, and {settings.host} is not", hint="one of: " + ", ".join(self.hosts)
            )
        _check_names(blueprint)
        types = Types(blueprint)
        files = [File(path="src/db/types.ts", text=types_file(blueprint, types)), parsers(types)]
        if documents(blueprint, types):
            files.append(File(path="src/db/json.ts", text=JSON_SHAPES, owned=False))
        if settings.scaffold:
            made = repositories(blueprint, types)
            files.append(File(path="src/db/catalogue.ts", text=catalogue_file(blueprint, types)))
            files.append(File(path=PATH, text=migration(ddl), owned=False))
            if ddl.since is not None:
                files.append(next_migration(ddl.since))
            files += [File(path=one.path, text=one.text()) for one in made]
            files += scaffold(blueprint, types, made, settings, apart=runs_outside(ddl))
        return Project(
            target=self.name,
            files=tuple(files),
            losses=tuple(report(blueprint, types).losses),
            next=_NEXT if settings.scaffold else (),
        )


def _check_names(blueprint: Blueprint) -> None:
    """Columns keep their names: a result of Kysely has the names of the database."""
    for entity in blueprint.entities:
        for one in entity.attributes:
            if one.words != english.split(one.column.name):
                column = f"{entity.name}.{quote_identifier(one.column.name)}"
                raise InputError(
                    f"{column} cannot be named otherwise: Kysely gives columns as the database names them",
                    hint="leave --name out for columns; tables and foreign keys may have one",
                )


TARGET = Kysely()
