"""SQLite's SQL as text: statements of a script, and what a CREATE TABLE, INDEX or TRIGGER says word for word.

The engine tells most of a schema by pragmas; names of constraints, CHECKs, generated expressions, keys that are
expressions and the conditions of partial indexes stand only in the text that its catalogue keeps. The text comes from
SQLite's own parser, so it is read here, not checked (grammar: sqlite.org/lang.html).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dbarchitect.errors import InputError
from dbarchitect.model.names import ObjectRef, Position

from .positions import Positions, Written
from .script import Statement

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>[xX]?'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*"|\[[^\]]*\]|`(?:[^`]|``)*`)
      | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<parameter>\?\d*|[:@\#$][\w$]+)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<sign>\|\||->>|->|<<|>>|<=|>=|<>|!=|==|.)""",
    re.X | re.S,
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z", re.IGNORECASE)

# sqlite.org/lang_keywords.html; a name that is one of these is quoted, though SQLite would take many of them bare.
KEYWORDS = frozenset(
    """abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade
    case cast check collate column commit conflict constraint create cross current current_date current_time
    current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape
    except exclude exclusive exists explain fail filter first following for foreign from full generated glob group
    groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join key
    last left like limit match materialized natural no not nothing notnull null nulls of offset on or order others outer
    over partition plan pragma preceding primary query raise range recursive references regexp reindex release rename
    replace restrict returning right rollback row rows savepoint select set table temp temporary then ties to
    transaction trigger unbounded union unique update using vacuum values view virtual when where window with
    without""".split()  # noqa: SIM905
)


