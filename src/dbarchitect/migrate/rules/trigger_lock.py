"""Triggers, rules and policies lock their table

## What it says

CREATE, DROP, ENABLE or DISABLE TRIGGER, CREATE RULE, CREATE POLICY, row security on or off.

## Why it matters

CREATE TRIGGER takes SHARE ROW EXCLUSIVE, the others ACCESS EXCLUSIVE: short, but they wait for the longest
transaction and everybody waits behind.

## What would make it false

The table is hardly used while this runs.

## How to mend it

A `lock_timeout` of a second or two, and retries.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__,
    __doc__,
    on=(s.CreateTrigger, s.CreatePolicy, s.CreateRule, s.Drop, s.ToggleTrigger, s.ToggleRule, s.RowSecurity),
    severity=Severity.INFO,
)
_WORDS: dict[type, str] = {
    s.CreateTrigger: "CREATE TRIGGER",
    s.CreatePolicy: "CREATE POLICY",
    s.CreateRule: "CREATE RULE",
    s.ToggleTrigger: "ENABLE or DISABLE TRIGGER",
    s.ToggleRule: "ENABLE or DISABLE RULE",
    s.RowSecurity: "ROW LEVEL SECURITY",
}


def check(site: Site) -> Iterator[Finding]:
    """The table, where others use it and nothing limits the waiting."""
    what = site.command or site.action
    if isinstance(what, s.Drop):
        if what.kind not in ("trigger", "rule", "policy") or what.on is None:
            return
        name, words = what.on, f"DROP {what.kind.upper()}"
    else:
        name = getattr(site.action, "table")  # noqa: B009
        words = _WORDS[type(what)]
    table = site.picture.relation(name)
    lock = site.strongest(table.name)
    if site.unused(table) or lock is None or _limited(site):
        return
    yield RULE.finding(
        site.ref(table),
        f"{words} takes {lock} on {table.name.short}{site.size_of(table)}",
        site.position,
        facts={"lock": lock, "table": str(table.name)},
    )


def _limited(site: Site) -> bool:
    return site.passage.lock_timeout not in (None, "0")
