"""Validators (`$jsonSchema`) from the shapes of sampled documents, and probes: what they must take and refuse.

A validator takes each document that was looked at. Types that a driver picks by the value are widened: `int` to `long`
too, `double` to all but `decimal`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.model.documents import Collection
from dbarchitect.model.documents_advice import Probe, Validator

from .paths import FEW, below, parts_of
from .rule import sampled, shell

_WIDER = {"int": ("int", "long"), "long": ("int", "long"), "double": ("double", "int", "long")}

# Values of probes in extended JSON, by type.
_VALUES: dict[str, Any] = {
    "string": "x",
    "int": 1,
    "long": {"$numberLong": "5000000000"},
    "double": 1.5,
    "decimal": {"$numberDecimal": "1.5"},
    "bool": True,
    "date": {"$date": "2024-01-31T00:00:00Z"},
    "objectId": {"$oid": "65f000000000000000000001"},
    "null": None,
    "binData": {"$binary": {"base64": "eA==", "subType": "00"}},
    "timestamp": {"$timestamp": {"t": 1, "i": 1}},
}


@dataclass
class Field:
    """What one place of a document may hold. `fields` of an object, `items` of an array; `any` for names that are
    data; `fewest` and `most` elements, `values` a text may have, a `pattern` of it with a text that does
    not match, a `sample` that does."""

    types: list[str] = field(default_factory=list[str])
    fields: dict[str, Field] = field(default_factory=dict["str", "Field"])
    required: list[str] = field(default_factory=list[str])
    items: Field | None = None
    any: Field | None = None
    values: tuple[str, ...] = ()
    length: int = 0
    minimum: float | None = None
    maximum: float | None = None
    fewest: int = 0
    most: int | None = None
    pattern: tuple[str, str] = ("", "")
    sample: str = ""


def tree_of(collection: Collection) -> Field:
    """What the documents looked at have."""
    root = Field(types=["object"])
    for shape in collection.paths:
        parts = parts_of(shape.path)
        parent = root
        for part in parts[:-1]:
            parent = below(parent, part)
        here = below(parent, parts[-1])
        here.types = [name for name in dict.fromkeys(_widened(shape.types)) if name != "undefined"]
        if shape.always and collection.sampled >= FEW and parts[-1] not in ("[]", "*"):
            parent.required.append(parts[-1])
    return root


def _widened(types: Sequence[str] | dict[str, int]) -> Iterator[str]:
    for name in types:
        yield from _WIDER.get(name, (name,))


def schema_of(tree: Field, *, closed: bool = False) -> dict[str, Any]:
    """The tree as MongoDB's `$jsonSchema`. `closed`: fields that nobody had are refused."""
    made: dict[str, Any] = {}
    if tree.types:
        made["bsonType"] = tree.types[0] if len(tree.types) == 1 else tree.types
    if tree.required:
        made["required"] = sorted(tree.required)
    if tree.fields:
        made["properties"] = {name: schema_of(one, closed=closed) for name, one in tree.fields.items()}
    if tree.any is not None:
        made["additionalProperties"] = schema_of(tree.any, closed=closed)
    elif closed and tree.fields:
        made["additionalProperties"] = False
    if tree.items is not None:
        made["items"] = schema_of(tree.items, closed=closed)
    if tree.values:
        made["enum"] = [*tree.values, *([None] if "null" in tree.types else [])]
    limits = {
        "maxLength": tree.length or None, "minimum": tree.minimum, "maximum": tree.maximum,
        "minItems": tree.fewest or None, "maxItems": tree.most, "pattern": tree.pattern[0] or None,
    }  # fmt: skip
    return made | {name: value for name, value in limits.items() if value is not None}


def validator(
    name: str, tree: Field, *, closed: bool = False, sample: str = "", exists: bool = True, warn: bool = False
) -> Validator:
    """The validator with its command and its probes. `exists`: the collection is there, and is changed."""
    schema = schema_of(tree, closed=closed)
    text = json.dumps(schema, ensure_ascii=False)
    action = "warn" if warn else "error"
    options = f"validator: {{$jsonSchema: {text}}}, validationLevel: 'strict', validationAction: '{action}'"
    named = json.dumps(name, ensure_ascii=False)
    return Validator(
        collection=name,
        schema=text,
        command=(
            f"db.runCommand({{collMod: {named}, {options}}})"
            if exists
            else f"db.createCollection({named}, {{{options}}})"
        ),
        count=f"{shell(name)}.countDocuments({{$nor: [{{$jsonSchema: {text}}}]}})" if exists else "",
        sample=sample,
        probes=tuple(probes_of(tree, closed=closed)),
    )


def validator_of(collection: Collection, *, closed: bool = False) -> Validator:
    """The validator for what the documents of a collection have. Where not all were looked at, it only warns."""
    return validator(
        collection.name,
        tree_of(collection),
        closed=closed,
        sample=sampled(collection),
        warn=not collection.whole,
    )


