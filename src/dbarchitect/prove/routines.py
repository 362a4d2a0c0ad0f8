"""Functions that migrations break: PostgreSQL checks no body when a table changes, only when it runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing

import psycopg

from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.model.rehearsal import BrokenRoutine
from dbarchitect.model.schema import Function, Relational

from .stage import Stage


def broken_routines(
    make: Callable[[], Stage], replay: Callable[[Stage], None], base: Relational, up: Relational
) -> tuple[BrokenRoutine, ...]:
    """Functions that are the same before and after and whose bodies do not fit the schema afterwards.

    A body in SQL is given to the server again on a copy, before and after `replay` (`check_function_bodies`): what it
    refuses only afterwards is broken for certain. Other bodies are text to it; of these, those that name what is gone
    may be broken.
    """
    known = {(one.name, one.identity): one for one in base.functions}
    same = [one for one in up.functions if known.get((one.name, one.identity)) == one and one.kind != "aggregate"]
    gone = _gone(base, up)
    found = [
        BrokenRoutine(routine=_signature(one), reason=f"names {named}", certain=False)
        for one in same
        if one.language not in ("sql", "c", "internal") and (named := _names(one.body, gone))
    ]
    checked = [one for one in same if one.language == "sql"]
    if not checked:
        return tuple(found)
    with closing(make()) as stage:
        fitting = [one for one in checked if not _refused(stage, one)]
        replay(stage)
        reasons = [(one, _refused(stage, one)) for one in fitting]
    broken = [BrokenRoutine(routine=_signature(one), reason=why, certain=True) for one, why in reasons if why]
    return (*broken, *found)


def _signature(one: Function) -> str:
    return f"{one.name.short}({one.identity})"


def _refused(stage: Stage, one: Function) -> str:
    if not one.definition:
        return ""
    session = stage.session
    try:
        with session.transaction(force_rollback=True):
            session.execute("SET LOCAL check_function_bodies = on")
            one_statement(session, one.definition)
    except psycopg.Error as err:
        return err.diag.message_primary or str(err).strip()
    return ""


def _gone(base: Relational, up: Relational) -> list[tuple[str, str]]:
    """(table, "") of tables and (table, column) of columns that are there no longer, by their bare names."""
    found: list[tuple[str, str]] = []
    for old in (*base.tables, *base.views):
        new = next((one for one in (*up.tables, *up.views) if one.name == old.name), None)
        if new is None:
            found.append((old.name.name, ""))
            continue
        left = {column.name for column in new.columns}
        found += [(old.name.name, column.name) for column in old.columns if column.name not in left]
    return found


def _names(body: str, gone: list[tuple[str, str]]) -> str:
    words = set(re.findall(r"\w+", body.lower()))
    for table, column in gone:
        if table.lower() in words and (not column or column.lower() in words):
            return f"{table}.{column}, which is gone" if column else f"{table}, which is gone"
    return ""
