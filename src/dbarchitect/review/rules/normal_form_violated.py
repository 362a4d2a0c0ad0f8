"""Declared dependency that the table's keys do not enforce

## What it says

The configuration declares that some columns of a table determine others (`[[dependency]]`), and those columns are not
a key of it. The finding names the lowest normal form that this violates: 2NF (a part of a key determines a column), 3NF
(columns that are no key determine one) or BCNF (they determine a part of a key). Keys are the primary key and every
unique key whose columns are NOT NULL; what follows from all dependencies together is taken into account.

## Why it matters

The same fact is stored in many rows, and nothing keeps them the same: an UPDATE that misses one makes two truths, and
deleting the last row forgets the fact.

E. F. Codd, "Further Normalization of the Data Base Relational Model" (1971), calls these the update and deletion
anomalies.

## What would make it false

The column is a copy on purpose, of how it was then: a price at the time of sale does not depend on the product alone.
Then the declaration is wrong. Or it is kept for reading fast, which pays only where it was measured, and has to be
kept right by a trigger at every write.

## How to mend it

Make the determining columns the key of a new table, move what they determine there and refer to it. The change does
that with the rows: they are copied without duplicates, and a row that contradicts the dependency stops it before
anything is dropped. Taken back, the columns are filled again. It is offered where the decomposition is proved lossless
(by the chase) and dependency-preserving, and where nothing else hangs on the columns. Privileges on the new table are
yours to grant.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.normal.dependencies import Dependency
from dbarchitect.normal.violations import Judgement, contradictions, judge
from dbarchitect.review.context import Context
from dbarchitect.review.decomposing import contradiction, decomposition, listed, said
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="normal forms", severity=Severity.WARNING, harms_by="rows")


def check(review: Context) -> Iterator[Finding]:
    """Tables with declared dependencies that are not in Boyce-Codd normal form."""
    declared = review.facts.dependencies if review.facts else {}
    for table in review.tables:
        more = [Dependency(frozenset(one.left), frozenset(one.right)) for one in declared.get(str(table.name), ())]
        judgement = judge(table, more) if more else None
        if judgement is not None:
            yield _found(review, table, judgement)


def _found(review: Context, table: Table, judgement: Judgement) -> Finding:
    form = judgement.form
    worst = next(one for one, broken in judgement.violations if broken == form)
    pairs: dict[frozenset[str], frozenset[str]] = {}
    for one, _ in judgement.violations:
        pairs[one.left] = pairs.get(one.left, frozenset()) | one.right
    message = f"{table.name.short} is not in {form}: " + ", and ".join(
        f"{said(table, left, right)}" for left, right in pairs.items()
    )
    fix: tuple[Change, ...] = ()
    if judgement.extracted:
        fix, reason = decomposition(review, table, judgement)
        message += f"; no change is offered: {reason}" if reason else ""
    elif judgement.lost:
        lost = judgement.lost[0]
        message += f"; to split it would leave nothing to check that {said(table, lost.left, lost.right - lost.left)}"
    return RULE.finding(
        table.ref,
        message,
        facts={
            "normal_form": form,
            "determines": "; ".join(
                f"{listed(table, left)} -> {listed(table, right)}" for left, right in pairs.items()
            ),
            "lossless": judgement.lossless,
            "dependencies_lost": len(judgement.lost),
        },
        fix=fix,
        offenders=contradictions(table, judgement) if fix else "",
        experiment=contradiction(review, table, worst),
    )
