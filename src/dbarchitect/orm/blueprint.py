"""A schema as the entities and relations of an object-relational mapper, named once for all targets.

Names are words in lower case (`("order", "line")`): a target joins them in the style of its language and makes them
unique there with `distinct`. Nothing here is lost: what has no entity (functions, triggers, partitions) stays in the
schema, whose DDL travels with every project.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from dbarchitect.errors import InputError
from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.schema import Column, ForeignKey, PrimaryKey, Relational, Table, Unique, View

Words = tuple[str, ...]
Kind = Literal["many to one", "one to one", "one to many", "one to one back", "many to many"]

# Reverse names that people use, by the name of the reference of a table to itself.
_SELF_REVERSE: dict[str, Words] = {
    "parent": ("children",), "manager": ("reports",), "supervisor": ("reports",), "reply": ("replies",),
    "root": ("descendants",), "ancestor": ("descendants",), "previous": ("following",), "next": ("preceding",),
    "original": ("copies",), "source": ("derivatives",),
}  # fmt: skip
# A member of a document that an expression takes out, which may be missing.
_MEMBER = re.compile(r"->|#>|\[")
_KEY_ENDINGS = (("id",), ("uuid",), ("guid",), ("fk",), ("key",), ("code",), ("no",), ("number",), ("ref",))


@dataclass(frozen=True)
class Naming:
    """What a person wants to be named otherwise, by the name as SQL has it, quotes where they are needed.

    names  a table or view, a column or a foreign key: `public."order"` -> `Purchase`, `public."order"."user"` ->
           `placed_by`, `public."order".order_account_id_fkey` -> `buyer/purchases` (the reverse after the slash)
    keep   entities are named as their tables are, in the plural too
    """

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    keep: bool = False


@dataclass(frozen=True)
class Attribute:
    """A column with its name in code. `in_key`: part of the primary key; `references`: part of a foreign key;
    `writable`: an insert or update may name it (no generated column, no ALWAYS identity); `defaulted`: an insert may
    leave it out."""

    column: Column
    words: Words
    in_key: bool = False
    references: bool = False

    @property
    def writable(self) -> bool:
        """Whether an application may give it a value."""
        identity = self.column.identity
        return self.column.generated is None and not (identity is not None and identity.always)

    @property
    def defaulted(self) -> bool:
        """Whether a row may be inserted without it."""
        column = self.column
        return not column.not_null or column.default is not None or column.identity is not None or not self.writable


@dataclass(frozen=True)
class Relation:
    """One direction of a foreign key, or a many-to-many by way of a junction.

    at, to          the entity that has it, and the one that it leads to
    words           its name at `at`; `back` is that of the other direction at `to`
    key             the foreign key: of `at` where it refers, of `to` where it is referred to; for many to many, that
                    from the junction to `at`, and `far_key` that from the junction to `to`
    through         the junction
    optional        whether there may be no row at the other end
    """

    at: Name
    to: Name
    kind: Kind
    words: Words
    back: Words
    key: ForeignKey
    optional: bool = True
    through: Name | None = None
    far_key: ForeignKey | None = None

    @property
    def many(self) -> bool:
        """Whether it leads to several rows."""
        return self.kind in ("one to many", "many to many")

    @property
    def to_self(self) -> bool:
        """Whether it leads back to the same table."""
        return self.at == self.to


@dataclass(frozen=True)
class Entity:
    """A table, partitioned root or view. `words` are those of one row (singular); `many` those of the set.

    key        columns of the primary key, in the key's order; () where there is none
    junction   it only joins two others: two references make up the primary key, and it has no other column
    """

    relation: Table | View
    words: Words
    many: Words
    attributes: tuple[Attribute, ...]
    key: tuple[str, ...] = ()
    junction: bool = False

    @property
    def name(self) -> Name:
        """The SQL name."""
        return self.relation.name

    @property
    def table(self) -> Table | None:
        """The table; None for a view."""
        return self.relation if isinstance(self.relation, Table) else None

    @property
    def computed(self) -> bool:
        """Whether a row of plain values may be refused: a NOT NULL column is computed from what such a row may lack."""
        lacking = [re.escape(one.column.name) for one in self.attributes if not one.column.not_null]
        optional = re.compile(rf"(?<!\w)(?:{'|'.join(lacking)})(?!\w)") if lacking else None
        for one in self.attributes:
            if one.column.generated is None or not one.column.not_null:
                continue
            text = one.column.generated.expression
            if _MEMBER.search(text) or (optional and optional.search(text) and "COALESCE(" not in text):
                return True
        return False

    @property
    def guarded(self) -> bool:
        """Whether a trigger stands before its inserts, updates and deletes alike: its rows are kept by something else,
        as those of a closure table, and a row that is made up may be refused."""
        every = {"INSERT", "UPDATE", "DELETE"}
        triggers = self.table.triggers if self.table is not None else ()
        return any(one.timing == "BEFORE" and one.enabled != "disabled" and every <= {*one.events} for one in triggers)

    def attribute(self, column: str) -> Attribute:
        """The attribute of a column. Raises `KeyError`."""
        for one in self.attributes:
            if one.column.name == column:
                return one
        raise KeyError(column)


@dataclass(frozen=True)
class Blueprint:
    """All entities by name, and their relations by the entity that has them; partitions have none."""

    schema: Relational
    entities: tuple[Entity, ...]
    relations: Mapping[Name, tuple[Relation, ...]]

    def entity(self, name: Name) -> Entity:
        """The entity of a table or view. Raises `KeyError`."""
        return self.by_name[name]

    @cached_property
    def by_name(self) -> Mapping[Name, Entity]:
        """The entities."""
        return {one.name: one for one in self.entities}

    def of(self, entity: Entity) -> tuple[Relation, ...]:
        """The relations of an entity: references first, in the order of the table."""
        return self.relations.get(entity.name, ())


def draw(schema: Relational, naming: Naming | None = None) -> Blueprint:
    """The blueprint of a schema. Raises `InputError` where `naming` names what is not there."""
    names = naming or Naming()
    tables = [one for one in schema.tables if one.partition_of is None and not _internal(one.name)]
    views = [one for one in schema.views if not _internal(one.name)]
    _check_naming(names, tables, views)
    spaces = _ambiguous([one.name for one in (*tables, *views)])
    entities = tuple(
        sorted((_entity(one, names, one.name in spaces) for one in (*tables, *views)), key=lambda one: one.name)
    )
    relations: dict[Name, list[Relation]] = defaultdict(list)
    known = {one.name: one for one in entities}
    for entity in entities:
        for there, back in _pairs(entity, known, names):
            relations[there.at].append(there)
            relations[back.at].append(back)
    for entity in entities:
        if entity.junction:
            for one in _across(entity, known):
                relations[one.at].append(one)
    order = ("many to one", "one to one", "one to one back", "one to many", "many to many")
    return Blueprint(
        schema=schema,
        entities=entities,
        relations={
            name: tuple(_unlike(sorted(found, key=lambda one: order.index(one.kind)), known[name]))
            for name, found in relations.items()
        },
    )


def distinct(
    wanted: Iterable[tuple[str, ObjectRef]],
    *,
    taken: Collection[str] = (),
    reserved: Collection[str] = (),
    suffix: str = "_",
) -> list[str]:
    """Identifiers made unique, in order: a reserved or taken one gets `suffix`, equal ones numbers from 2 on.

    The first of equal names keeps it, so that a new table does not rename an old one. Raises `InputError` for a name
    without any letter or digit.
    """
    used = set(taken)
    given: list[str] = []
    for name, ref in wanted:
        if not name:
            raise InputError(f"{ref.kind} {ref} has no letter or digit in its name", hint="name it: --name OLD=NEW")
        fitting = f"{name}{suffix}" if name in reserved else name
        candidate, number = fitting, 1
        while candidate in used:
            number += 1
            candidate = f"{fitting}{number}"
        used.add(candidate)
        given.append(candidate)
    return given


def _internal(name: Name) -> bool:
    return name.schema == "information_schema" or name.schema.startswith("pg_")


def _ambiguous(names: Sequence[Name]) -> set[Name]:
    """The names whose words also another schema has: theirs begin with the schema, but for `public`."""
    found: dict[Words, list[Name]] = defaultdict(list)
    for name in names:
        found[_one(english.split(name.name))].append(name)
    return {name for same in found.values() if len(same) > 1 for name in same if name.schema != "public"}


def _one(words: Words) -> Words:
    return (*words[:-1], english.singular(words[-1])) if words else ()


def _many(words: Words) -> Words:
    return (*words[:-1], english.plural(words[-1])) if words else ()


def _entity(relation: Table | View, names: Naming, with_schema: bool) -> Entity:
    given = names.names.get(str(relation.name))
    words = english.split(given) if given else english.split(relation.name.name)
    if with_schema and not given:
        words = (*english.split(relation.name.schema), *words)
    table = relation if isinstance(relation, Table) else None
    key = table.primary_key.columns if table and table.primary_key else ()
    referring = {name for one in (table.foreign_keys if table else ()) for name in one.columns}
    attributes = tuple(
        Attribute(
            column=column,
            words=english.split(names.names.get(_sub(relation.name, column.name), column.name)),
            in_key=column.name in key,
            references=column.name in referring,
        )
        for column in relation.columns
    )
    return Entity(
        relation=relation,
        words=words if names.keep or given else _one(words),
        many=words if names.keep else _many(_one(words)),
        attributes=attributes,
        key=key,
        junction=table is not None and _joins(table),
    )


def _joins(table: Table) -> bool:
    """Whether a table only joins two others."""
    keys = table.foreign_keys
    if len(keys) != 2 or table.primary_key is None:
        return False
    first, second = (set(one.columns) for one in keys)
    every = {column.name for column in table.columns}
    return not first & second and first | second == set(table.primary_key.columns) == every


def _reference_words(key: ForeignKey) -> Words:
    """What a foreign key is called: its telling column without `_id`; the target where nothing is left."""
    # Of several columns those that are called as their targets are (tenant_id) tell nothing.
    own = [
        here
        for here, there in zip(key.columns, key.target_columns, strict=True)
        if english.split(here) != english.split(there)
    ]
    words = english.split((own or key.columns)[-1])
    for ending in _KEY_ENDINGS:
        if len(words) > len(ending) and words[-len(ending) :] == ending:
            return words[: -len(ending)]
    target = _one(english.split(key.target.name))
    if len(key.columns) > 1:
        return target
    # The column has the name that the relation would have: `ship_via` to a shipper is `ship_via_shipper`.
    return (*words, *target) if words[-len(target) :] != target else (*words, "ref")


def _pairs(entity: Entity, known: Mapping[Name, Entity], names: Naming) -> list[tuple[Relation, Relation]]:
    """The two directions of every foreign key whose target is an entity."""
    table = entity.table
    if table is None:
        return []
    keys = [key for key in table.foreign_keys if key.target in known and not key.inherited]
    to_same: dict[Name, int] = defaultdict(int)
    for key in keys:
        to_same[key.target] += 1
    found: list[tuple[Relation, Relation]] = []
    for key in keys:
        words = _reference_words(key)
        alone = _is_unique(table, key.columns)
        if key.target == entity.name:
            back = _SELF_REVERSE.get(words[-1]) if len(words) == 1 else None
            back = back or (*words, *(entity.words if alone else entity.many))
        elif to_same[key.target] > 1 or (words != known[key.target].words and _hides(words, known[key.target])):
            back = (*words, *(entity.words if alone else entity.many))
        else:
            back = entity.words if alone else entity.many
        given = names.names.get(_sub(entity.name, key.name))
        if given:
            first, _, second = given.partition("/")
            words = english.split(first) or words
            back = english.split(second) or back
        optional = any(not entity.attribute(name).column.not_null for name in key.columns)
        there = Relation(
            at=entity.name, to=key.target, kind="one to one" if alone else "many to one", words=words, back=back,
            key=key, optional=optional,
        )  # fmt: skip
        here = Relation(
            at=key.target, to=entity.name, kind="one to one back" if alone else "one to many", words=back, back=words,
            key=key,
        )  # fmt: skip
        found.append((there, here))
    return found


def _hides(words: Words, target: Entity) -> bool:
    """Whether a reference is named for a role (`author` of a `user`), so that its reverse should say so."""
    return words[-1:] != target.words[-1:]


def _is_unique(table: Table, columns: Sequence[str]) -> bool:
    """Whether at most one row has the same values in these columns."""
    wanted = set(columns)
    keys = [set(one.columns) for one in table.constraints if isinstance(one, PrimaryKey | Unique)]
    keys += [
        {key.column for key in index.keys if key.column}
        for index in table.indexes
        if index.unique and index.predicate is None and all(key.column for key in index.keys)
    ]
    return any(key and key <= wanted for key in keys)


def _across(junction: Entity, known: Mapping[Name, Entity]) -> list[Relation]:
    """Many to many, in both directions, by way of a junction."""
    table = junction.table
    assert table is not None
    first, second = table.foreign_keys
    if first.target not in known or second.target not in known:
        return []
    found: list[Relation] = []
    for near, far in ((first, second), (second, first)):
        there, here = known[far.target], known[near.target]
        # Two references to one table (follower, followed) are told apart by their columns.
        words = _many(_reference_words(far)) if near.target == far.target else there.many
        back = _many(_reference_words(near)) if near.target == far.target else here.many
        found.append(
            Relation(
                at=near.target,
                to=far.target,
                kind="many to many",
                words=words,
                back=back,
                key=near,
                far_key=far,
                through=junction.name,
            )
        )
    return found


def _unlike(relations: Sequence[Relation], entity: Entity) -> list[Relation]:
    """Relations whose names differ from each other's and from the columns'; what gives way says what it is."""
    taken = {one.words for one in entity.attributes}
    found: list[Relation] = []
    for one in relations:
        words = one.words
        for more in ((), ("by", *one.back), ("of", *english.split(one.key.name)), ("relation",)):
            words = (*one.words, *more) if more else one.words
            if words not in taken:
                break
        number = 2
        while words in taken:
            words, number = (*one.words, str(number)), number + 1
        taken.add(words)
        found.append(one if words == one.words else _renamed(one, words))
    return found


def _renamed(one: Relation, words: Words) -> Relation:
    return replace(one, words=words)


def _sub(name: Name, part: str) -> str:
    return f"{name}.{quote_identifier(part)}"


def _check_naming(naming: Naming, tables: Sequence[Table], views: Sequence[View]) -> None:
    known = {str(one.name) for one in (*tables, *views)}
    known |= {_sub(one.name, column.name) for one in (*tables, *views) for column in one.columns}
    known |= {_sub(table.name, key.name) for table in tables for key in table.foreign_keys}
    for given, wanted in naming.names.items():
        if given not in known:
            near = difflib.get_close_matches(given, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "the name as SQL has it: public.orders, public.orders.total"
            raise InputError(f"there is no table, view, column or foreign key {given} to be named {wanted}", hint=hint)
        if not all(english.split(part) for part in wanted.split("/")):
            raise InputError(f"{given} cannot be named {wanted!r}", hint="letters, digits; a slash before the reverse")
