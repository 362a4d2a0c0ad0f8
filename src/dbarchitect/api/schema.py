"""The verbs around a schema as it is: check, explain, twin, demo."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from pathlib import Path

import msgspec
import psycopg

from dbarchitect.engines.mongodb.connection import is_mongodb
from dbarchitect.engines.postgres import twin as twin_room
from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.lab import fill
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.platforms import endpoint
from dbarchitect.engines.postgres.server import version_name
from dbarchitect.engines.postgres.server.host import owner_session
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.engines.postgres.twin.redact import redact
from dbarchitect.engines.postgres.twin.scale import scale
from dbarchitect.engines.redis.connection import is_redis
from dbarchitect.engines.sqlite.ddl import ddl as sqlite_ddl
from dbarchitect.engines.sqlite.source import SqliteSource, open_sqlite, sqlite_given
from dbarchitect.errors import DbaError, InputError
from dbarchitect.files import write_whole
from dbarchitect.migrate.rule import rule_ids
from dbarchitect.model.change import AddIndex
from dbarchitect.model.facts import DeclaredDependency
from dbarchitect.model.finding import Finding, Gap, Mend, Review, Silence, Suppressed
from dbarchitect.model.platform import PLATFORMS, TITLES, PlatformName
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value
from dbarchitect.progress import nothing
from dbarchitect.prove.demonstrate import demonstrate
from dbarchitect.prove.parameters import filled
from dbarchitect.prove.sqlite import SqliteBench
from dbarchitect.prove.sqlite import demonstrate as demonstrate_sqlite
from dbarchitect.prove.workbench import Workbench
from dbarchitect.review.rule import chosen, review, rules
from dbarchitect.sources import Source, Workshop, open_source, without_our_server
from dbarchitect.sql.parse import normalize
from dbarchitect.sql.script import split_script
from dbarchitect.suppression import ConfiguredIgnore, read_baseline, suppress

from .against import known_against, only_new
from .choose import lists_of
from .evidence import with_evidence
from .kinds import admit
from .mend import FixOptions, mend, mend_sqlite
from .surroundings import WorkOptions, open_workshop, words_of_rows, words_of_server, workload_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions(WorkOptions):
    """Options of `check`. `rows` are the lab's, by table, "*" for all; `now` dates proofs and expiries; `data` loads a
    script's rows too, which are then read as with `read_rows`: up to so many rows of each table, for what they show of
    its design. A live source's rows are read only with `read_rows`. `dependencies` are declared functional ones.
    `exposed_roles` are those that strangers act as, besides the usual ones. `platform`: where it is to run, None: where
    the URL or the schema says. `facts`: files that change our lists of extensions and limits. `token`: of Upstash's
    REST API, where that is the source. `against`: another source, or a git revision of this one: what is known there is
    left out. `fix`: write the fixes as migrations."""

    select: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    ignores: tuple[ConfiguredIgnore, ...] = ()
    exposed_roles: tuple[str, ...] = ()
    platform: PlatformName | None = None
    facts: tuple[Path, ...] = ()
    token: str = field(default="", repr=False)
    workload: Path | None = None
    prove: bool = False
    baseline: Path | None = None
    read_rows: int | None = None
    dependencies: tuple[DeclaredDependency, ...] = ()
    against: str | None = None
    fix: FixOptions | None = None


def check(source: str, options: CheckOptions) -> Review:
    """Review a source: findings with their fixes as DDL, each with the proof it got."""
    admit("check", source, engine=options.engine)
    if is_redis(source):
        from .keyspace import check_keyspace

        return check_keyspace(source, options)
    if is_mongodb(source):
        from .documents import check_documents

        return check_documents(source, options)
    baseline = read_baseline(options.baseline) if options.baseline else None  # wrong input is told first
    workload = workload_of(options.workload)
    known = _known(source, options) if options.against is not None else ((), ())
    with _opened(source, options) as opened:
        return check_opened(opened, workload, options, baseline=baseline, known=known)


def check_opened(
    opened: Source | SqliteSource,
    workload: Workload | None,
    options: CheckOptions,
    *,
    baseline: Mapping[str, int] | None = None,
    known: tuple[tuple[Finding, ...], tuple[Gap, ...]] = ((), ()),
) -> Review:
    """Review a source that has been opened. `workload`: None for its own; `known`: what is said of the source that it
    is held against, and what could not be."""
    workload = workload or opened.workload
    options.progress(f"reviewing {len(opened.schema.tables):,} tables")
    schema, more = with_evidence(opened, options)
    door = endpoint(opened.name)
    if door is not None and options.platform is None:
        options = replace(options, platform=door.platform)
    findings, silent = reviewed(schema, workload, options, there=door is not None)
    family = opened.schema.family
    run = {rule.id for rule in chosen(options.select, options.ignore, options.extend, engine=family)}
    run -= {one.rule for one in silent}
    findings = tuple(_printed(finding, opened) for finding in findings)
    findings, commented, remarks = _without_commented(findings, opened)
    findings, suppressed, stale = suppress(
        findings,
        ignores=options.ignores,
        baseline=baseline,
        not_run={rule.id for rule in rules()} - run,
        today=options.now.date(),
    )
    gaps: tuple[Gap, ...] = (
        *opened.gaps,
        *more,
        *remarks,
        *stale,
        *_left_out(workload.rejected if workload else ()),
    )
    environment = {"source": _engine(opened)}
    gaps += (*known[1], *_old_lists(findings, options))
    if options.against is not None:
        findings, old = only_new(findings, known[0], options.against)
        suppressed += old
    if options.prove and (findings or workload):
        if isinstance(opened, SqliteSource):
            findings, found, environment = _prove_sqlite(findings, opened, options)
        else:
            findings, found, environment = _prove(findings, opened, workload, options)
        gaps += found
    mends: tuple[Mend, ...] = ()
    if options.fix is not None:

        def again(mended: Relational) -> tuple[Finding, ...]:
            return reviewed(mended, workload, options)[0]

        now, progress = options.now, options.progress
        if isinstance(opened, SqliteSource):

            def evidence(copy: SqliteSource) -> Relational:
                return with_evidence(copy, options)[0]

            mends = mend_sqlite(findings, opened, evidence, again, options.fix, now=now, progress=progress)
        else:
            mends = mend(findings, opened, schema.facts, again, options.fix, now=now, progress=progress)
    return Review(
        source=opened.name,
        engine=_engine(opened),
        findings=findings,
        silent=silent,
        suppressed=(*commented, *suppressed),
        gaps=tuple(dict.fromkeys(gaps)),
        mends=mends,
        tables=len(opened.schema.tables),
        file=opened.statements[-1].position.file if opened.statements else "",
        indexes=sum(len(table.indexes) for table in opened.schema.tables),
        rules_run=len(run),
        environment=environment,
        command=_command(opened.name, options, *(["--prove"] if options.prove else [])),
    )


def _known(source: str, options: CheckOptions) -> tuple[tuple[Finding, ...], tuple[Gap, ...]]:
    """What the same rules say about what `source` is held against."""
    assert options.against is not None
    base = replace(options, against=None, baseline=None, prove=False, fix=None)
    return known_against(source, options.against, lambda given: check(given, base))


def _old_lists(findings: Iterable[Finding], options: CheckOptions) -> Iterator[Gap]:
    """Warnings of lists of extensions that findings come from and that have grown old."""
    found = [one for one in findings if one.rule == "extension-not-on-platform"]
    for platform in PLATFORMS:
        names = {one.at.name for one in found if one.facts["platform"] == platform}
        if names:
            for old in lists_of(options.facts)[platform].old(platform, options.now.date(), names):
                yield Gap(kind="list", name=f"extensions of {TITLES[platform]}", effect=old)


def reviewed(
    schema: Relational, workload: Workload | None, options: CheckOptions, *, there: bool = False
) -> tuple[tuple[Finding, ...], tuple[Silence, ...]]:
    """What the rules of the options say about a schema, and which are silent."""
    return review(
        schema,
        workload=workload,
        select=options.select,
        ignore=options.ignore,
        extend=options.extend,
        exposed_roles=options.exposed_roles,
        platform=options.platform,
        there=there,
        lists=lists_of(options.facts) if options.facts else None,
    )


def _command(source: str, options: CheckOptions, *more: str) -> tuple[str, ...]:
    """The words of `dba check` with `more` and the options that a result depends on; passwords are hidden."""
    words = ["dba", "check", source, *more]
    if options.data:
        words.append("--data")
    if options.engine is not None:
        words += ["--engine", options.engine]
    if options.platform is not None and endpoint(source) is None:
        words += ["--platform", options.platform]
    words += [word for path in options.facts for word in ("--facts", str(path))]
    if options.read_rows is not None:
        words += ["--read-rows", str(options.read_rows)]
    if options.workload is not None:
        words += ["--workload", str(options.workload)]
    words += words_of_rows(options.rows, options.seed)
    words += words_of_server(options.pg_bin, options.server)
    return tuple(words)


_NAMED = 10  # queries that are named one by one


def _left_out(queries: Iterable[tuple[str, str]]) -> tuple[Gap, ...]:
    """Gaps for queries of the workload, as (place or text, reason), that nothing was planned for."""
    found = [Gap(kind="workload", name=name, effect=f"left out: {reason}") for name, reason in queries]
    if len(found) <= _NAMED:
        return tuple(found)
    more = Gap(kind="workload", name=f"and {len(found) - _NAMED:,} more", effect="left out for such reasons")
    return (*found[:_NAMED], more)


def _unplannable(workload: Workload, bench: Workbench) -> tuple[Gap, ...]:
    """What the twin refuses to plan: queries of another schema or version, or with a mistake."""
    try:
        twin = bench.twin()
    except (DbaError, psycopg.Error) as err:  # proofs that need none are kept
        reason = err.message if isinstance(err, DbaError) else str(err).strip()
        return (Gap(kind="workload", name=f"{len(workload.queries):,} queries", effect=f"not planned: {reason}"),)
    refused: list[tuple[str, str]] = []
    for query in workload.queries:
        try:
            for form in filled(twin, query):
                twin.explain(form.sql, form.parameters)
        except InputError as err:
            refused.append((str(query.position or " ".join(query.sql.split())[:80]), err.message))
    return _left_out(refused)


def _engine(opened: Source | SqliteSource) -> str:
    return opened.engine if isinstance(opened, SqliteSource) else version_name(opened.schema.version)


@contextmanager
def _opened(source: str, options: CheckOptions) -> Generator[Source | SqliteSource]:
    if sqlite_given(source, options.engine):
        yield open_sqlite(source, engine=options.engine, data=options.data, now=options.now, progress=options.progress)
        return
    with open_workshop(
        options.pg_bin,
        options.cache,
        options.progress,
        scratch=options.server,
        platform=options.platform,
        redacted=options.redacted,
    ) as workshop:
        yield open_source(source, workshop, data=options.data)


def _printed(finding: Finding, opened: Source | SqliteSource) -> Finding:
    """The finding with its fix as DDL and, where the source is text, the place of its object."""
    if isinstance(opened, SqliteSource):
        lines = tuple(line for change in finding.fix for line in sqlite_ddl(change))
    else:
        lines = tuple(line for change in finding.fix for line in ddl(change, version=opened.schema.version))
    return msgspec.structs.replace(finding, ddl=lines, position=opened.places.find(finding.at))


def _without_commented(
    findings: tuple[Finding, ...], opened: Source | SqliteSource
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[Gap, ...]]:
    """Split off what `dba: ignore` comments silence; comments that are wrong come back as gaps."""
    ignores, misspelt = opened.ignores({*(rule.id for rule in rules()), *rule_ids()})
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        one = next((ignore for ignore in ignores if ignore.covers(finding.rule, finding.at)), None)
        if one is None:
            kept.append(finding)
        else:
            suppressed.append(Suppressed(finding=finding, by=f"comment at {one.position}", reason=one.reason))
    gaps = tuple(Gap(kind="comment", name=str(one.position), effect=one.message) for one in misspelt)
    return tuple(kept), tuple(suppressed), gaps


def _prove(
    findings: tuple[Finding, ...], opened: Source, workload: Workload | None, options: CheckOptions
) -> tuple[tuple[Finding, ...], tuple[Gap, ...], dict[str, str]]:
    """Run every finding's experiment; worst first, so that an interrupted run has proved what matters."""
    snapshot = opened.snapshot(now=options.now, workload=workload)
    bench = Workbench(opened.workshop.host, snapshot, rows=options.rows, seed=options.seed, progress=options.progress)
    with ExitStack() as stack:
        stack.callback(bench.close)
        proved: list[Finding] = []
        for number, finding in enumerate(findings, 1):
            options.progress(f"proving {number} of {len(findings)}: {finding.rule} on {finding.at.short}")
            rerun = shlex.join(_command(opened.name, options, "--prove", "--select", finding.rule))
            proof = demonstrate(finding, bench, workload=workload, rerun=rerun)
            proved.append(msgspec.structs.replace(finding, proof=proof))
        refused = _unplannable(workload, bench) if workload else ()
        return tuple(proved), (*bench.gaps, *refused), bench.environment()


