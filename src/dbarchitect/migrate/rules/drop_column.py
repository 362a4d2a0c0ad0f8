"""DROP COLUMN

## What it says

A column is dropped.

## Why it matters

Its values are gone, and running code that still names the column, or has it cached, breaks at once.

## What would make it false

Nothing has used the column since a release that is rolled out everywhere.

## How to mend it

Stop using it, deploy, then drop it; `dba migrate apply` keeps a backup, and `--keep` moves it aside.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site, new_columns
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.DropColumn,))


def check(site: Site) -> Iterator[Finding]:
    """The column, unless this migration made it."""
    command = site.command
    assert isinstance(command, s.DropColumn)
    table = site.table
    column = table.columns.get(command.name)
    if table.fresh or (column is not None and column.fresh and _added_here(site, command.name)):
        return
    if command.if_exists and table.known and column is None:
        return
    lost = [name for name, index in table.indexes.items() if command.name in (*index.mentions, *index.include)]
    more = f", and with it {', '.join(lost)}" if lost else ""
    yield RULE.finding(
        site.ref(table, command.name),
        f"the values of {table.name.short}.{command.name} are gone{more}",
        site.position,
        facts={"rows": table.rows} if table.rows is not None else None,
    )


def _added_here(site: Site, name: str) -> bool:
    return any(
        column.name == name and site.picture.full(table) == site.table.name
        for unit in site.units[: site.number]
        for table, column in new_columns(unit.action)
    )
