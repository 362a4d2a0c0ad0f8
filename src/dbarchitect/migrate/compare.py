"""Two schemas side by side: what makes them the same, and in words what does not.

Left out of every comparison, because no migration can or should change it: the order of columns (a column added is the
last one), names of the database, versions and locales of the server, and what the server derives (dependencies, the
printed definitions of what is compared by its parts), whether a child table also declares what it inherits, and which
of two keys over the same columns a foreign key leans on.
`JOURNAL` is the schema of our own history; tables that were moved aside are there too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from dbarchitect.model.journal import JOURNAL, KEPT
from dbarchitect.model.names import Name
from dbarchitect.model.schema import (
    Column,
    CompositeType,
    Constraint,
    ForeignKey,
    Grant,
    Index,
    NotNull,
    Relational,
    Table,
    UserType,
    View,
)
from dbarchitect.model.value import Value, to_json


def canonical(schema: Relational, *, privileges: bool = True) -> Relational:
    """`schema` with only what counts in a comparison. Without `privileges` owners and grants do not."""
    known = {table.name: table for table in schema.tables}
    found = replace(
        schema,
        version=0,
        version_text="",
        database="",
        collation="",
        ctype="",
        locale_provider="libc",
        encoding="",
        owner="",
        schemas=tuple(one for one in schema.schemas if one.name != JOURNAL),
        sequences=tuple(one for one in schema.sequences if one.name.schema != JOURNAL),
        tables=tuple(_table(one, _demanded(one, known)) for one in schema.tables if one.name.schema != JOURNAL),
        views=tuple(_view(one) for one in schema.views if one.name.schema != JOURNAL),
        # Listed in the table's order of columns, which does not count.
        statistics=tuple(replace(one, definition="", columns=tuple(sorted(one.columns))) for one in schema.statistics),
        extensions=tuple(replace(one, version="", comment=None) for one in schema.extensions),
        types=tuple(_type(one) for one in schema.types if one.name.schema != JOURNAL),
        dependencies=(),
        unreadable=(),
        facts=None,
    )
    return _own_privileges(found) if privileges else _without_privileges(found)


def unowned(schema: Relational, role: str) -> Relational:
    """`schema` without a word of what belongs to `role`, which only stands for whoever runs a script."""

    def plain(one: Value) -> Value:
        if getattr(one, "owner", None) != role:
            return one
        grants: tuple[Grant, ...] = getattr(one, "grants", ())
        renamed = tuple(replace(grant, grantee="") if grant.grantee == role else grant for grant in grants)
        return _replaced(one, owner="", grants=renamed)

    return _each_owned(schema, plain)


# `x IN ('a', 'b')` over a varchar is printed in one way where it was written so, and in another where it was read from
# what was printed (a restored dump): the same expression.
_ARRAY = re.compile(
    r"\(ARRAY\[((?:'(?:[^']|'')*'::(?:character varying|bpchar)(?:\(\d+\))?(?:, )?)+)\]\)::(text|character varying)\[\]"
)
_ELEMENT = re.compile(r"'(?:[^']|'')*'::(?:character varying|bpchar)(?:\(\d+\))?")


def steady(schema: Relational) -> Relational:
    """`schema` with its expressions as the server prints them once they have been printed and read again."""

    def text(value: str) -> str:
        return _ARRAY.sub(_each, value)

    # Few schemas have any: all the text is looked through at once before values are taken apart.
    written = to_json(schema)
    if b"(ARRAY[" not in written:
        return schema
    document = msgspec.json.decode(written)
    return msgspec.convert(_texts(document, text), Relational)


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    """Builtins with `change` applied to every text that it may concern."""
    if isinstance(value, str):
        return change(value) if "(ARRAY[" in value else value
    if isinstance(value, list):
        return [_texts(one, change) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _texts(one, change) for key, one in cast("dict[str, Any]", value).items()}
    return value


def _each(found: re.Match[str]) -> str:
    elements = ", ".join(f"({one})::{found[2]}" for one in _ELEMENT.findall(found[1]))
    return f"ARRAY[{elements}]"


def schema_hash(schema: Relational) -> str:
    """16 hexadecimal digits that are equal for schemas with the same structure; owners and privileges do not count."""
    return hashlib.sha256(to_json(canonical(schema, privileges=False))).hexdigest()[:16]


def differences(before: Relational, after: Relational, *, privileges: bool = True) -> tuple[str, ...]:
    """What differs, a line each: `tables.public.orders.columns.note: missing`; empty for the same schema."""
    # Through JSON: what is left are dictionaries and lists.
    left = msgspec.json.decode(to_json(canonical(before, privileges=privileges)))
    right = msgspec.json.decode(to_json(canonical(after, privileges=privileges)))
    return tuple(_differences("", left, right))


def _demanded(table: Table, known: Mapping[Name, Table]) -> frozenset[str]:
    """The columns that are NOT NULL by a parent: what the constraint is called in the child depends on its history, and
    cannot be changed."""
    parents = (table.partition_of.parent,) if table.partition_of is not None else table.inherits
    return frozenset(
        column.name for name in parents if name in known for column in known[name].columns if column.not_null
    )


def _table(table: Table, demanded: frozenset[str]) -> Table:
    constraints = [_constraint(one) for one in table.constraints if not _says_not_null(one, table, demanded)]
    return replace(
        table,
        columns=tuple(
            sorted((_column(one) for one in table.columns if not one.name.startswith(KEPT)), key=lambda one: one.name)
        ),
        constraints=tuple(constraints),
        indexes=tuple(_index(one, table) for one in table.indexes),
    )


def _says_not_null(one: Constraint, table: Table, demanded: frozenset[str]) -> bool:
    """Whether this says no more than a column's `not_null` does, which is all that servers before 18 know."""
    if not isinstance(one, NotNull) or not one.validated or one.no_inherit or one.comment is not None:
        return False
    return one.name == f"{table.name.name}_{one.columns[0]}_not_null" or one.columns[0] in demanded


