"""States that accesses fix: their queries find what a walk through all rows finds."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from dbarchitect.design.brief import read_brief
from dbarchitect.design.queries import asked
from dbarchitect.design.seeds import seed
from dbarchitect.design.spec import Access, State
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.sql.script import split_script

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT = """# Jobs

A worker has many jobs. A worker has a name.

### Job

| field | type | required | notes |
|---|---|---|---|
| title | text | yes | |
| state | choice | yes | open, waiting, done, failed |
| mood | choice | no | good, bad |
| urgent | boolean | yes | |
| checked | boolean | no | |
| delivered at | timestamp | no | |
| due on | date | yes | |

A job may belong to one project. A project has a name. Jobs are soft deleted.
A job goes from open to waiting to done or failed.
"""
_VALUES: dict[str, tuple[str, ...]] = {
    "state": ("open", "waiting", "done", "failed"),
    "mood": ("good", "bad"),
    "urgent": ("true", "false"),
    "checked": ("true", "false"),
}
_OPTIONAL = ("mood", "checked", "delivered at", "project", "deleted at")


def some_states(dice: Random) -> tuple[State, ...]:
    """One to three states of different fields."""
    fields = dice.sample([*_VALUES, "delivered at", "project", "deleted at"], dice.randint(1, 3))
    found: list[State] = []
    for name in fields:
        hows = [*(("is", "is not") if name in _VALUES else ()), *(("missing", "there") if name in _OPTIONAL else ())]
        how: Any = dice.choice(hows)
        values: tuple[str, ...] = ()
        if how in ("is", "is not"):
            most = 1 if name in ("urgent", "checked") else len(_VALUES[name])
            values = tuple(dice.sample(_VALUES[name], dice.randint(1, most)))
        found.append(State(field=name, how=how, values=values))
    return tuple(found)


def is_in(state: State, row: dict[str, Any]) -> bool:
    """Whether a row is in a state: said once more, and not as the queries say it."""
    column = {"project": "project_id"}.get(state.field, state.field.replace(" ", "_"))
    value = row[column]
    if state.how == "missing":
        return value is None
    if state.how == "there":
        return value is not None
    value = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
    return (value in state.values) if state.how == "is" else (value not in state.values)


@pytest.fixture(scope="module")
def jobs(server: Server) -> Any:
    spec = read_brief(ABOUT.encode(), "jobs.md").spec
    draft, _ = designed(spec, now=NOW)
    server.create_database("jobs_of_states")
    load(server, "jobs_of_states", split_script(script(draft, "Jobs"), "schema.sql"))
    dice = Random(7)
    pick = ["NULL", "now()"]
    rows = [
        f"('t', {dice.choice(['NULL', chr(39) + 'good' + chr(39), chr(39) + 'bad' + chr(39)])}, "
        f"{dice.choice(['true', 'false'])}, {dice.choice(['true', 'false', 'NULL'])}, {dice.choice(pick)}, "
        f"CURRENT_DATE + {dice.randint(-40, 40)}, 1, {dice.choice(['NULL', '1'])}, {dice.choice(pick)}, "
        f"'{dice.choice(_VALUES['state'])}')"
        for _ in range(400)
    ]
    with server.connect("jobs_of_states") as connection:
        connection.execute("SET search_path = public")
        connection.execute("SET session_replication_role = replica")  # rows begin in any state here
        connection.execute(b"INSERT INTO workers (name) VALUES ('w')")
        connection.execute(b"INSERT INTO projects (name) VALUES ('p')")
        connection.execute(
            "INSERT INTO jobs (title, mood, urgent, checked, delivered_at, due_on, worker_id, project_id, deleted_at, "
            f"state) VALUES {', '.join(rows)}".encode()
        )
    with server.connect("jobs_of_states") as connection:
        connection.execute("SET search_path = public")
        yield spec, draft, connection


@pytest.mark.parametrize("number", range(60))
def test_a_query_finds_the_rows_that_are_in_its_states(jobs: Any, number: int) -> None:
    spec, draft, connection = jobs
    states = some_states(Random(number))
    access = Access(text="list jobs", entity="job", states=states, limit=1000)
    query = asked(draft, replace(spec, access=(access,)))[0]
    cursor = connection.execute("SELECT * FROM jobs")
    names = [one.name for one in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    live = [one for one in rows if one["deleted_at"] is None or any(s.field == "deleted at" for s in states)]
    wanted = {one["id"] for one in live if all(is_in(state, one) for state in states)}
    assert {row[0] for row in connection.execute(query.sql.encode()).fetchall()} == wanted


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ({"until": ("due on", "now")}, "due_on < now()"),
        ({"until": ("due on", "30 days")}, "due_on < now() - interval '30 days'"),
        (
            {"since": ("due on", "now"), "until": ("due on", "in 7 days")},
            "due_on >= now() AND due_on < now() + interval '7 days'",
        ),
        ({"since": ("due on", "today"), "until": ("due on", "today")}, "due_on = CURRENT_DATE"),
        (
            {"since": ("due on", "this month"), "until": ("due on", "this month")},
            "date_trunc('month', due_on) = date_trunc('month', now())",
        ),
    ],
)
def test_bounds_in_time_are_of_the_query(jobs: Any, bounds: dict[str, tuple[str, str]], wanted: str) -> None:
    spec, draft, connection = jobs
    access = Access(
        text="list jobs", entity="job", limit=1000, states=(State(field="deleted at", how="missing"),), **bounds
    )
    query = asked(draft, replace(spec, access=(access,)))[0]
    assert not query.parameters
    plain = connection.execute(f"SELECT id FROM jobs WHERE deleted_at IS NULL AND {wanted}".encode()).fetchall()
    found = {row[0] for row in connection.execute(query.sql.encode()).fetchall()}
    assert found == {row[0] for row in plain}
    assert found


def test_the_seed_has_every_state_that_is_asked_for(server: Server) -> None:
    text = f"{ABOUT}\n## Access patterns\n\n- open or waiting jobs\n- urgent jobs that are not delivered\n"
    spec = read_brief(text.encode(), "jobs.md").spec
    assert not spec.unread
    draft, _ = designed(spec, now=NOW)
    server.create_database("seed_of_states")
    load(server, "seed_of_states", split_script(script(draft, "Jobs"), "schema.sql"))
    load(server, "seed_of_states", split_script(seed(draft, spec)[0], "seed.sql"), data=True)
    with server.connect("seed_of_states") as connection:
        connection.execute("SET search_path = public")
        for query in asked(draft, spec):
            if "$" not in query.sql:
                assert connection.execute(query.sql.encode()).fetchall(), query.sql
        states = connection.execute(b"SELECT DISTINCT state FROM jobs").fetchall()
    assert {one for (one,) in states} == {"open", "waiting", "done", "failed"}
