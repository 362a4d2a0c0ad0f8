"""Dates as text

## What it says

Nine in ten texts at a path are written like a date (`2024-01-31`, `2024-01-31T10:00:00Z`).

## Why it matters

Text of different forms or time zones does not sort by time, `$dateTrunc`, `$dateDiff` and TTL indexes take dates alone,
and the text takes more than the 8 bytes of a date.

## What would make it false

The value is a day without a time that is only compared whole, and its form is enforced.

## How to mend it

Convert it with `$convert` in an update with a pipeline, then let a validator ask for `bsonType: date`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, dotted, path_ref, sampled, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, certainty="likely")

MOST = 0.9  # of the texts
FEW = 5  # texts: of fewer nothing is said


def check(look: Documents) -> Iterator[Finding]:
    """Paths whose texts are dates."""
    for one in look.collections:
        for path in one.paths:
            texts = path.types.get("string", 0)
            if texts < FEW or path.dates < MOST * texts:
                continue
            field = dotted(path.path)
            fix = (
                f"{shell(one.name)}.updateMany({{{field!r}: {{$type: 'string'}}}}, [{{$set: {{{field!r}: "
                f"{{$convert: {{input: '${field}', to: 'date', onError: '${field}'}}}}}}}}])",
            )
            yield RULE.finding(
                path_ref(one.name, path.path),
                f"{path.dates:,} of {texts:,} texts at {one.name}.{path.path} are dates, "
                f"{path.bytes // path.present:,} bytes each where a date takes 8 ({sampled(one)})",
                facts={"dates": path.dates, "texts": texts, "bytes": path.bytes, "sampled": one.sampled},
                fix=fix if "[]" not in path.path and "*" not in path.path else (),
                ask=(f"{shell(one.name)}.countDocuments({{{field!r}: /^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}/}})",),
            )
