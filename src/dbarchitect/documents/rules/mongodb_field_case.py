"""Field names that differ by their writing alone

## What it says

Two fields of one object have the same name but for upper and lower case or underscores: `userId`, `userid`, `user_id`.

## Why it matters

They are different fields to MongoDB: a query by one does not see the documents that have the other, and nothing says
so.

## What would make it false

Both are meant, each for something of its own.

## How to mend it

Rename the rarer with `$rename`, then let a validator refuse it (`additionalProperties: false`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, dotted, path_ref, sampled, shell
from dbarchitect.model.documents import Documents, PathShape
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, certainty="likely")


def check(look: Documents) -> Iterator[Finding]:
    """Fields of one object whose names differ by their writing."""
    for one in look.collections:
        groups: dict[tuple[str, str], list[PathShape]] = defaultdict(list)
        for path in one.paths:
            parent, _, name = path.path.rpartition(".")
            plain = name.replace("_", "").casefold()
            if plain and not name.endswith(("*", "[]")):
                groups[parent, plain].append(path)
        for same in groups.values():
            if len(same) < 2:
                continue
            usual, *rest = sorted(same, key=lambda path: (-path.present, path.path))
            to = dotted(usual.path)
            listed = ", ".join(f"{path.path} {path.present:,}" for path in (usual, *rest))
            yield RULE.finding(
                path_ref(one.name, rest[0].path),
                f"fields of {one.name} differ by their writing alone: {listed} ({sampled(one)})",
                facts={**{path.path: path.present for path in same}, "sampled": one.sampled},
                fix=tuple(
                    f"{shell(one.name)}.updateMany({{{path.path!r}: {{$exists: true}}, {to!r}: {{$exists: false}}}}, "
                    f"{{$rename: {{{path.path!r}: {to!r}}}}})"
                    for path in rest
                    if "[]" not in path.path and "*" not in path.path
                ),
                ask=tuple(
                    f"{shell(one.name)}.countDocuments({{{dotted(path.path)!r}: {{$exists: true}}}})"
                    for path in (usual, *rest)
                ),
            )
