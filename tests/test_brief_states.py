"""Access patterns that name a fixed state, a flag or an absence: it is a constant of the query, and no parameter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from dbarchitect.design.brief import read_brief
from dbarchitect.design.spec import Access, Share, Spec, State
from dbarchitect.design.tables import designed
from dbarchitect.design.written import brief_of
from dbarchitect.errors import InputError
from dbarchitect.model.value import from_json, to_json

ABOUT = """
A worker has many jobs. A worker has a name. A job has a title, a state (open, waiting, running, done, failed), a
priority (integer) and a created at. A customer has a name and an email.
A customer has many invoices. A customer has many orders. A user has many messages. A user has many articles.
A user has many tasks. A task may belong to one project. A project has a name.

### Invoice

| field | type | required | notes |
|---|---|---|---|
| number | text | yes |  |
| status | choice | yes | draft, open, paid, void |
| total | money | yes | EUR |
| due date | date | yes |  |
| issued on | date | yes |  |

### User

| field | type | required | notes |
|---|---|---|---|
| email | email | yes |  |
| name | text | yes |  |
| active | boolean | yes |  |
| is admin | boolean | yes |  |
| role | choice | yes | member, admin, guest |
| deleted at | timestamp | no |  |
| created at | timestamp | yes |  |

### Message

| field | type | required | notes |
|---|---|---|---|
| body | text | yes |  |
| sent at | timestamp | yes |  |
| delivered at | timestamp | no |  |
| read at | timestamp | no |  |
| urgent | boolean | yes |  |

### Article

| field | type | required | notes |
|---|---|---|---|
| title | text | yes |  |
| published | boolean | yes |  |
| featured | boolean | yes |  |
| published at | timestamp | no |  |

### Order

| field | type | required | notes |
|---|---|---|---|
| number | text | yes |  |
| status | choice | yes | pending, paid, shipped, cancelled |
| placed at | timestamp | yes |  |
| shipped at | timestamp | no |  |
| paid | boolean | yes |  |

### Task

