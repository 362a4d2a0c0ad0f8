"""Of what a thing has several: `a patient has allergies` is a row for each, by its patient, and no column of them all.

A column holds one value (Codd, "A Relational Model of Data for Large Shared Data Banks", 1970, 1.4). But a plural may be
one value (`opening hours`), a count (`points`), or said of each of many (`students have names`): a table too many is
worse than a text, so what is in doubt stays one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace as replace_
from typing import Literal

from msgspec.structs import replace

from dbarchitect.design.naming import an
from dbarchitect.design.spec import Assumed, Field
from dbarchitect.model import english

from .fields import field_of, kind_by_name, names_a_value, says_by_name
from .phrases import bare, named, singular
from .statements import Link, Statements, Thing

Plural = Literal["", "several", "each"]

_APART = frozenset(("word", "text", "choice", "file", "email", "phone", "url", "identifier", "date"))
# What says that all of them are one value after all.
_TOGETHER = re.compile(
    r"\b(?:text|string|str|varchar|word|json\w*|array|list|(?:comma|semicolon)[- ]separated|free[- ]form|together)\b|\[\]",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"\d|\b(?:max|min|of|in|on|at|for|to|by|with|from|up|any|it|they|us|we|when)\b")
_IN_ORDER = frozenset(("step", "stop", "stage"))  # the order of these counts, and the same may come twice
_LONGEST = 3  # words of a name


def of_several(name: str) -> str:
    """One of what a plural names: `allergy` of `allergies`; "" where it names one value."""
    one = singular(name)
    if one == named(name) or says_by_name(name) or _NO_NAME.search(name) or len(name.split()) > _LONGEST:
        return ""
    return one if kind_by_name(one) in _APART else ""


def plural_of(subject: str, items: Sequence[str]) -> Plural:
    """What a plural without a quantity means among the items that a sentence says of its subject, "" where nobody knows.
    `A patient has allergies`: several. `Students have names and ages`: each has one. But `listings have a title and
    photos` says of the title that it is one, and of `listings have photos` no word is of what everything has one.
    `Gear: shoes and ropes` (no `subject`) are things as well."""
    names = [named(_head(one)) for one in items]
    if any(singular(one) == one for one in names):
        return "several"
    if not subject or singular(subject) == named(bare(subject)):
        return "several" if subject else ""
    ones = [singular(name) for name in names]
    return "each" if any(names_a_value(one) and kind_by_name(one) != "file" for one in ones) else "several"


def each_of(item: str) -> str:
    """What each of many has, where the plural is theirs: `name` of `names`, but `initials`, `opening hours`."""
    name = named(_head(item))
    return item if says_by_name(name) else f"{singular(name)}{item[len(_head(item)) :]}"


def _head(item: str) -> str:
    return re.split(r"\s*[(:]", item, maxsplit=1)[0]


def together(text: str) -> bool:
    """Whether an item says how several values are one: `allergies (text)`, `genres (comma separated)`."""
    head = re.split(r"[(:]| as ", text, maxsplit=1)[0]
    return bool(_TOGETHER.search(text[len(head) :]))


def several(made: Field, text: str, least: int = 0, most: int | None = None) -> tuple[int, int | None] | None:
    """How many values of a field there are that a plural told of; None where it is one value, or said to be kept as one."""
    apart = of_several(made.name) and made.kind in _APART and not together(text) and not made.comment
    return (least, most) if apart else None


def as_one(said: Statements, owner: str, name: str) -> bool:
    """`Skills (text)` after `a person has several skills`: they were no things."""
    thing = said.things.get(name)
    if thing is None or not thing.value or thing.fields:
        return False
    del said.things[name]
    said.links = [one for one in said.links if (one.of, one.to) != (owner, name)]
    return True


def kept_apart(said: Statements, made_elsewhere: frozenset[str]) -> list[Assumed]:
    """Make a thing of each field that has several values, and give what is nothing but a value that value. Things that are
    `made_elsewhere` are none."""
    shared: dict[str, list[tuple[Field, Link]]] = {}  # by the name of one value
    for owner, thing in [one for one in said.things.items() if one[1].several]:
        used = _used(said, owner)
        for name, (least, most) in thing.several.items():
            field = thing.fields.get(name)
            if field is not None and not (name in used or field.default or field.derived or field.transitions):
                link = Link(owner, of_several(name), least, most, "", True, field.line)
                shared.setdefault(link.to, []).append((field, link))
    values = [one for one in said.things.items() if one[1].value]
    needed = _needed(said) | made_elsewhere if values else made_elsewhere
    for name, thing in values:
        links = [one for one in said.links if name in (one.of, one.to)]
        if len({one.of for one in links}) < len(links):
            continue  # told differently
        alone = kind_by_name(name) in _APART or kind_by_name(name) == "location"
        if links and alone and name not in needed and _nothing_but_a_value(thing, links):
            field = Field(name=english.plural(name), line=thing.line)
            shared.setdefault(name, []).extend((field, one) for one in links)
    assumed: list[Assumed] = []
    for name, found in shared.items():
        there = said.things.get(name)
        if there is not None and there.value:
            said.links = [one for one in said.links if one.to != name]
            del said.things[name]
            there = None
        for field, link in found:
            said.things[link.of].fields.pop(field.name, None)
            if link.most == 1:  # `a project has one location`, where departments have several
                said.put(link.of, replace(field_of(name, line=link.line) or field, required=link.least == 1))
                continue
            alone = there is None and len({one.of for _, one in found if one.most != 1}) == 1
            assumed.append(_row_each(said, field, link, name if alone else f"{link.of} {name}", name))
    return assumed


def _nothing_but_a_value(thing: Thing, links: Sequence[Link]) -> bool:
    """Whether all that is known of a thing is what has several of it."""
    told = thing.fields or thing.keys or thing.kind_of or thing.parent or thing.flags or thing.comment
    return not told and all(one.to == thing.name and one.owns and not one.role for one in links)


def _needed(said: Statements) -> frozenset[str]:
    """Things that others are kinds or parts of, that keys and rules are of, that are known in pairs."""
    found = {said.tenant, *(name for pair in said.pairs for name in pair), *(one.entity for one in said.rules)}
    for thing in said.things.values():
        found.update((thing.kind_of, thing.parent), *thing.keys, *(one.within for one in thing.fields.values()))
    return frozenset(found)


def _used(said: Statements, owner: str) -> set[str]:
    """Fields of a thing that a key or a rule needs where they are."""
    thing = said.things[owner]
    keys = [*thing.keys, thing.weak, *(one.within for one in thing.fields.values())]
    rules = [(*one.fields, *one.within) for one in said.rules if one.entity == owner]
    return {name for names in (*keys, *rules) for name in names}


def _row_each(said: Statements, field: Field, link: Link, child: str, value: str) -> Assumed:
    """A thing for the values of a field, which belong to one `link.of` each and go with it."""
    made = field_of(value, line=field.line) or Field(name=value)
    kind = "text" if value.split()[-1] in _IN_ORDER else made.kind if field.kind == "word" else field.kind
    a_set = kind not in ("text", "location")  # long texts and points are no keys
    thing = said.thing(child, field.line)
    thing.parent = link.of
    thing.fields[value] = replace(
        field,
        name=value,
        kind=kind,
        required=True,
        unique=a_set,
        within=(link.of,) if a_set and not field.unique else (),
        personal=made.personal,
    )
    ordered = link.ordered or value.split()[-1] in _IN_ORDER
    said.links += [
        replace_(link, to=child, ordered=ordered, vague=False),
        Link(child, link.of, 1, 1, "", False, field.line),
    ]
    many = english.plural(value)
    return Assumed(
        what=f"each of the {many} of {an(link.of)} is a row of its own" + (", none of them twice" if a_set else ""),
        because="they are several, and a column holds one value",
        say=f"{an(link.of).capitalize()} has {many} (text).",
        line=field.line,
    )
