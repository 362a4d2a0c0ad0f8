"""What simple CHECK constraints ask of single values, read from the server's own printing of them.

Only conjunctions of the common forms are understood: comparison with a constant or another column,
`= ANY (ARRAY[...])`, length limits, regular expressions, `jsonb_typeof`. What is not understood is no
hint; the lab then filters the rows it made by the check itself, so a missing hint costs rows, never correctness.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>E?'(?:[^'\\]|''|\\.)*')|(?P<quoted>"(?:[^"]|"")+")|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<word>[A-Za-z_][\w$]*)|(?P<op>::|!~\*|!~|~\*|~~|>=|<=|<>|[<>=~+\-*/%|&^#!?@:]+)|(?P<mark>[()\[\],.]))""",
    re.VERBOSE,
)
_TYPE_TAILS = frozenset({"varying", "precision", "without", "with", "time", "zone"})
_FLIP = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "="}


@dataclass(frozen=True, slots=True)
class Hint:
    """`column` `operator` `values`: operator is one of = > >= < <= (one value), in (any number), length with a
    comparison ("length >="), ~ (a pattern), typeof (of a document), or column with a comparison ("column >=":
    the one value is the other column's name)."""

    column: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def hints(expression: str) -> tuple[Hint, ...]:
    """What every row must fulfil, as far as it can be read from `expression` (the server's printing)."""
    tokens = _tokens(expression)
    return tuple(_conjuncts(tokens)) if tokens is not None else ()


def mentioned(expression: str) -> frozenset[str]:
    """Every identifier in `expression`: a superset of the columns it uses."""
    tokens = _tokens(expression) or ()
    return frozenset(t.text for t in tokens if t.kind == "name")


