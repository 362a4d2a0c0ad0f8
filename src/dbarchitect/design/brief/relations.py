"""From what was said in each direction to relations with both ends."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace as replace_

from msgspec.structs import replace

from dbarchitect.design.naming import an
from dbarchitect.design.spec import Assumed, End, Field, Relation
from dbarchitect.errors import InputError
from dbarchitect.model import english

from .statements import Link


def with_fields(
    relations: Sequence[Relation], pairs: Mapping[tuple[str, str], list[Field]]
) -> tuple[tuple[Relation, ...], dict[str, list[Field]]]:
    """`relations` with what is known of each pair; and, by entity, what turned out to be known of one of the two."""
    found = list(relations)
    left: dict[str, list[Field]] = defaultdict(list)
    for (of, to), fields in pairs.items():
        ordered = sorted(enumerate(found), key=lambda each: 1 in (each[1].first.most, each[1].second.most))
        for at, one in ordered:  # those of many to many first: it is pairs that have something
            if {one.first.entity, one.second.entity} == {of, to}:
                if one.first.most == 1 or one.second.most == 1:
                    left[one.second.entity] += fields
                else:
                    found[at] = replace(one, fields=(*one.fields, *fields))
                break
    return tuple(found), left


def relations_of(links: Sequence[Link]) -> tuple[tuple[Relation, ...], tuple[Assumed, ...]]:
    """The relations that `links` tell of, in the order they were said, and what was decided where one direction alone
    was said. Raises `InputError` where the same direction was said twice and differently."""
    directions: dict[tuple[str, str, str], Link] = {}
    links, assumed = _told_once(links)
    for link in links:
        key = (link.of, link.to, link.role)
        before = directions.get(key)
        if before is None:
            directions[key] = link
        elif before.most != link.most and (before.vague or link.vague):
            if before.vague:  # `recordings are kept on tapes`, and then how many
                directions[key] = link
        elif before.most != link.most:
            raise InputError(
                f"line {link.line} says that {_said(link)}, and line {before.line} that {_said(before)}",
                hint="one of the two; two different relations have names: a billing address, a shipping address",
            )
        elif link.least < before.least:
            directions[key] = link
    found: list[Relation] = []
    done: set[tuple[str, str, str]] = set()
    between: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for key in directions:
        between[key[:2]].append(key)
    for key, link in directions.items():
        if key in done:
            continue
        done.add(key)
        back = None
        if link.of != link.to:
            # Without a role of its own the other direction is the one that has none either, or the only one.
            for candidate in ((link.to, link.of, link.role), (link.to, link.of, "")):
                if (
                    candidate in directions
                    and candidate not in done
                    and (candidate[2] or len(between[link.of, link.to]) == 1)
                    and not _apart(link, directions[candidate])
                ):
                    back = directions[candidate]
                    done.add(candidate)
                    break
            if back is None and not link.role:
                others = [
                    one
                    for one in between.get((link.to, link.of), ())
                    if one not in done and not _apart(link, directions[one])
                ]
                if len(others) == 1:
                    back = directions[others[0]]
                    done.add(others[0])
        relation, decided = _relation(link, back)
        if link.form or link.levels:
            relation = replace(relation, hierarchy=link.form, depth=link.levels)
        found.append(relation)
        if decided is not None:
            assumed.append(decided)
    return tuple(found), tuple(assumed)


_VERBAL = re.compile(r" (?:by|to|from|for|with|at|in|on|of)$")


def _told_once(links: Sequence[Link]) -> tuple[list[Link], list[Assumed]]:
    """The links, where `payments are booked against invoices; one payment may settle several invoices` is one relation: what
    things of a kind do with others of a kind, and in the next breath how many of them."""
    found: list[Link] = []
    assumed: list[Assumed] = []
    for link in links:
        before = found[-1] if found else link
        if (
            link.counts
            and not link.owns
            and before.vague
            and before.role
            and (link.of, link.to) == (before.of, before.to)
        ):
            found[-1] = replace_(before, role="")
            link = replace_(link, role="")
            many, others = english.plural(link.of), english.plural(link.to)
            assumed.append(
                Assumed(
                    what=f"{many} and {others} have one relation, told twice",
                    because=f"one sentence says what it is ({before.role}), the next how many",
                    say=f"{others.capitalize()} are ... by {many}.",
                    line=link.line,
                )
            )
        found.append(link)
    return found, assumed


def _apart(link: Link, other: Link) -> bool:
    """Whether two directions are of two relations: a volunteer has one branch, and a branch one coordinator."""
    if link.role == other.role:
        return False
    verbal = any(_VERBAL.search(one.role) for one in (link, other))
    having = any(not one.role and one.owns for one in (link, other))
    if link.most == 1 and other.most == 1:
        return not (verbal and having)  # `a person has a passport`, and it `is issued to` one
    return not verbal and not having  # a department has a chairman, and professors work in departments


def _said(link: Link) -> str:
    many = "one" if link.most == 1 else "many" if link.most is None else f"up to {link.most}"
    told = f"{an(link.of)} has {many} {link.to if link.most == 1 else english.plural(link.to)}"
    if not link.role:
        return told
    if _VERBAL.search(link.role):  # `taught by` is no noun
        return f"{told} ({link.role})"
    return f"{an(link.of)} has {many} {link.role if link.most == 1 else english.plural(link.role)}"


def _relation(link: Link, back: Link | None) -> tuple[Relation, Assumed | None]:
    """`first` is the one, `second` the many; of two that are both one, `second` refers to `first`."""
    role = link.role or (back.role if back else "")
    if link.of == link.to:
        # A tree, or a pair of roles: one row refers to another of its kind.
        if link.most == 1:
            parent = End(entity=link.to, least=link.least, most=1, role=role or "parent")
            return Relation(first=parent, second=End(entity=link.of), line=link.line), None
        first, second = End(entity=link.of), End(entity=link.to, role=role)
        return Relation(first=first, second=second, line=link.line), None
    decided: Assumed | None = None
    least, most = (back.least, back.most) if back else (1, 1)
    if back is None:
        if link.most == 1:  # `an order has one customer`: how many orders a customer has was not said
            least, most = 0, None
        elif not link.owns:  # `a student attends many courses`: so may others
            least, most = 0, None
            decided = Assumed(
                what=f"{an(link.to)} may have many {english.plural(link.of)} too",
                because=f"only one direction was said: {_said(link)}",
                say=f"{an(link.to).capitalize()} has one {link.of}.",
                line=link.line,
            )
        else:
            decided = Assumed(
                what=f"every {link.to} belongs to exactly one {link.of}",
                because=f"only one direction was said: {_said(link)}",
                say=f"{an(link.to).capitalize()} has many {english.plural(link.of)}.",
                line=link.line,
            )
    near = End(entity=link.of, least=least, most=most)
    far = End(entity=link.to, least=link.least, most=link.most)
    if link.most == 1 and most != 1:
        near_role = End(entity=link.to, least=link.least, most=1, role=role)
        return Relation(first=near_role, second=near, line=link.line, ordered=link.ordered), decided
    if most == 1:
        first = End(entity=link.of, least=least, most=1, role=role if back and back.role else "")
        if link.most == 1 and back is not None and link.least > back.least:  # the mandatory side refers
            return Relation(
                first=End(entity=link.to, least=link.least, most=1, role=role), second=near, line=link.line
            ), decided
        second = End(entity=link.to, least=link.least, most=link.most, role="" if back and back.role else role)
        return Relation(first=first, second=second, line=link.line, ordered=link.ordered), decided
    return Relation(
        first=near, second=End(entity=far.entity, least=far.least, most=far.most, role=role), line=link.line
    ), decided
