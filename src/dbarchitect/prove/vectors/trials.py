"""The indexes that are tried on a sample of vectors, and which of them is chosen.

How pgvector's indexes are made and searched: its README (https://github.com/pgvector/pgvector). Nothing is promised
from tables of figures: on vectors without structure the index that finds 99 of 100 elsewhere finds 9.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
from msgspec.structs import replace

from dbarchitect.model.vectors import CANDIDATES, Distance, Forecast, IndexTrial, Search, VectorColumn
from dbarchitect.review.vectors import LONGEST, OPERATORS

from .table import VectorTable, searches
from .truth import Floats, Truth

_EF = (40, 100, 200, 400, 800)  # hnsw.ef_search; 40 is the default
_PROBES = (1, 3, 10, 30, 100)
_RERANKED = (4, 10, 20, 40)  # times k: how many candidates of a binary index are compared in full
_MOST_EF = 1000  # pgvector's own limit of hnsw.ef_search
_BIT_LONGEST = 64_000  # dimensions of a bit index
_BIT_FEWEST = 128  # below, a bit a dimension says too little
_LISTS_FEWEST = 10
_EXACT_SEARCHES = 20
_PERFECT = 0.9995  # from here on a more thorough search cannot show a gain with a few hundred searches
_SLOW_BUILD_S = 240  # after a build that took longer, none with twice the links is tried
_WORTH = 2.0  # times the fastest search: within that the smaller index is chosen
# The chosen index is built at these shares of the sample too, to see how it changes with the rows.
_SHARES = (0.25, 0.5)
_CANDIDATES = f"{{{CANDIDATES}}}"

Progress = Callable[[str], None]


def exact(table: VectorTable, truth: Truth, distance: Distance, *, k: int) -> IndexTrial:
    """The search without an index."""
    trial = IndexTrial(name="no index", query=_query("{column}", OPERATORS[distance], k))
    which = range(min(_EXACT_SEARCHES, len(truth)))
    return replace(trial, searches=(searches(table, truth, trial, {}, k=k, which=which),))


def half_recall(vectors: Floats, queries: Floats, truth: Truth, distance: Distance, k: int) -> float:
    """The share of the true neighbours that an exact search over numbers of half precision gives."""
    coarse = Truth(vectors.astype(np.float16).astype(np.float32), queries, distance)
    return float(np.mean([truth.recall(one, coarse.nearest(one, k), k)[0] for one in range(len(truth))]))


def candidates(of: VectorColumn, k: int) -> list[IndexTrial]:
    """The indexes to try, the usual ones first."""
    kind, dimensions, distance = of.type, of.dimensions, of.distance
    operator = OPERATORS[distance]
    found: list[IndexTrial] = []
    plain = dimensions <= LONGEST[kind]
    if plain:
        found.append(hnsw("HNSW", "{column}", f"{kind}_{distance}_ops", _query("{column}", operator, k)))
    if kind == "vector" and dimensions <= LONGEST["halfvec"]:
        cast = f"::{{ext}}halfvec({dimensions})"
        query = _query(f"(({{column}}){cast})", operator, k, cast=cast)
        found.append(hnsw("HNSW at half precision", f"(({{column}}){cast})", f"halfvec_{distance}_ops", query))
    if kind == "vector" and distance in ("cosine", "ip") and _BIT_FEWEST <= dimensions <= _BIT_LONGEST:
        key = f"(({{ext}}binary_quantize({{column}}))::bit({dimensions}))"
        # The cast: a parameter has no type of its own, and the function is there for halfvec too
        sought = "{ext}binary_quantize({vector}::{ext}vector)"
        near = f"SELECT {{wanted}}, {{column}} FROM {{table}} ORDER BY {key} <~> {sought} LIMIT {_CANDIDATES}"
        query = f"SELECT {{wanted}} FROM ({near}) AS near ORDER BY {{column}} {operator} {{vector}} LIMIT {k}"
        found.append(hnsw("HNSW over one bit a dimension, compared again", key, "bit_hamming_ops", query))
    if plain and distance != "l1":  # IVFFlat has no operator class for it
        lists = max(round(of.sampled / 1000 if of.sampled <= 1e6 else math.sqrt(of.sampled)), _LISTS_FEWEST)
        found.append(
            IndexTrial(
                name=f"IVFFlat, {lists} lists",
                method="ivfflat",
                key="{column}",
                opclass=f"{kind}_{distance}_ops",
                options={"lists": lists},
                query=_query("{column}", operator, k),
            )
        )
    return found


def hnsw(name: str, key: str, opclass: str, query: str, *, m: int = 16, ef_construction: int = 64) -> IndexTrial:
    """An HNSW index to try; without options that of pgvector's defaults."""
    options = {"m": m, "ef_construction": ef_construction}
    return IndexTrial(name=name, method="hnsw", key=key, opclass=opclass, options=options, query=query)


