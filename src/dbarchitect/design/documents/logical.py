"""What is kept, before anybody says where: things with their fields and what they refer to. A relation of many to many
is a thing of its own here, a kind is folded into what it is a kind of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.design.draft import Draft
from dbarchitect.design.ownership import ordered, owned, reference
from dbarchitect.design.spec import Entity, Field, Relation, Spec
from dbarchitect.design.volumes import Rows
from dbarchitect.model.english import camel, plural, split

from .kinds import OBJECT_ID, element, width

KIND, DELETED, TAKEN = "kind", "deleted at", "taken at"


def named(*names: str) -> str:
    """A name as documents have it: `placed at` is placedAt."""
    return camel(split(" ".join(names)))


def many(name: str, said: str = "") -> str:
    """What several of something are called: `order line` is orderLines."""
    *words, last = split(said or name)
    return camel((*words, last if said else plural(last)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """What a thing refers to. `role` is what it is called from there; `name` the field with its id; `most` and `least`:
    how many refer to the same one; `one`: no two do."""

    role: str
    target: str
    required: bool
    one: bool = False
    least: int = 0
    most: int | None = None
    on_delete: str = ""
    said: tuple[str, ...] = ()
    tenancy: bool = False  # only there to tell tenants apart
    line: int = 0

    @property
    def name(self) -> str:
        """The field that holds the id."""
        return f"{self.role}Id"

    def called(self, name: str) -> bool:
        """Whether an access means it by this name."""
        return name in self.said


@dataclass(slots=True, kw_only=True)
class Thing:
    """Something that is kept. `rows` at the start and in two years; `said`: by the brief."""

    name: str
    plural: str
    fields: tuple[Field, ...] = ()
    refs: list[Ref] = field(default_factory=list[Ref])
    pair: bool = False
    entity: Entity | None = None
    kinds: tuple[str, ...] = ()
    now: float = 0.0
    later: float = 0.0
    said: bool = False
    line: int = 0

    @property
    def bytes(self) -> float:
        """Of an average document of its own, as BSON."""
        found = 5.0 + (0 if self.pair else element("_id", OBJECT_ID))
        found += sum(element(named(one.name), width(one)) * (1 if one.required else 0.5) for one in self.fields)
        return found + sum(element(one.name, OBJECT_ID) for one in self.refs)

    def field(self, name: str) -> Field | None:
        """The field that an access means by this name."""
        return next((one for one in self.fields if one.name == name or named(one.name) == named(name)), None)

    def ref(self, name: str) -> Ref | None:
        """The reference that an access means by this name."""
        return next((one for one in self.refs if one.called(name)), None)

    @property
    def soft(self) -> bool:
        """Whether rows are marked instead of removed."""
        return self.entity is not None and self.entity.soft_delete


@dataclass(frozen=True, slots=True)
class Logical:
    """All things by name. `folded`: kinds by name, with what they are kept in."""

    things: Mapping[str, Thing]
    folded: Mapping[str, str]

    def of(self, entity: str) -> Thing | None:
        """The thing that an entity's rows are in."""
        return self.things.get(self.folded.get(entity, entity))

    def children(self, name: str) -> Iterator[tuple[Thing, Ref]]:
        """What refers to a thing."""
        for one in self.things.values():
            for ref in one.refs:
                if ref.target == name:
                    yield one, ref


def logical(spec: Spec, draft: Draft, rows: Mapping[str, Rows]) -> Logical:
    """The things of a spec; `draft` and `rows` are of its tables, which tell how many there are of each."""
    things: dict[str, Thing] = {}
    folded: dict[str, str] = {}
    for one in ordered(spec):
        if one.kind_of:
            _fold(one, things, folded)
            continue
        fields = tuple(each for each in one.fields if not each.derived)
        things[one.name] = Thing(
            name=one.name, plural=many(one.name, one.plural), fields=fields, entity=one, line=one.line
        )
    for one in spec.entities:
        parent = folded.get(one.parent, one.parent)
        if parent in things and one.name in things:
            known = [
                each for each in spec.relations if {each.first.entity, each.second.entity} == {one.name, one.parent}
            ]
            if not known:
                things[one.name].refs.append(
                    Ref(role=named(one.parent), target=parent, required=True, said=(one.parent,), line=one.line)
                )
    for relation in spec.relations:
        _relate(relation, things, folded)
    _owned(spec, things)
    for thing in things.values():
        thing.fields += tuple(Field(name=name, kind="moment") for name in _clocks(spec, thing, folded))
        _count(thing, draft, rows)
        if thing.entity is not None:
            marks = [(thing.entity.soft_delete, DELETED), (thing.entity.queue, TAKEN)]
            thing.fields += tuple(Field(name=name, kind="moment", required=False) for holds, name in marks if holds)
    return Logical(things, folded)


