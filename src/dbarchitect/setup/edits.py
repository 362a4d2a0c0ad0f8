"""How a text of ours comes into a file that is somebody else's, and out of it again, to the byte.

A text file gets a section between two marks; a JSON file gets one key. Everything else in the file stays as it is, and
what cannot be done so is refused (`UnfitError`), with the file untouched.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, cast

How = Literal["file", "section", "key"]
_BEGIN, _END = "dba init: begin", "dba init: end"


class UnfitError(Exception):
    """A file that is not of the form which our text could be added to; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Added:
    """A file's text with ours in it. `inserted`: exactly what came in, which taken out again gives the file before."""

    text: str
    inserted: str


def section(content: str, comment: tuple[str, str]) -> str:
    """`content` between the marks. `comment`: what a comment begins and ends with."""
    begin, end = comment
    return f"{begin}{_BEGIN}{end}\n{content.rstrip(chr(10))}\n{begin}{_END}{end}\n"


def present(text: str) -> str | None:
    """The section that stands in a text, with its marks; None where there is none. Raises `UnfitError` for half of
    one."""
    begins, ends = text.count(_BEGIN), text.count(_END)
    if not begins and not ends:
        return None
    match = re.search(rf"^[^\n]*{_BEGIN}[^\n]*\n.*?^[^\n]*{_END}[^\n]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if match is None or begins != 1 or ends != 1:
        raise UnfitError("the marks of its section are not one pair")
    return match[0]


def appended(text: str, block: str) -> Added:
    """`block` at the end of a text, with an empty line before it."""
    before = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return _added(text, len(text), before + block)


def in_yaml_list(text: str, key: str, block: str) -> Added:
    """`block` (items of a list, not indented) behind the last item of the top-level list `key`, indented as these are.

    Raises `UnfitError` where the list is not written as a block.
    """
    head = re.search(rf"^{key}:[ \t]*(?:#[^\n]*)?\r?\n", text, re.MULTILINE)
    if head is None:
        raise UnfitError(f"it has no block list `{key}:`")
    at = place = head.end()
    indent: int | None = None
    for line in text[at:].splitlines(keepends=True):
        place += len(line)
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        column = len(line) - len(line.lstrip(" "))
        if indent is None:
            if not bare.startswith("- "):
                raise UnfitError(f"`{key}:` is no block list")
            indent = column
        if column < indent or (column == indent and not bare.startswith("- ")):
            break
        at = place
    if indent is None:
        raise UnfitError(f"`{key}:` is empty")
    lines = "".join(f"{' ' * indent}{line}\n" for line in block.splitlines())
    return _added(text, at, lines if text[:at].endswith("\n") else f"\n{lines}")


def with_key(text: str, outer: str, name: str, value: dict[str, Any]) -> Added:
    """A JSON document with `value` as member `name` of its object `outer`, which is made where it is missing.

    Raises `UnfitError` where the text is no plain JSON object, or has another `name` there.
    """
    document = _object(text)
    there: object = document.get(outer, {})
    if not isinstance(there, dict):
        raise UnfitError(f"its {outer} is no object")
    members = cast("dict[str, Any]", there)
    if name in members:
        raise UnfitError(f"it has a {outer}.{name} of its own")
    step = _indent(text)
    if outer in document:
        opened = re.search(rf'"{re.escape(outer)}"\s*:\s*\{{', text)
        depth, entry = 2, f'"{name}": {_json(value, step, 2)}'
    else:
        opened = re.search(r"\{", text)
        inner = f'{{\n{step * 2}"{name}": {_json(value, step, 2)}\n{step}}}'
        depth, entry = 1, f'"{outer}": {inner}'
    assert opened is not None
    more = members if outer in document else document
    end = "," if more else f"\n{step * (depth - 1)}" if not text[opened.end() :].lstrip(" \t").startswith("\n") else ""
    added = _added(text, opened.end(), f"\n{step * depth}{entry}{end}")
    expected = {**document, outer: {**members, name: value}}
    if _object(added.text) != expected:  # the words were found in some string
        raise UnfitError("its form is not one that a key can be added to")
    return added


def member(text: str, outer: str, name: str) -> object:
    """The member `name` of the object `outer` of a JSON document; None where there is none."""
    there: object = _object(text).get(outer)
    return cast("dict[str, Any]", there).get(name) if isinstance(there, dict) else None


def _object(text: str) -> dict[str, Any]:
    try:
        document: object = json.loads(text)
    except ValueError as err:
        raise UnfitError(f"it is no plain JSON ({err})") from err
    if not isinstance(document, dict):
        raise UnfitError("it is no JSON object")
    return cast("dict[str, Any]", document)


def _indent(text: str) -> str:
    match = re.search(r"\n([ \t]+)\S", text)
    return match[1] if match else "  "


def _json(value: object, step: str, depth: int) -> str:
    return json.dumps(value, indent=step, ensure_ascii=False).replace("\n", f"\n{step * depth}")


def _added(text: str, at: int, inserted: str) -> Added:
    if "\r\n" in text:
        inserted = inserted.replace("\n", "\r\n")
    return Added(text=text[:at] + inserted + text[at:], inserted=inserted)
