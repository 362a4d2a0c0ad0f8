"""Foreign key without an index

## What it says

No index of the referencing table serves the columns of a foreign key. An index serves them if its first keys are
exactly these columns, in any order, or those of them that name the parent alone; if it is unique on some of them; and,
where it is partial, if its condition says no more than that these columns are not NULL. An index that begins with only
some of the columns is named, and lowers the finding to `info`.

The finding is `info` where it costs little: the referencing table fits into 10 pages (`SMALL_PAGES`), the counters
saw no row of the parent deleted in at least 14 days, or, where nothing live is known, the parent is a plain list of
codes that cascades nothing. Where most foreign keys of a schema have no index it is one finding, and so are more than
five that refer to the same table.

## Why it matters

Every delete in the parent, and every change of its key, reads the whole child to look for references, while it holds
its locks.

PostgreSQL runs `SELECT 1 FROM ONLY child x WHERE key = x.column FOR KEY SHARE OF x` for each deleted parent row
(`ri_triggers.c`); the documentation says under "Foreign Keys" that declaring one "does not automatically create an
index on the referencing columns". Of 42 real schemas 32 had the fault, 950 times. The finding's proof times it.

## What would make it false

Nothing is ever deleted from the parent, its key never changes, and no query goes from a parent to its children.

## How to mend it

Build the index; on a live server with `CREATE INDEX CONCURRENTLY`, which does not block writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.proof import Scalar, TimedWithout
from dbarchitect.model.schema import ForeignKey, Index, Table
from dbarchitect.review.context import SMALL_PAGES, Context, constraint_ref
from dbarchitect.review.mending import new_index
from dbarchitect.review.overlap import admits_all, serves_foreign_key, settled
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import MANY, SHARE, roll_up

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.WARNING, engines=("postgresql", "sqlite"))

_BUSY_ROWS = 10_000  # from here a scan of the child is felt (about 1 ms in memory at 10 million rows a second)


_MOST_REFERENCES = 8  # beyond it the search for a parent without children takes longer than what is timed


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys that no index serves."""
    of = 0
    common: list[Finding] = []
    by_parent: dict[Name, list[Finding]] = defaultdict(list)
    for table in review.tables:
        for key in table.foreign_keys:
            if not key.enforced or key.inherited:
                continue
            of += 1
            parent = review.table(key.target)
            if any(serves_foreign_key(index, key.columns) for index in table.indexes):
                continue
            if table.sqlite is not None and key.columns == (table.sqlite.rowid_alias,):
                continue  # the table itself is in its order
            if parent and any(_names_the_parent(index, key, parent) for index in table.indexes):
                continue
            finding, exposed = _found(review, table, key)
            if exposed:
                yield finding
            else:
                common.append(finding)
                by_parent[key.target].append(finding)
    if len(common) > MANY and len(common) >= SHARE * of:
        yield from roll_up(common, f"{len(common)} of {of} foreign keys have no index that serves them", of=of)
        return
    for name, found in by_parent.items():
        message = f"{len(found)} foreign keys refer to {name.short} without an index that serves them"
        parent = ObjectRef(kind="table", schema=name.schema, name=name.name)
        yield from roll_up(found, message, of=len(found), at=parent)


def _found(review: Context, table: Table, key: ForeignKey) -> tuple[Finding, bool]:
    """The finding, and whether live figures single it out."""
    parent = review.table(key.target)
    rows, pages = review.rows(table), review.pages(table)
    deleted = review.counted(parent, "deleted") if parent else None
    if not deleted and parent:  # the workload may know better than counters that are missing or were emptied
        deleted = int(review.called(parent, "delete") or 0) or deleted
    partly = next((index for index in table.indexes if _begins(index, key.columns)), None)
    cascades = key.on_delete not in ("NO ACTION", "RESTRICT")
    small = pages is not None and pages <= SMALL_PAGES
    code_list = rows is None and parent is not None and review.is_lookup(parent) and not cascades
    severity = Severity.INFO if small or deleted == 0 or partly or code_list else RULE.severity
    exposed = severity is not Severity.INFO and bool(deleted) and (rows or 0) >= _BUSY_ROWS
    columns = ", ".join(quote_identifier(column) for column in key.columns)
    size = "" if rows is None else f" ({rows:,.0f} rows)"
    message = f"{table.name.short} ({columns}) refers to {key.target.short} and has no index that serves it"
    if partly:
        message += f"; {partly.name.name} covers a part of it"
    elif deleted:
        message += f": each of the {deleted:,} deletes in {key.target.short} read all of {table.name.short}{size}"
    else:
        message += f": a delete in {key.target.short} reads all of {table.name.short}{size}"
    facts: dict[str, Scalar] = {
        "columns": columns,
        "parent": str(key.target),
        "child_rows": rows,
        "parent_deletes": deleted,
        "on_delete": key.on_delete,
    }
    fix = new_index(review, table, key.columns)
    finding = RULE.finding(
        constraint_ref(table, key.name),
        message,
        severity=severity,
        facts=facts,
        fix=(fix,),
        experiment=_experiment(review, parent, key, fix) if parent else None,
    )
    return finding, exposed


def _names_the_parent(index: Index, key: ForeignKey, parent: Table) -> bool:
    """Whether the index begins with columns that tell one parent from all others, though the key has more."""
    target = dict(zip(key.columns, key.target_columns, strict=True))
    named: set[str] = set()
    for one in index.keys if _begins(index, key.columns) else ():
        if one.column not in target:
            break
        named.add(target[one.column])
    return any(
        other.unique and other.predicate is None and {one.column for one in other.keys} <= named
        for other in parent.indexes
    )


def _begins(index: Index, columns: tuple[str, ...]) -> bool:
    return settled(index) and index.method == "btree" and admits_all(index, columns) and index.keys[0].column in columns


def _experiment(review: Context, parent: Table, key: ForeignKey, fix: Change) -> TimedWithout | None:
    """Delete a parent row that has no children, so that nothing but the look-up for children is timed: one made for the
    purpose, else one that the lab happens to have."""
    rows = Rows(review)
    made = rows.add(parent, must=key.target_columns)
    if made is not None:
        where = " AND ".join(f"{quote_identifier(name)} = {made[name]}" for name in key.target_columns)
        return TimedWithout(setup=tuple(rows.statements), sql=f"DELETE FROM {parent.name} WHERE {where}", change=(fix,))
    references = review.references(parent)
    if len(references) > _MOST_REFERENCES or any("{" in name for name in key.target_columns):
        return None
    childless = " AND ".join(
        f"NOT EXISTS (SELECT {'1 ' if review.schema.family == 'sqlite' else ''}FROM {child.name} AS child WHERE "
        + " AND ".join(
            f"child.{quote_identifier(name)} = parent.{quote_identifier(target)}"
            for name, target in zip(one.columns, one.target_columns, strict=True)
        )
        + ")"
        for child, one in references
    )
    quoted = [quote_identifier(name) for name in key.target_columns]
    literal = "quote" if review.schema.family == "sqlite" else "pg_catalog.quote_literal"
    columns = ", ".join(f"{literal}(parent.{name}) AS {name}" for name in quoted)
    where = " AND ".join(f"{quote_identifier(name)} = {{{name}}}" for name in key.target_columns)
    return TimedWithout(
        sql=f"DELETE FROM {parent.name} WHERE {where}",
        keys=f"SELECT {columns} FROM {parent.name} AS parent WHERE {childless} LIMIT 1",
        change=(fix,),
    )
