"""Rows that can be inserted into any schema: what the seed and the test of a project start from.

One row for a central table, for all that it refers to and for some that refer to it. A value satisfies the type and a
list of allowed texts; what a longer CHECK or a trigger wants is for whoever has the project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, Column, Table

from ..blueprint import Attribute, Entity
from .keys import Key, Reference
from .schema import Sketch
from .types import Scalar, quoted

_CHILDREN = 3
_SHORT = 4  # characters
# Of these a JavaScript value is the database's own, so that the next page begins where the last one ended; a Date has
# no microseconds.
_ORDERED = ("Int", "BigInt", "Float", "Decimal", "String")
_ALLOWED = re.compile(r"= ANY \(+ARRAY\['((?:[^']|'')*)'::")
_LISTED = re.compile(r"\bIN\s*\(\s*'((?:[^']|'')*)'", re.I)  # as SQLite keeps it
_ONLY = re.compile(r"\(+\w+\)*(?:::[\w ]+\)?)? = '((?:[^']|'')*)'::[\w ]+\)+")
_CONSTANT = re.compile(r"['(]*-?[\d'tf]")  # a literal, of which there is one
_LENGTH = re.compile(r"\((\d+)\)")


@dataclass(frozen=True)
class Row:
    """A row to insert: the expressions of TypeScript by field. `variable` holds the inserted row."""

    entity: Entity
    variable: str
    values: dict[str, str]


@dataclass(frozen=True)
class Sample:
    """Rows in an order in which they can be inserted. `parents` are the references of the main row that are filled,
    `children` those of other rows to it."""

    main: Entity
    rows: tuple[Row, ...]
    parents: tuple[Reference, ...]
    children: tuple[Reference, ...]

    @property
    def row(self) -> Row:
        """The row of the main table."""
        return next(one for one in self.rows if one.entity.name == self.main.name)


@dataclass
class _Choice:
    made: Sketch
    rows: list[Row] = field(default_factory=list[Row])
    by_name: dict[Name, Row] = field(default_factory=dict[Name, Row])


def key_of(made: Sketch, entity: Entity) -> Key | None:
    """The key by which rows are named and put in order: the primary key, or the first that is unique and full."""
    at = str(entity.name)
    for key in made.keys.get(at, []):
        scalars = [made.scalars[at][one] for one in key.columns]
        if not key.sure or not all(made.required[at][one] for one in key.columns):
            continue
        if all(_comes_back(one) for one in scalars):
            return key
    return None


def _comes_back(scalar: Scalar) -> bool:
    exact = scalar.name in _ORDERED or scalar.base == "date"
    return exact and not scalar.many and scalar.base not in ("money", "xml", "bit", "varbit", "float4")


def sample(made: Sketch) -> Sample | None:
    """The rows of the table with most relations of those that can be filled; None where there is none."""
    candidates = [
        one for one in made.entities
        if one.table is not None and one.table.kind == "ordinary" and not one.junction and _reachable(made, one, ())
        and key_of(made, one) is not None
    ]  # fmt: skip
    if not candidates:
        return None
    main = max(candidates, key=lambda one: (_degree(made, one), -candidates.index(one)))
    choice = _Choice(made)
    leaving = [one for one in made.references if one.there.at == main.name and not one.there.to_self]
    for one in leaving:
        target = made.blueprint.entity(one.there.to)
        if _reachable(made, target, (main.name,)):
            _insert(choice, target, avoid=(main.name,))
    _insert(choice, main, avoid=())
    children: list[Reference] = []
    for one in made.references:
        child = made.blueprint.entity(one.there.at)
        fits = one.there.to == main.name and not one.there.to_self and child.name not in choice.by_name
        if fits and len(children) < _CHILDREN and str(child.name) not in made.ignored and _reachable(made, child, ()):
            _insert(choice, child, avoid=())
            if _refers(made, choice, one):
                children.append(one)
    return Sample(
        main=main,
        rows=tuple(choice.rows),
        parents=tuple(one for one in leaving if one.there.to in choice.by_name and _refers(made, choice, one)),
        children=tuple(children),
    )


def _degree(made: Sketch, entity: Entity) -> int:
    return sum((one.there.at == entity.name) + (one.there.to == entity.name) for one in made.references)


def _refers(made: Sketch, choice: _Choice, one: Reference) -> bool:
    """Whether the row that refers has the values of the one that it refers to."""
    row, target = choice.by_name[one.there.at], choice.by_name[one.there.to]
    fields, theirs = made.names.fields[one.there.at], made.names.fields[one.there.to]
    pairs = zip(one.key.columns, one.key.target_columns, strict=True)
    return all(row.values.get(fields[mine]) == f"{target.variable}.{theirs[their]}" for mine, their in pairs)


def _reachable(made: Sketch, entity: Entity, above: tuple[Name, ...]) -> bool:
    """Whether a row can be inserted through the client, with all that it has to refer to."""
    at, table = str(entity.name), entity.table
    if table is None or table.kind != "ordinary" or entity.computed or entity.guarded:
        return False
    if at in made.ignored or entity.name in above:
        return False
    if any(not _fillable(made, entity, one) for one in entity.attributes if _wanted(made, entity, one)):
        return False
    known = {one.name: one for one in made.entities}
    for key in table.foreign_keys:
        if not any(_wanted(made, entity, entity.attribute(one)) for one in key.columns):
            continue
        target = known.get(key.target)
        if target is None or not _alike(made, entity, target, key.columns, key.target_columns):
            return False
        if not _reachable(made, target, (*above, entity.name)):
            return False
    return True


def _alike(made: Sketch, entity: Entity, target: Entity, mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    pairs = zip(mine, theirs, strict=True)
    one, two = made.scalars[str(entity.name)], made.scalars[str(target.name)]
    return all(one[here].name == two[there].name for here, there in pairs)


def _wanted(made: Sketch, entity: Entity, attribute: Attribute) -> bool:
    """Whether an insert must name it: there is no default, or one that two rows cannot both have."""
    at, column = str(entity.name), attribute.column
    if not attribute.writable or column.identity is not None:
        return False
    if not made.default(entity, attribute):
        return made.required[at][column.name] or (entity.name, column.name) in made.referenced
    scalar = made.scalars[at][column.name]
    alone = any(key.unique and column.name in key.columns for key in made.keys[at])
    constant = column.default is not None and _CONSTANT.match(column.default) is not None
    return alone and constant and scalar.known and not scalar.many


def _fillable(made: Sketch, entity: Entity, attribute: Attribute) -> bool:
    return made.scalars[str(entity.name)][attribute.column.name].known


def _insert(choice: _Choice, entity: Entity, avoid: tuple[Name, ...]) -> None:
    """Add the row of an entity, after those that it has to refer to."""
    made = choice.made
    if entity.name in choice.by_name:
        return
    table = entity.table
    assert table is not None
    known = {one.name: one for one in made.entities}
    for key in table.foreign_keys:
        if any(_wanted(made, entity, entity.attribute(one)) for one in key.columns):
            _insert(choice, known[key.target], (*avoid, entity.name))
    values: dict[str, str] = {}
    fields = made.names.fields[entity.name]
    for key in table.foreign_keys:
        target = choice.by_name.get(key.target)
        mine = [fields[one] for one in key.columns]
        if target is None or any(one in values for one in mine) or key.target in avoid:
            continue
        if not _alike(made, entity, target.entity, key.columns, key.target_columns):
            continue
        if not all(entity.attribute(one).writable for one in key.columns):
            continue
        theirs = [f"{target.variable}.{made.names.fields[key.target][one]}" for one in key.target_columns]
        values |= dict(zip(mine, theirs, strict=True))
    at = str(entity.name)
    for attribute in entity.attributes:
        column = attribute.column
        if fields[column.name] not in values and _wanted(made, entity, attribute):
            values[fields[column.name]] = _value(made, table, column, made.scalars[at][column.name], attribute)
    ordered = {given: values[given] for given in fields.values() if given in values}
    model = made.names.models[entity.name]
    row = Row(entity, f"{model[0].lower()}{model[1:]}", ordered)
    choice.rows.append(row)
    choice.by_name[entity.name] = row


def _value(made: Sketch, table: Table, column: Column, scalar: Scalar, attribute: Attribute) -> str:
    """A value of TypeScript that differs with `n`, as far as the type has room for it."""
    if scalar.many:
        return "[]"
    if scalar.enum is not None:
        return quoted(made.names.values[scalar.enum.name][scalar.enum.labels[0]])
    match scalar.name:
        case "String":
            return _text(made, table, column, scalar, attribute)
        case "Int" | "Float":
            return "n"
        case "BigInt":
            return "BigInt(n)"
        case "Decimal":
            digits = re.search(r"\((\d+), (\d+)\)", scalar.native)
            return "n" if digits is None or int(digits[1]) > int(digits[2]) else "0"
        case "Boolean":
            return "true"
        case "DateTime":
            return "new Date(Date.UTC(2026, 0, n))"
        case "Json":
            return "{ n }"
        case _:
            return "Uint8Array.from([n])"


def _text(made: Sketch, table: Table, column: Column, scalar: Scalar, attribute: Attribute) -> str:
    allowed = _allowed(made, table, column)
    if allowed is not None:
        return quoted(allowed)
    match scalar.base:
        case "uuid":
            return "randomUUID()"
        case "inet":
            return "`192.0.2.${n}`"
        case "xml":
            return "`<n>${n}</n>`"
        case "bit":
            length = _LENGTH.search(scalar.native)
            return quoted("0" * (int(length[1]) if length else 1))
        case "varbit":
            return '"1"'
        case _:
            pass
    length = _LENGTH.search(scalar.native)
    most = int(length[1]) if length else 1 if scalar.native == "Char" else 1000
    words = attribute.words
    if {"email", "mail"} & {*words}:
        text = "person${n}@example.org"
    elif {"url", "uri", "link", "website", "href"} & {*words}:
        text = "https://example.org/${n}"
    else:
        text = f"{english.snake(words).replace('_', ' ')} ${{n}}"
    if len(text) <= most and text.isascii():
        return f"`{text}`"
    return f'String(n).padStart({most}, "0")' if most < _SHORT else "String(n)"


def _allowed(made: Sketch, table: Table, column: Column) -> str | None:
    """The first text of a list in a CHECK over this column alone, or over its domain."""
    domain = made.types.domain(column.type)
    checks = [one for one in table.constraints if isinstance(one, Check) and one.columns == (column.name,)]
    checks += [one for one in domain.constraints if isinstance(one, Check)] if domain is not None else []
    for one in checks:
        found = _ALLOWED.search(one.expression) or _ONLY.fullmatch(one.expression) or _LISTED.search(one.expression)
        if found:
            return found[1].replace("''", "'")
    return None
