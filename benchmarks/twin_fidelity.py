"""Does the twin plan as its source does? Every query of a workload, planned on both and compared.

    python -m benchmarks.twin_fidelity --url URL --workload tpch                      as it is
    python -m benchmarks.twin_fidelity --url URL --workload tpch --indexes --admin-url URL
        with indexes that are supposed on the twin and really built on the source (and dropped again): once with the
        true sizes given to the twin, once with its own size model
    python -m benchmarks.twin_fidelity --url URL --sizes --admin-url URL
        pages of B-trees: the size model against what CREATE INDEX made
    python -m benchmarks.twin_fidelity --url URL --workload tpch --redacted
        through a redacted snapshot file; the queries without their constants, as a redacted snapshot has them

`--url` is an ordinary reader's; `--admin-url` a superuser's of the same database, for building indexes and reading
their true heights. `--pg-bin` names binaries of the source's own major version. A workload is `tpch`, `tpcds` or a
file of SQL.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.engines.postgres.twin.redact import redact
from dbarchitect.engines.postgres.twin.sizes import IndexSize
from dbarchitect.errors import InputError
from dbarchitect.model.change import AddIndex
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.schema import Index
from dbarchitect.sources import Workshop, open_source
from dbarchitect.sql.parse import normalize
from dbarchitect.sql.script import split_script

from . import corners, report, tpc
from .compare import Summary
from .index_cases import CASES, SIZED, Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A twin with what it took to make it."""

    twin: Twin
    take_s: float
    build_s: float
    snapshot_bytes: int


def write_snapshot(url: str, workshop: Workshop, path: Path, *, redacted: bool = False) -> int:
    """Take a snapshot of a live database into a file, as `dba twin create` does. Returns its bytes."""
    taken = open_source(url, workshop).snapshot(now=datetime.now(tz=UTC))
    return snapshots.write(redact(taken, normalize=normalize) if redacted else taken, path)


@contextmanager
def twin_of(url: str, *, pg_bin: Path | None, redacted: bool = False) -> Generator[Opened]:
    """A twin of the database at `url`, by way of a snapshot file as another machine would get it."""
    with ExitStack() as stack:
        workshop = Workshop(pg_bin=pg_bin)
        stack.callback(workshop.close)
        server = workshop.server
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = Path(folder) / "source.twin"
        started = time.monotonic()
        size = write_snapshot(url, workshop, path, redacted=redacted)
        take_s = time.monotonic() - started
        elsewhere = Path(folder) / "elsewhere"
        elsewhere.mkdir()
        path = path.rename(elsewhere / "copy.twin")
        started = time.monotonic()
        twin = twins.build(server, snapshots.read(path))
        build_s = time.monotonic() - started
        try:
            yield Opened(twin=twin, take_s=take_s, build_s=build_s, snapshot_bytes=size)
        finally:
            twin.close()


def workload(name: str) -> dict[str, str]:
    """Queries by name: of "tpch", "tpcds", "corners", or of a file of SQL statements."""
    if name == "corners":
        return corners.QUERIES
    if name in ("tpch", "tpcds"):
        return tpc.queries(name)
    statements = split_script(Path(name).read_text(encoding="utf-8"), name)
    return {f"q{number}": statement.sql for number, statement in enumerate(statements, 1)}


def source_plans(url: str, queries: Mapping[str, str]) -> dict[str, QueryPlan]:
    """The source's own plans. As a superuser row security does not apply, as it does not on the twin."""
    with psycopg.connect(url, autocommit=True) as connection:
        return {name: explain(connection, query) for name, query in queries.items()}


def without_constants(url: str, queries: Mapping[str, str]) -> dict[str, str]:
    """Queries with `$n` for constants, those alone that the source still plans (`interval $1 month` is no SQL)."""
    found: dict[str, str] = {}
    with psycopg.connect(url, autocommit=True) as connection:
        for name, query in queries.items():
            try:
                explain(connection, normalize(query))
            except InputError:
                continue
            found[name] = normalize(query)
    return found


def twin_plans(twin: Twin, queries: Mapping[str, str]) -> dict[str, QueryPlan]:
    """The twin's plans."""
    return {name: twin.explain(query) for name, query in queries.items()}


@contextmanager
def built(admin: psycopg.Connection, cases: Sequence[Case]) -> Generator[None]:
    """Within: these indexes exist on the source. CREATE INDEX counts its table anew before PostgreSQL 18: the counts
    that the twin was taken from are put back, so that the indexes alone are what differs."""
    counts = admin.execute(
        "select oid, relpages, reltuples, relallvisible from pg_class where relkind in ('r', 'm') and relpages > 0"
    ).fetchall()
    made: list[str] = []
    try:
        for case in cases:
            admin.execute(tpc.script(case.definition))
            made.append(case.name)
        with admin.cursor() as cursor:
            cursor.executemany(
                "update pg_class set relpages = %s, reltuples = %s, relallvisible = %s where oid = %s",
                [(pages, rows, visible, oid) for oid, pages, rows, visible in counts],
            )
        yield
    finally:
        for name in made:
            admin.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))


