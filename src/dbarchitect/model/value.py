"""What all model types share: frozen, keyword-only structs that are their own JSON form.

`msgspec.Struct` serves as the dataclass here: frozen, slotted, keyword-only, and in addition the
tagged unions (`Change`, `Constraint`, ...) and the validation of what is read back, with the path of
the first wrong value in the error.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

V = TypeVar("V")


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every model type. Fields that hold their default are left out of the JSON."""


def to_json(value: object, *, indent: int = 0) -> bytes:
    """JSON of any model value; `indent` spaces, 0 for one line."""
    encoded = msgspec.json.encode(value)
    return msgspec.json.format(encoded, indent=indent) if indent else encoded


def from_json(kind: type[V] | Any, data: bytes | str) -> V:
    """The value of type `kind` that `to_json` wrote. Raises `ValueError` with the path of what is wrong."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise ValueError(str(err)) from err
