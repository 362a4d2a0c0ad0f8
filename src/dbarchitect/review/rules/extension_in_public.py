"""Extensions in schema public

## What it says

Extensions were installed into `public`, beside the tables of the application. It is one note for all of them. Where
strangers may enter that schema, it says so.

## Why it matters

Their functions and types mix with your own: a dump, a comparison or `DROP SCHEMA` of yours meets them, and an API that
serves `public` serves their functions too.

CREATE EXTENSION takes the first schema of the search path, which is `public` by default, so nearly every database has
some there. Supabase's linter has this as `extension_in_public`.

## What would make it false

It is the default, and harms nobody who neither serves the schema to strangers nor compares it.

## How to mend it

Make a schema `extensions`, put it into the search path of the database, and `ALTER EXTENSION ... SET SCHEMA`. Not every
extension can be moved (PostGIS cannot), and whatever names its functions as `public...` must be changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.review.context import Context
from dbarchitect.review.reach import listed
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """All extensions of schema public."""
    names = [one.name for one in review.schema.extensions if one.schema == "public"]
    if not names:
        return
    strangers = [role for role in review.reach.roles if review.reach.enters(role, "public")]
    served = f", which {listed(strangers)} may enter" if strangers else ""
    are = "are" if len(names) > 1 else "is"
    yield RULE.finding(
        ObjectRef(kind="schema", name="public"),
        f"{listed(names)} {are} installed in schema public{served}",
        also=[ObjectRef(kind="extension", name=name) for name in names],
        facts={"extensions": len(names)},
    )
