"""Which ORM: what runs where the program runs, what the team knows, and what the models can say of this schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbarchitect.model.value import Value

from .evidence import Statement, modelled, stated
from .options import Option
from .profile import Profile
from .spec import Spec

TITLES = {
    "sqlalchemy": "SQLAlchemy", "tortoise": "Tortoise ORM", "prisma": "Prisma", "drizzle": "Drizzle",
    "kysely": "Kysely", "driver": "its own driver",
}  # fmt: skip
_RUNTIME = {"sqlalchemy": "python", "tortoise": "python", "prisma": "node", "drizzle": "node", "kysely": "node"}
# Equals in this order: the first of each runtime says most of a schema in its models.
_ORDER = ("sqlalchemy", "tortoise", "drizzle", "prisma", "kysely")

# What models cannot say, so that a migration in SQL does: measured on one demanding schema of 114 catalogue facts with
# SQLAlchemy 2.1, Tortoise 1.1, Prisma 7.10, Drizzle 0.45 and Kysely 0.29 in November 2026. A target's own capability
# table takes the place of its line where there is one.
_LOST: Mapping[str, frozenset[str]] = {
    "sqlalchemy": frozenset({"partitioned table"}),
    "tortoise": frozenset({
        "composite primary key", "enum", "exclusion constraint", "vector", "partitioned table", "expression index",
        "check constraint", "partial index", "range type",
    }),
    "prisma": frozenset({
        "check constraint", "exclusion constraint", "expression index", "vector", "partitioned table",
        "generated column", "range type",
    }),
    "drizzle": frozenset({"exclusion constraint", "partitioned table", "range type"}),
    "kysely": frozenset(),
}  # fmt: skip


class OrmChoice(Value, frozen=True, kw_only=True):
    """The ORM, why, and what its models do not say of this schema."""

    orm: str
    title: str
    why: tuple[Statement, ...] = ()
    not_in_models: tuple[str, ...] = ()
    runner_up: str = ""


def choose_orm(
    spec: Spec, profile: Profile, option: Option, capabilities: Mapping[str, Mapping[str, str]] | None = None
) -> OrmChoice:
    """The ORM for `option`. `capabilities`: construct -> level of targets that have a table of their own."""
    runtime = profile.runtime or "python"
    if option.family in ("mongodb", "redis"):
        return OrmChoice(
            orm="driver",
            title=f"{option.title}'s own driver",
            why=(stated("the ORMs here are for SQL; documents and keys are their own model"),),
        )
    if runtime == "python" and profile.runs == "edge":
        return OrmChoice(
            orm="driver",
            title=f"{option.title}'s own driver",
            why=(stated("no ORM for Python speaks HTTP to a database, and an edge runtime opens no sessions"),),
        )
    wanted = _wanted(spec, profile)
    raw = profile.asks("raw sql") or any(one in ("sql", "raw sql") for one in profile.skills)
    ranked: list[tuple[tuple[int, int, int, int], str, list[Statement], list[str]]] = []
    for at, name in enumerate(_ORDER):
        if _RUNTIME[name] != runtime or (name == "tortoise" and option.id == "turso"):
            continue
        levels = (capabilities or {}).get(name)
        lost = (
            [one for one in wanted if levels.get(one, "native") in ("raw", "impossible")]
            if levels
            else [one for one in wanted if one in _LOST[name]]
        )
        known = name in profile.skills or TITLES[name].lower() in profile.skills
        why: list[Statement] = [stated(f"it runs in {runtime.title()}{'' if profile.runtime else ', as is assumed'}")]
        if known:
            why.append(stated("the team knows it"))
        if raw and name in ("kysely", "sqlalchemy"):
            why.append(stated("SQL is written as SQL, with types"))
        if profile.runs == "edge" and name in ("drizzle", "kysely"):
            why.append(stated("it is small and takes drivers over HTTP"))
        if wanted:
            said = f"its models say {len(wanted) - len(lost)} of the {len(wanted)} special things of this schema"
            why.append(modelled(said if name != "kysely" else "the schema stays in SQL, where it can say everything"))
        # Kysely has no models: that is work where SQL by hand is not asked for.
        without = int(name == "kysely" and not raw)
        ranked.append(((int(not known), int(raw and name != "kysely"), without * 3 + len(lost), at), name, why, lost))
    ranked.sort()
    _, name, why, lost = ranked[0]
    return OrmChoice(
        orm=name,
        title=TITLES[name],
        why=tuple(why),
        not_in_models=tuple(lost),
        runner_up=TITLES[ranked[1][1]] if len(ranked) > 1 else "",
    )


def _wanted(spec: Spec, profile: Profile) -> tuple[str, ...]:
    """The constructs that this schema will have and that ORMs differ in."""
    return tuple(dict.fromkeys(_constructs(spec, profile)))


def _constructs(spec: Spec, profile: Profile) -> Iterator[str]:
    for entity in spec.entities:
        if entity.weak:
            yield "composite primary key"
        if entity.soft_delete:
            yield "partial index"
        for field in entity.fields:
            if field.kind == "choice":
                yield "enum"
            if field.minimum or field.maximum:
                yield "check constraint"
            if field.kind == "vector":
                yield "vector"
            if field.kind == "period":
                yield "range type"
            if field.derived:
                yield "generated column"
    for rule in spec.rules:
        if rule.kind == "exclusive":
            yield "exclusion constraint"
        if rule.kind in ("check", "order", "either"):
            yield "check constraint"
    if profile.asks("full text"):
        yield "expression index"
