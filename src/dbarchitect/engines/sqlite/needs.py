"""What queries ask of tables, as SQLite's own planner puts it.

Each table stands as a virtual one whose `xBestIndex` writes down what it is asked: conditions on columns with their
constants and collations, the order that is wanted, the columns that are used. That is how the shell's `.expert` works;
what it cannot see (an expression on the left of a comparison) is found in the text, and SQLite says whether it can be
an index. It takes `apsw`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.schema import Relational, Table
from dbarchitect.sql.sqlite import Token, quoted, renamed, tokens

_DETERMINISTIC = frozenset(
    """lower upper abs length substr substring trim ltrim rtrim coalesce ifnull round date datetime strftime
    json_extract instr replace typeof unicode hex""".split()  # noqa: SIM905
)
_COMPARES = frozenset(("=", "==", "<", ">", "<=", ">=", "IN", "BETWEEN", "LIKE", "IS"))


@dataclass(slots=True)
class Condition:
    """A comparison of a column: `constant` is the literal on the other side, where there is one."""

    column: str
    operator: str
    collation: str = ""
    constant: str | None = None


@dataclass(slots=True)
class SqliteNeeds:
    """What one query asks of one table, once for each time that it is named: `equal` and `ranged` by column; `orders`
    with the direction; `used`: all columns that it needs; `expressions` are compared."""

    table: str
    equal: dict[str, Condition] = field(default_factory=dict[str, Condition])
    ranged: dict[str, Condition] = field(default_factory=dict[str, Condition])
    orders: list[tuple[tuple[str, bool], ...]] = field(default_factory=list[tuple[tuple[str, bool], ...]])
    used: set[str] = field(default_factory=set[str])
    expressions: list[str] = field(default_factory=list[str])


class Listener:
    """A database of virtual tables that listen. Raises `SurroundingsError` without `apsw`."""

    def __init__(self, schema: Relational) -> None:
        try:
            import apsw
        except ImportError as err:
            raise SurroundingsError(
                "advice on SQLite's indexes needs apsw, which is not installed",
                hint="pip install 'dbarchitect[sqlite]'",
            ) from err
        self._apsw = apsw
        self._tables = {one.name.name.lower(): one for one in schema.tables if one.kind == "ordinary"}
        self._heard: list[tuple[str, Any]] = []
        self.parameters: dict[int, tuple[str, str]] = {}  # of the last query: number to (table, column) beside it
        self._connection: Any = apsw.Connection(":memory:")
        self._connection.create_module("dba_needs", _Module(self), use_bestindex_object=True)
        for table in self._tables.values():
            self._connection.execute(f"CREATE VIRTUAL TABLE {quoted(table.name.name)} USING dba_needs")
        for view in schema.views:
            try:
                self._connection.execute(view.definition)
            except apsw.Error:
                continue  # of a table that is not here: the query that names it says so

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def table(self, name: str) -> Table:
        """The table of that name in any case."""
        return self._tables[name.lower()]

    def hear(self, table: str, asked: SqliteNeeds) -> None:
        """Take what a table was asked."""
        self._heard.append((table.lower(), asked))

    def of(self, sql: str) -> tuple[SqliteNeeds, ...]:
        """What a query asks of each table. Raises `InputError` for SQL that SQLite refuses."""
        self._heard.clear()
        self.parameters.clear()
        try:
            list(self._connection.execute(f"EXPLAIN QUERY PLAN {marked(sql)}"))
        except self._apsw.Error as err:
            raise InputError(f"SQLite does not take it: {err}", hint="correct the SQL") from err
        found: dict[str, SqliteNeeds] = {}
        for name, asked in self._heard:
            known = found.setdefault(name, SqliteNeeds(self._tables[name].name.name))
            known.equal |= asked.equal
            known.ranged |= asked.ranged
            known.used |= asked.used
            known.orders += [order for order in asked.orders if order not in known.orders]
        for name, needs in found.items():
            needs.expressions = _expressions(sql, self._tables[name], [self._tables[one] for one in found])
        return tuple(found.values())


class _Module:
    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def Create(self, connection: Any, module: str, database: str, name: str, *_: str) -> tuple[str, _Table]:  # noqa: N802
        table = self._listener.table(name)
        columns: list[str] = []
        for one in table.columns:
            kind = one.type.sql if one.type.sql.isidentifier() else quoted(one.type.sql) if one.type.sql else ""
            collation = f" COLLATE {one.collation.name}" if one.collation is not None else ""
            columns.append(f"{quoted(one.name)} {kind}{collation}")
        return f"CREATE TABLE x ({', '.join(columns)})", _Table(self._listener, table)

    Connect = Create


class _Table:
    def __init__(self, listener: Listener, table: Table) -> None:
        self._listener = listener
        self._table = table

    def BestIndexObject(self, asked: Any) -> bool:  # noqa: N802
        import apsw as driver

        apsw: Any = driver
        equal: dict[int, str] = {apsw.SQLITE_INDEX_CONSTRAINT_EQ: "=", apsw.SQLITE_INDEX_CONSTRAINT_IS: "is"}
        ranged: dict[int, str] = {
            apsw.SQLITE_INDEX_CONSTRAINT_GT: ">",
            apsw.SQLITE_INDEX_CONSTRAINT_GE: ">=",
            apsw.SQLITE_INDEX_CONSTRAINT_LT: "<",
            apsw.SQLITE_INDEX_CONSTRAINT_LE: "<=",
        }
        columns = self._table.columns
        needs = SqliteNeeds(self._table.name.name)
        for number in range(asked.nConstraint):
            place: int = asked.get_aConstraint_iColumn(number)
            operator: int = asked.get_aConstraint_op(number)
            if not 0 <= place < len(columns):
                continue
            column = columns[place]
            own = column.collation.name if column.collation is not None else "BINARY"
            if operator in equal or operator in ranged:
                collation: str = asked.get_aConstraint_collation(number)
                value = asked.get_aConstraint_rhs(number)
                if isinstance(value, str) and value.startswith(_MARK):
                    self._listener.parameters[int(value.removeprefix(_MARK))] = (self._table.name.name, column.name)
                    value = None
                one = Condition(
                    column.name,
                    (equal | ranged)[operator],
                    "" if collation.upper() == own.upper() else collation,
                    apsw.format_sql_value(value) if isinstance(value, str | int | float) else None,
                )
                (needs.equal if operator in equal else needs.ranged)[column.name] = one
        order: list[tuple[int, bool]] = [
            (asked.get_aOrderBy_iColumn(n), asked.get_aOrderBy_desc(n)) for n in range(asked.nOrderBy)
        ]
        if order and all(0 <= place < len(columns) for place, _ in order):
            needs.orders.append(tuple((columns[place].name, bool(down)) for place, down in order))
        used: set[int] = asked.colUsed
        needs.used = {columns[place].name for place in used if 0 <= place < len(columns)}
        self._listener.hear(self._table.name.name, needs)
        asked.estimatedRows = 1000
        asked.estimatedCost = 1e6
        return True

    def Open(self) -> None:  # noqa: N802
        raise NotImplementedError("nothing is read")

    def Disconnect(self) -> None:  # noqa: N802
        """Nothing to give back."""

    Destroy = Disconnect

    def UpdateChangeRow(self, *_: Any) -> None:  # noqa: N802
        """Statements that write are planned, never run."""

    UpdateDeleteRow = UpdateInsertRow = UpdateChangeRow


_MARK = "dba-parameter-"


def marked(sql: str, values: Mapping[int, str] | None = None) -> str:
    """A statement whose parameters are literals: those of `values` by number, else marks that name them."""
    count = 0

    def literal(token: Token) -> str | None:
        nonlocal count
        if token.kind != "parameter":
            return None
        count += 1
        return f"'{_MARK}{count}'" if values is None else values.get(count, "NULL")

    return renamed(sql, literal)


def _expressions(sql: str, table: Table, others: Sequence[Table]) -> list[str]:
    """Calls of functions on columns of one table that the text compares, word for word."""
    words = tokens(sql)
    names = {one.name.lower() for one in table.columns}
    foreign = {one.name.lower() for other in others if other is not table for one in other.columns}
    found: list[str] = []
    for place, word in enumerate(words):
        if word.kind != "word" or word.text.lower() not in _DETERMINISTIC or words[place + 1 : place + 2] == []:
            continue
        if words[place + 1].upper != "(":
            continue
        depth, end = 0, place + 1
        while end < len(words):
            depth += {"(": 1, ")": -1}.get(words[end].upper, 0)
            if depth == 0:
                break
            end += 1
        after = words[end + 1].upper if end + 1 < len(words) else ""
        inner = words[place + 2 : end]
        if after not in _COMPARES or any(one.kind == "parameter" for one in inner):
            continue
        columns = [one.value.lower() for one in inner if one.kind in ("word", "name")]
        if not any(one in names for one in columns) or any(one in foreign and one not in names for one in columns):
            continue
        # Without the alias before a column: an index knows one table.
        parts: list[str] = []
        for number, one in enumerate(inner):
            qualifies = number + 1 < len(inner) and inner[number + 1].upper == "."
            if not qualifies and one.upper != ".":
                parts.append(one.text)
        text = f"{word.text}({' '.join(parts).replace(' ,', ',')})"
        if text not in found:
            found.append(text)
    return found