def _denser(trial: IndexTrial) -> IndexTrial:
    """The same index with twice the links and a more thorough build, for vectors that the usual one serves badly."""
    options = {"m": 2 * trial.options["m"], "ef_construction": 4 * trial.options["ef_construction"]}
    return replace(trial, name=f"{trial.name}, denser", options=options, build_s=None, size_bytes=None, searches=())


def _query(key: str, operator: str, k: int, *, cast: str = "") -> str:
    return f"SELECT {{wanted}} FROM {{table}} ORDER BY {key} {operator} {{vector}}{cast} LIMIT {k}"


def index_sql(trial: IndexTrial, *, column: str, ext: str = "") -> str:
    """What follows the table's name in the statement that makes a trial's index. `column` is quoted; `ext`: the schema
    of pgvector with its point, "" where the search path has it."""
    options = ", ".join(f"{option} = {value}" for option, value in trial.options.items())
    key = trial.key.format(column=column, ext=ext)
    return f"USING {trial.method} ({key} {ext}{trial.opclass})" + (f" WITH ({options})" if options else "")


def create_sql(trial: IndexTrial, name: str, table: str) -> str:
    """The statement that makes the index on a table of ours."""
    return f"CREATE INDEX {name} ON {table} {index_sql(trial, column='embedding')}"


def tried(
    table: VectorTable, truth: Truth, trials: Sequence[IndexTrial], *, k: int, target: float, progress: Progress
) -> Iterator[IndexTrial]:
    """Each index built, searched, and dropped again. Where none of HNSW's reaches the target, denser ones too."""
    reached = False
    for trial in trials:
        found = _tried(table, truth, trial, k=k, progress=progress)
        reached = reached or any(one.recall >= target for one in found.searches)
        yield found
        denser = trial.method == "hnsw" and not trial.yours and _CANDIDATES not in trial.query
        if denser and not reached and not found.refused and (found.build_s or 0.0) <= _SLOW_BUILD_S:
            yield _tried(table, truth, _denser(trial), k=k, progress=progress)


def _tried(table: VectorTable, truth: Truth, trial: IndexTrial, *, k: int, progress: Progress) -> IndexTrial:
    progress(f"building and searching: {trial.name}")
    try:
        built = table.run(create_sql(trial, "v_tried", "v"))
    except psycopg.Error as err:
        return replace(trial, refused=err.diag.message_primary or str(err).strip())
    try:
        found: list[Search] = []
        for settings in settings_of(trial, k):
            found.append(searches(table, truth, trial, settings, k=k, which=range(len(truth))))
            if found[-1].recall >= _PERFECT:
                break
        return replace(trial, build_s=built, size_bytes=table.size("v_tried"), searches=tuple(found))
    finally:
        table.run("DROP INDEX v_tried")


