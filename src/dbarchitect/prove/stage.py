"""A database on which migrations are rehearsed: runs their steps, watches them, and compares rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.migrator.backfill import batches
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.engines.postgres.trace import Work, observe, refusal
from dbarchitect.errors import InputError
from dbarchitect.model.journal import Progressed
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.plan import LOCKS, Backfill, Effects, Step
from dbarchitect.model.rehearsal import Observed, Refusal, Wait
from dbarchitect.model.schema import Relational, Table

from .ownership import with_rights
from .probes import probing

Session = psycopg.Connection[Any]

_STATEMENT_TIMEOUT = "30min"
# Settings of the source that the meaning of a migration depends on.
_SETTINGS = ("search_path", "TimeZone", "DateStyle", "IntervalStyle", "default_text_search_config", "xmloption")
_EXAMPLES = 5
_LONGEST_VALUE = 80

_INVALID = """
select pg_catalog.format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid and c.relkind = 'i'
"""


_NAMES = """
select c.oid::bigint, n.nspname, c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
# A table with all that TRUNCATE ... CASCADE empties with it.
_CASCADE = """
with recursive tree as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = %s and c.relname = %s
    union
    select l.child from tree t join (
        select conrelid as child, confrelid as parent from pg_catalog.pg_constraint where contype = 'f'
        union all select inhrelid, inhparent from pg_catalog.pg_inherits) l on l.parent = t.oid)
select oid::bigint from tree
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one step. `left`: INVALID indexes that it left behind although it failed."""

    statements: tuple[Observed, ...] = ()
    refusal: Refusal | None = None
    failed_at: int = 0  # number of the statement that was refused, from 0
    milliseconds: float | None = None
    waits: tuple[Wait, ...] = ()
    batches: int = 0
    rows: int = 0
    left: tuple[str, ...] = ()


