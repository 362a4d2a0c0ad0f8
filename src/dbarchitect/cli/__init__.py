"""The command line: parse, call one function of `api`, render, give the exit code."""

from . import (  # their verbs add themselves
    apply,
    diff,
    folder,
    index,
    keyset,
    lint,
    logs,
    query_diff,
    query_review,
    rehearse,
)
from .commands import app, run
from .migrate import migrate
from .query import query
from .workload import workload

app.command(migrate)
app.command(query)
app.command(workload)


    "app",
    "apply",
    "diff",
    "folder",
    "index",
    "keyset",
    "lint",
    "logs",
    "query_diff",
    "query_review",
    "rehearse",
    "run",
]

__all__ = [
    *("app", "apply", "diff", "folder", "index", "keyset", "lint", "logs", "nplusone", "query_diff", "query_review"),
    *("rehearse", "run"),
]
