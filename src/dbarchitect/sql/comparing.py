"""What a test of two queries must know of each: its constants, the columns that stand beside them, its tables, and a
form of it whose rows carry the keys that it sorts by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name

from . import parse, tree
from .layout import Clause, Edit, Span, Token, clauses, edited, tokens_of
from .tree import Node

_CLOCKS = (["now"], ["transaction_timestamp"], ["statement_timestamp"], ["clock_timestamp"])
_SMALL = 3  # rows that a made-up database can give beyond a LIMIT or an OFFSET


@dataclass(frozen=True, slots=True)
class Comparable:
    """A query in the form in which it is compared.

    sql        with its sort keys as further columns at the end, where it is no set operation
    keys       output columns, counted from 0 or (below 0) from the end, that it sorts by; empty: unordered
    hidden     how many of the columns at the end are keys alone
    unlimited  the same without its LIMIT and OFFSET; "" where it has none
    """

    sql: str
    keys: tuple[int, ...] = ()
    hidden: int = 0
    unlimited: str = ""


@dataclass(slots=True)
class Mentions:
    """What a query mentions: `constants` (as text), those `beside` a column of that name, `intervals`, `columns` by
    name, `tables`; `everything`: it takes all columns of a table (`*` or the row itself); `clock`: it asks what time it
    is."""

    constants: dict[str, None] = field(default_factory=dict[str, None])
    beside: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]])
    columns: set[str] = field(default_factory=set[str])
    tables: dict[Name, None] = field(default_factory=dict[Name, None])
    everything: bool = False
    clock: bool = False


def mentions(sql: str) -> Mentions:
    """What a query mentions. Raises `InputError` for what the grammar refuses."""
    found = Mentions()
    statements = _parsed(sql)
    aliases: set[str] = set()
    for kind, fields in tree.walk(statements):
        if kind == "A_Const":
            found.constants.update(dict.fromkeys(_constant(fields)))
        elif kind == "ColumnRef":
            names = tree.strings(fields.get("fields"))
            found.columns.update(names)
            found.everything |= any("A_Star" in one for one in fields.get("fields", ()))
        elif kind == "SQLValueFunction" or (kind == "FuncCall" and tree.strings(fields["funcname"])[-1:] in _CLOCKS):
            found.clock = True
        elif kind == "RangeVar":
            aliases.add(fields.get("alias", {}).get("aliasname") or fields.get("relname", ""))
        elif kind == "JoinExpr":
            found.columns.update(tree.strings(fields.get("usingClause")))
            found.everything |= bool(fields.get("isNatural"))
        if kind in ("A_Expr", "SubLink"):
            _beside(fields, found)
    found.everything |= any(
        kind == "ColumnRef" and len(fields.get("fields", ())) == 1 and tree.strings(fields["fields"])[0:1] and
        tree.strings(fields["fields"])[0] in aliases
        for kind, fields in tree.walk(statements)
    )  # fmt: skip
    found.tables.update(dict.fromkeys(one.name for one in parse.tables_of(sql)))
    return found


def _beside(fields: Node, found: Mentions) -> None:
    columns: list[str] = []
    constants: list[str] = []
    for kind, inner in tree.walk([fields.get("lexpr"), fields.get("rexpr"), fields.get("testexpr")]):
        if kind == "ColumnRef":
            columns += tree.strings(inner.get("fields"))[-1:]
        elif kind == "A_Const":
            constants += _constant(inner)
    for column in columns:
        found.beside.setdefault(column, {}).update(dict.fromkeys(constants))


def _constant(fields: Node) -> Iterator[str]:
    if "ival" in fields:
        yield str(fields["ival"].get("ival", 0))
    elif "fval" in fields:
        yield str(fields["fval"].get("fval", ""))
    elif "sval" in fields:
        yield str(fields["sval"].get("sval", ""))
    elif "boolval" in fields:
        yield "true" if fields["boolval"].get("boolval") else "false"


def comparable(sql: str) -> Comparable:
    """The form of a SELECT in which it is compared. Raises `InputError` for other statements."""
    text = stripped(sql).encode()
    ((kind, fields),) = _one(text.decode()).items()
    if kind != "SelectStmt":
        raise InputError("this is no SELECT", hint="give one SELECT")
    tokens = tokens_of(text)
    order = fields.get("sortClause", [])
    limits = _limits(tokens) if "limitCount" in fields or "limitOffset" in fields else []
    if fields.get("op", "SETOP_NONE") != "SETOP_NONE" or "valuesLists" in fields:
        keys = _output_keys(fields, order)
        return Comparable(text.decode(), keys or (), 0, _cut(text, limits, ()))
    expressions = _key_expressions(fields, order)
    edits: list[Edit] = []
    if expressions:
        first = next(n for n, one in enumerate(tokens) if one.keyword and one.word == "select" and one.depth == 0)
        end = clauses(tokens, first)["select"].whole.end
        added = "".join(f", {one} AS dba_key_{n}" for n, one in enumerate(expressions, 1))
        edits.append(Edit(Span(end, end), added))
    count = len(expressions)
    return Comparable(edited(text, edits), tuple(range(-count, 0)), count, _cut(text, limits, edits))


def stripped(sql: str) -> str:
    """A statement without its semicolon, and without parentheses around the whole of it."""
    text = sql.strip().encode()
    tokens = tokens_of(text)
    while tokens and tokens[-1].word == ";":
        tokens.pop()
    first, last = 0, len(tokens) - 1
    while first < last and tokens[first].word == "(" and tokens[last].word == ")":
        depth = tokens[first].depth
        if any(one.depth <= depth for one in tokens[first + 1 : last]):
            break
        first, last = first + 1, last - 1
    return text[tokens[first].start : tokens[last].end].decode() if tokens else ""


def with_small_limits(sql: str) -> str:
    """A query whose LIMITs and OFFSETs, and bounds on numbers that a window counts, where they are constants, are small
    enough to cut a few rows."""
    text = sql.encode()
    tokens = {one.start: one for one in tokens_of(text)}
    edits: list[Edit] = []
    for kind, fields in tree.walk(_parsed(sql)):
        for name in ("limitCount", "limitOffset") if kind == "SelectStmt" else ():
            constant = fields.get(name, {}).get("A_Const", {})
            value, at = constant.get("ival", {}).get("ival", 0), constant.get("location", 0)
            if value > _SMALL and at in tokens:
                small = 1 if name == "limitOffset" else 2 + value % 2
                edits.append(Edit(Span(at, tokens[at].end), str(small)))
    ctes = {fields.get("ctename", ""): fields.get("ctequery", {}) for kind, fields in tree.walk(_parsed(sql))
            if kind == "CommonTableExpr"}  # fmt: skip
    for kind, fields in tree.walk(_parsed(sql)):
        for value, at, beyond in _rank_bounds(fields, ctes) if kind == "SelectStmt" else ():
            if value > _SMALL and at in tokens:  # as small as the LIMIT that does the same
                edits.append(Edit(Span(at, tokens[at].end), str(2 + value % 2 + beyond)))
    return edited(text, edits)


_RANKS = frozenset(("row_number", "rank", "dense_rank"))
_BOUNDS = {"<=": 0, "<": 1}  # how much more than the rows that it lets pass the constant is


def _rank_bounds(fields: Node, ctes: Mapping[str, Node]) -> Iterator[tuple[int, int, int]]:
    """(rows that it lets pass, where its constant stands, how much more the constant is) of each `rn <= 10` in the
    WHERE of a SELECT."""
    ranks = {
        (alias, _output_name(target["ResTarget"]))
        for alias, inner in _subqueries(fields.get("fromClause", ()), ctes)
        for target in inner.get("SelectStmt", {}).get("targetList", ())
        if tree.strings(target["ResTarget"].get("val", {}).get("FuncCall", {}).get("funcname"))[-1:] in
        [[one] for one in _RANKS]
    }  # fmt: skip
    bare = {name for _, name in ranks}
    for term in parse.terms_of_tree(fields["whereClause"]) if ranks and "whereClause" in fields else ():
        one = term.get("A_Expr", {})
        operator = (tree.strings(one.get("name")) or [""])[-1]
        names = tree.strings(one.get("lexpr", {}).get("ColumnRef", {}).get("fields"))
        constant = one.get("rexpr", {}).get("A_Const", {})
        if one.get("kind") != "AEXPR_OP" or operator not in _BOUNDS or "ival" not in constant:
            continue
        if tuple(names) in ranks or (len(names) == 1 and names[0] in bare):
            beyond = _BOUNDS[operator]
            yield constant["ival"].get("ival", 0) - beyond, constant.get("location", 0), beyond


def _subqueries(items: Sequence[Node], ctes: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """(alias, query) of the subqueries and CTEs among the items of a FROM."""
    for item in items:
        join, sub, named = (item.get(one, {}) for one in ("JoinExpr", "RangeSubselect", "RangeVar"))
        if join:
            yield from _subqueries([join["larg"], join["rarg"]], ctes)
        alias = (sub or named).get("alias", {}).get("aliasname") or named.get("relname", "")
        if sub:
            yield alias, sub.get("subquery", {})
        elif named.get("relname") in ctes and not named.get("schemaname"):
            yield alias, ctes[named["relname"]]


def _cut(text: bytes, limits: Sequence[Clause], edits: Sequence[Edit]) -> str:
    return edited(text, [*edits, *(Edit(one.whole, "") for one in limits)]) if limits else ""


def _limits(tokens: Sequence[Token]) -> list[Clause]:
    last = max(
        (n for n, one in enumerate(tokens) if one.keyword and one.word == "select" and one.depth == 0), default=0
    )
    found = clauses(tokens, last)
    return [found[name] for name in ("limit", "offset", "fetch") if name in found]


def _key_expressions(fields: Node, order: Sequence[Node]) -> list[str]:
    """The SQL of the keys; none where one cannot be told (a position behind a `*`)."""
    targets = [one.get("ResTarget", {}) for one in fields.get("targetList", ())]
    stars = any(_is_star(one.get("val", {})) for one in targets)
    found: list[str] = []
    for one in order:
        node = one.get("SortBy", {}).get("node", {})
        position = node.get("A_Const", {}).get("ival", {}).get("ival")
        if position is not None:
            if stars or not 0 < position <= len(targets):
                return []
            node = targets[position - 1]["val"]
        else:
            name = _bare(node)
            node = next((t["val"] for t in targets if name and _output_name(t) == name), node)
        found.append(f"({parse.printed_tree(node)})")
    return found


def _output_keys(fields: Node, order: Sequence[Node]) -> tuple[int, ...] | None:
    leaf = fields
    while leaf.get("op", "SETOP_NONE") != "SETOP_NONE":
        leaf = cast(Node, leaf["larg"])
    targets = [one.get("ResTarget", {}) for one in leaf.get("targetList", ())]
    if any(_is_star(one.get("val", {})) for one in targets):
        return None
    found: list[int] = []
    for one in order:
        node = one.get("SortBy", {}).get("node", {})
        position = node.get("A_Const", {}).get("ival", {}).get("ival")
        names = [_output_name(target) for target in targets]
        if position is None and _bare(node) in names:
            position = names.index(_bare(node)) + 1
        if position is None:
            return None
        found.append(position - 1)
    return tuple(found)


def _bare(node: Node) -> str:
    names = tree.strings(node.get("ColumnRef", {}).get("fields"))
    return names[0] if len(names) == 1 else ""


def _output_name(target: Node) -> str:
    if target.get("name"):
        return str(target["name"])
    names = tree.strings(target.get("val", {}).get("ColumnRef", {}).get("fields"))
    return names[-1] if names else ""


def _is_star(node: Any) -> bool:
    return any("A_Star" in one for one in node.get("ColumnRef", {}).get("fields", ()))


def _one(sql: str) -> Node:
    statements = _parsed(sql)
    if len(statements) != 1:
        raise InputError("this is not one statement", hint="give one SELECT")
    return statements[0]


def _parsed(sql: str) -> list[Node]:
    try:
        return [{kind: fields} for kind, fields in tree.parse(sql)]
    except tree.ParserError as err:
        raise InputError(f"{err.message} (character {max(err.offset, 0) + 1})", hint="correct the statement") from err
