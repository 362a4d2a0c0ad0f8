"""CREATE OR REPLACE that PostgreSQL refuses

## What it says

CREATE OR REPLACE VIEW that drops, renames or reorders a column of the view, or CREATE OR REPLACE FUNCTION that
returns another type.

## Why it matters

PostgreSQL refuses it, so the migration fails: a replaced view may only get further columns at its end.

## What would make it false

The view or function is dropped before.

## How to mend it

Drop it and make it anew, with owner, grants and comments, and what depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateView, s.CreateFunction), severity=Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """The new definition against the one that is known."""
    action = site.action
    if isinstance(action, s.CreateFunction):
        yield from _function(site, action)
        return
    assert isinstance(action, s.CreateView)
    old = site.picture.get(action.name)
    if not action.replace or old is None or old.kind != "view" or not old.outputs or not action.columns:
        return
    if action.columns[: len(old.outputs)] == old.outputs:
        return
    number = next((n for n, name in enumerate(old.outputs) if n >= len(action.columns) or action.columns[n] != name), 0)
    new = action.columns[number] if number < len(action.columns) else "nothing"
    yield RULE.finding(
        site.ref(old),
        f"column {number + 1} of {old.name.short} is {old.outputs[number]}, and would become {new}",
        site.position,
    )


def _function(site: Site, action: s.CreateFunction) -> Iterator[Finding]:
    if not action.replace or action.procedure:
        return
    for name in site.picture.in_path(action.name):
        key = f"{name}({', '.join(action.arguments)})"
        before = site.picture.returns.get(key)
        if before and action.returns and before.lower() != action.returns.lower() and _plain(before):
            yield RULE.finding(
                ObjectRef(kind="function", schema=name.schema, name=f"{name.name}({', '.join(action.arguments)})"),
                f"{name.short} returns {before}, and would return {action.returns}",
                site.position,
            )


def _plain(type_: str) -> bool:
    """Whether a type is written in one way only: the catalogue and a script may spell others differently."""
    return type_ in ("integer", "bigint", "text", "boolean", "uuid", "jsonb", "json", "numeric", "smallint", "trigger")
