"""Name that is a reserved word

## What it says

A table, a view or one of their columns is named with a word that PostgreSQL reserves (`user`, `order`, `group`,
`end`, `left`, ...). A column in several tables is one finding, and `info`: without quotes it is a syntax error that
nobody overlooks, unless the word has a value of its own (`user`, `current_date`), which is then read in its place. All
is `info` where most names of the schema need
quotes anyway, or where the table of a tool that quotes every name stands among the others.

## Why it matters

Every statement must quote the name, and the one that forgets it fails, or worse: `SELECT user` is the name of who
asks.

The words are those of `pg_get_keywords()` in PostgreSQL 18 with catcode R and T, which is what `CREATE TABLE`
refuses.

## What would make it false

All SQL is written by a tool that quotes every name.

## How to mend it

Take another word: `users`, `purchase_order`, `ends_at`. A rename is given for a table whose plural is free, where no
function names it; views follow by themselves, functions and the application do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dbarchitect.model.change import Change, Rename
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Table, View
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.keywords import RESERVED
from dbarchitect.review.naming import needs_quotes, plural
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="naming", severity=Severity.WARNING)

# Where these keep their books: Prisma, EF Core, Django, Rails, Sequelize, TypeORM, MikroORM and Drizzle quote every
# name, SQLAlchemy every reserved one.
_QUOTE_ALL = frozenset(
    """
    _prisma_migrations __efmigrationshistory django_migrations ar_internal_metadata sequelizemeta typeorm_metadata
    mikro_orm_migrations __drizzle_migrations alembic_version
    """.split()  # noqa: SIM905
)
# Words that are expressions: without quotes they are no error, but another value.
_VALUES = frozenset(
    """
    user current_user session_user current_role current_catalog current_schema current_date current_time
    current_timestamp localtime localtimestamp system_user
    """.split()  # noqa: SIM905
)
_QUOTED_ANYWAY = 0.5  # share of the names of tables and columns from which a tool must be writing them


def check(review: Context) -> Iterator[Finding]:
    """Reserved words as names of relations and columns."""
    severity = Severity.INFO if _is_quoted_anyway(review) else RULE.severity
    of_columns = {name: severity if name in _VALUES else Severity.INFO for name in RESERVED}
    found = [_table(review, table, severity) for table in review.tables if table.name.name in RESERVED]
    found += [_view(view, severity) for view in review.schema.views if view.name.name in RESERVED]
    columns: dict[str, list[Table]] = defaultdict(list)
    for table, column in review.columns():
        if column.name in RESERVED:
            columns[column.name].append(table)
    found += [_column(name, tables, of_columns[name]) for name, tables in sorted(columns.items())]
    names = ", ".join(sorted({one.at.sub or one.at.name for one in found}))
    yield from roll_up(found, f"{len(found)} names are reserved words: {names}", of=len(found), share=0)


def _is_quoted_anyway(review: Context) -> bool:
    if any(table.name.name.lower() in _QUOTE_ALL for table in review.schema.tables):
        return True
    names = [name for table in review.tables for name in (table.name.name, *(column.name for column in table.columns))]
    return sum(map(needs_quotes, names)) > _QUOTED_ANYWAY * len(names)


def _table(review: Context, table: Table, severity: Severity) -> Finding:
    fix = _plural(review, table)
    return RULE.finding(
        table.ref,
        f"table {table.name.short} is named with a reserved word"
        + ("" if fix else ": under which other name would its statements need no quotes?"),
        severity=severity,
        fix=fix,
        experiment=_bare_table(table),
    )


def _view(view: View, severity: Severity) -> Finding:
    at = ObjectRef(kind="view", schema=view.name.schema, name=view.name.name)
    return RULE.finding(at, f"view {view.name.short} is named with a reserved word", severity=severity)


def _column(name: str, tables: Sequence[Table], severity: Severity) -> Finding:
    others = f" and {len(tables) - 1} more" if len(tables) > 1 else ""
    return RULE.finding(
        column_ref(tables[0], name),
        f'{tables[0].name.short}."{name}"{others} is named with a reserved word',
        severity=severity,
        also=[column_ref(table, name) for table in tables[1:]],
        facts={"columns": len(tables)},
        experiment=_bare_column(tables[0], name),
    )


def _plural(review: Context, table: Table) -> tuple[Change, ...]:
    to = Name(schema=table.name.schema, name=plural(table.name.name))
    if to.name in RESERVED or to in review.relation_names or review.named_in_functions(table.name.name):
        return ()
    if review.type(to.schema, to.name) is not None or table.inherits or review.partitions.get(table.name):
        return ()
    return (Rename(at=table.ref, to=to),)


def _bare_table(table: Table) -> Refused:
    return Refused(
        script=(f"SELECT 1 FROM {table.name}", f"CREATE TEMPORARY TABLE {table.name.name} (id integer)"),
        shows="the name is a syntax error without quotes",
    )


def _bare_column(table: Table, name: str) -> Refused:
    return Refused(
        script=(f"SELECT 1 FROM {table.name}", f"CREATE TEMPORARY TABLE another ({name} integer)"),
        shows="the name is a syntax error without quotes",
    )
