"""Briefs in many voices: what is understood, what is told as not understood, and that nothing is dropped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.brief.phrases import counted, listed, sentences
from dbarchitect.design.brief.quantities import a_second, number
from dbarchitect.design.spec import Entity, Field, Relation, Spec
from dbarchitect.errors import InputError
from dbarchitect.model.value import from_json, to_json

BRIEFS = {path.stem: path for path in (Path(__file__).parent / "cases" / "briefs").glob("*.md")}
BRIEFS |= {path.parent.name: path for path in (Path(__file__).parents[1] / "examples").glob("*/brief.md")}


def spec(text: str) -> Spec:
    return read_brief(text.encode(), "brief.md").spec


def read(name: str) -> Spec:
    return read_brief(BRIEFS[name].read_bytes(), name).spec


def entity(found: Spec, name: str) -> Entity:
    one = found.entity(name)
    assert one is not None, [other.name for other in found.entities]
    return one


def field(found: Spec, entity_: str, name: str) -> Field:
    fields = {one.name: one for one in entity(found, entity_).fields}
    assert name in fields, list(fields)
    return fields[name]


def said(one: Relation) -> str:
    def end(least: int, most: int | None) -> str:
        return f"{least}..{'n' if most is None else most}"

    role = one.first.role or one.second.role
    return (
        f"{one.first.entity} {end(one.first.least, one.first.most)} {end(one.second.least, one.second.most)} "
        f"{one.second.entity}{f' ({role})' if role else ''}"
    )


def relations(found: Spec) -> set[str]:
    return {said(one) for one in found.relations}


@pytest.mark.parametrize("path", BRIEFS.values(), ids=BRIEFS)
def test_a_brief_is_read_whole_and_travels_as_json(path: Path) -> None:
    found = read_brief(path.read_bytes(), path.name).spec
    assert found.entities
    assert from_json(Spec, to_json(found)) == found
    names = {one.name for one in found.entities}
    for one in found.relations:
        assert {one.first.entity, one.second.entity} <= names
    for access in found.access:
        assert access.sql or access.entity in names
    lines = path.read_text().count("\n") + 1
    assert all(1 <= one.line <= lines for one in found.unread)


def test_how_much_of_the_briefs_is_understood() -> None:
    """Of all sentences, bullets and rows; those that are not understood are in `unread`."""
    told = unread = 0
    for path in BRIEFS.values():
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        told += sum(len(sentences(line)) for line in text.splitlines() if line.strip(" -|#*=\t") and "|--" not in line)
        unread += sum(not one.overlooked for one in read_brief(path.read_bytes(), path.name).spec.unread)
    assert told > 150
    assert unread / told < 0.06, f"{unread} of {told}"


def test_a_shop() -> None:
    found = read("shop")
    assert relations(found) == {
        "customer 1..1 0..n order",
        "order 1..1 0..n order line",
        "product 1..1 0..n order line",
        "product 0..n 0..n category",
        "category 0..1 0..n category (parent)",
        "address 1..1 0..n customer (billing address)",
        "address 0..1 0..n customer (shipping address)",
    }
    status = field(found, "order", "status")
    assert status.values == ("pending", "paid", "shipped", "cancelled")
    assert status.transitions == (("pending", "paid"), ("paid", "shipped"), ("pending", "cancelled"))
    assert (field(found, "order", "total").kind, field(found, "order", "total").currency) == ("money", "EUR")
    assert not field(found, "customer", "phone").required and field(found, "customer", "email").unique
    assert field(found, "order line", "quantity").minimum == "1"
    assert entity(found, "product").soft_delete
    first = found.access[0]
    assert (first.verb, first.entity, first.by, first.limit) == ("list", "order", ("customer",), 20)
    assert (first.per_second, first.latency_ms) == (50, 20)
    assert [(one.field, one.descending) for one in first.order] == [("placed at", True)]
    assert {one.entity: (one.rows, one.rows_later, one.a_day) for one in found.volumes}["order"] == (2e4, 1e6, 1500)
    around = found.surroundings
    assert (around.runtime, around.runs, around.budget_a_month, around.team) == ("python", "server", 50, 2)


def test_a_clinic() -> None:
    found = read("clinic")
    assert {(rule.entity, rule.kind, rule.fields, rule.within) for rule in found.rules} == {
        ("appointment", "exclusive", ("start", "end"), ("dentist",)),
        ("appointment", "order", ("start", "end"), ()),
    }
    assert field(found, "appointment", "status").values == ("booked", "confirmed", "done", "cancelled")
    assert "patient 1..1 0..n appointment" in relations(found)
    assert field(found, "dentist", "licence number").unique and not field(found, "patient", "email").required
    assert [one.text for one in found.unread] == ["Medical notes may never be deleted", "free slots"]


def test_lists_with_references_and_tenants() -> None:
    found = read("chat")
    assert found.surroundings.tenant == "workspace" and found.surroundings.tenancy == "shared"
    assert field(found, "user", "email").within == ("workspace",)
    assert "user 1..1 0..n message (author)" in relations(found)
    assert "message 0..1 0..n message (parent)" in relations(found)
    assert field(found, "membership", "role").values == ("owner", "member")


def test_vectors_in_a_table_of_fields() -> None:
    found = spec("# Docs\n\n## Doc\n\n| field | type |\n|---|---|\n| small | vector(8) |\n| large | vector 384 |\n")
    (doc,) = found.entities
    assert [(one.name, one.kind, one.dimensions) for one in doc.fields] == [
        ("small", "vector", 8),
        ("large", "vector", 384),
    ]


def test_tables_of_fields_and_time_series() -> None:
    found = read("fleet")
    reading = entity(found, "reading")
    assert reading.by_time and reading.appended
    assert {"truck 1..1 0..n device", "device 1..1 0..n reading"} == relations(found)
    assert field(found, "truck", "plate").length == 12 and not field(found, "truck", "bought on").required
    assert found.access[0].verb == "get" and found.access[0].limit == 1
    assert found.access[2].verb == "sum" and found.access[2].grouped == ("hour",)


def test_samples_of_rows() -> None:
    found = read("inventory")
    assert [one.name for one in entity(found, "part").fields][:3] == ["part no", "description", "price"]
    assert "supplier 1..1 0..n contact" in relations(found)
    assert {"part 1..1 0..n stock movement", "warehouse 1..1 0..n stock movement"} <= relations(found)
    assert not field(found, "supplier", "email").required


def test_roles_self_references_and_ranges() -> None:
    found = read("university")
    assert {
        "lecturer 1..1 0..n department (head)",
        "course 0..n 0..n course (prerequisite)",
        "student 0..n 0..n course",
        "department 1..1 0..n course",
    } <= relations(found)
    points = field(found, "course", "credits")
    assert (points.kind, points.minimum, points.maximum) == ("integer", "1", "30")
    assert field(found, "course", "title").within == ("department",)


def test_what_is_assumed_says_how_to_say_it() -> None:
    found = spec("A user has many notes. A note has a text.")
    assert [one.what for one in found.assumed] == [
        "every note belongs to exactly one user",
        "a user is a row with a key and nothing else",
    ]
    assert all(one.say for one in found.assumed)
    assert relations(spec("A user has many notes. A note belongs to many users. A note has a text.")) == {
        "user 0..n 0..n note"
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A book has at least one author. An author may have written many books.", "book 0..n 1..n author"),
        ("A person has at most one passport. A passport belongs to one person.", "person 1..1 0..1 passport"),
        ("A team has 2 to 5 players. A player belongs to a team.", "team 1..1 2..5 player"),
        ("Every invoice is for one order. An order has an optional invoice.", "order 1..1 0..1 invoice"),
        ("An employee may have a manager, who is an employee.", "employee 0..1 0..n employee (manager)"),
    ],
)  # fmt: skip
def test_cardinalities(text: str, expected: str) -> None:
    assert expected in relations(spec(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"a\0b", "is no text"),
        (b"# Hello\n\nNothing here.\n", "names no thing"),
        (b"x" * (3 << 20), "bytes"),
        (b"A user has one car. A car has a name. A user has many cars.", "line 1 says that a user has many"),
    ],
)  # fmt: skip
def test_a_brief_that_cannot_be_read_is_one_clear_message(text: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_brief(text, "brief.md")


def test_what_is_not_understood_is_listed_with_its_line() -> None:
    found = spec("A user has a name.\n\nThe moon wanes over quiet seas.\n\n## Queries\n\n- dance with wolves\n")
    assert [(one.line, one.text) for one in found.unread] == [
        (3, "The moon wanes over quiet seas"),
        (7, "dance with wolves"),
    ]


def test_hostile_text_is_data() -> None:
    found = spec('A user has a name\'; DROP TABLE x; --.\nA user has a "select".\nEin Nutzer hat eine Straße.\n')
    assert entity(found, "user")
    assert len(spec("\n".join(f"A thing{n} has a name." for n in range(500))).entities) == 500


@pytest.mark.parametrize("text", ["20k customers, 3M orders", "20,000 customers and 3 million orders."])
def test_counts_of_known_things_are_volumes_wherever_they_stand(text: str) -> None:
    found = read_brief(
        f"# A shop\n\nA customer has many orders. A customer has a name.\n\n{text}\n".encode(), "b.md"
    ).spec
    assert {one.entity: one.rows for one in found.volumes} == {"customer": 2e4, "order": 3e6}
    assert found.unread == ()


def test_what_is_somebodys_is_no_thing_by_itself() -> None:
    text = "# Help\n\nA document has a title. Documents come from customers' uploads.\n"
    found = read_brief(text.encode(), "b.md").spec
    assert [one.name for one in found.entities] == ["document"]
    assert [one.text for one in found.unread] == ["Documents come from customers' uploads"]


def test_numbers_and_rates() -> None:
    assert [number(one) for one in ("50k", "1,000", "1.5M", "20 million", "ten", "x")] == [
        5e4,
        1e3,
        1.5e6,
        2e7,
        10,
        None,
    ]
    assert a_second("43 million readings a day") == (pytest.approx(4.3e7 / 86400), "readings")
    assert a_second("500/s") == (500, "")
    assert counted("at most one coupon").least == 0 and counted("up to 5 tags").most == 5
    assert listed("a status (new, paid), a total between 1 and 5 and a note") == [
        "a status (new, paid)", "a total between 1 and 5", "a note",
    ]  # fmt: skip


def test_what_may_happen_once_is_a_key_of_the_deed() -> None:
    text = (
        "# T\n\n## Data\n\n- **Guest**: name\n- **Room**: number (unique)\n"
        "- **Booking**: guest, room, date from (date)\n"
        "- **Review**: guest, room, stars (integer)\n\n{}\n"
    )
    for sentence, keys in (
        ("A guest cannot book the same room twice for the same date from.", None),  # a booking, or a review?
        ("A guest may not see the same mountain twice.", None),
        ("A guest cannot book the same room only once.", None),
    ):
        spec = read_brief(text.format(sentence).encode(), "brief.md").spec
        assert [one.key for one in spec.entities if one.key] == ([keys] if keys else [])
        assert any(sentence.rstrip(".") in one.text for one in spec.unread)
    text = text.replace("- **Review**: guest, room, stars (integer)\n", "")
    for sentence, keys in (
        ("A guest cannot book the same room twice for the same date from.", ("guest", "room", "date from")),
        ("A guest may book a room only once.", ("guest", "room")),
        ("The date from distinguishes bookings of the same room.", ("date from", "room")),
    ):
        spec = read_brief(text.format(sentence).encode(), "brief.md").spec
        booking = spec.entity("booking")
        assert booking is not None
        unique = [(one.name, *one.within) for one in booking.fields if one.unique]
        assert [set(one) for one in (*booking.key, *unique)] == [set(keys)], sentence
        assert spec.unread == ()


def test_a_plural_before_of_is_several() -> None:
    text = b"A member of staff has a name. A branch has a city. A branch is allocated members of staff."
    spec = read_brief(b"# T\n\n## Data\n\n" + text, "brief.md").spec
    [one] = spec.relations
    assert (one.first.entity, one.second.entity, one.second.most) == ("branch", "member of staff", None)


def test_all_data_is_the_tenants_but_what_a_tenant_refers_to() -> None:
    found = spec(
        "All data belongs to a tenant. A tenant has a name. A tenant subscribes to one plan. A plan has a name. A "
        "plan has many features. A feature has a name. A subscription has a status (active, cancelled). An invoice has "
        "a number. The number is unique per tenant. An invoice contains lines. A line has a text."
    )
    assert {"tenant 1..1 0..n subscription", "plan 1..1 0..n subscription", "tenant 1..1 0..n invoice"} <= relations(
        found
    )
    owned = {one.second.entity for one in found.relations if one.first.entity == "tenant"}
    assert owned == {"subscription", "invoice"}, "lines through invoices; plans and their features are everybody's"
    assert "features are shared: every tenant sees all of them" in [one.what for one in found.assumed]


def test_what_is_unique_within_a_tenant_is_a_tenants_and_the_rest_is_said_to_be_shared() -> None:
    found = spec(
        "Each shop's data is isolated. A shop has a name. A shop has many orders. An order has a total in EUR. A "
        "voucher has a code. The code is unique per shop. A country has a name."
    )
    assert "shop 1..1 0..n voucher" in relations(found)
    assert "country" not in {one.second.entity for one in found.relations}
    assert "countries are shared: every shop sees all of them" in [one.what for one in found.assumed]


def test_a_thing_that_is_only_a_unique_name_is_shared() -> None:
    found = spec("A note has many tags. A note has a title. A tag has a name. The name is unique.")
    assert relations(found) == {"note 0..n 0..n tag"}
    found = spec(
        "A customer has many orders. A customer has a name. An order has a number and a total. Number is unique."
    )
    assert relations(found) == {"customer 1..1 0..n order"}


def test_a_list_below_a_name_has_fields_and_no_things() -> None:
    found = spec("note\n- title\n- pinned: boolean, default false\n")
    assert [one.name for one in found.entities] == ["note"]
    assert field(found, "note", "pinned").kind == "boolean"


def test_who_is_asked_for_by_the_part_they_take() -> None:
    text = (
        "A channel has a name. A user has a name. A membership has a role. A membership is of one user and one channel."
    )
    found = spec(f"{text} A membership belongs to a channel.\n\n## Queries\n\n- members of a channel\n")
    assert [(one.entity, one.by) for one in found.access] == [("membership", ("channel",))]
