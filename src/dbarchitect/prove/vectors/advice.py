"""The experiment as a whole: exact search, indexes, growth with the rows, searches with a condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbarchitect.engines.postgres.server.host import Host
from dbarchitect.errors import InputError
from dbarchitect.model.vectors import (
    FilterAdvice,
    Forecast,
    HybridAdvice,
    IndexTrial,
    VectorAdvice,
    VectorColumn,
    named,
)

from .filtered import filtered
from .hybrid import hybrid
from .table import VectorTable
from .trials import candidates, choose, enough, exact, grown, half_recall, tried
from .truth import Floats, Truth

FEWEST = 500  # vectors: of fewer no search needs an index, and nothing could be said of one
_FAR = 20.0  # times the rows that were read: beyond, a forecast is a guess
_LEAST_LABELLED = 2

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Vectors to index and vectors to search with, of the same dimensions.

    labels  a number for each vector's value of the column `condition`, -1 for none; `values`: these, as text
    yours   the indexes that the source has
    texts   of the column `words`: those of the vectors, then those of the queries
    """

    of: VectorColumn
    vectors: Floats
    queries: Floats
    labels: NDArray[np.int32]
    condition: str = ""
    values: tuple[str, ...] = ()
    yours: tuple[IndexTrial, ...] = ()
    words: str = ""
    texts: tuple[str, ...] = ()


def advise(host: Host, given: Given, *, k: int, target: float, latency_ms: float, progress: Progress) -> VectorAdvice:
    """Measured on the vectors given; what is said of more rows is modelled. Where an exact search over all rows
    takes no longer than `latency_ms`, no index is needed.

    Raises `InputError` for too few vectors, `SurroundingsError` where the server has no pgvector.
    """
    of = given.of
    if len(given.vectors) < FEWEST:
        raise InputError(
            f"{len(given.vectors):,} vectors are too few to try indexes on; at least {FEWEST:,} are wanted",
            hint="an exact search over so few needs no index",
        )
    progress("computing every distance")
    truth = Truth(given.vectors, given.queries, of.distance)
    table = VectorTable(host, given.vectors, given.queries, kind=of.type, labels=given.labels)
    with closing(table):
        progress("searching without an index")
        plain = exact(table, truth, of.distance, k=k)
        halved = half_recall(given.vectors, given.queries, truth, of.distance, k) if of.type == "vector" else None
        growth = of.rows / len(given.vectors)
        all_ms = plain.searches[0].p50_ms * max(growth, 1.0)
        wanted = [one for one in candidates(of, k) if not any(_same(one, other) for other in given.yours)]
        trials = list(tried(table, truth, (*given.yours, *wanted), k=k, target=target, progress=progress))
        chosen = choose(trials, target)
        forecast: Forecast | None = None
        advised: FilterAdvice | None = None
        joined: HybridAdvice | None = None
        if chosen is not None:
            trial = trials[chosen[0]]
            forecast, search = _forecast(table, truth, trial, chosen[1], of, k, target, progress)
            chosen = chosen[0], search
            if given.condition and len(np.unique(given.labels[given.labels >= 0])) >= _LEAST_LABELLED:
                advised = filtered(
                    table,
                    truth,
                    trial,
                    trial.searches[search],
                    column=given.condition,
                    k=k,
                    target=target,
                    growth=max(growth, 1.0),
                    progress=progress,
                )
            if given.words:
                progress("searching by meaning and by words")
                joined = hybrid(table, truth, trial, trial.searches[search], given.texts, column=given.words, k=k)
        return VectorAdvice(
            of=of,
            k=k,
            target=target,
            searches=len(truth),
            exact=plain,
            exact_all_ms=all_ms,
            half_recall=halved,
            trials=tuple(trials),
            chosen=chosen[0] if chosen else None,
            search=chosen[1] if chosen else None,
            forecast=forecast,
            filter=advised,
            hybrid=joined,
            verdict=_verdict(of, trials, chosen, forecast, all_ms, all_ms <= latency_ms, k, target),
            notes=tuple(_notes(of, given, trials, forecast, halved, target)),
            needless=all_ms <= latency_ms,
            environment={"pgvector": table.extension},
        )


def _forecast(
    table: VectorTable,
    truth: Truth,
    trial: IndexTrial,
    search: int,
    of: VectorColumn,
    k: int,
    target: float,
    progress: Progress,
) -> tuple[Forecast | None, int]:
    """What is to be expected of all rows, and the setting that reaches the target there."""
    if of.rows <= of.sampled * 1.05:
        return None, search
    growth = grown(table, truth, trial, k=k, progress=progress)
    wanted = enough(growth, trial.searches, of.rows, target)
    search = max(search, len(trial.searches) - 1 if wanted is None else wanted)
    return growth.forecast(search, of.rows), search


def _same(one: IndexTrial, other: IndexTrial) -> bool:
    return (one.method, one.opclass, one.options) == (other.method, other.opclass, other.options)


def _verdict(
    of: VectorColumn,
    trials: Sequence[IndexTrial],
    chosen: tuple[int, int] | None,
    forecast: Forecast | None,
    all_ms: float,
    needless: bool,
    k: int,
    target: float,
) -> str:
    if needless:
        return f"no index is needed: an exact search over {of.rows:,.0f} vectors takes {all_ms:,.1f} ms"
    if chosen is None:
        best = max((one.recall for trial in trials for one in trial.searches), default=0.0)
        return (
            f"no index finds {target:.1%} of the {k} nearest in these vectors (the best {best:.1%}): search exactly, "
            "or ask for less"
        )
    trial, search = trials[chosen[0]], trials[chosen[0]].searches[chosen[1]]
    said = (
        f"{trial.name} with {named(search.settings)} finds {search.recall:.1%} of the {k} nearest in "
        f"{search.p50_ms:,.1f} ms among {of.sampled:,} vectors"
    )
    if forecast is not None:
        said += f"; among all {of.rows:,.0f} {forecast.recall_low:.1%} to {forecast.recall:.1%} are to be expected"
    return said


def _notes(
    of: VectorColumn,
    given: Given,
    trials: Sequence[IndexTrial],
    forecast: Forecast | None,
    halved: float | None,
    target: float,
) -> list[str]:
    notes: list[str] = []
    for trial in trials:
        if trial.yours and trial.searches:
            first = trial.searches[0]
            notes.append(f"the index that is there finds {first.recall:.1%} with {named(first.settings)}")
    if halved is not None and halved >= max(target, 0.99):
        notes.append(
            f"a column of halfvec would take half the room: an exact search over it still gives "
            f"{halved:.1%} of the neighbours"
        )
    if of.unusable:
        notes.append(f"{of.unusable:,} zero vectors have no direction and were left out: searches never find them")
    if forecast is not None and forecast.recall_low < target:
        notes.append(f"with all rows the target of {target:.1%} may be missed: measure again on more (--vectors)")
    if forecast is not None and of.rows > _FAR * of.sampled:
        notes.append(f"there are {of.rows / of.sampled:,.0f} times more rows than were read: read more with --vectors")
    if len(given.queries) < 100:
        notes.append(f"only {len(given.queries)} searches: a recall is known to about a tenth")
    return notes
