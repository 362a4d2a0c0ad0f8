"""Columns in the text of an expression, replaced where the grammar says that a name is a column."""

from __future__ import annotations

import re

from dbarchitect.errors import InputError
from dbarchitect.model.names import quote_identifier

from . import tree

_PREFIX = b"SELECT "
_BARE = re.compile(rb"[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*")
_QUOTED = re.compile(rb'"(?:[^"]|"")*"')


def with_column(expression: str, old: str, new: str) -> str:
    """`expression` with the unqualified column `old` called `new`; all else stays as it is written, functions, types
    and constants of the same name too. Raises `InputError` for what the grammar refuses."""
    text = _PREFIX + expression.encode()
    try:
        parsed = tree.parse_all(text)
    except tree.ParserError as err:
        raise InputError(f"expression {expression!r}: {err.message}", hint="correct the expression") from err
    places = [
        int(fields.get("location", 0))
        for _, _, _, statement in parsed
        for kind, fields in tree.walk(statement)
        if kind == "ColumnRef" and len(fields.get("fields", ())) == 1 and tree.strings(fields["fields"]) == [old]
    ]
    for place in sorted(places, reverse=True):
        written = _QUOTED.match(text, place) or _BARE.match(text, place)
        if written is not None:
            text = text[:place] + quote_identifier(new).encode() + text[written.end() :]
    return text[len(_PREFIX) :].decode()
