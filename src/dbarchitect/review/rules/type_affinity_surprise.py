"""Type name that means something else

## What it says

SQLite knows a declared type by what its name contains, and this one contains what its author did not mean: a name of a
text (`STRING`, `STR`, `UUID`, `JSON`, `ENUM`, ...) that gets numeric affinity, or a name with `INT` within another word
(`POINT`, `INTERVAL`, `FLOATING POINT`) that gets integer affinity.

## Why it matters

A text that looks like a number is kept as one: '007' comes back as 7, and '1e3' as 1000.

The five rules are in sqlite.org/datatype3.html, 3.1: a name that contains INT is integer, one with CHAR, CLOB or TEXT
is text, one with BLOB or no name at all takes all as it is, REAL, FLOA and DOUB are real, and every other one,
misspelt ones included, is numeric. In a STRICT table such a name is refused.

## What would make it false

What is kept there never looks like a number, and never will.

## How to mend it

Call the type TEXT (or INTEGER, REAL, BLOB), best in a STRICT table. That takes a rebuild, which `dba check --fix`
writes; values that were turned into numbers already have lost what they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.lite import declared
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.WARNING, engines=("sqlite",))

_TEXTS = frozenset(
    """string str uuid guid json jsonb enum set xml html url uri email inet cidr ip macaddr hex hash password memo
    strin tex txt varying longstring""".split()  # noqa: SIM905
)
_INTEGERS = re.compile(r"(?:unsigned|signed|big|small|tiny|medium|int|integer|int[248]|(?:big|small|tiny|medium)int)\Z")
_WORD = re.compile(r"[a-z0-9_]+")
# Documents and addresses begin with what no number begins with, so that little happens to them.
_HARMLESS = frozenset(("json", "jsonb", "xml", "html", "url", "uri", "email"))


def check(review: Context) -> Iterator[Finding]:
    """Columns whose declared type has another affinity than its name says."""
    for table, column in review.columns():
        if table.sqlite is None or table.sqlite.strict:
            continue
        words = _WORD.findall(re.sub(r"\(.*", "", column.type.sql.lower()))
        text = next((word for word in words if word in _TEXTS), "")
        if base_type(column) == "numeric" and text:
            yield RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is {column.type.sql}, which SQLite takes for a number",
                severity=Severity.INFO if text in _HARMLESS else None,
                facts={"type": column.type.sql, "affinity": "numeric"},
                fix=(declared(table, column, "TEXT"),),
                experiment=_changed(column.type.sql, "'007'", "a text of digits comes back as another text"),
            )
        elif base_type(column) == "integer" and words and not any(_INTEGERS.match(word) for word in words):
            yield RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is {column.type.sql}, which contains INT and so is an integer",
                facts={"type": column.type.sql, "affinity": "integer"},
                experiment=_changed(column.type.sql, "'1e3'", "a text comes back as a whole number"),
            )


def _changed(declared: str, value: str, shows: str) -> Shown:
    return Shown(
        setup=(f"CREATE TEMP TABLE dba_probe (value {declared})", f"INSERT INTO dba_probe VALUES ({value})"),
        query=f"SELECT typeof(value) <> 'text', value AS came_back, {value} AS was_written FROM dba_probe",
        shows=shows,
    )