def _prove_sqlite(
    findings: tuple[Finding, ...], opened: SqliteSource, options: CheckOptions
) -> tuple[tuple[Finding, ...], tuple[Gap, ...], dict[str, str]]:
    """The same on private copies of an SQLite source."""
    with closing(SqliteBench(opened)) as bench:
        proved: list[Finding] = []
        for number, finding in enumerate(findings, 1):
            options.progress(f"proving {number} of {len(findings)}: {finding.rule} on {finding.at.short}")
            rerun = shlex.join(_command(opened.name, options, "--prove", "--select", finding.rule))
            proof = demonstrate_sqlite(finding, bench, rerun=rerun)
            proved.append(msgspec.structs.replace(finding, proof=proof))
        return tuple(proved), bench.gaps, bench.environment()


class RulePage(Value, frozen=True, kw_only=True):
    """A rule's documentation. `text` is Markdown."""

    id: str
    severity: str
    needs: str
    text: str


def rule_pages() -> tuple[RulePage, ...]:
    """The pages of all rules, by id."""
    return tuple(
        RulePage(id=rule.id, severity=rule.severity.value, needs=rule.needs, text=rule.page or "") for rule in rules()
    )


class TwinSummary(Value, frozen=True, kw_only=True):
    """What a `.twin` file holds. Bytes are of the original database; `file_bytes` of the file."""

    path: str
    file_bytes: int
    format: int
    product: str
    taken_at: str
    source: str
    engine: str
    redacted: bool
    scale: dict[str, float] = {}
    tables: int = 0
    indexes: int = 0
    columns_with_statistics: int = 0
    rows: float = 0.0
    bytes: int = 0
    queries: int = 0
    largest: tuple[tuple[str, float, int], ...] = ()  # table, rows, bytes with indexes
    gaps: tuple[Gap, ...] = ()


