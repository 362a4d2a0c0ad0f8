"""What a query of the workload is to a cache: whether its answer may be kept at all, what its key is, what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.cache import Keeps
from dbarchitect.model.english import singular, snake, split
from dbarchitect.model.names import Name
from dbarchitect.model.query import Query
from dbarchitect.model.schema import Column, Relational, Table, View
from dbarchitect.sql.levels import Level, Statement, bare, comparison, read, terms
from dbarchitect.sql.shapes import WRITES, Key, Shape, read_statement

# Of pg_proc: volatile, and worth naming because a query may hold them.
_VOLATILE = frozenset(
    """
    random gen_random_uuid uuid_generate_v4 uuidv4 uuidv7 nextval currval lastval setval clock_timestamp timeofday
    pg_sleep pg_advisory_lock pg_advisory_xact_lock pg_try_advisory_lock pg_try_advisory_xact_lock set_config
    txid_current pg_current_xact_id
    """.split()  # noqa: SIM905
)
_OF_SESSION = frozenset("current_setting current_user session_user current_role pg_backend_pid uid jwt".split())  # noqa: SIM905
_OF_CLOCK = frozenset("now statement_timestamp transaction_timestamp age".split())  # noqa: SIM905
_SESSION_VALUES = re.compile(r"SVFOP_(CURRENT_USER|SESSION_USER|USER|CURRENT_ROLE|CURRENT_CATALOG|CURRENT_SCHEMA)")
_CATALOGUES = ("pg_catalog", "information_schema")

# Characters of a value as JSON where no statistics tell: what PostgreSQL prints for a middling one.
_CHARACTERS = {
    "bool": 5, "int2": 4, "int4": 7, "int8": 11, "float4": 9, "float8": 14, "numeric": 9, "uuid": 38, "date": 12,
    "timestamp": 28, "timestamptz": 34, "time": 17, "timetz": 20, "interval": 14, "inet": 17, "bytea": 200,
    "json": 200, "jsonb": 200,
}  # fmt: skip
_TEXT = 40  # an unknown text
_OTHER = 16  # an expression
_ROWS = 20  # of a list of unknown length


@dataclass(frozen=True, slots=True)
class Scope:
    """`table.column = value` that every row of an answer fulfils: a written row that has another value leaves the
    answer as it is."""

    table: Name
    column: str
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A query that reads. `obstacle`: why no answer of it may be kept, "" where one may.

    columns   of each table that it looks at, None for all
    ages      its answer changes with the clock
    rows, value_bytes, keys   of an answer and of its keys; `assumed` says which of them nobody counted
    """

    query: Query
    shape: Shape
    name: str = ""
    obstacle: str = ""
    keeps: Keeps = "list"
    tables: tuple[Table, ...] = ()
    columns: Mapping[Name, frozenset[str] | None] = field(default_factory=dict[Name, frozenset[str] | None])
    scopes: tuple[Scope, ...] = ()
    ages: bool = False
    parameters: tuple[str, ...] = ()
    rows: float = 1.0
    value_bytes: int = 0
    keys: int = 1
    assumed: tuple[str, ...] = ()

    def scope(self, table: Name) -> Scope | None:
        """What narrows down the rows of a table, a unique key's column before others."""
        own = [one for one in self.scopes if one.table == table]
        return own[0] if own else None


