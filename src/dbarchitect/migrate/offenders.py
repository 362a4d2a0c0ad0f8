"""The rows that stand in a migration's way, as a query: what the server complained about, read from two schemas.

The server names the constraint that rows break, but not all of the rows. What the constraint says stands in the schema
as it would be with it: the one that the same statements give where there are no rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.rehearsal import Refusal
from dbarchitect.model.schema import Check, DomainType, Exclude, ForeignKey, Index, Relational, Table, View
from dbarchitect.model.value import Value

# SQLSTATE classes of errors that are about rows: integrity constraints, and values that a type does not take.
OF_ROWS = ("22", "23")


def is_about_rows(refusal: Refusal) -> bool:
    """Whether an error is about the rows that there are."""
    return refusal.sqlstate[:2] in OF_ROWS


class InTheWay(Value, frozen=True, kw_only=True):
    """Rows in a migration's way: a query without a semicolon that lists them, and a DELETE that leaves the rest, for
    copies. "" where none can be told."""

    query: str = ""
    removal: str = ""


def offenders(refusal: Refusal, before: Relational, after: Relational) -> InTheWay:
    """The rows that the server's error is about, in the terms of the schema `before` the statement.

    after  the schema as the statement leaves it where there are no rows
    """
    name = Name(schema=refusal.schema, name=refusal.table)
    old = before.table(name)
    new = after.table(name) or _matview(after, name)
    match refusal.sqlstate:
        case "23502" if refusal.column:
            return _without_value(name, refusal.column, old)
        case "23514":
            return _against_check(refusal, name, old, before, after)
        case "23505" | "23P01" | "23503" if new is None:
            return InTheWay()
        case "23505":
            assert new is not None
            index = next((one for one in new.indexes if one.name.name == refusal.constraint), None)
            return _twice(index) if index is not None else InTheWay()
        case "23P01" if isinstance(new, Table):
            return _excluded(refusal.constraint, new)
        case "23503" if isinstance(new, Table):
            key = next((one for one in new.foreign_keys if one.name == refusal.constraint), None)
            return _orphans(new.name, key) if key is not None else InTheWay()
        case code if code[:2] == "22":
            return _not_taken(before, after)
        case _:
            return InTheWay()


def expected(before: Relational, after: Relational) -> tuple[str, ...]:
    """Queries over the schema `before`, each of which must give no row for what `after` demands and `before` did not:
    NOT NULL, CHECK, unique keys, exclusions, foreign keys, narrower types. Of new columns nothing is said.
    """
    found: list[str] = []
    for new in after.tables:
        old = before.table(new.name)
        if old is None:
            continue
        for refusal in _demands(old, new):
            there = offenders(refusal, before, after)
            found.append(there.query)
    if changed := offenders(Refusal(sqlstate="22000", message=""), before, after).query:
        found.append(changed)
    return tuple(dict.fromkeys(query for query in found if query))


def _demands(old: Table, new: Table) -> Iterator[Refusal]:
    """The errors that rows could give rise to, one for each thing that the new table demands."""
    columns = {column.name: column for column in old.columns}

    def refused(sqlstate: str, *, column: str = "", constraint: str = "") -> Refusal:
        name = new.name
        return Refusal(
            sqlstate=sqlstate, message="", schema=name.schema, table=name.name, column=column, constraint=constraint
        )

    for column in new.columns:
        known = columns.get(column.name)
        if column.not_null and known is not None and not known.not_null:
            yield refused("23502", column=column.name)
    enforced = {one.name for one in old.constraints if one.validated}
    kinds = ((Check, "23514"), (ForeignKey, "23503"), (Exclude, "23P01"))
    for one in new.constraints:
        if one.name not in enforced and one.validated and set(one.columns) <= columns.keys():
            yield from (refused(code, constraint=one.name) for kind, code in kinds if isinstance(one, kind))
    unique = {index.name for index in old.indexes if index.unique}
    for index in new.indexes:
        if index.unique and index.name not in unique and all(key.column in columns for key in index.keys):
            yield refused("23505", constraint=index.name.name)


def _where(name: Name, condition: str = "") -> InTheWay:
    where = f" WHERE {condition}" if condition else ""
    return InTheWay(query=f"SELECT * FROM {name}{where}", removal=f"DELETE FROM {name}{where}")


def _matview(schema: Relational, name: Name) -> View | None:
    return next((one for one in schema.views if one.name == name), None)


def _without_value(name: Name, column: str, old: Table | None) -> InTheWay:
    if old is not None and old.column(column) is None:
        return _where(name)  # a new column without a default: every row
    return _where(name, f"{quote_identifier(column)} IS NULL")


def _against_check(refusal: Refusal, name: Name, old: Table | None, before: Relational, after: Relational) -> InTheWay:
    new = after.table(name)
    if new is None or old is None:
        return InTheWay()
    for one in new.constraints:
        if isinstance(one, Check) and one.name == refusal.constraint:
            return _where(name, f"({one.expression}) IS FALSE")
    column = old.column(refusal.column)
    if column is None:
        return InTheWay()
    known = {one.name: one for one in before.types if isinstance(one, DomainType)}
    broken: list[str] = []
    for domain in after.types:
        if not isinstance(domain, DomainType) or domain.name.name not in _words(column.type.sql):
            continue
        earlier = known.get(domain.name)
        names = {one.name for one in earlier.constraints if one.validated} if earlier else set[str]()
        broken += [
            re.sub(r"\bVALUE\b", quote_identifier(column.name), one.expression)
            for one in domain.constraints
            if isinstance(one, Check) and one.name not in names
        ]
    return _where(name, " OR ".join(f"({one}) IS FALSE" for one in broken)) if broken else InTheWay()


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _keys(index: Index) -> list[str]:
    return [quote_identifier(key.column) if key.column else f"({key.expression})" for key in index.keys]


def _twice(index: Index) -> InTheWay:
    keys = _keys(index)
    wanted = [f"({index.predicate})"] if index.predicate else []
    if not index.nulls_not_distinct:
        wanted += [f"{key} IS NOT NULL" for key in keys]
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    listed = ", ".join(keys)
    numbered = (
        f"SELECT tableoid AS t, ctid AS c, row_number() OVER (PARTITION BY {listed}) AS n FROM {index.table}{where}"
    )
    return InTheWay(
        query=f"SELECT {listed}, count(*) AS rows FROM {index.table}{where} GROUP BY {listed} HAVING count(*) > 1",
        removal=f"DELETE FROM {index.table} d USING ({numbered}) x WHERE d.tableoid = x.t AND d.ctid = x.c AND x.n > 1",
    )


def _excluded(constraint: str, table: Table) -> InTheWay:
    found = next((one for one in table.constraints if isinstance(one, Exclude) and one.name == constraint), None)
    index = next((one for one in table.indexes if found is not None and one.name.name == found.index), None)
    if found is None or index is None or not all(key.column for key in index.keys):
        return InTheWay()
    clash = " AND ".join(
        f"a.{quote_identifier(key.column or '')} OPERATOR({operator}) b.{quote_identifier(key.column or '')}"
        if "." in operator
        else f"a.{quote_identifier(key.column or '')} {operator} b.{quote_identifier(key.column or '')}"
        for key, operator in zip(index.keys, found.operators, strict=False)
    )
    other = "(a.tableoid, a.ctid) <> (b.tableoid, b.ctid)"
    return InTheWay(
        query=f"SELECT a.* FROM {table.name} a WHERE EXISTS (SELECT FROM {table.name} b WHERE {other} AND {clash})",
        removal=f"DELETE FROM {table.name} a USING {table.name} b WHERE a.ctid > b.ctid AND {clash}",
    )


def _orphans(name: Name, key: ForeignKey) -> InTheWay:
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    same = " AND ".join(f"p.{quote_identifier(there)} = c.{quote_identifier(here)}" for here, there in pairs)
    filled = [f"c.{quote_identifier(here)} IS NOT NULL" for here, _ in pairs]
    joined = " AND ".join(filled) if key.match == "SIMPLE" else f"({' OR '.join(filled)})"
    orphan = f"FROM {name} c WHERE {joined} AND NOT EXISTS (SELECT FROM {key.target} p WHERE {same})"
    return InTheWay(query=f"SELECT c.* {orphan}", removal=f"DELETE {orphan}")


def _not_taken(before: Relational, after: Relational) -> InTheWay:
    """Rows whose values the new type of a column does not take. `pg_input_is_valid` is of PostgreSQL 16."""
    for new in after.tables:
        old = before.table(new.name)
        if old is None:
            continue
        for column in new.columns:
            was = old.column(column.name)
            if was is None or was.type == column.type:
                continue
            own = quote_identifier(column.name)
            if before.version >= 160000:
                kind = column.type.sql.replace("'", "''")
                return _where(new.name, f"NOT pg_input_is_valid({own}::text, '{kind}')")
            if longest := re.search(r"\bchar\w*(?: varying)?\((\d+)\)", column.type.sql):
                return _where(new.name, f"length({own}::text) > {longest[1]}")
    return InTheWay()
