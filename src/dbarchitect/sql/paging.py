"""A query taken apart for its pages: SELECT list, WHERE, ORDER BY, LIMIT and OFFSET as places in its text.

What is not changed keeps its author's writing: clauses are found by the scanner's tokens outside parentheses and
replaced by byte offsets. The tree says what the clauses mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import postgast
from postgast.pg_query_pb2 import Token

from dbarchitect.errors import InputError

from . import parse, tree
from .tree import Node

_OPEN, _CLOSE = (40, 91), (41, 93)  # ( [ and ) ]
_COMMA, _COLON, _DOT = 44, 58, 46
_PARAM, _IDENT = int(Token.PARAM), int(Token.IDENT)
_COMMENTS = (int(Token.SQL_COMMENT), int(Token.C_COMMENT))
_CLAUSES = {
    int(getattr(Token, name)): name.removesuffix("_P")
    for name in "SELECT FROM WHERE GROUP_P HAVING WINDOW ORDER LIMIT OFFSET FETCH FOR UNION INTERSECT EXCEPT".split()  # noqa: SIM905
}
_ENDS = ("LIMIT", "OFFSET", "FETCH", "FOR")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: int
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a list: its text without alias or direction, its tree, and the alias ("" where none is written)."""

    text: str
    node: Node
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Sort:
    """One item of ORDER BY as it is written. `using`: it names an operator in place of a direction; `nulls_said`: the
    place of NULL is written, not PostgreSQL's own."""

    text: str
    node: Node
    descending: bool
    nulls_first: bool
    using: bool
    nulls_said: bool


@dataclass(frozen=True, slots=True)
class Paged:
    """One SELECT, taken apart.

    text         its bytes, without a final semicolon; `select` is its tree
    columns      the SELECT list (of a set operation none); `sorts` the ORDER BY
    limit        what stands there as the clause (`LIMIT 20`, `FETCH FIRST 20 ROWS ONLY`), "" for none
    limit_count  the number of rows where it is a constant
    offset       the expression of OFFSET as it is written; `offset_count` where it is a constant
    names        of its parameters, by number, where they were written as `:name`
    spliceable   whether a condition can be put into its WHERE: it is one plain SELECT
    """

    text: bytes
    select: Node
    columns: tuple[Part, ...]
    sorts: tuple[Sort, ...]
    limit: str
    limit_count: int | None
    limit_parameter: int | None
    offset: str
    offset_count: int | None
    offset_parameter: int | None
    names: Mapping[int, str]
    spliceable: bool
    places: Mapping[str, tuple[int, int]]  # clause -> its bytes, keyword included

    @property
    def with_ties(self) -> bool:
        """FETCH FIRST ... WITH TIES."""
        return self.select.get("limitOption") == "LIMIT_OPTION_WITH_TIES"

    @property
    def locks(self) -> bool:
        """FOR UPDATE and the like."""
        return "lockingClause" in self.select

    def written(
        self,
        *,
        added: Sequence[str] = (),
        where: str = "",
        order: str | None = None,
        limit: str = "",
        lock: bool = True,
    ) -> str:
        """The query with columns `added` to its list, `where` to its condition, with another ORDER BY (without the
        keyword; None: none) and LIMIT clause, and without OFFSET. All else stays as it is written."""
        edits: list[tuple[int, int, str]] = []
        ends = self.places
        last = ends["END"][1]
        if added:
            at = ends["SELECT"][1]
            edits.append((at, at, "".join(f", {one}" for one in added)))
        if where:
            edits += self._condition(where)
        for clause in (*_ENDS, "ORDER"):
            if clause in ends and not (clause == "FOR" and lock):
                edits.append((self._before(ends[clause][0]), ends[clause][1], ""))
        tail = (self._gap("ORDER") + f"ORDER BY {order}" if order else "") + (
            self._gap("LIMIT") + limit if limit else ""
        )
        if "FOR" in ends and lock:
            at = self._before(ends["FOR"][0])
        else:
            at = ends["ORDER"][1] if "ORDER" in ends else last
        if "ORDER" in ends and self.text[: self._before(ends["ORDER"][0])].endswith(b"\n"):
            tail = tail.removeprefix("\n")  # the one that closes a comment is there already
        if tail:
            edits.append((at, at, tail))
        return _edited(self.text, edits)

    def _condition(self, where: str) -> Iterator[tuple[int, int, str]]:
        if "WHERE" not in self.places:
            end = self.places["FROM" if "FROM" in self.places else "SELECT"][1]
            yield (end, end, f"{self._gap('WHERE')}WHERE {where}")
            return
        start, end = self.places["WHERE"]
        if self.select["whereClause"].get("BoolExpr", {}).get("boolop") == "OR_EXPR":
            first = start + len(b"WHERE")
            while self.text[first : first + 1].isspace():
                first += 1
            yield (first, first, "(")
            yield (end, end, ")")
        yield (end, end, f"{self._gap('WHERE', inner=True)}AND {where}")

    def _gap(self, clause: str, *, inner: bool = False) -> str:
        """What stands before a clause: a new line where the author writes each clause on one of its own."""
        for known in (clause, "ORDER", "WHERE", "FROM"):
            if known in self.places:
                start = self.places[known][0]
                line = self.text.rfind(b"\n", 0, start)
                if line >= 0 and not self.text[line:start].strip():
                    return self.text[line:start].decode() + ("  " if inner else "")
                return " "
        return " "

    def _before(self, start: int) -> int:
        """The place before the white space that precedes `start`."""
        while start > 0 and self.text[start - 1 : start].isspace():
            start -= 1
        # A line comment must keep the line end that closes it.
        line = self.text.rfind(b"\n", 0, start) + 1
        return start if b"--" not in self.text[line:start] else start + self.text[start:].startswith(b"\n")


