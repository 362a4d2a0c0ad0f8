"""Example rows for the entity of the example and for those that it must refer to."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Column, EnumType, ForeignKey
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity, Relation, distinct

from .names import Names
from .types import Built, Types
from .typescript import IMPORTED, RESERVED, Call, Chain, Entry, Object, show, string

# Values that checks of such columns tend to take, by a word in the column's name.
_LIKELY = {
    "email": "ada@example.com", "mail": "ada@example.com", "url": "https://example.com/", "phone": "+441234567890",
    "country": "GB", "currency": "EUR", "slug": "example", "iban": "GB33BUKB20201555555555",
}  # fmt: skip
_BY_TYPE = {
    "inet": "192.0.2.1", "cidr": "192.0.2.0/24", "macaddr": "08:00:2b:01:02:03", "macaddr8": "08:00:2b:01:02:03:04:05",
    "interval": "1 day", "time": "12:00:00", "date": "2026-01-31",
}  # fmt: skip
_CUSTOM = {
    "tsvector": "example", "tsquery": "example", "xml": "<example/>", "money": "1.00", "pg_lsn": "0/0",
    "box": "(1,1),(0,0)", "path": "((0,0),(1,1))", "polygon": "((0,0),(1,0),(1,1))", "circle": "<(0,0),1>",
    "lseg": "[(0,0),(1,1)]", "hstore": "a=>1", "ltree": "example", "jsonpath": "$",
}  # fmt: skip


def seed_body(
    blueprint: Blueprint, main: Entity, below: Sequence[Relation], names: Names, types: Types
) -> tuple[str, list[str]]:
    """The statements of the function, indented, and the tables that they name. `below`: collections of `main` that get
    a row."""
    order: list[Entity] = []
    _needed(blueprint, main, order, ())
    for one in below:
        _needed(blueprint, blueprint.entity(one.to), order, ())
    wanted = {(one.to, one.key.name) for one in below}
    given = distinct(
        [
            (names.rows[one.name][0][:1].lower() + names.rows[one.name][0][1:], _ref(one.name))
            for one in order
        ],
        taken=names.tables.values(),
        reserved=RESERVED | IMPORTED,
    )  # fmt: skip
    variables = {one.name: name for one, name in zip(order, given, strict=True)}
    told: dict[Name, str] = {}
    alone: dict[Name, str] = {}
    for entity in order:
        entries = _entries(blueprint, entity, names, types, variables, [one.name for one in order], wanted)
        values = Object(tuple(entries), open=bool(entries))
        rest = (Call("insert", (names.tables[entity.name],)), Call("values", (values,)), Call("returning"))
        said = show(Chain("on", rest), "  ", 80, 1)
        variable = variables[entity.name]
        told[entity.name] = (
            f"  const [{variable}] = await {said};\n  if (!{variable}) {{\n"
            f'    throw new Error("no row of {names.tables[entity.name]} was inserted");\n  }}\n'
        )
        bare = Chain("on", rest[:-1])
        alone[entity.name] = f"  await {show(bare, '  ', 8, 1)};\n"
    everything = "".join(told.values())
    read = {main.name} | {name for name, variable in variables.items() if f" {variable}." in everything}
    parts = [told[one.name] if one.name in read else alone[one.name] for one in order]
    parts.append(f"  return {variables[main.name]};\n")
    return "\n".join(parts), [names.tables[one.name] for one in order]


def fillable(blueprint: Blueprint, entity: Entity) -> bool:
    """Whether rows can be made up for it and for all that it must refer to: no column is computed from what such a row
    lacks, no trigger guards it, and no references lead round in a circle."""
    order: list[Entity] = []
    _needed(blueprint, entity, order, ())
    made: set[Name] = set()
    for one in order:
        if one.computed or one.guarded or any(key.target not in made for key in _required(one)):
            return False
        made.add(one.name)
    return True


def _ref(name: Name) -> ObjectRef:
    return ObjectRef(kind="table", schema=name.schema, name=name.name)


def _required(entity: Entity) -> list[ForeignKey]:
    """References that a row cannot do without."""
    keys = entity.table.foreign_keys if entity.table is not None else ()
    return [key for key in keys if all(entity.attribute(one).column.not_null for one in key.columns)]


def _needed(blueprint: Blueprint, entity: Entity, order: list[Entity], above: tuple[Name, ...]) -> None:
    """Append what `entity` refers to, then itself."""
    if entity in order or entity.name in above:
        return
    for key in _required(entity):
        if key.target in blueprint.by_name:
            _needed(blueprint, blueprint.entity(key.target), order, (*above, entity.name))
    order.append(entity)


def _entries(
    blueprint: Blueprint,
    entity: Entity,
    names: Names,
    types: Types,
    variables: dict[Name, str],
    order: list[Name],
    wanted: set[tuple[Name, str]],
) -> list[Entry]:
    found: list[Entry] = []
    referring = {
        column: f"{variables[key.target]}.{names.columns[key.target][there]}"
        for key in (entity.table.foreign_keys if entity.table is not None else ())
        if key in _required(entity) or (entity.name, key.name) in wanted
        if key.target in variables and order.index(key.target) < order.index(entity.name)
        for column, there in zip(key.columns, key.target_columns, strict=True)
    }
    for attribute in entity.attributes:
        column = attribute.column
        name = names.columns[entity.name][column.name]
        if column.name in referring and attribute.writable:
            found.append(Entry(name, referring[column.name]))
        elif not attribute.defaulted:
            built = types.built(column, exact_time=attribute.in_key or attribute.references)
            found.append(Entry(name, _value(blueprint, attribute, built)))
    return [Entry("", one.key) if one.key == one.value else one for one in found]


def _value(blueprint: Blueprint, attribute: Attribute, built: Built) -> str:
    """A value of the type, in TypeScript."""
    column = attribute.column
    if built.array:
        return "[]"
    if built.enum_schema is not None:
        found = Name(schema=built.enum_schema, name=built.sql)
        enum = next(one for one in blueprint.schema.types if isinstance(one, EnumType) and one.name == found)
        return string(enum.labels[0]) if enum.labels else '""'
    if built.builder == "timestamp":
        return '"2026-01-31 12:00:00"' if any(one.key == "mode" for one in built.options) else "new Date()"
    if built.builder == "uuid":
        return "crypto.randomUUID()"
    simple = {
        "number": "1", "float": "1", "bigint": "1n", "numeric": '"1"', "boolean": "true", "json": "{}",
        "bytes": 'Buffer.from("example")',
    }  # fmt: skip
    if built.data in simple:
        return simple[built.data]
    if built.builder in ("vector", "halfvec"):
        return f"Array.from({{ length: {built.options[0].value} }}, () => 1)"
    if built.builder == "sparsevec":
        return string(f"{{1:1}}/{built.options[0].value}")
    if built.builder == "bit":
        return string("0" * int(str(built.options[0].value)))
    if built.builder == "point":
        return "{ x: 0, y: 0 }"
    if built.builder == "line":
        return "{ a: 1, b: 1, c: 0 }"
    return string(_text(column, built))


def _text(column: Column, built: Built) -> str:
    if built.builder in _BY_TYPE:
        return _BY_TYPE[built.builder]
    if not built.native:
        plain = built.sql.split("(")[0].strip()
        if plain in _CUSTOM:
            return _CUSTOM[plain]
        if plain.endswith("range"):
            return "{}" if plain.endswith("multirange") else "empty"
        if plain.startswith("bit varying"):
            return "0"
    text = next((value for word, value in _LIKELY.items() if word in column.name.lower()), "example")
    if built.builder in ("varchar", "char") and built.options:
        length = int(str(built.options[0].value))
        return text[:length].ljust(length, "x") if built.builder == "char" else text[:length]
    return text
