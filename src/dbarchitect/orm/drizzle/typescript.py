"""TypeScript as text: expressions that are laid out as Prettier lays them out, in 80 columns."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 80

# Words that no variable may be called, and globals that generated files use themselves.
RESERVED = frozenset(
    """
    abstract any arguments as async await boolean break case catch class const constructor continue debugger declare
    default delete do else enum eval export extends false finally for from function get if implements import in
    infer instanceof interface is keyof let module namespace never new null number object of package private
    protected public readonly require return set static string super switch symbol this throw true try type typeof
    undefined unique unknown var void while with yield process console global globalThis exports
    """.split()  # noqa: SIM905
)

# What the generated files import or call so themselves.
IMPORTED = frozenset(
    """
    bigint bigserial bit blob boolean char check cidr customType date doublePrecision foreignKey halfvec index inet
    integer interval json jsonb line macaddr macaddr8 numeric pgEnum pgMaterializedView pgPolicy pgSchema pgSequence
    pgTable pgView point primaryKey real relations serial smallint smallserial sparsevec sql sqliteTable sqliteView text
    time timestamp unique uniqueIndex uuid varchar vector table exact digits after and asc change close cursor db
    decodeCursor encodeCursor eq found gone has inTransaction input key last limit more on one many page related row
    seed crypto
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Call:
    """`name(a, b)`."""

    name: str
    args: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Chain:
    """`first.a(x).b(y)`: the first call (or a name) and those upon its result."""

    first: Call | str
    rest: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Array:
    """`[a, b]`."""

    items: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Entry:
    """`key: value` of an object, perhaps with a comment above; "" as a key: the value alone."""

    key: str
    value: Node
    comment: str = ""


@dataclass(frozen=True)
class Object:
    """`{ a: b }`; `open`: a line each even where it fits into one."""

    entries: tuple[Entry, ...] = ()
    open: bool = False


@dataclass(frozen=True)
class Arrow:
    """`(a) => body`; an object as the body stands in brackets."""

    head: str
    body: Node


Node = str | Call | Chain | Array | Object | Arrow


