"""The way back: what the tables of a schema say of the things that they keep, as parts of a spec."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, EnumType, ForeignKey, PrimaryKey, Relational, Table, Unique

from .spec import End, Entity, Field, Kind, Relation

_KINDS: dict[str, Kind] = {
    "int2": "integer", "int4": "integer", "int8": "integer", "numeric": "decimal", "float4": "decimal",
    "float8": "decimal", "money": "money", "bool": "boolean", "date": "date", "time": "time", "timetz": "time",
    "timestamp": "moment", "timestamptz": "moment", "interval": "duration", "uuid": "uuid", "json": "json",
    "jsonb": "json", "bytea": "file", "inet": "ip", "cidr": "ip", "point": "location", "vector": "vector",
    "halfvec": "vector", "tstzrange": "period", "tsrange": "period", "daterange": "period", "text": "text",
    "varchar": "word", "bpchar": "word", "citext": "email",
}  # fmt: skip
_AMOUNTS = frozenset("price total subtotal amount fee cost balance salary".split())  # noqa: SIM905


def parts_of(schema: Relational, *, line: int = 0) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    """The entities and relations of the tables; a table that only joins two others is a relation."""
    enums = {one.name: one.labels for one in schema.types if isinstance(one, EnumType)}
    tables = [one for one in schema.tables if one.partition_of is None]
    known = {one.name for one in tables}
    entities: list[Entity] = []
    relations: list[Relation] = []
    for table in tables:
        keys = [one for one in table.foreign_keys if one.target in known]
        if len(keys) == 2 and {name for key in keys for name in key.columns} == {one.name for one in table.columns}:
            first, second = (_name(key.target) for key in keys)
            relations.append(
                Relation(first=End(entity=first), second=End(entity=second), name=_name(table.name), line=line)
            )
            continue
        entities.append(_entity(table, keys, enums, line))
        relations += [_relation(table, key, line) for key in keys]
    return tuple(entities), tuple(relations)


def _name(name: Name) -> str:
    words = english.split(name.name)
    return " ".join((*words[:-1], english.singular(words[-1]))) if words else name.name


def _entity(table: Table, keys: Sequence[ForeignKey], enums: dict[Name, tuple[str, ...]], line: int) -> Entity:
    referring = {name for key in keys for name in key.columns}
    primary = set(table.primary_key.columns) if table.primary_key else set[str]()
    uniques = [one.columns for one in table.constraints if isinstance(one, Unique)]
    fields = [
        _field(column, enums, unique=(column.name,) in uniques, line=line)
        for column in table.columns
        if column.name not in referring and not (column.name in primary and _made_up(column))
    ]
    several = [columns for columns in uniques if len(columns) > 1 and not referring & set(columns)]
    return Entity(
        name=_name(table.name),
        fields=tuple(fields),
        key=tuple(tuple(" ".join(english.split(one)) for one in columns) for columns in several),
        comment=table.comment or "",
        line=line,
    )


def _made_up(column: Column) -> bool:
    """Whether a key means nothing: it is numbered, or a UUID."""
    kind = column.type.base or column.type.name
    return kind in ("int2", "int4", "int8", "uuid") or column.identity is not None


def _field(column: Column, enums: dict[Name, tuple[str, ...]], *, unique: bool, line: int) -> Field:
    base = column.type.base or column.type.name
    words = english.split(column.name) or (column.name,)
    labels = enums.get(Name(schema=column.type.schema, name=column.type.name), ())
    kind: Kind = "choice" if labels else _KINDS.get(base, "word")
    if kind == "decimal" and words[-1] in _AMOUNTS:
        kind = "money"
    if column.type.category == "A":
        kind = "tags"
    return Field(
        name=" ".join(words),
        kind=kind,
        required=column.not_null,
        unique=unique,
        values=labels,
        length=max(column.type.modifier - 4, 0) if base == "varchar" else 0,
        dimensions=max(column.type.modifier, 0) if kind == "vector" else 0,
        comment=column.comment or "",
        line=line,
    )


def _relation(table: Table, key: ForeignKey, line: int) -> Relation:
    """A reference: the one that is referred to stands first."""
    alone = any(
        set(one.columns) <= set(key.columns) for one in table.constraints if isinstance(one, PrimaryKey | Unique)
    )
    columns = [column for column in table.columns if column.name in key.columns]
    words = english.split(key.columns[-1])
    role = " ".join(words[:-1] if words[-1:] in (("id",), ("uuid",)) else words)
    target = _name(key.target)
    action = {"CASCADE": "cascade", "RESTRICT": "restrict", "SET NULL": "set null"}.get(key.on_delete, "")
    return Relation(
        first=End(
            entity=target,
            least=int(all(one.not_null for one in columns)),
            most=1,
            role=role if role not in (target, target.split()[-1]) else "",
        ),
        second=End(entity=_name(table.name), most=1 if alone else None),
        on_delete=action,  # pyright: ignore[reportArgumentType] - one of the four
        line=line,
    )
