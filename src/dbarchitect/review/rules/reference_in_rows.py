"""Column whose values are all in the key that its name points at

## What it says

Rows were read, and the values of a column without a foreign key are all in a key of another table which the column's
name names too (`customer_id` and `customers.id`, `billing_address_id` and `addresses.id`): at least 5 different
values, or 20 where the name says only the last word of the table's. It is a `warning` where the whole name says so, and
where up to 2 % of the values are missing there: then the reference exists and is already broken. Of the same column
`missing-foreign-key` then says nothing.
The types are the same, and inclusion alone is never enough: numbers from 1 on are in every key.

## Why it matters

Without a foreign key, a row may point at nothing: deletes leave orphans, and who reads must expect them.

In the Chinook sample database, which has 11 references, inclusion alone gave 121 candidates; a key as target and the
name besides gave 9 of the 11 and nothing else.

## What would make it false

The rows come from another system and may be here before what they refer to; or what is referred to is deleted while
they are kept, as in logs and archives.

## How to mend it

Add the foreign key, NOT VALID first and validated after; rows that point at nothing have to be mended before. Index the
column where the target's rows are deleted.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddConstraint
from dbarchitect.model.facts import SeenInclusion
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import ForeignKey
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.references import Candidate, candidates
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.INFO, needs="rows", certainty="likely")

_FEWEST, _FEWEST_UNSURE = 5, 20  # different values: with a name that says all, and with one that does not
_BROKEN = 0.02  # share of them that may be missing
_WHOLE = 0.9  # of the name: nothing stands before the target's
_SURE = 0.8  # of the name, from which on few values are enough and missing ones are called broken


def check(review: Context) -> Iterator[Finding]:
    """References that names and rows show and no constraint keeps."""
    if review.facts is None:
        return
    for one in candidates(review):
        read = review.facts.read.get(str(one.table.name))
        if read is None or is_event_like(one.table.name.name):
            continue
        seen = next(
            (
                inclusion
                for inclusion in read.inclusions
                if (inclusion.column, inclusion.target, inclusion.target_column)
                == (one.column.name, str(one.target.name), one.key.name)
            ),
            None,
        )
        if seen is None or seen.missing > _BROKEN * seen.values:
            continue
        sure = one.score >= _SURE
        if seen.values >= (_FEWEST if sure else _FEWEST_UNSURE) and (sure or not seen.missing):
            yield _found(review, one, seen)


def _found(review: Context, one: Candidate, seen: SeenInclusion) -> Finding:
    column, key = quote_identifier(one.column.name), quote_identifier(one.key.name)
    at = f"{one.target.name.short} ({key})"
    if seen.missing:
        what = f"{seen.missing:,} of {seen.values:,} different values that were read are not in {at}"
    else:
        what = f"all {seen.values:,} different values that were read are in {at}"
    name = f"{one.table.name.name}_{one.column.name}_fkey".encode()[:63].decode(errors="ignore")
    taken = {constraint.name for constraint in one.table.constraints}
    return RULE.finding(
        column_ref(one.table, one.column),
        f"{one.table.name.short}.{column} has no foreign key; {what}",
        severity=Severity.WARNING if seen.missing or one.score >= _WHOLE else None,
        also=(one.target.ref,),
        facts={"values": seen.values, "missing": seen.missing, "name_score": one.score},
        fix=()
        if name in taken or one.table.kind == "partitioned"
        else (
            AddConstraint(
                table=one.table.name,
                constraint=ForeignKey(
                    name=name,
                    columns=(one.column.name,),
                    target=one.target.name,
                    target_columns=(one.key.name,),
                ),
            ),
        ),
        offenders=f"SELECT * FROM {one.table.name} AS c WHERE c.{column} IS NOT NULL"
        f" AND NOT EXISTS (SELECT FROM {one.target.name} AS t WHERE t.{key} = c.{column})",
        experiment=_orphan(review, one),
    )


def _orphan(review: Context, one: Candidate) -> Accepted | None:
    rows = Rows(review)
    values = rows.add(one.table, must=[one.column.name])
    if values is None:
        return None
    name, key = quote_identifier(one.column.name), quote_identifier(one.key.name)
    return Accepted(
        script=(
            *rows.statements,
            f"SELECT c.{name} FROM {one.table.name} AS c WHERE c.{name} = {values[one.column.name]}"
            f" AND NOT EXISTS (SELECT FROM {one.target.name} AS t WHERE t.{key} = c.{name})",
        ),
        shows="a row that points at nothing is accepted",
    )
