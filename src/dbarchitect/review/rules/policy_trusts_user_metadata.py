"""Policy that trusts what users say of themselves

## What it says

A policy of a table with row-level security asks `user_metadata` of the token, or `raw_user_meta_data` of
`auth.users`.

## Why it matters

Every user of Supabase changes their own `user_metadata` with one call (`auth.updateUser`): a policy that reads a
role, a tenant or a plan there lets everybody write themselves into it.

What only the server may set is `app_metadata`. Supabase's linter has this as `rls_references_user_metadata`.

## What would make it false

The value decides nothing that matters, such as the language of a text.

## How to mend it

Keep it in `app_metadata` (set with the service's key), or in a table of your own that the user may not write, and ask
that: `EXISTS (SELECT FROM memberships WHERE user_id = (SELECT auth.uid()) AND ...)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context
from dbarchitect.review.platforms import policed
from dbarchitect.review.reach import policy_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="platforms", severity=Severity.ERROR)

_CLAIM = re.compile(r"'(user_metadata)'(?:::text)?")
_COLUMN = re.compile(r"\b(raw_user_meta_data)\b")
_TOKEN = re.compile(r"\bauth\.jwt\(\)|request\.jwt\.claims?")


def check(review: Context) -> Iterator[Finding]:
    """Policies that ask a value which the user sets."""
    for table in policed(review.tables, review.schema, review.platform):
        for policy in table.policies if table.row_security else ():
            text = f"{policy.using or ''} {policy.check or ''}"
            claim = _CLAIM.search(text) if _TOKEN.search(text) else None
            asked = claim or _COLUMN.search(text)
            if asked is None:
                continue
            yield RULE.finding(
                policy_ref(table, policy),
                f"policy {policy.name} of {table.name.short} asks {asked[1]}, which every user sets for themselves",
                facts={"asks": asked[1]},
                experiment=_said(text) if claim else None,
            )


def _said(text: str) -> Shown | None:
    """A token with what a user has set for themselves gives the policy its answer."""
    path = re.search(r"'user_metadata'(?:::text)?\)? ->> '(\w+)'", text)
    if path is None:
        return None
    said = f'{{"user_metadata": {{"{path[1]}": "set by the user"}}}}'
    return Shown(
        setup=(f"SELECT pg_catalog.set_config('request.jwt.claims', '{said}', true)",),
        query=f"SELECT token::jsonb -> 'user_metadata' ->> '{path[1]}' = 'set by the user', token "
        "FROM pg_catalog.current_setting('request.jwt.claims', true) AS token",
        shows="what the user wrote about themselves is what the policy is told",
    )
