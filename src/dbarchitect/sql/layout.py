"""Where the clauses of a SELECT stand in the text, by PostgreSQL's own lexer: what is not replaced stays as it is
written.

The tree has starts of nodes and no ends, so spans are made of tokens: a clause reaches from its keyword to the next one
at the same depth of parentheses. All offsets are bytes of the UTF-8 text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import postgast

from dbarchitect.errors import InputError

from . import tree

_COMMENTS = frozenset((275, 276))  # SQL_COMMENT, C_COMMENT
_OPEN, _CLOSE = frozenset("(["), frozenset(")]")
_CLAUSES = frozenset(
    ("into", "from", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for")
)  # fmt: skip
_SET_OPERATIONS = frozenset(("union", "intersect", "except"))


@dataclass(frozen=True, slots=True)
class Token:
    """A token: `word` is its text, in lower case where it is a keyword; `depth` counts open parentheses around it."""

    start: int
    end: int
    word: str
    keyword: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes [start, end) of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: `whole` with its keywords, `body` without them; `tokens` of the body as a range of token numbers."""

    whole: Span
    body: Span
    tokens: range


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` takes the place of a span."""

    span: Span
    text: str


def tokens_of(text: bytes) -> list[Token]:
    """The tokens of `text` without comments. Raises `InputError` for what the lexer refuses."""
    source = text.decode()
    try:
        scanned = tree.call_parser(lambda: postgast.scan(source), len(text))
    except tree.ParserError as err:
        raise InputError(err.message, hint="correct the statement") from err
    found: list[Token] = []
    depth = 0
    for one in scanned.tokens:
        if one.token in _COMMENTS:
            continue
        word = text[one.start : one.end].decode()
        if word in _CLOSE:
            depth -= 1
        keyword = one.keyword_kind > 0
        found.append(Token(one.start, one.end, word.lower() if keyword else word, keyword, depth))
        if word in _OPEN:
            depth += 1
    return found


def select_token(tokens: Sequence[Token], before: int) -> int | None:
    """The number of the SELECT whose first target, or first clause, stands at byte `before`."""
    found = None
    for number, one in enumerate(tokens):
        if one.start >= before:
            break
        if one.keyword and one.word == "select":
            found = number
    return found


def clauses(tokens: Sequence[Token], select: int) -> dict[str, Clause]:
    """The clauses of the SELECT at token `select`, by keyword; its targets as "select"."""
    depth = tokens[select].depth
    heads: list[tuple[str, int]] = [("select", select)]
    end = len(tokens)
    for number in range(select + 1, len(tokens)):
        one = tokens[number]
        if one.depth < depth or one.word == ";":
            end = number
            break
        if one.depth > depth or not one.keyword or _is_label(tokens, number):
            continue
        if one.word in _SET_OPERATIONS:
            end = number
            break
        if one.word in _CLAUSES and not _belongs_to_expression(tokens, number):
            heads.append((one.word, number))
    found: dict[str, Clause] = {}
    for place, (name, number) in enumerate(heads):
        stop = heads[place + 1][1] if place + 1 < len(heads) else end
        first = number + 1
        while first < stop and tokens[first].keyword and tokens[first].word in _AFTER.get(name, ()):
            first += 1
        if name == "select" and first < stop and tokens[first - 1].word == "on" and tokens[first].word == "(":
            first = closing(tokens, first) + 1
        start, finish = tokens[number].start, tokens[stop - 1].end
        body = Span(tokens[first].start, finish) if first < stop else Span(finish, finish)
        found[name] = Clause(Span(start, finish), body, range(first, stop))
    return found


_AFTER = {"select": ("all", "distinct", "on"), "group": ("by", "all", "distinct"), "order": ("by",)}


def closing(tokens: Sequence[Token], opening: int) -> int:
    """The number of the token that closes the parenthesis at `opening`."""
    depth = tokens[opening].depth
    for number in range(opening + 1, len(tokens)):
        if tokens[number].depth == depth and tokens[number].word in _CLOSE:
            return number
    return len(tokens) - 1


def _is_label(tokens: Sequence[Token], number: int) -> bool:
    """Whether a keyword is a name here: after AS or a dot."""
    before = tokens[number - 1]
    return before.word == "." or (before.keyword and before.word == "as")


def _belongs_to_expression(tokens: Sequence[Token], number: int) -> bool:
    word, before = tokens[number].word, tokens[number - 1]
    if word == "from":  # IS [NOT] DISTINCT FROM
        return before.keyword and before.word == "distinct" and tokens[number - 2].word in ("is", "not")
    if word == "group":  # WITHIN GROUP (ORDER BY ...)
        return before.keyword and before.word == "within"
    return False


def parts(tokens: Sequence[Token], among: range, separator: str) -> list[Span]:
    """The pieces of a body between `separator`s ("," or "and") at its own depth; the AND of BETWEEN and what stands
    inside CASE ... END does not separate."""
    found: list[Span] = []
    if not len(among):
        return found
    depth = tokens[among.start].depth
    start, between, cases = among.start, 0, 0
    for number in among:
        one = tokens[number]
        if one.depth != depth or (one.keyword and _is_label(tokens, number)):
            continue
        if one.keyword and one.word == "case":
            cases += 1
        elif one.keyword and one.word == "end" and cases:
            cases -= 1
        elif one.keyword and one.word == "between" and not cases:
            between += 1
        elif one.word == separator and not cases:
            if separator == "and" and between:
                between -= 1
                continue
            found.append(Span(tokens[start].start, tokens[number - 1].end))
            start = number + 1
    found.append(Span(tokens[start].start, tokens[among[-1]].end))
    return found


def edited(text: bytes, edits: Sequence[Edit]) -> str:
    """`text` with its spans replaced. Raises `ValueError` where two overlap."""
    ordered = sorted(edits, key=lambda one: (one.span.start, one.span.end))
    for one, after in itertools.pairwise(ordered):
        if after.span.start < one.span.end:
            raise ValueError("two edits of one place")
    for one in reversed(ordered):
        text = text[: one.span.start] + one.text.encode() + text[one.span.end :]
    return text.decode()
