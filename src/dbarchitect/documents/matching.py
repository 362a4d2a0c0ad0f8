"""What a filter asks of documents: conditions by path, whether a document meets them, and the bounds that they give an
index. The order of values is passed in: this room knows no BSON."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

Order = tuple[int, Any]
Ordering = Callable[[Any], Order]
Kind = Literal["equality", "range", "rest"]

NULL: Order = (5, 0)
EMPTY: Order = (0, 0)
_RANGES = ("$gt", "$gte", "$lt", "$lte")
_KNOWN = {"$eq", "$in", "$ne", "$nin", "$exists", *_RANGES}


class NotCountedError(ValueError):
    """A filter has what is not counted here; the text says what."""


@dataclass(frozen=True)
class Condition:
    """One operator at one path, with its values in order."""

    path: str
    operator: str
    values: tuple[Order, ...]


@dataclass(frozen=True)
class Interval:
    """Values from `low` to `high`; None: to the end of the bracket on that side."""

    bracket: int
    low: Order | None = None
    high: Order | None = None
    with_low: bool = True
    with_high: bool = True

    def within(self, values: Sequence[Order]) -> tuple[int, int]:
        """(first, past the last) of these sorted values that lie in it."""
        low = self.low if self.low is not None else (self.bracket,)
        high = self.high if self.high is not None else (self.bracket + 1,)
        first = (bisect_left if self.low is None or self.with_low else bisect_right)(values, cast(Order, low))
        past = (bisect_right if self.high is not None and self.with_high else bisect_left)(values, cast(Order, high))
        return first, max(first, past)


def conditions_of(found: Mapping[str, Any], order: Ordering) -> tuple[Condition, ...]:
    """The conditions of a filter, all of which must hold. Raises `NotCountedError` for what is not such."""
    made: list[Condition] = []
    for key in found:
        value: Any = found[key]
        if key == "$and" and isinstance(value, list | tuple):
            for one in cast("Sequence[Any]", value):
                made += conditions_of(one, order)
        elif key.startswith("$"):
            raise NotCountedError(
                f"{key} is not counted: each branch wants an index of its own" if key == "$or" else key
            )
        elif isinstance(value, Mapping) and any(str(one).startswith("$") for one in cast("Mapping[Any, Any]", value)):
            operators = cast("dict[str, Any]", value)
            for operator, operand in operators.items():
                if operator not in _KNOWN:
                    raise NotCountedError(f"{operator} is not counted")
                many = operator in ("$in", "$nin")
                made.append(Condition(key, operator, tuple(map(order, operand)) if many else (order(operand),)))
        elif isinstance(value, re.Pattern) or type(cast(Any, value)).__name__ == "Regex":
            raise NotCountedError("a regular expression is not counted")
        else:
            made.append(Condition(key, "$eq", (order(cast(Any, value)),)))
    return tuple(made)


def kind_of(condition: Condition) -> Kind:
    """What an index can do for it: go to values, walk through a range, or nothing."""
    if condition.operator == "$eq" or (condition.operator == "$in" and len(condition.values) == 1):
        return "equality"
    return "range" if condition.operator in (*_RANGES, "$in") else "rest"


def values_at(document: Mapping[str, Any], path: str) -> tuple[list[Any], bool]:
    """(the values at a path, an array's elements each, whether there was an array on the way). Nothing there: none."""
    found: list[Any] = [document]
    many = False
    for part in path.split("."):
        there: list[Any] = []
        for one in found:
            if isinstance(one, list | tuple):
                many = True
                elements = cast("Sequence[Any]", one)
                if part.isdigit() and int(part) < len(elements):
                    there.append(elements[int(part)])
                there += [each[part] for each in elements if isinstance(each, Mapping) and part in each]
            elif isinstance(one, Mapping) and part in one:
                there.append(cast("Mapping[str, Any]", one)[part])
        found = there
    return found, many


def keys_at(document: Mapping[str, Any], path: str, order: Ordering) -> tuple[list[Order], bool]:
    """(the keys that an index has for a document at a path, whether they come of an array)."""
    values, many = values_at(document, path)
    found: list[Order] = []
    for one in values:
        if isinstance(one, list | tuple):
            many = True
            elements = cast("Sequence[Any]", one)
            found += [order(each) for each in elements] or [EMPTY]
        else:
            found.append(order(one))
    return sorted(set(found)) or [NULL], many


def meets(document: Mapping[str, Any], conditions: Sequence[Condition], order: Ordering) -> bool:
    """Whether a document meets all conditions, as `find` decides it."""
    return all(_meets(document, one, order) for one in conditions)


def _meets(document: Mapping[str, Any], condition: Condition, order: Ordering) -> bool:
    values, _ = values_at(document, condition.path)
    if condition.operator == "$exists":
        return bool(values) == (condition.values[0] not in ((40, False), (10, (1, 0)), NULL))
    if condition.operator in ("$ne", "$nin"):
        positive = "$eq" if condition.operator == "$ne" else "$in"
        return not _meets(document, Condition(condition.path, positive, condition.values), order)
    held: set[Order] = set()
    for one in values:
        held.add(order(one))
        if isinstance(one, list | tuple):
            held |= {order(each) for each in cast("Sequence[Any]", one)}
    if not values:
        held = {NULL}
    if condition.operator in ("$eq", "$in"):
        return any(one in held for one in condition.values)
    bound = condition.values[0]
    return any(one[0] == bound[0] and _compared(one, condition.operator, bound) for one in held)


def _compared(one: Order, operator: str, bound: Order) -> bool:
    match operator:
        case "$gt":
            return one > bound
        case "$gte":
            return one >= bound
        case "$lt":
            return one < bound
        case _:
            return one <= bound


def intervals_of(conditions: Sequence[Condition], path: str, *, many: bool) -> tuple[Interval, ...] | None:
    """The intervals that the conditions on a path give an index, in order; None: all values. Where a document may have
    many keys, two ranges cannot be put together: different elements may meet them, so one alone bounds."""
    here = [one for one in conditions if one.path == path]
    points = next((one for one in here if one.operator in ("$eq", "$in")), None)
    if points is not None:
        return tuple(Interval(value[0], value, value) for value in sorted(set(points.values)))
    ranges = [one for one in here if one.operator in _RANGES]
    if not ranges:
        return None
    if many:
        ranges = ranges[:1]
    made = Interval(ranges[0].values[0][0])
    for one in ranges:
        bound = one.values[0]
        if bound[0] != made.bracket:
            return (Interval(made.bracket, bound, bound, with_low=False),)  # of two types: nothing meets both
        if one.operator in ("$gt", "$gte"):
            made = Interval(made.bracket, bound, made.high, one.operator == "$gte", made.with_high)
        else:
            made = Interval(made.bracket, made.low, bound, made.with_low, one.operator == "$lte")
    return (made,)


def paths_of(conditions: Sequence[Condition], kind: Kind) -> Iterator[str]:
    """Paths that have a condition of a kind, in the order of the filter, each once. Equality wins over ranges."""
    kinds = {
        path: min(("equality", "range", "rest").index(kind_of(one)) for one in conditions if one.path == path)
        for path in dict.fromkeys(one.path for one in conditions)
    }
    for path, best in kinds.items():
        if ("equality", "range", "rest")[best] == kind:
            yield path
