"""References that nobody declared, as far as names tell: which column could point at which key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.schema import Column, PrimaryKey, Table, Unique
from dbarchitect.review.context import Context, base_type

# Keys whose name says nothing about their table: the column that refers has to name the table too.
_GENERIC = frozenset(
    """
    id uuid guid pk key code name number no nr slug hash token type status kind version value title label position
    email url path date year language locale currency country state
    """.split()  # noqa: SIM905
)
_POINTS = frozenset({"id", "uuid", "guid", "key", "code", "no", "nr", "number", "ref", "fk"})


class Candidate(NamedTuple):
    """`column` of `table` could refer to the key `key` of `target`. `score`, from 0 to 1, says how much the name tells:
    1 for the target's own name with its key's (`customer_id`), 0.9 for the same name as a key that is not generic,
    0.8 where a role stands before it (`billing_address_id`), 0.7 for the last word of the target's name alone."""

    table: Table
    column: Column
    target: Table
    key: Column
    score: float


def candidates(review: Context) -> Iterator[Candidate]:
    """The best target of every column that has no foreign key and no two equally good ones."""
    by_words: dict[tuple[str, ...], list[tuple[float, Table, Column]]] = defaultdict(list)
    for target in review.tables:
        for key in _single_keys(target):
            for score, name in _names(target, key):
                by_words[name].append((score, target, key))
    for table in review.tables:
        bound = {name for key in table.foreign_keys for name in key.columns}
        for column in table.columns:
            if column.name in bound or column.generated is not None:
                continue
            found = _best(table, column, by_words)
            if found is not None:
                yield found


def _best(
    table: Table, column: Column, by_words: dict[tuple[str, ...], list[tuple[float, Table, Column]]]
) -> Candidate | None:
    own = words(column.name)
    reached: list[tuple[float, Table, Column]] = []
    for start in range(len(own)):
        for score, target, key in by_words.get(own[start:], ()):
            if target.name == table.name and key.name == column.name:
                return None  # it is that key
            if start and score < 1:
                continue  # only the target's whole name may have a role before it
            if base_type(column) == base_type(key):
                reached.append((0.8 if start else score, target, key))
    if not reached:
        return None
    best = max(score for score, _, _ in reached)
    first = {(target.name, key.name): (target, key) for score, target, key in reached if score == best}
    if len(first) > 1:  # of several schemas the own one is meant
        first = {one: found for one, found in first.items() if one[0].schema == table.name.schema}
    if len(first) != 1:
        return None
    ((target, key),) = first.values()
    return Candidate(table, column, target, key, best)


def _single_keys(table: Table) -> Iterator[Column]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKey | Unique) and len(constraint.columns) == 1 and not constraint.deferrable:
            column = table.column(constraint.columns[0])
            if column is not None and not constraint.without_overlaps:
                yield column


def _names(target: Table, key: Column) -> Iterator[tuple[float, tuple[str, ...]]]:
    """How columns that refer to `key` are called, with what such a name is worth."""
    table, own = words(target.name.name), words(key.name)
    if not table or not own:
        return
    noun = (*table[:-1], singular(table[-1]))
    found: dict[tuple[str, ...], float] = {}
    if not _GENERIC.issuperset(own):
        found[own] = 0.9
    if own[-1] in _POINTS:
        tail = own[-1:]
        if own == tail or own[:-1] == noun:
            found[(*noun, *tail)] = 1.0
            if len(noun) > 1:
                found.setdefault((noun[-1], *tail), 0.7)
    for name, score in found.items():
        yield score, name
