"""The parser at the door: PostgreSQL 18's grammar (libpg_query) as plain dictionaries.

The JSON form of the tree is used, not protobuf: protobuf's decoder stops at 100 nested messages, which a `UNION` of
100 branches or a concatenation of 50 columns already exceeds. Nodes are one-key dictionaries, `{"ColumnRef": {...}}`,
as libpg_query writes them; fields that hold their default are absent. Offsets are bytes of the UTF-8 text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar, cast

import msgspec
from postgast import PgQueryError, native
from postgast.errors import check_error

T = TypeVar("T")
Node = dict[str, Any]

# The C code recurses once a nesting level (some 150 bytes each in 8 MB of main-thread stack): longer texts get a
# thread whose stack no text of that length can exhaust.
_SAFE_BYTES = 40_000
_STACK_PER_BYTE = 512
_STACK_LIMIT = 1 << 30
_threads = threading.Lock()


class ParserError(Exception):
    """The parser's refusal: `message` is PostgreSQL's, `offset` counts characters from 0 (-1: unknown)."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def _guarded(call: Callable[[], T], size: int) -> T:
    if size < _SAFE_BYTES:
        return call()
    result: list[T] = []
    failure: list[Exception] = []

    def run() -> None:
        try:
            result.append(call())
        except (PgQueryError, RecursionError, msgspec.DecodeError) as err:
            failure.append(err)

    with _threads:
        before = threading.stack_size(min(max(size * _STACK_PER_BYTE, 64 << 20), _STACK_LIMIT))
        try:
            thread = threading.Thread(target=run)
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


def call_parser(call: Callable[[], T], size: int) -> T:
    """Run a call of the parser on `size` bytes of text. Raises `ParserError`, and nothing else."""
    try:
        return _guarded(call, size)
    except PgQueryError as err:
        raise ParserError(str(err.message), err.cursorpos - 1) from err
    except RecursionError as err:
        raise ParserError("the statement nests too deeply", 0) from err


def parse(sql: str) -> list[tuple[str, Node]]:
    """The statements of `sql`, each as (node type, its fields). Raises `ParserError`."""
    text = sql.encode("utf-8", "replace")
    if b"\0" in text:
        raise ParserError("a NUL character", text.index(b"\0"))

    return [(kind, fields) for _, _, kind, fields in parse_all(text)]


def parse_all(text: bytes) -> list[tuple[int, int, str, Node]]:
    """The statements of `text` as (start, end, node type, its fields), by byte offsets. Raises `ParserError`."""

    def call() -> Node:
        result = native.lib.pg_query_parse(text)
        try:
            check_error(result)
            return msgspec.json.decode(cast(bytes, result.parse_tree))
        finally:
            native.lib.pg_query_free_parse_result(result)

    found: list[tuple[int, int, str, Node]] = []
    for one in call_parser(call, len(text)).get("stmts", []):
        if one.get("stmt"):
            start = one.get("stmt_location", 0)
            kind, fields = next(iter(one["stmt"].items()))
            found.append((start, start + one["stmt_len"] if one.get("stmt_len") else len(text), kind, fields))
    return found


def split(text: bytes) -> list[tuple[int, int]]:
    """Byte ranges [start, end) of the statements of `text`, by the full grammar. Raises `ParserError`."""

    def call() -> list[tuple[int, int]]:
        result = native.lib.pg_query_split_with_parser(text)
        try:
            check_error(result)
            ranges: list[tuple[int, int]] = []
            for i in range(cast(int, result.n_stmts)):
                one = result.stmts[i].contents
                ranges.append((int(one.stmt_location), int(one.stmt_location + one.stmt_len)))
            return ranges
        finally:
            native.lib.pg_query_free_split_result(result)

    return call_parser(call, len(text))


def mappings(node: Any, *, besides: Collection[str] = ()) -> Iterator[Node]:
    """Every dictionary below `node`, itself too, in no order that counts; what stands under the keys `besides` is not
    looked at."""
    stack: list[Any] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, list | tuple):
            stack.extend(cast("list[Any]", one))
        elif isinstance(one, dict):
            fields = cast(Node, one)
            yield fields
            stack.extend(value for key, value in fields.items() if key not in besides)


def walk(node: Any) -> Iterator[tuple[str, Node]]:
    """Every typed node below `node` as (type, fields), parents first, in the order of the text."""
    stack: list[Any] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack.extend(reversed(cast("list[Any]", one)))
        elif isinstance(one, dict):
            fields = cast(Node, one)
            for key, value in fields.items():
                if key[:1].isupper() and isinstance(value, dict):
                    yield key, cast(Node, value)
            stack.extend(reversed(fields.values()))


def selects(node: Any) -> Iterator[Node]:
    """The fields of every SELECT below `node`; the arms of a UNION, whose type the tree does not name, are such too."""
    for kind, fields in walk(node):
        if kind == "SelectStmt":
            stack = [fields]
            while stack:
                one = stack.pop()
                yield one
                stack += [one[arm] for arm in ("rarg", "larg") if arm in one]


def strings(items: Any) -> list[str]:
    """The texts of a list of String nodes (a qualified name, a column list); others are left out."""
    return [one["String"].get("sval", "") for one in items or () if "String" in one]
