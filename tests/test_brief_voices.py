"""Turns of phrase of further voices: what each says, what stays listed, and that what was read can be designed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from brief_expectations import scored
from dbarchitect.design.brief import read_brief
from dbarchitect.design.hierarchies import BELOW
from dbarchitect.design.queries import asked
from dbarchitect.design.spec import Field, Spec
from dbarchitect.design.tables import designed

CASES = Path(__file__).parent / "cases" / "briefs"
TUNED = sorted((CASES / "voices").glob("*.md"))
HELD = [one for one in sorted((CASES / "voices_held").glob("*.md")) if one.with_suffix(".toml").exists()]
THINGS = "A student has a name. A course has a title. A teacher has a name. A lesson has a date. "


def spec(text: str) -> Spec:
    return read_brief(text.encode(), "brief.md").spec


def field(found: Spec, owner: str, name: str) -> Field:
    one = found.entity(owner)
    assert one is not None
    return {each.name: each for each in one.fields}[name]


def relations(found: Spec) -> set[str]:
    def end(least: int, most: int | None) -> str:
        return f"{least}..{'n' if most is None else most}"

    return {
        f"{one.first.entity} {end(one.first.least, one.first.most)} {end(one.second.least, one.second.most)} "
        f"{one.second.entity}"
        for one in found.relations
    }


def unread(found: Spec) -> list[str]:
    return [one.text for one in found.unread]


@pytest.mark.parametrize("path", TUNED, ids=[one.stem for one in TUNED])
def test_what_voices_say_is_found_and_nothing_is_made_up(path: Path) -> None:
    score = scored(path)
    assert score.share >= 0.75, score.missing
    assert not score.wrong
    assert len(score.extra) <= 1, score.extra
    assert len(score.silent) <= 2, score.silent


def test_the_shares_of_what_was_and_was_not_tuned_on() -> None:
    tuned, held = ([scored(one) for one in each] for each in (TUNED, HELD))
    shares = [
        sum(len(one.found) for one in each) / sum(len(one.found) + len(one.missing) for one in each)
        for each in (tuned, held)
    ]
    assert len(tuned) == 8 and len(held) == 4
    assert shares[0] > 0.85 and shares[1] > 0.85


@pytest.mark.parametrize("path", [*TUNED, *HELD], ids=[one.stem for one in (*TUNED, *HELD)])
def test_what_was_read_can_be_designed_and_asked(path: Path) -> None:
    found = read_brief(path.read_bytes(), path.name).spec
    draft, _ = designed(found, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert draft.tables and len(asked(draft, found)) >= len(found.access)


@pytest.mark.parametrize(
    ("text", "owner", "names"),
    [
        ("A student — we know their email and birthday — attends courses.", "student", {"email", "birthday"}),
        ("Teachers, whose salaries and phone numbers we keep, teach courses.", "teacher", {"salary", "phone number"}),
        ("A course is taught by one teacher (who has a handle that nobody else has and a password).", "teacher",
         {"handle", "password"}),
        ("A lesson is given by one teacher, whose licence number is known.", "teacher", {"licence number"}),
        ("A teacher is a person with a licence number and a salary.", "teacher", {"licence number", "salary"}),
        ("Students are registered under their email.", "student", {"email"}),
        ("A lesson takes place in a building and is held on a date.", "lesson", {"building", "date"}),
        ("A lesson is labelled with a barcode.", "lesson", {"barcode"}),
    ],
)  # fmt: skip
def test_fields_in_clauses_inside_clauses(text: str, owner: str, names: set[str]) -> None:
    found = spec(THINGS + text)
    one = found.entity(owner)
    assert one is not None and names <= {each.name for each in one.fields}, (one, found.unread)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A lesson, which always belongs to one course, has a room number.", "course 1..1 0..n lesson"),
        ("A course is taught by one or two teachers.", "course 0..n 1..2 teacher"),
        ("A teacher gives one or more lessons in a course.", "course 1..1 0..n lesson"),
        ("Every student has at most one mentor, who is also a student.", "student 0..1 0..n student"),
        ("An exam has a score. At the end a student can take one exam per course.", "student 1..1 0..n exam"),
        ("An enrolment has a price. A student can't enrol twice in the same course.", "course 1..1 0..n enrolment"),
        ("Lessons are kept in courses. A lesson may be split over several courses. Lessons belong to courses.",
         "lesson 0..n 0..n course"),
        ("A reservation has a state. A student can reserve a lesson for a day (a reservation).",
         "lesson 1..1 0..n reservation"),
    ],
)  # fmt: skip
def test_relations_in_turns_of_phrase(text: str, expected: str) -> None:
    found = spec(THINGS + text)
    assert expected in relations(found), (relations(found), found.unread)


def test_what_is_known_of_two_when_something_is_done() -> None:
    found = spec(
        THINGS + "If a student misses a lesson, we note the reason. Courses are lent to teachers. "
        "When a course is lent, the lending date is written down. Students can rate courses from 1 to 5 stars."
    )
    pairs = {
        frozenset((one.first.entity, one.second.entity)): [each.name for each in one.fields] for one in found.relations
    }
    assert pairs[frozenset(("student", "lesson"))] == ["reason"]
    assert pairs[frozenset(("course", "teacher"))] == ["lending date"]
    rated = found.entity("rating")
    assert rated is not None and [one.name for one in rated.fields] == ["rating"]
    assert set(rated.key[0]) == {"student", "course"}


def test_a_condition_of_other_things_tells_nothing_of_those_spoken_of_last() -> None:
    found = spec(THINGS + "A lesson belongs to a course. If a teacher is ill, we note the reason.")
    lesson = found.entity("lesson")
    assert lesson is not None and "reason" not in {one.name for one in lesson.fields}
    assert any("reason" in one for one in unread(found))


def test_uniqueness_in_relative_clauses() -> None:
    found = spec("A floor has a name. A desk is on a floor and has a label, which must be unique on that floor.")
    assert field(found, "desk", "label").unique and field(found, "desk", "label").within == ("floor",)
    found = spec("A show has a name. A show has many episodes. An episode has a number within its show.")
    assert field(found, "episode", "number").within == ("show",)


def test_what_no_table_could_have_is_listed_and_not_designed() -> None:
    found = spec("A show has a title. The name of a show and its date together are unique.")
    one = found.entity("show")
    assert one is not None and not one.key
    assert any("date" in each for each in unread(found))


def test_states_and_values() -> None:
    found = spec(THINGS + "It can be a draft, scheduled or closed. Its outcome shall be one of good, fair or bad.")
    assert field(found, "lesson", "status").values == ("draft", "scheduled", "closed")
    assert field(found, "lesson", "outcome").values == ("good", "fair", "bad")


def test_notes_on_lines_of_their_own_with_dashes() -> None:
    found = spec(
        "# Shop\n\nbikes - brand, model, frame number (unique)\na customer owns bikes\ncustomers: name, phone\n"
    )
    assert relations(found) == {"customer 1..1 0..n bike"} and field(found, "bike", "frame number").unique
    assert field(spec("bikes - brand, state new/in repair/sold"), "bike", "state").values == (
        "new",
        "in repair",
        "sold",
    )


def test_lines_that_the_page_broke_are_one_sentence() -> None:
    found = spec(
        "A customer has a name, an email that is unique and a\nphone number, and a customer has many orders which\n"
        "have a total in EUR."
    )
    assert {one.name for one in found.entities} >= {"customer"} and not found.entity("phone number")


def test_an_embedding_of_few_dimensions_is_a_vector_and_a_size_is_none() -> None:
    found = spec("A document has an embedding of 8 dimensions. A box has a size of 3 dimensions.")
    assert (field(found, "document", "embedding").kind, field(found, "document", "embedding").dimensions) == (
        "vector",
        8,
    )
    box = found.entity("box")
    assert box is not None and all(one.kind != "vector" for one in box.fields)


@pytest.mark.parametrize(
    ("text", "entity", "figures"),
    [
        ("The register will hold approximately 80,000 trees.", "tree", (8e4, None)),
        ("We start with 12 trees.", "tree", (12, None)),
        ("There are about 30 trees.", "tree", (30, None)),
        ("About 25,000 trees are expected per year.", "tree", (None, 25_000 / 365.25)),
    ],
)
def test_volumes_in_sentences(text: str, entity: str, figures: tuple[float | None, float | None]) -> None:
    found = spec(f"A tree has a height. A park has a name. {text}")
    one = next(each for each in found.volumes if each.entity == entity)
    assert (one.rows, one.a_day) == pytest.approx(figures)


def test_a_bound_is_no_volume() -> None:
    assert not spec("A tree has a height. A park has many trees. There may be no more than 14 trees in a park.").volumes


ORDERS = (
    "A customer has a name. An order has a priority (low, high), a total in EUR and a placed at. "
    "An order belongs to one customer. "
)


@pytest.mark.parametrize(
    ("text", "by", "order"),
    [
        ("Users must be able to list all orders of a customer by priority.", ("customer",), ("priority",)),
        ("It must be possible to search orders by priority and customer.", ("priority", "customer"), ()),
        ("As a clerk, I want to see all orders of a customer, newest first.", ("customer",), ("placed at",)),
        ("How many orders does a customer have?", ("customer",), ()),
        ("Which orders does a customer have this week?", ("customer",), ()),
    ],
)
def test_questions_are_accesses(text: str, by: tuple[str, ...], order: tuple[str, ...]) -> None:
    found = spec(ORDERS + text)
    assert len(found.access) == 1, found.unread
    assert (found.access[0].by, tuple(one.field for one in found.access[0].order)) == (by, order)


@pytest.mark.parametrize(
    "text",
    ["Which customers are popular?", "How often was an order opened last month?", "Which orders does a courier carry?"],
)
def test_a_question_of_which_a_word_is_not_known_is_listed(text: str) -> None:
    found = spec(ORDERS + text)
    assert not found.access and text in unread(found)


def test_a_question_to_a_person_is_no_access() -> None:
    found = spec(ORDERS + "Could you tell me what this would cost?")
    assert [one.why for one in found.noted] == ["question"] and not found.access


def test_a_branch_of_another_entity_is_asked_as_a_branch() -> None:
    text = "A category has a name. Categories form a tree. An order has a total. An order belongs to one category."
    found = spec(f"{text}\n\n## Queries\n\n- count the orders in a category and all its subcategories\n")
    assert [(one.verb, one.entity, one.by) for one in found.access] == [("count", "order", ("category", BELOW))]


def test_a_number_that_a_sentence_begins_with_is_no_paragraph() -> None:
    found = spec("A message has a delivered at (optional).\n\n2.5 % of the messages are delivered.\n")
    assert [one.part for one in found.shares] == [pytest.approx(0.025)]
    assert spec("A message has a text.\n\n## Volumes\n\n2.5 million messages.\n").volumes[0].rows == 2.5e6


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The solution should be modern and easy to use.", "goal"),
        ("Dark mode would be lovely.", "interface"),
        ("The supplier shall provide training for up to 20 users.", "service"),
    ],
)
def test_what_surely_says_nothing_about_data_is_noted(text: str, why: str) -> None:
    found = spec(ORDERS + text)
    assert [one.why for one in found.noted] == [why] and not found.unread


@pytest.mark.parametrize(
    "text", ["The supplier shall provide every customer with an order.", "The order page must be fast."]
)
def test_what_names_a_thing_is_never_only_noted(text: str) -> None:
    assert not spec(ORDERS + text).noted


def test_rules_that_depend_on_a_state_stay_listed() -> None:
    found = spec(ORDERS + "Once an order is placed, it can't be changed. An order that is closed must not be reopened.")
    assert len(found.unread) == 2
