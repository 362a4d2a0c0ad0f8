"""The command line: parse, call one function of `api`, render, give the exit code."""

from . import apply, diff, folder, index, lint, rehearse  # their verbs add themselves
from .commands import app, run
from .migrate import migrate

app.command(migrate)

__all__ = ["app", "apply", "diff", "folder", "index", "lint", "rehearse", "run"]
