"""What the rows of an SQLite database show of its design: counts alone, never a value.

A column's declared type is a wish; `typeof` says what is there. Foreign keys hold only for connections that asked for
it, so `PRAGMA foreign_key_check` says which rows refer to nothing.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from dbarchitect.model.facts import SqliteFacts, StoredTypes
from dbarchitect.model.finding import Gap
from dbarchitect.model.schema import Relational, Table
from dbarchitect.sql.sqlite import quoted

from .facts import MOST_READ

MOST_ROWS = 100_000  # of a table: what is in one of ten thousand rows is still seen about ten times
_MOST_VIOLATIONS = 1_000_000

# How moments are written as text, by GLOB: SQLite's own functions take all but the last two.
SHAPES = {
    "2026-11-26 10:00:00": "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]*",
    "2026-11-26T10:00:00": "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]*",
    "2026-11-26": "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]",
    "26.11.2026": "[0-9]*.[0-9]*.[0-9][0-9][0-9][0-9]*",
    "11/26/2026": "[0-9]*/[0-9]*/[0-9][0-9][0-9][0-9]*",
}


def look(
    connection: sqlite3.Connection,
    schema: Relational,
    *,
    most: int = MOST_ROWS,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[SqliteFacts, tuple[Gap, ...]]:
    """What up to `most` rows of each table show, and which rows break foreign keys. 0: none are read."""
    page_size = int(schema.settings.get("page_size", "4096"))
    pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
    facts = SqliteFacts(
        journal_mode=schema.settings.get("journal_mode", ""),
        page_size=page_size,
        analyzed=bool(
            connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone()[0]
        ),
    )
    gaps: list[Gap] = []
    if most <= 0:
        return facts, ()
    stored: dict[str, tuple[StoredTypes, ...]] = {}
    read: dict[str, int] = {}
    for table in schema.tables:
        if table.kind == "virtual":
            continue
        progress(f"reading rows of {table.name.short}")
        try:
            stored[str(table.name)], read[str(table.name)] = _stored(connection, table, most)
        except sqlite3.OperationalError as err:  # a generated column that calls what is not here
            gaps.append(Gap(kind="rows", name=table.name.short, effect=f"not looked at: {err}"))
    violations: tuple[tuple[str, str, int], ...] | None = None
    if any(table.foreign_keys for table in schema.tables):
        if pages * page_size <= MOST_READ:
            progress("checking foreign keys")
            violations, more = _violations(connection, schema)
            gaps += more
        else:
            gaps.append(Gap(kind="rows", name="foreign keys", effect="not checked: the file is larger than 1 GiB"))
    return replace(facts, stored=stored, read=read, violations=violations), tuple(gaps)


def _stored(connection: sqlite3.Connection, table: Table, most: int) -> tuple[tuple[StoredTypes, ...], int]:
    """One reading of the table: what the values of each column are."""
    parts: list[str] = ["count(*)"]
    names = [one.name for one in table.columns]
    kinds = ("integer", "real", "text", "blob")
    for number in range(len(names)):
        column = f"c{number}"
        parts += [f"sum(typeof({column}) = '{kind}')" for kind in kinds]
        parts.append(_numbers(column))
        parts += [f"sum(typeof({column}) = 'text' AND {column} GLOB '{glob}')" for glob in SHAPES.values()]
    inner = ", ".join(f"{quoted(name)} AS c{number}" for number, name in enumerate(names))
    found: list[int] = []
    width = len(kinds) + 1 + len(SHAPES)
    at_once = 150 * width  # SQLite's limit of columns in a result is 2,000
    for start in range(0, len(parts), at_once):
        asked = ", ".join(parts[start : start + at_once])
        sql = f"SELECT {asked} FROM (SELECT {inner} FROM {quoted(table.name.name)} LIMIT {most})"
        row = connection.execute(sql).fetchone()
        found += [int(value or 0) for value in row]
    seen: list[StoredTypes] = []
    for number, name in enumerate(names):
        at = 1 + number * width
        counts = found[at : at + width]
        seen.append(
            StoredTypes(
                column=name,
                types={kind: count for kind, count in zip(kinds, counts, strict=False) if count},
                numbers=counts[len(kinds)],
                shapes={shape: count for shape, count in zip(SHAPES, counts[len(kinds) + 1 :], strict=True) if count},
            )
        )
    return tuple(seen), found[0]


def _numbers(column: str) -> str:
    """Counts texts that are a number and nothing else, without a leading zero: codes and phone numbers have one."""
    plain = f"{column} NOT GLOB '*[^0-9.-]*' AND {column} GLOB '*[0-9]*' AND {column} NOT GLOB '0[0-9]*'"
    return f"sum(typeof({column}) = 'text' AND {plain} AND CAST(CAST({column} AS NUMERIC) AS TEXT) = {column})"


def _violations(
    connection: sqlite3.Connection, schema: Relational
) -> tuple[tuple[tuple[str, str, int], ...], list[Gap]]:
    found: Counter[tuple[str, str]] = Counter()
    gaps: list[Gap] = []
    for table in schema.tables:
        keys = table.foreign_keys
        if not keys:
            continue
        columns: dict[int, list[str]] = {}
        for number, column in connection.execute(
            'SELECT id, "from" FROM pragma_foreign_key_list(?) ORDER BY id, seq', (table.name.name,)
        ):
            columns.setdefault(number, []).append(column)
        try:
            rows = connection.execute(f"PRAGMA foreign_key_check({quoted(table.name.name)})")
            for count, (_, _, _, number) in enumerate(rows):
                own = tuple(columns.get(number, ()))
                name = next((key.name for key in keys if key.columns == own), "")
                found[str(table.name), name] += 1
                if count >= _MOST_VIOLATIONS:
                    break
        except sqlite3.OperationalError as err:  # "foreign key mismatch": the target is no key
            gaps.append(Gap(kind="foreign key", name=table.name.short, effect=f"not checked: {err}"))
    return tuple((table, key, count) for (table, key), count in sorted(found.items())), gaps
