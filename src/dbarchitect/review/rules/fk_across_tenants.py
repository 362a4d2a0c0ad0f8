"""Foreign key that may cross from one tenant to another

## What it says

Both tables of a foreign key carry the tenant (`tenant_id`; `organization_id`, `workspace_id` and the like where at
least three tables and half of the schema do), and the key leaves it out: a row of one tenant may refer to a row of
another. Where most such keys of a schema leave it out, it is one finding.

Quiet where the parent's tenant may be NULL (such rows are everybody's), and where the key refers to the tenants
themselves; `info` where the child's may be NULL.

## Why it matters

One wrong id, by a bug or sent by a stranger, ties a tenant's row to another tenant's data, and joins then show it.

Row-level security does not help: the documentation says under "Row Security Policies" that "referential integrity
checks, such as unique or primary key constraints and foreign key references, always bypass row security". No other
reviewed tool reports it.

## What would make it false

Parents are shared between tenants on purpose, and their tenant column only names who made them.

## How to mend it

Give the parent a unique key over tenant and id, and let the foreign key have both columns. Rows that already cross
must be put right first; the finding's query lists them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Change, DropConstraint
from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, ForeignKey, Table
from dbarchitect.review.context import Context, base_type, constraint_ref
from dbarchitect.review.enforcing import family, foreign_key, is_target, unique
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import TENANTS

RULE = Rule(__name__, __doc__, area="foreign keys", certainty="likely", severity=Severity.WARNING)

_FEWEST_TABLES = 3  # that carry a column before its name is taken for the tenant's
_SHARE = 1 / 2


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys between tables of tenants that leave the tenant out."""
    carrying = _tenant_columns(review)
    found: list[Finding] = []
    kept: list[ForeignKey] = []
    for table in review.tables:
        for key in table.foreign_keys:
            parent = review.table(key.target)
            if parent is None or not key.enforced or key.inherited or len(key.columns) > 1:
                kept += [key] if len(key.columns) > 1 and not carrying.isdisjoint(key.columns) else []
                continue
            for name in sorted(carrying):
                own, other = table.column(name), parent.column(name)
                if own is None or other is None or not other.not_null or name in key.columns:
                    continue
                if not _same_tenants(table, parent, own, other) or name in key.target_columns:
                    continue
                found.append(_found(review, table, key, parent, own))
                break
    of = len(found) + len(kept)
    yield from roll_up(found, f"{len(found)} of {of} foreign keys between tenants' tables leave the tenant out", of=of)


def _tenant_columns(review: Context) -> frozenset[str]:
    """The names of columns that say to whom a row belongs."""
    tables: dict[str, int] = defaultdict(int)
    for _, column in review.columns():
        name = words(column.name)
        stem = name[:-1] if len(name) > 1 and name[-1] in ("id", "uuid", "key") else name
        if (
            len(stem) == 1
            and stem[0] in TENANTS
            and family(base_type(column))
            and (len(name) > 1 or stem[0] == "tenant")
        ):
            tables[column.name] += 1
    enough = max(_FEWEST_TABLES, _SHARE * len(review.tables))
    return frozenset(name for name, count in tables.items() if words(name)[0] == "tenant" or count >= enough)


def _same_tenants(table: Table, parent: Table, own: Column, other: Column) -> bool:
    """Whether the column means the same in both: one type, and no references to different tables; and whether neither
    table is the tenants' own."""
    if own.type.sql != other.type.sql:
        return False
    stem = singular(words(own.name)[0])
    if any({singular(word) for word in words(one.name.name)} == {stem} for one in (table, parent)):
        return False
    targets = [{key.target for key in one.foreign_keys if key.columns == (own.name,)} for one in (table, parent)]
    return not (targets[0] and targets[1]) or targets[0] == targets[1]


def _found(review: Context, table: Table, key: ForeignKey, parent: Table, tenant: Column) -> Finding:
    column, name = key.columns[0], quote_identifier(tenant.name)
    return RULE.finding(
        constraint_ref(table, key.name),
        f"{table.name.short}.{column} may refer to a row of {parent.name.short} that has another {name}",
        severity=None if tenant.not_null else Severity.INFO,
        facts={"tenant": tenant.name, "parent": str(parent.name), "rows": review.rows(table)},
        fix=_with_tenant(review, table, key, parent, tenant),
        offenders=(
            f"SELECT child.* FROM {table.name} AS child JOIN {parent.name} AS parent "
            f"ON parent.{quote_identifier(key.target_columns[0])} = child.{quote_identifier(column)} "
            f"WHERE parent.{name} <> child.{name}"
        ),
        experiment=_crossing(review, table, key, parent, tenant),
    )


def _with_tenant(review: Context, table: Table, key: ForeignKey, parent: Table, tenant: Column) -> tuple[Change, ...]:
    """The parent's key over both columns, the foreign key over both, and then the old one goes."""
    columns, targets = (tenant.name, *key.columns), (tenant.name, *key.target_columns)
    like = msgspec.structs.replace(key, match="SIMPLE")  # the tenant is there where the reference is not
    if key.on_update not in ("NO ACTION", "RESTRICT", "CASCADE") or key.on_delete == "SET DEFAULT":
        return ()
    if key.on_delete == "SET NULL":
        if review.schema.major < 15:
            return ()  # it would set the tenant to NULL too
        like = msgspec.structs.replace(like, set_columns=key.columns)
    changes: list[Change] = []
    if not is_target(parent, targets):
        added = unique(review, parent, targets)
        if added is None:
            return ()
        changes.append(added)
    added_key = foreign_key(review, table, columns, parent, targets, like=like)
    if not added_key:
        return ()
    return (*changes, *added_key, DropConstraint(table=table.name, constraint=key))


def _crossing(review: Context, table: Table, key: ForeignKey, parent: Table, tenant: Column) -> Accepted | None:
    """A parent of one tenant, and a child of another that refers to it."""
    rows = Rows(review)
    column, target = key.columns[0], key.target_columns[0]
    first = rows.add(parent, must=(tenant.name, target))
    if first is None:
        return None
    owner = next((one for one in table.foreign_keys if one.columns == (tenant.name,)), None)
    tenants = review.table(owner.target) if owner is not None else None
    if owner is not None and tenants is not None:
        second = rows.add(tenants, must=owner.target_columns)
        other = second[owner.target_columns[0]] if second is not None else None
    else:
        second = rows.add(parent, must=(tenant.name,))
        other = second[tenant.name] if second is not None else None
    if other is None or other == first[tenant.name]:
        return None
    if rows.add(table, {column: first[target], tenant.name: other}) is None:
        return None
    name = quote_identifier(tenant.name)
    return Accepted(
        script=(
            *rows.statements,
            f"SELECT child.{name} AS child, parent.{name} AS parent FROM {table.name} AS child JOIN {parent.name} AS "
            f"parent ON parent.{quote_identifier(target)} = child.{quote_identifier(column)}",
        ),
        shows="a row of one tenant refers to a row of another",
    )
