"""No decision about ON DELETE

## What it says

Foreign keys leave ON DELETE at its default, NO ACTION. That can be meant, so it is a question: one for the whole
schema, and one for each parent whose other children did decide. Left out are foreign keys that are deferrable (there
NO ACTION is a choice: only it can wait), and references to lists of codes, which nobody deletes.

## Why it matters

Who deletes a parent that still has children gets an error at run time, and each caller invents its own order of
deletes.

Of 42 real schemas 24 had no decision anywhere, for 1,870 foreign keys. RESTRICT says the same as NO ACTION for a key
that is not deferrable, and says that somebody thought about it.

## What would make it false

NO ACTION is meant: parents are never deleted while they have children.

## How to mend it

Write the decision down: CASCADE where children have no life of their own, SET NULL where they have, RESTRICT where
the parent must stay. Which one, only you can know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.review.context import Context, Reference, constraint_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.INFO, engines=("postgresql", "sqlite"))


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys without a decision, asked for once."""
    of = 0
    undecided: dict[Name, list[Reference]] = defaultdict(list)
    decided: dict[Name, list[Reference]] = defaultdict(list)
    for table in review.tables:
        for key in table.foreign_keys:
            parent = review.table(key.target)
            if not key.enforced or key.deferrable or key.inherited or (parent and review.is_lookup(parent)):
                continue
            of += 1
            (undecided if key.on_delete == "NO ACTION" else decided)[key.target].append(Reference(table, key))
    for target, open_ones in undecided.items():
        if decided[target]:
            yield _siblings_differ(target, open_ones, decided[target])
    rest = [one for target, open_ones in undecided.items() if not decided[target] for one in open_ones]
    if rest:
        yield RULE.finding(
            DATABASE if len(rest) > 1 else constraint_ref(rest[0].table, rest[0].key.name),
            f"{len(rest)} of {of} foreign keys leave ON DELETE open: what shall happen to their rows?",
            also=[constraint_ref(table, key.name) for table, key in rest] if len(rest) > 1 else (),
            facts={"undecided": len(rest), "of": of},
            asks=True,
        )


def _siblings_differ(target: Name, undecided: list[Reference], decided: list[Reference]) -> Finding:
    actions = sorted({key.on_delete for _, key in decided})
    names = ", ".join(f"{table.name.short} ({', '.join(key.columns)})" for table, key in undecided[:3])
    more = f" and {len(undecided) - 3} more" if len(undecided) > 3 else ""
    return RULE.finding(
        constraint_ref(undecided[0].table, undecided[0].key.name),
        f"a delete in {target.short} is {' and '.join(actions)} for {len(decided)} of its references, "
        f"but {names}{more} block{'s' if len(undecided) == 1 else ''} it",
        also=[constraint_ref(table, key.name) for table, key in (*undecided[1:], *decided)],
        facts={"parent": str(target), "undecided": len(undecided), "decided": len(decided)},
        asks=True,
    )
