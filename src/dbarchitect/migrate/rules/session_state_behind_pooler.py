"""A statement that counts on its session, behind a pooler

## What it says

The migrations are for a platform with a pooler in transaction mode (`--platform`, or a `--source` there), and a
statement changes or uses its session: SET without LOCAL, LISTEN, a session's advisory lock; outside of a transaction
also PREPARE, temporary tables, cursors WITH HOLD, `currval`.

## Why it matters

Behind the pooler the next transaction is on another server. A `SET lock_timeout` does not protect the statement after
it, and stays with a server that somebody else gets.

`dba workload pooler FILE --prove` shows each behind a real PgBouncer.

## What would make it false

The migrations go past the pooler, by the URL that `dba platform` names, as the platforms recommend it.

## How to mend it

Name the direct URL in `dba migrate apply --to`. Else `SET LOCAL` within a transaction, `pg_advisory_xact_lock`;
`dba migrate apply` sets lock_timeout itself, in each transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.workload.session_state import consequence, habits

RULE = Rule(__name__, __doc__)

_BEYOND_A_TRANSACTION = frozenset(("session setting", "listen", "session lock"))


def finish(end: ScriptSite) -> Iterator[Finding]:
    """Statements of the script in order, each once."""
    if not end.script.pooler:
        return
    named = end.script.pooler == "named"
    for unit in end.units:
        within = unit.explicit or (end.script.runs != "plain" and unit.shared)
        for kind in habits(unit.parsed.text.sql):
            if within and kind not in _BEYOND_A_TRANSACTION:
                continue
            silent, happens, instead = consequence(kind)
            where = "behind the pooler that --source names" if named else "if it goes through the platform's pooler"
            yield RULE.finding(
                ObjectRef(kind="database"),
                f"{kind} {where}: {happens}",
                unit.parsed.text.position,
                severity=(Severity.WARNING if silent else Severity.ERROR) if named else Severity.INFO,
                facts={"kind": kind, "instead": instead},
            )
