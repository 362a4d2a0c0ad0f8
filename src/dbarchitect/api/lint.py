"""The verb that looks at migrations without running them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from dbarchitect.engines.postgres.connection import connect_readonly, redacted_url
from dbarchitect.engines.postgres.histories import read_histories
from dbarchitect.engines.postgres.platforms import endpoint
from dbarchitect.engines.postgres.server import version_name
from dbarchitect.errors import InputError, unreadable
from dbarchitect.files import write_whole
from dbarchitect.migrate import formats
from dbarchitect.migrate.formats import Folder, Format, format_of, plain, read_folder
from dbarchitect.migrate.history import standings
from dbarchitect.migrate.lint import Found, Linted, again, chosen
from dbarchitect.migrate.lint import lint as look
from dbarchitect.migrate.rewrite import cannot, rewritten
from dbarchitect.migrate.rule import Rule, rule_ids, rules
from dbarchitect.migrate.script import Runs, Script
from dbarchitect.model.finding import Finding, Gap, Review, Suppressed
from dbarchitect.model.history import History
from dbarchitect.model.plan import Migration
from dbarchitect.model.platform import PlatformName
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value
from dbarchitect.progress import nothing
from dbarchitect.sources import open_source
from dbarchitect.sql.ignores import read_line_ignores
from dbarchitect.sql.script import decode_script
from dbarchitect.suppression import ConfiguredIgnore, read_baseline, suppress
from dbarchitect.toolchains import run_python

from .kinds import admit, as_given
from .pages import check_pages
from .schema import RulePage, rule_pages
from .surroundings import open_workshop

__all__ = ["LintOptions", "LintResult", "Mended", "all_pages", "lint", "lint_pages"]

_NEWEST = 18
_RUNS: dict[Format, Runs] = {"plain": "plain", "prisma": "sent whole", "drizzle": "managed", "alembic": "plain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LintOptions:
    """Options of `lint`.

    source   the schema (and sizes) that the migrations meet; None: what the files say
    version  the server's major; None: that of the source, else the newest
    platform where they will run, None: where the source's URL says
    mend     give each script with its findings mended; `write`: also into the files
    """

    source: str | None = None
    version: int | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    ignores: tuple[ConfiguredIgnore, ...] = ()
    baseline: Path | None = None
    mend: bool = False
    write: bool = False
    pg_bin: Path | None = None
    server: str | None = None
    python: Path | None = None
    platform: PlatformName | None = None
    cache: Path | None = None
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


class Mended(Value, frozen=True, kw_only=True):
    """What mending a file came to: the rules that were answered, the difference, and what could not be written, why."""

    file: str
    rules: tuple[str, ...] = ()
    diff: str = ""
    left: tuple[str, ...] = ()


class LintResult(Value, frozen=True, kw_only=True):
    """Findings as those of `check`, and the files as they would be, or were, mended."""

    review: Review
    mended: tuple[Mended, ...] = ()


def lint_pages() -> tuple[RulePage, ...]:
    """The pages of lint's rules, by id."""
    return tuple(
        RulePage(
            id=rule.id,
            severity=rule.severity.value,
            needs="migrations" if rule.default else "migrations, if selected",
            text=rule.page or "",
        )
        for rule in rules()
    )


def all_pages() -> tuple[RulePage, ...]:
    """The pages of all rules, of `check` (also those for Redis and MongoDB) and of `migrate lint`, by id."""
    return tuple(sorted((*check_pages(), *lint_pages()), key=lambda page: page.id))


def lint(files: Sequence[Path], options: LintOptions) -> LintResult:
    """Look at migrations: files, or folders of them. Without a source no server is started.

    Raises `InputError` for what cannot be read as migrations, with the place of SQL that the grammar refuses.
    """
    for file in files:
        if file.suffix != ".py":  # a revision of Alembic's
            admit("migrate lint", as_given(file))
    baseline = read_baseline(options.baseline) if options.baseline else None
    schema, histories = _met(options)
    scripts, gaps = _scripts(files, options, histories)
    if pooler := _pooler(options):
        scripts = [replace(one, pooler=pooler) for one in scripts]
    version = options.version or (schema.major if schema else _NEWEST)
    run = chosen(options.select, options.ignore)
    options.progress(f"linting {len(scripts):,} scripts")
    linted = look(scripts, schema=schema, version=version, run=run, progress=options.progress)
    findings, commented, remarks = _uncommented(linted)
    findings, suppressed, stale = suppress(
        findings,
        ignores=options.ignores,
        baseline=baseline,
        not_run={rule.id for rule in rules()} - {rule.id for rule in run},
        today=options.now.date(),
    )
    mended: tuple[Mended, ...] = ()
    if options.mend:
        allowed = {id(one) for one in findings}
        mended = tuple(_mended(linted, allowed, version, run, options))
    environment = {"source": version_name(schema.version)} if schema else {"for": f"PostgreSQL {version}"}
    if schema and schema.facts is None:
        environment["sizes"] = "none: the source has no facts"
    review = Review(
        source=" ".join(str(one) for one in files),
        engine=f"PostgreSQL {version}",
        findings=tuple(sorted(findings, key=_order)),
        suppressed=(*commented, *suppressed),
        gaps=tuple(dict.fromkeys((*gaps, *remarks, *stale))),
        files=len(scripts),
        rules_run=len(run),
        environment=environment,
        command=_command(files, options),
    )
    return LintResult(review=review, mended=mended)


