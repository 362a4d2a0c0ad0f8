"""Folds documents into shapes: counts and sizes by path, no values. Memory is bounded whatever comes."""

from __future__ import annotations

import datetime
import re
import statistics
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.model.documents import NO_VALUE, LargeDocument, PathShape

MOST_FIELDS = 200  # names below one path that are told apart; with more they are data, not names
MOST_PATHS = 5_000  # of one collection
MOST_DEPTH = 100  # levels that MongoDB allows
_LENGTHS = 20_000  # arrays of one path whose lengths are kept
_LARGE = 5
_ODD = 5
_NUMERAL = re.compile(r"[+-]?\d+(\.\d+)?\Z")
_DATE = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d.*)?\Z", re.DOTALL)


@dataclass(slots=True)
class _Node:
    types: Counter[str] = field(default_factory=Counter[str])
    present: int = 0
    documents: int = 0
    seen_in: int = -1
    bytes: int = 0
    largest: int = 0
    lengths: list[int] = field(default_factory=list[int])
    longest: tuple[int, str] = (0, "")
    dates: int = 0
    numerals: int = 0
    some: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # ids by type
    fields: dict[str, _Node] = field(default_factory=dict["str", "_Node"])
    items: _Node | None = None


class Shapes:
    """Shapes of the documents of one collection, one document after the other."""

    def __init__(self) -> None:
        self.sampled = 0
        self._root = _Node()
        self._nodes = 0
        self._large: list[tuple[int, str]] = []

    def add(self, document: Mapping[str, Any]) -> int:
        """Fold one document in; its size in bytes of BSON."""
        self.sampled += 1
        key = id_text(document.get("_id"))
        self._root.types["object"] += 1
        size = self._object(self._root, document, key, 0)
        self._large = sorted([*self._large, (size, key)], reverse=True)[:_LARGE]
        return size

    def paths(self) -> tuple[PathShape, ...]:
        """Each path, parents before children, in the order in which they came."""
        return tuple(self._paths(self._root, "", self.sampled))

    def large(self) -> tuple[LargeDocument, ...]:
        """The largest documents, the largest first."""
        return tuple(LargeDocument(id=key, bytes=size) for size, key in self._large)

    def _object(self, node: _Node, value: Mapping[str, Any], key: str, depth: int) -> int:
        size = 5
        for name, one in value.items():
            size += (
                2
                + len(name.encode("utf-8", "surrogatepass"))
                + self._value(self._child(node, name), one, key, depth + 1)
            )
        return size

    def _child(self, node: _Node, name: str) -> _Node:
        found = node.fields.get(name)
        if found is not None:
            return found
        if "*" in node.fields and len(node.fields) == 1:
            return node.fields["*"]
        if node is not self._root and (len(node.fields) >= MOST_FIELDS or self._nodes >= MOST_PATHS):
            together = _Node()
            for one in node.fields.values():
                self._nodes -= _count(one)
                _merge(together, one)
            self._nodes += _count(together)
            node.fields = {"*": together}
            return together
        if self._nodes >= MOST_PATHS:
            name = "*"
            if name in node.fields:
                return node.fields[name]
        self._nodes += 1
        return node.fields.setdefault(name, _Node())

    def _value(self, node: _Node, value: Any, key: str, depth: int) -> int:
        kind, size = _kind(value)
        if kind == "object":
            fields = cast("Mapping[str, Any]", value if isinstance(value, Mapping) else value.as_doc())  # a DBRef
            size = self._object(node, fields, key, depth) if depth < MOST_DEPTH else 5
        elif kind == "array":
            size = 5
            if node.items is None:
                node.items = _Node()
                self._nodes += 1
            for at, one in enumerate(value):
                size += 2 + len(str(at)) + self._value(node.items, one, key, depth + 1)
            if len(node.lengths) < _LENGTHS:
                node.lengths.append(len(value))
            node.longest = max(node.longest, (len(value), key))
        elif kind == "string" and 8 <= len(value) <= 40 and _DATE.match(value):
            node.dates += 1
        elif kind == "string" and len(value) <= 40 and _NUMERAL.match(value):
            node.numerals += 1
        node.types[kind] += 1
        some = node.some.setdefault(kind, [])
        if len(some) < _ODD and key not in some:
            some.append(key)
        node.present += 1
        if node.seen_in != self.sampled:
            node.seen_in = self.sampled
            node.documents += 1
        node.bytes += size
        node.largest = max(node.largest, size)
        return size

    def _paths(self, node: _Node, prefix: str, parents: int) -> Iterator[PathShape]:
        for name, child in node.fields.items():
            path = f"{prefix}.{name}" if prefix else name
            yield self._shape(path, child, parents)
            yield from self._below(path, child)

    def _below(self, path: str, node: _Node) -> Iterator[PathShape]:
        if node.items is not None:
            yield self._shape(f"{path}[]", node.items, node.items.present)
            yield from self._below(f"{path}[]", node.items)
        yield from self._paths(node, path, node.types["object"])

    def _shape(self, path: str, node: _Node, parents: int) -> PathShape:
        lengths = (min(node.lengths), int(statistics.median(node.lengths)), max(node.lengths)) if node.lengths else ()
        usual = node.types.most_common(1)[0][0] if node.types else ""
        return PathShape(
            path=path,
            types=dict(sorted(node.types.items(), key=lambda one: (-one[1], one[0]))),
            present=node.present,
            parents=max(parents, node.present) if path.endswith("*") else parents,
            documents=node.documents,
            bytes=node.bytes,
            largest=node.largest,
            lengths=lengths,
            longest=node.longest[1],
            dates=node.dates,
            numerals=node.numerals,
            odd=tuple(key for kind, some in node.some.items() if kind not in (usual, *NO_VALUE) for key in some)[:_ODD],
        )


