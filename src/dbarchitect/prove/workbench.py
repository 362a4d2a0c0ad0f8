"""The private copies that proofs need, each made when it is first asked for.

One restored schema (`blank`) is copied: untouched for probes without rows, with the source's statistics and sizes as
the twin, with rows as the lab. A source without statistics (a script) gets its twin from the lab's.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import msgspec
import psycopg

from dbarchitect.engines.postgres import lab as lab_room
from dbarchitect.engines.postgres import twin as twin_room
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import version_name
from dbarchitect.engines.postgres.server.host import (
    GUEST,
    OWNER,
    Host,
    NotOnThisHostError,
    guest_session,
    one_statement,
    owner_session,
)
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import DbaError, InputError
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Relational

from .ownership import lend_roles

_FEWEST_ROWS, _MOST_ROWS = 1_000, 50_000  # of a table whose size nobody knows
_STATEMENT_TIMEOUT = "60s"  # a probe that takes longer shows nothing


class Workbench:
    """Private copies of one source. `rows` and `seed` are the lab's; `budget_rows` bounds it over all tables;
    `expected`, by table, is what the lab's columns shall be like where the source tells nothing of them: a design's.
    `derived` are statements that make anew what follows from other rows: triggers do not fire while a lab is filled.
    `prefix`: of the names of its databases, where another workbench stands on the same server.
    """

    def __init__(
        self,
        server: Host,
        snapshot: Snapshot,
        *,
        rows: Mapping[str, int] | None = None,
        seed: int = 0,
        budget_rows: int = 200_000,
        expected: Mapping[str, tuple[ColumnStatistics, ...]] | None = None,
        derived: Sequence[str] = (),
        prefix: str = "",
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._server = server
        self._snapshot = snapshot
        self._rows = volumes(rows, snapshot.schema, budget_rows)
        self._seed = seed
        self._expected = expected or {}
        self._derived = derived
        self._budget_rows = budget_rows
        self._prefix = prefix
        self._progress = progress
        self._blank_gaps: tuple[Gap, ...] | None = None
        self._settings: dict[str, str] = {}
        self._twin: Twin | None = None
        self._more: list[Twin] = []
        self._empty: psycopg.Connection[Any] | None = None
        self._owned: psycopg.Connection[Any] | None = None
        self._lab: tuple[psycopg.Connection[Any], psycopg.Connection[Any]] | None = None
        self._no_lab: DbaError | psycopg.Error | None = None
        self.lab_report: lab_room.LabReport | None = None

    @property
    def schema(self) -> Relational:
        """The source's schema."""
        return self._snapshot.schema

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be carried over, as far as copies were made."""
        found = (self._blank_gaps or ()) + (self._twin.gaps if self._twin else ())
        if self.lab_report is not None:
            found += self.lab_report.gaps
            if self.lab_report.scaled:
                found += (Gap(kind="lab", name="rows", effect=self.lab_report.scaled),)
        return found

    def _named(self, name: str) -> str:
        return f"{self._prefix}{name}"

    def copy(self, name: str) -> tuple[Gap, ...]:
        """A database with the schema and no rows; what could not be carried over."""
        if self._blank_gaps is None:
            self._blank_gaps = twin_room.restore(
                self._server, self._snapshot, database=self._named("blank"), progress=self._progress
            )
        self._server.copy_database(self._named("blank"), self._named(name))
        return self._blank_gaps

    def _guest(self, database: str) -> psycopg.Connection[Any]:
        """A session of the role that is no superuser: rules' scripts fire the schema's own triggers."""
        connection = guest_session(self._server, self._named(database))
        connection.execute(f"set statement_timeout = '{_STATEMENT_TIMEOUT}'")
        return connection

    def empty(self) -> psycopg.Connection[Any]:
        """A session on a copy without rows. Whoever uses it rolls back."""
        if self._empty is None:
            self.copy("empty")
            lend_roles(self._server, self._named("empty"), self.schema)
            self._empty = self._guest("empty")
        return self._empty

    @contextmanager
    def guest_as_owner(self) -> Generator[bool]:
        """Within, guests have the rights of the role that owns the copies; whether they could be lent. Triggers and
        foreign keys act on them as ever, which they do not in the owner's own sessions."""
        if not self._server.superuser:
            yield False
            return
        owner, guest = (quote_identifier(self._server.ordinary_role(role)) for role in (OWNER, GUEST))
        with closing(self._server.connect(self._named("blank"))) as admin:
            admin.execute(f"GRANT {owner} TO {guest}".encode())
            try:
                yield True
            finally:
                admin.execute(f"REVOKE {owner} FROM {guest}".encode())

    def owned(self) -> psycopg.Connection[Any]:
        """The owner's session on a copy without rows."""
        if self._owned is None:
            self.copy("owned")
            self._owned = owner_session(self._server, self._named("owned"))
        return self._owned

    def lab(self) -> tuple[psycopg.Connection[Any], psycopg.Connection[Any]]:
        """(owner's session, guest's session) on a copy with rows. Whoever changes it undoes that.

        Raises `NotOnThisHostError` on a scratch server where we are no superuser.
        """
        if self._no_lab is not None:
            raise self._no_lab
        if self._lab is None:
            try:
                self._lab = self._fill()
            except (DbaError, psycopg.Error) as err:
                self._no_lab = err  # the next experiment need not try again
                raise
        return self._lab

    def _fill(self) -> tuple[psycopg.Connection[Any], psycopg.Connection[Any]]:
        if not self._server.superuser:
            raise NotOnThisHostError(
                "a lab is filled by a superuser, and the scratch server's role is none",
                hint="name a superuser in --server, or leave --server out",
            )
        self.copy("lab")
        with ExitStack() as opened:  # closes the session if the lab is not filled
            owner = opened.enter_context(closing(owner_session(self._server, self._named("lab"))))
            with self._server.connect(self._named("lab")) as admin:
                self.lab_report = lab_room.fill(
                    owner,
                    self._as_expected(),
                    admin=admin,
                    rows=self._rows,
                    budget_rows=self._budget_rows,
                    seed=self._seed,
                    progress=self._progress,
                )
            for statement in self._derived:
                one_statement(owner, statement)
            if self._derived:
                owner.execute("ANALYZE")
            lend_roles(self._server, self._named("lab"), self.schema)
            guest = self._guest("lab")
            opened.pop_all()
        return owner, guest

    def _as_expected(self) -> Relational:
        facts = self.schema.facts
        if not self._expected or (facts is not None and facts.columns):
            return self.schema
        facts = msgspec.structs.replace(facts or Facts(origin="declared"), columns=dict(self._expected))
        return msgspec.structs.replace(self.schema, facts=facts)

    def plan_with(self, settings: Mapping[str, str]) -> None:
        """Have twins that are not made yet plan with these settings in place of the source's."""
        self._settings = dict(settings)

    def with_facts(self) -> Snapshot:
        """The source's snapshot; where it has no statistics, with those of the lab."""
        found = self._told()
        facts = found.schema.facts
        if not self._settings or facts is None:
            return found
        facts = msgspec.structs.replace(facts, settings={**facts.settings, **self._settings})
        return msgspec.structs.replace(found, schema=msgspec.structs.replace(found.schema, facts=facts))

    def _told(self) -> Snapshot:
        facts = self.schema.facts
        if facts is not None and facts.columns:
            return self._snapshot
        self.lab()
        with self._server.connect(self._named("lab")) as admin:
            facts = inspect(admin).facts
        declared = None if facts is None else msgspec.structs.replace(facts, origin="declared")
        schema = msgspec.structs.replace(self.schema, facts=declared)
        return msgspec.structs.replace(self._snapshot, schema=schema)

    def twin(self) -> Twin:
        """The twin: of the source's statistics where it has any, else of the lab's.

        Raises `NotOnThisHostError` on a scratch server.
        """
        if self._twin is None:
            server = self._server.with_files()
            snapshot = self.with_facts()
            gaps = self.copy("twin")
            self._twin = twin_room.dress(
                server, snapshot, database=self._named("twin"), gaps=gaps, progress=self._progress
            )
        return self._twin

    def more_twins(self, count: int) -> list[Twin]:
        """As many further twins, each in a database of its own."""
        self._progress(f"making {count} more twins")
        server, snapshot = self._server.with_files(), self.with_facts()
        for number in range(len(self._more) + 2, len(self._more) + 2 + count):
            name = f"twin {number}"
            gaps = self.copy(name)
            self._more.append(twin_room.dress(server, snapshot, database=self._named(name), gaps=gaps))
        return self._more[-count:] if count else []

    def environment(self) -> dict[str, str]:
        """The versions that a proof names."""
        named = {"server": version_name(self._server.version), "source": version_name(self.schema.version)}
        if self._twin is not None and "caution" in self._twin.environment:
            named["caution"] = self._twin.environment["caution"]
        return named

    def close(self) -> None:
        """End all sessions; the server removes the copies with itself."""
        for connection in (self._empty, self._owned, *(self._lab or ())):
            if connection is not None:
                connection.close()
        for twin in (*self._more, *((self._twin,) if self._twin is not None else ())):
            twin.close()


def volumes(rows: Mapping[str, int] | None, schema: Relational, budget: int) -> Mapping[str, int] | None:
    """Rows by the full name of a table, "*" for all others. Tables may be named as people name them.

    Without any, a schema whose sizes nobody knows shares out the budget: with fewer rows nothing takes long enough to
    be measured. Raises `InputError` for a table that is not there.
    """
    if rows is None:
        known = schema.facts is not None and bool(schema.facts.tables)
        share = min(_MOST_ROWS, max(_FEWEST_ROWS, budget // max(1, len(schema.tables))))
        return None if known else {"*": share}
    names = {table.name.short: str(table.name) for table in schema.tables}
    full = {str(table.name) for table in schema.tables}
    found: dict[str, int] = {}
    for name, count in rows.items():
        if name != "*" and name not in full and name not in names:
            raise InputError(
                f"--rows {name}={count}: there is no table {name}", hint="TABLE=N, with its schema where needed"
            )
        found[name if name == "*" or name in full else names[name]] = count
    return found