def _pooler(options: LintOptions) -> Literal["", "possible", "named"]:
    """Whether the migrations go through a pooler in transaction mode, as far as the options tell."""
    door = endpoint(options.source) if options.source is not None else None
    if door is None:
        return "possible" if options.platform is not None else ""
    return "named" if door.door == "transaction" else ""


def _order(finding: Finding) -> tuple[int, str, int, str]:
    at = finding.position
    return -finding.severity.rank, at.file if at else "", at.line if at else 0, finding.rule


def _command(files: Sequence[Path], options: LintOptions) -> tuple[str, ...]:
    words = ["dba", "migrate", "lint", *(str(one) for one in files)]
    if options.source is not None:
        words += ["--source", redacted_url(options.source)]
    if options.version is not None:
        words += ["--pg", str(options.version)]
    if options.platform is not None:
        words += ["--platform", options.platform]
    return tuple(words)


def _met(options: LintOptions) -> tuple[Relational | None, tuple[History, ...]]:
    """The schema that the migrations meet, and which of them a live database has."""
    if options.source is None:
        return None, ()
    with ExitStack() as stack:
        workshop = stack.enter_context(
            open_workshop(
                options.pg_bin,
                options.cache,
                options.progress,
                scratch=options.server,
                python=options.python,
                platform=options.platform,
            )
        )
        opened = open_source(options.source, workshop)
        if not opened.is_live:
            return opened.schema, ()
        with connect_readonly(opened.given) as connection:
            return opened.schema, read_histories(connection)


# --- reading ----------------------------------------------------------------------------------------------------------


def _scripts(
    files: Sequence[Path], options: LintOptions, histories: Sequence[History]
) -> tuple[list[Script], tuple[Gap, ...]]:
    scripts: list[Script] = []
    gaps: list[Gap] = []
    run = partial(run_python, python=options.python)
    forms: dict[Path, Format] = {}  # of folders whose files are named one by one
    for path in files:
        if path.is_dir():
            folder = read_folder(path, run=run)
            if not folder.migrations:
                raise InputError(
                    f"the folder {path} has no migrations", hint="name .sql files, or a folder that has migrations"
                )
            gaps += folder.gaps
            had = {one.id for one in standings(folder, histories) if one.state in ("applied", "edited")}
            for migration, script in zip(folder.migrations, _of_folder(folder), strict=True):
                # What the source has is done; that its file is another one now is still told.
                scripts.append(replace(script, text="", lines=()) if migration.id in had else script)
            if had:
                gaps.append(
                    Gap(
                        kind="migrations",
                        name=f"{len(had):,} of {len(folder.migrations):,} in {path}",
                        effect="not looked at: the source has them",
                    )
                )
        elif path.suffix == ".py":
            project = formats.alembic.find(path.parent)
            folder = read_folder(path.parent, run=run, form="alembic") if project else None
            mine = [one for one in folder.migrations if Path(one.files[0]).name == path.name] if folder else []
            if folder is None or not mine:
                gaps.append(Gap(kind="file", name=str(path), effect="not read: no Alembic project has this revision"))
            else:
                scripts.append(_of_program(folder, mine[0], ()))
        elif not path.exists():
            raise InputError(f"there is no file or folder {path}", hint="name .sql files or folders of migrations")
        else:
            text, _ = plain.directions(_read(path))
            if path.parent not in forms:
                forms[path.parent] = format_of(path.parent)
            runs: Runs = "sent whole" if path.name == "migration.sql" else _RUNS[forms[path.parent]]
            scripts.append(Script(file=str(path), text=text, runs=runs))
    return scripts, tuple(gaps)


def _read(path: Path) -> str:
    try:
        return decode_script(path.read_bytes(), str(path))
    except OSError as err:
        raise unreadable(path, err) from err


