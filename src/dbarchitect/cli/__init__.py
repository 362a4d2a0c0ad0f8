"""The command line: parse, call one function of `api`, render, give the exit code."""

# The modules of verbs add themselves.
from . import (
    answer,
    apply,
    cache,
    choose,
    design,
    diff,
    erd,
    folder,
    index,
    init,
    keyset,
    lint,
    logs,
    mcp,
    nplusone,
    orm_diff,
    platform,
    pooler,
    query_diff,
    query_review,
    rehearse,
    report,
    serve,
    timeseries,
    vectors,
)
from .commands import app, run
from .documents import documents
from .examples import show_examples
from .migrate import migrate
from .orm import orm
from .query import query
from .workload import workload

app.command(documents)
app.command(migrate)
app.command(orm)
app.command(query)
app.command(workload)
show_examples(app)

VERBS = (
    *(answer, apply, cache, choose, design, diff, erd, folder, index, init, keyset, lint, logs, mcp),
    *(nplusone, orm_diff, platform, pooler, query_diff, query_review, rehearse, report, serve),
    *(timeseries, vectors),
)

__all__ = ["VERBS", "app", "run"]