def quoted(name: str) -> str:
    """`name` as it must stand in SQLite's SQL."""
    if _PLAIN.match(name) and name.lower() not in KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign or constant; `value` is a name without its quotes, a word as it is written."""

    kind: str  # word, name, string, number, parameter, sign
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)

    @property
    def upper(self) -> str:
        """A bare word in capitals; "" for what is no bare word, a sign as it is."""
        return self.text.upper() if self.kind == "word" else self.text if self.kind == "sign" else ""

    @property
    def value(self) -> str:
        """The name that it says."""
        if self.kind == "name" or (self.kind == "string" and self.text[0] == "'"):
            mark = "]" if self.text[0] == "[" else self.text[0]
            inner = self.text[1:-1]
            return inner if mark == "]" else inner.replace(mark * 2, mark)
        return self.text


def tokens(sql: str) -> list[Token]:
    """All of a text but space and comments."""
    return [
        Token(match.lastgroup or "sign", match[0], match.start())
        for match in _TOKEN.finditer(sql)
        if match.lastgroup != "space"
    ]


def normal(sql: str) -> str:
    """A text without comments and with single spaces, keywords in capitals and names bare where they can be: two
    texts that say the same word for word are equal."""
    parts: list[str] = []
    for one in tokens(sql):
        if one.kind == "name":
            parts.append(quoted(one.value).lower())
        elif one.kind == "word":
            parts.append(one.text.lower())
        else:
            parts.append(one.text)
    return " ".join(parts)


# ---- scripts

_SHELL = re.compile(r"^\.[a-z]\w*[^\n]*$", re.M)  # the shell's own commands


def split_sqlite(text: str, file: str) -> tuple[Statement, ...]:
    """The statements of a script for the sqlite3 shell; a trigger is one, its own commands are left out.

    Raises `InputError` where there is none.
    """
    text = _SHELL.sub(lambda found: " " * len(found[0]) if _between(text, found.start()) else found[0], text)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found: list[Statement] = []
    begun: list[Token] = []

    def add(end: int) -> None:
        if not begun:
            return
        line = bisect_right(starts, begun[0].start)
        place = Position(file=file, line=line, column=begun[0].start - starts[line - 1] + 1)
        found.append(Statement(sql=text[begun[0].start : end], position=place, kind=_kind(begun)))
        begun.clear()

    for one in tokens(text):
        if one.upper == ";" and not (_kind(begun) == "CREATE TRIGGER" and not _trigger_ends(begun)):
            add(begun[-1].end if begun else one.start)
        elif one.upper != ";" or begun:
            begun.append(one)
    add(begun[-1].end if begun else 0)
    if not found:
        raise InputError(
            f"{file} holds no statements", hint="a script with CREATE TABLE, such as .schema or .dump print"
        )
    return tuple(found)


def _between(text: str, at: int) -> bool:
    """Whether a line that begins at `at` stands between statements."""
    before = _TOKEN.sub(lambda found: "" if found.lastgroup == "space" else found[0], text[max(0, at - 2000) : at])
    return not before or before.endswith(";") or bool(re.search(r"^\.", before.rpartition(";")[2]))


def _kind(begun: Sequence[Token]) -> str:
    """`CREATE TABLE` and the like: the first words without those that change nothing."""
    words = [one.upper for one in begun[:5] if one.upper not in ("TEMP", "TEMPORARY", "UNIQUE")]
    if words[:1] in (["CREATE"], ["DROP"], ["ALTER"]):
        return " ".join(words[: 3 if words[1:2] == ["VIRTUAL"] else 2])
    return words[0] if words else ""


def _trigger_ends(begun: Sequence[Token]) -> bool:
    return len(begun) > 1 and begun[-1].upper == "END" and begun[-2].upper == ";"


_SIGNS: tuple[tuple[str, ...], ...] = (
    ("AUTOINCREMENT",),
    ("WITHOUT", "ROWID"),
    ("CREATE", "VIRTUAL", "TABLE"),
    ("PRAGMA", "FOREIGN_KEYS"),
    ("PRAGMA", "JOURNAL_MODE"),
    (")", "STRICT", ";"),  # PostgreSQL has functions that are STRICT, with more behind
    (")", "STRICT", ","),
    ("INSERT", "OR", "REPLACE"),
    ("INSERT", "OR", "IGNORE"),
)


_MAYBE = re.compile(r"AUTOINCREMENT|WITHOUT\s+ROWID|VIRTUAL\s+TABLE|PRAGMA|\)\s*STRICT|INSERT\s+OR\s", re.IGNORECASE)


def is_sqlite(text: str) -> bool:
    """Whether a script plainly is SQLite's: it has words that no other engine takes."""
    if not _MAYBE.search(text):  # most scripts of other engines: nothing is read word for word
        return False
    words = [*(one.upper for one in tokens(text)), ";"]
    firsts = {sign[0] for sign in _SIGNS}
    return any(
        words[at : at + len(sign)] == list(sign)
        for at, word in enumerate(words)
        if word in firsts
        for sign in _SIGNS
        if sign[0] == word
    )


# ---- CREATE TABLE


@dataclass(slots=True)
class ReferenceText:
    """REFERENCES: `columns` are empty where the target's primary key is meant; `clause` from REFERENCES on."""

    target: str
    columns: tuple[str, ...] = ()
    deferred: bool = False


@dataclass(slots=True)
class ConstraintText:
    """A constraint of a table or a column: `text` is all of it, at the offset `start`; `expression` that of a CHECK."""

    kind: Literal["PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY"]
    name: str = ""
    columns: tuple[str, ...] = ()
    expression: str = ""
    autoincrement: bool = False
    reference: ReferenceText | None = None
    text: str = ""
    start: int = -1


@dataclass(slots=True)
class ColumnText:
    """A column definition. `text` is all of it, at the offset `start`, with its type between the offsets `typed`;
    `default` and `generated` are expressions without what is around."""

    name: str
    type: str = ""
    not_null: bool = False
    default: str | None = None
    collation: str = ""
    generated: str | None = None
    stored: bool = False
    constraints: list[ConstraintText] = field(default_factory=list[ConstraintText])
    text: str = ""
    start: int = -1
    typed: tuple[int, int] = (-1, -1)


