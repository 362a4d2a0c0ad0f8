"""Entities from sample rows: CSV and JSON. A row can disprove (that a field is always there, that it is unique, that it is
a number), and that is certain; what no row disproves is a guess, which is told with the rows that it rests on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from dbarchitect.design.spec import Assumed, Entity, Field, Kind
from dbarchitect.model import english

from .fields import kind_by_name
from .phrases import named, singular

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("moment", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
    ("date", r"\d{4}-\d\d-\d\d"),
    ("time", r"\d\d:\d\d(?::\d\d)?"),
    ("integer", r"-?(?:0|[1-9]\d{0,17})"),
    ("decimal", r"-?\d+\.\d+"),
    ("boolean", r"true|false|yes|no"),
    ("email", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    ("url", r"https?://\S+"),
    ("ip", r"\d{1,3}(?:\.\d{1,3}){3}"),
)
_FEW = 12  # distinct values of a choice at most
_LONG = 120  # characters from which a text is no word
_NAMED = 6  # fields that one guess names
_KEYS = ("email", "slug", "sku", "isbn", "code", "id", "number", "uuid", "username", "handle")


def entity_of_csv(text: str, name: str, *, line: int) -> tuple[Entity, list[Assumed]] | None:
    """An entity from rows with a head, and what is certain and what is guessed of it; None where it is no table."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error:
        return None
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    head = [one.strip() for one in rows[0]]
    columns = [[row[at].strip() if at < len(row) else "" for row in rows[1:]] for at in range(len(head))]
    fields = [
        _field(title, [value or None for value in values], line) for title, values in zip(head, columns, strict=True)
    ]
    entity = Entity(name=singular(name), fields=tuple(one for one in fields if one is not None), line=line)
    values = {named(title): [value or None for value in column] for title, column in zip(head, columns, strict=True)}
    return entity, told(entity, values, line)


def told(entity: Entity, values: Mapping[str, Sequence[str | None]], line: int) -> list[Assumed]:
    """What the rows of an entity say of its fields: what they disprove, and what they only do not disprove."""
    rows = max(map(len, values.values()), default=0)
    fields = [one for one in entity.fields if one.name in values and english.split(one.name)[-1] != "id"]
    found: list[Assumed] = []

    def say(what: str, because: str, say: str = "") -> None:
        found.append(Assumed(what=f"{entity.name}: {what}", because=because, say=say, line=line))

    counted = f"{rows:,} sample row{'s' if rows != 1 else ''}"
    optional = [one.name for one in fields if not one.required and any(values[one.name])]
    if optional:
        say(f"{_some(optional)} may be missing", f"certain: not every one of {counted} has it")
    required = [one.name for one in fields if one.required]
    if required:
        say(
            f"{_some(required)} is always there", f"guessed: all of {counted} have it",
            f"{required[0].capitalize()} is optional.",
        )  # fmt: skip
    for one in fields:
        there = [value for value in values[one.name] if value is not None]
        repeated = len(there) - len(set(there))
        if one.unique:
            say(
                f"{one.name} is unique", f"guessed: no two of {counted} share it, and it is called so",
                "No two may share it, or leave it out.",
            )  # fmt: skip
        elif repeated and english.split(one.name)[-1] in _KEYS:
            say(f"{one.name} is not unique", f"certain: {len(there):,} values, {len(set(there)):,} of them different")
        if one.kind == "choice":
            say(
                f"{one.name} is one of {', '.join(one.values)}", f"guessed: no other value in {counted}",
                f"{one.name.capitalize()} is text.",
            )  # fmt: skip
    kinds = [f"{one.name} {one.kind}" for one in fields if one.kind not in ("word", "text", "choice")]
    if kinds:
        say(f"kinds: {_some(kinds)}", f"guessed: every value of {counted} is one, or it is called so", "status: text")
    return found


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def entities_of_json(
    text: str, name: str, *, line: int
) -> tuple[list[Entity], list[tuple[str, str, bool]], list[Assumed]]:
    """Entities from an object or a list of objects, (parent, child, many) of what is nested in them, and what is certain
    and what is guessed. Raises `ValueError` for text that is no JSON."""
    data: Any = msgspec.json.decode(text.encode())
    found: dict[str, Entity] = {}
    nested: list[tuple[str, str, bool]] = []
    said: list[Assumed] = []
    rows = cast("list[Any]", data) if isinstance(data, list) else [data]
    if (
        isinstance(data, dict)
        and len(rows) == 1
        and data
        and all(isinstance(one, list) for one in cast("dict[str, Any]", data).values())
    ):
        for key, values in cast("dict[str, list[Any]]", data).items():
            _objects(values, singular(key), line, found, nested, said)
    else:
        _objects(rows, singular(name), line, found, nested, said)
    return list(found.values()), nested, said


