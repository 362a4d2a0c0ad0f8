"""The journal: schema `dbarchitect` in the user's database, read and written.

The row of a step inside a transaction is written in that same transaction: the step is done if and only if the row says
so. Of other steps `started` is written before and `done` after; between the two the catalogue has the word.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from dbarchitect.engines.postgres.migrator.session import Session
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.journal import JOURNAL, Direction, Journal, Progressed, Run, RunState, StepRecord, step_checksum
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.plan import Migration, Step
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import from_json, to_json

_DDL = Path(__file__).with_name("journal.sql")
_FORMAT = "dbarchitect: history of migrations, format 1"
_WAIT_MS = 10_000  # for locks on the journal itself, which only we and its readers take

_TIME = "to_char({0} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_RUNS = f"""
select run, plan, id, name, checksum, direction, state, undoes, steps, base_hash, forced, by, backup,
       coalesce({_TIME.format("started")}, ''), coalesce({_TIME.format("finished")}, '')
from dbarchitect.migrations order by run
"""
_STEPS = f"""
select run, number, state, checksum, does, attempts, {_TIME.format("started")},
       coalesce({_TIME.format("finished")}, ''), before, position::text
from dbarchitect.steps order by run, number
"""
_IS_THERE = """
select n.oid is not null, c.oid is not null, pg_catalog.obj_description(n.oid, 'pg_namespace'),
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       n.oid is not null and pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
       current_user, pg_catalog.current_database()
from (values (1)) _
left join pg_catalog.pg_namespace n on n.nspname = 'dbarchitect'
left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = 'steps' and c.relkind in ('r', 'p')
"""
_PLAN = """
insert into dbarchitect.migrations
    (plan, id, name, checksum, direction, state, undoes, steps, base_hash, forced, by, product)
values (%s, %s, %s, %s, %s, 'planned', %s, %s, %s, %s, %s, %s) returning run
"""
_FINISH = """
update dbarchitect.migrations set state = %s, finished = pg_catalog.clock_timestamp(), schema_after = %s
where run = %s
"""
_STEP = """
insert into dbarchitect.steps (run, number, state, checksum, does, attempts, started, finished, position)
values (%s, %s, 'done', %s, %s, %s, pg_catalog.now(), pg_catalog.clock_timestamp(), %s)
"""
_START = """
insert into dbarchitect.steps (run, number, state, checksum, does, attempts, started, before, position)
values (%s, %s, 'started', %s, %s, 1, pg_catalog.clock_timestamp(), %s, %s)
on conflict (run, number) do update set attempts = dbarchitect.steps.attempts + 1
"""
_DONE = """
update dbarchitect.steps set state = 'done', finished = pg_catalog.clock_timestamp() where run = %s and number = %s
"""
_POSITION = """
update dbarchitect.steps set position = %s::jsonb, state = %s,
       finished = case when %s = 'done' then pg_catalog.clock_timestamp() end
where run = %s and number = %s
"""
_UNFINISHED = "select 1 from dbarchitect.migrations where state in ('planned', 'running') limit 1"
_TAKE = "select state from dbarchitect.migrations where run = %s for update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a run is recorded with. `client`: machine and account of whoever runs it."""

    plan: str
    base_hash: str
    product: str
    client: str = ""
    forced: str = ""


