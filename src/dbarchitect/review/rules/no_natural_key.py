"""Nothing but a number tells two rows apart

## What it says

The primary key is made up (a number, a UUID), there is no other unique key, and the table has a column that usually
names a thing: an email, a code, a slug, a name... May two rows have the same? It is a question. With column statistics
a column that repeats is no candidate. Left out are events and histories, and tables that people's words fill
(comments, messages); of people only an email, a login or a number counts. More than five are one finding.

## Why it matters

The same thing gets in twice under two numbers, and afterwards nobody knows which one the others should refer to.

Of 42 real schemas 41 had such tables, 787 in all; a made-up key alone never refuses a duplicate. The question is which
columns name the thing in the world, perhaps within its owner (`tenant_id, name`).

## What would make it false

Two rows may well be equal in all that people know of them.

## How to mend it

Declare what names a row: `UNIQUE (email)`, or within an owner `UNIQUE (tenant_id, name)`. Which, only you can know.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import TEXTS, Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(
    __name__,
    __doc__,
    area="keys",
    certainty="possible",
    severity=Severity.INFO,
    yields_to=("identity-not-unique", "key-in-rows"),
)

# What names a thing, the surest first.
_NAMING = tuple(
    """
    email isbn sku ean iban username login slug handle code symbol number key hostname domain url path name title label
    """.split()  # noqa: SIM905
)
_FREE = frozenset(
    """
    comment comments note notes post posts reply replies review reviews task tasks todo todos ticket tickets attachment
    attachments image images photo photos file files session sessions token tokens job jobs queue outbox inbox snapshot
    snapshots version versions revision revisions address addresses
    """.split()  # noqa: SIM905
)
# Whose names and titles repeat: only what is theirs alone names them.
_PEOPLE = frozenset(
    """
    person people contact contacts employee employees staff user users customer customers client clients member members
    patient patients student students author authors provider providers
    """.split()  # noqa: SIM905
)
_THEIRS = frozenset({"email", "username", "login", "handle", "code", "number"})
_MADE = frozenset({"int2", "int4", "int8", "uuid"})
_DIFFERENT = 0.99  # share of different values from which a column may be a key with a few duplicates in it


def check(review: Context) -> Iterator[Finding]:
    """Tables in which only a made-up key tells rows apart."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        key = table.primary_key
        column = table.column(key.columns[0]) if key is not None and len(key.columns) == 1 else None
        if column is None or base_type(column) not in _MADE:
            continue
        if any(column.name in one.columns for one in table.foreign_keys):
            continue  # it shares its parent's key
        of += 1
        names = set(words(table.name.name))
        if is_event_like(table.name.name) or not names.isdisjoint(_FREE):
            continue
        if any(index.unique and index.constraint != (key.name if key else "") for index in table.indexes):
            continue
        naming = _naming(review, table)
        if naming is not None:
            found.append(_found(review, table, column, naming))
    message = f"{len(found)} of {of} tables with a made-up key have nothing else that is unique: what names their rows?"
    yield from roll_up(found, message, of=of, share=0)


def _naming(review: Context, table: Table) -> Column | None:
    """The column that most likely names the things of a table."""
    best: tuple[int, Column] | None = None
    people = not _PEOPLE.isdisjoint(words(table.name.name))
    for column in table.columns:
        name = words(column.name)
        if base_type(column) not in TEXTS or column.type.is_array or not name or name[-1] not in _NAMING:
            continue
        if not set(map(singular, name[:-1])) <= set(map(singular, words(table.name.name))):
            continue  # another thing's name: `customer_name`
        if people and name[-1] not in _THEIRS:
            continue
        statistics = review.facts.column(str(table.name), column.name) if review.facts else None
        if statistics is not None and -_DIFFERENT < statistics.n_distinct < 0:
            continue
        rows = review.rows(table)
        if statistics is not None and statistics.n_distinct > 0 and (rows or 0) * _DIFFERENT > statistics.n_distinct:
            continue
        rank = _NAMING.index(name[-1])
        if best is None or rank < best[0]:
            best = rank, column
    return best[1] if best is not None else None


def _found(review: Context, table: Table, key: Column, naming: Column) -> Finding:
    return RULE.finding(
        table.ref,
        f"only {key.name} tells two rows of {table.name.short} apart: may they have the same {naming.name}?",
        also=(column_ref(table, naming),),
        facts={"candidate": naming.name, "rows": review.rows(table)},
        asks=True,
        experiment=_twins(review, table, key, naming),
    )


def _twins(review: Context, table: Table, key: Column, naming: Column) -> Accepted | None:
    """Two rows that differ in nothing but the made-up key."""
    rows = Rows(review)
    first = rows.add(table, must=(naming.name,))
    if first is None or rows.add(table, {name: first[name] for name in first if name != key.name}) is None:
        return None
    name = quote_identifier(naming.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {name}, count(*) AS rows FROM {table.name} GROUP BY {name}"),
        shows="two rows that are equal in all that people know are accepted",
    )