def probes_of(tree: Field, *, closed: bool = False) -> Iterator[Probe]:
    """Documents to take: the least and the fullest one, and one with each other type. Documents to refuse: without each
    field that is required, with a wrong type at each path, with a name, text or number that is not allowed."""
    full = _value(tree)
    yield Probe(about="the fullest document", document=json.dumps(full), accepted=True)
    yield Probe(about="only what is required", document=json.dumps(_least(tree)), accepted=True)
    for path, one, steps in _places(tree, "", ()):
        for name in one.types:
            if name != _usual(one) and name in _VALUES and not one.values:
                changed = json.dumps(_with(full, steps, _typed(one, name)))
                yield Probe(about=f"{path}: {name}", document=changed, accepted=True)
        wrong = _wrong(one)
        if wrong is not None and steps:
            yield Probe(
                about=f"{path}: {wrong}", document=json.dumps(_with(full, steps, _VALUES[wrong])), accepted=False
            )
        for name in one.required:
            if name == "_id":  # the server makes one
                continue
            inner = f"{path}.{name}" if path else name
            yield Probe(about=f"no {inner}", document=json.dumps(_without(full, (*steps, name))), accepted=False)
        if closed and one.fields and one.any is None:
            inner = f"{path}.unheardOf" if path else "unheardOf"
            yield Probe(about=inner, document=json.dumps(_with(full, (*steps, "unheardOf"), 1)), accepted=False)
        if one.values:
            changed = json.dumps(_with(full, steps, "".join(one.values) + "?"))
            yield Probe(about=f"{path}: a text that is none of the {len(one.values)}", document=changed, accepted=False)
        if one.length and not one.values:
            changed = json.dumps(_with(full, steps, (one.sample + "x" * one.length)[: one.length] + "x"))
            yield Probe(about=f"{path}: {one.length + 1} characters", document=changed, accepted=False)
        if one.pattern[0] and not one.values:
            changed = json.dumps(_with(full, steps, one.pattern[1]))
            yield Probe(about=f"{path}: {one.pattern[1]!r}", document=changed, accepted=False)
        yield from _lengths(path, one, full, steps)
        for bound, value in ((one.minimum, -1), (one.maximum, 1)):
            if bound is not None:
                changed = json.dumps(_with(full, steps, _number(one, bound + value)))
                yield Probe(about=f"{path}: {bound + value:g}", document=changed, accepted=False)


def _lengths(path: str, one: Field, full: Any, steps: tuple[Any, ...]) -> Iterator[Probe]:
    """As many elements as an array may have, and one more; as few, and one less."""
    if one.items is None:
        return
    each = _value(one.items)
    counts = [(one.fewest, True), (one.fewest - 1, False)] if one.fewest else []
    if one.most is not None:
        counts += [(one.most, True), (one.most + 1, False)]
    for count, accepted in counts:
        changed = json.dumps(_with(full, steps, [each] * count))
        yield Probe(about=f"{path}: {count:,} elements", document=changed, accepted=accepted)


def _places(tree: Field, path: str, steps: tuple[Any, ...]) -> Iterator[tuple[str, Field, tuple[Any, ...]]]:
    """(path, what it may hold, the way to it in the fullest document), where that has it."""
    yield path, tree, steps
    usual = _usual(tree)
    if usual == "object":
        for name, one in tree.fields.items():
            if name != "_id":
                yield from _places(one, f"{path}.{name}" if path else name, (*steps, name))
        if tree.any is not None:
            yield from _places(tree.any, f"{path}.*", (*steps, "any"))
    elif usual == "array" and tree.items is not None:
        yield from _places(tree.items, f"{path}[]", (*steps, 0))


def _usual(tree: Field) -> str:
    return next((one for one in tree.types if one != "null"), tree.types[0] if tree.types else "null")


def _value(tree: Field) -> Any:
    usual = _usual(tree)
    if tree.values:
        return tree.values[0]
    if usual == "object":
        made = {name: _value(one) for name, one in tree.fields.items()}
        return made | ({"any": _value(tree.any)} if tree.any is not None else {})
    if usual == "array":
        return [_value(tree.items)] * max(tree.fewest, 1) if tree.items is not None else []
    for bound in (tree.minimum, tree.maximum):
        if bound is not None:
            return _number(tree, bound)
    return tree.sample or _VALUES.get(usual)


def _number(tree: Field, value: float) -> Any:
    """A number of a type that is allowed, in extended JSON."""
    if "decimal" in tree.types and "double" not in tree.types:
        return {"$numberDecimal": f"{value:g}"}
    return value


def _typed(tree: Field, name: str) -> Any:
    """A value of another type that is allowed, within the bounds of a number."""
    limit = next((one for one in (tree.minimum, tree.maximum) if one is not None), None)
    if limit is None:
        return _VALUES[name]
    match name:
        case "long":
            return {"$numberLong": f"{limit:.0f}"}
        case "decimal":
            return {"$numberDecimal": f"{limit:g}"}
        case "int" | "double":
            return limit
        case _:
            return _VALUES[name]


def _least(tree: Field) -> Any:
    if _usual(tree) != "object":
        return _value(tree) if _usual(tree) != "array" or tree.fewest else []
    return {name: _least(tree.fields[name]) for name in tree.required}


def _wrong(one: Field) -> str | None:
    """A type that is not allowed, None where all are."""
    if not one.types:
        return None
    return next((name for name in ("bool", "string", "date", "objectId", "int") if name not in one.types), None)


def _with(value: Any, steps: tuple[Any, ...], new: Any) -> Any:
    if not steps:
        return new
    if isinstance(value, list):
        return [_with(value[0], steps[1:], new), *cast("list[Any]", value)[1:]]
    return {**value, steps[0]: _with(value.get(steps[0], {}), steps[1:], new)}


def _without(value: Any, steps: tuple[Any, ...]) -> Any:
    if isinstance(value, list):
        return [_without(value[0], steps[1:]), *cast("list[Any]", value)[1:]]
    if len(steps) == 1:
        return {name: one for name, one in value.items() if name != steps[0]}
    return {**value, steps[0]: _without(value[steps[0]], steps[1:])}
