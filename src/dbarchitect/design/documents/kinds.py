"""Kinds of values in BSON: the types that a validator allows, and bytes of an average value."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.design.kinds import TEXTS
from dbarchitect.design.spec import Field

# By the names that `$type` takes; a kind that is not here is a string.
TYPES: Mapping[str, tuple[str, ...]] = {
    "integer": ("int", "long"), "decimal": ("decimal",), "money": ("decimal",), "percentage": ("decimal",),
    "number": ("double", "int", "long", "decimal"), "boolean": ("bool",), "date": ("date",), "moment": ("date",),
    "period": ("object",), "duration": ("int", "long"), "uuid": ("binData",), "location": ("object",),
    "json": ("object", "array"), "vector": ("array",), "tags": ("array",),
}  # fmt: skip

# What every text of a kind matches, as MongoDB's `pattern` (PCRE); those of tables are POSIX.
PATTERNS: Mapping[str, tuple[str, str]] = {
    "slug": ("^[a-z0-9]+(-[a-z0-9]+)*$", "No Slug"),
    "email": (r"^[^@\s]+@[^@\s]+$", "nobody"),
    "phone": (r"^[+][1-9][0-9]{6,14}$", "call me"),
    "url": ("^https?://", "example"),
    "word": (r"\S", "   "),
    "identifier": (r"\S", ""),
    "file": (r"\S", ""),
    "secret": ("^.{32}", "secret"),
}
NUMBERS = frozenset(("integer", "decimal", "money", "percentage", "number"))

OBJECT_ID = 12
# https://bsonspec.org/spec.html: bytes of values of one length. A string has 4 in front and 1 behind.
_FIXED: Mapping[str, float] = {
    "integer": 4, "decimal": 16, "money": 16, "percentage": 16, "number": 8, "boolean": 1, "date": 8, "moment": 8,
    "duration": 4, "uuid": 4 + 1 + 16, "period": 5 + 2 * 8 + len("from") + len("to") + 4,
    "location": 5 + (1 + 5 + 4 + 6) + (1 + 12 + 5 + 2 * (1 + 2 + 8)), "json": 200, "tags": 5 + 3 * (1 + 2 + 5 + 8),
}  # fmt: skip
_STRING = 5.0
_WIDTH = 12.0  # characters of a text that no kind says more of


def element(name: str, value: float) -> float:
    """Bytes of a field of a document: its type, its name with a NUL, its value."""
    return 1 + len(name.encode()) + 1 + value


def width(field: Field) -> float:
    """Bytes of an average value of a field."""
    if field.kind == "choice":
        return _STRING + sum(map(len, field.values)) / max(len(field.values), 1)
    if field.kind == "vector":
        return 5 + (field.dimensions or 768) * (1 + 4 + 8)
    if field.kind in _FIXED:
        return _FIXED[field.kind]
    carried = TEXTS.get(field.kind)
    return _STRING + min(carried.width if carried is not None else _WIDTH, field.length or 1e9)


def bound(text: str) -> float | None:
    """A bound that is a number, None for a word such as `today`."""
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number
