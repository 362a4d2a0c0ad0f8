"""What a plan is known by: the exact SQL that runs, and the schema that it starts from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from dbarchitect.model.plan import Step
from dbarchitect.model.value import to_json


def plan_id(steps: Sequence[Step], base_hash: str) -> str:
    """16 hexadecimal digits that change with any statement of `steps`, their order, which of them share a transaction,
    and the schema that they start from (`base_hash`, of `migrate.compare.schema_hash`).

    Of a backfill its batches count, which are what runs, and not the SQL beside them. Words for people, claims and time
    limits do not count.
    """
    ran = [  # a backfill runs in transactions of its own, whatever its step says
        {"backfill": step.backfill}
        if step.backfill is not None
        else {"transactional": step.transactional, "sql": step.sql}
        for step in steps
    ]
    return hashlib.sha256(to_json({"base": base_hash, "steps": ran})).hexdigest()[:16]
