"""Where tables and columns stand in the text of a Drizzle schema, by the names that they have in the database.

Not a parser of TypeScript: strings and comments are told apart, brackets are matched, and the calls of Drizzle are
known by their names (`pgTable`, `table` of a schema, `pgEnum`). A table whose name is made at run time is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dbarchitect.model.names import Name, Position

from .read import Mark

_SCHEMA = re.compile(r"\b(\w+)\s*=\s*pgSchema\(\s*")
_CALL = re.compile(
    r"(?:\b(\w+)\s*\.\s*(table|enum|view|materializedView)|\b(pgTable|pgEnum|pgView|pgMaterializedView))"
    r"(?:\s*\.withRLS)?\s*\(\s*(?=[\"'`])"
)
_TEXT = re.compile(r"\s*([\"'`])((?:\\.|(?!\1).)*)\1")
_KEY = re.compile(r"\s*(?:([A-Za-z_$][\w$]*)|([\"'])([^\"']+)\2)\s*:")
_FIRST_CALL = re.compile(r"\s*[\w$.]+\s*(?:<[^()]*>)?\(")
_PART = re.compile(r"\b(index|uniqueIndex|unique|check|primaryKey|foreignKey|references|pgPolicy)\s*\(")
_MEMBER = re.compile(r"\b\w+\s*\.\s*([A-Za-z_$][\w$]*)")
_NAME_OF = re.compile(r"\bname\s*:\s*")
_COLUMNS = re.compile(r"\bcolumns\s*:\s*\[([^\]]*)\]")
_ON = re.compile(r"\s*(?:\.\s*\w+\([^()]*\)\s*)*\.\s*(?:on|using)\s*\(")


def first(texts: Mapping[str, str]) -> Position:
    """Where the first table stands."""
    for one in marks(texts):
        if one.kind == "table":
            return one.position
    return Position(file=next(iter(texts), "schema.ts"), line=1)


def masked(text: str, *, strings: bool = True) -> str:
    """The text with comments, and with `strings` what stands in strings too, blanked; of the same length."""
    found = list(text)
    at, size = 0, len(text)
    while at < size:
        if text.startswith("//", at) or text.startswith("/*", at):
            line = text[at + 1] == "/"
            end = text.find("\n" if line else "*/", at + 2)
            end = size if end < 0 else end + (0 if line else 2)
            _blank(found, at, end)
            at = end
        elif text[at] in "\"'`":
            end = at + 1
            while end < size and text[end] != text[at]:
                end += 2 if text[end] == "\\" else 1
            if strings:
                _blank(found, at + 1, min(end, size))
            at = end + 1
        else:
            at += 1
    return "".join(found)


def without_comments(text: str) -> str:
    """The text with its comments blanked; of the same length."""
    return masked(text, strings=False)


def _blank(letters: list[str], start: int, end: int) -> None:
    for at in range(start, end):
        if letters[at] != "\n":
            letters[at] = " "


def _closing(plain: str, at: int) -> int:
    """Where the bracket that opens at `at` closes."""
    depth = 0
    for place in range(at, len(plain)):
        if plain[place] in "([{":
            depth += 1
        elif plain[place] in ")]}":
            depth -= 1
            if not depth:
                return place
    return len(plain)


def marks(texts: Mapping[str, str]) -> Iterator[Mark]:
    """The marks of all files."""
    schemas: dict[str, str] = {}
    for text in texts.values():
        for one in _SCHEMA.finditer(masked(text)):
            said = _TEXT.match(text, one.end())
            if said:
                schemas[one[1]] = said[2]
    for file, text in texts.items():
        yield from _File(file, text, schemas).marks()


class _File:
    def __init__(self, file: str, text: str, schemas: Mapping[str, str]) -> None:
        self.file, self.text, self.schemas = file, text, schemas
        self.plain = masked(text)

    def at(self, offset: int) -> Position:
        return Position(file=self.file, line=self.text.count("\n", 0, offset) + 1)

    def marks(self) -> Iterator[Mark]:
        for one in _CALL.finditer(self.plain):
            said = _TEXT.match(self.text, one.end())
            if said is None or (one[1] and one[1] not in self.schemas):
                continue
            name = Name(schema=self.schemas.get(one[1] or "", "public"), name=said[2])
            if (one[2] or one[3]) in ("enum", "pgEnum"):
                yield Mark("type", name, name.name, self.at(one.start()))
                continue
            yield Mark("table", name, name.name, self.at(one.start()))
            opened = self.plain.rfind("(", 0, one.end())
            yield from self._inside(name, said.end(), _closing(self.plain, opened))

    def _inside(self, table: Name, start: int, end: int) -> Iterator[Mark]:
        """The columns and parts of a table whose call goes from `start` to `end`."""
        brace = self.plain.find("{", start, end)
        columns: dict[str, str] = {}
        if brace >= 0:
            close = _closing(self.plain, brace)
            for key, place, value, value_end in self._entries(brace + 1, close):
                call = _FIRST_CALL.match(self.plain, value)
                said = _TEXT.match(self.text, call.end()) if call else None
                columns[key] = said[2] if said else key
                yield Mark("column", table, columns[key], self.at(place))
                if not said and _snake(key) != key:  # as `casing: "snake_case"` names it
                    yield Mark("column", table, _snake(key), self.at(place))
                yield from self._parts(table, columns, value, value_end, column=columns[key])
            yield from self._parts(table, columns, close, end)

    def _entries(self, start: int, end: int) -> Iterator[tuple[str, int, int, int]]:
        """The properties of an object: name, where it stands, where its value begins and ends."""
        at = start
        while at < end:
            depth, stop = 0, at
            while stop < end and (depth or self.plain[stop] != ","):
                depth += (self.plain[stop] in "([{") - (self.plain[stop] in ")]}")
                stop += 1
            key = _KEY.match(self.text, self._begin(at))
            if key and key.end() <= stop:
                yield key[1] or key[3], key.start() + len(key[0]) - len(key[0].lstrip()), key.end(), stop
            at = stop + 1

    def _begin(self, at: int) -> int:
        """The first place from `at` on that is no blank and no comment."""
        while at < len(self.plain) and self.plain[at].isspace():
            at += 1
        return at

    def _parts(
        self, table: Name, columns: Mapping[str, str], start: int, end: int, *, column: str = ""
    ) -> Iterator[Mark]:
        for one in _PART.finditer(self.plain, start, end):
            place = self.at(one.start())
            close = _closing(self.plain, one.end() - 1)
            named = _TEXT.match(self.text, one.end())
            if named is None and (key := _NAME_OF.search(self.plain, one.end(), close)):
                named = _TEXT.match(self.text, key.end())
            if named:
                yield Mark("named", table, named[2], place)
            over = [column] if column else []
            if listed := _COLUMNS.search(self.plain, one.end(), close):
                over = [columns.get(name, name) for name in _MEMBER.findall(listed[1])]
            elif not column and (on := _ON.match(self.plain, close + 1)):
                inside = self.plain[on.end() : _closing(self.plain, on.end() - 1)]
                over = [columns.get(name, name) for name in _MEMBER.findall(inside) if name in columns]
            if over:
                kind = "foreign" if one[1] in ("foreignKey", "references") else "over"
                yield Mark(kind, table, "", place, tuple(over))


def _snake(name: str) -> str:
    """As drizzle-orm's `toSnakeCase`."""
    words = re.findall(r"[A-Z\d]+(?![a-z])|[A-Z]?[a-z\d]+", re.sub(r"['\u2019]", "", name))
    return "_".join(word.lower() for word in words)
