"""Which types the parameters of a normalised query have, asked of the server until it takes the query."""

from __future__ import annotations

from typing import Any

import psycopg

from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import InputError
from dbarchitect.model.value import Value
from dbarchitect.sql.parameters import respelled, suspects, unsquashed, with_types

_PREPARE = "PREPARE dba_typed AS "
_TYPES = "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'dba_typed'"
_MOST = 80  # tries; each takes about a millisecond
_LIST = 5  # constants of a list whose length nobody knows: two at least, or it would not be shown as one


class Plannable(Value, frozen=True, kw_only=True):
    """A query that the server plans.

    types    of its parameters, in order
    numbers  which parameter of the original each of them is
    repairs  what was changed in the text, in words; none: nothing
    """

    sql: str
    types: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    repairs: tuple[str, ...] = ()


def plannable(connection: psycopg.Connection[Any], sql: str) -> Plannable:
    """A query with `$n` in the form in which the server plans it. `connection` is in autocommit and has no prepared
    statements. Raises `InputError` with the reason where it does not."""
    lists = unsquashed(sql.strip().rstrip(";"), _LIST)
    error, types = _tried(connection, lists.sql)
    if error is None:
        return Plannable(sql=lists.sql, types=types, numbers=lists.numbers, repairs=lists.repairs)
    try:
        text = respelled(lists.sql, version=connection.info.server_version)
    except InputError:
        raise _refusal(error) from error
    found = _search(connection, text.sql)
    if isinstance(found, psycopg.Error):
        raise _refusal(found) from found
    casts, types = found
    numbers = tuple(lists.numbers[number - 1] for number in text.numbers)
    said = tuple(f"${numbers[number - 1]} is taken to be of type {one}" for number, one in sorted(casts.items()))
    return Plannable(
        sql=with_types(text.sql, casts),
        types=types,
        numbers=numbers,
        repairs=(*lists.repairs, *text.repairs, *dict.fromkeys(said)),
    )


def _search(connection: psycopg.Connection[Any], sql: str) -> tuple[dict[int, str], tuple[str, ...]] | psycopg.Error:
    """Types that the server needs to be told, and all types then; or what it says where none help.

    Depth first: what answers one refusal may lead to another one further on.
    """
    error, types = _tried(connection, sql)
    if error is None:
        return {}, types
    first, left = error, _MOST
    stack: list[tuple[dict[int, str], psycopg.Error]] = [({}, error)]
    seen = {_told(error)}
    while stack:
        casts, error = stack.pop()
        deeper: list[tuple[dict[int, str], psycopg.Error]] = []
        for more in _suspects(sql, casts, error):
            if left == 0:
                return first
            left -= 1
            wanted = {**casts, **more}
            refused, types = _tried(connection, with_types(sql, wanted))
            if refused is None:
                return wanted, types
            if _told(refused) not in seen:
                seen.add(_told(refused))
                deeper.append((wanted, refused))
        stack += reversed(deeper)
    return first


def _suspects(sql: str, casts: dict[int, str], error: psycopg.Error) -> list[dict[int, str]]:
    place = error.diag.statement_position
    text = with_types(sql, casts)
    at = int(place) - len(_PREPARE) - 1 if place else None
    found = suspects(text, error.diag.sqlstate or "", error.diag.message_primary or "", at)
    return [one for one in found if not one.keys() & casts.keys()]


def _told(error: psycopg.Error) -> tuple[str | None, str | None]:
    return error.diag.message_primary, error.diag.statement_position


def _tried(connection: psycopg.Connection[Any], sql: str) -> tuple[psycopg.Error | None, tuple[str, ...]]:
    """(what the server says against it, the types of its parameters where it takes it)."""
    try:
        with connection.transaction(force_rollback=True):
            one_statement(connection, _PREPARE + sql)
            row = connection.execute(_TYPES).fetchone()
    except psycopg.Error as err:
        if connection.closed:
            raise
        return err, ()
    connection.execute("DEALLOCATE ALL")  # a prepared statement outlives a rolled-back transaction
    return None, tuple(row[0]) if row else ()


def _refusal(error: psycopg.Error) -> InputError:
    return InputError(f"the server refuses to plan this query: {error.diag.message_primary or error}")