def indexes_as_built(admin: psycopg.Connection, cases: Sequence[Case]) -> dict[str, Index]:
    """The model's values of indexes that exist on the source."""
    names = {case.name for case in cases}
    with admin.transaction():
        schema = inspect(admin, facts=False)
    return {index.name.name: index for table in schema.tables for index in table.indexes if index.name.name in names}


def true_size(admin: psycopg.Connection, name: str, method: str) -> IndexSize:
    """Size of a real index: blocks, tuples, height, and what its metapage keeps for the planner. Needs pageinspect."""
    row = admin.execute(
        "select pg_relation_size(oid) / 8192, reltuples from pg_class where oid = %s::regclass", (name,)
    ).fetchone()
    assert row is not None
    pages, rows = row
    if method == "btree":
        level = admin.execute("select fastlevel from bt_metap(%s)", (name,)).fetchone()
        assert level is not None
        return IndexSize(pages=pages, rows=rows, height=level[0])
    if method == "gin":
        meta = admin.execute(
            "select n_entries, n_entry_pages, n_data_pages from gin_metapage_info(get_raw_page(%s, 0))", (name,)
        ).fetchone()
        assert meta is not None
        return IndexSize(pages=pages, rows=rows, entries=meta[0], entry_pages=meta[1], data_pages=meta[2])
    if method == "brin":
        meta = admin.execute("select lastrevmappage from brin_metapage_info(get_raw_page(%s, 0))", (name,)).fetchone()
        assert meta is not None
        return IndexSize(pages=pages, rows=rows, revmap_pages=meta[0])
    return IndexSize(pages=pages, rows=rows)


def _table(summary: Summary, *, only_different: bool = False) -> str:
    rows = [
        (
            one.name,
            "same" if one.same else "shape same" if one.same_shape else "**different**",
            f"{one.source.cost:.2f}",
            f"{one.twin.cost:.2f}",
            f"{one.deviation * 100:+.3f} %",
            one.origin if abs(one.deviation) > 1e-6 or not one.same else "",
        )
        for one in summary.comparisons
        if not only_different or not one.same or abs(one.deviation) > 1e-6
    ]
    if not rows:
        return "No plan and no cost differs.\n"
    return report.table(("query", "plan", "source cost", "twin cost", "deviation", "where it begins"), rows) + "\n"


def _header(opened: Opened) -> str:
    versions = ", ".join(f"{key} {value}" for key, value in opened.twin.environment.items())
    gaps = "; ".join(f"{gap.kind} {gap.name}: {gap.effect}" for gap in opened.twin.gaps) or "none"
    return (
        f"{versions}. Snapshot taken in {opened.take_s:.2f} s, {opened.snapshot_bytes / 1024:.0f} KiB; "
        f"twin built from it in {opened.build_s:.2f} s. Gaps: {gaps}."
    )


def as_it_is(options: argparse.Namespace) -> str:
    """Every query of the workload, without new indexes."""
    queries = workload(options.workload)
    with twin_of(options.url, pg_bin=options.pg_bin, redacted=options.redacted) as opened:
        asked = len(queries)
        if options.redacted:
            queries = without_constants(options.url, queries)
        left_out = f" {asked - len(queries)} queries do not plan without constants." if asked > len(queries) else ""
        expected = source_plans(options.admin_url or options.url, queries)
        started = time.monotonic()
        found = twin_plans(opened.twin, queries)
        spent = (time.monotonic() - started) / len(queries) * 1000
        summary = Summary.of(expected, found)
        return (
            f"{_header(opened)} {spent:.1f} ms a plan.{left_out}\n\n{summary.sentence}.\n\n"
            f"{_table(summary, only_different=options.brief)}"
        )


def with_indexes(options: argparse.Namespace) -> str:
    """The workload and a query for each index, with all the indexes at once; true sizes, then the model's."""
    queries = workload(options.workload) | {f"q_{case.name}": case.query for case in CASES}
    parts: list[str] = []
    with (
        psycopg.connect(options.admin_url, autocommit=True) as admin,
        twin_of(options.url, pg_bin=options.pg_bin, redacted=options.redacted) as opened,
    ):
        with built(admin, CASES):
            indexes = indexes_as_built(admin, CASES)
            real = {name: true_size(admin, name, index.method) for name, index in indexes.items()}
            expected = source_plans(options.admin_url or options.url, queries)
        changes = [AddIndex(index=indexes[case.name]) for case in CASES]
        truth = {indexes[name].name: size for name, size in real.items()}
        parts.append(_header(opened))
        used = set[str]().union(*(plan_indexes for plan_indexes in map(_indexes_of, expected.values())))
        unused = [case.name for case in CASES if case.name not in used]
        parts.append(
            f"{len(CASES)} indexes at once ({', '.join(sorted({index.method for index in indexes.values()}))}); the "
            f"source's plans use {len(CASES) - len(unused)} of them{': not ' + ', '.join(unused) if unused else ''}."
        )
        with opened.twin.supposing(changes, sizes=truth) as twin:
            given = Summary.of(expected, twin_plans(twin, queries))
        parts.append(f"### True sizes given\n\n{given.sentence}.\n\n{_table(given, only_different=options.brief)}")
        estimated: dict[str, IndexSize] = {}
        for change in changes:
            estimated[change.index.name.name] = opened.twin.add_index(change)
        modelled = Summary.of(expected, twin_plans(opened.twin, queries))
        parts.append(
            f"### The size model's own\n\n{modelled.sentence}.\n\n{_table(modelled, only_different=options.brief)}"
        )
        parts.append("### Sizes\n\n" + _sizes_table([(case, real[case.name], estimated[case.name]) for case in CASES]))
    return "\n\n".join(parts)


