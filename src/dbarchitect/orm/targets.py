"""The targets, found by listing the folder: a package here with a `TARGET` is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from dbarchitect.errors import InputError

from .project import Target


@cache
def targets() -> dict[str, Target]:
    """Every target by name."""
    found: dict[str, Target] = {}
    for entry in pkgutil.iter_modules([str(Path(__file__).parent)], f"{__package__}."):
        if entry.ispkg:
            chosen: Target = importlib.import_module(entry.name).TARGET
            found[chosen.name] = chosen
    return dict(sorted(found.items()))


def target(name: str) -> Target:
    """The target of that name. Raises `InputError`."""
    known = targets()
    if name not in known:
        raise InputError(f"there is no target {name!r}", hint="one of: " + ", ".join(known))
    return known[name]
