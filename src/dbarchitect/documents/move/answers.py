"""What a query gives back, as the columns of a SELECT: documents put together from the tables, or taken from JSONB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from dbarchitect.model.documents_move import Slot
from dbarchitect.model.names import quote_identifier, quote_literal

from .jsonb import DOCUMENT
from .places import JsonScope, NotTranslatedError, TableScope, join
from .shape import quoted

Tree = dict[str, Any]  # True, or a tree of the fields below
_MOST_ARGUMENTS = 49  # pairs of one call: PostgreSQL's functions take 100 arguments


def projection_of(given: Any) -> tuple[Tree, bool]:
    """(paths, whether they are those to keep) of a projection; `_id` of a projection that keeps is said apart."""
    if not isinstance(given, Mapping):
        return {}, False
    fields = dict(cast("Mapping[str, Any]", given))
    if any(isinstance(one, Mapping | str | list) for one in fields.values()):
        raise NotTranslatedError("a projection with expressions")
    identity = fields.pop("_id", None)
    keeps = any(fields.values()) or (not fields and bool(identity))
    if len({bool(one) for one in fields.values()}) > 1:
        raise NotTranslatedError("a projection that keeps and leaves out")
    tree: Tree = {}
    if (keeps and identity in (None, 1, True)) or (not keeps and identity in (0, False)):
        tree["_id"] = True
    for path in fields:
        here = tree
        *before, last = path.split(".")
        for part in before:
            below: Any = here.setdefault(part, {})
            if below is True:
                raise NotTranslatedError(f"a projection of {path} twice")
            here = below
        here[last] = True
    return tree, keeps


# --- tables ---------------------------------------------------------------------------------------------------------


def table_columns(scope: TableScope, projection: tuple[Tree, bool]) -> list[str]:
    """Columns with the names of the fields."""
    tree, keeps = projection
    fields = _picked(scope.mapping.fields, tree, keeps=keeps) if tree else scope.mapping.fields
    keys = (scope.mapping.fields["_id"].column,)
    return [
        f"{_value(slot, scope.alias, keys, name, scope, top=True)} AS {quote_identifier(name)}"
        for name, slot in fields.items()
    ] or ["1"]


def _picked(fields: Mapping[str, Slot], tree: Tree, *, keeps: bool) -> dict[str, Slot]:
    from msgspec.structs import replace

    made: dict[str, Slot] = {}
    for name, slot in fields.items():
        asked = tree.get(name)
        if asked is None or asked is True:
            if (asked is True) == keeps:
                made[name] = slot
        elif slot.fields:
            made[name] = replace(slot, fields=_picked(slot.fields, asked, keeps=keeps))
        elif slot.type == "json":
            raise NotTranslatedError(f"a projection within {name}, which is a jsonb column")
        elif not keeps:
            made[name] = slot
    return made


def _value(slot: Slot, alias: str, keys: Sequence[str], path: str, scope: TableScope, *, top: bool = False) -> str:
    if slot.column:
        if path in scope.elements:
            return scope.elements[path].sql if top else _json(scope.elements[path].sql, slot.type)
        sql = f"{alias}.{quote_identifier(slot.column)}"
        return sql if top else _json(sql, slot.type, array=slot.array)
    if not slot.table:
        return _object(slot.fields, alias, keys, path, scope)
    if path in scope.unwound:
        inner = scope.unwound[path]
        if slot.value is not None:
            sql = f"{inner}.{quote_identifier(slot.value.column)}"
            return sql if top else _json(sql, slot.value.type)
        return _object(slot.fields, inner, slot.keys, path, scope)
    inner = scope.aliases.new(slot.table)
    where = join(slot, inner, alias, tuple(keys))
    if slot.value is not None:
        made = _json(f"{inner}.{quote_identifier(slot.value.column)}", slot.value.type)
    else:
        made = _object(slot.fields, inner, slot.keys, path, scope)
    if not slot.each:
        return f"(SELECT {made} FROM {quoted(slot.table)} AS {inner} WHERE {where})"
    position = f"{inner}.{quote_identifier(slot.keys[-1])}"
    return (
        f"(SELECT COALESCE(jsonb_agg({made} ORDER BY {position}), '[]') "
        f"FROM {quoted(slot.table)} AS {inner} WHERE {where})"
    )


def _object(fields: Mapping[str, Slot], alias: str, keys: Sequence[str], path: str, scope: TableScope) -> str:
    return _built({name: _value(slot, alias, keys, f"{path}.{name}", scope) for name, slot in fields.items()})


def _built(parts: Mapping[str, str]) -> str:
    pairs = [f"{quote_literal(name)}, {sql}" for name, sql in parts.items()]
    groups = [pairs[at : at + _MOST_ARGUMENTS] for at in range(0, len(pairs), _MOST_ARGUMENTS)]
    return " || ".join(f"jsonb_build_object({', '.join(one)})" for one in groups) or "'{}'::jsonb"


def _json(sql: str, kind: str, *, array: bool = False) -> str:
    if array and kind in ("objectid", "bytea", "timestamptz"):
        return f"(SELECT jsonb_agg({_json('e.v', kind)} ORDER BY e.n) FROM unnest({sql}) WITH ORDINALITY AS e(v, n))"
    if array:
        return f"to_jsonb({sql})"
    if kind in ("objectid", "bytea"):
        return f"encode({sql}, 'hex')"
    if kind == "timestamptz":
        return f"""to_char({sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
    return sql


# --- JSONB ----------------------------------------------------------------------------------------------------------


def json_columns(scope: JsonScope, projection: tuple[Tree, bool]) -> list[str]:
    """The document, or the fields that are kept of it."""
    tree, keeps = projection
    document = f"{scope.alias}.{DOCUMENT}"
    for path, alias in scope.unwound.items():
        elements = "{" + ",".join(path.split(".")) + "}"
        if "." in path and any(path.startswith(f"{one}.") for one in scope.unwound if one != path):
            raise NotTranslatedError("documents of arrays that were unwound one in the other")
        document = f"jsonb_set({document}, {quote_literal(elements)}, COALESCE({alias}.value, 'null'))"
    if not tree:
        return [f"{document} AS {DOCUMENT}"]
    if not keeps:
        return [f"{_without(document, tree, (), scope)} AS {DOCUMENT}"]
    made: list[str] = []
    for name, asked in tree.items():
        taken = next((column for path, column, kind, _ in scope.mapping.taken if path == name and kind != "json"), "")
        if asked is True and taken and name not in scope.unwound:
            sql = f"{scope.alias}.{quote_identifier(taken)}"
        else:
            inner = f"{document} -> {quote_literal(name)}"
            sql = inner if asked is True else _within(f"({inner})", asked, name, scope)
        made.append(f"{sql} AS {quote_identifier(name)}")
    return made


def _without(document: str, tree: Tree, before: tuple[str, ...], scope: JsonScope) -> str:
    for name, asked in tree.items():
        path = (*before, name)
        if asked is True:
            document = f"{document} #- {quote_literal('{' + ','.join(path) + '}')}"
        elif scope.seen.many(".".join(path)):
            raise NotTranslatedError(f"a projection that leaves out a part of the elements of {'.'.join(path)}")
        else:
            document = _without(document, asked, path, scope)
    return document


def _within(sql: str, tree: Tree, path: str, scope: JsonScope) -> str:
    def built(of: str) -> str:
        return _built(
            {
                name: f"{of} -> {quote_literal(name)}"
                if asked is True
                else _within(f"({of} -> {quote_literal(name)})", asked, f"{path}.{name}", scope)
                for name, asked in tree.items()
            }
        )

    if path in scope.unwound or not any(node.items is not None for node, _ in scope.seen.nodes(path)):
        return built(sql)
    alias = scope.aliases.new("e")
    return (
        f"(SELECT jsonb_agg({built(f'{alias}.value')} ORDER BY {alias}.n) FROM jsonb_array_elements("
        f"CASE jsonb_typeof({sql}) WHEN 'array' THEN {sql} END) WITH ORDINALITY AS {alias}(value, n))"
    )