def _edited(text: bytes, edits: Sequence[tuple[int, int, str]]) -> str:
    parts: list[bytes] = []
    at = 0
    for start, end, new in sorted(edits, key=lambda one: (one[0], one[1])):
        if start < at and new == "":
            start = at
        parts += [text[at : max(start, at)], new.encode()]
        at = max(at, end)
    parts.append(text[at:])
    return b"".join(parts).decode().strip()


def read_paged(sql: str) -> Paged:
    """The one SELECT that `sql` is. Parameters are `$n`, or `:name`. Raises `InputError` for anything else."""
    text, names = _numbered(sql.encode())
    try:
        found = tree.parse_all(text)
    except tree.ParserError as err:
        raise InputError(
            f"the query cannot be read: {err.message}", hint="one SELECT; parameters are $1 or :name"
        ) from err
    if len(found) != 1 or found[0][2] != "SelectStmt":
        raise InputError("this is not one SELECT", hint="give one query, with its ORDER BY")
    start, end, _, _ = found[0]
    text = text[start:end].strip()
    ((_, _, _, select),) = tree.parse_all(text)
    tokens = _tokens(text)
    places, spliceable = _clauses(tokens, len(text))
    set_operation = select.get("op", "SETOP_NONE") != "SETOP_NONE"
    spliceable = spliceable and not set_operation and "valuesLists" not in select and "intoClause" not in select
    order = places.get("ORDER")
    count, skip = select.get("limitCount"), select.get("limitOffset")
    return Paged(
        text=text,
        select=select,
        columns=tuple(_columns(text, tokens, places, select)) if spliceable else (),
        sorts=tuple(_sorts(text, tokens, order, select)) if order else (),
        limit=_limit(text, places, count),
        limit_count=_constant(count),
        limit_parameter=_parameter(count),
        offset=_named(parse.printed_tree(skip), names) if skip else "",
        offset_count=_constant(skip),
        offset_parameter=_parameter(skip),
        names=names,
        spliceable=spliceable,
        places=places,
    )


def _named(sql: str, names: Mapping[int, str]) -> str:
    """A text for people: parameters as they were written."""
    text = sql.encode()
    found = [(one.start, one.end, int(text[one.start + 1 : one.end])) for one in _tokens(text) if one.kind == _PARAM]
    return _edited(text, [(start, end, f":{names[n]}") for start, end, n in found if n in names])