| field | type | required | notes |
|---|---|---|---|
| title | text | yes |  |
| done | boolean | yes |  |
| due on | date | yes |  |
| archived at | timestamp | no |  |
| assignee note | text | no |  |
"""


def read(text: str) -> Spec:
    return read_brief(f"# Work\n{ABOUT}\n## Access patterns\n\n- {text}\n".encode(), "b.md").spec


def states(access: Access) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(one.field, one.how, one.values) for one in access.states}


def is_(field: str, *values: str) -> tuple[str, str, tuple[str, ...]]:
    return field, "is", values


def missing(field: str) -> tuple[str, str, tuple[str, ...]]:
    return field, "missing", ()


def there(field: str) -> tuple[str, str, tuple[str, ...]]:
    return field, "there", ()


YES, NO = "true", "false"

# Written before anything was built.
FIRST = [
    ("list the open jobs of a worker, oldest first", {is_("state", "open")}, ("worker",)),
    ("list open or waiting jobs", {is_("state", "open", "waiting")}, ()),
    ("jobs that are still open", {is_("state", "open")}, ()),
    ("jobs of a worker that are not done", {("state", "is not", ("done",))}, ("worker",)),
    ("failed jobs, newest first, 20 at a time", {is_("state", "failed")}, ()),
    ("count running jobs", {is_("state", "running")}, ()),
    ("list jobs by state", set(), ("state",)),
    ("jobs of a worker in a given state", set(), ("worker", "state")),
    ("all jobs whose state is waiting", {is_("state", "waiting")}, ()),
    ("jobs with state open, by priority", {is_("state", "open")}, ()),
    ("list jobs which are neither done nor failed", {("state", "is not", ("done", "failed"))}, ()),
    ("open invoices of a customer", {is_("status", "open")}, ("customer",)),
    ("unpaid invoices due this week", {("status", "is not", ("paid",))}, ()),
    ("show all draft invoices", {is_("status", "draft")}, ()),
    ("invoices that have not been paid", {("status", "is not", ("paid",))}, ()),
    ("active users by email", {is_("active", YES)}, ("email",)),
    ("find an active user by email", {is_("active", YES)}, ("email",)),
    ("inactive users, newest first", {is_("active", NO)}, ()),
    ("users that are not active", {is_("active", NO)}, ()),
    ("list all admins among the users", set(), ("role",)),  # `role` or `is admin`: nobody can tell
    ("users that are not deleted", {missing("deleted at")}, ()),
    ("messages not yet delivered", {missing("delivered at")}, ()),
    ("undelivered messages of a user", {missing("delivered at")}, ("user",)),
    ("count a user's unread messages", {missing("read at")}, ("user",)),
    ("urgent messages that have been delivered", {is_("urgent", YES), there("delivered at")}, ()),
    ("messages without a read at", {missing("read at")}, ()),
    ("published articles, newest first", {is_("published", YES)}, ()),
    ("unpublished articles of a user", {is_("published", NO)}, ("user",)),
    ("featured and published articles", {is_("featured", YES), is_("published", YES)}, ()),
    ("orders older than 30 days that are still pending", {is_("status", "pending")}, ()),
    ("pending or paid orders of a customer, newest first", {is_("status", "pending", "paid")}, ("customer",)),
    ("cancelled orders of the last 30 days", {is_("status", "cancelled")}, ()),
    ("orders where status is not cancelled", {("status", "is not", ("cancelled",))}, ()),
    ("a user's open tasks", set(), ("user",)),
    ("a user's tasks that are not done, soonest due first", {is_("done", NO)}, ("user",)),
    ("done tasks of a user", {is_("done", YES)}, ("user",)),
    ("unfinished tasks", set(), ()),
    ("tasks not archived", {missing("archived at")}, ()),
    ("archived tasks of a user, newest first", {there("archived at")}, ("user",)),
    ("undone, unarchived tasks of a user", {is_("done", NO), missing("archived at")}, ("user",)),
    ("unshipped orders", set(), ()),
    ("take an open job", {is_("state", "open")}, ()),
    ("remove cancelled orders older than 2 years", {is_("status", "cancelled")}, ()),
    ("mark an invoice as paid", set(), ()),
    ("change the state of a job", set(), ()),
    ("sum of the total of open invoices per customer", {is_("status", "open")}, ()),
]


# Written when the first ones were read.
LATER = [
    ("invoices where the status is open or void", {is_("status", "open", "void")}, ()),
    ("list a customer's draft and open invoices", {is_("status", "draft", "open")}, ("customer",)),
    ("tasks without a project", {missing("project")}, ()),
    ("tasks of a user that have no assignee note", {missing("assignee note")}, ("user",)),
    ("users whose active is false", {is_("active", NO)}, ()),
    ("orders whose shipped at is missing", {missing("shipped at")}, ()),
    ("orders with status shipped", {is_("status", "shipped")}, ()),
    ("orders that are no longer pending", {("status", "is not", ("pending",))}, ()),
    ("jobs in the waiting state, highest priority first", {is_("state", "waiting")}, ()),
    ("open, waiting and running jobs of a worker", {is_("state", "open", "waiting", "running")}, ("worker",)),
    ("open an order", set(), ()),
    ("read messages of a user", set(), ("user",)),
    ("search articles that are published", {is_("published", YES)}, ()),
    ("articles by published at", set(), ("published at",)),
    ("delivered but unread messages", {there("delivered at"), missing("read at")}, ()),
    ("how many jobs are still waiting?", {is_("state", "waiting")}, ()),
    ("which invoices are unpaid?", {("status", "is not", ("paid",))}, ()),
    ("update pending orders of a customer", {is_("status", "pending")}, ("customer",)),
    ("Void invoices issued more than 2 years ago", {is_("status", "void")}, ()),
    ("find all non-urgent messages of a user", {is_("urgent", NO)}, ("user",)),
    ("users who are active admins", {is_("active", YES)}, ("role",)),
    ("delete archived tasks", {there("archived at")}, ()),
]


@pytest.mark.parametrize(("text", "wanted", "by"), [*FIRST, *LATER])
def test_a_state_is_read(text, wanted, by):
    access = read(text).access[0]
    assert (states(access), access.by) == (wanted, by)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pinned messages of a user", "pinned"),
        ("list urgent or undelivered messages", "urgent or undelivered"),
        ("unfinished tasks of a user", "unfinished"),
        ("jobs that are blocked", "jobs that are blocked"),
        ("messages not yet translated", "not yet translated"),
        ("open jobs that are done", "state open and state done"),
        ("orders of active users", "active users"),
        ("tasks without a title", "without a title"),
        ("unshipped orders", "unshipped"),
        ("jobs expiring this week", "expiring this week"),
    ],
)
def test_what_is_no_state_of_any_field_is_listed(text, words):
    assert words in [one.text for one in read(text).unread]


def test_a_word_of_two_fields_stays_a_parameter_and_says_so():
    spec = read("shipped orders of a customer")
    assert spec.access[0].by == ("customer", "status")
    assert not spec.access[0].states
    assert [(one.text, one.hint.partition(";")[0]) for one in spec.unread] == [("shipped", "status stays a parameter")]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("unpaid invoices due this week", ("due date", "this week"), ("due date", "this week")),
        ("overdue invoices", None, ("due date", "now")),
        ("open invoices due in the next 7 days", ("due date", "now"), ("due date", "in 7 days")),
        ("orders older than 30 days that are still pending", None, ("placed at", "30 days")),
        ("paid invoices issued more than 2 years ago", None, ("issued on", "2 years")),
        ("orders not older than a week", ("placed at", "1 week"), None),
        ("cancelled orders of the last 30 days", ("placed at", "30 days"), None),
    ],
)
def test_bounds_in_time(text, since, until):
    access = read(text).access[0]
    assert (access.since, access.until) == (since, until)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("5 % of the jobs are open.", [(State(field="state", values=("open",)), 0.05)]),
        ("About 2.5 percent of messages are not yet delivered.", [(State(field="delivered at", how="missing"), 0.025)]),
        ("90 % of the users are active.", [(State(field="active", values=("true",)), 0.9)]),
        (
            "1 % of the jobs are open or waiting, and 2 % are running.",
            [
                (State(field="state", values=("open", "waiting")), 0.01),
                (State(field="state", values=("running",)), 0.02),
            ],
        ),
    ],
)
def test_shares_are_read_and_written(sentence, wanted):
    spec = read_brief(f"# Work\n{ABOUT}\n{sentence}\n".encode(), "b.md").spec
    assert [(one.state, pytest.approx(one.part)) for one in spec.shares] == wanted
    back = read_brief(brief_of(spec)[0].encode(), "b.md").spec
    assert [(one.state, one.part) for one in back.shares] == [(one.state, one.part) for one in spec.shares]
    assert from_json(Spec, to_json(spec)) == spec


def test_a_share_of_what_is_no_state_is_listed():
    spec = read_brief(f"# Work\n{ABOUT}\n5 % of the jobs are pinned.\n".encode(), "b.md").spec
    assert not spec.shares
    assert "5 % of the jobs are pinned" in [one.text for one in spec.unread]


def test_words_that_the_brief_defines_are_states():
    word = "A stuck job is one that is waiting or running."
    text = f"# Work\n{ABOUT}\n{word}\n## Access patterns\n\n- stuck jobs of a worker\n"
    spec = read_brief(text.encode(), "b.md").spec
    assert states(spec.access[0]) == {is_("state", "waiting", "running")}
    assert not spec.unread


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"access": (Access(text="x", entity="job", states=(State(field="mood", values=("a",)),)),)}, "names 'mood'"),
        (
            {"access": (Access(text="x", entity="job", states=(State(field="state", values=("a",)),)),)},
            "which is one of",
        ),
        ({"access": (Access(text="x", entity="job", states=(State(field="title", how="missing"),)),)}, "every job has"),
        ({"shares": (Share(entity="job", state=State(field="state", values=("open",)), part=1.5),)}, "is 150%"),
        (
            {
                "shares": tuple(
                    Share(entity="job", state=State(field="state", values=(one,)), part=0.6) for one in ("open", "done")
                )
            },
            "come to 120%",
        ),
    ],
)
def test_a_spec_with_states_that_nothing_has_is_refused(change, message):
    spec = replace(read_brief(f"# Work\n{ABOUT}\n".encode(), "b.md").spec, **change)
    with pytest.raises(InputError, match=message):
        designed(spec, now=datetime(2026, 1, 1, tzinfo=UTC))