class Notebook:
    """The journal through one session. Reading needs nothing to be there; `prepare` makes the tables."""

    def __init__(self, session: Session) -> None:
        """Nothing is read yet."""
        self._session = session

    def prepare(self) -> None:
        """Make the tables where they are missing. Raises `SurroundingsError` where this role may not."""
        schema, table, comment, may_create, may_use, role, database = self._find()
        if table:
            if not may_use:
                raise self._closed(role)
            if comment is not None and comment.startswith("dbarchitect: ") and comment != _FORMAT:
                raise SurroundingsError(
                    f'the schema {JOURNAL} of {database} was written by another version of dba ("{comment}")',
                    hint="use the version of dba that migrated this database last, or a newer one",
                )
            return
        who, where = quote_identifier(role), quote_identifier(database)
        refusal = SurroundingsError(
            f"role {role} may not create the schema {JOURNAL} in the database {database}, where the history of "
            "migrations is kept",
            hint=f"have the database's owner run: GRANT CREATE ON DATABASE {where} TO {who}"
            if not schema
            else f"have its owner run: GRANT ALL ON SCHEMA {JOURNAL} TO {who}",
        )
        if not schema and not may_create:
            raise refusal
        try:
            with self._session.transaction(_WAIT_MS) as connection:
                if not schema:
                    connection.execute(f"CREATE SCHEMA {JOURNAL}".encode())
                    connection.execute(f"COMMENT ON SCHEMA {JOURNAL} IS '{_FORMAT}'".encode())
                connection.execute(_DDL.read_bytes())
        except psycopg.errors.InsufficientPrivilege as err:
            raise refusal from err

    def read(self) -> Journal:
        """Everything. Raises `SurroundingsError` where there is a journal that this role may not read."""
        _, table, _, _, may_use, role, _ = self._find()
        if not table:
            return Journal()
        if not may_use:
            raise self._closed(role)
        try:
            with self._session.transaction(_WAIT_MS) as connection:
                runs = connection.execute(_RUNS).fetchall()
                steps = connection.execute(_STEPS).fetchall()
        except psycopg.errors.InsufficientPrivilege as err:
            raise self._closed(role) from err
        records: dict[int, list[StepRecord]] = {}
        for run, number, state, checksum, does, attempts, started, finished, before, position in steps:
            records.setdefault(run, []).append(
                StepRecord(
                    number=number,
                    state=state,
                    checksum=checksum,
                    does=does,
                    attempts=attempts,
                    started=started,
                    finished=finished,
                    before=before,
                    position=None if position is None else from_json(Progressed, position),
                )
            )
        names = ("number", "plan", "id", "name", "checksum", "direction", "state", "undoes", "steps", "base_hash")
        names += ("forced", "by", "backup", "started", "finished")
        return Journal(
            runs=tuple(
                Run(**dict(zip(names, row, strict=True)), records=tuple(records.get(row[0], ()))) for row in runs
            )
        )

    def schemas(self, run: int) -> tuple[Relational | None, Relational | None]:
        """The schema before and after a run, as far as it was recorded and this version can read it."""
        row = self._session.connection.execute(
            "select schema_before, schema_after from dbarchitect.migrations where run = %s", (run,)
        ).fetchone()
        assert row is not None
        return _unpacked(row[0]), _unpacked(row[1])

    def plan(self, migrations: Sequence[Migration], circumstances: Circumstances) -> None:
        """Record that these are to be applied, in this order, as one plan.

        Raises `SurroundingsError` where somebody has begun another meanwhile.
        """
        with self._session.transaction(_WAIT_MS) as connection:
            self._refuse_unfinished()
            for one in migrations:
                connection.execute(_PLAN, _planned(one, "up", None, circumstances))

    def adopt(self, migrations: Sequence[Migration], circumstances: Circumstances, schema: Relational) -> None:
        """Record that a database with this schema has these migrations, none of which has run here.

        Raises `SurroundingsError` where somebody has begun one meanwhile.
        """
        with self._session.transaction(_WAIT_MS) as connection:
            self._refuse_unfinished()
            for one in migrations:
                row = connection.execute(_PLAN, _planned(one, "up", None, circumstances)).fetchone()
                assert row is not None
                # What there was between two of them nobody knows.
                after = _packed(schema) if one is migrations[-1] else None
                connection.execute(_FINISH, ("done", after, row[0]))

    def plan_back(self, up: Run, migration: Migration, circumstances: Circumstances) -> int:
        """Record that a run upwards is to be taken back; the number of the run that does."""
        with self._session.transaction(_WAIT_MS) as connection:
            row = connection.execute(_PLAN, _planned(migration, "down", up.number, circumstances)).fetchone()
        assert row is not None
        return row[0]

    def begin(self, run: Run, schema: Relational, backup: str = "") -> None:
        """A planned run begins, on a database with this schema."""
        with self._session.transaction(_WAIT_MS) as connection:
            connection.execute(
                "update dbarchitect.migrations set state = 'running', started = pg_catalog.clock_timestamp(), "
                "schema_before = %s, backup = %s where run = %s and state = 'planned'",
                (_packed(schema), backup, run.number),
            )

    def resume(self, run: Run, *, forced: str, backup: str) -> None:
        """A run is gone on with: add what `--force` overrides now, and the backup that was made now."""
        with self._session.transaction(_WAIT_MS) as connection:
            connection.execute(
                "update dbarchitect.migrations set "
                "forced = pg_catalog.concat_ws('; ', nullif(forced, ''), nullif(%s::text, '')), "
                "backup = pg_catalog.concat_ws('; ', nullif(backup, ''), nullif(%s::text, '')) where run = %s",
                (forced, backup, run.number),
            )

    def finish(self, run: Run, schema: Relational, state: RunState = "done") -> None:
        """A run has ended. One downwards takes back the run that it undoes in the same transaction."""
        with self._session.transaction(_WAIT_MS) as connection:
            connection.execute(_FINISH, (state, _packed(schema), run.number))
            if run.undoes is not None:
                connection.execute("update dbarchitect.migrations set state = 'undone' where run = %s", (run.undoes,))

    def drop_plan(self, runs: Sequence[Run]) -> None:
        """Runs that were planned, or begun without any step done, are not to be."""
        with self._session.transaction(_WAIT_MS) as connection:
            connection.execute(
                "update dbarchitect.migrations set state = 'undone', finished = pg_catalog.clock_timestamp() "
                "where run = any(%s)",
                ([one.number for one in runs],),
            )

    def _refuse_unfinished(self) -> None:
        """Behind a pooler nobody holds the lock between two transactions."""
        if self._session.connection.execute(_UNFINISHED).fetchone() is not None:
            raise self._session.occupied()

    def _take(self, run: int) -> None:
        """At the end of a step's transaction: hold the run, so that nobody else ends it or goes on with it meanwhile.

        Raises `InputError` where it does not run any more.
        """
        row = self._session.connection.execute(_TAKE, (run,)).fetchone()
        if row is None or row[0] != "running":
            raise InputError(
                f"run {run} of the history was ended by somebody else meanwhile",
                hint="dba migrate status shows how it is",
            )

    def record(self, run: int, number: int) -> StepRecord | None:
        """What the journal has of one step now."""
        with self._session.transaction(_WAIT_MS) as connection:
            self._session.as_ourselves()
            row = connection.execute(
                "select state, checksum, does, attempts, before, position::text from dbarchitect.steps "
                "where run = %s and number = %s",
                (run, number),
            ).fetchone()
        if row is None:
            return None
        state, checksum, does, attempts, before, position = row
        return StepRecord(
            number=number,
            state=state,
            checksum=checksum,
            does=does,
            attempts=attempts,
            before=before,
            position=None if position is None else from_json(Progressed, position),
        )

    def step_done(self, run: int, number: int, step: Step, attempts: int) -> None:
        """Inside the step's own transaction, as its last statement: it is done."""
        self._session.as_ourselves()
        self._take(run)
        self._session.connection.execute(_STEP, (run, number, step_checksum(step), step.does, attempts, None))

    def started(
        self, run: int, number: int, step: Step, *, before: str = "", position: Progressed | None = None
    ) -> None:
        """A step outside a transaction, or a backfill, begins or is tried again."""
        with self._session.transaction(_WAIT_MS) as connection:
            self._session.as_ourselves()
            self._take(run)
            place = to_json(position).decode() if position else None
            connection.execute(_START, (run, number, step_checksum(step), step.does, before, place))

    def finished(self, run: int, number: int) -> None:
        """A step outside a transaction has been done."""
        with self._session.transaction(_WAIT_MS) as connection:
            self._session.as_ourselves()
            connection.execute(_DONE, (run, number))

    def forget(self, run: int, number: int) -> None:
        """A step that was started has left nothing behind."""
        with self._session.transaction(_WAIT_MS) as connection:
            self._session.as_ourselves()
            connection.execute("delete from dbarchitect.steps where run = %s and number = %s", (run, number))

    def moved(self, run: int, number: int, position: Progressed, *, done: bool) -> None:
        """Inside the transaction of a batch, as its last statement: how far the backfill is with it."""
        self._session.as_ourselves()
        self._take(run)
        state = "done" if done else "started"
        self._session.connection.execute(_POSITION, (to_json(position).decode(), state, state, run, number))

    def _find(self) -> tuple[Any, ...]:
        row = self._session.connection.execute(_IS_THERE).fetchone()
        assert row is not None
        return row

    def _closed(self, role: str) -> SurroundingsError:
        who = quote_identifier(role)
        return SurroundingsError(
            f"role {role} may not use the history of migrations in the schema {JOURNAL}",
            hint="apply as the role that applied before, or have it run: "
            f"GRANT ALL ON SCHEMA {JOURNAL} TO {who}; GRANT ALL ON ALL TABLES IN SCHEMA {JOURNAL} TO {who}",
        )


def _planned(one: Migration, direction: Direction, undoes: int | None, run: Circumstances) -> tuple[Any, ...]:
    steps = one.up if direction == "up" else one.down or ()
    head = (run.plan, one.id, one.name, one.checksum, direction, undoes, len(steps))
    return (*head, run.base_hash, run.forced, run.client, run.product)


def _packed(schema: Relational) -> bytes:
    return zlib.compress(to_json(msgspec.structs.replace(schema, facts=None)))


def _unpacked(packed: bytes | None) -> Relational | None:
    if packed is None:
        return None
    try:
        return from_json(Relational, zlib.decompress(packed))
    except (ValueError, zlib.error):  # another version of dba wrote it
        return None
