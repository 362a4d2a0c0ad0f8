"""Where a finding is in a repository: the path that code hosts know, relative to the root, with line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from dbarchitect.model.finding import Finding, Review

_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_][\w.]*")  # package.module:Base


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file, and where known the line and column in it (both from 1; 0 is unknown). `path` has forward slashes."""

    path: str
    line: int = 0
    column: int = 0
    relative: bool = True  # to the root; else absolute


def place_of(finding: Finding, review: Review, root: Path) -> Place | None:
    """The finding's position, else the file that stands for the source, else None (a live database, a module)."""
    if finding.position is not None:
        at = finding.position
        return _place(at.file, root, line=at.line, column=at.column)
    if "://" in review.source or not review.source or (not review.file and _MODULE.fullmatch(review.source)):
        return None
    return _place(review.file or review.source, root)


def _place(file: str, root: Path, *, line: int = 0, column: int = 0) -> Place:
    path = Path(file)
    if path.is_absolute():
        try:
            path = path.relative_to(root)
        except ValueError:
            return Place(path=path.as_posix(), line=line, column=column, relative=False)
    return Place(path=path.as_posix(), line=line, column=column)
