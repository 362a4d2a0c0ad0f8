"""`dba vectors`: which index serves a column of vectors, measured on some of them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as with_fields
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from dbarchitect.engines.postgres.server.binaries import version_name
from dbarchitect.engines.postgres.vectors import ReadVectors, read_vectors
from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.proof import Proof
from dbarchitect.model.schema import Column, Index, Table
from dbarchitect.model.vectors import (
    CANDIDATES,
    Distance,
    FilteredTrial,
    IndexTrial,
    VectorAdvice,
    VectorColumn,
    written,
)
from dbarchitect.prove.vectors import FEWEST, Given, advise, candidates, index_sql
from dbarchitect.review.vectors import distance_of, is_vector, vector_indexes
from dbarchitect.sources import Source, open_source

from .kinds import admit
from .surroundings import WorkOptions, open_workshop, words_of_server

__all__ = ["VectorOptions", "vectors"]

_MOST_NUMBERS = 50_000_000  # of all vectors that are read: 200 MB
_MOST_DISTANCES = 60_000_000  # of all searches to all vectors: 240 MB
_NAME = 63  # bytes of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorOptions(WorkOptions):
    """Options of `vectors`.

    column    "table.column" (or "schema.table.column"), "" where there is but one
    k         neighbours a search wants; `target`: the share of them that must be found
    vectors   most that are read; `searches`: how many of them are set aside to search with
    distance  None: that of the index that is there, else the cosine's
    condition a column that searches are narrowed by
    words     a column of text that searches ask for words too
    latency_ms  an exact search that takes no longer needs no index
    """

    column: str = ""
    k: int = 10
    target: float = 0.95
    vectors: int = 50_000
    searches: int = 200
    distance: Distance | None = None
    condition: str = ""
    words: str = ""
    latency_ms: float = 5.0


def vectors(source: str, options: VectorOptions) -> VectorAdvice:
    """Advice on the index of vectors in a table of `source`, or in a file of NumPy's (`.npy`).

    Raises `InputError` where there are none, or too few.
    """
    admit("vectors", source)
    with open_workshop(options.pg_bin, options.cache, options.progress, scratch=options.server) as workshop:
        if Path(source).suffix == ".npy":
            name, table, given = source, None, _of_file(source, options)
        else:
            opened = open_source(source, workshop, data=options.data)
            name = opened.name
            table, column = _column(opened, options.column)
            given = _of_table(opened, table, column, options)
        found = advise(
            workshop.host,
            given,
            k=options.k,
            target=options.target,
            latency_ms=options.latency_ms,
            progress=options.progress,
        )
        version = workshop.host.version
    found = _with_statements(found, given, table)
    return replace(found, proof=_proof(found, name, version, options))


def _of_file(source: str, options: VectorOptions) -> Given:
    if options.column or options.condition or options.words or options.data:
        raise InputError(f"{source} is a file of vectors: it has no columns and no script", hint="name it alone")
    try:
        numbers = np.load(source, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as err:
        why = err.strerror if isinstance(err, OSError) and err.strerror else "it is no file of NumPy's"
        raise InputError(f"cannot read {source}: {why}", hint="numpy.save(file, matrix of rows x dimensions)") from err
    if numbers.ndim != 2 or numbers.dtype.kind not in "fiu" or not numbers.shape[1]:
        raise InputError(
            f"{source} is no matrix of numbers: its shape is {numbers.shape}, of {numbers.dtype}",
            hint="one vector a row",
        )
    rows = len(numbers)
    most = _most(numbers.shape[1], options)
    if rows > most:
        drawn = np.sort(np.random.default_rng(options.seed).choice(rows, most, replace=False))
        numbers = numbers[drawn]
    floats = np.array(numbers, dtype=np.float32)
    if not np.isfinite(floats).all():
        raise InputError(f"{source} holds numbers that are infinite or none (NaN)", hint="pgvector takes neither")
    read = ReadVectors(vectors=floats, labels=np.full(len(floats), -1, np.int32))
    of = VectorColumn(dimensions=floats.shape[1], rows=rows, sampled=0, distance=options.distance or "cosine")
    return _given(read, of, options)


def _column(opened: Source, asked: str) -> tuple[Table, Column]:
    """The table and column that were asked for, or the only ones there are."""
    found = [(table, column) for table in opened.schema.tables for column in table.columns if is_vector(column)]
    found = [(table, column) for table, column in found if table.partition_of is None]
    listed = ", ".join(f"{table.name.short}.{column.name}" for table, column in found[:8])
    if not found:
        raise InputError(
            f"{opened.name} has no column of vectors (pgvector's vector or halfvec)",
            hint="dba design or dba choose, for what one would be good for",
        )
    if not asked:
        if len(found) > 1:
            raise InputError(f"{opened.name} has {len(found)} columns of vectors: name one", hint=listed)
        return found[0]
    named = [
        one for one in found if asked in (f"{one[0].name.short}.{one[1].name}", f"{one[0].name}.{one[1].name}",
                                          f"{one[0].name.schema}.{one[0].name.name}.{one[1].name}", one[1].name)
    ]  # fmt: skip
    if len(named) != 1:
        raise InputError(f"{opened.name} has no column of vectors {asked}", hint=listed)
    return named[0]


def _of_table(opened: Source, table: Table, column: Column, options: VectorOptions) -> Given:
    facts = opened.schema.facts.tables.get(str(table.name)) if opened.schema.facts else None
    estimate = facts.rows if facts else None
    for asked in (options.condition, options.words):
        if asked and table.column(asked) is None:
            raise InputError(
                f"{table.name.short} has no column {asked}", hint=", ".join(one.name for one in table.columns[:12])
            )
    dimensions = max(column.type.modifier, 1)
    options.progress(f"reading vectors of {table.name.short}.{column.name}")
    with opened.rows() as connection:
        read = read_vectors(
            connection,
            table.name,
            column,
            most=_most(dimensions, options),
            estimate=estimate,
            label=options.condition or None,
            text=options.words or None,
        )
    there = vector_indexes(table, column)
    distance = options.distance or next((found for one in there if (found := distance_of(one))), "cosine")
    of = VectorColumn(
        table=str(table.name),
        column=column.name,
        type=column.type.name,
        extension=column.type.schema,
        dimensions=read.vectors.shape[1],
        rows=max(estimate or 0.0, float(len(read.vectors))),
        sampled=0,
        distance=distance,  # pyright: ignore[reportArgumentType] - one of review's distances
    )
    given = _given(read, of, options)
    return with_fields(given, yours=tuple(_yours(given.of, there, options.k)))


def _most(dimensions: int, options: VectorOptions) -> int:
    """How many vectors are read: memory is bounded, whatever their length."""
    return max(min(options.vectors, _MOST_NUMBERS // dimensions, _MOST_DISTANCES // options.searches), FEWEST)


def _given(read: ReadVectors, of: VectorColumn, options: VectorOptions) -> Given:
    """Some vectors set aside to search with, drawn at random; the rest to be searched."""
    numbers, labels, texts = read.vectors, read.labels, np.array(read.texts, dtype=object)
    unusable = 0
    if of.distance == "cosine":
        usable = np.einsum("ij,ij->i", numbers, numbers) > 0
        unusable = int(len(numbers) - usable.sum())
        numbers, labels = numbers[usable], labels[usable]
        texts = texts[usable] if len(texts) else texts
    order = np.random.default_rng(options.seed).permutation(len(numbers))
    searches = min(options.searches, len(numbers) // 5)
    queries, kept = numbers[order[:searches]], order[searches:]
    return Given(
        of=replace(of, sampled=len(kept), unusable=unusable),
        vectors=numbers[kept],
        queries=queries,
        labels=labels[kept],
        condition=options.condition,
        values=read.values,
        words=options.words,
        texts=tuple(texts[[*kept, *order[:searches]]]) if len(texts) else (),
    )


def _yours(of: VectorColumn, there: list[Index], k: int) -> Iterator[IndexTrial]:
    """The indexes that the source has, as trials; one of a kind that is not tried here is left out."""
    for index in there:
        opclass = index.keys[0].opclass if len(index.keys) == 1 else None
        if opclass is None or index.predicate:
            continue
        for one in candidates(of, k):
            if (one.method, one.opclass) == (index.method, opclass.name):
                given = {name: int(value) for name, value in index.options.items() if value.isdecimal()}
                defaults = one.options if index.method == "hnsw" else {"lists": 100}  # pgvector's own
                yield replace(one, name=f"your {index.name.name}", options=defaults | given, yours=True)


def _with_statements(found: VectorAdvice, given: Given, table: Table | None) -> VectorAdvice:
    """The advice with what is to be run on the source. Of a file it stands for a table `items`."""
    if found.chosen is None or found.search is None:
        return found
    of, trial = found.of, found.trials[found.chosen]
    search = trial.searches[found.search]
    key = table.primary_key if table is not None else None
    column = quote_identifier(of.column or "embedding")
    places = {
        "wanted": ", ".join(map(quote_identifier, key.columns)) if key else "id" if table is None else "*",
        "table": str(table.name) if table is not None else "items",
        "column": column,
        "vector": "$1",
        "ext": "" if of.extension == "public" else f"{quote_identifier(of.extension)}.",
    }
    way = None
    if found.filter is not None and found.filter.chosen is not None:
        way = found.filter.trials[found.filter.chosen]
    condition = quote_identifier(given.condition) if given.condition else ""
    query = written(
        way.query if way else trial.query, search.settings, **places, where=condition, value="$2" if way else ""
    )
    settings = {**search.settings, **(way.settings if way else {})}
    session = tuple(f"SET LOCAL {name} = {value}" for name, value in settings.items() if name != CANDIDATES)
    if found.needless:
        return replace(found, query=written(found.exact.query, {}, **places))
    made = list(_statements(found, given, trial, way, places, condition, table))
    up, down = tuple(one for one, _ in made), tuple(one for _, one in reversed(made))
    found = replace(found, query=query, session=session, up=up, down=down)
    if found.hybrid is None or key is None:
        return found
    text = quote_identifier(found.hybrid.column)
    words = written(found.hybrid.query, search.settings, **places, text=text, words="$2")
    return replace(found, hybrid=replace(found.hybrid, query=words))


def _statements(
    found: VectorAdvice,
    given: Given,
    trial: IndexTrial,
    way: FilteredTrial | None,
    places: dict[str, str],
    condition: str,
    table: Table | None,
) -> Iterator[tuple[str, str]]:
    """(what makes it, what takes it away again), one after the other."""
    if way is not None and way.kind == "partition":
        return  # a table is not made a partitioned one by a statement: the advice says it in words
    on = table.name if table is not None else Name(schema="", name="items")
    # On a partitioned table there is no such way.
    online = "" if table is not None and table.kind == "partitioned" else "CONCURRENTLY "
    base = f"{on.name}_{found.of.column or 'embedding'}"
    taken = {index.name.name for index in table.indexes} if table is not None else set[str]()

    def index(name: str, of: str) -> tuple[str, str]:
        free = _free(name, taken)
        made = f"CREATE INDEX {online}{quote_identifier(free)} ON {on} {of}"
        return made, f"DROP INDEX {online}{Name(schema=on.schema, name=free)}"

    if way is not None and way.kind == "partial":
        for number, value in enumerate(given.values, 1):
            limited = f" WHERE {condition} = {quote_literal(value).strip()}"
            yield index(f"{base}_{number}_idx", index_sql(trial, column=places["column"], ext=places["ext"]) + limited)
        return
    if not trial.yours and (way is None or way.kind != "first"):
        yield index(f"{base}_{found.of.distance}_idx", index_sql(trial, column=places["column"], ext=places["ext"]))
    if found.hybrid is not None:
        document = f"USING gin (to_tsvector('english', {quote_identifier(found.hybrid.column)}))"
        yield index(f"{on.name}_{found.hybrid.column}_words_idx", document)
    if way is not None and way.kind in ("btree", "first"):
        yield index(f"{on.name}_{given.condition}_idx", f"({condition})")


def _free(name: str, taken: set[str]) -> str:
    """A name of at most 63 bytes that no index of the table has."""
    found, number = name.encode()[:_NAME].decode(errors="ignore"), 1
    while found in taken:
        number += 1
        found = name.encode()[: _NAME - 3].decode(errors="ignore") + f"_{number}"
    taken.add(found)
    return found


def _proof(found: VectorAdvice, source: str, version: int, options: VectorOptions) -> Proof:
    rerun = ["dba", "vectors", source]
    if options.column:
        rerun.append(options.column)
    asked = (
        ("--k", options.k, 10),
        ("--recall", options.target, 0.95),
        ("--vectors", options.vectors, 50_000),
        ("--searches", options.searches, 200),
        ("--distance", options.distance, None),
        ("--where", options.condition, ""),
        ("--text", options.words, ""),
        ("--latency", options.latency_ms, 5.0),
        ("--seed", options.seed, 0),
    )
    for flag, value, default in asked:
        if value != default:
            rerun += [flag, str(value)]
    rerun += ["--data"] if options.data else []
    rerun += words_of_server(options.pg_bin, options.server)
    trial = found.trials[found.chosen] if found.chosen is not None else None
    search = trial.searches[found.search] if trial is not None and found.search is not None else None
    exact = found.exact.searches[0]
    return Proof(
        level="measured",
        method=f"{found.of.sampled:,} vectors indexed on a private server and searched with {found.searches} others of "
        "them; every distance was computed to know the true neighbours",
        holds=search is not None and search.recall >= found.target,
        before={"ms": round(exact.p50_ms, 3)},
        after={"ms": round(search.p50_ms, 3), "recall": round(search.recall, 4)} if search else {},
        environment={"server": version_name(version), **found.environment},
        rerun=shlex.join(rerun),
    )