def _of_folder(folder: Folder) -> Iterator[Script]:
    for number, migration in enumerate(folder.migrations):
        problems = tuple(
            one.message
            for one in folder.problems
            if one.where in (migration.id, *migration.files)
            or (number == len(folder.migrations) - 1 and _whole(one.where, folder))
        )
        if folder.format == "alembic":
            yield _of_program(folder, migration, problems)
            continue
        path = Path(folder.path, migration.files[0])
        text, _ = plain.directions(_read(path))
        yield Script(
            file=str(path),
            text=text,
            runs=_RUNS[folder.format],
            reversible=migration.down is not None,
            problems=problems,
        )


def _whole(where: str, folder: Folder) -> bool:
    """Whether a problem is of the folder as a whole, which its last migration then tells."""
    return not any(where in (one.id, *one.files) for one in folder.migrations)


def _of_program(folder: Folder, migration: Migration, problems: tuple[str, ...]) -> Script:
    """The SQL that a revision runs, each line with the line of the program that it comes from."""
    file = str(Path(folder.path, migration.files[0]))
    written: list[str] = []
    lines: list[int] = []
    for step in migration.up:
        at = step.position.line if step.position else 1
        block = step.transactional and bool(step.sql)
        parts = ["BEGIN;", *(f"{one};" for one in step.sql), "COMMIT;"] if block else [f"{one};" for one in step.sql]
        for part in parts:
            written += part.split("\n")
        lines += [at] * (len(written) - len(lines))
    return Script(
        file=file,
        text="\n".join(written) + "\n",
        reversible=migration.down is not None,
        problems=problems,
        lines=tuple(lines) or (1,),
    )


# --- silencing --------------------------------------------------------------------------------------------------------


def _uncommented(linted: Sequence[Linted]) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[Gap, ...]]:
    """Split off what `dba: ignore` comments silence; comments that are wrong come back as gaps."""
    known = {*rule_ids(), *(page.id for page in rule_pages())}
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    gaps: list[Gap] = []
    for one in linted:
        statements = [unit.parsed.text for unit in one.units]
        ignores, wrong = read_line_ignores(one.script.text, one.script.file, statements, known)
        gaps += (Gap(kind="comment", name=str(bad.position), effect=bad.message) for bad in wrong)
        for found in one.found:
            finding = found.finding
            line = finding.position.line if finding.position else 0
            silencer = next((two for two in ignores if two.covers(finding.rule, line)), None)
            if silencer is None:
                kept.append(finding)
            else:
                by = f"comment at {silencer.position}"
                suppressed.append(Suppressed(finding=finding, by=by, reason=silencer.reason))
    return tuple(kept), tuple(suppressed), tuple(gaps)


# --- mending ----------------------------------------------------------------------------------------------------------

_ROUNDS = 200  # more statements than a script has that people read


def _mended(
    linted: Sequence[Linted],
    allowed: Collection[int],
    version: int,
    run: Sequence[Rule],
    options: LintOptions,
) -> Iterator[Mended]:
    """Every script with its findings mended one after the other, each time looked at anew."""
    for one in linted:
        silenced = {found.finding.key for found in one.found if id(found.finding) not in allowed}
        if all(found.fix is None or id(found.finding) not in allowed for found in one.found):
            continue
        rules_answered: list[str] = []
        left: dict[str, None] = {}
        current = one
        for _ in range(_ROUNDS):
            step = _next(current, silenced, left)
            if step is None:
                break
            assert step.fix is not None
            text = rewritten(current.script, current.units, step.statement, step.fix)
            rules_answered.append(step.finding.rule)
            current = again(current, replace(current.script, text=text), version=version, run=run)
        before, after = one.script.text, current.script.text
        diff = "".join(
            difflib.unified_diff(
                before.splitlines(keepends=True), after.splitlines(keepends=True), one.script.file, one.script.file
            )
        )
        if options.write and after != before:
            _write(one.script, before, after)
        yield Mended(file=one.script.file, rules=tuple(dict.fromkeys(rules_answered)), diff=diff, left=tuple(left))


def _next(linted: Linted, silenced: Collection[str], left: dict[str, None]) -> Found | None:
    """The first finding that can be mended; what cannot be written is noted in `left`."""
    for found in linted.found:
        if found.fix is None or found.finding.key in silenced:
            continue
        reason = cannot(linted.script, found.fix)
        if not reason:
            return found
        left[f"{found.finding.rule}: {reason}"] = None
    return None


def _write(script: Script, before: str, after: str) -> None:
    """The mended text into its file: what stands below a marker of the way down is kept as it is."""
    path = Path(script.file)
    whole = _read(path)
    if whole == before:
        write_whole(path, after)
        return
    # `directions` blanks the lines of the way down: the way up ends where they begin.
    kept = whole.splitlines(keepends=True)
    shown = before.splitlines(keepends=True)
    cut = next((n for n, (one, two) in enumerate(zip(kept, shown, strict=False)) if one != two), len(shown))
    write_whole(path, after.rstrip("\n") + "\n\n" + "".join(kept[cut:]))
