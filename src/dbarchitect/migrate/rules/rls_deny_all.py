"""Row security without a policy

## What it says

ENABLE ROW LEVEL SECURITY on a table that has no policy when the script ends, or the last policy is dropped.

## Why it matters

Everybody but the table's owner and superusers sees no row at all, and can write none.

## What would make it false

Policies are made elsewhere, or only the owner uses the table.

## How to mend it

CREATE POLICY first, then ENABLE, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """Tables whose row security the script touched, as it leaves them."""
    for site in end.sites:
        action = site.action
        name = None
        if isinstance(action, s.AlterTable):
            if any(isinstance(one, s.RowSecurity) and one.how == "enable" for one in action.commands):
                name = action.table
        elif isinstance(action, s.Drop) and action.kind == "policy" and action.on is not None:
            before = site.picture.get(action.on)
            if before is not None and before.row_security:
                name = action.on
        table = end.picture.get(name) if name else None
        if table is None or table.policies or table.row_security is False:
            continue
        known = table.known or end.before.get(table.name) is None
        yield RULE.finding(
            site.ref(table),
            f"{table.name.short} has row security and no policy: all rows vanish for everybody but its owner",
            site.position,
            severity=RULE.severity if known else Severity.INFO,
        )
