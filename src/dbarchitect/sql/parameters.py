"""Normalised queries, with `$n` where constants stood, as PostgreSQL can read them again.

pg_stat_statements puts `$n` where the grammar takes a constant alone (`interval $1`, `extract($1 FROM x)`), and leaves
the parser without the types that the constants had. What is mended here is text; which types a query wants, the server
says by refusing it (`suspects` reads its refusals). Offsets are bytes of the UTF-8 text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import postgast
from msgspec.structs import replace
from postgast import pg_query_pb2

from dbarchitect.errors import InputError
from dbarchitect.model.value import Value

from . import tree
from .parse import expression_tree, printed_tree
from .tree import Node, selects

_PARAM, _COMMENTS = pg_query_pb2.PARAM, (pg_query_pb2.SQL_COMMENT, pg_query_pb2.C_COMMENT)
_UNITS = frozenset(("year", "month", "day", "hour", "minute", "second"))
# Keywords that a constant follows as its type; any other name before a parameter is a type too.
_TYPES = frozenset((
    "interval", "time", "timestamp", "bit", "boolean", "char", "character", "dec", "decimal", "float", "int", "integer",
    "bigint", "smallint", "numeric", "real", "varchar", "nchar", "national", "precision", "varying", "zone", "json",
))  # fmt: skip
_SQUASHED = "/*, ... */"
_NUMBERS = re.compile(r"\$(\d+)")

# What a refusal may mean, in the order in which it is tried. Numbers first: text is what the server took by itself.
_TRIED = ("integer", "numeric", "interval", "timestamp with time zone", "text", "double precision", "date")
_INDETERMINATE, _AMBIGUOUS, _UNDEFINED, _MISMATCH = "42P18", "42725", "42883", "42804"
_NAMED = re.compile(
    r"\b(bigint|integer|smallint|numeric|double precision|real|interval|date|boolean|text|uuid|jsonb?|bytea|inet"
    r"|character varying|time(?:stamp)? with(?:out)? time zone)\b"
)


class Respelled(Value, frozen=True, kw_only=True):
    """A query that the server's grammar takes, with its parameters numbered without gaps.

    numbers  for each parameter the number that it has in the query as it was
    repairs  what was changed, in words
    """

    sql: str
    numbers: tuple[int, ...] = ()
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kind: int
    text: str


def has_parameters(sql: str) -> bool:
    """Whether there is a `$n` in it that is none of a string or of a name."""
    return "$" in sql and any(one.kind == _PARAM for one in _tokens(sql.encode()))


def respelled(sql: str, *, version: int = 180000) -> Respelled:
    """`sql` with what only constants may stand in spelt for parameters, for a server of that version. Raises
    `InputError` for text that the grammar refuses even so."""
    data = sql.strip().rstrip(";").encode()
    same = _same_again(data)
    data = _edited(data, same)
    edits, repairs = _spelling(_tokens(data), version)
    if same:
        repairs.append("what GROUP BY or ORDER BY repeat has its constants")
    return _numbered(_edited(data, edits).decode(), repairs)


def with_types(sql: str, types: Mapping[int, str]) -> str:
    """`sql` with a cast at every `$n` that `types` names."""
    data = sql.encode()
    return _edited(data, _casts(data, types)).decode()


def place_before(sql: str, types: Mapping[int, str], character: int) -> int:
    """The character of `sql` that one of `with_types(sql, types)` was."""
    data = sql.encode()
    for (_, end), cast_ in sorted(_casts(data, types).items()):
        if len(data[:end].decode()) > character:
            break
        character = max(character - len(cast_), len(data[:end].decode()) - 1)
    return character


def _casts(data: bytes, types: Mapping[int, str]) -> dict[tuple[int, int], str]:
    return {
        (one.end, one.end): f"::{types[int(one.text[1:])]}"
        for one in _tokens(data)
        if one.kind == _PARAM and int(one.text[1:]) in types
    }


def suspects(sql: str, sqlstate: str, message: str, character: int | None) -> tuple[dict[int, str], ...]:
    """Types of parameters that may answer a refusal of the server, the likeliest first; none where it is about
    something else. `character`: the place that it names, from 0."""
    if sqlstate == _INDETERMINATE:
        named = _NUMBERS.search(message)
        return ({int(named[1]): "text"},) if named else ()
    if sqlstate not in (_AMBIGUOUS, _UNDEFINED, _MISMATCH):
        return ()
    statements = [{kind: fields} for kind, fields in tree.parse(sql)]
    at = -1 if character is None else len(sql[:character].encode())
    groups = [group for node in _located(statements, at) if (group := _flowing(node))]
    if not groups or sqlstate == _MISMATCH or "text" in message:
        groups += _elsewhere(statements)
    said = [one for one in dict.fromkeys(_NAMED.findall(message)) if one not in ("text", "character varying")]
    types = tuple(dict.fromkeys((*said, *_TRIED)))
    found: list[dict[int, str]] = []
    for group in groups:
        found += [dict.fromkeys(group, one) for one in types]
        if len(group) > 1:
            found += [{number: one} for number in group for one in types]
    return tuple(one for place, one in enumerate(found) if one not in found[:place])


def limits_of(sql: str) -> tuple[frozenset[int], frozenset[int]]:
    """The parameters that LIMIT (or FETCH FIRST) and those that OFFSET are given."""
    limits: set[int] = set()
    offsets: set[int] = set()
    for fields in selects([{kind: node} for kind, node in tree.parse(sql)]):
        for key, found in (("limitCount", limits), ("limitOffset", offsets)):
            found.update(_parameter(fields[key]) if key in fields else ())
    return frozenset(limits), frozenset(offsets)


def unsquashed(sql: str, count: int) -> Respelled:
    """`sql` with lists of `count` parameters where PostgreSQL 18 shows one for a whole list: `IN ($1 /*, ... */)`."""
    if _SQUASHED not in sql:
        return _numbered(sql, [])
    data = sql.encode()
    tokens = _tokens(data, comments=True)
    last = max((int(one.text[1:]) for one in tokens if one.kind == _PARAM), default=0)
    origin: dict[int, int] = {}
    edits: dict[tuple[int, int], str] = {}
    for one, after in pairwise(tokens):
        if one.kind == _PARAM and after.text == _SQUASHED:
            new = range(last + 1, last + count)
            last += count - 1
            origin |= dict.fromkeys(new, int(one.text[1:]))
            edits[one.end, after.end] = "".join(f", ${number}" for number in new)
    if not edits:
        return _numbered(sql, [])
    found = _numbered(_edited(data, edits).decode(), [f"a list of unknown length as one of {count}"])
    return replace(found, numbers=tuple(origin.get(number, number) for number in found.numbers))


_FIELDS = frozenset(("date_trunc", "date_part", "extract"))
_FORMATS = frozenset(("to_char", "to_date", "to_timestamp", "to_number"))


def settings_of(sql: str) -> dict[int, str]:
    """Parameters that are no data but say what a function does, with a value that each can have: the field of
    date_trunc() and its like, formats of to_char(), time zones."""
    found: dict[int, str] = {}
    for kind, fields in tree.walk([{kind: node} for kind, node in tree.parse(sql)]):
        if kind != "FuncCall":
            continue
        name, given = (tree.strings(fields.get("funcname")) or [""])[-1], fields.get("args", [])
        for place, value in ((0, "day" if name in _FIELDS else ""), (1, "YYYY-MM-DD" if name in _FORMATS else "")):
            if value and place < len(given):
                found |= dict.fromkeys(_parameter(given[place]), value)
        if name == "timezone" and given:
            found |= dict.fromkeys(_parameter(given[0]), "UTC")
    return found


_OF_TEXT = frozenset(("lower", "upper", "btrim", "unaccent"))


class Compared(Value, frozen=True, kw_only=True):
    """What a side of a condition gives of parameters. `alone`: the side is this parameter. `listed`: it is one of a
    list. `joined`: it is joined with other text (of LIKE); `first`: nothing stands before it. `before`: what an
    interval is taken from."""

    number: int
    alone: bool = False
    listed: bool = False
    joined: bool = False
    first: bool = False
    before: str = ""


def compared(text: str) -> tuple[Compared, ...]:
    """The parameters of one side of a condition as EXPLAIN prints it; none where that is more than is understood."""
    node = _uncast(expression_tree(text))
    call = node.get("FuncCall", {})
    if len(call.get("args", ())) == 1 and (tree.strings(call.get("funcname")) or [""])[-1] in _OF_TEXT:
        node = _uncast(call["args"][0])  # lower($1): what it gives is such a value as well
    if "ParamRef" in node:
        return (Compared(number=node["ParamRef"].get("number", 0), alone=True),)
    if "A_ArrayExpr" in node:
        items = [_uncast(one) for one in node["A_ArrayExpr"].get("elements", [])]
        if all("ParamRef" in one for one in items):
            return tuple(Compared(number=one["ParamRef"].get("number", 0), listed=True) for one in items)
    made = node.get("A_Expr", {})
    operator = (tree.strings(made.get("name")) or [""])[-1]
    if operator == "-" and "lexpr" in made:
        right = _uncast(made["rexpr"])
        holds_more = any(kind in ("ParamRef", "ColumnRef") for kind, _ in tree.walk([made["lexpr"]]))
        if "ParamRef" in right and not holds_more:
            return (Compared(number=right["ParamRef"].get("number", 0), before=printed_tree(made["lexpr"])),)
    if operator == "||":
        inside = [fields for kind, fields in tree.walk([node]) if kind in ("ParamRef", "ColumnRef")]
        if len(inside) == 1 and "number" in inside[0]:
            leftmost = node
            while "A_Expr" in leftmost:
                leftmost = _uncast(leftmost["A_Expr"].get("lexpr", {}))
            return (Compared(number=inside[0]["number"], joined=True, first="ParamRef" in leftmost),)
    return ()


def _uncast(node: Node) -> Node:
    while "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    return node


# --- spelling ---------------------------------------------------------------------------------------------------------


def _tokens(data: bytes, *, comments: bool = False) -> list[_Token]:
    text = data.decode("utf-8", "replace")
    try:
        found = tree.call_parser(lambda: postgast.scan(text), len(data)).tokens
    except tree.ParserError as err:
        raise InputError(f"{err.message} (character {err.offset + 1})", hint="correct the statement") from err
    return [
        _Token(one.start, one.end, one.token, data[one.start : one.end].decode("utf-8", "replace"))
        for one in found
        if comments or one.token not in _COMMENTS
    ]


def _edited(data: bytes, edits: Mapping[tuple[int, int], str]) -> bytes:
    for (start, end), text in sorted(edits.items(), reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data


def _spelling(tokens: Sequence[_Token], version: int) -> tuple[dict[tuple[int, int], str], list[str]]:
    """Typed constants and extract(): edits, and what they are in words."""
    edits: dict[tuple[int, int], str] = {}
    repairs: dict[str, None] = {}
    for place, one in enumerate(tokens):
        if one.kind != _PARAM:
            continue
        if place > 1 and tokens[place - 2].text.lower() == "extract" and tokens[place + 1].text.lower() == "from":
            function, origin = tokens[place - 2], tokens[place + 1]
            name = "extract" if version >= 140000 else "date_part"
            edits[function.start, function.end] = f"pg_catalog.{name}"
            edits[origin.start, origin.end] = ","
            repairs["extract() as a function"] = None
            continue
        first = _type_before(tokens, place)
        if first is None:
            continue
        last = _units_after(tokens, place) if tokens[first].text.lower() == "interval" else place
        kind = " ".join(token.text for token in (*tokens[first:place], *tokens[place + 1 : last + 1]))
        edits[tokens[first].start, tokens[last].end] = f"CAST({one.text} AS {kind})"
        repairs[f"{kind} ${one.text[1:]} as a cast"] = None
    return edits, list(repairs)


def _type_before(tokens: Sequence[_Token], place: int) -> int | None:
    """Where the name of a type begins that stands directly before a parameter; None: there is none."""
    at = place - 1
    if at >= 0 and tokens[at].text == ")":  # timestamp(3) $1
        while at > 0 and tokens[at].text != "(":
            at -= 1
        at -= 1
        if at < 0 or tokens[at].text.lower() not in _TYPES:
            return None
    if at < 0 or not (_is_name(tokens[at]) or tokens[at].text.lower() in _TYPES):
        return None
    words = [tokens[back].text.lower() for back in range(max(at - 3, 0), at + 1)]
    if words[-1] == "zone":
        return at - 3 if len(words) == 4 and words[0] in ("time", "timestamp") else None
    if words[-1] in ("precision", "varying"):
        return at - 1
    while at > 1 and tokens[at - 1].text == ".":
        at -= 2
    return at


def _is_name(token: _Token) -> bool:
    return token.kind == pg_query_pb2.IDENT


def _units_after(tokens: Sequence[_Token], place: int) -> int:
    """Where `interval $1 DAY TO SECOND` ends."""
    last = place
    words = [one.text.lower() for one in tokens]
    if last + 1 < len(words) and words[last + 1] in _UNITS:
        last += 1
        if last + 2 < len(words) and words[last + 1] == "to" and words[last + 2] in _UNITS:
            last += 2
    return last


def _numbered(sql: str, repairs: list[str]) -> Respelled:
    """With the numbers of parameters from 1 on, without gaps."""
    data = sql.encode()
    tokens = [one for one in _tokens(data) if one.kind == _PARAM]
    numbers = tuple(sorted({int(one.text[1:]) for one in tokens}))
    places = {number: place for place, number in enumerate(numbers, 1)}
    edits = {(one.start, one.end): f"${places[int(one.text[1:])]}" for one in tokens}
    text = _edited(data, edits).decode() if any(number != place for number, place in places.items()) else sql
    return Respelled(sql=text, numbers=numbers, repairs=tuple(repairs))


# --- what must be the same --------------------------------------------------------------------------------------------


def _same_again(data: bytes) -> dict[tuple[int, int], str]:
    """Edits that give an expression the constants of the GROUP BY, ORDER BY or DISTINCT ON that repeats it: there they
    stand still, because the server counts an expression once."""
    try:
        statements = [{kind: fields} for kind, fields in tree.parse(data.decode())]
    except tree.ParserError as err:
        raise InputError(f"{err.message} (character {err.offset + 1})", hint="correct the statement") from err
    tokens = _tokens(data)
    starts = {one.start: place for place, one in enumerate(tokens)}
    found: dict[tuple[int, int], str] = {}
    pairs = [
        (param, tokens[place])
        for hole, constant in _repeated(statements)
        if (place := starts.get(constant)) is not None and (param := tokens[starts[hole]]).text != tokens[place].text
    ]
    # Constants first: of two places that have parameters one may stand for the other only where none is known.
    for param, other in sorted(pairs, key=lambda one: one[1].kind == _PARAM):
        if (param.start, param.end) not in found and (other.start, other.end) not in found:
            found[param.start, param.end] = _constant(tokens, starts[other.start])
    return found


def _repeated(statements: list[Node]) -> Iterator[tuple[int, int]]:
    """The places of parameters, each with that of what stands in its place in an expression that must be the same."""
    for fields in selects(statements):
        sorts = [one["SortBy"]["node"] for one in fields.get("sortClause", ()) if "SortBy" in one]
        named = [*fields.get("groupClause", ()), *fields.get("distinctClause", ()), *sorts]
        others = [fields.get("targetList"), fields.get("havingClause"), sorts]
        for wanted in named:
            if not wanted or next(iter(wanted)) in ("ParamRef", "A_Const", "ColumnRef"):
                continue
            for node in _typed(others):
                holes: list[tuple[int, int]] = []
                if node is not wanted and _matches(node, wanted, holes):
                    yield from holes


def _typed(node: Any) -> Iterator[Node]:
    """Every one-key node below."""
    return (one for one in tree.mappings(node) if len(one) == 1 and next(iter(one))[:1].isupper())


_PLACES = ("location", "rexpr_list_start", "rexpr_list_end", "list_start", "list_end")


def _matches(node: Any, wanted: Any, holes: list[tuple[int, int]]) -> bool:
    """Whether two trees are the same but for parameters of the first; the places of these and of what stands there."""
    if isinstance(node, dict) and isinstance(wanted, dict):
        own, other = cast(Node, node), cast(Node, wanted)
        if "ParamRef" in own:
            constant = other.get("A_Const") or other.get("ParamRef")
            if constant is None:
                return False
            holes.append((own["ParamRef"].get("location", 0), constant.get("location", 0)))
            return True
        keys = {key for key in (*own, *other) if key not in _PLACES}
        return all(key in own and key in other and _matches(own[key], other[key], holes) for key in keys)
    if isinstance(node, list) and isinstance(wanted, list):
        first, second = cast("list[Any]", node), cast("list[Any]", wanted)
        return len(first) == len(second) and all(
            _matches(one, other, holes) for one, other in zip(first, second, strict=True)
        )
    return node == wanted


def _constant(tokens: Sequence[_Token], place: int) -> str:
    text = tokens[place].text
    return f"({text}{tokens[place + 1].text})" if text in "+-" and place + 1 < len(tokens) else text


# --- types ------------------------------------------------------------------------------------------------------------


def _parameter(node: Node) -> Iterator[int]:
    """The number of a parameter that stands alone, or in casts."""
    while "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    if "ParamRef" in node:
        yield int(node["ParamRef"].get("number", 0))


def _located(statements: list[Node], at: int) -> Iterator[Node]:
    """The nodes that a place in the text belongs to, the outer ones first."""
    if at < 0:
        return
    for node in _typed(statements):
        (fields,) = node.values()
        if isinstance(fields, dict) and cast(Node, fields).get("location", 0) == at:
            yield node


_ARITHMETIC = frozenset(("+", "-", "*", "/", "%", "||"))


def _flowing(node: Any, *, top: bool = True) -> tuple[int, ...]:
    """The parameters whose values become the value of a node, or (of one that is looked at itself) of its operands."""
    if not isinstance(node, dict) or not node:
        return ()
    kind, fields = next(iter(cast(Node, node).items()))
    parts: list[Any] = []
    if kind == "ParamRef":
        return (int(fields.get("number", 0)),)
    if kind == "A_Expr":
        operator = (tree.strings(fields.get("name")) or [""])[-1]
        if top or (fields.get("kind") == "AEXPR_OP" and operator in _ARITHMETIC):
            parts = [fields.get("lexpr"), fields.get("rexpr")]
    elif kind == "FuncCall":
        parts = fields.get("args", []) if top else []
    elif kind == "CaseExpr":
        parts = [one.get("CaseWhen", {}).get("result") for one in fields.get("args", ())] + [fields.get("defresult")]
    elif kind in ("CoalesceExpr", "MinMaxExpr", "RowExpr"):
        parts = fields.get("args", [])
    elif kind == "A_ArrayExpr":
        parts = fields.get("elements", [])
    elif kind == "List":
        parts = fields.get("items", [])
    elif kind == "ResTarget":
        parts = [fields.get("val")]
    elif kind == "SubLink" and fields.get("subLinkType") == "EXPR_SUBLINK":
        parts = fields.get("subselect", {}).get("SelectStmt", {}).get("targetList", [])
    return tuple(dict.fromkeys(number for part in parts for number in _flowing(part, top=False)))


def _elsewhere(statements: list[Node]) -> list[tuple[int, ...]]:
    """The parameters that columns of subqueries, of common table expressions and of VALUES are, a column each."""
    found: list[tuple[int, ...]] = []
    for fields in selects(statements):
        rows = [one.get("List", {}).get("items", []) for one in fields.get("valuesLists", ())]
        columns = zip(*rows, strict=False)
        found += [tuple(number for one in column for number in _flowing(one, top=False)) for column in columns]
        found += [_flowing(one) for one in fields.get("targetList", ())]
    return [one for one in dict.fromkeys(found) if one]
