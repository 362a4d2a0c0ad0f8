"""Anti-patterns in the text of a query: what is slow, wrong or not what was meant, whatever the plan of today."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from functools import cache

from msgspec.structs import replace

from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.model.schema import Relational
from dbarchitect.sql.levels import read

from .pattern import PATTERNS, Sight

__all__ = ["pages", "patterns", "unsaid"]

# What findings of plans call the same thing.
_BY_PLAN = {
    "function-on-column": ("func-on-column", "cast-defeats-index"),
    "other-type": ("cast-defeats-index",),
    "subquery-per-row": ("subplan-per-row",),
    "not-in-nullable": ("not-in-unhashed",),
    "select-star": ("wide-row",),
}


def patterns(sql: str, schema: Relational | None = None) -> tuple[QueryFinding, ...]:
    """What the text of one statement says, the worst first, then in the order of the text. With a schema more is found
    and more is known to be harmless. Raises `InputError` for text that is not one statement."""
    _load()
    sight = Sight(read(sql, schema), schema)
    made = [replace(one, rule=name) for name, check in PATTERNS.items() for one in check(sight)]
    once = {(one.rule, one.at, one.message): one for one in made}
    return tuple(sorted(once.values(), key=lambda one: (-one.severity.rank, _place(one), one.rule)))


def unsaid(found: Iterable[QueryFinding], by_plan: Iterable[QueryFinding]) -> tuple[QueryFinding, ...]:
    """Patterns of a text without those that its plan says too, with figures."""
    said = {one.rule for one in by_plan}
    return tuple(one for one in found if not said & {one.rule, *_BY_PLAN.get(one.rule, ())})


def pages() -> dict[str, str]:
    """The ids of all patterns with their pages."""
    _load()
    return {name: inspect.cleandoc(check.__doc__ or "") for name, check in sorted(PATTERNS.items())}


def _place(one: QueryFinding) -> tuple[int, int]:
    return int(one.facts.get("line") or 0), int(one.facts.get("column") or 0)


@cache
def _load() -> None:
    for one in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{one.name}")