def _type(one: UserType) -> UserType:
    if not isinstance(one, CompositeType):
        return one
    # The order of attributes counts, the gaps that dropped ones leave do not.
    return replace(one, attributes=tuple(replace(a, position=n) for n, a in enumerate(one.attributes, 1)))


def _view(view: View) -> View:
    return replace(
        view,
        columns=tuple(replace(one, position=0) for one in view.columns),
        indexes=tuple(_index(one, view) for one in view.indexes),
    )


def _column(column: Column) -> Column:
    return replace(column, position=0, inherited=False)


def _constraint(constraint: Constraint) -> Constraint:
    if isinstance(constraint, ForeignKey):
        constraint = replace(constraint, target_index="")
    return replace(constraint, definition="", inherited=False)


def _index(index: Index, on: Table | View) -> Index:
    return replace(index, definition="")


def _without_privileges(value: Relational) -> Relational:
    def nobody(one: Value) -> Value:
        return _replaced(one, owner="", grants=())

    return _each_owned(value, nobody)


def _own_privileges(value: Relational) -> Relational:
    """Privileges in the same words whoever the owner is (his own are those of ""): who granted what does not count."""

    def plain(one: Value) -> Value:
        grants: tuple[Grant, ...] | None = getattr(one, "grants", None)
        if not grants:
            return one
        owner = getattr(one, "owner", None)
        merged: dict[tuple[str, str], Grant] = {}
        for grant in grants:
            grantee = "" if grant.grantee == owner else grant.grantee
            key = (grantee, grant.column)
            known = merged.get(key, Grant(grantee=grantee, column=grant.column))
            merged[key] = replace(
                known,
                privileges=tuple(sorted({*known.privileges, *grant.privileges})),
                grantable=tuple(sorted({*known.grantable, *grant.grantable})),
            )
        return _replaced(one, grants=tuple(merged[key] for key in sorted(merged)))

    return _each_owned(value, plain)


def _replaced(value: Value, **fields: Any) -> Value:
    return replace(value, **{name: one for name, one in fields.items() if name in value.__struct_fields__})


_OWNED = (
    *("schemas", "types", "collations", "sequences", "tables", "views", "functions", "event_triggers", "statistics"),
    *("publications", "subscriptions", "foreign_servers", "default_privileges"),
)


def _each_owned(schema: Relational, change: Callable[[Any], Any]) -> Relational:
    """`schema` with `change` applied to everything that has an owner or grants."""
    return replace(schema, **{name: tuple(change(one) for one in getattr(schema, name)) for name in _OWNED})


def _differences(path: str, left: Any, right: Any) -> Iterator[str]:
    if left == right:
        return
    if isinstance(left, dict) and isinstance(right, dict):
        ours, theirs = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        for key in dict.fromkeys([*ours, *theirs]):
            if key == "owner" and not (ours.get(key) and theirs.get(key)):
                continue  # one side does not say whose it is
            yield from _differences(f"{path}.{key}" if path else key, ours.get(key), theirs.get(key))
        return
    if isinstance(left, list) and right is None:  # JSON leaves out what is empty
        right = cast("list[Any]", [])
    if isinstance(right, list) and left is None:
        left = cast("list[Any]", [])
    if isinstance(left, list) and isinstance(right, list):
        ours, theirs = _named(cast("list[Any]", left)), _named(cast("list[Any]", right))
        if ours is not None and theirs is not None:
            for key in dict.fromkeys([*ours, *theirs]):
                if key not in theirs:
                    yield f"{path}.{key}: is there and should not be"
                elif key not in ours:
                    yield f"{path}.{key}: is missing"
                else:
                    yield from _differences(f"{path}.{key}", ours[key], theirs[key])
            return
    yield f"{path}: {_brief(left)} instead of {_brief(right)}"


def _named(items: list[Any]) -> dict[str, Any] | None:
    """The items of a list by their names, None where they have none."""
    found: dict[str, Any] = {}
    for one in items:
        if not isinstance(one, dict):
            return None
        item = cast("dict[str, Any]", one)
        name = item.get("name", item.get("grantee", item.get("table")))
        if isinstance(name, dict):
            whole = cast("dict[str, str]", name)
            name = f"{whole.get('schema', '')}.{whole.get('name', '')}"
        if name is None:
            return None
        key = f"{name}({item.get('inputs', '')})" if "language" in item else str(name)
        if item.get("column"):
            key = f"{key}.{item['column']}"
        if key in found:
            return None
        found[key] = item
    return found


def _brief(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 200 else f"{text[:197]}..."
