"""What a statement is apart from its values, found once a shape and kept: millions of executions share few shapes.

A shape is the text without constants and comments. The parser is asked once for each; executions whose text holds no
constant cost one look into a dictionary, others one pass of a regular expression.

libpg_query gives `id = 1`, `id IN (1, 2)` and `id = ANY ($1)` one fingerprint, and `LIMIT 1` that of `LIMIT 10 OFFSET
1000`: a shape says apart whether it asks for a list, and which of its values only walk through pages.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal, cast

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name

from . import parse, tree
from .tree import Node

Kind = Literal["select", "insert", "update", "delete", "merge", "control", "other"]
READS: frozenset[str] = frozenset(("select",))
WRITES: frozenset[str] = frozenset(("insert", "update", "delete", "merge"))
ALLOWED = "dba: allow n+1"  # a comment in a statement that says so takes it out of the search

# Constants, and what must be passed over to find them: comments, quoted identifiers. It begins with one class of
# characters, which lets the engine of regular expressions skip the rest of the text ten times as fast.
_CONSTANT = re.compile(
    r"""[-/"'$.0-9](?:(?<=-)-[^\n]*|(?<=/)\*.*?\*/|(?<=")[^"]*"|(?<=[eE]')(?:[^'\\]|''|\\.)*'|(?<=')[^']*(?:''[^']*)*'"""
    r"""|(?<=\$)(?<![\w$]\$)((?:[A-Za-z_]\w*)?)\$.*?\$\1\$"""
    r"""|(?<=[0-9])(?<![\w$.][0-9])[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w$])|(?<=\.)(?<![\w"]\.)\d+(?:[eE][+-]?\d+)?)""",
    re.S,
)
_CACHED = 20_000  # texts, and shapes; past it the dictionaries are begun anew
_BIG = 50_000  # bytes: the tree of a longer text is not looked at, which would cost more than it tells


