"""What is wrong with a spec: nothing is designed from what contradicts itself or names what is not there."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from dbarchitect.errors import InputError

from .naming import an, table_name, words
from .ownership import reference
from .spec import Access, Entity, Field, Relation, Rule, Spec, State

_SHOWN = 10
_MOST = 2_000  # entities: one database of that many tables is several systems


def refuse_problems(spec: Spec) -> None:
    """Raise `InputError` with all that is wrong, each with its line where the brief has one."""
    found = list(dict.fromkeys(_problems(spec)))
    if not found:
        return
    if len(found) == 1:
        raise InputError(*found[0:1], hint="mend it and run it again")
    shown = "\n".join(f"  - {one}" for one in found[:_SHOWN])
    more = f"\n  and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    raise InputError(f"{len(found):,} things in what was asked for do not fit:\n{shown}{more}", hint="mend these")


def _problems(spec: Spec) -> Iterator[str]:
    if not spec.entities:
        yield "nothing is kept: there is no entity"
        return
    if len(spec.entities) > _MOST:
        yield f"{len(spec.entities):,} entities: at most {_MOST:,} fit one design; split it by area"
        return
    known = {one.name for one in spec.entities} | {one.name for one in spec.relations if one.name}
    related = _related(spec)
    tables: dict[str, str] = {}
    for one in spec.entities:
        try:
            name = table_name(one.name, one.plural, line=one.line)
        except InputError as err:
            yield err.message
            continue
        if name in tables:
            yield f"{_at(one.line)}{one.name!r} and {tables[name]!r} would both be the table {name}"
        tables[name] = one.name
        yield from _of_entity(one, spec, known, related[one.name])
    pairs: dict[tuple[str, ...], Relation] = {}
    for relation in spec.relations:
        yield from _of_relation(relation, known)
        if relation.through and not _led(relation, spec):
            yield (
                f"{_at(relation.line)}{relation.second.entity} is said to be of the {relation.first.entity} of its "
                f"{relation.through}: each needs one of the latter, and that one {relation.first.entity}"
            )
        key = (
            *sorted((relation.first.entity, relation.second.entity)),
            relation.first.role,
            relation.second.role,
            relation.name,
        )
        other = pairs.setdefault(key, relation)
        if other is not relation and _shape(other) != _shape(relation):
            yield (
                f"{_at(relation.line)}{relation.first.entity} and {relation.second.entity} are related in two "
                f"ways that "
                f"contradict each other: {_told(other)}, and {_told(relation)}; if both are meant, give each end a role"
            )
    for rule in spec.rules:
        yield from _of_rule(rule, spec, known, related[rule.entity])
    for access in spec.access:
        yield from _of_access(access, spec, known)
    yield from _of_shares(spec, known)
    for volume in spec.volumes:
        if volume.entity not in known:
            yield f"{_at(volume.line)}a volume of {volume.entity!r}, which is no entity{_near(volume.entity, known)}"
        for value in (volume.rows, volume.rows_later, volume.a_day, volume.reads_a_second, volume.writes_a_second):
            if value is not None and (value < 0 or not math.isfinite(value)):
                yield f"{_at(volume.line)}the volume {value} of {volume.entity} is none"
    around = spec.surroundings
    if around.tenant and around.tenant not in known:
        yield f"the tenant {around.tenant!r} is no entity{_near(around.tenant, known)}"
    if around.tenancy == "shared" and not around.tenant:
        yield "tenants share tables, and nothing says which entity is the tenant: all data belongs to a ..."


def _of_entity(entity: Entity, spec: Spec, known: set[str], related: set[str]) -> Iterator[str]:
    at = _at(entity.line)
    columns: set[tuple[str, ...]] = set()
    for field in entity.fields:
        try:
            name = words(field.name, line=field.line)
        except InputError as err:
            yield err.message
            continue
        if name in columns:
            yield f"{_at(field.line)}{entity.name} has {field.name!r} twice"
        columns.add(name)
        yield from _of_field(entity, field)
    names = {one.name for one in entity.fields}
    for key in (*entity.key, *((entity.weak,) if entity.weak else ())):
        for name in key:
            if name not in names | related:
                yield f"{at}{entity.name} is told apart by {name!r}, which it does not have{_near(name, names)}"
    for what, name in (("parent", entity.parent), ("general kind", entity.kind_of)):
        if name and name not in known:
            yield f"{at}the {what} {name!r} of {entity.name} is no entity{_near(name, known)}"
    if entity.weak and not entity.parent:
        yield f"{at}{entity.name} is known by {', '.join(entity.weak)} within a parent, and none is named"
    seen = [entity.name]
    while True:
        current = spec.entity(seen[-1])
        above = (current.parent or current.kind_of) if current is not None else ""
        if not above:
            break
        if above in seen:
            yield f"{at}{' belongs to '.join([*seen, above])}: none of them can come first"
            break
        seen.append(above)


def _of_field(entity: Entity, field: Field) -> Iterator[str]:
    of = f"{_at(field.line)}{field.name} of {entity.name}"
    if field.kind == "choice" and not field.values:
        yield f"{of} is a choice of nothing: say its values"
    if len(set(field.values)) != len(field.values):
        yield f"{of} has a value twice"
    for one in {value for pair in field.transitions for value in pair} | {field.initial} - {""}:
        if field.values and one not in field.values:
            yield f"{of} cannot become {one!r}: its values are {', '.join(field.values)}"
    if field.default and field.values and field.default not in field.values:
        yield f"{of} is {field.default!r} by default: its values are {', '.join(field.values)}"
    if field.kind == "vector" and not 1 <= field.dimensions <= 16_000:  # pgvector's limit of the type
        yield f"{of} is a vector of {field.dimensions} dimensions: say how many its model gives (1 to 16,000)"
    low, high = _number(field.minimum), _number(field.maximum)
    if low is not None and high is not None and low > high:
        yield f"{of} is from {field.minimum} to {field.maximum}: nothing is"


def _of_relation(relation: Relation, known: set[str]) -> Iterator[str]:
    at = _at(relation.line)
    for end in (relation.first, relation.second):
        if end.entity not in known:
            yield f"{at}a relation with {end.entity!r}, which is no entity{_near(end.entity, known)}"
        if end.least < 0 or (end.most is not None and (end.most < 1 or end.most < end.least)):
            yield f"{at}{end.least} to {end.most} {end.entity}: no such number"
    if relation.through and (relation.first.least, relation.first.most, relation.on_delete) != (1, 1, ""):
        yield (
            f"{at}{relation.second.entity} is said to be of the {relation.first.entity} of its {relation.through}: "
            "that is exactly one, which goes as that one goes"
        )
    if relation.on_delete == "set null" and relation.first.least >= 1:
        yield (
            f"{at}every {relation.second.entity} has {an(relation.first.entity)}, and yet loses it when that is "
            f"deleted: "
            "one of the two"
        )


def _led(relation: Relation, spec: Spec) -> bool:
    """Whether what is carried down is there: by single references that every row has, from tables of their own."""
    needed = [
        one
        for one in map(reference, spec.relations)
        if one is not None and one.required and one.relation.on_delete != "set null"
    ]
    middle = [
        one.parent.entity
        for one in needed
        if one.child.entity == relation.second.entity and relation.through in (one.parent.role, one.parent.entity)
    ]
    above = [
        one for one in needed if middle and (one.child.entity, one.parent.entity) == (middle[0], relation.first.entity)
    ]
    ends = [spec.entity(name) for name in (relation.first.entity, relation.second.entity, *middle)]
    return (
        len(middle) == 1 and len(above) == 1 and all(one is not None and not (one.weak or one.kind_of) for one in ends)
    )


def _of_rule(rule: Rule, spec: Spec, known: set[str], related: set[str]) -> Iterator[str]:
    entity = spec.entity(rule.entity)
    if entity is None:
        yield f"{_at(rule.line)}a rule about {rule.entity!r}, which is no entity{_near(rule.entity, known)}"
        return
    names = {one.name for one in entity.fields} | related
    for name in (*rule.fields, *rule.within):
        if name not in names:
            yield f"{_at(rule.line)}a rule of {entity.name} names {name!r}, which it does not have{_near(name, names)}"
    fewest = {"order": 2, "exclusive": 1, "either": 2, "check": 0, "dependency": 1}[rule.kind]
    if len(rule.fields) < fewest:
        yield f"{_at(rule.line)}a rule {rule.kind} of {entity.name} needs {fewest} fields"
    if rule.kind == "check" and not rule.sql.strip():
        yield f"{_at(rule.line)}a rule of {entity.name} is an empty condition"


def _of_access(access: Access, spec: Spec, known: set[str]) -> Iterator[str]:
    if access.sql:
        return
    if access.entity not in known:
        yield f"{_at(access.line)}{access.text!r} asks for {access.entity!r}, no entity{_near(access.entity, known)}"
    if access.limit is not None and access.limit < 1:
        yield f"{_at(access.line)}{access.text!r} asks for {access.limit} rows"
    for state in access.states:
        yield from _of_state(f"{_at(access.line)}{access.text!r}", access.entity, state, spec)


def _of_state(where: str, entity: str, state: State, spec: Spec) -> Iterator[str]:
    """What is wrong with a state: no such field, no such value, nothing that could be missing."""
    known = spec.entity(entity)
    if known is None:
        return
    field = next((one for one in known.fields if one.name == state.field), None)
    marked = known.soft_delete and state.field == "deleted at"
    if field is None:
        if not marked and not (state.how in ("missing", "there") and state.field in _related(spec)[entity]):
            names = {one.name for one in known.fields}
            yield f"{where} names {state.field!r}, which {entity} does not have{_near(state.field, names)}"
    elif state.how in ("missing", "there"):
        if field.required:
            yield f"{where} asks whether {state.field} is there, which every {entity} has"
    else:
        values = {"true", "false"} if field.kind == "boolean" else set(field.values)
        strange = [one for one in state.values if values and one not in values]
        if strange or not state.values:
            some = ", ".join(sorted(values))
            yield f"{where} asks for {state.field} {', '.join(strange) or 'of no value'}, which is one of {some}"


def _of_shares(spec: Spec, known: set[str]) -> Iterator[str]:
    whole: dict[tuple[str, str], float] = defaultdict(float)
    for one in spec.shares:
        where = f"{_at(one.line)}a share of {one.entity}"
        if one.entity not in known:
            yield f"{where}, which is no entity{_near(one.entity, known)}"
        if not 0 <= one.part <= 1:
            yield f"{where} is {one.part:.0%} of its rows"
        yield from _of_state(where, one.entity, one.state, spec)
        if one.state.how in ("is", "missing"):
            whole[one.entity, one.state.field] += one.part
    for (entity, name), part in whole.items():
        if part > 1 + 1e-9:
            yield f"the shares of {name} of {entity} come to {part:.0%} of its rows"


def _related(spec: Spec) -> defaultdict[str, set[str]]:
    """What each entity can be asked by beside its fields: entities and roles at the other ends of its relations."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in spec.relations:
        found[one.second.entity] |= {one.first.entity, one.first.role, one.name}
        found[one.first.entity] |= {one.second.entity, one.second.role, one.name}
    for one in spec.entities:
        found[one.name] = (found[one.name] | {one.parent, one.kind_of, spec.surroundings.tenant}) - {""}
    return found


def _shape(one: Relation) -> tuple[tuple[str, int, int | None], ...]:
    ends = ((one.first.entity, one.first.least, one.first.most), (one.second.entity, one.second.least, one.second.most))
    return ends if one.first.entity <= one.second.entity else ends[::-1]


def _told(one: Relation) -> str:
    def many(least: int, most: int | None) -> str:
        if most is None:
            return f"at least {least}" if least else "any number of"
        return f"exactly {most}" if least == most else f"{least} to {most}"

    first, second = one.first, one.second
    return (
        f"{an(first.entity)} has {many(second.least, second.most)} {second.entity} and {an(second.entity)} "
        f"{many(first.least, first.most)} {first.entity}"
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _at(line: int) -> str:
    return f"line {line}: " if line else ""


def _near(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), 1)
    return f"; {close[0]!r} is one" if close else ""
