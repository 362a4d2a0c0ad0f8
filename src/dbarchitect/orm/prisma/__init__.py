"""Prisma 7 with a driver adapter: `schema.prisma` as Prisma would see the database, in names that people choose."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.errors import InputError

from ..blueprint import Blueprint
from ..project import Ddl, File, Host, Level, Project, Settings, TargetName
from . import migration, scaffold
from .capabilities import CAPABILITIES
from .lite import LITE_CAPABILITIES, generate_lite
from .losses import losses, unsaid
from .schema import sketch, write

_NEXT = (
    "npm install",
    "cp .env.example .env",
    "npm run generate",
    "npm run migrate",
    "npm run drift",
    "npm run seed",
    "npm test",
)


class Prisma:
    """The target `prisma`."""

    name: TargetName = "prisma"
    title: str = "Prisma"
    snapshot: str = ""
    sqlite_snapshot: str = migration.SNAPSHOT
    variants: tuple[str, ...] = ()
    hosts: tuple[Host, ...] = scaffold.hosts()
    capabilities: Mapping[str, tuple[Level, str]] = CAPABILITIES
    sqlite: Mapping[str, tuple[Level, str]] = LITE_CAPABILITIES

    def generate(self, blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
        """See `Target`."""
        if settings.variant:
            raise InputError(f"prisma has no variant {settings.variant!r}", hint="leave --variant out")
        if blueprint.schema.family == "sqlite":
            return generate_lite(blueprint, ddl, settings)
        if settings.host not in self.hosts:
            raise InputError(
                f"a PostgreSQL schema does not run on {settings.host}", hint=f"--host {', '.join(self.hosts)}"
            )
        made = sketch(blueprint)
        files = [File(path="prisma/schema.prisma", text=write(made))]
        if settings.scaffold:
            files += migration.files(ddl.up, ddl.down)
            files += scaffold.files(made, settings, migration.FIRST, unsaid(made))
        return Project(
            target=self.name,
            files=tuple(files),
            losses=losses(made),
            next=_NEXT if settings.scaffold else ("npx prisma generate",),
        )


TARGET = Prisma()
