"""`dba migrate lint`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from dbarchitect.config import FailOn
from dbarchitect.errors import InputError
from dbarchitect.render import Format

from . import terminal
from .commands import commas
from .migrate import migrate
from .options import Output, PgBin, Platform, Python, Scratch


@migrate.command
def lint(
    *files: Annotated[Path, Parameter(help="SQL files, or folders of migrations (plain, Alembic, Prisma, Drizzle).")],
    source: Annotated[
        str | None, Parameter(metavar="SOURCE", help="What they will run on: a URL, a .twin, a .sql file.")
    ] = None,
    pg: Annotated[int | None, Parameter(metavar="MAJOR", help="The server's major version, 12 to 18.")] = None,
    fix: Annotated[
        bool, Parameter(help="Write the safe forms into the files; without it text shows the diff.")
    ] = False,
    form: Annotated[Format | None, Parameter(name="--format", help="Default text.")] = None,
    fail_on: Annotated[FailOn | None, Parameter(help="Exit with 1 from this severity on. Default warning.")] = None,
    select: Annotated[
        tuple[str, ...], Parameter(metavar="RULES", help="Only these rules: ids or globs, commas between, repeatable.")
    ] = (),
    ignore: Annotated[tuple[str, ...], Parameter(metavar="RULES", help="Not these rules.")] = (),
    baseline: Annotated[
        Path | None, Parameter(metavar="FILE", help="Suppress the findings that this file lists.")
    ] = None,
    write_baseline: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write the findings of today as a baseline and exit with 0.")
    ] = None,
    platform: Platform = None,
    pg_bin: PgBin = None,
    server: Scratch = None,
    python: Python = None,
    output: Output = None,
) -> int:
    """Look at migrations without running them: what locks, rewrites, fails, loses or breaks, and the safe form."""
    from dbarchitect import __version__
    from dbarchitect.api import lint as api
    from dbarchitect.config import matching_rules, read_configuration
    from dbarchitect.model.finding import Severity
    from dbarchitect.render import render_review
    from dbarchitect.render.mended import render_mended
    from dbarchitect.render.untrusted import line
    from dbarchitect.suppression import write_baseline as write

    if not files:
        raise InputError("no migrations are named", hint="dba migrate lint migrations/")
    settings = read_configuration(Path.cwd())
    pages = api.lint_pages()
    own = {page.id for page in pages}
    known = tuple(page.id for page in api.all_pages())
    # The file speaks of the rules of `check` too; what it selects of them is none of ours.
    chosen = tuple(one for one in matching_rules(settings.select, known, f"{settings.path}: select") if one in own)
    if "*" in settings.select:
        chosen = ()
    if select:
        chosen = matching_rules(commas(select), tuple(own), "--select")
    ignored = matching_rules(settings.ignore, known, f"{settings.path}: ignore")
    ignored += matching_rules(commas(ignore), tuple(own), "--ignore")
    for one in settings.ignores:
        matching_rules((one.rule,), known, f"{one.origin}: ignore, rule")
    shown = form or settings.format
    with terminal.progress() as progress:
        result = api.lint(
            files,
            api.LintOptions(
                source=source,
                version=terminal.major(pg),
                select=chosen,
                ignore=ignored,
                ignores=settings.ignores,
                # What is about to be written anew must hold what the old one suppressed.
                baseline=None if write_baseline else baseline or settings.baseline,
                mend=fix or shown == "text",
                write=fix,
                platform=platform,
                pg_bin=pg_bin,
                server=server,
                python=python.absolute() if python else None,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    review = result.review
    if write_baseline:
        count = write(write_baseline, review.findings)
        terminal.emit(f"dba: {count:,} findings accepted in {write_baseline}\n", None)
        return 0
    text = render_review(
        review, shown, screen=terminal.screen(output), pages=pages, root=Path.cwd(), version=__version__
    )
    if shown == "text" and not fix:
        text += render_mended(result.mended, terminal.screen(output))
    terminal.emit(text, output)
    for one in result.mended if fix else ():
        if one.rules:
            terminal.note(f"{line(one.file)}: mended {', '.join(one.rules)}")
        for left in one.left:
            terminal.note(f"{line(one.file)}: not mended: {left}")
    limit = fail_on or settings.fail_on
    return int(limit != "never" and any(one.severity.rank >= Severity(limit).rank for one in review.findings))
