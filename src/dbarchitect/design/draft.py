"""Tables while they are being designed: what a draft holds becomes DDL (`statements`), queries and probes.

A draft knows of every constraint a value that breaks it, so that the proof need not guess one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .decision import Decision, Topic
from .shares import Spread

Deletion = Literal["CASCADE", "RESTRICT", "SET NULL"]
Form = Literal["adjacency", "closure", "ltree"]  # of a tree


@dataclass(slots=True, kw_only=True)
class Column:
    """A column. `sample`: a valid value as an SQL literal in which {n} is a number; `source`: the field it is of;
    `kept`: a trigger sets it, whatever is written."""

    name: str
    type: str
    sample: str
    not_null: bool = True
    default: str = ""
    generated: str = ""
    identity: bool = False
    comment: str = ""
    source: str = ""
    kept: bool = False
    width: float = 8.0  # bytes of an average value


@dataclass(slots=True, kw_only=True)
class Foreign:
    """A foreign key. `set_columns`: those that ON DELETE SET NULL empties, where it must not be all."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: Deletion
    set_columns: tuple[str, ...] = ()
    deferred: bool = False
    fixed: tuple[tuple[str, str], ...] = ()  # columns whose value the design gives: a discriminator
    role: str = ""
    entity: str = ""  # what it points at
    one: bool = False  # at most one row for each target
    carried: str = ""  # the entity whose key the last column is: the target's own reference, carried down


@dataclass(slots=True, kw_only=True)
class Check:
    """A CHECK. `bad`: values, by column, that break it and nothing else; empty where none is known."""

    name: str
    sql: str
    bad: tuple[tuple[str, str], ...] = ()
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Unique:
    """Columns or expressions that are not shared. With `predicate` or expressions it is a unique index."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    predicate: str = ""
    deferred: bool = False
    nulls_equal: bool = False  # NULLS NOT DISTINCT: rows without a parent are siblings too

    @property
    def is_index(self) -> bool:
        """Whether it has to be an index, because a constraint cannot say it."""
        return bool(self.predicate) or self.keys != self.columns


@dataclass(slots=True, kw_only=True)
class Exclude:
    """No two rows whose `same` columns are equal overlap in `ranges` (an expression over `columns`)."""

    name: str
    same: tuple[str, ...]
    ranges: str
    columns: tuple[str, ...]
    predicate: str = ""


@dataclass(slots=True, kw_only=True)
class Index:
    """An index that the design itself asks for. `keys` as they stand in the statement."""

    name: str
    keys: tuple[str, ...]
    method: str = "btree"
    predicate: str = ""
    options: str = ""
    why: str = ""


@dataclass(slots=True, kw_only=True)
class States:
    """The allowed ways of a choice from value to value, which a trigger enforces."""

    column: str
    values: tuple[str, ...]
    allowed: tuple[tuple[str, str], ...]
    initial: str
    trigger: str


@dataclass(slots=True, kw_only=True)
class Bound:
    """How many rows here may refer to the same row. `lacking`, `leaving`, `exceeding`: the triggers on the one that is
    referred to, on what goes and on what comes; "" where none is needed."""

    foreign: str
    least: int
    most: int | None
    lacking: str
    leaving: str
    exceeding: str
    said: str
    line: int = 0


@dataclass(slots=True, kw_only=True)
class Table:
    """A table. `triggers` are whole statements that come after all tables; `policy`: the condition on its rows."""

    name: str
    entity: str
    what: Literal["entity", "junction", "history", "closure"] = "entity"
    columns: list[Column] = field(default_factory=list[Column])
    key: tuple[str, ...] = ()
    foreigns: list[Foreign] = field(default_factory=list[Foreign])
    checks: list[Check] = field(default_factory=list[Check])
    uniques: list[Unique] = field(default_factory=list[Unique])
    excludes: list[Exclude] = field(default_factory=list[Exclude])
    indexes: list[Index] = field(default_factory=list[Index])
    triggers: list[str] = field(default_factory=list[str])
    states: list[States] = field(default_factory=list[States])
    bounds: list[Bound] = field(default_factory=list[Bound])
    guard: str = ""  # the column of a tree that must not lead back to itself
    hierarchy: Form = "adjacency"
    levels: float = 0.0  # of a tree: said, else assumed
    closure: str = ""  # the table of its pairs
    alternatives: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])  # exactly one of each is there
    tenant: str = ""  # the column that says whose row it is
    partitioned: str = ""  # the column
    partitions: tuple[tuple[str, str, str], ...] = ()  # name, from, to
    soft_delete: bool = False
    history: str = ""
    comment: str = ""

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((one for one in self.columns if one.name == name), None)

    def of(self, source: str) -> Column | None:
        """The column that holds a field."""
        return next((one for one in self.columns if one.source == source), None)

    def add(self, column: Column) -> Column:
        """Add a column, unless one of that name is there: that one is given back."""
        present = self.column(column.name)
        if present is not None:
            return present
        self.columns.append(column)
        return column


@dataclass(slots=True, kw_only=True)
class Draft:
    """A whole design. `by_entity` names the table of each entity; `functions` come before the triggers that call
    them; `spreads` tells of columns, by table and name, how rows are spread over their values."""

    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    by_entity: dict[str, str] = field(default_factory=dict[str, str])
    functions: dict[str, str] = field(default_factory=dict[str, str])
    extensions: set[str] = field(default_factory=set[str])
    decisions: list[Decision] = field(default_factory=list[Decision])
    fills: list[str] = field(default_factory=list[str])  # for rows that were made with triggers off
    spreads: dict[tuple[str, str], Spread] = field(default_factory=dict[tuple[str, str], Spread])
    tenant_setting: str = ""

    def table_of(self, entity: str) -> Table:
        """The table of an entity; of a kind without a table of its own, that of what it is a kind of."""
        return self.tables[self.by_entity[entity]]

    def decide(
        self, topic: Topic, about: str, what: str, why: str, *, instead: str = "", unless: str = "", line: int = 0
    ) -> None:
        """Record a decision."""
        self.decisions.append(
            Decision(topic=topic, about=about, what=what, why=why, instead=instead, unless=unless, line=line)
        )

    def in_order(self) -> list[Table]:
        """Tables so that those come first that others refer to, as far as there are no circles."""
        done: set[str] = set()
        ordered: list[Table] = []
        waiting = list(self.tables.values())
        while waiting:
            ready = [one for one in waiting if _needs(one) <= done] or waiting[:1]
            for one in ready:
                done.add(one.name)
                ordered.append(one)
            waiting = [one for one in waiting if one.name not in done]
        return ordered


def _needs(table: Table) -> set[str]:
    return {one.target for one in table.foreigns if one.target != table.name}
