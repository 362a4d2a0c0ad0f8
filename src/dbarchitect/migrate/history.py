"""A folder of migrations beside the history that a database has of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from dbarchitect.migrate.formats import Folder, Format, Problem
from dbarchitect.migrate.formats.drizzle import journal
from dbarchitect.model.finding import Gap
from dbarchitect.model.history import History, Recorded
from dbarchitect.model.plan import Migration
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value

State = Literal[
    "applied", "pending", "half applied", "half undone", "failed", "edited", "out of order", "not in the folder"
]


class Standing(Value, frozen=True, kw_only=True):
    """How one migration stands. `note` says more where the state needs it; `at` when it was applied, ISO 8601."""

    id: str
    name: str
    state: State
    at: str = ""
    note: str = ""


class Status(Value, frozen=True, kw_only=True):
    """Files, history and database beside one another.

    to          the database, without a password; "" where none was asked
    histories   the tables that record migrations there, as `tool: table`
    migrations  in the folder's order, then what only the history knows
    compared    which schema the database's was compared with, in words; "" where it was not
    schema      what differs from it, a line each
    next        what to do now, "" for nothing
    """

    folder: str
    format: Format
    to: str = ""
    histories: tuple[str, ...] = ()
    migrations: tuple[Standing, ...] = ()
    problems: tuple[Problem, ...] = ()
    compared: str = ""
    schema: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    next: str = ""

    @property
    def drifted(self) -> bool:
        """Whether anything is not as the files say. Migrations that are still to be applied are no drift."""
        return bool(
            self.problems or self.schema or any(one.state not in ("applied", "pending") for one in self.migrations)
        )


def standings(folder: Folder, histories: Sequence[History]) -> tuple[Standing, ...]:
    """How each migration stands by the histories that go with the folder's format."""
    recorded: dict[str, Recorded] = {}
    for history in histories:
        if history.tool in ("dbarchitect", folder.format):
            recorded |= _by_id(folder, history)
    known = {one.id for one in folder.migrations}
    last = max((place for place, one in enumerate(folder.migrations) if one.id in recorded), default=-1)
    found = [_standing(one, recorded.get(one.id), late=place < last) for place, one in enumerate(folder.migrations)]
    found += [
        Standing(id=id_, name="", state="not in the folder", at=one.at, note=f"the database has it {one.state}")
        for id_, one in recorded.items()
        if id_ not in known
    ]
    return tuple(found)


def run_steps(folder: Folder, found: Iterable[Standing], histories: Sequence[History]) -> tuple[Migration, ...]:
    """The migrations that a database has, each with those of its steps that were run on it."""
    half = {one.id: one.steps for history in histories for one in history.recorded if one.state == "half applied"}
    states = {one.id: one.state for one in found}
    had: list[Migration] = []
    for one in folder.migrations:
        if one.id in half:
            had.append(replace(one, up=tuple(step for number, step in enumerate(one.up, 1) if number in half[one.id])))
        elif states[one.id] in ("applied", "edited", "half undone"):
            had.append(one)
    return tuple(had)


def without_histories(schema: Relational, histories: Sequence[History]) -> Relational:
    """`schema` without the tables of the tools themselves, and without Drizzle's schema where nothing else is in it."""
    own = {table for history in histories for table in history.tables}
    kept = replace(
        schema,
        tables=tuple(one for one in schema.tables if one.name not in own),
        sequences=tuple(one for one in schema.sequences if one.name not in own),
    )
    alone = {table.schema for table in own} & {"drizzle"} - set(_schemas_used(kept))
    return replace(kept, schemas=tuple(one for one in kept.schemas if one.name not in alone))


def _schemas_used(schema: Relational) -> list[str]:
    named = (*schema.tables, *schema.sequences, *schema.views, *schema.types, *schema.functions)
    return [one.name.schema for one in named]


def _by_id(folder: Folder, history: History) -> dict[str, Recorded]:
    if history.tool == "alembic":
        return _ancestors(folder, history)
    if history.tool == "drizzle":
        tags = {str(entry.when): entry.tag for entry in journal(Path(folder.path)).entries}
        return {tags.get(one.id, one.id): one for one in history.recorded}
    return {one.id: one for one in history.recorded}


def _ancestors(folder: Folder, history: History) -> dict[str, Recorded]:
    """Alembic records its heads alone: what comes before them was applied too."""
    parents = {one.id: one.parents for one in folder.migrations}
    found: dict[str, Recorded] = {}
    stack = [one.id for one in history.recorded]
    while stack:
        id_ = stack.pop()
        if id_ not in found:
            found[id_] = Recorded(id=id_)
            stack += parents.get(id_, ())
    return found


def _standing(migration: Migration, recorded: Recorded | None, *, late: bool) -> Standing:
    found = Standing(id=migration.id, name=migration.name, state="pending")
    if recorded is None:
        note = "a later one was applied before it"
        return replace(found, state="out of order", note=note) if late else found
    found = replace(found, state=recorded.state, at=recorded.at)
    if recorded.state == "half applied":
        return replace(found, note=f"{len(recorded.steps)} of {len(migration.up)} steps are done")
    if recorded.state == "applied" and recorded.checksum and recorded.checksum != migration.checksum:
        return replace(found, state="edited", note="the file is not what was run")
    return replace(found, note="adopted, not run here") if recorded.adopted else found
