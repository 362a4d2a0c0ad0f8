"""SQLAlchemy 2 with Alembic and psycopg 3: typed declarative models, the first revision, and a project that runs."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.errors import InputError
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Ddl, Host, Level, Project, Settings, TargetName

from .capabilities import CAPABILITIES
from .lite import LITE_CAPABILITIES, LiteWriter
from .scaffold import HOSTS
from .writer import Writer


class SQLAlchemy:
    """The target."""

    name: TargetName = "sqlalchemy"
    title = "SQLAlchemy"
    snapshot = ""
    sqlite_snapshot = ""
    variants: tuple[str, ...] = ("sqlmodel",)
    hosts: tuple[Host, ...] = HOSTS
    capabilities: Mapping[str, tuple[Level, str]] = CAPABILITIES
    sqlite: Mapping[str, tuple[Level, str]] = LITE_CAPABILITIES

    def generate(self, blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
        """The project. Raises `InputError` for a variant or host that is not there, and for names that cannot be."""
        if settings.variant and settings.variant not in self.variants:
            raise InputError(
                f"SQLAlchemy has no variant {settings.variant!r}", hint="--variant sqlmodel, or leave it out"
            )
        if blueprint.schema.family == "sqlite":
            return LiteWriter(blueprint, ddl, settings).project()
        if settings.host not in HOSTS:
            raise InputError(
                f"{settings.host} is no server of PostgreSQL, and this schema is", hint=f"--host {', '.join(HOSTS)}"
            )
        return Writer(blueprint, ddl, settings).project()


TARGET = SQLAlchemy()
