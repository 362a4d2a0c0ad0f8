"""Python source as `ruff format` lays it out: a call on one line, else its arguments on one, else a line each."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 120
_NUMBERED = re.compile(r"(\D*)(\d*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\xa0\u2028\u2029\ufeff]")
# What SQLAlchemy's compiler takes for a parameter in a text, and for one that is escaped.
_BIND = re.compile(r"(?<![:\w\\]):(?=[\w$]+(?![:\w$]))|\\(?=:[\w$]*(?![:\w$]))")


@dataclass(frozen=True)
class Call:
    """Something with brackets: `head` ends with the opening one; items are expressions, perhaps with `name=` before.

    A tuple is `Call("(", ...)`, whose single item gets its comma.
    """

    head: str
    items: tuple[Item, ...]
    close: str = ")"

    @property
    def flat(self) -> str:
        """On one line."""
        inner = ", ".join(one.flat for one in self.items)
        return f"{self.head}{inner}{',' if self.head == '(' and len(self.items) == 1 else ''}{self.close}"


@dataclass(frozen=True)
class Item:
    """An argument or element: `name=` or `"key": ` and the expression."""

    lead: str
    value: Code

    @property
    def flat(self) -> str:
        """On one line."""
        return self.lead + flat(self.value)


Code = str | Call


def call(head: str, *arguments: Code | Item, **named: Code | None) -> Call:
    """`head(arguments, name=value)`; a value None leaves the argument out."""
    items = [one if isinstance(one, Item) else Item("", one) for one in arguments]
    items += [Item(f"{name}=", value) for name, value in named.items() if value is not None]
    return Call(f"{head}(", tuple(items))


def sequence(items: Iterable[Code], brackets: str = "[]") -> Call:
    """A list or tuple."""
    return Call(brackets[0], tuple(Item("", one) for one in items), brackets[1])


def mapping(pairs: Iterable[tuple[str, Code]]) -> Call:
    """A dict with text keys."""
    return Call("{", tuple(Item(f"{string(key)}: ", value) for key, value in pairs), "}")


def flat(code: Code) -> str:
    """On one line."""
    return code if isinstance(code, str) else code.flat


def lines(code: Code, *, before: str = "", after: str = "", indent: int = 0) -> list[str]:
    """`before`, the expression, `after`, as lines that are indented by `indent` columns."""
    space = " " * indent
    whole = f"{space}{before}{flat(code)}{after}"
    if isinstance(code, str) or not code.items or len(whole) <= WIDTH:
        return [whole]
    inner = ", ".join(one.flat for one in code.items)
    one_tuple = code.head == "(" and len(code.items) == 1
    listed = code.head in ("(", "[", "{")
    body: list[str] = []
    if len(inner) + indent + 4 <= WIDTH and not listed:
        body = [f"{space}    {inner}"]
    else:
        alone = len(code.items) == 1 and not one_tuple and isinstance(code.items[0].value, str)
        for one in code.items:
            body += lines(one.value, before=one.lead, after="" if alone else ",", indent=indent + 4)
    return [f"{space}{before}{code.head}", *body, f"{space}{code.close}{after}"]


def string(text: str) -> str:
    """A string literal, as ruff quotes it: double quotes, unless that needs more backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n").replace("\t", "\\t")
    return quote + _CONTROL.sub(lambda found: _escape(found[0]), escaped) + quote


def block(text: str) -> str:
    """A raw literal over several lines of exactly this text; an escaped one where a raw one cannot say it."""
    if '"""' in text or text.endswith(('"', "\\")) or _CONTROL.search(text.replace("\n", "").replace("\t", "")):
        return string(text)
    return f'r"""{text}"""' if "\\" in text else f'"""{text}"""'


def expression(text: str) -> str:
    """SQL as SQLAlchemy takes it in a string: what looks like a parameter is none."""
    return string(_BIND.sub(lambda found: "\\" + found[0], text))


def sql(text: str) -> Call:
    """`sa.text(...)` of exactly this expression."""
    return call("sa.text", expression(text))


def docstring(text: str) -> str:
    """A docstring of one line."""
    said = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    if said.endswith('"'):
        said += " "
    return f'"""{said}"""'


def names(columns: Sequence[str]) -> Call:
    """A list of strings."""
    return sequence(string(one) for one in columns)


def identifier(name: str, kind: str) -> str:
    """`name` as an identifier of Python: `kind_` before what begins with a digit."""
    kept = "".join(one for one in name if f"_{one}".isidentifier())
    return kept if not kept or kept.isidentifier() else f"{kind}_{kept}"


def imported(module: str, names: Sequence[str]) -> list[str]:
    """An import on one line, or in brackets with a name a line, in the order of `ruff check` (I001)."""
    found = sorted(names, key=_place)
    plain = f"from {module} import {', '.join(found)}"
    return [plain] if len(plain) <= WIDTH else [f"from {module} import (", *(f"    {one}," for one in found), ")"]


def _place(name: str) -> tuple[int, list[tuple[str, int]], str]:
    """Constants, classes, the rest; by the letters whatever their case, and numbers by their value."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return kind, [(letters, int(digits or 0)) for letters, digits in _NUMBERED.findall(name.lower())], name


KEYWORDS = frozenset(keyword.kwlist)


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
