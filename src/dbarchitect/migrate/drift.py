"""Drift: what models in code believe of a database against what it has, object by object, in words.

The comparison is that of a plan from the database to the code (`diff`); here its actions are read as statements about
the two. What a plan would drop and make again for another object's sake is no difference; a constraint or an index that
is there under another name, or a unique key that is an index on the other side, is one difference, not two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from dbarchitect.migrate.alike import bare_object, key_of
from dbarchitect.migrate.compare import steady
from dbarchitect.migrate.constructs import column_features, object_features
from dbarchitect.migrate.diff import diff
from dbarchitect.migrate.drift_parts import UNIQUE_KIND, changed_part, parts_of
from dbarchitect.migrate.drift_words import (
    column_words,
    kind_words,
    object_words,
    setting_words,
    table_words,
)
from dbarchitect.migrate.objects import index_ref, own_indexes, part, ref_of
from dbarchitect.model.bookkeeping import without_histories
from dbarchitect.model.change import (
    AddConstraint,
    AddIndex,
    AddTable,
    Alter,
    AlterConstraint,
    AlterIndex,
    AlterTable,
    Change,
    Create,
    Drop,
    DropConstraint,
    DropIndex,
    DropTable,
    RebuildType,
    SetComment,
    SetSetting,
    ValidateConstraint,
)
from dbarchitect.model.drift import Drift, Found
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Column,
    Constraint,
    Index,
    NotNull,
    Relational,
    SchemaObject,
    Sequence,
    Table,
    Trigger,
)


@dataclass(frozen=True, slots=True)
class Compared:
    """The differences in order of the objects, and what was left out, in words. `aside`: the tables among it."""

    drifts: tuple[Drift, ...]
    left_out: tuple[str, ...]
    aside: frozenset[Name]


def drift(database: Relational, code: Relational) -> Compared:
    """How a database's schema and that of the code differ. Owners and privileges are not compared: no mapper says
    them."""
    database, code = _one_version(steady(database), steady(code))
    found: list[Drift] = []
    database, histories = without_histories(database, but={table.name for table in code.tables})
    database, partitions = _unpartitioned(database, code)
    found += partitions
    database, children = _without_partitions(database, code)
    aside = frozenset((*histories, *children))
    difference = diff(database, code, privileges=False)
    reader = _Reader(database, code)
    found += reader.read([action.change for action in difference.actions])
    said = {one.at for one in found}
    order = {one.name: number for number, one in enumerate((*code.tables, *database.tables))}

    def rank(one: Drift) -> tuple[object, ...]:
        name = Name(schema=one.at.schema, name=one.at.name)
        return order.get(name, -1), one.at.schema, one.at.name, _ORDER.get(one.at.kind, 9), one.at.sub

    refused = [one for one in difference.refused if not any(str(ref.short) in one for ref in said)]
    left_out = (
        *(f"table {one.short}: the history of a migration tool" for one in histories),
        *(f"table {one.short}: a partition of {parent.short}" for one, parent in children.items()),
        *refused,
        *(one for one in difference.not_compared if not one.startswith("owners")),
    )
    return Compared(drifts=tuple(sorted(dict.fromkeys(found), key=rank)), left_out=left_out, aside=aside)


_ARTICLES = {"index": "an index", "constraint": "a constraint"}
_ORDER = {"table": 0, "column": 1, "constraint": 2, "index": 3}


def blind_to(one: Drift, capabilities: Mapping[str, tuple[str, str]], title: str, *, unique_is: str = "") -> str:
    """Why a mapper cannot say what the database has, by its capability table (construct: level, how or why); "" where
    it could, so that the difference is drift. `unique_is`: what it makes of every unique key, "index" or "constraint";
    "" for either."""
    if one.constructs == (UNIQUE_KIND,):
        return f"{title} has every unique key as {_ARTICLES[unique_is]}: the rule is the same" if unique_is else ""
    if one.found == "only in the code":
        return ""
    for construct in one.constructs:
        level, how = capabilities.get(construct, ("native", ""))
        if level in ("raw", "impossible"):
            return f"{title} models cannot say it ({construct}): {how}" if how else f"{title} models cannot say it"
        # A column, a key or an index that is missing could be there nearly; a comment or a domain could not.
        whole = not one.part and one.at.kind in ("table", "column", "constraint", "index")
        if level == "approximate" and not (whole and one.found == "only in the database"):
            return f"{title} models say it only nearly ({construct}): {how}"
    return ""


def leant_on(database: Relational, blind: Iterable[Drift]) -> set[ObjectRef]:
    """The types, functions, sequences, collations and schemas of the database that what a mapper is blind to needs,
    and what these need."""
    whole = {(one.at.schema, one.at.name) for one in blind if one.at.kind == "table" and not one.part}
    reached = {one.at for one in blind}
    found: set[ObjectRef] = set()
    while True:
        more = {
            one.on
            for one in database.dependencies
            if one.on.kind in _LEANT_ON and (one.of in reached or (one.of.schema, one.of.name) in whole)
        }
        if more <= found:
            return found | {ObjectRef(kind="schema", name=one.schema) for one in reached if one.schema}
        found |= more
        reached |= more


_LEANT_ON = ("type", "domain", "function", "sequence", "collation", "extension")


def mends(one: Drift) -> tuple[str, str]:
    """What would mend a difference, in the code and in the database, in words."""
    named = f"{one.at.kind} {one.at.short}"
    if one.found == "only in the code":
        there = f"add {one.code} to {named}" if one.part else f"add {told(named, one.code)}"
        return "take it out of the model", there
    if one.found == "only in the database":
        lost = {"table": ", and its rows are lost", "column": ", and its values are lost"}
        gone = f"drop the {one.database}" if one.part else f"drop {named}{lost.get(one.at.kind, '')}"
        return f"add {one.database} to {named}" if one.part else f"add {told(named, one.database)}", gone
    return (
        f"let the model say: {one.database or 'nothing of it'}",
        f"let the database have: {one.code or 'nothing of it'}",
    )


def told(named: str, words: str) -> str:
    """An object and what there is to say of it, which may be its name alone."""
    return f"{named}: {words}" if words and not named.startswith(f"{words} ") else named


# --- before the comparison ------------------------------------------------------------------------------------------


def _one_version(database: Relational, code: Relational) -> tuple[Relational, Relational]:
    """Both as the older server would have them: before 18 a NOT NULL has no name."""
    version = min(database.version, code.version)
    if version >= 180000:
        return database, code

    def plainly(schema: Relational) -> Relational:
        tables = tuple(
            replace(table, constraints=tuple(one for one in table.constraints if not isinstance(one, NotNull)))
            for table in schema.tables
        )
        return replace(schema, tables=tables, version=version)

    return plainly(database), plainly(code)


def partitions_of(database: Relational, parents: Collection[Name]) -> dict[Name, Name]:
    """The partitions of these tables, and theirs, each with its parent."""
    found: dict[Name, Name] = {}
    over = {one.name: one.partition_of.parent for one in database.tables if one.partition_of is not None}
    reached = set(parents)
    while more := {one: parent for one, parent in over.items() if parent in reached and one not in found}:
        found |= more
        reached |= more.keys()
    return found


def _without_partitions(database: Relational, code: Relational) -> tuple[Relational, dict[Name, Name]]:
    """The database without the partitions that the code does not have of a table that it has, which come and go; and
    these, with their parents."""
    known = {table.name for table in code.tables}
    gone = {one: parent for one, parent in partitions_of(database, known).items() if one not in known}
    kept = tuple(one for one in database.tables if one.name not in gone)
    return replace(database, tables=kept) if gone else database, gone


def _unpartitioned(database: Relational, code: Relational) -> tuple[Relational, list[Drift]]:
    """The database with the tables plain that the code has plain, without their partitions."""
    plainly = {one.name: one for one in code.tables}
    found: list[Drift] = []
    parents: set[Name] = set()
    for table in database.tables:
        other = plainly.get(table.name)
        if other is not None and (table.kind, key_of(table)) != (other.kind, key_of(other)):
            parents.add(table.name)
            found.append(
                Drift(
                    at=table.ref,
                    found="differs",
                    code=kind_words(other),
                    database=kind_words(table),
                    constructs=("partitioned table",) if table.kind == "partitioned" else (),
                )
            )
    kept: list[Table] = []
    children = partitions_of(database, parents)
    for table in database.tables:
        if table.name in children and table.name not in plainly:
            continue
        if table.name in parents:
            other = plainly[table.name]
            table = replace(table, kind=other.kind, partition_key=other.partition_key)
        kept.append(table)
    return replace(database, tables=tuple(kept)) if parents else database, found


# --- the actions as statements --------------------------------------------------------------------------------------


class _Reader:
    """Reads what would turn the database into the code as what the two say."""

    def __init__(self, database: Relational, code: Relational) -> None:
        self.database, self.code = database, code
        self.old = {one.name: one for one in database.tables}
        self.new = {one.name: one for one in code.tables}

    def read(self, changes: Iterable[Change]) -> Iterator[Drift]:
        """The differences that changes come from."""
        parts: dict[Name, dict[str, list[Any]]] = {}
        made: dict[ObjectRef, dict[str, SchemaObject]] = {}
        for change in changes:
            match change:
                case AddTable(table=table):
                    yield Drift(
                        at=table.ref, found="only in the code", code=table_words(table), constructs=_features(table)
                    )
                case DropTable(table=table):
                    yield Drift(
                        at=table.ref,
                        found="only in the database",
                        database=table_words(table),
                        constructs=_features(table),
                    )
                case AddConstraint(constraint=NotNull()) | DropConstraint(constraint=NotNull()):
                    pass  # columns say it; what it is called is nobody's belief
                case AddConstraint(table=name, constraint=one, using_index=adopts) if self._both(name):
                    sides = parts.setdefault(name, {})
                    sides.setdefault("code", []).append(one)
                    if adopts:  # a plan would make the index that is there the key's
                        sides.setdefault("database", []).extend(self._index_of(name, one))
                case DropConstraint(table=name, constraint=one) if self._both(name):
                    parts.setdefault(name, {}).setdefault("database", []).append(one)
                case AddIndex(index=one) if self._both(one.table):
                    parts.setdefault(one.table, {}).setdefault("code", []).append(one)
                case DropIndex(index=one) if self._both(one.table):
                    parts.setdefault(one.table, {}).setdefault("database", []).append(one)
                case AlterConstraint(table=name, before=before, after=after):
                    yield changed_part(part("constraint", name, after.name), before, after)
                case ValidateConstraint(table=name, constraint=one):
                    yield Drift(
                        at=part("constraint", name, one.name),
                        found="differs",
                        code="VALID",
                        database="NOT VALID",
                        constructs=("constraint not valid",),
                    )
                case AlterIndex(before=before, after=after):
                    yield changed_part(index_ref(after), before, after)
                case AlterTable(before=before, after=after):
                    yield from settings_of(before, after)
                case Create(object=one, on=on):
                    made.setdefault(ref_of(one, on), {})["code"] = one
                case Drop(object=one, on=on):
                    made.setdefault(ref_of(one, on), {})["database"] = one
                case Alter(after=Sequence() as one) if not self._counts(one):
                    pass  # it gets its column
                case Alter(before=before, after=after, on=on):
                    yield _objects(ref_of(after, on), before, after)
                case RebuildType(before=before, after=after):
                    yield _objects(ref_of(after), before, after)
                case SetComment(at=at, before=before, after=after) if self._known(at):
                    yield _comment(at, before, after)
                case SetSetting(name=name, before=before, after=after):
                    yield Drift(
                        at=ObjectRef(kind="database"),
                        found="differs",
                        code=f"{name} = {after}" if after else "",
                        database=f"{name} = {before}" if before else "",
                        constructs=("storage parameter",),
                    )
                case _:
                    pass
        for name, table in self.new.items():
            if name in self.old:
                yield from _columns_of(self.old[name], table)
        for name, sides in parts.items():
            yield from parts_of(name, sides.get("database", []), sides.get("code", []))
        for ref, objects in made.items():
            yield from self._object(ref, objects)

    def _both(self, name: Name) -> bool:
        """Whether a table is on both sides (what a table has that is on one only needs no words of its own), or a
        view."""
        return (name in self.old) == (name in self.new)

    def _index_of(self, table: Name, one: Constraint) -> list[Index]:
        """The unique index of the database over the columns of a key."""
        found = own_indexes(self.old[table]).values() if table in self.old else ()
        return [it for it in found if it.unique and tuple(key.text for key in it.keys) == one.columns][:1]

    def _counts(self, one: Sequence) -> bool:
        """Whether a sequence is on both sides."""
        return all(any(it.name == one.name for it in side.sequences) for side in (self.database, self.code))

    def _known(self, at: ObjectRef) -> bool:
        """Whether the object of a comment is on both sides."""
        name = Name(schema=at.schema, name=at.name)
        if at.kind == "column":
            return all(name in side and side[name].column(at.sub) is not None for side in (self.old, self.new))
        return self._both(name)

    def _object(self, ref: ObjectRef, sides: Mapping[str, SchemaObject]) -> Iterator[Drift]:
        before, after = sides.get("database"), sides.get("code")
        one = after or before
        if isinstance(one, Sequence) and one.owned_by is not None:
            table, column = one.owned_by
            if not all(table in side and side[table].column(column) for side in (self.old, self.new)):
                return  # it comes and goes with its column
        if isinstance(one, Trigger) and not self._both(Name(schema=ref.schema, name=ref.name)):
            return
        if before is not None and after is not None:
            if bare_object(before) != bare_object(after):
                yield _objects(ref, before, after)
        elif after is not None:
            yield Drift(at=ref, found="only in the code", code=object_words(after), constructs=object_features(after))
        elif before is not None:
            yield Drift(
                at=ref,
                found="only in the database",
                database=object_words(before),
                constructs=object_features(before),
            )


def _features(table: Table) -> tuple[str, ...]:
    found: list[str] = []
    if table.partition_key is not None or table.partition_of is not None:
        found.append("partitioned table")
    if table.inherits:
        found.append("inheritance")
    key = table.primary_key
    if key is None:
        found.append("no primary key")
    elif len(key.columns) > 1:
        found.append("composite primary key")
    return tuple(found)


def _columns_of(before: Table, after: Table) -> Iterator[Drift]:
    """What differs between the columns of a table in the database and in the code. Not read from a plan: that sets
    defaults aside and makes columns anew for other reasons too."""
    old = {column.name: column for column in before.columns if not column.inherited}
    new = {column.name: column for column in after.columns if not column.inherited}
    for name in dict.fromkeys([*new, *old]):
        ref = part("column", after.name, name)
        if name not in old:
            yield Drift(at=ref, found="only in the code", code=column_words(new[name]))
        elif name not in new:
            yield Drift(at=ref, found="only in the database", database=column_words(old[name]))
        else:
            yield from _columns(after.name, old[name], new[name])


def _columns(table: Name, before: Column, after: Column) -> Iterator[Drift]:
    """What differs between the column in the database and in the code, property by property."""
    ref = part("column", table, after.name)
    for code, database, constructs in column_features(before, after):
        found: Found = "differs" if code and database else ("only in the code" if code else "only in the database")
        yield Drift(at=ref, found=found, code=code, database=database, constructs=constructs, part=True)


def settings_of(before: Table, after: Table) -> Iterator[Drift]:
    """What differs of two tables besides their parts."""
    ref = after.ref
    for field, words, construct in (
        ("row_security", "row level security", "row level security"),
        ("row_security_forced", "forced row level security", "row level security"),
        ("persistence", "persistence", "storage parameter"),
        ("access_method", "access method", "storage parameter"),
        ("options", "storage parameters", "storage parameter"),
        ("toast_options", "storage parameters of its TOAST table", "storage parameter"),
        ("inherits", "inheritance", "inheritance"),
        ("replica_identity", "replica identity", "storage parameter"),
        ("comment", "comment", "comment"),
    ):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            found: Found = "differs" if old and new else ("only in the code" if new else "only in the database")
            yield Drift(
                at=ref,
                found=found,
                code=setting_words(words, new),
                database=setting_words(words, old),
                constructs=(construct,),
                part=True,
            )


def _commented(one: Any, comment: str | None) -> SchemaObject:
    return replace(one, comment=comment)


def _comment(at: ObjectRef, before: str | None, after: str | None) -> Drift:
    return Drift(
        at=at,
        found="differs" if before and after else ("only in the code" if after else "only in the database"),
        code=f"comment {after!r}" if after else "",
        database=f"comment {before!r}" if before else "",
        constructs=("comment",),
        part=True,
    )


def _objects(ref: ObjectRef, before: SchemaObject, after: SchemaObject) -> Drift:
    old, new = getattr(before, "comment", None), getattr(after, "comment", None)
    if old != new and bare_object(before) == bare_object(_commented(after, old)):
        return _comment(ref, old, new)
    return Drift(
        at=ref,
        found="differs",
        code=object_words(after),
        database=object_words(before),
        constructs=object_features(before),
    )
