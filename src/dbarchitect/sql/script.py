r"""From the text of a script to its statements, each with the place of its first token.

psql's own language is understood as far as scripts need it: meta-commands, `COPY ... FROM stdin` with its data,
`\if` on literals, `\g` and `\gexec` as ends of statements. Statement boundaries are the grammar's (dollar quotes,
`BEGIN ATOMIC` bodies, rules in parentheses), not those of semicolons.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from dbarchitect.errors import InputError
from dbarchitect.model.names import Position

from . import tree
from .tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    r"""One statement.

    sql        the text from its first token, without the semicolon
    position   of its first token
    kind       its command tag, by its first words: "CREATE TABLE", "INSERT", "COPY", "WITH", ...; "META" for a psql
               meta-command that had to be left out and that may matter (`\connect`, `\copy`, `\gexec`)
    copy_data  the rows after `COPY ... FROM stdin`, raw, without the closing `\.`
    """

    sql: str
    position: Position
    kind: str
    copy_data: str | None = None

    def at(self, offset: int) -> Position:
        """The position of byte `offset` (UTF-8) of `sql`."""
        before = self.sql.encode()[: max(offset, 0)].decode("utf-8", "ignore")
        newlines = before.count("\n")
        if not newlines:
            return Position(file=self.position.file, line=self.position.line, column=self.position.column + len(before))
        column = len(before) - before.rfind("\n")
        return Position(file=self.position.file, line=self.position.line + newlines, column=column)

    @property
    def last_line(self) -> int:
        """The line on which the statement ends."""
        return self.position.line + self.sql.count("\n")


def decode_script(data: bytes, file: str) -> str:
    """The text of a script file: UTF-8 or UTF-16 by its byte order mark, else UTF-8, else the `client_encoding` that
    it sets itself. Raises `InputError` for archives, compressed and binary files and for wrong bytes, with the line.
    """
    for magic, what, hint in _ARCHIVES:
        if data.startswith(magic):
            raise InputError(f"{file} is {what}, not an SQL script", hint=hint.format(file=file))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as err:
            raise InputError(f"{file} begins like UTF-16 text and is not", hint="save it as UTF-8") from err
    if b"\0" in data[:65536]:
        raise InputError(
            f"{file} is a binary file, not an SQL script", hint="give a .sql file or a pg_dump in plain format"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        declared = _CLIENT_ENCODING.search(data)
        if declared:
            codec = _CODECS.get(declared[1].decode().upper().replace("-", "").replace("_", ""))
            if codec:
                try:
                    return data.decode(codec)
                except UnicodeDecodeError:
                    pass
        line = data.count(b"\n", 0, err.start) + 1
        column = err.start - data.rfind(b"\n", 0, err.start)
        raise InputError(
            f"{file}:{line}:{column}: byte 0x{data[err.start]:02x} is not UTF-8",
            hint="convert the file (iconv -f LATIN1 -t UTF-8), or let it begin with SET client_encoding = '...'",
        ) from err


def split_script(text: str, file: str, *, allow_empty: bool = False) -> tuple[Statement, ...]:
    r"""The statements of `text` in order. Raises `InputError` with `file:line:column` for what PostgreSQL's grammar
    refuses, for psql input that cannot be followed (`\i`), and, unless `allow_empty`, where there is no statement."""
    return tuple(
        one for one, _, _, _ in _cut(text, file, lambda data: [(*r, "", {}) for r in tree.split(data)], allow_empty)
    )


def parsed_script(text: str, file: str) -> tuple[tuple[Statement, str, Node, int], ...]:
    """As `split_script`, each statement with its tree: (statement, node type, fields, the byte at which its text begins
    in the offsets of the tree). psql's own commands have the node type "". Empty scripts are allowed."""
    return tuple(_cut(text, file, tree.parse_all, allow_empty=True))


