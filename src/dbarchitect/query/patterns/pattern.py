"""The mechanism: a pattern is a function that is given a statement and yields what it finds in its text.

The function's docstring is the pattern's page. Patterns of a kind stand in one file; a file in this folder is found by
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.finding import Severity
from dbarchitect.model.names import Name
from dbarchitect.model.proof import Scalar
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.model.schema import Column, Index, IndexKey, Relational, Table
from dbarchitect.sql.conditions import unqualified
from dbarchitect.sql.levels import Statement, bare, location_of
from dbarchitect.sql.parse import equivalent, printed_tree
from dbarchitect.sql.tree import Node, strings

_FEW = 1000  # rows: a few pages, which are read in less time than it takes to think of them


@dataclass(frozen=True, slots=True)
class Sight:
    """What a pattern looks at: the statement, and the schema where it is known."""

    statement: Statement
    schema: Relational | None

    def rows(self, table: Table | None) -> float | None:
        """How many rows a table has; None where nobody knows."""
        facts = self.schema.facts if self.schema is not None else None
        found = facts.tables.get(str(table.name)) if facts is not None and table is not None else None
        return found.rows if found is not None else None

    def small(self, table: Table | None) -> bool:
        """Whether it is known to be so small that no plan of it is slow."""
        rows = self.rows(table)
        return rows is not None and rows < _FEW

    def statistics(self, table: Table, column: str) -> ColumnStatistics | None:
        """What is known of a column's values."""
        facts = self.schema.facts if self.schema is not None else None
        return facts.column(str(table.name), column) if facts is not None else None

    def indexes_on(self, table: Table, column: str) -> list[Index]:
        """The indexes that begin with a column."""
        return [one for one in table.indexes if one.keys and one.keys[0].column == column]

    def indexed(self, table: Table, node: Node) -> bool:
        """Whether an index is on that expression of the table's columns."""
        wanted = printed_tree(unqualified(node))
        return any(key.expression and _same(key, wanted) for one in table.indexes for key in one.keys)


def _same(key: IndexKey, wanted: str) -> bool:
    return equivalent(key.expression or "", wanted) or equivalent(_plain(key.expression or ""), _plain(wanted))


def _plain(text: str) -> str:
    """Without the casts of constants and columns to text that the server's printer adds."""
    return text.replace("::text", "").replace("::character varying", "").replace("pg_catalog.", "")


def found(
    sight: Sight,
    where: int | Node,
    message: str,
    advice: str,
    *,
    severity: Severity = Severity.WARNING,
    unless: str = "",
    sql: tuple[str, ...] = (),
    **facts: Scalar,
) -> QueryFinding:
    """A finding at a byte of the text, or where an expression begins. The mechanism adds the pattern's name."""
    line, column = sight.statement.place(where if isinstance(where, int) else location_of(where))
    return QueryFinding(
        rule="",
        origin="text",
        severity=severity,
        message=message,
        advice=advice,
        unless=unless,
        at=f"line {line}, column {column}",
        sql=sql,
        facts={"line": line, "column": column, **facts},
    )


Check = Callable[[Sight], Iterator[QueryFinding]]
PATTERNS: dict[str, Check] = {}


def pattern(name: str) -> Callable[[Check], Check]:
    """Register a check under its id."""

    def register(check: Check) -> Check:
        PATTERNS[name] = check
        return check

    return register


def shown(table: Table | Name) -> str:
    """A table's name for people."""
    name = table.name if isinstance(table, Table) else table
    return name.short


def column_name(node: Node) -> str:
    """The last part of a reference to a column; "" for what is none."""
    reference = bare(node).get("ColumnRef")
    parts = strings(reference.get("fields")) if reference else []
    return parts[-1] if parts else ""


INTEGERS = frozenset(("int2", "int4", "int8"))
FRACTIONS = frozenset(("numeric", "float4", "float8"))
TEXTS = frozenset(("text", "varchar", "bpchar", "name"))


def base(column: Column) -> str:
    """The name of a column's type under all domains."""
    return column.type.base or column.type.name
