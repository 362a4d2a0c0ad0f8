"""`dba orm diff`: what models in code believe against what a database has."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.codesources import is_code
from dbarchitect.errors import InputError
from dbarchitect.migrate.constructs import NOWHERE
from dbarchitect.migrate.drift import blind_to, drift, leant_on
from dbarchitect.model.drift import Drift, DriftReport
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational
from dbarchitect.orm.targets import targets
from dbarchitect.progress import nothing
from dbarchitect.sources import Source, open_source

from .kinds import admit
from .surroundings import open_workshop, words_of_server


@dataclass(frozen=True, slots=True, kw_only=True)
class OrmDiffOptions:
    """Options of `orm diff`. `python`: the interpreter of the code; None: that of the project's .venv, else our own."""

    pg_bin: Path | None = None
    server: str | None = None
    python: Path | None = None
    cache: Path | None = None
    progress: Callable[[str], None] = nothing


def orm_diff(source: str, code: str, options: OrmDiffOptions) -> DriftReport:
    """Compare a database, or what stands for one, with models in code.

    Raises `InputError` where `code` is no code or cannot be read, `SurroundingsError` where its toolchain is not there.
    """
    admit("orm diff", source)
    if not is_code(code):
        raise InputError(
            f"{code} is no code that models can be read from",
            hint="package.module:Base, schema.prisma, schema.ts, drizzle.config.ts; the database comes first",
        )
    with open_workshop(
        options.pg_bin, options.cache, options.progress, scratch=options.server, python=options.python
    ) as workshop:
        has = open_source(source, workshop, database="has")
        believed = open_source(code, workshop, database="code", known=has.schema)
        compared = drift(has.schema, believed.schema)
    assert believed.code is not None
    drifts, blind = told_apart(compared.drifts, has.schema, believed)
    command = ["dba", "migrate", "diff", has.name, code, *words_of_server(options.pg_bin, options.server)]
    return DriftReport(
        source=has.name,
        code=code,
        mapper=believed.code.title,
        drifts=drifts,
        blind=blind,
        left_out=compared.left_out,
        gaps=tuple(dict.fromkeys((*has.gaps, *believed.gaps))),
        migrate=shlex.join(command),
    )


def told_apart(
    found: tuple[Drift, ...], database: Relational, believed: Source
) -> tuple[tuple[Drift, ...], tuple[Drift, ...]]:
    """What is drift, and what the code cannot say, each with its place in the code."""
    assert believed.code is not None
    target = targets().get(believed.code.framework)
    capabilities: dict[str, tuple[str, str]] = {} if target is None else dict(target.capabilities)
    capabilities |= dict.fromkeys(NOWHERE, ("raw", "no mapper has models of it"))
    capabilities |= dict.fromkeys(believed.code.unseen, ("raw", "the DDL that it makes of models has none"))
    joins = believed.code.joins(believed.schema)
    drifts: list[Drift] = []
    blind: list[Drift] = []
    for one in found:
        if one.at.kind == "extension" and one.found == "only in the code" and one.at.name in believed.assumed:
            continue  # assumed, so that the code's own DDL runs at all
        placed = replace(one, place=believed.places.find(one.at))
        why = blind_to(one, capabilities, believed.code.title, unique_is=believed.code.unique_is)
        table = Name(schema=one.at.schema, name=one.at.name)
        if one.at.kind in ("constraint", "index") and one.found == "only in the database" and table in joins:
            why = why or f"{believed.code.title} makes the table for a many-to-many relation, which has no words for it"
        (blind if why else drifts).append(replace(placed, blind=why))
    needed = leant_on(database, blind)
    left: list[Drift] = []
    for one in drifts:
        if one.found == "only in the database" and not one.part and one.at in needed:
            why = f"what {believed.code.title} models cannot say needs it"
            blind.append(replace(one, blind=why))
        else:
            left.append(one)
    return tuple(left), tuple(blind)
