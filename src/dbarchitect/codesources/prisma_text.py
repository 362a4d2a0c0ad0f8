"""Where models and fields stand in the text of a Prisma schema, by the names that they have in the database.

The text is not parsed: Prisma has done that. A block begins with its keyword and its name and ends with a brace on a
line of its own, as its formatter and its grammar have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dbarchitect.model.names import Name, Position

from .read import Mark

_BLOCK = re.compile(r"^\s*(model|enum|view)\s+(\w+)\s*\{")
_FIELD = re.compile(r"^\s*(\w+)\s+(\w+|Unsupported\(\"[^\"]*\"\))(\[\])?(\?)?(?=\s|$)(.*)$")
_MAP = re.compile(r'@map\(\s*(?:name\s*:\s*)?"([^"]+)"')
_BLOCK_MAP = re.compile(r'@@map\(\s*(?:name\s*:\s*)?"([^"]+)"')
_SCHEMA = re.compile(r'@@schema\(\s*"([^"]+)"')
_NAMED = re.compile(r'\bmap\s*:\s*"([^"]+)"')
_OVER = re.compile(r"@@(?:id|unique|index|fulltext)\(.*?\[([^\]]*(?:\([^)]*\)[^\]]*)*)\]")
_UNIQUE = re.compile(r"(?<!@)@unique\b")
_ENDS = {"unique": "key", "index": "idx"}
_RELATION = re.compile(r"@relation\(.*?\bfields\s*:\s*\[([^\]]*)\]")


def first(texts: Mapping[str, str]) -> Position:
    """Where the first model stands."""
    for file, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if _BLOCK.match(line):
                return Position(file=file, line=number)
    return Position(file=next(iter(texts), "schema.prisma"), line=1)


def marks(texts: Mapping[str, str]) -> Iterator[Mark]:
    """The marks of all files."""
    for file, text in texts.items():
        block: list[tuple[int, str]] = []
        for number, line in enumerate(text.splitlines(), 1):
            code = _without_comment(line)
            if block:
                if code.strip() == "}":
                    yield from _block(file, block)
                    block = []
                else:
                    block.append((number, code))
            elif _BLOCK.match(code):
                block = [(number, code)]


def _block(file: str, lines: list[tuple[int, str]]) -> Iterator[Mark]:
    at, head = lines[0]
    found = _BLOCK.match(head)
    assert found is not None
    whole = "\n".join(code for _, code in lines)
    mapped, schema = _BLOCK_MAP.search(whole), _SCHEMA.search(whole)
    name = Name(schema=schema[1] if schema else "public", name=mapped[1] if mapped else found[2])
    if found[1] == "enum":
        yield Mark("type", name, name.name, Position(file=file, line=at))
        return
    yield Mark("table", name, name.name, Position(file=file, line=at))
    columns: dict[str, str] = {}
    later: list[tuple[int, str]] = []
    for number, code in lines[1:]:
        place = Position(file=file, line=number)
        field = None if code.lstrip().startswith("@@") else _FIELD.match(code)
        if field is not None:
            mapped = _MAP.search(code)
            column = columns[str(field[1])] = str(mapped[1] if mapped else field[1])
            yield Mark("column", name, column, place)
            if _UNIQUE.search(code) and not _NAMED.search(code):
                yield Mark("named", name, f"{name.name}_{column}_key", place)
        if named := _NAMED.search(code):
            yield Mark("named", name, named[1], place)
        later.append((number, code))
    for number, code in later:  # fields may be stated after what uses them
        relation = _RELATION.search(code)
        over = relation or _OVER.search(code)
        if over:
            place = Position(file=file, line=number)
            fields: list[str] = re.findall(r"(\w+)(?:\([^)]*\))?", over[1])
            over_columns = tuple(columns.get(one, one) for one in fields)
            end = "fkey" if relation else _ENDS.get(code.strip()[2:].partition("(")[0], "")
            if end and not _NAMED.search(code):  # the name that Prisma gives it
                yield Mark("named", name, "_".join((name.name, *over_columns, end)), place)
            yield Mark("foreign" if relation else "over", name, "", place, over_columns)


def _without_comment(line: str) -> str:
    """The line up to `//`, unless that stands in a string."""
    inside = False
    for at, letter in enumerate(line):
        if letter == '"' and line[at - 1 : at] != "\\":
            inside = not inside
        elif not inside and line.startswith("//", at):
            return line[:at]
    return line
