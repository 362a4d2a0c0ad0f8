"""A schema in as much detail as a model's context bears: every table in full, or in a line each, or by name alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from dbarchitect.errors import InputError
from dbarchitect.model.schema import Check, EnumType, Exclude, Relational, Table, Unique, View
from dbarchitect.render.untrusted import line

_MANY = 12  # labels of an enum, tables that a hint names
_LONG = 2_000  # characters of patterns


def described(schema: Relational, patterns: str, room: int) -> tuple[list[str], str]:
    """The lines of a schema, at most `room` characters where there is a way to say less, and what is left out of them.

    `patterns`: names of tables or views, also without their schema, `*` for any characters, separated by commas; they
    are told in full. Raises `InputError` where one names nothing.
    """
    if len(patterns) > _LONG:
        raise InputError(f"`tables` has {len(patterns):,} characters", hint=f"at most {_LONG:,}: `*` names many")
    if patterns.strip():
        chosen = _chosen(schema, patterns)
        return [text for one in chosen for text in _full(one, schema)], ""
    everything = [*schema.tables, *schema.views]
    full = [text for one in everything for text in _full(one, schema)]
    if _length(full) <= room:
        return full, ""
    short = [_head(one, schema) for one in everything]
    if _length(short) <= room:
        return short, "columns, keys and indexes: `tables` names some"
    return [*_names(everything)], "all but the names: `tables` names some, as in `billing.*, *_log`"


def _length(lines: Sequence[str]) -> int:
    return sum(len(one) + 1 for one in lines)


def _chosen(schema: Relational, patterns: str) -> list[Table | View]:
    everything = [*schema.tables, *schema.views]
    chosen: dict[str, Table | View] = {}
    for pattern in (one.strip() for one in patterns.split(",")):
        if not pattern:
            continue
        found = {str(one.name): one for one in everything if _is_meant(one, pattern)}
        if not found:
            names = ", ".join(line(str(one.name)) for one in everything[:_MANY])
            raise InputError(
                f"no table is called {pattern[:80]!r} here",
                hint=f"there are {names}{' and more' if len(everything) > _MANY else ''}",
            )
        chosen |= found
    return list(chosen.values())


def _is_meant(one: Table | View, pattern: str) -> bool:
    return fnmatchcase(str(one.name), pattern) or fnmatchcase(one.name.name, pattern)


def _names(everything: Sequence[Table | View]) -> Iterator[str]:
    spaces: dict[str, list[str]] = {}
    for one in everything:
        spaces.setdefault(one.name.schema, []).append(line(one.name.name))
    for space, names in spaces.items():
        yield f"{line(space) or 'tables'} ({len(names):,}): {', '.join(names)}"


def _head(one: Table | View, schema: Relational) -> str:
    """A table's name, size, and what it refers to."""
    if isinstance(one, View):
        return f"{line(str(one.name))} ({'materialised ' if one.materialized else ''}view)"
    facts = schema.facts.tables.get(str(one.name)) if schema.facts else None
    rows = f", {facts.rows:,.0f} rows" if facts is not None and facts.rows is not None else ""
    key = one.primary_key
    parts = f", partition of {one.partition_of.parent}" if one.partition_of else ""
    targets = dict.fromkeys(str(reference.target) for reference in one.foreign_keys)
    to = f" -> {', '.join(targets)}" if targets else ""
    return line(f"{one.name} (key: {', '.join(key.columns) if key else 'none'}{rows}{parts}){to}")


def _full(one: Table | View, schema: Relational) -> Iterator[str]:
    yield _head(one, schema)
    enums = {(kind.name.schema, kind.name.name): kind for kind in schema.types if isinstance(kind, EnumType)}
    for column in one.columns:
        enum = enums.get((column.type.schema, column.type.name))
        labels = f" ({', '.join(enum.labels[:_MANY])}{', ...' if len(enum.labels) > _MANY else ''})" if enum else ""
        text = f"  {line(f'{column.name} {column.type.sql}{labels}')}{' not null' if column.not_null else ''}"
        if column.identity is not None:
            text += " identity"
        elif column.generated is not None:
            text += f" generated: {line(column.generated.expression)}"
        elif column.default is not None:
            text += f" default {line(column.default)}"
        yield text
    if isinstance(one, Table):
        for reference in one.foreign_keys:
            target = f"{reference.target} ({', '.join(reference.target_columns)})"
            more = "" if reference.on_delete == "NO ACTION" else f" on delete {reference.on_delete.lower()}"
            yield "  " + line(f"{', '.join(reference.columns)} -> {target}{more}")
        for constraint in one.constraints:
            if isinstance(constraint, Unique | Check | Exclude):
                yield f"  {line(constraint.definition)}"
        if one.row_security:
            yield f"  row level security, {len(one.policies)} policies"
    for index in one.indexes:
        if index.constraint is None:
            unique = "unique " if index.unique else ""
            text = f"{unique}index {index.name.name}: {index.method} ({', '.join(key.text for key in index.keys)})"
            text += f" include ({', '.join(index.include)})" if index.include else ""
            yield f"  {line(text + (f' where {index.predicate}' if index.predicate else ''))}"
