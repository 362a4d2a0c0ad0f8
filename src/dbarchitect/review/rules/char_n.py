"""Text padded with blanks: char(n)

## What it says

Columns are `character(n)`. It is `info` for one to three characters (flags, country and currency codes) and for what
is always as long as the type (hashes, UUIDs), else a `warning`.

## Why it matters

Every value is padded with blanks to its full length, and blanks at the end count in some operations and not in others.

The PostgreSQL documentation ("Character Types") says there is no performance advantage: `character(n)` "is usually the
slowest of the three because of its additional storage costs". Comparisons ignore the padding, LIKE and regular
expressions do not.

## What would make it false

Every value is exactly n characters long.

## How to mend it

Use `text`, with a CHECK where the length matters.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import TEXT, retype
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", severity=Severity.WARNING)

_FULL = frozenset(
    {"hash", "md5", "sha", "sha1", "sha256", "sha512", "digest", "checksum", "uuid", "guid", "ulid", "iban"}
)


def check(review: Context) -> Iterator[Finding]:
    """All columns of type character(n)."""
    found: list[Finding] = []
    texts = 0
    for table, column in review.columns():
        kind = base_type(column)
        texts += kind in ("text", "varchar", "bpchar")
        if kind != "bpchar" or column.type.modifier <= 4:
            continue  # bpchar without a length does not pad
        length = column.type.modifier - 4
        short = length <= 3 or not _FULL.isdisjoint(words(column.name))
        referred = review.in_foreign_key(table, column.name)
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is {column.type.sql}: every value is padded to {length} characters",
                severity=Severity.INFO if short else None,
                facts={"length": length},
                # Both sides of a foreign key want the same type; which of them leads is not for a type rule to say.
                fix=()
                if referred or column.type.kind == "domain"
                else retype(
                    review,
                    table,
                    column,
                    TEXT,
                    using="{}::text",
                    back=f"{{}}::{column.type.sql}",
                    default=(column.default or "").replace("::bpchar", "::text") or None,
                    checks=True,
                ),
                experiment=_padded(length) if length > 1 else None,
            )
        )
    bad = [one for one in found if one.severity is not Severity.INFO]
    rest = [one for one in found if one.severity is Severity.INFO]
    yield from roll_up(
        bad, f"{len(bad)} of {texts} text columns are character(n), padded with blanks", of=texts, share=0
    )
    yield from roll_up(
        rest, f"{len(rest)} short or full-length text columns are character(n)", of=texts, share=0, many=1
    )


def _padded(length: int) -> Shown:
    return Shown(
        query=f"SELECT octet_length('a'::character({length})) > 1 AND 'a'::character({length}) = 'a'::text::character"
        f"({length}) AND NOT 'a'::character({length}) ~~ 'a', octet_length('a'::character({length})) AS stored_bytes",
        shows="'a' is stored with blanks, equals 'a', and is not LIKE 'a'",
    )
