"""Dependencies and normal forms: theory against brute force, and discovery against planted dependencies."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbarchitect.normal.chase import is_lossless, lost_dependencies
from dbarchitect.normal.dependencies import (
    Dependency,
    candidate_keys,
    closure,
    implies,
    is_superkey,
    minimal_cover,
    projected,
)
from dbarchitect.normal.discovery import discover, discover_keys
from dbarchitect.normal.synthesis import groups, split, violated

COLUMNS = "abcdef"
sides = st.frozensets(st.sampled_from(COLUMNS), min_size=1, max_size=3)
sets = st.lists(st.builds(Dependency, sides, sides), max_size=7)
EVERYTHING = frozenset(COLUMNS)
many = settings(max_examples=150, deadline=None, derandomize=True)


def subsets(columns: frozenset[str]):
    for size in range(len(columns) + 1):
        yield from map(frozenset, combinations(sorted(columns), size))


def closed(dependencies: list[Dependency]) -> list[frozenset[str]]:
    """The sets that obey every dependency: an independent definition of what follows from them."""
    return [one for one in subsets(EVERYTHING) if all(not d.left <= one or d.right <= one for d in dependencies)]


@many
@given(sets, sides)
def test_a_closure_is_the_least_closed_set(dependencies, attributes):
    least = frozenset.intersection(*(one for one in closed(dependencies) if attributes <= one))
    assert closure(attributes, dependencies) == least


@many
@given(sets)
def test_keys_are_the_minimal_sets_that_determine_everything(dependencies):
    supers = [one for one in subsets(EVERYTHING) if closure(one, dependencies) == EVERYTHING]
    assert set(candidate_keys(EVERYTHING, dependencies)) == {
        one for one in supers if not any(other < one for other in supers)
    }


@many
@given(sets)
def test_a_minimal_cover_says_the_same_and_nothing_twice(dependencies):
    cover = list(minimal_cover(dependencies))
    assert closed(cover) == closed(dependencies)
    for one in cover:
        assert len(one.right) == 1
        assert not one.right <= one.left
        assert not implies([other for other in cover if other != one], one)
        for attribute in one.left:
            assert not implies(cover, Dependency(one.left - {attribute}, one.right))


@many
@given(sets, st.frozensets(st.sampled_from(COLUMNS), min_size=1))
def test_a_projection_is_what_follows_within_its_columns(dependencies, onto):
    cover = projected(dependencies, onto)
    for left in subsets(onto):
        assert closure(left, cover) == closure(left, dependencies) & onto


def lossless_by_rows(parts, dependencies) -> bool:
    """Join the projections of a relation that obeys the dependencies: the rows of the chase, brute force."""
    rows = [{c: 0 if c in part else n for c in COLUMNS} for n, part in enumerate(parts, 1)]
    while True:
        for d in dependencies:
            clash = next(
                (
                    (c, one[c], other[c])
                    for one, other in combinations(rows, 2)
                    if all(one[left] == other[left] for left in d.left)
                    for c in d.right
                    if one[c] != other[c]
                ),
                None,
            )
            if clash:
                column, first, second = clash
                for row in rows:
                    if row[column] == max(first, second):
                        row[column] = min(first, second)
                break
        else:
            break
    # The rows obey the dependencies now. Is the row of zeroes, which their join has, among them?
    return dict.fromkeys(COLUMNS, 0) in rows


@many
@given(sets, st.lists(st.frozensets(st.sampled_from(COLUMNS), min_size=2), min_size=1, max_size=4))
def test_the_chase_finds_what_joins_back(dependencies, parts):
    parts.append(EVERYTHING - frozenset().union(*parts) | parts[0])
    assert is_lossless(EVERYTHING, parts, dependencies) == lossless_by_rows(parts, dependencies)


@many
@given(sets, st.lists(st.frozensets(st.sampled_from(COLUMNS), min_size=2), min_size=1, max_size=4))
def test_lost_dependencies_are_those_that_no_projection_gives(dependencies, parts):
    kept = [one for part in parts for one in projected(dependencies, part)]
    assert lost_dependencies(parts, dependencies) == tuple(one for one in dependencies if not implies(kept, one))


def synthesised(everything: frozenset[str], dependencies: list[Dependency]) -> list[frozenset[str]]:
    """A table for each group, and one for a candidate key where no other holds one (Biskup, Dayal, Bernstein, 1979)."""
    parts = [group.attributes for group in groups(dependencies)]
    keys = candidate_keys(everything, dependencies)
    return parts if any(key <= part for key in keys for part in parts) else [*parts, keys[0]]


@many
@given(sets)
def test_synthesis_is_third_normal_form_lossless_and_preserving(dependencies):
    parts = synthesised(EVERYTHING, dependencies)
    assert frozenset().union(*parts) == EVERYTHING
    assert is_lossless(EVERYTHING, parts, dependencies)
    assert not lost_dependencies(parts, dependencies)
    for part in parts:
        assert {form for _, form in violated(part, projected(dependencies, part))} <= {"BCNF"}


@many
@given(sets)
def test_splitting_is_boyce_codd_and_lossless(dependencies):
    parts = split(EVERYTHING, dependencies)
    assert is_lossless(EVERYTHING, parts, dependencies)
    for part in parts:
        for left in subsets(part):
            determined = closure(left, dependencies) & part
            assert determined in (left, part), (left, part)


@many
@given(sets)
def test_a_violation_is_a_left_side_that_is_no_key(dependencies):
    found = violated(EVERYTHING, dependencies)
    keys = candidate_keys(EVERYTHING, dependencies)
    for one, form in found:
        assert implies(dependencies, one)
        assert not is_superkey(one.left, EVERYTHING, dependencies)
        in_a_key = any(one.right <= key for key in keys)
        assert (form == "BCNF") == in_a_key
        assert (form == "2NF") == (not in_a_key and any(one.left < key for key in keys))


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ([("ab", "cdef"), ("b", "c")], "2NF"),  # order, product -> ...; product -> its name
        ([("a", "bcdef"), ("b", "c")], "3NF"),
        ([("ab", "cdef"), ("c", "b")], "BCNF"),  # street, city -> postcode -> city
    ],
)
def test_the_textbook_examples(said, form):
    dependencies = [Dependency(frozenset(left), frozenset(right)) for left, right in said]
    assert [found for _, found in violated(EVERYTHING, dependencies)] == [form]


def test_the_postcode_cannot_be_split_without_losing_a_dependency():
    dependencies = [Dependency(frozenset("sc"), frozenset("p")), Dependency(frozenset("p"), frozenset("c"))]
    parts = split(frozenset("scp"), dependencies)
    assert set(parts) == {frozenset("pc"), frozenset("sp")}
    assert lost_dependencies(parts, dependencies) == (dependencies[0],)
    assert frozenset("scp") in synthesised(frozenset("scp"), dependencies)


# ---- discovery


def g3(left: np.ndarray, right: np.ndarray) -> tuple[float, int]:
    """By dictionaries, as the definition says: the rows to remove, over those in groups of at least two."""
    groups: dict[int, list[int]] = {}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one >= 0 and other >= 0:
            groups.setdefault(one, []).append(other)
    large = [members for members in groups.values() if len(members) > 1]
    rows = sum(map(len, large))
    return sum(len(m) - max(m.count(v) for v in set(m)) for m in large) / max(rows, 1), rows


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_the_error_is_that_of_the_definition(seed):
    dice = np.random.default_rng(seed)
    left = dice.integers(-1, 40, 600)
    right = np.where(dice.random(600) < 0.04, dice.integers(-1, 9, 600), (left * 7) % 9)
    found = discover({"a": left, "b": right}, most_error=0.05, fewest_rows=100)
    error, rows = g3(left, right)
    here = [one for one in found if one.left == ("a",)]
    assert bool(here) == (error <= 0.05)
    if here:
        assert here[0].error == pytest.approx(error)
        assert here[0].rows == rows


def test_null_says_nothing_and_a_near_constant_is_no_evidence():
    dice = np.random.default_rng(3)
    rows = 5000
    city = dice.integers(0, 200, rows)
    land = city % 7
    missing = np.where(dice.random(rows) < 0.5, -1, land)
    constant = np.where(dice.random(rows) < 0.004, 1, 0)
    key = np.arange(rows)
    noise = dice.integers(0, 50, rows)
    found = discover({"id": key, "city": city, "land": land, "missing": missing, "constant": constant, "noise": noise})
    assert {(one.left, one.right) for one in found} == {
        (("city",), "land"),
        (("city",), "missing"),
        (("land",), "missing"),
        (("missing",), "land"),
    }
    assert all(one.error == 0 for one in found)


def test_pairs_are_looked_at_only_where_asked_and_only_where_neither_alone_would_do():
    dice = np.random.default_rng(4)
    shop, article = dice.integers(0, 12, 4000), dice.integers(0, 15, 4000)
    shelf = dice.integers(0, 50, (12, 15))[shop, article]
    columns = {"shop": shop, "article": article, "shelf": shelf, "region": shop % 3}
    assert {(one.left, one.right) for one in discover(columns)} == {(("shop",), "region")}
    pairs = {(one.left, one.right) for one in discover(columns, lefts=2)}
    assert (("article", "shop"), "shelf") in pairs
    assert (("article", "shop"), "region") not in pairs


def test_too_few_rows_prove_nothing():
    columns = {"a": np.arange(100) % 10, "b": np.arange(100) % 5}
    assert discover(columns) == ()
    assert discover(columns, fewest_rows=100) != ()


def test_keys_in_rows_are_those_that_chance_does_not_explain():
    dice = np.random.default_rng(5)
    day, shop = (grid.ravel() for grid in np.meshgrid(np.arange(60), np.arange(50)))
    order = dice.permutation(3000)
    columns = {
        "id": np.arange(3000),
        "day": day[order],
        "shop": shop[order],
        "amount": dice.integers(0, 10**6, 3000),
        "missing": np.where(np.arange(3000) == 7, -1, np.arange(3000)),
        "kind": dice.integers(0, 4, 3000),
    }
    columns["amount"][:2] = 5
    found = {one.columns for one in discover_keys(columns)}
    # (amount, shop) never repeats either, but with so many amounts that says nothing.
    assert found == {("id",), ("day", "shop")}
    assert discover_keys({"a": np.arange(100)}) == ()
