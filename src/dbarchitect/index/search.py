"""The choice among candidates: which indexes, under a budget, make a workload cheapest.

What a query costs with a set of indexes is known as atoms (Finkelstein, Schkolnick, Tiberio 1988): a set, and the cost
of the plan that uses all of it. A query costs the least of the atoms that are within the choice. Choosing is an integer
program over the atoms (Papadomanolakis, Ailamaki 2007), solved with HiGHS; a greedy choice is where it starts, and what
is left if the time is over before the program has found a better one.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

Ask = Callable[[int, frozenset[int]], tuple[float, frozenset[int]]]

_EQUAL = 1e-9
# Of two choices of one sum the better is the one that helps more queries: their shares count this much beside the sum.
_EVENLY = 0.2


@dataclass(slots=True)
class Known:
    """What is known of one query: its weight, its cost without new indexes, and its atoms."""

    weight: float
    base: float
    atoms: dict[frozenset[int], float] = field(default_factory=dict[frozenset[int], float])

    def learn(self, indexes: frozenset[int], cost: float) -> bool:
        """Add an atom; whether it says something new."""
        if not indexes or cost >= self.base * (1 - _EQUAL):
            return False
        known = self.atoms.get(indexes)
        if known is not None and known <= cost * (1 + _EQUAL):
            return False
        self.atoms[indexes] = cost
        return True

    def cost(self, chosen: Collection[int]) -> float:
        """The cost with a choice, as far as the atoms know."""
        inside = [cost for indexes, cost in self.atoms.items() if indexes <= set(chosen)]
        return min([self.base, *inside])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a choice must keep. `budget`: bytes; `most`: indexes; None: as many as help. `seconds`: of the solver."""

    budget: float | None = None
    most: int | None = None
    seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The chosen candidates. `gap`: how far from the best of the atoms it may be, as a share; None: not proved."""

    indexes: frozenset[int]
    gap: float | None


def explore(
    query: int, known: Known, offered: Collection[int], ask: Ask, *, groups: Sequence[Collection[int]], most: int
) -> None:
    """Learn a query's atoms: what the planner takes when all is offered, and what it takes instead of each.

    `groups`: subsets that are offered too (narrow ones, those of one table). `most`: questions.
    """
    seen: set[frozenset[int]] = set()
    waiting: list[tuple[float, int, frozenset[int]]] = []
    asked = 0

    def look(these: frozenset[int]) -> None:
        nonlocal asked
        if not these or these in seen or asked >= most:
            return
        seen.add(these)
        asked += 1
        cost, used = ask(query, these)
        if not used or cost >= known.base * (1 - _EQUAL):
            return
        known.learn(used, cost)
        for one in used:
            heapq.heappush(waiting, (cost, len(waiting), these - {one}))

    look(frozenset(offered))
    for group in groups:
        look(frozenset(group))
    while waiting and asked < most:
        look(heapq.heappop(waiting)[2])


def choose(known: Sequence[Known], sizes: Mapping[int, float], upkeep: Mapping[int, float], bounds: Bounds) -> Choice:
    """The best choice by the atoms. `sizes`: bytes of each candidate; `upkeep`: what keeping it costs, in the same
    units as the queries' weighted costs."""
    useful = {index for one in known for atom in one.atoms for index in atom}
    fits = {one for one in useful if bounds.budget is None or sizes[one] <= bounds.budget}
    greedy = _greedy(known, sizes, upkeep, bounds, fits)
    if not fits:
        return Choice(indexes=frozenset(), gap=0.0)
    return _solved(known, sizes, upkeep, bounds, sorted(fits), greedy) or Choice(indexes=greedy, gap=None)


def value(known: Sequence[Known], chosen: Collection[int], upkeep: Mapping[int, float]) -> float:
    """What is minimised: the weighted sum as a share of that without indexes, and how evenly queries are helped."""
    total = sum(one.weight * one.base for one in known) or 1.0
    return sum(_value(one, one.cost(chosen), total) for one in known) + sum(upkeep[i] for i in chosen) / total


def _value(one: Known, cost: float, total: float) -> float:
    # A query's share of the sum, but none so small that helping it is worth nothing, and none so large that it is all.
    share = math.sqrt(one.weight * one.base / total)
    evenly = _EVENLY * share * math.log(max(cost, _EQUAL) / one.base) if one.base > 0 else 0.0
    return one.weight * cost / total + evenly


