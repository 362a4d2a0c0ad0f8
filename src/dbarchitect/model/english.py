"""Identifiers as English words: split, made singular or plural, joined again in the style of a language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LETTERS = re.compile(r"[^\W_]+", re.UNICODE)

# Plurals that no rule gives; the singular first. From a list of frequent nouns in identifiers.
_IRREGULAR = {
    "person": "people", "child": "children", "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth",
    "mouse": "mice", "index": "indexes", "vertex": "vertices", "matrix": "matrices",
    "criterion": "criteria", "analysis": "analyses", "basis": "bases", "status": "statuses", "address": "addresses",
    "bonus": "bonuses", "campus": "campuses", "bus": "buses", "alias": "aliases", "canvas": "canvases",
    "quiz": "quizzes", "leaf": "leaves", "shelf": "shelves", "half": "halves", "life": "lives", "movie": "movies",
    "cookie": "cookies", "cache": "caches", "release": "releases", "house": "houses", "purchase": "purchases",
    "database": "databases", "course": "courses", "case": "cases", "phase": "phases", "license": "licenses",
    "response": "responses", "expense": "expenses", "warehouse": "warehouses", "lease": "leases", "use": "uses",
    "lens": "lenses", "bias": "biases", "atlas": "atlases",
}  # fmt: skip
_SINGULAR = {many: one for one, many in _IRREGULAR.items()}
# The same in both numbers, or words that are no nouns to be counted.
_UNCOUNTED = frozenset(
    """
    series species news data metadata media info information equipment sheep fish money history audit inventory
    stock staff feedback content software hardware settings preferences analytics access gas
    """.split()  # noqa: SIM905
)


@lru_cache(maxsize=65536)
def split(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case, whatever its style: `orderItemID` is order, item, id. Letters of other
    scripts are kept as they are; what is neither letter nor digit only separates."""
    found: list[str] = []
    for part in _LETTERS.findall(unicodedata.normalize("NFC", name)):
        found += _WORD.findall(part) if part.isascii() else [part]
    return tuple(word.lower() for word in found)


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """The singular of a noun in lower case: `categories` is `category`, `status` stays."""
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word in _IRREGULAR or word in _UNCOUNTED:
        return word
    for ending, replacement, shortest in (
        ("ies", "y", 5), ("sses", "ss", 5), ("shes", "sh", 5), ("ches", "ch", 5), ("xes", "x", 4),
        ("zzes", "zz", 5), ("tzes", "tz", 5),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) >= shortest:
            return word.removesuffix(ending) + replacement
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


@lru_cache(maxsize=65536)
def plural(word: str) -> str:
    """The plural of a noun in lower case; a plural stays."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _UNCOUNTED or word in _SINGULAR or singular(word) != word:
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    return f"{word}s"


def snake(words: Sequence[str]) -> str:
    """`order_item`."""
    return "_".join(words)


def pascal(words: Sequence[str]) -> str:
    """`OrderItem`."""
    return "".join(word[:1].upper() + word[1:] for word in words)


def camel(words: Sequence[str]) -> str:
    """`orderItem`."""
    return words[0] + pascal(words[1:]) if words else ""
