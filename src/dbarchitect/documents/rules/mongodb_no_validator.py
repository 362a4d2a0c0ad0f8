"""No validator

## What it says

A collection has no validator, though nine in ten of its fields are in every document that was looked at, with one type:
it has a schema that nobody enforces. Or it has a validator that only warns.

## Why it matters

A wrong write (a misspelt field, a price as text) is accepted and found by the reader, months later.

## What would make it false

The collection takes what others send, and checking is what comes next.

## How to mend it

`dba documents validators SOURCE` writes one from the shapes that are there, with documents that it must take and
refuse.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, collection_ref, sampled, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Finding, Severity

RULE = Rule(__name__, __doc__, certainty="likely", severity=Severity.INFO)

FEW = 20  # documents: of fewer nothing is said
STEADY = 0.9  # of the fields


def check(look: Documents) -> Iterator[Finding]:
    """Steady collections whose writes nobody checks."""
    for one in look.collections:
        if one.kind != "collection" or one.sampled < FEW:
            continue
        ask = f"db.getCollectionInfos({{name: {one.name!r}}})[0].options"
        if one.validator and one.action == "warn":
            yield RULE.finding(
                collection_ref(one.name),
                f"the validator of {one.name} only warns: what it finds wrong is written all the same",
                facts={"action": one.action, "level": one.level},
                fix=(f"db.runCommand({{collMod: {one.name!r}, validationAction: 'error'}})",),
                ask=(ask,),
            )
            continue
        fields = [path for path in one.paths if "." not in path.path and "[]" not in path.path]
        steady = [path for path in fields if path.always and len(path.kinds) <= 1]
        if not one.validator and len(steady) >= STEADY * len(fields):
            yield RULE.finding(
                collection_ref(one.name),
                f"{one.name} has no validator: {len(steady):,} of its {len(fields):,} fields have one type and are in "
                f"every document ({sampled(one)})",
                facts={"fields": len(fields), "steady": len(steady), "sampled": one.sampled},
                ask=(ask, f"{shell(one.name)}.findOne()"),
            )
