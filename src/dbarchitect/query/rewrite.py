"""The mechanism of rewrites: a rewrite is one file in `rewrites/`, found by listing the folder.

The file `rewrites/count_to_exists.py` is the rewrite `count-to-exists`. It holds

- a docstring, which is its page: a title line, then `SECTIONS`;
- `def offers(query: Statement) -> Iterator[Offer]`: other forms of the query, each with what the schema says that makes
  it equal. What the schema does not say is not offered.

An offer is a claim. Nobody is shown one before `prove/equivalence` has tried to refute it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from dbarchitect.errors import InputError
from dbarchitect.model.page import Page
from dbarchitect.model.rulebook import modules
from dbarchitect.model.schema import Relational
from dbarchitect.sql.nodes import walked
from dbarchitect.sql.scopes import read
from dbarchitect.sql.selects import Statement

SECTIONS = ("What it does", "When it holds", "What a careless form does", "Why it pays")


@dataclass(frozen=True, slots=True)
class Offer:
    """Another form of a query. `because`: what makes it equal; `caution`: for one that changes the meaning, what."""

    sql: str
    because: str
    caution: str = ""


Offers = Callable[[Statement], Iterator[Offer]]


def _unbound(_: Statement) -> Iterator[Offer]:
    raise NotImplementedError("a rewrite gets its offers when `rewrites()` finds its file")


@dataclass(frozen=True)
class Rewrite(Page):
    """One rewrite."""

    offers: Offers = _unbound


@cache
def rewrites() -> tuple[Rewrite, ...]:
    """Every rewrite, in order of id: each module of `rewrites/` is one."""
    found = [
        replace(Rewrite(module.__name__, module.__doc__), offers=module.offers)
        for module in modules(f"{__package__}.rewrites")
    ]
    return tuple(sorted(found, key=lambda one: one.id))


def offers(sql: str, schema: Relational) -> Iterator[tuple[Rewrite, Offer]]:
    """What every rewrite offers for a query, each form once. Raises `InputError` for what the grammar refuses."""
    query = read(sql, schema)
    if any(True for kind in ("LockingClause", "IntoClause") for _ in walked(query.root, kind)):
        return  # which rows are locked is part of what it does
    seen = {_plain(sql)}
    for rewrite in rewrites():
        try:
            made = list(rewrite.offers(query))
        except InputError:  # an expression that cannot be printed again
            continue
        for one in made:
            if _plain(one.sql) not in seen:
                seen.add(_plain(one.sql))
                yield rewrite, one


def _plain(sql: str) -> str:
    return " ".join(sql.split())
