"""EXPLAIN's XML, read into the names and shapes of its JSON."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from dbarchitect.errors import InputError

_DOCUMENT = re.compile(r"<explain\b.*?</explain>", re.DOTALL)
_ITEMS = {"Plans": "Plan", "Workers": "Worker", "Triggers": "Trigger"}
_DEEPEST = 400


def documents_from_xml(text: str) -> list[Any]:
    """The queries in the documents of a text. Raises `InputError` where one is not well formed or declares entities:
    EXPLAIN never does, and expanding them is how small texts eat all memory."""
    if "<!" in text:
        raise InputError("this XML declares entities or a document type, which no plan does")
    found: list[Any] = []
    for document in _DOCUMENT.findall(text):
        try:
            root = ElementTree.fromstring(document)
        except (ElementTree.ParseError, ValueError) as err:
            raise InputError(f"this XML is broken: {err}") from err
        found += [_value(query, 0) for query in root if _name(query) == "Query"]
    if not found:
        raise InputError("this XML holds no whole plan: <explain> to </explain>")
    return found


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2].replace("-", " ")


def _value(element: ElementTree.Element, depth: int) -> Any:
    if depth > _DEEPEST:
        raise InputError("this plan is nested too deeply to be one")
    name = _name(element)
    children = list(element)
    if name in _ITEMS:
        return [_value(child, depth + 1) for child in children if _name(child) == _ITEMS[name]]
    if not children:
        return element.text or ""
    if all(_name(child) == "Item" for child in children):
        return [child.text or "" for child in children]
    found: dict[str, Any] = {}
    for child in children:
        key = _name(child)
        if name == "Settings":  # names of settings have underscores in both, and no blanks
            key = child.tag.rpartition("}")[2]
        found.setdefault(key, _value(child, depth + 1))
    return {_spelled(key): value for key, value in found.items()}


def _spelled(key: str) -> str:
    """A name as the JSON has it: a tag has dashes for its slashes and its blanks."""
    # Of an Incremental Sort both kinds of groups have this name here, the full ones first.
    return "Full-sort Groups" if key == "Incremental Sort Groups" else key.replace("I O ", "I/O ")
