"""What identifies a thing is not unique

## What it says

A column by which people or other systems tell things apart is in no unique key: the e-mail address or login of a table
of accounts (`warning`); a `slug` or an `external_id` (`info`). A unique index that has the column among its keys, also
with the tenant, or for the rows that are not deleted, is enough; so is, for accounts, any other key that is not of
tokens. Where ANALYZE saw values repeat it is quiet.

## Why it matters

Two accounts with one address are accepted, and which of them a login or a password reset finds is left to chance.

A check in the application ("is it taken?") does not hold when two requests come at once: Feral Concurrency Control
(Bailis et al., SIGMOD 2015) counted the duplicates. Of 42 real schemas 6 had accounts whose address is not unique.

## What would make it false

The address is only a way to reach someone, and another column tells the accounts apart.

## How to mend it

Add a unique index: within the tenant where there is one, over the rows that are not deleted where deletion is a mark,
over `lower(email)` for addresses.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex
from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Index, IndexKey, Table
from dbarchitect.review.checked import living, rows_twice
from dbarchitect.review.context import Context, base_type, column_ref, mentions
from dbarchitect.review.mending import free_name
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import OWNERS, SOFT_DELETE, is_event_like

RULE = Rule(__name__, __doc__, area="uniqueness", certainty="possible", harms_by="writes")

_ACCOUNTS = frozenset({"user", "account", "admin", "administrator", "subscriber", "login"})
_LOGINS = frozenset(
    {
        ("email",),
        ("email", "address"),
        ("username",),
        ("user", "name"),
        ("login",),
        ("login", "name"),
        ("user", "email"),
    }
)
_HANDLES = frozenset({("slug",), ("external", "id")})
_OWNERS = OWNERS | {"realm", "group"}
_MOSTLY_UNIQUE = -0.99  # n_distinct: distinct values per row, negated; a few duplicates are what the rule looks for
_SECRETS = frozenset({"token", "hash", "secret", "key", "uuid", "guid", "digest"})
_COPIES = frozenset(
    """
    version versions revision revisions snapshot snapshots draft drafts copy archive translation translations
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Identities that are in no unique key."""
    for table in review.tables:
        name = words(table.name.name)
        if not name or table.primary_key is None or is_event_like(table.name.name) or not _COPIES.isdisjoint(name):
            continue
        accounts = singular(name[-1]) in _ACCOUNTS and len(name) <= 2
        for column in table.columns:
            severity = _judged(column, accounts=accounts)
            if severity is not None and not _told_apart(table, column) and _may_be_unique(review, table, column):
                yield _found(review, table, column, severity)


def _judged(column: Column, *, accounts: bool) -> Severity | None:
    kind = base_type(column)
    if column.inherited or column.generated is not None or column.type.is_array:
        return None
    if words(column.name) in _LOGINS and accounts and kind in ("text", "varchar", "citext"):
        return Severity.WARNING
    if words(column.name) in _HANDLES and kind in ("text", "varchar", "citext", "uuid", "int8", "int4"):
        return Severity.INFO
    return None


def _told_apart(table: Table, column: Column) -> bool:
    """Whether a unique index compares the column, or anything else that tells accounts apart."""
    key = table.primary_key.index if table.primary_key else ""
    for index in table.indexes:
        if not index.unique:
            continue
        if any(mentions(one.text, column.name) for one in index.keys):
            return True
        secret = any(not _SECRETS.isdisjoint(words(one.text)) for one in index.keys)
        if words(column.name) in _LOGINS and index.name.name != key and not secret:
            return True
    return any(column.name in key.columns for key in table.foreign_keys)


def _may_be_unique(review: Context, table: Table, column: Column) -> bool:
    statistics = review.facts.column(str(table.name), column.name) if review.facts else None
    if statistics is None or not statistics.n_distinct:
        return True
    rows = review.rows(table) or 0
    given = rows * (1 - statistics.null_fraction)
    distinct = -statistics.n_distinct * rows if statistics.n_distinct < 0 else statistics.n_distinct
    return given > 0 and distinct >= -_MOSTLY_UNIQUE * given


def _found(review: Context, table: Table, column: Column, severity: Severity) -> Finding:
    scope = _tenant(table)
    index = _unique(review, table, column, scope)
    within = f" within its {words(scope)[0]}" if scope else ""
    texts = [key.expression if key.expression is not None else quote_identifier(key.text) for key in index.keys]
    partitioned = table.partition_key is not None
    return RULE.finding(
        column_ref(table, column),
        f"should {table.name.short}.{quote_identifier(column.name)} be unique{within}? No unique key has it",
        severity=severity,
        facts={"scope": scope or None},
        fix=() if partitioned else (AddIndex(index=index),),
        offenders="" if partitioned else rows_twice(table.name, texts, among=index.predicate or "true"),
        asks=True,
        experiment=_twice(review, table, column, scope),
    )


def _tenant(table: Table) -> str:
    """The column that says to whom the row belongs; "" where there is none."""
    for column in table.columns:
        name = words(column.name)
        if len(name) == 2 and name[0] in _OWNERS and name[1] in ("id", "uuid"):
            return column.name
    return ""


def _unique(review: Context, table: Table, column: Column, scope: str) -> Index:
    address = "email" in words(column.name) and base_type(column) != "citext"
    quoted = quote_identifier(column.name)
    mark = next((one for one in table.columns if one.name.lower() in SOFT_DELETE), None)
    parts = (*([scope] if scope else []), column.name, "key")
    return Index(
        name=Name(schema=table.name.schema, name=free_name(review, table, parts)),
        table=table.name,
        keys=(
            *([IndexKey(column=scope)] if scope else []),
            IndexKey(expression=f"lower({quoted})") if address else IndexKey(column=column.name),
        ),
        predicate=living(mark) if mark is not None else None,
        unique=True,
    )


def _twice(review: Context, table: Table, column: Column, scope: str) -> Accepted | None:
    same = [column.name, *([scope] if scope else [])]
    rows = Rows(review)
    one = rows.add(table, must=same)
    if one is None or rows.add(table, {name: one.get(name, NULL) for name in same}) is None:
        return None
    quoted = quote_identifier(column.name)
    counted = f"SELECT count(*) AS rows, count(DISTINCT {quoted}) AS different FROM {table.name}"
    return Accepted(script=(*rows.statements, counted), shows="the same value is accepted twice")
