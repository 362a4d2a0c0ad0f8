"""What the verbs share: where private copies are made, and progress that nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from dbarchitect.sources import Workshop


def nothing(_: str) -> None:
    """Progress that nobody watches."""


@contextmanager
def open_workshop(
    pg_bin: Path | None,
    cache: Path | None,
    progress: Callable[[str], None],
    *,
    scratch: str | None = None,
    python: Path | None = None,
) -> Generator[Workshop]:
    """A workshop for one command; what was made in it is gone with it."""
    workshop = Workshop(pg_bin=pg_bin, scratch=scratch, cache=cache, python=python, progress=progress)
    try:
        yield workshop
    finally:
        workshop.close()
