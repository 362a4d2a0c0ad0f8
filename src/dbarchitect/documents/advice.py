"""Which index serves a query: candidates by the rule of equality, sort, range and its exception, and what each would
examine, counted on sampled documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from dbarchitect.model.documents import AskedQuery, DocumentIndex
from dbarchitect.model.documents_advice import Candidate, IndexAdvice

from .counting import Asked, Counted, Index, Keys, Sort, scan, walk
from .matching import Condition, NotCountedError, Ordering, conditions_of, paths_of

MOST_PATHS = 5  # of one index that is proposed
_GAIN = 1.2  # times: for less an index that is there is kept


@dataclass(frozen=True)
class Sampled:
    """Sampled documents of a collection that has `documents` of them. `made`: indexes over them, each built once."""

    rows: Sequence[Mapping[str, Any]]
    documents: int
    indexes: tuple[DocumentIndex, ...]
    made: dict[Keys, Index | None] = field(default_factory=dict[Keys, "Index | None"])

    @property
    def times(self) -> float:
        """How many documents one of the sample stands for."""
        return max(1.0, self.documents / len(self.rows)) if self.rows else 1.0


def advise(query: AskedQuery, found: Mapping[str, Any], limit: int, sampled: Sampled, order: Ordering) -> IndexAdvice:
    """The best index for one query beside those that are there and the walk through the collection."""
    try:
        asked = Asked(conditions_of(found, order), query.sort, limit)
    except NotCountedError as err:
        return IndexAdvice(query=query, refused=str(err))
    if not asked.conditions and not asked.sort:
        return IndexAdvice(query=query, refused="it asks for all documents: no index serves that")
    if not sampled.rows:
        return IndexAdvice(query=query, refused="the collection has no documents")
    now = [_candidate(walk(sampled.rows, asked, order), "collection", sampled, asked)]
    for one in sampled.indexes:
        keys = tuple((path, way) for path, way in one.keys if isinstance(way, int))
        # Partial, sparse and collated ones serve only queries that say so: they are left out.
        if len(keys) != len(one.keys) or one.partial or one.sparse or one.collation or one.hidden:
            continue
        counted = _counted(keys, sampled, asked, order)
        if counted is not None and keys[0][0] in _asked_paths(asked):
            now.append(_candidate(counted, one.name, sampled, asked))
    made: dict[Keys, Candidate] = {}
    for name, keys in candidates(asked.conditions, asked.sort):
        if keys not in made and all(tuple(one.keys) != keys for one in sampled.indexes):
            counted = _counted(keys, sampled, asked, order)
            if counted is not None:
                made[keys] = _candidate(counted, name, sampled, asked)
    best_now = min(now, key=lambda one: one.work)
    tried = tuple(sorted(made.values(), key=lambda one: (one.work, len(one.keys))))
    best = tried[0] if tried and tried[0].work * _GAIN < best_now.work else None
    return IndexAdvice(
        query=query,
        returned=best_now.returned,
        now=best_now,
        best=best,
        tried=tried,
        sampled=len(sampled.rows),
        documents=sampled.documents,
    )


def candidates(conditions: Sequence[Condition], sort: Sort) -> list[tuple[str, Keys]]:
    """(rule, keys) of indexes worth counting: ESR, its exception ERS, and their beginnings."""
    equal = tuple((path, 1) for path in paths_of(conditions, "equality"))[:MOST_PATHS]
    ranged = list(paths_of(conditions, "range"))[: MOST_PATHS - 2]
    fixed = {path for path, _ in equal}
    sorts = tuple((path, way) for path, way in sort if path not in fixed)
    found: list[tuple[str, Keys]] = [("E", equal), ("ES", _joined(equal, sorts))]
    for some in permutations(ranged):
        rest = tuple((path, 1) for path in some)
        found += [
            ("ESR", _joined(equal, sorts, rest)),
            ("ERS", _joined(equal, rest, sorts)),
            ("ER", _joined(equal, rest)),
            ("ER", _joined(equal, rest[:1])),
            ("ERS", _joined(equal, rest[:1], sorts)),
        ]
    named: dict[Keys, str] = {}
    for name, keys in found:
        if keys:
            named.setdefault(keys, name)
    return [(name, keys) for keys, name in named.items()]


def consolidated(advice: Sequence[IndexAdvice]) -> tuple[tuple[str, Keys], ...]:
    """The indexes to make for all queries: those that are the beginning of another are left out."""
    wanted = list(dict.fromkeys((one.query.collection, one.best.keys) for one in advice if one.best is not None))
    return tuple(
        (collection, keys)
        for collection, keys in wanted
        if not any(other != keys and where == collection and other[: len(keys)] == keys for where, other in wanted)
    )


def _joined(*parts: Keys) -> Keys:
    found: dict[str, int] = {}
    for part in parts:
        for path, way in part:
            found.setdefault(path, way)
    return tuple(found.items())


def _asked_paths(asked: Asked) -> set[str]:
    return {one.path for one in asked.conditions} | {path for path, _ in asked.sort}


def _counted(keys: Keys, sampled: Sampled, asked: Asked, order: Ordering) -> Counted | None:
    if keys not in sampled.made:
        try:
            sampled.made[keys] = Index(keys, sampled.rows, order)
        except ValueError:  # no index can have these keys
            sampled.made[keys] = None
    index = sampled.made[keys]
    return None if index is None else scan(index, sampled.rows, asked, order)


def _candidate(counted: Counted, name: str, sampled: Sampled, asked: Asked) -> Candidate:
    """What was counted in the sample, carried to the whole collection: a scan that the limit ended stays as it is."""
    times = 1.0 if counted.stopped else sampled.times
    if not counted.stopped and asked.limit and not counted.sorted and counted.found:
        times = min(times, max(1.0, asked.limit / len(counted.found)))
    returned = len(counted.found) if counted.stopped else len(counted.found) * sampled.times
    projected = Counted(
        counted.index,
        round(counted.keys * times),
        round(counted.documents * times),
        round(counted.sorted * times),
        counted.stopped,
        (),
    )
    return Candidate(
        name=name,
        keys=counted.index or (),
        sampled_keys=counted.keys,
        sampled_documents=counted.documents,
        keys_examined=projected.keys,
        documents_examined=projected.documents,
        sorted=projected.sorted,
        returned=round(min(returned, asked.limit or returned)),
        work=projected.work,
    )
