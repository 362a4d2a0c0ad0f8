"""What makes two statements the same query: the fingerprint, and what that leaves out.

libpg_query's fingerprint is equal for `id = 1`, `id IN (1, 2, 3)` and `id = ANY ($1)`, for one row of VALUES and for a
thousand, and for `LIMIT 10` with and without OFFSET. A batched loader then looks like the loop that it replaced, so a
query's id says in addition which of these it has.
"""

from __future__ import annotations

import re

from .parse import fingerprint

# Literals, parameters and comments. The first character stands alone in front, so that the search for it is quick; what
# follows is told by looking back at it. A backslash escapes in E'' only (standard_conforming_strings).
_TOKEN = re.compile(
    r"""['$0-9/-](?:
    (?<=[eE]')[^'\\]*(?:(?:''|\\.)[^'\\]*)*'
    |(?<=')[^']*(?:''[^']*)*'
    |(?<=\$)(?:\d+|(?P<tag>(?:[A-Za-z_]\w*)?\$).*?\$(?P=tag))
    |(?<=[0-9])(?<![\w$][0-9])\d*(?:\.\d+)?(?:[eE][+-]?\d+)?\b
    |(?<=/)\*.*?\*/
    |(?<=-)-[^\n]*
    )""",
    re.VERBOSE | re.DOTALL,
)
# The same where a quoted name holds what could be taken for one of these.
_QUOTED = re.compile('("[^"]*")|' + _TOKEN.pattern, re.VERBOSE | re.DOTALL)
_LONGEST = 1 << 14  # characters that are looked at: what is equal so far is one statement with a long list
_LIST = re.compile(r"\b(IN\s*)\(\s*\?(?:\s*,\s*\?)+\s*\)", re.IGNORECASE)
_ARRAY = re.compile(r"\[\s*\?(?:\s*,\s*\?)+\s*\]")
_ROWS = re.compile(r"(\([^()]*\))(?:\s*,\s*\1)+")
_ANY = re.compile(r"=\s*ANY\s*\(", re.IGNORECASE)
_OFFSET = re.compile(r"\bOFFSET\b", re.IGNORECASE)
_VALUES = re.compile(r"\bVALUES\s*\([^()]*\)\+", re.IGNORECASE)
_FIRST = re.compile(r"[\s(;?]*([A-Za-z]+)")
_QUERIES = frozenset(("select", "insert", "update", "delete", "merge", "with", "values", "table"))


def outline(sql: str) -> str:
    """`sql` without literals, comments and lengths of lists: equal outlines have equal fingerprints. Uses no parser."""
    if len(sql) > _LONGEST:
        sql = sql[:_LONGEST]
    if '"' in sql and not all(map(str.isidentifier, sql.split('"')[1::2])):
        text = _QUOTED.sub(lambda found: found[1] or "?", sql)
    else:
        text = _TOKEN.sub("?", sql)
    text = text.strip(" ?;\n\t\r")
    # Only where there may be one, as most texts have it: a list that is missed costs a look at the parser.
    return _shortened(text) if "?," in text or ")," in text else text


def _shortened(text: str) -> str:
    """Lists of literals, and rows of VALUES, at one length."""
    return _ARRAY.sub("[?+]", _ROWS.sub(r"\1+", _LIST.sub(r"\1(?+)", text)))


def is_query(outlined: str) -> bool:
    """Whether an outline is a SELECT, INSERT, UPDATE, DELETE, MERGE or WITH."""
    first = _FIRST.match(outlined)
    return first is not None and first[1].lower() in _QUERIES


def shape(sql: str, outlined: str | None = None) -> str:
    """The id of the query that `sql` is: its fingerprint and `-in`, `-any`, `-rows`, `-offset` as they apply.

    `outlined`: its `outline`, where that is known. Raises `InputError` for text that the grammar refuses.
    """
    text = _shortened(outline(sql) if outlined is None else outlined)
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