def settings_of(trial: IndexTrial, k: int) -> Iterator[dict[str, str]]:
    """The settings to search an index with, from the quickest on."""
    if _CANDIDATES in trial.query:
        for one in sorted({min(times * k, _MOST_EF) for times in _RERANKED}):
            yield {CANDIDATES: str(one), "hnsw.ef_search": str(max(one, _EF[0]))}
    elif trial.method == "hnsw":
        yield from ({"hnsw.ef_search": str(one)} for one in _EF if one >= min(k, _EF[-1]))
    else:
        lists = trial.options["lists"]  # all of them probed would be an exact search
        yield from ({"ivfflat.probes": str(one)} for one in _PROBES if one == 1 or one <= lists // 2)


def choose(trials: Sequence[IndexTrial], target: float) -> tuple[int, int] | None:
    """(index, search) of the choice: of what reaches `target` the smallest whose search takes at most twice as long as
    the fastest; None where nothing does."""
    good = [
        (position, number, trial.size_bytes or 0, search.p50_ms)
        for position, trial in enumerate(trials)
        for number, search in enumerate(trial.searches)
        if search.recall >= target
    ]
    if not good:
        return None
    fastest = min(ms for *_, ms in good)
    position, number, *_ = min(
        (one for one in good if one[3] <= _WORTH * fastest), key=lambda one: (one[2], one[3], one[0])
    )
    return position, number


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How an index changes with the rows: built at parts of the sample, for `forecast`.

    sizes   rows of each part, the last one all of the sample
    parts   what each setting found there
    built   seconds
    size    bytes of the index on all of the sample
    judged  neighbours that a search could have missed, in all
    """

    sizes: tuple[int, ...]
    parts: tuple[tuple[Search, ...], ...]
    built: tuple[float, ...]
    size: int
    judged: int

    def forecast(self, search: int, rows: float) -> Forecast:
        """The setting `search` of the index with `rows` rows. Time and misses grow as they did from part to part, along
        a line over the logarithm of the rows, and misses at worst along one of their odds too; the size grows with
        the rows. Measured on 50,000 embeddings and on vectors without structure: benchmarks/vectors.py."""
        sizes = np.log(np.array(self.sizes, dtype=float))
        here = [one[search] for one in self.parts]
        step = math.log(rows) - float(sizes[-1])
        misses = 1 - np.array([one.recall for one in here])
        missed = float(misses[-1]) + max(float(np.polyfit(sizes, misses, 1)[0]), 0.0) * step
        seen = np.maximum(misses, 0.5 / self.judged)  # a sample that missed none does not say that none are missed
        odds = np.log(seen / (1 - np.minimum(seen, 1 - 0.5 / self.judged)))
        worst = float(odds[-1]) + max(float(np.polyfit(sizes, odds, 1)[0]), 0.0) * step
        most_missed = max(1 / (1 + math.exp(-worst)), missed)
        times = np.array([one.p50_ms for one in here])
        longer = max(float(np.polyfit(sizes, times, 1)[0]), 0.0) * step
        growth = np.polyfit(sizes, np.log(np.maximum(self.built, 1e-3)), 1)[0]
        return Forecast(
            rows=rows,
            recall=max(1 - missed, 0.0),
            recall_low=max(1 - most_missed, 0.0),
            p50_ms=here[-1].p50_ms + longer,
            size_bytes=round(self.size * rows / self.sizes[-1]),
            build_s=self.built[-1] * math.exp(max(float(growth), 1.0) * step),
            sizes=self.sizes,
        )


def grown(table: VectorTable, truth: Truth, trial: IndexTrial, *, k: int, progress: Progress) -> Growth:
    """Build and search the index on parts of the sample. `trial`: what it gave on all of it."""
    rows = len(table.vectors)
    sizes = (*(max(int(share * rows), 1) for share in _SHARES), rows)
    parts: list[tuple[Search, ...]] = []
    built: list[float] = []
    for size in sizes[:-1]:
        progress(f"building {trial.name} on {size:,} vectors")
        table.load("part", size)
        try:
            built.append(table.run(create_sql(trial, "part_tried", "part")))
            fewer = truth.head(size)
            which = range(len(truth))
            settings = [one.settings for one in trial.searches]
            parts.append(tuple(searches(table, fewer, trial, one, k=k, which=which, name="part") for one in settings))
        finally:
            table.run("DROP TABLE part")
    return Growth(
        sizes=sizes,
        parts=(*parts, trial.searches),
        built=(*built, trial.build_s or 0.0),
        size=trial.size_bytes or 0,
        judged=len(truth) * k,
    )


def enough(growth: Growth, searches: Sequence[Search], rows: float, target: float) -> int | None:
    """The quickest setting that reaches the target with `rows` rows also where misses grow at their worst."""
    return next((one for one in range(len(searches)) if growth.forecast(one, rows).recall_low >= target), None)
