"""A backfill: UPDATE of a whole table in batches along a unique key, each its own transaction.

The position is written in the transaction of its batch, so that no batch is lost or counted twice. It ends at the last
key that there was when it began: rows that come later are for whoever writes them (a default, a trigger).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from dbarchitect.errors import InputError
from dbarchitect.model.journal import Progressed
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.plan import Backfill

_TYPES = """
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
from pg_catalog.pg_attribute a where a.attrelid = pg_catalog.to_regclass(%s) and a.attname = any(%s)
and a.attnum > 0 and not a.attisdropped
"""
_ESTIMATE = """
select greatest(coalesce(pg_catalog.sum(c.reltuples), 0), 0)::bigint
from pg_catalog.pg_class c
where c.relkind = 'r' and (c.oid = pg_catalog.to_regclass(%s)
    or c.oid in (select relid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass(%s))))
"""


@dataclass(frozen=True, slots=True)
class Batches:
    """The statements of one backfill. Keys travel as text and are cast to the columns' types in the server."""

    backfill: Backfill
    types: tuple[str, ...]
    estimate: int  # rows of the table, as the planner's statistics have it; 0: unknown

    def start(self, connection: psycopg.Connection[Any]) -> Progressed:
        """Where it begins: the last key there is now; without one there is nothing to do."""
        keys, texts, backwards = self._listed()
        row = connection.execute(
            f"SELECT {texts} FROM (SELECT {keys} FROM {self.backfill.table}) batch "
            f"ORDER BY {backwards} LIMIT 1".encode()
        ).fetchone()
        return Progressed(end=tuple(row) if row else ())

    def run(self, connection: psycopg.Connection[Any], position: Progressed) -> Progressed | None:
        """One batch from `position` on, inside the caller's transaction; None where there was nothing left."""
        if not position.end:
            return None
        keys, texts, backwards = self._listed()
        after = f"({keys}) > ({self._casts()})" if position.last else "true"
        row = connection.execute(
            f"SELECT {texts}, count(*) OVER () FROM (SELECT {keys} FROM {self.backfill.table} "
            f"WHERE {after} AND ({keys}) <= ({self._casts()}) ORDER BY {keys} LIMIT {self.backfill.batch}) batch "
            f"ORDER BY {backwards} LIMIT 1".encode(),
            (*position.last, *position.end),
        ).fetchone()
        if row is None:
            return None
        *reached, seen = row
        assigned = ",\n".join(
            f"{quote_identifier(column)} = {expression}\n" for column, expression in self.backfill.assignments.items()
        )
        wanted = f"({self.backfill.where}\n)" if self.backfill.where else "true"
        # psycopg would take a % in an expression for the place of a parameter.
        own = [text.replace("%", "%%") for text in (str(self.backfill.table), assigned, wanted)]
        changed = connection.execute(
            f"UPDATE {own[0]} SET {own[1]} WHERE {after} AND ({keys}) <= ({self._casts()}) AND {own[2]}".encode(),
            (*position.last, *reached),
        ).rowcount
        return Progressed(
            end=position.end, last=tuple(reached), rows=position.rows + changed, seen=position.seen + seen
        )

    def _listed(self) -> tuple[str, str, str]:
        """The key's columns; the same of `batch` as texts; and backwards, lest the order is that of the texts."""
        columns = [quote_identifier(name) for name in self.backfill.key]
        texts = (f"batch.{column}::text" for column in columns)
        backwards = (f"batch.{column} DESC" for column in columns)
        return ", ".join(columns), ", ".join(texts), ", ".join(backwards)

    def _casts(self) -> str:
        return ", ".join(f"%s::{kind}" for kind in self.types)


def batches(connection: psycopg.Connection[Any], backfill: Backfill) -> Batches:
    """The statements of `backfill` for this database. Raises `InputError` where its table or key is not there."""
    table = str(backfill.table)
    found = dict(_rows(connection, _TYPES, table, list(backfill.key)))
    missing = [name for name in backfill.key if name not in found]
    if missing or not backfill.key:
        raise InputError(
            f"the backfill of {table} goes along {', '.join(missing) or 'no column'}, which the table does not have",
            hint="name the columns of its primary key",
        )
    ((estimate,),) = _rows(connection, _ESTIMATE, table, table)
    return Batches(backfill, tuple(found[name] for name in backfill.key), estimate)


def _rows(connection: psycopg.Connection[Any], query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    return connection.execute(query.encode(), values).fetchall()
