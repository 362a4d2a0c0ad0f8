"""One statement as a log tells of it, before anything in it is looked at closer."""

from __future__ import annotations

import re

import msgspec

from dbarchitect.model.execution import Execution
from dbarchitect.model.names import Position

from .comments import site_of, tags_of, trace_of

_PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
_ARGUMENT = re.compile(r"\s*((?:'(?:[^']|'')*'|\"[^\"]*\"|\([^()]*\)|[^,'\"()])+)\s*(?:,|$)")
_PREPARED = re.compile(r"prepare: PREPARE .*?\bAS\s+", re.IGNORECASE | re.DOTALL)
_EXECUTE = re.compile(r"EXECUTE\s+(?:\"[^\"]*\"|[\w$]+)\s*(?:\((.*)\))?$", re.IGNORECASE | re.DOTALL)
_LONGEST = 1 << 16  # of an EXECUTE whose arguments are looked at


class Logged(msgspec.Struct, gc=False):
    """One statement of a log. `detail` is the DETAIL line as it stands, with the bound parameters; `calls` is 0 for
    the further rows of a portal (`execute fetch from`). `plan` is the text or the JSON of auto_explain."""

    sql: str
    milliseconds: float | None = None
    at: float | None = None
    session: str = ""
    database: str = ""
    user: str = ""
    application: str = ""
    line: int = 0
    detail: str = ""
    transaction: str = ""
    plan: str = ""
    rows: float | None = None
    calls: int = 1


def parameters_of(detail: str) -> tuple[str, ...]:
    """The SQL literals in `Parameters: $1 = '42', $2 = NULL`, the first of `$1`."""
    found = _PARAMETER.findall(detail)
    if not found:
        return ()
    # A value that log_parameter_max_length hides leaves its number out: what follows would shift.
    return tuple(value for _, value in found) if int(found[-1][0]) == len(found) else ()


def resolved(sql: str, detail: str) -> tuple[str, tuple[str, ...]]:
    """The statement and its parameters: SQL's own EXECUTE is the statement that DETAIL says was prepared."""
    if detail.startswith("prepare: "):
        call = _EXECUTE.match(sql.strip().rstrip(";").rstrip()) if len(sql) < _LONGEST else None
        prepared = _PREPARED.match(detail)
        if prepared and call:
            arguments = tuple(one.strip() for one in _ARGUMENT.findall(call[1])) if call[1] else ()
            return detail[prepared.end() :].rstrip().rstrip(";"), arguments
    return sql, parameters_of(detail) if detail else ()


def execution_of(logged: Logged, file: str) -> Execution:
    """The entry as the model's value, with the tags of its comment."""
    sql, parameters = resolved(logged.sql, logged.detail)
    tags = tags_of(sql)
    return Execution(
        sql=sql,
        parameters=parameters,
        at=logged.at,
        milliseconds=logged.milliseconds,
        rows=logged.rows,
        session=logged.session,
        transaction=logged.transaction,
        trace=trace_of(tags),
        site=site_of(tags),
        database=logged.database,
        user=logged.user,
        application=logged.application,
        tags=tags,
        position=Position(file=file, line=logged.line) if logged.line else None,
    )
