"""One field as Python: the same in a model and in the state of a migration, but for what only one of them needs."""

from __future__ import annotations

from dataclasses import dataclass

from dbarchitect.model.schema import Action, Check, Column, Index, Unique

from .plan import Across, Data, Planned, Reference, plain
from .python import call, literal

_ACTIONS: dict[Action, str] = {
    "NO ACTION": "NO_ACTION", "RESTRICT": "RESTRICT", "CASCADE": "CASCADE", "SET NULL": "SET_NULL",
    "SET DEFAULT": "SET_DEFAULT",
}  # fmt: skip
_METHODS = {"gin": "GinIndex", "gist": "GistIndex", "brin": "BrinIndex", "hash": "HashIndex", "spgist": "SpGistIndex"}


def data(one: Data, model: Planned, *, state: bool, indent: int, head: str = "", tail: str = "") -> str:
    """The expression of a field that is a column."""
    column = one.attribute.column
    kind = one.shape
    arguments = list(kind.state if state and kind.state is not None else kind.arguments)
    if column.name != one.name:
        arguments.append(f"source_field={literal(column.name)}")
    if one.key:
        arguments.append("primary_key=True")
    generated = not one.attribute.writable or (one.key and assigned(model))
    is_integer = kind.head in ("fields.IntField", "fields.BigIntField", "fields.SmallIntField")
    if generated:
        arguments += [] if one.key and is_integer else ["generated=True"]
    elif one.key and is_integer:
        arguments.append("generated=False")
    if one.key and kind.head == "fields.UUIDField":
        arguments.append("default=None")  # else Tortoise makes a random one itself
    if not column.not_null and not one.key:
        arguments.append("null=True")
    if one.unique:
        arguments.append("unique=True")
    default = default_of(column)
    if default and not generated:
        arguments.append(f"db_default=SqlDefault({literal(default)})")
    if column.comment:
        arguments.append(f"description={literal(column.comment)}")
    return call(head + kind.head, arguments, indent=indent, tail=tail)


def default_of(column: Column) -> str:
    """What the database gives where an insert gives nothing; "" for NULL, and for what it always makes itself."""
    if column.generated is not None:
        return ""
    if column.identity is not None:
        return (
            ""
            if column.identity.always
            else f"nextval('{str(column.identity.sequence).replace(chr(39), chr(39) * 2)}')"
        )
    return column.default or ""


def assigned(model: Planned) -> bool:
    """Whether Tortoise's way of numbering (`generated=True`) is right for the key: an integer that a sequence gives.

    Where a value may be given and another column is made by the database, it is not: Tortoise would then name that
    column in the insert as well.
    """
    attribute = model.entity.attribute(model.key)
    column = attribute.column
    if column.type.name not in ("int2", "int4", "int8") or column.type.schema != "pg_catalog":
        return False
    if column.identity is not None and column.identity.always:
        return True
    numbered = column.identity is not None or (column.default or "").startswith("nextval(")
    others = any(not one.writable for one in model.entity.attributes if one is not attribute)
    return numbered and not others


def reference(one: Reference, *, state: bool, indent: int, head: str = "", tail: str = "") -> str:
    """The expression of a foreign key."""
    column = one.attribute.column
    kind = "OneToOneField" if one.relation.kind == "one to one" else "ForeignKeyField"
    arguments = [literal(f"models.{one.model.cls}"), f"related_name={literal(one.back)}"]
    arguments.append(f"on_delete=fields.{_ACTIONS[action(one)]}")
    if one.to_field:
        arguments.append(f"to_field={literal(one.to_field)}")
    if state or column.name != one.key:
        arguments.append(f"source_field={literal(column.name)}")
    if one.primary:
        arguments.append("primary_key=True")
    if not one.attribute.writable:
        arguments.append("generated=True")
    if not column.not_null and not one.primary:
        arguments.append("null=True")
    default = default_of(column)
    if default and one.attribute.writable:
        arguments.append(f"db_default=SqlDefault({literal(default)})")
    if column.comment:
        arguments.append(f"description={literal(column.comment)}")
    name = f"{kind}Instance" if state else f"fields.{kind}"
    return call(head + name, arguments, indent=indent, tail=tail)


def action(one: Reference) -> Action:
    """ON DELETE as Tortoise accepts it: SET NULL only where NULL may be."""
    wanted = one.relation.key.on_delete
    return "NO ACTION" if wanted == "SET NULL" and one.attribute.column.not_null else wanted


def across(one: Across, *, indent: int, head: str = "", tail: str = "") -> str:
    """The expression of many to many, at the end that has it."""
    relation = one.relation
    assert relation.through is not None and relation.far_key is not None
    arguments = [
        literal(f"models.{one.model.cls}"),
        f"through={quotable(relation.through.name)}",
        f"forward_key={literal(relation.far_key.columns[0])}",
        f"backward_key={literal(relation.key.columns[0])}",
        f"related_name={literal(one.back)}",
    ]
    if relation.far_key.on_delete != "CASCADE":
        arguments.append(f"on_delete=fields.{_ACTIONS[relation.far_key.on_delete]}")
    return call(f"{head}fields.ManyToManyField", arguments, indent=indent, tail=tail)


