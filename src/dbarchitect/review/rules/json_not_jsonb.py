"""json instead of jsonb

## What it says

Columns are `json`. It is `info` where the name says that the exact text matters (`raw`, `original`, `signature`,
`signed`, `payload`, `body`).

## Why it matters

`json` is text: it is parsed again at every use, keeps duplicate keys, has no equality and no GIN index.

The PostgreSQL documentation ("JSON Types") says "in general, most applications should prefer to store JSON data as
jsonb, unless there are quite specialized needs". Without equality `DISTINCT`, `GROUP BY` and `UNION` fail on it.

## What would make it false

The exact text must survive, such as for a signature, or the order of its keys; or it is only written, never asked.

## How to mend it

Change the type with `USING column::jsonb`; the table is rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import JSONB, retype
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", severity=Severity.WARNING, harms_by="rows")

_EXACT = frozenset({"raw", "original", "signature", "signed", "payload", "body", "verbatim", "source"})
_DUPLICATE = Shown(
    query="SELECT one::text <> one::jsonb::text, one AS kept, one::jsonb AS meant "
    """FROM (SELECT '{"a": 1, "a": 2}'::json) AS documents(one)""",
    shows="a key may be there twice",
)


def check(review: Context) -> Iterator[Finding]:
    """All columns of type json."""
    found: list[Finding] = []
    binary: list[ObjectRef] = []
    for table, column in review.columns():
        if base_type(column) == "jsonb":
            binary.append(column_ref(table, column))
        if base_type(column) != "json":
            continue
        default = (column.default or "").replace("::json", "::jsonb").replace("::jsonbb", "::jsonb")
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is json, not jsonb",
                severity=Severity.INFO if not _EXACT.isdisjoint(words(column.name)) else None,
                fix=()
                if column.type.kind == "domain"
                else retype(
                    review,
                    table,
                    column,
                    JSONB,
                    using="{}::jsonb",
                    back="{}::json",
                    default=default or None,
                    checks=True,
                ),
                experiment=_DUPLICATE,
            )
        )
    of = len(found) + len(binary)
    yield from roll_up(
        found, f"{len(found)} of {of} JSON columns are json, not jsonb", of=of, share=0, deviations=binary
    )
