"""A table's dependencies in words, and the change that takes it apart: for rules about declared and seen ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from dbarchitect.model.change import Change
from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.normal.dependencies import Attributes, Dependency
from dbarchitect.normal.synthesis import Group
from dbarchitect.normal.violations import Judgement, changes, hindrance
from dbarchitect.review.context import Context
from dbarchitect.review.mending import free_name
from dbarchitect.review.rows import Rows

_KEY_ENDING = re.compile(r"_?(?:id|uuid|code|key|number|nr|no)\Z", re.IGNORECASE)


def listed(table: Table, columns: Collection[str]) -> str:
    """Columns in the table's order, quoted as SQL wants them."""
    return ", ".join(quote_identifier(column.name) for column in table.columns if column.name in columns)


def said(table: Table, left: Attributes, right: Attributes) -> str:
    """A dependency in words."""
    return f"{listed(table, left)} determines {listed(table, right)}"


def owner_of(review: Context, table: Table, key: Attributes) -> Table | None:
    """The table that a foreign key on exactly these columns refers to: where what they determine belongs."""
    for reference in table.foreign_keys:
        if frozenset(reference.columns) == key and reference.target != table.name:
            return review.table(reference.target)
    return None


def decomposition(review: Context, table: Table, judgement: Judgement) -> tuple[tuple[Change, ...], str]:
    """The changes that take `table` apart, or none and the reason in words."""
    for group in judgement.extracted:
        owner = owner_of(review, table, group.key)
        if owner is not None:
            return (), f"{listed(table, group.right)} would belong in {owner.name.short}, which {_points(group)} to"
    reason = hindrance(table, judgement)
    if not reason:
        gone = [column for column in table.columns if column.name not in judgement.rest]
        reason = next((held for column in gone if (held := _held(review, table, column))), "")
    if reason:
        return (), reason
    taken = set(review.relation_names)

    def unique(name: Name) -> Name:
        taken.add(name)
        return name

    named = {group.key: unique(_new_name(review, table, group.key, taken)) for group in judgement.extracted}
    return changes(table, judgement, named, _constraint_names(review)), ""


def _points(group: Group) -> str:
    return f"{', '.join(sorted(group.key))} point{'s' if len(group.key) == 1 else ''}"


def _held(review: Context, table: Table, column: Column) -> str:
    """What keeps a column from being dropped and added again."""
    if review.sequence(table, column) is not None:
        return f"{quote_identifier(column.name)} counts by a sequence"
    held = review.entangled(table, column)
    return f"{held} is on {quote_identifier(column.name)}" if held else ""


def _new_name(review: Context, table: Table, key: Attributes, taken: Collection[Name]) -> Name:
    """What the new table could be called: the key without its ending, plural where this table is."""
    parts = [_KEY_ENDING.sub("", column.name) or column.name for column in table.columns if column.name in key]
    stem = "_".join(parts)
    own = words(table.name.name)
    if (
        own
        and singular(own[-1]) != own[-1]
        and singular(words(stem)[-1] if words(stem) else "") == (words(stem) or ("",))[-1]
    ):
        stem = _plural(stem)
    for name in (stem, f"{table.name.name}_{stem}"):
        wanted = Name(schema=table.name.schema, name=name)
        if wanted not in taken and len(name.encode()) < 56:
            return wanted
    return Name(schema=table.name.schema, name=free_name(review, table, tuple(parts)))


def _plural(word: str) -> str:
    if re.search(r"[^aeiou]y\Z", word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def _constraint_names(review: Context) -> Callable[[Name, str], str]:
    """Names of constraints that collide with no relation of the schema and with none that was given before."""
    given: set[Name] = set()

    def free(at: Name, ending: str) -> str:
        base, number = f"{at.name}_{ending}".encode()[:58].decode(errors="ignore"), 0
        table = review.table(at)
        own = {constraint.name for constraint in table.constraints} if table else set[str]()
        while True:
            name = Name(schema=at.schema, name=base + (str(number) if number else ""))
            if name not in given and name not in review.relation_names and name.name not in own:
                given.add(name)
                return name.name
            number += 1

    return free


def contradiction(review: Context, table: Table, one: Dependency) -> Accepted | None:
    """Two rows that agree on the left and not on the right: nothing refuses them."""
    rows = Rows(review)
    first = rows.add(table, must=[*sorted(one.left), *sorted(one.right)])
    if first is None or any(first.get(name, "NULL") == "NULL" for name in one.left):
        return None
    second = rows.add(table, {name: first[name] for name in sorted(one.left)}, must=sorted(one.right))
    if second is None or all(first.get(name) == second.get(name) for name in one.right):
        return None
    same = " AND ".join(f"{quote_identifier(name)} = {first[name]}" for name in sorted(one.left))
    return Accepted(
        script=(
            *rows.statements,
            f"SELECT {listed(table, one.left | one.right)} FROM {table.name} WHERE {same}",
        ),
        shows="two rows contradict each other and are accepted",
    )
