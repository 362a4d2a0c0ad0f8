"""Type that keeps pg_upgrade from running

## What it says

A table or a materialised view has a column of a type that holds an object's number and that `pg_upgrade` refuses:
`regproc`, `regprocedure`, `regoper`, `regoperator`, `regconfig`, `regdictionary`, `regnamespace`, `regcollation`,
also within an array, a domain or a composite type; before PostgreSQL 16 also `aclitem`. `regclass`, `regtype` and
`regrole` are kept by an upgrade and left out.

## Why it matters

The value is the number of a catalogue row, which a new cluster gives anew: pg_upgrade stops before it begins, on the
day of the upgrade.

The documentation of pg_upgrade lists the types; that of `aclitem` is in the release notes of PostgreSQL 16, which
changed its format.

## What would make it false

The database is only ever moved by dump and restore or by logical replication, which write names.

## How to mend it

Keep the name as `text` and cast where it is used (`config::regconfig`). An index or a generated column that calls
`to_tsvector(config, ...)` must then be built with a cast, which is not immutable: keep a fixed configuration there.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Column, CompositeType, DomainType, Table, Type
from dbarchitect.review.context import Context
from dbarchitect.review.mending import TEXT, retype
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING)

# pg_upgrade (check.c): the reg types without regclass, regtype and regrole; aclitem changed its format in 16.
_NUMBERS = frozenset(
    "regproc regprocedure regoper regoperator regconfig regdictionary regnamespace regcollation".split()  # noqa: SIM905
)
_ACLITEM_CHANGED = 16


def check(review: Context) -> Iterator[Finding]:
    """Stored columns of those types, wherever they hide."""
    blocking = _NUMBERS | ({"aclitem"} if review.schema.major < _ACLITEM_CHANGED else set[str]())
    found: list[Finding] = []
    for table, column in review.columns():
        inner = _blocks(review, column.type, blocking, frozenset())
        if inner:
            found.append(_found(table.name, column, inner, _as_name(review, table, column)))
    for view in review.schema.views:
        for column in view.columns if view.materialized else ():
            inner = _blocks(review, column.type, blocking, frozenset())
            if inner:
                found.append(_found(view.name, column, inner, ()))
    yield from roll_up(found, f"{len(found)} columns keep pg_upgrade from running", of=len(found), share=0)


def _found(owner: Name, column: Column, inner: str, fix: tuple[Change, ...]) -> Finding:
    return RULE.finding(
        ObjectRef(kind="column", schema=owner.schema, name=owner.name, sub=column.name),
        f"{owner.short}.{column.name} holds {inner}: pg_upgrade refuses the database",
        facts={"type": inner},
        fix=fix,
    )


def _blocks(review: Context, kind: Type, blocking: frozenset[str], seen: frozenset[Name]) -> str:
    """The type of `blocking` that `kind` is or is made of; "" for none."""
    names = (kind.element, kind.name.removeprefix("_")) if kind.is_array else (kind.name,)
    if kind.schema == "pg_catalog":
        return next((name for name in names if name in blocking), "")
    for name in names:
        at = Name(schema=kind.schema, name=name)
        declared = review.type(kind.schema, name)
        if at in seen:
            continue
        if isinstance(declared, DomainType):
            return _blocks(review, declared.type, blocking, seen | {at})
        if isinstance(declared, CompositeType):
            inner = (_blocks(review, one.type, blocking, seen | {at}) for one in declared.attributes)
            return next((one for one in inner if one), "")
    return ""


def _as_name(review: Context, table: Table, column: Column) -> tuple[Change, ...]:
    if column.type.kind != "base" or column.type.is_array or column.type.schema != "pg_catalog":
        return ()
    sql = column.type.sql
    default = (column.default or "").replace(f"::{sql}", "::text") or None
    return retype(review, table, column, TEXT, using="{}::text", back=f"{{}}::{sql}", default=default, checks=True)
