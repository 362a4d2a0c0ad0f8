"""Which index serves a column of vectors: what was measured on some of its rows, and what follows for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .proof import ASSERTED, Proof
from .value import Value

Distance = Literal["cosine", "l2", "ip", "l1"]
FilterWay = Literal["alone", "iterative", "btree", "first", "partial", "partition"]

CANDIDATES = "candidates"  # no setting of the server: how many rows of a coarse index are compared in full


class VectorColumn(Value, frozen=True, kw_only=True):
    """What the vectors are of. `table` and `column` are "" where they came from a file.

    rows     of the whole table, as far as known
    sampled  that were read; `unusable`: of these without a direction (zero vectors), left out
    """

    table: str = ""
    column: str = ""
    type: str = "vector"
    extension: str = "public"
    dimensions: int
    rows: float
    sampled: int
    unusable: int = 0
    distance: Distance = "cosine"


class Search(Value, frozen=True, kw_only=True):
    """Searches under one setting (`hnsw.ef_search`, ...; none: the server's default).

    recall    the share of the true neighbours that came, over all searches
    returned  rows a search gave, on average
    p50_ms, p95_ms  of a search, as the client saw it
    """

    settings: dict[str, str] = {}
    recall: float
    returned: float
    p50_ms: float
    p95_ms: float


class IndexTrial(Value, frozen=True, kw_only=True):
    """An index that was built on the sample and searched.

    name      for people; `key`: what stands in the index, `method`, `options`, `opclass`: how it is made
    query     the search with places for what `written` fills in
    refused   why it could not be built, in the server's words
    yours     the source has this index already
    """

    name: str
    method: str = ""
    key: str = ""
    opclass: str = ""
    options: dict[str, int] = {}
    query: str
    build_s: float | None = None
    size_bytes: int | None = None
    searches: tuple[Search, ...] = ()
    refused: str = ""
    yours: bool = False


class Forecast(Value, frozen=True, kw_only=True):
    """What is to be expected with more rows than were read: modelled from the index at three sizes of the sample.

    recall_low, recall  the share of the nearest that is found lies between: the odds of a miss grow by a factor with
                        each doubling of the rows (vectors without structure), misses by an amount (embeddings)
    """

    rows: float
    recall: float
    recall_low: float
    p50_ms: float
    size_bytes: int
    build_s: float
    sizes: tuple[int, ...]


class FilteredClass(Value, frozen=True, kw_only=True):
    """A value of the filter's column by its share of the rows, and what searches within it gave.

    wanted  rows that there are to find, at most k; `index`: the one that the plan used, "" for none
    """

    share: float
    wanted: float
    returned: float
    recall: float
    p50_ms: float
    p95_ms: float
    index: str = ""


class FilteredTrial(Value, frozen=True, kw_only=True):
    """One way to search among the rows of one value. `build_s`, `size_bytes`: of what it needs beside the index."""

    kind: FilterWay
    name: str
    settings: dict[str, str] = {}
    query: str
    build_s: float = 0.0
    size_bytes: int = 0
    classes: tuple[FilteredClass, ...] = ()
    refused: str = ""


class FilterAdvice(Value, frozen=True, kw_only=True):
    """How to search with a condition on `column`. `fails`: with the index alone searches come back short, unseen."""

    column: str
    values: int
    trials: tuple[FilteredTrial, ...] = ()
    chosen: int | None = None
    fails: bool = False


class HybridAdvice(Value, frozen=True, kw_only=True):
    """Search by meaning and by words at once: `query` with places for what `written` fills in, times of so many
    `searches`, the size and build of the index of words, and whether the plan used both indexes."""

    column: str
    query: str
    p50_ms: float
    p95_ms: float
    searches: int
    size_bytes: int
    build_s: float
    words_index: bool
    vectors_index: bool


class VectorAdvice(Value, frozen=True, kw_only=True):
    """The answer. `chosen`: of `trials`, None where none is needed or none is good enough; `search`: of its searches.

    target  recall that was asked for; `searches` were run for each setting, for `k` neighbours
    exact   the search without an index, which reads every vector; `exact_all_ms`: with all rows, modelled
    half_recall  of an exact search when every number is kept at half precision, None where not asked
    needless     an exact search over all rows is as quick as one by an index
    up, down     statements for the source; `query`: the search to be written
    """

    of: VectorColumn
    k: int
    target: float
    searches: int
    exact: IndexTrial
    exact_all_ms: float
    half_recall: float | None = None
    trials: tuple[IndexTrial, ...] = ()
    chosen: int | None = None
    search: int | None = None
    forecast: Forecast | None = None
    filter: FilterAdvice | None = None
    hybrid: HybridAdvice | None = None
    verdict: str
    notes: tuple[str, ...] = ()
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    query: str = ""
    environment: dict[str, str] = {}
    proof: Proof = ASSERTED
    needless: bool = False

    @property
    def good(self) -> bool:
        """Whether searches reach the target, with an index or because none is needed."""
        return self.needless or (self.chosen is not None and (self.filter is None or self.filter.chosen is not None))


def named(settings: Mapping[str, str]) -> str:
    """Settings as people read them."""
    return ", ".join(f"{name.rpartition('.')[2]} {value}" for name, value in settings.items())


def written(
    query: str,
    settings: Mapping[str, str],
    *,
    wanted: str,
    table: str,
    column: str,
    vector: str,
    value: str = "",
    where: str = "",
    text: str = "",
    words: str = "",
    ext: str = "",
) -> str:
    """A search of a trial over a table. All parts are SQL.

    wanted  the columns; `column` that of the vectors, `vector` what is sought
    where   the filter's column, `value` its value; `text` the column of texts, `words` what is sought in it
    ext     the schema of pgvector with its point, "" where the search path has it
    """
    return query.format(
        wanted=wanted,
        table=table,
        column=column,
        vector=vector,
        value=value,
        where=where,
        text=text,
        words=words,
        ext=ext,
        candidates=settings.get(CANDIDATES, ""),
    )
