"""Keys, indexes and references as Prisma's describer reads them from the catalogue.

It takes an INCLUDE column for the last key, an access method that it does not know for a B-tree, leaves out what has an
expression, and sees neither exclusion constraints nor what is deferrable, not valid or NULLS NOT DISTINCT. A schema
that is written the same way has no drift; what that costs is in the report of losses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbarchitect.model.english import camel, pascal, plural
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Exclude, ForeignKey, Index, IndexKey, PrimaryKey, Table, Unique

from ..blueprint import Blueprint, Entity, Relation
from .names import Names
from .types import Scalar, quoted, shown

_MOST = 63  # bytes of a name
_METHODS = {"hash": "Hash", "gist": "Gist", "gin": "Gin", "spgist": "SpGist", "brin": "Brin"}
_ACTIONS = {
    "NO ACTION": "NoAction", "RESTRICT": "Restrict", "CASCADE": "Cascade", "SET NULL": "SetNull",
    "SET DEFAULT": "SetDefault",
}  # fmt: skip
# Operator classes that are not their type's default and that Prisma has a word for.
_CLASSES = {
    "jsonb_path_ops": "JsonbPathOps", "inet_ops": "InetOps", "kd_point_ops": "KdPointOps",
    "inet_minmax_ops": "InetMinMaxOps", "bit_bloom_ops": "BitBloomOps", "bytea_bloom_ops": "ByteaBloomOps",
    "bpchar_bloom_ops": "BpcharBloomOps", "date_bloom_ops": "DateBloomOps",
    "date_minmax_multi_ops": "DateMinMaxMultiOps",
    "float4_bloom_ops": "Float4BloomOps", "float4_minmax_multi_ops": "Float4MinMaxMultiOps",
    "float8_bloom_ops": "Float8BloomOps", "float8_minmax_multi_ops": "Float8MinMaxMultiOps",
    "inet_bloom_ops": "InetBloomOps", "inet_minmax_multi_ops": "InetMinMaxMultiOps", "int2_bloom_ops": "Int2BloomOps",
    "int2_minmax_multi_ops": "Int2MinMaxMultiOps", "int4_bloom_ops": "Int4BloomOps",
    "int4_minmax_multi_ops": "Int4MinMaxMultiOps", "int8_bloom_ops": "Int8BloomOps",
    "int8_minmax_multi_ops": "Int8MinMaxMultiOps", "numeric_bloom_ops": "NumericBloomOps",
    "numeric_minmax_multi_ops": "NumericMinMaxMultiOps", "oid_bloom_ops": "OidBloomOps",
    "oid_minmax_multi_ops": "OidMinMaxMultiOps", "text_bloom_ops": "TextBloomOps",
    "timestamp_bloom_ops": "TimestampBloomOps", "timestamp_minmax_multi_ops": "TimestampMinMaxMultiOps",
    "timestamptz_bloom_ops": "TimestampTzBloomOps", "timestamptz_minmax_multi_ops": "TimestampTzMinMaxMultiOps",
    "time_bloom_ops": "TimeBloomOps", "time_minmax_multi_ops": "TimeMinMaxMultiOps",
    "timetz_bloom_ops": "TimeTzBloomOps",
    "timetz_minmax_multi_ops": "TimeTzMinMaxMultiOps", "uuid_bloom_ops": "UuidBloomOps",
    "uuid_minmax_multi_ops": "UuidMinMaxMultiOps",
}  # fmt: skip


@dataclass(frozen=True)
class Key:
    """An index, or the constraint behind it. `columns` are what Prisma sees as its keys, in order; `sure`: no two rows
    have the same values in them, and no condition limits that."""

    index: Index
    columns: tuple[str, ...]
    primary: bool = False
    unique: bool = False

    @property
    def sure(self) -> bool:
        """Whether a row can be found by it."""
        return self.unique and self.index.predicate is None


@dataclass(frozen=True)
class Reference:
    """A foreign key that the schema can say, from both ends."""

    there: Relation
    back: Relation
    key: ForeignKey
    name: str
    alone: bool


def keys_of(table: Table) -> list[Key]:
    """What Prisma sees of the indexes of a table: the primary key first, then by name."""
    excluded = unseen(table)
    primary = next((one.index or one.name for one in table.constraints if isinstance(one, PrimaryKey)), "")
    found: list[Key] = []
    lite = table.sqlite is not None
    if lite and table.primary_key is not None:
        # Often it has no index beside the table, and its order, which may descend, cannot be said.
        rowid = Index(name=Name(schema="", name=primary), table=table.name, unique=True)
        found.append(Key(index=rowid, columns=table.primary_key.columns, primary=True, unique=True))
    known = {one.name for one in table.columns}  # and not SQLite's rowid
    for index in table.indexes:
        columns = (*(key.column or "" for key in index.keys), *index.include)
        if lite and index.name.name == primary:
            continue
        if index.constraint in excluded or not known.issuperset(columns) or len(set(columns)) < len(columns):
            continue
        first = index.name.name == primary
        found.append(Key(index=index, columns=columns, primary=first, unique=index.unique))
    return sorted(found, key=lambda one: (not one.primary, not one.unique, one.index.name.name))


def unseen(table: Table) -> set[str]:
    """The constraints whose indexes the describer leaves out, as it does with all that exclude."""
    return {
        one.name
        for one in table.constraints
        if isinstance(one, Exclude) or (isinstance(one, PrimaryKey | Unique) and one.without_overlaps)
    }


def usual(table: str, columns: Sequence[str], ending: str) -> str:
    """The name that Prisma gives where no `map:` says another; "" where it would have to shorten it."""
    name = "_".join((table, *(() if ending == "pkey" else columns), ending))
    return name if len(name.encode()) <= _MOST else ""


def single(key: Key) -> bool:
    """Whether it can stand at its field."""
    return len(key.columns) == 1 and key.index.predicate is None and not _argument(key, 0, Scalar(""))


def at_field(table: Table, key: Key) -> str:
    """`@id` or `@unique` of a field."""
    word, ending = ("@id", "pkey") if key.primary else ("@unique", "key")
    given = key.index.name.name
    nameless = key.primary and table.sqlite is not None
    return word if nameless or given == usual(table.name.name, key.columns, ending) else f"{word}(map: {quoted(given)})"


def at_model(key: Key, fields: Mapping[str, str], scalars: Mapping[str, Scalar], *, lite: bool = False) -> str:
    """`@@id`, `@@unique` or `@@index`; a primary key of SQLite has no name."""
    word = "@@id" if key.primary else "@@unique" if key.unique else "@@index"
    parts: list[str] = []
    for number, column in enumerate(key.columns):
        argument = _argument(key, number, scalars[column])
        parts.append(fields[column] + (f"({argument})" if argument else ""))
    arguments = [f"[{', '.join(parts)}]"]
    if key.index.predicate is not None:
        arguments.append(f"where: raw({quoted(shown(key.index.predicate))})")
    if not (lite and key.primary):
        arguments.append(f"map: {quoted(key.index.name.name)}")
    if not key.unique and (method := _METHODS.get(key.index.method)):
        arguments.append(f"type: {method}")
    return f"{word}({', '.join(arguments)})"


def found_by(keys: Sequence[Key], required: Mapping[str, bool], scalars: Mapping[str, Scalar]) -> bool:
    """Whether the client has a way to name one row of the table: else it leaves the model out."""
    return any(
        one.sure and all(required[name] and scalars[name].known and not scalars[name].many for name in one.columns)
        for one in keys
    )


def references_of(blueprint: Blueprint, names: Names, scalars: Mapping[str, Mapping[str, Scalar]]) -> list[Reference]:
    """The foreign keys that Prisma's language can say. `scalars` by `str(Name)` of the table and column."""
    found: list[Reference] = []
    keys = {one.name: keys_of(one.table) for one in blueprint.entities if one.table is not None}
    for entity in blueprint.entities:
        for there in blueprint.of(entity):
            if there.kind not in ("many to one", "one to one"):
                continue
            target = blueprint.entity(there.to)
            back = next(
                one for one in blueprint.of(target) if one.key == there.key and one.to == entity.name and _is_back(one)
            )
            key, mine, theirs = there.key, scalars[str(entity.name)], scalars[str(target.name)]
            pairs = list(zip(key.columns, key.target_columns, strict=True))
            if any(not mine[one].known or mine[one].many or mine[one].name != theirs[two].name for one, two in pairs):
                continue
            if not any(one.sure and set(one.columns) == set(key.target_columns) for one in keys.get(target.name, [])):
                continue
            if blueprint.schema.family == "sqlite" and _empties(key, entity):
                continue
            found.append(
                Reference(
                    there=there,
                    back=back,
                    key=key,
                    name=names.models[entity.name] + pascal(there.words),
                    alone=any(one.sure and set(one.columns) == set(key.columns) for one in keys[entity.name]),
                )
            )
    return found