def _summary(snapshot: snapshots.Snapshot, path: Path) -> TwinSummary:
    facts = snapshot.schema.facts
    tables = facts.tables if facts else {}
    sized = sorted(
        (
            (key, one.rows or 0.0, one.total_bytes or one.heap_bytes or max(one.pages, 0) * 8192)
            for key, one in tables.items()
        ),
        key=lambda one: -one[2],
    )
    manifest = snapshot.manifest
    return TwinSummary(
        path=str(path),
        file_bytes=path.stat().st_size,
        format=manifest.format,
        product=manifest.product,
        taken_at=manifest.taken_at,
        source=manifest.source,
        engine=version_name(snapshot.schema.version),
        redacted=manifest.redacted,
        scale=manifest.scale,
        tables=len(snapshot.schema.tables),
        indexes=sum(len(table.indexes) for table in snapshot.schema.tables),
        columns_with_statistics=sum(len(columns) for columns in facts.columns.values()) if facts else 0,
        rows=sum(rows for _, rows, _ in sized),
        bytes=sum(size for _, _, size in sized),
        queries=len(snapshot.workload.queries) if snapshot.workload else 0,
        largest=tuple(sized[:10]),
        gaps=manifest.gaps,
    )


def twin_create(
    source: str,
    target: Path,
    *,
    redacted: bool = False,
    data: bool = False,
    workload: Path | None = None,
    rows: Mapping[str, int] | None = None,
    seed: int = 0,
    pg_bin: Path | None = None,
    cache: Path | None = None,
    called: str = "",
    now: datetime,
    progress: Callable[[str], None] = nothing,
) -> TwinSummary:
    """Take a snapshot of a source and write it. A script has no statistics: `rows` gives it those of a lab, `data`
    those of its own rows.

    `called`: what the file names as its source, where that is not `source` itself but a private server of ours.
    """
    admit("twin create", source)
    given = workload_of(workload)
    with open_workshop(pg_bin, cache, progress) as workshop:
        opened = open_source(source, workshop, data=data)
        snapshot = opened.snapshot(now=now, workload=given)
        if rows and (snapshot.schema.facts is None or not snapshot.schema.facts.columns):
            bench = Workbench(workshop.host, snapshot, rows=rows, seed=seed, budget_rows=10**9, progress=progress)
            with ExitStack() as stack:
                stack.callback(bench.close)
                snapshot = bench.with_facts()
        if redacted:
            progress("redacting")
            snapshot = redact(snapshot, normalize=normalize)
        if called:
            manifest = msgspec.structs.replace(snapshot.manifest, source=called)
            facts = snapshot.schema.facts
            schema = msgspec.structs.replace(
                snapshot.schema, facts=None if facts is None else without_our_server(facts)
            )
            snapshot = msgspec.structs.replace(snapshot, manifest=manifest, schema=schema)
        snapshots.write(snapshot, target)
    return _summary(snapshot, target)