@dataclass(frozen=True, slots=True)
class Key:
    """`column = value` in a condition, or another `operator` ("set" in an UPDATE). `table` as the statement names it
    (unqualified names may lack a schema), None where that is not certain; the value is parameter `parameter` (from 1)
    or constant `constant` (from 0)."""

    column: str
    operator: str
    table: Name | None = None
    parameter: int = 0
    constant: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A statement without its values.

    fingerprint   16 hexadecimal digits; with `x` in front where the grammar refuses the text (another dialect, cut off)
    lists         whether it asks by IN (...), ANY, unnest or several VALUES rows
    kind          what it does; `control`: BEGIN, SET, FETCH and the like, which neither cause nor repeat anything
    tables        what it names; `written` those that it changes
    compared      where a column meets a value; `keys` those of them that are equalities
    list_*        parameters and constants that stand in lists; `page_*` those that choose a page or a piece: LIMIT,
                  OFFSET, and limits of ranges
    columns       of an INSERT
    queue         whether it takes from a queue (SKIP LOCKED)
    """

    fingerprint: str
    lists: bool = False
    kind: Kind = "other"
    tables: tuple[Name, ...] = ()
    written: tuple[Name, ...] = ()
    compared: tuple[Key, ...] = ()
    list_parameters: frozenset[int] = frozenset()
    list_constants: frozenset[int] = frozenset()
    page_parameters: frozenset[int] = frozenset()
    page_constants: frozenset[int] = frozenset()
    parameters: int = 0
    columns: tuple[str, ...] = ()
    queue: bool = False

    @property
    def keys(self) -> tuple[Key, ...]:
        """The conditions of equality with a value."""
        return tuple(one for one in self.compared if one.operator == "=")

    @property
    def plain(self) -> bool:
        """Whether all values are of one sort: none in lists, none of pages."""
        return not (self.list_parameters or self.list_constants or self.page_parameters or self.page_constants)


@dataclass(frozen=True, slots=True)
class Reading:
    """One text read: its shape, its constants in order, and whether a comment allows it to be repeated."""

    shape: Shape
    constants: tuple[str, ...] = ()
    allowed: bool = False


_readings: dict[str, Reading] = {}
_shapes: dict[str, Shape] = {}


def read_statement(sql: str) -> Reading:
    """The shape and the constants of one statement. Never raises: what no grammar takes has a shape of its words."""
    known = _readings.get(sql)
    if known is not None:
        return known
    constants: list[str] = []

    def seen(match: re.Match[str]) -> str:
        text = match[0]
        first = text[0]
        if first == '"':
            return text
        if first == "-" or first == "/":
            return " "
        escaped = first == "'" and match.start() and match.string[match.start() - 1] in "eE"
        constants.append(f"E{text}" if escaped else text)
        return "?"

    words = _CONSTANT.sub(seen, sql).strip().rstrip(";")
    shape = _shapes.get(words)
    if shape is None:
        if len(_shapes) >= _CACHED:
            _shapes.clear()
        shape = _shapes[words] = _shape(sql, words)
    reading = Reading(shape, tuple(constants), ALLOWED in sql)
    if not constants and len(words) == len(sql):  # no constant, no comment: the same text will come again
        if len(_readings) >= _CACHED:
            _readings.clear()
        _readings[sql] = reading
    return reading


def constant_starts(sql: str) -> list[int]:
    """Where the constants of `sql` begin, in characters, in the order of `Reading.constants`."""
    return [one.start() for one in _CONSTANT.finditer(sql) if one[0][0] not in '"/' and not one[0].startswith("--")]


# --- by the grammar ---------------------------------------------------------------------------------------------------

_CONTROL = re.compile(
    r"(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|set|reset|show|discard|deallocate"
    r"|fetch|move|close|listen|unlisten|notify|lock|pragma)\b",
    re.IGNORECASE,
)
_STATEMENTS: dict[str, Kind] = {
    "SelectStmt": "select",
    "InsertStmt": "insert",
    "UpdateStmt": "update",
    "DeleteStmt": "delete",
    "MergeStmt": "merge",
}
_WRITERS = frozenset(kind for kind, name in _STATEMENTS.items() if name in WRITES)
_ROW_SOURCES = frozenset(
    """
    unnest json_to_recordset jsonb_to_recordset json_populate_recordset jsonb_populate_recordset json_array_elements
    jsonb_array_elements json_array_elements_text jsonb_array_elements_text string_to_table regexp_split_to_table
    """.split()  # noqa: SIM905
)
_RANGES = frozenset(("<", ">", "<=", ">=", "BETWEEN"))
_RANGE_KINDS = frozenset(("AEXPR_OP", "AEXPR_BETWEEN"))


def _shape(sql: str, words: str) -> Shape:
    start = words.lstrip("( \n\t")
    if _CONTROL.match(start):
        return Shape(fingerprint=_digest(words), kind="control")
    try:
        fingerprint = parse.fingerprint(sql)
        if len(sql) > _BIG:
            return _by_words(words, fingerprint)
        parsed = tree.parse(sql)
    except (InputError, tree.ParserError):
        return _by_words(words, _digest(words))
    if len(parsed) != 1:
        return Shape(fingerprint=fingerprint)
    return _Anatomy(sql, *parsed[0]).shape(fingerprint)


@dataclass(slots=True)
class _Place:
    """What the walk knows about a node: the role of values below it, and the columns whose equality with a value
    belongs to a range: `a > $1 OR (a = $1 AND b > $2)`."""

    node: Any
    role: Literal["scalar", "list", "page"] = "scalar"
    ranged: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Anatomy:
    sql: str
    kind: str
    fields: Node
    lists: bool = False
    queue: bool = False
    compared: list[tuple[list[str], str, Node]] = field(default_factory=list[tuple[list[str], str, Node]])
    parameters: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    constants: dict[int, str] = field(default_factory=dict[int, str])

    def shape(self, fingerprint: str) -> Shape:
        self._walk()
        kind = self._kind()
        text = self.sql
        data = text.encode("utf-8", "replace")
        starts = constant_starts(text)
        if not text.isascii():  # the parser counts bytes
            starts = [len(text[:one].encode("utf-8", "replace")) for one in starts]

        def ordinal(location: int) -> int:
            at = bisect_left(starts, location)
            return at if at < len(starts) and not data[location : starts[at]].strip(b"-+ \n\teEbBxXnNuU&") else -1

        roles = {ordinal(location): role for location, role in self.constants.items()}
        tables = self._tables()
        return Shape(
            fingerprint=fingerprint,
            lists=self.lists,
            kind=kind,
            tables=tuple(dict.fromkeys(tables.values())),
            written=self._written(),
            compared=tuple(
                self._key(column, operator, value, tables, ordinal) for column, operator, value in self.compared
            ),
            # A parameter that stands in several places is of a page where one of them is, of a list where all are.
            list_parameters=frozenset(n for n, found in self.parameters.items() if found == {"list"}),
            page_parameters=frozenset(n for n, found in self.parameters.items() if "page" in found),
            list_constants=frozenset(n for n, role in roles.items() if role == "list"),
            page_constants=frozenset(n for n, role in roles.items() if role == "page"),
            parameters=max(self.parameters, default=0),
            columns=tuple(one["ResTarget"].get("name", "") for one in self.fields.get("cols", ()) if kind == "insert"),
            queue=self.queue,
        )

    def _kind(self) -> Kind:
        kind = _STATEMENTS.get(self.kind, "other")
        if kind == "select":
            for inner, _ in tree.walk(self.fields.get("withClause")):
                if inner in _STATEMENTS and inner != "SelectStmt":
                    return _STATEMENTS[inner]
        return kind

    def _walk(self) -> None:
        stack = [_Place({self.kind: self.fields})]
        while stack:
            place = stack.pop()
            node = place.node
            if isinstance(node, list):
                stack.extend(_Place(one, place.role, place.ranged) for one in cast("list[Any]", node))
            elif isinstance(node, dict):
                for key, value in cast(Node, node).items():
                    if isinstance(value, dict) and key[:1].isupper():
                        stack.extend(self._typed(key, cast(Node, value), place))
                    elif isinstance(value, (dict, list)):
                        stack.append(_Place(value, place.role, place.ranged))

    def _typed(self, kind: str, fields: Node, place: _Place) -> Iterator[_Place]:
        role, by = place.role, place.ranged
        match kind:
            case "ParamRef":
                self.parameters.setdefault(fields.get("number", 0), set()).add(role)
                return
            case "A_Const":
                self.constants[fields.get("location", 0)] = role
                return
            case "SelectStmt":
                rows = fields.get("valuesLists", ())
                self.lists |= len(rows) > 1
                for name, value in fields.items():
                    inside = "page" if name in ("limitCount", "limitOffset") else role
                    inside = "list" if name == "valuesLists" and len(rows) > 1 else inside
                    yield _Place(value, inside, by)
                return
            case "LockingClause":
                self.queue |= fields.get("waitPolicy") == "LockWaitSkip"
            case "FuncCall":
                if tree.strings(fields.get("funcname"))[-1:] and tree.strings(fields["funcname"])[-1] in _ROW_SOURCES:
                    self.lists = True
                    role = "list"
            case "UpdateStmt":
                for one in fields.get("targetList", ()):
                    target = one.get("ResTarget", {})
                    if "val" in target and _is_value(target["val"]):
                        relation = fields["relation"]
                        table = relation.get("alias", {}).get("aliasname") or relation.get("relname", "")
                        self.compared.append(([table, target.get("name", "")], "set", target["val"]))
            case "BoolExpr":
                if fields.get("boolop") == "OR_EXPR":
                    by |= {column for one in tree.walk(fields) for column in _ranged(*one)}
            case "A_Expr":
                yield from self._compared(fields, role, by)
                return
            case _:
                pass
        yield _Place(list(fields.values()), role, by)

    def _compared(self, fields: Node, role: Literal["scalar", "list", "page"], by: frozenset[str]) -> Iterator[_Place]:
        left, right = fields.get("lexpr"), fields.get("rexpr")
        inside = role
        if fields.get("kind") in ("AEXPR_IN", "AEXPR_OP_ANY", "AEXPR_OP_ALL"):
            self.lists = True
            inside = "list"
        elif _ranged("A_Expr", fields):
            inside = role = "page"
        for one, other in ((left, right), (right, left)) if fields.get("kind") == "AEXPR_OP" else ():
            if one and other and "ColumnRef" in one and _is_value(other):
                column = tree.strings(one["ColumnRef"].get("fields"))
                self.compared.append((column, "".join(tree.strings(fields.get("name"))[-1:]), other))
                if by.intersection(column[-1:]):
                    inside = role = "page"
                break
        yield _Place(left, role, by)
        yield _Place(right, inside, by)

    def _tables(self) -> dict[str, Name]:
        """Relations by the name that columns are qualified with; common table expressions are none."""
        nodes = [(self.kind, self.fields), *tree.walk(self.fields)]
        local = {fields.get("ctename", "") for kind, fields in nodes if kind == "CommonTableExpr"}
        found: dict[str, Name] = {}
        written = [fields["relation"] for kind, fields in nodes if kind in _WRITERS and "relation" in fields]
        for one in [*written, *(fields for kind, fields in nodes if kind == "RangeVar")]:
            name = Name(schema=one.get("schemaname", ""), name=one.get("relname", ""))
            if name.schema or name.name not in local:
                found.setdefault(one.get("alias", {}).get("aliasname") or name.name, name)
        return found

    def _written(self) -> tuple[Name, ...]:
        nodes = [(self.kind, self.fields), *tree.walk(self.fields)]
        return tuple(
            Name(schema=fields["relation"].get("schemaname", ""), name=fields["relation"].get("relname", ""))
            for kind, fields in nodes
            if kind in _WRITERS and "relation" in fields
        )

    def _key(self, parts: list[str], operator: str, value: Node, tables: dict[str, Name], ordinal: Any) -> Key:
        table = tables.get(parts[-2]) if len(parts) > 1 else next(iter(tables.values())) if len(tables) == 1 else None
        value = _uncast(value)
        name = parts[-1] if parts else ""
        if "ParamRef" in value:
            return Key(name, operator, table, parameter=value["ParamRef"].get("number", 0))
        return Key(name, operator, table, constant=ordinal(value["A_Const"].get("location", 0)))


def _uncast(node: Node) -> Node:
    while "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    return node


def _is_value(node: Node) -> bool:
    inner = _uncast(node)
    return "ParamRef" in inner or "A_Const" in inner


def _ranged(kind: str, fields: Node) -> list[str]:
    """The columns that a comparison by order, or BETWEEN, sets limits to."""
    if (
        kind != "A_Expr"
        or fields.get("kind") not in _RANGE_KINDS
        or not _RANGES.intersection(tree.strings(fields["name"]))
    ):
        return []
    sides = [cast(Node, side) for side in (fields.get("lexpr"), fields.get("rexpr")) if isinstance(side, dict)]
    for side in sides:
        parts: list[Node] = side.get("RowExpr", {}).get("args", [side])
        names = [tree.strings(one.get("ColumnRef", {}).get("fields"))[-1:] for one in parts]
        if names and all(names):
            return [one[0] for one in names]
    return []


# --- by words ---------------------------------------------------------------------------------------------------------

_WORD_LIST = re.compile(r"\bin\s*\(|\bany\s*\(|\bunnest\s*\(|\)\s*,\s*\(\s*[?$%:]", re.IGNORECASE)
_WORD_TABLE = re.compile(r'\b(?:from|join|into|update)\s+(?:only\s+)?((?:[\w]+|"[^"]+")(?:\.(?:[\w]+|"[^"]+"))?)', re.I)
_WORD_PAGE = re.compile(r"\b(?:offset|limit)\s+\?|\blimit\s+\?\s*,", re.IGNORECASE)


def _by_words(words: str, fingerprint: str) -> Shape:
    first = words.lstrip("( \n\t").partition(" ")[0].lower()
    kind = cast(Kind, first if first in READS | WRITES else "other")
    tables: list[Name] = []
    for found in _WORD_TABLE.finditer(words):
        schema, _, name = found[1].replace('"', "").rpartition(".")
        tables.append(Name(schema=schema, name=name))
    paged = bool(_WORD_PAGE.search(words))
    return Shape(
        fingerprint=fingerprint,
        # Where a page is chosen is not known: such a statement is treated as one by lists, which is never accused.
        lists=bool(_WORD_LIST.search(words)) or paged,
        kind=kind,
        tables=tuple(dict.fromkeys(tables)),
        written=tuple(tables[:1]) if kind in WRITES else (),
    )


def _digest(words: str) -> str:
    return "x" + blake2b(" ".join(words.split()).lower().encode("utf-8", "replace"), digest_size=8).hexdigest()[:15]
