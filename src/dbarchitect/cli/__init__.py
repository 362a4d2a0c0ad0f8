"""The command line: parse, call one function of `api`, render, give the exit code."""

from . import apply, diff, folder, index, lint, query_review, rehearse  # their verbs add themselves
from .commands import app, run
from .migrate import migrate
from .query import query

app.command(migrate)
app.command(query)

__all__ = ["app", "apply", "diff", "folder", "index", "lint", "query_review", "rehearse", "run"]
