"""The command line: parse, call one function of `api`, render, give the exit code.

Only what `dba --help` needs is imported here; each command imports the rest.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Sequence
from contextlib import chdir, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, CycloptsError, Parameter, UnusedCliTokensError

from dbarchitect import __version__
from dbarchitect.config import FailOn
from dbarchitect.engines.sqlite.login import TOKEN, VARIABLES
from dbarchitect.errors import InputError
from dbarchitect.render import Format

from . import terminal
from .options import Data, Engine, Facts, PgBin, Platform, Rows, Scratch, Seed, Source, Workload

if TYPE_CHECKING:
    from dbarchitect.api import TwinSummary
    from dbarchitect.config import Configuration

_EXIT_CODES = "Exit codes: 0 nothing found at or above --fail-on, 1 found, 2 wrong usage or input, 3 the environment."
app = App(
    name="dba",
    help="A database architect that proves its advice on a real engine.",
    help_epilogue=_EXIT_CODES + " --debug (or DBA_DEBUG=1) shows tracebacks.",
    help_format="plaintext",
    version=f"dba {__version__}",
    default_parameter=Parameter(negative=(), show_default=False),
    # Errors are caught and printed once, in __main__.
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)
twin = App(name="twin", help="Make, read, scale and open twins: schema, statistics and sizes of a database, no rows.")
app.command(twin)
# It writes the completion of the shell that it is called from.
app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType] - keywords of no type


def run(arguments: Sequence[str]) -> int:
    """Run one command line. Raises `DbaError`; usage errors are `InputError`."""
    if arguments and not arguments[0].startswith("-") and any(one.isspace() for one in arguments[0].strip()):
        from .front import front  # no verb has a blank: it is a task in words

        return front(arguments)
    TOKEN.set(terminal.token(VARIABLES))
    try:
        code = app(list(arguments))
    except CycloptsError as err:
        raise InputError(_said(err), hint=_usage(err)) from err
    return code if isinstance(code, int) else 0


def _said(err: CycloptsError) -> str:
    """What is wrong with a command line, in the words of all other errors."""
    said = " ".join(str(err).split())
    if wanted := re.fullmatch(r'Command "(.+)" parameter (\S+) requires an argument\.', said):
        return f"dba {wanted[1]} wants {wanted[2] if wanted[2].isupper() else f'{wanted[2]} with a value'}"
    if isinstance(err, UnusedCliTokensError):
        more = " ".join(err.unused_tokens or ())
        return f"{' '.join(('dba', *(err.command_chain or ())))} has no use for {more!r}"
    return said.removesuffix(".").replace('Choose from: "", ', "Choose from: ")


def _usage(err: CycloptsError) -> str:
    chain = [name for name in err.command_chain or () if name.isprintable()]
    return " ".join(["dba", *chain, "--help"])


@app.command
def check(
    source: Source,
    /,
    *,
    workload: Workload = None,
    prove: Annotated[bool, Parameter(help="Run each finding's experiment on a private copy.")] = False,
    form: Annotated[Format | None, Parameter(name="--format", help="Default text.")] = None,
    fail_on: Annotated[FailOn | None, Parameter(help="Exit with 1 from this severity on. Default warning.")] = None,
    select: Annotated[
        tuple[str, ...], Parameter(metavar="RULES", help="Only these rules: ids or globs, commas between, repeatable.")
    ] = (),
    extend_select: Annotated[
        tuple[str, ...], Parameter(metavar="RULES", help="These rules too, that do not run by default.")
    ] = (),
    ignore: Annotated[tuple[str, ...], Parameter(metavar="RULES", help="Not these rules.")] = (),
    baseline: Annotated[
        Path | None, Parameter(metavar="FILE", help="Suppress the findings that this file lists.")
    ] = None,
    write_baseline: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write the findings of today as a baseline and exit with 0.")
    ] = None,
    new_only: Annotated[bool, Parameter(help="Only what --against does not have.")] = False,
    against: Annotated[
        str | None,
        Parameter(metavar="BASE", help="A branch or commit of the schema file or migrations, or another source."),
    ] = None,
    fix: Annotated[
        bool, Parameter(help="Write the fixes as migrations into the folder of -o, each one proved.")
    ] = False,
    include_questions: Annotated[bool, Parameter(help="With --fix: also what only you can answer.")] = False,
    online: Annotated[bool, Parameter(help="With --fix: expand and contract where a plain form would block.")] = False,
    engine: Engine = None,
    platform: Platform = None,
    facts: Facts = (),
    pg_bin: PgBin = None,
    server: Scratch = None,
    data: Data = False,
    read_rows: Annotated[
        str | None,
        Parameter(metavar="N", help="Read up to N rows of each table (100k) for what they show; kept is no value."),
    ] = None,
    rows: Rows = (),
    seed: Seed = 0,
    output: Annotated[
        Path | None, Parameter(name=("--output", "-o"), metavar="FILE", help="Write there; with --fix the folder.")
    ] = None,
) -> int:
    """Review a schema: what is wrong or risky, how bad, the fix, and how sure we are."""
    from dbarchitect import api
    from dbarchitect.config import read_configuration
    from dbarchitect.engines.redis.rest import TOKEN as UPSTASH_TOKEN
    from dbarchitect.model.finding import Severity
    from dbarchitect.render import render_review
    from dbarchitect.suppression import write_baseline as write

    if fix and output is None:
        raise InputError(
            "--fix writes migrations, and no folder is named", hint="dba check SOURCE --fix -o migrations/"
        )
    if fix and write_baseline:
        raise InputError("--fix mends what --write-baseline would accept", hint="one after the other")
    if (include_questions or online) and not fix:
        raise InputError("--include-questions and --online are for --fix", hint="add --fix -o FOLDER")
    if new_only and against is None:
        raise InputError("--new-only: new beside what?", hint="--against main, or --against SOURCE")
    settings = read_configuration(Path.cwd())
    pages = api.pages_for(source)
    known = tuple(page.id for page in pages)
    chosen, extended, ignored = rules_of(settings, known, select, extend_select, ignore)
    with terminal.progress() as progress:
        review = api.check(
            source,
            api.CheckOptions(
                select=chosen,
                extend=extended,
                ignore=ignored,
                ignores=settings.ignores,
                exposed_roles=settings.exposed_roles,
                workload=workload,
                engine=engine,
                platform=platform,
                facts=facts,
                token=terminal.token((UPSTASH_TOKEN,)),
                prove=prove,
                data=data,
                read_rows=None if read_rows is None else count_of("--read-rows", read_rows),
                dependencies=settings.dependencies,
                pg_bin=pg_bin,
                server=server,
                rows=rows_by_table(commas(rows)),
                seed=seed,
                # What is about to be written anew must hold what the old one suppressed.
                baseline=None if write_baseline else baseline or settings.baseline,
                against=against,
                fix=None
                if not fix or output is None
                else api.FixOptions(
                    folder=output,
                    questions=frozenset(("*",) if include_questions else commas(select)),
                    online=online,
                ),
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    if fix:
        output = None
    if write_baseline:
        count = write(write_baseline, review.findings)
        terminal.emit(f"dba: {count:,} findings accepted in {write_baseline}\n", None)
        return 0
    text = render_review(
        review,
        form or settings.format,
        screen=terminal.screen(output),
        pages=pages,
        root=Path.cwd(),
        version=__version__,
    )
    terminal.emit(text, output)
    limit = fail_on or settings.fail_on
    return int(limit != "never" and any(one.severity.rank >= Severity(limit).rank for one in review.findings))


def rules_of(
    settings: Configuration, known: Sequence[str], select: Sequence[str], extend: Sequence[str], ignore: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(chosen, extended, ignored) ids among the `known` rules of reviews: by the options, else by the configuration.
    Raises `InputError` for a name that no rule has."""
    from dbarchitect import api
    from dbarchitect.config import matching_rules
    from dbarchitect.migrate.rule import rule_ids

    # The file speaks of the rules of `migrate lint` and of other engines too.
    reviewed = (page.id for page in api.check_pages())
    every = tuple(dict.fromkeys((*reviewed, *rule_ids())))

    def configured(names: Sequence[str], key: str) -> tuple[str, ...]:
        return tuple(one for one in matching_rules(names, every, f"{settings.path}: {key}") if one in known)

    chosen = matching_rules(commas(select), known, "--select") if select else configured(settings.select, "select")
    extended = configured(settings.extend, "extend-select") + matching_rules(commas(extend), known, "--extend-select")
    ignored = configured(settings.ignore, "ignore") + matching_rules(commas(ignore), known, "--ignore")
    for one in settings.ignores:
        matching_rules((one.rule,), every, f"{one.origin}: ignore, rule")
    return chosen, extended, ignored


