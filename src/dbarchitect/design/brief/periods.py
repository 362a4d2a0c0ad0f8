"""What begins and ends: of `a course has a start date and an end date` nobody says that the one is not after the other, and
everybody means it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dbarchitect.design.naming import an
from dbarchitect.design.periods import loose_periods
from dbarchitect.design.spec import Assumed, Entity, Rule

if TYPE_CHECKING:
    from .gathered import Gathered
    from .grammar import Reader

_EITHER_WAY = re.compile(r"^(.+?) (?:may|can|could|might) (?:be|lie|come) before (?:the |its )?(.+)$", re.IGNORECASE)


def either_way(reader: Reader, text: str, line: int) -> bool:
    """`the end date of a course may be before its start date`: no order is assumed of the two."""
    match = _EITHER_WAY.match(text)
    end = reader.owner(match[1]) if match else None
    if match is None or end is None or match[2] not in reader.said.things[end[0]].fields:
        return False
    reader.said.unordered.add((end[0], match[2], end[1]))
    return True


def in_order(brief: Gathered, entities: Iterable[Entity], rules: list[Rule]) -> list[Assumed]:
    """Adds to `rules` that no period ends before it begins, where nothing is said of that."""
    found: list[Assumed] = []
    for one in entities:
        for start, end in list(loose_periods(one, rules)):
            if (one.name, start.name, end.name) in brief.said.unordered:
                continue
            rules.append(Rule(entity=one.name, kind="order", fields=(start.name, end.name), equal=True, line=end.line))
            found.append(
                Assumed(
                    what=f"the {end.name} of {an(one.name)} is not before its {start.name}",
                    because="a period that ends before it begins is in none",
                    say=f"The {end.name} of {an(one.name)} may be before the {start.name}.",
                    line=end.line,
                )
            )
    return found
