"""Value that is larger than a request may be

## What it says

A key of the sample takes more than one request to Upstash may hold. The limit is a dated fact
(`design/facts/upstash.toml`); `--facts FILE` replaces it with that of your plan.

## Why it matters

A command that carries or returns it whole fails: `ERR max request size exceeded`. A collection may grow past the limit,
since each write to it is small, until the first HGETALL, SMEMBERS or LRANGE 0 -1 of it.

## What would make it false

The plan has a higher limit (Pro and Enterprise do), or a collection is read in parts only (HGET, HSCAN, a page of
LRANGE).

## How to mend it

Several keys by a part of the name, a compressed value, or a store of files with its address here.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import Rule, keys_ref
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("keys",), severity=Severity.ERROR)


def check(space: Keyspace) -> Iterator[Finding]:
    """The largest of the sample, where there is such a limit."""
    if space.request is None:
        return
    for one in space.big:
        if one.bytes <= space.request:
            continue
        whole = one.type == "string"
        yield RULE.finding(
            keys_ref(one.key),
            f"the {one.type} {one.key} takes {size_text(one.bytes)}, and a request at Upstash may have "
            f"{space.request / 1e6:g} MB: {'GET' if whole else 'reading it whole'} fails",
            severity=Severity.ERROR if whole else Severity.WARNING,
            facts={"bytes": one.bytes, "request": space.request, "type": one.type},
            ask=(f"MEMORY USAGE {one.key}",),
        )
