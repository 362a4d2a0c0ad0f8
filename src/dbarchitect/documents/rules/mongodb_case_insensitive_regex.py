"""Searches by expressions that walk through an index

## What it says

A query of the profiler or the file searches by a regular expression without regard to case, or one that does not begin
with `^` and plain characters.

## Why it matters

An index has its keys in order: such an expression looks at every one of them, however few match.

## What would make it false

The rest of the filter leaves few keys.

## How to mend it

For equality without case an index with the collation `{locale: 'en', strength: 2}`, and a query with the same; else a
field in lower case. For words in text a text or search index.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, asked_text, path_ref, query_source, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, needs=("queries",), certainty="likely")


def check(look: Documents) -> Iterator[Finding]:
    """Expressions over all keys."""
    for query in look.queries:
        for path, wrong in query.regex:
            fix = (
                f"{shell(query.collection)}.createIndex({{{path!r}: 1}}, {{collation: {{locale: 'en', strength: 2}}}})"
            )
            yield RULE.finding(
                path_ref(query.collection, path),
                f"{asked_text(query)} searches {path} by an expression {wrong}",
                facts={"form": query.form, "calls": query.calls, "millis": query.millis},
                fix=(fix,) if wrong == "without regard to case" else (),
                ask=(f"{shell(query.collection)}.find(FILTER).explain('executionStats')",),
                read=f"read from {query_source(query)}",
            )
