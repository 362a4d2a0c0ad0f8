"""One path, several types

## What it says

Values at one path have more than one type: text and numbers, an array and a single value. Numbers of different types
count as one, `null` as none. Paths of the elements of arrays count too.

## Why it matters

A query that compares with one type does not see the values of the other: `{age: {$gt: 18}}` finds no `'21'`. A sort
puts all of one type before all of the other.

## What would make it false

The path means different things in documents of different kinds (a discriminator says which).

## How to mend it

Convert the rarer ones (`$convert` in an update with a pipeline), then let a validator refuse them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, dotted, path_ref, sampled, shell
from dbarchitect.model.documents import NO_VALUE, NUMBERS, Documents
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, certainty="likely")

_CONVERTED = NUMBERS | {"string", "date", "objectId", "bool"}  # what $convert can do


def check(look: Documents) -> Iterator[Finding]:
    """Paths whose values have several types."""
    for one in look.collections:
        for path in one.paths:
            if len(path.kinds) < 2 or path.path.endswith("*"):
                continue
            usual, *others = [name for name in path.types if name not in NO_VALUE]
            rare = [name for name in others if not (name in NUMBERS and usual in NUMBERS)]
            field = dotted(path.path)
            fix: tuple[str, ...] = ()
            if usual in _CONVERTED and "[]" not in path.path and _CONVERTED.issuperset(rare):
                fix = (
                    f"{shell(one.name)}.updateMany({{{field!r}: {{$type: {rare!r}}}}}, [{{$set: {{{field!r}: "
                    f"{{$convert: {{input: '${field}', to: {usual!r}, onError: '${field}'}}}}}}}}])",
                )
            listed = ", ".join(f"{name} {count:,}" for name, count in path.types.items())
            documents = f", such as {', '.join(path.odd)}" if path.odd else ""
            yield RULE.finding(
                path_ref(one.name, path.path),
                f"{one.name}.{path.path} has values of several types: {listed}{documents} ({sampled(one)})",
                facts={**{f"of_{name}": count for name, count in path.types.items()}, "sampled": one.sampled},
                fix=fix,
                ask=(
                    f"{shell(one.name)}.aggregate([{{$sample: {{size: {one.sampled}}}}}, "
                    f"{{$group: {{_id: {{$type: '${field}'}}, documents: {{$sum: 1}}, one: {{$first: '$_id'}}}}}}])",
                ),
            )
