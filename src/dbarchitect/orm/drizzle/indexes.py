"""Indexes in schema.ts and in the snapshot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Index, IndexKey
from dbarchitect.orm.blueprint import Entity

from .typescript import Call, Chain, Entry, Node, Object, key, string

_VECTOR = "vector"


def index_of(
    index: Index, columns: Mapping[str, str], entity: Entity, sql: Callable[[str], str]
) -> tuple[Node, dict[str, Any]]:
    """The builder of an index, and drizzle-kit's snapshot of it; what it includes is in neither."""
    keys: list[Node] = []
    seen: list[dict[str, Any]] = []
    for one in index.keys:
        vector = one.column is not None and entity.attribute(one.column).column.type.name == _VECTOR
        if one.column is not None and _plain(one, vector=vector):
            keys.append(_column(one, columns[one.column], vector=vector))
            found: dict[str, Any] = {
                "expression": one.column, "isExpression": False, "asc": not one.descending,
                "nulls": "first" if one.nulls_first else "last",
            }  # fmt: skip
            if one.opclass is not None and (vector or not one.opclass_default):
                found["opclass"] = one.opclass.name
        else:
            # `.desc().op()` loses DESC, and collations have no method: such keys are written out.
            text = _written(one)
            keys.append(sql(text))
            found = {"expression": text, "isExpression": True, "asc": True, "nulls": "last"}
        seen.append(found)
    first = Call("uniqueIndex" if index.unique else "index", (string(index.name.name),))
    plain = index.method == "btree"
    rest = [Call("on", tuple(keys)) if plain else Call("using", (string(index.method), *keys))]
    options = {name: _value(value) for name, value in index.options.items()}
    if options:
        shown = tuple(Entry(key(name), string(v) if isinstance(v, str) else str(v)) for name, v in options.items())
        rest.append(Call("with", (Object(shown),)))
    made: dict[str, Any] = {
        "name": index.name.name, "columns": seen, "isUnique": index.unique, "concurrently": False,
        "method": index.method, "with": options,
    }  # fmt: skip
    if index.predicate is not None:
        rest.append(Call("where", (sql(index.predicate),)))
        made["where"] = index.predicate
    return Chain(first, tuple(rest)), made


def _plain(one: IndexKey, *, vector: bool) -> bool:
    """Whether Drizzle's methods say all of a column's key."""
    named = one.opclass is not None and (vector or not one.opclass_default)
    if one.collation is not None or one.opclass_options:
        return False
    if not named:
        return True
    bare = one.opclass is None or one.opclass.schema in ("pg_catalog", "public")
    return bare and not one.descending and not one.nulls_first


def _column(one: IndexKey, name: str, *, vector: bool) -> Node:
    rest: list[Call] = []
    if one.opclass is not None and (vector or not one.opclass_default):
        rest.append(Call("op", (string(one.opclass.name),)))
    if one.descending:
        rest.append(Call("desc"))
    if one.nulls_first:  # PostgreSQL's own for DESC, where Drizzle would say NULLS LAST
        rest += [Call("nullsFirst")] if one.descending else [Call("asc"), Call("nullsFirst")]
    return ".".join([f"table.{name}", *(f"{call.name}({', '.join(map(str, call.args))})" for call in rest)])


def _written(one: IndexKey) -> str:
    """A key as CREATE INDEX has it."""
    text = quote_identifier(one.column) if one.column is not None else _bracketed(one.expression or "")
    if one.collation is not None:
        text += f" COLLATE {one.collation}"
    if one.opclass is not None and (not one.opclass_default or one.opclass_options):
        bare = one.opclass.schema == "pg_catalog"  # which is always looked in
        text += f" {quote_identifier(one.opclass.name) if bare else one.opclass}"
        if one.opclass_options:
            text += f" ({', '.join(f'{name}={value}' for name, value in one.opclass_options.items())})"
    if one.descending:
        text += " DESC" + ("" if one.nulls_first else " NULLS LAST")
    elif one.nulls_first:
        text += " NULLS FIRST"
    return text


def _bracketed(expression: str) -> str:
    """An expression as an index's key: in brackets, unless it is a call of a function and nothing else."""
    text = expression.strip()
    call = re.match(r'[\w."]*\(', text)
    if call is not None:
        depth = 0
        quoted = False
        for at, letter in enumerate(text):
            if letter == "'":
                quoted = not quoted
            depth += 0 if quoted else (letter == "(") - (letter == ")")
            if depth == 0 and not quoted and letter == ")":
                if at == len(text) - 1:
                    return text
                break
    return f"({text})"


def _value(text: str) -> str | int:
    return int(text) if re.fullmatch(r"\d{1,9}", text) else text