@dataclass(slots=True)
class TableText:
    """A CREATE TABLE. `body` and `end` are the offsets of its first bracket and of the one that closes it; `module` is
    that of a virtual table."""

    name: str
    columns: list[ColumnText] = field(default_factory=list[ColumnText])
    constraints: list[ConstraintText] = field(default_factory=list[ConstraintText])
    strict: bool = False
    without_rowid: bool = False
    module: str = ""
    arguments: tuple[str, ...] = ()
    body: int = -1
    end: int = -1

    @property
    def every(self) -> list[ConstraintText]:
        """The constraints of columns, with their column, and those of the table."""
        return [*(one for column in self.columns for one in column.constraints), *self.constraints]

    def column(self, name: str) -> ColumnText | None:
        """The column of that name in any case, or None."""
        return next((one for one in self.columns if one.name.lower() == name.lower()), None)


class _Reader:
    """Walks over the tokens of one statement."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokens(sql)
        self.at = 0

    def word(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place].upper if place < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        if all(self.word(number) == word for number, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def name(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1].value if self.at <= len(self.tokens) else ""

    def qualified(self) -> str:
        found = self.name()
        return self.name() if self.take(".") else found

    def skip_to(self, *words: str) -> None:
        """On to one of these words at this level, or to the end."""
        while self.at < len(self.tokens) and self.word() not in words:
            self.over()

    def over(self) -> None:
        """Over one token, or all within brackets that open here."""
        depth = 0
        while self.at < len(self.tokens):
            depth += {"(": 1, ")": -1}.get(self.word(), 0)
            self.at += 1
            if depth <= 0:
                return

    def between(self, first: int, last: int) -> str:
        """The text of tokens `first` to `last` (not included)."""
        last = min(last, len(self.tokens))
        return self.sql[self.tokens[first].start : self.tokens[last - 1].end] if first < last else ""

    def bracketed(self) -> str:
        """The text within brackets that open here."""
        first = self.at
        self.over()
        return self.between(first + 1, self.at - 1)

    def items(self) -> list[tuple[int, int]]:
        """The parts between commas within brackets that open here, as tokens from and to."""
        self.at += 1
        found: list[tuple[int, int]] = []
        first = self.at
        while self.at < len(self.tokens) and self.word() != ")":
            if self.word() == ",":
                found.append((first, self.at))
                self.at += 1
                first = self.at
            else:
                self.over()
        found.append((first, self.at))
        self.at += 1
        return [(a, b) for a, b in found if a < b]

    def names(self) -> tuple[str, ...]:
        return tuple(self.tokens[first].value for first, _ in self.items())


_COLUMN_STARTS = (
    *("CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES"),
    *("GENERATED", "AS"),
)


def read_table(sql: str) -> TableText:
    """What a CREATE TABLE or CREATE VIRTUAL TABLE says."""
    at = _Reader(sql)
    at.skip_to("TABLE")
    at.at += 1
    at.take("IF", "NOT", "EXISTS")
    table = TableText(name=at.qualified())
    if at.take("USING"):
        table.module = at.name()
        if at.word() == "(":
            table.arguments = tuple(at.between(*part) for part in at.items())
        return table
    if at.word() != "(":
        return table
    table.body = at.tokens[at.at].start
    for first, last in at.items():
        back = at.at
        at.at = first
        if at.tokens[first].upper not in (
            "CONSTRAINT",
            "PRIMARY",
            "UNIQUE",
            "CHECK",
            "FOREIGN",
        ):
            table.columns.append(_column(at, last))
        else:
            while at.at < last:  # SQLite takes table constraints without a comma between them
                before = at.at
                one = _constraint(at, last, column="")
                if one is not None:
                    table.constraints.append(one)
                at.at = max(at.at, before + 1)
        at.at = back
    table.end = at.tokens[at.at - 1].start
    while at.at < len(at.tokens):
        table.strict |= at.take("STRICT")
        table.without_rowid |= at.take("WITHOUT", "ROWID")
        at.at += 1
    return table


def _column(at: _Reader, last: int) -> ColumnText:
    first = at.at
    column = ColumnText(name=at.name(), start=at.tokens[first].start)
    begun = at.at
    while at.at < last and at.word() not in _COLUMN_STARTS:
        at.over()
    column.type = " ".join(at.between(begun, at.at).split())
    column.typed = (at.tokens[begun].start if at.at > begun else at.tokens[first].end, at.tokens[at.at - 1].end)
    while at.at < last:
        before = at.at
        if at.take("NOT", "NULL"):
            column.not_null = True
        elif at.take("DEFAULT"):
            start = at.at
            if at.word() == "(":
                column.default = f"({at.bracketed()})"
            else:
                at.at += 2 if at.word() in ("+", "-") else 1
                column.default = at.between(start, at.at)
        elif at.take("COLLATE"):
            column.collation = at.name()
        elif at.word() in ("GENERATED", "AS"):
            at.skip_to("AS")
            at.at += 1
            column.generated = at.bracketed()
            column.stored = at.take("STORED")
        elif (one := _constraint(at, last, column=column.name)) is not None:
            column.constraints.append(one)
        at.at = max(at.at, before + 1)
    column.text = at.between(first, last)
    return column


def _constraint(at: _Reader, last: int, *, column: str) -> ConstraintText | None:
    """A constraint of `column`, or of the table where that is "". None for what is none (NULL, ON CONFLICT)."""
    first, name = at.at, ""
    if at.take("CONSTRAINT"):
        name = at.name()
    own = (column,) if column else ()
    found: ConstraintText | None = None
    if at.take("PRIMARY", "KEY"):
        found = ConstraintText("PRIMARY KEY", name, own or at.names())
        at.take("ASC")
        at.take("DESC")
        _conflict(at)
        found.autoincrement = at.take("AUTOINCREMENT")
    elif at.take("UNIQUE"):
        found = ConstraintText("UNIQUE", name, own or at.names())
        _conflict(at)
    elif at.take("CHECK"):
        found = ConstraintText("CHECK", name, expression=at.bracketed())
        _conflict(at)
    elif at.take("FOREIGN", "KEY"):
        found = ConstraintText("FOREIGN KEY", name, at.names())
        at.take("REFERENCES")
        found.reference = _reference(at, last)
    elif at.take("REFERENCES"):
        found = ConstraintText("FOREIGN KEY", name, own)
        found.reference = _reference(at, last)
    else:
        return None
    found.text, found.start = at.between(first, at.at), at.tokens[first].start
    return found


def _conflict(at: _Reader) -> None:
    if at.take("ON", "CONFLICT"):
        at.at += 1


def _reference(at: _Reader, last: int) -> ReferenceText:
    found = ReferenceText(at.name())
    if at.word() == "(":
        found.columns = at.names()
    while at.at < last:
        if at.take("ON"):
            at.at += 2 if at.word(1) not in ("SET", "NO") else 3
        elif at.take("MATCH"):
            at.at += 1
        elif at.take("NOT", "DEFERRABLE") or at.take("DEFERRABLE"):
            back = at.tokens[at.at - 2].upper == "NOT"
            if at.take("INITIALLY"):
                found.deferred = at.word() == "DEFERRED" and not back
                at.at += 1
        else:
            break
    return found


# ---- CREATE INDEX and the rest


@dataclass(slots=True)
class IndexText:
    """A CREATE INDEX: its keys as they are written, without COLLATE, ASC and DESC at their end, and its condition."""

    name: str
    table: str
    keys: tuple[str, ...]
    predicate: str | None = None


def read_index(sql: str) -> IndexText:
    """What a CREATE INDEX says."""
    at = _Reader(sql)
    at.skip_to("INDEX")
    at.at += 1
    at.take("IF", "NOT", "EXISTS")
    name = at.qualified()
    at.take("ON")
    table = at.name()
    keys: list[str] = []
    for first, last in at.items():
        while last - 1 > first and at.tokens[last - 1].upper in ("ASC", "DESC"):
            last -= 1
        if last - 2 > first and at.tokens[last - 2].upper == "COLLATE":
            last -= 2
        keys.append(at.between(first, last))
    predicate = None
    if at.take("WHERE"):
        predicate = at.between(at.at, len(at.tokens))
    return IndexText(name, table, tuple(keys), predicate)


@dataclass(slots=True)
class TriggerText:
    """The head of a CREATE TRIGGER."""

    timing: Literal["BEFORE", "AFTER", "INSTEAD OF"] = "BEFORE"
    event: str = ""
    columns: tuple[str, ...] = ()
    table: str = ""


def read_trigger(sql: str) -> TriggerText:
    """What the head of a CREATE TRIGGER says."""
    at = _Reader(sql)
    found = TriggerText()
    at.skip_to("TRIGGER")
    at.at += 1
    at.take("IF", "NOT", "EXISTS")
    at.qualified()
    if at.take("AFTER"):
        found.timing = "AFTER"
    elif at.take("INSTEAD", "OF"):
        found.timing = "INSTEAD OF"
    else:
        at.take("BEFORE")
    found.event = at.word()
    at.at += 1
    if at.take("OF"):
        columns = [at.name()]
        while at.take(","):
            columns.append(at.name())
        found.columns = tuple(columns)
    at.take("ON")
    found.table = at.qualified()
    return found


def words_of(sql: str) -> frozenset[str]:
    """Every name and word of a text, in lower case: what it may speak of."""
    return frozenset(one.value.lower() for one in tokens(sql) if one.kind in ("word", "name"))


def renamed(sql: str, wanted: Callable[[Token], str | None]) -> str:
    """A text in which `wanted` gives what stands in the place of a token; None: what stood there."""
    parts: list[str] = []
    kept = 0
    for one in tokens(sql):
        new = wanted(one)
        if new is not None:
            parts += [sql[kept : one.start], new]
            kept = one.end
    return "".join([*parts, sql[kept:]])


def with_name(sql: str, name: str) -> str:
    """A CREATE TABLE under another name."""
    at = _Reader(sql)
    at.skip_to("TABLE")
    at.at += 1
    at.take("IF", "NOT", "EXISTS")
    first = at.at
    at.qualified()
    return f"{sql[: at.tokens[first].start]}{quoted(name)}{sql[at.tokens[at.at - 1].end :]}"


# ---- places


def sqlite_positions(statements: Sequence[Statement]) -> Positions:
    """Where a script writes its tables, columns, indexes, views and triggers down."""
    return Positions(dict(_written(statements)))


def _written(statements: Sequence[Statement]) -> Iterator[tuple[ObjectRef, Written]]:
    for number, statement in enumerate(statements):
        here = Written(statement.position, number)
        if statement.kind in ("CREATE TABLE", "CREATE VIRTUAL TABLE"):
            table = read_table(statement.sql)
            yield ObjectRef(kind="table", name=table.name), here
            at = 0
            for column in table.columns:
                at = statement.sql.find(column.text, at)
                spot = statement.at(len(statement.sql[:at].encode()))
                yield ObjectRef(kind="column", name=table.name, sub=column.name), Written(spot, number)
        elif statement.kind == "CREATE INDEX":
            index = read_index(statement.sql)
            yield ObjectRef(kind="index", name=index.table, sub=index.name), here
        elif statement.kind == "CREATE VIEW":
            at = _Reader(statement.sql)
            at.skip_to("VIEW")
            at.at += 1
            at.take("IF", "NOT", "EXISTS")
            yield ObjectRef(kind="view", name=at.qualified()), here