class Stage:
    """One copy. `session` opens one of the role that migrates, `watch` one that may see everything."""

    def __init__(
        self,
        *,
        session: Callable[[], Session],
        watch: Callable[[], Session],
        settings: Mapping[str, str] = {},
        beside: Callable[[str], bool] = lambda _: False,
        owners: bool = False,
    ) -> None:
        """`beside` does a statement in another way and says whether it did (what only a superuser may). `owners`: the
        role speaks for others, and lends them what they need to own something."""
        self._open = session
        self._watch = watch
        self._settings = settings
        self._beside = beside
        self._owners = owners
        self._session: Session | None = None

    def close(self) -> None:
        """End the session; what comes next gets a new one, as every migration does."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def session(self) -> Session:
        """The session that migrates."""
        if self._session is None or self._session.closed:
            self._session = self._open()
            self._session.prepare_threshold = None
            with self._session.cursor() as cursor:
                cursor.execute("SET client_min_messages = error")
                cursor.execute("SET lock_timeout = 0")
                cursor.execute(f"SET statement_timeout = '{_STATEMENT_TIMEOUT}'".encode())
                for name in _SETTINGS:
                    if name in self._settings:
                        with suppress(psycopg.Error):  # a value that this version does not have
                            cursor.execute("SELECT set_config(%s, %s, false)", (name, self._settings[name]))
        return self._session

    def schema(self) -> Relational:
        """The schema as it is now."""
        with closing(self._watch()) as watcher:
            return inspect(watcher, facts=False)

    def names(self) -> dict[int, str]:
        """The tables and materialised views by oid, as `str(Name)`."""
        with closing(self._watch()) as watcher:
            rows = watcher.execute(_NAMES).fetchall()
        return {oid: str(Name(schema=schema, name=name)) for oid, schema, name in rows}

    def remove(self, schema: str, table: str, removal: str, indexes: Sequence[str] = ()) -> set[str]:
        """Delete the rows in the way, all rows of the table where that does not go, and the `indexes` that were left.
        The tables that may have lost rows: it and what refers to it, none where nothing could be done."""
        for index in indexes:
            self.session.execute(f"DROP INDEX {index}".encode())
        with closing(self._watch()) as watcher:
            oids = {oid for (oid,) in watcher.execute(_CASCADE, (schema, table)).fetchall()}
        for statement in (removal, f"TRUNCATE {Name(schema=schema, name=table)} CASCADE"):
            try:
                if statement and one_statement(self.session, statement).rowcount:
                    self.analyze()
                    return {name for oid, name in self.names().items() if oid in oids}
            except psycopg.Error:
                continue
        return set()

    def analyze(self) -> None:
        """Have the server know how many rows there are."""
        self.session.execute("ANALYZE")

    # --- steps --------------------------------------------------------------------------------------------------------

    def trace(self, step: Step) -> Ran:
        """Run a step and see what each of its statements does."""
        if step.backfill is not None:
            return self._backfill(step, step.backfill, traced=True)
        statements = self._mine(step)
        before = self._invalid() if not step.transactional else set[str]()
        works = [self._work(statement) for statement in statements]
        trace = observe(self.session, works, connect=self._watch, transactional=step.transactional)
        refused = trace.refused
        left = self._invalid() - before if refused and not step.transactional else set[str]()
        return Ran(
            statements=trace.statements,
            refusal=refused,
            failed_at=max(len(trace.statements) - 1, 0),
            left=tuple(sorted(left)),
        )

    def measure(self, step: Step, effects: Effects) -> Ran:
        """Run a step with nobody watching, while small reads and writes ask for the tables of `effects`."""
        strongest = sorted(effects.locks, key=lambda table: -LOCKS.index(effects.locks[table]))
        with probing(self._open, strongest) as waits:
            begun = time.perf_counter()
            ran = self._backfill(step, step.backfill, traced=False) if step.backfill is not None else self._plain(step)
            milliseconds = (time.perf_counter() - begun) * 1000
        return Ran(
            refusal=ran.refusal,
            milliseconds=round(milliseconds, 3),
            waits=tuple(waits),
            batches=ran.batches,
            rows=ran.rows,
        )

    def repeat(self, step: Step) -> Ran:
        """Run a step, and no more."""
        return self._backfill(step, step.backfill, traced=False) if step.backfill is not None else self._plain(step)

    def _plain(self, step: Step) -> Ran:
        try:
            if step.transactional:
                with self.session.transaction():
                    for statement in self._mine(step):
                        self._one(self.session, statement)
            else:
                for statement in self._mine(step):
                    self._one(self.session, statement)
        except psycopg.Error as err:
            return Ran(refusal=refusal(err))
        return Ran()

    def _one(self, session: Session, statement: str) -> None:
        for one in with_rights(session, statement) if self._owners else (statement,):
            one_statement(session, one)

    def _work(self, statement: str) -> Work:
        if not self._owners or " OWNER TO " not in statement:
            return statement
        return statement, lambda session: self._one(session, statement)

    def _mine(self, step: Step) -> list[str]:
        return [statement for statement in step.sql if not self._beside(statement)]

    def _backfill(self, step: Step, backfill: Backfill, *, traced: bool) -> Ran:
        """All batches, each its own transaction; of those that are traced only the first is watched."""
        try:
            plan = batches(self.session, backfill)
            position = plan.start(self.session)
        except InputError as err:
            return Ran(refusal=Refusal(sqlstate="", message=err.message))
        seen: tuple[Observed, ...] = ()
        count = 0
        reached: list[Progressed | None] = []

        def batch(session: Session) -> None:
            reached.append(plan.run(session, position))

        shown = step.sql[0] if step.sql else f"UPDATE {backfill.table} in batches of {backfill.batch:,}"
        work: Work = (shown, batch)
        while True:
            if traced and not count:
                trace = observe(self.session, [work], connect=self._watch)
                seen, refused = trace.statements, trace.refused
            else:
                try:
                    with self.session.transaction():
                        batch(self.session)
                    refused = None
                except psycopg.Error as err:
                    refused = refusal(err)
            if refused:
                return Ran(statements=seen, refusal=refused, batches=count, rows=position.rows)
            if (now := reached.pop()) is None:
                return Ran(statements=seen, batches=count, rows=position.rows)
            count += 1
            position = now

    def _invalid(self) -> set[str]:
        with closing(self._watch()) as watcher:
            return {name for (name,) in watcher.execute(_INVALID).fetchall()}

    # --- rows ---------------------------------------------------------------------------------------------------------

    def between(self, step: Step, failed_at: int) -> tuple[Relational, Relational] | None:
        """The schemas before and after one statement of a step, where there are no rows; the step is then not done.

        None where it fails here as well.
        """
        statements = self._mine(step)
        if not step.transactional:
            before = self.schema()
            return None if self._plain(step).refusal else (before, self.schema())
        found: list[Relational] = []
        try:
            with self.session.transaction(force_rollback=True):
                for earlier in statements[:failed_at]:
                    one_statement(self.session, earlier)
                found.append(inspect(self.session, facts=False))
                for own in statements[failed_at : failed_at + 1]:  # none: it was the commit that failed
                    one_statement(self.session, own)
                found.append(inspect(self.session, facts=False))
        except psycopg.Error:
            return None
        return found[0], found[1]

    def listed(self, query: str, step: Step, failed_at: int) -> tuple[int, tuple[dict[str, str | None], ...]] | None:
        """How many rows a query gives before a statement of a step, and the first of them; None where it fails."""
        try:
            with self.session.transaction(force_rollback=True):
                if step.transactional:
                    for earlier in self._mine(step)[:failed_at]:
                        one_statement(self.session, earlier)
                row = one_statement(self.session, f"SELECT count(*) FROM ({query}) AS rows").fetchone()
                cursor = one_statement(self.session, f"SELECT * FROM ({query}) AS rows LIMIT {_EXAMPLES}")
                names = [column.name for column in cursor.description or ()]
                examples = tuple(
                    {name: _short(value) for name, value in zip(names, values, strict=True)}
                    for values in cursor.fetchall()
                )
        except psycopg.Error:
            return None
        return int(row[0]) if row else 0, examples

    def count(self, query: str) -> int | None:
        """How many rows a query gives; None where it fails."""
        try:
            with self.session.transaction(force_rollback=True):
                row = one_statement(self.session, f"SELECT count(*) FROM ({query}) AS rows").fetchone()
        except psycopg.Error:
            return None
        return int(row[0]) if row else 0

    def fingerprints(self, tables: Iterable[Table], present: Relational) -> dict[str, tuple[int, str, str] | None]:
        """Of the rows of `tables`, by their columns: equal for equal rows in any order. None: the table or a column is
        not there now (`present`)."""
        found: dict[str, tuple[int, str, str] | None] = {}
        for table in tables:
            now = present.table(table.name)
            columns = [column.name for column in table.columns]
            if now is None or any(now.column(name) is None for name in columns):
                found[str(table.name)] = None
                continue
            row = self._fingerprint(table, columns)
            found[str(table.name)] = row
        return found

    def _fingerprint(self, table: Table, columns: Sequence[str]) -> tuple[int, str, str]:
        listed = ", ".join(f"t.{quote_identifier(name)}" for name in columns)
        halves = ", ".join(
            f"coalesce(sum(('x' || substr(h, {start}, 16))::bit(64)::bigint), 0)::text" for start in (1, 17)
        )
        query = f"SELECT count(*), {halves} FROM (SELECT md5(ROW({listed})::text) AS h FROM ONLY {table.name} t) AS r"
        row = self.session.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0]), str(row[1]), str(row[2])


def _short(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."