def _cut(
    text: str, file: str, parse: Callable[[bytes], list[tuple[int, int, str, Node]]], allow_empty: bool
) -> list[tuple[Statement, str, Node, int]]:
    if "\0" in text:
        raise InputError(
            f"{file} is a binary file, not an SQL script", hint="give a .sql file or a pg_dump in plain format"
        )
    source = _Source(text, file)
    read = _PsqlReader(source).read()
    try:
        encoded = read.clean.encode()
    except UnicodeEncodeError as err:
        raise InputError(
            f"{source.position(read.origin(err.start))}: text that is not Unicode", hint="save it as UTF-8"
        ) from err
    try:
        ranges = parse(encoded)
    except tree.ParserError as err:
        raise _syntax_error(err, read, source) from err
    statements: list[tuple[Statement, str, Node, int]] = [(one, "", {}, 0) for one in read.meta]
    characters = _Characters(encoded)
    for start, end, kind, fields in ranges:
        sql = encoded[start:end].decode()
        lead = _LEAD.match(sql)
        skipped = lead.end() if lead else 0
        base = start + len(sql[:skipped].encode())
        sql = sql[skipped:].rstrip()
        if not sql:
            continue
        where = characters.at(start) + skipped
        statement = Statement(
            sql=sql,
            position=source.position(read.origin(where)),
            kind=command_tag(sql),
            copy_data=read.copy_data.get(where),
        )
        statements.append((statement, kind, fields, base))
    if not statements and not allow_empty:
        what = "is empty" if not text.strip() else "has no SQL statement, only comments"
        raise InputError(f"{file} {what}", hint="give a script that creates the schema, such as pg_dump --schema-only")
    if read.meta:
        statements.sort(key=lambda one: one[0].position)
    return statements


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its marks: its text, the place of its first mark, the line of its last character."""

    text: str
    position: Position
    last_line: int


def comments(text: str, file: str) -> tuple[Comment, ...]:
    """The comments of a script in order; those inside strings, function bodies and COPY data are none."""
    source = _Source(text, file)
    read = _PsqlReader(source, comments=True).read()
    return tuple(
        Comment(
            text=text[start + 2 : end - 2 if text.startswith("/*", start) and text[end - 2 : end] == "*/" else end],
            position=source.position(start),
            last_line=source.position(max(end - 1, start)).line,
        )
        for start, end in read.comments
    )


def command_tag(sql: str) -> str:
    """What kind of statement this is, by its first words: "CREATE TABLE", "ALTER TABLE", "SELECT", "SET", ..."""
    words = [w.upper() for w in _WORD.findall(_COMMENT.sub(" ", sql[:400]))[:8]]
    if not words:
        return "SELECT" if sql.startswith("(") else ""
    verb = words[0]
    if verb not in ("CREATE", "ALTER", "DROP", "REFRESH"):
        return "SELECT" if verb in ("TABLE", "VALUES") else verb
    rest = [w for w in words[1:] if w not in _MODIFIERS] or [""]
    pair = " ".join(rest[:2])
    return f"{verb} {pair if pair in _TWO_WORD_OBJECTS else rest[0]}"


_MODIFIERS = frozenset(
    "OR REPLACE TEMP TEMPORARY UNLOGGED GLOBAL LOCAL UNIQUE RECURSIVE TRUSTED PROCEDURAL CONSTRAINT DEFAULT".split()  # noqa: SIM905
)
_TWO_WORD_OBJECTS = frozenset(
    (
        "MATERIALIZED VIEW",
        "EVENT TRIGGER",
        "FOREIGN TABLE",
        "FOREIGN DATA",
        "TEXT SEARCH",
        "OPERATOR CLASS",
        "OPERATOR FAMILY",
        "ACCESS METHOD",
        "USER MAPPING",
        "LARGE OBJECT",
    )
)
_WORD = re.compile(r"[A-Za-z_]\w*")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_LEAD = re.compile(r"(?:\s+|--[^\n]*|/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*(?:[^*/]|\*(?!/)|/(?!\*))*\*/)*\*/)*")

_ARCHIVES = (
    (b"PGDMP", "a pg_dump archive (custom format)", "pg_restore --schema-only -f schema.sql {file}"),
    (b"\x1f\x8b", "compressed with gzip", "gunzip {file}"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -d {file}"),
    (b"PK\x03\x04", "a zip archive", "unzip {file}"),
    (b"SQLite format 3\0", "an SQLite database", "dba reads PostgreSQL: a URL, a .sql script or a .twin file"),
)
_CLIENT_ENCODING = re.compile(rb"(?im)^\s*SET\s+client_encoding\s*(?:=|TO)\s*'?([A-Za-z0-9_-]+)'?")
_CODECS = {
    "LATIN1": "latin-1",
    "ISO88591": "latin-1",
    "LATIN2": "iso8859-2",
    "LATIN9": "iso8859-15",
    "WIN1250": "cp1250",
    "WIN1251": "cp1251",
    "WIN1252": "cp1252",
    "KOI8R": "koi8-r",
    "SQLASCII": "latin-1",
    "EUCJP": "euc_jp",
    "SJIS": "shift_jis",
    "GBK": "gbk",
    "BIG5": "big5",
    "EUCKR": "euc_kr",
}


class _Source:
    """The text with its line starts."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        return Position(file=self.file, line=line, column=offset - self._starts[line - 1] + 1)


