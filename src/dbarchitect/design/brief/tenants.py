"""Whose the rows are, where tenants are kept apart: what nothing leads to a tenant from belongs to one too, or is shared."""

from __future__ import annotations

from collections.abc import Iterable

from dbarchitect.design.naming import an
from dbarchitect.design.ownership import reached, reference
from dbarchitect.design.spec import Assumed, End, Relation
from dbarchitect.model import english

from .gathered import Gathered


def of_tenants(brief: Gathered, relations: tuple[Relation, ...]) -> tuple[tuple[Relation, ...], list[Assumed]]:
    """`relations` with those to the tenant that were said of all things at once, and what was decided of the rest.

    `All data belongs to a tenant` is said of every thing but those that a tenant itself refers to or does something with
    (`subscribes to a plan`): these are the same for all. What is unique within a tenant is of one, whatever else was said.
    """
    said = brief.said
    tenant = said.tenant or str(brief.around.get("tenant") or "")
    if tenant not in said.things or str(brief.around.get("tenancy") or "shared") != "shared":
        return relations, []
    within = {
        name
        for name, thing in said.things.items()
        if any(tenant in one.within for one in thing.fields.values()) or any(tenant in one for one in thing.keys)
    }
    pairs = [(one.parent.entity, one.child.entity) for one in map(reference, relations) if one is not None]
    pairs += [(one.kind_of or one.parent, name) for name, one in said.things.items() if one.kind_of or one.parent]
    pairs = [(parent, child) for parent, child in pairs if parent != child]
    dealt = {what for who, what in said.deeds if who == tenant}
    above = reached((tenant, *dealt), [(child, parent) for parent, child in pairs])
    common = reached(above - {tenant}, pairs)
    owned: frozenset[str] = above | reached((tenant,), pairs)
    theirs: list[str] = []
    shared: list[str] = []
    waiting: list[str] = [name for name in said.things if name not in owned]
    while waiting:  # what refers to something comes after it: it may be a tenant's by that
        left = set(waiting)
        below = {child for parent, child in pairs if parent in left}
        for name in [one for one in waiting if one not in below] or waiting[:1]:
            if name in within or (said.everything and name not in common):
                theirs.append(name)
                owned |= reached((name,), pairs)
            else:
                shared.append(name)
        waiting = [one for one in waiting if one not in owned and one not in shared]
    more = tuple(
        Relation(first=End(entity=tenant, least=1, most=1), second=End(entity=name), line=said.things[name].line)
        for name in theirs
    )
    return (*relations, *more), [*_owned(brief, tenant, theirs), *_shared(brief, tenant, shared)]


def _owned(brief: Gathered, tenant: str, names: list[str]) -> Iterable[Assumed]:
    for name in names:
        yield Assumed(
            what=f"every {name} belongs to exactly one {tenant}",
            because=f"all data is said to be of {an(tenant)}, or something of it to be unique within one",
            say=f"{an(name).capitalize()} belongs to one {tenant}.",
            line=brief.said.things[name].line,
        )


def _shared(brief: Gathered, tenant: str, names: list[str]) -> Iterable[Assumed]:
    for name in names:
        yield Assumed(
            what=f"{english.plural(name)} are shared: every {tenant} sees all of them",
            because=f"nothing leads from {an(name)} to {an(tenant)}",
            say=f"{an(name).capitalize()} belongs to one {tenant}.",
            line=brief.said.things[name].line,
        )
