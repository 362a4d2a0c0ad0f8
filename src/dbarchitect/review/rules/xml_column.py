"""Column of type xml

## What it says

A column is of type `xml`, the document type of SQL/XML from before JSON.

## Why it matters

The type has no equality and no index: DISTINCT, GROUP BY, UNIQUE and a look-up by content are refused, and XPath
reads every document anew.

It exists only where the server was built with libxml, whose memory and security faults it inherits, and no schema can
be checked. The PostgreSQL documentation ("XML Type") says that there are no comparison operators for it.

## What would make it false

Another system asks for these very documents, and they are only stored and handed out.

## How to mend it

Use `jsonb` for what is searched, columns for what is known, and `text` (or `bytea`, where a signature counts) for
what is only kept. Which of them only a person knows, so no change is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Refused
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """All columns of type xml."""
    found: list[Finding] = []
    for table, column in review.columns():
        if base_type(column) != "xml" or column.type.is_array:
            continue
        name = quote_identifier(column.name)
        refused = Refused(
            script=(f"SELECT {name} FROM {table.name}", f"SELECT DISTINCT {name} FROM {table.name}"),
            shows="two documents cannot be compared",
        )
        message = f"{table.name.short}.{column.name} is xml, which cannot be compared or indexed"
        found.append(RULE.finding(column_ref(table, column), message, experiment=refused))
    yield from roll_up(found, f"{len(found)} columns are xml", of=len(found), share=0)