def renumbered(sql: str, names: Mapping[int, str]) -> tuple[str, str, tuple[int, ...]]:
    """(`sql` with its parameters numbered from 1 without gaps, the same with `:name`, their old numbers in the new
    order). `names` has one for every parameter by its old number."""
    text = sql.encode()
    found = [(one.start, one.end, int(text[one.start + 1 : one.end])) for one in _tokens(text) if one.kind == _PARAM]
    old = sorted({number for _, _, number in found})
    new = {number: place for place, number in enumerate(old, 1)}
    numbered = _edited(text, [(start, end, f"${new[number]}") for start, end, number in found])
    named = _edited(text, [(start, end, f":{names[number]}") for start, end, number in found])
    return numbered, named, tuple(old)


def filled(sql: str, values: Mapping[int, str]) -> str:
    """`sql` with SQL literals in place of some of its parameters, and the others numbered anew."""
    text = sql.encode()
    found = [(one.start, one.end, int(text[one.start + 1 : one.end])) for one in _tokens(text) if one.kind == _PARAM]
    left = sorted({number for _, _, number in found} - set(values))
    new = {number: f"${place}" for place, number in enumerate(left, 1)} | dict(values)
    return _edited(text, [(start, end, new[number]) for start, end, number in found])


def parameters_of(sql: str) -> tuple[int, ...]:
    """The numbers of the parameters in a text."""
    text = sql.encode()
    return tuple(sorted({int(text[one.start + 1 : one.end]) for one in _tokens(text) if one.kind == _PARAM}))


def _tokens(text: bytes) -> list[_Token]:
    found: list[_Token] = []
    depth = 0
    for one in postgast.scan(text.decode()).tokens:
        if one.token in _COMMENTS:
            continue
        if one.token in _CLOSE:
            depth -= 1
        found.append(_Token(int(one.token), one.start, one.end, depth))
        if one.token in _OPEN:
            depth += 1
    return found


def _numbered(text: bytes) -> tuple[bytes, dict[int, str]]:
    """`:name` as `$n`: the parser knows no names."""
    try:
        tokens = tree.call_parser(lambda: _tokens(text), len(text))
    except tree.ParserError:
        return text, {}  # the parser says what is wrong with it
    used = [int(text[one.start + 1 : one.end]) for one in tokens if one.kind == _PARAM]
    numbers: dict[str, int] = {}
    edits: list[tuple[int, int, str]] = []
    brackets = 0
    for one, following in pairwise(tokens):
        brackets += (one.kind == 91) - (one.kind == 93)
        if one.kind == _COLON and not brackets and following.start == one.end:
            name = text[following.start : following.end].decode()
            if name.replace("_", "a").isalnum() and not name[0].isdigit():
                number = numbers.setdefault(name, max(used, default=0) + len(numbers) + 1)
                edits.append((one.start, following.end, f"${number}"))
    if not edits:
        return text, {}
    return _edited(text, edits).encode(), {number: name for name, number in numbers.items()}


def _clauses(tokens: Sequence[_Token], length: int) -> tuple[dict[str, tuple[int, int]], bool]:
    """The bytes of each clause outside parentheses, and whether the text is one SELECT with them."""
    top = [one for one in tokens if one.depth == 0]
    starts: list[tuple[str, int, int]] = []  # clause, place in `top`, start
    seen: set[str] = set()
    plain = True
    for place, one in enumerate(top):
        clause = _CLAUSES.get(one.kind)
        before = top[place - 1].kind if place else 0
        if clause is None or before in (int(Token.AS), _DOT):
            continue
        if clause == "FROM" and ("FROM" in seen or _distinct_from(top, place)):
            continue
        if clause == "GROUP" and before == int(Token.WITHIN):
            continue
        if clause in ("UNION", "INTERSECT", "EXCEPT"):
            plain = False
            continue
        if clause in seen and plain:
            continue
        seen.add(clause)
        starts.append((clause, place, one.start))
    places: dict[str, tuple[int, int]] = {}
    for number, (clause, _, start) in enumerate(starts):
        following = starts[number + 1][1] if number + 1 < len(starts) else len(top)
        last = top[following - 1]
        places[clause] = (start, last.end)
    if not plain:  # only what follows the last branch is the whole query's
        places = {key: value for key, value in places.items() if key in ("ORDER", *_ENDS)}
    places["END"] = (0, tokens[-1].end if tokens else length)
    return places, plain and "SELECT" in places


