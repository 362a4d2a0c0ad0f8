"""`dba check --fix`: findings as migrations that were run, one each, in a folder of any format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.errors import InputError
from dbarchitect.migrate.formats import drizzle, empty_folder, plain, words, write_migration
from dbarchitect.migrate.formats.folder import Folder, Written
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Finding, Mend
from dbarchitect.model.plan import Migration, Plan, Step
from dbarchitect.model.schema import Relational
from dbarchitect.prove.mend import Ground, Mender, MendOptions, NotMended, PostgresGround
from dbarchitect.prove.sqlite_mend import SqliteGround
from dbarchitect.sources import Source
from dbarchitect.toolchains import run_python

from .diff import online_forms
from .folder import opened_folder

_LONGEST_NAME = 80  # of a migration: formats take 100, and a number may follow


@dataclass(frozen=True, slots=True, kw_only=True)
class FixOptions:
    """Options of `check --fix`.

    folder     where the migrations go; its format is told by what lies there, plain where it is new
    questions  mend findings that ask, too: those of these rules, "*" for all
    online     expand and contract where a plain form would block
    python     the interpreter of an Alembic project; None: its own
    """

    folder: Path
    questions: frozenset[str] = frozenset()
    online: bool = False
    python: Path | None = None

    def mends(self, finding: Finding) -> bool:
        """Whether it has a fix, and does not wait for an answer."""
        return bool(finding.fix) and (not finding.asks or bool(self.questions & {finding.rule, "*"}))


def mend(
    findings: Sequence[Finding],
    opened: Source,
    facts: Facts | None,
    review: Callable[[Relational], tuple[Finding, ...]],
    options: FixOptions,
    *,
    now: datetime,
    progress: Callable[[str], None],
) -> tuple[Mend, ...]:
    """Write the fix of each finding as the next migration of a folder, once it has been proved; what came of each.
    `facts` are those that the findings rest on.

    All of them are written, or the folder is as it was (`InputError`, `SurroundingsError`, an interruption).
    """

    def ground() -> Ground:
        start, _ = opened.private("start", now=now, privileges=opened.is_live)
        version = opened.schema.version
        forms = online_forms(version, fill_only=not options.online)
        return PostgresGround(opened.workshop.host, start, MendOptions(version=version, facts=facts, online=forms))

    return _each(findings, ground, review, options, _Pen(options, now), progress)


def mend_sqlite(
    findings: Sequence[Finding],
    opened: SqliteSource,
    evidence: Callable[[SqliteSource], Relational],
    review: Callable[[Relational], tuple[Finding, ...]],
    options: FixOptions,
    *,
    now: datetime,
    progress: Callable[[str], None],
) -> tuple[Mend, ...]:
    """The same for SQLite, on copies of the file with its rows. `evidence`: what a review knows of such a copy."""
    if options.online:
        raise InputError("--online is for PostgreSQL", hint="leave it out: a migration of SQLite is one transaction")
    pen = _Pen(options, now, sqlite=True)
    return _each(findings, lambda: SqliteGround(opened, evidence, now=now), review, options, pen, progress)


def _each(
    findings: Sequence[Finding],
    ground: Callable[[], Ground],
    review: Callable[[Relational], tuple[Finding, ...]],
    options: FixOptions,
    pen: _Pen,
    progress: Callable[[str], None],
) -> tuple[Mend, ...]:
    if not any(map(options.mends, findings)):
        return tuple(_unmendable(one) for one in findings)
    made = ground()
    with closing(made):
        mender = Mender(made, review, progress=progress)
        try:
            return tuple(_mended(one, mender, pen) if options.mends(one) else _unmendable(one) for one in findings)
        except BaseException:  # an interruption, a signal, a server that goes away: the folder is as it was
            pen.undo()
            raise


def _unmendable(finding: Finding) -> Mend:
    if not finding.fix and finding.offenders:
        reason = "the rows decide, and no statement mends them"
        return Mend(rule=finding.rule, at=finding.at, outcome="left", reason=reason, offenders=finding.offenders)
    if not finding.fix:
        return Mend(rule=finding.rule, at=finding.at, outcome="none", reason="no mechanical fix")
    reason = f"it asks: name its rule (--select {finding.rule}), or --include-questions"
    return Mend(rule=finding.rule, at=finding.at, outcome="left", reason=reason)


def _mended(finding: Finding, mender: Mender, pen: _Pen) -> Mend:
    try:
        mending = mender.try_out(finding)
        written = pen.write(finding, mending.plan)
    except NotMended as err:
        return Mend(rule=finding.rule, at=finding.at, outcome="left", reason=str(err), offenders=finding.offenders)
    mender.keep(finding, mending)
    hazards = (hazard for step in mending.plan.steps for hazard in (*step.hazards, *step.loses))
    return Mend(
        rule=finding.rule,
        at=finding.at,
        outcome="written",
        migration=", ".join(one.id for one in written.migrations),
        files=written.files,
        remarks=tuple(dict.fromkeys((*hazards, *written.notes))),
        offenders=finding.offenders,
    )


class _Pen:
    """Writes migrations into a folder, and takes all of them back."""

    def __init__(self, options: FixOptions, now: datetime, *, sqlite: bool = False) -> None:
        self._path = options.folder
        self._sqlite = sqlite
        self._now = now
        self._run = partial(run_python, python=options.python)
        self._new = not self._path.exists()
        files = self._opened()
        if files.problems:
            raise files.problems[0].error()
        # What is written anew with each migration; everything else is a file of its own.
        shared = [self._path / one for one in (plain.SUM, drizzle.JOURNAL)]
        self._shared = {one.resolve(): one.read_bytes() if one.exists() else None for one in shared}
        self._written: list[Path] = []

    def _opened(self) -> Folder:
        return opened_folder(self._path, None, run=self._run, sqlite=self._sqlite)

    def write(self, finding: Finding, plan: Plan) -> Written:
        """Write a finding's plan. Raises `NotMended` where this folder cannot have it."""
        files = self._opened()
        name = _name(finding, {words(one.name) for one in files.migrations})
        if not self._path.exists():
            empty_folder(self._path, files.format)
        migration = Migration(id="", name=name, up=_explained(finding, plan.steps), down=plan.down)
        try:
            written = write_migration(files, migration, run=self._run, now=self._now, sqlite=self._sqlite)
        except InputError as err:
            raise NotMended(f"{self._path} cannot have it: {err.message}") from err
        self._written += [Path(one).resolve() for one in written.files]
        return written

    def undo(self) -> None:
        """Leave the folder as it was found."""
        for path in self._written:
            if path not in self._shared:
                path.unlink(missing_ok=True)
                if path.parent != self._path.resolve() and not any(path.parent.iterdir()):
                    path.parent.rmdir()
        for path, content in self._shared.items():
            if content is not None:
                path.write_bytes(content)
            elif path.exists() and path in self._written:
                path.unlink()
        if self._new and self._path.is_dir() and not any(self._path.iterdir()):
            self._path.rmdir()


def _name(finding: Finding, taken: Collection[str]) -> str:
    """`fk_without_index_orders_customer_id`, with a number behind it where the folder has one of that name."""
    wanted = words(f"{finding.rule} {finding.at.short if finding.at.name else ''}")[:_LONGEST_NAME].strip("_")
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _explained(finding: Finding, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with why they are there, and with the query for the rows that the new constraint would refuse."""
    made = list(steps)
    why = f"{finding.rule}: {finding.message}"
    made[0] = replace(made[0], why="; ".join(part for part in (why, made[0].why) if part))
    if finding.offenders and not any(step.offenders for step in made):
        # Rows are looked at last: by VALIDATE, by the index that becomes a constraint, or by the only step.
        made[-1] = replace(made[-1], offenders=finding.offenders)
    return tuple(made)
