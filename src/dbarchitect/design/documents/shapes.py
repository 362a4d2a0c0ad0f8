"""What the documents of each collection may hold, and the conditions over several of their fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.design.spec import Field, Rule, Spec

from .kinds import NUMBERS, PATTERNS, TYPES, bound
from .logical import Thing, named
from .placing import Layout


@dataclass(slots=True)
class Shape:
    """What one place may hold: `types` of BSON, `fields` of an object with those `required`, `items` of an array with
    at least and at most so many; `values`, `length`, `pattern` of a text with one that does not match; bounds."""

    types: list[str]
    fields: dict[str, Shape] = field(default_factory=dict[str, "Shape"])
    required: list[str] = field(default_factory=list[str])
    items: Shape | None = None
    fewest: int = 0
    most: int | None = None
    values: tuple[str, ...] = ()
    length: int = 0
    pattern: tuple[str, str] = ("", "")
    minimum: float | None = None
    maximum: float | None = None

    def add(self, name: str, one: Shape, *, required: bool) -> None:
        """A field of an object."""
        self.fields[name] = one
        if required:
            self.required.append(name)


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that a schema cannot say, as $expr; `good` and `bad` change a document that is taken to one that must
    be taken or refused: (path, value), None to remove it."""

    about: str
    expression: dict[str, Any]
    bad: tuple[tuple[str, Any], ...]
    good: tuple[tuple[str, Any], ...] = ()


def shape_of(layout: Layout, thing: Thing) -> Shape:
    """The documents of a collection."""
    root = Shape(["object"])
    root.add("_id", Shape(["objectId"]), required=True)
    if thing.name in layout.buckets:
        ref = layout.buckets[thing.name]
        for one in thing.refs:
            if one is ref or one.tenancy:
                root.add(one.name, Shape(["objectId"]), required=True)
        root.add("from", Shape(["date"]), required=True)
        root.add("to", Shape(["date"]), required=True)
        root.add("count", Shape(["int", "long"], minimum=1, maximum=layout.most[thing.name]), required=True)
        inner = Shape(["object"])
        _own(layout, thing, inner, skip=ref.name)
        array = Shape(["array"], items=inner, fewest=1, most=layout.most[thing.name])
        root.add(thing.plural, array, required=True)
        return root
    _own(layout, thing, root)
    for child in layout.children(thing.name):
        ref = layout.inside[child.name]
        inner = Shape(["object"])
        if layout.ids_only(child):
            inner = Shape(["objectId"])
        else:
            if not child.pair:
                inner.add("_id", Shape(["objectId"]), required=True)
            _own(layout, child, inner, skip=ref.name)
        if ref.one:
            root.add(layout.array(child), inner, required=ref.least > 0)
        else:
            array = Shape(["array"], items=inner, fewest=ref.least, most=layout.most[child.name])
            root.add(layout.array(child), array, required=True)
    if thing.name in layout.ancestors:
        root.add("ancestorIds", Shape(["array"], items=Shape(["objectId"]), most=100), required=True)
    return root


def _own(layout: Layout, thing: Thing, into: Shape, skip: str = "") -> None:
    for one in thing.fields:
        into.add(named(one.name), field_shape(one), required=one.required)
    for ref in thing.refs:
        if ref.name == skip or (skip and ref.tenancy):
            continue
        if (thing.name, ref.role) in layout.held:
            inner = Shape(["object"])
            _own(layout, layout.logical.things[ref.target], inner)
            into.add(ref.role, inner, required=ref.required)
            continue
        into.add(ref.name, Shape(["objectId"]), required=ref.required)
        if (thing.name, ref.role) in layout.copied:
            inner = Shape(["object"])
            for one in layout.copied[thing.name, ref.role]:
                inner.add(named(one.name), field_shape(one), required=True)
            into.add(ref.role, inner, required=ref.required)


def field_shape(one: Field) -> Shape:
    """The values of a field."""
    made = Shape(list(TYPES.get(one.kind, ("string",))))
    if one.kind == "choice":
        made.values = one.values
        return made
    if made.types == ["string"]:
        made.length = one.length
        made.pattern = PATTERNS.get(one.kind, ("", ""))
    if one.kind in NUMBERS:
        made.minimum, made.maximum = bound(one.minimum), bound(one.maximum)
        if one.kind == "percentage" and made.minimum is None:
            made.minimum = 0
    if one.kind == "duration":
        made.minimum = 0
    if one.kind == "tags":
        made.items = Shape(["string"])
    if one.kind == "vector":
        made.items = Shape(["double", "int", "long"])
        made.fewest, made.most = one.dimensions, one.dimensions or None
    if one.kind == "period":
        made.add("from", Shape(["date"]), required=True)
        made.add("to", Shape(["date"]), required=False)
    if one.kind == "location":
        made.add("type", Shape(["string"], values=("Point",)), required=True)
        pair = Shape(["array"], items=Shape(["double", "int", "long"]), fewest=2, most=2)
        made.add("coordinates", pair, required=True)
    return made


def expressions_of(layout: Layout, thing: Thing, spec: Spec) -> Iterator[Expression]:
    """Rules over several fields of one document, and periods that begin before they end."""
    if thing.name in layout.buckets:
        return
    for one in thing.fields:
        if one.kind == "period":
            at = named(one.name)
            early, late = {"$date": "2024-01-01T00:00:00Z"}, {"$date": "2024-01-02T00:00:00Z"}
            yield Expression(
                f"{at} begins before it ends",
                {"$or": [{"$lte": [f"${at}.to", None]}, {"$lt": [f"${at}.from", f"${at}.to"]}]},
                ((at, {"from": late, "to": early}),),
                ((at, {"from": early, "to": late}),),
            )
    for rule in spec.rules:
        if layout.logical.of(rule.entity) is thing:
            found = _expression(rule, thing)
            if found is not None:
                yield found


def _expression(rule: Rule, thing: Thing) -> Expression | None:
    if rule.kind == "order" and len(rule.fields) == 2:
        fields = [thing.field(one) for one in rule.fields]
        if None in fields:
            return None
        low, high = (named(one.name) for one in fields if one is not None)
        kind = fields[0].kind if fields[0] is not None else ""
        if kind in ("date", "moment"):
            early, late = {"$date": "2024-01-01T00:00:00Z"}, {"$date": "2024-01-02T00:00:00Z"}
        elif kind in ("decimal", "money"):
            early, late = {"$numberDecimal": "1"}, {"$numberDecimal": "2"}
        else:
            early, late = 1, 2
        operator = "$lte" if rule.equal else "$lt"
        return Expression(
            f"{low} is {'not after' if rule.equal else 'before'} {high}",
            {"$or": [*({"$lte": [f"${one}", None]} for one in (low, high)), {operator: [f"${low}", f"${high}"]}]},
            ((low, late), (high, early)),
            ((low, early), (high, late)),
        )
    if rule.kind == "either":
        names = [ref.name if (ref := thing.ref(one)) is not None else named(one) for one in rule.fields]
        there = [{"$cond": [{"$gt": [f"${name}", None]}, 1, 0]} for name in names]
        return Expression(
            f"exactly one of {' and '.join(names)}",
            {"$eq": [{"$add": there}, 1]},
            tuple((name, None) for name in names),
        )
    return None


def changed(document: dict[str, Any], changes: tuple[tuple[str, Any], ...]) -> str:
    """A document of extended JSON with other values, as text."""
    made = {**document, **{path: value for path, value in changes if value is not None}}
    for path, value in changes:
        if value is None:
            made.pop(path, None)
    return json.dumps(made)
