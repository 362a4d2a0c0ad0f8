"""One statement in the place of many that differ in their values only.

A read with one varying equality becomes `column = ANY ($1)`; every other read is joined to the list of its values with
LATERAL, which is right whatever the statement does (LIMIT, aggregates, several keys). Writes take their rows from
`unnest`, an INSERT from several VALUES rows. Only values are replaced in the text: the rest stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, quote_identifier

from . import parse, tree
from .shapes import Key, constant_starts, read_statement
from .tree import Node

ColumnType = Callable[[Name | None, str], str]  # the SQL type of a table's column, "" where it is not known
_PARAMETER = re.compile(r"\$(\d+)")
_CAST = re.compile(
    r"""\s*::\s*("?[A-Za-z_][\w. "]*?"?(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?)"""
    r"""(?=\s*(?:$|[^\w. "(]|\s(?:and|or|order|limit|group|returning|for|union|offset)\b))""",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\bWHERE[\s(]*$", re.IGNORECASE)
_INTEGER = re.compile(r"-?\d+\Z")
_NUMBER = re.compile(r"-?[\d.]+(?:e[+-]?\d+)?\Z", re.IGNORECASE)
_UUID = re.compile(r"'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'\Z", re.IGNORECASE)
_NOT_COPIED = ("returningList", "returningClause", "onConflictClause")  # what an INSERT may do that COPY cannot


@dataclass(frozen=True, slots=True)
class Varying:
    """Which values of a statement differ from one execution to the next: numbers of parameters (from 1) and of
    constants (from 0), each with an example as SQL literal."""

    parameters: Mapping[int, str]
    constants: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Value:
    """One varying value in the text: where it stands with its cast, the parameter that will hold the list."""

    start: int
    end: int
    number: int
    type: str
    name: str


def batched(sql: str, varying: Varying, column_type: ColumnType) -> str:
    """The statement that does at once what `sql` does for one set of values; "" where none is known.

    It takes arrays in the place of the varying values (`unnest` and ANY), or, for an INSERT, more rows.
    """
    sql = sql.strip().rstrip(";").rstrip()
    try:
        parsed = tree.parse(sql)
        if len(parsed) != 1:
            return ""
        kind, fields = parsed[0]
        made = _batched(sql, kind, fields, varying, column_type)
        if made:
            parse.fingerprint(made)  # what the grammar refuses is not shown
    except (InputError, tree.ParserError):
        return ""
    return made


def copy_instead(sql: str) -> str:
    """The COPY that loads what a plain INSERT of values loads; "" for one with RETURNING, ON CONFLICT or a query."""
    try:
        (kind, fields), *more = tree.parse(sql)
    except (tree.ParserError, ValueError):
        return ""
    values = fields.get("selectStmt", {}).get("SelectStmt", {}).get("valuesLists")
    if more or kind != "InsertStmt" or not values or any(one in fields for one in _NOT_COPIED):
        return ""
    relation = fields["relation"]
    name = Name(schema=relation.get("schemaname", ""), name=relation.get("relname", ""))
    columns = [quote_identifier(one["ResTarget"].get("name", "")) for one in fields.get("cols", ())]
    return f"COPY {name}{' (' + ', '.join(columns) + ')' if columns else ''} FROM STDIN"


def _batched(sql: str, kind: str, fields: Node, varying: Varying, column_type: ColumnType) -> str:
    if kind == "InsertStmt":
        return _more_rows(sql, fields)
    shape = read_statement(sql).shape
    keys = [one for one in shape.keys if one.parameter in varying.parameters or one.constant in varying.constants]
    values = _values(sql, shape.compared, varying, shape.parameters, column_type)
    if not values:
        return ""
    if len(keys) == 1 and len(values) == 1:
        made = _any(sql, kind, fields, values[0], keys[0])
        if made:
            return made
    match kind:
        case "SelectStmt":
            return _lateral(sql, values)
        case "UpdateStmt":
            return _joined(sql, fields, values, "FROM") if "fromClause" not in fields else ""
        case "DeleteStmt":
            return _joined(sql, fields, values, "USING") if "usingClause" not in fields else ""
        case _:
            return ""


def _values(
    sql: str, keys: Collection[Key], varying: Varying, parameters: int, column_type: ColumnType
) -> list[_Value]:
    """The varying values in the order of the text; none where one of them stands in no place of the text."""
    found: list[_Value] = []
    starts = constant_starts(sql)
    texts = read_statement(sql).constants
    spans = [(start, start + len(text.removeprefix("E'"))) for start, text in zip(starts, texts, strict=True)]
    names: dict[int, str] = {}

    def add(start: int, end: int, number: int, key: Key | None, example: str) -> None:
        cast = _CAST.match(sql, end)
        known = column_type(key.table, key.column) if key else ""
        kind = known or (cast[1].strip() if cast else "") or guessed_type(example)
        name = names.setdefault(number, _free(key.column if key and key.operator == "=" else f"value_{number}", names))
        found.append(_Value(start, cast.end() if cast else end, number, kind, name))

    for match in _PARAMETER.finditer(sql):
        number = int(match[1])
        if number in varying.parameters and not any(start <= match.start() < end for start, end in spans):
            key = next((one for one in keys if one.parameter == number), None)
            add(match.start(), match.end(), number, key, varying.parameters[number])
    for number, (ordinal, example) in enumerate(sorted(varying.constants.items()), parameters + 1):
        if ordinal >= len(spans):
            return []
        key = next((one for one in keys if one.constant == ordinal), None)
        start, end = spans[ordinal]
        add(start, end, number, key, example)
    return sorted(found, key=lambda one: one.start)


def _free(name: str, taken: Mapping[int, str]) -> str:
    return name if name not in taken.values() else f"{name}_{len(taken) + 1}"


def guessed_type(example: str) -> str:
    """A type that an SQL literal can be cast to: the one that its look suggests, else text."""
    if _INTEGER.match(example):
        return "bigint"
    if _NUMBER.match(example):
        return "numeric"
    return "uuid" if _UUID.match(example) else "boolean" if example in ("true", "false") else "text"


def _any(sql: str, kind: str, fields: Node, value: _Value, key: Key) -> str:
    """`column = ANY ($1)` in the place of `column = $1`, where the statement stays right with it."""
    terms = parse.terms_of_tree(fields["whereClause"]) if "whereClause" in fields else []
    column = next((found for one in terms if (found := _compared(one, key.column))), None)
    written = None if column is None else _COLUMN.match(sql, _characters(sql, column.get("location", 0)))
    if column is None or written is None:
        return ""
    cast = _CAST.match(sql, _end_of_value(sql, value))
    array = f"ANY (${value.number}::{cast[1].strip()}[])" if cast else f"ANY (${value.number})"
    if _EQUALS.fullmatch(sql, written.end(), value.start):
        made = f"{sql[: value.start]}{array}{sql[value.end :]}"
    elif _EQUALS.fullmatch(sql, value.end, written.start()):  # value = column
        made = f"{sql[: value.start]}{written[0]} = {array}{sql[written.end() :]}"
    else:
        return ""
    if kind != "SelectStmt":
        return made if kind == "DeleteStmt" or kind == "UpdateStmt" else ""
    if any(one in fields for one in _NOT_PLAIN) or fields.get("op") != "SETOP_NONE":
        return ""
    if any(inner == "FuncCall" for inner, _ in tree.walk(fields.get("targetList"))):
        return ""
    targets: list[Any] = [one["ResTarget"] for one in fields.get("targetList", ())]
    given = [one.get("val", {}).get("ColumnRef", {}).get("fields", ()) for one in targets]
    if any(_gives(one, tree.strings(column.get("fields"))) for one in given):
        return made
    at = _characters(sql, targets[0].get("location", 0))
    return f"{made[:at]}{written[0]}, {made[at:]}" if at < value.start else ""


_NOT_PLAIN = (
    "distinctClause",
    "groupClause",
    "havingClause",
    "windowClause",
    "limitCount",
    "limitOffset",
    "withClause",
)
_EQUALS = re.compile(r"\s*=\s*")
_COLUMN = re.compile(r'(?:\w+|"[^"]+")(?:\s*\.\s*(?:\w+|"[^"]+"))*')


def _end_of_value(sql: str, value: _Value) -> int:
    cast = sql.find("::", value.start, value.end)
    return len(sql[:cast].rstrip()) if cast >= 0 else value.end


def _gives(output: Any, column: list[str]) -> bool:
    """Whether an output (the parts of a column's name) is the column, or a star that holds it."""
    parts = tree.strings(output)
    if output and "A_Star" in output[-1]:
        return not parts or not column[:-1] or parts == column[:-1]
    alike = not parts[:-1] or not column[:-1] or parts[:-1] == column[:-1]
    return parts[-1:] == column[-1:] and alike


def _compared(term: Node, column: str) -> Node | None:
    """The column of a term `column = value` or `value = column`."""
    fields = term.get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP" or tree.strings(fields.get("name")) != ["="]:
        return None
    sides = [fields.get(one, {}).get("ColumnRef") for one in ("lexpr", "rexpr")]
    return next((one for one in sides if one and tree.strings(one.get("fields"))[-1:] == [column]), None)


def _lateral(sql: str, values: list[_Value]) -> str:
    names = [quote_identifier(one) for one in dict.fromkeys(one.name for one in values)]
    inner = _replaced(sql, [(one, f"wanted.{quote_identifier(one.name)}") for one in values])
    return (
        f"SELECT {', '.join(f'wanted.{name}' for name in names)}, found.* FROM {_unnest(values)} AS wanted "
        f"({', '.join(names)}) CROSS JOIN LATERAL ({inner}) AS found"
    )


def _joined(sql: str, fields: Node, values: list[_Value], word: str) -> str:
    """UPDATE and DELETE over the rows of `unnest`; the names there are none that a table has."""
    locations = [one["location"] for _, one in tree.walk(fields.get("whereClause")) if "location" in one]
    if not locations:
        return ""
    where = _WHERE.search(sql[: _characters(sql, min(locations))])
    if where is None:
        return ""
    names = list(dict.fromkeys(f"value_{one.number}" for one in values))
    before = [(one, f"wanted.value_{one.number}") for one in values if one.start < where.start()]
    after = [(one, f"wanted.value_{one.number}") for one in values if one.start >= where.start()]
    head = _replaced(sql[: where.start()], before).rstrip()
    tail = _replaced(sql, after)[where.start() :]
    return f"{head} {word} {_unnest(values)} AS wanted ({', '.join(names)}) {tail}"


def _unnest(values: list[_Value]) -> str:
    once = {one.number: one for one in values}
    return f"unnest({', '.join(f'${one.number}::{one.type}[]' for one in once.values())})"


def _replaced(sql: str, pieces: list[tuple[_Value, str]]) -> str:
    for value, text in sorted(pieces, key=lambda one: -one[0].start):
        sql = f"{sql[: value.start]}{text}{sql[value.end :]}"
    return sql


def _more_rows(sql: str, fields: Node) -> str:
    """INSERT with two rows of VALUES, the second with the parameters that follow; more go on in the same way."""
    rows = fields.get("selectStmt", {}).get("SelectStmt", {}).get("valuesLists", ())
    if len(rows) != 1:
        return ""
    locations = [one["location"] for _, one in tree.walk(rows[0]) if one.get("location")]
    if not locations:
        return ""
    opening = sql.rfind("(", 0, _characters(sql, min(locations)))
    closing = _closing(sql, opening)
    if opening < 0 or closing < 0:
        return ""
    row = sql[opening : closing + 1]
    highest = max((int(one[1]) for one in _PARAMETER.finditer(row)), default=0)
    second = _PARAMETER.sub(lambda one: f"${int(one[1]) + highest}", row)
    return f"{sql[: closing + 1]}, {second} /* one row after the other */{sql[closing + 1 :]}"


def _closing(sql: str, opening: int) -> int:
    """Where the parenthesis that is opened there is closed; constants and quoted names are passed over."""
    depth = 0
    for match in re.finditer(r"'(?:[^']|'')*'|\"[^\"]*\"|[()]", sql[opening:]):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0 and match[0] == ")":
            return opening + match.start()
    return -1


def _characters(sql: str, offset: int) -> int:
    """A byte offset of the parser as one of characters."""
    return offset if sql.isascii() else len(sql.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore"))
