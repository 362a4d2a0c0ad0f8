"""Indexes that are planned with and never built: CREATE INDEX on an emptied table, then a file of the right size.

The size is the caller's (a real index's), or the model's (`size_model.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.engines.postgres.twin import pages
from dbarchitect.engines.postgres.twin.size_model import PhysicalIndex, SizeModel, describe
from dbarchitect.engines.postgres.twin.sizes import IndexSize
from dbarchitect.engines.postgres.twin.storage import MOST_BLOCKS, Storage
from dbarchitect.errors import InputError
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index

_BUILT_PAGES = 16  # an index built on an empty table is never longer

_TREE = """
with recursive tree as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = %s and c.relname = %s
    union all select i.inhrelid from pg_catalog.pg_inherits i join tree t on t.oid = i.inhparent)
select c.oid::bigint from tree join pg_catalog.pg_class c using (oid) where c.relkind in ('r', 'm')
"""


class HypotheticalIndexes:
    """Creates and drops indexes on a twin's empty tables.

    `connection`: a superuser's, autocommit; it reads the catalogue. `owner`: a session of the tables' owner, which
    builds and estimates: expressions and predicates are somebody else's.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        owner: psycopg.Connection[Any],
        storage: Storage,
        columns: Mapping[str, tuple[ColumnStatistics, ...]],
    ) -> None:
        self._connection = connection
        self._owner = owner
        self._storage = storage
        self.model = SizeModel(connection, owner, columns, storage.read_current)

    def create(self, index: Index, size: IndexSize | None = None) -> IndexSize:
        """Make the planner see `index`. Returns its size: the one given, else the model's (summed over partitions).

        Raises `InputError` where PostgreSQL refuses the definition.
        """
        connection = self._connection
        tables = [row[0] for row in connection.execute(_TREE, [index.table.schema, index.table.name]).fetchall()]
        before = self._indexes_of(tables)
        try:
            with self._storage.emptied(tables):
                one_statement(self._owner, create_index_sql(index))
        except psycopg.Error as err:
            raise InputError(f"PostgreSQL refuses the index {index.name}: {err.diag.message_primary or err}") from err
        made = describe(connection, sorted(self._indexes_of(tables) - before))
        if any(one.method != "btree" for one in made):
            self._storage.flush()  # so that the pages that the build left are on disk
        placed: list[IndexSize] = []
        for one in made:
            own = size if size is not None else self.model.estimate(one)
            own = replace(own, pages=min(own.pages, MOST_BLOCKS))
            content = self.content(one, own)
            self._storage.place([(one.oid, own.pages, content, own.pages, own.rows, 0)])
            placed.append(own)
        return IndexSize(
            pages=sum(own.pages for own in placed),
            rows=sum(own.rows for own in placed),
            height=max((own.height or 0 for own in placed), default=None),
        )

    def content(self, built: PhysicalIndex, size: IndexSize) -> bytes:
        """The first pages of an index's file: what the planner reads of it. It stands on an empty table, on disk."""
        if built.method == "btree":
            return pages.btree_skeleton(min(size.height or 0, max(0, size.pages - 2)))
        first = self._storage.read(built.filenode, _BUILT_PAGES)
        if built.method == "gin":
            if not size.entries:  # a real index's size without its inner counts: the model's proportions
                model = self.model.estimate(built)
                share = model.entry_pages / max(1, model.entry_pages + model.data_pages)
                entry_pages = max(1, round((size.pages - 2) * share))
                size = replace(
                    size,
                    entries=round(model.entries * entry_pages / max(1, model.entry_pages)),
                    entry_pages=entry_pages,
                    data_pages=max(0, size.pages - 2 - entry_pages),
                )
            counts = {"entry": size.entry_pages, "data": size.data_pages, "entries": size.entries}
            return pages.gin_metapage(first[: pages.BLOCK], total=size.pages, **counts) + first[pages.BLOCK :]
        if built.method == "brin":
            revmap = size.revmap_pages or self.model.estimate(built).revmap_pages
            return pages.brin_metapage(first[: pages.BLOCK], last_revmap_page=revmap) + first[pages.BLOCK :]
        return first

    def describe(self, oids: Sequence[int]) -> list[PhysicalIndex]:
        """Physical indexes by oid, for `content` and the model."""
        return describe(self._connection, oids)

    def drop(self, name: Name) -> None:
        """Remove an index that `create` made."""
        one_statement(self._owner, f"drop index {name}")

    def _indexes_of(self, tables: Sequence[int]) -> set[int]:
        rows = self._connection.execute(
            "select indexrelid::bigint from pg_catalog.pg_index where indrelid = any(%s::oid[])", [list(tables)]
        ).fetchall()
        return {row[0] for row in rows}
