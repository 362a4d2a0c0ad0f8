"""What the online forms are made of: a draft that pairs each step with its way back, names, and common steps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from itertools import chain
from typing import Any

from msgspec.structs import replace

from dbarchitect.migrate.backfill import loop
from dbarchitect.model.change import AddConstraint, Change, DropConstraint
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.plan import LOCKS, Backfill, Effects, Lock, Step
from dbarchitect.model.schema import Check, Column, Index, NotNull, Relational, Table, View
from dbarchitect.model.value import Value
from dbarchitect.sql.parse import columns_of

Ddl = Callable[[Change], tuple[str, ...]]

_LONGEST = 63  # bytes of a name; the server cuts longer ones off
# Below deadlock_timeout (1 s): where two tables are locked against the order in which a writer takes them, this side
# gives up before the server chooses a victim, which might be the writer.
SEVERAL_TABLES_MS = 200


class Phase(Value, frozen=True, kw_only=True):
    """Steps after which the database can stay as it is for as long as it takes to deploy the application.

    name  "expand": old code goes on working, new code works too; "contract": what only old code needs is gone
    why   what has to be true before it may run
    """

    name: str
    why: str = ""
    up: tuple[Step, ...]
    down: tuple[Step, ...] = ()


class Draft:
    """Steps in the order in which they run, each with the steps that take it back."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._up: list[Step] = []
        self._down: list[tuple[Step, ...]] = []

    def add(self, step: Step, *undo: Step) -> None:
        """One more step; `undo` takes it back and may be several steps, or none where nothing stays of it."""
        self._up.append(replace(step, change=self._change))
        self._down.append(tuple(replace(one, undoes=len(self._up)) for one in undo))

    def phase(self, name: str, why: str = "") -> Phase:
        """What was drafted, with the way back in its order."""
        return Phase(name=name, why=why, up=tuple(self._up), down=tuple(chain.from_iterable(reversed(self._down))))