class _Characters:
    """Byte offsets to character offsets; asked in rising order, so each byte is decoded once."""

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self._ascii = encoded.isascii()
        self._byte = self._character = 0

    def at(self, byte: int) -> int:
        if self._ascii:
            return byte
        if byte < self._byte:
            self._byte = self._character = 0
        self._character += len(self._encoded[self._byte : byte].decode("utf-8", "ignore"))
        self._byte = byte
        return self._character


@dataclass(slots=True)
class _Read:
    """What psql would send: `clean` text, where its pieces come from, and the data of COPY by the offset (in `clean`)
    of the statement."""

    clean: str
    pieces: list[tuple[int, int]]
    copy_data: dict[int, str]
    meta: list[Statement]
    comments: list[tuple[int, int]]

    def origin(self, offset: int) -> int:
        """The offset in the source of an offset in `clean`."""
        clean, source = self.pieces[bisect_right(self.pieces, (offset, 1 << 62)) - 1]
        return source + offset - clean


_TOKEN = re.compile(r"""[^-'"$/\\;]+ | --[^\n]* | /\* | ' | "[^"]*" | \$(?:[^\W\d]\w*)?\$ | \\ | ; | .""", re.X | re.S)
_BLOCK = re.compile(r"/\*|\*/")
_ESCAPE_STRING = re.compile(r"(?:[^'\\]|\\.|'')*'", re.S)
_META = re.compile(r"\\([A-Za-z_]+[+]?|[!?.;]|\\|)")
_COPY_END = re.compile(r"^\\\.[ \t]*\r?$", re.M)
_FROM_STDIN = re.compile(r"\bFROM\s+(?:p?stdin)\b", re.I)
_ENDS_STATEMENT = frozenset(("g", "gx", "gexec", "gset", "gdesc", "crosstabview", "watch", "bind", "sendpipeline"))
_LEFT_OUT = {"connect": "connect", "c": "connect", "copy": "copy", "gexec": "gexec", "!": "!"}
_TRUE, _FALSE = frozenset(("true", "on", "1", "yes", "t", "y")), frozenset(("false", "off", "0", "no", "f", "n"))


