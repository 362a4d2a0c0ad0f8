"""Where the path of a query stands in a design: a column, an array, rows of another table, or within JSON."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dbarchitect.model.documents_move import Mapping, Slot
from dbarchitect.model.names import quote_identifier, quote_literal

from .jsonb import DOCUMENT
from .shape import Seen, quoted


class NotTranslatedError(ValueError):
    """A part of a query that is not translated; the text says which and why."""


@dataclass(frozen=True)
class Place:
    """column: `sql` of type `kind`. array: the same, of elements of `kind`. json: below `sql` at `rest`, "" for itself.
    nothing: no document had the path. `through`: (table AS alias, join) of rows to look for it in. `document`: the JSON
    that a column was taken from."""

    how: Literal["column", "array", "json", "nothing"]
    sql: str = ""
    kind: str = ""
    nullable: bool = True
    rest: tuple[str, ...] = ()
    path: str = ""
    through: tuple[tuple[str, str], ...] = ()
    document: str = ""

    def within(self, condition: str) -> str:
        """The condition where the place is in other rows: that one of them meets it."""
        for table, join in reversed(self.through):
            condition = f"EXISTS (SELECT 1 FROM {table} WHERE {join} AND {condition})"
        return condition


class Aliases:
    """Names for the tables of one query."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def new(self, name: str) -> str:
        """A name that no other table of the query has."""
        first = next((one for one in name if one.isalpha() and one.isascii()), "t").lower()
        self._given[first] = self._given.get(first, 0) + 1
        return first if self._given[first] == 1 else f"{first}{self._given[first]}"


class Scope(Protocol):
    """What paths mean at one point of a query. `types` and `many` as in the documents."""

    def place(self, path: str) -> Place:
        """Where a path stands."""
        ...

    def types(self, path: str) -> set[str]:
        """BSON types of its values, those of elements for arrays; empty where nothing is known."""
        ...

    def many(self, path: str) -> bool:
        """Whether there may be several values."""
        ...

    def has_null(self, path: str) -> bool:
        """Whether null itself stands there."""
        ...


@dataclass
class TableScope:
    """A collection in the design with tables. `unwound`: aliases of tables that are joined, by path."""

    mapping: Mapping
    seen: Seen
    alias: str
    aliases: Aliases
    unwound: dict[str, str] = field(default_factory=dict[str, str])
    elements: dict[str, Place] = field(default_factory=dict[str, Place])  # arrays that were unwound to scalars

    def types(self, path: str) -> set[str]:
        """See `Scope`."""
        return self.seen.types(path)

    def has_null(self, path: str) -> bool:
        """See `Scope`."""
        return self.seen.has_null(path)

    def many(self, path: str) -> bool:
        """See `Scope`; what was unwound is one."""
        if any(path == one or path.startswith(f"{one}.") for one in (*self.unwound, *self.elements)):
            return bool(self.place(path).through)
        return self.seen.many(path)

    def place(self, path: str) -> Place:
        """See `Scope`."""
        if path in self.elements:
            return self.elements[path]
        fields, alias = self.mapping.fields, self.alias
        through: list[tuple[str, str]] = []
        keys = (fields["_id"].column,)
        nullable = False
        parts = path.split(".")
        for at, part in enumerate(parts):
            slot = fields.get(part)
            here = ".".join(parts[: at + 1])
            rest = tuple(parts[at + 1 :])
            if slot is None:
                if part.isdigit():
                    raise NotTranslatedError(f"{path}: the position of an element")
                return Place("nothing", path=path)
            if slot.table:
                if here in self.unwound:
                    alias = self.unwound[here]
                else:
                    inner = self.aliases.new(slot.table)
                    through.append((f"{quoted(slot.table)} AS {inner}", join(slot, inner, alias, keys)))
                    alias = inner
                keys = slot.keys
                if slot.value is not None:
                    return self._column(slot.value, alias, rest, path, tuple(through), nullable=False)
                if not rest:
                    raise NotTranslatedError(f"{path} as a whole: it is a table, {slot.table}")
                fields = slot.fields
            elif slot.column:
                return self._column(slot, alias, rest, path, tuple(through), nullable=nullable)
            else:
                if not rest:
                    raise NotTranslatedError(f"{path} as a whole: its fields are columns")
                fields = slot.fields
        return Place("nothing", path=path)

    def _column(
        self, slot: Slot, alias: str, rest: tuple[str, ...], path: str, through: tuple[tuple[str, str], ...], *,
        nullable: bool,
    ) -> Place:  # fmt: skip
        sql = f"{alias}.{quote_identifier(slot.column)}"
        if slot.type == "json":
            return Place("json", sql, rest=rest, path=path, through=through)
        if rest:
            return Place("nothing", path=path)
        how = "array" if slot.array else "column"
        return Place(how, sql, slot.type, nullable or not slot.required, path=path, through=through)


