"""`dba answer`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app


@app.command
def answer(
    rule: Annotated[str, Parameter(help="A rule's id, or a glob of ids.")],
    about: Annotated[str, Parameter(name="OBJECT", help="public.orders.total, orders, or a glob; '*' for every one.")],
    /,
    *,
    reason: Annotated[str, Parameter(metavar="TEXT", help="Why it is right as it is.")],
    until: Annotated[str | None, Parameter(metavar="DATE", help="From the next day on it is asked again.")] = None,
) -> int:
    """Answer what a review asked: a rule is silent about an object from now on, and the configuration says why."""
    from dbarchitect.api.lint import all_pages
    from dbarchitect.config import answer as write
    from dbarchitect.config import matching_rules
    from dbarchitect.render.untrusted import line
    from dbarchitect.suppression import ConfiguredIgnore

    matching_rules((rule,), tuple(page.id for page in all_pages()), "answer")
    if not about.strip():
        raise InputError("which object?", hint="public.orders, public.orders.total, or '*' for every one")
    if not reason.strip():
        raise InputError("--reason is empty", hint="whoever reads it next year should know why")
    day = None if until is None else _day(until)
    path = write(Path.cwd(), ConfiguredIgnore(rule=rule, object=about, reason=reason.strip(), until=day))
    ends = "" if day is None else f" until {day}"
    terminal.emit(f"dba: {line(rule)} is silent about {line(about)}{ends}: {line(str(path))}\n", None)
    return 0


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as err:
        raise InputError(f"--until {text}: not a date", hint="--until 2027-01-31") from err
    if day < datetime.now(UTC).date():
        raise InputError(f"--until {text}: this is over", hint="a day to come, or no --until")
    return day
