"""Documents that grow towards 16 MB

## What it says

A sampled document takes 2 MB or more (a warning), or 8 MB or more (an error: half of what fits).

## Why it matters

A document of more than 16 MB is refused (`maxBsonObjectSize`): the write that would make it so fails, in an application
that worked until then. Long before that each read carries all of it, and each update writes all of it.

## What would make it false

Documents are written once and read whole, such as a file in parts.

## How to mend it

Move what grows into a collection of its own, with a reference; keep in the document what is read with it (the newest of
them, say). Files belong in GridFS or an object store.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, collection_ref, sampled, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity

RULE = Rule(__name__, __doc__)

MOST = 16 * 2**20  # maxBsonObjectSize
LARGE = 2 * 2**20  # an eighth of it: three doublings are left
NEAR = 8 * 2**20  # half of it: one doubling is left


def check(look: Documents) -> Iterator[Finding]:
    """Collections with large documents."""
    for one in look.collections:
        if not one.large or one.large[0].bytes < LARGE:
            continue
        worst = one.large[0]
        widest = max((path for path in one.paths if "." not in path.path), key=lambda path: path.largest)
        yield RULE.finding(
            collection_ref(one.name),
            f"the document {worst.id} of {one.name} takes {size_text(worst.bytes)} of 16 MB, of which a value of "
            f"{widest.path} takes up to {size_text(widest.largest)} ({sampled(one)})",
            severity=Severity.ERROR if worst.bytes >= NEAR else Severity.WARNING,
            facts={"bytes": worst.bytes, "id": worst.id, "limit": MOST, "path": widest.path, "sampled": one.sampled},
            ask=(
                f"{shell(one.name)}.aggregate([{{$sample: {{size: {one.sampled}}}}}, "
                "{$project: {bytes: {$bsonSize: '$$ROOT'}}}, {$sort: {bytes: -1}}, {$limit: 5}])",
            ),
        )
