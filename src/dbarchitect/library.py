"""The verbs for Python: `import dbarchitect as dba`, then `dba.check("schema.sql")`.

Each is a thin call of the function that the command line calls too, with the few options that a program needs as
keywords; the value that comes back is the one that `--format json` prints (`to_json` gives that text). A project's
configuration file is not read: a program says itself what it wants.

All of them raise `InputError` for what the caller gave (a source that cannot be read, SQL that the server refuses, a
missing workload) and `SurroundingsError` for what is around (no connection, no server for this platform, a full disk);
both are a `DbaError`, whose `message` says what and where and whose `hint` says what to try. A finding is no error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from dbarchitect.errors import InputError
from dbarchitect.model.value import to_json

if TYPE_CHECKING:
    from dbarchitect.api.diff import Planned
    from dbarchitect.api.schema import TwinSummary
    from dbarchitect.design.choose import Choice
    from dbarchitect.model.advice import IndexAdvice
    from dbarchitect.model.architecture import Architecture
    from dbarchitect.model.cache import CacheDesign
    from dbarchitect.model.finding import Review
    from dbarchitect.model.keyset import Keyset
    from dbarchitect.model.query_advice import QueryReview, WorkloadReview
    from dbarchitect.model.rehearsal import Rehearsal
    from dbarchitect.model.vectors import VectorAdvice
    from dbarchitect.orm.project import Generated, TargetName
    from dbarchitect.workload.kept import KeptWorkload

__all__ = [
    "cache",
    "check",
    "choose",
    "design",
    "erd",
    "index",
    "keyset",
    "lint",
    "orm",
    "plan",
    "queries",
    "query",
    "rehearse",
    "report",
    "to_json",
    "twin",
    "vectors",
    "workload",
]

Named = str | Path


class Surroundings(TypedDict, total=False):
    """Where private copies are made: keywords of every verb that needs a server.

    pg_bin     a folder of PostgreSQL binaries (13 to 18) in place of the embedded 18
    cache_dir  where clusters are kept between runs; without it the user's cache directory
    progress   is called with what is being done, in a few words
    """

    pg_bin: Named | None
    cache_dir: Named | None
    progress: Callable[[str], None]


class Elsewhere(Surroundings, total=False):
    """The same, of verbs that can also work on a `server` of yours: the URL of a scratch server, never your data."""

    server: str | None


def check(
    source: Named,
    *,
    prove: bool = False,
    select: Sequence[str] = (),
    extend: Sequence[str] = (),
    ignore: Sequence[str] = (),
    workload: Named | None = None,
    against: str | None = None,
    baseline: Named | None = None,
    data: bool = False,
    read_rows: int | None = None,
    rows: Mapping[str, int] | None = None,
    seed: int = 0,
    **around: Unpack[Elsewhere],
) -> Review:
    """Review a schema: findings, worst first, each with its fix as SQL and the proof it reached.

    `select`, `extend`, `ignore`: ids of rules or globs. `read_rows`: rows of each table that may be read of a live
    source. `rows`: of the lab, by table, "*" for all.

    >>> review = check("shop.sql", select=["fk-without-index"])
    >>> [(one.rule, str(one.at), one.severity.value) for one in review.findings]
    [('fk-without-index', 'public.orders.orders_customer_id_fkey', 'warning')]
    >>> print(review.findings[0].ddl[0])
    CREATE INDEX orders_customer_id_idx ON public.orders USING btree (customer_id)
    """
    from dbarchitect import api
    from dbarchitect.config import matching_rules

    source = str(source)
    known = tuple(one.id for one in api.pages_for(source))
    return api.check(
        source,
        api.CheckOptions(
            select=matching_rules(select, known, "select"),
            extend=matching_rules(extend, known, "extend"),
            ignore=matching_rules(ignore, known, "ignore"),
            workload=_path(workload),
            prove=prove,
            baseline=_path(baseline),
            against=against,
            data=data,
            read_rows=read_rows,
            rows=rows,
            seed=seed,
            **_around(around),
        ),
    )


def choose(
    given: Named,
    *,
    workload: Named | None = None,
    measure: bool = False,
    runs: Literal["", "server", "serverless", "edge", "device"] = "",
    runtime: Literal["", "python", "node"] = "",
    platform: str = "",
    needs: Sequence[str] = (),
    **around: Unpack[Elsewhere],
) -> Choice:
    """Choose a database and a mapper for a brief (.md), a spec (.json) or a source.

    >>> found = choose("brief.md")
    >>> found.database.title
    'PostgreSQL'
    """
    from dbarchitect.api import choose as api

    return api.choose(
        str(given),
        api.ChooseOptions(
            workload=_path(workload),
            measure=measure,
            runs=runs,
            runtime=runtime,
            platform=platform,
            needs=tuple(needs),
            **_around(around),
        ),
    )


def design(
    brief: Named,
    folder: Named,
    *,
    orm: Literal["", "sqlalchemy", "tortoise", "prisma", "drizzle", "kysely"] = "",
    lab_rows: int | None = None,
    seed: int = 0,
    force: bool = False,
    **around: Unpack[Surroundings],
) -> Architecture:
    """Design a database for a brief, prove it, and write its architecture into `folder`; asks nothing.

    `lab_rows`: made-up rows that queries are timed on (150,000). `holds` of the result says whether all was shown.

    >>> made = design("brief.md", "architecture", lab_rows=2000)
    >>> made.holds
    True
    """
    from dbarchitect import __version__
    from dbarchitect.api import design as api
    from dbarchitect.render.html.design import folder_pages

    shared = _around(around)
    progress = {"progress": shared["progress"]} if "progress" in shared else {}
    spec = api.read_spec(Path(brief), pg_bin=shared["pg_bin"], cache=shared["cache"], **progress)
    command = f"dba design {brief} -o {folder}"
    return api.design(
        spec,
        Path(folder),
        api.DesignOptions(
            orm=orm, lab_rows=lab_rows or api.LAB_ROWS, seed=seed, force=force, command=command, **shared
        ),
        lambda found, draft, evidence, schema: folder_pages(
            found,
            draft.decisions,
            evidence.probes,
            evidence.trees,
            schema,
            spec=spec,
            command=command,
            version=__version__,
        ),
    )


def index(
    source: Named,
    *,
    workload: Named | None = None,
    budget: int | None = None,
    most: int | None = None,
    measure: bool = False,
    copy: str | None = None,
    data: bool = False,
    rows: Mapping[str, int] | None = None,
    seed: int = 0,
    **around: Unpack[Elsewhere],
) -> IndexAdvice:
    """Which indexes a workload wants: that of a file, or what the source has counted. `budget`: bytes of new indexes.

    >>> advice = index("shop.sql", workload="workload.sql", rows={"*": 50_000})
    >>> print(advice.create[0].sql)
    CREATE INDEX CONCURRENTLY orders_customer_id_incl_idx ON public.orders USING btree (customer_id) INCLUDE (id, total)
    """
    from dbarchitect.api import index as api

    return api.index(
        str(source),
        api.IndexOptions(
            workload=_path(workload),
            budget=budget,
            most=most,
            measure=measure,
            copy=copy,
            data=data,
            rows=rows,
            seed=seed,
            **_around(around),
        ),
    )


def query(
    source: Named,
    sql: str,
    *,
    parameters: Sequence[str] = (),
    measure: bool = False,
    copy: str | None = None,
    data: bool = False,
    rows: Mapping[str, int] | None = None,
    seed: int = 0,
    rewrites: bool = True,
    **around: Unpack[Elsewhere],
) -> QueryReview:
    """One statement: its plan, what is wrong with it, forms that cost less and give the same rows.

    `parameters`: SQL literals for `$1`, `$2`; `copy`: the URL of a copy on which it may be run.

    >>> found = query("shop.sql", "SELECT id FROM orders WHERE customer_id = $1", rows={"*": 50_000})
    >>> [one.rule for one in found.findings]
    ['seq-scan-filter']
    """
    from dbarchitect.api import query as api

    options = api.QueryOptions(
        parameters=tuple(parameters),
        measure=measure,
        copy=copy,
        data=data,
        rows=rows,
        seed=seed,
        rewrites=rewrites,
        **_around(around),
    )
    return api.query(str(source), sql, "the query", options)


def queries(
    source: Named, workload: Named | None = None, *, measure: bool = False, **around: Unpack[Elsewhere]
) -> WorkloadReview:
    """The same of every query of a workload, the dearest first."""
    from dbarchitect.api import query as api

    return api.queries(str(source), _path(workload), api.QueryOptions(measure=measure, **_around(around)))


def keyset(source: Named, sql: str, *, page: int = 1000, measure: bool = False, **around: Unpack[Elsewhere]) -> Keyset:
    """Pages by keys in place of OFFSET: first, next and previous, with their index; `refused` says why there are none.

    >>> found = keyset("shop.sql", "SELECT id, total FROM orders ORDER BY total DESC LIMIT 20 OFFSET 900")
    >>> found.refused
    ''
    """
    from dbarchitect.api import keyset as api

    return api.keyset(str(source), sql, api.KeysetOptions(page=page, measure=measure, **_around(around)))


def plan(
    source: Named,
    target: Named,
    *,
    renames: Sequence[str] = (),
    distinct: Sequence[str] = (),
    allow_loss: bool = False,
    keep: bool = False,
    online: bool = False,
    data: bool = False,
    **around: Unpack[Elsewhere],
) -> Planned:
    """The migration from `source` to `target` and back (`dba migrate diff`), run before it is given.

    `renames`: "OLD=NEW", `distinct`: what was not renamed. A rename that is only likely raises `InputError` with the
    question; so does a plan that loses data, unless `allow_loss` or `keep` is set. Nothing of yours is written.

    >>> planned = plan("shop.sql", "wanted.sql")
    >>> [sql for step in planned.plan.steps for sql in step.sql]
    ['ALTER TABLE public.orders ADD COLUMN note text']
    """
    from dbarchitect.api import diff as api

    options = api.DiffOptions(
        renames=tuple(renames),
        distinct=tuple(distinct),
        allow_loss=allow_loss,
        keep=keep,
        online=online,
        data=data,
        **_around(around),
    )
    return api.migrate_diff(str(source), str(target), options)


def lint(
    *files: Named,
    source: str | None = None,
    version: int | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    **around: Unpack[Elsewhere],
) -> Review:
    """Look at migrations: files or folders. `source`: the schema and the sizes that they meet; without it no server
    is started. `version`: the major version of the server that they are for.

    >>> [one.rule for one in lint("add_index.sql").findings]
    ['index-not-concurrent', 'missing-lock-timeout']
    """
    from dbarchitect.api import lint as api
    from dbarchitect.config import matching_rules

    known = tuple(one.id for one in api.lint_pages())
    options = api.LintOptions(
        source=source,
        version=version,
        select=matching_rules(select, known, "select"),
        ignore=matching_rules(ignore, known, "ignore"),
        **_around(around),
    )
    return api.lint([Path(one) for one in files], options).review


def rehearse(
    migrations: Named | Sequence[Named],
    source: Named,
    *,
    workload: Named | None = None,
    data: bool = False,
    copy: str | None = None,
    rows: Mapping[str, int] | None = None,
    seed: int = 0,
    max_block_s: float = 10.0,
    **around: Unpack[Elsewhere],
) -> Rehearsal:
    """Run migrations up, down and up again on private copies: a folder, or files in their order.

    `data`: measure on rows; `copy`: the URL of a copy that may be written to. What goes wrong is in the result.

    >>> found = rehearse("migrations", "shop.sql")
    >>> found.verdict
    'good'
    """
    from dbarchitect.api import rehearse as api

    paths = [migrations] if isinstance(migrations, str | Path) else migrations
    options = api.RehearseOptions(
        workload=_path(workload),
        data=data,
        copy=copy,
        rows=rows,
        seed=seed,
        max_block_s=max_block_s,
        **_around(around),
    )
    return api.rehearse([Path(one) for one in paths], str(source), options)


def orm(
    source: Named,
    to: TargetName,
    folder: Named,
    *,
    host: Literal["server", "neon", "supabase"] = "server",
    variant: str = "",
    package: str = "app",
    models_only: bool = False,
    force: bool = False,
    **around: Unpack[Elsewhere],
) -> Generated:
    """Write the project of an object-relational mapper into `folder`; a second run follows the schema.

    >>> made = orm("shop.sql", "sqlalchemy", "project", models_only=True)
    >>> "app/models/order.py" in made.written
    True
    """
    from dbarchitect.api import orm as api
    from dbarchitect.orm.project import Settings

    settings = Settings(host=host, variant=variant, package=package, scaffold=not models_only)
    return api.orm(str(source), to, Path(folder), api.OrmOptions(settings=settings, force=force, **_around(around)))


def cache(
    source: Named,
    *,
    workload: Named | None = None,
    staleness_s: float = 300.0,
    window_s: float | None = None,
    data: bool = False,
    **around: Unpack[Elsewhere],
) -> CacheDesign:
    """What of a workload to keep in Redis, how large that gets, and how often it hits. `staleness_s`: how old an
    answer may be; `window_s`: the seconds that the workload covers, where it does not say."""
    from dbarchitect.api import cache as api
    from dbarchitect.cache.design import Wishes

    wishes = Wishes(staleness=staleness_s, window=window_s)
    return api.cache(
        str(source), api.CacheOptions(workload=_path(workload), wishes=wishes, data=data, **_around(around))
    )


def vectors(
    source: Named,
    column: str = "",
    *,
    k: int = 10,
    recall: float = 0.95,
    condition: str = "",
    data: bool = False,
    **around: Unpack[Elsewhere],
) -> VectorAdvice:
    """Which pgvector index serves a column, measured on its vectors: of a source, or of a matrix in a `.npy` file."""
    from dbarchitect.api import vectors as api

    options = api.VectorOptions(column=column, k=k, target=recall, condition=condition, data=data, **_around(around))
    return api.vectors(str(source), options)


def workload(*files: Named, since: Named | None = None, output: Named | None = None) -> KeptWorkload:
    """Count what applications asked: logs, spans, CSV of pg_stat_statements. `output`: where it is written, for
    `workload=` of other verbs; `since`: an earlier export of the same counters.

    >>> counted = workload("workload.sql")
    >>> [one.calls for one in counted.queries]
    [5000.0]
    """
    from dbarchitect.api import workload as api

    options = api.WorkloadOptions(since=_path(since), output=_path(output))
    return api.workload([str(one) for one in files], options)


def twin(
    source: Named,
    file: Named,
    *,
    redacted: bool = False,
    data: bool = False,
    workload: Named | None = None,
    rows: Mapping[str, int] | None = None,
    **around: Unpack[Surroundings],
) -> TwinSummary:
    """Write the twin of a source: schema, statistics, sizes, settings; no rows. The file is a source of every verb.

    >>> summary = twin("shop.sql", "shop.twin", rows={"*": 1000})
    >>> check("shop.twin", select=["fk-without-index"]).tables
    2
    """
    from dbarchitect import api

    return api.twin_create(
        str(source),
        Path(file),
        redacted=redacted,
        data=data,
        workload=_path(workload),
        rows=rows,
        **_around(around),
    )


def erd(source: Named, *, form: Literal["svg", "mermaid", "dbml"] = "svg", **around: Unpack[Elsewhere]) -> str:
    """The entity-relationship diagram of a source, as text of that form.

    >>> erd("shop.sql", form="mermaid").splitlines()[0]
    'erDiagram'
    """
    from dbarchitect.api import erd as api
    from dbarchitect.api.surroundings import WorkOptions
    from dbarchitect.render.erd import dbml, diagram, mermaid

    schema, implied = api.erd(str(source), WorkOptions(**_around(around)))
    if form == "svg":
        return diagram(schema, implied=implied)
    return mermaid(schema, implied=implied) if form == "mermaid" else dbml(schema, implied=implied)


def report(
    source: Named,
    *,
    workload: Named | None = None,
    prove: bool = True,
    measure: bool = False,
    data: bool = False,
    **around: Unpack[Surroundings],
) -> str:
    """The page of `dba report`, as HTML that asks for nothing of any network."""
    from dbarchitect import __version__, api
    from dbarchitect.api import report as reports
    from dbarchitect.api.erd import implied
    from dbarchitect.render.html.report import report_page

    shared = _around(around)
    options = api.CheckOptions(workload=_path(workload), prove=prove, data=data, **shared)
    found = reports.report(str(source), reports.ReportOptions(check=options, measure=measure))
    made_at = f"{shared['now']:%d %B %Y, %H:%M} UTC"
    return report_page(found, implied(found.schema), made_at=made_at, version=__version__)


def _path(named: Named | None) -> Path | None:
    return None if named is None else Path(named)


def _around(given: Surroundings | Elsewhere) -> dict[str, Any]:
    """The surroundings under the names of `api`, dated now: here is where a program's clock is looked at."""
    known = {"pg_bin", "cache_dir", "progress", "server"}
    unknown = set(given) - known
    if unknown:
        raise InputError(f"there is no keyword {', '.join(sorted(unknown))}", hint=f"one of {', '.join(sorted(known))}")
    shared: dict[str, Any] = {
        "pg_bin": _path(given.get("pg_bin")),
        "cache": _path(given.get("cache_dir")),
        "now": datetime.now(UTC),
    }
    return shared | {name: value for name, value in given.items() if name in ("progress", "server")}
