"""Database without an encoding

## What it says

The database has the encoding SQL_ASCII, which means none: bytes are stored as they come.

## Why it matters

Texts of different encodings stand side by side, nothing converts them, and the length and case of anything beyond
ASCII are wrong.

"it is unwise to use the SQL_ASCII setting because PostgreSQL will be unable to help you by converting or validating
non-ASCII characters" (documentation, "Character Set Support").

## What would make it false

The database holds ASCII alone, and every client makes sure of it.

## How to mend it

Dump it, find and convert what is not valid UTF-8, and restore it into a database with the encoding UTF8: the encoding
of a database cannot be changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """The database, where it has no encoding."""
    if review.schema.encoding == "SQL_ASCII":
        yield RULE.finding(
            DATABASE,
            "the database has the encoding SQL_ASCII: nothing checks or converts what is stored",
            facts={"encoding": review.schema.encoding},
        )
