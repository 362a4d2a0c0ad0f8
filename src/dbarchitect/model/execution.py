"""One execution of a statement, as logs, spans and recorders tell of it."""

from __future__ import annotations

from .names import Position
from .value import Value


class Execution(Value, frozen=True, kw_only=True):
    """One statement that was run once. What its source does not tell is None or "".

    sql          its text as it was sent, with `$n` or with its literals
    parameters   what was bound to `$1`, `$2`, ..., as SQL literals
    at           when it began, in seconds since the epoch; `milliseconds`: how long it took
    rows         rows that it gave or touched
    session      its connection, `transaction` a part of that ("" in autocommit), `trace` the request that caused it
    site         the application's line: `app/views.py:41 in list_orders`
    position     its place in the log or recording that told of it
    """

    sql: str
    parameters: tuple[str, ...] = ()
    at: float | None = None
    milliseconds: float | None = None
    rows: float | None = None
    session: str = ""
    transaction: str = ""
    trace: str = ""
    site: str = ""
    database: str = ""
    user: str = ""
    application: str = ""
    tags: dict[str, str] = {}
    position: Position | None = None