def _distinct_from(top: Sequence[_Token], place: int) -> bool:
    return (
        place > 1
        and top[place - 1].kind == int(Token.DISTINCT)
        and top[place - 2].kind
        in (
            int(Token.IS),
            int(Token.NOT),
        )
    )


def _lists(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """Tokens split at the commas outside parentheses."""
    one: list[_Token] = []
    for token in tokens:
        if token.kind == _COMMA and token.depth == 0:
            yield one
            one = []
        else:
            one.append(token)
    if one:
        yield one


def _text(text: bytes, tokens: Sequence[_Token]) -> str:
    return text[tokens[0].start : tokens[-1].end].decode()


def _columns(
    text: bytes, tokens: Sequence[_Token], places: Mapping[str, tuple[int, int]], select: Node
) -> Iterator[Part]:
    start, end = places["SELECT"]
    inside = [one for one in tokens if start < one.start and one.end <= end]
    if inside and inside[0].kind == int(Token.ALL):
        inside = inside[1:]
    elif inside and inside[0].kind == int(Token.DISTINCT):
        inside = inside[1:]
        if inside and inside[0].kind == int(Token.ON):
            close = next(place for place, one in enumerate(inside) if one.kind == 41 and one.depth == 0)
            inside = inside[close + 1 :]
    for one, target in zip(_lists(inside), select.get("targetList", ()), strict=True):
        fields = cast(Node, target["ResTarget"])
        alias = str(fields.get("name", ""))
        if alias:
            one = one[:-2] if one[-2].kind == int(Token.AS) else one[:-1]
        yield Part(_text(text, one), fields.get("val", {}), alias)


def _sorts(text: bytes, tokens: Sequence[_Token], place: tuple[int, int], select: Node) -> Iterator[Sort]:
    inside = [one for one in tokens if place[0] < one.start and one.end <= place[1]][1:]  # without BY
    for one, item in zip(_lists(inside), select.get("sortClause", ()), strict=True):
        fields = cast(Node, item["SortBy"])
        direction = fields.get("sortby_dir", "SORTBY_DEFAULT")
        nulls = fields.get("sortby_nulls", "SORTBY_NULLS_DEFAULT")
        if nulls != "SORTBY_NULLS_DEFAULT":
            one = one[:-2]
        if direction in ("SORTBY_ASC", "SORTBY_DESC"):
            one = one[:-1]
        using = direction == "SORTBY_USING"
        descending = direction == "SORTBY_DESC"
        first = descending if nulls == "SORTBY_NULLS_DEFAULT" else nulls == "SORTBY_NULLS_FIRST"
        said = nulls != "SORTBY_NULLS_DEFAULT"
        yield Sort(_text(text, one), fields.get("node", {}), descending, first, using, said)


def _limit(text: bytes, places: Mapping[str, tuple[int, int]], count: Node | None) -> str:
    place = places.get("LIMIT") or places.get("FETCH")
    if place is None or count is None or count.get("A_Const", {}).get("isnull"):
        return ""
    return text[slice(*place)].decode().strip()


def _constant(node: Node | None) -> int | None:
    value = (node or {}).get("A_Const", {})
    return int(value["ival"].get("ival", 0)) if "ival" in value else None


def _parameter(node: Node | None) -> int | None:
    inner: Any = node or {}
    while "TypeCast" in inner:
        inner = inner["TypeCast"].get("arg", {})
    return int(inner["ParamRef"].get("number", 0)) if "ParamRef" in inner else None