def quotable(name: str) -> str:
    """A name of a table or schema: Tortoise puts it between quotes as it is, so that one in it must be doubled here."""
    return literal(name.replace('"', '""'))


@dataclass(frozen=True)
class Options:
    """What `Meta` says, as expressions by name; `classes` are the index classes that it uses."""

    values: dict[str, str]
    indexes: tuple[str, ...]
    constraints: tuple[str, ...]
    classes: tuple[str, ...]


def options(model: Planned, *, indent: int) -> Options:
    """`Meta` of a model."""
    table = model.entity.table
    assert table is not None
    values = {"table": quotable(table.name.name)}
    if model.schema:
        values["schema"] = quotable(model.schema)
    if table.comment:
        values["table_description"] = literal(table.comment)
    constraints: list[str] = []
    for one in sorted(table.constraints, key=lambda one: one.name):
        if isinstance(one, Unique) and plain(one) and not _in_field(one, model):
            names = ", ".join(literal(model.named(column)) for column in one.columns)
            comma = "," if len(one.columns) == 1 else ""
            arguments = [f"fields=({names}{comma})", f"name={literal(one.name)}"]
            constraints.append(call("UniqueConstraint", arguments, indent=indent, tail=","))
        elif isinstance(one, Check) and one.enforced:
            arguments = [f"check={literal(one.expression)}", f"name={literal(one.name)}"]
            constraints.append(call("CheckConstraint", arguments, indent=indent, tail=","))
    indexes: list[str] = []
    classes: set[str] = set()
    for index in sorted(table.indexes, key=lambda one: one.name.name):
        if index.constraint is None and not index.unique:
            cls, arguments = _index(index, model)
            classes.add(cls)
            indexes.append(call(cls, arguments, indent=indent, tail=","))
        elif conditional(index):
            names = ", ".join(literal(model.named(key.column)) for key in index.keys if key.column)
            comma = "," if len(index.keys) == 1 else ""
            arguments = [f"fields=({names}{comma})", f"name={literal(index.name.name)}"]
            arguments.append(f"condition={literal(index.predicate or '')}")
            constraints.append(call("UniqueConstraint", arguments, indent=indent, tail=","))
    return Options(values, tuple(indexes), tuple(constraints), tuple(sorted(classes)))


def _in_field(one: Unique, model: Planned) -> bool:
    """Whether a field says it already."""
    if len(one.columns) != 1:
        return False
    found = next((data for data in model.data if data.attribute.column.name == one.columns[0]), None)
    if found is not None:
        return found.unique or found.key
    return any(
        ref.attribute.column.name == one.columns[0] and ref.relation.kind == "one to one" for ref in model.references
    )


def conditional(index: Index) -> bool:
    """Whether an index is what Tortoise calls a conditional UNIQUE: partial, over columns, with nothing special."""
    simple = all(key.column and key.opclass_default and not key.descending for key in index.keys)
    return bool(
        index.constraint is None
        and index.unique
        and index.predicate
        and simple
        and not index.include
        and not index.nulls_not_distinct
        and index.method == "btree"
    )


def _index(index: Index, model: Planned) -> tuple[str, list[str]]:
    """The class of an index and its arguments: Tortoise's own where it says everything."""
    simple = all(
        key.column and key.opclass_default and not key.descending and not key.nulls_first and key.collation is None
        for key in index.keys
    )
    special = index.include or index.predicate or index.options or index.nulls_not_distinct
    known = index.method == "btree" or index.method in _METHODS
    name = f"name={literal(index.name.name)}"
    if simple and not special and known:
        fields = [literal(model.named(key.column)) for key in index.keys if key.column]
        cls = "Index" if index.method == "btree" else _METHODS[index.method]
        return cls, [f"fields=[{', '.join(fields)}]", name]
    keys, rest = _definition(index)
    arguments = [literal(keys), name]
    if index.method != "btree":
        arguments.append(f"method={literal(index.method)}")
    if rest:
        arguments.append(f"extra={literal(rest)}")
    return "KeyIndex", arguments


def _definition(index: Index) -> tuple[str, str]:
    """The keys as the server prints them between the brackets, and what stands behind."""
    text = index.definition
    start = text.index("(", text.index(f" USING {index.method} "))
    depth, quote = 0, ""
    for at in range(start, len(text)):
        one = text[at]
        if quote:
            quote = "" if one == quote else quote
        elif one in "\"'":
            quote = one
        elif one in "()":
            depth += 1 if one == "(" else -1
            if not depth:
                return text[start + 1 : at], text[at + 1 :]
    return text[start + 1 :], ""