def string(text: str) -> str:
    """A string literal, quoted as Prettier quotes: double, unless single needs fewer escapes."""
    literal = json.dumps(text, ensure_ascii=False)
    literal = literal.replace("\x7f", "\\u007f").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    if text.count('"') > text.count("'"):
        return "'" + literal[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
    return literal


def template(text: str, tag: str = "sql") -> str:
    """A tagged template that holds exactly `text`."""
    escaped = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${").replace("\r", "\\r")
    return f"{tag}`{escaped}`"


def key(name: str) -> str:
    """A property's name, quoted where it is no identifier."""
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) else string(name)


def comment(text: str | None, indent: str = "") -> str:
    """A documentation comment with its line end; "" where there is no text."""
    if not text or not text.strip():
        return ""
    lines = [line.rstrip() for line in text.replace("*/", "*\\/").strip().splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return "".join([f"{indent}/**\n", *(f"{indent} * {line}".rstrip() + "\n" for line in lines), f"{indent} */\n"])


def declared(head: str, node: Node) -> str:
    """`head = node;` with its line end: `export const accounts = pgTable(...)`."""
    return f"{head} = {show(node, '', len(head) + 3, 1)};\n"


def alias(name: str, value: str) -> str:
    """`export type name = value;` with its line end."""
    line = f"export type {name} = {value};\n"
    return line if len(line) <= WIDTH + 1 else f"export type {name} =\n  {value};\n"


def imported(names: Sequence[str], module: str, *, types: bool = False) -> str:
    """An import of `names`, sorted, `type X` among them for types alone; "" where there are none."""
    word = "import type" if types else "import"
    ordered = sorted(set(names), key=lambda one: (one.removeprefix("type ").lower(), one))
    line = f"{word} {{ {', '.join(ordered)} }} from {string(module)};\n"
    if not names:
        return ""
    if len(line) <= WIDTH + 1:
        return line
    return f"{word} {{\n" + "".join(f"  {one},\n" for one in ordered) + f"}} from {string(module)};\n"


def show(node: Node, indent: str, column: int, after: int) -> str:
    """`node` from `column` on; `after` characters follow it on its last line."""
    line = _flat(node)
    if line is not None and column + len(line.split("\n", 1)[0]) + ("\n" not in line) * after <= WIDTH:
        return line
    match node:
        case str():
            return node
        case Array(items):
            return _listed("[", "]", [(one, "", "") for one in items], indent)
        case Object(entries):
            shown = [(one.value, f"{one.key}: " if one.key else "", one.comment) for one in entries]
            return _listed("{", "}", shown, indent)
        case Arrow(head, body):
            bracketed = isinstance(body, Object)
            inner = show(body, indent, column + len(head) + 4 + bracketed, after + bracketed)
            return f"{head} => " + (f"({inner})" if bracketed else inner)
        case Call(name, args):
            return name + _arguments(args, indent, column + len(name), after)
        case Chain(first, rest):
            return _chain(first, rest, indent, column, after)


def _flat(node: Node) -> str | None:
    """On one line, apart from a template that is a call's only argument; None where that cannot be."""
    match node:
        case str():
            return None if "\n" in node else node
        case Call(name, (str() as only,)):
            return f"{name}({only})"
        case Array(items):
            parts = [_flat(one) for one in items]
            return None if None in parts else f"[{', '.join(map(str, parts))}]"
        case Object(entries, opened):
            if opened or any(one.comment for one in entries):
                return None
            parts = [_flat(one.value) for one in entries]
            if None in parts:
                return None
            pairs = [f"{one.key}: {part}" if one.key else str(part) for one, part in zip(entries, parts, strict=True)]
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
        case Arrow(head, body):
            inner = _flat(body)
            if inner is None:
                return None
            return f"{head} => ({inner})" if isinstance(body, Object) else f"{head} => {inner}"
        case Call(name, args):
            parts = [_flat(one) for one in args]
            return None if None in parts else f"{name}({', '.join(map(str, parts))})"
        case Chain(first, rest):
            if _is_long(rest) and (isinstance(first, Call) or len(first) > 2):
                return None
            parts = [_flat(first), *map(_flat, rest)]
            return None if None in parts else ".".join(map(str, parts))


def _is_long(rest: tuple[Call, ...]) -> bool:
    """Whether a chain of calls has a line each although it would fit: more than two, and not all of them simple."""
    return len(rest) > 1 and any(not _simple(arg) for call in rest for arg in call.args)


def _simple(node: Node) -> bool:
    match node:
        case str():
            return "`" not in node
        case Array(items):
            return all(map(_simple, items))
        case Object(entries):
            return all(_simple(one.value) for one in entries)
        case Call(_, args):
            return all(map(_simple, args))
        case Chain() | Arrow():
            return False


def _breaks_badly(node: Node) -> bool:
    """Whether a value rather stands on a line of its own: a short chain with next to nothing in its brackets."""
    return (
        isinstance(node, Chain)
        and len(node.rest) == 1
        and all(
            not one.args or (len(one.args) == 1 and isinstance(one.args[0], str) and len(one.args[0]) <= WIDTH // 4)
            for one in (node.first, *node.rest)
            if isinstance(one, Call)
        )
    )


def _listed(start: str, end: str, parts: Sequence[tuple[Node, str, str]], indent: str) -> str:
    inner = indent + "  "
    lines: list[str] = []
    for node, head, said in parts:
        line = _flat(node)
        if head and line is not None and len(inner) + len(head) + len(line) + 1 > WIDTH and _breaks_badly(node):
            lines.append(f"{comment(said, inner)}{inner}{head.rstrip()}\n{inner}  {line},\n")
        else:
            lines.append(f"{comment(said, inner)}{inner}{head}{show(node, inner, len(inner) + len(head), 1)},\n")
    return f"{start}\n{''.join(lines)}{indent}{end}" if lines else start + end


def _arguments(args: tuple[Node, ...], indent: str, column: int, after: int) -> str:
    """Brackets around arguments that do not fit: the last one may begin on the line of the bracket."""
    if not args:
        return "()"
    before = [_flat(one) for one in args[:-1]]
    hugs = isinstance(args[-1], Object | Array | Arrow) and None not in before
    if hugs and not (isinstance(args[-1], Arrow) and any(isinstance(one, Object) for one in args[:-1])):
        head = "(" + "".join(f"{one}, " for one in before)
        last = show(args[-1], indent, column + len(head), after + 1)
        if column + len(head) + len(last.split("\n", 1)[0]) <= WIDTH:
            return f"{head}{last})"
    return _listed("(", ")", [(one, "", "") for one in args], indent)


def _chain(first: Call | str, rest: tuple[Call, ...], indent: str, column: int, after: int) -> str:
    if len(rest) <= 1 and isinstance(first, Call):
        text = show(first, indent, column, sum(len(one.name) + 3 for one in rest[:1]) if rest else after)
        for number, call in enumerate(rest, 1):
            here = (column + len(text)) if "\n" not in text else len(text.rsplit("\n", 1)[1])
            text += "." + show(call, indent, here + 1, after if number == len(rest) else 0)
        return text
    if isinstance(first, str) and len(first) <= 2 and len(rest) <= 2:  # a name that is no longer than the indent
        text = first
        for number, call in enumerate(rest, 1):
            text += "." + show(call, indent, column + len(text) + 1, after if number == len(rest) else 0)
        return text
    inner = indent + "  "
    lines = [f"\n{inner}." + show(one, inner, len(inner) + 1, 1) for one in rest]
    return show(first, indent, column, 0) + "".join(lines)