def words_of_rules(select: Sequence[str], ignore: Sequence[str]) -> tuple[str, ...]:
    """The words of a command that choose its rules again."""
    given = (("--select", select), ("--ignore", ignore))
    return tuple(word for flag, names in given for one in names for word in (flag, one))


@app.command
def explain(rule: Annotated[str | None, Parameter(help="A rule's id; none: the index of all rules.")] = None, /) -> int:
    """Show a rule's page: what it finds, why it matters, what would make it false, how to mend it."""
    from dbarchitect.api.lint import all_pages
    from dbarchitect.api.query import query_pages
    from dbarchitect.config import matching_rules
    from dbarchitect.render.page import render_index, render_page

    pages = sorted((*all_pages(), *query_pages()), key=lambda page: page.id)
    if rule is None:
        terminal.emit(render_index(pages, terminal.screen(None)), None)
        return 0
    chosen = matching_rules((rule,), tuple(page.id for page in pages), "explain")
    terminal.emit("\n".join(render_page(page, terminal.screen(None)) for page in pages if page.id in chosen), None)
    return 0


Target = Annotated[Path, Parameter(name=("--output", "-o"), metavar="FILE", help="The .twin file to write.")]
TwinFile = Annotated[Path, Parameter(help="A .twin file.")]


@twin.command
def create(
    source: Source,
    /,
    *,
    output: Target,
    redact: Annotated[bool, Parameter(help="Replace the sample values that statistics carry by stand-ins.")] = False,
    workload: Workload = None,
    data: Data = False,
    rows: Rows = (),
    seed: Seed = 0,
    engine: Engine = None,
    pg_bin: PgBin = None,
) -> int:
    """Write a source's schema, statistics, sizes and settings to a file; no rows."""
    from dbarchitect import api
    from dbarchitect.api.kinds import admit
    from dbarchitect.engines.sqlite.source import sqlite_given

    admit("twin create", source, engine=engine)
    if sqlite_given(source, engine):
        return _sqlite_twin(source, output, engine=engine, data=data, redact=redact)
    with terminal.progress() as progress:
        summary = api.twin_create(
            source,
            output,
            redacted=redact,
            data=data,
            workload=workload,
            rows=rows_by_table(commas(rows)),
            seed=seed,
            pg_bin=pg_bin,
            cache=terminal.cache(),
            now=datetime.now(UTC),
            progress=progress,
        )
    return _told(summary)


