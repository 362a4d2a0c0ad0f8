"""Of the plans between the pairs of `tests/cases/diff`: how many have a step that blocks and need not.

Every table counts as large. Counted are steps that read a whole table or build an index under a lock that keeps writers
(or all) out, and that do not rewrite the table as well: a rewrite has no other form but `--online`. Each is listed with
the reason for which PostgreSQL has no form of it that does not block; a step without such a reason is avoidable.

    python -m benchmarks.plan_locks
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import plans  # noqa: E402
from benchmarks import report  # noqa: E402
from dbarchitect.engines.postgres.server import private_server  # noqa: E402
from dbarchitect.errors import InputError  # noqa: E402
from dbarchitect.model.change import AddConstraint, Alter  # noqa: E402
from dbarchitect.model.plan import LOCKS, Step  # noqa: E402
from dbarchitect.model.schema import DomainType, Exclude, PrimaryKey, Unique  # noqa: E402

_BLOCKING = LOCKS[LOCKS.index("SHARE") :]


def blocked(step: Step) -> list[str]:
    """The tables that a step reads or indexes while it keeps others out, but does not rewrite."""
    effects = step.effects
    return [
        table
        for table in dict.fromkeys((*effects.scans, *effects.builds))
        if effects.locks.get(table) in _BLOCKING and table not in effects.rewrites
    ]


def reason(step: Step) -> str:
    """Why there is no other form of a step; "" where there is one."""
    match step.change:
        case AddConstraint(constraint=Exclude()):
            return "an exclusion constraint has no concurrent form"
        case AddConstraint(constraint=PrimaryKey(without_overlaps=True) | Unique(without_overlaps=True)):
            return "a key WITHOUT OVERLAPS has no concurrent form"
        case Alter(after=DomainType()):
            return "VALIDATE of a domain's check locks the tables that use it"
        case _:
            pass
    text = "\n".join(step.sql)
    if "CREATE MATERIALIZED VIEW" in text and re.search(r"ALTER COLUMN \S+ TYPE ", text):
        return "a materialised view over a column goes while its type changes"
    if re.search(r"ALTER COLUMN \S+ TYPE .* COLLATE ", text):
        return "an index with an expression is bound to the collation"
    return ""


def main() -> None:
    """Print the plans that block, and their share."""
    options = report.parser("plan_locks", __doc__).parse_args()
    made = rewriting = blocking = avoidable = 0
    rows: list[list[str]] = []
    with private_server() as server:
        for name in plans.NAMES:
            case = plans.CASES / name
            settings = plans.settings_of(case)
            if settings.get("refused") or not plans.suits(server, settings):
                continue
            try:
                plan = plans.planned(server, case, settings)
            except InputError as err:
                rows.append([name, err.message, "", "no plan"])
                continue
            made += 1
            rewriting += any(step.effects.rewrites for step in plan.steps)
            found = [(step, tables) for step in plan.steps if (tables := blocked(step))]
            blocking += bool(found)
            avoidable += any(not reason(step) for step, _ in found)
            rows += [[name, step.does, ", ".join(tables), reason(step) or "avoidable"] for step, tables in found]
    report.publish(
        "Plans that block",
        f"{made} plans: {blocking} ({blocking / made:.1%}) read or index a table under a blocking lock; "
        f"{avoidable} ({avoidable / made:.1%}) of them need not. {rewriting} rewrite a table.\n\n"
        + report.table(["plan", "step", "tables", "why"], rows),
        options,
    )


if __name__ == "__main__":
    main()
