"""Extension that the platform does not have

## What it says

The schema needs an extension that is not in the list of those that the platform has on this version of PostgreSQL, or
that it gives on terms of its own. The platform is the one of `--platform`, of the URL, or the one that the schema
shows. It is silent about a server of the platform itself, where the extension is installed.

## Why it matters

`CREATE EXTENSION` fails there, and with it the migration and everything that comes after it.

The list is a file with its source and its date (`src/dbarchitect/review/extensions.toml`); one that is older than a
year is told with a warning, and `--facts FILE` replaces or changes it. Neon has TimescaleDB's Apache edition alone;
Supabase has dropped it on PostgreSQL 17.

## What would make it false

The platform has added it since the date of the list: `SELECT name FROM pg_available_extensions` there tells, and
`--facts FILE` tells `dba`: `[extensions.neon] add = "pg_squeeze", source = "...", date = 2026-11-27` (a line each).

## How to mend it

Do without it (`gen_random_uuid()` and `uuidv7()` are part of PostgreSQL), take the platform's own way (Supabase
installs SQL-only extensions through `pg_tle`), or another platform: `dba choose`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.platform import TITLES
from dbarchitect.model.proof import Scalar
from dbarchitect.review.context import Context
from dbarchitect.review.platforms import extensions_of
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="platforms", certainty="likely", severity=Severity.ERROR)


def check(review: Context) -> Iterator[Finding]:
    """Extensions that are not to be had, and those that ask for something."""
    platform = review.platform
    if not platform or review.installed_there:
        return
    has = extensions_of(platform, review.lists)
    title = TITLES[platform]
    for one in review.schema.extensions:
        at = ObjectRef(kind="extension", name=one.name)
        told = has.told_by(one.name)
        facts: dict[str, Scalar] = {"platform": platform, "list": str(told.date), "source": told.source}
        if why := has.lacks(one.name, review.schema.major):
            yield RULE.finding(
                at, f"{title} does not have the extension {one.name}: {why} (of {told.date})", facts=facts
            )
        elif terms := has.terms.get(one.name):
            yield RULE.finding(
                at,
                f"{title} gives {one.name} on terms: {terms}",
                severity=Severity.INFO,
                facts=facts,
            )
