"""Rewrite rule instead of a trigger

## What it says

A table or a view has a rule (CREATE RULE) besides the one that makes it a view.

## Why it matters

A rule rewrites the statement, not the row: expressions of the statement stand in both halves and run twice, so that a
`nextval` or a `random()` gives the log another value than the table.

COPY does not run rules, and the number of rows that a client sees may be of the other statement. The PostgreSQL
documentation ("Rules Versus Triggers") says that triggers are easier to get right; the wiki ("Don't Do This") says
not to use rules.

## What would make it false

A rule that does INSTEAD NOTHING, or one on a view that was tried with several rows, defaults and RETURNING.

## How to mend it

A trigger: `BEFORE` or `AFTER` on a table, `INSTEAD OF` on a view. For routing rows by time, partition the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Rule as RewriteRule
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.INFO)

_NOTHING = re.compile(r"DO INSTEAD NOTHING;?\Z", re.IGNORECASE)
_ALSO_ON_INSERT = re.compile(r"\bON INSERT TO .* DO (?!INSTEAD\b)", re.DOTALL)

# A table that numbers its rows, with a log that a rule fills: the DO fails where the two agree.
_TWICE = Accepted(
    script=(
        "CREATE TEMPORARY TABLE numbered (id serial, name text)",
        "CREATE TEMPORARY TABLE numbered_log (id integer, name text)",
        "CREATE RULE log AS ON INSERT TO pg_temp.numbered DO ALSO "
        "INSERT INTO pg_temp.numbered_log VALUES (NEW.id, NEW.name)",
        "INSERT INTO pg_temp.numbered (name) VALUES ('one')",
        "DO $$BEGIN IF EXISTS (SELECT FROM pg_temp.numbered JOIN pg_temp.numbered_log USING (id)) "
        "THEN RAISE 'the log has the number of the row'; END IF; END$$",
        "SELECT numbered.id AS id_of_the_row, numbered_log.id AS id_in_the_log "
        "FROM pg_temp.numbered JOIN pg_temp.numbered_log USING (name)",
    ),
    shows="a rule that logs inserts logs a number that no row has: the default ran twice",
)


def check(review: Context) -> Iterator[Finding]:
    """Rules of tables and views."""
    found: list[Finding] = []
    owners = [(table.name, table.rules) for table in review.tables]
    owners += [(view.name, view.rules) for view in review.schema.views]
    for name, rewrites in owners:
        found += [_found(name, one) for one in rewrites if not _NOTHING.search(one.definition.strip())]
    yield from roll_up(found, f"{len(found)} rules rewrite statements", of=len(found), share=0)


def _found(owner: Name, one: RewriteRule) -> Finding:
    return RULE.finding(
        ObjectRef(kind="rule", schema=owner.schema, name=owner.name, sub=one.name),
        f"{owner.short} has the rule {one.name}, which rewrites statements; a trigger sees rows",
        experiment=_TWICE if _ALSO_ON_INSERT.search(one.definition) else None,
    )
