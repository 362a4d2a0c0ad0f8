"""What CHECKs say of the fields of a table: bounds, lengths, values, the kind of a text, an order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.model.schema import Check, Table
from dbarchitect.sql.conditions import Term, terms_of

from .kinds import OTHERS, TEXTS
from .spec import Kind

_STRING = re.compile(r"'((?:[^']|'')*)'")
_LENGTH = re.compile(r"^(?:char_length|character_length|length)\(\"?(\w+)\"?(?:::text)?\)$")
_TRIMMED = re.compile(r"^btrim\(\"?(\w+)\"?(?:::text)?\)$")
_NUMBER = re.compile(r"^'?(-?\d+(?:\.\d+)?)'?(?:::[\w ]+)?$")
_CAST = re.compile(r"[()]|::[a-z]+(?: [a-z]+)*(?= |\)|$)")  # `('-90'::integer)::double precision`
_TODAY = ("now()", "CURRENT_DATE", "CURRENT_TIMESTAMP")
_PATTERNS: dict[str, Kind] = {}
for _kind in ("slug", "email", "phone", "url"):
    _found = _STRING.search(TEXTS[_kind].pattern.format(c="c"))
    assert _found is not None
    _PATTERNS[_found[1]] = _kind  # type: ignore[assignment] # pyright: ignore[reportArgumentType]
_SECRET = re.search(r"\d+", TEXTS["secret"].pattern)


@dataclass
class Checked:
    """What was read. `fields`: changes of a `Field` by column; `orders`: (lower, higher, whether they may be equal);
    `left`: what says something else."""

    fields: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    orders: list[tuple[str, str, bool]] = field(default_factory=list[tuple[str, str, bool]])
    left: list[Check] = field(default_factory=list[Check])


def checked(table: Table) -> Checked:
    """What the CHECKs of a table say; one that is not understood whole is left as it is."""
    found = Checked()
    known = {one.name for one in table.columns}
    for one in table.constraints:
        if not isinstance(one, Check) or one.inherited:
            continue
        terms = terms_of(one.expression)
        steps = [_understood(term, known, table) for term in terms]
        if not terms or any(step is None for step in steps):
            found.left.append(one)
            continue
        for step in steps:
            assert step is not None
            step(found)
    return found


Step = Callable[[Checked], None]


def _understood(term: Term, known: set[str], table: Table) -> Step | None:
    return next((step for form in _FORMS for step in form(term, known, table)), None)


def _says(column: str, **changes: object) -> Step:
    def step(found: Checked) -> None:
        found.fields.setdefault(column, {}).update(changes)

    return step


def _nothing(_: Checked) -> None:
    """What the design asks for by itself."""


def _values(term: Term, known: set[str], table: Table) -> Iterator[Step]:
    if term.operator == "in" and term.left and term.right and term.left.column in known and term.right.constant:
        values = tuple(one.replace("''", "'") for one in _STRING.findall(term.right.text))
        if len(values) > 1 and all(values):
            yield _says(term.left.column, values=values, kind="choice")


def _bound(term: Term, known: set[str], table: Table) -> Iterator[Step]:
    if term.left is None or term.right is None or not term.right.constant:
        return
    column = term.left.column
    number = _NUMBER.match(_CAST.sub("", term.right.text))
    if column in known and number is not None:
        value = number[1]
        if term.operator == ">=":
            yield _says(column, minimum=value)
        elif term.operator == "<=":
            yield _says(column, maximum=value)
        elif term.operator in ("<", ">"):
            name = "minimum" if term.operator == ">" else "maximum"
            yield _says(column, **{name: f"{term.operator}{value}"})
    if column in known and term.operator == "<=" and term.right.text in _TODAY:
        yield _says(column, maximum="today")
    measured = _LENGTH.match(term.left.text)
    if measured is not None and number is not None and measured[1] in known:
        if term.operator == "<=":
            yield _says(measured[1], length=int(float(number[1])))
        elif term.operator == ">=" and _SECRET is not None and number[1] == _SECRET[0]:
            yield _says(measured[1], kind="secret")


def _text(term: Term, known: set[str], table: Table) -> Iterator[Step]:
    if term.left is None:
        return
    if term.operator == "~" and term.left.column in known and term.pattern in _PATTERNS:
        yield _says(term.left.column, kind=_PATTERNS[term.pattern or ""])
    if term.operator == "~" and term.left.column == "currency" and term.pattern == "^[A-Z]{3}$":
        yield _says("currency", currency=True)
    trimmed = _TRIMMED.match(term.left.text)
    empty = term.operator == "<>" and term.right is not None and term.right.text.startswith("''")
    if empty and trimmed is not None and trimmed[1] in known:
        yield _says(trimmed[1], kind="word")
    elif empty and term.left.column in known:
        yield _says(term.left.column, kind="file")


def _own(term: Term, known: set[str], table: Table) -> Iterator[Step]:
    """What comes with a kind of value or a tree: `NOT isempty(period)`, no row is its own parent."""
    cleaned = _spelt(term.text)
    for kind in ("period", "duration", "tags"):
        if any(cleaned == _spelt(OTHERS[kind].pattern.format(c=one.name)) for one in table.columns):
            yield _nothing
    for key in table.foreign_keys:
        if key.target == table.name and term.operator == "not":
            pairs = zip(key.columns, key.target_columns, strict=True)
            same = " AND ".join(f"{one} = {other}" for one, other in pairs if one != other)
            if _spelt(f"NOT ({same})") == cleaned:
                yield _nothing


def _spelt(text: str) -> str:
    return re.sub(r"'00:00:00'|'0'", "'0'", re.sub(r"::\w+|[\s()\"]|interval", "", text)).lower()


def _several(term: Term, known: set[str], table: Table) -> Iterator[Step]:
    left, right = term.left, term.right
    if left is None or right is None:
        return
    if term.operator in ("<", ">", "<=", ">=") and left.column in known and right.column in known:
        low, high = (left.column, right.column) if term.operator[0] == "<" else (right.column, left.column)
        yield lambda found: found.orders.append((low, high, term.operator.endswith("=")))


_FORMS = (_values, _bound, _text, _several, _own)
