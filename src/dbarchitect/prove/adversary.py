"""Small databases made to tell two queries apart: NULLs, duplicates, equal sort keys, empty tables, boundary values,
and the constants of the queries with their neighbours. Keys and foreign keys are kept as far as it is easy; the server
drops the rows that are left over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from dbarchitect.model.names import Name
from dbarchitect.model.rewrite import Row
from dbarchitect.model.schema import ForeignKey, PrimaryKey, Table, Unique

from .boundaries import INTEGERS, MOMENTS, days_around

_ROWS = (0, 1, 2, 2, 3, 3, 4, 5, 6, 8)
_NULLS = (0.0, 0.0, 0.15, 0.5)


@dataclass(frozen=True, slots=True)
class Pool:
    """What a column may hold: `usual` values of its type, and `near`: those beside it in the queries."""

    base: str
    usual: tuple[str, ...]
    near: tuple[str, ...]
    nullable: bool


@dataclass(frozen=True, slots=True)
class Used:
    """A table of the queries, with the columns that are filled; `keys`: its foreign keys to such tables."""

    table: Table
    columns: tuple[str, ...]
    keys: tuple[ForeignKey, ...]

    @property
    def alone(self) -> frozenset[str]:
        """Columns that are unique by themselves."""
        unique = [one.columns for one in self.table.constraints if isinstance(one, PrimaryKey | Unique)]
        unique += [tuple(k.text for k in one.keys) for one in self.table.indexes if one.unique and not one.predicate]
        return frozenset(columns[0] for columns in unique if len(columns) == 1)


Database = dict[Name, list[Row]]


def draw(
    used: Sequence[Used], pools: Mapping[tuple[Name, str], Pool], parameters: Sequence[Pool], dice: Random
) -> tuple[Database, tuple[str | None, ...]]:
    """A database, the rows of each table with its columns in their order, and values for parameters. Parents stand
    before their children."""
    palettes: dict[str, list[str]] = {}
    for pool in (*pools.values(), *parameters):
        if pool.base not in palettes and pool.usual:
            palettes[pool.base] = _palette(pool, dice)
    places = {one.table.name: {column: number for number, column in enumerate(one.columns)} for one in used}
    made: Database = {}
    for one in used:
        made[one.table.name] = _rows(one, made, places, pools, palettes, dice)
    values = tuple(_values(pool, palettes.get(pool.base, ()), 1, dice)[0] for pool in parameters)
    return made, values


def _palette(pool: Pool, dice: Random) -> list[str]:
    """A few values that many rows of a database share; moments often lie close to each other."""
    count = min(len(pool.usual), dice.choice((1, 2, 3, 4)))
    if pool.base in MOMENTS and dice.random() < 0.6:
        return days_around(dice.choice(pool.usual))
    return dice.sample(pool.usual, count)


def _rows(
    one: Used,
    made: Database,
    places: Mapping[Name, Mapping[str, int]],
    pools: Mapping[tuple[Name, str], Pool],
    palettes: Mapping[str, Sequence[str]],
    dice: Random,
) -> list[Row]:
    count = dice.choice(_ROWS)
    name = one.table.name
    columns: list[list[str | None]] = []
    for column in one.columns:
        pool = pools[name, column]
        if column in one.alone:
            columns.append(_distinct(pool, count, dice))
        else:
            columns.append(_values(pool, palettes.get(pool.base, ()), count, dice))
    rows: list[Row] = []
    for number in range(count):
        row = [values[number] for values in columns]
        for key in one.keys:
            parents = rows if key.target == name else made.get(key.target, [])
            nullable = [column for column in key.columns if pools[name, column].nullable]
            if not parents or (nullable and dice.random() < 0.2):
                for column in nullable[:1]:
                    row[places[name][column]] = None
                continue
            parent = dice.choice(parents[: dice.choice((1, 2, len(parents)))])
            for column, target in zip(key.columns, key.target_columns, strict=True):
                row[places[name][column]] = parent[places[key.target][target]]
        rows.append(tuple(row))
    dice.shuffle(rows)
    return rows


def _distinct(pool: Pool, count: int, dice: Random) -> list[str | None]:
    """Values of a column that is unique, so that no row is lost to it."""
    values = [*pool.near, *pool.usual]
    if pool.base in INTEGERS:
        values = [*map(str, range(1, 11)), *(pool.near if dice.random() < 0.3 else ())]
    values = list(dict.fromkeys(values))
    dice.shuffle(values)
    found: list[str | None] = [values[number % len(values)] if values else None for number in range(count)]
    if pool.nullable and dice.random() < 0.5:
        found = [None if dice.random() < 0.3 else value for value in found]
    return found


def _values(pool: Pool, palette: Sequence[str], count: int, dice: Random) -> list[str | None]:
    nulls = dice.choice(_NULLS) if pool.nullable else 0.0
    known = [value for value in palette if value in pool.usual or pool.base in MOMENTS] or list(pool.usual)
    near = list(pool.near)
    if near and dice.random() < 0.5:  # few of them, so that several rows have the same
        near = [near[int(len(near) * dice.random() ** 2)] for _ in range(3)]  # the first are the nearest
    found: list[str | None] = []
    for _ in range(count):
        die = dice.random()
        if die < nulls or not (known or near):
            found.append(None)
        elif near and dice.random() < 0.65:
            found.append(near[int(len(near) * dice.random() ** 2)])
        else:
            found.append(dice.choice(known if known and dice.random() < 0.8 else pool.usual or near))
    return found
