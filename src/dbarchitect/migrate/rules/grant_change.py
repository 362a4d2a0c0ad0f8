"""A change of privileges

## What it says

GRANT, REVOKE, ALTER DEFAULT PRIVILEGES or OWNER TO.

## Why it matters

It breaks or widens somebody's access.

## What would make it false

It has been reviewed.

## How to mend it

Review it with who answers for access.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.ChangeGrant, s.ChangeOwner, s.OwnerTo), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """The statement."""
    what = site.command or site.action
    if isinstance(what, s.ChangeGrant):
        words = "default privileges change" if what.default else "REVOKE" if what.revoke else "GRANT"
        whom = ", ".join(one for one in what.grantees if one)
        at = ObjectRef(kind="database")
        if what.tables:
            at = site.ref(site.picture.relation(what.tables[0]))
        yield RULE.finding(at, f"{words} {'from' if what.revoke else 'to'} {whom}".strip(), site.position)
    elif isinstance(what, s.ChangeOwner):
        yield RULE.finding(
            ObjectRef(kind="database"),
            f"{what.kind} {what.name.name} belongs to {what.owner} from now on",
            site.position,
        )
    else:
        assert isinstance(what, s.OwnerTo)
        yield RULE.finding(
            site.ref(site.table), f"{site.table.name.short} belongs to {what.owner} from now on", site.position
        )