def _indexes_of(plan: QueryPlan) -> set[str]:
    return {node.index for node in plan.root.walk() if node.index}


def _sizes_table(sizes: Sequence[tuple[Case, IndexSize, IndexSize]]) -> str:
    rows = [
        (
            case.definition.removeprefix("create ").replace(f"index {case.name} on", "index"),
            real.pages,
            model.pages,
            f"{(model.pages / real.pages - 1) * 100:+.1f} %",
            f"{real.rows:.0f}",
            f"{model.rows:.0f}",
            "" if real.height is None else real.height,
            "" if model.height is None else model.height,
        )
        for case, real, model in sizes
    ]
    header = ("definition", "pages", "model", "error", "tuples", "model", "height", "model")
    return report.table(header, rows) + "\n"


def index_sizes(options: argparse.Namespace) -> str:
    """Pages of freshly built B-trees against the model's, which knows the statistics alone."""
    found: list[tuple[Case, IndexSize, IndexSize]] = []
    with (
        psycopg.connect(options.admin_url, autocommit=True) as admin,
        twin_of(options.url, pg_bin=options.pg_bin, redacted=options.redacted) as opened,
    ):
        for case in SIZED:
            with built(admin, (case,)):
                index = indexes_as_built(admin, (case,))[case.name]
                real = true_size(admin, case.name, index.method)
            found.append((case, real, opened.twin.add_index(AddIndex(index=index))))
        errors = {case.name: abs(model.pages / real.pages - 1) for case, real, model in found}
        partial = [errors[case.name] for case, _, _ in found if " where " in case.on]
        repeated = [
            errors[case.name] for case, real, _ in found if " where " not in case.on and real.pages * 330 < real.rows
        ]
        worst = max(errors, key=lambda name: errors[name])
        heights = sum(real.height == model.height for _, real, model in found)
        sentence = (
            f"{len(found)} B-trees: **median error {report.percent(statistics.median(errors.values()))}**, mean "
            f"{report.percent(statistics.mean(errors.values()))}, largest {report.percent(errors[worst])} "
            f"({next(case.on for case, _, _ in found if case.name == worst)}). Partial ones: median "
            f"{report.percent(statistics.median(partial))} of {len(partial)}; those that deduplication makes smaller: "
            f"median {report.percent(statistics.median(repeated))} of {len(repeated)}. Heights equal: {heights}."
        )
        return f"{_header(opened)}\n\n{sentence}\n\n{_sizes_table(found)}"


def main() -> None:
    """Run one comparison and publish it."""
    parser = report.parser("twin_fidelity", __doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--url", required=True, help="the source, as an ordinary reader")
    parser.add_argument("--admin-url", default="", help="the same database as a superuser, to build indexes")
    parser.add_argument("--workload", default="tpch", help="tpch, tpcds or a file of SQL")
    parser.add_argument("--indexes", action="store_true", help="suppose indexes on the twin, build them on the source")
    parser.add_argument("--sizes", action="store_true", help="sizes of B-trees only")
    parser.add_argument("--redacted", action="store_true", help="go through a redacted snapshot")
    parser.add_argument("--brief", action="store_true", help="print only queries that differ")
    parser.add_argument("--pg-bin", type=Path, default=None, help="binaries of the source's major version")
    options = parser.parse_args()
    if (options.indexes or options.sizes) and not options.admin_url:
        parser.error("--indexes and --sizes need --admin-url")
    database = conninfo_to_dict(options.url).get("dbname")
    what = "Sizes of B-trees" if options.sizes else "Twin fidelity with indexes" if options.indexes else "Twin fidelity"
    run = index_sizes if options.sizes else with_indexes if options.indexes else as_it_is
    through = ", through a redacted snapshot" if options.redacted else ""
    with psycopg.connect(options.url) as connection:
        major = connection.info.server_version // 10_000
    report.publish(f"{what}: {database}, PostgreSQL {major}{through}", run(options), options)


if __name__ == "__main__":
    main()
