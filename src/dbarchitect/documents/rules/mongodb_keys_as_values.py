"""Field names that are data

## What it says

An object has more than 200 different field names in the sample: keys of a map, such as ids or days.

## Why it matters

No index serves them (each name is a path of its own), no query goes through all of them without `$objectToArray`, and a
validator can only describe them by a pattern.

## What would make it false

The object is written and read whole, and never searched in.

## How to mend it

An array of objects with the key as a field (`[{day: ..., count: ...}]`): one index on `counts.day` serves all. Or a
collection of its own where they grow.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, dotted, path_ref, sampled, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, certainty="likely")


def check(look: Documents) -> Iterator[Finding]:
    """Objects whose names are told apart no more."""
    for one in look.collections:
        for path in one.paths:
            if not path.path.endswith(".*"):
                continue
            parent = path.path.removesuffix(".*")
            names = f"{{$size: {{$objectToArray: {{$ifNull: ['${dotted(parent)}', {{}}]}}}}}}"
            yield RULE.finding(
                path_ref(one.name, parent),
                f"the field names of {one.name}.{parent} are data: more than 200 different ones in "
                f"{path.present:,} values ({sampled(one)})",
                facts={"values": path.present, "documents": path.documents, "sampled": one.sampled},
                ask=(
                    f"{shell(one.name)}.aggregate([{{$sample: {{size: {one.sampled}}}}}, "
                    f"{{$project: {{names: {names}}}}}, "
                    "{$sort: {names: -1}}, {$limit: 5}])",
                ),
            )
