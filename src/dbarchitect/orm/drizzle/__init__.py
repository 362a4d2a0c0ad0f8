"""Drizzle: schema.ts and relations.ts, the exact DDL as drizzle-kit's first migration, and a project that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Ddl, File, Host, Level, Project, Settings, TargetName

from . import migration
from .lite import LITE_CAPABILITIES, generate_lite
from .losses import CAPABILITIES, report
from .names import names_of
from .newer import base_snapshot
from .relations import cyclic_tables, defined_relations, exact_text, relations_text
from .scaffold import HEADER, postgres_around, scaffold
from .schema import Writer
from .sequences import sequences_of, serials_of
from .types import Types


@dataclass(frozen=True)
class Drizzle:
    """drizzle-orm 0.45 with drizzle-kit 0.31; 1.0 of both as a variant."""

    name: TargetName = "drizzle"
    title: str = "Drizzle"
    snapshot: str = ""
    sqlite_snapshot: str = ""
    variants: tuple[str, ...] = ("1.0",)
    hosts: tuple[Host, ...] = ("server", "neon", "supabase")
    capabilities: Mapping[str, tuple[Level, str]] = field(default_factory=lambda: CAPABILITIES)
    sqlite: Mapping[str, tuple[Level, str]] = field(default_factory=lambda: LITE_CAPABILITIES)

    def generate(self, blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
        """The project. Raises `InputError` for a variant or a host that there is not."""
        if settings.variant and settings.variant not in self.variants:
            raise InputError(
                f"Drizzle is written for 0.45, not for a variant {settings.variant!r}",
                hint="--variant 1.0, or leave it out",
            )
        if blueprint.schema.family == "sqlite":
            return generate_lite(blueprint, ddl, settings)
        if settings.host not in self.hosts:
            raise InputError(
                f"{settings.host} is SQLite to Drizzle, and this schema is PostgreSQL's",
                hint="--host " + ", ".join(self.hosts),
            )
        serials = serials_of(blueprint)
        sequences = sequences_of(blueprint, serials)
        newer = settings.variant == "1.0"
        header = HEADER.replace("drizzle`", "drizzle --variant 1.0`") if newer else HEADER
        names = names_of(blueprint, sequences, across=newer)
        types = Types(
            schema=blueprint.schema, enums=dict(names.enums), taken=set(names.taken), imports=set(), newer=newer
        )
        writer = Writer(
            blueprint=blueprint, names=names, serials=serials, sequences=sequences, types=types,
            cyclic=cyclic_tables(blueprint),
        )  # fmt: skip
        files = [File(path="src/db/schema.ts", text=writer.text(header))]
        constants: Mapping[Name, str] = {}
        if newer:
            files.append(File(path="src/db/relations.ts", text=defined_relations(blueprint, names, header)))
        else:
            exact, constants = exact_text(blueprint, names, types, header)
            files.append(File(path="src/db/relations.ts", text=relations_text(blueprint, names, header)))
            files.append(File(path="src/db/exact.ts", text=exact))
        if settings.scaffold:
            files += _migration(ddl, writer, newer=newer)
        made, commands = scaffold(
            blueprint,
            names,
            types,
            settings,
            writer.json_keys,
            constants,
            header,
            postgres_around(settings, names),
        )
        files += made
        partitions = frozenset(one.name for one in blueprint.schema.tables if one.partition_of is not None)
        # From 1.0 on, a many-to-many is a relation of its own.
        found = report(blueprint, sequences, partitions).losses
        losses = [one for one in found if not (newer and one.construct == "many to many")]
        return Project(target=self.name, files=tuple(files), losses=tuple(losses), next=commands)


def _migration(ddl: Ddl, writer: Writer, *, newer: bool) -> list[File]:
    """drizzle-kit adds to its folder, so that all of it is the author's from the first migration on."""
    up, apart = migration.inside(ddl.up)
    scripts = (migration.script(up), migration.script(apart) if apart else "", migration.script(ddl.down, down=True))
    if newer:
        names = ("migration.sql", "apart.sql", "down.sql", "snapshot.json")
        snapshot = base_snapshot(writer.snapshot)
        texts = {f"{migration.FOLDER}/{name}": text for name, text in zip(names, (*scripts, snapshot), strict=True)}
    else:
        names = (f"{migration.TAG}.sql", f"{migration.TAG}.apart.sql", f"{migration.TAG}.down.sql")
        texts = dict(zip(names, scripts, strict=True))
        texts |= {
            "meta/_journal.json": migration.journal(),
            "meta/0000_snapshot.json": migration.snapshot(writer.snapshot),
        }
    return [File(path=f"drizzle/{name}", text=text, owned=False) for name, text in texts.items() if text]


TARGET = Drizzle()
