"""`dba platform`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from . import terminal
from .commands import app
from .options import Facts, Output, TextOrJson


@app.command
def platform(
    given: Annotated[str, Parameter(name="NAME|URL", help="neon, supabase, or the URL of a database there.")],
    /,
    *,
    facts: Facts = (),
    form: TextOrJson = "text",
    output: Output = None,
) -> int:
    """Say what hosts a database: pooled or direct, limits, sleep, copies for rehearsals, extensions. Asks no server."""
    from dbarchitect import __version__
    from dbarchitect.api.platform import platform as api
    from dbarchitect.render.platform import render_platform

    found = api(given, facts=facts, today=datetime.now(UTC).date())
    terminal.emit(render_platform(found, form, screen=terminal.screen(output), version=__version__), output)
    return 0
