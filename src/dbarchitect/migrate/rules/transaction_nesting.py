"""BEGIN or COMMIT where a transaction is managed by others

## What it says

BEGIN inside a transaction, COMMIT or ROLLBACK without one, or any of them in a script that its tool runs in a
transaction.

## Why it matters

PostgreSQL only warns: the COMMIT ends the tool's transaction early, and what follows is no longer undone by a
failure.

## What would make it false

The tool is told not to open a transaction for this script.

## How to mend it

Leave BEGIN and COMMIT to the tool, or split the migration.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """The transaction statements of the script in order."""
    open_ = False
    for unit in end.units:
        action = unit.action
        if not isinstance(action, s.Transaction) or action.kind == "other":
            continue
        message = ""
        if end.script.runs != "plain":
            message = f"{action.kind.upper()} in a script that its tool runs in one transaction"
        elif action.kind == "begin" and open_:
            message = "BEGIN inside a transaction: it does nothing, and the next COMMIT ends both"
        elif action.kind != "begin" and not open_:
            message = f"{action.kind.upper()} without BEGIN"
        if message:
            yield RULE.finding(ObjectRef(kind="database"), message, unit.parsed.text.position)
        open_ = action.kind == "begin" or (open_ and action.chain)
