"""What functions resolve by name: which of them a caller's search path can lead elsewhere, and how to pin it."""

from __future__ import annotations

import re
from functools import cached_property

from dbarchitect.model.change import Change, Statements
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Function

from .context import Context
from .reach import signature

# A relation named without its schema. Comments and constants may hold such words too: the name must be a relation's.
_RELATION = re.compile(
    r'\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:ONLY\s+)?("(?:[^"]|"")+"|[a-z_][\w$]*)(?![\w$]|\s*[.("])', re.IGNORECASE
)
_WORD = re.compile(r'"(?:[^"]|"")+"|[a-z_][\w$]*', re.IGNORECASE)
_BOUND = re.compile(r"^(?:BEGIN ATOMIC|RETURN\b)", re.MULTILINE)


def is_trigger(function: Function) -> bool:
    """Whether it can only be called by a trigger: a direct call is refused."""
    return function.returns in ("trigger", "event_trigger")


def has_search_path(function: Function) -> bool:
    """Whether a SET clause of the function fixes the path."""
    return any(one.startswith("search_path=") for one in function.settings)


def resolves_late(function: Function) -> bool:
    """Whether names in its body are looked up when it runs: C does not look any up, and those of a body that is SQL
    itself (BEGIN ATOMIC, PostgreSQL 14) are bound when it is made."""
    if function.kind == "aggregate" or function.language in ("c", "internal"):
        return False
    return not (function.language == "sql" and "AS $" not in function.definition and _BOUND.search(function.definition))


class Names:
    """The objects of a schema that a function may mean by a bare name."""

    def __init__(self, review: Context) -> None:
        self._review = review

    @cached_property
    def _relations(self) -> dict[str, list[Name]]:
        schema = self._review.schema
        found: dict[str, list[Name]] = {}
        for one in (*schema.tables, *schema.views):
            found.setdefault(one.name.name, []).append(one.name)
        return found

    @cached_property
    def _homes(self) -> dict[str, dict[str, None]]:
        """The schemas in which something has that name."""
        schema = self._review.schema
        found: dict[str, dict[str, None]] = {}
        for one in (*schema.tables, *schema.views, *schema.functions, *schema.sequences, *schema.types):
            found.setdefault(one.name.name, {})[one.name.schema] = None
        return found

    def relation(self, function: Function) -> Name | None:
        """A table or view that the function names without its schema; that of its own schema where there are two."""
        for word in _RELATION.findall(function.body):
            candidates = self._relations.get(_folded(word), ())
            if candidates:
                own = (one for one in candidates if one.schema == function.name.schema)
                return next(own, candidates[0])
        return None

    def pinned(self, function: Function) -> Change:
        """SET search_path to the schemas that hold what the function names, and pg_temp last."""
        named = {home for word in set(_WORD.findall(function.body)) for home in self._homes.get(_folded(word), ())}
        path = [function.name.schema, *sorted(named - {function.name.schema}, key=lambda one: (one != "public", one))]
        path += sorted({one.schema for one in self._review.schema.extensions} - {*path, "pg_catalog"})
        listed = ", ".join(quote_identifier(one) for one in [*path, "pg_temp"])
        routine = f"ALTER ROUTINE {signature(function)}"
        return Statements(sql=(f"{routine} SET search_path = {listed}",), undo=(f"{routine} RESET search_path",))


def misled(relation: Name) -> Shown:
    """A bare name that means the caller's temporary table."""
    bare = quote_identifier(relation.name)
    meant = quote_literal(bare)
    return Shown(
        setup=(f"CREATE TEMPORARY TABLE {bare} (stands_in integer)",),
        query=f"SELECT {meant}::regclass::oid <> {quote_literal(str(relation))}::regclass::oid, "
        f"(SELECT relpersistence = 't' FROM pg_catalog.pg_class WHERE oid = {meant}::regclass) AS temporary",
        shows=f"after CREATE TEMPORARY TABLE {bare} the bare name means that table of the caller",
    )


def _folded(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()
