"""The ground on which fixes of an SQLite source are made: private copies of it, with its rows where it has any."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dbarchitect.engines.sqlite.copies import copy_rows, experiments, make
from dbarchitect.engines.sqlite.edits import edited
from dbarchitect.engines.sqlite.source import SqliteSource, as_changed
from dbarchitect.errors import InputError
from dbarchitect.migrate.renames import answers_of
from dbarchitect.model.change import Change, Statements
from dbarchitect.model.plan import Plan, Step
from dbarchitect.model.schema import Relational

from .mend import NotMended
from .sqlite_arrive import SqliteJourney, run


class SqliteGround:
    """Copies of `source` in a private folder. `evidence` gives the schema of one with what its rows show."""

    def __init__(self, source: SqliteSource, evidence: Callable[[SqliteSource], Relational], *, now: datetime) -> None:
        self._source, self._evidence, self._now = source, evidence, now
        self._folder = TemporaryDirectory(prefix="dba-sqlite-")
        self._stands, self._tried = (Path(self._folder.name) / name for name in ("mended.db", "tried.db"))
        self._plan: Plan | None = None
        self.whole = copy_rows(source, self._stands)
        if not self.whole:
            with experiments(self._stands) as copy:
                make(copy, source.ddl)

    def close(self) -> None:
        self._folder.cleanup()

    def schema(self) -> Relational:
        return self._evidence(self._as(self._stands))

    def applied(self, changes: Sequence[Change]) -> Relational:
        """What the plan makes of a copy: here it is the plan, with its rebuilds, that is tried first."""
        self._plan = self._planned(changes)
        shutil.copyfile(self._stands, self._tried)
        self._run(self._tried, self._plan.steps)
        return self._evidence(self._as(self._tried))

    def plan(self, changes: Sequence[Change]) -> Plan:
        assert self._plan is not None, "it is applied first"
        if self._plan.no_way_back:
            raise NotMended(f"there is no way back: {self._plan.no_way_back}")
        return self._plan

    def keep(self, plan: Plan) -> None:
        try:
            self._run(self._stands, plan.steps)
        except NotMended as err:
            raise InputError(f"it ran on one private copy and fails on another: {err}") from err

    def _as(self, path: Path) -> SqliteSource:
        found = as_changed(self._source, path, known=self.whole, now=self._now)
        # Without a copy of the rows what was seen of them still holds.
        return found if self.whole else dataclasses.replace(found, path=self._source.path)

    def _planned(self, changes: Sequence[Change]) -> Plan:
        stands = as_changed(self._source, self._stands, known=False, now=self._now)
        if all(isinstance(one, Statements) for one in changes):
            return _as_they_are(stands, [one for one in changes if isinstance(one, Statements)])
        try:
            wanted = dataclasses.replace(stands, ddl=edited(stands.ddl, changes))
            return SqliteJourney(stands, wanted).plan(answers_of((), ("*",)))
        except InputError as err:
            raise NotMended(err.message) from err

    def _run(self, path: Path, steps: Sequence[Step]) -> None:
        with experiments(path) as copy:
            try:
                if all(step.transactional for step in steps):
                    run(copy, steps)
                else:
                    for step in steps:
                        for sql in step.sql:
                            copy.execute(sql)
            except sqlite3.Error as err:
                raise NotMended(f"SQLite refuses it: {err}") from err


def _as_they_are(source: SqliteSource, changes: Sequence[Statements]) -> Plan:
    """Statements that are no part of the schema (ANALYZE, a pragma) as a plan, each with its way back."""
    steps = [_step(sql) for one in changes for sql in one.sql]
    down = [_step(sql) for one in reversed(changes) for sql in one.undo or ()]
    missing = any(one.undo is None for one in changes)
    return Plan(
        engine=source.schema.engine,
        from_hash="",
        to_hash="",
        steps=tuple(steps),
        down=tuple(down),
        no_way_back="nothing takes it back" if missing else "",
    )


def _step(sql: str) -> Step:
    return Step(sql=(sql,), does=sql, transactional=not sql.upper().startswith("PRAGMA"))
