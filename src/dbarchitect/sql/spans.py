"""Places in the text of a statement that its tree does not keep: commands, conditions, names that are cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?\*/) | '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
    | (?P<word>[^\W\d][\w$]*) | .""",
    re.X | re.S,
)


def command_spans(sql: str) -> tuple[tuple[int, int], ...]:
    """The commands of an ALTER TABLE as character ranges of `sql`: what commas outside of parentheses part."""
    depth = 0
    begun = -1  # where the current command starts, -1: still in the head
    last = 0
    found: list[tuple[int, int]] = []
    state = "alter"  # ALTER, the kind's words, IF EXISTS, ONLY, the name, then commands
    for token in _TOKEN.finditer(sql):
        if token["skip"] is not None:
            continue
        text, start = token[0], token.start()
        if state == "alter":
            word = text.upper()
            if word in _HEAD:
                continue
            state = "name"
        elif state == "name":
            if text == "." or sql[last - 1] == ".":
                pass
            elif text != "*":
                state = "commands"
                begun = start
        if state == "commands":
            depth += (text in "([") - (text in ")]")
            if text == "," and depth == 0:
                found.append((begun, last))
                begun = -1
                last = token.end()
                continue
            if begun < 0:
                begun = start
        last = token.end()
    if begun >= 0:
        found.append((begun, last))
    return tuple(found)


_HEAD = frozenset(
    ("ALTER", "TABLE", "FOREIGN", "INDEX", "VIEW", "MATERIALIZED", "SEQUENCE", "TYPE", "IF", "EXISTS", "ONLY")
)


def condition_after(sql: str, offset: int) -> str:
    """The first text in parentheses after character `offset`, with them; "" where there is none."""
    depth, begun = 0, -1
    for token in _TOKEN.finditer(sql, max(offset, 0)):
        if token[0] == "(":
            begun = token.start() if depth == 0 else begun
            depth += 1
        elif token[0] == ")":
            depth -= 1
            if depth == 0:
                return sql[begun : token.end()]
    return ""


def long_identifiers(sql: str, most: int = 63) -> Iterator[tuple[str, int]]:
    """The identifiers of more than `most` bytes, which PostgreSQL cuts, with their character offsets."""
    for token in _TOKEN.finditer(sql):
        text = token[0]
        name = text if token["word"] else text[1:-1].replace('""', '"') if text.startswith('"') else ""
        if len(name.encode()) > most:
            yield name, token.start()
