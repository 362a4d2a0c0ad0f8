"""Functional dependencies that a table's rows show: candidates for a person to confirm, never facts.

For each left side the rows are sorted by it once. A dependency with error g3 (Kivinen and Mannila, 1995: the least
share of rows to remove so that it holds) leaves at most 2 * g3 * rows places where neighbours within a group differ
on the right, which one pass of comparisons counts: only what passes is measured exactly. So 20 x 19 pairs over 100,000
rows cost little more than 20 sorts.

What makes a dependency look true that is not, and how it is kept out:

- NULL says nothing: rows with a NULL on either side are left out of that pair.
- A value that occurs once determines everything: only groups of at least two rows count as support.
- A column that is nearly always the same is "determined" by everything: the left side must remove nine tenths of the
  error that guessing the commonest value makes (Goodman and Kruskal's lambda, 1954, at least 0.9).
- Few rows prove little: no exception in n rows bounds the rate of exceptions to 3/n with 95 % confidence (rule of
  three), so 1 % needs 300 rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

MOST_ERROR = 0.01
FEWEST_ROWS = 300
_LEAST_LAMBDA = 0.9
_LEAST_CHANCE = 10.0  # repetitions; by Poisson none happens then with probability e**-10
_FEWEST_GROUPS = 3  # with fewer, a coincidence of two long stretches would do


class Found(NamedTuple):
    """`left` determines `right` in the rows but for a share `error` (g3) of them. `groups` of at least two rows that
    agree on the left hold `rows` rows, which is the support. `rights`: distinct values on the right."""

    left: tuple[str, ...]
    right: str
    error: float
    groups: int
    rows: int
    rights: int


class FoundKey(NamedTuple):
    """Columns whose values never repeat together, in `rows` rows without NULL. `chance`: how many repetitions to expect
    if the values of the columns were combined by chance (for one column: infinite)."""

    columns: tuple[str, ...]
    rows: int
    chance: float


def discover(
    columns: Mapping[str, Codes],
    *,
    lefts: int = 1,
    most_error: float = MOST_ERROR,
    fewest_rows: int = FEWEST_ROWS,
    most_pairs: int = 200,
) -> tuple[Found, ...]:
    """Dependencies between `columns` with left sides of one column. Arrays of one length:
    equal values are equal numbers from 0 on, NULL is -1.

    With `lefts` 2 also those of two columns of which neither alone determines the right, from at most `most_pairs`
    left sides. By left side and right.
    """
    names = sorted(columns)
    if not names:
        return ()
    kinds = {name: int(columns[name].max(initial=-1)) + 1 for name in names}
    found: list[Found] = []
    for name in names:
        if kinds[name] >= 2:
            found += _determined((name,), columns[name], names, columns, kinds, most_error, fewest_rows)
    if lefts >= 2:
        known = {(one.left[0], one.right) for one in found}
        tried = [pair for pair in combinations(names, 2) if all(kinds[one] >= 2 for one in pair)]
        for first, second in tried[:most_pairs]:
            if (first, second) in known or (second, first) in known:
                continue  # as good as one of them alone
            both = (columns[first] >= 0) & (columns[second] >= 0)
            pair = np.where(both, columns[first] * kinds[second] + columns[second], -1)
            rights = [name for name in names if not {(first, name), (second, name)} & known]
            found += _determined((first, second), pair, rights, columns, kinds, most_error, fewest_rows)
    return tuple(sorted(found, key=lambda one: (len(one.left), one.left, one.right)))


def discover_keys(
    columns: Mapping[str, Codes], *, fewest_rows: int = FEWEST_ROWS, most_pairs: int = 60
) -> tuple[FoundKey, ...]:
    """Columns, and pairs of columns of which neither is a key, that never repeat; the pairs with the fewest possible
    combinations are tried, at most `most_pairs`.

    A pair counts only if by chance at least ten repetitions were to be expected (of the pairs of rows that agree on the
    one column, as large a share as agrees on the other among all): that there are none is then no accident.
    """
    found: list[FoundKey] = []
    alike: dict[str, float] = {}  # pairs of rows that agree
    kinds: dict[str, int] = {}
    for name in sorted(columns):
        codes = columns[name]
        rows = len(codes)
        if rows < fewest_rows or codes.min() < 0:
            continue
        counts = np.bincount(codes)
        if len(counts) == rows:
            found.append(FoundKey((name,), rows, float("inf")))
        elif len(counts) > 1:
            alike[name], kinds[name] = float((counts * (counts - 1)).sum()) / 2, len(counts)
    pairs = [
        (kinds[first] * kinds[second], first, second)
        for first, second in combinations(sorted(alike), 2)
        if kinds[first] * kinds[second] >= len(columns[first])
    ]
    for _, first, second in sorted(pairs)[:most_pairs]:
        rows = len(columns[first])
        chance = alike[first] * alike[second] / (rows * (rows - 1) / 2)
        if chance < _LEAST_CHANCE:
            continue
        both = np.sort(columns[first] * kinds[second] + columns[second])
        if not np.any(both[1:] == both[:-1]):
            found.append(FoundKey((first, second), rows, chance))
    return tuple(found)


def _determined(
    left: tuple[str, ...],
    codes: Codes,
    rights: Sequence[str],
    columns: Mapping[str, Codes],
    kinds: Mapping[str, int],
    most_error: float,
    fewest_rows: int,
) -> list[Found]:
    """What `left`, with the given `codes`, determines of `rights`."""
    order = np.argsort(codes, kind="stable")
    order = order[np.searchsorted(codes[order], 0) :]  # without NULL
    group = codes[order]
    order, group = _repeated(order, group)
    if len(order) < fewest_rows:
        return []
    found: list[Found] = []
    for name in rights:
        if name in left or kinds[name] < 2:
            continue
        right = columns[name][order]
        here = group
        if right.min() < 0:
            known = right >= 0
            right, here = _repeated(right[known], group[known])
        if len(right) < fewest_rows:
            continue
        changes = int(np.count_nonzero((right[1:] != right[:-1]) & (here[1:] == here[:-1])))
        if changes > 2 * most_error * len(right):
            continue
        one = _measured(left, name, here, right, kinds[name])
        if one is not None and one.error <= most_error:
            found.append(one)
    return found


def _repeated(values: Codes, group: Codes) -> tuple[Codes, Codes]:
    """The members of groups of at least two; `group` is sorted."""
    if len(group) < 2:
        return values[:0], group[:0]
    same = group[1:] == group[:-1]
    kept = np.zeros(len(group), dtype=bool)
    kept[1:] = same
    kept[:-1] |= same
    return values[kept], group[kept]


def _measured(left: tuple[str, ...], name: str, group: Codes, right: Codes, kinds: int) -> Found | None:
    """The exact error, or None where the rows are no evidence."""
    pairs, counts = np.unique(group * kinds + right, return_counts=True)
    owners = pairs // kinds
    starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
    kept = int(np.maximum.reduceat(counts, starts).sum())
    rows = len(right)
    totals = np.bincount(right)
    commonest = int(totals.max())
    if len(starts) < _FEWEST_GROUPS or commonest == rows:
        return None
    if rows - kept > (1 - _LEAST_LAMBDA) * (rows - commonest):
        return None
    return Found(
        left=left,
        right=name,
        error=(rows - kept) / rows,
        groups=len(starts),
        rows=rows,
        rights=int(np.count_nonzero(totals)),
    )
