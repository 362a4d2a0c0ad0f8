"""Keys that reach over a reference: `invoice numbers are unique per clinic`, where an appointment has the clinic.

No key does. So the clinic is carried down to the invoice, in one foreign key with the appointment; where nobody can say
which way it would come, the key stays listed as not understood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from dbarchitect.design.naming import an
from dbarchitect.design.ownership import reference
from dbarchitect.design.spec import Assumed, End, Relation

from .statements import Statements, Thing

_FAR = 4  # references that a key may reach over


def carried_down(said: Statements, relations: tuple[Relation, ...]) -> tuple[tuple[Relation, ...], list[Assumed]]:
    """The relations with those that keys within something further away need, and what that assumes."""
    above: defaultdict[str, list[str]] = defaultdict(list)  # what every row of a thing refers to
    near: defaultdict[str, set[str]] = defaultdict(set)  # whatever relations call by a name
    for one in relations:
        near[one.first.entity] |= {one.second.entity, one.second.role, one.first.role}
        near[one.second.entity] |= {one.first.entity, one.first.role, one.second.role}
        found = reference(one)
        if found is not None and found.required and not one.through:
            above[found.child.entity].append(found.parent.entity)
    made: list[Relation] = []
    assumed: list[Assumed] = []
    for name, thing in said.things.items():
        for within, line in _keys(thing):
            far = {one for one in within if one not in thing.fields and one not in near[name] and one != said.tenant}
            ways = [_way(said, above, name, one) for one in sorted(far)]
            if not all(ways):
                continue  # part of a key is none
            for way in ways:
                for low, middle in reversed(list(pairwise(way[:-1]))):
                    if way[-1] not in near[low]:
                        near[low].add(way[-1])
                        made.append(_carried(way[-1], low, middle, line))
                assumed.append(_assumed(way, line))
    return (*relations, *made), assumed


def _keys(thing: Thing) -> Iterator[tuple[tuple[str, ...], int]]:
    """What each key of a thing needs beside fields of its own, with its line."""
    yield from ((one.within, one.line) for one in thing.fields.values() if one.unique and one.within)
    yield from ((key, thing.line) for key in thing.keys)


def _way(said: Statements, above: Mapping[str, Sequence[str]], start: str, end: str) -> tuple[str, ...]:
    """The only way along references from a thing to another, both ends in it; () where there are several or none, or where
    something on it has no key of one column, or no table of its own."""
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[str, ...]] = [(start,)]
    while waiting:
        way = waiting.pop()
        if way[-1] == end:
            found.append(way)
        elif len(way) <= _FAR:
            waiting += [(*way, one) for one in above.get(way[-1], ()) if one not in way]
    if len(found) != 1:
        return ()
    things = [said.things[one] for one in found[0] if one in said.things]
    alone = len(things) == len(found[0]) and not any(one.weak or one.kind_of for one in things)
    return found[0] if alone else ()


def _carried(top: str, low: str, middle: str, line: int) -> Relation:
    return Relation(
        first=End(entity=top, least=1, most=1), second=End(entity=low, least=0, most=None), through=middle, line=line
    )


def _assumed(way: Sequence[str], line: int) -> Assumed:
    low, middle, top = way[0], way[1], way[-1]
    return Assumed(
        what=f"{an(low)} has the {top} of its {middle} as a column of its own, which cannot differ",
        because="no key reaches over a reference",
        say=f"{an(low).capitalize()} belongs to one {top}.",
        line=line,
    )