def _empties(key: ForeignKey, entity: Entity) -> bool:
    """Whether it would empty a column that is NOT NULL, which the validator refuses for SQLite."""
    never = any(entity.attribute(one).column.not_null for one in key.columns)
    return never and "SET NULL" in (key.on_delete, key.on_update)


def _is_back(relation: Relation) -> bool:
    return relation.kind in ("one to many", "one to one back")


def referring(reference: Reference, names: Names, *, ignored: bool, lite: bool = False) -> str:
    """The attributes of the field that refers; a foreign key of SQLite has no name."""
    key = reference.key
    mine, theirs = names.fields[reference.there.at], names.fields[reference.there.to]
    arguments = [
        quoted(reference.name),
        f"fields: [{', '.join(mine[one] for one in key.columns)}]",
        f"references: [{', '.join(theirs[one] for one in key.target_columns)}]",
        f"onDelete: {_ACTIONS[key.on_delete]}",
        f"onUpdate: {_ACTIONS[key.on_update]}",
        *(() if lite else (f"map: {quoted(key.name)}",)),
    ]
    return f"@relation({', '.join(arguments)})" + (" @ignore" if ignored else "")


def set_of(reference: Reference, field: str) -> str:
    """The name of the field that is referred to: in the plural where Prisma sees a list and the blueprint one row."""
    if reference.alone or reference.back.many:
        return field
    words = reference.back.words
    return camel((*words[:-1], plural(words[-1]))) if field == camel(words) else field


