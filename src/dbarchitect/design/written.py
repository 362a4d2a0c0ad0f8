"""A spec as a brief: Markdown in the forms that `design.brief` reads, which is what it is checked by.

A relation is a sentence where the sentence comes back as the same relation, else a row in the table of its entity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model import english

from .brief import read_brief
from .brief.fields import field_of_row
from .naming import an
from .ownership import reference
from .periods import loose_periods
from .references import usual_deletion
from .shares import sentence
from .spec import Entity, Field, Relation, Rule, Spec

_TYPES = {
    "word": "short text", "moment": "timestamp", "choice": "choice", "number": "number", "time": "time of day",
}  # fmt: skip
_FORMS = {
    "": "", "adjacency": ", kept as an adjacency list", "closure": ", kept as a closure table",
    "ltree": ", kept as ltree paths",
}  # fmt: skip
_ROUNDS = 3
_HEAD = ("field", "type", "required", "unique", "default", "notes")


def brief_of(spec: Spec) -> tuple[str, tuple[tuple[str, str], ...]]:
    """(the brief, what it cannot say: about what, what it is)."""
    rows: set[int] = set()
    for _ in range(_ROUNDS):
        text = _text(spec, frozenset(rows))
        try:
            back = read_brief(text.encode(), "the brief").spec
        except InputError:
            wrong = set(range(len(spec.relations)))
        else:
            known = {_relation_key(one) for one in back.relations}
            wrong = {at for at, one in enumerate(spec.relations) if _relation_key(one) not in known}
            if not wrong - rows and len(back.relations) == len(spec.relations):
                break
            if not wrong - rows:
                more = known - {_relation_key(one) for one in spec.relations}
                pairs = {frozenset((one[0], one[4])) for one in more}
                wrong |= {
                    at
                    for at, one in enumerate(spec.relations)
                    if frozenset((one.first.entity, one.second.entity)) in pairs
                }
        wrong = {at for at in wrong if reference(spec.relations[at]) is not None}
        if wrong <= rows:
            break
        rows |= wrong
    text = _text(spec, frozenset(rows))
    return text, tuple(_unsaid(spec, read_brief(text.encode(), "the brief").spec))


def _relation_key(one: Relation) -> tuple[object, ...]:
    """What two relations agree in. Of a many-to-many it does not matter which stands first."""
    first, second = one.first, one.second
    if first.most is None and second.most is None and second.entity < first.entity:
        first, second = second, first
    return (
        first.entity, first.least, first.most, first.role, second.entity, second.least, second.most, second.role,
        one.name, one.on_delete, one.hierarchy,
    )  # fmt: skip


def _unsaid(spec: Spec, back: Spec) -> Iterator[tuple[str, str]]:
    """What is in `spec` and did not come back."""
    for one in spec.entities:
        other = back.entity(one.name)
        if other is None:
            yield one.name, "an entity of this name"
            continue
        fields = {two.name: two for two in other.fields}
        for field in one.fields:
            two = fields.get(field.name)
            if two is None:
                yield f"{one.name}: {field.name}", "a field of this name"
                continue
            changed = [
                name
                for name in ("kind", "required", "unique", "values", "transitions", "initial", "default", "minimum",
                             "maximum", "length", "wide", "scale", "currency", "dimensions", "derived", "comment")
                if _unordered(getattr(field, name)) != _unordered(getattr(two, name))
            ]  # fmt: skip
            for name in changed:
                yield f"{one.name}: {field.name}", f"{name} {_plainly(getattr(field, name))}"
        if {frozenset(key) for key in one.key} - {frozenset(key) for key in _keys(other)}:
            yield one.name, f"unique together: {'; '.join(', '.join(key) for key in one.key)}"
        for name in (
            "plural",
            "parent",
            "weak",
            "kind_of",
            "soft_delete",
            "appended",
            "by_time",
            "partitioned",
            "audit",
            "history",
            "queue",
            "comment",
        ):
            if getattr(one, name) != getattr(other, name):
                yield one.name, f"{name} {_plainly(getattr(one, name))}"
    known = {_relation_key(one) for one in back.relations}
    for relation in spec.relations:
        if _relation_key(relation) not in known:
            yield relation.second.entity, f"its relation to {relation.first.role or relation.first.entity}"
    rules = {(one.entity, one.kind, one.fields, one.within, one.sql) for one in back.rules}
    for rule in spec.rules:
        if (rule.entity, rule.kind, rule.fields, rule.within, rule.sql) not in rules:
            yield rule.entity, rule.sql or f"{rule.kind} of {', '.join(rule.fields)}"
    shares = {(one.entity, one.state, round(one.part, 6)) for one in back.shares}
    for share in spec.shares:
        if (share.entity, share.state, round(share.part, 6)) not in shares:
            yield share.entity, f"{share.part:.0%} of them in a state of {share.state.field}"
    fixed = {one.text: (one.states, one.since, one.until) for one in back.access}
    for access in spec.access:
        if not access.sql and fixed.get(access.text, ((), None, None)) != (access.states, access.since, access.until):
            yield access.entity, f"states and bounds of {access.text!r}"


def _unordered(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _keys(entity: Entity) -> tuple[tuple[str, ...], ...]:
    return (*entity.key, *((one.name, *one.within) for one in entity.fields if one.unique and one.within))


def _plainly(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


# ---- the text


def _text(spec: Spec, rows: frozenset[int]) -> str:
    lines = [*_front(spec), f"# {spec.title or 'Database'}", ""]
    if spec.about:
        lines += ["## About", "", spec.about, ""]
    lines += ["## Data", ""]
    inside: dict[str, list[Relation]] = {}
    for at, one in enumerate(spec.relations):
        if at in rows:
            found = reference(one)
            if found is not None:
                inside.setdefault(found.child.entity, []).append(one)
    for entity in spec.entities:
        lines += _entity(spec, entity, inside.get(entity.name, ()))
    sentences = [
        said
        for at, one in enumerate(spec.relations)
        for said in ((*(_related(one) if at not in rows else ()), *_deleted(one)))
        if not _is_weak(spec, one)
    ]
    sentences += [said for one in spec.rules if one.kind != "check" for said in _ruled(one)]
    sentences += [
        f"The {end.name} of {an(one.name)} may be before the {start.name}."
        for one in spec.entities
        for start, end in loose_periods(one, spec.rules)
    ]
    sentences += [f"{sentence(one.entity, one.state, one.part)}." for one in spec.shares]
    if sentences:
        lines += ["## Relations and rules", "", *(f"{one}\n" for one in sentences)]
    lines += _asked(spec)
    lines += _counted(spec)
    return "\n".join(lines).rstrip("\n") + "\n"


def _front(spec: Spec) -> Iterator[str]:
    around = spec.surroundings
    said = {
        "runtime": around.runtime, "runs": around.runs, "region": ", ".join(around.regions),
        "compliance": ", ".join(around.compliance), "team": str(around.team or ""),
        "tenant": around.tenant if around.tenancy == "shared" else "",
        "ids": around.ids,
        "tenancy": around.tenancy if around.tenancy in ("schema", "database", "none") else "",
    }  # fmt: skip
    if any(said.values()):
        yield from ("---", *(f"{key}: {value}" for key, value in said.items() if value), "---", "")


def many(name: str) -> str:
    """A name in the plural: `order lines`; as it is where no plural leads back to it."""
    *first, last = name.split()
    plural = english.plural(last)
    return " ".join((*first, plural if english.singular(plural) == last else last))


def _entity(spec: Spec, entity: Entity, rows: Sequence[Relation]) -> Iterator[str]:
    yield f"### {entity.name[:1].upper()}{entity.name[1:]}"
    yield ""
    told = any(one.comment for one in entity.fields)
    yield f"| {' | '.join((*_HEAD, 'comment') if told else _HEAD)} |"
    yield "|" + "---|" * (len(_HEAD) + told)
    for field in entity.fields:
        yield _row(spec, field, told=told)
    for one in rows:
        found = reference(one)
        assert found is not None
        role = found.parent.role or found.parent.entity
        cells = (role, f"reference to {found.parent.entity}", "yes" if found.parent.least else "no",
                 "yes" if found.one else "", "", "")  # fmt: skip
        yield f"| {' | '.join((*cells, '') if told else cells)} |"
    yield ""
    exact: list[str] = []
    if entity.plural:
        exact.append(f"Table: `{entity.plural}`.")
    if entity.comment:
        exact.append(f"Comment: {' '.join(entity.comment.split())}")
    if entity.partitioned:
        exact.append(f"Partitioned by {entity.partitioned}.")
    if entity.weak:
        exact.append(f"Known within its {entity.parent} by {listing(entity.weak)}.")
    exact += [f"Always `{one.sql}`." for one in spec.rules if one.entity == entity.name and one.kind == "check"]
    if exact:
        yield from (*(f"- {one}" for one in exact), "")
    plural = many(entity.name)
    capital = plural[:1].upper() + plural[1:]
    said = [f"{an(entity.name).capitalize()} is a kind of {entity.kind_of}."] if entity.kind_of else []
    said += [f"No two {plural} have the same {listing(one)}." for one in entity.key]
    for field in entity.fields:
        for start, ways in groupby(field.transitions, key=itemgetter(0)):
            ends = [end for _, end in ways]
            said.append(f"{an(entity.name).capitalize()} goes from {start} to {' or '.join(ends)}.")
    said += [
        sentence
        for flag, sentence in (
            (entity.soft_delete, f"{capital} are soft deleted."),
            (entity.by_time, f"{capital} are a time series."),
            (entity.appended, f"{capital} are never changed."),
            (entity.audit, f"Changes to {plural} are audited."),
            (entity.history, f"The history of {plural} is kept."),
            (entity.queue, f"{capital} are a queue."),
        )
        if flag
    ]
    for one in said:
        yield from (one, "")


def _row(spec: Spec, field: Field, *, told: bool) -> str:
    kind = _TYPES.get(field.kind, field.kind)
    notes: list[str] = []
    if field.kind == "integer" and field.wide:
        kind = "bigint"
    elif field.kind == "decimal" and field.scale:
        kind = f"numeric(18,{field.scale})"
    elif field.kind == "vector":
        kind = f"vector({field.dimensions})"
    if field.derived and field.kind == "choice":
        kind = "text"
    if field.derived:
        notes = [f"computed from {field.derived}"]
    elif field.kind == "choice":
        notes = [", ".join(f"`{one}`" for one in field.values)]
    else:
        notes += [field.currency] if field.currency else []
        notes += [f"max {field.length} characters"] if field.length else []
        for bound, words in ((field.minimum, "at least"), (field.maximum, "at most")):
            if bound:
                notes.append(f"{bound[0]} {bound[1:]}" if bound[0] in "<>" else f"{words} {bound}")
    if field.unique and field.within:
        notes.append(f"unique per {field.within[0]}")
    words = field.name.removesuffix(" id")
    if spec.entity(english_one(words)) is not None and not field.derived and field.kind != "choice":
        notes.append("not a reference")
    cells = (
        field.name, kind, "yes" if field.required else "no", "yes" if field.unique and not field.within else "",
        field.default, ", ".join(notes),
    )  # fmt: skip
    plainly = tuple("" if one == "not a reference" else one.removesuffix(", not a reference") for one in cells)
    back = field_of_row(plainly, {name if name != "field" else "name": at for at, name in enumerate(_HEAD)}, line=0)
    if back is None or (back.name, back.kind) != (field.name, field.kind):
        cells = (f"`{cells[0]}`", *cells[1:])
    if told:
        cells = (*cells, " ".join(field.comment.split()))
    return f"| {' | '.join(one.replace('|', chr(92) + '|') for one in cells)} |"


def english_one(name: str) -> str:
    """A name in the singular."""
    *first, last = name.split() or ("",)
    return " ".join((*first, english.singular(last)))


def listing(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _related(one: Relation) -> Iterator[str]:
    """A relation in words."""
    found = reference(one)
    if found is None:
        first, second = many(one.first.entity), many(one.second.entity)
        yield f"{first[:1].upper()}{first[1:]} and {second} are many-to-many."
        if one.name:
            yield f"Pairs of {an(one.first.entity)} and {an(one.second.entity)} are kept as {many(one.name)}."
        return
    parent, child = found.parent, found.child
    if parent.entity == child.entity and parent.role == "parent" and not parent.least:
        plural = many(child.entity)
        yield f"{plural[:1].upper()}{plural[1:]} form a tree{_FORMS[one.hierarchy]}."
        return
    may = "may have" if not parent.least else "has"
    some = an(child.entity)
    some = some[:1].upper() + some[1:]
    if parent.role:
        yield f"{some} {may} one {parent.role}, which is {an(parent.entity)}."
    elif found.one:
        least = "exactly one" if child.least else "at most one"
        yield f"{an(parent.entity).capitalize()} has {least} {child.entity}."
        yield f"{some} {'belongs' if parent.least else 'may belong'} to one {parent.entity}."
    elif parent.least:
        yield f"{an(parent.entity).capitalize()} has many {many(child.entity)}."
    else:
        yield f"{some} may belong to one {parent.entity}."


def _deleted(one: Relation) -> Iterator[str]:
    """What becomes of the children, where it is not what is usual."""
    found = reference(one)
    if found is None or not one.on_delete:
        return
    parts = many(found.child.entity)
    said = {
        "cascade": f"deletes its {parts}",
        "set null": f"leaves its {parts} without one",
        "restrict": f"is refused while it has {parts}",
    }[one.on_delete]
    role = f", as {found.parent.role}" if found.parent.role else ""
    yield f"Deleting {an(found.parent.entity)} {said}{role}."


def _is_weak(spec: Spec, one: Relation) -> bool:
    child = spec.entity(one.second.entity)
    return child is not None and child.parent == one.first.entity and not one.first.role


def _ruled(one: Rule) -> Iterator[str]:
    if one.kind == "order":
        earlier = "no later than" if one.equal else "before"
        yield f"The {one.fields[0]} of {an(one.entity)} must be {earlier} the {one.fields[1]}."
    elif one.kind == "exclusive":
        plural = many(one.entity)
        same = f" of the same {one.within[0]}" if one.within else ""
        yield f"{plural[:1].upper()}{plural[1:]}{same} must not overlap."
    elif one.kind == "either":
        *firsts, last = (an(name) for name in one.fields)
        yield f"{an(one.entity).capitalize()} belongs to either {', '.join(firsts)} or {last}."


def _asked(spec: Spec) -> Iterator[str]:
    if not spec.access:
        return
    yield from ("## Access patterns", "")
    for one in spec.access:
        if one.sql:
            rate = (f"-- {one.per_second:.6f}".rstrip("0").rstrip(".") + " a second",) if one.per_second else ()
            yield from ("```sql", *rate, one.sql.strip().rstrip(";") + ";", "```", "")
        else:
            yield f"- {one.text}"
    yield ""


def _counted(spec: Spec) -> Iterator[str]:
    if not spec.volumes:
        return
    yield from ("## Volumes", "", "| entity | rows now | in two years | growth |", "|---|---|---|---|")
    for one in spec.volumes:
        later = f"{one.rows_later:.0f}" if one.rows_later is not None else ""
        rate = f"{one.a_day:.0f} a day" if one.a_day else ""
        yield f"| {one.entity} | {one.rows or 0:.0f} | {later} | {rate} |"
    yield ""


def without_the_usual(spec: Spec) -> Spec:
    """The spec without what is usual of deletions anyway."""
    made: list[Relation] = []
    for one in spec.relations:
        found = reference(one)
        unsaid = reference(replace(one, on_delete=""))
        usual = usual_deletion(spec, unsaid)[0] if found is not None and unsaid is not None else None
        same = usual is not None and one.on_delete == usual.lower()
        made.append(replace(one, on_delete="") if same else one)
    return replace(spec, relations=tuple(made))
