"""ALTER SCHEMA RENAME

## What it says

A schema is renamed.

## Why it matters

Every name of every table in it changes for the code that is running.

## What would make it false

No code names the schema, in SQL or in a search_path.

## How to mend it

A new schema, with views of the old names in the old one until no code uses them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Rename,))


def check(site: Site) -> Iterator[Finding]:
    """The schema."""
    action = site.action
    assert isinstance(action, s.Rename)
    if action.kind != "schema":
        return
    inside = sum(1 for name in site.picture.relations if name.schema == action.name.name)
    if inside and all(one.fresh for name, one in site.picture.relations.items() if name.schema == action.name.name):
        return
    many = f", with {inside:,} relations" if inside else ""
    yield RULE.finding(
        ObjectRef(kind="schema", schema=action.name.name),
        f"code that uses the schema {action.name.name} breaks: it is {action.new} from now on{many}",
        site.position,
    )
