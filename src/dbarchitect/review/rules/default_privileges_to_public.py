"""Default privileges for PUBLIC

## What it says

ALTER DEFAULT PRIVILEGES gives PUBLIC something on every table, sequence or schema that a role will create. For
functions and types that is what PostgreSQL itself does, so it is not said of them.

## Why it matters

Every table that comes with the next migration is open to all roles from its first moment on, and no line of that
migration says so.

## What would make it false

All that this role creates is meant for every role of the server.

## How to mend it

`ALTER DEFAULT PRIVILEGES ... REVOKE ... FROM PUBLIC`. It changes nothing on what exists already.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import SetDefaultPrivileges
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, listed
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING)

_USUAL = frozenset({"functions", "types"})


def check(review: Context) -> Iterator[Finding]:
    """Defaults that open what is not there yet."""
    for one in review.schema.default_privileges:
        held = sorted({what for grant in one.grants if grant.grantee == PUBLIC for what in grant.privileges})
        if not held or one.objects in _USUAL:
            continue
        where = f" in schema {one.schema}" if one.schema else ""
        kept = tuple(grant for grant in one.grants if grant.grantee != PUBLIC)
        at = ObjectRef(kind="schema", name=one.schema) if one.schema else ObjectRef(kind="role", name=one.role)
        yield RULE.finding(
            at,
            f"everybody will have {', '.join(held)} on the {one.objects} that {listed([one.role])} creates{where}",
            facts={"role": one.role, "objects": one.objects, "privileges": ", ".join(held)},
            fix=(SetDefaultPrivileges(before=one, after=msgspec.structs.replace(one, grants=kept)),),
        )
