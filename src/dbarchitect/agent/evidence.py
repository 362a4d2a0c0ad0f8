"""The whole results behind the answers of a session: in one piece for programs, in parts for a model's context.

A part is named by a JSON pointer (RFC 6901), whose last word may be a slice, as Python's: `/findings/0:20`. What is too
long to be given is described instead, by the parts that are not.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.render.untrusted import json_document

_DOCUMENTS = 200  # that are kept; the oldest go first
_LONGEST = 20_000_000  # characters of one; of a large database they have some hundred thousand
_CHARACTERS = 100_000_000  # of all
_PART = 16_000  # characters of a part: some 5,000 tokens
_NAMED = 100  # parts that a description names
_SHORT = 200  # characters of a value that a description gives as it is


class Evidence:
    """Documents by their number, which is `kind/digest`."""

    def __init__(self) -> None:
        self._documents: dict[str, str] = {}
        self._lock = threading.Lock()

    def keep(self, kind: str, document: str) -> str:
        """Keep a document; its address. Raises `InputError` for one that would fill the memory."""
        if len(document) > _LONGEST:
            raise InputError(
                f"the result has {len(document):,} characters, and at most {_LONGEST:,} are kept",
                hint="ask for less at a time",
            )
        number = f"{kind}/{hashlib.sha256(document.encode()).hexdigest()[:12]}"
        with self._lock:
            self._documents[number] = document
            while len(self._documents) > _DOCUMENTS or sum(map(len, self._documents.values())) > _CHARACTERS:
                del self._documents[next(iter(self._documents))]
        return f"evidence://{number}"

    def whole(self, number: str) -> str:
        """A document. Raises `InputError` where there is none of that number."""
        found = self._documents.get(number.removeprefix("evidence://"))
        if found is None:
            raise InputError(
                f"there is no evidence {number[:80]!r}",
                hint="the address that an answer of this session gave; call the tool again for a new one",
            )
        return found

    def part(self, number: str, pointer: str) -> str:
        """A part of a document as JSON, or what it consists of where it is too long. Raises `InputError`."""
        value = _at(json.loads(self.whole(number)), pointer)
        text = json_document(value)
        return text if len(text) <= _PART else json_document(_described(value, pointer))


def _at(value: Any, pointer: str) -> Any:
    if pointer and not pointer.startswith("/"):
        raise InputError(f"{pointer[:80]!r} is no JSON pointer", hint="/findings/0, /findings/0:20; empty: the whole")
    for word in pointer.split("/")[1:]:
        key = word.replace("~1", "/").replace("~0", "~")
        try:
            if ":" in key and isinstance(value, list | str):
                start, _, end = key.partition(":")
                value = cast("list[Any] | str", value)[int(start or 0) : int(end) if end else None]
            elif isinstance(value, list):
                value = cast("list[Any]", value)[int(key)]
            else:
                value = cast("dict[str, Any]", value if isinstance(value, dict) else {})[key]
        except (KeyError, IndexError, ValueError) as err:
            there = _keys(value)
            raise InputError(f"there is no {key[:80]!r} in the evidence at {pointer[:80]}", hint=there) from err
    return value


def _keys(value: Any) -> str:
    if isinstance(value, dict):
        keys = list(cast("dict[str, Any]", value))
        return f"there are {', '.join(keys[:20])}{' and more' if len(keys) > 20 else ''}"
    if isinstance(value, list):
        return f"there are {len(cast('list[Any]', value))} items, from 0"
    return "it has no parts"


def _described(value: Any, pointer: str) -> dict[str, Any]:
    described: dict[str, Any] = {"too long": f"{len(json_document(value)):,} characters; name a part"}
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        described["parts"] = dict(_parts(items, pointer))
        if len(items) > _NAMED:
            described["more"] = f"{len(items) - _NAMED:,} more"
    else:
        described["size"] = _size(value)
        fitting = _fitting(value)
        described["first"] = f"{pointer}/0:{fitting}" if fitting else f"{pointer}/0"
    return described


def _parts(items: dict[str, Any], pointer: str) -> Iterator[tuple[str, Any]]:
    for key, value in list(items.items())[:_NAMED]:
        text = json_document(value)
        escaped = key.replace("~", "~0").replace("/", "~1")
        yield f"{pointer}/{escaped}", value if len(text) <= _SHORT else f"({_size(value)}, {len(text):,} characters)"


def _size(value: Any) -> str:
    if isinstance(value, dict):
        return f"{len(cast('dict[str, Any]', value)):,} keys"
    return f"{len(cast('list[Any] | str', value)):,} {'items' if isinstance(value, list) else 'characters'}"


def _fitting(value: list[Any] | str) -> int:
    """How many from the start fit into a part; 0 where not even one does."""
    if isinstance(value, str):
        return _PART * 3 // 4  # its escapes take room
    taken = 0
    for number, one in enumerate(value):
        taken += len(json.dumps(one, indent=2)) * 5 // 4
        if taken > _PART:
            return number
    return len(value)