def _argument(key: Key, number: int, scalar: Scalar) -> str:
    """What stands behind a field in the list of an index."""
    if number >= len(key.index.keys):
        return ""
    one: IndexKey = key.index.keys[number]
    parts: list[str] = []
    method = key.index.method
    heard = one.opclass is None or (one.opclass_default and not _unheard(method, scalar))
    if method in _METHODS and method != "hash" and one.opclass is not None and not heard:
        name = one.opclass.name
        parts.append(f"ops: {_CLASSES.get(name) or f'raw({quoted(name)})'}")
    if one.descending and method not in _METHODS:
        parts.append("sort: Desc")
    return ", ".join(parts)


def _unheard(method: str, scalar: Scalar) -> bool:
    """Whether Prisma's validator wants an operator class for a type whose default an extension or a later version
    brought."""
    if not scalar.known:
        return False
    if method == "gin":
        return not scalar.many and scalar.name != "Json"
    if method == "gist":
        return True
    return method == "spgist" and scalar.base not in ("text", "varchar", "bpchar")


def of_entity(references: Sequence[Reference], entity: Entity) -> tuple[list[Reference], list[Reference]]:
    """The references that leave an entity, and those that lead to it."""
    return (
        [one for one in references if one.there.at == entity.name],
        [one for one in references if one.back.at == entity.name],
    )
