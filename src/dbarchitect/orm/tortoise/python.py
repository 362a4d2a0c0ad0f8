"""Python as a formatter leaves it: literals, calls that are broken where a line is full, sorted imports."""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterable, Mapping, Sequence

WIDTH = 120


def literal(text: str) -> str:
    """A string literal in the quotes that need fewer escapes, double ones where it is all the same."""
    body = json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\x7f")
    if text.count('"') <= text.count("'"):
        return f'"{body}"'
    return "'" + body.replace('\\"', '"').replace("'", "\\'") + "'"


def block(text: str) -> str:
    """A string literal for SQL: over several lines where the text has several."""
    if "\n" not in text or text.endswith('"""'):  # what ends so cannot end such a literal too
        return literal(text)
    body = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').replace("\r", "\\r").replace("\x00", "\\x00")
    return f'"""\\\n{body[:-1]}\\""""' if body.endswith('"') else f'"""\\\n{body}"""'


def call(head: str, arguments: Sequence[str], *, indent: int = 0, tail: str = "") -> str:
    """`head(arguments)tail`: on one line, else the arguments on the next, else each on its own. `head` may begin with
    the target of an assignment; where that fills the line, the call stands in brackets below it."""
    if indent + len(head) >= WIDTH and " = " in head:
        target, function = head.rsplit(" = ", 1)
        inner = call(function, arguments, indent=indent + 4)
        return f"{target} = (\n{' ' * (indent + 4)}{inner}\n{' ' * indent}){tail}"
    return bracketed(f"{head}(", arguments, ")", indent=indent, tail=tail)


def bracketed(opening: str, items: Sequence[str], closing: str, *, indent: int = 0, tail: str = "") -> str:
    """A bracket pair with items, its first line indented by the caller with `indent` blanks."""
    flat = f"{opening}{', '.join(items)}{closing}{tail}"
    if indent + len(flat) <= WIDTH and "\n" not in flat:
        return flat
    inner, outer = " " * (indent + 4), " " * indent
    together = ", ".join(items)
    if indent + 4 + len(together) <= WIDTH and "\n" not in together and opening[-1] == "(" and opening[:-1]:
        return f"{opening}\n{inner}{together}\n{outer}{closing}{tail}"
    return opening + "".join(f"\n{inner}{one}," for one in items) + f"\n{outer}{closing}{tail}"


def identifier(text: str, prefix: str) -> str:
    """`text` where it may be a name, else with `prefix` before it (a name must not begin with a digit)."""
    return text if text.isidentifier() else f"{prefix}{text}"


def imports(modules: Iterable[str], names: Mapping[str, Iterable[str]], *, own: str) -> list[str]:
    """Import statements in the order of isort: the standard library, others, the project's own (`own`)."""
    standard = ("datetime", "decimal", "enum", "ipaddress", "typing", "uuid", "dataclasses", "collections")
    groups: tuple[list[str], list[str], list[str], list[str]] = ([], [], [], [])

    def group(module: str) -> list[str]:
        head = module.split(".")[0]
        return groups[0 if head == "__future__" else 1 if head in standard else 3 if head == own else 2]

    for module in sorted(set(modules)):
        group(module).append(f"import {module}")
    for module, wanted in sorted(names.items()):
        found = sorted(set(wanted), key=_isort_key)
        if found:
            group(module).append(bracketed_import(module, found))
    lines: list[str] = []
    for one in groups:
        if one:
            lines += [*one, ""]
    return lines[:-1]


def bracketed_import(module: str, names: Sequence[str]) -> str:
    """`from module import names`, in brackets where the line is full."""
    flat = f"from {module} import {', '.join(names)}"
    if len(flat) <= WIDTH:
        return flat
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _isort_key(name: str) -> tuple[int, str, str]:
    """Constants before classes before functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name.lower(), name)


KEYWORDS = frozenset((*keyword.kwlist, "match", "case", "type", "_"))
