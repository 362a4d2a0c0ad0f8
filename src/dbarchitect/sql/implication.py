"""Whether one condition on a table's rows implies another, as far as their terms alone prove it.

It proves no more than PostgreSQL's own predicate test (predtest.c) does: a term that stands in both, IS NOT NULL of
what a strict comparison needs, a boolean and its test, a list within a longer list, and bounds by numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dbarchitect.errors import InputError

from . import parse
from .conditions import Term, terms_of


def implied(predicate: str | None, *, by: str | None, not_null: Collection[str] = ()) -> bool:
    """Whether every row that satisfies `by` satisfies `predicate`. None is the condition that every row satisfies;
    `not_null` are the columns that never are NULL. False where that is not certain."""
    if predicate is None:
        return True
    try:
        wanted = parse.conjuncts(predicate)
        given = parse.conjuncts(by) if by is not None else ()
        return all(_proved(one, given, by, not_null) for one in wanted)
    except InputError:
        return False


def always_true(predicate: str, not_null: Collection[str]) -> tuple[str, ...]:
    """The terms of `predicate` that say no more than `column IS NOT NULL` of columns that never are NULL; none for what
    the grammar refuses."""
    try:
        return tuple(one for one in parse.conjuncts(predicate) if _tested_column(one) in not_null)
    except InputError:
        return ()


def without(predicate: str, terms: Collection[str]) -> str | None:
    """`predicate` without some of its terms; None where nothing is left."""
    left = [one for one in parse.conjuncts(predicate) if one not in terms]
    return " AND ".join(f"({one})" if len(left) > 1 else one for one in left) or None


def _tested_column(text: str) -> str | None:
    """The plain column whose IS NOT NULL a term is."""
    terms = terms_of(text)
    if len(terms) != 1 or terms[0].operator != "is not null" or terms[0].left is None:
        return None
    return terms[0].left.column or None


def _proved(wanted: str, given: Sequence[str], by: str | None, not_null: Collection[str]) -> bool:
    if any(parse.equivalent(wanted, one) for one in given):
        return True
    column = _tested_column(wanted)
    if column is not None:
        return column in not_null or (by is not None and parse.implies_not_null(by, column))
    goals = terms_of(wanted)
    return len(goals) == 1 and any(_within(one, goals[0]) for text in given for one in terms_of(text))


def _within(given: Term, wanted: Term) -> bool:
    """Whether a comparison with constants implies another one of the same column."""
    if given.left is None or wanted.left is None or given.left.text != wanted.left.text:
        return False
    if given.right is None or wanted.right is None or not given.right.constant or not wanted.right.constant:
        return False
    if wanted.operator == "in":
        return given.operator in ("=", "in") and _items(given.right.text) <= _items(wanted.right.text)
    first, second = _number(given.right.text), _number(wanted.right.text)
    if first is None or second is None:
        return False
    match wanted.operator:
        case "<" | "<=":
            if given.operator in ("<", "<=", "="):
                strict = wanted.operator == "<" and given.operator != "<"
                return first < second if strict else first <= second
        case ">" | ">=":
            if given.operator in (">", ">=", "="):
                strict = wanted.operator == ">" and given.operator != ">"
                return first > second if strict else first >= second
        case "<>":
            return (
                (given.operator == "=" and first != second)
                or (given.operator == "<" and first <= second)
                or (given.operator == ">" and first >= second)
            )
        case _:
            pass
    return False


def _number(text: str) -> float | None:
    try:
        return float(text.partition("::")[0].strip("()' "))
    except ValueError:
        return None


def _items(text: str) -> frozenset[str]:
    """The constants of a list, or the one constant."""
    _, found, rest = text.partition("ARRAY[")
    inner = rest.rpartition("]")[0] if found else text.strip("()")
    return frozenset(one.partition("::")[0].strip("() ") for one in inner.split(","))