class Reads:
    """Reads queries against one schema. `keys`: how many different ones a query is asked for where nothing tells."""

    def __init__(self, schema: Relational, *, keys: int) -> None:
        self.schema = schema
        self._keys = keys
        self._tables = {one.name: one for one in schema.tables}
        self._views = {one.name: one for one in schema.views}
        self._volatile = {one.name.name for one in schema.functions if one.volatility == "volatile"}
        self._names: set[str] = set()

    def table(self, name: Name) -> Table | None:
        """The table that a statement names, with the schema or without."""
        if name.schema:
            return self._tables.get(name)
        found = [one for one in self._tables.values() if one.name.name == name.name]
        return found[0] if len(found) == 1 else next((one for one in found if one.name.schema == "public"), None)

    def read(self, query: Query) -> Read | None:
        """What the query is; None for one that writes."""
        reading = read_statement(query.sql)
        shape = reading.shape
        if shape.kind in WRITES or shape.written:
            return None
        if shape.kind != "select":
            return Read(query=query, shape=shape, obstacle="it is no SELECT")
        try:
            statement = read(query.sql, self.schema)
        except InputError as err:
            return Read(query=query, shape=shape, obstacle=f"it cannot be read: {err.message}")
        tables, unknown = self._read_tables(shape)
        obstacle = self._obstacle(statement, tables, unknown)
        if obstacle:
            return Read(query=query, shape=shape, obstacle=obstacle, tables=tables)
        top = statement.levels[0]
        plain = len(statement.levels) == 1
        row = plain and top.by_key()
        keeps: Keeps = "row" if row else "aggregate" if plain and top.one_row else "list"
        scopes = self._scopes(shape, top) if plain else ()
        parameters = _parameter_names(shape, len(reading.constants))
        assumed: list[str] = []
        rows = self._rows(query, top, keeps, scopes, assumed)
        width = self._width(top, assumed)
        return Read(
            query=query,
            shape=shape,
            name=self._name(keeps, tables, scopes, shape),
            keeps=keeps,
            tables=tables,
            columns={one.name: self._columns(statement, one) for one in tables},
            scopes=scopes,
            ages=any(_of_clock(level) for level in statement.levels),
            parameters=parameters,
            rows=rows,
            value_bytes=round(2 + rows * width),
            keys=self._key_count(shape, scopes, assumed) if parameters else 1,
            assumed=tuple(assumed),
        )

    # --- may it be kept -----------------------------------------------------------------------------------------------

    def _read_tables(self, shape: Shape) -> tuple[tuple[Table, ...], tuple[str, ...]]:
        found: dict[Name, Table] = {}
        unknown: list[str] = []
        seen: set[Name] = set()

        def look(names: tuple[Name, ...]) -> None:
            for name in names:
                if name in seen:
                    continue
                seen.add(name)
                table, view = self.table(name), self._view(name)
                if table is not None:
                    found[table.name] = table
                elif view is not None:
                    look(read_statement(view.definition).shape.tables)
                else:
                    unknown.append(str(name))

        look(shape.tables)
        return tuple(found.values()), tuple(unknown)

    def _view(self, name: Name) -> View | None:
        if name.schema:
            return self._views.get(name)
        return next((one for one in self._views.values() if one.name.name == name.name), None)

    def _obstacle(self, statement: Statement, tables: tuple[Table, ...], unknown: tuple[str, ...]) -> str:
        if unknown:
            first = unknown[0]
            own = first.startswith(_CATALOGUES) or first.startswith("pg_")
            return (
                "it asks the catalogue" if own else f"the schema has no {first}: what changes its answer is not known"
            )
        for level in statement.levels:
            if level.fields.get("lockingClause"):
                return "it locks rows for a write that follows: that must see the row itself"
            for kind, fields in level.nodes():
                name = _function(kind, fields)
                if name in _VOLATILE or name in self._volatile:
                    return f"{name}() gives something else each time"
                if name in _OF_SESSION or _SESSION_VALUES.match(str(fields.get("op", ""))):
                    return "its answer depends on who asks, which is not in its parameters"
        if not tables:
            return "it reads no table"
        guarded = next((one for one in tables if one.row_security), None)
        if guarded is not None:
            return (
                f"{guarded.name.short} has row security: who asks decides what the answer is, and a shared entry would "
                "show it to others"
            )
        return ""

    # --- what is it asked by --------------------------------------------------------------------------------------

    def _scopes(self, shape: Shape, top: Level) -> tuple[Scope, ...]:
        """The equalities with a value that AND joins in WHERE: every row of the answer fulfils them."""
        fixed: set[tuple[Name, str]] = set()
        for term in terms(top.fields.get("whereClause")):
            made = comparison(term)
            for side in made[1:] if made and made[0] == "=" else ():
                found = top.column(bare(side))
                if found is not None:
                    fixed.add((found[0].name, found[1].name))
        scopes: list[Scope] = []
        for key in shape.keys:
            of = [table for table, column in fixed if column == key.column and key.table in (None, *_names(table))]
            if len(of) == 1:
                scopes.append(Scope(of[0], key.column, key))
        return tuple(scopes)

    def _name(self, keeps: Keeps, tables: tuple[Table, ...], scopes: tuple[Scope, ...], shape: Shape) -> str:
        main = self.table(shape.tables[0]) if shape.tables else None
        words = list(split((main or tables[0]).name.name))
        if keeps == "row" and words:
            words[-1] = singular(words[-1])
        if keeps == "aggregate":
            words.append("totals")
        by = [one.column for one in scopes if one.key.parameter or one.key.constant >= 0]
        primary = main.primary_key if main else None
        if by and not (keeps == "row" and primary is not None and tuple(by) == primary.columns):
            words += ["by", *(word for column in by[:2] for word in split(column))]
        name = base = snake(words) or "query"
        number = 2
        while name in self._names:
            name = f"{base}_{number}"
            number += 1
        self._names.add(name)
        return name

    def _key_count(self, shape: Shape, scopes: tuple[Scope, ...], assumed: list[str]) -> int:
        counts: list[float] = []
        most = float("inf")
        for one in scopes:
            known = self._distinct(one.table, one.column)
            if known is None:
                break
            counts.append(known)
            facts = self.schema.facts.tables.get(str(one.table)) if self.schema.facts else None
            most = min(most, facts.rows if facts and facts.rows else most)
        else:
            if counts and len(scopes) == len(shape.keys):
                product = 1.0
                for one in counts:
                    product *= one
                return max(round(min(product, most)), 1)
        assumed.append(f"{self._keys:,} different keys")
        return self._keys

    def _distinct(self, table: Name, column: str) -> float | None:
        facts = self.schema.facts
        known = facts.column(str(table), column) if facts else None
        rows = facts.tables[str(table)].rows if facts and str(table) in facts.tables else None
        if known is None or not known.n_distinct:
            return None
        if known.n_distinct > 0:
            return known.n_distinct
        return -known.n_distinct * rows if rows else None

    # --- how big is an answer -----------------------------------------------------------------------------------------

    def _rows(self, query: Query, top: Level, keeps: Keeps, scopes: tuple[Scope, ...], assumed: list[str]) -> float:
        if keeps != "list":
            return 1.0
        if query.rows is not None and query.calls:
            return max(query.rows / query.calls, 0.0)
        limit = _limit(top)
        facts = self.schema.facts
        for one in scopes:
            distinct = self._distinct(one.table, one.column)
            rows = facts.tables[str(one.table)].rows if facts and str(one.table) in facts.tables else None
            if distinct and rows:
                return min(rows / distinct, limit or float("inf"))
        if limit is not None:
            return limit
        assumed.append(f"{_ROWS} rows an answer")
        return float(_ROWS)

    def _width(self, top: Level, assumed: list[str]) -> float:
        """Characters of a row as a JSON object."""
        width = 2.0
        guessed = False
        for target in top.targets:
            fields = cast("dict[str, Any]", target.get("ColumnRef", {})).get("fields", [])
            if any("A_Star" in one for one in fields):
                qualifier = next((one["String"].get("sval", "") for one in fields if "String" in one), None)
                for item in top.items.values():
                    if item.table is not None and qualifier in (None, item.alias):
                        for column in item.table.columns:
                            size, known = self._characters(item.table, column)
                            width += len(column.name) + 4 + size
                            guessed |= not known
                continue
            found = top.column(target)
            if found is None:
                width += 12 + _OTHER
                continue
            size, known = self._characters(*found)
            width += len(found[1].name) + 4 + size
            guessed |= not known
        if guessed:
            assumed.append("widths by the type")
        return width

    def _characters(self, table: Table, column: Column) -> tuple[float, bool]:
        base = column.type.base or column.type.name
        fixed = _CHARACTERS.get(base)
        known = self.schema.facts.column(str(table.name), column.name) if self.schema.facts else None
        if fixed is not None and base not in ("bytea", "json", "jsonb", "numeric"):
            return fixed, True
        if known is not None and known.average_width:
            return known.average_width * (4 / 3 if base == "bytea" else 1) + 2, True
        if fixed is not None:
            return fixed, False
        declared = re.search(r"\((\d+)\)", column.type.sql)
        return (min(int(declared[1]) / 2, _TEXT) if declared else _TEXT) + 2, False

    def _columns(self, statement: Statement, table: Table) -> frozenset[str] | None:
        """The columns of a table that an answer can depend on; None: any of them."""
        found: set[str] = set()
        names = {column.name for column in table.columns}
        if not any(item.table is table for level in statement.levels for item in level.items.values()):
            return None  # through a view
        for level in statement.levels:
            for kind, fields in level.nodes():
                if kind != "ColumnRef":
                    continue
                if any("A_Star" in one for one in fields.get("fields", [])):
                    return None
                last = fields.get("fields", [{}])[-1].get("String", {}).get("sval", "")
                if last in names:
                    found.add(last)
        return frozenset(found)