def twin_info(path: Path) -> TwinSummary:
    """What a `.twin` file holds."""
    return _summary(snapshots.read(path), path)


def twin_scale(path: Path, factors: Mapping[str, float], target: Path) -> TwinSummary:
    """Write `path` with tables multiplied to `target`."""
    snapshot = scale(snapshots.read(path), factors)
    snapshots.write(snapshot, target)
    return _summary(snapshot, target)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTwin:
    """A twin that runs: where a client connects, and what is to be known about it."""

    url: str
    environment: Mapping[str, str]
    gaps: tuple[Gap, ...]
    tables: int


@contextmanager
def twin_open(
    source: str,
    *,
    pg_bin: Path | None = None,
    cache: Path | None = None,
    now: datetime,
    progress: Callable[[str], None] = nothing,
) -> Generator[OpenTwin]:
    """Keep a twin of the source running while the context lasts."""
    with open_workshop(pg_bin, cache, progress) as workshop:
        opened = open_source(source, workshop)
        twin = twin_room.build(workshop.server, opened.snapshot(now=now), progress=progress)
        try:
            yield OpenTwin(url=twin.url, environment=twin.environment, gaps=twin.gaps, tables=len(opened.schema.tables))
        finally:
            twin.close()


class WhatIf(Value, frozen=True, kw_only=True):
    """A query of the workload planned on the twin, as it is and with indexes that nobody built. Costs are the
    planner's."""

    sql: str
    calls: float
    before: float
    after: float


