"""Sentences that say exactly what a spec holds and prose rarely does: what becomes of the parts when a whole is deleted,
a condition as SQL, the name of a table, its parts, a key within another. `design.written` writes them too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from msgspec.structs import replace

from dbarchitect.design.spec import Relation, Rule

from .phrases import listed, named, singular
from .statements import Link, Statements

Parts = Literal["month", "week", "day"]
Deletion = Literal["cascade", "restrict", "set null"]

_DELETING = re.compile(
    r"^deleting (?:an?|the) (?P<parent>.+?) (?:(?P<cascade>deletes (?:its|their|the)) (?P<a>.+?)"
    r"|leaves (?:its|their|the) (?P<b>.+?) without one|is refused while it has (?P<c>.+?))(?:,? as (?:its |the )?(?P<role>[\w ]+))?$",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"^pairs of (?:an?|one) (.+?) and (?:an?|one) (.+?) are kept as (.+)$", re.IGNORECASE)
_TABLE = re.compile(r"^(?:its )?table:? `?(\w+)`?\.?$", re.IGNORECASE)
_ALWAYS = re.compile(r"^always:? `(.+)`\.?$", re.IGNORECASE | re.DOTALL)
_WITHIN = re.compile(r"^known within (?:an?|its|one|the) (.+?) by (?:its )?(.+?)\.?$", re.IGNORECASE)
_PARTS = re.compile(r"^partitioned by (month|week|day)\.?$", re.IGNORECASE)
_COMMENT = re.compile(r"^comment: (.+)$", re.IGNORECASE | re.DOTALL)
_SHARED = re.compile(r"^several (.+?) (?:may|can) (?:have|share) the same (.+)$", re.IGNORECASE)
_REFERENCE = re.compile(r"^(?:a )?(?:reference|references|refers) to (?:an?|the)? ?(.+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Pairs:
    """What the pairs of two things are called."""

    first: str
    second: str
    name: str


def pairs(text: str, said: Statements) -> Pairs | None:
    """`Pairs of a student and a course are kept as enrolments`; None for anything else."""
    match = _PAIRS.match(" ".join(text.split()).rstrip("."))
    found = tuple(singular(one) for one in match.groups()) if match else ()
    return Pairs(*found) if found and set(found[:2]) <= set(said.things) else None


def paired(relations: tuple[Relation, ...], found: list[Pairs]) -> tuple[Relation, ...]:
    """The relations with the names of their pairs."""
    names = {frozenset((one.first, one.second)): one.name for one in found}
    return tuple(
        replace(one, name=names.get(frozenset((one.first.entity, one.second.entity)), one.name))
        if one.first.most is None and one.second.most is None
        else one
        for one in relations
    )


@dataclass(frozen=True)
class Deleting:
    """What becomes of `child` when its `parent` (called `role`) goes."""

    parent: str
    child: str
    role: str
    action: Deletion
    line: int


def deleting(text: str, said: Statements, line: int) -> Deleting | None:
    """`Deleting a customer deletes its orders`, `... leaves its orders without one`, `... is refused while it has orders`;
    None for anything else, and where one of the two is no thing."""
    match = _DELETING.match(" ".join(text.split()).rstrip("."))
    if match is None:
        return None
    parent, child = singular(match["parent"]), singular(match["a"] or match["b"] or match["c"])
    if parent not in said.things or child not in said.things:
        return None
    action: Deletion = "cascade" if match["a"] else "set null" if match["b"] else "restrict"
    return Deleting(parent, child, named(match["role"] or ""), action, line)


def deleted(relations: tuple[Relation, ...], found: list[Deleting]) -> tuple[tuple[Relation, ...], list[Deleting]]:
    """The relations with what was said of deletion, and what was said of relations that there are not."""
    made = list(relations)
    lost: list[Deleting] = []
    for one in found:
        at = next((number for number, relation in enumerate(made) if _means(one, relation)), None)
        if at is None:
            lost.append(one)
        else:
            made[at] = replace(made[at], on_delete=one.action)
    return tuple(made), lost


def _means(one: Deleting, relation: Relation) -> bool:
    return any(
        (parent.entity, child.entity) == (one.parent, one.child) and one.role in (parent.role, child.role)
        for parent, child in ((relation.first, relation.second), (relation.second, relation.first))
    )


def told_exactly(text: str, owner: str, said: Statements, line: int) -> bool:
    """Whether `text`, below the heading of the entity `owner`, says something of it exactly; it is then kept."""
    thing = said.things.get(owner)
    if thing is None:
        return False
    stripped = text.strip()
    if (match := _TABLE.match(stripped)) is not None:
        thing.plural = match[1]
        return True
    if (match := _PARTS.match(stripped)) is not None:
        thing.partitioned = cast(Parts, match[1].lower())
        return True
    if (match := _COMMENT.match(stripped)) is not None:
        thing.comment = " ".join(match[1].split())
        return True
    if (match := _ALWAYS.match(stripped)) is not None:
        said.rules.append(Rule(entity=owner, kind="check", sql=" ".join(match[1].split()), line=line))
        return True
    if (match := _WITHIN.match(stripped)) is not None and (parent := singular(match[1])) in said.things:
        thing.parent, thing.weak = parent, tuple(named(one) for one in listed(match[2]))
        said.links.append(Link(owner, parent, 1, 1, "", False, line))
        return True
    return False


def shared(text: str, said: Statements) -> str | None:
    """`Several customers may have the same email`: what that settles, `unique customer email`; None for anything else."""
    match = _SHARED.match(text.strip().rstrip("."))
    name = singular(match[1]) if match else ""
    return f"unique {name} {named(match[2])}" if match is not None and name in said.things else None


def referred(cell: str, said: Statements) -> str | None:
    """The entity of `reference to customer` in a table of fields; None for anything else."""
    match = _REFERENCE.match(cell.strip())
    name = singular(match[1]) if match else ""
    return name if name in said.things else None
