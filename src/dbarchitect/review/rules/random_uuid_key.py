"""Random UUID as primary key

## What it says

A primary key defaults to a random (version 4) UUID. It is a `warning` on a table of a million rows or more
(`LARGE_ROWS`), `info` on a smaller one or where the size is unknown; below 10,000 rows it is not reported. Tables of
tokens, sessions and invitations are left out: there the key must not be guessed or dated.

## Why it matters

Random keys land all over the index: every insert dirties another page, and the whole index must stay in memory.

Version 7 UUIDs (RFC 9562) begin with the time, so new keys land side by side. From a million rows the key's index
(about 40 MB) begins to compete for the default 128 MB of `shared_buffers`, which is where `LARGE_ROWS` comes from.

## What would make it false

The key is shown to strangers and must not tell when the row was made, or the table stays small.

## How to mend it

Take `uuidv7()` as the default (PostgreSQL 18), or make version 7 in the application. Existing keys stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterColumn
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.INFO)

LARGE_ROWS = 1_000_000
SMALL_ROWS = 10_000

_RANDOM = re.compile(r"(?:\A|\.)(?:gen_random_uuid|uuid_generate_v4|uuidv4)\(\)")
_SECRETS = frozenset(
    """
    token tokens secret secrets session sessions invite invites invitation invitations password passwords otp
    verification verifications share shares magic nonce nonces challenge challenges
    """.split()  # noqa: SIM905
)
_SCATTERED = Shown(
    query="SELECT abs(corr(made, place)) < 0.2, corr(made, place) "
    "FROM (SELECT made, rank() OVER (ORDER BY key) AS place "
    "FROM (SELECT made, gen_random_uuid() AS key FROM generate_series(1, 1000) AS made) AS keys) AS places",
    shows="the order of a thousand new keys has nothing to do with the order in which they were made",
)


def check(review: Context) -> Iterator[Finding]:
    """Primary keys that default to a random UUID."""
    found: list[Finding] = []
    keys = 0
    for table in review.tables:
        key = table.primary_key
        column = table.column(key.columns[0]) if key and len(key.columns) == 1 else None
        if column is None or base_type(column) != "uuid":
            continue
        keys += 1
        rows = review.rows(table)
        if not _RANDOM.search(column.default or "") or not _SECRETS.isdisjoint(words(table.name.name)):
            continue
        if rows is not None and rows < SMALL_ROWS:
            continue
        large = rows is not None and rows >= LARGE_ROWS
        size = "" if rows is None else f" ({rows:,.0f} rows)"
        after = msgspec.structs.replace(column, default="uuidv7()")
        finding = RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} is a random UUID{size}",
            severity=Severity.WARNING if large else None,
            facts={"rows": rows, "default": column.default},
            fix=(AlterColumn(table=table.name, before=column, after=after),) if review.schema.major >= 18 else (),
            experiment=_SCATTERED if review.schema.major >= 13 else None,
        )
        if large:
            yield finding
        else:
            found.append(finding)
    yield from roll_up(found, f"{len(found)} of {keys} UUID keys are random", of=keys, share=0)
