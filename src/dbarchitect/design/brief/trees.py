"""Trees in a brief: how one is kept, how deep it is, and what is asked of its branches."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal

from dbarchitect.design.hierarchies import ABOVE, BELOW

from .quantities import number

Form = Literal["", "adjacency", "closure", "ltree"]

_KEPT = re.compile(
    r",? (?:(?:which is |that is )?(?:kept|stored|held|modell?ed) (?:as|in) )(?:an? )?"
    r"(adjacency(?: list)?|closure(?: table)?|ltree(?: paths?)?|materiali[sz]ed paths?|paths)\b",
    re.IGNORECASE,
)
_DEEP = re.compile(
    r",? (?:of |with |which is |that is )?(?:(?:at most|up to|about|usually|no more than|never more than) )?(\w+) levels?(?: deep)?\b",
    re.IGNORECASE,
)
_ALL_BELOW = re.compile(
    r"\b(?:sub-?trees?|descendants?|(?:whole|entire) branch(?:es)?|everything (?:below|under|beneath|inside|in)"
    r"|(?:below|under|beneath) (?:an?|the|one|it)\b|(?:with|and|including) (?:all )?(?:of )?(?:its|their) (?:children|sub-?[a-z]+))",
    re.IGNORECASE,
)
_ALL_ABOVE = re.compile(
    r"\b(?:ancestors?|breadcrumbs?|path (?:of|to|from)|above (?:an?|the|one|it)\b|up to the (?:root|top))",
    re.IGNORECASE,
)
_MOVE = re.compile(r"^(?:to )?(?:move|reparent|re-parent|drag|hang)s?\b", re.IGNORECASE)


def tree_form(text: str) -> tuple[str, Form, int]:
    """(the sentence without them, the form that it names, its levels): `categories form a tree, kept as a closure table,
    at most 6 levels deep`."""
    kept, deep = _KEPT.search(text), _DEEP.search(text)
    levels = number(deep[1]) if deep is not None else None
    if kept is not None:
        text = text.replace(kept[0], "")
    if deep is not None and levels:
        text = text.replace(deep[0], "")
    said = kept[1].lower() if kept is not None else ""
    form: Form = "adjacency" if said[:3] == "adj" else "closure" if said[:3] == "clo" else "ltree" if said else ""
    return text.strip(" ,"), form, int(levels or 0)


def branch(text: str, entity: str, roles: Collection[str]) -> str:
    """By which end of a branch rows of a tree are asked; "" where no branch is, or `entity` is no tree."""
    if entity not in roles or _MOVE.match(text):
        return ""
    return ABOVE if _ALL_ABOVE.search(text) else BELOW if _ALL_BELOW.search(text) else ""


def branch_of_another(text: str, entity: str, roles: Mapping[str, Collection[str]]) -> str:
    """The tree of whose branch rows of another entity are asked: `the orders in a category and all its subcategories`; ""
    where there is none."""
    if not _ALL_BELOW.search(text):
        return ""
    trees = [one for one, names in roles.items() if one in names and one != entity]
    return next((one for one in trees if re.search(rf"\b{re.escape(one[:-1])}", text, re.IGNORECASE)), "")


def moves(text: str, entity: str, roles: Collection[str]) -> str:
    """The role of the row above that a text gives rows of a tree anew; "" where it does not."""
    if entity not in roles or not _MOVE.match(text):
        return ""
    return "parent" if "parent" in roles else next((one for one in sorted(roles) if one != entity), "")
