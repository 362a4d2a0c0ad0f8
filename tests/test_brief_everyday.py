"""Briefs as people write them who have never seen this program: what they say most often, in several wordings each."""

# ruff: noqa: E501 - sentences as they are written
from __future__ import annotations

import pytest
from msgspec import to_builtins

from dbarchitect.design.brief import read_brief
from dbarchitect.design.spec import Spec

CLINIC = """# Clinic

A clinic has a name. A dentist has a name. A patient has a name, a phone and an email.
An appointment has a patient, a dentist and a start time. An appointment has a status: booked or done.

{}
"""


def read(text: str) -> Spec:
    return read_brief(CLINIC.format(text).encode(), "brief.md").spec


def unread(spec: Spec) -> list[str]:
    return [one.text for one in spec.unread]


@pytest.mark.parametrize(
    "sentence",
    [
        "A dentist cannot have two appointments at once.",
        "A dentist can have only one appointment at a time.",
        "A dentist can only have one appointment at a time.",
        "No dentist has two appointments at the same time.",
        "A dentist may not have overlapping appointments.",
        "No dentist can have two overlapping appointments.",
        "No dentist is booked twice at the same time.",
        "Dentists are never double-booked.",
        "A dentist must not be double booked.",
        "Appointments of a dentist must not overlap.",
    ],
)
def test_what_may_not_overlap_is_forbidden_for_who_has_it(sentence: str) -> None:
    spec = read(f"An appointment lasts 15 to 120 minutes. {sentence}")
    assert [(one.entity, one.kind, one.within) for one in spec.rules] == [("appointment", "exclusive", ("dentist",))]
    assert not spec.unread


@pytest.mark.parametrize(
    "sentence", ["A patient can have two appointments at the same time.", "A dentist can have only one appointment."]
)
def test_what_is_allowed_or_said_of_all_time_forbids_no_overlap(sentence: str) -> None:
    assert not read(f"An appointment lasts some minutes. {sentence}").rules


def test_a_prohibition_of_other_things_does_not_account_for_one_that_is_lost() -> None:
    """That an invoice has one appointment says nothing of how many a dentist has."""
    spec = read("An invoice belongs to one appointment. A dentist cannot have two appointments on a bank holiday.")
    assert any("two appointments" in one for one in unread(spec))


@pytest.mark.parametrize(
    ("sentence", "bounds"),
    [
        ("An appointment lasts 15 to 120 minutes.", ("integer", "15", "120", "In minutes")),
        ("An appointment takes at most 3 hours.", ("decimal", "", "3", "In hours")),
        ("An appointment has a duration of 15 to 120 minutes.", ("integer", "15", "120", "In minutes")),
        ("An appointment lasts a number of days.", ("integer", "", "", "In days")),
    ],
)
def test_how_long_something_lasts_is_a_number_with_bounds_and_a_unit(
    sentence: str, bounds: tuple[str, str, str, str]
) -> None:
    spec = read(sentence)
    fields = {one.name: one for entity in spec.entities for one in entity.fields}
    found = fields["duration"]
    assert (found.kind, found.minimum, found.maximum, found.comment) == bounds
    assert not spec.unread


@pytest.mark.parametrize(
    "sentence",
    [
        "Patients can be soft deleted.",
        "We soft-delete patients.",
        "Deleted patients can be restored.",
        "Patients can be deleted and restored.",
    ],
)
def test_what_is_only_marked_as_deleted(sentence: str) -> None:
    spec = read(sentence)
    assert [one.name for one in spec.entities if one.soft_delete] == ["patient"]
    assert not spec.unread


@pytest.mark.parametrize(
    "sentence",
    [
        "A note belongs to a dentist or to a clinic and has a text.",
        "A note has a text. A note belongs to either a dentist or a clinic.",
        "A note has a text. It is attached to a dentist or a clinic.",
        "A note has a text. A note is about a dentist or a clinic.",
    ],
)
def test_exactly_one_of_several_references(sentence: str) -> None:
    spec = read(sentence)
    assert [(one.entity, one.kind, one.fields) for one in spec.rules] == [("note", "either", ("dentist", "clinic"))]
    ends = {
        (one.first.entity, one.first.least, one.first.most) for one in spec.relations if one.second.entity == "note"
    }
    assert ends == {("dentist", 0, 1), ("clinic", 0, 1)}
    assert not spec.unread


def test_what_has_an_identity_and_is_used_with_a_quantity_is_of_a_catalogue() -> None:
    spec = read(
        "A treatment has a unique code and a price. An appointment has several treatments, each with a quantity and the "
        "price charged."
    )
    one = next(one for one in spec.relations if "treatment" in (one.first.entity, one.second.entity))
    assert (one.first.most, one.second.most) == (None, None)
    assert [(field.name, field.kind) for field in one.fields] == [("quantity", "integer"), ("price charged", "money")]


