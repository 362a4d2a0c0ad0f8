"""Arrays that grow without bound

## What it says

The longest array at a path has 1,000 elements or more, or at least 200 and ten times the median of the path: one that
somebody adds to and nobody limits. No `maxItems` of a validator bounds it.

## Why it matters

The document grows with it until it is refused at 16 MB; each `$push` rewrites the document, and a multikey index has
one key an element.

## What would make it false

The array is bounded by the application (`$push` with `$slice`), or is written once.

## How to mend it

Give the elements a collection of their own that refers back, or keep buckets of so many; bound what stays with `$slice`
and `maxItems`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from dbarchitect.documents.paths import parts_of
from dbarchitect.documents.rule import Rule, dotted, path_ref, sampled, shell
from dbarchitect.model.documents import Collection, Documents
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, certainty="likely")

LONG = 1_000  # elements: with 100 bytes each 0.1 MB are rewritten with every change
GROWING = 200  # of the longest, where most arrays of the path are far shorter
TIMES = 10


def check(look: Documents) -> Iterator[Finding]:
    """Paths with long arrays."""
    for one in look.collections:
        for path in one.paths:
            if not path.lengths or _bounded(one, path.path):
                continue
            least, median, most = path.lengths
            if most < LONG and not (most >= GROWING and most >= TIMES * max(median, 1)):
                continue
            field = dotted(path.path)
            elements = f"{{$cond: [{{$isArray: '${field}'}}, {{$size: '${field}'}}, 0]}}"
            yield RULE.finding(
                path_ref(one.name, path.path),
                f"{one.name}.{path.path} has up to {most:,} elements (document {path.longest}), {median:,} in the "
                f"middle and {least:,} at least; {size_text(path.largest)} at most ({sampled(one)})",
                facts={
                    "least": least, "median": median, "most": most, "bytes": path.largest, "id": path.longest,
                    "sampled": one.sampled,
                },
                ask=(
                    f"{shell(one.name)}.aggregate([{{$sample: {{size: {one.sampled}}}}}, "
                    f"{{$project: {{elements: {elements}}}}}, {{$sort: {{elements: -1}}}}, {{$limit: 5}}])",
                ),
            )  # fmt: skip


def _bounded(one: Collection, path: str) -> bool:
    """Whether the validator limits the array's elements."""
    if not one.validator or one.action == "warn":
        return False
    schema: Any = json.loads(one.validator).get("$jsonSchema")
    for part in parts_of(path):
        if not isinstance(schema, dict):
            return False
        held = cast("dict[str, Any]", schema)
        below: Any = held if part == "[]" else held.get("properties") or {}
        schema = below.get("items" if part == "[]" else part)
    return isinstance(schema, dict) and "maxItems" in schema
