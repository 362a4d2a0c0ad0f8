"""Values that a column's statistics say queries are likely to ask for.

Nobody knows which values an application sends. What is taken instead is neither the value that most rows have nor one
that is not there: for a lookup one of ordinary frequency, for a range as large a share of the rows as the planner
assumes where it knows nothing, unless the rows that a query gives say how large it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dbarchitect.engines.postgres.arrays import parse_array
from dbarchitect.model.facts import ColumnStatistics

OPEN_RANGE = 1 / 3  # DEFAULT_INEQ_SEL of the planner (selfuncs.h): what `>` lets through
_SKEWED = 10.0  # times that a common value has to have of a rare one before one value cannot stand for both
_SHORT = 3  # letters: what a trigram index can look up


@dataclass(frozen=True, slots=True)
class Choice:
    """A value, the share of the calls that it stands for, and how it was got, in words."""

    value: str
    weight: float
    how: str


@dataclass(frozen=True, slots=True)
class Spread:
    """The values of a column that are known: common ones with their shares of the rows, the most common first, and
    others in order, each of which has `share` of the rows."""

    common: tuple[tuple[str, float], ...]
    others: tuple[str, ...]
    share: float

    @property
    def dominated(self) -> bool:
        """Whether most of the rows have one of the common values."""
        return not self.others or sum(share for _, share in self.common) > 0.5


def spread(statistics: ColumnStatistics, rows: float) -> Spread:
    """What the statistics of a column of a table of so many rows know of its values."""
    values, shares = parse_array(statistics.most_common_values), statistics.most_common_frequencies or ()
    common = tuple(sorted(zip(values, shares, strict=False), key=lambda one: -one[1]))
    distinct = statistics.n_distinct if statistics.n_distinct >= 0 else -statistics.n_distinct * rows
    left = max(1.0 - statistics.null_fraction - sum(shares), 0.0)
    share = left / max(distinct - len(common), 1.0)
    return Spread(common, tuple(parse_array(statistics.histogram_bounds)), share)


def looked_up(known: Spread, *, share: float | None) -> list[Choice]:
    """Values for `column = $1`: one, or up to three of a column with few values of which some are far more common.

    `share`: of the rows, as the query's own count says; None where it says nothing. None where nothing is known.
    """
    if share is not None and (known.common or known.others):
        every = [*known.common, *(((_middle(known.others), known.share),) if known.others else ())]
        value, found = min(every, key=lambda one: abs(math.log(max(one[1], 1e-12)) - math.log(max(share, 1e-12))))
        return [Choice(value, 1.0, f"has {found:.2g} of the rows, as the query gives {share:.2g} of them")]
    if known.others and not known.dominated:
        return [Choice(_middle(known.others), 1.0, "a value of ordinary frequency")]
    ranked = list(known.common)
    if known.others:
        ranked.append((_middle(known.others), known.share))
    if not ranked:
        return []
    if len(ranked) < 2 or ranked[0][1] < _SKEWED * ranked[-1][1]:
        return [Choice(ranked[len(ranked) // 2][0], 1.0, "a value of middle frequency")]
    names = ("the most common value", "a value of middle frequency", "a rare value")
    places = (0, len(ranked) // 2, len(ranked) - 1) if len(ranked) > 2 else (0, 1)
    shown = names if len(ranked) > 2 else (names[0], names[2])
    return [Choice(ranked[at][0], 1 / len(places), name) for at, name in zip(places, shown, strict=True)]


def several(known: Spread, count: int) -> list[str]:
    """Values for a list of `count`: the most ordinary ones, each once as far as they go."""
    others = known.others
    step = max(len(others) // (count + 1), 1)
    picked = [others[at] for at in range(step, len(others), step)][:count] if not known.dominated else []
    common = [value for value, _ in known.common]
    found = [*picked, *common[len(common) // 2 :], *common[: len(common) // 2], *others][:count]
    return found + found[:1] * (count - len(found)) if found else []


def bound(known: Spread, share: float, *, above: bool) -> str | None:
    """The value that so large a share of the rows is above (or below); None where nothing is known of the order."""
    ordered = known.others or _ordered([value for value, _ in known.common])
    if not ordered:
        return None
    place = (1 - share if above else share) * (len(ordered) - 1)
    return ordered[min(max(round(place), 0), len(ordered) - 1)]


def between(known: Spread, share: float | None) -> tuple[str, str] | None:
    """The ends of a range in the middle of the values: of one step of the histogram, or as large as `share`."""
    ordered = known.others or _ordered([value for value, _ in known.common])
    if len(ordered) < 2:
        return None
    steps = 1 if share is None else min(max(round(share * (len(ordered) - 1)), 1), len(ordered) - 1)
    low = (len(ordered) - 1 - steps) // 2
    return ordered[low], ordered[low + steps]


def part(known: Spread, *, start: bool) -> str | None:
    """Letters out of a value, its first ones or such from its middle, for LIKE; None where values are too short."""
    texts = [one for one in (*known.others[len(known.others) // 2 :], *(value for value, _ in known.common)) if one]
    fit = next((one for one in texts if len(one) > _SHORT), None)
    if fit is None:
        return None
    at = 0 if start else (len(fit) - _SHORT) // 2
    found = fit[at : at + _SHORT + 1]
    return found.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def element(statistics: ColumnStatistics) -> str | None:
    """An element of middle frequency of an array or text search column."""
    found = parse_array(statistics.most_common_elements)
    return found[len(found) // 2] if found else None


def _middle(values: Sequence[str]) -> str:
    return values[len(values) // 2]


def _ordered(values: Sequence[str]) -> tuple[str, ...]:
    """Numbers by size, other values as text (as dates and times are sorted)."""
    try:
        return tuple(sorted(values, key=float))
    except ValueError:
        return tuple(sorted(values))
