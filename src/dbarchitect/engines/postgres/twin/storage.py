"""Gives relations of a private database files of any size: the twin's hands.

A relation gets a *new* file (a fresh `relfilenode`), written whole before the catalogue points at it. So no shared
buffer can hold an older page of it, whatever the server's version, and the relation's old file stays untouched.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.twin.pages import SEGMENT_BLOCKS, RelationFiles

# Above any number that the server's own counter reaches in a private cluster; file names there are 32-bit.
_FIRST_FILENODE = 3_000_000_000
# Segments of 1 GiB that one twin may have, a file each: 64 TiB. A snapshot can claim more than a disk has inodes for.
MOST_FILES = 65_536
MOST_BLOCKS = 2**31 - 1  # 16 TiB: what pg_class.relpages counts to


_POINT = """
update pg_catalog.pg_class c
set relfilenode = v.filenode::oid, relpages = v.pages, reltuples = v.tuples, relallvisible = v.visible
from unnest(%s::bigint[], %s::bigint[], %s::int[], %s::float4[], %s::int[])
     as v(oid, filenode, pages, tuples, visible)
where c.oid = v.oid::oid
"""


class Storage:
    """The relation files of one database. `connection`: a superuser's, autocommit."""

    def __init__(self, server: Server, database: str, connection: psycopg.Connection[Any]) -> None:
        row = connection.execute(
            "select oid::bigint from pg_catalog.pg_database where datname = %s", [database]
        ).fetchone()
        assert row is not None
        self._files = RelationFiles(server.data / "base" / str(row[0]), uid=server.uid, gid=server.gid)
        self._connection = connection
        self._next = _FIRST_FILENODE
        self._files_left = MOST_FILES
        self.full = False  # whether relations were cut to stay within MOST_FILES

    def _fresh(self) -> int:
        self._next += 1
        return self._next

    def flush(self) -> None:
        """Write what is in memory to the files."""
        self._connection.execute("checkpoint")

    def read_current(self, filenode: int, blocks: int) -> bytes:
        """The first blocks of a relation, as the server has them."""
        self.flush()
        return self.read(filenode, blocks)

    def read(self, filenode: int, blocks: int) -> bytes:
        """The first blocks of a relation's file on disk (after a checkpoint: as the server has them)."""
        return self._files.read(filenode, blocks)

    def place(self, relations: Sequence[tuple[int, int, bytes, int, float, int]]) -> None:
        """Give relations new files: (oid, blocks, first pages, relpages, reltuples, all-visible pages) each."""
        rows: list[tuple[int, int, int, float, int]] = []
        for oid, blocks, content, pages, tuples, visible in relations:
            filenode = self._fresh()
            extra = blocks // SEGMENT_BLOCKS
            if extra > self._files_left:
                self.full = True
                extra, blocks = 0, SEGMENT_BLOCKS - 1
            self._files_left -= extra
            self._files.write(filenode, blocks=blocks, content=content)
            rows.append((oid, filenode, pages, tuples, visible))
        self._point(rows)

    def _point(self, rows: Sequence[tuple[int, int, int, float, int]]) -> None:
        """Let the catalogue point at files: (oid, filenode, relpages, reltuples, all-visible pages) each."""
        if rows:
            self._connection.execute(_POINT, [list(column) for column in zip(*rows, strict=True)])

    @contextmanager
    def emptied(self, tables: Sequence[int]) -> Generator[None]:
        """Within: these tables have no blocks, so that an index is built on them in no time. Then as before."""
        saved = self._connection.execute(
            """select oid::bigint, relfilenode::bigint, relpages, reltuples, relallvisible
               from pg_catalog.pg_class where oid = any(%s::oid[])""",
            [list(tables)],
        ).fetchall()
        empty = self._fresh()
        self._files.write(empty, blocks=0)
        try:
            self._connection.execute(
                "update pg_catalog.pg_class set relfilenode = %s::bigint::oid where oid = any(%s::oid[])",
                [empty, list(tables)],
            )
            yield
        finally:
            # CREATE INDEX may have counted the rows of the empty file: give the sizes back with the file.
            self._point(saved)