@twin.command
def info(file: TwinFile, /) -> int:
    """Show what a .twin file holds."""
    from dbarchitect import api

    return _told(api.twin_info(file))


@twin.command
def scale(
    file: TwinFile,
    /,
    *factors: Annotated[str, Parameter(help="TABLE=FACTOR, such as orders=100x; '*=10x' for every table.")],
    output: Target,
) -> int:
    """Multiply tables: the plans of the year after next, today."""
    from dbarchitect import api

    return _told(api.twin_scale(file, factors_of(factors), output))


@twin.command(name="open")
def open_(
    source: Source,
    /,
    *,
    pg_bin: PgBin = None,
    server: Annotated[str | None, Parameter(show=False)] = None,
) -> int:
    """Run a twin until Ctrl-C and print its URL, for EXPLAIN from any client."""
    from dbarchitect import api
    from dbarchitect.render.untrusted import line

    if server is not None:
        raise InputError(
            "a twin cannot be opened on a scratch server: it needs a private one, whose data files it writes",
            hint="leave --server out, or name PostgreSQL binaries: --pg-bin DIR",
        )
    with (
        terminal.progress() as progress,
        api.twin_open(
            source, pg_bin=pg_bin, cache=terminal.cache(), now=datetime.now(UTC), progress=progress
        ) as opened,
    ):
        progress.done()
        try:
            terminal.emit(f"{opened.url}\n", None)
            for gap in opened.gaps:
                terminal.note(f"gap: {line(gap.kind)} {line(gap.name)}: {line(gap.effect)}")
            held = f"{opened.tables:,} tables and no rows"
            versions = ", ".join(f"{key} {value}" for key, value in opened.environment.items())
            terminal.note(f"{held} ({line(versions)}); psql '{opened.url}'; Ctrl-C ends it")
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:  # the way to end it, not an interruption
            return 0


