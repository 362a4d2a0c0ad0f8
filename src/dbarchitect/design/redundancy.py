"""Facts that are kept although other rows give them: sums of lines, counts of children, prices of the day.

The brief asks for them, so they are columns; that they are there twice is a decision like any other, with what each of
the two ways costs. Third normal form has them once.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model import english

from .draft import Draft, Table
from .ownership import reference
from .spec import Entity, Field, Spec

_SUMS = frozenset(("total", "subtotal", "sum"))
_COUNTS = frozenset(("count", "counter"))
_HOW_MANY = frozenset(("quantity", "count", "units", "pieces"))


def note_redundancy(draft: Draft, spec: Spec) -> None:
    """Record what is kept twice."""
    for whole, part in _wholes(spec):
        above, below = draft.table_of(whole.name), draft.table_of(part.name)
        for field in whole.fields:
            _sum(draft, field, above, below, part)
            _count(draft, field, above, below, part)
        for field in part.fields:
            _price(draft, field, below, above, whole)


def _wholes(spec: Spec) -> Iterator[tuple[Entity, Entity]]:
    """Entities, each with one that refers to it."""
    for relation in spec.relations:
        found = reference(relation)
        if found is None or found.parent.entity == found.child.entity:
            continue
        whole, part = spec.entity(found.parent.entity), spec.entity(found.child.entity)
        if whole is not None and part is not None:
            yield whole, part


def _words(field: Field) -> set[str]:
    return set(english.split(field.name))


def _sum(draft: Draft, field: Field, above: Table, below: Table, part: Entity) -> None:
    column = above.of(field.name)
    amounts = [one for one in part.fields if one.kind == "money"]
    if column is None or column.generated or field.kind != "money" or not _words(field) & _SUMS or not amounts:
        return
    many = next((one for one in part.fields if one.kind == "integer" and _words(one) & _HOW_MANY), None)
    names = [found.name for one in (many, amounts[0]) if one is not None and (found := below.of(one.name)) is not None]
    if not names:
        return
    computed = f"sum({' * '.join(names)}) of {below.name}"
    draft.decide(
        "normal form",
        f"{above.name}.{column.name}",
        f"kept, as was said, although the rows of {below.name} give it",
        f"it is what was agreed on, with what no line says (discounts, rounding); nothing keeps it equal to {computed}",
        instead=f"{computed} whenever it is asked for: one read along the reference's index; a trigger that keeps it",
        unless="the two must never differ: leave the field out of the brief",
        line=field.line,
    )


def _count(draft: Draft, field: Field, above: Table, below: Table, part: Entity) -> None:
    column = above.of(field.name)
    words = [english.singular(one) for one in english.split(field.name)]
    if column is None or column.generated or field.kind != "integer" or not _COUNTS & set(words):
        return
    counted = tuple(one for one in words if one not in _COUNTS)
    if not counted or counted != english.split(part.name)[-len(counted) :]:
        return
    draft.decide(
        "normal form",
        f"{above.name}.{column.name}",
        f"kept, as was said, although counting the rows of {below.name} gives it",
        "it is read without them; nothing keeps it right, and every row that comes waits for the row that counts",
        instead=f"count(*) of {below.name} along the reference's index; a trigger that keeps it",
        unless="it is seldom read, or rows come often: leave the field out of the brief",
        line=field.line,
    )


def _price(draft: Draft, field: Field, below: Table, above: Table, whole: Entity) -> None:
    column = below.of(field.name)
    if column is None or field.kind != "money" or "price" not in _words(field):
        return
    other = next((one for one in whole.fields if one.kind == "money" and "price" in _words(one)), None)
    there = above.of(other.name) if other is not None else None
    if there is None:
        return
    draft.decide(
        "normal form",
        f"{below.name}.{column.name}",
        f"kept beside {above.name}.{there.name}: the price of that day",
        "it is another fact, not the same one twice: the one changes, and what was agreed on does not",
        instead=f"a history of {above.name}.{there.name} and the moment of the row",
        line=field.line,
    )
