"""Things of which one has several values, and what is told twice: rows of their own where they are several, one
relation where it is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.queries import asked
from dbarchitect.design.spec import Field, Spec
from dbarchitect.design.tables import designed
from dbarchitect.model.english import plural as plural_word


def spec(text: str) -> Spec:
    return read_brief(text.encode(), "brief.md").spec


def fields(found: Spec, owner: str) -> dict[str, Field]:
    one = found.entity(owner)
    assert one is not None, [each.name for each in found.entities]
    return {each.name: each for each in one.fields}


def relations(found: Spec) -> list[str]:
    def end(least: int, most: int | None) -> str:
        return f"{least}..{'n' if most is None else most}"

    return [
        f"{one.first.entity} {end(one.first.least, one.first.most)} {end(one.second.least, one.second.most)} "
        f"{one.second.entity}"
        for one in found.relations
    ]


@pytest.mark.parametrize(
    ("text", "owner", "values"),
    [
        ("A patient has a name, allergies and phone numbers.", "patient", {"allergy": "word", "phone number": "phone"}),
        ("A listing has a title, a price in EUR and photos.", "listing", {"photo": "file"}),
        ("Listings have a title and photos.", "listing", {"photo": "file"}),
        ("Listings have photos.", "listing", {"photo": "file"}),
        ("A product has a name, tags and colours.", "product", {"colour": "word"}),
        ("A user has a name and several email addresses.", "user", {"email address": "email"}),
        ("A person has a name. A person can have many skills.", "person", {"skill": "word"}),
        ("A product has a name and sizes (small, large).", "product", {"size": "choice"}),
        ("- **Listing**: title, price in EUR, photos\n- **Visit**: listing, date\n", "listing", {"photo": "file"}),
        ("For every patient we store the name and the phone numbers. A patient has a city.", "patient",
         {"phone number": "phone"}),
        ("A patient has a list of allergies. A patient has a name.", "patient", {"allergy": "word"}),
    ],
)  # fmt: skip
def test_of_what_one_has_several_each_value_is_a_row(text: str, owner: str, values: dict[str, str]) -> None:
    found = spec(text)
    for name, kind in values.items():
        one = found.entity(name)
        assert one is not None and one.parent == owner, found.entities
        (value,) = one.fields
        assert (value.name, value.kind, value.required) == (name, kind, True)
        assert value.unique and value.within == (owner,)
        assert f"{owner} 1..1 0..n {name}" in relations(found)
        assert not {name, value.name} & set(fields(found, owner))
        (said,) = [each for each in found.assumed if plural_word(name) in each.say]
        if kind == "choice":
            continue
        kept = spec(f"{text}\n\n{said.say}")  # and what it says is how to say otherwise
        assert kept.entity(name) is None and fields(kept, owner)[plural_word(name)].kind == "text"
    assert not found.unread
    draft, _ = designed(found, now=datetime(2026, 1, 1, tzinfo=UTC))
    for name in values:
        table = draft.table_of(name)
        (reference,) = table.foreigns
        assert reference.on_delete == "CASCADE"
        assert [one.columns for one in table.uniques] == [(*reference.columns, name.replace(" ", "_"))]


@pytest.mark.parametrize(
    ("text", "owner", "kinds"),
    [
        ("A user has a name and notes.", "user", {"name": "word", "notes": "text"}),
        ("A shop has a name, opening hours, terms and contact details.", "shop",
         {"name": "word", "opening hours": "text", "terms": "text", "contact details": "text"}),
        ("A team has a name, points, wins and losses.", "team",
         {"name": "word", "points": "integer", "wins": "integer", "losses": "integer"}),
        ("A film has a title and genres (comma separated).", "film", {"title": "word", "genres": "word"}),
        ("A profile has a name, interests (array) and links (json).", "profile",
         {"name": "word", "interests": "tags", "links": "json"}),
        ("A patient has a name and allergies (text).", "patient", {"name": "word", "allergies": "text"}),
        ("Artists have names, birthdays and ages.", "artist", {"name": "word", "birthday": "date", "age": "integer"}),
        ("A document has initials and a series.", "document", {"initials": "word", "series": "word"}),
    ],
)  # fmt: skip
def test_a_plural_that_is_one_value_is_a_column(text: str, owner: str, kinds: dict[str, str]) -> None:
    found = spec(text)
    assert [one.name for one in found.entities] == [owner]
    assert {name: one.kind for name, one in fields(found, owner).items()} == kinds
    assert not found.unread


def test_the_steps_of_something_are_in_order_and_may_be_alike() -> None:
    found = spec("Each recipe has a title and several steps.")
    assert {name: (one.kind, one.unique) for name, one in fields(found, "step").items()} == {"step": ("text", False)}
    assert [one.ordered for one in found.relations] == [True]


def test_two_things_that_have_several_of_one_name_share_none() -> None:
    found = spec("A person has a name and phone numbers. A company has a name and several phone numbers.")
    assert {one.name: one.parent for one in found.entities if one.parent} == {
        "person phone number": "person",
        "company phone number": "company",
    }


def test_of_what_more_is_said_is_a_thing_and_no_value() -> None:
    found = spec("A patient has a name and allergies. Each allergy has a name and a severity.")
    assert set(fields(found, "allergy")) == {"name", "severity"}
    found = spec("A student has several skills. A skill is taught by one teacher. A teacher has a name.")
    assert "skill" not in fields(found, "skill")


def test_what_has_several_values_is_asked_for_by_one_of_them() -> None:
    found = spec(
        "A patient has a name, allergies and phone numbers.\n\n## Queries\n\n- list patients by allergy\n"
        "- show a patient with its phone numbers\n- list the allergies of a patient\n- find a patient by phone number\n"
    )
    assert [(one.entity, one.by, one.with_) for one in found.access] == [
        ("patient", ("allergy of allergy",), ()),
        ("patient", (), ("phone number",)),
        ("allergy", ("patient",), ()),
        ("patient", ("phone number of phone number",), ()),
    ]
    draft, _ = designed(found, now=datetime(2026, 1, 1, tzinfo=UTC))
    (first, *_) = asked(draft, found)
    assert "WHERE EXISTS (SELECT FROM allergies a WHERE a.patient_id = p.id AND a.allergy = $1)" in first.sql


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Payments are booked against invoices; one payment may settle several invoices.",
         ["payment 0..n 0..n invoice"]),
        ("Payments are matched with invoices. A payment can cover more than one invoice.",
         ["payment 0..n 0..n invoice"]),
        ("Payments are booked against invoices. A payment may quote several invoices.",
         ["payment 0..n 0..n invoice", "payment 0..n 0..n invoice"]),
        ("A payment is for one invoice. Several payments may settle one invoice.", ["invoice 1..1 0..n payment"]),
        ("An invoice has many payments. Several invoices may share one payment.", ["invoice 0..n 0..n payment"]),
        ("Several payments may settle the same invoice.", ["invoice 1..1 0..n payment"]),
        ("Payments are booked against invoices. Payments are refused by invoices.",
         ["payment 0..n 0..n invoice", "payment 0..n 0..n invoice"]),
    ],
)  # fmt: skip
def test_one_relation_that_is_told_twice_is_one(text: str, expected: list[str]) -> None:
    found = spec(f"An invoice has a number. A payment has a date. {text}")
    assert (relations(found), [one.text for one in found.unread]) == (expected, [])


def test_what_is_known_of_the_pairs_of_a_relation_that_is_told_twice() -> None:
    found = spec(
        "An invoice has a number. A payment has a date. Payments are booked against invoices; one payment may settle "
        "several invoices, and for each we record the amount."
    )
    (one,) = found.relations
    assert [each.name for each in one.fields] == ["amount"] and not found.unread
