"""Pieces of TypeScript as Prettier would write them: literals, keys, comments, calls that fit a line or are broken."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

WIDTH = 80
_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_NUMERIC = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\Z", re.IGNORECASE)


def text(value: str) -> str:
    """A string literal; single quotes where that saves escapes."""
    double = json.dumps(value, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    if value.count('"') > value.count("'"):
        return "'" + double[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
    return double


def key(name: str) -> str:
    """The key of a property, quoted where it must be."""
    return name if _KEY.match(name) else text(name)


def member(of: str, name: str) -> str:
    """`row.id`, `row["unit price"]`."""
    return f"{of}.{name}" if _KEY.match(name) else f"{of}[{text(name)}]"


def identifier(name: str) -> str:
    """`name` with what no identifier may hold taken out; "" where nothing is left."""
    kept = "".join(one for one in name if f"a{one}".isidentifier() or one == "$")
    return f"_{kept}" if kept and not kept[0].isidentifier() and kept[0] != "$" else kept


def is_numeric(value: str) -> bool:
    """Whether TypeScript takes the text for one of a number (`${number}`)."""
    return bool(_NUMERIC.match(value))


def template(value: str) -> str:
    """A template literal that holds `value` as it is. A carriage return is escaped, because JavaScript reads one as a
    line feed there."""
    for plain, escaped in (("\\", "\\\\"), ("`", "\\`"), ("${", "\\${"), ("\r", "\\r"), ("\0", "\\x00")):
        value = value.replace(plain, escaped)
    return f"`{value}`"


def doc(comment: str | None, indent: str = "") -> str:
    """A JSDoc comment with its line end; "" without a comment."""
    if not comment or not comment.strip():
        return ""
    lines = [one.strip() for one in re.split(r"\r\n|[\n\r\u2028\u2029]", comment.strip().replace("*/", "*\\/"))]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {one}".rstrip() + "\n" for one in lines) + f"{indent} */\n"


def remark(comment: str, indent: str = "") -> str:
    """A `//` comment on one line, with its line end."""
    return f"{indent}// {' '.join(comment.split())}\n"


def bracketed(before: str, items: Sequence[str], after: str, indent: str = "", *, pair: str = "[]") -> str:
    """`before[a, b]after` on one line where that fits, else an item a line. Without a line end."""
    space = " " if pair == "{}" and items else ""
    line = f"{indent}{before}{pair[0]}{space}{', '.join(items)}{space}{pair[1]}{after}"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    comma = "" if pair == "<>" else ","
    inner = ",\n".join(f"{indent}  {one}" for one in items)
    return f"{indent}{before}{pair[0]}\n{inner}{comma}\n{indent}{pair[1]}{after}"


def chain(start: str, calls: Sequence[str]) -> str:
    """`start.a().b();` with a call a line, and its line end; up to three on one line where that fits."""
    line = f"{start}.{'.'.join(calls)};\n"
    if len(calls) <= 3 and len(line) <= WIDTH + 1 and "\n" not in line[:-1]:
        return line
    indent = " " * (len(start) - len(start.lstrip()) + 2)
    lines = "".join(f"\n{indent}.{one.replace(chr(10), chr(10) + indent)}" for one in calls)
    return f"{start}{lines};\n"


def imported(names: Sequence[str], module: str, *, types: bool = False) -> str:
    """An import declaration with its line end; names in order."""
    keyword = "import type " if types else "import "
    return bracketed(keyword, sorted(names, key=_by_name), f" from {text(module)};", pair="{}") + "\n"


def _by_name(name: str) -> tuple[str, str]:
    bare = name.removeprefix("type ")
    return bare.lower(), bare