def _greedy(
    known: Sequence[Known],
    sizes: Mapping[int, float],
    upkeep: Mapping[int, float],
    bounds: Bounds,
    fits: Collection[int],
) -> frozenset[int]:
    """Atom after atom by what it saves a byte. What an atom saves only falls while others are chosen, so the best so
    far is looked at again before the rest (Minoux 1978)."""
    inside = frozenset(fits)
    total = sum(one.weight * one.base for one in known) or 1.0
    now = [one.base for one in known]
    owners: dict[frozenset[int], list[tuple[int, float]]] = {}
    for number, one in enumerate(known):
        for atom, cost in one.atoms.items():
            if atom <= inside:
                owners.setdefault(atom, []).append((number, cost))
    chosen: set[int] = set()

    def worth(atom: frozenset[int]) -> float:
        new = atom - chosen
        size = sum(sizes[one] for one in new)
        saved = -sum(upkeep[one] for one in new) / total
        for number, cost in owners[atom]:
            if cost < now[number]:
                saved += _value(known[number], now[number], total) - _value(known[number], cost, total)
        return saved / max(size, 1.0) if saved > _EQUAL else 0.0

    waiting = [(-worth(atom), place, atom) for place, atom in enumerate(owners)]
    heapq.heapify(waiting)
    spent = 0.0
    while waiting:
        _, place, atom = heapq.heappop(waiting)
        gain = worth(atom)
        size = sum(sizes[one] for one in atom - chosen)
        if gain <= 0 or (bounds.budget is not None and spent + size > bounds.budget):
            continue
        if bounds.most is not None and len(chosen | atom) > bounds.most:
            continue
        if waiting and gain < -waiting[0][0]:
            heapq.heappush(waiting, (-gain, place, atom))
            continue
        spent += size
        chosen |= atom
        for number, cost in owners[atom]:
            now[number] = min(now[number], cost)
    return frozenset(chosen)


def _solved(
    known: Sequence[Known],
    sizes: Mapping[int, float],
    upkeep: Mapping[int, float],
    bounds: Bounds,
    fits: Sequence[int],
    start: frozenset[int],
) -> Choice | None:
    import highspy
    import numpy

    total = sum(one.weight * one.base for one in known) or 1.0
    column = {index: number for number, index in enumerate(fits)}
    smallest = sum(sizes[one] for one in fits) or 1.0
    # Of choices that cost the same the smaller one.
    costs = [upkeep[index] / total + 1e-7 * sizes[index] / smallest for index in fits]
    rows: list[tuple[float, float, list[int], list[float]]] = []
    first: list[float] = [1.0 if index in start else 0.0 for index in fits]
    for one in known:
        atoms = [(atom, cost) for atom, cost in one.atoms.items() if all(index in column for index in atom)]
        if not atoms:
            continue
        base = _value(one, one.base, total)
        best = min((cost for atom, cost in atoms if atom <= start), default=None)
        numbers: list[int] = []
        under: dict[int, list[int]] = {}
        for atom, cost in atoms:
            number = len(costs)
            costs.append(_value(one, cost, total) - base)
            taken = best is not None and cost == best and atom <= start
            first.append(1.0 if taken else 0.0)
            best = None if taken else best
            numbers.append(number)
            for index in atom:
                under.setdefault(index, []).append(number)
        rows.append((-math.inf, 1.0, numbers, [1.0] * len(numbers)))
        for index, users in under.items():
            rows.append((-math.inf, 0.0, [*users, column[index]], [*([1.0] * len(users)), -1.0]))
    if bounds.budget is not None:
        rows.append((-math.inf, bounds.budget / 1e6, list(range(len(fits))), [sizes[i] / 1e6 for i in fits]))
    if bounds.most is not None:
        rows.append((-math.inf, float(bounds.most), list(range(len(fits))), [1.0] * len(fits)))
    highs = cast("Any", highspy).Highs()
    highs.silent()
    for name, setting in (("time_limit", bounds.seconds), ("mip_rel_gap", 1e-4)):
        highs.setOptionValue(name, setting)
    program = cast("Any", highspy).HighsLp()
    program.num_col_, program.num_row_ = len(costs), len(rows)
    program.col_cost_ = numpy.array(costs)
    program.col_lower_, program.col_upper_ = numpy.zeros(len(costs)), numpy.ones(len(costs))
    program.row_lower_ = numpy.array([low if low > -math.inf else -highspy.kHighsInf for low, *_ in rows])
    program.row_upper_ = numpy.array([high for _, high, *_ in rows])
    program.a_matrix_.format_ = cast("Any", highspy).MatrixFormat.kRowwise
    starts = [0]
    for *_, numbers, _ in rows:
        starts.append(starts[-1] + len(numbers))
    program.a_matrix_.start_ = numpy.array(starts)
    program.a_matrix_.index_ = numpy.array([n for *_, numbers, _ in rows for n in numbers], dtype=numpy.int32)
    program.a_matrix_.value_ = numpy.array([v for *_, values in rows for v in values], dtype=float)
    kinds = cast("Any", highspy).HighsVarType
    program.integrality_ = [kinds.kInteger] * len(fits) + [kinds.kContinuous] * (len(costs) - len(fits))
    highs.passModel(program)
    solution = cast("Any", highspy).HighsSolution()
    solution.col_value = first
    highs.setSolution(solution)
    highs.run()
    info = highs.getInfo()
    values = list(highs.getSolution().col_value)
    if len(values) != len(costs) or info.primal_solution_status != 2:
        return None
    chosen = frozenset(index for index, number in column.items() if values[number] > 0.5)
    spent = sum(sizes[one] for one in chosen)
    if (bounds.budget is not None and spent > bounds.budget) or (bounds.most is not None and len(chosen) > bounds.most):
        return None  # within the solver's tolerance, but not within the budget
    gap = float(info.mip_gap)
    return Choice(indexes=chosen, gap=gap if math.isfinite(gap) else None)
