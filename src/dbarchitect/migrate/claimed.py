"""What the steps of a plan will do to the tables that they meet, claimed statement by statement from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.migrate.durations import seconds
from dbarchitect.migrate.effects import effects
from dbarchitect.migrate.follow import follow
from dbarchitect.migrate.picture import Picture, from_schema
from dbarchitect.model.change import Rename
from dbarchitect.model.facts import Facts
from dbarchitect.model.plan import LOCKS, Effects, Lock, Step
from dbarchitect.model.schema import Relational
from dbarchitect.sql.reading import read_statements

_LONG_S = 1.0  # from here on a lock that keeps readers or writers out is worth a word
_BLOCKING: tuple[Lock, ...] = LOCKS[LOCKS.index("SHARE") :]


def with_effects(
    steps: Sequence[Step], schema: Relational, *, version: int, facts: Facts | None = None
) -> tuple[Step, ...]:
    """The steps with what they are claimed to do on `schema`, whose sizes are `facts`; `version` in 180006 style."""
    picture = from_schema(schema)
    known = {str(one.name) for one in (*schema.tables, *schema.views)}
    made: list[Step] = []
    for step in steps:
        found, picture = _of_step(step, picture, version // 10000)
        if isinstance(step.change, Rename) and step.change.at.kind == "table":
            known.add(str(step.change.to))
        found = _of_old_tables(found, known)
        made.append(replace(step, effects=found, hazards=(*step.hazards, *_hazards(found, facts))))
    return tuple(made)


def _of_step(step: Step, picture: Picture, major: int) -> tuple[Effects, Picture]:
    each: list[Effects] = []
    for sql in step.sql:
        try:
            statements = read_statements(sql, "")
        except InputError:
            continue  # a statement of a newer grammar claims nothing; the rehearsal sees what it does
        for parsed in statements:
            each.append(effects(parsed.action, picture, major))
            picture = follow(picture, parsed.action)
    return _together(each), picture


def _of_old_tables(found: Effects, known: set[str]) -> Effects:
    """Without the work on tables that the plan itself makes: they are empty."""
    return replace(
        found,
        rewrites=tuple(table for table in found.rewrites if table in known),
        scans=tuple(table for table in found.scans if table in known),
        builds=tuple(table for table in found.builds if table in known),
    )


def _together(each: Iterable[Effects]) -> Effects:
    locks: dict[str, Lock] = {}
    found: dict[str, dict[str, None]] = {"rewrites": {}, "scans": {}, "builds": {}}
    for one in each:
        for table, lock in one.locks.items():
            if table not in locks or LOCKS.index(lock) > LOCKS.index(locks[table]):
                locks[table] = lock
        for kind, names in (("rewrites", one.rewrites), ("scans", one.scans), ("builds", one.builds)):
            found[kind].update(dict.fromkeys(names))
    return Effects(
        locks=locks, rewrites=tuple(found["rewrites"]), scans=tuple(found["scans"]), builds=tuple(found["builds"])
    )


def _hazards(found: Effects, facts: Facts | None) -> Iterator[str]:
    for work, tables in (
        ("rewrites", found.rewrites),
        ("builds indexes on", found.builds),
        ("reads all of", found.scans),
    ):
        held = [table for table in tables if found.locks.get(table) in _BLOCKING]
        for table in held:
            if work != "rewrites" and table in found.rewrites:
                continue
            alone = Effects(
                locks=found.locks,
                rewrites=(table,) if work == "rewrites" else (),
                builds=(table,) if work.startswith("builds") else (),
                scans=(table,) if work.startswith("reads") else (),
            )
            took = seconds(alone, facts)
            if took is None or took >= _LONG_S:
                time = "" if took is None else f", about {took:,.0f} s"
                yield f"{work} {table} under {found.locks[table]}{time}"
