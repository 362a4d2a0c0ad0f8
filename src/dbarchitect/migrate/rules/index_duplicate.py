"""An index that is there already

## What it says

An index that names a column twice, or whose columns are those of another index of the table, or the first ones of it.

## Why it matters

It costs space and slows down every write, and no query needs it.

## What would make it false

The other index is about to be dropped, or differs in what is not looked at here (operator classes, storage).

## How to mend it

Leave it out; or drop the shorter one once the longer one is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import index_name
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateIndex,))


def check(site: Site) -> Iterator[Finding]:
    """The index beside those that are known."""
    action = site.action
    assert isinstance(action, s.CreateIndex)
    table = site.picture.relation(action.table)
    name = index_name(site.picture, action)
    at = site.ref(table, name, "index")
    columns = action.columns
    twice = sorted({one for one in columns if columns.count(one) > 1})
    if twice:
        yield RULE.finding(at, f"{name} names {twice[0]} twice", site.position)
        return
    if not columns or action.where is not None or action.method != "btree" or any(k.opclass for k in action.keys):
        return
    if any(key.descending or key.collation for key in action.keys):
        return
    for other, index in table.indexes.items():
        if other == name or not index.plain or index.method != "btree" or not index.valid or index.partial:
            continue
        if other in _dropped_later(site):
            continue
        same = index.keys == columns and set(action.include) <= {*index.include, *index.keys}
        shorter = not action.unique and index.keys[: len(columns)] == columns and not action.include
        if (same and (index.unique or not action.unique)) or shorter:
            how = "has the same columns as" if index.keys == columns else "is the beginning of"
            yield RULE.finding(at, f"{name} {how} {other}", site.position, also=(site.ref(table, other, "index"),))
            return


def _dropped_later(site: Site) -> set[str]:
    drops = (unit.action for unit in site.later() if isinstance(unit.action, s.Drop))
    return {one.name for action in drops if action.kind == "index" for one in action.names}
