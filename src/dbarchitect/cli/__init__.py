"""The command line: parse, call one function of `api`, render, give the exit code."""

from .commands import app, run

__all__ = ["app", "run"]