def _count(node: _Node) -> int:
    below = sum(_count(one) for one in node.fields.values())
    return 1 + below + (_count(node.items) if node.items is not None else 0)


def _merge(into: _Node, one: _Node) -> None:
    into.types.update(one.types)
    into.present += one.present
    into.documents = max(into.documents, one.documents)
    into.seen_in = max(into.seen_in, one.seen_in)
    into.bytes += one.bytes
    into.largest = max(into.largest, one.largest)
    into.lengths = (into.lengths + one.lengths)[:_LENGTHS]
    into.longest = max(into.longest, one.longest)
    into.dates += one.dates
    into.numerals += one.numerals
    for kind, some in one.some.items():
        into.some[kind] = list(dict.fromkeys(into.some.get(kind, []) + some))[:_ODD]
    for name, child in one.fields.items():
        _merge(into.fields.setdefault(name, _Node()), child)
    if one.items is not None:
        into.items = into.items or _Node()
        _merge(into.items, one.items)


def id_text(value: Any) -> str:
    """A document's id for people. Of a string only its beginning: it may be a secret."""
    from bson import ObjectId

    match value:
        case ObjectId():
            return f'ObjectId("{value}")'
        case bool() | int() | float():
            return repr(value)
        case uuid.UUID():
            return f'UUID("{value}")'
        case str():
            return repr(value) if len(value) <= 6 else f"{value[:4]!r}... ({len(value)} characters)"
        case None:
            return "none"
        case _:
            return _kind(value)[0]


def _kind(value: Any) -> tuple[str, int]:
    """(the name that `$type` knows it by, its bytes in BSON without the field's name). Sizes of objects and arrays are
    those of their parts."""
    import bson

    match value:
        case None:
            return "null", 0
        case bool():
            return "bool", 1
        case bson.Int64():
            return "long", 8
        case int():
            return ("int", 4) if -(2**31) <= value < 2**31 else ("long", 8)
        case float():
            return "double", 8
        case bson.Code():  # is a string
            return "javascript", 5 + len(str(value).encode("utf-8", "surrogatepass"))
        case str():
            return "string", 5 + len(value.encode("utf-8", "surrogatepass"))
        case bson.ObjectId():
            return "objectId", 12
        case datetime.datetime() | bson.DatetimeMS():
            return "date", 8
        case bson.Decimal128():
            return "decimal", 16
        case bytes():
            return "binData", 5 + len(value)
        case uuid.UUID():
            return "binData", 21
        case bson.Timestamp():
            return "timestamp", 8
        case bson.Regex() | re.Pattern():
            pattern: str | bytes = cast(Any, value).pattern
            return "regex", 2 + len(pattern if isinstance(pattern, bytes) else pattern.encode())
        case bson.MinKey():
            return "minKey", 0
        case bson.MaxKey():
            return "maxKey", 0
        case bson.DBRef():
            return "object", 0
        case Mapping():
            return "object", 0
        case list() | tuple():
            return "array", 0
        case _:
            return "undefined", 0
