"""The conditions, keys and outputs that EXPLAIN (VERBOSE) prints, as terms over columns.

The planner has resolved every name, expanded every view and pulled up every subquery by then, so these texts say what a
query asks of each table better than the query does. Columns are printed as alias.column; in the outputs of a query of
one table without the alias, which is "" then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.value import Value

from . import parse, tree
from .tree import Node

# What no expression of SQL is: references to plans of subqueries.
_SUBPLANS = (
    (re.compile(r"\((?:alternatives: )?(?:hashed )?SubPlan \d+[^()]*\)(?:\.col\d+)?"), "NULL"),
    (re.compile(r"\(InitPlan \d+\)\.col\d+"), "$1"),
    (re.compile(r"(?:hashed )?\b(?:SubPlan|InitPlan) \d+\b"), "NULL"),
    (re.compile(r"\bEXISTS\(NULL\)"), "NULL"),
    (re.compile(r"\((?:ANY|ALL) \("), "(("),
)
_RELABELS = frozenset(("text", "varchar", "bpchar", "name", "character varying"))
_DIRECTION = re.compile(r"^(?P<key>.*?)(?P<down> DESC)?(?: NULLS (?P<nulls>FIRST|LAST))?(?: USING \S+)?$", re.S)
_COMMUTED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "@>": "<@", "<@": "@>"}


class Operand(Value, frozen=True, kw_only=True):
    """One side of a comparison, or a key. `column`: of the table `alias`, where it is a plain one. `text`: SQL without
    aliases. `aliases`: all tables that it names; none for a constant, whose value `text` is."""

    text: str
    alias: str = ""
    column: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def constant(self) -> bool:
        """Whether it names no column."""
        return not self.aliases


class Term(Value, frozen=True, kw_only=True):
    """A condition. `operator`: as SQL has it, "in", "is null", "is not null", "true" and "false" for a boolean by
    itself, or "or", whose `arms` are conditions of which one holds. `text`: SQL without aliases. `pattern`: of LIKE and
    its like, where it is a constant."""

    operator: str
    text: str
    left: Operand | None = None
    right: Operand | None = None
    arms: tuple[tuple[Term, ...], ...] = ()
    aliases: tuple[str, ...] = ()
    pattern: str | None = None


class SortKey(Value, frozen=True, kw_only=True):
    """A key of a sort."""

    key: Operand
    descending: bool = False
    nulls_first: bool = False


@lru_cache(maxsize=4096)  # plans of one workload have the same conditions again and again
def terms_of(text: str) -> tuple[Term, ...]:
    """The terms of a condition that are joined with AND; those that the grammar refuses are left out."""
    cleaned = _cleaned(text)
    try:
        nodes = parse.terms_of_tree(parse.expression_tree(cleaned))
    except InputError:
        pieces = _split(cleaned)
        if len(pieces) < 2:
            return ()
        return tuple(term for piece in pieces for term in terms_of(piece))
    return tuple(term for node in nodes for term in _terms(node, negated=False))


def operand_of(text: str) -> Operand | None:
    """An output or a group key; None for what the grammar refuses."""
    try:
        return _operand(parse.expression_tree(_cleaned(text)))
    except InputError:
        return None


def sort_keys_of(texts: Sequence[str]) -> tuple[SortKey, ...]:
    """The keys of a sort, as far as the grammar takes them."""
    found: list[SortKey] = []
    for text in texts:
        match = _DIRECTION.match(text)
        operand = operand_of(match["key"]) if match else None
        if match is None or operand is None:
            break
        down = bool(match["down"])
        first = match["nulls"] == "FIRST" if match["nulls"] else down
        found.append(SortKey(key=operand, descending=down, nulls_first=first))
    return tuple(found)


def columns_of(text: str) -> tuple[tuple[str, str], ...]:
    """The columns that an expression names, as (alias, column), each once; none for what the grammar refuses."""
    try:
        node = parse.expression_tree(_cleaned(text))
    except InputError:
        return tuple(dict.fromkeys(pair for piece in _split(text) if piece != text for pair in columns_of(piece)))
    return tuple(dict.fromkeys(_columns(node)))


def extremes_of(text: str) -> tuple[tuple[str, str, str], ...]:
    """min() and max() of plain columns in an output, as (function, alias, column)."""
    try:
        node = parse.expression_tree(_cleaned(text))
    except InputError:
        return ()
    found: list[tuple[str, str, str]] = []
    for kind, fields in tree.walk([node]):
        names = tree.strings(fields.get("funcname")) if kind == "FuncCall" else []
        if names[-1:] in (["min"], ["max"]) and len(fields.get("args", ())) == 1:
            argument = _operand(fields["args"][0])
            if argument.column:
                found.append((names[-1], argument.alias, argument.column))
    return tuple(found)


def _cleaned(text: str) -> str:
    for pattern, replacement in _SUBPLANS:
        text = pattern.sub(replacement, text)
    return text


def _split(text: str) -> list[str]:
    """The parts that AND joins, past one pair of parentheses around all, where the whole is refused."""
    text = text.strip()
    depth, quote, start = 0, "", 0
    pieces: list[str] = []
    whole = text.startswith("(") and text.endswith(")")
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            whole = whole and (depth > 0 or place == len(text) - 1)
        elif depth == 0 and text.startswith(" AND ", place):
            pieces.append(text[start:place])
            start = place + 5
    if not pieces and whole:
        return _split(text[1:-1])
    return [*pieces, text[start:]]


def _terms(node: Node, *, negated: bool) -> Iterator[Term]:
    kind, fields = next(iter(node.items()))
    text = _text(node)
    aliases = tuple(dict.fromkeys(alias for alias, _ in _columns(node)))
    if kind == "BoolExpr":
        operator = fields.get("boolop")
        parts = fields.get("args", [])
        if operator == "NOT_EXPR":
            yield from _terms(parts[0], negated=not negated)
        elif (operator == "AND_EXPR") != negated:
            for one in parts:
                yield from _terms(one, negated=negated)
        elif not negated:
            arms = tuple(tuple(term for inner in parse.terms_of_tree(one) for term in _terms(inner, negated=False))
                         for one in parts)  # fmt: skip
            yield Term(operator="or", text=text, arms=arms, aliases=aliases)
        return
    if negated:
        operand = _operand(node)
        yield Term(operator="false" if operand.column else "not", text=f"NOT ({text})", left=operand, aliases=aliases)
    elif kind == "NullTest":
        null = fields.get("nulltesttype") == "IS_NULL"
        operator = "is null" if null else "is not null"
        yield Term(operator=operator, text=text, left=_operand(fields["arg"]), aliases=aliases)
    elif kind == "A_Expr" and "lexpr" in fields:
        yield _comparison(fields, text, aliases)
    else:
        yield Term(operator="true", text=text, left=_operand(node), aliases=aliases)


def _comparison(fields: Node, text: str, aliases: tuple[str, ...]) -> Term:
    operator = (tree.strings(fields.get("name")) or [""])[-1]
    left, right = _operand(fields["lexpr"]), _operand(fields["rexpr"]) if "rexpr" in fields else None
    if fields.get("kind") in ("AEXPR_OP_ANY", "AEXPR_IN") and operator == "=":
        operator = "in"
    elif fields.get("kind") in ("AEXPR_OP_ANY", "AEXPR_OP_ALL"):
        operator = f"{operator} array"
    if right is not None and left.constant and not right.constant and operator in ("=", "<>", *_COMMUTED):
        left, right, operator = right, left, _COMMUTED.get(operator, operator)
    pattern = _string(fields.get("rexpr")) if operator in ("~~", "~~*", "~", "~*", "^@") else None
    return Term(operator=operator, text=text, left=left, right=right, aliases=aliases, pattern=pattern)


def _operand(node: Node) -> Operand:
    bare = _relabelled(node)
    reference = bare.get("ColumnRef")
    names = ["", *tree.strings(reference.get("fields"))] if reference else []
    if len(names) >= 2:
        return Operand(text=_text(bare), alias=names[-2], column=names[-1], aliases=(names[-2],))
    aliases = tuple(dict.fromkeys(alias for alias, _ in _columns(node)))
    return Operand(text=_text(node), alias=aliases[0] if len(aliases) == 1 else "", aliases=aliases)


def _relabelled(node: Node) -> Node:
    """Without a cast of a column to text, which changes nothing of a varchar."""
    made = node.get("TypeCast")
    if made and "ColumnRef" in made.get("arg", {}):
        kind = made.get("typeName", {})
        if (tree.strings(kind.get("names")) or [""])[-1] in _RELABELS and not kind.get("typmods"):
            return made["arg"]
    return node


def _columns(node: Node) -> Iterator[tuple[str, str]]:
    for kind, fields in tree.walk([node]):
        if kind == "ColumnRef":
            names = ["", *tree.strings(fields.get("fields"))]
            if names[-1]:
                yield names[-2], names[-1]


def _string(node: Node | None) -> str | None:
    while node and "TypeCast" in node:
        node = node["TypeCast"].get("arg")
    constant = (node or {}).get("A_Const", {})
    return str(constant["sval"].get("sval", "")) if "sval" in constant else None


def _text(node: Node) -> str:
    return parse.printed_tree(unqualified(node))


def unqualified(node: Node) -> Node:
    """The tree with columns by their own names alone."""

    def strip(one: Any) -> Any:
        if isinstance(one, list):
            return [strip(part) for part in cast("list[Any]", one)]
        if not isinstance(one, dict):
            return one
        found: Node = {key: strip(value) for key, value in cast(Node, one).items()}
        fields = found.get("ColumnRef", {}).get("fields", [])
        return {"ColumnRef": {**found["ColumnRef"], "fields": fields[-1:]}} if len(fields) > 1 else found

    return strip(node)
