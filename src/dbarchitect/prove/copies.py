"""Private copies of a source as stages for its migrations: without rows, or with rows in some tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing

import psycopg

from dbarchitect.engines.postgres import lab as lab_room
from dbarchitect.engines.postgres.server.host import OWNER, Host, NotOnThisHostError, one_statement, owner_session
from dbarchitect.engines.postgres.standins import StandIns
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Gap
from dbarchitect.model.schema import Table, View
from dbarchitect.sql.parse import extension_of, roles_of
from dbarchitect.sql.script import command_tag

from .ownership import speak_for_all
from .stage import Session, Stage
from .workbench import Workbench, volumes

_ROLE = re.compile(r'\b(?:ROLE|USER|GROUP)\s+(?!MAPPING\b)(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[\w$]+)', re.I)
# What belongs to the server and not to a database, or leads out of it: left out of a rehearsal, and said.
_NOT_HERE = frozenset(
    (
        *("ALTER SYSTEM", "CREATE DATABASE", "ALTER DATABASE", "DROP DATABASE"),
        *("ALTER ROLE", "ALTER USER", "ALTER GROUP", "DROP ROLE", "DROP USER", "DROP GROUP"),
        *("CREATE TABLESPACE", "ALTER TABLESPACE", "DROP TABLESPACE"),
        *("CREATE SUBSCRIPTION", "ALTER SUBSCRIPTION", "DROP SUBSCRIPTION"),
        *("CREATE EVENT TRIGGER", "ALTER EVENT TRIGGER", "DROP EVENT TRIGGER"),
        *("CREATE SERVER", "ALTER SERVER", "DROP SERVER", "CREATE USER MAPPING", "ALTER USER MAPPING"),
        *("DROP USER MAPPING", "CREATE FOREIGN DATA", "ALTER FOREIGN DATA", "IMPORT", "LOAD", "ALTER EXTENSION"),
    )
)
_MAKES_ROLE = frozenset(("CREATE ROLE", "CREATE USER", "CREATE GROUP"))


class Copies:
    """Makes copies of one source on `host`; all go with it."""

    def __init__(
        self, host: Host, source: Snapshot, *, seed: int = 0, progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """Nothing is made yet."""
        self._host = host
        self._source = source
        self._seed = seed
        self._progress = progress
        self.bench = Workbench(host, source, seed=seed, progress=progress)
        self._owner = host.ordinary_role(OWNER)
        self._gaps: list[Gap] = []
        self._left_out: dict[str, None] = {}

    @property
    def version(self) -> int:
        """Of the server that has the copies."""
        return self._host.version

    @property
    def host(self) -> Host:
        """The server that has the copies."""
        return self._host

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be carried over or run."""
        return (*self.bench.gaps, *self._gaps)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Statements that no copy was given: what they do is not of a database alone."""
        return tuple(self._left_out)

    def close(self) -> None:
        """End the sessions."""
        self.bench.close()

    def make_roles(self, statements: Iterable[str]) -> None:
        """Roles that the statements name, for nobody to log in with."""
        names: list[str] = []
        for statement in statements:
            try:
                names += roles_of(statement)
            except InputError:  # the server will say what is wrong with it
                continue
        if names:
            self._make_roles(list(dict.fromkeys(names)))

    def _make_roles(self, names: list[str]) -> None:
        with closing(self._host.connect()) as admin:
            made = StandIns(admin, self._owner, superuser=self._host.superuser)
            made.roles(names)
            self._gaps += made.gaps

    def bare(self, name: str) -> Stage:
        """A copy without rows; one of that name that was made before is gone."""
        self._host.drop_database(name)
        self.bench.copy(name)
        self._populate(name)
        return self.stage(name)

    def _populate(self, database: str) -> None:
        """Give a copy's materialised views the state that the source's have: a twin's are all without rows, a lab's all
        with rows, and a migration is not to be told of either."""
        views = [one for one in self._source.schema.views if one.materialized]
        if not views:
            return
        with closing(owner_session(self._host, database)) as owner:
            left = [one for one in views if one.populated]
            while left:  # those that read others after them
                failed: list[View] = []
                for view in left:
                    try:
                        owner.execute(f"REFRESH MATERIALIZED VIEW {view.name}".encode())
                    except psycopg.Error:
                        failed.append(view)
                if len(failed) == len(left):
                    break  # what is not as the source has it is told where the schemas are compared
                left = failed
            for view in views:
                if not view.populated:
                    owner.execute(f"REFRESH MATERIALIZED VIEW {view.name} WITH NO DATA".encode())

    def with_rows(
        self,
        name: str,
        tables: Sequence[Table],
        *,
        rows: Mapping[str, int] | None,
        most: int | None,
        budget: int,
    ) -> Stage:
        """A copy with made-up rows in `tables`.

        rows    by table, "*" for all others, as people name them
        most    rows of a table that `rows` does not name; None: as many as the source has, all together `budget`
        """
        if not self._host.superuser:
            raise NotOnThisHostError(
                "rows are made up by a superuser, and the scratch server's role is none",
                hint="name a superuser in --server, or leave --server out",
            )
        schema = self._source.schema
        given = volumes(rows, schema, budget) or {}
        planned, _, scaled = lab_room.volumes(schema, rows=given, budget_rows=budget)
        if scaled and most is None:
            self._gaps.append(Gap(kind="rows", name="the copy", effect=scaled))
        wanted = {str(table.name): 0 for table in schema.tables}
        for table in tables:
            key = str(table.name)
            asked = key in given or "*" in (rows or {})
            wanted[key] = planned[key] if most is None or asked else min(planned[key], most)
        self._host.drop_database("filled")
        self.bench.copy("filled")
        with closing(owner_session(self._host, "filled")) as owner, closing(self._host.connect("filled")) as admin:
            report = lab_room.fill(owner, schema, admin=admin, rows=wanted, seed=self._seed, progress=self._progress)
        self._gaps += report.gaps
        self._gaps += [gap for table in report.tables if wanted[table.table] for gap in table.gaps]
        # What an owner's session was told in that database (no triggers, no foreign keys) is not copied with it.
        self._host.drop_database(name)
        self._host.copy_database("filled", name)
        self._populate(name)
        stage = self.stage(name)
        stage.analyze()
        return stage

    def stage(self, database: str) -> Stage:
        """A stage on one of our databases."""
        facts = self._source.schema.facts
        if self._host.superuser:
            speak_for_all(self._host, database, self._owner)

        def session() -> Session:
            return self._host.connect_as(self._owner, database)

        def beside(statement: str) -> bool:
            return self._host.superuser and self._beside(database, statement)

        return Stage(
            session=session,
            watch=lambda: self._host.connect(database),
            settings=facts.settings if facts is not None else {},
            beside=beside,
            owners=self._host.superuser,
        )

    def _beside(self, database: str, statement: str) -> bool:
        """Whether a statement was done here, or left out: what the role that migrates may not do."""
        kind = command_tag(statement)
        if kind in _MAKES_ROLE:
            name = _ROLE.search(statement)
            text = name[1] if name else ""
            self._make_roles([text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()])
            return True
        if kind in _NOT_HERE:
            self._left_out[statement.strip()] = None
            return True
        if kind not in ("CREATE EXTENSION", "DROP EXTENSION"):
            return False
        with closing(self._host.connect(database)) as admin:
            made = StandIns(admin, self._owner, superuser=True)
            try:
                if kind == "DROP EXTENSION":
                    one_statement(admin, statement)
                else:
                    extension, schema = extension_of(statement)
                    made.extension(extension, schema or "public")  # where a search_path mostly leads
            except psycopg.Error:  # no such extension, or schema: the server's words are for the migration
                return False
            self._gaps += made.gaps
        return True
