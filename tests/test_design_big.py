"""Big briefs: what is read and designed is the same however large they are, and work does not multiply."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from dbarchitect.design.brief import read_brief
from dbarchitect.design.draft import Draft
from dbarchitect.design.rows import Rows
from dbarchitect.design.tables import designed
from dbarchitect.render.erd import columns

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _ladder(steps: int) -> Draft:
    """Each thing belongs to the two before it: as many ways lead up as Fibonacci's
    numbers say."""
    lines = [f"A thing{at} has a title." for at in range(steps)]
    for at in range(2, steps):
        lines += [f"A thing{at} belongs to one thing{at - 1}.", f"A thing{at} belongs to one thing{at - 2}."]
    return designed(read_brief("\n".join(lines).encode(), "brief.md").spec, now=NOW)[0]


def test_ways_that_part_and_meet_do_not_multiply_the_rows_of_a_trial() -> None:
    draft = _ladder(40)
    last = draft.in_order()[-1]
    rows = Rows(draft)
    values = rows.add(last)
    assert len(rows.statements) <= 2 * len(draft.tables) + 1
    assert len(set(rows.statements)) == len(rows.statements)
    assert set(last.key) <= values.keys()


def test_the_parents_of_a_row_have_nothing_in_common() -> None:
    draft = _ladder(5)
    rows = Rows(draft)
    *_, third, _, last = draft.in_order()
    rows.add(last)
    assert (
        len([one for one in rows.statements if one.startswith(f"INSERT INTO {third.name} ")]) == 2
    )  # one is referred to by the row, the other by what it refers to


def test_a_thing_among_many_is_read_as_it_is_among_few() -> None:
    def brief(names: list[str]) -> str:
        said = [f"A {one} has a code and a title. The code of a {one} is unique." for one in names]
        said += [f"A {second} belongs to one {first}." for first, second in pairwise(names)]
        asked = [f"- list the {two}s of a {one}, newest first, 20 at a time" for one, two in pairwise(names)]
        return "\n".join([*said, "", "## Access patterns", "", *asked])

    many = [
        f"{one} {two}" for two in ("plan", "note", "visit") for one in ("garden", "vessel", "ferry", "meter", "hotel")
    ]
    small = read_brief(brief(many[:3]).encode(), "brief.md").spec
    large = read_brief(brief(many).encode(), "brief.md").spec
    assert not large.unread
    assert [(one.verb, one.entity, one.by, one.limit) for one in large.access[:2]] == [
        (one.verb, one.entity, one.by, one.limit) for one in small.access
    ]
    assert [(one.name, [f.name for f in one.fields]) for one in large.entities[:3]] == [
        (one.name, [f.name for f in one.fields]) for one in small.entities
    ]
    assert all(one.by for one in large.access)


def test_boxes_are_swapped_as_long_as_it_gets_better() -> None:
    near = [[(1, True)], [(0, False)], [(3, True)], [(2, False)]]  # two pairs, each over two columns
    column = [0, 1, 1, 0]
    cost = columns._improve(column, 2, near, [10.0] * 4, 30.0)  # pyright: ignore[reportPrivateUsage]
    again = list(column)
    assert columns._improve(again, 2, near, [10.0] * 4, 30.0) == cost  # pyright: ignore[reportPrivateUsage]
    assert again == column
