"""Values that are not of the declared type

## What it says

The rows of a column with integer or real affinity hold texts or blobs, or those of a text column hold blobs. Read
from up to 100,000 rows of the table. Moments (`DATE`, `DATETIME`, `TIMESTAMP`) are left out: SQLite keeps them as
text.

## Why it matters

Text sorts after every number and compares as larger, so sums, ranges and orders over the column are wrong without an
error.

SQLite keeps what it cannot convert as it is ("flexible typing", sqlite.org/flextypegood.html): 'n/a' in a REAL column
is a text. `sum()` counts it as 0, `max()` gives it.

## What would make it false

The column is meant to hold several types, and all that reads it asks `typeof`.

## How to mend it

Convert or remove these rows, then keep others out: a STRICT table, or CHECK (typeof(column) IN ('integer', 'null')).
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.WARNING, needs="rows", engines=("sqlite",))

_STRANGE = {"integer": ("text", "blob"), "real": ("text", "blob"), "text": ("blob",)}
_NUMERIC = ("NUMERIC", "DECIMAL", "NUMBER", "MONEY")  # of numeric affinity, those that mean a number


def check(review: Context) -> Iterator[Finding]:
    """Columns in which rows of another type were seen."""
    facts = review.facts.sqlite if review.facts else None
    if facts is None:
        return
    for table, column in review.columns():
        seen = next((one for one in facts.stored.get(str(table.name), ()) if one.column == column.name), None)
        kind = base_type(column)
        if kind == "numeric" and column.type.sql.upper().startswith(_NUMERIC):
            kind = "real"
        strange = {one: seen.types[one] for one in _STRANGE.get(kind, ()) if one in seen.types} if seen else {}
        if seen is None or not strange:
            continue
        count, rows = sum(strange.values()), facts.read.get(str(table.name), 0)
        what = " and ".join(strange)
        name = quote_identifier(column.name)
        kinds = ", ".join(f"'{one}'" for one in strange)
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} is {column.type.sql}, and {count:,} of {rows:,} rows hold {what} there",
            facts={"rows": rows, "strange": count, **{f"{one}_rows": many for one, many in strange.items()}},
            offenders=f"SELECT * FROM {table.name} WHERE typeof({name}) IN ({kinds})",
            experiment=Shown(
                setup=(
                    f"CREATE TEMP TABLE dba_probe (value {column.type.sql})",
                    "INSERT INTO dba_probe VALUES (x'61'), (1)"
                    if kind == "text"
                    else "INSERT INTO dba_probe VALUES ('n/a'), (1)",
                ),
                query="SELECT count(DISTINCT typeof(value)) > 1, group_concat(typeof(value)) AS types FROM dba_probe",
                shows="the declared type keeps a value of another type as it is",
            ),
        )