def test_what_has_none_belongs_to_what_has_it() -> None:
    spec = read("An appointment has several remarks, each with a text and a date.")
    one = next(one for one in spec.relations if one.second.entity == "remark")
    assert (one.first.entity, one.first.most) == ("appointment", 1)


def test_sorts_in_brackets_are_values_and_no_fields() -> None:
    spec = read("A visit has a date. Visits (checkups, cleanings, emails) belong to a patient.")
    kind = next(
        one for entity in spec.entities if entity.name == "visit" for one in entity.fields if one.name == "kind"
    )
    assert (kind.kind, kind.values) == ("choice", ("checkup", "cleaning", "email"))


def test_either_of_two_fields_is_two_queries() -> None:
    spec = read(
        "## Queries\n\n- find a patient by phone or by email (10 per second)\n- list appointments by dentist or patient"
    )
    assert [(one.entity, one.by, one.per_second) for one in spec.access] == [
        ("patient", ("phone",), 10.0),
        ("patient", ("email",), 10.0),
        ("appointment", ("dentist",), None),
        ("appointment", ("patient",), None),
    ]


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ("upcoming appointments of a dentist", "now", None),
        ("appointments of a dentist in the next 7 days", "now", "in 7 days"),
        ("upcoming appointments of a dentist over the next 2 weeks", "now", "in 2 weeks"),
    ],
)
def test_what_is_to_come_is_bounded_and_the_soonest_first(asked: str, since: str, until: str | None) -> None:
    spec = read(f"## Queries\n\n- {asked}")
    (one,) = spec.access
    assert one.since == ("start time", since)
    assert one.until == (None if until is None else ("start time", until))
    assert [order.field for order in one.order] == ["start time"]
    assert not spec.unread


@pytest.mark.parametrize(
    "asked",
    [
        "remove patients who left more than 2 years ago",  # not those who came then
        "patients whose last appointment was more than 6 months ago",
        "revenue per clinic",
        "find dentists by name or by licence",
        "appointments in a city",
    ],
)
def test_a_query_of_which_a_condition_is_missing_is_listed_and_not_made(asked: str) -> None:
    spec = read(f"## Queries\n\n- {asked}")
    assert spec.access == ()
    assert unread(spec) == [asked]


def test_open_and_an_order_are_read_of_a_plural() -> None:
    (one,) = read("## Queries\n\n- open appointments of a dentist ordered by start time").access
    assert (one.verb, one.by, [order.field for order in one.order]) == ("list", ("dentist",), ["start time"])


def test_each_counts_for_what_is_said_before_it() -> None:
    spec = read("## Volumes\n\n2,000 clinics with 5,000 patients each; 12k check-ups per day")
    assert {one.entity: (one.rows, one.a_day) for one in spec.volumes} == {
        "clinic": (2000.0, None),
        "patient": (10_000_000.0, None),
    }
    assert any("check-ups" in one for one in unread(spec))


@pytest.mark.parametrize(
    ("sentence", "entity", "key"),
    [
        ("A patient has a chair and an hour, which are unique within the clinic. A patient belongs to a clinic.", "patient", ("chair", "hour", "clinic")),
        ("A reminder has a date. A reminder is for one patient and one clinic. No patient may be reminded twice for the same clinic.", "reminder", ("patient", "clinic")),
    ],
)  # fmt: skip
def test_what_is_unique_together(sentence: str, entity: str, key: tuple[str, ...]) -> None:
    spec = read(sentence)
    assert next(one for one in spec.entities if one.name == entity).key == (key,)


@pytest.mark.parametrize(
    ("sentence", "entity", "fields"),
    [
        ("Every visit is logged: patient, clinic, time in and time out.", "visit", {"time in": "moment", "time out": "moment"}),
        ("An appointment has a maximum number of participants.", "appointment", {"maximum number of participants": "integer"}),
        ("Defects are reported by dentists, with a description and a severity from 1 to 5, and fixed in an appointment.", "defect", {"description": "text", "severity": "integer"}),
        ("For every clinic there are price lists such as \"Adults\" or \"Children\"; each has a name and a price in EUR.", "price list", {"name": "word", "price": "money"}),
        ("Invoices are issued per appointment, with a number and a total in EUR, and are open, paid or void.", "invoice", {"number": "identifier", "total": "money", "status": "choice"}),
        ("An appointment can be cancelled.", "appointment", {"cancelled at": "moment"}),
    ],
)  # fmt: skip
def test_fields_that_are_told_on_the_way(sentence: str, entity: str, fields: dict[str, str]) -> None:
    spec = read(sentence)
    found = next(one for one in spec.entities if one.name == entity)
    kinds = {one.name: one.kind for one in found.fields}
    assert {name: kinds.get(name) for name in fields} == fields, to_builtins(found)


