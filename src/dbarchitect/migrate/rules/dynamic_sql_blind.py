"""SQL that a text does not show

## What it says

A DO block, or a CALL, that runs SQL: what it does to tables is not looked at here.

## Why it matters

A linter that says nothing about it would call it clean.

## What would make it false

It only reads, or raises messages.

## How to mend it

`dba migrate rehearse` runs it on a private copy and records what it locks, rewrites and reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.script import is_marked, stands_outside
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Do, s.Select), severity=Severity.INFO)
_WORDS = re.compile(
    r"\b(EXECUTE|ALTER|CREATE|DROP|TRUNCATE|UPDATE|DELETE|INSERT|MERGE|LOCK|REINDEX|CLUSTER|REFRESH|PERFORM|CALL)\b",
    re.I,
)
_NO_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)


def check(site: Site) -> Iterator[Finding]:
    """The block, by the words of its code."""
    action = site.action
    at = ObjectRef(kind="database")
    if isinstance(action, s.Select):
        if site.sql[:4].upper() == "CALL":
            yield RULE.finding(
                at, f"what {action.functions[0].name}() does is traced by `dba migrate rehearse`", site.position
            )
        return
    assert isinstance(action, s.Do)
    if is_marked(site.script.text) and stands_outside(action):
        return  # a backfill of ours
    code = _NO_CODE.sub(" ", action.body)
    words = sorted({one.upper() for one in _WORDS.findall(code)})
    if action.language == "plpgsql" and not words:
        return
    what = ", ".join(words) if words else action.language
    how = "SQL that is put together at run time" if "EXECUTE" in words else f"a DO block with {what}"
    yield RULE.finding(at, f"{how} is not looked at here: `dba migrate rehearse` traces what it does", site.position)
