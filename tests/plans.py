"""What the tests of plans share: pairs of schemas, and that the plan from the one to the other arrives and comes back.

A case is a folder of `cases/diff/KIND/NAME` with `from.sql` and `to.sql`; `case.toml` says what a person would say on
the command line (rename, distinct, allow-loss, keep, online, using), which rows the first schema has, what is refused,
what may be made anew, and that the plan blocks nobody (`blocks = false`: it is watched as it runs). `Journey.plan`
itself runs the plan and compares; here its result is looked at once more.
"""

from __future__ import annotations

import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dbarchitect.api.diff import online_forms
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.server.host import OWNER, owner_session
from dbarchitect.errors import InputError
from dbarchitect.migrate.compare import differences, unowned
from dbarchitect.migrate.renames import answers_of
from dbarchitect.model.plan import LOCKS, Plan, Step
from dbarchitect.model.schema import Relational
from dbarchitect.prove.arrive import Journey, PlanOptions, schema_of, stage
from dbarchitect.prove.stage import Ran
from dbarchitect.sql.script import split_script

CASES = Path(__file__).parent / "cases" / "diff"
NAMES = sorted(str(path.parent.relative_to(CASES)) for path in CASES.glob("*/*/from.sql"))
# The kinds of case that are about one table and its parts: tests of these and of the others run side by side.
OF_TABLES = frozenset(
    (
        *("column", "default", "identity", "generated", "not-null", "primary-key", "unique", "check", "foreign-key"),
        *("exclusion", "temporal", "index", "table", "keep", "online", "storage", "partition", "inheritance"),
    )
)
KNOWN = {
    *("rename", "distinct", "allow-loss", "keep", "online", "using", "rows", "refused", "recreates"),
    *("min-version", "max-version", "why", "blocks"),
}


def settings_of(case: Path) -> dict[str, Any]:
    path = case / "case.toml"
    settings = tomllib.loads(path.read_text()) if path.exists() else {}
    assert set(settings) <= KNOWN, f"{path}: {set(settings) - KNOWN}"
    return settings


def load_file(server: Server, path: Path, database: str) -> None:
    server.drop_database(database)
    server.create_database(database)
    load(server, database, split_script(path.read_text(), str(path), allow_empty=True))


def fill(server: Server, database: str, rows: list[str]) -> None:
    if not rows:
        return
    with closing(owner_session(server, database)) as session:
        for statement in rows:
            session.execute(statement.encode())


class Planned(NamedTuple):
    """A plan, and the schemas of the databases `from` and `to` that it is for."""

    plan: Plan
    before: Relational
    wanted: Relational


def planned(server: Server, case: Path, settings: dict[str, Any]) -> Planned:
    load_file(server, case / "from.sql", "from")
    load_file(server, case / "to.sql", "to")
    fill(server, "from", settings.get("rows", []))
    stage(server, "from").close()  # the owner speaks for the roles that own parts of it
    before, wanted = schema_of(server, "from"), schema_of(server, "to")
    journey = Journey(
        server,
        "from",
        wanted,
        PlanOptions(
            version=server.version,
            large=True,
            keep=settings.get("keep", False),
            using=dict(settings.get("using", {})),
            online=online_forms(
                server.version, keep=settings.get("keep", False), fill_only=not settings.get("online", False)
            ),
        ),
        before=before,
    )
    try:
        plan = journey.plan(answers_of(settings.get("rename", ()), settings.get("distinct", ())))
        return Planned(plan, unowned(before, OWNER), unowned(wanted, OWNER))
    finally:
        journey.close()


def applied(server: Server, steps: tuple[Step, ...], *, traced: bool = False) -> list[tuple[Step, Ran]]:
    """Run steps on the database `from` itself; `traced`: and see what they do."""
    work = stage(server, "from")
    found: list[tuple[Step, Ran]] = []
    for step in steps:
        ran = work.trace(step) if traced else work.repeat(step)
        assert ran.refusal is None, f"{step.does}: {ran.refusal}"
        found.append((step, ran))
    work.close()
    return found


def held_up(step: Step, ran: Ran, known: set[str]) -> list[str]:
    """The tables of `known` that a step was seen to read or to index while it kept others out."""
    locks: dict[str, int] = {}
    worked: dict[str, None] = {}
    for one in ran.statements:
        for table, lock in one.effects.locks.items():
            locks[table] = max(locks.get(table, 0), LOCKS.index(lock))
        worked |= dict.fromkeys((*one.effects.scans, *one.effects.builds, *one.effects.rewrites))
    return [table for table in worked if table in known and locks.get(table, 0) >= LOCKS.index("SHARE")]


def suits(server: Server, settings: dict[str, Any]) -> bool:
    major = server.version // 10000
    return settings.get("min-version", 12) <= major <= settings.get("max-version", 99)


def check(server: Server, case: Path) -> None:
    settings = settings_of(case)
    if not suits(server, settings):
        return
    if refused := settings.get("refused"):
        with pytest.raises(InputError) as caught:
            planned(server, case, settings)
        assert refused.lower() in str(caught.value).lower()
        return
    plan, before, wanted = planned(server, case, settings)
    assert bool(plan.loses) <= bool(settings.get("allow-loss")), plan.loses
    remade = [text for step in plan.steps for text in step.hazards if text.startswith("made anew: column")]
    for text in remade:
        assert any(
            text.split()[-1].replace('"', "") in one.replace('"', "") for one in settings.get("recreates", ())
        ), text
    if plan.loses:  # what is lost does not come back with its constraints
        load_file(server, case / "from.sql", "from")
    traced = settings.get("blocks") is False
    ran = applied(server, plan.steps, traced=traced)
    if traced:
        known = {str(one.name) for one in (*before.tables, *before.views)}
        assert [f"{step.does}: {tables}" for step, one in ran if (tables := held_up(step, one, known))] == []
    after = schema_of(server, "from")
    assert differences(unowned(after, OWNER), wanted) == ()
    second = Journey(server, "from", wanted, PlanOptions(version=server.version, using={}), before=after)
    try:
        assert second.plan(answers_of((), ("*",))).steps == ()
    finally:
        second.close()
    applied(server, plan.down)
    assert differences(unowned(schema_of(server, "from"), OWNER), before) == ()


def check_half_way(server: Server, case: Path) -> None:
    """Wherever a plan stops, the way back of what was done ends in the schema before."""
    settings = settings_of(case)
    if not suits(server, settings):
        return
    plan, before, _ = planned(server, case, settings)
    for done in range(1, len(plan.steps)):
        load_file(server, case / "from.sql", "from")
        fill(server, "from", settings.get("rows", []))
        applied(server, plan.steps[:done])
        applied(server, tuple(step for step in plan.down if 0 < step.undoes <= done))
        left = differences(unowned(schema_of(server, "from"), OWNER), before)
        assert left == (), f"stopped after step {done} ({plan.steps[done - 1].does}): {left}"