def test_a_list_of_wishes_is_asked_and_names_no_things() -> None:
    spec = read(
        "We need:\n\n* to show the appointments of a dentist\n* a report of appointments per clinic\n* all appointments of a patient this month"
    )
    assert {one.name for one in spec.entities} == {"clinic", "dentist", "patient", "appointment"}
    assert [one.by for one in spec.access if one.verb == "list"] == [("dentist",), ("patient",)]


def test_what_is_summed_is_a_number_and_not_what_it_is_grouped_by() -> None:
    spec = read(
        "A deal has a value in EUR, a level (number) and a stage (lead, won). A deal belongs to a clinic.\n\n## Queries\n\n"
        "- total value of deals per stage\n- total value of deals per level per clinic"
    )
    assert [(one.fields, one.grouped) for one in spec.access] == [
        (("value",), ("stage",)),
        (("value",), ("level", "clinic")),
    ]


def test_tenants_are_told_of_on_the_way() -> None:
    spec = read("It's multi-tenant: every clinic only sees its own data. Reminders belong to a clinic.")
    assert (spec.surroundings.tenancy, spec.surroundings.tenant) == ("shared", "clinic")
    assert "reminder" in {one.name for one in spec.entities}
    assert not spec.unread


def test_what_is_done_with_a_thing_is_no_moment_of_it() -> None:
    spec = read("A clinic can be visited.")
    assert [one.name for one in spec.entities if one.name == "clinic" for one in one.fields] == ["name"]
    assert unread(spec) == ["A clinic can be visited"]


def test_what_is_numbered_within_another_belongs_to_it() -> None:
    spec = read("A room has a number within its clinic and an area. ")
    one = next(one for one in spec.relations if one.second.entity == "room")
    assert (one.first.entity, one.first.least, one.first.most) == ("clinic", 1, 1)
    assert not spec.unread


def test_a_deed_that_is_counted_elsewhere_is_a_thing() -> None:
    spec = read(
        "A course has a title. Patients enroll in courses; we store the enrollment date. A payment has an amount. A payment "
        "is for one enrollment."
    )
    parents = {one.first.entity for one in spec.relations if one.second.entity == "enrollment"}
    assert parents == {"patient", "course"}
    fields = next(one.fields for one in spec.entities if one.name == "enrollment")
    assert [one.name for one in fields] == ["enrollment date"]


def test_under_what_something_is_done_is_a_thing_of_both() -> None:
    spec = read(
        "A lease has a start date and an optional end date. Patients rent clinics under leases. A clinic can't have two leases at the same time."
    )
    assert {one.first.entity for one in spec.relations if one.second.entity == "lease"} == {"patient", "clinic"}
    assert [(one.entity, one.kind, one.within) for one in spec.rules] == [("lease", "exclusive", ("clinic",))]


def test_things_within_things_are_unfolded() -> None:
    spec = read("A quiz has a title. Quizzes have questions with several answers, one of which is correct.")
    ends = {(one.first.entity, one.second.entity) for one in spec.relations if one.first.most == 1}
    assert {("quiz", "question"), ("question", "answer")} <= ends
    assert [one.name for entity in spec.entities if entity.name == "answer" for one in entity.fields] == ["correct"]


def test_a_list_in_a_fixed_order_keeps_it() -> None:
    spec = read("A course has a title. A course consists of modules in a fixed order, and each module has a title.")
    one = next(one for one in spec.relations if one.second.entity == "module")
    assert (one.first.entity, one.first.most, one.ordered) == ("course", 1, True)


def test_screens_are_asked_and_are_no_things() -> None:
    spec = read(
        "The main screens:\n\n- agenda: appointments of a dentist, soonest first\n- my visits: the appointments of a patient"
    )
    assert {one.name for one in spec.entities} == {"clinic", "dentist", "patient", "appointment"}
    assert [one.by for one in spec.access] == [("dentist",), ("patient",)]


def test_what_is_rated_once_leaves_a_rating() -> None:
    spec = read("A patient can rate a dentist once, from 1 to 5 stars, with an optional comment.")
    rating = next(one for one in spec.entities if one.name == "rating")
    assert [(one.name, one.kind, one.minimum, one.maximum, one.required) for one in rating.fields] == [
        ("score", "integer", "1", "5", True),
        ("comment", "text", "", "", False),
    ]
    assert [set(one) for one in rating.key] == [{"patient", "dentist"}]
    assert {one.first.entity for one in spec.relations if one.second.entity == "rating"} == {"patient", "dentist"}
    assert not spec.unread


