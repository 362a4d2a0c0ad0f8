"""E-mail address unique, but not regardless of case

## What it says

A unique key over an e-mail address compares it as it was typed: the column is no `citext`, its collation is
deterministic, no unique index covers `lower(email)`, and neither a CHECK nor a trigger keeps it in lower case. It is
`info`, with such a CHECK as the fix, where ANALYZE saw nothing but lower case.

## Why it matters

`Ada@example.com` and `ada@example.com` reach one mailbox and make two accounts; who types it otherwise cannot log in.

RFC 5321, section 2.4, leaves the case of the local part to the receiving host and discourages hosts from making a
difference; the domain has no case at all. Of 42 real schemas 18 had such keys, 32 in all.

## What would make it false

The application writes every address in lower case, in all of its paths.

## How to mend it

Add a unique index over `lower(email)` and look addresses up by it; or keep them in lower case with a CHECK.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Index, IndexKey, Table
from dbarchitect.review.checked import new_check, rows_twice, rows_where
from dbarchitect.review.context import Context, base_type, column_ref, constraint_ref, index_ref, mentions
from dbarchitect.review.mending import free_name
from dbarchitect.review.overlap import settled
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import sample

RULE = Rule(__name__, __doc__, area="uniqueness", certainty="likely", harms_by="writes")

_EMAIL = frozenset({"email", "mail", "emailaddress", "useremail"})
_NO_ADDRESS = frozenset({"hash", "id", "template", "token", "domain", "key", "provider", "type", "status", "subject"})
_FEWEST_SEEN = 20  # without a capital among them: by the rule of three at most 15 % have one, at 95 % confidence


def check(review: Context) -> Iterator[Finding]:
    """Unique e-mail addresses that differ by case."""
    for table in review.tables:
        for column in table.columns:
            if _is_address(column) and not _folded(review, table, column):
                index = next((one for one in table.indexes if _compares(one, column)), None)
                if index is not None:
                    yield _found(review, table, column, index)


def _is_address(column: Column) -> bool:
    name = words(column.name)
    return (
        base_type(column) in ("text", "varchar")
        and not column.type.is_array
        and column.generated is None
        and not _EMAIL.isdisjoint(name)
        and _NO_ADDRESS.isdisjoint(name)
    )


def _compares(index: Index, column: Column) -> bool:
    """Whether a unique key compares the address itself; with others only if the address makes it a key."""
    return (
        index.unique
        and settled(index)
        and any(key.column == column.name for key in index.keys)
        and not any(
            words(key.text)[-1:] in (("token",), ("code",), ("hash",), ("at",))
            for key in index.keys
            if key.column != column.name
        )
    )


def _folded(review: Context, table: Table, column: Column) -> bool:
    """Whether case is out of the way already."""
    collations = {key.collation for index in table.indexes for key in index.keys if key.column == column.name}
    declared = review.type(column.type.schema, column.type.name)
    collations |= {column.collation, getattr(declared, "collation", None)}
    if any(one.name in collations and not one.deterministic for one in review.schema.collations):
        return True
    for index in table.indexes:
        if index.unique and any(_folds(key.expression or "", column.name) for key in index.keys):
            return True
    for constraint in (*table.constraints, *getattr(declared, "constraints", ())):
        if isinstance(constraint, Check) and _folds(constraint.expression, column.name, "VALUE"):
            return True
    for other in table.columns:
        if other.generated is not None and _folds(other.generated.expression, column.name):
            return True
    return _trigger_folds(review, table, column)


def _folds(expression: str, *names: str) -> bool:
    text = expression.lower()
    folds = "lower(" in text or "upper(" in text or "citext" in text or "~ '^[^a-z]" in text
    return folds and any(mentions(expression, name) for name in names)


def _trigger_folds(review: Context, table: Table, column: Column) -> bool:
    """Whether a trigger that runs before a row is written changes its case."""
    called = {one.function for one in table.triggers if one.timing == "BEFORE" and one.enabled != "disabled"}
    if not called:
        return False
    return any(
        f"{function.name}({function.identity})" in called
        and "lower(" in function.body.lower()
        and column.name in function.body
        for function in review.schema.functions
    )


def _found(review: Context, table: Table, column: Column, index: Index) -> Finding:
    quoted = quote_identifier(column.name)
    statistics = review.facts.column(str(table.name), column.name) if review.facts else None
    seen = sample(statistics) if statistics else []
    lower = len(seen) >= _FEWEST_SEEN and all(one == one.lower() for one in seen)
    mixed = sum(one != one.lower() for one in seen)
    keys = ", ".join(key.text for key in index.keys)
    message = f"{table.name.short} ({keys}) is unique, but addresses that differ by case count as different"
    if mixed:
        message += f"; {mixed} of {len(seen)} addresses that ANALYZE kept have capitals"
    fix: tuple[Change, ...]
    if lower:
        message += f"; all {len(seen)} that ANALYZE kept are in lower case, and nothing enforces it"
        fix = (new_check(review, table, [column], f"{quoted} = lower({quoted})"),)
        offenders = rows_where(table.name, f"{quoted} <> lower({quoted})")
    else:
        fix, offenders = _regardless_of_case(review, table, column, index)
    return RULE.finding(
        constraint_ref(table, index.constraint) if index.constraint else index_ref(index),
        message,
        severity=Severity.INFO if lower else None,
        also=[column_ref(table, column)],
        facts={"keys": keys, "seen": len(seen), "with_capitals": mixed},
        fix=fix,
        offenders=offenders,
        experiment=_twice(review, table, column, index),
    )


def _regardless_of_case(review: Context, table: Table, column: Column, index: Index) -> tuple[tuple[Change, ...], str]:
    """A second unique index, over lower(email); nothing where the address is the partition key, which must stay."""
    if table.partition_key is not None and column.name in table.partition_key.columns:
        return (), ""
    lowered = f"lower({quote_identifier(column.name)})"
    keys = tuple(IndexKey(expression=lowered) if key.column == column.name else key for key in index.keys)
    name = free_name(review, table, (*(key.column or column.name for key in keys), "lower"))
    unique = Index(
        name=Name(schema=table.name.schema, name=name),
        table=table.name,
        keys=keys,
        predicate=index.predicate,
        unique=True,
        nulls_not_distinct=index.nulls_not_distinct,
    )
    texts = [key.expression if key.expression is not None else quote_identifier(key.text) for key in keys]
    return (AddIndex(index=unique),), rows_twice(table.name, texts, among=index.predicate or "true")


def _twice(review: Context, table: Table, column: Column, index: Index) -> Accepted | None:
    """The same address twice, once with a capital, in the same place."""
    if index.predicate is not None or any(key.column is None for key in index.keys):
        return None
    others = [key.column for key in index.keys if key.column is not None and key.column != column.name]
    length = column.type.modifier - 4 if column.type.modifier > 4 else 99
    first, second = ("'Ada@example.com'", "'ada@example.com'") if length >= 15 else ("'A@b.c'", "'a@b.c'")
    rows = Rows(review)
    one = rows.add(table, {column.name: first}, must=others)
    if one is None:
        return None
    if rows.add(table, {column.name: second, **{name: one.get(name, NULL) for name in others}}) is None:
        return None
    quoted = quote_identifier(column.name)
    listed = f"SELECT string_agg({quoted}, ', ') AS accepted FROM {table.name}"
    return Accepted(
        script=(*rows.statements, listed), shows="the same e-mail address is accepted twice, in different case"
    )