def _objects(
    rows: Sequence[Any],
    name: str,
    line: int,
    found: dict[str, Entity],
    nested: list[tuple[str, str, bool]],
    said: list[Assumed],
) -> None:
    objects = [cast("dict[str, Any]", one) for one in rows if isinstance(one, dict)]
    if not objects or not name:
        return
    fields: list[Field] = []
    for key in dict.fromkeys(key for one in objects for key in one):
        values = [one.get(key) for one in objects]
        there = [value for value in values if value is not None]
        if there and all(isinstance(one, dict) for one in there):
            child = singular(key)
            nested.append((name, child, False))
            _objects(there, child, line, found, nested, said)
        elif there and all(isinstance(one, list) for one in there):
            items = [item for one in there for item in cast("list[Any]", one)]
            if items and all(isinstance(one, dict) for one in items):
                child = singular(key)
                nested.append((name, child, True))
                _objects(items, child, line, found, nested, said)
            else:
                fields.append(Field(name=named(key), kind="tags", required=len(there) == len(values), line=line))
        else:
            made = _field(key, [None if one is None else _text(one) for one in values], line)
            if made is not None:
                fields.append(made)
    found[name] = Entity(name=name, fields=tuple(fields), line=line)
    plain = {key: [one.get(key) for one in objects] for key in dict.fromkeys(key for one in objects for key in one)}
    said += told(
        found[name],
        {
            named(key): [None if one is None else _text(one) for one in values]
            for key, values in plain.items()
            if not any(isinstance(one, dict | list) for one in values)
        },
        line,
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _field(title: str, values: Sequence[str | None], line: int) -> Field | None:
    name = named(title)
    if not name:
        return None
    there = [one for one in values if one is not None]
    field = Field(name=name, kind=_kind(name, there), required=len(there) == len(values) and bool(there), line=line)
    words = english.split(name)
    if field.kind in ("email", "slug", "uuid", "identifier") and len(there) > 2 and len(set(there)) == len(there):
        field = replace(field, unique=words[-1] in _KEYS)
    if field.kind == "choice":
        field = replace(field, values=tuple(dict.fromkeys(there)))
    return field


def _kind(name: str, values: Sequence[str]) -> Kind:
    said = kind_by_name(name)
    if not values:
        return said
    for kind, pattern in _PATTERNS:
        if all(re.fullmatch(pattern, one, re.IGNORECASE) for one in values):
            if kind in ("integer", "decimal") and said in ("money", "percentage", "identifier", "phone"):
                return said
            return "decimal" if kind == "integer" and said == "decimal" else kind
    if all(re.fullmatch(r"-?\d+(?:\.\d+)?", one) for one in values):
        return said if said in ("money", "percentage") else "decimal"
    if said == "choice" or (
        len(set(values)) <= _FEW and len(values) >= 3 * len(set(values)) and max(map(len, values)) < 30
    ):
        return "choice"
    if said == "word" and max(map(len, values)) > _LONG:
        return "text"
    return said
