"""Tortoise ORM 1.1, with its own migrations and asyncpg."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from dbarchitect.errors import InputError
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Ddl, File, Host, Level, Project, Report, Settings, TargetName

from . import models
from .capabilities import CAPABILITIES, report_losses
from .migration import initial
from .plan import plan
from .scaffold import library, scaffold

_NEXT = ("cp .env.example .env", "pip install -e '.[dev]'", "tortoise migrate", "tortoise makemigrations", "pytest")
_TAKEN = frozenset(("asyncpg", "pypika_tortoise", "tests", "tortoise", *sys.stdlib_module_names))


class _Tortoise:
    name: TargetName = "tortoise"
    title = "Tortoise ORM"
    snapshot = ""
    sqlite_snapshot = ""
    variants: tuple[str, ...] = ()
    hosts: tuple[Host, ...] = ("server", "neon", "supabase")
    capabilities: Mapping[str, tuple[Level, str]] = CAPABILITIES
    sqlite: Mapping[str, tuple[Level, str]] = {}

    def generate(self, blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
        """The project: models, rows, the first migration, and what a newcomer needs around them."""
        if settings.variant:
            raise InputError(f"tortoise has no variant {settings.variant!r}", hint="leave --variant out")
        if settings.host not in self.hosts:
            raise InputError(f"tortoise cannot reach {settings.host}", hint=f"one of: {', '.join(self.hosts)}")
        if settings.package in _TAKEN:
            raise InputError(f"a package {settings.package} would hide another", hint="another name: --package")
        report = Report(CAPABILITIES)
        package = settings.package
        planned = plan(blueprint, package, report)
        report_losses(blueprint, planned, report)
        found = models.modules(planned)
        files = [
            *library(planned),
            File(path=f"{package}/models/__init__.py", text='"""Models, a module for each schema."""\n'),
            File(path=f"{package}/models/enums.py", text=models.enums(planned)),
            *(File(path=f"{package}/models/{name}.py", text=text) for name, text in found.items()),
        ]
        if planned.rows:
            files.append(File(path=f"{package}/models/rows.py", text=models.rows(planned)))
        if settings.scaffold:
            files += scaffold(planned, list(found), settings.host)
            files += [
                File(path=f"{package}/migrations/__init__.py", text='"""Migrations."""\n', owned=False),
                File(path=f"{package}/migrations/0001_initial.py", text=initial(planned, ddl), owned=False),
            ]
        return Project(
            target=self.name,
            files=tuple(sorted(files, key=lambda one: one.path)),
            losses=tuple(report.losses),
            next=_NEXT if settings.scaffold else (),
        )  # fmt: skip


TARGET = _Tortoise()