class _PsqlReader:
    """Takes out of a script what psql keeps for itself: meta-commands, COPY data, branches not taken."""

    def __init__(self, source: _Source, *, comments: bool = False) -> None:
        self._source = source
        self._wants_comments = comments
        self._comments: list[tuple[int, int]] = []
        self._parts: list[str] = []
        self._length = 0
        self._pieces: list[tuple[int, int]] = []
        self._copy_data: dict[int, str] = {}
        self._meta: list[Statement] = []
        self._variables: dict[str, str] = {}
        self._branches: list[tuple[bool, bool]] = []  # (this branch runs, one branch has run)

    def read(self) -> _Read:
        text = self._source.text
        at = kept = begin = 0  # `kept`: copied up to here; `begin`: where the current statement starts
        if not self._wants_comments and "\\" not in text and not _FROM_STDIN.search(text):
            self._keep(0, len(text))
            return self._result()
        while at < len(text):
            token = _TOKEN.match(text, at)
            assert token is not None  # the pattern matches any character
            first = text[at]
            at = token.end()
            if first == "'":
                at = self._string_end(token.start())
            elif first == "$" and len(token[0]) > 1 and not _continues_word(text, token.start()):
                close = text.find(token[0], at)
                at = len(text) if close < 0 else close + len(token[0])
            elif token[0] == "/*":
                at = self._comment_end(at)
                self._comments.append((token.start(), at))
            elif token[0].startswith("--"):
                self._comments.append((token.start(), at))
            elif first == ";":
                start = _LEAD.match(text, begin)
                begin_token = start.end() if start else begin
                begin = at
                if text[begin_token : begin_token + 4].upper() == "COPY" and _FROM_STDIN.search(text, begin_token, at):
                    statement = self._length + begin_token - kept
                    self._keep(kept, at)
                    kept = at = begin = self._take_copy_data(at, statement)
            elif first == "\\":
                self._keep(kept, token.start())
                kept = at = self._take_meta(token.start())
                lead = _LEAD.match(text, begin)
                between = lead is not None and lead.end() >= token.start()  # no statement has begun
                if between or (self._parts and self._parts[-1] == ";"):
                    begin = at
        self._keep(kept, len(text))
        return self._result()

    def _result(self) -> _Read:
        return _Read("".join(self._parts), self._pieces or [(0, 0)], self._copy_data, self._meta, self._comments)

    def _runs(self) -> bool:
        return all(runs for runs, _ in self._branches)

    def _keep(self, start: int, end: int) -> None:
        if end > start and self._runs():
            self._pieces.append((self._length, start))
            self._parts.append(self._source.text[start:end])
            self._length += end - start

    def _put(self, text: str, origin: int) -> None:
        self._pieces.append((self._length, origin))
        self._parts.append(text)
        self._length += len(text)

    def _string_end(self, quote: int) -> int:
        text = self._source.text
        escaped = quote and text[quote - 1] in "eE" and not _continues_word(text, quote - 1)
        if escaped:
            end = _ESCAPE_STRING.match(text, quote + 1)
            return end.end() if end else len(text)
        close = text.find("'", quote + 1)
        return len(text) if close < 0 else close + 1

    def _comment_end(self, at: int) -> int:
        depth = 1
        for mark in _BLOCK.finditer(self._source.text, at):
            depth += 1 if mark[0] == "/*" else -1
            if depth == 0:
                return mark.end()
        return len(self._source.text)

    def _take_copy_data(self, at: int, statement: int) -> int:
        text = self._source.text
        start = text.find("\n", at) + 1 or len(text)
        end = _COPY_END.search(text, start)
        if self._runs():
            self._copy_data[statement] = text[start : end.start() if end else len(text)]
        self._put("\n", at)
        return end.end() if end else len(text)

    def _take_meta(self, at: int) -> int:
        """Handle the meta-command at `at`; returns where it ends."""
        text = self._source.text
        command = _META.match(text, at)
        name = command[1] if command else ""
        newline = text.find("\n", at)
        end = len(text) if newline < 0 else newline
        words = text[at + 1 + len(name) : end].split()
        if name in ("if", "elif", "else", "endif"):
            self._branch(name, words, at)
        elif not self._runs():
            pass
        elif name == ";":
            self._put(";", at)
            return at + 2
        elif name == "" and at + 1 < len(text) and not text[at + 1].isspace():
            self._put("\\", at)  # not psql's: let the parser complain about it
            return at + 1
        elif name in ("i", "ir", "include", "include_relative"):
            raise InputError(
                f"{self._source.position(at)}: \\{name} {' '.join(words)}: included files are not followed",
                hint="join the files first (psql's order), or give a folder of migrations",
            )
        elif name in _ENDS_STATEMENT:
            if name == "gexec":
                self._note(at, end)
            self._put(";", at)
        elif name == "set" and words:
            self._variables[words[0]] = " ".join(words[1:])
        elif name == "unset" and words:
            self._variables.pop(words[0], None)
        elif name in _LEFT_OUT:
            self._note(at, end)
            if name == "copy" and _FROM_STDIN.search(text, at, end):
                close = _COPY_END.search(text, end)
                return close.end() if close else len(text)
        return end

    def _note(self, at: int, end: int) -> None:
        sql = self._source.text[at:end].strip()
        self._meta.append(Statement(sql=sql, position=self._source.position(at), kind="META"))

    def _branch(self, name: str, words: list[str], at: int) -> None:
        if name == "if":
            outer = self._runs()
            runs = outer and self._true(words, at)
            self._branches.append((runs, runs or not outer))
            return
        if not self._branches:
            raise InputError(f"{self._source.position(at)}: \\{name} without \\if", hint="remove it")
        _, done = self._branches.pop()
        if name == "elif":
            runs = not done and self._true(words, at)
            self._branches.append((runs, done or runs))
        elif name == "else":
            self._branches.append((not done, True))

    def _true(self, words: list[str], at: int) -> bool:
        word = " ".join(words)
        defined = re.fullmatch(r":\{\?(\w+)\}", word)
        if defined:
            return defined[1] in self._variables
        value = self._variables.get(word[1:], word) if word.startswith(":") else word
        if value.strip("'").lower() in _TRUE:
            return True
        if value.strip("'").lower() in _FALSE:
            return False
        raise InputError(
            f"{self._source.position(at)}: \\if {word}: only true, false and variables that the script sets are known",
            hint="keep the branch that applies, and remove the others",
        )


