"""Vectors of a table, read from a server: some of its rows, with the values of one more column."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Column

_FETCH = 2_000  # rows of one round trip
_TEXT = 1_000  # characters of a text
_EXTRA = 1.1  # pages are drawn, not rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVectors:
    """`vectors`: one a row, of float32. `labels`: the number of each row's value in `values`, -1 for NULL. `texts`: the
    beginning of each row's text, where asked for."""

    vectors: NDArray[np.float32]
    labels: NDArray[np.int32]
    values: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def read_vectors(
    connection: psycopg.Connection[Any],
    table: Name,
    column: Column,
    *,
    most: int,
    estimate: float | None,
    label: str | None = None,
    text: str | None = None,
) -> ReadVectors:
    """Up to `most` vectors of a `vector` or `halfvec` column, NULLs left out: of larger tables (`estimate`: their rows)
    those of pages drawn at random. `connection` may be in a read-only transaction.

    Raises `InputError` where they cannot be read, or are not all of one length.
    """
    source = str(table)
    if estimate is not None and estimate > most:
        share = min(100.0, 100.0 * _EXTRA * most / estimate)
        source += f" TABLESAMPLE SYSTEM ({share:.6f}) REPEATABLE (1)"
    ext = quote_identifier(column.type.schema)
    name = quote_identifier(column.name)
    value = f"{quote_identifier(label)}::text" if label is not None else "NULL::text"
    body = f"left({quote_identifier(text)}::text, {_TEXT})" if text is not None else "NULL::text"
    query = (
        f"SELECT {ext}.vector_send({name}::{ext}.vector), {value}, {body} FROM {source} "
        f"WHERE {name} IS NOT NULL LIMIT {most}"
    )
    parts: list[NDArray[np.float32]] = []
    known: dict[str, int] = {}
    labels: list[int] = []
    texts: list[str] = []
    try:
        with connection.transaction(), closing(psycopg.ServerCursor(connection, "dba_vectors")) as cursor:
            # Where policies would hide rows the server shall refuse: what is seen of some rows is not true of all.
            connection.execute("select set_config('row_security', 'off', true)")
            cursor.execute(sql.SQL(query), binary=True)  # pyright: ignore[reportArgumentType] - names are quoted
            while batch := cursor.fetchmany(_FETCH):
                parts.append(_numbers([row[0] for row in batch], f"{table.short}.{column.name}"))
                labels += [-1 if row[1] is None else known.setdefault(row[1], len(known)) for row in batch]
                texts += [row[2] or "" for row in batch] if text is not None else []
    except psycopg.Error as err:
        raise InputError(
            f"the vectors of {table.short}.{column.name} cannot be read: {err.diag.message_primary or err}",
            hint="a role that may read all rows of the table",
        ) from err
    if not parts:
        raise InputError(
            f"{table.short}.{column.name} holds no vectors", hint="of a script the rows are read with --data"
        )
    if len({part.shape[1] for part in parts}) > 1:
        raise _uneven(f"{table.short}.{column.name}")
    return ReadVectors(
        vectors=np.concatenate(parts), labels=np.array(labels, np.int32), values=tuple(known), texts=tuple(texts)
    )


def _numbers(sent: list[bytes], where: str) -> NDArray[np.float32]:
    """Vectors as pgvector sends them: the number of dimensions, two spare bytes, big-endian floats."""
    if len({len(one) for one in sent}) > 1:
        raise _uneven(where)
    length = int.from_bytes(sent[0][:2], "big")
    row = np.dtype([("dimensions", ">i2"), ("unused", ">i2"), ("vector", ">f4", (length,))])
    return np.frombuffer(b"".join(sent), row)["vector"].astype(np.float32)


def _uneven(where: str) -> InputError:
    return InputError(
        f"the vectors of {where} are not all of one length: no index can be made of them",
        hint="give the column its dimensions, vector(N)",
    )
