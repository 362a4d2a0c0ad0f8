"""In which order an access pattern wants its results: read, or listed as not understood."""

from __future__ import annotations

import pytest

from dbarchitect.design.brief import read_brief

ABOUT = """
A job belongs to one technician. A technician has a name. A job has a priority (integer), a due date, a
created at and a price in EUR.
"""


def orders(text: str) -> tuple[list[tuple[str, bool]], list[str]]:
    spec = read_brief(f"# Jobs\n{ABOUT}\n## Access patterns\n\n- {text}\n".encode(), "b.md").spec
    return [(one.field, one.descending) for one in spec.access[0].order], [one.text for one in spec.unread]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("list a technician's jobs, newest first", ("created at", True)),
        ("list a technician's jobs, oldest first", ("created at", False)),
        ("list a technician's jobs, soonest due first, 20 at a time", ("due date", False)),
        ("list a technician's jobs, soonest first", ("due date", False)),
        ("list a technician's jobs, the next due first", ("due date", False)),
        ("list a technician's jobs, highest priority first", ("priority", True)),
        ("list a technician's jobs, lowest priority first", ("priority", False)),
        ("list a technician's jobs, with the latest due date first", ("due date", True)),
        ("list a technician's jobs ordered by priority", ("priority", False)),
    ],
)
def test_an_order_is_read(text, order):
    assert orders(text) == ([order], [])


@pytest.mark.parametrize("words", ["most urgent first", "vip first", "largest weight first"])
def test_an_order_by_what_nobody_knows_is_listed(words):
    assert orders(f"list a technician's jobs, {words}") == ([], [words])


@pytest.mark.parametrize(
    "text",
    [
        "list the orders of a customer, newest first",
        "list the orders of a customer, newest first, 20 at a time",
        "list the orders of a customer, newest first, 20 at a time (5 a second, 50 ms)",
        "list the orders of a customer newest first",
        "list the orders of a customer, 20 per page, newest first",
    ],
)
def test_an_order_takes_nothing_from_what_is_asked_by(text: str) -> None:
    about = "A customer has a name. An order has a total. An order belongs to a customer."
    [access] = read_brief(f"{about}\n\n## Access patterns\n\n- {text}\n".encode(), "brief.md").spec.access
    assert access.by == ("customer",)
    assert [(one.field, one.descending) for one in access.order] == [("created at", True)]
