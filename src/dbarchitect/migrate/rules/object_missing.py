"""A statement about what is not there

## What it says

A table, column, constraint or index that does not exist where the statement runs, or that exists already.

## Why it matters

PostgreSQL refuses it, so the migration fails.

## What would make it false

The schema is another one where this runs.

## How to mend it

Correct the name; IF EXISTS or IF NOT EXISTS only where both states are right.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__,
    __doc__,
    on=(s.AlterTable, s.CreateIndex, s.Drop, s.CreateTable, s.Rename, s.Update, s.Delete, s.Insert, s.Truncate),
    severity=Severity.ERROR,
)


def check(site: Site) -> Iterator[Finding]:
    """Names against what is known to be there, or known to be gone."""
    action, picture = site.action, site.picture
    if isinstance(action, s.CreateTable):
        existing = picture.get(action.table)
        tables = ("table", "partitioned", "foreign")
        seen = existing is not None and existing.kind in tables and (existing.known or existing.fresh)
        if existing is not None and seen and not action.if_not_exists:
            yield _said(site, existing.name, "exists already")
        return
    if isinstance(action, s.CreateIndex):
        full = Name(schema=picture.full(action.table).schema, name=action.name)
        if action.name and full in picture.index_tables and not action.if_not_exists:
            yield _said(site, picture.full(action.table), f"has an index {action.name} already")
        yield from _missing(site, action.table, [key.column for key in action.keys if key.column])
        return
    if isinstance(action, s.Drop):
        yield from _drops(site, action)
        return
    if isinstance(action, s.AlterTable):
        if action.kind == "table" and not action.if_exists:
            yield from _commands(site, action)
        return
    if isinstance(action, s.Truncate):
        for name in action.tables:
            yield from _missing(site, name, [])
        return
    if isinstance(action, s.Rename):
        if action.kind in ("table", "column"):
            yield from _missing(site, action.name, [action.sub] if action.kind == "column" else [])
        return
    assert isinstance(action, s.Update | s.Delete | s.Insert)
    yield from _missing(site, action.table, list(action.columns) if isinstance(action, s.Update) else [])


def _missing(site: Site, name: Name, columns: list[str]) -> Iterator[Finding]:
    picture = site.picture
    relation = picture.get(name)
    full = picture.full(name)
    if relation is None:
        if full in picture.gone or (picture.complete and not full.schema.startswith("pg_") and _plain(full)):
            yield _said(site, full, "does not exist")
        return
    for column in columns:
        if column in relation.columns or column in _SYSTEM:
            continue
        if column in relation.gone or (relation.known and relation.kind in ("table", "partitioned")):
            yield _said(site, full, f"has no column {column}")


def _plain(name: Name) -> bool:
    return name.schema != "information_schema"


_SYSTEM = ("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid")


def _said(site: Site, name: Name, what: str) -> Finding:
    return RULE.finding(
        ObjectRef(kind="table", schema=name.schema, name=name.name), f"{name.short} {what}", site.position
    )


def _drops(site: Site, action: s.Drop) -> Iterator[Finding]:
    if action.if_exists:
        return
    for name in action.names:
        if action.kind == "table":
            yield from _missing(site, name, [])
        elif action.kind == "index":
            full = site.picture.index_full(name)
            if site.picture.complete and full not in site.picture.index_tables:
                at = ObjectRef(kind="index", schema=full.schema, name="", sub=full.name)
                yield RULE.finding(at, f"there is no index {full.name}", site.position)


def _commands(site: Site, action: s.AlterTable) -> Iterator[Finding]:
    table = site.picture.get(action.table)
    if table is None:
        yield from _missing(site, action.table, [])
        return
    added: set[str] = set()
    for command in action.commands:
        if isinstance(command, s.AddColumn):
            if command.column.name in table.columns and not command.if_not_exists and command.column.name not in added:
                yield _said(site, table.name, f"has a column {command.column.name} already")
            added.add(command.column.name)
            continue
        named: list[str] = []
        if isinstance(command, s.SetType | s.SetDefault | s.SetNotNull | s.DropNotNull | s.SetExpression) or (
            isinstance(command, s.DropColumn) and not command.if_exists
        ):
            named = [command.name]
        elif isinstance(command, s.AddConstraint) and not command.constraint.using_index:
            named = [one for one in command.constraint.columns if one]
        elif isinstance(command, s.ValidateConstraint) or (
            isinstance(command, s.DropConstraint) and not command.if_exists
        ):
            if table.known and command.name not in table.constraints and not _pending(action, command.name):
                yield _said(site, table.name, f"has no constraint {command.name}")
            continue
        yield from _missing(site, action.table, [one for one in named if one not in added])


def _pending(action: s.AlterTable, name: str) -> bool:
    return any(isinstance(one, s.AddConstraint) and one.constraint.name == name for one in action.commands)
