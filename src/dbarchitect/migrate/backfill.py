"""A backfill as SQL that any client can run: a loop that commits after each batch."""

from __future__ import annotations

from dbarchitect.model.names import quote_identifier
from dbarchitect.model.plan import Backfill


def loop(backfill: Backfill) -> str:
    """A DO block, without a semicolon, that runs the backfill in batches along its key. It must stand outside a
    transaction (psql, autocommit), because it commits.

    Each batch is found by its ends, in the order of the key, so that every statement of the loop reads one range of
    the key's index, however far the loop has come.
    """
    table = backfill.table
    columns = [quote_identifier(name) for name in backfill.key]
    starts = [f"dba_from_{number}" for number, _ in enumerate(columns, 1)]
    ends = [f"dba_to_{number}" for number, _ in enumerate(columns, 1)]
    key, start, end = (", ".join(names) for names in (columns, starts, ends))
    backwards = ", ".join(f"{one} DESC" for one in columns)
    wanted = f"({_ended(backfill.where)})" if backfill.where else ""
    first = f"WHERE {wanted}\n    " if wanted else ""
    also = f"\n            AND {wanted}" if wanted else ""
    variables = "\n".join(
        f"    {name} {table}.{column}%TYPE;"
        for names in (starts, ends)
        for name, column in zip(names, columns, strict=True)
    )
    assignments = ",\n            ".join(
        f"{quote_identifier(column)} = {_ended(expression)}" for column, expression in backfill.assignments.items()
    )
    # A column may be called `found`, or as one of the variables.
    body = f"""
#variable_conflict use_column
DECLARE
{variables}
BEGIN
    SELECT {key} INTO {start} FROM {table}
    {first}ORDER BY {key} LIMIT 1;
    WHILE FOUND LOOP
        SELECT {key} INTO {end} FROM (
            SELECT {key} FROM {table}
            WHERE ({key}) >= ({start}){also}
            ORDER BY {key} LIMIT {backfill.batch}
        ) AS batch
        ORDER BY {backwards} LIMIT 1;
        UPDATE {table} SET
            {assignments}
        WHERE ({key}) BETWEEN ({start}) AND ({end}){also};
        COMMIT;
        SELECT {key} INTO {start} FROM {table}
        WHERE ({key}) > ({end}){also}
        ORDER BY {key} LIMIT 1;
    END LOOP;
END
"""
    tag = "$backfill$"
    number = 0
    while tag in body:
        number += 1
        tag = f"$backfill{number}$"
    return f"DO {tag}{body}{tag}"


def _ended(expression: str) -> str:
    """`expression` with its last line ended, lest a comment there swallows what follows."""
    return f"{expression}\n" if "--" in expression else expression
