"""A database architect that proves its advice on a real engine.

    import dbarchitect as dba

    review = dba.check("schema.sql", prove=True)

The verbs are those of `dbarchitect.library`; nothing of them is imported before one is used.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import DbaError, InputError, SurroundingsError
    from .library import (
        cache,
        check,
        choose,
        design,
        erd,
        index,
        keyset,
        lint,
        orm,
        plan,
        queries,
        query,
        rehearse,
        report,
        to_json,
        twin,
        vectors,
        workload,
    )
    from .recorder import Recording, record

__all__ = [
    "DbaError",
    "InputError",
    "Recording",
    "SurroundingsError",
    "__version__",
    "cache",
    "check",
    "choose",
    "design",
    "erd",
    "index",
    "keyset",
    "lint",
    "orm",
    "plan",
    "queries",
    "query",
    "record",
    "rehearse",
    "report",
    "to_json",
    "twin",
    "vectors",
    "workload",
]
__version__ = "0.1.0"

_ERRORS = {"DbaError", "InputError", "SurroundingsError"}
_RECORDER = {"Recording", "record"}
_ROOMS = {"cache", "design", "index", "orm", "query", "workload"}  # verbs whose room is a package of the same name


class _Room(ModuleType):
    """A room that can be called as the verb of its name: `dba.index(...)` beside `dbarchitect.index.search`."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module("dbarchitect.library"), self.__name__.rpartition(".")[2])(
            *args, **options
        )


class _Package(ModuleType):
    """The package itself. Importing a room puts it here under its name, where a verb is looked for: it becomes both."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _ROOMS and isinstance(value, ModuleType):
            value.__class__ = _Room
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """What is asked for first is imported then: the command line starts without any of it."""
    if name in _ROOMS:
        return importlib.import_module(f".{name}", __name__)
    if name in _RECORDER:
        from . import recorder

        return getattr(recorder, name)
    if name in _ERRORS:
        from . import errors

        return getattr(errors, name)
    if name in __all__:
        from . import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