class Demonstration(Value, frozen=True, kw_only=True):
    """What `dba demo` ran: the review of a database it made, the twin it took of it, and a what-if on that twin."""

    review: Review
    twin: TwinSummary
    indexes: tuple[str, ...]
    what_if: tuple[WhatIf, ...]
    folder: str


_DEMO_ROWS = {
    "public.customers": 20_000,
    "public.categories": 60,
    "public.products": 5_000,
    "public.orders": 60_000,
    "public.order_items": 150_000,
    "public.comments": 10_000,
    "public.stock_movements": 30_000,
}


def demo(folder: Path, options: CheckOptions) -> Demonstration:
    """Make the example's database in a private server, then treat it as anybody's: snapshot, check, prove, what-if.

    `folder` gets the schema, the workload and the twin, to play with.
    """
    example = resources.files("dbarchitect.demo")
    for name in ("shop.sql", "workload.sql"):
        write_whole(folder / name, example.joinpath(name).read_text("utf-8"))
    workload = folder / "workload.sql"
    with open_workshop(options.pg_bin, options.cache, options.progress) as workshop:
        server = workshop.server
        server.create_database("shop")
        load(server, "shop", split_script((folder / "shop.sql").read_text("utf-8"), "shop.sql"))
        with server.connect("shop") as admin, owner_session(server, "shop") as connection:
            schema = inspect(admin, facts=False)
            fill(connection, schema, admin=admin, rows=_DEMO_ROWS, seed=options.seed, progress=options.progress)
            for statement in split_script(example.joinpath("rows.sql").read_text("utf-8"), "rows.sql"):
                connection.execute(statement.sql.encode())
            if admin.info.server_version >= 150000:
                for session in (connection, admin):  # what they have counted, before ANALYZE counts anew
                    session.execute("select pg_catalog.pg_stat_force_next_flush()")
        with server.connect("shop") as admin:
            admin.execute("ANALYZE")
        summary = twin_create(
            server.url("shop"),
            folder / "shop.twin",
            workload=workload,
            pg_bin=options.pg_bin,
            cache=options.cache,
            called="the demo's shop",
            now=options.now,
            progress=options.progress,
        )
        # The snapshot is reviewed, not the server: it stays, so that every command of the report can be repeated.
        review_ = check(str(folder / "shop.twin"), replace(options, prove=True))
        indexes = [change for finding in review_.findings for change in finding.fix if isinstance(change, AddIndex)]
        what_if = _what_if(workshop, snapshots.read(folder / "shop.twin"), indexes)
    return Demonstration(
        review=review_,
        twin=summary,
        indexes=tuple(line for change in indexes for line in ddl(change, version=schema.version)),
        what_if=what_if,
        folder=str(folder),
    )


def _what_if(workshop: Workshop, snapshot: snapshots.Snapshot, indexes: Sequence[AddIndex]) -> tuple[WhatIf, ...]:
    """The snapshot's workload with and without `indexes`: the queries whose cost changes, most saved first."""
    queries = snapshot.workload.queries if snapshot.workload else ()
    with closing(twin_room.build(workshop.server, snapshot, progress=workshop.progress)) as twin:
        before = [twin.explain(query.sql, query.parameters).cost for query in queries]
        with twin.supposing(indexes) as supposed:
            after = [supposed.explain(query.sql, query.parameters).cost for query in queries]
    found = [
        WhatIf(sql=query.sql, calls=query.calls, before=old, after=new)
        for query, old, new in zip(queries, before, after, strict=True)
        if new != old
    ]
    return tuple(sorted(found, key=lambda one: (one.after - one.before) * one.calls))
