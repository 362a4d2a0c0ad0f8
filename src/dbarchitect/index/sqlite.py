"""Indexes that could help a query on SQLite: B-trees on columns or expressions, whole or partial, covering or not."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index, IndexKey, Table

_COVERED = 6  # columns of an index that answers a query alone: a wider one is half a copy of the table
_FEW = 64  # a column of so few values is a status: one of its values can be a condition

Keys = tuple[tuple[str, str, bool], ...]  # (column or expression, collation, descending)


def proposed(
    table: Table,
    *,
    equal: Mapping[str, tuple[str, str | None]],
    ranged: Mapping[str, str],
    orders: Sequence[Sequence[tuple[str, bool]]],
    used: Sequence[str],
    expressions: Sequence[str],
    distinct: Mapping[str, float],
    width: int = 4,
    include: bool = True,
) -> tuple[Index, ...]:
    """Candidates for what one query asks of `table`. `equal`: collation and constant by column; `ranged`: collation."""
    keys = list(dict.fromkeys(_keys(table, equal, ranged, orders, expressions, distinct, width)))
    whole = [index for index in table.indexes if index.predicate is None]
    own = {tuple((key.text, key.descending) for key in index.keys) for index in whole}
    found: list[Index] = []
    for one in keys:
        plain = tuple((text, down) for text, _, down in one)
        if plain not in own:
            found.append(_index(table, one))
        columns = [text for text, _, _ in one]
        rest = [name for name in used if name not in columns and not _is_rowid(table, name)]
        if include and rest and len(columns) + len(rest) <= _COVERED and all(name in used for name in columns):
            found.append(_index(table, (*one, *((name, "", False) for name in sorted(rest)))))
    for column, (_, constant) in equal.items():
        if constant is None or not 0 < distinct.get(column, 0) <= _FEW:
            continue
        for one in keys[:8]:
            rest_keys = tuple(key for key in one if key[0] != column)
            if rest_keys:
                found.append(_index(table, rest_keys, f"{column} = {constant}"))
    return tuple({one.name: one for one in found}.values())


def _is_rowid(table: Table, column: str) -> bool:
    return table.sqlite is not None and table.sqlite.rowid_alias == column


def _keys(
    table: Table,
    equal: Mapping[str, tuple[str, str | None]],
    ranged: Mapping[str, str],
    orders: Sequence[Sequence[tuple[str, bool]]],
    expressions: Sequence[str],
    distinct: Mapping[str, float],
    width: int,
) -> Iterator[Keys]:
    same = [
        (column, equal[column][0], False)
        for column in sorted(equal, key=lambda name: -distinct.get(name, 0.0))
        if not _is_rowid(table, column)
    ]
    bounds = [(column, collation, False) for column, collation in ranged.items() if not _is_rowid(table, column)]
    for one in (*same, *bounds):
        yield (one,)
    yield from itertools.permutations(same[:4], 2)
    if len(same) > 2:
        yield tuple(same[:width])
    for bound in bounds:
        for count in range(1, min(len(same), width - 1) + 1):
            yield (*same[:count], bound)
    for order in orders:
        wanted = [(column, "", down) for column, down in order if not _is_rowid(table, column)]
        if wanted and wanted[0][2] and all(down for _, _, down in wanted):
            wanted = [(column, collation, False) for column, collation, _ in wanted]  # it is read backwards
        rest = [one for one in wanted if one[0] not in equal]
        if rest:
            yield tuple(rest[:width])
            for count in range(1, min(len(same), width - 1) + 1):
                yield tuple([*same[:count], *rest][: width + 1])
    for text in expressions:
        yield ((text, "", False),)
        for one in same[:2]:
            yield (one, (text, "", False))


def _index(table: Table, keys: Keys, predicate: str | None = None) -> Index:
    columns = {one.name for one in table.columns}
    made = tuple(
        IndexKey(
            column=text if text in columns else None,
            expression=None if text in columns else text,
            collation=Name(schema="", name=collation) if collation else None,
            descending=down,
        )
        for text, collation, down in keys
    )
    parts = [text if text in columns else text.partition("(")[0] for text, _, _ in keys[:3]]
    plain = len(keys) <= 3 and predicate is None and all(key.column and not key.descending for key in made)
    if not plain or any(key.collation for key in made):  # else two of one name could differ
        parts.append(hashlib.sha256(repr((table.name.name, keys, predicate)).encode()).hexdigest()[:6])
    name = "_".join((table.name.name, *parts, "idx"))
    return Index(name=Name(schema="", name=name), table=table.name, keys=made, predicate=predicate)
