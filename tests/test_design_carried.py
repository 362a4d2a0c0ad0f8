"""A key that reaches over a reference is had by a column that is carried down, in one foreign key; it is tried."""

from __future__ import annotations

from typing import Any

import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.draft import Draft
from dbarchitect.design.queries import asked
from dbarchitect.design.spec import End, Entity, Relation, Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.errors import InputError
from test_design import NOW, tried, wrong

__all__ = ["tried"]

CLINICS = (
    "A clinic has a name. An appointment is in one clinic and has a start time. An invoice is for one appointment. An "
    "invoice has a number, allergies and a year. Invoice numbers are unique per clinic and year. "
)


def spec(text: str) -> Spec:
    return read_brief(text.encode(), "brief.md").spec


def keys(draft: Draft, entity: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    table = draft.table_of(entity)
    return [one.columns for one in table.foreigns], [one.columns for one in table.uniques]


@pytest.mark.parametrize("more", ["", "All data belongs to a practice. A practice has a name. A practice has clinics."])
def test_what_is_carried_down_cannot_differ(more: str, tried: Any) -> None:
    found = spec(CLINICS + more)
    assert [one.through for one in found.relations if one.through] == ["appointment"] and not found.unread
    draft, probes, untried, _ = tried(found)
    foreigns, uniques = keys(draft, "invoice")
    tenant = ("practice_id",) if more else ()
    assert foreigns == [(*tenant, "appointment_id", "clinic_id")]
    assert uniques == [(*tenant, "clinic_id", "year", "number")]
    assert keys(draft, "appointment")[1] == [(*tenant, "id", "clinic_id")]
    assert (wrong(probes), untried) == ([], [])
    assert any("another clinic than that of its appointment" in one.what for one in probes)


def test_two_references_in_place_of_one_are_caught(tried: Any) -> None:
    draft, _ = designed(spec(CLINICS), now=NOW)
    sql = script(draft, "x")
    whole = "FOREIGN KEY (appointment_id, clinic_id) REFERENCES appointments (id, clinic_id)"
    assert whole in sql
    _, probes, _, _ = tried(
        spec(CLINICS), sql.replace(whole, "FOREIGN KEY (appointment_id) REFERENCES appointments (id)")
    )
    assert "another clinic than that of its appointment" in {one.what for one in probes if not one.holds}


def test_it_is_carried_as_far_as_it_has_to_be() -> None:
    found = spec(
        "A league has a name. A season belongs to a league. A team plays in one season. A player is of one team and "
        "has a code. Player codes are unique per league.\n\n## Queries\n\n- players of a league\n- players of a team\n"
        "- players of a season\n"
    )
    draft, _ = designed(found, now=NOW)
    assert keys(draft, "team")[0] == [("season_id", "league_id")]
    assert keys(draft, "player") == ([("team_id", "league_id")], [("league_id", "code")])
    wheres = [
        one.sql.partition("WHERE ")[2].partition("\n")[0] for one in asked(draft, found) if "next" not in one.text
    ]
    assert wheres == ["p.league_id = $1", "p.team_id = $1", "t.season_id = $1"]


@pytest.mark.parametrize(
    "text",
    [
        "A doctor works in one clinic. A room is in one clinic. An invoice is by one doctor and in one room.",
        "A doctor may work in one clinic. An invoice is by one doctor.",
    ],
)
def test_where_nothing_says_which_way_it_stays_listed(text: str) -> None:
    found = spec(f"A clinic has a name. {text} An invoice has a number. Invoice numbers are unique per clinic.")
    assert [one.text for one in found.unread] == ["number of invoice is unique within clinic"]
    assert not any(one.through for one in found.relations)


def test_a_spec_that_carries_what_is_not_there_is_refused() -> None:
    entities = tuple(Entity(name=one) for one in ("clinic", "appointment", "invoice"))
    first = Relation(first=End(entity="clinic", least=1, most=1), second=End(entity="appointment"))
    carried = Relation(first=End(entity="clinic", least=1, most=1), second=End(entity="invoice"), through="appointment")
    with pytest.raises(InputError, match="of the clinic of its appointment"):
        designed(Spec(entities=entities, relations=(first, carried)), now=NOW)