def _names(table: Name) -> tuple[Name, Name]:
    return table, Name(schema="", name=table.name)


def _parameter_names(shape: Shape, constants: int) -> tuple[str, ...]:
    """What the key holds, every value that an answer can depend on: `$1`, `$2`, ...; in a text without them its
    `constants`. A value is named after the column that it is compared with, where there is one."""
    bound = shape.parameters > 0
    columns = {one.parameter if bound else one.constant + 1: one.column for one in shape.compared}
    names: list[str] = []
    for number in range(1, (shape.parameters if bound else constants) + 1):
        name = columns.get(number) or f"p{number}"
        names.append(name if name not in names else f"{name}_{number}")
    return tuple(names)


def _function(kind: str, fields: Mapping[str, Any]) -> str:
    if kind == "FuncCall":
        parts = [one["String"].get("sval", "") for one in fields.get("funcname", []) if "String" in one]
        return parts[-1] if parts else ""
    return ""


def _of_clock(level: Level) -> bool:
    return any(
        (_function(kind, fields) in _OF_CLOCK)
        or (kind == "SQLValueFunction" and not _SESSION_VALUES.match(str(fields.get("op", ""))))
        for kind, fields in level.nodes()
    )


def _limit(level: Level) -> float | None:
    constant = level.fields.get("limitCount", {}).get("A_Const", {})
    value = constant.get("ival", {}).get("ival")
    return float(value) if isinstance(value, int) else None


def written_columns(statement_columns: Iterator[tuple[Name, dict[str, frozenset[str]]]]) -> dict[Name, frozenset[str]]:
    """The columns that UPDATEs set, by table (from `asked_columns`)."""
    found: dict[Name, frozenset[str]] = {}
    for table, columns in statement_columns:
        here = frozenset(name for name, operators in columns.items() if "set" in operators)
        found[table] = found.get(table, frozenset()) | here
    return found