def joined(phases: Iterable[Phase]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Several phases as one migration: its steps up, and its steps down."""
    up: tuple[Step, ...] = ()
    down: tuple[Step, ...] = ()
    for phase in phases:
        down = (*(replace(step, undoes=step.undoes + len(up)) for step in phase.down), *down)
        up += phase.up
    return up, down


def transaction(does: str, sql: Iterable[str], locks: dict[Name, Lock] | None = None, **fields: Any) -> Step:
    """Statements in one transaction, and the locks that they take on tables that exist. Several strong ones are taken
    at the beginning, in the order given: a writer mostly meets the table that is pointed at before the one that points.
    """
    known = locks or {}
    strong = [name for name, lock in known.items() if lock in ("SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE")]
    statements = tuple(sql)
    if len(strong) > 1:
        fields.setdefault("lock_timeout_ms", SEVERAL_TABLES_MS)
        mode = max((known[name] for name in strong), key=LOCKS.index)
        statements = (f"LOCK TABLE {', '.join(map(str, strong))} IN {mode} MODE", *statements)
    effects = Effects(locks={str(name): lock for name, lock in known.items()}, scans=fields.pop("scans", ()))
    return Step(sql=statements, does=does, effects=effects, **fields)


def concurrently(does: str, sql: str, table: Name, *, builds: bool) -> Step:
    """CREATE or DROP INDEX CONCURRENTLY: it waits for others, and nobody waits for it."""
    effects = Effects(
        locks={str(table): "SHARE UPDATE EXCLUSIVE"},
        scans=(str(table),) if builds else (),
        builds=(str(table),) if builds else (),
    )
    return Step(sql=(sql,), does=does, transactional=False, lock_timeout_ms=0, effects=effects)


def fill(does: str, backfill: Backfill, *, why: str, hazards: tuple[str, ...] = ()) -> Step:
    """A backfill as a step."""
    effects = Effects(locks={str(backfill.table): "ROW EXCLUSIVE"}, scans=(str(backfill.table),))
    return Step(
        sql=(loop(backfill),),
        does=does,
        why=why,
        transactional=False,
        backfill=backfill,
        lock_timeout_ms=0,
        effects=effects,
        hazards=hazards,
    )


def validate(table: Name, constraint: str, *, also: Name | None = None, offenders: str = "") -> Step:
    """VALIDATE CONSTRAINT: reads the table, lets everybody write. `also`: the table that a foreign key points at."""
    locks: dict[Name, Lock] = {table: "SHARE UPDATE EXCLUSIVE"}
    scans = [str(table)]
    if also is not None:
        locks.setdefault(also, "ROW SHARE")
        scans.append(str(also))
    return transaction(
        f"check the rows of {table.short} against {quote_identifier(constraint)}",
        (f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote_identifier(constraint)}",),
        locks,
        scans=tuple(dict.fromkeys(scans)),
        lock_timeout_ms=0,
        offenders=offenders,
    )


def analyze(table: Name, why: str) -> Step:
    """ANALYZE."""
    return transaction(
        f"gather statistics of {table.short}", (f"ANALYZE {table}",), {table: "SHARE UPDATE EXCLUSIVE"},
        why=why, lock_timeout_ms=0,
    )  # fmt: skip


def not_null(
    draft: Draft, table: Name, column: str, *, name: str, check: str, major: int, ddl: Ddl, undo: bool = True
) -> None:
    """NOT NULL by way of a constraint that is checked without blocking anybody: on 18 that constraint is itself the
    NOT NULL, called `name`; before, a check called `check` lets SET NOT NULL believe without reading."""
    quoted = quote_identifier(column)
    offenders = f"SELECT * FROM {table} WHERE {quoted} IS NULL"
    why = "added without looking at the rows that are there, which are checked in the next step"
    if major >= 18:
        constraint = NotNull(name=name, columns=(column,), validated=False)
        dropped = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote_identifier(name)}"
    else:
        constraint = Check(name=check, columns=(column,), expression=f"{quoted} IS NOT NULL", validated=False)
        dropped = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote_identifier(check)}"
    back = transaction(f"let {table.short}.{quoted} be empty again", (dropped,), {table: "ACCESS EXCLUSIVE"})
    draft.add(
        transaction(
            f"no more empty values in {table.short}.{quoted}",
            ddl(AddConstraint(table=table, constraint=constraint)),
            {table: "ACCESS EXCLUSIVE"},
            why=why,
        ),
        *([back] if undo else []),
    )
    draft.add(validate(table, constraint.name, offenders=offenders))
    if major < 18:
        draft.add(
            transaction(
                f"{table.short}.{quoted} is NOT NULL",
                (
                    f"ALTER TABLE {table} ALTER COLUMN {quoted} SET NOT NULL",
                    *ddl(DropConstraint(table=table, constraint=constraint)),
                ),
                {table: "ACCESS EXCLUSIVE"},
                why="the check that holds already says so: no row is read",
            ),
            *(
                [
                    transaction(
                        f"{table.short}.{quoted} is nullable again",
                        (f"ALTER TABLE {table} ALTER COLUMN {quoted} DROP NOT NULL",),
                        {table: "ACCESS EXCLUSIVE"},
                    )
                ]
                if undo
                else []
            ),
        )


def walking_key(table: Table) -> tuple[str, ...]:
    """Columns of a unique index over NOT NULL columns, by which a backfill walks the table; () without one."""
    required = {column.name for column in table.columns if column.not_null}
    primary = table.primary_key
    for index in sorted(
        table.indexes, key=lambda one: (primary is None or one.constraint != primary.name, len(one.keys))
    ):
        names = [key.column for key in index.keys]
        plain = index.unique and index.valid and index.predicate is None and index.method == "btree"
        deferrable = any(one.name == index.constraint and one.deferrable for one in table.constraints)
        if plain and not deferrable and all(name in required for name in names):
            return tuple(name for name in names if name is not None)
    return ()


def fitted(*parts: str, taken: Collection[str] = ()) -> str:
    """The parts joined by underscores, as a name of at most 63 bytes that is not `taken`; the same for the same."""
    whole = "_".join(parts)
    name = whole
    number = 0
    while len(name.encode()) > _LONGEST or name in taken:
        mark = hashlib.sha256(f"{whole} {number}".encode()).hexdigest()[:8]
        name = whole.encode()[: _LONGEST - len(mark) - 1].decode("utf-8", "ignore") + f"_{mark}"
        number += 1
    return name


def server_name(table: str, column: str, label: str) -> str:
    """The name that the server gives to a constraint of a column by itself: the longer part is cut first."""
    first, second = table.encode(), column.encode()
    room = _LONGEST - len(label.encode()) - 2
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    return f"{first.decode('utf-8', 'ignore')}_{second.decode('utf-8', 'ignore')}_{label}"


def relation_names(schema: Relational, within: str) -> set[str]:
    """Names of relations in one schema: tables, indexes, sequences and views share them."""
    relations: list[Table | View] = [*schema.tables, *schema.views]
    found = {one.name.name for one in relations if one.name.schema == within}
    found |= {index.name.name for one in relations for index in one.indexes if index.name.schema == within}
    return found | {one.name.name for one in schema.sequences if one.name.schema == within}


def bare(column: Column, name: str) -> Column:
    """`column` under another name, without what makes it refuse or invent values."""
    return replace(column, name=name, not_null=False, default=None, identity=None, inherited=False)


def index_columns(index: Index) -> frozenset[str]:
    """All columns that an index reads."""
    found = {key.column for key in index.keys if key.column is not None} | set(index.include)
    for text in [*(key.expression for key in index.keys), index.predicate]:
        if text is not None:
            found |= set(columns_of(text))
    return frozenset(found)