def replace_value(expression: str, by: str) -> str:
    """A domain's check with its VALUE replaced by an SQL expression."""
    parts = re.split(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""", expression)
    return "".join(p if n % 2 else re.sub(r"\bVALUE\b", lambda _: by, p) for n, p in enumerate(parts))


def paths(expression: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(column, path) of every value that `expression` takes out of a JSON document: `->`, `->>`, `#>`, `#>>`."""
    tokens = _tokens(expression) or []
    found: list[tuple[str, tuple[str, ...]]] = []
    at = 0
    while at < len(tokens):
        path: list[str] = []
        start, end = tokens[at], at + 1
        while (
            end + 1 < len(tokens)
            and tokens[end].text in ("->", "->>", "#>", "#>>")
            and tokens[end + 1].kind == "string"
        ):
            text = tokens[end + 1].text
            path.extend(text.strip("{}").split(",") if tokens[end].text.startswith("#") else [text])
            end += 2
            while (
                end < len(tokens) and tokens[end].text == ")" and end + 1 < len(tokens) and "->" in tokens[end + 1].text
            ):
                end += 1
        if path and start.kind == "name":
            found.append((start.text, tuple(path)))
        at = end
    return tuple(found)


def _tokens(expression: str) -> list[_Token] | None:
    """Tokens without type casts; None where the text is beyond this reader."""
    found: list[_Token] = []
    at, end = 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None:
            return None
        at = match.end()
        kind = match.lastgroup or ""
        text = match.group(kind)
        if kind == "string":
            if text.startswith("E"):
                text = re.sub(r"\\(.)", r"\1", text[1:])
            text = text[1:-1].replace("''", "'")
        elif kind == "quoted":
            kind, text = "name", text[1:-1].replace('""', '"')
        elif kind == "word":
            kind, text = ("name", text) if text.islower() else ("key", text.upper())
        found.append(_Token(kind, text))
    return _without_casts(found)


def _without_casts(tokens: list[_Token]) -> list[_Token]:
    result: list[_Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].text != "::" or tokens[at].kind != "op":
            result.append(tokens[at])
            at += 1
            continue
        at += 2  # the cast and the first word of the type
        while at < len(tokens):
            one = tokens[at]
            if one.kind == "mark" and one.text == "." and at + 1 < len(tokens):
                at += 2
            elif one.kind == "name" and one.text in _TYPE_TAILS:
                at += 1
            elif one.text == "(" and one.kind == "mark" and at + 1 < len(tokens) and tokens[at + 1].kind == "number":
                while tokens[at].text != ")":
                    at += 1
                at += 1
            elif one.kind == "mark" and one.text == "[" and at + 1 < len(tokens) and tokens[at + 1].text == "]":
                at += 2
            else:
                break
    return result


def _bare(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Without the parentheses that enclose the whole."""
    while (
        len(tokens) >= 2
        and tokens[0].text == "("
        and tokens[0].kind == "mark"
        and _closing(tokens, 0) == len(tokens) - 1
    ):
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        if tokens[at].kind == "mark":
            if tokens[at].text in "([":
                depth += 1
            elif tokens[at].text in ")]":
                depth -= 1
                if depth == 0:
                    return at
    return -1


def _split(tokens: Sequence[_Token], key: str) -> list[Sequence[_Token]]:
    parts: list[Sequence[_Token]] = []
    depth, start = 0, 0
    for at, one in enumerate(tokens):
        if one.kind == "mark" and one.text in "([":
            depth += 1
        elif one.kind == "mark" and one.text in ")]":
            depth -= 1
        elif depth == 0 and one.kind == "key" and one.text == key:
            parts.append(tokens[start:at])
            start = at + 1
    parts.append(tokens[start:])
    return parts


def _conjuncts(tokens: Sequence[_Token]) -> list[Hint]:
    tokens = _bare(tokens)
    either = _split(tokens, "OR")
    if len(either) > 1:
        # "x IS NULL OR ..." asks the same of every value that is there.
        rest = [p for p in either if [t.text for t in _bare(p)][1:] != ["IS", "NULL"]]
        if len(rest) == 1:
            return _conjuncts(rest[0])
        equal = [_conjuncts(p) for p in rest]
        values: list[str] = []
        for one in equal:
            if len(one) != 1 or one[0].operator not in ("=", "in") or one[0].column != equal[0][0].column:
                return []
            values.extend(one[0].values)
        return [Hint(equal[0][0].column, "in", tuple(values))] if equal else []
    parts = _split(tokens, "AND")
    if len(parts) > 1:
        return [hint for part in parts for hint in _conjuncts(part)]
    hint = _comparison(tokens)
    return [hint] if hint is not None else []


def _comparison(tokens: Sequence[_Token]) -> Hint | None:
    depth = 0
    for at, one in enumerate(tokens):
        if one.kind == "mark":
            depth += (one.text in "([") - (one.text in ")]")
        elif depth == 0 and one.kind == "op" and one.text in ("=", ">", ">=", "<", "<=", "~"):
            return _compare(_bare(tokens[:at]), one.text, _bare(tokens[at + 1 :]))
    return None


def _compare(left: Sequence[_Token], operator: str, right: Sequence[_Token]) -> Hint | None:
    listed = _any_of(right)
    if len(left) == 1 and left[0].kind == "name":
        if listed is not None:
            return Hint(left[0].text, "in", listed) if operator == "=" else None
        constant = _constant(right)
        if constant is not None:
            return Hint(left[0].text, operator, (constant,))
        if len(right) == 1 and right[0].kind == "name" and operator in _FLIP:
            return Hint(left[0].text, f"column {operator}", (right[0].text,))
        return None
    constant = _constant(right)
    called = _call(left)
    if called is not None and constant is not None:
        function, column = called
        if function in ("length", "char_length", "octet_length", "cardinality"):
            return Hint(column, f"length {operator}", (constant,))
        if function in ("jsonb_typeof", "json_typeof") and operator == "=":
            return Hint(column, "typeof", (constant,))
        return None
    if _constant(left) is not None and operator in _FLIP and len(right) == 1:
        return _compare(right, _FLIP[operator], left)
    return None


def _any_of(tokens: Sequence[_Token]) -> tuple[str, ...] | None:
    """The constants of ANY (ARRAY[...])."""
    if not tokens or tokens[0].text != "ANY" or tokens[0].kind != "key":
        return None
    inner = _bare(tokens[1:])
    if len(inner) < 3 or inner[0].text != "ARRAY":
        return None
    values: list[str] = []
    for part in _commas(inner[2:-1]):
        constant = _constant(_bare(part))
        if constant is None:
            return None
        values.append(constant)
    return tuple(values)


def _commas(tokens: Sequence[_Token]) -> list[Sequence[_Token]]:
    parts: list[Sequence[_Token]] = []
    depth, start = 0, 0
    for at, one in enumerate(tokens):
        if one.kind == "mark":
            depth += (one.text in "([") - (one.text in ")]")
            if one.text == "," and depth == 0:
                parts.append(tokens[start:at])
                start = at + 1
    parts.append(tokens[start:])
    return parts


def _constant(tokens: Sequence[_Token]) -> str | None:
    tokens = _bare(tokens)
    if len(tokens) == 1 and tokens[0].kind in ("string", "number"):
        return tokens[0].text
    if len(tokens) == 2 and tokens[0].text == "-" and tokens[1].kind == "number":
        return "-" + tokens[1].text
    if len(tokens) == 2 and tokens[0].text == "-" and tokens[1].text == "(":
        return None
    return None


def _call(tokens: Sequence[_Token]) -> tuple[str, str] | None:
    """A function of one column."""
    names = [t for t in tokens if t.kind == "name"]
    if len(names) == 2 and names[0] is tokens[0] and all(t.kind != "op" for t in tokens):
        return names[0].text, names[1].text
    return None
