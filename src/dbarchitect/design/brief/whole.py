"""The end of a brief, once all of it was read: what its words meant after all, and what was decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace as replace_

from msgspec.structs import replace

from dbarchitect.design.naming import an
from dbarchitect.design.spec import Assumed, Entity, Relation, Rule, Surroundings, Unread, Volume

from .context import noted
from .gathered import Gathered
from .statements import Link
from .surroundings import volume_of_row, volumes_of


def fields_that_are_things(brief: Gathered) -> None:
    """`a user has one car`, said before anybody knew that cars are things: a relation after all."""
    for owner, thing in brief.said.things.items():
        for name, one in list(thing.fields.items()):
            if name in brief.said.things and name != owner and one.kind == "word" and not one.values:
                del thing.fields[name]
                brief.said.links.append(Link(owner, name, int(one.required), 1, "", True, one.line))


def without_slight(brief: Gathered) -> None:
    """Take those away that were only thought to take part in something, where nothing more was read of them."""
    linked = {end for one in brief.said.links for end in (one.of, one.to)}
    for name, thing in list(brief.said.things.items()):
        if thing.slight and name not in linked and not thing.fields and not thing.keys and not thing.kind_of:
            del brief.said.things[name]


def within_their_whole(brief: Gathered) -> None:
    """`Flats have a number within their building`, where nothing else says that a flat is in one: it is."""
    said = brief.said
    above: defaultdict[str, set[str]] = defaultdict(set)
    for link in said.links:
        child, parent = (link.of, link.to) if link.most == 1 else (link.to, link.of)
        above[child].add(parent)
    for name, thing in said.things.items():
        near, waiting = set[str](), [name]
        while waiting:
            near.add(one := waiting.pop())
            waiting += above[one] - near
        for field in thing.fields.values():
            if len(field.within) == 1 and field.within[0] in said.things and field.within[0] not in near:
                said.links.append(Link(name, field.within[0], 1, 1, "", False, field.line))


def used_by_many(brief: Gathered) -> None:
    """What is told apart by itself, and of which others have some with a quantity, is one of a catalogue and not theirs:
    `a treatment has a code (unique)`, `an appointment has several treatments, each with a quantity`."""
    said = brief.said
    for at, link in enumerate(said.links):
        own = said.things[link.to].fields.values() if link.to in said.things else ()
        if (
            link.owns
            and link.most != 1
            and said.pairs.get((link.of, link.to))
            and any(one.unique and not one.within for one in own)
            and not any((other.of, other.to) == (link.to, link.of) for other in said.links)
        ):
            said.links[at] = replace_(link, owns=False)


def names_are_shared(brief: Gathered) -> None:
    """`A note has many tags`, where a tag is a unique name and nothing else: the same one may be of many notes."""
    said = brief.said
    owners = Counter(one.to for one in said.links)
    alone = {
        name
        for name, thing in said.things.items()
        if owners[name] == 1 and [(one.unique, one.within, one.kind) for one in thing.fields.values()] == _A_NAME
    }
    said.links = [replace_(one, owns=False) if one.to in alone and one.most is None else one for one in said.links]


_A_NAME = [(True, (), "word")]


def same_things(brief: Gathered) -> list[Assumed]:
    """Two names of one thing: `a flight has flight legs`, and of a leg everything is said that is known of either."""
    found: list[Assumed] = []
    said = brief.said
    kinds = {one.kind_of for one in said.things.values()}
    ends = Counter(one.split()[-1] for one in said.things if " " in one)
    for longer in [one for one in said.things if " " in one]:
        short = longer.split()[-1]
        thing = said.things[longer]
        if (
            short not in said.things
            or ends[short] > 1
            or thing.fields
            or thing.keys
            or thing.kind_of
            or longer in kinds
        ):
            continue
        if any({one.of, one.to} == {short, longer} for one in said.links) or not said.things[short].fields:
            continue
        del said.things[longer]
        ends[short] -= 1
        said.links = [
            replace_(one, of=short if one.of == longer else one.of, to=short if one.to == longer else one.to)
            for one in said.links
        ]
        said.rules = [replace(one, entity=short) if one.entity == longer else one for one in said.rules]
        found.append(
            Assumed(
                what=f"a {longer} is a {short}",
                because="of the former nothing of its own is said",
                say=f"{an(longer).capitalize()} has a ...",
                line=thing.line,
            )
        )
    return found


def valueless(brief: Gathered) -> list[Assumed]:
    """A status whose values nobody said is a word: `a city and a state` are of an address."""
    found: list[Assumed] = []
    for thing in brief.said.things.values():
        for name, one in thing.fields.items():
            if one.kind == "choice" and not one.values:
                thing.fields[name] = replace(one, kind="word")
                found.append(
                    Assumed(
                        what=f"the {name} of a {thing.name} is any short text",
                        because="its values are not said",
                        say=f"{an(thing.name).capitalize()} has a {name} (one, another).",
                        line=one.line,
                    )
                )
    return found


def entities_of(brief: Gathered) -> tuple[Entity, ...]:
    """The entities as they were gathered."""
    return tuple(
        Entity(
            name=thing.name,
            fields=tuple(thing.fields.values()),
            key=tuple(thing.keys),
            kind_of=thing.kind_of,
            plural=thing.plural,
            parent=thing.parent,
            weak=thing.weak,
            appended=thing.flags.get("appended", False),
            by_time=thing.flags.get("by_time", False),
            soft_delete=thing.flags.get("soft_delete", False),
            history=thing.flags.get("history", False),
            audit=thing.flags.get("audit", False),
            queue=thing.flags.get("queue", False),
            partitioned=thing.partitioned,
            comment=thing.comment,
            line=thing.line,
        )
        for thing in brief.said.things.values()
    )


def surroundings_of(brief: Gathered) -> Surroundings:
    """Where it runs, with whose rows apart."""
    around = dict(brief.around)
    many = around.pop("many_tenants", False)
    if brief.said.tenant:
        around |= {"tenant": brief.said.tenant, "isolation": brief.said.isolation or around.get("isolation", "")}
    elif many and not around.get("tenant") and not around.get("tenancy"):
        around["tenancy"] = "shared"
    return Surroundings(**{key: value for key, value in around.items() if value is not None})


def all_volumes(brief: Gathered, known: dict[str, Entity]) -> list[Volume]:
    """The volumes of all parts that tell of them."""
    found: list[Volume] = []
    for part, columns in brief.volumes:
        if part.kind == "row":
            made = volume_of_row(part.cells, columns, known, line=part.line) if columns else None
            got = [made] if made is not None else []
        else:
            got = volumes_of(part.text, known, line=part.line)
        if not got:
            brief.said.unread.append(
                Unread(text=part.text, line=part.line, hint="such as: 2 million orders, 50k orders a day")
            )
        found += got
    return found


def decided(brief: Gathered, known: dict[str, Entity]) -> list[Assumed]:
    """What was decided of entities of which nothing is said."""
    found: list[Assumed] = []
    for name, one in known.items():
        if not one.fields and not one.kind_of and name not in brief.scripted:
            found.append(
                Assumed(
                    what=f"{an(name)} is a row with a key and nothing else",
                    because="nothing else is said of it",
                    say=f"{an(name).capitalize()} has a ...",
                    line=one.line,
                )
            )
    return found


def roles_of(relations: tuple[Relation, ...], names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The names by which the relations of each entity are called."""
    found = {name: set[str]() for name in names}
    for one in relations:
        for here, there in ((one.first, one.second), (one.second, one.first)):
            if there.entity in found:
                found[there.entity] |= {here.entity, here.role} - {""}
    return {name: frozenset(roles) for name, roles in found.items()}


