"""Search by meaning and by words at once: both lists are made by their own index, and joined by the rank in each.

The score of a row is the sum of 1 / (60 + its rank) over the lists: reciprocal rank fusion, with the constant of
Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dbarchitect.model.vectors import HybridAdvice, IndexTrial, Search

from .table import VectorTable
from .trials import create_sql
from .truth import Truth

_LIST = 40  # rows of each list, at least
_WORDS = 3  # of a text that is searched with
_SEARCHES = 40
_LANGUAGE = "english"


def hybrid(
    table: VectorTable, truth: Truth, trial: IndexTrial, search: Search, texts: Sequence[str], *, column: str, k: int
) -> HybridAdvice:
    """The joined search, run with the vectors and the rarer words of texts that were set aside. `texts`: those of the
    table's rows, then those of the searches."""
    rows = len(table.vectors)
    table.words(texts[:rows])
    query = _query(trial, k)
    built = table.run(f"CREATE INDEX v_words ON v USING gin (to_tsvector('{_LANGUAGE}', body))")
    table.run(create_sql(trial, "v_chosen", "v"))
    try:
        table.run("ANALYZE v")
        words = [_words(one) for one in texts[rows:]][: min(_SEARCHES, len(truth))]
        which = [number for number, one in enumerate(words) if one]
        ran = [
            one
            for number in which
            for one in table.searched(query, search.settings, which=[number], words=words[number])
        ]
        used = table.indexes_used(query, search.settings, words=words[which[0]]) if which else ()
        size = table.size("v_words")
    finally:
        table.run("DROP INDEX v_words, v_chosen")
    times = [one.milliseconds for one in ran] or [0.0]
    return HybridAdvice(
        column=column,
        query=query,
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        searches=len(which),
        size_bytes=size,
        build_s=built,
        words_index="v_words" in used,
        vectors_index="v_chosen" in used,
    )


def _words(text: str) -> str:
    """The longest words of a text: the rarer ones, mostly."""
    found = {one.lower() for one in text.split() if one.isalpha() and one.isascii()}
    return " or ".join(sorted(found, key=lambda one: (-len(one), one))[:_WORDS])


def _query(trial: IndexTrial, k: int) -> str:
    listed = max(_LIST, k)
    head, _, order = trial.query.rpartition(" LIMIT ")[0].rpartition(" ORDER BY ")
    near = f"{head.replace('{wanted}', '{wanted}, ' + order + ' AS far', 1)} ORDER BY {order} LIMIT {listed}"
    document = f"to_tsvector('{_LANGUAGE}', {{text}})"
    worded = (
        f"SELECT {{wanted}}, ts_rank_cd({document}, sought) AS score FROM {{table}}, "
        f"websearch_to_tsquery('{_LANGUAGE}', {{words}}) AS sought WHERE {document} @@ sought "
        f"ORDER BY score DESC LIMIT {listed}"
    )
    return (
        f"SELECT {{wanted}} FROM (SELECT {{wanted}}, row_number() OVER (ORDER BY far) AS place FROM ({near}) AS near "
        f"UNION ALL SELECT {{wanted}}, row_number() OVER (ORDER BY score DESC) FROM ({worded}) AS worded) AS found "
        f"GROUP BY {{wanted}} ORDER BY sum(1.0 / (60 + place)) DESC LIMIT {k}"
    )
