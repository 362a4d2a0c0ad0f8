"""Schema in which everybody may create

## What it says

PUBLIC has CREATE on a schema. For `public` that was the default before PostgreSQL 15, and databases that were upgraded
keep it.

## Why it matters

Any role that can connect can plant a function or an operator in the search path of all others, and what they run then
with a name that fits it better is the planted one, with their rights.

That is CVE-2018-1058; since PostgreSQL 15 only the owner of the database may create in `public` ("Secure schema usage
patterns" in the documentation).

## What would make it false

Every role that can connect to this database is trusted with everything in it.

## How to mend it

`REVOKE CREATE ON SCHEMA ... FROM PUBLIC`, and grant it to the roles that run migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_identifier, quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, without
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Schemas with CREATE for PUBLIC."""
    for schema in review.schema.schemas:
        if not any(grant.grantee == PUBLIC and "CREATE" in grant.privileges for grant in schema.grants):
            continue
        at = ObjectRef(kind="schema", name=schema.name)
        name = quote_literal(quote_identifier(schema.name))
        yield RULE.finding(
            at,
            f"everybody may create objects in schema {schema.name}",
            facts={"owner": schema.owner},
            fix=(without(at, schema.owner, schema.grants, {PUBLIC}, only=("CREATE",)),),
            experiment=Shown(
                query=f"SELECT pg_catalog.has_schema_privilege('public', {name}::regnamespace, 'CREATE')",
                shows="every role may create in it",
            ),
        )
