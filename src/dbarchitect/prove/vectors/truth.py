"""Which rows are the nearest, by computing every distance; and how many of them a search gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dbarchitect.model.vectors import Distance

Floats = NDArray[np.float32]

_CELLS = 64_000_000  # of one block, 4 bytes each
_EQUAL = 1e-5  # of a distance: sums in another order differ by that


class Truth:
    """The distances of `queries` (rows of a matrix) to all `vectors`."""

    def __init__(self, vectors: Floats, queries: Floats, distance: Distance) -> None:
        self._distances = _distances(vectors, queries, distance)

    def __len__(self) -> int:
        return len(self._distances)

    def nearest(self, query: int, k: int) -> list[int]:
        """The `k` nearest rows of one query, in no order."""
        distances = self._distances[query]
        return [int(one) for one in np.argpartition(distances, min(k, len(distances)) - 1)[:k]]

    def head(self, rows: int) -> Truth:
        """The same for the first `rows` vectors alone."""
        part = Truth.__new__(Truth)
        part._distances = self._distances[:, :rows]
        return part

    def recall(
        self, query: int, found: Sequence[int], k: int, among: NDArray[np.bool_] | None = None
    ) -> tuple[float, int]:
        """(share of the `k` nearest rows that are in `found`, how many there were to find), for one query. Rows as near
        as the last of them count as one of them. `among`: the rows that the search was about."""
        distances: Any = self._distances[query]
        mine = distances if among is None else distances[among]
        wanted = min(k, len(mine))
        if not wanted:
            return 1.0, 0
        last = float(np.partition(mine, wanted - 1)[wanted - 1])
        limit = last + abs(last) * _EQUAL + _EQUAL * 1e-2
        near = sum(1 for row in dict.fromkeys(found) if distances[row] <= limit)
        return min(near, wanted) / wanted, wanted


def _distances(vectors: Floats, queries: Floats, distance: Distance) -> Floats:
    if distance == "cosine":
        return 1 - _units(queries) @ _units(vectors).T
    if distance == "ip":
        return -(queries @ vectors.T)
    if distance == "l2":
        squares = np.einsum("ij,ij->i", vectors, vectors)
        found = squares[None, :] - 2 * (queries @ vectors.T) + np.einsum("ij,ij->i", queries, queries)[:, None]
        return np.sqrt(np.maximum(found, 0))
    rows = [np.empty(0, np.float32)] * len(queries)
    step = max(1, _CELLS // max(vectors.shape[1], 1))
    for number, query in enumerate(queries):
        parts = [np.abs(vectors[start : start + step] - query).sum(axis=1) for start in range(0, len(vectors), step)]
        rows[number] = np.concatenate(parts)
    return np.stack(rows)


def _units(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