def join(slot: Slot, inner: str, outer: str, keys: tuple[str, ...]) -> str:
    """How the rows of a table below are those of a row above."""
    pairs = zip(slot.keys, keys, strict=False)  # the position is its own
    return " AND ".join(f"{inner}.{quote_identifier(one)} = {outer}.{quote_identifier(key)}" for one, key in pairs)


@dataclass
class JsonScope:
    """A collection in the design with JSONB. `unwound`: aliases of elements by path."""

    mapping: Mapping
    seen: Seen
    alias: str
    aliases: Aliases
    unwound: dict[str, str] = field(default_factory=dict[str, str])

    def types(self, path: str) -> set[str]:
        """See `Scope`."""
        return self.seen.types(path)

    def has_null(self, path: str) -> bool:
        """See `Scope`."""
        return self.seen.has_null(path)

    def many(self, path: str) -> bool:
        """See `Scope`; below an element that was unwound there may be others."""
        for one in self.unwound:
            if path == one:
                return False
            if path.startswith(f"{one}."):
                return any(
                    node.items is not None or (node.shape is not None and "[]" in node.shape.path[len(one) + 2 :])
                    for node, _ in self.seen.nodes(path)
                )
        return self.seen.many(path)

    def place(self, path: str) -> Place:
        """See `Scope`."""
        for one, alias in sorted(self.unwound.items(), key=lambda each: -len(each[0])):
            if path == one or path.startswith(f"{one}."):
                rest = path[len(one) + 1 :]
                return Place("json", f"{alias}.value", rest=tuple(rest.split(".")) if rest else (), path=path)
        for taken, column, kind, required in self.mapping.taken:
            if taken == path and kind != "json":
                sql, document = f"{self.alias}.{quote_identifier(column)}", f"{self.alias}.{DOCUMENT}"
                return Place("column", sql, kind, not required, path=path, document=document)
        if any(part.isdigit() for part in path.split(".")):
            raise NotTranslatedError(f"{path}: the position of an element")
        return Place("json", f"{self.alias}.{DOCUMENT}", rest=tuple(path.split(".")), path=path)


@dataclass
class RowScope:
    """The rows that a stage has made: fields with their places."""

    fields: Dict[str, Place]

    def types(self, path: str) -> set[str]:
        """See `Scope`; a made value is of one type."""
        return set()

    def many(self, path: str) -> bool:
        """See `Scope`."""
        return False

    def has_null(self, path: str) -> bool:
        """See `Scope`."""
        return True

    def place(self, path: str) -> Place:
        """See `Scope`."""
        found = self.fields.get(path)
        if found is None:
            raise NotTranslatedError(f"{path}: no stage before has made it")
        return found


def json_path(rest: tuple[str, ...]) -> str:
    """`$."a"."b"` of jsonpath; in its lax mode arrays are looked through as MongoDB does it."""
    return "$" + "".join("." + '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in rest)


def asks_json(place: Place, condition: str = "") -> str:
    """Whether JSON has a value at the place, one that meets a condition of jsonpath."""
    path = json_path(place.rest) + (f" ? ({condition})" if condition else "")
    return f"{place.sql} @? {quote_literal(path)}"
