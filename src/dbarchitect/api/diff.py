"""`dba migrate diff`: from two sources to a plan that was run."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dbarchitect.engines.postgres.connection import redacted_url
from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.server.host import OWNER
from dbarchitect.engines.sqlite.remote import is_remote
from dbarchitect.engines.sqlite.source import NAMES, open_sqlite, sqlite_given
from dbarchitect.errors import InputError
from dbarchitect.migrate.compare import steady
from dbarchitect.migrate.drift import drift
from dbarchitect.migrate.formats.steps import normal, write_steps
from dbarchitect.migrate.forms import Online
from dbarchitect.migrate.keeping import keeping
from dbarchitect.migrate.online import carried, obstacle, online_steps
from dbarchitect.migrate.renames import Answers, Question, answers_of
from dbarchitect.migrate.sqlite_script import script_of
from dbarchitect.model.change import AddColumn, Change
from dbarchitect.model.drift import Drift
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Plan, Step
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value
from dbarchitect.progress import nothing
from dbarchitect.prove.arrive import Journey, PlanOptions, UnansweredError, schema_of
from dbarchitect.prove.sqlite_arrive import SqliteJourney
from dbarchitect.prove.sqlite_arrive import apply as apply_sqlite
from dbarchitect.sources import Source, open_source

from .kinds import admit
from .orm_diff import told_apart
from .surroundings import open_workshop, words_of_server

_QUESTIONS = 50  # more renames in one plan are stated, not asked one by one

Ask = Callable[[Question], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffOptions:
    """Options of `migrate diff`.

    renames     OLD=NEW; distinct: what was not renamed ("*": nothing was)
    allow_loss  whether the plan may lose data
    keep        dropped tables and columns are moved aside instead
    using       expressions that convert a column, by TABLE.COLUMN
    online      expand and contract where a plain form would block
    pg          major version of the server that the plan is for; None: the source's, else the private server's
    small       tables whose size is not known count as small
    privileges  compare owners and grants: None: where the wanted schema says anything of them
    engine      of scripts, where their text does not say it
    apply       run the plan on the source, an SQLite file, after a backup to `backup` (None: beside it)
    python      the interpreter of Alembic projects; None: their own
    """

    renames: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    allow_loss: bool = False
    keep: bool = False
    using: Mapping[str, str] | None = None
    online: bool = False
    pg: int | None = None
    small: bool = False
    privileges: bool | None = None
    data: bool = False
    engine: str | None = None
    apply: bool = False
    backup: Path | None = None
    pg_bin: Path | None = None
    server: str | None = None
    python: Path | None = None
    cache: Path | None = None
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


class Planned(Value, frozen=True, kw_only=True):
    """A plan between two sources, and what of them could not be carried over. `kept`: what stays as the source has it,
    because the target is code that cannot say it; each says why."""

    source: str
    target: str
    plan: Plan
    gaps: tuple[Gap, ...] = ()
    backup: str = ""  # of the file, where the plan was run on it
    kept: tuple[Drift, ...] = ()


class LossError(InputError):
    """The plan loses data and nobody allowed it."""

    def __init__(self, plan: Plan) -> None:
        losses = plan.loses
        more = f" and {len(losses) - 3} more" if len(losses) > 3 else ""
        super().__init__(
            f"the plan loses data: {'; '.join(losses[:3])}{more}",
            hint="--allow-loss lets it, --keep moves things aside instead, --rename OLD=NEW states a new name",
        )
        self.plan = plan


def migrate_diff(source: str, target: str, options: DiffOptions, *, ask: Ask | None = None) -> Planned:
    """A plan from `source` to `target`, run on a private copy. `ask` puts a question about a rename to a person: the
    new name, "" for none, None for no answer.

    Raises `InputError`: `UnansweredError`, `LossError`, what is not supported, what does not arrive.
    """
    for given in (source, target):
        admit("migrate diff", given, engine=options.engine)
    if sqlite_given(source, options.engine) or sqlite_given(target, options.engine):
        return _of_sqlite(source, target, options, ask)
    if options.apply:
        raise InputError("--apply is for SQLite files", hint="dba migrate new, then dba migrate apply")
    with open_workshop(
        options.pg_bin, options.cache, options.progress, scratch=options.server, python=options.python
    ) as bench:
        first = open_source(source, bench, data=options.data, database="from")
        second = open_source(target, bench, database="to", known=first.schema)
        privileges = options.privileges
        if privileges is None:  # of which no mapper has a word
            privileges = second.code is None and (_says_privileges(second) or not first.is_live)
        start, lacks = first.private("start", now=options.now, privileges=privileges)
        aim, lacks_too = second.private("wanted", now=options.now, privileges=privileges)
        gaps = (*first.gaps, *second.gaps, *lacks, *lacks_too)
        # A script's schema was read from the very database.
        wanted = second.schema if second.database is not None else schema_of(bench.host, aim)
        before = first.schema if first.database is not None else None
        kept: tuple[Drift, ...] = ()
        if second.code is not None:
            before = before if before is not None else schema_of(bench.host, start)
            wanted, kept = _kept(before, wanted, second)
        # A folder is made real on the private server: whoever has one wants it for the server that the other end is on.
        live = second if second.is_live and not first.is_live else first
        version = live.schema.version if options.pg is None else options.pg * 10000
        journey = Journey(
            bench.host,
            start,
            wanted,
            PlanOptions(
                version=version,
                facts=first.schema.facts,
                large=not options.small,
                privileges=privileges,
                keep=options.keep,
                using=options.using or {},
                online=online_forms(version, keep=options.keep, fill_only=not options.online),
                rerun=shlex.join(_command(first.name, second.name, options)),
            ),
            before=before,
            progress=options.progress,
        )
        try:
            plan = _answered(journey, answers_of(options.renames, options.distinct), ask)
        finally:
            journey.close()
    if plan.loses and not options.allow_loss:
        raise LossError(plan)
    return Planned(source=first.name, target=second.name, plan=plan, gaps=tuple(dict.fromkeys(gaps)), kept=kept)


def _kept(before: Relational, wanted: Relational, code: Source) -> tuple[Relational, tuple[Drift, ...]]:
    """What to plan for where the wanted schema is that of code: its silence about what it cannot say takes nothing
    away."""
    compared = drift(before, wanted)
    _, blind = told_apart(compared.drifts, before, code)
    return keeping(steady(before), steady(wanted), blind, compared.aside), blind


def scripts_of(plan: Plan) -> tuple[str, str]:
    """The way up and the way back as the files of a plain migration, or as scripts for the sqlite3 shell."""
    if plan.engine in NAMES:
        return script_of(plan.steps), script_of(plan.down)
    return write_steps(normal(plan.steps)), write_steps(normal(plan.down), down=True)


def _of_sqlite(source: str, target: str, options: DiffOptions, ask: Ask | None) -> Planned:
    for flag, given in (("--keep", options.keep), ("--online", options.online), ("--pg", options.pg is not None)):
        if given:
            raise InputError(f"{flag} is for PostgreSQL", hint="leave it out: an SQLite plan is one transaction")
    for one, other in ((source, target), (target, source)):
        if one.startswith(("postgresql:", "postgres:")) or one.endswith(".twin"):
            raise InputError(
                f"{redacted_url(one)} is PostgreSQL's and {other} is SQLite's", hint="a plan stays within one engine"
            )
    if options.apply and is_remote(source):
        raise InputError("a server is only read", hint="-o FILE, and turso db shell NAME < FILE")
    engine = options.engine or "sqlite"
    first = open_sqlite(
        source, engine=engine, data=options.data, facts=False, now=options.now, progress=options.progress
    )
    second = open_sqlite(target, engine=engine, facts=False, now=options.now, progress=options.progress)
    journey = SqliteJourney(
        first,
        second,
        using=options.using,
        rerun=shlex.join(_command(first.name, second.name, options)),
        progress=options.progress,
    )
    plan = _answered(journey, answers_of(options.renames, options.distinct), ask)
    if plan.loses and not options.allow_loss:
        raise LossError(plan)
    backup = None
    if options.apply and plan.steps:
        backup = apply_sqlite(first, plan, now=options.now, backup=options.backup)
    return Planned(
        source=first.name,
        target=second.name,
        plan=plan,
        gaps=tuple(dict.fromkeys((*first.gaps, *second.gaps))),
        backup="" if backup is None else str(backup),
    )


def _answered(journey: Journey | SqliteJourney, answers: Answers, ask: Ask | None) -> Plan:
    for _ in range(_QUESTIONS):
        try:
            return journey.plan(answers)
        except UnansweredError as err:
            if ask is None:
                raise
            question = err.questions[0]
            answer = ask(question)
            if answer is None:
                raise
            renamed, distinct = dict(answers.renamed), answers.distinct
            if answer:
                renamed[str(question.old)] = answer
            else:
                distinct |= {str(question.old)}
            answers = Answers(renamed=renamed, distinct=distinct)
    raise InputError("too many renames to ask for", hint="state them: --rename OLD=NEW")


def online_forms(version: int, *, keep: bool = False, fill_only: bool = False) -> Callable[[Relational], Online]:
    """Expand and contract on a schema, for a server of `version`; `fill_only`: as far as it needs no trigger, which is
    where a new column has a value of its own for each row."""

    def on(schema: Relational) -> Online:
        def steps(change: Change) -> tuple[tuple[Step, ...], tuple[Step, ...]] | None:
            if fill_only and not isinstance(change, AddColumn):
                return None
            return online_steps(change, schema, version=version, ddl=lambda one: ddl(one, version=version), keep=keep)

        def obstacles(change: Change) -> str:
            return "" if fill_only else obstacle(change, schema, version=version)

        return Online(steps=steps, carried=lambda change: carried(change, schema), obstacle=obstacles)

    return on


def _says_privileges(source: Source) -> bool:
    """Whether a source says who owns what or may do what: a live database does, a script where it has a word of it."""
    if source.is_live:
        return True
    schema = source.schema
    spaces = [one for one in schema.schemas if one.name != "public"]  # which has privileges from the start
    owned = [*schema.tables, *schema.views, *schema.functions, *spaces, *schema.types, *schema.sequences]
    if any(one.grants for one in owned) or schema.default_privileges:
        return True
    return any(one.owner not in ("", OWNER, "postgres", "pg_database_owner") for one in owned)


def _command(source: str, target: str, options: DiffOptions) -> Sequence[str]:
    words = ["dba", "migrate", "diff", source, target]
    for one in options.renames:
        words += ["--rename", one]
    for one in options.distinct:
        words += ["--distinct", one]
    for name, expression in (options.using or {}).items():
        words += ["--using", f"{name}={expression}"]
    for flag, given in (
        ("--allow-loss", options.allow_loss),
        ("--keep", options.keep),
        ("--online", options.online),
        ("--small", options.small),
        ("--data", options.data),
    ):
        if given:
            words.append(flag)
    if options.engine is not None:
        words += ["--engine", options.engine]
    if options.pg is not None:
        words += ["--pg", str(options.pg)]
    if options.privileges is not None:
        words += ["--privileges", "yes" if options.privileges else "no"]
    return [*words, *words_of_server(options.pg_bin, options.server)]
