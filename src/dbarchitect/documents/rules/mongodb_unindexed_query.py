"""Queries that no index serves

## What it says

The profiler has a query that walked through a whole collection (COLLSCAN), or examined a hundred documents for each one
that it returned; or no index begins with a path that a query of the file asks by. Collections of at least 1,000
documents.

## Why it matters

Its time grows with the collection, and it pushes what is used out of the cache.

## What would make it false

It is a report that runs now and then, or it wants most of the documents.

## How to mend it

`dba documents index SOURCE QUERIES` says which index serves it best, and counts what each would examine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from dbarchitect.documents.rule import Rule, asked_text, collection_ref, query_source, shell
from dbarchitect.model.documents import AskedQuery, Documents
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, needs=("queries",))

MANY = 1_000  # documents: fewer are walked through in about a millisecond
RATIO = 100  # documents examined for one returned


def check(look: Documents) -> Iterator[Finding]:
    """Queries that examine far more than they return."""
    for query in look.queries:
        one = look.collection(query.collection)
        if one is None or one.documents < MANY or query.form == "{}":
            continue
        if query.plan == "COLLSCAN":
            said = "walked through all of it (COLLSCAN)"
        elif query.examined and query.returned is not None and query.examined >= RATIO * max(query.returned, 1):
            said = f"examined {query.examined:,} documents for {query.returned:,}"
        elif not query.plan and one.indexes and not _begun(query, [index.keys[0][0] for index in one.indexes]):
            said = "has no index that begins with a path of it"
        else:
            continue
        yield RULE.finding(
            collection_ref(query.collection),
            f"{asked_text(query)} {said}, of {one.documents:,} documents",
            facts={
                "form": query.form, "calls": query.calls, "millis": query.millis, "examined": query.examined,
                "returned": query.returned, "documents": one.documents,
            },
            ask=(f"{shell(one.name)}.find(FILTER).explain('executionStats')",),
            read=f"read from {query_source(query)} and the indexes",
        )  # fmt: skip


def _begun(query: AskedQuery, firsts: Sequence[str]) -> bool:
    asked = _paths(json.loads(query.form)) | {path for path, _ in query.sort}
    return any(first in asked or first.endswith("$**") for first in firsts)


def _paths(form: Any) -> set[str]:
    found: set[str] = set()
    for key, value in cast("dict[str, Any]", form).items():
        if key in ("$and", "$or", "$nor") and isinstance(value, list):
            for one in cast("list[Any]", value):
                found |= _paths(one) if isinstance(one, dict) else set()
        elif not key.startswith("$"):
            found.add(key)
    return found
