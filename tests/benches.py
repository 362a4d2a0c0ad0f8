"""Workbenches on the server that the tests share."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager

from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.prove.workbench import Workbench


@contextmanager
def working(server: Server, snapshot: Snapshot, rows: Mapping[str, int] | None = None) -> Generator[Workbench]:
    """A bench whose copies are gone afterwards, also where a test fails: the next bench's have the same names."""
    try:
        with closing(Workbench(server, snapshot, rows=rows)) as made:
            yield made
    finally:
        for name in ("blank", "empty", "owned", "lab", "twin"):
            server.drop_database(name)
