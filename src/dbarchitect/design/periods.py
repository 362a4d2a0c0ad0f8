"""Pairs of fields that begin and end something, and whether a rule keeps them in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dbarchitect.design.spec import Entity, Field, Rule
from dbarchitect.model.periods import ends_of


def loose_periods(entity: Entity, rules: Iterable[Rule]) -> Iterator[tuple[Field, Field]]:
    """The pairs (start, end) of an entity, by their names, that none of `rules` compares.

    Times of day are none: a night shift ends before it starts.
    """
    ordered = [{*rule.fields} for rule in rules if rule.entity == entity.name]
    fields = {
        tuple(one.name.split()): one for one in entity.fields if one.kind in ("date", "moment") and not one.derived
    }
    for name, start in fields.items():
        ends = (fields.get(other) for other in ends_of(name))
        end = next((one for one in ends if one is not None and one.kind == start.kind), None)
        if end is not None and not any({start.name, end.name} <= one for one in ordered):
            yield start, end
