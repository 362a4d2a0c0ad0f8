"""Whether a script is SQLite's: its own parser is asked, and words that it would take for any name."""

from __future__ import annotations

import re
import sqlite3

from dbarchitect.sql.sqlite import read_table, split_sqlite, tokens

from .connection import private

_ROWS = frozenset(("INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "SELECT"))
# What its parser says of other engines' words, and of `public.orders`; other errors come of what is not here.
_SAID = re.compile(r"syntax error|unrecognized token|incomplete input|unknown database")
# Types of PostgreSQL's that no program gives a column of SQLite's, which takes any word for a type.
_TYPES = frozenset("smallserial serial bigserial timestamptz bytea tsvector regclass citext inet".upper().split())
_STEP = re.compile(r"^-- dba: (?:step|undoes)\b", re.M)


def why_not_sqlite(text: str, file: str) -> str:
    """What shows that a script is none of SQLite's; "" where nothing does. It is run, but for its rows, on an empty
    database of our own."""
    if _STEP.search(text):
        return "its steps are marked as those for PostgreSQL"
    with private() as connection:
        for one in split_sqlite(text, file) if tokens(text) else ():
            if one.kind in _ROWS:
                continue
            try:
                connection.execute(one.sql)
            except (sqlite3.Error, sqlite3.Warning) as err:
                if _SAID.search(str(err)):
                    return f"line {one.position.line}: {err}"
                continue
            types = (
                {column.type.upper() for column in read_table(one.sql).columns} if one.kind == "CREATE TABLE" else ()
            )
            if found := sorted(_TYPES.intersection(types)):
                return f"line {one.position.line}: {found[0]} is a type of PostgreSQL's"
    return ""