def optional_of(relations: tuple[Relation, ...], names: Iterable[str]) -> dict[str, frozenset[str]]:
    """What each entity may refer to, by the names that its relations have, and need not."""
    found = {name: set[str]() for name in names}
    for one in relations:
        for here, there in ((one.first, one.second), (one.second, one.first)):
            if there.entity in found and here.most == 1 and here.least == 0 and there.most != 1:
                found[there.entity].add(here.role or here.entity)
    return {name: frozenset(may) for name, may in found.items()}


def apart_by_what_is_there(brief: Gathered, relations: tuple[Relation, ...]) -> list[Rule]:
    """The rules that hold of fields and relations that were told of; what is unique by others, or held by others, is listed
    as not understood: no table could have it."""
    kept: list[Rule] = []
    leading: defaultdict[str, set[str]] = defaultdict(set)  # what the relations of a thing lead to
    for relation in relations:
        for here, there in ((relation.first, relation.second), (relation.second, relation.first)):
            leading[here.entity] |= {there.entity, there.role, here.role}
    for one in brief.said.rules:
        had = _had(brief, one.entity, leading)
        if one.kind == "check" or (one.fields and {*one.fields, *one.within} <= had):
            kept.append(one)
        else:
            missing = ", ".join(sorted({*one.fields, *one.within} - had)) or "start and end"
            text = f"{one.kind} of {one.entity}"
            brief.said.unread.append(
                Unread(text=text, line=one.line, hint=f"{an(one.entity).capitalize()} has a {missing}.")
            )
    for name, thing in brief.said.things.items():
        had = _had(brief, name, leading)
        for key in [one for one in thing.keys if not had.issuperset(one)]:
            thing.keys.remove(key)
            missing = ", ".join(one for one in key if one not in had)
            text = f"{' and '.join(key)} of {name} are unique"
            brief.said.unread.append(
                Unread(text=text, line=thing.line, hint=f"{an(name).capitalize()} has a {missing}.")
            )
        for field in [one for one in thing.fields.values() if not set(one.within) <= had]:
            thing.fields[field.name] = replace(field, unique=False, within=())
            text = f"{field.name} of {name} is unique within {', '.join(field.within)}"
            brief.said.unread.append(
                Unread(text=text, line=field.line, hint=f"{an(name).capitalize()} belongs to one {field.within[0]}.")
            )
    return kept


def _had(brief: Gathered, name: str, leading: Mapping[str, set[str]]) -> set[str]:
    """What a thing has: fields, and what its relations lead to; a kind has what the general thing has."""
    found: set[str] = set()
    seen: set[str] = set()
    while name and name in brief.said.things and name not in seen:
        seen.add(name)
        found |= {*brief.said.things[name].fields, *leading.get(name, ())}
        name = brief.said.things[name].kind_of
    return (found | {brief.said.tenant, str(brief.around.get("tenant", ""))}) - {""}


def without_context(brief: Gathered, known: Mapping[str, Entity]) -> list[Unread]:
    """What was not understood, without what certainly says nothing about data: that is noted."""
    names = [*known, *(field.name for one in known.values() for field in one.fields)]
    left: list[Unread] = []
    for one in brief.said.unread:
        found = noted(one.text, one.line, names)
        if found is None:
            left.append(one)
        else:
            brief.noted.append(found)
    return left