def _continues_word(text: str, at: int) -> bool:
    """Whether the character before `at` belongs to an identifier, so that what follows does too."""
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_$")


_FOREIGN_SIGNS = (
    (re.compile(r"`|\bAUTO_INCREMENT\b|\bENGINE\s*=|^\s*DELIMITER\b|\bUNSIGNED\b", re.I | re.M), "MySQL"),
    (re.compile(r"\bAUTOINCREMENT\b|^\s*PRAGMA\b", re.I | re.M), "SQLite"),
    (re.compile(r"^\s*GO\s*$|\[\w+\]\s*\.?\s*\[|\bNVARCHAR\b|\bIDENTITY\s*\(\d", re.I | re.M), "SQL Server"),
    (re.compile(r"\bVARCHAR2\b|\bNUMBER\s*\(", re.I), "Oracle"),
)
_VERBS = frozenset(
    """abort alter analyze begin call checkpoint close cluster comment commit copy create deallocate declare delete
    discard do drop end execute explain fetch grant insert listen load lock merge move notify prepare reassign
    refresh reindex release reset revoke rollback savepoint security select set show start table truncate unlisten
    update vacuum values with""".split()  # noqa: SIM905
)


def _syntax_error(err: tree.ParserError, read: _Read, source: _Source) -> InputError:
    offset = max(err.offset, 0)
    lead = _LEAD.match(read.clean)
    first = lead.end() if lead else 0
    if offset >= len(read.clean.rstrip()):
        offset = max(len(read.clean.rstrip()) - 1, 0)
    where = source.position(read.origin(offset))
    word = _WORD.match(read.clean, first)
    begins_as_sql = read.clean[first : first + 1] == "(" or (word and word[0].lower() in _VERBS)
    if not begins_as_sql and not _dialect(read.clean):
        return InputError(
            f"{source.file} is not an SQL script: {err.message} in line {where.line}, column {where.column}",
            hint="give a .sql script, a folder of migrations, a .twin file or a postgresql:// URL",
        )
    return InputError(f"{where}: {err.message}", hint=_syntax_hint(read.clean, offset))


def _dialect(text: str) -> str:
    return next((name for sign, name in _FOREIGN_SIGNS if sign.search(text)), "")


def _syntax_hint(text: str, offset: int) -> str:
    around = text[max(text.rfind(";", 0, offset), 0) : offset + 200]
    if re.match(r":['\"{]?[A-Za-z_]", text[offset : offset + 3]):
        return "psql variables (:name) are not filled in here: write the value into the script"
    if re.match(r"(?:\{\{|\$\{|<%|@\w|%\()", text[offset : offset + 3]):
        return "this looks like a template: render it first, then give the SQL"
    dialect = _dialect(around)
    if dialect:
        return f"this looks like {dialect}: convert it to PostgreSQL first"
    return "correct the statement; it is read with PostgreSQL 18's grammar"