@pytest.mark.parametrize(
    ("sentence", "ends"),
    [
        ("Appointments can be tagged with topics.", {("appointment", None, ""), ("topic", None, "")}),
        ("Patients can follow each other.", {("patient", None, ""), ("patient", None, "other patient")}),
        (
            "A message is sent from one patient to another.",
            {("patient", 1, "sender"), ("patient", 1, "recipient"), ("message", None, "")},
        ),
    ],
)
def test_how_things_stand_to_each_other(sentence: str, ends: set[tuple[str, int | None, str]]) -> None:
    spec = read(sentence)
    before = read("").relations
    new = [
        one
        for one in spec.relations
        if (one not in before and {"topic", "message"} & {one.first.entity, one.second.entity})
        or one.first.entity == one.second.entity
    ]
    assert {(end.entity, end.most, end.role) for one in new for end in (one.first, one.second)} == ends
    assert not spec.unread


def test_who_did_it_and_what_two_may_not_share() -> None:
    spec = read("We need to know who created an appointment. Two patients can't have the same email.")
    fields = {(entity.name, one.name): one.unique for entity in spec.entities for one in entity.fields}
    assert ("appointment", "created by") in fields
    assert fields["patient", "email"]


@pytest.mark.parametrize(
    ("said", "ordered"),
    [
        ("", True),
        ("The end date of a course must be on or after the start date.", True),
        ("The start date of a course is not after its end date.", True),
        ("The end date of a course may be before the start date.", False),
    ],
)
def test_a_period_does_not_end_before_it_begins(said: str, ordered: bool) -> None:
    spec = read(f"A course has a title, a start date and an end date. {said}")
    rules = [(one.kind, one.fields, one.equal) for one in spec.rules]
    assert rules == ([("order", ("start date", "end date"), True)] if ordered else [])
    assert bool([one for one in spec.assumed if "not before its start date" in one.what]) == (ordered and not said)
    assert not spec.unread


@pytest.mark.parametrize(
    "fields",
    [
        "a start time of day and an end time of day",  # a night shift
        "a departure time and an arrival time",  # which comes first, nobody said
        "a start date and an end time",
        "a last start date and a last end date",
    ],
)
def test_of_other_pairs_no_order_is_assumed(fields: str) -> None:
    assert not read(f"A course has a title, {fields}.").rules


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hourly rate", "money"), ("price per night", "money"), ("credit limit", "money"), ("tax rate", "percentage"),
        ("exchange rate", "decimal"), ("heart rate", "decimal"), ("phone number", "phone"), ("year of birth", "integer"),
        ("maximum participants", "integer"), ("last login", "moment"), ("cooking time", "duration"), ("start time", "moment"),
        ("ip address", "ip"), ("opening hours", "text"), ("paid", "boolean"), ("amount paid", "money"),
    ],
)  # fmt: skip
def test_a_name_says_what_a_field_holds(name: str, kind: str) -> None:
    spec = read(f"A course has a title and {'an' if name[0] in 'aeiouh' else 'a'} {name}.")
    course = next(one for one in spec.entities if one.name == "course")
    assert {one.name: one.kind for one in course.fields}[name] == kind


@pytest.mark.parametrize(
    "sentence",
    [
        "For each course we record which patients were present.",
        "For every course, the dentists note which patients attended.",
        "We track which patients took part in each course.",
    ],
)
def test_which_of_them_were_there_is_kept_for_each(sentence: str) -> None:
    spec = read(f"A course has a title. {sentence}")
    (found,) = (one for one in spec.relations if {one.first.entity, one.second.entity} == {"course", "patient"})
    assert (found.first.most, found.second.most) == (None, None)
    assert not spec.unread


def test_which_of_them_were_there_is_a_mark_of_those_who_are_connected() -> None:
    spec = read(
        "A course has a title. Patients enrol in courses. For each course we record which patients were present."
    )
    (found,) = (one for one in spec.relations if {one.first.entity, one.second.entity} == {"course", "patient"})
    assert [(one.name, one.kind) for one in found.fields] == [("present", "boolean")]


def test_what_is_sent_to_somebody_is_sent_to_one() -> None:
    spec = read("An invoice has a number. Invoices are sent to patients.")
    (found,) = (one for one in spec.relations if {one.first.entity, one.second.entity} == {"invoice", "patient"})
    assert (found.first.entity, found.first.most, found.second.most) == ("patient", 1, None)


def test_the_head_of_a_name_is_no_thing_of_its_own() -> None:
    spec = read(
        "A piece of equipment has a name. A course has a title. A course uses one or more pieces of equipment. "
        "For each piece we record the agreed rate and the reading at return."
    )
    names = {one.name for one in spec.entities}
    assert "piece of equipment" in names and "piece" not in names
    assert any("For each piece" in one for one in unread(spec))  # of the two together it would be
