"""Briefs in the voices of professions, and the turns of phrase that they showed."""

from __future__ import annotations

from pathlib import Path

import pytest

from brief_expectations import scored
from dbarchitect.design.brief import read_brief
from dbarchitect.design.spec import Field, Spec

CASES = Path(__file__).parent / "cases" / "briefs"
TUNED = [one for one in sorted((CASES / "professions").glob("*.md")) if one.with_suffix(".toml").exists()]
HELD = [one for one in sorted((CASES / "professions_held").glob("*.md")) if one.with_suffix(".toml").exists()]
THINGS = "A nurse has a name. A patient has a name. A ward has a name. A visit has a date. "


def spec(text: str) -> Spec:
    return read_brief(text.encode(), "brief.md").spec


def field(found: Spec, owner: str, name: str) -> Field:
    one = found.entity(owner)
    assert one is not None, [other.name for other in found.entities]
    return {each.name: each for each in one.fields}[name]


def relations(found: Spec) -> set[str]:
    def end(least: int, most: int | None) -> str:
        return f"{least}..{'n' if most is None else most}"

    return {
        f"{one.first.entity} {end(one.first.least, one.first.most)} {end(one.second.least, one.second.most)} "
        f"{one.second.entity}"
        for one in found.relations
    }


def test_the_shares_of_what_was_and_was_not_tuned_on() -> None:
    tuned, held = ([scored(one) for one in each] for each in (TUNED, HELD))
    shares = [
        sum(len(one.found) for one in each) / sum(len(one.found) + len(one.missing) for one in each)
        for each in (tuned, held)
    ]
    assert len(tuned) == len(held) == 4
    assert shares[0] > 0.74 and shares[1] > 0.48
    assert not [one for score in (*tuned, *held) for one in score.wrong]
    assert len([one for score in (*tuned, *held) for one in score.extra]) <= 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A visit is carried out by a physician.", "physician 1..1 0..n visit"),
        ("Each visit made to a ward is led by one nurse.", "nurse 1..1 0..n visit"),
        ("A visit is looked after by one nurse, the head.", "nurse 1..1 0..n visit"),
        ("A report has a text. A report is one visit of one patient, with a remark.", "patient 1..1 0..n report"),
        ("A nurse can be the head of only one ward.", "nurse 0..1 0..1 ward"),
        ("A ward is divided into several rooms.", "ward 1..1 0..n room"),
        ("A patient is assigned between two and four nurses.", "patient 0..n 2..4 nurse"),
    ],
)
def test_relations_in_turns_of_phrase(text: str, expected: str) -> None:
    found = spec(THINGS + text)
    assert expected in relations(found), (relations(found), found.unread)


def test_what_is_said_of_one_field_of_what_was_spoken_of() -> None:
    found = spec(
        "A station has a name. Its code has three letters. The opening date is mandatory. The closing date stays empty "
        "while the station operates. Latitude and longitude are given in degrees. The phase is P or S. "
        "The code identifies the station."
    )
    assert field(found, "station", "code").length == 3 and field(found, "station", "code").unique
    assert field(found, "station", "opening date").required and not field(found, "station", "closing date").required
    assert field(found, "station", "latitude").kind == field(found, "station", "longitude").kind == "decimal"
    assert field(found, "station", "phase").values == ("P", "S")
    assert not [one for one in found.unread if not one.overlooked]


def test_what_is_known_of_two_things_together() -> None:
    found = spec(
        THINGS
        + "A nurse works on several wards. We keep track of the number of hours per week that a nurse works on each "
        "ward. A patient rates each nurse on a scale of 1 to 5 in two categories: care and patience. "
        "A visit uses specified quantities of one or more medicines. A medicine has a name."
    )
    pairs = {
        frozenset((one.first.entity, one.second.entity)): {each.name for each in one.fields} for one in found.relations
    }
    assert pairs[frozenset(("nurse", "ward"))] == {"hours"}
    assert pairs[frozenset(("patient", "nurse"))] == {"care", "patience"}
    assert pairs[frozenset(("visit", "medicine"))] == {"quantity"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("**maya** 09:12\nA nurse has a name.", {"nurse"}),
        ("B.2 Each ward shall have a name.\n\nB.3 A nurse has a name.", {"ward", "nurse"}),
        ("A sample has a code and a result. Each result must be validated.", {"sample"}),
        ("A ward has a name. The floor is cleaned by a robot and it is noted.", {"ward"}),
        ("A ward needs at least one of them. A ward has a name.", {"ward"}),
        ("A nurse has a name. A nurse talks to a colleague, who accepts or declines.", {"nurse"}),
    ],
)
def test_what_is_no_thing_makes_none(text: str, names: set[str]) -> None:
    assert {one.name for one in spec(text).entities} == names


def test_how_often_something_happens_is_left_out_and_what_happens_is_read() -> None:
    found = spec(THINGS + "A patient is visited twice a week by one nurse. A ward has a name and, if known, a floor.")
    assert "nurse 1..1 0..n patient" in relations(found)
    assert not field(found, "ward", "floor").required
