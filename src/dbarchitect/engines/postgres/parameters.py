"""Which types the parameters of a normalised query have, asked of the server until it takes the query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import InputError
from dbarchitect.model.value import Value
from dbarchitect.sql.parameters import place_before, respelled, suspects, unsquashed, with_types

_PREPARE = "PREPARE dba_typed AS "
_TYPES = "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'dba_typed'"
_MOST = 400  # tries; each takes about a millisecond
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

    Depth first: what moves the refusal to a later place is followed at once, what moves it to an earlier one when
    nothing else is left.
    """
    error, types = _tried(connection, sql)
    if error is None:
        return {}, types
    first, left = error, _MOST
    seen = {_told(error, sql, {})}
    stack = [(_place(error, sql, {}), _answers(sql, {}, error))]
    later: list[tuple[int, Iterator[dict[int, str]]]] = []
    while stack or later:
        at, answers = (stack or later)[-1]
        casts = next(answers, None)
        if casts is None:
            (stack or later).pop()
            continue
        if left == 0:
            break
        left -= 1
        refused, types = _tried(connection, with_types(sql, casts))
        if refused is None:
            return casts, types
        told = _told(refused, sql, casts)
        if told not in seen:
            seen.add(told)
            (stack if told[1] > at else later).append((told[1], _answers(sql, casts, refused)))
    return first


def _answers(sql: str, casts: dict[int, str], error: psycopg.Error) -> Iterator[dict[int, str]]:
    place = error.diag.statement_position
    at = int(place) - len(_PREPARE) - 1 if place else None
    text = with_types(sql, casts)
    for one in suspects(text, error.diag.sqlstate or "", error.diag.message_primary or "", at):
        if not one.keys() & casts.keys():
            yield {**casts, **one}


def _told(error: psycopg.Error, sql: str, casts: dict[int, str]) -> tuple[str, int]:
    return error.diag.message_primary or "", _place(error, sql, casts)


def _place(error: psycopg.Error, sql: str, casts: dict[int, str]) -> int:
    """The character that the server names, in the text without casts; -1: it names none."""
    place = error.diag.statement_position
    return place_before(sql, casts, int(place) - len(_PREPARE) - 1) if place else -1


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
    return InputError(
        f"the server refuses to plan this query: {error.diag.message_primary or error}",
        hint="one SELECT, INSERT, UPDATE, DELETE or MERGE on tables that the SOURCE has",
    )
