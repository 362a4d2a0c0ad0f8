"""Searches with a condition: which ways find what there is.

An index of vectors gives its nearest rows first and the condition is asked afterwards: where few rows meet it, less
than was asked for comes back, and nothing says so (pgvector's README, "Filtering").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np
import psycopg
from msgspec.structs import replace

from dbarchitect.model.vectors import CANDIDATES, FilterAdvice, FilteredClass, FilteredTrial, IndexTrial, Search

from .table import VectorTable, figures
from .trials import create_sql
from .truth import Truth

_AT = (0.0, 0.5, 0.99)  # of the rows, the values with many rows first
_SEARCHES = 30  # of each way for each value
_PLANNED = ("force_custom_plan", "force_generic_plan")
_FEW_VALUES = 20  # so many indexes, one a value, are still kept by people
_MANY_PARTITIONS = 1000  # "a few thousand" partitions plan well (PostgreSQL's documentation, 5.12.6)

_READS_ALL = ("", "v_f")  # no index of vectors: every row of the value is compared

Progress = Callable[[str], None]


def filtered(
    table: VectorTable,
    truth: Truth,
    trial: IndexTrial,
    search: Search,
    *,
    column: str,
    k: int,
    target: float,
    growth: float,
    progress: Progress,
) -> FilterAdvice:
    """The ways to search with `column = value`, where the index of `trial` stands and is searched under `search`.

    `growth`: how many times more rows the whole table has: what reads all rows of a value takes so much longer there.
    """
    values = _values(table)
    count = len(np.unique(table.labels[table.labels >= 0]))
    advice = FilterAdvice(column=column, values=count)
    table.run(create_sql(trial, "v_chosen", "v"))
    try:
        found = list(_ways(table, truth, trial, search, values, count, k, progress))
    finally:
        table.run("DROP INDEX v_chosen")
    fails = any(one.returned < 0.95 * one.wanted for one in found[0].classes)
    good = [
        (max(one.p95_ms * (growth if one.index in _READS_ALL else 1.0) for one in way.classes), position)
        for position, way in enumerate(found)
        if way.classes and all(one.recall >= target for one in way.classes)
    ]
    # What needs nothing more goes before what is a little faster.
    plain = [one for one in good if one[1] == 0]
    chosen = min(plain or good)[1] if good else None
    return replace(advice, trials=tuple(found), chosen=chosen, fails=fails)


def _values(table: VectorTable) -> list[int]:
    """The labels that are tried: the commonest, the one of the middle row, and a rare one."""
    counts = Counter[int](table.labels[table.labels >= 0].tolist()).most_common()
    reached = list(accumulate(count for _, count in counts))
    at = [next(place for place, so_far in enumerate(reached) if so_far >= share * reached[-1]) for share in _AT]
    return list(dict.fromkeys(counts[place][0] for place in at))


def _ways(
    table: VectorTable,
    truth: Truth,
    trial: IndexTrial,
    search: Search,
    values: Sequence[int],
    count: int,
    k: int,
    progress: Progress,
) -> Iterator[FilteredTrial]:
    settings = search.settings
    plain = trial.query.replace("FROM {table}", "FROM {table} WHERE {where} = {value}")

    def seen(way: FilteredTrial, name: str = "v") -> FilteredTrial:
        progress(f"searching with a condition: {way.name}")
        told = {**settings, **way.settings}
        try:
            classes = tuple(_seen(table, truth, way.query, told, value, k, name) for value in values)
        except (psycopg.errors.InvalidName, psycopg.errors.UndefinedObject) as err:  # a pgvector before 0.8
            return replace(way, refused=err.diag.message_primary or str(err).strip())
        return replace(way, classes=classes)

    yield seen(FilteredTrial(kind="alone", name="the index alone", query=plain))
    if CANDIDATES not in settings:
        for order in ("strict_order", "relaxed_order") if trial.method == "hnsw" else ("relaxed_order",):
            iterative = {f"{trial.method}.iterative_scan": order}
            name = f"iterative scan, {order.replace('_', ' ')}"
            query = plain if order == "strict_order" else _in_order(plain)
            yield seen(FilteredTrial(kind="iterative", name=name, settings=iterative, query=query))
    built = table.run("CREATE INDEX v_f ON v (f)")
    size = table.size("v_f")
    try:
        beside = FilteredTrial(kind="btree", name="with a B-tree on the condition's column", query=plain, build_s=built)
        yield seen(replace(beside, size_bytes=size))
        first = FilteredTrial(
            kind="first",
            name="the condition first, then every distance",
            query=_condition_first(trial, k),
            build_s=built,
        )
        yield seen(replace(first, size_bytes=size))
    finally:
        table.run("DROP INDEX v_f")
    if count <= _FEW_VALUES:
        yield _partial(table, trial, values, plain, seen)
    if 1 < count <= _MANY_PARTITIONS:
        yield _partitioned(table, trial, values, plain, seen)


def _in_order(query: str) -> str:
    """A search whose scan gives rows a little out of order, sorted once more. `+ 0`: else PostgreSQL from 17 on takes
    the rows for sorted already (pgvector's README, Iterative Index Scans)."""
    head, _, rest = query.partition(" FROM ")
    order = rest.rpartition(" ORDER BY ")[2].rpartition(" LIMIT ")[0]
    near = f"WITH near AS MATERIALIZED ({head}, {order} AS vector_distance FROM {rest})"
    return f"{near} {head} FROM near ORDER BY vector_distance + 0"


def _condition_first(trial: IndexTrial, k: int) -> str:
    """A search that may not use the index of vectors: the rows of the value are taken first."""
    order = trial.query.rpartition(" ORDER BY ")[2].rpartition(" LIMIT ")[0]
    inner = "SELECT {wanted}, {column} FROM {table} WHERE {where} = {value}"
    return f"WITH chosen AS MATERIALIZED ({inner}) SELECT {{wanted}} FROM chosen ORDER BY {order} LIMIT {k}"


def _partial(
    table: VectorTable,
    trial: IndexTrial,
    values: Sequence[int],
    query: str,
    seen: Callable[[FilteredTrial], FilteredTrial],
) -> FilteredTrial:
    # A plan of a prepared statement that is made once for all values can use no index of one value.
    way = FilteredTrial(
        kind="partial", name="an index for each value", query=query, settings={"plan_cache_mode": "force_custom_plan"}
    )
    built, size = 0.0, 0
    names = [f"v_only_{value}" for value in values]
    try:
        for name, value in zip(names, values, strict=True):
            built += table.run(f"{create_sql(trial, name, 'v')} WHERE f = {value}")
            size += table.size(name)
        return seen(replace(way, build_s=built, size_bytes=size))
    finally:
        for name in names:
            table.run(f"DROP INDEX IF EXISTS {name}")


def _partitioned(
    table: VectorTable,
    trial: IndexTrial,
    values: Sequence[int],
    query: str,
    seen: Callable[[FilteredTrial, str], FilteredTrial],
) -> FilteredTrial:
    way = FilteredTrial(kind="partition", name="a partition for each value, each with its index", query=query)
    table.run("CREATE TABLE p (LIKE v) PARTITION BY LIST (f)")
    try:
        for value in values:
            table.run(f"CREATE TABLE p_{value} PARTITION OF p FOR VALUES IN ({value})")
        table.run("CREATE TABLE p_rest PARTITION OF p DEFAULT")
        table.run("INSERT INTO p SELECT * FROM v")
        built = table.run(create_sql(trial, "p_index", "p"))
        table.run("ANALYZE p")
        return seen(replace(way, build_s=built, size_bytes=table.size("p_index")), "p")
    finally:
        table.run("DROP TABLE p")


def _seen(
    table: VectorTable, truth: Truth, query: str, settings: Mapping[str, str], value: int, k: int, name: str
) -> FilteredClass:
    """The searches for rows of one value: planned anew for each, and by one plan for all values, as a driver's prepared
    statements are after a few runs. What is told is the worse of the two."""
    modes = [settings] if "plan_cache_mode" in settings else [{**settings, "plan_cache_mode": one} for one in _PLANNED]
    ways = [_planned(table, truth, query, mode, value, k, name) for mode in modes]
    return min(ways, key=lambda one: (round(one.recall, 2), -one.p95_ms))


def _planned(
    table: VectorTable, truth: Truth, query: str, settings: Mapping[str, str], value: int, k: int, name: str
) -> FilteredClass:
    among = table.labels == value
    which = range(min(_SEARCHES, len(truth)))
    ran = table.searched(query, settings, which=which, table=name, label=value)
    scored = [truth.recall(number, one.ids, k, among) for number, one in zip(which, ran, strict=True)]
    return FilteredClass(
        share=float(among.mean()),
        wanted=float(np.mean([wanted for _, wanted in scored])),
        **figures(ran, [share for share, _ in scored]),
        index=next(iter(table.indexes_used(query, settings, table=name, label=value)), ""),
    )
