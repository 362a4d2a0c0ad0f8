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
    keyset,
    lint,
    logs,
    mcp,
    nplusone,
    orm_diff,
    pooler,
    query_diff,
    query_review,
    rehearse,
    report,
    serve,
    vectors,
)
from .commands import app, run
from .migrate import migrate
from .orm import orm
from .query import query
from .workload import workload

app.command(migrate)
app.command(orm)
app.command(query)
app.command(workload)

VERBS = (
    *(answer, apply, cache, choose, design, diff, erd, folder, index, keyset, lint, logs, mcp),
    *(nplusone, orm_diff, pooler, query_diff, query_review, rehearse, report, serve, vectors),
)

__all__ = ["VERBS", "app", "run"]