def _clocks(spec: Spec, thing: Thing, folded: Mapping[str, str]) -> list[str]:
    """When it was added, where accesses go by that and the brief names no such field; tables have it too."""
    asked = [
        name
        for access in spec.access
        if folded.get(access.entity, access.entity) == thing.name
        for name in (
            *(one.field for one in access.order),
            *(bound[0] for bound in (access.since, access.until) if bound),
        )
    ]
    return list(dict.fromkeys(name for name in asked if named(name) == "createdAt" and thing.field(name) is None))


def _owned(spec: Spec, things: Mapping[str, Thing]) -> None:
    """What belongs to a tenant says to which one: every query of shared collections asks for it."""
    tenant = spec.surroundings.tenant
    inside = owned(spec)
    for thing in things.values():
        within = thing.name in inside or (thing.pair and all(one.target in inside for one in thing.refs))
        if tenant in things and within and not any(one.target == tenant for one in thing.refs):
            thing.refs.append(Ref(role=named(tenant), target=tenant, required=True, said=(tenant,), tenancy=True))


def _fold(one: Entity, things: dict[str, Thing], folded: dict[str, str]) -> None:
    general = folded.get(one.kind_of, one.kind_of)
    folded[one.name] = general
    thing = things.get(general)
    if thing is None:
        return
    known = {each.name for each in thing.fields}
    more = tuple(replace(each, required=False) for each in one.fields if each.name not in known and not each.derived)
    thing.kinds = (*thing.kinds, named(one.name))
    rest = tuple(each for each in thing.fields if each.name != KIND)
    kind = Field(name=KIND, kind="choice", values=(named(general), *thing.kinds))
    thing.fields = (*rest, *more, kind)


def _relate(relation: Relation, things: dict[str, Thing], folded: Mapping[str, str]) -> None:
    found = reference(relation)
    ends = [folded.get(end.entity, end.entity) for end in (relation.first, relation.second)]
    if any(end not in things for end in ends):
        return
    if found is None:
        name = relation.name or f"{relation.first.entity} {relation.second.entity}"
        refs: list[Ref] = []
        for end, other, target in zip(
            (relation.first, relation.second), (relation.second, relation.first), ends, strict=True
        ):
            said = tuple(dict.fromkeys(one for one in (end.role, end.entity) if one))
            refs.append(
                Ref(
                    role=named(end.role or end.entity), target=target, required=True, said=said, least=other.least,
                    most=other.most, on_delete="cascade", line=relation.line,
                )
            )  # fmt: skip
        if refs[0].role == refs[1].role:
            refs[1] = dataclasses.replace(refs[1], role=f"other{refs[1].role[:1].upper()}{refs[1].role[1:]}")
        things[name] = Thing(
            name=name, plural=many(name), fields=relation.fields, refs=refs, pair=True, line=relation.line
        )
        return
    child = folded.get(found.child.entity, found.child.entity)
    parent = folded.get(found.parent.entity, found.parent.entity)
    role = found.parent.role or found.parent.entity
    said = tuple(dict.fromkeys(one for one in (found.parent.role, found.parent.entity) if one))
    thing = things[child]
    if any(one.role == named(role) for one in thing.refs):
        return
    only = any(one.called(found.parent.entity) for one in thing.refs)
    thing.refs.append(
        Ref(
            role=named(role),
            target=parent,
            required=found.required and child == found.child.entity,
            one=found.one,
            least=found.child.least,
            most=1 if found.one else found.child.most,
            on_delete=relation.on_delete,
            said=said[:1] if only and found.parent.role else said,
            line=relation.line,
        )
    )


def _count(thing: Thing, draft: Draft, rows: Mapping[str, Rows]) -> None:
    table = draft.by_entity.get(thing.name, "")
    if thing.pair:
        ends = sorted(one.target for one in thing.refs)
        table = next(
            (
                one.name
                for one in draft.tables.values()
                if one.what == "junction"
                and sorted(each.entity for each in one.foreigns if each.entity in ends) == ends
            ),
            "",
        )
    found = rows.get(table)
    if found is not None:
        thing.now, thing.later, thing.said = found.now, found.later, found.said
    else:
        thing.now = thing.later = 1000.0
