"""What a reader of code gives: DDL as the mapper's own toolchain writes it, and where each thing stands in the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dbarchitect.model.names import Name, ObjectRef, Position
from dbarchitect.model.schema import ForeignKey, Index, Relational, Table
from dbarchitect.sql.positions import Positions, Written

Framework = Literal["sqlalchemy", "tortoise", "prisma", "drizzle"]
TITLES: dict[Framework, str] = {
    "sqlalchemy": "SQLAlchemy",
    "tortoise": "Tortoise",
    "prisma": "Prisma",
    "drizzle": "Drizzle",
}

# What the DDL of a toolchain never has, even where models can speak of it.
_UNSEEN: dict[Framework, tuple[str, ...]] = {
    "sqlalchemy": ("view", "materialised view"),
    # Tortoise knows an object by one column: other tables have no model, and those of many-to-many relations no key. It
    # numbers by serial, and leaves out without a word what it has in Meta.constraints besides plain UNIQUE.
    "tortoise": (
        *("view", "materialised view", "composite primary key", "no primary key", "identity", "check constraint"),
        *("generated column", "virtual generated column"),
    ),
    "prisma": ("view", "materialised view", "comment", "generated column", "virtual generated column"),
    "drizzle": ("comment",),
}

# (program, folder of the project, request) -> answer: `toolchains.run_python`.
RunPython = Callable[[Path, Path, dict[str, Any]], bytes]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something is written in code.

    table   the table; `column` its column `name`; `type` the type `name` of the schema `table.schema`
    named   a constraint or an index of the table, called `name`
    over    one over `columns`, whose name only the database knows; `foreign`: that one is a foreign key
    """

    kind: Literal["table", "column", "type", "named", "over", "foreign"]
    table: Name
    name: str
    position: Position
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Code that was read: its DDL as one script, and its marks. `whole` is the place of what no mark tells."""

    framework: Framework
    ddl: str
    marks: tuple[Mark, ...]
    whole: Position
    files: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        """The mapper's name for people."""
        return TITLES[self.framework]

    @property
    def unseen(self) -> tuple[str, ...]:
        """Constructs (of `orm.project.CONSTRUCTS`) that the toolchain's DDL never has."""
        return _UNSEEN[self.framework]

    def joins(self, made: Relational) -> frozenset[Name]:
        """The tables of `made`, what the code makes, that it has for many-to-many relations and no model of. Tortoise
        gives a key to every other."""
        if self.framework != "tortoise":
            return frozenset()
        return frozenset(one.name for one in made.tables if one.primary_key is None)

    @property
    def unique_is(self) -> str:
        """What the mapper makes of every unique key: "index", "constraint", "" for what the models say."""
        return {"prisma": "index", "tortoise": "constraint"}.get(self.framework, "")


class Places:
    """The marks of code, asked by what the catalogue has."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        """The first mark of a thing counts."""
        self._tables: dict[Name, Position] = {}
        self._columns: dict[tuple[Name, str], Position] = {}
        self._named: dict[tuple[Name, str], Position] = {}
        self._over: dict[tuple[Name, frozenset[str], bool], Position] = {}
        self._types: dict[Name, Position] = {}
        for one in marks:
            if one.kind == "table":
                self._tables.setdefault(one.table, one.position)
            elif one.kind == "column":
                self._columns.setdefault((one.table, one.name), one.position)
            elif one.kind == "named":
                self._named.setdefault((one.table, one.name), one.position)
            elif one.kind in ("over", "foreign"):
                key = (one.table, frozenset(one.columns), one.kind == "foreign")
                self._over.setdefault(key, one.position)
            else:
                self._types.setdefault(Name(schema=one.table.schema, name=one.name), one.position)

    def exact(self, ref: ObjectRef) -> Position | None:
        """The place of exactly this object, by its name alone."""
        name = Name(schema=ref.schema, name=ref.name)
        if ref.kind in ("type", "domain"):
            return self._types.get(name)
        if ref.kind == "column":
            return self._columns.get((name, ref.sub))
        return self._named.get((name, ref.sub)) if ref.sub else self._tables.get(name)

    def of(self, ref: ObjectRef) -> Position | None:
        """The place of an object by its name alone; for a part of a table that has none, of the table."""
        return self.exact(ref) or (self._tables.get(Name(schema=ref.schema, name=ref.name)) if ref.sub else None)

    def over(self, table: Name, name: str, columns: Sequence[str], *, foreign: bool) -> Position | None:
        """The place of a constraint (a foreign key: `foreign`) or an index: by its name, its columns, else that of its
        column or its table."""
        found = self._named.get((table, name)) or self._over.get((table, frozenset(columns), foreign))
        if found is None and len(columns) == 1:
            found = self._columns.get((table, columns[0]))
        return found or self._tables.get(table)

    def positions(self, schema: Relational) -> Positions:
        """The place of everything in a catalogue that came of the code."""
        written: dict[ObjectRef, Written] = {}

        def put(ref: ObjectRef, position: Position | None) -> None:
            if position is not None:
                written[ref] = Written(position, -1)  # of no statement

        for table in schema.tables:
            at = table.name
            put(ObjectRef(kind="table", schema=at.schema, name=at.name), self._tables.get(at))
            for column in table.columns:
                ref = ObjectRef(kind="column", schema=at.schema, name=at.name, sub=column.name)
                put(ref, self._columns.get((at, column.name)) or self._tables.get(at))
            for kind, name, columns, foreign in _parts(table):
                ref = ObjectRef(kind=kind, schema=at.schema, name=at.name, sub=name)
                put(ref, self.over(at, name, columns, foreign=foreign))
                if kind == "index":
                    put(
                        ObjectRef(kind="index", schema=at.schema, sub=name), self.over(at, name, columns, foreign=False)
                    )
        for one in (*schema.types, *schema.views):
            place = self._types.get(one.name) or self._tables.get(one.name)
            for kind in ("type", "domain", "view"):
                put(ObjectRef(kind=kind, schema=one.name.schema, name=one.name.name), place)
        for sequence in schema.sequences:
            if sequence.owned_by is not None:
                ref = ObjectRef(kind="sequence", schema=sequence.name.schema, name=sequence.name.name)
                put(ref, self._columns.get(sequence.owned_by))
        return Positions(written)


def _parts(table: Table) -> Iterable[tuple[Literal["constraint", "index"], str, tuple[str, ...], bool]]:
    for one in table.constraints:
        yield "constraint", one.name, one.columns, isinstance(one, ForeignKey)
    for index in table.indexes:
        yield "index", index.name.name, index_columns(index), False


def index_columns(index: Index) -> tuple[str, ...]:
    """The columns that an index has as keys."""
    return tuple(key.column for key in index.keys if key.column is not None)


def shown(file: str | Path, home: Path) -> str:
    """A file as people name it: from the folder `home` where it lies in it."""
    try:
        return Path(file).resolve().relative_to(home.resolve()).as_posix()
    except ValueError:
        return str(file)
