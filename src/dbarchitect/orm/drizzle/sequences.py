"""Identity, serial and sequences of their own."""

from __future__ import annotations

from typing import Any

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Sequence, Table
from dbarchitect.orm.blueprint import Blueprint

from .types import Built
from .typescript import Call, Entry, Object, string

SERIALS = {"integer": "serial", "bigint": "bigserial", "smallint": "smallserial"}
_LARGEST = {"integer": 2**31 - 1, "bigint": 2**63 - 1, "smallint": 2**15 - 1}
_LEAST = {"integer": -(2**31), "bigint": -(2**63), "smallint": -(2**15)}
_SAFE = 2**53


def serials_of(blueprint: Blueprint) -> frozenset[tuple[Name, str]]:
    """Columns that are as `serial` makes them: their default, and their sequence with its name and its settings."""
    owned = {one.owned_by: one for one in blueprint.schema.sequences if one.owned_by is not None and not one.internal}
    found: set[tuple[Name, str]] = set()
    for entity in blueprint.entities:
        table = entity.table
        for column in table.columns if table is not None else ():
            one = owned.get((entity.name, column.name))
            if one is None or column.type.sql not in SERIALS or not column.not_null:
                continue
            usual = Sequence(
                name=Name(schema=entity.name.schema, name=f"{entity.name.name}_{column.name}_seq"),
                type=column.type.sql,
                maximum=_LARGEST[column.type.sql],
            )
            settings = ("name", "type", "start", "increment", "minimum", "maximum", "cache", "cycle", "persistence")
            plain = all(getattr(one, name) == getattr(usual, name) for name in settings)
            if plain and column.default == f"nextval('{one.name}'::regclass)":
                found.add((entity.name, column.name))
    return frozenset(found)


def sequences_of(blueprint: Blueprint, serials: frozenset[tuple[Name, str]]) -> tuple[Sequence, ...]:
    """Sequences that are neither an identity's nor a serial's."""
    return tuple(
        one
        for one in blueprint.schema.sequences
        if not one.internal and one.owned_by not in serials and not one.name.schema.startswith("pg_")
    )


def identity_of(table: Table, column: Column, built: Built) -> tuple[Call, dict[str, Any]]:
    """The call, and the snapshot: drizzle-kit fills in what is not said, which is the type's own where it counts up."""
    one = column.identity
    assert one is not None
    increment = one.increment if one.increment is not None else 1
    down = increment < 0
    usual_least = _LEAST[built.sql] if down else 1
    usual_most = -1 if down else _LARGEST[built.sql]
    least = one.minimum if one.minimum is not None else usual_least
    most = one.maximum if one.maximum is not None else usual_most
    start = one.start if one.start is not None else (most if down else least)
    name = f"{table.name.name}_{column.name}_seq"
    options: list[Entry] = []
    if one.sequence.name != name:
        options.append(Entry("name", string(one.sequence.name)))
    settings = (
        ("startWith", start, most if down else least),
        ("increment", increment, 1),
        ("minValue", least, None if down else 1),
        ("maxValue", most, None if down else usual_most),
        ("cache", one.cache if one.cache is not None else 1, 1),
    )
    options += [Entry(key, number(value)) for key, value, usual in settings if value != usual]
    options += [Entry("cycle", "true")] if one.cycle else []
    seen: dict[str, Any] = {
        "type": "always" if one.always else "byDefault", "name": one.sequence.name, "schema": table.name.schema,
        **{key: str(value) for key, value, _ in settings}, "cycle": one.cycle,
    }  # fmt: skip
    method = "generatedAlwaysAsIdentity" if one.always else "generatedByDefaultAsIdentity"
    return Call(method, (Object(tuple(options)),) if options else ()), seen


def number(value: int) -> str:
    """A number for TypeScript: a string where it is too large for one."""
    return str(value) if abs(value) < _SAFE else string(str(value))
