"""What makes two statements the same query: the fingerprint, and what that leaves out.

libpg_query's fingerprint is equal for `id = 1`, `id IN (1, 2, 3)` and `id = ANY ($1)`, for one row of VALUES and for a
thousand, and for `LIMIT 10` with and without OFFSET. A batched loader then looks like the loop that it replaced, so a
query's id says in addition which of these it has.
"""

from __future__ import annotations

import re

from .parse import fingerprint

# Everything in which a comment, a quote or a number could be something else, in one pass. What is a name stays.
_TOKEN = re.compile(
    r"""("[^"]*")                           # a quoted name
    |(?:\b[eE])?'(?:[^'\\]|''|\\.)*'        # a string, read as E'' may be: a lone backslash is rare
    |(\$\d+)                                # a parameter
    |\$([A-Za-z_]\w*)?\$.*?\$\3\$           # a dollar-quoted string
    |\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b     # a number
    |(/\*.*?\*/|--[^\n]*)                   # a comment""",
    re.VERBOSE | re.DOTALL,
)
_LIST = re.compile(r"\b(IN\s*)\(\s*[?$](?:\s*,\s*[?$])+\s*\)", re.IGNORECASE)
_ARRAY = re.compile(r"\[\s*[?$](?:\s*,\s*[?$])+\s*\]")
_ROWS = re.compile(r"(\([^()]*\))(?:\s*,\s*\1)+")
_ANY = re.compile(r"=\s*ANY\s*\(", re.IGNORECASE)
_OFFSET = re.compile(r"\bOFFSET\b", re.IGNORECASE)
_VALUES = re.compile(r"\bVALUES\s*\([^()]*\)\+", re.IGNORECASE)
_FIRST = re.compile(r"[\s(;]*([A-Za-z]+)")
_QUERIES = frozenset(("select", "insert", "update", "delete", "merge", "with", "values", "table"))


def outline(sql: str) -> str:
    """`sql` without literals, comments and lengths of lists: equal outlines have equal fingerprints. Uses no parser."""
    text = _TOKEN.sub(_stand_in, sql).strip().rstrip(";")
    if "?" in text or "$" in text:
        if "(" in text:
            text = _ROWS.sub(r"\1+", _LIST.sub(r"\1(?+)", text))
        if "[" in text:
            text = _ARRAY.sub("[?+]", text)
    return text


def _stand_in(match: re.Match[str]) -> str:
    if match[1] is not None:
        return match[1]
    if match[2] is not None:
        return "$"
    return "?" if match[4] is None else " "


def is_query(outlined: str) -> bool:
    """Whether an outline is a SELECT, INSERT, UPDATE, DELETE, MERGE or WITH."""
    first = _FIRST.match(outlined)
    return first is not None and first[1].lower() in _QUERIES


def shape(sql: str, outlined: str | None = None) -> str:
    """The id of the query that `sql` is: its fingerprint and `-in`, `-any`, `-rows`, `-offset` as they apply.

    `outlined`: its `outline`, where that is known. Raises `InputError` for text that the grammar refuses.
    """
    text = outline(sql) if outlined is None else outlined
    flags = ""
    if "(?+)" in text:
        flags += "-in"
    if _ANY.search(text):
        flags += "-any"
    if _VALUES.search(text):
        flags += "-rows"
    if _OFFSET.search(text):
        flags += "-offset"
    return fingerprint(sql) + flags
