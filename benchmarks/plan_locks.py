"""Of the plans between the pairs of `tests/cases/diff`: how many have a step that blocks and need not.

Every table counts as large. Counted are steps that read a whole table or build an index under a lock that keeps writers
(or all) out, and that do not rewrite the table as well: a rewrite has no other form but `--online`. What is left is
listed with the plan's step, so that each can be judged: exclusion constraints and temporal keys, for instance, have no
form that does not block.

    python -m benchmarks.plan_locks
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import plans  # noqa: E402
from dbarchitect.engines.postgres.server import private_server  # noqa: E402
from dbarchitect.errors import InputError  # noqa: E402
from dbarchitect.model.plan import LOCKS, Step  # noqa: E402

_BLOCKING = LOCKS[LOCKS.index("SHARE") :]


def blocked(step: Step) -> list[str]:
    """The tables that a step reads or indexes while it keeps others out, but does not rewrite."""
    effects = step.effects
    return [
        table
        for table in dict.fromkeys((*effects.scans, *effects.builds))
        if effects.locks.get(table) in _BLOCKING and table not in effects.rewrites
    ]


def main() -> None:
    """Print the plans that block, and their share."""
    made = rewriting = blocking = 0
    with private_server() as server:
        for name in plans.NAMES:
            case = plans.CASES / name
            settings = plans.settings_of(case)
            if settings.get("refused") or not plans.suits(server, settings):
                continue
            try:
                plan = plans.planned(server, case, settings)
            except InputError as err:
                print(f"{name}: {err.message}")
                continue
            made += 1
            rewriting += any(step.effects.rewrites for step in plan.steps)
            found = [(step, tables) for step in plan.steps if (tables := blocked(step))]
            blocking += bool(found)
            for step, tables in found:
                print(f"{name}: {step.does}: {', '.join(tables)}")
    print(f"{made} plans: {blocking} ({blocking / made:.1%}) read or index under a blocking lock, {rewriting} rewrite")


if __name__ == "__main__":
    main()
