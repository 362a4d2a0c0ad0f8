"""The paths of a collection as a tree, and which type a column of their values has."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Iterator
from dataclasses import dataclass, field

from dbarchitect.documents.paths import below, parts_of
from dbarchitect.model.documents import NO_VALUE, Collection, PathShape
from dbarchitect.model.english import snake, split
from dbarchitect.model.names import quote_identifier

_SCALARS = {
    "objectId": "objectid", "string": "text", "int": "bigint", "long": "bigint", "double": "double",
    "decimal": "numeric", "bool": "boolean", "date": "timestamptz", "binData": "bytea",
}  # fmt: skip
# Texts compare by their bytes, as MongoDB's do without a collation.
_SQL = {"objectid": "bytea", "text": "text", "double": "double precision", "json": "jsonb", "hex": "text"}
TEXTS = frozenset(("text", "hex"))
NUMBERS = frozenset(("bigint", "double", "numeric"))


@dataclass
class Node:
    """One place of the documents: what was seen, the fields of its objects, the elements of its arrays; `any` for
    names that are data."""

    path: str = ""
    shape: PathShape | None = None
    fields: dict[str, Node] = field(default_factory=dict["str", "Node"])
    items: Node | None = None
    any: Node | None = None

    @property
    def types(self) -> dict[str, int]:
        """How many values have each type that stands for a value."""
        seen = self.shape.types if self.shape else {}
        return {name: count for name, count in seen.items() if name not in NO_VALUE}

    @property
    def nullable(self) -> bool:
        """Whether it was missing or null at least once."""
        return self.shape is None or not self.shape.always or any(name in NO_VALUE for name in self.shape.types)


def tree_of(collection: Collection) -> Node:
    """The paths of a collection."""
    root = Node()
    for shape in collection.paths:
        here = root
        for part in parts_of(shape.path):
            here = below(here, part)
        here.shape = shape
        here.path = shape.path
    return root


def scalar_of(node: Node, uuids: AnyOf[str]) -> str:
    """The type of a column for the values of a place, "" where no type but JSON has them all: numbers of several types
    are one, of the widest."""
    kinds = {_SCALARS.get(name, "") for name in node.types}
    if kinds == {"bytea"} and node.path in uuids:
        return "uuid"
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds and kinds <= NUMBERS:
        return "numeric" if "numeric" in kinds else "double"
    return ""


def sql_type(kind: str) -> str:
    """A type as CREATE TABLE has it."""
    return _SQL.get(kind, kind)


def column_type(kind: str, *, array: bool = False) -> str:
    """The same with what belongs to it."""
    return sql_type(kind) + ("[]" if array else "") + (' COLLATE "C"' if kind in TEXTS else "")


def kinds_text(node: Node) -> str:
    """`int 195, string 5`."""
    return ", ".join(f"{name} {count:,}" for name, count in node.types.items()) or "no value"


class Names:
    """Names of PostgreSQL that are told apart, at most 63 bytes long."""

    def __init__(self, taken: AnyOf[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, *words: str) -> str:
        """A name of these words that is not taken yet."""
        wanted = "_".join(part for word in words if (part := snake(split(word)))) or "field"
        wanted = _cut(wanted if not wanted[0].isdigit() else f"n{wanted}", 63)
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{_cut(wanted, 59)}_{number}"
        self._taken.add(name)
        return name


def _cut(name: str, most: int) -> str:
    return name.encode()[:most].decode("utf-8", "ignore")


def quoted(*names: str) -> str:
    """Names as they stand in SQL, with commas."""
    return ", ".join(quote_identifier(name) for name in names)


class Seen:
    """What was seen at a path as a query writes it, without brackets."""

    def __init__(self, root: Node) -> None:
        self._root = root

    def nodes(self, path: str) -> Iterator[tuple[Node, bool]]:
        """(a place that the path means, whether it is in an array or is one)."""
        found = [(self._root, False)]
        for part in path.split("."):
            found = [
                (below, many or deeper)
                for node, many in found
                for level, deeper in _levels(node)
                for below in (level.fields.get(part), level.any)
                if below is not None
            ]
        for node, many in found:
            for level, deeper in _levels(node):
                yield level, many or deeper or level.items is not None

    def types(self, path: str) -> set[str]:
        """The types of values at a path; those of elements for an array."""
        return {name for node, _ in self.nodes(path) for name in node.types if name != "array"}

    def many(self, path: str) -> bool:
        """Whether a document may have several values there."""
        return any(many for _, many in self.nodes(path))

    def known(self, path: str) -> bool:
        """Whether any document has it."""
        return any(True for _ in self.nodes(path))

    def has_null(self, path: str) -> bool:
        """Whether null itself stands there."""
        return any(node.shape is not None and "null" in node.shape.types for node, _ in self.nodes(path))


def _levels(node: Node) -> Iterator[tuple[Node, bool]]:
    """The place itself and its elements; an array within an array is looked through once, as queries do."""
    yield node, False
    if node.items is not None:
        yield node.items, True
