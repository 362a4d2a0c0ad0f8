"""A brief's Markdown as a flat list of parts with their lines; the headings above each go along."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

FILES = ("data", "schema", "samples")  # keys of the front matter that name files
PartKind = Literal["heading", "paragraph", "item", "row", "head", "code", "meta"]


@dataclass(frozen=True)
class Part:
    """One part. `line` counts from 1. `path` are the headings above, the outermost first; `level` the depth of an item
    or heading. `cells` of a row; `info` of a fence, the language; `table` numbers a table's rows together. `written`: its
    text as it stands in the document, where `text` is a plainer form of it."""

    kind: PartKind
    text: str
    line: int
    path: tuple[str, ...] = ()
    level: int = 0
    cells: tuple[str, ...] = ()
    info: str = ""
    table: int = 0
    written: str = ""


def parts_of(text: str) -> list[Part]:
    """The parts of a document in their order; a front matter of `key: value` lines comes first."""
    body, meta, skipped = _front_matter(text)
    found = [*meta]
    path: list[tuple[int, str]] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    depth = tables = 0
    cells: list[str] = []
    row_line = 0
    row_kind: PartKind = "row"
    for at, token in enumerate(tokens):
        line = (token.map[0] if token.map else 0) + 1 + skipped
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
                content = tokens[at + 1].content
                path = [one for one in path if one[0] < level]
                found.append(Part("heading", content, line, tuple(one[1] for one in path), level))
                path.append((level, content))
            case "list_item_open":
                depth += 1
            case "list_item_close":
                depth -= 1
            case "inline" if tokens[at - 1].type == "paragraph_open":
                above = tuple(one[1] for one in path)
                found.append(Part("item" if depth else "paragraph", token.content, _line(token, skipped), above, depth))
            case "table_open":
                tables += 1
            case "tr_open":
                cells, row_line = [], line
            case "th_open" | "td_open":
                row_kind = "head" if token.type == "th_open" else "row"
            case "inline" if tokens[at - 1].type in ("th_open", "td_open"):
                cells.append(token.content)
            case "tr_close":
                above = tuple(one[1] for one in path)
                found.append(Part(row_kind, " | ".join(cells), row_line, above, cells=tuple(cells), table=tables))
            case "fence" | "code_block":
                above = tuple(one[1] for one in path)
                found.append(Part("code", token.content, line + 1, above, info=token.info.strip().lower()))
            case _:
                pass
    return found


def _line(token: Token, skipped: int) -> int:
    return (token.map[0] if token.map else 0) + 1 + skipped


_META = re.compile(r"^([A-Za-z][\w -]*):\s*(.*)$")


def _front_matter(text: str) -> tuple[str, list[Part], int]:
    """(the rest, the lines of the front matter, how many lines it took)."""
    lines = text.split("\n")
    if not lines or lines[0].strip() != "---":
        return text, [], 0
    end = next((at for at, one in enumerate(lines[1:], 1) if one.strip() in ("---", "...")), None)
    if end is None:
        return text, [], 0
    found: list[Part] = []
    for at, one in enumerate(lines[1:end], 2):
        match = _META.match(one)
        if match and match[2]:
            found.append(Part("meta", one, at, cells=(match[1], match[2])))
        elif match:
            found.append(Part("meta", one, at, cells=(match[1], "")))
        elif one.strip().startswith("- ") and found:
            key, value = found[-1].cells
            joined = ", ".join(filter(None, (value, one.strip()[2:])))
            found[-1] = Part("meta", found[-1].text, found[-1].line, cells=(key, joined))
        elif one.strip():
            found.append(Part("meta", one, at, cells=("", one.strip())))
    return "\n".join(lines[end + 1 :]), found, end + 1
