"""Writes INSERT statements that a schema accepts: the fewest columns, parents first.

They are for experiments on a private copy ("the orphan row is accepted"): a row must be refused or accepted for
the reason under test and for no other. So what cannot be satisfied for certain (a CHECK that is not understood, a
circle of mandatory references, a type without a known literal) gives None, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import (
    Check,
    CompositeType,
    DomainType,
    EnumType,
    ForeignKey,
    PrimaryKey,
    Table,
    Type,
    Unique,
    UserType,
)
from dbarchitect.review.context import Context, mentions

NULL = "NULL"


@dataclass
class _Wish:
    """What the CHECKs ask of one column, as far as it was understood."""

    choices: list[str] | None = None
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    shortest: int = 0
    longest: int | None = None
    needed: bool = False


@dataclass
class Rows:
    """Collects `statements`. Values are high in their type's range, so that they collide with nothing on a filled copy.

    A row that could not be written leaves the parents written for it behind: throw the whole collection away.
    """

    review: Context
    statements: list[str] = field(default_factory=list[str])
    _made: dict[Name, dict[str, str]] = field(default_factory=dict[Name, dict[str, str]])
    _busy: set[Name] = field(default_factory=set[Name])
    _number: int = 0

    def add(
        self,
        table: Table,
        fixed: Mapping[str, str] | None = None,
        *,
        loose: Collection[str] = (),
        omit: Collection[str] = (),
        must: Collection[str] = (),
    ) -> dict[str, str] | None:
        """Write one row of `table`, with the parents it needs, and return its values as SQL literals by column.

        `fixed` gives values ("NULL" too); foreign keys whose columns are all fixed, or that are named in `loose`, get
        no parent; columns in `omit` are left to their defaults; columns in `must` get a value though they need none.
        None where no valid row is certain.
        """
        if table.kind == "foreign" or table.name in self._busy:
            return None
        self._busy.add(table.name)
        try:
            values = self._row(table, dict(fixed or {}), loose, omit, must)
        finally:
            self._busy.discard(table.name)
        if values is not None:
            self.statements.append(_insert(table, values))
            self._made[table.name] = values
        return values

    def _row(
        self,
        table: Table,
        fixed: dict[str, str],
        loose: Collection[str],
        omit: Collection[str],
        must: Collection[str],
    ) -> dict[str, str] | None:
        self._number += 1
        number = self._number
        values = dict(fixed)
        if not self._place(table, values):
            return None
        key = set(table.primary_key.columns if table.primary_key else ())
        needed = {
            column.name
            for column in table.columns
            if column.generated is None
            and column.name not in omit
            and (
                column.name in key
                or column.name in must
                or (self._mandatory(column.not_null, column.type) and column.default is None and not column.identity)
            )
        }
        for column in table.columns:
            if column.generated is not None and column.not_null:
                sources = [one for one in table.columns if mentions(column.generated.expression, one.name)]
                if any((one.type.base or one.type.name) in ("json", "jsonb") for one in sources):
                    return None  # it asks for a key of the document that nobody told us
                needed |= {one.name for one in sources if one is not column and one.generated is None}
        wishes = _Wishes(table, {*needed, *(name for name, value in values.items() if value != NULL)}, values)
        for check in table.constraints:
            if isinstance(check, Check) and check.enforced and not wishes.take(check.expression):
                return None
        needed |= {name for name, wish in wishes.by_column.items() if wish.needed}
        for foreign in table.foreign_keys:
            if foreign.enforced and foreign.name not in loose and not self._parent(table, foreign, needed, values):
                return None
        for column in table.columns:
            if column.name in needed and column.name not in values:
                value = self._value(column.type, number, wishes.by_column.get(column.name, _Wish()))
                if value is None:
                    return None
                values[column.name] = value
        return values

    def _mandatory(self, not_null: bool, kind: Type) -> bool:
        domain = self._type(kind)
        return not_null or (isinstance(domain, DomainType) and domain.not_null and domain.default is None)

    def _parent(self, table: Table, foreign: ForeignKey, needed: set[str], values: dict[str, str]) -> bool:
        """Make the columns of `foreign` point at a row that exists; False where that failed."""
        columns = foreign.columns
        if all(name in values for name in columns):
            return True
        if any(values.get(name) == NULL for name in columns):
            return True  # MATCH SIMPLE: a NULL among them refers to nothing
        if not any(name in needed for name in columns):
            for name in columns:
                column = table.column(name)
                if column is not None and column.default is not None and not column.not_null and name not in values:
                    values[name] = NULL  # the default would refer to a row that is not there
            return True
        if foreign.target == table.name:  # a row may refer to itself
            for name, target in zip(columns, foreign.target_columns, strict=True):
                values.setdefault(name, values.get(target, f"\0{target}"))
            return self._refer_to_itself(table, values)
        parent_table = self.review.table(foreign.target)
        if parent_table is None:
            return False
        known = {
            target: values[name] for name, target in zip(columns, foreign.target_columns, strict=True) if name in values
        }
        parent = self._made.get(foreign.target)
        # A key of references alone: the same parents once more would be the same row.
        again = table.name in self._made
        one_to_one = any(
            set(one) <= set(columns) or (again and not set(one).isdisjoint(columns)) for one in _unique_keys(table)
        )
        if (
            parent is None
            or one_to_one
            or any(name not in parent for name in foreign.target_columns)
            or any(parent[name] != value for name, value in known.items())
        ):
            parent = self.add(parent_table, known, must=foreign.target_columns)
        if parent is None:
            return False
        for name, target in zip(columns, foreign.target_columns, strict=True):
            values[name] = parent[target]
        return True

    def _refer_to_itself(self, table: Table, values: dict[str, str]) -> bool:
        for name, value in list(values.items()):
            if value.startswith("\0"):
                target = table.column(value[1:])
                made = None if target is None else self._value(target.type, self._number, _Wish())
                if made is None or target is None:
                    return False
                values[name] = values[target.name] = made
        return True

    def _place(self, table: Table, values: dict[str, str]) -> bool:
        """Fix the partition key so that the row has a partition to go to."""
        if table.partition_key is None:
            return True
        children = self.review.partitions.get(table.name, [])
        if not children or len(table.partition_key.columns) != 1:
            return False
        name = table.partition_key.columns[0]
        if name in values or any(one.partition_of and one.partition_of.bound == "DEFAULT" for one in children):
            return True
        for one in children:
            bound = one.partition_of.bound if one.partition_of else ""
            first = re.match(r"FOR VALUES (?:FROM|IN) \(('(?:[^']|'')*'|-?[\d.]+)", bound)
            if first:
                values[name] = first[1]
                return True
        return table.partition_key.strategy == "hash"

    def _type(self, kind: Type) -> UserType | None:
        return self.review.type(kind.schema, kind.name)

    def _value(self, kind: Type, number: int, wish: _Wish) -> str | None:
        if wish.choices is not None:
            return wish.choices[number % len(wish.choices)] if wish.choices else None
        if kind.is_array:
            return "'{}'"
        declared = self._type(kind)
        if isinstance(declared, EnumType):
            return quote_literal(declared.labels[number % len(declared.labels)]) if declared.labels else None
        if isinstance(declared, CompositeType):
            return None
        if isinstance(declared, DomainType):
            for check in declared.constraints:
                if isinstance(check, Check):
                    inner = _Wishes(None, {"VALUE"}, {})
                    if not inner.take(check.expression):
                        return None
                    wish = _both(wish, inner.by_column.get("VALUE"))
            return self._value(declared.type, number, wish)
        if kind.kind in ("range", "multirange"):
            return "'empty'" if kind.kind == "range" else "'{}'"
        return _literal(kind, number, wish)


def _insert(table: Table, values: Mapping[str, str]) -> str:
    if not values:
        return f"INSERT INTO {table.name} DEFAULT VALUES"
    names = ", ".join(quote_identifier(name) for name in values)
    always = any(column.identity and column.identity.always and column.name in values for column in table.columns)
    overriding = " OVERRIDING SYSTEM VALUE" if always else ""
    return f"INSERT INTO {table.name} ({names}){overriding} VALUES ({', '.join(values.values())})"


def _unique_keys(table: Table) -> Iterator[tuple[str, ...]]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKey | Unique):
            yield constraint.columns
    for index in table.indexes:
        if index.unique:
            yield tuple(key.text for key in index.keys)


def _both(one: _Wish, other: _Wish | None) -> _Wish:
    if other is None:
        return one
    return other if one == _Wish() else _Wish(choices=[])  # two sets of conditions: give up


# ---- literals

_NUMBERS = {
    "int2": 32000,
    "int4": 2147000000,
    "int8": 9007199254000000,
    "oid": 4000000000,
    "float4": 1000000,
    "float8": 9007199254000000,
    "numeric": 9007199254000000,
    "money": 1000000,
    "integer": 9007199254000000,  # SQLite's affinities, as `real` and `blob`
    "real": 9007199254000000,
}
_FIXED = {
    "blob": "x'00'",
    "bool": "true",
    "json": "'{}'",
    "jsonb": "'{}'",
    "inet": "'127.0.0.1'",
    "cidr": "'127.0.0.0/8'",
    "macaddr": "'08:00:2b:01:02:03'",
    "macaddr8": "'08:00:2b:01:02:03:04:05'",
    "xml": "'<a/>'",
    "tsvector": "''",
    "tsquery": "''",
    "point": "'(0,0)'",
    "line": "'{1,1,0}'",
    "lseg": "'((0,0),(1,1))'",
    "box": "'((0,0),(1,1))'",
    "path": "'((0,0),(1,1))'",
    "polygon": "'((0,0),(1,1),(1,0))'",
    "circle": "'<(0,0),1>'",
    "hstore": "''",
    "ltree": "'a'",
    "varbit": "B'0'",
    "pg_lsn": "'0/0'",
    "interval": "'1 day'",
    "time": "'12:00'",
    "timetz": "'12:00+00'",
    "char": "'a'",
}
_TEXTS = frozenset({"text", "varchar", "bpchar", "citext", "name"})


def _literal(kind: Type, number: int, wish: _Wish) -> str | None:
    base = kind.base or kind.name
    if base in _NUMBERS:
        value = _number_within(kind, base, number, wish)
        if value is None:
            return None
        return f"'{value}'" if base == "money" or value.startswith("-") else value
    if wish.low is not None or wish.high is not None:
        return None  # a bound on what is not a number
    if base in _TEXTS:
        return _text(kind, base, number, wish)
    if base == "uuid":
        return f"'00000000-0000-4000-8000-{number:012x}'"
    if base == "bytea":
        return f"'\\x{number:08x}'"
    if base in ("date", "timestamp", "timestamptz"):
        day = f"{2001 + number // 336 % 90}-{1 + number // 28 % 12:02d}-{1 + number % 28:02d}"
        return f"'{day}'" if base != "timestamptz" else f"'{day} 12:00+00'"
    if base == "bit":
        return f"B'{'0' * max(kind.modifier, 1)}'"
    if base in ("vector", "halfvec") and kind.modifier > 0:
        return f"'[{','.join(['0'] * kind.modifier)}]'"
    return _FIXED.get(base)


def _text(kind: Type, base: str, number: int, wish: _Wish) -> str | None:
    limits = [wish.longest, kind.modifier - 4 if kind.modifier > 4 else None, 63 if base == "name" else None]
    longest = min((limit for limit in limits if limit is not None), default=None)
    text = f"dba-{number}"
    if longest is not None and len(text) > longest:
        text = _digits(number)[-longest:].rjust(longest, "0")
    text = text.ljust(wish.shortest, "x")
    if longest is not None and len(text) > longest:
        return None
    return quote_literal(text)


def _digits(number: int) -> str:
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = letters[digit] + text
    return text or "0"


def _number_within(kind: Type, base: str, number: int, wish: _Wish) -> str | None:
    whole = base in ("int2", "int4", "int8", "oid", "integer")
    top = float(_NUMBERS[base] + 1000)
    if base == "numeric" and kind.modifier >= 4:
        precision, scale = (kind.modifier - 4) >> 16 & 0xFFFF, (kind.modifier - 4) & 0x7FF
        top = float(min(top, max(10 ** (precision - scale) - 1, 0)))
        if precision == scale:
            top = 0.0
    low = None if wish.low is None else wish.low + (1 if wish.low_open else 0)
    high = min(top, top if wish.high is None else wish.high - (1 if wish.high_open else 0))
    if wish.low is None and wish.high is None:
        start = min(float(_NUMBERS[base]), top)
        return str(int(start + number if start + number <= top else max(top - number, 0)))
    if low is None:
        return str(int(high - number % 1000))
    if low > high:
        if whole or wish.low is None or wish.high is None:
            return None
        middle = (wish.low + wish.high) / 2
        return repr(middle) if wish.low < middle < wish.high else None
    span = int(high) - int(low) + 1
    return str(int(low) + number % span)


# ---- CHECKs, as the server prints them

_CAST = re.compile(r'::(?:"?[\w. ]+"?)(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])?$')
_STRING = re.compile(r" ?E?'(?:[^']|'')*'\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_COMPARISONS = (" >= ", " <= ", " <> ", " > ", " < ", " = ", " ~~ ", " ~* ", " ~ ", " !~ ")
_LENGTH = re.compile(r"(?:char_length|character_length|length|octet_length)\((.*)\)\Z")
_NOT_STRICT = re.compile(r"\b(?:IS|COALESCE|CASE|num_nonnulls|num_nulls|NOT|DISTINCT|OR)\b")


class _Wishes:
    """Reads CHECK expressions into wishes. `present` are the columns that will have a value (grows)."""

    def __init__(self, table: Table | None, present: set[str], fixed: Mapping[str, str]) -> None:
        self.by_column: dict[str, _Wish] = {}
        self._table = table
        self._names = {column.name for column in table.columns} if table else {"VALUE"}
        self._present = present
        self._fixed = fixed

    def take(self, expression: str) -> bool:
        """Whether a row that follows the wishes satisfies `expression` for certain."""
        text = _bare(expression)
        parts = list(_split(text, " AND "))
        if len(parts) > 1:
            return all(self.take(part) for part in parts)
        parts = list(_split(text, " OR "))
        if len(parts) > 1:
            return any(self._null_holds(_bare(part)) for part in parts) or any(self._take_one(p) for p in parts)
        return self._take_one(text)

    def _take_one(self, part: str) -> bool:
        text = _bare(part)
        if self._null_holds(text):
            return True
        found = re.fullmatch(r"(.+) IS NOT NULL", text)
        if found:
            name = self._column(found[1])
            return name is not None and self._need(name)
        found = re.fullmatch(r"num_nonnulls\((.*)\) (=|>=|>) (\d)", text)
        if found:
            return self._count([self._column(one) for one in _split(found[1], ", ")], found[2], int(found[3]))
        found = re.fullmatch(r"(.+) = ANY \((.+)\)", text)
        if found:
            return self._among(found[1], found[2])
        for operator in _COMPARISONS:
            sides = list(_split(text, operator))
            if len(sides) == 2:
                return self._compare(sides[0], operator.strip(), sides[1])
        return False

    def _column(self, text: str) -> str | None:
        name = _operand(text)
        if name.startswith('"') and name.endswith('"'):
            name = name[1:-1].replace('""', '"')
        return name if name in self._names else None

    def _wish(self, name: str) -> _Wish:
        return self.by_column.setdefault(name, _Wish())

    def _need(self, name: str) -> bool:
        if self._fixed.get(name) == NULL:
            return False
        self._wish(name).needed = True
        self._present.add(name)
        return True

    def _is_null(self, name: str) -> bool:
        if name in self._present:
            return False
        column = self._table.column(name) if self._table else None
        return self._fixed.get(name) == NULL or (column is not None and column.default is None)

    def _defaulted(self, name: str) -> bool:
        return name not in self._present and name not in self._fixed and not self._is_null(name)

    def _null_holds(self, text: str) -> bool:
        """Whether the expression holds because of a NULL, or because only defaults are in it."""
        found = re.fullmatch(r"(.+) IS NULL", text)
        if found:
            name = self._column(found[1])
            return name is not None and self._is_null(name)
        named = [name for name in self._names if mentions(text, name)]
        if named and all(self._defaulted(name) for name in named):
            return True
        return not _NOT_STRICT.search(text) and any(self._is_null(name) for name in named)

    def _count(self, names: list[str | None], operator: str, number: int) -> bool:
        if any(name is None or self._defaulted(name) for name in names):
            return False
        known = [name for name in names if name is not None]
        least = number + 1 if operator == ">" else number
        while sum(name in self._present for name in known) < least:
            free = next((n for n in known if n not in self._present and self._fixed.get(n) != NULL), None)
            if free is None or not self._need(free):
                return False
        return operator != "=" or sum(name in self._present for name in known) == number

    def _among(self, left: str, right: str) -> bool:
        name = self._column(left)
        _, found, rest = right.partition("ARRAY[")
        end = next((position for position, depth in _depths(rest) if depth < 0), None)
        if name is None or not found or end is None:
            return False
        choices = [_operand(one) for one in _split(rest[:end], ", ")]
        if not all(_STRING.match(one) or _NUMBER.match(one) for one in choices):
            return False
        return self._choose(name, choices)

    def _choose(self, name: str, choices: list[str]) -> bool:
        if name in self._fixed:
            return self._fixed[name].strip() in (choice.strip() for choice in choices)
        wish = self._wish(name)
        wish.choices = choices if wish.choices is None else [one for one in wish.choices if one in choices]
        return bool(wish.choices)

    def _compare(self, left: str, operator: str, right: str) -> bool:
        length = _LENGTH.match(_operand(left))
        name = self._column(length[1] if length else left)
        constant = _operand(right)
        if name is None:
            return False
        if name in self._fixed:
            return False  # the caller's value: not ours to judge
        if _STRING.match(constant) and _NUMBER.match(constant.strip().strip("E'")):
            constant = constant.strip().strip("E'")
        if not _NUMBER.match(constant):
            if _STRING.match(constant) and operator == "=":
                return self._choose(name, [constant])
            return operator == "<>" and bool(_STRING.match(constant))  # ours start with "dba-"
        wish, number = self._wish(name), float(constant)
        if length:
            return self._measure(wish, operator, int(number))
        if operator == "=":
            return self._choose(name, [constant])
        if operator in (">", ">="):
            if wish.low is None or number >= wish.low:
                wish.low, wish.low_open = number, operator == ">"
            return True
        if operator in ("<", "<="):
            if wish.high is None or number <= wish.high:
                wish.high, wish.high_open = number, operator == "<"
            return True
        return operator == "<>" and number in (0.0, -1.0) and wish.low is None

    @staticmethod
    def _measure(wish: _Wish, operator: str, number: int) -> bool:
        if operator in (">", ">=", "="):
            wish.shortest = max(wish.shortest, number + (operator == ">"))
        if operator in ("<", "<=", "="):
            longest = number - (operator == "<")
            wish.longest = longest if wish.longest is None else min(wish.longest, longest)
        return operator in (">", ">=", "=", "<", "<=")


@lru_cache(maxsize=65536)  # the CHECKs of a table are read for each row of it
def _bare(text: str) -> str:
    """Without parentheses around the whole."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _operand(text: str) -> str:
    """A column, constant or call without its casts and parentheses."""
    while True:
        text = _bare(text)
        shorter = _CAST.sub("", text)
        if shorter == text:
            return text
        text = shorter


def _depths(text: str) -> Iterable[tuple[int, int]]:
    """(position, depth) of every character outside quotes."""
    depth, quote = 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character in "([") - (character in ")]")
            yield position, depth


def _closes_at_end(text: str) -> bool:
    return all(depth > 0 for position, depth in _depths(text) if position < len(text) - 1)


def _split(text: str, separator: str) -> Iterator[str]:
    """The parts of `text` between separators that stand outside parentheses and quotes."""
    start = 0
    for position, depth in _depths(text):
        if depth == 0 and position >= start and text.startswith(separator, position):
            yield text[start:position]
            start = position + len(separator)
    yield text[start:]
