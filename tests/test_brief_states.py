"""Access patterns that name a fixed state, a flag or an absence: it is a constant of the query, and no parameter."""

from __future__ import annotations

import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.spec import Access, Spec

ABOUT = """
A worker has many jobs. A worker has a name. A job has a title, a state (open, waiting, running, done, failed), a
priority (integer) and a created at.

A customer has many invoices. A customer has a name and an email.
An invoice has a number, a status (draft, open, paid, void), a total in EUR and a due date. An invoice has an issued on (date).

### User

- email
- name
- active (boolean)
- is admin (boolean)
- role (member, admin, guest)
- deleted at (optional timestamp)
- created at (timestamp)

### Message

- body (text)
- sent at (timestamp)
- delivered at (optional timestamp)
- read at (optional timestamp)
- urgent (boolean)

### Article

- title
- published (boolean)
- featured (boolean)
- published at (optional timestamp)

### Order

- number
- status (pending, paid, shipped, cancelled)
- placed at (timestamp)
- shipped at (optional timestamp)
- paid (boolean)

A customer has many orders. A user has many messages. A user has many articles.

### Task

- title
- done (boolean)
- due on (date)
- archived at (optional timestamp)
- assignee note (optional text)

A user has many tasks.
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
    ("list all admins among the users", {is_("role", "admin")}, ()),
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


@pytest.mark.parametrize(("text", "wanted", "by"), FIRST)
def test_a_state_is_read(text, wanted, by):
    access = read(text).access[0]
    assert (states(access), access.by) == (wanted, by)
