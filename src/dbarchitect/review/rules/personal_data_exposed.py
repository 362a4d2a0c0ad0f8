"""Personal data that strangers may read

## What it says

A role that strangers act as (see `exposed-without-row-security`) may read columns that are named like data about a
person or like a secret, on a table without row-level security. Privileges on single columns are read as such: a column
that is not granted is not named. Tables of companies, offices, stores and the like, and lists of codes, are left out.
Where most tables are like that it is one finding.

## Why it matters

Anybody can copy the whole list of people with one request, and that cannot be taken back: it is a breach that the law
wants reported.

The General Data Protection Regulation (Article 33) gives 72 hours for that. Supabase's linter has this as
`sensitive_columns_exposed`.

## What would make it false

The column holds something else than its name says, or what is published on purpose, such as the address of an office.

## How to mend it

Enable row-level security and write policies; or grant the other columns alone: `GRANT SELECT (id, title) ...`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import SetGrants
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Column, Grant, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.reach import PUBLIC, as_role, listed
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import NOT_A_SECRET, PERSONAL, SECRETS, holds

RULE = Rule(__name__, __doc__, area="security", certainty="likely", severity=Severity.ERROR)

_ABOUT = frozenset(
    {"text", "varchar", "bpchar", "citext", "date", "timestamp", "timestamptz", "numeric", "int4", "int8"}
)
# Words that make it a fact about the datum, or a datum about nobody.
_NOBODY = frozenset(
    """
    verified confirmed confirmation enabled count template subject body type domain sent at id format provider template
    notifications notification opt opted in public company office support contact currency visible preference
    preferences validated hash hashed
    """.split()  # noqa: SIM905
)

# Tables whose addresses are not those of a person.
_FIRMS = frozenset(
    """
    company companies office offices organization organizations organisation organisations store stores shop shops
    supplier suppliers vendor vendors branch branches location locations venue venues publisher publishers
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Columns about people that everybody reads."""
    found: list[Finding] = []
    read = 0
    for table in review.tables:
        held = review.reach.of(table)
        readers = [role for role, privileges in held.items() if "SELECT" in privileges]
        if (
            not readers
            or table.row_security
            or review.is_lookup(table)
            or not _FIRMS.isdisjoint(words(table.name.name))
        ):
            continue
        read += 1
        columns = [one for one in table.columns if _is_personal(one) and _reads(table, readers, one)]
        if columns:
            found.append(_found(review, table, readers, columns))
    message = f"strangers may read personal data in {len(found)} of the {read} tables that they read whole"
    yield from roll_up(found, message, of=read)


def _is_personal(column: Column) -> bool:
    named = words(column.name)
    if base_type(column) not in _ABOUT:
        return False
    if holds(column.name, PERSONAL):
        return named[-2:] in (("tax", "id"), ("national", "id")) or _NOBODY.isdisjoint(named)
    return (
        holds(column.name, SECRETS)
        and base_type(column) not in ("int4", "int8", "date")
        and (NOT_A_SECRET.isdisjoint(named) or named[-1] in ("hash", "digest"))
    )


def _reads(table: Table, readers: list[str], column: Column) -> bool:
    return any(
        "SELECT" in grant.privileges and grant.column in ("", column.name)
        for grant in table.grants
        if grant.grantee in (*readers, PUBLIC)
    )


def _found(review: Context, table: Table, readers: list[str], columns: list[Column]) -> Finding:
    names = ", ".join(quote_identifier(one.name) for one in columns)
    fix = _narrowed(table, readers, {one.name for one in columns})
    return RULE.finding(
        table.ref,
        f"{listed(readers)} may read {names} of every row of {table.name.short}",
        also=[column_ref(table, one) for one in columns],
        facts={"columns": names, "roles": ", ".join(readers)},
        fix=(fix,) if fix is not None else (),
        experiment=_read(review, table, readers[0], columns),
    )


def _narrowed(table: Table, readers: list[str], personal: set[str]) -> SetGrants | None:
    """SELECT on the other columns in the place of SELECT on all; None where it comes through PUBLIC or by column."""
    whole = {grant.grantee for grant in table.grants if not grant.column and "SELECT" in grant.privileges}
    if PUBLIC in whole or not set(readers) <= whole or any(grant.column for grant in table.grants):
        return None
    before = tuple(
        Grant(
            grantee="" if grant.grantee == table.owner else grant.grantee,
            privileges=grant.privileges,
            grantable=grant.grantable,
        )
        for grant in table.grants
    )
    after: list[Grant] = []
    for grant in before:
        if grant.grantee not in readers:
            after.append(grant)
        elif kept := tuple(one for one in grant.privileges if one != "SELECT"):
            after.append(
                Grant(grantee=grant.grantee, privileges=kept, grantable=tuple(set(grant.grantable) & set(kept)))
            )
    after += [
        Grant(grantee=role, privileges=("SELECT",), column=column.name)
        for role in readers
        for column in table.columns
        if column.name not in personal
    ]
    return SetGrants(at=table.ref, owner=table.owner, before=before, after=tuple(after))


def _read(review: Context, table: Table, role: str, columns: list[Column]) -> Shown | None:
    """What somebody else wrote about a person, read as the exposed role."""
    rows = Rows(review)
    readable = [one for one in columns if _reads(table, [role], one)]
    if not readable or rows.add(table, must=[readable[0].name]) is None:
        return None
    name = quote_identifier(readable[0].name)
    return Shown(
        setup=(*rows.statements, as_role(role)),
        query=f"SELECT count({name}) > 0, count({name}) AS values_read, current_user::text AS role FROM {table.name}",
        shows=f"what another role wrote into {name} is read as {listed([role])}",
    )