def _sqlite_twin(source: str, output: Path, *, engine: str | None, data: bool, redact: bool) -> int:
    from dbarchitect.api.sqlite import SqliteOptions, twin_sqlite
    from dbarchitect.render.untrusted import line

    if redact:
        raise InputError(
            "--redact is for PostgreSQL: sqlite_stat4 holds values", hint="DROP TABLE sqlite_stat4 in the twin"
        )
    with terminal.progress() as progress:
        options = SqliteOptions(engine=engine, data=data, now=datetime.now(UTC), progress=progress)
        made, gaps = twin_sqlite(source, output, options)
    facts = made.statistics
    terminal.emit(
        f"{output}: {len(made.schema.tables):,} tables and no rows, {len(facts.stat1):,} rows of sqlite_stat1 and "
        f"{len(facts.stat4):,} of sqlite_stat4; any SQLite opens it\n",
        None,
    )
    for gap in gaps:
        terminal.note(f"gap: {line(gap.kind)} {line(gap.name)}: {line(gap.effect)}")
    return 0


def _told(summary: TwinSummary) -> int:
    from dbarchitect.render.summary import render_twin

    terminal.emit(render_twin(summary, terminal.screen(None)), None)
    return 0


@app.command
def demo(
    *,
    keep: Annotated[Path | None, Parameter(metavar="DIR", help="Keep the example's files there.")] = None,
    seed: Seed = 0,
    pg_bin: PgBin = None,
) -> int:
    """Show all of it on an example: makes a database, takes its twin, reviews it, proves the findings."""
    from dbarchitect import api
    from dbarchitect.render.demo import render_demo

    with terminal.progress() as progress, _demo_folder(keep) as folder:
        options = api.CheckOptions(
            pg_bin=pg_bin.absolute() if pg_bin else None,
            seed=seed,
            cache=terminal.cache(),
            now=datetime.now(UTC),
            progress=progress,
        )
        shown = api.demo(folder, options)
        progress.done()
        terminal.emit(render_demo(shown, terminal.screen(None), kept=keep is not None), None)
    return 0


@contextmanager
def _demo_folder(keep: Path | None) -> Generator[Path]:
    """Where the example goes: kept, or below a temporary folder that is the current one for as long.

    The report's commands then name the files as they will be called in a folder that is kept.
    """
    if keep is None:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="dba-demo-") as temporary, chdir(temporary):
            folder = Path("dba-demo")
            folder.mkdir()
            yield folder
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        strange = sorted({one.name for one in keep.iterdir()} - {"shop.sql", "workload.sql", "shop.twin"})
    except OSError as err:
        raise InputError(f"cannot use the folder {keep}: {err.strerror or err}", hint="dba demo --keep DIR") from err
    if strange:
        raise InputError(f"{keep} is not empty: it has {strange[0]}", hint="name a new folder: dba demo --keep DIR")
    yield keep


def commas(values: Sequence[str]) -> tuple[str, ...]:
    """The parts of values that may each be several, with commas between."""
    return tuple(part for value in values for one in value.split(",") if (part := one.strip()))


_SUFFIXES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9}
_COUNT = re.compile(r"(\d[\d_]*(?:\.\d+)?(?:e\d+)?)([kmgb]?)", re.ASCII | re.IGNORECASE)


def rows_by_table(values: Sequence[str]) -> dict[str, int] | None:
    """`orders=5k` and `1000000` as rows by table; "*" stands for every table without its own."""
    found: dict[str, int] = {}
    for value in values:
        table, _, number = value.rpartition("=")
        if not table.strip() and "=" in value:
            raise InputError(f"--rows {value}: not a number of rows", hint="--rows 100k, or --rows orders=5M")
        found[table.strip() or "*"] = count_of("--rows", number, given=value)
    return found or None


def count_of(option: str, number: str, *, given: str = "") -> int:
    """`5k` or `1000000` as a number of rows; `given` is what the option was given, where that is more."""
    match = _COUNT.fullmatch(number.strip())
    if match is None:
        example = ", or --rows orders=5M" if option == "--rows" else ""
        raise InputError(f"{option} {given or number}: not a number of rows", hint=f"{option} 100k{example}")
    count = float(match[1].replace("_", "")) * _SUFFIXES[match[2].lower()]
    if count > 10**12:
        raise InputError(f"{option} {given or number}: more than a trillion rows", hint=f"{option} 5M")
    return int(count)


def factors_of(values: Sequence[str]) -> dict[str, float]:
    """`orders=100x` as factor by table."""
    found: dict[str, float] = {}
    for value in commas(values):
        table, _, number = value.rpartition("=")
        match = re.fullmatch(r"(\d+(?:\.\d+)?)x?", number.strip(), re.ASCII | re.IGNORECASE)
        factor = float(match[1]) if match else 0.0
        if not table.strip() or not 0 < factor <= 10**9:
            raise InputError(
                f"{value}: not a table with its factor", hint="dba twin scale app.twin orders=100x -o out.twin"
            )
        found[table.strip()] = factor
    return found
